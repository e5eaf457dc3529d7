/* SPDX-License-Identifier: MIT */
/* The checks that every public function makes, with a sentence that names function and argument. */
#include "rlwe/rlwe.h"
#include <string.h>

static const char *scheme_name(he_scheme scheme)
{
    return scheme == HE_SCHEME_BFV ? "BFV" : "CKKS";
}

he_status he_check_context(const char *fn, const he_context *ctx, he_scheme scheme)
{
    if (ctx == NULL)
        return he_fail(HE_ERR_NULL, "%s: ctx is NULL", fn);
    if (scheme != HE_SCHEME_NONE && ctx->params.scheme != scheme)
        return he_fail(HE_ERR_MISMATCH, "%s: the context is for %s, this function for %s", fn,
                       scheme_name(ctx->params.scheme), scheme_name(scheme));
    return HE_OK;
}

he_status he_check_id(const char *fn, const char *name, const he_context *ctx, const uint8_t *id)
{
    if (memcmp(ctx->id, id, HE_ID_BYTES) != 0)
        return he_fail(HE_ERR_MISMATCH,
                       "%s: %s belongs to a context with other parameters (id %02x%02x%02x%02x, "
                       "ctx has %02x%02x%02x%02x)",
                       fn, name, id[0], id[1], id[2], id[3], ctx->id[0], ctx->id[1], ctx->id[2],
                       ctx->id[3]);
    return HE_OK;
}

he_status he_check_ciphertext(const char *fn, const char *name, const he_context *ctx,
                              const he_ciphertext *ct)
{
    if (ct == NULL)
        return he_fail(HE_ERR_NULL, "%s: %s is NULL", fn, name);
    if (ct->size == 0)
        return he_fail(HE_ERR_ARGUMENT, "%s: %s is empty: nothing was encrypted into it", fn, name);
    return he_check_id(fn, name, ctx, ct->id);
}

he_status he_check_plaintext(const char *fn, const char *name, const he_context *ctx,
                             const he_plaintext *pt)
{
    if (pt == NULL)
        return he_fail(HE_ERR_NULL, "%s: %s is NULL", fn, name);
    if (pt->scheme == HE_SCHEME_NONE)
        return he_fail(HE_ERR_ARGUMENT, "%s: %s is empty: nothing was encoded into it", fn, name);
    return he_check_id(fn, name, ctx, pt->id);
}

he_status he_check_secret_key(const char *fn, const he_context *ctx, const he_secret_key *sk)
{
    if (sk == NULL)
        return he_fail(HE_ERR_NULL, "%s: sk is NULL", fn);
    return he_check_id(fn, "sk", ctx, sk->id);
}
