/* SPDX-License-Identifier: MIT */
#include "bfv/fixture.h"

#include "core/memory.h"

#include <flint/nmod_poly.h>
#include <gmp.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const int32_t fixture_steps[FIXTURE_STEPS] = {1, -3, 100, HE_STEP_CONJUGATE};

he_params fixture_params(uint32_t n, uint64_t t, const uint8_t *data_bits, uint8_t special_bits,
                         uint32_t alpha)
{
    he_params p = HE_PARAMS_INIT;
    p.scheme = HE_SCHEME_BFV;
    p.security = HE_SEC_NONE;
    p.n = n;
    p.plain_modulus = t;
    for (size_t i = 0; data_bits[i] != 0; i++)
        p.data_bits[i] = data_bits[i];
    for (size_t i = 0; i < alpha; i++)
        p.special_bits[i] = special_bits;
    return p;
}

fixture fixture_make(const he_params *params)
{
    fixture f = {0};
    uint8_t seed[HE_SEED_BYTES];
    for (size_t i = 0; i < sizeof seed; i++)
        seed[i] = (uint8_t)he_test_random();
    he_assert_ok(he_context_create(&f.ctx, params));
    f.n = he_context_n(f.ctx);
    f.t = he_context_plain_modulus(f.ctx);
    he_assert_ok(he_rng_create_seeded(&f.rng, seed));
    he_assert_ok(he_secret_key_create(f.ctx, &f.sk, f.rng));
    he_assert_ok(he_public_key_create(f.ctx, &f.pk, f.sk, f.rng));
    he_assert_ok(he_relin_key_create(f.ctx, &f.rk, f.sk, f.rng));
    he_assert_ok(he_galois_keys_create(f.ctx, &f.gk, f.sk, fixture_steps, FIXTURE_STEPS, f.rng));
    return f;
}

void fixture_free(fixture *f)
{
    he_galois_keys_destroy(f->gk);
    he_relin_key_destroy(f->rk);
    he_public_key_destroy(f->pk);
    he_secret_key_destroy(f->sk);
    he_rng_destroy(f->rng);
    he_context_destroy(f->ctx);
}

he_plaintext *fixture_encode(const fixture *f, const uint64_t *values)
{
    he_plaintext *pt;
    he_assert_ok(he_plaintext_create(f->ctx, &pt));
    if (he_context_slots(f->ctx) != 0)
        he_assert_ok(he_bfv_encode_u64(f->ctx, pt, values, f->n));
    else
        he_assert_ok(he_bfv_encode_coefficients(f->ctx, pt, values, f->n));
    return pt;
}

he_ciphertext *fixture_empty(const fixture *f)
{
    he_ciphertext *ct;
    he_assert_ok(he_ciphertext_create(f->ctx, &ct, 2, he_context_top_level(f->ctx)));
    return ct;
}

he_ciphertext *fixture_encrypt(const fixture *f, const uint64_t *values)
{
    he_plaintext *pt = fixture_encode(f, values);
    he_ciphertext *ct = fixture_empty(f);
    he_assert_ok(he_encrypt(f->ctx, ct, pt, f->pk, f->rng, NULL));
    he_plaintext_destroy(pt);
    return ct;
}

void fixture_expect(const fixture *f, const he_ciphertext *ct, const uint64_t *values,
                    const char *what)
{
    he_plaintext *pt;
    uint64_t *got = malloc(f->n * sizeof *got);
    he_assert_ok(he_plaintext_create(f->ctx, &pt));
    he_assert_ok(he_decrypt(f->ctx, pt, ct, f->sk, 0, NULL));
    if (he_context_slots(f->ctx) != 0)
        he_assert_ok(he_bfv_decode_u64(f->ctx, got, f->n, pt));
    else
        he_assert_ok(he_bfv_decode_coefficients(f->ctx, got, f->n, pt));
    for (size_t i = 0; i < f->n; i++)
        cr_assert(got[i] == values[i], "%s: n %zu, t %llu, level %u: value %zu is %llu, not %llu",
                  what, f->n, (unsigned long long)f->t, ct->level, i, (unsigned long long)got[i],
                  (unsigned long long)values[i]);
    free(got);
    he_plaintext_destroy(pt);
}

uint64_t *fixture_random(const fixture *f)
{
    uint64_t *values = malloc(f->n * sizeof *values);
    for (size_t i = 0; i < f->n; i++)
        values[i] = he_test_random_below(f->t);
    return values;
}

/* v = phase - round(Q m / t), centred modulo Q, for the m that the phase decrypts to. */
double fixture_noise(const fixture *f, const he_ciphertext *ct)
{
    const size_t k = ct->limbs, n = f->n;
    uint64_t *phase = he_alloc(k * n, sizeof *phase);
    he_scratch *scratch;
    he_plaintext *pt;
    he_rns_crt *crt;
    he_assert_ok(he_scratch_create(f->ctx, &scratch, NULL));
    he_assert_ok(he_plaintext_create(f->ctx, &pt));
    he_assert_ok(he_rns_crt_create(&crt, f->ctx->prime_list, k));
    he_assert_ok(he_phase(f->ctx, phase, ct, f->sk, scratch));
    he_assert_ok(he_bfv_read_message(f->ctx, pt, phase, ct, he_scratch_arena(scratch, 0)));
    const size_t words = he_rns_crt_words(crt);
    uint64_t x[HE_MAX_DATA_PRIMES + 1], residues[HE_MAX_DATA_PRIMES];
    mpz_t q, v, w, worst;
    mpz_inits(q, v, w, worst, NULL);
    mpz_import(q, words, -1, sizeof *x, 0, 0, he_rns_crt_product(crt));
    for (size_t j = 0; j < n; j++) {
        for (size_t i = 0; i < k; i++)
            residues[i] = phase[i * n + j];
        he_rns_crt_compose(crt, x, residues);
        mpz_import(v, words, -1, sizeof *x, 0, 0, x);
        mpz_mul_ui(w, q, 2);
        mpz_mul_ui(w, w, pt->data[j]);
        mpz_add_ui(w, w, f->t);
        mpz_fdiv_q_ui(w, w, f->t);
        mpz_fdiv_q_2exp(w, w, 1);
        mpz_sub(v, v, w);
        mpz_mod(v, v, q);
        mpz_sub(w, q, v);
        if (mpz_cmp(w, v) < 0)
            mpz_set(v, w);
        if (mpz_cmp(v, worst) > 0)
            mpz_set(worst, v);
    }
    long exponent;
    double bits = log2(mpz_get_d_2exp(&exponent, worst));
    bits = mpz_sgn(worst) == 0 ? 0 : bits + (double)exponent;
    mpz_clears(q, v, w, worst, NULL);
    he_rns_crt_destroy(crt);
    he_plaintext_destroy(pt);
    he_scratch_destroy(scratch);
    he_free(phase);
    return bits;
}

void fixture_check_noise(const fixture *f, const he_ciphertext *ct, double bits, const char *what)
{
    double noise = fixture_noise(f, ct), bound = he_ciphertext_noise_bits(ct);
    cr_assert(noise <= bound && noise >= bound - bits,
              "%s: n %zu, t %llu, level %u: noise is %.2f bits, bound %.2f", what, f->n,
              (unsigned long long)f->t, ct->level, noise, bound);
}

void fixture_add(const fixture *f, uint64_t *r, const uint64_t *a, const uint64_t *b)
{
    for (size_t i = 0; i < f->n; i++)
        r[i] = (a[i] + b[i]) % f->t;
}

void fixture_sub(const fixture *f, uint64_t *r, const uint64_t *a, const uint64_t *b)
{
    for (size_t i = 0; i < f->n; i++)
        r[i] = (a[i] + f->t - b[i]) % f->t;
}

/* a b mod X^n + 1. */
static void multiply_polynomials(uint64_t *r, const uint64_t *a, const uint64_t *b, size_t n,
                                 uint64_t t)
{
    nmod_poly_t x, y;
    nmod_poly_init(x, t);
    nmod_poly_init(y, t);
    for (size_t i = 0; i < n; i++) {
        nmod_poly_set_coeff_ui(x, (slong)i, a[i]);
        nmod_poly_set_coeff_ui(y, (slong)i, b[i]);
    }
    nmod_poly_mul(x, x, y);
    for (size_t i = 0; i < n; i++) {
        uint64_t low = nmod_poly_get_coeff_ui(x, (slong)i);
        uint64_t high = nmod_poly_get_coeff_ui(x, (slong)(i + n));
        r[i] = (low + t - high) % t;
    }
    nmod_poly_clear(x);
    nmod_poly_clear(y);
}

void fixture_mul(const fixture *f, uint64_t *r, const uint64_t *a, const uint64_t *b)
{
    if (he_context_slots(f->ctx) == 0) {
        multiply_polynomials(r, a, b, f->n, f->t);
        return;
    }
    for (size_t i = 0; i < f->n; i++)
        r[i] = (uint64_t)((he_u128)a[i] * b[i] % f->t);
}

void fixture_rotate(const fixture *f, uint64_t *r, const uint64_t *a, int32_t steps)
{
    const int64_t row = (int64_t)f->n / 2;
    for (int64_t i = 0; i < row; i++) {
        int64_t from = (i + steps + row) % row;
        r[i] = a[from];
        r[row + i] = a[row + from];
    }
}

void fixture_swap(const fixture *f, uint64_t *r, const uint64_t *a)
{
    memcpy(r, a + f->n / 2, f->n / 2 * sizeof *r);
    memcpy(r + f->n / 2, a, f->n / 2 * sizeof *r);
}

bool fixture_same(const he_ciphertext *a, const he_ciphertext *b)
{
    return a->size == b->size && a->level == b->level && a->limbs == b->limbs && a->n == b->n &&
           a->ntt == b->ntt && a->log_sigma == b->log_sigma && a->claimed == b->claimed &&
           memcmp(a->id, b->id, sizeof a->id) == 0 &&
           memcmp(a->data, b->data, (size_t)a->size * a->limbs * a->n * sizeof *a->data) == 0;
}
