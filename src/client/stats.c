/* SPDX-License-Identifier: MIT */
/* The stats job: count, sum and mean of a column among marked rows, exactly.
 *
 * Values are integers v = x 10^decimals.  Column and mask are two encrypted vectors;
 * count = sum(mask), sum = sum(mask column), modulo t above twice the sum of |v|, so that no
 * choice of rows wraps.  The client divides. */
#include "client/job.h"
#include "core/memory.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define LEAST_SIZE 1024u
#define MOST_SIZE  8192u /* slots of a row at n = 16384: what one batch holds */

/* Sizes beyond which t could not have 60 bits. */
#define MAX_MAGNITUDES ((double)((uint64_t)1 << 58))

typedef struct stats_job {
    const he_table *table;
    size_t column, mask;
    size_t rows;
    unsigned decimals;
    uint32_t size, batches;
    int64_t *values, *marks; /* [batches][size] */
    double magnitudes;       /* sum of |v| over all rows */
    he_program *program;
} stats_job;

static double power_of_ten(unsigned k)
{
    double p = 1;
    while (k-- > 0)
        p *= 10;
    return p;
}

static he_status choose_columns(stats_job *j, const char *column, const char *mask)
{
    const struct {
        const char *name;
        size_t *at;
    } want[2] = {{column, &j->column}, {mask, &j->mask}};
    for (int i = 0; i < 2; i++) {
        *want[i].at = he_table_find(j->table, want[i].name);
        if (*want[i].at == SIZE_MAX)
            return he_fail(HE_ERR_ARGUMENT,
                           "he_compare_stats: the table has no column \"%.60s\": its first line "
                           "names %zu, \"%.60s\" and others",
                           want[i].name, he_table_columns(j->table), he_table_name(j->table, 0));
    }
    return HE_OK;
}

/* Row i of the job: the table's rows, repeated. */
static he_status fill_row(stats_job *j, size_t i)
{
    size_t row = i % he_table_rows(j->table);
    double x = he_table_value(j->table, row, j->column) * power_of_ten(j->decimals);
    double m = he_table_value(j->table, row, j->mask);
    if (m != 0 && m != 1)
        return he_fail(HE_ERR_ARGUMENT, "he_compare_stats: \"%s\" is %g in row %zu, must be 0 or 1",
                       he_table_name(j->table, j->mask), m, row + 1);
    j->magnitudes += fabs(rint(x));
    if (!(j->magnitudes < MAX_MAGNITUDES))
        return he_fail(HE_ERR_ARGUMENT,
                       "he_compare_stats: the sum of \"%s\" with %u decimals needs a plaintext "
                       "modulus of more than 60 bits: take fewer rows",
                       he_table_name(j->table, j->column), j->decimals);
    j->values[i] = (int64_t)rint(x);
    j->marks[i] = (int64_t)m;
    return HE_OK;
}

static he_status fill(stats_job *j)
{
    j->size = LEAST_SIZE;
    while (j->size < j->rows && j->size < MOST_SIZE)
        j->size *= 2;
    size_t batches = (j->rows + j->size - 1) / j->size;
    if (batches > 100000)
        return he_fail(HE_ERR_ARGUMENT, "he_compare_stats: %zu rows are too many", j->rows);
    j->batches = (uint32_t)batches;
    j->values = he_alloc(batches * j->size, sizeof *j->values);
    j->marks = he_alloc(batches * j->size, sizeof *j->marks);
    if (j->values == NULL || j->marks == NULL)
        return he_fail(HE_ERR_MEMORY, "he_compare_stats: no memory for %zu rows", j->rows);
    for (size_t i = 0; i < j->rows; i++)
        HE_TRY(fill_row(j, i));
    return HE_OK;
}

static he_status make_program(stats_job *j, uint64_t t)
{
    he_program_destroy(j->program);
    j->program = NULL;
    HE_TRY(he_program_create(&j->program, HE_PROGRAM_INTEGER, j->size, t, 0));
    he_value column = he_program_input(j->program, "column", 0, 0);
    he_value mask = he_program_input(j->program, "mask", 0, 0);
    he_value sum = he_program_sum(j->program, he_program_multiply(j->program, column, mask));
    he_program_output(j->program, "count", he_program_sum(j->program, mask));
    he_program_output(j->program, "sum", sum);
    return he_program_check(j->program);
}

/* t is the smallest batching prime above twice the magnitudes.  Which primes allow batching depends
 * on the ring degree, and which degree holds the program on t: the first degree that agrees. */
static he_status choose_modulus(stats_job *j, const he_params *hints)
{
    uint64_t above = 2 * (uint64_t)fmax(j->magnitudes, (double)j->rows);
    for (uint32_t n = 2 * j->size < 4096 ? 4096 : 2 * j->size; n <= HE_MAX_N; n *= 2) {
        uint64_t t;
        he_plan *plan;
        HE_TRY(he_batching_prime(&t, n, above));
        HE_TRY(make_program(j, t));
        he_status status = he_plan_create(&plan, j->program, hints);
        if (status == HE_OK) {
            he_plan_destroy(plan);
            return HE_OK;
        }
        if (status != HE_ERR_PARAMS) /* which means that n is too small for t */
            return status;
    }
    return he_fail(HE_ERR_PARAMS, "he_compare_stats: no ring is large enough");
}

static he_status note_results(he_report *r, const stats_job *j)
{
    he_note *count = he_report_note(r, "count"), *sum = he_report_note(r, "sum"),
            *mean = he_report_note(r, "mean");
    if (count == NULL || sum == NULL || mean == NULL)
        return he_fail(HE_ERR_ARGUMENT, "he_compare_stats: too many notes");
    for (int e = 0; e < HE_EVALUATOR_COUNT; e++) {
        int64_t counted = 0, summed = 0;
        for (uint32_t b = 0; b < j->batches; b++) {
            const int64_t *out = r->integer_results[e] + (size_t)b * 2 * j->size;
            counted += out[0];
            summed += out[j->size];
        }
        if (counted < 0 || (uint64_t)counted > j->rows || fabs((double)summed) > j->magnitudes)
            return he_fail(HE_ERR_UNTRUSTED,
                           "%s: count %" PRId64 " and sum %" PRId64
                           " are not possible for %zu rows: the server did not run this program",
                           he_evaluator_name((he_evaluator)e), counted, summed, j->rows);
        double scale = power_of_ten(j->decimals);
        snprintf(count->cell[e], sizeof count->cell[e], "%" PRId64, counted);
        snprintf(sum->cell[e], sizeof sum->cell[e], "%.*f", (int)j->decimals,
                 (double)summed / scale);
        if (counted > 0)
            snprintf(mean->cell[e], sizeof mean->cell[e], "%.10g",
                     (double)summed / scale / (double)counted);
        else
            snprintf(mean->cell[e], sizeof mean->cell[e], "no row is marked");
    }
    return HE_OK;
}

static he_status run(he_report **report, const he_compare_options *options, stats_job *j)
{
    const int64_t **inputs = he_alloc(2 * (size_t)j->batches, sizeof *inputs);
    if (inputs == NULL)
        return he_fail(HE_ERR_MEMORY, "he_compare_stats: no memory");
    for (size_t b = 0; b < j->batches; b++) {
        inputs[2 * b] = j->values + b * j->size;
        inputs[2 * b + 1] = j->marks + b * j->size;
    }
    char title[128];
    snprintf(title, sizeof title, "stats: count, sum and mean of %.32s where %.32s = 1",
             he_table_name(j->table, j->column), he_table_name(j->table, j->mask));
    he_job job = {.title = title,
                  .program = j->program,
                  .rows = j->rows,
                  .batches = j->batches,
                  .integer_inputs = (const int64_t *const *)inputs};
    he_report *r;
    he_status status = he_job_run(&r, options, &job);
    he_free(inputs);
    HE_TRY(status);
    status = note_results(r, j);
    if (status != HE_OK) {
        he_report_destroy(r);
        return status;
    }
    *report = r;
    return HE_OK;
}

he_status he_compare_stats(he_report **report, const he_compare_options *options,
                           const he_table *table, const char *column, const char *mask, size_t rows)
{
    HE_REQUIRE_PTR(report);
    HE_REQUIRE_PTR(options);
    HE_REQUIRE_PTR(table);
    HE_REQUIRE_PTR(column);
    HE_REQUIRE_PTR(mask);
    stats_job j = {.table = table, .rows = rows == 0 ? he_table_rows(table) : rows};
    he_status status = choose_columns(&j, column, mask);
    if (status == HE_OK) {
        j.decimals = he_table_decimals(table, j.column);
        if (j.decimals > 18)
            status = he_fail(HE_ERR_ARGUMENT,
                             "he_compare_stats: \"%.60s\" has %u decimals, which no plaintext "
                             "modulus of 60 bits holds",
                             column, j.decimals);
    }
    if (status == HE_OK)
        status = fill(&j);
    if (status == HE_OK)
        status = choose_modulus(&j, options->hints);
    if (status == HE_OK)
        status = run(report, options, &j);
    he_program_destroy(j.program);
    he_free(j.values);
    he_free(j.marks);
    return status;
}
