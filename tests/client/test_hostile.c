/* SPDX-License-Identifier: MIT */
/* What a hostile client achieves at the servers: an ERROR frame and the end of its connection, no
 * memory, and no harm to the client that comes after it. */
#include "support/test.h"

#include "client/address.h"
#include "client/channel.h"
#include "client/limits.h"
#include "client/machine.h"
#include "client/serve.h"
#include "core/bytes.h"
#include "core/memory.h"
#include <malloc.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SIZE 1024

typedef struct fixture {
    machine m;
    he_server *server;
    he_evaluator evaluator;
    he_channel ch;
} fixture;

static void start(fixture *f, he_evaluator e)
{
    machine_start(&f->m);
    f->server = machine_serve(&f->m, e, false);
    f->evaluator = e;
}

static void stop(fixture *f)
{
    he_server_stop(f->server);
    machine_stop(&f->m);
}

static void dial(fixture *f)
{
    f->ch = (he_channel){.stop_fd = -1, .timeout_ms = 20000, .peer = "the server"};
    he_assert_ok(he_address_connect(he_server_address(f->server), &f->ch.fd));
}

static void hello(fixture *f)
{
    uint8_t prefix[HE_HELLO_PREFIX];
    he_frame frame;
    dial(f);
    he_hello_prefix(prefix, f->evaluator);
    he_assert_ok(he_channel_send(&f->ch, HE_FRAME_HELLO, 0, prefix, sizeof prefix, NULL, 0));
    he_assert_ok(he_channel_expect(&f->ch, &frame, HE_FRAME_HELLO, 0, sizeof prefix));
    he_assert_ok(he_channel_read(&f->ch, prefix, (size_t)frame.length));
}

/* The server answers ERROR with this status and a sentence with this part, then hangs up. */
static void refused(fixture *f, he_status status, const char *part)
{
    he_frame frame;
    uint8_t byte;
    he_assert_fails(he_channel_receive(&f->ch, &frame), status, part);
    he_assert_fails(he_channel_read(&f->ch, &byte, 1), HE_ERR_IO, "");
    close(f->ch.fd);
}

/* The server is as it was: a client of ours gets its result, and no memory has gone. */
static void still_serves(fixture *f)
{
    static double x[SIZE], y[SIZE];
    const double *in[1] = {x};
    double *out[1] = {y};
    he_client *c;
    for (int i = 0; i < SIZE; i++)
        x[i] = he_test_random_unit();
    he_assert_ok(machine_open(&f->m, &c, f->evaluator, he_server_address(f->server)));
    he_program *p = machine_real_program(SIZE);
    he_assert_ok(he_client_load(c, p));
    he_assert_ok(he_client_run_real(c, out, in, NULL));
    for (int i = 0; i < SIZE; i++) {
        double z = (x[i] + 0.25) * (x[i] + 0.25);
        cr_assert(y[i] - z < 1e-5 && z - y[i] < 1e-5);
    }
    he_program_destroy(p);
    he_client_close(c);
    cr_assert(he_server_memory(f->server) < 300000000, "%llu bytes",
              (unsigned long long)he_server_memory(f->server));
}

static void send_head(fixture *f, unsigned kind, uint64_t length)
{
    uint8_t h[HE_FRAME_BYTES] = "HEms";
    he_store16(h + 4, (uint16_t)kind);
    he_store64(h + 8, kind == HE_FRAME_HELLO ? 0 : 1);
    he_store64(h + 16, length);
    cr_assert(send(f->ch.fd, h, sizeof h, MSG_NOSIGNAL) == sizeof h);
}

/* PROGRAM of these parameters and this program; to be freed. */
static uint8_t *program_body(const he_context *ctx, const he_program *p, size_t *length)
{
    size_t size = 8 + 8192 + he_program_save_size(p), params = 0, program = 0;
    uint8_t *body = he_alloc(size, 1);
    cr_assert(body != NULL);
    he_assert_ok(he_params_save(ctx, body + 8, 8192, &params));
    he_store64(body, params);
    he_assert_ok(he_program_save(p, body + 8 + params, size - 8 - params, &program));
    *length = 8 + params + program;
    return body;
}

/* Loads the real program as an honest client would; its plan is the caller's. */
static void load_program(fixture *f, he_plan **plan)
{
    he_program *p = machine_real_program(SIZE);
    size_t length;
    he_frame frame;
    uint8_t ids[2 * HE_ID_BYTES];
    he_assert_ok(he_plan_create(plan, p, NULL));
    uint8_t *body = program_body(he_plan_context(*plan), p, &length);
    he_assert_ok(he_channel_send(&f->ch, HE_FRAME_PROGRAM, 1, body, length, NULL, 0));
    he_assert_ok(he_channel_expect(&f->ch, &frame, HE_FRAME_PROGRAM, 1, sizeof ids));
    he_assert_ok(he_channel_read(&f->ch, ids, sizeof ids));
    he_free(body);
    he_program_destroy(p);
}

static void send_keys(fixture *f, const he_plan *plan, uint64_t claimed)
{
    const he_context *ctx = he_plan_context(plan);
    size_t size = he_relin_key_save_size(ctx), length = 0;
    he_rng *rng;
    he_secret_key *sk;
    he_relin_key *rk;
    he_assert_ok(he_rng_create_system(&rng));
    he_assert_ok(he_secret_key_create(ctx, &sk, rng));
    he_assert_ok(he_relin_key_create(ctx, &rk, sk, rng));
    uint8_t *body = he_alloc(size + 16, 1);
    cr_assert(body != NULL && he_plan_needs_relin_key(plan));
    he_assert_ok(he_relin_key_save(ctx, rk, body + 8, size, &length));
    he_store64(body, claimed == 0 ? length : claimed);
    he_assert_ok(he_channel_send(&f->ch, HE_FRAME_KEYS, 2, body, length + 16, NULL, 0));
    he_free(body);
    he_relin_key_destroy(rk);
    he_secret_key_destroy(sk);
    he_rng_destroy(rng);
}

Test(hostile, lengths_of_any_size_are_refused_before_memory)
{
    static const uint64_t lengths[] = {HE_PROGRAM_LIMIT + 1, (uint64_t)1 << 32, (uint64_t)1 << 48,
                                       INT64_MAX, UINT64_MAX};
    for (int e = HE_EVALUATOR_HE; e <= HE_EVALUATOR_ENCLAVE; e++) {
        fixture f;
        start(&f, (he_evaluator)e);
        for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
            dial(&f);
            send_head(&f, HE_FRAME_HELLO, lengths[i]);
            refused(&f, HE_ERR_FORMAT, "bytes");
            if (e != HE_EVALUATOR_HE)
                continue;
            hello(&f);
            send_head(&f, HE_FRAME_PROGRAM, lengths[i]);
            refused(&f, HE_ERR_FORMAT, "the server takes");
        }
        still_serves(&f);
        stop(&f);
    }
}

Test(hostile, kinds_out_of_order_are_refused)
{
    fixture f;
    start(&f, HE_EVALUATOR_HE);
    static const struct {
        unsigned kind;
        he_status status;
        const char *part;
    } early[] = {{HE_FRAME_KEYS, HE_ERR_ARGUMENT, "KEYS came before PROGRAM"},
                 {HE_FRAME_INPUT, HE_ERR_ARGUMENT, "INPUT came before KEYS"},
                 {HE_FRAME_RUN, HE_ERR_ARGUMENT, "RUN came before KEYS"},
                 {HE_FRAME_OUTPUT, HE_ERR_FORMAT, "OUTPUT is not for this server"},
                 {HE_FRAME_HELLO, HE_ERR_FORMAT, "HELLO is not for this server"},
                 {0, HE_ERR_FORMAT, "not a frame"},
                 {999, HE_ERR_FORMAT, "not a frame"}};
    for (size_t i = 0; i < sizeof early / sizeof *early; i++) {
        hello(&f);
        send_head(&f, early[i].kind, 0);
        refused(&f, early[i].status, early[i].part);
    }
    dial(&f); /* nothing comes before HELLO */
    send_head(&f, HE_FRAME_RUN, 0);
    refused(&f, HE_ERR_FORMAT, "sent RUN");

    he_plan *plan;
    he_frame frame;
    hello(&f);
    load_program(&f, &plan);
    send_head(&f, HE_FRAME_INPUT, 100);
    refused(&f, HE_ERR_ARGUMENT, "INPUT came before KEYS");
    he_plan_destroy(plan);

    hello(&f);
    load_program(&f, &plan);
    send_keys(&f, plan, UINT64_MAX - 8);
    refused(&f, HE_ERR_FORMAT, "KEYS is malformed");
    he_plan_destroy(plan);

    hello(&f);
    load_program(&f, &plan);
    send_keys(&f, plan, 0);
    he_assert_ok(he_channel_expect(&f.ch, &frame, HE_FRAME_KEYS, 2, 0));
    send_head(&f, HE_FRAME_KEYS, 16);
    refused(&f, HE_ERR_ARGUMENT, "KEYS came twice");
    he_plan_destroy(plan);

    hello(&f);
    load_program(&f, &plan);
    send_keys(&f, plan, 0);
    he_assert_ok(he_channel_expect(&f.ch, &frame, HE_FRAME_KEYS, 2, 0));
    send_head(&f, HE_FRAME_RUN, 0);
    refused(&f, HE_ERR_ARGUMENT, "RUN came before input 0");
    he_plan_destroy(plan);
    still_serves(&f);
    stop(&f);
}

Test(hostile, random_bytes_never_hurt)
{
    for (int e = HE_EVALUATOR_HE; e <= HE_EVALUATOR_ENCLAVE; e++) {
        fixture f;
        start(&f, (he_evaluator)e);
        for (unsigned round = 0; round < 200 * he_test_scale(); round++) {
            uint8_t noise[512];
            size_t length = 1 + (size_t)he_test_random_below(sizeof noise);
            for (size_t i = 0; i < length; i++)
                noise[i] = (uint8_t)he_test_random();
            unsigned kind = 1 + (unsigned)he_test_random_below(7);
            if (round % 2 != 0 && e == HE_EVALUATOR_HE)
                hello(&f);
            else
                dial(&f);
            if (round % 4 != 0) /* a header that holds, or none */
                send_head(&f, kind, length);
            (void)!send(f.ch.fd, noise, length, MSG_NOSIGNAL);
            shutdown(f.ch.fd, SHUT_WR);
            he_frame frame;
            he_status status = he_channel_receive(&f.ch, &frame);
            cr_assert(status != HE_OK || frame.kind == HE_FRAME_HELLO);
            close(f.ch.fd);
        }
        still_serves(&f);
        stop(&f);
    }
}

/* The largest parameters there are: 64 data primes in degree 131072. */
static void largest_params(he_params *p)
{
    *p = (he_params)HE_PARAMS_INIT;
    p->scheme = HE_SCHEME_BFV;
    p->security = HE_SEC_NONE;
    p->n = HE_MAX_N;
    p->plain_modulus = 786433;
    p->special_count = HE_MAX_SPECIAL_PRIMES;
    uint64_t q = (uint64_t)1 << 59;
    for (int i = 0; i < HE_MAX_DATA_PRIMES; i++) {
        he_assert_ok(he_batching_prime(&q, p->n, q));
        p->data_primes[i] = q;
    }
    for (int i = 0; i < HE_MAX_SPECIAL_PRIMES; i++) {
        he_assert_ok(he_batching_prime(&q, p->n, q));
        p->special_primes[i] = q;
    }
}

Test(hostile, the_largest_parameters_are_refused_by_arithmetic)
{
    he_params p;
    largest_params(&p);
    he_program *program = machine_integer_program(SIZE, p.plain_modulus);
    unsigned long before = he_test_allocations();
    he_assert_fails(he_limits_check_program(&p, program, 1000000000), HE_ERR_UNSUPPORTED,
                    "--memory");
    cr_assert(he_test_allocations() == before);
    cr_assert(he_limits_context_bytes(&p) > 1e9);
    he_program_destroy(program);
}

Test(hostile, bounds_are_never_below_the_truth)
{
    static const struct {
        he_scheme scheme;
        uint32_t n;
        int primes;
    } sets[] = {{HE_SCHEME_BFV, 1024, 1},   {HE_SCHEME_BFV, 4096, 3},   {HE_SCHEME_BFV, 4096, 16},
                {HE_SCHEME_CKKS, 1024, 2},  {HE_SCHEME_CKKS, 4096, 4},  {HE_SCHEME_CKKS, 4096, 20},
                {HE_SCHEME_BFV, 16384, 6},  {HE_SCHEME_CKKS, 16384, 8}, {HE_SCHEME_BFV, 1024, 40},
                {HE_SCHEME_CKKS, 1024, 40}, {HE_SCHEME_BFV, 1024, 64},  {HE_SCHEME_CKKS, 1024, 64}};
    for (size_t k = 0; k < sizeof sets / sizeof *sets; k++) {
        if (sets[k].n > he_test_max_n())
            continue;
        he_params p = HE_PARAMS_INIT;
        p.scheme = sets[k].scheme;
        p.security = HE_SEC_NONE;
        p.n = sets[k].n;
        for (int i = 0; i < sets[k].primes; i++)
            p.data_bits[i] = 45;
        if (p.scheme == HE_SCHEME_BFV)
            p.plain_bits = 20;
        else
            p.ckks_mode = HE_CKKS_EXPLICIT;
        struct mallinfo2 m = mallinfo2();
        size_t before = m.uordblks + m.hblkhd;
        he_context *ctx;
        he_assert_ok(he_context_create(&ctx, &p));
        m = mallinfo2();
        double taken = (double)(m.uordblks + m.hblkhd) - (double)before;
        he_assert_ok(he_context_params(ctx, &p));
        cr_assert(taken <= he_limits_context_bytes(&p), "%d n = %u, %d primes: %.0f > %.0f",
                  (int)p.scheme, p.n, sets[k].primes, taken, he_limits_context_bytes(&p));
        he_context_destroy(ctx);
    }
}

/* A program that names many inputs, or repeats a constant vector many times, is small in bytes. */
Test(hostile, small_programs_that_ask_for_much_are_refused)
{
    fixture f;
    machine_start(&f.m);
    f.evaluator = HE_EVALUATOR_HE;
    char address[128];
    snprintf(address, sizeof address, "unix:%s/small", f.m.directory);
    he_serve_options o = HE_SERVE_INIT;
    o.evaluator = HE_EVALUATOR_HE;
    o.address = address;
    o.memory_limit = 30000000;
    he_assert_ok(he_server_start(&f.server, &o, NULL, -1));

    he_plan *plan; /* of an honest program: its parameters go with a greedy one */
    he_program *p = machine_real_program(SIZE), *greedy;
    he_assert_ok(he_plan_create(&plan, p, NULL));
    he_program_destroy(p);
    for (int kind = 0; kind < 2; kind++) {
        he_assert_ok(he_program_create(&greedy, HE_PROGRAM_REAL, SIZE, 0, 20));
        he_value sum = he_program_input(greedy, "x", -1, 1);
        double ramp[SIZE];
        for (int i = 0; i < SIZE; i++)
            ramp[i] = i / (double)SIZE;
        he_value constant = he_program_constant(greedy, ramp, SIZE);
        for (int i = 0; i < 500; i++) {
            char name[16];
            snprintf(name, sizeof name, "x%d", i);
            he_value more = kind == 0 ? he_program_input(greedy, name, -1, 1)
                                      : he_program_rotate(greedy, constant, 1 + i);
            sum = he_program_add(greedy, sum, more);
        }
        he_program_output(greedy, "sum", sum);
        he_assert_ok(he_program_check(greedy));
        hello(&f);
        size_t length;
        uint8_t *body = program_body(he_plan_context(plan), greedy, &length);
        he_assert_ok(he_channel_send(&f.ch, HE_FRAME_PROGRAM, 1, body, length, NULL, 0));
        refused(&f, HE_ERR_UNSUPPORTED, "he serve --memory");
        he_free(body);
        he_program_destroy(greedy);
    }
    he_plan_destroy(plan);
    still_serves(&f);
    cr_assert(he_server_memory(f.server) < 60000000);
    stop(&f);
}

Test(hostile, a_trickle_of_bytes_does_not_hold_a_connection)
{
    int fd[2];
    cr_assert(socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == 0);
    he_channel ch = {.fd = fd[0], .stop_fd = -1, .timeout_ms = 100, .peer = "the client"};
    pid_t pid = fork();
    if (pid == 0) {
        close(fd[0]); /* so that the other end's close is seen */
        while (send(fd[1], "H", 1, MSG_NOSIGNAL) == 1)
            nanosleep(&(struct timespec){0, 20000000}, NULL);
        _exit(0);
    }
    close(fd[1]);
    uint8_t body[4096];
    he_assert_fails(he_channel_read(&ch, body, sizeof body), HE_ERR_IO, "slower than");
    cr_assert(ch.received < 100);
    close(fd[0]);
    cr_assert(waitpid(pid, NULL, 0) == pid);
}
