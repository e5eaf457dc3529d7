/* SPDX-License-Identifier: MIT */
/* The client's end of a session (the wire is in image/channel.c): hello, appraisal of the evidence
 * in the reply, then keys.  A refusal leaves no keys, and so nothing to send. */
#define _POSIX_C_SOURCE 200809L
#include "enclave/session.h"

#include "core/bytes.h"
#include "core/memory.h"
#include "core/status.h"
#include "enclave/appraise.h"
#include "enclave/evidence.h"
#include <sodium.h>
#include <string.h>
#include <time.h>

he_status he_session_begin(he_session **session, uint8_t *hello, const he_policy *policy,
                           he_rng *rng)
{
    HE_REQUIRE_PTR(session);
    HE_REQUIRE_PTR(hello);
    HE_REQUIRE_PTR(rng);
    if (sodium_init() < 0)
        return he_fail(HE_ERR_ENTROPY, "he_session_begin: libsodium does not start");
    he_session *s = he_alloc(1, sizeof *s);
    if (s == NULL)
        return he_fail(HE_ERR_MEMORY, "he_session_begin: no memory");
    if (policy != NULL)
        s->policy = *policy;
    else
        he_policy_reset(&s->policy);
    uint8_t nonce[32], key[32];
    he_status status = he_rng_bytes(rng, s->secret, sizeof s->secret);
    if (status == HE_OK)
        status = he_rng_bytes(rng, nonce, sizeof nonce);
    if (status != HE_OK) {
        he_session_destroy(s);
        return status;
    }
    crypto_scalarmult_base(key, s->secret);
    he_hello_make(s->hello, nonce, key);
    memcpy(hello, s->hello, HE_HELLO_BYTES);
    s->begun = true;
    *session = s;
    return HE_OK;
}

/* Appraises the evidence under the transcript that this reply implies; th is then that. */
static he_status appraise_reply(he_session *s, he_appraisal *a, uint8_t th[HE_TRANSCRIPT_BYTES],
                                const uint8_t *reply, size_t n)
{
    if (n < HE_REPLY_HEAD || he_load32(reply + 64) != n - HE_REPLY_HEAD)
        return he_fail(HE_ERR_FORMAT,
                       "he_session_finish: the reply's lengths do not fit: it has "
                       "%zu bytes",
                       n);
    const uint8_t *evidence = reply + HE_REPLY_HEAD;
    size_t evidence_bytes = n - HE_REPLY_HEAD;
    he_evidence e = {0};
    const char *why;
    memset(th, 0, HE_TRANSCRIPT_BYTES); /* evidence that cannot be read is refused as such */
    if (he_evidence_read(&e, evidence, evidence_bytes, &why) == HE_CHECK_NONE)
        he_transcript(th, s->hello, reply, reply + 32, e.measurement);
    return he_evidence_appraise(a, evidence, evidence_bytes, th, &s->policy, (int64_t)time(NULL));
}

he_status he_session_finish(he_session *session, he_appraisal *appraisal, const void *reply,
                            size_t n)
{
    HE_REQUIRE_PTR(session);
    HE_REQUIRE_PTR(reply);
    he_session *s = session;
    if (!s->begun)
        return he_fail(HE_ERR_SESSION_BROKEN, "he_session_finish: this session waits for no reply");
    he_appraisal *own = NULL, *a = appraisal;
    if (a == NULL) {
        HE_TRY(he_appraisal_create(&own));
        a = own;
    }
    he_appraisal_reset(a);
    s->begun = false;
    uint8_t th[HE_TRANSCRIPT_BYTES];
    he_status status = appraise_reply(s, a, th, reply, n);
    if (status == HE_OK && !he_channel_agree(&s->channel, HE_SIDE_CLIENT, s->secret, reply, th)) {
        he_appraisal_reset(a);
        status = he_fail(HE_ERR_SESSION_BROKEN,
                         "he_session_finish: the enclave's public key is of small order");
    }
    he_wipe(s->secret, sizeof s->secret);
    s->channel.step = s->channel.alive ? s->policy.padding : 0;
    he_appraisal_destroy(own);
    return status;
}

static he_status broken(const char *function)
{
    return he_fail(HE_ERR_SESSION_BROKEN, "%s: this session has no keys (any more)", function);
}

he_status he_session_seal(he_session *session, void *record, size_t capacity, size_t *length,
                          const void *message, size_t n)
{
    HE_REQUIRE_PTR(session);
    HE_REQUIRE_PTR(record);
    HE_REQUIRE_PTR(length);
    if (n != 0)
        HE_REQUIRE_PTR(message);
    if (!session->channel.alive)
        return broken(__func__);
    size_t size = he_record_size(&session->channel, n);
    if (size == 0)
        return he_fail(HE_ERR_ARGUMENT,
                       "he_session_seal: a message of %zu bytes; one record holds %zu, padding "
                       "included",
                       n, HE_MESSAGE_MAX);
    if (capacity < size)
        return he_fail(HE_ERR_BUFFER, "he_session_seal: capacity is %zu bytes, must be %zu",
                       capacity, size);
    if (!he_channel_seal(&session->channel, record, message, n))
        return broken(__func__);
    *length = size;
    return HE_OK;
}

he_status he_session_open(he_session *session, void *message, size_t capacity, size_t *length,
                          const void *record, size_t n)
{
    HE_REQUIRE_PTR(session);
    HE_REQUIRE_PTR(message);
    HE_REQUIRE_PTR(length);
    HE_REQUIRE_PTR(record);
    if (!session->channel.alive)
        return broken(__func__);
    if (capacity < n)
        return he_fail(HE_ERR_BUFFER, "he_session_open: capacity is %zu bytes, must be %zu",
                       capacity, n);
    size_t got = 0;
    if (!he_channel_open(&session->channel, message, &got, record, n)) {
        memset(message, 0, n);
        return he_fail(HE_ERR_SESSION_BROKEN,
                       "he_session_open: a record was replayed, reordered, changed or cut; "
                       "the session has ended");
    }
    session->channel.step = session->policy.padding;
    *length = got;
    return HE_OK;
}

void he_session_destroy(he_session *s)
{
    if (s == NULL)
        return;
    he_free_secret(s->remote.message);
    he_free(s->remote.record);
    he_free(s->remote.answer);
    he_free_secret(s);
}
