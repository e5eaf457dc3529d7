/* SPDX-License-Identifier: MIT */
/* An order of the nodes in which few values are live at once: depth first from the outputs, the
 * higher operand first (Sethi, Ullman 1970, without their exact count).  A long sum then takes its
 * terms one by one, where the canonical order would have all of them made first. */
#include "program/plan/plan.h"

/* room: a stack of nodes, each once, and below it the number of operands that are done. */
uint32_t he_plan_order(const he_program *program, uint32_t *order, uint32_t *room)
{
    uint32_t *stack = room, *done = room + program->node_count, count = 0;
    for (uint32_t i = 0; i < program->node_count; i++)
        done[i] = 0;
    for (uint32_t k = 0; k < program->output_count; k++) {
        uint32_t depth = 0;
        if (done[program->outputs[k].node] == 0)
            stack[depth++] = program->outputs[k].node;
        while (depth > 0) {
            const uint32_t i = stack[depth - 1];
            const he_node *node = &program->nodes[i];
            const unsigned operands = he_op_operands((he_op)node->op);
            /* 0, 1, …: next operand; operands + 1: in the order */
            if (done[i] == operands) {
                order[count++] = i;
                done[i]++;
                depth--;
                continue;
            }
            const bool swap =
                operands == 2 && program->nodes[node->b].height > program->nodes[node->a].height;
            const uint32_t next = (done[i]++ == 0) != swap ? node->a : node->b;
            const uint32_t all = he_op_operands((he_op)program->nodes[next].op);
            if (program->nodes[next].encrypted && done[next] <= all)
                stack[depth++] = next;
        }
    }
    return count;
}
