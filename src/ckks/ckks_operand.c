/* SPDX-License-Identifier: MIT */
/* Operands and results: levels and degrees brought together, aliasing resolved once for all
 * operations. */
#include "ckks/ckks.h"

#include "core/fenv.h"
#include <math.h>
#include <string.h>

he_status he_ckks_enter(he_ckks_call *call, he_scratch *given)
{
    call->given = given;
    HE_TRY(he_scratch_enter(&call->scratch, given));
    call->mark = he_arena_save(he_scratch_arena(call->scratch, 0));
    call->csr = he_fenv_enter();
    return HE_OK;
}

he_status he_ckks_leave(he_ckks_call *call, he_status status)
{
    he_fenv_leave(call->csr);
    he_arena_restore(he_scratch_arena(call->scratch, 0), call->mark);
    he_scratch_leave(call->scratch, call->given);
    return status;
}

/* --- Operands --------------------------------------------------------------------------------- */

he_status he_ckks_operand_of(const char *fn, const char *name, const he_context *ctx,
                             he_ckks_operand *o, const he_ciphertext *ct)
{
    HE_TRY(he_check_ciphertext(fn, name, ctx, ct));
    if (!ct->ntt)
        return he_fail(HE_ERR_MISMATCH, "%s: %s is in coefficient form, CKKS works in NTT form", fn,
                       name);
    *o = (he_ckks_operand){
        .size = ct->size,
        .level = ct->level,
        .degree = ct->degree,
        .limbs = ct->limbs,
        .scale = ct->scale,
        .log_sigma = ct->log_sigma,
        .claimed = ct->claimed,
    };
    for (uint32_t p = 0; p < ct->size; p++)
        o->poly[p] = he_ct_poly(ct, p);
    return HE_OK;
}

/* One polynomial after another (or beside another, on threads): times an integer if there is one,
 * then divided by the last prime of the level. */
typedef struct division {
    const he_context *ctx;
    he_scratch *scratch;
    const he_ckks_operand *from;
    uint64_t *to;    /* from->size polynomials of the lower level */
    uint32_t level;  /* whose last prime leaves; from may have more limbs */
    uint64_t factor; /* 0: none */
    he_status status[3];
} division;

static he_status divide_one(const division *d, size_t p, he_arena *arena)
{
    const he_context *ctx = d->ctx;
    size_t n = ctx->n, kept = he_ctx_limbs(ctx, d->level - 1), all = he_ctx_limbs(ctx, d->level);
    const uint64_t *x = d->from->poly[p];
    uint64_t *r = d->to + p * kept * n;
    uint64_t *dropped = he_arena_take(arena, (all - kept) * n, sizeof *dropped);
    if (dropped == NULL)
        return HE_ERR_MEMORY;
    if (d->factor == 0) {
        memcpy(dropped, x + kept * n, (all - kept) * n * sizeof *dropped);
        return he_rns_divide_ntt(ctx->levels[d->level].by_last, r, x, dropped, arena);
    }
    for (size_t i = 0; i < all; i++) {
        const he_rns_prime *prime = &ctx->primes[i];
        uint64_t *to = i < kept ? r + i * n : dropped + (i - kept) * n;
        prime->vec->mul_scalar(to, x + i * n, he_mod_reduce(d->factor, &prime->q), n, &prime->q);
    }
    return he_rns_divide_ntt(ctx->levels[d->level].by_last, r, r, dropped, arena);
}

static void divide_body(void *arg, size_t p, size_t worker)
{
    division *d = arg;
    he_arena *arena = he_scratch_arena(d->scratch, worker);
    he_arena_mark mark = he_arena_save(arena);
    d->status[p] = divide_one(d, p, arena);
    he_arena_restore(arena, mark);
}

/* o = o factor / (last prime of level), on level - 1; factor 0 means none. */
static he_status divide(const he_context *ctx, he_ckks_operand *o, uint32_t level, uint64_t factor,
                        he_scratch *scratch)
{
    size_t kept = he_ctx_limbs(ctx, level - 1);
    division d = {.ctx = ctx, .scratch = scratch, .from = o, .level = level, .factor = factor};
    d.to = he_arena_take(he_scratch_arena(scratch, 0), o->size * kept * ctx->n, sizeof *d.to);
    if (d.to == NULL)
        return he_fail(HE_ERR_MEMORY, "no memory for %u polynomials of scratch", o->size);
    he_scratch_for(scratch, o->size, divide_body, &d);
    for (uint32_t p = 0; p < o->size; p++) {
        if (d.status[p] != HE_OK)
            return he_fail(d.status[p], "no memory for %zu limbs of scratch",
                           he_ctx_limbs(ctx, level));
        o->poly[p] = d.to + p * kept * ctx->n;
    }
    o->level = level - 1;
    o->limbs = kept;
    return HE_OK;
}

he_status he_ckks_operand_rescale(const he_context *ctx, he_ckks_operand *o, he_scratch *scratch)
{
    uint32_t level = o->level;
    HE_TRY(divide(ctx, o, level, 0, scratch));
    o->log_sigma = he_ckks_noise_rescale(ctx, o->log_sigma, level, o->size);
    o->scale = he_ckks_rescaled_scale(ctx, o->scale, level);
    o->degree = 1;
    return HE_OK;
}

/* Drops to level + 1, multiplies by round(Delta_level q_(level+1) / Delta_from), divides by
 * q_(level+1).  The rounding of the integer is a relative error of 1/2 over it. */
he_status he_ckks_operand_lower(const he_context *ctx, he_ckks_operand *o, uint32_t level,
                                he_scratch *scratch)
{
    if (level >= o->level)
        return HE_OK;
    const he_ckks *k = he_ckks_of(ctx);
    uint64_t factor = k->adjust[o->level * (ctx->top_level + 1) + level];
    double sigma = o->log_sigma + log2((double)factor);
    HE_TRY(divide(ctx, o, level + 1, factor, scratch));
    sigma = he_ckks_noise_rescale(ctx, sigma, level + 1, o->size);
    double rounding = log2(k->scale[level]) + k->log_range - 1 - log2((double)factor);
    o->log_sigma = he_noise_add(sigma, he_ckks_noise_fixed(ctx, rounding));
    o->scale = k->scale[level];
    return HE_OK;
}

he_status he_ckks_operand_single(const he_context *ctx, he_ckks_operand *o, he_scratch *scratch)
{
    return o->degree == 2 ? he_ckks_operand_rescale(ctx, o, scratch) : HE_OK;
}

he_status he_ckks_same_level(const char *fn, uint32_t a, uint32_t b)
{
    if (a == b)
        return HE_OK;
    return he_fail(HE_ERR_LEVEL,
                   "%s: a is at level %u, b at level %u: call he_mod_switch(ctx, %s, %s, %u, …) "
                   "first",
                   fn, a, b, a > b ? "a" : "b", a > b ? "a" : "b", a > b ? b : a);
}

he_status he_ckks_same_scale(const char *fn, const he_context *ctx, he_ckks_operand *o,
                             double other)
{
    double difference = fabs(o->scale - other) / fmax(o->scale, other);
    if (difference == 0)
        return HE_OK;
    if (difference > 0x1p-30) {
        bool higher = o->scale > other;
        double ratio = higher ? o->scale / other : other / o->scale;
        return he_fail(
            HE_ERR_SCALE, "%s: a has scale 2^%.6f, b has scale 2^%.6f: %s", fn, log2(o->scale),
            log2(other),
            ratio < 0x1p10
                ? "bring the one with the larger scale down by he_ckks_multiply_scalar() "
                  "or encode at the other's scale with he_ckks_encode_scaled()"
            : higher ? "call he_ckks_rescale() on a first"
                     : "call he_ckks_rescale() on b first");
    }
    double log_error = log2(o->scale) + he_ckks_of(ctx)->log_range + log2(difference);
    o->log_sigma = he_noise_add(o->log_sigma, he_ckks_noise_fixed(ctx, log_error));
    return HE_OK;
}

/* --- Results ---------------------------------------------------------------------------------- */

static bool has_shape(const he_context *ctx, const he_ciphertext *r, uint32_t size, uint32_t level)
{
    return r->scheme == HE_SCHEME_CKKS && r->size == size && r->level == level &&
           memcmp(r->id, ctx->id, HE_ID_BYTES) == 0;
}

he_status he_ckks_result_begin(const he_context *ctx, he_ckks_result *res, he_ciphertext *r,
                               const he_ckks_operand *shape, bool operand, he_arena *arena)
{
    *res = (he_ckks_result){
        .r = r,
        .size = shape->size,
        .level = shape->level,
        .degree = shape->degree,
        .limbs = he_ctx_limbs(ctx, shape->level),
        .scale = shape->scale,
        .log_sigma = shape->log_sigma,
        .claimed = shape->claimed,
    };
    if (operand && !has_shape(ctx, r, res->size, res->level)) {
        res->data = he_arena_take(arena, res->size * res->limbs * ctx->n, sizeof *res->data);
        if (res->data == NULL)
            return he_fail(HE_ERR_MEMORY, "no memory for a ciphertext of scratch");
        return HE_OK;
    }
    if (!operand)
        HE_TRY(he_ciphertext_shape(ctx, r, res->size, res->level));
    res->data = r->data;
    return HE_OK;
}

he_status he_ckks_result_end(const he_context *ctx, he_ckks_result *res, he_status status)
{
    he_ciphertext *r = res->r;
    bool direct = res->data == r->data;
    if (status != HE_OK) {
        if (direct)
            he_ciphertext_clear(r);
        return status;
    }
    if (!direct) {
        HE_TRY(he_ciphertext_shape(ctx, r, res->size, res->level));
        memcpy(r->data, res->data, res->size * res->limbs * ctx->n * sizeof *r->data);
    }
    r->ntt = true;
    r->degree = res->degree;
    r->scale = res->scale;
    r->log_sigma = res->log_sigma;
    r->claimed = res->claimed;
    r->seeded = false;
    return HE_OK;
}

he_status he_ckks_check_scale(const char *fn, const he_context *ctx, double scale, uint32_t level)
{
    double log_q = ctx->levels[level].log_q;
    if (log2(scale) < log_q - 1)
        return HE_OK;
    return he_fail(
        HE_ERR_SCALE,
        "%s: scale out of bounds: the result's scale 2^%.2f does not fit level %u, whose "
        "Q has %.2f bits: call he_ckks_rescale() on an operand first, or use a smaller "
        "scale",
        fn, log2(scale), level, log_q);
}
