/* SPDX-License-Identifier: MIT */
/* Example 4: why a computation runs out, and what to do.
 *
 * A CKKS ciphertext has a level: how many rescalings are still possible.  A multiplication squares
 * the scale, and rescaling divides it away again, at the price of one prime, that is one level.  In
 * the default, canonical mode each level has one scale, and the library keeps to it; explicit mode
 * leaves that to the program. */
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

static void show(const char *what, const he_ciphertext *ct)
{
    printf("%-28s level %" PRIu32 ", degree %" PRIu32 ", scale 2^%.3f\n", what,
           he_ciphertext_level(ct), he_ciphertext_degree(ct), log2(he_ciphertext_scale(ct)));
}

/* What both halves of the example need. */
typedef struct tools {
    he_context *ctx;
    he_secret_key *sk;
    he_relin_key *rk;
    he_plaintext *pt;
    he_ciphertext *x, *y;
} tools;

/* x = an encryption of value in the first slot. */
static tools prepare(he_ckks_mode mode, uint32_t depth, double value, he_rng *rng)
{
    tools t = {0};
    he_params params = HE_PARAMS_INIT;
    params.scheme = HE_SCHEME_CKKS;
    params.ckks_mode = mode;
    params.precision_bits = 20;
    params.range_bits = 1;
    params.depth = depth;
    must(he_context_create(&t.ctx, &params));
    uint32_t top = he_context_top_level(t.ctx);
    must(he_secret_key_create(t.ctx, &t.sk, rng));
    must(he_relin_key_create(t.ctx, &t.rk, t.sk, rng));
    must(he_plaintext_create(t.ctx, &t.pt));
    must(he_ciphertext_create(t.ctx, &t.x, 2, top));
    must(he_ciphertext_create(t.ctx, &t.y, 2, top));
    must(he_ckks_encode(t.ctx, t.pt, &value, 1, top, NULL));
    must(he_encrypt_symmetric(t.ctx, t.x, t.pt, t.sk, rng, NULL));
    return t;
}

static double reveal(const tools *t, const he_ciphertext *ct)
{
    double value = 0;
    must(he_decrypt(t->ctx, t->pt, ct, t->sk, HE_NOISE_TRACKED, NULL));
    must(he_ckks_decode(t->ctx, &value, 1, t->pt, NULL));
    return value;
}

static void release(tools *t)
{
    he_ciphertext_destroy(t->y);
    he_ciphertext_destroy(t->x);
    he_plaintext_destroy(t->pt);
    he_relin_key_destroy(t->rk);
    he_secret_key_destroy(t->sk);
    he_context_destroy(t->ctx);
}

int main(void)
{
    const double value = 0.9;
    bool right = true;
    he_rng *rng = NULL;
    must(he_rng_create_system(&rng));

    /* Canonical mode, depth 2: x, x^2, x^4, and no further. */
    puts("canonical mode, depth 2");
    tools t = prepare(HE_CKKS_CANONICAL, 2, value, rng);
    show("x", t.x);
    must(he_ckks_square(t.ctx, t.y, t.x, t.rk, NULL));
    show("x^2", t.y);

    /* x^2 + x: operands at different levels.  The higher one is brought down to the lower, at that
     * level's scale; there is no such thing as a scale that does not fit. */
    must(he_ckks_add(t.ctx, t.y, t.y, t.x, NULL));
    show("x^2 + x", t.y);
    must(he_ckks_square(t.ctx, t.y, t.y, t.rk, NULL));
    show("(x^2 + x)^2", t.y);
    double expected = pow(value * value + value, 2);
    printf("%.6f, expected %.6f\n", reveal(&t, t.y), expected);
    right = right && fabs(reveal(&t, t.y) - expected) < 1e-5;

    /* At level 0 there is nothing left to divide by. */
    he_status status = he_ckks_square(t.ctx, t.y, t.y, t.rk, NULL);
    printf("one more square: %s\n", he_last_error());
    right = right && status == HE_ERR_LEVEL;
    release(&t);

    /* What to do?  First: ask for more depth.  It costs time and memory in every operation, since
     * ciphertexts have more primes, and n grows when the security table demands it. */
    puts("\ncanonical mode, depth 3");
    t = prepare(HE_CKKS_CANONICAL, 3, value, rng);
    printf("n = %" PRIu32 ", log2(QP) = %.1f\n", he_context_n(t.ctx), he_context_log_qp(t.ctx));

    /* Second: multiply in a tree.  x^8 by three squarings takes three levels; multiplying by x
     * seven times would take seven. */
    must(he_ckks_square(t.ctx, t.y, t.x, t.rk, NULL));
    must(he_ckks_square(t.ctx, t.y, t.y, t.rk, NULL));
    must(he_ckks_square(t.ctx, t.y, t.y, t.rk, NULL));
    show("x^8", t.y);
    printf("%.6f, expected %.6f\n", reveal(&t, t.y), pow(value, 8));
    right = right && fabs(reveal(&t, t.y) - pow(value, 8)) < 1e-5;

    /* Third: rescale once for many products.  Their sum at the squared scale (degree 2) costs one
     * rescaling and one level together: x x + x x here. */
    he_ciphertext *sum = NULL;
    must(he_ciphertext_create(t.ctx, &sum, 2, he_context_top_level(t.ctx)));
    must(he_ckks_multiply_norescale(t.ctx, t.y, t.x, t.x, t.rk, NULL));
    must(he_ckks_add(t.ctx, sum, t.y, t.y, NULL));
    show("x x + x x, not rescaled", sum);
    must(he_ckks_rescale(t.ctx, sum, sum, NULL));
    show("rescaled", sum);
    right = right && fabs(reveal(&t, sum) - 2 * value * value) < 1e-5;
    he_ciphertext_destroy(sum);
    release(&t);

    /* Explicit mode: scales are what the operations made of them.  A sum of x^2 and x is refused,
     * and the sentence has both scales in it. */
    puts("\nexplicit mode, depth 2");
    t = prepare(HE_CKKS_EXPLICIT, 2, value, rng);
    must(he_ckks_multiply(t.ctx, t.y, t.x, t.x, t.rk, NULL));
    show("x^2", t.y);
    status = he_ckks_add(t.ctx, t.y, t.y, t.x, NULL);
    printf("x^2 + x: %s\n", he_last_error());
    right = right && status == HE_ERR_SCALE;
    must(he_ckks_rescale(t.ctx, t.y, t.y, NULL));
    show("x^2, rescaled", t.y);
    right = right && fabs(reveal(&t, t.y) - value * value) < 1e-5;
    release(&t);

    he_rng_destroy(rng);
    return right ? 0 : 1;
}
