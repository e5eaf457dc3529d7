/* SPDX-License-Identifier: MIT */
/* The session's cryptography, the same code at both ends.  X25519 (RFC 7748) under a transcript
 * that holds both nonces, both keys and the measurement; keyed BLAKE2b derives one key for each
 * direction; records are XChaCha20-Poly1305 with the sequence number in nonce and header.  There is
 * no resynchronization: what is not the next record ends the channel. */
#include "enclave/image/channel.h"

#include "core/bytes.h"
#include "core/memory.h"
#include <sodium.h>
#include <string.h>

#define HELLO_SUITE 4
#define HELLO_NONCE 6
#define HELLO_KEY   38

/* record = type u8 | seq u64 | length u32 | ciphertext | tag 16 */
#define RECORD_SEQ    1
#define RECORD_LENGTH 9
#define RECORD_HEAD   13
#define TAG_BYTES     16
#define RECORD_DATA   1
#define RECORD_PADDED 2 /* plaintext = step u32 | message | 0x80 | zeros, a multiple of step */
#define PADDED_HEAD   4

static const char hello_magic[4] = {'H', 'E', 's', '1'};

void he_hello_make(uint8_t hello[HE_HELLO_BYTES], const uint8_t nonce[32],
                   const uint8_t public_key[32])
{
    memcpy(hello, hello_magic, sizeof hello_magic);
    he_store16(hello + HELLO_SUITE, HE_SESSION_SUITE);
    memcpy(hello + HELLO_NONCE, nonce, 32);
    memcpy(hello + HELLO_KEY, public_key, 32);
}

const uint8_t *he_hello_public_key(const uint8_t *hello, size_t n)
{
    if (n != HE_HELLO_BYTES || memcmp(hello, hello_magic, sizeof hello_magic) != 0 ||
        he_load16(hello + HELLO_SUITE) != HE_SESSION_SUITE)
        return NULL;
    return hello + HELLO_KEY;
}

void he_transcript(uint8_t th[HE_TRANSCRIPT_BYTES], const uint8_t hello[HE_HELLO_BYTES],
                   const uint8_t enclave_key[32], const uint8_t enclave_nonce[32],
                   const uint8_t measurement[HE_MEASUREMENT_BYTES])
{
    static const char label[] = "libhe session v1";
    crypto_hash_sha512_state state;
    crypto_hash_sha512_init(&state);
    crypto_hash_sha512_update(&state, (const uint8_t *)label, sizeof label - 1);
    crypto_hash_sha512_update(&state, hello, HE_HELLO_BYTES);
    crypto_hash_sha512_update(&state, enclave_key, 32);
    crypto_hash_sha512_update(&state, enclave_nonce, 32);
    crypto_hash_sha512_update(&state, measurement, HE_MEASUREMENT_BYTES);
    crypto_hash_sha512_final(&state, th);
}

/* key = BLAKE2b-256, keyed with the shared secret, of th | label. */
static void derive(uint8_t key[32], const uint8_t shared[32], const uint8_t th[HE_TRANSCRIPT_BYTES],
                   const char label[8])
{
    uint8_t input[HE_TRANSCRIPT_BYTES + 8];
    memcpy(input, th, HE_TRANSCRIPT_BYTES);
    memcpy(input + HE_TRANSCRIPT_BYTES, label, 8);
    crypto_generichash(key, 32, input, sizeof input, shared, 32);
}

bool he_channel_agree(he_channel *c, he_side side, const uint8_t secret[32], const uint8_t peer[32],
                      const uint8_t th[HE_TRANSCRIPT_BYTES])
{
    uint8_t shared[32];
    he_channel_end(c);
    /* libsodium refuses points of small order; the all-zero test stands on its own */
    if (crypto_scalarmult(shared, secret, peer) != 0 || sodium_is_zero(shared, sizeof shared)) {
        he_wipe(shared, sizeof shared);
        return false;
    }
    bool client = side == HE_SIDE_CLIENT;
    derive(client ? c->send_key : c->receive_key, shared, th, "HEs1 c2s");
    derive(client ? c->receive_key : c->send_key, shared, th, "HEs1 s2c");
    derive(c->session_id, shared, th, "HEs1 sid");
    he_wipe(shared, sizeof shared);
    c->send_direction = (uint8_t)side;
    c->receive_direction = client ? HE_SIDE_ENCLAVE : HE_SIDE_CLIENT;
    c->alive = true;
    return true;
}

void he_channel_end(he_channel *c)
{
    he_wipe(c, sizeof *c);
}

/* nonce = direction u8 | 15 zeros | seq u64: a record never opens in the other direction. */
static void make_nonce(uint8_t nonce[24], uint8_t direction, uint64_t seq)
{
    memset(nonce, 0, 24);
    nonce[0] = direction;
    he_store64(nonce + 16, seq);
}

/* additional data = session id 32 | the record's own head */
static void make_additional(uint8_t ad[32 + RECORD_HEAD], const he_channel *c, const uint8_t *head)
{
    memcpy(ad, c->session_id, 32);
    memcpy(ad + 32, head, RECORD_HEAD);
}

/* Length of the plaintext for a message of n bytes. */
static size_t padded_size(uint32_t step, size_t n)
{
    if (step == 0)
        return n;
    return (PADDED_HEAD + n + step) / step * step; /* room for the 0x80 at least */
}

size_t he_record_size(const he_channel *c, size_t n)
{
    if (n > HE_MESSAGE_MAX)
        return 0;
    size_t plain = padded_size(c->step, n);
    return plain > HE_MESSAGE_MAX ? 0 : plain + RECORD_HEAD + TAG_BYTES;
}

bool he_channel_seal(he_channel *c, uint8_t *record, const uint8_t *message, size_t n)
{
    if (!c->alive || c->sent == UINT64_MAX)
        return false;
    size_t plain = padded_size(c->step, n);
    uint8_t *body = record + RECORD_HEAD;
    if (c->step == 0) {
        if (n != 0)
            memcpy(body, message, n);
    } else {
        he_store32(body, c->step);
        if (n != 0)
            memcpy(body + PADDED_HEAD, message, n);
        memset(body + PADDED_HEAD + n, 0, plain - PADDED_HEAD - n);
        body[PADDED_HEAD + n] = 0x80;
    }
    c->sent++;
    record[0] = c->step == 0 ? RECORD_DATA : RECORD_PADDED;
    he_store64(record + RECORD_SEQ, c->sent);
    he_store32(record + RECORD_LENGTH, (uint32_t)plain);
    uint8_t nonce[24], ad[32 + RECORD_HEAD];
    make_nonce(nonce, c->send_direction, c->sent);
    make_additional(ad, c, record);
    crypto_aead_xchacha20poly1305_ietf_encrypt_detached(body, body + plain, NULL, body, plain, ad,
                                                        sizeof ad, NULL, nonce, c->send_key);
    return true;
}

/* Takes the padding off an opened message; false if there is none that this end would make. */
static bool unpad(he_channel *c, uint8_t *message, size_t *length)
{
    size_t n = *length;
    if (n < PADDED_HEAD)
        return false;
    uint32_t step = he_load32(message);
    size_t used;
    if (step < 1 || step > HE_PADDING_MAX || n % step != 0 ||
        sodium_unpad(&used, message, n, step) != 0 || used < PADDED_HEAD)
        return false;
    *length = used - PADDED_HEAD;
    memmove(message, message + PADDED_HEAD, *length);
    c->step = step; /* the answer is padded alike */
    return true;
}

bool he_channel_open(he_channel *c, uint8_t *message, size_t *length, const uint8_t *record,
                     size_t n)
{
    if (!c->alive)
        return false;
    bool good = n >= RECORD_HEAD + TAG_BYTES && n <= HE_GUEST_REQUEST_MAX &&
                (record[0] == RECORD_DATA || record[0] == RECORD_PADDED) &&
                c->received != UINT64_MAX && he_load64(record + RECORD_SEQ) == c->received + 1 &&
                he_load32(record + RECORD_LENGTH) == n - RECORD_HEAD - TAG_BYTES;
    if (good) {
        size_t plain = n - RECORD_HEAD - TAG_BYTES;
        uint8_t nonce[24], ad[32 + RECORD_HEAD];
        make_nonce(nonce, c->receive_direction, c->received + 1);
        make_additional(ad, c, record);
        good = crypto_aead_xchacha20poly1305_ietf_decrypt_detached(
                   message, NULL, record + RECORD_HEAD, plain, record + RECORD_HEAD + plain, ad,
                   sizeof ad, nonce, c->receive_key) == 0;
        *length = plain;
        if (good && record[0] == RECORD_PADDED)
            good = unpad(c, message, length);
    }
    if (!good) {
        he_channel_end(c);
        return false;
    }
    c->received++;
    return true;
}
