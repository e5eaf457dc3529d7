/* SPDX-License-Identifier: MIT */
/* A cursor that writes: the size of every object is known before its first byte. */
#ifndef HE_WIRE_WRITER_H
#define HE_WIRE_WRITER_H

#include "core/bytes.h"
#include "core/status.h"
#include "core/verify.h"
#include <he/wire.h>

typedef struct he_writer {
    uint8_t *at, *end;
} he_writer;

/* Checks bytes, capacity and length, and writes the header of an object with size bytes in all. */
he_status he_writer_begin(he_writer *w, const char *fn, const he_context *ctx, he_kind kind,
                          void *bytes, size_t capacity, size_t size, const size_t *length);

/* count bytes of room, which the caller fills. */
static inline uint8_t *he_writer_take(he_writer *w, size_t count)
{
    HE_VERIFY((size_t)(w->end - w->at) >= count);
    uint8_t *p = w->at;
    w->at += count;
    return p;
}

static inline void he_writer_u32(he_writer *w, uint32_t x)
{
    he_store32(he_writer_take(w, 4), x);
}

static inline void he_writer_u64(he_writer *w, uint64_t x)
{
    he_store64(he_writer_take(w, 8), x);
}

static inline void he_writer_double(he_writer *w, double x)
{
    he_store_double(he_writer_take(w, 8), x);
}

static inline void he_writer_bytes(he_writer *w, const uint8_t *x, size_t count)
{
    memcpy(he_writer_take(w, count), x, count);
}

#endif
