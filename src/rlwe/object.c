/* SPDX-License-Identifier: MIT */
/* Plaintexts, ciphertexts and scratch: storage, shape, domain.  Objects hold the context's id, not
 * its address. */
#include "core/memory.h"
#include "rlwe/noise.h"
#include "rlwe/rlwe.h"
#include <math.h>
#include <string.h>

he_status he_plaintext_create(const he_context *ctx, he_plaintext **pt)
{
    HE_REQUIRE_PTR(ctx);
    HE_REQUIRE_PTR(pt);
    he_plaintext *p = he_alloc(1, sizeof *p);
    if (p == NULL)
        return he_fail(HE_ERR_MEMORY, "he_plaintext_create: no memory");
    memcpy(p->id, ctx->id, HE_ID_BYTES);
    *pt = p;
    return HE_OK;
}

/* A new block for words words, the old contents wiped: plaintexts may be secret. */
he_status he_plaintext_reserve(he_plaintext *pt, size_t words)
{
    if (words <= pt->capacity)
        return HE_OK;
    uint64_t *data = he_alloc(words, sizeof *data);
    if (data == NULL)
        return he_fail(HE_ERR_MEMORY, "no memory for a plaintext of %zu words", words);
    if (pt->data != NULL)
        memcpy(data, pt->data, pt->capacity * sizeof *data);
    he_free_secret(pt->data);
    pt->data = data;
    pt->capacity = words;
    return HE_OK;
}

he_status he_plaintext_copy(he_plaintext *r, const he_plaintext *a)
{
    HE_REQUIRE_PTR(r);
    HE_REQUIRE_PTR(a);
    if (r == a)
        return HE_OK;
    HE_TRY(he_plaintext_reserve(r, a->words));
    memcpy(r->id, a->id, HE_ID_BYTES);
    r->scheme = a->scheme;
    r->level = a->level;
    r->scale = a->scale;
    r->words = a->words;
    if (a->words != 0)
        memcpy(r->data, a->data, a->words * sizeof *a->data);
    return HE_OK;
}

void he_plaintext_destroy(he_plaintext *pt)
{
    if (pt == NULL)
        return;
    he_free_secret(pt->data);
    he_free_secret(pt);
}

uint32_t he_plaintext_level(const he_plaintext *pt)
{
    return pt == NULL ? 0 : pt->level;
}

double he_plaintext_scale(const he_plaintext *pt)
{
    return pt == NULL ? 0 : pt->scale;
}

he_status he_ciphertext_create(const he_context *ctx, he_ciphertext **ct, uint32_t size,
                               uint32_t level)
{
    HE_REQUIRE_PTR(ctx);
    HE_REQUIRE_PTR(ct);
    if (size < 2 || size > 3)
        return he_fail(HE_ERR_ARGUMENT, "he_ciphertext_create: size is %u, must be 2 or 3", size);
    if (level > ctx->top_level)
        return he_fail(HE_ERR_LEVEL, "he_ciphertext_create: level is %u, the top level is %u",
                       level, ctx->top_level);
    he_ciphertext *c = he_alloc(1, sizeof *c);
    if (c == NULL)
        return he_fail(HE_ERR_MEMORY, "he_ciphertext_create: no memory");
    he_status status = he_ciphertext_shape(ctx, c, size, level);
    if (status != HE_OK) {
        he_free(c);
        return status;
    }
    c->size = 0;
    *ct = c;
    return HE_OK;
}

/* Room for words words, keeping the contents; on failure as before. */
static he_status ciphertext_reserve(he_ciphertext *ct, size_t words)
{
    if (words <= ct->capacity)
        return HE_OK;
    uint64_t *data = he_alloc(words, sizeof *data);
    if (data == NULL)
        return he_fail(HE_ERR_MEMORY, "no memory for a ciphertext of %zu words", words);
    if (ct->data != NULL)
        memcpy(data, ct->data, ct->capacity * sizeof *data);
    he_free(ct->data);
    ct->data = data;
    ct->capacity = words;
    return HE_OK;
}

he_status he_ciphertext_shape(const he_context *ctx, he_ciphertext *r, uint32_t size,
                              uint32_t level)
{
    size_t limbs = he_ctx_limbs(ctx, level);
    HE_TRY(ciphertext_reserve(r, size * limbs * ctx->n));
    memcpy(r->id, ctx->id, HE_ID_BYTES);
    r->scheme = ctx->params.scheme;
    r->size = size;
    r->level = level;
    r->limbs = (uint32_t)limbs;
    r->n = ctx->n;
    r->degree = 1;
    r->claimed = false;
    r->seeded = false;
    return HE_OK;
}

void he_ciphertext_clear(he_ciphertext *ct)
{
    ct->size = 0;
    ct->seeded = false;
}

he_status he_ciphertext_copy(he_ciphertext *r, const he_ciphertext *a)
{
    HE_REQUIRE_PTR(r);
    HE_REQUIRE_PTR(a);
    if (r == a)
        return HE_OK;
    size_t words = (size_t)a->size * a->limbs * a->n;
    HE_TRY(ciphertext_reserve(r, words));
    uint64_t *data = r->data;
    size_t capacity = r->capacity;
    *r = *a;
    r->data = data;
    r->capacity = capacity;
    if (words != 0)
        memcpy(r->data, a->data, words * sizeof *a->data);
    return HE_OK;
}

void he_ciphertext_destroy(he_ciphertext *ct)
{
    if (ct == NULL)
        return;
    he_free(ct->data);
    he_free(ct);
}

uint32_t he_ciphertext_size(const he_ciphertext *ct)
{
    return ct == NULL ? 0 : ct->size;
}

uint32_t he_ciphertext_level(const he_ciphertext *ct)
{
    return ct == NULL ? 0 : ct->level;
}

double he_ciphertext_scale(const he_ciphertext *ct)
{
    return ct == NULL ? 0 : ct->scale;
}

uint32_t he_ciphertext_degree(const he_ciphertext *ct)
{
    return ct == NULL ? 0 : ct->degree;
}

double he_ciphertext_noise_bits(const he_ciphertext *ct)
{
    return ct == NULL || ct->size == 0 ? 0 : ct->log_sigma + he_noise_log_tail((double)ct->n);
}

bool he_ciphertext_noise_claimed(const he_ciphertext *ct)
{
    return ct != NULL && ct->claimed;
}

double he_ciphertext_budget_bits(const he_context *ctx, const he_ciphertext *ct)
{
    if (he_check_context(__func__, ctx, HE_SCHEME_NONE) != HE_OK ||
        he_check_ciphertext(__func__, "ct", ctx, ct) != HE_OK)
        return 0;
    double limit =
        ctx->params.scheme == HE_SCHEME_CKKS ? log2(ct->scale) : ctx->ops->noise_limit(ctx, ct);
    return limit - he_ciphertext_noise_bits(ct);
}

static void transform(const he_context *ctx, he_ciphertext *ct,
                      void (*kernel)(const he_ntt *, uint64_t *))
{
    for (uint32_t p = 0; p < ct->size; p++) {
        for (size_t i = 0; i < ct->limbs; i++)
            kernel(ctx->primes[i].ntt, he_ct_poly(ct, p) + i * ct->n);
    }
}

/* A transformed polynomial is no longer the plain expansion of a seed. */
void he_ciphertext_to_ntt(const he_context *ctx, he_ciphertext *ct)
{
    if (ct->ntt)
        return;
    transform(ctx, ct, he_ntt_forward);
    ct->ntt = true;
    ct->seeded = false;
}

void he_ciphertext_to_coeff(const he_context *ctx, he_ciphertext *ct)
{
    if (!ct->ntt)
        return;
    transform(ctx, ct, he_ntt_inverse);
    ct->ntt = false;
    ct->seeded = false;
}

void he_ciphertext_expand(const he_context *ctx, he_ciphertext *ct)
{
    for (size_t i = 0; i < ct->limbs; i++)
        he_expand_uniform(he_ct_poly(ct, 1) + i * ct->n, ct->n, ctx->primes[i].q.q, ct->seed, 1,
                          (uint32_t)i);
}

he_status he_scratch_create(const he_context *ctx, he_scratch **scratch, he_executor *executor)
{
    HE_REQUIRE_PTR(ctx);
    HE_REQUIRE_PTR(scratch);
    return he_scratch_make(scratch, executor,
                           ctx->ops->scratch_bytes(ctx) + he_shared_scratch_bytes(ctx));
}
