/* SPDX-License-Identifier: MIT */
/* Choice, creation and destruction of transforms; the work itself is in the kernels. */
#include "ntt/ntt.h"

#include "core/cpu.h"
#include "core/memory.h"
#include "math/prime.h"

/* From the slowest to the fastest: for primes below 2^50 four doubles beat eight integers. */
static const he_ntt_kernels *const all[] = {
    &he_ntt_kernels_scalar,  &he_ntt_kernels_avx2,       &he_ntt_kernels_avx512,
    &he_ntt_kernels_avx2fma, &he_ntt_kernels_avx512ifma,
};

#define ALL_COUNT (sizeof all / sizeof *all)

const he_ntt_kernels *const *he_ntt_all(size_t *count)
{
    *count = ALL_COUNT;
    return all;
}

const he_ntt_kernels *he_ntt_select(he_isa limit, unsigned bits)
{
    for (size_t i = ALL_COUNT; i-- > 1;)
        if (bits <= all[i]->max_bits && he_cpu_allows(limit, all[i]->isa))
            return all[i];
    return all[0];
}

he_status he_ntt_create(he_ntt **t, const he_ntt_kernels *kernels, const he_modulus *q, size_t n)
{
    *t = NULL;
    if (n < HE_NTT_MIN_N || n > HE_NTT_MAX_N || (n & (n - 1)) != 0)
        return he_fail(HE_ERR_PARAMS, "he_ntt_create: n is %zu, must be a power of two in [%u, %u]",
                       n, HE_NTT_MIN_N, HE_NTT_MAX_N);
    if (q->q % (2 * n) != 1)
        return he_fail(HE_ERR_PARAMS, "he_ntt_create: q is %llu, must be 1 modulo 2 n = %zu",
                       (unsigned long long)q->q, 2 * n);
    if (q->bits > kernels->max_bits)
        return he_fail(HE_ERR_PARAMS,
                       "he_ntt_create: q has %u bits, the %s kernels take %u; choose with "
                       "he_ntt_select",
                       q->bits, kernels->name, kernels->max_bits);
    if (n < kernels->min_n)
        kernels = &he_ntt_kernels_scalar;
    uint64_t psi;
    HE_TRY(he_root_minimal(&psi, 2 * n, q));
    he_ntt *made = he_alloc(1, sizeof *made);
    if (made == NULL)
        return he_fail(HE_ERR_MEMORY, "he_ntt_create: no memory for %zu bytes", sizeof *made);
    made->kernels = kernels;
    made->q = *q;
    made->n = n;
    made->log_n = he_bit_length(n) - 1;
    made->psi = psi;
    he_status status = kernels->prepare(made);
    if (status != HE_OK) {
        he_ntt_destroy(made);
        return status;
    }
    *t = made;
    return HE_OK;
}

void he_ntt_destroy(he_ntt *t)
{
    if (t == NULL)
        return;
    for (size_t i = 0; i < sizeof t->tables / sizeof *t->tables; i++)
        he_free(t->tables[i]);
    he_free(t);
}

void he_ntt_forward(const he_ntt *t, uint64_t *a)
{
    t->kernels->forward(t, a);
}

void he_ntt_inverse(const he_ntt *t, uint64_t *a)
{
    t->kernels->inverse(t, a);
}
