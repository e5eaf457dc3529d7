/* SPDX-License-Identifier: MIT */
/* One end of a session: the transcript, the keys, sealed records in strict order. */
#ifndef HE_ENCLAVE_IMAGE_CHANNEL_H
#define HE_ENCLAVE_IMAGE_CHANNEL_H

#include "enclave/image/layout.h"

#define HE_SESSION_SUITE     1 /* X25519, BLAKE2b, XChaCha20-Poly1305 */
#define HE_SESSION_KEY_BYTES 32
#define HE_TRANSCRIPT_BYTES  64

typedef enum he_side {
    HE_SIDE_CLIENT = 1,
    HE_SIDE_ENCLAVE = 2
} he_side;

/* Secret: lives in secret memory (enclave) or is wiped when freed (client). */
typedef struct he_channel {
    uint8_t send_key[32], receive_key[32], session_id[32];
    uint64_t sent, received; /* sequence numbers of the last record each way; the first is 1 */
    uint32_t step;           /* pad what is sent to a multiple of this; 0: not */
    uint8_t send_direction, receive_direction;
    bool alive;
} he_channel;

/* hello = "HEs1" | suite | nonce 32 | public key 32. */
void he_hello_make(uint8_t hello[HE_HELLO_BYTES], const uint8_t nonce[32],
                   const uint8_t public_key[32]);
/* The client's public key in a hello, or NULL if it is none of this suite. */
const uint8_t *he_hello_public_key(const uint8_t *hello, size_t n);

/* th = SHA-512("libhe session v1" | hello | public key | nonce | measurement). */
void he_transcript(uint8_t th[HE_TRANSCRIPT_BYTES], const uint8_t hello[HE_HELLO_BYTES],
                   const uint8_t enclave_key[32], const uint8_t enclave_nonce[32],
                   const uint8_t measurement[HE_MEASUREMENT_BYTES]);

/* Keys from X25519(own secret, peer's public key) and th.  false: the shared secret is all zero
 * (RFC 7748, section 6.1), the channel stays dead. */
bool he_channel_agree(he_channel *channel, he_side side, const uint8_t secret[32],
                      const uint8_t peer[32], const uint8_t th[HE_TRANSCRIPT_BYTES]);
/* Wipes everything; a dead channel neither seals nor opens. */
void he_channel_end(he_channel *channel);

/* Bytes of the record for a message of n bytes, 0 if it does not fit into one. */
size_t he_record_size(const he_channel *channel, size_t n);
/* Writes he_record_size() bytes; record and message do not overlap.  false: the channel is dead. */
bool he_channel_seal(he_channel *channel, uint8_t *record, const uint8_t *message, size_t n);
/* Opens the very next record into message (room for n bytes).  false: the channel has ended. */
bool he_channel_open(he_channel *channel, uint8_t *message, size_t *length, const uint8_t *record,
                     size_t n);

#endif
