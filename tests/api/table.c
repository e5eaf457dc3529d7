/* SPDX-License-Identifier: MIT */
#include "api/api.h"

/* New objects: none on failure. */
#define OBJECT(type, destroy, ...)                                                                 \
    type *made = NULL;                                                                             \
    he_status status = __VA_ARGS__;                                                                \
    cr_assert((made != NULL) == (status == HE_OK));                                                \
    destroy(made);                                                                                 \
    return status

/* An object through its bytes. */
#define LOAD(type, kind)                                                                           \
    OBJECT(he_##type, he_##type##_destroy,                                                         \
           he_##type##_load(w->ctx, &made, w->saved[kind].bytes, w->saved[kind].length))
#define SAVE(type, object)                                                                         \
    size_t length = 0;                                                                             \
    return he_##type##_save(w->ctx, object, w->values, w->room, &length)

static const int32_t steps[] = {API_STEP, HE_STEP_CONJUGATE};
static const uint8_t seed[HE_SEED_BYTES] = {1};

static int fill_with_ones(void *user, void *out, size_t length)
{
    (void)user;
    memset(out, 1, length);
    return 0;
}

static void run_in_order(void *user, size_t count, void (*body)(void *arg, size_t i, size_t worker),
                         void *arg)
{
    (void)user;
    for (size_t i = 0; i < count; i++)
        body(arg, i, 0);
}

/* function, number where it comes more than once, modes, output, flags, body */
#define FUNCTIONS(X)                                                                               \
    X(he_plaintext_create, , API_ALL, API_OBJECT, 0,                                               \
      OBJECT(he_plaintext, he_plaintext_destroy, he_plaintext_create(w->ctx, &made)))              \
    X(he_plaintext_copy, , API_ALL, API_PLAINTEXT, 0, return he_plaintext_copy(w->out, w->pt))     \
    X(he_ciphertext_create, , API_ALL, API_OBJECT, 0,                                              \
      OBJECT(he_ciphertext, he_ciphertext_destroy, he_ciphertext_create(w->ctx, &made, 3, 1)))     \
    X(he_ciphertext_copy, , API_ALL, API_CIPHERTEXT, 0, return he_ciphertext_copy(w->r, w->a))     \
    X(he_executor_create, , API_BFV, API_OBJECT, 0,                                                \
      OBJECT(he_executor, he_executor_destroy, he_executor_create(&made, 3)))                      \
    X(he_executor_create_custom, , API_BFV, API_OBJECT, 0,                                         \
      OBJECT(he_executor, he_executor_destroy,                                                     \
             he_executor_create_custom(&made, run_in_order, NULL, 1)))                             \
    X(he_scratch_create, 1, API_ALL, API_OBJECT, 0,                                                \
      OBJECT(he_scratch, he_scratch_destroy, he_scratch_create(w->ctx, &made, NULL)))              \
    X(he_scratch_create, 2, API_ALL, API_OBJECT, 0,                                                \
      OBJECT(he_scratch, he_scratch_destroy, he_scratch_create(w->ctx, &made, w->executor)))       \
    X(he_context_create, , API_ALL, API_OBJECT, 0,                                                 \
      OBJECT(he_context, he_context_destroy, he_context_create(&made, &w->params)))                \
    X(he_context_params, , API_ALL, API_VALUES, 0,                                                 \
      return he_context_params(w->ctx, (he_params *)w->values))                                    \
    X(he_rng_create_system, , API_BFV, API_OBJECT, 0,                                              \
      OBJECT(he_rng, he_rng_destroy, he_rng_create_system(&made)))                                 \
    X(he_rng_create_seeded, , API_BFV, API_OBJECT, 0,                                              \
      OBJECT(he_rng, he_rng_destroy, he_rng_create_seeded(&made, seed)))                           \
    X(he_rng_create_custom, , API_BFV, API_OBJECT, 0,                                              \
      OBJECT(he_rng, he_rng_destroy, he_rng_create_custom(&made, fill_with_ones, NULL)))           \
    X(he_rng_bytes, , API_BFV, API_VALUES, 0, return he_rng_bytes(w->rng, w->values, w->room))     \
    X(he_secret_key_create, , API_ALL, API_OBJECT, 0,                                              \
      OBJECT(he_secret_key, he_secret_key_destroy, he_secret_key_create(w->ctx, &made, w->rng)))   \
    X(he_public_key_create, , API_ALL, API_OBJECT, 0,                                              \
      OBJECT(he_public_key, he_public_key_destroy,                                                 \
             he_public_key_create(w->ctx, &made, w->sk, w->rng)))                                  \
    X(he_relin_key_create, , API_ALL, API_OBJECT, 0,                                               \
      OBJECT(he_relin_key, he_relin_key_destroy,                                                   \
             he_relin_key_create(w->ctx, &made, w->sk, w->rng)))                                   \
    X(he_galois_keys_create, , API_ALL, API_OBJECT, 0,                                             \
      OBJECT(he_galois_keys, he_galois_keys_destroy,                                               \
             he_galois_keys_create(w->ctx, &made, w->sk, steps, 2, w->rng)))                       \
    X(he_encrypt, , API_ALL, API_CIPHERTEXT, API_FRESH,                                            \
      return he_encrypt(w->ctx, w->r, w->pt, w->pk, w->rng, s))                                    \
    X(he_encrypt_symmetric, , API_ALL, API_CIPHERTEXT, API_FRESH,                                  \
      return he_encrypt_symmetric(w->ctx, w->r, w->pt, w->sk, w->rng, s))                          \
    X(he_decrypt, 1, API_ALL, API_PLAINTEXT, 0,                                                    \
      return he_decrypt(w->ctx, w->out, w->a, w->sk, HE_NOISE_TRUST_CLAIM, s))                     \
    X(he_decrypt, 2, API_ALL, API_PLAINTEXT, 0,                                                    \
      return he_decrypt(w->ctx, w->out, w->three, w->sk, HE_NOISE_TRUST_CLAIM, s))                 \
    X(he_relinearize, 1, API_ALL, API_CIPHERTEXT, 0,                                               \
      return he_relinearize(w->ctx, w->r, w->three, w->rk, s))                                     \
    X(he_relinearize, 2, API_ALL, API_CIPHERTEXT, 0,                                               \
      return he_relinearize(w->ctx, w->r, w->a, NULL, s))                                          \
    X(he_mod_switch, 1, API_ALL, API_CIPHERTEXT, 0,                                                \
      return he_mod_switch(w->ctx, w->r, w->a, 0, s))                                              \
    X(he_mod_switch, 2, API_ALL, API_CIPHERTEXT, 0,                                                \
      return he_mod_switch(w->ctx, w->r, w->three, 1, s))                                          \
    X(he_bfv_encode_i64, , API_BFV, API_PLAINTEXT, 0,                                              \
      return he_bfv_encode_i64(w->ctx, w->out, w->integers, API_N))                                \
    X(he_bfv_encode_u64, , API_BFV, API_PLAINTEXT, 0,                                              \
      return he_bfv_encode_u64(w->ctx, w->out, w->words, API_N))                                   \
    X(he_bfv_encode_coefficients, , API_BFV, API_PLAINTEXT, 0,                                     \
      return he_bfv_encode_coefficients(w->ctx, w->out, w->words, API_N))                          \
    X(he_bfv_decode_i64, , API_BFV, API_VALUES, API_ALLOCATES,                                     \
      return he_bfv_decode_i64(w->ctx, (int64_t *)w->values, API_N, w->pt))                        \
    X(he_bfv_decode_u64, , API_BFV, API_VALUES, API_ALLOCATES,                                     \
      return he_bfv_decode_u64(w->ctx, w->values, API_N, w->pt))                                   \
    X(he_bfv_decode_coefficients, , API_BFV, API_VALUES, 0,                                        \
      return he_bfv_decode_coefficients(w->ctx, w->values, API_N, w->pt))                          \
    X(he_bfv_add, , API_BFV, API_CIPHERTEXT, API_TWO, return he_bfv_add(w->ctx, w->r, w->a, w->b)) \
    X(he_bfv_sub, , API_BFV, API_CIPHERTEXT, API_TWO, return he_bfv_sub(w->ctx, w->r, w->a, w->b)) \
    X(he_bfv_negate, 1, API_BFV, API_CIPHERTEXT, 0, return he_bfv_negate(w->ctx, w->r, w->a))      \
    X(he_bfv_negate, 2, API_BFV, API_CIPHERTEXT, 0, return he_bfv_negate(w->ctx, w->r, w->three))  \
    X(he_bfv_add_plain, , API_BFV, API_CIPHERTEXT, 0,                                              \
      return he_bfv_add_plain(w->ctx, w->r, w->a, w->pt))                                          \
    X(he_bfv_sub_plain, , API_BFV, API_CIPHERTEXT, 0,                                              \
      return he_bfv_sub_plain(w->ctx, w->r, w->a, w->pt))                                          \
    X(he_bfv_multiply_plain, , API_BFV, API_CIPHERTEXT, 0,                                         \
      return he_bfv_multiply_plain(w->ctx, w->r, w->a, w->pt, s))                                  \
    X(he_bfv_multiply, 1, API_BFV, API_CIPHERTEXT, API_TWO,                                        \
      return he_bfv_multiply(w->ctx, w->r, w->a, w->b, w->rk, s))                                  \
    X(he_bfv_multiply, 2, API_BFV, API_CIPHERTEXT, API_TWO,                                        \
      return he_bfv_multiply(w->ctx, w->r, w->a, w->b, NULL, s))                                   \
    X(he_bfv_square, 1, API_BFV, API_CIPHERTEXT, 0,                                                \
      return he_bfv_square(w->ctx, w->r, w->a, w->rk, s))                                          \
    X(he_bfv_square, 2, API_BFV, API_CIPHERTEXT, 0,                                                \
      return he_bfv_square(w->ctx, w->r, w->a, NULL, s))                                           \
    X(he_bfv_rotate_rows, , API_BFV, API_CIPHERTEXT, 0,                                            \
      return he_bfv_rotate_rows(w->ctx, w->r, w->a, w->gk, API_STEP, s))                           \
    X(he_bfv_swap_rows, , API_BFV, API_CIPHERTEXT, 0,                                              \
      return he_bfv_swap_rows(w->ctx, w->r, w->a, w->gk, s))                                       \
    X(he_ckks_encode, 1, API_BOTH, API_PLAINTEXT, 0,                                               \
      return he_ckks_encode(w->ctx, w->out, w->reals, API_N / 2, API_LEVELS, s))                   \
    X(he_ckks_encode_complex, , API_BOTH, API_PLAINTEXT, 0,                                        \
      return he_ckks_encode_complex(w->ctx, w->out, w->reals, API_N / 2, API_LEVELS, s))           \
    X(he_ckks_encode_scalar, , API_BOTH, API_PLAINTEXT, 0,                                         \
      return he_ckks_encode_scalar(w->ctx, w->out, 0.75, API_LEVELS))                              \
    X(he_ckks_encode_scaled, 1, API_EXPLICIT, API_PLAINTEXT, 0,                                    \
      return he_ckks_encode_scaled(w->ctx, w->out, w->reals, API_N / 2, API_LEVELS, 0x1p30, s))    \
    X(he_ckks_encode_scaled, 2, API_EXPLICIT, API_PLAINTEXT,                                       \
      0, /* coefficients of several words */                                                       \
      return he_ckks_encode_scaled(w->ctx, w->out, w->reals, API_N / 2, API_LEVELS, 0x1p90, s))    \
    X(he_ckks_decode, , API_BOTH, API_VALUES, 0,                                                   \
      return he_ckks_decode(w->ctx, (double *)w->values, API_N / 2, w->pt, s))                     \
    X(he_ckks_decode_complex, , API_BOTH, API_VALUES, 0,                                           \
      return he_ckks_decode_complex(w->ctx, (double *)w->values, API_N / 2, w->pt, s))             \
    X(he_ckks_add, , API_BOTH, API_CIPHERTEXT, API_TWO,                                            \
      return he_ckks_add(w->ctx, w->r, w->a, w->b, s))                                             \
    X(he_ckks_sub, 1, API_BOTH, API_CIPHERTEXT, API_TWO,                                           \
      return he_ckks_sub(w->ctx, w->r, w->a, w->b, s))                                             \
    X(he_ckks_sub, 2, API_CKKS, API_CIPHERTEXT, 0, /* rescales and adjusts */                      \
      return he_ckks_sub(w->ctx, w->r, w->a, w->squared, s))                                       \
    X(he_ckks_negate, , API_BOTH, API_CIPHERTEXT, 0, return he_ckks_negate(w->ctx, w->r, w->a))    \
    X(he_ckks_add_plain, , API_BOTH, API_CIPHERTEXT, 0,                                            \
      return he_ckks_add_plain(w->ctx, w->r, w->a, w->pt))                                         \
    X(he_ckks_sub_plain, , API_BOTH, API_CIPHERTEXT, 0,                                            \
      return he_ckks_sub_plain(w->ctx, w->r, w->a, w->pt))                                         \
    X(he_ckks_add_scalar, , API_BOTH, API_CIPHERTEXT, 0,                                           \
      return he_ckks_add_scalar(w->ctx, w->r, w->a, -0.5))                                         \
    X(he_ckks_multiply_plain, , API_BOTH, API_CIPHERTEXT, 0,                                       \
      return he_ckks_multiply_plain(w->ctx, w->r, w->a, w->pt, s))                                 \
    X(he_ckks_multiply_plain_norescale, , API_BOTH, API_CIPHERTEXT, 0,                             \
      return he_ckks_multiply_plain_norescale(w->ctx, w->r, w->a, w->pt))                          \
    X(he_ckks_multiply_scalar, , API_BOTH, API_CIPHERTEXT, 0,                                      \
      return he_ckks_multiply_scalar(w->ctx, w->r, w->a, 0.25, s))                                 \
    X(he_ckks_multiply_scalar_norescale, , API_BOTH, API_CIPHERTEXT, 0,                            \
      return he_ckks_multiply_scalar_norescale(w->ctx, w->r, w->a, 0.25))                          \
    X(he_ckks_multiply_integer, , API_BOTH, API_CIPHERTEXT, 0,                                     \
      return he_ckks_multiply_integer(w->ctx, w->r, w->a, -2))                                     \
    X(he_ckks_multiply, 1, API_BOTH, API_CIPHERTEXT, API_TWO,                                      \
      return he_ckks_multiply(w->ctx, w->r, w->a, w->b, w->rk, s))                                 \
    X(he_ckks_multiply, 2, API_CKKS, API_CIPHERTEXT, 0, /* rescales and adjusts */                 \
      return he_ckks_multiply(w->ctx, w->r, w->a, w->squared, w->rk, s))                           \
    X(he_ckks_multiply_norescale, 1, API_BOTH, API_CIPHERTEXT, API_TWO,                            \
      return he_ckks_multiply_norescale(w->ctx, w->r, w->a, w->b, w->rk, s))                       \
    X(he_ckks_multiply_norescale, 2, API_BOTH, API_CIPHERTEXT, API_TWO,                            \
      return he_ckks_multiply_norescale(w->ctx, w->r, w->a, w->b, NULL, s))                        \
    X(he_ckks_square, , API_BOTH, API_CIPHERTEXT, 0,                                               \
      return he_ckks_square(w->ctx, w->r, w->a, w->rk, s))                                         \
    X(he_ckks_rescale, , API_BOTH, API_CIPHERTEXT, 0,                                              \
      return he_ckks_rescale(w->ctx, w->r, w->squared, s))                                         \
    X(he_ckks_rotate, , API_BOTH, API_CIPHERTEXT, 0,                                               \
      return he_ckks_rotate(w->ctx, w->r, w->a, w->gk, API_STEP, s))                               \
    X(he_ckks_conjugate, , API_BOTH, API_CIPHERTEXT, 0,                                            \
      return he_ckks_conjugate(w->ctx, w->r, w->a, w->gk, s))                                      \
    X(he_wire_peek, , API_ALL, API_VALUES, 0, he_kind kind; uint64_t total = 0;                    \
      const api_saved *b = &w->saved[HE_KIND_CIPHERTEXT];                                          \
      return he_wire_peek(b->bytes, b->length, &kind, (uint8_t *)w->values, &total))               \
    X(he_params_save, , API_ALL, API_VALUES, 0, size_t length = 0;                                 \
      return he_params_save(w->ctx, w->values, w->room, &length))                                  \
    X(he_params_load, , API_ALL, API_VALUES, 0, const api_saved *b = &w->saved[HE_KIND_PARAMS];    \
      return he_params_load((he_params *)w->values, b->bytes, b->length))                          \
    X(he_plaintext_save, , API_ALL, API_VALUES, 0, SAVE(plaintext, w->pt))                         \
    X(he_plaintext_load, , API_ALL, API_OBJECT, 0, LOAD(plaintext, HE_KIND_PLAINTEXT))             \
    X(he_ciphertext_save, , API_ALL, API_VALUES, 0, SAVE(ciphertext, w->a))                        \
    X(he_ciphertext_load, , API_ALL, API_OBJECT, 0, LOAD(ciphertext, HE_KIND_CIPHERTEXT))          \
    X(he_secret_key_save, , API_ALL, API_VALUES, 0, SAVE(secret_key, w->sk))                       \
    X(he_secret_key_load, , API_ALL, API_OBJECT, 0, LOAD(secret_key, HE_KIND_SECRET_KEY))          \
    X(he_public_key_save, , API_ALL, API_VALUES, 0, SAVE(public_key, w->pk))                       \
    X(he_public_key_load, , API_ALL, API_OBJECT, 0, LOAD(public_key, HE_KIND_PUBLIC_KEY))          \
    X(he_relin_key_save, , API_ALL, API_VALUES, 0, SAVE(relin_key, w->rk))                         \
    X(he_relin_key_load, , API_ALL, API_OBJECT, 0, LOAD(relin_key, HE_KIND_RELIN_KEY))             \
    X(he_galois_keys_save, , API_ALL, API_VALUES, 0, SAVE(galois_keys, w->gk))                     \
    X(he_galois_keys_load, , API_ALL, API_OBJECT, 0, LOAD(galois_keys, HE_KIND_GALOIS_KEYS))

#define DEFINE(function, number, modes, output, flags, ...)                                        \
    static he_status call_##function##number(api_world *w, he_scratch *s)                          \
    {                                                                                              \
        (void)w, (void)s;                                                                          \
        __VA_ARGS__;                                                                               \
    }
FUNCTIONS(DEFINE)

#define ROW(function, number, modes, output, flags, ...)                                           \
    {#function, modes, output, flags, call_##function##number},
const api_function api_functions[] = {FUNCTIONS(ROW)};

const size_t api_function_count = sizeof api_functions / sizeof *api_functions;
