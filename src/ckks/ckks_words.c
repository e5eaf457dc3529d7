/* SPDX-License-Identifier: MIT */
/* Integers in doubles and words to residues, with no branch and no address that depends on them.
 *
 * A double of up to 2^1023 is a sum of pieces: x = sum_j w_j 2^(52 j) with |w_j| <= 2^51 below the
 * top one, which holds what is left.  Each subtraction is exact: w_j 2^(52 j) has x's own leading
 * bits. */
#include "ckks/ckks.h"

#include <math.h>

/* Pieces of any finite double: the top one is below 2^(1024 - 52 * 19). */
#define MOST_PIECES 20

/* v + offset is in [0, 2^61) for |v| < 2^59: a multiple of q that the vector kernels take off. */
static void reduce_small(uint64_t *r, const int64_t *v, size_t n, const he_rns_prime *p)
{
    uint64_t q = p->q.q, offset = (((uint64_t)1 << 59) / q + 1) * q;
    for (size_t k = 0; k < n; k++)
        r[k] = (uint64_t)v[k] + offset;
    p->vec->reduce(r, r, n, &p->q);
}

/* A multiple of q that is at least 2^62, below 2^63. */
static uint64_t lift(uint64_t q)
{
    return (((uint64_t)1 << 62) / q + 1) * q;
}

void he_ckks_reduce_signed(uint64_t *r, const int64_t *v, size_t n, uint64_t bound,
                           const he_rns_prime *p)
{
    uint64_t q = p->q.q;
    if (bound < q) {
        for (size_t k = 0; k < n; k++)
            r[k] = (uint64_t)v[k] + (q & (0 - ((uint64_t)v[k] >> 63)));
    } else if (bound < (uint64_t)1 << 59 && q < (uint64_t)1 << 60) {
        reduce_small(r, v, n, p);
    } else {
        uint64_t offset = lift(q);
        for (size_t k = 0; k < n; k++)
            r[k] = he_mod_reduce((uint64_t)v[k] + offset, &p->q);
    }
}

size_t he_ckks_pieces(double log_bound)
{
    double beyond = log_bound - HE_CKKS_WORD_BITS;
    return beyond <= 0 ? 1 : 1 + (size_t)ceil(beyond / HE_CKKS_PIECE_BITS);
}

void he_ckks_take_piece(int64_t *w, double *x, size_t n, size_t j)
{
    double up = ldexp(1, (int)j * HE_CKKS_PIECE_BITS), down = 1 / up;
    for (size_t k = 0; k < n; k++) {
        w[k] = he_ckks_round(x[k] * down);
        x[k] -= (double)w[k] * up;
    }
}

/* 2^52 r + w mod q; offset: lift(q). */
static inline uint64_t append(uint64_t r, int64_t w, uint64_t offset, const he_modulus *q)
{
    return he_mod_reduce128(((he_u128)r << HE_CKKS_PIECE_BITS) + ((uint64_t)w + offset), q);
}

void he_ckks_append_piece(uint64_t *r, const int64_t *w, size_t n, const he_modulus *q)
{
    uint64_t offset = lift(q->q);
    for (size_t k = 0; k < n; k++)
        r[k] = append(r[k], w[k], offset, q);
}

uint64_t he_ckks_reduce_double(double x, const he_modulus *q)
{
    uint64_t r = 0, offset = lift(q->q);
    for (size_t j = MOST_PIECES; j-- > 0;) {
        int64_t w;
        he_ckks_take_piece(&w, &x, 1, j);
        r = append(r, w, offset, q);
    }
    return r;
}
