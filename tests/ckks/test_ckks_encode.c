/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include "ckks/ckks.h"
#include "math/bigint.h"

/* The residues of pt are NTT forms of round(scale a_k) with a_k by the definition. */
static void check_definition(const world *w, const he_plaintext *pt, const slot *v)
{
    size_t n = w->ctx->n;
    size_t *power = malloc(w->slots * sizeof *power);
    uint64_t *limb = he_alloc(n, sizeof *limb);
    power[0] = 1;
    for (size_t j = 1; j < w->slots; j++)
        power[j] = power[j - 1] * (2 * n - 3) % (2 * n);
    for (size_t i = 0; i < he_ctx_limbs(w->ctx, pt->level); i++) {
        uint64_t q = w->ctx->primes[i].q.q;
        memcpy(limb, pt->data + i * n, n * sizeof *limb);
        he_ntt_inverse(w->ctx->primes[i].ntt, limb);
        for (size_t k = 0; k < n; k += 41) {
            long double sum = 0, pi = 3.14159265358979323846264338327950288L;
            for (size_t j = 0; j < w->slots; j++) {
                long double x = -pi * (long double)(k * power[j] % (2 * n)) / (long double)n;
                sum += creal(v[j]) * cosl(x) - cimag(v[j]) * sinl(x);
            }
            sum *= 2 * (long double)pt->scale / (long double)n;
            long double off = remainderl((long double)limb[k] - sum, (long double)q);
            cr_assert(fabsl(off) <= 0.5L + (long double)pt->scale * 0x1p-49L,
                      "limb %zu coefficient %zu: off by %Lf", i, k, off);
        }
    }
    he_free(limb);
    free(power);
}

Test(ckks_encode, coefficients_follow_the_definition)
{
    he_params p = given(1024, 2, 40, 1);
    world w;
    world_open(&w, &p);
    for (int kind = 0; kind < PATTERNS; kind++) {
        slot *v = pattern(&w, kind, 1);
        he_plaintext *pt = encoded(&w, v, 1);
        check_definition(&w, pt, v);
        he_plaintext_destroy(pt);
        free(v);
    }
    world_close(&w);
}

/* Rounding to integers adds sqrt(n/12)/scale; the FFT 2^-50 of the largest value. */
Test(ckks_encode, round_trip_error_is_at_the_floor)
{
    const struct {
        uint32_t n, scale;
    } cases[] = {{1024, 30}, {4096, 40}, {8192, 40}, {16384, 45}, {8192, 55}, {32768, 50}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        he_params p = given(cases[c].n, 1, cases[c].scale, 1);
        world w;
        world_open(&w, &p);
        for (int kind = 0; kind < PATTERNS; kind++)
            for (uint32_t level = 0; level <= 1; level++) {
                slot *v = pattern(&w, kind, 1), *got = zeros(&w);
                he_plaintext *pt = encoded(&w, v, level);
                he_assert_ok(he_ckks_decode_complex(w.ctx, (double *)got, w.slots, pt, NULL));
                double error = distance(v, got, w.slots);
                double floor = 6 * sqrt(cases[c].n / 12.0) * exp2(-(double)cases[c].scale);
                cr_assert(error <= floor + 0x1p-49, "n %u scale %u kind %d: 2^%.2f", cases[c].n,
                          cases[c].scale, kind, log2(error));
                he_plaintext_destroy(pt);
                free(v);
                free(got);
            }
        world_close(&w);
    }
}

Test(ckks_encode, real_and_partial_vectors)
{
    he_params p = given(2048, 1, 40, 1);
    world w;
    world_open(&w, &p);
    double in[100], out[1024];
    for (size_t j = 0; j < 100; j++)
        in[j] = he_test_random_unit();
    he_plaintext *pt;
    he_assert_ok(he_plaintext_create(w.ctx, &pt));
    he_assert_ok(he_ckks_encode(w.ctx, pt, in, 100, 1, NULL));
    cr_assert(he_plaintext_level(pt) == 1);
    cr_assert(he_plaintext_scale(pt) == he_context_scale(w.ctx, 1));
    he_assert_ok(he_ckks_decode(w.ctx, out, 1024, pt, NULL));
    for (size_t j = 0; j < 1024; j++)
        cr_assert(fabs(out[j] - (j < 100 ? in[j] : 0)) < 0x1p-32);
    he_assert_ok(he_ckks_encode(w.ctx, pt, NULL, 0, 0, NULL));
    he_assert_ok(he_ckks_decode(w.ctx, out, 5, pt, NULL));
    for (size_t j = 0; j < 5; j++)
        cr_assert(out[j] == 0);
    he_plaintext_destroy(pt);
    world_close(&w);
}

Test(ckks_encode, scalars_fill_all_slots_without_error_beyond_rounding)
{
    he_params p = given(1024, 3, 45, 4);
    world w;
    world_open(&w, &p);
    he_plaintext *pt;
    he_assert_ok(he_plaintext_create(w.ctx, &pt));
    const double values[] = {0, 1, -1, 3.25, -0.1, 15.999, 1e-9};
    double *out = calloc(w.slots, sizeof *out);
    for (uint32_t level = 0; level <= 3; level++)
        for (size_t c = 0; c < sizeof values / sizeof *values; c++) {
            he_assert_ok(he_ckks_encode_scalar(w.ctx, pt, values[c], level));
            he_assert_ok(he_ckks_decode(w.ctx, out, w.slots, pt, NULL));
            for (size_t j = 0; j < w.slots; j++)
                cr_assert(fabs(out[j] - values[c]) <= 0x1p-45 + 0x1p-48 * fabs(values[c]));
        }
    he_plaintext_destroy(pt);
    free(out);
    world_close(&w);
}

/* Coefficients beyond 2^61 are exact as several words; decoding takes as many primes. */
Test(ckks_encode, wide_values_are_exact)
{
    he_params p = given(1024, 7, 50, 6);
    world w;
    world_open(&w, &p);
    he_plaintext *pt;
    he_assert_ok(he_plaintext_create(w.ctx, &pt));
    double *in = calloc(w.slots, sizeof *in), *out = calloc(w.slots, sizeof *out);
    for (int bits = 8; bits < 340; bits += 12) {
        for (size_t j = 0; j < w.slots; j++)
            in[j] = ldexp(he_test_random_unit(), bits);
        he_assert_ok(he_ckks_encode(w.ctx, pt, in, w.slots, 7, NULL));
        he_assert_ok(he_ckks_decode(w.ctx, out, w.slots, pt, NULL));
        for (size_t j = 0; j < w.slots; j++)
            cr_assert(fabs(out[j] - in[j]) <= ldexp(1, bits - 48), "bits %d slot %zu", bits, j);
        he_assert_ok(he_ckks_encode_scalar(w.ctx, pt, ldexp(-1.625, bits), 7));
        he_assert_ok(he_ckks_decode(w.ctx, out, w.slots, pt, NULL));
        for (size_t j = 0; j < w.slots; j++)
            cr_assert(fabs(out[j] + ldexp(1.625, bits)) <= ldexp(1, bits - 48));
    }
    free(in);
    free(out);
    he_plaintext_destroy(pt);
    world_close(&w);
}

Test(ckks_encode, doubles_are_reduced_exactly)
{
    he_modulus q;
    he_assert_ok(he_modulus_init(&q, 1152921504606830593u));
    mpz_t x;
    mpz_init(x);
    for (int e = 0; e < 1000; e += 7) {
        double d = rint(ldexp(he_test_random_unit(), e));
        mpz_set_d(x, d);
        cr_assert(he_ckks_reduce_double(d, &q) == he_big_mod(x, q.q), "2^%d", e);
    }
    for (int e = 0; e < 1023; e++) { /* the edges of the pieces */
        const double edges[] = {ldexp(1, e), nextafter(ldexp(1, e), 0),
                                nextafter(ldexp(1, e), 4e307)};
        for (size_t i = 0; i < 6; i++) {
            double d = rint(edges[i / 2]) * (i % 2 == 0 ? 1 : -1);
            mpz_set_d(x, d);
            cr_assert(he_ckks_reduce_double(d, &q) == he_big_mod(x, q.q), "2^%d, %zu", e, i);
        }
    }
    cr_assert(he_ckks_reduce_double(2.5, &q) == 2 && he_ckks_reduce_double(-3.5, &q) == q.q - 4);
    mpz_clear(x);
}

Test(ckks_encode, signed_words_are_reduced_exactly)
{
    he_params p = given(1024, 3, 60, 0);
    p.data_bits[0] = 61;
    p.data_bits[1] = 30;
    p.data_bits[2] = 50;
    p.data_bits[3] = 20;
    p.ckks_mode = HE_CKKS_EXPLICIT;
    p.scale_bits = 20;
    he_context *ctx;
    he_assert_ok(he_context_create(&ctx, &p));
    int64_t *v = he_alloc(64, sizeof *v);
    uint64_t *r = he_alloc(64, sizeof *r);
    const unsigned bits[] = {10, 19, 29, 49, 58, 60, 61};
    for (size_t b = 0; b < sizeof bits / sizeof *bits; b++)
        for (size_t i = 0; i < 4; i++) {
            const he_rns_prime *prime = &ctx->primes[i];
            int64_t bound = (int64_t)1 << bits[b], q = (int64_t)prime->q.q;
            for (size_t k = 0; k < 64; k++)
                v[k] = (int64_t)he_test_random_below((uint64_t)bound) - bound / 2;
            v[0] = bound, v[1] = -bound, v[2] = 0, v[3] = -1;
            he_ckks_reduce_signed(r, v, 64, (uint64_t)bound, prime);
            for (size_t k = 0; k < 64; k++)
                cr_assert(r[k] == (uint64_t)((v[k] % q + q) % q), "%u bits, prime %zu", bits[b], i);
        }
    he_free(v);
    he_free(r);
    he_context_destroy(ctx);
}

Test(ckks_encode, refuses_what_is_no_value)
{
    he_params p = given(1024, 1, 40, 1);
    world w;
    world_open(&w, &p);
    he_plaintext *pt;
    he_assert_ok(he_plaintext_create(w.ctx, &pt));
    double v[8] = {1, 2, 0, 0, 0, 0, 0, 0}, out[8];
    he_assert_ok(he_ckks_encode(w.ctx, pt, v, 2, 1, NULL));
    uint64_t before = pt->data[5];
    v[5] = NAN;
    he_assert_fails(he_ckks_encode(w.ctx, pt, v, 8, 0, NULL), HE_ERR_ARGUMENT, "value 5 is not");
    he_assert_fails(he_ckks_encode_complex(w.ctx, pt, v, 4, 0, NULL), HE_ERR_ARGUMENT,
                    "value 2 is not");
    v[5] = -INFINITY;
    he_assert_fails(he_ckks_encode(w.ctx, pt, v, 8, 0, NULL), HE_ERR_ARGUMENT, "value 5 is not");
    v[5] = 1e300;
    he_assert_fails(he_ckks_encode(w.ctx, pt, v, 8, 1, NULL), HE_ERR_ARGUMENT,
                    "value 5 is too large");
    v[5] = 9; /* q_0 has 44 bits: values stay below 8 at level 0 */
    he_assert_fails(he_ckks_encode(w.ctx, pt, v, 8, 0, NULL), HE_ERR_ARGUMENT, "below 2^3.0");
    he_assert_fails(he_ckks_encode_scalar(w.ctx, pt, 9, 0), HE_ERR_ARGUMENT, "too large");
    he_assert_fails(he_ckks_encode_scalar(w.ctx, pt, NAN, 0), HE_ERR_ARGUMENT, "not a finite");
    he_assert_fails(he_ckks_encode(w.ctx, pt, v, 513, 1, NULL), HE_ERR_ARGUMENT, "512 slots");
    he_assert_fails(he_ckks_encode(w.ctx, pt, v, 8, 2, NULL), HE_ERR_LEVEL, "top level is 1");
    he_assert_fails(he_ckks_encode_scalar(w.ctx, pt, 1, 2), HE_ERR_LEVEL, "top level is 1");
    he_assert_fails(he_ckks_encode(w.ctx, pt, NULL, 8, 1, NULL), HE_ERR_NULL, "values");
    he_assert_fails(he_ckks_encode(w.ctx, NULL, v, 8, 1, NULL), HE_ERR_NULL, "pt");
    he_assert_fails(he_ckks_encode(NULL, pt, v, 8, 1, NULL), HE_ERR_NULL, "ctx");
    he_assert_fails(he_ckks_encode_scaled(w.ctx, pt, v, 2, 1, 1024, NULL), HE_ERR_SCALE,
                    "canonical mode");
    he_assert_fails(he_ckks_decode(w.ctx, out, 513, pt, NULL), HE_ERR_ARGUMENT, "512 slots");
    he_assert_fails(he_ckks_decode(w.ctx, NULL, 1, pt, NULL), HE_ERR_NULL, "values");
    he_assert_fails(he_ckks_decode(w.ctx, out, 1, NULL, NULL), HE_ERR_NULL, "pt");
    cr_assert(pt->level == 1 && pt->data[5] == before, "a refusal changed the plaintext");
    he_plaintext_destroy(pt);
    world_close(&w);
}

Test(ckks_encode, what_no_double_holds_is_refused)
{
    he_params p = given(1024, 24, 50, 1);
    he_context *ctx;
    he_plaintext *pt;
    he_assert_ok(he_context_create(&ctx, &p));
    he_assert_ok(he_plaintext_create(ctx, &pt));
    he_assert_ok(he_ckks_encode_scalar(ctx, pt, 1, 24));
    for (size_t i = 0; i < 25; i++)
        for (size_t k = 0; k < ctx->n; k++)
            pt->data[i * ctx->n + k] = he_test_random_below(ctx->primes[i].q.q);
    double out[2] = {5, 6};
    he_assert_fails(he_ckks_decode(ctx, out, 2, pt, NULL), HE_ERR_SCALE, "range of doubles");
    cr_assert(out[0] == 5 && out[1] == 6);
    he_plaintext_destroy(pt);
    he_context_destroy(ctx);
}
