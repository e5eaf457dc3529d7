/* SPDX-License-Identifier: MIT */
/* Example 3: real numbers.
 *
 * CKKS computes with n/2 real or complex numbers at once, approximately: the noise of encryption is
 * an error of the result, like the rounding of floating-point numbers.  We evaluate
 * 0.25 x^2 - 1.5 x + 2 at thousands of encrypted points and look at the error. */
#include <he/he.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void must(he_status status)
{
    if (status != HE_OK) {
        fprintf(stderr, "%s: %s\n", he_status_text(status), he_last_error());
        exit(1);
    }
}

int main(void)
{
    /* We ask for 25 bits after the point once two multiplications are done, for values below 2^3 in
     * size.  The scale, by which numbers are multiplied before they are rounded to integers,
     * follows from that. */
    he_params params = HE_PARAMS_INIT;
    params.scheme = HE_SCHEME_CKKS;
    params.precision_bits = 25;
    params.range_bits = 3;
    params.depth = 2;

    he_context *ctx = NULL;
    must(he_context_create(&ctx, &params));
    const uint32_t slots = he_context_slots(ctx), top = he_context_top_level(ctx);
    printf("n = %" PRIu32 ", %" PRIu32 " slots, levels %" PRIu32 " to 0, scale 2^%.2f\n",
           he_context_n(ctx), slots, top, log2(he_context_scale(ctx, top)));

    he_rng *rng = NULL;
    he_secret_key *sk = NULL;
    he_public_key *pk = NULL;
    he_relin_key *rk = NULL;
    must(he_rng_create_system(&rng));
    must(he_secret_key_create(ctx, &sk, rng));
    must(he_public_key_create(ctx, &pk, sk, rng));
    must(he_relin_key_create(ctx, &rk, sk, rng));

    /* Owner: points between -2 and 2.  Encoding takes the level at which the plaintext will be
     * used: the top, for what is to be encrypted. */
    double *x = calloc(slots, sizeof *x), *r = calloc(slots, sizeof *r);
    if (x == NULL || r == NULL)
        return 1;
    for (uint32_t i = 0; i < slots; i++)
        x[i] = 4.0 * i / slots - 2.0;
    he_plaintext *pt = NULL;
    he_ciphertext *ct_x = NULL, *ct_r = NULL;
    must(he_plaintext_create(ctx, &pt));
    must(he_ciphertext_create(ctx, &ct_x, 2, top));
    must(he_ciphertext_create(ctx, &ct_r, 2, top));
    must(he_ckks_encode(ctx, pt, x, slots, top, NULL));
    must(he_encrypt(ctx, ct_x, pt, pk, rng, NULL));

    /* Server: (0.25 x - 1.5) x + 2.  Each multiplication relinearizes and rescales, and its result
     * is one level down; numbers in the clear need no encoding when they are the same in all slots.
     * The two factors of the second product are at different levels: the higher one is
     * adjusted. */
    must(he_ckks_multiply_scalar(ctx, ct_r, ct_x, 0.25, NULL));
    must(he_ckks_add_scalar(ctx, ct_r, ct_r, -1.5));
    must(he_ckks_multiply(ctx, ct_r, ct_r, ct_x, rk, NULL));
    must(he_ckks_add_scalar(ctx, ct_r, ct_r, 2.0));
    printf("the result is at level %" PRIu32 "\n", he_ciphertext_level(ct_r));

    /* Owner: decrypt and decode.  The bound that the ciphertext carries says how large the error of
     * one coefficient can be; a slot's error is a sum of many, and typically far smaller than the
     * sum of their bounds. */
    must(he_decrypt(ctx, pt, ct_r, sk, HE_NOISE_TRACKED, NULL));
    must(he_ckks_decode(ctx, r, slots, pt, NULL));
    double greatest = 0;
    for (uint32_t i = 0; i < slots; i++)
        greatest = fmax(greatest, fabs(r[i] - ((0.25 * x[i] - 1.5) * x[i] + 2.0)));
    printf("at x = %.3f: %.9f\n", x[slots / 3], r[slots / 3]);
    printf("greatest error: %.2g = 2^%.1f\n", greatest, log2(greatest));

    he_ciphertext_destroy(ct_r);
    he_ciphertext_destroy(ct_x);
    he_plaintext_destroy(pt);
    free(r);
    free(x);
    he_relin_key_destroy(rk);
    he_public_key_destroy(pk);
    he_secret_key_destroy(sk);
    he_rng_destroy(rng);
    he_context_destroy(ctx);

    /* What we asked for, and not more by far: an error of zero would mean that nothing was
     * encrypted. */
    return greatest > 0 && greatest < 0x1p-25 ? 0 : 1;
}
