/* SPDX-License-Identifier: MIT */
/* Going down: rescaling, and the he_mod_switch() of CKKS.
 *
 * Rescaling divides by the last prime and rounds to nearest (Cheon, Han, Kim, Kim, Song, ePrint
 * 2018/931, section 3); the canonical scales make its result exactly one of a degree 1. */
#include "ckks/ckks.h"

#include <math.h>
#include <string.h>

/* r = o, copied; the last step of whatever worked in the arena. */
static he_status write_copy(const he_context *ctx, he_ciphertext *r, const he_ckks_operand *o,
                            bool operand, he_scratch *scratch)
{
    he_ckks_result res;
    HE_TRY(he_ckks_result_begin(ctx, &res, r, o, operand, he_scratch_arena(scratch, 0)));
    for (uint32_t p = 0; p < o->size; p++)
        memmove(he_ckks_limb(ctx, &res, p, 0), o->poly[p], o->limbs * ctx->n * sizeof *res.data);
    return he_ckks_result_end(ctx, &res, HE_OK);
}

typedef struct rescaling {
    const he_context *ctx;
    const he_ckks_operand *o;
    he_ckks_result res;
    he_scratch *scratch;
    he_status status[3];
} rescaling;

static void rescale_body(void *arg, size_t p, size_t worker)
{
    rescaling *s = arg;
    he_arena *arena = he_scratch_arena(s->scratch, worker);
    he_arena_mark mark = he_arena_save(arena);
    size_t n = s->ctx->n, kept = s->res.limbs, dropped = s->o->limbs - kept;
    const uint64_t *x = s->o->poly[p];
    uint64_t *y = he_arena_take(arena, dropped * n, sizeof *y);
    s->status[p] = HE_ERR_MEMORY;
    if (y != NULL) {
        memcpy(y, x + kept * n, dropped * n * sizeof *y);
        s->status[p] = he_rns_divide_ntt(s->ctx->levels[s->o->level].by_last,
                                         he_ckks_limb(s->ctx, &s->res, p, 0), x, y, arena);
    }
    he_arena_restore(arena, mark);
}

he_status he_ckks_write_rescaled(const he_context *ctx, he_ciphertext *r, const he_ckks_operand *o,
                                 bool operand, he_scratch *scratch)
{
    he_ckks_operand shape = *o;
    shape.level = o->level - 1;
    shape.log_sigma = he_ckks_noise_rescale(ctx, o->log_sigma, o->level, o->size);
    shape.scale = he_ckks_rescaled_scale(ctx, o->scale, o->level);
    shape.degree = 1;
    rescaling s = {.ctx = ctx, .o = o, .scratch = scratch};
    HE_TRY(he_ckks_result_begin(ctx, &s.res, r, &shape, operand, he_scratch_arena(scratch, 0)));
    he_scratch_for(scratch, o->size, rescale_body, &s);
    he_status status = HE_OK;
    for (uint32_t p = 0; p < o->size; p++)
        if (s.status[p] != HE_OK)
            status = he_fail(s.status[p], "no memory for %zu limbs of scratch", o->limbs);
    return he_ckks_result_end(ctx, &s.res, status);
}

double he_ckks_rescaled_scale(const he_context *ctx, double scale, uint32_t level)
{
    if (he_ckks_canonical(ctx))
        return he_ckks_of(ctx)->scale[level - 1];
    for (size_t i = he_ctx_limbs(ctx, level - 1); i < he_ctx_limbs(ctx, level); i++)
        scale /= (double)ctx->primes[i].q.q;
    return scale;
}

static he_status check_rescale(const he_context *ctx, const he_ckks_operand *a)
{
    if (a->level == 0)
        return he_fail(HE_ERR_LEVEL,
                       "he_ckks_rescale: a is at level 0, no prime is left to divide by");
    if (he_ckks_canonical(ctx) && a->degree == 1)
        return he_fail(HE_ERR_SCALE,
                       "he_ckks_rescale: a has degree 1 already; he_mod_switch() takes it to a "
                       "lower level");
    double scale = he_ckks_rescaled_scale(ctx, a->scale, a->level);
    if (scale < 1)
        return he_fail(HE_ERR_SCALE,
                       "he_ckks_rescale: scale 2^%.2f would become 2^%.2f and lose the value: "
                       "multiply first",
                       log2(a->scale), log2(scale));
    return HE_OK;
}

he_status he_ckks_rescale(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                          he_scratch *scratch)
{
    he_ckks_operand view;
    HE_TRY(he_check_context(__func__, ctx, HE_SCHEME_CKKS));
    HE_REQUIRE_PTR(r);
    HE_TRY(he_ckks_operand_of(__func__, "a", ctx, &view, a));
    HE_TRY(check_rescale(ctx, &view));
    he_ckks_call call;
    HE_TRY(he_ckks_enter(&call, scratch));
    return he_ckks_leave(&call, he_ckks_write_rescaled(ctx, r, &view, r == a, call.scratch));
}

/* Explicit mode: the primes above the level go, the scale stays. */
static he_status drop(const he_context *ctx, he_ckks_operand *o, uint32_t level)
{
    HE_TRY(he_ckks_check_scale("he_mod_switch", ctx, o->scale, level));
    o->level = level;
    o->limbs = he_ctx_limbs(ctx, level);
    return HE_OK;
}

static he_status switch_down(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                             uint32_t level, he_scratch *scratch)
{
    he_ckks_operand view;
    HE_TRY(he_ckks_operand_of("he_mod_switch", "a", ctx, &view, a));
    if (he_ckks_canonical(ctx)) {
        HE_TRY(he_ckks_operand_single(ctx, &view, scratch));
        HE_TRY(he_ckks_operand_lower(ctx, &view, level, scratch));
    } else {
        HE_TRY(drop(ctx, &view, level));
    }
    return write_copy(ctx, r, &view, r == a, scratch);
}

he_status he_ckks_mod_switch(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                             uint32_t level, he_scratch *scratch)
{
    he_ckks_call call;
    HE_TRY(he_ckks_enter(&call, scratch));
    return he_ckks_leave(&call, switch_down(ctx, r, a, level, call.scratch));
}
