/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "math/bigint.h"
#include <math.h>

Test(bigint, products_and_remainders)
{
    uint64_t q[80];
    mpz_t product, x;
    mpz_init(product);
    mpz_init(x);
    he_big_product(product, q, 0);
    cr_assert(mpz_cmp_ui(product, 1) == 0);
    for (size_t i = 0; i < 80; i++)
        q[i] = (he_test_random() >> 4) | 1;
    he_big_product(product, q, 80);
    for (size_t i = 0; i < 80; i++) {
        cr_assert(he_big_mod(product, q[i]) == 0);
        mpz_add_ui(x, product, q[i] - 1);
        cr_assert(he_big_mod(x, q[i]) == (q[i] - 1) % q[i]);
        mpz_neg(x, product);
        mpz_sub_ui(x, x, 1);
        cr_assert(he_big_mod(x, q[i]) == q[i] - 1); /* negative numbers too */
        mpz_divexact_ui(product, product, q[i]);
        he_big_product(x, q + i + 1, 79 - i);
        cr_assert(mpz_cmp(x, product) == 0);
    }
    mpz_clear(product);
    mpz_clear(x);
}

Test(bigint, logarithms_and_bits)
{
    mpz_t x;
    mpz_init(x);
    cr_assert(he_big_bits(x) == 0);
    for (unsigned long e = 0; e < 5000; e += 7) {
        mpz_set_ui(x, 1);
        mpz_mul_2exp(x, x, e);
        cr_assert(he_big_bits(x) == e + 1);
        cr_assert(he_big_log2(x) == (double)e);
        mpz_mul_ui(x, x, 3);
        cr_assert(fabs(he_big_log2(x) - (double)e - 1.5849625007211562) < 0x1p-40);
        mpz_fdiv_q_ui(x, x, 3);
        if (e > 60) {
            mpz_sub_ui(x, x, 1);
            cr_assert(he_big_bits(x) == e && fabs(he_big_log2(x) - (double)e) < 0x1p-40);
        }
    }
    mpz_clear(x);
}

Test(bigint, words_pass_through)
{
    mpz_t x;
    mpz_init(x);
    for (int i = 0; i < 64; i++) {
        he_big_set_u64(x, UINT64_MAX >> i);
        cr_assert(he_big_get_u64(x) == UINT64_MAX >> i && he_big_bits(x) == 64 - (size_t)i);
    }
    he_big_set_u64(x, 0);
    cr_assert(he_big_get_u64(x) == 0);
    mpz_clear(x);
}
