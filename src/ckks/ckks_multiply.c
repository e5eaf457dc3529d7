/* SPDX-License-Identifier: MIT */
/* Products of ciphertexts: (a_0 b_0, a_0 b_1 + a_1 b_0, a_1 b_1) slot by slot in NTT form.
 *
 * In canonical mode relinearization and rescaling are one division: the key switch of the third
 * polynomial gives u modulo Q P, P times the other two is added to it, and u is divided by P q_last
 * at once (algorithms, section 3.2), which saves the rescaling's transforms and one rounding. */
#include "ckks/ckks.h"

#include <math.h>
#include <string.h>

typedef struct tensor {
    const he_context *ctx;
    he_scratch *scratch;
    const he_ckks_operand *a, *b; /* a == b: a square */
    uint64_t *d0, *d1, *d2;       /* limb i at i n */
    uint64_t *d2_coeff;           /* d_2 in coefficient form too, where there is a key */
    uint64_t *u0, *u1;            /* limb i at i n: P d_0 and P d_1 are added to these instead */
    he_status *status;            /* [limbs] */
} tensor;

/* d_1 of limb i */
static void middle(const tensor *t, uint64_t *r, size_t i)
{
    size_t n = t->ctx->n;
    const he_rns_prime *p = &t->ctx->primes[i];
    const uint64_t *a0 = t->a->poly[0] + i * n, *a1 = t->a->poly[1] + i * n;
    if (t->a == t->b) {
        p->vec->mul(r, a0, a1, n, &p->q);
        p->vec->add(r, r, r, n, &p->q);
        return;
    }
    const uint64_t *b0 = t->b->poly[0] + i * n, *b1 = t->b->poly[1] + i * n;
    const uint64_t *left[2] = {a0, a1}, *right[2] = {b1, b0};
    p->vec->dot(r, left, right, 2, n, &p->q);
}

static void last_body(void *arg, size_t i, size_t worker)
{
    const tensor *t = arg;
    size_t n = t->ctx->n;
    const he_rns_prime *p = &t->ctx->primes[i];
    uint64_t *r = t->d2 + i * n;
    (void)worker;
    p->vec->mul(r, t->a->poly[1] + i * n, t->b->poly[1] + i * n, n, &p->q);
    if (t->d2_coeff == NULL)
        return;
    memcpy(t->d2_coeff + i * n, r, n * sizeof *r);
    he_ntt_inverse(p->ntt, t->d2_coeff + i * n);
}

/* d_0 and d_1, which may lie where the operands do: the middle one waits in scratch. */
static void first_body(void *arg, size_t i, size_t worker)
{
    const tensor *t = arg;
    size_t n = t->ctx->n;
    const he_rns_prime *p = &t->ctx->primes[i];
    const uint64_t *a0 = t->a->poly[0] + i * n, *b0 = t->b->poly[0] + i * n;
    he_arena *arena = he_scratch_arena(t->scratch, worker);
    he_arena_mark mark = he_arena_save(arena);
    uint64_t *room = he_arena_take(arena, n, sizeof *room);
    t->status[i] = room == NULL ? HE_ERR_MEMORY : HE_OK;
    if (room != NULL && t->u0 != NULL) {
        uint64_t factor = he_ckks_of(t->ctx)->p_mod[i];
        middle(t, room, i);
        p->vec->mul_scalar_add(t->u1 + i * n, room, factor, n, &p->q);
        p->vec->mul(room, a0, b0, n, &p->q);
        p->vec->mul_scalar_add(t->u0 + i * n, room, factor, n, &p->q);
    } else if (room != NULL) {
        middle(t, room, i);
        p->vec->mul(t->d0 + i * n, a0, b0, n, &p->q);
        memcpy(t->d1 + i * n, room, n * sizeof *room);
    }
    he_arena_restore(arena, mark);
}

static he_status run_first(tensor *t)
{
    he_status status[HE_MAX_DATA_PRIMES];
    t->status = status;
    he_scratch_for(t->scratch, t->a->limbs, first_body, t);
    for (size_t i = 0; i < t->a->limbs; i++)
        if (status[i] != HE_OK)
            return he_fail(status[i], "no memory for a limb of scratch");
    return HE_OK;
}

/* *u = the key switch of d_2: two polynomials over Q_l P. */
static he_status switch_last(tensor *t, uint64_t **u, const he_relin_key *key)
{
    const he_context *ctx = t->ctx;
    size_t limbs = t->a->limbs, n = ctx->n;
    he_arena *arena = he_scratch_arena(t->scratch, 0);
    t->d2 = he_arena_take(arena, limbs * n, sizeof *t->d2);
    t->d2_coeff = he_arena_take(arena, limbs * n, sizeof *t->d2_coeff);
    *u = he_arena_take(arena, 2 * (limbs + ctx->special_count) * n, sizeof **u);
    if (t->d2 == NULL || t->d2_coeff == NULL || *u == NULL)
        return he_fail(HE_ERR_MEMORY, "no memory for the key switch's scratch");
    he_scratch_for(t->scratch, limbs, last_body, t);
    return he_keyswitch_product(ctx, *u, t->d2_coeff, t->d2, t->a->level, &key->key, t->scratch);
}

/* --- Relinearized and rescaled ---------------------------------------------------------------- */

typedef struct fused {
    const he_context *ctx;
    he_scratch *scratch;
    he_ckks_result res;
    uint64_t *u;
    uint32_t level;
    he_status status[2];
} fused;

static void fused_body(void *arg, size_t p, size_t worker)
{
    fused *f = arg;
    size_t n = f->ctx->n, kept = f->res.limbs;
    uint64_t *u = f->u + p * (he_ctx_limbs(f->ctx, f->level) + f->ctx->special_count) * n;
    he_arena *arena = he_scratch_arena(f->scratch, worker);
    he_arena_mark mark = he_arena_save(arena);
    /* the last prime and the special ones follow the kept ones */
    f->status[p] = he_rns_divide_ntt(f->ctx->levels[f->level].by_p_and_last,
                                     he_ckks_limb(f->ctx, &f->res, p, 0), u, u + kept * n, arena);
    he_arena_restore(arena, mark);
}

static he_status multiply_rescale(tensor *t, he_ciphertext *r, const he_ckks_operand *shape,
                                  const he_relin_key *key)
{
    const he_context *ctx = t->ctx;
    fused f = {.ctx = ctx, .scratch = t->scratch, .level = t->a->level};
    HE_TRY(switch_last(t, &f.u, key));
    t->u0 = f.u;
    t->u1 = f.u + (t->a->limbs + ctx->special_count) * ctx->n;
    HE_TRY(run_first(t));
    he_ckks_operand below = *shape;
    below.level = f.level - 1;
    below.size = 2;
    below.degree = 1;
    below.scale = he_ckks_of(ctx)->scale[below.level];
    below.log_sigma = he_ckks_noise_rescale(
        ctx, he_noise_independent(shape->log_sigma, he_noise_switch_product(ctx, f.level)), f.level,
        2);
    /* the operands are used up: r may be one of them */
    HE_TRY(he_ckks_result_begin(ctx, &f.res, r, &below, false, NULL));
    he_scratch_for(t->scratch, 2, fused_body, &f);
    he_status status = HE_OK;
    for (size_t p = 0; p < 2; p++)
        if (f.status[p] != HE_OK)
            status = he_fail(f.status[p], "no memory for the division's scratch");
    return he_ckks_result_end(ctx, &f.res, status);
}

/* --- At the squared scale --------------------------------------------------------------------- */

static he_status multiply_norescale(tensor *t, he_ciphertext *r, const he_ckks_operand *shape,
                                    const he_relin_key *key, bool operand)
{
    const he_context *ctx = t->ctx;
    size_t limbs = t->a->limbs, n = ctx->n;
    he_ckks_result res;
    he_ckks_operand product = *shape;
    uint64_t *u = NULL;
    product.size = key == NULL ? 3 : 2;
    if (key != NULL) {
        HE_TRY(switch_last(t, &u, key));
        product.log_sigma =
            he_noise_independent(shape->log_sigma, he_noise_keyswitch(ctx, shape->level));
    }
    HE_TRY(he_ckks_result_begin(ctx, &res, r, &product, operand, he_scratch_arena(t->scratch, 0)));
    t->d0 = res.data;
    t->d1 = res.data + limbs * n;
    if (key == NULL) {
        t->d2 = res.data + 2 * limbs * n;
        he_scratch_for(t->scratch, limbs, last_body, t);
    }
    he_status status = run_first(t);
    if (status == HE_OK && key != NULL)
        status = he_keyswitch_finish(ctx, t->d0, t->d1, u, shape->level, true, t->scratch);
    return he_ckks_result_end(ctx, &res, status);
}

/* --- What both share -------------------------------------------------------------------------- */

static he_status check_size(const char *fn, const char *name, const he_ckks_operand *o)
{
    if (o->size == 2)
        return HE_OK;
    return he_fail(HE_ERR_MISMATCH,
                   "%s: %s has %u polynomials, need 2: call he_relinearize() first", fn, name,
                   o->size);
}

/* Canonical mode: degree 1 and the lower level; explicit mode: equal levels. */
static he_status align(const char *fn, const he_context *ctx, he_ckks_operand *a,
                       he_ckks_operand *b, he_scratch *scratch)
{
    if (!he_ckks_canonical(ctx)) {
        if (b != a)
            HE_TRY(he_ckks_same_level(fn, a->level, b->level));
        double scale = a->scale * b->scale;
        return he_ckks_check_scale(fn, ctx, scale, a->level);
    }
    HE_TRY(he_ckks_operand_single(ctx, a, scratch));
    if (b != a) {
        HE_TRY(he_ckks_operand_single(ctx, b, scratch));
        HE_TRY(he_ckks_operand_lower(ctx, a, b->level, scratch));
        HE_TRY(he_ckks_operand_lower(ctx, b, a->level, scratch));
    }
    if (a->level == 0)
        return he_fail(HE_ERR_LEVEL,
                       "%s: an operand is at level 0, no multiplication is left: make the context "
                       "with a larger depth",
                       fn);
    return HE_OK;
}

static he_status multiply(const char *fn, const he_context *ctx, he_ciphertext *r,
                          const he_ciphertext *a, const he_ciphertext *b, const he_relin_key *key,
                          bool rescale, he_scratch *scratch)
{
    he_ckks_operand va, vb, *pb = a == b ? &va : &vb;
    HE_TRY(he_ckks_operand_of(fn, "a", ctx, &va, a));
    HE_TRY(he_ckks_operand_of(fn, "b", ctx, pb, b));
    HE_TRY(check_size(fn, "a", &va));
    HE_TRY(check_size(fn, "b", pb));
    if (key != NULL)
        HE_TRY(he_check_id(fn, "key", ctx, key->id));
    HE_TRY(align(fn, ctx, &va, pb, scratch));
    he_ckks_operand shape = va;
    shape.log_sigma = a == b ? he_ckks_noise_square(ctx, &va) : he_ckks_noise_product(ctx, &va, pb);
    shape.scale = va.scale * pb->scale;
    shape.degree = he_ckks_canonical(ctx) ? 2 : 1;
    shape.claimed = va.claimed || pb->claimed;
    tensor t = {.ctx = ctx, .scratch = scratch, .a = &va, .b = pb};
    if (rescale && he_ckks_canonical(ctx))
        return multiply_rescale(&t, r, &shape, key);
    return multiply_norescale(&t, r, &shape, key, r == a || r == b);
}

static he_status enter(const char *fn, const he_context *ctx, he_ciphertext *r,
                       const he_ciphertext *a, const he_ciphertext *b, const he_relin_key *key,
                       bool rescale, he_scratch *scratch)
{
    HE_TRY(he_check_context(fn, ctx, HE_SCHEME_CKKS));
    if (r == NULL)
        return he_fail(HE_ERR_NULL, "%s: r is NULL", fn);
    he_ckks_call call;
    HE_TRY(he_ckks_enter(&call, scratch));
    return he_ckks_leave(&call, multiply(fn, ctx, r, a, b, key, rescale, call.scratch));
}

static he_status require_key(const char *fn, const he_relin_key *key)
{
    if (key != NULL)
        return HE_OK;
    return he_fail(HE_ERR_NO_KEY,
                   "%s: key is NULL: give a relinearization key, or call "
                   "he_ckks_multiply_norescale() for three polynomials",
                   fn);
}

he_status he_ckks_multiply(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                           const he_ciphertext *b, const he_relin_key *key, he_scratch *scratch)
{
    HE_TRY(require_key(__func__, key));
    return enter(__func__, ctx, r, a, b, key, true, scratch);
}

he_status he_ckks_multiply_norescale(const he_context *ctx, he_ciphertext *r,
                                     const he_ciphertext *a, const he_ciphertext *b,
                                     const he_relin_key *key, he_scratch *scratch)
{
    return enter(__func__, ctx, r, a, b, key, false, scratch);
}

he_status he_ckks_square(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                         const he_relin_key *key, he_scratch *scratch)
{
    HE_TRY(require_key(__func__, key));
    return enter(__func__, ctx, r, a, a, key, true, scratch);
}
