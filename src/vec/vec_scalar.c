/* SPDX-License-Identifier: MIT */
/* Element-wise kernels on plain words: any machine, any prime below 2^61. */
#include "simd/simd_scalar.h"

#include "vec/vec_kernel.inc"
