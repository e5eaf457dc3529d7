/* SPDX-License-Identifier: MIT */
/* REAL programs as CKKS steps, by the decisions of layout_ckks.c. */
#include "core/memory.h"
#include "program/plan/layout_ckks.h"

#include <math.h>

#define MAX_FACTOR_BITS 50

typedef struct lowering {
    he_lowering *l;
    he_ckks_place *places;
} lowering;

/* reg with its exponent lowered by bits: times 2^bits, exact. */
static uint32_t shift(he_lowering *l, uint32_t reg, int bits)
{
    while (bits > 0) {
        const int now = bits < MAX_FACTOR_BITS ? bits : MAX_FACTOR_BITS;
        reg = he_plan_emit(l, (he_plan_step){.op = HE_PLAN_MULTIPLY_INTEGER,
                                             .a = reg,
                                             .b = HE_PLAN_NONE,
                                             .integer = (int64_t)1 << now});
        bits -= now;
    }
    return reg;
}

/* How large the slots of a node's register can be, from its interval. */
static double bound_of(const he_node *node, int exponent)
{
    return fmax(ldexp(fmax(fabs(node->lo), fabs(node->hi)), -exponent), 0x1p-200);
}

/* That is sharper than what the steps say. */
static void note_range(he_lowering *l, uint32_t reg, const he_node *node, int exponent)
{
    if (l->status != HE_OK || reg < l->program->input_count)
        return;
    he_plan_step *s = &l->plan->steps[reg - l->program->input_count];
    const double bound = bound_of(node, exponent);
    s->bound = s->bound == 0 ? bound : fmin(s->bound, bound);
    s->state.largest = fmin(s->state.largest, s->bound);
}

/* Two polynomials, degree 1. */
static uint32_t one(const lowering *w, uint32_t i)
{
    he_ckks_place *r = &w->places[i];
    if (r->one == HE_PLAN_NONE) {
        uint32_t reg = r->two;
        if (w->l->status == HE_OK && he_plan_state_of(w->l, reg)->size == 3)
            reg = he_plan_emit1(w->l, HE_PLAN_RELINEARIZE, reg);
        r->one = he_plan_emit1(w->l, HE_PLAN_RESCALE, reg);
        note_range(w->l, r->one, &w->l->program->nodes[i], r->exponent);
    }
    return r->one;
}

/* Operand u of the wide sum i, at degree 2. */
static uint32_t wide_operand(const lowering *w, uint32_t i, uint32_t u)
{
    he_lowering *l = w->l;
    const int exponent = w->places[i].exponent;
    const uint32_t level = l->ctx->top_level - w->places[i].deep + 1;
    if (he_ckks_used_wide(w->places, i, u))
        return shift(l, w->places[u].two, w->places[u].exponent - exponent);
    const he_node *node = &l->program->nodes[u];
    double factor = 1;
    if (he_ckks_by_integer(l->plain, node)) {
        const bool first = l->plain[node->a].known;
        factor = he_plain_real_at(&l->plain[first ? node->a : node->b], 0);
        u = first ? node->b : node->a;
    }
    return he_plan_emit_term(l, one(w, u), ldexp(factor, w->places[u].exponent - exponent), level);
}

/* factor times a value of degree 1, at a lower level: what lowering it costs anyway. */
static uint32_t scaled_to(he_lowering *l, uint32_t reg, double factor, uint32_t level)
{
    return he_plan_emit1(l, HE_PLAN_RESCALE, he_plan_emit_term(l, reg, factor, level + 1));
}

/* Operand u of the narrow sum i. */
static uint32_t narrow_operand(const lowering *w, uint32_t i, uint32_t u)
{
    const int bits = w->places[u].exponent - w->places[i].exponent;
    if (he_ckks_tied(w->places, i, u))
        return shift(w->l, one(w, u), bits);
    return scaled_to(w->l, one(w, u), ldexp(1, bits), w->l->ctx->top_level - w->places[i].deep);
}

static uint32_t sum_operand(const lowering *w, uint32_t i, uint32_t u)
{
    return w->places[i].wide ? wide_operand(w, i, u) : narrow_operand(w, i, u);
}

/* a op the elements of a constant, each times factor. */
static uint32_t with_plain(he_lowering *l, he_plan_op op, uint32_t a, const he_plain_value *v,
                           double factor)
{
    if (l->status != HE_OK)
        return 0;
    const uint32_t level = he_plan_state_of(l, a)->level;
    if (v->splat && op == HE_PLAN_MULTIPLY_PLAIN)
        return he_plan_emit_term(l, a, factor * he_plain_real_at(v, 0), level);
    if (v->splat)
        return he_plan_emit(l, (he_plan_step){.op = HE_PLAN_ADD_SCALAR,
                                              .a = a,
                                              .b = HE_PLAN_NONE,
                                              .scalar = factor * he_plain_real_at(v, 0)});
    double most = 0;
    for (uint32_t i = 0; i < l->program->size; i++)
        most = fmax(most, fabs(factor * he_plain_real_at(v, i)));
    return he_plan_emit_plain(l, op, a, v, factor, most);
}

static uint32_t lower_sum(const lowering *w, uint32_t i)
{
    he_lowering *l = w->l;
    const he_node *node = &l->program->nodes[i];
    const he_plain_value *a = &l->plain[node->a], *b = &l->plain[node->b];
    const bool minus = node->op == HE_OP_SUB;
    const double unit = ldexp(1, -w->places[i].exponent);
    if (a->known) {
        const uint32_t y = sum_operand(w, i, node->b);
        return with_plain(l, HE_PLAN_ADD_PLAIN, minus ? he_plan_emit1(l, HE_PLAN_NEGATE, y) : y, a,
                          unit);
    }
    if (b->known)
        return with_plain(l, HE_PLAN_ADD_PLAIN, sum_operand(w, i, node->a), b,
                          minus ? -unit : unit);
    const uint32_t x = sum_operand(w, i, node->a), y = sum_operand(w, i, node->b);
    return he_plan_emit2(l, minus ? HE_PLAN_SUB : HE_PLAN_ADD, x, y);
}

/* Operand u of a product of this depth: at the level where it is multiplied. */
static uint32_t factor(const lowering *w, uint32_t u, uint32_t deep)
{
    he_lowering *l = w->l;
    const uint32_t reg = one(w, u), level = l->ctx->top_level - deep + 1;
    const int wanted = he_ckks_factor_exponent(w->places, l->program, u, deep);
    if (wanted == w->places[u].exponent)
        return he_plan_emit_lower(l, reg, level);
    return scaled_to(l, reg, ldexp(1, w->places[u].exponent - wanted), level);
}

static uint32_t lower_product(const lowering *w, uint32_t i)
{
    he_lowering *l = w->l;
    const he_node *node = &l->program->nodes[i];
    const he_ckks_place *r = &w->places[i];
    const he_plain_value *a = &l->plain[node->a], *b = &l->plain[node->b];
    if (a->known || b->known) {
        const he_plain_value *v = a->known ? a : b;
        const uint32_t u = a->known ? node->b : node->a;
        const uint32_t x = one(w, u);
        if (he_ckks_by_integer(l->plain, node))
            return he_plan_emit(l, (he_plan_step){.op = HE_PLAN_MULTIPLY_INTEGER,
                                                  .a = x,
                                                  .b = HE_PLAN_NONE,
                                                  .integer = (int64_t)he_plain_real_at(v, 0)});
        return with_plain(l, HE_PLAN_MULTIPLY_PLAIN, x, v,
                          ldexp(1, w->places[u].exponent - r->exponent));
    }
    const uint32_t x = factor(w, node->a, r->deep);
    const uint32_t y = node->a == node->b ? x : factor(w, node->b, r->deep);
    return he_plan_emit2(l, r->kept ? HE_PLAN_MULTIPLY_LAZY : HE_PLAN_MULTIPLY, x, y);
}

/* With u = x / 2^e and the result over 2^f: the coefficient of u^k is c_k 2^(k e - f).  The
 * argument comes near 1 for nothing where it is small, for a level where it is large. */
static uint32_t lower_polynomial(const lowering *w, uint32_t i)
{
    he_lowering *l = w->l;
    const he_node *node = &l->program->nodes[i];
    const int f = w->places[i].exponent, natural = he_ckks_natural(&l->program->nodes[node->a]);
    int e = w->places[node->a].exponent;
    uint32_t x = one(w, node->a);
    if (w->places[i].scaled) {
        x = scaled_to(l, x, ldexp(1, e - natural), l->ctx->top_level - w->places[node->a].deep - 1);
        e = natural;
    } else if (e > natural) {
        x = shift(l, x, e - natural);
        e = natural;
    }
    double c[HE_PLAN_MAX_COEFFICIENTS];
    for (uint32_t k = 0; k < node->words; k++)
        c[k] = ldexp(l->program->pool[node->pool + k].real, (int)k * e - f);
    return he_plan_emit_polynomial(l, x, c, node->words);
}

static uint32_t lower_node(const lowering *w, uint32_t i)
{
    he_lowering *l = w->l;
    const he_node *node = &l->program->nodes[i];
    switch ((he_op)node->op) {
    case HE_OP_INPUT:
        return node->imm;
    case HE_OP_ADD:
    case HE_OP_SUB:
        return lower_sum(w, i);
    case HE_OP_NEGATE:
        return he_plan_emit1(l, HE_PLAN_NEGATE, sum_operand(w, i, node->a));
    case HE_OP_WITHIN: /* the same register; note_range() makes use of the promise */
        return sum_operand(w, i, node->a);
    case HE_OP_MULTIPLY:
        return lower_product(w, i);
    case HE_OP_ROTATE:
        return he_plan_emit(l, (he_plan_step){.op = HE_PLAN_ROTATE,
                                              .a = one(w, node->a),
                                              .b = HE_PLAN_NONE,
                                              .rotation = (int32_t)node->imm});
    case HE_OP_SUM:
        return he_plan_emit_sum(l, one(w, node->a));
    case HE_OP_POLYNOMIAL:
        return lower_polynomial(w, i);
    case HE_OP_SPLAT:
    case HE_OP_CONSTANT:
    case HE_OP_END:
        break;
    }
    return 0;
}

/* What level 0 must hold: registers there, and those that a rescaling takes there. */
static void bound_last_level(he_lowering *l)
{
    he_plan *plan = l->plan;
    plan->largest = 0; /* inputs are at level 0 only where nothing is multiplied */
    for (size_t i = 0; i < plan->step_count; i++) {
        const he_plan_state *s = &plan->steps[i].state;
        if (s->level + 1 == s->degree)
            plan->largest = fmax(plan->largest, s->largest);
    }
    for (uint32_t k = 0; k < l->program->output_count; k++)
        plan->largest = fmax(plan->largest, plan->outputs[k].state.largest);
}

/* One node, after those that it uses. */
static void lower_one(const lowering *w, uint32_t i)
{
    he_ckks_place *place = &w->places[i];
    uint32_t reg = lower_node(w, i);
    /* what is needed with two polynomials anyway enters sums with two */
    if (place->kept && place->pinned && w->l->status == HE_OK &&
        he_plan_state_of(w->l, reg)->size == 3)
        reg = he_plan_emit1(w->l, HE_PLAN_RELINEARIZE, reg);
    note_range(w->l, reg, &w->l->program->nodes[i], place->exponent);
    if (w->l->status == HE_OK && he_plan_state_of(w->l, reg)->degree == 2)
        place->two = reg;
    else
        place->one = reg;
}

void he_plan_lower_ckks(he_lowering *l)
{
    const he_program *p = l->program;
    he_ckks_place *places = he_alloc(p->node_count, sizeof *places);
    uint32_t *order = he_alloc(3 * (size_t)p->node_count, sizeof *order);
    const lowering w = {l, places};
    if (places == NULL || order == NULL) {
        l->status = he_fail(HE_ERR_MEMORY, "he_plan_create: no memory");
    } else {
        he_ckks_layout(places, p, l->plain);
        for (uint32_t k = 0; k < p->input_count; k++) {
            const uint32_t node = p->inputs[k].node;
            l->plan->exponents[k] = places[node].exponent;
            l->plan->inputs[k].largest = bound_of(&p->nodes[node], places[node].exponent);
        }
        const uint32_t count = he_plan_order(p, order, order + p->node_count);
        for (uint32_t i = 0; i < count && l->status == HE_OK; i++)
            if (places[order[i]].needed)
                lower_one(&w, order[i]);
    }
    for (uint32_t k = 0; k < p->output_count && l->status == HE_OK; k++) {
        const uint32_t node = p->outputs[k].node;
        he_plan_set_output(l, k, one(&w, node), places[node].exponent);
    }
    he_plan_fuse(l);
    if (l->status == HE_OK)
        bound_last_level(l);
    he_free(places);
    he_free(order);
}

uint32_t he_plan_depth(const he_program *program, const he_plain_value *plain)
{
    uint32_t depth = 0;
    he_ckks_place *places = he_alloc(program->node_count, sizeof *places);
    if (places == NULL)
        return HE_PLAN_NONE;
    he_ckks_layout(places, program, plain);
    for (uint32_t i = 0; i < program->node_count; i++)
        depth = program->nodes[i].encrypted && places[i].deep > depth ? places[i].deep : depth;
    he_free(places);
    return depth;
}
