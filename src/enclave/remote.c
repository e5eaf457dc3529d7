/* SPDX-License-Identifier: MIT */
/* A program in an enclave, over a session and any transport: one request, one answer.  Requests
 * are laid out in image/layout.h.  What the enclave answers is believed as far as the session
 * authenticates it, and still checked for shape. */
#include "enclave/session.h"

#include "core/bytes.h"
#include "core/memory.h"
#include "core/status.h"
#include <string.h>

#define VALUE_BYTES 8
#define TEXT_BYTES  200

/* One record carries a whole vector, whatever the padding. */
_Static_assert((size_t)HE_PROGRAM_MAX_SIZE *VALUE_BYTES + HE_TASK_VALUES_HEAD + HE_PADDING_MAX +
                       8 <=
                   HE_MESSAGE_MAX,
               "the largest vector fits into a record");

he_status he_session_connect(he_session **session, he_appraisal *appraisal, const he_policy *policy,
                             he_rng *rng, he_transport *transport, void *user)
{
    HE_REQUIRE_PTR(session);
    if (transport == NULL)
        return he_fail(HE_ERR_NULL, "he_session_connect: transport is NULL");
    uint8_t hello[HE_HELLO_BYTES];
    he_session *s = NULL;
    HE_TRY(he_session_begin(&s, hello, policy, rng));
    he_remote *r = &s->remote;
    r->transport = transport;
    r->user = user;
    r->message = he_alloc_raw(HE_GUEST_REQUEST_MAX, 1);
    r->record = he_alloc_raw(HE_GUEST_REQUEST_MAX, 1);
    r->answer = he_alloc_raw(HE_ENCLAVE_REPLY_MAX, 1);
    he_status status = HE_OK;
    if (r->message == NULL || r->record == NULL || r->answer == NULL)
        status = he_fail(HE_ERR_MEMORY, "he_session_connect: no memory");
    size_t n = 0;
    if (status == HE_OK)
        status = transport(user, r->answer, HE_ENCLAVE_REPLY_MAX, &n, hello, sizeof hello);
    if (status == HE_OK)
        status = he_session_finish(s, appraisal, r->answer, n);
    if (status != HE_OK) {
        he_session_destroy(s);
        return status;
    }
    *session = s;
    return HE_OK;
}

/* What a task that failed says; the sentence is cut and only printable. */
static he_status enclave_says(he_status status, const uint8_t *text, size_t n)
{
    char words[TEXT_BYTES];
    size_t used = n < sizeof words - 1 ? n : sizeof words - 1;
    for (size_t i = 0; i < used; i++)
        words[i] = text[i] >= 0x20 && text[i] <= 0x7e ? (char)text[i] : '?';
    words[used] = '\0';
    return he_fail(status, "the enclave says: %s", words);
}

/* Sends the n bytes in r->message, and opens the answer into it; *length of them.  HE_OK: the
 * enclave did what was asked. */
static he_status exchange(he_session *s, size_t n, size_t *length)
{
    he_remote *r = &s->remote;
    uint32_t kind = he_load32(r->message);
    size_t record = 0, answer = 0, got = 0;
    HE_TRY(he_session_seal(s, r->record, HE_GUEST_REQUEST_MAX, &record, r->message, n));
    HE_TRY(r->transport(r->user, r->answer, HE_ENCLAVE_REPLY_MAX, &answer, r->record, record));
    if (answer > HE_GUEST_REQUEST_MAX)
        return he_fail(HE_ERR_FORMAT, "an answer of %zu bytes is no record", answer);
    HE_TRY(he_session_open(s, r->message, answer, &got, r->answer, answer));
    if (got < HE_TASK_ANSWER_HEAD || he_load32(r->message) != kind)
        return he_fail(HE_ERR_FORMAT, "the enclave answers something else than what was asked");
    he_status status = (he_status)(int32_t)he_load32(r->message + 4);
    if (status > HE_OK || status < HE_ERR_ROLLBACK)
        return he_fail(HE_ERR_FORMAT, "the enclave answers with unknown status %d", (int)status);
    if (status != HE_OK)
        return enclave_says(status, r->message + HE_TASK_ANSWER_HEAD, got - HE_TASK_ANSWER_HEAD);
    *length = got;
    return HE_OK;
}

static he_status require_remote(const he_session *s, const char *function, bool loaded)
{
    if (s == NULL)
        return he_fail(HE_ERR_NULL, "%s: session is NULL", function);
    if (s->remote.transport == NULL)
        return he_fail(HE_ERR_ARGUMENT,
                       "%s: this session has no transport; make it with "
                       "he_session_connect()",
                       function);
    if (loaded && !s->remote.loaded)
        return he_fail(HE_ERR_ARGUMENT, "%s: no program was loaded", function);
    return HE_OK;
}

static he_status send_program(he_session *s, const uint8_t *bytes, size_t total)
{
    he_remote *r = &s->remote;
    for (size_t offset = 0; offset < total;) {
        size_t piece = total - offset < HE_TASK_PIECE ? total - offset : HE_TASK_PIECE;
        size_t got;
        he_store32(r->message, HE_TASK_PROGRAM);
        memcpy(r->message + 4, r->id, sizeof r->id);
        he_store64(r->message + 36, total);
        he_store64(r->message + 44, offset);
        memcpy(r->message + HE_TASK_PROGRAM_HEAD, bytes + offset, piece);
        HE_TRY(exchange(s, HE_TASK_PROGRAM_HEAD + piece, &got));
        offset += piece;
        if (got != HE_TASK_ANSWER_HEAD + 8 || he_load64(r->message + HE_TASK_ANSWER_HEAD) != offset)
            return he_fail(HE_ERR_FORMAT, "he_session_load: the enclave counts other bytes");
    }
    return HE_OK;
}

he_status he_session_load(he_session *session, const he_program *program)
{
    HE_TRY(require_remote(session, __func__, false));
    HE_REQUIRE_PTR(program);
    HE_TRY(he_program_check(program));
    he_remote *r = &session->remote;
    r->loaded = false;
    HE_TRY(he_program_id(program, r->id));
    size_t size = he_program_save_size(program), n = 0;
    if (size > HE_TASK_PROGRAM_MAX)
        return he_fail(HE_ERR_ARGUMENT, "he_session_load: the program has %zu bytes, at most %llu",
                       size, (unsigned long long)HE_TASK_PROGRAM_MAX);
    /* a sound program has no size only where there was no memory to find it */
    uint8_t *bytes = size == 0 ? NULL : he_alloc_raw(size, 1);
    if (bytes == NULL)
        return he_fail(HE_ERR_MEMORY, "he_session_load: no memory");
    he_status status = he_program_save(program, bytes, size, &n);
    if (status == HE_OK)
        status = send_program(session, bytes, n);
    he_free(bytes);
    if (status != HE_OK)
        return status;
    r->type = he_program_get_type(program);
    r->size = he_program_size(program);
    r->inputs = he_program_input_count(program);
    r->outputs = he_program_output_count(program);
    r->loaded = true;
    return HE_OK;
}

static he_status send_input(he_session *s, const char *function, he_program_type type, uint32_t i,
                            const void *values, size_t count)
{
    HE_TRY(require_remote(s, function, true));
    he_remote *r = &s->remote;
    if (count != 0 && values == NULL)
        return he_fail(HE_ERR_NULL, "%s: values is NULL", function);
    if (type != r->type)
        return he_fail(HE_ERR_MISMATCH, "%s: the program computes with %s", function,
                       r->type == HE_PROGRAM_REAL ? "reals" : "integers");
    if (i >= r->inputs)
        return he_fail(HE_ERR_ARGUMENT, "%s: input %u of a program that has %u", function, i,
                       r->inputs);
    if (count > r->size)
        return he_fail(HE_ERR_ARGUMENT, "%s: %zu values for a program on vectors of %u", function,
                       count, r->size);
    he_store32(r->message, HE_TASK_INPUT);
    he_store32(r->message + 4, i);
    he_store32(r->message + 8, type);
    he_store32(r->message + 12, 0);
    he_store32(r->message + 16, r->size);
    uint8_t *sent = r->message + HE_TASK_INPUT_HEAD;
    size_t all = (size_t)r->size * VALUE_BYTES, given = count * VALUE_BYTES, got;
    if (given != 0)
        memcpy(sent, values, given);
    memset(sent + given, 0, all - given);
    return exchange(s, HE_TASK_INPUT_HEAD + all, &got);
}

he_status he_session_input_real(he_session *session, uint32_t i, const double *values, size_t count)
{
    return send_input(session, __func__, HE_PROGRAM_REAL, i, values, count);
}

he_status he_session_input_integer(he_session *session, uint32_t i, const int64_t *values,
                                   size_t count)
{
    return send_input(session, __func__, HE_PROGRAM_INTEGER, i, values, count);
}

/* Elements that fit into one record, whatever the padding. */
#define RECORD_VALUES                                                                              \
    ((uint32_t)((HE_MESSAGE_MAX - HE_PADDING_MAX - HE_TASK_VALUES_HEAD - 8) / VALUE_BYTES))

static he_status require_all(const he_session *s, const char *function, he_program_type type,
                             const void *const *vectors, uint32_t count, const char *what)
{
    if (type != s->remote.type)
        return he_fail(HE_ERR_MISMATCH, "%s: the program computes with %s", function,
                       s->remote.type == HE_PROGRAM_REAL ? "reals" : "integers");
    if (vectors == NULL)
        return he_fail(HE_ERR_NULL, "%s: %ss is NULL", function, what);
    for (uint32_t i = 0; i < count; i++)
        if (vectors[i] == NULL)
            return he_fail(HE_ERR_NULL, "%s: %s %u is NULL", function, what, i);
    return HE_OK;
}

/* count elements between a record and vectors of size elements, from the at-th of all on. */
static void copy_elements(uint8_t *record, void *const *vectors, uint32_t size, uint64_t at,
                          uint32_t count, bool to_record)
{
    while (count > 0) {
        uint32_t i = (uint32_t)(at / size), first = (uint32_t)(at % size);
        uint32_t piece = count < size - first ? count : size - first;
        uint8_t *vector = (uint8_t *)vectors[i] + (size_t)first * VALUE_BYTES;
        if (to_record)
            memcpy(record, vector, (size_t)piece * VALUE_BYTES);
        else
            memcpy(vector, record, (size_t)piece * VALUE_BYTES);
        record += (size_t)piece * VALUE_BYTES;
        at += piece;
        count -= piece;
    }
}

static he_status send_inputs(he_session *s, const char *function, he_program_type type,
                             const void *const *inputs)
{
    HE_TRY(require_remote(s, function, true));
    he_remote *r = &s->remote;
    HE_TRY(require_all(s, function, type, inputs, r->inputs, "input"));
    uint64_t total = (uint64_t)r->inputs * r->size;
    for (uint64_t at = 0; at < total;) {
        uint32_t count = total - at < RECORD_VALUES ? (uint32_t)(total - at) : RECORD_VALUES;
        size_t got;
        he_store32(r->message, HE_TASK_INPUT);
        he_store32(r->message + 4, (uint32_t)(at / r->size));
        he_store32(r->message + 8, type);
        he_store32(r->message + 12, (uint32_t)(at % r->size));
        he_store32(r->message + 16, count);
        copy_elements(r->message + HE_TASK_INPUT_HEAD, (void *const *)(uintptr_t)inputs, r->size,
                      at, count, true);
        HE_TRY(exchange(s, HE_TASK_INPUT_HEAD + (size_t)count * VALUE_BYTES, &got));
        at += count;
    }
    return HE_OK;
}

he_status he_session_inputs_real(he_session *session, const double *const *inputs)
{
    return send_inputs(session, __func__, HE_PROGRAM_REAL, (const void *const *)inputs);
}

he_status he_session_inputs_integer(he_session *session, const int64_t *const *inputs)
{
    return send_inputs(session, __func__, HE_PROGRAM_INTEGER, (const void *const *)inputs);
}

he_status he_session_run(he_session *session, const he_post *post)
{
    HE_TRY(require_remote(session, __func__, true));
    he_remote *r = &session->remote;
    uint32_t count = post == NULL ? 0 : r->outputs;
    he_store32(r->message, HE_TASK_RUN);
    he_store32(r->message + 4, count);
    for (uint32_t i = 0; i < count; i++)
        he_store32(r->message + HE_TASK_RUN_HEAD + 4 * (size_t)i, (uint32_t)post[i]);
    size_t got;
    return exchange(session, HE_TASK_RUN_HEAD + 4 * (size_t)count, &got);
}

/* Asks for count elements from element first of output i on; they are at HE_TASK_VALUES_HEAD of
 * the message then. */
static he_status ask_elements(he_session *s, const char *function, uint32_t i, uint32_t first,
                              uint32_t count)
{
    he_remote *r = &s->remote;
    size_t got = 0;
    he_store32(r->message, HE_TASK_OUTPUT);
    he_store32(r->message + 4, i);
    he_store32(r->message + 8, first);
    he_store32(r->message + 12, count);
    HE_TRY(exchange(s, HE_TASK_OUTPUT_HEAD, &got));
    const uint8_t *id = r->message + HE_TASK_ANSWER_HEAD, *head = id + HE_TASK_ID_BYTES;
    if (got != HE_TASK_VALUES_HEAD + (size_t)count * VALUE_BYTES)
        return he_fail(HE_ERR_FORMAT, "%s: the enclave sends %zu bytes", function, got);
    if (memcmp(id, r->id, sizeof r->id) != 0 || he_load32(head) != i ||
        he_load32(head + 4) != (uint32_t)r->type || he_load32(head + 8) != first ||
        he_load32(head + 12) != count)
        return he_fail(HE_ERR_MISMATCH, "%s: the answer is of another program or output", function);
    return HE_OK;
}

static he_status fetch_outputs(he_session *s, const char *function, he_program_type type,
                               void *const *outputs)
{
    HE_TRY(require_remote(s, function, true));
    he_remote *r = &s->remote;
    HE_TRY(require_all(s, function, type, (const void *const *)outputs, r->outputs, "output"));
    uint64_t total = (uint64_t)r->outputs * r->size;
    for (uint64_t at = 0; at < total;) {
        uint32_t count = total - at < RECORD_VALUES ? (uint32_t)(total - at) : RECORD_VALUES;
        HE_TRY(
            ask_elements(s, function, (uint32_t)(at / r->size), (uint32_t)(at % r->size), count));
        copy_elements(r->message + HE_TASK_VALUES_HEAD, outputs, r->size, at, count, false);
        at += count;
    }
    return HE_OK;
}

static he_status fetch_output(he_session *s, const char *function, he_program_type type,
                              void *values, size_t count, uint32_t i)
{
    HE_TRY(require_remote(s, function, true));
    he_remote *r = &s->remote;
    if (count != 0 && values == NULL)
        return he_fail(HE_ERR_NULL, "%s: values is NULL", function);
    if (type != r->type)
        return he_fail(HE_ERR_MISMATCH, "%s: the program computes with %s", function,
                       r->type == HE_PROGRAM_REAL ? "reals" : "integers");
    if (i >= r->outputs || count > r->size)
        return he_fail(HE_ERR_ARGUMENT, "%s: %zu values of output %u; there are %u of %u values",
                       function, count, i, r->outputs, r->size);
    if (count == 0)
        return HE_OK;
    HE_TRY(ask_elements(s, function, i, 0, (uint32_t)count));
    memcpy(values, r->message + HE_TASK_VALUES_HEAD, count * VALUE_BYTES);
    return HE_OK;
}

he_status he_session_output_real(he_session *session, double *values, size_t count, uint32_t i)
{
    return fetch_output(session, __func__, HE_PROGRAM_REAL, values, count, i);
}

he_status he_session_output_integer(he_session *session, int64_t *values, size_t count, uint32_t i)
{
    return fetch_output(session, __func__, HE_PROGRAM_INTEGER, values, count, i);
}

he_status he_session_outputs_real(he_session *session, double *const *outputs)
{
    return fetch_outputs(session, __func__, HE_PROGRAM_REAL, (void *const *)outputs);
}

he_status he_session_outputs_integer(he_session *session, int64_t *const *outputs)
{
    return fetch_outputs(session, __func__, HE_PROGRAM_INTEGER, (void *const *)outputs);
}
