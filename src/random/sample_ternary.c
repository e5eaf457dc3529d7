/* SPDX-License-Identifier: MIT */
/* Uniform ternary secrets: a byte below 243 = 3^5 is five digits to base 3.
 * Bytes from 243 on are thrown away; that shows how many there were, which says nothing of the
 * digits that stay. */
#include "core/ct.h"
#include "core/memory.h"
#include "random/sample.h"

#include <string.h>

#define POWER  243
#define DIGITS 5

/* The five digits of b < 256, each as -1, 0, 1. */
static void digits_of(int8_t digit[DIGITS], uint32_t b)
{
    for (int i = 0; i < DIGITS; i++) {
        uint32_t third = b * 171 >> 9; /* floor(b / 3) for b < 256 */
        digit[i] = (int8_t)((int32_t)(b - 3 * third) - 1);
        b = third;
    }
}

he_status he_sample_ternary(he_rng *rng, int8_t *s, size_t n)
{
    uint8_t bytes[1024];
    int8_t digit[DIGITS] = {0};
    size_t done = 0;
    he_status status = HE_OK;
    while (done < n) {
        size_t need = (n - done + DIGITS - 1) / DIGITS;
        size_t count = need + need / 16 + 8; /* 256/243 of them, and some more */
        if (count > sizeof bytes)
            count = sizeof bytes;
        status = he_rng_bytes(rng, bytes, count);
        if (status != HE_OK)
            break;
        for (size_t i = 0; i < count && done < n; i++) {
            digits_of(digit, bytes[i]);
            size_t room = n - done < DIGITS ? n - done : DIGITS;
            memcpy(s + done, digit, room);
            uint64_t taken = he_ct_mask_less(bytes[i], POWER);
            HE_PUBLIC(&taken, sizeof taken); /* independent of the digits of bytes that stay */
            done += room & taken;
        }
    }
    he_wipe(bytes, sizeof bytes);
    he_wipe(digit, sizeof digit);
    if (status != HE_OK)
        he_wipe(s, n);
    return status;
}
