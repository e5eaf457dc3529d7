/* SPDX-License-Identifier: MIT */
/* Questions to a context.  NULL is answered with 0, "" or HE_SCHEME_NONE. */
#include "rlwe/rlwe.h"

he_status he_context_params(const he_context *ctx, he_params *params)
{
    HE_REQUIRE_PTR(ctx);
    HE_REQUIRE_PTR(params);
    *params = ctx->params;
    return HE_OK;
}

const uint8_t *he_context_id(const he_context *ctx)
{
    return ctx == NULL ? NULL : ctx->id;
}

he_scheme he_context_scheme(const he_context *ctx)
{
    return ctx == NULL ? HE_SCHEME_NONE : ctx->params.scheme;
}

he_security he_context_security(const he_context *ctx)
{
    return ctx == NULL ? HE_SEC_NONE : ctx->params.security;
}

uint32_t he_context_n(const he_context *ctx)
{
    return ctx == NULL ? 0 : (uint32_t)ctx->n;
}

uint32_t he_context_slots(const he_context *ctx)
{
    return ctx == NULL ? 0 : (uint32_t)ctx->slots;
}

uint32_t he_context_top_level(const he_context *ctx)
{
    return ctx == NULL ? 0 : ctx->top_level;
}

uint32_t he_context_limbs(const he_context *ctx, uint32_t level)
{
    return ctx == NULL || level > ctx->top_level ? 0 : (uint32_t)he_ctx_limbs(ctx, level);
}

uint32_t he_context_data_count(const he_context *ctx)
{
    return ctx == NULL ? 0 : (uint32_t)ctx->data_count;
}

uint32_t he_context_special_count(const he_context *ctx)
{
    return ctx == NULL ? 0 : (uint32_t)ctx->special_count;
}

uint32_t he_context_digit_count(const he_context *ctx)
{
    return ctx == NULL ? 0 : (uint32_t)ctx->levels[ctx->top_level].digits;
}

uint64_t he_context_prime(const he_context *ctx, uint32_t i)
{
    return ctx == NULL || i >= ctx->data_count + ctx->special_count ? 0 : ctx->primes[i].q.q;
}

const char *he_context_kernel(const he_context *ctx, uint32_t i)
{
    return ctx == NULL || i >= ctx->data_count + ctx->special_count
               ? ""
               : ctx->primes[i].ntt->kernels->name;
}

uint64_t he_context_plain_modulus(const he_context *ctx)
{
    return ctx == NULL ? 0 : ctx->params.plain_modulus;
}

double he_context_scale(const he_context *ctx, uint32_t level)
{
    if (ctx == NULL || ctx->ops->scale == NULL || level > ctx->top_level)
        return 0;
    return ctx->ops->scale(ctx, level);
}

double he_context_log_q(const he_context *ctx, uint32_t level)
{
    return ctx == NULL || level > ctx->top_level ? 0 : ctx->levels[level].log_q;
}

double he_context_log_qp(const he_context *ctx)
{
    return ctx == NULL ? 0 : ctx->log_qp;
}

double he_context_fresh_noise_bits(const he_context *ctx)
{
    return ctx == NULL ? 0 : ctx->log_tail + he_noise_fresh_public(ctx);
}
