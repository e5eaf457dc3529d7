/* SPDX-License-Identifier: MIT */
/* Primes and roots of unity: the only door to FLINT, which aborts on input that it cannot take,
 * so ranges are checked here first. */
#ifndef HE_MATH_PRIME_H
#define HE_MATH_PRIME_H

#include "core/status.h"
#include "math/mod.h"

/* Proven primality for any word. */
bool he_prime_test(uint64_t q);

/* The largest primes below 2^bits that are 1 mod step, descending, none of those in avoid.
 * HE_ERR_PARAMS if there are fewer than count of exactly that bit length. */
he_status he_prime_search(uint64_t *primes, size_t count, unsigned bits, uint64_t step,
                          const uint64_t *avoid, size_t avoid_count);

/* The prime nearest to target that is 1 mod step, below 2^bits and not in avoid (canonical CKKS
 * scales).  HE_ERR_PARAMS if there is none. */
he_status he_prime_nearest(uint64_t *prime, double target, unsigned bits, uint64_t step,
                           const uint64_t *avoid, size_t avoid_count);

/* The least primitive order-th root of unity modulo the prime q, for order a power of two that
 * divides q - 1 (SEAL's choice: algorithms, section 6.6).  HE_ERR_PARAMS if it does not. */
he_status he_root_minimal(uint64_t *root, uint64_t order, const he_modulus *q);

#endif
