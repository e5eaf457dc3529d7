/* SPDX-License-Identifier: MIT */
/* The noise model by numbers, for choosing parameters before there is a context. */
#ifndef HE_RLWE_NOISE_H
#define HE_RLWE_NOISE_H

#include <stddef.h>
#include <stdint.h>

/* log2 of z with Pr(one of n Gaussian coefficients exceeds z sigma) < 2^-128. */
double he_noise_log_tail(double n);
double he_noise_model_rounding(double n, uint32_t size);
double he_noise_model_fresh_public(double n, double log_p);
double he_noise_model_switch_product(double n, const uint64_t *data, size_t limbs, size_t alpha,
                                     double log_p);

#endif
