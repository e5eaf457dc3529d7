/* SPDX-License-Identifier: MIT */
/* BFV's part of the shared operations: messages by exact rounding in big integers. */
#include "math/bigint.h"
#include "rlwe/rlwe.h"
#include <math.h>
#include <string.h>

static he_status context_init(he_context *ctx)
{
    (void)ctx;
    return HE_OK;
}

static void context_free(he_context *ctx)
{
    (void)ctx;
}

static size_t scratch_bytes(const he_context *ctx)
{
    (void)ctx;
    return 0;
}

/* Q at a level. */
static void modulus(const he_context *ctx, mpz_t q, size_t limbs)
{
    he_big_product(q, ctx->params.data_primes, limbs);
}

/* c0 += floor((Q m + floor(t/2)) / t) */
static he_status add_message(const he_context *ctx, uint64_t *c0, const he_plaintext *pt,
                             uint32_t level, he_arena *arena)
{
    size_t n = ctx->n, limbs = he_ctx_limbs(ctx, level);
    uint64_t t = ctx->params.plain_modulus;
    (void)arena;
    mpz_t q, x;
    mpz_inits(q, x, NULL);
    modulus(ctx, q, limbs);
    for (size_t j = 0; j < n; j++) {
        mpz_mul_ui(x, q, pt->data[j]);
        mpz_add_ui(x, x, t / 2);
        mpz_fdiv_q_ui(x, x, t);
        for (size_t i = 0; i < limbs; i++) {
            uint64_t p = ctx->primes[i].q.q;
            c0[i * n + j] = he_mod_add(c0[i * n + j], he_big_mod(x, p), p);
        }
    }
    mpz_clears(q, x, NULL);
    return HE_OK;
}

/* m = round(t x / Q) mod t */
static he_status read_message(const he_context *ctx, he_plaintext *pt, uint64_t *phase,
                              const he_ciphertext *ct, he_arena *arena)
{
    size_t n = ctx->n, limbs = ct->limbs;
    uint64_t residues[HE_MAX_DATA_PRIMES], words[HE_MAX_DATA_PRIMES + 1];
    (void)arena;
    HE_TRY(he_plaintext_reserve(pt, n));
    he_rns_crt *crt = NULL;
    HE_TRY(he_rns_crt_create(&crt, ctx->prime_list, limbs));
    mpz_t q, x;
    mpz_inits(q, x, NULL);
    modulus(ctx, q, limbs);
    for (size_t j = 0; j < n; j++) {
        for (size_t i = 0; i < limbs; i++)
            residues[i] = phase[i * n + j];
        he_rns_crt_compose(crt, words, residues);
        mpz_import(x, he_rns_crt_words(crt), -1, sizeof *words, 0, 0, words);
        mpz_mul_ui(x, x, ctx->params.plain_modulus);
        mpz_mul_2exp(x, x, 1);
        mpz_add(x, x, q);
        mpz_fdiv_q(x, x, q);
        mpz_fdiv_q_2exp(x, x, 1);
        pt->data[j] = he_big_mod(x, ctx->params.plain_modulus);
    }
    mpz_clears(q, x, NULL);
    he_rns_crt_destroy(crt);
    memcpy(pt->id, ctx->id, HE_ID_BYTES);
    pt->scheme = HE_SCHEME_BFV;
    pt->level = 0;
    pt->scale = 1;
    pt->words = n;
    return HE_OK;
}

static double noise_limit(const he_context *ctx, const he_ciphertext *ct)
{
    return ctx->levels[ct->level].log_q - log2((double)ctx->params.plain_modulus) - 1;
}

static he_status mod_switch(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                            uint32_t level, he_scratch *scratch)
{
    he_arena *arena = he_scratch_arena(scratch, 0);
    HE_TRY(he_ciphertext_copy(r, a));
    he_ciphertext_to_coeff(ctx, r);
    while (r->level > level) {
        size_t limbs = r->limbs;
        for (uint32_t p = 0; p < r->size; p++) {
            uint64_t *x = he_ct_poly(r, p), *kept = r->data + p * (limbs - 1) * ctx->n;
            HE_TRY(he_rns_divide_coeff(ctx->levels[r->level].by_last, x, x,
                                       x + (limbs - 1) * ctx->n, arena));
            memmove(kept, x, (limbs - 1) * ctx->n * sizeof *x);
        }
        double dropped = log2((double)ctx->primes[limbs - 1].q.q);
        r->log_sigma = he_noise_divided(ctx, r->log_sigma, dropped, r->size);
        r->level--;
        r->limbs--;
        r->seeded = false;
    }
    return HE_OK;
}

const he_scheme_ops he_bfv_ops = {
    .ntt_at_rest = false,
    .galois_generator = 3,
    .context_init = context_init,
    .context_free = context_free,
    .scratch_bytes = scratch_bytes,
    .add_message = add_message,
    .read_message = read_message,
    .noise_limit = noise_limit,
    .mod_switch = mod_switch,
};
