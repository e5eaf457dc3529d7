/* SPDX-License-Identifier: MIT */
/* Sources of random bytes behind one handle.
 *
 * The system's: ChaCha20 with fast key erasure (Bernstein, "Fast-key-erasure random-number
 * generators", 2017).  Each refill spends the key, and the next key is the stream's first bytes
 * mixed with fresh ones from libsodium, so a captured state tells nothing of the past and soon
 * nothing of the future.  Served bytes are wiped.  A process that sees another pid than the one
 * that filled the buffer drops it: parent and child never share bytes.
 * The seeded: the plain ChaCha20 stream of the seed, the same however requests are cut. */
#include "core/memory.h"
#include "core/status.h"
#include "random/sample.h"

#include <sodium.h>
#include <string.h>
#include <unistd.h>

#define BLOCK  64
#define BUFFER 2048
#define LARGE  512 /* from here on, a cipher call costs less than copy and wipe */
/* One call of the cipher; far below the stream's own limit. */
#define MAX_PIECE ((size_t)1 << 30)

enum source {
    SYSTEM,
    SEEDED,
    CUSTOM
};

struct he_rng {
    enum source source;
    int (*fill)(void *user, void *out, size_t length);
    void *user;
    pid_t pid; /* of the process that filled the buffer */
    uint8_t key[crypto_stream_chacha20_KEYBYTES];
    uint64_t block; /* seeded: next block of the stream */
    size_t left;    /* bytes not served: the buffer's last ones */
    uint8_t buffer[BUFFER];
};

_Static_assert(HE_SEED_BYTES == crypto_stream_chacha20_KEYBYTES, "a seed is a key");

he_status he_sodium_start(void)
{
    if (sodium_init() < 0)
        return he_fail(HE_ERR_ENTROPY, "libsodium cannot start: the system gives no randomness");
    return HE_OK;
}

static he_status create(he_rng **rng, enum source source)
{
    HE_TRY(he_sodium_start());
    he_rng *r = he_alloc(1, sizeof *r);
    if (r == NULL)
        return he_fail(HE_ERR_MEMORY, "he_rng_create: no memory for a generator");
    r->source = source;
    *rng = r;
    return HE_OK;
}

he_status he_rng_create_system(he_rng **rng)
{
    HE_REQUIRE_PTR(rng);
    return create(rng, SYSTEM);
}

he_status he_rng_create_seeded(he_rng **rng, const uint8_t *seed)
{
    HE_REQUIRE_PTR(rng);
    HE_REQUIRE_PTR(seed);
    HE_TRY(create(rng, SEEDED));
    memcpy((*rng)->key, seed, HE_SEED_BYTES);
    return HE_OK;
}

he_status he_rng_create_custom(he_rng **rng, int (*fill)(void *user, void *out, size_t length),
                               void *user)
{
    HE_REQUIRE_PTR(rng);
    HE_REQUIRE_PTR(fill);
    HE_TRY(create(rng, CUSTOM));
    (*rng)->fill = fill;
    (*rng)->user = user;
    return HE_OK;
}

void he_rng_destroy(he_rng *rng)
{
    he_free_secret(rng);
}

static const uint8_t nonce[crypto_stream_chacha20_NONCEBYTES];

/* Mixes fresh bytes into the key and spends it: the next key, then the buffer. */
static void refill_system(he_rng *r)
{
    uint8_t fresh[sizeof r->key];
    randombytes_buf(fresh, sizeof fresh);
    for (size_t i = 0; i < sizeof fresh; i++)
        r->key[i] ^= fresh[i];
    he_wipe(fresh, sizeof fresh);
    uint8_t stream[sizeof r->key + BUFFER];
    crypto_stream_chacha20(stream, sizeof stream, nonce, r->key);
    memcpy(r->key, stream, sizeof r->key);
    memcpy(r->buffer, stream + sizeof r->key, BUFFER);
    he_wipe(stream, sizeof stream);
    r->left = BUFFER;
    r->pid = getpid();
}

/* Whole blocks of the seed's stream. */
static void seeded_blocks(he_rng *r, uint8_t *out, size_t length)
{
    memset(out, 0, length);
    crypto_stream_chacha20_xor_ic(out, out, length, nonce, r->block, r->key);
    r->block += length / BLOCK;
}

/* From the buffer, as far as it goes. */
static size_t serve(he_rng *r, uint8_t *out, size_t length)
{
    size_t count = length < r->left ? length : r->left;
    uint8_t *from = r->buffer + (BUFFER - r->left);
    memcpy(out, from, count);
    he_wipe(from, count);
    r->left -= count;
    return count;
}

/* A large draw spends a key of its own, taken from the buffer. */
static void draw_large(he_rng *r, uint8_t *out, size_t length)
{
    uint8_t key[sizeof r->key];
    if (r->left < sizeof key)
        refill_system(r);
    serve(r, key, sizeof key);
    crypto_stream_chacha20(out, length, nonce, key);
    he_wipe(key, sizeof key);
}

static void fill_system(he_rng *r, uint8_t *out, size_t length)
{
    if (r->left != 0 && r->pid != getpid())
        r->left = 0;
    while (length != 0) {
        size_t done;
        if (length >= LARGE) {
            done = length < MAX_PIECE ? length : MAX_PIECE;
            draw_large(r, out, done);
        } else {
            if (r->left == 0)
                refill_system(r);
            done = serve(r, out, length);
        }
        out += done;
        length -= done;
    }
}

static void fill_seeded(he_rng *r, uint8_t *out, size_t length)
{
    while (length != 0) {
        size_t done;
        if (r->left != 0) {
            done = serve(r, out, length);
        } else if (length < BUFFER) {
            seeded_blocks(r, r->buffer, BUFFER);
            r->left = BUFFER;
            continue;
        } else {
            done = (length < MAX_PIECE ? length : MAX_PIECE) / BLOCK * BLOCK;
            seeded_blocks(r, out, done);
        }
        out += done;
        length -= done;
    }
}

he_status he_rng_bytes(he_rng *rng, void *out, size_t length)
{
    HE_REQUIRE_PTR(rng);
    if (length == 0)
        return HE_OK;
    HE_REQUIRE_PTR(out);
    switch (rng->source) {
    case SYSTEM:
        fill_system(rng, out, length);
        return HE_OK;
    case SEEDED:
        fill_seeded(rng, out, length);
        return HE_OK;
    default:
        if (rng->fill(rng->user, out, length) == 0)
            return HE_OK;
        memset(out, 0, length);
        return he_fail(HE_ERR_ENTROPY, "he_rng_bytes: the caller's generator failed for %zu bytes",
                       length);
    }
}
