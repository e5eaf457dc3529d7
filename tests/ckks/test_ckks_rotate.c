/* SPDX-License-Identifier: MIT */
#include "fixture.h"

static void turned(slot *r, const slot *a, size_t count, int32_t steps)
{
    size_t by = (size_t)((steps % (int32_t)count + (int32_t)count) % (int32_t)count);
    for (size_t j = 0; j < count; j++)
        r[j] = a[(j + by) % count];
}

static void rotations(uint32_t n, uint32_t levels, uint32_t scale_bits)
{
    he_params p = given(n, levels, scale_bits, 1);
    world w;
    world_open(&w, &p);
    int32_t half = (int32_t)w.slots;
    const int32_t steps[] = {1, -1, 2, 3, -7, half / 2, half - 1, -(half - 1), 64};
    const size_t count = sizeof steps / sizeof *steps;
    he_galois_keys *gk;
    he_assert_ok(he_galois_keys_create(w.ctx, &gk, w.sk, steps, count, w.rng));
    slot *x = randoms(&w, 1.5), *expected = zeros(&w);
    for (uint32_t level = 0; level <= levels; level += levels) {
        he_ciphertext *a = encrypted(&w, x, level), *a0 = copy_of(&w, a), *r = empty(&w);
        for (size_t i = 0; i < count; i++) {
            he_assert_ok(he_ckks_rotate(w.ctx, r, a, gk, steps[i], NULL));
            turned(expected, x, w.slots, steps[i]);
            check_state(&w, r, level, 1);
            cr_assert(check_slots(&w, r, expected, "rotate") < 9);
            cr_assert(same_ciphertext(a, a0));
        }
        he_assert_ok(he_ckks_rotate(w.ctx, a, a, gk, steps[count - 1], NULL));
        cr_assert(same_ciphertext(a, r), "r == a");
        he_assert_ok(he_ckks_rotate(w.ctx, r, a0, NULL, 0, NULL));
        cr_assert(same_ciphertext(a0, r), "no step, no key");
        he_assert_ok(he_ckks_rotate(w.ctx, r, r, gk, 0, NULL));
        cr_assert(same_ciphertext(a0, r));
        he_ciphertext_destroy(a);
        he_ciphertext_destroy(a0);
        he_ciphertext_destroy(r);
    }
    he_galois_keys_destroy(gk);
    free(x);
    free(expected);
    world_close(&w);
}

Test(ckks_rotate, all_kinds_of_steps)
{
    rotations(1024, 2, 40);
    rotations(4096, 1, 40);
    rotations(8192, 2, 38);
    rotations(16384, 1, 45);
}

Test(ckks_rotate, conjugation_and_multiplication_by_i)
{
    he_params p = given(4096, 2, 40, 1);
    world w;
    world_open(&w, &p);
    const int32_t step = HE_STEP_CONJUGATE;
    he_galois_keys *gk;
    he_assert_ok(he_galois_keys_create(w.ctx, &gk, w.sk, &step, 1, w.rng));
    slot *x = randoms(&w, 1), *i = zeros(&w), *expected = zeros(&w);
    for (size_t j = 0; j < w.slots; j++) {
        i[j] = I;
        expected[j] = conj(x[j]);
    }
    he_ciphertext *a = encrypted(&w, x, 2), *r = empty(&w);
    he_assert_ok(he_ckks_conjugate(w.ctx, r, a, gk, NULL));
    check_state(&w, r, 2, 1);
    check_slots(&w, r, expected, "conjugate");
    he_plaintext *pt = encoded(&w, i, 2);
    he_assert_ok(he_ckks_multiply_plain(w.ctx, a, a, pt, NULL));
    for (size_t j = 0; j < w.slots; j++)
        expected[j] = I * x[j];
    check_slots(&w, a, expected, "times i");
    he_assert_ok(he_ckks_conjugate(w.ctx, a, a, gk, NULL));
    for (size_t j = 0; j < w.slots; j++)
        expected[j] = conj(I * x[j]);
    check_slots(&w, a, expected, "conjugate in place");
    /* degree 2 moves as well */
    he_ciphertext *d = encrypted(&w, x, 2);
    he_assert_ok(he_ckks_multiply_norescale(w.ctx, d, d, d, w.rk, NULL));
    he_assert_ok(he_ckks_conjugate(w.ctx, d, d, gk, NULL));
    check_state(&w, d, 2, 2);
    for (size_t j = 0; j < w.slots; j++)
        expected[j] = conj(x[j] * x[j]);
    check_slots(&w, d, expected, "conjugate at degree 2");
    he_plaintext_destroy(pt);
    he_galois_keys_destroy(gk);
    he_ciphertext_destroy(a);
    he_ciphertext_destroy(d);
    he_ciphertext_destroy(r);
    free(x);
    free(i);
    free(expected);
    world_close(&w);
}

/* In the order of -3 the monomial X^(n/2) is i in every slot: exactly. */
Test(ckks_rotate, the_middle_monomial_is_i)
{
    he_params p = given(1024, 1, 40, 1);
    world w;
    world_open(&w, &p);
    slot *i = zeros(&w);
    for (size_t j = 0; j < w.slots; j++)
        i[j] = I;
    he_plaintext *pt = encoded(&w, i, 1);
    uint64_t *limb = pt->data;
    he_ntt_inverse(w.ctx->primes[0].ntt, limb);
    for (size_t k = 0; k < w.ctx->n; k++)
        cr_assert(limb[k] == (k == w.slots ? (uint64_t)1 << 40 : 0), "coefficient %zu", k);
    he_plaintext_destroy(pt);
    free(i);
    world_close(&w);
}

Test(ckks_rotate, refusals)
{
    he_params p = given(1024, 1, 30, 1);
    world w;
    world_open(&w, &p);
    const int32_t step = 1;
    he_galois_keys *gk;
    he_assert_ok(he_galois_keys_create(w.ctx, &gk, w.sk, &step, 1, w.rng));
    slot *x = randoms(&w, 1);
    he_ciphertext *a = encrypted(&w, x, 1), *r = copy_of(&w, a), *three = empty(&w);
    he_assert_ok(he_ckks_multiply_norescale(w.ctx, three, a, a, NULL, NULL));
    he_assert_fails(he_ckks_rotate(w.ctx, r, a, gk, 2, NULL), HE_ERR_NO_KEY, "step 2");
    he_assert_fails(he_ckks_rotate(w.ctx, r, a, NULL, 1, NULL), HE_ERR_NO_KEY, "he_ckks_rotate");
    he_assert_fails(he_ckks_conjugate(w.ctx, r, a, gk, NULL), HE_ERR_NO_KEY, "CONJUGATE");
    he_assert_fails(he_ckks_rotate(w.ctx, r, a, gk, 512, NULL), HE_ERR_ARGUMENT, "512");
    he_assert_fails(he_ckks_rotate(w.ctx, r, a, gk, HE_STEP_CONJUGATE, NULL), HE_ERR_ARGUMENT,
                    "he_ckks_conjugate");
    he_assert_fails(he_ckks_rotate(w.ctx, r, three, gk, 1, NULL), HE_ERR_MISMATCH,
                    "he_relinearize");
    he_assert_fails(he_ckks_rotate(w.ctx, NULL, a, gk, 1, NULL), HE_ERR_NULL, "r is NULL");
    cr_assert(same_ciphertext(a, r), "a refusal changed the output");
    he_galois_keys_destroy(gk);
    he_ciphertext_destroy(a);
    he_ciphertext_destroy(r);
    he_ciphertext_destroy(three);
    free(x);
    world_close(&w);
}
