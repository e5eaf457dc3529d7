/* SPDX-License-Identifier: MIT */
/* Inside BFV: what depends on t, once for the context and once for each level.
 *
 * A ciphertext decrypts through its phase round(Q m / t) + v; v is the noise. */
#ifndef HE_BFV_BFV_H
#define HE_BFV_BFV_H

#include "rlwe/rlwe.h"
#include <he/bfv.h>

/* round(t x / D) for x over kept primes k_0 … k_(K-1) and dropped primes d_0 … d_(m-1) with product
 * D, into the kept primes:
 *   y_i = [x t (D/d_i)^-1]_(d_i),  v = round(sum y_i / d_i),
 *   r_j = x [t / D]_(k_j) - sum y_i [1 / d_i]_(k_j) + v. */
typedef struct he_bfv_scale {
    size_t dropped, kept;
    const he_rns_prime **prime; /* [kept] */
    uint64_t *in;               /* [dropped]: y_i = x in_i, for the caller to multiply by */
    uint64_t *out;              /* [kept][dropped + 2]: weights of y_0 …, x and v in limb j */
    uint64_t *fraction;         /* [dropped]: floor(2^(62 + shift_i) / d_i) */
    unsigned *shift;            /* [dropped]: bits of y_i that the fraction leaves out */
} he_bfv_scale;

typedef struct he_bfv_level {
    size_t limbs; /* k */

    /* Product over Q and R, R = r_0 … r_(aux-1): aux <= k, and R > Q but for a hair */
    size_t aux;
    he_rns_conv *extend;  /* Q -> R, centred: A */
    he_rns_conv *enlarge; /* Q -> R, centred: B' = round(R B / Q) */
    he_rns_conv *back;    /* R -> Q, centred: B' */
    he_bfv_scale product; /* round(t d / R) over Q */
    double log_excess;    /* log2(Q / R) */

    /* Square over Q and S, S = r_0 … r_(wide-1) > 4 n t Q */
    size_t wide;
    he_rns_conv *square_extend; /* Q -> S, centred */
    he_bfv_scale square;        /* round(t d / Q) over S */
    he_rns_conv *square_back;   /* S -> Q, centred */

    /* Messages: round(Q m / t) = ([h]_(q_i) - w) / t with w = [Q m + h]_t, h = floor(t / 2) */
    uint64_t q_mod_t;
    /* round(t x / Q) mod t = [sum x_i whole_i + round(sum x_i fraction_i / 2^128)]_t */
    uint64_t *whole, *fraction_hi, *fraction_lo; /* [k] */
} he_bfv_level;

typedef struct he_bfv_context {
    he_modulus t;
    uint64_t half; /* floor(t / 2) */
    /* per data prime: 1/t with its Shoup constant, h / t, t */
    uint64_t *t_inv, *t_inv_shoup, *half_over_t, *t_mod;
    /* batching: NULL without */
    he_ntt *plain;  /* modulo t */
    uint32_t *slot; /* [n]: where slot j is in NTT order */

    he_rns_prime *data; /* [data_count]: the context's, with kernels that take R's residues */
    he_rns_prime *aux;  /* [aux_count]: r_0 …; in a base of its own beside QP */
    size_t aux_count;
    const he_rns_prime **data_list, **aux_list;
    he_bfv_level *levels; /* [top_level + 1] */
} he_bfv_context;

static inline const he_bfv_context *he_bfv(const he_context *ctx)
{
    return ctx->scheme;
}

static inline const he_bfv_level *he_bfv_at(const he_context *ctx, uint32_t level)
{
    return &he_bfv(ctx)->levels[level];
}

/* Pointers to k limbs of n words that follow one another. */
static inline void he_bfv_limbs(uint64_t **limb, uint64_t *x, size_t k, size_t n)
{
    for (size_t i = 0; i < k; i++)
        limb[i] = x + i * n;
}

/* Most primes of one base here: data primes, and those that a square takes besides. */
#define HE_BFV_MAX_LIMBS (HE_MAX_DATA_PRIMES + 8)

/* --- bfv_scale.c --- */
he_status he_bfv_scale_create(he_bfv_scale *s, const he_rns_prime *const *dropped, size_t m,
                              const he_rns_prime *const *kept, size_t k, uint64_t t);
void he_bfv_scale_clear(he_bfv_scale *s);
/* Coefficients at … at + count - 1 of r[kept] from y[dropped] and x[kept]; r_j may be x_j. */
void he_bfv_scale_run(const he_bfv_scale *s, uint64_t *const *r, const uint64_t *const *y,
                      uint64_t *const *x, size_t at, size_t count);

/* --- bfv_message.c --- */
/* c0 = c0 + round(Q m / t), or - (minus); coefficient form. */
void he_bfv_add_message(const he_context *ctx, uint64_t *c0, const he_plaintext *pt, uint32_t level,
                        bool minus);
he_status he_bfv_read_message(const he_context *ctx, he_plaintext *pt, uint64_t *phase,
                              const he_ciphertext *ct, he_arena *arena);
double he_bfv_noise_limit(const he_context *ctx, const he_ciphertext *ct);

/* --- bfv_switch.c --- */
he_status he_bfv_mod_switch(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                            uint32_t level, he_scratch *scratch);

/* --- bfv_multiply.c, bfv_square.c, bfv_product.c --- */
size_t he_bfv_scratch_bytes(const he_context *ctx);

/* A product d_0 + d_1 s + d_2 s^2 before its last step.  write(job, out, first, count) puts
 * d_first … (the level's limbs each, coefficient form) where out says. */
typedef struct he_bfv_product {
    he_status (*write)(void *job, uint64_t *const *out, size_t first, size_t count);
    void *job;
    uint32_t level;
    double log_sigma;
    bool claimed;
} he_bfv_product;

/* r = the product, relinearized where there is a key.  Operands may be r: they are no longer read
 * once write() works on the job's own memory. */
he_status he_bfv_product_finish(const he_context *ctx, he_ciphertext *r, const he_bfv_product *p,
                                const he_relin_key *key, he_scratch *scratch);
/* A factor: of this context, with two polynomials. */
he_status he_bfv_check_factor(const char *fn, const char *name, const he_context *ctx,
                              const he_ciphertext *ct);
/* r = a^2 on behalf of fn; arguments were checked. */
he_status he_bfv_square_run(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                            const he_relin_key *key, he_scratch *scratch);
/* x = limb i of polynomial p of ct, in the domain asked for. */
void he_bfv_load_limb(const he_context *ctx, uint64_t *x, const he_ciphertext *ct, uint32_t p,
                      size_t i, bool ntt);

/* --- Shared by the operations --- */
/* HE_ERR_LEVEL unless both are at one level. */
he_status he_bfv_check_levels(const char *fn, const he_ciphertext *a, const he_ciphertext *b);
/* r becomes what BFV results are: unscaled, not seeded, with this domain, noise and claim. */
void he_bfv_set_result(he_ciphertext *r, bool ntt, double log_sigma, bool claimed);

#endif
