/* SPDX-License-Identifier: MIT */
/* A BFV context with all its keys, and the oracles: arithmetic modulo t, and the true noise. */
#ifndef HE_TEST_BFV_FIXTURE_H
#define HE_TEST_BFV_FIXTURE_H

#include "support/test.h"

#include "bfv/bfv.h"
#include <he/he.h>

typedef struct fixture {
    he_context *ctx;
    he_rng *rng;
    he_secret_key *sk;
    he_public_key *pk;
    he_relin_key *rk;
    he_galois_keys *gk;
    size_t n;
    uint64_t t;
} fixture;

#define FIXTURE_STEPS 4
extern const int32_t fixture_steps[FIXTURE_STEPS];

/* Primes of so many bits (a list that ends at 0), without a security level. */
he_params fixture_params(uint32_t n, uint64_t t, const uint8_t *data_bits, uint8_t special_bits,
                         uint32_t alpha);
fixture fixture_make(const he_params *params);
void fixture_free(fixture *f);

/* Slots where t has them, else coefficients. */
he_plaintext *fixture_encode(const fixture *f, const uint64_t *values);
he_ciphertext *fixture_encrypt(const fixture *f, const uint64_t *values);
he_ciphertext *fixture_empty(const fixture *f);
/* Decrypts without asking the bound, and compares all n values. */
void fixture_expect(const fixture *f, const he_ciphertext *ct, const uint64_t *values,
                    const char *what);
uint64_t *fixture_random(const fixture *f);

/* log2 of the largest true noise coefficient. */
double fixture_noise(const fixture *f, const he_ciphertext *ct);
/* The true noise is below the bound, and not below it by more than bits. */
void fixture_check_noise(const fixture *f, const he_ciphertext *ct, double bits, const char *what);

/* r = a op b, value by value or as polynomials where t has no slots. */
void fixture_add(const fixture *f, uint64_t *r, const uint64_t *a, const uint64_t *b);
void fixture_sub(const fixture *f, uint64_t *r, const uint64_t *a, const uint64_t *b);
void fixture_mul(const fixture *f, uint64_t *r, const uint64_t *a, const uint64_t *b);
void fixture_rotate(const fixture *f, uint64_t *r, const uint64_t *a, int32_t steps);
void fixture_swap(const fixture *f, uint64_t *r, const uint64_t *a);

bool fixture_same(const he_ciphertext *a, const he_ciphertext *b);

#endif
