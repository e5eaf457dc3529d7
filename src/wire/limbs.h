/* SPDX-License-Identifier: MIT */
/* Polynomials over a run of a context's primes, limb after limb. */
#ifndef HE_WIRE_LIMBS_H
#define HE_WIRE_LIMBS_H

#include "rlwe/rlwe.h"
#include "wire/bitpack.h"
#include "wire/reader.h"
#include "wire/writer.h"

/* Bytes of one polynomial over the context's first count primes (data, then special). */
static inline size_t he_limbs_bytes(const he_context *ctx, size_t count)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += he_bitpack_bytes(ctx->n, he_bitpack_width(ctx->primes[i].q.q));
    return bytes;
}

static inline void he_limbs_write(const he_context *ctx, he_writer *w, const uint64_t *x,
                                  size_t count)
{
    for (size_t i = 0; i < count; i++) {
        unsigned width = he_bitpack_width(ctx->primes[i].q.q);
        he_bitpack(he_writer_take(w, he_bitpack_bytes(ctx->n, width)), x + i * ctx->n, ctx->n,
                   width);
    }
}

/* The room was checked: he_reader_expect(). */
he_status he_limbs_read(const he_context *ctx, he_reader *r, uint64_t *x, size_t count);

#endif
