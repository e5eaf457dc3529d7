/* SPDX-License-Identifier: MIT */
/* Sums of ciphertexts.
 *
 * Canonical mode: operands of equal level and degree are added as they are (so products before
 * their rescaling can be summed); in every other case both come down to degree 1 and to the lower
 * level (algorithms: the level adjustment of ePrint 2020/1118). */
#include "ckks/ckks.h"

#include <string.h>

static he_status align(const char *fn, const he_context *ctx, he_ckks_operand *a,
                       he_ckks_operand *b, he_scratch *scratch)
{
    if (!he_ckks_canonical(ctx)) {
        HE_TRY(he_ckks_same_level(fn, a->level, b->level));
        return he_ckks_same_scale(fn, ctx, a, b->scale);
    }
    if (a->level == b->level && a->degree == b->degree)
        return HE_OK;
    HE_TRY(he_ckks_operand_single(ctx, a, scratch));
    HE_TRY(he_ckks_operand_single(ctx, b, scratch));
    HE_TRY(he_ckks_operand_lower(ctx, a, b->level, scratch));
    return he_ckks_operand_lower(ctx, b, a->level, scratch);
}

typedef struct sum {
    const he_context *ctx;
    const he_ckks_operand *a, *b;
    he_ckks_result res;
    bool subtract;
} sum;

static void sum_body(void *arg, size_t index, size_t worker)
{
    const sum *s = arg;
    size_t n = s->ctx->n, p = index / s->res.limbs, i = index % s->res.limbs;
    const he_rns_prime *prime = &s->ctx->primes[i];
    uint64_t *r = he_ckks_limb(s->ctx, &s->res, p, i);
    (void)worker;
    if (p >= s->b->size) {
        memmove(r, s->a->poly[p] + i * n, n * sizeof *r);
    } else if (p >= s->a->size) {
        if (s->subtract)
            prime->vec->neg(r, s->b->poly[p] + i * n, n, &prime->q);
        else
            memmove(r, s->b->poly[p] + i * n, n * sizeof *r);
    } else if (s->subtract) {
        prime->vec->sub(r, s->a->poly[p] + i * n, s->b->poly[p] + i * n, n, &prime->q);
    } else {
        prime->vec->add(r, s->a->poly[p] + i * n, s->b->poly[p] + i * n, n, &prime->q);
    }
}

static he_status run_sum(const char *fn, const he_context *ctx, he_ciphertext *r,
                         const he_ciphertext *a, const he_ciphertext *b, bool subtract,
                         he_scratch *scratch)
{
    he_ckks_operand va, vb;
    HE_TRY(he_ckks_operand_of(fn, "a", ctx, &va, a));
    HE_TRY(he_ckks_operand_of(fn, "b", ctx, &vb, b));
    HE_TRY(align(fn, ctx, &va, &vb, scratch));
    he_ckks_operand shape = va;
    shape.size = va.size > vb.size ? va.size : vb.size;
    shape.log_sigma = he_noise_add(va.log_sigma, vb.log_sigma);
    shape.claimed = va.claimed || vb.claimed;
    sum s = {.ctx = ctx, .a = &va, .b = &vb, .subtract = subtract};
    HE_TRY(he_ckks_result_begin(ctx, &s.res, r, &shape, r == a || r == b,
                                he_scratch_arena(scratch, 0)));
    he_scratch_for(scratch, shape.size * s.res.limbs, sum_body, &s);
    return he_ckks_result_end(ctx, &s.res, HE_OK);
}

static he_status add_or_sub(const char *fn, const he_context *ctx, he_ciphertext *r,
                            const he_ciphertext *a, const he_ciphertext *b, bool subtract,
                            he_scratch *scratch)
{
    HE_TRY(he_check_context(fn, ctx, HE_SCHEME_CKKS));
    if (r == NULL)
        return he_fail(HE_ERR_NULL, "%s: r is NULL", fn);
    he_ckks_call call;
    HE_TRY(he_ckks_enter(&call, scratch));
    return he_ckks_leave(&call, run_sum(fn, ctx, r, a, b, subtract, call.scratch));
}

he_status he_ckks_add(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                      const he_ciphertext *b, he_scratch *scratch)
{
    return add_or_sub(__func__, ctx, r, a, b, false, scratch);
}

he_status he_ckks_sub(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                      const he_ciphertext *b, he_scratch *scratch)
{
    return add_or_sub(__func__, ctx, r, a, b, true, scratch);
}
