/* SPDX-License-Identifier: MIT */
/* Contexts: creation with given sizes, and the selection of parameters by depth. */
#include "he_bench.h"
#include "rlwe_bench.h"

#include "core/cpu.h"

typedef struct row {
    uint32_t n;
    he_isa isa;
} row;

static void create(he_bench_state *state, void *arg)
{
    const row *r = arg;
    unsigned bits;
    he_params p = he_bench_params(HE_SCHEME_CKKS, r->n, r->isa, &bits);
    while (he_bench_keep_running(state)) {
        he_context *ctx = NULL;
        he_bench_check(he_context_create(&ctx, &p) == HE_OK, "%s", he_last_error());
        he_bench_use(ctx);
        he_context_destroy(ctx);
    }
}

static void by_depth(he_bench_state *state, void *arg)
{
    const row *r = arg;
    he_params p = HE_PARAMS_INIT;
    p.scheme = HE_SCHEME_BFV;
    p.plain_bits = 20;
    p.depth = 4;
    p.slots = r->n;
    while (he_bench_keep_running(state)) {
        he_context *ctx = NULL;
        he_bench_check(he_context_create(&ctx, &p) == HE_OK, "%s", he_last_error());
        he_bench_use(ctx);
        he_context_destroy(ctx);
    }
}

void he_bench_context(void);

void he_bench_context(void)
{
    static row rows[HE_BENCH_DEGREES * HE_BENCH_ISAS], selected = {8192, HE_ISA_AUTO};
    size_t count = 0;
    for (uint32_t n = 4096; n <= 32768; n *= 2) {
        for (he_isa isa = HE_ISA_SCALAR; isa <= HE_BENCH_ISAS; isa++) {
            unsigned bits;
            he_bench_params(HE_SCHEME_CKKS, n, isa, &bits);
            if (!he_bench_isa_differs(isa, bits))
                continue;
            rows[count] = (row){n, isa};
            he_bench_register(create, &rows[count++], "context/create/n=%u/bits=%u/isa=%s", n, bits,
                              he_isa_name(isa));
        }
    }
    he_bench_register(by_depth, &selected, "context/select_depth4/n=8192/bits=48/isa=auto");
}
