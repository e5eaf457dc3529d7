/* SPDX-License-Identifier: MIT */
/* The client's public face: checks, the copy of the program, and the evaluator behind it. */
#include "client/evaluator.h"

#include "client/address.h"
#include "client/clock.h"
#include "core/memory.h"
#include <string.h>
#include <unistd.h>

#define DEFAULT_TIMEOUT_MS 120000

const char *he_evaluator_name(he_evaluator evaluator)
{
    static const char *const names[] = {"plain", "homomorphic", "enclave"};
    return (unsigned)evaluator < HE_EVALUATOR_COUNT ? names[evaluator] : "unknown";
}

he_status he_client_connect(he_client *c)
{
    HE_REQUIRE_PTR(c->options.address);
    int fd;
    HE_TRY(he_address_connect(c->options.address, &fd));
    c->channel = (he_channel){
        .fd = fd, .stop_fd = -1, .timeout_ms = c->options.timeout_ms, .peer = "the server"};
    return HE_OK;
}

he_status he_client_open(he_client **client, const he_client_options *options, he_appraisal *why)
{
    static const he_evaluator_ops *const all[] = {&he_evaluator_plain, &he_evaluator_he,
                                                  &he_evaluator_enclave};
    HE_REQUIRE_PTR(client);
    HE_REQUIRE_PTR(options);
    if (options->struct_size != sizeof *options)
        return he_fail(HE_ERR_ARGUMENT, "he_client_open: start from HE_CLIENT_INIT");
    if ((unsigned)options->evaluator >= HE_EVALUATOR_COUNT)
        return he_fail(HE_ERR_ARGUMENT, "he_client_open: evaluator %d is unknown",
                       (int)options->evaluator);
    he_client *c = he_alloc(1, sizeof *c);
    if (c == NULL)
        return he_fail(HE_ERR_MEMORY, "he_client_open: no memory");
    c->options = *options;
    if (c->options.threads == 0)
        c->options.threads = 1;
    if (c->options.timeout_ms == 0)
        c->options.timeout_ms = DEFAULT_TIMEOUT_MS;
    c->channel.fd = -1;
    c->ops = all[options->evaluator];
    double start = he_clock_ms();
    he_status status = c->ops->open(c, why);
    if (status != HE_OK) {
        he_client_close(c);
        return status;
    }
    c->figures.handshake_ms = he_clock_ms() - start;
    c->figures.up_once = c->channel.sent;
    c->figures.down_once = c->channel.received;
    *client = c;
    return HE_OK;
}

static he_status copy_program(he_program **copy, const he_program *program)
{
    HE_TRY(he_program_check(program));
    size_t size = he_program_save_size(program), length = 0;
    void *bytes = he_alloc_raw(size, 1);
    if (bytes == NULL)
        return he_fail(HE_ERR_MEMORY, "he_client_load: no memory");
    he_status status = he_program_save(program, bytes, size, &length);
    if (status == HE_OK)
        status = he_program_load(copy, bytes, length);
    he_free(bytes);
    return status;
}

he_status he_client_load(he_client *c, const he_program *program)
{
    HE_REQUIRE_PTR(c);
    HE_REQUIRE_PTR(program);
    he_program *copy;
    HE_TRY(copy_program(&copy, program));
    he_program_destroy(c->program);
    c->program = copy;
    HE_TRY(c->ops->load(c));
    c->figures.up_once = c->channel.sent;
    c->figures.down_once = c->channel.received;
    return HE_OK;
}

/* Outputs of a run, until all of it has succeeded: what a refused server sent reaches nobody. */
typedef struct stage {
    uint32_t outputs, size;
    void **rows; /* [outputs], into values */
    void *values;
} stage;

static void stage_free(stage *st)
{
    he_free(st->rows);
    he_free_secret(st->values);
}

static he_status stage_make(stage *st, const he_program *p)
{
    st->outputs = he_program_output_count(p);
    st->size = he_program_size(p);
    st->rows = he_alloc(st->outputs, sizeof *st->rows);
    st->values = he_alloc((size_t)st->outputs * st->size, 8);
    if (st->rows == NULL || st->values == NULL) {
        stage_free(st);
        return he_fail(HE_ERR_MEMORY, "he_client_run: no memory for %u outputs", st->outputs);
    }
    for (uint32_t o = 0; o < st->outputs; o++)
        st->rows[o] = (uint8_t *)st->values + (size_t)o * st->size * 8;
    return HE_OK;
}

static void *output_of(const he_run *run, uint32_t o)
{
    return run->real ? (void *)run->real_outputs[o] : (void *)run->integer_outputs[o];
}

static he_status check_vectors(const char *fn, const he_program *p, const he_run *run)
{
    for (uint32_t i = 0; i < he_program_input_count(p); i++)
        if ((run->real ? (const void *)run->real_inputs[i] : run->integer_inputs[i]) == NULL)
            return he_fail(HE_ERR_NULL, "%s: inputs[%u] (\"%s\") is NULL", fn, i,
                           he_program_input_name(p, i));
    for (uint32_t o = 0; o < he_program_output_count(p); o++)
        if (output_of(run, o) == NULL)
            return he_fail(HE_ERR_NULL, "%s: outputs[%u] (\"%s\") is NULL", fn, o,
                           he_program_output_name(p, o));
    return HE_OK;
}

static he_status run_staged(he_client *c, const he_run *run)
{
    stage st;
    HE_TRY(stage_make(&st, c->program));
    he_run staged = *run;
    if (run->real)
        staged.real_outputs = (double *const *)st.rows;
    else
        staged.integer_outputs = (int64_t *const *)st.rows;
    he_status status = c->ops->run(c, &staged);
    for (uint32_t o = 0; status == HE_OK && o < st.outputs; o++)
        memcpy(output_of(run, o), st.rows[o], (size_t)st.size * 8);
    stage_free(&st);
    return status;
}

static he_status run_checked(const char *fn, he_client *c, const he_run *run)
{
    if (c->program == NULL)
        return he_fail(HE_ERR_ARGUMENT, "%s: no program is loaded (he_client_load)", fn);
    bool real = he_program_get_type(c->program) == HE_PROGRAM_REAL;
    if (real != run->real)
        return he_fail(HE_ERR_MISMATCH, "%s: the loaded program is on %s", fn,
                       real ? "reals" : "integers");
    uint64_t sent = c->channel.sent, received = c->channel.received;
    HE_TRY(check_vectors(fn, c->program, run));
    HE_TRY(run_staged(c, run));
    c->figures.up_run = c->channel.sent - sent;
    c->figures.down_run = c->channel.received - received;
    return HE_OK;
}

he_status he_client_run_real(he_client *c, double *const *outputs, const double *const *inputs,
                             const he_post *post)
{
    HE_REQUIRE_PTR(c);
    HE_REQUIRE_PTR(outputs);
    HE_REQUIRE_PTR(inputs);
    he_run run = {.real = true, .real_outputs = outputs, .real_inputs = inputs, .post = post};
    return run_checked(__func__, c, &run);
}

he_status he_client_run_integer(he_client *c, int64_t *const *outputs, const int64_t *const *inputs)
{
    HE_REQUIRE_PTR(c);
    HE_REQUIRE_PTR(outputs);
    HE_REQUIRE_PTR(inputs);
    he_run run = {.integer_outputs = outputs, .integer_inputs = inputs};
    return run_checked(__func__, c, &run);
}

void he_client_get_figures(const he_client *c, he_client_figures *figures)
{
    if (c != NULL && figures != NULL)
        *figures = c->figures;
}

const he_plan *he_client_plan(const he_client *c)
{
    return c == NULL ? NULL : c->plan;
}

void he_client_close(he_client *c)
{
    if (c == NULL)
        return;
    c->ops->close(c);
    if (c->channel.fd >= 0)
        close(c->channel.fd);
    he_program_destroy(c->program);
    he_free(c);
}
