/* SPDX-License-Identifier: MIT */
/* Galois keys for listed steps: a switch from s(X^g) for each element g, with the permutation that
 * the automorphism is in NTT form. */
#include "core/fenv.h"
#include "core/memory.h"
#include "rlwe/rlwe.h"
#include <string.h>

/* Elements of the steps, ascending, each once. */
static he_status collect_elements(const he_context *ctx, uint32_t *elements, size_t *distinct,
                                  const int32_t *steps, size_t count)
{
    size_t have = 0;
    for (size_t i = 0; i < count; i++) {
        if (steps[i] == 0)
            return he_fail(HE_ERR_ARGUMENT,
                           "he_galois_keys_create: steps[%zu] is 0, which takes no key", i);
        uint32_t element = 0;
        HE_TRY(he_galois_element(ctx, &element, steps[i]));
        size_t at = 0;
        while (at < have && elements[at] < element)
            at++;
        if (at < have && elements[at] == element)
            continue;
        memmove(elements + at + 1, elements + at, (have - at) * sizeof *elements);
        elements[at] = element;
        have++;
    }
    *distinct = have;
    return HE_OK;
}

/* Room for count keys whose elements the caller writes. */
he_status he_galois_keys_alloc(const he_context *ctx, he_galois_keys **gk, size_t count)
{
    he_galois_keys *keys = he_alloc(1, sizeof *keys);
    if (keys != NULL) {
        keys->elements = he_alloc(count, sizeof *keys->elements);
        keys->index = he_alloc(count, sizeof *keys->index);
        keys->keys = he_alloc(count, sizeof *keys->keys);
    }
    if (keys == NULL || keys->elements == NULL || keys->index == NULL || keys->keys == NULL) {
        he_galois_keys_destroy(keys);
        return he_fail(HE_ERR_MEMORY, "no memory for %zu Galois keys", count);
    }
    memcpy(keys->id, ctx->id, HE_ID_BYTES);
    keys->count = count;
    *gk = keys;
    return HE_OK;
}

he_status he_galois_keys_index(const he_context *ctx, he_galois_keys *gk, size_t k)
{
    gk->index[k] = he_alloc_raw(ctx->n, sizeof *gk->index[k]);
    if (gk->index[k] == NULL)
        return he_fail(HE_ERR_MEMORY, "no memory for the index of a Galois key");
    he_rns_galois_index(gk->index[k], gk->elements[k], ctx->n);
    return HE_OK;
}

/* Key k: from s(X^g), a permutation of the NTT form of s, to s. */
static he_status make_galois_key(const he_context *ctx, he_galois_keys *gk, size_t k,
                                 const he_secret_key *sk, uint64_t *image, int8_t *e, he_rng *rng)
{
    HE_TRY(he_galois_keys_index(ctx, gk, k));
    for (size_t i = 0; i < (ctx->data_count + ctx->special_count); i++)
        ctx->primes[i].vec->permute(image + i * ctx->n, sk->ntt + i * ctx->n, gk->index[k], ctx->n);
    return he_switch_key_make(ctx, &gk->keys[k], image, sk, e, rng);
}

static he_status make_galois_keys(const he_context *ctx, he_galois_keys *gk,
                                  const he_secret_key *sk, he_rng *rng)
{
    uint64_t *image = he_alloc_raw((ctx->data_count + ctx->special_count) * ctx->n, sizeof *image);
    int8_t *e = he_alloc(ctx->n, sizeof *e);
    he_status status = HE_OK;
    if (image == NULL || e == NULL)
        status = he_fail(HE_ERR_MEMORY, "he_galois_keys_create: no memory");
    unsigned fenv = he_fenv_enter();
    for (size_t k = 0; status == HE_OK && k < gk->count; k++)
        status = make_galois_key(ctx, gk, k, sk, image, e, rng);
    he_fenv_leave(fenv);
    he_free_secret(image);
    he_free_secret(e);
    return status;
}

he_status he_galois_keys_create(const he_context *ctx, he_galois_keys **gk, const he_secret_key *sk,
                                const int32_t *steps, size_t count, he_rng *rng)
{
    HE_REQUIRE_PTR(ctx);
    HE_REQUIRE_PTR(gk);
    HE_REQUIRE_PTR(steps);
    HE_REQUIRE_PTR(rng);
    HE_TRY(he_check_secret_key(__func__, ctx, sk));
    if (count == 0 || count > 2 * ctx->n)
        return he_fail(HE_ERR_ARGUMENT, "he_galois_keys_create: count is %zu, must be 1 to %zu",
                       count, 2 * ctx->n);
    uint32_t *elements = he_alloc(count + 1, sizeof *elements);
    if (elements == NULL)
        return he_fail(HE_ERR_MEMORY, "he_galois_keys_create: no memory");
    he_galois_keys *keys = NULL;
    size_t distinct = 0;
    he_status status = collect_elements(ctx, elements, &distinct, steps, count);
    if (status == HE_OK)
        status = he_galois_keys_alloc(ctx, &keys, distinct);
    if (status == HE_OK) {
        memcpy(keys->elements, elements, distinct * sizeof *elements);
        status = make_galois_keys(ctx, keys, sk, rng);
    }
    he_free(elements);
    if (status != HE_OK)
        he_galois_keys_destroy(keys);
    else
        *gk = keys;
    return status;
}

void he_galois_keys_destroy(he_galois_keys *gk)
{
    if (gk == NULL)
        return;
    for (size_t k = 0; k < gk->count; k++) {
        he_free(gk->index[k]);
        he_switch_key_clear(&gk->keys[k]);
    }
    he_free(gk->elements);
    he_free(gk->index);
    he_free(gk->keys);
    he_free(gk);
}
