/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE
#include "core/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* One aligned block in front of the user's memory holds its length for he_free_secret(). */
void *he_alloc_raw(size_t count, size_t size)
{
    if (size != 0 && count > (SIZE_MAX - 2 * HE_ALIGN) / size)
        return NULL;
    size_t length = (count * size + HE_ALIGN - 1) / HE_ALIGN * HE_ALIGN;
    unsigned char *block = aligned_alloc(HE_ALIGN, length + HE_ALIGN);
    if (block == NULL)
        return NULL;
    memcpy(block, &length, sizeof length);
    return block + HE_ALIGN;
}

void *he_alloc(size_t count, size_t size)
{
    void *p = he_alloc_raw(count, size);
    if (p != NULL)
        memset(p, 0, count * size);
    return p;
}

void he_free(void *p)
{
    if (p != NULL)
        free((unsigned char *)p - HE_ALIGN);
}

void he_free_secret(void *p)
{
    if (p == NULL)
        return;
    size_t length;
    memcpy(&length, (unsigned char *)p - HE_ALIGN, sizeof length);
    he_wipe(p, length);
    he_free(p);
}

void he_wipe(void *p, size_t length)
{
    explicit_bzero(p, length);
}
