/* SPDX-License-Identifier: MIT */
/* Creation, choice and errors of transforms. */
#include "support/test.h"

#include "core/cpu.h"
#include "math/prime.h"
#include "ntt/ntt.h"

static he_modulus modulus_of(unsigned bits, size_t n)
{
    uint64_t q;
    he_modulus m;
    he_assert_ok(he_prime_search(&q, 1, bits, 2 * n, NULL, 0));
    he_assert_ok(he_modulus_init(&m, q));
    return m;
}

Test(ntt, the_root_is_the_least)
{
    const he_modulus q = modulus_of(20, 64);
    he_ntt *t;
    he_assert_ok(he_ntt_create(&t, &he_ntt_kernels_scalar, &q, 64));
    cr_assert(he_mod_pow(t->psi, 64, &q) == q.q - 1);
    for (uint64_t x = 1; x < t->psi; x++)
        cr_assert(he_mod_pow(x, 64, &q) != q.q - 1);
    he_ntt_destroy(t);
}

Test(ntt, what_does_not_fit_is_refused)
{
    const he_modulus q = modulus_of(40, 1024), wide = modulus_of(60, 1024);
    he_ntt *t = (he_ntt *)&t;
    he_assert_fails(he_ntt_create(&t, &he_ntt_kernels_scalar, &q, 1000), HE_ERR_PARAMS, "1000");
    cr_assert(t == NULL);
    he_assert_fails(he_ntt_create(&t, &he_ntt_kernels_scalar, &q, 8), HE_ERR_PARAMS, "[16,");
    he_assert_fails(he_ntt_create(&t, &he_ntt_kernels_scalar, &q, 262144), HE_ERR_PARAMS,
                    "131072]");
    const he_modulus odd = modulus_of(40, 16);
    if (odd.q % 2048 != 1)
        he_assert_fails(he_ntt_create(&t, &he_ntt_kernels_scalar, &odd, 1024), HE_ERR_PARAMS,
                        "1 modulo 2 n = 2048");
    he_assert_fails(he_ntt_create(&t, &he_ntt_kernels_avx2fma, &wide, 1024), HE_ERR_PARAMS,
                    "q has 60 bits, the avx2fma kernels take 50");
    he_ntt_destroy(NULL);
}

Test(ntt, what_is_less_than_a_block_is_scalar)
{
    size_t count;
    const he_ntt_kernels *const *all = he_ntt_all(&count);
    const he_modulus q = modulus_of(40, 64);
    for (size_t i = 0; i < count; i++)
        for (size_t n = HE_NTT_MIN_N; n <= 64; n *= 2) {
            if (!he_cpu_has(all[i]->isa))
                continue;
            he_ntt *t;
            he_assert_ok(he_ntt_create(&t, all[i], &q, n));
            cr_assert(t->kernels == (n < all[i]->min_n ? &he_ntt_kernels_scalar : all[i]));
            he_ntt_destroy(t);
        }
}

Test(ntt, failing_allocations_leave_nothing)
{
    size_t count;
    const he_ntt_kernels *const *all = he_ntt_all(&count);
    const he_modulus q = modulus_of(40, 1024);
    for (size_t i = 0; i < count; i++) {
        if (!he_cpu_has(all[i]->isa))
            continue;
        he_ntt *t;
        he_test_fail_allocation(0);
        he_assert_ok(he_ntt_create(&t, all[i], &q, 1024));
        he_ntt_destroy(t);
        const unsigned long allocations = he_test_allocations();
        cr_assert(allocations >= 2);
        for (unsigned long k = 1; k <= allocations; k++) {
            he_test_fail_allocation(k);
            he_assert_fails(he_ntt_create(&t, all[i], &q, 1024), HE_ERR_MEMORY, "no memory");
            cr_assert(t == NULL);
        }
        he_test_fail_allocation(0);
    }
}

Test(ntt, the_choice_is_the_fastest_that_is_allowed)
{
    for (he_isa limit = HE_ISA_AUTO; limit <= HE_ISA_AVX512IFMA; limit++)
        for (unsigned bits = 2; bits <= 61; bits++) {
            const he_ntt_kernels *k = he_ntt_select(limit, bits);
            cr_assert(bits <= k->max_bits && he_cpu_allows(limit, k->isa));
        }
    cr_assert(he_ntt_select(HE_ISA_SCALAR, 48) == &he_ntt_kernels_scalar);
    if (he_cpu_has(HE_ISA_AVX2FMA)) {
        cr_assert(he_ntt_select(HE_ISA_AVX2FMA, 50) == &he_ntt_kernels_avx2fma);
        cr_assert(he_ntt_select(HE_ISA_AVX2FMA, 51) == &he_ntt_kernels_avx2);
        cr_assert(he_ntt_select(HE_ISA_AVX2, 48) == &he_ntt_kernels_avx2);
    }
    if (he_cpu_has(HE_ISA_AVX512)) {
        cr_assert(he_ntt_select(HE_ISA_AVX512, 61) == &he_ntt_kernels_avx512);
        cr_assert(he_ntt_select(HE_ISA_AVX512, 50) == &he_ntt_kernels_avx2fma);
    }
    if (he_cpu_has(HE_ISA_AVX512IFMA)) {
        cr_assert(he_ntt_select(HE_ISA_AUTO, 50) == &he_ntt_kernels_avx512ifma);
        cr_assert(he_ntt_select(HE_ISA_AUTO, 51) == &he_ntt_kernels_avx512);
    }
}
