/* SPDX-License-Identifier: MIT */
#include "fixture.h"

typedef he_status binary(const he_context *, he_ciphertext *, const he_ciphertext *,
                         const he_ciphertext *, he_scratch *);

static void apply(slot *r, const slot *a, const slot *b, size_t count, bool subtract)
{
    for (size_t j = 0; j < count; j++)
        r[j] = subtract ? a[j] - b[j] : a[j] + b[j];
}

/* Sums of operands at all pairs of levels: the lower level, its scale, inputs unchanged. */
static void sums(uint32_t n, uint32_t levels, uint32_t scale_bits)
{
    he_params p = given(n, levels, scale_bits, 2);
    world w;
    world_open(&w, &p);
    slot *expected = zeros(&w);
    for (int kind = 0; kind < PATTERNS; kind++) {
        slot *x = pattern(&w, kind, 1.5), *y = randoms(&w, 1.5);
        for (uint32_t la = 0; la <= levels; la++)
            for (uint32_t lb = 0; lb <= levels; lb++) {
                bool subtract = (la + lb) % 2 == 1;
                he_ciphertext *a = encrypted(&w, x, la), *b = encrypted(&w, y, lb), *r = empty(&w);
                he_ciphertext *a0 = copy_of(&w, a), *b0 = copy_of(&w, b);
                binary *op = subtract ? he_ckks_sub : he_ckks_add;
                he_assert_ok(op(w.ctx, r, a, b, NULL));
                apply(expected, x, y, w.slots, subtract);
                check_state(&w, r, la < lb ? la : lb, 1);
                double loose = check_slots(&w, r, expected, "sum");
                cr_assert(loose < 9, "the bound is %.1f bits above the error", loose);
                cr_assert(same_ciphertext(a, a0) && same_ciphertext(b, b0), "an input changed");
                /* the same with every aliasing */
                he_assert_ok(op(w.ctx, a, a, b, NULL));
                cr_assert(same_ciphertext(a, r), "r == a, levels %u and %u", la, lb);
                he_assert_ok(op(w.ctx, b, a0, b, NULL));
                cr_assert(same_ciphertext(b, r), "r == b, levels %u and %u", la, lb);
                he_assert_ok(op(w.ctx, r, a0, a0, NULL));
                he_assert_ok(op(w.ctx, a0, a0, a0, NULL));
                cr_assert(same_ciphertext(a0, r), "r == a == b");
                he_ciphertext_destroy(a);
                he_ciphertext_destroy(b);
                he_ciphertext_destroy(r);
                he_ciphertext_destroy(a0);
                he_ciphertext_destroy(b0);
            }
        free(x);
        free(y);
    }
    free(expected);
    world_close(&w);
}

Test(ckks_linear, sums_at_all_levels)
{
    sums(1024, 3, 30);
    sums(4096, 2, 40);
}

Test(ckks_linear, sums_at_large_degrees)
{
    sums(8192, 1, 40);
    sums(16384, 1, 45);
}

Test(ckks_linear, level_zero_of_two_primes)
{
    he_params p = given(1024, 2, 58, 2);
    p.data_bits[0] = 32; /* 32 + 32 bits hold 58 + 2 */
    p.data_bits[1] = 32;
    p.data_bits[2] = 58;
    p.data_bits[3] = 58;
    world w;
    world_open(&w, &p);
    cr_assert(w.top == 2 && he_context_limbs(w.ctx, 0) == 2);
    slot *x = randoms(&w, 1), *y = randoms(&w, 1), *expected = zeros(&w);
    he_ciphertext *a = encrypted(&w, x, 2), *b = encrypted(&w, y, 0);
    he_assert_ok(he_ckks_add(w.ctx, a, a, b, NULL));
    apply(expected, x, y, w.slots, false);
    check_state(&w, a, 0, 1);
    check_slots(&w, a, expected, "two primes at level 0");
    he_ciphertext_destroy(a);
    he_ciphertext_destroy(b);
    free(x);
    free(y);
    free(expected);
    world_close(&w);
}

/* Products before their rescaling: added as they are at equal levels, brought down otherwise. */
Test(ckks_linear, sums_of_products)
{
    he_params p = given(2048, 3, 40, 2);
    world w;
    world_open(&w, &p);
    slot *x = randoms(&w, 1), *y = randoms(&w, 1), *expected = zeros(&w);
    he_ciphertext *a = encrypted(&w, x, 3), *b = encrypted(&w, y, 3), *low = encrypted(&w, y, 1);
    he_ciphertext *ab = empty(&w), *aa = empty(&w), *r = empty(&w);
    he_assert_ok(he_ckks_multiply_norescale(w.ctx, ab, a, b, NULL, NULL));
    he_assert_ok(he_ckks_multiply_norescale(w.ctx, aa, a, a, w.rk, NULL));
    cr_assert(he_ciphertext_size(ab) == 3 && he_ciphertext_size(aa) == 2);
    for (int order = 0; order < 2; order++) {
        he_assert_ok(he_ckks_sub(w.ctx, r, order ? aa : ab, order ? ab : aa, NULL));
        check_state(&w, r, 3, 2);
        for (size_t j = 0; j < w.slots; j++)
            expected[j] = (order ? -1 : 1) * (x[j] * y[j] - x[j] * x[j]);
        check_slots(&w, r, expected, "difference of products");
        he_assert_ok(he_relinearize(w.ctx, r, r, w.rk, NULL));
        he_assert_ok(he_ckks_rescale(w.ctx, r, r, NULL));
        check_state(&w, r, 2, 1);
        check_slots(&w, r, expected, "the same, rescaled");
    }
    /* degree 2 and degree 1, above and below */
    he_assert_ok(he_ckks_add(w.ctx, r, aa, a, NULL));
    check_state(&w, r, 2, 1);
    for (size_t j = 0; j < w.slots; j++)
        expected[j] = x[j] * x[j] + x[j];
    check_slots(&w, r, expected, "product and fresh");
    he_assert_ok(he_ckks_add(w.ctx, r, low, ab, NULL));
    check_state(&w, r, 1, 1);
    cr_assert(he_ciphertext_size(r) == 3);
    for (size_t j = 0; j < w.slots; j++)
        expected[j] = x[j] * y[j] + y[j];
    check_slots(&w, r, expected, "lower and product");
    /* two products at different levels */
    he_assert_ok(he_ckks_multiply_norescale(w.ctx, r, low, low, w.rk, NULL));
    check_state(&w, r, 1, 2);
    he_assert_ok(he_ckks_add(w.ctx, r, r, aa, NULL));
    check_state(&w, r, 0, 1);
    for (size_t j = 0; j < w.slots; j++)
        expected[j] = y[j] * y[j] + x[j] * x[j];
    check_slots(&w, r, expected, "products of two levels");
    he_ciphertext_destroy(a);
    he_ciphertext_destroy(b);
    he_ciphertext_destroy(low);
    he_ciphertext_destroy(ab);
    he_ciphertext_destroy(aa);
    he_ciphertext_destroy(r);
    free(x);
    free(y);
    free(expected);
    world_close(&w);
}

Test(ckks_linear, many_terms_stay_within_the_bound)
{
    he_params p = given(4096, 1, 40, 7);
    world w;
    world_open(&w, &p);
    slot *expected = zeros(&w);
    he_ciphertext *sum = NULL;
    for (int i = 0; i < 64; i++) {
        slot *x = randoms(&w, 1);
        he_ciphertext *a = encrypted(&w, x, 1);
        apply(expected, expected, x, w.slots, false);
        if (sum == NULL) {
            sum = a;
        } else {
            he_assert_ok(he_ckks_add(w.ctx, sum, sum, a, NULL));
            he_ciphertext_destroy(a);
        }
        free(x);
    }
    check_slots(&w, sum, expected, "64 terms");
    he_ciphertext_destroy(sum);
    free(expected);
    world_close(&w);
}

Test(ckks_linear, negation_and_plaintexts)
{
    he_params p = given(4096, 2, 40, 2);
    world w;
    world_open(&w, &p);
    slot *x = randoms(&w, 2), *y = randoms(&w, 2), *expected = zeros(&w);
    for (uint32_t level = 0; level <= 2; level++) {
        he_ciphertext *a = encrypted(&w, x, level), *a0 = copy_of(&w, a), *r = empty(&w);
        he_plaintext *b = encoded(&w, y, level);
        he_assert_ok(he_ckks_add_plain(w.ctx, r, a, b));
        apply(expected, x, y, w.slots, false);
        check_state(&w, r, level, 1);
        check_slots(&w, r, expected, "add_plain");
        he_assert_ok(he_ckks_sub_plain(w.ctx, r, a, b));
        apply(expected, x, y, w.slots, true);
        check_slots(&w, r, expected, "sub_plain");
        cr_assert(same_ciphertext(a, a0));
        he_assert_ok(he_ckks_sub_plain(w.ctx, a, a, b));
        cr_assert(same_ciphertext(a, r));
        he_assert_ok(he_ckks_negate(w.ctx, r, a0));
        for (size_t j = 0; j < w.slots; j++)
            expected[j] = -x[j];
        check_slots(&w, r, expected, "negate");
        he_assert_ok(he_ckks_negate(w.ctx, a0, a0));
        cr_assert(same_ciphertext(a0, r));
        he_plaintext_destroy(b);
        he_ciphertext_destroy(a);
        he_ciphertext_destroy(a0);
        he_ciphertext_destroy(r);
    }
    free(x);
    free(y);
    free(expected);
    world_close(&w);
}

Test(ckks_linear, scalars_and_integers)
{
    he_params p = given(4096, 2, 40, 6);
    world w;
    world_open(&w, &p);
    slot *x = randoms(&w, 2), *expected = zeros(&w);
    he_ciphertext *a = encrypted(&w, x, 2), *r = empty(&w), *d = empty(&w);
    const double values[] = {0, 1, -2.5, 0.001, 31.75, -1e-7};
    for (size_t c = 0; c < sizeof values / sizeof *values; c++) {
        double v = values[c];
        he_assert_ok(he_ckks_add_scalar(w.ctx, r, a, v));
        for (size_t j = 0; j < w.slots; j++)
            expected[j] = x[j] + v;
        check_state(&w, r, 2, 1);
        check_slots(&w, r, expected, "add_scalar");
        for (size_t j = 0; j < w.slots; j++)
            expected[j] = x[j] * v;
        he_assert_ok(he_ckks_multiply_scalar(w.ctx, r, a, v, NULL));
        check_state(&w, r, 1, 1);
        check_slots(&w, r, expected, "multiply_scalar");
        he_assert_ok(he_ckks_multiply_scalar_norescale(w.ctx, d, a, v));
        check_state(&w, d, 2, 2);
        check_slots(&w, d, expected, "multiply_scalar_norescale");
        he_assert_ok(he_ckks_add_scalar(w.ctx, d, d, v));
        check_state(&w, d, 2, 2);
        for (size_t j = 0; j < w.slots; j++)
            expected[j] = x[j] * v + v;
        check_slots(&w, d, expected, "add_scalar at degree 2");
        he_assert_ok(he_ckks_rescale(w.ctx, d, d, NULL));
        check_slots(&w, d, expected, "the same, rescaled");
    }
    const int64_t integers[] = {0, 1, -1, 17, -25};
    for (size_t c = 0; c < sizeof integers / sizeof *integers; c++) {
        he_assert_ok(he_ckks_multiply_integer(w.ctx, r, a, integers[c]));
        for (size_t j = 0; j < w.slots; j++)
            expected[j] = x[j] * (double)integers[c];
        check_state(&w, r, 2, 1);
        check_slots(&w, r, expected, "multiply_integer");
    }
    he_ciphertext *b = copy_of(&w, a);
    he_assert_ok(he_ckks_multiply_integer(w.ctx, b, b, -25));
    cr_assert(same_ciphertext(b, r));
    he_assert_ok(he_ckks_multiply_scalar(w.ctx, r, a, 0.3, NULL));
    he_assert_ok(he_ckks_multiply_scalar(w.ctx, a, a, 0.3, NULL));
    cr_assert(same_ciphertext(a, r));
    he_assert_fails(he_ckks_multiply_integer(w.ctx, r, a, INT64_MIN), HE_ERR_ARGUMENT, "2^53");
    he_assert_fails(he_ckks_add_scalar(w.ctx, r, a, NAN), HE_ERR_ARGUMENT, "finite");
    he_assert_fails(he_ckks_multiply_scalar(w.ctx, r, a, 1e300, NULL), HE_ERR_ARGUMENT, "large");
    cr_assert(same_ciphertext(a, r), "a refusal changed the output");
    he_ciphertext_destroy(a);
    he_ciphertext_destroy(b);
    he_ciphertext_destroy(r);
    he_ciphertext_destroy(d);
    free(x);
    free(expected);
    world_close(&w);
}

Test(ckks_linear, refusals)
{
    he_params p = given(1024, 2, 30, 1), other = given(2048, 2, 30, 1);
    world w, v;
    world_open(&w, &p);
    world_open(&v, &other);
    slot *x = randoms(&w, 1), *y = randoms(&v, 1);
    he_ciphertext *a = encrypted(&w, x, 2), *foreign = encrypted(&v, y, 2), *none = empty(&w);
    he_ciphertext *r = copy_of(&w, a);
    he_plaintext *pt = encoded(&w, x, 1);
    he_assert_fails(he_ckks_add(NULL, r, a, a, NULL), HE_ERR_NULL, "he_ckks_add");
    he_assert_fails(he_ckks_add(w.ctx, NULL, a, a, NULL), HE_ERR_NULL, "r is NULL");
    he_assert_fails(he_ckks_add(w.ctx, r, NULL, a, NULL), HE_ERR_NULL, "he_ckks_add: a");
    he_assert_fails(he_ckks_sub(w.ctx, r, a, NULL, NULL), HE_ERR_NULL, "he_ckks_sub: b");
    he_assert_fails(he_ckks_add(w.ctx, r, a, foreign, NULL), HE_ERR_MISMATCH, "he_ckks_add: b");
    cr_assert(he_ckks_add(w.ctx, r, none, a, NULL) != HE_OK);
    he_assert_fails(he_ckks_add_plain(w.ctx, r, a, pt), HE_ERR_LEVEL,
                    "a is at level 2, b at level 1");
    he_assert_fails(he_ckks_add_plain(w.ctx, r, a, NULL), HE_ERR_NULL, "b");
    he_ciphertext *d = empty(&w);
    he_assert_ok(he_ckks_multiply_scalar_norescale(w.ctx, d, a, 0.5));
    he_assert_fails(he_ckks_add_plain(w.ctx, r, d, pt), HE_ERR_SCALE, "he_ckks_rescale() on a");
    cr_assert(same_ciphertext(a, r), "a refusal changed the output");
    cr_assert(he_ckks_error_bound(w.ctx, none) == INFINITY);
    he_plaintext_destroy(pt);
    he_ciphertext_destroy(a);
    he_ciphertext_destroy(d);
    he_ciphertext_destroy(r);
    he_ciphertext_destroy(none);
    he_ciphertext_destroy(foreign);
    free(x);
    free(y);
    world_close(&w);
    world_close(&v);
}
