/* SPDX-License-Identifier: MIT */
/* Big integers through GMP; words are 64 bits, as are GMP's limbs. */
#include "math/bigint.h"

#include <math.h>

_Static_assert(sizeof(unsigned long) == 8, "GMP's word functions take 64 bits");

void he_big_product(mpz_t product, const uint64_t *q, size_t count)
{
    mpz_set_ui(product, 1);
    for (size_t i = 0; i < count; i++)
        mpz_mul_ui(product, product, q[i]);
}

uint64_t he_big_mod(const mpz_t x, uint64_t q)
{
    return mpz_fdiv_ui(x, q);
}

double he_big_log2(const mpz_t x)
{
    long exponent;
    double mantissa = mpz_get_d_2exp(&exponent, x); /* [1/2, 1), 53 bits */
    return log2(mantissa) + (double)exponent;
}

size_t he_big_bits(const mpz_t x)
{
    return mpz_sgn(x) == 0 ? 0 : mpz_sizeinbase(x, 2);
}

void he_big_set_u64(mpz_t x, uint64_t v)
{
    mpz_set_ui(x, v);
}

uint64_t he_big_get_u64(const mpz_t x)
{
    return mpz_get_ui(x);
}
