/* SPDX-License-Identifier: MIT */
/* What is compared, and what came of it: between the jobs, the sessions and the report. */
#ifndef HE_CLIENT_JOB_H
#define HE_CLIENT_JOB_H

#include "core/status.h"
#include <he/client.h>

/* A program with its inputs.  Rows that do not fit into one run of the program fill several
 * batches; a query is all of them. */
typedef struct he_job {
    const char *title;
    const he_program *program;
    size_t rows;
    uint32_t batches;
    const double *const *real_inputs;     /* [batches][inputs], or NULL */
    const int64_t *const *integer_inputs; /* [batches][inputs], or NULL */
    /* REAL: a second program over the same inputs, run once without being timed by those who can
     * (plain, enclave), its only output with the logistic function applied; or NULL. */
    const he_program *exact;
} he_job;

#define HE_APPRAISAL_LINES 24

/* An appraisal, flat, so that it passes from the client process to its parent. */
typedef struct he_appraisal_facts {
    bool trusted;
    he_root_of_trust root;
    he_backend backend;
    he_trust trust;
    uint32_t flags;
    uint8_t measurement[HE_MEASUREMENT_BYTES];
    size_t line_count;
    bool passed[HE_APPRAISAL_LINES];
    char line[HE_APPRAISAL_LINES][128];
} he_appraisal_facts;

/* What one evaluator came to.  Lives in memory that parent and client process share. */
typedef struct he_outcome {
    he_client_figures cold, warm; /* medians */
    uint32_t cold_count, warm_count;
    uint64_t client_memory, server_memory;
    double greatest_error;
    bool has_appraisal, has_exact;
    he_appraisal_facts appraisal;
    /* HE: facts of the parameters */
    uint32_t n, top_level, data_count, special_count, relin, galois_count;
    double log_qp;
    unsigned max_bits; /* of the security table */
    he_security security;
    he_params params;
    char kernel[16];
} he_outcome;

#define HE_REPORT_NOTES 12

/* A line of the report that only the job knows: one cell for each evaluator. */
typedef struct he_note {
    char label[64];
    char cell[HE_EVALUATOR_COUNT][128];
} he_note;

struct he_report {
    char title[128];
    char program_id[2 * HE_ID_BYTES + 1];
    size_t rows;
    uint32_t batches, size, inputs, outputs;
    bool real;
    uint32_t threads;
    bool tcp;
    he_link links[HE_MAX_LINKS];
    uint32_t link_count;
    he_outcome outcome[HE_EVALUATOR_COUNT];
    he_note notes[HE_REPORT_NOTES];
    size_t note_count;
    /* [evaluator]: [batches][outputs][size] of the first query */
    double *real_results[HE_EVALUATOR_COUNT];
    int64_t *integer_results[HE_EVALUATOR_COUNT];
    double *exact_results[HE_EVALUATOR_COUNT]; /* [batches][size], where has_exact */
};

/* Runs the job with every evaluator, each in processes of its own. */
he_status he_job_run(he_report **report, const he_compare_options *options, const he_job *job);
/* A note to fill in; NULL when there are HE_REPORT_NOTES. */
he_note *he_report_note(he_report *report, const char *label);

#endif
