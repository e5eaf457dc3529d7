/* SPDX-License-Identifier: MIT */
/* A ciphertext and something in the clear: plaintexts, scalars, integers, and the sign.
 *
 * A real scalar is the constant polynomial round(value scale): one word for each prime in NTT form,
 * so neither a transform nor an encoding is needed (algorithms, section 3.1). */
#include "ckks/ckks.h"

#include "core/fenv.h"
#include <math.h>

typedef enum change_kind {
    ADD,
    SUBTRACT,
    MULTIPLY,
    ADD_WORD,
    MULTIPLY_WORD,
    NEGATE
} change_kind;

/* What is done to one limb; value: the scalar before its reduction. */
typedef struct change {
    const he_context *ctx;
    const he_ckks_operand *a;
    const he_plaintext *b;
    double value;
    he_ckks_result res;
    change_kind kind;
} change;

static void change_limb(const change *c, size_t p, size_t i)
{
    size_t n = c->ctx->n;
    const he_rns_prime *prime = &c->ctx->primes[i];
    const uint64_t *a = c->a->poly[p] + i * n, *b = c->b == NULL ? NULL : c->b->data + i * n;
    uint64_t *r = he_ckks_limb(c->ctx, &c->res, p, i);
    bool touched = p == 0 || c->kind == MULTIPLY || c->kind == MULTIPLY_WORD ||
                   c->kind == NEGATE; /* a sum changes polynomial 0 alone */
    if (!touched) {
        if (r != a)
            for (size_t k = 0; k < n; k++)
                r[k] = a[k];
        return;
    }
    switch (c->kind) {
    case ADD:
        prime->vec->add(r, a, b, n, &prime->q);
        break;
    case SUBTRACT:
        prime->vec->sub(r, a, b, n, &prime->q);
        break;
    case MULTIPLY:
        prime->vec->mul(r, a, b, n, &prime->q);
        break;
    case ADD_WORD:
        prime->vec->add_scalar(r, a, he_ckks_reduce_double(c->value, &prime->q), n, &prime->q);
        break;
    case MULTIPLY_WORD:
        prime->vec->mul_scalar(r, a, he_ckks_reduce_double(c->value, &prime->q), n, &prime->q);
        break;
    case NEGATE:
        prime->vec->neg(r, a, n, &prime->q);
        break;
    }
}

static void change_body(void *arg, size_t index, size_t worker)
{
    const change *c = arg;
    (void)worker;
    change_limb(c, index / c->res.limbs, index % c->res.limbs);
}

/* r = the change of shape->…, which holds a's polynomials and the result's attributes. */
static he_status apply(const he_context *ctx, he_ciphertext *r, change *c, bool operand,
                       he_scratch *scratch)
{
    HE_TRY(he_ckks_result_begin(ctx, &c->res, r, c->a, operand, he_scratch_arena(scratch, 0)));
    he_scratch_for(scratch, c->a->size * c->res.limbs, change_body, c);
    return he_ckks_result_end(ctx, &c->res, HE_OK);
}

/* The same without scratch: the shape of the result is that of a. */
static he_status apply_here(const he_context *ctx, he_ciphertext *r, change *c, bool operand)
{
    HE_TRY(he_ckks_result_begin(ctx, &c->res, r, c->a, operand, NULL));
    unsigned csr = he_fenv_enter();
    for (size_t p = 0; p < c->a->size; p++)
        for (size_t i = 0; i < c->res.limbs; i++)
            change_limb(c, p, i);
    he_fenv_leave(csr);
    return he_ckks_result_end(ctx, &c->res, HE_OK);
}

static he_status check(const char *fn, const he_context *ctx, const he_ciphertext *r,
                       const he_ciphertext *a, he_ckks_operand *view)
{
    HE_TRY(he_check_context(fn, ctx, HE_SCHEME_CKKS));
    if (r == NULL)
        return he_fail(HE_ERR_NULL, "%s: r is NULL", fn);
    return he_ckks_operand_of(fn, "a", ctx, view, a);
}

static he_status check_plain_level(const char *fn, const he_ckks_operand *a, const he_plaintext *b)
{
    if (b->level == a->level)
        return HE_OK;
    return he_fail(HE_ERR_LEVEL, "%s: a is at level %u%s, b at level %u: encode b at level %u", fn,
                   a->level, a->degree == 2 ? " before its rescaling" : "", b->level, a->level);
}

he_status he_ckks_negate(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a)
{
    he_ckks_operand view;
    HE_TRY(check(__func__, ctx, r, a, &view));
    change c = {.ctx = ctx, .a = &view, .kind = NEGATE};
    return apply_here(ctx, r, &c, r == a);
}

/* --- Sums ------------------------------------------------------------------------------------- */

static he_status add_plain(const char *fn, const he_context *ctx, he_ciphertext *r,
                           const he_ciphertext *a, const he_plaintext *b, change_kind kind)
{
    he_ckks_operand view;
    HE_TRY(check(fn, ctx, r, a, &view));
    HE_TRY(he_check_plaintext(fn, "b", ctx, b));
    if (view.degree == 2)
        return he_fail(HE_ERR_SCALE,
                       "%s: a has degree 2, a plaintext has degree 1: call he_ckks_rescale() on a "
                       "and encode b at level %u",
                       fn, view.level - 1);
    HE_TRY(check_plain_level(fn, &view, b));
    HE_TRY(he_ckks_same_scale(fn, ctx, &view, b->scale));
    view.log_sigma = he_noise_independent(view.log_sigma, he_ckks_noise_encode(ctx, view.scale));
    change c = {.ctx = ctx, .a = &view, .b = b, .kind = kind};
    return apply_here(ctx, r, &c, r == a);
}

he_status he_ckks_add_plain(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                            const he_plaintext *b)
{
    return add_plain(__func__, ctx, r, a, b, ADD);
}

he_status he_ckks_sub_plain(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                            const he_plaintext *b)
{
    return add_plain(__func__, ctx, r, a, b, SUBTRACT);
}

he_status he_ckks_add_scalar(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                             double value)
{
    he_ckks_operand view;
    HE_TRY(check(__func__, ctx, r, a, &view));
    HE_TRY(he_ckks_check_constant(__func__, ctx, value, view.scale, view.level));
    /* rounding to an integer, and that of value scale to a double */
    double rounding = he_noise_add(-1, log2(view.scale) + he_ckks_of(ctx)->log_range - 53);
    view.log_sigma = he_noise_add(view.log_sigma, he_ckks_noise_fixed(ctx, rounding));
    change c = {.ctx = ctx, .a = &view, .value = value * view.scale, .kind = ADD_WORD};
    return apply_here(ctx, r, &c, r == a);
}

/* --- Products --------------------------------------------------------------------------------- */

/* Canonical mode: a product of degree 2 has a level to rescale to; explicit mode: its scale
 * fits. */
static he_status check_product(const char *fn, const he_context *ctx, const he_ckks_operand *a,
                               double scale)
{
    if (!he_ckks_canonical(ctx))
        return he_ckks_check_scale(fn, ctx, scale, a->level);
    if (a->level == 0)
        return he_fail(HE_ERR_LEVEL,
                       "%s: a is at level 0, no multiplication is left: make the context with a "
                       "larger depth",
                       fn);
    return HE_OK;
}

/* view becomes the shape of its product with b. */
static he_status shape_plain(const char *fn, const he_context *ctx, he_ckks_operand *view,
                             const he_plaintext *b)
{
    HE_TRY(check_plain_level(fn, view, b));
    HE_TRY(check_product(fn, ctx, view, view->scale * b->scale));
    he_ckks_operand factor;
    he_ckks_plain_factor(ctx, &factor, b);
    view->log_sigma = he_ckks_noise_product(ctx, view, &factor);
    view->scale *= b->scale;
    view->degree = he_ckks_canonical(ctx) ? 2 : 1;
    return HE_OK;
}

/* The same for a scalar; *word is the integer to multiply by.  Its size enters the bound only where
 * it is beyond the declared range. */
static he_status shape_scalar(const char *fn, const he_context *ctx, he_ckks_operand *view,
                              double value, double *word)
{
    double scale = he_ckks_of(ctx)->scale[view->level], range = he_ckks_of(ctx)->log_range;
    HE_TRY(he_ckks_check_constant(fn, ctx, value, scale, view->level));
    HE_TRY(check_product(fn, ctx, view, view->scale * scale));
    *word = value * scale;
    double rounding = he_noise_add(-1, log2(scale) + range - 53) + log2(view->scale) + range;
    double size = fabs(value) > exp2(range) ? log2(fabs(value)) : range;
    view->log_sigma =
        he_noise_add(view->log_sigma + log2(scale) + size, he_ckks_noise_fixed(ctx, rounding));
    view->scale *= scale;
    view->degree = he_ckks_canonical(ctx) ? 2 : 1;
    return HE_OK;
}

static he_status no_second_product(const char *fn, const he_ckks_operand *a)
{
    if (a->degree == 1)
        return HE_OK;
    return he_fail(HE_ERR_SCALE, "%s: a has degree 2 already: call he_ckks_rescale() on it first",
                   fn);
}

he_status he_ckks_multiply_plain_norescale(const he_context *ctx, he_ciphertext *r,
                                           const he_ciphertext *a, const he_plaintext *b)
{
    he_ckks_operand view;
    HE_TRY(check(__func__, ctx, r, a, &view));
    HE_TRY(he_check_plaintext(__func__, "b", ctx, b));
    HE_TRY(no_second_product(__func__, &view));
    HE_TRY(shape_plain(__func__, ctx, &view, b));
    change c = {.ctx = ctx, .a = &view, .b = b, .kind = MULTIPLY};
    return apply_here(ctx, r, &c, r == a);
}

he_status he_ckks_multiply_scalar_norescale(const he_context *ctx, he_ciphertext *r,
                                            const he_ciphertext *a, double value)
{
    he_ckks_operand view;
    HE_TRY(check(__func__, ctx, r, a, &view));
    HE_TRY(no_second_product(__func__, &view));
    change c = {.ctx = ctx, .a = &view, .kind = MULTIPLY_WORD};
    HE_TRY(shape_scalar(__func__, ctx, &view, value, &c.value));
    return apply_here(ctx, r, &c, r == a);
}

/* Degree 1, product, and in canonical mode the rescaling. */
static he_status product(const char *fn, const he_context *ctx, he_ciphertext *r,
                         const he_ciphertext *a, he_ckks_operand *view, const he_plaintext *b,
                         double value, he_scratch *scratch)
{
    HE_TRY(he_ckks_operand_single(ctx, view, scratch));
    he_ckks_operand shape = *view;
    change c = {.ctx = ctx, .a = &shape, .b = b, .kind = b == NULL ? MULTIPLY_WORD : MULTIPLY};
    if (b == NULL)
        HE_TRY(shape_scalar(fn, ctx, &shape, value, &c.value));
    else
        HE_TRY(shape_plain(fn, ctx, &shape, b));
    if (!he_ckks_canonical(ctx))
        return apply(ctx, r, &c, r == a, scratch);
    /* the product in the arena, whose polynomials the rescaling then reads */
    size_t limbs = shape.limbs, n = ctx->n;
    uint64_t *data =
        he_arena_take(he_scratch_arena(scratch, 0), shape.size * limbs * n, sizeof *data);
    if (data == NULL)
        return he_fail(HE_ERR_MEMORY, "%s: no memory for scratch", fn);
    c.res = (he_ckks_result){.data = data, .size = shape.size, .limbs = limbs};
    he_scratch_for(scratch, shape.size * limbs, change_body, &c);
    for (uint32_t p = 0; p < shape.size; p++)
        shape.poly[p] = data + p * limbs * n;
    return he_ckks_write_rescaled(ctx, r, &shape, false, scratch);
}

he_status he_ckks_multiply_plain(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                                 const he_plaintext *b, he_scratch *scratch)
{
    he_ckks_operand view;
    HE_TRY(check(__func__, ctx, r, a, &view));
    HE_TRY(he_check_plaintext(__func__, "b", ctx, b));
    he_ckks_call call;
    HE_TRY(he_ckks_enter(&call, scratch));
    return he_ckks_leave(&call, product(__func__, ctx, r, a, &view, b, 0, call.scratch));
}

he_status he_ckks_multiply_scalar(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                                  double value, he_scratch *scratch)
{
    he_ckks_operand view;
    HE_TRY(check(__func__, ctx, r, a, &view));
    he_ckks_call call;
    HE_TRY(he_ckks_enter(&call, scratch));
    return he_ckks_leave(&call, product(__func__, ctx, r, a, &view, NULL, value, call.scratch));
}

he_status he_ckks_multiply_integer(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                                   int64_t value)
{
    he_ckks_operand view;
    HE_TRY(check(__func__, ctx, r, a, &view));
    if (value > ((int64_t)1 << 53) || value < -((int64_t)1 << 53))
        return he_fail(HE_ERR_ARGUMENT,
                       "%s: value is beyond 2^53: use he_ckks_multiply_scalar() for large factors",
                       __func__);
    if (value != 0)
        view.log_sigma += log2(fabs((double)value));
    change c = {.ctx = ctx, .a = &view, .value = (double)value, .kind = MULTIPLY_WORD};
    return apply_here(ctx, r, &c, r == a);
}
