/* SPDX-License-Identifier: MIT */
/* Parallel loops: a small thread pool, or the caller's own. */
#ifndef HE_CORE_EXECUTOR_H
#define HE_CORE_EXECUTOR_H

#include <he/objects.h>

/* Number of distinct worker numbers that bodies can see. */
size_t he_executor_workers(const he_executor *executor);

/* Calls body(arg, i, worker) once for each i < count and returns when all have returned.
 * executor NULL: one after another on this thread, worker 0. */
void he_executor_run(he_executor *executor, size_t count,
                     void (*body)(void *arg, size_t i, size_t worker), void *arg);

#endif
