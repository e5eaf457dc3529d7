/* SPDX-License-Identifier: MIT */
/* The k-th allocation fails: aligned_alloc() of the C library wrapped by the linker
 * (-Wl,--wrap=aligned_alloc), through which all of libhe's memory comes. */
#include "support/test.h"

#include <stdatomic.h>
#include <stdlib.h>

static atomic_ulong count, fail_at;

void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    unsigned long k = atomic_fetch_add(&count, 1) + 1;
    if (k == atomic_load(&fail_at))
        return NULL;
    return __real_aligned_alloc(alignment, size);
}

void he_test_fail_allocation(unsigned long k)
{
    atomic_store(&count, 0);
    atomic_store(&fail_at, k);
}

unsigned long he_test_allocations(void)
{
    return atomic_load(&count);
}
