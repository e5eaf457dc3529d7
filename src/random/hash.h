/* SPDX-License-Identifier: MIT */
/* BLAKE2b-256 of pieces, through libsodium. */
#ifndef HE_RANDOM_HASH_H
#define HE_RANDOM_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HE_HASH_BYTES 32

void he_hash(uint8_t out[HE_HASH_BYTES], const void *bytes, size_t length);

#endif
