/* SPDX-License-Identifier: MIT */
/* Samplers and the expansion of public seeds. */
#include "he_bench.h"

#include "core/memory.h"
#include "math/prime.h"
#include "random/sample.h"

enum what {
    TERNARY,
    ERROR,
    EXPAND
};

typedef struct row {
    enum what what;
    size_t n;
    unsigned bits;
} row;

static row rows[64];

static void run(he_bench_state *state, void *arg)
{
    const row *r = arg;
    uint8_t seed[HE_SEED_BYTES] = {1};
    uint64_t q = 0, *words = he_alloc(r->n, sizeof *words);
    int8_t *small = he_alloc(r->n, 1);
    he_rng *rng = NULL;
    bool ok = words != NULL && small != NULL && he_rng_create_system(&rng) == HE_OK;
    if (r->what == EXPAND)
        ok = ok && he_prime_search(&q, 1, r->bits, 2 * r->n, NULL, 0) == HE_OK;
    he_bench_check(ok, "bench_random: %s", he_last_error());
    while (he_bench_keep_running(state)) {
        if (r->what == TERNARY)
            ok &= he_sample_ternary(rng, small, r->n) == HE_OK;
        else if (r->what == ERROR)
            ok &= he_sample_error(rng, small, r->n) == HE_OK;
        else
            he_expand_uniform(words, r->n, q, seed, 0, 0);
        he_bench_clobber();
    }
    he_bench_check(ok, "bench_random: %s", he_last_error());
    he_bench_items(state, r->n);
    he_rng_destroy(rng);
    he_free(words);
    he_free(small);
}

void he_bench_random(void);

void he_bench_random(void)
{
    static const unsigned sizes[] = {30, 48, 50, 60};
    size_t at = 0;
    for (size_t n = 4096; n <= 32768; n *= 2) {
        rows[at] = (row){TERNARY, n, 0};
        he_bench_register(run, &rows[at++], "random/ternary/n=%zu", n);
        rows[at] = (row){ERROR, n, 0};
        he_bench_register(run, &rows[at++], "random/error/n=%zu", n);
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            rows[at] = (row){EXPAND, n, sizes[i]};
            he_bench_register(run, &rows[at++], "random/expand/n=%zu/bits=%u", n, sizes[i]);
        }
    }
}
