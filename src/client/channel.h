/* SPDX-License-Identifier: MIT */
/* Frames over a stream socket: "HEms" | kind u16 | flags u16 | request u64 | length u64 | body.
 * A receiver sees the header first, so that it can refuse a length before it takes memory. */
#ifndef HE_CLIENT_CHANNEL_H
#define HE_CLIENT_CHANNEL_H

#include "core/status.h"

#define HE_FRAME_BYTES 24
/* Version of the conversation, named in HELLO. */
#define HE_CHANNEL_VERSION 1

typedef enum he_frame_kind {
    HE_FRAME_HELLO = 1,
    HE_FRAME_PROGRAM = 2,
    HE_FRAME_KEYS = 3,
    HE_FRAME_INPUT = 4,
    HE_FRAME_RUN = 5,
    HE_FRAME_OUTPUT = 6,
    HE_FRAME_ERROR = 7
} he_frame_kind;

typedef struct he_frame {
    he_frame_kind kind;
    uint64_t request; /* chosen by the client, echoed by the server */
    uint64_t length;  /* of the body */
} he_frame;

typedef struct he_channel {
    int fd;
    int stop_fd; /* readable: give up; -1: none */
    /* for each wait; the peer is gone after it, and where it sends or takes bytes so slowly that a
     * whole header or body lasts longer than this and a byte for each 1/16 ms */
    uint32_t timeout_ms;
    const char *peer; /* "the server", "the client": for texts */
    uint64_t sent, received;
} he_channel;

/* A body in up to two pieces. */
he_status he_channel_send(he_channel *ch, he_frame_kind kind, uint64_t request, const void *first,
                          size_t first_length, const void *second, size_t second_length);
/* ERROR with status and this thread's text; failures to send it are ignored. */
void he_channel_send_error(he_channel *ch, uint64_t request, he_status status);
/* The next header.  An ERROR frame is read whole and becomes this call's failure. */
he_status he_channel_receive(he_channel *ch, he_frame *frame);
/* The next header must be of this kind and request, and its length at most limit. */
he_status he_channel_expect(he_channel *ch, he_frame *frame, he_frame_kind kind, uint64_t request,
                            uint64_t limit);
/* length bytes of the current body. */
he_status he_channel_read(he_channel *ch, void *out, size_t length);
/* The whole body into memory for he_free(); the length was checked by the caller. */
he_status he_channel_read_body(he_channel *ch, const he_frame *frame, uint8_t **body);
const char *he_frame_name(he_frame_kind kind);

#endif
