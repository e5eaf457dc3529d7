/* SPDX-License-Identifier: MIT */
/* The transform on 64-bit integers of AVX2: any prime below 2^61. */
#include "simd/simd_avx2.h"

#include "ntt/ntt_kernel.inc"
