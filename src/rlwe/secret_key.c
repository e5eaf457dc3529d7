/* SPDX-License-Identifier: MIT */
/* The secret key: uniform ternary, kept small and in NTT form modulo every prime.
 * No branch and no address depends on the secret; every copy is wiped. */
#include "core/ct.h"
#include "core/fenv.h"
#include "core/memory.h"
#include "rlwe/rlwe.h"
#include <string.h>

he_status he_secret_key_from_ternary(const he_context *ctx, he_secret_key **sk, const int8_t *s)
{
    size_t total = ctx->data_count + ctx->special_count;
    he_secret_key *key = he_alloc(1, sizeof *key);
    if (key != NULL) {
        key->s = he_alloc(ctx->n, sizeof *key->s);
        key->ntt = he_alloc_raw(total * ctx->n, sizeof *key->ntt);
    }
    if (key == NULL || key->s == NULL || key->ntt == NULL) {
        he_secret_key_destroy(key);
        return he_fail(HE_ERR_MEMORY, "no memory for a secret key");
    }
    memcpy(key->id, ctx->id, HE_ID_BYTES);
    memcpy(key->s, s, ctx->n);
    unsigned fenv = he_fenv_enter();
    for (size_t i = 0; i < total; i++) {
        uint64_t *limb = key->ntt + i * ctx->n;
        he_lift_small(limb, s, ctx->n, ctx->primes[i].q.q);
        he_ntt_forward(ctx->primes[i].ntt, limb);
    }
    he_fenv_leave(fenv);
    *sk = key;
    return HE_OK;
}

he_status he_secret_key_create(const he_context *ctx, he_secret_key **sk, he_rng *rng)
{
    HE_REQUIRE_PTR(ctx);
    HE_REQUIRE_PTR(sk);
    HE_REQUIRE_PTR(rng);
    int8_t *s = he_alloc(ctx->n, sizeof *s);
    if (s == NULL)
        return he_fail(HE_ERR_MEMORY, "he_secret_key_create: no memory");
    he_status status = he_sample_ternary(rng, s, ctx->n);
    HE_SECRET(s, ctx->n);
    if (status == HE_OK)
        status = he_secret_key_from_ternary(ctx, sk, s);
    he_free_secret(s);
    return status;
}

void he_secret_key_destroy(he_secret_key *sk)
{
    if (sk == NULL)
        return;
    he_free_secret(sk->s);
    he_free_secret(sk->ntt);
    he_free_secret(sk);
}
