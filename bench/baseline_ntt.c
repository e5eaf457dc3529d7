/* SPDX-License-Identifier: MIT */
/* FROZEN: the yardstick, not a kernel.  The textbook transform of Harvey, "Faster arithmetic for
 * number-theoretic transforms" (2014): radix 2, Shoup quotients of 64 bits, lazy butterflies, one
 * table for each direction, four butterflies a loop round.  Speed ratios in reports are over this
 * file, so it is never tuned, and takes nothing from src/ that tuning could change. */
#include "baseline_ntt.h"

#include <stdlib.h>

__extension__ typedef unsigned __int128 wide;

struct baseline_ntt {
    size_t n;
    uint64_t q;
    uint64_t *root, *root_ratio;       /* psi^rev(i) */
    uint64_t *inverse, *inverse_ratio; /* psi^-rev(i); [0] is 1/n */
};

static uint64_t multiply(uint64_t a, uint64_t b, uint64_t q)
{
    return (uint64_t)((wide)a * b % q);
}

static uint64_t power(uint64_t a, uint64_t e, uint64_t q)
{
    uint64_t r = 1;
    for (; e > 0; e >>= 1) {
        if (e & 1)
            r = multiply(r, a, q);
        a = multiply(a, a, q);
    }
    return r;
}

static size_t reversed(size_t x, size_t n)
{
    size_t r = 0;
    for (size_t bit = 1; bit < n; bit *= 2, x /= 2)
        r = 2 * r + x % 2;
    return r;
}

static uint64_t *table(size_t n)
{
    return aligned_alloc(64, n * sizeof(uint64_t));
}

baseline_ntt *he_baseline_ntt_create(uint64_t q, uint64_t psi, size_t n)
{
    baseline_ntt *t = malloc(sizeof *t);
    if (t == NULL)
        return NULL;
    *t = (baseline_ntt){n, q, table(n), table(n), table(n), table(n)};
    if (t->root == NULL || t->root_ratio == NULL || t->inverse == NULL ||
        t->inverse_ratio == NULL) {
        he_baseline_ntt_destroy(t);
        return NULL;
    }
    uint64_t up = 1, down = 1, psi_inverse = power(psi, q - 2, q);
    for (size_t i = 0; i < n; i++) {
        t->root[reversed(i, n)] = up;
        t->inverse[reversed(i, n)] = down;
        up = multiply(up, psi, q);
        down = multiply(down, psi_inverse, q);
    }
    t->inverse[0] = power(n, q - 2, q);
    for (size_t i = 0; i < n; i++) {
        t->root_ratio[i] = (uint64_t)(((wide)t->root[i] << 64) / q);
        t->inverse_ratio[i] = (uint64_t)(((wide)t->inverse[i] << 64) / q);
    }
    return t;
}

void he_baseline_ntt_destroy(baseline_ntt *t)
{
    if (t == NULL)
        return;
    free(t->root);
    free(t->root_ratio);
    free(t->inverse);
    free(t->inverse_ratio);
    free(t);
}

static inline uint64_t product(uint64_t x, uint64_t w, uint64_t ratio, uint64_t q)
{
    return x * w - (uint64_t)((wide)x * ratio >> 64) * q; /* [0,2q) */
}

static inline uint64_t once(uint64_t x, uint64_t bound)
{
    return x >= bound ? x - bound : x;
}

static inline void forward_butterfly(uint64_t *x, uint64_t *y, uint64_t w, uint64_t ratio,
                                     uint64_t q)
{
    uint64_t u = once(*x, 2 * q), v = product(*y, w, ratio, q);
    *x = u + v;
    *y = u - v + 2 * q; /* both below 4q */
}

static inline void inverse_butterfly(uint64_t *x, uint64_t *y, uint64_t w, uint64_t ratio,
                                     uint64_t q)
{
    uint64_t u = *x, v = *y;
    *x = once(u + v, 2 * q);
    *y = product(u - v + 2 * q, w, ratio, q); /* both below 2q */
}

void he_baseline_ntt_forward(const baseline_ntt *t, uint64_t *a)
{
    const uint64_t q = t->q;
    for (size_t m = 1, gap = t->n / 2; m < t->n; m *= 2, gap /= 2)
        for (size_t i = 0; i < m; i++) {
            const uint64_t w = t->root[m + i], ratio = t->root_ratio[m + i];
            uint64_t *x = a + 2 * i * gap, *y = x + gap;
            if (gap < 4) {
                for (size_t j = 0; j < gap; j++)
                    forward_butterfly(x + j, y + j, w, ratio, q);
                continue;
            }
            for (size_t j = 0; j < gap; j += 4) {
                forward_butterfly(x + j, y + j, w, ratio, q);
                forward_butterfly(x + j + 1, y + j + 1, w, ratio, q);
                forward_butterfly(x + j + 2, y + j + 2, w, ratio, q);
                forward_butterfly(x + j + 3, y + j + 3, w, ratio, q);
            }
        }
    for (size_t i = 0; i < t->n; i++)
        a[i] = once(once(a[i], 2 * q), q);
}

void he_baseline_ntt_inverse(const baseline_ntt *t, uint64_t *a)
{
    const uint64_t q = t->q;
    for (size_t m = t->n / 2, gap = 1; m >= 1; m /= 2, gap *= 2)
        for (size_t i = 0; i < m; i++) {
            const uint64_t w = t->inverse[m + i], ratio = t->inverse_ratio[m + i];
            uint64_t *x = a + 2 * i * gap, *y = x + gap;
            if (gap < 4) {
                for (size_t j = 0; j < gap; j++)
                    inverse_butterfly(x + j, y + j, w, ratio, q);
                continue;
            }
            for (size_t j = 0; j < gap; j += 4) {
                inverse_butterfly(x + j, y + j, w, ratio, q);
                inverse_butterfly(x + j + 1, y + j + 1, w, ratio, q);
                inverse_butterfly(x + j + 2, y + j + 2, w, ratio, q);
                inverse_butterfly(x + j + 3, y + j + 3, w, ratio, q);
            }
        }
    for (size_t i = 0; i < t->n; i++)
        a[i] = once(product(a[i], t->inverse[0], t->inverse_ratio[0], q), q);
}
