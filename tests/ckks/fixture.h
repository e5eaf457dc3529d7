/* SPDX-License-Identifier: MIT */
/* What the tests of CKKS share: a context with keys, vectors of complex doubles as the oracle, and
 * the comparison of a ciphertext with what it should hold. */
#ifndef HE_TEST_CKKS_FIXTURE_H
#define HE_TEST_CKKS_FIXTURE_H

#include "support/test.h"

#include "core/memory.h"
#include "rlwe/rlwe.h"
#include <complex.h>
#include <he/he.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef double complex slot;

typedef struct world {
    he_context *ctx;
    he_rng *rng;
    he_secret_key *sk;
    he_public_key *pk;
    he_relin_key *rk;
    size_t slots;
    uint32_t top;
} world;

/* Ring degree, levels above 0, log2 of the scale; no security check, for speed. */
static inline he_params given(uint32_t n, uint32_t levels, uint32_t scale_bits, uint32_t range_bits)
{
    he_params p = HE_PARAMS_INIT;
    p.scheme = HE_SCHEME_CKKS;
    p.security = HE_SEC_NONE;
    p.n = n;
    p.scale_bits = scale_bits;
    p.range_bits = range_bits;
    p.data_bits[0] = (uint8_t)(scale_bits + range_bits + 3);
    for (uint32_t l = 1; l <= levels; l++)
        p.data_bits[l] = (uint8_t)scale_bits;
    return p;
}

static inline void world_open(world *w, const he_params *params)
{
    uint8_t seed[HE_SEED_BYTES] = {7};
    memset(w, 0, sizeof *w);
    he_assert_ok(he_context_create(&w->ctx, params));
    he_assert_ok(he_rng_create_seeded(&w->rng, seed));
    he_assert_ok(he_secret_key_create(w->ctx, &w->sk, w->rng));
    he_assert_ok(he_public_key_create(w->ctx, &w->pk, w->sk, w->rng));
    he_assert_ok(he_relin_key_create(w->ctx, &w->rk, w->sk, w->rng));
    w->slots = he_context_slots(w->ctx);
    w->top = he_context_top_level(w->ctx);
}

static inline void world_close(world *w)
{
    he_relin_key_destroy(w->rk);
    he_public_key_destroy(w->pk);
    he_secret_key_destroy(w->sk);
    he_rng_destroy(w->rng);
    he_context_destroy(w->ctx);
}

/* --- Vectors: freed by free() ----------------------------------------------------------------- */

static inline slot *zeros(const world *w)
{
    slot *v = calloc(w->slots, sizeof *v);
    cr_assert(v != NULL);
    return v;
}

/* Complex numbers of at most size in absolute value. */
static inline slot *randoms(const world *w, double size)
{
    slot *v = zeros(w);
    for (size_t j = 0; j < w->slots; j++)
        v[j] = size * 0.7071067811865475 * (he_test_random_unit() + I * he_test_random_unit());
    return v;
}

enum {
    CONSTANT,
    ALTERNATING,
    IMPULSE,
    EXTREME_IMAGINARY,
    RANDOM,
    PATTERNS
};

static inline slot *pattern(const world *w, int kind, double size)
{
    if (kind == RANDOM)
        return randoms(w, size);
    slot *v = zeros(w);
    for (size_t j = 0; j < w->slots; j++) {
        if (kind == CONSTANT)
            v[j] = size;
        else if (kind == ALTERNATING)
            v[j] = j % 2 == 0 ? size : -size;
        else if (kind == IMPULSE)
            v[j] = j == 3 ? size : 0;
        else
            v[j] = I * (j % 3 == 0 ? -size : size);
    }
    return v;
}

/* --- Ciphertexts ------------------------------------------------------------------------------ */

static inline he_ciphertext *empty(const world *w)
{
    he_ciphertext *ct = NULL;
    he_assert_ok(he_ciphertext_create(w->ctx, &ct, 2, 0));
    return ct;
}

static inline he_plaintext *encoded(const world *w, const slot *v, uint32_t level)
{
    he_plaintext *pt = NULL;
    he_assert_ok(he_plaintext_create(w->ctx, &pt));
    he_assert_ok(he_ckks_encode_complex(w->ctx, pt, (const double *)v, w->slots, level, NULL));
    return pt;
}

static inline he_ciphertext *encrypted(const world *w, const slot *v, uint32_t level)
{
    he_plaintext *pt = encoded(w, v, level);
    he_ciphertext *ct = empty(w);
    he_assert_ok(he_encrypt(w->ctx, ct, pt, w->pk, w->rng, NULL));
    he_plaintext_destroy(pt);
    return ct;
}

static inline slot *decrypted(const world *w, const he_ciphertext *ct)
{
    he_plaintext *pt = NULL;
    slot *v = zeros(w);
    he_assert_ok(he_plaintext_create(w->ctx, &pt));
    he_assert_ok(he_decrypt(w->ctx, pt, ct, w->sk, HE_NOISE_TRACKED, NULL));
    cr_assert(he_plaintext_scale(pt) == he_ciphertext_scale(ct));
    he_assert_ok(he_ckks_decode_complex(w->ctx, (double *)v, w->slots, pt, NULL));
    he_plaintext_destroy(pt);
    return v;
}

static inline double distance(const slot *a, const slot *b, size_t count)
{
    double most = 0;
    for (size_t j = 0; j < count; j++)
        most = fmax(most, cabs(a[j] - b[j]));
    return most;
}

/* Every slot is within the stated bound; returns how many bits the bound is above the error. */
static inline double check_slots(const world *w, const he_ciphertext *ct, const slot *expected,
                                 const char *what)
{
    slot *got = decrypted(w, ct);
    double error = distance(got, expected, w->slots), bound = he_ckks_error_bound(w->ctx, ct);
    cr_assert(error <= bound, "%s: error 2^%.2f is above the bound 2^%.2f", what, log2(error),
              log2(bound));
    if (getenv("HE_TEST_VERBOSE") != NULL)
        fprintf(stderr, "%-32s level %u error 2^%.2f bound 2^%.2f\n", what, he_ciphertext_level(ct),
                log2(error), log2(bound));
    free(got);
    return log2(bound) - log2(error);
}

/* In canonical mode: where the ciphertext is and what scale it has. */
static inline void check_state(const world *w, const he_ciphertext *ct, uint32_t level,
                               uint32_t degree)
{
    double scale = he_context_scale(w->ctx, level);
    cr_assert(he_ciphertext_level(ct) == level, "level %u, not %u", he_ciphertext_level(ct), level);
    cr_assert(he_ciphertext_degree(ct) == degree);
    cr_assert(he_ciphertext_scale(ct) == (degree == 2 ? scale * scale : scale));
}

/* The residues and all that is carried with them. */
static inline bool same_ciphertext(const he_ciphertext *a, const he_ciphertext *b)
{
    return a->size == b->size && a->level == b->level && a->limbs == b->limbs &&
           a->degree == b->degree && a->scale == b->scale && a->log_sigma == b->log_sigma &&
           memcmp(a->data, b->data, (size_t)a->size * a->limbs * a->n * sizeof *a->data) == 0;
}

static inline he_ciphertext *copy_of(const world *w, const he_ciphertext *a)
{
    he_ciphertext *r = empty(w);
    he_assert_ok(he_ciphertext_copy(r, a));
    return r;
}

#endif
