/* SPDX-License-Identifier: MIT */
#ifndef __AVX2__
#error "compiled without -mavx2: cmake/isa.cmake gives flags by file name"
#endif
#include "rns/quotient_kernel.inc"

const he_rns_quotient he_rns_quotient_avx2 = {HE_ISA_AVX2, add, floor_all};
