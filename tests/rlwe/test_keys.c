/* SPDX-License-Identifier: MIT */
/* Keys satisfy their equations in every limb; what they are made of; what is refused. */
#include "fixture.h"

#include "core/memory.h"
#include "support/fail_rng.h"
#include <math.h>

static size_t total(const he_context *ctx)
{
    return ctx->data_count + ctx->special_count;
}

/* b + a s - P w_j src is one error polynomial of [-21, 21] over all primes; src NULL: no source. */
static void check_equation(const fixture *f, const uint64_t *b, const uint64_t *a, size_t j,
                           const uint64_t *src)
{
    const he_context *ctx = f->ctx;
    size_t n = ctx->n, count = total(ctx);
    uint64_t *e = he_alloc(count * n, sizeof *e);
    mpz_t p;
    mpz_init_set_ui(p, 1);
    for (size_t i = 0; i < ctx->special_count; i++)
        mpz_mul_ui(p, p, he_ctx_special(ctx, i)->q.q);
    for (size_t i = 0; i < count; i++) {
        const he_modulus *q = &ctx->primes[i].q;
        bool own = src != NULL && i < ctx->data_count && i / ctx->special_count == j;
        uint64_t w = own ? mpz_fdiv_ui(p, q->q) : 0;
        for (size_t k = i * n; k < (i + 1) * n; k++) {
            e[k] = he_mod_add(b[k], he_mod_mul(a[k], f->sk->ntt[k], q), q->q);
            if (own)
                e[k] = he_mod_sub(e[k], he_mod_mul(w, src[k], q), q->q);
        }
        he_ntt_inverse(ctx->primes[i].ntt, e + i * n);
    }
    mpz_t *x = he_test_big(n);
    he_test_compose(x, ctx->prime_list, count, n, e);
    double rms = he_test_rms_bits(x, n);
    cr_assert(he_test_max_bits(x, n) <= log2(21) + 1e-9, "digit %zu", j);
    cr_assert(fabs(rms - 0.5 * log2(10.5)) < 0.2, "digit %zu: rms 2^%.2f", j, rms);
    he_test_big_free(x, n);
    mpz_clear(p);
    he_free(e);
}

static void check_expansion(const fixture *f, const uint64_t *a, const uint8_t *seed, uint32_t poly)
{
    size_t n = f->ctx->n;
    uint64_t *limb = he_alloc(n, sizeof *limb);
    for (size_t i = 0; i < total(f->ctx); i++) {
        he_expand_uniform(limb, n, f->ctx->primes[i].q.q, seed, poly, (uint32_t)i);
        cr_assert(memcmp(limb, a + i * n, n * sizeof *limb) == 0, "limb %zu", i);
    }
    he_free(limb);
}

Test(keys, secret_key_is_ternary_and_transformed)
{
    fixture f;
    fixture_open(&f, HE_SCHEME_BFV, 2048, 3, 1);
    size_t n = f.ctx->n, count[3] = {0};
    for (size_t j = 0; j < n; j++) {
        cr_assert(f.sk->s[j] >= -1 && f.sk->s[j] <= 1);
        count[f.sk->s[j] + 1]++;
    }
    for (size_t v = 0; v < 3; v++)
        cr_assert(count[v] > n / 4 && count[v] < n / 2);
    for (size_t i = 0; i < total(f.ctx); i++) {
        he_ntt_inverse(f.ctx->primes[i].ntt, f.sk->ntt + i * n);
        for (size_t j = 0; j < n; j++) {
            uint64_t q = f.ctx->primes[i].q.q;
            cr_assert(f.sk->ntt[i * n + j] == (f.sk->s[j] < 0 ? q - 1 : (uint64_t)f.sk->s[j]));
        }
    }
    fixture_close(&f);
}

Test(keys, public_key_is_an_encryption_of_zero)
{
    for (int scheme = HE_SCHEME_BFV; scheme <= HE_SCHEME_CKKS; scheme++) {
        fixture f;
        he_public_key *pk;
        fixture_open(&f, (he_scheme)scheme, 2048, 4, 2);
        he_assert_ok(he_public_key_create(f.ctx, &pk, f.sk, f.rng));
        check_equation(&f, pk->b, pk->a, 0, NULL);
        check_expansion(&f, pk->a, pk->seed, 0);
        he_public_key_destroy(pk);
        fixture_close(&f);
    }
}

Test(keys, relin_key_switches_the_square)
{
    static const uint32_t alphas[] = {1, 2, 3, 5};
    for (size_t k = 0; k < 4; k++) {
        fixture f;
        he_relin_key *rk;
        fixture_open(&f, HE_SCHEME_BFV, 1024, 5, alphas[k]);
        he_assert_ok(he_relin_key_create(f.ctx, &rk, f.sk, f.rng));
        size_t n = f.ctx->n, words = total(f.ctx) * n;
        cr_assert(rk->key.digits == (5 + alphas[k] - 1) / alphas[k]);
        uint64_t *square = he_alloc(words, sizeof *square);
        for (size_t i = 0; i < words; i++)
            square[i] = he_mod_mul(f.sk->ntt[i], f.sk->ntt[i], &f.ctx->primes[i / n].q);
        for (size_t j = 0; j < rk->key.digits; j++) {
            check_equation(&f, rk->key.b + j * words, rk->key.a + j * words, j, square);
            check_expansion(&f, rk->key.a + j * words, rk->key.seed, (uint32_t)j);
        }
        he_free(square);
        he_relin_key_destroy(rk);
        fixture_close(&f);
    }
}

/* s(X^g) from the ternary coefficients, by the definition. */
static void image_of_secret(const fixture *f, uint64_t *image, uint32_t g)
{
    size_t n = f->ctx->n;
    int8_t *s = he_alloc(n, 1);
    for (size_t j = 0; j < n; j++) {
        size_t to = j * g % (2 * n);
        s[to % n] = (int8_t)(to < n ? f->sk->s[j] : -f->sk->s[j]);
    }
    he_secret_key *sk;
    he_assert_ok(he_secret_key_from_ternary(f->ctx, &sk, s));
    memcpy(image, sk->ntt, total(f->ctx) * n * sizeof *image);
    he_secret_key_destroy(sk);
    he_free(s);
}

Test(keys, galois_keys_switch_the_image)
{
    static const int32_t steps[] = {1, -1, 3, HE_STEP_CONJUGATE, 1, 511};
    for (int scheme = HE_SCHEME_BFV; scheme <= HE_SCHEME_CKKS; scheme++) {
        fixture f;
        he_galois_keys *gk;
        fixture_open(&f, (he_scheme)scheme, 1024, 4, 2);
        he_assert_ok(he_galois_keys_create(f.ctx, &gk, f.sk, steps, 6, f.rng));
        cr_assert(gk->count == 4); /* 511 is -1 in a row of 512 */
        size_t n = f.ctx->n, words = total(f.ctx) * n;
        uint64_t *image = he_alloc(words, sizeof *image);
        for (size_t k = 0; k < gk->count; k++) {
            cr_assert(k == 0 || gk->elements[k - 1] < gk->elements[k]);
            image_of_secret(&f, image, gk->elements[k]);
            for (size_t j = 0; j < gk->keys[k].digits; j++)
                check_equation(&f, gk->keys[k].b + j * words, gk->keys[k].a + j * words, j, image);
        }
        for (size_t i = 0; i < 6; i++)
            cr_assert(he_galois_keys_has(f.ctx, gk, steps[i]));
        cr_assert(he_galois_keys_has(f.ctx, gk, 0) && he_galois_keys_has(f.ctx, NULL, 0));
        cr_assert(!he_galois_keys_has(f.ctx, gk, 2) && !he_galois_keys_has(f.ctx, NULL, 1));
        cr_assert(!he_galois_keys_has(f.ctx, gk, 512) && !he_galois_keys_has(NULL, gk, 1));
        he_free(image);
        he_galois_keys_destroy(gk);
        fixture_close(&f);
    }
}

Test(keys, galois_elements)
{
    fixture f;
    uint32_t g = 0;
    fixture_open(&f, HE_SCHEME_BFV, 1024, 2, 1);
    he_assert_ok(he_galois_element(f.ctx, &g, 2));
    cr_assert(g == 9);
    he_assert_ok(he_galois_element(f.ctx, &g, -1));
    cr_assert(g * 3 % 2048 == 1);
    he_assert_ok(he_galois_element(f.ctx, &g, HE_STEP_CONJUGATE));
    cr_assert(g == 2047);
    he_assert_ok(he_galois_element(f.ctx, &g, 0));
    cr_assert(g == 1);
    he_assert_fails(he_galois_element(f.ctx, &g, 512), HE_ERR_ARGUMENT, "step 512 is outside");
    he_assert_fails(he_galois_element(f.ctx, &g, -512), HE_ERR_ARGUMENT, "step -512 is outside");
    fixture_close(&f);
    fixture_open(&f, HE_SCHEME_CKKS, 1024, 2, 1);
    he_assert_ok(he_galois_element(f.ctx, &g, 1));
    cr_assert(g == 2045);
    he_assert_ok(he_galois_element(f.ctx, &g, 2));
    cr_assert(g == 9);
    fixture_close(&f);
}

Test(keys, two_keys_share_nothing)
{
    fixture f;
    he_public_key *a, *b;
    fixture_open(&f, HE_SCHEME_BFV, 1024, 2, 1);
    he_assert_ok(he_public_key_create(f.ctx, &a, f.sk, f.rng));
    he_assert_ok(he_public_key_create(f.ctx, &b, f.sk, f.rng));
    cr_assert(memcmp(a->seed, b->seed, HE_SEED_BYTES) != 0);
    cr_assert(memcmp(a->b, b->b, f.ctx->n * sizeof *a->b) != 0);
    he_public_key_destroy(a);
    he_public_key_destroy(b);
    fixture_close(&f);
}

Test(keys, wrong_arguments_are_refused)
{
    fixture f, other;
    fixture_open(&f, HE_SCHEME_BFV, 1024, 2, 1);
    fixture_open(&other, HE_SCHEME_BFV, 1024, 3, 1);
    he_secret_key *sk = NULL;
    he_public_key *pk = NULL;
    he_relin_key *rk = NULL;
    he_galois_keys *gk = NULL;
    const int32_t steps[] = {1, 0}, far[] = {512};
    he_assert_fails(he_secret_key_create(NULL, &sk, f.rng), HE_ERR_NULL, "ctx is NULL");
    he_assert_fails(he_secret_key_create(f.ctx, NULL, f.rng), HE_ERR_NULL, "sk is NULL");
    he_assert_fails(he_secret_key_create(f.ctx, &sk, NULL), HE_ERR_NULL, "rng is NULL");
    he_assert_fails(he_public_key_create(NULL, &pk, f.sk, f.rng), HE_ERR_NULL, "ctx is NULL");
    he_assert_fails(he_public_key_create(f.ctx, NULL, f.sk, f.rng), HE_ERR_NULL, "pk is NULL");
    he_assert_fails(he_public_key_create(f.ctx, &pk, NULL, f.rng), HE_ERR_NULL, "sk is NULL");
    he_assert_fails(he_public_key_create(f.ctx, &pk, f.sk, NULL), HE_ERR_NULL, "rng is NULL");
    he_assert_fails(he_public_key_create(f.ctx, &pk, other.sk, f.rng), HE_ERR_MISMATCH,
                    "he_public_key_create: sk belongs to a context with other parameters");
    he_assert_fails(he_relin_key_create(NULL, &rk, f.sk, f.rng), HE_ERR_NULL, "ctx is NULL");
    he_assert_fails(he_relin_key_create(f.ctx, NULL, f.sk, f.rng), HE_ERR_NULL, "rk is NULL");
    he_assert_fails(he_relin_key_create(f.ctx, &rk, NULL, f.rng), HE_ERR_NULL, "sk is NULL");
    he_assert_fails(he_relin_key_create(f.ctx, &rk, f.sk, NULL), HE_ERR_NULL, "rng is NULL");
    he_assert_fails(he_relin_key_create(f.ctx, &rk, other.sk, f.rng), HE_ERR_MISMATCH, "sk");
    he_assert_fails(he_galois_keys_create(NULL, &gk, f.sk, steps, 1, f.rng), HE_ERR_NULL, "ctx");
    he_assert_fails(he_galois_keys_create(f.ctx, NULL, f.sk, steps, 1, f.rng), HE_ERR_NULL, "gk");
    he_assert_fails(he_galois_keys_create(f.ctx, &gk, NULL, steps, 1, f.rng), HE_ERR_NULL, "sk");
    he_assert_fails(he_galois_keys_create(f.ctx, &gk, f.sk, NULL, 1, f.rng), HE_ERR_NULL, "steps");
    he_assert_fails(he_galois_keys_create(f.ctx, &gk, f.sk, steps, 1, NULL), HE_ERR_NULL, "rng");
    he_assert_fails(he_galois_keys_create(f.ctx, &gk, f.sk, steps, 0, f.rng), HE_ERR_ARGUMENT,
                    "count is 0");
    he_assert_fails(he_galois_keys_create(f.ctx, &gk, f.sk, steps, 2, f.rng), HE_ERR_ARGUMENT,
                    "steps[1] is 0");
    he_assert_fails(he_galois_keys_create(f.ctx, &gk, f.sk, far, 1, f.rng), HE_ERR_ARGUMENT,
                    "step 512");
    he_assert_fails(he_galois_keys_create(f.ctx, &gk, other.sk, steps, 1, f.rng), HE_ERR_MISMATCH,
                    "sk");
    cr_assert(sk == NULL && pk == NULL && rk == NULL && gk == NULL);
    he_secret_key_destroy(NULL);
    he_public_key_destroy(NULL);
    he_relin_key_destroy(NULL);
    he_galois_keys_destroy(NULL);
    fixture_close(&f);
    fixture_close(&other);
}

/* One of the four kinds; the key is destroyed again. */
static he_status make_any(const fixture *f, int kind, he_rng *rng)
{
    const int32_t steps[] = {1, 2, HE_STEP_CONJUGATE};
    he_secret_key *sk = NULL;
    he_public_key *pk = NULL;
    he_relin_key *rk = NULL;
    he_galois_keys *gk = NULL;
    he_status status = kind == 0   ? he_secret_key_create(f->ctx, &sk, rng)
                       : kind == 1 ? he_public_key_create(f->ctx, &pk, f->sk, rng)
                       : kind == 2 ? he_relin_key_create(f->ctx, &rk, f->sk, rng)
                                   : he_galois_keys_create(f->ctx, &gk, f->sk, steps, 3, rng);
    bool made = sk != NULL || pk != NULL || rk != NULL || gk != NULL;
    cr_assert(made == (status == HE_OK), "kind %d", kind);
    he_secret_key_destroy(sk);
    he_public_key_destroy(pk);
    he_relin_key_destroy(rk);
    he_galois_keys_destroy(gk);
    return status;
}

Test(keys, every_allocation_and_every_draw_can_fail)
{
    fixture f;
    fixture_open(&f, HE_SCHEME_BFV, 1024, 3, 1);
    for (int kind = 0; kind < 4; kind++) {
        he_test_fail_allocation(0);
        he_assert_ok(make_any(&f, kind, f.rng));
        unsigned long count = he_test_allocations();
        for (unsigned long k = 1; k <= count; k++) {
            he_test_fail_allocation(k);
            cr_assert(make_any(&f, kind, f.rng) == HE_ERR_MEMORY, "kind %d, %lu", kind, k);
        }
        he_test_fail_allocation(0);
        he_rng *rng = he_test_failing_rng(0);
        he_assert_ok(make_any(&f, kind, rng));
        count = he_test_rng_calls();
        cr_assert(count > 0);
        he_rng_destroy(rng);
        for (unsigned long k = 1; k <= count; k++) {
            rng = he_test_failing_rng(k);
            cr_assert(make_any(&f, kind, rng) == HE_ERR_ENTROPY, "kind %d, draw %lu", kind, k);
            he_rng_destroy(rng);
        }
    }
    fixture_close(&f);
}
