/* SPDX-License-Identifier: MIT */
/* Base conversion in coefficient form: Halevi, Polyakov, Shoup, ePrint 2018/117, section 2.
 *
 * Works block by block, so that the k scaled inputs of a block stay in the first-level cache while
 * all m outputs are made of them.  The correction v D is one more term of each output's sum. */
#include "core/memory.h"
#include "core/verify.h"
#include "rns/quotient.h"
#include "rns/rns.h"

#include <inttypes.h>
#include <string.h>

struct he_rns_conv {
    size_t k, m, n;
    const he_rns_prime **from; /* [k] */
    const he_rns_prime **to;   /* [m] */
    uint64_t *scale;           /* [k]: source_i (D/d_i)^-1 mod d_i */
    uint64_t *matrix;          /* [m][k + 1]: target_j D/d_i mod r_j, then -target_j D mod r_j */
    double *inverse;           /* [k]: 1 / d_i */
    const he_rns_quotient *quotient;
};

/* Products of all d but one, modulo q, times factor: row[i], and row[k] = -(all of them). */
static void cofactors(uint64_t *row, const he_rns_prime *const *d, size_t k, uint64_t factor,
                      const he_modulus *q)
{
    uint64_t product = factor;
    for (size_t i = 0; i < k; i++) { /* products of those before */
        row[i] = product;
        product = he_mod_mul(product, he_mod_reduce(d[i]->q.q, q), q);
    }
    row[k] = he_mod_neg(product, q->q);
    product = 1;
    for (size_t i = k; i-- > 0;) { /* times those behind */
        row[i] = he_mod_mul(row[i], product, q);
        product = he_mod_mul(product, he_mod_reduce(d[i]->q.q, q), q);
    }
}

static uint64_t cofactor_inverse(const he_rns_prime *const *d, size_t k, size_t i)
{
    const he_modulus *q = &d[i]->q;
    uint64_t product = 1;
    for (size_t l = 0; l < k; l++)
        if (l != i)
            product = he_mod_mul(product, he_mod_reduce(d[l]->q.q, q), q);
    return he_mod_inv(product, q);
}

static he_status check_bases(const he_rns_prime *const *from, size_t k,
                             const he_rns_prime *const *to, size_t m, size_t n)
{
    if (k == 0 || m == 0 || k + 1 > HE_VEC_MAX_TERMS || n == 0 || n % 8 != 0)
        return he_fail(HE_ERR_ARGUMENT,
                       "he_rns_conv_create: %zu primes to %zu, n = %zu: need 1 to %d, 1 or more, "
                       "and a multiple of 8",
                       k, m, n, HE_VEC_MAX_TERMS - 1);
    for (size_t i = 0; i < k; i++) {
        for (size_t l = 0; l < i; l++)
            if (from[i]->q.q == from[l]->q.q)
                return he_fail(HE_ERR_ARGUMENT,
                               "he_rns_conv_create: %" PRIu64 " stands twice in the source",
                               from[i]->q.q);
        for (size_t j = 0; j < m; j++)
            if (from[i]->q.bits > to[j]->vec->max_bits)
                return he_fail(HE_ERR_ARGUMENT,
                               "he_rns_conv_create: kernels %s of %" PRIu64
                               " take %u bits, a source prime has %u",
                               to[j]->vec->name, to[j]->q.q, to[j]->vec->max_bits, from[i]->q.bits);
    }
    return HE_OK;
}

he_status he_rns_conv_create_scaled(he_rns_conv **conv, const he_rns_prime *const *from, size_t k,
                                    const he_rns_prime *const *to, size_t m, size_t n,
                                    const uint64_t *source, const uint64_t *target)
{
    HE_TRY(check_bases(from, k, to, m, n));
    he_rns_conv *c = he_alloc(1, sizeof *c);
    if (c == NULL)
        return he_fail(HE_ERR_MEMORY, "he_rns_conv_create: no memory");
    c->k = k;
    c->m = m;
    c->n = n;
    c->quotient = he_rns_quotient_select(from[0]->vec->isa);
    c->from = he_alloc(k, sizeof *c->from);
    c->to = he_alloc(m, sizeof *c->to);
    c->scale = he_alloc(k, sizeof *c->scale);
    c->matrix = he_alloc(m, (k + 1) * sizeof *c->matrix);
    c->inverse = he_alloc(k, sizeof *c->inverse);
    if (c->from == NULL || c->to == NULL || c->scale == NULL || c->matrix == NULL ||
        c->inverse == NULL) {
        he_rns_conv_destroy(c);
        return he_fail(HE_ERR_MEMORY, "he_rns_conv_create: no memory for %zu to %zu primes", k, m);
    }
    memcpy(c->from, from, k * sizeof *from);
    memcpy(c->to, to, m * sizeof *to);
    for (size_t i = 0; i < k; i++) {
        c->scale[i] = cofactor_inverse(from, k, i);
        if (source != NULL)
            c->scale[i] = he_mod_mul(c->scale[i], source[i], &from[i]->q);
        c->inverse[i] = 1.0 / (double)from[i]->q.q;
    }
    for (size_t j = 0; j < m; j++)
        cofactors(c->matrix + j * (k + 1), from, k, target == NULL ? 1 : target[j], &to[j]->q);
    *conv = c;
    return HE_OK;
}

he_status he_rns_conv_create(he_rns_conv **c, const he_rns_prime *const *from, size_t k,
                             const he_rns_prime *const *to, size_t m, size_t n)
{
    return he_rns_conv_create_scaled(c, from, k, to, m, n, NULL, NULL);
}

void he_rns_conv_destroy(he_rns_conv *c)
{
    if (c == NULL)
        return;
    he_free(c->from);
    he_free(c->to);
    he_free(c->scale);
    he_free(c->matrix);
    he_free(c->inverse);
    he_free(c);
}

static he_status convert(const he_rns_conv *c, uint64_t *const *out, const uint64_t *const *in,
                         he_arena *arena, bool centred)
{
    size_t k = c->k, block = c->n < HE_RNS_BLOCK ? c->n : HE_RNS_BLOCK;
    he_arena_mark mark = he_arena_save(arena);
    uint64_t *room = he_arena_take(arena, (k + 1) * block, sizeof *room); /* y_0 … y_(k-1), v */
    double *sum = he_arena_take(arena, block, sizeof *sum);
    if (room == NULL || sum == NULL) {
        he_arena_restore(arena, mark);
        return he_fail(HE_ERR_MEMORY, "he_rns_conv: no memory for %zu blocks of scratch", k + 2);
    }
    const uint64_t *y[HE_VEC_MAX_TERMS];
    for (size_t i = 0; i <= k; i++)
        y[i] = room + i * block;
    for (size_t at = 0; at < c->n; at += block) {
        size_t length = c->n - at < block ? c->n - at : block;
        for (size_t j = 0; j < length; j++)
            sum[j] = 0.5;
        for (size_t i = 0; i < k; i++) {
            const he_rns_prime *d = c->from[i];
            d->vec->mul_scalar(room + i * block, in[i] + at, c->scale[i], length, &d->q);
            if (centred)
                c->quotient->add(sum, y[i], length, c->inverse[i], d->q.bits);
        }
        if (centred)
            c->quotient->floor(room + k * block, sum, length);
        for (size_t j = 0; j < c->m; j++) {
            const he_rns_prime *r = c->to[j];
            r->vec->dot_scalar(out[j] + at, y, c->matrix + j * (k + 1), k + centred, length, &r->q);
        }
    }
    he_arena_restore(arena, mark);
    return HE_OK;
}

he_status he_rns_conv_fast(const he_rns_conv *c, uint64_t *const *out, const uint64_t *const *in,
                           he_arena *arena)
{
    return convert(c, out, in, arena, false);
}

he_status he_rns_conv_centred(const he_rns_conv *c, uint64_t *const *out, const uint64_t *const *in,
                              he_arena *arena)
{
    return convert(c, out, in, arena, true);
}
