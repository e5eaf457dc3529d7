/* SPDX-License-Identifier: MIT */
/* The vocabulary of eight lanes of 64-bit integers, any prime below 2^61: Shoup products with a
 * truncated high half and AVX512DQ's low half.  Words of the vocabulary are explained in README.md;
 * ranges are those of avx2, derived in docs/bounds.md, sections 2, 3 and 5. */
#ifndef HE_SIMD_AVX512_H
#define HE_SIMD_AVX512_H

#include "simd/simd_avx512_words.h"

#define HV_NAME        "avx512"
#define HV_ISA         HE_ISA_AVX512
#define HV_FN(name)    name##_avx512
#define HV_KERNELS(of) he_##of##_kernels_avx512
#define HV_MAX_BITS    61
#define HV_LAZY_BITS   60
#define HV_LAZY_LEVELS 0
#define HV_HELD        0
#define HV_PASS_LEVELS 3
#define HV_LOG_RADIX   3
#define HV_LANE_PARTS  2
#define HV_SUM_WIDTH   2

typedef uint64_t hv_elem;
typedef __m512i hv;

typedef struct hv_root {
    hv_elem w, ratio; /* w < q, floor(w 2^64 / q) */
} hv_root;

typedef struct hv_factor {
    hv w, ratio;
} hv_factor;

typedef hv_factor hv_lane_factor;

typedef struct hv_prime {
    hv q, q2, q4, q8;
    hv_factor one, two_62;        /* 1 and 2^62 modulo q */
    hv barrett;                   /* floor(2^(bits+62) / q) < 2^63 */
    __m128i shift_down, shift_up; /* bits - 2, 64 - bits */
} hv_prime;

/* x = top 2^62 + middle 2^31 + low, not normalised. */
typedef struct hv_sum {
    hv low, middle, top;
} hv_sum;

HV_INLINE hv_root hv_root_make(uint64_t w, uint64_t q)
{
    return (hv_root){w, (uint64_t)(((hv_wide)w << 64) / q)};
}

HV_INLINE hv_factor hv_factor_load(const hv_root *root)
{
    return (hv_factor){hv_u64_set1(root->w), hv_u64_set1(root->ratio)};
}

HV_INLINE hv_prime hv_prime_set(uint64_t q, unsigned bits, uint64_t ratio_hi, uint64_t ratio_lo)
{
    hv_prime p;
    hv_root one = {1, ratio_hi}, two_62 = hv_root_make((UINT64_C(1) << 62) % q, q);
    p.q = hv_u64_set1(q);
    p.q2 = hv_u64_set1(2 * q);
    p.q4 = hv_u64_set1(4 * q);
    p.q8 = hv_u64_set1(8 * q); /* 0 for primes of 61 bits, which do not use it */
    p.one = hv_factor_load(&one);
    p.two_62 = hv_factor_load(&two_62);
    p.barrett = hv_u64_set1((uint64_t)((((hv_wide)ratio_hi << 64) | ratio_lo) >> (66 - bits)));
    p.shift_down = _mm_cvtsi32_si128((int)bits - 2);
    p.shift_up = _mm_cvtsi32_si128(64 - (int)bits);
    return p;
}

/* --- working values: words; small is [0,4q) ---- */
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

HV_INLINE hv_u64 hv_leave(hv x, const hv_prime *p)
{
    return subtract_once(subtract_once(x, p->q2), p->q);
}

HV_INLINE hv_lane_factor hv_lane_factor_load(const hv_elem *t)
{
    return (hv_lane_factor){hv_u64_load(t), hv_u64_load(t + HV_LANES)};
}

/* floor(x y / 2^64), short by at most 2: the low halves' product and the carry out of the middle
 * are left out. */
HV_INLINE hv high_truncated(hv x, hv y)
{
    hv x_hi = _mm512_srli_epi64(x, 32), y_hi = _mm512_srli_epi64(y, 32);
    hv a = _mm512_srli_epi64(_mm512_mul_epu32(x_hi, y), 32);
    hv b = _mm512_srli_epi64(_mm512_mul_epu32(x, y_hi), 32);
    return _mm512_add_epi64(_mm512_add_epi64(_mm512_mul_epu32(x_hi, y_hi), a), b);
}

/* y w, any word y -> [0,4q). */
HV_INLINE hv hv_mul_factor(hv y, hv_factor f, const hv_prime *p)
{
    hv quotient = high_truncated(y, f.ratio);
    return _mm512_sub_epi64(_mm512_mullo_epi64(y, f.w), _mm512_mullo_epi64(quotient, p->q));
}

HV_INLINE hv hv_mul_lane(hv y, hv_lane_factor f, const hv_prime *p)
{
    return hv_mul_factor(y, f, p);
}

HV_INLINE hv hv_reduce(hv_u64 x, const hv_prime *p)
{
    return _mm512_sub_epi64(x, _mm512_mullo_epi64(high_truncated(x, p->one.ratio), p->q));
}

/* --- sums of products of words below 2^61 ---- */
HV_INLINE unsigned hv_sum_terms(bool strict)
{
    (void)strict;
    return 12;
}

HV_INLINE unsigned hv_sum_run(bool strict)
{
    (void)strict;
    return 4;
}

HV_INLINE hv_sum hv_sum_start(bool strict, const hv_prime *p)
{
    (void)strict, (void)p;
    hv zero = _mm512_setzero_si512();
    return (hv_sum){zero, zero, zero};
}

/* Factors split at bit 31: low products below 2^62, high halves below 2^30. */
HV_INLINE void hv_sum_term(hv_sum *s, hv a, hv b)
{
    const hv mask = hv_u64_set1(0x7fffffff);
    hv a_lo = _mm512_and_si512(a, mask), a_hi = _mm512_srli_epi64(a, 31);
    hv b_lo = _mm512_and_si512(b, mask), b_hi = _mm512_srli_epi64(b, 31);
    s->low = _mm512_add_epi64(s->low, _mm512_mul_epu32(a_lo, b_lo));
    s->middle = _mm512_add_epi64(s->middle, _mm512_mul_epu32(a_lo, b_hi));
    s->middle = _mm512_add_epi64(s->middle, _mm512_mul_epu32(a_hi, b_lo));
    s->top = _mm512_add_epi64(s->top, _mm512_mul_epu32(a_hi, b_hi));
}

/* low and middle back to 31 bits. */
HV_INLINE void hv_sum_carry(hv_sum *s)
{
    const hv mask = hv_u64_set1(0x7fffffff);
    s->middle = _mm512_add_epi64(s->middle, _mm512_srli_epi64(s->low, 31));
    s->low = _mm512_and_si512(s->low, mask);
    s->top = _mm512_add_epi64(s->top, _mm512_srli_epi64(s->middle, 31));
    s->middle = _mm512_and_si512(s->middle, mask);
}

/* A carried sum modulo q, below 4q + 2^62 < 2^64. */
HV_INLINE hv fold_top(const hv_sum *s, const hv_prime *p)
{
    hv low_62 = _mm512_or_si512(_mm512_slli_epi64(s->middle, 31), s->low);
    return _mm512_add_epi64(hv_mul_factor(s->top, p->two_62, p), low_62);
}

HV_INLINE void hv_sum_flush(hv_sum *s, bool strict, const hv_prime *p)
{
    (void)strict;
    hv_sum_carry(s);
    hv x = fold_top(s, p);
    s->low = _mm512_and_si512(x, hv_u64_set1(0x7fffffff));
    s->middle = _mm512_srli_epi64(x, 31);
    s->top = _mm512_setzero_si512();
}

HV_INLINE hv hv_sum_end(const hv_sum *s, bool strict, const hv_prime *p)
{
    (void)strict;
    hv_sum carried = *s;
    hv_sum_carry(&carried);
    return hv_reduce(fold_top(&carried, p), p);
}

/* x y for x, y < q, in [0,4q): Barrett with one word of quotient. */
HV_INLINE hv hv_mul(hv x, hv y, const hv_prime *p)
{
    hv_sum s = hv_sum_start(false, p);
    hv_sum_term(&s, x, y);
    hv_sum_carry(&s);
    hv low_62 = _mm512_or_si512(_mm512_slli_epi64(s.middle, 31), s.low);
    hv head = _mm512_or_si512(_mm512_sll_epi64(s.top, p->shift_up), /* floor(x y / 2^(bits-2)) */
                              _mm512_srl_epi64(low_62, p->shift_down));
    hv quotient = high_truncated(head, p->barrett);
    return _mm512_sub_epi64(_mm512_mullo_epi64(x, y), _mm512_mullo_epi64(quotient, p->q));
}

/* --- butterflies ---- */
HV_INLINE hv hv_add(hv x, hv y)
{
    return _mm512_add_epi64(x, y);
}

HV_INLINE hv hv_sub_small(hv x, hv t, const hv_prime *p)
{
    return _mm512_add_epi64(_mm512_sub_epi64(x, t), p->q4);
}

/* y - x for x < 8q (lazy) or x < 4q (strict); the span of a prime of 61 bits is 4q. */
HV_INLINE hv hv_sub_wide(hv y, hv x, bool strict, const hv_prime *p)
{
    return _mm512_add_epi64(_mm512_sub_epi64(y, x), strict ? p->q4 : p->q8);
}

/* Lazy: [0,16q) -> [0,8q) before levels 0 and 2.  Strict: [0,8q) -> [0,4q) before each. */
HV_INLINE hv hv_forward_settle(hv x, unsigned level, bool strict, const hv_prime *p)
{
    if (strict)
        return subtract_once(x, p->q4);
    return level % 2 == 0 ? subtract_once(x, p->q8) : x;
}

HV_INLINE hv hv_forward_end(hv x, bool strict, const hv_prime *p)
{
    return subtract_once(strict ? x : subtract_once(x, p->q8), p->q4);
}

HV_INLINE bool hv_inverse_settles(unsigned doublings, bool end, bool strict)
{
    return doublings == (strict ? 1 : 2) || (end && doublings == 1);
}

/* [0,4q 2^doublings) -> [0,4q) */
HV_INLINE hv hv_inverse_settle(hv x, unsigned doublings, bool strict, const hv_prime *p)
{
    (void)strict;
    if (doublings == 2)
        x = subtract_once(x, p->q8);
    return subtract_once(x, p->q4);
}

#endif
