/* SPDX-License-Identifier: MIT */
/* Child processes: they stay on a core, end with their parent, and their memory can be read. */
#ifndef HE_CLIENT_PROCESS_H
#define HE_CLIENT_PROCESS_H

#include "core/status.h"
#include <he/client.h>
#include <sys/types.h>

/* First thing in a child: dies when the parent does, stays on so many cores from this one on
 * (-1: any), and its peak memory counts from now. */
void he_process_child(int core, uint32_t cores);
/* Peak resident bytes (VmHWM) of a process, and of its children where asked. */
uint64_t he_process_memory(pid_t pid, bool children);
/* SIGTERM, then SIGKILL after grace_ms (0: at once); waits for it. */
void he_process_end(pid_t pid, int grace_ms);
/* The first core of side 0 or 1, each with so many cores of its own; -1 where there are too few. */
int he_process_core(unsigned side, uint32_t cores);
/* Bytes of memory that the machine has. */
uint64_t he_process_machine_memory(void);

#endif
