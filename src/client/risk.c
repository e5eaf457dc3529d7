/* SPDX-License-Identifier: MIT */
/* The risk job: malignancy scores by logistic regression.
 *
 * score = bias + sum of weight times standardized feature; probability = the model's polynomial of
 * the score.  One input for each feature, rows in its elements.  The client standardizes, and
 * refuses a row whose score would leave the interval on which the polynomial was fitted. */
#include "client/job.h"
#include "client/model.h"
#include "core/memory.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define LEAST_SIZE 1024u
/* Rows of one batch at most: the slots of n = 16384, which the depth of the polynomial asks for. */
#define MOST_SIZE      8192u
#define PRECISION_BITS 20
/* Classes by probability. */
#define THRESHOLD 0.5

typedef struct risk_job {
    const he_table *table;
    const he_model *model;
    size_t label; /* column of 0 (malignant) and 1 (benign) */
    size_t column[HE_MODEL_MAX_FEATURES];
    double lo[HE_MODEL_MAX_FEATURES], hi[HE_MODEL_MAX_FEATURES]; /* of standardized values */
    size_t rows;
    uint32_t size, batches;
    double *values; /* [batches][features][size] */
    const double **inputs;
    he_program *program, *exact;
} risk_job;

static double standardized(const risk_job *j, size_t row, size_t f)
{
    const he_feature *m = &j->model->features[f];
    return (he_table_value(j->table, row, j->column[f]) - m->mean) / m->sd;
}

static he_status find_columns(risk_job *j)
{
    j->label = he_table_find(j->table, "benign");
    if (j->label == SIZE_MAX)
        return he_fail(HE_ERR_ARGUMENT, "he_compare_risk: the table has no column \"benign\"");
    for (size_t f = 0; f < j->model->feature_count; f++) {
        j->column[f] = he_table_find(j->table, j->model->features[f].name);
        if (j->column[f] == SIZE_MAX)
            return he_fail(HE_ERR_ARGUMENT, "he_compare_risk: the table has no column \"%.60s\"",
                           j->model->features[f].name);
    }
    for (size_t i = 0; i < j->model->held_count; i++)
        if (j->model->held[i] >= he_table_rows(j->table))
            return he_fail(HE_ERR_MISMATCH,
                           "he_compare_risk: the model holds out row %u, the table has %zu rows",
                           j->model->held[i], he_table_rows(j->table));
    return HE_OK;
}

/* Every score within the interval; the range of every feature, which the program declares. */
static he_status check_rows(risk_job *j)
{
    const he_model *m = j->model;
    for (size_t row = 0; row < he_table_rows(j->table); row++) {
        double score = m->bias;
        for (size_t f = 0; f < m->feature_count; f++) {
            double x = standardized(j, row, f);
            score += m->features[f].weight * x;
            if (row == 0 || x < j->lo[f])
                j->lo[f] = x;
            if (row == 0 || x > j->hi[f])
                j->hi[f] = x;
        }
        if (!(fabs(score) <= m->interval))
            return he_fail(
                HE_ERR_ARGUMENT,
                "he_compare_risk: the score of row %zu is %g, outside [-%g, %g], where "
                "the polynomial stands for the logistic function: leave the row out, or fit "
                "a model with a wider interval",
                row + 1, score, m->interval, m->interval);
    }
    return HE_OK;
}

static he_status fill(risk_job *j)
{
    size_t features = j->model->feature_count;
    j->size = LEAST_SIZE;
    while (j->size < j->rows && j->size < MOST_SIZE)
        j->size *= 2;
    size_t batches = (j->rows + j->size - 1) / j->size;
    if (batches > 10000)
        return he_fail(HE_ERR_ARGUMENT, "he_compare_risk: %zu rows are too many", j->rows);
    j->batches = (uint32_t)batches;
    j->values = he_alloc(batches * features * j->size, sizeof *j->values);
    j->inputs = he_alloc(batches * features, sizeof *j->inputs);
    if (j->values == NULL || j->inputs == NULL)
        return he_fail(HE_ERR_MEMORY, "he_compare_risk: no memory for %zu rows", j->rows);
    for (size_t b = 0; b < batches; b++)
        for (size_t f = 0; f < features; f++) {
            double *v = j->values + (b * features + f) * j->size;
            j->inputs[b * features + f] = v;
            for (size_t i = 0; i < j->size; i++) {
                /* elements after the last row repeat the first rows: they are in range too */
                size_t row = (b * j->size + i) % he_table_rows(j->table);
                v[i] = standardized(j, row, f);
            }
        }
    return HE_OK;
}

/* The score, from new inputs of program. */
static he_value score_of(he_program *program, const risk_job *j)
{
    const he_model *m = j->model;
    he_value sum = he_program_splat(program, m->bias);
    for (size_t f = 0; f < m->feature_count; f++) {
        he_value x = he_program_input(program, m->features[f].name, j->lo[f], j->hi[f]);
        he_value w = he_program_splat(program, m->features[f].weight);
        sum = he_program_add(program, sum, he_program_multiply(program, w, x));
    }
    return he_program_within(program, sum, -m->interval, m->interval);
}

static he_status make_programs(risk_job *j)
{
    HE_TRY(he_program_create(&j->program, HE_PROGRAM_REAL, j->size, 0, PRECISION_BITS));
    he_value p = he_program_polynomial(j->program, score_of(j->program, j), j->model->coefficients,
                                       j->model->coefficient_count);
    he_program_output(j->program, "probability", p);
    HE_TRY(he_program_check(j->program));
    HE_TRY(he_program_create(&j->exact, HE_PROGRAM_REAL, j->size, 0, PRECISION_BITS));
    he_program_output(j->exact, "score", score_of(j->exact, j));
    return he_program_check(j->exact);
}

/* --- what the classes came to ----------------------------------------------------------------- */

static bool malignant(const risk_job *j, size_t i)
{
    return he_table_value(j->table, i % he_table_rows(j->table), j->label) == 0;
}

static double accuracy(const risk_job *j, const double *probability, bool held)
{
    size_t right = 0, count = held ? j->model->held_count : j->rows;
    for (size_t k = 0; k < count; k++) {
        size_t i = held ? j->model->held[k] : k;
        right += (probability[i] >= THRESHOLD) == malignant(j, i);
    }
    return 100.0 * (double)right / (double)count;
}

static size_t same_classes(const risk_job *j, const double *a, const double *b)
{
    size_t same = 0;
    for (size_t i = 0; i < j->rows; i++)
        same += (a[i] >= THRESHOLD) == (b[i] >= THRESHOLD);
    return same;
}

static void note_accuracy(he_report *r, const risk_job *j, bool held)
{
    he_note *n = he_report_note(r, held ? "accuracy, held-out 30 %" : "accuracy, all rows");
    /* held-out rows are in the job only if all of the table's rows are */
    if (n == NULL)
        return;
    for (int e = 0; e < HE_EVALUATOR_COUNT; e++) {
        const double *p = r->real_results[e], *x = r->exact_results[e];
        if (held && j->rows < he_table_rows(j->table))
            snprintf(n->cell[e], sizeof n->cell[e], "needs all rows");
        else if (x != NULL)
            snprintf(n->cell[e], sizeof n->cell[e], "%.2f %% (exact sigmoid %.2f %%)",
                     accuracy(j, p, held), accuracy(j, x, held));
        else
            snprintf(n->cell[e], sizeof n->cell[e], "%.2f %%", accuracy(j, p, held));
    }
}

static void note_classes(he_report *r, const risk_job *j)
{
    he_note *poly = he_report_note(r, "classes as the plain polynomial"),
            *exact = he_report_note(r, "classes as the exact sigmoid");
    for (int e = 0; e < HE_EVALUATOR_COUNT && poly != NULL && exact != NULL; e++) {
        const double *p = r->real_results[e], *own = r->exact_results[e];
        size_t same = same_classes(j, p, r->real_results[HE_EVALUATOR_PLAIN]);
        snprintf(poly->cell[e], sizeof poly->cell[e], "%zu of %zu", same, j->rows);
        same = same_classes(j, p, r->exact_results[HE_EVALUATOR_PLAIN]);
        if (own == NULL || e == HE_EVALUATOR_PLAIN)
            snprintf(exact->cell[e], sizeof exact->cell[e], "%zu of %zu", same, j->rows);
        else
            snprintf(exact->cell[e], sizeof exact->cell[e], "%zu of %zu (its own exact: %zu)", same,
                     j->rows, same_classes(j, own, r->exact_results[HE_EVALUATOR_PLAIN]));
    }
}

static he_status run(he_report **report, const he_compare_options *options, risk_job *j)
{
    char title[128];
    snprintf(title, sizeof title,
             "risk: malignancy by logistic regression, %zu features, polynomial of degree %zu on "
             "[-%g, %g]",
             j->model->feature_count, j->model->coefficient_count - 1, j->model->interval,
             j->model->interval);
    he_job job = {.title = title,
                  .program = j->program,
                  .rows = j->rows,
                  .batches = j->batches,
                  .real_inputs = j->inputs,
                  .exact = j->exact};
    he_report *r;
    HE_TRY(he_job_run(&r, options, &job));
    note_accuracy(r, j, true);
    note_accuracy(r, j, false);
    note_classes(r, j);
    *report = r;
    return HE_OK;
}

he_status he_compare_risk(he_report **report, const he_compare_options *options,
                          const he_table *table, const char *model, size_t rows)
{
    HE_REQUIRE_PTR(report);
    HE_REQUIRE_PTR(options);
    HE_REQUIRE_PTR(table);
    HE_REQUIRE_PTR(model);
    he_model *m;
    HE_TRY(he_model_read(&m, model));
    risk_job *j = he_alloc(1, sizeof *j);
    he_status status = j == NULL ? he_fail(HE_ERR_MEMORY, "he_compare_risk: no memory") : HE_OK;
    if (status == HE_OK) {
        j->table = table;
        j->model = m;
        j->rows = rows == 0 ? he_table_rows(table) : rows;
        status = find_columns(j);
    }
    if (status == HE_OK)
        status = check_rows(j);
    if (status == HE_OK)
        status = fill(j);
    if (status == HE_OK)
        status = make_programs(j);
    if (status == HE_OK)
        status = run(report, options, j);
    if (j != NULL) {
        he_program_destroy(j->program);
        he_program_destroy(j->exact);
        he_free(j->values);
        he_free(j->inputs);
        he_free(j);
    }
    he_model_destroy(m);
    return status;
}
