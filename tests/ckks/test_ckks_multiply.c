/* SPDX-License-Identifier: MIT */
#include "fixture.h"

static void times(slot *r, const slot *a, const slot *b, size_t count)
{
    for (size_t j = 0; j < count; j++)
        r[j] = a[j] * b[j];
}

/* Products of operands at all pairs of levels above 0, every aliasing, inputs unchanged. */
static void products(const he_params *params)
{
    world w;
    world_open(&w, params);
    slot *expected = zeros(&w);
    for (int kind = 0; kind < PATTERNS; kind++) {
        slot *x = pattern(&w, kind, 1), *y = randoms(&w, 1);
        for (uint32_t la = 1; la <= w.top; la++)
            for (uint32_t lb = 1; lb <= w.top; lb++) {
                he_ciphertext *a = encrypted(&w, x, la), *b = encrypted(&w, y, lb), *r = empty(&w);
                he_ciphertext *a0 = copy_of(&w, a), *b0 = copy_of(&w, b), *s = empty(&w);
                uint32_t level = la < lb ? la : lb;
                he_assert_ok(he_ckks_multiply(w.ctx, r, a, b, w.rk, NULL));
                times(expected, x, y, w.slots);
                check_state(&w, r, level - 1, 1);
                double loose = check_slots(&w, r, expected, "multiply");
                cr_assert(kind != RANDOM || loose < 9, "the bound is %.1f bits above the error",
                          loose);
                he_assert_ok(he_ckks_multiply_norescale(w.ctx, s, a, b, w.rk, NULL));
                check_state(&w, s, level, 2);
                check_slots(&w, s, expected, "multiply_norescale with a key");
                he_assert_ok(he_ckks_multiply_norescale(w.ctx, s, a, b, NULL, NULL));
                check_state(&w, s, level, 2);
                cr_assert(he_ciphertext_size(s) == 3);
                check_slots(&w, s, expected, "multiply_norescale");
                he_assert_ok(he_ckks_rescale(w.ctx, s, s, NULL));
                check_state(&w, s, level - 1, 1);
                check_slots(&w, s, expected, "three polynomials, rescaled");
                cr_assert(same_ciphertext(a, a0) && same_ciphertext(b, b0), "an input changed");
                he_assert_ok(he_ckks_multiply(w.ctx, a, a, b, w.rk, NULL));
                cr_assert(same_ciphertext(a, r), "r == a");
                he_assert_ok(he_ckks_multiply(w.ctx, b, a0, b, w.rk, NULL));
                cr_assert(same_ciphertext(b, r), "r == b");
                for (int key = 0; key < 2; key++) { /* at the squared scale */
                    const he_relin_key *rk = key ? w.rk : NULL;
                    he_assert_ok(he_ckks_multiply_norescale(w.ctx, s, a0, b0, rk, NULL));
                    he_assert_ok(he_ciphertext_copy(a, a0));
                    he_assert_ok(he_ckks_multiply_norescale(w.ctx, a, a, b0, rk, NULL));
                    cr_assert(same_ciphertext(a, s), "norescale, r == a");
                    he_assert_ok(he_ciphertext_copy(b, b0));
                    he_assert_ok(he_ckks_multiply_norescale(w.ctx, b, a0, b, rk, NULL));
                    cr_assert(same_ciphertext(b, s), "norescale, r == b");
                }
                he_ciphertext_destroy(a);
                he_ciphertext_destroy(b);
                he_ciphertext_destroy(r);
                he_ciphertext_destroy(s);
                he_ciphertext_destroy(a0);
                he_ciphertext_destroy(b0);
            }
        free(x);
        free(y);
    }
    free(expected);
    world_close(&w);
}

Test(ckks_multiply, small_degree_all_levels)
{
    he_params p = given(1024, 3, 40, 1);
    products(&p);
}

Test(ckks_multiply, several_special_primes)
{
    he_params p = given(2048, 3, 45, 1);
    p.special_count = 2;
    products(&p);
}

Test(ckks_multiply, secure_parameters)
{
    he_params p = given(4096, 1, 26, 1);
    p.security = HE_SEC_128_2024;
    products(&p);
    p = given(8192, 2, 38, 2);
    p.security = HE_SEC_128_2024;
    products(&p);
    p = given(16384, 1, 45, 1);
    p.security = HE_SEC_128_2024;
    products(&p);
}

Test(ckks_multiply, wide_range)
{
    he_params p = given(2048, 2, 45, 8);
    world w;
    world_open(&w, &p);
    slot *x = randoms(&w, 255), *y = randoms(&w, 1), *z = randoms(&w, 16), *expected = zeros(&w);
    he_ciphertext *a = encrypted(&w, x, 2), *b = encrypted(&w, y, 2), *c = encrypted(&w, z, 2);
    he_assert_ok(he_ckks_multiply(w.ctx, a, a, b, w.rk, NULL));
    times(expected, x, y, w.slots);
    check_slots(&w, a, expected, "large by small");
    he_assert_ok(he_ckks_square(w.ctx, c, c, w.rk, NULL));
    times(expected, z, z, w.slots);
    cr_assert(check_slots(&w, c, expected, "square of 16") < 8);
    he_ciphertext_destroy(a);
    he_ciphertext_destroy(b);
    he_ciphertext_destroy(c);
    free(x);
    free(y);
    free(z);
    free(expected);
    world_close(&w);
}

Test(ckks_multiply, square_is_the_product_with_itself)
{
    he_params p = given(2048, 2, 40, 1);
    world w;
    world_open(&w, &p);
    slot *x = randoms(&w, 1), *expected = zeros(&w);
    he_ciphertext *a = encrypted(&w, x, 2), *b = copy_of(&w, a), *r = empty(&w), *s = empty(&w);
    times(expected, x, x, w.slots);
    he_assert_ok(he_ckks_square(w.ctx, r, a, w.rk, NULL));
    check_state(&w, r, 1, 1);
    check_slots(&w, r, expected, "square");
    he_assert_ok(he_ckks_multiply(w.ctx, s, a, b, w.rk, NULL));
    cr_assert(memcmp(r->data, s->data, 2 * r->limbs * r->n * sizeof *r->data) == 0);
    he_assert_ok(he_ckks_square(w.ctx, a, a, w.rk, NULL));
    cr_assert(same_ciphertext(a, r));
    he_assert_ok(he_ckks_multiply(w.ctx, b, b, b, w.rk, NULL));
    cr_assert(same_ciphertext(b, r), "r == a == b");
    he_ciphertext_destroy(a);
    he_ciphertext_destroy(b);
    he_ciphertext_destroy(r);
    he_ciphertext_destroy(s);
    free(x);
    free(expected);
    world_close(&w);
}

Test(ckks_multiply, degree_two_operands_are_rescaled_first)
{
    he_params p = given(2048, 3, 40, 1);
    world w;
    world_open(&w, &p);
    slot *x = randoms(&w, 1), *y = randoms(&w, 1), *expected = zeros(&w);
    he_ciphertext *a = encrypted(&w, x, 3), *b = encrypted(&w, y, 3), *ab = empty(&w);
    he_ciphertext *r = empty(&w);
    he_plaintext *pt = encoded(&w, y, 2);
    he_assert_ok(he_ckks_multiply_norescale(w.ctx, ab, a, b, w.rk, NULL));
    he_assert_ok(he_ckks_multiply(w.ctx, r, ab, a, w.rk, NULL));
    check_state(&w, r, 1, 1);
    for (size_t j = 0; j < w.slots; j++)
        expected[j] = x[j] * x[j] * y[j];
    check_slots(&w, r, expected, "degree 2 by degree 1");
    he_assert_ok(he_ckks_multiply_plain(w.ctx, r, ab, pt, NULL));
    check_state(&w, r, 1, 1);
    for (size_t j = 0; j < w.slots; j++)
        expected[j] = x[j] * y[j] * y[j];
    check_slots(&w, r, expected, "degree 2 by a plaintext");
    he_assert_ok(he_ckks_multiply_scalar(w.ctx, ab, ab, -0.75, NULL));
    check_state(&w, ab, 1, 1);
    for (size_t j = 0; j < w.slots; j++)
        expected[j] = x[j] * y[j] * -0.75;
    check_slots(&w, ab, expected, "degree 2 by a scalar");
    he_plaintext_destroy(pt);
    he_ciphertext_destroy(a);
    he_ciphertext_destroy(b);
    he_ciphertext_destroy(ab);
    he_ciphertext_destroy(r);
    free(x);
    free(y);
    free(expected);
    world_close(&w);
}

static void plain_products(uint32_t n, uint32_t levels, uint32_t scale_bits)
{
    he_params p = given(n, levels, scale_bits, 1);
    world w;
    world_open(&w, &p);
    slot *expected = zeros(&w);
    for (int kind = 0; kind < PATTERNS; kind++) {
        slot *x = randoms(&w, 1), *y = pattern(&w, kind, 1.25);
        for (uint32_t level = 1; level <= levels; level++) {
            he_ciphertext *a = encrypted(&w, x, level), *a0 = copy_of(&w, a), *r = empty(&w);
            he_ciphertext *s = empty(&w);
            he_plaintext *b = encoded(&w, y, level);
            he_assert_ok(he_ckks_multiply_plain(w.ctx, r, a, b, NULL));
            times(expected, x, y, w.slots);
            check_state(&w, r, level - 1, 1);
            check_slots(&w, r, expected, "multiply_plain");
            he_assert_ok(he_ckks_multiply_plain_norescale(w.ctx, s, a, b));
            check_state(&w, s, level, 2);
            check_slots(&w, s, expected, "multiply_plain_norescale");
            he_assert_ok(he_ckks_rescale(w.ctx, s, s, NULL));
            cr_assert(same_ciphertext(r, s), "rescaled later");
            cr_assert(same_ciphertext(a, a0));
            he_assert_ok(he_ckks_multiply_plain(w.ctx, a, a, b, NULL));
            cr_assert(same_ciphertext(a, r), "r == a");
            he_assert_ok(he_ckks_multiply_plain_norescale(w.ctx, a0, a0, b));
            he_assert_ok(he_ckks_rescale(w.ctx, a0, a0, NULL));
            cr_assert(same_ciphertext(a0, r), "norescale, r == a");
            he_plaintext_destroy(b);
            he_ciphertext_destroy(a);
            he_ciphertext_destroy(a0);
            he_ciphertext_destroy(r);
            he_ciphertext_destroy(s);
        }
        free(x);
        free(y);
    }
    free(expected);
    world_close(&w);
}

Test(ckks_multiply, plaintexts)
{
    plain_products(1024, 3, 40);
    plain_products(4096, 1, 40);
    plain_products(8192, 1, 50);
    plain_products(16384, 1, 40);
}

/* x^(2^d) and products of fresh operands, down to level 0, for parameters asked for by depth. */
static void chain(uint32_t depth, uint32_t precision, uint32_t range_bits)
{
    he_params p = HE_PARAMS_INIT;
    p.scheme = HE_SCHEME_CKKS;
    p.depth = depth;
    p.precision_bits = precision;
    p.range_bits = range_bits;
    world w;
    world_open(&w, &p);
    cr_assert(w.top == depth, "top level %u", w.top);
    slot *x = zeros(&w), *y = zeros(&w), *ex = zeros(&w), *ey = zeros(&w);
    for (size_t j = 0; j < w.slots; j++) {
        ex[j] = x[j] = cexp(I * he_test_random_unit()) * (1 - 0.01 * fabs(he_test_random_unit()));
        ey[j] = y[j] = he_test_random_unit();
    }
    he_ciphertext *a = encrypted(&w, x, depth), *b = encrypted(&w, y, depth), *f = copy_of(&w, b);
    for (uint32_t d = 1; d <= depth; d++) {
        he_assert_ok(he_ckks_square(w.ctx, a, a, w.rk, NULL));
        he_assert_ok(he_ckks_multiply(w.ctx, b, b, f, w.rk, NULL));
        times(ex, ex, ex, w.slots);
        times(ey, ey, y, w.slots);
        check_state(&w, a, depth - d, 1);
        check_slots(&w, a, ex, "power of two");
        check_slots(&w, b, ey, "power");
    }
    slot *got = decrypted(&w, a), *other = decrypted(&w, b);
    double goal = exp2(-(double)precision);
    cr_assert(distance(got, ex, w.slots) <= goal, "2^%.2f", log2(distance(got, ex, w.slots)));
    cr_assert(distance(other, ey, w.slots) <= goal);
    he_assert_fails(he_ckks_multiply(w.ctx, a, a, b, w.rk, NULL), HE_ERR_LEVEL, "level 0");
    free(got);
    free(other);
    he_ciphertext_destroy(a);
    he_ciphertext_destroy(b);
    he_ciphertext_destroy(f);
    free(x);
    free(y);
    free(ex);
    free(ey);
    world_close(&w);
}

Test(ckks_multiply, chains_to_the_last_level)
{
    chain(1, 10, 1);
    chain(3, 20, 1);
    chain(6, 15, 2);
    if (he_test_scale() > 1) {
        chain(12, 25, 1);
        chain(20, 20, 1);
    }
}

Test(ckks_multiply, refusals)
{
    he_params p = given(1024, 1, 30, 1);
    world w;
    world_open(&w, &p);
    slot *x = randoms(&w, 1);
    he_ciphertext *a = encrypted(&w, x, 1), *low = encrypted(&w, x, 0), *r = copy_of(&w, a);
    he_ciphertext *three = empty(&w), *r0 = copy_of(&w, r);
    he_plaintext *pt = encoded(&w, x, 0);
    he_assert_ok(he_ckks_multiply_norescale(w.ctx, three, a, a, NULL, NULL));
    he_assert_fails(he_ckks_multiply(w.ctx, r, a, a, NULL, NULL), HE_ERR_NO_KEY,
                    "relinearization key");
    he_assert_fails(he_ckks_square(w.ctx, r, a, NULL, NULL), HE_ERR_NO_KEY, "he_ckks_square");
    he_assert_fails(he_ckks_multiply(w.ctx, r, a, low, w.rk, NULL), HE_ERR_LEVEL, "level 0");
    he_assert_fails(he_ckks_multiply_norescale(w.ctx, r, low, low, NULL, NULL), HE_ERR_LEVEL,
                    "level 0");
    he_assert_fails(he_ckks_multiply(w.ctx, r, three, a, w.rk, NULL), HE_ERR_MISMATCH,
                    "a has 3 polynomials");
    he_assert_fails(he_ckks_multiply_plain(w.ctx, r, low, pt, NULL), HE_ERR_LEVEL, "level 0");
    he_assert_fails(he_ckks_multiply_plain(w.ctx, r, a, pt, NULL), HE_ERR_LEVEL,
                    "encode b at level 1");
    he_assert_fails(he_ckks_multiply_plain_norescale(w.ctx, r, three, pt), HE_ERR_SCALE,
                    "degree 2 already");
    he_assert_fails(he_ckks_multiply_scalar(w.ctx, r, low, 1, NULL), HE_ERR_LEVEL, "level 0");
    he_assert_fails(he_ckks_rescale(w.ctx, r, a, NULL), HE_ERR_SCALE, "degree 1 already");
    he_assert_fails(he_ckks_rescale(w.ctx, r, low, NULL), HE_ERR_LEVEL, "level 0");
    he_assert_fails(he_ckks_multiply(w.ctx, NULL, a, a, w.rk, NULL), HE_ERR_NULL, "r is NULL");
    he_assert_fails(he_ckks_multiply(w.ctx, r, NULL, a, w.rk, NULL), HE_ERR_NULL, "a");
    cr_assert(same_ciphertext(r, r0), "a refusal changed the output");
    he_plaintext_destroy(pt);
    he_ciphertext_destroy(a);
    he_ciphertext_destroy(low);
    he_ciphertext_destroy(r);
    he_ciphertext_destroy(r0);
    he_ciphertext_destroy(three);
    free(x);
    world_close(&w);
}
