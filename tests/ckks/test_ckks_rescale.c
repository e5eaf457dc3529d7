/* SPDX-License-Identifier: MIT */
#include "fixture.h"

/* From every level, degree 1 and 2, to every lower level. */
Test(ckks_rescale, mod_switch_adjusts_the_scale)
{
    he_params p = given(2048, 4, 36, 1);
    world w;
    world_open(&w, &p);
    slot *x = randoms(&w, 1.9), *square = zeros(&w);
    for (size_t j = 0; j < w.slots; j++) {
        x[j] /= 1.5;
        square[j] = x[j] * x[j];
    }
    for (uint32_t from = 1; from <= 4; from++)
        for (uint32_t to = 0; to < from; to++)
            for (uint32_t degree = 1; degree <= 2; degree++) {
                he_ciphertext *a = encrypted(&w, x, from), *r = empty(&w);
                if (degree == 2)
                    he_assert_ok(he_ckks_multiply_norescale(w.ctx, a, a, a, NULL, NULL));
                he_ciphertext *a0 = copy_of(&w, a);
                he_assert_ok(he_mod_switch(w.ctx, r, a, to, NULL));
                check_state(&w, r, to, 1);
                cr_assert(he_ciphertext_size(r) == he_ciphertext_size(a));
                check_slots(&w, r, degree == 2 ? square : x, "mod_switch");
                cr_assert(same_ciphertext(a, a0), "the input changed");
                he_assert_ok(he_mod_switch(w.ctx, a, a, to, NULL));
                cr_assert(same_ciphertext(a, r), "r == a");
                he_ciphertext_destroy(a);
                he_ciphertext_destroy(a0);
                he_ciphertext_destroy(r);
            }
    free(x);
    free(square);
    world_close(&w);
}

/* Forty adjustments one after another: the recursion's rounding does not add up. */
Test(ckks_rescale, a_long_way_down)
{
    he_params p = given(1024, 40, 40, 1);
    world w;
    world_open(&w, &p);
    slot *x = pattern(&w, CONSTANT, 1.75);
    he_ciphertext *a = encrypted(&w, x, 40), *b = copy_of(&w, a);
    for (uint32_t level = 40; level-- > 0;)
        he_assert_ok(he_mod_switch(w.ctx, a, a, level, NULL));
    check_slots(&w, a, x, "forty steps");
    he_assert_ok(he_mod_switch(w.ctx, b, b, 0, NULL));
    check_slots(&w, b, x, "at once");
    he_ciphertext_destroy(a);
    he_ciphertext_destroy(b);
    free(x);
    world_close(&w);
}

Test(ckks_rescale, degree_two_to_degree_one)
{
    he_params p = given(8192, 2, 40, 1);
    world w;
    world_open(&w, &p);
    slot *x = randoms(&w, 1), *expected = zeros(&w);
    he_ciphertext *a = encrypted(&w, x, 2), *d = empty(&w), *r = empty(&w);
    he_assert_ok(he_ckks_multiply_norescale(w.ctx, d, a, a, w.rk, NULL));
    he_ciphertext *d0 = copy_of(&w, d);
    he_assert_ok(he_ckks_rescale(w.ctx, r, d, NULL));
    for (size_t j = 0; j < w.slots; j++)
        expected[j] = x[j] * x[j];
    check_state(&w, r, 1, 1);
    check_slots(&w, r, expected, "rescale");
    cr_assert(same_ciphertext(d, d0));
    he_assert_ok(he_ckks_rescale(w.ctx, d, d, NULL));
    cr_assert(same_ciphertext(d, r), "r == a");
    he_ciphertext_destroy(a);
    he_ciphertext_destroy(d);
    he_ciphertext_destroy(d0);
    he_ciphertext_destroy(r);
    free(x);
    free(expected);
    world_close(&w);
}

Test(ckks_rescale, noise_beyond_the_value_is_refused)
{
    he_params p = given(1024, 1, 40, 1);
    world w;
    world_open(&w, &p);
    slot *x = randoms(&w, 1);
    he_plaintext *pt = encoded(&w, x, 1);
    uint64_t before = pt->data[0];
    he_ciphertext *a = encrypted(&w, x, 1);
    for (int i = 0; i < 2; i++)
        he_assert_ok(he_ckks_multiply_integer(w.ctx, a, a, 1 << 20));
    he_assert_fails(he_decrypt(w.ctx, pt, a, w.sk, HE_NOISE_TRACKED, NULL), HE_ERR_NOISE,
                    "he_decrypt");
    cr_assert(pt->data[0] == before);
    he_plaintext_destroy(pt);
    he_ciphertext_destroy(a);
    free(x);
    world_close(&w);
}
