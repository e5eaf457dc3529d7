/* SPDX-License-Identifier: MIT */
/* Automorphisms of ciphertexts: X -> X^g on both polynomials, then a switch from s(X^g) to s. */
#include "core/fenv.h"
#include "core/memory.h"
#include "rlwe/rlwe.h"
#include <string.h>

he_status he_galois_element(const he_context *ctx, uint32_t *element, int32_t step)
{
    uint32_t m = 2 * (uint32_t)ctx->n, row = (uint32_t)ctx->n / 2;
    if (step == HE_STEP_CONJUGATE) {
        *element = m - 1;
        return HE_OK;
    }
    if (step <= -(int32_t)row || step >= (int32_t)row)
        return he_fail(HE_ERR_ARGUMENT, "step %d is outside (-%u, %u): a row has %u slots", step,
                       row, row, row);
    uint32_t generator = ctx->ops->galois_generator, g = 1;
    if (ctx->ops->galois_generator_negative)
        generator = m - generator;
    /* the generator has order n/2 modulo 2n */
    for (uint32_t e = (uint32_t)(step < 0 ? step + (int32_t)row : step); e != 0; e >>= 1) {
        if ((e & 1) != 0)
            g = (uint32_t)((uint64_t)g * generator % m);
        generator = (uint32_t)((uint64_t)generator * generator % m);
    }
    *element = g;
    return HE_OK;
}

size_t he_galois_find(const he_galois_keys *gk, uint32_t element)
{
    size_t low = 0, high = gk->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (gk->elements[middle] < element)
            low = middle + 1;
        else
            high = middle;
    }
    return low < gk->count && gk->elements[low] == element ? low : SIZE_MAX;
}

bool he_galois_keys_has(const he_context *ctx, const he_galois_keys *gk, int32_t step)
{
    uint32_t element;
    if (he_check_context(__func__, ctx, HE_SCHEME_NONE) != HE_OK)
        return false;
    if (he_galois_element(ctx, &element, step) != HE_OK)
        return false;
    if (element == 1)
        return true;
    return gk != NULL && memcmp(gk->id, ctx->id, HE_ID_BYTES) == 0 &&
           he_galois_find(gk, element) != SIZE_MAX;
}

/* Both polynomials of a under the automorphism, in the domain of a. */
typedef struct image_job {
    const he_context *ctx;
    const he_ciphertext *a;
    uint64_t *c[2];
    const uint32_t *index;
    uint32_t element;
} image_job;

static void image_limb(void *arg, size_t item, size_t worker)
{
    image_job *j = arg;
    size_t n = j->ctx->n, p = item / j->a->limbs, i = item % j->a->limbs;
    const uint64_t *limb = he_ct_poly(j->a, (uint32_t)p) + i * n;
    (void)worker;
    if (j->a->ntt)
        j->ctx->primes[i].vec->permute(j->c[p] + i * n, limb, j->index, n);
    else
        he_rns_galois_coeff(j->c[p] + i * n, limb, j->element, n, &j->ctx->primes[i].q);
}

/* r = (c0, 0) + the switched c1; c0 and c1 are the level's limbs in the domain of a. */
static he_status switch_image(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                              const uint64_t *c0, uint64_t *c1, const he_switch_key *key,
                              he_scratch *scratch)
{
    size_t n = ctx->n, words = a->limbs * n, extended = a->limbs + ctx->special_count;
    he_arena *arena = he_scratch_arena(scratch, 0);
    uint64_t *u = he_arena_take(arena, 2 * extended * n, sizeof *u);
    uint64_t *coeff = a->ntt ? he_arena_take(arena, words, sizeof *coeff) : c1;
    if (u == NULL || coeff == NULL)
        return he_fail(HE_ERR_MEMORY, "no scratch memory to rotate");
    if (a->ntt)
        he_copy_to_coeff(ctx, coeff, c1, a->limbs, scratch);
    const he_ciphertext was = *a;
    HE_TRY(he_keyswitch_product(ctx, u, coeff, a->ntt ? c1 : NULL, a->level, key, scratch));
    HE_TRY(he_ciphertext_shape(ctx, r, 2, was.level));
    memcpy(he_ct_poly(r, 0), c0, words * sizeof *c0);
    memset(he_ct_poly(r, 1), 0, words * sizeof *c0);
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

static he_status rotate(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                        const he_galois_keys *gk, size_t k, he_scratch *scratch)
{
    he_arena *arena = he_scratch_arena(scratch, 0);
    size_t words = a->limbs * ctx->n;
    uint64_t *c0 = he_arena_take(arena, words, sizeof *c0);
    uint64_t *c1 = he_arena_take(arena, words, sizeof *c1);
    if (c0 == NULL || c1 == NULL)
        return he_fail(HE_ERR_MEMORY, "no scratch memory to rotate");
    image_job j = {ctx, a, {c0, c1}, gk->index[k], gk->elements[k]};
    he_scratch_for(scratch, 2 * (size_t)a->limbs, image_limb, &j);
    return switch_image(ctx, r, a, c0, c1, &gk->keys[k], scratch);
}

static he_status missing(const char *fn, int32_t step)
{
    if (step == HE_STEP_CONJUGATE)
        return he_fail(HE_ERR_NO_KEY, "%s: no Galois key for HE_STEP_CONJUGATE among those given",
                       fn);
    return he_fail(HE_ERR_NO_KEY, "%s: no Galois key for step %d among those given", fn, step);
}

he_status he_apply_galois(const char *fn, const he_context *ctx, he_ciphertext *r,
                          const he_ciphertext *a, const he_galois_keys *gk, int32_t step,
                          he_scratch *scratch)
{
    uint32_t element = 0;
    if (r == NULL)
        return he_fail(HE_ERR_NULL, "%s: r is NULL", fn);
    HE_TRY(he_check_ciphertext(fn, "a", ctx, a));
    if (a->size != 2)
        return he_fail(HE_ERR_MISMATCH, "%s: a has %u polynomials: he_relinearize() it first", fn,
                       a->size);
    if (he_galois_element(ctx, &element, step) != HE_OK)
        return he_fail(HE_ERR_ARGUMENT, "%s: %s", fn, he_last_error());
    if (element == 1)
        return he_ciphertext_copy(r, a);
    if (gk == NULL)
        return missing(fn, step);
    HE_TRY(he_check_id(fn, "keys", ctx, gk->id));
    size_t k = he_galois_find(gk, element);
    if (k == SIZE_MAX)
        return missing(fn, step);
    he_scratch *own;
    HE_TRY(he_scratch_enter(&own, scratch));
    he_arena *arena = he_scratch_arena(own, 0);
    he_arena_mark mark = he_arena_save(arena);
    unsigned fenv = he_fenv_enter();
    he_status status = rotate(ctx, r, a, gk, k, own);
    he_fenv_leave(fenv);
    he_arena_restore(arena, mark);
    he_scratch_leave(own, scratch);
    return status;
}
