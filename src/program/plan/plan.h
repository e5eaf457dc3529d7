/* SPDX-License-Identifier: MIT */
/* A plan: a program lowered to operations of one scheme on registers, with a bound on the noise of
 * each result.  Making one and running one share nothing but this header. */
#ifndef HE_PROGRAM_PLAN_H
#define HE_PROGRAM_PLAN_H

#include "program/ir/ir.h"
#include "rlwe/rlwe.h"
#include <he/bfv.h>
#include <he/ckks.h>

typedef enum he_plan_op {
    HE_PLAN_ADD,              /* r = a + b */
    HE_PLAN_SUB,              /* r = a - b */
    HE_PLAN_NEGATE,           /* r = -a */
    HE_PLAN_ADD_PLAIN,        /* r = a + plain */
    HE_PLAN_ADD_SCALAR,       /* CKKS: r = a + scalar */
    HE_PLAN_MULTIPLY,         /* r = a b, relinearized; CKKS: rescaled */
    HE_PLAN_MULTIPLY_LAZY,    /* r = a b with three polynomials; CKKS: degree 2 */
    HE_PLAN_MULTIPLY_PLAIN,   /* r = a plain; CKKS: degree 2 */
    HE_PLAN_WEIGHTED,         /* CKKS: r = sum of weight times term + scalar, degree 2 */
    HE_PLAN_MULTIPLY_INTEGER, /* CKKS: r = a integer, keeps the degree */
    HE_PLAN_RELINEARIZE,      /* r = a with two polynomials */
    HE_PLAN_RESCALE,          /* CKKS: r = a with degree 1 */
    HE_PLAN_ROTATE,           /* r = a rotated; HE_STEP_CONJUGATE swaps the rows (BFV) */
    HE_PLAN_LOWER             /* r = a at a lower level */
} he_plan_op;

/* What is known of a register's contents before it has any. */
typedef struct he_plan_state {
    uint32_t level, size, degree;
    double log_sigma; /* log2 of the standard deviation of a noise coefficient */
    double largest;   /* CKKS: bound on the size of what the slots hold */
} he_plan_state;

#define HE_PLAN_NONE             UINT32_MAX
#define HE_PLAN_MAX_COEFFICIENTS 64

/* A term of a weighted sum; terms of a step are a list. */
typedef struct he_plan_term {
    uint32_t reg;
    uint32_t next;
    double weight;
} he_plan_term;

typedef struct he_plan_step {
    he_plan_op op;
    uint32_t r;
    uint32_t a, b;               /* registers, or HE_PLAN_NONE */
    uint32_t first, last, terms; /* WEIGHTED: the list and its length */
    uint32_t computed;           /* WEIGHTED: terms that are no inputs */
    int32_t rotation;
    uint32_t plain; /* index of a plaintext */
    int64_t integer;
    double scalar;
    double size; /* …_PLAIN: bound on the plaintext: CKKS: on its slots; BFV: on the 2-norm of its
                     coefficients */
    double bound;        /* CKKS: what else is known of the slots of r; 0: nothing */
    he_plan_state state; /* of r; state.level is given where the step can choose it */
} he_plan_step;

typedef struct he_plain_value he_plain_value;

/* A plaintext before it is encoded: what, times which factor (BFV: 1 or -1), at which level. */
typedef struct he_plan_plain {
    const he_plain_value *value;
    double factor;
    uint32_t level;
} he_plan_plain;

typedef struct he_plan_output {
    uint32_t reg;
    int exponent;
    he_plan_state state;
} he_plan_output;

/* Registers 0 … inputs - 1 are the inputs, which are only read; the others are the plan's own.
 * REAL: a register holds value / 2^exponent, so that what is in the slots stays near [-1, 1];
 * powers of two cost nothing where a constant, an encoding or a decoding takes them in. */
struct he_plan {
    he_context *ctx;
    he_program *program; /* canonical */
    he_plan_step *steps;
    size_t step_count, step_room;
    he_plan_term *terms;
    size_t term_count, term_room;
    uint32_t registers;        /* with the inputs */
    he_plan_plain *plain_list; /* while it is made; then NULL */
    size_t plain_count, plain_room;
    he_plaintext **plains; /* [plain_count] */
    int32_t *rotations;    /* ascending */
    size_t rotation_count;
    bool relin_key;
    he_plan_state *inputs; /* [inputs]: fresh; largest differs */
    int *exponents;        /* [inputs] */
    he_plan_output *outputs;
    double largest; /* CKKS: bound on what the last level must hold */
};

/* --- Lowering -----------------------------------------------------------------------------------
 * Emitting returns the register of the result.  The first failure sticks in status; afterwards
 * emitting does nothing, so that a lowering reads as a formula.  Until registers are assigned, each
 * result has one of its own. */
typedef struct he_lowering {
    he_plan *plan;
    const he_context *ctx;
    const he_program *program;
    he_plain_value *plain; /* [nodes]: values of nodes that depend on no input */
    he_status status;
} he_lowering;

const he_plan_state *he_plan_state_of(const he_lowering *l, uint32_t reg);
/* Fills in the state of step's result, and appends it. */
uint32_t he_plan_emit(he_lowering *l, he_plan_step step);
uint32_t he_plan_emit1(he_lowering *l, he_plan_op op, uint32_t a);
uint32_t he_plan_emit2(he_lowering *l, he_plan_op op, uint32_t a, uint32_t b);
/* weight a, degree 2 at a level that is not above a's: a weighted sum of one term. */
uint32_t he_plan_emit_term(he_lowering *l, uint32_t a, double weight, uint32_t level);
/* a at this level; a itself where it is there. */
uint32_t he_plan_emit_lower(he_lowering *l, uint32_t a, uint32_t level);
/* The sum of all elements of the program's vectors. */
uint32_t he_plan_emit_sum(he_lowering *l, uint32_t a);
/* a op the constant times factor (BFV: 1 or -1); size bounds it as in he_plan_step. */
uint32_t he_plan_emit_plain(he_lowering *l, he_plan_op op, uint32_t a, const he_plain_value *value,
                            double factor, double size);
void he_plan_set_output(he_lowering *l, uint32_t i, uint32_t reg, int exponent);

/* The rules of noise, one for each scheme: step->state from the states of its operands. */
void he_plan_rule_bfv(const he_lowering *l, he_plan_step *step);
void he_plan_rule_ckks(const he_lowering *l, he_plan_step *step);

/* Of a fresh input, whichever way it was encrypted. */
double he_plan_fresh_bfv(const he_context *ctx);
double he_plan_fresh_ckks(const he_context *ctx);

/* The nodes that depend on an input, operands first, in an order in which few values are live at
 * once; returns how many.  order[nodes], room[2 nodes]. */
uint32_t he_plan_order(const he_program *program, uint32_t *order, uint32_t *room);

/* The program's nodes as steps. */
void he_plan_lower_bfv(he_lowering *l);
void he_plan_lower_ckks(he_lowering *l);
/* Levels that a REAL program takes; HE_PLAN_NONE without memory. */
uint32_t he_plan_depth(const he_program *program, const he_plain_value *plain);

/* --- Values in the clear ---------------------------------------------------------------------- */
struct he_plain_value {
    bool known;
    bool splat;   /* all elements are values[0] */
    void *values; /* double or int64_t; [size], or [1] for a splat */
};

/* Computes the nodes that depend on no input, as the reference executor does. */
he_status he_plan_fold(he_plain_value **plain, const he_program *program);
void he_plan_fold_free(he_plain_value *plain, const he_program *program);

static inline double he_plain_real_at(const he_plain_value *v, uint32_t i)
{
    return ((const double *)v->values)[v->splat ? 0 : i];
}

static inline int64_t he_plain_integer_at(const he_plain_value *v, uint32_t i)
{
    return ((const int64_t *)v->values)[v->splat ? 0 : i];
}

/* --- Polynomials (CKKS) -------------------------------------------------------------------------
 * Evaluates sum c_i x^i, x of degree 1: result of degree 2, from which rescaling leads to the level
 * of x less ceil(log2(count)). */
uint32_t he_plan_emit_polynomial(he_lowering *l, uint32_t x, const double *c, uint32_t count);

/* Sums of weighted sums become one (CKKS). */
void he_plan_fuse(he_lowering *l);

/* --- After lowering --------------------------------------------------------------------------- */
/* visit(arg, &register) for each operand of a step; it may be written. */
void he_plan_operands(he_plan *plan, he_plan_step *step, void (*visit)(void *arg, uint32_t *reg),
                      void *arg);
/* Encodes the plaintexts, repeated over the slots; the values that they come from may go then. */
he_status he_plan_encode(he_plan *plan);
/* Registers shared by results that are never live at once. */
he_status he_plan_assign(he_plan *plan);
/* Which keys the steps take. */
he_status he_plan_collect_keys(he_plan *plan);

/* ceil(log2(x)) for x >= 1. */
static inline uint32_t he_ceil_log2(uint32_t x)
{
    uint32_t bits = 0;
    while (((uint64_t)1 << bits) < x)
        bits++;
    return bits;
}

#endif
