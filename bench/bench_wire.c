/* SPDX-License-Identifier: MIT */
/* Saving and loading: ciphertexts at the top level, seeded ones, relinearization keys. */
#include "he_bench.h"

#include "core/memory.h"
#include "rlwe/rlwe.h"
#include <he/wire.h>
#include <string.h>

enum what {
    SAVE,
    LOAD,
    LOAD_SEEDED,
    LOAD_RELIN,
    OPERATIONS
};

static const char *const names[OPERATIONS] = {"save_ciphertext", "load_ciphertext",
                                              "load_seeded_ciphertext", "load_relin_key"};

typedef struct row {
    enum what what;
    uint32_t n;
    size_t limbs;
} row;

static row rows[64];

/* What the rows of one n share; made anew when another n comes. */
static struct setup {
    uint32_t n;
    he_context *ctx;
    he_ciphertext *ct;
    uint8_t *bytes[OPERATIONS];
    size_t length[OPERATIONS];
} now;

static void clear(void)
{
    he_ciphertext_destroy(now.ct);
    he_context_destroy(now.ctx);
    for (int i = 0; i < OPERATIONS; i++)
        he_free(now.bytes[i]);
    memset(&now, 0, sizeof now);
}

static bool room(enum what what, size_t size)
{
    now.bytes[what] = he_alloc(size, 1);
    return now.bytes[what] != NULL;
}

static bool save_all(he_secret_key *sk, he_relin_key *rk, he_rng *rng)
{
    he_ciphertext *ct = now.ct;
    uint32_t top = he_context_top_level(now.ctx);
    size_t whole = he_ciphertext_wire_size(now.ctx, 2, top, false),
           seeded = he_ciphertext_wire_size(now.ctx, 2, top, true),
           relin = he_relin_key_save_size(now.ctx);
    if (!room(SAVE, whole) || !room(LOAD, whole) || !room(LOAD_SEEDED, seeded) ||
        !room(LOAD_RELIN, relin) || he_secret_key_create(now.ctx, &sk, rng) != HE_OK)
        return false;
    bool ok = he_relin_key_create(now.ctx, &rk, sk, rng) == HE_OK &&
              he_relin_key_save(now.ctx, rk, now.bytes[LOAD_RELIN], relin,
                                &now.length[LOAD_RELIN]) == HE_OK &&
              he_ciphertext_shape(now.ctx, ct, 2, top) == HE_OK;
    he_relin_key_destroy(rk);
    he_secret_key_destroy(sk);
    if (!ok)
        return false;
    ct->ntt = now.ctx->ops->ntt_at_rest;
    ct->scale = 1;
    ct->log_sigma = 10;
    ct->seeded = true;
    he_ciphertext_expand(now.ctx, ct);
    memcpy(he_ct_poly(ct, 0), he_ct_poly(ct, 1), ct->limbs * ct->n * sizeof *ct->data);
    if (he_ciphertext_save(now.ctx, ct, now.bytes[LOAD_SEEDED], seeded, &now.length[LOAD_SEEDED]) !=
        HE_OK)
        return false;
    ct->seeded = false;
    now.length[SAVE] = whole;
    return he_ciphertext_save(now.ctx, ct, now.bytes[LOAD], whole, &now.length[LOAD]) == HE_OK;
}

static void prepare(const row *r)
{
    if (now.n == r->n)
        return;
    clear();
    now.n = r->n;
    he_params p = HE_PARAMS_INIT;
    p.scheme = HE_SCHEME_BFV;
    p.security = HE_SEC_NONE;
    p.n = r->n;
    p.plain_bits = 20;
    memset(p.data_bits, 48, r->limbs);
    he_rng *rng = NULL;
    bool ok = he_context_create(&now.ctx, &p) == HE_OK && he_rng_create_system(&rng) == HE_OK &&
              he_ciphertext_create(now.ctx, &now.ct, 2, he_context_top_level(now.ctx)) == HE_OK &&
              save_all(NULL, NULL, rng);
    he_rng_destroy(rng);
    he_bench_check(ok, "bench_wire: %s", he_last_error());
}

static void run(he_bench_state *state, void *arg)
{
    const row *r = arg;
    prepare(r);
    uint8_t *bytes = now.bytes[r->what];
    size_t length = now.length[r->what];
    bool ok = true;
    while (he_bench_keep_running(state)) {
        he_ciphertext *ct = NULL;
        he_relin_key *rk = NULL;
        if (r->what == SAVE)
            ok &= he_ciphertext_save(now.ctx, now.ct, bytes, length, &length) == HE_OK;
        else if (r->what == LOAD_RELIN)
            ok &= he_relin_key_load(now.ctx, &rk, bytes, length) == HE_OK;
        else
            ok &= he_ciphertext_load(now.ctx, &ct, bytes, length) == HE_OK;
        he_ciphertext_destroy(ct);
        he_relin_key_destroy(rk);
    }
    he_bench_check(ok, "bench_wire: %s", he_last_error());
    he_bench_bytes(state, length);
}

void he_bench_wire(void);

void he_bench_wire(void)
{
    static const row sizes[] = {
        {SAVE, 4096, 2}, {SAVE, 8192, 4}, {SAVE, 16384, 8}, {SAVE, 32768, 15}};
    size_t at = 0;
    for (size_t i = 0; i < 4; i++)
        for (int what = SAVE; what < OPERATIONS; what++) {
            rows[at] = sizes[i];
            rows[at].what = (enum what)what;
            he_bench_register(run, &rows[at], "wire/%s/n=%u/bits=48", names[what], sizes[i].n);
            at++;
        }
}
