/* SPDX-License-Identifier: MIT */
/* Small contexts of both schemes and one of every object of theirs, saved. */
#ifndef HE_TEST_WIRE_FIXTURE_H
#define HE_TEST_WIRE_FIXTURE_H

#include "support/test.h"

#include "core/memory.h"
#include "rlwe/rlwe.h"
#include <he/wire.h>
#include <stdlib.h>
#include <string.h>

#define MAX_OBJECTS 12
#define HEADER      HE_WIRE_HEADER_BYTES

enum flavour {
    BFV,
    CKKS,
    EXPLICIT,
    FLAVOURS
};

/* An object's bytes, and the way from bytes to bytes through the object. */
typedef struct saved {
    const char *name;
    uint8_t *bytes;
    size_t length;
    he_status (*reload)(const he_context *ctx, const uint8_t *in, size_t length, uint8_t *out,
                        size_t capacity, size_t *written);
} saved;

typedef struct fixture {
    he_context *ctx;
    he_rng *rng;
    he_secret_key *sk;
    he_public_key *pk;
    he_relin_key *rk;
    he_galois_keys *gk;
    he_plaintext *pt;
    he_ciphertext *fresh, *seeded, *three, *low;
    saved object[MAX_OBJECTS];
    size_t count;
} fixture;

static inline he_params small_params(enum flavour flavour)
{
    he_params p = HE_PARAMS_INIT;
    p.scheme = flavour == BFV ? HE_SCHEME_BFV : HE_SCHEME_CKKS;
    p.security = HE_SEC_NONE;
    p.n = 1024;
    const uint8_t bits[] = {45, 30, 61, 30};
    memcpy(p.data_bits, bits, sizeof bits);
    p.special_bits[0] = 61;
    p.special_bits[1] = 48;
    if (flavour == BFV) {
        p.plain_modulus = 12289;
    } else {
        p.data_bits[2] = 30;
        p.scale_bits = 30;
        p.ckks_mode = flavour == CKKS ? HE_CKKS_CANONICAL : HE_CKKS_EXPLICIT;
    }
    return p;
}

#define DEFINE_RELOAD(type)                                                                        \
    static inline he_status reload_##type(const he_context *ctx, const uint8_t *in, size_t length, \
                                          uint8_t *out, size_t capacity, size_t *written)          \
    {                                                                                              \
        he_##type *object = NULL;                                                                  \
        he_status status = he_##type##_load(ctx, &object, in, length);                             \
        if (status != HE_OK) {                                                                     \
            cr_assert(object == NULL);                                                             \
            return status;                                                                         \
        }                                                                                          \
        he_assert_ok(he_##type##_save(ctx, object, out, capacity, written));                       \
        he_##type##_destroy(object);                                                               \
        return HE_OK;                                                                              \
    }

DEFINE_RELOAD(plaintext)
DEFINE_RELOAD(ciphertext)
DEFINE_RELOAD(secret_key)
DEFINE_RELOAD(public_key)
DEFINE_RELOAD(relin_key)
DEFINE_RELOAD(galois_keys)

/* Through the parameters and, where creating it is cheap, the context that they make. */
static inline he_status reload_params(const he_context *ctx, const uint8_t *in, size_t length,
                                      uint8_t *out, size_t capacity, size_t *written)
{
    (void)ctx;
    he_params p = HE_PARAMS_INIT;
    HE_TRY(he_params_load(&p, in, length));
    if (p.n > 2048)
        return he_fail(HE_ERR_FORMAT, "too large for a test");
    he_context *made = NULL;
    HE_TRY(he_context_create(&made, &p));
    uint8_t id[HE_ID_BYTES];
    he_kind kind;
    uint64_t total;
    he_assert_ok(he_wire_peek(in, length, &kind, id, &total));
    he_status status = HE_OK;
    if (memcmp(id, he_context_id(made), HE_ID_BYTES) != 0)
        status = he_fail(HE_ERR_FORMAT, "another id");
    else
        he_assert_ok(he_params_save(made, out, capacity, written));
    he_context_destroy(made);
    return status;
}

#define ADD(f, label, type, size, ...)                                                             \
    do {                                                                                           \
        saved *o = &(f)->object[(f)->count++];                                                     \
        *o = (saved){label, NULL, (size), reload_##type};                                          \
        o->bytes = malloc(o->length);                                                              \
        size_t written = 0;                                                                        \
        he_assert_ok(he_##type##_save(__VA_ARGS__, o->bytes, o->length, &written));                \
        cr_assert(written == o->length, "%s: %zu bytes, not %zu", label, written, o->length);      \
    } while (0)

/* A plaintext with random contents: encoding is not this floor's. */
static inline he_plaintext *random_plaintext(const he_context *ctx)
{
    he_plaintext *pt;
    he_assert_ok(he_plaintext_create(ctx, &pt));
    bool bfv = ctx->params.scheme == HE_SCHEME_BFV;
    size_t limbs = bfv ? 1 : he_ctx_limbs(ctx, ctx->top_level);
    he_assert_ok(he_plaintext_reserve(pt, limbs * ctx->n));
    pt->scheme = ctx->params.scheme;
    pt->level = bfv ? 0 : ctx->top_level;
    pt->scale = bfv ? 1 : ctx->ops->scale(ctx, ctx->top_level);
    pt->words = limbs * ctx->n;
    for (size_t i = 0; i < pt->words; i++)
        pt->data[i] =
            he_test_random_below(bfv ? ctx->params.plain_modulus : ctx->primes[i / ctx->n].q.q);
    return pt;
}

/* A ciphertext of any shape with random and extreme residues. */
static inline he_ciphertext *random_ciphertext(const he_context *ctx, uint32_t size, uint32_t level)
{
    he_ciphertext *ct;
    he_assert_ok(he_ciphertext_create(ctx, &ct, size, level));
    he_assert_ok(he_ciphertext_shape(ctx, ct, size, level));
    ct->ntt = true;
    ct->scale = ctx->ops->scale == NULL ? 1 : ctx->ops->scale(ctx, level);
    ct->log_sigma = 12.5;
    for (uint32_t p = 0; p < size; p++)
        for (size_t i = 0; i < ct->limbs; i++)
            for (size_t j = 0; j < ct->n; j++) {
                uint64_t q = ctx->primes[i].q.q;
                he_ct_poly(ct, p)[i * ct->n + j] = j % 8 == 0   ? q - 1
                                                   : j % 8 == 1 ? 0
                                                                : he_test_random_below(q);
            }
    return ct;
}

static inline void fixture_create(fixture *f, enum flavour flavour)
{
    *f = (fixture){0};
    he_params p = small_params(flavour);
    uint8_t seed[HE_SEED_BYTES] = {7};
    const int32_t steps[] = {1, -2, HE_STEP_CONJUGATE};
    he_assert_ok(he_context_create(&f->ctx, &p));
    he_assert_ok(he_rng_create_seeded(&f->rng, seed));
    he_assert_ok(he_secret_key_create(f->ctx, &f->sk, f->rng));
    he_assert_ok(he_public_key_create(f->ctx, &f->pk, f->sk, f->rng));
    he_assert_ok(he_relin_key_create(f->ctx, &f->rk, f->sk, f->rng));
    he_assert_ok(he_galois_keys_create(f->ctx, &f->gk, f->sk, steps, 3, f->rng));
    f->pt = random_plaintext(f->ctx);
    uint32_t top = he_context_top_level(f->ctx);
    he_assert_ok(he_ciphertext_create(f->ctx, &f->fresh, 2, top));
    he_assert_ok(he_ciphertext_create(f->ctx, &f->seeded, 2, top));
    he_assert_ok(he_encrypt(f->ctx, f->fresh, f->pt, f->pk, f->rng, NULL));
    he_assert_ok(he_encrypt_symmetric(f->ctx, f->seeded, f->pt, f->sk, f->rng, NULL));
    f->three = random_ciphertext(f->ctx, 3, top);
    f->low = random_ciphertext(f->ctx, 2, 0);

    const he_context *c = f->ctx;
    uint8_t room[HE_PARAMS_MAX_BYTES];
    size_t length = 0;
    he_assert_ok(he_params_save(c, room, sizeof room, &length));
    ADD(f, "parameters", params, length, c);
    ADD(f, "plaintext", plaintext, he_plaintext_save_size(c, f->pt), c, f->pt);
    ADD(f, "fresh ciphertext", ciphertext, he_ciphertext_wire_size(c, 2, top, false), c, f->fresh);
    ADD(f, "seeded ciphertext", ciphertext, he_ciphertext_wire_size(c, 2, top, true), c, f->seeded);
    ADD(f, "ciphertext of three", ciphertext, he_ciphertext_save_size(c, f->three), c, f->three);
    ADD(f, "ciphertext at level 0", ciphertext, he_ciphertext_wire_size(c, 2, 0, false), c, f->low);
    ADD(f, "secret key", secret_key, he_secret_key_save_size(c), c, f->sk);
    ADD(f, "public key", public_key, he_public_key_save_size(c), c, f->pk);
    ADD(f, "relinearization key", relin_key, he_relin_key_save_size(c), c, f->rk);
    ADD(f, "Galois keys", galois_keys, he_galois_keys_save_size(c, 3), c, f->gk);
}

static inline void fixture_destroy(fixture *f)
{
    for (size_t i = 0; i < f->count; i++)
        free(f->object[i].bytes);
    he_ciphertext_destroy(f->fresh);
    he_ciphertext_destroy(f->seeded);
    he_ciphertext_destroy(f->three);
    he_ciphertext_destroy(f->low);
    he_plaintext_destroy(f->pt);
    he_galois_keys_destroy(f->gk);
    he_relin_key_destroy(f->rk);
    he_public_key_destroy(f->pk);
    he_secret_key_destroy(f->sk);
    he_rng_destroy(f->rng);
    he_context_destroy(f->ctx);
}

#endif
