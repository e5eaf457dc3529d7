/* SPDX-License-Identifier: MIT */
/* Contexts, keys and operands for the benchmarks of whole operations, made when a row first runs.
 * One set is kept at a time: rows of the same scheme, n and instruction set follow one another. */
#ifndef HE_BENCH_SCHEME_H
#define HE_BENCH_SCHEME_H

#include "he_bench.h"

#include <he/he.h>

typedef struct bench_set {
    he_scheme scheme;
    uint32_t n;
    he_isa isa;
    uint32_t bits; /* of QP */
} bench_set;

/* What an operation finds ready.  a and b are fresh, at the top level; r has room for anything. */
typedef struct bench_scheme {
    const bench_set *set;
    he_context *ctx;
    he_scratch *scratch;
    he_rng *rng;
    he_secret_key *sk;
    he_public_key *pk;
    he_relin_key *rk;
    he_galois_keys *gk; /* for a step of one, and for the exchange of rows or conjugation */
    he_plaintext *pt, *out;
    he_ciphertext *a, *b, *r;
    he_ciphertext *product; /* a b, not relinearized (BFV), not rescaled (CKKS) */
    int64_t *integers;      /* n of them; BFV */
    double *reals;          /* n/2 of them; CKKS */
} bench_scheme;

/* "<area>/<operation>", and one iteration of it. */
typedef struct bench_operation {
    const char *name;
    he_status (*run)(bench_scheme *s);
} bench_operation;

/* Rows "<name>/n=…/bits=…/isa=…" for each n from 4096 to 32768 and each instruction set of this
 * machine; operations must stay valid. */
void bench_scheme_register(he_scheme scheme, const bench_operation *operations, size_t count);

/* The set's parameters, for those who make contexts themselves. */
he_params bench_scheme_params(const bench_set *set);

#endif
