/* SPDX-License-Identifier: MIT */
/* The negacyclic number-theoretic transform modulo one prime q = 1 mod 2n.
 *
 * psi is the least primitive 2n-th root modulo q.  Forward: output i (standard bit-reversed order)
 * is the polynomial's value at psi^(2 rev(i) + 1), rev over log2(n) bits.  Inverse undoes it,
 * 1/n included.  At rest both sides are canonical, in [0, q), 64-byte aligned. */
#ifndef HE_NTT_NTT_H
#define HE_NTT_NTT_H

#include "math/mod.h"
#include <he/params.h>

#define HE_NTT_MIN_N 16u
#define HE_NTT_MAX_N 131072u

/* One prime's tables, in the order and format of the kernel that walks them. */
typedef struct he_ntt he_ntt;

typedef struct he_ntt_kernels {
    const char *name;
    he_isa isa;
    unsigned max_bits; /* of q */
    size_t min_n;      /* for less, he_ntt_create() takes the scalar kernels */
    /* what the kernel computes from psi at creation; freed by he_ntt_destroy() */
    he_status (*prepare)(he_ntt *t);
    void (*forward)(const he_ntt *t, uint64_t *a);
    void (*inverse)(const he_ntt *t, uint64_t *a);
} he_ntt_kernels;

struct he_ntt {
    const he_ntt_kernels *kernels;
    he_modulus q;
    size_t n;
    unsigned log_n;
    uint64_t psi;
    void *tables[4]; /* the kernel's own, each from he_alloc() or NULL */
    double constants[8];
};

extern const he_ntt_kernels he_ntt_kernels_scalar;
extern const he_ntt_kernels he_ntt_kernels_avx2;
extern const he_ntt_kernels he_ntt_kernels_avx2fma;
extern const he_ntt_kernels he_ntt_kernels_avx512;
extern const he_ntt_kernels he_ntt_kernels_avx512ifma;

/* Pure. */
const he_ntt_kernels *he_ntt_select(he_isa limit, unsigned bits);
const he_ntt_kernels *const *he_ntt_all(size_t *count);

/* HE_ERR_PARAMS unless q is 1 mod 2n and n a power of two within the limits; q must be prime. */
he_status he_ntt_create(he_ntt **t, const he_ntt_kernels *kernels, const he_modulus *q, size_t n);
void he_ntt_destroy(he_ntt *t);

/* In place. */
void he_ntt_forward(const he_ntt *t, uint64_t *a);
void he_ntt_inverse(const he_ntt *t, uint64_t *a);

#endif
