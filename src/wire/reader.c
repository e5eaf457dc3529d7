/* SPDX-License-Identifier: MIT */
#include "wire/reader.h"

#include "rlwe/rlwe.h"

#include <inttypes.h>

#define KINDS 7

const char *he_kind_name(he_kind kind)
{
    static const char *const name[KINDS] = {"parameters",   "a plaintext",  "a ciphertext",
                                            "a secret key", "a public key", "a relinearization key",
                                            "Galois keys"};
    return kind >= 1 && kind <= KINDS ? name[kind - 1] : "an unknown object";
}

/* The header alone; fn names the caller. */
static he_status read_header(const char *fn, const void *bytes, size_t length, he_kind *kind,
                             const uint8_t **id, uint64_t *total)
{
    if (bytes == NULL)
        return he_fail(HE_ERR_NULL, "%s: bytes is NULL", fn);
    const uint8_t *p = bytes;
    if (length < HE_WIRE_HEADER_BYTES)
        return he_fail(HE_ERR_FORMAT, "%s: %zu bytes are too few for a header of %d", fn, length,
                       HE_WIRE_HEADER_BYTES);
    if (memcmp(p, "HEob", 4) != 0)
        return he_fail(HE_ERR_FORMAT, "%s: the bytes do not begin with HEob: not libhe's", fn);
    unsigned version = he_load16(p + 4), number = he_load16(p + 6);
    if (version != HE_WIRE_VERSION)
        return he_fail(HE_ERR_VERSION, "%s: format version %u, this library reads %d", fn, version,
                       HE_WIRE_VERSION);
    if (number < 1 || number > KINDS)
        return he_fail(HE_ERR_FORMAT, "%s: kind %u is unknown", fn, number);
    uint64_t body = he_load64(p + 8 + HE_ID_BYTES);
    if (body > UINT64_MAX - HE_WIRE_HEADER_BYTES)
        return he_fail(HE_ERR_FORMAT, "%s: a body of %" PRIu64 " bytes cannot be", fn, body);
    *kind = (he_kind)number;
    *id = p + 8;
    *total = body + HE_WIRE_HEADER_BYTES;
    return HE_OK;
}

he_status he_wire_peek(const void *bytes, size_t length, he_kind *kind, uint8_t *id,
                       uint64_t *total)
{
    HE_REQUIRE_PTR(kind);
    HE_REQUIRE_PTR(total);
    const uint8_t *at = NULL;
    HE_TRY(read_header(__func__, bytes, length, kind, &at, total));
    if (id != NULL)
        memcpy(id, at, HE_ID_BYTES);
    return HE_OK;
}

he_status he_reader_begin(he_reader *r, const char *fn, const he_context *ctx, he_kind kind,
                          const void *bytes, size_t length)
{
    he_kind found = kind;
    const uint8_t *id = NULL;
    uint64_t total = 0;
    HE_TRY(read_header(fn, bytes, length, &found, &id, &total));
    if (found != kind)
        return he_fail(HE_ERR_FORMAT, "%s: the bytes hold %s, not %s", fn, he_kind_name(found),
                       he_kind_name(kind));
    if (total != length)
        return he_fail(HE_ERR_FORMAT,
                       "%s: the header says %" PRIu64
                       " bytes, the buffer has %zu: give exactly one "
                       "object",
                       fn, total, length);
    if (ctx != NULL)
        HE_TRY(he_check_id(fn, "the object", ctx, id));
    const uint8_t *p = bytes;
    *r = (he_reader){fn, p + HE_WIRE_HEADER_BYTES, p + length, false};
    return HE_OK;
}

he_status he_reader_expect(const he_reader *r, uint64_t size)
{
    if (r->cut)
        return he_fail(HE_ERR_FORMAT, "%s: the body ends within its fixed fields", r->fn);
    if (he_reader_left(r) != size)
        return he_fail(
            HE_ERR_FORMAT,
            "%s: %zu bytes follow the fixed fields, the shape given there needs %" PRIu64, r->fn,
            he_reader_left(r), size);
    return HE_OK;
}
