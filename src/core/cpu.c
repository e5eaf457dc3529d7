/* SPDX-License-Identifier: MIT */
/* CPUID leaves 1 and 7, and XGETBV for the registers that the system saves (Intel SDM vol. 1,
 * 13.3 and 14.3: a feature bit alone does not mean that the wide registers may be used). */
#include "core/cpu.h"

#include "core/assumptions.h"
#include "core/status.h"
#include <cpuid.h>
#include <string.h>

/* Bits of XCR0: SSE and AVX state; opmask, upper halves of zmm0-15, zmm16-31. */
#define XCR0_AVX    0x06u
#define XCR0_AVX512 0xe6u

static unsigned xcr0(void)
{
    unsigned lo, hi;
    __asm__ volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
    return lo;
}

bool he_cpu_has(he_isa isa)
{
    if (isa == HE_ISA_AUTO || isa == HE_ISA_SCALAR)
        return true;
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d))
        return false;
    bool osxsave = (c >> 27 & 1) != 0, avx = (c >> 28 & 1) != 0, fma = (c >> 12 & 1) != 0;
    if (!osxsave || !avx || (xcr0() & XCR0_AVX) != XCR0_AVX)
        return false;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d))
        return false;
    bool avx2 = (b >> 5 & 1) != 0;
    bool avx512 = (b >> 16 & 1) != 0 && (b >> 17 & 1) != 0 && /* F, DQ */
                  (b >> 30 & 1) != 0 && (b >> 31 & 1) != 0 && /* BW, VL */
                  (xcr0() & XCR0_AVX512) == XCR0_AVX512;
    bool ifma = (b >> 21 & 1) != 0;
    switch (isa) {
    case HE_ISA_AVX2:
        return avx2;
    case HE_ISA_AVX2FMA:
        return avx2 && fma;
    case HE_ISA_AVX512:
        return avx2 && fma && avx512;
    case HE_ISA_AVX512IFMA:
        return avx2 && fma && avx512 && ifma;
    default:
        return false;
    }
}

bool he_cpu_allows(he_isa limit, he_isa isa)
{
    return (limit == HE_ISA_AUTO || isa <= limit) && he_cpu_has(isa);
}

void he_cpu_name(char name[49])
{
    memset(name, 0, 49);
    unsigned r[4];
    for (unsigned i = 0; i < 3; i++) {
        if (!__get_cpuid(0x80000002u + i, &r[0], &r[1], &r[2], &r[3]))
            return;
        memcpy(name + 16 * i, r, 16);
    }
}

static const char *const isa_names[] = {"auto",    "scalar", "avx2",
                                        "avx2fma", "avx512", "avx512ifma"};

const char *he_isa_name(he_isa isa)
{
    if ((unsigned)isa >= sizeof isa_names / sizeof *isa_names)
        return "unknown";
    return isa_names[isa];
}

he_status he_isa_parse(he_isa *isa, const char *name)
{
    HE_REQUIRE_PTR(isa);
    HE_REQUIRE_PTR(name);
    for (size_t i = 0; i < sizeof isa_names / sizeof *isa_names; i++)
        if (strcmp(name, isa_names[i]) == 0) {
            *isa = (he_isa)i;
            return HE_OK;
        }
    return he_fail(HE_ERR_ARGUMENT,
                   "he_isa_parse: \"%.32s\" is none of auto, scalar, avx2, avx2fma, avx512, "
                   "avx512ifma",
                   name);
}
