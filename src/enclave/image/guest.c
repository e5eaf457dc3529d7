/* SPDX-License-Identifier: MIT */
/* Sessions of an enclave: a hello opens one, records continue it, anything else ends it.  At most
 * HE_GUEST_HALF_OPEN have been answered and not confirmed; a further hello takes the place of the
 * oldest of them, so that hellos alone can neither fill the table nor lock clients out. */
#include "enclave/image/guest.h"

#include "core/bytes.h"
#include "core/memory.h"
#include "core/status.h"
#include "enclave/image/task.h"
#include <sodium.h>
#include <string.h>

typedef enum slot_state {
    SLOT_FREE = 0,
    SLOT_HALF_OPEN,
    SLOT_OPEN
} slot_state;

typedef struct slot {
    he_channel channel;
    he_task *task;
    uint64_t born; /* counts hellos */
    uint32_t number;
    slot_state state;
} slot;

struct he_guest {
    he_guest_platform platform;
    uint8_t measurement[HE_MEASUREMENT_BYTES];
    uint8_t *request, *answer; /* HE_MESSAGE_MAX each, opened and not yet sealed */
    uint64_t hellos;
    slot slots[HE_GUEST_SESSIONS];
};

size_t he_guest_secret_bytes(void)
{
    return (sizeof(he_guest) + 4095) / 4096 * 4096;
}

he_status he_guest_init(he_guest **guest, void *secret, const uint8_t *measurement,
                        const he_guest_platform *platform)
{
    he_guest *g = secret;
    g->platform = *platform;
    memcpy(g->measurement, measurement, HE_MEASUREMENT_BYTES);
    g->request = he_alloc_raw(HE_GUEST_REQUEST_MAX, 1);
    g->answer = he_alloc_raw(HE_MESSAGE_MAX, 1);
    if (g->request == NULL || g->answer == NULL) {
        he_guest_end(g);
        return he_fail(HE_ERR_MEMORY, "enclave: no memory for its buffers");
    }
    *guest = g;
    return HE_OK;
}

static void drop(slot *s)
{
    he_task_destroy(s->task);
    he_wipe(s, sizeof *s); /* state SLOT_FREE is 0 */
}

void he_guest_end(he_guest *g)
{
    for (size_t i = 0; i < HE_GUEST_SESSIONS; i++)
        drop(&g->slots[i]);
    he_free_secret(g->request);
    he_free_secret(g->answer);
    he_wipe(g, sizeof *g);
}

static slot *find(he_guest *g, uint32_t number)
{
    for (size_t i = 0; i < HE_GUEST_SESSIONS; i++)
        if (g->slots[i].state != SLOT_FREE && g->slots[i].number == number)
            return &g->slots[i];
    return NULL;
}

/* A free slot for a new half-open session, or NULL if all are open. */
static slot *take(he_guest *g)
{
    slot *empty = NULL, *oldest = NULL;
    size_t half_open = 0;
    for (size_t i = 0; i < HE_GUEST_SESSIONS; i++) {
        slot *s = &g->slots[i];
        if (s->state == SLOT_FREE) {
            empty = s;
        } else if (s->state == SLOT_HALF_OPEN) {
            half_open++;
            if (oldest == NULL || s->born < oldest->born)
                oldest = s;
        }
    }
    if (oldest != NULL && (half_open >= HE_GUEST_HALF_OPEN || empty == NULL)) {
        drop(oldest);
        return oldest;
    }
    return empty;
}

static he_status answer_hello(he_guest *g, uint32_t number, uint8_t *out, size_t *length,
                              const uint8_t *hello, const uint8_t *client_key)
{
    slot *s = find(g, number);
    if (s != NULL)
        drop(s);
    s = take(g);
    if (s == NULL)
        return he_fail(HE_ERR_MEMORY, "enclave: %d sessions are open, which is all it holds",
                       HE_GUEST_SESSIONS);
    uint8_t secret[32], th[HE_TRANSCRIPT_BYTES];
    g->platform.random(g->platform.user, secret, sizeof secret);
    crypto_scalarmult_base(out, secret);
    g->platform.random(g->platform.user, out + 32, 32);
    he_transcript(th, hello, out, out + 32, g->measurement);
    bool agreed = he_channel_agree(&s->channel, HE_SIDE_ENCLAVE, secret, client_key, th);
    he_wipe(secret, sizeof secret);
    if (!agreed)
        return he_fail(HE_ERR_FORMAT, "enclave: the hello's public key is of small order");
    size_t evidence = 0;
    he_status status = g->platform.report(g->platform.user, out + HE_REPLY_HEAD, &evidence, th);
    if (status != HE_OK) {
        he_channel_end(&s->channel);
        return status;
    }
    he_store32(out + 64, (uint32_t)evidence);
    *length = HE_REPLY_HEAD + evidence;
    s->number = number;
    s->born = g->hellos++;
    s->state = SLOT_HALF_OPEN;
    return HE_OK;
}

static he_status answer_record(he_guest *g, slot *s, uint8_t *out, size_t *length,
                               const uint8_t *in, size_t n)
{
    size_t request = 0, answer = 0;
    if (!he_channel_open(&s->channel, g->request, &request, in, n)) {
        drop(s);
        return he_fail(HE_ERR_SESSION_BROKEN,
                       "enclave: a record was replayed, reordered, changed or cut; "
                       "the session has ended");
    }
    s->state = SLOT_OPEN; /* the first record confirms the key */
    if (s->task == NULL)
        s->task = he_task_create();
    if (s->task == NULL) /* the client may ask again */
        return he_fail(HE_ERR_MEMORY, "enclave: no memory for a session");
    size_t room = HE_MESSAGE_MAX;
    if (s->channel.step != 0)
        room -= s->channel.step + 4; /* padding of the answer */
    he_task_handle(s->task, g->answer, room, &answer, g->request, request);
    *length = he_record_size(&s->channel, answer);
    bool sealed = he_channel_seal(&s->channel, out, g->answer, answer);
    he_wipe(g->request, request);
    he_wipe(g->answer, answer);
    if (!sealed) {
        drop(s);
        *length = 0;
        return he_fail(HE_ERR_SESSION_BROKEN, "enclave: the session is out of sequence numbers");
    }
    return HE_OK;
}

he_status he_guest_call(he_guest *g, uint32_t number, uint8_t *out, size_t *length,
                        const uint8_t *in, size_t n)
{
    *length = 0;
    slot *s = find(g, number);
    if (n == 0) {
        if (s != NULL)
            drop(s);
        return HE_OK;
    }
    const uint8_t *client_key = he_hello_public_key(in, n);
    if (client_key != NULL)
        return answer_hello(g, number, out, length, in, client_key);
    if (s == NULL)
        return he_fail(HE_ERR_FORMAT, "enclave: neither a hello nor a record of an open session");
    return answer_record(g, s, out, length, in, n);
}
