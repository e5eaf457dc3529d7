/* SPDX-License-Identifier: MIT */
/* Decryption: the phase c_0 + c_1 s (+ c_2 s^2), guarded by the noise bound.  Time depends on shape
 * only. */
#include "core/ct.h"
#include "core/fenv.h"
#include "core/memory.h"
#include "rlwe/rlwe.h"
#include <math.h>
#include <stdatomic.h>
#include <string.h>

typedef struct job {
    const he_context *ctx;
    const he_ciphertext *ct;
    const he_secret_key *sk;
    he_scratch *scratch;
    uint64_t *phase;
    atomic_bool no_memory;
} job;

/* r = limb i of polynomial p in NTT form. */
static void load_ntt(uint64_t *r, const job *j, uint32_t p, size_t i)
{
    size_t n = j->ctx->n;
    memcpy(r, he_ct_poly(j->ct, p) + i * n, n * sizeof *r);
    if (!j->ct->ntt)
        he_ntt_forward(j->ctx->primes[i].ntt, r);
}

/* Horner in s in NTT form; c_0 is added in its own domain where that is the one at rest. */
static void phase_limb(void *arg, size_t i, size_t worker)
{
    job *j = arg;
    size_t n = j->ctx->n;
    const he_rns_prime *prime = &j->ctx->primes[i];
    const uint64_t *s = j->sk->ntt + i * n;
    uint64_t *r = j->phase + i * n;
    bool rest = j->ctx->ops->ntt_at_rest;
    he_arena *arena = he_scratch_arena(j->scratch, worker);
    he_arena_mark mark = he_arena_save(arena);
    uint64_t *t = he_arena_take(arena, n, sizeof *t);
    if (t == NULL) {
        atomic_store(&j->no_memory, true);
        return;
    }
    load_ntt(r, j, j->ct->size - 1, i);
    prime->vec->mul(r, r, s, n, &prime->q);
    if (j->ct->size == 3) {
        load_ntt(t, j, 1, i);
        prime->vec->add(r, r, t, n, &prime->q);
        prime->vec->mul(r, r, s, n, &prime->q);
    }
    if (!rest && !j->ct->ntt) {
        he_ntt_inverse(prime->ntt, r);
        prime->vec->add(r, r, he_ct_poly(j->ct, 0) + i * n, n, &prime->q);
    } else {
        load_ntt(t, j, 0, i);
        prime->vec->add(r, r, t, n, &prime->q);
        if (!rest)
            he_ntt_inverse(prime->ntt, r);
    }
    he_arena_restore(arena, mark);
}

he_status he_phase(const he_context *ctx, uint64_t *phase, const he_ciphertext *ct,
                   const he_secret_key *sk, he_scratch *scratch)
{
    job j = {.ctx = ctx, .ct = ct, .sk = sk, .scratch = scratch, .phase = phase};
    he_scratch_for(scratch, ct->limbs, phase_limb, &j);
    if (atomic_load(&j.no_memory))
        return he_fail(HE_ERR_MEMORY, "no scratch memory to decrypt");
    return HE_OK;
}

/* The bound by which ct may be decrypted, against what decrypts correctly. */
static he_status check_noise(const he_context *ctx, const he_ciphertext *ct, double noise_bits)
{
    double have = noise_bits;
    bool trust = noise_bits == HE_NOISE_TRUST_CLAIM;
    if (noise_bits == HE_NOISE_TRACKED || trust) {
        if (ct->claimed && !trust)
            return he_fail(HE_ERR_NOISE_UNKNOWN,
                           "he_decrypt: the noise bound of ct was loaded and is only a claim: give "
                           "the bound of your own plan, or HE_NOISE_TRUST_CLAIM");
        have = he_ciphertext_noise_bits(ct);
    } else if (!(noise_bits >= 0)) {
        return he_fail(HE_ERR_ARGUMENT,
                       "he_decrypt: noise_bits is %g, must be at least 0, HE_NOISE_TRACKED or "
                       "HE_NOISE_TRUST_CLAIM",
                       noise_bits);
    }
    double limit = ctx->ops->noise_limit(ctx, ct);
    if (!(have <= limit))
        return he_fail(HE_ERR_NOISE,
                       "he_decrypt: the noise bound is %.1f bits, at most %.1f decrypt correctly: "
                       "larger parameters or fewer operations",
                       have, limit);
    return HE_OK;
}

static he_status decrypt(const he_context *ctx, he_plaintext *pt, const he_ciphertext *ct,
                         const he_secret_key *sk, he_scratch *scratch)
{
    he_arena *arena = he_scratch_arena(scratch, 0);
    size_t words = ct->limbs * ctx->n;
    uint64_t *phase = he_arena_take(arena, words, sizeof *phase);
    if (phase == NULL)
        return he_fail(HE_ERR_MEMORY, "no scratch memory to decrypt");
    he_status status = he_phase(ctx, phase, ct, sk, scratch);
    HE_SECRET(phase, words * sizeof *phase);
    if (status == HE_OK)
        status = ctx->ops->read_message(ctx, pt, phase, ct, arena);
    he_wipe(phase, words * sizeof *phase);
    return status;
}

he_status he_decrypt(const he_context *ctx, he_plaintext *pt, const he_ciphertext *ct,
                     const he_secret_key *sk, double noise_bits, he_scratch *scratch)
{
    HE_REQUIRE_PTR(ctx);
    HE_REQUIRE_PTR(pt);
    HE_TRY(he_check_ciphertext(__func__, "ct", ctx, ct));
    HE_TRY(he_check_secret_key(__func__, ctx, sk));
    HE_TRY(check_noise(ctx, ct, noise_bits));
    he_scratch *own;
    HE_TRY(he_scratch_enter(&own, scratch));
    he_arena *arena = he_scratch_arena(own, 0);
    he_arena_mark mark = he_arena_save(arena);
    unsigned fenv = he_fenv_enter();
    he_status status = decrypt(ctx, pt, ct, sk, own);
    he_fenv_leave(fenv);
    he_arena_restore(arena, mark);
    he_scratch_leave(own, scratch);
    return status;
}
