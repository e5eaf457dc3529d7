/* SPDX-License-Identifier: MIT */
/** @file ckks.h
 *  CKKS: approximate arithmetic on vectors of n/2 real or complex numbers.
 *
 *  Slot j of the polynomial m is m(zeta^((-3)^j)) / scale with zeta = exp(i pi / n): for real data
 *  SEAL's order, for complex data SEAL's with every second slot conjugated.
 *  Canonical mode (default): a ciphertext at level l has the scale of that level (degree 1) or its
 *  square (degree 2, after a call with _norescale).  A scale mismatch cannot happen:
 *  - operands at different levels are adjusted to the lower one;
 *  - a sum of two operands of degree 2 at one level keeps degree 2; in any other sum, and in every
 *    product with scratch, an operand of degree 2 is rescaled first;
 *  - what cannot be multiplied further, at level 0, is HE_ERR_LEVEL.
 *
 *  Explicit mode has SEAL's rules: scales multiply and nothing is rescaled or switched unasked;
 *  HE_ERR_SCALE and HE_ERR_LEVEL print both sides and the call that mends it.  Scales of a sum may
 *  differ by 2^-30 of their size, which the noise bound then covers.
 *  The noise bound that operations carry holds as long as the values in all slots, results too,
 *  stay below 2^range_bits in size; docs/ckks.md derives it.
 *  All operations: outputs may equal inputs; on failure the output is unchanged or empty.
 *  Threads: safe if no other thread uses the output or scratch.  Time of operations on ciphertexts
 *  never depends on contents; that of encoding and decoding only on whether all values keep to
 *  2^range_bits and, where they do not, whether coefficients stay below 2^61.
 */
#ifndef HE_CKKS_H
#define HE_CKKS_H

#include <he/encrypt.h>

#ifdef __cplusplus
extern "C" {
#endif

/** pt = values in the first count slots, the rest zero, at a level and its canonical scale.
 *  @retval HE_ERR_ARGUMENT  count > n/2; or a value is NaN, infinite or too large for the level
 *                           (the text names its index) */
HE_API HE_MUST_CHECK he_status he_ckks_encode(const he_context *ctx, he_plaintext *pt,
                                              const double *values, size_t count, uint32_t level,
                                              he_scratch *scratch);
/** As above for complex numbers: values holds count pairs (real, imaginary). */
HE_API HE_MUST_CHECK he_status he_ckks_encode_complex(const he_context *ctx, he_plaintext *pt,
                                                      const double *values, size_t count,
                                                      uint32_t level, he_scratch *scratch);
/** pt = value in every slot, without an FFT. */
HE_API HE_MUST_CHECK he_status he_ckks_encode_scalar(const he_context *ctx, he_plaintext *pt,
                                                     double value, uint32_t level);
/** Explicit mode: as he_ckks_encode() at a scale of the caller's choice. */
HE_API HE_MUST_CHECK he_status he_ckks_encode_scaled(const he_context *ctx, he_plaintext *pt,
                                                     const double *values, size_t count,
                                                     uint32_t level, double scale,
                                                     he_scratch *scratch);
/** Real parts of the first count slots. */
HE_API HE_MUST_CHECK he_status he_ckks_decode(const he_context *ctx, double *values, size_t count,
                                              const he_plaintext *pt, he_scratch *scratch);
/** The first count slots as pairs (real, imaginary). */
HE_API HE_MUST_CHECK he_status he_ckks_decode_complex(const he_context *ctx, double *values,
                                                      size_t count, const he_plaintext *pt,
                                                      he_scratch *scratch);

/** r = a + b at the lower level of the two. */
HE_API HE_MUST_CHECK he_status he_ckks_add(const he_context *ctx, he_ciphertext *r,
                                           const he_ciphertext *a, const he_ciphertext *b,
                                           he_scratch *scratch);
/** r = a - b at the lower level of the two. */
HE_API HE_MUST_CHECK he_status he_ckks_sub(const he_context *ctx, he_ciphertext *r,
                                           const he_ciphertext *a, const he_ciphertext *b,
                                           he_scratch *scratch);
/** r = -a. */
HE_API HE_MUST_CHECK he_status he_ckks_negate(const he_context *ctx, he_ciphertext *r,
                                              const he_ciphertext *a);
/** r = a + b, b in the clear and encoded at the level of a; a of degree 1. */
HE_API HE_MUST_CHECK he_status he_ckks_add_plain(const he_context *ctx, he_ciphertext *r,
                                                 const he_ciphertext *a, const he_plaintext *b);
/** r = a - b, b in the clear and encoded at the level of a; a of degree 1. */
HE_API HE_MUST_CHECK he_status he_ckks_sub_plain(const he_context *ctx, he_ciphertext *r,
                                                 const he_ciphertext *a, const he_plaintext *b);
/** r = a + value in every slot, at any degree; no encoding needed.
 *  @retval HE_ERR_ARGUMENT  value is NaN, infinite or too large for the level */
HE_API HE_MUST_CHECK he_status he_ckks_add_scalar(const he_context *ctx, he_ciphertext *r,
                                                  const he_ciphertext *a, double value);
/** r = a b, b in the clear and encoded at the level of a (of degree 2: one below); rescaled: one
 *  level down.  Explicit mode: not rescaled, the scales multiply.
 *  Noise: as if every slot of b had the size 2^range_bits, so that it says nothing of b.
 *  @retval HE_ERR_LEVEL  a is at level 0, or b at another level than a
 *  @retval HE_ERR_SCALE  explicit mode: the product's scale does not fit the level */
HE_API HE_MUST_CHECK he_status he_ckks_multiply_plain(const he_context *ctx, he_ciphertext *r,
                                                      const he_ciphertext *a, const he_plaintext *b,
                                                      he_scratch *scratch);
/** The same without the rescaling: degree 2, to be summed and then rescaled once.
 *  @retval HE_ERR_SCALE  a has degree 2 already */
HE_API HE_MUST_CHECK he_status he_ckks_multiply_plain_norescale(const he_context *ctx,
                                                                he_ciphertext *r,
                                                                const he_ciphertext *a,
                                                                const he_plaintext *b);
/** r = a value in every slot; rescaled: one level down.  Explicit mode: not rescaled, the scale is
 *  multiplied by 2^scale_bits.  Noise: as he_ckks_multiply_plain(), or by |value| where that is
 *  beyond the range.
 *  @retval HE_ERR_ARGUMENT  value is NaN, infinite or too large for the level
 *  @retval HE_ERR_LEVEL     a is at level 0 */
HE_API HE_MUST_CHECK he_status he_ckks_multiply_scalar(const he_context *ctx, he_ciphertext *r,
                                                       const he_ciphertext *a, double value,
                                                       he_scratch *scratch);
/** The same without the rescaling: degree 2.
 *  @retval HE_ERR_SCALE  a has degree 2 already */
HE_API HE_MUST_CHECK he_status he_ckks_multiply_scalar_norescale(const he_context *ctx,
                                                                 he_ciphertext *r,
                                                                 const he_ciphertext *a,
                                                                 double value);
/** r = a value for an integer of at most 2^53: exact, keeps level, degree and scale.
 *  Noise: sigma times |value|. */
HE_API HE_MUST_CHECK he_status he_ckks_multiply_integer(const he_context *ctx, he_ciphertext *r,
                                                        const he_ciphertext *a, int64_t value);
/** r = a b, relinearized and rescaled: one level below the lower operand, at that level's scale
 *  (explicit mode: relinearized only, the scales multiply).  The relinearization and the rescaling
 *  are one division by P and the level's last prime.
 *  Noise: sigma scale 2^range_bits of one factor and sigma scale of the other, whichever way is
 *  more, divided by the prime; square: 2 sigma scale 2^(range_bits / 2).
 *  @retval HE_ERR_LEVEL   no level is left
 *  @retval HE_ERR_NO_KEY  key is NULL
 *  @retval HE_ERR_MISMATCH  an operand has three polynomials: he_relinearize() it first */
HE_API HE_MUST_CHECK he_status he_ckks_multiply(const he_context *ctx, he_ciphertext *r,
                                                const he_ciphertext *a, const he_ciphertext *b,
                                                const he_relin_key *key, he_scratch *scratch);
/** The product at the squared scale (degree 2); relinearized if key is not NULL, else three
 *  polynomials.  Sums of such are allowed; he_ckks_rescale() ends them. */
HE_API HE_MUST_CHECK he_status he_ckks_multiply_norescale(const he_context *ctx, he_ciphertext *r,
                                                          const he_ciphertext *a,
                                                          const he_ciphertext *b,
                                                          const he_relin_key *key,
                                                          he_scratch *scratch);
/** r = a^2, as he_ckks_multiply(). */
HE_API HE_MUST_CHECK he_status he_ckks_square(const he_context *ctx, he_ciphertext *r,
                                              const he_ciphertext *a, const he_relin_key *key,
                                              he_scratch *scratch);
/** r = a divided by its last prime, rounded: degree 2 becomes degree 1, one level down.
 *  Noise: sigma over the prime, and that of rounding.
 *  @retval HE_ERR_LEVEL  a is at level 0
 *  @retval HE_ERR_SCALE  canonical mode: a has degree 1 already */
HE_API HE_MUST_CHECK he_status he_ckks_rescale(const he_context *ctx, he_ciphertext *r,
                                               const he_ciphertext *a, he_scratch *scratch);
/** r = a with its slots rotated left by steps (negative: right), |steps| < n/2.  Keeps level,
 *  degree and scale.  Noise: that of key switching is added.
 *  @retval HE_ERR_NO_KEY  the text names the missing step */
HE_API HE_MUST_CHECK he_status he_ckks_rotate(const he_context *ctx, he_ciphertext *r,
                                              const he_ciphertext *a, const he_galois_keys *keys,
                                              int32_t steps, he_scratch *scratch);
/** r = a with every slot conjugated (the key for HE_STEP_CONJUGATE). */
HE_API HE_MUST_CHECK he_status he_ckks_conjugate(const he_context *ctx, he_ciphertext *r,
                                                 const he_ciphertext *a, const he_galois_keys *keys,
                                                 he_scratch *scratch);

/** Bound on the absolute error of every slot of ct, from encryption and all operations since, as
 *  long as all values on the way stay below 2^range_bits: (z^2/4 + 2) sqrt(n) sigma / scale, z as
 *  in he_ciphertext_noise_bits(), exceeded in a slot with probability below 2^-128 / n; plus 2^-48
 *  times the range for encoding and decoding in doubles.
 *  Infinite for NULL, empty or foreign objects.  Threads: any. */
HE_API double he_ckks_error_bound(const he_context *ctx, const he_ciphertext *ct);

#ifdef __cplusplus
}
#endif
#endif
