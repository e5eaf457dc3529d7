/* SPDX-License-Identifier: MIT */
/* How the image's process gives up everything but reading, writing and ending. */
#ifndef HE_ENCLAVE_IMAGE_LOCK_H
#define HE_ENCLAVE_IMAGE_LOCK_H

#include <stdbool.h>
#include <stdint.h>

/* First thing of all: no debugger, no core file, no life beyond the launcher's.  debug leaves the
 * door open. */
bool he_lock_early(void);
/* Leaves only file 0 open and only read, write and exit_group allowed; anything else kills.
 * debug: a debugger may attach again.  Adds HE_ENCLAVE_NO_SECCOMP to flags where the kernel has
 * no filters. */
bool he_lock(bool debug, uint32_t *flags);

#endif
