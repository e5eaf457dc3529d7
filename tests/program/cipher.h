/* SPDX-License-Identifier: MIT */
/* A client and a server in one: keys for a plan, inputs encrypted, the plan run, outputs
 * decrypted. */
#ifndef HE_TEST_CIPHER_H
#define HE_TEST_CIPHER_H

#include "support/test.h"
#include <he/program.h>
#include <he/wire.h>

#define MAX_PORTS 40

typedef struct cipher {
    he_plan *plan;
    const he_context *ctx;
    uint32_t inputs, outputs;
    he_rng *rng;
    he_secret_key *sk;
    he_public_key *pk;
    he_relin_key *rk;
    he_galois_keys *gk;
    he_scratch *scratch;
    he_ciphertext *in[MAX_PORTS], *out[MAX_PORTS];
} cipher;

/* Takes the plan over. */
void cipher_create(cipher *c, he_plan *plan, const he_program *program);
void cipher_destroy(cipher *c);
/* Input i, by the public or the secret key. */
void cipher_real(cipher *c, uint32_t i, const double *values, bool secret);
void cipher_integer(cipher *c, uint32_t i, const int64_t *values, bool secret);
void cipher_run(cipher *c);

#endif
