/* SPDX-License-Identifier: MIT */
/* Parameter sets that the rows of contexts, keys and schemes share: 128 bits by the 2024 table. */
#ifndef HE_RLWE_BENCH_H
#define HE_RLWE_BENCH_H

#include "core/cpu.h"
#include "ntt/ntt.h"

#include <he/context.h>
#include <string.h>

#define HE_BENCH_DEGREES 4 /* 4096 … 32768 */
#define HE_BENCH_ISAS    HE_ISA_AVX512IFMA

/* The machine has isa, and isa has kernels of its own for primes of so many bits; else its row
 * would be another's. */
static inline bool he_bench_isa_differs(he_isa isa, unsigned bits)
{
    return he_cpu_has(isa) && he_ntt_select(isa, bits)->isa == isa;
}

/* Data primes of equal size, alpha chosen; *bits is that size. */
static inline he_params he_bench_params(he_scheme scheme, uint32_t n, he_isa isa, unsigned *bits)
{
    he_params p = HE_PARAMS_INIT;
    size_t count = n <= 4096 ? 2 : n <= 8192 ? 3 : n <= 16384 ? 6 : 13;
    *bits = n <= 4096 ? 34 : 48;
    memset(p.data_bits, (int)*bits, count);
    p.scheme = scheme;
    p.n = n;
    p.isa = isa;
    if (scheme == HE_SCHEME_BFV)
        p.plain_bits = 20;
    else
        p.ckks_mode = HE_CKKS_EXPLICIT, p.scale_bits = n <= 4096 ? 30 : 40;
    return p;
}

#endif
