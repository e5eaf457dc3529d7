/* SPDX-License-Identifier: MIT */
#include "support/fail_rng.h"
#include "support/test.h"

static unsigned long calls, fail_at;

static int fill(void *user, void *out, size_t length)
{
    (void)user;
    if (++calls == fail_at)
        return -1;
    uint8_t *p = out;
    for (size_t i = 0; i < length; i++)
        p[i] = (uint8_t)(he_test_random() >> 32);
    return 0;
}

he_rng *he_test_failing_rng(unsigned long k)
{
    he_rng *rng = NULL;
    calls = 0;
    fail_at = k;
    he_assert_ok(he_rng_create_custom(&rng, fill, NULL));
    return rng;
}

unsigned long he_test_rng_calls(void)
{
    return calls;
}
