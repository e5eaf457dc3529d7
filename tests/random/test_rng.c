/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "chacha.h"
#include "random/hash.h"
#include "random/sample.h"
#include "support/fail_rng.h"
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const uint8_t seed[HE_SEED_BYTES] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255};

Test(rng, the_oracle_is_rfc_8439)
{
    uint8_t key[32], out[128];
    for (int i = 0; i < 32; i++)
        key[i] = (uint8_t)i;
    /* section 2.3.2: nonce 00:00:00:09:00:00:00:4a:00:00:00:00, block 1 */
    chacha_stream(out, 2, key, 0x09000000, 0x4a000000, 0);
    static const uint8_t expected[16] = {0x10, 0xf1, 0xe7, 0xe4, 0xd1, 0x3b, 0x59, 0x15,
                                         0x50, 0x0f, 0xdd, 0x1f, 0xa3, 0x20, 0x71, 0xc4};
    cr_assert(memcmp(out + 64, expected, sizeof expected) == 0);
}

Test(rng, seeded_stream_is_chacha20_however_it_is_cut)
{
    enum {
        TOTAL = 64 * 1000
    };
    static uint8_t expected[TOTAL], got[TOTAL];
    chacha_stream(expected, 1000, seed, 0, 0, 0);
    for (int round = 0; round < 20; round++) {
        he_rng *rng;
        he_assert_ok(he_rng_create_seeded(&rng, seed));
        memset(got, 0, TOTAL);
        size_t limit = round == 0 ? TOTAL + 1 : (size_t)1 << (round % 16 + 1);
        for (size_t at = 0; at < TOTAL;) {
            size_t length = round == 0 ? TOTAL : he_test_random_below(limit);
            length = length < TOTAL - at ? length : TOTAL - at;
            he_assert_ok(he_rng_bytes(rng, got + at, length));
            at += length;
        }
        cr_assert(memcmp(got, expected, TOTAL) == 0);
        he_rng_destroy(rng);
    }
}

static bool contains(const uint8_t *hay, size_t length, const uint8_t *needle, size_t size)
{
    for (size_t i = 0; i + size <= length; i++)
        if (memcmp(hay + i, needle, size) == 0)
            return true;
    return false;
}

Test(rng, system_bytes_are_balanced_and_never_repeat)
{
    static uint8_t a[200000], b[200000];
    he_rng *r, *s;
    he_assert_ok(he_rng_create_system(&r));
    he_assert_ok(he_rng_create_system(&s));
    for (size_t at = 0; at < sizeof a; at += 1000) /* small draws, with refills between */
        he_assert_ok(he_rng_bytes(r, a + at, 1000));
    he_assert_ok(he_rng_bytes(s, b, sizeof b)); /* one large draw */
    for (int which = 0; which < 2; which++) {
        double count[256] = {0}, chi = 0;
        for (size_t i = 0; i < sizeof a; i++)
            count[(which ? b : a)[i]]++;
        for (int i = 0; i < 256; i++)
            chi += (count[i] - sizeof a / 256.0) * (count[i] - sizeof a / 256.0);
        chi /= sizeof a / 256.0;
        cr_assert(chi > 80 && chi < 500, "chi^2 %g with 255 degrees", chi); /* < 2^-50 either way */
    }
    for (size_t at = 0; at + 16 <= 4096; at += 16) {
        cr_assert(!contains(a + at + 16, sizeof a - at - 16, a + at, 16));
        cr_assert(!contains(b, sizeof b, a + at, 16));
    }
    he_rng_destroy(r);
    he_rng_destroy(s);
}

Test(rng, a_forked_child_does_not_repeat_its_parent)
{
    he_rng *rng;
    uint8_t mine[64], theirs[64];
    int ends[2];
    he_assert_ok(he_rng_create_system(&rng));
    he_assert_ok(he_rng_bytes(rng, mine, 8)); /* a buffer is there when the process forks */
    cr_assert(pipe(ends) == 0);
    pid_t child = fork();
    cr_assert(child >= 0);
    if (child == 0) {
        bool ok = he_rng_bytes(rng, theirs, 64) == HE_OK && write(ends[1], theirs, 64) == 64;
        _exit(ok ? 0 : 1);
    }
    int status;
    cr_assert(waitpid(child, &status, 0) == child && status == 0);
    cr_assert(read(ends[0], theirs, 64) == 64);
    he_assert_ok(he_rng_bytes(rng, mine, 64));
    for (int i = 0; i < 64; i += 8)
        for (int j = 0; j < 64; j += 8)
            cr_assert(memcmp(mine + i, theirs + j, 8) != 0);
    close(ends[0]);
    close(ends[1]);
    he_rng_destroy(rng);
}

Test(rng, custom_source_is_asked_and_its_failure_is_reported)
{
    he_rng *rng = he_test_failing_rng(3);
    uint8_t out[50];
    he_assert_ok(he_rng_bytes(rng, out, sizeof out));
    he_assert_ok(he_rng_bytes(rng, out, sizeof out));
    memset(out, 0xaa, sizeof out);
    he_assert_fails(he_rng_bytes(rng, out, sizeof out), HE_ERR_ENTROPY, "50 bytes");
    for (size_t i = 0; i < sizeof out; i++)
        cr_assert(out[i] == 0);
    he_assert_ok(he_rng_bytes(rng, out, sizeof out));
    cr_assert(he_test_rng_calls() == 4);
    he_rng_destroy(rng);
}

Test(rng, bad_calls_are_refused)
{
    he_rng *rng = NULL;
    uint8_t out[4];
    he_assert_fails(he_rng_create_system(NULL), HE_ERR_NULL, "rng is NULL");
    he_assert_fails(he_rng_create_seeded(&rng, NULL), HE_ERR_NULL, "seed is NULL");
    he_assert_fails(he_rng_create_seeded(NULL, seed), HE_ERR_NULL, "rng is NULL");
    he_assert_fails(he_rng_create_custom(&rng, NULL, NULL), HE_ERR_NULL, "fill is NULL");
    he_assert_fails(he_rng_create_custom(NULL, NULL, NULL), HE_ERR_NULL, "rng is NULL");
    he_test_fail_allocation(1);
    he_assert_fails(he_rng_create_system(&rng), HE_ERR_MEMORY, "generator");
    he_test_fail_allocation(0);
    cr_assert(rng == NULL);
    he_assert_fails(he_rng_bytes(NULL, out, 4), HE_ERR_NULL, "rng is NULL");
    he_assert_ok(he_rng_create_seeded(&rng, seed));
    he_assert_fails(he_rng_bytes(rng, NULL, 4), HE_ERR_NULL, "out is NULL");
    he_assert_ok(he_rng_bytes(rng, NULL, 0));
    he_rng_destroy(rng);
    he_rng_destroy(NULL);
}

Test(rng, hash_is_blake2b_256)
{
    uint8_t out[HE_HASH_BYTES];
    he_hash(out, "abc", 3);
    static const uint8_t expected[8] = {0xbd, 0xdd, 0x81, 0x3c, 0x63, 0x42, 0x39, 0x72};
    cr_assert(memcmp(out, expected, sizeof expected) == 0);
}
