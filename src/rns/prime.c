/* SPDX-License-Identifier: MIT */
/* A prime and the kernels that work modulo it, chosen once. */
#include "rns/rns.h"

he_status he_rns_prime_init(he_rns_prime *p, uint64_t q, size_t n, he_isa limit,
                            unsigned operand_bits)
{
    he_rns_prime made = {0};
    HE_TRY(he_modulus_init(&made.q, q));
    unsigned bits = made.q.bits > operand_bits ? made.q.bits : operand_bits;
    made.vec = he_vec_select(limit, bits);
    HE_TRY(he_ntt_create(&made.ntt, he_ntt_select(limit, made.q.bits), &made.q, n));
    *p = made;
    return HE_OK;
}

void he_rns_prime_clear(he_rns_prime *p)
{
    he_ntt_destroy(p->ntt);
    *p = (he_rns_prime){0};
}
