/* SPDX-License-Identifier: MIT */
/* What every vocabulary starts from. */
#ifndef HE_SIMD_COMMON_H
#define HE_SIMD_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HV_INLINE static inline __attribute__((always_inline))

/* Before a loop with a constant bound below 17: arrays indexed by it become registers. */
#ifdef __clang__
#define HV_UNROLL _Pragma("clang loop unroll(full)")
#else
#define HV_UNROLL _Pragma("GCC unroll 16")
#endif

__extension__ typedef unsigned __int128 hv_wide;

#endif
