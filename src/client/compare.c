/* SPDX-License-Identifier: MIT */
/* The comparison: for every evaluator one server process and one client process, on two cores,
 * several times from nothing (cold), and within one session again (warm). */
#define _GNU_SOURCE
#include "client/address.h"
#include "client/job.h"
#include "client/process.h"
#include "client/trial.h"
#include "core/memory.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEFAULT_COLD 3
#define DEFAULT_WARM 5
#define MAX_COLD     100

/* Everything that one comparison passes around. */
typedef struct comparison {
    he_compare_options o;
    const he_job *job;
    he_report *report;
    char directory[HE_ADDRESS_MAX];
    bool own_directory;
    he_client_figures cold[MAX_COLD];
} comparison;

static void say(const comparison *c, const char *what)
{
    if (c->o.progress != NULL)
        c->o.progress(c->o.user, what);
}

/* --- medians, cell by cell ------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_at(const he_client_figures *f, size_t count, size_t offset)
{
    double v[HE_MAX_QUERIES];
    for (size_t i = 0; i < count; i++)
        memcpy(&v[i], (const uint8_t *)&f[i] + offset, sizeof v[i]);
    qsort(v, count, sizeof *v, by_value);
    return count % 2 != 0 ? v[count / 2] : (v[count / 2 - 1] + v[count / 2]) / 2;
}

/* Bytes and round trips are the same each time: those of the first. */
static void medians(he_client_figures *m, const he_client_figures *f, size_t count)
{
    static const size_t times[] = {
        offsetof(he_client_figures, keys_ms),      offsetof(he_client_figures, key_upload_ms),
        offsetof(he_client_figures, handshake_ms), offsetof(he_client_figures, encrypt_ms),
        offsetof(he_client_figures, upload_ms),    offsetof(he_client_figures, evaluate_ms),
        offsetof(he_client_figures, download_ms),  offsetof(he_client_figures, decrypt_ms)};
    if (count == 0)
        return;
    *m = f[0];
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        double v = median_at(f, count, times[i]);
        memcpy((uint8_t *)m + times[i], &v, sizeof v);
    }
}

/* --- one session ----------------------------------------------------------------------------- */

static he_status client_options(he_client_options *co, const comparison *c, he_evaluator e,
                                const he_server *server)
{
    *co = (he_client_options)HE_CLIENT_INIT;
    co->evaluator = e;
    co->address = server == NULL ? NULL : he_server_address(server);
    co->threads = c->o.threads;
    co->hints = c->o.hints;
    co->policy = c->o.policy;
    return HE_OK;
}

/* The client in a process of its own; what it found is in the shared record. */
static he_status run_client(const comparison *c, he_evaluator e, const he_server *server,
                            he_trial_record *record, uint32_t later)
{
    he_client_options co;
    HE_TRY(client_options(&co, c, e, server));
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0)
        return he_fail(HE_ERR_IO, "cannot start a client process: %s", strerror(errno));
    if (pid == 0) {
        he_process_child(he_process_core(0, co.threads), co.threads);
        he_trial_run(record, c->job, &co, later);
        _exit(0);
    }
    int state;
    while (waitpid(pid, &state, 0) < 0)
        if (errno != EINTR)
            return he_fail(HE_ERR_IO, "waiting for the client process: %s", strerror(errno));
    if (!record->finished)
        return he_fail(HE_ERR_IO, "the client process ended early (%s %d)",
                       WIFSIGNALED(state) ? "signal" : "status",
                       WIFSIGNALED(state) ? WTERMSIG(state) : WEXITSTATUS(state));
    if (record->status != HE_OK)
        return he_fail(record->status, "%s", record->text);
    return HE_OK;
}

static he_status start_server(const comparison *c, he_evaluator e, he_server **server)
{
    char address[HE_ADDRESS_MAX + 32];
    if (c->o.tcp)
        snprintf(address, sizeof address, "tcp:0");
    else
        snprintf(address, sizeof address, "unix:%s/%s", c->directory, he_evaluator_name(e));
    he_serve_options so = HE_SERVE_INIT;
    so.evaluator = e;
    so.address = address;
    so.threads = c->o.threads;
    so.isa = c->o.hints == NULL ? HE_ISA_AUTO : c->o.hints->isa;
    so.image = c->o.image;
    so.state = c->o.state;
    so.backend = c->o.backend;
    so.memory_limit = he_process_machine_memory(); /* it is our own server */
    return he_server_start(server, &so, c->o.tool, he_process_core(1, c->o.threads));
}

static he_status run_session(const comparison *c, he_evaluator e, he_trial_record *record,
                             uint32_t later, uint64_t *server_memory)
{
    he_server *server = NULL;
    if (e != HE_EVALUATOR_PLAIN)
        HE_TRY(start_server(c, e, &server));
    he_status status = run_client(c, e, server, record, later);
    *server_memory = he_server_memory(server);
    he_server_stop(server);
    return status;
}

/* --- one evaluator --------------------------------------------------------------------------- */

static he_status keep_results(comparison *c, he_evaluator e, he_trial_record *record)
{
    he_report *r = c->report;
    size_t words = (size_t)r->batches * r->outputs * r->size;
    void *copy = he_alloc_raw(words, 8);
    if (copy == NULL)
        return he_fail(HE_ERR_MEMORY, "no memory for the results");
    memcpy(copy, he_trial_results(record), 8 * words);
    if (r->real)
        r->real_results[e] = copy;
    else
        r->integer_results[e] = copy;
    if (record->has_exact) {
        size_t exact = (size_t)r->batches * r->size;
        r->exact_results[e] = he_alloc_raw(exact, sizeof(double));
        if (r->exact_results[e] == NULL)
            return he_fail(HE_ERR_MEMORY, "no memory for the results");
        memcpy(r->exact_results[e], he_trial_exact(record, c->job), 8 * exact);
        r->outcome[e].has_exact = true;
    }
    return HE_OK;
}

static void copy_facts(he_outcome *to, const he_outcome *from)
{
    to->n = from->n;
    to->top_level = from->top_level;
    to->data_count = from->data_count;
    to->special_count = from->special_count;
    to->relin = from->relin;
    to->galois_count = from->galois_count;
    to->log_qp = from->log_qp;
    to->max_bits = from->max_bits;
    to->security = from->security;
    to->params = from->params;
    memcpy(to->kernel, from->kernel, sizeof to->kernel);
}

static uint64_t greater(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Session number i of an evaluator; the first one also runs the further queries. */
static he_status one_session(comparison *c, he_evaluator e, uint32_t i, he_trial_record *record)
{
    he_outcome *out = &c->report->outcome[e];
    uint64_t server_memory = 0;
    he_status status = run_session(c, e, record, i == 0 ? c->o.warm : 0, &server_memory);
    if (record->has_appraisal) {
        out->has_appraisal = true;
        out->appraisal = record->appraisal;
    }
    HE_TRY(status);
    c->cold[i] = record->first;
    out->client_memory = greater(out->client_memory, record->memory);
    out->server_memory = greater(out->server_memory, server_memory);
    if (i > 0)
        return HE_OK;
    out->warm_count = record->later_count;
    medians(&out->warm, record->later, record->later_count);
    copy_facts(out, &record->facts);
    return keep_results(c, e, record);
}

static he_status run_evaluator(comparison *c, he_evaluator e)
{
    size_t bytes = he_trial_bytes(c->job);
    he_outcome *out = &c->report->outcome[e];
    he_status status = HE_OK;
    for (uint32_t i = 0; status == HE_OK && i < c->o.cold; i++) {
        char what[96];
        snprintf(what, sizeof what, "%s: session %u of %u", he_evaluator_name(e), i + 1, c->o.cold);
        say(c, what);
        void *shared = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (shared == MAP_FAILED)
            return he_fail(HE_ERR_MEMORY, "no memory for %zu bytes of results", bytes);
        status = one_session(c, e, i, shared);
        munmap(shared, bytes);
        out->cold_count += status == HE_OK;
    }
    medians(&out->cold, c->cold, out->cold_count);
    return status;
}

/* --- errors against plain -------------------------------------------------------------------- */

static void measure_errors(he_report *r)
{
    size_t words = (size_t)r->batches * r->outputs * r->size;
    for (int e = HE_EVALUATOR_HE; e < HE_EVALUATOR_COUNT; e++) {
        double worst = 0;
        for (size_t i = 0; i < words; i++) {
            double d = r->real ? r->real_results[e][i] - r->real_results[HE_EVALUATOR_PLAIN][i]
                               : (double)(r->integer_results[e][i] -
                                          r->integer_results[HE_EVALUATOR_PLAIN][i]);
            worst = fmax(worst, fabs(d));
        }
        r->outcome[e].greatest_error = worst;
    }
}

/* --- the whole ------------------------------------------------------------------------------- */

static he_status check_options(he_compare_options *o, const he_compare_options *given)
{
    HE_REQUIRE_PTR(given);
    if (given->struct_size != sizeof *given)
        return he_fail(HE_ERR_ARGUMENT, "he_compare: start from HE_COMPARE_INIT");
    *o = *given;
    o->threads = o->threads == 0 ? 1 : o->threads;
    o->cold = o->cold == 0 ? DEFAULT_COLD : o->cold;
    o->warm = o->warm == 0 ? DEFAULT_WARM : o->warm;
    if (o->cold > MAX_COLD || o->warm > HE_MAX_QUERIES)
        return he_fail(HE_ERR_ARGUMENT, "he_compare: at most %d sessions and %d further queries",
                       MAX_COLD, HE_MAX_QUERIES);
    if (o->link_count > HE_MAX_LINKS)
        return he_fail(HE_ERR_ARGUMENT, "he_compare: at most %d links", HE_MAX_LINKS);
    if (o->link_count == 0) {
        o->links[0] = (he_link){100e6, 20e-3};
        o->links[1] = (he_link){10e9, 0.2e-3};
        o->link_count = 2;
    }
    return HE_OK;
}

static he_status describe(he_report *r, const he_compare_options *o, const he_job *job)
{
    uint8_t id[HE_ID_BYTES];
    HE_TRY(he_program_id(job->program, id));
    for (size_t i = 0; i < HE_ID_BYTES; i++)
        snprintf(r->program_id + 2 * i, 3, "%02x", id[i]);
    snprintf(r->title, sizeof r->title, "%s", job->title);
    r->rows = job->rows;
    r->batches = job->batches;
    r->size = he_program_size(job->program);
    r->inputs = he_program_input_count(job->program);
    r->outputs = he_program_output_count(job->program);
    r->real = job->real_inputs != NULL;
    r->threads = o->threads;
    r->tcp = o->tcp;
    memcpy(r->links, o->links, sizeof r->links);
    r->link_count = o->link_count;
    return HE_OK;
}

static he_status enter_directory(comparison *c)
{
    if (c->o.tcp)
        return HE_OK;
    if (c->o.directory == NULL) {
        HE_TRY(he_address_private_directory(c->directory));
        c->own_directory = true;
        return HE_OK;
    }
    if (strlen(c->o.directory) > HE_ADDRESS_MAX - 40)
        return he_fail(HE_ERR_ARGUMENT,
                       "he_compare: the directory's path is too long for a socket");
    snprintf(c->directory, sizeof c->directory, "%s", c->o.directory);
    return HE_OK;
}

/* Without one of the three there is nothing to compare: the first failure ends it. */
static he_status run_evaluators(comparison *c)
{
    for (int e = 0; e < HE_EVALUATOR_COUNT; e++) {
        he_status status = run_evaluator(c, (he_evaluator)e);
        if (status == HE_OK)
            continue;
        char text[256];
        snprintf(text, sizeof text, "%s", he_last_error());
        return he_fail(status, "%s: %.230s", he_evaluator_name((he_evaluator)e), text);
    }
    return HE_OK;
}

he_status he_job_run(he_report **report, const he_compare_options *options, const he_job *job)
{
    comparison *c = he_alloc(1, sizeof *c);
    he_report *r = he_alloc(1, sizeof *r);
    he_status status = HE_OK;
    if (c == NULL || r == NULL)
        status = he_fail(HE_ERR_MEMORY, "he_compare: no memory");
    if (status == HE_OK)
        status = check_options(&c->o, options);
    if (status == HE_OK) {
        c->job = job;
        c->report = r;
        status = describe(r, &c->o, job);
    }
    if (status == HE_OK)
        status = enter_directory(c);
    if (status == HE_OK)
        status = run_evaluators(c);
    if (c != NULL && c->own_directory)
        (void)rmdir(c->directory);
    he_free(c);
    if (status != HE_OK) {
        he_report_destroy(r);
        return status;
    }
    measure_errors(r);
    *report = r;
    return HE_OK;
}

static he_status compare_program(he_report **report, const he_compare_options *options,
                                 const char *title, const he_program *program, he_job *job)
{
    HE_REQUIRE_PTR(report);
    HE_REQUIRE_PTR(title);
    HE_REQUIRE_PTR(program);
    HE_TRY(he_program_check(program));
    job->title = title;
    job->program = program;
    job->rows = he_program_size(program);
    job->batches = 1;
    if (he_program_get_type(program) !=
        (job->real_inputs != NULL ? HE_PROGRAM_REAL : HE_PROGRAM_INTEGER))
        return he_fail(HE_ERR_MISMATCH, "he_compare: the program has the other type");
    return he_job_run(report, options, job);
}

he_status he_compare_real(he_report **report, const he_compare_options *options, const char *title,
                          const he_program *program, const double *const *inputs)
{
    HE_REQUIRE_PTR(inputs);
    he_job job = {.real_inputs = inputs};
    return compare_program(report, options, title, program, &job);
}

he_status he_compare_integer(he_report **report, const he_compare_options *options,
                             const char *title, const he_program *program,
                             const int64_t *const *inputs)
{
    HE_REQUIRE_PTR(inputs);
    he_job job = {.integer_inputs = inputs};
    return compare_program(report, options, title, program, &job);
}
