/* SPDX-License-Identifier: MIT */
/* Exact division by the last primes, rounded to nearest.
 *
 * With h = floor(D/2), u = [x + h]_D in [0, D):  round(x / D) = (x + h - u) / D.  u comes as
 * mixed-radix digits (Garner, 1959; Knuth, TAOCP 4.3.2): u = sum a_l W_l, W_l = d_0 … d_(l-1),
 *   a_l = (u_l - sum_(i<l) a_i W_i) / W_l mod d_l,
 * exactly, and with m(m-1)/2 products more than a conversion that estimates a quotient in doubles
 * and may take the wrong neighbour near a tie. */
#include "core/memory.h"
#include "core/verify.h"
#include "rns/rns.h"

#include <inttypes.h>
#include <string.h>

struct he_rns_divide {
    size_t k, m, n;
    const he_rns_prime **kept;    /* [k] */
    const he_rns_prime **dropped; /* [m] */
    uint64_t *digit;              /* [m][m]: row l: W_i mod d_l for i < l, then 1/W_l mod d_l */
    uint64_t *half_dropped;       /* [m]: h mod d_l */
    uint64_t *radix;              /* [k][m]: W_l mod q_i */
    uint64_t *minus_half;         /* [k]: -h mod q_i */
    uint64_t *inverse;            /* [k]: 1/D mod q_i */
};

/* W_l mod q for l < m into w; returns D mod q. */
static uint64_t radices(uint64_t *w, const he_rns_prime *const *d, size_t m, const he_modulus *q)
{
    uint64_t product = 1;
    for (size_t l = 0; l < m; l++) {
        w[l] = product;
        product = he_mod_mul(product, he_mod_reduce(d[l]->q.q, q), q);
    }
    return product;
}

/* floor(D/2) mod q for odd D: its mixed-radix digits are floor(d_l / 2). */
static uint64_t half(const he_rns_prime *const *d, size_t m, const he_modulus *q)
{
    uint64_t sum = 0, product = 1;
    for (size_t l = 0; l < m; l++) {
        uint64_t digit = he_mod_reduce(d[l]->q.q / 2, q);
        sum = he_mod_add(sum, he_mod_mul(digit, product, q), q->q);
        product = he_mod_mul(product, he_mod_reduce(d[l]->q.q, q), q);
    }
    return sum;
}

static he_status check_bases(const he_rns_prime *const *kept, size_t k,
                             const he_rns_prime *const *dropped, size_t m, size_t n)
{
    if (k == 0 || m == 0 || m > HE_VEC_MAX_TERMS || n == 0 || n % 8 != 0)
        return he_fail(HE_ERR_ARGUMENT,
                       "he_rns_divide_create: %zu primes kept, %zu dropped, n = %zu: need at least "
                       "1, 1 to %d, and a multiple of 8",
                       k, m, n, HE_VEC_MAX_TERMS);
    for (size_t l = 0; l < m; l++) {
        for (size_t i = 0; i < k + l; i++) {
            const he_rns_prime *other = i < k ? kept[i] : dropped[i - k];
            if (other->q.q == dropped[l]->q.q)
                return he_fail(HE_ERR_ARGUMENT, "he_rns_divide_create: %" PRIu64 " stands twice",
                               other->q.q);
        }
        if (dropped[l]->q.q == 2)
            return he_fail(HE_ERR_ARGUMENT, "he_rns_divide_create: divisors must be odd");
        for (size_t i = 0; i < k + m; i++) {
            const he_rns_prime *other = i < k ? kept[i] : dropped[i - k];
            if (dropped[l]->q.bits > other->vec->max_bits)
                return he_fail(HE_ERR_ARGUMENT,
                               "he_rns_divide_create: kernels %s of %" PRIu64
                               " take %u bits, a dropped prime has %u",
                               other->vec->name, other->q.q, other->vec->max_bits,
                               dropped[l]->q.bits);
        }
    }
    return HE_OK;
}

he_status he_rns_divide_create(he_rns_divide **divide, const he_rns_prime *const *kept, size_t k,
                               const he_rns_prime *const *dropped, size_t m, size_t n)
{
    HE_TRY(check_bases(kept, k, dropped, m, n));
    he_rns_divide *d = he_alloc(1, sizeof *d);
    if (d == NULL)
        return he_fail(HE_ERR_MEMORY, "he_rns_divide_create: no memory");
    d->k = k;
    d->m = m;
    d->n = n;
    d->kept = he_alloc(k, sizeof *d->kept);
    d->dropped = he_alloc(m, sizeof *d->dropped);
    d->digit = he_alloc(m * m, sizeof *d->digit);
    d->half_dropped = he_alloc(m, sizeof *d->half_dropped);
    d->radix = he_alloc(k, m * sizeof *d->radix);
    d->minus_half = he_alloc(k, sizeof *d->minus_half);
    d->inverse = he_alloc(k, sizeof *d->inverse);
    if (d->kept == NULL || d->dropped == NULL || d->digit == NULL || d->half_dropped == NULL ||
        d->radix == NULL || d->minus_half == NULL || d->inverse == NULL) {
        he_rns_divide_destroy(d);
        return he_fail(HE_ERR_MEMORY, "he_rns_divide_create: no memory for %zu and %zu primes", k,
                       m);
    }
    memcpy(d->kept, kept, k * sizeof *kept);
    memcpy(d->dropped, dropped, m * sizeof *dropped);
    for (size_t l = 0; l < m; l++) {
        const he_modulus *q = &dropped[l]->q;
        uint64_t *row = d->digit + l * m;
        row[l] = he_mod_inv(radices(row, dropped, l, q), q);
        d->half_dropped[l] = half(dropped, m, q);
    }
    for (size_t i = 0; i < k; i++) {
        const he_modulus *q = &kept[i]->q;
        d->inverse[i] = he_mod_inv(radices(d->radix + i * m, dropped, m, q), q);
        d->minus_half[i] = he_mod_neg(half(dropped, m, q), q->q);
    }
    *divide = d;
    return HE_OK;
}

void he_rns_divide_destroy(he_rns_divide *d)
{
    if (d == NULL)
        return;
    he_free(d->kept);
    he_free(d->dropped);
    he_free(d->digit);
    he_free(d->half_dropped);
    he_free(d->radix);
    he_free(d->minus_half);
    he_free(d->inverse);
    he_free(d);
}

/* The limbs of y, from x mod D to the mixed-radix digits of [x + h]_D; length words at `at`.
 * t: length words. */
static void to_digits(const he_rns_divide *d, uint64_t *y, size_t at, size_t length, uint64_t *t)
{
    const uint64_t *a[HE_VEC_MAX_TERMS];
    for (size_t l = 0; l < d->m; l++) {
        const he_rns_prime *p = d->dropped[l];
        uint64_t *limb = y + l * d->n + at;
        p->vec->add_scalar(limb, limb, d->half_dropped[l], length, &p->q);
        if (l > 0) {
            const uint64_t *row = d->digit + l * d->m;
            p->vec->dot_scalar(t, a, row, l, length, &p->q);
            p->vec->sub_mul_scalar(limb, limb, t, row[l], length, &p->q);
        }
        a[l] = limb;
    }
}

/* t = [x + h]_D - h mod q_i from its digits. */
static void remainder_mod(const he_rns_divide *d, uint64_t *t, const uint64_t *y, size_t i,
                          size_t at, size_t length)
{
    const he_rns_prime *p = d->kept[i];
    const uint64_t *a[HE_VEC_MAX_TERMS];
    for (size_t l = 0; l < d->m; l++)
        a[l] = y + l * d->n + at;
    if (d->m == 1)
        p->vec->reduce(t, a[0], length, &p->q);
    else
        p->vec->dot_scalar(t, a, d->radix + i * d->m, d->m, length, &p->q);
    p->vec->add_scalar(t, t, d->minus_half[i], length, &p->q);
}

static size_t block_of(const he_rns_divide *d)
{
    return d->n < HE_RNS_BLOCK ? d->n : HE_RNS_BLOCK;
}

static he_status no_memory(size_t words)
{
    return he_fail(HE_ERR_MEMORY, "he_rns_divide: no memory for %zu words of scratch", words);
}

he_status he_rns_divide_coeff(const he_rns_divide *d, uint64_t *r, const uint64_t *x, uint64_t *y,
                              he_arena *arena)
{
    size_t n = d->n, block = block_of(d);
    he_arena_mark mark = he_arena_save(arena);
    uint64_t *t = he_arena_take(arena, block, sizeof *t);
    if (t == NULL)
        return no_memory(block);
    for (size_t at = 0; at < n; at += block) {
        size_t length = n - at < block ? n - at : block;
        to_digits(d, y, at, length, t);
        for (size_t i = 0; i < d->k; i++) {
            const he_rns_prime *p = d->kept[i];
            remainder_mod(d, t, y, i, at, length);
            p->vec->sub_mul_scalar(r + i * n + at, x + i * n + at, t, d->inverse[i], length, &p->q);
        }
    }
    he_arena_restore(arena, mark);
    return HE_OK;
}

/* y from NTT form to digits; t: a block. */
static void digits_from_ntt(const he_rns_divide *d, uint64_t *y, uint64_t *t)
{
    size_t block = block_of(d);
    for (size_t l = 0; l < d->m; l++)
        he_ntt_inverse(d->dropped[l]->ntt, y + l * d->n);
    for (size_t at = 0; at < d->n; at += block)
        to_digits(d, y, at, d->n - at < block ? d->n - at : block, t);
}

he_status he_rns_divide_ntt(const he_rns_divide *d, uint64_t *r, const uint64_t *x, uint64_t *y,
                            he_arena *arena)
{
    size_t n = d->n;
    he_arena_mark mark = he_arena_save(arena);
    uint64_t *t = he_arena_take(arena, n, sizeof *t);
    if (t == NULL)
        return no_memory(n);
    digits_from_ntt(d, y, t);
    for (size_t i = 0; i < d->k; i++) {
        const he_rns_prime *p = d->kept[i];
        remainder_mod(d, t, y, i, 0, n);
        he_ntt_forward(p->ntt, t);
        p->vec->sub_mul_scalar(r + i * n, x + i * n, t, d->inverse[i], n, &p->q);
    }
    he_arena_restore(arena, mark);
    return HE_OK;
}

he_status he_rns_divide_ntt_to_coeff(const he_rns_divide *d, uint64_t *r, const uint64_t *x,
                                     uint64_t *y, he_arena *arena)
{
    size_t n = d->n, block = block_of(d);
    he_arena_mark mark = he_arena_save(arena);
    uint64_t *t = he_arena_take(arena, block, sizeof *t);
    if (t == NULL)
        return no_memory(block);
    digits_from_ntt(d, y, t);
    for (size_t i = 0; i < d->k; i++) {
        const he_rns_prime *p = d->kept[i];
        uint64_t *limb = r + i * n;
        if (r != x)
            memcpy(limb, x + i * n, n * sizeof *limb);
        he_ntt_inverse(p->ntt, limb);
        for (size_t at = 0; at < n; at += block) {
            size_t length = n - at < block ? n - at : block;
            remainder_mod(d, t, y, i, at, length);
            p->vec->sub_mul_scalar(limb + at, limb + at, t, d->inverse[i], length, &p->q);
        }
    }
    he_arena_restore(arena, mark);
    return HE_OK;
}
