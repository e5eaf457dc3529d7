/* SPDX-License-Identifier: MIT */
/* Errors of the centred binomial distribution: bits of 21 coins less bits of 21 others, from six
 * bytes a coefficient.  Counting is arithmetic: compilers without a popcount instruction would use
 * a table, and its address would be secret; a branch on the sign is what RevEAL (ePrint 2022/204)
 * read from a power trace. */
#include "core/bytes.h"
#include "core/memory.h"
#include "random/sample.h"

#define BYTES 6
#define BATCH 512
#define COINS UINT64_C(0x1fffff)

/* Bits in each byte of x. */
static uint64_t count_in_bytes(uint64_t x)
{
    x -= x >> 1 & UINT64_C(0x5555555555555555);
    x = (x & UINT64_C(0x3333333333333333)) + (x >> 2 & UINT64_C(0x3333333333333333));
    return (x + (x >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
}

/* Sum of the three low bytes, at most 24. */
static uint64_t sum_of_three(uint64_t x)
{
    return (x + (x >> 8) + (x >> 16)) & 0xff;
}

he_status he_sample_error(he_rng *rng, int8_t *e, size_t n)
{
    uint8_t bytes[BATCH * BYTES + 2] = {0}; /* the last load takes two bytes more */
    he_status status = HE_OK;
    for (size_t done = 0; done < n;) {
        size_t count = n - done < BATCH ? n - done : BATCH;
        status = he_rng_bytes(rng, bytes, count * BYTES);
        if (status != HE_OK)
            break;
        for (size_t i = 0; i < count; i++) {
            uint64_t x = he_load64(bytes + i * BYTES) & (COINS | COINS << 24);
            x = count_in_bytes(x);
            e[done + i] = (int8_t)((int64_t)sum_of_three(x) - (int64_t)sum_of_three(x >> 24));
        }
        done += count;
    }
    he_wipe(bytes, sizeof bytes);
    if (status != HE_OK)
        he_wipe(e, n);
    return status;
}

void he_lift_small(uint64_t *r, const int8_t *s, size_t n, uint64_t q)
{
    for (size_t i = 0; i < n; i++) {
        int64_t x = s[i];
        r[i] = (uint64_t)x + (q & (uint64_t)(x >> 63));
    }
}
