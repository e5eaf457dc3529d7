/* SPDX-License-Identifier: MIT */
/* The reference executor against the definition, and its order of additions against itself. */
#include "generate.h"
#include "program/plain/plain.h"

#include <fenv.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST 256

static const limits usual = {
    .operations = 50, .inputs = 3, .depth = 8, .degree = 20, .largest = 1e6, .rotations = true};

Test(plain, reals_are_what_they_are_defined_to_be)
{
    static recipe r;
    static long double want[3][MOST];
    static double x[3][MOST], got[3][MOST], again[3][MOST];
    long double *wants[3] = {want[0], want[1], want[2]};
    double *gots[3] = {got[0], got[1], got[2]}, *agains[3] = {again[0], again[1], again[2]};
    const double *inputs[3] = {x[0], x[1], x[2]};
    for (int round = 0; round < 100 * (int)he_test_scale(); round++) {
        const uint32_t size = 1u << (round % 9);
        generate(&r, HE_PROGRAM_REAL, size, 0, &usual);
        he_program *p = build(&r), *q = build_shuffled(&r);
        for (int i = 0; i < 3; i++)
            for (uint32_t j = 0; j < size; j++)
                x[i][j] = he_test_random_unit();
        evaluate_real(&r, wants, inputs);
        he_assert_ok(he_program_run_real(p, gots, inputs));
        he_assert_ok(he_program_run_real(q, agains, inputs));
        for (int k = 0; k < r.outputs; k++)
            for (uint32_t j = 0; j < size; j++) {
                cr_assert(fabsl(got[k][j] - want[k][j]) <= 1e-8L, "%.17g is not %.17Lg", got[k][j],
                          want[k][j]);
                cr_assert_eq(memcmp(&got[k][j], &again[k][j], 8), 0);
            }
        he_program_destroy(p);
        he_program_destroy(q);
    }
}

Test(plain, integers_are_exact)
{
    static recipe r;
    static int64_t x[3][MOST], got[3][MOST], want[3][MOST];
    int64_t *gots[3] = {got[0], got[1], got[2]}, *wants[3] = {want[0], want[1], want[2]};
    const int64_t *inputs[3] = {x[0], x[1], x[2]};
    static const uint64_t moduli[] = {
        2, 3, 4, 17, 65536, 65537, 4294967291, ((uint64_t)1 << 60) - 93, (uint64_t)1 << 60};
    for (int round = 0; round < 100 * (int)he_test_scale(); round++) {
        const uint32_t size = 1u << (round % 9);
        const uint64_t t = moduli[(unsigned)round % (sizeof moduli / sizeof *moduli)];
        const int64_t most = (int64_t)(t / 2), least = -(int64_t)((t - 1) / 2);
        generate(&r, HE_PROGRAM_INTEGER, size, t, &usual);
        he_program *p = build(&r);
        for (int i = 0; i < 3; i++)
            for (uint32_t j = 0; j < size; j++)
                x[i][j] = round % 4 == 0   ? most
                          : round % 4 == 1 ? least
                                           : least + (int64_t)he_test_random_below(t);
        evaluate_integer(&r, wants, inputs);
        he_assert_ok(he_program_run_integer(p, gots, inputs));
        for (int k = 0; k < r.outputs; k++)
            for (uint32_t j = 0; j < size; j++)
                cr_assert_eq(got[k][j], want[k][j], "t %llu: %lld is not %lld",
                             (unsigned long long)t, (long long)got[k][j], (long long)want[k][j]);
        he_program_destroy(p);
    }
}

/* y = f(x) for one operation. */
static he_program *single(uint32_t size, he_value (*f)(he_program *, he_value))
{
    he_program *p;
    he_assert_ok(he_program_create(&p, HE_PROGRAM_REAL, size, 0, 20));
    he_program_output(p, "y", f(p, he_program_input(p, "x", -1, 1)));
    he_assert_ok(he_program_check(p));
    return p;
}

/* The order is part of the format: these bits hold on every machine. */
Test(plain, the_order_of_additions_is_fixed)
{
    enum {
        SIZE = 32
    };
    double x[SIZE], y[SIZE];
    const double *inputs[1] = {x};
    double *outputs[1] = {y};
    for (int i = 0; i < SIZE; i++)
        x[i] = he_test_random_unit() * pow(2, -(i * 7) % 40);
    double lane[8];
    for (int j = 0; j < 8; j++)
        lane[j] = ((x[j] + x[8 + j]) + x[16 + j]) + x[24 + j];
    const double want =
        ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
    he_program *p = single(SIZE, he_program_sum);
    he_assert_ok(he_program_run_real(p, outputs, inputs));
    for (int i = 0; i < SIZE; i++)
        cr_assert_eq(y[i], want);
    /* whatever the caller's rounding is */
    const int rounding = fegetround();
    fesetround(FE_UPWARD);
    he_status status = he_program_run_real(p, outputs, inputs);
    fesetround(rounding);
    he_assert_ok(status);
    cr_assert_eq(y[0], want);
    he_program_destroy(p);
}

static const double cubic[4] = {0.1, -0.7, 0.3, 1.9};

static he_value evaluate_cubic(he_program *p, he_value x)
{
    return he_program_polynomial(p, x, cubic, 4);
}

Test(plain, polynomials_are_fused_horner)
{
    enum {
        SIZE = 64
    };
    double x[SIZE], y[SIZE];
    const double *inputs[1] = {x};
    double *outputs[1] = {y};
    for (int i = 0; i < SIZE; i++)
        x[i] = he_test_random_unit();
    he_program *p = single(SIZE, evaluate_cubic);
    he_assert_ok(he_program_run_real(p, outputs, inputs));
    for (int i = 0; i < SIZE; i++)
        cr_assert_eq(y[i], fma(fma(fma(cubic[3], x[i], cubic[2]), x[i], cubic[1]), x[i], cubic[0]));
    he_program_destroy(p);
}

/* Outputs may be the arrays of the inputs, even crosswise, and an input may be an output. */
Test(plain, outputs_may_be_inputs)
{
    enum {
        SIZE = 4
    };
    he_program *p;
    he_assert_ok(he_program_create(&p, HE_PROGRAM_INTEGER, SIZE, 97, 0));
    he_value a = he_program_input(p, "a", 0, 0), b = he_program_input(p, "b", 0, 0);
    (void)he_program_input(p, "unused", 0, 0);
    he_program_output(p, "b", b);
    he_program_output(p, "a", a);
    he_program_output(p, "sum", he_program_add(p, a, b));
    he_program_output(p, "again", a);
    int64_t x[SIZE] = {1, 2, 3, 4}, y[SIZE] = {10, 20, 30, 40}, z[SIZE] = {0}, w[SIZE];
    const int64_t *inputs[3] = {x, y, z};
    int64_t *outputs[4] = {x, y, z, w};
    he_assert_ok(he_program_run_integer(p, outputs, inputs));
    for (int i = 0; i < SIZE; i++) {
        cr_assert_eq(x[i], 10 * (i + 1));
        cr_assert_eq(y[i], i + 1);
        cr_assert_eq(z[i], 11 * (i + 1));
        cr_assert_eq(w[i], i + 1);
    }
    he_program_destroy(p);
}

/* The workspace is what it says it is, to the byte, and small for long chains. */
Test(plain, the_workspace_is_enough)
{
    static recipe r;
    static double x[3][16], got[3][16];
    const double *inputs[3] = {x[0], x[1], x[2]};
    double *outputs[3] = {got[0], got[1], got[2]};
    for (int round = 0; round < 50; round++) {
        generate(&r, HE_PROGRAM_REAL, 16, 0, &usual);
        he_program *p = build(&r);
        void *work = malloc(he_plain_workspace(p)); /* exact, for the sanitizer */
        he_assert_ok(he_plain_run_real(p, outputs, inputs, work));
        free(work);
        he_program_destroy(p);
    }
    he_program *p;
    he_assert_ok(he_program_create(&p, HE_PROGRAM_REAL, 1024, 0, 20));
    he_value v = he_program_input(p, "x", -1, 1);
    for (int i = 0; i < 1000; i++)
        v = he_program_negate(p, v);
    he_program_output(p, "y", v);
    cr_assert(he_plain_workspace(p) < 4 * 1024 * 8);
    he_program_destroy(p);
}

Test(plain, refuses_what_does_not_fit)
{
    double x[8] = {0}, y[8] = {5, 5, 5, 5, 5, 5, 5, 5};
    const double *inputs[1] = {x};
    double *outputs[1] = {y};
    he_program *p = single(8, he_program_sum), *q;
    x[3] = 1.5;
    he_assert_fails(he_program_run_real(p, outputs, inputs), HE_ERR_ARGUMENT,
                    "input 0 (\"x\") has an element outside [-1, 1]");
    x[3] = NAN;
    he_assert_fails(he_program_run_real(p, outputs, inputs), HE_ERR_ARGUMENT, "outside");
    cr_assert_eq(y[0], 5);
    x[3] = 1;
    he_assert_fails(he_program_run_real(NULL, outputs, inputs), HE_ERR_NULL, "program is NULL");
    he_assert_fails(he_program_run_real(p, NULL, inputs), HE_ERR_NULL, "outputs is NULL");
    inputs[0] = NULL;
    he_assert_fails(he_program_run_real(p, outputs, inputs), HE_ERR_NULL,
                    "input 0 (\"x\") is NULL");
    inputs[0] = x;
    he_test_fail_allocation(1);
    he_assert_fails(he_program_run_real(p, outputs, inputs), HE_ERR_MEMORY, "no memory");
    he_test_fail_allocation(0);
    he_assert_ok(he_program_create(&q, HE_PROGRAM_INTEGER, 8, 17, 0));
    he_assert_fails(he_program_run_real(q, outputs, inputs), HE_ERR_ARGUMENT, "no output");
    he_program_output(q, "y", he_program_input(q, "x", 0, 0));
    he_assert_fails(he_program_run_real(q, outputs, inputs), HE_ERR_MISMATCH, "INTEGER");
    int64_t i[8] = {9}, o[8];
    const int64_t *in[1] = {i};
    int64_t *out[1] = {o};
    he_assert_fails(he_program_run_integer(q, out, in), HE_ERR_ARGUMENT,
                    "input 0 (\"x\") has an element outside [-t/2, t/2]");
    he_assert_fails(he_program_run_integer(p, out, in), HE_ERR_MISMATCH, "REAL");
    out[0] = NULL;
    he_assert_fails(he_program_run_integer(q, out, in), HE_ERR_NULL, "output 0 (\"y\") is NULL");
    he_program_destroy(p);
    he_program_destroy(q);
}
