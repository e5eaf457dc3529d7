/* SPDX-License-Identifier: MIT */
#include "bfv/fixture.h"

#include "math/prime.h"
#include <stdlib.h>
#include <string.h>

static const uint8_t bits[] = {50, 50, 0};

static he_context *make(uint32_t n, uint64_t t)
{
    he_params p = fixture_params(n, t, bits, 50, 1);
    he_context *ctx;
    he_assert_ok(he_context_create(&ctx, &p));
    return ctx;
}

/* Slot j of row 0 is m(zeta^(3^j)), of row 1 m(zeta^(-3^j)), by Horner's rule. */
Test(encode, slots_are_values_at_powers_of_three)
{
    const uint32_t n = 1024;
    const uint64_t moduli[] = {12289, 65537, UINT64_C(1152921504606830593)};
    for (size_t k = 0; k < 3; k++) {
        he_context *ctx = make(n, moduli[k]);
        he_modulus t;
        uint64_t zeta, values[1024];
        he_assert_ok(he_modulus_init(&t, moduli[k]));
        he_assert_ok(he_root_minimal(&zeta, 2 * n, &t));
        for (size_t i = 0; i < n; i++)
            values[i] = he_test_random_below(t.q);
        he_plaintext *pt;
        he_assert_ok(he_plaintext_create(ctx, &pt));
        he_assert_ok(he_bfv_encode_u64(ctx, pt, values, n));
        uint64_t power = 1;
        for (size_t j = 0; j < n / 2; j++) {
            for (size_t row = 0; row < 2; row++) {
                uint64_t x = he_mod_pow(zeta, row == 0 ? power : 2 * n - power, &t), sum = 0;
                for (size_t i = n; i-- > 0;)
                    sum = he_mod_add(he_mod_mul(sum, x, &t), pt->data[i], t.q);
                cr_assert(sum == values[row * (n / 2) + j], "row %zu, slot %zu", row, j);
            }
            power = power * 3 % (2 * n);
        }
        he_plaintext_destroy(pt);
        he_context_destroy(ctx);
    }
}

/* Batching primes and roots that SEAL 4.4.3 has too. */
Test(encode, smallest_roots)
{
    he_context *ctx = make(4096, 1032193);
    cr_assert(he_bfv(ctx)->plain->psi == 194);
    he_context_destroy(ctx);
}

Test(encode, round_trips)
{
    static const uint64_t moduli[] = {65537, 1032193, UINT64_C(1152921504606830593)};
    for (size_t k = 0; k < 3; k++) {
        he_context *ctx = make(2048, moduli[k]);
        const uint64_t t = he_context_plain_modulus(ctx);
        const int64_t half = (int64_t)(t / 2);
        static int64_t signs[2048], signs_back[2048];
        static uint64_t words[2048], words_back[2048];
        for (size_t i = 0; i < 2048; i++) {
            words[i] = i == 0 ? t - 1 : i == 1 ? 0 : he_test_random_below(t);
            signs[i] = i == 0 ? half : i == 1 ? -half : (int64_t)he_test_random_below(t) - half;
        }
        he_plaintext *pt;
        he_assert_ok(he_plaintext_create(ctx, &pt));
        static const size_t counts[] = {2048, 1000, 1, 0};
        for (size_t c = 0; c < 4; c++) {
            size_t count = counts[c];
            memset(signs_back, 1, sizeof signs_back);
            he_assert_ok(he_bfv_encode_i64(ctx, pt, signs, count));
            he_assert_ok(he_bfv_decode_i64(ctx, signs_back, 2048, pt));
            for (size_t i = 0; i < 2048; i++)
                cr_assert(signs_back[i] == (i < count ? signs[i] : 0));
            memset(words_back, 1, sizeof words_back);
            he_assert_ok(he_bfv_encode_u64(ctx, pt, words, count));
            he_assert_ok(he_bfv_decode_u64(ctx, words_back, count, pt));
            cr_assert(memcmp(words, words_back, count * sizeof *words) == 0);
            cr_assert(count == 2048 || words_back[count] == UINT64_C(0x0101010101010101));
            he_assert_ok(he_bfv_encode_coefficients(ctx, pt, words, count));
            he_assert_ok(he_bfv_decode_coefficients(ctx, words_back, 2048, pt));
            for (size_t i = 0; i < 2048; i++)
                cr_assert(words_back[i] == (i < count ? words[i] : 0));
        }
        /* signed and unsigned are two views of the same slots */
        he_assert_ok(he_bfv_encode_i64(ctx, pt, (const int64_t[]){-1, 1}, 2));
        he_assert_ok(he_bfv_decode_u64(ctx, words_back, 2, pt));
        cr_assert(words_back[0] == t - 1 && words_back[1] == 1);
        he_plaintext_destroy(pt);
        he_context_destroy(ctx);
    }
}

Test(encode, values_out_of_range_are_named)
{
    he_context *ctx = make(1024, 65537);
    he_plaintext *pt, *before;
    uint64_t words[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    int64_t signs[8] = {1, -2, 3, -4, 5, -6, 7, -8};
    he_assert_ok(he_plaintext_create(ctx, &pt));
    he_assert_ok(he_plaintext_create(ctx, &before));
    he_assert_ok(he_bfv_encode_u64(ctx, pt, words, 8));
    he_assert_ok(he_plaintext_copy(before, pt));
    static const uint64_t bad[] = {65537, 65538, UINT64_MAX, (uint64_t)1 << 63};
    for (size_t i = 0; i < 4; i++) {
        words[5] = bad[i];
        he_assert_fails(he_bfv_encode_u64(ctx, pt, words, 8), HE_ERR_ARGUMENT,
                        "values[5] is not below plain_modulus 65537");
        he_assert_fails(he_bfv_encode_coefficients(ctx, pt, words, 8), HE_ERR_ARGUMENT,
                        "values[5] is not below plain_modulus 65537");
    }
    static const int64_t bad_signs[] = {32769, -32769, INT64_MIN, INT64_MAX};
    for (size_t i = 0; i < 4; i++) {
        signs[6] = bad_signs[i];
        he_assert_fails(he_bfv_encode_i64(ctx, pt, signs, 8), HE_ERR_ARGUMENT,
                        "values[6] is outside [-32768, 32768]");
    }
    uint64_t many[1025] = {0};
    he_assert_fails(he_bfv_encode_u64(ctx, pt, many, 1025), HE_ERR_ARGUMENT,
                    "1025 values, have 1024 slots");
    he_assert_fails(he_bfv_decode_u64(ctx, many, 1025, pt), HE_ERR_ARGUMENT, "1024 slots");
    he_assert_fails(he_bfv_encode_coefficients(ctx, pt, many, 1025), HE_ERR_ARGUMENT,
                    "1025 values, have n = 1024 coefficients");
    he_assert_fails(he_bfv_decode_coefficients(ctx, many, 1025, pt), HE_ERR_ARGUMENT, "n = 1024");
    cr_assert(pt->words == before->words &&
              memcmp(pt->data, before->data, pt->words * sizeof *pt->data) == 0);
    he_plaintext_destroy(before);
    he_plaintext_destroy(pt);
    he_context_destroy(ctx);
}

Test(encode, arguments_are_checked)
{
    he_context *ctx = make(1024, 65537), *none = make(1024, 65536);
    he_plaintext *pt, *empty;
    uint64_t words[4] = {1, 2, 3, 4};
    int64_t signs[4] = {0};
    he_assert_ok(he_plaintext_create(ctx, &pt));
    he_assert_ok(he_plaintext_create(ctx, &empty));
    he_assert_fails(he_bfv_encode_u64(NULL, pt, words, 4), HE_ERR_NULL, "ctx is NULL");
    he_assert_fails(he_bfv_encode_u64(ctx, NULL, words, 4), HE_ERR_NULL, "pt is NULL");
    he_assert_fails(he_bfv_encode_u64(ctx, pt, NULL, 4), HE_ERR_NULL, "values is NULL");
    he_assert_fails(he_bfv_encode_i64(ctx, pt, NULL, 4), HE_ERR_NULL, "values is NULL");
    he_assert_fails(he_bfv_encode_coefficients(ctx, pt, NULL, 4), HE_ERR_NULL, "values is NULL");
    he_assert_fails(he_bfv_decode_u64(ctx, words, 4, NULL), HE_ERR_NULL, "pt is NULL");
    he_assert_fails(he_bfv_decode_i64(ctx, signs, 4, empty), HE_ERR_ARGUMENT, "pt is empty");
    he_assert_fails(he_bfv_decode_coefficients(ctx, NULL, 4, pt), HE_ERR_NULL, "values is NULL");
    he_assert_fails(he_bfv_encode_u64(none, pt, words, 4), HE_ERR_UNSUPPORTED,
                    "plain_modulus 65536 has no slots for n = 1024");
    he_assert_ok(he_bfv_encode_u64(ctx, pt, words, 4));
    he_assert_fails(he_bfv_decode_u64(none, words, 4, pt), HE_ERR_MISMATCH, "other parameters");
    he_plaintext_destroy(empty);
    he_plaintext_destroy(pt);
    he_context_destroy(none);
    he_context_destroy(ctx);
}

Test(encode, allocation_failures_leave_outputs)
{
    he_context *ctx = make(1024, 65537);
    he_plaintext *pt;
    uint64_t words[4] = {1, 2, 3, 4};
    he_assert_ok(he_plaintext_create(ctx, &pt));
    he_test_fail_allocation(1);
    he_assert_fails(he_bfv_encode_u64(ctx, pt, words, 4), HE_ERR_MEMORY, "plaintext");
    cr_assert(pt->scheme == HE_SCHEME_NONE);
    he_assert_ok(he_bfv_encode_u64(ctx, pt, words, 4));
    uint64_t back[4] = {9, 9, 9, 9};
    he_test_fail_allocation(1);
    he_assert_fails(he_bfv_decode_u64(ctx, back, 4, pt), HE_ERR_MEMORY, "he_bfv_decode_u64");
    cr_assert(back[0] == 9 && back[3] == 9);
    he_test_fail_allocation(0);
    he_plaintext_destroy(pt);
    he_context_destroy(ctx);
}
