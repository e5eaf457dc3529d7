/* SPDX-License-Identifier: MIT */
/* Every kernel of this machine, by force, against FLINT, one residue at a time. */
#include "support/test.h"

#include "core/cpu.h"
#include "core/memory.h"
#include "math/prime.h"
#include "vec/vec.h"
#include <flint/ulong_extras.h>
#include <string.h>

#define N 1040 /* 1024 and a tail that is not a multiple of what one loop round takes */

enum {
    RANDOM,
    LARGEST,
    ZERO,
    ALTERNATING,
    HALF,
    EDGES,
    PATTERNS
};

/* Words below bound. */
static void fill(uint64_t *a, size_t n, uint64_t bound, int pattern)
{
    for (size_t i = 0; i < n; i++) {
        const uint64_t edges[] = {0, 1, bound / 2, bound / 2 + 1, bound - 2, bound - 1};
        const uint64_t value[PATTERNS] = {
            he_test_random_below(bound), bound - 1, 0,
            i % 2 == 0 ? bound - 1 : 0,  bound / 2, edges[he_test_random_below(6)] % bound};
        a[i] = value[pattern];
    }
}

typedef struct field {
    he_modulus q;
    uint64_t inverse; /* FLINT's */
} field;

static field field_of(uint64_t q)
{
    field f;
    he_assert_ok(he_modulus_init(&f.q, q));
    f.inverse = n_preinvert_limb(q);
    return f;
}

static uint64_t product(const field *f, uint64_t a, uint64_t b)
{
    uint64_t q = f->q.q;
    return n_mulmod2_preinv(n_mod2_preinv(a, q, f->inverse), n_mod2_preinv(b, q, f->inverse), q,
                            f->inverse);
}

static uint64_t sum(const field *f, uint64_t a, uint64_t b)
{
    return n_addmod(n_mod2_preinv(a, f->q.q, f->inverse), n_mod2_preinv(b, f->q.q, f->inverse),
                    f->q.q);
}

static uint64_t difference(const field *f, uint64_t a, uint64_t b)
{
    return n_submod(a, b, f->q.q);
}

/* Largest and least prime of so many bits that are 1 modulo 2048, so that both ends are met. */
static size_t primes_of(uint64_t *primes, unsigned bits)
{
    size_t count = 0;
    for (uint64_t q = (UINT64_C(1) << bits) - 2047; q >> (bits - 1) == 1; q -= 2048)
        if (he_prime_test(q)) {
            primes[count++] = q;
            break;
        }
    for (uint64_t q = (UINT64_C(1) << (bits - 1)) + 1; q >> bits == 0; q += 2048)
        if (he_prime_test(q)) {
            primes[count++] = q;
            break;
        }
    return count;
}

/* Runs check for each kernel of the machine and each prime that it takes. */
static void for_each(void (*check)(const he_vec_kernels *, const field *))
{
    static const unsigned bits[] = {20, 30, 40, 47, 48, 49, 50, 55, 60, 61};
    size_t count;
    const he_vec_kernels *const *all = he_vec_all(&count);
    for (size_t i = 0; i < count; i++) {
        if (!he_cpu_has(all[i]->isa)) {
            fprintf(stderr, "SKIPPED: vec kernels %s, which this machine does not have\n",
                    all[i]->name);
            continue;
        }
        const field tiny = field_of(3), small = field_of(12289);
        check(all[i], &tiny);
        check(all[i], &small);
        for (size_t j = 0; j < sizeof bits / sizeof *bits; j++) {
            uint64_t primes[2];
            size_t found = primes_of(primes, bits[j]);
            for (size_t k = 0; k < found && bits[j] <= all[i]->max_bits; k++) {
                const field f = field_of(primes[k]);
                check(all[i], &f);
            }
        }
    }
}

#define EXPECT(kernels, f, r, i, expected)                                                         \
    cr_assert((r)[i] == (expected), "%s, q = %lu, word %zu: %lu is not %lu", (kernels)->name,      \
              (f)->q.q, (size_t)(i), (r)[i], (uint64_t)(expected))

static uint64_t a[N] __attribute__((aligned(64))), b[N] __attribute__((aligned(64)));
static uint64_t r[N] __attribute__((aligned(64))), old[N] __attribute__((aligned(64)));

/* A kernel on two arrays, its oracle, all patterns, all ways in which r may be an input. */
typedef void binary(uint64_t *, const uint64_t *, const uint64_t *, size_t, const he_modulus *);
typedef uint64_t oracle(const field *, uint64_t, uint64_t);

static void check_binary(const he_vec_kernels *k, const field *f, binary *run, oracle *expected)
{
    for (int p = 0; p < PATTERNS * PATTERNS; p++) {
        uint64_t kept_a[N], kept_b[N];
        fill(a, N, f->q.q, p % PATTERNS);
        fill(b, N, f->q.q, p / PATTERNS);
        memcpy(kept_a, a, sizeof a);
        memcpy(kept_b, b, sizeof b);
        run(r, a, b, N, &f->q);
        for (size_t i = 0; i < N; i++)
            EXPECT(k, f, r, i, expected(f, a[i], b[i]));
        cr_assert(memcmp(a, kept_a, sizeof a) == 0 && memcmp(b, kept_b, sizeof b) == 0);
        run(a, a, b, N, &f->q);
        cr_assert(memcmp(a, r, sizeof r) == 0, "%s: r is a", k->name);
        memcpy(a, kept_a, sizeof a);
        run(b, a, b, N, &f->q);
        cr_assert(memcmp(b, r, sizeof r) == 0, "%s: r is b", k->name);
        run(a, a, a, N, &f->q);
        for (size_t i = 0; i < N; i++)
            EXPECT(k, f, a, i, expected(f, kept_a[i], kept_a[i]));
        r[8] = old[8] = 12345;
        run(r, b, b, 8, &f->q); /* the shortest array; the next word stays */
        cr_assert(r[8] == 12345);
    }
}

static void check_add(const he_vec_kernels *k, const field *f)
{
    check_binary(k, f, k->add, sum);
    check_binary(k, f, k->sub, difference);
}

Test(vec, sums_and_differences)
{
    for_each(check_add);
}

static void check_mul(const he_vec_kernels *k, const field *f)
{
    check_binary(k, f, k->mul, product);
}

Test(vec, products)
{
    for_each(check_mul);
}

static void check_mul_add(const he_vec_kernels *k, const field *f)
{
    for (int p = 0; p < PATTERNS * PATTERNS; p++) {
        fill(a, N, f->q.q, p % PATTERNS);
        fill(b, N, f->q.q, p / PATTERNS);
        fill(r, N, f->q.q, (p + 1) % PATTERNS);
        memcpy(old, r, sizeof r);
        k->mul_add(r, a, b, N, &f->q);
        for (size_t i = 0; i < N; i++)
            EXPECT(k, f, r, i, sum(f, old[i], product(f, a[i], b[i])));
    }
}

Test(vec, products_added)
{
    for_each(check_mul_add);
}

static void check_unary(const he_vec_kernels *k, const field *f)
{
    const uint64_t q = f->q.q;
    const uint64_t constants[] = {0, 1, q / 2, q / 2 + 1, q - 1, he_test_random_below(q)};
    for (int p = 0; p < PATTERNS; p++) {
        fill(a, N, q, p);
        fill(b, N, q, (p + 1) % PATTERNS);
        k->neg(r, a, N, &f->q);
        for (size_t i = 0; i < N; i++)
            EXPECT(k, f, r, i, n_negmod(a[i], q));
        for (size_t j = 0; j < sizeof constants / sizeof *constants; j++) {
            const uint64_t c = constants[j];
            k->add_scalar(r, a, c, N, &f->q);
            for (size_t i = 0; i < N; i++)
                EXPECT(k, f, r, i, n_addmod(a[i], c, q));
            k->sub_mul_scalar(r, a, b, c, N, &f->q);
            for (size_t i = 0; i < N; i++)
                EXPECT(k, f, r, i, product(f, difference(f, a[i], b[i]), c));
            memcpy(r, a, sizeof a);
            k->sub_mul_scalar(r, r, b, c, N, &f->q);
            for (size_t i = 0; i < N; i++)
                EXPECT(k, f, r, i, product(f, difference(f, a[i], b[i]), c));
        }
    }
}

Test(vec, negatives_and_constants)
{
    for_each(check_unary);
}

/* Operands that belong to another prime, up to the kernel's limit. */
static void check_foreign(const he_vec_kernels *k, const field *f)
{
    const uint64_t q = f->q.q;
    const uint64_t constants[] = {0, 1, q / 2, q / 2 + 1, q - 1, he_test_random_below(q)};
    for (int p = 0; p < PATTERNS; p++) {
        fill(a, N, UINT64_C(1) << k->max_bits, p);
        fill(old, N, q, (p + 1) % PATTERNS);
        for (size_t j = 0; j < sizeof constants / sizeof *constants; j++) {
            const uint64_t c = constants[j];
            k->mul_scalar(r, a, c, N, &f->q);
            for (size_t i = 0; i < N; i++)
                EXPECT(k, f, r, i, product(f, a[i], c));
            memcpy(r, old, sizeof r);
            k->mul_scalar_add(r, a, c, N, &f->q);
            for (size_t i = 0; i < N; i++)
                EXPECT(k, f, r, i, sum(f, old[i], product(f, a[i], c)));
        }
        fill(a, N, UINT64_C(1) << 61, p);
        k->reduce(r, a, N, &f->q);
        for (size_t i = 0; i < N; i++)
            EXPECT(k, f, r, i, sum(f, a[i], 0));
        k->reduce(a, a, N, &f->q);
        cr_assert(memcmp(a, r, sizeof a) == 0);
    }
}

Test(vec, foreign_operands)
{
    for_each(check_foreign);
}

static const size_t term_counts[] = {0,  1,  2,  3,  4,  5,  7,  8,  9,  11,  12,
                                     13, 15, 16, 17, 24, 25, 63, 64, 65, 127, HE_VEC_MAX_TERMS};

static void check_dot(const he_vec_kernels *k, const field *f)
{
    enum {
        WORDS = 40
    };
    uint64_t *left = he_alloc(HE_VEC_MAX_TERMS * WORDS, sizeof *left);
    uint64_t *right = he_alloc(HE_VEC_MAX_TERMS * WORDS, sizeof *right);
    const uint64_t *lefts[HE_VEC_MAX_TERMS], *rights[HE_VEC_MAX_TERMS];
    uint64_t constants[HE_VEC_MAX_TERMS];
    cr_assert(left != NULL && right != NULL);
    for (int p = 0; p < PATTERNS * PATTERNS; p++) {
        fill(left, HE_VEC_MAX_TERMS * WORDS, UINT64_C(1) << k->max_bits, p % PATTERNS);
        fill(right, HE_VEC_MAX_TERMS * WORDS, f->q.q, p / PATTERNS);
        for (size_t j = 0; j < HE_VEC_MAX_TERMS; j++) {
            lefts[j] = left + j * WORDS;
            rights[j] = right + j * WORDS;
            constants[j] = rights[j][0];
        }
        for (size_t t = 0; t < sizeof term_counts / sizeof *term_counts; t++) {
            const size_t terms = term_counts[t];
            k->dot(r, lefts, rights, terms, WORDS, &f->q);
            k->dot_scalar(old, lefts, constants, terms, WORDS, &f->q);
            for (size_t i = 0; i < WORDS; i++) {
                uint64_t expected = 0, expected_scalar = 0;
                for (size_t j = 0; j < terms; j++) {
                    expected = sum(f, expected, product(f, lefts[j][i], rights[j][i]));
                    expected_scalar =
                        sum(f, expected_scalar, product(f, lefts[j][i], constants[j]));
                }
                EXPECT(k, f, r, i, expected);
                EXPECT(k, f, old, i, expected_scalar);
            }
        }
        k->dot(left, lefts, rights, HE_VEC_MAX_TERMS, WORDS, &f->q); /* r is the first input */
        cr_assert(memcmp(left, r, WORDS * sizeof *r) == 0);
    }
    he_free(left);
    he_free(right);
}

Test(vec, sums_of_products)
{
    for_each(check_dot);
}

static void check_permute(const he_vec_kernels *k, const field *f)
{
    uint32_t index[N];
    for (size_t i = 0; i < N; i++)
        index[i] = (uint32_t)(i * 521 % N);
    fill(a, N, f->q.q, RANDOM);
    k->permute(r, a, index, N);
    for (size_t i = 0; i < N; i++)
        EXPECT(k, f, r, i, a[index[i]]);
}

Test(vec, permutations)
{
    for_each(check_permute);
}

Test(vec, the_choice_is_the_fastest_that_is_allowed)
{
    cr_assert(he_vec_select(HE_ISA_SCALAR, 48) == &he_vec_kernels_scalar);
    cr_assert(he_vec_select(HE_ISA_SCALAR, 61) == &he_vec_kernels_scalar);
    for (he_isa limit = HE_ISA_AUTO; limit <= HE_ISA_AVX512IFMA; limit++)
        for (unsigned bits = 2; bits <= 61; bits++) {
            const he_vec_kernels *k = he_vec_select(limit, bits);
            cr_assert(bits <= k->max_bits && he_cpu_allows(limit, k->isa));
        }
    if (he_cpu_has(HE_ISA_AVX2FMA)) {
        cr_assert(he_vec_select(HE_ISA_AVX2FMA, 50) == &he_vec_kernels_avx2fma);
        cr_assert(he_vec_select(HE_ISA_AVX2FMA, 51) == &he_vec_kernels_avx2);
        cr_assert(he_vec_select(HE_ISA_AVX2, 48) == &he_vec_kernels_avx2);
    }
    if (he_cpu_has(HE_ISA_AVX512)) {
        cr_assert(he_vec_select(HE_ISA_AVX512, 61) == &he_vec_kernels_avx512);
        cr_assert(he_vec_select(HE_ISA_AVX512, 50) == &he_vec_kernels_avx2fma);
    }
    if (he_cpu_has(HE_ISA_AVX512IFMA)) {
        cr_assert(he_vec_select(HE_ISA_AUTO, 50) == &he_vec_kernels_avx512ifma);
        cr_assert(he_vec_select(HE_ISA_AUTO, 51) == &he_vec_kernels_avx512);
    }
}
