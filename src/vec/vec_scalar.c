/* SPDX-License-Identifier: MIT */
/* Element-wise kernels for any prime below 2^61 on any machine. */
#include "core/verify.h"
#include "vec/vec.h"

#define MAX_BITS 61
#define MAX_WORD (UINT64_C(1) << MAX_BITS)

/* Products below 2^122: so many of them, and a residue, fit in a double word. */
#define TERMS_PER_SUM 64

static void check(const uint64_t *a, size_t n, uint64_t bound)
{
    HE_VERIFY_ALIGNED(a);
    HE_VERIFY_RANGE(a, n, bound);
    (void)a, (void)n, (void)bound;
}

static void add(uint64_t *r, const uint64_t *a, const uint64_t *b, size_t n, const he_modulus *q)
{
    check(a, n, q->q);
    check(b, n, q->q);
    for (size_t i = 0; i < n; i++)
        r[i] = he_mod_add(a[i], b[i], q->q);
}

static void sub(uint64_t *r, const uint64_t *a, const uint64_t *b, size_t n, const he_modulus *q)
{
    check(a, n, q->q);
    check(b, n, q->q);
    for (size_t i = 0; i < n; i++)
        r[i] = he_mod_sub(a[i], b[i], q->q);
}

static void neg(uint64_t *r, const uint64_t *a, size_t n, const he_modulus *q)
{
    check(a, n, q->q);
    for (size_t i = 0; i < n; i++)
        r[i] = he_mod_neg(a[i], q->q);
}

static void mul(uint64_t *r, const uint64_t *a, const uint64_t *b, size_t n, const he_modulus *q)
{
    check(a, n, q->q);
    check(b, n, q->q);
    for (size_t i = 0; i < n; i++)
        r[i] = he_mod_mul(a[i], b[i], q);
}

static void mul_add(uint64_t *r, const uint64_t *a, const uint64_t *b, size_t n,
                    const he_modulus *q)
{
    check(r, n, q->q);
    check(a, n, q->q);
    check(b, n, q->q);
    for (size_t i = 0; i < n; i++)
        r[i] = he_mod_reduce128((he_u128)a[i] * b[i] + r[i], q);
}

static void mul_scalar(uint64_t *r, const uint64_t *a, uint64_t c, size_t n, const he_modulus *q)
{
    check(a, n, MAX_WORD);
    const uint64_t c_shoup = he_mod_shoup(c, q->q);
    for (size_t i = 0; i < n; i++)
        r[i] = he_mod_mul_shoup(a[i], c, c_shoup, q->q);
}

static void mul_scalar_add(uint64_t *r, const uint64_t *a, uint64_t c, size_t n,
                           const he_modulus *q)
{
    check(r, n, q->q);
    check(a, n, MAX_WORD);
    const uint64_t c_shoup = he_mod_shoup(c, q->q);
    for (size_t i = 0; i < n; i++)
        r[i] = he_mod_add(r[i], he_mod_mul_shoup(a[i], c, c_shoup, q->q), q->q);
}

static void sub_mul_scalar(uint64_t *r, const uint64_t *a, const uint64_t *b, uint64_t c, size_t n,
                           const he_modulus *q)
{
    check(a, n, q->q);
    check(b, n, q->q);
    const uint64_t c_shoup = he_mod_shoup(c, q->q);
    for (size_t i = 0; i < n; i++)
        r[i] = he_mod_mul_shoup(a[i] - b[i] + q->q, c, c_shoup, q->q);
}

static void add_scalar(uint64_t *r, const uint64_t *a, uint64_t c, size_t n, const he_modulus *q)
{
    check(a, n, q->q);
    for (size_t i = 0; i < n; i++)
        r[i] = he_mod_add(a[i], c, q->q);
}

static void reduce(uint64_t *r, const uint64_t *a, size_t n, const he_modulus *q)
{
    check(a, n, MAX_WORD);
    for (size_t i = 0; i < n; i++)
        r[i] = he_mod_reduce(a[i], q);
}

static void dot(uint64_t *r, const uint64_t *const *a, const uint64_t *const *b, size_t k, size_t n,
                const he_modulus *q)
{
    HE_VERIFY(k <= HE_VEC_MAX_TERMS);
    for (size_t j = 0; j < k; j++) {
        check(a[j], n, MAX_WORD);
        check(b[j], n, q->q);
    }
    for (size_t i = 0; i < n; i++) {
        he_u128 sum = 0;
        for (size_t j = 0; j < k; j++) {
            if (j == TERMS_PER_SUM)
                sum = he_mod_reduce128(sum, q);
            sum += (he_u128)a[j][i] * b[j][i];
        }
        r[i] = he_mod_reduce128(sum, q);
    }
}

static void dot_scalar(uint64_t *r, const uint64_t *const *a, const uint64_t *c, size_t k, size_t n,
                       const he_modulus *q)
{
    HE_VERIFY(k <= HE_VEC_MAX_TERMS);
    HE_VERIFY_RANGE(c, k, q->q);
    for (size_t j = 0; j < k; j++)
        check(a[j], n, MAX_WORD);
    for (size_t i = 0; i < n; i++) {
        he_u128 sum = 0;
        for (size_t j = 0; j < k; j++) {
            if (j == TERMS_PER_SUM)
                sum = he_mod_reduce128(sum, q);
            sum += (he_u128)a[j][i] * c[j];
        }
        r[i] = he_mod_reduce128(sum, q);
    }
}

static void permute(uint64_t *r, const uint64_t *a, const uint32_t *index, size_t n)
{
    HE_VERIFY(r != a);
    HE_VERIFY_RANGE(index, n, n);
    for (size_t i = 0; i < n; i++)
        r[i] = a[index[i]];
}

const he_vec_kernels he_vec_kernels_scalar = {
    .name = "scalar",
    .isa = HE_ISA_SCALAR,
    .max_bits = MAX_BITS,
    .add = add,
    .sub = sub,
    .neg = neg,
    .mul = mul,
    .mul_add = mul_add,
    .mul_scalar = mul_scalar,
    .mul_scalar_add = mul_scalar_add,
    .sub_mul_scalar = sub_mul_scalar,
    .add_scalar = add_scalar,
    .reduce = reduce,
    .dot = dot,
    .dot_scalar = dot_scalar,
    .permute = permute,
};
