/* SPDX-License-Identifier: MIT */
/* The allocator of core/memory.h for an image, which can make no system call: blocks in one
 * region, next fit, joined with free neighbours when they are freed.  A block is a head of HE_ALIGN
 * bytes and its payload, so payloads are aligned as core/memory.h promises. */
#define _GNU_SOURCE
#include "enclave/image/heap.h"

#include "core/memory.h"
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

typedef struct block {
    size_t length;      /* of the payload, a multiple of HE_ALIGN */
    struct block *prev; /* the neighbours in memory; NULL at the ends */
    struct block *next;
    bool used;
} block;

_Static_assert(sizeof(block) <= HE_ALIGN, "the head of a block fits into its place");

static unsigned char *region, *high; /* high: end of what was ever used */
static block *rover;                 /* where the next search begins */

static unsigned char *payload(block *b)
{
    return (unsigned char *)b + HE_ALIGN;
}

bool he_heap_init(size_t length)
{
    length = length / HE_ALIGN * HE_ALIGN;
    if (region != NULL || length < 2 * HE_ALIGN)
        return false;
    void *p = mmap(NULL, length, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        return false;
    madvise(p, length, MADV_DONTDUMP);
    region = high = p;
    rover = p;
    rover->length = length - HE_ALIGN;
    return true;
}

void he_heap_wipe(void)
{
    if (region != NULL)
        he_wipe(region, (size_t)(high - region));
}

/* Cuts what b has beyond length off into a free block. */
static void split(block *b, size_t length)
{
    if (b->length < length + 2 * HE_ALIGN)
        return;
    block *rest = (block *)(void *)(payload(b) + length);
    *rest = (block){b->length - length - HE_ALIGN, b, b->next, false};
    if (rest->next != NULL)
        rest->next->prev = rest;
    b->next = rest;
    b->length = length;
}

/* The first free block of at least length bytes from b up to stop; NULL if there is none. */
static block *find(block *b, const block *stop, size_t length)
{
    while (b != stop && (b->used || b->length < length))
        b = b->next;
    return b == stop ? NULL : b;
}

void *he_alloc_raw(size_t count, size_t size)
{
    if (size != 0 && count > (SIZE_MAX / 2) / size)
        return NULL;
    size_t length = (count * size + HE_ALIGN - 1) / HE_ALIGN * HE_ALIGN;
    block *b = find(rover, NULL, length);
    if (b == NULL)
        b = find((block *)(void *)region, rover, length);
    if (b == NULL)
        return NULL;
    split(b, length);
    b->used = true;
    rover = b->next;
    unsigned char *end = payload(b) + b->length;
    if (end > high)
        high = end;
    return payload(b);
}

void *he_alloc(size_t count, size_t size)
{
    void *p = he_alloc_raw(count, size);
    if (p != NULL)
        memset(p, 0, count * size);
    return p;
}

/* Joins b with the block after it, which is free. */
static void join_next(block *b)
{
    block *next = b->next;
    if (rover == next)
        rover = b;
    b->length += HE_ALIGN + next->length;
    b->next = next->next;
    if (b->next != NULL)
        b->next->prev = b;
}

void he_free(void *p)
{
    if (p == NULL)
        return;
    block *b = (block *)(void *)((unsigned char *)p - HE_ALIGN);
    b->used = false;
    if (b->next != NULL && !b->next->used)
        join_next(b);
    if (b->prev != NULL && !b->prev->used)
        join_next(b->prev);
}

void he_free_secret(void *p)
{
    if (p == NULL)
        return;
    he_wipe(p, ((block *)(void *)((unsigned char *)p - HE_ALIGN))->length);
    he_free(p);
}

void he_wipe(void *p, size_t length)
{
    explicit_bzero(p, length);
}
