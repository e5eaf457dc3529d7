/* SPDX-License-Identifier: MIT */
/* Primes for parameters whose n and data sizes (or data primes) are given: plaintext modulus,
 * special primes, then data primes.
 *
 * CKKS, canonical mode: q_l is the prime nearest to Delta_l^2 / s, from the top down, and
 * Delta_(l-1) = Delta_l^2 / q_l, so that the scale of every level stays within the gap between
 * primes of s = 2^scale_bits (compare Kim, Papadimitriou, Polyakov, ePrint 2020/1118). */
#include "math/prime.h"
#include "rlwe/params.h"
#include "rlwe/rlwe.h"
#include <math.h>
#include <string.h>

#define MAX_PRIMES (HE_MAX_DATA_PRIMES + HE_MAX_SPECIAL_PRIMES + 1)

/* What new primes must differ from. */
typedef struct prime_set {
    uint64_t primes[MAX_PRIMES];
    size_t count;
} prime_set;

static void set_add(prime_set *set, uint64_t prime)
{
    set->primes[set->count++] = prime;
}

/* primes[i] of bits[i] for each i in [first, count): equal sizes from one search, descending. */
static he_status find_primes(uint64_t *primes, const uint8_t *bits, size_t first, size_t count,
                             uint64_t step, prime_set *used)
{
    for (size_t i = first; i < count; i++) {
        if (primes[i] != 0)
            continue;
        size_t index[HE_MAX_DATA_PRIMES], same = 0;
        for (size_t j = i; j < count; j++) {
            if (bits[j] == bits[i])
                index[same++] = j;
        }
        uint64_t found[HE_MAX_DATA_PRIMES];
        HE_TRY(he_prime_search(found, same, bits[i], step, used->primes, used->count));
        for (size_t j = 0; j < same; j++) {
            primes[index[j]] = found[j];
            set_add(used, found[j]);
        }
    }
    return HE_OK;
}

he_status he_params_fill_plain_modulus(he_params *p)
{
    if (p->scheme != HE_SCHEME_BFV || p->plain_modulus != 0)
        return HE_OK;
    size_t avoid = he_params_count_primes(p->data_primes, HE_MAX_DATA_PRIMES);
    he_status status = he_prime_search(&p->plain_modulus, 1, p->plain_bits, 2 * (uint64_t)p->n,
                                       p->data_primes, avoid);
    if (status != HE_OK)
        return he_fail(status,
                       "he_params: no prime of %u bits is 1 mod 2n = %u: take more "
                       "plain_bits or a smaller n",
                       p->plain_bits, 2 * p->n);
    p->plain_bits = 0;
    return HE_OK;
}

/* Bits of data prime i: its size if asked for, else of the prime given. */
static unsigned data_size(const he_params *p, size_t i)
{
    return p->data_bits[i] != 0 ? p->data_bits[i] : he_bit_length(p->data_primes[i]);
}

/* Bits of the largest digit of alpha primes. */
static unsigned digit_size(const he_params *p, size_t count, size_t alpha)
{
    unsigned most = 0;
    for (size_t first = 0; first < count; first += alpha) {
        unsigned bits = 0;
        for (size_t i = first; i < count && i < first + alpha; i++)
            bits += data_size(p, i);
        most = bits > most ? bits : most;
    }
    return most;
}

/* P should exceed every digit by 2^4, so that key switching adds little more than rounding noise;
 * special primes stay within the fast kernels where the data primes do. */
static unsigned special_size(const he_params *p, size_t count, size_t alpha)
{
    unsigned largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = data_size(p, i) > largest ? data_size(p, i) : largest;
    unsigned digit = digit_size(p, count, alpha);
    unsigned limit = largest <= HE_FAST_PRIME_BITS ? HE_FAST_PRIME_BITS : 60;
    limit = limit < largest ? largest : limit;
    /* 2^2 will do where it keeps the primes lazy */
    if (largest <= HE_LAZY_PRIME_BITS && digit + 2 <= HE_LAZY_PRIME_BITS * alpha)
        limit = HE_LAZY_PRIME_BITS;
    unsigned bits = (digit + 4 + (unsigned)alpha - 1) / (unsigned)alpha;
    bits = bits > limit ? limit : bits;
    return bits < HE_MIN_PRIME_BITS ? HE_MIN_PRIME_BITS : bits;
}

/* alpha special primes: as asked for, else 1 for up to three data primes and a third of them for
 * more, but fewer where the security table would not hold them. */
static void choose_special(he_params *p, size_t count)
{
    unsigned cap = he_security_max_bits(p->security, p->n), data = 0;
    for (size_t i = 0; i < count; i++)
        data += data_size(p, i);
    size_t alpha = p->special_count;
    if (alpha == 0) {
        alpha = count <= 3 ? 1 : (count + 2) / 3;
        alpha = alpha > HE_MAX_SPECIAL_PRIMES ? HE_MAX_SPECIAL_PRIMES : alpha;
        while (alpha > 1 && cap != 0 && data + alpha * special_size(p, count, alpha) > cap)
            alpha--;
    }
    memset(p->special_bits, 0, sizeof p->special_bits);
    for (size_t i = 0; i < alpha; i++)
        p->special_bits[i] = (uint8_t)special_size(p, count, alpha);
}

/* Canonical CKKS, sizes given: primes above the base have the size of the scale. */
static he_status check_canonical_sizes(const he_params *p, size_t base, size_t count)
{
    for (size_t i = base; i < count; i++) {
        if (p->data_bits[i] != p->scale_bits)
            return he_fail(HE_ERR_PARAMS,
                           "he_params: data_bits[%zu] is %u, but scale_bits is %u: canonical mode "
                           "needs them equal above level 0 (or HE_CKKS_EXPLICIT)",
                           i, p->data_bits[i], p->scale_bits);
    }
    return HE_OK;
}

/* A scale just below a limit of the fast kernels takes primes below it, although they bring no
 * scale back: it grows from level to level, twice as much at each, and is taken up to a fifth. */
#define MAX_DRIFT_BITS 0.25

/* Primes below 2^bits for the levels above the base, each as near as can be to what brings the next
 * scale back to s.  *found: no scale left s by more than a factor 2^drift. */
static he_status find_levels(he_params *p, size_t base, size_t count, unsigned bits, double drift,
                             uint64_t step, prime_set *used, bool *found)
{
    double s = exp2(p->scale_bits), scale = s;
    *found = true;
    for (size_t i = count; *found && i-- > base;) {
        uint64_t q = 0;
        HE_TRY(he_prime_nearest(&q, scale * scale / s, bits, step, used->primes, used->count));
        set_add(used, q);
        p->data_primes[i] = q;
        scale = scale * scale / (double)q;
        *found = fabs(log2(scale / s)) <= drift;
    }
    return HE_OK;
}

static he_status find_canonical(he_params *p, size_t count, uint64_t step, prime_set *used)
{
    static const unsigned limits[] = {HE_LAZY_PRIME_BITS, HE_FAST_PRIME_BITS, HE_MAX_PRIME_BITS};
    size_t base = p->data_bits[0] >= he_params_base_bits(p) ? 1 : 2;
    bool found = false;
    if (base > count)
        base = count;
    HE_TRY(check_canonical_sizes(p, base, count));
    for (size_t i = 0; !found && i < sizeof limits / sizeof *limits; i++) {
        bool last = limits[i] == HE_MAX_PRIME_BITS;
        if (p->scale_bits > limits[i])
            continue;
        prime_set tried = *used;
        HE_TRY(find_levels(p, base, count, limits[i], last ? INFINITY : MAX_DRIFT_BITS, step,
                           &tried, &found));
        if (found)
            *used = tried;
    }
    return find_primes(p->data_primes, p->data_bits, 0, base, step, used);
}

static he_status find_data(he_params *p, size_t count, uint64_t step, prime_set *used)
{
    he_status status;
    if (p->scheme == HE_SCHEME_CKKS && p->ckks_mode == HE_CKKS_CANONICAL)
        status = find_canonical(p, count, step, used);
    else
        status = find_primes(p->data_primes, p->data_bits, 0, count, step, used);
    memset(p->data_bits, 0, sizeof p->data_bits);
    return status;
}

/* A factor that t has in common with the prime q is q itself. */
static he_status check_plain_modulus(const he_params *p, const uint64_t *primes, size_t capacity)
{
    for (size_t i = 0; i < capacity && primes[i] != 0; i++) {
        if (p->plain_modulus % primes[i] == 0)
            return he_fail(HE_ERR_PARAMS,
                           "he_params: plain_modulus %llu shares the factor %llu "
                           "with the data or special primes",
                           (unsigned long long)p->plain_modulus, (unsigned long long)primes[i]);
    }
    return HE_OK;
}

he_status he_params_fill(he_params *p)
{
    size_t count = he_params_count_bits(p->data_bits, HE_MAX_DATA_PRIMES) +
                   he_params_count_primes(p->data_primes, HE_MAX_DATA_PRIMES);
    uint64_t step = 2 * (uint64_t)p->n;
    if (p->scheme == HE_SCHEME_CKKS) {
        p->range_bits = p->range_bits == 0 ? 1 : p->range_bits;
        if (p->scale_bits == 0) /* the size of the last prime is the natural scale */
            p->scale_bits = data_size(p, count - 1);
        if (p->scale_bits > HE_MAX_SCALE_BITS)
            p->scale_bits = HE_MAX_SCALE_BITS;
    }
    HE_TRY(he_params_fill_plain_modulus(p));
    prime_set used = {.count = 0};
    for (size_t i = 0; i < HE_MAX_DATA_PRIMES && p->data_primes[i] != 0; i++)
        set_add(&used, p->data_primes[i]);
    for (size_t i = 0; i < HE_MAX_SPECIAL_PRIMES && p->special_primes[i] != 0; i++)
        set_add(&used, p->special_primes[i]);
    if (p->scheme == HE_SCHEME_BFV)
        set_add(&used, p->plain_modulus);
    if (p->special_primes[0] == 0) {
        if (p->special_bits[0] == 0)
            choose_special(p, count);
        size_t alpha = he_params_count_bits(p->special_bits, HE_MAX_SPECIAL_PRIMES);
        HE_TRY(find_primes(p->special_primes, p->special_bits, 0, alpha, step, &used));
        memset(p->special_bits, 0, sizeof p->special_bits);
    }
    if (p->data_primes[0] == 0)
        HE_TRY(find_data(p, count, step, &used));
    p->special_count = (uint32_t)he_params_count_primes(p->special_primes, HE_MAX_SPECIAL_PRIMES);
    if (p->scheme == HE_SCHEME_BFV) {
        HE_TRY(check_plain_modulus(p, p->data_primes, HE_MAX_DATA_PRIMES));
        HE_TRY(check_plain_modulus(p, p->special_primes, HE_MAX_SPECIAL_PRIMES));
    }
    return HE_OK;
}
