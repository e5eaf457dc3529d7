/* SPDX-License-Identifier: MIT */
/* A generator whose k-th call fails. */
#ifndef HE_TEST_FAIL_RNG_H
#define HE_TEST_FAIL_RNG_H

#include <he/random.h>

/* A reproducible custom generator; call number k of its source fails (k >= 1), later ones work
 * again.  0: none fails.  One at a time in a process. */
he_rng *he_test_failing_rng(unsigned long k);
/* Calls of the source since the last he_test_failing_rng(). */
unsigned long he_test_rng_calls(void);

#endif
