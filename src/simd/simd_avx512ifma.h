/* SPDX-License-Identifier: MIT */
/* The vocabulary of eight lanes of 52-bit integers, primes below 2^50: Shoup products by IFMA.
 * Working values are words whose low 52 bits count; what stands above is dirt that the multiplier
 * ignores and that sums carry along.  Their true values stay below 2^52; ranges are derived in
 * docs/bounds.md, section 6.  Primes below 2^48 are lazy.
 * Words of the vocabulary are explained in README.md. */
#ifndef HE_SIMD_AVX512IFMA_H
#define HE_SIMD_AVX512IFMA_H

#include "simd/simd_avx512_words.h"

#ifndef __AVX512IFMA__
#error "compile this file with -mavx512ifma (cmake/isa.cmake: its name must end in _avx512ifma)"
#endif

#define HV_NAME        "avx512ifma"
#define HV_ISA         HE_ISA_AVX512IFMA
#define HV_FN(name)    name##_avx512ifma
#define HV_KERNELS(of) he_##of##_kernels_avx512ifma
#define HV_MAX_BITS    50
#define HV_LAZY_BITS   48
#define HV_LAZY_LEVELS 7
#define HV_HELD        1
#define HV_PASS_LEVELS 3
#define HV_LOG_RADIX   3
#define HV_LANE_PARTS  2
#define HV_SUM_WIDTH   4

typedef uint64_t hv_elem;
typedef __m512i hv;

typedef struct hv_root {
    hv_elem w, ratio; /* w < q, floor(w 2^52 / q) */
} hv_root;

typedef struct hv_factor {
    hv w, ratio;
} hv_factor;

typedef hv_factor hv_lane_factor;

typedef struct hv_prime {
    hv q, q2, q8, minus_q; /* minus_q = 2^52 - q */
    hv mask;               /* 2^52 - 1 */
    hv one_ratio;          /* floor(2^52 / q) */
    hv_factor two_52;      /* 2^52 modulo q */
    hv barrett;            /* floor(2^(bits+50) / q) <= 2^51 */
    __m128i shift;         /* 52 - bits */
} hv_prime;

/* low + high 2^52, low any word. */
typedef struct hv_sum {
    hv low, high;
} hv_sum;

HV_INLINE hv_root hv_root_make(uint64_t w, uint64_t q)
{
    return (hv_root){w, (uint64_t)(((hv_wide)w << 52) / q)};
}

HV_INLINE hv_factor hv_factor_load(const hv_root *root)
{
    return (hv_factor){hv_u64_set1(root->w), hv_u64_set1(root->ratio)};
}

HV_INLINE hv_prime hv_prime_set(uint64_t q, unsigned bits, uint64_t ratio_hi, uint64_t ratio_lo)
{
    hv_prime p;
    const hv_root two_52 = hv_root_make((UINT64_C(1) << 52) % q, q);
    p.q = hv_u64_set1(q);
    p.q2 = hv_u64_set1(2 * q);
    p.q8 = hv_u64_set1(8 * q);
    p.minus_q = hv_u64_set1((UINT64_C(1) << 52) - q);
    p.mask = hv_u64_set1((UINT64_C(1) << 52) - 1);
    p.one_ratio = hv_u64_set1(ratio_hi >> 12);
    p.two_52 = hv_factor_load(&two_52);
    p.barrett = hv_u64_set1((uint64_t)((((hv_wide)ratio_hi << 64) | ratio_lo) >> (78 - bits)));
    p.shift = _mm_cvtsi32_si128(52 - (int)bits);
    return p;
}

/* c + the low, the high 52 bits of x y */
HV_INLINE hv add_low(hv c, hv x, hv y)
{
    return _mm512_madd52lo_epu64(c, x, y);
}

HV_INLINE hv add_high(hv c, hv x, hv y)
{
    return _mm512_madd52hi_epu64(c, x, y);
}

/* --- working values: words; small is [0,2q) and dirt ---- */
HV_INLINE hv hv_load(const uint64_t *a)
{
    return hv_u64_load(a);
}

HV_INLINE void hv_store(uint64_t *a, hv x)
{
    hv_u64_store(a, x);
}

HV_INLINE void hv_transpose(hv *v)
{
    transpose_words(v);
}

HV_INLINE hv hv_enter(hv_u64 x)
{
    return x;
}

/* [0,2 bound) and dirt -> [0,bound), clean. */
HV_INLINE hv clean_once(hv x, hv bound, const hv_prime *p)
{
    return subtract_once(_mm512_and_si512(x, p->mask), bound);
}

HV_INLINE hv_u64 hv_leave(hv x, const hv_prime *p)
{
    return clean_once(x, p->q, p);
}

HV_INLINE hv_lane_factor hv_lane_factor_load(const hv_elem *t)
{
    return (hv_lane_factor){hv_u64_load(t), hv_u64_load(t + HV_LANES)};
}

/* y w, true y below 2^52 -> [0,2q) */
HV_INLINE hv hv_mul_factor(hv y, hv_factor f, const hv_prime *p)
{
    const hv zero = _mm512_setzero_si512();
    hv quotient = add_high(zero, y, f.ratio);
    return add_low(add_low(zero, y, f.w), quotient, p->minus_q);
}

HV_INLINE hv hv_mul_lane(hv y, hv_lane_factor f, const hv_prime *p)
{
    return hv_mul_factor(y, f, p);
}

/* The low 52 bits modulo q -> [0,2q) */
HV_INLINE hv reduce_52(hv x, const hv_prime *p)
{
    return add_low(x, add_high(_mm512_setzero_si512(), x, p->one_ratio), p->minus_q);
}

/* high 2^52 + low -> [0,2q), clean; high below 2^52. */
HV_INLINE hv fold(hv high, hv low, const hv_prime *p)
{
    hv both = _mm512_add_epi64(hv_mul_factor(high, p->two_52, p), reduce_52(low, p));
    return clean_once(both, p->q2, p);
}

HV_INLINE hv hv_reduce(hv_u64 x, const hv_prime *p)
{
    return fold(_mm512_srli_epi64(x, 52), x, p);
}

/* x y for x, y < q: Barrett in 52 bits; the quotient is short by less than 2.25. */
HV_INLINE hv hv_mul(hv x, hv y, const hv_prime *p)
{
    const hv zero = _mm512_setzero_si512();
    hv head = add_high(zero, _mm512_sll_epi64(x, p->shift), _mm512_slli_epi64(y, 2));
    hv quotient = add_high(zero, head, p->barrett);
    return clean_once(add_low(add_low(zero, x, y), quotient, p->minus_q), p->q2, p);
}

/* --- butterflies ---- */
HV_INLINE hv hv_add(hv x, hv y)
{
    return _mm512_add_epi64(x, y);
}

HV_INLINE hv hv_sub_small(hv x, hv t, const hv_prime *p)
{
    return _mm512_sub_epi64(_mm512_add_epi64(x, p->q2), t);
}

/* y - x for x < 8q (lazy) or x < 2q (strict) */
HV_INLINE hv hv_sub_wide(hv y, hv x, bool strict, const hv_prime *p)
{
    return _mm512_sub_epi64(_mm512_add_epi64(y, strict ? p->q2 : p->q8), x);
}

/* Lazy: anything below 2^52 -> [0,2q), where HV_LAZY_LEVELS have passed.  Strict: [0,4q) -> [0,2q)
 * before each level. */
HV_INLINE hv hv_forward_settle(hv x, unsigned level, bool strict, const hv_prime *p)
{
    if (strict)
        return clean_once(x, p->q2, p);
    return level == 0 ? reduce_52(x, p) : x;
}

HV_INLINE hv hv_forward_end(hv x, bool strict, const hv_prime *p)
{
    return strict ? clean_once(x, p->q2, p) : reduce_52(x, p);
}

/* Lazy: at 16q, and what is above the 4q that a pass may leave. */
HV_INLINE bool hv_inverse_settles(unsigned doublings, bool end, bool strict)
{
    return strict || doublings == 3 || (end && doublings == 2);
}

HV_INLINE hv hv_inverse_settle(hv x, unsigned doublings, bool strict, const hv_prime *p)
{
    (void)doublings;
    return strict ? clean_once(x, p->q2, p) : reduce_52(x, p);
}

/* --- sums of products of a < 2^50 by b < q ---- */
HV_INLINE unsigned hv_sum_terms(bool strict)
{
    return strict ? 15 : 63;
}

HV_INLINE unsigned hv_sum_run(bool strict)
{
    return hv_sum_terms(strict);
}

HV_INLINE hv_sum hv_sum_start(bool strict, const hv_prime *p)
{
    (void)strict, (void)p;
    return (hv_sum){_mm512_setzero_si512(), _mm512_setzero_si512()};
}

HV_INLINE void hv_sum_term(hv_sum *s, hv a, hv b)
{
    s->low = add_low(s->low, a, b);
    s->high = add_high(s->high, a, b);
}

HV_INLINE void hv_sum_carry(hv_sum *s)
{
    (void)s;
}

HV_INLINE hv hv_sum_end(const hv_sum *s, bool strict, const hv_prime *p)
{
    (void)strict;
    return fold(_mm512_add_epi64(s->high, _mm512_srli_epi64(s->low, 52)), s->low, p);
}

HV_INLINE void hv_sum_flush(hv_sum *s, bool strict, const hv_prime *p)
{
    s->low = hv_sum_end(s, strict, p);
    s->high = _mm512_setzero_si512();
}

#endif
