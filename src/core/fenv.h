/* SPDX-License-Identifier: MIT */
/* The floating-point environment that the kernels in doubles need: round to nearest, denormals
 * kept.  Public functions that can reach such a kernel wrap it in he_fenv_enter / he_fenv_leave. */
#ifndef HE_CORE_FENV_H
#define HE_CORE_FENV_H

#include <xmmintrin.h>

#define HE_MXCSR_DEFAULT 0x1f80u

static inline void he_fenv_default(void)
{
    _mm_setcsr(HE_MXCSR_DEFAULT);
}

/* Returns what he_fenv_leave() puts back. */
static inline unsigned he_fenv_enter(void)
{
    unsigned saved = _mm_getcsr();
    _mm_setcsr(HE_MXCSR_DEFAULT);
    return saved;
}

static inline void he_fenv_leave(unsigned saved)
{
    _mm_setcsr(saved);
}

#endif
