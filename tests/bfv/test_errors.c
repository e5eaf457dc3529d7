/* SPDX-License-Identifier: MIT */
/* What does not fit is refused with its name, and changes nothing. */
#include "bfv/fixture.h"

#include <stdlib.h>

typedef struct operands {
    fixture f, other;
    he_ciphertext *x, *y, *low, *three, *foreign, *empty, *r, *before;
    he_plaintext *p, *foreign_p, *empty_p;
} operands;

static operands make(void)
{
    static const uint8_t bits[] = {48, 48, 48, 0};
    he_params p = fixture_params(1024, 65537, bits, 49, 1);
    operands o = {.f = fixture_make(&p)};
    p.plain_modulus = 12289;
    o.other = fixture_make(&p);
    uint64_t *a = calloc(1024, sizeof *a);
    o.x = fixture_encrypt(&o.f, a);
    o.y = fixture_encrypt(&o.f, a);
    o.foreign = fixture_encrypt(&o.other, a);
    o.foreign_p = fixture_encode(&o.other, a);
    o.p = fixture_encode(&o.f, a);
    he_assert_ok(he_plaintext_create(o.f.ctx, &o.empty_p));
    o.low = fixture_empty(&o.f);
    o.three = fixture_empty(&o.f);
    o.empty = fixture_empty(&o.f);
    o.r = fixture_empty(&o.f);
    o.before = fixture_empty(&o.f);
    he_assert_ok(he_mod_switch(o.f.ctx, o.low, o.x, 1, NULL));
    he_assert_ok(he_bfv_multiply(o.f.ctx, o.three, o.x, o.y, NULL, NULL));
    he_assert_ok(he_ciphertext_copy(o.r, o.x));
    he_assert_ok(he_ciphertext_copy(o.before, o.x));
    free(a);
    return o;
}

static void clear(operands *o)
{
    cr_assert(fixture_same(o->r, o->before), "a failing call changed r");
    he_ciphertext *all[] = {o->x, o->y, o->low, o->three, o->foreign, o->empty, o->r, o->before};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        he_ciphertext_destroy(all[i]);
    he_plaintext_destroy(o->p);
    he_plaintext_destroy(o->foreign_p);
    he_plaintext_destroy(o->empty_p);
    fixture_free(&o->f);
    fixture_free(&o->other);
}

Test(errors, null_and_empty)
{
    operands o = make();
    const he_context *c = o.f.ctx;
    he_assert_fails(he_bfv_add(NULL, o.r, o.x, o.y), HE_ERR_NULL, "he_bfv_add: ctx is NULL");
    he_assert_fails(he_bfv_add(c, NULL, o.x, o.y), HE_ERR_NULL, "he_bfv_add: r is NULL");
    he_assert_fails(he_bfv_add(c, o.r, NULL, o.y), HE_ERR_NULL, "he_bfv_add: a is NULL");
    he_assert_fails(he_bfv_sub(c, o.r, o.x, NULL), HE_ERR_NULL, "he_bfv_sub: b is NULL");
    he_assert_fails(he_bfv_negate(c, NULL, o.x), HE_ERR_NULL, "he_bfv_negate: r is NULL");
    he_assert_fails(he_bfv_negate(c, o.r, NULL), HE_ERR_NULL, "a is NULL");
    he_assert_fails(he_bfv_add_plain(c, o.r, o.x, NULL), HE_ERR_NULL, "b is NULL");
    he_assert_fails(he_bfv_add_plain(c, NULL, o.x, o.p), HE_ERR_NULL, "r is NULL");
    he_assert_fails(he_bfv_sub_plain(c, o.r, o.x, o.empty_p), HE_ERR_ARGUMENT, "b is empty");
    he_assert_fails(he_bfv_multiply_plain(c, o.r, o.x, NULL, NULL), HE_ERR_NULL, "b is NULL");
    he_assert_fails(he_bfv_multiply_plain(c, NULL, o.x, o.p, NULL), HE_ERR_NULL, "r is NULL");
    he_assert_fails(he_bfv_multiply(c, NULL, o.x, o.y, NULL, NULL), HE_ERR_NULL, "r is NULL");
    he_assert_fails(he_bfv_multiply(c, o.r, o.x, o.empty, NULL, NULL), HE_ERR_ARGUMENT,
                    "he_bfv_multiply: b is empty");
    he_assert_fails(he_bfv_square(c, NULL, o.x, NULL, NULL), HE_ERR_NULL, "r is NULL");
    he_assert_fails(he_bfv_square(c, o.r, NULL, NULL, NULL), HE_ERR_NULL, "a is NULL");
    he_assert_fails(he_bfv_rotate_rows(c, o.r, NULL, o.f.gk, 1, NULL), HE_ERR_NULL, "a is NULL");
    he_assert_fails(he_bfv_swap_rows(c, NULL, o.x, o.f.gk, NULL), HE_ERR_NULL, "r is NULL");
    clear(&o);
}

Test(errors, mismatch_level_size_and_key)
{
    operands o = make();
    const he_context *c = o.f.ctx;
    he_assert_fails(he_bfv_add(c, o.r, o.x, o.foreign), HE_ERR_MISMATCH,
                    "he_bfv_add: b belongs to a context with other parameters");
    he_assert_fails(he_bfv_multiply(c, o.r, o.foreign, o.x, NULL, NULL), HE_ERR_MISMATCH, "a");
    he_assert_fails(he_bfv_multiply(c, o.r, o.x, o.y, o.other.rk, NULL), HE_ERR_MISMATCH, "key");
    he_assert_fails(he_bfv_square(c, o.r, o.x, o.other.rk, NULL), HE_ERR_MISMATCH, "key");
    he_assert_fails(he_bfv_add_plain(c, o.r, o.x, o.foreign_p), HE_ERR_MISMATCH, "b");
    he_assert_fails(he_bfv_multiply_plain(c, o.r, o.x, o.foreign_p, NULL), HE_ERR_MISMATCH, "b");
    he_assert_fails(he_bfv_add(c, o.r, o.x, o.low), HE_ERR_LEVEL,
                    "he_bfv_add: a is at level 2, b at level 1");
    he_assert_fails(he_bfv_multiply(c, o.r, o.low, o.x, NULL, NULL), HE_ERR_LEVEL,
                    "he_bfv_multiply: a is at level 1, b at level 2");
    he_assert_fails(he_bfv_multiply(c, o.r, o.x, o.three, o.f.rk, NULL), HE_ERR_ARGUMENT,
                    "b has 3 polynomials, must have 2: he_relinearize() it first");
    he_assert_fails(he_bfv_square(c, o.r, o.three, o.f.rk, NULL), HE_ERR_ARGUMENT,
                    "a has 3 polynomials");
    he_assert_fails(he_bfv_rotate_rows(c, o.r, o.x, o.f.gk, 2, NULL), HE_ERR_NO_KEY,
                    "he_bfv_rotate_rows: no Galois key for step 2");
    he_assert_fails(he_bfv_rotate_rows(c, o.r, o.x, NULL, 1, NULL), HE_ERR_NO_KEY, "step 1");
    he_assert_fails(he_bfv_rotate_rows(c, o.r, o.x, o.f.gk, 512, NULL), HE_ERR_ARGUMENT,
                    "step 512 is outside");
    he_assert_fails(he_bfv_rotate_rows(c, o.r, o.x, o.f.gk, HE_STEP_CONJUGATE, NULL),
                    HE_ERR_ARGUMENT, "he_bfv_swap_rows()");
    clear(&o);
}

Test(errors, other_scheme_and_no_slots)
{
    he_params p = HE_PARAMS_INIT;
    p.scheme = HE_SCHEME_CKKS;
    p.depth = 1;
    p.precision_bits = 15;
    he_context *ckks = NULL;
    he_assert_ok(he_context_create(&ckks, &p));
    operands o = make();
    he_assert_fails(he_bfv_add(ckks, o.r, o.x, o.y), HE_ERR_MISMATCH,
                    "the context is for CKKS, this function for BFV");
    clear(&o);
    he_context_destroy(ckks);
    static const uint8_t bits[] = {48, 48, 0};
    p = fixture_params(1024, 257, bits, 49, 1);
    fixture f = fixture_make(&p);
    uint64_t *a = fixture_random(&f);
    he_ciphertext *x = fixture_encrypt(&f, a);
    he_assert_fails(he_bfv_rotate_rows(f.ctx, x, x, f.gk, 1, NULL), HE_ERR_UNSUPPORTED,
                    "plain_modulus 257 has no slots");
    he_assert_fails(he_bfv_swap_rows(f.ctx, x, x, f.gk, NULL), HE_ERR_UNSUPPORTED, "no slots");
    he_ciphertext_destroy(x);
    free(a);
    fixture_free(&f);
}
