/* SPDX-License-Identifier: MIT */
/* One client process: opens, loads, runs a first query and further ones, and leaves its figures
 * and results in memory that it shares with the parent. */
#ifndef HE_CLIENT_TRIAL_H
#define HE_CLIENT_TRIAL_H

#include "client/job.h"

#define HE_MAX_QUERIES 1000

/* Shared memory of a session: this head, then results. */
typedef struct he_trial_record {
    he_status status;
    char text[256];
    bool finished;
    bool has_appraisal, has_exact;
    he_appraisal_facts appraisal;
    he_client_figures first; /* once and first query */
    he_client_figures later[HE_MAX_QUERIES];
    uint32_t later_count;
    uint64_t memory;  /* peak of the client process */
    he_outcome facts; /* HE: only the facts of the parameters are set */
    /* results: doubles or int64_t, [batches][outputs][size]; then exact, [batches][size] */
} he_trial_record;

/* Bytes of a record for this job. */
size_t he_trial_bytes(const he_job *job);
void *he_trial_results(he_trial_record *record);
double *he_trial_exact(he_trial_record *record, const he_job *job);

/* In the client process. */
void he_trial_run(he_trial_record *record, const he_job *job, const he_client_options *options,
                  uint32_t later);

#endif
