/* SPDX-License-Identifier: MIT */
/* The vocabulary of four lanes of doubles, primes below 2^50: a product is two doubles, exactly,
 * and its quotient by q is rounded by adding 1.5 2^52.  Working values are signed, |x| <= B q;
 * ranges are derived in docs/bounds.md, sections 4 and 5.  Primes below 2^48 are lazy.
 * Needs round-to-nearest without flush to zero and -ffp-contract=off. */
#ifndef HE_SIMD_AVX2FMA_H
#define HE_SIMD_AVX2FMA_H

#include "simd/simd_avx2_words.h"

#ifndef __FMA__
#error "compile this file with -mfma (cmake/isa.cmake: the file's name must end in _avx2fma)"
#endif

#define HV_NAME        "avx2fma"
#define HV_ISA         HE_ISA_AVX2FMA
#define HV_FN(name)    name##_avx2fma
#define HV_KERNELS(of) he_##of##_kernels_avx2fma
#define HV_MAX_BITS    50
#define HV_LAZY_BITS   48
#define HV_LAZY_LEVELS 0
#define HV_HELD        0
#define HV_PASS_LEVELS 2
#define HV_LOG_RADIX   3
#define HV_LANE_PARTS  1
#define HV_SUM_WIDTH   4

typedef double hv_elem;
typedef __m256d hv;

typedef struct hv_root {
    hv_elem w, ratio; /* w centred, |w| < q/2; w / q */
} hv_root;

typedef struct hv_factor {
    hv w, ratio;
} hv_factor;

typedef hv hv_lane_factor; /* w alone: the quotient comes from the rounded product */

typedef struct hv_prime {
    hv q, inverse;       /* 1 / q */
    hv round;            /* 1.5 2^52: adding it rounds to integers */
    hv two_52, two_52_q; /* 2^52, 2^52 + q: what leads back to words */
    hv_factor two_32;    /* 2^32 modulo q */
} hv_prime;

/* The sum is high - start + low, exactly. */
typedef struct hv_sum {
    hv high, low;
} hv_sum;

HV_INLINE hv_root hv_root_make(uint64_t w, uint64_t q)
{
    double centred = w > q / 2 ? -(double)(q - w) : (double)w;
    return (hv_root){centred, centred / (double)q};
}

HV_INLINE hv_factor hv_factor_load(const hv_root *root)
{
    return (hv_factor){_mm256_broadcast_sd(&root->w), _mm256_broadcast_sd(&root->ratio)};
}

HV_INLINE hv_prime hv_prime_set(uint64_t q, unsigned bits, uint64_t ratio_hi, uint64_t ratio_lo)
{
    (void)bits, (void)ratio_hi, (void)ratio_lo;
    hv_prime p;
    hv_root two_32 = hv_root_make((UINT64_C(1) << 32) % q, q);
    p.q = _mm256_set1_pd((double)q);
    p.inverse = _mm256_set1_pd(1.0 / (double)q);
    p.round = _mm256_set1_pd(0x1.8p52);
    p.two_52 = _mm256_set1_pd(0x1p52);
    p.two_52_q = _mm256_set1_pd(0x1p52 + (double)q);
    p.two_32 = hv_factor_load(&two_32);
    return p;
}

/* --- working values: doubles; small is (-q,q) ---- */
HV_INLINE hv hv_load(const uint64_t *a)
{
    return _mm256_castsi256_pd(hv_u64_load(a));
}

HV_INLINE void hv_store(uint64_t *a, hv x)
{
    hv_u64_store(a, _mm256_castpd_si256(x));
}

HV_INLINE void hv_transpose(hv *v)
{
    __m256i a = _mm256_castpd_si256(v[0]), b = _mm256_castpd_si256(v[1]);
    __m256i c = _mm256_castpd_si256(v[2]), d = _mm256_castpd_si256(v[3]);
    transpose_words(&a, &b, &c, &d);
    v[0] = _mm256_castsi256_pd(a);
    v[1] = _mm256_castsi256_pd(b);
    v[2] = _mm256_castsi256_pd(c);
    v[3] = _mm256_castsi256_pd(d);
}

/* x < 2^52: the word becomes the mantissa of 2^52 + x. */
HV_INLINE hv hv_enter(hv_u64 x)
{
    const hv two_52 = _mm256_set1_pd(0x1p52);
    return _mm256_sub_pd(_mm256_or_pd(_mm256_castsi256_pd(x), two_52), two_52);
}

/* x is never -0 here: bounds.md, 4.4. */
HV_INLINE hv_u64 hv_leave(hv x, const hv_prime *p)
{
    hv shifted = _mm256_add_pd(x, _mm256_blendv_pd(p->two_52, p->two_52_q, x));
    return _mm256_castpd_si256(_mm256_xor_pd(shifted, p->two_52));
}

/* |x| <= 2^53 -> |x| <= (1/2 + 2^-48) q */
HV_INLINE hv nearest(hv x, const hv_prime *p)
{
    hv quotient = _mm256_sub_pd(_mm256_fmadd_pd(x, p->inverse, p->round), p->round);
    return _mm256_fnmadd_pd(quotient, p->q, x);
}

HV_INLINE hv_lane_factor hv_lane_factor_load(const hv_elem *t)
{
    return _mm256_load_pd(t);
}

/* y w for |y| = B q <= 2^52 -> (1/2 + d(B)) q, d(B) = B q / 2^53: the product is high + low, the
 * quotient off by at most 1/2 + |y| / 2^53. */
HV_INLINE hv hv_mul_factor(hv y, hv_factor f, const hv_prime *p)
{
    hv high = _mm256_mul_pd(y, f.w), low = _mm256_fmsub_pd(y, f.w, high);
    hv quotient = _mm256_sub_pd(_mm256_fmadd_pd(y, f.ratio, p->round), p->round);
    return _mm256_add_pd(_mm256_fnmadd_pd(quotient, p->q, high), low);
}

HV_INLINE hv hv_mul_lane(hv y, hv_lane_factor w, const hv_prime *p)
{
    hv high = _mm256_mul_pd(y, w), low = _mm256_fmsub_pd(y, w, high);
    hv quotient = _mm256_sub_pd(_mm256_fmadd_pd(high, p->inverse, p->round), p->round);
    return _mm256_add_pd(_mm256_fnmadd_pd(quotient, p->q, high), low);
}

/* x y for x, y in [0,q) -> |.| <= 3/4 q */
HV_INLINE hv hv_mul(hv x, hv y, const hv_prime *p)
{
    return hv_mul_lane(x, y, p);
}

/* x < 2^61: high 29 bits times 2^32, and the low half. */
HV_INLINE hv hv_reduce(hv_u64 x, const hv_prime *p)
{
    hv low = hv_enter(_mm256_and_si256(x, _mm256_set1_epi64x(0xffffffff)));
    hv high = hv_mul_factor(hv_enter(_mm256_srli_epi64(x, 32)), p->two_32, p);
    return nearest(_mm256_add_pd(high, low), p);
}

/* --- butterflies ---- */
HV_INLINE hv hv_add(hv x, hv y)
{
    return _mm256_add_pd(x, y);
}

HV_INLINE hv hv_sub_small(hv x, hv t, const hv_prime *p)
{
    (void)p;
    return _mm256_sub_pd(x, t);
}

HV_INLINE hv hv_sub_wide(hv y, hv x, bool strict, const hv_prime *p)
{
    (void)strict, (void)p;
    return _mm256_sub_pd(y, x);
}

/* Lazy: B grows from 1 to 12.7 in 17 levels, below 16.  Strict: below 4 in three levels. */
HV_INLINE hv hv_forward_settle(hv x, unsigned level, bool strict, const hv_prime *p)
{
    return strict && level == 0 ? nearest(x, p) : x;
}

HV_INLINE hv hv_forward_end(hv x, bool strict, const hv_prime *p)
{
    (void)strict;
    return nearest(x, p);
}

HV_INLINE bool hv_inverse_settles(unsigned doublings, bool end, bool strict)
{
    return strict ? doublings == 2 || (end && doublings == 1) : end && doublings >= 2;
}

HV_INLINE hv hv_inverse_settle(hv x, unsigned doublings, bool strict, const hv_prime *p)
{
    (void)doublings, (void)strict;
    return nearest(x, p);
}

/* --- sums of products a b, a < 2^50: lazy 8 terms from 1.5 2^102, strict 4 from 1.5 2^103 ---- */
HV_INLINE unsigned hv_sum_terms(bool strict)
{
    return strict ? 4 : 8;
}

HV_INLINE unsigned hv_sum_run(bool strict)
{
    return hv_sum_terms(strict);
}

HV_INLINE hv sum_origin(bool strict)
{
    return _mm256_set1_pd(strict ? 0x1.8p103 : 0x1.8p102);
}

HV_INLINE hv_sum hv_sum_start(bool strict, const hv_prime *p)
{
    (void)p;
    return (hv_sum){sum_origin(strict), _mm256_setzero_pd()};
}

/* high moves by a multiple of its own ulp, low takes what the multiple leaves. */
HV_INLINE void hv_sum_term(hv_sum *s, hv a, hv b)
{
    hv high = _mm256_fmadd_pd(a, b, s->high);
    hv moved = _mm256_sub_pd(high, s->high);
    s->low = _mm256_add_pd(s->low, _mm256_fmsub_pd(a, b, moved));
    s->high = high;
}

HV_INLINE void hv_sum_carry(hv_sum *s)
{
    (void)s;
}

/* high / q can reach 2^53, so its quotient is rounded to multiples of 4. */
HV_INLINE hv hv_sum_end(const hv_sum *s, bool strict, const hv_prime *p)
{
    const hv round = _mm256_set1_pd(0x1.8p54);
    hv high = _mm256_sub_pd(s->high, sum_origin(strict));
    hv quotient = _mm256_sub_pd(_mm256_fmadd_pd(high, p->inverse, round), round);
    return nearest(_mm256_add_pd(_mm256_fnmadd_pd(quotient, p->q, high), s->low), p);
}

HV_INLINE void hv_sum_flush(hv_sum *s, bool strict, const hv_prime *p)
{
    s->low = hv_sum_end(s, strict, p);
    s->high = sum_origin(strict);
}

#endif
