/* SPDX-License-Identifier: MIT */
/* A context with its secret key and a seeded generator; uniform ciphertexts, which need no scheme:
 * what an operation does to the phase is all that it does. */
#ifndef HE_TEST_RLWE_FIXTURE_H
#define HE_TEST_RLWE_FIXTURE_H

#include "support/phase.h"
#include "support/test.h"

typedef struct fixture {
    he_context *ctx;
    he_secret_key *sk;
    he_rng *rng;
} fixture;

/* count data primes of 40 bits, alpha special primes; without a security table. */
static inline he_params fixture_params(he_scheme scheme, uint32_t n, size_t count, uint32_t alpha)
{
    he_params p = HE_PARAMS_INIT;
    p.scheme = scheme;
    p.n = n;
    memset(p.data_bits, 40, count);
    p.special_count = alpha;
    p.security = HE_SEC_NONE;
    if (scheme == HE_SCHEME_BFV)
        p.plain_modulus = 65537;
    else
        p.scale_bits = 40, p.ckks_mode = HE_CKKS_EXPLICIT;
    return p;
}

static inline void fixture_open(fixture *f, he_scheme scheme, uint32_t n, size_t count,
                                uint32_t alpha)
{
    static const uint8_t seed[HE_SEED_BYTES] = {1, 2, 3};
    he_params p = fixture_params(scheme, n, count, alpha);
    he_assert_ok(he_context_create(&f->ctx, &p));
    he_assert_ok(he_rng_create_seeded(&f->rng, seed));
    he_assert_ok(he_secret_key_create(f->ctx, &f->sk, f->rng));
}

static inline void fixture_close(fixture *f)
{
    he_secret_key_destroy(f->sk);
    he_rng_destroy(f->rng);
    he_context_destroy(f->ctx);
}

/* Uniform polynomials at a level. */
static inline he_ciphertext *fixture_uniform(const fixture *f, uint32_t size, uint32_t level,
                                             bool ntt)
{
    he_ciphertext *ct;
    he_assert_ok(he_ciphertext_create(f->ctx, &ct, size, level));
    he_assert_ok(he_ciphertext_shape(f->ctx, ct, size, level));
    ct->ntt = ntt;
    ct->scale = 1;
    ct->log_sigma = 3;
    for (uint32_t p = 0; p < size; p++) {
        for (size_t i = 0; i < ct->limbs; i++) {
            uint64_t *limb = he_ct_poly(ct, p) + i * ct->n, q = f->ctx->primes[i].q.q;
            for (size_t j = 0; j < ct->n; j++)
                limb[j] = he_test_random_below(q);
        }
    }
    return ct;
}

/* Equal in all that an object says of itself and in every word. */
static inline bool fixture_same(const he_ciphertext *a, const he_ciphertext *b)
{
    return a->size == b->size && a->level == b->level && a->limbs == b->limbs && a->ntt == b->ntt &&
           a->degree == b->degree && a->claimed == b->claimed && a->seeded == b->seeded &&
           a->scale == b->scale && a->log_sigma == b->log_sigma &&
           memcmp(a->id, b->id, HE_ID_BYTES) == 0 &&
           memcmp(a->data, b->data, a->size * a->limbs * a->n * sizeof *a->data) == 0;
}

#endif
