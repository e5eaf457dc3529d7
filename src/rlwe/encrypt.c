/* SPDX-License-Identifier: MIT */
/* Encryption under a public or a secret key.
 *
 * Public: c_p = round((pk_p u + e_p) / P) + message with u ternary and e_p binomial modulo Q_l P,
 * so that little more than the rounding remains of the noise (as SEAL and the hybrid schemes do).
 * Symmetric: c_1 = a from a public seed, c_0 = -(a s) + e + message.
 * No branch and no address depends on u, e, s or the message. */
#include "core/ct.h"
#include "core/fenv.h"
#include "core/memory.h"
#include "rlwe/rlwe.h"
#include <stdatomic.h>
#include <string.h>

/* What the loops over limbs share. */
typedef struct job {
    const he_context *ctx;
    const he_public_key *pk;
    const he_secret_key *sk;
    he_scratch *scratch;
    he_ciphertext *ct;
    uint64_t *x; /* two polynomials over the extended base */
    int8_t *u, *e[2];
    size_t limbs, extended;
    atomic_bool no_memory;
} job;

/* Limb i of pk_p u + e_p in coefficient form, both p. */
static void public_limb(void *arg, size_t i, size_t worker)
{
    job *j = arg;
    const he_context *ctx = j->ctx;
    size_t n = ctx->n, row = i < j->limbs ? i : ctx->data_count + (i - j->limbs);
    const he_rns_prime *prime = &ctx->primes[row];
    he_arena *arena = he_scratch_arena(j->scratch, worker);
    he_arena_mark mark = he_arena_save(arena);
    uint64_t *u = he_arena_take(arena, n, sizeof *u), *e = he_arena_take(arena, n, sizeof *e);
    if (u == NULL || e == NULL) {
        atomic_store(&j->no_memory, true);
        return;
    }
    he_lift_small(u, j->u, n, prime->q.q);
    he_ntt_forward(prime->ntt, u);
    for (size_t p = 0; p < 2; p++) {
        const uint64_t *key = (p == 0 ? j->pk->b : j->pk->a) + row * n;
        uint64_t *x = j->x + (p * j->extended + i) * n;
        prime->vec->mul(x, key, u, n, &prime->q);
        he_ntt_inverse(prime->ntt, x);
        he_lift_small(e, j->e[p], n, prime->q.q);
        prime->vec->add(x, x, e, n, &prime->q);
    }
    he_wipe(u, n * sizeof *u);
    he_wipe(e, n * sizeof *e);
    he_arena_restore(arena, mark);
}

/* Limb i of c_0 = -(a s) + e in the domain at rest, c_1 = a in that domain already. */
static void symmetric_limb(void *arg, size_t i, size_t worker)
{
    job *j = arg;
    const he_context *ctx = j->ctx;
    size_t n = ctx->n;
    const he_rns_prime *prime = &ctx->primes[i];
    bool ntt = ctx->ops->ntt_at_rest;
    he_arena *arena = he_scratch_arena(j->scratch, worker);
    he_arena_mark mark = he_arena_save(arena);
    uint64_t *t = he_arena_take(arena, n, sizeof *t), *c0 = he_ct_poly(j->ct, 0) + i * n;
    if (t == NULL) {
        atomic_store(&j->no_memory, true);
        return;
    }
    memcpy(t, he_ct_poly(j->ct, 1) + i * n, n * sizeof *t);
    if (!ntt)
        he_ntt_forward(prime->ntt, t);
    prime->vec->mul(t, t, j->sk->ntt + i * n, n, &prime->q);
    if (!ntt)
        he_ntt_inverse(prime->ntt, t);
    he_lift_small(c0, j->e[0], n, prime->q.q);
    if (ntt)
        he_ntt_forward(prime->ntt, c0);
    prime->vec->sub(c0, c0, t, n, &prime->q);
    he_wipe(t, n * sizeof *t);
    he_arena_restore(arena, mark);
}

/* Polynomial p divided by P, in the domain at rest. */
static void divide_half(void *arg, size_t p, size_t worker)
{
    job *j = arg;
    const he_context *ctx = j->ctx;
    size_t n = ctx->n;
    uint64_t *r = he_ct_poly(j->ct, (uint32_t)p), *x = j->x + p * j->extended * n;
    he_arena *arena = he_scratch_arena(j->scratch, worker);
    he_arena_mark mark = he_arena_save(arena);
    if (he_rns_divide_coeff(ctx->levels[j->ct->level].by_p, r, x, x + j->limbs * n, arena) != HE_OK)
        atomic_store(&j->no_memory, true);
    he_arena_restore(arena, mark);
    for (size_t i = 0; ctx->ops->ntt_at_rest && i < j->limbs; i++)
        he_ntt_forward(ctx->primes[i].ntt, r + i * n);
}

static he_status no_memory(void)
{
    return he_fail(HE_ERR_MEMORY, "no scratch memory to encrypt");
}

/* Level of a fresh encryption of pt. */
static uint32_t level_of(const he_context *ctx, const he_plaintext *pt)
{
    return ctx->params.scheme == HE_SCHEME_CKKS ? pt->level : ctx->top_level;
}

/* The message, then what the ciphertext says of itself. */
static he_status finish(const he_context *ctx, he_ciphertext *ct, const he_plaintext *pt,
                        double log_sigma, he_arena *arena)
{
    HE_TRY(ctx->ops->add_message(ctx, he_ct_poly(ct, 0), pt, ct->level, arena));
    ct->ntt = ctx->ops->ntt_at_rest;
    ct->scale = pt->scale;
    ct->log_sigma = log_sigma;
    return HE_OK;
}

static he_status sample(job *j, he_arena *arena, he_rng *rng, bool public_key)
{
    size_t n = j->ctx->n;
    j->u = he_arena_take(arena, n, sizeof *j->u);
    j->e[0] = he_arena_take(arena, n, sizeof *j->e[0]);
    j->e[1] = he_arena_take(arena, n, sizeof *j->e[1]);
    if (j->u == NULL || j->e[0] == NULL || j->e[1] == NULL)
        return no_memory();
    HE_TRY(he_sample_error(rng, j->e[0], n));
    if (public_key) {
        HE_TRY(he_sample_error(rng, j->e[1], n));
        HE_TRY(he_sample_ternary(rng, j->u, n));
    }
    return HE_OK;
}

static void wipe(job *j)
{
    size_t n = j->ctx->n;
    if (j->u != NULL)
        he_wipe(j->u, n);
    for (size_t p = 0; p < 2; p++) {
        if (j->e[p] != NULL)
            he_wipe(j->e[p], n);
    }
}

static he_status encrypt_public(job *j, const he_plaintext *pt, he_rng *rng)
{
    const he_context *ctx = j->ctx;
    uint32_t level = level_of(ctx, pt);
    size_t n = ctx->n;
    he_arena *arena = he_scratch_arena(j->scratch, 0);
    j->limbs = he_ctx_limbs(ctx, level);
    j->extended = j->limbs + ctx->special_count;
    HE_TRY(sample(j, arena, rng, true));
    j->x = he_arena_take(arena, 2 * j->extended * n, sizeof *j->x);
    if (j->x == NULL)
        return no_memory();
    he_scratch_for(j->scratch, j->extended, public_limb, j);
    if (atomic_load(&j->no_memory))
        return no_memory();
    HE_TRY(he_ciphertext_shape(ctx, j->ct, 2, level));
    he_scratch_for(j->scratch, 2, divide_half, j);
    if (atomic_load(&j->no_memory))
        return no_memory();
    return finish(ctx, j->ct, pt, he_noise_fresh_public(ctx), arena);
}

static he_status encrypt_symmetric(job *j, const he_plaintext *pt, he_rng *rng)
{
    const he_context *ctx = j->ctx;
    uint8_t seed[HE_SEED_BYTES];
    he_arena *arena = he_scratch_arena(j->scratch, 0);
    HE_TRY(he_rng_bytes(rng, seed, sizeof seed));
    HE_PUBLIC(seed, sizeof seed); /* travels with the ciphertext */
    HE_TRY(sample(j, arena, rng, false));
    HE_TRY(he_ciphertext_shape(ctx, j->ct, 2, level_of(ctx, pt)));
    memcpy(j->ct->seed, seed, sizeof seed);
    he_ciphertext_expand(ctx, j->ct);
    he_scratch_for(j->scratch, j->ct->limbs, symmetric_limb, j);
    if (atomic_load(&j->no_memory))
        return no_memory();
    HE_TRY(finish(ctx, j->ct, pt, he_noise_fresh_symmetric(ctx), arena));
    j->ct->seeded = true;
    return HE_OK;
}

/* Runs one of the two with scratch, floating-point state and secrets put in order around it. */
static he_status run(job *j, he_status (*encrypt)(job *, const he_plaintext *, he_rng *),
                     const he_plaintext *pt, he_rng *rng, he_scratch *given)
{
    HE_TRY(he_scratch_enter(&j->scratch, given));
    he_arena *arena = he_scratch_arena(j->scratch, 0);
    he_arena_mark mark = he_arena_save(arena);
    unsigned fenv = he_fenv_enter();
    he_status status = encrypt(j, pt, rng);
    he_fenv_leave(fenv);
    wipe(j);
    if (status != HE_OK)
        he_ciphertext_clear(j->ct);
    he_arena_restore(arena, mark);
    he_scratch_leave(j->scratch, given);
    return status;
}

static he_status check(const char *fn, const he_context *ctx, const he_ciphertext *ct,
                       const he_plaintext *pt, const he_rng *rng)
{
    HE_TRY(he_check_context(fn, ctx, HE_SCHEME_NONE));
    if (ct == NULL || rng == NULL)
        return he_fail(HE_ERR_NULL, "%s: %s is NULL", fn, ct == NULL ? "ct" : "rng");
    return he_check_plaintext(fn, "pt", ctx, pt);
}

he_status he_encrypt(const he_context *ctx, he_ciphertext *ct, const he_plaintext *pt,
                     const he_public_key *pk, he_rng *rng, he_scratch *scratch)
{
    HE_TRY(check(__func__, ctx, ct, pt, rng));
    HE_REQUIRE_PTR(pk);
    HE_TRY(he_check_id(__func__, "pk", ctx, pk->id));
    job j = {.ctx = ctx, .pk = pk, .ct = ct};
    return run(&j, encrypt_public, pt, rng, scratch);
}

he_status he_encrypt_symmetric(const he_context *ctx, he_ciphertext *ct, const he_plaintext *pt,
                               const he_secret_key *sk, he_rng *rng, he_scratch *scratch)
{
    HE_TRY(check(__func__, ctx, ct, pt, rng));
    HE_TRY(he_check_secret_key(__func__, ctx, sk));
    job j = {.ctx = ctx, .sk = sk, .ct = ct};
    return run(&j, encrypt_symmetric, pt, rng, scratch);
}
