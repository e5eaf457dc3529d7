/* SPDX-License-Identifier: MIT */
/* Evidence: what a launcher says of an enclave, in one fixed layout, signed by its platform key. */
#ifndef HE_ENCLAVE_EVIDENCE_H
#define HE_ENCLAVE_EVIDENCE_H

#include "enclave/image/layout.h"

#define HE_EVIDENCE_VERSION 1
#define HE_EVIDENCE_FLAGS   0x7fu /* all that this version knows */
#define HE_SIGNATURE_BYTES  64
#define HE_EVIDENCE_SIGNED  258 /* bytes before the signature */

typedef struct he_evidence {
    uint16_t backend, root;
    uint32_t flags;
    uint8_t measurement[HE_MEASUREMENT_BYTES];
    uint8_t signer[HE_SIGNER_KEY_BYTES]; /* zero without a manifest, as product and svn */
    uint16_t product, svn;
    uint8_t config_hash[32];
    uint8_t monitor[32]; /* measurement of the launcher where something measures it, else zero */
    uint64_t boots;      /* starts of enclaves under this platform key, this one included */
    uint64_t time;       /* seconds since 1970, by the launcher's clock */
    uint8_t report_data[HE_REPORT_DATA_BYTES];
    uint8_t platform[HE_PLATFORM_KEY_BYTES];
    uint8_t signature[HE_SIGNATURE_BYTES];
    uint8_t outer_count; /* hardware evidence that vouches for the platform key */
} he_evidence;

/* Everything, the signature as it stands in e; outer_count must be 0. */
void he_evidence_write(uint8_t bytes[HE_EVIDENCE_BYTES], const he_evidence *e);
/* Takes exactly what he_evidence_write() can give, and well-formed outer evidence.  The check that
 * failed, or HE_CHECK_NONE; e is whole only then.  *why is a static sentence. */
he_check he_evidence_read(he_evidence *e, const uint8_t *bytes, size_t n, const char **why);
/* The signature holds under e->platform. */
bool he_evidence_signature_holds(const uint8_t *bytes, const he_evidence *e);

#endif
