/* SPDX-License-Identifier: MIT */
/* vec/<operation>: one limb, every kernel by force; items are products (or sums) of residues. */
#include "he_bench.h"

#include "core/cpu.h"
#include "core/memory.h"
#include "math/prime.h"
#include "vec/vec.h"

#define TERMS 8

typedef struct row {
    const he_vec_kernels *kernels;
    size_t n;
    unsigned bits;
    he_modulus q;
    uint64_t *data; /* 2 TERMS + 1 arrays: the last is the result */
    const uint64_t *left[TERMS], *right[TERMS];
    uint32_t *index;
} row;

static uint64_t *prepare(row *r)
{
    uint64_t *const result = r->data == NULL ? NULL : r->data + 2 * TERMS * r->n;
    if (result != NULL)
        return result;
    uint64_t prime, x = 1;
    he_bench_check(he_prime_search(&prime, 1, r->bits, 2 * r->n, NULL, 0) == HE_OK &&
                       he_modulus_init(&r->q, prime) == HE_OK,
                   "bench_vec: %s", he_last_error());
    r->data = he_alloc((2 * TERMS + 1) * r->n, sizeof *r->data);
    r->index = he_alloc(r->n, sizeof *r->index);
    he_bench_check(r->data != NULL && r->index != NULL, "bench_vec: no memory");
    for (size_t i = 0; i < (2 * TERMS + 1) * r->n; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        r->data[i] = he_mod_reduce(x, &r->q);
    }
    for (size_t j = 0; j < TERMS; j++) {
        r->left[j] = r->data + j * r->n;
        r->right[j] = r->data + (TERMS + j) * r->n;
    }
    for (size_t i = 0; i < r->n; i++) /* X -> X^5 on values, as a rotation permutes them */
        r->index[i] = (uint32_t)((5 * (2 * i + 1) % (2 * r->n) - 1) / 2);
    return r->data + 2 * TERMS * r->n;
}

/* One function for each operation: timed calls of a slot with `terms` products for each word. */
#define OPERATION(operation, terms, call)                                                          \
    static void operation(he_bench_state *state, void *arg)                                        \
    {                                                                                              \
        row *r = arg;                                                                              \
        uint64_t *const out = prepare(r);                                                          \
        const uint64_t *const a = r->left[0], *const b = r->right[0];                              \
        const he_vec_kernels *const k = r->kernels;                                                \
        while (he_bench_keep_running(state)) {                                                     \
            k->call;                                                                               \
            he_bench_clobber();                                                                    \
        }                                                                                          \
        (void)a, (void)b;                                                                          \
        he_bench_items(state, (terms)*r->n);                                                       \
    }

OPERATION(add, 1, add(out, a, b, r->n, &r->q))
OPERATION(multiply, 1, mul(out, a, b, r->n, &r->q))
OPERATION(multiply_add, 1, mul_add(out, a, b, r->n, &r->q))
OPERATION(multiply_scalar, 1, mul_scalar(out, a, b[0], r->n, &r->q))
OPERATION(sub_multiply_scalar, 1, sub_mul_scalar(out, a, b, b[0], r->n, &r->q))
OPERATION(reduce, 1, reduce(out, a, r->n, &r->q))
OPERATION(dot_8, TERMS, dot(out, r->left, r->right, TERMS, r->n, &r->q))
OPERATION(dot_scalar_8, TERMS, dot_scalar(out, r->left, b, TERMS, r->n, &r->q))
OPERATION(permute, 1, permute(out, a, r->index, r->n))

void he_bench_vec(void);

void he_bench_vec(void)
{
    static const struct {
        const char *name;
        he_bench_function *function;
    } operations[] = {
        {"add", add},
        {"multiply", multiply},
        {"multiply_add", multiply_add},
        {"multiply_scalar", multiply_scalar},
        {"sub_multiply_scalar", sub_multiply_scalar},
        {"reduce", reduce},
        {"dot_8", dot_8},
        {"dot_scalar_8", dot_scalar_8},
        {"permute", permute},
    };
    static const unsigned bits[] = {48, 50, 60};
    enum {
        SIZES = 4,
        BITS = 3,
        KERNELS = 8
    };
    static row rows[SIZES * BITS * KERNELS];
    size_t count, used = 0;
    const he_vec_kernels *const *all = he_vec_all(&count);
    for (size_t b = 0; b < BITS; b++)
        for (size_t n = 4096; n <= 4096u << (SIZES - 1); n *= 2)
            for (size_t k = 0; k < count && k < KERNELS; k++) {
                if (bits[b] > all[k]->max_bits || !he_cpu_has(all[k]->isa))
                    continue;
                row *r = &rows[used++];
                *r = (row){.kernels = all[k], .n = n, .bits = bits[b]};
                for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
                    he_bench_register(operations[i].function, r, "vec/%s/n=%zu/bits=%u/isa=%s",
                                      operations[i].name, n, bits[b], all[k]->name);
            }
}
