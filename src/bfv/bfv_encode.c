/* SPDX-License-Identifier: MIT */
/* Integers into plaintext polynomials: slots by an inverse transform modulo t, or coefficients.
 *
 * Slots are SEAL's 2 x n/2 matrix.  Values are checked before anything is written; whether all are
 * in range is the one thing about them that shows. */
#include "bfv/bfv.h"
#include "core/ct.h"
#include "core/fenv.h"
#include "core/memory.h"
#include <string.h>

static he_status check_batching(const char *fn, const he_context *ctx, size_t count)
{
    if (ctx->slots == 0)
        return he_fail(HE_ERR_UNSUPPORTED,
                       "%s: plain_modulus %llu has no slots for n = %zu: take a prime 1 mod 2n, or "
                       "coefficients",
                       fn, (unsigned long long)he_bfv(ctx)->t.q, ctx->n);
    if (count > ctx->slots)
        return he_fail(HE_ERR_ARGUMENT, "%s: %zu values, have %zu slots", fn, count, ctx->slots);
    return HE_OK;
}

/* The first value not below t, or count. */
static size_t first_beyond(const uint64_t *values, size_t count, uint64_t t)
{
    uint64_t wrong = 0;
    for (size_t i = 0; i < count; i++)
        wrong |= values[i] >> 63 | (he_ct_mask_less(values[i] & INT64_MAX, t) ^ UINT64_MAX);
    HE_PUBLIC(&wrong, sizeof wrong); /* validity is told to the caller */
    if (wrong == 0)
        return count;
    size_t i = 0;
    while (values[i] < t)
        i++;
    return i;
}

static he_status check_unsigned(const char *fn, const he_context *ctx, const uint64_t *values,
                                size_t count)
{
    const uint64_t t = he_bfv(ctx)->t.q;
    size_t i = first_beyond(values, count, t);
    if (i < count)
        return he_fail(HE_ERR_ARGUMENT, "%s: values[%zu] is not below plain_modulus %llu", fn, i,
                       (unsigned long long)t);
    return HE_OK;
}

static he_status check_signed(const char *fn, const he_context *ctx, const int64_t *values,
                              size_t count)
{
    const uint64_t half = he_bfv(ctx)->half;
    uint64_t wrong = 0;
    for (size_t i = 0; i < count; i++) {
        /* value + half in [0, 2 half], also as words: half < 2^59 */
        uint64_t shifted = (uint64_t)values[i] + half;
        wrong |= shifted >> 63 | he_ct_mask_less(2 * half, shifted & INT64_MAX);
    }
    HE_PUBLIC(&wrong, sizeof wrong);
    for (size_t i = 0; wrong != 0 && i < count; i++)
        if ((uint64_t)values[i] + half > 2 * half)
            return he_fail(HE_ERR_ARGUMENT, "%s: values[%zu] is outside [-%llu, %llu]", fn, i,
                           (unsigned long long)half, (unsigned long long)half);
    return HE_OK;
}

static void set_plaintext(const he_context *ctx, he_plaintext *pt)
{
    memcpy(pt->id, ctx->id, sizeof pt->id);
    pt->scheme = HE_SCHEME_BFV;
    pt->level = 0;
    pt->scale = 1;
    pt->words = ctx->n;
}

static void to_coefficients(const he_context *ctx, he_plaintext *pt)
{
    unsigned fenv = he_fenv_enter();
    he_ntt_inverse(he_bfv(ctx)->plain, pt->data);
    he_fenv_leave(fenv);
    set_plaintext(ctx, pt);
}

he_status he_bfv_encode_i64(const he_context *ctx, he_plaintext *pt, const int64_t *values,
                            size_t count)
{
    HE_TRY(he_check_context(__func__, ctx, HE_SCHEME_BFV));
    HE_REQUIRE_PTR(pt);
    if (count != 0)
        HE_REQUIRE_PTR(values);
    HE_TRY(check_batching(__func__, ctx, count));
    HE_TRY(check_signed(__func__, ctx, values, count));
    HE_TRY(he_plaintext_reserve(pt, ctx->n));
    const he_bfv_context *bfv = he_bfv(ctx);
    memset(pt->data, 0, ctx->n * sizeof *pt->data);
    for (size_t j = 0; j < count; j++) {
        uint64_t v = (uint64_t)values[j];
        v += bfv->t.q & he_ct_mask_top(v); /* [-t/2, 0) to [t/2, t) */
        /* for an even t, t / 2 and -t / 2 are the same */
        pt->data[bfv->slot[j]] = v;
    }
    to_coefficients(ctx, pt);
    return HE_OK;
}

he_status he_bfv_encode_u64(const he_context *ctx, he_plaintext *pt, const uint64_t *values,
                            size_t count)
{
    HE_TRY(he_check_context(__func__, ctx, HE_SCHEME_BFV));
    HE_REQUIRE_PTR(pt);
    if (count != 0)
        HE_REQUIRE_PTR(values);
    HE_TRY(check_batching(__func__, ctx, count));
    HE_TRY(check_unsigned(__func__, ctx, values, count));
    HE_TRY(he_plaintext_reserve(pt, ctx->n));
    const uint32_t *slot = he_bfv(ctx)->slot;
    memset(pt->data, 0, ctx->n * sizeof *pt->data);
    for (size_t j = 0; j < count; j++)
        pt->data[slot[j]] = values[j];
    to_coefficients(ctx, pt);
    return HE_OK;
}

/* The values in NTT order, for the caller to free. */
static he_status to_slots(const char *fn, const he_context *ctx, uint64_t **order,
                          const he_plaintext *pt)
{
    uint64_t *x = he_alloc_raw(ctx->n, sizeof *x);
    if (x == NULL)
        return he_fail(HE_ERR_MEMORY, "%s: no memory for %zu values", fn, ctx->n);
    memcpy(x, pt->data, ctx->n * sizeof *x);
    unsigned fenv = he_fenv_enter();
    he_ntt_forward(he_bfv(ctx)->plain, x);
    he_fenv_leave(fenv);
    *order = x;
    return HE_OK;
}

he_status he_bfv_decode_i64(const he_context *ctx, int64_t *values, size_t count,
                            const he_plaintext *pt)
{
    HE_TRY(he_check_context(__func__, ctx, HE_SCHEME_BFV));
    if (count != 0)
        HE_REQUIRE_PTR(values);
    HE_TRY(he_check_plaintext(__func__, "pt", ctx, pt));
    HE_TRY(check_batching(__func__, ctx, count));
    const he_bfv_context *bfv = he_bfv(ctx);
    uint64_t *order = NULL;
    HE_TRY(to_slots(__func__, ctx, &order, pt));
    for (size_t j = 0; j < count; j++) {
        uint64_t v = order[bfv->slot[j]];
        values[j] = (int64_t)(v - (bfv->t.q & he_ct_mask_less(bfv->half, v)));
    }
    he_free_secret(order);
    return HE_OK;
}

he_status he_bfv_decode_u64(const he_context *ctx, uint64_t *values, size_t count,
                            const he_plaintext *pt)
{
    HE_TRY(he_check_context(__func__, ctx, HE_SCHEME_BFV));
    if (count != 0)
        HE_REQUIRE_PTR(values);
    HE_TRY(he_check_plaintext(__func__, "pt", ctx, pt));
    HE_TRY(check_batching(__func__, ctx, count));
    const uint32_t *slot = he_bfv(ctx)->slot;
    uint64_t *order = NULL;
    HE_TRY(to_slots(__func__, ctx, &order, pt));
    for (size_t j = 0; j < count; j++)
        values[j] = order[slot[j]];
    he_free_secret(order);
    return HE_OK;
}

static he_status check_coefficients(const char *fn, const he_context *ctx, size_t count)
{
    if (count > ctx->n)
        return he_fail(HE_ERR_ARGUMENT, "%s: %zu values, have n = %zu coefficients", fn, count,
                       ctx->n);
    return HE_OK;
}

he_status he_bfv_encode_coefficients(const he_context *ctx, he_plaintext *pt,
                                     const uint64_t *values, size_t count)
{
    HE_TRY(he_check_context(__func__, ctx, HE_SCHEME_BFV));
    HE_REQUIRE_PTR(pt);
    if (count != 0)
        HE_REQUIRE_PTR(values);
    HE_TRY(check_coefficients(__func__, ctx, count));
    HE_TRY(check_unsigned(__func__, ctx, values, count));
    HE_TRY(he_plaintext_reserve(pt, ctx->n));
    memset(pt->data, 0, ctx->n * sizeof *pt->data);
    if (count != 0)
        memcpy(pt->data, values, count * sizeof *values);
    set_plaintext(ctx, pt);
    return HE_OK;
}

he_status he_bfv_decode_coefficients(const he_context *ctx, uint64_t *values, size_t count,
                                     const he_plaintext *pt)
{
    HE_TRY(he_check_context(__func__, ctx, HE_SCHEME_BFV));
    if (count != 0)
        HE_REQUIRE_PTR(values);
    HE_TRY(he_check_plaintext(__func__, "pt", ctx, pt));
    HE_TRY(check_coefficients(__func__, ctx, count));
    if (count != 0)
        memcpy(values, pt->data, count * sizeof *values);
    return HE_OK;
}
