/* SPDX-License-Identifier: MIT */
/* Weighted sums of ciphertexts: each limb is read once and reduced once.
 *
 * Operands may be at any level that is not below the result's.  Truncating an operand keeps its
 * scale, and the integer that stands for its weight takes the change of scale in
 * (docs/ckks.md), so that no operand has to be adjusted. */
#include "ckks/ckks.h"

#include <math.h>

typedef struct weighted {
    const he_context *ctx;
    const he_ckks_operand *terms;
    const double *integers; /* before their reduction: weight Delta^2 / scale of the operand */
    size_t count;
    he_ckks_result res;
} weighted;

static void weighted_body(void *arg, size_t index, size_t worker)
{
    const weighted *w = arg;
    const size_t n = w->ctx->n, p = index / w->res.limbs, i = index % w->res.limbs;
    const he_rns_prime *prime = &w->ctx->primes[i];
    uint64_t *r = he_ckks_limb(w->ctx, &w->res, p, i);
    (void)worker;
    for (size_t first = 0; first < w->count; first += HE_VEC_MAX_TERMS - 1) {
        const uint64_t *a[HE_VEC_MAX_TERMS];
        uint64_t c[HE_VEC_MAX_TERMS];
        size_t k = 0;
        for (size_t j = first; j < w->count && k < HE_VEC_MAX_TERMS - 1; j++, k++) {
            a[k] = w->terms[j].poly[p] + i * n;
            c[k] = he_ckks_reduce_double(w->integers[j], &prime->q);
        }
        if (first > 0) { /* what was summed so far, once */
            a[k] = r;
            c[k++] = 1;
        }
        prime->vec->dot_scalar(r, a, c, k, n, &prime->q);
    }
}

/* Fills in term j, and adds its noise to *log_sigma. */
static he_status load(const he_context *ctx, he_ckks_operand *term, double *integer,
                      const he_ciphertext *ct, double weight, uint32_t level)
{
    static const char fn[] = "he_ckks_weighted_sum";
    HE_TRY(he_ckks_operand_of(fn, "a", ctx, term, ct));
    if (term->size != 2 || term->degree != 1 || term->level < level)
        return he_fail(
            HE_ERR_LEVEL,
            "%s: an operand has %u polynomials, degree %u and level %u, need 2, 1 and at "
            "least level %u",
            fn, term->size, term->degree, term->level, level);
    const double scale = he_ckks_of(ctx)->scale[level];
    HE_TRY(he_ckks_check_constant(fn, ctx, weight, scale * scale / term->scale, level));
    *integer = weight * (scale * scale / term->scale);
    return HE_OK;
}

double he_ckks_noise_weighted(const he_context *ctx, double log_sigma, double log_scale,
                              double log_value, double integer)
{
    /* rounding of the integer to 1/2, and of the double that it comes from, times the values */
    const double size = log2(fabs(integer) + 0x1p-60);
    const double rounding = he_noise_add(-1, size - 52) + log_scale + log_value;
    return he_noise_add(log_sigma + size, he_ckks_noise_fixed(ctx, rounding));
}

static he_status run(const he_context *ctx, he_ciphertext *r, uint32_t level,
                     const he_ciphertext *const *a, const double *weights, size_t count,
                     he_scratch *scratch)
{
    he_arena *arena = he_scratch_arena(scratch, 0);
    he_ckks_operand *terms = he_arena_take(arena, count, sizeof *terms);
    double *integers = he_arena_take(arena, count, sizeof *integers);
    if (terms == NULL || integers == NULL)
        return he_fail(HE_ERR_MEMORY, "he_ckks_weighted_sum: no memory for %zu terms", count);
    const double scale = he_ckks_of(ctx)->scale[level];
    he_ckks_operand shape = {.size = 2, .level = level, .degree = 2, .scale = scale * scale};
    bool operand = false;
    for (size_t j = 0; j < count; j++) {
        HE_TRY(load(ctx, &terms[j], &integers[j], a[j], weights[j], level));
        const double sigma = he_ckks_noise_weighted(ctx, terms[j].log_sigma, log2(terms[j].scale),
                                                    he_ckks_of(ctx)->log_range, integers[j]);
        shape.log_sigma = j == 0 ? sigma : he_noise_add(shape.log_sigma, sigma);
        shape.claimed |= terms[j].claimed;
        operand |= a[j] == r;
    }
    if (operand)
        return he_fail(HE_ERR_ARGUMENT, "he_ckks_weighted_sum: r is an operand");
    weighted w = {.ctx = ctx, .terms = terms, .integers = integers, .count = count};
    HE_TRY(he_ckks_result_begin(ctx, &w.res, r, &shape, false, NULL));
    he_scratch_for(scratch, 2 * w.res.limbs, weighted_body, &w);
    return he_ckks_result_end(ctx, &w.res, HE_OK);
}

he_status he_ckks_weighted_sum(const he_context *ctx, he_ciphertext *r, uint32_t level,
                               const he_ciphertext *const *a, const double *weights, size_t count,
                               he_scratch *scratch)
{
    HE_TRY(he_check_context(__func__, ctx, HE_SCHEME_CKKS));
    if (!he_ckks_canonical(ctx) || count == 0 || level == 0 || level > ctx->top_level)
        return he_fail(HE_ERR_ARGUMENT,
                       "%s: %zu terms at level %u: need canonical mode, a term and level 1 to %u",
                       __func__, count, level, ctx->top_level);
    he_ckks_call call;
    HE_TRY(he_ckks_enter(&call, scratch));
    return he_ckks_leave(&call, run(ctx, r, level, a, weights, count, call.scratch));
}
