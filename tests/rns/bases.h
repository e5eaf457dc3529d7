/* SPDX-License-Identifier: MIT */
/* Bases of primes for the tests of this floor, with GMP as the oracle of their integers. */
#ifndef HE_TEST_BASES_H
#define HE_TEST_BASES_H

#include "support/test.h"

#include "core/cpu.h"
#include "core/memory.h"
#include "math/bigint.h"
#include "math/prime.h"
#include "rns/rns.h"

#define MAX_BASE 80

/* primes[i] with a list of pointers, as bases are passed. */
typedef struct base {
    size_t count, n;
    he_rns_prime prime[MAX_BASE];
    const he_rns_prime *list[MAX_BASE];
    mpz_t product;
} base;

/* The largest size of a prime in a shape: what its kernels must take. */
static inline unsigned widest(const unsigned *bits, const unsigned *other)
{
    unsigned most = 0;
    for (int i = 0; i < 4; i++) {
        most = bits[i] > most ? bits[i] : most;
        most = other[i] > most ? other[i] : most;
    }
    return most;
}

/* count primes 1 mod 2n with bits[i % 4] bits each, none of them in avoid; kernels take operands
 * of operand bits. */
static inline void base_create(base *b, size_t count, size_t n, const unsigned *bits,
                               unsigned operand, he_isa limit, const base *avoid)
{
    uint64_t taken[2 * MAX_BASE];
    size_t used = 0;
    for (size_t i = 0; avoid != NULL && i < avoid->count; i++)
        taken[used++] = avoid->prime[i].q.q;
    b->count = count;
    b->n = n;
    mpz_init_set_ui(b->product, 1);
    for (size_t i = 0; i < count; i++) {
        he_assert_ok(he_prime_search(&taken[used], 1, bits[i % 4], 2 * n, taken, used));
        he_assert_ok(he_rns_prime_init(&b->prime[i], taken[used], n, limit, operand));
        mpz_mul_ui(b->product, b->product, taken[used++]);
        b->list[i] = &b->prime[i];
    }
}

static inline void base_destroy(base *b)
{
    for (size_t i = 0; i < b->count; i++)
        he_rns_prime_clear(&b->prime[i]);
    mpz_clear(b->product);
}

/* Coefficient j of x: random below D; first the ends of the range and both sides of its half. */
static inline void value(mpz_t x, const base *b, size_t j)
{
    switch (j) {
    case 0:
        mpz_set_ui(x, 0);
        return;
    case 1:
        mpz_set_ui(x, 1);
        return;
    case 2:
    case 3:
        mpz_sub_ui(x, b->product, j - 1);
        return;
    case 4:
    case 5:
    case 6:
    case 7:
        mpz_fdiv_q_2exp(x, b->product, 1);
        mpz_sub_ui(x, x, 1);
        mpz_add_ui(x, x, j - 4);
        return;
    default:
        mpz_set_ui(x, 0);
        for (size_t i = 0; i < b->count + 1; i++) {
            mpz_mul_2exp(x, x, 64);
            mpz_add_ui(x, x, he_test_random());
        }
        mpz_mod(x, x, b->product);
    }
}

/* count * n words, aligned. */
static inline uint64_t *limbs(size_t count, size_t n)
{
    uint64_t *x = he_alloc(count * n, sizeof *x);
    cr_assert(x != NULL);
    return x;
}

/* The residues of x as coefficient j. */
static inline void store(uint64_t *limb, const base *b, size_t j, const mpz_t x)
{
    for (size_t i = 0; i < b->count; i++)
        limb[i * b->n + j] = he_big_mod(x, b->prime[i].q.q);
}

/* x is what the limbs hold at j. */
static inline bool holds(const uint64_t *limb, const base *b, size_t j, const mpz_t x)
{
    for (size_t i = 0; i < b->count; i++)
        if (limb[i * b->n + j] != he_big_mod(x, b->prime[i].q.q))
            return false;
    return true;
}

static inline void pointers(uint64_t **p, uint64_t *limb, size_t count, size_t n)
{
    for (size_t i = 0; i < count; i++)
        p[i] = limb + i * n;
}

static const he_isa every_isa[] = {HE_ISA_SCALAR, HE_ISA_AVX2, HE_ISA_AVX2FMA, HE_ISA_AVX512,
                                   HE_ISA_AVX512IFMA};
#define ISAS (sizeof every_isa / sizeof *every_isa)

/* Shapes of bases: all sizes from 30 to 60 bits meet each other. */
static const struct shape {
    size_t from, to;
    unsigned bits[4], other[4];
} shapes[] = {
    {1, 1, {30, 30, 30, 30}, {60, 60, 60, 60}},   {1, 5, {60, 60, 60, 60}, {30, 49, 50, 61}},
    {2, 3, {36, 36, 36, 36}, {37, 37, 37, 37}},   {3, 4, {48, 47, 48, 47}, {48, 48, 48, 48}},
    {5, 2, {50, 49, 50, 30}, {50, 50, 50, 50}},   {8, 8, {45, 45, 45, 45}, {46, 46, 46, 46}},
    {16, 20, {60, 30, 49, 50}, {60, 59, 58, 30}}, {40, 40, {60, 50, 48, 30}, {61, 49, 36, 40}}};
#define SHAPES (sizeof shapes / sizeof *shapes)

#endif
