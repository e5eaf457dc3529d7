/* SPDX-License-Identifier: MIT */
/* Reads canonical bytes and nothing else: every count is checked against the length before room is
 * made, and whatever the saver would have written differently is refused. */
#include "core/bytes.h"
#include "core/memory.h"
#include "program/ir/ir.h"

#include <math.h>
#include <string.h>

#define MAX_COEFFICIENTS 64u

typedef struct reader {
    const uint8_t *at;
    size_t left;
} reader;

static he_status bad(const char *why)
{
    return he_fail(HE_ERR_FORMAT, "he_program_load: %s", why);
}

static he_status bad_node(uint32_t i, const char *why)
{
    return he_fail(HE_ERR_FORMAT, "he_program_load: value %u: %s", i, why);
}

/* count bytes of the reader, or NULL where there are fewer. */
static const uint8_t *take(reader *r, size_t count)
{
    if (count > r->left)
        return NULL;
    const uint8_t *p = r->at;
    r->at += count;
    r->left -= count;
    return p;
}

/* A number that the program's words may hold, in normal form. */
static bool word_is_normal(const he_program *p, he_word w)
{
    if (p->type == HE_PROGRAM_REAL)
        return isfinite(w.real) && !(w.real == 0 && signbit(w.real));
    const int64_t t = (int64_t)p->modulus;
    return w.integer <= t / 2 && w.integer > -((t + 1) / 2);
}

/* NULL where the words of a node are what the builder would make of them. */
static const char *check_words(const he_program *p, he_op op, const he_word *words, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (!word_is_normal(p, words[i]))
            return "a constant that is out of range or not in normal form";
    if (op == HE_OP_CONSTANT || op == HE_OP_POLYNOMIAL)
        if (words[count - 1].integer == 0)
            return "a zero at the end of its constants";
    if (op == HE_OP_WITHIN && he_ir_check_interval(words[0].real, words[1].real) != NULL)
        return "a promise whose interval is none";
    if (op == HE_OP_CONSTANT && count == p->size) {
        uint32_t i = 1;
        while (i < count && words[i].integer == words[0].integer)
            i++;
        if (i == count)
            return "a constant that is a splat";
    }
    return NULL;
}

/* The node's record: fields by operation, words = how many constants it has. */
typedef struct record {
    uint32_t op, x, y, a, b, imm, words;
} record;

/* Fills the fields; NULL, or what is wrong in the record itself. */
static const char *read_record(const he_program *p, record *f, const uint8_t *at, uint32_t i)
{
    *f = (record){.op = he_load32(at), .x = he_load32(at + 4), .y = he_load32(at + 8)};
    const unsigned operands = f->op < HE_OP_END ? he_op_operands((he_op)f->op) : 0;
    if (operands > 0)
        f->a = f->x;
    if (operands > 1)
        f->b = f->y;
    if ((operands > 0 && f->a >= i) || (operands > 1 && f->b >= i))
        return "an operand that does not come before it";
    uint32_t rest = f->y;
    switch (f->op) {
    case HE_OP_INPUT:
        f->imm = f->x;
        if (f->imm >= p->input_count)
            return "an input that is not there";
        break;
    case HE_OP_SPLAT:
        f->words = 1;
        rest |= f->x;
        break;
    case HE_OP_CONSTANT:
        f->words = f->x;
        if (f->words == 0 || f->words > p->size)
            return "a constant of no elements or too many";
        break;
    case HE_OP_ADD:
    case HE_OP_SUB:
    case HE_OP_MULTIPLY:
        rest = 0;
        break;
    case HE_OP_NEGATE:
    case HE_OP_SUM:
        break;
    case HE_OP_ROTATE:
        f->imm = f->y;
        rest = 0;
        if (f->imm == 0 || f->imm >= p->size)
            return "steps outside 1 to size - 1";
        break;
    case HE_OP_POLYNOMIAL:
        f->words = f->y;
        rest = 0;
        if (p->type != HE_PROGRAM_REAL || f->words < 2 || f->words > MAX_COEFFICIENTS)
            return "a polynomial that is none";
        break;
    case HE_OP_WITHIN:
        f->words = 2;
        if (p->type != HE_PROGRAM_REAL)
            return "a promise in an INTEGER program";
        break;
    default:
        return "an unknown operation";
    }
    if (rest != 0)
        return "a field that must be zero";
    return he_op_commutes((he_op)f->op) && f->a > f->b ? "operands out of order" : NULL;
}

static he_status read_nodes(he_program *p, reader *r, uint32_t nodes, uint32_t words)
{
    const uint8_t *records = take(r, (size_t)nodes * HE_PROGRAM_NODE_BYTES);
    const uint8_t *pool = take(r, (size_t)words * 8);
    if (records == NULL || pool == NULL)
        return bad("the bytes end within the values");
    he_word *values = he_alloc_raw(words, sizeof *values);
    if (values == NULL)
        return he_fail(HE_ERR_MEMORY, "he_program_load: no memory");
    for (uint32_t i = 0; i < words; i++)
        values[i].integer = (int64_t)he_load64(pool + 8 * (size_t)i);
    uint32_t used = 0;
    he_status status = HE_OK;
    for (uint32_t i = 0; i < nodes && status == HE_OK; i++) {
        record f;
        const char *wrong = read_record(p, &f, records + (size_t)i * HE_PROGRAM_NODE_BYTES, i);
        if (wrong == NULL && f.words > words - used)
            wrong = "constants that are not there";
        if (wrong == NULL)
            wrong = check_words(p, (he_op)f.op, values + used, f.words);
        if (wrong == NULL &&
            he_ir_append(p, (he_op)f.op, f.a, f.b, f.imm, values + used, f.words) == HE_VALUE_NONE)
            wrong = p->text;
        if (wrong == NULL && i > 0 &&
            he_ir_compare(&p->nodes[i - 1], he_node_words(p, &p->nodes[i - 1]), &p->nodes[i],
                          he_node_words(p, &p->nodes[i])) >= 0)
            wrong = "it is out of order";
        if (wrong != NULL)
            status = p->error == HE_ERR_MEMORY
                         ? he_fail(HE_ERR_MEMORY, "he_program_load: no memory")
                         : bad_node(i, wrong);
        used += f.words;
    }
    he_free(values);
    if (status == HE_OK && used != words)
        status = bad("constants that no value has");
    return status;
}

/* Name and its length: into port, which is number i of ports. */
static he_status read_name(reader *r, he_port *ports, uint32_t i)
{
    const uint8_t *length = take(r, 4);
    const uint8_t *name = length == NULL ? NULL : take(r, he_load32(length));
    if (name == NULL)
        return bad("the bytes end within a name");
    const char *wrong = he_ir_check_name((const char *)name, he_load32(length), ports, i);
    if (wrong != NULL)
        return bad(wrong);
    memcpy(ports[i].name, name, he_load32(length));
    return HE_OK;
}

/* Inputs come behind the nodes, but a node's range needs its input's: they are read first. */
static he_status read_inputs(he_program *p, reader *r, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *at = take(r, 16);
        if (at == NULL)
            return bad("the bytes end within an input");
        he_port *port = &p->inputs[i];
        *port = (he_port){
            .node = HE_VALUE_NONE, .lo = he_load_double(at), .hi = he_load_double(at + 8)};
        if (p->type == HE_PROGRAM_INTEGER && (he_load64(at) != 0 || he_load64(at + 8) != 0))
            return bad("an interval in an INTEGER program");
        if (he_ir_check_interval(port->lo, port->hi) != NULL ||
            (port->lo == 0 && signbit(port->lo)) || (port->hi == 0 && signbit(port->hi)))
            return bad("an input whose interval is none");
        HE_TRY(read_name(r, p->inputs, i));
        p->input_count++;
    }
    return HE_OK;
}

static he_status read_outputs(he_program *p, reader *r, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *at = take(r, 4);
        if (at == NULL)
            return bad("the bytes end within an output");
        const uint32_t node = he_load32(at);
        if (node >= p->node_count || !p->nodes[node].encrypted)
            return bad("an output that is no value or depends on no input");
        p->outputs[i] = (he_port){.node = node};
        HE_TRY(read_name(r, p->outputs, i));
        p->nodes[node].last = HE_NODE_KEPT;
        p->output_count++;
    }
    return r->left == 0 ? HE_OK : bad("bytes after the end");
}

/* Each input has one node, and nothing but inputs is unused. */
static he_status check_use(he_program *p)
{
    for (uint32_t i = 0; i < p->node_count; i++) {
        const he_node *node = &p->nodes[i];
        if (node->op == HE_OP_INPUT)
            p->inputs[node->imm].node = i;
        else if (node->last == HE_NODE_UNUSED)
            return bad_node(i, "nothing uses it");
    }
    for (uint32_t i = 0; i < p->input_count; i++)
        if (p->inputs[i].node == HE_VALUE_NONE)
            return bad("an input without a value");
    return HE_OK;
}

static he_status read_body(he_program *p, reader r, const uint8_t *header)
{
    const uint32_t inputs = he_load32(header + 24), outputs = he_load32(header + 28),
                   nodes = he_load32(header + 32), words = he_load32(header + 36);
    if (nodes > HE_PROGRAM_MAX_NODES || words > HE_PROGRAM_MAX_WORDS ||
        inputs > HE_PROGRAM_MAX_PORTS || outputs > HE_PROGRAM_MAX_PORTS || outputs == 0)
        return bad("a count beyond what a program may have");
    const size_t ports = (size_t)nodes * HE_PROGRAM_NODE_BYTES + (size_t)words * 8;
    const size_t least = ports + (size_t)inputs * 21 + (size_t)outputs * 9;
    if (least > r.left)
        return he_fail(HE_ERR_FORMAT, "he_program_load: %zu bytes after the header, need %zu",
                       r.left, least);
    if (he_ir_reserve(p, nodes, words, inputs, outputs) != HE_OK)
        return he_fail(HE_ERR_MEMORY, "he_program_load: no memory");
    reader names = {r.at + ports, r.left - ports};
    HE_TRY(read_inputs(p, &names, inputs));
    HE_TRY(read_nodes(p, &r, nodes, words));
    HE_TRY(read_outputs(p, &names, outputs));
    return check_use(p);
}

he_status he_program_load(he_program **program, const void *bytes, size_t length)
{
    HE_REQUIRE_PTR(program);
    HE_REQUIRE_PTR(bytes);
    reader r = {bytes, length};
    const uint8_t *header = take(&r, HE_PROGRAM_HEADER);
    if (header == NULL || memcmp(header, HE_PROGRAM_MAGIC, 4) != 0)
        return bad("these bytes are no program");
    if (he_load16(header + 4) != HE_PROGRAM_VERSION)
        return he_fail(HE_ERR_VERSION, "he_program_load: format version %u, this library reads %u",
                       he_load16(header + 4), HE_PROGRAM_VERSION);
    const he_program_type type = (he_program_type)he_load16(header + 6);
    const uint32_t size = he_load32(header + 8), precision = he_load32(header + 12);
    const uint64_t modulus = he_load64(header + 16);
    const char *wrong = he_ir_check_header(type, size, modulus, precision);
    if (wrong != NULL)
        return bad(wrong);
    he_program *p;
    HE_TRY(he_program_create(&p, type, size, modulus, precision));
    he_status status = read_body(p, r, header);
    if (status != HE_OK) {
        he_program_destroy(p);
        return status;
    }
    *program = p;
    return HE_OK;
}
