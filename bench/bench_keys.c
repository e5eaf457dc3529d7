/* SPDX-License-Identifier: MIT */
/* Keys and what uses them in both schemes: generation, encryption, decryption, key switching. */
#include "he_bench.h"
#include "rlwe_bench.h"

#include "core/cpu.h"
#include "rlwe/rlwe.h"

/* One context with all keys; made on the first row that needs it and kept to the end. */
typedef struct set {
    uint32_t n;
    he_isa isa;
    he_scheme scheme;
    he_context *ctx;
    he_secret_key *sk;
    he_public_key *pk;
    he_relin_key *rk;
    he_galois_keys *gk;
    he_rng *rng;
    he_scratch *scratch;
    he_plaintext *pt, *got;
    he_ciphertext *two, *three, *r;
} set;

static const int32_t one_step = 1;

static void ok(he_status status)
{
    he_bench_check(status == HE_OK, "%s", he_last_error());
}

/* A message of zeros, an encryption of it, and one with three polynomials. */
static void prepare_objects(set *s)
{
    bool bfv = s->scheme == HE_SCHEME_BFV;
    uint32_t top = he_context_top_level(s->ctx);
    ok(he_plaintext_create(s->ctx, &s->pt));
    ok(he_plaintext_create(s->ctx, &s->got));
    s->pt->words = bfv ? s->n : s->n * s->ctx->data_count;
    ok(he_plaintext_reserve(s->pt, s->pt->words));
    s->pt->scheme = s->scheme;
    s->pt->level = bfv ? 0 : top;
    s->pt->scale = bfv ? 1 : he_context_scale(s->ctx, top);
    ok(he_ciphertext_create(s->ctx, &s->two, 2, top));
    ok(he_ciphertext_create(s->ctx, &s->three, 3, top));
    ok(he_ciphertext_create(s->ctx, &s->r, 3, top));
    ok(he_encrypt(s->ctx, s->two, s->pt, s->pk, s->rng, s->scratch));
    ok(he_ciphertext_copy(s->three, s->two));
    s->three->size = 3;
    memcpy(he_ct_poly(s->three, 2), he_ct_poly(s->three, 1),
           s->three->limbs * s->three->n * sizeof *s->three->data);
}

static void prepare(set *s)
{
    static const uint8_t seed[HE_SEED_BYTES] = {1};
    if (s->ctx != NULL)
        return;
    unsigned bits;
    he_params p = he_bench_params(s->scheme, s->n, s->isa, &bits);
    ok(he_context_create(&s->ctx, &p));
    ok(he_rng_create_seeded(&s->rng, seed));
    ok(he_scratch_create(s->ctx, &s->scratch, NULL));
    ok(he_secret_key_create(s->ctx, &s->sk, s->rng));
    ok(he_public_key_create(s->ctx, &s->pk, s->sk, s->rng));
    ok(he_relin_key_create(s->ctx, &s->rk, s->sk, s->rng));
    ok(he_galois_keys_create(s->ctx, &s->gk, s->sk, &one_step, 1, s->rng));
    prepare_objects(s);
}

static void secret(he_bench_state *state, void *arg)
{
    set *s = arg;
    prepare(s);
    while (he_bench_keep_running(state)) {
        he_secret_key *key;
        ok(he_secret_key_create(s->ctx, &key, s->rng));
        he_secret_key_destroy(key);
    }
}

static void public(he_bench_state *state, void *arg)
{
    set *s = arg;
    prepare(s);
    while (he_bench_keep_running(state)) {
        he_public_key *key;
        ok(he_public_key_create(s->ctx, &key, s->sk, s->rng));
        he_public_key_destroy(key);
    }
}

static void relin(he_bench_state *state, void *arg)
{
    set *s = arg;
    prepare(s);
    while (he_bench_keep_running(state)) {
        he_relin_key *key;
        ok(he_relin_key_create(s->ctx, &key, s->sk, s->rng));
        he_relin_key_destroy(key);
    }
    size_t total = s->ctx->data_count + s->ctx->special_count;
    he_bench_counter(state, "key_bytes", (double)(16 * s->rk->key.digits * total * s->n));
}

static void galois(he_bench_state *state, void *arg)
{
    set *s = arg;
    prepare(s);
    while (he_bench_keep_running(state)) {
        he_galois_keys *keys;
        ok(he_galois_keys_create(s->ctx, &keys, s->sk, &one_step, 1, s->rng));
        he_galois_keys_destroy(keys);
    }
}

static void encrypt(he_bench_state *state, void *arg)
{
    set *s = arg;
    prepare(s);
    while (he_bench_keep_running(state))
        ok(he_encrypt(s->ctx, s->r, s->pt, s->pk, s->rng, s->scratch));
}

static void encrypt_symmetric(he_bench_state *state, void *arg)
{
    set *s = arg;
    prepare(s);
    while (he_bench_keep_running(state))
        ok(he_encrypt_symmetric(s->ctx, s->r, s->pt, s->sk, s->rng, s->scratch));
}

static void decrypt(he_bench_state *state, void *arg)
{
    set *s = arg;
    prepare(s);
    while (he_bench_keep_running(state))
        ok(he_decrypt(s->ctx, s->got, s->two, s->sk, HE_NOISE_TRACKED, s->scratch));
}

static void relinearize(he_bench_state *state, void *arg)
{
    set *s = arg;
    prepare(s);
    while (he_bench_keep_running(state))
        ok(he_relinearize(s->ctx, s->r, s->three, s->rk, s->scratch));
}

static void rotate(he_bench_state *state, void *arg)
{
    set *s = arg;
    prepare(s);
    while (he_bench_keep_running(state))
        ok(he_apply_galois("rotate", s->ctx, s->r, s->two, s->gk, 1, s->scratch));
}

static const struct operation {
    const char *name;
    he_bench_function *function;
} operations[] = {
    {"secret", secret},   {"public", public},           {"relin", relin},
    {"galois", galois},   {"encrypt", encrypt},         {"encrypt_symmetric", encrypt_symmetric},
    {"decrypt", decrypt}, {"relinearize", relinearize}, {"rotate", rotate},
};

void he_bench_keys(void);

void he_bench_keys(void)
{
    static set sets[HE_BENCH_DEGREES * HE_BENCH_ISAS * 2];
    size_t count = 0;
    for (uint32_t n = 4096; n <= 32768; n *= 2) {
        for (he_isa isa = HE_ISA_SCALAR; isa <= HE_BENCH_ISAS; isa++) {
            for (int scheme = HE_SCHEME_BFV; scheme <= HE_SCHEME_CKKS; scheme++) {
                unsigned bits;
                he_bench_params((he_scheme)scheme, n, isa, &bits);
                if (!he_bench_isa_differs(isa, bits))
                    continue;
                set *s = &sets[count++];
                *s = (set){.n = n, .isa = isa, .scheme = (he_scheme)scheme};
                for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++)
                    he_bench_register(operations[i].function, s, "keys/%s_%s/n=%u/bits=%u/isa=%s",
                                      scheme == HE_SCHEME_BFV ? "bfv" : "ckks", operations[i].name,
                                      n, bits, he_isa_name(isa));
            }
        }
    }
}
