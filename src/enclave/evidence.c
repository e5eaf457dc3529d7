/* SPDX-License-Identifier: MIT */
/* The evidence layout, little-endian:
 *   "HEev" | version u16 | backend u16 | root u16 | flags u32
 *   measurement 32 | signer 32 | product u16 | svn u16 | config hash 32 | monitor 32
 *   boots u64 | time u64 | report data 64
 *   platform key 32 | Ed25519 signature 64 of all bytes before it
 *   outer count u8, each: type u16 | length u32 | evidence | length u32 | certificates
 * There is one reading of any bytes or none: every field has its one place, fields that contradict
 * each other are refused, and so is every byte too many. */
#include "enclave/evidence.h"

#include "core/bytes.h"
#include <sodium.h>
#include <string.h>

enum {
    AT_VERSION = 4,
    AT_BACKEND = 6,
    AT_ROOT = 8,
    AT_FLAGS = 10,
    AT_MEASUREMENT = 14,
    AT_SIGNER = 46,
    AT_PRODUCT = 78,
    AT_SVN = 80,
    AT_CONFIG = 82,
    AT_MONITOR = 114,
    AT_BOOTS = 146,
    AT_TIME = 154,
    AT_REPORT_DATA = 162,
    AT_PLATFORM = 226,
    AT_SIGNATURE = HE_EVIDENCE_SIGNED,
    AT_OUTER = 322
};
_Static_assert(AT_PLATFORM + HE_PLATFORM_KEY_BYTES == AT_SIGNATURE, "the layout has no gap");
_Static_assert(AT_SIGNATURE + HE_SIGNATURE_BYTES == AT_OUTER, "the layout has no gap");
_Static_assert(AT_OUTER + 1 == HE_EVIDENCE_BYTES, "the layout has its length");

#define OUTER_TYPES 3 /* SEV-SNP, TDX, Nitro */

static const uint8_t magic[4] = {'H', 'E', 'e', 'v'};

void he_evidence_write(uint8_t bytes[HE_EVIDENCE_BYTES], const he_evidence *e)
{
    memcpy(bytes, magic, sizeof magic);
    he_store16(bytes + AT_VERSION, HE_EVIDENCE_VERSION);
    he_store16(bytes + AT_BACKEND, e->backend);
    he_store16(bytes + AT_ROOT, e->root);
    he_store32(bytes + AT_FLAGS, e->flags);
    memcpy(bytes + AT_MEASUREMENT, e->measurement, sizeof e->measurement);
    memcpy(bytes + AT_SIGNER, e->signer, sizeof e->signer);
    he_store16(bytes + AT_PRODUCT, e->product);
    he_store16(bytes + AT_SVN, e->svn);
    memcpy(bytes + AT_CONFIG, e->config_hash, sizeof e->config_hash);
    memcpy(bytes + AT_MONITOR, e->monitor, sizeof e->monitor);
    he_store64(bytes + AT_BOOTS, e->boots);
    he_store64(bytes + AT_TIME, e->time);
    memcpy(bytes + AT_REPORT_DATA, e->report_data, sizeof e->report_data);
    memcpy(bytes + AT_PLATFORM, e->platform, sizeof e->platform);
    memcpy(bytes + AT_SIGNATURE, e->signature, sizeof e->signature);
    bytes[AT_OUTER] = e->outer_count;
}

static void read_fields(he_evidence *e, const uint8_t *bytes)
{
    e->backend = he_load16(bytes + AT_BACKEND);
    e->root = he_load16(bytes + AT_ROOT);
    e->flags = he_load32(bytes + AT_FLAGS);
    memcpy(e->measurement, bytes + AT_MEASUREMENT, sizeof e->measurement);
    memcpy(e->signer, bytes + AT_SIGNER, sizeof e->signer);
    e->product = he_load16(bytes + AT_PRODUCT);
    e->svn = he_load16(bytes + AT_SVN);
    memcpy(e->config_hash, bytes + AT_CONFIG, sizeof e->config_hash);
    memcpy(e->monitor, bytes + AT_MONITOR, sizeof e->monitor);
    e->boots = he_load64(bytes + AT_BOOTS);
    e->time = he_load64(bytes + AT_TIME);
    memcpy(e->report_data, bytes + AT_REPORT_DATA, sizeof e->report_data);
    memcpy(e->platform, bytes + AT_PLATFORM, sizeof e->platform);
    memcpy(e->signature, bytes + AT_SIGNATURE, sizeof e->signature);
    e->outer_count = bytes[AT_OUTER];
}

/* Steps over a length and its bytes; false if they do not fit. */
static bool skip_blob(const uint8_t **p, size_t *left)
{
    if (*left < 4)
        return false;
    uint32_t length = he_load32(*p);
    if (length > *left - 4)
        return false;
    *p += 4 + (size_t)length;
    *left -= 4 + (size_t)length;
    return true;
}

static const char *read_outer(const uint8_t *p, size_t left, uint8_t count)
{
    for (uint8_t i = 0; i < count; i++) {
        if (left < 2)
            return "outer evidence is cut";
        uint16_t type = he_load16(p);
        if (type < 1 || type > OUTER_TYPES)
            return "outer evidence of unknown type";
        p += 2;
        left -= 2;
        if (!skip_blob(&p, &left) || !skip_blob(&p, &left))
            return "outer evidence is cut";
    }
    return left == 0 ? NULL : "there are bytes after the end";
}

/* Fields that say the same thing twice must agree. */
static const char *contradiction(const he_evidence *e)
{
    bool simulated = (e->flags & HE_ENCLAVE_SIMULATED) != 0;
    if (e->backend < HE_BACKEND_KVM || e->backend > HE_BACKEND_SIM)
        return "unknown backend";
    if (e->root > HE_ROOT_HARDWARE)
        return "unknown root of trust";
    if (simulated != (e->backend == HE_BACKEND_SIM) || simulated != (e->root == HE_ROOT_NONE))
        return "backend, root and the simulated flag contradict each other";
    if ((e->root == HE_ROOT_HARDWARE) != (e->outer_count != 0))
        return "a hardware root goes with outer evidence, and only with it";
    if (simulated && (!sodium_is_zero(e->platform, sizeof e->platform) ||
                      !sodium_is_zero(e->signature, sizeof e->signature)))
        return "simulated evidence is unsigned";
    if (sodium_is_zero(e->signer, sizeof e->signer) && (e->product != 0 || e->svn != 0))
        return "product and svn without a signer";
    return NULL;
}

he_check he_evidence_read(he_evidence *e, const uint8_t *bytes, size_t n, const char **why)
{
    if (n < 6 || memcmp(bytes, magic, sizeof magic) != 0) {
        *why = "these bytes are not evidence";
        return HE_CHECK_FORMAT;
    }
    if (he_load16(bytes + AT_VERSION) != HE_EVIDENCE_VERSION) {
        *why = "a version that this library does not read";
        return HE_CHECK_VERSION;
    }
    if (n < HE_EVIDENCE_BYTES || n > HE_EVIDENCE_BYTES_MAX) {
        *why = n < HE_EVIDENCE_BYTES ? "evidence is cut" : "evidence is too long";
        return HE_CHECK_FORMAT;
    }
    read_fields(e, bytes);
    if ((e->flags & ~HE_EVIDENCE_FLAGS) != 0) {
        *why = "an unknown flag is set";
        return HE_CHECK_FLAGS;
    }
    *why = contradiction(e);
    if (*why == NULL)
        *why = read_outer(bytes + HE_EVIDENCE_BYTES, n - HE_EVIDENCE_BYTES, e->outer_count);
    return *why == NULL ? HE_CHECK_NONE : HE_CHECK_FORMAT;
}

bool he_evidence_signature_holds(const uint8_t *bytes, const he_evidence *e)
{
    return crypto_sign_verify_detached(e->signature, bytes, HE_EVIDENCE_SIGNED, e->platform) == 0;
}
