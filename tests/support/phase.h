/* SPDX-License-Identifier: MIT */
/* What only a test may look at: the phase of a ciphertext and its true noise, as big integers. */
#ifndef HE_TEST_PHASE_H
#define HE_TEST_PHASE_H

#include "rlwe/rlwe.h"
#include <gmp.h>

/* n big integers, zero. */
mpz_t *he_test_big(size_t n);
void he_test_big_free(mpz_t *x, size_t n);

/* x[j] = the integer in (-Q/2, Q/2] with the residues of coefficient j; poly holds the first
 * `limbs` of primes in coefficient form, limb i at poly + i n. */
void he_test_compose(mpz_t *x, const he_rns_prime *const *primes, size_t limbs, size_t n,
                     const uint64_t *poly);
/* The centred phase of ct; false where the library failed. */
bool he_test_phase(mpz_t *x, const he_context *ctx, const he_ciphertext *ct,
                   const he_secret_key *sk);
/* log2 of the largest |x[j]|, -1 for zeros. */
double he_test_max_bits(mpz_t *x, size_t n);
/* log2 of the root mean square of x. */
double he_test_rms_bits(mpz_t *x, size_t n);

/* log2 of the largest noise coefficient that ct really has; m[n]: the BFV plaintext polynomial. */
double he_test_noise_bfv(const he_context *ctx, const he_ciphertext *ct, const he_secret_key *sk,
                         const uint64_t *m);
/* CKKS: distance of the phase from an encoded plaintext of the same level and scale. */
double he_test_noise_ckks(const he_context *ctx, const he_ciphertext *ct, const he_secret_key *sk,
                          const he_plaintext *pt);

#endif
