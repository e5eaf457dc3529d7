/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "client/proxy.h"

#include "client/address.h"
#include "core/bytes.h"
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct proxy {
    pthread_t thread;
    int listener;
    char server[HE_ADDRESS_MAX], own[HE_ADDRESS_MAX];
    proxy_hook *hook;
    void *user;
};

static bool read_all(int fd, uint8_t *p, size_t n)
{
    while (n > 0) {
        ssize_t got = recv(fd, p, n, 0);
        if (got <= 0)
            return false;
        p += got;
        n -= (size_t)got;
    }
    return true;
}

static bool write_all(int fd, const uint8_t *p, size_t n)
{
    while (n > 0) {
        ssize_t put = send(fd, p, n, MSG_NOSIGNAL);
        if (put <= 0)
            return false;
        p += put;
        n -= (size_t)put;
    }
    return true;
}

/* One frame from one side to the other. */
static bool pass(proxy *p, int from, int to, bool from_server)
{
    uint8_t head[HE_FRAME_BYTES];
    if (!read_all(from, head, sizeof head))
        return false;
    size_t length = (size_t)he_load64(head + 16);
    uint8_t *body = malloc(length + 1);
    bool ok = body != NULL && read_all(from, body, length);
    if (ok) {
        p->hook(p->user, from_server, (he_frame_kind)he_load16(head + 4), body, length);
        ok = write_all(to, head, sizeof head) && write_all(to, body, length);
    }
    free(body);
    return ok;
}

static void *run(void *arg)
{
    proxy *p = arg;
    int client = accept(p->listener, NULL, NULL), server;
    if (client < 0)
        return NULL;
    if (he_address_connect(p->server, &server) == HE_OK) {
        for (bool ok = true; ok;) {
            struct pollfd fds[2] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
            ok = poll(fds, 2, 60000) > 0;
            if (ok && fds[0].revents != 0)
                ok = pass(p, client, server, false);
            if (ok && fds[1].revents != 0)
                ok = pass(p, server, client, true);
        }
        close(server);
    }
    close(client);
    return NULL;
}

proxy *proxy_start(const char *server_address, proxy_hook *hook, void *user)
{
    proxy *p = calloc(1, sizeof *p);
    cr_assert(p != NULL);
    snprintf(p->server, sizeof p->server, "%s", server_address);
    p->hook = hook;
    p->user = user;
    he_assert_ok(he_address_listen("tcp:0", &p->listener, p->own));
    cr_assert(pthread_create(&p->thread, NULL, run, p) == 0);
    return p;
}

const char *proxy_address(const proxy *p)
{
    return p->own;
}

void proxy_stop(proxy *p)
{
    shutdown(p->listener, SHUT_RDWR);
    pthread_join(p->thread, NULL);
    close(p->listener);
    free(p);
}
