/* SPDX-License-Identifier: MIT */
/* Round trips of every object of both schemes; what a loaded object is. */
#include "fixture.h"

#include "random/hash.h"
#include <math.h>

Test(wire, every_object_comes_back_the_same)
{
    for (int flavour = 0; flavour < FLAVOURS; flavour++) {
        fixture f;
        fixture_create(&f, (enum flavour)flavour);
        for (size_t i = 0; i < f.count; i++) {
            const saved *o = &f.object[i];
            uint8_t *out = malloc(o->length);
            size_t written = 0;
            he_assert_ok(o->reload(f.ctx, o->bytes, o->length, out, o->length, &written));
            cr_assert(written == o->length && memcmp(out, o->bytes, written) == 0, "%s", o->name);
            free(out);
        }
        fixture_destroy(&f);
    }
}

static bool same(const uint64_t *a, const uint64_t *b, size_t words)
{
    return memcmp(a, b, words * sizeof *a) == 0;
}

static bool same_ciphertext(const he_ciphertext *a, const he_ciphertext *b)
{
    return a->scheme == b->scheme && a->size == b->size && a->level == b->level &&
           a->limbs == b->limbs && a->n == b->n && a->ntt == b->ntt && a->degree == b->degree &&
           a->scale == b->scale && a->log_sigma == b->log_sigma && a->seeded == b->seeded &&
           memcmp(a->id, b->id, HE_ID_BYTES) == 0 &&
           same(a->data, b->data, (size_t)a->size * a->limbs * a->n);
}

static he_ciphertext *through(const he_context *ctx, const he_ciphertext *ct)
{
    size_t size = he_ciphertext_save_size(ctx, ct), length = 0;
    uint8_t *bytes = malloc(size);
    he_ciphertext *loaded = NULL;
    he_assert_ok(he_ciphertext_save(ctx, ct, bytes, size, &length));
    he_assert_ok(he_ciphertext_load(ctx, &loaded, bytes, length));
    free(bytes);
    return loaded;
}

Test(wire, loaded_ciphertexts_are_equal_and_their_noise_is_a_claim)
{
    for (int flavour = 0; flavour < FLAVOURS; flavour++) {
        fixture f;
        fixture_create(&f, (enum flavour)flavour);
        const he_ciphertext *all[] = {f.fresh, f.seeded, f.three, f.low};
        cr_assert(f.seeded->seeded && !f.fresh->seeded);
        for (size_t i = 0; i < 4; i++) {
            he_ciphertext *loaded = through(f.ctx, all[i]);
            cr_assert(same_ciphertext(loaded, all[i]), "ciphertext %zu", i);
            cr_assert(!he_ciphertext_noise_claimed(all[i]) && he_ciphertext_noise_claimed(loaded));
            he_ciphertext_destroy(loaded);
        }
        he_plaintext *expected, *got;
        he_assert_ok(he_plaintext_create(f.ctx, &expected));
        he_assert_ok(he_plaintext_create(f.ctx, &got));
        for (size_t i = 0; i < 2; i++) {
            he_ciphertext *loaded = through(f.ctx, all[i]);
            he_assert_ok(he_decrypt(f.ctx, expected, all[i], f.sk, HE_NOISE_TRACKED, NULL));
            he_assert_fails(he_decrypt(f.ctx, got, loaded, f.sk, HE_NOISE_TRACKED, NULL),
                            HE_ERR_NOISE_UNKNOWN, "he_decrypt");
            he_assert_ok(he_decrypt(f.ctx, got, loaded, f.sk, HE_NOISE_TRUST_CLAIM, NULL));
            cr_assert(got->words == expected->words && same(got->data, expected->data, got->words));
            he_ciphertext_destroy(loaded);
        }
        f.low->log_sigma = -INFINITY; /* a sum of nothing: written as a finite bound */
        he_ciphertext *loaded = through(f.ctx, f.low);
        cr_assert(loaded->log_sigma == -1024);
        he_ciphertext_destroy(loaded);
        he_plaintext_destroy(expected);
        he_plaintext_destroy(got);
        fixture_destroy(&f);
    }
}

static void check_switch_key(const he_context *ctx, const he_switch_key *a, const he_switch_key *b)
{
    size_t words = a->digits * (ctx->data_count + ctx->special_count) * ctx->n;
    cr_assert(a->digits == b->digits && memcmp(a->seed, b->seed, HE_SEED_BYTES) == 0);
    cr_assert(same(a->a, b->a, words) && same(a->b, b->b, words));
}

Test(wire, loaded_keys_are_equal)
{
    for (int flavour = 0; flavour < FLAVOURS; flavour++) {
        fixture f;
        fixture_create(&f, (enum flavour)flavour);
        const he_context *c = f.ctx;
        size_t words = (c->data_count + c->special_count) * c->n;
        he_secret_key *sk;
        he_public_key *pk;
        he_relin_key *rk;
        he_galois_keys *gk;
        he_assert_ok(he_secret_key_load(c, &sk, f.object[6].bytes, f.object[6].length));
        he_assert_ok(he_public_key_load(c, &pk, f.object[7].bytes, f.object[7].length));
        he_assert_ok(he_relin_key_load(c, &rk, f.object[8].bytes, f.object[8].length));
        he_assert_ok(he_galois_keys_load(c, &gk, f.object[9].bytes, f.object[9].length));
        cr_assert(memcmp(sk->s, f.sk->s, c->n) == 0 && same(sk->ntt, f.sk->ntt, words));
        cr_assert(same(pk->a, f.pk->a, words) && same(pk->b, f.pk->b, words));
        check_switch_key(c, &rk->key, &f.rk->key);
        cr_assert(gk->count == 3);
        for (size_t i = 0; i < 3; i++) {
            cr_assert(gk->elements[i] == f.gk->elements[i]);
            cr_assert(memcmp(gk->index[i], f.gk->index[i], c->n * sizeof *gk->index[i]) == 0);
            check_switch_key(c, &gk->keys[i], &f.gk->keys[i]);
        }
        cr_assert(he_galois_keys_has(c, gk, -2) && !he_galois_keys_has(c, gk, 3));
        he_secret_key_destroy(sk);
        he_public_key_destroy(pk);
        he_relin_key_destroy(rk);
        he_galois_keys_destroy(gk);
        fixture_destroy(&f);
    }
}

Test(wire, parameters_make_the_same_context)
{
    for (int flavour = 0; flavour < FLAVOURS; flavour++) {
        fixture f;
        fixture_create(&f, (enum flavour)flavour);
        he_params p;
        he_context *again;
        he_assert_ok(he_params_load(&p, f.object[0].bytes, f.object[0].length));
        cr_assert(p.struct_size == sizeof p && p.isa == HE_ISA_AUTO);
        he_assert_ok(he_context_create(&again, &p));
        cr_assert(memcmp(he_context_id(again), he_context_id(f.ctx), HE_ID_BYTES) == 0);
        he_context_destroy(again);
        fixture_destroy(&f);
    }
}

Test(wire, parameters_that_were_asked_for_travel_as_the_choice_that_was_made)
{
    he_params p = HE_PARAMS_INIT, loaded;
    p.scheme = HE_SCHEME_BFV;
    p.depth = 1;
    p.plain_bits = 20;
    he_context *ctx, *again;
    uint8_t bytes[HE_PARAMS_MAX_BYTES];
    size_t length = 0;
    he_assert_ok(he_context_create(&ctx, &p));
    he_assert_ok(he_params_save(ctx, bytes, sizeof bytes, &length));
    he_assert_ok(he_params_load(&loaded, bytes, length));
    he_assert_ok(he_context_create(&again, &loaded));
    cr_assert(memcmp(he_context_id(again), he_context_id(ctx), HE_ID_BYTES) == 0);
    he_context_destroy(ctx);
    he_context_destroy(again);
}

Test(wire, peek_tells_kind_id_and_length)
{
    fixture f;
    fixture_create(&f, BFV);
    const he_kind kinds[] = {HE_KIND_PARAMS,     HE_KIND_PLAINTEXT,  HE_KIND_CIPHERTEXT,
                             HE_KIND_CIPHERTEXT, HE_KIND_CIPHERTEXT, HE_KIND_CIPHERTEXT,
                             HE_KIND_SECRET_KEY, HE_KIND_PUBLIC_KEY, HE_KIND_RELIN_KEY,
                             HE_KIND_GALOIS_KEYS};
    for (size_t i = 0; i < f.count; i++) {
        he_kind kind;
        uint64_t total = 0;
        uint8_t id[HE_ID_BYTES] = {0};
        he_assert_ok(he_wire_peek(f.object[i].bytes, HEADER, &kind, id, &total));
        cr_assert(kind == kinds[i] && total == f.object[i].length);
        cr_assert(memcmp(id, he_context_id(f.ctx), HE_ID_BYTES) == 0);
        he_assert_ok(he_wire_peek(f.object[i].bytes, HEADER, &kind, NULL, &total));
    }
    fixture_destroy(&f);
}

/* The bytes of version 1 do not change: objects that are made here, without sampling. */
Test(wire, the_format_has_a_known_answer)
{
    fixture f;
    fixture_create(&f, BFV);
    for (size_t j = 0; j < (size_t)f.low->size * f.low->limbs * f.low->n; j++)
        f.low->data[j] = j * 0x9e3779b97f4a7c15u % f.ctx->primes[0].q.q;
    f.low->log_sigma = 3.25;
    f.low->ntt = false;
    uint8_t bytes[20000], hash[HE_HASH_BYTES];
    size_t length = 0;
    he_assert_ok(he_ciphertext_save(f.ctx, f.low, bytes, sizeof bytes, &length));
    static const uint8_t fixed[] = {'H', 'E', 'o', 'b', 1, 0, 3, 0};
    static const uint8_t fields[] = {2, 0, 0, 0, 0, 0, 0,    0,    1, 0, 0, 0, 4, 0, 0,    0,
                                     0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 0x0a, 0x40};
    cr_assert(memcmp(bytes, fixed, sizeof fixed) == 0);
    cr_assert(memcmp(bytes + HEADER, fields, sizeof fields) == 0);
    cr_assert(length == HEADER + 32 + 2 * 1024 / 8 * 45);
    he_hash(hash, bytes + HEADER, length - HEADER);
    static const uint8_t expected[] = {0x8e, 0xe2, 0xde, 0x7e, 0x71, 0x73, 0xba, 0x6c};
    cr_assert(memcmp(hash, expected, sizeof expected) == 0);
    fixture_destroy(&f);
}

Test(wire, saving_needs_room_and_objects_of_the_context)
{
    fixture f, other;
    fixture_create(&f, CKKS);
    fixture_create(&other, EXPLICIT);
    size_t size = he_ciphertext_save_size(f.ctx, f.fresh), length = 5;
    uint8_t *bytes = calloc(size, 1);
    he_assert_fails(he_ciphertext_save(f.ctx, f.fresh, bytes, size - 1, &length), HE_ERR_BUFFER,
                    "the object needs");
    cr_assert(length == 5 && bytes[0] == 0);
    he_assert_fails(he_secret_key_save(f.ctx, f.sk, bytes, 0, &length), HE_ERR_BUFFER,
                    "has 0 bytes");
    he_assert_fails(he_ciphertext_save(f.ctx, other.fresh, bytes, size, &length), HE_ERR_MISMATCH,
                    "he_ciphertext_save: ct");
    he_assert_fails(he_plaintext_save(f.ctx, other.pt, bytes, size, &length), HE_ERR_MISMATCH,
                    "pt");
    he_assert_fails(he_secret_key_save(f.ctx, other.sk, bytes, size, &length), HE_ERR_MISMATCH,
                    "sk");
    he_assert_fails(he_public_key_save(f.ctx, other.pk, bytes, size, &length), HE_ERR_MISMATCH,
                    "pk");
    he_assert_fails(he_relin_key_save(f.ctx, other.rk, bytes, size, &length), HE_ERR_MISMATCH,
                    "rk");
    he_assert_fails(he_galois_keys_save(f.ctx, other.gk, bytes, size, &length), HE_ERR_MISMATCH,
                    "gk");
    he_assert_fails(he_ciphertext_save(NULL, f.fresh, bytes, size, &length), HE_ERR_NULL, "ctx");
    he_assert_fails(he_ciphertext_save(f.ctx, NULL, bytes, size, &length), HE_ERR_NULL, "ct");
    he_assert_fails(he_ciphertext_save(f.ctx, f.fresh, NULL, size, &length), HE_ERR_NULL, "bytes");
    he_assert_fails(he_ciphertext_save(f.ctx, f.fresh, bytes, size, NULL), HE_ERR_NULL, "length");
    he_assert_fails(he_params_save(NULL, bytes, size, &length), HE_ERR_NULL, "ctx");
    he_assert_fails(he_relin_key_save(f.ctx, NULL, bytes, size, &length), HE_ERR_NULL, "rk");
    he_ciphertext_clear(f.fresh);
    he_assert_fails(he_ciphertext_save(f.ctx, f.fresh, bytes, size, &length), HE_ERR_ARGUMENT,
                    "empty");
    cr_assert(he_ciphertext_save_size(f.ctx, f.fresh) == 0);
    cr_assert(he_ciphertext_save_size(NULL, f.low) == 0 && he_secret_key_save_size(NULL) == 0);
    cr_assert(he_plaintext_save_size(f.ctx, NULL) == 0 && he_public_key_save_size(NULL) == 0);
    cr_assert(he_relin_key_save_size(NULL) == 0 && he_galois_keys_save_size(NULL, 1) == 0);
    cr_assert(he_galois_keys_save_size(f.ctx, 1025) == 0);
    cr_assert(he_ciphertext_wire_size(f.ctx, 4, 0, false) == 0);
    cr_assert(he_ciphertext_wire_size(f.ctx, 3, 0, true) == 0);
    cr_assert(he_ciphertext_wire_size(f.ctx, 2, 99, false) == 0);
    free(bytes);
    fixture_destroy(&f);
    fixture_destroy(&other);
}
