/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "client/process.h"

#include "client/clock.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* The set of up to count allowed processors from first on. */
static void stay_on(int first, uint32_t count)
{
    cpu_set_t allowed, set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return;
    for (unsigned i = (unsigned)first; i < CPU_SETSIZE && count > 0; i++)
        if (CPU_ISSET(i, &allowed)) {
            CPU_SET(i, &set);
            count--;
        }
    (void)sched_setaffinity(0, sizeof set, &set);
}

void he_process_child(int core, uint32_t cores)
{
    pid_t parent = getppid();
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (parent == 1 || getppid() != parent)
        _exit(1); /* the parent was gone before the line above */
    if (core >= 0)
        stay_on(core, cores);
    /* "5" resets VmHWM to what is resident now: a fork starts with its parent's peak. */
    int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        (void)!write(fd, "5", 1);
        close(fd);
    }
}

static uint64_t peak_of(pid_t pid)
{
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *f = fopen(path, "re");
    if (f == NULL)
        return 0;
    unsigned long long kib = 0;
    while (fgets(line, sizeof line, f) != NULL)
        if (sscanf(line, "VmHWM: %llu kB", &kib) == 1)
            break;
    fclose(f);
    return kib * 1024;
}

uint64_t he_process_memory(pid_t pid, bool children)
{
    uint64_t sum = peak_of(pid);
    if (!children)
        return sum;
    char path[96];
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    FILE *f = fopen(path, "re");
    if (f == NULL)
        return sum;
    int child;
    while (fscanf(f, "%d", &child) == 1)
        sum += peak_of((pid_t)child);
    fclose(f);
    return sum;
}

void he_process_end(pid_t pid, int grace_ms)
{
    (void)kill(pid, grace_ms > 0 ? SIGTERM : SIGKILL);
    double deadline = he_clock_ms() + grace_ms;
    for (;;) {
        int state;
        pid_t r = waitpid(pid, &state, WNOHANG);
        if (r == pid || (r < 0 && errno != EINTR))
            return;
        if (he_clock_ms() >= deadline) {
            (void)kill(pid, SIGKILL);
            while (waitpid(pid, &state, 0) < 0 && errno == EINTR)
                ;
            return;
        }
        usleep(500);
    }
}

int he_process_core(unsigned side, uint32_t cores)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0 || (uint32_t)CPU_COUNT(&set) / 2 < cores)
        return -1;
    uint32_t seen = 0;
    for (unsigned i = 0; i < CPU_SETSIZE; i++)
        if (CPU_ISSET(i, &set) && seen++ == side * cores)
            return (int)i;
    return -1;
}

uint64_t he_process_machine_memory(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), bytes = sysconf(_SC_PAGESIZE);
    return pages > 0 && bytes > 0 ? (uint64_t)pages * (uint64_t)bytes : 0;
}
