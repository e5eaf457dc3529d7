/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include "ckks/ckks.h"
#include "math/bigint.h"

/* Delta_(l-1) = Delta_l^2 / q_l as an exact fraction, compared with what the context holds. */
Test(ckks_context, scales_follow_the_recursion_exactly)
{
    he_params p = given(1024, 40, 35, 1);
    he_context *ctx;
    he_assert_ok(he_context_create(&ctx, &p));
    uint32_t top = he_context_top_level(ctx);
    cr_assert(top == 40);
    cr_assert(he_context_scale(ctx, top) == 0x1p35);
    mpf_t scale, q;
    mpf_init2(scale, 1024);
    mpf_init2(q, 1024);
    mpf_set_d(scale, 0x1p35);
    for (uint32_t l = top; l > 0; l--) {
        mpf_set_ui(q, he_context_prime(ctx, l));
        mpf_mul(scale, scale, scale);
        mpf_div(scale, scale, q);
        double have = he_context_scale(ctx, l - 1);
        mpf_set_d(q, have);
        mpf_sub(q, q, scale);
        mpf_div(q, q, scale);
        cr_assert(fabs(mpf_get_d(q)) <= 0x1p-53, "level %u: relative error %g", l - 1,
                  mpf_get_d(q));
        cr_assert(fabs(log2(have) - 35) < 0.01, "level %u: scale 2^%f", l - 1, log2(have));
    }
    mpf_clear(scale);
    mpf_clear(q);
    he_context_destroy(ctx);
}

/* The integer c takes a scale to another: |Delta_a c / q - Delta_b| <= Delta_b / 2c. */
Test(ckks_context, adjusting_integers_fit)
{
    he_params p = given(1024, 12, 40, 1);
    he_context *ctx;
    he_assert_ok(he_context_create(&ctx, &p));
    const he_ckks *k = ctx->scheme;
    for (uint32_t b = 0; b < 12; b++)
        for (uint32_t a = b + 1; a <= 12; a++) {
            double c = (double)k->adjust[a * 13 + b], q = (double)he_context_prime(ctx, b + 1);
            double got = k->scale[a] * (c / q), want = k->scale[b];
            cr_assert(fabs(got - want) <= want * (0.5 / c + 0x1p-50));
        }
    he_context_destroy(ctx);
}

Test(ckks_context, refuses_scales_that_run_away)
{
    he_params p = given(1024, 3, 40, 1);
    p.data_bits[2] = 50;
    he_context *ctx = NULL;
    cr_assert(he_context_create(&ctx, &p) == HE_ERR_PARAMS && ctx == NULL);
    cr_assert(he_test_contains(he_last_error(), "canonical"), "%s", he_last_error());
    p.ckks_mode = HE_CKKS_EXPLICIT;
    he_assert_ok(he_context_create(&ctx, &p));
    cr_assert(he_context_scale(ctx, 0) == 0x1p40 && he_context_scale(ctx, 3) == 0x1p40);
    he_context_destroy(ctx);
}

Test(ckks_context, kth_allocation_failing)
{
    he_params p = given(1024, 2, 30, 1);
    unsigned long k = 1;
    for (;; k++) {
        he_context *ctx = NULL;
        he_test_fail_allocation(k);
        he_status status = he_context_create(&ctx, &p);
        he_test_fail_allocation(0);
        he_context_destroy(ctx);
        if (status == HE_OK)
            break;
        cr_assert(status == HE_ERR_MEMORY && ctx == NULL, "allocation %lu: %s", k, he_last_error());
    }
    cr_assert(k > 10);
}
