/* SPDX-License-Identifier: MIT */
/* Decoding: residues to doubles by balanced mixed radix digits, then the special FFT.
 *
 * x = t_0 + q_0 (t_1 + q_1 (t_2 + …)) with t_i in (-q_i/2, q_i/2) is the representative of least
 * size, so no comparison with Q/2 is needed.  As many primes are read as values within the declared
 * range can need, and one more as a check: only where that digit is not zero in some coefficient
 * are all primes of the level read.  Nothing else about coefficients decides a branch or an
 * address. */
#include "ckks/ckks.h"
#include "core/ct.h"

#include <math.h>
#include <string.h>

/* Centred digit of y in [0, q). */
static inline int64_t centre(uint64_t y, uint64_t q)
{
    uint64_t above = 0 - ((q / 2 - y) >> 63); /* y > q/2 */
    return (int64_t)(y - (q & above));
}

/* digits[i] from limb i and the digits before it; the bits that one of them has. */
static uint64_t next_digit(const he_context *ctx, int64_t *const *digits, size_t i,
                           const uint64_t *limb, uint64_t *y, uint64_t *t)
{
    const he_rns_prime *p = &ctx->primes[i];
    const uint64_t *inverse = he_ckks_of(ctx)->inverse + i * ctx->data_count;
    size_t n = ctx->n;
    memcpy(y, limb, n * sizeof *y);
    he_ntt_inverse(p->ntt, y);
    for (size_t j = 0; j < i; j++) {
        he_ckks_reduce_signed(t, digits[j], n, ctx->primes[j].q.q / 2, p);
        p->vec->sub_mul_scalar(y, y, t, inverse[j], n, &p->q);
    }
    uint64_t any = 0;
    for (size_t k = 0; k < n; k++) {
        any |= y[k];
        digits[i][k] = centre(y[k], p->q.q);
    }
    return any;
}

/* The primes that coefficients of values within the range can need. */
static size_t usual_count(const he_context *ctx, const he_plaintext *pt)
{
    size_t limbs = he_ctx_limbs(ctx, pt->level), count = 0;
    double need = log2(pt->scale) + he_ckks_of(ctx)->log_range + 1, have = 0;
    while (count < limbs && have <= need)
        have += log2((double)ctx->primes[count++].q.q);
    return count;
}

/* Digits of pt, *count of them. */
static he_status take_digits(const char *fn, const he_context *ctx, int64_t **digits, size_t *count,
                             const he_plaintext *pt, he_arena *arena)
{
    size_t n = ctx->n, usual = usual_count(ctx, pt), last = he_ctx_limbs(ctx, pt->level);
    uint64_t *y = he_arena_take(arena, n, sizeof *y), *t = he_arena_take(arena, n, sizeof *t);
    if (y == NULL || t == NULL)
        return he_fail(HE_ERR_MEMORY, "%s: no memory for scratch", fn);
    for (size_t i = 0; i < last; i++) {
        digits[i] = he_arena_take(arena, n, sizeof *digits[i]);
        if (digits[i] == NULL)
            return he_fail(HE_ERR_MEMORY, "%s: no memory for scratch", fn);
        uint64_t beyond = next_digit(ctx, digits, i, pt->data + i * n, y, t);
        if (i != usual)
            continue;
        /* whether all values keep to the range is no secret: decoding takes longer if not
         * (ckks.h) */
        HE_PUBLIC(&beyond, sizeof beyond);
        if (beyond == 0)
            last = usual;
    }
    *count = last;
    return HE_OK;
}

/* x[k]: the coefficients of pt as doubles; HE_ERR_SCALE where one of them is none. */
static he_status compose(const char *fn, const he_context *ctx, double *x, const he_plaintext *pt,
                         he_arena *arena)
{
    size_t n = ctx->n, count = 0;
    int64_t *digits[HE_MAX_DATA_PRIMES];
    HE_TRY(take_digits(fn, ctx, digits, &count, pt, arena));
    for (size_t k = 0; k < n; k++)
        x[k] = (double)digits[count - 1][k];
    for (size_t i = count - 1; i-- > 0;) {
        double q = (double)ctx->primes[i].q.q;
        for (size_t k = 0; k < n; k++)
            x[k] = x[k] * q + (double)digits[i][k];
    }
    uint64_t finite = UINT64_MAX;
    for (size_t k = 0; k < n; k++)
        finite &= he_ct_magnitude(x[k]) - he_ct_magnitude(INFINITY); /* top bit: below it */
    finite >>= 63;
    HE_PUBLIC(&finite, sizeof finite); /* told to the caller */
    if (finite == 0)
        return he_fail(HE_ERR_SCALE,
                       "%s: the coefficients at scale 2^%.2f leave the range of doubles", fn,
                       log2(pt->scale));
    return HE_OK;
}

static he_status decode_slots(const char *fn, const he_context *ctx, double *re, double *im,
                              const he_plaintext *pt, he_arena *arena)
{
    const he_ckks_fft *fft = &he_ckks_of(ctx)->fft;
    size_t half = fft->count;
    double *x = he_arena_take(arena, ctx->n, sizeof *x);
    if (x == NULL)
        return he_fail(HE_ERR_MEMORY, "%s: no memory for scratch", fn);
    HE_TRY(compose(fn, ctx, x, pt, arena));
    for (size_t k = 0; k < half; k++) {
        re[fft->reverse[k]] = x[k];
        im[fft->reverse[k]] = x[k + half];
    }
    fft->kernels->to_slots(fft, re, im);
    return HE_OK;
}

static he_status decode_values(const char *fn, const he_context *ctx, double *values, size_t count,
                               size_t stride, const he_plaintext *pt, he_scratch *scratch)
{
    he_arena *arena = he_scratch_arena(scratch, 0);
    size_t half = ctx->n / 2;
    double *re = he_arena_take(arena, half, sizeof *re),
           *im = he_arena_take(arena, half, sizeof *im);
    if (re == NULL || im == NULL)
        return he_fail(HE_ERR_MEMORY, "%s: no memory for scratch", fn);
    HE_TRY(decode_slots(fn, ctx, re, im, pt, arena));
    for (size_t j = 0; j < count; j++) {
        values[stride * j] = re[j] / pt->scale;
        if (stride == 2)
            values[stride * j + 1] = im[j] / pt->scale;
    }
    return HE_OK;
}

static he_status decode(const char *fn, const he_context *ctx, double *values, size_t count,
                        size_t stride, const he_plaintext *pt, he_scratch *scratch)
{
    HE_TRY(he_check_context(fn, ctx, HE_SCHEME_CKKS));
    if (values == NULL && count != 0)
        return he_fail(HE_ERR_NULL, "%s: values is NULL", fn);
    HE_TRY(he_check_plaintext(fn, "pt", ctx, pt));
    if (count > ctx->n / 2)
        return he_fail(HE_ERR_ARGUMENT, "%s: count is %zu, there are %zu slots", fn, count,
                       ctx->n / 2);
    he_ckks_call call;
    HE_TRY(he_ckks_enter(&call, scratch));
    return he_ckks_leave(&call, decode_values(fn, ctx, values, count, stride, pt, call.scratch));
}

he_status he_ckks_decode(const he_context *ctx, double *values, size_t count,
                         const he_plaintext *pt, he_scratch *scratch)
{
    return decode(__func__, ctx, values, count, 1, pt, scratch);
}

he_status he_ckks_decode_complex(const he_context *ctx, double *values, size_t count,
                                 const he_plaintext *pt, he_scratch *scratch)
{
    return decode(__func__, ctx, values, count, 2, pt, scratch);
}
