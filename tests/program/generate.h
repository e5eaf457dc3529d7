/* SPDX-License-Identifier: MIT */
/* Random programs, written down independently of the library: a recipe that can be built in
 * different ways and evaluated naively. */
#ifndef HE_TEST_GENERATE_H
#define HE_TEST_GENERATE_H

#include "support/test.h"
#include <he/program.h>

#define MAX_STEPS 160
#define MAX_COUNT 64

typedef enum kind {
    INPUT,
    SPLAT,
    CONSTANT,
    ADD,
    SUB,
    MULTIPLY,
    NEGATE,
    ROTATE,
    SUM,
    POLYNOMIAL
} kind;

typedef struct step {
    kind kind;
    int a, b;     /* operands */
    int32_t left; /* ROTATE */
    int count;    /* CONSTANT, POLYNOMIAL */
    double real[MAX_COUNT];
    int64_t integer[MAX_COUNT];
    int depth;      /* multiplications in sequence, as a planner would count */
    double largest; /* REAL: no element is above it in size */
    bool encrypted;
} step;

typedef struct recipe {
    he_program_type type;
    uint32_t size;
    uint64_t t;
    uint32_t precision;
    int count, inputs, outputs;
    step steps[MAX_STEPS];
    int output[8];
} recipe;

typedef struct limits {
    int operations, inputs, depth, degree;
    double largest;
    bool rotations;
} limits;

/* A random recipe within the limits; the last values are outputs. */
void generate(recipe *r, he_program_type type, uint32_t size, uint64_t t, const limits *within);
/* The program of a recipe, built in the order in which it is written. */
he_program *build(const recipe *r);
/* The same with the steps in another order, operands of add and multiply exchanged, steps twice,
 * and steps that nothing needs: another way to write the same program. */
he_program *build_shuffled(const recipe *r);
/* Element by element by the definition: long double, or division of 128-bit products. */
void evaluate_real(const recipe *r, long double *const *outputs, const double *const *inputs);
void evaluate_integer(const recipe *r, int64_t *const *outputs, const int64_t *const *inputs);

#endif
