/* SPDX-License-Identifier: MIT */
/* CKKS in a context: canonical scales, the integers that join levels, and the table of operations.
 *
 * Scales: Delta_top = 2^scale_bits, Delta_(l-1) = Delta_l^2 / q_l with q_l the prime that leaves
 * with level l (FLEXIBLEAUTO of Kim, Papadimitriou, Polyakov, ePrint 2020/1118).  The recursion
 * doubles a relative error at each level, so it runs in 320 bits and is rounded once. */
#include "ckks/ckks.h"

#include "core/memory.h"
#include "math/bigint.h"
#include <math.h>

/* Twice the levels that a context can have, and 192 bits to spare. */
#define SCALE_BITS 320
/* A canonical scale may leave the one that was asked for by this factor. */
#define MAX_DRIFT 2.0

/* The double nearest to x > 0. */
static double nearest(const mpf_t x)
{
    mpf_t rest;
    double d = mpf_get_d(x); /* towards zero */
    mpf_init2(rest, SCALE_BITS);
    mpf_set_d(rest, d);
    mpf_sub(rest, x, rest);
    d += mpf_get_d(rest);
    mpf_clear(rest);
    return d;
}

/* x = product of the primes that leave with level l */
static void leaving(const he_context *ctx, mpf_t x, uint32_t l)
{
    mpf_t q;
    mpf_init2(q, SCALE_BITS);
    mpf_set_ui(x, 1);
    for (size_t i = he_ctx_limbs(ctx, l - 1); i < he_ctx_limbs(ctx, l); i++) {
        mpf_set_ui(q, ctx->primes[i].q.q);
        mpf_mul(x, x, q);
    }
    mpf_clear(q);
}

static he_status fill_scales(const he_context *ctx, he_ckks *k, mpf_t *exact)
{
    double asked = ldexp(1, (int)ctx->params.scale_bits);
    mpf_t q;
    mpf_init2(q, SCALE_BITS);
    mpf_set_d(exact[ctx->top_level], asked);
    k->scale[ctx->top_level] = asked;
    he_status status = HE_OK;
    for (uint32_t l = ctx->top_level; status == HE_OK && l > 0; l--) {
        leaving(ctx, q, l);
        mpf_mul(exact[l - 1], exact[l], exact[l]);
        mpf_div(exact[l - 1], exact[l - 1], q);
        double found = nearest(exact[l - 1]);
        k->scale[l - 1] = found;
        if (found > asked * MAX_DRIFT || found < asked / MAX_DRIFT)
            status = he_fail(HE_ERR_PARAMS,
                             "he_context_create: the canonical scale of level %u would be 2^%.2f, "
                             "far from 2^%u: give every data prime but the first about %u bits, or "
                             "set ckks_mode to HE_CKKS_EXPLICIT",
                             l - 1, log2(found), ctx->params.scale_bits, ctx->params.scale_bits);
    }
    mpf_clear(q);
    return status;
}

/* round(Delta_b q_(b+1) / Delta_a): below 2^63, as scales stay within MAX_DRIFT and q below
 * 2^61. */
static void fill_adjust(const he_context *ctx, he_ckks *k, mpf_t *exact)
{
    size_t levels = ctx->top_level + 1;
    mpf_t x, half;
    mpf_init2(x, SCALE_BITS);
    mpf_init2(half, SCALE_BITS);
    mpf_set_d(half, 0.5);
    for (uint32_t b = 0; b < ctx->top_level; b++)
        for (uint32_t a = b + 1; a <= ctx->top_level; a++) {
            leaving(ctx, x, b + 1);
            mpf_mul(x, x, exact[b]);
            mpf_div(x, x, exact[a]);
            mpf_add(x, x, half);
            k->adjust[a * levels + b] = mpf_get_ui(x);
        }
    mpf_clear(x);
    mpf_clear(half);
}

static he_status fill_canonical(const he_context *ctx, he_ckks *k)
{
    size_t levels = ctx->top_level + 1;
    mpf_t *exact = he_alloc(levels, sizeof *exact);
    if (exact == NULL)
        return he_fail(HE_ERR_MEMORY, "he_context_create: no memory");
    for (size_t l = 0; l < levels; l++)
        mpf_init2(exact[l], SCALE_BITS);
    he_status status = fill_scales(ctx, k, exact);
    if (status == HE_OK)
        fill_adjust(ctx, k, exact);
    for (size_t l = 0; l < levels; l++)
        mpf_clear(exact[l]);
    he_free(exact);
    return status;
}

/* P modulo each data prime, and the inverses that mixed radix digits take. */
static void fill_residues(const he_context *ctx, he_ckks *k)
{
    for (size_t i = 0; i < ctx->data_count; i++) {
        const he_modulus *q = &ctx->primes[i].q;
        uint64_t p = 1;
        for (size_t j = 0; j < ctx->special_count; j++)
            p = he_mod_mul(p, he_mod_reduce(he_ctx_special(ctx, j)->q.q, q), q);
        k->p_mod[i] = p;
        for (size_t j = 0; j < i; j++)
            k->inverse[i * ctx->data_count + j] =
                he_mod_inv(he_mod_reduce(ctx->primes[j].q.q, q), q);
    }
}

static void context_free(he_context *ctx)
{
    he_ckks *k = ctx->scheme;
    if (k == NULL)
        return;
    he_ckks_fft_clear(&k->fft);
    he_free(k->scale);
    he_free(k->adjust);
    he_free(k->p_mod);
    he_free(k->inverse);
    he_free(k);
    ctx->scheme = NULL;
}

static he_status fill_context(he_context *ctx, he_ckks *k)
{
    size_t levels = ctx->top_level + 1, primes = ctx->data_count;
    k->scale = he_alloc(levels, sizeof *k->scale);
    k->adjust = he_alloc(levels * levels, sizeof *k->adjust);
    k->p_mod = he_alloc(primes, sizeof *k->p_mod);
    k->inverse = he_alloc(primes * primes, sizeof *k->inverse);
    if (k->scale == NULL || k->adjust == NULL || k->p_mod == NULL || k->inverse == NULL)
        return he_fail(HE_ERR_MEMORY, "he_context_create: no memory");
    HE_TRY(he_ckks_fft_init(&k->fft, ctx->n, ctx->params.isa));
    fill_residues(ctx, k);
    k->log_range = ctx->params.range_bits == 0 ? 1 : ctx->params.range_bits;
    if (he_ckks_canonical(ctx))
        return fill_canonical(ctx, k);
    for (size_t l = 0; l < levels; l++)
        k->scale[l] = ldexp(1, (int)ctx->params.scale_bits);
    return HE_OK;
}

static he_status context_init(he_context *ctx)
{
    uint32_t bits = ctx->params.scale_bits;
    if (bits == 0 || bits > 1000)
        return he_fail(HE_ERR_PARAMS,
                       "he_context_create: scale_bits is %u, need 1 … 1000: set it to log2 of the "
                       "scale, for example 40",
                       bits);
    he_ckks *k = he_alloc(1, sizeof *k);
    if (k == NULL)
        return he_fail(HE_ERR_MEMORY, "he_context_create: no memory");
    ctx->scheme = k;
    he_status status = fill_context(ctx, k);
    if (status != HE_OK)
        context_free(ctx);
    return status;
}

/* Multiplication takes most: two adjusted operands, d_2 in both forms and the key switch's sum. */
static size_t scratch_bytes(const he_context *ctx)
{
    size_t limbs = ctx->data_count, extended = limbs + ctx->special_count;
    return (6 * limbs + 4 * extended + 4) * ctx->n * sizeof(uint64_t);
}

static double scale(const he_context *ctx, uint32_t level)
{
    return he_ckks_of(ctx)->scale[level];
}

const he_scheme_ops he_ckks_ops = {
    .ntt_at_rest = true,
    .galois_generator = 3,
    .galois_generator_negative = true,
    .context_init = context_init,
    .context_free = context_free,
    .scratch_bytes = scratch_bytes,
    .scale = scale,
    .add_message = he_ckks_add_message,
    .read_message = he_ckks_read_message,
    .noise_limit = he_ckks_noise_limit,
    .mod_switch = he_ckks_mod_switch,
};
