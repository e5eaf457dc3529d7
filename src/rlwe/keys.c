/* SPDX-License-Identifier: MIT */
/* Public and switching keys; relinearization is a switch from s^2.
 *
 * Hybrid switching keys (Han, Ki, ePrint 2019/688): for digit j of alpha primes
 *     b_j = -(a_j s) + e_j + P w_j src   modulo QP,
 * P w_j being P modulo the primes of digit j and 0 modulo all others.  The a are expansions of a
 * public seed, poly number j. */
#include "core/ct.h"
#include "core/fenv.h"
#include "core/memory.h"
#include "rlwe/rlwe.h"
#include <string.h>

static size_t key_limbs(const he_context *ctx)
{
    return ctx->data_count + ctx->special_count;
}

/* a over all primes, in NTT form. */
static void expand(const he_context *ctx, uint64_t *a, const uint8_t *seed, uint32_t poly)
{
    for (size_t i = 0; i < key_limbs(ctx); i++)
        he_expand_uniform(a + i * ctx->n, ctx->n, ctx->primes[i].q.q, seed, poly, (uint32_t)i);
}

/* b = -(a s) + e with a fresh error; e is room for n samples and is left wiped by the caller. */
static he_status encrypt_zero(const he_context *ctx, uint64_t *b, const uint64_t *a,
                              const he_secret_key *sk, int8_t *e, he_rng *rng)
{
    size_t n = ctx->n;
    HE_TRY(he_sample_error(rng, e, n));
    for (size_t i = 0; i < key_limbs(ctx); i++) {
        const he_rns_prime *prime = &ctx->primes[i];
        uint64_t *bi = b + i * n;
        he_lift_small(bi, e, n, prime->q.q);
        he_ntt_forward(prime->ntt, bi);
        prime->vec->neg(bi, bi, n, &prime->q);
        prime->vec->mul_add(bi, a + i * n, sk->ntt + i * n, n, &prime->q);
        prime->vec->neg(bi, bi, n, &prime->q);
    }
    return HE_OK;
}

/* --- Public key -------------------------------------------------------------------------------*/

void he_public_key_expand(const he_context *ctx, he_public_key *pk)
{
    expand(ctx, pk->a, pk->seed, 0);
}

static he_status fill_public_key(const he_context *ctx, he_public_key *pk, const he_secret_key *sk,
                                 int8_t *e, he_rng *rng)
{
    HE_TRY(he_rng_bytes(rng, pk->seed, HE_SEED_BYTES));
    HE_PUBLIC(pk->seed, HE_SEED_BYTES); /* a part of the public key */
    he_public_key_expand(ctx, pk);
    return encrypt_zero(ctx, pk->b, pk->a, sk, e, rng);
}

he_status he_public_key_alloc(const he_context *ctx, he_public_key **pk)
{
    he_public_key *key = he_alloc(1, sizeof *key);
    if (key != NULL) {
        key->b = he_alloc_raw(key_limbs(ctx) * ctx->n, sizeof *key->b);
        key->a = he_alloc_raw(key_limbs(ctx) * ctx->n, sizeof *key->a);
    }
    if (key == NULL || key->b == NULL || key->a == NULL) {
        he_public_key_destroy(key);
        return he_fail(HE_ERR_MEMORY, "no memory for a public key");
    }
    memcpy(key->id, ctx->id, HE_ID_BYTES);
    *pk = key;
    return HE_OK;
}

he_status he_public_key_create(const he_context *ctx, he_public_key **pk, const he_secret_key *sk,
                               he_rng *rng)
{
    HE_REQUIRE_PTR(ctx);
    HE_REQUIRE_PTR(pk);
    HE_REQUIRE_PTR(rng);
    HE_TRY(he_check_secret_key(__func__, ctx, sk));
    int8_t *e = he_alloc(ctx->n, sizeof *e);
    if (e == NULL)
        return he_fail(HE_ERR_MEMORY, "he_public_key_create: no memory");
    he_public_key *key = NULL;
    he_status status = he_public_key_alloc(ctx, &key);
    if (status == HE_OK) {
        unsigned fenv = he_fenv_enter();
        status = fill_public_key(ctx, key, sk, e, rng);
        he_fenv_leave(fenv);
    }
    he_free_secret(e);
    if (status != HE_OK)
        he_public_key_destroy(key);
    else
        *pk = key;
    return status;
}

void he_public_key_destroy(he_public_key *pk)
{
    if (pk == NULL)
        return;
    he_free_secret(pk->b); /* holds an error polynomial until a key is complete */
    he_free(pk->a);
    he_free(pk);
}

/* --- Switching keys ---------------------------------------------------------------------------*/

he_status he_switch_key_alloc(const he_context *ctx, he_switch_key *key)
{
    size_t digits = ctx->levels[ctx->top_level].digits;
    key->b = he_alloc_raw(digits * key_limbs(ctx) * ctx->n, sizeof *key->b);
    key->a = he_alloc_raw(digits * key_limbs(ctx) * ctx->n, sizeof *key->a);
    if (key->b == NULL || key->a == NULL) {
        he_switch_key_clear(key);
        return he_fail(HE_ERR_MEMORY, "no memory for a switching key of %zu digits", digits);
    }
    key->digits = digits;
    return HE_OK;
}

void he_switch_key_clear(he_switch_key *key)
{
    he_free_secret(key->b); /* holds an error polynomial until a key is complete */
    he_free(key->a);
    *key = (he_switch_key){0};
}

void he_switch_key_expand(const he_context *ctx, he_switch_key *key)
{
    for (size_t j = 0; j < key->digits; j++)
        expand(ctx, key->a + j * key_limbs(ctx) * ctx->n, key->seed, (uint32_t)j);
}

/* b_j += P src on the limbs of digit j. */
static void add_source(const he_context *ctx, uint64_t *b, const uint64_t *src, size_t j)
{
    size_t n = ctx->n, first = j * ctx->special_count, end = first + ctx->special_count;
    for (size_t i = first; i < end && i < ctx->data_count; i++) {
        const he_rns_prime *prime = &ctx->primes[i];
        uint64_t p = 1;
        for (size_t k = 0; k < ctx->special_count; k++) {
            uint64_t special = he_mod_reduce(he_ctx_special(ctx, k)->q.q, &prime->q);
            p = he_mod_mul(p, special, &prime->q);
        }
        prime->vec->mul_scalar_add(b + i * n, src + i * n, p, n, &prime->q);
    }
}

he_status he_switch_key_make(const he_context *ctx, he_switch_key *key, const uint64_t *src,
                             const he_secret_key *sk, int8_t *e, he_rng *rng)
{
    HE_TRY(he_switch_key_alloc(ctx, key));
    he_status status = he_rng_bytes(rng, key->seed, HE_SEED_BYTES);
    HE_PUBLIC(key->seed, HE_SEED_BYTES); /* a part of the evaluation key */
    if (status == HE_OK)
        he_switch_key_expand(ctx, key);
    for (size_t j = 0; status == HE_OK && j < key->digits; j++) {
        size_t offset = j * key_limbs(ctx) * ctx->n;
        status = encrypt_zero(ctx, key->b + offset, key->a + offset, sk, e, rng);
        if (status == HE_OK)
            add_source(ctx, key->b + offset, src, j);
    }
    if (status != HE_OK)
        he_switch_key_clear(key);
    return status;
}

/* --- Relinearization --------------------------------------------------------------------------*/

static he_status make_relin_key(const he_context *ctx, he_relin_key *rk, const he_secret_key *sk,
                                uint64_t *square, int8_t *e, he_rng *rng)
{
    memcpy(rk->id, ctx->id, HE_ID_BYTES);
    for (size_t i = 0; i < key_limbs(ctx); i++) {
        const he_rns_prime *prime = &ctx->primes[i];
        const uint64_t *s = sk->ntt + i * ctx->n;
        prime->vec->mul(square + i * ctx->n, s, s, ctx->n, &prime->q);
    }
    return he_switch_key_make(ctx, &rk->key, square, sk, e, rng);
}

he_status he_relin_key_create(const he_context *ctx, he_relin_key **rk, const he_secret_key *sk,
                              he_rng *rng)
{
    HE_REQUIRE_PTR(ctx);
    HE_REQUIRE_PTR(rk);
    HE_REQUIRE_PTR(rng);
    HE_TRY(he_check_secret_key(__func__, ctx, sk));
    he_relin_key *key = he_alloc(1, sizeof *key);
    uint64_t *square = he_alloc_raw(key_limbs(ctx) * ctx->n, sizeof *square);
    int8_t *e = he_alloc(ctx->n, sizeof *e);
    he_status status = HE_OK;
    if (key == NULL || square == NULL || e == NULL) {
        status = he_fail(HE_ERR_MEMORY, "he_relin_key_create: no memory");
    } else {
        unsigned fenv = he_fenv_enter();
        status = make_relin_key(ctx, key, sk, square, e, rng);
        he_fenv_leave(fenv);
    }
    he_free_secret(square);
    he_free_secret(e);
    if (status != HE_OK)
        he_relin_key_destroy(key);
    else
        *rk = key;
    return status;
}

void he_relin_key_destroy(he_relin_key *rk)
{
    if (rk == NULL)
        return;
    he_switch_key_clear(&rk->key);
    he_free(rk);
}
