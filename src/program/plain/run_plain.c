/* SPDX-License-Identifier: MIT */
/* The public calls: a workspace from the heap for one run, wiped because it held the elements. */
#include "core/memory.h"
#include "program/plain/plain.h"

he_status he_program_run_real(const he_program *program, double *const *outputs,
                              const double *const *inputs)
{
    HE_REQUIRE_PTR(program);
    HE_REQUIRE_PTR(outputs);
    HE_REQUIRE_PTR(inputs);
    void *work = he_alloc_raw(he_plain_workspace(program), 1);
    if (work == NULL)
        return he_fail(HE_ERR_MEMORY, "he_program_run_real: no memory");
    he_status status = he_plain_run_real(program, outputs, inputs, work);
    he_free_secret(work);
    return status;
}

he_status he_program_run_integer(const he_program *program, int64_t *const *outputs,
                                 const int64_t *const *inputs)
{
    HE_REQUIRE_PTR(program);
    HE_REQUIRE_PTR(outputs);
    HE_REQUIRE_PTR(inputs);
    void *work = he_alloc_raw(he_plain_workspace(program), 1);
    if (work == NULL)
        return he_fail(HE_ERR_MEMORY, "he_program_run_integer: no memory");
    he_status status = he_plain_run_integer(program, outputs, inputs, work);
    he_free_secret(work);
    return status;
}
