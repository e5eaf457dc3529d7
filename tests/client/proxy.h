/* SPDX-License-Identifier: MIT */
/* A man in the middle: passes frames between a client and a server, and may change them. */
#ifndef HE_TEST_PROXY_H
#define HE_TEST_PROXY_H

#include "client/channel.h"
#include <stdbool.h>

/* Sees each whole frame; may change the body (not its length). */
typedef void proxy_hook(void *user, bool from_server, he_frame_kind kind, uint8_t *body,
                        size_t length);

typedef struct proxy proxy;

/* Listens at its own address for one client of the server. */
proxy *proxy_start(const char *server_address, proxy_hook *hook, void *user);
const char *proxy_address(const proxy *p);
void proxy_stop(proxy *p);

#endif
