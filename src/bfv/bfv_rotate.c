/* SPDX-License-Identifier: MIT */
/* Rotations: X -> X^(3^steps) moves both rows to the left, X -> X^(2n-1) exchanges them. */
#include "bfv/bfv.h"

static he_status rotate(const char *fn, const he_context *ctx, he_ciphertext *r,
                        const he_ciphertext *a, const he_galois_keys *keys, int32_t step,
                        he_scratch *scratch)
{
    HE_TRY(he_check_context(fn, ctx, HE_SCHEME_BFV));
    if (ctx->slots == 0)
        return he_fail(HE_ERR_UNSUPPORTED, "%s: plain_modulus %llu has no slots for n = %zu", fn,
                       (unsigned long long)he_bfv(ctx)->t.q, ctx->n);
    return he_apply_galois(fn, ctx, r, a, keys, step, scratch);
}

he_status he_bfv_rotate_rows(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                             const he_galois_keys *keys, int32_t steps, he_scratch *scratch)
{
    if (steps == HE_STEP_CONJUGATE)
        return he_fail(HE_ERR_ARGUMENT,
                       "%s: HE_STEP_CONJUGATE is no rotation: he_bfv_swap_rows() exchanges rows",
                       __func__);
    return rotate(__func__, ctx, r, a, keys, steps, scratch);
}

he_status he_bfv_swap_rows(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                           const he_galois_keys *keys, he_scratch *scratch)
{
    return rotate(__func__, ctx, r, a, keys, HE_STEP_CONJUGATE, scratch);
}
