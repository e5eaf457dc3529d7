/* SPDX-License-Identifier: MIT */
/* X -> X^g for odd g.  In NTT form values move: output i is the value at psi^(2 rev(i) + 1), which
 * is the argument's value at psi^(g (2 rev(i) + 1)).  In coefficient form X^j goes to X^(gj mod n)
 * with the sign of floor(gj / n), as X^n = -1. */
#include "core/verify.h"
#include "rns/rns.h"

void he_rns_galois_index(uint32_t *index, uint32_t g, size_t n)
{
    HE_VERIFY(g % 2 == 1 && g < 2 * n);
    unsigned bits = he_bit_length(n) - 1;
    uint32_t mask = (uint32_t)(2 * n - 1);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t exponent = (2 * he_bit_reverse(i, bits) + 1) * g & mask; /* odd; wraps mod 2^32 */
        index[i] = he_bit_reverse(exponent >> 1, bits);
    }
}

void he_rns_galois_coeff(uint64_t *r, const uint64_t *a, uint32_t g, size_t n, const he_modulus *q)
{
    HE_VERIFY(g % 2 == 1 && g < 2 * n && r != a);
    size_t mask = 2 * n - 1, to = 0;
    for (size_t j = 0; j < n; j++, to = (to + g) & mask)
        r[to & (n - 1)] = to < n ? a[j] : he_mod_neg(a[j], q->q);
}
