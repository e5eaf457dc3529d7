/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "enclave/image/secret.h"

#include "core/memory.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_memfd_secret
#define SYS_memfd_secret 447
#endif

static void *map_memfd_secret(size_t length)
{
    int fd = (int)syscall(SYS_memfd_secret, O_CLOEXEC);
    if (fd < 0)
        return MAP_FAILED;
    void *p = MAP_FAILED;
    if (ftruncate(fd, (off_t)length) == 0)
        p = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    return p;
}

void *he_secret_map(size_t length, bool *secret)
{
    void *p = map_memfd_secret(length);
    *secret = p != MAP_FAILED;
    if (!*secret) {
        p = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (p == MAP_FAILED)
            return NULL;
        /* best effort: without the right to lock it may be swapped, and the evidence says that
         * it is not secret memory */
        mlock(p, length);
        madvise(p, length, MADV_DONTDUMP);
    }
    madvise(p, length, MADV_DONTFORK);
    return p;
}

void he_secret_unmap(void *p, size_t length)
{
    if (p == NULL)
        return;
    he_wipe(p, length);
    munmap(p, length);
}
