/* SPDX-License-Identifier: MIT */
/* No branch and no address depends on a secret: samplers, key generation, encoding, encryption,
 * decryption, decoding and evaluation run under valgrind with every random byte, every key and
 * every message marked as undefined, so that a jump or an address which depends on one is reported
 * (the method of Langley's ctgrind).  Runs every kernel that valgrind can execute, on the flags of
 * the release build.
 *
 * With the argument "leak" and a name it does branch on a secret, to show that the tool would see
 * it there: on a key, on residues of a plaintext, a ciphertext or a decrypted plaintext, or on a
 * decoded value. */
#include "core/cpu.h"
#include "core/ct.h"
#include "random/sample.h"
#include "rlwe/rlwe.h"

#include <he/he.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef HE_CTIME_VALGRIND
#error "this program means nothing without HE_CTIME=valgrind"
#endif

#define N 2048

static void must(const char *what, he_status status)
{
    /* A status is public: it is the same for all secrets, or the branches in it were reported. */
    if (status != HE_OK) {
        fprintf(stderr, "%s: %s\n", what, he_last_error());
        exit(1);
    }
}
#define MUST(call) must(#call, call)

static void check(bool right, const char *what)
{
    if (!right) {
        fprintf(stderr, "%s is wrong\n", what);
        exit(1);
    }
}

/* Random bytes that valgrind takes for undefined. */
static int secret_bytes(void *user, void *out, size_t length)
{
    static uint64_t state = 1;
    uint8_t *bytes = out;
    (void)user;
    for (size_t i = 0; i < length; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        bytes[i] = (uint8_t)(state >> 56);
    }
    HE_SECRET(out, length);
    return 0;
}

/* One party with all that it owns. */
typedef struct owner {
    const he_context *ctx;
    he_rng *rng;
    he_secret_key *sk;
    he_public_key *pk;
    he_relin_key *rk;
    he_galois_keys *gk;
    he_plaintext *pt, *out;
    he_ciphertext *ct, *product;
} owner;

/* --- Samplers and keys ------------------------------------------------------------------------ */

static void sample(he_rng *rng)
{
    int8_t s[N + 3];
    uint8_t bytes[N];
    MUST(he_sample_ternary(rng, s, sizeof s));
    MUST(he_sample_error(rng, s, sizeof s));
    MUST(he_rng_bytes(rng, bytes, 7));
    MUST(he_rng_bytes(rng, bytes, sizeof bytes));
}

/* What leaves the owner's machine is public. */
static void publish_switch_key(const he_context *ctx, he_switch_key *key)
{
    size_t words = key->digits * (ctx->data_count + ctx->special_count) * ctx->n;
    HE_PUBLIC(key->b, words * sizeof *key->b);
}

/* The secret key through its bytes, which are as secret as it is. */
static void save_and_load(const owner *o)
{
    size_t size = he_secret_key_save_size(o->ctx), length = 0;
    uint8_t *bytes = malloc(size);
    he_secret_key *again = NULL;
    check(bytes != NULL, "memory");
    MUST(he_secret_key_save(o->ctx, o->sk, bytes, size, &length));
    MUST(he_secret_key_load(o->ctx, &again, bytes, length));
    he_secret_key_destroy(again);
    free(bytes);
}

static void open_owner(owner *o, const he_context *ctx, bool seeded)
{
    const int32_t steps[] = {1, HE_STEP_CONJUGATE};
    uint8_t seed[HE_SEED_BYTES] = {1};
    *o = (owner){.ctx = ctx};
    HE_SECRET(seed, sizeof seed);
    if (seeded)
        MUST(he_rng_create_seeded(&o->rng, seed));
    else
        MUST(he_rng_create_custom(&o->rng, secret_bytes, NULL));
    sample(o->rng);
    MUST(he_secret_key_create(ctx, &o->sk, o->rng));
    save_and_load(o);
    MUST(he_public_key_create(ctx, &o->pk, o->sk, o->rng));
    HE_PUBLIC(o->pk->b, (ctx->data_count + ctx->special_count) * ctx->n * sizeof *o->pk->b);
    MUST(he_relin_key_create(ctx, &o->rk, o->sk, o->rng));
    publish_switch_key(ctx, &o->rk->key);
    MUST(he_galois_keys_create(ctx, &o->gk, o->sk, steps, 2, o->rng));
    for (size_t i = 0; i < o->gk->count; i++)
        publish_switch_key(ctx, &o->gk->keys[i]);
    MUST(he_plaintext_create(ctx, &o->pt));
    MUST(he_plaintext_create(ctx, &o->out));
    MUST(he_ciphertext_create(ctx, &o->ct, 2, he_context_top_level(ctx)));
    MUST(he_ciphertext_create(ctx, &o->product, 3, he_context_top_level(ctx)));
}

static void close_owner(owner *o)
{
    he_ciphertext_destroy(o->product);
    he_ciphertext_destroy(o->ct);
    he_plaintext_destroy(o->out);
    he_plaintext_destroy(o->pt);
    he_galois_keys_destroy(o->gk);
    he_relin_key_destroy(o->rk);
    he_public_key_destroy(o->pk);
    he_secret_key_destroy(o->sk);
    he_rng_destroy(o->rng);
}

/* --- Encryption and decryption ---------------------------------------------------------------- */

/* Residues of a ciphertext are random to whoever has no key: to evaluation they are contents, on
 * which nothing may depend either, so they stay secret. */
static void encrypt_and_decrypt(owner *o, bool public_key)
{
    if (public_key)
        MUST(he_encrypt(o->ctx, o->ct, o->pt, o->pk, o->rng, NULL));
    else
        MUST(he_encrypt_symmetric(o->ctx, o->ct, o->pt, o->sk, o->rng, NULL));
    MUST(he_decrypt(o->ctx, o->out, o->ct, o->sk, HE_NOISE_TRACKED, NULL));
}

/* valgrind 3.19 rounds -(a b) + c as -(a b - c): where that is a zero it has the wrong sign, and
 * the kernels in doubles then give q in its place.  So residues are compared modulo t. */

/* --- BFV -------------------------------------------------------------------------------------- */

static void bfv_forms(owner *o)
{
    const uint64_t t = he_context_plain_modulus(o->ctx);
    int64_t in[N], out[N];
    uint64_t words[N], back[N];
    for (size_t i = 0; i < N; i++) {
        in[i] = (int64_t)(i * i % t) - (int64_t)(t / 2);
        words[i] = i * i % t;
    }
    HE_SECRET(in, sizeof in);
    HE_SECRET(words, sizeof words);
    for (int public_key = 0; public_key < 2; public_key++) {
        MUST(he_bfv_encode_i64(o->ctx, o->pt, in, N));
        encrypt_and_decrypt(o, public_key);
        MUST(he_bfv_decode_i64(o->ctx, out, N, o->out));
        HE_PUBLIC(out, sizeof out);
        for (size_t i = 0; i < N; i++)
            check(out[i] == (int64_t)(i * i % t) - (int64_t)(t / 2), "a signed slot");

        MUST(he_bfv_encode_u64(o->ctx, o->pt, words, N));
        encrypt_and_decrypt(o, public_key);
        MUST(he_bfv_decode_u64(o->ctx, back, N, o->out));
        HE_PUBLIC(back, sizeof back);
        for (size_t i = 0; i < N; i++)
            check(back[i] % t == i * i % t, "a slot");

        MUST(he_bfv_encode_coefficients(o->ctx, o->pt, words, N));
        encrypt_and_decrypt(o, public_key);
        MUST(he_bfv_decode_coefficients(o->ctx, back, N, o->out));
        HE_PUBLIC(back, sizeof back);
        for (size_t i = 0; i < N; i++)
            check(back[i] % t == i * i % t, "a coefficient");
    }
    MUST(he_bfv_encode_u64(o->ctx, o->pt, words, N));
    MUST(he_encrypt(o->ctx, o->ct, o->pt, o->pk, o->rng, NULL));
}

/* From a fresh encryption of squares in slots: every operation, and a product of three polynomials
 * to decrypt. */
static void bfv_evaluate(owner *o)
{
    const he_context *c = o->ctx;
    const uint64_t t = he_context_plain_modulus(c);
    he_ciphertext *a = o->ct, *r = o->product;
    uint64_t out[N];
    MUST(he_bfv_add(c, r, a, a));
    MUST(he_bfv_sub(c, r, r, a));
    MUST(he_bfv_negate(c, r, r));
    MUST(he_bfv_add_plain(c, r, r, o->pt));
    MUST(he_bfv_sub_plain(c, r, r, o->pt));
    MUST(he_bfv_multiply_plain(c, r, a, o->pt, NULL));
    MUST(he_bfv_square(c, r, a, o->rk, NULL));
    MUST(he_bfv_rotate_rows(c, r, r, o->gk, 1, NULL));
    MUST(he_bfv_swap_rows(c, r, r, o->gk, NULL));
    MUST(he_mod_switch(c, r, r, 0, NULL));
    MUST(he_bfv_multiply(c, r, a, a, o->rk, NULL));
    MUST(he_bfv_sub(c, r, a, r));
    MUST(he_bfv_multiply(c, r, r, a, NULL, NULL));
    MUST(he_decrypt(c, o->out, r, o->sk, HE_NOISE_TRACKED, NULL));
    MUST(he_bfv_decode_u64(c, out, N, o->out));
    HE_PUBLIC(out, sizeof out);
    for (size_t i = 0; i < N; i++) {
        uint64_t x = i * i % t, square = x * x % t;
        check(out[i] % t == (x + t - square) % t * x % t, "a BFV product");
    }
    MUST(he_relinearize(c, r, r, o->rk, NULL));
}

/* --- CKKS ------------------------------------------------------------------------------------- */

/* Values within the range, beyond it, and beyond what a word holds. */
static void ckks_forms(owner *o)
{
    const uint32_t top = he_context_top_level(o->ctx);
    const double sizes[] = {1, 100, 0x1p40};
    double in[N], out[N];
    for (size_t s = 0; s < 3; s++)
        for (int public_key = 0; public_key < 2; public_key++) {
            for (size_t i = 0; i < N; i++)
                in[i] = ((double)i / N - 0.25) * sizes[s];
            HE_SECRET(in, sizeof in);
            MUST(he_ckks_encode(o->ctx, o->pt, in, N / 2, top, NULL));
            encrypt_and_decrypt(o, public_key);
            MUST(he_ckks_decode(o->ctx, out, N / 2, o->out, NULL));
            HE_PUBLIC(out, sizeof out);
            for (size_t i = 0; i < N / 2; i++)
                check(fabs(out[i] - ((double)i / N - 0.25) * sizes[s]) < 0x1p-16 * sizes[s],
                      "a real slot");

            MUST(he_ckks_encode_complex(o->ctx, o->pt, in, N / 2, top, NULL));
            encrypt_and_decrypt(o, public_key);
            MUST(he_ckks_decode_complex(o->ctx, out, N / 2, o->out, NULL));
            HE_PUBLIC(out, sizeof out);
            for (size_t i = 0; i < N; i++)
                check(fabs(out[i] - ((double)i / N - 0.25) * sizes[s]) < 0x1p-16 * sizes[s],
                      "a complex slot");
            double scalar = -sizes[s];
            HE_SECRET(&scalar, sizeof scalar);
            MUST(he_ckks_encode_scalar(o->ctx, o->pt, scalar, top));
        }
    HE_SECRET(in, sizeof in);
    for (size_t i = 0; i < N / 2; i++)
        in[i] = (double)i / N - 0.25;
    HE_SECRET(in, sizeof in);
    MUST(he_ckks_encode(o->ctx, o->pt, in, N / 2, 0, NULL));
    MUST(he_encrypt(o->ctx, o->ct, o->pt, o->pk, o->rng, NULL));
    MUST(he_ckks_encode(o->ctx, o->pt, in, N / 2, top, NULL));
    MUST(he_encrypt(o->ctx, o->ct, o->pt, o->pk, o->rng, NULL));
}

static void ckks_evaluate(owner *o)
{
    const he_context *c = o->ctx;
    he_ciphertext *a = o->ct, *r = o->product;
    double out[N / 2], value = 1.5;
    HE_SECRET(&value, sizeof value);
    MUST(he_ckks_add(c, r, a, a, NULL));
    MUST(he_ckks_sub(c, r, r, a, NULL));
    MUST(he_ckks_negate(c, r, r));
    MUST(he_ckks_add_plain(c, r, r, o->pt));
    MUST(he_ckks_sub_plain(c, r, r, o->pt));
    MUST(he_ckks_add_scalar(c, r, r, value));
    MUST(he_ckks_multiply_plain(c, r, a, o->pt, NULL));
    MUST(he_ckks_square(c, r, r, o->rk, NULL));
    MUST(he_ckks_rotate(c, r, r, o->gk, 1, NULL));
    MUST(he_ckks_conjugate(c, r, r, o->gk, NULL));
    MUST(he_mod_switch(c, r, a, 0, NULL));
    MUST(he_ckks_multiply(c, r, a, a, o->rk, NULL));
    MUST(he_ckks_sub(c, r, a, r, NULL));
    MUST(he_ckks_multiply_norescale(c, r, r, a, NULL, NULL));
    MUST(he_ckks_rescale(c, r, r, NULL));
    MUST(he_decrypt(c, o->out, r, o->sk, HE_NOISE_TRACKED, NULL));
    MUST(he_ckks_decode(c, out, N / 2, o->out, NULL));
    HE_PUBLIC(out, sizeof out);
    for (size_t i = 0; i < N / 2; i++) {
        double x = (double)i / N - 0.25;
        check(fabs(out[i] - (x - x * x) * x) < 0x1p-16, "a CKKS product");
    }
    MUST(he_relinearize(c, r, r, o->rk, NULL));
}

/* ---------------------------------------------------------------------------------------------- */

static he_context *make_context(he_scheme scheme, he_isa isa)
{
    /* primes for each kind of kernel, below and above 2^50 */
    const uint8_t bits[] = {55, 40, 40};
    he_params params = HE_PARAMS_INIT;
    params.scheme = scheme;
    params.security = HE_SEC_NONE;
    params.n = N;
    params.isa = isa;
    memcpy(params.data_bits, bits, sizeof bits);
    params.special_bits[0] = 58;
    if (scheme == HE_SCHEME_BFV)
        params.plain_bits = 14;
    else
        params.scale_bits = 40;
    he_context *ctx = NULL;
    MUST(he_context_create(&ctx, &params));
    return ctx;
}

static void run(he_scheme scheme, he_isa isa)
{
    he_context *ctx = make_context(scheme, isa);
    for (int seeded = 0; seeded < 2; seeded++) {
        owner o;
        open_owner(&o, ctx, seeded);
        if (scheme == HE_SCHEME_BFV) {
            bfv_forms(&o);
            bfv_evaluate(&o);
        } else {
            ckks_forms(&o);
            ckks_evaluate(&o);
        }
        close_owner(&o);
    }
    he_context_destroy(ctx);
    printf("%s, %s: done\n", scheme == HE_SCHEME_BFV ? "BFV" : "CKKS", he_isa_name(isa));
}

/* --- What must be reported -------------------------------------------------------------------- */

static void __attribute__((noinline)) branch(bool secret)
{
    if (secret)
        puts("a jump");
}

static void leak(const char *where)
{
    he_context *ctx = make_context(HE_SCHEME_CKKS, HE_ISA_AUTO);
    owner o;
    double values[N / 2] = {1}, out[N / 2];
    open_owner(&o, ctx, false);
    HE_SECRET(values, sizeof values);
    MUST(he_ckks_encode(ctx, o.pt, values, N / 2, he_context_top_level(ctx), NULL));
    encrypt_and_decrypt(&o, true);
    MUST(he_ckks_decode(ctx, out, N / 2, o.out, NULL));
    const struct {
        const char *name;
        const uint64_t *word;
    } places[] = {
        {"key", o.sk->ntt + 7},
        {"plaintext", o.pt->data + 7},
        {"ciphertext", o.ct->data + 7},
        {"decrypted", o.out->data + 7},
    };
    if (strcmp(where, "decoded") == 0)
        branch(out[7] > 0);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (strcmp(where, places[i].name) == 0)
            branch((*places[i].word & 1) != 0);
    close_owner(&o);
    he_context_destroy(ctx);
}

int main(int argc, char **argv)
{
    check(RUNNING_ON_VALGRIND, "a run without valgrind");
    if (argc > 2 && strcmp(argv[1], "leak") == 0) {
        leak(argv[2]);
        return 0;
    }
    for (he_isa isa = HE_ISA_SCALAR; isa <= HE_ISA_AVX512IFMA; isa++) {
        if (!he_cpu_has(isa)) {
            printf("%s: not on this machine (valgrind hides what it cannot run)\n",
                   he_isa_name(isa));
            continue;
        }
        run(HE_SCHEME_BFV, isa);
        run(HE_SCHEME_CKKS, isa);
    }
    return 0;
}
