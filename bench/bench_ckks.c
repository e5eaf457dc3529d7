/* SPDX-License-Identifier: MIT */
/* CKKS, whole operations, canonical mode. */
#include "scheme.h"

static he_status encode(bench_scheme *s)
{
    return he_ckks_encode(s->ctx, s->out, s->reals, s->set->n / 2, he_context_top_level(s->ctx),
                          s->scratch);
}

static he_status decode(bench_scheme *s)
{
    return he_ckks_decode(s->ctx, s->reals, s->set->n / 2, s->pt, s->scratch);
}

static he_status encrypt(bench_scheme *s)
{
    return he_encrypt(s->ctx, s->r, s->pt, s->pk, s->rng, s->scratch);
}

static he_status encrypt_symmetric(bench_scheme *s)
{
    return he_encrypt_symmetric(s->ctx, s->r, s->pt, s->sk, s->rng, s->scratch);
}

static he_status decrypt(bench_scheme *s)
{
    return he_decrypt(s->ctx, s->out, s->a, s->sk, HE_NOISE_TRACKED, s->scratch);
}

static he_status add(bench_scheme *s)
{
    return he_ckks_add(s->ctx, s->r, s->a, s->b, s->scratch);
}

static he_status multiply_plain(bench_scheme *s)
{
    return he_ckks_multiply_plain_norescale(s->ctx, s->r, s->a, s->pt);
}

static he_status multiply_plain_rescale(bench_scheme *s)
{
    return he_ckks_multiply_plain(s->ctx, s->r, s->a, s->pt, s->scratch);
}

static he_status multiply_relinearize_rescale(bench_scheme *s)
{
    return he_ckks_multiply(s->ctx, s->r, s->a, s->b, s->rk, s->scratch);
}

static he_status square_relinearize_rescale(bench_scheme *s)
{
    return he_ckks_square(s->ctx, s->r, s->a, s->rk, s->scratch);
}

static he_status rescale(bench_scheme *s)
{
    return he_ckks_rescale(s->ctx, s->r, s->product, s->scratch);
}

static he_status rotate(bench_scheme *s)
{
    return he_ckks_rotate(s->ctx, s->r, s->a, s->gk, 1, s->scratch);
}

void he_bench_ckks(void)
{
    static const bench_operation operations[] = {
        {"ckks/encode", encode},
        {"ckks/decode", decode},
        {"ckks/encrypt", encrypt},
        {"ckks/encrypt_symmetric", encrypt_symmetric},
        {"ckks/decrypt", decrypt},
        {"ckks/add", add},
        {"ckks/multiply_plain", multiply_plain},
        {"ckks/multiply_plain_rescale", multiply_plain_rescale},
        {"ckks/multiply_relinearize_rescale", multiply_relinearize_rescale},
        {"ckks/square_relinearize_rescale", square_relinearize_rescale},
        {"ckks/rescale", rescale},
        {"ckks/rotate", rotate},
    };
    bench_scheme_register(HE_SCHEME_CKKS, operations, sizeof operations / sizeof *operations);
}
