/* SPDX-License-Identifier: MIT */
/* Arithmetic modulo q against GMP and FLINT, at the ends of every range. */
#include "support/test.h"

#include "math/mod.h"
#include <flint/ulong_extras.h>
#include <gmp.h>

static const uint64_t moduli[] = {2,
                                  3,
                                  4,
                                  17,
                                  0x10001,
                                  1032193,
                                  (uint64_t)1 << 32,
                                  68719230977,
                                  ((uint64_t)1 << 48) - 59,
                                  ((uint64_t)1 << 50) + 1,
                                  1152921504606748673u,
                                  ((uint64_t)1 << 60) + 33,
                                  ((uint64_t)1 << 61) - 1};
#define MODULI (sizeof moduli / sizeof *moduli)

static uint64_t oracle128(uint64_t hi, uint64_t lo, uint64_t q)
{
    mpz_t x;
    mpz_init_set_ui(x, hi);
    mpz_mul_2exp(x, x, 64);
    mpz_add_ui(x, x, lo);
    uint64_t r = mpz_fdiv_ui(x, q);
    mpz_clear(x);
    return r;
}

static void check_word(uint64_t x, uint64_t y, const he_modulus *m)
{
    uint64_t q = m->q, a = x % q, b = y % q;
    cr_assert(he_mod_reduce(x, m) == a);
    cr_assert(he_mod_reduce128((he_u128)x << 64 | y, m) == oracle128(x, y, q));
    cr_assert(he_mod_add(a, b, q) == n_addmod(a, b, q));
    cr_assert(he_mod_sub(a, b, q) == n_submod(a, b, q));
    cr_assert(he_mod_neg(a, q) == n_negmod(a, q));
    uint64_t product = (uint64_t)((he_u128)a * b % q);
    cr_assert(he_mod_mul(a, b, m) == product);
    uint64_t shoup = he_mod_shoup(b, q);
    cr_assert((he_u128)shoup * q + oracle128(b, 0, q) == (he_u128)b << 64);
    uint64_t lazy = he_mod_mul_shoup_lazy(x, b, shoup, q);
    cr_assert(lazy < 2 * q && lazy % q == (uint64_t)((he_u128)x * b % q));
    cr_assert(he_mod_mul_shoup(x, b, shoup, q) == (uint64_t)((he_u128)x * b % q));
}

Test(mod, every_operation_agrees_with_flint_and_gmp)
{
    for (size_t i = 0; i < MODULI; i++) {
        he_modulus m;
        uint64_t q = moduli[i];
        he_assert_ok(he_modulus_init(&m, q));
        cr_assert(m.q == q && m.bits == FLINT_BIT_COUNT(q));
        mpz_t ratio;
        mpz_init_set_ui(ratio, 1);
        mpz_mul_2exp(ratio, ratio, 128);
        mpz_fdiv_q_ui(ratio, ratio, q);
        cr_assert(mpz_get_ui(ratio) == m.ratio_lo);
        mpz_fdiv_q_2exp(ratio, ratio, 64);
        cr_assert(mpz_get_ui(ratio) == m.ratio_hi);
        mpz_clear(ratio);

        uint64_t ends[] = {0,
                           1,
                           q / 2,
                           q / 2 + 1,
                           q - 2,
                           q - 1,
                           q,
                           2 * q - 1,
                           UINT64_MAX / q * q - 1,
                           UINT64_MAX / q * q,
                           UINT64_MAX - 1,
                           UINT64_MAX};
        size_t count = sizeof ends / sizeof *ends;
        for (size_t j = 0; j < count; j++)
            for (size_t k = 0; k < count; k++)
                check_word(ends[j], ends[k], &m);
        for (unsigned k = 0; k < 2000 * he_test_scale(); k++)
            check_word(he_test_random(), he_test_random() >> (k & 63), &m);
        cr_assert(he_mod_once(0, q) == 0 && he_mod_once(q - 1, q) == q - 1 &&
                  he_mod_once(q, q) == 0 && he_mod_once(2 * q - 1, q) == q - 1);
    }
}

Test(mod, powers_and_inverses)
{
    for (size_t i = 0; i < MODULI; i++) {
        he_modulus m;
        uint64_t q = moduli[i];
        he_assert_ok(he_modulus_init(&m, q));
        for (int k = 0; k < 100; k++) {
            uint64_t a = he_test_random_below(q), e = he_test_random() >> (k & 63);
            cr_assert(he_mod_pow(a, e, &m) == n_powmod2_ui_preinv(a, e, q, n_preinvert_limb(q)));
        }
        cr_assert(he_mod_pow(0, 0, &m) == 1 && he_mod_pow(q - 1, 0, &m) == 1);
        if (!n_is_prime(q))
            continue;
        uint64_t a = q - 1;
        for (int k = 0; k < 100; k++, a = he_test_random_below(q - 1) + 1)
            cr_assert(he_mod_mul(a, he_mod_inv(a, &m), &m) == 1);
        cr_assert(he_mod_inv(1, &m) == 1);
    }
}

Test(mod, moduli_outside_the_range_are_refused)
{
    he_modulus m = {.q = 5};
    he_assert_fails(he_modulus_init(&m, 0), HE_ERR_ARGUMENT, "q is 0");
    he_assert_fails(he_modulus_init(&m, 1), HE_ERR_ARGUMENT, "q is 1");
    he_assert_fails(he_modulus_init(&m, (uint64_t)1 << 61), HE_ERR_ARGUMENT,
                    "q is 2305843009213693952");
    he_assert_fails(he_modulus_init(&m, UINT64_MAX), HE_ERR_ARGUMENT, "not in 2");
    cr_assert(m.q == 5);
}

Test(mod, bits_of_words)
{
    cr_assert(he_bit_length(0) == 0 && he_bit_length(1) == 1 && he_bit_length(UINT64_MAX) == 64);
    cr_assert(he_bit_length(((uint64_t)1 << 48) - 1) == 48 &&
              he_bit_length((uint64_t)1 << 48) == 49);
    cr_assert(he_bit_reverse(1, 4) == 8 && he_bit_reverse(0x80000000, 32) == 1);
    for (uint32_t x = 0; x < 1024; x++)
        cr_assert(he_bit_reverse(he_bit_reverse(x, 10), 10) == x);
    cr_assert(he_mulhi(UINT64_MAX, UINT64_MAX) == UINT64_MAX - 1);
}
