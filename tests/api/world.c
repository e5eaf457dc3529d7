/* SPDX-License-Identifier: MIT */
#include "api/api.h"

#include <stdlib.h>

static he_params parameters(api_mode mode)
{
    he_params p = HE_PARAMS_INIT;
    p.scheme = mode == API_BFV ? HE_SCHEME_BFV : HE_SCHEME_CKKS;
    p.security = HE_SEC_NONE;
    p.n = API_N;
    p.data_bits[0] = 45;
    for (size_t i = 1; i <= API_LEVELS; i++)
        p.data_bits[i] = 40;
    p.special_count = 2;
    if (mode == API_BFV) {
        p.plain_modulus = 12289;
    } else {
        p.scale_bits = 40;
        p.ckks_mode = mode == API_EXPLICIT ? HE_CKKS_EXPLICIT : HE_CKKS_CANONICAL;
    }
    return p;
}

static void make_objects(api_world *w)
{
    const he_context *c = w->ctx;
    for (size_t i = 0; i < API_N; i++) {
        w->reals[i] = he_test_random_unit();
        w->words[i] = he_test_random_below(12289);
        w->integers[i] = (int64_t)w->words[i] - 6144;
    }
    he_assert_ok(he_plaintext_create(c, &w->pt));
    if (w->mode == API_BFV)
        he_assert_ok(he_bfv_encode_u64(c, w->pt, w->words, API_N));
    else
        he_assert_ok(he_ckks_encode(c, w->pt, w->reals, API_N / 2, API_LEVELS, NULL));
    he_ciphertext **all[] = {&w->a, &w->b, &w->three, &w->squared};
    for (size_t i = 0; i < 4; i++)
        he_assert_ok(he_ciphertext_create(c, all[i], 2, API_LEVELS));
    he_assert_ok(he_encrypt(c, w->a, w->pt, w->pk, w->rng, NULL));
    he_assert_ok(he_encrypt(c, w->b, w->pt, w->pk, w->rng, NULL));
    if (w->mode == API_BFV) {
        he_assert_ok(he_bfv_multiply(c, w->three, w->a, w->b, NULL, NULL));
        he_assert_ok(he_bfv_multiply(c, w->squared, w->a, w->b, w->rk, NULL));
    } else {
        he_assert_ok(he_ckks_multiply_norescale(c, w->three, w->a, w->b, NULL, NULL));
        he_assert_ok(he_ckks_multiply_norescale(c, w->squared, w->a, w->b, w->rk, NULL));
    }
}

#define SAVE(kind, size, type, ...)                                                                \
    do {                                                                                           \
        api_saved *o = &w->saved[kind];                                                            \
        o->bytes = malloc(size);                                                                   \
        he_assert_ok(he_##type##_save(w->ctx, __VA_ARGS__ o->bytes, size, &o->length));            \
    } while (0)

static void save_objects(api_world *w)
{
    const he_context *c = w->ctx;
    SAVE(HE_KIND_PARAMS, HE_PARAMS_MAX_BYTES, params, );
    SAVE(HE_KIND_PLAINTEXT, he_plaintext_save_size(c, w->pt), plaintext, w->pt, );
    SAVE(HE_KIND_CIPHERTEXT, he_ciphertext_save_size(c, w->a), ciphertext, w->a, );
    SAVE(HE_KIND_SECRET_KEY, he_secret_key_save_size(c), secret_key, w->sk, );
    SAVE(HE_KIND_PUBLIC_KEY, he_public_key_save_size(c), public_key, w->pk, );
    SAVE(HE_KIND_RELIN_KEY, he_relin_key_save_size(c), relin_key, w->rk, );
    SAVE(HE_KIND_GALOIS_KEYS, he_galois_keys_save_size(c, 2), galois_keys, w->gk, );
    w->room = he_galois_keys_save_size(c, 2); /* the largest */
    w->values = calloc(w->room / 8 + 1, 8);
    cr_assert(w->values != NULL);
}

void api_open(api_world *w, api_mode mode)
{
    const int32_t steps[] = {API_STEP, HE_STEP_CONJUGATE};
    *w = (api_world){.mode = mode, .params = parameters(mode)};
    he_assert_ok(he_context_create(&w->ctx, &w->params));
    he_assert_ok(he_executor_create(&w->executor, 2));
    he_assert_ok(he_rng_create_system(&w->rng));
    he_assert_ok(he_secret_key_create(w->ctx, &w->sk, w->rng));
    he_assert_ok(he_public_key_create(w->ctx, &w->pk, w->sk, w->rng));
    he_assert_ok(he_relin_key_create(w->ctx, &w->rk, w->sk, w->rng));
    he_assert_ok(he_galois_keys_create(w->ctx, &w->gk, w->sk, steps, 2, w->rng));
    make_objects(w);
    save_objects(w);
    he_assert_ok(he_plaintext_create(w->ctx, &w->out));
    he_assert_ok(he_ciphertext_create(w->ctx, &w->r, 2, 0));
}

void api_close(api_world *w)
{
    he_ciphertext *const all[] = {w->a, w->b, w->three, w->squared, w->r};
    for (size_t i = 0; i < 5; i++)
        he_ciphertext_destroy(all[i]);
    for (size_t i = 0; i <= HE_KIND_GALOIS_KEYS; i++)
        free(w->saved[i].bytes);
    he_plaintext_destroy(w->pt);
    he_plaintext_destroy(w->out);
    free(w->values);
    he_galois_keys_destroy(w->gk);
    he_relin_key_destroy(w->rk);
    he_public_key_destroy(w->pk);
    he_secret_key_destroy(w->sk);
    he_rng_destroy(w->rng);
    he_executor_destroy(w->executor);
    he_context_destroy(w->ctx);
}

bool api_same_ciphertext(const he_ciphertext *a, const he_ciphertext *b)
{
    return a->size == b->size && a->level == b->level && a->limbs == b->limbs && a->ntt == b->ntt &&
           a->degree == b->degree && a->claimed == b->claimed && a->seeded == b->seeded &&
           a->scale == b->scale && a->log_sigma == b->log_sigma &&
           memcmp(a->id, b->id, HE_ID_BYTES) == 0 &&
           memcmp(a->data, b->data, a->size * a->limbs * a->n * sizeof *a->data) == 0;
}

bool api_same_plaintext(const he_plaintext *a, const he_plaintext *b)
{
    return a->scheme == b->scheme && a->level == b->level && a->scale == b->scale &&
           a->words == b->words && memcmp(a->id, b->id, HE_ID_BYTES) == 0 &&
           memcmp(a->data, b->data, a->words * sizeof *a->data) == 0;
}

he_ciphertext *api_copy(const api_world *w, const he_ciphertext *a)
{
    he_ciphertext *r = NULL;
    he_assert_ok(he_ciphertext_create(w->ctx, &r, 2, 0));
    he_assert_ok(he_ciphertext_copy(r, a));
    return r;
}
