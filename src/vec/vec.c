/* SPDX-License-Identifier: MIT */
/* Choice of the element-wise kernels. */
#include "vec/vec.h"

#include "core/cpu.h"

/* From the slowest to the fastest: for primes below 2^50 four doubles beat eight integers. */
static const he_vec_kernels *const all[] = {
    &he_vec_kernels_scalar,  &he_vec_kernels_avx2,       &he_vec_kernels_avx512,
    &he_vec_kernels_avx2fma, &he_vec_kernels_avx512ifma,
};

#define ALL_COUNT (sizeof all / sizeof *all)

const he_vec_kernels *const *he_vec_all(size_t *count)
{
    *count = ALL_COUNT;
    return all;
}

const he_vec_kernels *he_vec_select(he_isa limit, unsigned bits)
{
    for (size_t i = ALL_COUNT; i-- > 1;)
        if (bits <= all[i]->max_bits && he_cpu_allows(limit, all[i]->isa))
            return all[i];
    return all[0];
}
