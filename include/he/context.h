/* SPDX-License-Identifier: MIT */
/** @file context.h
 *  The context: validated parameters with everything that is computed from them once.
 */
#ifndef HE_CONTEXT_H
#define HE_CONTEXT_H

#include <he/params.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Immutable after creation: any number of threads may share one without locks. */
typedef struct he_context he_context;

#define HE_ID_BYTES 32 /**< length of a context's id */

/** Validates params, enforces the security table on the exact product QP, finds primes and
 *  roots, chooses kernels, and computes all tables.
 *
 *  @param[out] ctx     the new context; unchanged on failure
 *  @param[in]  params  given or asked for (see he_params)
 *  @retval HE_ERR_PARAMS    no scheme can work with them; he_last_error() says which and why
 *  @retval HE_ERR_INSECURE  log2(QP) exceeds the table; the text names both
 *  @retval HE_ERR_MEMORY
 *  @par Time  depends on parameters only */
HE_API HE_MUST_CHECK he_status he_context_create(he_context **ctx, const he_params *params);

/** Frees a context.  Objects made with it stay valid for he_…_destroy() only.  NULL is allowed. */
HE_API void he_context_destroy(he_context *ctx);

/** The parameters with every choice made: creating a context from them gives the same id. */
HE_API HE_MUST_CHECK he_status he_context_params(const he_context *ctx, he_params *params);

/** BLAKE2b-256 over scheme, n, primes in order, alpha, t or scale and mode, limbs of level 0, slot
 *  order, security name and error distribution; never isa or threads.  Borrowed, HE_ID_BYTES
 *  long. */
HE_API const uint8_t *he_context_id(const he_context *ctx);

HE_API he_scheme he_context_scheme(const he_context *ctx);     /**< BFV or CKKS */
HE_API he_security he_context_security(const he_context *ctx); /**< the table that was enforced */
HE_API uint32_t he_context_n(const he_context *ctx);           /**< ring degree */
/** Slots of one plaintext: n for BFV with batching (two rows of n/2), n/2 for CKKS, 0 without. */
HE_API uint32_t he_context_slots(const he_context *ctx);
/** The level of a fresh ciphertext; 0 is the last level. */
HE_API uint32_t he_context_top_level(const he_context *ctx);
/** Number of data primes that a ciphertext at this level has; 0 if there is no such level. */
HE_API uint32_t he_context_limbs(const he_context *ctx, uint32_t level);
HE_API uint32_t he_context_data_count(const he_context *ctx);    /**< number of data primes */
HE_API uint32_t he_context_special_count(const he_context *ctx); /**< alpha */
HE_API uint32_t he_context_digit_count(const he_context *ctx);   /**< beta at the top level */
/** Prime i: data primes first, then special primes; 0 beyond them. */
HE_API uint64_t he_context_prime(const he_context *ctx, uint32_t i);
/** Name of the kernel set that transforms modulo prime i, e.g. "avx2fma". */
HE_API const char *he_context_kernel(const he_context *ctx, uint32_t i);
HE_API uint64_t he_context_plain_modulus(const he_context *ctx); /**< t; 0 for CKKS */
/** Scale of a degree-1 CKKS ciphertext at this level (canonical mode); 0 for BFV. */
HE_API double he_context_scale(const he_context *ctx, uint32_t level);
HE_API double he_context_log_q(const he_context *ctx, uint32_t level); /**< log2 of Q at level */
HE_API double he_context_log_qp(const he_context *ctx);                /**< log2 of QP */
/** log2 of the bound on one noise coefficient of a fresh public-key ciphertext. */
HE_API double he_context_fresh_noise_bits(const he_context *ctx);

#ifdef __cplusplus
}
#endif
#endif
