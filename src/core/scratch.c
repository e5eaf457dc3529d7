/* SPDX-License-Identifier: MIT */
#include "core/scratch.h"

#include "core/executor.h"
#include "core/memory.h"
#include <stdint.h>

/* Chunks double in size, so 48 of them outlast any address space. */
#define MAX_CHUNKS  48
#define FIRST_CHUNK ((size_t)64 << 10)

struct he_arena {
    unsigned char *chunk[MAX_CHUNKS];
    size_t size[MAX_CHUNKS];
    size_t count;   /* chunks that exist */
    size_t current; /* chunk in use */
    size_t used;    /* bytes taken of it */
};

static bool grow(he_arena *a, size_t least)
{
    if (a->count == MAX_CHUNKS)
        return false;
    size_t size = a->count == 0 ? FIRST_CHUNK : a->size[a->count - 1];
    if (a->count != 0 && size <= SIZE_MAX / 4)
        size *= 2;
    if (size < least)
        size = least;
    unsigned char *p = he_alloc_raw(size, 1);
    if (p == NULL)
        return false;
    a->chunk[a->count] = p;
    a->size[a->count] = size;
    a->count++;
    return true;
}

he_status he_arena_create(he_arena **arena, size_t reserve)
{
    he_arena *a = he_alloc(1, sizeof *a);
    if (a == NULL)
        return he_fail(HE_ERR_MEMORY, "no memory for scratch");
    if (reserve != 0 && !grow(a, reserve)) {
        he_free(a);
        return he_fail(HE_ERR_MEMORY, "no memory for %zu bytes of scratch", reserve);
    }
    *arena = a;
    return HE_OK;
}

void he_arena_destroy(he_arena *a)
{
    if (a == NULL)
        return;
    for (size_t i = 0; i < a->count; i++)
        he_free_secret(a->chunk[i]);
    he_free(a);
}

void *he_arena_take(he_arena *a, size_t count, size_t size)
{
    if (size != 0 && count > (SIZE_MAX - HE_ALIGN) / size)
        return NULL;
    size_t length = (count * size + HE_ALIGN - 1) / HE_ALIGN * HE_ALIGN;
    while (a->current < a->count && a->size[a->current] - a->used < length) {
        a->current++;
        a->used = 0;
    }
    if (a->current == a->count && !grow(a, length))
        return NULL;
    void *p = a->chunk[a->current] + a->used;
    a->used += length;
    return p;
}

he_arena_mark he_arena_save(const he_arena *a)
{
    return (he_arena_mark){a->current, a->used};
}

void he_arena_restore(he_arena *a, he_arena_mark mark)
{
    a->current = mark.chunk;
    a->used = mark.used;
}

he_status he_scratch_make(he_scratch **scratch, he_executor *executor, size_t reserve)
{
    size_t workers = executor == NULL ? 1 : he_executor_workers(executor);
    he_scratch *s = he_alloc(1, sizeof *s);
    if (s == NULL)
        return he_fail(HE_ERR_MEMORY, "no memory for scratch");
    s->executor = executor;
    s->arenas = he_alloc(workers, sizeof *s->arenas);
    he_status status = HE_OK;
    if (s->arenas == NULL)
        status = he_fail(HE_ERR_MEMORY, "no memory for scratch");
    for (; status == HE_OK && s->workers < workers; s->workers++) {
        status = he_arena_create(&s->arenas[s->workers], reserve);
        if (status != HE_OK)
            break;
    }
    if (status != HE_OK) {
        he_scratch_destroy(s);
        return status;
    }
    *scratch = s;
    return HE_OK;
}

void he_scratch_destroy(he_scratch *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->workers; i++)
        he_arena_destroy(s->arenas[i]);
    he_free(s->arenas);
    he_free(s);
}

he_arena *he_scratch_arena(he_scratch *s, size_t worker)
{
    return s->arenas[worker];
}

void he_scratch_for(he_scratch *s, size_t count, void (*body)(void *, size_t, size_t), void *arg)
{
    he_executor_run(s->executor, count, body, arg);
}

he_status he_scratch_enter(he_scratch **own, he_scratch *given)
{
    if (given != NULL) {
        *own = given;
        return HE_OK;
    }
    return he_scratch_make(own, NULL, 0);
}

void he_scratch_leave(he_scratch *own, he_scratch *given)
{
    if (own != given)
        he_scratch_destroy(own);
}
