/* SPDX-License-Identifier: MIT */
/* CKKS's part of the shared operations: a message is the plaintext polynomial itself. */
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

static double scale(const he_context *ctx, uint32_t level)
{
    double log_scale = ctx->params.scale_bits;
    for (uint32_t l = ctx->top_level; ctx->params.ckks_mode == HE_CKKS_CANONICAL && l > level; l--)
        log_scale = 2 * log_scale - log2((double)ctx->primes[he_ctx_limbs(ctx, l) - 1].q.q);
    return exp2(log_scale);
}

static he_status add_message(const he_context *ctx, uint64_t *c0, const he_plaintext *pt,
                             uint32_t level, he_arena *arena)
{
    size_t n = ctx->n;
    (void)arena;
    for (size_t i = 0; i < he_ctx_limbs(ctx, level); i++) {
        const he_rns_prime *prime = &ctx->primes[i];
        prime->vec->add(c0 + i * n, c0 + i * n, pt->data + i * n, n, &prime->q);
    }
    return HE_OK;
}

static he_status read_message(const he_context *ctx, he_plaintext *pt, uint64_t *phase,
                              const he_ciphertext *ct, he_arena *arena)
{
    (void)arena;
    HE_TRY(he_plaintext_reserve(pt, ct->limbs * ctx->n));
    memcpy(pt->data, phase, ct->limbs * ctx->n * sizeof *phase);
    memcpy(pt->id, ctx->id, HE_ID_BYTES);
    pt->scheme = HE_SCHEME_CKKS;
    pt->level = ct->level;
    pt->scale = ct->scale;
    pt->words = ct->limbs * ctx->n;
    return HE_OK;
}

static double noise_limit(const he_context *ctx, const he_ciphertext *ct)
{
    return ctx->levels[ct->level].log_q - 1;
}

static he_status mod_switch(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                            uint32_t level, he_scratch *scratch)
{
    (void)scratch;
    if (ctx->params.ckks_mode == HE_CKKS_CANONICAL)
        return he_fail(HE_ERR_UNSUPPORTED, "he_mod_switch: canonical CKKS");
    HE_TRY(he_ciphertext_copy(r, a));
    for (uint32_t p = 0; p < r->size; p++)
        memmove(r->data + p * he_ctx_limbs(ctx, level) * r->n, he_ct_poly(r, p),
                he_ctx_limbs(ctx, level) * r->n * sizeof *r->data);
    r->level = level;
    r->limbs = (uint32_t)he_ctx_limbs(ctx, level);
    return HE_OK;
}

const he_scheme_ops he_ckks_ops = {
    .ntt_at_rest = true,
    .galois_generator = 3,
    .galois_generator_negative = true,
    .context_init = context_init,
    .context_free = context_free,
    .scratch_bytes = scratch_bytes,
    .scale = scale,
    .add_message = add_message,
    .read_message = read_message,
    .noise_limit = noise_limit,
    .mod_switch = mod_switch,
};
