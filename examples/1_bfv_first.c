/* SPDX-License-Identifier: MIT */
/* Example 1: two whole numbers are multiplied by somebody who cannot read them.
 *
 * BFV computes with integers modulo t, exactly.  The owner of the data makes the keys, encrypts and
 * decrypts; the server computes.  Here both are in one program, and comments say who is who. */
#include <he/he.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Every function that can fail returns a status, and he_last_error() has the sentence for it. */
static void must(he_status status)
{
    if (status != HE_OK) {
        fprintf(stderr, "%s: %s\n", he_status_text(status), he_last_error());
        exit(1);
    }
}

int main(void)
{
    /* Parameters.  We say what we need, and the smallest sound choice is made: a plaintext modulus
     * t of 24 bits, so that results up to t/2 in size are right, and room for one multiplication.
     * n and the primes of the ciphertexts follow; the security table is checked on their
     * product. */
    he_params params = HE_PARAMS_INIT;
    params.scheme = HE_SCHEME_BFV;
    params.plain_bits = 24;
    params.depth = 1;

    /* The context is everything that follows from the parameters.  Server and owner make the same
     * one.  It never changes, and any number of threads may use it. */
    he_context *ctx = NULL;
    must(he_context_create(&ctx, &params));
    printf("n = %" PRIu32 ", t = %" PRIu64 ", log2(QP) = %.1f of %u bits allowed, %s\n",
           he_context_n(ctx), he_context_plain_modulus(ctx), he_context_log_qp(ctx),
           he_security_max_bits(he_context_security(ctx), he_context_n(ctx)),
           he_security_name(he_context_security(ctx)));

    /* Owner: keys.  The secret key stays with the owner.  Everybody may have the other two: the
     * public key encrypts, and the relinearization key brings a product back to the size of its
     * factors. */
    he_rng *rng = NULL;
    he_secret_key *sk = NULL;
    he_public_key *pk = NULL;
    he_relin_key *rk = NULL;
    must(he_rng_create_system(&rng));
    must(he_secret_key_create(ctx, &sk, rng));
    must(he_public_key_create(ctx, &pk, sk, rng));
    must(he_relin_key_create(ctx, &rk, sk, rng));

    /* Owner: encode and encrypt.  A plaintext holds a number in each of its slots; we use the first
     * and leave the others zero (example 2 uses them all). */
    const int64_t a = 1234, b = -567;
    he_plaintext *pt = NULL;
    he_ciphertext *ct_a = NULL, *ct_b = NULL;
    uint32_t top = he_context_top_level(ctx);
    must(he_plaintext_create(ctx, &pt));
    must(he_ciphertext_create(ctx, &ct_a, 2, top));
    must(he_ciphertext_create(ctx, &ct_b, 2, top));
    must(he_bfv_encode_i64(ctx, pt, &a, 1));
    must(he_encrypt(ctx, ct_a, pt, pk, rng, NULL));
    must(he_bfv_encode_i64(ctx, pt, &b, 1));
    must(he_encrypt(ctx, ct_b, pt, pk, rng, NULL));

    /* Every ciphertext carries noise, and every operation adds some.  The budget says, in bits, how
     * much may still be added before decryption would go wrong.  It is computed from public
     * numbers: no key is needed to ask. */
    printf("budget of a fresh ciphertext: %.1f bits\n", he_ciphertext_budget_bits(ctx, ct_a));

    /* Server: r = a b + a, without any secret.  The result may be written over an operand.  The
     * last argument is room to work in; NULL means that the call allocates its own. */
    he_ciphertext *ct_r = NULL;
    must(he_ciphertext_create(ctx, &ct_r, 2, top));
    must(he_bfv_multiply(ctx, ct_r, ct_a, ct_b, rk, NULL));
    printf("budget after a multiplication: %.1f bits\n", he_ciphertext_budget_bits(ctx, ct_r));
    must(he_bfv_add(ctx, ct_r, ct_r, ct_a));

    /* Owner: decrypt, by the noise bound that was tracked all along, and decode. */
    int64_t r = 0;
    must(he_decrypt(ctx, pt, ct_r, sk, HE_NOISE_TRACKED, NULL));
    must(he_bfv_decode_i64(ctx, &r, 1, pt));
    printf("%" PRId64 " * %" PRId64 " + %" PRId64 " = %" PRId64 "\n", a, b, a, r);

    /* What _create made, _destroy takes.  Secrets are wiped. */
    he_ciphertext_destroy(ct_r);
    he_ciphertext_destroy(ct_b);
    he_ciphertext_destroy(ct_a);
    he_plaintext_destroy(pt);
    he_relin_key_destroy(rk);
    he_public_key_destroy(pk);
    he_secret_key_destroy(sk);
    he_rng_destroy(rng);
    he_context_destroy(ctx);

    return r == a * b + a ? 0 : 1;
}
