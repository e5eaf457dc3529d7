/* SPDX-License-Identifier: MIT */
/* The special FFT with four points at a time: the compiler's vectors, the same operations. */
#ifndef __AVX2__
#error "compile this file with -mavx2"
#endif
#include "ckks/ckks_fft.inc"

const he_ckks_fft_kernels he_ckks_fft_avx2 = {"avx2", HE_ISA_AVX2, to_slots, from_slots};
