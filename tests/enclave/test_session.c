/* SPDX-License-Identifier: MIT */
/* Sessions through running enclaves of both backends: what a client refuses, what an enclave
 * refuses, and that one broken session harms no other. */
#include "core/bytes.h"
#include "enclave/image/guest.h"
#include "lab.h"

#include <stdlib.h>
#include <string.h>

static const he_backend backends[] = {HE_BACKEND_SIM, HE_BACKEND_PROCESS};
#define EACH_BACKEND(b)                                                                            \
    for (const he_backend *b = backends; b < backends + sizeof backends / sizeof *backends; b++)

typedef struct room {
    const char *directory;
    he_enclave *enclave;
    he_policy *policy;
    he_rng *rng;
    he_appraisal *appraisal;
    uint8_t *reply, *record;
} room;

/* The image of the faults echoes what it is sent; a simulation runs programs. */
static void set_up(room *r, he_backend backend)
{
    memset(r, 0, sizeof *r);
    r->directory = lab_directory();
    he_enclave_config config = lab_config(backend, r->directory);
    if (backend == HE_BACKEND_PROCESS)
        config.image_path = lab_faults_image();
    he_assert_ok(he_enclave_create(&r->enclave, &config));
    r->policy = lab_policy(r->enclave, r->directory);
    r->rng = lab_rng();
    he_assert_ok(he_appraisal_create(&r->appraisal));
    r->reply = malloc(HE_ENCLAVE_REPLY_MAX);
    r->record = malloc(HE_ENCLAVE_REPLY_MAX);
}

static void tear_down(room *r)
{
    he_enclave_destroy(r->enclave);
    he_policy_destroy(r->policy);
    he_rng_destroy(r->rng);
    he_appraisal_destroy(r->appraisal);
    free(r->reply);
    free(r->record);
    lab_clean();
}

static he_status open_session(room *r, he_session **s, uint32_t channel)
{
    uint8_t hello[HE_HELLO_BYTES];
    size_t n = 0;
    he_assert_ok(he_session_begin(s, hello, r->policy, r->rng));
    he_assert_ok(he_enclave_call(r->enclave, channel, r->reply, HE_ENCLAVE_REPLY_MAX, &n, hello,
                                 sizeof hello, 0));
    return he_session_finish(*s, r->appraisal, r->reply, n);
}

/* One request of unknown kind: either image answers within the session. */
static he_status ask(room *r, he_session *s, uint32_t channel)
{
    static const uint8_t request[] = "echo this";
    uint8_t answer[512];
    size_t n = 0, got = 0;
    he_status status =
        he_session_seal(s, r->record, HE_ENCLAVE_REPLY_MAX, &n, request, sizeof request);
    if (status == HE_OK)
        status = he_enclave_call(r->enclave, channel, r->reply, HE_ENCLAVE_REPLY_MAX, &got,
                                 r->record, n, 0);
    if (status == HE_OK)
        status = he_session_open(s, answer, sizeof answer, &n, r->reply, got);
    return status;
}

Test(session, opens_and_answers)
{
    EACH_BACKEND(b)
    {
        room r;
        set_up(&r, *b);
        he_session *s = NULL;
        he_assert_ok(open_session(&r, &s, 1));
        cr_assert(he_appraisal_trusted(r.appraisal));
        for (int i = 0; i < 5; i++)
            he_assert_ok(ask(&r, s, 1));
        he_session_destroy(s);
        tear_down(&r);
    }
}

Test(session, a_refused_enclave_gets_no_keys)
{
    EACH_BACKEND(b)
    {
        room r;
        set_up(&r, *b);
        he_policy_destroy(r.policy);
        he_assert_ok(he_policy_create(&r.policy)); /* trusts nothing */
        he_session *s = NULL;
        he_status status = open_session(&r, &s, 1);
        cr_assert(status == HE_ERR_EVIDENCE || status == HE_ERR_UNTRUSTED);
        cr_assert_eq(he_appraisal_reason(r.appraisal),
                     *b == HE_BACKEND_SIM ? HE_CHECK_SIMULATED : HE_CHECK_PLATFORM);
        size_t n = 7;
        he_assert_fails(he_session_seal(s, r.record, HE_ENCLAVE_REPLY_MAX, &n, "x", 1),
                        HE_ERR_SESSION_BROKEN, "no keys");
        cr_assert_eq(n, 7);
        he_assert_fails(he_session_finish(s, r.appraisal, r.reply, 400), HE_ERR_SESSION_BROKEN,
                        "no reply");
        he_session_destroy(s);
        tear_down(&r);
    }
}

Test(session, a_reply_that_was_made_for_another_hello_is_stale)
{
    EACH_BACKEND(b)
    {
        room r;
        set_up(&r, *b);
        uint8_t first[HE_HELLO_BYTES], second[HE_HELLO_BYTES];
        he_session *s = NULL, *t = NULL;
        size_t n = 0;
        he_assert_ok(he_session_begin(&s, first, r.policy, r.rng));
        he_assert_ok(he_session_begin(&t, second, r.policy, r.rng));
        he_assert_ok(he_enclave_call(r.enclave, 1, r.reply, HE_ENCLAVE_REPLY_MAX, &n, first,
                                     sizeof first, 0));
        he_assert_fails(he_session_finish(t, r.appraisal, r.reply, n), HE_ERR_EVIDENCE,
                        "report data");
        cr_assert_eq(he_appraisal_reason(r.appraisal), HE_CHECK_REPORT_DATA);
        he_session_destroy(s);
        he_session_destroy(t);
        tear_down(&r);
    }
}

/* Someone in the middle puts own values into the reply. */
Test(session, no_changed_reply_is_taken)
{
    room r;
    set_up(&r, HE_BACKEND_PROCESS);
    uint8_t hello[HE_HELLO_BYTES], changed[2048];
    size_t n = 0;
    he_session *s = NULL;
    for (size_t bit = 0;; bit += bit < 8 * 68 ? 1 : 37) {
        he_assert_ok(he_session_begin(&s, hello, r.policy, r.rng));
        if (n == 0 || bit < 8) {
            he_assert_ok(he_enclave_call(r.enclave, 1, r.reply, HE_ENCLAVE_REPLY_MAX, &n, hello,
                                         sizeof hello, 0));
            cr_assert_leq(n, sizeof changed);
        }
        if (bit >= 8 * n) {
            he_session_destroy(s);
            break;
        }
        memcpy(changed, r.reply, n);
        changed[bit / 8] ^= (uint8_t)(1 << bit % 8);
        cr_assert_neq(he_session_finish(s, r.appraisal, changed, n), HE_OK, "bit %zu", bit);
        cr_assert_not(he_appraisal_trusted(r.appraisal));
        he_session_destroy(s);
    }
    for (size_t cut = 0; cut < n; cut += 13) {
        he_assert_ok(he_session_begin(&s, hello, r.policy, r.rng));
        he_assert_ok(he_enclave_call(r.enclave, 1, r.reply, HE_ENCLAVE_REPLY_MAX, &n, hello,
                                     sizeof hello, 0));
        he_assert_fails(he_session_finish(s, NULL, r.reply, cut), HE_ERR_FORMAT, "lengths");
        he_session_destroy(s);
    }
    tear_down(&r);
}

Test(session, the_enclave_ends_a_session_that_is_broken_and_no_other)
{
    EACH_BACKEND(b)
    {
        room r;
        set_up(&r, *b);
        static const char *const ways[] = {"replay", "changed", "cut", "spliced", "first changed"};
        he_session *good = NULL;
        he_assert_ok(open_session(&r, &good, 100));
        he_assert_ok(ask(&r, good, 100));
        for (size_t way = 0; way < 5; way++) {
            he_session *s = NULL;
            size_t n = 0, got = 99;
            he_assert_ok(open_session(&r, &s, 1));
            if (way < 4)
                he_assert_ok(ask(&r, s, 1));
            he_assert_ok(he_session_seal(way == 3 ? good : s, r.record, HE_ENCLAVE_REPLY_MAX, &n,
                                         "hello", 5));
            if (way == 0) {
                he_assert_ok(he_enclave_call(r.enclave, 1, r.reply, HE_ENCLAVE_REPLY_MAX, &got,
                                             r.record, n, 0));
                got = 99;
            } else if (way == 1 || way == 4) {
                r.record[20] ^= 4;
            } else if (way == 2) {
                n--;
            }
            he_assert_fails(
                he_enclave_call(r.enclave, 1, r.reply, HE_ENCLAVE_REPLY_MAX, &got, r.record, n, 0),
                HE_ERR_SESSION_BROKEN, "replayed");
            cr_assert_eq(got, 99, "%s", ways[way]);
            /* it is gone: not even the right record is taken now */
            he_assert_fails(
                he_enclave_call(r.enclave, 1, r.reply, HE_ENCLAVE_REPLY_MAX, &got, r.record, n, 0),
                HE_ERR_FORMAT, "neither");
            he_session_destroy(s);
            if (way == 3) { /* good has sealed a record that never came to its channel */
                he_session_destroy(good);
                he_assert_ok(open_session(&r, &good, 100));
            }
            he_assert_ok(ask(&r, good, 100));
        }
        cr_assert(he_enclave_alive(r.enclave));
        he_session_destroy(good);
        tear_down(&r);
    }
}

Test(session, the_client_ends_a_session_that_is_broken)
{
    room r;
    set_up(&r, HE_BACKEND_PROCESS);
    uint8_t answer[512];
    size_t n = 0, got = 0, length = 55;
    for (size_t way = 0; way < 3; way++) {
        he_session *s = NULL;
        he_assert_ok(open_session(&r, &s, 1));
        he_assert_ok(he_session_seal(s, r.record, HE_ENCLAVE_REPLY_MAX, &n, "echo", 4));
        he_assert_ok(
            he_enclave_call(r.enclave, 1, r.reply, HE_ENCLAVE_REPLY_MAX, &got, r.record, n, 0));
        if (way == 0)
            r.reply[got - 1] ^= 1;
        else if (way == 1)
            memcpy(r.reply, r.record, got = n); /* reflected */
        else
            got--;
        he_assert_fails(he_session_open(s, answer, sizeof answer, &length, r.reply, got),
                        HE_ERR_SESSION_BROKEN, "replayed");
        cr_assert_eq(length, 55);
        he_assert_fails(he_session_open(s, answer, sizeof answer, &length, r.reply, got),
                        HE_ERR_SESSION_BROKEN, "no keys");
        he_assert_fails(he_session_seal(s, r.record, HE_ENCLAVE_REPLY_MAX, &n, "x", 1),
                        HE_ERR_SESSION_BROKEN, "no keys");
        he_session_destroy(s);
    }
    tear_down(&r);
}

Test(session, padding_hides_lengths_both_ways)
{
    room r;
    set_up(&r, HE_BACKEND_PROCESS);
    he_assert_ok(he_policy_set_padding(r.policy, 512));
    he_session *s = NULL;
    he_assert_ok(open_session(&r, &s, 1));
    uint8_t message[700] = "echo", answer[2048];
    static const size_t sizes[] = {4, 100, 507, 508, 700};
    static const size_t expected[] = {512, 512, 512, 1024, 1024};
    for (size_t i = 0; i < 5; i++) {
        size_t n = 0, got = 0, length = 0;
        he_assert_ok(he_session_seal(s, r.record, HE_ENCLAVE_REPLY_MAX, &n, message, sizes[i]));
        cr_assert_eq(n, expected[i] + HE_RECORD_OVERHEAD);
        he_assert_ok(
            he_enclave_call(r.enclave, 1, r.reply, HE_ENCLAVE_REPLY_MAX, &got, r.record, n, 0));
        cr_assert_eq(got, n);
        he_assert_ok(he_session_open(s, answer, sizeof answer, &length, r.reply, got));
        cr_assert_eq(length, sizes[i]);
        cr_assert_arr_eq(answer, message, length);
    }
    he_session_destroy(s);
    tear_down(&r);
}

Test(session, half_open_sessions_are_bounded)
{
    EACH_BACKEND(b)
    {
        room r;
        set_up(&r, *b);
        he_session *open = NULL, *s[HE_GUEST_HALF_OPEN + 1] = {NULL};
        he_assert_ok(open_session(&r, &open, 1000));
        he_assert_ok(ask(&r, open, 1000));
        for (uint32_t i = 0; i <= HE_GUEST_HALF_OPEN; i++)
            he_assert_ok(open_session(&r, &s[i], i));
        he_assert_fails(ask(&r, s[0], 0), HE_ERR_FORMAT, "neither"); /* the oldest made room */
        for (uint32_t i = 1; i <= HE_GUEST_HALF_OPEN; i++)
            he_assert_ok(ask(&r, s[i], i));
        he_assert_ok(ask(&r, open, 1000));
        for (uint32_t i = 0; i <= HE_GUEST_HALF_OPEN; i++)
            he_session_destroy(s[i]);
        he_session_destroy(open);
        tear_down(&r);
    }
}

Test(session, open_sessions_are_bounded_and_can_be_forgotten)
{
    EACH_BACKEND(b)
    {
        room r;
        set_up(&r, *b);
        he_session *s[HE_GUEST_SESSIONS + 1] = {NULL};
        for (uint32_t i = 0; i < HE_GUEST_SESSIONS; i++) {
            he_assert_ok(open_session(&r, &s[i], i));
            he_assert_ok(ask(&r, s[i], i));
        }
        uint8_t hello[HE_HELLO_BYTES];
        size_t n = 0;
        he_assert_ok(he_session_begin(&s[HE_GUEST_SESSIONS], hello, r.policy, r.rng));
        he_assert_fails(he_enclave_call(r.enclave, 5000, r.reply, HE_ENCLAVE_REPLY_MAX, &n, hello,
                                        sizeof hello, 0),
                        HE_ERR_MEMORY, "64 sessions");
        he_assert_ok(he_enclave_forget(r.enclave, 7));
        he_assert_ok(he_enclave_forget(r.enclave, 7)); /* no error if there is none */
        he_assert_fails(ask(&r, s[7], 7), HE_ERR_FORMAT, "neither");
        he_assert_ok(he_enclave_call(r.enclave, 5000, r.reply, HE_ENCLAVE_REPLY_MAX, &n, hello,
                                     sizeof hello, 0));
        for (uint32_t i = 0; i <= HE_GUEST_SESSIONS; i++)
            he_session_destroy(s[i]);
        tear_down(&r);
    }
}

Test(session, bytes_without_sense_and_hellos_of_small_order)
{
    EACH_BACKEND(b)
    {
        room r;
        set_up(&r, *b);
        uint8_t hello[HE_HELLO_BYTES];
        size_t n = 0;
        he_session *s = NULL;
        he_assert_ok(he_session_begin(&s, hello, r.policy, r.rng));
        memset(hello + 38, 0, 32);
        he_assert_fails(he_enclave_call(r.enclave, 1, r.reply, HE_ENCLAVE_REPLY_MAX, &n, hello,
                                        sizeof hello, 0),
                        HE_ERR_FORMAT, "small order");
        he_assert_fails(
            he_enclave_call(r.enclave, 1, r.reply, HE_ENCLAVE_REPLY_MAX, &n, hello, 1, 0),
            HE_ERR_FORMAT, "neither");
        /* an enclave whose key is of small order is no enclave: the evidence already differs */
        he_assert_ok(
            he_enclave_call(r.enclave, 1, r.reply, HE_ENCLAVE_REPLY_MAX, &n,
                            (he_session_destroy(s),
                             he_session_begin(&s, hello, r.policy, r.rng) == HE_OK ? hello : NULL),
                            sizeof hello, 0));
        memset(r.reply, 0, 32);
        he_assert_fails(he_session_finish(s, r.appraisal, r.reply, n), HE_ERR_EVIDENCE,
                        "report data");
        he_session_destroy(s);
        tear_down(&r);
    }
}

Test(session, arguments)
{
    room r;
    set_up(&r, HE_BACKEND_SIM);
    uint8_t hello[HE_HELLO_BYTES], small[8];
    size_t n = 0, got = 0;
    he_session *s = NULL;
    he_assert_fails(he_session_begin(NULL, hello, r.policy, r.rng), HE_ERR_NULL, "session");
    he_assert_fails(he_session_begin(&s, NULL, r.policy, r.rng), HE_ERR_NULL, "hello");
    he_assert_fails(he_session_begin(&s, hello, r.policy, NULL), HE_ERR_NULL, "rng");
    he_test_fail_allocation(1);
    he_assert_fails(he_session_begin(&s, hello, r.policy, r.rng), HE_ERR_MEMORY, "memory");
    he_test_fail_allocation(0);
    cr_assert_null(s);
    he_assert_ok(open_session(&r, &s, 1));
    he_assert_fails(he_session_seal(s, small, sizeof small, &n, "x", 1), HE_ERR_BUFFER, "30");
    he_assert_fails(
        he_session_seal(s, r.record, HE_ENCLAVE_REPLY_MAX, &n, r.reply, HE_MESSAGE_MAX + 1),
        HE_ERR_ARGUMENT, "1048577");
    he_assert_fails(he_session_seal(s, NULL, 0, &n, "x", 1), HE_ERR_NULL, "record");
    he_assert_fails(he_session_seal(s, r.record, 100, NULL, "x", 1), HE_ERR_NULL, "length");
    he_assert_fails(he_session_seal(s, r.record, 100, &n, NULL, 1), HE_ERR_NULL, "message");
    he_assert_fails(he_session_open(s, NULL, 0, &n, r.reply, 50), HE_ERR_NULL, "message");
    he_assert_fails(he_session_open(s, small, sizeof small, &n, r.reply, 50), HE_ERR_BUFFER, "50");
    he_assert_ok(ask(&r, s, 1)); /* none of these broke it */
    he_assert_fails(he_session_finish(NULL, r.appraisal, r.reply, 1), HE_ERR_NULL, "session");
    he_assert_fails(he_session_finish(s, r.appraisal, NULL, 1), HE_ERR_NULL, "reply");

    he_assert_fails(he_enclave_call(NULL, 1, r.reply, HE_ENCLAVE_REPLY_MAX, &n, hello, 70, 0),
                    HE_ERR_NULL, "enclave");
    he_assert_fails(he_enclave_call(r.enclave, 1, r.reply, 100, &n, hello, 70, 0), HE_ERR_BUFFER,
                    "100");
    he_assert_fails(he_enclave_call(r.enclave, 1, r.reply, HE_ENCLAVE_REPLY_MAX, &n, hello, 0, 0),
                    HE_ERR_ARGUMENT, "0 bytes");
    he_assert_fails(he_enclave_call(r.enclave, 1, r.reply, HE_ENCLAVE_REPLY_MAX, &got, r.record,
                                    HE_MESSAGE_MAX + HE_RECORD_OVERHEAD + 1, 0),
                    HE_ERR_ARGUMENT, "must be 1 to");
    he_assert_fails(he_enclave_call(r.enclave, 1, r.reply, HE_ENCLAVE_REPLY_MAX, &n, NULL, 1, 0),
                    HE_ERR_NULL, "in");
    he_assert_fails(he_enclave_forget(NULL, 1), HE_ERR_NULL, "enclave");
    he_session_destroy(s);
    he_session_destroy(NULL);
    tear_down(&r);
}
