/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include "ckks/ckks.h"
#include "core/cpu.h"

typedef struct points {
    double *re, *im;
} points;

static points take(size_t count)
{
    points p = {he_alloc(count, sizeof *p.re), he_alloc(count, sizeof *p.im)};
    cr_assert(p.re != NULL && p.im != NULL);
    return p;
}

static void give(points p)
{
    he_free(p.re);
    he_free(p.im);
}

static long double angle(size_t e, size_t m)
{
    return 6.28318530717958647692528676655900577L * (long double)e / (long double)m;
}

/* The nearest double, as far as an angle with 64 bits of mantissa can tell. */
static bool is_nearest(double got, long double want)
{
    double ulp = nextafter(fabs(got), INFINITY) - fabs(got);
    return fabsl((long double)got - want) <= 0.5L * (long double)ulp + 0x1p-60L;
}

Test(ckks_fft, twiddles_are_the_nearest_doubles)
{
    for (size_t n = 1024; n <= 131072; n *= 2) {
        he_ckks_fft t = {0};
        he_assert_ok(he_ckks_fft_init(&t, n, HE_ISA_AUTO));
        for (size_t h = 1; h < t.count; h *= 2) {
            size_t m = 8 * h, power = 1;
            for (size_t j = 0; j < h; j++) {
                cr_assert(is_nearest(t.re[h + j], cosl(angle(power, m))), "n %zu h %zu j %zu", n, h,
                          j);
                cr_assert(is_nearest(t.im[h + j], sinl(angle(power, m))), "n %zu h %zu j %zu", n, h,
                          j);
                power = power * (m - 3) % m;
            }
        }
        he_ckks_fft_clear(&t);
    }
}

/* a(zeta^((-3)^j)) by Horner's rule. */
static long double complex slot_of(const double *a, size_t n, size_t j)
{
    size_t e = 1;
    for (size_t i = 0; i < j; i++)
        e = e * (2 * n - 3) % (2 * n);
    long double complex sum = 0;
    for (size_t k = 0; k < n; k++) {
        long double x = angle(e * k % (2 * n), 2 * n);
        sum += a[k] * (cosl(x) + I * sinl(x));
    }
    return sum;
}

Test(ckks_fft, slots_are_values_at_powers_of_minus_three)
{
    for (size_t n = 1024; n <= 2048; n *= 2) {
        he_ckks_fft t = {0};
        he_assert_ok(he_ckks_fft_init(&t, n, HE_ISA_AUTO));
        points p = take(t.count);
        double *a = he_alloc(n, sizeof *a);
        for (size_t k = 0; k < n; k++)
            a[k] = he_test_random_unit();
        for (size_t k = 0; k < t.count; k++) {
            p.re[t.reverse[k]] = a[k];
            p.im[t.reverse[k]] = a[k + t.count];
        }
        t.kernels->to_slots(&t, p.re, p.im);
        for (size_t j = 0; j < t.count; j += 37) {
            long double complex want = slot_of(a, n, j);
            cr_assert(cabsl(want - (p.re[j] + I * p.im[j])) < 0x1p-44L, "slot %zu", j);
        }
        he_free(a);
        give(p);
        he_ckks_fft_clear(&t);
    }
}

Test(ckks_fft, inverse_undoes_it)
{
    for (size_t n = 1024; n <= 65536; n *= 2) {
        he_ckks_fft t = {0};
        he_assert_ok(he_ckks_fft_init(&t, n, HE_ISA_AUTO));
        points p = take(t.count), q = take(t.count);
        for (size_t j = 0; j < t.count; j++) {
            q.re[j] = p.re[j] = he_test_random_unit();
            q.im[j] = p.im[j] = he_test_random_unit();
        }
        t.kernels->from_slots(&t, p.re, p.im);
        t.kernels->to_slots(&t, p.re, p.im);
        double most = 0;
        for (size_t j = 0; j < t.count; j++)
            most = fmax(most, hypot(p.re[j] / (double)t.count - q.re[j],
                                    p.im[j] / (double)t.count - q.im[j]));
        cr_assert(most < 0x1p-49, "n %zu: 2^%.2f", n, log2(most));
        give(p);
        give(q);
        he_ckks_fft_clear(&t);
    }
}

Test(ckks_fft, instruction_sets_give_the_same_bits)
{
    if (!he_cpu_has(HE_ISA_AVX2))
        cr_skip("no AVX2");
    for (size_t n = 1024; n <= 32768; n *= 2) {
        he_ckks_fft t = {0};
        he_assert_ok(he_ckks_fft_init(&t, n, HE_ISA_SCALAR));
        cr_assert(t.kernels == &he_ckks_fft_scalar);
        points p = take(t.count), q = take(t.count);
        for (size_t j = 0; j < t.count; j++) {
            q.re[j] = p.re[j] = ldexp(he_test_random_unit(), (int)he_test_random_below(200) - 100);
            q.im[j] = p.im[j] = he_test_random_unit();
        }
        for (int round = 0; round < 2; round++) {
            if (round == 0) {
                he_ckks_fft_scalar.to_slots(&t, p.re, p.im);
                he_ckks_fft_avx2.to_slots(&t, q.re, q.im);
            } else {
                he_ckks_fft_scalar.from_slots(&t, p.re, p.im);
                he_ckks_fft_avx2.from_slots(&t, q.re, q.im);
            }
            cr_assert(memcmp(p.re, q.re, t.count * sizeof *p.re) == 0);
            cr_assert(memcmp(p.im, q.im, t.count * sizeof *p.im) == 0);
        }
        give(p);
        give(q);
        he_ckks_fft_clear(&t);
    }
}

Test(ckks_fft, failing_allocations_are_reported)
{
    for (unsigned long k = 1; k <= 5; k++) {
        he_ckks_fft t = {0};
        he_test_fail_allocation(k);
        he_assert_fails(he_ckks_fft_init(&t, 1024, HE_ISA_AUTO), HE_ERR_MEMORY, "FFT");
        he_test_fail_allocation(0);
        he_ckks_fft_clear(&t);
    }
}
