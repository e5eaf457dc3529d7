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

typedef struct he_secret_key he_secret_key;   /**< s: decrypts, and makes every other key */
typedef struct he_public_key he_public_key;   /**< encrypts */
typedef struct he_relin_key he_relin_key;     /**< brings products back to two polynomials */
typedef struct he_galois_keys he_galois_keys; /**< rotate, swap rows, conjugate */

/* All four: the key is new on success and *key is unchanged on failure.  HE_ERR_NULL,
 * HE_ERR_MISMATCH (sk of another context), HE_ERR_MEMORY, HE_ERR_ENTROPY.  Threads: one per rng;
 * finished keys are read-only and shared freely.  Time: depends on parameters only. */

/** s: n coefficients uniform in {-1, 0, 1}.
 *  @param[out] sk   for he_secret_key_destroy()
 *  @param[in]  rng  he_rng_create_system(), except in tests
 *  @retval HE_ERR_ENTROPY  the source failed
 *  @par Time  depends on n and the number of primes; never on s */
HE_API HE_MUST_CHECK he_status he_secret_key_create(const he_context *ctx, he_secret_key **sk,
                                                    he_rng *rng);
HE_API void he_secret_key_destroy(he_secret_key *sk); /**< wipes; NULL is allowed */

/** An encryption of zero modulo QP: (b, a) with b = -(a s) + e, a from a public seed.
 *  @retval HE_ERR_MISMATCH  sk belongs to other parameters
 *  @par Time  does not depend on s or e */
HE_API HE_MUST_CHECK he_status he_public_key_create(const he_context *ctx, he_public_key **pk,
                                                    const he_secret_key *sk, he_rng *rng);
HE_API void he_public_key_destroy(he_public_key *pk); /**< NULL is allowed */

/** Switches s^2 to s: b_j = -(a_j s) + e_j + P w_j s^2 for each digit j, seeded.
 *  @retval HE_ERR_MISMATCH  sk belongs to other parameters
 *  @par Time  does not depend on s or e */
HE_API HE_MUST_CHECK he_status he_relin_key_create(const he_context *ctx, he_relin_key **rk,
                                                   const he_secret_key *sk, he_rng *rng);
HE_API void he_relin_key_destroy(he_relin_key *rk); /**< NULL is allowed */

/** A step that is not a rotation: swaps the rows (BFV), conjugates the slots (CKKS). */
#define HE_STEP_CONJUGATE INT32_MIN

/** Keys for the steps listed, and for no others.
 *  @param[in] steps  positive: to the left; each within (-slots, slots), a BFV row has n/2;
 *                    HE_STEP_CONJUGATE asks for the swap or conjugation; duplicates count once
 *  @param[in] count  how many, at least one
 *  @retval HE_ERR_ARGUMENT  count is 0; a step is 0 (which takes no key) or a full row or more
 *  @retval HE_ERR_MISMATCH  sk belongs to other parameters
 *  @par Time  does not depend on s or e */
HE_API HE_MUST_CHECK he_status he_galois_keys_create(const he_context *ctx, he_galois_keys **gk,
                                                     const he_secret_key *sk, const int32_t *steps,
                                                     size_t count, he_rng *rng);
HE_API void he_galois_keys_destroy(he_galois_keys *gk); /**< NULL is allowed */
/** True where the key for this step is among them (gk may be NULL), and for step 0.
 *  Threads: any. */
HE_API bool he_galois_keys_has(const he_context *ctx, const he_galois_keys *gk, int32_t step);

#ifdef __cplusplus
}
#endif
#endif
