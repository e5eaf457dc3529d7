/* SPDX-License-Identifier: MIT */
/* The benchmark program: says what was built and where it runs, registers every file's rows. */
#include "he_bench.h"
#include "he_bench_list.h"

#include "core/cpu.h"

#include <he/base.h>
#include <stddef.h>

/* The widest instruction set of this machine for which there are kernels. */
static const char *widest_isa(void)
{
    he_isa best = HE_ISA_SCALAR;
    for (he_isa isa = HE_ISA_SCALAR; isa <= HE_ISA_AVX512IFMA; isa++)
        if (he_cpu_has(isa))
            best = isa;
    return he_isa_name(best);
}

int main(int argc, char **argv)
{
    char cpu[49];
    he_cpu_name(cpu);
    he_bench_about("he_version", he_version());
    he_bench_about("he_compiler", HE_BENCH_COMPILER);
    he_bench_about("he_build_type", HE_BENCH_BUILD_TYPE);
    he_bench_about("he_cpu", cpu);
    he_bench_about("he_isa", widest_isa());
    he_bench_about("he_threads", "1");
    for (size_t i = 0; i < sizeof registrations / sizeof registrations[0]; i++)
        registrations[i]();
    return he_bench_main(argc, argv);
}
