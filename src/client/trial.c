/* SPDX-License-Identifier: MIT */
#include "client/trial.h"

#include "client/process.h"
#include "core/memory.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static size_t result_words(const he_job *job)
{
    return (size_t)job->batches * he_program_output_count(job->program) *
           he_program_size(job->program);
}

/* The head, rounded up to keep the results aligned. */
static size_t head_bytes(void)
{
    return (sizeof(he_trial_record) + 63) / 64 * 64;
}

size_t he_trial_bytes(const he_job *job)
{
    size_t exact = job->exact == NULL ? 0 : (size_t)job->batches * he_program_size(job->program);
    return head_bytes() + 8 * (result_words(job) + exact);
}

void *he_trial_results(he_trial_record *record)
{
    return (uint8_t *)record + head_bytes();
}

double *he_trial_exact(he_trial_record *record, const he_job *job)
{
    return (double *)he_trial_results(record) + result_words(job);
}

static void add_run(he_client_figures *sum, const he_client_figures *f)
{
    sum->encrypt_ms += f->encrypt_ms;
    sum->upload_ms += f->upload_ms;
    sum->evaluate_ms += f->evaluate_ms;
    sum->download_ms += f->download_ms;
    sum->decrypt_ms += f->decrypt_ms;
    sum->up_run += f->up_run;
    sum->down_run += f->down_run;
    sum->trips_run += f->trips_run;
}

/* Outputs of one batch; at: where its first output starts. */
static he_status run_batch(he_client *c, const he_job *job, const he_program *program,
                           uint32_t batch, void *at, const he_post *post)
{
    uint32_t inputs = he_program_input_count(program), size = he_program_size(program),
             outputs = he_program_output_count(program);
    void **out = he_alloc(outputs, sizeof *out);
    if (out == NULL)
        return he_fail(HE_ERR_MEMORY, "no memory for %u outputs", outputs);
    for (uint32_t o = 0; o < outputs; o++)
        out[o] = (uint8_t *)at + (size_t)o * size * 8;
    he_status status;
    if (job->real_inputs != NULL)
        status = he_client_run_real(c, (double *const *)out,
                                    job->real_inputs + (size_t)batch * inputs, post);
    else
        status = he_client_run_integer(c, (int64_t *const *)out,
                                       job->integer_inputs + (size_t)batch * inputs);
    he_free(out);
    return status;
}

/* A query is all batches; figures of runs are summed. */
static he_status run_query(he_client *c, const he_job *job, void *results, he_client_figures *sum)
{
    uint32_t size = he_program_size(job->program), outputs = he_program_output_count(job->program);
    he_client_get_figures(c, sum);
    sum->encrypt_ms = sum->upload_ms = sum->evaluate_ms = sum->download_ms = sum->decrypt_ms = 0;
    sum->up_run = sum->down_run = 0;
    sum->trips_run = 0;
    for (uint32_t b = 0; b < job->batches; b++) {
        void *at = (uint8_t *)results + (size_t)b * outputs * size * 8;
        HE_TRY(run_batch(c, job, job->program, b, at, NULL));
        he_client_figures f;
        he_client_get_figures(c, &f);
        add_run(sum, &f);
    }
    return HE_OK;
}

static void note_facts(he_outcome *o, const he_client *c)
{
    const he_plan *plan = he_client_plan(c);
    if (plan == NULL)
        return;
    const he_context *ctx = he_plan_context(plan);
    size_t steps;
    (void)he_plan_steps(plan, &steps);
    o->n = he_context_n(ctx);
    o->top_level = he_context_top_level(ctx);
    o->data_count = he_context_data_count(ctx);
    o->special_count = he_context_special_count(ctx);
    o->relin = he_plan_needs_relin_key(plan);
    o->galois_count = (uint32_t)steps;
    o->log_qp = he_context_log_qp(ctx);
    o->security = he_context_security(ctx);
    o->max_bits = he_security_max_bits(o->security, o->n);
    (void)!he_context_params(ctx, &o->params);
    snprintf(o->kernel, sizeof o->kernel, "%s", he_context_kernel(ctx, 0));
}

/* The exact function in the same session, untimed. */
static he_status run_exact(he_client *c, he_trial_record *r, const he_job *job)
{
    static const he_post logistic[1] = {HE_POST_LOGISTIC};
    HE_TRY(he_client_load(c, job->exact));
    uint32_t size = he_program_size(job->exact);
    for (uint32_t b = 0; b < job->batches; b++)
        HE_TRY(
            run_batch(c, job, job->exact, b, he_trial_exact(r, job) + (size_t)b * size, logistic));
    r->has_exact = true;
    return HE_OK;
}

static void note_appraisal(he_appraisal_facts *f, const he_appraisal *a)
{
    f->trusted = he_appraisal_trusted(a);
    f->root = he_appraisal_root(a);
    f->backend = he_appraisal_backend(a);
    f->trust = he_appraisal_trust(a);
    f->flags = he_appraisal_flags(a);
    memcpy(f->measurement, he_appraisal_measurement(a), sizeof f->measurement);
    for (size_t i = 0; i < he_appraisal_line_count(a) && i < HE_APPRAISAL_LINES; i++) {
        he_check check;
        const char *line = he_appraisal_line(a, i, &check, &f->passed[i]);
        snprintf(f->line[i], sizeof f->line[i], "%.127s", line);
        f->line_count = i + 1;
    }
}

/* Opens; an enclave's appraisal is kept also where it refuses. */
static he_status open_client(he_client **c, he_trial_record *r, const he_client_options *options)
{
    he_appraisal *a = NULL;
    if (options->evaluator == HE_EVALUATOR_ENCLAVE)
        HE_TRY(he_appraisal_create(&a));
    he_status status = he_client_open(c, options, a);
    if (a != NULL) {
        note_appraisal(&r->appraisal, a);
        r->has_appraisal = he_appraisal_line_count(a) > 0;
    }
    he_appraisal_destroy(a);
    return status;
}

static he_status run_all(he_trial_record *r, const he_job *job, const he_client_options *options,
                         uint32_t later)
{
    he_client *c;
    HE_TRY(open_client(&c, r, options));
    he_status status = he_client_load(c, job->program);
    note_facts(&r->facts, c);
    if (status == HE_OK)
        status = run_query(c, job, he_trial_results(r), &r->first);
    void *again = status == HE_OK ? he_alloc_raw(result_words(job), 8) : NULL;
    if (status == HE_OK && again == NULL)
        status = he_fail(HE_ERR_MEMORY, "no memory for the results of further queries");
    for (uint32_t i = 0; status == HE_OK && i < later; i++) {
        status = run_query(c, job, again, &r->later[i]);
        r->later_count += status == HE_OK;
    }
    he_free(again);
    if (status == HE_OK && job->exact != NULL && options->evaluator != HE_EVALUATOR_HE)
        status = run_exact(c, r, job);
    he_client_close(c);
    return status;
}

void he_trial_run(he_trial_record *r, const he_job *job, const he_client_options *options,
                  uint32_t later)
{
    r->status = run_all(r, job, options, later);
    snprintf(r->text, sizeof r->text, "%s", r->status == HE_OK ? "" : he_last_error());
    r->memory = he_process_memory(getpid(), false);
    r->finished = true;
}
