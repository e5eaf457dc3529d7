/* SPDX-License-Identifier: MIT */
/* From one register for each result to as few as are ever live at once, and what the steps take in
 * keys. */
#include "core/memory.h"
#include "program/plan/plan.h"

#include <stdlib.h>
#include <string.h>

#define KEPT SIZE_MAX

typedef struct assignment {
    he_plan *plan;
    size_t step;
    size_t *last;  /* [results]: the step after which a result is no longer needed */
    uint32_t *map; /* [results]: its register */
    uint32_t *unused, unused_count;
} assignment;

static void note_use(void *arg, uint32_t *reg)
{
    const assignment *s = arg;
    s->last[*reg] = s->step;
}

static void find_last_uses(assignment *s)
{
    he_plan *plan = s->plan;
    for (s->step = 0; s->step < plan->step_count; s->step++) {
        /* a result that nobody reads ends at once */
        s->last[plan->steps[s->step].r] = s->step;
        he_plan_operands(plan, &plan->steps[s->step], note_use, s);
    }
    for (uint32_t k = 0; k < plan->program->output_count; k++)
        s->last[plan->outputs[k].reg] = KEPT;
}

/* Gives the register of a result back where the step is its last reader. */
static void release(void *arg, uint32_t *reg)
{
    assignment *s = arg;
    const uint32_t r = *reg;
    if (r < s->plan->program->input_count || s->last[r] != s->step)
        return;
    s->last[r] = KEPT; /* once: operands may be the same */
    s->unused[s->unused_count++] = s->map[r];
}

static void rename_operand(void *arg, uint32_t *reg)
{
    const assignment *s = arg;
    *reg = s->map[*reg];
}

static void assign_step(assignment *s)
{
    he_plan *plan = s->plan;
    he_plan_step *step = &plan->steps[s->step];
    uint32_t r = step->r;
    /* results may be operands, so what ends here is free for the result, but for weighted sums */
    const bool in_place = step->op != HE_PLAN_WEIGHTED;
    if (in_place)
        he_plan_operands(plan, step, release, s);
    s->map[r] = s->unused_count > 0 ? s->unused[--s->unused_count] : plan->registers++;
    if (!in_place)
        he_plan_operands(plan, step, release, s);
    release(s, &r);
    he_plan_operands(plan, step, rename_operand, s);
    step->r = s->map[r];
}

he_status he_plan_assign(he_plan *plan)
{
    const uint32_t inputs = plan->program->input_count;
    const size_t results = inputs + plan->step_count;
    assignment s = {.plan = plan,
                    .last = he_alloc(results, sizeof(size_t)),
                    .map = he_alloc(results, sizeof(uint32_t)),
                    .unused = he_alloc(results, sizeof(uint32_t))};
    const bool enough = s.last != NULL && s.map != NULL && s.unused != NULL;
    if (enough) {
        find_last_uses(&s);
        for (uint32_t r = 0; r < inputs; r++)
            s.map[r] = r;
        plan->registers = inputs;
        for (s.step = 0; s.step < plan->step_count; s.step++)
            assign_step(&s);
        for (uint32_t k = 0; k < plan->program->output_count; k++)
            plan->outputs[k].reg = s.map[plan->outputs[k].reg];
    }
    he_free(s.last);
    he_free(s.map);
    he_free(s.unused);
    return enough ? HE_OK : he_fail(HE_ERR_MEMORY, "he_plan_create: no memory for registers");
}

static int ascending(const void *x, const void *y)
{
    const int32_t a = *(const int32_t *)x, b = *(const int32_t *)y;
    return (a > b) - (a < b);
}

he_status he_plan_collect_keys(he_plan *plan)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->step_count; i++) {
        const he_plan_op op = plan->steps[i].op;
        count += op == HE_PLAN_ROTATE;
        plan->relin_key |= op == HE_PLAN_MULTIPLY || op == HE_PLAN_RELINEARIZE;
    }
    plan->rotations = he_alloc(count, sizeof *plan->rotations);
    if (plan->rotations == NULL)
        return he_fail(HE_ERR_MEMORY, "he_plan_create: no memory for rotations");
    count = 0;
    for (size_t i = 0; i < plan->step_count; i++)
        if (plan->steps[i].op == HE_PLAN_ROTATE)
            plan->rotations[count++] = plan->steps[i].rotation;
    if (count > 0)
        qsort(plan->rotations, count, sizeof *plan->rotations, ascending);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || plan->rotations[i] != plan->rotations[i - 1])
            plan->rotations[plan->rotation_count++] = plan->rotations[i];
    return HE_OK;
}
