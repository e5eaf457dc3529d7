/* SPDX-License-Identifier: MIT */
/* Products and remainders of many primes, exactly: GMP behind a few functions. */
#ifndef HE_MATH_BIGINT_H
#define HE_MATH_BIGINT_H

#include "core/status.h"
#include <gmp.h>

/* product = q[0] … q[count-1]; product is initialised by the caller. */
void he_big_product(mpz_t product, const uint64_t *q, size_t count);
/* x mod q for a word q > 0; x may be negative, the result is in [0, q). */
uint64_t he_big_mod(const mpz_t x, uint64_t q);
/* log2 of x > 0, correct to 2^-40. */
double he_big_log2(const mpz_t x);
/* bits of x: the smallest b with x < 2^b, for x >= 0. */
size_t he_big_bits(const mpz_t x);
void he_big_set_u64(mpz_t x, uint64_t v);
uint64_t he_big_get_u64(const mpz_t x); /* x < 2^64 */

#endif
