/* SPDX-License-Identifier: MIT */
/** @file params.h
 *  The parameter literal: the only public struct that a program fills in.
 */
#ifndef HE_PARAMS_H
#define HE_PARAMS_H

#include <he/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** BFV computes on integers modulo t, exactly; CKKS on reals and complex numbers, approximately. */
typedef enum he_scheme {
    HE_SCHEME_NONE = 0,
    HE_SCHEME_BFV = 1,
    HE_SCHEME_CKKS = 2
} he_scheme;

/** The table that log2(QP) is checked against, uniform ternary secrets, classical attacks.
 *  2024: Security Guidelines, ePrint 2024/463, table 5.2.  2018: HomomorphicEncryption.org. */
typedef enum he_security {
    HE_SEC_128_2024 = 0, /**< default */
    HE_SEC_192_2024 = 1,
    HE_SEC_256_2024 = 2,
    HE_SEC_128_2018 = 3, /**< needed to accept SEAL's default sets */
    HE_SEC_NONE = 4      /**< no check: tests only; every object made with it says so */
} he_security;

/** The widest instruction set that kernels may use; results are the same with each. */
typedef enum he_isa {
    HE_ISA_AUTO = 0, /**< whatever the machine has */
    HE_ISA_SCALAR = 1,
    HE_ISA_AVX2 = 2,    /**< 64-bit integers */
    HE_ISA_AVX2FMA = 3, /**< products in doubles for primes below 2^50 */
    HE_ISA_AVX512 = 4,
    HE_ISA_AVX512IFMA = 5
} he_isa;

/** How CKKS treats scales. */
typedef enum he_ckks_mode {
    HE_CKKS_CANONICAL = 0, /**< each level has one scale; no scale mismatch can happen */
    HE_CKKS_EXPLICIT = 1   /**< SEAL's rules: the program watches scales itself */
} he_ckks_mode;

#define HE_MAX_DATA_PRIMES    64      /**< L is at most so many */
#define HE_MAX_SPECIAL_PRIMES 16      /**< alpha is at most so many */
#define HE_MIN_N              1024u   /**< least ring degree */
#define HE_MAX_N              131072u /**< largest ring degree */

/** Parameters, as given or as asked for.  Start from HE_PARAMS_INIT; zero means default.
 *
 *  Given: n with data_bits or data_primes (and special_bits or special_primes).
 *  Asked for: leave n and the primes zero and set depth with plain_modulus or plain_bits (BFV),
 *  or with precision_bits or scale_bits (CKKS); the smallest n of the table is taken for which
 *  primes exist, and the choice is checked with the primes themselves.  What is set beside given
 *  primes (depth, slots, precision_bits) is checked too.
 *
 *  Primes of the sizes given are the largest of that size that are 1 mod 2n; in CKKS's canonical
 *  mode those above level 0 are the nearest to Delta^2 / 2^scale_bits from the top level down, so
 *  that the scale of every level stays near 2^scale_bits; there data_bits must equal scale_bits.
 *  Level 0 has one prime, or two (CKKS) where the first has fewer than scale_bits + range_bits + 2
 *  bits.
 *
 *  Special primes that are not given: alpha is 1 for up to three data primes, else a third of
 *  them, and fewer where the table would not hold them; their product exceeds every product of
 *  alpha data primes by 2^4 where primes of 50 bits (60 beside larger data primes) allow it.  A
 *  product below half of such a digit is refused. */
typedef struct he_params {
    size_t struct_size;   /**< set by HE_PARAMS_INIT */
    he_scheme scheme;     /**< BFV or CKKS */
    he_security security; /**< the table that the product of all primes is checked against */
    uint32_t n; /**< ring degree, a power of two, HE_MIN_N … HE_MAX_N; 0: to be chosen */

    uint8_t data_bits[HE_MAX_DATA_PRIMES];          /**< data prime sizes, 20 … 61, 0 ends them */
    uint64_t data_primes[HE_MAX_DATA_PRIMES];       /**< or the primes, 1 mod 2n, 0 ends them */
    uint8_t special_bits[HE_MAX_SPECIAL_PRIMES];    /**< special prime sizes, 0 ends them */
    uint64_t special_primes[HE_MAX_SPECIAL_PRIMES]; /**< or the special primes, 0 ends them */
    uint32_t special_count; /**< alpha, when neither of the two above is given; 0: to be chosen */

    uint64_t plain_modulus; /**< BFV: t, 2 … 2^60; slots exist where t is a prime 1 mod 2n */
    uint32_t plain_bits;    /**< BFV, t = 0: the largest batching prime of 12 … 60 bits */

    uint32_t scale_bits;     /**< CKKS: log2 of the scale, 20 … 60; 0: from precision_bits, or the
                                  size of the last data prime where primes are given */
    uint32_t precision_bits; /**< CKKS, asked for: bits after the point wanted at full depth */
    uint32_t range_bits;     /**< CKKS: values stay below 2^range_bits in size; 0 means 1 bit */
    he_ckks_mode ckks_mode;  /**< CKKS: canonical by default */

    uint32_t depth; /**< multiplications in sequence that must be possible (asked for) */
    uint32_t slots; /**< at least so many slots (asked for); 0: any */

    he_isa isa; /**< never part of the context's id */
} he_params;

/** Every field at its default. */
#define HE_PARAMS_INIT                                                                             \
    {                                                                                              \
        .struct_size = sizeof(he_params)                                                           \
    }

/** The bits that a table allows for ring degree n: secure means QP < 2^bits, checked on the product
 *  itself.  0 where n is not in the table, and for HE_SEC_NONE.  Threads: any. */
HE_API unsigned he_security_max_bits(he_security security, uint32_t n);

/** The smallest prime t above a bound that allows batching in degree n: t = 1 mod 2n.
 *  @retval HE_ERR_ARGUMENT  n is no ring degree, or there is no such prime up to 2^60 */
HE_API HE_MUST_CHECK he_status he_batching_prime(uint64_t *t, uint32_t n, uint64_t above);

/** "128-bit (2024)" and so on; static.  Threads: any. */
HE_API const char *he_security_name(he_security security);

/** "scalar", "avx2", "avx2fma", "avx512", "avx512ifma", "auto"; static.  Threads: any. */
HE_API const char *he_isa_name(he_isa isa);

/** The inverse of he_isa_name().
 *  @retval HE_ERR_ARGUMENT  no such name */
HE_API HE_MUST_CHECK he_status he_isa_parse(he_isa *isa, const char *name);

#ifdef __cplusplus
}
#endif
#endif
