/* SPDX-License-Identifier: MIT */
/* One client, one server: results, what is refused, and what a dishonest server achieves. */
#include "support/test.h"

#include "client/machine.h"
#include "client/proxy.h"
#include <math.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define SIZE 1024

static void fill(double *x)
{
    for (int i = 0; i < SIZE; i++)
        x[i] = he_test_random_unit();
}

/* Runs the real program and checks every element against (x + 1/4)^2. */
static void check_real(he_client *c, double tolerance)
{
    static double x[SIZE], y[SIZE];
    fill(x);
    const double *in[1] = {x};
    double *out[1] = {y};
    he_assert_ok(he_client_run_real(c, out, in, NULL));
    for (int i = 0; i < SIZE; i++)
        cr_assert(fabs(y[i] - (x[i] + 0.25) * (x[i] + 0.25)) <= tolerance, "element %d: %g", i,
                  y[i]);
}

static void check_integer(he_client *c)
{
    static int64_t x[SIZE], y[SIZE];
    for (int i = 0; i < SIZE; i++)
        x[i] = (int64_t)he_test_random_below(101) - 50;
    const int64_t *in[1] = {x};
    int64_t *out[1] = {y};
    he_assert_ok(he_client_run_integer(c, out, in));
    for (int i = 0; i < SIZE; i++)
        cr_assert(y[i] == (x[i] + 3) * (x[i] + 3), "element %d: %ld", i, (long)y[i]);
}

static void whole(he_evaluator e, bool tcp)
{
    machine m;
    machine_start(&m);
    he_server *server = e == HE_EVALUATOR_PLAIN ? NULL : machine_serve(&m, e, tcp);
    he_client *c;
    he_assert_ok(machine_open(&m, &c, e, server == NULL ? NULL : he_server_address(server)));
    he_program *real = machine_real_program(SIZE), *integer = machine_integer_program(SIZE, 65537);
    double *none[1] = {NULL};
    he_assert_fails(he_client_run_real(c, none, (const double *const *)none, NULL), HE_ERR_ARGUMENT,
                    "no program is loaded");
    /* the same session takes one program after another, and each more than once */
    he_assert_ok(he_client_load(c, real));
    check_real(c, e == HE_EVALUATOR_HE ? 1e-5 : 1e-15);
    check_real(c, e == HE_EVALUATOR_HE ? 1e-5 : 1e-15);
    he_client_figures f;
    he_client_get_figures(c, &f);
    if (e == HE_EVALUATOR_PLAIN)
        cr_assert(f.up_run == 0 && f.trips_run == 0);
    else
        cr_assert(f.up_run > 8 * SIZE && f.down_run > 8 * SIZE && f.trips_run > 0 &&
                  f.up_once > 0 && f.handshake_ms > 0);
    cr_assert(f.evaluate_ms > 0);
    he_assert_fails(he_client_run_integer(c, (int64_t *const *)none, (const int64_t *const *)none),
                    HE_ERR_MISMATCH, "on reals");
    he_assert_ok(he_client_load(c, integer));
    check_integer(c);
    cr_assert(server == NULL || he_server_memory(server) > 100000);
    he_program_destroy(real);
    he_program_destroy(integer);
    he_client_close(c);
    /* and a second client after the first */
    he_assert_ok(machine_open(&m, &c, e, server == NULL ? NULL : he_server_address(server)));
    he_client_close(c);
    he_server_stop(server);
    machine_stop(&m);
}

Test(client, plain_computes)
{
    whole(HE_EVALUATOR_PLAIN, false);
}

Test(client, homomorphic_computes)
{
    whole(HE_EVALUATOR_HE, false);
    whole(HE_EVALUATOR_HE, true);
}

Test(client, enclave_computes)
{
    whole(HE_EVALUATOR_ENCLAVE, false);
    whole(HE_EVALUATOR_ENCLAVE, true);
}

Test(client, exact_logistic_is_for_plain_and_enclave)
{
    static double x[SIZE], y[SIZE];
    fill(x);
    const double *in[1] = {x};
    double *out[1] = {y};
    const he_post post[1] = {HE_POST_LOGISTIC};
    for (int e = 0; e < HE_EVALUATOR_COUNT; e++) {
        machine m;
        machine_start(&m);
        he_server *server =
            e == HE_EVALUATOR_PLAIN ? NULL : machine_serve(&m, (he_evaluator)e, false);
        he_client *c;
        he_assert_ok(machine_open(&m, &c, (he_evaluator)e, he_server_address(server)));
        he_program *p = machine_real_program(SIZE);
        he_assert_ok(he_client_load(c, p));
        he_status status = he_client_run_real(c, out, in, post);
        if (e == HE_EVALUATOR_HE)
            he_assert_fails(status, HE_ERR_UNSUPPORTED, "use a polynomial");
        else
            for (int i = 0; i < SIZE; i++) {
                double z = (x[i] + 0.25) * (x[i] + 0.25);
                cr_assert(fabs(y[i] - 1 / (1 + exp(-z))) < 1e-15);
            }
        he_program_destroy(p);
        he_client_close(c);
        he_server_stop(server);
        machine_stop(&m);
    }
}

Test(client, absent_wrong_and_killed_servers)
{
    machine m;
    machine_start(&m);
    he_client *c = NULL;
    char nowhere[128];
    snprintf(nowhere, sizeof nowhere, "unix:%s/nowhere", m.directory);
    he_assert_fails(machine_open(&m, &c, HE_EVALUATOR_HE, nowhere), HE_ERR_IO, "cannot reach");
    he_server *server = machine_serve(&m, HE_EVALUATOR_HE, false);
    he_assert_fails(machine_open(&m, &c, HE_EVALUATOR_ENCLAVE, he_server_address(server)),
                    HE_ERR_MISMATCH, "homomorphic");
    cr_assert(c == NULL);
    /* the port is taken */
    he_serve_options o = HE_SERVE_INIT;
    o.evaluator = HE_EVALUATOR_HE;
    o.address = he_server_address(server);
    he_server *second = NULL;
    he_assert_fails(he_server_start(&second, &o, NULL, -1), HE_ERR_IO, "another server is there");
    /* killed between loading and running */
    he_assert_ok(machine_open(&m, &c, HE_EVALUATOR_HE, he_server_address(server)));
    he_program *p = machine_real_program(SIZE);
    he_assert_ok(he_client_load(c, p));
    cr_assert(kill(he_server_pid(server), SIGKILL) == 0);
    static double x[SIZE], y[SIZE];
    const double *in[1] = {x};
    double *out[1] = {y};
    y[0] = 42;
    he_assert_fails(he_client_run_real(c, out, in, NULL), HE_ERR_IO, "the server");
    cr_assert(y[0] == 42);
    he_client_close(c);
    he_server_stop(server);
    he_program_destroy(p);
    machine_stop(&m);
}

/* --- dishonest servers ------------------------------------------------------------------------ */

typedef struct tamper {
    he_frame_kind kind;  /* of frames from the server to change */
    size_t from_end, at; /* which byte: from the end if not 0, else at */
    uint8_t mask;
    const void *replace; /* or these bytes at `at` */
    size_t replace_length;
    int changed;
} tamper;

static void change(void *user, bool from_server, he_frame_kind kind, uint8_t *body, size_t length)
{
    tamper *t = user;
    if (!from_server || kind != t->kind || length == 0)
        return;
    size_t at = t->from_end != 0 ? length - t->from_end : t->at;
    cr_assert(at + t->replace_length <= length);
    if (t->replace_length > 0)
        memcpy(body + at, t->replace, t->replace_length);
    else
        body[at] ^= t->mask;
    t->changed++;
}

/* What the client says of a run of the real program when t has been at work. */
static he_status run_tampered(he_evaluator e, tamper *t, double *y)
{
    machine m;
    machine_start(&m);
    he_server *server = machine_serve(&m, e, false);
    proxy *p = proxy_start(he_server_address(server), change, t);
    he_client *c = NULL;
    static double x[SIZE];
    fill(x);
    const double *in[1] = {x};
    he_program *program = machine_real_program(SIZE);
    he_status status = machine_open(&m, &c, e, proxy_address(p));
    if (status == HE_OK)
        status = he_client_load(c, program);
    if (status == HE_OK)
        status = he_client_run_real(c, &y, in, NULL);
    for (int i = 0; status == HE_OK && i < SIZE; i++)
        cr_assert(fabs(y[i] - (x[i] + 0.25) * (x[i] + 0.25)) <= 1e-5);
    char text[256];
    snprintf(text, sizeof text, "%s", he_last_error());
    he_client_close(c);
    proxy_stop(p);
    he_program_destroy(program);
    he_server_stop(server);
    machine_stop(&m);
    cr_assert(t->changed > 0);
    if (status != HE_OK)
        printf("tampered %s of the %s server: %s: %s\n", he_frame_name(t->kind),
               he_evaluator_name(e), he_status_text(status), text);
    fflush(stdout);
    return status;
}

Test(client, a_changed_result_of_the_homomorphic_server_is_out_of_range)
{
    static double y[SIZE];
    /* a residue in the middle of the last polynomial: the value is spread over all slots */
    tamper t = {.kind = HE_FRAME_OUTPUT, .from_end = 5000, .mask = 0x40};
    he_status status = run_tampered(HE_EVALUATOR_HE, &t, y);
    cr_assert(status == HE_ERR_UNTRUSTED || status == HE_ERR_FORMAT);
}

Test(client, another_program_is_noticed)
{
    static double y[SIZE];
    tamper t = {.kind = HE_FRAME_RUN, .at = 8, .mask = 1};
    cr_assert(run_tampered(HE_EVALUATOR_HE, &t, y) == HE_ERR_UNTRUSTED);
    t = (tamper){.kind = HE_FRAME_PROGRAM, .at = 0, .mask = 1};
    cr_assert(run_tampered(HE_EVALUATOR_HE, &t, y) == HE_ERR_UNTRUSTED);
}

Test(client, records_of_an_enclave_cannot_be_changed)
{
    static double y[SIZE];
    const he_frame_kind kinds[] = {HE_FRAME_PROGRAM, HE_FRAME_INPUT, HE_FRAME_RUN, HE_FRAME_OUTPUT};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        tamper t = {.kind = kinds[i], .from_end = 1, .mask = 1};
        cr_assert(run_tampered(HE_EVALUATOR_ENCLAVE, &t, y) == HE_ERR_SESSION_BROKEN);
    }
}

Test(client, strict_policy_and_wrong_measurement_send_nothing)
{
    machine m;
    machine_start(&m);
    he_server *server = machine_serve(&m, HE_EVALUATOR_ENCLAVE, false);
    he_client *c = NULL;
    he_policy *other;
    uint8_t measurement[HE_MEASUREMENT_BYTES] = {1}, key[HE_PLATFORM_KEY_BYTES];
    he_assert_ok(he_policy_create(&other));
    he_assert_ok(he_policy_allow_measurement(other, measurement));
    he_assert_ok(he_platform_public_key(key, m.state));
    he_assert_ok(he_policy_allow_platform(other, key));
    he_assert_ok(he_policy_allow(other, HE_ENCLAVE_SAME_UID));
    he_client_options o = HE_CLIENT_INIT;
    o.evaluator = HE_EVALUATOR_ENCLAVE;
    o.address = he_server_address(server);
    o.policy = other;
    he_appraisal *why;
    he_assert_ok(he_appraisal_create(&why));
    he_assert_fails(he_client_open(&c, &o, why), HE_ERR_UNTRUSTED, "measurement");
    cr_assert(he_appraisal_reason(why) == HE_CHECK_MEASUREMENT);
    o.policy = NULL; /* trusts nothing */
    cr_assert(he_client_open(&c, &o, why) != HE_OK && c == NULL);
    he_appraisal_destroy(why);
    he_policy_destroy(other);
    he_server_stop(server);
    machine_stop(&m);
}
