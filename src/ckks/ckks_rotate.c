/* SPDX-License-Identifier: MIT */
/* Rotation and conjugation of slots: automorphisms X -> X^((-3)^steps) and X -> X^(2n-1). */
#include "ckks/ckks.h"

#include "core/fenv.h"

static he_status move_slots(const char *fn, const he_context *ctx, he_ciphertext *r,
                            const he_ciphertext *a, const he_galois_keys *keys, int32_t step,
                            he_scratch *scratch)
{
    he_ckks_operand view;
    HE_TRY(he_check_context(fn, ctx, HE_SCHEME_CKKS));
    if (r == NULL)
        return he_fail(HE_ERR_NULL, "%s: r is NULL", fn);
    HE_TRY(he_ckks_operand_of(fn, "a", ctx, &view, a));
    if (view.size != 2)
        return he_fail(HE_ERR_MISMATCH,
                       "%s: a has %u polynomials, need 2: call he_relinearize() first", fn,
                       view.size);
    if (step == 0)
        return r == a ? HE_OK : he_ciphertext_copy(r, a);
    unsigned csr = he_fenv_enter();
    he_status status = he_apply_galois(fn, ctx, r, a, keys, step, scratch);
    he_fenv_leave(csr);
    return status;
}

he_status he_ckks_rotate(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                         const he_galois_keys *keys, int32_t steps, he_scratch *scratch)
{
    if (steps == HE_STEP_CONJUGATE)
        return he_fail(HE_ERR_ARGUMENT, "he_ckks_rotate: HE_STEP_CONJUGATE is not a rotation: call "
                                        "he_ckks_conjugate()");
    return move_slots(__func__, ctx, r, a, keys, steps, scratch);
}

he_status he_ckks_conjugate(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                            const he_galois_keys *keys, he_scratch *scratch)
{
    return move_slots(__func__, ctx, r, a, keys, HE_STEP_CONJUGATE, scratch);
}
