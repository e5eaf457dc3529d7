/* SPDX-License-Identifier: MIT */
/* The client's side of a plan: vectors of the program's size into ciphertexts, and back. */
#include "core/memory.h"
#include "program/plan/plan.h"

#include <math.h>

/* The plan and the number are right, the type is this, and exactly one key is given. */
static he_status check_encrypt(const char *fn, const he_plan *plan, uint32_t i,
                               he_program_type type, const he_public_key *pk,
                               const he_secret_key *sk)
{
    const he_program *p = plan->program;
    if (p->type != type)
        return he_fail(HE_ERR_MISMATCH, "%s: the program is %s", fn,
                       p->type == HE_PROGRAM_REAL ? "REAL" : "INTEGER");
    if (i >= p->input_count)
        return he_fail(HE_ERR_ARGUMENT, "%s: input %u of %u", fn, i, p->input_count);
    if ((pk == NULL) == (sk == NULL))
        return he_fail(HE_ERR_ARGUMENT, "%s: give either pk or sk, %s", fn,
                       pk == NULL ? "not neither" : "not both");
    return HE_OK;
}

static he_status encrypt(const he_plan *plan, he_ciphertext *ct, const he_plaintext *pt,
                         const he_public_key *pk, const he_secret_key *sk, he_rng *rng,
                         he_scratch *scratch)
{
    return pk != NULL ? he_encrypt(plan->ctx, ct, pt, pk, rng, scratch)
                      : he_encrypt_symmetric(plan->ctx, ct, pt, sk, rng, scratch);
}

he_status he_plan_encrypt_real(const he_plan *plan, he_ciphertext *ct, uint32_t i,
                               const double *values, const he_public_key *pk,
                               const he_secret_key *sk, he_rng *rng, he_scratch *scratch)
{
    HE_REQUIRE_PTR(plan);
    HE_REQUIRE_PTR(ct);
    HE_REQUIRE_PTR(values);
    HE_TRY(check_encrypt(__func__, plan, i, HE_PROGRAM_REAL, pk, sk));
    const he_program *p = plan->program;
    const he_port *port = &p->inputs[i];
    for (uint32_t j = 0; j < p->size; j++)
        if (!(values[j] >= port->lo && values[j] <= port->hi))
            return he_fail(HE_ERR_ARGUMENT,
                           "he_plan_encrypt_real: input %u (\"%s\"): element %u is outside "
                           "[%g, %g]",
                           i, port->name, j, port->lo, port->hi);
    const uint32_t slots = he_context_slots(plan->ctx);
    double *all = he_alloc_raw(slots, sizeof *all);
    he_plaintext *pt = NULL;
    he_status status = all == NULL ? he_fail(HE_ERR_MEMORY, "he_plan_encrypt_real: no memory")
                                   : he_plaintext_create(plan->ctx, &pt);
    if (status == HE_OK) {
        const double unit = ldexp(1, -plan->exponents[i]);
        for (uint32_t j = 0; j < slots; j++)
            all[j] = values[j % p->size] * unit;
        status = he_ckks_encode(plan->ctx, pt, all, slots, plan->inputs[i].level, scratch);
    }
    if (status == HE_OK)
        status = encrypt(plan, ct, pt, pk, sk, rng, scratch);
    he_free_secret(all);
    he_plaintext_destroy(pt);
    return status;
}

he_status he_plan_encrypt_integer(const he_plan *plan, he_ciphertext *ct, uint32_t i,
                                  const int64_t *values, const he_public_key *pk,
                                  const he_secret_key *sk, he_rng *rng, he_scratch *scratch)
{
    HE_REQUIRE_PTR(plan);
    HE_REQUIRE_PTR(ct);
    HE_REQUIRE_PTR(values);
    HE_TRY(check_encrypt(__func__, plan, i, HE_PROGRAM_INTEGER, pk, sk));
    const he_program *p = plan->program;
    const uint32_t slots = he_context_slots(plan->ctx);
    int64_t *all = he_alloc_raw(slots, sizeof *all);
    he_plaintext *pt = NULL;
    he_status status = all == NULL ? he_fail(HE_ERR_MEMORY, "he_plan_encrypt_integer: no memory")
                                   : he_plaintext_create(plan->ctx, &pt);
    if (status == HE_OK) {
        for (uint32_t j = 0; j < slots; j++)
            all[j] = values[j % p->size];
        status = he_bfv_encode_i64(plan->ctx, pt, all, slots);
    }
    if (status == HE_OK)
        status = encrypt(plan, ct, pt, pk, sk, rng, scratch);
    he_free_secret(all);
    he_plaintext_destroy(pt);
    return status;
}

/* *pt: output i, decrypted by the plan's bound.  The ciphertext comes from somebody else: its shape
 * is what the plan says, or it is refused. */
static he_status decrypt(const char *fn, const he_plan *plan, he_plaintext **pt, uint32_t i,
                         he_program_type type, const he_ciphertext *ct, const he_secret_key *sk,
                         he_scratch *scratch)
{
    const he_program *p = plan->program;
    if (p->type != type)
        return he_fail(HE_ERR_MISMATCH, "%s: the program is %s", fn,
                       p->type == HE_PROGRAM_REAL ? "REAL" : "INTEGER");
    if (i >= p->output_count)
        return he_fail(HE_ERR_ARGUMENT, "%s: output %u of %u", fn, i, p->output_count);
    HE_TRY(he_check_ciphertext(fn, "ct", plan->ctx, ct));
    const he_plan_state *s = &plan->outputs[i].state;
    const double scale = type == HE_PROGRAM_REAL ? he_context_scale(plan->ctx, s->level) : 1;
    if (ct->level != s->level || ct->size != s->size || ct->degree != s->degree ||
        !(fabs(ct->scale - scale) <= scale * 0x1p-40))
        return he_fail(HE_ERR_MISMATCH,
                       "%s: output %u (\"%s\") must have level %u, %u polynomials and degree %u; "
                       "ct has %u, %u and %u",
                       fn, i, p->outputs[i].name, s->level, s->size, s->degree, ct->level, ct->size,
                       ct->degree);
    HE_TRY(he_plaintext_create(plan->ctx, pt));
    he_status status =
        he_decrypt(plan->ctx, *pt, ct, sk, fmax(he_plan_output_noise_bits(plan, i), 0), scratch);
    if (status != HE_OK) {
        he_plaintext_destroy(*pt);
        *pt = NULL;
    }
    return status;
}

he_status he_plan_decrypt_real(const he_plan *plan, double *values, uint32_t i,
                               const he_ciphertext *ct, const he_secret_key *sk,
                               he_scratch *scratch)
{
    HE_REQUIRE_PTR(plan);
    HE_REQUIRE_PTR(values);
    he_plaintext *pt = NULL;
    HE_TRY(decrypt(__func__, plan, &pt, i, HE_PROGRAM_REAL, ct, sk, scratch));
    const uint32_t size = plan->program->size;
    he_status status = he_ckks_decode(plan->ctx, values, size, pt, scratch);
    for (uint32_t j = 0; j < size && status == HE_OK; j++)
        values[j] = ldexp(values[j], plan->outputs[i].exponent);
    he_plaintext_destroy(pt);
    return status;
}

he_status he_plan_decrypt_integer(const he_plan *plan, int64_t *values, uint32_t i,
                                  const he_ciphertext *ct, const he_secret_key *sk,
                                  he_scratch *scratch)
{
    HE_REQUIRE_PTR(plan);
    HE_REQUIRE_PTR(values);
    he_plaintext *pt = NULL;
    HE_TRY(decrypt(__func__, plan, &pt, i, HE_PROGRAM_INTEGER, ct, sk, scratch));
    he_status status = he_bfv_decode_i64(plan->ctx, values, plan->program->size, pt);
    he_plaintext_destroy(pt);
    return status;
}
