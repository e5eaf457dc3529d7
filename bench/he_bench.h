/* SPDX-License-Identifier: MIT */
/* Benchmarks in C: the functions of Google Benchmark that we use, behind he_bench.cc.
 *
 * A file bench/bench_<name>.c defines  void he_bench_<name>(void)  and registers its rows there;
 * the build finds it and calls it.  Nothing expensive happens at registration: a row prepares its
 * input on its first call and keeps it behind its argument, because it is called many times. */
#ifndef HE_BENCH_H
#define HE_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct he_bench_state he_bench_state;
/* Prepares, then: while (he_bench_keep_running(state)) the operation; then states what one
 * iteration did. */
typedef void he_bench_function(he_bench_state *state, void *arg);

/* A row of the report, named "<area>/<operation>/n=<n>/bits=<b>/isa=<isa>"; arg is passed to
 * function and must stay valid. */
void he_bench_register(he_bench_function *function, void *arg, const char *name, ...)
    __attribute__((format(printf, 3, 4)));

bool he_bench_keep_running(he_bench_state *state);
/* For work that must not be timed between iterations; costs about 200 ns itself. */
void he_bench_pause(he_bench_state *state);
void he_bench_resume(he_bench_state *state);

/* What one iteration processed: items and bytes per second are reported. */
void he_bench_items(he_bench_state *state, uint64_t items);
void he_bench_bytes(he_bench_state *state, uint64_t bytes);
/* A further column in the JSON: noise bits, key bytes. */
void he_bench_counter(he_bench_state *state, const char *name, double value);
/* This row cannot run here; no iteration may follow.  Reports leave it out. */
void he_bench_skip(he_bench_state *state, const char *reason);

/* The value is used; memory has changed: the compiler may not remove the work. */
static inline void he_bench_use(const void *p)
{
    __asm__ volatile("" : : "g"(p) : "memory");
}
static inline void he_bench_clobber(void)
{
    __asm__ volatile("" : : : "memory");
}

/* Ends the program with a sentence: a benchmark whose set-up fails has no result. */
void he_bench_check(bool ok, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The head of the JSON: what was built and where it runs. */
void he_bench_about(const char *key, const char *value);
/* Parses Google Benchmark's flags and runs the rows that they select; the exit status. */
int he_bench_main(int argc, char **argv);

#ifdef __cplusplus
}
#endif
#endif
