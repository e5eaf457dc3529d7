/* SPDX-License-Identifier: MIT */
/* Keys: the secret one as two bits a coefficient, all others as seeds and packed b.
 * docs/wire-format.md has the bytes. */
#include "core/ct.h"
#include "core/memory.h"
#include "wire/limbs.h"

#include <inttypes.h>

static size_t key_limbs(const he_context *ctx)
{
    return ctx->data_count + ctx->special_count;
}

/* --- Secret key: coefficient i in bits 2 (i mod 4), +1, of byte i / 4; s + 1 in {0, 1, 2} ----- */

static size_t secret_bytes(const he_context *ctx)
{
    return ctx->n / 4;
}

size_t he_secret_key_save_size(const he_context *ctx)
{
    return ctx == NULL ? 0 : HE_WIRE_HEADER_BYTES + secret_bytes(ctx);
}

he_status he_secret_key_save(const he_context *ctx, const he_secret_key *sk, void *bytes,
                             size_t capacity, size_t *length)
{
    HE_REQUIRE_PTR(ctx);
    HE_TRY(he_check_secret_key(__func__, ctx, sk));
    size_t size = he_secret_key_save_size(ctx);
    he_writer w;
    HE_TRY(he_writer_begin(&w, __func__, ctx, HE_KIND_SECRET_KEY, bytes, capacity, size, length));
    uint8_t *out = he_writer_take(&w, secret_bytes(ctx));
    for (size_t i = 0; i < ctx->n; i += 4) {
        const int8_t *s = sk->s + i;
        out[i / 4] = (uint8_t)((s[0] + 1) | (s[1] + 1) << 2 | (s[2] + 1) << 4 | (s[3] + 1) << 6);
    }
    *length = size;
    return HE_OK;
}

/* Not zero if a pair of bits is 3; takes the same time for all bytes. */
static unsigned unpack_secret(int8_t *s, const uint8_t *in, size_t n)
{
    unsigned bad = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned digit = in[i / 4] >> (2 * (i % 4)) & 3;
        bad |= digit & digit >> 1;
        s[i] = (int8_t)((int)digit - 1);
    }
    return bad;
}

he_status he_secret_key_load(const he_context *ctx, he_secret_key **sk, const void *bytes,
                             size_t length)
{
    HE_REQUIRE_PTR(ctx);
    HE_REQUIRE_PTR(sk);
    he_reader r;
    HE_TRY(he_reader_begin(&r, __func__, ctx, HE_KIND_SECRET_KEY, bytes, length));
    HE_TRY(he_reader_expect(&r, secret_bytes(ctx)));
    int8_t *s = he_alloc(ctx->n, sizeof *s);
    if (s == NULL)
        return he_fail(HE_ERR_MEMORY, "he_secret_key_load: no memory");
    unsigned bad = unpack_secret(s, r.at, ctx->n);
    HE_PUBLIC(&bad, sizeof bad); /* whether the bytes are a key at all */
    he_status status;
    if (bad != 0)
        status = he_fail(HE_ERR_FORMAT, "he_secret_key_load: a coefficient is not -1, 0 or 1");
    else
        status = he_secret_key_from_ternary(ctx, sk, s);
    he_free_secret(s);
    return status;
}

/* --- Public key: seed, b ---------------------------------------------------------------------- */

static size_t public_bytes(const he_context *ctx)
{
    return HE_SEED_BYTES + he_limbs_bytes(ctx, key_limbs(ctx));
}

size_t he_public_key_save_size(const he_context *ctx)
{
    return ctx == NULL ? 0 : HE_WIRE_HEADER_BYTES + public_bytes(ctx);
}

he_status he_public_key_save(const he_context *ctx, const he_public_key *pk, void *bytes,
                             size_t capacity, size_t *length)
{
    HE_REQUIRE_PTR(ctx);
    HE_REQUIRE_PTR(pk);
    HE_TRY(he_check_id(__func__, "pk", ctx, pk->id));
    size_t size = he_public_key_save_size(ctx);
    he_writer w;
    HE_TRY(he_writer_begin(&w, __func__, ctx, HE_KIND_PUBLIC_KEY, bytes, capacity, size, length));
    he_writer_bytes(&w, pk->seed, HE_SEED_BYTES);
    he_limbs_write(ctx, &w, pk->b, key_limbs(ctx));
    *length = size;
    return HE_OK;
}

he_status he_public_key_load(const he_context *ctx, he_public_key **pk, const void *bytes,
                             size_t length)
{
    HE_REQUIRE_PTR(ctx);
    HE_REQUIRE_PTR(pk);
    he_reader r;
    HE_TRY(he_reader_begin(&r, __func__, ctx, HE_KIND_PUBLIC_KEY, bytes, length));
    HE_TRY(he_reader_expect(&r, public_bytes(ctx)));
    he_public_key *key = NULL;
    HE_TRY(he_public_key_alloc(ctx, &key));
    memcpy(key->seed, he_reader_take(&r, HE_SEED_BYTES), HE_SEED_BYTES);
    he_status status = he_limbs_read(ctx, &r, key->b, key_limbs(ctx));
    if (status != HE_OK) {
        he_public_key_destroy(key);
        return status;
    }
    he_public_key_expand(ctx, key);
    *pk = key;
    return HE_OK;
}

/* --- Switching keys: seed, b_0 … b_(digits - 1) ----------------------------------------------- */

static size_t digit_count(const he_context *ctx)
{
    return ctx->levels[ctx->top_level].digits;
}

static size_t switch_bytes(const he_context *ctx)
{
    return HE_SEED_BYTES + digit_count(ctx) * he_limbs_bytes(ctx, key_limbs(ctx));
}

static void write_switch_key(const he_context *ctx, he_writer *w, const he_switch_key *key)
{
    he_writer_bytes(w, key->seed, HE_SEED_BYTES);
    for (size_t j = 0; j < key->digits; j++)
        he_limbs_write(ctx, w, key->b + j * key_limbs(ctx) * ctx->n, key_limbs(ctx));
}

/* The room was checked.  On failure key is empty. */
static he_status read_switch_key(const he_context *ctx, he_reader *r, he_switch_key *key)
{
    HE_TRY(he_switch_key_alloc(ctx, key));
    memcpy(key->seed, he_reader_take(r, HE_SEED_BYTES), HE_SEED_BYTES);
    he_status status = HE_OK;
    for (size_t j = 0; status == HE_OK && j < key->digits; j++)
        status = he_limbs_read(ctx, r, key->b + j * key_limbs(ctx) * ctx->n, key_limbs(ctx));
    if (status != HE_OK) {
        he_switch_key_clear(key);
        return status;
    }
    he_switch_key_expand(ctx, key);
    return HE_OK;
}

size_t he_relin_key_save_size(const he_context *ctx)
{
    return ctx == NULL ? 0 : HE_WIRE_HEADER_BYTES + switch_bytes(ctx);
}

he_status he_relin_key_save(const he_context *ctx, const he_relin_key *rk, void *bytes,
                            size_t capacity, size_t *length)
{
    HE_REQUIRE_PTR(ctx);
    HE_REQUIRE_PTR(rk);
    HE_TRY(he_check_id(__func__, "rk", ctx, rk->id));
    size_t size = he_relin_key_save_size(ctx);
    he_writer w;
    HE_TRY(he_writer_begin(&w, __func__, ctx, HE_KIND_RELIN_KEY, bytes, capacity, size, length));
    write_switch_key(ctx, &w, &rk->key);
    *length = size;
    return HE_OK;
}

he_status he_relin_key_load(const he_context *ctx, he_relin_key **rk, const void *bytes,
                            size_t length)
{
    HE_REQUIRE_PTR(ctx);
    HE_REQUIRE_PTR(rk);
    he_reader r;
    HE_TRY(he_reader_begin(&r, __func__, ctx, HE_KIND_RELIN_KEY, bytes, length));
    HE_TRY(he_reader_expect(&r, switch_bytes(ctx)));
    he_relin_key *key = he_alloc(1, sizeof *key);
    if (key == NULL)
        return he_fail(HE_ERR_MEMORY, "he_relin_key_load: no memory");
    memcpy(key->id, ctx->id, HE_ID_BYTES);
    he_status status = read_switch_key(ctx, &r, &key->key);
    if (status != HE_OK) {
        he_relin_key_destroy(key);
        return status;
    }
    *rk = key;
    return HE_OK;
}

/* --- Galois keys: count, elements, switching keys --------------------------------------------- */

static uint64_t galois_bytes(const he_context *ctx, uint64_t count)
{
    return count * (4 + switch_bytes(ctx));
}

size_t he_galois_keys_save_size(const he_context *ctx, size_t count)
{
    if (ctx == NULL || count > ctx->n) /* there are n elements */
        return 0;
    return HE_WIRE_HEADER_BYTES + 4 + galois_bytes(ctx, count);
}

he_status he_galois_keys_save(const he_context *ctx, const he_galois_keys *gk, void *bytes,
                              size_t capacity, size_t *length)
{
    HE_REQUIRE_PTR(ctx);
    HE_REQUIRE_PTR(gk);
    HE_TRY(he_check_id(__func__, "gk", ctx, gk->id));
    size_t size = he_galois_keys_save_size(ctx, gk->count);
    he_writer w;
    HE_TRY(he_writer_begin(&w, __func__, ctx, HE_KIND_GALOIS_KEYS, bytes, capacity, size, length));
    he_writer_u32(&w, (uint32_t)gk->count);
    for (size_t i = 0; i < gk->count; i++)
        he_writer_u32(&w, gk->elements[i]);
    for (size_t i = 0; i < gk->count; i++)
        write_switch_key(ctx, &w, &gk->keys[i]);
    *length = size;
    return HE_OK;
}

/* Odd, below 2n, ascending; r stands at the first and is not moved. */
static he_status check_elements(const he_context *ctx, he_reader r, uint32_t count)
{
    for (uint32_t i = 0, last = 0; i < count; i++) {
        uint32_t element = he_reader_u32(&r);
        if (element % 2 == 0 || element >= 2 * ctx->n || element <= last)
            return he_fail(HE_ERR_FORMAT,
                           "%s: element %u is %u, must be odd, below %zu and above the one before, "
                           "%u",
                           r.fn, i, element, 2 * ctx->n, last);
        last = element;
    }
    return HE_OK;
}

static he_status read_galois_keys(const he_context *ctx, he_reader *r, he_galois_keys *gk)
{
    for (size_t i = 0; i < gk->count; i++)
        gk->elements[i] = he_reader_u32(r);
    for (size_t i = 0; i < gk->count; i++) {
        HE_TRY(he_galois_keys_index(ctx, gk, i));
        HE_TRY(read_switch_key(ctx, r, &gk->keys[i]));
    }
    return HE_OK;
}

he_status he_galois_keys_load(const he_context *ctx, he_galois_keys **gk, const void *bytes,
                              size_t length)
{
    HE_REQUIRE_PTR(ctx);
    HE_REQUIRE_PTR(gk);
    he_reader r;
    HE_TRY(he_reader_begin(&r, __func__, ctx, HE_KIND_GALOIS_KEYS, bytes, length));
    uint32_t count = he_reader_u32(&r);
    if (count < 1 || count > ctx->n)
        return he_fail(HE_ERR_FORMAT, "he_galois_keys_load: %u keys, must be 1 to %zu", count,
                       ctx->n);
    HE_TRY(he_reader_expect(&r, galois_bytes(ctx, count)));
    HE_TRY(check_elements(ctx, r, count));
    he_galois_keys *keys = NULL;
    HE_TRY(he_galois_keys_alloc(ctx, &keys, count));
    he_status status = read_galois_keys(ctx, &r, keys);
    if (status != HE_OK) {
        he_galois_keys_destroy(keys);
        return status;
    }
    *gk = keys;
    return HE_OK;
}
