/* SPDX-License-Identifier: MIT */
/* What a client may make the homomorphic server take: bounds on memory from parameters and program,
 * before any of it is taken. */
#ifndef HE_CLIENT_LIMITS_H
#define HE_CLIENT_LIMITS_H

#include "core/status.h"
#include <he/client.h>

/* Bytes of a context for complete parameters, tables included; never below the truth. */
double he_limits_context_bytes(const he_params *params);
/* Before a plan is made: its context, constants, and room for inputs and outputs.
 * params: with all primes, as he_params_load() gives them.
 * HE_ERR_UNSUPPORTED, with what is asked and what is allowed. */
he_status he_limits_check_program(const he_params *params, const he_program *program,
                                  uint64_t limit);
/* Before keys are taken: the same, and evaluation keys, registers, and scratch for threads. */
he_status he_limits_check_plan(const he_plan *plan, const he_program *program, uint32_t threads,
                               uint64_t limit);

#endif
