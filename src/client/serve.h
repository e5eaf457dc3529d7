/* SPDX-License-Identifier: MIT */
/* The two servers' conversations, each over one connection until it ends. */
#ifndef HE_CLIENT_SERVE_H
#define HE_CLIENT_SERVE_H

#include "client/channel.h"
#include <he/client.h>

/* What a HELLO carries before anything else: version u16 | evaluator u16. */
#define HE_HELLO_PREFIX 4
/* Largest HELLO body: the prefix and, for an enclave, the session's hello. */
#define HE_HELLO_LIMIT (HE_HELLO_PREFIX + HE_HELLO_BYTES)
/* Largest PROGRAM body: parameters and a program (a million doubles of constants). */
#define HE_PROGRAM_LIMIT ((uint64_t)16 << 20)

void he_hello_prefix(uint8_t out[HE_HELLO_PREFIX], he_evaluator evaluator);
/* Refuses another version or evaluator. */
he_status he_hello_check(const uint8_t *body, uint64_t length, he_evaluator evaluator,
                         const char *peer);

he_status he_serve_he(he_channel *ch, const he_serve_options *options);

/* An enclave lives as long as its server, through many connections. */
typedef struct he_enclave_host he_enclave_host;
he_status he_enclave_host_create(he_enclave_host **host, const he_serve_options *options);
void he_enclave_host_destroy(he_enclave_host *host);
he_status he_serve_enclave(he_channel *ch, he_enclave_host *host);

#endif
