/* SPDX-License-Identifier: MIT */
/* A program as its canonical bytes, and their hash. */
#include "core/bytes.h"
#include "core/memory.h"
#include "program/ir/ir.h"

#include <string.h>

/* Bytes of a program in canonical form. */
static size_t byte_count(const he_program *p)
{
    size_t length = HE_PROGRAM_HEADER + (size_t)p->node_count * HE_PROGRAM_NODE_BYTES +
                    (size_t)p->word_count * 8;
    for (uint32_t i = 0; i < p->input_count; i++)
        length += 8 + 8 + 4 + strlen(p->inputs[i].name);
    for (uint32_t i = 0; i < p->output_count; i++)
        length += 4 + 4 + strlen(p->outputs[i].name);
    return length;
}

static uint8_t *put_name(uint8_t *at, const char *name)
{
    const size_t length = strlen(name);
    he_store32(at, (uint32_t)length);
    memcpy(at + 4, name, length);
    return at + 4 + length;
}

static void put_node(uint8_t *at, const he_node *node)
{
    uint32_t x = node->a, y = node->b;
    switch ((he_op)node->op) {
    case HE_OP_INPUT:
        x = node->imm;
        break;
    case HE_OP_CONSTANT:
        x = node->words;
        break;
    case HE_OP_ROTATE:
        y = node->imm;
        break;
    case HE_OP_POLYNOMIAL:
        y = node->words;
        break;
    default:
        break;
    }
    he_store32(at, node->op);
    he_store32(at + 4, x);
    he_store32(at + 8, y);
}

/* at has room for byte_count() bytes. */
static void put_program(uint8_t *at, const he_program *p)
{
    memcpy(at, HE_PROGRAM_MAGIC, 4);
    he_store16(at + 4, HE_PROGRAM_VERSION);
    he_store16(at + 6, (uint16_t)p->type);
    he_store32(at + 8, p->size);
    he_store32(at + 12, p->precision_bits);
    he_store64(at + 16, p->modulus);
    he_store32(at + 24, p->input_count);
    he_store32(at + 28, p->output_count);
    he_store32(at + 32, p->node_count);
    he_store32(at + 36, p->word_count);
    at += HE_PROGRAM_HEADER;
    for (uint32_t i = 0; i < p->node_count; i++, at += HE_PROGRAM_NODE_BYTES)
        put_node(at, &p->nodes[i]);
    for (uint32_t i = 0; i < p->word_count; i++, at += 8)
        he_store64(at, (uint64_t)p->pool[i].integer);
    for (uint32_t i = 0; i < p->input_count; i++) {
        he_store_double(at, p->inputs[i].lo);
        he_store_double(at + 8, p->inputs[i].hi);
        at = put_name(at + 16, p->inputs[i].name);
    }
    for (uint32_t i = 0; i < p->output_count; i++) {
        he_store32(at, p->outputs[i].node);
        at = put_name(at + 4, p->outputs[i].name);
    }
}

size_t he_program_save_size(const he_program *program)
{
    he_program *canonical;
    if (program == NULL || he_ir_canonical(&canonical, program) != HE_OK)
        return 0;
    const size_t length = byte_count(canonical);
    he_program_destroy(canonical);
    return length;
}

he_status he_program_save(const he_program *program, void *bytes, size_t capacity, size_t *length)
{
    HE_REQUIRE_PTR(program);
    HE_REQUIRE_PTR(bytes);
    HE_REQUIRE_PTR(length);
    he_program *canonical;
    HE_TRY(he_ir_canonical(&canonical, program));
    const size_t need = byte_count(canonical);
    he_status status = HE_OK;
    if (need > capacity) {
        status = he_fail(HE_ERR_BUFFER, "he_program_save: the buffer has %zu bytes, need %zu",
                         capacity, need);
    } else {
        put_program(bytes, canonical);
        *length = need;
    }
    he_program_destroy(canonical);
    return status;
}

he_status he_ir_id(const he_program *program, uint8_t *id, he_ir_hash *hash)
{
    he_program *canonical;
    HE_TRY(he_ir_canonical(&canonical, program));
    const size_t length = byte_count(canonical);
    uint8_t *bytes = he_alloc_raw(length, 1);
    if (bytes != NULL) {
        put_program(bytes, canonical);
        hash(id, bytes, length);
    }
    he_free(bytes);
    he_program_destroy(canonical);
    return bytes != NULL ? HE_OK : he_fail(HE_ERR_MEMORY, "he_program_id: no memory");
}
