/* SPDX-License-Identifier: MIT */
/* What both AVX2 vocabularies share: four 64-bit words in a register. */
#ifndef HE_SIMD_AVX2_WORDS_H
#define HE_SIMD_AVX2_WORDS_H

#ifndef __AVX2__
#error                                                                                             \
    "compile this file with -mavx2 (cmake/isa.cmake: the file's name must end in _avx2 or _avx2fma)"
#endif

#include "simd/simd_common.h"

#include <immintrin.h>

#define HV_LOG_LANES 2
#define HV_LANES     4

typedef __m256i hv_u64;

/* Per lane: a where the top bit of sign is clear, b where it is set. */
HV_INLINE __m256i select_by_sign(__m256i a, __m256i b, __m256i sign)
{
    return _mm256_castpd_si256(_mm256_blendv_pd(_mm256_castsi256_pd(a), _mm256_castsi256_pd(b),
                                                _mm256_castsi256_pd(sign)));
}

/* x - bound where that is not negative; x < 2 bound, or both below 2^63. */
HV_INLINE __m256i subtract_once(__m256i x, __m256i bound)
{
    __m256i d = _mm256_sub_epi64(x, bound);
    return select_by_sign(d, x, d);
}

HV_INLINE hv_u64 hv_u64_load(const uint64_t *a)
{
    return _mm256_load_si256((const __m256i *)(const void *)a);
}

HV_INLINE void hv_u64_store(uint64_t *a, hv_u64 x)
{
    _mm256_store_si256((__m256i *)(void *)a, x);
}

HV_INLINE hv_u64 hv_u64_set1(uint64_t x)
{
    return _mm256_set1_epi64x((long long)x);
}

HV_INLINE hv_u64 hv_u64_add(hv_u64 x, hv_u64 y)
{
    return _mm256_add_epi64(x, y);
}

HV_INLINE hv_u64 hv_u64_sub(hv_u64 x, hv_u64 y)
{
    return _mm256_sub_epi64(x, y);
}

HV_INLINE hv_u64 hv_u64_once(hv_u64 x, hv_u64 q)
{
    return subtract_once(x, q);
}

HV_INLINE hv_u64 hv_u64_wrap(hv_u64 x, hv_u64 q)
{
    return select_by_sign(x, _mm256_add_epi64(x, q), x);
}

/* Rows and columns of a 4 x 4 block change places. */
HV_INLINE void transpose_words(__m256i *a, __m256i *b, __m256i *c, __m256i *d)
{
    __m256i ab_even = _mm256_unpacklo_epi64(*a, *b), ab_odd = _mm256_unpackhi_epi64(*a, *b);
    __m256i cd_even = _mm256_unpacklo_epi64(*c, *d), cd_odd = _mm256_unpackhi_epi64(*c, *d);
    *a = _mm256_permute2x128_si256(ab_even, cd_even, 0x20);
    *b = _mm256_permute2x128_si256(ab_odd, cd_odd, 0x20);
    *c = _mm256_permute2x128_si256(ab_even, cd_even, 0x31);
    *d = _mm256_permute2x128_si256(ab_odd, cd_odd, 0x31);
}

#endif
