/* SPDX-License-Identifier: MIT */
/* The transform on 64-bit integers of AVX-512: any prime below 2^61. */
#include "simd/simd_avx512.h"

#include "ntt/ntt_kernel.inc"
