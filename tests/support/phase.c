/* SPDX-License-Identifier: MIT */
#include "support/phase.h"

#include "core/memory.h"
#include <math.h>
#include <string.h>

mpz_t *he_test_big(size_t n)
{
    mpz_t *x = he_alloc(n, sizeof *x);
    for (size_t j = 0; j < n; j++)
        mpz_init(x[j]);
    return x;
}

void he_test_big_free(mpz_t *x, size_t n)
{
    for (size_t j = 0; j < n; j++)
        mpz_clear(x[j]);
    he_free(x);
}

/* x = sum_i x_i (Q/q_i) [(Q/q_i)^-1]_(q_i), by the definition. */
void he_test_compose(mpz_t *x, const he_rns_prime *const *primes, size_t limbs, size_t n,
                     const uint64_t *poly)
{
    mpz_t q, half, prime;
    mpz_inits(q, half, prime, NULL);
    mpz_set_ui(q, 1);
    for (size_t i = 0; i < limbs; i++)
        mpz_mul_ui(q, q, primes[i]->q.q);
    mpz_fdiv_q_2exp(half, q, 1);
    mpz_t *weight = he_test_big(limbs);
    for (size_t i = 0; i < limbs; i++) {
        mpz_set_ui(prime, primes[i]->q.q);
        mpz_divexact(weight[i], q, prime);
        mpz_t inverse;
        mpz_init(inverse);
        mpz_invert(inverse, weight[i], prime);
        mpz_mul(weight[i], weight[i], inverse);
        mpz_clear(inverse);
    }
    for (size_t j = 0; j < n; j++) {
        mpz_set_ui(x[j], 0);
        for (size_t i = 0; i < limbs; i++)
            mpz_addmul_ui(x[j], weight[i], poly[i * n + j]);
        mpz_fdiv_r(x[j], x[j], q);
        if (mpz_cmp(x[j], half) > 0)
            mpz_sub(x[j], x[j], q);
    }
    he_test_big_free(weight, limbs);
    mpz_clears(q, half, prime, NULL);
}

bool he_test_phase(mpz_t *x, const he_context *ctx, const he_ciphertext *ct,
                   const he_secret_key *sk)
{
    uint64_t *phase = he_alloc(ct->limbs * ctx->n, sizeof *phase);
    he_scratch *scratch = NULL;
    bool ok = phase != NULL && he_scratch_make(&scratch, NULL, 0) == HE_OK &&
              he_phase(ctx, phase, ct, sk, scratch) == HE_OK;
    for (size_t i = 0; ok && ctx->ops->ntt_at_rest && i < ct->limbs; i++)
        he_ntt_inverse(ctx->primes[i].ntt, phase + i * ctx->n);
    if (ok)
        he_test_compose(x, ctx->prime_list, ct->limbs, ctx->n, phase);
    he_scratch_destroy(scratch);
    he_free(phase);
    return ok;
}

static double log2_big(const mpz_t x)
{
    long exponent;
    double mantissa = mpz_get_d_2exp(&exponent, x);
    return mantissa == 0 ? -1 : log2(fabs(mantissa)) + (double)exponent;
}

double he_test_max_bits(mpz_t *x, size_t n)
{
    double most = -1;
    for (size_t j = 0; j < n; j++)
        most = fmax(most, log2_big(x[j]));
    return most;
}

double he_test_rms_bits(mpz_t *x, size_t n)
{
    mpz_t sum;
    mpz_init(sum);
    for (size_t j = 0; j < n; j++)
        mpz_addmul(sum, x[j], x[j]);
    double bits = 0.5 * (log2_big(sum) - log2((double)n));
    mpz_clear(sum);
    return bits;
}

double he_test_noise_bfv(const he_context *ctx, const he_ciphertext *ct, const he_secret_key *sk,
                         const uint64_t *m)
{
    uint64_t t = ctx->params.plain_modulus;
    mpz_t *x = he_test_big(ctx->n), q, qt, half;
    mpz_inits(q, qt, half, NULL);
    mpz_set_ui(q, 1);
    for (size_t i = 0; i < ct->limbs; i++)
        mpz_mul_ui(q, q, ctx->primes[i].q.q);
    mpz_mul_ui(qt, q, t);
    mpz_fdiv_q_2exp(half, qt, 1);
    double bits = INFINITY;
    if (he_test_phase(x, ctx, ct, sk)) {
        for (size_t j = 0; j < ctx->n; j++) { /* t phase - Q m, centred modulo Q t */
            mpz_mul_ui(x[j], x[j], t);
            mpz_submul_ui(x[j], q, m[j]);
            mpz_fdiv_r(x[j], x[j], qt);
            if (mpz_cmp(x[j], half) > 0)
                mpz_sub(x[j], x[j], qt);
        }
        bits = he_test_max_bits(x, ctx->n) - log2((double)t);
    }
    he_test_big_free(x, ctx->n);
    mpz_clears(q, qt, half, NULL);
    return bits;
}

double he_test_noise_ckks(const he_context *ctx, const he_ciphertext *ct, const he_secret_key *sk,
                          const he_plaintext *pt)
{
    size_t n = ctx->n;
    he_ciphertext *copy = NULL;
    double bits = INFINITY;
    if (he_ciphertext_create(ctx, &copy, 3, ct->level) != HE_OK)
        return bits;
    mpz_t *x = he_test_big(n);
    if (he_ciphertext_copy(copy, ct) == HE_OK) {
        he_ciphertext_to_ntt(ctx, copy);
        for (size_t i = 0; i < copy->limbs; i++) {
            const he_rns_prime *prime = &ctx->primes[i];
            uint64_t *c0 = he_ct_poly(copy, 0) + i * n;
            prime->vec->sub(c0, c0, pt->data + i * n, n, &prime->q);
        }
        if (he_test_phase(x, ctx, copy, sk))
            bits = he_test_max_bits(x, n);
    }
    he_test_big_free(x, n);
    he_ciphertext_destroy(copy);
    return bits;
}
