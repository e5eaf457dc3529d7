/* SPDX-License-Identifier: MIT */
/* Every kernel of this machine, by force: against the definition where n is small, against FLINT's
 * polynomial product where it is not, and bit-identical to the scalar kernel. */
#include "support/test.h"

#include "core/cpu.h"
#include "core/memory.h"
#include "math/prime.h"
#include "ntt/ntt.h"
#include <flint/nmod_poly.h>
#include <string.h>

enum {
    RANDOM,
    LARGEST,
    ZERO,
    FIRST,
    LAST,
    ALTERNATING,
    HALF,
    FRONT,
    EDGES,
    PATTERNS
};

static void fill(uint64_t *a, size_t n, uint64_t q, int pattern)
{
    for (size_t i = 0; i < n; i++) {
        const uint64_t edges[] = {0, 1, q / 2, q / 2 + 1, q - 2, q - 1};
        const uint64_t value[PATTERNS] = {he_test_random_below(q),
                                          q - 1,
                                          0,
                                          i == 0 ? 1 : 0,
                                          i == n - 1 ? q - 1 : 0,
                                          i % 2 == 0 ? q - 1 : 0,
                                          q / 2,
                                          i < n / 2 ? q - 1 : 0,
                                          edges[he_test_random_below(6)]};
        a[i] = value[pattern];
    }
}

/* Largest and least prime of so many bits that is 1 modulo 2n; 0, 1 or 2 of them. */
static size_t primes_of(he_modulus *primes, unsigned bits, size_t n)
{
    size_t count = 0;
    const uint64_t step = 2 * n, top = UINT64_C(1) << bits;
    for (uint64_t q = top - step + 1; q > top / 2; q -= step)
        if (he_prime_test(q)) {
            he_assert_ok(he_modulus_init(&primes[count++], q));
            break;
        }
    for (uint64_t q = top / 2 + 1; count == 1 && q < primes[0].q; q += step)
        if (he_prime_test(q)) {
            he_assert_ok(he_modulus_init(&primes[count++], q));
            break;
        }
    return count;
}

static const unsigned bits_tested[] = {20, 30, 40, 47, 48, 49, 50, 55, 60, 61};

static void for_each_prime(size_t n, void (*check)(const he_modulus *, size_t))
{
    for (size_t i = 0; i < sizeof bits_tested / sizeof *bits_tested; i++) {
        he_modulus primes[2];
        size_t count = primes_of(primes, bits_tested[i], n);
        cr_assert(count > 0 || bits_tested[i] <= 20);
        for (size_t k = 0; k < count; k++)
            check(&primes[k], n);
    }
}

/* Transforms for one prime by every kernel set that this machine and the prime allow; [0] is
 * scalar. */
static size_t transforms_of(he_ntt *t[8], const he_modulus *q, size_t n)
{
    size_t count, made = 0;
    const he_ntt_kernels *const *all = he_ntt_all(&count);
    for (size_t i = 0; i < count; i++)
        if (q->bits <= all[i]->max_bits && he_cpu_has(all[i]->isa))
            he_assert_ok(he_ntt_create(&t[made++], all[i], q, n));
    return made;
}

static void check_definition(const he_modulus *q, size_t n)
{
    he_ntt *t[8];
    const size_t kernels = transforms_of(t, q, n);
    uint64_t *a = he_alloc(n, 8), *r = he_alloc(n, 8), *expected = he_alloc(n, 8);
    fill(a, n, q->q, RANDOM);
    for (size_t i = 0; i < n; i++) {
        const uint64_t x =
            he_mod_pow(t[0]->psi, 2 * he_bit_reverse((uint32_t)i, t[0]->log_n) + 1, q);
        for (size_t j = n; j-- > 0;) /* Horner */
            expected[i] = he_mod_add(he_mod_mul(expected[i], x, q), a[j], q->q);
    }
    for (size_t k = 0; k < kernels; k++) {
        memcpy(r, a, n * 8);
        he_ntt_forward(t[k], r);
        cr_assert(memcmp(r, expected, n * 8) == 0, "%s, n = %zu, q = %lu", t[k]->kernels->name, n,
                  q->q);
        he_ntt_inverse(t[k], r);
        cr_assert(memcmp(r, a, n * 8) == 0, "%s, n = %zu, q = %lu: inverse", t[k]->kernels->name, n,
                  q->q);
        he_ntt_destroy(t[k]);
    }
    he_free(a);
    he_free(r);
    he_free(expected);
}

Test(ntt_kernel, values_follow_the_definition)
{
    for (size_t n = HE_NTT_MIN_N; n <= 512; n *= 2)
        for_each_prime(n, check_definition);
}

/* The product of two transforms is the product modulo X^n + 1: FLINT multiplies, the upper half
 * folds with a minus. */
static void check_product(const he_modulus *q, size_t n)
{
    he_ntt *t[8];
    const size_t kernels = transforms_of(t, q, n);
    uint64_t *a = he_alloc(n, 8), *b = he_alloc(n, 8), *expected = he_alloc(n, 8);
    uint64_t *x = he_alloc(n, 8), *y = he_alloc(n, 8);
    for (int p = RANDOM; p <= LARGEST; p++) {
        fill(a, n, q->q, p);
        fill(b, n, q->q, p == RANDOM ? EDGES : LARGEST);
        nmod_poly_t f, g, h;
        nmod_poly_init2(f, q->q, (slong)n);
        nmod_poly_init2(g, q->q, (slong)n);
        nmod_poly_init2(h, q->q, (slong)(2 * n));
        for (size_t i = n; i-- > 0;) {
            nmod_poly_set_coeff_ui(f, (slong)i, a[i]);
            nmod_poly_set_coeff_ui(g, (slong)i, b[i]);
        }
        nmod_poly_mul(h, f, g);
        for (size_t i = 0; i < n; i++)
            expected[i] = he_mod_sub(nmod_poly_get_coeff_ui(h, (slong)i),
                                     nmod_poly_get_coeff_ui(h, (slong)(i + n)), q->q);
        nmod_poly_clear(f);
        nmod_poly_clear(g);
        nmod_poly_clear(h);
        for (size_t k = 0; k < kernels; k++) {
            memcpy(x, a, n * 8);
            memcpy(y, b, n * 8);
            he_ntt_forward(t[k], x);
            he_ntt_forward(t[k], y);
            for (size_t i = 0; i < n; i++)
                x[i] = he_mod_mul(x[i], y[i], q);
            he_ntt_inverse(t[k], x);
            cr_assert(memcmp(x, expected, n * 8) == 0, "%s, n = %zu, q = %lu", t[k]->kernels->name,
                      n, q->q);
        }
    }
    for (size_t k = 0; k < kernels; k++)
        he_ntt_destroy(t[k]);
    he_free(a);
    he_free(b);
    he_free(expected);
    he_free(x);
    he_free(y);
}

Test(ntt_kernel, products_are_flint_s)
{
    for (size_t n = 1024; n <= 32768; n *= 2)
        for_each_prime(n, check_product);
}

static void check_identical(const he_modulus *q, size_t n)
{
    he_ntt *t[8];
    const size_t kernels = transforms_of(t, q, n);
    uint64_t *a = he_alloc(n, 8), *forward = he_alloc(n, 8), *inverse = he_alloc(n, 8);
    uint64_t *r = he_alloc(n, 8);
    for (int p = 0; p < PATTERNS; p++) {
        fill(a, n, q->q, p);
        memcpy(forward, a, n * 8);
        memcpy(inverse, a, n * 8);
        he_ntt_forward(t[0], forward);
        he_ntt_inverse(t[0], inverse);
        for (size_t k = 0; k < kernels; k++) {
            const char *name = t[k]->kernels->name;
            memcpy(r, a, n * 8);
            he_ntt_forward(t[k], r);
            cr_assert(memcmp(r, forward, n * 8) == 0, "%s: forward, n = %zu, q = %lu, pattern %d",
                      name, n, q->q, p);
            he_ntt_inverse(t[k], r);
            cr_assert(memcmp(r, a, n * 8) == 0, "%s: there and back, n = %zu, q = %lu, pattern %d",
                      name, n, q->q, p);
            he_ntt_inverse(t[k], r); /* of coefficients: any canonical input is a valid one */
            cr_assert(memcmp(r, inverse, n * 8) == 0, "%s: inverse, n = %zu, q = %lu, pattern %d",
                      name, n, q->q, p);
        }
    }
    for (size_t k = 0; k < kernels; k++)
        he_ntt_destroy(t[k]);
    he_free(a);
    he_free(forward);
    he_free(inverse);
    he_free(r);
}

Test(ntt_kernel, all_kernels_give_the_same_bits)
{
    size_t count;
    const he_ntt_kernels *const *all = he_ntt_all(&count);
    for (size_t i = 0; i < count; i++)
        if (!he_cpu_has(all[i]->isa))
            fprintf(stderr, "SKIPPED: ntt kernels %s, which this machine does not have\n",
                    all[i]->name);
    const size_t largest = he_test_scale() > 1 ? HE_NTT_MAX_N : 32768;
    for (size_t n = HE_NTT_MIN_N; n <= largest; n *= 2)
        for_each_prime(n, check_identical);
}
