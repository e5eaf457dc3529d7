/* SPDX-License-Identifier: MIT */
/* The quotient of a centred base conversion, v = floor(1/2 + sum y_i / d_i), in doubles.
 *
 * One order of operations, none of them fused, so every instruction set gives the same v. */
#ifndef HE_RNS_QUOTIENT_H
#define HE_RNS_QUOTIENT_H

#include <he/params.h>

typedef struct he_rns_quotient {
    he_isa isa;
    /* sum[j] += y[j] inverse, for y[j] < 2^bits, bits at most 61 */
    void (*add)(double *sum, const uint64_t *y, size_t n, double inverse, unsigned bits);
    /* v[j] = floor(sum[j]) for sums in [0, 2^31) */
    void (*floor)(uint64_t *v, const double *sum, size_t n);
} he_rns_quotient;

extern const he_rns_quotient he_rns_quotient_scalar;
extern const he_rns_quotient he_rns_quotient_avx2;

/* For kernels that run where those of isa do. */
const he_rns_quotient *he_rns_quotient_select(he_isa isa);

#endif
