/* SPDX-License-Identifier: MIT */
/* Residue number systems: bases, conversion, exact division, automorphisms.
 *
 * A polynomial over a base of k primes is k limbs of n words; limb i is at x + i n unless pointers
 * to limbs are given.  Limbs are canonical at rest. */
#ifndef HE_RNS_RNS_H
#define HE_RNS_RNS_H

#include "core/scratch.h"
#include "ntt/ntt.h"
#include "vec/vec.h"

/* A prime with its kernels and its one transform table. */
typedef struct he_rns_prime {
    he_modulus q;
    const he_vec_kernels *vec; /* takes operands of every prime of the context */
    he_ntt *ntt;
} he_rns_prime;

/* q prime, 1 mod 2n.  operand_bits: the largest bit length of any prime that meets this one. */
he_status he_rns_prime_init(he_rns_prime *p, uint64_t q, size_t n, he_isa limit,
                            unsigned operand_bits);
void he_rns_prime_clear(he_rns_prime *p);

/* --- Base conversion, coefficient form ---------------------------------------------------------
 * From primes d_0 … d_(k-1), D their product, to primes r_0 … r_(m-1):
 *   y_i = [x_i (D/d_i)^-1]_(d_i),   out_j = sum_i y_i [D/d_i]_(r_j)  - v [D]_(r_j)
 * fast: v = 0, the output represents x + u D with 0 <= u < k.
 * centred: v = round(sum y_i / d_i), the output represents x in (-D/2, D/2] (within 2^-44 of the
 * edges either neighbour).  HPS, ePrint 2018/117, section 2. */
typedef struct he_rns_conv he_rns_conv;

he_status he_rns_conv_create(he_rns_conv **c, const he_rns_prime *const *from, size_t k,
                             const he_rns_prime *const *to, size_t m, size_t n);
void he_rns_conv_destroy(he_rns_conv *c);

/* in[k], out[m] point to limbs; out limbs are distinct from in limbs.  Takes k n words (fast) or
 * (k + 2) n words (centred) of the arena. */
he_status he_rns_conv_fast(const he_rns_conv *c, uint64_t *const *out, const uint64_t *const *in,
                           he_arena *arena);
he_status he_rns_conv_centred(const he_rns_conv *c, uint64_t *const *out, const uint64_t *const *in,
                              he_arena *arena);
/* As centred or fast, but y_i = [x_i factor_i (D/d_i)^-1]: multiplies by a constant on the way, at
 * no cost.  factor[k], factor_i < d_i; made into a conversion of its own at creation. */
he_status he_rns_conv_create_scaled(he_rns_conv **c, const he_rns_prime *const *from, size_t k,
                                    const he_rns_prime *const *to, size_t m, size_t n,
                                    const uint64_t *factor);

/* --- Exact division by the last primes ---------------------------------------------------------
 * x over kept primes q_0 … q_(k-1) and dropped primes d_0 … d_(m-1), D the product of the dropped:
 *   r = round(x / D) mod q_i = (x - [x]_D centred) D^-1,   halves rounded up.
 * Rounding error at most 1/2, in SEAL's sense exactly (x + floor(D/2)) div D. */
typedef struct he_rns_divide he_rns_divide;

he_status he_rns_divide_create(he_rns_divide **d, const he_rns_prime *const *kept, size_t k,
                               const he_rns_prime *const *dropped, size_t m, size_t n);
void he_rns_divide_destroy(he_rns_divide *d);

/* r (k limbs, may be x) from x (k limbs) and y (m limbs, destroyed), all in coefficient form. */
he_status he_rns_divide_coeff(const he_rns_divide *d, uint64_t *r, const uint64_t *x, uint64_t *y,
                              he_arena *arena);
/* The same with x, y and r in NTT form: m inverse and k forward transforms. */
he_status he_rns_divide_ntt(const he_rns_divide *d, uint64_t *r, const uint64_t *x, uint64_t *y,
                            he_arena *arena);
/* x and y in NTT form, r in coefficient form: m + k inverse transforms (x is left as it was if r
 * is not x). */
he_status he_rns_divide_ntt_to_coeff(const he_rns_divide *d, uint64_t *r, const uint64_t *x,
                                     uint64_t *y, he_arena *arena);

/* --- Automorphisms X -> X^g, g odd, 0 < g < 2n --------------------------------------------------
 * NTT form: a permutation, the same for every prime.  Coefficient form: a signed permutation. */
void he_rns_galois_index(uint32_t *index, uint32_t g, size_t n); /* index[n], for vec->permute */
void he_rns_galois_coeff(uint64_t *r, const uint64_t *a, uint32_t g, size_t n,
                         const he_modulus *q); /* r is not a */

/* --- Composition --------------------------------------------------------------------------------
 * The integer in [0, D) with the given residues, through GMP: decoding of large values, tests. */
typedef struct he_rns_crt he_rns_crt;
he_status he_rns_crt_create(he_rns_crt **c, const he_rns_prime *const *base, size_t k);
void he_rns_crt_destroy(he_rns_crt *c);
/* x in words, least significant first, he_rns_crt_words() of them; residues[k]. */
size_t he_rns_crt_words(const he_rns_crt *c);
void he_rns_crt_compose(const he_rns_crt *c, uint64_t *x, const uint64_t *residues);

#endif
