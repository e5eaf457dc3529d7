/* SPDX-License-Identifier: MIT */
/* Memory for keys: memfd_secret(2) where the kernel has it, which even root does not read through
 * /proc or ptrace; else locked memory that stays out of core files. */
#ifndef HE_ENCLAVE_IMAGE_SECRET_H
#define HE_ENCLAVE_IMAGE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/* length zero bytes in whole pages, or NULL.  *secret: it is memfd_secret memory.  Not inherited
 * by forks. */
void *he_secret_map(size_t length, bool *secret);
/* Wipes and gives back; NULL is allowed. */
void he_secret_unmap(void *p, size_t length);

#endif
