/* SPDX-License-Identifier: MIT */
/** @file program.h
 *  Programs: small typed lists of vector operations that know nothing of levels, scales or keys.
 *
 *  One program runs in the clear, on ciphertexts, or inside an enclave.  A builder call returns
 *  the number of the new value, or HE_VALUE_NONE; the first error sticks, later calls do nothing,
 *  and he_program_check() reports it, so that a program reads as a formula.
 */
#ifndef HE_PROGRAM_H
#define HE_PROGRAM_H

#include <he/encrypt.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A list of vector operations.  Errors while it is built are kept: he_program_check() tells. */
typedef struct he_program he_program;
/** A value of a program: an index, valid for that program only. */
typedef uint32_t he_value;
#define HE_VALUE_NONE UINT32_MAX /**< what a call gives that failed; it may be passed on */

/** What the elements are. */
typedef enum he_program_type {
    HE_PROGRAM_INTEGER = 1, /**< integers modulo t, exact */
    HE_PROGRAM_REAL = 2     /**< reals */
} he_program_type;

#define HE_PROGRAM_MAX_NODES 65536u /**< values */
#define HE_PROGRAM_MAX_SIZE  65536u /**< elements of a vector */
#define HE_PROGRAM_MAX_PORTS 1024u  /**< inputs, and as many outputs */

/** An empty program on vectors of size elements (a power of two, so that rotations wrap).
 *  @param[in] modulus         INTEGER: t, 2 … 2^60; REAL: 0
 *  @param[in] precision_bits  REAL: bits after the point wanted at the outputs; INTEGER: 0 */
HE_API HE_MUST_CHECK he_status he_program_create(he_program **program, he_program_type type,
                                                 uint32_t size, uint64_t modulus,
                                                 uint32_t precision_bits);
HE_API void he_program_destroy(he_program *program); /**< NULL is allowed */

/** An encrypted input; REAL: every element within [lo, hi]; INTEGER: lo and hi are ignored.
 *  Names have 1 to 63 bytes without control characters and differ among inputs, and among
 *  outputs. */
HE_API he_value he_program_input(he_program *program, const char *name, double lo, double hi);
/** A constant vector in the clear: REAL; 1 … size finite values, the elements after them are 0. */
HE_API he_value he_program_constant(he_program *program, const double *values, size_t count);
/** A constant vector in the clear: INTEGER, each within [-t/2, t/2]; as above. */
HE_API he_value he_program_constant_i64(he_program *program, const int64_t *values, size_t count);
HE_API he_value he_program_splat(he_program *program, double value);      /**< REAL constant */
HE_API he_value he_program_splat_i64(he_program *program, int64_t value); /**< INTEGER constant */
/** a + b, element by element. */
HE_API he_value he_program_add(he_program *program, he_value a, he_value b);
/** a - b, element by element. */
HE_API he_value he_program_sub(he_program *program, he_value a, he_value b);
/** a b, element by element. */
HE_API he_value he_program_multiply(he_program *program, he_value a, he_value b);
/** -a, element by element. */
HE_API he_value he_program_negate(he_program *program, he_value a);
/** Element i of the result is element i + steps mod size of a. */
HE_API he_value he_program_rotate(he_program *program, he_value a, int32_t steps);
/** Every element of the result is the sum of all elements of a. */
HE_API he_value he_program_sum(he_program *program, he_value a);
/** REAL: c_0 + c_1 a + … + c_d a^d, count = d + 1, 1 ≤ d ≤ 63; zeros at the end are left out. */
HE_API he_value he_program_polynomial(he_program *program, he_value a, const double *coefficients,
                                      size_t count);
/** REAL: a, which the caller promises to lie within [lo, hi]: narrows the range that parameters are
 *  chosen for, at no cost.  The reference and an enclave refuse what breaks the promise
 *  (HE_ERR_ARGUMENT); on ciphertexts nobody can see it, and results are meaningless then. */
HE_API he_value he_program_within(he_program *program, he_value a, double lo, double hi);
/** Names a value as an output; it must depend on an input. */
HE_API void he_program_output(he_program *program, const char *name, he_value a);

/** The first error since creation, or HE_OK if the program can run (it has an output). */
HE_API HE_MUST_CHECK he_status he_program_check(const he_program *program);

HE_API he_program_type he_program_get_type(const he_program *program); /**< as created */
HE_API uint32_t he_program_size(const he_program *program);            /**< elements of a vector */
HE_API uint64_t he_program_modulus(const he_program *program);         /**< INTEGER: t; else 0 */
HE_API uint32_t he_program_precision(const he_program *program);       /**< REAL: bits; else 0 */
HE_API uint32_t he_program_input_count(const he_program *program);     /**< declared so far */
HE_API uint32_t he_program_output_count(const he_program *program);    /**< named so far */
HE_API const char *he_program_input_name(const he_program *program, uint32_t i);  /**< borrowed */
HE_API const char *he_program_output_name(const he_program *program, uint32_t i); /**< borrowed */
/** The interval that was declared for input i (REAL). */
HE_API HE_MUST_CHECK he_status he_program_input_range(const he_program *program, uint32_t i,
                                                      double *lo, double *hi);
/** The interval that the values of output i can take (REAL). */
HE_API HE_MUST_CHECK he_status he_program_output_range(const he_program *program, uint32_t i,
                                                       double *lo, double *hi);

/** Canonical bytes: equal programs give equal bytes. */
HE_API size_t he_program_save_size(const he_program *program);
/** Writes them; length receives their number.
 *  @retval HE_ERR_BUFFER  capacity is below he_program_save_size() */
HE_API HE_MUST_CHECK he_status he_program_save(const he_program *program, void *bytes,
                                               size_t capacity, size_t *length);
/** A new program from canonical bytes of exactly that length, for he_program_destroy().
 *  @retval HE_ERR_FORMAT  anything else: cut, continued, out of range or not canonical */
HE_API HE_MUST_CHECK he_status he_program_load(he_program **program, const void *bytes,
                                               size_t length);
/** BLAKE2b-256 of the canonical bytes; id holds HE_ID_BYTES. */
HE_API HE_MUST_CHECK he_status he_program_id(const he_program *program, uint8_t *id);

/** The reference: REAL programs on doubles.  inputs[i] and outputs[i] hold size elements each, in
 *  the order of creation.  Sums and polynomials have one fixed order, so that results are the same
 *  on every machine and inside an enclave. */
HE_API HE_MUST_CHECK he_status he_program_run_real(const he_program *program,
                                                   double *const *outputs,
                                                   const double *const *inputs);
/** The reference: INTEGER programs; elements in [-t/2, t/2]. */
HE_API HE_MUST_CHECK he_status he_program_run_integer(const he_program *program,
                                                      int64_t *const *outputs,
                                                      const int64_t *const *inputs);

/** How a program runs on ciphertexts: parameters, places to relinearize and rescale, steps. */
typedef struct he_plan he_plan;

/** Chooses the smallest sound parameters for the program.
 *  @param[in] hints  security, isa and anything that is to be forced (n, primes); NULL: none
 *  @retval HE_ERR_PARAMS  no parameters within the table can hold the program */
HE_API HE_MUST_CHECK he_status he_plan_create(he_plan **plan, const he_program *program,
                                              const he_params *hints);
HE_API void he_plan_destroy(he_plan *plan); /**< NULL is allowed */
/** The context that was made for it; borrowed from the plan. */
HE_API const he_context *he_plan_context(const he_plan *plan);
/** Galois steps that it needs; borrowed.  *count may be 0. */
HE_API const int32_t *he_plan_steps(const he_plan *plan, size_t *count);
HE_API bool he_plan_needs_relin_key(const he_plan *plan); /**< it multiplies ciphertexts */
/** log2 of the noise bound that output i will have: give it to he_decrypt(). */
HE_API double he_plan_output_noise_bits(const he_plan *plan, uint32_t i);
/** The level that output i will have: he_ciphertext_wire_size() says how many bytes that is. */
HE_API uint32_t he_plan_output_level(const he_plan *plan, uint32_t i);
/** REAL: bound on the absolute error of output i that encryption and evaluation add, exceeded with
 *  probability below 2^-128; INTEGER: 0. */
HE_API double he_plan_output_error(const he_plan *plan, uint32_t i);

/** Encrypts size elements for input i, replicated so that rotations wrap (REAL). */
HE_API HE_MUST_CHECK he_status he_plan_encrypt_real(const he_plan *plan, he_ciphertext *ct,
                                                    uint32_t i, const double *values,
                                                    const he_public_key *pk,
                                                    const he_secret_key *sk, he_rng *rng,
                                                    he_scratch *scratch);
/** The same for INTEGER.  Exactly one of pk and sk is given; sk makes seeded ciphertexts. */
HE_API HE_MUST_CHECK he_status he_plan_encrypt_integer(const he_plan *plan, he_ciphertext *ct,
                                                       uint32_t i, const int64_t *values,
                                                       const he_public_key *pk,
                                                       const he_secret_key *sk, he_rng *rng,
                                                       he_scratch *scratch);
/** Runs the program on ciphertexts; rk and gk may be NULL where the plan needs none. */
HE_API HE_MUST_CHECK he_status he_plan_run(const he_plan *plan, he_ciphertext *const *outputs,
                                           const he_ciphertext *const *inputs,
                                           const he_relin_key *rk, const he_galois_keys *gk,
                                           he_scratch *scratch);
/** Decrypts output i by the bound that the plan predicts. */
HE_API HE_MUST_CHECK he_status he_plan_decrypt_real(const he_plan *plan, double *values, uint32_t i,
                                                    const he_ciphertext *ct,
                                                    const he_secret_key *sk, he_scratch *scratch);
/** The same for INTEGER; elements in [-t/2, t/2]. */
HE_API HE_MUST_CHECK he_status he_plan_decrypt_integer(const he_plan *plan, int64_t *values,
                                                       uint32_t i, const he_ciphertext *ct,
                                                       const he_secret_key *sk,
                                                       he_scratch *scratch);

#ifdef __cplusplus
}
#endif
#endif
