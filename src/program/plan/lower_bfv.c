/* SPDX-License-Identifier: MIT */
/* INTEGER programs as BFV steps.  Relinearization is lazy: a product that is only added to others
 * keeps its third polynomial until something needs two, so a sum of products switches keys once
 * (Chillotti et al. and EVA, Dathathri et al. 2020, section 5.3, call it lazy relinearization). */
#include "core/memory.h"
#include "program/plan/plan.h"

#include <math.h>

typedef struct place {
    uint32_t three, two; /* registers with three and with two polynomials, or HE_PLAN_NONE */
    bool added;          /* some user adds it */
    bool multiplied;     /* some user needs two polynomials */
} place;

static uint32_t any(const place *p)
{
    return p->two != HE_PLAN_NONE ? p->two : p->three;
}

/* The value with two polynomials. */
static uint32_t two(he_lowering *l, place *p)
{
    if (p->two == HE_PLAN_NONE)
        p->two = he_plan_emit1(l, HE_PLAN_RELINEARIZE, p->three);
    return p->two;
}

static void keep(he_lowering *l, place *p, uint32_t reg)
{
    if (l->status != HE_OK)
        return;
    if (he_plan_state_of(l, reg)->size == 2) {
        p->two = reg;
        return;
    }
    p->three = reg;
    if (p->multiplied) /* what is needed with two polynomials anyway enters sums with two */
        (void)two(l, p);
}

/* The 2-norm of a constant's centred coefficients: a splat is one coefficient, n of them are up to
 * t/2 each. */
static double norm(const he_lowering *l, const he_plain_value *v)
{
    return v->splat ? fmax(fabs((double)he_plain_integer_at(v, 0)), 1)
                    : (double)l->program->modulus / 2 * sqrt((double)l->ctx->n);
}

static uint32_t with_plain(he_lowering *l, he_plan_op op, uint32_t a, const he_plain_value *v,
                           int sign)
{
    return he_plan_emit_plain(l, op, a, v, sign, norm(l, v));
}

/* a + b or a - b, at least one of them encrypted. */
static uint32_t lower_sum(he_lowering *l, const he_node *node, place *places)
{
    const bool minus = node->op == HE_OP_SUB;
    const he_plain_value *a = &l->plain[node->a], *b = &l->plain[node->b];
    if (a->known && !minus)
        return with_plain(l, HE_PLAN_ADD_PLAIN, any(&places[node->b]), a, 1);
    if (a->known)
        return with_plain(l, HE_PLAN_ADD_PLAIN,
                          he_plan_emit1(l, HE_PLAN_NEGATE, any(&places[node->b])), a, 1);
    if (b->known)
        return with_plain(l, HE_PLAN_ADD_PLAIN, any(&places[node->a]), b, minus ? -1 : 1);
    return he_plan_emit2(l, minus ? HE_PLAN_SUB : HE_PLAN_ADD, any(&places[node->a]),
                         any(&places[node->b]));
}

static uint32_t lower_product(he_lowering *l, const he_node *node, place *places, const place *self)
{
    if (l->plain[node->a].known)
        return with_plain(l, HE_PLAN_MULTIPLY_PLAIN, any(&places[node->b]), &l->plain[node->a], 1);
    if (l->plain[node->b].known)
        return with_plain(l, HE_PLAN_MULTIPLY_PLAIN, any(&places[node->a]), &l->plain[node->b], 1);
    const uint32_t a = two(l, &places[node->a]), b = two(l, &places[node->b]);
    const bool lazy = self->added && !self->multiplied;
    return he_plan_emit2(l, lazy ? HE_PLAN_MULTIPLY_LAZY : HE_PLAN_MULTIPLY, a, b);
}

static uint32_t lower_node(he_lowering *l, const he_node *node, place *places, const place *self)
{
    switch ((he_op)node->op) {
    case HE_OP_INPUT:
        return node->imm;
    case HE_OP_ADD:
    case HE_OP_SUB:
        return lower_sum(l, node, places);
    case HE_OP_MULTIPLY:
        return lower_product(l, node, places, self);
    case HE_OP_NEGATE:
        return he_plan_emit1(l, HE_PLAN_NEGATE, any(&places[node->a]));
    case HE_OP_ROTATE:
        return he_plan_emit(l, (he_plan_step){.op = HE_PLAN_ROTATE,
                                              .a = two(l, &places[node->a]),
                                              .b = HE_PLAN_NONE,
                                              .rotation = (int32_t)node->imm});
    case HE_OP_SUM:
        return he_plan_emit_sum(l, two(l, &places[node->a]));
    case HE_OP_SPLAT:
    case HE_OP_CONSTANT:
    case HE_OP_POLYNOMIAL: /* REAL only */
    case HE_OP_WITHIN:
    case HE_OP_END:
        break;
    }
    return 0;
}

/* How values are used; a negation keeps the third polynomial, so it passes on what its users do. */
static void mark_users(const he_program *p, place *places)
{
    for (uint32_t k = 0; k < p->output_count; k++)
        places[p->outputs[k].node].multiplied = true;
    for (uint32_t i = p->node_count; i-- > 0;) {
        const he_node *node = &p->nodes[i];
        const unsigned operands = he_op_operands((he_op)node->op);
        for (unsigned k = 0; k < operands; k++) {
            place *from = &places[k == 0 ? node->a : node->b];
            if (node->op == HE_OP_ADD || node->op == HE_OP_SUB)
                from->added = true;
            else if (node->op == HE_OP_NEGATE)
                from->added |= places[i].added;
            else
                from->multiplied = true;
        }
    }
}

/* The lowest level at which the noise still leaves half a bit of room: fewer bytes to send. */
static uint32_t lower_output(he_lowering *l, uint32_t reg)
{
    const he_context *ctx = l->ctx;
    if (l->status != HE_OK)
        return reg;
    const he_plan_state from = *he_plan_state_of(l, reg);
    uint32_t best = from.level;
    for (uint32_t level = from.level; level-- > 0;) {
        he_plan_step step = {
            .op = HE_PLAN_LOWER, .a = reg, .b = HE_PLAN_NONE, .state = {.level = level}};
        he_plan_rule_bfv(l, &step);
        const he_ciphertext shape = {.level = level, .scale = 1};
        if (step.state.log_sigma + ctx->log_tail + 0.5 <= ctx->ops->noise_limit(ctx, &shape))
            best = level;
    }
    return he_plan_emit_lower(l, reg, best);
}

void he_plan_lower_bfv(he_lowering *l)
{
    const he_program *p = l->program;
    place *places = he_alloc(p->node_count, sizeof *places);
    uint32_t *order = he_alloc(3 * (size_t)p->node_count, sizeof *order);
    if (places == NULL || order == NULL)
        l->status = he_fail(HE_ERR_MEMORY, "he_plan_create: no memory");
    if (l->status == HE_OK) {
        mark_users(p, places);
        for (uint32_t i = 0; i < p->node_count; i++)
            places[i].two = places[i].three = HE_PLAN_NONE;
        const uint32_t count = he_plan_order(p, order, order + p->node_count);
        for (uint32_t i = 0; i < count && l->status == HE_OK; i++) {
            place *self = &places[order[i]];
            keep(l, self, lower_node(l, &p->nodes[order[i]], places, self));
        }
    }
    for (uint32_t k = 0; k < p->output_count && l->status == HE_OK; k++)
        he_plan_set_output(l, k, lower_output(l, two(l, &places[p->outputs[k].node])), 0);
    he_free(places);
    he_free(order);
}
