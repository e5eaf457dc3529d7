/* SPDX-License-Identifier: MIT */
/* The enclave's end of all its sessions: the whole of an image but for its way to the outside. */
#ifndef HE_ENCLAVE_IMAGE_GUEST_H
#define HE_ENCLAVE_IMAGE_GUEST_H

#include "enclave/image/channel.h"

#define HE_GUEST_SESSIONS  64 /* open at once */
#define HE_GUEST_HALF_OPEN 16 /* of these, answered a hello and not yet heard from again */

/* What the world around the image gives it. */
typedef struct he_guest_platform {
    void *user;
    /* Fills out; never fails (seeded before the image locks itself). */
    void (*random)(void *user, uint8_t *out, size_t n);
    /* Evidence that names report_data, at most HE_EVIDENCE_BYTES_MAX. */
    he_status (*report)(void *user, uint8_t *evidence, size_t *length,
                        const uint8_t report_data[HE_REPORT_DATA_BYTES]);
} he_guest_platform;

typedef struct he_guest he_guest;

/* Bytes of secret memory that he_guest_init() wants, a multiple of the page size. */
size_t he_guest_secret_bytes(void);
/* Makes a guest inside secret: zeroed memory that is wiped by he_guest_end(). */
he_status he_guest_init(he_guest **guest, void *secret, const uint8_t *measurement,
                        const he_guest_platform *platform);
void he_guest_end(he_guest *guest);

/* The answer to a client's bytes; n = 0 forgets the channel.  out: HE_ENCLAVE_REPLY_MAX bytes.
 * On failure *length is 0 and the sentence is in he_last_error(). */
he_status he_guest_call(he_guest *guest, uint32_t channel, uint8_t *out, size_t *length,
                        const uint8_t *in, size_t n);

#endif
