/* SPDX-License-Identifier: MIT */
/* Composition returns the integer that GMP took apart. */
#include "bases.h"

Test(compose, integers_come_back)
{
    static base b;
    mpz_t v, got;
    mpz_init(v);
    mpz_init(got);
    for (size_t s = 0; s < SHAPES; s++)
        for (size_t side = 0; side < 2; side++) {
            base_create(&b, side ? shapes[s].to : shapes[s].from, 16,
                        side ? shapes[s].other : shapes[s].bits, 61, HE_ISA_AUTO, NULL);
            he_rns_crt *c;
            he_assert_ok(he_rns_crt_create(&c, b.list, b.count));
            uint64_t x[MAX_BASE + 2], residues[MAX_BASE];
            cr_assert(he_rns_crt_words(c) <= MAX_BASE + 1);
            x[he_rns_crt_words(c)] = 0x5555;
            mpz_import(got, he_rns_crt_words(c), -1, 8, 0, 0, he_rns_crt_product(c));
            cr_assert(mpz_cmp(got, b.product) == 0);
            for (size_t j = 0; j < 2000; j++) {
                value(v, &b, j);
                if (j >= 1000) /* small ones, and their like below D */
                    mpz_fdiv_q_2exp(v, v, he_test_random_below(he_big_bits(b.product)));
                if (j >= 1500)
                    mpz_sub(v, b.product, v);
                mpz_mod(v, v, b.product);
                for (size_t i = 0; i < b.count; i++)
                    residues[i] = he_big_mod(v, b.prime[i].q.q);
                he_rns_crt_compose(c, x, residues);
                mpz_import(got, he_rns_crt_words(c), -1, 8, 0, 0, x);
                cr_assert(mpz_cmp(got, v) == 0);
                cr_assert(x[he_rns_crt_words(c)] == 0x5555);
            }
            he_rns_crt_destroy(c);
            base_destroy(&b);
        }
    mpz_clear(v);
    mpz_clear(got);
}

Test(compose, missing_memory_and_empty_bases_are_refused)
{
    static base b;
    base_create(&b, 3, 16, shapes[2].bits, 61, HE_ISA_AUTO, NULL);
    he_rns_crt *c = NULL;
    he_assert_fails(he_rns_crt_create(&c, b.list, 0), HE_ERR_ARGUMENT, "no primes");
    for (unsigned long k = 1; k <= 6; k++) {
        he_test_fail_allocation(k);
        he_assert_fails(he_rns_crt_create(&c, b.list, 3), HE_ERR_MEMORY, "no memory");
        cr_assert(c == NULL);
    }
    he_test_fail_allocation(0);
    he_rns_crt_destroy(NULL);
    base_destroy(&b);
}

Test(prime, kernels_are_chosen_and_failures_leave_nothing)
{
    he_rns_prime p = {.q.q = 5};
    he_assert_fails(he_rns_prime_init(&p, (uint64_t)1 << 62, 16, HE_ISA_AUTO, 0), HE_ERR_ARGUMENT,
                    "2^61");
    he_assert_fails(he_rns_prime_init(&p, 65537, (size_t)1 << 17, HE_ISA_AUTO, 0), HE_ERR_PARAMS,
                    "65537");
    cr_assert(p.q.q == 5);
    he_assert_ok(he_rns_prime_init(&p, 65537, 1024, HE_ISA_SCALAR, 61));
    cr_assert(p.vec->isa == HE_ISA_SCALAR && p.ntt->kernels->isa == HE_ISA_SCALAR);
    he_rns_prime_clear(&p);
    he_assert_ok(he_rns_prime_init(&p, 65537, 1024, HE_ISA_AUTO, 61));
    cr_assert(p.vec->max_bits >= 61 && p.ntt->kernels->max_bits >= 17);
    he_rns_prime_clear(&p);
    cr_assert(p.ntt == NULL);
}
