/* SPDX-License-Identifier: MIT */
/* Bit packing, eight values at a time: they are exactly `width` bytes. */
#include "wire/bitpack.h"

#include "core/bytes.h"
#include "core/ct.h"
#include "core/verify.h"

#define GROUP 8
#define SLACK 8 /* a value's word and the byte behind it stay within so many bytes of its start */

void he_bitpack(uint8_t *out, const uint64_t *x, size_t n, unsigned width)
{
    HE_VERIFY(n % GROUP == 0 && width >= 1 && width <= 61);
    uint64_t held = 0; /* the bits that are not written yet, count of them */
    unsigned count = 0;
    for (size_t i = 0; i < n; i++) {
        HE_VERIFY(x[i] >> width == 0);
        he_u128 bits = (he_u128)x[i] << count | held;
        held = (uint64_t)bits;
        count += width;
        if (count >= 64) {
            he_store64(out, held);
            out += 8;
            held = (uint64_t)(bits >> 64);
            count -= 64;
        }
    }
    for (; count != 0; count -= 8, held >>= 8)
        *out++ = (uint8_t)held;
}

/* One group; reads up to SLACK bytes behind it.  Returns the borrow bits of x - bound: all top bits
 * are set if all values are below bound. */
static uint64_t unpack_group(uint64_t *x, const uint8_t *in, unsigned width, uint64_t bound)
{
    uint64_t mask = UINT64_MAX >> (64 - width), below = UINT64_MAX;
    for (unsigned i = 0; i < GROUP; i++) {
        unsigned at = i * width, shift = at % 8;
        uint64_t word = he_load64(in + at / 8) >> shift;
        uint64_t next = (uint64_t)in[at / 8 + 8] << (63 - shift) << 1;
        x[i] = (word | next) & mask;
        below &= x[i] - bound;
    }
    return below;
}

bool he_bitunpack(uint64_t *x, const uint8_t *in, size_t n, unsigned width, uint64_t bound)
{
    HE_VERIFY(n % GROUP == 0 && width >= 1 && width <= 61);
    uint64_t below = UINT64_MAX;
    size_t total = he_bitpack_bytes(n, width), at = 0, i = 0;
    for (; at + width + SLACK <= total; at += width, i += GROUP)
        below &= unpack_group(x + i, in + at, width, bound);
    for (; i < n; at += width, i += GROUP) { /* the last groups, from a copy with room behind it */
        uint8_t copy[61 + SLACK + 1] = {0};
        memcpy(copy, in + at, width);
        below &= unpack_group(x + i, copy, width, bound);
    }
    return below >> 63 != 0;
}
