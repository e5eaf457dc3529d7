/* SPDX-License-Identifier: MIT */
/* Explicit mode: SEAL's rules, and errors that say what to call. */
#include "fixture.h"

static he_params explicit_params(void)
{
    he_params p = given(2048, 0, 40, 1);
    const uint8_t bits[] = {60, 40, 40};
    memcpy(p.data_bits, bits, sizeof bits);
    p.ckks_mode = HE_CKKS_EXPLICIT;
    return p;
}

static he_ciphertext *at_scale(const world *w, const slot *v, uint32_t level, double scale)
{
    he_plaintext *pt;
    double *re = calloc(w->slots, sizeof *re);
    for (size_t j = 0; j < w->slots; j++)
        re[j] = creal(v[j]);
    he_ciphertext *ct = empty(w);
    he_assert_ok(he_plaintext_create(w->ctx, &pt));
    he_assert_ok(he_ckks_encode_scaled(w->ctx, pt, re, w->slots, level, scale, NULL));
    cr_assert(he_plaintext_scale(pt) == scale);
    he_assert_ok(he_encrypt(w->ctx, ct, pt, w->pk, w->rng, NULL));
    he_plaintext_destroy(pt);
    free(re);
    return ct;
}

static slot *reals(const world *w, double size)
{
    slot *v = zeros(w);
    for (size_t j = 0; j < w->slots; j++)
        v[j] = size * he_test_random_unit();
    return v;
}

Test(ckks_explicit, scales_multiply_and_rescale_divides)
{
    he_params p = explicit_params();
    world w;
    world_open(&w, &p);
    slot *x = reals(&w, 1), *y = reals(&w, 1), *expected = zeros(&w);
    he_ciphertext *a = at_scale(&w, x, 2, 0x1p40), *b = at_scale(&w, y, 2, 0x1p38);
    he_ciphertext *r = empty(&w);
    for (size_t j = 0; j < w.slots; j++)
        expected[j] = x[j] * y[j];
    he_assert_ok(he_ckks_multiply(w.ctx, r, a, b, w.rk, NULL));
    cr_assert(he_ciphertext_scale(r) == 0x1p78 && he_ciphertext_level(r) == 2);
    check_slots(&w, r, expected, "explicit multiply");
    he_assert_ok(he_ckks_rescale(w.ctx, r, r, NULL));
    double scale = 0x1p78 / (double)he_context_prime(w.ctx, 2);
    cr_assert(he_ciphertext_scale(r) == scale && he_ciphertext_level(r) == 1);
    check_slots(&w, r, expected, "explicit rescale");
    he_assert_ok(he_mod_switch(w.ctx, r, r, 0, NULL));
    cr_assert(he_ciphertext_scale(r) == scale && he_ciphertext_level(r) == 0);
    check_slots(&w, r, expected, "explicit mod_switch");
    /* plaintexts and scalars at the default scale */
    he_plaintext *pt = encoded(&w, y, 2);
    cr_assert(he_plaintext_scale(pt) == 0x1p40);
    he_assert_ok(he_ckks_multiply_plain(w.ctx, r, a, pt, NULL));
    cr_assert(he_ciphertext_scale(r) == 0x1p80 && he_ciphertext_level(r) == 2);
    check_slots(&w, r, expected, "explicit multiply_plain");
    he_assert_ok(he_ckks_multiply_scalar(w.ctx, r, a, -0.5, NULL));
    for (size_t j = 0; j < w.slots; j++)
        expected[j] = -0.5 * x[j];
    cr_assert(he_ciphertext_scale(r) == 0x1p80);
    check_slots(&w, r, expected, "explicit multiply_scalar");
    he_assert_ok(he_ckks_square(w.ctx, r, a, w.rk, NULL));
    for (size_t j = 0; j < w.slots; j++)
        expected[j] = x[j] * x[j];
    check_slots(&w, r, expected, "explicit square");
    he_plaintext_destroy(pt);
    he_ciphertext_destroy(a);
    he_ciphertext_destroy(b);
    he_ciphertext_destroy(r);
    free(x);
    free(y);
    free(expected);
    world_close(&w);
}

Test(ckks_explicit, errors_name_both_sides_and_the_way_out)
{
    he_params p = explicit_params();
    world w;
    world_open(&w, &p);
    slot *x = reals(&w, 1), *expected = zeros(&w);
    he_ciphertext *a = at_scale(&w, x, 2, 0x1p40), *b = at_scale(&w, x, 1, 0x1p40);
    he_ciphertext *c = at_scale(&w, x, 2, 0x1p40 * 1.001), *d = at_scale(&w, x, 2, 0x1p70);
    he_ciphertext *near = at_scale(&w, x, 2, 0x1p40 * (1 + 0x1p-31)),
                  *low = at_scale(&w, x, 0, 0x1p40);
    he_ciphertext *r = copy_of(&w, a);
    he_plaintext *pt = encoded(&w, x, 1);
    he_assert_fails(he_ckks_add(w.ctx, r, a, b, NULL), HE_ERR_LEVEL,
                    "a is at level 2, b at level 1: call he_mod_switch(ctx, a, a, 1");
    he_assert_fails(he_ckks_multiply(w.ctx, r, b, a, w.rk, NULL), HE_ERR_LEVEL,
                    "he_mod_switch(ctx, b, b, 1");
    he_assert_fails(he_ckks_add(w.ctx, r, a, c, NULL), HE_ERR_SCALE,
                    "a has scale 2^40.000000, b has scale 2^40.001442");
    he_assert_fails(he_ckks_sub(w.ctx, r, a, d, NULL), HE_ERR_SCALE, "he_ckks_rescale() on b");
    he_assert_fails(he_ckks_sub(w.ctx, r, d, a, NULL), HE_ERR_SCALE, "he_ckks_rescale() on a");
    he_assert_fails(he_ckks_add_plain(w.ctx, r, a, pt), HE_ERR_LEVEL, "encode b at level 2");
    he_assert_fails(he_ckks_multiply(w.ctx, r, d, d, w.rk, NULL), HE_ERR_SCALE,
                    "scale out of bounds");
    he_assert_fails(he_ckks_multiply_scalar(w.ctx, r, low, 0.5, NULL), HE_ERR_SCALE,
                    "scale out of bounds");
    he_assert_fails(he_mod_switch(w.ctx, r, d, 0, NULL), HE_ERR_SCALE, "scale out of bounds");
    he_assert_fails(he_ckks_rescale(w.ctx, r, low, NULL), HE_ERR_LEVEL, "level 0");
    he_ciphertext *tiny = at_scale(&w, x, 2, 0x1p20);
    he_assert_fails(he_ckks_rescale(w.ctx, r, tiny, NULL), HE_ERR_SCALE, "lose the value");
    double one = 1;
    he_assert_fails(he_ckks_encode_scaled(w.ctx, pt, &one, 1, 0, 0x1p60, NULL), HE_ERR_SCALE,
                    "scale out of bounds");
    he_assert_fails(he_ckks_encode_scaled(w.ctx, pt, &one, 1, 0, NAN, NULL), HE_ERR_ARGUMENT,
                    "scale is nan");
    he_assert_fails(he_ckks_encode_scaled(w.ctx, pt, &one, 1, 0, 0.5, NULL), HE_ERR_ARGUMENT,
                    "at least 1");
    cr_assert(same_ciphertext(r, a), "a refusal changed the output");
    /* scales that differ by less than 2^-30 are taken, and the bound knows */
    he_assert_ok(he_ckks_add(w.ctx, r, a, near, NULL));
    for (size_t j = 0; j < w.slots; j++)
        expected[j] = 2 * x[j];
    check_slots(&w, r, expected, "nearly equal scales");
    he_ciphertext *all[] = {a, b, c, d, near, low, r, tiny};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        he_ciphertext_destroy(all[i]);
    he_plaintext_destroy(pt);
    free(x);
    free(expected);
    world_close(&w);
}
