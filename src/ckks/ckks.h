/* SPDX-License-Identifier: MIT */
/* CKKS, internal: what is computed once for a context, and the pieces that its files share. */
#ifndef HE_CKKS_CKKS_H
#define HE_CKKS_CKKS_H

#include "rlwe/rlwe.h"
#include <emmintrin.h>
#include <he/ckks.h>

/* --- The special FFT ----------------------------------------------------------------------------
 * N = n/2 complex points.  With w_k = a_k + i a_(k+N) and v = w in bit-reversed order, to_slots
 * takes v to the slots a(zeta^((-3)^j)), zeta = exp(i pi / n), j = 0 … N-1 in order; from_slots is
 * its inverse times N.  Real and imaginary parts lie in separate 64-byte aligned arrays.  One order
 * of operations and no fused products: the same bits on every instruction set. */
typedef struct he_ckks_fft he_ckks_fft;

typedef struct he_ckks_fft_kernels {
    const char *name;
    he_isa isa;
    void (*to_slots)(const he_ckks_fft *t, double *re, double *im);
    void (*from_slots)(const he_ckks_fft *t, double *re, double *im);
} he_ckks_fft_kernels;

extern const he_ckks_fft_kernels he_ckks_fft_scalar;
extern const he_ckks_fft_kernels he_ckks_fft_avx2;

struct he_ckks_fft {
    const he_ckks_fft_kernels *kernels;
    size_t count; /* N, a power of two, at least 16 */
    unsigned log_count;
    double *re, *im;   /* [N]: twiddles of the stage with half-length h at h … 2h-1 */
    uint32_t *reverse; /* [N]: bit reversal */
};

he_status he_ckks_fft_init(he_ckks_fft *t, size_t n, he_isa limit);
void he_ckks_fft_clear(he_ckks_fft *t);

/* --- The scheme's part of a context ----------------------------------------------------------- */

typedef struct he_ckks {
    he_ckks_fft fft;
    double *scale;     /* [top + 1]: canonical scale of each level, nearest double */
    uint64_t *adjust;  /* [a (top + 1) + b], b < a: integer that takes level a's scale to b's */
    uint64_t *p_mod;   /* [data primes]: P modulo each */
    uint64_t *inverse; /* [i L + j], j < i: 1/q_j modulo q_i, L data primes */
    double log_range;  /* values stay below 2^log_range */
} he_ckks;

static inline const he_ckks *he_ckks_of(const he_context *ctx)
{
    return ctx->scheme;
}

static inline bool he_ckks_canonical(const he_context *ctx)
{
    return ctx->params.ckks_mode == HE_CKKS_CANONICAL;
}

/* --- Integers from doubles ----------------------------------------------------------------------
 * Constant time: only bounds are public. */

/* Wide integers are words of 52 bits below a top one of 61. */
#define HE_CKKS_PIECE_BITS 52
#define HE_CKKS_WORD_BITS  61

/* To nearest, halves to even; |x| < 2^63. */
static inline int64_t he_ckks_round(double x)
{
    return _mm_cvtsd_si64(_mm_set_sd(x));
}

/* r[k] = v[k] mod q for |v[k]| <= bound < 2^62. */
void he_ckks_reduce_signed(uint64_t *r, const int64_t *v, size_t n, uint64_t bound,
                           const he_rns_prime *p);
/* How many pieces doubles of at most 2^log_bound have. */
size_t he_ckks_pieces(double log_bound);
/* w = round(x / 2^(52 j)), taken off x; |x| < 2^(61 + 52 j). */
void he_ckks_take_piece(int64_t *w, double *x, size_t n, size_t j);
/* r = 2^52 r + w mod q */
void he_ckks_append_piece(uint64_t *r, const int64_t *w, size_t n, const he_modulus *q);
/* round(x) mod q for any finite x. */
uint64_t he_ckks_reduce_double(double x, const he_modulus *q);
/* HE_ERR_ARGUMENT where value at this scale and level is not finite or not below Q/2. */
he_status he_ckks_check_constant(const char *fn, const he_context *ctx, double value, double scale,
                                 uint32_t level);

/* --- A call: scratch and floating-point environment ------------------------------------------- */

typedef struct he_ckks_call {
    he_scratch *scratch, *given;
    he_arena_mark mark;
    unsigned csr;
} he_ckks_call;

he_status he_ckks_enter(he_ckks_call *call, he_scratch *given);
/* Returns status. */
he_status he_ckks_leave(he_ckks_call *call, he_status status);

/* --- Operands -----------------------------------------------------------------------------------
 * A read-only view of a ciphertext.  Dropping primes changes only the view; rescaling and adjusting
 * put new polynomials into the arena of worker 0. */
typedef struct he_ckks_operand {
    const uint64_t *poly[3]; /* each limbs n words */
    uint32_t size, level, degree;
    size_t limbs;
    double scale, log_sigma;
    bool claimed;
} he_ckks_operand;

/* Checks ct (name in the text) and views it. */
he_status he_ckks_operand_of(const char *fn, const char *name, const he_context *ctx,
                             he_ckks_operand *o, const he_ciphertext *ct);
/* Divides by the last prime of the level. */
he_status he_ckks_operand_rescale(const he_context *ctx, he_ckks_operand *o, he_scratch *scratch);
/* Canonical mode, degree 1: to a level that is not above. */
he_status he_ckks_operand_lower(const he_context *ctx, he_ckks_operand *o, uint32_t level,
                                he_scratch *scratch);
/* Canonical mode: degree 1, by rescaling where it is 2. */
he_status he_ckks_operand_single(const he_context *ctx, he_ckks_operand *o, he_scratch *scratch);
/* Explicit mode: the levels are equal, or an error that says what to call. */
he_status he_ckks_same_level(const char *fn, uint32_t a, uint32_t b);
/* Explicit mode: the scales are equal up to 2^-30; the difference is added to log_sigma. */
he_status he_ckks_same_scale(const char *fn, const he_context *ctx, he_ckks_operand *o,
                             double other);

/* --- Results ------------------------------------------------------------------------------------
 * Written in place where r has the shape or is no operand, else by way of the arena. */
typedef struct he_ckks_result {
    he_ciphertext *r;
    uint64_t *data; /* polynomial p, limb i at (p limbs + i) n */
    uint32_t size, level, degree;
    size_t limbs;
    double scale, log_sigma;
    bool claimed;
} he_ckks_result;

/* Takes size, level, degree, scale, log_sigma and claimed from shape.  operand: r is an input. */
he_status he_ckks_result_begin(const he_context *ctx, he_ckks_result *res, he_ciphertext *r,
                               const he_ckks_operand *shape, bool operand, he_arena *arena);
/* status HE_OK: r is the result; else r is as it was, or empty. */
he_status he_ckks_result_end(const he_context *ctx, he_ckks_result *res, he_status status);

static inline uint64_t *he_ckks_limb(const he_context *ctx, const he_ckks_result *res, size_t p,
                                     size_t i)
{
    return res->data + (p * res->limbs + i) * ctx->n;
}

/* r = o divided by the last prime of its level.  operand: r holds polynomials of o. */
he_status he_ckks_write_rescaled(const he_context *ctx, he_ciphertext *r, const he_ckks_operand *o,
                                 bool operand, he_scratch *scratch);
/* A scale after that division. */
double he_ckks_rescaled_scale(const he_context *ctx, double scale, uint32_t level);
/* HE_ERR_SCALE where values at this scale do not fit the level. */
he_status he_ckks_check_scale(const char *fn, const he_context *ctx, double scale, uint32_t level);

/* --- Noise --------------------------------------------------------------------------------------
 * log2 of standard deviations of one coefficient (docs/ckks.md). */
/* How many sigma sqrt(n) / scale the error of one of the slots exceeds with probability below
 * 2^-128: more than the tail of coefficients, since |s| differs from slot to slot. */
double he_ckks_log_slot_tail(const he_context *ctx);
double he_ckks_noise_encode(const he_context *ctx, double scale);
double he_ckks_noise_product(const he_context *ctx, const he_ckks_operand *a,
                             const he_ckks_operand *b);
double he_ckks_noise_square(const he_context *ctx, const he_ckks_operand *a);
/* The view that a plaintext's values make as a factor. */
void he_ckks_plain_factor(const he_context *ctx, he_ckks_operand *o, const he_plaintext *pt);
/* After the division of sigma by the last prime of the level. */
double he_ckks_noise_rescale(const he_context *ctx, double log_sigma, uint32_t level,
                             uint32_t size);
/* A deterministic error of at most 2^log_error in each coefficient, as a standard deviation. */
double he_ckks_noise_fixed(const he_context *ctx, double log_error);
double he_ckks_noise_limit(const he_context *ctx, const he_ciphertext *ct);

/* --- Weighted sums, for programs ----------------------------------------------------------------
 * r = sum of weights[j] a[j] in every slot, degree 2 at this level; a[j] of degree 1, at levels
 * that are not below, none of them r.  Canonical mode. */
he_status he_ckks_weighted_sum(const he_context *ctx, he_ciphertext *r, uint32_t level,
                               const he_ciphertext *const *a, const double *weights, size_t count,
                               he_scratch *scratch);
/* log2 sigma of one term: an operand with this noise and scale and with values up to 2^log_value,
 * times an integer that stands for its weight. */
double he_ckks_noise_weighted(const he_context *ctx, double log_sigma, double log_scale,
                              double log_value, double integer);

/* --- Hooks of he_ckks_ops that have files of their own ---------------------------------------- */

he_status he_ckks_add_message(const he_context *ctx, uint64_t *c0, const he_plaintext *pt,
                              uint32_t level, he_arena *arena);
he_status he_ckks_read_message(const he_context *ctx, he_plaintext *pt, uint64_t *phase,
                               const he_ciphertext *ct, he_arena *arena);
he_status he_ckks_mod_switch(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                             uint32_t level, he_scratch *scratch);

#endif
