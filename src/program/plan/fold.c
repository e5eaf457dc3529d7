/* SPDX-License-Identifier: MIT */
/* Values that depend on no input, computed once by the reference executor's own kernels: what
 * enters a ciphertext is bit for bit what plain execution would use. */
#include "core/fenv.h"
#include "core/memory.h"
#include "program/plain/plain.h"
#include "program/plan/plan.h"

#include <string.h>

#define ELEMENT 8u

static bool all_equal(const void *values, uint32_t count)
{
    const uint64_t *bits = values;
    for (uint32_t i = 1; i < count; i++)
        if (bits[i] != bits[0])
            return false;
    return true;
}

/* room: two vectors, for operands that are splats. */
static const void *expand(const he_program *p, const he_plain_value *v, unsigned char *room)
{
    if (!v->splat)
        return v->values;
    for (uint32_t i = 0; i < p->size; i++)
        memcpy(room + (size_t)i * ELEMENT, v->values, ELEMENT);
    return room;
}

static he_status fold_node(const he_program *p, he_plain_value *plain, uint32_t i,
                           unsigned char *room)
{
    const he_node *node = &p->nodes[i];
    const size_t bytes = (size_t)p->size * ELEMENT;
    const unsigned operands = he_op_operands((he_op)node->op);
    he_plain_value *v = &plain[i];
    unsigned char *result = room + 2 * bytes;
    const void *a = operands > 0 ? expand(p, &plain[node->a], room) : NULL;
    const void *b = operands > 1 ? expand(p, &plain[node->b], room + bytes) : NULL;
    if (p->type == HE_PROGRAM_REAL)
        he_plain_real(p, node, result, a, b);
    else
        he_plain_integer(p, node, result, a, b);
    v->known = true;
    v->splat = all_equal(result, p->size);
    const size_t kept = v->splat ? ELEMENT : bytes;
    v->values = he_alloc_raw(kept, 1);
    if (v->values == NULL)
        return HE_ERR_MEMORY;
    memcpy(v->values, result, kept);
    return HE_OK;
}

he_status he_plan_fold(he_plain_value **plain, const he_program *program)
{
    he_plain_value *values = he_alloc(program->node_count, sizeof *values);
    unsigned char *room = he_alloc_raw(3 * (size_t)program->size, ELEMENT);
    he_status status = values == NULL || room == NULL ? HE_ERR_MEMORY : HE_OK;
    const unsigned saved = he_fenv_enter();
    for (uint32_t i = 0; i < program->node_count && status == HE_OK; i++)
        if (!program->nodes[i].encrypted)
            status = fold_node(program, values, i, room);
    he_fenv_leave(saved);
    he_free(room);
    if (status != HE_OK) {
        he_plan_fold_free(values, program);
        return he_fail(status, "he_plan_create: no memory for constants");
    }
    *plain = values;
    return HE_OK;
}

void he_plan_fold_free(he_plain_value *plain, const he_program *program)
{
    for (uint32_t i = 0; plain != NULL && i < program->node_count; i++)
        he_free(plain[i].values);
    he_free(plain);
}
