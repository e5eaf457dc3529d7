/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

unsigned he_test_scale(void)
{
    const char *text = getenv("HE_TEST_SCALE");
    unsigned long scale = text == NULL ? 1 : strtoul(text, NULL, 10);
    return scale < 1 ? 1 : (unsigned)scale;
}

uint32_t he_test_max_n(void)
{
    const char *text = getenv("HE_TEST_MAX_N");
    unsigned long n = text == NULL ? 0 : strtoul(text, NULL, 10);
    return n == 0 || n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

/* SplitMix64 (Steele, Lea, Flood 2014). */
uint64_t he_test_random(void)
{
    static uint64_t state;
    static bool started;
    if (!started) {
        const char *text = getenv("HE_TEST_SEED");
        state = text == NULL ? 1 : strtoull(text, NULL, 10);
        started = true;
    }
    state += 0x9e3779b97f4a7c15u;
    uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint64_t he_test_random_below(uint64_t bound)
{
    uint64_t limit = UINT64_MAX - UINT64_MAX % bound, x;
    do
        x = he_test_random();
    while (x >= limit);
    return x % bound;
}

double he_test_random_unit(void)
{
    return (double)(int64_t)he_test_random() * 0x1p-63;
}

bool he_test_contains(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}
