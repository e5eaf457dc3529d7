/* SPDX-License-Identifier: MIT */
/* Every loader of the wire format, from edited objects and from raw bodies.
 *
 * Input: byte 0 picks the context and the object, byte 1 the way.  Way 0: the object's bytes with
 * edits of four input bytes each (offset in three, value in one), cut by one more number; the
 * header then agrees with the length.  Way 1: header as of the object, body as in the input.
 * Way 2: the input as it is.  A loader fails, or gives an object that saves to the very bytes that
 * it came from. */
#include "fuzz/fuzz.h"

#include "core/bytes.h"
#include "wire/fixture.h"

static fixture fixtures[FLAVOURS];

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    for (int flavour = 0; flavour < FLAVOURS; flavour++)
        fixture_create(&fixtures[flavour], (enum flavour)flavour);
    return 0;
}

static void load(const fixture *f, const saved *o, const uint8_t *bytes, size_t length)
{
    size_t written = 0;
    uint8_t *out = malloc(length + 1);
    if (o->reload(f->ctx, bytes, length, out, length, &written) == HE_OK)
        cr_assert(written == length && memcmp(out, bytes, length) == 0, "%s", o->name);
    else
        cr_assert(he_last_error()[0] != 0);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4)
        return 0;
    const fixture *f = &fixtures[data[0] % FLAVOURS];
    const saved *o = &f->object[data[0] / FLAVOURS % f->count];
    unsigned way = data[1] % 3;
    size_t cut = he_load16(data + 2);
    data += 4;
    size -= 4;
    if (way == 2) {
        load(f, o, data, size);
        return 0;
    }
    size_t length = way == 0 ? o->length : HEADER + size;
    uint8_t *bytes = malloc(length);
    memcpy(bytes, o->bytes, length < o->length ? length : o->length);
    if (way == 1)
        memcpy(bytes + HEADER, data, size);
    for (; way == 0 && size >= 4; data += 4, size -= 4)
        bytes[(he_load32(data) & 0xffffff) % length] = data[3];
    if (way == 0 && cut < length - HEADER && cut % 2 == 1) {
        uint8_t *shorter = malloc(length - cut); /* exactly, for the sanitizer */
        memcpy(shorter, bytes, length - cut);
        free(bytes);
        bytes = shorter;
        length -= cut;
    }
    he_store64(bytes + 40, length - HEADER);
    load(f, o, bytes, length);
    free(bytes);
    return 0;
}
