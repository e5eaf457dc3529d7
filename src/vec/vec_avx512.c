/* SPDX-License-Identifier: MIT */
/* Element-wise kernels on 64-bit integers of AVX-512: any prime below 2^61. */
#include "simd/simd_avx512.h"

#include "vec/vec_kernel.inc"
