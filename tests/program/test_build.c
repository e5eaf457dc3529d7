/* SPDX-License-Identifier: MIT */
/* The builder: the first error sticks and says where; intervals hold. */
#include "generate.h"
#include "program/ir/ir.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static he_program *real(uint32_t size)
{
    he_program *p;
    he_assert_ok(he_program_create(&p, HE_PROGRAM_REAL, size, 0, 20));
    return p;
}

/* The program's error is this; it goes. */
static void assert_error(he_program *p, he_status status, const char *text)
{
    he_assert_fails(he_program_check(p), status, text);
    he_program_destroy(p);
}

Test(build, refuses_bad_programs)
{
    he_program *p = NULL;
    he_assert_fails(he_program_create(NULL, HE_PROGRAM_REAL, 8, 0, 20), HE_ERR_NULL, "program");
    const struct {
        he_program_type type;
        uint32_t size, precision;
        uint64_t modulus;
        const char *text;
    } cases[] = {
        {(he_program_type)3, 8, 20, 0, "type"},
        {HE_PROGRAM_REAL, 0, 20, 0, "power of two"},
        {HE_PROGRAM_REAL, 12, 20, 0, "power of two"},
        {HE_PROGRAM_REAL, 131072, 20, 0, "65536"},
        {HE_PROGRAM_REAL, 8, 20, 17, "modulus 0"},
        {HE_PROGRAM_REAL, 8, 0, 0, "1 to 60"},
        {HE_PROGRAM_REAL, 8, 61, 0, "1 to 60"},
        {HE_PROGRAM_INTEGER, 8, 0, 1, "2 to 2^60"},
        {HE_PROGRAM_INTEGER, 8, 0, ((uint64_t)1 << 60) + 1, "2 to 2^60"},
        {HE_PROGRAM_INTEGER, 8, 1, 17, "exact"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        he_assert_fails(he_program_create(&p, cases[i].type, cases[i].size, cases[i].modulus,
                                          cases[i].precision),
                        HE_ERR_ARGUMENT, cases[i].text);
    cr_assert_null(p);
    he_program_destroy(NULL);
    cr_assert_eq(he_program_input(NULL, "x", 0, 1), HE_VALUE_NONE);
    cr_assert_eq(he_program_add(NULL, 0, 0), HE_VALUE_NONE);
    he_program_output(NULL, "x", 0);
}

Test(build, the_first_error_sticks)
{
    he_program *p = real(8);
    he_value x = he_program_input(p, "x", -1, 1);
    cr_assert_eq(he_program_multiply(p, x, 40), HE_VALUE_NONE);
    cr_assert_eq(he_program_add(p, x, x), HE_VALUE_NONE);
    he_program_output(p, "y", x);
    cr_assert_eq(he_program_output_count(p), 0);
    he_assert_fails(he_program_check(p), HE_ERR_ARGUMENT,
                    "he_program_check: value 1 (multiply): b is value 40, but there are only 1");
    cr_assert_eq(he_program_save_size(p), 0);
    uint8_t id[HE_ID_BYTES];
    he_assert_fails(he_program_id(p, id), HE_ERR_ARGUMENT, "value 1 (multiply)");
    he_program_destroy(p);
}

Test(build, each_error_has_its_text)
{
    static const double one[1] = {1}, infinite[2] = {1, INFINITY}, none[2] = {2, 0};
    static const int64_t nine[1] = {9};
    he_program *p = real(8);
    assert_error(p, HE_ERR_ARGUMENT, "no output");
    p = real(8), (void)he_program_negate(p, HE_VALUE_NONE);
    assert_error(p, HE_ERR_ARGUMENT, "value 0 (negate): a is HE_VALUE_NONE");
    p = real(8), (void)he_program_input(p, "", -1, 1);
    assert_error(p, HE_ERR_ARGUMENT, "value 0 (input): a name must have 1 to 63 bytes");
    p = real(8), (void)he_program_input(p, NULL, -1, 1);
    assert_error(p, HE_ERR_ARGUMENT, "1 to 63 bytes");
    p = real(8), (void)he_program_input(p, "a\nb", -1, 1);
    assert_error(p, HE_ERR_ARGUMENT, "control characters");
    p = real(8), (void)he_program_input(p, "x", -1, 1), (void)he_program_input(p, "x", -1, 1);
    assert_error(p, HE_ERR_ARGUMENT, "value 1 (input): the name is there already");
    p = real(8), (void)he_program_input(p, "x", 1, -1);
    assert_error(p, HE_ERR_ARGUMENT, "lo <= hi");
    p = real(8), (void)he_program_input(p, "x", NAN, 1);
    assert_error(p, HE_ERR_ARGUMENT, "interval");
    p = real(8), (void)he_program_input(p, "x", -INFINITY, 1);
    assert_error(p, HE_ERR_ARGUMENT, "2^256");
    p = real(8), (void)he_program_splat(p, NAN);
    assert_error(p, HE_ERR_ARGUMENT, "value 0 (splat): the value is not finite");
    p = real(8), (void)he_program_constant(p, infinite, 2);
    assert_error(p, HE_ERR_ARGUMENT, "value 0 (constant): element 1 is not finite");
    p = real(8), (void)he_program_constant(p, NULL, 2);
    assert_error(p, HE_ERR_ARGUMENT, "the values are NULL");
    p = real(1), (void)he_program_constant(p, one, 2);
    assert_error(p, HE_ERR_ARGUMENT, "2 values, must be 1 to 1");
    p = real(8), (void)he_program_constant_i64(p, nine, 1);
    assert_error(p, HE_ERR_MISMATCH, "INTEGER programs");
    p = real(8), (void)he_program_splat_i64(p, 1);
    assert_error(p, HE_ERR_MISMATCH, "INTEGER programs");
    p = real(8), (void)he_program_polynomial(p, he_program_input(p, "x", -1, 1), one, 1);
    assert_error(p, HE_ERR_ARGUMENT, "1 values, must be 2 to 64");
    p = real(8), (void)he_program_polynomial(p, he_program_input(p, "x", -1, 1), none, 2);
    assert_error(p, HE_ERR_ARGUMENT, "value 1 (polynomial): it is constant");
    p = real(8), he_program_output(p, "y", 3);
    assert_error(p, HE_ERR_ARGUMENT, "output 0: there is no such value");
    p = real(8), he_program_output(p, "y", he_program_splat(p, 3));
    assert_error(p, HE_ERR_ARGUMENT, "output 0: it depends on no input");
    p = real(8);
    he_value x = he_program_input(p, "x", -1e30, 1e30);
    for (int i = 0; i < 3; i++)
        x = he_program_multiply(p, x, x);
    assert_error(p, HE_ERR_ARGUMENT,
                 "value 2 (multiply): elements could reach 1e+120, beyond 2^256");

    he_assert_ok(he_program_create(&p, HE_PROGRAM_INTEGER, 8, 17, 0));
    (void)he_program_constant_i64(p, nine, 1);
    assert_error(p, HE_ERR_ARGUMENT, "element 0 is not within [-t/2, t/2]");
    he_assert_ok(he_program_create(&p, HE_PROGRAM_INTEGER, 8, 17, 0));
    (void)he_program_splat_i64(p, -9);
    assert_error(p, HE_ERR_ARGUMENT, "value 0 (splat): the value is not within [-t/2, t/2]");
    he_assert_ok(he_program_create(&p, HE_PROGRAM_INTEGER, 8, 17, 0));
    (void)he_program_polynomial(p, he_program_input(p, "x", 0, 0), none, 2);
    assert_error(p, HE_ERR_MISMATCH, "REAL programs");
}

Test(build, limits_hold)
{
    he_program *p = real(2);
    he_value x = he_program_input(p, "x", -1, 1);
    for (uint32_t i = 1; i < HE_PROGRAM_MAX_NODES; i++)
        x = he_program_negate(p, x);
    cr_assert_eq(x, HE_PROGRAM_MAX_NODES - 1);
    (void)he_program_negate(p, x);
    assert_error(p, HE_ERR_ARGUMENT, "at most 65536 values");
    p = real(2);
    char name[16];
    for (uint32_t i = 0; i <= HE_PROGRAM_MAX_PORTS; i++) {
        snprintf(name, sizeof name, "x%u", i);
        x = he_program_input(p, name, -1, 1);
    }
    cr_assert_eq(x, HE_VALUE_NONE);
    assert_error(p, HE_ERR_ARGUMENT, "value 1024 (input): there are too many");
}

Test(build, no_memory_is_an_error_that_sticks)
{
    for (unsigned long k = 1; k < 30; k++) {
        he_program *p = NULL;
        he_test_fail_allocation(k);
        he_status status = he_program_create(&p, HE_PROGRAM_REAL, 4, 0, 20);
        if (status == HE_OK) {
            static const double c[4] = {1, 2, 3, 4};
            he_value x = he_program_input(p, "x", -1, 1);
            x = he_program_add(p, x, he_program_constant(p, c, 4));
            he_program_output(p, "y", x);
            status = he_program_check(p);
        }
        he_test_fail_allocation(0);
        he_program_destroy(p);
        if (status == HE_OK) {
            cr_assert(k > 4);
            return;
        }
        cr_assert_eq(status, HE_ERR_MEMORY, "allocation %lu: %s", k, he_last_error());
    }
    cr_assert_fail("it never had enough memory");
}

/* No element that a program computes lies outside the interval that is inferred for it. */
Test(build, intervals_hold)
{
    static recipe r;
    const limits within = {.operations = 60,
                           .inputs = 3,
                           .depth = 20,
                           .degree = 20,
                           .largest = 1e12,
                           .rotations = true};
    enum {
        SIZE = 8
    };
    long double y[3][SIZE], *outputs[3] = {y[0], y[1], y[2]};
    double x[3][SIZE];
    const double *inputs[3] = {x[0], x[1], x[2]};
    for (int round = 0; round < 100 * (int)he_test_scale(); round++) {
        generate(&r, HE_PROGRAM_REAL, SIZE, 0, &within);
        he_program *p = build(&r);
        for (int sample = 0; sample < 10; sample++) {
            for (int i = 0; i < 3; i++)
                for (int j = 0; j < SIZE; j++)
                    x[i][j] = sample < 3 ? (j % 3) - 1 : he_test_random_unit();
            evaluate_real(&r, outputs, inputs);
            for (int k = 0; k < r.outputs; k++) {
                double lo, hi;
                he_assert_ok(he_program_output_range(p, (uint32_t)k, &lo, &hi));
                for (int j = 0; j < SIZE; j++) {
                    const long double slack = 1e-15L * (fabsl(lo) + fabsl(hi));
                    cr_assert(y[k][j] >= lo - slack && y[k][j] <= hi + slack,
                              "%Lg outside [%g, %g]", y[k][j], lo, hi);
                }
            }
        }
        he_program_destroy(p);
    }
}

Test(build, intervals_are_close)
{
    he_program *p = real(8);
    he_value x = he_program_input(p, "x", -2, 3);
    double lo, hi;
    he_assert_ok(he_program_input_range(p, 0, &lo, &hi));
    cr_assert(lo == -2 && hi == 3);
    static const double odd[4] = {0.5, 0.25, 0, -0.01};
    he_program_output(p, "square", he_program_multiply(p, x, x));
    he_program_output(p, "sum", he_program_sum(p, x));
    he_program_output(p, "poly", he_program_polynomial(p, x, odd, 4));
    he_assert_ok(he_program_output_range(p, 0, &lo, &hi));
    cr_assert(lo == 0 && hi >= 9 && hi < 9.0001);
    he_assert_ok(he_program_output_range(p, 1, &lo, &hi));
    cr_assert(lo == -16 && hi == 24);
    /* true: 0.08 … 0.98 */
    he_assert_ok(he_program_output_range(p, 2, &lo, &hi));
    cr_assert(lo <= 0.08 && lo > 0.05 && hi >= 0.98 && hi < 1.01, "[%g, %g]", lo, hi);
    he_assert_fails(he_program_output_range(p, 3, &lo, &hi), HE_ERR_ARGUMENT, "number 3 of 3");
    he_assert_fails(he_program_input_range(p, 0, NULL, &hi), HE_ERR_NULL, "lo is NULL");
    he_program_destroy(p);
    he_assert_ok(he_program_create(&p, HE_PROGRAM_INTEGER, 8, 17, 0));
    (void)he_program_input(p, "x", 0, 0);
    he_assert_fails(he_program_input_range(p, 0, &lo, &hi), HE_ERR_MISMATCH, "REAL");
    cr_assert_eq(he_program_modulus(p), 17);
    cr_assert_eq(he_program_size(p), 8);
    cr_assert_eq(he_program_get_type(p), HE_PROGRAM_INTEGER);
    cr_assert_null(he_program_input_name(p, 1));
    he_program_destroy(p);
}
