/* SPDX-License-Identifier: MIT */
/* Encoding: complex vectors to polynomials, through the inverse special FFT and rounding.
 *
 * m = round(scale a),  a_k = (2/n) Re sum_j z_j zeta^(-k (-3)^j)  (Cheon, Kim, Kim, Song, ePrint
 * 2016/421, section 3.2, with half the points).  |a_k| <= max |z_j|, so values below Q / (2 scale)
 * fit.  Coefficients below 2^62 are rounded to words; wider ones are exact as mantissa times 2^e. */
#include "ckks/ckks.h"

#include <emmintrin.h>
#include <math.h>

/* To nearest, halves to even; |x| < 2^62. */
static inline int64_t round_word(double x)
{
    return _mm_cvtsd_si64(_mm_set_sd(x));
}

/* v + offset is in [0, 2^61) for |v| < 2^59: a multiple of q that the vector kernels take off. */
static void reduce_small(uint64_t *r, const int64_t *v, size_t n, const he_rns_prime *p)
{
    uint64_t q = p->q.q, offset = (((uint64_t)1 << 59) / q + 1) * q;
    for (size_t k = 0; k < n; k++)
        r[k] = (uint64_t)v[k] + offset;
    p->vec->reduce(r, r, n, &p->q);
}

void he_ckks_reduce_signed(uint64_t *r, const int64_t *v, size_t n, uint64_t bound,
                           const he_rns_prime *p)
{
    uint64_t q = p->q.q;
    if (bound < q) {
        for (size_t k = 0; k < n; k++)
            r[k] = (uint64_t)v[k] + (q & (0 - ((uint64_t)v[k] >> 63)));
    } else if (bound < (uint64_t)1 << 59 && q < (uint64_t)1 << 60) {
        reduce_small(r, v, n, p);
    } else {
        uint64_t offset = (((uint64_t)1 << 62) / q + 1) * q; /* below 2^63 */
        for (size_t k = 0; k < n; k++)
            r[k] = he_mod_reduce((uint64_t)v[k] + offset, &p->q);
    }
}

/* x = mantissa 2^exponent, an integer, exponent >= 0: x rounded where it has a fraction. */
static int64_t split(double x, int *exponent)
{
    if (fabs(x) < 0x1p53) {
        *exponent = 0;
        return round_word(x);
    }
    int e;
    double m = frexp(x, &e); /* [1/2, 1) in size */
    *exponent = e - 53;
    return round_word(ldexp(m, 53));
}

static uint64_t reduce_split(int64_t mantissa, uint64_t power, const he_modulus *q)
{
    uint64_t size = mantissa < 0 ? 0 - (uint64_t)mantissa : (uint64_t)mantissa;
    uint64_t r = he_mod_mul(he_mod_reduce(size, q), power, q);
    return mantissa < 0 ? he_mod_neg(r, q->q) : r;
}

uint64_t he_ckks_reduce_double(double x, const he_modulus *q)
{
    int exponent;
    int64_t mantissa = split(x, &exponent);
    return reduce_split(mantissa, he_mod_pow(he_mod_reduce(2, q), (uint64_t)exponent, q), q);
}

/* --- One plaintext ----------------------------------------------------------------------------- */

typedef struct encoding {
    const he_context *ctx;
    uint64_t *limbs; /* where residues go */
    const double *x; /* [n]: coefficients before rounding */
    int64_t *v;      /* [n]: rounded, or mantissas */
    int *exponent;   /* [n]: of wide coefficients; NULL: none */
    int exponent_max;
    uint64_t bound;   /* on |v| where there are no exponents */
    uint64_t *powers; /* [limbs][exponent_max + 1] */
} encoding;

static void limb_body(void *arg, size_t i, size_t worker)
{
    const encoding *e = arg;
    const he_rns_prime *p = &e->ctx->primes[i];
    size_t n = e->ctx->n;
    uint64_t *r = e->limbs + i * n;
    (void)worker;
    if (e->exponent == NULL) {
        he_ckks_reduce_signed(r, e->v, n, e->bound, p);
    } else {
        uint64_t *power = e->powers + i * ((size_t)e->exponent_max + 1);
        power[0] = 1;
        for (int k = 1; k <= e->exponent_max; k++)
            power[k] = he_mod_add(power[k - 1], power[k - 1], p->q.q);
        for (size_t k = 0; k < n; k++)
            r[k] = reduce_split(e->v[k], power[e->exponent[k]], &p->q);
    }
    he_ntt_forward(p->ntt, r);
}

/* Mantissas and exponents of coefficients of which one reaches 2^62. */
static he_status widen(encoding *e, size_t limbs, he_arena *arena)
{
    size_t n = e->ctx->n;
    e->exponent = he_arena_take(arena, n, sizeof *e->exponent);
    if (e->exponent == NULL)
        return he_fail(HE_ERR_MEMORY, "he_ckks_encode: no memory for scratch");
    for (size_t k = 0; k < n; k++) {
        e->v[k] = split(e->x[k], &e->exponent[k]);
        if (e->exponent[k] > e->exponent_max)
            e->exponent_max = e->exponent[k];
    }
    e->powers = he_arena_take(arena, limbs * ((size_t)e->exponent_max + 1), sizeof *e->powers);
    if (e->powers == NULL)
        return he_fail(HE_ERR_MEMORY, "he_ckks_encode: no memory for scratch");
    return HE_OK;
}

/* x[k] = coefficients times scale; returns the largest in size. */
static double transform(const he_context *ctx, double *x, double *re, double *im, double scale)
{
    const he_ckks_fft *fft = &he_ckks_of(ctx)->fft;
    size_t half = fft->count;
    double factor = scale / (double)half, largest = 0; /* exact: half is a power of two */
    fft->kernels->from_slots(fft, re, im);
    for (size_t k = 0; k < half; k++) {
        size_t from = fft->reverse[k];
        double a = re[from] * factor, b = im[from] * factor;
        x[k] = a;
        x[k + half] = b;
        largest = fabs(a) > largest ? fabs(a) : largest;
        largest = fabs(b) > largest ? fabs(b) : largest;
    }
    return largest;
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
    if (isfinite(value) && fabs(value) < value_limit(ctx, scale, level) && isfinite(value * scale))
        return HE_OK;
    return refuse_value(fn, ctx, 0, isfinite(value), scale, level);
}

/* Slots from the caller's values: stride 1 (real) or 2 (complex). */
static he_status load_values(const char *fn, const he_context *ctx, double *re, double *im,
                             const double *values, size_t count, size_t stride, double scale,
                             uint32_t level)
{
    double limit = value_limit(ctx, scale, level);
    size_t half = ctx->n / 2;
    for (size_t j = 0; j < count; j++) {
        double a = values[stride * j], b = stride == 2 ? values[stride * j + 1] : 0;
        /* false for what is not finite, too; hypot only where the sum does not decide */
        if (!(fabs(a) + fabs(b) < limit) && !(hypot(a, b) < limit))
            return refuse_value(fn, ctx, j, isfinite(a) && isfinite(b), scale, level);
        re[j] = a;
        im[j] = b;
    }
    for (size_t j = count; j < half; j++)
        re[j] = im[j] = 0;
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
    encoding e = {.ctx = ctx, .x = x};
    e.v = he_arena_take(arena, n, sizeof *e.v);
    if (re == NULL || im == NULL || x == NULL || e.v == NULL)
        return he_fail(HE_ERR_MEMORY, "%s: no memory for scratch", fn);
    HE_TRY(load_values(fn, ctx, re, im, values, count, stride, scale, level));
    double largest = transform(ctx, x, re, im, scale);
    if (!isfinite(largest))
        return he_fail(HE_ERR_ARGUMENT,
                       "%s: the values times the scale 2^%.2f leave the range of "
                       "doubles",
                       fn, log2(scale));
    if (largest < 0x1p62) {
        e.bound = (uint64_t)largest + 1;
        for (size_t k = 0; k < n; k++)
            e.v[k] = round_word(x[k]);
    } else {
        HE_TRY(widen(&e, limbs, arena));
    }
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

/* --- Hooks of encryption ----------------------------------------------------------------------- */

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
