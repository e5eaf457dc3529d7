/* SPDX-License-Identifier: MIT */
/* What a program says of itself. */
#include "program/ir/ir.h"

he_status he_program_check(const he_program *program)
{
    HE_REQUIRE_PTR(program);
    return he_ir_report(__func__, program);
}

he_program_type he_program_get_type(const he_program *program)
{
    return program == NULL ? (he_program_type)0 : program->type;
}

uint32_t he_program_size(const he_program *program)
{
    return program == NULL ? 0 : program->size;
}

uint64_t he_program_modulus(const he_program *program)
{
    return program == NULL ? 0 : program->modulus;
}

uint32_t he_program_precision(const he_program *program)
{
    return program == NULL ? 0 : program->precision_bits;
}

uint32_t he_program_input_count(const he_program *program)
{
    return program == NULL ? 0 : program->input_count;
}

uint32_t he_program_output_count(const he_program *program)
{
    return program == NULL ? 0 : program->output_count;
}

const char *he_program_input_name(const he_program *program, uint32_t i)
{
    return i < he_program_input_count(program) ? program->inputs[i].name : NULL;
}

const char *he_program_output_name(const he_program *program, uint32_t i)
{
    return i < he_program_output_count(program) ? program->outputs[i].name : NULL;
}

/* The interval of a node for the port numbered i of count. */
static he_status range_of(const char *fn, const he_program *program, const he_port *ports,
                          uint32_t count, uint32_t i, double *lo, double *hi)
{
    if (program->type != HE_PROGRAM_REAL)
        return he_fail(HE_ERR_MISMATCH, "%s: only REAL programs have intervals", fn);
    if (i >= count)
        return he_fail(HE_ERR_ARGUMENT, "%s: number %u of %u", fn, i, count);
    *lo = program->nodes[ports[i].node].lo;
    *hi = program->nodes[ports[i].node].hi;
    return HE_OK;
}

he_status he_program_input_range(const he_program *program, uint32_t i, double *lo, double *hi)
{
    HE_REQUIRE_PTR(program);
    HE_REQUIRE_PTR(lo);
    HE_REQUIRE_PTR(hi);
    return range_of(__func__, program, program->inputs, program->input_count, i, lo, hi);
}

he_status he_program_output_range(const he_program *program, uint32_t i, double *lo, double *hi)
{
    HE_REQUIRE_PTR(program);
    HE_REQUIRE_PTR(lo);
    HE_REQUIRE_PTR(hi);
    return range_of(__func__, program, program->outputs, program->output_count, i, lo, hi);
}
