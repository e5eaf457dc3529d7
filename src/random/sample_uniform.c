/* SPDX-License-Identifier: MIT */
/* Uniform polynomials from a public seed: the bytes that the wire format promises.
 * ChaCha20 of RFC 8439 through libsodium, in pieces that hold whole blocks and whole candidates. */
#include "core/bytes.h"
#include "random/sample.h"

#include <sodium.h>

#define BLOCK 64
#define PIECE (BLOCK * 96) /* a multiple of 6, 8 and of the blocks that wide ciphers do at once */

void he_expand_uniform(uint64_t *r, size_t n, uint64_t q, const uint8_t seed[HE_SEED_BYTES],
                       uint32_t poly, uint32_t limb)
{
    uint8_t nonce[crypto_stream_chacha20_ietf_NONCEBYTES] = {0};
    he_store32(nonce, poly);
    he_store32(nonce + 4, limb);
    uint64_t mask = UINT64_MAX >> (64 - he_bit_length(q));
    size_t width = q < (uint64_t)1 << 48 ? 6 : 8;
    uint8_t bytes[PIECE + 2];
    size_t done = 0;
    for (uint32_t block = 0; done < n; block += PIECE / BLOCK) {
        memset(bytes, 0, sizeof bytes);
        crypto_stream_chacha20_ietf_xor_ic(bytes, bytes, PIECE, nonce, block, seed);
        for (size_t at = 0; at < PIECE && done < n; at += width) {
            uint64_t candidate = he_load64(bytes + at) & mask;
            r[done] = candidate;
            done += candidate < q;
        }
    }
}
