/* SPDX-License-Identifier: MIT */
/* Hybrid key switching (Han, Ki, ePrint 2019/688): digits of alpha limbs are raised to Q_l P, meet
 * the key in one inner product per limb, and the sum is divided by P.
 *
 * The raising does not subtract the overflow of its conversion: a digit d_j arrives as d_j + v D_j
 * with 0 <= v < alpha, which is the same value modulo D_j and only a little more noise (noise.c).
 * A constant added before and taken off after makes its mean zero: the mean of all coefficients
 * together would be 1 + X + … + X^(n-1), whose value in the first slots of CKKS is of size n.
 * Cost at l limbs and beta digits: (beta + 2)(l + alpha) transforms. */
#include "core/fenv.h"
#include "core/memory.h"
#include "rlwe/rlwe.h"
#include <stdatomic.h>
#include <string.h>

#define MAX_LIMBS (HE_MAX_DATA_PRIMES + HE_MAX_SPECIAL_PRIMES)

typedef struct job {
    const he_context *ctx;
    const he_level *level;
    const he_switch_key *key;
    he_scratch *scratch;
    uint64_t *u;
    const uint64_t *c, *c_ntt;
    uint64_t *raised; /* [digits][extended][n] */
    size_t extended;
    atomic_bool no_memory;
} job;

static uint64_t *raised_limb(const job *j, size_t digit, size_t i)
{
    return j->raised + (digit * j->extended + i) * j->ctx->n;
}

/* floor(k D / 2) modulo q for D the product of k odd primes: the mean of an uncentred digit. */
static uint64_t mean_mod(const he_rns_prime *digit, size_t k, const he_modulus *q)
{
    uint64_t r = k;
    for (size_t i = 0; i < k; i++)
        r = he_mod_mul(r, he_mod_reduce(digit[i].q.q, q), q);
    return he_mod_mul(he_mod_sub(r, k & 1, q->q), q->q / 2 + 1, q);
}

/* Digit d from its own limbs to all others of the extended base. */
static void raise_digit(void *arg, size_t d, size_t worker)
{
    job *j = arg;
    size_t n = j->ctx->n, alpha = j->ctx->special_count, first = d * alpha;
    size_t end = first + alpha < j->level->limbs ? first + alpha : j->level->limbs, count = 0;
    const he_rns_prime *own = &j->ctx->primes[first];
    uint64_t *in[HE_MAX_SPECIAL_PRIMES], *out[MAX_LIMBS];
    for (size_t i = 0; i < j->extended; i++) {
        uint64_t *limb = raised_limb(j, d, i);
        if (i < first || i >= end) {
            out[count++] = limb;
            continue;
        }
        const he_rns_prime *p = &j->ctx->primes[i];
        p->vec->add_scalar(limb, j->c + i * n, mean_mod(own, end - first, &p->q), n, &p->q);
        in[i - first] = limb;
    }
    he_arena *arena = he_scratch_arena(j->scratch, worker);
    he_arena_mark mark = he_arena_save(arena);
    he_status status =
        he_rns_conv_fast(j->level->mod_up[d], out, (const uint64_t *const *)in, arena);
    he_arena_restore(arena, mark);
    if (status != HE_OK) {
        atomic_store(&j->no_memory, true);
        return;
    }
    for (size_t i = 0; i < j->extended; i++) {
        const he_rns_prime *p = he_ctx_extended(j->ctx, j->level->limbs, i);
        uint64_t *limb = raised_limb(j, d, i);
        if (i >= first && i < end)
            memcpy(limb, j->c + i * n, n * sizeof *limb);
        else
            p->vec->add_scalar(limb, limb, he_mod_neg(mean_mod(own, end - first, &p->q), p->q.q), n,
                               &p->q);
    }
}

/* Limb i of both halves of the inner product of digits and key. */
static void product_limb(void *arg, size_t i, size_t worker)
{
    job *j = arg;
    (void)worker;
    const he_context *ctx = j->ctx;
    size_t n = ctx->n, alpha = ctx->special_count, digits = j->level->digits;
    size_t total = ctx->data_count + alpha;
    size_t row = i < j->level->limbs ? i : ctx->data_count + (i - j->level->limbs);
    const he_rns_prime *prime = &ctx->primes[row];
    const uint64_t *digit[HE_MAX_DATA_PRIMES], *b[HE_MAX_DATA_PRIMES], *a[HE_MAX_DATA_PRIMES];
    for (size_t d = 0; d < digits; d++) {
        bool own = i < j->level->limbs && i / alpha == d;
        uint64_t *limb = raised_limb(j, d, i);
        if (own && j->c_ntt != NULL) {
            digit[d] = j->c_ntt + i * n;
        } else {
            he_ntt_forward(prime->ntt, limb);
            digit[d] = limb;
        }
        b[d] = j->key->b + (d * total + row) * n;
        a[d] = j->key->a + (d * total + row) * n;
    }
    prime->vec->dot(j->u + i * n, digit, b, digits, n, &prime->q);
    prime->vec->dot(j->u + (j->extended + i) * n, digit, a, digits, n, &prime->q);
}

he_status he_keyswitch_product(const he_context *ctx, uint64_t *u, const uint64_t *c,
                               const uint64_t *c_ntt, uint32_t level, const he_switch_key *key,
                               he_scratch *scratch)
{
    job j = {.ctx = ctx,
             .level = &ctx->levels[level],
             .key = key,
             .scratch = scratch,
             .u = u,
             .c = c,
             .c_ntt = c_ntt};
    j.extended = j.level->limbs + ctx->special_count;
    he_arena *arena = he_scratch_arena(scratch, 0);
    he_arena_mark mark = he_arena_save(arena);
    j.raised = he_arena_take(arena, j.level->digits * j.extended * ctx->n, sizeof *j.raised);
    if (j.raised == NULL)
        atomic_store(&j.no_memory, true);
    if (!atomic_load(&j.no_memory))
        he_scratch_for(scratch, j.level->digits, raise_digit, &j);
    if (!atomic_load(&j.no_memory))
        he_scratch_for(scratch, j.extended, product_limb, &j);
    he_arena_restore(arena, mark);
    if (atomic_load(&j.no_memory))
        return he_fail(HE_ERR_MEMORY, "no scratch memory to switch keys");
    return HE_OK;
}

typedef struct copy_job {
    const he_context *ctx;
    uint64_t *r;
    const uint64_t *x;
} copy_job;

static void copy_limb(void *arg, size_t i, size_t worker)
{
    copy_job *j = arg;
    size_t n = j->ctx->n;
    (void)worker;
    memcpy(j->r + i * n, j->x + i * n, n * sizeof *j->r);
    he_ntt_inverse(j->ctx->primes[i].ntt, j->r + i * n);
}

void he_copy_to_coeff(const he_context *ctx, uint64_t *r, const uint64_t *x, size_t limbs,
                      he_scratch *scratch)
{
    copy_job j = {ctx, r, x};
    he_scratch_for(scratch, limbs, copy_limb, &j);
}

/* --- Division by P ----------------------------------------------------------------------------*/

typedef struct finish_job {
    const he_context *ctx;
    const he_level *level;
    he_scratch *scratch;
    uint64_t *r[2], *u;
    bool ntt;
    atomic_bool no_memory;
} finish_job;

static void finish_half(void *arg, size_t p, size_t worker)
{
    finish_job *j = arg;
    size_t n = j->ctx->n, limbs = j->level->limbs;
    uint64_t *x = j->u + p * (limbs + j->ctx->special_count) * n, *y = x + limbs * n;
    he_arena *arena = he_scratch_arena(j->scratch, worker);
    he_arena_mark mark = he_arena_save(arena);
    he_status status = j->ntt ? he_rns_divide_ntt(j->level->by_p, x, x, y, arena)
                              : he_rns_divide_ntt_to_coeff(j->level->by_p, x, x, y, arena);
    he_arena_restore(arena, mark);
    if (status != HE_OK) {
        atomic_store(&j->no_memory, true);
        return;
    }
    for (size_t i = 0; i < limbs; i++) {
        const he_rns_prime *prime = &j->ctx->primes[i];
        uint64_t *r = j->r[p] + i * n;
        prime->vec->add(r, r, x + i * n, n, &prime->q);
    }
}

he_status he_keyswitch_finish(const he_context *ctx, uint64_t *r0, uint64_t *r1, uint64_t *u,
                              uint32_t level, bool ntt, he_scratch *scratch)
{
    finish_job j = {.ctx = ctx,
                    .level = &ctx->levels[level],
                    .scratch = scratch,
                    .r = {r0, r1},
                    .u = u,
                    .ntt = ntt};
    he_scratch_for(scratch, 2, finish_half, &j);
    if (atomic_load(&j.no_memory))
        return he_fail(HE_ERR_MEMORY, "no scratch memory to switch keys");
    return HE_OK;
}

/* The largest of: a rotation with its images and its product; encryption; decryption.  Division and
 * conversion take at most two limbs for each of theirs. */
size_t he_shared_scratch_bytes(const he_context *ctx)
{
    const he_level *top = &ctx->levels[ctx->top_level];
    size_t limbs = top->limbs, alpha = ctx->special_count, extended = limbs + alpha;
    size_t product = (top->digits + 2) * extended + 3 * limbs;
    size_t division = 2 * extended + 8;
    return (product + division) * ctx->n * sizeof(uint64_t);
}
