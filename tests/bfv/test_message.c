/* SPDX-License-Identifier: MIT */
/* round(Q m / t) and back, against GMP. */
#include "bfv/fixture.h"

#include "core/memory.h"
#include <gmp.h>
#include <math.h>

static const uint8_t narrow[] = {48, 48, 48, 48, 0}, wide[] = {61, 61, 60, 61, 60, 0};
static const uint8_t small[] = {20, 25, 30, 50, 0};

static void for_each_context(void (*body)(he_context *ctx))
{
    static const uint8_t *const sizes[] = {narrow, wide, small};
    static const uint64_t moduli[] = {
        2, 3, 256, 65537, UINT64_C(1) << 60, UINT64_C(1152921504606830593)};
    for (size_t s = 0; s < 3; s++) {
        for (size_t k = 0; k < 6; k++) {
            he_params p = fixture_params(1024, moduli[k], sizes[s], 61, 1);
            he_context *ctx;
            he_assert_ok(he_context_create(&ctx, &p));
            body(ctx);
            he_context_destroy(ctx);
        }
    }
}

static void set_q(mpz_t q, const he_context *ctx, size_t limbs)
{
    mpz_set_ui(q, 1);
    for (size_t i = 0; i < limbs; i++)
        mpz_mul_ui(q, q, he_context_prime(ctx, (uint32_t)i));
}

/* round(Q m / t), halves up. */
static void set_message(mpz_t w, const mpz_t q, uint64_t m, uint64_t t)
{
    mpz_mul_ui(w, q, m);
    mpz_add_ui(w, w, t / 2);
    mpz_fdiv_q_ui(w, w, t);
}

static he_plaintext *messages(he_context *ctx)
{
    const uint64_t t = he_context_plain_modulus(ctx);
    uint64_t m[1024];
    for (size_t i = 0; i < 1024; i++)
        m[i] = i == 0 ? 0 : i == 1 ? t - 1 : i == 2 ? t / 2 : he_test_random_below(t);
    he_plaintext *pt;
    he_assert_ok(he_plaintext_create(ctx, &pt));
    he_assert_ok(he_bfv_encode_coefficients(ctx, pt, m, 1024));
    return pt;
}

static void check_in(he_context *ctx)
{
    he_plaintext *pt = messages(ctx);
    const uint64_t t = he_context_plain_modulus(ctx);
    mpz_t q, w;
    mpz_inits(q, w, NULL);
    for (uint32_t level = 0; level <= he_context_top_level(ctx); level++) {
        const size_t k = he_context_limbs(ctx, level);
        uint64_t *c = he_alloc(k * 1024, sizeof *c), *d = he_alloc(k * 1024, sizeof *d);
        for (size_t i = 0; i < k * 1024; i++)
            c[i] = d[i] = he_test_random_below(ctx->primes[i / 1024].q.q);
        he_bfv_add_message(ctx, c, pt, level, false);
        set_q(q, ctx, k);
        for (size_t j = 0; j < 1024; j++) {
            set_message(w, q, pt->data[j], t);
            for (size_t i = 0; i < k; i++) {
                uint64_t p = ctx->primes[i].q.q, at = i * 1024 + j;
                cr_assert(c[at] == (d[at] + mpz_fdiv_ui(w, p)) % p, "t %llu, level %u",
                          (unsigned long long)t, level);
            }
        }
        he_bfv_add_message(ctx, c, pt, level, true);
        for (size_t i = 0; i < k * 1024; i++)
            cr_assert(c[i] == d[i]);
        he_free(c);
        he_free(d);
    }
    mpz_clears(q, w, NULL);
    he_plaintext_destroy(pt);
}

Test(message, is_scaled_exactly)
{
    for_each_context(check_in);
}

/* With noise of exactly the limit, and of less; the limit is where rounding turns over. */
static void check_out(he_context *ctx)
{
    he_plaintext *pt = messages(ctx), *back;
    he_assert_ok(he_plaintext_create(ctx, &back));
    const uint64_t t = he_context_plain_modulus(ctx);
    mpz_t q, w, most;
    mpz_inits(q, w, most, NULL);
    for (uint32_t level = 0; level <= he_context_top_level(ctx); level++) {
        const size_t k = he_context_limbs(ctx, level);
        set_q(q, ctx, k);
        mpz_fdiv_q_ui(most, q, t);
        if (mpz_cmp_ui(most, 1000) < 0)
            continue;
        he_ciphertext ct = {.level = level, .limbs = (uint32_t)k, .n = 1024};
        double limit = he_bfv_noise_limit(ctx, &ct);
        long exponent;
        double log_most = log2(mpz_get_d_2exp(&exponent, most));
        log_most += (double)exponent - 1;
        cr_assert(fabs(limit - log_most) < 0.01);
        /* Q / (2t) less a part in 2^50, and the unit that rounding the message takes */
        mpz_fdiv_q_2exp(most, most, 1);
        mpz_fdiv_q_2exp(w, most, 50);
        mpz_sub(most, most, w);
        mpz_sub_ui(most, most, 2);
        uint64_t *phase = he_alloc(k * 1024, sizeof *phase);
        for (size_t j = 0; j < 1024; j++) {
            set_message(w, q, pt->data[j], t);
            if (j % 4 == 0)
                mpz_add(w, w, most);
            else if (j % 4 == 1)
                mpz_sub(w, w, most);
            for (size_t i = 0; i < k; i++)
                phase[i * 1024 + j] = mpz_fdiv_ui(w, ctx->primes[i].q.q);
        }
        he_assert_ok(he_bfv_read_message(ctx, back, phase, &ct, NULL));
        for (size_t j = 0; j < 1024; j++)
            cr_assert(back->data[j] == pt->data[j], "t %llu, level %u: %zu is %llu, not %llu",
                      (unsigned long long)t, level, j, (unsigned long long)back->data[j],
                      (unsigned long long)pt->data[j]);
        he_free(phase);
    }
    mpz_clears(q, w, most, NULL);
    he_plaintext_destroy(back);
    he_plaintext_destroy(pt);
}

Test(message, is_read_up_to_the_limit)
{
    for_each_context(check_out);
}

Test(message, modulus_with_a_factor_of_q_is_refused)
{
    he_params p = fixture_params(1024, 65537, narrow, 61, 1);
    he_context *ctx;
    he_assert_ok(he_context_create(&ctx, &p));
    he_assert_ok(he_context_params(ctx, &p));
    he_context_destroy(ctx);
    ctx = NULL;
    p.plain_modulus = 2 * p.data_primes[2];
    he_status status = he_context_create(&ctx, &p);
    cr_assert(status == HE_ERR_PARAMS && ctx == NULL, "%d %s", (int)status, he_last_error());
    cr_assert(he_test_contains(he_last_error(), "prime"));
}
