/* SPDX-License-Identifier: MIT */
/* A running enclave as its backends see it. */
#ifndef HE_ENCLAVE_ENCLAVE_H
#define HE_ENCLAVE_ENCLAVE_H

#include "enclave/image/guest.h"
#include "enclave/manifest.h"
#include "enclave/platform.h"
#include <sys/types.h>

/* What a backend can do.  start and stop may be called on an enclave that is half there. */
typedef struct he_backend_ops {
    he_backend backend;
    /* Gets the image ready, calls he_enclave_measured(), starts. */
    he_status (*start)(he_enclave *e);
    /* in has 0 to HE_GUEST_REQUEST_MAX bytes; out has HE_ENCLAVE_REPLY_MAX. */
    he_status (*call)(he_enclave *e, uint32_t channel, uint8_t *out, size_t *length,
                      const uint8_t *in, size_t n, uint32_t timeout_ms);
    void (*stop)(he_enclave *e);
    uint64_t (*memory)(const he_enclave *e);
} he_backend_ops;

extern const he_backend_ops he_backend_process;
extern const he_backend_ops he_backend_sim;

struct he_enclave {
    const he_backend_ops *ops;
    he_enclave_config config; /* resolved; its pointers are good during he_enclave_create() only */
    uint8_t config_bytes[HE_CONFIG_BYTES];
    uint8_t measurement[HE_MEASUREMENT_BYTES];
    he_manifest manifest; /* zero without one */
    he_platform platform;
    he_root_of_trust root;
    uint32_t flags;
    bool alive;

    /* process */
    pid_t pid;
    int pidfd, socket; /* -1: none */

    /* sim */
    he_guest *guest;
    void *secret;
};

/* To be called by start before anything of the image runs: the manifest must fit. */
he_status he_enclave_measured(he_enclave *e, const uint8_t measurement[HE_MEASUREMENT_BYTES]);
/* Evidence of e for report_data, signed if its root is not HE_ROOT_NONE. */
he_status he_enclave_report(he_enclave *e, uint8_t *evidence, size_t *length,
                            const uint8_t report_data[HE_REPORT_DATA_BYTES]);

#endif
