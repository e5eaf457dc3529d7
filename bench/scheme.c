/* SPDX-License-Identifier: MIT */
/* Contexts, keys and operands for the benchmarks of whole operations. */
#include "scheme.h"

#include "rlwe_bench.h"

#include "core/cpu.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Close to the 2024 table's 128 bits, primes below 2^48. */
static const struct {
    uint32_t n;
    unsigned base_bits, level_bits, levels, special_bits, special_count;
} shapes[2][4] = {
    {{4096, 34, 34, 1, 35, 1},
     {8192, 42, 42, 3, 43, 1},
     {16384, 47, 47, 6, 47, 2},
     {32768, 48, 48, 13, 48, 4}},
    {{4096, 37, 30, 1, 38, 1},
     {8192, 47, 38, 3, 47, 1},
     {16384, 48, 42, 6, 48, 2},
     {32768, 48, 42, 13, 48, 4}},
};

/* A row: an operation on a set. */
typedef struct row {
    bench_set set;
    const bench_operation *operation;
} row;

he_params bench_scheme_params(const bench_set *set)
{
    he_params params = HE_PARAMS_INIT;
    bool bfv = set->scheme == HE_SCHEME_BFV;
    for (size_t i = 0; i < 4; i++) {
        if (shapes[bfv ? 0 : 1][i].n != set->n)
            continue;
        params.data_bits[0] = (uint8_t)shapes[bfv ? 0 : 1][i].base_bits;
        for (size_t j = 1; j <= shapes[bfv ? 0 : 1][i].levels; j++)
            params.data_bits[j] = (uint8_t)shapes[bfv ? 0 : 1][i].level_bits;
        for (size_t j = 0; j < shapes[bfv ? 0 : 1][i].special_count; j++)
            params.special_bits[j] = (uint8_t)shapes[bfv ? 0 : 1][i].special_bits;
        if (!bfv)
            params.scale_bits = shapes[1][i].level_bits;
    }
    params.scheme = set->scheme;
    params.n = set->n;
    params.isa = set->isa;
    if (bfv)
        params.plain_bits = 20;
    return params;
}

static void must(he_status status)
{
    he_bench_check(status == HE_OK, "%s: %s", he_status_text(status), he_last_error());
}

static void release(bench_scheme *s)
{
    free(s->reals);
    free(s->integers);
    he_ciphertext_destroy(s->product);
    he_ciphertext_destroy(s->r);
    he_ciphertext_destroy(s->b);
    he_ciphertext_destroy(s->a);
    he_plaintext_destroy(s->out);
    he_plaintext_destroy(s->pt);
    he_galois_keys_destroy(s->gk);
    he_relin_key_destroy(s->rk);
    he_public_key_destroy(s->pk);
    he_secret_key_destroy(s->sk);
    he_rng_destroy(s->rng);
    he_scratch_destroy(s->scratch);
    he_context_destroy(s->ctx);
    memset(s, 0, sizeof *s);
}

static void make_keys(bench_scheme *s)
{
    const int32_t steps[] = {1, HE_STEP_CONJUGATE};
    must(he_scratch_create(s->ctx, &s->scratch, NULL));
    must(he_rng_create_system(&s->rng));
    must(he_secret_key_create(s->ctx, &s->sk, s->rng));
    must(he_public_key_create(s->ctx, &s->pk, s->sk, s->rng));
    must(he_relin_key_create(s->ctx, &s->rk, s->sk, s->rng));
    must(he_galois_keys_create(s->ctx, &s->gk, s->sk, steps, 2, s->rng));
}

static void make_operands(bench_scheme *s)
{
    uint32_t n = s->set->n, top = he_context_top_level(s->ctx);
    s->integers = calloc(n, sizeof *s->integers);
    s->reals = calloc(n / 2, sizeof *s->reals);
    he_bench_check(s->integers != NULL && s->reals != NULL, "no memory");
    for (uint32_t i = 0; i < n; i++)
        s->integers[i] = (int64_t)(i * 40503u % 100000) - 50000;
    for (uint32_t i = 0; i < n / 2; i++)
        s->reals[i] = sin(i);
    must(he_plaintext_create(s->ctx, &s->pt));
    must(he_plaintext_create(s->ctx, &s->out));
    must(he_ciphertext_create(s->ctx, &s->a, 2, top));
    must(he_ciphertext_create(s->ctx, &s->b, 2, top));
    must(he_ciphertext_create(s->ctx, &s->r, 3, top));
    must(he_ciphertext_create(s->ctx, &s->product, 3, top));
    if (s->set->scheme == HE_SCHEME_BFV)
        must(he_bfv_encode_i64(s->ctx, s->pt, s->integers, n));
    else
        must(he_ckks_encode(s->ctx, s->pt, s->reals, n / 2, top, s->scratch));
    must(he_encrypt(s->ctx, s->a, s->pt, s->pk, s->rng, s->scratch));
    must(he_encrypt_symmetric(s->ctx, s->b, s->pt, s->sk, s->rng, s->scratch));
    if (s->set->scheme == HE_SCHEME_BFV)
        must(he_bfv_multiply(s->ctx, s->product, s->a, s->b, NULL, s->scratch));
    else
        must(he_ckks_multiply_norescale(s->ctx, s->product, s->a, s->b, s->rk, s->scratch));
}

static bench_scheme *prepare(const bench_set *set)
{
    static bench_scheme now;
    if (now.set != NULL && now.set->scheme == set->scheme && now.set->n == set->n &&
        now.set->isa == set->isa)
        return &now;
    release(&now);
    he_params params = bench_scheme_params(set);
    now.set = set;
    must(he_context_create(&now.ctx, &params));
    make_keys(&now);
    make_operands(&now);
    return &now;
}

static void run(he_bench_state *state, void *arg)
{
    const row *this = arg;
    bench_scheme *s = prepare(&this->set);
    must(this->operation->run(s)); /* a first time, which may allocate the output */
    while (he_bench_keep_running(state))
        must(this->operation->run(s));
}

static void register_set(const bench_set *set, const bench_operation *operations, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        row *new = calloc(1, sizeof *new);
        he_bench_check(new != NULL, "no memory");
        new->set = *set;
        new->operation = &operations[i];
        he_bench_register(run, new, "%s/n=%u/bits=%u/isa=%s", operations[i].name, set->n, set->bits,
                          he_isa_name(set->isa));
    }
}

void bench_scheme_register(he_scheme scheme, const bench_operation *operations, size_t count)
{
    for (size_t i = 0; i < 4; i++) {
        for (he_isa isa = HE_ISA_SCALAR; isa <= HE_BENCH_ISAS; isa++) {
            bench_set set = {.scheme = scheme, .n = shapes[0][i].n, .isa = isa};
            he_params params = bench_scheme_params(&set);
            for (size_t j = 0; params.data_bits[j] != 0; j++)
                set.bits += params.data_bits[j];
            for (size_t j = 0; params.special_bits[j] != 0; j++)
                set.bits += params.special_bits[j];
            if (he_bench_isa_differs(isa, params.data_bits[0]))
                register_set(&set, operations, count);
        }
    }
}
