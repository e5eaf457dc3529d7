/* SPDX-License-Identifier: MIT */
/* The special FFT for any machine. */
#include "ckks/ckks_fft.inc"

const he_ckks_fft_kernels he_ckks_fft_scalar = {"scalar", HE_ISA_SCALAR, to_slots, from_slots};
