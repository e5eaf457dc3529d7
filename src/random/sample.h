/* SPDX-License-Identifier: MIT */
/* Samplers.  No branch and no address depends on a secret sample; rejected candidates are
 * independent of accepted ones, so their number may show. */
#ifndef HE_RANDOM_SAMPLE_H
#define HE_RANDOM_SAMPLE_H

#include "core/scratch.h"
#include "core/status.h"
#include "math/mod.h"
#include <he/random.h>

/* libsodium, started; HE_ERR_ENTROPY if it cannot be. */
he_status he_sodium_start(void);

/* Uniform ternary: s[i] in {-1, 0, 1}, each with probability 1/3. */
he_status he_sample_ternary(he_rng *rng, int8_t *s, size_t n);

/* Centred binomial of 21 + 21 bits: e[i] in [-21, 21], sigma^2 = 10.5. */
he_status he_sample_error(he_rng *rng, int8_t *e, size_t n);

#define HE_ERROR_VARIANCE 10.5

/* r[i] = s[i] mod q for small signed s; constant time. */
void he_lift_small(uint64_t *r, const int8_t *s, size_t n, uint64_t q);

/* Expansion of a public seed, part of wire version 1: n uniform residues modulo q from the ChaCha20
 * (RFC 8439) stream under the seed, nonce = poly u32 | limb u32 | 0 u32 (little-endian), counter 0.
 * Each candidate is 6 stream bytes (q below 2^48) or 8, little-endian, masked to the bits of q, and
 * taken if below q.  Same bytes on every machine. */
void he_expand_uniform(uint64_t *r, size_t n, uint64_t q, const uint8_t seed[HE_SEED_BYTES],
                       uint32_t poly, uint32_t limb);

#endif
