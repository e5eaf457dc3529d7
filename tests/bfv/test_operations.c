/* SPDX-License-Identifier: MIT */
/* Every operation against arithmetic modulo t. */
#include "bfv/fixture.h"

#include <stdlib.h>

typedef struct operands {
    uint64_t *a, *b, *want;
    he_ciphertext *x, *y, *r;
    he_plaintext *p;
} operands;

static operands make(const fixture *f)
{
    operands o = {.a = fixture_random(f), .b = fixture_random(f), .want = fixture_random(f)};
    /* the extremes among them */
    o.a[0] = o.a[1] = o.b[0] = f->t - 1;
    o.a[2] = 0;
    o.a[3] = f->t / 2;
    o.b[3] = f->t / 2;
    o.x = fixture_encrypt(f, o.a);
    o.y = fixture_encrypt(f, o.b);
    o.p = fixture_encode(f, o.b);
    o.r = fixture_empty(f);
    return o;
}

static void clear(operands *o)
{
    free(o->a);
    free(o->b);
    free(o->want);
    he_ciphertext_destroy(o->x);
    he_ciphertext_destroy(o->y);
    he_ciphertext_destroy(o->r);
    he_plaintext_destroy(o->p);
}

/* x and y in domains of their own: results are those of the values. */
static void set_domains(const fixture *f, operands *o, unsigned domains)
{
    if ((domains & 1) != 0)
        he_ciphertext_to_ntt(f->ctx, o->x);
    if ((domains & 2) != 0)
        he_ciphertext_to_ntt(f->ctx, o->y);
}

static void check_linear(const fixture *f, operands *o)
{
    fixture_expect(f, o->x, o->a, "encrypt");
    he_assert_ok(he_bfv_add(f->ctx, o->r, o->x, o->y));
    fixture_add(f, o->want, o->a, o->b);
    fixture_expect(f, o->r, o->want, "add");
    fixture_check_noise(f, o->r, 8, "add");
    he_assert_ok(he_bfv_sub(f->ctx, o->r, o->x, o->y));
    fixture_sub(f, o->want, o->a, o->b);
    fixture_expect(f, o->r, o->want, "sub");
    he_assert_ok(he_bfv_negate(f->ctx, o->r, o->x));
    for (size_t i = 0; i < f->n; i++)
        o->want[i] = o->a[i] == 0 ? 0 : f->t - o->a[i];
    fixture_expect(f, o->r, o->want, "negate");
    he_assert_ok(he_bfv_add_plain(f->ctx, o->r, o->x, o->p));
    fixture_add(f, o->want, o->a, o->b);
    fixture_expect(f, o->r, o->want, "add_plain");
    fixture_check_noise(f, o->r, 8, "add_plain");
    he_assert_ok(he_bfv_sub_plain(f->ctx, o->r, o->x, o->p));
    fixture_sub(f, o->want, o->a, o->b);
    fixture_expect(f, o->r, o->want, "sub_plain");
}

static void check_products(const fixture *f, operands *o)
{
    fixture_mul(f, o->want, o->a, o->b);
    he_assert_ok(he_bfv_multiply_plain(f->ctx, o->r, o->x, o->p, NULL));
    fixture_expect(f, o->r, o->want, "multiply_plain");
    fixture_check_noise(f, o->r, 8, "multiply_plain");
    he_assert_ok(he_bfv_multiply(f->ctx, o->r, o->x, o->y, NULL, NULL));
    cr_assert(he_ciphertext_size(o->r) == 3);
    fixture_expect(f, o->r, o->want, "multiply without key");
    fixture_check_noise(f, o->r, 8, "multiply without key");
    he_assert_ok(he_relinearize(f->ctx, o->r, o->r, f->rk, NULL));
    fixture_expect(f, o->r, o->want, "relinearize");
    he_assert_ok(he_bfv_multiply(f->ctx, o->r, o->x, o->y, f->rk, NULL));
    cr_assert(he_ciphertext_size(o->r) == 2);
    fixture_expect(f, o->r, o->want, "multiply");
    fixture_check_noise(f, o->r, 8, "multiply");
    fixture_mul(f, o->want, o->a, o->a);
    he_assert_ok(he_bfv_square(f->ctx, o->r, o->x, NULL, NULL));
    cr_assert(he_ciphertext_size(o->r) == 3);
    fixture_expect(f, o->r, o->want, "square without key");
    fixture_check_noise(f, o->r, 8, "square without key");
    he_assert_ok(he_bfv_square(f->ctx, o->r, o->x, f->rk, NULL));
    fixture_expect(f, o->r, o->want, "square");
    fixture_check_noise(f, o->r, 8, "square");
}

static void check_rotations(const fixture *f, operands *o)
{
    if (he_context_slots(f->ctx) == 0)
        return;
    for (size_t i = 0; i + 1 < FIXTURE_STEPS; i++) {
        he_assert_ok(he_bfv_rotate_rows(f->ctx, o->r, o->x, f->gk, fixture_steps[i], NULL));
        fixture_rotate(f, o->want, o->a, fixture_steps[i]);
        fixture_expect(f, o->r, o->want, "rotate_rows");
        fixture_check_noise(f, o->r, 8, "rotate_rows");
    }
    he_assert_ok(he_bfv_rotate_rows(f->ctx, o->r, o->x, NULL, 0, NULL));
    fixture_expect(f, o->r, o->a, "rotate_rows by 0");
    he_assert_ok(he_bfv_swap_rows(f->ctx, o->r, o->x, f->gk, NULL));
    fixture_swap(f, o->want, o->a);
    fixture_expect(f, o->r, o->want, "swap_rows");
}

static void check_all(const he_params *params, unsigned domains)
{
    fixture f = fixture_make(params);
    operands o = make(&f);
    set_domains(&f, &o, domains);
    check_linear(&f, &o);
    check_products(&f, &o);
    check_rotations(&f, &o);
    clear(&o);
    fixture_free(&f);
}

static uint64_t prime_of(unsigned bits, uint32_t n)
{
    uint64_t t;
    he_assert_ok(he_batching_prime(&t, n, (uint64_t)1 << (bits - 1)));
    return t;
}

Test(operations, batching_small)
{
    static const uint8_t narrow[] = {48, 48, 48, 0}, wide[] = {60, 61, 60, 0};
    static const uint8_t mixed[] = {50, 30, 45, 40, 50, 0};
    const uint64_t t[] = {65537, prime_of(20, 1024), prime_of(40, 1024), prime_of(59, 1024)};
    for (size_t i = 0; i < 4; i++) {
        he_params p = fixture_params(1024, t[i], narrow, 48, 1);
        check_all(&p, (unsigned)i);
        p = fixture_params(1024, t[i], wide, 61, 2);
        check_all(&p, (unsigned)i);
        p = fixture_params(1024, t[i], mixed, 50, 2);
        check_all(&p, (unsigned)i);
    }
}

Test(operations, coefficients_of_any_modulus)
{
    static const uint8_t bits[] = {50, 50, 50, 50, 0};
    static const uint64_t t[] = {2, 3, 257, 256, (uint64_t)1 << 60, ((uint64_t)1 << 59) + 12345};
    for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
        he_params p = fixture_params(1024, t[i], bits, 50, 2);
        check_all(&p, (unsigned)i & 3);
    }
}

Test(operations, secure_sizes)
{
    static const uint8_t at_4096[] = {33, 33, 0}, at_8192[] = {42, 42, 42, 42, 0};
    static const uint8_t at_16384[] = {48, 48, 48, 48, 48, 48, 0};
    he_params p = fixture_params(4096, prime_of(17, 4096), at_4096, 34, 1);
    p.security = HE_SEC_128_2024;
    check_all(&p, 0);
    p = fixture_params(8192, prime_of(20, 8192), at_8192, 45, 1);
    p.security = HE_SEC_128_2024;
    check_all(&p, 1);
    p = fixture_params(8192, prime_of(40, 8192), at_8192, 45, 1);
    p.security = HE_SEC_128_2024;
    check_all(&p, 2);
    p = fixture_params(16384, prime_of(59, 16384), at_16384, 48, 2);
    p.security = HE_SEC_128_2024;
    check_all(&p, 3);
    p = fixture_params(16384, 2, at_16384, 48, 2);
    check_all(&p, 0);
}
