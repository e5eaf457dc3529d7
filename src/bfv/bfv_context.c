/* SPDX-License-Identifier: MIT */
/* What BFV computes once: the auxiliary primes, the tables of each level, batching modulo t.
 *
 * Auxiliary primes are of one size, at most 48, 50 or 61 bits as the context's own are, and as
 * large as that allows: R then exceeds Q, often with fewer limbs, and what rounding B' to
 * (R / Q) B costs in noise is nothing.  They are chosen by size alone, never by machine. */
#include "bfv/bfv.h"
#include "core/memory.h"
#include "core/verify.h"
#include "math/bigint.h"
#include "math/prime.h"
#include <math.h>

/* R is wanted so many bits above Q, where k limbs reach that. */
#define R_MARGIN_BITS 4
/* S > 4 n t Q: twice what the centred square takes. */
#define S_MARGIN_BITS 2

static he_status no_memory(void)
{
    return he_fail(HE_ERR_MEMORY, "he_context_create: no memory for BFV tables");
}

/* log2 of the largest modulus that Q S must hold beside Q. */
static double wide_bits(const he_context *ctx, uint32_t level)
{
    return ctx->levels[level].log_q + log2((double)ctx->params.plain_modulus) + ctx->log_n +
           S_MARGIN_BITS;
}

/* Size of the auxiliary primes. */
static unsigned aux_bits(const he_context *ctx)
{
    unsigned widest = 0;
    for (size_t i = 0; i < ctx->data_count + ctx->special_count; i++)
        if (ctx->primes[i].q.bits > widest)
            widest = ctx->primes[i].q.bits;
    return widest <= 46 ? 48 : widest <= 50 ? 50 : 61;
}

static he_status make_primes(const he_context *ctx, he_bfv_context *bfv)
{
    const unsigned bits = aux_bits(ctx);
    const size_t own = ctx->data_count + ctx->special_count, top = ctx->top_level;
    /* the primes are at least 2^(bits - 1/16) in size */
    bfv->aux_count = (size_t)ceil(wide_bits(ctx, (uint32_t)top) / (bits - 1.0 / 16));
    if (bfv->aux_count < ctx->data_count)
        bfv->aux_count = ctx->data_count;
    HE_VERIFY(bfv->aux_count <= HE_BFV_MAX_LIMBS);
    bfv->data = he_alloc(ctx->data_count, sizeof *bfv->data);
    bfv->data_list = he_alloc(ctx->data_count, sizeof *bfv->data_list);
    bfv->aux = he_alloc(bfv->aux_count, sizeof *bfv->aux);
    bfv->aux_list = he_alloc(bfv->aux_count, sizeof *bfv->aux_list);
    if (bfv->data == NULL || bfv->data_list == NULL || bfv->aux == NULL || bfv->aux_list == NULL)
        return no_memory();
    const he_vec_kernels *vec = he_vec_select(ctx->params.isa, bits);
    for (size_t i = 0; i < ctx->data_count; i++) {
        bfv->data[i] = ctx->primes[i];
        bfv->data[i].vec = vec;
        bfv->data_list[i] = &bfv->data[i];
    }
    uint64_t avoid[HE_MAX_DATA_PRIMES + HE_MAX_SPECIAL_PRIMES], primes[HE_BFV_MAX_LIMBS];
    for (size_t i = 0; i < own; i++)
        avoid[i] = ctx->primes[i].q.q;
    HE_TRY(he_prime_search(primes, bfv->aux_count, bits, 2 * ctx->n, avoid, own));
    for (size_t i = 0; i < bfv->aux_count; i++) {
        HE_TRY(he_rns_prime_init(&bfv->aux[i], primes[i], ctx->n, ctx->params.isa, bits));
        bfv->aux_list[i] = &bfv->aux[i];
    }
    return HE_OK;
}

/* log2 of r_0 … r_(count-1). */
static double log_aux(const he_bfv_context *bfv, size_t count)
{
    double log_r = 0;
    for (size_t i = 0; i < count; i++)
        log_r += log2((double)bfv->aux[i].q.q);
    return log_r;
}

static size_t count_aux(const he_bfv_context *bfv, double bits, size_t most)
{
    size_t count = 1;
    while (count < most && log_aux(bfv, count) < bits)
        count++;
    return count;
}

/* The product of the others modulo q. */
static uint64_t product_mod(const he_rns_prime *others, size_t count, const he_modulus *q)
{
    uint64_t a = 1;
    for (size_t j = 0; j < count; j++)
        a = he_mod_mul(a, he_mod_reduce(others[j].q.q, q), q);
    return a;
}

static he_status make_product(const he_context *ctx, const he_bfv_context *bfv, he_bfv_level *l,
                              uint32_t level)
{
    const he_rns_prime *const *q = bfv->data_list, *const *r = bfv->aux_list;
    const size_t k = l->limbs, n = ctx->n;
    const double log_q = ctx->levels[level].log_q;
    l->aux = count_aux(bfv, log_q + R_MARGIN_BITS, k);
    l->log_excess = log_q - log_aux(bfv, l->aux);
    HE_TRY(he_rns_conv_create(&l->extend, q, k, r, l->aux, n));
    /* [-R B]_Q in R, divided by Q: R B + [-R B]_Q = Q B' */
    uint64_t minus_r[HE_BFV_MAX_LIMBS], q_inv[HE_BFV_MAX_LIMBS];
    for (size_t i = 0; i < k; i++)
        minus_r[i] = he_mod_neg(product_mod(bfv->aux, l->aux, &q[i]->q), q[i]->q.q);
    for (size_t i = 0; i < l->aux; i++)
        q_inv[i] = he_mod_inv(product_mod(bfv->data, k, &r[i]->q), &r[i]->q);
    HE_TRY(he_rns_conv_create_scaled(&l->enlarge, q, k, r, l->aux, n, minus_r, q_inv));
    HE_TRY(he_rns_conv_create(&l->back, r, l->aux, q, k, n));
    HE_TRY(he_bfv_scale_create(&l->product, r, l->aux, q, k, bfv->t.q));

    l->wide = count_aux(bfv, wide_bits(ctx, level), bfv->aux_count);
    HE_VERIFY(log_aux(bfv, l->wide) >= wide_bits(ctx, level));
    HE_TRY(he_rns_conv_create(&l->square_extend, q, k, r, l->wide, n));
    HE_TRY(he_bfv_scale_create(&l->square, q, k, r, l->wide, bfv->t.q));
    return he_rns_conv_create(&l->square_back, r, l->wide, q, k, n);
}

/* The weights of decryption: t [(Q / q_i)^-1]_(q_i) / q_i, whole and 128 bits of fraction. */
static he_status make_message(const he_bfv_context *bfv, he_bfv_level *l)
{
    const size_t k = l->limbs;
    l->whole = he_alloc(k, sizeof *l->whole);
    l->fraction_hi = he_alloc(k, sizeof *l->fraction_hi);
    l->fraction_lo = he_alloc(k, sizeof *l->fraction_lo);
    if (l->whole == NULL || l->fraction_hi == NULL || l->fraction_lo == NULL)
        return no_memory();
    l->q_mod_t = 1 % bfv->t.q;
    for (size_t i = 0; i < k; i++) {
        const he_modulus *q = &bfv->data[i].q;
        l->q_mod_t = he_mod_mul(l->q_mod_t, he_mod_reduce(q->q, &bfv->t), &bfv->t);
        uint64_t others = 1;
        for (size_t j = 0; j < k; j++)
            if (j != i)
                others = he_mod_mul(others, he_mod_reduce(bfv->data[j].q.q, q), q);
        he_u128 v = (he_u128)bfv->t.q * he_mod_inv(others, q);
        l->whole[i] = (uint64_t)(v / q->q); /* below t */
        he_u128 rest = (v % q->q) << 64;
        l->fraction_hi[i] = (uint64_t)(rest / q->q);
        rest = (rest % q->q) << 64;
        l->fraction_lo[i] = (uint64_t)(rest / q->q);
    }
    return HE_OK;
}

static he_status make_levels(const he_context *ctx, he_bfv_context *bfv)
{
    bfv->levels = he_alloc((size_t)ctx->top_level + 1, sizeof *bfv->levels);
    if (bfv->levels == NULL)
        return no_memory();
    for (uint32_t level = 0; level <= ctx->top_level; level++) {
        he_bfv_level *l = &bfv->levels[level];
        l->limbs = he_ctx_limbs(ctx, level);
        HE_TRY(make_product(ctx, bfv, l, level));
        HE_TRY(make_message(bfv, l));
    }
    return HE_OK;
}

static he_status make_plain(const he_context *ctx, he_bfv_context *bfv)
{
    const size_t count = ctx->data_count;
    HE_TRY(he_modulus_init(&bfv->t, ctx->params.plain_modulus));
    bfv->half = bfv->t.q / 2;
    for (size_t i = 0; i < count; i++)
        if (bfv->t.q % ctx->primes[i].q.q == 0)
            return he_fail(HE_ERR_PARAMS,
                           "he_context_create: plain_modulus %llu is a multiple of data prime %zu, "
                           "must have no factor in common with Q",
                           (unsigned long long)bfv->t.q, i);
    bfv->t_inv = he_alloc(count, sizeof *bfv->t_inv);
    bfv->t_inv_shoup = he_alloc(count, sizeof *bfv->t_inv_shoup);
    bfv->half_over_t = he_alloc(count, sizeof *bfv->half_over_t);
    bfv->t_mod = he_alloc(count, sizeof *bfv->t_mod);
    if (bfv->t_inv == NULL || bfv->t_inv_shoup == NULL || bfv->half_over_t == NULL ||
        bfv->t_mod == NULL)
        return no_memory();
    for (size_t i = 0; i < count; i++) {
        const he_modulus *q = &ctx->primes[i].q;
        bfv->t_mod[i] = he_mod_reduce(bfv->t.q, q);
        bfv->t_inv[i] = he_mod_inv(bfv->t_mod[i], q);
        bfv->t_inv_shoup[i] = he_mod_shoup(bfv->t_inv[i], q->q);
        bfv->half_over_t[i] = he_mod_mul(he_mod_reduce(bfv->half, q), bfv->t_inv[i], q);
    }
    return HE_OK;
}

/* Slot j of row 0 is the value at zeta^(3^j), of row 1 at zeta^(-3^j), zeta the least primitive
 * 2n-th root modulo t: SEAL's matrix. */
static he_status make_batching(const he_context *ctx, he_bfv_context *bfv)
{
    if (ctx->slots == 0)
        return HE_OK;
    const size_t n = ctx->n, row = n / 2;
    HE_TRY(he_ntt_create(&bfv->plain, he_ntt_select(ctx->params.isa, bfv->t.bits), &bfv->t, n));
    bfv->slot = he_alloc(n, sizeof *bfv->slot);
    if (bfv->slot == NULL)
        return no_memory();
    uint32_t power = 1, mask = (uint32_t)(2 * n - 1);
    for (size_t j = 0; j < row; j++) {
        bfv->slot[j] = he_bit_reverse((power - 1) / 2, ctx->log_n);
        bfv->slot[row + j] = he_bit_reverse((mask - power) / 2, ctx->log_n);
        power = power * 3 & mask;
    }
    return HE_OK;
}

static void free_level(he_bfv_level *l)
{
    he_rns_conv_destroy(l->extend);
    he_rns_conv_destroy(l->enlarge);
    he_rns_conv_destroy(l->back);
    he_rns_conv_destroy(l->square_extend);
    he_rns_conv_destroy(l->square_back);
    he_bfv_scale_clear(&l->product);
    he_bfv_scale_clear(&l->square);
    he_free(l->whole);
    he_free(l->fraction_hi);
    he_free(l->fraction_lo);
}

static void context_free(he_context *ctx)
{
    he_bfv_context *bfv = ctx->scheme;
    if (bfv == NULL)
        return;
    for (uint32_t level = 0; bfv->levels != NULL && level <= ctx->top_level; level++)
        free_level(&bfv->levels[level]);
    he_free(bfv->levels);
    for (size_t i = 0; bfv->aux != NULL && i < bfv->aux_count; i++)
        he_rns_prime_clear(&bfv->aux[i]);
    he_free(bfv->aux);
    he_free(bfv->aux_list);
    he_free(bfv->data);
    he_free(bfv->data_list);
    he_free(bfv->t_inv);
    he_free(bfv->t_inv_shoup);
    he_free(bfv->half_over_t);
    he_free(bfv->t_mod);
    he_ntt_destroy(bfv->plain);
    he_free(bfv->slot);
    he_free(bfv);
    ctx->scheme = NULL;
}

static he_status context_init(he_context *ctx)
{
    he_bfv_context *bfv = he_alloc(1, sizeof *bfv);
    if (bfv == NULL)
        return no_memory();
    ctx->scheme = bfv;
    he_status status = make_plain(ctx, bfv);
    if (status == HE_OK)
        status = make_primes(ctx, bfv);
    if (status == HE_OK)
        status = make_levels(ctx, bfv);
    if (status == HE_OK)
        status = make_batching(ctx, bfv);
    if (status != HE_OK)
        context_free(ctx);
    return status;
}

static he_status add_message(const he_context *ctx, uint64_t *c0, const he_plaintext *pt,
                             uint32_t level, he_arena *arena)
{
    (void)arena;
    he_bfv_add_message(ctx, c0, pt, level, false);
    return HE_OK;
}

const he_scheme_ops he_bfv_ops = {
    .ntt_at_rest = false,
    .galois_generator = 3,
    .galois_generator_negative = false,
    .context_init = context_init,
    .context_free = context_free,
    .scratch_bytes = he_bfv_scratch_bytes,
    .scale = NULL,
    .add_message = add_message,
    .read_message = he_bfv_read_message,
    .noise_limit = he_bfv_noise_limit,
    .mod_switch = he_bfv_mod_switch,
};
