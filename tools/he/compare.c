/* SPDX-License-Identifier: MIT */
/* he compare: the main job.  A thin caller of <he/client.h>. */
#define _GNU_SOURCE
#include "he.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char help[] =
    "usage: he compare [risk|stats|all] [OPTION ...]\n\n"
    "Runs a job in the clear, on ciphertexts at a server without keys, and in an attested\n"
    "enclave, each in processes of its own, and prints the three side by side.\n\n"
    "  risk    malignancy scores by logistic regression (CKKS)\n"
    "  stats   exact count, sum and mean of a column among marked rows (BFV)\n"
    "  all     both (default)\n\n"
    "  --data FILE         table of numbers, first line names (the one that comes with he)\n"
    "  --model FILE        risk: weights and polynomial (the one that comes with he)\n"
    "  --column NAME       stats: the column (mean_area)\n"
    "  --mask NAME         stats: the 0/1 column that marks rows (benign)\n"
    "  --rows N            repeat the table's rows up to N\n"
    "  --cold N, --warm N  new sessions (3), and further queries in one (5)\n"
    "  --threads N         of client and server each (1)\n"
    "  --tcp               TCP on the loopback instead of Unix sockets\n"
    "  --link RATE,RTT     compute totals for this network, as in 100M,20ms; up to four times\n"
    "  --backend NAME      auto, process or sim; sim is refused by the policy\n"
    "  --image FILE        the enclave's image\n"
    "  --state DIR         where the platform key is kept\n"
    "  --allow-same-uid    accept an enclave whose launcher runs as you; the table says so\n"
    "  --json FILE, --html FILE   write the report there too\n"
    "  -v                  the appraisal of the enclave's evidence, line by line\n";

typedef struct request {
    bool risk, stats, verbose, same_uid;
    const char *data, *model, *column, *mask, *json, *html;
    size_t rows;
    he_compare_options o;
    he_params hints;
} request;

/* --- options --------------------------------------------------------------------------------- */

static bool count_option(const char *name, uint64_t most, uint64_t *x)
{
    return parse_count("compare", name, optarg, 1, most, x);
}

static bool backend_option(he_backend *backend)
{
    for (int b = HE_BACKEND_AUTO; b <= HE_BACKEND_SIM; b++)
        if (strcmp(optarg, he_backend_name((he_backend)b)) == 0) {
            *backend = (he_backend)b;
            return true;
        }
    fprintf(stderr, "he compare: --backend takes auto, kvm, process or sim\n");
    return false;
}

static bool link_option(he_compare_options *o)
{
    if (o->link_count == HE_MAX_LINKS) {
        fprintf(stderr, "he compare: at most %d times --link\n", HE_MAX_LINKS);
        return false;
    }
    if (he_link_parse(&o->links[o->link_count], optarg) != HE_OK) {
        fprintf(stderr, "he compare: %s\n", he_last_error());
        return false;
    }
    o->link_count++;
    return true;
}

/* One option; false after a message. */
static bool take(request *q, int c)
{
    uint64_t x = 0;
    bool ok = true;
    switch (c) {
    case 'd':
        q->data = optarg;
        break;
    case 'm':
        q->model = optarg;
        break;
    case 'c':
        q->column = optarg;
        break;
    case 'k':
        q->mask = optarg;
        break;
    case 'r':
        ok = count_option("--rows", 10000000, &x);
        q->rows = (size_t)x;
        break;
    case 'C':
        ok = count_option("--cold", 100, &x);
        q->o.cold = (uint32_t)x;
        break;
    case 'W':
        ok = count_option("--warm", 1000, &x);
        q->o.warm = (uint32_t)x;
        break;
    case 't':
        ok = count_option("--threads", 256, &x);
        q->o.threads = (uint32_t)x;
        break;
    case 'T':
        q->o.tcp = true;
        break;
    case 'l':
        ok = link_option(&q->o);
        break;
    case 'b':
        ok = backend_option(&q->o.backend);
        break;
    case 'I':
        q->o.image = optarg;
        break;
    case 's':
        q->o.state = optarg;
        break;
    case 'u':
        q->same_uid = true;
        break;
    case 'j':
        q->json = optarg;
        break;
    case 'H':
        q->html = optarg;
        break;
    case 'v':
        q->verbose = true;
        break;
    default:
        ok = false;
    }
    return ok;
}

/* -1: go on; else the exit status. */
static int parse(int argc, char **argv, request *q)
{
    static const struct option options[] = {{"data", required_argument, NULL, 'd'},
                                            {"model", required_argument, NULL, 'm'},
                                            {"column", required_argument, NULL, 'c'},
                                            {"mask", required_argument, NULL, 'k'},
                                            {"rows", required_argument, NULL, 'r'},
                                            {"cold", required_argument, NULL, 'C'},
                                            {"warm", required_argument, NULL, 'W'},
                                            {"threads", required_argument, NULL, 't'},
                                            {"tcp", no_argument, NULL, 'T'},
                                            {"link", required_argument, NULL, 'l'},
                                            {"backend", required_argument, NULL, 'b'},
                                            {"image", required_argument, NULL, 'I'},
                                            {"state", required_argument, NULL, 's'},
                                            {"allow-same-uid", no_argument, NULL, 'u'},
                                            {"json", required_argument, NULL, 'j'},
                                            {"html", required_argument, NULL, 'H'},
                                            {"verbose", no_argument, NULL, 'v'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    int c;
    while ((c = getopt_long(argc, argv, "v", options, NULL)) != -1) {
        if (c == 'h') {
            fputs(help, stdout);
            return EXIT_SUCCESS;
        }
        if (c == '?')
            return point_to_help("compare");
        if (!take(q, c))
            return EXIT_USAGE;
    }
    const char *job = optind < argc ? argv[optind++] : "all";
    q->risk = strcmp(job, "risk") == 0 || strcmp(job, "all") == 0;
    q->stats = strcmp(job, "stats") == 0 || strcmp(job, "all") == 0;
    if (optind < argc || (!q->risk && !q->stats)) {
        fprintf(stderr, "he compare: the job is risk, stats or all, not \"%s\"\n",
                optind < argc ? argv[optind] : job);
        return point_to_help("compare");
    }
    return -1;
}

/* --- what is trusted ------------------------------------------------------------------------- */

/* The strict policy: the measurement of the image that is there, and this machine's platform key;
 * nothing simulated, no debug, no launcher of the same user unless that was allowed. */
static he_status make_policy(he_policy **policy, const request *q)
{
    he_enclave_config config = HE_ENCLAVE_CONFIG_INIT;
    config.backend = q->o.backend;
    config.image_path = q->o.image;
    config.state_dir = q->o.state;
    uint8_t measurement[HE_MEASUREMENT_BYTES], key[HE_PLATFORM_KEY_BYTES];
    he_status status = he_platform_init(q->o.state);
    if (status == HE_OK)
        status = he_enclave_measure(measurement, &config);
    if (status == HE_OK)
        status = he_platform_public_key(key, q->o.state);
    if (status != HE_OK)
        return status;
    he_policy *p;
    status = he_policy_create(&p);
    if (status != HE_OK)
        return status;
    status = he_policy_allow_measurement(p, measurement);
    if (status == HE_OK)
        status = he_policy_allow_platform(p, key);
    if (status == HE_OK && q->same_uid)
        status = he_policy_allow(p, HE_ENCLAVE_SAME_UID);
    if (status != HE_OK) {
        he_policy_destroy(p);
        return status;
    }
    *policy = p;
    return HE_OK;
}

/* --- nothing is left behind where a signal ends it ------------------------------------------- */

/* For the handler: the directory of the sockets, and the sockets that servers make in it. */
static char socket_directory[96];

static void remove_sockets(void)
{
    static const he_evaluator servers[] = {HE_EVALUATOR_HE, HE_EVALUATOR_ENCLAVE};
    for (size_t i = 0; i < sizeof servers / sizeof *servers; i++) {
        char path[160] = "";
        strcpy(path, socket_directory);
        strcat(path, "/");
        strcat(path, he_evaluator_name(servers[i]));
        (void)unlink(path);
    }
    (void)rmdir(socket_directory);
}

static void on_signal(int number)
{
    remove_sockets();
    (void)signal(number, SIG_DFL); /* blocked until this returns, and then it ends the process */
    (void)raise(number);
}

static bool make_socket_directory(void)
{
    const char *base = getenv("TMPDIR");
    if (base == NULL || *base != '/' || strlen(base) > 60)
        base = "/tmp";
    snprintf(socket_directory, sizeof socket_directory, "%s/he-XXXXXX", base);
    if (mkdtemp(socket_directory) == NULL) {
        fprintf(stderr, "he compare: cannot make a directory in %s: %s: set TMPDIR\n", base,
                strerror(errno));
        return false;
    }
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
    struct sigaction action = {.sa_handler = on_signal};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        (void)sigaction(ends[i], &action, NULL);
    return true;
}

/* A report that cannot be written is refused before minutes are spent on it. */
static bool writable(const char *path)
{
    if (path == NULL)
        return true;
    char directory[4096];
    snprintf(directory, sizeof directory, "%s", path);
    char *slash = strrchr(directory, '/');
    struct stat info;
    if (slash == NULL)
        strcpy(directory, ".");
    else
        slash[slash == directory] = 0;
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
        errno = EISDIR;
    else if (strlen(path) >= sizeof directory)
        errno = ENAMETOOLONG;
    else if (access(directory, W_OK | X_OK) == 0)
        return true;
    fprintf(stderr, "he compare: cannot write %s: %s\n", path, strerror(errno));
    return false;
}

/* --- progress -------------------------------------------------------------------------------- */

typedef struct progress {
    bool terminal, shown;
    struct timespec start;
} progress;

static void show(void *user, const char *what)
{
    progress *p = user;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!p->terminal || now.tv_sec - p->start.tv_sec < 1)
        return;
    fprintf(stderr, "\r\033[K%s", what);
    fflush(stderr);
    p->shown = true;
}

static void hide(progress *p)
{
    if (p->shown)
        fputs("\r\033[K", stderr);
    p->shown = false;
}

/* --- the run --------------------------------------------------------------------------------- */

static he_status run_jobs(const request *q, he_report *reports[2], size_t *count)
{
    he_table *table;
    he_status status = he_table_read(&table, q->data);
    if (status != HE_OK)
        return status;
    if (q->risk)
        status = he_compare_risk(&reports[*count], &q->o, table, q->model, q->rows);
    *count += status == HE_OK && q->risk;
    if (status == HE_OK && q->stats) {
        status = he_compare_stats(&reports[*count], &q->o, table, q->column, q->mask, q->rows);
        *count += status == HE_OK;
    }
    he_table_destroy(table);
    return status;
}

static he_status write_reports(const request *q, he_report *const *reports, size_t count)
{
    he_status status = HE_OK;
    for (size_t i = 0; i < count && status == HE_OK; i++) {
        if (i > 0)
            printf("\n");
        status = he_report_print(reports[i], stdout, q->verbose);
    }
    const he_report *const *all = (const he_report *const *)reports;
    if (status == HE_OK && q->json != NULL)
        status = he_report_json(all, count, q->json);
    if (status == HE_OK && q->html != NULL)
        status = he_report_html(all, count, q->html);
    return status;
}

/* What the library cannot know: the options that help. */
static int fail_with_hint(const request *q, he_status status)
{
    bool refused = status == HE_ERR_EVIDENCE || status == HE_ERR_UNTRUSTED,
         same_uid = strstr(he_last_error(), "launcher:") != NULL;
    int code = fail("compare", status);
    if (refused && q->o.backend == HE_BACKEND_SIM)
        fputs("A simulated enclave proves nothing: use --backend process.\n", stderr);
    else if (refused && same_uid)
        fputs(
            "The enclave needs a user of its own, which only root can give it: run as root after\n"
            "scripts/setup.sh, which makes the system user he-enclave; or accept with\n"
            "--allow-same-uid that its measurement is not trusted, as the table will say.\n",
            stderr);
    return code;
}

static int run(request *q)
{
    char own[4096], data[4200], model[4200];
    if (!own_path(own, sizeof own)) {
        fprintf(stderr, "he compare: cannot find its own executable\n");
        return EXIT_FAILED;
    }
    if (q->data == NULL && find_data(data, sizeof data, "wdbc.csv"))
        q->data = data;
    if (q->model == NULL && find_data(model, sizeof model, "risk_model.txt"))
        q->model = model;
    if (q->data == NULL || (q->risk && q->model == NULL)) {
        fprintf(stderr, "he compare: the files that come with it are not there: use --data%s\n",
                q->risk ? " and --model" : "");
        return EXIT_FAILED;
    }
    if (!writable(q->json) || !writable(q->html))
        return EXIT_FAILED;
    if (!q->o.tcp && !make_socket_directory())
        return EXIT_FAILED;
    progress p = {.terminal = isatty(STDERR_FILENO) == 1};
    clock_gettime(CLOCK_MONOTONIC, &p.start);
    he_policy *policy = NULL;
    he_report *reports[2] = {NULL, NULL};
    size_t count = 0;
    q->o.tool = own;
    q->o.directory = q->o.tcp ? NULL : socket_directory;
    q->o.progress = show;
    q->o.user = &p;
    q->o.hints = &q->hints;
    he_status status = isa_from_environment(&q->hints.isa);
    if (status == HE_OK)
        status = make_policy(&policy, q);
    q->o.policy = policy;
    if (status == HE_OK)
        status = run_jobs(q, reports, &count);
    hide(&p);
    if (!q->o.tcp)
        remove_sockets();
    if (status == HE_OK)
        status = write_reports(q, reports, count);
    for (size_t i = 0; i < count; i++)
        he_report_destroy(reports[i]);
    he_policy_destroy(policy);
    return status == HE_OK ? EXIT_SUCCESS : fail_with_hint(q, status);
}

int cmd_compare(int argc, char **argv)
{
    request q = {
        .column = "mean_area", .mask = "benign", .o = HE_COMPARE_INIT, .hints = HE_PARAMS_INIT};
    int done = parse(argc, argv, &q);
    return done >= 0 ? done : run(&q);
}
