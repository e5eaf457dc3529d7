/* SPDX-License-Identifier: MIT */
/* The filter allows three system calls: read and write, on the one file that is open, carry the
 * launcher's frames; exit_group ends.  Memory was taken before, randomness is seeded before, there
 * is no clock and no signal handler, so nothing else is needed. */
#define _GNU_SOURCE
#include "enclave/image/lock.h"

#include <errno.h>
#include <he/enclave.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

bool he_lock_early(void)
{
    struct rlimit none = {0, 0};
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && setrlimit(RLIMIT_CORE, &none) == 0 &&
           prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0;
}

static int install_filter(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, 4),
        /* numbers of the x32 interface have bit 30 set and match none of these */
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_read, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_write, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof code / sizeof *code, code};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

bool he_lock(bool debug, uint32_t *flags)
{
    if (syscall(SYS_close_range, 1u, ~0u, 0u) != 0)
        return false;
    if (debug && prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0)
        return false;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return false;
    if (install_filter() != 0) {
        if (errno != EINVAL) /* EINVAL: a kernel without filters */
            return false;
        *flags |= HE_ENCLAVE_NO_SECCOMP;
    }
    return true;
}
