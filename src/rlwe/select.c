/* SPDX-License-Identifier: MIT */
/* Parameters asked for by depth, precision and slots: the smallest n in the table for which sizes
 * exist, found with the noise model and then verified with the primes themselves.
 *
 * CKKS precision: fresh and rescaled noise has variance n/18 per coefficient, so a slot has sigma
 * n / (6 Delta) in its real part, 6 sigma cover all slots; a product of depth D of values below
 * 2^r multiplies an error by at most 2^(D + r), and the errors of all levels sum to twice that:
 * log2(Delta) = precision + log2(n) + (D > 0 ? D + r + 1 : 0). */
#include "rlwe/noise.h"
#include "rlwe/params.h"
#include "rlwe/rlwe.h"
#include <math.h>
#include <string.h>

/* Bits between the bound and the limit that a selection keeps. */
#define SAFETY_BITS 1.0
#define CHECK_BITS  0.5
/* How often the data sizes grow by a bit where the primes fell short of the estimate. */
#define MAX_TRIES 8

unsigned he_params_base_bits(const he_params *p)
{
    return p->scale_bits + p->range_bits + 2;
}

size_t he_params_base_limbs(const he_params *p)
{
    if (p->scheme != HE_SCHEME_CKKS || p->ckks_mode != HE_CKKS_CANONICAL)
        return 1;
    double need = p->scale_bits + p->range_bits + 1.5;
    double one = log2((double)p->data_primes[0]);
    if (one >= need)
        return 1;
    if (p->data_primes[1] != 0 && one + log2((double)p->data_primes[1]) >= need)
        return 2;
    return 0;
}

unsigned he_params_scale_needed(const he_params *p, double extra_bits)
{
    double range = p->range_bits == 0 ? 1 : p->range_bits;
    double product = p->depth == 0 ? 0 : p->depth + range + 1;
    return (unsigned)ceil(p->precision_bits + log2(p->n) + product + fmax(extra_bits, 0));
}

/* log2 of the noise bound after depth multiplications of ciphertexts that have had as many. */
static double bfv_noise_bits(const he_params *p, double fresh, double keyswitch)
{
    double n = p->n, sigma = fresh;
    for (uint32_t i = 0; i < p->depth; i++) {
        sigma = he_noise_bfv_product(n, (double)p->plain_modulus, sigma, sigma);
        sigma = he_noise_independent(sigma, keyswitch);
    }
    return sigma + he_noise_log_tail(n);
}

static double sum_log2(const uint64_t *primes, size_t capacity)
{
    double sum = 0;
    for (size_t i = 0; i < capacity && primes[i] != 0; i++)
        sum += log2((double)primes[i]);
    return sum;
}

static he_status check_bfv_goal(const he_params *p, double extra_bits)
{
    double n = p->n, log_p = sum_log2(p->special_primes, HE_MAX_SPECIAL_PRIMES);
    size_t count = he_params_count_primes(p->data_primes, HE_MAX_DATA_PRIMES);
    double keyswitch = he_noise_independent(
        he_noise_model_switch_product(n, p->data_primes, count, p->special_count, log_p),
        he_noise_model_rounding(n, 2));
    double have = bfv_noise_bits(p, he_noise_model_fresh_public(n, log_p), keyswitch);
    double log_q = sum_log2(p->data_primes, HE_MAX_DATA_PRIMES);
    double limit = log_q - log2((double)p->plain_modulus) - 1;
    if (have + fmax(extra_bits, 0) + CHECK_BITS > limit)
        return he_fail(HE_ERR_PARAMS,
                       "he_params: at depth %u noise reaches %.1f bits, log2(Q) = %.1f and t allow "
                       "%.1f: more or larger data primes, a smaller t, or less depth",
                       p->depth, have + fmax(extra_bits, 0), log_q, limit);
    return HE_OK;
}

/* Delta_l = Delta_(l+1)^2 / q stays within a factor 2 of s down to the base. */
static he_status check_scales(const he_params *p, size_t base, size_t count)
{
    double log_scale = p->scale_bits;
    for (size_t i = count; i-- > base;) {
        log_scale = 2 * log_scale - log2((double)p->data_primes[i]);
        if (fabs(log_scale - p->scale_bits) > 1)
            return he_fail(HE_ERR_PARAMS,
                           "he_params: canonical mode: below data_primes[%zu] the scale would be "
                           "2^%.2f instead of 2^%u: primes above level 0 must lie near the scale",
                           i, log_scale, p->scale_bits);
    }
    return HE_OK;
}

static he_status check_ckks_goal(const he_params *p, double extra_bits)
{
    size_t count = he_params_count_primes(p->data_primes, HE_MAX_DATA_PRIMES);
    size_t base = he_params_base_limbs(p);
    if (base == 0)
        return he_fail(HE_ERR_PARAMS,
                       "he_params: a scale of %u bits and values of %u bits need %u bits of primes "
                       "at level 0: data_bits[0] (or the first two together) must have them",
                       p->scale_bits, p->range_bits, he_params_base_bits(p));
    if (count - base < p->depth)
        return he_fail(HE_ERR_PARAMS, "he_params: %zu data primes give %zu levels, depth is %u",
                       count, count - base, p->depth);
    if (p->ckks_mode == HE_CKKS_CANONICAL)
        HE_TRY(check_scales(p, base, count));
    unsigned need = he_params_scale_needed(p, extra_bits);
    if (p->precision_bits != 0 && need > p->scale_bits)
        return he_fail(HE_ERR_PARAMS,
                       "he_params: %u bits of precision at depth %u and n = %u need scale_bits %u, "
                       "have %u",
                       p->precision_bits, p->depth, p->n, need, p->scale_bits);
    return HE_OK;
}

he_status he_params_check_goal(const he_params *p, double extra_bits)
{
    if (p->slots > he_params_slots(p))
        return he_fail(HE_ERR_PARAMS, "he_params: n = %u gives %u slots, %u are asked for", p->n,
                       he_params_slots(p), p->slots);
    double largest = 0, log_p = sum_log2(p->special_primes, HE_MAX_SPECIAL_PRIMES);
    size_t count = he_params_count_primes(p->data_primes, HE_MAX_DATA_PRIMES);
    for (size_t first = 0; first < count; first += p->special_count) {
        size_t left = count - first;
        size_t length = left < p->special_count ? left : p->special_count;
        largest = fmax(largest, sum_log2(p->data_primes + first, length));
    }
    /* A smaller P would make key switching worth more noise than all else. */
    if (log_p < largest - 1)
        return he_fail(HE_ERR_PARAMS,
                       "he_params: the special primes have %.1f bits together, a digit of the data "
                       "primes %.1f: larger special primes, or more of them",
                       log_p, largest);
    return p->scheme == HE_SCHEME_BFV ? check_bfv_goal(p, extra_bits)
                                      : check_ckks_goal(p, extra_bits);
}

/* Data sizes for a total of bits, equal, below 2^48 where that takes no further prime. */
static he_status bfv_sizes(he_params *p, unsigned total)
{
    unsigned count = (total + HE_FAST_PRIME_BITS - 1) / HE_FAST_PRIME_BITS;
    if (count > HE_MAX_DATA_PRIMES)
        return he_fail(HE_ERR_PARAMS, "he_params: %u bits take more than %u primes", total,
                       HE_MAX_DATA_PRIMES);
    unsigned bits = (total + count - 1) / count;
    bits = bits < HE_MIN_PRIME_BITS ? HE_MIN_PRIME_BITS : bits;
    memset(p->data_bits, 0, sizeof p->data_bits);
    memset(p->data_bits, (int)bits, count);
    return HE_OK;
}

/* Primes for the sizes chosen; then everything that they must hold. */
static he_status try_sizes(he_params *done, const he_params *sizes, double extra_bits)
{
    *done = *sizes;
    HE_TRY(he_params_fill(done));
    HE_TRY(he_params_check_goal(done, extra_bits));
    return he_params_check_security(done);
}

static he_status select_bfv(he_params *done, const he_params *asked, double extra_bits)
{
    he_params p = *asked;
    HE_TRY(he_params_fill_plain_modulus(&p));
    /* P shrinks noise of encryption and switching to that of rounding */
    double rounding = he_noise_model_rounding(p.n, 2);
    double noise = bfv_noise_bits(&p, rounding, rounding) + fmax(extra_bits, 0);
    unsigned total = (unsigned)ceil(noise + log2((double)p.plain_modulus) + 1 + SAFETY_BITS);
    he_status status = HE_OK;
    for (unsigned i = 0; i < MAX_TRIES; i++) {
        HE_TRY(bfv_sizes(&p, total + i));
        status = try_sizes(done, &p, extra_bits);
        if (status != HE_ERR_PARAMS)
            break;
    }
    return status;
}

static he_status select_ckks(he_params *done, const he_params *asked, double extra_bits)
{
    he_params p = *asked;
    p.range_bits = p.range_bits == 0 ? 1 : p.range_bits;
    if (p.scale_bits == 0)
        p.scale_bits = he_params_scale_needed(&p, extra_bits);
    p.scale_bits = p.scale_bits < HE_MIN_PRIME_BITS ? HE_MIN_PRIME_BITS : p.scale_bits;
    if (p.scale_bits > HE_MAX_SCALE_BITS)
        return he_fail(HE_ERR_PARAMS,
                       "he_params: %u bits of precision at depth %u and n = %u need a scale of %u "
                       "bits, at most %u",
                       p.precision_bits, p.depth, p.n, p.scale_bits, HE_MAX_SCALE_BITS);
    unsigned base = he_params_base_bits(&p);
    unsigned single = p.scale_bits > HE_FAST_PRIME_BITS || p.ckks_mode == HE_CKKS_EXPLICIT
                          ? HE_MAX_PRIME_BITS - 1
                          : HE_FAST_PRIME_BITS;
    size_t count = 0;
    if (base <= single) {
        p.data_bits[count++] = (uint8_t)base;
    } else if (base <= 2 * single && p.ckks_mode == HE_CKKS_CANONICAL) {
        unsigned half = (base + 1) / 2;
        half = half < HE_MIN_PRIME_BITS ? HE_MIN_PRIME_BITS : half;
        p.data_bits[count++] = (uint8_t)half;
        p.data_bits[count++] = (uint8_t)half;
    } else {
        return he_fail(HE_ERR_PARAMS,
                       "he_params: a scale of %u bits and values of %u bits are more than the "
                       "primes of level 0 can hold",
                       p.scale_bits, p.range_bits);
    }
    if (count + p.depth > HE_MAX_DATA_PRIMES)
        return he_fail(HE_ERR_PARAMS, "he_params: depth %u takes more than %u data primes", p.depth,
                       HE_MAX_DATA_PRIMES);
    memset(p.data_bits + count, (int)p.scale_bits, p.depth);
    return try_sizes(done, &p, extra_bits);
}

he_status he_params_select(he_params *p, double extra_bits)
{
    if (p->scheme == HE_SCHEME_CKKS && p->precision_bits == 0 && p->scale_bits == 0)
        return he_fail(HE_ERR_PARAMS,
                       "he_params: neither primes nor precision_bits nor scale_bits are given");
    he_status status = HE_OK;
    uint32_t first = p->n == 0 ? HE_MIN_N : p->n, last = p->n == 0 ? HE_MAX_N : p->n;
    for (uint32_t n = first; n <= last; n *= 2) {
        he_params asked = *p, done;
        asked.n = n;
        uint32_t most = p->scheme == HE_SCHEME_CKKS ? n / 2 : n;
        if (p->slots > most) {
            status =
                he_fail(HE_ERR_PARAMS, "he_params: n = %u has fewer than %u slots", n, p->slots);
            continue;
        }
        status = p->scheme == HE_SCHEME_CKKS ? select_ckks(&done, &asked, extra_bits)
                                             : select_bfv(&done, &asked, extra_bits);
        if (status == HE_OK) {
            *p = done;
            return HE_OK;
        }
        if (status != HE_ERR_PARAMS && status != HE_ERR_INSECURE)
            return status;
    }
    return he_fail(HE_ERR_PARAMS, "no n up to %u holds depth %u; the last: %s", last, p->depth,
                   he_last_error());
}
