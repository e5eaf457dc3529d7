/* SPDX-License-Identifier: MIT */
/* The noise of CKKS steps: the rules of src/ckks (docs/ckks.md), with what is known here in place
 * of "values stay below 2^range_bits": a bound on the size of every register's slots.  An error of
 * sigma in each coefficient that is multiplied slot by slot by values up to A is one of A sigma. */
#include "ckks/ckks.h"
#include "program/plan/plan.h"

#include <math.h>

static double log_scale(const he_context *ctx, const he_plan_state *s)
{
    return s->degree * log2(he_ckks_of(ctx)->scale[s->level]);
}

/* Encoding values up to largest: rounding to integers (variance 1/12), and the transform in
 * doubles, 2^-52 of the largest in each slot.  As he_ckks_noise_encode(), which has the range
 * instead. */
static double encoding(const he_context *ctx, double scale, double largest)
{
    return he_noise_independent(-0.5 * log2(12),
                                scale + log2(largest + 0x1p-200) - 52 - 0.5 * ctx->log_n);
}

/* The model of encryption has the rounding; the transform is worth more at large scales. */
double he_plan_fresh_ckks(const he_context *ctx)
{
    return he_noise_add(fmax(he_noise_fresh_public(ctx), he_noise_fresh_symmetric(ctx)),
                        encoding(ctx, log2(he_ckks_of(ctx)->scale[ctx->top_level]), 1));
}

/* a e_b + b e_a + e_a e_b; the last with the tail of slots once, which covers both. */
static double product(const he_context *ctx, const he_plan_state *a, const he_plan_state *b)
{
    const double scale = log_scale(ctx, a);
    const double first = log2(a->largest) + scale + b->log_sigma;
    const double second = log2(b->largest) + scale + a->log_sigma;
    const double tail = he_ckks_log_slot_tail(ctx) + 0.5 * ctx->log_n;
    const double cross = tail + a->log_sigma + b->log_sigma;
    return he_noise_add(he_noise_add(first, second), cross);
}

/* A constant c in the clear at this scale is off by 1/2 and by half a unit of its double. */
static double rounding(double scale, double c)
{
    return he_noise_add(-1, scale + log2(fabs(c) + 0x1p-200) - 53);
}

static void multiply(const he_context *ctx, he_plan_state *r, const he_plan_state *a,
                     const he_plan_state *b)
{
    r->log_sigma = product(ctx, a, b);
    r->largest = a->largest * b->largest;
    r->size = 3;
    r->degree = 2;
}

static void multiply_plain(const he_context *ctx, he_plan_state *r, const he_plan_state *a,
                           double largest)
{
    const he_plan_state factor = {.level = a->level,
                                  .degree = 1,
                                  .log_sigma = encoding(ctx, log_scale(ctx, a), largest),
                                  .largest = largest};
    r->log_sigma = product(ctx, a, &factor);
    r->largest = a->largest * largest;
    r->degree = 2;
}

static void weighted_sum(const he_lowering *l, he_plan_state *r, const he_plan_step *step)
{
    const he_context *ctx = l->ctx;
    *r = (he_plan_state){.level = step->state.level, .size = 2, .degree = 2};
    const double scale = log_scale(ctx, r);
    for (uint32_t t = step->first; t != HE_PLAN_NONE; t = l->plan->terms[t].next) {
        const he_plan_state *a = he_plan_state_of(l, l->plan->terms[t].reg);
        const double weight = l->plan->terms[t].weight, own = log_scale(ctx, a);
        const double sigma = he_ckks_noise_weighted(ctx, a->log_sigma, own, log2(a->largest),
                                                    weight * exp2(scale - own));
        r->log_sigma = t == step->first ? sigma : he_noise_add(r->log_sigma, sigma);
        r->largest += fabs(weight) * a->largest;
    }
    if (step->scalar != 0) {
        r->log_sigma =
            he_noise_add(r->log_sigma, he_ckks_noise_fixed(ctx, rounding(scale, step->scalar)));
        r->largest += fabs(step->scalar);
    }
}

static void lower(const he_context *ctx, he_plan_state *r, const he_plan_state *a, uint32_t level)
{
    const he_ckks *k = he_ckks_of(ctx);
    const double factor = (double)k->adjust[a->level * (ctx->top_level + 1) + level];
    const double sigma =
        he_ckks_noise_rescale(ctx, a->log_sigma + log2(factor), level + 1, a->size);
    const double off = log2(k->scale[level]) + log2(a->largest) - 1 - log2(factor);
    r->log_sigma = he_noise_add(sigma, he_ckks_noise_fixed(ctx, off));
    r->level = level;
}

static void rescale(const he_context *ctx, he_plan_state *r)
{
    r->log_sigma = he_ckks_noise_rescale(ctx, r->log_sigma, r->level, r->size);
    r->level--;
    r->degree = 1;
}

/* What is known of the values otherwise; and what is exactly zero still has a logarithm. */
static void bound_values(he_plan_state *r, const he_plan_step *step)
{
    if (step->bound > 0)
        r->largest = fmin(r->largest, step->bound);
    r->largest = fmax(r->largest, 0x1p-200);
}

void he_plan_rule_ckks(const he_lowering *l, he_plan_step *step)
{
    const he_context *ctx = l->ctx;
    const he_plan_state none = {0};
    const he_plan_state *a = step->a == HE_PLAN_NONE ? &none : he_plan_state_of(l, step->a);
    const he_plan_state *b = step->b == HE_PLAN_NONE ? a : he_plan_state_of(l, step->b);
    he_plan_state r = *a;
    switch (step->op) {
    case HE_PLAN_ADD:
    case HE_PLAN_SUB:
        r.log_sigma = he_noise_add(a->log_sigma, b->log_sigma);
        r.size = a->size > b->size ? a->size : b->size;
        r.largest = a->largest + b->largest;
        break;
    case HE_PLAN_ADD_PLAIN:
        r.log_sigma =
            he_noise_independent(a->log_sigma, encoding(ctx, log_scale(ctx, a), step->size));
        r.largest = a->largest + step->size;
        break;
    case HE_PLAN_ADD_SCALAR:
        r.log_sigma = he_noise_add(
            a->log_sigma, he_ckks_noise_fixed(ctx, rounding(log_scale(ctx, a), step->scalar)));
        r.largest = a->largest + fabs(step->scalar);
        break;
    case HE_PLAN_MULTIPLY_LAZY:
        multiply(ctx, &r, a, b);
        break;
    case HE_PLAN_MULTIPLY:
        multiply(ctx, &r, a, b);
        r.log_sigma = he_noise_independent(r.log_sigma, he_noise_switch_product(ctx, a->level));
        r.size = 2;
        rescale(ctx, &r);
        break;
    case HE_PLAN_MULTIPLY_PLAIN:
        multiply_plain(ctx, &r, a, step->size);
        break;
    case HE_PLAN_WEIGHTED:
        weighted_sum(l, &r, step);
        break;
    case HE_PLAN_MULTIPLY_INTEGER:
        r.log_sigma += log2(fabs((double)step->integer) + (step->integer == 0));
        r.largest *= fabs((double)step->integer);
        break;
    case HE_PLAN_RELINEARIZE:
        r.log_sigma = he_noise_add(a->log_sigma, he_noise_keyswitch(ctx, a->level));
        r.size = 2;
        break;
    case HE_PLAN_RESCALE:
        rescale(ctx, &r);
        break;
    case HE_PLAN_ROTATE:
        r.log_sigma = he_noise_add(a->log_sigma, he_noise_keyswitch(ctx, a->level));
        break;
    case HE_PLAN_LOWER:
        lower(ctx, &r, a, step->state.level);
        break;
    case HE_PLAN_NEGATE:
        break;
    }
    bound_values(&r, step);
    step->state = r;
}
