/* SPDX-License-Identifier: MIT */
/* Packing against its definition, bit by bit. */
#include "support/test.h"

#include "wire/bitpack.h"
#include <stdlib.h>
#include <string.h>

Test(bitpack, bits_lie_where_the_format_says)
{
    for (unsigned width = 1; width <= 61; width++)
        for (size_t n = 8; n <= 72; n += 8) {
            size_t bytes = he_bitpack_bytes(n, width);
            cr_assert(8 * bytes == n * width);
            uint64_t x[72], y[72], limit = (uint64_t)1 << width;
            for (size_t i = 0; i < n; i++)
                x[i] = i % 5 == 0 ? limit - 1 : i % 5 == 1 ? 0 : he_test_random() % limit;
            uint8_t *packed = malloc(bytes); /* exactly, so that a tool sees what runs over */
            memset(packed, 0xa5, bytes);
            he_bitpack(packed, x, n, width);
            for (size_t k = 0; k < n * width; k++)
                cr_assert((packed[k / 8] >> (k % 8) & 1) == (x[k / width] >> (k % width) & 1));
            cr_assert(he_bitunpack(y, packed, n, width, limit));
            cr_assert(memcmp(x, y, n * sizeof *x) == 0);
            free(packed);
        }
}

Test(bitpack, every_value_is_held_to_the_bound)
{
    for (unsigned width = 2; width <= 61; width += 59) {
        uint64_t bound = ((uint64_t)1 << width) - 1, x[64], y[64];
        uint8_t packed[61 * 8];
        for (size_t bad = 0; bad < 64; bad++) {
            for (size_t i = 0; i < 64; i++)
                x[i] = bound - 1;
            he_bitpack(packed, x, 64, width);
            cr_assert(he_bitunpack(y, packed, 64, width, bound));
            x[bad] = bound;
            he_bitpack(packed, x, 64, width);
            cr_assert(!he_bitunpack(y, packed, 64, width, bound));
            cr_assert(he_bitunpack(y, packed, 64, width, bound + 1));
        }
    }
}

Test(bitpack, widths)
{
    cr_assert(he_bitpack_width(2) == 1 && he_bitpack_width(3) == 2 && he_bitpack_width(4) == 2);
    cr_assert(he_bitpack_width(65537) == 17 && he_bitpack_width(65536) == 16);
    cr_assert(he_bitpack_width(((uint64_t)1 << 61) - 1) == 61);
}
