/* SPDX-License-Identifier: MIT */
/* Runs a plan: one call of the scheme for each step.
 *
 * After each step the result carries the plan's bound on its noise.  It is as sound as the one that
 * the scheme carries along and sharper, as the plan knows how large values are; it holds because
 * every input is checked to be as fresh as the plan assumes. */
#include "ckks/ckks.h"
#include "core/memory.h"
#include "program/plan/plan.h"

#include <math.h>

typedef struct machine {
    const he_plan *plan;
    const he_ciphertext *const *inputs;
    he_ciphertext **registers; /* [plan->registers], NULL for inputs and what is not yet needed */
    const he_relin_key *rk;
    const he_galois_keys *gk;
    he_scratch *scratch;
} machine;

static const he_ciphertext *operand(const machine *m, uint32_t r)
{
    return r < m->plan->program->input_count ? m->inputs[r] : m->registers[r];
}

static he_status run_bfv(const machine *m, const he_plan_step *s, he_ciphertext *r,
                         const he_ciphertext *a, const he_ciphertext *b)
{
    const he_context *ctx = m->plan->ctx;
    switch (s->op) {
    case HE_PLAN_ADD:
        return he_bfv_add(ctx, r, a, b);
    case HE_PLAN_SUB:
        return he_bfv_sub(ctx, r, a, b);
    case HE_PLAN_NEGATE:
        return he_bfv_negate(ctx, r, a);
    case HE_PLAN_ADD_PLAIN:
        return he_bfv_add_plain(ctx, r, a, m->plan->plains[s->plain]);
    case HE_PLAN_MULTIPLY:
        return a == b ? he_bfv_square(ctx, r, a, m->rk, m->scratch)
                      : he_bfv_multiply(ctx, r, a, b, m->rk, m->scratch);
    case HE_PLAN_MULTIPLY_LAZY:
        return he_bfv_multiply(ctx, r, a, b, NULL, m->scratch);
    case HE_PLAN_MULTIPLY_PLAIN:
        return he_bfv_multiply_plain(ctx, r, a, m->plan->plains[s->plain], m->scratch);
    case HE_PLAN_RELINEARIZE:
        return he_relinearize(ctx, r, a, m->rk, m->scratch);
    case HE_PLAN_ROTATE:
        return s->rotation == HE_STEP_CONJUGATE
                   ? he_bfv_swap_rows(ctx, r, a, m->gk, m->scratch)
                   : he_bfv_rotate_rows(ctx, r, a, m->gk, s->rotation, m->scratch);
    case HE_PLAN_LOWER:
        return he_mod_switch(ctx, r, a, s->state.level, m->scratch);
    case HE_PLAN_ADD_SCALAR:
    case HE_PLAN_WEIGHTED:
    case HE_PLAN_MULTIPLY_INTEGER:
    case HE_PLAN_RESCALE:
        break;
    }
    return he_fail(HE_ERR_UNSUPPORTED, "he_plan_run: step %d is not one of BFV", (int)s->op);
}

static he_status run_weighted(const machine *m, const he_plan_step *s, he_ciphertext *r)
{
    const he_context *ctx = m->plan->ctx;
    const he_ciphertext **terms = he_alloc_raw(s->terms, sizeof(he_ciphertext *));
    double *weights = he_alloc_raw(s->terms, sizeof *weights);
    he_status status = HE_OK;
    if (terms == NULL || weights == NULL) {
        status = he_fail(HE_ERR_MEMORY, "he_plan_run: no memory for %u terms", s->terms);
    } else {
        size_t count = 0;
        for (uint32_t t = s->first; t != HE_PLAN_NONE; t = m->plan->terms[t].next, count++) {
            terms[count] = operand(m, m->plan->terms[t].reg);
            weights[count] = m->plan->terms[t].weight;
        }
        status = he_ckks_weighted_sum(ctx, r, s->state.level, terms, weights, count, m->scratch);
    }
    if (status == HE_OK && s->scalar != 0)
        status = he_ckks_add_scalar(ctx, r, r, s->scalar);
    he_free(terms);
    he_free(weights);
    return status;
}

static he_status run_ckks(const machine *m, const he_plan_step *s, he_ciphertext *r,
                          const he_ciphertext *a, const he_ciphertext *b)
{
    const he_context *ctx = m->plan->ctx;
    switch (s->op) {
    case HE_PLAN_ADD:
        return he_ckks_add(ctx, r, a, b, m->scratch);
    case HE_PLAN_SUB:
        return he_ckks_sub(ctx, r, a, b, m->scratch);
    case HE_PLAN_NEGATE:
        return he_ckks_negate(ctx, r, a);
    case HE_PLAN_ADD_PLAIN:
        return he_ckks_add_plain(ctx, r, a, m->plan->plains[s->plain]);
    case HE_PLAN_ADD_SCALAR:
        return he_ckks_add_scalar(ctx, r, a, s->scalar);
    case HE_PLAN_MULTIPLY:
        return a == b ? he_ckks_square(ctx, r, a, m->rk, m->scratch)
                      : he_ckks_multiply(ctx, r, a, b, m->rk, m->scratch);
    case HE_PLAN_MULTIPLY_LAZY:
        return he_ckks_multiply_norescale(ctx, r, a, b, NULL, m->scratch);
    case HE_PLAN_MULTIPLY_PLAIN:
        return he_ckks_multiply_plain_norescale(ctx, r, a, m->plan->plains[s->plain]);
    case HE_PLAN_WEIGHTED:
        return run_weighted(m, s, r);
    case HE_PLAN_MULTIPLY_INTEGER:
        return he_ckks_multiply_integer(ctx, r, a, s->integer);
    case HE_PLAN_RELINEARIZE:
        return he_relinearize(ctx, r, a, m->rk, m->scratch);
    case HE_PLAN_RESCALE:
        return he_ckks_rescale(ctx, r, a, m->scratch);
    case HE_PLAN_ROTATE:
        return he_ckks_rotate(ctx, r, a, m->gk, s->rotation, m->scratch);
    case HE_PLAN_LOWER:
        return he_mod_switch(ctx, r, a, s->state.level, m->scratch);
    }
    return he_fail(HE_ERR_UNSUPPORTED, "he_plan_run: step %d is not one of CKKS", (int)s->op);
}

static he_status run_step(machine *m, const he_plan_step *s)
{
    const he_context *ctx = m->plan->ctx;
    he_ciphertext **r = &m->registers[s->r];
    if (*r == NULL)
        HE_TRY(he_ciphertext_create(ctx, r, s->state.size, s->state.level));
    const he_ciphertext *a = s->a == HE_PLAN_NONE ? NULL : operand(m, s->a);
    const he_ciphertext *b = s->b == HE_PLAN_NONE ? NULL : operand(m, s->b);
    HE_TRY(ctx->params.scheme == HE_SCHEME_CKKS ? run_ckks(m, s, *r, a, b)
                                                : run_bfv(m, s, *r, a, b));
    (*r)->log_sigma = s->state.log_sigma;
    return HE_OK;
}

/* Outputs take the registers' contents by exchange, so that nothing can fail half way; what is an
 * input, or an output twice, has to be copied, and is first. */
static he_status write_outputs(machine *m, he_ciphertext *const *outputs)
{
    const he_plan *plan = m->plan;
    const uint32_t inputs = plan->program->input_count, count = plan->program->output_count;
    he_ciphertext **copies = he_alloc(count, sizeof(he_ciphertext *));
    he_status status = copies == NULL ? HE_ERR_MEMORY : HE_OK;
    for (uint32_t k = 0; k < count && status == HE_OK; k++) {
        const uint32_t r = plan->outputs[k].reg;
        bool copy = r < inputs;
        for (uint32_t j = 0; j < k; j++)
            copy |= plan->outputs[j].reg == r;
        if (!copy)
            continue;
        const he_plan_state *s = &plan->outputs[k].state;
        status = he_ciphertext_create(plan->ctx, &copies[k], s->size, s->level);
        if (status == HE_OK)
            status = he_ciphertext_copy(copies[k], operand(m, r));
        if (status == HE_OK)
            copies[k]->log_sigma = s->log_sigma;
    }
    for (uint32_t k = 0; k < count && status == HE_OK; k++) {
        he_ciphertext *from = copies[k] != NULL ? copies[k] : m->registers[plan->outputs[k].reg];
        const he_ciphertext was = *outputs[k];
        *outputs[k] = *from;
        *from = was;
    }
    for (uint32_t k = 0; copies != NULL && k < count; k++)
        he_ciphertext_destroy(copies[k]);
    he_free(copies);
    return status == HE_OK ? HE_OK : he_fail(status, "he_plan_run: no memory for outputs");
}

/* An input as the plan assumes it: fresh. */
static he_status check_input(const he_plan *plan, uint32_t i, const he_ciphertext *ct)
{
    static const char fn[] = "he_plan_run";
    const char *name = plan->program->inputs[i].name;
    const he_plan_state *fresh = &plan->inputs[i];
    if (ct == NULL)
        return he_fail(HE_ERR_NULL, "%s: input %u (\"%s\") is NULL", fn, i, name);
    HE_TRY(he_check_ciphertext(fn, name, plan->ctx, ct));
    if (ct->size != 2 || ct->degree != fresh->degree)
        return he_fail(HE_ERR_MISMATCH,
                       "%s: input %u (\"%s\") has %u polynomials and degree %u, must be fresh", fn,
                       i, name, ct->size, ct->degree);
    if (ct->level != fresh->level)
        return he_fail(HE_ERR_LEVEL, "%s: input %u (\"%s\") is at level %u, must be at level %u",
                       fn, i, name, ct->level, fresh->level);
    if (!(ct->log_sigma <= fresh->log_sigma + 1e-6))
        return he_fail(HE_ERR_NOISE,
                       "%s: input %u (\"%s\") has %.1f bits of noise, a fresh ciphertext has %.1f",
                       fn, i, name, ct->log_sigma, fresh->log_sigma);
    return HE_OK;
}

static he_status check_run(const he_plan *plan, he_ciphertext *const *outputs,
                           const he_ciphertext *const *inputs, const he_relin_key *rk,
                           const he_galois_keys *gk)
{
    static const char fn[] = "he_plan_run";
    const he_program *p = plan->program;
    for (uint32_t i = 0; i < p->input_count; i++)
        HE_TRY(check_input(plan, i, inputs[i]));
    for (uint32_t k = 0; k < p->output_count; k++)
        if (outputs[k] == NULL)
            return he_fail(HE_ERR_NULL, "%s: output %u (\"%s\") is NULL", fn, k,
                           p->outputs[k].name);
    if (plan->relin_key && rk == NULL)
        return he_fail(HE_ERR_NO_KEY, "%s: the program needs a relinearization key, rk is NULL",
                       fn);
    for (size_t i = 0; i < plan->rotation_count; i++)
        if (gk == NULL || !he_galois_keys_has(plan->ctx, gk, plan->rotations[i]))
            return he_fail(HE_ERR_NO_KEY,
                           "%s: the program needs Galois keys for %zu steps, the one for %d is "
                           "missing",
                           fn, plan->rotation_count, plan->rotations[i]);
    return HE_OK;
}

he_status he_plan_run(const he_plan *plan, he_ciphertext *const *outputs,
                      const he_ciphertext *const *inputs, const he_relin_key *rk,
                      const he_galois_keys *gk, he_scratch *scratch)
{
    HE_REQUIRE_PTR(plan);
    HE_REQUIRE_PTR(outputs);
    HE_REQUIRE_PTR(inputs);
    HE_TRY(check_run(plan, outputs, inputs, rk, gk));
    machine m = {.plan = plan, .inputs = inputs, .rk = rk, .gk = gk, .scratch = scratch};
    m.registers = he_alloc(plan->registers, sizeof(he_ciphertext *));
    if (m.registers == NULL)
        return he_fail(HE_ERR_MEMORY, "he_plan_run: no memory for registers");
    /* one scratch for all steps: memory is taken once */
    he_status status = HE_OK;
    if (scratch == NULL)
        status = he_scratch_create(plan->ctx, &m.scratch, NULL);
    for (size_t i = 0; i < plan->step_count && status == HE_OK; i++)
        status = run_step(&m, &plan->steps[i]);
    if (status == HE_OK)
        status = write_outputs(&m, outputs);
    if (scratch == NULL)
        he_scratch_destroy(m.scratch);
    for (uint32_t r = 0; r < plan->registers; r++)
        he_ciphertext_destroy(m.registers[r]);
    he_free(m.registers);
    return status;
}
