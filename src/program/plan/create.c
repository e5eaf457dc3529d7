/* SPDX-License-Identifier: MIT */
/* From a program to a plan: parameters are guessed, the program is lowered under them, and the
 * bounds that the lowering gives say by how many bits the guess was off. */
#include "ckks/ckks.h"
#include "core/memory.h"
#include "math/prime.h"
#include "program/plan/plan.h"

#include <math.h>

#define MAX_ROUNDS 12

static void clear_steps(he_plan *plan)
{
    for (size_t i = 0; plan->plains != NULL && i < plan->plain_count; i++)
        he_plaintext_destroy(plan->plains[i]);
    he_free(plan->plains);
    he_free(plan->plain_list);
    he_free(plan->steps);
    he_free(plan->terms);
    he_free(plan->rotations);
    he_context_destroy(plan->ctx);
    plan->plains = NULL;
    plan->plain_list = NULL;
    plan->steps = NULL;
    plan->terms = NULL;
    plan->rotations = NULL;
    plan->ctx = NULL;
    plan->plain_count = plan->plain_room = 0;
    plan->step_count = plan->step_room = 0;
    plan->term_count = plan->term_room = 0;
}

void he_plan_destroy(he_plan *plan)
{
    if (plan == NULL)
        return;
    clear_steps(plan);
    he_free(plan->inputs);
    he_free(plan->exponents);
    he_free(plan->outputs);
    he_program_destroy(plan->program);
    he_free(plan);
}

static double output_error(const he_plan *plan, const he_plan_output *out)
{
    const he_context *ctx = plan->ctx;
    const double scale = log2(he_context_scale(ctx, out->state.level));
    const double noise =
        he_ckks_log_slot_tail(ctx) + 0.5 * ctx->log_n + out->state.log_sigma - scale;
    /* and the transforms of encoding and decoding in doubles */
    return ldexp(exp2(noise) + out->state.largest * 0x1p-48, out->exponent);
}

/* The context of params, and the program lowered under it. */
static he_status lower(he_plan *plan, he_plain_value *plain, const he_params *params)
{
    const he_program *p = plan->program;
    clear_steps(plan);
    HE_TRY(he_context_create(&plan->ctx, params));
    const he_context *ctx = plan->ctx;
    const double fresh =
        p->type == HE_PROGRAM_REAL ? he_plan_fresh_ckks(ctx) : he_plan_fresh_bfv(ctx);
    for (uint32_t i = 0; i < p->input_count; i++)
        plan->inputs[i] = (he_plan_state){
            .level = ctx->top_level, .size = 2, .degree = 1, .log_sigma = fresh, .largest = 1};
    he_lowering l = {.plan = plan, .ctx = ctx, .program = p, .plain = plain};
    if (p->type == HE_PROGRAM_REAL)
        he_plan_lower_ckks(&l);
    else
        he_plan_lower_bfv(&l);
    return l.status;
}

/* Bits by which the noise of the worst output is above what decrypts. */
static double noise_excess(const he_plan *plan)
{
    const he_context *ctx = plan->ctx;
    double worst = -INFINITY;
    for (uint32_t k = 0; k < plan->program->output_count; k++) {
        const he_plan_state *s = &plan->outputs[k].state;
        const he_ciphertext shape = {.level = s->level, .scale = 1};
        const double limit = ctx->ops->noise_limit(ctx, &shape);
        worst = fmax(worst, s->log_sigma + ctx->log_tail + 0.5 - limit);
    }
    return worst;
}

static bool rotates(const he_program *p)
{
    for (uint32_t i = 0; i < p->node_count; i++)
        if (p->nodes[i].encrypted && p->nodes[i].op == HE_OP_ROTATE)
            return true;
    return false;
}

/* Slots take a prime t that is 1 mod 2n, so t says how long vectors can be. */
static he_status check_batching(const he_program *p, uint32_t slots)
{
    const uint64_t t = p->modulus;
    uint32_t most = 0;
    for (uint32_t n = HE_MIN_N; n <= HE_MAX_N && t % (2 * (uint64_t)n) == 1; n *= 2)
        most = n;
    if (!he_prime_test(t))
        most = 0;
    if (most == 0)
        return he_fail(HE_ERR_UNSUPPORTED,
                       "he_plan_create: t = %llu has no slots: take a prime from "
                       "he_batching_prime()",
                       (unsigned long long)t);
    if (slots > most)
        return he_fail(HE_ERR_UNSUPPORTED,
                       "he_plan_create: t = %llu has slots for vectors of %u: take a prime from "
                       "he_batching_prime() for n = %u",
                       (unsigned long long)t, most / (slots / p->size), slots);
    return HE_OK;
}

static he_status plan_integer(he_plan *plan, he_plain_value *plain, he_params *params, bool given)
{
    const he_program *p = plan->program;
    /* rotations wrap where values repeat: within a row of n/2 */
    const uint32_t slots = rotates(p) ? 2 * p->size : p->size;
    HE_TRY(check_batching(p, slots));
    params->scheme = HE_SCHEME_BFV;
    params->plain_modulus = p->modulus;
    params->plain_bits = 0;
    params->slots = slots;
    double extra = 0;
    for (unsigned round = 0; round < MAX_ROUNDS; round++) {
        he_params now = *params;
        if (!given)
            HE_TRY(he_params_complete(&now, extra));
        HE_TRY(lower(plan, plain, &now));
        const double excess = noise_excess(plan);
        if (excess <= 0)
            return HE_OK;
        if (given)
            return he_fail(HE_ERR_PARAMS,
                           "he_plan_create: with the given primes the noise of an output exceeds "
                           "what decrypts by %.1f bits: give more or larger data primes",
                           excess);
        extra += ceil(excess);
    }
    return he_fail(HE_ERR_PARAMS, "he_plan_create: no parameters hold the noise of the program");
}

/* log2 of the worst output's error over what the program asks for. */
static double error_excess(const he_plan *plan)
{
    double worst = 0;
    for (uint32_t k = 0; k < plan->program->output_count; k++)
        worst = fmax(worst, output_error(plan, &plan->outputs[k]));
    return log2(worst) + plan->program->precision_bits;
}

/* Bits of the largest register that the last level must hold. */
static uint32_t range_bits(const he_plan *plan)
{
    const double bits = ceil(log2(plan->largest));
    return bits < 1 ? 1 : bits > 1000 ? 1000 : (uint32_t)bits;
}

static he_status check_given(const he_plan *plan, const he_params *params)
{
    const double excess = error_excess(plan);
    const uint32_t have = plan->ctx->params.range_bits, need = range_bits(plan);
    if (excess > 0)
        return he_fail(
            HE_ERR_PARAMS,
            "he_plan_create: with the given parameters an output has %.1f bits after the "
            "point, the program asks for %u: give a larger scale",
            plan->program->precision_bits - excess, plan->program->precision_bits);
    if (need > have)
        return he_fail(HE_ERR_PARAMS,
                       "he_plan_create: values reach 2^%u where the given parameters hold 2^%u: "
                       "give range_bits %u",
                       need, have, need);
    (void)params;
    return HE_OK;
}

static he_status plan_real(he_plan *plan, he_plain_value *plain, he_params *params, bool given)
{
    const he_program *p = plan->program;
    const uint32_t depth = he_plan_depth(p, plain);
    if (depth == HE_PLAN_NONE)
        return he_fail(HE_ERR_MEMORY, "he_plan_create: no memory");
    if (depth >= HE_MAX_DATA_PRIMES)
        return he_fail(HE_ERR_PARAMS,
                       "he_plan_create: the program multiplies %u times in sequence, at most %u",
                       depth, HE_MAX_DATA_PRIMES - 1);
    params->scheme = HE_SCHEME_CKKS;
    params->slots = p->size;
    params->depth = depth;
    if (given) {
        HE_TRY(lower(plan, plain, params));
        return check_given(plan, params);
    }
    /* a first guess that is rather too small: n = 2^12, and a bit or two for noise */
    uint32_t scale = p->precision_bits + 14, range = 1, too_small = 0;
    for (unsigned round = 0; round < MAX_ROUNDS; round++) {
        he_params now = *params;
        now.scale_bits = scale < 20 ? 20 : scale > 60 ? 60 : scale;
        now.range_bits = range > 60 ? 60 : range;
        HE_TRY(he_params_complete(&now, 0));
        HE_TRY(lower(plan, plain, &now));
        const double excess = error_excess(plan);
        const uint32_t need = range_bits(plan);
        if (excess <= 0 && need <= range && (excess > -1 || scale <= too_small + 1 || scale <= 20))
            return HE_OK;
        if (excess > 0) {
            if (scale >= 60)
                break;
            too_small = scale > too_small ? scale : too_small;
        }
        range = need > range ? need : range;
        const double next = scale + ceil(excess);
        scale = next <= too_small ? too_small + 1 : next > 60 ? 60 : (uint32_t)next;
    }
    return he_fail(HE_ERR_PARAMS,
                   "he_plan_create: %u bits after the point take a scale beyond 2^60: ask for less "
                   "precision, or scale the outputs",
                   p->precision_bits);
}

static he_status make(he_plan *plan, const he_program *program, const he_params *hints)
{
    HE_TRY(he_ir_canonical(&plan->program, program));
    const he_program *p = plan->program;
    plan->inputs = he_alloc(p->input_count, sizeof *plan->inputs);
    plan->exponents = he_alloc(p->input_count, sizeof *plan->exponents);
    plan->outputs = he_alloc(p->output_count, sizeof *plan->outputs);
    if (plan->inputs == NULL || plan->exponents == NULL || plan->outputs == NULL)
        return he_fail(HE_ERR_MEMORY, "he_plan_create: no memory");
    he_params params = HE_PARAMS_INIT;
    if (hints != NULL)
        params = *hints;
    params.depth = 0;
    params.precision_bits = 0;
    const bool given = params.data_bits[0] != 0 || params.data_primes[0] != 0;
    he_plain_value *plain;
    HE_TRY(he_plan_fold(&plain, p));
    he_status status = p->type == HE_PROGRAM_REAL ? plan_real(plan, plain, &params, given)
                                                  : plan_integer(plan, plain, &params, given);
    if (status == HE_OK)
        status = he_plan_encode(plan);
    he_plan_fold_free(plain, p);
    HE_TRY(status);
    HE_TRY(he_plan_assign(plan));
    return he_plan_collect_keys(plan);
}

he_status he_plan_create(he_plan **plan, const he_program *program, const he_params *hints)
{
    HE_REQUIRE_PTR(plan);
    HE_REQUIRE_PTR(program);
    HE_TRY(he_ir_report(__func__, program));
    he_plan *made = he_alloc(1, sizeof *made);
    if (made == NULL)
        return he_fail(HE_ERR_MEMORY, "he_plan_create: no memory");
    he_status status = make(made, program, hints);
    if (status != HE_OK) {
        he_plan_destroy(made);
        return status;
    }
    *plan = made;
    return HE_OK;
}

const he_context *he_plan_context(const he_plan *plan)
{
    return plan == NULL ? NULL : plan->ctx;
}

const int32_t *he_plan_steps(const he_plan *plan, size_t *count)
{
    if (count != NULL)
        *count = plan == NULL ? 0 : plan->rotation_count;
    return plan == NULL ? NULL : plan->rotations;
}

bool he_plan_needs_relin_key(const he_plan *plan)
{
    return plan != NULL && plan->relin_key;
}

double he_plan_output_noise_bits(const he_plan *plan, uint32_t i)
{
    if (plan == NULL || i >= plan->program->output_count)
        return INFINITY;
    return plan->outputs[i].state.log_sigma + plan->ctx->log_tail;
}

uint32_t he_plan_output_level(const he_plan *plan, uint32_t i)
{
    return plan == NULL || i >= plan->program->output_count ? 0 : plan->outputs[i].state.level;
}

double he_plan_output_error(const he_plan *plan, uint32_t i)
{
    if (plan == NULL || i >= plan->program->output_count)
        return INFINITY;
    return plan->program->type == HE_PROGRAM_REAL ? output_error(plan, &plan->outputs[i]) : 0;
}
