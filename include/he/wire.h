/* SPDX-License-Identifier: MIT */
/** @file wire.h
 *  Bytes: libhe's own format, version 1.
 *
 *  Every object: magic "HEob", version u16, kind u16, parameter id 32, body length u64, body.
 *  Residues are bit-packed to the width of their prime; uniform halves travel as 32-byte seeds.
 *  Loading validates lengths, ranges and the id against the context before it allocates.  A loaded
 *  noise bound is a claim.  A secret key is a kind of its own and never inside another object.
 *  _size gives the exact bytes; _save needs that room (HE_ERR_BUFFER names it); _load reads one
 *  object that fills the buffer exactly (trailing bytes: HE_ERR_FORMAT).
 *  Loaded keys and ciphertexts are new objects for the matching _destroy.
 */
#ifndef HE_WIRE_H
#define HE_WIRE_H

#include <he/encrypt.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a buffer claims to hold. */
typedef enum he_kind {
    HE_KIND_PARAMS = 1,
    HE_KIND_PLAINTEXT = 2,
    HE_KIND_CIPHERTEXT = 3,
    HE_KIND_SECRET_KEY = 4,
    HE_KIND_PUBLIC_KEY = 5,
    HE_KIND_RELIN_KEY = 6,
    HE_KIND_GALOIS_KEYS = 7
} he_kind;

/** The version that this library writes, and the only one that it reads. */
#define HE_WIRE_VERSION 1
/** Bytes before the body of every object. */
#define HE_WIRE_HEADER_BYTES 48

/** Reads a header and nothing else: what a buffer claims to hold.
 *  @param[in]  length  of the buffer, at least HE_WIRE_HEADER_BYTES
 *  @param[out] id      HE_ID_BYTES bytes, may be NULL
 *  @param[out] total   bytes of the whole object, header included
 *  @retval HE_ERR_FORMAT   not libhe's bytes, an unknown kind, or too short
 *  @retval HE_ERR_VERSION  another format version
 *  @par Threads  any */
HE_API HE_MUST_CHECK he_status he_wire_peek(const void *bytes, size_t length, he_kind *kind,
                                            uint8_t *id, uint64_t *total);

/** Parameters with every choice made, as he_context_params() gives them; the header's id is the
 *  context's.
 *  @param[out] length  bytes written; at most HE_PARAMS_MAX_BYTES
 *  @retval HE_ERR_BUFFER  capacity is too small; the text says what is needed */
HE_API HE_MUST_CHECK he_status he_params_save(const he_context *ctx, void *bytes, size_t capacity,
                                              size_t *length);

/** Checks the shape of the bytes: counts, enumerations, ranges, exact length.  Whether the numbers
 *  make a sound and secure context is decided by he_context_create(), whose id the caller compares
 *  with that of he_wire_peek().
 *  @param[out] params  unchanged on failure
 *  @retval HE_ERR_FORMAT, HE_ERR_VERSION  the text names the field */
HE_API HE_MUST_CHECK he_status he_params_load(he_params *params, const void *bytes, size_t length);

/** Enough for the parameters of any context. */
#define HE_PARAMS_MAX_BYTES 1024

/** Bytes of a plaintext; 0 where it is empty or of other parameters. */
HE_API size_t he_plaintext_save_size(const he_context *ctx, const he_plaintext *pt);

/** Writes a plaintext: BFV n coefficients modulo t, CKKS the residues of its level.
 *  @param[out] bytes   unchanged on failure
 *  @param[out] length  bytes written, he_plaintext_save_size() of them
 *  @retval HE_ERR_BUFFER    capacity is too small; the text says what is needed
 *  @retval HE_ERR_MISMATCH  pt belongs to other parameters
 *  @par Threads  any, on one object too: nothing is changed */
HE_API HE_MUST_CHECK he_status he_plaintext_save(const he_context *ctx, const he_plaintext *pt,
                                                 void *bytes, size_t capacity, size_t *length);

/** Reads a plaintext.  Its scale is checked to be positive and below the level's modulus.
 *  @param[out] pt  a new object for he_plaintext_destroy(); unchanged on failure
 *  @param[in]  length  of the object, exactly
 *  @retval HE_ERR_FORMAT    the text names the field
 *  @retval HE_ERR_VERSION   another format version
 *  @retval HE_ERR_MISMATCH  the object belongs to other parameters
 *  @retval HE_ERR_MEMORY
 *  @par Threads  any */
HE_API HE_MUST_CHECK he_status he_plaintext_load(const he_context *ctx, he_plaintext **pt,
                                                 const void *bytes, size_t length);

/** Bytes of a ciphertext; 0 where it is empty or of other parameters. */
HE_API size_t he_ciphertext_save_size(const he_context *ctx, const he_ciphertext *ct);

/** Writes a ciphertext; half as long where the second polynomial still is the expansion of a seed.
 *  @param[out] bytes   unchanged on failure
 *  @param[out] length  bytes written, he_ciphertext_save_size() of them
 *  @retval HE_ERR_BUFFER    capacity is too small; the text says what is needed
 *  @retval HE_ERR_MISMATCH  ct belongs to other parameters
 *  @par Threads  any, on one object too: nothing is changed */
HE_API HE_MUST_CHECK he_status he_ciphertext_save(const he_context *ctx, const he_ciphertext *ct,
                                                  void *bytes, size_t capacity, size_t *length);

/** Reads a ciphertext.  Its noise bound is a claim from now on: he_decrypt() asks for a bound of
 *  the reader's own.  In CKKS's canonical mode the scale must be the level's.
 *  @param[out] ct  a new object for he_ciphertext_destroy(); unchanged on failure
 *  @param[in]  length  of the object, exactly
 *  @retval HE_ERR_FORMAT    the text names the field
 *  @retval HE_ERR_VERSION   another format version
 *  @retval HE_ERR_MISMATCH  the object belongs to other parameters
 *  @retval HE_ERR_MEMORY
 *  @par Threads  any */
HE_API HE_MUST_CHECK he_status he_ciphertext_load(const he_context *ctx, he_ciphertext **ct,
                                                  const void *bytes, size_t length);

/** Bytes of a ciphertext of this shape before there is one: size 2 or 3; seeded: two polynomials,
 *  fresh from he_encrypt_symmetric().  0 for a shape that cannot be. */
HE_API size_t he_ciphertext_wire_size(const he_context *ctx, uint32_t size, uint32_t level,
                                      bool seeded);

/** Bytes of a secret key. */
HE_API size_t he_secret_key_save_size(const he_context *ctx);

/** Writes the secret itself, two bits a coefficient; nothing protects these bytes.
 *  Time: depends on n only.
 *  @param[out] bytes   unchanged on failure
 *  @param[out] length  bytes written, he_secret_key_save_size() of them
 *  @retval HE_ERR_BUFFER    capacity is too small; the text says what is needed
 *  @retval HE_ERR_MISMATCH  sk belongs to other parameters
 *  @par Threads  any, on one object too: nothing is changed */
HE_API HE_MUST_CHECK he_status he_secret_key_save(const he_context *ctx, const he_secret_key *sk,
                                                  void *bytes, size_t capacity, size_t *length);

/** Reads a secret key.  Time: depends on n only.
 *  @param[out] sk  a new object for he_secret_key_destroy(); unchanged on failure
 *  @param[in]  length  of the object, exactly
 *  @retval HE_ERR_FORMAT    the text names the field
 *  @retval HE_ERR_VERSION   another format version
 *  @retval HE_ERR_MISMATCH  the object belongs to other parameters
 *  @retval HE_ERR_MEMORY
 *  @par Threads  any */
HE_API HE_MUST_CHECK he_status he_secret_key_load(const he_context *ctx, he_secret_key **sk,
                                                  const void *bytes, size_t length);

/** Bytes of a public key. */
HE_API size_t he_public_key_save_size(const he_context *ctx);

/** Writes a public key: a seed and one polynomial.
 *  @param[out] bytes   unchanged on failure
 *  @param[out] length  bytes written, he_public_key_save_size() of them
 *  @retval HE_ERR_BUFFER    capacity is too small; the text says what is needed
 *  @retval HE_ERR_MISMATCH  pk belongs to other parameters
 *  @par Threads  any, on one object too: nothing is changed */
HE_API HE_MUST_CHECK he_status he_public_key_save(const he_context *ctx, const he_public_key *pk,
                                                  void *bytes, size_t capacity, size_t *length);

/** Reads a public key and expands its seed.
 *  @param[out] pk  a new object for he_public_key_destroy(); unchanged on failure
 *  @param[in]  length  of the object, exactly
 *  @retval HE_ERR_FORMAT    the text names the field
 *  @retval HE_ERR_VERSION   another format version
 *  @retval HE_ERR_MISMATCH  the object belongs to other parameters
 *  @retval HE_ERR_MEMORY
 *  @par Threads  any */
HE_API HE_MUST_CHECK he_status he_public_key_load(const he_context *ctx, he_public_key **pk,
                                                  const void *bytes, size_t length);

/** Bytes of a relinearization key. */
HE_API size_t he_relin_key_save_size(const he_context *ctx);

/** Writes a relinearization key: a seed and one polynomial for each digit.
 *  @param[out] bytes   unchanged on failure
 *  @param[out] length  bytes written, he_relin_key_save_size() of them
 *  @retval HE_ERR_BUFFER    capacity is too small; the text says what is needed
 *  @retval HE_ERR_MISMATCH  rk belongs to other parameters
 *  @par Threads  any, on one object too: nothing is changed */
HE_API HE_MUST_CHECK he_status he_relin_key_save(const he_context *ctx, const he_relin_key *rk,
                                                 void *bytes, size_t capacity, size_t *length);

/** Reads a relinearization key and expands its seed.
 *  @param[out] rk  a new object for he_relin_key_destroy(); unchanged on failure
 *  @param[in]  length  of the object, exactly
 *  @retval HE_ERR_FORMAT    the text names the field
 *  @retval HE_ERR_VERSION   another format version
 *  @retval HE_ERR_MISMATCH  the object belongs to other parameters
 *  @retval HE_ERR_MEMORY
 *  @par Threads  any */
HE_API HE_MUST_CHECK he_status he_relin_key_load(const he_context *ctx, he_relin_key **rk,
                                                 const void *bytes, size_t length);

/** Bytes of a Galois key set for count different steps; 0 for more steps than there are. */
HE_API size_t he_galois_keys_save_size(const he_context *ctx, size_t count);

/** Writes Galois keys: the elements, then a seed and the polynomials of each.
 *  @param[out] bytes   unchanged on failure
 *  @param[out] length  bytes written, he_galois_keys_save_size() of them
 *  @retval HE_ERR_BUFFER    capacity is too small; the text says what is needed
 *  @retval HE_ERR_MISMATCH  gk belongs to other parameters
 *  @par Threads  any, on one object too: nothing is changed */
HE_API HE_MUST_CHECK he_status he_galois_keys_save(const he_context *ctx, const he_galois_keys *gk,
                                                   void *bytes, size_t capacity, size_t *length);

/** Reads Galois keys and expands their seeds.
 *  @param[out] gk  a new object for he_galois_keys_destroy(); unchanged on failure
 *  @param[in]  length  of the object, exactly
 *  @retval HE_ERR_FORMAT    the text names the field
 *  @retval HE_ERR_VERSION   another format version
 *  @retval HE_ERR_MISMATCH  the object belongs to other parameters
 *  @retval HE_ERR_MEMORY
 *  @par Threads  any */
HE_API HE_MUST_CHECK he_status he_galois_keys_load(const he_context *ctx, he_galois_keys **gk,
                                                   const void *bytes, size_t length);

#ifdef __cplusplus
}
#endif
#endif
