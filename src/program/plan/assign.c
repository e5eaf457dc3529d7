/* SPDX-License-Identifier: MIT */
/* From one register for each result to as few as are ever live at once, and what the steps take in
 * keys. */
#include "core/memory.h"
#include "program/plan/plan.h"

#include <stdlib.h>
#include <string.h>

#define KEPT SIZE_MAX

/* last[r]: the step after which the register's contents are no longer needed. */
static void find_last_uses(const he_plan *plan, size_t *last)
{
    for (size_t i = 0; i < plan->step_count; i++) {
        const he_plan_step *step = &plan->steps[i];
        last[step->r] = i; /* a result that nobody reads ends at once */
        last[step->a] = i;
        if (step->b != HE_PLAN_NONE)
            last[step->b] = i;
    }
    for (uint32_t k = 0; k < plan->program->output_count; k++)
        last[plan->outputs[k].reg] = KEPT;
}

/* Gives the register of operand r back where step i is its last reader. */
static void release(const he_plan *plan, size_t *last, uint32_t r, const uint32_t *map, size_t i,
                    uint32_t *unused, uint32_t *count)
{
    if (r == HE_PLAN_NONE || r < plan->program->input_count || last[r] != i)
        return;
    last[r] = KEPT; /* once: both operands may be the same */
    unused[(*count)++] = map[r];
}

he_status he_plan_assign(he_plan *plan)
{
    const uint32_t inputs = plan->program->input_count;
    const size_t results = inputs + plan->step_count;
    size_t *last = he_alloc(results, sizeof *last);
    uint32_t *map = he_alloc(results, sizeof *map);
    uint32_t *unused = he_alloc(results, sizeof *unused), unused_count = 0;
    he_status status = last == NULL || map == NULL || unused == NULL ? HE_ERR_MEMORY : HE_OK;
    if (status == HE_OK) {
        find_last_uses(plan, last);
        for (uint32_t r = 0; r < inputs; r++)
            map[r] = r;
        plan->registers = inputs;
        for (size_t i = 0; i < plan->step_count; i++) {
            he_plan_step *step = &plan->steps[i];
            const uint32_t r = step->r, a = step->a, b = step->b;
            step->a = map[a];
            step->b = b == HE_PLAN_NONE ? b : map[b];
            /* results may be operands, so what ends here is free for the result */
            release(plan, last, a, map, i, unused, &unused_count);
            release(plan, last, b, map, i, unused, &unused_count);
            map[r] = unused_count > 0 ? unused[--unused_count] : plan->registers++;
            step->r = map[r];
            release(plan, last, r, map, i, unused, &unused_count);
        }
        for (uint32_t k = 0; k < plan->program->output_count; k++)
            plan->outputs[k].reg = map[plan->outputs[k].reg];
    }
    he_free(last);
    he_free(map);
    he_free(unused);
    return status == HE_OK ? HE_OK : he_fail(status, "he_plan_create: no memory for registers");
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
