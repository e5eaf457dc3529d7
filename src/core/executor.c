/* SPDX-License-Identifier: MIT */
#include "core/executor.h"

#include "core/fenv.h"
#include "core/memory.h"
#include "core/status.h"
#include <pthread.h>
#include <stdatomic.h>

#define MAX_WORKERS 256

typedef void body_fn(void *arg, size_t i, size_t worker);

struct he_executor {
    /* the caller's own loop, or NULL */
    void (*run)(void *user, size_t count, body_fn *body, void *arg);
    void *user;
    size_t workers;

    /* the pool: workers - 1 threads wait for a new generation, the caller is worker 0 */
    pthread_t threads[MAX_WORKERS];
    size_t started;
    pthread_mutex_t lock;
    pthread_cond_t work, done;
    uint64_t generation;
    size_t busy;
    bool stop;
    body_fn *body;
    void *arg;
    size_t count;
    atomic_size_t next;
};

typedef struct start_info {
    he_executor *executor;
    size_t worker;
} start_info;

static void drain(he_executor *e, size_t worker)
{
    for (;;) {
        size_t i = atomic_fetch_add_explicit(&e->next, 1, memory_order_relaxed);
        if (i >= e->count)
            return;
        e->body(e->arg, i, worker);
    }
}

static void *thread_main(void *p)
{
    start_info info = *(start_info *)p;
    he_free(p);
    he_executor *e = info.executor;
    he_fenv_default(); /* doubles in round-to-nearest without flush-to-zero */
    uint64_t seen = 0;
    pthread_mutex_lock(&e->lock);
    for (;;) {
        while (!e->stop && e->generation == seen)
            pthread_cond_wait(&e->work, &e->lock);
        if (e->stop)
            break;
        seen = e->generation;
        pthread_mutex_unlock(&e->lock);
        drain(e, info.worker);
        pthread_mutex_lock(&e->lock);
        if (--e->busy == 0)
            pthread_cond_signal(&e->done);
    }
    pthread_mutex_unlock(&e->lock);
    return NULL;
}

he_status he_executor_create(he_executor **executor, uint32_t count)
{
    HE_REQUIRE_PTR(executor);
    if (count < 1 || count > MAX_WORKERS)
        return he_fail(HE_ERR_ARGUMENT, "he_executor_create: count is %u, must be 1 to %d", count,
                       MAX_WORKERS);
    he_executor *e = he_alloc(1, sizeof *e);
    if (e == NULL)
        return he_fail(HE_ERR_MEMORY, "he_executor_create: no memory");
    e->workers = count;
    pthread_mutex_init(&e->lock, NULL);
    pthread_cond_init(&e->work, NULL);
    pthread_cond_init(&e->done, NULL);
    for (size_t i = 1; i < count; i++) {
        start_info *info = he_alloc(1, sizeof *info);
        if (info != NULL)
            *info = (start_info){e, i};
        if (info == NULL || pthread_create(&e->threads[i], NULL, thread_main, info) != 0) {
            he_free(info);
            he_executor_destroy(e);
            return he_fail(HE_ERR_MEMORY, "he_executor_create: cannot start thread %zu of %u", i,
                           count);
        }
        e->started++;
    }
    *executor = e;
    return HE_OK;
}

he_status he_executor_create_custom(he_executor **executor,
                                    void (*run)(void *, size_t, void (*)(void *, size_t, size_t),
                                                void *),
                                    void *user, uint32_t workers)
{
    HE_REQUIRE_PTR(executor);
    HE_REQUIRE_PTR(run);
    if (workers < 1 || workers > 65536)
        return he_fail(HE_ERR_ARGUMENT,
                       "he_executor_create_custom: workers is %u, must be 1 to 65536", workers);
    he_executor *e = he_alloc(1, sizeof *e);
    if (e == NULL)
        return he_fail(HE_ERR_MEMORY, "he_executor_create_custom: no memory");
    e->run = run;
    e->user = user;
    e->workers = workers;
    pthread_mutex_init(&e->lock, NULL);
    pthread_cond_init(&e->work, NULL);
    pthread_cond_init(&e->done, NULL);
    *executor = e;
    return HE_OK;
}

void he_executor_destroy(he_executor *e)
{
    if (e == NULL)
        return;
    pthread_mutex_lock(&e->lock);
    e->stop = true;
    pthread_cond_broadcast(&e->work);
    pthread_mutex_unlock(&e->lock);
    for (size_t i = 1; i <= e->started; i++)
        pthread_join(e->threads[i], NULL);
    pthread_cond_destroy(&e->done);
    pthread_cond_destroy(&e->work);
    pthread_mutex_destroy(&e->lock);
    he_free(e);
}

size_t he_executor_workers(const he_executor *e)
{
    return e->workers;
}

/* The caller's threads have a floating-point state of their own. */
typedef struct guarded {
    body_fn *body;
    void *arg;
} guarded;

static void guarded_body(void *arg, size_t i, size_t worker)
{
    guarded *g = arg;
    unsigned saved = he_fenv_enter();
    g->body(g->arg, i, worker);
    he_fenv_leave(saved);
}

void he_executor_run(he_executor *e, size_t count, body_fn *body, void *arg)
{
    if (e == NULL || (e->run == NULL && (e->workers == 1 || count < 2))) {
        for (size_t i = 0; i < count; i++)
            body(arg, i, 0);
        return;
    }
    if (e->run != NULL) {
        guarded g = {body, arg};
        e->run(e->user, count, guarded_body, &g);
        return;
    }
    pthread_mutex_lock(&e->lock);
    e->body = body;
    e->arg = arg;
    e->count = count;
    atomic_store_explicit(&e->next, 0, memory_order_relaxed);
    e->busy = e->workers - 1;
    e->generation++;
    pthread_cond_broadcast(&e->work);
    pthread_mutex_unlock(&e->lock);
    drain(e, 0);
    pthread_mutex_lock(&e->lock);
    while (e->busy != 0)
        pthread_cond_wait(&e->done, &e->lock);
    pthread_mutex_unlock(&e->lock);
}
