/* SPDX-License-Identifier: MIT */
/* Exact division against GMP: (x + floor(D/2)) div D, ties and edges included. */
#include "bases.h"

#include <string.h>

#define N 1024

static const struct division {
    size_t kept, dropped;
    unsigned bits[4], other[4];
} divisions[] = {
    {1, 1, {30, 30, 30, 30}, {60, 60, 60, 60}}, {2, 1, {60, 60, 60, 60}, {30, 30, 30, 30}},
    {3, 2, {48, 48, 48, 48}, {48, 49, 48, 49}}, {4, 3, {50, 36, 50, 36}, {60, 30, 49, 60}},
    {2, 8, {60, 60, 60, 60}, {60, 60, 60, 60}}, {40, 6, {60, 50, 48, 30}, {60, 50, 61, 49}}};
#define DIVISIONS (sizeof divisions / sizeof *divisions)

enum form {
    COEFF,
    NTT,
    NTT_TO_COEFF
};

/* x = r D + u for interesting u: the tie's neighbours, 0 and D - 1; and random r. */
static void dividend(mpz_t x, const base *kept, const base *dropped, size_t j)
{
    mpz_t u;
    mpz_init(u);
    value(u, dropped, j % 16);
    value(x, kept, j / 16 % 16);
    mpz_mul(x, x, dropped->product);
    mpz_add(x, x, u);
    mpz_clear(u);
}

static void transform(uint64_t *x, const base *b, bool forward)
{
    for (size_t i = 0; i < b->count; i++)
        (forward ? he_ntt_forward : he_ntt_inverse)(b->prime[i].ntt, x + i * b->n);
}

static void divide(enum form form, const he_rns_divide *d, uint64_t *r, const uint64_t *x,
                   uint64_t *y, he_arena *arena)
{
    if (form == COEFF)
        he_assert_ok(he_rns_divide_coeff(d, r, x, y, arena));
    else if (form == NTT)
        he_assert_ok(he_rns_divide_ntt(d, r, x, y, arena));
    else
        he_assert_ok(he_rns_divide_ntt_to_coeff(d, r, x, y, arena));
}

static void check_form(enum form form, size_t which, bool in_place, he_isa isa)
{
    static base kept, dropped;
    const struct division *s = &divisions[which];
    unsigned operand = widest(s->bits, s->other);
    base_create(&kept, s->kept, N, s->bits, operand, isa, NULL);
    base_create(&dropped, s->dropped, N, s->other, operand, isa, &kept);
    size_t k = kept.count, m = dropped.count, bytes = k * N * sizeof(uint64_t);
    uint64_t *x = limbs(k, N), *y = limbs(m, N), *before = limbs(k, N),
             *r = in_place ? x : limbs(k, N), *expected = limbs(k, N);
    mpz_t v, half;
    mpz_init(v);
    mpz_init(half);
    mpz_fdiv_q_2exp(half, dropped.product, 1);
    for (size_t j = 0; j < N; j++) {
        dividend(v, &kept, &dropped, j);
        store(x, &kept, j, v);
        store(y, &dropped, j, v);
        mpz_add(v, v, half);
        mpz_fdiv_q(v, v, dropped.product);
        store(expected, &kept, j, v);
    }
    if (form != COEFF) {
        transform(x, &kept, true);
        transform(y, &dropped, true);
    }
    memcpy(before, x, bytes);
    he_rns_divide *d;
    he_arena *arena;
    he_assert_ok(he_arena_create(&arena, 0));
    he_assert_ok(he_rns_divide_create(&d, kept.list, k, dropped.list, m, N));
    divide(form, d, r, x, y, arena);
    if (!in_place)
        cr_assert(memcmp(x, before, bytes) == 0);
    if (form == NTT)
        transform(r, &kept, false);
    cr_assert(memcmp(r, expected, bytes) == 0, "form %d, division %zu", (int)form, which);
    he_rns_divide_destroy(d);
    he_arena_destroy(arena);
    mpz_clear(v);
    mpz_clear(half);
    he_free(x);
    he_free(y);
    he_free(before);
    he_free(expected);
    if (!in_place)
        he_free(r);
    base_destroy(&kept);
    base_destroy(&dropped);
}

Test(divide, all_forms_round_exactly)
{
    for (size_t which = 0; which < DIVISIONS; which++)
        for (int form = COEFF; form <= NTT_TO_COEFF; form++) {
            check_form((enum form)form, which, false, HE_ISA_AUTO);
            check_form((enum form)form, which, true, HE_ISA_AUTO);
        }
}

Test(divide, every_instruction_set_divides_exactly)
{
    for (size_t isa = 0; isa < ISAS; isa++)
        for (size_t which = 0; he_cpu_has(every_isa[isa]) && which < DIVISIONS; which++)
            check_form(NTT, which, true, every_isa[isa]);
}

Test(divide, bad_bases_and_missing_memory_are_refused)
{
    static base kept, dropped;
    base_create(&kept, 3, N, divisions[2].bits, 49, HE_ISA_AUTO, NULL);
    base_create(&dropped, 2, N, divisions[2].other, 49, HE_ISA_AUTO, &kept);
    he_rns_divide *d = NULL;
    he_assert_fails(he_rns_divide_create(&d, kept.list, 0, dropped.list, 2, N), HE_ERR_ARGUMENT,
                    "0 primes kept");
    he_assert_fails(he_rns_divide_create(&d, kept.list, 1, dropped.list, 0, N), HE_ERR_ARGUMENT,
                    "0 dropped");
    he_assert_fails(he_rns_divide_create(&d, kept.list, 1, dropped.list, 2, 4), HE_ERR_ARGUMENT,
                    "n = 4");
    he_assert_fails(he_rns_divide_create(&d, kept.list, 3, kept.list, 1, N), HE_ERR_ARGUMENT,
                    "stands twice");
    he_vec_kernels narrow = *kept.list[0]->vec;
    narrow.max_bits = 47;
    kept.prime[0].vec = &narrow;
    he_assert_fails(he_rns_divide_create(&d, kept.list, 3, dropped.list, 2, N), HE_ERR_ARGUMENT,
                    "a dropped prime has 48");
    kept.prime[0].vec = kept.prime[1].vec;
    for (unsigned long k = 1; k <= 8; k++) {
        he_test_fail_allocation(k);
        he_assert_fails(he_rns_divide_create(&d, kept.list, 3, dropped.list, 2, N), HE_ERR_MEMORY,
                        "memory");
        cr_assert(d == NULL);
    }
    he_test_fail_allocation(0);
    he_assert_ok(he_rns_divide_create(&d, kept.list, 3, dropped.list, 2, N));
    uint64_t *x = limbs(3, N), *y = limbs(2, N);
    he_arena *arena;
    he_assert_ok(he_arena_create(&arena, 0));
    x[5] = 9;
    y[5] = 8;
    he_test_fail_allocation(1);
    he_assert_fails(he_rns_divide_coeff(d, x, x, y, arena), HE_ERR_MEMORY, "scratch");
    he_test_fail_allocation(1);
    he_assert_fails(he_rns_divide_ntt(d, x, x, y, arena), HE_ERR_MEMORY, "scratch");
    he_test_fail_allocation(1);
    he_assert_fails(he_rns_divide_ntt_to_coeff(d, x, x, y, arena), HE_ERR_MEMORY, "scratch");
    he_test_fail_allocation(0);
    cr_assert(x[5] == 9 && y[5] == 8);
    he_arena_destroy(arena);
    he_rns_divide_destroy(d);
    he_rns_divide_destroy(NULL);
    he_free(x);
    he_free(y);
    base_destroy(&kept);
    base_destroy(&dropped);
}
