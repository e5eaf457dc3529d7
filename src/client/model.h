/* SPDX-License-Identifier: MIT */
/* The model of the risk job: logistic regression on standardized features, and a polynomial that
 * stands for the logistic function on an interval of scores.  Format: docs/programs.md. */
#ifndef HE_CLIENT_MODEL_H
#define HE_CLIENT_MODEL_H

#include "core/status.h"

#define HE_MODEL_MAX_FEATURES     256
#define HE_MODEL_MAX_COEFFICIENTS 64
#define HE_MODEL_NAME             64

typedef struct he_feature {
    char name[HE_MODEL_NAME];
    double mean, sd, weight; /* sd > 0 */
} he_feature;

typedef struct he_model {
    double interval; /* scores within [-interval, interval] */
    double bias;
    size_t coefficient_count;
    double coefficients[HE_MODEL_MAX_COEFFICIENTS]; /* from the constant up */
    size_t feature_count;
    he_feature features[HE_MODEL_MAX_FEATURES];
    size_t held_count;
    uint32_t *held; /* rows that were not used to fit */
} he_model;

/* HE_ERR_FORMAT names file, line and what is wrong. */
he_status he_model_read(he_model **model, const char *path);
void he_model_destroy(he_model *model);

#endif
