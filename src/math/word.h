/* SPDX-License-Identifier: MIT */
/* Words and double words. */
#ifndef HE_MATH_WORD_H
#define HE_MATH_WORD_H

#include "core/assumptions.h" /* he_u128 */
#include <stdint.h>

/* High word of x y. */
static inline uint64_t he_mulhi(uint64_t x, uint64_t y)
{
    return (uint64_t)((he_u128)x * y >> 64);
}

/* Number of bits of x: 0 for 0, 64 for 2^63 and above. */
static inline unsigned he_bit_length(uint64_t x)
{
    return x == 0 ? 0 : 64 - (unsigned)__builtin_clzll(x);
}

/* The low `bits` bits of x in reverse order; bits <= 32. */
static inline uint32_t he_bit_reverse(uint32_t x, unsigned bits)
{
    uint32_t r = 0;
    for (unsigned i = 0; i < bits; i++)
        r |= (x >> i & 1) << (bits - 1 - i);
    return r;
}

#endif
