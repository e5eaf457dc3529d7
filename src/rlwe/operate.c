/* SPDX-License-Identifier: MIT */
/* Operations of both schemes: relinearization, and the front of modulus switching. */
#include "core/fenv.h"
#include "core/memory.h"
#include "rlwe/rlwe.h"
#include <string.h>

static he_status relinearize(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                             const he_relin_key *rk, he_scratch *scratch)
{
    const he_ciphertext was = *a; /* r may be a */
    size_t n = ctx->n, words = a->limbs * n, extended = a->limbs + ctx->special_count;
    he_arena *arena = he_scratch_arena(scratch, 0);
    uint64_t *u = he_arena_take(arena, 2 * extended * n, sizeof *u);
    uint64_t *coeff = he_arena_take(arena, words, sizeof *coeff);
    if (u == NULL || coeff == NULL)
        return he_fail(HE_ERR_MEMORY, "no scratch memory to relinearize");
    if (a->ntt)
        he_copy_to_coeff(ctx, coeff, he_ct_poly(a, 2), a->limbs, scratch);
    else
        memcpy(coeff, he_ct_poly(a, 2), words * sizeof *coeff);
    const uint64_t *c_ntt = a->ntt ? he_ct_poly(a, 2) : NULL;
    HE_TRY(he_keyswitch_product(ctx, u, coeff, c_ntt, a->level, &rk->key, scratch));
    HE_TRY(he_ciphertext_shape(ctx, r, 2, was.level));
    if (r->data != was.data)
        memcpy(r->data, was.data, 2 * words * sizeof *r->data);
    r->ntt = was.ntt;
    r->degree = was.degree;
    r->scale = was.scale;
    r->claimed = was.claimed;
    r->log_sigma = he_noise_add(was.log_sigma, he_noise_keyswitch(ctx, was.level));
    he_status status = he_keyswitch_finish(ctx, he_ct_poly(r, 0), he_ct_poly(r, 1), u, was.level,
                                           was.ntt, scratch);
    if (status != HE_OK)
        he_ciphertext_clear(r);
    return status;
}

he_status he_relinearize(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                         const he_relin_key *rk, he_scratch *scratch)
{
    HE_REQUIRE_PTR(ctx);
    HE_REQUIRE_PTR(r);
    HE_TRY(he_check_ciphertext(__func__, "a", ctx, a));
    if (a->size == 2)
        return he_ciphertext_copy(r, a);
    if (rk == NULL)
        return he_fail(HE_ERR_NO_KEY, "he_relinearize: rk is NULL, but a has %u polynomials",
                       a->size);
    HE_TRY(he_check_id(__func__, "rk", ctx, rk->id));
    he_scratch *own;
    HE_TRY(he_scratch_enter(&own, scratch));
    he_arena *arena = he_scratch_arena(own, 0);
    he_arena_mark mark = he_arena_save(arena);
    unsigned fenv = he_fenv_enter();
    he_status status = relinearize(ctx, r, a, rk, own);
    he_fenv_leave(fenv);
    he_arena_restore(arena, mark);
    he_scratch_leave(own, scratch);
    return status;
}

he_status he_mod_switch(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                        uint32_t level, he_scratch *scratch)
{
    HE_REQUIRE_PTR(ctx);
    HE_REQUIRE_PTR(r);
    HE_TRY(he_check_ciphertext(__func__, "a", ctx, a));
    if (level > a->level)
        return he_fail(HE_ERR_LEVEL, "he_mod_switch: a is at level %u, level %u is above it",
                       a->level, level);
    if (level == a->level)
        return he_ciphertext_copy(r, a);
    he_scratch *own;
    HE_TRY(he_scratch_enter(&own, scratch));
    he_arena *arena = he_scratch_arena(own, 0);
    he_arena_mark mark = he_arena_save(arena);
    unsigned fenv = he_fenv_enter();
    he_status status = ctx->ops->mod_switch(ctx, r, a, level, own);
    he_fenv_leave(fenv);
    he_arena_restore(arena, mark);
    he_scratch_leave(own, scratch);
    return status;
}
