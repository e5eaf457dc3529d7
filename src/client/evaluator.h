/* SPDX-License-Identifier: MIT */
/* What stands behind a he_client: one set of functions for each evaluator. */
#ifndef HE_CLIENT_EVALUATOR_H
#define HE_CLIENT_EVALUATOR_H

#include "client/channel.h"
#include <he/client.h>

/* One run: reals or integers, never both. */
typedef struct he_run {
    bool real;
    double *const *real_outputs;
    const double *const *real_inputs;
    int64_t *const *integer_outputs;
    const int64_t *const *integer_inputs;
    const he_post *post; /* [outputs], or NULL */
} he_run;

typedef struct he_evaluator_ops {
    /* Connects as far as this evaluator needs; fills figures.handshake_ms. */
    he_status (*open)(he_client *c, he_appraisal *why);
    /* The program is in c->program; fills figures.keys_ms and key_upload_ms. */
    he_status (*load)(he_client *c);
    /* Fills the figures of the run. */
    he_status (*run)(he_client *c, const he_run *run);
    void (*close)(he_client *c);
} he_evaluator_ops;

extern const he_evaluator_ops he_evaluator_plain;
extern const he_evaluator_ops he_evaluator_he;
extern const he_evaluator_ops he_evaluator_enclave;

struct he_client {
    he_client_options options;
    const he_evaluator_ops *ops;
    he_channel channel; /* fd -1: none */
    he_program *program;
    he_client_figures figures;
    uint64_t request;    /* number of the last one */
    const he_plan *plan; /* of the HE evaluator, for he_client_plan() */
    void *state;
};

/* Connects the channel. */
he_status he_client_connect(he_client *c);

#endif
