/* SPDX-License-Identifier: MIT */
/* Plans before they run: what a program is lowered to, played through in the clear; how many
 * levels, products and keys that takes; and what is refused. */
#include "generate.h"
#include "program/plan/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static uint32_t count_steps(const he_plan *plan, he_plan_op op)
{
    uint32_t count = 0;
    for (size_t i = 0; i < plan->step_count; i++)
        count += plan->steps[i].op == op;
    return count;
}

static uint32_t products(const he_plan *plan)
{
    return count_steps(plan, HE_PLAN_MULTIPLY) + count_steps(plan, HE_PLAN_MULTIPLY_LAZY);
}

/* --- The steps of a REAL plan on doubles ------------------------------------------------------ */

static void play_step(const he_plan *plan, const he_plan_step *s, double **reg, double *plain)
{
    const uint32_t size = plan->program->size;
    double *r = malloc(size * sizeof *r);
    const double *a = s->a == HE_PLAN_NONE ? NULL : reg[s->a];
    const double *b = s->b == HE_PLAN_NONE ? NULL : reg[s->b];
    if (s->op == HE_PLAN_ADD_PLAIN || s->op == HE_PLAN_MULTIPLY_PLAIN)
        he_assert_ok(he_ckks_decode(plan->ctx, plain, size, plan->plains[s->plain], NULL));
    for (uint32_t j = 0; j < size; j++) {
        switch (s->op) {
        case HE_PLAN_ADD:
            r[j] = a[j] + b[j];
            break;
        case HE_PLAN_SUB:
            r[j] = a[j] - b[j];
            break;
        case HE_PLAN_NEGATE:
            r[j] = -a[j];
            break;
        case HE_PLAN_ADD_PLAIN:
            r[j] = a[j] + plain[j];
            break;
        case HE_PLAN_ADD_SCALAR:
            r[j] = a[j] + s->scalar;
            break;
        case HE_PLAN_MULTIPLY:
        case HE_PLAN_MULTIPLY_LAZY:
            r[j] = a[j] * b[j];
            break;
        case HE_PLAN_MULTIPLY_PLAIN:
            r[j] = a[j] * plain[j];
            break;
        case HE_PLAN_WEIGHTED:
            r[j] = s->scalar;
            for (uint32_t t = s->first; t != HE_PLAN_NONE; t = plan->terms[t].next)
                r[j] += plan->terms[t].weight * reg[plan->terms[t].reg][j];
            break;
        case HE_PLAN_MULTIPLY_INTEGER:
            r[j] = a[j] * (double)s->integer;
            break;
        case HE_PLAN_ROTATE:
            r[j] = a[(j + (uint32_t)s->rotation) % size];
            break;
        case HE_PLAN_RELINEARIZE:
        case HE_PLAN_RESCALE:
        case HE_PLAN_LOWER:
            r[j] = a[j];
            break;
        }
        cr_assert(fabs(r[j]) <= s->state.largest * (1 + 1e-5) + 1e-5, "step %d: %g is above %g",
                  (int)s->op, r[j], s->state.largest);
    }
    free(reg[s->r]);
    reg[s->r] = r;
}

/* Values as he_plan_run() and the client would have them, without noise. */
static void play(const he_plan *plan, double *const *outputs, const double *const *inputs)
{
    const he_program *p = plan->program;
    double **reg = calloc(plan->registers, sizeof *reg);
    double *plain = malloc(p->size * sizeof *plain);
    for (uint32_t i = 0; i < p->input_count; i++) {
        reg[i] = malloc(p->size * sizeof **reg);
        for (uint32_t j = 0; j < p->size; j++)
            reg[i][j] = ldexp(inputs[i][j], -plan->exponents[i]);
    }
    for (size_t i = 0; i < plan->step_count; i++)
        play_step(plan, &plan->steps[i], reg, plain);
    for (uint32_t k = 0; k < p->output_count; k++)
        for (uint32_t j = 0; j < p->size; j++)
            outputs[k][j] = ldexp(reg[plan->outputs[k].reg][j], plan->outputs[k].exponent);
    for (uint32_t r = 0; r < plan->registers; r++)
        free(reg[r]);
    free(reg);
    free(plain);
}

enum {
    SIZE = 8
};

Test(plan, steps_compute_the_program)
{
    static recipe r;
    const limits within = {
        .operations = 60, .inputs = 3, .depth = 6, .degree = 15, .largest = 1e5, .rotations = true};
    double x[3][SIZE], y[3][SIZE], z[3][SIZE];
    const double *inputs[3] = {x[0], x[1], x[2]};
    double *got[3] = {y[0], y[1], y[2]}, *want[3] = {z[0], z[1], z[2]};
    int more = 0, scaled = 0;
    for (int round = 0; round < 40 * (int)he_test_scale(); round++) {
        generate(&r, HE_PROGRAM_REAL, SIZE, 0, &within);
        r.precision = 10;
        he_program *p = build(&r);
        he_plan *plan;
        he_assert_ok(he_plan_create(&plan, p, NULL));
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < SIZE; j++)
                x[i][j] = round % 4 == 0 ? (j % 3) - 1 : he_test_random_unit();
        play(plan, got, inputs);
        he_assert_ok(he_program_run_real(p, want, inputs));
        for (int k = 0; k < r.outputs; k++)
            for (int j = 0; j < SIZE; j++)
                cr_assert(fabs(y[k][j] - z[k][j]) <= he_plan_output_error(plan, (uint32_t)k),
                          "round %d: %.17g is not %.17g", round, y[k][j], z[k][j]);
        /* no more levels than the longest path of the recipe's own count, but for polynomials of
         * large arguments */
        int deepest = 0;
        for (int i = 0; i < r.count; i++) {
            deepest = r.steps[i].depth > deepest ? r.steps[i].depth : deepest;
            scaled += r.steps[i].kind == POLYNOMIAL;
        }
        if (he_context_top_level(plan->ctx) > (uint32_t)deepest)
            more++;
        he_plan_destroy(plan);
        he_program_destroy(p);
    }
    cr_assert(more <= scaled / 8, "%d of %d polynomials took a level more", more, scaled);
}

/* --- Polynomials ------------------------------------------------------------------------------ */

static he_plan *plan_polynomial(const double *c, size_t count, double lo, double hi,
                                uint32_t precision, he_program **program)
{
    he_plan *plan;
    he_assert_ok(he_program_create(program, HE_PROGRAM_REAL, SIZE, 0, precision));
    he_value x = he_program_input(*program, "x", lo, hi);
    he_program_output(*program, "y", he_program_polynomial(*program, x, c, count));
    he_assert_ok(he_plan_create(&plan, *program, NULL));
    return plan;
}

Test(plan, polynomials_take_the_fewest_levels_and_few_products)
{
    /* products for odd degrees, as the best searches of the literature have them */
    static const uint32_t odd_products[32] = {
        [3] = 2, [5] = 3, [7] = 5, [9] = 5, [11] = 6, [13] = 7, [15] = 8};
    double x[SIZE], y[SIZE], z[SIZE];
    const double *inputs[1] = {x};
    double *got[1] = {y}, *want[1] = {z};
    for (uint32_t degree = 1; degree <= 63; degree += degree < 16 ? 1 : 5) {
        for (int odd = 0; odd < 2; odd++) {
            double c[64] = {0};
            if (odd && degree % 2 == 0)
                continue;
            for (uint32_t i = odd ? 1 : 0; i <= degree; i += odd ? 2 : 1)
                c[i] = (0.5 + 0.5 * fabs(he_test_random_unit())) / (1 + i) / pow(3, i);
            he_program *p;
            he_plan *plan = plan_polynomial(c, degree + 1, -3, 2, 10, &p);
            cr_assert_eq(he_context_top_level(plan->ctx), he_ceil_log2(degree + 1), "degree %u",
                         degree);
            if (odd && degree > 1 && degree < 16)
                cr_assert(products(plan) <= odd_products[degree], "degree %u: %u products", degree,
                          products(plan));
            cr_assert(products(plan) <= (degree < 2 ? 0 : 2 + degree / 2 + 4),
                      "degree %u: %u products", degree, products(plan));
            for (int j = 0; j < SIZE; j++)
                x[j] = -3 + 5.0 * j / (SIZE - 1);
            play(plan, got, inputs);
            he_assert_ok(he_program_run_real(p, want, inputs));
            for (int j = 0; j < SIZE; j++)
                cr_assert(fabs(y[j] - z[j]) < 1e-12, "degree %u: %.17g is not %.17g", degree, y[j],
                          z[j]);
            he_plan_destroy(plan);
            he_program_destroy(p);
        }
    }
}

Test(plan, scaling_may_take_coefficients_to_zero)
{
    static const double c[3] = {0.25, 0.5, 1e-300};
    he_program *p;
    he_plan *plan = plan_polynomial(c, 3, -1e-17, 1e-17, 10, &p);
    double x[SIZE] = {1e-18}, y[SIZE];
    const double *inputs[1] = {x};
    double *got[1] = {y};
    play(plan, got, inputs);
    cr_assert(fabs(y[0] - 0.25) < 1e-15);
    he_plan_destroy(plan);
    he_program_destroy(p);
}

/* --- Laziness --------------------------------------------------------------------------------- */

Test(plan, a_weighted_sum_is_one_step_and_one_rescaling)
{
    he_program *p;
    he_plan *plan;
    he_assert_ok(he_program_create(&p, HE_PROGRAM_REAL, SIZE, 0, 20));
    he_value sum = he_program_splat(p, -0.25);
    for (int i = 0; i < 30; i++) {
        char name[16];
        snprintf(name, sizeof name, "x%d", i);
        he_value x = he_program_input(p, name, -12, 12);
        he_value w = he_program_splat(p, i == 3 ? 1 : i == 4 ? -2 : 0.01 * (i + 1));
        if (i == 5) /* a plain input, and one that is subtracted */
            sum = he_program_add(p, sum, x);
        else if (i == 6)
            sum = he_program_sub(p, sum, he_program_multiply(p, x, w));
        else
            sum = he_program_add(p, sum, he_program_multiply(p, x, w));
    }
    he_program_output(p, "y", sum);
    he_assert_ok(he_plan_create(&plan, p, NULL));
    cr_assert_eq(plan->step_count, 2);
    cr_assert_eq(plan->steps[0].op, HE_PLAN_WEIGHTED);
    cr_assert_eq(plan->steps[0].terms, 30);
    cr_assert_eq(plan->steps[1].op, HE_PLAN_RESCALE);
    cr_assert_eq(he_context_top_level(plan->ctx), 1);
    cr_assert_not(he_plan_needs_relin_key(plan));
    double in[30][SIZE], y[SIZE], z[SIZE];
    const double *inputs[30];
    double *got[1] = {y}, *want[1] = {z};
    for (int i = 0; i < 30; i++) {
        inputs[i] = in[i];
        for (int j = 0; j < SIZE; j++)
            in[i][j] = 12 * he_test_random_unit();
    }
    play(plan, got, inputs);
    he_assert_ok(he_program_run_real(p, want, inputs));
    for (int j = 0; j < SIZE; j++)
        cr_assert(fabs(y[j] - z[j]) < 1e-12);
    he_plan_destroy(plan);
    he_program_destroy(p);
}

/* sum of x_i y_i over five pairs */
static he_program *inner_product(he_program_type type)
{
    he_program *p;
    he_assert_ok(he_program_create(&p, type, SIZE, type == HE_PROGRAM_REAL ? 0 : 65537,
                                   type == HE_PROGRAM_REAL ? 20 : 0));
    he_value sum = HE_VALUE_NONE;
    for (int i = 0; i < 5; i++) {
        char name[2][16];
        snprintf(name[0], sizeof name[0], "x%d", i);
        snprintf(name[1], sizeof name[1], "y%d", i);
        he_value x = he_program_input(p, name[0], -1, 1), y = he_program_input(p, name[1], -1, 1);
        he_value product = he_program_multiply(p, x, y);
        sum = i == 0 ? product : he_program_sub(p, sum, he_program_negate(p, product));
    }
    he_program_output(p, "sum", sum);
    he_assert_ok(he_program_check(p));
    return p;
}

Test(plan, a_sum_of_products_switches_keys_once)
{
    for (int type = HE_PROGRAM_INTEGER; type <= HE_PROGRAM_REAL; type++) {
        he_program *p = inner_product((he_program_type)type);
        he_plan *plan;
        he_assert_ok(he_plan_create(&plan, p, NULL));
        cr_assert_eq(count_steps(plan, HE_PLAN_MULTIPLY_LAZY), 5);
        cr_assert_eq(count_steps(plan, HE_PLAN_RELINEARIZE), 1);
        cr_assert_eq(count_steps(plan, HE_PLAN_MULTIPLY), 0);
        cr_assert(count_steps(plan, HE_PLAN_RESCALE) <= 1);
        cr_assert(he_plan_needs_relin_key(plan));
        he_plan_destroy(plan);
        he_program_destroy(p);
    }
}

Test(plan, long_sums_hold_few_registers)
{
    he_program *p;
    he_plan *plan;
    he_assert_ok(he_program_create(&p, HE_PROGRAM_REAL, SIZE, 0, 20));
    he_value x = he_program_input(p, "x", -1, 1), sum = x;
    for (int i = 1; i <= 100; i++) {
        he_value turned = he_program_rotate(p, x, i % 7 + 1);
        he_value term = he_program_multiply(p, he_program_add(p, turned, x), turned);
        sum = he_program_add(p, sum,
                             he_program_multiply(p, term, he_program_splat(p, 0.01 + 0.001 * i)));
    }
    he_program_output(p, "y", sum);
    he_assert_ok(he_plan_create(&plan, p, NULL));
    cr_assert(plan->registers < 40, "%u registers", plan->registers);
    he_plan_destroy(plan);
    he_program_destroy(p);
}

/* --- Levels and constants --------------------------------------------------------------------- */

static he_value with_integer(he_program *p, he_value x)
{
    return he_program_multiply(p, x, he_program_splat(p, 3));
}

static he_value with_real(he_program *p, he_value x)
{
    return he_program_multiply(p, x, he_program_splat(p, 0.3));
}

static he_value with_square(he_program *p, he_value x)
{
    return he_program_multiply(p, x, x);
}

static he_value with_promise(he_program *p, he_value x)
{
    return he_program_within(p, he_program_add(p, x, x), -0.5, 0.5);
}

Test(plan, levels_are_spent_where_they_must_be)
{
    const struct {
        he_value (*f)(he_program *, he_value);
        uint32_t levels;
    } cases[] = {{he_program_negate, 0}, {he_program_sum, 0}, {with_integer, 0},
                 {with_promise, 0},      {with_real, 1},      {with_square, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        he_program *p;
        he_plan *plan;
        he_assert_ok(he_program_create(&p, HE_PROGRAM_REAL, SIZE, 0, 20));
        he_program_output(p, "y", cases[i].f(p, he_program_input(p, "x", -1, 1)));
        he_assert_ok(he_plan_create(&plan, p, NULL));
        cr_assert_eq(he_context_top_level(plan->ctx), cases[i].levels, "case %zu", i);
        he_plan_destroy(plan);
        he_program_destroy(p);
    }
}

/* --- Keys ------------------------------------------------------------------------------------- */

Test(plan, steps_are_listed_once)
{
    static const int32_t rotations[] = {3, -1, 3, 4, 11};
    he_program *p;
    he_plan *plan;
    he_assert_ok(he_program_create(&p, HE_PROGRAM_INTEGER, SIZE, 65537, 0));
    he_value x = he_program_input(p, "x", 0, 0), sum = he_program_sum(p, x);
    for (int i = 0; i < 5; i++)
        sum = he_program_add(p, sum, he_program_rotate(p, x, rotations[i]));
    he_program_output(p, "y", sum);
    he_assert_ok(he_plan_create(&plan, p, NULL));
    static const int32_t want[] = {1, 2, 3, 4, 7};
    size_t count;
    const int32_t *steps = he_plan_steps(plan, &count);
    cr_assert_eq(count, 5);
    cr_assert_eq(memcmp(steps, want, sizeof want), 0);
    he_plan_destroy(plan);
    he_program_destroy(p);
}

/* --- Refusals --------------------------------------------------------------------------------- */

static he_program *power(uint32_t times, uint32_t precision)
{
    he_program *p;
    he_assert_ok(he_program_create(&p, HE_PROGRAM_REAL, SIZE, 0, precision));
    he_value x = he_program_input(p, "x", -1, 1), y = x;
    for (uint32_t i = 0; i < times; i++)
        y = he_program_multiply(p, x, y);
    he_program_output(p, "y", y);
    return p;
}

static void refuse(const he_program *p, const he_params *hints, he_status status, const char *text)
{
    he_plan *plan = NULL;
    he_assert_fails(he_plan_create(&plan, p, hints), status, text);
    cr_assert_null(plan);
}

Test(plan, refuses_what_no_parameters_hold)
{
    he_program *p = power(1, 20), *deep = power(70, 20), *fine = power(3, 58), *q;
    he_plan *plan = NULL;
    he_assert_fails(he_plan_create(NULL, p, NULL), HE_ERR_NULL, "plan is NULL");
    he_assert_fails(he_plan_create(&plan, NULL, NULL), HE_ERR_NULL, "program is NULL");
    refuse(deep, NULL, HE_ERR_PARAMS, "multiplies 70 times in sequence, at most 63");
    refuse(fine, NULL, HE_ERR_PARAMS, "58 bits after the point take a scale beyond 2^60");
    he_program_destroy(deep);
    he_program_destroy(fine);

    he_params hints = HE_PARAMS_INIT;
    hints.n = 4096;
    deep = power(3, 20);
    refuse(deep, &hints, HE_ERR_PARAMS, "no n up to 4096");
    he_program_destroy(deep);
    hints.struct_size = 1;
    refuse(p, &hints, HE_ERR_PARAMS, "struct_size");

    /* given primes: too coarse, too few, too small a range */
    hints = (he_params)HE_PARAMS_INIT;
    hints.n = 8192;
    hints.scale_bits = 30;
    hints.data_bits[0] = 40;
    hints.data_bits[1] = 30;
    refuse(p, &hints, HE_ERR_PARAMS, "give a larger scale");
    hints.data_bits[1] = 0;
    refuse(p, &hints, HE_ERR_PARAMS, "levels");
    he_program_destroy(p);

    he_assert_ok(he_program_create(&p, HE_PROGRAM_REAL, 1024, 0, 10));
    he_program_output(p, "y", he_program_sum(p, he_program_input(p, "x", -1, 1)));
    hints = (he_params)HE_PARAMS_INIT;
    hints.n = 8192;
    hints.scale_bits = 40;
    hints.data_bits[0] = 45;
    hints.range_bits = 2;
    refuse(p, &hints, HE_ERR_PARAMS, "values reach 2^10 where the given parameters hold 2^2");
    he_program_destroy(p);

    /* no batching modulo t, or none that is large enough */
    he_assert_ok(he_program_create(&q, HE_PROGRAM_INTEGER, 16, 65536, 0));
    he_program_output(q, "y", he_program_sum(q, he_program_input(q, "x", 0, 0)));
    refuse(q, NULL, HE_ERR_UNSUPPORTED, "t = 65536 has no slots");
    he_program_destroy(q);
    he_assert_ok(he_program_create(&q, HE_PROGRAM_INTEGER, 65536, 65537, 0));
    he_program_output(q, "y", he_program_sum(q, he_program_input(q, "x", 0, 0)));
    refuse(q, NULL, HE_ERR_UNSUPPORTED, "t = 65537 has slots for vectors of 32768");
    he_program_destroy(q);

    he_assert_ok(he_program_create(&q, HE_PROGRAM_INTEGER, 16, 65537, 0));
    he_value x = he_program_input(q, "x", 0, 0);
    he_program_output(q, "y", he_program_multiply(q, x, x));
    hints = (he_params)HE_PARAMS_INIT;
    hints.n = 4096;
    hints.data_bits[0] = 45;
    refuse(q, &hints, HE_ERR_PARAMS, "exceeds what decrypts by");
    he_program_destroy(q);
}

Test(plan, takes_given_parameters)
{
    he_program *p = power(2, 10);
    he_params hints = HE_PARAMS_INIT;
    hints.security = HE_SEC_NONE;
    hints.n = 2048;
    hints.scale_bits = 40;
    hints.data_bits[0] = 50;
    hints.data_bits[1] = hints.data_bits[2] = hints.data_bits[3] = 40;
    he_plan *plan, *again;
    he_assert_ok(he_plan_create(&plan, p, &hints));
    cr_assert_eq(he_context_n(he_plan_context(plan)), 2048);
    cr_assert_eq(he_context_top_level(he_plan_context(plan)), 3);
    /* the parameters of one plan make the same plan elsewhere */
    he_params made = HE_PARAMS_INIT;
    he_assert_ok(he_context_params(he_plan_context(plan), &made));
    he_assert_ok(he_plan_create(&again, p, &made));
    cr_assert_eq(memcmp(he_context_id(he_plan_context(plan)), he_context_id(he_plan_context(again)),
                        HE_ID_BYTES),
                 0);
    cr_assert_eq(he_plan_output_error(plan, 0), he_plan_output_error(again, 0));
    he_plan_destroy(again);
    he_plan_destroy(plan);
    he_program_destroy(p);

    /* and of a plan that chose for itself, both schemes */
    for (int type = HE_PROGRAM_INTEGER; type <= HE_PROGRAM_REAL; type++) {
        p = inner_product((he_program_type)type);
        he_assert_ok(he_plan_create(&plan, p, NULL));
        he_assert_ok(he_context_params(he_plan_context(plan), &made));
        he_assert_ok(he_plan_create(&again, p, &made));
        cr_assert_eq(memcmp(he_context_id(he_plan_context(plan)),
                            he_context_id(he_plan_context(again)), HE_ID_BYTES),
                     0);
        cr_assert_eq(plan->step_count, again->step_count);
        cr_assert_eq(he_plan_output_noise_bits(plan, 0), he_plan_output_noise_bits(again, 0));
        he_plan_destroy(again);
        he_plan_destroy(plan);
        he_program_destroy(p);
    }
}

Test(plan, getters_take_anything)
{
    size_t count = 3;
    cr_assert_null(he_plan_context(NULL));
    cr_assert_null(he_plan_steps(NULL, &count));
    cr_assert_eq(count, 0);
    cr_assert_not(he_plan_needs_relin_key(NULL));
    cr_assert(isinf(he_plan_output_noise_bits(NULL, 0)));
    cr_assert(isinf(he_plan_output_error(NULL, 0)));
    cr_assert_eq(he_plan_output_level(NULL, 0), 0);
    he_plan_destroy(NULL);
}

/* Every allocation that fails is told, and leaves nothing behind. */
Test(plan, no_memory_leaves_nothing)
{
    static const double cubic[4] = {0, 1, 0, 0.25}, vector[SIZE] = {1, 2, 3};
    he_program *p;
    he_assert_ok(he_program_create(&p, HE_PROGRAM_REAL, SIZE, 0, 10));
    he_value x = he_program_input(p, "x", -1, 1);
    he_value y = he_program_multiply(p, he_program_polynomial(p, x, cubic, 4),
                                     he_program_constant(p, vector, SIZE));
    he_program_output(p, "y", he_program_add(p, he_program_sum(p, y), he_program_splat(p, 0.1)));
    he_params hints = HE_PARAMS_INIT;
    hints.security = HE_SEC_NONE;
    hints.n = 1024;
    hints.scale_bits = 40;
    hints.range_bits = 6;
    hints.data_bits[0] = 50;
    for (int i = 1; i < 4; i++)
        hints.data_bits[i] = 40;
    he_plan *plan = NULL;
    he_test_fail_allocation(0);
    he_assert_ok(he_plan_create(&plan, p, &hints));
    const unsigned long all = he_test_allocations();
    he_plan_destroy(plan);
    cr_assert(all > 50);
    for (unsigned long k = 1; k <= all; k++) {
        plan = NULL;
        he_test_fail_allocation(k);
        he_status status = he_plan_create(&plan, p, &hints);
        he_test_fail_allocation(0);
        cr_assert_eq(status, HE_ERR_MEMORY, "allocation %lu of %lu: %s", k, all, he_last_error());
        cr_assert_null(plan);
    }
    he_program_destroy(p);
}
