/* SPDX-License-Identifier: MIT */
/* What the machine offers, with the operating system's consent (XCR0). */
#ifndef HE_CORE_CPU_H
#define HE_CORE_CPU_H

#include <he/params.h>
#include <stdbool.h>

/* A kernel for isa runs on this machine.  Pure: asks CPUID and XGETBV each time. */
bool he_cpu_has(he_isa isa);

/* A kernel for isa may be used: the machine has it and limit allows it (HE_ISA_AUTO: no limit). */
bool he_cpu_allows(he_isa limit, he_isa isa);

/* "AMD EPYC …": the processor's own name, for reports; static buffer of the caller, 49 bytes. */
void he_cpu_name(char name[49]);

#endif
