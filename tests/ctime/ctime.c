/* SPDX-License-Identifier: MIT */
/* No branch and no address depends on a secret: key generation, encryption, encoding, decryption
 * and decoding run under valgrind with every random byte, every key and every message marked as
 * undefined, so that a jump or an address which depends on one is reported (the method of Langley's
 * ctgrind).  Runs every kernel that valgrind can execute, on the flags of the release build.
 *
 * With the argument "leak" it does branch on a secret, to show that the tool would see it. */
#include "core/cpu.h"
#include "core/ct.h"
#include "core/fenv.h"
#include "rlwe/rlwe.h"

#include <he/he.h>
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

/* What leaves the owner's machine is public. */
static void publish_ciphertext(he_ciphertext *ct)
{
    HE_PUBLIC(ct->data, (size_t)ct->size * ct->limbs * ct->n * sizeof *ct->data);
}

static void publish_key(const he_context *ctx, he_public_key *pk)
{
    size_t words = (ctx->data_count + ctx->special_count) * ctx->n;
    HE_PUBLIC(pk->b, words * sizeof *pk->b);
}

static void encode(const he_context *ctx, he_plaintext *pt, bool secret)
{
    if (he_context_scheme(ctx) == HE_SCHEME_BFV) {
        int64_t values[N];
        for (size_t i = 0; i < N; i++)
            values[i] = (int64_t)(i % 1000) - 500;
        MUST(he_bfv_encode_i64(ctx, pt, values, N));
    } else {
        double values[N / 2];
        for (size_t i = 0; i < N / 2; i++)
            values[i] = (double)i / N - 0.25;
        MUST(he_ckks_encode(ctx, pt, values, N / 2, he_context_top_level(ctx), NULL));
    }
    if (secret)
        HE_SECRET(pt->data, pt->words * sizeof *pt->data);
}

/* Everything that the owner of a key does. */
static void owner(const he_context *ctx)
{
    he_rng *rng = NULL;
    he_secret_key *sk = NULL;
    he_public_key *pk = NULL;
    he_relin_key *rk = NULL;
    he_galois_keys *gk = NULL;
    he_plaintext *pt = NULL, *out = NULL;
    he_ciphertext *ct = NULL;
    const int32_t steps[] = {1, HE_STEP_CONJUGATE};
    MUST(he_rng_create_custom(&rng, secret_bytes, NULL));
    MUST(he_secret_key_create(ctx, &sk, rng));
    MUST(he_public_key_create(ctx, &pk, sk, rng));
    publish_key(ctx, pk);
    MUST(he_relin_key_create(ctx, &rk, sk, rng));
    MUST(he_galois_keys_create(ctx, &gk, sk, steps, 2, rng));
    MUST(he_plaintext_create(ctx, &pt));
    MUST(he_plaintext_create(ctx, &out));
    MUST(he_ciphertext_create(ctx, &ct, 2, he_context_top_level(ctx)));
    encode(ctx, pt, true);

    for (int symmetric = 0; symmetric < 2; symmetric++) {
        if (symmetric)
            MUST(he_encrypt_symmetric(ctx, ct, pt, sk, rng, NULL));
        else
            MUST(he_encrypt(ctx, ct, pt, pk, rng, NULL));
        publish_ciphertext(ct);
        MUST(he_decrypt(ctx, out, ct, sk, HE_NOISE_TRACKED, NULL));
        HE_PUBLIC(out->data, out->words * sizeof *out->data);
        HE_PUBLIC(pt->data, pt->words * sizeof *pt->data);
        if (he_context_scheme(ctx) == HE_SCHEME_BFV &&
            memcmp(pt->data, out->data, N * sizeof *pt->data) != 0) {
            fprintf(stderr, "decryption is wrong\n");
            exit(1);
        }
        HE_SECRET(pt->data, pt->words * sizeof *pt->data);
    }

    he_ciphertext_destroy(ct);
    he_plaintext_destroy(out);
    he_plaintext_destroy(pt);
    he_galois_keys_destroy(gk);
    he_relin_key_destroy(rk);
    he_public_key_destroy(pk);
    he_secret_key_destroy(sk);
    he_rng_destroy(rng);
}

/* What must be reported. */
static void leak(void)
{
    uint8_t secret = 1;
    HE_SECRET(&secret, sizeof secret);
    puts(secret != 0 ? "leak" : "no leak");
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "leak") == 0) {
        leak();
        return 0;
    }
    for (he_isa isa = HE_ISA_SCALAR; isa <= HE_ISA_AVX512IFMA; isa++) {
        if (!he_cpu_has(isa)) {
            printf("%s: not on this machine (valgrind hides what it cannot run)\n",
                   he_isa_name(isa));
            continue;
        }
        for (int scheme = HE_SCHEME_BFV; scheme <= HE_SCHEME_CKKS; scheme++) {
            he_params params = HE_PARAMS_INIT;
            params.scheme = (he_scheme)scheme;
            params.security = HE_SEC_NONE;
            params.n = N;
            params.isa = isa;
            /* a prime for each kind of kernel: below and above 2^50 */
            const uint8_t bits[] = {55, 40, 40};
            memcpy(params.data_bits, bits, sizeof bits);
            params.special_bits[0] = 58;
            if (scheme == HE_SCHEME_BFV)
                params.plain_bits = 20;
            else
                params.scale_bits = 40;
            he_context *ctx = NULL;
            MUST(he_context_create(&ctx, &params));
            owner(ctx);
            printf("%s, %s: done\n", scheme == HE_SCHEME_BFV ? "BFV" : "CKKS", he_isa_name(isa));
            he_context_destroy(ctx);
        }
    }
    return 0;
}
