/* SPDX-License-Identifier: MIT */
/* Levels, degrees and exponents of a REAL program, in four passes over its nodes (again
 * where scaling needs a level).
 *
 * Levels: the longest path, where products and constants cost one and a polynomial of degree d
 * ceil(log2(d + 1)).  Rescaling is lazy, as the waterline of EVA (Dathathri et al. 2020, section
 * 5.2) is, except that canonical scales leave only the question where, not by what. */
#include "program/plan/layout_ckks.h"

#include <math.h>

#define MAX_INTEGER 65536.0
#define NOTHING     0x1p-64 /* beyond any precision that can be asked for */
#define NO_CAP      100000
#define MAX_EXCESS  12
#define MAX_ROUNDS  16

/* Smallest e with |x| <= 2^e for all x. */
int he_ckks_natural(const he_node *node)
{
    const double most = fmax(fabs(node->lo), fabs(node->hi));
    int e;
    if (most < NOTHING)
        return 0;
    if (frexp(most, &e) == 0.5)
        e--;
    return e;
}

bool he_ckks_by_integer(const he_plain_value *plain, const he_node *node)
{
    if (node->op != HE_OP_MULTIPLY)
        return false;
    const he_plain_value *v = plain[node->a].known ? &plain[node->a] : &plain[node->b];
    if (!v->known || !v->splat)
        return false;
    const double c = he_plain_real_at(v, 0);
    return c == floor(c) && fabs(c) <= MAX_INTEGER;
}

/* Keeps degree and level, and lets its own users decide on the exponent. */
static bool is_sum(const he_node *node)
{
    return node->op == HE_OP_ADD || node->op == HE_OP_SUB || node->op == HE_OP_NEGATE ||
           node->op == HE_OP_WITHIN;
}

/* The k-th encrypted operand, or HE_PLAN_NONE. */
static uint32_t operand(const he_program *p, uint32_t i, unsigned k)
{
    const he_node *node = &p->nodes[i];
    if (k >= he_op_operands((he_op)node->op))
        return HE_PLAN_NONE;
    const uint32_t u = k == 0 ? node->a : node->b;
    return p->nodes[u].encrypted ? u : HE_PLAN_NONE;
}

bool he_ckks_used_wide(const he_ckks_place *places, uint32_t i, uint32_t u)
{
    return places[i].wide && places[u].wide && places[u].deep == places[i].deep;
}

bool he_ckks_tied(const he_ckks_place *places, uint32_t i, uint32_t u)
{
    return places[i].wide ? he_ckks_used_wide(places, i, u) : places[u].deep == places[i].deep;
}

int he_ckks_factor_exponent(const he_ckks_place *places, const he_program *p, uint32_t u,
                            uint32_t deep)
{
    return places[u].deep + 1 < deep ? he_ckks_natural(&p->nodes[u]) : places[u].exponent;
}

static uint32_t max32(uint32_t x, uint32_t y)
{
    return x > y ? x : y;
}

/* Two encrypted operands: the deeper one is wide, the other is too at the same level, or can be
 * raised as it has degree 1 at the level where the deeper one has not yet been rescaled, or
 * above. */
static bool sum_is_wide(const he_ckks_place *a, const he_ckks_place *b)
{
    return a->deep == b->deep ? a->wide && b->wide : a->deep > b->deep ? a->wide : b->wide;
}

static void place_node(he_ckks_place *places, const he_program *p, const he_plain_value *plain,
                       uint32_t i)
{
    const he_node *node = &p->nodes[i];
    const uint32_t a = operand(p, i, 0), b = operand(p, i, 1);
    const he_ckks_place *x = a == HE_PLAN_NONE ? NULL : &places[a];
    const he_ckks_place *y = b == HE_PLAN_NONE ? NULL : &places[b];
    he_ckks_place *r = &places[i];
    r->deep = max32(x == NULL ? 0 : x->deep, y == NULL ? 0 : y->deep);
    switch ((he_op)node->op) {
    case HE_OP_ADD:
    case HE_OP_SUB:
        if (x != NULL && y != NULL) {
            r->wide = sum_is_wide(x, y);
        } else { /* a constant in every element is added at any degree, a vector at degree 1 */
            const he_plain_value *v = x == NULL ? &plain[node->a] : &plain[node->b];
            r->wide = (x == NULL ? y : x)->wide && v->splat;
        }
        break;
    case HE_OP_NEGATE:
    case HE_OP_WITHIN:
        r->wide = x->wide;
        break;
    case HE_OP_MULTIPLY:
        if (!he_ckks_by_integer(plain, node)) {
            r->deep++;
            r->wide = true;
        }
        break;
    case HE_OP_POLYNOMIAL:
        r->deep += he_ceil_log2(node->words) + r->scaled;
        r->wide = true;
        break;
    default:
        break;
    }
}

/* Who uses a node, and at which degree. */
static void place_users(he_ckks_place *places, const he_program *p, const he_plain_value *plain,
                        uint32_t i)
{
    for (unsigned k = 0; k < 2; k++) {
        const uint32_t u = operand(p, i, k);
        if (u == HE_PLAN_NONE)
            continue;
        if (!is_sum(&p->nodes[i])) {
            places[u].pinned = places[u].needed = true;
        } else if (he_ckks_used_wide(places, i, u)) {
            places[u].kept = places[u].needed = true;
        } else if (!places[i].wide || !he_ckks_by_integer(plain, &p->nodes[u])) {
            places[u].needed = true;
        } else { /* raising takes the integer in, from the value that it multiplies */
            const uint32_t from = operand(p, u, 0);
            const uint32_t value = from == HE_PLAN_NONE ? operand(p, u, 1) : from;
            places[value].pinned = places[value].needed = true;
        }
    }
}

static int min_int(int x, int y)
{
    return x < y ? x : y;
}

/* The largest exponent that a node can have, and its exponent where no sum decides it. */
static void cap_node(he_ckks_place *places, const he_program *p, const he_plain_value *plain,
                     uint32_t i)
{
    const he_node *node = &p->nodes[i];
    const uint32_t a = operand(p, i, 0), b = operand(p, i, 1);
    he_ckks_place *r = &places[i];
    bool fixed = true;
    switch ((he_op)node->op) {
    case HE_OP_INPUT:
        r->cap = he_ckks_natural(node);
        break;
    case HE_OP_MULTIPLY:
        if (a != HE_PLAN_NONE && b != HE_PLAN_NONE) {
            r->cap = he_ckks_factor_exponent(places, p, a, r->deep) +
                     he_ckks_factor_exponent(places, p, b, r->deep);
            break;
        }
        fixed = he_ckks_by_integer(plain, node);
        r->cap = fixed ? places[a == HE_PLAN_NONE ? b : a].exponent : NO_CAP;
        break;
    case HE_OP_ADD:
    case HE_OP_SUB:
    case HE_OP_NEGATE:
    case HE_OP_WITHIN:
        fixed = false;
        r->cap = NO_CAP;
        for (unsigned k = 0; k < 2; k++) {
            const uint32_t u = k == 0 ? a : b;
            if (u != HE_PLAN_NONE && he_ckks_tied(places, i, u))
                r->cap = min_int(r->cap, places[u].cap);
        }
        break;
    case HE_OP_ROTATE:
    case HE_OP_SUM:
        r->cap = places[a].exponent;
        break;
    default: /* a polynomial: its coefficients take any factor in */
        fixed = false;
        r->cap = NO_CAP;
        break;
    }
    if (r->pinned && !fixed)
        r->cap = min_int(r->cap, he_ckks_natural(node));
    r->exponent = r->cap;
}

/* Users come later, so all that want something of i have said so. */
static void settle(he_ckks_place *places, const he_program *p, uint32_t i)
{
    he_ckks_place *r = &places[i];
    const bool free_choice = is_sum(&p->nodes[i]) || r->cap == NO_CAP;
    if (!r->pinned && free_choice)
        r->exponent = min_int(r->cap, r->wanted ? r->want : he_ckks_natural(&p->nodes[i]));
    if (!is_sum(&p->nodes[i]))
        return;
    for (unsigned k = 0; k < 2; k++) {
        const uint32_t u = operand(p, i, k);
        if (u == HE_PLAN_NONE || !he_ckks_tied(places, i, u))
            continue;
        if (!places[u].wanted || places[u].want < r->exponent)
            places[u].want = r->exponent;
        places[u].wanted = true;
    }
}

static void layout_once(he_ckks_place *places, const he_program *p, const he_plain_value *plain)
{
    for (uint32_t i = 0; i < p->node_count; i++) {
        places[i] =
            (he_ckks_place){.two = HE_PLAN_NONE, .one = HE_PLAN_NONE, .scaled = places[i].scaled};
        if (p->nodes[i].encrypted)
            place_node(places, p, plain, i);
    }
    for (uint32_t k = 0; k < p->output_count; k++)
        places[p->outputs[k].node].pinned = places[p->outputs[k].node].needed = true;
    for (uint32_t i = p->node_count; i-- > 0;)
        if (p->nodes[i].encrypted && places[i].needed)
            place_users(places, p, plain, i);
    for (uint32_t i = 0; i < p->node_count; i++)
        if (p->nodes[i].encrypted)
            cap_node(places, p, plain, i);
    for (uint32_t i = p->node_count; i-- > 0;)
        if (p->nodes[i].encrypted)
            settle(places, p, i);
}

/* Polynomials whose argument's slots reach 2^excess have powers that reach 2^(excess degree): where
 * that is more than a dozen bits, a level for scaling is the smaller cost. */
static bool mark_scaled(he_ckks_place *places, const he_program *p)
{
    bool marked = false;
    for (uint32_t i = 0; i < p->node_count; i++) {
        const he_node *node = &p->nodes[i];
        if (!node->encrypted || node->op != HE_OP_POLYNOMIAL || places[i].scaled)
            continue;
        const int excess = he_ckks_natural(&p->nodes[node->a]) - places[node->a].exponent;
        if (excess > 0 && (uint32_t)excess * (node->words - 1) > MAX_EXCESS) {
            places[i].scaled = true;
            marked = true;
        }
    }
    return marked;
}

/* A mark moves levels, and so may bring others; marks are never taken back. */
void he_ckks_layout(he_ckks_place *places, const he_program *p, const he_plain_value *plain)
{
    layout_once(places, p, plain);
    for (unsigned round = 0; round < MAX_ROUNDS && mark_scaled(places, p); round++)
        layout_once(places, p, plain);
}
