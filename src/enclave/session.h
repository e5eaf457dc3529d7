/* SPDX-License-Identifier: MIT */
/* The client's end of a session, as its two files share it. */
#ifndef HE_ENCLAVE_SESSION_H
#define HE_ENCLAVE_SESSION_H

#include "enclave/image/channel.h"
#include "enclave/policy.h"

/* The program that the enclave was given. */
typedef struct he_remote {
    he_transport *transport;
    void *user;
    uint8_t *message, *record; /* HE_GUEST_REQUEST_MAX each */
    uint8_t *answer;           /* HE_ENCLAVE_REPLY_MAX */
    bool loaded;
    uint8_t id[HE_ID_BYTES];
    he_program_type type;
    uint32_t size, inputs, outputs;
} he_remote;

struct he_session {
    he_policy policy;
    uint8_t hello[HE_HELLO_BYTES];
    uint8_t secret[32]; /* of the ephemeral key; wiped by he_session_finish() */
    bool begun;         /* waits for the reply */
    he_channel channel;
    he_remote remote; /* zero without a transport */
};

#endif
