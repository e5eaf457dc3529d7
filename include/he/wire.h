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

#define HE_WIRE_VERSION 1
#define HE_WIRE_HEADER_BYTES 48

/** Reads a header: kind, parameter id (HE_ID_BYTES, may be NULL) and total length of the object.
 *  @retval HE_ERR_FORMAT   not libhe's bytes, or too short
 *  @retval HE_ERR_VERSION  another format version */
HE_API HE_MUST_CHECK he_status he_wire_peek(const void *bytes, size_t length, he_kind *kind,
                                            uint8_t *id, uint64_t *total);

/** Parameters with every choice made, as he_context_params() gives them. */
HE_API HE_MUST_CHECK he_status he_params_save(const he_context *ctx, void *bytes, size_t capacity,
                                              size_t *length);
HE_API HE_MUST_CHECK he_status he_params_load(he_params *params, const void *bytes, size_t length);

HE_API size_t he_plaintext_save_size(const he_context *ctx, const he_plaintext *pt);
HE_API HE_MUST_CHECK he_status he_plaintext_save(const he_context *ctx, const he_plaintext *pt,
                                                 void *bytes, size_t capacity, size_t *length);
HE_API HE_MUST_CHECK he_status he_plaintext_load(const he_context *ctx, he_plaintext **pt,
                                                 const void *bytes, size_t length);

HE_API size_t he_ciphertext_save_size(const he_context *ctx, const he_ciphertext *ct);
HE_API HE_MUST_CHECK he_status he_ciphertext_save(const he_context *ctx, const he_ciphertext *ct,
                                                  void *bytes, size_t capacity, size_t *length);
HE_API HE_MUST_CHECK he_status he_ciphertext_load(const he_context *ctx, he_ciphertext **ct,
                                                  const void *bytes, size_t length);
/** Bytes of a ciphertext of this shape before there is one; seeded: fresh from
 *  he_encrypt_symmetric(). */
HE_API size_t he_ciphertext_wire_size(const he_context *ctx, uint32_t size, uint32_t level,
                                      bool seeded);

HE_API size_t he_secret_key_save_size(const he_context *ctx);
HE_API HE_MUST_CHECK he_status he_secret_key_save(const he_context *ctx, const he_secret_key *sk,
                                                  void *bytes, size_t capacity, size_t *length);
HE_API HE_MUST_CHECK he_status he_secret_key_load(const he_context *ctx, he_secret_key **sk,
                                                  const void *bytes, size_t length);

HE_API size_t he_public_key_save_size(const he_context *ctx);
HE_API HE_MUST_CHECK he_status he_public_key_save(const he_context *ctx, const he_public_key *pk,
                                                  void *bytes, size_t capacity, size_t *length);
HE_API HE_MUST_CHECK he_status he_public_key_load(const he_context *ctx, he_public_key **pk,
                                                  const void *bytes, size_t length);

HE_API size_t he_relin_key_save_size(const he_context *ctx);
HE_API HE_MUST_CHECK he_status he_relin_key_save(const he_context *ctx, const he_relin_key *rk,
                                                 void *bytes, size_t capacity, size_t *length);
HE_API HE_MUST_CHECK he_status he_relin_key_load(const he_context *ctx, he_relin_key **rk,
                                                 const void *bytes, size_t length);

/** Bytes of a Galois key set for count different steps. */
HE_API size_t he_galois_keys_save_size(const he_context *ctx, size_t count);
HE_API HE_MUST_CHECK he_status he_galois_keys_save(const he_context *ctx, const he_galois_keys *gk,
                                                   void *bytes, size_t capacity, size_t *length);
HE_API HE_MUST_CHECK he_status he_galois_keys_load(const he_context *ctx, he_galois_keys **gk,
                                                   const void *bytes, size_t length);

#ifdef __cplusplus
}
#endif
#endif
