/* SPDX-License-Identifier: MIT */
/* What a policy holds; read by the appraisal and the session. */
#ifndef HE_ENCLAVE_POLICY_H
#define HE_ENCLAVE_POLICY_H

#include <he/enclave.h>

typedef struct he_allowed_signer {
    uint8_t key[HE_SIGNER_KEY_BYTES];
    uint16_t product, min_svn;
} he_allowed_signer;

struct he_policy {
    uint8_t measurements[HE_POLICY_MAX][HE_MEASUREMENT_BYTES];
    he_allowed_signer signers[HE_POLICY_MAX];
    uint8_t platforms[HE_POLICY_MAX][HE_PLATFORM_KEY_BYTES];
    size_t measurement_count, signer_count, platform_count;
    he_root_of_trust root;
    uint32_t allowed; /* HE_ENCLAVE_… facts that may hold */
    uint32_t max_age; /* seconds; 0: any */
    uint32_t padding; /* bytes; 0: none */
};

/* A new policy: trusts nothing. */
void he_policy_reset(he_policy *policy);

#endif
