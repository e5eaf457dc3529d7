/* SPDX-License-Identifier: MIT */
/* Scaling and products against GMP and FLINT, coefficient by coefficient. */
#include "bfv/fixture.h"

#include "core/memory.h"
#include <flint/fmpz.h>
#include <flint/fmpz_poly.h>
#include <gmp.h>
#include <stdlib.h>

#define N 1024

static const uint8_t narrow[] = {48, 48, 48, 48, 0}, fifty[] = {50, 50, 50, 0};
static const uint8_t wide[] = {61, 61, 60, 0}, small[] = {20, 25, 30, 50, 0}, one[] = {45, 0};
static const uint8_t *const large[] = {narrow, fifty, wide, small};
static const uint8_t *const sizes[] = {narrow, fifty, wide, small, one};

#define SIZES (sizeof sizes / sizeof *sizes)

static he_context *make(const uint8_t *bits, uint64_t t)
{
    he_params p = fixture_params(N, t, bits, bits[0] > 50 ? 61 : 50, 1);
    he_context *ctx;
    he_assert_ok(he_context_create(&ctx, &p));
    return ctx;
}

static void set_product(mpz_t x, const he_rns_prime *p, size_t count)
{
    mpz_set_ui(x, 1);
    for (size_t i = 0; i < count; i++)
        mpz_mul_ui(x, x, p[i].q.q);
}

/* x in [0, q) to (-q/2, q/2]. */
static void centre(mpz_t x, const mpz_t q)
{
    mpz_t twice;
    mpz_init(twice);
    mpz_mul_2exp(twice, x, 1);
    if (mpz_cmp(twice, q) > 0)
        mpz_sub(x, x, q);
    mpz_clear(twice);
}

static void random_integer(mpz_t x, const mpz_t q)
{
    mpz_set_ui(x, 0);
    for (size_t i = 0; i < mpz_sizeinbase(q, 2) / 64 + 2; i++) {
        mpz_mul_2exp(x, x, 64);
        mpz_add_ui(x, x, he_test_random());
    }
    mpz_mod(x, x, q);
    centre(x, q);
}

/* round(t x / D) for integers x of size up to Q R / 2; off by one only near a half. */
static void check_scale(he_context *ctx, uint32_t level)
{
    const he_bfv_context *bfv = he_bfv(ctx);
    const he_bfv_level *l = &bfv->levels[level];
    const size_t k = l->limbs, m = l->aux;
    uint64_t *x = he_alloc((k + m) * N, sizeof *x), *out = he_alloc(k * N, sizeof *out);
    uint64_t *kept[64], *dropped[64], *result[64];
    he_bfv_limbs(kept, x, k, N);
    he_bfv_limbs(dropped, x + k * N, m, N);
    he_bfv_limbs(result, out, k, N);
    mpz_t q, r, qr, want[N];
    mpz_inits(q, r, qr, NULL);
    set_product(q, bfv->data, k);
    set_product(r, bfv->aux, m);
    mpz_mul(qr, q, r);
    for (size_t j = 0; j < N; j++) {
        mpz_init(want[j]);
        random_integer(want[j], qr);
        if (j < 3)
            mpz_set_si(want[j], 4 * ((long)j - 1));
        for (size_t i = 0; i < k; i++)
            kept[i][j] = mpz_fdiv_ui(want[j], bfv->data[i].q.q);
        for (size_t i = 0; i < m; i++) {
            const he_modulus *p = &bfv->aux[i].q;
            dropped[i][j] = he_mod_mul(mpz_fdiv_ui(want[j], p->q), l->product.in[i], p);
        }
        mpz_mul_ui(want[j], want[j], bfv->t.q);
        mpz_mul_2exp(want[j], want[j], 1);
        mpz_add(want[j], want[j], r);
        mpz_fdiv_q(want[j], want[j], r);
        mpz_fdiv_q_2exp(want[j], want[j], 1);
    }
    he_bfv_scale_run(&l->product, result, (const uint64_t *const *)dropped, kept, 0, N);
    for (size_t j = 0; j < N; j++) {
        for (size_t i = 0; i < k; i++)
            cr_assert(result[i][j] == mpz_fdiv_ui(want[j], bfv->data[i].q.q),
                      "level %u, coefficient %zu, limb %zu", level, j, i);
        mpz_clear(want[j]);
    }
    mpz_clears(q, r, qr, NULL);
    he_free(x);
    he_free(out);
}

Test(scale, rounds_like_integers)
{
    static const uint64_t moduli[] = {2, 65537, UINT64_C(1152921504606830593)};
    for (size_t s = 0; s < 4; s++) {
        for (size_t k = 0; k < 3; k++) {
            he_context *ctx = make(large[s], moduli[k]);
            for (uint32_t level = 0; level <= he_context_top_level(ctx); level++)
                check_scale(ctx, level);
            he_context_destroy(ctx);
        }
    }
}

Test(scale, auxiliary_bases_are_large_enough)
{
    for (size_t s = 0; s < 4; s++) {
        he_context *ctx = make(large[s], UINT64_C(1152921504606830593));
        const he_bfv_context *bfv = he_bfv(ctx);
        mpz_t q, r;
        mpz_inits(q, r, NULL);
        for (uint32_t level = 0; level <= he_context_top_level(ctx); level++) {
            const he_bfv_level *l = &bfv->levels[level];
            cr_assert(l->aux <= l->limbs);
            set_product(q, bfv->data, l->limbs);
            set_product(r, bfv->aux, l->aux);
            /* R >= Q (1 - 2^-20) */
            mpz_mul_2exp(r, r, 20);
            mpz_mul_ui(q, q, (1 << 20) - 1);
            cr_assert(mpz_cmp(r, q) >= 0, "level %u", level);
            set_product(q, bfv->data, l->limbs);
            set_product(r, bfv->aux, l->wide);
            mpz_mul_ui(q, q, bfv->t.q);
            mpz_mul_ui(q, q, 2 * N);
            cr_assert(mpz_cmp(r, q) > 0);
        }
        for (size_t i = 0; i < bfv->aux_count; i++)
            for (size_t j = 0; j < ctx->data_count + ctx->special_count; j++)
                cr_assert(bfv->aux[i].q.q != ctx->primes[j].q.q);
        mpz_clears(q, r, NULL);
        he_context_destroy(ctx);
    }
}

/* Polynomial p of ct with centred coefficients. */
static void set_polynomial(fmpz_poly_t r, const he_context *ctx, const he_ciphertext *ct,
                           uint32_t p, const mpz_t q)
{
    he_rns_crt *crt;
    he_assert_ok(he_rns_crt_create(&crt, ctx->prime_list, ct->limbs));
    mpz_t x;
    fmpz_t coefficient;
    mpz_init(x);
    fmpz_init(coefficient);
    for (size_t j = 0; j < N; j++) {
        uint64_t words[65], residues[64];
        for (size_t i = 0; i < ct->limbs; i++)
            residues[i] = he_ct_poly(ct, p)[i * N + j];
        he_rns_crt_compose(crt, words, residues);
        mpz_import(x, he_rns_crt_words(crt), -1, sizeof *words, 0, 0, words);
        centre(x, q);
        fmpz_set_mpz(coefficient, x);
        fmpz_poly_set_coeff_fmpz(r, (slong)j, coefficient);
    }
    fmpz_clear(coefficient);
    mpz_clear(x);
    he_rns_crt_destroy(crt);
}

/* Whether got is within tolerance of round(t d / Q) modulo Q, d folded by X^N = -1. */
static void check_product(const fmpz_poly_t d, const fmpz_poly_t got, const mpz_t q, uint64_t t,
                          const mpz_t tolerance, const char *what)
{
    mpz_t x, y;
    fmpz_t c;
    mpz_inits(x, y, NULL);
    fmpz_init(c);
    for (slong j = 0; j < N; j++) {
        fmpz_poly_get_coeff_fmpz(c, d, j);
        fmpz_get_mpz(x, c);
        fmpz_poly_get_coeff_fmpz(c, d, j + N);
        fmpz_get_mpz(y, c);
        mpz_sub(x, x, y);
        mpz_mul_ui(x, x, t);
        mpz_mul_2exp(x, x, 1);
        mpz_add(x, x, q);
        mpz_fdiv_q(x, x, q);
        mpz_fdiv_q_2exp(x, x, 1);
        fmpz_poly_get_coeff_fmpz(c, got, j);
        fmpz_get_mpz(y, c);
        mpz_sub(x, x, y);
        mpz_mod(x, x, q);
        centre(x, q);
        cr_assert(mpz_cmpabs(x, tolerance) <= 0, "%s: coefficient %ld", what, (long)j);
    }
    fmpz_clear(c);
    mpz_clears(x, y, NULL);
}

/* A square is round(t d / Q) exactly.  A product has B rounded to Q / R units: off by at most
 * t N Q / (4 R) for each of one or two terms, and a unit. */
static void check_tensor(const fixture *f, const he_ciphertext *a, const he_ciphertext *b,
                         bool square)
{
    const he_bfv_level *l = he_bfv_at(f->ctx, a->level);
    mpz_t q, r, tolerance;
    mpz_inits(q, r, tolerance, NULL);
    set_product(q, he_bfv(f->ctx)->data, l->limbs);
    set_product(r, he_bfv(f->ctx)->aux, l->aux);
    if (!square) {
        mpz_mul_ui(tolerance, q, f->t);
        mpz_mul_ui(tolerance, tolerance, N);
        mpz_fdiv_q(tolerance, tolerance, r);
        mpz_fdiv_q_2exp(tolerance, tolerance, 1);
        mpz_add_ui(tolerance, tolerance, 2);
    }
    he_ciphertext *ct = fixture_empty(f);
    if (square)
        he_assert_ok(he_bfv_square(f->ctx, ct, a, NULL, NULL));
    else
        he_assert_ok(he_bfv_multiply(f->ctx, ct, a, b, NULL, NULL));
    fmpz_poly_t x[2], y[2], d, e, got;
    for (uint32_t p = 0; p < 2; p++) {
        fmpz_poly_init(x[p]);
        fmpz_poly_init(y[p]);
        set_polynomial(x[p], f->ctx, a, p, q);
        set_polynomial(y[p], f->ctx, b, p, q);
    }
    fmpz_poly_init(d);
    fmpz_poly_init(e);
    fmpz_poly_init(got);
    for (uint32_t p = 0; p < 3; p++) {
        fmpz_poly_mul(d, x[p / 2], y[(p + 1) / 2]);
        if (p == 1) {
            fmpz_poly_mul(e, x[1], y[0]);
            fmpz_poly_add(d, d, e);
        }
        set_polynomial(got, f->ctx, ct, p, q);
        check_product(d, got, q, f->t, tolerance, square ? "square" : "multiply");
    }
    for (uint32_t p = 0; p < 2; p++) {
        fmpz_poly_clear(x[p]);
        fmpz_poly_clear(y[p]);
    }
    fmpz_poly_clear(d);
    fmpz_poly_clear(e);
    fmpz_poly_clear(got);
    he_ciphertext_destroy(ct);
    mpz_clears(q, r, tolerance, NULL);
}

Test(scale, products_are_those_of_integers)
{
    for (size_t s = 0; s < SIZES; s++) {
        he_params p = fixture_params(N, 65537, sizes[s], sizes[s][0] > 50 ? 61 : 50, 1);
        fixture f = fixture_make(&p);
        uint64_t *values = fixture_random(&f);
        he_ciphertext *a = fixture_encrypt(&f, values), *b = fixture_encrypt(&f, values);
        for (uint32_t level = he_context_top_level(f.ctx) + 1; level-- > 0;) {
            he_assert_ok(he_mod_switch(f.ctx, a, a, level, NULL));
            he_assert_ok(he_mod_switch(f.ctx, b, b, level, NULL));
            check_tensor(&f, a, b, false);
            check_tensor(&f, a, a, true);
        }
        he_ciphertext_destroy(a);
        he_ciphertext_destroy(b);
        free(values);
        fixture_free(&f);
    }
}
