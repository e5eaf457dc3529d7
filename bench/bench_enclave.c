/* SPDX-License-Identifier: MIT */
/* Enclaves: starting one, an attested session, and a query of n doubles each way (x y + x, summed),
 * without a network between client and host. */
#define _POSIX_C_SOURCE 200809L
#include "he_bench.h"

#include <he/enclave.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TIMEOUT_MS 10000

static char state_dir[] = "/tmp/he-bench-XXXXXX";

typedef struct row {
    he_backend backend;
    uint32_t n;
} row;

/* What a session needs. */
typedef struct host {
    he_enclave *enclave;
    he_policy *policy;
    he_rng *rng;
} host;

static void ok(he_status status)
{
    he_bench_check(status == HE_OK, "%s: %s", he_status_text(status), he_last_error());
}

static void remove_state(void)
{
    static const char *const names[] = {"platform.key", "platform.pub", "platform.boots"};
    char path[64];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", state_dir, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(state_dir);
}

/* The platform key of this run: in a directory of its own. */
static const char *state(void)
{
    static bool made;
    if (!made) {
        he_bench_check(mkdtemp(state_dir) != NULL, "no directory for the platform key");
        (void)atexit(remove_state);
        made = true;
    }
    return state_dir;
}

static he_enclave_config config_of(const row *r)
{
    he_enclave_config config = HE_ENCLAVE_CONFIG_INIT;
    config.backend = r->backend;
    config.state_dir = state();
    return config;
}

static host open_host(const row *r)
{
    host h = {NULL, NULL, NULL};
    uint8_t key[HE_PLATFORM_KEY_BYTES];
    he_enclave_config config = config_of(r);
    ok(he_enclave_create(&h.enclave, &config));
    ok(he_platform_public_key(key, state()));
    ok(he_policy_create(&h.policy));
    ok(he_policy_allow_measurement(h.policy, he_enclave_measurement(h.enclave)));
    ok(he_policy_allow_platform(h.policy, key));
    if (r->backend == HE_BACKEND_SIM)
        ok(he_policy_set_root(h.policy, HE_ROOT_NONE));
    ok(he_policy_allow(h.policy, HE_ENCLAVE_SIMULATED | HE_ENCLAVE_SAME_UID));
    ok(he_rng_create_system(&h.rng));
    return h;
}

static void close_host(host *h)
{
    he_rng_destroy(h->rng);
    he_policy_destroy(h->policy);
    he_enclave_destroy(h->enclave);
}

static he_status carry(void *user, void *answer, size_t capacity, size_t *length,
                       const void *request, size_t n)
{
    return he_enclave_call(user, 1, answer, capacity, length, request, n, TIMEOUT_MS);
}

static void start(he_bench_state *state, void *arg)
{
    he_enclave_config config = config_of(arg);
    while (he_bench_keep_running(state)) {
        he_enclave *enclave = NULL;
        ok(he_enclave_create(&enclave, &config));
        he_enclave_destroy(enclave);
    }
}

static void handshake(he_bench_state *state, void *arg)
{
    host h = open_host(arg);
    while (he_bench_keep_running(state)) {
        he_session *session = NULL;
        ok(he_session_connect(&session, NULL, h.policy, h.rng, carry, h.enclave));
        he_session_destroy(session);
        ok(he_enclave_forget(h.enclave, 1));
    }
    close_host(&h);
}

static void query(he_bench_state *state, void *arg)
{
    const row *r = arg;
    host h = open_host(r);
    he_session *session = NULL;
    he_program *p = NULL;
    ok(he_program_create(&p, HE_PROGRAM_REAL, r->n, 0, 20));
    he_value x = he_program_input(p, "x", -1, 1), y = he_program_input(p, "y", -1, 1);
    he_value z = he_program_add(p, he_program_multiply(p, x, y), x);
    he_program_output(p, "z", z);
    he_program_output(p, "sum", he_program_sum(p, z));
    double *values = calloc(r->n, sizeof *values);
    he_bench_check(values != NULL, "no memory");
    const double *inputs[] = {values, values};
    ok(he_session_connect(&session, NULL, h.policy, h.rng, carry, h.enclave));
    ok(he_session_load(session, p));
    while (he_bench_keep_running(state)) {
        ok(he_session_inputs_real(session, inputs));
        ok(he_session_run(session, NULL));
        ok(he_session_output_real(session, values, r->n, 0));
    }
    free(values);
    he_program_destroy(p);
    he_session_destroy(session);
    close_host(&h);
}

void he_bench_enclave(void);

void he_bench_enclave(void)
{
    static const he_backend backends[] = {HE_BACKEND_PROCESS, HE_BACKEND_SIM};
    static row rows[2 * 4];
    size_t count = 0;
    for (size_t b = 0; b < 2; b++) {
        const char *name = he_backend_name(backends[b]);
        for (uint32_t n = 4096; n <= 32768; n *= 2) {
            row *r = &rows[count++];
            *r = (row){backends[b], n};
            if (n == 4096) {
                he_bench_register(start, r, "enclave/start_%s/n=0/bits=64/isa=scalar", name);
                he_bench_register(handshake, r, "enclave/handshake_%s/n=0/bits=64/isa=scalar",
                                  name);
            }
            he_bench_register(query, r, "enclave/query_%s/n=%u/bits=64/isa=scalar", name, n);
        }
    }
}
