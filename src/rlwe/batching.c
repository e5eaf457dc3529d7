/* SPDX-License-Identifier: MIT */
/* Plaintext moduli: primes t = 1 mod 2n, for which Z_t[X]/(X^n + 1) splits into n slots. */
#include "core/status.h"
#include "math/prime.h"
#include <he/params.h>

#define MAX_PLAIN_MODULUS ((uint64_t)1 << 60)

he_status he_batching_prime(uint64_t *t, uint32_t n, uint64_t above)
{
    HE_REQUIRE_PTR(t);
    if (n < HE_MIN_N || n > HE_MAX_N || (n & (n - 1)) != 0)
        return he_fail(HE_ERR_ARGUMENT,
                       "he_batching_prime: n is %u, must be a power of two from %u to %u", n,
                       HE_MIN_N, HE_MAX_N);
    const uint64_t step = 2 * (uint64_t)n;
    if (above < MAX_PLAIN_MODULUS) {
        /* the first number above the bound that is 1 mod step */
        uint64_t candidate = above - above % step + 1;
        if (candidate <= above)
            candidate += step;
        for (; candidate < MAX_PLAIN_MODULUS; candidate += step)
            if (he_prime_test(candidate)) {
                *t = candidate;
                return HE_OK;
            }
    }
    return he_fail(HE_ERR_ARGUMENT,
                   "he_batching_prime: no prime 1 mod %llu above %llu has 60 bits or fewer",
                   (unsigned long long)step, (unsigned long long)above);
}
