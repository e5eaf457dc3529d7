/* SPDX-License-Identifier: MIT */
/* Plaintexts and ciphertexts as objects: copies, shapes, getters, domains, levels. */
#include "fixture.h"

#include <math.h>

Test(object, ciphertexts_copy_and_answer)
{
    fixture f;
    he_ciphertext *ct, *copy;
    fixture_open(&f, HE_SCHEME_CKKS, 1024, 3, 1);
    he_assert_ok(he_ciphertext_create(f.ctx, &ct, 2, 1));
    cr_assert(he_ciphertext_size(ct) == 0 && he_ciphertext_noise_bits(ct) == 0);
    cr_assert(he_ciphertext_budget_bits(f.ctx, ct) == 0);
    he_ciphertext_destroy(ct);
    ct = fixture_uniform(&f, 3, 2, true);
    ct->scale = 0x1p40;
    cr_assert(he_ciphertext_size(ct) == 3 && he_ciphertext_level(ct) == 2);
    cr_assert(he_ciphertext_scale(ct) == 0x1p40 && he_ciphertext_degree(ct) == 1);
    cr_assert(!he_ciphertext_noise_claimed(ct));
    cr_assert(fabs(he_ciphertext_noise_bits(ct) - 3 - f.ctx->log_tail) < 1e-12);
    cr_assert(fabs(he_ciphertext_budget_bits(f.ctx, ct) - 37 + f.ctx->log_tail) < 1e-12);
    he_assert_ok(he_ciphertext_create(f.ctx, &copy, 2, 0));
    he_assert_ok(he_ciphertext_copy(copy, ct));
    cr_assert(fixture_same(copy, ct) && copy->data != ct->data);
    he_assert_ok(he_ciphertext_copy(ct, ct));
    cr_assert(fixture_same(copy, ct));
    he_ciphertext_to_coeff(f.ctx, copy);
    cr_assert(!copy->ntt && memcmp(copy->data, ct->data, 64) != 0);
    he_ciphertext_to_coeff(f.ctx, copy);
    he_ciphertext_to_ntt(f.ctx, copy);
    he_ciphertext_to_ntt(f.ctx, copy);
    cr_assert(fixture_same(copy, ct));
    he_ciphertext_destroy(copy);
    he_ciphertext_destroy(ct);
    he_ciphertext_destroy(NULL);
    cr_assert(he_ciphertext_size(NULL) == 0 && he_ciphertext_level(NULL) == 0);
    cr_assert(he_ciphertext_scale(NULL) == 0 && he_ciphertext_degree(NULL) == 0);
    cr_assert(he_ciphertext_noise_bits(NULL) == 0 && !he_ciphertext_noise_claimed(NULL));
    cr_assert(he_ciphertext_budget_bits(f.ctx, NULL) == 0);
    fixture_close(&f);
}

Test(object, the_bfv_budget_is_what_decryption_allows)
{
    fixture f;
    fixture_open(&f, HE_SCHEME_BFV, 1024, 2, 1);
    he_ciphertext *ct = fixture_uniform(&f, 2, 1, false);
    double limit = f.ctx->ops->noise_limit(f.ctx, ct);
    cr_assert(fabs(limit - (f.ctx->levels[1].log_q - log2(65537) - 1)) < 0.1);
    cr_assert(fabs(he_ciphertext_budget_bits(f.ctx, ct) - limit + 3 + f.ctx->log_tail) < 1e-9);
    he_ciphertext_destroy(ct);
    fixture_close(&f);
}

Test(object, plaintexts_copy_and_answer)
{
    fixture f;
    he_plaintext *a, *r;
    fixture_open(&f, HE_SCHEME_CKKS, 1024, 2, 1);
    he_assert_ok(he_plaintext_create(f.ctx, &a));
    he_assert_ok(he_plaintext_create(f.ctx, &r));
    he_assert_ok(he_plaintext_reserve(a, 2048));
    a->scheme = HE_SCHEME_CKKS;
    a->level = 1;
    a->scale = 3;
    a->words = 2048;
    for (size_t j = 0; j < 2048; j++)
        a->data[j] = he_test_random();
    he_assert_ok(he_plaintext_copy(r, a));
    cr_assert(he_plaintext_level(r) == 1 && he_plaintext_scale(r) == 3 && r->words == 2048);
    cr_assert(memcmp(r->data, a->data, 2048 * 8) == 0 && r->data != a->data);
    he_assert_ok(he_plaintext_copy(a, a));
    he_test_fail_allocation(1);
    he_assert_fails(he_plaintext_reserve(a, 4096), HE_ERR_MEMORY, "4096 words");
    he_test_fail_allocation(0);
    cr_assert(a->capacity == 2048 && memcmp(r->data, a->data, 2048 * 8) == 0);
    he_assert_ok(he_plaintext_reserve(a, 4096));
    cr_assert(memcmp(r->data, a->data, 2048 * 8) == 0);
    he_plaintext_destroy(a);
    he_plaintext_destroy(r);
    he_plaintext_destroy(NULL);
    cr_assert(he_plaintext_level(NULL) == 0 && he_plaintext_scale(NULL) == 0);
    fixture_close(&f);
}

Test(object, wrong_arguments_are_refused)
{
    fixture f;
    he_ciphertext *ct = NULL;
    he_plaintext *pt = NULL;
    he_scratch *scratch = NULL;
    fixture_open(&f, HE_SCHEME_BFV, 1024, 2, 1);
    he_assert_fails(he_ciphertext_create(NULL, &ct, 2, 0), HE_ERR_NULL, "ctx is NULL");
    he_assert_fails(he_ciphertext_create(f.ctx, NULL, 2, 0), HE_ERR_NULL, "ct is NULL");
    he_assert_fails(he_ciphertext_create(f.ctx, &ct, 1, 0), HE_ERR_ARGUMENT, "size is 1");
    he_assert_fails(he_ciphertext_create(f.ctx, &ct, 4, 0), HE_ERR_ARGUMENT, "size is 4");
    he_assert_fails(he_ciphertext_create(f.ctx, &ct, 2, 2), HE_ERR_LEVEL, "the top level is 1");
    he_assert_fails(he_plaintext_create(NULL, &pt), HE_ERR_NULL, "ctx is NULL");
    he_assert_fails(he_plaintext_create(f.ctx, NULL), HE_ERR_NULL, "pt is NULL");
    he_assert_fails(he_scratch_create(NULL, &scratch, NULL), HE_ERR_NULL, "ctx is NULL");
    he_assert_fails(he_scratch_create(f.ctx, NULL, NULL), HE_ERR_NULL, "scratch is NULL");
    he_assert_fails(he_plaintext_copy(NULL, pt), HE_ERR_NULL, "r is NULL");
    he_assert_fails(he_ciphertext_copy(NULL, ct), HE_ERR_NULL, "r is NULL");
    for (unsigned long k = 1; k <= 2; k++) {
        he_test_fail_allocation(k);
        he_assert_fails(he_ciphertext_create(f.ctx, &ct, 2, 1), HE_ERR_MEMORY, "no memory");
    }
    he_test_fail_allocation(1);
    he_assert_fails(he_plaintext_create(f.ctx, &pt), HE_ERR_MEMORY, "no memory");
    he_test_fail_allocation(0);
    cr_assert(ct == NULL && pt == NULL && scratch == NULL);
    he_assert_ok(he_ciphertext_create(f.ctx, &ct, 2, 0));
    he_assert_fails(he_ciphertext_copy(ct, NULL), HE_ERR_NULL, "a is NULL");
    he_ciphertext *large = fixture_uniform(&f, 3, 1, false);
    he_test_fail_allocation(1);
    he_assert_fails(he_ciphertext_copy(ct, large), HE_ERR_MEMORY, "no memory");
    he_test_fail_allocation(0);
    cr_assert(ct->size == 0);
    he_ciphertext_destroy(large);
    he_ciphertext_destroy(ct);
    fixture_close(&f);
}

Test(object, mod_switch_checks_levels)
{
    fixture f, other;
    he_ciphertext *r;
    fixture_open(&f, HE_SCHEME_BFV, 1024, 3, 1);
    fixture_open(&other, HE_SCHEME_BFV, 1024, 2, 1);
    he_ciphertext *a = fixture_uniform(&f, 2, 1, false), *was;
    he_assert_ok(he_ciphertext_create(f.ctx, &r, 2, 0));
    he_assert_ok(he_ciphertext_create(f.ctx, &was, 2, 1));
    he_assert_ok(he_ciphertext_copy(was, a));
    he_assert_fails(he_mod_switch(NULL, r, a, 0, NULL), HE_ERR_NULL, "ctx is NULL");
    he_assert_fails(he_mod_switch(f.ctx, NULL, a, 0, NULL), HE_ERR_NULL, "r is NULL");
    he_assert_fails(he_mod_switch(f.ctx, r, NULL, 0, NULL), HE_ERR_NULL, "a is NULL");
    he_assert_fails(he_mod_switch(f.ctx, r, r, 0, NULL), HE_ERR_ARGUMENT, "a is empty");
    he_assert_fails(he_mod_switch(f.ctx, r, a, 2, NULL), HE_ERR_LEVEL, "level 2 is above");
    he_assert_fails(he_mod_switch(other.ctx, r, a, 0, NULL), HE_ERR_MISMATCH, "a belongs");
    he_assert_ok(he_mod_switch(f.ctx, r, a, 1, NULL));
    cr_assert(fixture_same(r, a) && fixture_same(a, was));
    he_assert_ok(he_mod_switch(f.ctx, r, a, 0, NULL));
    cr_assert(r->level == 0 && r->limbs == 1 && fixture_same(a, was));
    he_assert_ok(he_mod_switch(f.ctx, a, a, 0, NULL));
    cr_assert(fixture_same(a, r));
    he_ciphertext_destroy(a);
    he_ciphertext_destroy(r);
    he_ciphertext_destroy(was);
    fixture_close(&f);
    fixture_close(&other);
}

Test(object, noise_sums)
{
    cr_assert(fabs(he_noise_add(3, 3) - 4) < 1e-12);
    cr_assert(fabs(he_noise_add(10, -50) - 10) < 1e-12);
    cr_assert(fabs(he_noise_independent(3, 3) - 3.5) < 1e-12);
    cr_assert(fabs(exp2(he_noise_add(1, 2)) - 6) < 1e-12);
    cr_assert(fabs(exp2(2 * he_noise_independent(1, 2)) - 20) < 1e-11);
}
