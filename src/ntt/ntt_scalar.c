/* SPDX-License-Identifier: MIT */
/* The transform on plain words: any machine, any prime below 2^61. */
#include "simd/simd_scalar.h"

#include "ntt/ntt_kernel.inc"
