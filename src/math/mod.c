/* SPDX-License-Identifier: MIT */
/* What is computed from a modulus once, and powers. */
#include "math/mod.h"

#include <inttypes.h>

he_status he_modulus_init(he_modulus *m, uint64_t q)
{
    if (q < 2 || q >= (uint64_t)1 << 61)
        return he_fail(HE_ERR_ARGUMENT, "he_modulus_init: q is %" PRIu64 ", not in 2 … 2^61 - 1",
                       q);
    /* floor(2^128 / q) from 2^128 - 1 = ratio q + rest: one more where rest is q - 1 */
    he_u128 all = ~(he_u128)0, ratio = all / q;
    if (all % q == q - 1)
        ratio++;
    *m = (he_modulus){.q = q,
                      .ratio_hi = (uint64_t)(ratio >> 64),
                      .ratio_lo = (uint64_t)ratio,
                      .bits = he_bit_length(q)};
    return HE_OK;
}

uint64_t he_mod_pow(uint64_t a, uint64_t e, const he_modulus *m)
{
    uint64_t r = 1;
    for (uint64_t square = a; e != 0; e >>= 1) {
        if (e & 1)
            r = he_mod_mul(r, square, m);
        square = he_mod_mul(square, square, m);
    }
    return r;
}

uint64_t he_mod_inv(uint64_t a, const he_modulus *m)
{
    return he_mod_pow(a, m->q - 2, m); /* Fermat */
}
