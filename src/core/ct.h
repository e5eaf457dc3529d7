/* SPDX-License-Identifier: MIT */
/* Constant time: masks instead of branches, and marks for the tools that check it. */
#ifndef HE_CORE_CT_H
#define HE_CORE_CT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* HE_SECRET(p, n) and HE_PUBLIC(p, n): memory that valgrind (HE_CTIME_VALGRIND) or MSan
 * (HE_CTIME_MSAN) is told to treat as secret; every HE_PUBLIC in the library is a visible
 * declassification with its reason beside it. */
#if defined(HE_CTIME_VALGRIND)
#include <valgrind/memcheck.h>
#define HE_SECRET(p, n) (void)VALGRIND_MAKE_MEM_UNDEFINED((p), (n))
#define HE_PUBLIC(p, n) (void)VALGRIND_MAKE_MEM_DEFINED((p), (n))
#elif defined(HE_CTIME_MSAN)
#include <sanitizer/msan_interface.h>
#define HE_SECRET(p, n) __msan_allocated_memory((p), (n))
#define HE_PUBLIC(p, n) __msan_unpoison((p), (n))
#else
#define HE_SECRET(p, n) ((void)(p), (void)(n))
#define HE_PUBLIC(p, n) ((void)(p), (void)(n))
#endif

/* Hides a value from the optimiser, which then cannot turn mask arithmetic back into a branch. */
static inline uint64_t he_ct_barrier(uint64_t x)
{
    __asm__("" : "+r"(x));
    return x;
}

/* All ones if the top bit of x is set, else 0. */
static inline uint64_t he_ct_mask_top(uint64_t x)
{
    return 0 - he_ct_barrier(x >> 63);
}

/* All ones if a < b, else 0; a, b < 2^63. */
static inline uint64_t he_ct_mask_less(uint64_t a, uint64_t b)
{
    return he_ct_mask_top(a - b);
}

/* The bits of |x|, which are in the order of the numbers; those of a NaN are above all others. */
static inline uint64_t he_ct_magnitude(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits & INT64_MAX;
}

/* All ones if |a| < |b|, else 0, also where a is a NaN; b is none. */
static inline uint64_t he_ct_mask_smaller(double a, double b)
{
    return he_ct_mask_less(he_ct_magnitude(a), he_ct_magnitude(b));
}

/* mask ? a : b for a mask of all ones or 0. */
static inline uint64_t he_ct_select(uint64_t mask, uint64_t a, uint64_t b)
{
    return b ^ (mask & (a ^ b));
}

#endif
