/* SPDX-License-Identifier: MIT */
/* The steps from a parameter literal to one with every choice made. */
#ifndef HE_RLWE_PARAMS_H
#define HE_RLWE_PARAMS_H

#include "core/status.h"
#include <he/params.h>

#define HE_MIN_PRIME_BITS 20u
#define HE_MAX_PRIME_BITS 61u
#define HE_MAX_SCALE_BITS 60u
/* Primes up to here stay in the fastest kernels. */
#define HE_FAST_PRIME_BITS 50u
#define HE_LAZY_PRIME_BITS 48u

/* Entries before the first 0. */
size_t he_params_count_bits(const uint8_t *bits, size_t capacity);
size_t he_params_count_primes(const uint64_t *primes, size_t capacity);

/* Numbers in their ranges, no two fields that contradict each other. */
he_status he_params_validate(const he_params *p);
/* t, alpha, special and data primes from n and the sizes or primes of the data. */
he_status he_params_fill(he_params *p);
/* n and sizes from depth, slots and precision; then as he_params_fill(). */
he_status he_params_select(he_params *p, double extra_bits);
/* Complete parameters reach the depth, precision and slots that they ask for. */
he_status he_params_check_goal(const he_params *p, double extra_bits);

/* BFV: t from plain_modulus or plain_bits. */
he_status he_params_fill_plain_modulus(he_params *p);
/* Slots of complete parameters. */
uint32_t he_params_slots(const he_params *p);
/* CKKS: log2 of what the primes of level 0 must exceed for primes of these sizes: scale, values
 * below 2^range_bits, the sign, and room for noise. */
unsigned he_params_base_bits(const he_params *p);
/* Limbs of level 0 of complete parameters, 0 if two primes are not enough. */
size_t he_params_base_limbs(const he_params *p);
/* Scale bits that precision_bits at depth takes at ring degree n. */
unsigned he_params_scale_needed(const he_params *p, double extra_bits);

#endif
