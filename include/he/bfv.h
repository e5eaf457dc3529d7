/* SPDX-License-Identifier: MIT */
/** @file bfv.h
 *  BFV: exact arithmetic on vectors of integers modulo t.
 *
 *  With batching (t a prime, 1 mod 2n) a plaintext is a matrix of two rows and n/2 columns: slots
 *  0 … n/2-1 are row 0, the others row 1; every operation acts slot by slot.
 *  All operations: outputs may equal inputs; operands must be at the same level (HE_ERR_LEVEL names
 *  both) and of this context (HE_ERR_MISMATCH); on failure the output is unchanged or empty.
 *  The level of a result is that of its operands; so is its number of polynomials, the larger where
 *  they differ.
 *  Noise is meant as the bound that he_ciphertext_noise_bits() tells; docs/bfv.md derives it.
 *  Evaluation goes on above what decrypts; he_decrypt() then refuses.
 *  Every function: HE_ERR_NULL, HE_ERR_MISMATCH (another context, or a CKKS one), HE_ERR_ARGUMENT
 *  (an empty operand), HE_ERR_MEMORY.
 *  Threads: safe if no other thread uses the output or scratch.  Time: never depends on contents.
 */
#ifndef HE_BFV_H
#define HE_BFV_H

#include <he/encrypt.h>

#ifdef __cplusplus
extern "C" {
#endif

/** pt = values in the slots, the rest zero.  Each value in [-t/2, t/2].
 *  @retval HE_ERR_ARGUMENT     count > slots, or a value out of range (the text names its index)
 *  @retval HE_ERR_UNSUPPORTED  t does not allow batching */
HE_API HE_MUST_CHECK he_status he_bfv_encode_i64(const he_context *ctx, he_plaintext *pt,
                                                 const int64_t *values, size_t count);
/** As above, each value in [0, t). */
HE_API HE_MUST_CHECK he_status he_bfv_encode_u64(const he_context *ctx, he_plaintext *pt,
                                                 const uint64_t *values, size_t count);
/** The first count slots, centred: each in [-t/2, t/2]. */
HE_API HE_MUST_CHECK he_status he_bfv_decode_i64(const he_context *ctx, int64_t *values,
                                                 size_t count, const he_plaintext *pt);
/** The first count slots, each in [0, t). */
HE_API HE_MUST_CHECK he_status he_bfv_decode_u64(const he_context *ctx, uint64_t *values,
                                                 size_t count, const he_plaintext *pt);
/** The coefficients themselves, without batching; any t.  Each in [0, t), count at most n. */
HE_API HE_MUST_CHECK he_status he_bfv_encode_coefficients(const he_context *ctx, he_plaintext *pt,
                                                          const uint64_t *values, size_t count);
/** The first count coefficients, each in [0, t), count at most n. */
HE_API HE_MUST_CHECK he_status he_bfv_decode_coefficients(const he_context *ctx, uint64_t *values,
                                                          size_t count, const he_plaintext *pt);

/** r = a + b.  Noise: standard deviations add. */
HE_API HE_MUST_CHECK he_status he_bfv_add(const he_context *ctx, he_ciphertext *r,
                                          const he_ciphertext *a, const he_ciphertext *b);
/** r = a - b.  Noise: standard deviations add. */
HE_API HE_MUST_CHECK he_status he_bfv_sub(const he_context *ctx, he_ciphertext *r,
                                          const he_ciphertext *a, const he_ciphertext *b);
/** r = -a.  Noise: unchanged. */
HE_API HE_MUST_CHECK he_status he_bfv_negate(const he_context *ctx, he_ciphertext *r,
                                             const he_ciphertext *a);
/** r = a + b, b in the clear. */
HE_API HE_MUST_CHECK he_status he_bfv_add_plain(const he_context *ctx, he_ciphertext *r,
                                                const he_ciphertext *a, const he_plaintext *b);
/** r = a - b, b in the clear. */
HE_API HE_MUST_CHECK he_status he_bfv_sub_plain(const he_context *ctx, he_ciphertext *r,
                                                const he_ciphertext *a, const he_plaintext *b);
/** r = a b, b in the clear.  Noise: sigma times the largest 2-norm that centred coefficients can
 *  have, (t/2) sqrt(n): the bound says nothing of b.  r rests in NTT form, so that sums of such
 *  products cost no transforms. */
HE_API HE_MUST_CHECK he_status he_bfv_multiply_plain(const he_context *ctx, he_ciphertext *r,
                                                     const he_ciphertext *a, const he_plaintext *b,
                                                     he_scratch *scratch);
/** r = a b; relinearized to two polynomials if key is not NULL, else three; in coefficient form.
 *  HPS over Q (Kim, Polyakov, Zucca, ePrint 2021/204), any t up to 60 bits.
 *  Noise: spends log2(t) + log2(n) - 1.6 bits of budget, and up to 3 bits more as chains get
 *  longer.
 *  @retval HE_ERR_ARGUMENT  an operand has three polynomials: he_relinearize() it first
 *  @retval HE_ERR_LEVEL     operands at different levels */
HE_API HE_MUST_CHECK he_status he_bfv_multiply(const he_context *ctx, he_ciphertext *r,
                                               const he_ciphertext *a, const he_ciphertext *b,
                                               const he_relin_key *key, he_scratch *scratch);
/** r = a^2, as he_bfv_multiply(), which comes here where both operands are the same object.
 *  HPS (Halevi, Polyakov, Shoup, ePrint 2018/117): fewer transforms and conversions. */
HE_API HE_MUST_CHECK he_status he_bfv_square(const he_context *ctx, he_ciphertext *r,
                                             const he_ciphertext *a, const he_relin_key *key,
                                             he_scratch *scratch);
/** r = a with both rows rotated left by steps (negative: right), within a row of n/2.
 *  @retval HE_ERR_NO_KEY  the text names the missing step */
HE_API HE_MUST_CHECK he_status he_bfv_rotate_rows(const he_context *ctx, he_ciphertext *r,
                                                  const he_ciphertext *a,
                                                  const he_galois_keys *keys, int32_t steps,
                                                  he_scratch *scratch);
/** r = a with its two rows exchanged (the key for HE_STEP_CONJUGATE). */
HE_API HE_MUST_CHECK he_status he_bfv_swap_rows(const he_context *ctx, he_ciphertext *r,
                                                const he_ciphertext *a, const he_galois_keys *keys,
                                                he_scratch *scratch);

#ifdef __cplusplus
}
#endif
#endif
