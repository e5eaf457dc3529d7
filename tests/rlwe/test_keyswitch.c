/* SPDX-License-Identifier: MIT */
/* Key switching against exact arithmetic: the product over QP, its division, relinearization and
 * automorphisms on uniform ciphertexts, in both domains, on any number of threads. */
#include "fixture.h"

#include "core/memory.h"
#include <math.h>

typedef struct shape {
    size_t data;
    uint32_t alpha;
} shape;

static const shape shapes[] = {{1, 1}, {3, 1}, {4, 2}, {5, 3}, {6, 2}, {5, 5}, {7, 1}};
#define SHAPES (sizeof shapes / sizeof shapes[0])

/* The digit that mod-up makes of coefficient k of c: sum_i [(c + h) (D/q_i)^-1]_(q_i) D/q_i - h
 * with h = floor(number of primes D/2). */
static void digit_of(mpz_t d, const he_context *ctx, const uint64_t *c, size_t first, size_t end,
                     size_t k)
{
    mpz_t cofactor, y, q, h, shifted;
    mpz_inits(cofactor, y, q, h, shifted, NULL);
    mpz_set_ui(d, 0);
    mpz_set_ui(h, end - first);
    for (size_t i = first; i < end; i++)
        mpz_mul_ui(h, h, ctx->primes[i].q.q);
    mpz_fdiv_q_2exp(h, h, 1);
    for (size_t i = first; i < end; i++) {
        mpz_set_ui(q, ctx->primes[i].q.q);
        mpz_set_ui(cofactor, 1);
        for (size_t l = first; l < end; l++) {
            if (l != i)
                mpz_mul_ui(cofactor, cofactor, ctx->primes[l].q.q);
        }
        mpz_invert(y, cofactor, q);
        mpz_set_ui(shifted, c[i * ctx->n + k]);
        mpz_add(shifted, shifted, h);
        mpz_mul(y, y, shifted);
        mpz_fdiv_r(y, y, q);
        mpz_addmul(d, y, cofactor);
    }
    mpz_sub(d, d, h);
    mpz_clears(cofactor, y, q, h, shifted, NULL);
}

/* u from the definition, limb by limb: digits as integers, reduced, transformed, multiplied. */
static void check_product(const fixture *f, const uint64_t *u, const uint64_t *c, uint32_t level,
                          const he_switch_key *key)
{
    const he_context *ctx = f->ctx;
    size_t n = ctx->n, limbs = he_ctx_limbs(ctx, level), alpha = ctx->special_count;
    size_t extended = limbs + alpha, total = ctx->data_count + alpha;
    uint64_t *sum = he_alloc(2 * extended * n, sizeof *sum), *limb = he_alloc(n, sizeof *limb);
    mpz_t *d = he_test_big(n);
    for (size_t j = 0; j * alpha < limbs; j++) {
        size_t end = (j + 1) * alpha < limbs ? (j + 1) * alpha : limbs;
        for (size_t k = 0; k < n; k++)
            digit_of(d[k], ctx, c, j * alpha, end, k);
        for (size_t i = 0; i < extended; i++) {
            size_t row = i < limbs ? i : ctx->data_count + i - limbs;
            const he_rns_prime *prime = &ctx->primes[row];
            for (size_t k = 0; k < n; k++)
                limb[k] = mpz_fdiv_ui(d[k], prime->q.q);
            he_ntt_forward(prime->ntt, limb);
            for (size_t k = 0; k < n; k++) {
                size_t at = (j * total + row) * n + k;
                uint64_t *s0 = &sum[i * n + k], *s1 = &sum[(extended + i) * n + k];
                *s0 = he_mod_add(*s0, he_mod_mul(limb[k], key->b[at], &prime->q), prime->q.q);
                *s1 = he_mod_add(*s1, he_mod_mul(limb[k], key->a[at], &prime->q), prime->q.q);
            }
        }
    }
    cr_assert(memcmp(sum, u, 2 * extended * n * sizeof *u) == 0, "level %u, alpha %zu", level,
              alpha);
    he_test_big_free(d, n);
    he_free(sum);
    he_free(limb);
}

/* r0 + r1 s - c src for the switched pair (coefficient form) is within the noise model. */
static void check_switched(const fixture *f, const he_ciphertext *pair, const he_ciphertext *c,
                           const uint64_t *src, uint32_t level)
{
    const he_context *ctx = f->ctx;
    size_t n = ctx->n;
    he_ciphertext *t;
    he_assert_ok(he_ciphertext_create(ctx, &t, 2, level));
    he_assert_ok(he_ciphertext_copy(t, pair));
    he_ciphertext_to_ntt(ctx, t);
    for (size_t i = 0; i < t->limbs; i++) {
        const he_rns_prime *prime = &ctx->primes[i];
        uint64_t *product = he_alloc(n, sizeof *product), *c0 = he_ct_poly(t, 0) + i * n;
        memcpy(product, he_ct_poly(c, 0) + i * n, n * sizeof *product);
        he_ntt_forward(prime->ntt, product);
        prime->vec->mul(product, product, src + i * n, n, &prime->q);
        prime->vec->sub(c0, c0, product, n, &prime->q);
        he_free(product);
    }
    mpz_t *x = he_test_big(n);
    cr_assert(he_test_phase(x, ctx, t, f->sk));
    double sigma = he_noise_keyswitch(ctx, level), rms = he_test_rms_bits(x, n);
    cr_assert(he_test_max_bits(x, n) <= sigma + ctx->log_tail);
    cr_assert(fabs(rms - sigma) < 0.5, "level %u: sigma is 2^%.2f, model 2^%.2f", level, rms,
              sigma);
    he_test_big_free(x, n);
    he_ciphertext_destroy(t);
}

static void check_level(const fixture *f, const he_switch_key *key, const uint64_t *src,
                        uint32_t level)
{
    const he_context *ctx = f->ctx;
    size_t n = ctx->n, limbs = he_ctx_limbs(ctx, level), extended = limbs + ctx->special_count;
    uint64_t *u = he_alloc(2 * extended * n, sizeof *u);
    uint64_t *again = he_alloc(2 * extended * n, sizeof *u);
    uint64_t *c_ntt = he_alloc(limbs * n, sizeof *c_ntt);
    he_ciphertext *c = fixture_uniform(f, 2, level, false);
    he_ciphertext *pair = fixture_uniform(f, 2, level, false);
    he_scratch *scratch;
    he_assert_ok(he_scratch_create(ctx, &scratch, NULL));
    he_assert_ok(he_keyswitch_product(ctx, u, c->data, NULL, level, key, scratch));
    check_product(f, u, c->data, level, key);
    memcpy(c_ntt, c->data, limbs * n * sizeof *c_ntt);
    for (size_t i = 0; i < limbs; i++)
        he_ntt_forward(ctx->primes[i].ntt, c_ntt + i * n);
    he_assert_ok(he_keyswitch_product(ctx, again, c->data, c_ntt, level, key, scratch));
    cr_assert(memcmp(u, again, 2 * extended * n * sizeof *u) == 0);
    /* onto zero, in both domains */
    memset(pair->data, 0, 2 * limbs * n * sizeof *u);
    he_assert_ok(he_keyswitch_finish(ctx, he_ct_poly(pair, 0), he_ct_poly(pair, 1), u, level, false,
                                     scratch));
    check_switched(f, pair, c, src, level);
    he_ciphertext *ntt = fixture_uniform(f, 2, level, true);
    memset(ntt->data, 0, 2 * limbs * n * sizeof *u);
    he_assert_ok(he_keyswitch_finish(ctx, he_ct_poly(ntt, 0), he_ct_poly(ntt, 1), again, level,
                                     true, scratch));
    he_ciphertext_to_coeff(ctx, ntt);
    cr_assert(memcmp(ntt->data, pair->data, 2 * limbs * n * sizeof *u) == 0);
    he_scratch_destroy(scratch);
    he_ciphertext_destroy(c);
    he_ciphertext_destroy(ntt);
    he_ciphertext_destroy(pair);
    he_free(u);
    he_free(again);
    he_free(c_ntt);
}

Test(keyswitch, product_and_division_are_exact_for_every_shape_and_level)
{
    for (size_t k = 0; k < SHAPES; k++) {
        fixture f;
        he_switch_key key = {0};
        he_secret_key *src;
        fixture_open(&f, HE_SCHEME_BFV, 1024, shapes[k].data, shapes[k].alpha);
        int8_t *e = he_alloc(f.ctx->n, 1);
        he_assert_ok(he_secret_key_create(f.ctx, &src, f.rng));
        he_assert_ok(he_switch_key_make(f.ctx, &key, src->ntt, f.sk, e, f.rng));
        for (uint32_t level = 0; level <= f.ctx->top_level; level++)
            check_level(&f, &key, src->ntt, level);
        he_switch_key_clear(&key);
        he_secret_key_destroy(src);
        he_free(e);
        fixture_close(&f);
    }
}

/* Phases of a and r differ by less than the noise of one switch; g: r's phase is a's under X^g. */
static void check_phases(const fixture *f, const he_ciphertext *r, const he_ciphertext *a,
                         uint32_t g)
{
    size_t n = f->ctx->n;
    mpz_t *x = he_test_big(n), *y = he_test_big(n), *image = he_test_big(n), q, half;
    mpz_inits(q, half, NULL);
    mpz_set_ui(q, 1);
    for (size_t i = 0; i < a->limbs; i++)
        mpz_mul_ui(q, q, f->ctx->primes[i].q.q);
    mpz_fdiv_q_2exp(half, q, 1);
    cr_assert(he_test_phase(x, f->ctx, a, f->sk) && he_test_phase(y, f->ctx, r, f->sk));
    for (size_t j = 0; j < n; j++) {
        size_t to = j * g % (2 * n);
        mpz_set(image[to % n], x[j]);
        if (to >= n)
            mpz_neg(image[to % n], x[j]);
    }
    for (size_t j = 0; j < n; j++) {
        mpz_sub(y[j], y[j], image[j]);
        mpz_fdiv_r(y[j], y[j], q);
        if (mpz_cmp(y[j], half) > 0)
            mpz_sub(y[j], y[j], q);
    }
    double bound = he_noise_keyswitch(f->ctx, a->level) + f->ctx->log_tail;
    cr_assert(he_test_max_bits(y, n) <= bound, "level %u, g = %u: 2^%.1f", a->level, g,
              he_test_max_bits(y, n));
    mpz_clears(q, half, NULL);
    he_test_big_free(x, n);
    he_test_big_free(y, n);
    he_test_big_free(image, n);
}

Test(keyswitch, relinearize_keeps_the_phase)
{
    for (int scheme = HE_SCHEME_BFV; scheme <= HE_SCHEME_CKKS; scheme++) {
        fixture f;
        he_relin_key *rk;
        fixture_open(&f, (he_scheme)scheme, 1024, 4, 2);
        he_assert_ok(he_relin_key_create(f.ctx, &rk, f.sk, f.rng));
        for (uint32_t i = 0; i < 2 * (f.ctx->top_level + 1); i++) {
            he_ciphertext *a = fixture_uniform(&f, 3, i / 2, i % 2 != 0), *r, *was;
            a->degree = 2;
            a->claimed = true;
            he_assert_ok(he_ciphertext_create(f.ctx, &r, 2, 0));
            he_assert_ok(he_ciphertext_create(f.ctx, &was, 3, i / 2));
            he_assert_ok(he_ciphertext_copy(was, a));
            he_assert_ok(he_relinearize(f.ctx, r, a, rk, NULL));
            cr_assert(fixture_same(a, was));
            cr_assert(r->size == 2 && r->level == i / 2 && r->ntt == a->ntt && r->degree == 2);
            cr_assert(r->claimed && r->log_sigma > a->log_sigma && r->scale == a->scale);
            check_phases(&f, r, a, 1);
            he_assert_ok(he_relinearize(f.ctx, a, a, rk, NULL));
            cr_assert(fixture_same(r, a));
            /* two polynomials: a copy, without a key */
            he_assert_ok(he_relinearize(f.ctx, was, r, NULL, NULL));
            cr_assert(fixture_same(was, r));
            he_ciphertext_destroy(a);
            he_ciphertext_destroy(r);
            he_ciphertext_destroy(was);
        }
        he_relin_key_destroy(rk);
        fixture_close(&f);
    }
}

Test(keyswitch, galois_maps_the_phase)
{
    const int32_t steps[] = {1, -2, 100, HE_STEP_CONJUGATE};
    for (int scheme = HE_SCHEME_BFV; scheme <= HE_SCHEME_CKKS; scheme++) {
        fixture f;
        he_galois_keys *gk;
        fixture_open(&f, (he_scheme)scheme, 1024, 3, 1);
        he_assert_ok(he_galois_keys_create(f.ctx, &gk, f.sk, steps, 4, f.rng));
        for (size_t k = 0; k < 4; k++) {
            for (uint32_t i = 0; i < 2 * (f.ctx->top_level + 1); i++) {
                he_ciphertext *a = fixture_uniform(&f, 2, i / 2, i % 2 != 0), *r;
                uint32_t g = 0;
                he_assert_ok(he_ciphertext_create(f.ctx, &r, 2, 0));
                he_assert_ok(he_galois_element(f.ctx, &g, steps[k]));
                he_assert_ok(he_apply_galois("rotate", f.ctx, r, a, gk, steps[k], NULL));
                cr_assert(r->ntt == a->ntt && r->level == a->level && r->scale == a->scale);
                cr_assert(r->log_sigma > a->log_sigma);
                check_phases(&f, r, a, g);
                he_assert_ok(he_apply_galois("rotate", f.ctx, a, a, gk, steps[k], NULL));
                cr_assert(fixture_same(r, a));
                he_assert_ok(he_apply_galois("rotate", f.ctx, r, a, NULL, 0, NULL));
                cr_assert(fixture_same(r, a));
                he_ciphertext_destroy(a);
                he_ciphertext_destroy(r);
            }
        }
        he_galois_keys_destroy(gk);
        fixture_close(&f);
    }
}

Test(keyswitch, threads_change_nothing_and_scratch_is_enough)
{
    for (int scheme = HE_SCHEME_BFV; scheme <= HE_SCHEME_CKKS; scheme++) {
        const int32_t step = 1;
        fixture f;
        he_relin_key *rk;
        he_galois_keys *gk;
        fixture_open(&f, (he_scheme)scheme, 2048, 6, 2);
        he_assert_ok(he_relin_key_create(f.ctx, &rk, f.sk, f.rng));
        he_assert_ok(he_galois_keys_create(f.ctx, &gk, f.sk, &step, 1, f.rng));
        he_ciphertext *a = fixture_uniform(&f, 3, f.ctx->top_level, f.ctx->ops->ntt_at_rest);
        he_ciphertext *first[2], *r[2];
        for (int i = 0; i < 2; i++) {
            he_assert_ok(he_ciphertext_create(f.ctx, &first[i], 2, f.ctx->top_level));
            he_assert_ok(he_ciphertext_create(f.ctx, &r[i], 2, f.ctx->top_level));
        }
        he_assert_ok(he_relinearize(f.ctx, first[0], a, rk, NULL));
        he_assert_ok(he_apply_galois("rotate", f.ctx, first[1], first[0], gk, 1, NULL));
        for (uint32_t threads = 1; threads <= 4; threads++) {
            he_executor *executor;
            he_scratch *scratch;
            he_assert_ok(he_executor_create(&executor, threads));
            he_assert_ok(he_scratch_create(f.ctx, &scratch, executor));
            he_test_fail_allocation(0);
            he_assert_ok(he_relinearize(f.ctx, r[0], a, rk, scratch));
            he_assert_ok(he_apply_galois("rotate", f.ctx, r[1], r[0], gk, 1, scratch));
            cr_assert(he_test_allocations() == 0);
            cr_assert(fixture_same(r[0], first[0]) && fixture_same(r[1], first[1]));
            he_scratch_destroy(scratch);
            he_executor_destroy(executor);
        }
        for (int i = 0; i < 2; i++) {
            he_ciphertext_destroy(first[i]);
            he_ciphertext_destroy(r[i]);
        }
        he_ciphertext_destroy(a);
        he_relin_key_destroy(rk);
        he_galois_keys_destroy(gk);
        fixture_close(&f);
    }
}

Test(keyswitch, every_instruction_set_gives_the_same_bits)
{
    he_ciphertext *first = NULL;
    for (int isa = HE_ISA_AUTO; isa <= HE_ISA_AVX512IFMA; isa++) {
        static const uint8_t seed[HE_SEED_BYTES] = {9};
        he_params p = fixture_params(HE_SCHEME_CKKS, 1024, 4, 2);
        fixture f;
        he_relin_key *rk;
        p.isa = (he_isa)isa;
        he_assert_ok(he_context_create(&f.ctx, &p));
        he_assert_ok(he_rng_create_seeded(&f.rng, seed));
        he_assert_ok(he_secret_key_create(f.ctx, &f.sk, f.rng));
        he_assert_ok(he_relin_key_create(f.ctx, &rk, f.sk, f.rng));
        he_ciphertext *a;
        he_assert_ok(he_ciphertext_create(f.ctx, &a, 3, 3));
        he_assert_ok(he_ciphertext_shape(f.ctx, a, 3, 3));
        a->ntt = true;
        a->scale = 1;
        a->log_sigma = 1;
        for (uint32_t i = 0; i < 12; i++)
            he_expand_uniform(a->data + i * a->n, a->n, f.ctx->primes[i % 4].q.q, seed, i, 0);
        he_assert_ok(he_relinearize(f.ctx, a, a, rk, NULL));
        if (first == NULL)
            first = a;
        else
            cr_assert(fixture_same(a, first), "isa %s", he_isa_name((he_isa)isa));
        if (first != a)
            he_ciphertext_destroy(a);
        he_relin_key_destroy(rk);
        fixture_close(&f);
    }
    he_ciphertext_destroy(first);
}

Test(keyswitch, wrong_arguments_are_refused)
{
    fixture f, other;
    he_relin_key *rk, *foreign_rk;
    he_galois_keys *gk, *foreign_gk;
    const int32_t step = 1;
    fixture_open(&f, HE_SCHEME_BFV, 1024, 2, 1);
    fixture_open(&other, HE_SCHEME_BFV, 1024, 3, 1);
    he_assert_ok(he_relin_key_create(f.ctx, &rk, f.sk, f.rng));
    he_assert_ok(he_relin_key_create(other.ctx, &foreign_rk, other.sk, f.rng));
    he_assert_ok(he_galois_keys_create(f.ctx, &gk, f.sk, &step, 1, f.rng));
    he_assert_ok(he_galois_keys_create(other.ctx, &foreign_gk, other.sk, &step, 1, f.rng));
    he_ciphertext *a = fixture_uniform(&f, 2, 1, false), *three = fixture_uniform(&f, 3, 1, false);
    he_ciphertext *foreign = fixture_uniform(&other, 3, 1, false), *empty, *r;
    he_assert_ok(he_ciphertext_create(f.ctx, &empty, 2, 1));
    he_assert_ok(he_ciphertext_create(f.ctx, &r, 2, 1));
    he_assert_fails(he_relinearize(NULL, r, three, rk, NULL), HE_ERR_NULL, "ctx is NULL");
    he_assert_fails(he_relinearize(f.ctx, NULL, three, rk, NULL), HE_ERR_NULL, "r is NULL");
    he_assert_fails(he_relinearize(f.ctx, r, NULL, rk, NULL), HE_ERR_NULL, "a is NULL");
    he_assert_fails(he_relinearize(f.ctx, r, empty, rk, NULL), HE_ERR_ARGUMENT, "a is empty");
    he_assert_fails(he_relinearize(f.ctx, r, three, NULL, NULL), HE_ERR_NO_KEY, "rk is NULL");
    he_assert_fails(he_relinearize(f.ctx, r, foreign, rk, NULL), HE_ERR_MISMATCH, "a belongs");
    he_assert_fails(he_relinearize(f.ctx, r, three, foreign_rk, NULL), HE_ERR_MISMATCH,
                    "rk belongs");
    he_assert_fails(he_apply_galois("fn", f.ctx, NULL, a, gk, 1, NULL), HE_ERR_NULL, "r is NULL");
    he_assert_fails(he_apply_galois("fn", f.ctx, r, NULL, gk, 1, NULL), HE_ERR_NULL, "a is NULL");
    he_assert_fails(he_apply_galois("fn", f.ctx, r, three, gk, 1, NULL), HE_ERR_MISMATCH,
                    "a has 3 polynomials");
    he_assert_fails(he_apply_galois("fn", f.ctx, r, a, gk, 512, NULL), HE_ERR_ARGUMENT,
                    "fn: step 512");
    he_assert_fails(he_apply_galois("fn", f.ctx, r, a, gk, 2, NULL), HE_ERR_NO_KEY, "step 2");
    he_assert_fails(he_apply_galois("fn", f.ctx, r, a, NULL, 1, NULL), HE_ERR_NO_KEY, "step 1");
    he_assert_fails(he_apply_galois("fn", f.ctx, r, a, gk, HE_STEP_CONJUGATE, NULL), HE_ERR_NO_KEY,
                    "HE_STEP_CONJUGATE");
    he_assert_fails(he_apply_galois("fn", f.ctx, r, a, foreign_gk, 1, NULL), HE_ERR_MISMATCH,
                    "keys belongs");
    cr_assert(r->size == 0);
    he_ciphertext_destroy(a);
    he_ciphertext_destroy(three);
    he_ciphertext_destroy(foreign);
    he_ciphertext_destroy(empty);
    he_ciphertext_destroy(r);
    he_relin_key_destroy(rk);
    he_relin_key_destroy(foreign_rk);
    he_galois_keys_destroy(gk);
    he_galois_keys_destroy(foreign_gk);
    fixture_close(&f);
    fixture_close(&other);
}

/* Each allocation of a call without scratch fails once: the output is as before, or empty. */
Test(keyswitch, every_allocation_can_fail)
{
    for (int scheme = HE_SCHEME_BFV; scheme <= HE_SCHEME_CKKS; scheme++) {
        const int32_t step = 1;
        fixture f;
        he_relin_key *rk;
        he_galois_keys *gk;
        fixture_open(&f, (he_scheme)scheme, 1024, 3, 1);
        he_assert_ok(he_relin_key_create(f.ctx, &rk, f.sk, f.rng));
        he_assert_ok(he_galois_keys_create(f.ctx, &gk, f.sk, &step, 1, f.rng));
        bool ntt = f.ctx->ops->ntt_at_rest;
        he_ciphertext *three = fixture_uniform(&f, 3, 2, ntt),
                      *two = fixture_uniform(&f, 2, 2, ntt);
        he_ciphertext *was = fixture_uniform(&f, 2, 0, ntt);
        for (int which = 0; which < 2; which++) {
            for (unsigned long k = 1;; k++) {
                he_ciphertext *r;
                he_assert_ok(he_ciphertext_create(f.ctx, &r, 2, 0));
                he_assert_ok(he_ciphertext_copy(r, was));
                he_test_fail_allocation(k);
                he_status status = which == 0 ? he_relinearize(f.ctx, r, three, rk, NULL)
                                              : he_apply_galois("fn", f.ctx, r, two, gk, 1, NULL);
                unsigned long count = he_test_allocations();
                he_test_fail_allocation(0);
                bool intact = r->size == 0 || fixture_same(r, was);
                he_ciphertext_destroy(r);
                if (status == HE_OK) {
                    cr_assert(count < k && k > 3);
                    break;
                }
                cr_assert(status == HE_ERR_MEMORY && intact, "which %d, k = %lu", which, k);
            }
        }
        he_ciphertext_destroy(three);
        he_ciphertext_destroy(two);
        he_ciphertext_destroy(was);
        he_relin_key_destroy(rk);
        he_galois_keys_destroy(gk);
        fixture_close(&f);
    }
}
