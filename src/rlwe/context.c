/* SPDX-License-Identifier: MIT */
/* The context: complete parameters, primes with their kernels, the conversions of every level, the
 * id.  Nothing in it changes after he_context_create(). */
#include "core/bytes.h"
#include "core/fenv.h"
#include "core/memory.h"
#include "math/bigint.h"
#include "random/hash.h"
#include "rlwe/noise.h"
#include "rlwe/params.h"
#include "rlwe/rlwe.h"
#include <math.h>

#define MAX_PRIMES (HE_MAX_DATA_PRIMES + HE_MAX_SPECIAL_PRIMES)

static he_status no_memory(void)
{
    return he_fail(HE_ERR_MEMORY, "he_context_create: no memory");
}

/* Every prime gets its transform; kernels take operands of the largest prime of the context. */
static he_status init_primes(he_context *ctx)
{
    const he_params *p = &ctx->params;
    size_t total = ctx->data_count + ctx->special_count;
    uint64_t values[MAX_PRIMES];
    unsigned operand_bits = 0;
    for (size_t i = 0; i < total; i++) {
        values[i] =
            i < ctx->data_count ? p->data_primes[i] : p->special_primes[i - ctx->data_count];
        unsigned bits = he_bit_length(values[i]);
        operand_bits = bits > operand_bits ? bits : operand_bits;
    }
    ctx->primes = he_alloc(total, sizeof *ctx->primes);
    ctx->prime_list = he_alloc(total, sizeof *ctx->prime_list);
    if (ctx->primes == NULL || ctx->prime_list == NULL)
        return no_memory();
    for (size_t i = 0; i < total; i++) {
        HE_TRY(he_rns_prime_init(&ctx->primes[i], values[i], ctx->n, p->isa, operand_bits));
        ctx->prime_list[i] = &ctx->primes[i];
        double bits = log2((double)values[i]);
        ctx->log_qp += bits;
        if (i >= ctx->data_count)
            ctx->log_p += bits;
    }
    return HE_OK;
}

/* The conversion of digit j: from its limbs to the other limbs of the level, then those of P. */
static he_status init_mod_up(const he_context *ctx, he_level *level, size_t j)
{
    const he_rns_prime *to[MAX_PRIMES];
    size_t first = j * ctx->special_count, count = 0;
    size_t end = first + ctx->special_count;
    end = end < level->limbs ? end : level->limbs;
    for (size_t i = 0; i < level->limbs + ctx->special_count; i++) {
        if (i < first || i >= end)
            to[count++] = he_ctx_extended(ctx, level->limbs, i);
    }
    return he_rns_conv_create(&level->mod_up[j], ctx->prime_list + first, end - first, to, count,
                              ctx->n);
}

static he_status init_level(he_context *ctx, uint32_t l)
{
    he_level *level = &ctx->levels[l];
    size_t alpha = ctx->special_count, limbs = ctx->base_limbs + l;
    const he_rns_prime *const *special = ctx->prime_list + ctx->data_count;
    level->limbs = limbs;
    size_t digits = (limbs + alpha - 1) / alpha;
    level->mod_up = he_alloc(digits, sizeof *level->mod_up);
    if (level->mod_up == NULL)
        return no_memory();
    level->digits = digits;
    for (size_t j = 0; j < digits; j++)
        HE_TRY(init_mod_up(ctx, level, j));
    HE_TRY(he_rns_divide_create(&level->by_p, ctx->prime_list, limbs, special, alpha, ctx->n));
    for (size_t i = 0; i < limbs; i++)
        level->log_q += log2((double)ctx->primes[i].q.q);
    level->switch_noise = he_noise_model_switch_product((double)ctx->n, ctx->params.data_primes,
                                                        limbs, alpha, ctx->log_p);
    if (l == 0)
        return HE_OK;
    const he_rns_prime *dropped[1 + HE_MAX_SPECIAL_PRIMES];
    dropped[0] = ctx->prime_list[limbs - 1];
    for (size_t i = 0; i < alpha; i++)
        dropped[1 + i] = special[i];
    HE_TRY(he_rns_divide_create(&level->by_p_and_last, ctx->prime_list, limbs - 1, dropped,
                                1 + alpha, ctx->n));
    return he_rns_divide_create(&level->by_last, ctx->prime_list, limbs - 1, dropped, 1, ctx->n);
}

static he_status init_levels(he_context *ctx)
{
    ctx->levels = he_alloc((size_t)ctx->top_level + 1, sizeof *ctx->levels);
    if (ctx->levels == NULL)
        return no_memory();
    for (uint32_t l = 0; l <= ctx->top_level; l++)
        HE_TRY(init_level(ctx, l));
    return HE_OK;
}

/* A canonical byte string, little-endian, that is hashed. */
typedef struct text {
    uint8_t bytes[1024];
    size_t length;
} text;

static void put32(text *t, uint32_t x)
{
    he_store32(t->bytes + t->length, x);
    t->length += 4;
}

static void put64(text *t, uint64_t x)
{
    he_store64(t->bytes + t->length, x);
    t->length += 8;
}

static void put_name(text *t, const char *name)
{
    size_t length = strlen(name);
    put32(t, (uint32_t)length);
    memcpy(t->bytes + t->length, name, length);
    t->length += length;
}

/* Everything that decides what the bytes of an object mean; not isa, threads, depth or ranges. */
static void init_id(he_context *ctx)
{
    const he_params *p = &ctx->params;
    text t = {.length = 0};
    put_name(&t, "libhe context 1");
    put32(&t, (uint32_t)p->scheme);
    put32(&t, p->n);
    put32(&t, (uint32_t)ctx->data_count);
    put32(&t, (uint32_t)ctx->special_count);
    for (size_t i = 0; i < ctx->data_count + ctx->special_count; i++)
        put64(&t, ctx->primes[i].q.q);
    put64(&t, p->plain_modulus);
    put32(&t, p->scale_bits);
    put32(&t, (uint32_t)p->ckks_mode);
    put32(&t, (uint32_t)ctx->base_limbs);
    put32(&t, ctx->ops->galois_generator);
    put32(&t, ctx->ops->galois_generator_negative);
    put_name(&t, he_security_name(p->security));
    put_name(&t, "secret ternary");
    put_name(&t, "error binomial 21");
    he_hash(ctx->id, t.bytes, t.length);
}

static he_status init(he_context *ctx)
{
    const he_params *p = &ctx->params;
    ctx->ops = p->scheme == HE_SCHEME_BFV ? &he_bfv_ops : &he_ckks_ops;
    ctx->n = p->n;
    ctx->log_n = he_bit_length(p->n) - 1;
    ctx->data_count = he_params_count_primes(p->data_primes, HE_MAX_DATA_PRIMES);
    ctx->special_count = p->special_count;
    ctx->base_limbs = he_params_base_limbs(p);
    ctx->top_level = (uint32_t)(ctx->data_count - ctx->base_limbs);
    ctx->slots = he_params_slots(p);
    ctx->log_tail = he_noise_log_tail((double)ctx->n);
    HE_TRY(init_primes(ctx));
    HE_TRY(init_levels(ctx));
    init_id(ctx);
    return ctx->ops->context_init(ctx);
}

he_status he_context_create(he_context **ctx, const he_params *params)
{
    HE_REQUIRE_PTR(ctx);
    HE_REQUIRE_PTR(params);
    he_params complete = *params;
    HE_TRY(he_params_complete(&complete, 0));
    HE_TRY(he_params_check_security(&complete));
    he_context *c = he_alloc(1, sizeof *c);
    if (c == NULL)
        return no_memory();
    c->params = complete;
    unsigned fenv = he_fenv_enter();
    he_status status = init(c);
    he_fenv_leave(fenv);
    if (status != HE_OK) {
        he_context_destroy(c);
        return status;
    }
    *ctx = c;
    return HE_OK;
}

static void free_level(he_level *level)
{
    for (size_t j = 0; j < level->digits; j++)
        he_rns_conv_destroy(level->mod_up[j]);
    he_free(level->mod_up);
    he_rns_divide_destroy(level->by_p);
    he_rns_divide_destroy(level->by_p_and_last);
    he_rns_divide_destroy(level->by_last);
}

void he_context_destroy(he_context *ctx)
{
    if (ctx == NULL)
        return;
    ctx->ops->context_free(ctx);
    for (uint32_t l = 0; ctx->levels != NULL && l <= ctx->top_level; l++)
        free_level(&ctx->levels[l]);
    he_free(ctx->levels);
    for (size_t i = 0; ctx->primes != NULL && i < ctx->data_count + ctx->special_count; i++)
        he_rns_prime_clear(&ctx->primes[i]);
    he_free(ctx->primes);
    he_free(ctx->prime_list);
    he_free(ctx);
}
