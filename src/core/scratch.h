/* SPDX-License-Identifier: MIT */
/* Scratch memory: one stack allocator per worker, kept between calls. */
#ifndef HE_CORE_SCRATCH_H
#define HE_CORE_SCRATCH_H

#include "core/status.h"
#include <he/objects.h>

/* A stack of chunks.  Memory that was reserved or taken once stays until the arena is destroyed,
 * so a call that ran before (or fits the reservation) allocates nothing. */
typedef struct he_arena he_arena;

typedef struct he_arena_mark {
    size_t chunk;
    size_t used;
} he_arena_mark;

he_status he_arena_create(he_arena **arena, size_t reserve);
/* Wipes all chunks: scratch may have held secrets.  NULL is allowed. */
void he_arena_destroy(he_arena *arena);
/* count * size bytes, aligned, not zeroed; NULL without memory. */
void *he_arena_take(he_arena *arena, size_t count, size_t size);
he_arena_mark he_arena_save(const he_arena *arena);
/* Gives back everything taken since the mark. */
void he_arena_restore(he_arena *arena, he_arena_mark mark);

/* The public scratch: an arena for each worker of an executor. */
struct he_scratch {
    he_executor *executor; /* borrowed; NULL: the calling thread alone */
    size_t workers;
    he_arena **arenas; /* [workers] */
};

/* reserve: bytes for each arena at once. */
he_status he_scratch_make(he_scratch **scratch, he_executor *executor, size_t reserve);
/* Worker 0 is the calling thread outside he_scratch_for(). */
he_arena *he_scratch_arena(he_scratch *scratch, size_t worker);
/* body(arg, i, worker) for each i < count, through the executor if there is one.  The results must
 * not depend on the order or on the worker. */
void he_scratch_for(he_scratch *scratch, size_t count,
                    void (*body)(void *arg, size_t i, size_t worker), void *arg);

/* For public functions: `he_scratch *own` takes the caller's scratch or one made for this call. */
he_status he_scratch_enter(he_scratch **own, he_scratch *given);
void he_scratch_leave(he_scratch *own, he_scratch *given);

#endif
