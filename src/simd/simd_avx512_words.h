/* SPDX-License-Identifier: MIT */
/* What both AVX-512 vocabularies share: eight 64-bit words in a register. */
#ifndef HE_SIMD_AVX512_WORDS_H
#define HE_SIMD_AVX512_WORDS_H

#if !defined(__AVX512F__) || !defined(__AVX512DQ__)
#error                                                                                             \
    "compile this file for AVX-512 (cmake/isa.cmake: its name must end in _avx512 or _avx512ifma)"
#endif

#include "simd/simd_common.h"

#include <immintrin.h>

#define HV_LOG_LANES 3
#define HV_LANES     8

typedef __m512i hv_u64;

/* x - bound where that is not negative, else x: the lesser of two words. */
HV_INLINE __m512i subtract_once(__m512i x, __m512i bound)
{
    return _mm512_min_epu64(x, _mm512_sub_epi64(x, bound));
}

HV_INLINE hv_u64 hv_u64_load(const uint64_t *a)
{
    return _mm512_load_si512(a);
}

HV_INLINE void hv_u64_store(uint64_t *a, hv_u64 x)
{
    _mm512_store_si512(a, x);
}

HV_INLINE hv_u64 hv_u64_set1(uint64_t x)
{
    return _mm512_set1_epi64((long long)x);
}

HV_INLINE hv_u64 hv_u64_add(hv_u64 x, hv_u64 y)
{
    return _mm512_add_epi64(x, y);
}

HV_INLINE hv_u64 hv_u64_sub(hv_u64 x, hv_u64 y)
{
    return _mm512_sub_epi64(x, y);
}

HV_INLINE hv_u64 hv_u64_once(hv_u64 x, hv_u64 q)
{
    return subtract_once(x, q);
}

HV_INLINE hv_u64 hv_u64_wrap(hv_u64 x, hv_u64 q)
{
    return _mm512_min_epu64(x, _mm512_add_epi64(x, q));
}

/* Rows and columns of an 8 x 8 block change places: squares of 1, 2, 4 words in turn. */
HV_INLINE void transpose_words(__m512i *v)
{
    __m512i a[8], b[8];
    HV_UNROLL
    for (unsigned k = 0; k < 8; k += 2) {
        a[k] = _mm512_unpacklo_epi64(v[k], v[k + 1]);
        a[k + 1] = _mm512_unpackhi_epi64(v[k], v[k + 1]);
    }
    HV_UNROLL
    for (unsigned k = 0; k < 8; k += 4)
        HV_UNROLL
    for (unsigned i = 0; i < 2; i++) { /* columns 0, 4 and 2, 6 (1, 5 and 3, 7) of four rows */
        b[k + i] = _mm512_shuffle_i64x2(a[k + i], a[k + i + 2], 0x88);
        b[k + i + 2] = _mm512_shuffle_i64x2(a[k + i], a[k + i + 2], 0xdd);
    }
    HV_UNROLL
    for (unsigned i = 0; i < 4; i++) {
        v[i] = _mm512_shuffle_i64x2(b[i], b[i + 4], 0x88);
        v[i + 4] = _mm512_shuffle_i64x2(b[i], b[i + 4], 0xdd);
    }
}

#endif
