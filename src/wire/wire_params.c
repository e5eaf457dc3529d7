/* SPDX-License-Identifier: MIT */
/* Parameters: everything from which he_context_create() makes the same id again.  Loading checks
 * the shape; whether a scheme can work with the numbers is the context's question. */
#include "wire/limbs.h"

#include <inttypes.h>

#define FIXED_BYTES (13 * 4 + 8)

_Static_assert(HE_WIRE_HEADER_BYTES + FIXED_BYTES +
                       8 * (HE_MAX_DATA_PRIMES + HE_MAX_SPECIAL_PRIMES) <=
                   HE_PARAMS_MAX_BYTES,
               "the parameters of every context fit");

he_status he_params_save(const he_context *ctx, void *bytes, size_t capacity, size_t *length)
{
    HE_REQUIRE_PTR(ctx);
    const he_params *p = &ctx->params;
    size_t primes = ctx->data_count + ctx->special_count;
    size_t size = HE_WIRE_HEADER_BYTES + FIXED_BYTES + 8 * primes;
    he_writer w;
    HE_TRY(he_writer_begin(&w, __func__, ctx, HE_KIND_PARAMS, bytes, capacity, size, length));
    he_writer_u32(&w, (uint32_t)p->scheme);
    he_writer_u32(&w, (uint32_t)p->security);
    he_writer_u32(&w, p->n);
    he_writer_u32(&w, (uint32_t)ctx->data_count);
    he_writer_u32(&w, (uint32_t)ctx->special_count);
    he_writer_u32(&w, (uint32_t)p->ckks_mode);
    he_writer_u32(&w, p->plain_bits);
    he_writer_u32(&w, p->scale_bits);
    he_writer_u32(&w, p->precision_bits);
    he_writer_u32(&w, p->range_bits);
    he_writer_u32(&w, p->depth);
    he_writer_u32(&w, p->slots);
    he_writer_u32(&w, p->special_count);
    he_writer_u64(&w, p->plain_modulus);
    for (size_t i = 0; i < primes; i++)
        he_writer_u64(&w, ctx->primes[i].q.q);
    *length = size;
    return HE_OK;
}

static he_status check_shape(const he_params *p, uint32_t data, uint32_t special)
{
    const char *fn = "he_params_load";
    if (p->scheme != HE_SCHEME_BFV && p->scheme != HE_SCHEME_CKKS)
        return he_fail(HE_ERR_FORMAT, "%s: scheme %u is unknown", fn, (unsigned)p->scheme);
    if (p->security > HE_SEC_NONE)
        return he_fail(HE_ERR_FORMAT, "%s: security %u is unknown", fn, (unsigned)p->security);
    if (p->ckks_mode > HE_CKKS_EXPLICIT)
        return he_fail(HE_ERR_FORMAT, "%s: ckks_mode %u is unknown", fn, (unsigned)p->ckks_mode);
    if (p->n < HE_MIN_N || p->n > HE_MAX_N || (p->n & (p->n - 1)) != 0)
        return he_fail(HE_ERR_FORMAT, "%s: n is %u, not a power of two from %u to %u", fn, p->n,
                       HE_MIN_N, HE_MAX_N);
    if ((p->scheme == HE_SCHEME_CKKS) != (p->range_bits != 0))
        return he_fail(HE_ERR_FORMAT, "%s: range_bits is %u: a choice that is not made", fn,
                       p->range_bits);
    if (data < 1 || data > HE_MAX_DATA_PRIMES)
        return he_fail(HE_ERR_FORMAT, "%s: %u data primes, must be 1 to %d", fn, data,
                       HE_MAX_DATA_PRIMES);
    if (special < 1 || special > HE_MAX_SPECIAL_PRIMES || special != p->special_count)
        return he_fail(HE_ERR_FORMAT, "%s: %u special primes, must be 1 to %d", fn, special,
                       HE_MAX_SPECIAL_PRIMES);
    return HE_OK;
}

static he_status read_primes(he_reader *r, uint64_t *primes, uint32_t count, const char *name)
{
    for (uint32_t i = 0; i < count; i++) {
        primes[i] = he_reader_u64(r);
        if (primes[i] < 2 || primes[i] >= (uint64_t)1 << 61)
            return he_fail(HE_ERR_FORMAT, "%s: %s prime %u is %" PRIu64 ", not in 2 … 2^61 - 1",
                           r->fn, name, i, primes[i]);
    }
    return HE_OK;
}

he_status he_params_load(he_params *params, const void *bytes, size_t length)
{
    HE_REQUIRE_PTR(params);
    he_reader r;
    HE_TRY(he_reader_begin(&r, __func__, NULL, HE_KIND_PARAMS, bytes, length));
    he_params p = HE_PARAMS_INIT;
    p.scheme = (he_scheme)he_reader_u32(&r);
    p.security = (he_security)he_reader_u32(&r);
    p.n = he_reader_u32(&r);
    uint32_t data = he_reader_u32(&r), special = he_reader_u32(&r);
    p.ckks_mode = (he_ckks_mode)he_reader_u32(&r);
    p.plain_bits = he_reader_u32(&r);
    p.scale_bits = he_reader_u32(&r);
    p.precision_bits = he_reader_u32(&r);
    p.range_bits = he_reader_u32(&r);
    p.depth = he_reader_u32(&r);
    p.slots = he_reader_u32(&r);
    p.special_count = he_reader_u32(&r);
    p.plain_modulus = he_reader_u64(&r);
    HE_TRY(he_reader_expect(&r, 8 * ((uint64_t)data + special)));
    HE_TRY(check_shape(&p, data, special));
    HE_TRY(read_primes(&r, p.data_primes, data, "data"));
    HE_TRY(read_primes(&r, p.special_primes, special, "special"));
    *params = p;
    return HE_OK;
}
