/* SPDX-License-Identifier: MIT */
/* A lower level: each dropped prime divides the phase, message and noise alike, and rounds. */
#include "bfv/bfv.h"
#include <stdatomic.h>
#include <string.h>

typedef struct job {
    const he_context *ctx;
    const he_ciphertext *a;
    uint32_t level;
    he_scratch *scratch;
    uint64_t *x; /* a's polynomials */
    atomic_bool no_memory;
} job;

static void drop_primes(void *arg, size_t p, size_t worker)
{
    job *j = arg;
    const he_context *ctx = j->ctx;
    uint64_t *x = j->x + p * j->a->limbs * ctx->n;
    for (uint32_t level = j->a->level; level > j->level; level--) {
        const he_rns_divide *by_last = ctx->levels[level].by_last;
        he_arena *arena = he_scratch_arena(j->scratch, worker);
        uint64_t *last = x + he_ctx_limbs(ctx, level - 1) * ctx->n;
        he_status status = j->a->ntt ? he_rns_divide_ntt(by_last, x, x, last, arena)
                                     : he_rns_divide_coeff(by_last, x, x, last, arena);
        if (status != HE_OK)
            atomic_store(&j->no_memory, true);
    }
}

he_status he_bfv_mod_switch(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                            uint32_t level, he_scratch *scratch)
{
    const size_t n = ctx->n, words = a->size * a->limbs * n;
    job j = {.ctx = ctx, .a = a, .level = level, .scratch = scratch};
    j.x = he_arena_take(he_scratch_arena(scratch, 0), words, sizeof *j.x);
    if (j.x == NULL)
        return he_fail(HE_ERR_MEMORY, "he_mod_switch: no memory for %zu words", words);
    memcpy(j.x, a->data, words * sizeof *j.x);
    he_scratch_for(scratch, a->size, drop_primes, &j);
    if (atomic_load(&j.no_memory))
        return he_fail(HE_ERR_MEMORY, "he_mod_switch: no scratch memory");
    double log_sigma = a->log_sigma;
    for (uint32_t l = a->level; l > level; l--)
        log_sigma = he_noise_divided(ctx, log_sigma,
                                     ctx->levels[l].log_q - ctx->levels[l - 1].log_q, a->size);
    const size_t stride = a->limbs * n, kept = he_ctx_limbs(ctx, level) * n;
    const bool ntt = a->ntt, claimed = a->claimed;
    HE_TRY(he_ciphertext_shape(ctx, r, a->size, level));
    for (uint32_t p = 0; p < r->size; p++)
        memcpy(he_ct_poly(r, p), j.x + p * stride, kept * sizeof *j.x);
    he_bfv_set_result(r, ntt, log_sigma, claimed);
    return HE_OK;
}
