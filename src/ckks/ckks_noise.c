/* SPDX-License-Identifier: MIT */
/* The public noise bound of CKKS, carried along as log2 sigma (docs/ckks.md derives each line).
 *
 * A coefficient error of standard deviation sigma is a slot error of sqrt(n) sigma / scale.  The
 * values of every ciphertext and plaintext are taken to stay below M = 2^range_bits. */
#include "ckks/ckks.h"

#include <math.h>

double he_ckks_noise_fixed(const he_context *ctx, double log_error)
{
    return log_error - ctx->log_tail;
}

/* Rounding to integers (variance 1/12), and the FFT in doubles: 2^-52 M in a slot. */
double he_ckks_noise_encode(const he_context *ctx, double scale)
{
    double fft = log2(scale) + he_ckks_of(ctx)->log_range - 52 - 0.5 * ctx->log_n;
    return he_noise_independent(-0.5 * log2(12), fft);
}

/* In a slot rounding noise is r(zeta) s(zeta), a product of two Gaussians, whose tail is
 * 2t K_1(2t) < 4 sqrt(t) exp(-2t) at t sigma: with failure 2^-128, t = z^2/4 + 2. */
double he_ckks_log_slot_tail(const he_context *ctx)
{
    return log2(exp2(2 * ctx->log_tail - 2) + 2);
}

/* e_a e_b: sqrt(n) sigma_a sigma_b, times the tail once, so that tail sigma covers both. */
static double cross(const he_context *ctx, double a, double b)
{
    return he_ckks_log_slot_tail(ctx) + 0.5 * ctx->log_n + a + b;
}

/* a e_b + b e_a + e_a e_b with |a|, |b|, |a b| <= M: the first two are largest where one factor is
 * M and the other 1. */
double he_ckks_noise_product(const he_context *ctx, const he_ckks_operand *a,
                             const he_ckks_operand *b)
{
    double range = he_ckks_of(ctx)->log_range;
    double of_b = log2(a->scale) + b->log_sigma, of_a = log2(b->scale) + a->log_sigma;
    double one = he_noise_add(range + of_b, of_a), other = he_noise_add(of_b, range + of_a);
    return he_noise_add(fmax(one, other), cross(ctx, a->log_sigma, b->log_sigma));
}

/* 2 a e_a + e_a^2 with a^2 <= M */
double he_ckks_noise_square(const he_context *ctx, const he_ckks_operand *a)
{
    double first = 1 + 0.5 * he_ckks_of(ctx)->log_range + log2(a->scale) + a->log_sigma;
    return he_noise_add(first, cross(ctx, a->log_sigma, a->log_sigma));
}

void he_ckks_plain_factor(const he_context *ctx, he_ckks_operand *o, const he_plaintext *pt)
{
    *o = (he_ckks_operand){
        .poly = {pt->data},
        .size = 1,
        .level = pt->level,
        .degree = 1,
        .limbs = he_ctx_limbs(ctx, pt->level),
        .scale = pt->scale,
        .log_sigma = he_ckks_noise_encode(ctx, pt->scale),
    };
}

/* What three polynomials round is a product of three Gaussians in a slot: 2.5 bits more of tail. */
double he_ckks_noise_rescale(const he_context *ctx, double log_sigma, uint32_t level, uint32_t size)
{
    double log_q = ctx->levels[level].log_q - ctx->levels[level - 1].log_q;
    double rounding = he_noise_rounding(ctx, size) + (size == 3 ? 2.5 : 0);
    return he_noise_independent(log_sigma - log_q, rounding);
}

/* Noise as large as the largest value leaves no bit of it; beyond Q/2 - M scale the phase wraps. */
double he_ckks_noise_limit(const he_context *ctx, const he_ciphertext *ct)
{
    double value = log2(ct->scale) + he_ckks_of(ctx)->log_range;
    double half = ctx->levels[ct->level].log_q - 1;
    if (value >= half)
        return -1;
    double room = half + log2(1 - exp2(value - half));
    return fmin(value, room);
}

double he_ckks_error_bound(const he_context *ctx, const he_ciphertext *ct)
{
    if (ctx == NULL || ct == NULL || ct->size == 0 || ctx->params.scheme != HE_SCHEME_CKKS ||
        ct->scheme != HE_SCHEME_CKKS)
        return INFINITY;
    double noise = he_ckks_log_slot_tail(ctx) + 0.5 * ctx->log_n + ct->log_sigma - log2(ct->scale);
    return exp2(noise) + exp2(he_ckks_of(ctx)->log_range - 48);
}
