/* SPDX-License-Identifier: MIT */
/* Primes and least roots: FLINT, brute force, and SEAL's published values. */
#include "support/test.h"

#include "math/prime.h"
#include <flint/ulong_extras.h>

Test(prime, primality_of_every_small_word_and_of_hard_ones)
{
    static bool composite[100000] = {true, true};
    for (size_t i = 2; i < 100000; i++) {
        cr_assert(he_prime_test(i) == !composite[i]);
        for (size_t j = 2 * i; j < 100000; j += i)
            composite[j] = true;
    }
    cr_assert(!he_prime_test(3215031751u));           /* strong to bases 2, 3, 5, 7 */
    cr_assert(!he_prime_test(3825123056546413051u));  /* strong to the first nine primes */
    cr_assert(!he_prime_test(18446744073709551615u)); /* 2^64 - 1 */
    cr_assert(he_prime_test(18446744073709551557u));  /* the largest below 2^64 */
    cr_assert(he_prime_test(((uint64_t)1 << 61) - 1));
    cr_assert(!he_prime_test((uint64_t)4294967291u * 4294967291u));
}

Test(prime, search_finds_the_largest_and_leaves_none_out)
{
    for (unsigned bits = 20; bits <= 61; bits++)
        for (uint64_t step = 2048; step <= 65536; step *= 32) {
            uint64_t q[4], avoid, other[3];
            if (bits < 24 && step > 2048)
                continue;
            he_assert_ok(he_prime_search(q, 4, bits, step, NULL, 0));
            uint64_t c = (uint64_t)1 << bits;
            for (size_t i = 0; i < 4; c = q[i++]) {
                cr_assert(q[i] < c && q[i] % step == 1 && n_is_prime(q[i]));
                cr_assert(FLINT_BIT_COUNT(q[i]) == bits);
                for (uint64_t x = q[i] + step; x < c; x += step)
                    cr_assert(!n_is_prime(x));
            }
            avoid = q[1];
            he_assert_ok(he_prime_search(other, 3, bits, step, &avoid, 1));
            cr_assert(other[0] == q[0] && other[1] == q[2] && other[2] == q[3]);
        }
}

Test(prime, search_says_when_there_are_too_few)
{
    uint64_t q[8];
    he_assert_ok(he_prime_search(q, 1, 17, 65536, NULL, 0));
    cr_assert(q[0] == 65537);
    he_assert_fails(he_prime_search(q, 2, 17, 65536, NULL, 0), HE_ERR_PARAMS, "only 1 of 2");
    he_assert_fails(he_prime_search(q, 1, 17, 65536, q, 1), HE_ERR_PARAMS, "only 0 of 1");
    he_assert_fails(he_prime_search(q, 1, 20, (uint64_t)1 << 40, NULL, 0), HE_ERR_PARAMS, "only 0");
    he_assert_fails(he_prime_search(q, 1, 62, 2048, NULL, 0), HE_ERR_PARAMS, "62 bits");
    he_assert_fails(he_prime_search(q, 1, 1, 2048, NULL, 0), HE_ERR_PARAMS, "1 bits");
    he_assert_fails(he_prime_search(q, 1, 30, 0, NULL, 0), HE_ERR_PARAMS, "step 0");
    he_assert_ok(he_prime_search(q, 2, 2, 1, NULL, 0));
    cr_assert(q[0] == 3 && q[1] == 2);
    he_assert_fails(he_prime_search(q, 3, 2, 1, NULL, 0), HE_ERR_PARAMS, "only 2 of 3");
}

Test(prime, nearest_is_nearest)
{
    for (unsigned i = 0; i < 400; i++) {
        double target = (double)(he_test_random() >> (4 + i % 40)) + 0.5 * (i & 1) + 4096;
        uint64_t step = (uint64_t)2048 << (i % 5), q, avoid;
        he_assert_ok(he_prime_nearest(&q, target, 61, step, NULL, 0));
        cr_assert(n_is_prime(q) && q % step == 1);
        __float128 d = (__float128)q - (__float128)target;
        d = d < 0 ? -d : d;
        for (uint64_t x = 1 + step; x < q + 2 * (uint64_t)d + step; x += step) {
            __float128 e = (__float128)x - (__float128)target;
            if ((e < 0 ? -e : e) < d) {
                cr_assert(!n_is_prime(x));
            } else if (x < q) {
                uint64_t skip = (uint64_t)(-e - d) / step;
                x += skip * step;
            }
        }
        avoid = q;
        he_assert_ok(he_prime_nearest(&q, target, 61, step, &avoid, 1));
        cr_assert(q != avoid && n_is_prime(q) && q % step == 1);
    }
    uint64_t q = 0;
    he_assert_ok(he_prime_nearest(&q, 2, 61, 1, NULL, 0));
    cr_assert(q == 2);
    he_assert_ok(he_prime_nearest(&q, 4, 61, 1, NULL, 0)); /* 3 and 5 are as near */
    cr_assert(q == 3);
    he_assert_ok(he_prime_nearest(&q, 0x1p61 - 512, 61, 2048, NULL, 0));
    cr_assert(q < (uint64_t)1 << 61);
    for (unsigned bits = 20; bits < 61;
         bits++) { /* from below, however far above the target lies */
        uint64_t largest, far = 0;
        he_assert_ok(he_prime_search(&largest, 1, bits, 2048, NULL, 0));
        he_assert_ok(he_prime_nearest(&q, (double)((uint64_t)1 << bits), bits, 2048, NULL, 0));
        he_assert_ok(he_prime_nearest(&far, 0x1p60, bits, 2048, NULL, 0));
        cr_assert(q == largest && far == largest);
    }
}

Test(prime, nearest_refuses_what_has_no_answer)
{
    uint64_t q = 7;
    he_assert_fails(he_prime_nearest(&q, 0x1p61, 61, 2048, NULL, 0), HE_ERR_PARAMS, "target");
    he_assert_fails(he_prime_nearest(&q, 1, 61, 2048, NULL, 0), HE_ERR_PARAMS, "target");
    he_assert_fails(he_prime_nearest(&q, 0.0 / 0.0, 61, 2048, NULL, 0), HE_ERR_PARAMS, "target");
    he_assert_fails(he_prime_nearest(&q, 1e9, 62, 2048, NULL, 0), HE_ERR_PARAMS, "62 bits");
    he_assert_fails(he_prime_nearest(&q, 1e9, 1, 2048, NULL, 0), HE_ERR_PARAMS, "1 bits");
    he_assert_fails(he_prime_nearest(&q, 1e9, 11, 2048, NULL, 0), HE_ERR_PARAMS, "below 2^11");
    he_assert_fails(he_prime_nearest(&q, 1e9, 61, 0, NULL, 0), HE_ERR_PARAMS, "step 0");
    he_assert_fails(he_prime_nearest(&q, 1e9, 61, UINT64_MAX, NULL, 0), HE_ERR_PARAMS, "step");
    he_assert_fails(he_prime_nearest(&q, 1e9, 61, (uint64_t)1 << 60, NULL, 0), HE_ERR_PARAMS,
                    "no prime");
    cr_assert(q == 7);
}

static uint64_t root_of(uint64_t q, uint64_t order)
{
    he_modulus m;
    uint64_t root = 0;
    he_assert_ok(he_modulus_init(&m, q));
    he_assert_ok(he_root_minimal(&root, order, &m));
    return root;
}

Test(prime, least_roots_are_those_that_seal_prints)
{
    cr_assert(root_of(68719230977, 8192) == 29008497);
    cr_assert(root_of(68719403009, 8192) == 24250113);
    cr_assert(root_of(137438822401, 8192) == 8625844);
    cr_assert(root_of(1032193, 8192) == 194);
    cr_assert(root_of(1152921504606748673, 8192) == 271802498405390);
    cr_assert(root_of(1125899906826241, 8192) == 46909545429);
    cr_assert(root_of(1152921504606830593, 8192) == 116777451583545);
    uint64_t q[2]; /* the same chain by search: SEAL's primes descend from 2^36 */
    he_assert_ok(he_prime_search(q, 2, 36, 8192, NULL, 0));
    cr_assert(q[0] == 68719403009 && q[1] == 68719230977);
}

Test(prime, no_smaller_root_exists)
{
    for (uint64_t order = 2; order <= 256; order *= 2) {
        uint64_t q[3];
        he_assert_ok(he_prime_search(q, 3, 18, order, NULL, 0));
        for (size_t i = 0; i < 3; i++) {
            uint64_t root = root_of(q[i], order), inverse = n_preinvert_limb(q[i]);
            for (uint64_t x = 1; x <= root; x++)
                cr_assert((n_powmod2_ui_preinv(x, order / 2, q[i], inverse) == q[i] - 1) ==
                          (x == root));
        }
    }
    cr_assert(root_of(3, 2) == 2);
    cr_assert(root_of(5, 4) == 2);
    cr_assert(root_of(17, 16) == 3);
}

Test(prime, roots_that_do_not_exist_are_refused)
{
    he_modulus m;
    uint64_t root = 11;
    he_assert_ok(he_modulus_init(&m, 1032193));
    he_assert_fails(he_root_minimal(&root, 65536, &m), HE_ERR_PARAMS, "1032193 is not 1 mod 65536");
    he_assert_fails(he_root_minimal(&root, 0, &m), HE_ERR_PARAMS, "order 0");
    he_assert_fails(he_root_minimal(&root, 1, &m), HE_ERR_PARAMS, "order 1");
    he_assert_fails(he_root_minimal(&root, 6, &m), HE_ERR_PARAMS, "order 6");
    he_assert_fails(he_root_minimal(&root, (uint64_t)1 << 25, &m), HE_ERR_PARAMS, "2^24");
    he_assert_ok(he_modulus_init(&m, 5 * 13 * 64 + 1)); /* 4161 = 3 19 73 */
    he_assert_fails(he_root_minimal(&root, 64, &m), HE_ERR_PARAMS, "4161 is not a prime");
    cr_assert(root == 11);
}
