/* SPDX-License-Identifier: MIT */
/* Canonical bytes: equal programs give equal bytes, and nothing else is read. */
#include "core/bytes.h"
#include "generate.h"
#include "program/ir/ir.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const limits usual = {
    .operations = 50, .inputs = 3, .depth = 5, .degree = 9, .largest = 1e6, .rotations = true};

static uint8_t *save(const he_program *p, size_t *length)
{
    const size_t size = he_program_save_size(p);
    cr_assert(size > 0, "%s", he_last_error());
    uint8_t *bytes = malloc(size);
    he_assert_ok(he_program_save(p, bytes, size, length));
    cr_assert_eq(*length, size);
    return bytes;
}

static void assert_same(const he_program *p, const he_program *q)
{
    size_t n, m;
    uint8_t *a = save(p, &n), *b = save(q, &m), id_a[HE_ID_BYTES], id_b[HE_ID_BYTES];
    cr_assert_eq(n, m);
    cr_assert_eq(memcmp(a, b, n), 0);
    he_assert_ok(he_program_id(p, id_a));
    he_assert_ok(he_program_id(q, id_b));
    cr_assert_eq(memcmp(id_a, id_b, sizeof id_a), 0);
    free(a);
    free(b);
}

static void generate_any(recipe *r, int round)
{
    const uint32_t size = 1u << (round % 8);
    if (round % 2 == 0)
        generate(r, HE_PROGRAM_REAL, size, 0, &usual);
    else
        generate(r, HE_PROGRAM_INTEGER, size, round % 3 == 0 ? 65536 : 65537, &usual);
}

Test(bytes, equal_programs_give_equal_bytes)
{
    static recipe r;
    for (int round = 0; round < 100 * (int)he_test_scale(); round++) {
        generate_any(&r, round);
        he_program *p = build(&r), *q = build_shuffled(&r);
        assert_same(p, q);
        size_t length;
        uint8_t *bytes = save(q, &length);
        he_program *loaded;
        he_assert_ok(he_program_load(&loaded, bytes, length));
        assert_same(p, loaded);
        cr_assert_eq(he_program_input_count(loaded), (uint32_t)r.inputs);
        cr_assert_str_eq(he_program_input_name(loaded, 1), "x1");
        cr_assert_str_eq(he_program_output_name(loaded, 0), "y0");
        if (r.type == HE_PROGRAM_REAL) {
            double lo[2], hi[2];
            he_assert_ok(he_program_output_range(p, 0, &lo[0], &hi[0]));
            he_assert_ok(he_program_output_range(loaded, 0, &lo[1], &hi[1]));
            cr_assert(lo[0] == lo[1] && hi[0] == hi[1]);
            cr_assert_eq(he_program_precision(loaded), 20);
        }
        free(bytes);
        he_program_destroy(p);
        he_program_destroy(q);
        he_program_destroy(loaded);
    }
}

/* x y + c as a program; what differs changes the id. */
static he_program *small(const char *name, double lo, double c, uint32_t precision, int32_t left)
{
    he_program *p;
    he_assert_ok(he_program_create(&p, HE_PROGRAM_REAL, 8, 0, precision));
    he_value x = he_program_input(p, "x", lo, 1), y = he_program_input(p, "y", -1, 1);
    he_value z = he_program_add(p, he_program_multiply(p, x, y), he_program_splat(p, c));
    he_program_output(p, name, he_program_rotate(p, z, left));
    he_assert_ok(he_program_check(p));
    return p;
}

Test(bytes, different_programs_have_different_ids)
{
    he_program *p[6] = {small("z", -1, 2, 20, 1), small("w", -1, 2, 20, 1),
                        small("z", -2, 2, 20, 1), small("z", -1, 3, 20, 1),
                        small("z", -1, 2, 21, 1), small("z", -1, 2, 20, 2)};
    uint8_t id[6][HE_ID_BYTES];
    for (int i = 0; i < 6; i++) {
        he_assert_ok(he_program_id(p[i], id[i]));
        for (int j = 0; j < i; j++)
            cr_assert_neq(memcmp(id[i], id[j], HE_ID_BYTES), 0, "%d and %d", i, j);
    }
    for (int i = 0; i < 6; i++)
        he_program_destroy(p[i]);
}

Test(bytes, normal_forms_meet)
{
    he_program *p[2];
    for (int i = 0; i < 2; i++) {
        he_assert_ok(he_program_create(&p[i], HE_PROGRAM_REAL, 4, 0, 10));
        he_value x = he_program_input(p[i], "x", i ? -0.0 : 0.0, 1);
        static const double same[4] = {3, 3, 3, 3}, zeros[4] = {0, -0.0, 0, 0}, shorter[2] = {1, 2},
                            longer[4] = {1, 2, -0.0, 0}, poly[4] = {1, 2, 0, -0.0};
        x = he_program_add(p[i], x,
                           i ? he_program_constant(p[i], same, 4) : he_program_splat(p[i], 3));
        x = he_program_add(p[i], x,
                           i ? he_program_constant(p[i], zeros, 4) : he_program_splat(p[i], 0));
        x = he_program_multiply(p[i], x,
                                i ? he_program_constant(p[i], shorter, 2)
                                  : he_program_constant(p[i], longer, 4));
        x = he_program_polynomial(p[i], x, poly, i ? 2 : 4);
        x = he_program_rotate(p[i], x, i ? -1 : 7);
        he_program_output(p[i], "y", he_program_rotate(p[i], x, i ? 0 : 8));
    }
    assert_same(p[0], p[1]);
    he_program_destroy(p[0]);
    he_program_destroy(p[1]);

    for (int i = 0; i < 2; i++) {
        he_assert_ok(he_program_create(&p[i], HE_PROGRAM_INTEGER, 2, 10, 0));
        he_value x = he_program_input(p[i], "x", i ? NAN : 0, i);
        static const int64_t a[2] = {-5, 1}, b[2] = {5, 1};
        x = he_program_add(p[i], x, he_program_constant_i64(p[i], i ? a : b, 2));
        he_program_output(p[i], "y",
                          he_program_add(p[i], x, he_program_splat_i64(p[i], 5 - 10 * i)));
    }
    assert_same(p[0], p[1]);
    he_program_destroy(p[0]);
    he_program_destroy(p[1]);
}

Test(bytes, every_truncation_is_refused)
{
    static recipe r;
    for (int round = 0; round < 6; round++) {
        generate_any(&r, round + 2);
        he_program *p = build(&r), *loaded = NULL;
        size_t length;
        uint8_t *bytes = save(p, &length);
        for (size_t cut = 0; cut < length; cut++) {
            uint8_t *copy = malloc(cut + 1); /* exact, for the sanitizer */
            memcpy(copy, bytes, cut);
            he_assert_fails(he_program_load(&loaded, copy, cut), HE_ERR_FORMAT, "he_program_load");
            cr_assert_null(loaded);
            free(copy);
        }
        uint8_t *longer = malloc(length + 1);
        memcpy(longer, bytes, length);
        longer[length] = 0;
        he_assert_fails(he_program_load(&loaded, longer, length + 1), HE_ERR_FORMAT,
                        "after the end");
        free(longer);
        free(bytes);
        he_program_destroy(p);
    }
}

/* A changed byte is refused, or the bytes are the canonical ones of another program. */
Test(bytes, every_flipped_bit_is_refused_or_another_program)
{
    static recipe r;
    int refused = 0, other = 0;
    for (int round = 0; round < 4; round++) {
        generate_any(&r, round + 2);
        he_program *p = build(&r);
        uint8_t id[HE_ID_BYTES], id_other[HE_ID_BYTES];
        he_assert_ok(he_program_id(p, id));
        size_t length;
        uint8_t *bytes = save(p, &length);
        for (size_t bit = 0; bit < 8 * length; bit++) {
            bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
            he_program *loaded = NULL;
            he_status status = he_program_load(&loaded, bytes, length);
            if (status == HE_OK) {
                size_t again;
                uint8_t *saved = save(loaded, &again);
                cr_assert_eq(again, length);
                cr_assert_eq(memcmp(saved, bytes, length), 0, "bit %zu", bit);
                he_assert_ok(he_program_id(loaded, id_other));
                cr_assert_neq(memcmp(id, id_other, sizeof id), 0);
                free(saved);
                he_program_destroy(loaded);
                other++;
            } else {
                cr_assert(status == HE_ERR_FORMAT || status == HE_ERR_VERSION, "bit %zu: %s", bit,
                          he_last_error());
                cr_assert_null(loaded);
                refused++;
            }
            bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        }
        free(bytes);
        he_program_destroy(p);
    }
    cr_assert(refused > 1000 && other > 1000, "%d refused, %d other", refused, other);
}

/* Offsets in the bytes of small(): 40 header, six nodes of 12, one word, then ports. */
#define NODE(i) (40 + 12 * (i))

Test(bytes, the_loader_says_what_is_wrong)
{
    he_program *p = small("z", -1, 2, 20, 1), *loaded = NULL;
    size_t length;
    uint8_t *bytes = save(p, &length), *copy = malloc(length);
    cr_assert_eq(he_load32(bytes + 32), 6, "nodes");
    const size_t word = NODE(6), first_input = word + 8;
    const struct {
        size_t at;
        uint32_t value;
        const char *text;
    } cases[] = {
        {0, 0x72704549, "no program"},
        {8, 3, "power of two"},
        {12, 61, "precision"},
        {24, 1u << 31, "count"},
        {28, 0, "count"},
        {32, 60000, "bytes after the header"},
        {36, 0x01000000, "bytes after the header"},
        {NODE(0), 99, "unknown operation"},
        {NODE(0) + 4, 2, "input that is not there"},
        {NODE(0) + 4, 1, "value 1: it is out of order"},
        {NODE(0) + 8, 1, "must be zero"},
        {NODE(2) + 4, 1, "must be zero"},
        {NODE(3) + 8, 3, "value 3: an operand that does not come before it"},
        {NODE(3) + 4, 2, "operands out of order"},
        {NODE(5) + 8, 8, "steps"},
        {NODE(5) + 8, 0, "steps"},
        {NODE(5) + 4, 3, "value 4: nothing uses it"},
        {word + 4, 0x7ff80000, "constant that is out of range"},
        {word + 4, 0x7ff00000, "constant that is out of range"},
        {word + 4, 0x80000000, "constant that is out of range"},
        {first_input + 4, 0x7ff00000, "interval"},
        {first_input + 4, 0x80000000, "interval"},
        {first_input + 4, 0x40000000, "interval"},
        {first_input + 16, 1000000, "within a name"},
        {first_input + 16, 0, "name"},
        {length - 9, 2, "depends on no input"},
        {length - 9, 6, "no value"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        memcpy(copy, bytes, length);
        he_store32(copy + cases[i].at, cases[i].value);
        he_assert_fails(he_program_load(&loaded, copy, length), HE_ERR_FORMAT, cases[i].text);
    }
    memcpy(copy, bytes, length);
    copy[4] = 2;
    he_assert_fails(he_program_load(&loaded, copy, length), HE_ERR_VERSION, "version 2");
    he_assert_fails(he_program_load(NULL, copy, length), HE_ERR_NULL, "program is NULL");
    he_assert_fails(he_program_load(&loaded, NULL, length), HE_ERR_NULL, "bytes is NULL");
    he_assert_fails(he_program_save(p, copy, length - 1, &length), HE_ERR_BUFFER, "need");
    cr_assert_null(loaded);
    free(copy);
    free(bytes);
    he_program_destroy(p);
}

Test(bytes, no_memory_leaves_nothing)
{
    he_program *p = small("z", -1, 2, 20, 1);
    size_t length;
    uint8_t *bytes = save(p, &length), id[HE_ID_BYTES];
    unsigned long count = 0;
    for (unsigned long k = 1; k <= count || k == 1; k++) {
        he_program *loaded = NULL;
        he_test_fail_allocation(k);
        he_status status = he_program_load(&loaded, bytes, length);
        he_test_fail_allocation(0);
        if (k == 1)
            cr_assert_eq(status, HE_ERR_MEMORY);
        if (status == HE_OK) {
            he_program_destroy(loaded);
            break;
        }
        cr_assert_eq(status, HE_ERR_MEMORY, "allocation %lu: %s", k, he_last_error());
        cr_assert_null(loaded);
        count = k + 1;
    }
    cr_assert(count > 3);
    for (unsigned long k = 1; k < 100; k++) {
        he_test_fail_allocation(k);
        he_status status = he_program_id(p, id);
        he_test_fail_allocation(0);
        if (status == HE_OK)
            break;
        cr_assert_eq(status, HE_ERR_MEMORY);
    }
    free(bytes);
    he_program_destroy(p);
}
