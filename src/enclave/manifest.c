/* SPDX-License-Identifier: MIT */
/* Signed manifests, little-endian:
 *   "HEmf" | version u16 | product u16 | svn u16 | zero u16 | measurement 32 | signer 32
 *   Ed25519 signature 64 of all bytes before it */
#include "enclave/manifest.h"

#include "core/bytes.h"
#include "core/memory.h"
#include "core/status.h"
#include <sodium.h>
#include <string.h>

#define MANIFEST_VERSION 1
enum {
    AT_VERSION = 4,
    AT_PRODUCT = 6,
    AT_SVN = 8,
    AT_ZERO = 10,
    AT_MEASUREMENT = 12,
    AT_SIGNER = 44,
    AT_SIGNATURE = 76
};
_Static_assert(AT_SIGNATURE + 64 == HE_MANIFEST_BYTES, "the layout has its length");

static const uint8_t magic[4] = {'H', 'E', 'm', 'f'};

he_status he_signer_public_key(uint8_t *key, const uint8_t *seed)
{
    HE_REQUIRE_PTR(key);
    HE_REQUIRE_PTR(seed);
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    crypto_sign_seed_keypair(key, secret, seed);
    he_wipe(secret, sizeof secret);
    return HE_OK;
}

he_status he_manifest_sign(uint8_t *manifest, const uint8_t *measurement, const uint8_t *seed,
                           uint16_t product, uint16_t svn)
{
    HE_REQUIRE_PTR(manifest);
    HE_REQUIRE_PTR(measurement);
    HE_REQUIRE_PTR(seed);
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    memcpy(manifest, magic, sizeof magic);
    he_store16(manifest + AT_VERSION, MANIFEST_VERSION);
    he_store16(manifest + AT_PRODUCT, product);
    he_store16(manifest + AT_SVN, svn);
    he_store16(manifest + AT_ZERO, 0);
    memcpy(manifest + AT_MEASUREMENT, measurement, HE_MEASUREMENT_BYTES);
    crypto_sign_seed_keypair(manifest + AT_SIGNER, secret, seed);
    crypto_sign_detached(manifest + AT_SIGNATURE, NULL, manifest, AT_SIGNATURE, secret);
    he_wipe(secret, sizeof secret);
    return HE_OK;
}

he_status he_manifest_read(he_manifest *m, const uint8_t bytes[HE_MANIFEST_BYTES])
{
    if (memcmp(bytes, magic, sizeof magic) != 0 ||
        he_load16(bytes + AT_VERSION) != MANIFEST_VERSION || he_load16(bytes + AT_ZERO) != 0)
        return he_fail(HE_ERR_UNTRUSTED, "manifest: these bytes are no manifest of version %d",
                       MANIFEST_VERSION);
    if (crypto_sign_verify_detached(bytes + AT_SIGNATURE, bytes, AT_SIGNATURE, bytes + AT_SIGNER) !=
        0)
        return he_fail(HE_ERR_UNTRUSTED, "manifest: its signature does not hold");
    memcpy(m->measurement, bytes + AT_MEASUREMENT, sizeof m->measurement);
    memcpy(m->signer, bytes + AT_SIGNER, sizeof m->signer);
    m->product = he_load16(bytes + AT_PRODUCT);
    m->svn = he_load16(bytes + AT_SVN);
    return HE_OK;
}
