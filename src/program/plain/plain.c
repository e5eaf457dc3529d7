/* SPDX-License-Identifier: MIT */
/* Walks the nodes in order; each value lives in a slot of the workspace from its node to its last
 * user.  Inputs are read where they are. */
#include "program/plain/plain.h"
#include "core/fenv.h"

#include <string.h>

#define ALIGN   64u
#define ELEMENT 8u

typedef void node_kernel(const he_program *, const he_node *, void *, const void *, const void *);

/* An input is borrowed from the caller, except where it is an output as well: outputs may be the
 * same arrays as inputs. */
static bool borrowed(const he_node *node)
{
    return node->op == HE_OP_INPUT && node->last != HE_NODE_KEPT;
}

/* Node i is the last user of its operand number k (the second of two equal operands is not). */
static bool ends(const he_program *p, uint32_t i, unsigned k)
{
    const he_node *node = &p->nodes[i];
    if (k >= he_op_operands((he_op)node->op) || (k == 1 && node->a == node->b))
        return false;
    const he_node *from = &p->nodes[k == 0 ? node->a : node->b];
    return from->last == i && !borrowed(from);
}

static uint32_t slot_count(const he_program *p)
{
    uint32_t live = 0, most = 0;
    for (uint32_t i = 0; i < p->node_count; i++) {
        if (p->nodes[i].last == HE_NODE_UNUSED || borrowed(&p->nodes[i]))
            continue;
        live++;
        most = live > most ? live : most;
        live -= (uint32_t)ends(p, i, 0) + (uint32_t)ends(p, i, 1);
    }
    return most;
}

/* Number of bytes of the two tables in front: the slot of each node, and the free slots. */
static size_t table_bytes(const he_program *p, uint32_t slots)
{
    const size_t bytes = ((size_t)p->node_count + slots) * sizeof(uint32_t);
    return (bytes + ALIGN - 1) / ALIGN * ALIGN;
}

static size_t slot_bytes(const he_program *p)
{
    return (size_t)p->size * ELEMENT;
}

size_t he_plain_workspace(const he_program *program)
{
    const uint32_t slots = slot_count(program);
    return table_bytes(program, slots) + slots * slot_bytes(program);
}

/* Every element of a promised value is where it was promised to be; a NaN is not. */
static bool kept(const he_program *p, const he_node *node, const double *r)
{
    const double lo = p->pool[node->pool].real, hi = p->pool[node->pool + 1].real;
    unsigned outside = 0;
    for (uint32_t j = 0; j < p->size; j++)
        outside |= !(r[j] >= lo) | !(r[j] <= hi);
    return outside == 0;
}

/* False where value *broken breaks its promise; outputs are as they were then. */
static bool run(const he_program *p, void *const *outputs, const void *const *inputs, void *work,
                node_kernel *kernel, uint32_t *broken)
{
    const uint32_t slots = slot_count(p);
    const size_t bytes = slot_bytes(p);
    uint32_t *slot = work, *unused = slot + p->node_count, unused_count = slots;
    unsigned char *data = (unsigned char *)work + table_bytes(p, slots);
    for (uint32_t s = 0; s < slots; s++)
        unused[s] = slots - 1 - s;
    for (uint32_t i = 0; i < p->node_count; i++) {
        const he_node *node = &p->nodes[i];
        if (node->last == HE_NODE_UNUSED || borrowed(node))
            continue;
        slot[i] = unused[--unused_count];
        void *r = data + slot[i] * bytes;
        const void *operand[2] = {NULL, NULL};
        const uint32_t number[2] = {node->a, node->b};
        for (unsigned k = 0; k < he_op_operands((he_op)node->op); k++) {
            const he_node *from = &p->nodes[number[k]];
            operand[k] = borrowed(from) ? inputs[from->imm] : data + slot[number[k]] * bytes;
        }
        if (node->op == HE_OP_INPUT)
            memcpy(r, inputs[node->imm], bytes);
        else
            kernel(p, node, r, operand[0], operand[1]);
        if (node->op == HE_OP_WITHIN && !kept(p, node, r)) {
            *broken = i;
            return false;
        }
        for (unsigned k = 0; k < 2; k++)
            if (ends(p, i, k))
                unused[unused_count++] = slot[number[k]];
    }
    for (uint32_t k = 0; k < p->output_count; k++)
        memcpy(outputs[k], data + slot[p->outputs[k].node] * bytes, bytes);
    return true;
}

/* The program has this type, and every array is there. */
static he_status check_run(const char *fn, const he_program *p, he_program_type type,
                           const void *const *outputs, const void *const *inputs)
{
    HE_TRY(he_ir_report(fn, p));
    if (p->type != type)
        return he_fail(HE_ERR_MISMATCH, "%s: the program is %s", fn,
                       p->type == HE_PROGRAM_REAL ? "REAL" : "INTEGER");
    for (uint32_t i = 0; i < p->input_count; i++)
        if (inputs[i] == NULL)
            return he_fail(HE_ERR_NULL, "%s: input %u (\"%s\") is NULL", fn, i, p->inputs[i].name);
    for (uint32_t i = 0; i < p->output_count; i++)
        if (outputs[i] == NULL)
            return he_fail(HE_ERR_NULL, "%s: output %u (\"%s\") is NULL", fn, i,
                           p->outputs[i].name);
    return HE_OK;
}

he_status he_plain_run_real(const he_program *program, double *const *outputs,
                            const double *const *inputs, void *work)
{
    static const char fn[] = "he_program_run_real";
    HE_TRY(check_run(fn, program, HE_PROGRAM_REAL, (const void *const *)outputs,
                     (const void *const *)inputs));
    for (uint32_t i = 0; i < program->input_count; i++) {
        const he_port *port = &program->inputs[i];
        unsigned outside = 0;
        for (uint32_t j = 0; j < program->size; j++) /* a NaN is outside too */
            outside |= !(inputs[i][j] >= port->lo) | !(inputs[i][j] <= port->hi);
        if (outside)
            return he_fail(HE_ERR_ARGUMENT, "%s: input %u (\"%s\") has an element outside [%g, %g]",
                           fn, i, port->name, port->lo, port->hi);
    }
    const unsigned saved = he_fenv_enter();
    uint32_t broken;
    const bool done = run(program, (void *const *)outputs, (const void *const *)inputs, work,
                          he_plain_real, &broken);
    he_fenv_leave(saved);
    if (done)
        return HE_OK;
    const he_word *promise = program->pool + program->nodes[broken].pool;
    return he_fail(HE_ERR_ARGUMENT,
                   "%s: value %u (within) has an element outside [%g, %g], which the program "
                   "promised it would not",
                   fn, broken, promise[0].real, promise[1].real);
}

he_status he_plain_run_integer(const he_program *program, int64_t *const *outputs,
                               const int64_t *const *inputs, void *work)
{
    static const char fn[] = "he_program_run_integer";
    HE_TRY(check_run(fn, program, HE_PROGRAM_INTEGER, (const void *const *)outputs,
                     (const void *const *)inputs));
    const int64_t half = (int64_t)(program->modulus / 2);
    for (uint32_t i = 0; i < program->input_count; i++) {
        unsigned outside = 0;
        for (uint32_t j = 0; j < program->size; j++)
            outside |= (unsigned)(inputs[i][j] < -half) | (unsigned)(inputs[i][j] > half);
        if (outside)
            return he_fail(HE_ERR_ARGUMENT,
                           "%s: input %u (\"%s\") has an element outside [-t/2, t/2]", fn, i,
                           program->inputs[i].name);
    }
    uint32_t broken; /* promises are REAL only */
    (void)run(program, (void *const *)outputs, (const void *const *)inputs, work, he_plain_integer,
              &broken);
    return HE_OK;
}
