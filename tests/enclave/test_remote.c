/* SPDX-License-Identifier: MIT */
/* Programs in enclaves: the same bytes from every backend as in the clear, and every request that
 * does not fit is answered with its reason. */
#include "core/bytes.h"
#include "enclave/image/layout.h"
#include "lab.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct desk {
    const char *directory;
    lab_wire wire;
    he_policy *policy;
    he_rng *rng;
    he_session *session;
} desk;

static void set_up(desk *d, he_backend backend)
{
    memset(d, 0, sizeof *d);
    d->directory = lab_directory();
    he_enclave_config config = lab_config(backend, d->directory);
    he_assert_ok(he_enclave_create(&d->wire.enclave, &config));
    d->policy = lab_policy(d->wire.enclave, d->directory);
    d->rng = lab_rng();
    he_assert_ok(he_session_connect(&d->session, NULL, d->policy, d->rng, lab_transport, &d->wire));
}

static void tear_down(desk *d)
{
    he_session_destroy(d->session);
    he_enclave_destroy(d->wire.enclave);
    he_policy_destroy(d->policy);
    he_rng_destroy(d->rng);
    lab_clean();
}

static void run_real(he_backend backend, uint32_t size, uint32_t padding)
{
    desk d;
    set_up(&d, backend);
    if (padding != 0) {
        he_session_destroy(d.session);
        he_assert_ok(he_policy_set_padding(d.policy, padding));
        he_assert_ok(he_session_connect(&d.session, NULL, d.policy, d.rng, lab_transport, &d.wire));
    }
    he_program *p = lab_program_real(size);
    double *v[6];
    for (int i = 0; i < 6; i++)
        v[i] = calloc(size, sizeof **v);
    for (uint32_t i = 0; i < size; i++) {
        v[0][i] = 8 * he_test_random_unit();
        v[1][i] = 8 * he_test_random_unit();
    }
    he_assert_ok(he_session_load(d.session, p));
    for (int round = 0; round < 2; round++) { /* cold and warm */
        v[0][0] += 0x1p-10 * round;
        he_assert_ok(he_session_input_real(d.session, 0, v[0], size));
        he_assert_ok(he_session_input_real(d.session, 1, v[1], size));
        he_assert_ok(he_session_run(d.session, NULL));
        he_assert_ok(he_session_output_real(d.session, v[2], size, 0));
        he_assert_ok(he_session_output_real(d.session, v[3], size, 1));
        he_assert_ok(he_program_run_real(p, (double *const[]){v[4], v[5]},
                                         (const double *const[]){v[0], v[1]}));
        cr_assert_eq(memcmp(v[2], v[4], size * sizeof **v), 0, "size %u", size);
        cr_assert_eq(memcmp(v[3], v[5], size * sizeof **v), 0, "size %u", size);
    }
    /* the same, all vectors at once; the two inputs exchanged, so that nothing old can answer */
    const double *all[2] = {v[1], v[0]};
    he_assert_ok(he_session_inputs_real(d.session, all));
    he_assert_ok(he_session_run(d.session, NULL));
    he_assert_ok(he_session_outputs_real(d.session, (double *const[]){v[2], v[3]}));
    he_assert_ok(he_program_run_real(p, (double *const[]){v[4], v[5]}, all));
    cr_assert_eq(memcmp(v[2], v[4], size * sizeof **v), 0, "size %u", size);
    cr_assert_eq(memcmp(v[3], v[5], size * sizeof **v), 0, "size %u", size);
    for (int i = 0; i < 6; i++)
        free(v[i]);
    he_program_destroy(p);
    tear_down(&d);
}

Test(remote, reals_are_the_same_bytes_as_in_the_clear)
{
    run_real(HE_BACKEND_SIM, 1024, 0);
    run_real(HE_BACKEND_PROCESS, 1024, 0);
    run_real(HE_BACKEND_PROCESS, HE_PROGRAM_MAX_SIZE, 0);
    run_real(HE_BACKEND_PROCESS, HE_PROGRAM_MAX_SIZE, HE_PADDING_MAX);
}

Test(remote, integers_are_the_same_as_in_the_clear)
{
    for (int i = 0; i < 2; i++) {
        desk d;
        set_up(&d, i == 0 ? HE_BACKEND_SIM : HE_BACKEND_PROCESS);
        enum {
            SIZE = 512
        };
        int64_t x[SIZE], y[SIZE], got[SIZE], sum[SIZE], expected[SIZE], expected_sum[SIZE];
        for (int k = 0; k < SIZE; k++) {
            x[k] = (int64_t)he_test_random_below(65537) - 32768;
            y[k] = (int64_t)he_test_random_below(65537) - 32768;
        }
        memset(y + 100, 0, sizeof y - 100 * sizeof *y); /* and only 100 of them are sent */
        he_program *p = lab_program_integer(SIZE);
        he_assert_ok(he_session_load(d.session, p));
        he_assert_ok(he_session_input_integer(d.session, 1, y, 100));
        he_assert_ok(he_session_input_integer(d.session, 0, x, SIZE));
        he_assert_ok(he_session_run(d.session, NULL));
        he_assert_ok(he_session_output_integer(d.session, got, SIZE, 0));
        he_assert_ok(he_session_output_integer(d.session, sum, 3, 1));
        int64_t all[2][SIZE], y_whole[SIZE] = {0};
        memcpy(y_whole, y, 100 * sizeof *y);
        he_assert_ok(he_session_inputs_integer(d.session, (const int64_t *const[]){x, y_whole}));
        he_assert_ok(he_session_run(d.session, NULL));
        he_assert_ok(he_session_outputs_integer(d.session, (int64_t *const[]){all[0], all[1]}));
        cr_assert_eq(memcmp(all[0], got, sizeof got), 0);
        cr_assert_eq(memcmp(all[1], sum, 3 * sizeof *sum), 0);
        he_assert_ok(he_program_run_integer(p, (int64_t *const[]){expected, expected_sum},
                                            (const int64_t *const[]){x, y}));
        cr_assert_arr_eq(got, expected, sizeof got);
        cr_assert_arr_eq(sum, expected_sum, 3 * sizeof *sum);
        he_program_destroy(p);
        tear_down(&d);
    }
}

Test(remote, logistic_is_exact)
{
    for (int i = 0; i < 2; i++) {
        desk d;
        set_up(&d, i == 0 ? HE_BACKEND_SIM : HE_BACKEND_PROCESS);
        enum {
            SIZE = 256
        };
        double x[SIZE], y[SIZE], score[SIZE], sum[SIZE];
        for (int k = 0; k < SIZE; k++) {
            x[k] = 8 * he_test_random_unit();
            y[k] = 8 * he_test_random_unit();
        }
        x[0] = x[1] = 0;
        he_program *p = lab_program_real(SIZE);
        he_assert_ok(he_session_load(d.session, p));
        he_assert_ok(he_session_input_real(d.session, 0, x, SIZE));
        he_assert_ok(he_session_input_real(d.session, 1, y, SIZE));
        const he_post post[] = {HE_POST_LOGISTIC, HE_POST_NONE};
        he_assert_ok(he_session_run(d.session, post));
        he_assert_ok(he_session_output_real(d.session, score, SIZE, 0));
        he_assert_ok(he_session_output_real(d.session, sum, SIZE, 1));
        for (int k = 0; k < SIZE; k++) {
            volatile double product = x[k] * y[k]; /* rounded, as the program does */
            long double exact = 1 / (1 + expl(-(long double)(product + 2)));
            cr_assert_leq(fabsl(score[k] - exact), 0x1p-51L * exact, "%d: %a", k, score[k]);
        }
        cr_assert(fabs(sum[0]) > 1, "the other output is as it was");
        he_program_destroy(p);
        tear_down(&d);
    }
}

/* A program of more than one piece. */
Test(remote, large_programs_arrive_in_pieces)
{
    for (int i = 0; i < 2; i++) {
        desk d;
        set_up(&d, i == 0 ? HE_BACKEND_SIM : HE_BACKEND_PROCESS);
        const uint32_t size = 32768;
        double *values = malloc(size * sizeof *values), *out = malloc(size * sizeof *out);
        he_program *p = NULL;
        he_assert_ok(he_program_create(&p, HE_PROGRAM_REAL, size, 0, 20));
        he_value x = he_program_input(p, "x", -1, 1), y = x;
        for (int k = 0; k < 5; k++) {
            for (uint32_t j = 0; j < size; j++)
                values[j] = he_test_random_unit();
            y = he_program_add(p, y, he_program_constant(p, values, size));
        }
        he_program_output(p, "y", y);
        cr_assert_gt(he_program_save_size(p), 2 * HE_TASK_PIECE);
        uint64_t before = d.wire.calls;
        he_assert_ok(he_session_load(d.session, p));
        cr_assert_eq(d.wire.calls - before, 3);
        memset(values, 0, size * sizeof *values);
        he_assert_ok(he_session_input_real(d.session, 0, values, size));
        he_assert_ok(he_session_run(d.session, NULL));
        he_assert_ok(he_session_output_real(d.session, out, size, 0));
        double *expected = malloc(size * sizeof *expected);
        he_assert_ok(
            he_program_run_real(p, (double *const[]){expected}, (const double *const[]){values}));
        cr_assert_eq(memcmp(out, expected, size * sizeof *out), 0);
        free(expected);
        free(values);
        free(out);
        he_program_destroy(p);
        tear_down(&d);
    }
}

Test(remote, what_the_client_refuses_itself)
{
    desk d;
    set_up(&d, HE_BACKEND_SIM);
    double x[16] = {0};
    int64_t n[16] = {0};
    he_assert_fails(he_session_run(d.session, NULL), HE_ERR_ARGUMENT, "no program");
    he_assert_fails(he_session_input_real(d.session, 0, x, 16), HE_ERR_ARGUMENT, "no program");
    he_assert_fails(he_session_output_real(d.session, x, 16, 0), HE_ERR_ARGUMENT, "no program");
    he_assert_fails(he_session_load(d.session, NULL), HE_ERR_NULL, "program");
    he_assert_fails(he_session_load(NULL, NULL), HE_ERR_NULL, "session");
    he_program *p = lab_program_real(16), *unfinished = NULL;
    he_assert_ok(he_program_create(&unfinished, HE_PROGRAM_REAL, 16, 0, 20));
    cr_assert_neq(he_session_load(d.session, unfinished), HE_OK);
    he_program_destroy(unfinished);
    he_assert_ok(he_session_load(d.session, p));
    he_assert_fails(he_session_input_real(d.session, 2, x, 16), HE_ERR_ARGUMENT, "input 2");
    he_assert_fails(he_session_input_real(d.session, 0, x, 17), HE_ERR_ARGUMENT, "17 values");
    he_assert_fails(he_session_input_real(d.session, 0, NULL, 16), HE_ERR_NULL, "values");
    he_assert_fails(he_session_input_integer(d.session, 0, n, 16), HE_ERR_MISMATCH, "reals");
    he_assert_fails(he_session_output_real(d.session, x, 16, 2), HE_ERR_ARGUMENT, "output 2");
    he_assert_fails(he_session_output_real(d.session, NULL, 16, 0), HE_ERR_NULL, "values");
    he_assert_fails(he_session_output_integer(d.session, n, 16, 0), HE_ERR_MISMATCH, "reals");
    he_assert_fails(he_session_inputs_real(d.session, NULL), HE_ERR_NULL, "inputs is NULL");
    he_assert_fails(he_session_inputs_real(d.session, (const double *const[]){x, NULL}),
                    HE_ERR_NULL, "input 1 is NULL");
    he_assert_fails(he_session_inputs_integer(d.session, (const int64_t *const[]){n, n}),
                    HE_ERR_MISMATCH, "reals");
    he_assert_fails(he_session_outputs_real(d.session, (double *const[]){NULL, x}), HE_ERR_NULL,
                    "output 0 is NULL");
    he_assert_ok(he_session_output_real(d.session, NULL, 0, 0));
    he_program_destroy(p);

    he_session *bare = NULL;
    uint8_t hello[HE_HELLO_BYTES];
    he_assert_ok(he_session_begin(&bare, hello, d.policy, d.rng));
    he_assert_fails(he_session_run(bare, NULL), HE_ERR_ARGUMENT, "no transport");
    he_session_destroy(bare);
    he_assert_fails(he_session_connect(&bare, NULL, d.policy, d.rng, NULL, NULL), HE_ERR_NULL,
                    "transport");
    tear_down(&d);
}

Test(remote, what_the_enclave_refuses_it_says)
{
    for (int i = 0; i < 2; i++) {
        desk d;
        set_up(&d, i == 0 ? HE_BACKEND_SIM : HE_BACKEND_PROCESS);
        double x[16] = {0};
        he_program *p = lab_program_real(16);
        he_assert_ok(he_session_load(d.session, p));
        he_assert_fails(he_session_run(d.session, NULL), HE_ERR_ARGUMENT, "0 of 16");
        he_assert_ok(he_session_input_real(d.session, 0, x, 16));
        he_assert_fails(he_session_run(d.session, NULL), HE_ERR_ARGUMENT, "enclave says: input 1");
        he_assert_fails(he_session_output_real(d.session, x, 16, 0), HE_ERR_ARGUMENT,
                        "before a run");
        x[3] = 9; /* beyond the input's interval */
        he_assert_ok(he_session_input_real(d.session, 1, x, 16));
        cr_assert_eq(he_session_run(d.session, NULL), HE_ERR_ARGUMENT);
        he_assert_fails(he_session_output_real(d.session, x, 16, 0), HE_ERR_ARGUMENT,
                        "before a run");
        x[3] = 1;
        he_assert_ok(he_session_input_real(d.session, 1, x, 16));
        const he_post unknown[] = {(he_post)2, HE_POST_NONE};
        he_assert_fails(he_session_run(d.session, unknown), HE_ERR_UNSUPPORTED, "function 2");
        he_assert_ok(he_session_run(d.session, NULL));
        he_assert_ok(he_session_output_real(d.session, x, 16, 0));
        he_assert_ok(he_session_input_real(d.session, 1, x, 16)); /* makes the outputs stale */
        he_assert_fails(he_session_output_real(d.session, x, 16, 0), HE_ERR_ARGUMENT,
                        "before a run");
        he_program_destroy(p);
        p = lab_program_integer(16);
        he_assert_ok(he_session_load(d.session, p));
        int64_t n[16] = {0};
        he_assert_ok(he_session_input_integer(d.session, 0, n, 16));
        he_assert_ok(he_session_input_integer(d.session, 1, n, 16));
        const he_post logistic[] = {HE_POST_LOGISTIC, HE_POST_NONE};
        he_assert_fails(he_session_run(d.session, logistic), HE_ERR_UNSUPPORTED, "function 1");
        he_assert_ok(he_session_run(d.session, NULL));
        he_program_destroy(p);
        tear_down(&d);
    }
}

/* Requests that he_session_… never makes, sealed by hand. */
static he_status raw(desk *d, uint8_t *request, size_t n, char text[256])
{
    static uint8_t record[4096], answer[HE_ENCLAVE_REPLY_MAX], opened[4096];
    size_t size = 0, got = 0, length = 0;
    he_assert_ok(he_session_seal(d->session, record, sizeof record, &size, request, n));
    he_assert_ok(lab_transport(&d->wire, answer, sizeof answer, &got, record, size));
    he_assert_ok(he_session_open(d->session, opened, sizeof opened, &length, answer, got));
    cr_assert_geq(length, HE_TASK_ANSWER_HEAD);
    cr_assert_leq(length, HE_TASK_ANSWER_HEAD + 255);
    memcpy(text, opened + HE_TASK_ANSWER_HEAD, length - HE_TASK_ANSWER_HEAD);
    text[length - HE_TASK_ANSWER_HEAD] = '\0';
    return (he_status)(int32_t)he_load32(opened + 4);
}

#define raw_fails(d, request, n, status, words)                                                    \
    do {                                                                                           \
        char text_[256];                                                                           \
        cr_assert_eq(raw(d, request, n, text_), status, "%s", text_);                              \
        cr_assert(he_test_contains(text_, words), "%s", text_);                                    \
    } while (0)

Test(remote, requests_that_no_client_of_ours_makes)
{
    desk d;
    set_up(&d, HE_BACKEND_PROCESS);
    uint8_t q[512] = {0};
    raw_fails(&d, q, 0, HE_ERR_FORMAT, "kind 0");
    raw_fails(&d, q, 3, HE_ERR_FORMAT, "kind 0");
    he_store32(q, 77);
    raw_fails(&d, q, 4, HE_ERR_FORMAT, "kind 77");
    he_store32(q, HE_TASK_PROGRAM);
    raw_fails(&d, q, HE_TASK_PROGRAM_HEAD - 1, HE_ERR_FORMAT, "too short");
    raw_fails(&d, q, HE_TASK_PROGRAM_HEAD, HE_ERR_FORMAT, "of 0 bytes");
    he_store64(q + 36, HE_TASK_PROGRAM_MAX + 1);
    raw_fails(&d, q, HE_TASK_PROGRAM_HEAD + 10, HE_ERR_FORMAT, "67108865");
    he_store64(q + 36, 100);
    raw_fails(&d, q, HE_TASK_PROGRAM_HEAD, HE_ERR_FORMAT, "fit together"); /* empty piece */
    raw_fails(&d, q, HE_TASK_PROGRAM_HEAD + 101, HE_ERR_FORMAT, "fit together");
    he_store64(q + 44, 50);
    raw_fails(&d, q, HE_TASK_PROGRAM_HEAD + 50, HE_ERR_FORMAT, "fit together"); /* no first one */
    he_store64(q + 44, 0);
    char text[256];
    cr_assert_eq(raw(&d, q, HE_TASK_PROGRAM_HEAD + 50, text), HE_OK);
    he_store64(q + 44, 51);
    raw_fails(&d, q, HE_TASK_PROGRAM_HEAD + 49, HE_ERR_FORMAT, "fit together"); /* a gap */
    he_store64(q + 44, 0);
    cr_assert_eq(raw(&d, q, HE_TASK_PROGRAM_HEAD + 50, text), HE_OK);
    he_store64(q + 44, UINT64_MAX);
    raw_fails(&d, q, HE_TASK_PROGRAM_HEAD + 2, HE_ERR_FORMAT, "fit together");
    he_store64(q + 44, 0);
    raw_fails(&d, q, HE_TASK_PROGRAM_HEAD + 100, HE_ERR_MISMATCH, "id"); /* whole, another id */

    he_store32(q, HE_TASK_INPUT);
    raw_fails(&d, q, HE_TASK_INPUT_HEAD, HE_ERR_ARGUMENT, "before a program");
    he_store32(q, HE_TASK_RUN);
    raw_fails(&d, q, HE_TASK_RUN_HEAD, HE_ERR_ARGUMENT, "before a program");
    he_store32(q, HE_TASK_OUTPUT);
    raw_fails(&d, q, HE_TASK_OUTPUT_HEAD, HE_ERR_ARGUMENT, "before a run");

    /* bytes with the right id that are no program */
    uint8_t id[32], bytes[8] = "rubbish";
    he_store32(q, HE_TASK_PROGRAM);
    extern void he_hash(uint8_t *, const void *, size_t);
    he_hash(id, bytes, sizeof bytes);
    memcpy(q + 4, id, 32);
    he_store64(q + 36, sizeof bytes);
    memcpy(q + HE_TASK_PROGRAM_HEAD, bytes, sizeof bytes);
    cr_assert_lt(raw(&d, q, HE_TASK_PROGRAM_HEAD + sizeof bytes, text), 0);

    he_program *p = lab_program_real(16);
    he_assert_ok(he_session_load(d.session, p));
    memset(q, 0, sizeof q);
    he_store32(q, HE_TASK_INPUT);
    raw_fails(&d, q, HE_TASK_INPUT_HEAD - 1, HE_ERR_FORMAT, "too short");
    he_store32(q + 8, HE_PROGRAM_REAL);
    raw_fails(&d, q, HE_TASK_INPUT_HEAD, HE_ERR_FORMAT, "continue"); /* nothing */
    he_store32(q + 16, 33);
    raw_fails(&d, q, HE_TASK_INPUT_HEAD + 33 * 8, HE_ERR_FORMAT, "continue"); /* too many */
    he_store32(q + 4, 1);
    he_store32(q + 16, 17);
    raw_fails(&d, q, HE_TASK_INPUT_HEAD + 17 * 8, HE_ERR_FORMAT, "continue");
    he_store32(q + 4, 0);
    he_store32(q + 16, 8);
    raw_fails(&d, q, HE_TASK_INPUT_HEAD + 7 * 8, HE_ERR_FORMAT, "continue");
    cr_assert_eq(raw(&d, q, HE_TASK_INPUT_HEAD + 8 * 8, text), HE_OK);
    he_store32(q + 12, 9);
    raw_fails(&d, q, HE_TASK_INPUT_HEAD + 8 * 8, HE_ERR_FORMAT, "continue"); /* a gap */
    he_store32(q + 12, 8);
    cr_assert_eq(raw(&d, q, HE_TASK_INPUT_HEAD + 8 * 8, text), HE_OK); /* the other half */
    he_store32(q + 12, 16);
    raw_fails(&d, q, HE_TASK_INPUT_HEAD + 8 * 8, HE_ERR_FORMAT, "continue");
    he_store32(q + 4, 2);
    raw_fails(&d, q, HE_TASK_INPUT_HEAD + 8 * 8, HE_ERR_ARGUMENT, "input 2");
    he_store32(q + 4, 0);
    he_store32(q + 8, HE_PROGRAM_INTEGER);
    raw_fails(&d, q, HE_TASK_INPUT_HEAD + 8 * 8, HE_ERR_MISMATCH, "integer");

    double x[16] = {0};
    he_assert_ok(he_session_input_real(d.session, 1, x, 16));
    memset(q, 0, sizeof q);
    he_store32(q, HE_TASK_RUN);
    raw_fails(&d, q, 7, HE_ERR_FORMAT, "too short");
    he_store32(q + 4, 1);
    raw_fails(&d, q, 12, HE_ERR_FORMAT, "1 functions");
    he_store32(q + 4, 2);
    raw_fails(&d, q, 12, HE_ERR_FORMAT, "2 functions");
    he_assert_ok(he_session_run(d.session, NULL));
    memset(q, 0, sizeof q);
    he_store32(q, HE_TASK_OUTPUT);
    raw_fails(&d, q, HE_TASK_OUTPUT_HEAD + 1, HE_ERR_FORMAT, "17 bytes");
    he_store32(q + 8, 17);
    raw_fails(&d, q, HE_TASK_OUTPUT_HEAD, HE_ERR_ARGUMENT, "elements");
    he_store32(q + 8, 1);
    he_store32(q + 12, UINT32_MAX);
    raw_fails(&d, q, HE_TASK_OUTPUT_HEAD, HE_ERR_ARGUMENT, "elements");
    he_store32(q + 4, 2);
    raw_fails(&d, q, HE_TASK_OUTPUT_HEAD, HE_ERR_ARGUMENT, "output 2");
    he_program_destroy(p);
    tear_down(&d);
}

Test(remote, a_program_that_needs_more_than_the_enclave_has)
{
    const char *directory = lab_directory();
    he_enclave_config config = lab_config(HE_BACKEND_PROCESS, directory);
    config.memory_limit = (uint64_t)8 << 20;
    lab_wire wire = {0};
    he_assert_ok(he_enclave_create(&wire.enclave, &config));
    he_policy *policy = lab_policy(wire.enclave, directory);
    he_rng *rng = lab_rng();
    he_session *s = NULL;
    he_assert_ok(he_session_connect(&s, NULL, policy, rng, lab_transport, &wire));
    he_program *p = NULL;
    he_assert_ok(he_program_create(&p, HE_PROGRAM_REAL, HE_PROGRAM_MAX_SIZE, 0, 20));
    char name[8];
    for (int i = 0; i < 20; i++) { /* 20 vectors of half a MiB */
        snprintf(name, sizeof name, "x%d", i);
        he_program_output(p, name, he_program_input(p, name, -1, 1));
    }
    he_assert_fails(he_session_load(s, p), HE_ERR_MEMORY, "memory limit");
    he_program_destroy(p);
    p = lab_program_real(1024); /* and it lives */
    he_assert_ok(he_session_load(s, p));
    he_program_destroy(p);
    he_session_destroy(s);
    he_rng_destroy(rng);
    he_policy_destroy(policy);
    he_enclave_destroy(wire.enclave);
    lab_clean();
}

/* Every allocation of the client and of the simulation fails once. */
Test(remote, failing_allocations)
{
    const char *directory = lab_directory();
    he_enclave_config config = lab_config(HE_BACKEND_SIM, directory);
    he_rng *rng = lab_rng();
    he_program *p = lab_program_real(16);
    double x[16] = {0};
    bool done = false;
    for (unsigned long k = 1; !done; k++) {
        cr_assert_lt(k, 500);
        lab_wire wire = {0};
        he_assert_ok(he_enclave_create(&wire.enclave, &config));
        he_policy *policy = lab_policy(wire.enclave, directory);
        he_session *s = NULL;
        he_test_fail_allocation(k);
        he_status status = he_session_connect(&s, NULL, policy, rng, lab_transport, &wire);
        if (status == HE_OK)
            status = he_session_load(s, p);
        for (uint32_t i = 0; i < 2 && status == HE_OK; i++)
            status = he_session_input_real(s, i, x, 16);
        if (status == HE_OK)
            status = he_session_run(s, NULL);
        done = status == HE_OK;
        he_test_fail_allocation(0);
        cr_assert(done || status == HE_ERR_MEMORY, "%lu: %d: %s", k, (int)status, he_last_error());
        if (s != NULL) { /* what failed can be done again */
            he_assert_ok(he_session_load(s, p));
            for (uint32_t i = 0; i < 2; i++)
                he_assert_ok(he_session_input_real(s, i, x, 16));
            he_assert_ok(he_session_run(s, NULL));
        }
        he_session_destroy(s);
        he_policy_destroy(policy);
        he_enclave_destroy(wire.enclave);
    }
    he_program_destroy(p);
    he_rng_destroy(rng);
    lab_clean();
}
