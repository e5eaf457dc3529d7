/* SPDX-License-Identifier: MIT */
/* Arrays of residues modulo one prime: the element-wise kernels.
 *
 * At rest residues are canonical, in [0, q), 64-byte aligned, n a multiple of 8 and at least 8.
 * Outputs may equal inputs, and do not overlap otherwise.  All kernels of all instruction sets give
 * the same bits. */
#ifndef HE_VEC_VEC_H
#define HE_VEC_VEC_H

#include "math/mod.h"
#include <he/params.h>

/* Bound on k in dot and dot_scalar, held by every kernel. */
#define HE_VEC_MAX_TERMS 128

typedef struct he_vec_kernels {
    const char *name;  /* "scalar", "avx2", "avx2fma", … */
    he_isa isa;        /* what the machine must have */
    unsigned max_bits; /* of q, and of the operands that may belong to another prime */

    /* r = a + b, a - b, -a */
    void (*add)(uint64_t *r, const uint64_t *a, const uint64_t *b, size_t n, const he_modulus *q);
    void (*sub)(uint64_t *r, const uint64_t *a, const uint64_t *b, size_t n, const he_modulus *q);
    void (*neg)(uint64_t *r, const uint64_t *a, size_t n, const he_modulus *q);
    /* r = a b */
    void (*mul)(uint64_t *r, const uint64_t *a, const uint64_t *b, size_t n, const he_modulus *q);
    /* r = r + a b */
    void (*mul_add)(uint64_t *r, const uint64_t *a, const uint64_t *b, size_t n,
                    const he_modulus *q);
    /* r = a c for a constant c < q; a any words below 2^max_bits */
    void (*mul_scalar)(uint64_t *r, const uint64_t *a, uint64_t c, size_t n, const he_modulus *q);
    /* r = r + a c; a any words below 2^max_bits */
    void (*mul_scalar_add)(uint64_t *r, const uint64_t *a, uint64_t c, size_t n,
                           const he_modulus *q);
    /* r = (a - b) c for a constant c < q: the last step of every exact division */
    void (*sub_mul_scalar)(uint64_t *r, const uint64_t *a, const uint64_t *b, uint64_t c, size_t n,
                           const he_modulus *q);
    /* r = a + c for a constant c < q */
    void (*add_scalar)(uint64_t *r, const uint64_t *a, uint64_t c, size_t n, const he_modulus *q);
    /* r = a mod q for residues a < 2^61 of any other prime */
    void (*reduce)(uint64_t *r, const uint64_t *a, size_t n, const he_modulus *q);
    /* r = sum over j < k of a[j] b[j]: summed in the widest accumulators, reduced once.
     * a[j] < 2^max_bits (lazy digits of other primes are welcome), b[j] in [0, q); k at most
     * HE_VEC_MAX_TERMS. */
    void (*dot)(uint64_t *r, const uint64_t *const *a, const uint64_t *const *b, size_t k, size_t n,
                const he_modulus *q);
    /* r = sum over j < k of a[j] c[j] with constants c[j] < q: one output limb of a base
     * conversion.  a[j] < 2^max_bits. */
    void (*dot_scalar)(uint64_t *r, const uint64_t *const *a, const uint64_t *c, size_t k, size_t n,
                       const he_modulus *q);
    /* r[i] = a[index[i]]; r is not a */
    void (*permute)(uint64_t *r, const uint64_t *a, const uint32_t *index, size_t n);
} he_vec_kernels;

extern const he_vec_kernels he_vec_kernels_scalar;
extern const he_vec_kernels he_vec_kernels_avx2;
extern const he_vec_kernels he_vec_kernels_avx2fma;
extern const he_vec_kernels he_vec_kernels_avx512;
extern const he_vec_kernels he_vec_kernels_avx512ifma;

/* The fastest kernels that limit and the machine allow and that take primes and foreign operands
 * of so many bits.  Pure. */
const he_vec_kernels *he_vec_select(he_isa limit, unsigned bits);

/* Every kernel set of this build, for tests and benches; *count of them. */
const he_vec_kernels *const *he_vec_all(size_t *count);

#endif
