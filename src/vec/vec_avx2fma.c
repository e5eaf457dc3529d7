/* SPDX-License-Identifier: MIT */
/* Element-wise kernels in doubles with FMA: primes below 2^50. */
#include "simd/simd_avx2fma.h"

#include "vec/vec_kernel.inc"
