/* SPDX-License-Identifier: MIT */
/* What the guards of tests/CMakeLists.txt must catch; only "clean" may pass. */
#include "support/test.h"

#include <limits.h>
#include <stdlib.h>

/* Opaque to the optimiser, which would otherwise remove the faults. */
static void *volatile kept;
static volatile int one = 1;

Test(guard, clean)
{
    kept = malloc(16);
    cr_assert(kept != NULL);
    free(kept);
}

Test(guard, fail)
{
    cr_assert(one == 2, "this test fails");
}

Test(guard, leak)
{
    kept = malloc(16);
    kept = NULL;
}

Test(guard, overflow)
{
    char *p = malloc(16);
    kept = p;
    p[15 + one] = 1;
    free(p);
}

Test(guard, undefined)
{
    volatile int x = INT_MAX;
    x = x + one;
}
