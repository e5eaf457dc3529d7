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

/** Public-key encryption at the plaintext's level (CKKS) or the top level (BFV): computed modulo
 *  QP and divided by P, so that only rounding noise of variance about n/18 remains.
 *  @param[out] ct  overwritten: two polynomials */
HE_API HE_MUST_CHECK he_status he_encrypt(const he_context *ctx, he_ciphertext *ct,
                                          const he_plaintext *pt, const he_public_key *pk,
                                          he_rng *rng, he_scratch *scratch);

/** Secret-key encryption; the second polynomial is the expansion of a public seed, so that saving
 *  the ciphertext before any operation takes half the bytes. */
HE_API HE_MUST_CHECK he_status he_encrypt_symmetric(const he_context *ctx, he_ciphertext *ct,
                                                    const he_plaintext *pt,
                                                    const he_secret_key *sk, he_rng *rng,
                                                    he_scratch *scratch);

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
 *  @retval HE_ERR_NOISE_UNKNOWN  HE_NOISE_TRACKED, but the bound was loaded
 *  @par Time  depends on n, level and size; not on key or message */
HE_API HE_MUST_CHECK he_status he_decrypt(const he_context *ctx, he_plaintext *pt,
                                          const he_ciphertext *ct, const he_secret_key *sk,
                                          double noise_bits, he_scratch *scratch);

/** r = a with its third polynomial switched away; a copy where a has two. */
HE_API HE_MUST_CHECK he_status he_relinearize(const he_context *ctx, he_ciphertext *r,
                                              const he_ciphertext *a, const he_relin_key *rk,
                                              he_scratch *scratch);

/** r = a at a lower level.  BFV: divides by the dropped primes and rounds.  CKKS, canonical:
 *  adjusts the scale to that of the level; explicit: drops primes and keeps the scale.
 *  @retval HE_ERR_LEVEL  level is above that of a */
HE_API HE_MUST_CHECK he_status he_mod_switch(const he_context *ctx, he_ciphertext *r,
                                             const he_ciphertext *a, uint32_t level,
                                             he_scratch *scratch);

#ifdef __cplusplus
}
#endif
#endif
