/* SPDX-License-Identifier: MIT */
/* Numbers that both ends of a session and both ends of the launcher's socket agree on.
 * docs/enclave.md shows the same byte by byte. */
#ifndef HE_ENCLAVE_IMAGE_LAYOUT_H
#define HE_ENCLAVE_IMAGE_LAYOUT_H

#include <he/enclave.h>

/* Records can be padded to a multiple of at most this. */
#define HE_PADDING_MAX 65536u

/* Reply to a hello: public key, nonce, length of the evidence, evidence. */
#define HE_REPLY_HEAD         68
#define HE_EVIDENCE_BYTES     323 /* without outer evidence */
#define HE_EVIDENCE_BYTES_MAX ((size_t)128 << 10)
#define HE_REPLY_BYTES_MAX    (HE_REPLY_HEAD + HE_EVIDENCE_BYTES_MAX)

/* What a host may pass in at once: a hello or one record. */
#define HE_GUEST_REQUEST_MAX (HE_MESSAGE_MAX + HE_RECORD_OVERHEAD)

/* Requests of a client inside the session and the answers to them (task.c).  All numbers are
 * little-endian.
 *   PROGRAM  kind u32 | id 32 | total u64 | offset u64 | bytes       -> received u64
 *   INPUT    kind u32 | index u32 | type u32 | first u32 | count u32 | count values of 8 bytes
 *   RUN      kind u32 | count u32 | count functions u32
 *   OUTPUT   kind u32 | index u32 | first u32 | count u32
 *                        -> id 32 | index u32 | type u32 | first u32 | count u32 | values
 * The elements of INPUT and OUTPUT may run on from vector index into those after it, so that one
 * record carries many short vectors.
 * An answer begins with kind u32 | status i32; after a failure a sentence follows. */
enum {
    HE_TASK_PROGRAM = 1,
    HE_TASK_INPUT = 2,
    HE_TASK_RUN = 3,
    HE_TASK_OUTPUT = 4
};
#define HE_TASK_ID_BYTES     32
#define HE_TASK_PROGRAM_HEAD 52
#define HE_TASK_INPUT_HEAD   20
#define HE_TASK_RUN_HEAD     8
#define HE_TASK_OUTPUT_HEAD  16
#define HE_TASK_ANSWER_HEAD  8
#define HE_TASK_VALUES_HEAD  (HE_TASK_ANSWER_HEAD + 48)

/* A program may be longer than a record: it comes in pieces. */
#define HE_TASK_PIECE       ((size_t)512 << 10)
#define HE_TASK_PROGRAM_MAX ((uint64_t)64 << 20)

/* The launcher's socket: kind u32 | channel u32 | status i32 | length u32, then the bytes.
 *   CONFIG    to the image    config bytes | measurement; the first frame
 *   READY     to the launcher flags u32, once the image has locked itself
 *   CALL      to the image    a client's bytes; none: forget the channel
 *   REPORT    to the launcher report data to make evidence for, within a CALL
 *   EVIDENCE  to the image    the evidence
 *   RESULT    to the launcher the answer to a CALL, or a status and a sentence
 *   FAILED    to the launcher before READY: status is a step (he_launch_step), length an errno */
enum {
    HE_FRAME_CONFIG = 1,
    HE_FRAME_READY = 2,
    HE_FRAME_CALL = 3,
    HE_FRAME_REPORT = 4,
    HE_FRAME_EVIDENCE = 5,
    HE_FRAME_RESULT = 6,
    HE_FRAME_FAILED = 7
};
#define HE_FRAME_HEAD 16

typedef enum he_launch_step {
    HE_LAUNCH_SOCKET = 1,
    HE_LAUNCH_USER = 2,
    HE_LAUNCH_EXEC = 3,
    HE_LAUNCH_HEAP = 4,
    HE_LAUNCH_SECRET = 5,
    HE_LAUNCH_SODIUM = 6,
    HE_LAUNCH_LOCK = 7
} he_launch_step;

/* Config bytes, the part of a config that is measured:
 *   "HEcf" | version u16 | flags u16 (bit 0: debug) | memory limit u64 */
#define HE_CONFIG_BYTES   16
#define HE_CONFIG_VERSION 1

#endif
