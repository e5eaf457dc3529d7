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
 * centred: v = round(sum y_i / d_i), the output represents x in (-D/2, D/2]; within k^2 2^-53 D of
 * the edges (k = 1: 2^-52 D) either neighbour, the same on every machine.
 * HPS, ePrint 2018/117, section 2. */
typedef struct he_rns_conv he_rns_conv;

he_status he_rns_conv_create(he_rns_conv **c, const he_rns_prime *const *from, size_t k,
                             const he_rns_prime *const *to, size_t m, size_t n);
void he_rns_conv_destroy(he_rns_conv *c);

/* in[k], out[m] point to limbs; out limbs are distinct from in limbs.  Both take (k + 2) blocks of
 * at most HE_RNS_BLOCK words of the arena. */
#define HE_RNS_BLOCK 512
he_status he_rns_conv_fast(const he_rns_conv *c, uint64_t *const *out, const uint64_t *const *in,
                           he_arena *arena);
he_status he_rns_conv_centred(const he_rns_conv *c, uint64_t *const *out, const uint64_t *const *in,
                              he_arena *arena);
/* Multiplies by constants on the way, at no cost: y_i = [x_i source_i (D/d_i)^-1], and out_j times
 * target_j.  source[k], source_i < d_i; target[m], target_j < r_j; NULL for ones. */
he_status he_rns_conv_create_scaled(he_rns_conv **c, const he_rns_prime *const *from, size_t k,
                                    const he_rns_prime *const *to, size_t m, size_t n,
                                    const uint64_t *source, const uint64_t *target);

/* --- Exact division by the last primes ---------------------------------------------------------
 * x over kept primes q_0 … q_(k-1) and dropped primes d_0 … d_(m-1), D the product of the dropped:
 *   r = round(x / D) mod q_i = (x - [x]_D centred) D^-1,
 * exactly (x + floor(D/2)) div D: [x + floor(D/2)]_D is found as mixed-radix digits, in integers
 * only, so that no rounding of doubles decides a tie. */
typedef struct he_rns_divide he_rns_divide;

he_status he_rns_divide_create(he_rns_divide **d, const he_rns_prime *const *kept, size_t k,
                               const he_rns_prime *const *dropped, size_t m, size_t n);
void he_rns_divide_destroy(he_rns_divide *d);

/* r (k limbs, may be x) from x (k limbs) and y (m limbs, destroyed), all in coefficient form.
 * Each form takes at most n words of the arena. */
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
 * The integer in [0, D) with the given residues, through GMP's word arrays: decoding of large
 * values, tests. */
typedef struct he_rns_crt he_rns_crt;
he_status he_rns_crt_create(he_rns_crt **c, const he_rns_prime *const *base, size_t k);
void he_rns_crt_destroy(he_rns_crt *c);
/* x in words, least significant first, he_rns_crt_words() of them; residues[k]. */
size_t he_rns_crt_words(const he_rns_crt *c);
/* D in as many words; borrowed. */
const uint64_t *he_rns_crt_product(const he_rns_crt *c);
void he_rns_crt_compose(const he_rns_crt *c, uint64_t *x, const uint64_t *residues);

#endif
