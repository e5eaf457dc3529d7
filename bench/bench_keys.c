/* SPDX-License-Identifier: MIT */
/* Contexts and keys: what is paid once. */
#include "scheme.h"

static he_status create_context(bench_scheme *s)
{
    he_context *ctx = NULL;
    he_params params = bench_scheme_params(s->set);
    he_status status = he_context_create(&ctx, &params);
    he_context_destroy(ctx);
    return status;
}

static he_status secret_key(bench_scheme *s)
{
    he_secret_key *key = NULL;
    he_status status = he_secret_key_create(s->ctx, &key, s->rng);
    he_secret_key_destroy(key);
    return status;
}

static he_status public_key(bench_scheme *s)
{
    he_public_key *key = NULL;
    he_status status = he_public_key_create(s->ctx, &key, s->sk, s->rng);
    he_public_key_destroy(key);
    return status;
}

static he_status relin_key(bench_scheme *s)
{
    he_relin_key *key = NULL;
    he_status status = he_relin_key_create(s->ctx, &key, s->sk, s->rng);
    he_relin_key_destroy(key);
    return status;
}

static he_status galois_key(bench_scheme *s)
{
    const int32_t step = 1;
    he_galois_keys *keys = NULL;
    he_status status = he_galois_keys_create(s->ctx, &keys, s->sk, &step, 1, s->rng);
    he_galois_keys_destroy(keys);
    return status;
}

void he_bench_keys(void)
{
    static const bench_operation bfv[] = {
        {"context/create_bfv", create_context},
        {"keys/secret", secret_key},
        {"keys/public", public_key},
        {"keys/relin", relin_key},
        {"keys/galois_one_step", galois_key},
    };
    static const bench_operation ckks[] = {{"context/create_ckks", create_context}};
    bench_scheme_register(HE_SCHEME_BFV, bfv, sizeof bfv / sizeof *bfv);
    bench_scheme_register(HE_SCHEME_CKKS, ckks, 1);
}
