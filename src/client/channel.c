/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "client/channel.h"

#include "client/clock.h"
#include "core/bytes.h"
#include "core/memory.h"
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* Text of an ERROR frame: as much as he_last_error() holds. */
#define MAX_ERROR_TEXT 256

/* Slower than this, a peer that is never silent is gone as well: 128 kbit/s. */
#define LEAST_BYTES_PER_MS 16

const char *he_frame_name(he_frame_kind kind)
{
    static const char *const names[] = {"",      "HELLO", "PROGRAM", "KEYS",
                                        "INPUT", "RUN",   "OUTPUT",  "ERROR"};
    return (unsigned)kind < sizeof names / sizeof *names ? names[kind] : "unknown";
}

/* When a piece of length bytes must be through, in he_clock_ms(). */
static double deadline_of(const he_channel *ch, size_t length)
{
    return he_clock_ms() + ch->timeout_ms + (double)length / LEAST_BYTES_PER_MS;
}

/* Waits until the socket is ready, at most until the whole piece must be through. */
static he_status wait_ready(he_channel *ch, short events, double whole)
{
    double deadline = fmin(he_clock_ms() + ch->timeout_ms, whole);
    for (;;) {
        struct pollfd p[2] = {{ch->fd, events, 0}, {ch->stop_fd, POLLIN, 0}};
        double left = deadline - he_clock_ms();
        int n = poll(p, ch->stop_fd < 0 ? 1 : 2, left <= 0 ? 0 : (int)left + 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return he_fail(HE_ERR_IO, "waiting for %s: %s", ch->peer, strerror(errno));
        if (ch->stop_fd >= 0 && p[1].revents != 0)
            return he_fail(HE_ERR_IO, "stopped while waiting for %s", ch->peer);
        if (p[0].revents != 0)
            return HE_OK;
        if (he_clock_ms() >= deadline)
            return deadline < whole
                       ? he_fail(HE_ERR_IO, "%s was silent for %u ms", ch->peer, ch->timeout_ms)
                       : he_fail(HE_ERR_IO, "%s is slower than %d kB/s", ch->peer,
                                 LEAST_BYTES_PER_MS);
    }
}

static he_status write_all(he_channel *ch, const void *bytes, size_t length)
{
    const uint8_t *p = bytes;
    const double whole = deadline_of(ch, length);
    while (length > 0) {
        HE_TRY(wait_ready(ch, POLLOUT, whole));
        ssize_t n = send(ch->fd, p, length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK))
            continue;
        if (n < 0)
            return he_fail(HE_ERR_IO, "%s went away: %s", ch->peer, strerror(errno));
        p += n;
        length -= (size_t)n;
        ch->sent += (size_t)n;
    }
    return HE_OK;
}

he_status he_channel_read(he_channel *ch, void *out, size_t length)
{
    uint8_t *p = out;
    const double whole = deadline_of(ch, length);
    while (length > 0) {
        HE_TRY(wait_ready(ch, POLLIN, whole));
        ssize_t n = recv(ch->fd, p, length, MSG_DONTWAIT);
        if (n < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK))
            continue;
        if (n < 0)
            return he_fail(HE_ERR_IO, "%s went away: %s", ch->peer, strerror(errno));
        if (n == 0)
            return he_fail(HE_ERR_IO, "%s closed the connection", ch->peer);
        p += n;
        length -= (size_t)n;
        ch->received += (size_t)n;
    }
    return HE_OK;
}

/* A peer that refuses says so and closes while we still write: its sentence matters more than the
 * broken pipe. */
static he_status why_closed(he_channel *ch, he_status broken)
{
    char text[256];
    snprintf(text, sizeof text, "%s", he_last_error());
    struct pollfd p = {ch->fd, POLLIN, 0};
    he_frame frame;
    if (poll(&p, 1, 0) > 0 && (p.revents & POLLIN) != 0) {
        he_status status = he_channel_receive(ch, &frame);
        if (status != HE_OK && status != HE_ERR_IO)
            return status;
    }
    return he_fail(broken, "%s", text);
}

static he_status send_frame(he_channel *ch, he_frame_kind kind, uint64_t request, const void *first,
                            size_t first_length, const void *second, size_t second_length)
{
    uint8_t h[HE_FRAME_BYTES];
    memcpy(h, "HEms", 4);
    he_store16(h + 4, (uint16_t)kind);
    he_store16(h + 6, 0);
    he_store64(h + 8, request);
    he_store64(h + 16, (uint64_t)first_length + second_length);
    HE_TRY(write_all(ch, h, sizeof h));
    if (first_length > 0)
        HE_TRY(write_all(ch, first, first_length));
    if (second_length > 0)
        HE_TRY(write_all(ch, second, second_length));
    return HE_OK;
}

he_status he_channel_send(he_channel *ch, he_frame_kind kind, uint64_t request, const void *first,
                          size_t first_length, const void *second, size_t second_length)
{
    he_status status = send_frame(ch, kind, request, first, first_length, second, second_length);
    return status == HE_ERR_IO ? why_closed(ch, status) : status;
}

void he_channel_send_error(he_channel *ch, uint64_t request, he_status status)
{
    char text[MAX_ERROR_TEXT];
    size_t length = strlen(he_last_error());
    if (length > sizeof text)
        length = sizeof text;
    memcpy(text, he_last_error(), length);
    uint8_t code[4];
    he_store32(code, (uint32_t)status);
    (void)!send_frame(ch, HE_FRAME_ERROR, request, code, sizeof code, text, length);
}

static he_status receive_error(he_channel *ch, uint64_t length)
{
    uint8_t body[4 + MAX_ERROR_TEXT + 1];
    if (length < 4 || length > 4 + MAX_ERROR_TEXT)
        return he_fail(HE_ERR_FORMAT, "%s sent a malformed ERROR frame", ch->peer);
    HE_TRY(he_channel_read(ch, body, (size_t)length));
    body[length] = 0;
    for (size_t i = 4; i < length; i++)
        if (body[i] < 0x20 || body[i] > 0x7e)
            body[i] = '?';
    int32_t code = (int32_t)he_load32(body);
    if (code > HE_ERR_NULL || code < HE_ERR_ROLLBACK)
        return he_fail(HE_ERR_FORMAT, "%s sent an ERROR frame with unknown status %d", ch->peer,
                       (int)code);
    return he_fail((he_status)code, "%s says: %s", ch->peer, (const char *)body + 4);
}

he_status he_channel_receive(he_channel *ch, he_frame *frame)
{
    uint8_t h[HE_FRAME_BYTES];
    HE_TRY(he_channel_read(ch, h, sizeof h));
    unsigned kind = he_load16(h + 4);
    if (memcmp(h, "HEms", 4) != 0 || he_load16(h + 6) != 0 || kind < HE_FRAME_HELLO ||
        kind > HE_FRAME_ERROR)
        return he_fail(HE_ERR_FORMAT, "%s sent what is not a frame of libhe", ch->peer);
    frame->kind = (he_frame_kind)kind;
    frame->request = he_load64(h + 8);
    frame->length = he_load64(h + 16);
    if (frame->kind == HE_FRAME_ERROR)
        return receive_error(ch, frame->length);
    return HE_OK;
}

he_status he_channel_expect(he_channel *ch, he_frame *frame, he_frame_kind kind, uint64_t request,
                            uint64_t limit)
{
    HE_TRY(he_channel_receive(ch, frame));
    if (frame->kind != kind || frame->request != request)
        return he_fail(HE_ERR_FORMAT, "%s sent %s for request %llu, expected %s for %llu", ch->peer,
                       he_frame_name(frame->kind), (unsigned long long)frame->request,
                       he_frame_name(kind), (unsigned long long)request);
    if (frame->length > limit)
        return he_fail(HE_ERR_FORMAT, "%s sent %llu bytes in %s, at most %llu are expected",
                       ch->peer, (unsigned long long)frame->length, he_frame_name(kind),
                       (unsigned long long)limit);
    return HE_OK;
}

he_status he_channel_read_body(he_channel *ch, const he_frame *frame, uint8_t **body)
{
    uint8_t *p = he_alloc_raw((size_t)frame->length, 1);
    if (p == NULL)
        return he_fail(HE_ERR_MEMORY, "no memory for %llu bytes from %s",
                       (unsigned long long)frame->length, ch->peer);
    he_status status = he_channel_read(ch, p, (size_t)frame->length);
    if (status != HE_OK) {
        he_free(p);
        return status;
    }
    *body = p;
    return HE_OK;
}
