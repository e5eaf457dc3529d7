/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "core/fenv.h"
#include "core/memory.h"
#include "core/scratch.h"
#include <string.h>

Test(scratch, takes_are_aligned_and_distinct)
{
    he_arena *a;
    he_assert_ok(he_arena_create(&a, 1000));
    unsigned char *p = he_arena_take(a, 10, 1), *q = he_arena_take(a, 100, 1);
    cr_assert(((uintptr_t)p & 63) == 0 && ((uintptr_t)q & 63) == 0);
    memset(p, 1, 10);
    memset(q, 2, 100);
    for (int i = 0; i < 10; i++)
        cr_assert(p[i] == 1);
    he_arena_destroy(a);
}

Test(scratch, restored_memory_is_reused_without_allocation)
{
    he_arena *a;
    he_assert_ok(he_arena_create(&a, 0));
    he_arena_mark mark = he_arena_save(a);
    for (int i = 0; i < 100; i++)
        cr_assert(he_arena_take(a, 30000, 1) != NULL);
    he_test_fail_allocation(0);
    for (int round = 0; round < 5; round++) {
        he_arena_restore(a, mark);
        for (int i = 0; i < 100; i++)
            cr_assert(he_arena_take(a, 30000, 1) != NULL);
    }
    cr_assert(he_test_allocations() == 0);
    he_arena_destroy(a);
}

Test(scratch, failing_allocation_is_reported)
{
    he_arena *a = NULL;
    he_test_fail_allocation(1);
    he_assert_fails(he_arena_create(&a, 64), HE_ERR_MEMORY, "scratch");
    cr_assert(a == NULL);
    he_test_fail_allocation(2);
    he_assert_fails(he_arena_create(&a, 64), HE_ERR_MEMORY, "64 bytes");
    cr_assert(a == NULL);
    he_test_fail_allocation(0);
    he_assert_ok(he_arena_create(&a, 0));
    cr_assert(he_arena_take(a, SIZE_MAX / 2, 4) == NULL);
    he_arena_destroy(a);
}

static void square(void *arg, size_t i, size_t worker)
{
    uint64_t *r = arg;
    (void)worker;
    r[i] = i * i;
}

Test(scratch, loops_run_every_index_once_on_any_number_of_threads)
{
    for (uint32_t threads = 1; threads <= 4; threads++) {
        he_executor *e;
        he_scratch *s;
        he_assert_ok(he_executor_create(&e, threads));
        he_assert_ok(he_scratch_make(&s, e, 0));
        cr_assert(s->workers == threads);
        uint64_t r[1000] = {0};
        for (int round = 0; round < 50; round++) {
            memset(r, 0, sizeof r);
            he_scratch_for(s, 1000, square, r);
            for (size_t i = 0; i < 1000; i++)
                cr_assert(r[i] == i * i);
        }
        he_scratch_destroy(s);
        he_executor_destroy(e);
    }
    he_executor *e = NULL;
    he_assert_fails(he_executor_create(&e, 0), HE_ERR_ARGUMENT, "count is 0");
}

/* A caller's loop on a thread that flushes denormals to zero. */
static void run_flushing(void *user, size_t count, void (*body)(void *, size_t, size_t), void *arg)
{
    unsigned saved = _mm_getcsr();
    *(size_t *)user += count;
    _mm_setcsr(HE_MXCSR_DEFAULT | 0x8040u);
    for (size_t i = 0; i < count; i++)
        body(arg, i, i % 2);
    cr_assert(_mm_getcsr() == (HE_MXCSR_DEFAULT | 0x8040u));
    _mm_setcsr(saved);
}

static void square_by_the_rules(void *arg, size_t i, size_t worker)
{
    cr_assert(_mm_getcsr() == HE_MXCSR_DEFAULT && worker < 2);
    square(arg, i, worker);
}

Test(scratch, the_callers_loop_runs_bodies_in_the_default_floating_point_state)
{
    he_executor *e;
    he_scratch *s;
    size_t calls = 0;
    he_assert_ok(he_executor_create_custom(&e, run_flushing, &calls, 2));
    he_assert_ok(he_scratch_make(&s, e, 0));
    uint64_t r[100] = {0};
    he_scratch_for(s, 100, square_by_the_rules, r);
    for (size_t i = 0; i < 100; i++)
        cr_assert(r[i] == i * i);
    cr_assert(calls == 100);
    he_scratch_destroy(s);
    he_executor_destroy(e);
}

Test(scratch, secrets_are_wiped)
{
    char text[] = "secret";
    he_wipe(text, sizeof text);
    for (size_t i = 0; i < sizeof text; i++)
        cr_assert(text[i] == 0);
}
