/* SPDX-License-Identifier: MIT */
/** @file encrypt.h
 *  Encryption, decryption, and the operations that both schemes share.
 */
#ifndef HE_ENCRYPT_H
#define HE_ENCRYPT_H

#include <he/keys.h>
#include <he/objects.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Public-key encryption at the plaintext's level (CKKS) or the top level (BFV): (b u + e_0,
 *  a u + e_1) modulo QP divided by P, so that rounding noise of variance about n/18 remains, plus
 *  the message.
 *  @param[out] ct   two polynomials at the plaintext's scale; on failure unchanged or empty
 *  @param[in]  rng  u ternary, e_0 and e_1 binomial
 *  @retval HE_ERR_ARGUMENT  pt is empty
 *  @retval HE_ERR_MISMATCH  pt or pk belongs to other parameters
 *  @retval HE_ERR_ENTROPY   the source failed
 *  @par Threads  one per ct, rng and scratch
 *  @par Time     depends on n and level only */
HE_API HE_MUST_CHECK he_status he_encrypt(const he_context *ctx, he_ciphertext *ct,
                                          const he_plaintext *pt, const he_public_key *pk,
                                          he_rng *rng, he_scratch *scratch);

/** Secret-key encryption; the second polynomial is the expansion of a public seed, so that saving
 *  the ciphertext before any operation takes half the bytes.  c_0 = -(a s) + e + message, noise of
 *  variance 10.5; otherwise as he_encrypt(). */
HE_API HE_MUST_CHECK he_status he_encrypt_symmetric(const he_context *ctx, he_ciphertext *ct,
                                                    const he_plaintext *pt, const he_secret_key *sk,
                                                    he_rng *rng, he_scratch *scratch);

/** Decrypt by the bound that was tracked since this process encrypted or evaluated. */
#define HE_NOISE_TRACKED (-1.0)
/** Decrypt by a loaded bound although it is only a claim. */
#define HE_NOISE_TRUST_CLAIM (-2.0)

/** Decrypts two or three polynomials.  The result leaves the key owner at his own risk: see
 *  SECURITY.md on what released CKKS decryptions reveal.
 *
 *  @param[in] noise_bits  HE_NOISE_TRACKED, HE_NOISE_TRUST_CLAIM, or log2 of the bound which the
 *                         client's own plan predicts for this output (at least 0)
 *  @retval HE_ERR_NOISE          the bound exceeds what decrypts correctly; pt unchanged
 *  @retval HE_ERR_ARGUMENT       ct is empty, or noise_bits is none of the above
 *  @retval HE_ERR_MISMATCH       ct or sk belongs to other parameters
 *  @retval HE_ERR_NOISE_UNKNOWN  HE_NOISE_TRACKED, but the bound was loaded
 *  @par Time  depends on n, level and size; not on key or message */
HE_API HE_MUST_CHECK he_status he_decrypt(const he_context *ctx, he_plaintext *pt,
                                          const he_ciphertext *ct, const he_secret_key *sk,
                                          double noise_bits, he_scratch *scratch);

/** r = a with its third polynomial switched away, at the same level and scale; a copy where a has
 *  two (rk may then be NULL).  Noise: that of one key switch is added.
 *  @retval HE_ERR_NO_KEY    rk is NULL, a has three polynomials
 *  @retval HE_ERR_MISMATCH  a or rk belongs to other parameters
 *  @par Time  depends on n and level only.  Source: Han, Ki, ePrint 2019/688 */
HE_API HE_MUST_CHECK he_status he_relinearize(const he_context *ctx, he_ciphertext *r,
                                              const he_ciphertext *a, const he_relin_key *rk,
                                              he_scratch *scratch);

/** r = a at a lower level.  BFV: divides by the dropped primes and rounds.  CKKS, canonical:
 *  adjusts the scale to that of the level; explicit: drops primes and keeps the scale.
 *  @retval HE_ERR_LEVEL     level is above that of a
 *  @retval HE_ERR_MISMATCH  a belongs to other parameters */
HE_API HE_MUST_CHECK he_status he_mod_switch(const he_context *ctx, he_ciphertext *r,
                                             const he_ciphertext *a, uint32_t level,
                                             he_scratch *scratch);

#ifdef __cplusplus
}
#endif
#endif
