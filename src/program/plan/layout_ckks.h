/* SPDX-License-Identifier: MIT */
/* What is decided about a REAL program before any step is emitted. */
#ifndef HE_PROGRAM_LAYOUT_CKKS_H
#define HE_PROGRAM_LAYOUT_CKKS_H

#include "program/plan/plan.h"

/* Decisions about one node that depends on an input.
 *
 * deep: levels below the top that its rescaled value is.  wide: it is computed at degree 2 and
 * rescaled only where something needs degree 1: products, polynomials, and sums of such at one
 * level.  An operand of a wide sum that has degree 1, at a higher level, is raised: multiplied by a
 * power of two without a rescaling, which costs no level as the sum has still to be rescaled.
 *
 * exponent: registers hold value / 2^exponent.  An operand is tied to a sum where it is used as it
 * is: its exponent cannot be below the sum's, as only larger numbers come for free (by an integer).
 * Where an operand changes its level on the way, a factor of any size comes for free. */
typedef struct he_ckks_place {
    uint32_t deep;
    bool wide;
    bool kept;   /* wide, and a sum uses it at degree 2 */
    bool needed; /* its own register is used (a product with a raised integer may be folded) */
    bool scaled; /* a polynomial whose argument is scaled first, for a level of its own */
    bool pinned; /* something else than a sum uses it: its exponent follows from its range */
    bool wanted; /* a sum wants an exponent */
    int exponent, cap, want;
    uint32_t two, one; /* registers of degree 2 and 1, or HE_PLAN_NONE */
} he_ckks_place;

/* All decisions; places[nodes] is zero before. */
void he_ckks_layout(he_ckks_place *places, const he_program *p, const he_plain_value *plain);

/* The node multiplies by a small integer in every element: no level is spent. */
bool he_ckks_by_integer(const he_plain_value *plain, const he_node *node);
/* Node i, a wide sum, uses its operand u at degree 2. */
bool he_ckks_used_wide(const he_ckks_place *places, uint32_t i, uint32_t u);
/* Node i, a sum, is tied to its operand u. */
bool he_ckks_tied(const he_ckks_place *places, uint32_t i, uint32_t u);
/* The exponent with which a product of this depth takes its operand u. */
int he_ckks_factor_exponent(const he_ckks_place *places, const he_program *p, uint32_t u,
                            uint32_t deep);
/* The exponent with which a node would be closest to 1. */
int he_ckks_natural(const he_node *node);

#endif
