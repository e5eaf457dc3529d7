/* SPDX-License-Identifier: MIT */
/* Messages into phases and back: round(Q m / t) and round(t x / Q) mod t, exactly.
 *
 * Into: the numerator Q m + floor(t/2) less its remainder w modulo t is divisible by t, so that
 * each limb takes one product.  Back: Halevi, Polyakov, Shoup, ePrint 2018/117, section 2.3, with
 * 128 bits of fraction in place of a double, so that limbs of 61 bits lose nothing.  Constant time
 * in message and phase. */
#include "bfv/bfv.h"
#include "core/memory.h"
#include "core/verify.h"
#include <math.h>
#include <string.h>

void he_bfv_add_message(const he_context *ctx, uint64_t *c0, const he_plaintext *pt, uint32_t level,
                        bool minus)
{
    enum {
        BLOCK = 512
    };
    const he_bfv_context *bfv = he_bfv(ctx);
    const he_bfv_level *l = &bfv->levels[level];
    const he_modulus *t = &bfv->t;
    uint64_t w[BLOCK];
    for (size_t first = 0; first < ctx->n; first += BLOCK) {
        const uint64_t *m = pt->data + first;
        for (size_t j = 0; j < BLOCK; j++)
            w[j] = he_mod_reduce128((he_u128)l->q_mod_t * m[j] + bfv->half, t);
        for (size_t i = 0; i < l->limbs; i++) {
            uint64_t *c = c0 + i * ctx->n + first;
            const uint64_t q = ctx->primes[i].q.q, inv = bfv->t_inv[i];
            const uint64_t inv_shoup = bfv->t_inv_shoup[i], half = bfv->half_over_t[i];
            for (size_t j = 0; j < BLOCK; j++) {
                uint64_t term = he_mod_sub(half, he_mod_mul_shoup(w[j], inv, inv_shoup, q), q);
                c[j] = minus ? he_mod_sub(c[j], term, q) : he_mod_add(c[j], term, q);
            }
        }
    }
    he_wipe(w, sizeof w);
}

_Static_assert(HE_MIN_N % 512 == 0, "the ring degree is a multiple of the block");

he_status he_bfv_read_message(const he_context *ctx, he_plaintext *pt, uint64_t *phase,
                              const he_ciphertext *ct, he_arena *arena)
{
    (void)arena;
    const he_bfv_context *bfv = he_bfv(ctx);
    const he_bfv_level *l = &bfv->levels[ct->level];
    const size_t n = ctx->n, k = l->limbs;
    HE_TRY(he_plaintext_reserve(pt, n));
    for (size_t j = 0; j < n; j++) {
        /* whole: below 64 * 2^121 + 64 * 2^61; part: below 64 * 2^64 */
        he_u128 whole = 0, part = (uint64_t)1 << 63;
        for (size_t i = 0; i < k; i++) {
            const uint64_t x = phase[i * n + j];
            HE_VERIFY(x < ctx->primes[i].q.q);
            /* below 2^125, short by less than 2^-63 of a unit */
            he_u128 p = (he_u128)x * l->fraction_hi[i] + he_mulhi(x, l->fraction_lo[i]);
            whole += (he_u128)x * l->whole[i] + (uint64_t)(p >> 64);
            part += (uint64_t)p;
        }
        pt->data[j] = he_mod_reduce128(whole + (uint64_t)(part >> 64), &bfv->t);
    }
    memcpy(pt->id, ctx->id, sizeof pt->id);
    pt->scheme = HE_SCHEME_BFV;
    pt->level = 0;
    pt->scale = 1;
    pt->words = n;
    return HE_OK;
}

/* |v| < Q / (2t), less the 2^-57 of it that the fractions drop. */
double he_bfv_noise_limit(const he_context *ctx, const he_ciphertext *ct)
{
    return ctx->levels[ct->level].log_q - 1 - log2((double)he_bfv(ctx)->t.q) - 0x1p-40;
}
