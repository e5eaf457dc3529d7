/* SPDX-License-Identifier: MIT */
/* Twiddles of the special FFT, each the double nearest to the true value.
 *
 * Cosine and sine of a coarse and a fine angle come from their Taylor series in fixed point with
 * 126 bits after the point, one complex product joins them, and one rounding makes the double; the
 * error before it is below 2^-110, and no value depends on another. */
#include "ckks/ckks.h"

#include "core/cpu.h"
#include "core/memory.h"
#include <math.h>

typedef he_u128 fixed; /* value times 2^126, in [0, 1] */

#define FIXED_ONE ((fixed)1 << 126)
/* floor(pi/4 2^126) */
#define FIXED_PI_4 ((fixed)0x3243f6a8885a308du << 64 | 0x313198a2e0370734u)

static fixed multiply(fixed a, fixed b)
{
    uint64_t a0 = (uint64_t)a, a1 = (uint64_t)(a >> 64);
    uint64_t b0 = (uint64_t)b, b1 = (uint64_t)(b >> 64);
    he_u128 p01 = (he_u128)a0 * b1, p10 = (he_u128)a1 * b0;
    he_u128 middle = he_mulhi(a0, b0) + (he_u128)(uint64_t)p01 + (uint64_t)p10;
    he_u128 high = (he_u128)a1 * b1 + (p01 >> 64) + (p10 >> 64) + (middle >> 64);
    return high << 2 | (uint64_t)middle >> 62;
}

typedef struct angle {
    fixed cosine, sine;
} angle;

/* x in [0, pi/4] */
static angle series(fixed x)
{
    fixed square = multiply(x, x);
    angle r = {FIXED_ONE, x};
    fixed c = FIXED_ONE, s = x;
    for (unsigned k = 1; (c | s) != 0; k++) {
        c = multiply(c, square) / ((2 * k - 1) * (2 * k));
        s = multiply(s, square) / ((2 * k) * (2 * k + 1));
        r.cosine = k % 2 == 1 ? r.cosine - c : r.cosine + c;
        r.sine = k % 2 == 1 ? r.sine - s : r.sine + s;
    }
    return r;
}

static double nearest(fixed x)
{
    return ldexp((double)x, -126);
}

/* cosine[k], sine[k] of the angle k (pi/4) / eighth for k = 0 … eighth, a power of two. */
static he_status octant(double *cosine, double *sine, size_t eighth)
{
    unsigned log_eighth = he_bit_length(eighth) - 1;
    size_t block = (size_t)1 << log_eighth / 2;
    angle *fine = he_alloc_raw(block, sizeof *fine);
    if (fine == NULL)
        return he_fail(HE_ERR_MEMORY, "no memory for the FFT's tables");
    fixed step = FIXED_PI_4 >> log_eighth;
    for (size_t b = 0; b < block; b++)
        fine[b] = series(step * b);
    for (size_t k = 0; k <= eighth; k += block) {
        angle coarse = series(step * k);
        for (size_t b = 0; b < block && k + b <= eighth; b++) {
            cosine[k + b] = nearest(multiply(coarse.cosine, fine[b].cosine) -
                                    multiply(coarse.sine, fine[b].sine));
            sine[k + b] = nearest(multiply(coarse.sine, fine[b].cosine) +
                                  multiply(coarse.cosine, fine[b].sine));
        }
    }
    he_free(fine);
    return HE_OK;
}

/* exp(2 pi i e / m) for e in [0, m), m = 8 eighth */
static void root(double *re, double *im, size_t e, size_t eighth, const double *cosine,
                 const double *sine)
{
    size_t quarter = 2 * eighth, r = e % quarter;
    double c = r <= eighth ? cosine[r] : sine[quarter - r];
    double s = r <= eighth ? sine[r] : cosine[quarter - r];
    switch (e / quarter) {
    case 0:
        *re = c, *im = s;
        break;
    case 1:
        *re = -s, *im = c;
        break;
    case 2:
        *re = -c, *im = -s;
        break;
    default:
        *re = s, *im = -c;
        break;
    }
}

/* The stage with half-length h takes at position j the root exp(2 pi i ((-3)^j mod 8h) / 8h). */
static he_status fill(he_ckks_fft *t)
{
    size_t m = 4 * t->count, eighth = m / 8;
    double *table = he_alloc_raw(2 * (eighth + 1), sizeof *table);
    if (table == NULL)
        return he_fail(HE_ERR_MEMORY, "no memory for the FFT's tables");
    double *cosine = table, *sine = table + eighth + 1;
    he_status status = octant(cosine, sine, eighth);
    for (size_t h = 1; status == HE_OK && h < t->count; h *= 2) {
        size_t order = 8 * h, power = 1;
        for (size_t j = 0; j < h; j++) {
            root(&t->re[h + j], &t->im[h + j], power * (m / order), eighth, cosine, sine);
            power = power * (order - 3) % order;
        }
    }
    he_free(table);
    return status;
}

he_status he_ckks_fft_init(he_ckks_fft *t, size_t n, he_isa limit)
{
    t->count = n / 2;
    t->log_count = he_bit_length(t->count) - 1;
    t->kernels = he_cpu_allows(limit, HE_ISA_AVX2) ? &he_ckks_fft_avx2 : &he_ckks_fft_scalar;
    t->re = he_alloc(t->count, sizeof *t->re);
    t->im = he_alloc(t->count, sizeof *t->im);
    t->reverse = he_alloc_raw(t->count, sizeof *t->reverse);
    if (t->re == NULL || t->im == NULL || t->reverse == NULL)
        return he_fail(HE_ERR_MEMORY, "no memory for the FFT's tables");
    for (size_t k = 0; k < t->count; k++)
        t->reverse[k] = he_bit_reverse((uint32_t)k, t->log_count);
    return fill(t);
}

void he_ckks_fft_clear(he_ckks_fft *t)
{
    he_free(t->re);
    he_free(t->im);
    he_free(t->reverse);
    t->re = t->im = NULL;
    t->reverse = NULL;
}
