/* SPDX-License-Identifier: MIT */
/* Programs on ciphertexts against the reference executor: integers exactly, reals within the error
 * that the plan predicts. */
#include "cipher.h"
#include "generate.h"
#include "program/plan/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- Client and server ------------------------------------------------------------------------- */

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

/* --- Random programs --------------------------------------------------------------------------- */

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

static void check_integer(const recipe *r, const he_params *hints)
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
    for (int round = 0; round < 6 * (int)he_test_scale(); round++) {
        generate(&r, HE_PROGRAM_INTEGER, 1u << (round * 3 % 11), moduli[round % 3], &within);
        check_integer(&r, NULL);
    }
}
