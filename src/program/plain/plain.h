/* SPDX-License-Identifier: MIT */
/* The reference executor: what a program means, on doubles or on integers modulo t.
 *
 * plain.c, plain_real.c and plain_integer.c use ir and the C library, no other part of libhe, and
 * allocate nothing, so that an image can run them in a fixed arena.  Every result is defined to
 * the bit: one order of additions, explicit fma(), round to nearest.  No branch and no address
 * depends on the elements, but for the refusal of inputs that are out of range and of promises that
 * are broken. */
#ifndef HE_PROGRAM_PLAIN_H
#define HE_PROGRAM_PLAIN_H

#include "program/ir/ir.h"

/* Bytes that a run needs to work in; 64-byte alignment makes it faster. */
size_t he_plain_workspace(const he_program *program);

/* inputs[i] and outputs[i] hold size elements each and may be the same arrays.  Outputs are written
 * when nothing can fail any more.  What is left in work is as secret as the inputs.
 * HE_ERR_ARGUMENT: an element outside its input's interval, outside [-t/2, t/2], or outside what
 * the program promises (he_program_within). */
he_status he_plain_run_real(const he_program *program, double *const *outputs,
                            const double *const *inputs, void *work);
he_status he_plain_run_integer(const he_program *program, int64_t *const *outputs,
                               const int64_t *const *inputs, void *work);

/* One node that is no input: r from its operands; r is neither of them (size elements each). */
void he_plain_real(const he_program *program, const he_node *node, void *r, const void *a,
                   const void *b);
void he_plain_integer(const he_program *program, const he_node *node, void *r, const void *a,
                      const void *b);

#endif
