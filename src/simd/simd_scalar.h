/* SPDX-License-Identifier: MIT */
/* The vocabulary of one lane: plain 64-bit words, any prime below 2^61.  Its words are explained
 * in README.md; ranges are derived in docs/bounds.md, sections 2 and 5. */
#ifndef HE_SIMD_SCALAR_H
#define HE_SIMD_SCALAR_H

#include "simd/simd_common.h"

#define HV_NAME        "scalar"
#define HV_ISA         HE_ISA_SCALAR
#define HV_FN(name)    name##_scalar
#define HV_KERNELS(of) he_##of##_kernels_scalar
#define HV_MAX_BITS    61
#define HV_LAZY_BITS   61
#define HV_LOG_LANES   0
#define HV_LANES       1
#define HV_LAZY_LEVELS 0
#define HV_HELD        0
#define HV_PASS_LEVELS 2
#define HV_LOG_RADIX   2
#define HV_LANE_PARTS  2
#define HV_SUM_WIDTH   8

typedef uint64_t hv_elem;
typedef uint64_t hv_u64;
typedef uint64_t hv;

typedef struct hv_root {
    hv_elem w, ratio; /* w < q, floor(w 2^64 / q) */
} hv_root;

typedef hv_root hv_factor;
typedef hv_root hv_lane_factor;

typedef struct hv_prime {
    uint64_t q, ratio_hi, ratio_lo; /* floor(2^128 / q) */
} hv_prime;

typedef struct hv_sum {
    hv_wide x;
} hv_sum;

HV_INLINE hv_prime hv_prime_set(uint64_t q, unsigned bits, uint64_t ratio_hi, uint64_t ratio_lo)
{
    (void)bits;
    return (hv_prime){q, ratio_hi, ratio_lo};
}

HV_INLINE hv_root hv_root_make(uint64_t w, uint64_t q)
{
    return (hv_root){w, (uint64_t)(((hv_wide)w << 64) / q)};
}

HV_INLINE uint64_t high(uint64_t x, uint64_t y)
{
    return (uint64_t)((hv_wide)x * y >> 64);
}

/* x - bound where that is not negative; x, bound < 2^63 or x < 2 bound. */
HV_INLINE uint64_t subtract_once(uint64_t x, uint64_t bound)
{
    uint64_t d = x - bound;
    return d + (bound & (0 - (d >> 63)));
}

/* --- words ---- */
HV_INLINE hv_u64 hv_u64_load(const uint64_t *a)
{
    return *a;
}

HV_INLINE void hv_u64_store(uint64_t *a, hv_u64 x)
{
    *a = x;
}

HV_INLINE hv_u64 hv_u64_set1(uint64_t x)
{
    return x;
}

HV_INLINE hv_u64 hv_u64_add(hv_u64 x, hv_u64 y)
{
    return x + y;
}

HV_INLINE hv_u64 hv_u64_sub(hv_u64 x, hv_u64 y)
{
    return x - y;
}

HV_INLINE hv_u64 hv_u64_once(hv_u64 x, hv_u64 q)
{
    return subtract_once(x, q);
}

HV_INLINE hv_u64 hv_u64_wrap(hv_u64 x, hv_u64 q)
{
    return x + (q & (0 - (x >> 63)));
}

/* --- working values: words; small is [0,2q) ---- */
HV_INLINE hv hv_load(const uint64_t *a)
{
    return *a;
}

HV_INLINE void hv_store(uint64_t *a, hv x)
{
    *a = x;
}

HV_INLINE void hv_transpose(hv *v)
{
    (void)v;
}

HV_INLINE hv hv_enter(hv_u64 x)
{
    return x;
}

HV_INLINE hv_u64 hv_leave(hv x, const hv_prime *p)
{
    return subtract_once(x, p->q);
}

HV_INLINE hv_factor hv_factor_load(const hv_root *root)
{
    return *root;
}

HV_INLINE hv_lane_factor hv_lane_factor_load(const hv_elem *t)
{
    return (hv_lane_factor){t[0], t[1]};
}

/* y w, any word y -> [0,2q). */
HV_INLINE hv hv_mul_factor(hv y, hv_factor f, const hv_prime *p)
{
    return y * f.w - high(y, f.ratio) * p->q;
}

HV_INLINE hv hv_mul_lane(hv y, hv_lane_factor f, const hv_prime *p)
{
    return hv_mul_factor(y, f, p);
}

/* Any double word -> [0,2q). */
HV_INLINE hv reduce_wide(hv_wide x, const hv_prime *p)
{
    uint64_t lo = (uint64_t)x, hi = (uint64_t)(x >> 64);
    hv_wide a = (hv_wide)lo * p->ratio_hi + high(lo, p->ratio_lo);
    hv_wide b = (hv_wide)hi * p->ratio_lo + (uint64_t)a;
    uint64_t quotient = hi * p->ratio_hi + (uint64_t)(a >> 64) + (uint64_t)(b >> 64);
    return lo - quotient * p->q;
}

HV_INLINE hv hv_mul(hv x, hv y, const hv_prime *p)
{
    return reduce_wide((hv_wide)x * y, p);
}

HV_INLINE hv hv_reduce(hv_u64 x, const hv_prime *p)
{
    return x - high(x, p->ratio_hi) * p->q;
}

/* --- butterflies: everything below 8q <= 2^64 ---- */
HV_INLINE hv hv_add(hv x, hv y)
{
    return x + y;
}

HV_INLINE hv hv_sub_small(hv x, hv t, const hv_prime *p)
{
    return x - t + 2 * p->q;
}

HV_INLINE hv hv_sub_wide(hv y, hv x, bool strict, const hv_prime *p)
{
    (void)strict;
    return y - x + 4 * p->q;
}

/* [0,8q) -> [0,4q) before levels 0 and 2. */
HV_INLINE hv hv_forward_settle(hv x, unsigned level, bool strict, const hv_prime *p)
{
    (void)strict;
    return level % 2 == 0 ? subtract_once(x, 4 * p->q) : x;
}

HV_INLINE hv hv_forward_end(hv x, bool strict, const hv_prime *p)
{
    (void)strict;
    return subtract_once(subtract_once(x, 4 * p->q), 2 * p->q);
}

HV_INLINE bool hv_inverse_settles(unsigned doublings, bool end, bool strict)
{
    (void)strict;
    return doublings == 2 || (end && doublings == 1);
}

/* [0,2q 2^doublings) -> [0,2q) */
HV_INLINE hv hv_inverse_settle(hv x, unsigned doublings, bool strict, const hv_prime *p)
{
    (void)strict;
    if (doublings == 2)
        x = subtract_once(x, 4 * p->q);
    return subtract_once(x, 2 * p->q);
}

/* --- sums of products of words below 2^61: 64 of them and a residue fit in 2^128 ---- */
HV_INLINE unsigned hv_sum_terms(bool strict)
{
    (void)strict;
    return 64;
}

HV_INLINE unsigned hv_sum_run(bool strict)
{
    (void)strict;
    return 64;
}

HV_INLINE hv_sum hv_sum_start(bool strict, const hv_prime *p)
{
    (void)strict, (void)p;
    return (hv_sum){0};
}

HV_INLINE void hv_sum_term(hv_sum *s, hv a, hv b)
{
    s->x += (hv_wide)a * b;
}

HV_INLINE void hv_sum_carry(hv_sum *s)
{
    (void)s;
}

HV_INLINE hv hv_sum_end(const hv_sum *s, bool strict, const hv_prime *p)
{
    (void)strict;
    return reduce_wide(s->x, p);
}

HV_INLINE void hv_sum_flush(hv_sum *s, bool strict, const hv_prime *p)
{
    s->x = hv_leave(hv_sum_end(s, strict, p), p);
}

#endif
