/* SPDX-License-Identifier: MIT */
/* The arena of nodes: room, appending, and the error that sticks. */
#include "core/fenv.h"
#include "core/memory.h"
#include "program/ir/ir.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *he_op_name(he_op op)
{
    static const char *const names[HE_OP_END] = {
        [HE_OP_INPUT] = "input",       [HE_OP_SPLAT] = "splat",
        [HE_OP_CONSTANT] = "constant", [HE_OP_ADD] = "add",
        [HE_OP_SUB] = "sub",           [HE_OP_MULTIPLY] = "multiply",
        [HE_OP_NEGATE] = "negate",     [HE_OP_ROTATE] = "rotate",
        [HE_OP_SUM] = "sum",           [HE_OP_POLYNOMIAL] = "polynomial",
        [HE_OP_WITHIN] = "within"};
    return op >= HE_OP_INPUT && op < HE_OP_END ? names[op] : "unknown";
}

unsigned he_op_operands(he_op op)
{
    switch (op) {
    case HE_OP_ADD:
    case HE_OP_SUB:
    case HE_OP_MULTIPLY:
        return 2;
    case HE_OP_NEGATE:
    case HE_OP_ROTATE:
    case HE_OP_SUM:
    case HE_OP_POLYNOMIAL:
    case HE_OP_WITHIN:
        return 1;
    default:
        return 0;
    }
}

void he_ir_error(he_program *program, he_status status, const char *format, ...)
{
    if (program->error != HE_OK)
        return;
    program->error = status;
    va_list args;
    va_start(args, format);
    vsnprintf(program->text, sizeof program->text, format, args);
    va_end(args);
}

he_status he_ir_report(const char *fn, const he_program *program)
{
    if (program->error != HE_OK)
        return he_fail(program->error, "%s: %s", fn, program->text);
    if (program->output_count == 0)
        return he_fail(HE_ERR_ARGUMENT,
                       "%s: the program has no output; name one with he_program_output()", fn);
    return HE_OK;
}

/* *array gets room for want elements of size bytes; used of them are kept. */
static he_status grow(void **array, uint32_t *room, uint32_t used, uint32_t want, size_t size)
{
    if (want <= *room)
        return HE_OK;
    void *larger = he_alloc_raw(want, size);
    if (larger == NULL)
        return HE_ERR_MEMORY;
    if (used > 0)
        memcpy(larger, *array, used * size);
    he_free(*array);
    *array = larger;
    *room = want;
    return HE_OK;
}

he_status he_ir_reserve(he_program *program, uint32_t nodes, uint32_t words, uint32_t inputs,
                        uint32_t outputs)
{
    void *p = program->nodes;
    he_status status = grow(&p, &program->node_room, program->node_count, nodes, sizeof(he_node));
    program->nodes = p;
    p = program->pool;
    if (status == HE_OK)
        status = grow(&p, &program->word_room, program->word_count, words, sizeof(he_word));
    program->pool = p;
    p = program->inputs;
    if (status == HE_OK)
        status = grow(&p, &program->input_room, program->input_count, inputs, sizeof(he_port));
    program->inputs = p;
    p = program->outputs;
    if (status == HE_OK)
        status = grow(&p, &program->output_room, program->output_count, outputs, sizeof(he_port));
    program->outputs = p;
    return status;
}

/* Half as much again as what is needed, so that building takes linear time. */
static uint32_t generous(uint32_t need, uint32_t room)
{
    return need <= room ? room : need + need / 2 + 16;
}

/* Derives the interval of the node; false where it grows beyond everything. */
static bool infer_range(he_program *program, he_node *node)
{
    unsigned saved = he_fenv_enter();
    he_interval range = he_ir_range(program, node);
    he_fenv_leave(saved);
    node->lo = range.lo;
    node->hi = range.hi;
    /* written so that a NaN fails */
    return range.lo >= -HE_PROGRAM_MAX_VALUE && range.hi <= HE_PROGRAM_MAX_VALUE;
}

he_value he_ir_append(he_program *program, he_op op, uint32_t a, uint32_t b, uint32_t imm,
                      const he_word *values, uint32_t words)
{
    const uint32_t i = program->node_count;
    const unsigned operands = he_op_operands(op);
    if (i == HE_PROGRAM_MAX_NODES || words > HE_PROGRAM_MAX_WORDS - program->word_count) {
        he_ir_error(program, HE_ERR_ARGUMENT,
                    "value %u (%s): a program has at most %u values and %u constants", i,
                    he_op_name(op), HE_PROGRAM_MAX_NODES, HE_PROGRAM_MAX_WORDS);
        return HE_VALUE_NONE;
    }
    if (he_ir_reserve(program, generous(i + 1, program->node_room),
                      generous(program->word_count + words, program->word_room), 0, 0) != HE_OK) {
        he_ir_error(program, HE_ERR_MEMORY, "value %u (%s): no memory", i, he_op_name(op));
        return HE_VALUE_NONE;
    }
    he_node *node = &program->nodes[i];
    *node = (he_node){.op = (uint8_t)op,
                      .a = operands > 0 ? a : 0,
                      .b = operands > 1 ? b : 0,
                      .imm = imm,
                      .pool = program->word_count,
                      .words = words,
                      .encrypted = op == HE_OP_INPUT};
    if (words > 0)
        memcpy(program->pool + program->word_count, values, words * sizeof *values);
    const uint32_t operand[2] = {a, b};
    for (unsigned k = 0; k < operands; k++) {
        const he_node *from = &program->nodes[operand[k]];
        node->encrypted |= from->encrypted;
        if (node->height <= from->height)
            node->height = from->height + 1;
    }
    if (program->type == HE_PROGRAM_REAL && !infer_range(program, node)) {
        he_ir_error(program, HE_ERR_ARGUMENT,
                    "value %u (%s): elements could reach %.3g, beyond 2^256: scale the inputs", i,
                    he_op_name(op), -node->lo > node->hi ? node->lo : node->hi);
        return HE_VALUE_NONE;
    }
    for (unsigned k = 0; k < operands; k++)
        if (program->nodes[operand[k]].last != HE_NODE_KEPT)
            program->nodes[operand[k]].last = i;
    program->word_count += words;
    program->node_count++;
    return i;
}
