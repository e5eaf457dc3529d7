/* SPDX-License-Identifier: MIT */
/* Samplers: distributions under a fixed seed, the bytes of the wire format, failing sources. */
#include "support/test.h"

#include "chacha.h"
#include "random/hash.h"
#include "random/sample.h"
#include "support/fail_rng.h"
#include <math.h>
#include <string.h>

#define N 200000

static int8_t sample[N];

static he_rng *seeded(uint8_t first)
{
    uint8_t seed[HE_SEED_BYTES] = {first};
    he_rng *rng;
    he_assert_ok(he_rng_create_seeded(&rng, seed));
    return rng;
}

/* Sum of (observed - expected)^2 / expected. */
static double chi_squared(const double *observed, const double *expected, size_t count)
{
    double chi = 0;
    for (size_t i = 0; i < count; i++)
        chi += (observed[i] - expected[i]) * (observed[i] - expected[i]) / expected[i];
    return chi;
}

Test(sample, ternary_is_uniform_and_neighbours_are_independent)
{
    he_rng *rng = seeded(1);
    he_assert_ok(he_sample_ternary(rng, sample, N));
    double single[3] = {0}, third[3], pair[9] = {0}, ninth[9], five[243] = {0}, power[243];
    for (size_t i = 0; i < N; i++) {
        cr_assert(sample[i] >= -1 && sample[i] <= 1);
        single[sample[i] + 1]++;
        if (i > 0)
            pair[3 * (sample[i - 1] + 1) + sample[i] + 1]++;
    }
    for (size_t i = 0; i + 5 <= N; i += 5) {
        size_t index = 0;
        for (size_t j = 0; j < 5; j++)
            index = 3 * index + (size_t)(sample[i + j] + 1);
        five[index]++;
    }
    for (int i = 0; i < 243; i++) {
        third[i % 3] = N / 3.0;
        ninth[i % 9] = (N - 1) / 9.0;
        power[i] = N / 5 / 243.0;
    }
    double chi = chi_squared(single, third, 3);
    cr_assert(chi < 30, "chi^2 %g with 2 degrees", chi);
    chi = chi_squared(pair, ninth, 9);
    cr_assert(chi < 50, "chi^2 %g with 8 degrees", chi);
    chi = chi_squared(five, power, 243);
    cr_assert(chi < 400, "chi^2 %g with 242 degrees", chi);
    he_rng_destroy(rng);
}

Test(sample, error_is_centred_binomial)
{
    he_rng *rng = seeded(2);
    he_assert_ok(he_sample_error(rng, sample, N));
    double observed[43] = {0}, expected[43], m1 = 0, m2 = 0, m4 = 0, lag = 0;
    for (size_t i = 0; i < N; i++) {
        cr_assert(sample[i] >= -21 && sample[i] <= 21);
        double e = sample[i];
        observed[sample[i] + 21]++;
        m1 += e / N;
        m2 += e * e / N;
        m4 += e * e * e * e / N;
        lag += i > 0 ? e * sample[i - 1] / N : 0;
    }
    /* the difference of two sums of 21 coins is Bin(42, 1/2) - 21 */
    double p = 1;
    for (int k = 0; k < 42; k++)
        p /= 2;
    for (int k = 0; k <= 42; k++) {
        expected[k] = p * N;
        p = p * (42 - k) / (k + 1);
    }
    double chi = 0;
    int degrees = 0;
    for (int k = 0; k <= 42; k++)
        if (expected[k] > 5) {
            chi += (observed[k] - expected[k]) * (observed[k] - expected[k]) / expected[k];
            degrees++;
        }
    cr_assert(degrees > 20 && chi < 80, "chi^2 %g with %d degrees", chi, degrees);
    /* six standard deviations each */
    cr_assert(fabs(m1) < 6 * sqrt(HE_ERROR_VARIANCE / N), "mean %g", m1);
    cr_assert(fabs(m2 - HE_ERROR_VARIANCE) < 6 * sqrt(214.0 / N), "variance %g", m2);
    cr_assert(fabs(m4 - (3 * 10.5 * 10.5 - 2 * 42 / 16.0)) < 15, "fourth moment %g", m4);
    cr_assert(fabs(lag) < 6 * HE_ERROR_VARIANCE / sqrt(N), "neighbours %g", lag);
    he_rng_destroy(rng);
}

/* The samplers read their bytes in the way that their heads say. */
Test(sample, samples_follow_from_the_stream)
{
    enum {
        BLOCKS = 1000
    };
    static uint8_t stream[64 * BLOCKS];
    uint8_t key[32] = {3};
    chacha_stream(stream, BLOCKS, key, 0, 0, 0);
    he_rng *rng = seeded(3);
    he_assert_ok(he_sample_error(rng, sample, 10000));
    for (size_t i = 0; i < 10000; i++) {
        const uint8_t *b = stream + 6 * i;
        int e = 0;
        for (int bit = 0; bit < 21; bit++)
            e += (b[bit / 8] >> (bit % 8) & 1) - (b[3 + bit / 8] >> (bit % 8) & 1);
        cr_assert(sample[i] == e);
    }
    he_rng_destroy(rng);
    for (size_t n = 1; n < 400; n += 7) {
        rng = seeded(3);
        sample[n] = 99;
        he_assert_ok(he_sample_ternary(rng, sample, n));
        cr_assert(sample[n] == 99);
        size_t done = 0;
        for (size_t i = 0; done < n; i++)
            for (int b = stream[i], j = 0; stream[i] < 243 && j < 5 && done < n; j++, b /= 3)
                cr_assert(sample[done++] == b % 3 - 1);
        he_rng_destroy(rng);
    }
}

Test(sample, a_failing_source_fails_the_sampler_and_leaves_nothing)
{
    for (int which = 0; which < 2; which++) {
        he_status (*draw)(he_rng *, int8_t *, size_t) = which ? he_sample_error : he_sample_ternary;
        he_rng *rng = he_test_failing_rng(0);
        he_assert_ok(draw(rng, sample, 8192));
        unsigned long calls = he_test_rng_calls();
        he_rng_destroy(rng);
        cr_assert(calls >= 2);
        for (unsigned long k = 1; k <= calls; k++) {
            rng = he_test_failing_rng(k);
            memset(sample, 1, 8192);
            he_assert_fails(draw(rng, sample, 8192), HE_ERR_ENTROPY, "generator failed");
            for (size_t i = 0; i < 8192; i++)
                cr_assert(sample[i] == 0);
            he_rng_destroy(rng);
        }
    }
}

static const uint64_t primes[] = {2,
                                  65537,
                                  1032193,
                                  1073741789,
                                  68719403009,
                                  ((uint64_t)1 << 48) - 59,
                                  ((uint64_t)1 << 48) + 21,
                                  1125899906826241,
                                  1152921504606830593,
                                  ((uint64_t)1 << 61) - 1};

Test(sample, expansion_is_what_the_wire_format_promises)
{
    enum {
        COUNT = 20000,
        BLOCKS = 8 * COUNT * 2 / 64 + 100
    };
    static uint8_t stream[64 * BLOCKS];
    static uint64_t r[COUNT];
    uint8_t seed[HE_SEED_BYTES];
    for (size_t i = 0; i < HE_SEED_BYTES; i++)
        seed[i] = (uint8_t)(200 - i);
    for (size_t k = 0; k < sizeof primes / sizeof *primes; k++) {
        uint64_t q = primes[k], power = 1;
        while (power <= q)
            power *= 2;
        uint32_t poly = (uint32_t)k, limb = k % 2 ? 0x01020304u : (uint32_t)k;
        he_expand_uniform(r, COUNT, q, seed, poly, limb);
        chacha_stream(stream, BLOCKS, seed, poly, limb, 0);
        size_t width = q < (uint64_t)1 << 48 ? 6 : 8;
        const uint8_t *at = stream;
        for (size_t i = 0; i < COUNT; i++) {
            uint64_t x;
            do {
                x = 0;
                for (size_t j = 0; j < width; j++)
                    x |= (uint64_t)at[j] << (8 * j);
                x %= power;
                at += width;
            } while (x >= q);
            cr_assert(r[i] == x);
        }
    }
}

Test(sample, expansion_has_a_known_answer)
{
    static uint64_t r[4096];
    uint8_t seed[HE_SEED_BYTES], hash[HE_HASH_BYTES];
    for (size_t i = 0; i < HE_SEED_BYTES; i++)
        seed[i] = (uint8_t)i;
    he_expand_uniform(r, 4096, 1125899906826241, seed, 1, 2);
    he_hash(hash, r, sizeof r);
    static const uint8_t expected[8] = {0xee, 0xe8, 0x84, 0x37, 0xfe, 0x19, 0x44, 0xec};
    cr_assert(memcmp(hash, expected, sizeof expected) == 0);
}

Test(sample, expansion_is_uniform_and_depends_on_every_input)
{
    static uint64_t r[N], other[N];
    uint8_t seed[HE_SEED_BYTES] = {9};
    uint64_t q = 68719403009;
    he_expand_uniform(r, N, q, seed, 0, 0);
    double bin[64] = {0}, even[64];
    for (size_t i = 0; i < N; i++) {
        cr_assert(r[i] < q);
        bin[(unsigned)((double)r[i] / (double)q * 64)]++;
    }
    for (int i = 0; i < 64; i++)
        even[i] = N / 64.0;
    double chi = chi_squared(bin, even, 64);
    cr_assert(chi < 160, "chi^2 %g with 63 degrees", chi);
    for (int which = 0; which < 3; which++) {
        seed[31] = which == 0;
        he_expand_uniform(other, 64, q, seed, which == 1, which == 2);
        for (size_t i = 0; i < 64; i++)
            cr_assert(other[i] != r[i]);
    }
}

Test(sample, lifting_small_numbers)
{
    int8_t s[256];
    uint64_t r[256];
    for (int i = 0; i < 256; i++)
        s[i] = (int8_t)(i - 128);
    for (size_t k = 1; k < sizeof primes / sizeof *primes; k++) {
        he_lift_small(r, s, 256, primes[k]);
        for (int i = 0; i < 256; i++)
            cr_assert(r[i] == (i < 128 ? primes[k] - (uint64_t)(128 - i) : (uint64_t)(i - 128)));
    }
}
