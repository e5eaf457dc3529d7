/* SPDX-License-Identifier: MIT */
/* The square of a ciphertext: HPS, Halevi, Polyakov, Shoup, ePrint 2018/117, section 4.5.
 *
 * A is extended from Q to S > 4 n t Q, d = A A is then an integer over QS, t d / Q is rounded into
 * S and converted back.  HPS over Q would need both A and (R / Q) A over both bases; here there are
 * only two polynomials to convert and to transform: 5 (k + wide) transforms for 14 k.  The product
 * of two different ciphertexts has no such gain. */
#include "bfv/bfv.h"
#include "core/fenv.h"
#include <stdatomic.h>

typedef struct job {
    const he_context *ctx;
    const he_bfv_level *l;
    const he_ciphertext *a;
    he_scratch *scratch;
    /* a_0, a_1 over Q and then S; in the end d_0, d_2, d_1, where limbs over Q are the y_i of the
     * scaling and limbs over S its result */
    uint64_t *x[3];
    uint64_t *const *out; /* of write() */
    size_t first;
    atomic_bool no_memory;
} job;

static const int place[3] = {0, 2, 1};

static void extend(void *arg, size_t p, size_t worker)
{
    job *j = arg;
    const size_t k = j->l->limbs, n = j->ctx->n;
    uint64_t *in[HE_BFV_MAX_LIMBS], *s[HE_BFV_MAX_LIMBS];
    he_bfv_limbs(in, j->x[p], k, n);
    he_bfv_limbs(s, j->x[p] + k * n, j->l->wide, n);
    for (size_t i = 0; i < k; i++)
        he_bfv_load_limb(j->ctx, in[i], j->a, (uint32_t)p, i, false);
    if (he_rns_conv_centred(j->l->square_extend, s, (const uint64_t *const *)in,
                            he_scratch_arena(j->scratch, worker)) != HE_OK)
        atomic_store(&j->no_memory, true);
}

/* d_0 = a_0^2, d_1 = 2 a_0 a_1, d_2 = a_1^2 in one limb, back in coefficient form. */
static void tensor(void *arg, size_t i, size_t worker)
{
    job *j = arg;
    (void)worker;
    const he_context *ctx = j->ctx;
    const size_t k = j->l->limbs, n = ctx->n;
    const he_rns_prime *prime = i < k ? &he_bfv(ctx)->data[i] : &he_bfv(ctx)->aux[i - k];
    const he_vec_kernels *vec = prime->vec;
    const he_modulus *q = &prime->q;
    uint64_t *x[3] = {j->x[0] + i * n, j->x[1] + i * n, j->x[2] + i * n};
    for (uint32_t p = 0; p < 2; p++) {
        if (i < k && j->a->ntt)
            he_bfv_load_limb(ctx, x[p], j->a, p, i, true);
        else
            he_ntt_forward(prime->ntt, x[p]);
    }
    vec->mul(x[2], x[0], x[1], n, q);
    vec->add(x[2], x[2], x[2], n, q);
    vec->mul(x[0], x[0], x[0], n, q);
    vec->mul(x[1], x[1], x[1], n, q);
    for (size_t p = 0; p < 3; p++) {
        he_ntt_inverse(prime->ntt, x[p]);
        if (i < k)
            vec->mul_scalar(x[p], x[p], j->l->square.in[i], n, q);
    }
}

#define CHUNK 1024

static void scale_chunk(void *arg, size_t index, size_t worker)
{
    job *j = arg;
    (void)worker;
    const size_t k = j->l->limbs, n = j->ctx->n, chunks = n / CHUNK;
    uint64_t *y[HE_BFV_MAX_LIMBS], *s[HE_BFV_MAX_LIMBS], *d = j->x[index / chunks];
    he_bfv_limbs(y, d, k, n);
    he_bfv_limbs(s, d + k * n, j->l->wide, n);
    he_bfv_scale_run(&j->l->square, s, (const uint64_t *const *)y, s, index % chunks * CHUNK,
                     CHUNK);
}

static void back(void *arg, size_t p, size_t worker)
{
    job *j = arg;
    const size_t k = j->l->limbs, n = j->ctx->n;
    uint64_t *s[HE_BFV_MAX_LIMBS], *out[HE_BFV_MAX_LIMBS];
    he_bfv_limbs(s, j->x[place[j->first + p]] + k * n, j->l->wide, n);
    he_bfv_limbs(out, j->out[p], k, n);
    if (he_rns_conv_centred(j->l->square_back, out, (const uint64_t *const *)s,
                            he_scratch_arena(j->scratch, worker)) != HE_OK)
        atomic_store(&j->no_memory, true);
}

static he_status no_memory(void)
{
    return he_fail(HE_ERR_MEMORY, "he_bfv_square: no scratch memory");
}

static he_status write(void *arg, uint64_t *const *out, size_t first, size_t count)
{
    job *j = arg;
    j->out = out;
    j->first = first;
    he_scratch_for(j->scratch, count, back, j);
    return atomic_load(&j->no_memory) ? no_memory() : HE_OK;
}

he_status he_bfv_square_run(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                            const he_relin_key *key, he_scratch *scratch)
{
    const he_bfv_level *l = he_bfv_at(ctx, a->level);
    job j = {.ctx = ctx, .l = l, .a = a, .scratch = scratch};
    he_arena *arena = he_scratch_arena(scratch, 0);
    for (size_t p = 0; p < 3; p++) {
        j.x[p] = he_arena_take(arena, (l->limbs + l->wide) * ctx->n, sizeof **j.x);
        if (j.x[p] == NULL)
            return no_memory();
    }
    he_scratch_for(scratch, 2, extend, &j);
    if (atomic_load(&j.no_memory))
        return no_memory();
    he_scratch_for(scratch, l->limbs + l->wide, tensor, &j);
    he_scratch_for(scratch, 3 * (ctx->n / CHUNK), scale_chunk, &j);
    const he_bfv_product product = {
        .write = write,
        .job = &j,
        .level = a->level,
        .log_sigma = he_noise_bfv_product((double)ctx->n, (double)he_bfv(ctx)->t.q, a->log_sigma,
                                          a->log_sigma),
        .claimed = a->claimed,
    };
    return he_bfv_product_finish(ctx, r, &product, key, scratch);
}

he_status he_bfv_square(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                        const he_relin_key *key, he_scratch *scratch)
{
    HE_TRY(he_check_context(__func__, ctx, HE_SCHEME_BFV));
    HE_REQUIRE_PTR(r);
    HE_TRY(he_bfv_check_factor(__func__, "a", ctx, a));
    if (key != NULL)
        HE_TRY(he_check_id(__func__, "key", ctx, key->id));
    he_scratch *own;
    HE_TRY(he_scratch_enter(&own, scratch));
    he_arena *arena = he_scratch_arena(own, 0);
    he_arena_mark mark = he_arena_save(arena);
    unsigned fenv = he_fenv_enter();
    he_status status = he_bfv_square_run(ctx, r, a, key, own);
    he_fenv_leave(fenv);
    he_arena_restore(arena, mark);
    he_scratch_leave(own, scratch);
    return status;
}
