/* SPDX-License-Identifier: MIT */
/* Programs on ciphertexts against the reference executor: integers exactly, reals within the error
 * that the plan predicts. */
#include "cipher.h"
#include "generate.h"
#include "program/plan/plan.h"
#include "support/phase.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- Client and server ------------------------------------------------------------------------ */

void cipher_create(cipher *c, he_plan *plan, const he_program *program)
{
    static const uint8_t seed[HE_SEED_BYTES] = {1, 2, 3};
    *c = (cipher){.plan = plan,
                  .ctx = he_plan_context(plan),
                  .inputs = he_program_input_count(program),
                  .outputs = he_program_output_count(program)};
    he_assert_ok(he_rng_create_seeded(&c->rng, seed));
    he_assert_ok(he_secret_key_create(c->ctx, &c->sk, c->rng));
    he_assert_ok(he_public_key_create(c->ctx, &c->pk, c->sk, c->rng));
    if (he_plan_needs_relin_key(plan))
        he_assert_ok(he_relin_key_create(c->ctx, &c->rk, c->sk, c->rng));
    size_t count;
    const int32_t *steps = he_plan_steps(plan, &count);
    if (count > 0)
        he_assert_ok(he_galois_keys_create(c->ctx, &c->gk, c->sk, steps, count, c->rng));
    he_assert_ok(he_scratch_create(c->ctx, &c->scratch, NULL));
    for (uint32_t i = 0; i < c->inputs; i++)
        he_assert_ok(he_ciphertext_create(c->ctx, &c->in[i], 2, he_context_top_level(c->ctx)));
    for (uint32_t i = 0; i < c->outputs; i++)
        he_assert_ok(he_ciphertext_create(c->ctx, &c->out[i], 2, 0));
}

void cipher_destroy(cipher *c)
{
    for (uint32_t i = 0; i < c->inputs; i++)
        he_ciphertext_destroy(c->in[i]);
    for (uint32_t i = 0; i < c->outputs; i++)
        he_ciphertext_destroy(c->out[i]);
    he_scratch_destroy(c->scratch);
    he_galois_keys_destroy(c->gk);
    he_relin_key_destroy(c->rk);
    he_public_key_destroy(c->pk);
    he_secret_key_destroy(c->sk);
    he_rng_destroy(c->rng);
    he_plan_destroy(c->plan);
}

void cipher_real(cipher *c, uint32_t i, const double *values, bool secret)
{
    he_assert_ok(he_plan_encrypt_real(c->plan, c->in[i], i, values, secret ? NULL : c->pk,
                                      secret ? c->sk : NULL, c->rng, c->scratch));
}

void cipher_integer(cipher *c, uint32_t i, const int64_t *values, bool secret)
{
    he_assert_ok(he_plan_encrypt_integer(c->plan, c->in[i], i, values, secret ? NULL : c->pk,
                                         secret ? c->sk : NULL, c->rng, c->scratch));
}

void cipher_run(cipher *c)
{
    he_assert_ok(he_plan_run(c->plan, c->out, (const he_ciphertext *const *)c->in, c->rk, c->gk,
                             c->scratch));
}

/* --- Random programs -------------------------------------------------------------------------- */

enum {
    MOST = 32768
};

/* The recipe in ciphertexts against the recipe in the clear.  Returns the largest share of the
 * predicted error that was used. */
static double check_real(const recipe *r, const he_params *hints)
{
    static double x[3][MOST], want[3][MOST], got[MOST];
    const double *inputs[3] = {x[0], x[1], x[2]};
    double *wants[3] = {want[0], want[1], want[2]}, used = 0;
    he_program *p = build(r);
    he_plan *plan;
    he_assert_ok(he_plan_create(&plan, p, hints));
    cipher c;
    cipher_create(&c, plan, p);
    for (uint32_t i = 0; i < c.inputs; i++) {
        for (uint32_t j = 0; j < r->size; j++)
            x[i][j] = j % 5 == 0 ? (j % 2 == 0 ? 1 : -1) : he_test_random_unit();
        cipher_real(&c, i, x[i], i % 2 == 0);
    }
    cipher_run(&c);
    he_assert_ok(he_program_run_real(p, wants, inputs));
    for (uint32_t k = 0; k < c.outputs; k++) {
        const double error = he_plan_output_error(plan, k);
        cr_assert(error <= ldexp(1, -(int)r->precision), "%g", error);
        cr_assert(he_ciphertext_noise_bits(c.out[k]) <= he_plan_output_noise_bits(plan, k) + 1e-9);
        cr_assert_eq(he_ciphertext_level(c.out[k]), he_plan_output_level(plan, k));
        he_assert_ok(he_plan_decrypt_real(plan, got, k, c.out[k], c.sk, c.scratch));
        for (uint32_t j = 0; j < r->size; j++) {
            const double off = fabs(got[j] - want[k][j]);
            cr_assert(off <= error, "output %u, element %u: %.17g is not %.17g, predicted %g", k, j,
                      got[j], want[k][j], error);
            used = fmax(used, off / error);
        }
    }
    cipher_destroy(&c);
    he_program_destroy(p);
    return used;
}

/* Bits by which the predicted bound is above the noise that output k really has. */
static double spare_noise(const cipher *c, uint32_t k)
{
    he_plaintext *pt;
    const double bound = he_plan_output_noise_bits(c->plan, k);
    he_assert_ok(he_plaintext_create(c->ctx, &pt));
    he_assert_ok(he_decrypt(c->ctx, pt, c->out[k], c->sk, bound, NULL));
    const double spare = bound - he_test_noise_bfv(c->ctx, c->out[k], c->sk, pt->data);
    he_plaintext_destroy(pt);
    return spare;
}

/* Returns the least and the greatest of these bits in *least and *most. */
static void check_integer(const recipe *r, const he_params *hints, double *least, double *most)
{
    static int64_t x[3][MOST], want[3][MOST], got[MOST];
    const int64_t *inputs[3] = {x[0], x[1], x[2]};
    int64_t *wants[3] = {want[0], want[1], want[2]};
    he_program *p = build(r);
    he_plan *plan;
    he_assert_ok(he_plan_create(&plan, p, hints));
    cipher c;
    cipher_create(&c, plan, p);
    const int64_t half = (int64_t)(r->t / 2);
    for (uint32_t i = 0; i < c.inputs; i++) {
        for (uint32_t j = 0; j < r->size; j++)
            x[i][j] = j % 5 == 0 ? (j % 2 == 0 ? half : -half)
                                 : (int64_t)he_test_random_below(r->t) - half;
        cipher_integer(&c, i, x[i], i % 2 == 0);
    }
    cipher_run(&c);
    he_assert_ok(he_program_run_integer(p, wants, inputs));
    for (uint32_t k = 0; k < c.outputs; k++) {
        cr_assert(he_ciphertext_noise_bits(c.out[k]) <= he_plan_output_noise_bits(plan, k) + 1e-9);
        he_assert_ok(he_plan_decrypt_integer(plan, got, k, c.out[k], c.sk, c.scratch));
        for (uint32_t j = 0; j < r->size; j++)
            cr_assert_eq(got[j], want[k][j], "output %u, element %u: %lld is not %lld", k, j,
                         (long long)got[j], (long long)want[k][j]);
        const double spare = spare_noise(&c, k);
        *least = fmin(*least, spare);
        *most = fmax(*most, spare);
    }
    cipher_destroy(&c);
    he_program_destroy(p);
}

Test(run, random_real_programs)
{
    static recipe r;
    const limits within = {
        .operations = 50, .inputs = 3, .depth = 3, .degree = 7, .largest = 1e4, .rotations = true};
    double used = 0;
    for (int round = 0; round < 6 * (int)he_test_scale(); round++) {
        generate(&r, HE_PROGRAM_REAL, 1u << (round * 3 % 11), 0, &within);
        used = fmax(used, check_real(&r, NULL));
    }
    /* the bound holds with all but 2^-128; if it is never nearly reached it is too large */
    cr_assert(used > 1e-4, "at most %g of the predicted error was there", used);
}

Test(run, random_integer_programs)
{
    static recipe r;
    const limits within = {
        .operations = 50, .inputs = 3, .depth = 3, .degree = 1, .largest = 0, .rotations = true};
    static const uint64_t moduli[] = {65537, 1032193, 786433};
    double least = INFINITY, most = -INFINITY;
    for (int round = 0; round < 6 * (int)he_test_scale(); round++) {
        generate(&r, HE_PROGRAM_INTEGER, 1u << (round * 3 % 11), moduli[round % 3], &within);
        check_integer(&r, NULL, &least, &most);
    }
    cr_assert(least > 0, "a bound is %.1f bits below the noise", -least);
}

/* Where noise does not cancel, the bound is not far above it: the tail is 2^3.8, and each product
 * assumes the worst of correlations. */
Test(run, the_bound_is_close)
{
    static recipe r;
    double least = INFINITY, most = -INFINITY;
    r = (recipe){.type = HE_PROGRAM_INTEGER, .size = 1024, .t = 1032193, .inputs = 2};
    r.steps[0].kind = r.steps[1].kind = INPUT;
    r.steps[2] = (step){.kind = MULTIPLY, .a = 0, .b = 1};
    r.steps[3] = (step){.kind = MULTIPLY, .a = 2, .b = 2};
    r.steps[4] = (step){.kind = SUM, .a = 3};
    r.count = 5;
    for (int i = 2; i < 5; i++)
        r.output[r.outputs++] = i;
    check_integer(&r, NULL, &least, &most);
    cr_assert(least > 0 && most < 12, "bounds are %.1f to %.1f bits above the noise", least, most);
}

/* --- Sizes ------------------------------------------------------------------------------------ */

/* sum(x y), x turned by one, and x + c, for vectors of this size */
static void describe(recipe *r, he_program_type type, uint32_t size, uint64_t t, bool rotate)
{
    *r = (recipe){.type = type, .size = size, .t = t, .precision = 10, .inputs = 2};
    r->steps[0].kind = r->steps[1].kind = INPUT;
    r->steps[2] = (step){.kind = MULTIPLY, .a = 0, .b = 1};
    r->steps[3] = (step){.kind = SUM, .a = 2};
    r->steps[4] = (step){.kind = CONSTANT, .count = size < 3 ? (int)size : 3};
    for (int i = 0; i < r->steps[4].count; i++) {
        r->steps[4].real[i] = i + 0.5;
        r->steps[4].integer[i] = i - 1;
    }
    r->steps[5] = (step){.kind = ADD, .a = 0, .b = 4};
    r->steps[6] = (step){.kind = ROTATE, .a = 0, .left = 1};
    r->count = rotate ? 7 : 6;
    r->output[r->outputs++] = 3;
    r->output[r->outputs++] = 5;
    if (rotate)
        r->output[r->outputs++] = 6;
}

Test(run, every_size)
{
    static recipe r;
    double least = INFINITY, most = -INFINITY;
    he_params hints = HE_PARAMS_INIT;
    hints.security = HE_SEC_NONE;
    hints.n = 2048;
    for (uint32_t size = 1; size <= 1024; size *= 2) {
        describe(&r, HE_PROGRAM_REAL, size, 0, true);
        (void)check_real(&r, &hints);
        describe(&r, HE_PROGRAM_INTEGER, size, 65537, true);
        check_integer(&r, &hints, &least, &most);
    }
    cr_assert(least > 0);
    /* both rows of BFV: sums go through the swap of rows, rotations do not wrap there */
    describe(&r, HE_PROGRAM_INTEGER, 2048, 65537, false);
    check_integer(&r, &hints, &least, &most);
    describe(&r, HE_PROGRAM_INTEGER, 2048, 65537, true);
    he_program *p = build(&r);
    he_plan *plan = NULL;
    he_assert_fails(he_plan_create(&plan, p, &hints), HE_ERR_PARAMS, "fewer than 4096 slots");
    he_program_destroy(p);
    describe(&r, HE_PROGRAM_REAL, 2048, 0, false);
    p = build(&r);
    he_assert_fails(he_plan_create(&plan, p, &hints), HE_ERR_PARAMS, "fewer than 2048 slots");
    he_program_destroy(p);
}

Test(run, the_greatest_modulus)
{
    static recipe r;
    uint64_t t;
    he_assert_ok(he_batching_prime(&t, 16384, ((uint64_t)1 << 60) - ((uint64_t)1 << 40)));
    describe(&r, HE_PROGRAM_INTEGER, 64, t, true);
    double least = INFINITY, most = -INFINITY;
    check_integer(&r, NULL, &least, &most);
    cr_assert(least > 0);
}

/* The shape of the risk job: thirty weights, a promise, and a polynomial of degree 7. */
Test(run, a_polynomial_of_a_weighted_sum)
{
    enum {
        FEATURES = 30,
        ROWS = 256
    };
    static const double sigmoid[8] = {0.5, 0.1173, 0, -9.1333e-4, 0, 3.1929e-6, 0, -3.7398e-9};
    static double x[FEATURES][ROWS], want[ROWS], got[ROWS];
    const double *inputs[FEATURES];
    double *wants[1] = {want};
    he_program *p;
    he_plan *plan;
    he_assert_ok(he_program_create(&p, HE_PROGRAM_REAL, ROWS, 0, 20));
    he_value score = he_program_splat(p, -0.66);
    for (int i = 0; i < FEATURES; i++) {
        char name[16];
        snprintf(name, sizeof name, "x%d", i);
        he_value w = he_program_splat(p, 0.3 * he_test_random_unit());
        score =
            he_program_add(p, score, he_program_multiply(p, w, he_program_input(p, name, -12, 12)));
        inputs[i] = x[i];
        for (int j = 0; j < ROWS; j++)
            x[i][j] = 4 * he_test_random_unit();
    }
    score = he_program_within(p, score, -20, 20);
    he_program_output(p, "probability", he_program_polynomial(p, score, sigmoid, 8));
    he_assert_ok(he_plan_create(&plan, p, NULL));
    cr_assert_eq(he_context_top_level(he_plan_context(plan)), 4);
    cipher c;
    cipher_create(&c, plan, p);
    for (uint32_t i = 0; i < FEATURES; i++)
        cipher_real(&c, i, x[i], true);
    cipher_run(&c);
    he_assert_ok(he_program_run_real(p, wants, inputs));
    he_assert_ok(he_plan_decrypt_real(plan, got, 0, c.out[0], c.sk, NULL));
    for (int j = 0; j < ROWS; j++)
        cr_assert(fabs(got[j] - want[j]) <= he_plan_output_error(plan, 0));
    cr_assert(he_plan_output_error(plan, 0) < 1e-6);
    cipher_destroy(&c);
    he_program_destroy(p);
}

/* --- Outputs ---------------------------------------------------------------------------------- */

static const he_params *small(he_params *hints)
{
    *hints = (he_params)HE_PARAMS_INIT;
    hints->security = HE_SEC_NONE;
    hints->n = 1024;
    return hints;
}

/* An input as an output, a value twice, an input that nobody reads; inputs are left alone. */
Test(run, outputs_of_all_kinds)
{
    he_program *p;
    he_plan *plan;
    he_params hints;
    he_assert_ok(he_program_create(&p, HE_PROGRAM_INTEGER, 4, 65537, 0));
    he_value x = he_program_input(p, "x", 0, 0), y = he_program_input(p, "y", 0, 0);
    (void)he_program_input(p, "unused", 0, 0);
    he_value sum = he_program_add(p, x, y);
    he_program_output(p, "sum", sum);
    he_program_output(p, "x", x);
    he_program_output(p, "again", sum);
    he_program_output(p, "x again", x);
    he_assert_ok(he_plan_create(&plan, p, small(&hints)));
    cipher c;
    cipher_create(&c, plan, p);
    const int64_t values[3][4] = {{1, 2, 3, 4}, {10, 20, 30, 40}, {0}};
    for (uint32_t i = 0; i < 3; i++)
        cipher_integer(&c, i, values[i], false);
    for (int round = 0; round < 2; round++) { /* the second time into outputs that were used */
        cipher_run(&c);
        int64_t got[4];
        for (uint32_t k = 0; k < 4; k++) {
            he_assert_ok(he_plan_decrypt_integer(plan, got, k, c.out[k], c.sk, NULL));
            for (int j = 0; j < 4; j++)
                cr_assert_eq(got[j], k % 2 == 0 ? 11 * (j + 1) : j + 1);
        }
    }
    /* outputs may be the ciphertexts of inputs */
    he_ciphertext *outputs[4] = {c.in[0], c.in[1], c.out[2], c.out[3]};
    he_assert_ok(he_plan_run(plan, outputs, (const he_ciphertext *const *)c.in, NULL, NULL, NULL));
    int64_t got[4];
    he_assert_ok(he_plan_decrypt_integer(plan, got, 0, c.in[0], c.sk, NULL));
    cr_assert_eq(got[3], 44);
    he_assert_ok(he_plan_decrypt_integer(plan, got, 1, c.in[1], c.sk, NULL));
    cr_assert_eq(got[3], 4);
    cipher_destroy(&c);
    he_program_destroy(p);
}

/* --- Bounds that were loaded ------------------------------------------------------------------ */

static he_ciphertext *through_bytes(const he_context *ctx, const he_ciphertext *ct)
{
    const size_t size = he_ciphertext_save_size(ctx, ct);
    size_t length;
    void *bytes = malloc(size);
    he_ciphertext *loaded;
    he_assert_ok(he_ciphertext_save(ctx, ct, bytes, size, &length));
    he_assert_ok(he_ciphertext_load(ctx, &loaded, bytes, length));
    free(bytes);
    return loaded;
}

/* What comes back from a server carries only a claim; the client's own plan decrypts it. */
Test(run, results_that_travelled_decrypt_by_the_plan)
{
    static recipe r;
    he_params hints;
    describe(&r, HE_PROGRAM_INTEGER, 8, 65537, true);
    he_program *p = build(&r);
    he_plan *plan;
    he_assert_ok(he_plan_create(&plan, p, small(&hints)));
    cipher c;
    cipher_create(&c, plan, p);
    static const int64_t ones[8] = {1, 1, 1, 1, 1, 1, 1, 1};
    for (uint32_t i = 0; i < 2; i++) {
        cipher_integer(&c, i, ones, true);
        he_ciphertext *loaded = through_bytes(c.ctx, c.in[i]);
        he_ciphertext_destroy(c.in[i]);
        c.in[i] = loaded;
    }
    cipher_run(&c);
    cr_assert(he_ciphertext_noise_claimed(c.out[0]));
    he_ciphertext *back = through_bytes(c.ctx, c.out[0]);
    he_plaintext *pt;
    int64_t got[8];
    he_assert_ok(he_plaintext_create(c.ctx, &pt));
    he_assert_fails(he_decrypt(c.ctx, pt, back, c.sk, HE_NOISE_TRACKED, NULL), HE_ERR_NOISE_UNKNOWN,
                    "claim");
    he_assert_ok(he_plan_decrypt_integer(plan, got, 0, back, c.sk, NULL));
    cr_assert_eq(got[0], 8);
    he_plaintext_destroy(pt);
    he_ciphertext_destroy(back);
    cipher_destroy(&c);
    he_program_destroy(p);
}

/* --- Refusals --------------------------------------------------------------------------------- */

Test(run, refuses_what_does_not_fit)
{
    static recipe r;
    he_params hints;
    describe(&r, HE_PROGRAM_INTEGER, 8, 65537, true);
    he_program *p = build(&r);
    he_plan *plan;
    he_assert_ok(he_plan_create(&plan, p, small(&hints)));
    cipher c;
    cipher_create(&c, plan, p);
    int64_t x[8] = {1};
    double y[8] = {0};
    for (uint32_t i = 0; i < 2; i++)
        cipher_integer(&c, i, x, false);
    const he_ciphertext *in[2] = {c.in[0], c.in[1]};
    he_assert_fails(he_plan_run(NULL, c.out, in, c.rk, c.gk, NULL), HE_ERR_NULL, "plan is NULL");
    he_assert_fails(he_plan_run(plan, NULL, in, c.rk, c.gk, NULL), HE_ERR_NULL, "outputs");
    he_assert_fails(he_plan_run(plan, c.out, NULL, c.rk, c.gk, NULL), HE_ERR_NULL, "inputs");
    he_assert_fails(he_plan_run(plan, c.out, in, NULL, c.gk, NULL), HE_ERR_NO_KEY,
                    "needs a relinearization key");
    he_assert_fails(he_plan_run(plan, c.out, in, c.rk, NULL, NULL), HE_ERR_NO_KEY,
                    "needs Galois keys for 3 steps, the one for 1 is missing");
    static const int32_t few[2] = {1, 4};
    he_galois_keys *gk;
    he_assert_ok(he_galois_keys_create(c.ctx, &gk, c.sk, few, 2, c.rng));
    he_assert_fails(he_plan_run(plan, c.out, in, c.rk, gk, NULL), HE_ERR_NO_KEY,
                    "the one for 2 is missing");
    he_galois_keys_destroy(gk);
    in[1] = NULL;
    he_assert_fails(he_plan_run(plan, c.out, in, c.rk, c.gk, NULL), HE_ERR_NULL,
                    "input 1 (\"x1\") is NULL");
    in[1] = c.out[0];
    he_assert_fails(he_plan_run(plan, c.out, in, c.rk, c.gk, NULL), HE_ERR_ARGUMENT, "x1 is empty");
    he_ciphertext *other = c.out[1];
    c.out[1] = NULL;
    in[1] = c.in[1];
    he_assert_fails(he_plan_run(plan, c.out, in, c.rk, c.gk, NULL), HE_ERR_NULL,
                    "output 1 (\"y1\") is NULL");
    c.out[1] = other;
    /* an input that is no longer fresh */
    he_assert_ok(he_bfv_add(c.ctx, c.out[0], c.in[0], c.in[0]));
    in[1] = c.out[0];
    he_assert_fails(he_plan_run(plan, c.out, in, c.rk, c.gk, NULL), HE_ERR_NOISE,
                    "a fresh ciphertext has");
    he_assert_ok(he_mod_switch(c.ctx, c.out[0], c.in[0], 0, NULL));
    he_assert_fails(he_plan_run(plan, c.out, in, c.rk, c.gk, NULL), HE_ERR_LEVEL,
                    "input 1 (\"x1\") is at level 0");
    he_assert_ok(he_bfv_multiply(c.ctx, c.out[0], c.in[0], c.in[0], NULL, NULL));
    he_assert_fails(he_plan_run(plan, c.out, in, c.rk, c.gk, NULL), HE_ERR_MISMATCH,
                    "3 polynomials");
    he_assert_fails(he_plan_decrypt_integer(plan, x, 0, c.out[0], c.sk, NULL), HE_ERR_MISMATCH,
                    "output 0 (\"y0\") must have level");
    /* the client's side */
    he_assert_fails(he_plan_encrypt_integer(plan, c.in[0], 2, x, c.pk, NULL, c.rng, NULL),
                    HE_ERR_ARGUMENT, "input 2 of 2");
    he_assert_fails(he_plan_encrypt_integer(plan, c.in[0], 0, x, c.pk, c.sk, c.rng, NULL),
                    HE_ERR_ARGUMENT, "not both");
    he_assert_fails(he_plan_encrypt_integer(plan, c.in[0], 0, x, NULL, NULL, c.rng, NULL),
                    HE_ERR_ARGUMENT, "not neither");
    he_assert_fails(he_plan_encrypt_real(plan, c.in[0], 0, y, c.pk, NULL, c.rng, NULL),
                    HE_ERR_MISMATCH, "the program is INTEGER");
    he_assert_fails(he_plan_decrypt_real(plan, y, 0, c.out[0], c.sk, NULL), HE_ERR_MISMATCH,
                    "the program is INTEGER");
    he_assert_fails(he_plan_decrypt_integer(plan, x, 3, c.out[0], c.sk, NULL), HE_ERR_ARGUMENT,
                    "output 3 of 3");
    x[5] = 32769;
    he_assert_fails(he_plan_encrypt_integer(plan, c.in[0], 0, x, c.pk, NULL, c.rng, NULL),
                    HE_ERR_ARGUMENT, "5");
    cipher_destroy(&c);
    he_program_destroy(p);
}

Test(run, refuses_reals_outside_their_interval)
{
    he_program *p;
    he_plan *plan;
    he_params hints;
    he_assert_ok(he_program_create(&p, HE_PROGRAM_REAL, 4, 0, 10));
    he_program_output(p, "y", he_program_negate(p, he_program_input(p, "dose", 0, 5)));
    he_assert_ok(he_plan_create(&plan, p, small(&hints)));
    cipher c;
    cipher_create(&c, plan, p);
    double x[4] = {0, 5, 5.001, 1};
    he_assert_fails(he_plan_encrypt_real(plan, c.in[0], 0, x, c.pk, NULL, c.rng, NULL),
                    HE_ERR_ARGUMENT, "input 0 (\"dose\"): element 2 is outside [0, 5]");
    x[2] = NAN;
    he_assert_fails(he_plan_encrypt_real(plan, c.in[0], 0, x, c.pk, NULL, c.rng, NULL),
                    HE_ERR_ARGUMENT, "element 2");
    x[2] = 3;
    cipher_real(&c, 0, x, false);
    cipher_run(&c);
    he_assert_ok(he_plan_decrypt_real(plan, x, 0, c.out[0], c.sk, NULL));
    cr_assert(fabs(x[1] + 5) <= he_plan_output_error(plan, 0));
    cipher_destroy(&c);
    he_program_destroy(p);
}

/* --- Memory and threads ----------------------------------------------------------------------- */

Test(run, no_memory_leaves_outputs_as_they_were)
{
    static recipe r;
    he_params hints;
    describe(&r, HE_PROGRAM_REAL, 8, 0, true);
    he_program *p = build(&r);
    he_plan *plan;
    he_assert_ok(he_plan_create(&plan, p, small(&hints)));
    cipher c;
    cipher_create(&c, plan, p);
    double x[8] = {1, 0.5}, got[8];
    for (uint32_t i = 0; i < 2; i++)
        cipher_real(&c, i, x, false);
    unsigned long failed = 0;
    for (unsigned long k = 1;; k++) {
        he_test_fail_allocation(k);
        he_status status =
            he_plan_run(plan, c.out, (const he_ciphertext *const *)c.in, c.rk, c.gk, NULL);
        he_test_fail_allocation(0);
        if (status == HE_OK)
            break;
        cr_assert_eq(status, HE_ERR_MEMORY, "allocation %lu: %s", k, he_last_error());
        for (uint32_t o = 0; o < c.outputs; o++)
            cr_assert_eq(he_ciphertext_size(c.out[o]), 0);
        failed++;
    }
    cr_assert(failed > 5);
    he_assert_ok(he_plan_decrypt_real(plan, got, 0, c.out[0], c.sk, NULL));
    cr_assert(fabs(got[0] - 1.25) <= he_plan_output_error(plan, 0));
    cipher_destroy(&c);
    he_program_destroy(p);
}

/* The same ciphertexts with one thread and with three. */
Test(run, results_do_not_depend_on_threads)
{
    static recipe r;
    he_params hints;
    describe(&r, HE_PROGRAM_REAL, 8, 0, true);
    he_program *p = build(&r);
    he_plan *plan;
    he_assert_ok(he_plan_create(&plan, p, small(&hints)));
    cipher c;
    cipher_create(&c, plan, p);
    static const double x[8] = {1, 0.5, -1};
    for (uint32_t i = 0; i < 2; i++)
        cipher_real(&c, i, x, false);
    cipher_run(&c);
    he_executor *executor;
    he_scratch *scratch;
    he_ciphertext *out[3];
    he_assert_ok(he_executor_create(&executor, 3));
    he_assert_ok(he_scratch_create(c.ctx, &scratch, executor));
    for (int i = 0; i < 3; i++)
        he_assert_ok(he_ciphertext_create(c.ctx, &out[i], 2, 0));
    he_assert_ok(he_plan_run(plan, out, (const he_ciphertext *const *)c.in, c.rk, c.gk, scratch));
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(out[i]->size, c.out[i]->size);
        cr_assert_eq(memcmp(out[i]->data, c.out[i]->data,
                            (size_t)out[i]->size * out[i]->limbs * out[i]->n * 8),
                     0);
        he_ciphertext_destroy(out[i]);
    }
    he_scratch_destroy(scratch);
    he_executor_destroy(executor);
    cipher_destroy(&c);
    he_program_destroy(p);
}
