/* SPDX-License-Identifier: MIT */
/* The server's main loop: one connection at a time until a signal asks it to end. */
#define _GNU_SOURCE
#include "client/serve.h"

#include "client/address.h"
#include "core/bytes.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define DEFAULT_IDLE_MS 30000
#define DEFAULT_MEMORY  ((uint64_t)2000000000)

void he_hello_prefix(uint8_t out[HE_HELLO_PREFIX], he_evaluator evaluator)
{
    he_store16(out, HE_CHANNEL_VERSION);
    he_store16(out + 2, (uint16_t)evaluator);
}

he_status he_hello_check(const uint8_t *body, uint64_t length, he_evaluator evaluator,
                         const char *peer)
{
    if (length < HE_HELLO_PREFIX)
        return he_fail(HE_ERR_FORMAT, "%s sent a HELLO of %llu bytes", peer,
                       (unsigned long long)length);
    unsigned version = he_load16(body), other = he_load16(body + 2);
    if (version != HE_CHANNEL_VERSION)
        return he_fail(HE_ERR_VERSION, "%s speaks version %u, this side version %d", peer, version,
                       HE_CHANNEL_VERSION);
    if (other != (unsigned)evaluator)
        return he_fail(HE_ERR_MISMATCH, "%s is set for %s, this side for %s", peer,
                       he_evaluator_name((he_evaluator)other), he_evaluator_name(evaluator));
    return HE_OK;
}

static he_status check_options(he_serve_options *o, const he_serve_options *given)
{
    HE_REQUIRE_PTR(given);
    if (given->struct_size != sizeof *given)
        return he_fail(HE_ERR_ARGUMENT, "he_serve: start from HE_SERVE_INIT");
    *o = *given;
    HE_REQUIRE_PTR(o->address);
    if (o->evaluator != HE_EVALUATOR_HE && o->evaluator != HE_EVALUATOR_ENCLAVE)
        return he_fail(HE_ERR_ARGUMENT, "he_serve: the evaluator must be HE or ENCLAVE");
    if (o->threads == 0)
        o->threads = 1;
    if (o->idle_ms == 0)
        o->idle_ms = DEFAULT_IDLE_MS;
    if (o->memory_limit == 0)
        o->memory_limit = DEFAULT_MEMORY;
    return HE_OK;
}

/* One connection from HELLO to its end; what goes wrong is told to the client, not to the
 * caller. */
static void serve_connection(int fd, int stop_fd, const he_serve_options *o, he_enclave_host *host)
{
    he_channel ch = {.fd = fd, .stop_fd = stop_fd, .timeout_ms = o->idle_ms, .peer = "the client"};
    he_status status =
        o->evaluator == HE_EVALUATOR_HE ? he_serve_he(&ch, o) : he_serve_enclave(&ch, host);
    if (status != HE_OK)
        he_channel_send_error(&ch, 0, status);
    close(fd);
}

static he_status accept_loop(int listener, int stop_fd, const he_serve_options *o,
                             he_enclave_host *host)
{
    for (;;) {
        struct pollfd p[2] = {{listener, POLLIN, 0}, {stop_fd, POLLIN, 0}};
        if (poll(p, 2, -1) < 0) {
            if (errno == EINTR)
                continue;
            return he_fail(HE_ERR_IO, "he_serve: %s", strerror(errno));
        }
        if (p[1].revents != 0)
            return HE_OK;
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0)
            serve_connection(fd, stop_fd, o, host);
        struct pollfd again = {stop_fd, POLLIN, 0};
        if (poll(&again, 1, 0) > 0)
            return HE_OK;
    }
}

he_status he_serve(const he_serve_options *options)
{
    he_serve_options o;
    HE_TRY(check_options(&o, options));

    sigset_t set, old;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, &old);

    char used[HE_ADDRESS_MAX] = "";
    int listener = -1, stop_fd = signalfd(-1, &set, SFD_CLOEXEC);
    he_enclave_host *host = NULL;
    he_status status = HE_OK;
    if (stop_fd < 0)
        status = he_fail(HE_ERR_IO, "he_serve: cannot watch for signals: %s", strerror(errno));
    if (status == HE_OK)
        status = he_address_listen(o.address, &listener, used);
    if (status == HE_OK && o.evaluator == HE_EVALUATOR_ENCLAVE)
        status = he_enclave_host_create(&host, &o);
    if (status == HE_OK && o.ready_fd > 0) {
        if (write(o.ready_fd, used, strlen(used)) != (ssize_t)strlen(used))
            status = he_fail(HE_ERR_IO, "he_serve: cannot tell that it listens");
        close(o.ready_fd);
    }
    if (status == HE_OK && o.ready != NULL)
        o.ready(o.user, used);
    if (status == HE_OK)
        status = accept_loop(listener, stop_fd, &o, host);
    he_enclave_host_destroy(host);
    if (listener >= 0) {
        close(listener);
        he_address_remove(used);
    }
    if (stop_fd >= 0)
        close(stop_fd);
    struct timespec none = {0, 0};
    while (sigtimedwait(&set, NULL, &none) > 0)
        ; /* the signals that ended it are spent */
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return status;
}
