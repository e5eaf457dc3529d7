/* SPDX-License-Identifier: MIT */
/* The transform by IFMA: primes below 2^50. */
#include "simd/simd_avx512ifma.h"

#include "ntt/ntt_kernel.inc"
