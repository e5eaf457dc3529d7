/* SPDX-License-Identifier: MIT */
/* What BFV and CKKS share: the objects behind the public handles, and how a scheme plugs in. */
#ifndef HE_RLWE_RLWE_H
#define HE_RLWE_RLWE_H

#include "core/scratch.h"
#include "core/status.h"
#include "random/sample.h"
#include "rns/rns.h"
#include <he/encrypt.h>

/* --- Context ----------------------------------------------------------------------------------*/

/* A scheme's part of the shared operations.  rlwe calls these and knows no scheme. */
typedef struct he_scheme_ops {
    bool ntt_at_rest;          /* domain of fresh ciphertexts: CKKS true, BFV false */
    uint32_t galois_generator; /* element of a step to the left: 3 (BFV), 2n - 3 is written -3 */
    bool galois_generator_negative;
    /* ctx->scheme from ctx: constants that depend on t or on the scale.  Called last. */
    he_status (*context_init)(he_context *ctx);
    /* Also after a context_init() that failed or was not reached: ctx->scheme may be NULL. */
    void (*context_free)(he_context *ctx);
    /* Bytes of arena that the scheme's largest operation takes for one worker, besides those of
     * the key switching in it: he_scratch_create() adds that. */
    size_t (*scratch_bytes)(const he_context *ctx);
    /* Scale of a degree-1 ciphertext at a level that exists; NULL: the scheme has none (BFV). */
    double (*scale)(const he_context *ctx, uint32_t level);
    /* c0 += message of pt at level, in the domain ntt_at_rest; c0 has the level's limbs. */
    he_status (*add_message)(const he_context *ctx, uint64_t *c0, const he_plaintext *pt,
                             uint32_t level, he_arena *arena);
    /* pt = message of a phase (the level's limbs, in the domain ntt_at_rest; may be destroyed). */
    he_status (*read_message)(const he_context *ctx, he_plaintext *pt, uint64_t *phase,
                              const he_ciphertext *ct, he_arena *arena);
    /* log2 of the largest noise coefficient with which ct decrypts correctly. */
    double (*noise_limit)(const he_context *ctx, const he_ciphertext *ct);
    /* The he_mod_switch() of the scheme; arguments were checked, level is below a's. */
    he_status (*mod_switch)(const he_context *ctx, he_ciphertext *r, const he_ciphertext *a,
                            uint32_t level, he_scratch *scratch);
} he_scheme_ops;

extern const he_scheme_ops he_bfv_ops;  /* src/bfv */
extern const he_scheme_ops he_ckks_ops; /* src/ckks */

/* What is computed once for each level. */
typedef struct he_level {
    size_t limbs;
    size_t digits;        /* beta = ceil(limbs / alpha) */
    he_rns_conv **mod_up; /* [digits]: from digit j's limbs to the level's other limbs, then P's */
    he_rns_divide *by_p;  /* Q_l P -> Q_l */
    /* Q_l P -> Q_(l-1): drops the last data prime, then P (the order of the extended base, so that
     * the dropped limbs lie behind the kept ones); NULL at level 0 */
    he_rns_divide *by_p_and_last;
    he_rns_divide *by_last; /* Q_l -> Q_(l-1); NULL at level 0 */
    double log_q;
    double switch_noise; /* he_noise_switch_product() */
} he_level;

struct he_context {
    he_params params; /* with every choice made: primes written out */
    const he_scheme_ops *ops;
    uint8_t id[HE_ID_BYTES];
    size_t n;
    unsigned log_n;
    size_t data_count;    /* L */
    size_t special_count; /* alpha; at least 1 */
    he_rns_prime *primes; /* [data_count + special_count]: q_0 … q_(L-1), p_0 … p_(alpha-1) */
    const he_rns_prime **prime_list; /* pointers to them, for bases */
    size_t slots;                    /* 0: a BFV modulus without batching */
    size_t base_limbs; /* of level 0: 1, or 2 (CKKS) where one prime cannot hold the values */
    uint32_t top_level;
    he_level *levels; /* [top_level + 1] */
    double log_p, log_qp;
    double log_tail; /* log2 of z: one of n noise coefficients exceeds z sigma with Pr < 2^-128 */
    void *scheme;    /* the scheme's own, from context_init */
};

/* Limbs of data at a level: levels[level].limbs. */
static inline size_t he_ctx_limbs(const he_context *ctx, uint32_t level)
{
    return ctx->levels[level].limbs;
}

/* The special primes, in the order of primes[]. */
static inline const he_rns_prime *he_ctx_special(const he_context *ctx, size_t i)
{
    return &ctx->primes[ctx->data_count + i];
}

/* Limb i of the extended base Q_l P: data limbs first, then the special ones. */
static inline const he_rns_prime *he_ctx_extended(const he_context *ctx, size_t limbs, size_t i)
{
    return i < limbs ? &ctx->primes[i] : he_ctx_special(ctx, i - limbs);
}

/* --- Objects ----------------------------------------------------------------------------------*/

struct he_plaintext {
    uint8_t id[HE_ID_BYTES];
    he_scheme scheme; /* HE_SCHEME_NONE: empty */
    uint32_t level;   /* CKKS */
    double scale;     /* CKKS; 1 for BFV */
    size_t words;     /* BFV: n, coefficients modulo t; CKKS: limbs n, NTT form */
    size_t capacity;
    uint64_t *data;
};

struct he_ciphertext {
    uint8_t id[HE_ID_BYTES];
    he_scheme scheme;
    uint32_t size; /* polynomials; 0: empty */
    uint32_t level;
    uint32_t limbs; /* of the level */
    size_t n;
    bool ntt;         /* domain of all polynomials */
    uint32_t degree;  /* CKKS canonical: 1, or 2 before a rescale */
    double scale;     /* CKKS; 1 for BFV */
    double log_sigma; /* log2 of the standard deviation bound of one noise coefficient */
    bool claimed;     /* log_sigma was loaded */
    bool seeded;      /* polynomial 1 is the expansion of seed (in the domain at rest) */
    uint8_t seed[HE_SEED_BYTES];
    size_t capacity; /* words */
    uint64_t *data;  /* polynomial p, limb i, coefficient j at (p limbs + i) n + j */
};

static inline uint64_t *he_ct_poly(const he_ciphertext *ct, uint32_t p)
{
    return ct->data + (size_t)p * ct->limbs * ct->n;
}

struct he_secret_key {
    uint8_t id[HE_ID_BYTES];
    int8_t *s;     /* [n], ternary */
    uint64_t *ntt; /* [data + special limbs][n], NTT form */
};

struct he_public_key {
    uint8_t id[HE_ID_BYTES];
    uint8_t seed[HE_SEED_BYTES]; /* of a */
    uint64_t *b, *a;             /* [data + special limbs][n], NTT form; b = -(a s) + e */
};

/* Switches src to s: b_j = -(a_j s) + e_j + P w_j src for each digit j. */
typedef struct he_switch_key {
    size_t digits;               /* of the top level */
    uint8_t seed[HE_SEED_BYTES]; /* of all a_j; poly number j */
    uint64_t *b, *a;             /* [digits][data + special limbs][n], NTT form */
} he_switch_key;

struct he_relin_key {
    uint8_t id[HE_ID_BYTES];
    he_switch_key key;
};

struct he_galois_keys {
    uint8_t id[HE_ID_BYTES];
    size_t count;
    uint32_t *elements; /* [count], ascending */
    uint32_t **index;   /* [count][n]: the permutation of each element, NTT form */
    he_switch_key *keys;
};

/* Room for a plaintext's words; HE_ERR_MEMORY leaves it as it was. */
he_status he_plaintext_reserve(he_plaintext *pt, size_t words);
/* r becomes a ciphertext of this shape with undefined contents (log_sigma, domain and scale are the
 * caller's to set); storage grows if it must.  On failure r is as before. */
he_status he_ciphertext_shape(const he_context *ctx, he_ciphertext *r, uint32_t size,
                              uint32_t level);
/* Forgets the contents: the state after a failure that came after writing began. */
void he_ciphertext_clear(he_ciphertext *ct);
/* To the other domain, in place; no-op where it is there. */
void he_ciphertext_to_ntt(const he_context *ctx, he_ciphertext *ct);
void he_ciphertext_to_coeff(const he_context *ctx, he_ciphertext *ct);
/* Polynomial 1 from ct->seed, in the domain at rest; also done by the loader. */
void he_ciphertext_expand(const he_context *ctx, he_ciphertext *ct);
/* phase = c_0 + c_1 s (+ c_2 s^2), the level's limbs, in the domain at rest. */
he_status he_phase(const he_context *ctx, uint64_t *phase, const he_ciphertext *ct,
                   const he_secret_key *sk, he_scratch *scratch);

/* For key generation and loading: keys with undefined contents, for the matching destroy. */
he_status he_public_key_alloc(const he_context *ctx, he_public_key **pk);
/* count keys; the caller writes elements, then has index k and key k made. */
he_status he_galois_keys_alloc(const he_context *ctx, he_galois_keys **gk, size_t count);
/* index[k] from elements[k]. */
he_status he_galois_keys_index(const he_context *ctx, he_galois_keys *gk, size_t k);
he_status he_switch_key_alloc(const he_context *ctx, he_switch_key *key);
void he_switch_key_clear(he_switch_key *key);
/* Allocates and makes the key from src (all primes, NTT form) to sk; e: room for n samples. */
he_status he_switch_key_make(const he_context *ctx, he_switch_key *key, const uint64_t *src,
                             const he_secret_key *sk, int8_t *e, he_rng *rng);
/* a from seed; also done by the loader. */
void he_switch_key_expand(const he_context *ctx, he_switch_key *key);
void he_public_key_expand(const he_context *ctx, he_public_key *pk);
he_status he_secret_key_from_ternary(const he_context *ctx, he_secret_key **sk, const int8_t *s);
/* The automorphism of a step: generator^step, or 2n - 1 for HE_STEP_CONJUGATE.  HE_ERR_ARGUMENT for
 * a step of a full row or more. */
he_status he_galois_element(const he_context *ctx, uint32_t *element, int32_t step);
/* Index of the element in gk, or SIZE_MAX. */
size_t he_galois_find(const he_galois_keys *gk, uint32_t element);

/* --- Checks behind every public function --------------------------------------------------------
 * Each fails with the function's name and both sides in the text. */
he_status he_check_context(const char *fn, const he_context *ctx, he_scheme scheme); /* NONE: any */
he_status he_check_ciphertext(const char *fn, const char *name, const he_context *ctx,
                              const he_ciphertext *ct); /* not empty, of this context */
he_status he_check_plaintext(const char *fn, const char *name, const he_context *ctx,
                             const he_plaintext *pt);
he_status he_check_secret_key(const char *fn, const he_context *ctx, const he_secret_key *sk);
he_status he_check_id(const char *fn, const char *name, const he_context *ctx, const uint8_t *id);

/* --- Key switching ------------------------------------------------------------------------------
 * Hybrid: Han, Ki, ePrint 2019/688.  u is two polynomials over the extended base (limbs + alpha
 * limbs each, NTT form): u = sum_j d_j (b_j, a_j) with d_j the digits of c raised to Q_l P; its
 * value divided by P is the switched pair.  c: the level's limbs, in coefficient form; c_ntt: the
 * same in NTT form where the caller has it (saves the level's limbs in transforms), else NULL. */
he_status he_keyswitch_product(const he_context *ctx, uint64_t *u, const uint64_t *c,
                               const uint64_t *c_ntt, uint32_t level, const he_switch_key *key,
                               he_scratch *scratch);
/* r = x from NTT to coefficient form, data limbs 0 … limbs - 1. */
void he_copy_to_coeff(const he_context *ctx, uint64_t *r, const uint64_t *x, size_t limbs,
                      he_scratch *scratch);
/* r0 += round(u_0 / P), r1 += round(u_1 / P) in the domain asked for.  Destroys u. */
he_status he_keyswitch_finish(const he_context *ctx, uint64_t *r0, uint64_t *r1, uint64_t *u,
                              uint32_t level, bool ntt, he_scratch *scratch);
/* Arena bytes of one worker for everything in this header: key switching, encryption, … */
size_t he_shared_scratch_bytes(const he_context *ctx);
/* r = a under the automorphism, switched back to s; two polynomials, domain of a. */
he_status he_apply_galois(const char *fn, const he_context *ctx, he_ciphertext *r,
                          const he_ciphertext *a, const he_galois_keys *gk, int32_t step,
                          he_scratch *scratch);

/* --- Noise --------------------------------------------------------------------------------------
 * log2 of the standard deviation of one noise coefficient; noise.c has the model. */
double he_noise_add(double a, double b);         /* sigma_a + sigma_b: operands may be correlated */
double he_noise_independent(double a, double b); /* sqrt(sigma_a^2 + sigma_b^2) */
/* Of rounding size polynomials to integers: any division, switch or rescale. */
double he_noise_rounding(const he_context *ctx, uint32_t size);
/* sigma / 2^log_q, and the rounding of size polynomials. */
double he_noise_divided(const he_context *ctx, double a, double log_q, uint32_t size);
double he_noise_fresh_public(const he_context *ctx);
double he_noise_fresh_symmetric(const he_context *ctx);
/* What he_keyswitch_product() adds, already divided by P; without rounding. */
double he_noise_switch_product(const he_context *ctx, uint32_t level);
/* What switching and dividing by P add: the above, and the rounding of two polynomials. */
double he_noise_keyswitch(const he_context *ctx, uint32_t level);
/* Of a BFV product with three polynomials, before relinearization. */
double he_noise_bfv_product(double n, double t, double a, double b);
/* Of a product with any plaintext. */
double he_noise_bfv_product_plain(double n, double t, double a);

/* --- Parameters ---------------------------------------------------------------------------------
 * As asked for -> given: n and primes written out, alpha, t, scale_bits; everything validated but
 * the security table.  extra_bits: noise (BFV) or precision (CKKS) to be had beyond what depth
 * needs. */
he_status he_params_complete(he_params *p, double extra_bits);
/* HE_ERR_INSECURE unless the product of all primes is below 2^(the table's bits for n). */
he_status he_params_check_security(const he_params *p);

#endif
