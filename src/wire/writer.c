/* SPDX-License-Identifier: MIT */
#include "wire/writer.h"

#include "rlwe/rlwe.h"

he_status he_writer_begin(he_writer *w, const char *fn, const he_context *ctx, he_kind kind,
                          void *bytes, size_t capacity, size_t size, const size_t *length)
{
    if (bytes == NULL)
        return he_fail(HE_ERR_NULL, "%s: bytes is NULL", fn);
    if (length == NULL)
        return he_fail(HE_ERR_NULL, "%s: length is NULL", fn);
    if (capacity < size)
        return he_fail(HE_ERR_BUFFER, "%s: the buffer has %zu bytes, the object needs %zu", fn,
                       capacity, size);
    *w = (he_writer){bytes, (uint8_t *)bytes + size};
    he_writer_bytes(w, (const uint8_t *)"HEob", 4);
    he_store16(he_writer_take(w, 2), HE_WIRE_VERSION);
    he_store16(he_writer_take(w, 2), (uint16_t)kind);
    he_writer_bytes(w, ctx->id, HE_ID_BYTES);
    he_writer_u64(w, size - HE_WIRE_HEADER_BYTES);
    return HE_OK;
}
