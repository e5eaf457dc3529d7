/* SPDX-License-Identifier: MIT */
/* The Chinese remainder theorem over GMP's word arrays, which never allocate:
 *   x = sum_i y_i D/d_i - v D,   y_i = [x_i (D/d_i)^-1]_(d_i),   v = floor(sum y_i / d_i).
 * Time does not depend on the residues: decoded values may be secret. */
#include "core/memory.h"
#include "math/bigint.h"
#include "rns/rns.h"

#include <string.h>

_Static_assert(sizeof(mp_limb_t) == sizeof(uint64_t), "GMP's limbs are words");

struct he_rns_crt {
    size_t k, words;
    he_modulus *base;   /* [k] */
    uint64_t *scale;    /* [k]: (D/d_i)^-1 mod d_i */
    double *inverse;    /* [k]: 1 / d_i */
    mp_limb_t *product; /* [words]: D, with room above for k D */
    mp_limb_t *part;    /* [k][words]: D / d_i */
};

he_status he_rns_crt_create(he_rns_crt **crt, const he_rns_prime *const *base, size_t k)
{
    if (k == 0)
        return he_fail(HE_ERR_ARGUMENT, "he_rns_crt_create: no primes");
    he_rns_crt *c = he_alloc(1, sizeof *c);
    if (c == NULL)
        return he_fail(HE_ERR_MEMORY, "he_rns_crt_create: no memory");
    size_t bits = he_bit_length(k);
    for (size_t i = 0; i < k; i++)
        bits += base[i]->q.bits;
    c->k = k;
    c->words = bits / 64 + 1;
    c->base = he_alloc(k, sizeof *c->base);
    c->scale = he_alloc(k, sizeof *c->scale);
    c->inverse = he_alloc(k, sizeof *c->inverse);
    c->product = he_alloc(c->words, sizeof *c->product);
    c->part = he_alloc(k, c->words * sizeof *c->part);
    if (c->base == NULL || c->scale == NULL || c->inverse == NULL || c->product == NULL ||
        c->part == NULL) {
        he_rns_crt_destroy(c);
        return he_fail(HE_ERR_MEMORY, "he_rns_crt_create: no memory for %zu primes", k);
    }
    mp_size_t words = (mp_size_t)c->words;
    c->product[0] = 1;
    for (size_t i = 0; i < k; i++) {
        c->base[i] = base[i]->q;
        c->inverse[i] = 1.0 / (double)base[i]->q.q;
        mpn_mul_1(c->product, c->product, words, base[i]->q.q);
    }
    for (size_t i = 0; i < k; i++) {
        mp_limb_t *part = c->part + i * c->words;
        const he_modulus *q = &c->base[i];
        mpn_divrem_1(part, 0, c->product, words, q->q);
        c->scale[i] = he_mod_inv(mpn_mod_1(part, words, q->q), q);
    }
    *crt = c;
    return HE_OK;
}

void he_rns_crt_destroy(he_rns_crt *c)
{
    if (c == NULL)
        return;
    he_free(c->base);
    he_free(c->scale);
    he_free(c->inverse);
    he_free(c->product);
    he_free(c->part);
    he_free(c);
}

size_t he_rns_crt_words(const he_rns_crt *c)
{
    return c->words;
}

const uint64_t *he_rns_crt_product(const he_rns_crt *c)
{
    return c->product;
}

void he_rns_crt_compose(const he_rns_crt *c, uint64_t *x, const uint64_t *residues)
{
    mp_size_t words = (mp_size_t)c->words;
    double sum = 0;
    memset(x, 0, c->words * sizeof *x);
    for (size_t i = 0; i < c->k; i++) {
        uint64_t y = he_mod_mul(residues[i], c->scale[i], &c->base[i]);
        mpn_addmul_1(x, c->part + i * c->words, words, y);
        sum += (double)y * c->inverse[i];
    }
    /* the estimate is never too large, and short by at most one; no branch on it */
    sum -= 0x1p-30;
    mpn_submul_1(x, c->product, words, (mp_limb_t)(int64_t)sum);
    mp_limb_t borrow = mpn_sub_n(x, x, c->product, words);
    mpn_cnd_add_n(borrow, x, x, c->product, words);
}
