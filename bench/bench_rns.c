/* SPDX-License-Identifier: MIT */
/* Base conversion and exact division, with each instruction set by force.  A row is one whole
 * polynomial: k limbs to k others, or k + 1 limbs divided by the last. */
#include "he_bench.h"

#include "core/cpu.h"
#include "core/memory.h"
#include "math/prime.h"
#include "rns/rns.h"
#include <string.h>

#define MAX_LIMBS 16

enum what {
    FAST,
    CENTRED,
    DIVIDE_COEFF,
    DIVIDE_NTT,
    GALOIS,
    COMPOSE,
    OPERATIONS
};

static const char *const names[OPERATIONS] = {"convert_fast", "convert_centred", "divide_coeff",
                                              "divide_ntt",   "galois_coeff",    "compose"};

typedef struct shape {
    size_t n, limbs;
    unsigned bits;
    he_isa isa;
} shape;

typedef struct row {
    enum what what;
    shape shape;
} row;

static row rows[512];

/* What the rows of one shape share; made anew when another shape comes. */
static struct setup {
    shape shape;
    he_rns_prime prime[2 * MAX_LIMBS];
    const he_rns_prime *list[2 * MAX_LIMBS];
    he_rns_conv *conv;
    he_rns_divide *divide;
    he_rns_crt *crt;
    he_arena *arena;
    uint64_t *x, *y, *dropped;
} now;

static void clear(void)
{
    if (now.x == NULL)
        return;
    for (size_t i = 0; i < 2 * now.shape.limbs; i++)
        he_rns_prime_clear(&now.prime[i]);
    he_rns_conv_destroy(now.conv);
    he_rns_divide_destroy(now.divide);
    he_rns_crt_destroy(now.crt);
    he_arena_destroy(now.arena);
    he_free(now.x);
    he_free(now.y);
    he_free(now.dropped);
    memset(&now, 0, sizeof now);
}

static void prepare(const shape *s)
{
    if (now.x != NULL && memcmp(&now.shape, s, sizeof *s) == 0)
        return;
    clear();
    size_t k = s->limbs;
    uint64_t q[2 * MAX_LIMBS];
    bool ok = he_prime_search(q, 2 * k, s->bits, 2 * s->n, NULL, 0) == HE_OK;
    for (size_t i = 0; ok && i < 2 * k; i++) {
        ok = he_rns_prime_init(&now.prime[i], q[i], s->n, s->isa, s->bits) == HE_OK;
        now.list[i] = &now.prime[i];
    }
    now.shape = *s;
    now.x = he_alloc(k * s->n, sizeof *now.x);
    now.y = he_alloc(k * s->n, sizeof *now.y);
    now.dropped = he_alloc(s->n, sizeof *now.dropped);
    ok = ok && now.x != NULL && now.y != NULL && now.dropped != NULL &&
         he_rns_conv_create(&now.conv, now.list, k, now.list + k, k, s->n) == HE_OK &&
         he_rns_divide_create(&now.divide, now.list, k, now.list + k, 1, s->n) == HE_OK &&
         he_rns_crt_create(&now.crt, now.list, k) == HE_OK &&
         he_arena_create(&now.arena, 0) == HE_OK;
    he_bench_check(ok, "bench_rns: %s", he_last_error());
    for (size_t j = 0; j < k * s->n; j++)
        now.x[j] = j * 0x9e3779b97f4a7c15u % q[j / s->n];
}

static void run(he_bench_state *state, void *arg)
{
    const row *r = arg;
    prepare(&r->shape);
    size_t n = r->shape.n, k = r->shape.limbs;
    uint64_t *in[MAX_LIMBS], *out[MAX_LIMBS], residues[MAX_LIMBS], words[MAX_LIMBS + 1];
    for (size_t i = 0; i < k; i++) {
        in[i] = now.x + i * n;
        out[i] = now.y + i * n;
        residues[i] = now.x[i * n + 1];
    }
    const uint64_t *const *from = (const uint64_t *const *)in;
    bool ok = true;
    while (he_bench_keep_running(state)) {
        if (r->what == FAST)
            ok &= he_rns_conv_fast(now.conv, out, from, now.arena) == HE_OK;
        else if (r->what == CENTRED)
            ok &= he_rns_conv_centred(now.conv, out, from, now.arena) == HE_OK;
        else if (r->what == DIVIDE_COEFF)
            ok &= he_rns_divide_coeff(now.divide, now.y, now.x, now.dropped, now.arena) == HE_OK;
        else if (r->what == DIVIDE_NTT)
            ok &= he_rns_divide_ntt(now.divide, now.y, now.x, now.dropped, now.arena) == HE_OK;
        else if (r->what == GALOIS)
            for (size_t i = 0; i < k; i++)
                he_rns_galois_coeff(out[i], in[i], 3, n, &now.prime[i].q);
        else
            for (size_t j = 0; j < n; j++)
                he_rns_crt_compose(now.crt, words, residues);
        he_bench_clobber();
    }
    he_bench_check(ok, "bench_rns: %s", he_last_error());
    he_bench_items(state, n * k);
}

void he_bench_rns(void);

void he_bench_rns(void)
{
    static const struct {
        size_t n, limbs;
    } sizes[] = {{4096, 2}, {8192, 4}, {16384, 8}, {32768, 15}};
    static const unsigned bits[] = {48, 50, 60};
    size_t at = 0;
    for (size_t i = 0; i < 4; i++)
        for (size_t b = 0; b < 3; b++)
            for (int isa = HE_ISA_SCALAR; isa <= HE_ISA_AVX512IFMA; isa++)
                for (int what = FAST; what < OPERATIONS; what++) {
                    const he_vec_kernels *vec = he_vec_select((he_isa)isa, bits[b]);
                    const he_ntt_kernels *ntt = he_ntt_select((he_isa)isa, bits[b]);
                    bool own = he_cpu_has((he_isa)isa) &&
                               (vec->isa == (he_isa)isa || ntt->isa == (he_isa)isa);
                    bool common = what >= GALOIS; /* no kernels in it */
                    if (common ? isa != HE_ISA_SCALAR : !own)
                        continue;
                    row *r = &rows[at++];
                    *r = (row){(enum what)what, {sizes[i].n, sizes[i].limbs, bits[b], (he_isa)isa}};
                    if (common)
                        he_bench_register(run, r, "rns/%s/n=%zu/limbs=%zu/bits=%u", names[what],
                                          sizes[i].n, sizes[i].limbs, bits[b]);
                    else
                        he_bench_register(run, r, "rns/%s/n=%zu/limbs=%zu/bits=%u/isa=%s",
                                          names[what], sizes[i].n, sizes[i].limbs, bits[b],
                                          he_isa_name((he_isa)isa));
                }
}
