/* SPDX-License-Identifier: MIT */
/* Arithmetic modulo a prime q < 2^61, on one residue at a time.
 * Ranges: unless said otherwise arguments and results are in [0, q).  All functions take the same
 * time for all values of their residues.  Barrett: HAC 14.42; Shoup: Harvey, "Faster arithmetic
 * for number-theoretic transforms" (2014), algorithm 2. */
#ifndef HE_MATH_MOD_H
#define HE_MATH_MOD_H

#include "core/status.h"
#include "math/word.h"

/* q and what is computed from it once. */
typedef struct he_modulus {
    uint64_t q;        /* 2 <= q < 2^61 */
    uint64_t ratio_hi; /* floor(2^128 / q), high word */
    uint64_t ratio_lo; /* and low word */
    unsigned bits;     /* bit length of q */
} he_modulus;

/* HE_ERR_ARGUMENT unless 2 <= q < 2^61. */
he_status he_modulus_init(he_modulus *m, uint64_t q);

/* r in [0, 2q) to [0, q). */
static inline uint64_t he_mod_once(uint64_t r, uint64_t q)
{
    uint64_t d = r - q; /* [-q, q) */
    return d + (q & (0 - (d >> 63)));
}

static inline uint64_t he_mod_add(uint64_t a, uint64_t b, uint64_t q)
{
    return he_mod_once(a + b, q);
}

static inline uint64_t he_mod_sub(uint64_t a, uint64_t b, uint64_t q)
{
    uint64_t d = a - b; /* (-q, q) */
    return d + (q & (0 - (d >> 63)));
}

static inline uint64_t he_mod_neg(uint64_t a, uint64_t q)
{
    return he_mod_sub(0, a, q);
}

/* x mod q for any word x: one Barrett step with the high word of the ratio. */
static inline uint64_t he_mod_reduce(uint64_t x, const he_modulus *m)
{
    /* the quotient is short by at most 1 */
    uint64_t r = x - he_mulhi(x, m->ratio_hi) * m->q; /* [0, 2q) */
    return he_mod_once(r, m->q);
}

/* x mod q for any double word x. */
static inline uint64_t he_mod_reduce128(he_u128 x, const he_modulus *m)
{
    uint64_t lo = (uint64_t)x, hi = (uint64_t)(x >> 64);
    /* floor(x ratio / 2^128), dropping the low word of lo ratio_lo: short by at most 2 */
    he_u128 mid = (he_u128)lo * m->ratio_hi + he_mulhi(lo, m->ratio_lo);
    he_u128 mid2 = (he_u128)hi * m->ratio_lo + (uint64_t)mid;
    uint64_t quotient = hi * m->ratio_hi + (uint64_t)(mid >> 64) + (uint64_t)(mid2 >> 64);
    uint64_t r = lo - quotient * m->q; /* [0, 2q), as SEAL and HAC show */
    return he_mod_once(r, m->q);
}

static inline uint64_t he_mod_mul(uint64_t a, uint64_t b, const he_modulus *m)
{
    return he_mod_reduce128((he_u128)a * b, m);
}

/* floor(w 2^64 / q) for w < q: the constant that makes multiplying by w cheap. */
static inline uint64_t he_mod_shoup(uint64_t w, uint64_t q)
{
    return (uint64_t)(((he_u128)w << 64) / q);
}

/* x w mod q, in [0, 2q), for any word x. */
static inline uint64_t he_mod_mul_shoup_lazy(uint64_t x, uint64_t w, uint64_t w_shoup, uint64_t q)
{
    return x * w - he_mulhi(x, w_shoup) * q;
}

/* x w mod q for any word x. */
static inline uint64_t he_mod_mul_shoup(uint64_t x, uint64_t w, uint64_t w_shoup, uint64_t q)
{
    uint64_t r = he_mod_mul_shoup_lazy(x, w, w_shoup, q);
    return he_mod_once(r, q);
}

/* a^e mod q; time depends on e. */
uint64_t he_mod_pow(uint64_t a, uint64_t e, const he_modulus *m);

/* 1/a mod q for a prime q and a != 0; time depends on q. */
uint64_t he_mod_inv(uint64_t a, const he_modulus *m);

#endif
