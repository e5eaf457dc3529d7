/* SPDX-License-Identifier: MIT */
/** @file keys.h
 *  Secret, public, relinearization and Galois keys.
 *
 *  Key switching is hybrid: the data primes fall into beta digits of alpha primes each, and keys
 *  live modulo QP with alpha special primes (algorithms: Han, Ki, ePrint 2019/688).
 */
#ifndef HE_KEYS_H
#define HE_KEYS_H

#include <he/context.h>
#include <he/random.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct he_secret_key he_secret_key;
typedef struct he_public_key he_public_key;
typedef struct he_relin_key he_relin_key;
typedef struct he_galois_keys he_galois_keys;

/** Samples a uniform ternary secret.  Time: depends on n only. */
HE_API HE_MUST_CHECK he_status he_secret_key_create(const he_context *ctx, he_secret_key **sk,
                                                    he_rng *rng);
HE_API void he_secret_key_destroy(he_secret_key *sk); /**< wipes; NULL is allowed */

/** An encryption of zero modulo QP under sk. */
HE_API HE_MUST_CHECK he_status he_public_key_create(const he_context *ctx, he_public_key **pk,
                                                    const he_secret_key *sk, he_rng *rng);
HE_API void he_public_key_destroy(he_public_key *pk); /**< NULL is allowed */

/** Switches s^2 to s. */
HE_API HE_MUST_CHECK he_status he_relin_key_create(const he_context *ctx, he_relin_key **rk,
                                                   const he_secret_key *sk, he_rng *rng);
HE_API void he_relin_key_destroy(he_relin_key *rk); /**< NULL is allowed */

/** A step that is not a rotation: swaps the rows (BFV), conjugates the slots (CKKS). */
#define HE_STEP_CONJUGATE INT32_MIN

/** Keys for the steps listed, and for no others.
 *  @param[in] steps  positive: to the left; each within (-slots, slots), a BFV row has n/2;
 *                    HE_STEP_CONJUGATE asks for the swap or conjugation; duplicates count once
 *  @param[in] count  how many, at least one */
HE_API HE_MUST_CHECK he_status he_galois_keys_create(const he_context *ctx, he_galois_keys **gk,
                                                     const he_secret_key *sk, const int32_t *steps,
                                                     size_t count, he_rng *rng);
HE_API void he_galois_keys_destroy(he_galois_keys *gk); /**< NULL is allowed */
/** True where the key for this step is among them. */
HE_API bool he_galois_keys_has(const he_context *ctx, const he_galois_keys *gk, int32_t step);

#ifdef __cplusplus
}
#endif
#endif
