/* SPDX-License-Identifier: MIT */
/* A server as a child process: start, wait until it listens, measure, end. */
#define _GNU_SOURCE
#include "client/process.h"

#include "client/address.h"
#include "client/clock.h"
#include "core/memory.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define START_MS 30000
#define STOP_MS  3000

struct he_server {
    pid_t pid;
    char address[HE_ADDRESS_MAX];
};

/* Words of `he serve` for these options.  Text that must outlive the call is in room. */
static void serve_words(char *words[24], char room[4][32], const char *tool,
                        const he_serve_options *o, int ready_fd)
{
    size_t n = 0;
    words[n++] = (char *)(uintptr_t)tool;
    words[n++] = "serve";
    words[n++] = o->evaluator == HE_EVALUATOR_HE ? "--he" : "--enclave";
    words[n++] = "--listen";
    words[n++] = (char *)(uintptr_t)o->address;
    snprintf(room[0], 32, "%u", o->threads == 0 ? 1 : o->threads);
    words[n++] = "--threads";
    words[n++] = room[0];
    snprintf(room[1], 32, "%d", ready_fd);
    words[n++] = "--ready-fd";
    words[n++] = room[1];
    if (o->idle_ms != 0) {
        snprintf(room[2], 32, "%u", o->idle_ms);
        words[n++] = "--idle-ms";
        words[n++] = room[2];
    }
    if (o->memory_limit != 0) {
        snprintf(room[3], 32, "%llu", (unsigned long long)(o->memory_limit / 1000000));
        words[n++] = "--memory";
        words[n++] = room[3];
    }
    if (o->evaluator == HE_EVALUATOR_ENCLAVE) {
        words[n++] = "--backend";
        words[n++] = (char *)(uintptr_t)he_backend_name(o->backend);
        if (o->image != NULL) {
            words[n++] = "--image";
            words[n++] = (char *)(uintptr_t)o->image;
        }
        if (o->state != NULL) {
            words[n++] = "--state";
            words[n++] = (char *)(uintptr_t)o->state;
        }
    }
    words[n] = NULL;
}

/* In the child; does not return. */
static void become_server(const he_serve_options *options, const char *tool, int core, int ready_fd)
{
    he_serve_options o = *options;
    he_process_child(core, o.threads == 0 ? 1 : o.threads);
    o.ready_fd = ready_fd;
    if (tool != NULL) {
        char *words[24], room[4][32];
        serve_words(words, room, tool, &o, ready_fd);
        (void)fcntl(ready_fd, F_SETFD, 0);
        execv(tool, words);
        dprintf(ready_fd, "!cannot start %s: %s", tool, strerror(errno));
        _exit(127);
    }
    if (he_serve(&o) != HE_OK) {
        dprintf(ready_fd, "!%s", he_last_error());
        _exit(1);
    }
    _exit(0);
}

/* The address, or "!text" for a failure, or nothing for a child that died. */
static he_status read_ready(int fd, char *text, size_t size)
{
    double deadline = he_clock_ms() + START_MS;
    size_t used = 0;
    for (;;) {
        struct pollfd p = {fd, POLLIN, 0};
        double left = deadline - he_clock_ms();
        int n = poll(&p, 1, left <= 0 ? 0 : (int)left + 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0)
            return he_fail(HE_ERR_IO, "the server did not start within %d ms", START_MS);
        ssize_t got = read(fd, text + used, size - 1 - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        used += (size_t)got;
    }
    text[used] = 0;
    if (used == 0)
        return he_fail(HE_ERR_IO, "the server ended before it listened");
    if (text[0] == '!')
        return he_fail(HE_ERR_IO, "the server did not start: %.200s", text + 1);
    return HE_OK;
}

he_status he_server_start(he_server **server, const he_serve_options *options, const char *tool,
                          int core)
{
    HE_REQUIRE_PTR(server);
    HE_REQUIRE_PTR(options);
    HE_REQUIRE_PTR(options->address);
    he_server *s = he_alloc(1, sizeof *s);
    int ends[2];
    if (s == NULL)
        return he_fail(HE_ERR_MEMORY, "he_server_start: no memory");
    if (pipe2(ends, O_CLOEXEC) != 0) {
        he_free(s);
        return he_fail(HE_ERR_IO, "he_server_start: %s", strerror(errno));
    }
    fflush(NULL);
    s->pid = fork();
    if (s->pid == 0) {
        close(ends[0]);
        become_server(options, tool, core, ends[1]);
    }
    close(ends[1]);
    char text[256];
    he_status status = s->pid < 0
                           ? he_fail(HE_ERR_IO, "he_server_start: cannot fork: %s", strerror(errno))
                           : read_ready(ends[0], text, sizeof text);
    close(ends[0]);
    if (status != HE_OK) {
        if (s->pid > 0)
            he_process_end(s->pid, 0);
        he_free(s);
        return status;
    }
    snprintf(s->address, sizeof s->address, "%.119s", text);
    *server = s;
    return HE_OK;
}

const char *he_server_address(const he_server *s)
{
    return s == NULL ? "" : s->address;
}

int he_server_pid(const he_server *s)
{
    return s == NULL ? -1 : (int)s->pid;
}

uint64_t he_server_memory(const he_server *s)
{
    return s == NULL ? 0 : he_process_memory(s->pid, true);
}

void he_server_stop(he_server *s)
{
    if (s == NULL)
        return;
    he_process_end(s->pid, STOP_MS);
    he_address_remove(s->address);
    he_free(s);
}
