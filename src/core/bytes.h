/* SPDX-License-Identifier: MIT */
/* Little-endian loads and stores; compilers turn each into one instruction on x86. */
#ifndef HE_CORE_BYTES_H
#define HE_CORE_BYTES_H

#include <stdint.h>
#include <string.h>

static inline uint16_t he_load16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t he_load32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t he_load64(const uint8_t *p)
{
    return (uint64_t)he_load32(p) | (uint64_t)he_load32(p + 4) << 32;
}

static inline void he_store16(uint8_t *p, uint16_t x)
{
    p[0] = (uint8_t)x;
    p[1] = (uint8_t)(x >> 8);
}

static inline void he_store32(uint8_t *p, uint32_t x)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(x >> (8 * i));
}

static inline void he_store64(uint8_t *p, uint64_t x)
{
    for (int i = 0; i < 8; i++)
        p[i] = (uint8_t)(x >> (8 * i));
}

/* IEEE-754 binary64, little-endian. */
static inline double he_load_double(const uint8_t *p)
{
    uint64_t bits = he_load64(p);
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline void he_store_double(uint8_t *p, double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    he_store64(p, bits);
}

#endif
