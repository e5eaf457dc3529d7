/* SPDX-License-Identifier: MIT */
/* From an image in memory to a running process, without a file that could be exchanged in between:
 * what was measured is sealed, and what is sealed is executed.  Outside debug the memfd may be
 * executed but not read, so the kernel makes the process undumpable from its first instruction on
 * for every launcher that is not root. */
#define _GNU_SOURCE
#include "enclave/launch.h"

#include "core/bytes.h"
#include "core/memory.h"
#include "core/status.h"
#include "enclave/image/layout.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ENCLAVE_USER "he-enclave"

/* Newer than Debian 12's headers. */
#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif
#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x0020
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC 4u
#endif

static bool write_whole(int fd, const uint8_t *bytes, size_t n)
{
    while (n != 0) {
        ssize_t k = write(fd, bytes, n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return false;
        bytes += k;
        n -= (size_t)k;
    }
    return true;
}

/* Standard files of the child are set up by number, so none of ours may be one of them. */
static int above_standard(int fd)
{
    if (fd < 0 || fd > 2)
        return fd;
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    close(fd);
    return moved;
}

he_status he_image_seal(int *fd, const uint8_t *image, size_t n, bool debug)
{
    const unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
    bool exec_seal = true;
    int m = memfd_create("he-enclave-image", flags | MFD_EXEC);
    if (m < 0 && errno == EINVAL) { /* before Linux 6.3: executable anyway, no seal for it */
        exec_seal = false;
        m = memfd_create("he-enclave-image", flags);
    }
    m = above_standard(m);
    if (m < 0)
        return he_fail(HE_ERR_IO, "he_enclave_create: cannot make an executable memfd: %s",
                       strerror(errno));
    if (exec_seal)
        seals |= F_SEAL_EXEC;
    if (!write_whole(m, image, n) || fchmod(m, debug ? 0555 : 0111) != 0 ||
        fcntl(m, F_ADD_SEALS, seals) != 0) {
        close(m);
        return he_fail(HE_ERR_IO, "he_enclave_create: cannot fill and seal the image: %s",
                       strerror(errno));
    }
    *fd = m;
    return HE_OK;
}

static he_status find_user(he_launch *launch, bool *found)
{
    struct passwd entry, *result = NULL;
    size_t room = 16384;
    char *text = he_alloc_raw(room, 1);
    if (text == NULL)
        return he_fail(HE_ERR_MEMORY, "he_enclave_create: no memory");
    if (getpwnam_r(ENCLAVE_USER, &entry, text, room, &result) == 0 && result != NULL &&
        entry.pw_uid != 0) {
        launch->uid = entry.pw_uid;
        launch->gid = entry.pw_gid;
        *found = true;
    }
    he_free(text);
    return HE_OK;
}

he_status he_launch_user(he_launch *launch, bool *same_uid, const he_enclave_config *config)
{
    uid_t real, effective, saved;
    if (getresuid(&real, &effective, &saved) != 0)
        return he_fail(HE_ERR_IO, "he_enclave_create: getresuid: %s", strerror(errno));
    launch->switch_user = false;
    if (config->uid != 0) {
        if (effective != 0)
            return he_fail(HE_ERR_UNSUPPORTED,
                           "he_enclave_create: only root can start an enclave as user %u; leave "
                           "uid 0 to start it as yourself",
                           config->uid);
        launch->uid = config->uid;
        launch->gid = config->gid;
        launch->switch_user = true;
    } else if (effective == 0) {
        HE_TRY(find_user(launch, &launch->switch_user));
    }
    *same_uid = !launch->switch_user || launch->uid == real || launch->uid == saved;
    return HE_OK;
}

/* --- In the child: nothing but system calls. --- */

static void child_fail(he_launch_step step)
{
    uint8_t frame[HE_FRAME_HEAD] = {0};
    he_store32(frame, HE_FRAME_FAILED);
    he_store32(frame + 8, step);
    he_store32(frame + 12, (uint32_t)errno);
    /* if even this cannot be sent, the launcher sees the end of the socket */
    _exit(write(0, frame, sizeof frame) == (ssize_t)sizeof frame ? 127 : 126);
}

static void child(const he_launch *launch)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (dup2(launch->socket, 0) < 0)
        _exit(126);
    close(1);
    if (!launch->debug)
        close(2);
    if (syscall(SYS_close_range, 3u, ~0u, CLOSE_RANGE_CLOEXEC) != 0)
        child_fail(HE_LAUNCH_SOCKET);
    /* system calls themselves: the C library's wrappers would look for other threads */
    if (launch->switch_user &&
        (syscall(SYS_setgroups, 0, NULL) != 0 ||
         syscall(SYS_setresgid, launch->gid, launch->gid, launch->gid) != 0 ||
         syscall(SYS_setresuid, launch->uid, launch->uid, launch->uid) != 0))
        child_fail(HE_LAUNCH_USER);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) !=
        0) /* after the change of user, which ends it */
        child_fail(HE_LAUNCH_USER);
    char name[] = "he-enclave-image";
    char *const arguments[] = {name, NULL}, *const environment[] = {NULL};
    syscall(SYS_execveat, launch->image, "", arguments, environment, AT_EMPTY_PATH);
    child_fail(HE_LAUNCH_EXEC);
}

he_status he_launch_start(pid_t *pid, int *pidfd, const he_launch *launch)
{
    int fd = -1;
    struct clone_args args = {.flags = CLONE_PIDFD | CLONE_CLEAR_SIGHAND,
                              .pidfd = (uintptr_t)&fd,
                              .exit_signal = SIGCHLD};
    long p = syscall(SYS_clone3, &args, sizeof args);
    if (p < 0 && (errno == ENOSYS || errno == EPERM)) { /* a container's filter */
        p = fork();
        if (p > 0) {
            fd = (int)syscall(SYS_pidfd_open, (pid_t)p, 0);
            if (fd < 0) {
                int reason = errno;
                kill((pid_t)p, SIGKILL);
                waitpid((pid_t)p, NULL, 0);
                errno = reason;
            }
        }
    }
    if (p == 0)
        child(launch);
    if (p < 0 || fd < 0)
        return he_fail(HE_ERR_IO, "he_enclave_create: cannot start a process: %s", strerror(errno));
    *pid = (pid_t)p;
    *pidfd = fd;
    return HE_OK;
}
