/* SPDX-License-Identifier: MIT */
#include "rns/quotient_kernel.inc"

const he_rns_quotient he_rns_quotient_scalar = {HE_ISA_SCALAR, add, floor_all};

const he_rns_quotient *he_rns_quotient_select(he_isa isa)
{
    return isa >= HE_ISA_AVX2 ? &he_rns_quotient_avx2 : &he_rns_quotient_scalar;
}
