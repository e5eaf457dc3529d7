/* SPDX-License-Identifier: MIT */
/* The public builder: each call checks its arguments, brings them into normal form, and appends. */
#include "core/memory.h"
#include "program/ir/ir.h"

#include <math.h>
#include <string.h>

#define MAX_MODULUS   ((uint64_t)1 << 60)
#define MAX_PRECISION 60u
#define MAX_DEGREE    63u

const char *he_ir_check_header(he_program_type type, uint32_t size, uint64_t modulus,
                               uint32_t precision_bits)
{
    if (type != HE_PROGRAM_INTEGER && type != HE_PROGRAM_REAL)
        return "the type must be HE_PROGRAM_INTEGER or HE_PROGRAM_REAL";
    if (size == 0 || size > HE_PROGRAM_MAX_SIZE || (size & (size - 1)) != 0)
        return "the size must be a power of two from 1 to 65536";
    if (type == HE_PROGRAM_REAL)
        return modulus != 0 ? "a REAL program has modulus 0"
               : precision_bits == 0 || precision_bits > MAX_PRECISION
                   ? "the precision of a REAL program must be 1 to 60 bits"
                   : NULL;
    return modulus < 2 || modulus > MAX_MODULUS
               ? "the modulus of an INTEGER program must be from 2 to 2^60"
           : precision_bits != 0 ? "an INTEGER program is exact: its precision is 0"
                                 : NULL;
}

const char *he_ir_check_name(const char *name, size_t length, const he_port *ports, uint32_t count)
{
    if (length == 0 || length > HE_PROGRAM_MAX_NAME)
        return "a name must have 1 to 63 bytes";
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f)
            return "a name must not have control characters";
    if (count == HE_PROGRAM_MAX_PORTS)
        return "there are too many, at most 1024";
    for (uint32_t i = 0; i < count; i++)
        if (strlen(ports[i].name) == length && memcmp(ports[i].name, name, length) == 0)
            return "the name is there already";
    return NULL;
}

const char *he_ir_check_interval(double lo, double hi)
{
    if (!(lo >= -HE_PROGRAM_MAX_VALUE && hi <= HE_PROGRAM_MAX_VALUE))
        return "its interval must be within 2^256";
    return lo <= hi ? NULL : "its interval must have lo <= hi";
}

he_status he_program_create(he_program **program, he_program_type type, uint32_t size,
                            uint64_t modulus, uint32_t precision_bits)
{
    HE_REQUIRE_PTR(program);
    const char *wrong = he_ir_check_header(type, size, modulus, precision_bits);
    if (wrong != NULL)
        return he_fail(HE_ERR_ARGUMENT, "he_program_create: %s", wrong);
    he_program *p = he_alloc(1, sizeof *p);
    if (p == NULL)
        return he_fail(HE_ERR_MEMORY, "he_program_create: no memory");
    p->type = type;
    p->size = size;
    p->modulus = modulus;
    p->precision_bits = precision_bits;
    *program = p;
    return HE_OK;
}

void he_program_destroy(he_program *program)
{
    if (program == NULL)
        return;
    he_free(program->nodes);
    he_free(program->pool);
    he_free(program->inputs);
    he_free(program->outputs);
    he_free(program);
}

/* True where a call may go on: a program without an error, of the type that the call is for. */
static bool usable(he_program *program, he_op op, he_program_type type)
{
    if (program == NULL || program->error != HE_OK)
        return false;
    if (type != 0 && program->type != type) {
        he_ir_error(program, HE_ERR_MISMATCH, "value %u (%s): this call is for %s programs",
                    program->node_count, he_op_name(op),
                    type == HE_PROGRAM_REAL ? "REAL" : "INTEGER");
        return false;
    }
    return true;
}

/* True where x names a value of the program. */
static bool known(he_program *program, he_op op, const char *which, he_value x)
{
    if (x < program->node_count)
        return true;
    if (x == HE_VALUE_NONE)
        he_ir_error(program, HE_ERR_ARGUMENT, "value %u (%s): %s is HE_VALUE_NONE",
                    program->node_count, he_op_name(op), which);
    else
        he_ir_error(program, HE_ERR_ARGUMENT,
                    "value %u (%s): %s is value %u, but there are only %u", program->node_count,
                    he_op_name(op), which, x, program->node_count);
    return false;
}

static he_value refuse(he_program *program, he_op op, const char *why)
{
    he_ir_error(program, HE_ERR_ARGUMENT, "value %u (%s): %s", program->node_count, he_op_name(op),
                why);
    return HE_VALUE_NONE;
}

/* Room for one more port; what is grown is kept. */
static bool port_room(he_program *program, uint32_t inputs, uint32_t outputs)
{
    if (he_ir_reserve(program, 0, 0, inputs + inputs / 2, outputs + outputs / 2) == HE_OK)
        return true;
    he_ir_error(program, HE_ERR_MEMORY, "no memory for another input or output");
    return false;
}

he_value he_program_input(he_program *program, const char *name, double lo, double hi)
{
    if (!usable(program, HE_OP_INPUT, 0))
        return HE_VALUE_NONE;
    const bool real = program->type == HE_PROGRAM_REAL;
    const size_t length = name == NULL ? 0 : strlen(name);
    const char *wrong = he_ir_check_name(name, length, program->inputs, program->input_count);
    if (wrong == NULL && real)
        wrong = he_ir_check_interval(lo, hi);
    if (wrong != NULL)
        return refuse(program, HE_OP_INPUT, wrong);
    if (!port_room(program, program->input_count + 1, 0))
        return HE_VALUE_NONE;
    he_port *port = &program->inputs[program->input_count];
    *port = (he_port){.node = program->node_count};
    memcpy(port->name, name, length);
    if (real) {
        /* adding 0 makes +0 of -0, so that equal intervals are equal bytes */
        port->lo = lo + 0.0;
        port->hi = hi + 0.0;
    }
    he_value value = he_ir_append(program, HE_OP_INPUT, 0, 0, program->input_count, NULL, 0);
    if (value != HE_VALUE_NONE)
        program->input_count++;
    return value;
}

/* A vector with equal elements becomes a splat; zeros at the end are left out. */
static he_value append_vector(he_program *program, const he_word *words, size_t count)
{
    if (count == program->size) {
        size_t i = 1;
        while (i < count && words[i].integer == words[0].integer)
            i++;
        if (i == count)
            return he_ir_append(program, HE_OP_SPLAT, 0, 0, 0, words, 1);
    }
    while (count > 0 && words[count - 1].integer == 0)
        count--;
    if (count == 0)
        return he_ir_append(program, HE_OP_SPLAT, 0, 0, 0, &(he_word){.integer = 0}, 1);
    return he_ir_append(program, HE_OP_CONSTANT, 0, 0, 0, words, (uint32_t)count);
}

/* values as words in normal form, or NULL with the error set. */
static he_word *copy_reals(he_program *program, he_op op, const double *values, size_t count)
{
    he_word *words = he_alloc_raw(count, sizeof *words);
    if (words == NULL) {
        he_ir_error(program, HE_ERR_MEMORY, "value %u (%s): no memory", program->node_count,
                    he_op_name(op));
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(values[i])) {
            he_ir_error(program, HE_ERR_ARGUMENT, "value %u (%s): element %zu is not finite",
                        program->node_count, he_op_name(op), i);
            he_free(words);
            return NULL;
        }
        words[i].real = values[i] + 0.0;
    }
    return words;
}

static bool check_count(he_program *program, he_op op, const void *values, size_t count,
                        size_t least, size_t most)
{
    if (values == NULL)
        refuse(program, op, "the values are NULL");
    else if (count < least || count > most)
        he_ir_error(program, HE_ERR_ARGUMENT, "value %u (%s): %zu values, must be %zu to %zu",
                    program->node_count, he_op_name(op), count, least, most);
    return program->error == HE_OK;
}

he_value he_program_constant(he_program *program, const double *values, size_t count)
{
    if (!usable(program, HE_OP_CONSTANT, HE_PROGRAM_REAL) ||
        !check_count(program, HE_OP_CONSTANT, values, count, 1, program->size))
        return HE_VALUE_NONE;
    he_word *words = copy_reals(program, HE_OP_CONSTANT, values, count);
    if (words == NULL)
        return HE_VALUE_NONE;
    he_value value = append_vector(program, words, count);
    he_free(words);
    return value;
}

he_value he_program_constant_i64(he_program *program, const int64_t *values, size_t count)
{
    if (!usable(program, HE_OP_CONSTANT, HE_PROGRAM_INTEGER) ||
        !check_count(program, HE_OP_CONSTANT, values, count, 1, program->size))
        return HE_VALUE_NONE;
    const int64_t t = (int64_t)program->modulus, half = t / 2;
    for (size_t i = 0; i < count; i++)
        if (values[i] < -half || values[i] > half) {
            he_ir_error(program, HE_ERR_ARGUMENT,
                        "value %u (constant): element %zu is not within [-t/2, t/2]",
                        program->node_count, i);
            return HE_VALUE_NONE;
        }
    he_word *words = he_alloc_raw(count, sizeof *words);
    if (words == NULL) {
        he_ir_error(program, HE_ERR_MEMORY, "value %u (constant): no memory", program->node_count);
        return HE_VALUE_NONE;
    }
    /* -t/2 and t/2 are the same for an even t: the positive one stands for both */
    for (size_t i = 0; i < count; i++)
        words[i].integer = 2 * values[i] == -t ? half : values[i];
    he_value value = append_vector(program, words, count);
    he_free(words);
    return value;
}

he_value he_program_splat(he_program *program, double value)
{
    if (!usable(program, HE_OP_SPLAT, HE_PROGRAM_REAL))
        return HE_VALUE_NONE;
    if (!isfinite(value))
        return refuse(program, HE_OP_SPLAT, "the value is not finite");
    const he_word word = {.real = value + 0.0};
    return he_ir_append(program, HE_OP_SPLAT, 0, 0, 0, &word, 1);
}

he_value he_program_splat_i64(he_program *program, int64_t value)
{
    if (!usable(program, HE_OP_SPLAT, HE_PROGRAM_INTEGER))
        return HE_VALUE_NONE;
    const int64_t t = (int64_t)program->modulus, half = t / 2;
    if (value < -half || value > half)
        return refuse(program, HE_OP_SPLAT, "the value is not within [-t/2, t/2]");
    const he_word word = {.integer = 2 * value == -t ? half : value};
    return he_ir_append(program, HE_OP_SPLAT, 0, 0, 0, &word, 1);
}

static he_value binary(he_program *program, he_op op, he_value a, he_value b)
{
    if (!usable(program, op, 0) || !known(program, op, "a", a) || !known(program, op, "b", b))
        return HE_VALUE_NONE;
    return he_ir_append(program, op, a, b, 0, NULL, 0);
}

he_value he_program_add(he_program *program, he_value a, he_value b)
{
    return binary(program, HE_OP_ADD, a, b);
}

he_value he_program_sub(he_program *program, he_value a, he_value b)
{
    return binary(program, HE_OP_SUB, a, b);
}

he_value he_program_multiply(he_program *program, he_value a, he_value b)
{
    return binary(program, HE_OP_MULTIPLY, a, b);
}

static he_value unary(he_program *program, he_op op, he_value a)
{
    if (!usable(program, op, 0) || !known(program, op, "a", a))
        return HE_VALUE_NONE;
    return he_ir_append(program, op, a, 0, 0, NULL, 0);
}

he_value he_program_negate(he_program *program, he_value a)
{
    return unary(program, HE_OP_NEGATE, a);
}

he_value he_program_sum(he_program *program, he_value a)
{
    return unary(program, HE_OP_SUM, a);
}

he_value he_program_rotate(he_program *program, he_value a, int32_t steps)
{
    if (!usable(program, HE_OP_ROTATE, 0) || !known(program, HE_OP_ROTATE, "a", a))
        return HE_VALUE_NONE;
    /* a power of two: the mask is the residue, for negative steps too */
    const uint32_t left = (uint32_t)steps & (program->size - 1);
    return left == 0 ? a : he_ir_append(program, HE_OP_ROTATE, a, 0, left, NULL, 0);
}

he_value he_program_polynomial(he_program *program, he_value a, const double *coefficients,
                               size_t count)
{
    if (!usable(program, HE_OP_POLYNOMIAL, HE_PROGRAM_REAL) ||
        !known(program, HE_OP_POLYNOMIAL, "a", a) ||
        !check_count(program, HE_OP_POLYNOMIAL, coefficients, count, 2, MAX_DEGREE + 1))
        return HE_VALUE_NONE;
    while (count > 0 && coefficients[count - 1] == 0)
        count--;
    if (count < 2)
        return refuse(program, HE_OP_POLYNOMIAL, "it is constant: use he_program_splat()");
    he_word *words = copy_reals(program, HE_OP_POLYNOMIAL, coefficients, count);
    if (words == NULL)
        return HE_VALUE_NONE;
    he_value value = he_ir_append(program, HE_OP_POLYNOMIAL, a, 0, 0, words, (uint32_t)count);
    he_free(words);
    return value;
}

he_value he_program_within(he_program *program, he_value a, double lo, double hi)
{
    if (!usable(program, HE_OP_WITHIN, HE_PROGRAM_REAL) || !known(program, HE_OP_WITHIN, "a", a))
        return HE_VALUE_NONE;
    const char *wrong = he_ir_check_interval(lo, hi);
    if (wrong == NULL && (lo > program->nodes[a].hi || hi < program->nodes[a].lo))
        wrong = "no element can lie in this interval";
    if (wrong != NULL)
        return refuse(program, HE_OP_WITHIN, wrong);
    const he_word words[2] = {{.real = lo + 0.0}, {.real = hi + 0.0}};
    return he_ir_append(program, HE_OP_WITHIN, a, 0, 0, words, 2);
}

void he_program_output(he_program *program, const char *name, he_value a)
{
    if (program == NULL || program->error != HE_OK)
        return;
    const size_t length = name == NULL ? 0 : strlen(name);
    const uint32_t number = program->output_count;
    const char *wrong = he_ir_check_name(name, length, program->outputs, number);
    if (wrong == NULL && a >= program->node_count)
        wrong = "there is no such value";
    if (wrong == NULL && !program->nodes[a].encrypted)
        wrong = "it depends on no input: compute it in the clear";
    if (wrong != NULL) {
        he_ir_error(program, HE_ERR_ARGUMENT, "output %u: %s", number, wrong);
        return;
    }
    if (!port_room(program, 0, number + 1))
        return;
    he_port *port = &program->outputs[number];
    *port = (he_port){.node = a};
    memcpy(port->name, name, length);
    program->nodes[a].last = HE_NODE_KEPT;
    program->output_count++;
}
