/* SPDX-License-Identifier: MIT */
/** @file objects.h
 *  Plaintexts, ciphertexts, and room to work in.
 */
#ifndef HE_OBJECTS_H
#define HE_OBJECTS_H

#include <he/context.h>

#ifdef __cplusplus
extern "C" {
#endif

/** An encoded message: a polynomial modulo t (BFV), or modulo Q at a level with a scale (CKKS). */
typedef struct he_plaintext he_plaintext;
/** An encrypted message: two or three polynomials modulo Q at a level. */
typedef struct he_ciphertext he_ciphertext;
/** Room for one call at a time; optional everywhere (NULL: allocated for the call). */
typedef struct he_scratch he_scratch;
/** Runs the iterations of a loop, possibly on several threads. */
typedef struct he_executor he_executor;

/** An empty plaintext; encoding or decrypting fills it. */
HE_API HE_MUST_CHECK he_status he_plaintext_create(const he_context *ctx, he_plaintext **pt);
/** r = a; r is unchanged on failure (HE_ERR_NULL, HE_ERR_MEMORY). */
HE_API HE_MUST_CHECK he_status he_plaintext_copy(he_plaintext *r, const he_plaintext *a);
/** Wipes and frees; NULL is allowed. */
HE_API void he_plaintext_destroy(he_plaintext *pt);
HE_API uint32_t he_plaintext_level(const he_plaintext *pt); /**< CKKS; 0 for BFV */
HE_API double he_plaintext_scale(const he_plaintext *pt);   /**< CKKS; 1 for BFV */

/** An empty ciphertext with room for size polynomials (2 or 3) at this level, so that operations
 *  which write to it need not allocate. */
HE_API HE_MUST_CHECK he_status he_ciphertext_create(const he_context *ctx, he_ciphertext **ct,
                                                    uint32_t size, uint32_t level);
/** r = a; r is unchanged on failure (HE_ERR_NULL, HE_ERR_MEMORY).  No allocation if r has room. */
HE_API HE_MUST_CHECK he_status he_ciphertext_copy(he_ciphertext *r, const he_ciphertext *a);
HE_API void he_ciphertext_destroy(he_ciphertext *ct);         /**< NULL is allowed */
HE_API uint32_t he_ciphertext_size(const he_ciphertext *ct);  /**< polynomials; 0 when empty */
HE_API uint32_t he_ciphertext_level(const he_ciphertext *ct); /**< drops still possible */
HE_API double he_ciphertext_scale(const he_ciphertext *ct);   /**< CKKS; 1 for BFV */
/** 1, or 2 after he_ckks_multiply_norescale() until he_ckks_rescale() (CKKS canonical mode). */
HE_API uint32_t he_ciphertext_degree(const he_ciphertext *ct);
/** log2 of the bound on one noise coefficient: z sigma, exceeded with probability below 2^-128. */
HE_API double he_ciphertext_noise_bits(const he_ciphertext *ct);
/** True where the bound was loaded from bytes and is only somebody's claim. */
HE_API bool he_ciphertext_noise_claimed(const he_ciphertext *ct);
/** BFV: bits of noise that may still be added: log2(Q/2t) - noise bits; CKKS: bits of the value
 *  above the noise, log2(scale) - noise bits. */
HE_API double he_ciphertext_budget_bits(const he_context *ctx, const he_ciphertext *ct);

/** A pool of count - 1 threads beside the caller's own; count 1 … 256. */
HE_API HE_MUST_CHECK he_status he_executor_create(he_executor **executor, uint32_t count);
/** The caller's own parallel loop: run() calls body(arg, i, worker) for each i < count and returns
 *  when all are done; worker < workers names a thread that runs one body at a time. */
HE_API HE_MUST_CHECK he_status
he_executor_create_custom(he_executor **executor,
                          void (*run)(void *user, size_t count,
                                      void (*body)(void *arg, size_t i, size_t worker), void *arg),
                          void *user, uint32_t workers);
/** Joins its threads; NULL is allowed. */
HE_API void he_executor_destroy(he_executor *executor);

/** Room for one call at a time, one arena for each worker of the executor (NULL: one thread).
 *  With it, and with outputs that have room, evaluation does not allocate. */
HE_API HE_MUST_CHECK he_status he_scratch_create(const he_context *ctx, he_scratch **scratch,
                                                 he_executor *executor);
HE_API void he_scratch_destroy(he_scratch *scratch); /**< NULL is allowed */

#ifdef __cplusplus
}
#endif
#endif
