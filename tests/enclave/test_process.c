/* SPDX-License-Identifier: MIT */
/* The process backend: who can look into an enclave, what ends it, and that nothing of it stays.
 * What needs root, or needs not to be root, says so when it is left out. */
#define _GNU_SOURCE
#include "faults.h"
#include "lab.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SKIP_ALOUD(reason) cr_skip_test("SKIPPED: %s", reason)

typedef struct stage {
    const char *directory;
    he_enclave *enclave;
    he_policy *policy;
    he_rng *rng;
    he_session *session;
    lab_wire wire;
} stage;

static void set_up(stage *s, const char *image, bool debug)
{
    memset(s, 0, sizeof *s);
    s->directory = lab_directory();
    he_enclave_config config = lab_config(HE_BACKEND_PROCESS, s->directory);
    if (image != NULL)
        config.image_path = image;
    config.debug = debug;
    he_assert_ok(he_enclave_create(&s->enclave, &config));
    s->policy = lab_policy(s->enclave, s->directory);
    s->rng = lab_rng();
    s->wire = (lab_wire){.enclave = s->enclave, .timeout_ms = 5000};
    he_assert_ok(he_session_connect(&s->session, NULL, s->policy, s->rng, lab_transport, &s->wire));
}

static void tear_down(stage *s)
{
    he_session_destroy(s->session);
    he_enclave_destroy(s->enclave);
    he_policy_destroy(s->policy);
    he_rng_destroy(s->rng);
    lab_clean();
}

static he_status ask(stage *s, char fault)
{
    static uint8_t answer[HE_ENCLAVE_REPLY_MAX];
    uint8_t record[64];
    size_t n = 0, got = 0;
    he_assert_ok(he_session_seal(s->session, record, sizeof record, &n, &fault, 1));
    return lab_transport(&s->wire, answer, sizeof answer, &got, record, n);
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

Test(process, auto_takes_it_and_kvm_is_never_replaced)
{
    const char *directory = lab_directory();
    he_enclave_config config = lab_config(HE_BACKEND_AUTO, directory);
    he_enclave *e = NULL;
    he_assert_ok(he_enclave_create(&e, &config));
    cr_assert_eq(he_enclave_backend(e), HE_BACKEND_PROCESS);
    cr_assert_eq(he_enclave_root(e), HE_ROOT_SOFTWARE);
    cr_assert(he_enclave_alive(e));
    cr_assert_gt(he_enclave_pid(e), 0);
    cr_assert_gt(he_enclave_memory(e), 100 << 10);
    cr_assert_lt(he_enclave_memory(e), 64 << 20, "the heap is not resident before it is used");
    uint8_t measurement[HE_MEASUREMENT_BYTES];
    he_assert_ok(he_enclave_measure(measurement, &config));
    cr_assert_arr_eq(he_enclave_measurement(e), measurement, sizeof measurement);
    he_enclave_destroy(e);
    e = NULL;
    config.backend = HE_BACKEND_KVM;
    he_assert_fails(he_enclave_create(&e, &config), HE_ERR_UNSUPPORTED, "kvm is not offered");
    he_assert_fails(he_enclave_measure(measurement, &config), HE_ERR_UNSUPPORTED, "kvm");
    cr_assert_null(e);
    lab_clean();
}

Test(process, evidence_tells_the_truth)
{
    stage s;
    set_up(&s, NULL, false);
    const uint32_t flags = he_enclave_flags(s.enclave);
    cr_assert_eq((flags & HE_ENCLAVE_SAME_UID) != 0, !lab_is_root());
    cr_assert_eq(flags & (HE_ENCLAVE_DEBUG | HE_ENCLAVE_SIMULATED | HE_ENCLAVE_NO_SECCOMP), 0);
    /* what the kernel says of the process agrees */
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/status", he_enclave_pid(s.enclave));
    FILE *f = fopen(path, "r");
    cr_assert_not_null(f);
    unsigned found = 0;
    while (fgets(line, sizeof line, f) != NULL) {
        unsigned long a, b, c;
        if (sscanf(line, "Uid: %lu %lu %lu", &a, &b, &c) == 3) {
            const unsigned long uid = lab_is_root() ? LAB_UID : geteuid();
            cr_assert(a == uid && b == uid && c == uid);
            found++;
        } else if (sscanf(line, "NoNewPrivs: %lu", &a) == 1) {
            cr_assert_eq(a, 1);
            found++;
        } else if (sscanf(line, "Seccomp: %lu", &a) == 1) {
            cr_assert_eq(a, 2);
            found++;
        } else if (sscanf(line, "CapEff: %lx", &a) == 1) {
            cr_assert_eq(a, 0);
            found++;
        } else if (sscanf(line, "Threads: %lu", &a) == 1) {
            cr_assert_eq(a, 1);
            found++;
        }
    }
    fclose(f);
    cr_assert_eq(found, 5);
    tear_down(&s);
}

Test(process, debug_is_measured_and_refused)
{
    stage plain, debug;
    set_up(&plain, NULL, false);
    uint8_t measurement[HE_MEASUREMENT_BYTES];
    memcpy(measurement, he_enclave_measurement(plain.enclave), sizeof measurement);
    tear_down(&plain);
    set_up(&debug, NULL, true);
    cr_assert(he_enclave_flags(debug.enclave) & HE_ENCLAVE_DEBUG);
    cr_assert_neq(memcmp(measurement, he_enclave_measurement(debug.enclave), sizeof measurement),
                  0);
    he_appraisal *a = NULL;
    he_session *s = NULL;
    he_assert_ok(he_appraisal_create(&a));
    he_assert_ok(he_policy_refuse(debug.policy, HE_ENCLAVE_DEBUG));
    he_assert_fails(he_session_connect(&s, a, debug.policy, debug.rng, lab_transport, &debug.wire),
                    HE_ERR_EVIDENCE, "debug: on");
    cr_assert_eq(he_appraisal_reason(a), HE_CHECK_DEBUG);
    he_appraisal_destroy(a);
    tear_down(&debug);
}

Test(process, a_changed_image_has_another_measurement)
{
    const char *directory = lab_directory();
    he_enclave_config config = lab_config(HE_BACKEND_PROCESS, directory);
    uint8_t good[HE_MEASUREMENT_BYTES], other[HE_MEASUREMENT_BYTES];
    he_assert_ok(he_enclave_measure(good, &config));
    config.memory_limit = (uint64_t)64 << 20;
    he_assert_ok(he_enclave_measure(other, &config));
    cr_assert_neq(memcmp(good, other, sizeof good), 0, "the config is measured");
    config.memory_limit = 0;

    char path[128];
    snprintf(path, sizeof path, "%s/image", directory);
    FILE *in = fopen(config.image_path, "rb"), *out = fopen(path, "wb");
    cr_assert(in != NULL && out != NULL);
    size_t n = 0;
    for (int c; (c = fgetc(in)) != EOF; n++)
        fputc(c, out);
    fclose(in);
    fseek(out, (long)n - 1, SEEK_SET);
    fputc(0x5a, out); /* in the section names at the end: it still runs */
    fclose(out);
    config.image_path = path;
    he_assert_ok(he_enclave_measure(other, &config));
    cr_assert_neq(memcmp(good, other, sizeof good), 0);

    he_enclave *e = NULL;
    he_assert_ok(he_enclave_create(&e, &config));
    he_policy *policy = lab_policy(e, directory), *strict = NULL;
    uint8_t key[HE_PLATFORM_KEY_BYTES];
    he_assert_ok(he_platform_public_key(key, directory));
    he_assert_ok(he_policy_create(&strict));
    he_assert_ok(he_policy_allow_measurement(strict, good));
    he_assert_ok(he_policy_allow_platform(strict, key));
    he_assert_ok(he_policy_allow(strict, he_enclave_flags(e)));
    he_rng *rng = lab_rng();
    he_session *s = NULL;
    lab_wire wire = {.enclave = e};
    he_assert_fails(he_session_connect(&s, NULL, strict, rng, lab_transport, &wire),
                    HE_ERR_UNTRUSTED, "measurement");
    he_assert_ok(he_session_connect(&s, NULL, policy, rng, lab_transport, &wire));
    he_session_destroy(s);
    he_enclave_destroy(e);
    he_policy_destroy(policy);
    he_policy_destroy(strict);
    he_rng_destroy(rng);
    lab_clean();
}

Test(process, manifests)
{
    const char *directory = lab_directory();
    he_enclave_config config = lab_config(HE_BACKEND_PROCESS, directory);
    uint8_t seed[32], measurement[HE_MEASUREMENT_BYTES], manifest[HE_MANIFEST_BYTES],
        signer[HE_SIGNER_KEY_BYTES], key[HE_PLATFORM_KEY_BYTES];
    for (size_t i = 0; i < sizeof seed; i++)
        seed[i] = (uint8_t)he_test_random();
    he_assert_ok(he_signer_public_key(signer, seed));
    he_assert_ok(he_enclave_measure(measurement, &config));
    he_assert_ok(he_manifest_sign(manifest, measurement, seed, 9, 4));
    config.manifest = manifest;
    he_enclave *e = NULL;
    he_assert_ok(he_enclave_create(&e, &config));
    he_assert_ok(he_platform_public_key(key, directory));
    he_policy *policy = NULL;
    he_assert_ok(he_policy_create(&policy));
    he_assert_ok(he_policy_allow_platform(policy, key));
    he_assert_ok(he_policy_allow_signer(policy, signer, 9, 3));
    he_assert_ok(he_policy_allow(policy, he_enclave_flags(e)));
    he_rng *rng = lab_rng();
    he_session *s = NULL;
    lab_wire wire = {.enclave = e};
    he_assert_ok(he_session_connect(&s, NULL, policy, rng, lab_transport, &wire));
    he_session_destroy(s);
    he_enclave_destroy(e);
    e = NULL;
    for (size_t bit = 0; bit < 8 * sizeof manifest; bit += 7) {
        manifest[bit / 8] ^= (uint8_t)(1 << bit % 8);
        he_assert_fails(he_enclave_create(&e, &config), HE_ERR_UNTRUSTED, "manifest");
        manifest[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    measurement[0] ^= 1;
    he_assert_ok(he_manifest_sign(manifest, measurement, seed, 9, 4));
    he_assert_fails(he_enclave_create(&e, &config), HE_ERR_UNTRUSTED, "another image");
    cr_assert_null(e);
    cr_assert_not(lab_has_children(), "nothing was started");
    he_policy_destroy(policy);
    he_rng_destroy(rng);
    lab_clean();
}

/* --- What ends an enclave --------------------------------------------------------------------- */

Test(process, every_fault_ends_the_enclave_and_only_it)
{
    static const struct {
        char fault;
        const char *says;
    } cases[] = {
        {FAULT_OPEN, "forbidden system call"},
        {FAULT_X32, "forbidden system call"},
        {FAULT_NULL, "signal 11"},
        {FAULT_TEXT, "signal 11"},
        {FAULT_DATA, "signal 11"},
        {FAULT_PRIVILEGED, "signal 11"},
        {FAULT_STACK, "signal 11"},
        {FAULT_EXIT, "code 7"},
        {FAULT_BABBLE, "makes no sense"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        stage s;
        set_up(&s, lab_faults_image(), false);
        he_assert_ok(ask(&s, FAULT_ECHO));
        he_status status = ask(&s, cases[i].fault);
        cr_assert(status == HE_ERR_ENCLAVE_LOST && he_test_contains(he_last_error(), cases[i].says),
                  "fault '%c': %d: %s", cases[i].fault, (int)status, he_last_error());
        cr_assert_not(he_enclave_alive(s.enclave));
        cr_assert_eq(he_enclave_memory(s.enclave), 0);
        he_assert_fails(ask(&s, FAULT_ECHO), HE_ERR_ENCLAVE_LOST, "has ended");
        he_assert_fails(he_enclave_forget(s.enclave, 0), HE_ERR_ENCLAVE_LOST, "has ended");
        cr_assert_not(lab_has_children());
        tear_down(&s);
        set_up(&s, lab_faults_image(), false); /* the next one starts */
        he_assert_ok(ask(&s, FAULT_ECHO));
        tear_down(&s);
    }
}

Test(process, a_silent_enclave_is_ended_in_time)
{
    stage s;
    set_up(&s, lab_faults_image(), false);
    s.wire.timeout_ms = 200;
    int64_t start = now_ms();
    he_assert_fails(ask(&s, FAULT_LOOP), HE_ERR_ENCLAVE_LOST, "silent for too long");
    cr_assert_lt(now_ms() - start, 3000);
    cr_assert_geq(now_ms() - start, 200);
    cr_assert_not(he_enclave_alive(s.enclave));
    tear_down(&s);
}

Test(process, a_killed_enclave_is_lost_and_the_host_lives)
{
    stage s;
    set_up(&s, NULL, false);
    cr_assert_eq(kill(he_enclave_pid(s.enclave), SIGKILL), 0);
    he_assert_fails(ask(&s, 'x'), HE_ERR_ENCLAVE_LOST, "signal 9");
    tear_down(&s);
}

Test(process, an_application_that_reaps_all_children_does_no_harm)
{
    stage s;
    set_up(&s, NULL, false);
    cr_assert_eq(kill(he_enclave_pid(s.enclave), SIGKILL), 0);
    cr_assert_gt(waitpid(-1, NULL, 0), 0);
    cr_assert_eq(ask(&s, 'x'), HE_ERR_ENCLAVE_LOST);
    tear_down(&s);
}

/* A child of this process starts an enclave, says its pid, and dies without a word. */
Test(process, an_enclave_ends_with_its_launcher)
{
    const char *directory = lab_directory();
    int end[2];
    cr_assert_eq(pipe(end), 0);
    pid_t host = fork();
    if (host == 0) {
        he_enclave_config config = lab_config(HE_BACKEND_PROCESS, directory);
        he_enclave *e = NULL;
        int pid = he_enclave_create(&e, &config) == HE_OK ? he_enclave_pid(e) : -1;
        if (write(end[1], &pid, sizeof pid) == (ssize_t)sizeof pid)
            pause();
        _exit(1);
    }
    int pid = -1;
    cr_assert_eq(read(end[0], &pid, sizeof pid), (ssize_t)sizeof pid);
    cr_assert_gt(pid, 0);
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    cr_assert_geq(fd, 0);
    kill(host, SIGKILL);
    waitpid(host, NULL, 0);
    struct pollfd ended = {fd, POLLIN, 0};
    cr_assert_eq(poll(&ended, 1, 5000), 1, "the enclave outlives its launcher");
    close(fd);
    close(end[0]);
    close(end[1]);
    lab_clean();
}

Test(process, a_hundred_cycles_leave_nothing)
{
    const char *directory = lab_directory();
    he_enclave_config config = lab_config(HE_BACKEND_PROCESS, directory);
    he_enclave *e = NULL;
    he_assert_ok(he_enclave_create(&e, &config)); /* whatever is opened once is open now */
    he_enclave_destroy(e);
    size_t before = lab_open_files();
    for (int i = 0; i < 100; i++) {
        e = NULL;
        he_assert_ok(he_enclave_create(&e, &config));
        he_enclave_destroy(e);
    }
    cr_assert_eq(lab_open_files(), before);
    cr_assert_not(lab_has_children());
    he_enclave_destroy(NULL);
    lab_clean();
}

/* --- Who can look into it --------------------------------------------------------------------- */

/* Tries every way into process pid; the ways that worked, as bits. */
static int ways_in(pid_t pid)
{
    char path[64], byte;
    int ways = 0;
    snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
    int fd = open(path, O_RDONLY);
    if (fd >= 0)
        ways |= 1;
    struct iovec here = {&byte, 1}, there = {(void *)(uintptr_t)0x10000, 1};
    if (process_vm_readv(pid, &here, 1, &there, 1, 0) >= 0 || errno == EFAULT)
        ways |= 2;
    if (ptrace(PTRACE_SEIZE, pid, 0, 0) == 0)
        ways |= 4;
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (pidfd >= 0 && syscall(SYS_pidfd_getfd, pidfd, 0, 0) >= 0)
        ways |= 8;
    snprintf(path, sizeof path, "/proc/%d/fd/0", (int)pid);
    if (readlink(path, &byte, 1) >= 0)
        ways |= 16;
    snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    int maps = open(path, O_RDONLY);
    if (maps >= 0 && read(maps, &byte, 1) == 1)
        ways |= 32;
    return ways;
}

/* The same, in a process of another user (0: of this one). */
static int ways_in_as(uid_t uid, pid_t pid)
{
    pid_t child = fork();
    if (child == 0) {
        if (uid != 0 && (setgroups(0, NULL) != 0 || setresgid(uid, uid, uid) != 0 ||
                         setresuid(uid, uid, uid) != 0))
            _exit(255);
        _exit(ways_in(pid));
    }
    int status = 0;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) != 255);
    return WEXITSTATUS(status);
}

Test(process, no_other_user_can_look_into_it)
{
    if (!lab_is_root())
        SKIP_ALOUD("only root can try it as another user");
    stage s;
    set_up(&s, NULL, false);
    cr_assert_eq(ways_in_as(LAB_UID + 1, he_enclave_pid(s.enclave)), 0);
    cr_assert_eq(ways_in_as(LAB_UID, he_enclave_pid(s.enclave)), 0, "nor its own user");
    tear_down(&s);
    set_up(&s, NULL, true); /* and the ways are ways: a debug enclave's own user gets in */
    cr_assert_neq(ways_in_as(LAB_UID, he_enclave_pid(s.enclave)), 0);
    tear_down(&s);
}

Test(process, not_even_its_own_user_can_look_into_it)
{
    if (lab_is_root())
        SKIP_ALOUD("root can look into any process; see the test as another user");
    stage s;
    set_up(&s, NULL, false);
    cr_assert_eq(ways_in_as(0, he_enclave_pid(s.enclave)), 0);
    tear_down(&s);
}

/* Reads all memory of a process that /proc/pid/mem gives; counts where needle is, and pages of
 * memfd_secret that were read or refused. */
typedef struct scan {
    size_t found, secret_read, secret_refused, bytes;
} scan;

static bool scan_process(scan *r, pid_t pid, const uint8_t *needle, size_t n)
{
    char path[64], line[512];
    memset(r, 0, sizeof *r);
    snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
    int mem = open(path, O_RDONLY);
    snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    FILE *maps = fopen(path, "r");
    if (mem < 0 || maps == NULL) {
        if (mem >= 0)
            close(mem);
        if (maps != NULL)
            fclose(maps);
        return false;
    }
    enum {
        STEP = 1 << 16
    };
    uint8_t *page = malloc(STEP + 64);
    while (fgets(line, sizeof line, maps) != NULL) {
        unsigned long from, to;
        char rights[8];
        if (sscanf(line, "%lx-%lx %7s", &from, &to, rights) != 3 || rights[0] != 'r' ||
            strstr(line, "[v") != NULL || to - from > (1ul << 30))
            continue; /* vdso, vsyscall; shadow memory of sanitizers */
        const bool secret = strstr(line, "secretmem") != NULL;
        size_t kept = 0;
        for (unsigned long at = from; at < to; at += STEP) {
            size_t want = to - at < STEP ? to - at : STEP;
            ssize_t got = pread(mem, page + kept, want, (off_t)at);
            if (secret)
                *(got > 0 ? &r->secret_read : &r->secret_refused) += 1;
            if (got <= 0)
                break;
            size_t all = kept + (size_t)got;
            r->bytes += (size_t)got;
            for (uint8_t *p = page; (p = memmem(p, (size_t)(page + all - p), needle, n)) != NULL;
                 p++)
                r->found++;
            kept = all < n - 1 ? all : n - 1; /* it may lie across the border */
            memmove(page, page + all - kept, kept);
        }
    }
    free(page);
    close(mem);
    fclose(maps);
    return true;
}

Test(process, root_reads_its_memory_but_not_its_keys)
{
    if (!lab_is_root())
        SKIP_ALOUD("only root can read an enclave's memory");
    stage s;
    set_up(&s, NULL, false);
    if (he_enclave_flags(s.enclave) & HE_ENCLAVE_NO_SECRET_MEM) {
        tear_down(&s);
        SKIP_ALOUD("this kernel has no memfd_secret");
    }
    he_program *p = lab_program_real(64);
    double x[64];
    for (int i = 0; i < 64; i++)
        x[i] = 8 * he_test_random_unit();
    he_assert_ok(he_session_load(s.session, p));
    he_assert_ok(he_session_input_real(s.session, 0, x, 64));
    scan r;
    cr_assert(scan_process(&r, he_enclave_pid(s.enclave), (const uint8_t *)x, 64));
    /* as the trust sentence says: root can read the data */
    cr_assert_geq(r.found, 1);
    cr_assert_geq(r.secret_refused, 1);
    cr_assert_eq(r.secret_read, 0);
    he_program_destroy(p);
    tear_down(&s);
}

/* --- Canary ----------------------------------------------------------------------------------- */

/* The host: an enclave and a loop that passes frames (u32 length | bytes) between a socket and it.
 * It has no secret of the client. */
static void host_main(int socket, he_backend backend, const char *directory)
{
    he_enclave_config config = lab_config(backend, directory);
    he_enclave *e = NULL;
    uint8_t *in = malloc(HE_ENCLAVE_REPLY_MAX), *out = malloc(HE_ENCLAVE_REPLY_MAX);
    uint8_t first[HE_MEASUREMENT_BYTES + 4] = {0};
    if (he_enclave_create(&e, &config) != HE_OK)
        _exit(2);
    memcpy(first, he_enclave_measurement(e), HE_MEASUREMENT_BYTES);
    uint32_t flags = he_enclave_flags(e), length;
    memcpy(first + HE_MEASUREMENT_BYTES, &flags, 4);
    if (write(socket, first, sizeof first) != (ssize_t)sizeof first)
        _exit(3);
    while (recv(socket, &length, 4, MSG_WAITALL) == 4 && length <= HE_ENCLAVE_REPLY_MAX) {
        size_t n = 0;
        if (recv(socket, in, length, MSG_WAITALL) != (ssize_t)length)
            break;
        he_status status = he_enclave_call(e, 1, out, HE_ENCLAVE_REPLY_MAX, &n, in, length, 0);
        uint32_t head[2] = {(uint32_t)status, (uint32_t)n};
        if (write(socket, head, 8) != 8 || write(socket, out, n) != (ssize_t)n)
            break;
    }
    he_enclave_destroy(e);
    _exit(0);
}

static he_status through_socket(void *user, void *answer, size_t capacity, size_t *length,
                                const void *request, size_t n)
{
    int socket = *(int *)user;
    uint32_t size = (uint32_t)n, head[2];
    cr_assert_eq(write(socket, &size, 4), 4);
    cr_assert_eq(write(socket, request, n), (ssize_t)n);
    cr_assert_eq(recv(socket, head, 8, MSG_WAITALL), 8);
    cr_assert_leq(head[1], capacity);
    if (head[1] != 0)
        cr_assert_eq(recv(socket, answer, head[1], MSG_WAITALL), (ssize_t)head[1]);
    *length = head[1];
    return (he_status)(int32_t)head[0];
}

/* How often the client's secret is in the memory of the host. */
static size_t canaries(he_backend backend)
{
    const char *directory = lab_directory();
    int pair[2];
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    pid_t host = fork();
    if (host == 0) {
        close(pair[0]);
        host_main(pair[1], backend, directory);
    }
    close(pair[1]);
    uint8_t first[HE_MEASUREMENT_BYTES + 4], key[HE_PLATFORM_KEY_BYTES];
    cr_assert_eq(recv(pair[0], first, sizeof first, MSG_WAITALL), (ssize_t)sizeof first);
    uint32_t flags;
    memcpy(&flags, first + HE_MEASUREMENT_BYTES, 4);
    he_policy *policy = NULL;
    he_assert_ok(he_policy_create(&policy));
    he_assert_ok(he_policy_allow_measurement(policy, first));
    he_assert_ok(he_policy_allow(policy, flags));
    if (backend == HE_BACKEND_SIM) {
        he_assert_ok(he_policy_set_root(policy, HE_ROOT_NONE));
    } else {
        he_assert_ok(he_platform_public_key(key, directory));
        he_assert_ok(he_policy_allow_platform(policy, key));
    }
    he_rng *rng = NULL;
    he_assert_ok(he_rng_create_system(&rng));
    he_session *s = NULL;
    he_assert_ok(he_session_connect(&s, NULL, policy, rng, through_socket, &pair[0]));

    double secret[64]; /* made after the fork: only the client has it */
    he_assert_ok(he_rng_bytes(rng, secret, sizeof secret));
    for (int i = 0; i < 64; i++) {
        uint64_t bits;
        memcpy(&bits, &secret[i], 8);
        bits = (bits & 0x800fffffffffffffu) | 0x3ff0000000000000u; /* in (-2, 2), 53 random bits */
        memcpy(&secret[i], &bits, 8);
    }
    double product[64];
    he_program *p = lab_program_real(64);
    he_assert_ok(he_session_load(s, p));
    he_assert_ok(he_session_input_real(s, 0, secret, 64));
    he_assert_ok(he_session_input_real(s, 1, secret, 64));
    he_assert_ok(he_session_run(s, NULL));
    he_assert_ok(he_session_output_real(s, product, 64, 0));
    scan r;
    cr_assert(scan_process(&r, host, (const uint8_t *)secret, 32), "the host cannot be scanned");
    cr_assert_gt(r.bytes, 1 << 20);
    he_program_destroy(p);
    he_session_destroy(s);
    he_policy_destroy(policy);
    he_rng_destroy(rng);
    close(pair[0]);
    int status = 0;
    cr_assert_eq(waitpid(host, &status, 0), host);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    lab_clean();
    return r.found;
}

Test(process, the_host_never_has_the_clients_secret)
{
    /* the scan proves itself: inside a simulation's host the secret is found */
    cr_assert_geq(canaries(HE_BACKEND_SIM), 1);
    cr_assert_eq(canaries(HE_BACKEND_PROCESS), 0);
}

/* --- Starting --------------------------------------------------------------------------------- */

Test(process, what_cannot_start_says_why)
{
    const char *directory = lab_directory();
    he_enclave_config config = lab_config(HE_BACKEND_PROCESS, directory);
    he_enclave *e = NULL;
    size_t before = lab_open_files();
    config.image_path = "/nonexistent/image";
    he_assert_fails(he_enclave_create(&e, &config), HE_ERR_IO, "/nonexistent/image");
    config.image_path = "/tmp";
    he_assert_fails(he_enclave_create(&e, &config), HE_ERR_IO, "regular file");
    config.image_path = "/dev/null";
    he_assert_fails(he_enclave_create(&e, &config), HE_ERR_IO, "regular file");
    char path[128];
    snprintf(path, sizeof path, "%s/short", directory);
    FILE *f = fopen(path, "w");
    fputs("not a program", f);
    fclose(f);
    config.image_path = path;
    he_assert_fails(he_enclave_create(&e, &config), HE_ERR_FORMAT, "13 bytes");
    f = fopen(path, "w");
    for (int i = 0; i < 100; i++)
        fputs("not a program", f);
    fclose(f);
    he_assert_fails(he_enclave_create(&e, &config), HE_ERR_IO, "execute the image");
    config.image_path = "/bin/true"; /* a program, but no image */
    cr_assert_eq(he_enclave_create(&e, &config), HE_ERR_ENCLAVE_LOST, "%s", he_last_error());
    config.image_path = "/bin/cat";
    cr_assert_eq(he_enclave_create(&e, &config), HE_ERR_ENCLAVE_LOST, "%s", he_last_error());

    config = lab_config(HE_BACKEND_PROCESS, directory);
    config.memory_limit = 1;
    he_assert_fails(he_enclave_create(&e, &config), HE_ERR_ARGUMENT, "memory_limit");
    config.memory_limit = 0;
    config.struct_size = 3;
    he_assert_fails(he_enclave_create(&e, &config), HE_ERR_ARGUMENT, "struct_size");
    config.struct_size = sizeof config;
    config.backend = (he_backend)17;
    he_assert_fails(he_enclave_create(&e, &config), HE_ERR_ARGUMENT, "17");
    he_assert_fails(he_enclave_create(NULL, &config), HE_ERR_NULL, "enclave");
    he_assert_fails(he_enclave_create(&e, NULL), HE_ERR_NULL, "config");
    if (!lab_is_root()) {
        config = lab_config(HE_BACKEND_PROCESS, directory);
        config.uid = LAB_UID;
        he_assert_fails(he_enclave_create(&e, &config), HE_ERR_UNSUPPORTED, "only root");
    }
    cr_assert_null(e);
    cr_assert_eq(lab_open_files(), before);
    cr_assert_not(lab_has_children());
    lab_clean();
}

Test(process, failing_allocations)
{
    const char *directory = lab_directory();
    he_enclave_config config = lab_config(HE_BACKEND_PROCESS, directory);
    he_enclave *e = NULL;
    for (unsigned long k = 1; e == NULL; k++) {
        cr_assert_lt(k, 100);
        he_test_fail_allocation(k);
        he_status status = he_enclave_create(&e, &config);
        he_test_fail_allocation(0);
        cr_assert(status == HE_ERR_MEMORY || (status == HE_OK && k > 2), "%lu: %d", k, (int)status);
    }
    he_enclave_destroy(e);
    lab_clean();
}

/* Without standard files the launcher's own files get their numbers. */
Test(process, starts_without_standard_files)
{
    const char *directory = lab_directory();
    pid_t child = fork();
    if (child == 0) {
        close(0);
        close(1);
        close(2);
        he_enclave_config config = lab_config(HE_BACKEND_PROCESS, directory);
        he_enclave *e = NULL;
        he_status status = he_enclave_create(&e, &config);
        if (status == HE_OK)
            status = he_enclave_forget(e, 1);
        he_enclave_destroy(e);
        _exit(-status);
    }
    int status = 0;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status));
    cr_assert_eq(WEXITSTATUS(status), 0);
    lab_clean();
}
