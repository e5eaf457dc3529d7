/* SPDX-License-Identifier: MIT */
/* The transform for any prime below 2^61 on any machine: radix 2, Harvey's lazy butterflies.
 * Harvey, "Faster arithmetic for number-theoretic transforms" (2014), algorithms 2 to 4. */
#include "core/memory.h"
#include "ntt/ntt.h"

/* tables: roots psi^rev(i) and their Shoup quotients, then the inverses; inverse 0 is 1/n. */
enum {
    ROOT,
    ROOT_SHOUP,
    INVERSE,
    INVERSE_SHOUP,
    TABLES
};

static he_status prepare(he_ntt *t)
{
    const he_modulus *m = &t->q;
    for (int i = 0; i < TABLES; i++) {
        t->tables[i] = he_alloc_raw(t->n, sizeof(uint64_t));
        if (t->tables[i] == NULL)
            return he_fail(HE_ERR_MEMORY, "he_ntt_create: no memory for tables of %zu words", t->n);
    }
    uint64_t *root = t->tables[ROOT], *root_shoup = t->tables[ROOT_SHOUP];
    uint64_t *inverse = t->tables[INVERSE], *inverse_shoup = t->tables[INVERSE_SHOUP];
    uint64_t power = 1, inverse_power = 1, psi_inverse = he_mod_inv(t->psi, m);
    for (size_t i = 0; i < t->n; i++) {
        size_t at = he_bit_reverse((uint32_t)i, t->log_n);
        root[at] = power;
        inverse[at] = inverse_power;
        power = he_mod_mul(power, t->psi, m);
        inverse_power = he_mod_mul(inverse_power, psi_inverse, m);
    }
    inverse[0] = he_mod_inv(t->n, m);
    for (size_t i = 0; i < t->n; i++) {
        root_shoup[i] = he_mod_shoup(root[i], m->q);
        inverse_shoup[i] = he_mod_shoup(inverse[i], m->q);
    }
    return HE_OK;
}

static void forward(const he_ntt *t, uint64_t *a)
{
    const uint64_t q = t->q.q;
    const uint64_t *root = t->tables[ROOT], *root_shoup = t->tables[ROOT_SHOUP];
    for (size_t m = 1, gap = t->n / 2; m < t->n; m *= 2, gap /= 2)
        for (size_t i = 0; i < m; i++) {
            uint64_t w = root[m + i], ws = root_shoup[m + i];
            uint64_t *x = a + 2 * i * gap, *y = x + gap;
            for (size_t j = 0; j < gap; j++) {
                uint64_t u = he_mod_once(x[j], 2 * q);              /* [0,4q) -> [0,2q) */
                uint64_t v = he_mod_mul_shoup_lazy(y[j], w, ws, q); /* [0,4q) -> [0,2q) */
                x[j] = u + v;                                       /*        -> [0,4q) */
                y[j] = u - v + 2 * q;                               /*        -> (0,4q) */
            }
        }
    for (size_t i = 0; i < t->n; i++)
        a[i] = he_mod_once(he_mod_once(a[i], 2 * q), q);
}

static void inverse(const he_ntt *t, uint64_t *a)
{
    const uint64_t q = t->q.q;
    const uint64_t *root = t->tables[INVERSE], *root_shoup = t->tables[INVERSE_SHOUP];
    for (size_t m = t->n / 2, gap = 1; m >= 1; m /= 2, gap *= 2)
        for (size_t i = 0; i < m; i++) {
            uint64_t w = root[m + i], ws = root_shoup[m + i];
            uint64_t *x = a + 2 * i * gap, *y = x + gap;
            for (size_t j = 0; j < gap; j++) {
                uint64_t u = x[j], v = y[j];                           /* [0,2q) */
                x[j] = he_mod_once(u + v, 2 * q);                      /* [0,2q) */
                y[j] = he_mod_mul_shoup_lazy(u - v + 2 * q, w, ws, q); /* [0,2q) */
            }
        }
    for (size_t i = 0; i < t->n; i++)
        a[i] = he_mod_mul_shoup(a[i], root[0], root_shoup[0], q);
}

const he_ntt_kernels he_ntt_kernels_scalar = {
    "scalar", HE_ISA_SCALAR, 61, prepare, forward, inverse,
};
