/* SPDX-License-Identifier: MIT */
/* Residues packed to the width of their modulus.
 *
 * Value i occupies the bits [i w, (i + 1) w) of the packed bytes; bit k is bit k mod 8 of byte
 * k / 8.  The number of values is a multiple of 8, so a packed array is w n / 8 whole bytes. */
#ifndef HE_WIRE_BITPACK_H
#define HE_WIRE_BITPACK_H

#include "math/word.h"
#include <stdbool.h>
#include <stddef.h>

/* Bits of the residues modulo m >= 2: those of m - 1. */
static inline unsigned he_bitpack_width(uint64_t m)
{
    return he_bit_length(m - 1);
}

static inline size_t he_bitpack_bytes(size_t n, unsigned width)
{
    return n / 8 * width;
}

/* n a multiple of 8; width 1 to 61; x[i] < 2^width. */
void he_bitpack(uint8_t *out, const uint64_t *x, size_t n, unsigned width);

/* False if a value is not below bound; then x is filled all the same.  Reads he_bitpack_bytes()
 * bytes; time does not depend on values. */
bool he_bitunpack(uint64_t *x, const uint8_t *in, size_t n, unsigned width, uint64_t bound);

#endif
