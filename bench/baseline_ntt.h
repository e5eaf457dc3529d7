/* SPDX-License-Identifier: MIT */
/* The fixed point of every transform report: isa=baseline.  See baseline_ntt.c. */
#ifndef HE_BASELINE_NTT_H
#define HE_BASELINE_NTT_H

#include <stddef.h>
#include <stdint.h>

typedef struct baseline_ntt baseline_ntt;

/* psi: a primitive 2n-th root modulo the prime q < 2^61; n a power of two.  NULL without memory. */
baseline_ntt *he_baseline_ntt_create(uint64_t q, uint64_t psi, size_t n);
void he_baseline_ntt_destroy(baseline_ntt *t);

/* In place, canonical in and out; order as in src/ntt/ntt.h. */
void he_baseline_ntt_forward(const baseline_ntt *t, uint64_t *a);
void he_baseline_ntt_inverse(const baseline_ntt *t, uint64_t *a);

#endif
