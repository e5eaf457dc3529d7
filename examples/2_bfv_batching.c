/* SPDX-License-Identifier: MIT */
/* Example 2: thousands of numbers at once.
 *
 * Where t is a prime that is 1 modulo 2n, a BFV plaintext is a matrix of two rows with n/2 columns,
 * and every operation acts on all of its n slots.  Moving numbers between slots takes keys of its
 * own.  We add up the products of two long vectors: a dot product. */
#include <he/he.h>
#include <inttypes.h>
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
    /* plain_bits asks for the largest batching prime of that many bits.  The sum that we want must
     * stay below t/2 in size: n products of at most 50 * 50 need 26 bits at n = 16384.
     * One multiplication follows, but depth is 2: each doubling of a sum costs up to one bit of
     * noise, and adding up a whole row has a dozen of them.  With depth 1 the bound would leave no
     * budget, and decryption would refuse. */
    he_params params = HE_PARAMS_INIT;
    params.scheme = HE_SCHEME_BFV;
    params.plain_bits = 30;
    params.depth = 2;

    he_context *ctx = NULL;
    must(he_context_create(&ctx, &params));
    const uint32_t slots = he_context_slots(ctx), columns = slots / 2;
    printf("%" PRIu32 " slots: 2 rows of %" PRIu32 "\n", slots, columns);

    /* Rotating by k needs the key for k.  A sum over a row needs the powers of two, and the sum of
     * both rows needs the exchange of rows.  We ask for these and no others: at this size all
     * rotations would take thousands of times the memory. */
    int32_t steps[32];
    size_t count = 0;
    for (uint32_t k = 1; k < columns; k *= 2)
        steps[count++] = (int32_t)k;
    steps[count++] = HE_STEP_CONJUGATE;

    he_rng *rng = NULL;
    he_secret_key *sk = NULL;
    he_relin_key *rk = NULL;
    he_galois_keys *gk = NULL;
    must(he_rng_create_system(&rng));
    must(he_secret_key_create(ctx, &sk, rng));
    must(he_relin_key_create(ctx, &rk, sk, rng));
    must(he_galois_keys_create(ctx, &gk, sk, steps, count, rng));

    /* Owner: two vectors that fill all slots.  He who has the secret key encrypts with it: half of
     * such a ciphertext is the expansion of a seed, and only the seed travels when it is saved. */
    int64_t *x = calloc(slots, sizeof *x), *y = calloc(slots, sizeof *y);
    int64_t *r = calloc(slots, sizeof *r);
    if (x == NULL || y == NULL || r == NULL)
        return 1;
    int64_t expected = 0;
    for (uint32_t i = 0; i < slots; i++) {
        x[i] = (int64_t)(i % 101) - 50;
        y[i] = (int64_t)(i * 7 % 91) - 45;
        expected += x[i] * y[i];
    }
    he_plaintext *pt = NULL;
    he_ciphertext *ct_x = NULL, *ct_y = NULL, *moved = NULL;
    uint32_t top = he_context_top_level(ctx);
    must(he_plaintext_create(ctx, &pt));
    must(he_ciphertext_create(ctx, &ct_x, 2, top));
    must(he_ciphertext_create(ctx, &ct_y, 2, top));
    must(he_ciphertext_create(ctx, &moved, 2, top));
    must(he_bfv_encode_i64(ctx, pt, x, slots));
    must(he_encrypt_symmetric(ctx, ct_x, pt, sk, rng, NULL));
    must(he_bfv_encode_i64(ctx, pt, y, slots));
    must(he_encrypt_symmetric(ctx, ct_y, pt, sk, rng, NULL));

    /* Server: with a scratch, and outputs that have room, the operations do not allocate. */
    he_scratch *scratch = NULL;
    must(he_scratch_create(ctx, &scratch, NULL));

    /* All products in one multiplication. */
    must(he_bfv_multiply(ctx, ct_x, ct_x, ct_y, rk, scratch));

    /* Sum of each row: add the row rotated by half of it, then by a quarter, and so on.  After the
     * last step every slot of a row holds the row's sum. */
    for (uint32_t k = columns / 2; k >= 1; k /= 2) {
        must(he_bfv_rotate_rows(ctx, moved, ct_x, gk, (int32_t)k, scratch));
        must(he_bfv_add(ctx, ct_x, ct_x, moved));
    }
    must(he_bfv_swap_rows(ctx, moved, ct_x, gk, scratch));
    must(he_bfv_add(ctx, ct_x, ct_x, moved));
    printf("budget left: %.1f bits\n", he_ciphertext_budget_bits(ctx, ct_x));

    /* A step without its key is refused, and the sentence names the step. */
    he_status status = he_bfv_rotate_rows(ctx, moved, ct_x, gk, 3, scratch);
    printf("rotating by 3: %s\n", he_last_error());

    /* Owner: every slot has the same number now; one would do. */
    must(he_decrypt(ctx, pt, ct_x, sk, HE_NOISE_TRACKED, scratch));
    must(he_bfv_decode_i64(ctx, r, slots, pt));
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < slots; i++)
        wrong += r[i] != expected;
    printf("dot product of %" PRIu32 " pairs: %" PRId64 ", expected %" PRId64
           ", wrong slots: %" PRIu32 "\n",
           slots, r[0], expected, wrong);

    he_scratch_destroy(scratch);
    he_ciphertext_destroy(moved);
    he_ciphertext_destroy(ct_y);
    he_ciphertext_destroy(ct_x);
    he_plaintext_destroy(pt);
    free(r);
    free(y);
    free(x);
    he_galois_keys_destroy(gk);
    he_relin_key_destroy(rk);
    he_secret_key_destroy(sk);
    he_rng_destroy(rng);
    he_context_destroy(ctx);
    return wrong == 0 && status == HE_ERR_NO_KEY ? 0 : 1;
}
