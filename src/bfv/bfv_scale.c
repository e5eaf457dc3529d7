/* SPDX-License-Identifier: MIT */
/* round(t x / D) in residues, in integers only: the last step of every BFV product.
 *
 * Halevi, Polyakov, Shoup, ePrint 2018/117, section 2.4, and Kim, Polyakov, Zucca, ePrint 2021/204,
 * section 4.  Deviation: written as an exact division of t x by D, whose centred remainder is
 * sum y_i D / d_i - v D, so that D's residues y_i leave the weights -1 / d_i.  v is counted in
 * fixed point with 32 bits of each y_i: a result is off by one unit only where t x / D is within
 * m 2^-29 of a half. */
#include "bfv/bfv.h"
#include "core/memory.h"
#include "core/verify.h"

/* Fractions have 62 bits; 8 are given up so that HE_BFV_MAX_LIMBS of them fit in a word. */
#define FRACTION_BITS 62
#define SUM_BITS      (FRACTION_BITS - 8)

static uint64_t product_except(const he_rns_prime *const *primes, size_t count, size_t except,
                               const he_modulus *q)
{
    uint64_t product = 1 % q->q;
    for (size_t i = 0; i < count; i++)
        if (i != except)
            product = he_mod_mul(product, he_mod_reduce(primes[i]->q.q, q), q);
    return product;
}

he_status he_bfv_scale_create(he_bfv_scale *s, const he_rns_prime *const *dropped, size_t m,
                              const he_rns_prime *const *kept, size_t k, uint64_t t)
{
    s->dropped = m;
    s->kept = k;
    s->prime = he_alloc(k, sizeof *s->prime);
    s->in = he_alloc(m, sizeof *s->in);
    s->out = he_alloc(k * (m + 2), sizeof *s->out);
    s->fraction = he_alloc(m, sizeof *s->fraction);
    s->shift = he_alloc(m, sizeof *s->shift);
    if (s->prime == NULL || s->in == NULL || s->out == NULL || s->fraction == NULL ||
        s->shift == NULL)
        return he_fail(HE_ERR_MEMORY, "he_context_create: no memory for BFV tables");
    for (size_t i = 0; i < m; i++) {
        const he_modulus *d = &dropped[i]->q;
        uint64_t others = product_except(dropped, m, i, d);
        s->in[i] = he_mod_mul(he_mod_reduce(t, d), he_mod_inv(others, d), d);
        s->shift[i] = d->bits > 32 ? d->bits - 32 : 0;
        s->fraction[i] = (uint64_t)(((he_u128)1 << (FRACTION_BITS + s->shift[i])) / d->q);
    }
    for (size_t j = 0; j < k; j++) {
        const he_modulus *q = &kept[j]->q;
        s->prime[j] = kept[j];
        uint64_t *out = s->out + j * (m + 2);
        for (size_t i = 0; i < m; i++)
            out[i] = he_mod_neg(he_mod_inv(he_mod_reduce(dropped[i]->q.q, q), q), q->q);
        uint64_t d_inv = he_mod_inv(product_except(dropped, m, m, q), q);
        out[m] = he_mod_mul(he_mod_reduce(t, q), d_inv, q);
        out[m + 1] = 1;
    }
    return HE_OK;
}

void he_bfv_scale_clear(he_bfv_scale *s)
{
    he_free(s->prime);
    he_free(s->in);
    he_free(s->out);
    he_free(s->fraction);
    he_free(s->shift);
}

/* v = round(sum y_i / d_i) for count coefficients. */
static void count_wraps(const he_bfv_scale *s, uint64_t *v, const uint64_t *const *y, size_t count)
{
    for (size_t j = 0; j < count; j++)
        v[j] = (uint64_t)1 << (SUM_BITS - 1);
    for (size_t i = 0; i < s->dropped; i++) {
        const uint64_t *yi = y[i], fraction = s->fraction[i];
        const unsigned shift = s->shift[i];
        /* (y >> shift) fraction <= 2^62 y / d */
        for (size_t j = 0; j < count; j++)
            v[j] += (yi[j] >> shift) * fraction >> (FRACTION_BITS - SUM_BITS);
    }
    for (size_t j = 0; j < count; j++)
        v[j] >>= SUM_BITS;
    HE_VERIFY_RANGE(v, count, s->dropped + 1);
}

void he_bfv_scale_run(const he_bfv_scale *s, uint64_t *const *r, const uint64_t *const *y,
                      uint64_t *const *x, size_t at, size_t count)
{
    const size_t m = s->dropped;
    _Alignas(HE_ALIGN) uint64_t v[HE_RNS_BLOCK];
    const uint64_t *term[HE_BFV_MAX_LIMBS + 2];
    for (const size_t end = at + count; at < end; at += HE_RNS_BLOCK) {
        size_t length = end - at < HE_RNS_BLOCK ? end - at : HE_RNS_BLOCK;
        for (size_t i = 0; i < m; i++)
            term[i] = y[i] + at;
        count_wraps(s, v, term, length);
        term[m + 1] = v;
        for (size_t j = 0; j < s->kept; j++) {
            const he_rns_prime *p = s->prime[j];
            term[m] = x[j] + at;
            p->vec->dot_scalar(r[j] + at, term, s->out + j * (m + 2), m + 2, length, &p->q);
        }
    }
}
