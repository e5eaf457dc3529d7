/* SPDX-License-Identifier: MIT */
/* Primes 1 mod 2n and their least roots of unity.
 *
 * FLINT decides primality: its test is a proof for every word.  It takes words only and allocates
 * nothing, so no input makes it abort.  A root comes from powers of small candidates rather than
 * from FLINT's primitive roots, which would have to factor q - 1. */
#include "math/prime.h"

#include <flint/ulong_extras.h>
#include <inttypes.h>
#include <math.h>

#define LIMIT ((uint64_t)1 << 61) /* primes stay below */

bool he_prime_test(uint64_t q)
{
    return q >= 2 && n_is_prime(q) == 1;
}

static bool contains(const uint64_t *list, size_t count, uint64_t x)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] == x)
            return true;
    return false;
}

he_status he_prime_search(uint64_t *primes, size_t count, unsigned bits, uint64_t step,
                          const uint64_t *avoid, size_t avoid_count)
{
    if (bits < 2 || bits > 61 || step == 0)
        return he_fail(HE_ERR_PARAMS,
                       "he_prime_search: %u bits and step %" PRIu64
                       ": need 2 to 61 bits and a step above 0",
                       bits, step);
    uint64_t least = (uint64_t)1 << (bits - 1);
    uint64_t c = (2 * least - 2) / step * step + 1; /* largest 1 mod step below 2^bits */
    size_t found = 0;
    for (; found < count && c >= least && c > 1; c -= step) {
        if (!contains(avoid, avoid_count, c) && he_prime_test(c))
            primes[found++] = c;
        if (c < step)
            break;
    }
    if (found < count)
        return he_fail(HE_ERR_PARAMS,
                       "he_prime_search: only %zu of %zu primes of %u bits are 1 mod %" PRIu64
                       ": ask for other sizes",
                       found, count, bits, step);
    return HE_OK;
}

he_status he_prime_nearest(uint64_t *prime, double target, unsigned bits, uint64_t step,
                           const uint64_t *avoid, size_t avoid_count)
{
    if (!(target >= 2 && target < 0x1p61) || bits < 2 || bits > 61 || step == 0 || step >= LIMIT)
        return he_fail(HE_ERR_PARAMS,
                       "he_prime_nearest: target %g, %u bits, step %" PRIu64
                       ": need a target in [2, 2^61), 2 to 61 bits, a step in 1 … 2^61 - 1",
                       target, bits, step);
    uint64_t limit = (uint64_t)1 << bits;
    uint64_t whole = (uint64_t)target;
    double fraction = target - (double)whole; /* exact */
    if (whole >= limit) {                     /* nothing between is a candidate */
        whole = limit - 1;
        fraction = 0;
    }
    uint64_t low = (whole - 1) / step * step + 1, high = low + step;
    /* low <= target < high walk outwards, the nearer first; of two as near, the lower */
    while (low > 1 || high < limit) {
        bool take_low = high >= limit;
        if (!take_low && low > 1)
            take_low = (double)(whole - low) + fraction <= (double)(high - whole) - fraction;
        uint64_t c = take_low ? low : high;
        if (!contains(avoid, avoid_count, c) && he_prime_test(c)) {
            *prime = c;
            return HE_OK;
        }
        if (take_low)
            low = low > step ? low - step : 0;
        else
            high += step;
    }
    return he_fail(HE_ERR_PARAMS, "he_prime_nearest: no prime is 1 mod %" PRIu64 " below 2^%u",
                   step, bits);
}

he_status he_root_minimal(uint64_t *root, uint64_t order, const he_modulus *m)
{
    uint64_t q = m->q;
    if (order < 2 || order > (uint64_t)1 << 24 || (order & (order - 1)) != 0)
        return he_fail(HE_ERR_PARAMS,
                       "he_root_minimal: order %" PRIu64 " is not a power of two from 2 to 2^24",
                       order);
    if ((q - 1) % order != 0)
        return he_fail(HE_ERR_PARAMS, "he_root_minimal: %" PRIu64 " is not 1 mod %" PRIu64, q,
                       order);
    /* x^((q-1)/order) has the full order where x is no square: half of all x.  The least such x
     * modulo a prime below 2^61 is far below the bound; a composite q may have none. */
    uint64_t any = 0;
    for (uint64_t x = 2; x < q && x < 4096; x++) {
        uint64_t r = he_mod_pow(x, (q - 1) / order, m);
        if (he_mod_pow(r, order / 2, m) == q - 1) {
            any = r;
            break;
        }
    }
    if (any == 0)
        return he_fail(HE_ERR_PARAMS, "he_root_minimal: %" PRIu64 " is not a prime", q);
    uint64_t square = he_mod_mul(any, any, m), shoup = he_mod_shoup(square, q), least = any;
    for (uint64_t i = 1, r = any; i < order / 2; i++) {
        r = he_mod_mul_shoup(r, square, shoup, q);
        if (r < least)
            least = r;
    }
    *root = least;
    return HE_OK;
}
