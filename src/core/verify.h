/* SPDX-License-Identifier: MIT */
/* Invariants: checked in HE_VERIFY builds, gone in release. */
#ifndef HE_CORE_VERIFY_H
#define HE_CORE_VERIFY_H

#include <stddef.h>
#include <stdint.h>

#ifdef HE_VERIFY_BUILD
#include <stdio.h>
#include <stdlib.h>
#define HE_VERIFY(cond)                                                                            \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            fprintf(stderr, "%s:%d: %s: broken invariant: %s\n", __FILE__, __LINE__, __func__,     \
                    #cond);                                                                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)
/* Every a[i] < bound. */
#define HE_VERIFY_RANGE(a, n, bound)                                                               \
    do {                                                                                           \
        for (size_t he_i_ = 0; he_i_ < (n); he_i_++)                                               \
            HE_VERIFY((a)[he_i_] < (bound));                                                       \
    } while (0)
#define HE_VERIFY_ALIGNED(p) HE_VERIFY(((uintptr_t)(p)&63) == 0)
#else
#define HE_VERIFY(cond)              ((void)0)
#define HE_VERIFY_RANGE(a, n, bound) ((void)0)
#define HE_VERIFY_ALIGNED(p)         ((void)0)
#endif

#endif
