/* SPDX-License-Identifier: MIT */
/* Reading of signed manifests. */
#ifndef HE_ENCLAVE_MANIFEST_H
#define HE_ENCLAVE_MANIFEST_H

#include <he/enclave.h>

typedef struct he_manifest {
    uint8_t measurement[HE_MEASUREMENT_BYTES];
    uint8_t signer[HE_SIGNER_KEY_BYTES];
    uint16_t product, svn;
} he_manifest;

/* The manifest, if its signature holds. */
he_status he_manifest_read(he_manifest *manifest, const uint8_t bytes[HE_MANIFEST_BYTES]);

#endif
