/* SPDX-License-Identifier: MIT */
/* Products with a plaintext: its centred coefficients, lifted to every limb.
 *
 * The result stays in NTT form: sums of such products, and further products, then cost no
 * transform of the ciphertext. */
#include "bfv/bfv.h"
#include "core/ct.h"
#include "core/fenv.h"
#include <string.h>

typedef struct job {
    const he_context *ctx;
    he_ciphertext *r;
    const he_ciphertext *a;
    const he_plaintext *b;
    uint64_t *lifted; /* [limbs][n] */
    bool ntt;         /* domain of a, before r, which may be a, changed */
} job;

/* A bit for each index that looks like noise: the last step of SplitMix64 (Steele, Lea, Flood). */
static uint64_t coin(uint64_t index)
{
    uint64_t z = (index + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    return (z ^ (z >> 27)) >> 63;
}

/* m in [0, t) as the residue of m or m - t, whichever is smaller in size.  Of t/2 and -t/2 the
 * index chooses: for t = 2 ones of one sign would add up to a polynomial of size n at a root of
 * unity, and noise would grow by that much. */
static void lift(uint64_t *x, const uint64_t *m, const he_bfv_context *bfv, size_t i, size_t n)
{
    const he_rns_prime *prime = &bfv->data[i];
    const uint64_t q = prime->q.q, t = bfv->t.q, t_mod = bfv->t_mod[i], half = bfv->half;
    if (t < q)
        memcpy(x, m, n * sizeof *x);
    else
        prime->vec->reduce(x, m, n, &prime->q);
    if (t % 2 != 0) {
        for (size_t j = 0; j < n; j++)
            x[j] = he_mod_sub(x[j], t_mod & (0 - ((half - m[j]) >> 63)), q);
        return;
    }
    for (size_t j = 0; j < n; j++) {
        uint64_t mask = ~he_ct_mask_less(m[j], half + 1 - coin(j));
        x[j] = he_mod_sub(x[j], t_mod & mask, q);
    }
}

static void multiply_limb(void *arg, size_t i, size_t worker)
{
    job *j = arg;
    (void)worker;
    const size_t n = j->ctx->n;
    const he_rns_prime *prime = &j->ctx->primes[i];
    uint64_t *b = j->lifted + i * n;
    lift(b, j->b->data, he_bfv(j->ctx), i, n);
    he_ntt_forward(prime->ntt, b);
    for (uint32_t p = 0; p < j->r->size; p++) {
        const uint64_t *a = he_ct_poly(j->a, p) + i * n;
        uint64_t *r = he_ct_poly(j->r, p) + i * n;
        if (!j->ntt) {
            if (r != a)
                memcpy(r, a, n * sizeof *r);
            he_ntt_forward(prime->ntt, r);
            a = r;
        }
        prime->vec->mul(r, a, b, n, &prime->q);
    }
}

static he_status multiply_plain(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                                const he_plaintext *b, he_scratch *scratch)
{
    job j = {.ctx = ctx, .r = r, .a = a, .b = b, .ntt = a->ntt};
    const double log_sigma = a->log_sigma;
    const bool claimed = a->claimed;
    j.lifted = he_arena_take(he_scratch_arena(scratch, 0), a->limbs * ctx->n, sizeof *j.lifted);
    if (j.lifted == NULL)
        return he_fail(HE_ERR_MEMORY, "he_bfv_multiply_plain: no scratch memory");
    HE_TRY(he_ciphertext_shape(ctx, r, a->size, a->level));
    he_scratch_for(scratch, r->limbs, multiply_limb, &j);
    he_bfv_set_result(
        r, true, he_noise_bfv_product_plain((double)ctx->n, (double)he_bfv(ctx)->t.q, log_sigma),
        claimed);
    return HE_OK;
}

he_status he_bfv_multiply_plain(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                                const he_plaintext *b, he_scratch *scratch)
{
    HE_TRY(he_check_context(__func__, ctx, HE_SCHEME_BFV));
    HE_REQUIRE_PTR(r);
    HE_TRY(he_check_ciphertext(__func__, "a", ctx, a));
    HE_TRY(he_check_plaintext(__func__, "b", ctx, b));
    he_scratch *own;
    HE_TRY(he_scratch_enter(&own, scratch));
    he_arena *arena = he_scratch_arena(own, 0);
    he_arena_mark mark = he_arena_save(arena);
    unsigned fenv = he_fenv_enter();
    he_status status = multiply_plain(ctx, r, a, b, own);
    he_fenv_leave(fenv);
    he_arena_restore(arena, mark);
    he_scratch_leave(own, scratch);
    return status;
}
