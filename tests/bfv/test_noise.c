/* SPDX-License-Identifier: MIT */
/* Chains to the depth that was asked for, the noise bound along them, and random programs. */
#include "bfv/fixture.h"

#include <stdlib.h>
#include <string.h>

/* The bound holds, and by no more than so many bits. */
#define CLOSE 8
/* Where it must allow for more than happens: rotated copies hold other powers of the secret, and
 * plaintexts are no worse than random; zero as a difference has no noise at all. */
#define LOOSE 13
#define ABOVE 1e9

static he_params asked(uint64_t t, uint32_t depth)
{
    he_params p = HE_PARAMS_INIT;
    p.scheme = HE_SCHEME_BFV;
    p.plain_modulus = t;
    p.depth = depth;
    return p;
}

typedef enum way {
    SQUARES,  /* x^2, x^4, … */
    PRODUCTS, /* two different ciphertexts of the same depth each time */
    REPEATED, /* y each time */
    WAYS
} way;

static void chain(const fixture *f, uint32_t depth, way w)
{
    static const char *const names[] = {"squares", "products", "repeated factor"};
    uint64_t *a = fixture_random(f), *b = fixture_random(f);
    he_ciphertext *x = fixture_encrypt(f, a), *y = fixture_encrypt(f, b);
    for (uint32_t d = 0; d < depth; d++) {
        if (w == SQUARES) {
            he_assert_ok(he_bfv_square(f->ctx, x, x, f->rk, NULL));
            fixture_mul(f, a, a, a);
        } else {
            if (w == PRODUCTS && d > 0)
                he_assert_ok(he_bfv_rotate_rows(f->ctx, y, x, f->gk, 1, NULL));
            if (w == PRODUCTS && d > 0)
                fixture_rotate(f, b, a, 1);
            he_assert_ok(he_bfv_multiply(f->ctx, x, x, y, f->rk, NULL));
            fixture_mul(f, a, a, b);
        }
        fixture_check_noise(f, x, w == PRODUCTS ? LOOSE : CLOSE, names[w]);
    }
    fixture_expect(f, x, a, names[w]);
    he_plaintext *pt;
    he_assert_ok(he_plaintext_create(f->ctx, &pt));
    he_assert_ok(he_decrypt(f->ctx, pt, x, f->sk, HE_NOISE_TRACKED, NULL));
    he_plaintext_destroy(pt);
    he_ciphertext_destroy(x);
    he_ciphertext_destroy(y);
    free(a);
    free(b);
}

Test(noise, chains_reach_the_depth_asked_for)
{
    static const struct {
        uint64_t t;
        uint32_t depth, n;
    } cases[] = {
        {65537, 1, 4096},
        {1032193, 3, 8192},
        {UINT64_C(549755904001), 2, 8192},
        {786433, 8, 16384},
        {UINT64_C(576460752304439297), 3, 16384},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t t;
        he_assert_ok(he_batching_prime(&t, cases[i].n, cases[i].t - 1));
        he_params p = asked(t, cases[i].depth);
        p.slots = cases[i].n;
        fixture f = fixture_make(&p);
        cr_assert(f.n == cases[i].n, "t %llu, depth %u: n is %zu", (unsigned long long)t,
                  cases[i].depth, f.n);
        for (way w = 0; w < WAYS; w++)
            chain(&f, cases[i].depth, w);
        fixture_free(&f);
    }
}

/* Deep chains in a small ring: powers of the secret and of a repeated factor. */
Test(noise, bound_follows_powers)
{
    static const uint8_t bits[] = {48, 48, 48, 48, 48, 48, 0};
    static const uint64_t moduli[] = {65537, 1032193};
    for (size_t i = 0; i < 2 * he_test_scale(); i++) {
        he_params p = fixture_params(i % 2 == 0 ? 1024 : 2048, moduli[i % 2], bits, 49, 1);
        fixture f = fixture_make(&p);
        for (way w = 0; w < WAYS; w++)
            chain(&f, 6, w);
        fixture_free(&f);
    }
}

Test(noise, bound_follows_plaintext_products_and_sums)
{
    static const uint8_t bits[] = {48, 48, 48, 48, 0};
    static const uint64_t moduli[] = {2, 4, 257, 65537, 1032193};
    for (size_t i = 0; i < 5; i++) {
        he_params p = fixture_params(1024, moduli[i], bits, 49, 1);
        fixture f = fixture_make(&p);
        uint64_t *a = fixture_random(&f), *b = fixture_random(&f);
        he_ciphertext *x = fixture_encrypt(&f, a);
        he_plaintext *pt = fixture_encode(&f, b);
        for (size_t d = 0; d < 6; d++) {
            he_assert_ok(he_bfv_multiply_plain(f.ctx, x, x, pt, NULL));
            fixture_mul(&f, a, a, b);
            fixture_check_noise(&f, x, CLOSE, "multiply_plain");
            he_assert_ok(he_bfv_add(f.ctx, x, x, x));
            fixture_add(&f, a, a, a);
            fixture_check_noise(&f, x, CLOSE, "add");
            he_assert_ok(he_bfv_add_plain(f.ctx, x, x, pt));
            fixture_add(&f, a, a, b);
            fixture_expect(&f, x, a, "plaintext operations");
        }
        /* all coefficients t / 2: the largest norm */
        for (size_t j = 0; j < f.n; j++)
            b[j] = f.t / 2;
        he_assert_ok(he_bfv_encode_coefficients(f.ctx, pt, b, f.n));
        he_assert_ok(he_bfv_multiply_plain(f.ctx, x, x, pt, NULL));
        fixture_check_noise(&f, x, LOOSE, "largest plaintext");
        he_plaintext_destroy(pt);
        he_ciphertext_destroy(x);
        free(a);
        free(b);
        fixture_free(&f);
    }
}

/* Factors of very different noise, in each pair of domains, in both orders. */
Test(noise, bound_follows_the_noisier_factor)
{
    static const uint8_t bits[] = {48, 48, 48, 0};
    he_params p = fixture_params(1024, 65537, bits, 49, 1);
    fixture f = fixture_make(&p);
    uint64_t *a = fixture_random(&f), *b = fixture_random(&f);
    he_plaintext *pt = fixture_encode(&f, b);
    he_ciphertext *x = fixture_encrypt(&f, a), *y = fixture_encrypt(&f, b);
    he_ciphertext *r = fixture_empty(&f);
    he_assert_ok(he_bfv_multiply_plain(f.ctx, y, y, pt, NULL));
    fixture_mul(&f, b, b, b);
    fixture_mul(&f, b, b, a);
    for (unsigned domains = 0; domains < 4; domains++) {
        he_ciphertext_to_coeff(f.ctx, x);
        he_ciphertext_to_coeff(f.ctx, y);
        if ((domains & 1) != 0)
            he_ciphertext_to_ntt(f.ctx, x);
        if ((domains & 2) != 0)
            he_ciphertext_to_ntt(f.ctx, y);
        for (unsigned order = 0; order < 2; order++) {
            he_assert_ok(
                he_bfv_multiply(f.ctx, r, order == 0 ? x : y, order == 0 ? y : x, f.rk, NULL));
            fixture_check_noise(&f, r, CLOSE, "one noisy factor");
            fixture_expect(&f, r, b, "one noisy factor");
        }
    }
    he_plaintext_destroy(pt);
    he_ciphertext_destroy(x);
    he_ciphertext_destroy(y);
    he_ciphertext_destroy(r);
    free(a);
    free(b);
    fixture_free(&f);
}

/* Down to every level, in one step and in many; sums and products there. */
Test(noise, levels)
{
    static const uint8_t bits[] = {48, 40, 48, 35, 48, 0};
    he_params p = fixture_params(1024, 65537, bits, 49, 2);
    fixture f = fixture_make(&p);
    uint64_t *a = fixture_random(&f), *b = fixture_random(&f), *want = fixture_random(&f);
    he_ciphertext *x = fixture_encrypt(&f, a), *y = fixture_encrypt(&f, b);
    he_ciphertext *r = fixture_empty(&f), *once = fixture_empty(&f);
    const uint32_t top = he_context_top_level(f.ctx);
    he_assert_ok(he_ciphertext_copy(once, x));
    for (uint32_t level = top; level-- > 0;) {
        if (level % 2 == 0)
            he_ciphertext_to_ntt(f.ctx, x);
        he_assert_ok(he_mod_switch(f.ctx, x, x, level, NULL));
        he_ciphertext_to_coeff(f.ctx, x);
        he_assert_ok(he_mod_switch(f.ctx, r, once, level, NULL));
        cr_assert(fixture_same(r, x));
        fixture_expect(&f, x, a, "mod_switch");
        fixture_check_noise(&f, x, CLOSE, "mod_switch");
        he_assert_ok(he_mod_switch(f.ctx, y, y, level, NULL));
        he_assert_ok(he_bfv_add(f.ctx, r, x, y));
        fixture_add(&f, want, a, b);
        fixture_expect(&f, r, want, "add");
        he_plaintext *pt = fixture_encode(&f, b);
        he_assert_ok(he_bfv_sub_plain(f.ctx, r, x, pt));
        fixture_sub(&f, want, a, b);
        fixture_expect(&f, r, want, "sub_plain");
        he_plaintext_destroy(pt);
        he_assert_ok(he_bfv_rotate_rows(f.ctx, r, x, f.gk, 1, NULL));
        fixture_rotate(&f, want, a, 1);
        fixture_expect(&f, r, want, "rotate_rows");
        fixture_check_noise(&f, r, CLOSE, "rotate_rows");
        if (level == 0)
            break;
        he_assert_ok(he_bfv_multiply(f.ctx, r, x, y, f.rk, NULL));
        fixture_mul(&f, want, a, b);
        fixture_expect(&f, r, want, "multiply");
        fixture_check_noise(&f, r, CLOSE, "multiply");
        he_assert_ok(he_bfv_square(f.ctx, r, x, f.rk, NULL));
        fixture_mul(&f, want, a, a);
        fixture_expect(&f, r, want, "square");
        he_assert_ok(he_bfv_square(f.ctx, r, x, NULL, NULL));
        he_assert_ok(he_mod_switch(f.ctx, r, r, level - 1, NULL));
        fixture_expect(&f, r, want, "mod_switch of three polynomials");
    }
    he_ciphertext_destroy(once);
    he_ciphertext_destroy(r);
    he_ciphertext_destroy(x);
    he_ciphertext_destroy(y);
    free(a);
    free(b);
    free(want);
    fixture_free(&f);
}

/* Beyond the bound evaluation goes on, and decryption says no. */
Test(noise, decryption_refuses_above_the_limit)
{
    static const uint8_t bits[] = {48, 48, 0};
    he_params p = fixture_params(1024, 65537, bits, 49, 1);
    fixture f = fixture_make(&p);
    uint64_t *a = fixture_random(&f);
    he_ciphertext *x = fixture_encrypt(&f, a);
    he_plaintext *pt;
    he_assert_ok(he_plaintext_create(f.ctx, &pt));
    he_status status = HE_OK;
    for (size_t i = 0; i < 10 && status == HE_OK; i++) {
        bool left = he_ciphertext_budget_bits(f.ctx, x) >= 0;
        status = he_decrypt(f.ctx, pt, x, f.sk, HE_NOISE_TRACKED, NULL);
        cr_assert(status == (left ? HE_OK : HE_ERR_NOISE));
        if (status == HE_OK)
            fixture_expect(&f, x, a, "below the limit");
        he_assert_ok(he_bfv_square(f.ctx, x, x, f.rk, NULL));
        fixture_mul(&f, a, a, a);
    }
    cr_assert(status == HE_ERR_NOISE);
    x->claimed = true;
    he_assert_ok(he_bfv_multiply(f.ctx, x, x, x, f.rk, NULL));
    cr_assert(he_ciphertext_noise_claimed(x));
    he_assert_fails(he_decrypt(f.ctx, pt, x, f.sk, HE_NOISE_TRACKED, NULL), HE_ERR_NOISE_UNKNOWN,
                    "claim");
    he_plaintext_destroy(pt);
    he_ciphertext_destroy(x);
    free(a);
    fixture_free(&f);
}

#define REGISTERS 4

/* One random step on registers of values and of ciphertexts. */
static void step(const fixture *f, uint64_t **v, he_ciphertext **c, uint64_t *t)
{
    size_t r = he_test_random_below(REGISTERS), a = he_test_random_below(REGISTERS);
    size_t b = he_test_random_below(REGISTERS);
    const uint64_t op = he_test_random_below(9);
    const uint32_t level = c[a]->level < c[b]->level ? c[a]->level : c[b]->level;
    he_assert_ok(he_mod_switch(f->ctx, c[a], c[a], level, NULL));
    he_assert_ok(he_mod_switch(f->ctx, c[b], c[b], level, NULL));
    if (op == 0) {
        he_assert_ok(he_bfv_add(f->ctx, c[r], c[a], c[b]));
        fixture_add(f, v[r], v[a], v[b]);
    } else if (op == 1) {
        he_assert_ok(he_bfv_sub(f->ctx, c[r], c[a], c[b]));
        fixture_sub(f, v[r], v[a], v[b]);
    } else if (op <= 3 && he_ciphertext_budget_bits(f->ctx, c[a]) > 40 &&
               he_ciphertext_budget_bits(f->ctx, c[b]) > 40) {
        he_assert_ok(he_bfv_multiply(f->ctx, c[r], c[a], c[b], f->rk, NULL));
        fixture_mul(f, v[r], v[a], v[b]);
    } else if (op == 4 && he_ciphertext_budget_bits(f->ctx, c[a]) > 30) {
        he_plaintext *pt = fixture_encode(f, v[b]);
        he_assert_ok(he_bfv_multiply_plain(f->ctx, c[r], c[a], pt, NULL));
        fixture_mul(f, v[r], v[a], v[b]);
        he_plaintext_destroy(pt);
    } else if (op == 5) {
        he_plaintext *pt = fixture_encode(f, v[b]);
        he_assert_ok(he_bfv_add_plain(f->ctx, c[r], c[a], pt));
        fixture_add(f, v[r], v[a], v[b]);
        he_plaintext_destroy(pt);
    } else if (op == 6) {
        he_assert_ok(he_bfv_rotate_rows(f->ctx, c[r], c[a], f->gk, 100, NULL));
        fixture_rotate(f, t, v[a], 100);
        memcpy(v[r], t, f->n * sizeof *t);
    } else if (op == 7) {
        he_assert_ok(he_bfv_swap_rows(f->ctx, c[r], c[a], f->gk, NULL));
        fixture_swap(f, t, v[a]);
        memcpy(v[r], t, f->n * sizeof *t);
    } else if (op == 8 && c[a]->level > 0 &&
               he_ciphertext_noise_bits(c[a]) > 48 + 10) { /* a prime's worth of noise */
        he_assert_ok(he_mod_switch(f->ctx, c[a], c[a], c[a]->level - 1, NULL));
        r = a;
    }
    fixture_check_noise(f, c[r], ABOVE, "random program");
    fixture_expect(f, c[r], v[r], "random program");
}

Test(noise, random_programs)
{
    static const uint8_t bits[] = {48, 48, 48, 48, 0};
    for (unsigned program = 0; program < 6 * he_test_scale(); program++) {
        he_params p =
            fixture_params(program % 3 == 0 ? 2048 : 1024, 65537, bits, 49, 1 + program % 2);
        fixture f = fixture_make(&p);
        uint64_t *v[REGISTERS], *t = fixture_random(&f);
        he_ciphertext *c[REGISTERS];
        for (size_t i = 0; i < REGISTERS; i++) {
            v[i] = fixture_random(&f);
            c[i] = fixture_encrypt(&f, v[i]);
        }
        for (size_t i = 0; i < 40; i++)
            step(&f, v, c, t);
        for (size_t i = 0; i < REGISTERS; i++) {
            free(v[i]);
            he_ciphertext_destroy(c[i]);
        }
        free(t);
        fixture_free(&f);
    }
}
