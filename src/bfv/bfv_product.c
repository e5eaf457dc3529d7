/* SPDX-License-Identifier: MIT */
/* What multiplying and squaring share: checks, and the way from three polynomials to the result.
 *
 * d_2 goes from the scaling in coefficient form straight into the key switching, whose digits are
 * in that form: k transforms and a pass over memory less than relinearizing afterwards. */
#include "bfv/bfv.h"
#include <string.h>

he_status he_bfv_check_factor(const char *fn, const char *name, const he_context *ctx,
                              const he_ciphertext *ct)
{
    HE_TRY(he_check_ciphertext(fn, name, ctx, ct));
    if (ct->size != 2)
        return he_fail(HE_ERR_ARGUMENT,
                       "%s: %s has %u polynomials, must have 2: he_relinearize() "
                       "it first",
                       fn, name, ct->size);
    return HE_OK;
}

void he_bfv_load_limb(const he_context *ctx, uint64_t *x, const he_ciphertext *ct, uint32_t p,
                      size_t i, bool ntt)
{
    memcpy(x, he_ct_poly(ct, p) + i * ctx->n, ctx->n * sizeof *x);
    if (ntt && !ct->ntt)
        he_ntt_forward(ctx->primes[i].ntt, x);
    else if (!ntt && ct->ntt)
        he_ntt_inverse(ctx->primes[i].ntt, x);
}

static he_status no_memory(void)
{
    return he_fail(HE_ERR_MEMORY, "no scratch memory to multiply");
}

he_status he_bfv_product_finish(const he_context *ctx, he_ciphertext *r, const he_bfv_product *p,
                                const he_relin_key *key, he_scratch *scratch)
{
    const size_t k = he_ctx_limbs(ctx, p->level), n = ctx->n;
    const uint32_t size = key == NULL ? 3 : 2;
    double log_sigma = p->log_sigma;
    uint64_t *u = NULL;
    if (key != NULL) {
        he_arena *arena = he_scratch_arena(scratch, 0);
        uint64_t *d2 = he_arena_take(arena, k * n, sizeof *d2);
        u = he_arena_take(arena, 2 * (k + ctx->special_count) * n, sizeof *u);
        if (d2 == NULL || u == NULL)
            return no_memory();
        HE_TRY(p->write(p->job, &d2, 2, 1));
        HE_TRY(he_keyswitch_product(ctx, u, d2, NULL, p->level, &key->key, scratch));
        log_sigma = he_noise_add(log_sigma, he_noise_keyswitch(ctx, p->level));
    }
    HE_TRY(he_ciphertext_shape(ctx, r, size, p->level));
    uint64_t *out[3];
    for (uint32_t i = 0; i < size; i++)
        out[i] = he_ct_poly(r, i);
    he_status status = p->write(p->job, out, 0, size);
    if (status == HE_OK && key != NULL)
        status = he_keyswitch_finish(ctx, out[0], out[1], u, p->level, false, scratch);
    if (status != HE_OK) {
        he_ciphertext_clear(r);
        return status;
    }
    he_bfv_set_result(r, false, log_sigma, p->claimed);
    return HE_OK;
}

/* Of a product or a square at the top level, whichever takes more: the operands over both bases,
 * d_2, u, and a limb or the blocks of a conversion. */
size_t he_bfv_scratch_bytes(const he_context *ctx)
{
    const he_bfv_level *l = he_bfv_at(ctx, ctx->top_level);
    const size_t k = l->limbs, product = 4 * (k + l->aux), square = 3 * (k + l->wide);
    const size_t limbs = (product > square ? product : square) + k + 2 * (k + ctx->special_count);
    return (limbs + 1) * ctx->n * sizeof(uint64_t) +
           (HE_BFV_MAX_LIMBS + 2) * HE_RNS_BLOCK * sizeof(uint64_t);
}
