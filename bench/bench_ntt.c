/* SPDX-License-Identifier: MIT */
/* ntt/forward and ntt/inverse: one limb, canonical in and out, every kernel by force, beside the
 * frozen baseline. */
#include "baseline_ntt.h"
#include "he_bench.h"

#include "core/cpu.h"
#include "core/memory.h"
#include "math/prime.h"
#include "ntt/ntt.h"

#include <string.h>

typedef struct row {
    const he_ntt_kernels *kernels; /* NULL: the baseline */
    size_t n;
    unsigned bits;
    bool inverse;
    he_ntt *t;
    baseline_ntt *baseline;
    uint64_t *a;
} row;

/* Transforms, the input, and the proof that what is timed is the transform: the baseline's bits. */
static void prepare(row *r)
{
    uint64_t prime;
    he_modulus q;
    he_bench_check(he_prime_search(&prime, 1, r->bits, 2 * r->n, NULL, 0) == HE_OK &&
                       he_modulus_init(&q, prime) == HE_OK,
                   "bench_ntt: %s", he_last_error());
    const he_ntt_kernels *kernels = r->kernels == NULL ? &he_ntt_kernels_scalar : r->kernels;
    he_bench_check(he_ntt_create(&r->t, kernels, &q, r->n) == HE_OK, "bench_ntt: %s",
                   he_last_error());
    baseline_ntt *baseline = he_baseline_ntt_create(prime, r->t->psi, r->n);
    r->a = he_alloc(r->n, sizeof *r->a);
    uint64_t *expected = he_alloc(r->n, sizeof *expected);
    he_bench_check(baseline != NULL && r->a != NULL && expected != NULL, "bench_ntt: no memory");
    uint64_t x = 1;
    for (size_t i = 0; i < r->n; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        r->a[i] = expected[i] = he_mod_reduce(x, &q);
    }
    he_baseline_ntt_forward(baseline, expected);
    he_ntt_forward(r->t, r->a);
    he_bench_check(memcmp(r->a, expected, r->n * sizeof *r->a) == 0,
                   "bench_ntt: %s is not the baseline's transform", kernels->name);
    he_baseline_ntt_inverse(baseline, expected);
    he_ntt_inverse(r->t, r->a);
    he_bench_check(memcmp(r->a, expected, r->n * sizeof *r->a) == 0,
                   "bench_ntt: %s is not the baseline's inverse", kernels->name);
    he_free(expected);
    if (r->kernels == NULL) {
        r->baseline = baseline;
        return;
    }
    he_baseline_ntt_destroy(baseline);
}

static void transform(he_bench_state *state, void *arg)
{
    row *r = arg;
    if (r->a == NULL)
        prepare(r);
    if (r->baseline != NULL && r->inverse)
        while (he_bench_keep_running(state))
            he_baseline_ntt_inverse(r->baseline, r->a);
    else if (r->baseline != NULL)
        while (he_bench_keep_running(state))
            he_baseline_ntt_forward(r->baseline, r->a);
    else if (r->inverse)
        while (he_bench_keep_running(state))
            r->kernels->inverse(r->t, r->a);
    else
        while (he_bench_keep_running(state))
            r->kernels->forward(r->t, r->a);
    he_bench_items(state, r->n);
}

void he_bench_ntt(void);

void he_bench_ntt(void)
{
    static const unsigned bits[] = {48, 50, 60};
    static const char *const names[] = {"forward", "inverse"};
    enum {
        SIZES = 4,
        BITS = 3,
        KERNELS = 8
    };
    static row rows[2 * SIZES * BITS * KERNELS];
    size_t count, used = 0;
    const he_ntt_kernels *const *all = he_ntt_all(&count);
    for (int inverse = 0; inverse < 2; inverse++)
        for (size_t b = 0; b < BITS; b++)
            for (size_t n = 4096; n <= 4096u << (SIZES - 1); n *= 2)
                for (size_t k = 0; k <= count && k < KERNELS; k++) {
                    const he_ntt_kernels *kernels = k == 0 ? NULL : all[k - 1];
                    if (kernels != NULL &&
                        (bits[b] > kernels->max_bits || !he_cpu_has(kernels->isa)))
                        continue;
                    row *r = &rows[used++];
                    *r = (row){.kernels = kernels, .n = n, .bits = bits[b], .inverse = inverse};
                    he_bench_register(transform, r, "ntt/%s/n=%zu/bits=%u/isa=%s", names[inverse],
                                      n, bits[b], kernels == NULL ? "baseline" : kernels->name);
                }
}
