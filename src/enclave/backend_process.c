/* SPDX-License-Identifier: MIT */
/* The process backend, the launcher's side: starts the sealed image, talks to it in frames over a
 * socket pair, watches the time, and ends it for good when anything goes wrong. */
#define _GNU_SOURCE
#include "core/bytes.h"
#include "core/memory.h"
#include "core/status.h"
#include "enclave/enclave.h"
#include "enclave/launch.h"
#include "enclave/measure.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STOP_GRACE_MS 1000 /* for the image to wipe its memory */
#define TEXT_BYTES    256

typedef struct frame {
    uint32_t kind, channel, length;
    he_status status;
} frame;

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Waits until the process has ended, killing it at the deadline; what it ended by is in info. */
static void reap(he_enclave *e, int grace_ms, siginfo_t *info)
{
    struct pollfd ended = {e->pidfd, POLLIN, 0};
    int64_t deadline = now_ms() + grace_ms;
    int left = grace_ms;
    while (left > 0 && poll(&ended, 1, left) < 0 && errno == EINTR)
        left = (int)(deadline - now_ms());
    syscall(SYS_pidfd_send_signal, e->pidfd, SIGKILL, NULL, 0); /* no effect on the dead */
    memset(info, 0, sizeof *info);
    while (waitid(P_PIDFD, (id_t)e->pidfd, info, WEXITED) != 0 && errno == EINTR) {
    }
}

static void release(he_enclave *e)
{
    if (e->socket >= 0)
        close(e->socket);
    if (e->pidfd >= 0)
        close(e->pidfd);
    e->socket = e->pidfd = -1;
    e->pid = 0;
    e->alive = false;
}

/* The enclave is gone or will not be heard: ends it and says why. */
static he_status lose(he_enclave *e, bool timed_out, const char *what)
{
    siginfo_t info;
    reap(e, timed_out ? 0 : STOP_GRACE_MS, &info);
    release(e);
    bool killed = info.si_code == CLD_KILLED || info.si_code == CLD_DUMPED;
    if (timed_out)
        return he_fail(HE_ERR_ENCLAVE_LOST, "enclave lost: silent for too long %s; it was ended",
                       what);
    if (killed && info.si_status == SIGSYS)
        return he_fail(HE_ERR_ENCLAVE_LOST, "enclave lost: a forbidden system call ended it %s",
                       what);
    if (killed)
        return he_fail(HE_ERR_ENCLAVE_LOST, "enclave lost: signal %d ended it %s", info.si_status,
                       what);
    return he_fail(HE_ERR_ENCLAVE_LOST, "enclave lost: it ended with code %d %s", info.si_status,
                   what);
}

/* Moves all n bytes before the deadline.  1: done, 0: the other end is gone, -1: too late. */
static int move_bytes(he_enclave *e, uint8_t *bytes, size_t n, bool sending, int64_t deadline)
{
    while (n != 0) {
        ssize_t k = sending ? send(e->socket, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL)
                            : recv(e->socket, bytes, n, MSG_DONTWAIT);
        if (k > 0) {
            bytes += k;
            n -= (size_t)k;
            continue;
        }
        if (k == 0 || (errno != EAGAIN && errno != EINTR))
            return 0;
        int64_t left = deadline - now_ms();
        if (left <= 0)
            return -1;
        struct pollfd ready = {e->socket, sending ? POLLOUT : POLLIN, 0};
        if (poll(&ready, 1, left > 60000 ? 60000 : (int)left) < 0 && errno != EINTR)
            return 0;
    }
    return 1;
}

static int send_frame(he_enclave *e, uint32_t kind, uint32_t channel, const uint8_t *bytes,
                      size_t n, int64_t deadline)
{
    uint8_t head[HE_FRAME_HEAD];
    he_store32(head, kind);
    he_store32(head + 4, channel);
    he_store32(head + 8, 0);
    he_store32(head + 12, (uint32_t)n);
    int moved = move_bytes(e, head, sizeof head, true, deadline);
    /* sending does not write to bytes */
    return moved == 1 ? move_bytes(e, (uint8_t *)(uintptr_t)bytes, n, true, deadline) : moved;
}

static int receive_head(he_enclave *e, frame *f, int64_t deadline)
{
    uint8_t head[HE_FRAME_HEAD];
    int moved = move_bytes(e, head, sizeof head, false, deadline);
    f->kind = he_load32(head);
    f->channel = he_load32(head + 4);
    f->status = (he_status)(int32_t)he_load32(head + 8);
    f->length = he_load32(head + 12);
    return moved;
}

static he_status wait_ready(he_enclave *e, int64_t deadline)
{
    static const char *const steps[] = {
        [HE_LAUNCH_SOCKET] = "close its files (Linux 5.11 can)",
        [HE_LAUNCH_USER] = "become its own user",
        [HE_LAUNCH_EXEC] = "execute the image",
        [HE_LAUNCH_HEAP] = "get its memory: lower memory_limit",
        [HE_LAUNCH_SECRET] = "get memory for keys",
        [HE_LAUNCH_SODIUM] = "start libsodium",
        [HE_LAUNCH_LOCK] = "lock itself",
    };
    uint8_t config[HE_CONFIG_BYTES + HE_MEASUREMENT_BYTES], flags[4];
    memcpy(config, e->config_bytes, HE_CONFIG_BYTES);
    memcpy(config + HE_CONFIG_BYTES, e->measurement, HE_MEASUREMENT_BYTES);
    frame f = {0};
    int moved = send_frame(e, HE_FRAME_CONFIG, 0, config, sizeof config, deadline);
    if (moved != -1) /* a child that failed before it read may have said why */
        moved = receive_head(e, &f, deadline);
    if (moved == 1 && f.kind == HE_FRAME_FAILED) {
        unsigned step = (unsigned)f.status;
        const char *what = step >= 1 && step < sizeof steps / sizeof *steps ? steps[step] : "start";
        siginfo_t info;
        reap(e, 0, &info);
        release(e);
        return he_fail(HE_ERR_IO, "he_enclave_create: the enclave could not %s: %s", what,
                       strerror((int)f.length));
    }
    if (moved == 1 && (f.kind != HE_FRAME_READY || f.length != sizeof flags))
        return lose(e, true, "while starting (it does not speak as an image does)");
    if (moved == 1)
        moved = move_bytes(e, flags, sizeof flags, false, deadline);
    if (moved != 1)
        return lose(e, moved == -1, "while starting");
    e->flags |= he_load32(flags) & (HE_ENCLAVE_NO_SECRET_MEM | HE_ENCLAVE_NO_SECCOMP);
    return HE_OK;
}

/* Reads the sealed content back and measures that. */
static he_status measure_sealed(he_enclave *e, int image, size_t n)
{
    void *p = mmap(NULL, n, PROT_READ, MAP_PRIVATE, image, 0);
    if (p == MAP_FAILED)
        return he_fail(HE_ERR_IO, "he_enclave_create: cannot read the sealed image: %s",
                       strerror(errno));
    uint8_t measurement[HE_MEASUREMENT_BYTES];
    he_image_measure(measurement, p, n, e->config_bytes);
    munmap(p, n);
    return he_enclave_measured(e, measurement);
}

static he_status launch(he_enclave *e, int image)
{
    he_launch l = {.image = image, .debug = e->config.debug};
    bool same_uid;
    HE_TRY(he_launch_user(&l, &same_uid, &e->config));
    if (same_uid)
        e->flags |= HE_ENCLAVE_SAME_UID;
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return he_fail(HE_ERR_IO, "he_enclave_create: no socket pair: %s", strerror(errno));
    e->socket = pair[0];
    l.socket = fcntl(pair[1], F_DUPFD_CLOEXEC, 3); /* no standard file, in case those are closed */
    close(pair[1]);
    if (l.socket < 0)
        return he_fail(HE_ERR_IO, "he_enclave_create: no socket: %s", strerror(errno));
    he_status status = he_launch_start(&e->pid, &e->pidfd, &l);
    close(l.socket);
    if (status != HE_OK)
        return status;
    return wait_ready(e, now_ms() + e->config.start_timeout_ms);
}

static he_status process_start(he_enclave *e)
{
    uint8_t *bytes;
    size_t n;
    int image = -1;
    HE_TRY(he_image_read(&bytes, &n, &e->config));
    he_status status = he_image_seal(&image, bytes, n, e->config.debug);
    he_free(bytes);
    if (status == HE_OK)
        status = measure_sealed(e, image, n);
    if (status == HE_OK)
        status = launch(e, image);
    if (image >= 0)
        close(image);
    return status;
}

/* The image failed a call and says why; only printable characters of it are believed. */
static he_status refused(he_enclave *e, const frame *f, int64_t deadline)
{
    char text[TEXT_BYTES] = "";
    if (f->status < HE_ERR_ROLLBACK || f->length >= sizeof text)
        return lose(e, true, "in a call (its answer makes no sense)");
    int moved = move_bytes(e, (uint8_t *)text, f->length, false, deadline);
    if (moved != 1)
        return lose(e, moved == -1, "in a call");
    for (uint32_t i = 0; i < f->length; i++)
        if (text[i] < 0x20 || text[i] > 0x7e)
            text[i] = '?';
    return he_fail(f->status, "%s", text);
}

static he_status process_call(he_enclave *e, uint32_t channel, uint8_t *out, size_t *length,
                              const uint8_t *in, size_t n, uint32_t timeout_ms)
{
    int64_t deadline = now_ms() + timeout_ms;
    int moved = send_frame(e, HE_FRAME_CALL, channel, in, n, deadline);
    while (moved == 1) {
        frame f;
        uint8_t report_data[HE_REPORT_DATA_BYTES], evidence[HE_EVIDENCE_BYTES];
        size_t evidence_bytes;
        moved = receive_head(e, &f, deadline);
        if (moved != 1)
            break;
        if (f.kind == HE_FRAME_REPORT && f.length == sizeof report_data) {
            moved = move_bytes(e, report_data, sizeof report_data, false, deadline);
            if (moved == 1) {
                HE_TRY(he_enclave_report(e, evidence, &evidence_bytes, report_data));
                moved = send_frame(e, HE_FRAME_EVIDENCE, 0, evidence, evidence_bytes, deadline);
            }
        } else if (f.kind == HE_FRAME_RESULT && f.status == HE_OK && f.channel == channel &&
                   f.length <= (n == 0 ? 0 : HE_ENCLAVE_REPLY_MAX)) {
            moved = move_bytes(e, out, f.length, false, deadline);
            if (moved == 1) {
                *length = f.length;
                return HE_OK;
            }
        } else if (f.kind == HE_FRAME_RESULT && f.status < 0) {
            return refused(e, &f, deadline);
        } else {
            return lose(e, true, "in a call (its answer makes no sense)");
        }
    }
    return lose(e, moved == -1, "in a call");
}

static void process_stop(he_enclave *e)
{
    if (e->pidfd >= 0) {
        siginfo_t info;
        shutdown(e->socket, SHUT_RDWR); /* the image wipes its memory and ends */
        reap(e, STOP_GRACE_MS, &info);
    }
    release(e);
}

static uint64_t process_memory(const he_enclave *e)
{
    char path[32], line[128];
    snprintf(path, sizeof path, "/proc/%d/status", (int)e->pid);
    FILE *f = fopen(path, "re");
    if (f == NULL)
        return 0;
    uint64_t kib = 0;
    while (fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, "VmHWM:", 6) == 0)
            kib = strtoull(line + 6, NULL, 10);
    fclose(f);
    return kib * 1024;
}

const he_backend_ops he_backend_process = {HE_BACKEND_PROCESS, process_start, process_call,
                                           process_stop, process_memory};
