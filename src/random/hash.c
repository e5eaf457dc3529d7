/* SPDX-License-Identifier: MIT */
#include "random/hash.h"

#include <sodium.h>

void he_hash(uint8_t out[HE_HASH_BYTES], const void *bytes, size_t length)
{
    crypto_generichash(out, HE_HASH_BYTES, bytes, length, NULL, 0);
}
