/* SPDX-License-Identifier: MIT */
/* The canonical form: one numbering for all programs that say the same.
 *
 * By induction over the height: once all nodes below a height are numbered, those at that height
 * are comparable by operation, operands and constants; sorting numbers them, equal ones merge. */
#include "core/memory.h"
#include "program/ir/ir.h"

#include <stdlib.h>
#include <string.h>

static int order(uint64_t x, uint64_t y)
{
    return (x > y) - (x < y);
}

int he_ir_compare(const he_node *x, const he_word *x_words, const he_node *y,
                  const he_word *y_words)
{
    int c = order(x->height, y->height);
    if (c == 0)
        c = order(x->op, y->op);
    if (c == 0)
        c = order(x->a, y->a);
    if (c == 0)
        c = order(x->b, y->b);
    if (c == 0)
        c = order(x->imm, y->imm);
    if (c == 0)
        c = order(x->words, y->words);
    for (uint32_t i = 0; c == 0 && i < x->words; i++)
        c = order((uint64_t)x_words[i].integer, (uint64_t)y_words[i].integer);
    return c;
}

/* A node on its way: operands renumbered, words where they were. */
typedef struct entry {
    he_node node;
    const he_word *words;
    uint32_t old;
} entry;

static int compare_entries(const void *x, const void *y)
{
    const entry *a = x, *b = y;
    return he_ir_compare(&a->node, a->words, &b->node, b->words);
}

/* Marks what reaches an output, and the inputs; returns how many there are. */
static uint32_t mark_live(const he_program *program, uint8_t *live)
{
    uint32_t count = 0;
    for (uint32_t k = 0; k < program->output_count; k++)
        live[program->outputs[k].node] = 1;
    for (uint32_t i = program->node_count; i-- > 0;) {
        const he_node *node = &program->nodes[i];
        if (node->op == HE_OP_INPUT)
            live[i] = 1;
        if (!live[i])
            continue;
        count++;
        if (he_op_operands(node->op) > 0)
            live[node->a] = 1;
        if (he_op_operands(node->op) > 1)
            live[node->b] = 1;
    }
    return count;
}

/* The live nodes as entries, by height; operands are still the old ones. */
static void collect(const he_program *program, const uint8_t *live, entry *entries, uint32_t *start)
{
    for (uint32_t i = 0; i < program->node_count; i++)
        if (live[i])
            start[program->nodes[i].height + 1]++;
    for (uint32_t h = 0; h < program->node_count; h++)
        start[h + 1] += start[h];
    for (uint32_t i = 0; i < program->node_count; i++)
        if (live[i]) {
            const he_node *node = &program->nodes[i];
            entries[start[node->height]++] =
                (entry){.node = *node, .words = he_node_words(program, node), .old = i};
        }
}

/* Numbers the entries of one height; map takes old numbers to new ones. */
static he_status number(he_program *canonical, entry *entries, uint32_t count, uint32_t *map)
{
    for (uint32_t i = 0; i < count; i++) {
        he_node *node = &entries[i].node;
        const unsigned operands = he_op_operands(node->op);
        node->a = operands > 0 ? map[node->a] : 0;
        node->b = operands > 1 ? map[node->b] : 0;
        if (he_op_commutes(node->op) && node->a > node->b) {
            const uint32_t a = node->a;
            node->a = node->b;
            node->b = a;
        }
    }
    qsort(entries, count, sizeof *entries, compare_entries);
    for (uint32_t i = 0; i < count; i++) {
        const he_node *node = &entries[i].node;
        if (i > 0 && compare_entries(&entries[i - 1], &entries[i]) == 0)
            map[entries[i].old] = map[entries[i - 1].old];
        else
            map[entries[i].old] = he_ir_append(canonical, node->op, node->a, node->b, node->imm,
                                               entries[i].words, node->words);
    }
    return canonical->error;
}

static he_status rebuild(he_program *canonical, const he_program *program, uint8_t *live,
                         uint32_t *start, uint32_t *map)
{
    const uint32_t count = mark_live(program, live);
    entry *entries = he_alloc_raw(count, sizeof *entries);
    if (entries == NULL)
        return HE_ERR_MEMORY;
    collect(program, live, entries, start);
    he_status status = HE_OK;
    for (uint32_t i = 0; i < count && status == HE_OK;) {
        uint32_t end = i;
        while (end < count && entries[end].node.height == entries[i].node.height)
            end++;
        status = number(canonical, entries + i, end - i, map);
        i = end;
    }
    he_free(entries);
    return status;
}

he_status he_ir_canonical(he_program **canonical, const he_program *program)
{
    HE_TRY(he_ir_report("he_program", program));
    const uint32_t inputs = program->input_count, outputs = program->output_count;
    uint8_t *live = he_alloc(program->node_count, 1);
    uint32_t *start = he_alloc((size_t)program->node_count + 2, sizeof *start);
    uint32_t *map = he_alloc(program->node_count, sizeof *map);
    he_program *p = NULL;
    he_status status = live == NULL || start == NULL || map == NULL
                           ? HE_ERR_MEMORY
                           : he_program_create(&p, program->type, program->size, program->modulus,
                                               program->precision_bits);
    if (status == HE_OK)
        status = he_ir_reserve(p, program->node_count, program->word_count, inputs, outputs);
    if (status == HE_OK) {
        if (inputs > 0)
            memcpy(p->inputs, program->inputs, inputs * sizeof *p->inputs);
        p->input_count = inputs;
        status = rebuild(p, program, live, start, map);
    }
    if (status == HE_OK) {
        for (uint32_t k = 0; k < inputs; k++)
            p->inputs[k].node = map[program->inputs[k].node];
        for (uint32_t k = 0; k < outputs; k++) {
            p->outputs[k] = program->outputs[k];
            p->outputs[k].node = map[program->outputs[k].node];
            p->nodes[p->outputs[k].node].last = HE_NODE_KEPT;
        }
        p->output_count = outputs;
        *canonical = p;
        p = NULL;
    }
    he_program_destroy(p);
    he_free(live);
    he_free(start);
    he_free(map);
    return status == HE_OK ? HE_OK : he_fail(status, "he_program: no memory");
}
