/* SPDX-License-Identifier: MIT */
#include "wire/limbs.h"

#include <inttypes.h>

he_status he_limbs_read(const he_context *ctx, he_reader *r, uint64_t *x, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t q = ctx->primes[i].q.q;
        unsigned width = he_bitpack_width(q);
        const uint8_t *in = he_reader_take(r, he_bitpack_bytes(ctx->n, width));
        if (in == NULL || !he_bitunpack(x + i * ctx->n, in, ctx->n, width, q))
            return he_fail(HE_ERR_FORMAT,
                           "%s: a residue modulo prime %zu = %" PRIu64 " is not below it", r->fn, i,
                           q);
    }
    return HE_OK;
}
