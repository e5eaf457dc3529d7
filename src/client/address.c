/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE
#include "client/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

typedef union socket_address {
    struct sockaddr any;
    struct sockaddr_un un;
    struct sockaddr_in in;
} socket_address;

static he_status parse(const char *address, socket_address *a, socklen_t *length)
{
    memset(a, 0, sizeof *a);
    if (strncmp(address, "unix:", 5) == 0) {
        const char *path = address + 5;
        if (*path == 0 || strlen(path) >= sizeof a->un.sun_path)
            return he_fail(HE_ERR_ARGUMENT, "address \"%.40s\": the path must have 1 to %zu bytes",
                           address, sizeof a->un.sun_path - 1);
        a->un.sun_family = AF_UNIX;
        memcpy(a->un.sun_path, path, strlen(path));
        *length = sizeof a->un;
        return HE_OK;
    }
    if (strncmp(address, "tcp:", 4) == 0) {
        char *end;
        unsigned long port = strtoul(address + 4, &end, 10);
        if (address[4] < '0' || address[4] > '9' || *end != 0 || port > 65535)
            return he_fail(HE_ERR_ARGUMENT, "address \"%.40s\": the port must be 0 to 65535",
                           address);
        a->in.sin_family = AF_INET;
        a->in.sin_port = htons((uint16_t)port);
        a->in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        *length = sizeof a->in;
        return HE_OK;
    }
    return he_fail(HE_ERR_ARGUMENT, "address \"%.40s\" is neither unix:PATH nor tcp:PORT", address);
}

static he_status open_socket(const socket_address *a, int *fd)
{
    *fd = socket(a->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*fd < 0)
        return he_fail(HE_ERR_IO, "cannot make a socket: %s", strerror(errno));
    int one = 1;
    if (a->any.sa_family == AF_INET)
        (void)setsockopt(*fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return HE_OK;
}

/* The socket file of a server that was killed is in the way but answers nobody: it is replaced. */
static int bind_socket(int s, const socket_address *a, socklen_t length)
{
    if (bind(s, &a->any, length) == 0)
        return 0;
    if (errno != EADDRINUSE || a->any.sa_family != AF_UNIX)
        return -1;
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    /* any file but a socket refuses as well: that one is not ours to remove */
    struct stat info;
    const bool dead = lstat(a->un.sun_path, &info) == 0 && S_ISSOCK(info.st_mode) && probe >= 0 &&
                      connect(probe, &a->any, length) != 0 && errno == ECONNREFUSED;
    if (probe >= 0)
        close(probe);
    if (dead && unlink(a->un.sun_path) == 0)
        return bind(s, &a->any, length);
    errno = EADDRINUSE;
    return -1;
}

he_status he_address_listen(const char *address, int *fd, char used[HE_ADDRESS_MAX])
{
    socket_address a;
    socklen_t length;
    int s;
    HE_TRY(parse(address, &a, &length));
    HE_TRY(open_socket(&a, &s));
    int one = 1;
    if (a.any.sa_family == AF_INET)
        (void)setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind_socket(s, &a, length) != 0 || listen(s, 8) != 0) {
        he_status status = he_fail(HE_ERR_IO, "cannot listen at %s: %s%s", address, strerror(errno),
                                   errno == EADDRINUSE ? " (another server is there: take another "
                                                         "address, or end it)"
                                                       : "");
        close(s);
        return status;
    }
    if (a.any.sa_family == AF_INET) {
        (void)getsockname(s, &a.any, &length);
        snprintf(used, HE_ADDRESS_MAX, "tcp:%u", (unsigned)ntohs(a.in.sin_port));
    } else {
        (void)chmod(a.un.sun_path, 0600);
        snprintf(used, HE_ADDRESS_MAX, "unix:%s", a.un.sun_path);
    }
    *fd = s;
    return HE_OK;
}

he_status he_address_connect(const char *address, int *fd)
{
    socket_address a;
    socklen_t length;
    int s;
    HE_TRY(parse(address, &a, &length));
    HE_TRY(open_socket(&a, &s));
    while (connect(s, &a.any, length) != 0) {
        if (errno == EINTR)
            continue;
        he_status status =
            he_fail(HE_ERR_IO, "cannot reach a server at %s: %s", address, strerror(errno));
        close(s);
        return status;
    }
    *fd = s;
    return HE_OK;
}

void he_address_remove(const char *address)
{
    if (strncmp(address, "unix:", 5) == 0)
        (void)unlink(address + 5);
}

he_status he_address_private_directory(char *path)
{
    const char *base = getenv("TMPDIR");
    if (base == NULL || *base != '/' || strlen(base) > 60)
        base = "/tmp";
    snprintf(path, HE_ADDRESS_MAX, "%s/he-XXXXXX", base);
    if (mkdtemp(path) == NULL) /* mode 0700 */
        return he_fail(HE_ERR_IO, "cannot make a directory in %s: %s", base, strerror(errno));
    return HE_OK;
}
