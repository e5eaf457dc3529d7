/* SPDX-License-Identifier: MIT */
/* Addresses "unix:PATH" and "tcp:PORT" (loopback only), and private directories. */
#ifndef HE_CLIENT_ADDRESS_H
#define HE_CLIENT_ADDRESS_H

#include "core/status.h"

#define HE_ADDRESS_MAX 120

/* A listening socket; the address in use (a port of 0 resolved) goes to used. */
he_status he_address_listen(const char *address, int *fd, char used[HE_ADDRESS_MAX]);
he_status he_address_connect(const char *address, int *fd);
/* Removes the socket file of a Unix address. */
void he_address_remove(const char *address);
/* A new directory of mode 0700; path holds HE_ADDRESS_MAX. */
he_status he_address_private_directory(char *path);

#endif
