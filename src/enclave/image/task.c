/* SPDX-License-Identifier: MIT */
/* A program inside the enclave: it arrives in pieces, is checked against the id that the first
 * record names, gets its inputs, runs in the clear, and gives its outputs with the id beside them.
 * The request layouts are in layout.h.  Memory: the program, its inputs and outputs; a client
 * cannot make it take more than its program implies. */
#include "enclave/image/task.h"

#include "core/bytes.h"
#include "core/memory.h"
#include "core/status.h"
#include <he/program.h>
#include <math.h>
#include <sodium.h>
#include <string.h>

#define VALUE_BYTES 8

/* Arrays of vectors, of the type that the program computes with; the other one is NULL. */
typedef struct vectors {
    double **real;
    int64_t **integer;
    uint32_t count;
} vectors;

struct he_task {
    uint8_t id[HE_TASK_ID_BYTES];
    uint8_t *bytes; /* of a program that is still arriving */
    uint64_t total, received;
    he_program *program;
    uint32_t size;
    bool is_real;
    vectors inputs, outputs;
    uint32_t *filled; /* [inputs.count] elements that have arrived */
    bool ran;         /* outputs belong to the present inputs */
};

he_task *he_task_create(void)
{
    return he_alloc(1, sizeof(he_task));
}

static void *vector_at(const vectors *v, uint32_t i)
{
    return v->real != NULL ? (void *)v->real[i] : (void *)v->integer[i];
}

static void free_vectors(vectors *v)
{
    for (uint32_t i = 0; i < v->count; i++)
        he_free_secret(vector_at(v, i));
    he_free(v->real);
    he_free(v->integer);
    *v = (vectors){0};
}

/* On failure what was taken is in v, for free_vectors(). */
static bool take_vectors(vectors *v, bool is_real, uint32_t count, uint32_t size)
{
    if (is_real)
        v->real = he_alloc(count, sizeof *v->real);
    else
        v->integer = he_alloc(count, sizeof *v->integer);
    if (v->real == NULL && v->integer == NULL)
        return false;
    for (; v->count < count; v->count++) {
        void *p = he_alloc(size, VALUE_BYTES);
        if (p == NULL)
            return false;
        if (is_real)
            v->real[v->count] = p;
        else
            v->integer[v->count] = p;
    }
    return true;
}

/* Back to a task without a program. */
static void clear(he_task *t)
{
    free_vectors(&t->inputs);
    free_vectors(&t->outputs);
    he_free(t->filled);
    he_program_destroy(t->program);
    he_free_secret(t->bytes);
    he_wipe(t, sizeof *t);
}

void he_task_destroy(he_task *t)
{
    if (t == NULL)
        return;
    clear(t);
    he_free(t);
}

/* All bytes are there: the program, and room for its vectors. */
static he_status load(he_task *t)
{
    uint8_t id[HE_TASK_ID_BYTES];
    crypto_generichash(id, sizeof id, t->bytes, t->total, NULL, 0);
    if (sodium_memcmp(id, t->id, sizeof id) != 0)
        return he_fail(HE_ERR_MISMATCH, "the program's bytes do not have the id that was named");
    HE_TRY(he_program_load(&t->program, t->bytes, t->total));
    he_free_secret(t->bytes);
    t->bytes = NULL;
    t->size = he_program_size(t->program);
    t->is_real = he_program_get_type(t->program) == HE_PROGRAM_REAL;
    uint32_t inputs = he_program_input_count(t->program);
    t->filled = he_alloc(inputs, sizeof *t->filled);
    if (t->filled == NULL || !take_vectors(&t->inputs, t->is_real, inputs, t->size) ||
        !take_vectors(&t->outputs, t->is_real, he_program_output_count(t->program), t->size))
        return he_fail(HE_ERR_MEMORY, "no memory for the vectors of the program: raise the "
                                      "enclave's memory limit");
    return HE_OK;
}

static he_status take_program(he_task *t, const uint8_t *request, size_t n)
{
    if (n < HE_TASK_PROGRAM_HEAD)
        return he_fail(HE_ERR_FORMAT, "a PROGRAM request of %zu bytes is too short", n);
    const uint8_t *id = request + 4;
    uint64_t total = he_load64(request + 36), offset = he_load64(request + 44);
    uint64_t piece = n - HE_TASK_PROGRAM_HEAD;
    if (offset == 0) {
        if (total < 1 || total > HE_TASK_PROGRAM_MAX)
            return he_fail(HE_ERR_FORMAT, "a program of %llu bytes; it must have 1 to %llu",
                           (unsigned long long)total, (unsigned long long)HE_TASK_PROGRAM_MAX);
        clear(t);
        t->bytes = he_alloc_raw(total, 1);
        if (t->bytes == NULL)
            return he_fail(HE_ERR_MEMORY, "no memory for a program of %llu bytes",
                           (unsigned long long)total);
        memcpy(t->id, id, sizeof t->id);
        t->total = total;
    }
    if (t->bytes == NULL || total != t->total || offset != t->received || piece < 1 ||
        piece > total - offset || memcmp(id, t->id, sizeof t->id) != 0) {
        clear(t);
        return he_fail(HE_ERR_FORMAT, "pieces of a program that do not fit together");
    }
    memcpy(t->bytes + offset, request + HE_TASK_PROGRAM_HEAD, piece);
    t->received += piece;
    if (t->received < t->total)
        return HE_OK;
    he_status status = load(t);
    if (status != HE_OK)
        clear(t);
    else
        t->received = t->total;
    return status;
}

/* Elements from element first of vector i to the end of the last one; 0 beyond a vector. */
static uint64_t elements_from(const vectors *v, uint32_t size, uint32_t i, uint32_t first)
{
    return first >= size ? 0 : (uint64_t)(v->count - i) * size - first;
}

static he_status take_input(he_task *t, const uint8_t *request, size_t n)
{
    if (t->program == NULL)
        return he_fail(HE_ERR_ARGUMENT, "an input before a program");
    if (n < HE_TASK_INPUT_HEAD)
        return he_fail(HE_ERR_FORMAT, "an INPUT request of %zu bytes is too short", n);
    uint32_t i = he_load32(request + 4), type = he_load32(request + 8);
    uint32_t first = he_load32(request + 12), left = he_load32(request + 16);
    if (i >= t->inputs.count)
        return he_fail(HE_ERR_ARGUMENT, "input %u of a program that has %u", i, t->inputs.count);
    if (type != (uint32_t)(t->is_real ? HE_PROGRAM_REAL : HE_PROGRAM_INTEGER))
        return he_fail(HE_ERR_MISMATCH, "input %u is %s, the program computes with %s", i,
                       t->is_real ? "integer" : "real", t->is_real ? "reals" : "integers");
    if ((first != 0 && first != t->filled[i]) || left < 1 ||
        left > elements_from(&t->inputs, t->size, i, first) ||
        n - HE_TASK_INPUT_HEAD != (uint64_t)left * VALUE_BYTES)
        return he_fail(HE_ERR_FORMAT, "elements %u of input %u that do not continue it", first, i);
    t->ran = false;
    for (const uint8_t *from = request + HE_TASK_INPUT_HEAD; left > 0; i++, first = 0) {
        uint32_t piece = left < t->size - first ? left : t->size - first;
        memcpy((uint8_t *)vector_at(&t->inputs, i) + (size_t)first * VALUE_BYTES, from,
               (size_t)piece * VALUE_BYTES);
        t->filled[i] = first + piece;
        from += (size_t)piece * VALUE_BYTES;
        left -= piece;
    }
    return HE_OK;
}

/* 1 / (1 + exp(-x)) from exp(-|x|), which does not overflow. */
static double logistic(double x)
{
    double e = exp(-fabs(x));
    return (x >= 0 ? 1.0 : e) / (1.0 + e);
}

static he_status run(he_task *t, const uint8_t *request, size_t n)
{
    if (t->program == NULL)
        return he_fail(HE_ERR_ARGUMENT, "a run before a program");
    if (n < HE_TASK_RUN_HEAD)
        return he_fail(HE_ERR_FORMAT, "a RUN request of %zu bytes is too short", n);
    uint32_t count = he_load32(request + 4);
    if ((count != 0 && count != t->outputs.count) || n - HE_TASK_RUN_HEAD != (uint64_t)count * 4)
        return he_fail(HE_ERR_FORMAT, "%u functions for %u outputs", count, t->outputs.count);
    const uint8_t *functions = request + HE_TASK_RUN_HEAD;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t f = he_load32(functions + 4 * (size_t)i);
        if (f != HE_POST_NONE && (f != HE_POST_LOGISTIC || !t->is_real))
            return he_fail(HE_ERR_UNSUPPORTED, "function %u for output %u is not offered", f, i);
    }
    for (uint32_t i = 0; i < t->inputs.count; i++)
        if (t->filled[i] != t->size)
            return he_fail(HE_ERR_ARGUMENT, "input %u has %u of %u elements", i, t->filled[i],
                           t->size);
    t->ran = false;
    if (t->is_real)
        HE_TRY(he_program_run_real(t->program, t->outputs.real,
                                   (const double *const *)t->inputs.real));
    else
        HE_TRY(he_program_run_integer(t->program, t->outputs.integer,
                                      (const int64_t *const *)t->inputs.integer));
    for (uint32_t i = 0; i < count; i++)
        if (he_load32(functions + 4 * (size_t)i) == HE_POST_LOGISTIC)
            for (uint32_t j = 0; j < t->size; j++)
                t->outputs.real[i][j] = logistic(t->outputs.real[i][j]);
    t->ran = true;
    return HE_OK;
}

static he_status give_output(he_task *t, uint8_t *answer, size_t capacity, size_t *length,
                             const uint8_t *request, size_t n)
{
    if (!t->ran)
        return he_fail(HE_ERR_ARGUMENT, "an output before a run with the present inputs");
    if (n != HE_TASK_OUTPUT_HEAD)
        return he_fail(HE_ERR_FORMAT, "an OUTPUT request of %zu bytes, not %d", n,
                       HE_TASK_OUTPUT_HEAD);
    uint32_t i = he_load32(request + 4);
    uint32_t first = he_load32(request + 8), count = he_load32(request + 12);
    if (i >= t->outputs.count)
        return he_fail(HE_ERR_ARGUMENT, "output %u of a program that has %u", i, t->outputs.count);
    if (count < 1 || count > elements_from(&t->outputs, t->size, i, first) ||
        count > (capacity - HE_TASK_VALUES_HEAD) / VALUE_BYTES)
        return he_fail(HE_ERR_ARGUMENT,
                       "%u elements from element %u of output %u: there are not so many, or too "
                       "many for one record",
                       count, first, i);
    memcpy(answer + HE_TASK_ANSWER_HEAD, t->id, sizeof t->id);
    uint8_t *head = answer + HE_TASK_ANSWER_HEAD + HE_TASK_ID_BYTES;
    he_store32(head, i);
    he_store32(head + 4, (uint32_t)(t->is_real ? HE_PROGRAM_REAL : HE_PROGRAM_INTEGER));
    he_store32(head + 8, first);
    he_store32(head + 12, count);
    *length = HE_TASK_VALUES_HEAD + (size_t)count * VALUE_BYTES;
    for (uint8_t *to = answer + HE_TASK_VALUES_HEAD; count > 0; i++, first = 0) {
        uint32_t piece = count < t->size - first ? count : t->size - first;
        memcpy(to, (const uint8_t *)vector_at(&t->outputs, i) + (size_t)first * VALUE_BYTES,
               (size_t)piece * VALUE_BYTES);
        to += (size_t)piece * VALUE_BYTES;
        count -= piece;
    }
    return HE_OK;
}

void he_task_handle(he_task *t, uint8_t *answer, size_t capacity, size_t *length,
                    const uint8_t *request, size_t n)
{
    uint32_t kind = n < 4 ? 0 : he_load32(request);
    he_status status;
    *length = HE_TASK_ANSWER_HEAD;
    switch (kind) {
    case HE_TASK_PROGRAM:
        status = take_program(t, request, n);
        he_store64(answer + HE_TASK_ANSWER_HEAD, t->received);
        *length = HE_TASK_ANSWER_HEAD + 8;
        break;
    case HE_TASK_INPUT:
        status = take_input(t, request, n);
        break;
    case HE_TASK_RUN:
        status = run(t, request, n);
        break;
    case HE_TASK_OUTPUT:
        status = give_output(t, answer, capacity, length, request, n);
        break;
    default:
        status = he_fail(HE_ERR_FORMAT, "a request of unknown kind %u", kind);
    }
    he_store32(answer, kind);
    he_store32(answer + 4, (uint32_t)status);
    if (status != HE_OK) {
        const char *text = he_last_error();
        size_t used = strlen(text);
        memcpy(answer + HE_TASK_ANSWER_HEAD, text, used);
        *length = HE_TASK_ANSWER_HEAD + used;
    }
}
