/* SPDX-License-Identifier: MIT */
/* The product of two ciphertexts: HPS over Q, Kim, Polyakov, Zucca, ePrint 2021/204, section 4.
 *
 * A is extended from Q to R; B becomes B' = round(R B / Q), an integer again, in R and then in Q;
 * d = A B' over QR is multiplied by t / R.  A wrap of d by QR changes the result by t Q, which is
 * nothing, so R needs no room for t and n.  Deviations: B' is rounded to nearest (one more term
 * of the conversion's sum, where the paper truncates); R may have fewer limbs than Q. */
#include "bfv/bfv.h"
#include "core/fenv.h"
#include <stdatomic.h>
#include <string.h>

typedef struct job {
    const he_context *ctx;
    const he_bfv_level *l;
    const he_ciphertext *a, *b;
    he_scratch *scratch;
    /* a_0, a_1, b'_0, b'_1, each k limbs over Q and then aux over R; in the end d_0, d_2, d_1 in
     * x[0], x[1], x[2], where limbs over R are the y_i of the scaling */
    uint64_t *x[4];
    uint64_t *const *out; /* of write() */
    size_t first;
    atomic_bool no_memory;
} job;

/* Coefficient form of a_p, or b_p, in Q, where the operand has it in the other. */
static void load_coefficients(void *arg, size_t index, size_t worker)
{
    job *j = arg;
    (void)worker;
    const size_t k = j->l->limbs, n = j->ctx->n, p = index / k, i = index % k;
    const he_ciphertext *ct = p < 2 ? j->a : j->b;
    if (ct->ntt)
        he_bfv_load_limb(j->ctx, j->x[p] + i * n, ct, (uint32_t)p % 2, i, false);
}

static void convert(void *arg, size_t p, size_t worker)
{
    job *j = arg;
    const he_bfv_level *l = j->l;
    const size_t k = l->limbs, n = j->ctx->n;
    const he_ciphertext *ct = p < 2 ? j->a : j->b;
    uint64_t *in[HE_BFV_MAX_LIMBS], *q[HE_BFV_MAX_LIMBS], *r[HE_BFV_MAX_LIMBS];
    he_bfv_limbs(q, j->x[p], k, n);
    he_bfv_limbs(r, j->x[p] + k * n, l->aux, n);
    he_bfv_limbs(in, ct->ntt ? j->x[p] : he_ct_poly(ct, (uint32_t)p % 2), k, n);
    he_arena *arena = he_scratch_arena(j->scratch, worker);
    he_status status;
    if (p < 2) {
        status = he_rns_conv_centred(l->extend, r, (const uint64_t *const *)in, arena);
    } else {
        status = he_rns_conv_centred(l->enlarge, r, (const uint64_t *const *)in, arena);
        if (status == HE_OK)
            status = he_rns_conv_centred(l->back, q, (const uint64_t *const *)r, arena);
    }
    if (status != HE_OK)
        atomic_store(&j->no_memory, true);
}

/* d_0, d_1, d_2 in one limb, back in coefficient form. */
static void tensor(void *arg, size_t i, size_t worker)
{
    job *j = arg;
    const he_context *ctx = j->ctx;
    const size_t k = j->l->limbs, n = ctx->n;
    const he_rns_prime *prime = i < k ? &he_bfv(ctx)->data[i] : &he_bfv(ctx)->aux[i - k];
    const he_vec_kernels *vec = prime->vec;
    const he_modulus *q = &prime->q;
    uint64_t *a0 = j->x[0] + i * n, *a1 = j->x[1] + i * n;
    uint64_t *b0 = j->x[2] + i * n, *b1 = j->x[3] + i * n;
    he_arena *arena = he_scratch_arena(j->scratch, worker);
    he_arena_mark mark = he_arena_save(arena);
    uint64_t *d1 = he_arena_take(arena, n, sizeof *d1);
    if (d1 == NULL) {
        atomic_store(&j->no_memory, true);
        return;
    }
    if (i < k) {
        he_bfv_load_limb(ctx, a0, j->a, 0, i, true);
        he_bfv_load_limb(ctx, a1, j->a, 1, i, true);
    } else {
        he_ntt_forward(prime->ntt, a0);
        he_ntt_forward(prime->ntt, a1);
    }
    he_ntt_forward(prime->ntt, b0);
    he_ntt_forward(prime->ntt, b1);
    const uint64_t *left[2] = {a0, a1}, *right[2] = {b1, b0};
    vec->dot(d1, left, right, 2, n, q);
    vec->mul(a0, a0, b0, n, q);
    vec->mul(a1, a1, b1, n, q);
    he_ntt_inverse(prime->ntt, a0);
    he_ntt_inverse(prime->ntt, a1);
    he_ntt_inverse(prime->ntt, d1);
    if (i < k) {
        memcpy(b0, d1, n * sizeof *b0);
    } else {
        const uint64_t scale = j->l->product.in[i - k];
        vec->mul_scalar(a0, a0, scale, n, q);
        vec->mul_scalar(a1, a1, scale, n, q);
        vec->mul_scalar(b0, d1, scale, n, q);
    }
    he_arena_restore(arena, mark);
}

/* Chunks for the executor: enough for many threads, not so small that dispatch shows. */
#define CHUNK 1024

static void scale_chunk(void *arg, size_t index, size_t worker)
{
    static const int place[3] = {0, 2, 1};
    job *j = arg;
    (void)worker;
    const he_bfv_level *l = j->l;
    const size_t k = l->limbs, n = j->ctx->n, chunks = n / CHUNK, p = index / chunks;
    uint64_t *d = j->x[place[j->first + p]];
    uint64_t *r[HE_BFV_MAX_LIMBS], *x[HE_BFV_MAX_LIMBS], *y[HE_BFV_MAX_LIMBS];
    he_bfv_limbs(r, j->out[p], k, n);
    he_bfv_limbs(x, d, k, n);
    he_bfv_limbs(y, d + k * n, l->aux, n);
    he_bfv_scale_run(&l->product, r, (const uint64_t *const *)y, x, index % chunks * CHUNK, CHUNK);
}

static he_status write(void *arg, uint64_t *const *out, size_t first, size_t count)
{
    job *j = arg;
    j->out = out;
    j->first = first;
    he_scratch_for(j->scratch, count * (j->ctx->n / CHUNK), scale_chunk, j);
    return HE_OK;
}

static he_status multiply(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                          const he_ciphertext *b, const he_relin_key *key, he_scratch *scratch)
{
    const he_bfv_level *l = he_bfv_at(ctx, a->level);
    /* the conversion of A needs both domains over Q anyway, that of B only coefficients */
    const bool swap = b->ntt && !a->ntt;
    job j = {.ctx = ctx, .l = l, .a = swap ? b : a, .b = swap ? a : b, .scratch = scratch};
    he_arena *arena = he_scratch_arena(scratch, 0);
    for (size_t p = 0; p < 4; p++) {
        j.x[p] = he_arena_take(arena, (l->limbs + l->aux) * ctx->n, sizeof **j.x);
        if (j.x[p] == NULL)
            atomic_store(&j.no_memory, true);
    }
    if (!atomic_load(&j.no_memory)) {
        if (a->ntt || b->ntt)
            he_scratch_for(scratch, 4 * l->limbs, load_coefficients, &j);
        he_scratch_for(scratch, 4, convert, &j);
    }
    if (!atomic_load(&j.no_memory))
        he_scratch_for(scratch, l->limbs + l->aux, tensor, &j);
    if (atomic_load(&j.no_memory))
        return he_fail(HE_ERR_MEMORY, "he_bfv_multiply: no scratch memory");
    /* B' adds its own rounding: that of a division, seen from Q */
    double rounded =
        he_noise_independent(j.b->log_sigma, he_noise_rounding(ctx, 2) + l->log_excess);
    const he_bfv_product product = {
        .write = write,
        .job = &j,
        .level = a->level,
        .log_sigma =
            he_noise_bfv_product((double)ctx->n, (double)he_bfv(ctx)->t.q, j.a->log_sigma, rounded),
        .claimed = a->claimed || b->claimed,
    };
    return he_bfv_product_finish(ctx, r, &product, key, scratch);
}

he_status he_bfv_multiply(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                          const he_ciphertext *b, const he_relin_key *key, he_scratch *scratch)
{
    HE_TRY(he_check_context(__func__, ctx, HE_SCHEME_BFV));
    HE_REQUIRE_PTR(r);
    HE_TRY(he_bfv_check_factor(__func__, "a", ctx, a));
    HE_TRY(he_bfv_check_factor(__func__, "b", ctx, b));
    HE_TRY(he_bfv_check_levels(__func__, a, b));
    if (key != NULL)
        HE_TRY(he_check_id(__func__, "key", ctx, key->id));
    he_scratch *own;
    HE_TRY(he_scratch_enter(&own, scratch));
    he_arena *arena = he_scratch_arena(own, 0);
    he_arena_mark mark = he_arena_save(arena);
    unsigned fenv = he_fenv_enter();
    he_status status =
        a == b ? he_bfv_square_run(ctx, r, a, key, own) : multiply(ctx, r, a, b, key, own);
    he_fenv_leave(fenv);
    he_arena_restore(arena, mark);
    he_scratch_leave(own, scratch);
    return status;
}
