/* SPDX-License-Identifier: MIT */
/* The id of a program: BLAKE2b-256 of its canonical bytes.  (ir knows no hash: an enclave image
 * brings its own.) */
#include "program/ir/ir.h"
#include "random/hash.h"

he_status he_program_id(const he_program *program, uint8_t *id)
{
    HE_REQUIRE_PTR(program);
    HE_REQUIRE_PTR(id);
    return he_ir_id(program, id, he_hash);
}
