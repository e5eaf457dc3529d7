/* SPDX-License-Identifier: MIT */
/* The image as a process: takes its config from the launcher's socket (file 0), gets memory and
 * randomness, locks itself, and then answers frames until the launcher goes away. */
#define _GNU_SOURCE
#include "core/bytes.h"
#include "core/fenv.h"
#include "core/memory.h"
#include "core/status.h"
#include "enclave/image/guest.h"
#include "enclave/image/heap.h"
#include "enclave/image/lock.h"
#include "enclave/image/secret.h"
#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* The generator: ChaCha20 under a seed that each call replaces, so that what was drawn before
 * cannot be computed again (fast key erasure). */
typedef struct generator {
    uint8_t seed[32];
} generator;

static uint8_t *frame;  /* HE_GUEST_REQUEST_MAX, as it came */
static uint8_t *reply;  /* HE_ENCLAVE_REPLY_MAX */
static uint8_t *secret; /* the guest with its keys, then the generator */
static size_t secret_bytes;

_Static_assert(HE_GUEST_REQUEST_MAX <= HE_ENCLAVE_REPLY_MAX,
               "an answer may be as long as a record");

/* No use going on without the launcher. */
static void leave(int code)
{
    he_heap_wipe();
    if (secret != NULL)
        he_wipe(secret, secret_bytes);
    _exit(code);
}

static void read_all(void *out, size_t n)
{
    uint8_t *p = out;
    while (n != 0) {
        ssize_t k = read(0, p, n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            leave(0);
        p += k;
        n -= (size_t)k;
    }
}

static void write_all(const void *in, size_t n)
{
    const uint8_t *p = in;
    while (n != 0) {
        ssize_t k = write(0, p, n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            leave(0);
        p += k;
        n -= (size_t)k;
    }
}

static void send_frame(uint32_t kind, uint32_t channel, he_status status, const void *bytes,
                       size_t n)
{
    uint8_t head[HE_FRAME_HEAD];
    he_store32(head, kind);
    he_store32(head + 4, channel);
    he_store32(head + 8, (uint32_t)status);
    he_store32(head + 12, (uint32_t)n);
    write_all(head, sizeof head);
    write_all(bytes, n);
}

/* The kind; its bytes are in into.  A launcher that breaks the rules is a launcher that is lost. */
static uint32_t receive_frame(uint8_t *into, size_t capacity, uint32_t *channel, size_t *n)
{
    uint8_t head[HE_FRAME_HEAD];
    read_all(head, sizeof head);
    *channel = he_load32(head + 4);
    *n = he_load32(head + 12);
    if (*n > capacity)
        leave(1);
    read_all(into, *n);
    return he_load32(head);
}

static void fail_start(he_launch_step step)
{
    uint8_t head[HE_FRAME_HEAD] = {0};
    he_store32(head, HE_FRAME_FAILED);
    he_store32(head + 8, step);
    he_store32(head + 12, (uint32_t)errno);
    write_all(head, sizeof head);
    leave(1);
}

static void draw(void *user, uint8_t *out, size_t n)
{
    generator *g = user;
    uint8_t block[64]; /* next seed | key of this call */
    randombytes_buf_deterministic(block, sizeof block, g->seed);
    memcpy(g->seed, block, sizeof g->seed);
    randombytes_buf_deterministic(out, n, block + 32);
    he_wipe(block, sizeof block);
}

static he_status ask_report(void *user, uint8_t *evidence, size_t *length,
                            const uint8_t report_data[HE_REPORT_DATA_BYTES])
{
    (void)user;
    uint32_t channel;
    send_frame(HE_FRAME_REPORT, 0, HE_OK, report_data, HE_REPORT_DATA_BYTES);
    if (receive_frame(evidence, HE_EVIDENCE_BYTES_MAX, &channel, length) != HE_FRAME_EVIDENCE)
        leave(1);
    return HE_OK;
}

static void serve(he_guest *guest)
{
    for (;;) {
        uint32_t channel;
        size_t n, length;
        if (receive_frame(frame, HE_GUEST_REQUEST_MAX, &channel, &n) != HE_FRAME_CALL)
            leave(1);
        he_status status = he_guest_call(guest, channel, reply, &length, frame, n);
        if (status == HE_OK) {
            send_frame(HE_FRAME_RESULT, channel, status, reply, length);
        } else {
            const char *text = he_last_error();
            send_frame(HE_FRAME_RESULT, channel, status, text, strlen(text));
        }
    }
}

int main(void)
{
    if (!he_lock_early())
        fail_start(HE_LAUNCH_LOCK);
    he_fenv_default();
    uint8_t config[HE_CONFIG_BYTES + HE_MEASUREMENT_BYTES];
    uint32_t channel, flags = 0;
    size_t n;
    if (receive_frame(config, sizeof config, &channel, &n) != HE_FRAME_CONFIG || n != sizeof config)
        leave(1);
    bool debug = (he_load16(config + 6) & 1) != 0;
    if (!he_heap_init(he_load64(config + 8)))
        fail_start(HE_LAUNCH_HEAP);
    bool is_secret;
    size_t guest_bytes = he_guest_secret_bytes();
    secret_bytes = guest_bytes + 4096;
    secret = he_secret_map(secret_bytes, &is_secret);
    if (secret == NULL)
        fail_start(HE_LAUNCH_SECRET);
    if (!is_secret)
        flags |= HE_ENCLAVE_NO_SECRET_MEM;
    generator *g = (generator *)(void *)(secret + guest_bytes);
    if (sodium_init() < 0 || getrandom(g->seed, sizeof g->seed, 0) != (ssize_t)sizeof g->seed)
        fail_start(HE_LAUNCH_SODIUM);
    frame = he_alloc_raw(HE_GUEST_REQUEST_MAX, 1);
    reply = he_alloc_raw(HE_ENCLAVE_REPLY_MAX, 1);
    he_guest *guest = NULL;
    he_guest_platform platform = {g, draw, ask_report};
    if (frame == NULL || reply == NULL ||
        he_guest_init(&guest, secret, config + HE_CONFIG_BYTES, &platform) != HE_OK)
        fail_start(HE_LAUNCH_HEAP);
    if (debug) {
        static const char text[] = "he-enclave-image: this is a debug enclave; its memory can be "
                                   "read and its evidence says so\n";
        if (write(2, text, sizeof text - 1) < 0)
            errno = 0; /* the launcher has no standard error: nobody to tell */
    }
    if (!he_lock(debug, &flags))
        fail_start(HE_LAUNCH_LOCK);
    uint8_t ready[4];
    he_store32(ready, flags);
    send_frame(HE_FRAME_READY, 0, HE_OK, ready, sizeof ready);
    serve(guest);
}
