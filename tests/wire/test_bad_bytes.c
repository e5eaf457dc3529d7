/* SPDX-License-Identifier: MIT */
/* Untrusted bytes: cut, flipped, forged, foreign.  A loader fails with a sentence or gives an
 * object that saves to the very same bytes; nothing else. */
#include "fixture.h"

#include "core/bytes.h"
#include <math.h>

/* An exact copy, so that the address sanitizer sees every read behind it. */
static uint8_t *copy_of(const uint8_t *bytes, size_t length)
{
    uint8_t *p = malloc(length == 0 ? 1 : length);
    memcpy(p, bytes, length);
    return p;
}

static void set_body(uint8_t *bytes, uint64_t length)
{
    he_store64(bytes + 40, length);
}

Test(bad_bytes, every_truncation_is_refused)
{
    for (int flavour = 0; flavour < FLAVOURS; flavour++) {
        fixture f;
        fixture_create(&f, (enum flavour)flavour);
        for (size_t i = 0; i < f.count; i++) {
            const saved *o = &f.object[i];
            size_t step = o->length > 20000 ? o->length / 5000 : 1, written;
            uint8_t *out = malloc(o->length);
            for (size_t length = 0; length < o->length;
                 length += length < 200 || length + 200 > o->length ? 1 : step) {
                uint8_t *cut = copy_of(o->bytes, length);
                he_status status = o->reload(f.ctx, cut, length, out, o->length, &written);
                cr_assert(status == HE_ERR_FORMAT, "%s cut to %zu: %d", o->name, length, status);
                if (length >= HEADER) { /* and with a header that agrees */
                    set_body(cut, length - HEADER);
                    status = o->reload(f.ctx, cut, length, out, o->length, &written);
                    cr_assert(status == HE_ERR_FORMAT, "%s cut to %zu: %d", o->name, length,
                              status);
                }
                free(cut);
            }
            free(out);
        }
        fixture_destroy(&f);
    }
}

Test(bad_bytes, trailing_bytes_are_refused)
{
    for (int flavour = 0; flavour < FLAVOURS; flavour++) {
        fixture f;
        fixture_create(&f, (enum flavour)flavour);
        for (size_t i = 0; i < f.count; i++) {
            const saved *o = &f.object[i];
            uint8_t *longer = calloc(o->length + 8, 1), *out = malloc(o->length + 8);
            size_t written;
            memcpy(longer, o->bytes, o->length);
            for (size_t more = 1; more <= 8; more++) {
                set_body(longer, o->length - HEADER);
                he_assert_fails(
                    o->reload(f.ctx, longer, o->length + more, out, o->length + 8, &written),
                    HE_ERR_FORMAT, "exactly one object");
                set_body(longer, o->length - HEADER + more);
                he_assert_fails(
                    o->reload(f.ctx, longer, o->length + more, out, o->length + 8, &written),
                    HE_ERR_FORMAT, "bytes follow the fixed fields");
            }
            free(longer);
            free(out);
        }
        fixture_destroy(&f);
    }
}

/* Position by position; large objects at every position of their fields, a sample of the rest. */
static void flip_all(const fixture *f, const saved *o, size_t fields)
{
    uint8_t *bytes = copy_of(o->bytes, o->length), *out = malloc(o->length);
    size_t loads = 0, most = 1000 * (size_t)he_test_scale();
    size_t step = o->length / most + 1;
    for (size_t at = 0; at < o->length; at += at < fields ? 1 : step) {
        unsigned tries = at < fields ? 8 : 1;
        for (unsigned k = 0; k < tries; k++) {
            uint8_t old = bytes[at];
            uint64_t change = at < fields ? (uint64_t)1 << k : 1 + he_test_random_below(255);
            bytes[at] = (uint8_t)(old ^ change);
            size_t written = 0;
            he_status status = o->reload(f->ctx, bytes, o->length, out, o->length, &written);
            if (status == HE_OK) {
                loads++;
                cr_assert(written == o->length && memcmp(out, bytes, written) == 0,
                          "%s flipped at %zu", o->name, at);
            } else {
                cr_assert(strlen(he_last_error()) > 0);
            }
            bytes[at] = old;
        }
    }
    if (o->length > 2000 && o->reload != reload_secret_key)
        cr_assert(loads > 0, "%s: no residue may change at all?", o->name);
    free(bytes);
    free(out);
}

Test(bad_bytes, every_flipped_byte_fails_or_gives_another_valid_object)
{
    for (int flavour = 0; flavour < FLAVOURS; flavour++) {
        fixture f;
        fixture_create(&f, (enum flavour)flavour);
        for (size_t i = 0; i < f.count; i++)
            flip_all(&f, &f.object[i], HEADER + 36);
        fixture_destroy(&f);
    }
}

Test(bad_bytes, headers_that_are_wrong_are_named)
{
    fixture f, other;
    fixture_create(&f, BFV);
    fixture_create(&other, CKKS);
    for (size_t i = 0; i < f.count; i++) {
        const saved *o = &f.object[i];
        uint8_t *bytes = copy_of(o->bytes, o->length), *out = malloc(o->length);
        size_t written;
        bytes[0] = 'h';
        he_assert_fails(o->reload(f.ctx, bytes, o->length, out, o->length, &written), HE_ERR_FORMAT,
                        "HEob");
        bytes[0] = 'H';
        bytes[4] = 2;
        he_assert_fails(o->reload(f.ctx, bytes, o->length, out, o->length, &written),
                        HE_ERR_VERSION, "version 2");
        bytes[4] = 1;
        bytes[6] = 8;
        he_assert_fails(o->reload(f.ctx, bytes, o->length, out, o->length, &written), HE_ERR_FORMAT,
                        "kind 8");
        bytes[6] = 0;
        he_assert_fails(o->reload(f.ctx, bytes, o->length, out, o->length, &written), HE_ERR_FORMAT,
                        "kind 0");
        bytes[6] = o->bytes[6] == 1 ? 2 : 1;
        he_assert_fails(o->reload(f.ctx, bytes, o->length, out, o->length, &written), HE_ERR_FORMAT,
                        "the bytes hold");
        bytes[6] = o->bytes[6];
        for (int k = 0; k < 4; k++) {
            const uint64_t forged[] = {0, UINT64_MAX, UINT64_MAX - 47, (uint64_t)1 << 63};
            set_body(bytes, forged[k]);
            cr_assert(o->reload(f.ctx, bytes, o->length, out, o->length, &written) ==
                      HE_ERR_FORMAT);
        }
        if (i > 0) { /* parameters are for any context */
            he_assert_fails(o->reload(other.ctx, o->bytes, o->length, out, o->length, &written),
                            HE_ERR_MISMATCH, "other parameters");
        }
        free(bytes);
        free(out);
    }
    fixture_destroy(&f);
    fixture_destroy(&other);
}

/* A changed copy of object i must be refused with this text. */
static void refuse(const fixture *f, size_t i, size_t at, const void *value, size_t length,
                   const char *text)
{
    const saved *o = &f->object[i];
    uint8_t *bytes = copy_of(o->bytes, o->length), *out = malloc(o->length);
    size_t written;
    memcpy(bytes + HEADER + at, value, length);
    he_assert_fails(o->reload(f->ctx, bytes, o->length, out, o->length, &written), HE_ERR_FORMAT,
                    text);
    free(bytes);
    free(out);
}

static void refuse32(const fixture *f, size_t i, size_t at, uint32_t value, const char *text)
{
    refuse(f, i, at, &value, 4, text);
}

static void refuse64(const fixture *f, size_t i, size_t at, uint64_t value, const char *text)
{
    refuse(f, i, at, &value, 8, text);
}

static void refuse_double(const fixture *f, size_t i, size_t at, double value, const char *text)
{
    refuse(f, i, at, &value, 8, text);
}

Test(bad_bytes, forged_ciphertexts_are_refused_by_field)
{
    for (int flavour = 0; flavour < FLAVOURS; flavour++) {
        fixture f;
        fixture_create(&f, (enum flavour)flavour);
        const uint32_t sizes[] = {0, 1, 4, UINT32_MAX};
        for (size_t i = 2; i <= 5; i++) {
            for (int k = 0; k < 4; k++)
                refuse32(&f, i, 0, sizes[k], "size is");
            refuse32(&f, i, 4, he_context_top_level(f.ctx) + 1, "level is");
            refuse32(&f, i, 4, UINT32_MAX, "level is");
            refuse32(&f, i, 8, 0, "degree is 0");
            refuse32(&f, i, 8, 3, "degree is 3");
            refuse32(&f, i, 12, 8 | 4 | 1, "flags 0xd");
            refuse32(&f, i, 12, UINT32_MAX, "flags");
            refuse32(&f, i, 12, 0, "insecure");
            const double scales[] = {NAN, INFINITY, -INFINITY, 0, -1, 0x1p300, 0x1p-1074, -0.0};
            for (int k = 0; k < 8; k++)
                if (flavour != EXPLICIT || k != 6)
                    refuse_double(&f, i, 16, scales[k], "scale is");
            const double noises[] = {NAN, INFINITY, -INFINITY, 1e9, -2000};
            for (int k = 0; k < 5; k++)
                refuse_double(&f, i, 24, noises[k], "log_sigma is");
        }
        refuse32(&f, 4, 0, 2, "bytes follow the fixed fields");
        refuse32(&f, 5, 0, 3, "bytes follow the fixed fields");
        refuse32(&f, 5, 4, 1, flavour == CKKS ? "scale is" : "bytes follow the fixed fields");
        refuse32(&f, 5, 12, 2 | 4 | (flavour == BFV ? 0 : 1), "bytes follow the fixed fields");
        refuse32(&f, 4, 12, 2 | 4 | (flavour == BFV ? 0 : 1), "2 polynomials, not 3");
        refuse32(&f, 3, 12, 2 | 4 | (flavour == BFV ? 1 : 0), "domain at rest");
        if (flavour != BFV)
            refuse32(&f, 5, 12, 4, "NTT form");
        if (flavour == CKKS) {
            double scale = he_context_scale(f.ctx, 0);
            refuse_double(&f, 5, 16, nextafter(scale, 0), "degree 1");
            refuse32(&f, 5, 8, 2, "degree 2");
        }
        const uint8_t ones[16] = {255, 255, 255, 255, 255, 255, 255, 255,
                                  255, 255, 255, 255, 255, 255, 255, 255};
        for (size_t i = 2; i <= 5; i++) {
            refuse(&f, i, 32, ones, 16, "a residue modulo prime 0");
            size_t end = f.object[i].length - HEADER - (i == 3 ? 32 : 0);
            refuse(&f, i, end - 16, ones, 16, "a residue modulo prime");
        }
        fixture_destroy(&f);
    }
}

Test(bad_bytes, forged_plaintexts_and_keys_are_refused_by_field)
{
    for (int flavour = 0; flavour < FLAVOURS; flavour++) {
        fixture f;
        fixture_create(&f, (enum flavour)flavour);
        const uint8_t ones[16] = {255, 255, 255, 255, 255, 255, 255, 255,
                                  255, 255, 255, 255, 255, 255, 255, 255};
        refuse32(&f, 1, 0, he_context_top_level(f.ctx) + 1, "level is");
        if (flavour == BFV)
            refuse32(&f, 1, 0, 1, "must be 0 for BFV");
        refuse32(&f, 1, 4, 1 | 4, "flags");
        refuse32(&f, 1, 4, 0, "insecure");
        refuse_double(&f, 1, 8, NAN, "scale is nan");
        refuse(&f, 1, 16, ones, 16, flavour == BFV ? "not below t = 12289" : "a residue modulo");

        refuse(&f, 6, 0, ones, 1, "not -1, 0 or 1");
        refuse(&f, 6, 255, "\xc0", 1, "not -1, 0 or 1");
        size_t last = f.object[7].length - HEADER - 16;
        refuse(&f, 7, 32, ones, 16, "he_public_key_load: a residue modulo prime 0");
        refuse(&f, 7, last, ones, 16, "he_public_key_load: a residue modulo prime 5");
        last = f.object[8].length - HEADER - 16;
        refuse(&f, 8, 32, ones, 16, "he_relin_key_load: a residue modulo prime 0");
        refuse(&f, 8, last, ones, 16, "he_relin_key_load: a residue modulo prime 5");

        refuse32(&f, 9, 0, 0, "0 keys");
        refuse32(&f, 9, 0, 1025, "1025 keys");
        refuse32(&f, 9, 0, UINT32_MAX, "4294967295 keys");
        refuse32(&f, 9, 0, 2, "bytes follow the fixed fields");
        refuse32(&f, 9, 0, 1024, "bytes follow the fixed fields");
        refuse32(&f, 9, 4, 2, "element 0 is 2");
        refuse32(&f, 9, 8, 2049, "element 1 is 2049");
        refuse32(&f, 9, 12, 1, "element 2 is 1");
        refuse32(&f, 9, 8, f.gk->elements[0], "above the one before");
        last = f.object[9].length - HEADER - 16;
        refuse(&f, 9, last, ones, 16, "he_galois_keys_load: a residue modulo prime 5");
        fixture_destroy(&f);
    }
}

Test(bad_bytes, forged_parameters_are_refused_by_field)
{
    fixture f;
    fixture_create(&f, BFV);
    refuse32(&f, 0, 0, 0, "scheme 0");
    refuse32(&f, 0, 0, 3, "scheme 3");
    refuse32(&f, 0, 4, 5, "security 5");
    refuse32(&f, 0, 8, 0, "n is 0");
    refuse32(&f, 0, 8, 1025, "n is 1025");
    refuse32(&f, 0, 8, 262144, "n is 262144");
    refuse32(&f, 0, 12, UINT32_MAX, "bytes follow the fixed fields");
    refuse32(&f, 0, 16, 3, "bytes follow the fixed fields");
    refuse32(&f, 0, 20, 2, "ckks_mode 2");
    refuse32(&f, 0, 48, 1, "special primes");
    refuse64(&f, 0, 60, 0, "data prime 0 is 0");
    refuse64(&f, 0, 60 + 8 * 5, (uint64_t)1 << 61, "special prime 1 is");
    refuse64(&f, 0, 60, 1, "data prime 0 is 1");
    uint8_t none[HEADER + 60] = {0}; /* no primes, and lengths that agree */
    memcpy(none, f.object[0].bytes, sizeof none);
    he_store32(none + HEADER + 12, 0);
    he_store32(none + HEADER + 16, 0);
    set_body(none, 60);
    he_params p = HE_PARAMS_INIT;
    he_assert_fails(he_params_load(&p, none, sizeof none), HE_ERR_FORMAT, "0 data primes");
    cr_assert(p.n == 0);
    fixture_destroy(&f);
}

Test(bad_bytes, null_arguments_are_named)
{
    fixture f;
    fixture_create(&f, BFV);
    const saved *o = &f.object[5];
    he_ciphertext *ct = NULL;
    he_params p;
    he_kind kind;
    uint64_t total;
    he_assert_fails(he_ciphertext_load(NULL, &ct, o->bytes, o->length), HE_ERR_NULL, "ctx");
    he_assert_fails(he_ciphertext_load(f.ctx, NULL, o->bytes, o->length), HE_ERR_NULL, "ct is");
    he_assert_fails(he_ciphertext_load(f.ctx, &ct, NULL, o->length), HE_ERR_NULL, "bytes");
    he_assert_fails(he_params_load(NULL, o->bytes, o->length), HE_ERR_NULL, "params");
    he_assert_fails(he_params_load(&p, NULL, 100), HE_ERR_NULL, "bytes");
    he_assert_fails(he_wire_peek(NULL, 48, &kind, NULL, &total), HE_ERR_NULL, "bytes");
    he_assert_fails(he_wire_peek(o->bytes, 48, NULL, NULL, &total), HE_ERR_NULL, "kind");
    he_assert_fails(he_wire_peek(o->bytes, 48, &kind, NULL, NULL), HE_ERR_NULL, "total");
    he_assert_fails(he_wire_peek(o->bytes, 47, &kind, NULL, &total), HE_ERR_FORMAT, "too few");
    he_assert_fails(he_plaintext_load(f.ctx, NULL, o->bytes, o->length), HE_ERR_NULL, "pt");
    he_assert_fails(he_secret_key_load(f.ctx, NULL, o->bytes, o->length), HE_ERR_NULL, "sk");
    he_assert_fails(he_public_key_load(f.ctx, NULL, o->bytes, o->length), HE_ERR_NULL, "pk");
    he_assert_fails(he_relin_key_load(f.ctx, NULL, o->bytes, o->length), HE_ERR_NULL, "rk");
    he_assert_fails(he_galois_keys_load(f.ctx, NULL, o->bytes, o->length), HE_ERR_NULL, "gk");
    fixture_destroy(&f);
}

Test(bad_bytes, a_loader_without_memory_leaves_nothing)
{
    fixture f;
    fixture_create(&f, CKKS);
    for (size_t i = 1; i < f.count; i++) {
        const saved *o = &f.object[i];
        uint8_t *out = malloc(o->length);
        size_t written;
        he_test_fail_allocation(0);
        he_assert_ok(o->reload(f.ctx, o->bytes, o->length, out, o->length, &written));
        unsigned long count = he_test_allocations();
        cr_assert(count >= 2);
        for (unsigned long k = 1; k <= count; k++) {
            he_test_fail_allocation(k);
            he_status status = o->reload(f.ctx, o->bytes, o->length, out, o->length, &written);
            cr_assert(status == HE_ERR_MEMORY, "%s, allocation %lu: %d", o->name, k, status);
        }
        he_test_fail_allocation(0);
        free(out);
    }
    fixture_destroy(&f);
}
