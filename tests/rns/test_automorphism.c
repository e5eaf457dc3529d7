/* SPDX-License-Identifier: MIT */
/* X -> X^g: coefficient form by definition, NTT form by agreement with it. */
#include "bases.h"

#include <string.h>

static void check(size_t n, uint32_t g)
{
    static base b;
    const unsigned bits[4] = {50};
    base_create(&b, 1, n, bits, 50, HE_ISA_AUTO, NULL);
    const he_rns_prime *p = b.list[0];
    uint64_t q = p->q.q, *a = limbs(1, n), *r = limbs(1, n), *expected = limbs(1, n),
             *values = limbs(1, n);
    uint32_t *index = he_alloc(n, sizeof *index);
    for (size_t j = 0; j < n; j++)
        a[j] = j < 4 ? (j & 1) * (q - 1) : he_test_random_below(q);
    for (size_t j = 0; j < n; j++) {
        uint64_t power = (uint64_t)j * g % (2 * n);
        if (power < n)
            expected[power] = a[j];
        else
            expected[power - n] = (q - a[j]) % q;
    }
    memcpy(values, a, n * sizeof *a);
    he_rns_galois_coeff(r, a, g, n, &p->q);
    cr_assert(memcmp(r, expected, n * sizeof *r) == 0);
    cr_assert(memcmp(values, a, n * sizeof *a) == 0);
    he_ntt_forward(p->ntt, values);
    he_rns_galois_index(index, g, n);
    p->vec->permute(r, values, index, n);
    he_ntt_inverse(p->ntt, r);
    cr_assert(memcmp(r, expected, n * sizeof *r) == 0, "n = %zu, g = %u", n, g);
    he_free(a);
    he_free(r);
    he_free(expected);
    he_free(values);
    he_free(index);
    base_destroy(&b);
}

Test(automorphism, both_forms_agree_with_the_definition)
{
    for (uint32_t g = 1; g < 64; g += 2)
        check(32, g);
    for (size_t n = 1024; n <= 4096; n *= 2) {
        uint32_t two_n = (uint32_t)(2 * n);
        const uint32_t some[] = {1, 3, 5, two_n - 3, two_n - 1, (uint32_t)n + 1, (uint32_t)n - 1};
        for (size_t i = 0; i < sizeof some / sizeof *some; i++)
            check(n, some[i]);
        for (int i = 0; i < 5; i++)
            check(n, (uint32_t)he_test_random_below(n) * 2 + 1);
    }
}
