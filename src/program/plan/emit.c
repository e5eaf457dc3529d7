/* SPDX-License-Identifier: MIT */
/* Appending steps to a plan. */
#include "core/memory.h"
#include "program/plan/plan.h"

#include <math.h>
#include <string.h>

const he_plan_state *he_plan_state_of(const he_lowering *l, uint32_t reg)
{
    const uint32_t inputs = l->program->input_count;
    return reg < inputs ? &l->plan->inputs[reg] : &l->plan->steps[reg - inputs].state;
}

/* *array has room for one more element; false without memory. */
static bool more_room(void **array, size_t *room, size_t count, size_t size)
{
    if (count < *room)
        return true;
    const size_t want = count + count / 2 + 16;
    void *larger = he_alloc_raw(want, size);
    if (larger == NULL)
        return false;
    if (count > 0)
        memcpy(larger, *array, count * size);
    he_free(*array);
    *array = larger;
    *room = want;
    return true;
}

uint32_t he_plan_emit(he_lowering *l, he_plan_step step)
{
    he_plan *plan = l->plan;
    if (l->status != HE_OK)
        return 0;
    void *steps = plan->steps;
    const bool room = more_room(&steps, &plan->step_room, plan->step_count, sizeof step);
    plan->steps = steps;
    if (!room) {
        l->status = he_fail(HE_ERR_MEMORY, "he_plan_create: no memory for steps");
        return 0;
    }
    step.r = l->program->input_count + (uint32_t)plan->step_count;
    if (l->program->type == HE_PROGRAM_REAL)
        he_plan_rule_ckks(l, &step);
    else
        he_plan_rule_bfv(l, &step);
    plan->steps[plan->step_count++] = step;
    return step.r;
}

uint32_t he_plan_emit1(he_lowering *l, he_plan_op op, uint32_t a)
{
    return he_plan_emit(l, (he_plan_step){.op = op, .a = a, .b = HE_PLAN_NONE});
}

uint32_t he_plan_emit2(he_lowering *l, he_plan_op op, uint32_t a, uint32_t b)
{
    return he_plan_emit(l, (he_plan_step){.op = op, .a = a, .b = b});
}

uint32_t he_plan_emit_term(he_lowering *l, uint32_t a, double weight, uint32_t level)
{
    he_plan *plan = l->plan;
    if (l->status != HE_OK)
        return 0;
    void *terms = plan->terms;
    const bool room = more_room(&terms, &plan->term_room, plan->term_count, sizeof *plan->terms);
    plan->terms = terms;
    if (!room) {
        l->status = he_fail(HE_ERR_MEMORY, "he_plan_create: no memory for steps");
        return 0;
    }
    const uint32_t term = (uint32_t)plan->term_count++;
    plan->terms[term] = (he_plan_term){.reg = a, .next = HE_PLAN_NONE, .weight = weight};
    return he_plan_emit(l, (he_plan_step){.op = HE_PLAN_WEIGHTED,
                                          .a = HE_PLAN_NONE,
                                          .b = HE_PLAN_NONE,
                                          .first = term,
                                          .last = term,
                                          .terms = 1,
                                          .computed = a >= l->program->input_count,
                                          .state = {.level = level}});
}

void he_plan_operands(he_plan *plan, he_plan_step *step, void (*visit)(void *arg, uint32_t *reg),
                      void *arg)
{
    if (step->a != HE_PLAN_NONE)
        visit(arg, &step->a);
    if (step->b != HE_PLAN_NONE)
        visit(arg, &step->b);
    if (step->op == HE_PLAN_WEIGHTED)
        for (uint32_t t = step->first; t != HE_PLAN_NONE; t = plan->terms[t].next)
            visit(arg, &plan->terms[t].reg);
}

uint32_t he_plan_emit_lower(he_lowering *l, uint32_t a, uint32_t level)
{
    if (l->status != HE_OK || he_plan_state_of(l, a)->level == level)
        return a;
    return he_plan_emit(
        l,
        (he_plan_step){.op = HE_PLAN_LOWER, .a = a, .b = HE_PLAN_NONE, .state = {.level = level}});
}

static uint32_t rotate_and_add(he_lowering *l, uint32_t a, int32_t rotation)
{
    const uint32_t turned = he_plan_emit(
        l, (he_plan_step){.op = HE_PLAN_ROTATE, .a = a, .b = HE_PLAN_NONE, .rotation = rotation});
    return he_plan_emit2(l, HE_PLAN_ADD, a, turned);
}

/* Rotations by 1, 2, 4, …: each doubles the number of elements in every sum.  The values repeat
 * over the slots, so the rotations wrap; where they fill both rows of BFV (they cannot repeat
 * then), a swap of the rows is the last one. */
uint32_t he_plan_emit_sum(he_lowering *l, uint32_t a)
{
    const uint32_t size = l->program->size;
    const bool both_rows =
        l->program->type == HE_PROGRAM_INTEGER && size == he_context_slots(l->ctx);
    const uint32_t row = both_rows ? size / 2 : size;
    for (uint32_t step = 1; step < row; step *= 2)
        a = rotate_and_add(l, a, (int32_t)step);
    return both_rows ? rotate_and_add(l, a, HE_STEP_CONJUGATE) : a;
}

void he_plan_set_output(he_lowering *l, uint32_t i, uint32_t reg, int exponent)
{
    if (l->status != HE_OK)
        return;
    l->plan->outputs[i] =
        (he_plan_output){.reg = reg, .exponent = exponent, .state = *he_plan_state_of(l, reg)};
}

uint32_t he_plan_emit_plain(he_lowering *l, he_plan_op op, uint32_t a, const he_plain_value *value,
                            double factor, double size)
{
    he_plan *plan = l->plan;
    if (l->status != HE_OK)
        return 0;
    void *list = plan->plain_list;
    const bool room = more_room(&list, &plan->plain_room, plan->plain_count, sizeof(he_plan_plain));
    plan->plain_list = list;
    if (!room) {
        l->status = he_fail(HE_ERR_MEMORY, "he_plan_create: no memory for steps");
        return 0;
    }
    plan->plain_list[plan->plain_count] =
        (he_plan_plain){.value = value, .factor = factor, .level = he_plan_state_of(l, a)->level};
    return he_plan_emit(l, (he_plan_step){.op = op,
                                          .a = a,
                                          .b = HE_PLAN_NONE,
                                          .plain = (uint32_t)plan->plain_count++,
                                          .size = size});
}
