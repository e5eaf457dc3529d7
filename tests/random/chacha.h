/* SPDX-License-Identifier: MIT */
/* ChaCha20 written from RFC 8439, section 2.3, as an oracle. */
#ifndef HE_TEST_CHACHA_H
#define HE_TEST_CHACHA_H

#include <stddef.h>
#include <stdint.h>

static uint32_t chacha_rotate(uint32_t x, int k)
{
    return x << k | x >> (32 - k);
}

static void chacha_quarter(uint32_t *s, int a, int b, int c, int d)
{
    s[a] += s[b];
    s[d] = chacha_rotate(s[d] ^ s[a], 16);
    s[c] += s[d];
    s[b] = chacha_rotate(s[b] ^ s[c], 12);
    s[a] += s[b];
    s[d] = chacha_rotate(s[d] ^ s[a], 8);
    s[c] += s[d];
    s[b] = chacha_rotate(s[b] ^ s[c], 7);
}

static void chacha_stream(uint8_t *out, size_t blocks, const uint8_t key[32], uint32_t n0,
                          uint32_t n1, uint32_t n2)
{
    uint32_t in[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    for (int i = 0; i < 32; i++)
        in[4 + i / 4] |= (uint32_t)key[i] << (8 * (i % 4));
    in[13] = n0;
    in[14] = n1;
    in[15] = n2;
    for (size_t b = 0; b < blocks; b++, in[12]++) {
        uint32_t s[16];
        for (int i = 0; i < 16; i++)
            s[i] = in[i];
        for (int round = 0; round < 10; round++) {
            for (int i = 0; i < 4; i++)
                chacha_quarter(s, i, 4 + i, 8 + i, 12 + i);
            for (int i = 0; i < 4; i++)
                chacha_quarter(s, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
        }
        for (int i = 0; i < 64; i++)
            out[64 * b + (size_t)i] = (uint8_t)((s[i / 4] + in[i / 4]) >> (8 * (i % 4)));
    }
}

#endif
