/* SPDX-License-Identifier: MIT */
/* Base conversion against GMP. */
#include "bases.h"

#include "rns/quotient.h"
#include <string.h>

#define N    1056 /* two blocks and a piece; transforms are not used here */
#define RING 1024

/* Bases whose transforms have RING coefficients, but limbs of N. */
static void create_pair(base *from, base *to, const struct shape *s, he_isa isa)
{
    unsigned operand = widest(s->bits, s->other);
    base_create(from, s->from, RING, s->bits, operand, isa, NULL);
    base_create(to, s->to, RING, s->other, operand, isa, from);
    from->n = to->n = N;
}

static void fill(uint64_t *x, const base *b, mpz_t v)
{
    for (size_t j = 0; j < N; j++) {
        value(v, b, j);
        store(x, b, j, v);
    }
}

/* 0 for x exactly, u for x + u D, SIZE_MAX if it is none of them for u in [low, high]. */
static long multiple(const uint64_t *out, const base *to, size_t j, const mpz_t x, const mpz_t d,
                     long low, long high)
{
    mpz_t y;
    mpz_init(y);
    long found = LONG_MAX;
    for (long u = low; u <= high; u++) {
        mpz_set(y, x);
        if (u >= 0)
            mpz_addmul_ui(y, d, (unsigned long)u);
        else
            mpz_submul_ui(y, d, (unsigned long)-u);
        if (holds(out, to, j, y)) {
            found = u;
            break;
        }
    }
    mpz_clear(y);
    return found;
}

Test(convert, fast_and_centred_represent_the_integer)
{
    mpz_t v, half;
    mpz_init(v);
    mpz_init(half);
    he_arena *arena;
    he_assert_ok(he_arena_create(&arena, 0));
    static base from, to;
    for (size_t s = 0; s < SHAPES; s++) {
        create_pair(&from, &to, &shapes[s], HE_ISA_AUTO);
        size_t k = from.count, m = to.count;
        uint64_t *x = limbs(k, N), *kept = limbs(k, N), *out = limbs(m, N), *in_list[MAX_BASE],
                 *out_list[MAX_BASE];
        pointers(in_list, x, k, N);
        pointers(out_list, out, m, N);
        fill(x, &from, v);
        memcpy(kept, x, k * N * sizeof *x);
        he_rns_conv *c;
        he_assert_ok(he_rns_conv_create(&c, from.list, k, to.list, m, N));

        mpz_t *values = he_alloc(N, sizeof *values);
        size_t words = k + 2;
        uint64_t *composed = limbs(1, words), residues[MAX_BASE];
        he_rns_crt *crt;
        he_assert_ok(he_rns_crt_create(&crt, from.list, k));
        for (size_t j = 0; j < N; j++) {
            for (size_t i = 0; i < k; i++)
                residues[i] = x[i * N + j];
            he_rns_crt_compose(crt, composed, residues);
            mpz_init(values[j]);
            mpz_import(values[j], he_rns_crt_words(crt), -1, 8, 0, 0, composed);
        }

        he_assert_ok(he_rns_conv_fast(c, out_list, (const uint64_t *const *)in_list, arena));
        for (size_t j = 0; j < N; j++)
            cr_assert(multiple(out, &to, j, values[j], from.product, 0, (long)k - 1) != LONG_MAX,
                      "fast, shape %zu, coefficient %zu", s, j);
        he_assert_ok(he_rns_conv_centred(c, out_list, (const uint64_t *const *)in_list, arena));
        mpz_fdiv_q_2exp(half, from.product, 1);
        for (size_t j = 0; j < N; j++) {
            bool edge = j >= 4 && j <= 7; /* next to D/2: either neighbour */
            long centred = mpz_cmp(values[j], half) > 0 ? -1 : 0;
            long u = multiple(out, &to, j, values[j], from.product, -1, 0);
            cr_assert(edge ? u != LONG_MAX : u == centred, "centred, shape %zu, coefficient %zu", s,
                      j);
        }
        cr_assert(memcmp(kept, x, k * N * sizeof *x) == 0);

        for (size_t j = 0; j < N; j++)
            mpz_clear(values[j]);
        he_free(values);
        he_rns_crt_destroy(crt);
        he_rns_conv_destroy(c);
        he_free(composed);
        he_free(x);
        he_free(kept);
        he_free(out);
        base_destroy(&from);
        base_destroy(&to);
    }
    he_arena_destroy(arena);
    mpz_clear(v);
    mpz_clear(half);
}

/* Values are right up to the stated distance from the edge, not only far from it. */
Test(convert, centring_is_exact_close_to_the_edge)
{
    mpz_t v, half, step;
    mpz_init(v);
    mpz_init(half);
    mpz_init(step);
    he_arena *arena;
    he_assert_ok(he_arena_create(&arena, 0));
    static base from, to;
    for (size_t s = 0; s < SHAPES; s++) {
        create_pair(&from, &to, &shapes[s], HE_ISA_AUTO);
        size_t k = from.count, m = to.count;
        uint64_t *x = limbs(k, N), *out = limbs(m, N), *in_list[MAX_BASE], *out_list[MAX_BASE];
        pointers(in_list, x, k, N);
        pointers(out_list, out, m, N);
        mpz_fdiv_q_2exp(half, from.product, 1);
        mpz_mul_ui(step, from.product, k == 1 ? 2 : k * k); /* k^2 2^-53 D, or 2^-52 D */
        mpz_fdiv_q_2exp(step, step, 53);
        mpz_add_ui(step, step, 1);
        for (size_t j = 0; j < N; j++) {
            mpz_set(v, half);
            (j & 1 ? mpz_addmul_ui : mpz_submul_ui)(v, step, 1 + j / 2);
            store(x, &from, j, v);
        }
        he_rns_conv *c;
        he_assert_ok(he_rns_conv_create(&c, from.list, k, to.list, m, N));
        he_assert_ok(he_rns_conv_centred(c, out_list, (const uint64_t *const *)in_list, arena));
        for (size_t j = 0; j < N; j++) {
            mpz_set(v, half);
            (j & 1 ? mpz_addmul_ui : mpz_submul_ui)(v, step, 1 + j / 2);
            if (j & 1)
                mpz_sub(v, v, from.product);
            cr_assert(holds(out, &to, j, v), "shape %zu, coefficient %zu", s, j);
        }
        he_rns_conv_destroy(c);
        he_free(x);
        he_free(out);
        base_destroy(&from);
        base_destroy(&to);
    }
    he_arena_destroy(arena);
    mpz_clear(v);
    mpz_clear(half);
    mpz_clear(step);
}

Test(convert, constants_on_either_side_multiply)
{
    he_arena *arena;
    he_assert_ok(he_arena_create(&arena, 0));
    static base from, to;
    for (size_t s = 0; s < SHAPES; s++) {
        create_pair(&from, &to, &shapes[s], HE_ISA_AUTO);
        size_t k = from.count, m = to.count;
        uint64_t *x = limbs(k, N), *out = limbs(m, N), *expected = limbs(m, N), *in_list[MAX_BASE],
                 *out_list[MAX_BASE], *expected_list[MAX_BASE], source[MAX_BASE], target[MAX_BASE];
        pointers(in_list, x, k, N);
        pointers(out_list, out, m, N);
        pointers(expected_list, expected, m, N);
        mpz_t v;
        mpz_init(v);
        fill(x, &from, v);
        mpz_clear(v);
        for (size_t i = 0; i < k; i++)
            source[i] = i == 0 ? from.prime[i].q.q - 1 : he_test_random_below(from.prime[i].q.q);
        for (size_t j = 0; j < m; j++)
            target[j] = j == 0 ? to.prime[j].q.q - 1 : he_test_random_below(to.prime[j].q.q);
        he_rns_conv *scaled, *plain;
        he_assert_ok(
            he_rns_conv_create_scaled(&scaled, from.list, k, to.list, m, N, source, target));
        he_assert_ok(he_rns_conv_create(&plain, from.list, k, to.list, m, N));
        for (int centred = 0; centred < 2; centred++) {
            he_status (*convert)(const he_rns_conv *, uint64_t *const *, const uint64_t *const *,
                                 he_arena *) = centred ? he_rns_conv_centred : he_rns_conv_fast;
            uint64_t *y = limbs(k, N), *y_list[MAX_BASE];
            pointers(y_list, y, k, N);
            for (size_t i = 0; i < k * N; i++)
                y[i] = he_mod_mul(x[i], source[i / N], &from.prime[i / N].q);
            he_assert_ok(convert(plain, expected_list, (const uint64_t *const *)y_list, arena));
            for (size_t j = 0; j < m * N; j++)
                expected[j] = he_mod_mul(expected[j], target[j / N], &to.prime[j / N].q);
            he_assert_ok(convert(scaled, out_list, (const uint64_t *const *)in_list, arena));
            cr_assert(memcmp(out, expected, m * N * sizeof *out) == 0);
            he_free(y);
        }
        he_rns_conv_destroy(scaled);
        he_rns_conv_destroy(plain);
        he_free(x);
        he_free(out);
        he_free(expected);
        base_destroy(&from);
        base_destroy(&to);
    }
    he_arena_destroy(arena);
}

Test(convert, every_instruction_set_gives_the_same_bits)
{
    he_arena *arena;
    he_assert_ok(he_arena_create(&arena, 0));
    static base from, to;
    mpz_t v;
    mpz_init(v);
    for (size_t s = 0; s < SHAPES; s++) {
        uint64_t *x = limbs(shapes[s].from, N), *out = limbs(shapes[s].to, N),
                 *first = limbs(shapes[s].to, N), *in_list[MAX_BASE], *out_list[MAX_BASE];
        pointers(in_list, x, shapes[s].from, N);
        pointers(out_list, out, shapes[s].to, N);
        for (size_t isa = 0; isa < ISAS; isa++) {
            if (!he_cpu_has(every_isa[isa]))
                continue;
            create_pair(&from, &to, &shapes[s], every_isa[isa]);
            if (isa == 0)
                fill(x, &from, v);
            he_rns_conv *c;
            he_assert_ok(he_rns_conv_create(&c, from.list, from.count, to.list, to.count, N));
            he_assert_ok(he_rns_conv_centred(c, out_list, (const uint64_t *const *)in_list, arena));
            if (isa == 0)
                memcpy(first, out, to.count * N * sizeof *out);
            cr_assert(memcmp(first, out, to.count * N * sizeof *out) == 0);
            he_rns_conv_destroy(c);
            base_destroy(&from);
            base_destroy(&to);
        }
        he_free(x);
        he_free(out);
        he_free(first);
    }
    mpz_clear(v);
    he_arena_destroy(arena);
}

/* Each word set: the conversion that the hardware does one at a time, multiplied and added. */
Test(convert, quotients_are_the_same_on_every_instruction_set)
{
    for (unsigned bits = 20; bits <= 61; bits++) {
        uint64_t y[64], v[64];
        double sum[64], expected[64], inverse = 1 / (double)((uint64_t)1 << bits);
        for (size_t i = 0; i < ISAS; i++) {
            if (!he_cpu_has(every_isa[i]))
                continue;
            const he_rns_quotient *q = he_rns_quotient_select(every_isa[i]);
            cr_assert(he_cpu_has(q->isa));
            for (size_t j = 0; j < 64; j++) {
                y[j] = j < 3 ? ((uint64_t)1 << bits) - j - 1 : he_test_random() >> (64 - bits);
                sum[j] = he_test_random_unit() + 1;
                expected[j] = sum[j] + (double)(int64_t)y[j] * inverse;
            }
            q->add(sum, y, 64, inverse, bits);
            q->floor(v, sum, 64);
            for (size_t j = 0; j < 64; j++)
                cr_assert(sum[j] == expected[j] && v[j] == (uint64_t)expected[j]);
        }
    }
}

Test(convert, bad_bases_and_missing_memory_are_refused)
{
    static base from, to;
    create_pair(&from, &to, &shapes[2], HE_ISA_AUTO);
    he_rns_conv *c = NULL;
    he_assert_fails(he_rns_conv_create(&c, from.list, 0, to.list, 1, N), HE_ERR_ARGUMENT,
                    "0 primes to 1");
    he_assert_fails(he_rns_conv_create(&c, from.list, 1, to.list, 0, N), HE_ERR_ARGUMENT, "to 0");
    he_assert_fails(he_rns_conv_create(&c, from.list, 1, to.list, 1, 12), HE_ERR_ARGUMENT,
                    "n = 12");
    he_assert_fails(he_rns_conv_create(&c, from.list, HE_VEC_MAX_TERMS, to.list, 1, N),
                    HE_ERR_ARGUMENT, "128 primes");
    const he_rns_prime *twice[2] = {from.list[0], from.list[0]};
    he_assert_fails(he_rns_conv_create(&c, twice, 2, to.list, 1, N), HE_ERR_ARGUMENT, "twice");
    he_vec_kernels narrow = *to.list[0]->vec;
    narrow.max_bits = 35;
    to.prime[0].vec = &narrow;
    he_assert_fails(he_rns_conv_create(&c, from.list, 2, to.list, 3, N), HE_ERR_ARGUMENT,
                    "a source prime has 36");
    to.prime[0].vec = to.prime[1].vec;
    for (unsigned long k = 1; k <= 6; k++) {
        he_test_fail_allocation(k);
        he_assert_fails(he_rns_conv_create(&c, from.list, 2, to.list, 3, N), HE_ERR_MEMORY,
                        "memory");
        cr_assert(c == NULL);
    }
    he_test_fail_allocation(0);
    he_assert_ok(he_rns_conv_create(&c, from.list, 2, to.list, 3, N));
    he_arena *arena;
    he_assert_ok(he_arena_create(&arena, 0));
    uint64_t *x = limbs(2, N), *out = limbs(3, N), *in_list[2], *out_list[3];
    pointers(in_list, x, 2, N);
    pointers(out_list, out, 3, N);
    out[0] = 77;
    he_test_fail_allocation(1);
    he_assert_fails(he_rns_conv_fast(c, out_list, (const uint64_t *const *)in_list, arena),
                    HE_ERR_MEMORY, "scratch");
    he_test_fail_allocation(0);
    cr_assert(out[0] == 77);
    he_arena_destroy(arena);
    he_rns_conv_destroy(c);
    he_rns_conv_destroy(NULL);
    he_free(x);
    he_free(out);
    base_destroy(&from);
    base_destroy(&to);
}
