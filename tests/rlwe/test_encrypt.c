/* SPDX-License-Identifier: MIT */
/* Encryption and decryption: the phase holds the message within the noise bound; the policy of
 * bounds at decryption; failures leave nothing half-written. */
#include "fixture.h"

#include "core/memory.h"
#include "support/fail_rng.h"
#include <math.h>

/* A plaintext with random contents, made by hand: encoding is the schemes' own. */
static he_plaintext *random_plaintext(const fixture *f, uint32_t level)
{
    const he_context *ctx = f->ctx;
    bool bfv = ctx->params.scheme == HE_SCHEME_BFV;
    size_t limbs = bfv ? 1 : he_ctx_limbs(ctx, level);
    he_plaintext *pt;
    he_assert_ok(he_plaintext_create(ctx, &pt));
    he_assert_ok(he_plaintext_reserve(pt, limbs * ctx->n));
    pt->scheme = ctx->params.scheme;
    pt->level = bfv ? 0 : level;
    pt->scale = bfv ? 1 : 0x1p40;
    pt->words = limbs * ctx->n;
    for (size_t j = 0; j < ctx->n; j++) {
        if (bfv) {
            pt->data[j] = he_test_random_below(ctx->params.plain_modulus);
            continue;
        }
        int64_t x = (int64_t)he_test_random_below(1 << 20) - (1 << 19);
        for (size_t i = 0; i < limbs; i++) {
            uint64_t q = ctx->primes[i].q.q;
            pt->data[i * ctx->n + j] = x < 0 ? q - (uint64_t)-x : (uint64_t)x;
        }
    }
    for (size_t i = 0; !bfv && i < limbs; i++)
        he_ntt_forward(ctx->primes[i].ntt, pt->data + i * ctx->n);
    return pt;
}

static double true_noise(const fixture *f, const he_ciphertext *ct, const he_plaintext *pt)
{
    return f->ctx->params.scheme == HE_SCHEME_BFV ? he_test_noise_bfv(f->ctx, ct, f->sk, pt->data)
                                                  : he_test_noise_ckks(f->ctx, ct, f->sk, pt);
}

static void check_fresh(const fixture *f, const he_public_key *pk, uint32_t level)
{
    he_plaintext *pt = random_plaintext(f, level);
    he_ciphertext *ct;
    uint32_t expected = f->ctx->params.scheme == HE_SCHEME_BFV ? f->ctx->top_level : level;
    he_assert_ok(he_ciphertext_create(f->ctx, &ct, 2, 0));
    for (int symmetric = 0; symmetric < 2; symmetric++) {
        if (symmetric != 0)
            he_assert_ok(he_encrypt_symmetric(f->ctx, ct, pt, f->sk, f->rng, NULL));
        else
            he_assert_ok(he_encrypt(f->ctx, ct, pt, pk, f->rng, NULL));
        cr_assert(ct->size == 2 && ct->level == expected && ct->ntt == f->ctx->ops->ntt_at_rest);
        cr_assert(ct->scale == pt->scale && ct->degree == 1 && !ct->claimed);
        cr_assert(ct->seeded == (symmetric != 0));
        cr_assert(memcmp(ct->id, he_context_id(f->ctx), HE_ID_BYTES) == 0);
        double noise = true_noise(f, ct, pt), bound = he_ciphertext_noise_bits(ct);
        cr_assert(noise <= bound, "noise 2^%.2f, bound 2^%.2f", noise, bound);
        cr_assert(noise >= bound - 4, "noise 2^%.2f, bound 2^%.2f", noise, bound);
    }
    /* the second polynomial is the expansion of the seed */
    he_ciphertext *again;
    he_assert_ok(he_ciphertext_create(f->ctx, &again, 2, expected));
    he_assert_ok(he_ciphertext_copy(again, ct));
    memset(he_ct_poly(again, 1), 0, again->limbs * again->n * sizeof *again->data);
    he_ciphertext_expand(f->ctx, again);
    cr_assert(fixture_same(again, ct));
    he_ciphertext_destroy(again);
    he_ciphertext_destroy(ct);
    he_plaintext_destroy(pt);
}

Test(encrypt, noise_is_within_its_bound_and_near_it)
{
    static const uint32_t alphas[] = {1, 2};
    for (int scheme = HE_SCHEME_BFV; scheme <= HE_SCHEME_CKKS; scheme++) {
        for (size_t k = 0; k < 2; k++) {
            fixture f;
            he_public_key *pk;
            fixture_open(&f, (he_scheme)scheme, 2048, 3, alphas[k]);
            he_assert_ok(he_public_key_create(f.ctx, &pk, f.sk, f.rng));
            for (uint32_t level = 0; level <= f.ctx->top_level; level++)
                check_fresh(&f, pk, level);
            he_public_key_destroy(pk);
            fixture_close(&f);
        }
    }
}

/* What went in, up to the noise of CKKS. */
static void check_message(const fixture *f, const he_plaintext *got, const he_plaintext *pt)
{
    size_t n = f->ctx->n;
    cr_assert(got->scheme == pt->scheme && got->words == pt->words && got->level == pt->level);
    cr_assert(got->scale == pt->scale && memcmp(got->id, pt->id, HE_ID_BYTES) == 0);
    if (f->ctx->params.scheme == HE_SCHEME_BFV) {
        cr_assert(memcmp(got->data, pt->data, n * sizeof *pt->data) == 0);
        return;
    }
    uint64_t *d = he_alloc(n, sizeof *d);
    const he_rns_prime *prime = &f->ctx->primes[0];
    prime->vec->sub(d, got->data, pt->data, n, &prime->q);
    he_ntt_inverse(prime->ntt, d);
    for (size_t j = 0; j < n; j++)
        cr_assert(d[j] < 4096 || prime->q.q - d[j] < 4096);
    he_free(d);
}

Test(encrypt, decrypt_gives_the_message)
{
    for (int scheme = HE_SCHEME_BFV; scheme <= HE_SCHEME_CKKS; scheme++) {
        fixture f;
        he_public_key *pk;
        he_plaintext *got;
        he_ciphertext *ct;
        fixture_open(&f, (he_scheme)scheme, 1024, 3, 1);
        he_assert_ok(he_public_key_create(f.ctx, &pk, f.sk, f.rng));
        he_assert_ok(he_plaintext_create(f.ctx, &got));
        he_assert_ok(he_ciphertext_create(f.ctx, &ct, 2, 0));
        he_plaintext *pt = random_plaintext(&f, f.ctx->top_level);
        he_assert_ok(he_encrypt(f.ctx, ct, pt, pk, f.rng, NULL));
        he_assert_ok(he_decrypt(f.ctx, got, ct, f.sk, HE_NOISE_TRACKED, NULL));
        check_message(&f, got, pt);
        he_assert_ok(he_encrypt_symmetric(f.ctx, ct, pt, f.sk, f.rng, NULL));
        he_assert_ok(he_decrypt(f.ctx, got, ct, f.sk, HE_NOISE_TRACKED, NULL));
        check_message(&f, got, pt);
        /* in the other domain, and with a third polynomial of zeros */
        if (ct->ntt)
            he_ciphertext_to_coeff(f.ctx, ct);
        else
            he_ciphertext_to_ntt(f.ctx, ct);
        cr_assert(!ct->seeded);
        he_assert_ok(he_decrypt(f.ctx, got, ct, f.sk, HE_NOISE_TRACKED, NULL));
        check_message(&f, got, pt);
        he_ciphertext *three;
        he_assert_ok(he_ciphertext_create(f.ctx, &three, 3, f.ctx->top_level));
        he_assert_ok(he_ciphertext_copy(three, ct));
        three->size = 3;
        memset(he_ct_poly(three, 2), 0, three->limbs * three->n * sizeof *three->data);
        he_assert_ok(he_decrypt(f.ctx, got, three, f.sk, HE_NOISE_TRACKED, NULL));
        check_message(&f, got, pt);
        he_ciphertext_destroy(three);
        he_ciphertext_destroy(ct);
        he_plaintext_destroy(pt);
        he_plaintext_destroy(got);
        he_public_key_destroy(pk);
        fixture_close(&f);
    }
}

Test(encrypt, decryption_trusts_no_claim_and_refuses_too_much_noise)
{
    for (int scheme = HE_SCHEME_BFV; scheme <= HE_SCHEME_CKKS; scheme++) {
        fixture f;
        he_plaintext *got;
        he_ciphertext *ct;
        fixture_open(&f, (he_scheme)scheme, 1024, 2, 1);
        he_assert_ok(he_plaintext_create(f.ctx, &got));
        he_assert_ok(he_ciphertext_create(f.ctx, &ct, 2, 0));
        he_plaintext *pt = random_plaintext(&f, f.ctx->top_level);
        he_assert_ok(he_encrypt_symmetric(f.ctx, ct, pt, f.sk, f.rng, NULL));
        double limit = f.ctx->ops->noise_limit(f.ctx, ct), sigma = ct->log_sigma;
        he_assert_fails(he_decrypt(f.ctx, got, ct, f.sk, limit + 0.1, NULL), HE_ERR_NOISE,
                        "bits, at most");
        he_assert_ok(he_decrypt(f.ctx, got, ct, f.sk, limit - 0.1, NULL));
        he_assert_ok(he_decrypt(f.ctx, got, ct, f.sk, 0, NULL));
        he_assert_fails(he_decrypt(f.ctx, got, ct, f.sk, -0.5, NULL), HE_ERR_ARGUMENT,
                        "noise_bits is -0.5");
        he_assert_fails(he_decrypt(f.ctx, got, ct, f.sk, NAN, NULL), HE_ERR_ARGUMENT, "nan");
        he_assert_fails(he_decrypt(f.ctx, got, ct, f.sk, INFINITY, NULL), HE_ERR_NOISE, "inf");
        ct->claimed = true; /* as a loader leaves it */
        he_assert_fails(he_decrypt(f.ctx, got, ct, f.sk, HE_NOISE_TRACKED, NULL),
                        HE_ERR_NOISE_UNKNOWN, "only a claim");
        he_assert_ok(he_decrypt(f.ctx, got, ct, f.sk, HE_NOISE_TRUST_CLAIM, NULL));
        he_assert_ok(he_decrypt(f.ctx, got, ct, f.sk, sigma + 4, NULL));
        ct->log_sigma = limit;
        he_assert_fails(he_decrypt(f.ctx, got, ct, f.sk, HE_NOISE_TRUST_CLAIM, NULL), HE_ERR_NOISE,
                        "bits, at most");
        ct->claimed = false;
        ct->log_sigma = NAN;
        he_assert_fails(he_decrypt(f.ctx, got, ct, f.sk, HE_NOISE_TRACKED, NULL), HE_ERR_NOISE,
                        "nan");
        ct->log_sigma = limit - f.ctx->log_tail + 0.01;
        he_plaintext *untouched;
        he_assert_ok(he_plaintext_create(f.ctx, &untouched));
        he_assert_fails(he_decrypt(f.ctx, untouched, ct, f.sk, HE_NOISE_TRACKED, NULL),
                        HE_ERR_NOISE, "larger parameters");
        cr_assert(untouched->scheme == HE_SCHEME_NONE && untouched->data == NULL);
        he_plaintext_destroy(untouched);
        he_plaintext_destroy(pt);
        he_plaintext_destroy(got);
        he_ciphertext_destroy(ct);
        fixture_close(&f);
    }
}

Test(encrypt, threads_change_nothing_and_scratch_is_enough)
{
    for (int scheme = HE_SCHEME_BFV; scheme <= HE_SCHEME_CKKS; scheme++) {
        static const uint8_t seed[HE_SEED_BYTES] = {7};
        fixture f;
        he_public_key *pk;
        he_ciphertext *first[2], *ct[2];
        fixture_open(&f, (he_scheme)scheme, 1024, 5, 2);
        he_assert_ok(he_public_key_create(f.ctx, &pk, f.sk, f.rng));
        he_plaintext *pt = random_plaintext(&f, f.ctx->top_level), *got;
        he_assert_ok(he_plaintext_create(f.ctx, &got));
        for (int i = 0; i < 2; i++) {
            he_assert_ok(he_ciphertext_create(f.ctx, &first[i], 2, f.ctx->top_level));
            he_assert_ok(he_ciphertext_create(f.ctx, &ct[i], 2, f.ctx->top_level));
        }
        for (uint32_t threads = 1; threads <= 3; threads++) {
            he_ciphertext **out = threads == 1 ? first : ct;
            he_executor *executor;
            he_scratch *scratch;
            he_rng *rng;
            he_assert_ok(he_executor_create(&executor, threads));
            he_assert_ok(he_scratch_create(f.ctx, &scratch, executor));
            he_assert_ok(he_rng_create_seeded(&rng, seed));
            he_test_fail_allocation(0);
            he_assert_ok(he_encrypt(f.ctx, out[0], pt, pk, rng, scratch));
            he_assert_ok(he_encrypt_symmetric(f.ctx, out[1], pt, f.sk, rng, scratch));
            cr_assert(he_test_allocations() == 0);
            he_assert_ok(he_decrypt(f.ctx, got, out[1], f.sk, HE_NOISE_TRACKED, scratch));
            check_message(&f, got, pt);
            if (threads > 1)
                cr_assert(fixture_same(ct[0], first[0]) && fixture_same(ct[1], first[1]));
            he_rng_destroy(rng);
            he_scratch_destroy(scratch);
            he_executor_destroy(executor);
        }
        for (int i = 0; i < 2; i++) {
            he_ciphertext_destroy(first[i]);
            he_ciphertext_destroy(ct[i]);
        }
        he_plaintext_destroy(pt);
        he_plaintext_destroy(got);
        he_public_key_destroy(pk);
        fixture_close(&f);
    }
}

Test(encrypt, wrong_arguments_are_refused)
{
    fixture f, other;
    he_public_key *pk, *foreign_pk;
    he_plaintext *empty;
    he_ciphertext *ct;
    fixture_open(&f, HE_SCHEME_BFV, 1024, 2, 1);
    fixture_open(&other, HE_SCHEME_BFV, 1024, 3, 1);
    he_assert_ok(he_public_key_create(f.ctx, &pk, f.sk, f.rng));
    he_assert_ok(he_public_key_create(other.ctx, &foreign_pk, other.sk, f.rng));
    he_assert_ok(he_plaintext_create(f.ctx, &empty));
    he_assert_ok(he_ciphertext_create(f.ctx, &ct, 2, 0));
    he_plaintext *pt = random_plaintext(&f, 0), *foreign = random_plaintext(&other, 0);
    he_assert_fails(he_encrypt(NULL, ct, pt, pk, f.rng, NULL), HE_ERR_NULL, "ctx is NULL");
    he_assert_fails(he_encrypt(f.ctx, NULL, pt, pk, f.rng, NULL), HE_ERR_NULL, "ct is NULL");
    he_assert_fails(he_encrypt(f.ctx, ct, NULL, pk, f.rng, NULL), HE_ERR_NULL, "pt is NULL");
    he_assert_fails(he_encrypt(f.ctx, ct, pt, NULL, f.rng, NULL), HE_ERR_NULL, "pk is NULL");
    he_assert_fails(he_encrypt(f.ctx, ct, pt, pk, NULL, NULL), HE_ERR_NULL, "rng is NULL");
    he_assert_fails(he_encrypt(f.ctx, ct, empty, pk, f.rng, NULL), HE_ERR_ARGUMENT, "pt is empty");
    he_assert_fails(he_encrypt(f.ctx, ct, foreign, pk, f.rng, NULL), HE_ERR_MISMATCH, "pt belongs");
    he_assert_fails(he_encrypt(f.ctx, ct, pt, foreign_pk, f.rng, NULL), HE_ERR_MISMATCH,
                    "he_encrypt: pk belongs");
    he_assert_fails(he_encrypt_symmetric(f.ctx, ct, pt, NULL, f.rng, NULL), HE_ERR_NULL, "sk");
    he_assert_fails(he_encrypt_symmetric(f.ctx, ct, pt, other.sk, f.rng, NULL), HE_ERR_MISMATCH,
                    "he_encrypt_symmetric: sk belongs");
    he_assert_fails(he_encrypt_symmetric(f.ctx, ct, pt, f.sk, NULL, NULL), HE_ERR_NULL, "rng");
    he_assert_fails(he_decrypt(f.ctx, pt, ct, f.sk, HE_NOISE_TRACKED, NULL), HE_ERR_ARGUMENT,
                    "ct is empty");
    he_assert_ok(he_encrypt(f.ctx, ct, pt, pk, f.rng, NULL));
    he_assert_fails(he_decrypt(NULL, pt, ct, f.sk, 0, NULL), HE_ERR_NULL, "ctx is NULL");
    he_assert_fails(he_decrypt(f.ctx, NULL, ct, f.sk, 0, NULL), HE_ERR_NULL, "pt is NULL");
    he_assert_fails(he_decrypt(f.ctx, pt, NULL, f.sk, 0, NULL), HE_ERR_NULL, "ct is NULL");
    he_assert_fails(he_decrypt(f.ctx, pt, ct, NULL, 0, NULL), HE_ERR_NULL, "sk is NULL");
    he_assert_fails(he_decrypt(f.ctx, pt, ct, other.sk, 0, NULL), HE_ERR_MISMATCH, "sk belongs");
    he_assert_fails(he_decrypt(other.ctx, pt, ct, other.sk, 0, NULL), HE_ERR_MISMATCH,
                    "ct belongs");
    he_plaintext_destroy(pt);
    he_plaintext_destroy(foreign);
    he_plaintext_destroy(empty);
    he_ciphertext_destroy(ct);
    he_public_key_destroy(pk);
    he_public_key_destroy(foreign_pk);
    fixture_close(&f);
    fixture_close(&other);
}

/* Ciphertext and plaintext are as before, or empty, whichever call fails. */
Test(encrypt, every_allocation_and_every_draw_can_fail)
{
    for (int scheme = HE_SCHEME_BFV; scheme <= HE_SCHEME_CKKS; scheme++) {
        fixture f;
        he_public_key *pk;
        fixture_open(&f, (he_scheme)scheme, 1024, 2, 1);
        he_assert_ok(he_public_key_create(f.ctx, &pk, f.sk, f.rng));
        he_plaintext *pt = random_plaintext(&f, 1);
        he_ciphertext *was = fixture_uniform(&f, 2, 0, f.ctx->ops->ntt_at_rest), *full;
        he_assert_ok(he_ciphertext_create(f.ctx, &full, 2, 1));
        he_assert_ok(he_encrypt(f.ctx, full, pt, pk, f.rng, NULL));
        for (int which = 0; which < 5; which++) {
            bool draws = which >= 3;
            for (unsigned long k = 1;; k++) {
                he_ciphertext *ct;
                he_plaintext *got;
                he_assert_ok(he_ciphertext_create(f.ctx, &ct, 2, 0));
                he_assert_ok(he_ciphertext_copy(ct, was));
                he_assert_ok(he_plaintext_create(f.ctx, &got));
                he_rng *rng = draws ? he_test_failing_rng(k) : NULL;
                he_test_fail_allocation(draws ? 0 : k);
                he_status status =
                    which % 3 == 0 ? he_encrypt(f.ctx, ct, pt, pk, draws ? rng : f.rng, NULL)
                    : which % 3 == 1
                        ? he_encrypt_symmetric(f.ctx, ct, pt, f.sk, draws ? rng : f.rng, NULL)
                        : he_decrypt(f.ctx, got, full, f.sk, HE_NOISE_TRACKED, NULL);
                unsigned long count = draws ? he_test_rng_calls() : he_test_allocations();
                he_test_fail_allocation(0);
                bool intact = which == 2 ? got->scheme == HE_SCHEME_NONE
                                         : ct->size == 0 || fixture_same(ct, was);
                he_ciphertext_destroy(ct);
                he_plaintext_destroy(got);
                he_rng_destroy(rng);
                if (status == HE_OK) {
                    cr_assert(count < k && k > 2);
                    break;
                }
                cr_assert(status == (draws ? HE_ERR_ENTROPY : HE_ERR_MEMORY) && intact,
                          "which %d, k = %lu", which, k);
            }
        }
        he_plaintext_destroy(pt);
        he_ciphertext_destroy(was);
        he_ciphertext_destroy(full);
        he_public_key_destroy(pk);
        fixture_close(&f);
    }
}
