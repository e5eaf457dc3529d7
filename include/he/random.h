/* SPDX-License-Identifier: MIT */
/** @file random.h
 *  Randomness is an argument: the system's, seeded, or the caller's own.
 */
#ifndef HE_RANDOM_H
#define HE_RANDOM_H

#include <he/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A source of random bytes.  One thread at a time. */
typedef struct he_rng he_rng;

/** Bytes of every seed, secret or public. */
#define HE_SEED_BYTES 32

/** The operating system's generator, through libsodium.
 *  @retval HE_ERR_ENTROPY  libsodium cannot start */
HE_API HE_MUST_CHECK he_status he_rng_create_system(he_rng **rng);

/** A deterministic stream (ChaCha20 under the seed): tests and known answers, never production.
 *  @param[in] seed  HE_SEED_BYTES bytes */
HE_API HE_MUST_CHECK he_status he_rng_create_seeded(he_rng **rng, const uint8_t *seed);

/** The caller's generator: fill() writes length bytes to out and returns 0, or fails with -1. */
HE_API HE_MUST_CHECK he_status
he_rng_create_custom(he_rng **rng, int (*fill)(void *user, void *out, size_t length), void *user);

/** Wipes and frees; NULL is allowed. */
HE_API void he_rng_destroy(he_rng *rng);

/** Fills out with length bytes.
 *  @retval HE_ERR_ENTROPY  the source failed; out is zero */
HE_API HE_MUST_CHECK he_status he_rng_bytes(he_rng *rng, void *out, size_t length);

#ifdef __cplusplus
}
#endif
#endif
