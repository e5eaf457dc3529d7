/* SPDX-License-Identifier: MIT */
/* The reference: the client runs the program itself. */
#include "client/evaluator.h"

#include "client/clock.h"
#include <math.h>

static he_status open_plain(he_client *c, he_appraisal *why)
{
    (void)c;
    (void)why;
    return HE_OK;
}

static he_status load_plain(he_client *c)
{
    (void)c;
    return HE_OK;
}

static he_status run_plain(he_client *c, const he_run *run)
{
    double start = he_clock_ms();
    if (!run->real) {
        HE_TRY(he_program_run_integer(c->program, run->integer_outputs, run->integer_inputs));
    } else {
        HE_TRY(he_program_run_real(c->program, run->real_outputs, run->real_inputs));
        uint32_t size = he_program_size(c->program);
        for (uint32_t o = 0; run->post != NULL && o < he_program_output_count(c->program); o++)
            for (uint32_t i = 0; run->post[o] == HE_POST_LOGISTIC && i < size; i++)
                run->real_outputs[o][i] = 1 / (1 + exp(-run->real_outputs[o][i]));
    }
    c->figures.evaluate_ms = he_clock_ms() - start;
    return HE_OK;
}

static void close_plain(he_client *c)
{
    (void)c;
}

const he_evaluator_ops he_evaluator_plain = {open_plain, load_plain, run_plain, close_plain};
