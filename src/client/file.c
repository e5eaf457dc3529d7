/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "client/file.h"

#include "core/memory.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

he_status he_file_replace(const char *path, void (*write)(FILE *file, const void *data),
                          const void *data)
{
    size_t length = strlen(path) + 32;
    char *beside = he_alloc(length, 1);
    if (beside == NULL)
        return he_fail(HE_ERR_MEMORY, "no memory to write %s", path);
    snprintf(beside, length, "%s.%ld.part", path, (long)getpid());
    FILE *f = fopen(beside, "wxe");
    he_status status = HE_OK;
    if (f == NULL) {
        status = he_fail(HE_ERR_IO, "cannot write %s: %s", path, strerror(errno));
        he_free(beside);
        return status;
    }
    write(f, data);
    bool bad = ferror(f) != 0;
    if (fclose(f) != 0 || bad || rename(beside, path) != 0) {
        status = he_fail(HE_ERR_IO, "cannot write %s: %s", path, strerror(errno));
        (void)unlink(beside);
    }
    he_free(beside);
    return status;
}
