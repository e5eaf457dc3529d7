/* SPDX-License-Identifier: MIT */
/* Contexts: their id, their answers, their levels, and creation without memory. */
#include "support/test.h"

#include "rlwe/rlwe.h"
#include <math.h>

static he_params given(he_scheme scheme, uint32_t n)
{
    he_params p = HE_PARAMS_INIT;
    p.scheme = scheme;
    p.n = n;
    memset(p.data_bits, 30, 3);
    p.special_bits[0] = 31;
    p.security = HE_SEC_NONE;
    if (scheme == HE_SCHEME_BFV)
        p.plain_modulus = 12289;
    else
        p.scale_bits = 30, p.ckks_mode = HE_CKKS_EXPLICIT;
    return p;
}

static void id_of(uint8_t *id, const he_params *p)
{
    he_context *ctx;
    he_assert_ok(he_context_create(&ctx, p));
    memcpy(id, he_context_id(ctx), HE_ID_BYTES);
    he_context_destroy(ctx);
}

static bool same_id(const he_params *p, const he_params *q)
{
    uint8_t a[HE_ID_BYTES], b[HE_ID_BYTES];
    id_of(a, p);
    id_of(b, q);
    return memcmp(a, b, HE_ID_BYTES) == 0;
}

Test(context, id_is_what_decides_the_meaning_of_bytes)
{
    he_params p = given(HE_SCHEME_BFV, 2048), q;
    cr_assert(same_id(&p, &p));
    q = p, q.isa = HE_ISA_SCALAR;
    cr_assert(same_id(&p, &q));
    q = p, q.slots = 1, q.depth = 0;
    cr_assert(same_id(&p, &q));
    q = p, q.n = 1024;
    cr_assert(!same_id(&p, &q));
    q = p, q.plain_modulus = 40961;
    cr_assert(!same_id(&p, &q));
    q = p, q.data_bits[2] = 31;
    cr_assert(!same_id(&p, &q));
    q = p, q.special_bits[0] = 32;
    cr_assert(!same_id(&p, &q));
    q = p, q.special_bits[1] = 31;
    cr_assert(!same_id(&p, &q));
    q = p, q.data_bits[2] = 0;
    cr_assert(!same_id(&p, &q));
    q = given(HE_SCHEME_CKKS, 2048);
    cr_assert(!same_id(&p, &q));
    p = q, q.scale_bits = 29;
    cr_assert(!same_id(&p, &q));
    q = p, q.range_bits = 1;
    cr_assert(same_id(&p, &q));
    /* the same primes in another order */
    p = given(HE_SCHEME_BFV, 2048);
    he_assert_ok(he_params_complete(&p, 0));
    q = p;
    q.data_primes[0] = p.data_primes[1];
    q.data_primes[1] = p.data_primes[0];
    cr_assert(!same_id(&p, &q));
    /* the table that was enforced */
    p = given(HE_SCHEME_BFV, 8192);
    q = p, q.security = HE_SEC_128_2024;
    cr_assert(!same_id(&p, &q));
    p = q, q.security = HE_SEC_128_2018;
    cr_assert(!same_id(&p, &q));
}

Test(context, complete_parameters_give_the_same_context)
{
    for (int scheme = HE_SCHEME_BFV; scheme <= HE_SCHEME_CKKS; scheme++) {
        he_params p = HE_PARAMS_INIT, q = HE_PARAMS_INIT;
        p.scheme = (he_scheme)scheme;
        p.depth = 2;
        if (scheme == HE_SCHEME_BFV)
            p.plain_bits = 20;
        else
            p.precision_bits = 10;
        he_context *ctx;
        he_assert_ok(he_context_create(&ctx, &p));
        he_assert_ok(he_context_params(ctx, &q));
        cr_assert(memcmp(&ctx->params, &q, sizeof q) == 0);
        cr_assert(q.n != 0 && q.data_primes[0] != 0 && q.special_primes[0] != 0);
        cr_assert(same_id(&p, &q));
        he_context_destroy(ctx);
    }
    he_params p;
    he_assert_fails(he_context_params(NULL, &p), HE_ERR_NULL, "ctx is NULL");
}

Test(context, answers)
{
    he_params p = given(HE_SCHEME_BFV, 2048);
    p.isa = HE_ISA_SCALAR;
    he_context *ctx;
    he_assert_ok(he_context_create(&ctx, &p));
    cr_assert(he_context_scheme(ctx) == HE_SCHEME_BFV && he_context_n(ctx) == 2048);
    cr_assert(he_context_security(ctx) == HE_SEC_NONE && he_context_slots(ctx) == 2048);
    cr_assert(he_context_top_level(ctx) == 2 && he_context_limbs(ctx, 1) == 2);
    cr_assert(he_context_limbs(ctx, 3) == 0 && he_context_data_count(ctx) == 3);
    cr_assert(he_context_special_count(ctx) == 1 && he_context_digit_count(ctx) == 3);
    cr_assert(he_context_prime(ctx, 3) == ctx->primes[3].q.q && he_context_prime(ctx, 4) == 0);
    cr_assert(strcmp(he_context_kernel(ctx, 0), "scalar") == 0);
    cr_assert(strcmp(he_context_kernel(ctx, 4), "") == 0);
    cr_assert(he_context_plain_modulus(ctx) == 12289 && he_context_scale(ctx, 0) == 0);
    double log_q = 0;
    for (uint32_t i = 0; i < 2; i++)
        log_q += log2((double)he_context_prime(ctx, i));
    cr_assert(fabs(he_context_log_q(ctx, 1) - log_q) < 1e-9 && he_context_log_q(ctx, 3) == 0);
    cr_assert(fabs(he_context_log_qp(ctx) - 121) < 0.01);
    he_context_destroy(ctx);
    p = given(HE_SCHEME_CKKS, 2048);
    he_assert_ok(he_context_create(&ctx, &p));
    cr_assert(he_context_slots(ctx) == 1024 && he_context_plain_modulus(ctx) == 0);
    cr_assert(he_context_scale(ctx, 2) == 0x1p30 && he_context_scale(ctx, 3) == 0);
    he_context_destroy(ctx);
    he_context_destroy(NULL);
    cr_assert(he_context_n(NULL) == 0 && he_context_id(NULL) == NULL);
    cr_assert(he_context_scheme(NULL) == HE_SCHEME_NONE && he_context_slots(NULL) == 0);
    cr_assert(he_context_prime(NULL, 0) == 0 && he_context_kernel(NULL, 0)[0] == 0);
}

Test(context, without_batching_there_are_no_slots)
{
    he_params p = given(HE_SCHEME_BFV, 2048);
    p.plain_modulus = 1024;
    he_context *ctx;
    he_assert_ok(he_context_create(&ctx, &p));
    cr_assert(he_context_slots(ctx) == 0);
    he_context_destroy(ctx);
}

Test(context, every_allocation_can_fail)
{
    for (int scheme = HE_SCHEME_BFV; scheme <= HE_SCHEME_CKKS; scheme++) {
        he_params p = given((he_scheme)scheme, 1024);
        he_context *ctx = NULL;
        he_test_fail_allocation(0);
        he_assert_ok(he_context_create(&ctx, &p));
        unsigned long count = he_test_allocations();
        he_context_destroy(ctx);
        for (unsigned long k = 1; k <= count; k++) {
            ctx = NULL;
            he_test_fail_allocation(k);
            he_status status = he_context_create(&ctx, &p);
            cr_assert(status == HE_ERR_MEMORY && ctx == NULL, "allocation %lu of %lu", k, count);
        }
        he_test_fail_allocation(0);
    }
}
