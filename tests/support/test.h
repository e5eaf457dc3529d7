/* SPDX-License-Identifier: MIT */
/* What every test needs: Criterion's macros, scale and seed from the environment, randomness. */
#ifndef HE_TEST_H
#define HE_TEST_H

#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#ifdef HE_MINI_RUNNER
#include "support/mini.h"
#else
#include <criterion/criterion.h>
#endif
#include <he/base.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* HE_TEST_SCALE: 1 by default, 10 for the long run. */
unsigned he_test_scale(void);
/* HE_TEST_MAX_N: tests leave out larger ring degrees (4096 in verify and asan runs). */
uint32_t he_test_max_n(void);

/* A reproducible stream; HE_TEST_SEED changes it.  Not for secrets. */
uint64_t he_test_random(void);
/* Uniform below bound (bound > 0). */
uint64_t he_test_random_below(uint64_t bound);
/* Uniform in [-1, 1). */
double he_test_random_unit(void);

/* The status is HE_OK; else prints the sentence. */
#define he_assert_ok(call)                                                                         \
    do {                                                                                           \
        he_status he_s_ = (call);                                                                  \
        cr_assert(he_s_ == HE_OK, "%s: %s: %s", #call, he_status_text(he_s_), he_last_error());    \
    } while (0)
/* The status is the one expected, and the sentence contains text. */
#define he_assert_fails(call, status, text)                                                        \
    do {                                                                                           \
        he_status he_s_ = (call);                                                                  \
        cr_assert(he_s_ == (status), "%s gave %d (%s), not %s", #call, (int)he_s_,                 \
                  he_last_error(), #status);                                                       \
        cr_assert(he_test_contains(he_last_error(), (text)), "\"%s\" does not say \"%s\"",         \
                  he_last_error(), (text));                                                        \
    } while (0)
bool he_test_contains(const char *text, const char *part);

/* Allocation number k from now fails (k >= 1), once; 0: none.  Counts in both cases. */
void he_test_fail_allocation(unsigned long k);
unsigned long he_test_allocations(void);

#endif
