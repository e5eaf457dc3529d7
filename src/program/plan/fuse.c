/* SPDX-License-Identifier: MIT */
/* Sums of weighted sums become one, which reads each term once and reduces once; constants that are
 * added, signs and powers of two go into it.  Only results with a single reader disappear. */
#include "core/memory.h"
#include "program/plan/plan.h"

/* Terms that are computed stay live until the sum, so there are not many in one. */
#define MAX_COMPUTED 8

typedef struct fusion {
    he_plan *plan;
    uint32_t inputs;
    uint32_t *uses; /* [results] */
    uint32_t *map;  /* [results]: new numbers, HE_PLAN_NONE for what is gone */
} fusion;

static void count_use(void *arg, uint32_t *reg)
{
    const fusion *f = arg;
    f->uses[*reg]++;
}

static void rename_operand(void *arg, uint32_t *reg)
{
    const fusion *f = arg;
    *reg = f->map[*reg];
}

/* The weighted sum with this result that has no other reader, or NULL. */
static he_plan_step *only_read_here(const fusion *f, uint32_t reg)
{
    if (reg < f->inputs || f->uses[reg] != 1)
        return NULL;
    he_plan_step *step = &f->plan->steps[reg - f->inputs];
    return step->op == HE_PLAN_WEIGHTED ? step : NULL;
}

static void scale(he_plan *plan, he_plan_step *sum, double factor)
{
    for (uint32_t t = sum->first; t != HE_PLAN_NONE; t = plan->terms[t].next)
        plan->terms[t].weight *= factor;
    sum->scalar *= factor;
}

/* step becomes the sum; the sum's own result is gone. */
static void take_over(fusion *f, he_plan_step *step, he_plan_step *sum)
{
    he_plan_step fused = *sum;
    fused.r = step->r;
    fused.bound = step->bound;
    f->map[sum->r] = HE_PLAN_NONE;
    *step = fused;
}

static void fuse_two(fusion *f, he_plan_step *step)
{
    he_plan *plan = f->plan;
    he_plan_step *a = only_read_here(f, step->a), *b = only_read_here(f, step->b);
    if (a == NULL || b == NULL || a == b || a->state.level != b->state.level ||
        a->computed + b->computed > MAX_COMPUTED)
        return;
    if (step->op == HE_PLAN_SUB)
        scale(plan, b, -1);
    plan->terms[a->last].next = b->first;
    a->last = b->last;
    a->terms += b->terms;
    a->computed += b->computed;
    a->scalar += b->scalar;
    f->map[b->r] = HE_PLAN_NONE;
    take_over(f, step, a);
}

static void fuse_one(fusion *f, he_plan_step *step)
{
    he_plan_step *a = only_read_here(f, step->a);
    if (a == NULL)
        return;
    if (step->op == HE_PLAN_ADD_SCALAR)
        a->scalar += step->scalar;
    else
        scale(f->plan, a, step->op == HE_PLAN_NEGATE ? -1 : (double)step->integer);
    take_over(f, step, a);
}

/* Leaves the steps out whose results are gone, and numbers the others anew. */
static void close_gaps(he_lowering *l, fusion *f)
{
    he_plan *plan = l->plan;
    const size_t count = plan->step_count;
    for (uint32_t r = 0; r < f->inputs; r++)
        f->map[r] = r;
    plan->step_count = 0;
    for (size_t i = 0; i < count; i++) {
        he_plan_step step = plan->steps[i];
        if (f->map[f->inputs + i] == HE_PLAN_NONE)
            continue;
        step.r = f->inputs + (uint32_t)plan->step_count;
        f->map[f->inputs + i] = step.r;
        he_plan_operands(plan, &step, rename_operand, f);
        he_plan_rule_ckks(l, &step);
        plan->steps[plan->step_count++] = step;
    }
    for (uint32_t k = 0; k < l->program->output_count; k++) {
        he_plan_output *out = &plan->outputs[k];
        out->reg = f->map[out->reg];
        out->state = *he_plan_state_of(l, out->reg);
    }
}

void he_plan_fuse(he_lowering *l)
{
    if (l->status != HE_OK)
        return;
    he_plan *plan = l->plan;
    const size_t results = l->program->input_count + plan->step_count;
    fusion f = {.plan = plan,
                .inputs = l->program->input_count,
                .uses = he_alloc(results, sizeof(uint32_t)),
                .map = he_alloc(results, sizeof(uint32_t))};
    if (f.uses == NULL || f.map == NULL) {
        l->status = he_fail(HE_ERR_MEMORY, "he_plan_create: no memory for steps");
    } else {
        for (size_t i = 0; i < plan->step_count; i++)
            he_plan_operands(plan, &plan->steps[i], count_use, &f);
        for (uint32_t k = 0; k < l->program->output_count; k++)
            f.uses[plan->outputs[k].reg]++;
        for (size_t i = 0; i < plan->step_count; i++) {
            he_plan_step *step = &plan->steps[i];
            if (step->op == HE_PLAN_ADD || step->op == HE_PLAN_SUB)
                fuse_two(&f, step);
            else if (step->op == HE_PLAN_ADD_SCALAR || step->op == HE_PLAN_NEGATE ||
                     step->op == HE_PLAN_MULTIPLY_INTEGER)
                fuse_one(&f, step);
        }
        close_gaps(l, &f);
    }
    he_free(f.uses);
    he_free(f.map);
}
