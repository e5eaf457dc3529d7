/* SPDX-License-Identifier: MIT */
/* Bounds in bytes, in doubles, so that no product of hostile numbers wraps.
 *
 * A limb is n words; L data primes, K special ones, beta = ceil(L / K) digits.  Per prime a context
 * has tables of at most 64 n bytes; BFV has up to L + 3 auxiliary primes and two slot tables more.
 * Conversions between bases take L^2 (L + K) words at most, a few times. */
#include "client/limits.h"

#include "program/plan/plan.h"

#define AUX_MORE     3
#define TABLE_BYTES  64.0
#define BFV_TABLES   4.0
#define CKKS_TABLES  6.0
#define CONVERSIONS  8.0
#define SMALL_CHANGE 1e6

static double limb(const he_params *p)
{
    return 8.0 * p->n;
}

static double count_data(const he_params *p)
{
    size_t count = 0;
    while (count < HE_MAX_DATA_PRIMES && p->data_primes[count] != 0)
        count++;
    return (double)count;
}

double he_limits_context_bytes(const he_params *p)
{
    const double data = count_data(p), all = data + p->special_count;
    const double tables =
        p->scheme == HE_SCHEME_BFV ? all + data + AUX_MORE + BFV_TABLES : all + CKKS_TABLES;
    return SMALL_CHANGE + tables * TABLE_BYTES * p->n + CONVERSIONS * 8 * data * data * all;
}

/* Constants as the plan folds them (a word for a splat), and as plaintexts: at most one for each
 * operation of a ciphertext with what is none. */
static double constant_bytes(const he_params *params, const he_program *p)
{
    const double plaintext =
        limb(params) * (params->scheme == HE_SCHEME_BFV ? 1 : count_data(params));
    double bytes = 0;
    for (uint32_t i = 0; i < p->node_count; i++) {
        const he_node *node = &p->nodes[i];
        const bool two =
            node->op == HE_OP_ADD || node->op == HE_OP_SUB || node->op == HE_OP_MULTIPLY;
        if (!node->encrypted)
            bytes += node->op == HE_OP_SPLAT ? 8 : 8.0 * p->size;
        else if (two && (!p->nodes[node->a].encrypted || !p->nodes[node->b].encrypted))
            bytes += plaintext;
    }
    return bytes;
}

static double program_bytes(const he_params *params, const he_program *p)
{
    const double ciphertext = 2 * count_data(params) * limb(params);
    return he_limits_context_bytes(params) + constant_bytes(params, p) +
           ((double)p->input_count + p->output_count) * ciphertext;
}

static he_status refuse(const char *what, double bytes, uint64_t limit)
{
    return he_fail(HE_ERR_UNSUPPORTED,
                   "%s would take up to %.0f MB at the server, which allows %.0f MB: ask its owner "
                   "for more (he serve --memory), or use a smaller program or smaller parameters",
                   what, bytes / 1e6, (double)limit / 1e6);
}

he_status he_limits_check_program(const he_params *params, const he_program *program,
                                  uint64_t limit)
{
    const double bytes = program_bytes(params, program);
    return bytes > (double)limit ? refuse("this program", bytes, limit) : HE_OK;
}

he_status he_limits_check_plan(const he_plan *plan, const he_program *program, uint32_t threads,
                               uint64_t limit)
{
    const he_context *ctx = plan->ctx;
    const double data = (double)ctx->data_count, all = data + (double)ctx->special_count;
    const double row = limb(&ctx->params), digits = (double)ctx->levels[ctx->top_level].digits;
    const double key = 2 * digits * all * row;
    /* each key, its bytes on the wire (no longer than itself), a permutation for each step */
    const double keys = ((double)plan->rotation_count + (plan->relin_key ? 1 : 0)) * 2 * key +
                        (double)plan->rotation_count * row / 2;
    const double registers = ((double)plan->registers - program->input_count) * 3 * data * row;
    /* key switching, and the scheme's own operations */
    const double scratch = threads * (((digits + 4) * all + 3 * data + 8) * row +
                                      (double)ctx->ops->scratch_bytes(ctx));
    const double bytes = program_bytes(&ctx->params, program) + keys + registers + scratch;
    return bytes > (double)limit ? refuse("running this program", bytes, limit) : HE_OK;
}
