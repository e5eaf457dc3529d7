/* SPDX-License-Identifier: MIT */
/* Sums, differences and negation; sums with a plaintext.
 *
 * Operands may rest in different domains: the result is then in coefficient form. */
#include "bfv/bfv.h"
#include "core/fenv.h"
#include <math.h>
#include <string.h>

he_status he_bfv_check_levels(const char *fn, const he_ciphertext *a, const he_ciphertext *b)
{
    if (a->level != b->level)
        return he_fail(HE_ERR_LEVEL,
                       "%s: a is at level %u, b at level %u: he_mod_switch() the "
                       "higher one",
                       fn, a->level, b->level);
    return HE_OK;
}

void he_bfv_set_result(he_ciphertext *r, bool ntt, double log_sigma, bool claimed)
{
    r->ntt = ntt;
    r->log_sigma = log_sigma;
    r->claimed = claimed;
    r->seeded = false;
    r->degree = 1;
    r->scale = 1;
}

/* An operand as it was before r, which may be it, changed. */
typedef struct operand {
    const uint64_t *x;
    uint32_t size;
    bool ntt;
} operand;

static void transform(const he_context *ctx, uint64_t *x, size_t limbs, uint32_t size, bool forward)
{
    for (size_t i = 0; i < size * limbs; i++) {
        const he_ntt *ntt = ctx->primes[i % limbs].ntt;
        if (forward)
            he_ntt_forward(ntt, x + i * ctx->n);
        else
            he_ntt_inverse(ntt, x + i * ctx->n);
    }
}

/* r = a + b or a - b, in the domain of both; r may be either. */
static void combine_limbs(const he_context *ctx, uint64_t *r, size_t limbs, const operand *a,
                          const operand *b, bool minus)
{
    const size_t n = ctx->n, size = a->size > b->size ? a->size : b->size;
    for (size_t i = 0; i < size * limbs; i++) {
        const he_rns_prime *prime = &ctx->primes[i % limbs];
        const he_vec_kernels *vec = prime->vec;
        uint64_t *x = r + i * n;
        const uint64_t *from_a = a->x + i * n, *from_b = b->x + i * n;
        const bool in_a = i < a->size * limbs, in_b = i < b->size * limbs;
        if (in_a && in_b && minus)
            vec->sub(x, from_a, from_b, n, &prime->q);
        else if (in_a && in_b)
            vec->add(x, from_a, from_b, n, &prime->q);
        else if (in_b && minus)
            vec->neg(x, from_b, n, &prime->q);
        else if (x != (in_a ? from_a : from_b))
            memcpy(x, in_a ? from_a : from_b, n * sizeof *x);
    }
}

/* Brings both operands into one domain with no memory but r's; the domain is returned. */
static bool same_domain(const he_context *ctx, uint64_t *r, size_t limbs, operand *a, operand *b)
{
    if (a->ntt == b->ntt)
        return a->ntt;
    operand *x = a->ntt ? a : b, *y = a->ntt ? b : a;
    if (r == y->x) {
        transform(ctx, r, limbs, y->size, true);
        return true;
    }
    if (r != x->x) {
        memcpy(r, x->x, x->size * limbs * ctx->n * sizeof *r);
        x->x = r;
    }
    transform(ctx, r, limbs, x->size, false);
    return false;
}

static he_status combine(const char *fn, const he_context *ctx, he_ciphertext *r,
                         const he_ciphertext *a, const he_ciphertext *b, bool minus)
{
    HE_TRY(he_check_context(fn, ctx, HE_SCHEME_BFV));
    if (r == NULL)
        return he_fail(HE_ERR_NULL, "%s: r is NULL", fn);
    HE_TRY(he_check_ciphertext(fn, "a", ctx, a));
    HE_TRY(he_check_ciphertext(fn, "b", ctx, b));
    HE_TRY(he_bfv_check_levels(fn, a, b));
    const uint32_t size = a->size > b->size ? a->size : b->size;
    operand left = {.size = a->size, .ntt = a->ntt}, right = {.size = b->size, .ntt = b->ntt};
    const double log_sigma = he_noise_add(a->log_sigma, b->log_sigma);
    const bool claimed = a->claimed || b->claimed, mixed = a->ntt != b->ntt;
    /* keeps the contents where r is an operand */
    HE_TRY(he_ciphertext_shape(ctx, r, size, a->level));
    left.x = a->data;
    right.x = b->data;
    unsigned fenv = he_fenv_enter();
    bool ntt = same_domain(ctx, r->data, r->limbs, &left, &right);
    combine_limbs(ctx, r->data, r->limbs, &left, &right, minus);
    if (mixed && ntt) {
        transform(ctx, r->data, r->limbs, size, false);
        ntt = false;
    }
    he_fenv_leave(fenv);
    he_bfv_set_result(r, ntt, log_sigma, claimed);
    return HE_OK;
}

he_status he_bfv_add(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                     const he_ciphertext *b)
{
    return combine(__func__, ctx, r, a, b, false);
}

he_status he_bfv_sub(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                     const he_ciphertext *b)
{
    return combine(__func__, ctx, r, a, b, true);
}

he_status he_bfv_negate(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a)
{
    HE_TRY(he_check_context(__func__, ctx, HE_SCHEME_BFV));
    HE_REQUIRE_PTR(r);
    HE_TRY(he_check_ciphertext(__func__, "a", ctx, a));
    const bool ntt = a->ntt, claimed = a->claimed;
    const double log_sigma = a->log_sigma;
    HE_TRY(he_ciphertext_shape(ctx, r, a->size, a->level));
    unsigned fenv = he_fenv_enter();
    for (size_t i = 0; i < (size_t)r->size * r->limbs; i++) {
        const he_rns_prime *prime = &ctx->primes[i % r->limbs];
        prime->vec->neg(r->data + i * ctx->n, a->data + i * ctx->n, ctx->n, &prime->q);
    }
    he_fenv_leave(fenv);
    he_bfv_set_result(r, ntt, log_sigma, claimed);
    return HE_OK;
}

static he_status combine_plain(const char *fn, const he_context *ctx, he_ciphertext *r,
                               const he_ciphertext *a, const he_plaintext *b, bool minus)
{
    HE_TRY(he_check_context(fn, ctx, HE_SCHEME_BFV));
    if (r == NULL)
        return he_fail(HE_ERR_NULL, "%s: r is NULL", fn);
    HE_TRY(he_check_ciphertext(fn, "a", ctx, a));
    HE_TRY(he_check_plaintext(fn, "b", ctx, b));
    HE_TRY(he_ciphertext_copy(r, a));
    unsigned fenv = he_fenv_enter();
    he_ciphertext_to_coeff(ctx, r);
    he_bfv_add_message(ctx, he_ct_poly(r, 0), b, r->level, minus);
    he_fenv_leave(fenv);
    /* polynomial 1 is untouched, so r may stay seeded; rounding Q m / t has variance 1/12 */
    r->log_sigma = he_noise_independent(r->log_sigma, 0.5 * log2(1.0 / 12));
    return HE_OK;
}

he_status he_bfv_add_plain(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                           const he_plaintext *b)
{
    return combine_plain(__func__, ctx, r, a, b, false);
}

he_status he_bfv_sub_plain(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                           const he_plaintext *b)
{
    return combine_plain(__func__, ctx, r, a, b, true);
}
