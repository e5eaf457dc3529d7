/* SPDX-License-Identifier: MIT */
/* Parameters: what must be refused and with which words; selection; the security boundary. */
#include "fixture.h"

#include "math/prime.h"
#include <he/ckks.h>
#include <math.h>

static he_params bfv(uint32_t n, uint64_t t)
{
    he_params p = HE_PARAMS_INIT;
    p.scheme = HE_SCHEME_BFV;
    p.n = n;
    p.plain_modulus = t;
    return p;
}

static he_params ckks(uint32_t n, uint32_t scale)
{
    he_params p = HE_PARAMS_INIT;
    p.scheme = HE_SCHEME_CKKS;
    p.n = n;
    p.scale_bits = scale;
    return p;
}

static void bits(he_params *p, size_t count, const uint8_t *sizes)
{
    memcpy(p->data_bits, sizes, count);
}

static void refused(const he_params *p, const char *text)
{
    he_context *ctx = NULL;
    he_assert_fails(he_context_create(&ctx, p), HE_ERR_PARAMS, text);
    cr_assert(ctx == NULL);
}

Test(params, ranges_are_refused_with_a_reason)
{
    he_params p = bfv(4096, 65537), q;
    bits(&p, 2, (uint8_t[]){36, 36});
    q = p, q.struct_size = 8, refused(&q, "struct_size is 8");
    q = p, q.scheme = HE_SCHEME_NONE, refused(&q, "scheme is 0");
    q = p, q.scheme = (he_scheme)7, refused(&q, "scheme is 7");
    q = p, q.security = (he_security)9, refused(&q, "security is 9");
    q = p, q.isa = (he_isa)77, refused(&q, "isa is 77");
    q = p, q.n = 512, refused(&q, "n is 512");
    q = p, q.n = 5000, refused(&q, "n is 5000");
    q = p, q.n = 262144, refused(&q, "n is 262144");
    q = p, q.slots = 300000, refused(&q, "slots is 300000");
    q = p, q.depth = 64, refused(&q, "depth is 64");
    q = p, q.n = 0, refused(&q, "n must be too");
    q = p, q.slots = 8192, refused(&q, "4096 slots, 8192 are asked for");
    q = p, q.plain_modulus = 65539, q.slots = 1, refused(&q, "0 slots, 1 are asked for");
}

Test(params, fields_of_the_other_scheme_are_refused)
{
    he_params p = bfv(4096, 65537), q;
    bits(&p, 2, (uint8_t[]){36, 36});
    q = p, q.scale_bits = 40, refused(&q, "belong to CKKS");
    q = p, q.precision_bits = 20, refused(&q, "belong to CKKS");
    q = p, q.range_bits = 2, refused(&q, "belong to CKKS");
    q = p, q.ckks_mode = HE_CKKS_EXPLICIT, refused(&q, "belong to CKKS");
    q = p, q.plain_bits = 20, refused(&q, "both given");
    q = p, q.plain_modulus = 0, refused(&q, "plain_modulus or plain_bits");
    q = p, q.plain_modulus = 1, refused(&q, "plain_modulus is 1,");
    q = p, q.plain_modulus = (1ull << 60) + 1, refused(&q, "2 to 2^60");
    q = p, q.plain_modulus = 0, q.plain_bits = 61, refused(&q, "plain_bits is 61");
    q = p, q.plain_modulus = 0, q.plain_bits = 11, refused(&q, "plain_bits is 11");
    p = ckks(8192, 30);
    bits(&p, 3, (uint8_t[]){40, 30, 30});
    q = p, q.plain_modulus = 65537, refused(&q, "belong to BFV");
    q = p, q.plain_bits = 17, refused(&q, "belong to BFV");
    q = p, q.ckks_mode = (he_ckks_mode)5, refused(&q, "ckks_mode is 5");
    q = p, q.scale_bits = 19, refused(&q, "scale_bits is 19");
    q = p, q.scale_bits = 61, refused(&q, "scale_bits is 61");
    q = p, q.precision_bits = 61, refused(&q, "precision_bits is 61");
    q = p, q.range_bits = 61, refused(&q, "range_bits is 61");
}

Test(params, prime_lists_are_refused_with_a_reason)
{
    uint64_t primes[4];
    he_assert_ok(he_prime_search(primes, 4, 36, 8192, NULL, 0));
    he_params p = bfv(4096, 65537), q;
    bits(&p, 2, (uint8_t[]){36, 36});
    q = p, q.data_bits[1] = 19, refused(&q, "data_bits[1] is 19");
    q = p, q.data_bits[1] = 62, refused(&q, "data_bits[1] is 62");
    q = p, q.data_bits[3] = 30, refused(&q, "data_bits[2] = 0 ends the list");
    q = p, q.special_bits[0] = 70, refused(&q, "special_bits[0] is 70");
    q = p, q.special_bits[1] = 30, refused(&q, "special_bits[0] = 0 ends the list");
    q = p, q.data_primes[0] = primes[0], refused(&q, "data_bits and data_primes are both");
    q = p, q.special_bits[0] = 37, q.special_primes[0] = primes[0];
    refused(&q, "special_bits and special_primes are both");
    q = p, q.special_bits[0] = 37, q.special_count = 2, refused(&q, "1 special primes are given");
    q = p, q.special_count = 17, refused(&q, "special_count is 17");
    q = bfv(4096, 65537), q.special_bits[0] = 40, refused(&q, "without data_bits");
    p = bfv(4096, 65537);
    p.data_primes[0] = primes[0];
    q = p, q.data_primes[1] = primes[0], refused(&q, "is given twice");
    q = p, q.special_primes[0] = primes[0], refused(&q, "is given twice");
    q = p, q.data_primes[1] = primes[1] + 2, refused(&q, "is not 1 mod 2n = 8192");
    q = p, q.data_primes[1] = 65537, refused(&q, "has 17 bits");
    q = p, q.data_primes[2] = primes[1], refused(&q, "data_primes[1] = 0 ends the list");
    uint64_t composite = primes[0];
    while (he_prime_test(composite))
        composite -= 8192;
    q = p, q.data_primes[1] = composite, refused(&q, "is not prime");
}

Test(params, what_no_scheme_can_use_is_refused)
{
    he_params p = bfv(4096, 65537), q;
    bits(&p, 2, (uint8_t[]){36, 36});
    q = p, q.special_bits[0] = 30, refused(&q, "the special primes have 30.0 bits");
    q = p, q.plain_modulus = 1ull << 59, q.data_bits[1] = 0, refused(&q, "noise reaches");
    q = p, q.depth = 3, refused(&q, "at depth 3 noise reaches");
    uint64_t prime;
    he_assert_ok(he_prime_search(&prime, 1, 30, 8192, NULL, 0));
    q = bfv(4096, prime);
    q.data_primes[0] = prime;
    he_assert_ok(he_prime_search(&q.data_primes[1], 1, 30, 8192, &prime, 1));
    refused(&q, "shares the factor");
    q = bfv(32768, 0), q.plain_bits = 12, bits(&q, 2, (uint8_t[]){36, 36});
    refused(&q, "no prime of 12 bits");
    p = ckks(8192, 30);
    bits(&p, 3, (uint8_t[]){40, 30, 31}), refused(&p, "data_bits[2] is 31, but scale_bits is 30");
    bits(&p, 3, (uint8_t[]){20, 0, 0}), refused(&p, "need 33 bits of primes");
    bits(&p, 2, (uint8_t[]){40, 30}), p.depth = 2, refused(&p, "give 1 levels, depth is 2");
    p.depth = 1, p.precision_bits = 20, refused(&p, "have 30");
    p = ckks(8192, 30);
    he_assert_ok(he_prime_search(p.data_primes, 1, 40, 16384, NULL, 0));
    he_assert_ok(he_prime_search(p.data_primes + 1, 2, 33, 16384, NULL, 0));
    refused(&p, "the scale would be 2^");
    he_params asked = HE_PARAMS_INIT;
    asked.scheme = HE_SCHEME_CKKS;
    refused(&asked, "neither primes nor precision_bits");
    asked.precision_bits = 20, asked.depth = 60, refused(&asked, "holds depth 60");
    asked.depth = 1, asked.slots = 131072, refused(&asked, "fewer than 131072 slots");
}

Test(params, null_is_refused)
{
    he_params p = bfv(4096, 65537);
    he_context *ctx = NULL;
    he_assert_fails(he_context_create(NULL, &p), HE_ERR_NULL, "ctx is NULL");
    he_assert_fails(he_context_create(&ctx, NULL), HE_ERR_NULL, "params is NULL");
}

/* n = 4096 allows 106 bits: a product of exactly 106 bits passes, one of 107 does not, although
 * the sizes sum to 107 and 108 in both. */
Test(params, security_is_checked_on_the_product_exactly)
{
    he_params p = bfv(4096, 65537);
    uint64_t low[2];
    bits(&p, 2, (uint8_t[]){35, 35});
    p.special_bits[0] = 36;
    he_assert_ok(he_params_complete(&p, 0));
    he_assert_ok(he_params_check_security(&p));
    cr_assert(he_bit_length(p.special_primes[0]) == 36);
    /* 36 + 36 + 35 bits: the product of primes just below powers of two has 107 bits */
    he_params over = bfv(4096, 65537);
    bits(&over, 2, (uint8_t[]){36, 35});
    over.special_bits[0] = 36;
    he_context *ctx = NULL;
    he_assert_fails(he_context_create(&ctx, &over), HE_ERR_INSECURE, "allows 106 for n = 4096");
    he_assert_fails(he_context_create(&ctx, &over), HE_ERR_INSECURE, "log2(QP) is 107.00");
    /* just above powers of two: the same sizes, but the product has 105 bits */
    he_assert_ok(he_prime_nearest(&low[0], 0x1.0001p35, 61, 8192, NULL, 0));
    he_assert_ok(he_prime_nearest(&low[1], 0x1.0001p35, 61, 8192, low, 1));
    he_params under = bfv(4096, 65537);
    under.data_primes[0] = low[0];
    under.special_primes[0] = low[1];
    he_assert_ok(he_prime_nearest(&under.data_primes[1], 0x1.0001p34, 61, 8192, NULL, 0));
    cr_assert(he_bit_length(low[0]) + he_bit_length(low[1]) + he_bit_length(under.data_primes[1]) ==
              107);
    he_assert_ok(he_context_create(&ctx, &under));
    he_context_destroy(ctx);
    /* the 2018 table allows 109 */
    over.security = HE_SEC_128_2018;
    he_assert_ok(he_context_create(&ctx, &over));
    he_context_destroy(ctx);
    over.security = HE_SEC_256_2024, ctx = NULL;
    he_assert_fails(he_context_create(&ctx, &over), HE_ERR_INSECURE, "256-bit (2024)");
    over.security = HE_SEC_NONE;
    he_assert_ok(he_context_create(&ctx, &over));
    he_context_destroy(ctx);
    he_params small = bfv(1024, 65537);
    bits(&small, 1, (uint8_t[]){40});
    small.security = HE_SEC_192_2024, ctx = NULL;
    he_assert_fails(he_context_create(&ctx, &small), HE_ERR_INSECURE, "no entry");
}

/* SEAL's default sets for 128 bits, its last prime the special one: accepted by the 2018 table,
 * beyond the 2024 table except where rounding left room. */
Test(params, default_sets_of_seal_are_accepted_by_the_2018_table)
{
    static const struct {
        uint32_t n;
        size_t count;
        uint64_t primes[9];
    } sets[] = {
        {4096, 3, {0xffffee001, 0xffffc4001, 0x1ffffe0001}},
        {8192, 5, {0x7fffffd8001, 0x7fffffc8001, 0xfffffffc001, 0xffffff6c001, 0xfffffebc001}},
        {16384,
         9,
         {0xfffffffd8001, 0xfffffffa0001, 0xfffffff00001, 0x1fffffff68001, 0x1fffffff50001,
          0x1ffffffee8001, 0x1ffffffea0001, 0x1ffffffe88001, 0x1ffffffe48001}},
    };
    for (size_t k = 0; k < 3; k++) {
        he_params p = bfv(sets[k].n, 65537);
        he_context *ctx = NULL;
        memcpy(p.data_primes, sets[k].primes, (sets[k].count - 1) * sizeof *sets[k].primes);
        p.special_primes[0] = sets[k].primes[sets[k].count - 1];
        he_assert_fails(he_context_create(&ctx, &p), HE_ERR_INSECURE, "128-bit (2024)");
        p.security = HE_SEC_128_2018;
        he_assert_ok(he_context_create(&ctx, &p));
        cr_assert(he_context_top_level(ctx) == sets[k].count - 2);
        he_context_destroy(ctx);
    }
}

Test(params, security_table_answers)
{
    cr_assert(he_security_max_bits(HE_SEC_128_2024, 1024) == 26);
    cr_assert(he_security_max_bits(HE_SEC_128_2024, 131072) == 3523);
    cr_assert(he_security_max_bits(HE_SEC_128_2018, 8192) == 218);
    cr_assert(he_security_max_bits(HE_SEC_192_2024, 32768) == 597);
    cr_assert(he_security_max_bits(HE_SEC_256_2024, 1024) == 0);
    cr_assert(he_security_max_bits(HE_SEC_NONE, 4096) == 0);
    cr_assert(he_security_max_bits(HE_SEC_128_2024, 4097) == 0);
    cr_assert(he_security_max_bits((he_security)99, 4096) == 0);
    cr_assert(strcmp(he_security_name(HE_SEC_128_2018), "128-bit (2018)") == 0);
    cr_assert(strcmp(he_security_name((he_security)99), "unknown") == 0);
}

/* Everything that a selection promises, on its own result. */
static void check_selected(const he_params *asked, uint32_t smallest_n)
{
    he_params p = *asked;
    he_assert_ok(he_params_complete(&p, 0));
    he_assert_ok(he_params_check_security(&p));
    cr_assert(p.n == smallest_n, "depth %u: n is %u, not %u", p.depth, p.n, smallest_n);
    double log_p = 0, log_digit = 0;
    for (size_t i = 0; i < p.special_count; i++) {
        log_p += log2((double)p.special_primes[i]);
        cr_assert(he_prime_test(p.special_primes[i]) && p.special_primes[i] % (2 * p.n) == 1);
    }
    for (size_t i = 0; i < HE_MAX_DATA_PRIMES && p.data_primes[i] != 0; i++) {
        cr_assert(he_prime_test(p.data_primes[i]) && p.data_primes[i] % (2 * p.n) == 1);
        if (i < p.special_count)
            log_digit += log2((double)p.data_primes[i]);
    }
    cr_assert(log_p > log_digit - 0.1, "P has %.1f bits, a digit %.1f", log_p, log_digit);
    he_params again = p;
    he_assert_ok(he_params_complete(&again, 0));
    cr_assert(memcmp(&again, &p, sizeof p) == 0);
}

Test(params, bfv_by_depth)
{
    static const uint32_t n[] = {4096, 4096, 8192, 8192, 8192, 16384, 16384};
    for (uint32_t depth = 0; depth < 7; depth++) {
        he_params p = HE_PARAMS_INIT;
        p.scheme = HE_SCHEME_BFV;
        p.plain_modulus = 65537;
        p.depth = depth;
        check_selected(&p, n[depth]);
    }
    he_params p = HE_PARAMS_INIT;
    p.scheme = HE_SCHEME_BFV;
    p.plain_bits = 60;
    p.depth = 1;
    p.slots = 16384;
    check_selected(&p, 16384);
}

Test(params, ckks_by_depth_and_precision)
{
    static const uint32_t n[] = {4096, 4096, 8192, 8192, 8192, 16384};
    for (uint32_t depth = 0; depth < 6; depth++) {
        he_params p = HE_PARAMS_INIT;
        p.scheme = HE_SCHEME_CKKS;
        p.precision_bits = 12;
        p.depth = depth;
        check_selected(&p, n[depth]);
    }
    he_params p = HE_PARAMS_INIT;
    p.scheme = HE_SCHEME_CKKS;
    p.precision_bits = 25;
    p.range_bits = 10; /* two primes at level 0 */
    p.depth = 2;
    check_selected(&p, 16384);
    he_context *ctx;
    he_assert_ok(he_context_create(&ctx, &p));
    cr_assert(he_context_limbs(ctx, 0) == 2 && he_context_top_level(ctx) == 2);
    he_context_destroy(ctx);
}

Test(params, canonical_scales_stay_near_the_scale)
{
    he_params p = ckks(32768, 40);
    p.data_bits[0] = 50;
    memset(p.data_bits + 1, 40, 12);
    he_assert_ok(he_params_complete(&p, 0));
    double scale = 40;
    for (size_t i = 13; i-- > 1;) {
        scale = 2 * scale - log2((double)p.data_primes[i]);
        cr_assert(fabs(scale - 40) < 1e-5, "level %zu: 2^%.8f", i - 1, scale);
    }
}

/* Canonical scales just below the limits of the fast kernels keep all primes there, as long as the
 * scales that grow for it allow it. */
Test(params, canonical_primes_stay_in_the_fast_kernels)
{
    static const struct {
        uint32_t n, scale, levels;
        bool fits;
    } cases[] = {{8192, 50, 3, true},    {32768, 50, 16, true},   {32768, 48, 14, true},
                 {131072, 49, 20, true}, {131072, 50, 30, false}, {8192, 51, 3, false}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        he_params p = ckks(cases[c].n, cases[c].scale);
        p.security = HE_SEC_NONE;
        p.data_bits[0] = (uint8_t)(cases[c].scale <= 48 ? 45 : 30);
        p.data_bits[1] = p.data_bits[0];
        memset(p.data_bits + 2, (int)cases[c].scale, cases[c].levels);
        he_assert_ok(he_params_complete(&p, 0));
        unsigned limit = cases[c].scale <= 48 ? 48 : 50, most = 0;
        double scale = cases[c].scale, drift = 0;
        for (size_t i = 2 + cases[c].levels; i-- > 2;) {
            unsigned size = he_bit_length(p.data_primes[i]);
            most = size > most ? size : most;
            scale = 2 * scale - log2((double)p.data_primes[i]);
            drift = fmax(drift, fabs(scale - cases[c].scale));
        }
        cr_assert((most <= limit) == cases[c].fits, "case %zu: %u bits", c, most);
        cr_assert(drift <= 0.25, "case %zu: a scale leaves by %.3f bits", c, drift);
    }
}

/* Special primes: 2^4 above a digit, less where that keeps them below 2^48 or 2^50. */
Test(params, special_primes_stay_in_the_fast_kernels)
{
    static const unsigned sizes[][2] = {{40, 44}, {44, 48}, {46, 48}, {47, 50}, {50, 50}, {52, 56}};
    for (size_t c = 0; c < sizeof sizes / sizeof *sizes; c++) {
        he_params p = bfv(8192, 65537);
        p.security = HE_SEC_NONE;
        memset(p.data_bits, (int)sizes[c][0], 3);
        he_assert_ok(he_params_complete(&p, 0));
        cr_assert(he_bit_length(p.special_primes[0]) == sizes[c][1], "%u bits", sizes[c][0]);
    }
}

Test(params, extra_bits_buy_room)
{
    he_params p = HE_PARAMS_INIT, q;
    p.scheme = HE_SCHEME_BFV;
    p.plain_modulus = 65537;
    p.depth = 1;
    q = p;
    he_assert_ok(he_params_complete(&p, 0));
    he_assert_ok(he_params_complete(&q, 30));
    double log_p = 0, log_q = 0;
    for (size_t i = 0; i < HE_MAX_DATA_PRIMES; i++) {
        log_p += p.data_primes[i] == 0 ? 0 : log2((double)p.data_primes[i]);
        log_q += q.data_primes[i] == 0 ? 0 : log2((double)q.data_primes[i]);
    }
    cr_assert(log_q > log_p + 29);
}

/* Squares values up to the range depth times; the worst slot against doubles. */
static void check_precision(uint32_t precision, uint32_t depth, uint32_t range)
{
    he_params p = HE_PARAMS_INIT;
    fixture f;
    p.scheme = HE_SCHEME_CKKS;
    p.precision_bits = precision;
    p.depth = depth;
    p.range_bits = range;
    he_assert_ok(he_context_create(&f.ctx, &p));
    he_assert_ok(he_rng_create_seeded(&f.rng, (uint8_t[HE_SEED_BYTES]){5}));
    he_assert_ok(he_secret_key_create(f.ctx, &f.sk, f.rng));
    uint32_t slots = he_context_slots(f.ctx);
    double *x = malloc(slots * sizeof *x), *y = malloc(slots * sizeof *y), worst = 0;
    /* the largest start whose last square stays below 2^range */
    double most = exp2((range == 0 ? 1 : range) * exp2(-(double)depth)) * 0.999;
    for (uint32_t i = 0; i < slots; i++)
        x[i] = most * (i % 2 == 0 ? 1 : -1) * (1 - fabs(he_test_random_unit()) / 64);
    he_relin_key *rk;
    he_public_key *pk;
    he_plaintext *pt;
    he_ciphertext *ct;
    he_assert_ok(he_relin_key_create(f.ctx, &rk, f.sk, f.rng));
    he_assert_ok(he_public_key_create(f.ctx, &pk, f.sk, f.rng));
    he_assert_ok(he_plaintext_create(f.ctx, &pt));
    he_assert_ok(he_ciphertext_create(f.ctx, &ct, 2, 0));
    he_assert_ok(he_ckks_encode(f.ctx, pt, x, slots, he_context_top_level(f.ctx), NULL));
    he_assert_ok(he_encrypt(f.ctx, ct, pt, pk, f.rng, NULL));
    for (uint32_t d = 0; d < depth; d++) {
        he_assert_ok(he_ckks_square(f.ctx, ct, ct, rk, NULL));
        for (uint32_t i = 0; i < slots; i++)
            x[i] *= x[i];
    }
    he_assert_ok(he_decrypt(f.ctx, pt, ct, f.sk, HE_NOISE_TRACKED, NULL));
    he_assert_ok(he_ckks_decode(f.ctx, y, slots, pt, NULL));
    for (uint32_t i = 0; i < slots; i++)
        worst = fmax(worst, fabs(y[i] - x[i]));
    cr_assert(worst < exp2(-(double)precision), "%u bits, depth %u, range %u: error 2^%.1f",
              precision, depth, range, log2(worst));
    free(x);
    free(y);
    he_plaintext_destroy(pt);
    he_ciphertext_destroy(ct);
    he_relin_key_destroy(rk);
    he_public_key_destroy(pk);
    fixture_close(&f);
}

Test(params, ckks_keeps_the_precision_asked_for)
{
    check_precision(10, 0, 0);
    if (he_test_max_n() < 16384)
        return;
    check_precision(12, 2, 0);
    check_precision(24, 1, 6);
    check_precision(20, 4, 8);
}
