/* SPDX-License-Identifier: MIT */
/* Element-wise kernels by IFMA: primes below 2^50. */
#include "simd/simd_avx512ifma.h"

#include "vec/vec_kernel.inc"
