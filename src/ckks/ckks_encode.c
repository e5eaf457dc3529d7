/* SPDX-License-Identifier: MIT */
/* Encoding: complex vectors to polynomials, through the inverse special FFT and rounding.
 *
 * m = round(scale a),  a_k = (2/n) Re sum_j z_j zeta^(-k (-3)^j)  (Cheon, Kim, Kim, Song, ePrint
 * 2016/421, section 3.2, with half the points).  |a_k| <= max |z_j|, so that values below
 * Q / (2 scale) fit.  Coefficients within the declared range take as many words as that range
 * needs; no branch and no address depends on them otherwise. */
#include "ckks/ckks.h"
#include "core/ct.h"

#include <emmintrin.h>
#include <math.h>

/* --- One plaintext ---------------------------------------------------------------------------- */

typedef struct encoding {
    const he_context *ctx;
    uint64_t *limbs;  /* where residues go */
    const int64_t *w; /* [pieces][n]: the top piece first */
    size_t pieces;
    uint64_t bound; /* on the top piece */
} encoding;

static void limb_body(void *arg, size_t i, size_t worker)
{
    const encoding *e = arg;
    const he_rns_prime *p = &e->ctx->primes[i];
    size_t n = e->ctx->n;
    uint64_t *r = e->limbs + i * n;
    (void)worker;
    he_ckks_reduce_signed(r, e->w, n, e->bound, p);
    for (size_t j = 1; j < e->pieces; j++)
        he_ckks_append_piece(r, e->w + j * n, n, &p->q);
    he_ntt_forward(p->ntt, r);
}

/* x[k] = coefficients times scale; returns the largest in size. */
static double transform(const he_context *ctx, double *x, double *re, double *im, double scale)
{
    const he_ckks_fft *fft = &he_ckks_of(ctx)->fft;
    size_t half = fft->count;
    double factor = scale / (double)half; /* exact: half is a power of two */
    __m128d largest = _mm_setzero_pd();
    fft->kernels->from_slots(fft, re, im);
    for (size_t k = 0; k < half; k++) {
        size_t from = fft->reverse[k];
        double a = re[from] * factor, b = im[from] * factor;
        x[k] = a;
        x[k + half] = b;
        largest = _mm_max_pd(largest, _mm_set_pd(fabs(a), fabs(b)));
    }
    return _mm_cvtsd_f64(_mm_max_sd(largest, _mm_unpackhi_pd(largest, largest)));
}

/* log2 of a bound on coefficients of which this is the largest: that of the range where they keep
 * to it, else that of a word, else the modulus's.  Which of them is no secret: it decides how long
 * the work takes (ckks.h).  HE_ERR_ARGUMENT where it is infinite. */
static he_status bound_of(const char *fn, const he_context *ctx, double largest, double scale,
                          uint32_t level, double *log_bound)
{
    double range = log2(scale) + he_ckks_of(ctx)->log_range;
    uint64_t within = he_ct_mask_smaller(largest, exp2(fmin(range, 1023)));
    uint64_t word = he_ct_mask_smaller(largest, exp2(HE_CKKS_WORD_BITS));
    uint64_t finite = he_ct_mask_smaller(largest, INFINITY);
    HE_PUBLIC(&within, sizeof within);
    HE_PUBLIC(&word, sizeof word);
    HE_PUBLIC(&finite, sizeof finite);
    if (finite == 0)
        return he_fail(HE_ERR_ARGUMENT,
                       "%s: the values times the scale 2^%.2f leave the range of doubles", fn,
                       log2(scale));
    double widest = fmin(ctx->levels[level].log_q, 1024);
    *log_bound = within != 0 ? fmin(range, widest) : word != 0 ? HE_CKKS_WORD_BITS : widest;
    return HE_OK;
}

static he_status refuse_value(const char *fn, const he_context *ctx, size_t index, bool finite,
                              double scale, uint32_t level)
{
    if (!finite)
        return he_fail(HE_ERR_ARGUMENT, "%s: value %zu is not a finite number", fn, index);
    return he_fail(HE_ERR_ARGUMENT,
                   "%s: value %zu is too large: at level %u and scale 2^%.2f values must stay "
                   "below 2^%.2f",
                   fn, index, level, log2(scale), ctx->levels[level].log_q - 1 - log2(scale));
}

/* Bound on |z|: Q/2 with room for the rounding of coefficients; sums of 2^16 such are finite. */
static double value_limit(const he_context *ctx, double scale, uint32_t level)
{
    return exp2(fmin(ctx->levels[level].log_q - 1 - log2(scale), 1000)) * (1 - 0x1p-18);
}

he_status he_ckks_check_constant(const char *fn, const he_context *ctx, double value, double scale,
                                 uint32_t level)
{
    uint64_t fits = he_ct_mask_smaller(value, value_limit(ctx, scale, level)) &
                    he_ct_mask_smaller(value * scale, INFINITY);
    HE_PUBLIC(&fits, sizeof fits); /* told to the caller */
    if (fits != 0)
        return HE_OK;
    return refuse_value(fn, ctx, 0, isfinite(value), scale, level);
}

/* |a + b i|^2 / limit^2 as bits, in the order of the numbers. */
static uint64_t relative_square(double a, double b, double inverse)
{
    a *= inverse;
    b *= inverse;
    return he_ct_magnitude(a * a + b * b);
}

/* Slots from the caller's values: stride 1 (real) or 2 (complex). */
static he_status load_values(const char *fn, const he_context *ctx, double *re, double *im,
                             const double *values, size_t count, size_t stride, double scale,
                             uint32_t level)
{
    double inverse = 1 / value_limit(ctx, scale, level);
    const uint64_t last = he_ct_magnitude(1) - 1;
    uint64_t wrong = 0; /* top bit: a square is not below 1, or is a NaN */
    size_t half = ctx->n / 2;
    for (size_t j = 0; j < count; j++) {
        re[j] = values[stride * j];
        im[j] = stride == 2 ? values[stride * j + 1] : 0;
        wrong |= last - relative_square(re[j], im[j], inverse);
    }
    for (size_t j = count; j < half; j++)
        re[j] = im[j] = 0;
    wrong >>= 63;
    HE_PUBLIC(&wrong, sizeof wrong); /* told to the caller, with the first such value's index */
    for (size_t j = 0; wrong != 0 && j < count; j++)
        if (relative_square(re[j], im[j], inverse) > last)
            return refuse_value(fn, ctx, j, isfinite(re[j]) && isfinite(im[j]), scale, level);
    return HE_OK;
}

static void describe(const he_context *ctx, he_plaintext *pt, uint32_t level, double scale)
{
    for (size_t i = 0; i < HE_ID_BYTES; i++)
        pt->id[i] = ctx->id[i];
    pt->scheme = HE_SCHEME_CKKS;
    pt->level = level;
    pt->scale = scale;
    pt->words = he_ctx_limbs(ctx, level) * ctx->n;
}

static he_status encode_values(const char *fn, const he_context *ctx, he_plaintext *pt,
                               const double *values, size_t count, size_t stride, uint32_t level,
                               double scale, he_scratch *scratch)
{
    size_t n = ctx->n, half = n / 2, limbs = he_ctx_limbs(ctx, level);
    he_arena *arena = he_scratch_arena(scratch, 0);
    double *re = he_arena_take(arena, half, sizeof *re),
           *im = he_arena_take(arena, half, sizeof *im);
    double *x = he_arena_take(arena, n, sizeof *x);
    if (re == NULL || im == NULL || x == NULL)
        return he_fail(HE_ERR_MEMORY, "%s: no memory for scratch", fn);
    HE_TRY(load_values(fn, ctx, re, im, values, count, stride, scale, level));
    double largest = transform(ctx, x, re, im, scale), log_bound = 0;
    HE_TRY(bound_of(fn, ctx, largest, scale, level, &log_bound));
    encoding e = {.ctx = ctx, .pieces = he_ckks_pieces(log_bound)};
    e.bound = (uint64_t)exp2(fmin(log_bound, HE_CKKS_WORD_BITS)) + 1;
    int64_t *w = he_arena_take(arena, e.pieces * n, sizeof *w);
    if (w == NULL)
        return he_fail(HE_ERR_MEMORY, "%s: no memory for scratch", fn);
    for (size_t j = 0; j < e.pieces; j++)
        he_ckks_take_piece(w + j * n, x, n, e.pieces - 1 - j);
    e.w = w;
    HE_TRY(he_plaintext_reserve(pt, limbs * n));
    e.limbs = pt->data;
    he_scratch_for(scratch, limbs, limb_body, &e);
    describe(ctx, pt, level, scale);
    return HE_OK;
}

static he_status check_level(const char *fn, const he_context *ctx, uint32_t level)
{
    if (level <= ctx->top_level)
        return HE_OK;
    return he_fail(HE_ERR_LEVEL, "%s: level is %u, the context's top level is %u", fn, level,
                   ctx->top_level);
}

static he_status encode(const char *fn, const he_context *ctx, he_plaintext *pt,
                        const double *values, size_t count, size_t stride, uint32_t level,
                        double scale, he_scratch *scratch)
{
    if (pt == NULL)
        return he_fail(HE_ERR_NULL, "%s: pt is NULL", fn);
    if (values == NULL && count != 0)
        return he_fail(HE_ERR_NULL, "%s: values is NULL", fn);
    if (count > ctx->n / 2)
        return he_fail(HE_ERR_ARGUMENT, "%s: count is %zu, there are %zu slots", fn, count,
                       ctx->n / 2);
    he_ckks_call call;
    HE_TRY(he_ckks_enter(&call, scratch));
    return he_ckks_leave(
        &call, encode_values(fn, ctx, pt, values, count, stride, level, scale, call.scratch));
}

he_status he_ckks_encode(const he_context *ctx, he_plaintext *pt, const double *values,
                         size_t count, uint32_t level, he_scratch *scratch)
{
    HE_TRY(he_check_context(__func__, ctx, HE_SCHEME_CKKS));
    HE_TRY(check_level(__func__, ctx, level));
    return encode(__func__, ctx, pt, values, count, 1, level, he_ckks_of(ctx)->scale[level],
                  scratch);
}

he_status he_ckks_encode_complex(const he_context *ctx, he_plaintext *pt, const double *values,
                                 size_t count, uint32_t level, he_scratch *scratch)
{
    HE_TRY(he_check_context(__func__, ctx, HE_SCHEME_CKKS));
    HE_TRY(check_level(__func__, ctx, level));
    return encode(__func__, ctx, pt, values, count, 2, level, he_ckks_of(ctx)->scale[level],
                  scratch);
}

he_status he_ckks_encode_scaled(const he_context *ctx, he_plaintext *pt, const double *values,
                                size_t count, uint32_t level, double scale, he_scratch *scratch)
{
    HE_TRY(he_check_context(__func__, ctx, HE_SCHEME_CKKS));
    HE_TRY(check_level(__func__, ctx, level));
    if (he_ckks_canonical(ctx))
        return he_fail(
            HE_ERR_SCALE,
            "he_ckks_encode_scaled: the context is in canonical mode, where level %u has "
            "the one scale 2^%.6f: call he_ckks_encode()",
            level, log2(he_ckks_of(ctx)->scale[level]));
    if (!isfinite(scale) || scale < 1)
        return he_fail(HE_ERR_ARGUMENT, "he_ckks_encode_scaled: scale is %g, need at least 1",
                       scale);
    HE_TRY(he_ckks_check_scale(__func__, ctx, scale, level));
    return encode(__func__, ctx, pt, values, count, 1, level, scale, scratch);
}

he_status he_ckks_encode_scalar(const he_context *ctx, he_plaintext *pt, double value,
                                uint32_t level)
{
    HE_TRY(he_check_context(__func__, ctx, HE_SCHEME_CKKS));
    HE_REQUIRE_PTR(pt);
    HE_TRY(check_level(__func__, ctx, level));
    double scale = he_ckks_of(ctx)->scale[level];
    HE_TRY(he_ckks_check_constant(__func__, ctx, value, scale, level));
    size_t limbs = he_ctx_limbs(ctx, level);
    HE_TRY(he_plaintext_reserve(pt, limbs * ctx->n));
    for (size_t i = 0; i < limbs; i++) {
        uint64_t c = he_ckks_reduce_double(value * scale, &ctx->primes[i].q);
        for (size_t k = 0; k < ctx->n; k++)
            pt->data[i * ctx->n + k] = c; /* a constant polynomial has one value everywhere */
    }
    describe(ctx, pt, level, scale);
    return HE_OK;
}

/* --- Hooks of encryption ---------------------------------------------------------------------- */

he_status he_ckks_add_message(const he_context *ctx, uint64_t *c0, const he_plaintext *pt,
                              uint32_t level, he_arena *arena)
{
    (void)arena;
    if (pt->level != level)
        return he_fail(HE_ERR_LEVEL, "the plaintext is at level %u, the ciphertext at level %u",
                       pt->level, level);
    double scale = he_ckks_of(ctx)->scale[level];
    if (he_ckks_canonical(ctx) && pt->scale != scale)
        return he_fail(HE_ERR_SCALE,
                       "the plaintext has scale 2^%.6f, level %u has 2^%.6f: encode it with "
                       "he_ckks_encode()",
                       log2(pt->scale), level, log2(scale));
    for (size_t i = 0; i < he_ctx_limbs(ctx, level); i++) {
        const he_rns_prime *p = &ctx->primes[i];
        p->vec->add(c0 + i * ctx->n, c0 + i * ctx->n, pt->data + i * ctx->n, ctx->n, &p->q);
    }
    return HE_OK;
}

he_status he_ckks_read_message(const he_context *ctx, he_plaintext *pt, uint64_t *phase,
                               const he_ciphertext *ct, he_arena *arena)
{
    (void)arena;
    size_t words = he_ctx_limbs(ctx, ct->level) * ctx->n;
    HE_TRY(he_plaintext_reserve(pt, words));
    for (size_t k = 0; k < words; k++)
        pt->data[k] = phase[k];
    describe(ctx, pt, ct->level, ct->scale);
    return HE_OK;
}
