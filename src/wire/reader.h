/* SPDX-License-Identifier: MIT */
/* A cursor over untrusted bytes.  Every read checks its room; the first that lacks it makes the
 * reader short for good, and all reads give zero from then on. */
#ifndef HE_WIRE_READER_H
#define HE_WIRE_READER_H

#include "core/bytes.h"
#include "core/status.h"
#include <he/wire.h>

typedef struct he_reader {
    const char *fn;
    const uint8_t *at, *end;
    bool cut; /* something was read beyond the end */
} he_reader;

/* "a ciphertext" and so on. */
const char *he_kind_name(he_kind kind);

/* Over the body of an object of this kind that fills length bytes exactly.  ctx: whose id it must
 * have, NULL for any. */
he_status he_reader_begin(he_reader *r, const char *fn, const he_context *ctx, he_kind kind,
                          const void *bytes, size_t length);

static inline size_t he_reader_left(const he_reader *r)
{
    return (size_t)(r->end - r->at);
}

/* NULL without so many bytes. */
static inline const uint8_t *he_reader_take(he_reader *r, size_t count)
{
    if (he_reader_left(r) < count) {
        r->at = r->end;
        r->cut = true;
        return NULL;
    }
    const uint8_t *p = r->at;
    r->at += count;
    return p;
}

static inline uint32_t he_reader_u32(he_reader *r)
{
    const uint8_t *p = he_reader_take(r, 4);
    return p == NULL ? 0 : he_load32(p);
}

static inline uint64_t he_reader_u64(he_reader *r)
{
    const uint8_t *p = he_reader_take(r, 8);
    return p == NULL ? 0 : he_load64(p);
}

static inline double he_reader_double(he_reader *r)
{
    const uint8_t *p = he_reader_take(r, 8);
    return p == NULL ? 0 : he_load_double(p);
}

/* The fixed fields were all there, and exactly size bytes follow them. */
he_status he_reader_expect(const he_reader *r, uint64_t size);

#endif
