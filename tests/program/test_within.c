/* SPDX-License-Identifier: MIT */
/* Promises: they narrow ranges, are part of the bytes, and are refused when broken. */
#include "support/test.h"

#include <he/program.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIZE 8

static he_program *make(double lo, double hi)
{
    he_program *p;
    he_assert_ok(he_program_create(&p, HE_PROGRAM_REAL, SIZE, 0, 20));
    he_value x = he_program_input(p, "x", -100, 100);
    he_program_output(p, "y", he_program_within(p, x, lo, hi));
    return p;
}

Test(within, narrows_the_range_and_never_widens_it)
{
    he_program *p = make(-1, 200);
    double lo, hi;
    he_assert_ok(he_program_output_range(p, 0, &lo, &hi));
    cr_assert(lo == -1 && hi == 100);
    he_program_destroy(p);
}

Test(within, is_refused_where_it_cannot_hold)
{
    he_program *p = make(101, 200);
    he_assert_fails(he_program_check(p), HE_ERR_ARGUMENT, "no element can lie");
    he_program_destroy(p);
    p = make(1, -1);
    he_assert_fails(he_program_check(p), HE_ERR_ARGUMENT, "lo <= hi");
    he_program_destroy(p);
    p = make(NAN, 1);
    he_assert_fails(he_program_check(p), HE_ERR_ARGUMENT, "interval");
    he_program_destroy(p);
    he_assert_ok(he_program_create(&p, HE_PROGRAM_INTEGER, SIZE, 17, 0));
    he_value x = he_program_input(p, "x", 0, 0);
    he_program_output(p, "y", he_program_within(p, x, 0, 1));
    he_assert_fails(he_program_check(p), HE_ERR_MISMATCH, "REAL");
    he_program_destroy(p);
}

Test(within, broken_promises_are_refused_and_leave_outputs)
{
    he_program *p = make(-1, 1);
    double x[SIZE] = {0, 1, -1, 0.5}, y[SIZE] = {7};
    const double *in[1] = {x};
    double *out[1] = {y};
    he_assert_ok(he_program_run_real(p, out, in));
    cr_assert(memcmp(x, y, sizeof x) == 0);
    x[7] = nextafter(1, 2);
    y[0] = 7;
    he_assert_fails(he_program_run_real(p, out, in), HE_ERR_ARGUMENT, "outside [-1, 1]");
    cr_assert(y[0] == 7);
    he_program_destroy(p);
}

Test(within, travels_in_the_bytes)
{
    he_program *p = make(-1, 1), *q, *other = make(-1, 2);
    uint8_t bytes[512], again[512];
    size_t length, length2;
    he_assert_ok(he_program_save(p, bytes, sizeof bytes, &length));
    he_assert_ok(he_program_load(&q, bytes, length));
    he_assert_ok(he_program_save(q, again, sizeof again, &length2));
    cr_assert(length == length2 && memcmp(bytes, again, length) == 0);
    double lo, hi;
    he_assert_ok(he_program_output_range(q, 0, &lo, &hi));
    cr_assert(lo == -1 && hi == 1);
    he_assert_ok(he_program_save(other, again, sizeof again, &length2));
    cr_assert(length == length2 && memcmp(bytes, again, length) != 0);
    he_program_destroy(p);
    he_program_destroy(q);
    he_program_destroy(other);
}
