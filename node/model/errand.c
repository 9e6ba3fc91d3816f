#include "node/model/errand.h"

#include "crypto/assert.h"

#include <pthread.h>
#include <stdlib.h>

/* One record more, as it is published, is fewer errands than this: a thread would cost more. */
enum { ALONE = 4 };

struct ys_errands {
    const struct ys_store *store;
    struct ys_txn *txn;  /* the sender's */
    struct ys_txn *twin; /* the thread's; begun and ended by the sender */
    pthread_t thread;
    bool running;
    bool refused; /* no thread was to be had */
    uint64_t sent;
    pthread_mutex_t mutex; /* guards everything below */
    pthread_cond_t work, done;
    struct ys_errand *queue[YS_ERRANDS_MAX];
    uint64_t queued, finished;
    bool closing;
};

static void carry_out(struct ys_errand *errand, struct ys_txn *txn)
{
    errand->code = errand->run(errand, txn, &errand->err);
}

static void *work(void *context)
{
    struct ys_errands *const e = context;
    pthread_mutex_lock(&e->mutex);
    for (;;) {
        while (e->finished == e->queued && !e->closing)
            pthread_cond_wait(&e->work, &e->mutex);
        if (e->closing)
            break;
        struct ys_errand *const next = e->queue[e->finished % YS_ERRANDS_MAX];
        pthread_mutex_unlock(&e->mutex);
        carry_out(next, e->twin);
        pthread_mutex_lock(&e->mutex);
        e->finished++;
        pthread_cond_signal(&e->done);
    }
    pthread_mutex_unlock(&e->mutex);
    return NULL;
}

enum ys_code ys_errands_new(const struct ys_store *store, struct ys_txn *txn,
                            struct ys_errands **out, struct ys_err *err)
{
    struct ys_errands *const e = calloc(1, sizeof *e);
    if (e == NULL)
        return ys_fail(err, YS_NOMEM, "read model: out of memory");
    e->store = store;
    e->txn = txn;
    pthread_mutex_init(&e->mutex, NULL);
    pthread_cond_init(&e->work, NULL);
    pthread_cond_init(&e->done, NULL);
    *out = e;
    return YS_OK;
}

void ys_errands_free(struct ys_errands *e)
{
    if (e == NULL)
        return;
    if (e->running) {
        pthread_mutex_lock(&e->mutex);
        e->closing = true;
        pthread_cond_signal(&e->work);
        pthread_mutex_unlock(&e->mutex);
        pthread_join(e->thread, NULL);
    }
    ys_txn_abort(&e->twin);
    pthread_cond_destroy(&e->done);
    pthread_cond_destroy(&e->work);
    pthread_mutex_destroy(&e->mutex);
    free(e);
}

/* All that was sent before has been done. */
static void start(struct ys_errands *e)
{
    e->queued = e->sent;
    e->finished = e->sent;
    e->running = ys_store_begin(e->store, false, &e->twin, NULL) == YS_OK &&
                 ys_txn_view(e->twin) == ys_txn_view(e->txn) && /* nothing came between */
                 pthread_create(&e->thread, NULL, work, e) == 0;
    e->refused = !e->running;
    if (e->refused)
        ys_txn_abort(&e->twin);
}

void ys_errands_send(struct ys_errands *e, struct ys_errand *errand)
{
    if (!e->running && !e->refused && e->sent >= ALONE)
        start(e);
    errand->nth = e->sent++;
    if (!e->running) {
        carry_out(errand, e->txn);
        return;
    }
    pthread_mutex_lock(&e->mutex);
    YS_ASSERT(e->queued - e->finished < YS_ERRANDS_MAX);
    e->queue[e->queued++ % YS_ERRANDS_MAX] = errand;
    pthread_cond_signal(&e->work);
    pthread_mutex_unlock(&e->mutex);
}

enum ys_code ys_errands_wait(struct ys_errands *e, const struct ys_errand *errand,
                             struct ys_err *err)
{
    if (e->running) {
        pthread_mutex_lock(&e->mutex);
        while (e->finished <= errand->nth)
            pthread_cond_wait(&e->done, &e->mutex);
        pthread_mutex_unlock(&e->mutex);
    }
    if (errand->code != YS_OK && err != NULL)
        *err = errand->err;
    return errand->code;
}
