/* SPDX-License-Identifier: MIT */
/* BFV, whole operations, t of 20 bits. */
#include "scheme.h"

static he_status encode(bench_scheme *s)
{
    return he_bfv_encode_i64(s->ctx, s->out, s->integers, s->set->n);
}

static he_status decode(bench_scheme *s)
{
    return he_bfv_decode_i64(s->ctx, s->integers, s->set->n, s->pt);
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
    return he_bfv_add(s->ctx, s->r, s->a, s->b);
}

static he_status multiply_plain(bench_scheme *s)
{
    return he_bfv_multiply_plain(s->ctx, s->r, s->a, s->pt, s->scratch);
}

static he_status multiply(bench_scheme *s)
{
    return he_bfv_multiply(s->ctx, s->r, s->a, s->b, NULL, s->scratch);
}

static he_status multiply_relinearize(bench_scheme *s)
{
    return he_bfv_multiply(s->ctx, s->r, s->a, s->b, s->rk, s->scratch);
}

static he_status square_relinearize(bench_scheme *s)
{
    return he_bfv_square(s->ctx, s->r, s->a, s->rk, s->scratch);
}

static he_status relinearize(bench_scheme *s)
{
    return he_relinearize(s->ctx, s->r, s->product, s->rk, s->scratch);
}

static he_status rotate(bench_scheme *s)
{
    return he_bfv_rotate_rows(s->ctx, s->r, s->a, s->gk, 1, s->scratch);
}

static he_status mod_switch(bench_scheme *s)
{
    return he_mod_switch(s->ctx, s->r, s->a, he_context_top_level(s->ctx) - 1, s->scratch);
}

void he_bench_bfv(void)
{
    static const bench_operation operations[] = {
        {"bfv/encode", encode},
        {"bfv/decode", decode},
        {"bfv/encrypt", encrypt},
        {"bfv/encrypt_symmetric", encrypt_symmetric},
        {"bfv/decrypt", decrypt},
        {"bfv/add", add},
        {"bfv/multiply_plain", multiply_plain},
        {"bfv/multiply", multiply},
        {"bfv/multiply_relinearize", multiply_relinearize},
        {"bfv/square_relinearize", square_relinearize},
        {"bfv/relinearize", relinearize},
        {"bfv/rotate", rotate},
        {"bfv/mod_switch", mod_switch},
    };
    bench_scheme_register(HE_SCHEME_BFV, operations, sizeof operations / sizeof *operations);
}
