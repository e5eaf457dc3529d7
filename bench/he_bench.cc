/* SPDX-License-Identifier: MIT */
/* The only C++ of the project: Google Benchmark for C. */
#include "he_bench.h"

#include <benchmark/benchmark.h>

#include <cstdarg>
#include <cstdio>
#include <cstdlib>

static benchmark::State &unwrap(he_bench_state *state)
{
    return *reinterpret_cast<benchmark::State *>(state);
}

extern "C" void he_bench_register(he_bench_function *function, void *arg, const char *name, ...)
{
    char text[256];
    va_list args;
    va_start(args, name);
    std::vsnprintf(text, sizeof text, name, args);
    va_end(args);
    benchmark::RegisterBenchmark(text, [function, arg](benchmark::State &state) {
        function(reinterpret_cast<he_bench_state *>(&state), arg);
    })->Unit(benchmark::kMicrosecond);
}

extern "C" bool he_bench_keep_running(he_bench_state *state)
{
    return unwrap(state).KeepRunning();
}

extern "C" void he_bench_pause(he_bench_state *state)
{
    unwrap(state).PauseTiming();
}

extern "C" void he_bench_resume(he_bench_state *state)
{
    unwrap(state).ResumeTiming();
}

extern "C" void he_bench_items(he_bench_state *state, uint64_t items)
{
    benchmark::State &s = unwrap(state);
    s.SetItemsProcessed(static_cast<int64_t>(items) * s.iterations());
}

extern "C" void he_bench_bytes(he_bench_state *state, uint64_t bytes)
{
    benchmark::State &s = unwrap(state);
    s.SetBytesProcessed(static_cast<int64_t>(bytes) * s.iterations());
}

extern "C" void he_bench_counter(he_bench_state *state, const char *name, double value)
{
    unwrap(state).counters[name] = value;
}

extern "C" void he_bench_skip(he_bench_state *state, const char *reason)
{
    unwrap(state).SkipWithError(reason);
}

extern "C" void he_bench_check(bool ok, const char *format, ...)
{
    if (ok)
        return;
    va_list args;
    va_start(args, format);
    std::fputs("he_bench: ", stderr);
    std::vfprintf(stderr, format, args);
    std::fputc('\n', stderr);
    va_end(args);
    std::exit(1);
}

extern "C" void he_bench_about(const char *key, const char *value)
{
    benchmark::AddCustomContext(key, value);
}

extern "C" int he_bench_main(int argc, char **argv)
{
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
        return 2;
    if (benchmark::RunSpecifiedBenchmarks() == 0)
        return 3;
    benchmark::Shutdown();
    return 0;
}
