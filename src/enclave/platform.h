/* SPDX-License-Identifier: MIT */
/* The platform key: made once on a machine, kept in a file of the launcher, signs evidence. */
#ifndef HE_ENCLAVE_PLATFORM_H
#define HE_ENCLAVE_PLATFORM_H

#include <he/enclave.h>

typedef struct he_platform {
    uint8_t public_key[HE_PLATFORM_KEY_BYTES];
    uint8_t *secret_key; /* in memory from he_secret_map() */
    uint64_t boots;      /* this opening included */
    uint32_t flags;      /* HE_ENCLAVE_KEY_UNLOCKED or 0 */
} he_platform;

/* Reads the key, making it first if there is none, and counts a start. */
he_status he_platform_open(he_platform *platform, const char *state_dir);
void he_platform_sign(const he_platform *platform, uint8_t signature[64], const uint8_t *bytes,
                      size_t n);
/* Wipes; an all-zero platform is allowed. */
void he_platform_close(he_platform *platform);

#endif
