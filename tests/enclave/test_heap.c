/* SPDX-License-Identifier: MIT */
/* The image's allocator, under other names so that it can be tested beside the library's. */
#define he_alloc       he_test_heap_alloc
#define he_alloc_raw   he_test_heap_alloc_raw
#define he_free        he_test_heap_free
#define he_free_secret he_test_heap_free_secret
#define he_wipe        he_test_heap_wipe
#include "../src/enclave/image/heap.c"

#include "support/test.h"

#define REGION ((size_t)1 << 20)
#define MANY   300

Test(heap, gives_what_it_promises_until_it_is_full)
{
    cr_assert_not(he_heap_init(HE_ALIGN));
    cr_assert(he_heap_init(REGION));
    cr_assert_not(he_heap_init(REGION), "once");
    volatile size_t most = SIZE_MAX; /* hidden from a compiler that knows better */
    cr_assert_null(he_alloc(most, 2));
    cr_assert_null(he_alloc(most / 2, 1));
    cr_assert_null(he_alloc(REGION, 1));
    void *all = he_alloc(REGION - HE_ALIGN, 1);
    cr_assert_not_null(all);
    cr_assert_null(he_alloc(0, 1));
    he_free(all);
    he_free(NULL);
    he_free_secret(NULL);
    void *nothing = he_alloc(0, 8);
    cr_assert_not_null(nothing);
    he_free(nothing);
    cr_assert_not_null(all = he_alloc(REGION - HE_ALIGN, 1), "what is freed joins again");
    he_free(all);
}

Test(heap, random_use_keeps_blocks_apart)
{
    cr_assert(he_heap_init(REGION));
    uint8_t *p[MANY] = {NULL};
    size_t n[MANY] = {0};
    size_t refused = 0;
    for (unsigned round = 0; round < 100000; round++) {
        size_t i = he_test_random_below(MANY);
        if (p[i] != NULL) {
            for (size_t k = 0; k < n[i]; k++)
                cr_assert_eq(p[i][k], (uint8_t)i);
            if (round % 2 == 0)
                he_free(p[i]);
            else
                he_free_secret(p[i]);
            p[i] = NULL;
            continue;
        }
        n[i] = he_test_random_below(he_test_random_below(16) == 0 ? 100000 : 3000);
        p[i] = round % 3 == 0 ? he_alloc(n[i], 1) : he_alloc_raw(n[i], 1);
        if (p[i] == NULL) {
            refused++;
            continue;
        }
        cr_assert_eq((uintptr_t)p[i] % HE_ALIGN, 0);
        cr_assert(p[i] >= region && p[i] + n[i] <= region + REGION);
        for (size_t k = 0; round % 3 == 0 && k < n[i]; k++)
            cr_assert_eq(p[i][k], 0);
        memset(p[i], (uint8_t)i, n[i]);
    }
    cr_assert_gt(refused, 100, "it was full at times");
    cr_assert_lt(refused, 90000);
    for (size_t i = 0; i < MANY; i++)
        he_free(p[i]);
    cr_assert_not_null(he_alloc(REGION - HE_ALIGN, 1), "all of it came back");
}

Test(heap, secrets_are_wiped)
{
    cr_assert(he_heap_init(REGION));
    uint8_t *p = he_alloc(1000, 1), *q = he_alloc(1000, 1);
    memset(p, 0x55, 1000);
    memset(q, 0x66, 1000);
    he_free_secret(p);
    for (size_t i = 0; i < 1000; i++)
        cr_assert_eq(p[i], 0);
    he_heap_wipe();
    for (size_t i = 0; i < 1000; i++)
        cr_assert_eq(q[i], 0);
}
