/* SPDX-License-Identifier: MIT */
/* The transform in doubles with FMA: primes below 2^50. */
#include "simd/simd_avx2fma.h"

#include "ntt/ntt_kernel.inc"
