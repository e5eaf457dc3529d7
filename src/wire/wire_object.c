/* SPDX-License-Identifier: MIT */
/* Plaintexts and ciphertexts.  docs/wire-format.md has the bytes. */
#include "wire/limbs.h"

#include <inttypes.h>
#include <math.h>

enum flag {
    FLAG_NTT = 1,
    FLAG_SEEDED = 2,
    FLAG_INSECURE = 4, /* of a context without a security level */
    FLAGS = 7
};

#define PLAINTEXT_BYTES  16
#define CIPHERTEXT_BYTES 32

/* A noise of nothing is written as this, so that every bound on the wire is finite. */
#define LEAST_LOG_SIGMA (-1024.0)

static uint32_t security_flag(const he_context *ctx)
{
    return ctx->params.security == HE_SEC_NONE ? FLAG_INSECURE : 0;
}

static he_status check_flags(const he_reader *r, const he_context *ctx, uint32_t flags,
                             uint32_t allowed)
{
    if ((flags & ~allowed) != 0)
        return he_fail(HE_ERR_FORMAT, "%s: flags 0x%x, known here are 0x%x", r->fn, flags, allowed);
    if ((flags & FLAG_INSECURE) != security_flag(ctx))
        return he_fail(HE_ERR_FORMAT, "%s: the mark of insecure parameters is %s", r->fn,
                       flags & FLAG_INSECURE ? "set, but the context is secure"
                                             : "missing, but the context has no security level");
    return HE_OK;
}

static he_status check_level(const he_reader *r, const he_context *ctx, uint32_t level)
{
    if (level > ctx->top_level)
        return he_fail(HE_ERR_FORMAT, "%s: level is %u, the top level is %u", r->fn, level,
                       ctx->top_level);
    return HE_OK;
}

/* 1 for BFV; for CKKS positive and below Q, and in canonical mode (ciphertexts) the level's own. */
static he_status check_scale(const he_reader *r, const he_context *ctx, double scale,
                             uint32_t level, uint32_t degree)
{
    if (ctx->params.scheme == HE_SCHEME_BFV) {
        if (scale != 1)
            return he_fail(HE_ERR_FORMAT, "%s: scale is %g, must be 1 for BFV", r->fn, scale);
        return HE_OK;
    }
    if (!(scale > 0) || !(log2(scale) <= ctx->levels[level].log_q))
        return he_fail(HE_ERR_FORMAT,
                       "%s: scale is %g, must be positive and at most 2^%.2f at level %u", r->fn,
                       scale, ctx->levels[level].log_q, level);
    if (ctx->params.ckks_mode != HE_CKKS_CANONICAL || degree == 0)
        return HE_OK;
    double canonical = ctx->ops->scale(ctx, level);
    double expected = degree == 1 ? canonical : canonical * canonical;
    if (fabs(scale - expected) > expected * (degree == 1 ? 0 : 0x1p-30))
        return he_fail(HE_ERR_FORMAT, "%s: scale is %.17g, level %u has %.17g at degree %u", r->fn,
                       scale, level, expected, degree);
    return HE_OK;
}

/* --- Plaintext -------------------------------------------------------------------------------- */

static size_t plaintext_words_bytes(const he_context *ctx, uint32_t level)
{
    if (ctx->params.scheme == HE_SCHEME_BFV)
        return he_bitpack_bytes(ctx->n, he_bitpack_width(ctx->params.plain_modulus));
    return he_limbs_bytes(ctx, he_ctx_limbs(ctx, level));
}

static size_t plaintext_size(const he_context *ctx, uint32_t level)
{
    return HE_WIRE_HEADER_BYTES + PLAINTEXT_BYTES + plaintext_words_bytes(ctx, level);
}

size_t he_plaintext_save_size(const he_context *ctx, const he_plaintext *pt)
{
    if (ctx == NULL || he_check_plaintext(__func__, "pt", ctx, pt) != HE_OK)
        return 0;
    return plaintext_size(ctx, pt->level);
}

he_status he_plaintext_save(const he_context *ctx, const he_plaintext *pt, void *bytes,
                            size_t capacity, size_t *length)
{
    HE_REQUIRE_PTR(ctx);
    HE_TRY(he_check_plaintext(__func__, "pt", ctx, pt));
    size_t size = plaintext_size(ctx, pt->level);
    he_writer w;
    HE_TRY(he_writer_begin(&w, __func__, ctx, HE_KIND_PLAINTEXT, bytes, capacity, size, length));
    he_writer_u32(&w, pt->level);
    he_writer_u32(&w, security_flag(ctx));
    he_writer_double(&w, pt->scale);
    if (ctx->params.scheme == HE_SCHEME_BFV) {
        unsigned width = he_bitpack_width(ctx->params.plain_modulus);
        he_bitpack(he_writer_take(&w, he_bitpack_bytes(ctx->n, width)), pt->data, ctx->n, width);
    } else {
        he_limbs_write(ctx, &w, pt->data, he_ctx_limbs(ctx, pt->level));
    }
    *length = size;
    return HE_OK;
}

static he_status read_plaintext(const he_context *ctx, he_reader *r, he_plaintext *pt)
{
    if (ctx->params.scheme == HE_SCHEME_CKKS)
        return he_limbs_read(ctx, r, pt->data, he_ctx_limbs(ctx, pt->level));
    uint64_t t = ctx->params.plain_modulus;
    unsigned width = he_bitpack_width(t);
    const uint8_t *in = he_reader_take(r, he_bitpack_bytes(ctx->n, width));
    if (in == NULL || !he_bitunpack(pt->data, in, ctx->n, width, t))
        return he_fail(HE_ERR_FORMAT, "%s: a coefficient is not below t = %" PRIu64, r->fn, t);
    return HE_OK;
}

he_status he_plaintext_load(const he_context *ctx, he_plaintext **pt, const void *bytes,
                            size_t length)
{
    HE_REQUIRE_PTR(ctx);
    HE_REQUIRE_PTR(pt);
    he_reader r;
    HE_TRY(he_reader_begin(&r, __func__, ctx, HE_KIND_PLAINTEXT, bytes, length));
    uint32_t level = he_reader_u32(&r), flags = he_reader_u32(&r);
    double scale = he_reader_double(&r);
    bool bfv = ctx->params.scheme == HE_SCHEME_BFV;
    HE_TRY(check_level(&r, ctx, level));
    if (bfv && level != 0)
        return he_fail(HE_ERR_FORMAT, "%s: level is %u, must be 0 for BFV", r.fn, level);
    HE_TRY(he_reader_expect(&r, plaintext_words_bytes(ctx, level)));
    HE_TRY(check_flags(&r, ctx, flags, FLAG_INSECURE));
    HE_TRY(check_scale(&r, ctx, scale, level, 0));
    he_plaintext *p = NULL;
    HE_TRY(he_plaintext_create(ctx, &p));
    p->words = (bfv ? 1 : he_ctx_limbs(ctx, level)) * ctx->n;
    p->scheme = ctx->params.scheme;
    p->level = level;
    p->scale = scale;
    he_status status = he_plaintext_reserve(p, p->words);
    if (status == HE_OK)
        status = read_plaintext(ctx, &r, p);
    if (status != HE_OK) {
        he_plaintext_destroy(p);
        return status;
    }
    *pt = p;
    return HE_OK;
}

/* --- Ciphertext ------------------------------------------------------------------------------- */

/* Of the polynomials and the seed. */
static size_t polynomials_bytes(const he_context *ctx, uint32_t size, uint32_t level, bool seeded)
{
    size_t limbs = he_limbs_bytes(ctx, he_ctx_limbs(ctx, level));
    return seeded ? limbs + HE_SEED_BYTES : size * limbs;
}

static size_t ciphertext_size(const he_context *ctx, uint32_t size, uint32_t level, bool seeded)
{
    return HE_WIRE_HEADER_BYTES + CIPHERTEXT_BYTES + polynomials_bytes(ctx, size, level, seeded);
}

size_t he_ciphertext_wire_size(const he_context *ctx, uint32_t size, uint32_t level, bool seeded)
{
    if (ctx == NULL || size < 2 || size > 3 || level > ctx->top_level || (seeded && size != 2))
        return 0;
    return ciphertext_size(ctx, size, level, seeded);
}

size_t he_ciphertext_save_size(const he_context *ctx, const he_ciphertext *ct)
{
    if (ctx == NULL || he_check_ciphertext(__func__, "ct", ctx, ct) != HE_OK)
        return 0;
    return ciphertext_size(ctx, ct->size, ct->level, ct->seeded);
}

he_status he_ciphertext_save(const he_context *ctx, const he_ciphertext *ct, void *bytes,
                             size_t capacity, size_t *length)
{
    HE_REQUIRE_PTR(ctx);
    HE_TRY(he_check_ciphertext(__func__, "ct", ctx, ct));
    size_t size = ciphertext_size(ctx, ct->size, ct->level, ct->seeded);
    he_writer w;
    HE_TRY(he_writer_begin(&w, __func__, ctx, HE_KIND_CIPHERTEXT, bytes, capacity, size, length));
    he_writer_u32(&w, ct->size);
    he_writer_u32(&w, ct->level);
    he_writer_u32(&w, ct->degree);
    he_writer_u32(&w,
                  (ct->ntt ? FLAG_NTT : 0u) | (ct->seeded ? FLAG_SEEDED : 0u) | security_flag(ctx));
    he_writer_double(&w, ct->scale);
    he_writer_double(&w, ct->log_sigma > LEAST_LOG_SIGMA ? ct->log_sigma : LEAST_LOG_SIGMA);
    uint32_t written = ct->seeded ? 1 : ct->size;
    for (uint32_t i = 0; i < written; i++)
        he_limbs_write(ctx, &w, he_ct_poly(ct, i), ct->limbs);
    if (ct->seeded)
        he_writer_bytes(&w, ct->seed, HE_SEED_BYTES);
    *length = size;
    return HE_OK;
}

/* The fixed fields of a ciphertext's body. */
typedef struct fields {
    uint32_t size, level, degree, flags;
    double scale, log_sigma;
} fields;

static he_status check_fields(const he_reader *r, const he_context *ctx, const fields *f)
{
    if (f->size < 2 || f->size > 3)
        return he_fail(HE_ERR_FORMAT, "%s: size is %u, must be 2 or 3", r->fn, f->size);
    HE_TRY(check_level(r, ctx, f->level));
    HE_TRY(check_flags(r, ctx, f->flags, FLAGS));
    bool canonical =
        ctx->params.scheme == HE_SCHEME_CKKS && ctx->params.ckks_mode == HE_CKKS_CANONICAL;
    if (f->degree < 1 || f->degree > (canonical ? 2u : 1u))
        return he_fail(HE_ERR_FORMAT, "%s: degree is %u, must be 1%s", r->fn, f->degree,
                       canonical ? " or 2" : "");
    if (f->flags & FLAG_SEEDED) {
        if (f->size != 2)
            return he_fail(HE_ERR_FORMAT, "%s: a seeded ciphertext has 2 polynomials, not %u",
                           r->fn, f->size);
        if (((f->flags & FLAG_NTT) != 0) != ctx->ops->ntt_at_rest)
            return he_fail(HE_ERR_FORMAT, "%s: a seeded ciphertext is not in the domain at rest",
                           r->fn);
    }
    bool ntt = (f->flags & FLAG_NTT) != 0;
    if (ctx->params.scheme == HE_SCHEME_CKKS && !ntt)
        return he_fail(HE_ERR_FORMAT, "%s: a CKKS ciphertext must be in NTT form", r->fn);
    HE_TRY(check_scale(r, ctx, f->scale, f->level, f->degree));
    double most = ctx->log_qp;
    if (!(f->log_sigma >= LEAST_LOG_SIGMA && f->log_sigma <= most))
        return he_fail(HE_ERR_FORMAT, "%s: log_sigma is %g, must be %g to %.2f", r->fn,
                       f->log_sigma, LEAST_LOG_SIGMA, most);
    return he_reader_expect(
        r, polynomials_bytes(ctx, f->size, f->level, (f->flags & FLAG_SEEDED) != 0));
}

static he_status read_polynomials(const he_context *ctx, he_reader *r, he_ciphertext *ct)
{
    uint32_t written = ct->seeded ? 1 : ct->size;
    for (uint32_t i = 0; i < written; i++)
        HE_TRY(he_limbs_read(ctx, r, he_ct_poly(ct, i), ct->limbs));
    if (!ct->seeded)
        return HE_OK;
    memcpy(ct->seed, he_reader_take(r, HE_SEED_BYTES), HE_SEED_BYTES);
    he_ciphertext_expand(ctx, ct);
    return HE_OK;
}

he_status he_ciphertext_load(const he_context *ctx, he_ciphertext **ct, const void *bytes,
                             size_t length)
{
    HE_REQUIRE_PTR(ctx);
    HE_REQUIRE_PTR(ct);
    he_reader r;
    HE_TRY(he_reader_begin(&r, __func__, ctx, HE_KIND_CIPHERTEXT, bytes, length));
    fields f = {.size = he_reader_u32(&r)};
    f.level = he_reader_u32(&r);
    f.degree = he_reader_u32(&r);
    f.flags = he_reader_u32(&r);
    f.scale = he_reader_double(&r);
    f.log_sigma = he_reader_double(&r);
    HE_TRY(check_fields(&r, ctx, &f));
    he_ciphertext *c = NULL;
    HE_TRY(he_ciphertext_create(ctx, &c, f.size, f.level));
    he_status status = he_ciphertext_shape(ctx, c, f.size, f.level);
    if (status == HE_OK) {
        c->ntt = (f.flags & FLAG_NTT) != 0;
        c->seeded = (f.flags & FLAG_SEEDED) != 0;
        c->degree = f.degree;
        c->scale = f.scale;
        c->log_sigma = f.log_sigma;
        c->claimed = true;
        status = read_polynomials(ctx, &r, c);
    }
    if (status != HE_OK) {
        he_ciphertext_destroy(c);
        return status;
    }
    *ct = c;
    return HE_OK;
}
