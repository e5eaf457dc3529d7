/* SPDX-License-Identifier: MIT */
/* Programs as bytes from a stranger.
 *
 * Input: byte 0 picks the way.  Ways 0 to 2: a good program with edits of three input bytes each
 * (offset in two, value in one).  Way 3: the input as it is.  What loads saves to the same bytes,
 * and runs on zeros (or says that they are out of range) in the workspace that it asks for. */
#include "fuzz/fuzz.h"

#include "core/bytes.h"
#include "program/plain/plain.h"
#include <stdlib.h>
#include <string.h>

#define MAX_WORK ((size_t)1 << 24)

static uint8_t good[2][1024];
static size_t length[2];

static void make(int which, he_program_type type)
{
    static const double cubic[4] = {0.5, 1, 0, -0.25}, vector[3] = {1, 2, 3};
    static const int64_t integers[3] = {-3, 2, 1};
    const bool real = type == HE_PROGRAM_REAL;
    he_program *p;
    he_assert_ok(he_program_create(&p, type, 8, real ? 0 : 65537, real ? 20 : 0));
    he_value x = he_program_input(p, "x", -1, 1), y = he_program_input(p, "y", -2, 3);
    he_value z = he_program_multiply(p, he_program_add(p, x, y), he_program_rotate(p, x, 3));
    z = he_program_sub(
        p, z, real ? he_program_constant(p, vector, 3) : he_program_constant_i64(p, integers, 3));
    z = he_program_add(p, he_program_sum(p, z),
                       real ? he_program_splat(p, 0.5) : he_program_splat_i64(p, 7));
    if (real)
        z = he_program_polynomial(p, he_program_within(p, z, -9, 9), cubic, 4);
    he_program_output(p, "z", he_program_negate(p, z));
    he_program_output(p, "x", x);
    he_assert_ok(he_program_save(p, good[which], sizeof good[which], &length[which]));
    he_program_destroy(p);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    make(0, HE_PROGRAM_REAL);
    make(1, HE_PROGRAM_INTEGER);
    return 0;
}

/* Zeros for every input, one array for all outputs: elements are eight bytes in both types. */
static void run(const he_program *p)
{
    const size_t work = he_plain_workspace(p);
    if (work > MAX_WORK)
        return;
    void *room = malloc(work), *zeros = calloc(p->size, 8), *result = malloc(8 * (size_t)p->size);
    const void *inputs[HE_PROGRAM_MAX_PORTS];
    void *outputs[HE_PROGRAM_MAX_PORTS];
    for (uint32_t i = 0; i < HE_PROGRAM_MAX_PORTS; i++) {
        inputs[i] = zeros;
        outputs[i] = result;
    }
    he_status status =
        p->type == HE_PROGRAM_REAL
            ? he_plain_run_real(p, (double *const *)outputs, (const double *const *)inputs, room)
            : he_plain_run_integer(p, (int64_t *const *)outputs, (const int64_t *const *)inputs,
                                   room);
    cr_assert(status == HE_OK || status == HE_ERR_ARGUMENT, "%d", (int)status);
    free(room);
    free(zeros);
    free(result);
}

static void load(const uint8_t *bytes, size_t size)
{
    he_program *p;
    he_status status = he_program_load(&p, bytes, size);
    if (status != HE_OK) {
        cr_assert(status == HE_ERR_FORMAT || status == HE_ERR_VERSION, "%d", (int)status);
        return;
    }
    uint8_t *again = malloc(size);
    size_t saved;
    he_assert_ok(he_program_save(p, again, size, &saved));
    cr_assert(saved == size && memcmp(again, bytes, size) == 0, "not the same bytes");
    free(again);
    run(p);
    he_program_destroy(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    const unsigned way = data[0] % 4;
    data++;
    size--;
    if (way == 3) {
        load(data, size);
        return 0;
    }
    const unsigned which = way % 2;
    uint8_t *bytes = malloc(length[which]);
    memcpy(bytes, good[which], length[which]);
    for (; size >= 3; data += 3, size -= 3)
        bytes[he_load16(data) % length[which]] = data[2];
    load(bytes, length[which]);
    free(bytes);
    return 0;
}
