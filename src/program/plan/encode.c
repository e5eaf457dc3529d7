/* SPDX-License-Identifier: MIT */
/* The constants of a plan as plaintexts: once parameters are chosen, before anything runs. */
#include "core/memory.h"
#include "program/plan/plan.h"

static he_status encode_real(const he_plan *plan, he_plaintext *pt, const he_plan_plain *plain,
                             void *room)
{
    const uint32_t size = plan->program->size, slots = he_context_slots(plan->ctx);
    double *all = room;
    for (uint32_t i = 0; i < slots; i++)
        all[i] = he_plain_real_at(plain->value, i % size) * plain->factor;
    return he_ckks_encode(plan->ctx, pt, all, slots, plain->level, NULL);
}

static he_status encode_integer(const he_plan *plan, he_plaintext *pt, const he_plan_plain *plain,
                                void *room)
{
    const uint32_t size = plan->program->size, slots = he_context_slots(plan->ctx);
    int64_t *all = room;
    for (uint32_t i = 0; i < slots; i++)
        all[i] = he_plain_integer_at(plain->value, i % size) * (int64_t)plain->factor;
    return he_bfv_encode_i64(plan->ctx, pt, all, slots);
}

he_status he_plan_encode(he_plan *plan)
{
    const bool real = plan->program->type == HE_PROGRAM_REAL;
    plan->plains = he_alloc(plan->plain_count, sizeof(he_plaintext *));
    void *room = he_alloc_raw(he_context_slots(plan->ctx), sizeof(double));
    he_status status = HE_OK;
    if (plan->plains == NULL || room == NULL)
        status = he_fail(HE_ERR_MEMORY, "he_plan_create: no memory for constants");
    for (size_t i = 0; i < plan->plain_count && status == HE_OK; i++) {
        status = he_plaintext_create(plan->ctx, &plan->plains[i]);
        if (status == HE_OK)
            status = real ? encode_real(plan, plan->plains[i], &plan->plain_list[i], room)
                          : encode_integer(plan, plan->plains[i], &plan->plain_list[i], room);
    }
    he_free(room);
    he_free(plan->plain_list);
    plan->plain_list = NULL;
    return status;
}
