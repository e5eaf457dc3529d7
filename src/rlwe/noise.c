/* SPDX-License-Identifier: MIT */
/* The one noise model: selection of parameters, tracking and the bound at decryption use it.
 *
 * Numbers are log2 of the standard deviation sigma of one coefficient of the noise polynomial.
 * s is uniform ternary, variance 2/3; errors have variance s2 = HE_ERROR_VARIANCE; a product of
 * polynomials sums n products, so variances multiply by n.  Fresh noise after Iliashenko's
 * average-case analysis; the BFV product after Kim, Polyakov, Zucca, ePrint 2021/204.
 * Deviation: the mean square of s^2 is taken as 8n/9 per coefficient (its cross terms come twice),
 * where the literature often has 4n/9. */
#include "rlwe/noise.h"

#include "rlwe/rlwe.h"
#include <math.h>

#define LN_2 0.69314718055994530942

/* log2 of a standard deviation from a variance. */
static double log_sigma(double variance)
{
    return 0.5 * log2(variance);
}

double he_noise_add(double a, double b)
{
    double high = fmax(a, b), low = fmin(a, b);
    return high + log2(1 + exp2(low - high));
}

double he_noise_independent(double a, double b)
{
    double high = fmax(a, b), low = fmin(a, b);
    return high + 0.5 * log2(1 + exp2(2 * (low - high)));
}

/* Chernoff: Pr(|e| > z sigma) <= 2 exp(-z^2 / 2) for each coefficient, so with failure 2^-128
 * over all n: z^2 = 2 ln 2 (128 + 1 + log2 n). */
double he_noise_log_tail(double n)
{
    return 0.5 * log2(2 * LN_2 * (128 + 1 + log2(n)));
}

/* Rounding errors are uniform in [-1/2, 1/2]: 1/12 (1 + |s|^2 + |s^2|^2), |s|^2 = 2n/3. */
double he_noise_model_rounding(double n, uint32_t size)
{
    double v = 1;
    if (size > 1)
        v += 2 * n / 3;
    if (size > 2)
        v += 8 * n * n / 9;
    return log_sigma(v / 12);
}

/* e u + e_0 + e_1 s divided by P, its rounding, and the rounding of the message. */
double he_noise_model_fresh_public(double n, double log_p)
{
    double encryption = log_sigma(HE_ERROR_VARIANCE * (1 + 4 * n / 3)) - log_p;
    double rounding = he_noise_model_rounding(n, 2);
    return he_noise_independent(he_noise_independent(encryption, rounding), log_sigma(1.0 / 12));
}

/* sum_j d_j e_j / P.  A digit of a primes comes as D sum (u_i - 1/2), u_i uniform in [0, 1): the
 * fast conversion keeps its overflow, its mean is taken off.  E d^2 = D^2 a/12. */
double he_noise_model_switch_product(double n, const uint64_t *data, size_t limbs, size_t alpha,
                                     double log_p)
{
    double total = -INFINITY;
    for (size_t first = 0; first < limbs; first += alpha) {
        size_t end = first + alpha < limbs ? first + alpha : limbs;
        double log_d = 0, a = (double)(end - first);
        for (size_t i = first; i < end; i++)
            log_d += log2((double)data[i]);
        double digit = log_d + log_sigma(n * HE_ERROR_VARIANCE * (a / 12)) - log_p;
        total = total == -INFINITY ? digit : he_noise_independent(total, digit);
    }
    return total;
}

double he_noise_rounding(const he_context *ctx, uint32_t size)
{
    return he_noise_model_rounding((double)ctx->n, size);
}

double he_noise_divided(const he_context *ctx, double a, double log_q, uint32_t size)
{
    return he_noise_independent(a - log_q, he_noise_rounding(ctx, size));
}

double he_noise_fresh_public(const he_context *ctx)
{
    return he_noise_model_fresh_public((double)ctx->n, ctx->log_p);
}

double he_noise_fresh_symmetric(const he_context *ctx)
{
    (void)ctx;
    return log_sigma(HE_ERROR_VARIANCE + 1.0 / 12);
}

double he_noise_switch_product(const he_context *ctx, uint32_t level)
{
    return ctx->levels[level].switch_noise;
}

double he_noise_keyswitch(const he_context *ctx, uint32_t level)
{
    return he_noise_independent(he_noise_switch_product(ctx, level), he_noise_rounding(ctx, 2));
}

/* How often powers of the same polynomial meet.  s^d at a root of unity has E |s|^(2d) = d! of what
 * d independent factors would have, so the product with s of noise in which s stands d times takes
 * the variance times d + 1; until the largest of n values rules, at about ln n (Biasioli, Marcolla,
 * Calderini, Mono, ePrint 2023/600, tabulate the same growth).  d is read off the noise itself: 1
 * for rounding noise, one more for each product, and 1 again after a modulus switch. */
static double powers(double n, double log_sigma, double growth)
{
    double above = log_sigma - he_noise_model_rounding(n, 2);
    return 1 + fmax(0, above) / (growth + 1);
}

/* v_a k_b: s, and k_b where b may have been multiplied in before: b is then so many products
 * behind a.  Both together exceed ((ln n + 4) / 2)^2 nowhere. */
static double product_term(double n, double a, double b, double growth)
{
    double most = log(n) + 4, d = powers(n, a, growth), behind = d - powers(n, b, growth);
    double factor = fmin(d + 1, most) * (1 + fmax(0, behind));
    return a + growth + 0.5 * log2(fmin(factor, most * most / 4));
}

/* t (v_a k_b + v_b k_a), k the wraps of c_0 + c_1 s modulo Q, of variance n/18; then the rounding
 * of three polynomials. */
double he_noise_bfv_product(double n, double t, double a, double b)
{
    double growth = log2(t) + log2(n) + log_sigma(1.0 / 18);
    double sum = he_noise_add(product_term(n, a, b, growth), product_term(n, b, a, growth));
    return he_noise_independent(sum, he_noise_model_rounding(n, 3));
}

/* v w for a plaintext w with centred coefficients below t/2 in size: its norm is at most
 * (t/2) sqrt(n), 3 times the mean square of a random one, which covers two earlier products with
 * the same w; from then on as above. */
double he_noise_bfv_product_plain(double n, double t, double a)
{
    double growth = log2(t) + 0.5 * log2(n / 12);
    double d = fmin(fmax(3, powers(n, a, growth - 1) + 1), log(n) + 4);
    return a + growth + 0.5 * log2(d);
}
