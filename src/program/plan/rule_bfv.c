/* SPDX-License-Identifier: MIT */
/* The noise of BFV steps: the rules that src/bfv and src/rlwe carry along, applied before there are
 * ciphertexts.  One is sharper: a plaintext's 2-norm is known here. */
#include "bfv/bfv.h"
#include "program/plan/plan.h"

#include <math.h>

double he_plan_fresh_bfv(const he_context *ctx)
{
    return fmax(he_noise_fresh_public(ctx), he_noise_fresh_symmetric(ctx));
}

static double product(const he_context *ctx, const he_plan_state *a, const he_plan_state *b)
{
    const double n = (double)ctx->n, t = (double)ctx->params.plain_modulus;
    const double rounding = he_noise_rounding(ctx, 2) + he_bfv_at(ctx, a->level)->log_excess;
    /* the operand that is scaled to the second base is whichever is cheaper to convert */
    const double first =
        he_noise_bfv_product(n, t, a->log_sigma, he_noise_independent(b->log_sigma, rounding));
    const double second =
        he_noise_bfv_product(n, t, he_noise_independent(a->log_sigma, rounding), b->log_sigma);
    return fmax(first, second);
}

void he_plan_rule_bfv(const he_lowering *l, he_plan_step *step)
{
    const he_context *ctx = l->ctx;
    const he_plan_state *a = he_plan_state_of(l, step->a);
    const he_plan_state *b = step->b == HE_PLAN_NONE ? a : he_plan_state_of(l, step->b);
    const uint32_t level = step->state.level;
    const double keyswitch = he_noise_keyswitch(ctx, a->level);
    he_plan_state r = *a;
    switch (step->op) {
    case HE_PLAN_ADD:
    case HE_PLAN_SUB:
        r.log_sigma = he_noise_add(a->log_sigma, b->log_sigma);
        r.size = a->size > b->size ? a->size : b->size;
        break;
    case HE_PLAN_ADD_PLAIN:
        r.log_sigma = he_noise_independent(a->log_sigma, 0.5 * log2(1.0 / 12));
        break;
    case HE_PLAN_MULTIPLY_LAZY:
        r.log_sigma = product(ctx, a, b);
        r.size = 3;
        break;
    case HE_PLAN_MULTIPLY:
        r.log_sigma = he_noise_add(product(ctx, a, b), keyswitch);
        break;
    case HE_PLAN_MULTIPLY_PLAIN:
        r.log_sigma = a->log_sigma + log2(step->size);
        break;
    case HE_PLAN_RELINEARIZE:
        r.log_sigma = he_noise_add(a->log_sigma, keyswitch);
        r.size = 2;
        break;
    case HE_PLAN_ROTATE:
        r.log_sigma = he_noise_add(a->log_sigma, keyswitch);
        break;
    case HE_PLAN_LOWER:
        for (uint32_t i = a->level; i > level; i--)
            r.log_sigma = he_noise_divided(
                ctx, r.log_sigma, ctx->levels[i].log_q - ctx->levels[i - 1].log_q, a->size);
        r.level = level;
        break;
    case HE_PLAN_NEGATE:
    case HE_PLAN_ADD_SCALAR: /* CKKS only */
    case HE_PLAN_WEIGHTED:
    case HE_PLAN_MULTIPLY_INTEGER:
    case HE_PLAN_RESCALE:
        break;
    }
    step->state = r;
}
