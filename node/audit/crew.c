#include "node/audit/crew.h"

#include "node/lang.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { THREADS_MAX = 64, PIECES_A_THREAD = 4 };

/* The pieces are a ring: [taken, begun) are being done or done, [begun, given) wait for a thread. */
struct crew {
    const struct ys_crew_options *options;
    uint8_t *pieces;
    bool *done;
    size_t room;
    pthread_mutex_t mutex; /* guards all below, and `done` */
    pthread_cond_t given_more;
    pthread_cond_t done_more;
    uint64_t given, begun, taken;
    bool closing;
    unsigned thread_count;
    pthread_t thread[THREADS_MAX];
};

static void *piece_at(const struct crew *crew, uint64_t number)
{
    return crew->pieces + (size_t)(number % crew->room) * crew->options->piece_size;
}

static void *labour(void *argument)
{
    struct crew *const crew = argument;
    pthread_mutex_lock(&crew->mutex);
    for (;;) {
        while (!crew->closing && crew->begun == crew->given)
            pthread_cond_wait(&crew->given_more, &crew->mutex);
        if (crew->begun == crew->given)
            break;
        const uint64_t number = crew->begun++;
        pthread_mutex_unlock(&crew->mutex);
        crew->options->work(crew->options->context, piece_at(crew, number));
        pthread_mutex_lock(&crew->mutex);
        crew->done[number % crew->room] = true;
        pthread_cond_signal(&crew->done_more);
    }
    pthread_mutex_unlock(&crew->mutex);
    return NULL;
}

/* Wait for the oldest piece, and take it up. */
static enum ys_code take_oldest(struct crew *crew, bool failed, struct ys_err *err)
{
    const size_t place = (size_t)(crew->taken % crew->room);
    pthread_mutex_lock(&crew->mutex);
    while (!crew->done[place])
        pthread_cond_wait(&crew->done_more, &crew->mutex);
    crew->done[place] = false;
    pthread_mutex_unlock(&crew->mutex);
    const enum ys_code code =
        crew->options->take(crew->options->context, piece_at(crew, crew->taken), failed, err);
    crew->taken++;
    return code;
}

static enum ys_code give(struct crew *crew, struct ys_err *err)
{
    void *const piece = piece_at(crew, crew->given);
    memset(piece, 0, crew->options->piece_size);
    const enum ys_code code = crew->options->next(crew->options->context, piece, err);
    if (code != YS_OK)
        return code;
    pthread_mutex_lock(&crew->mutex);
    crew->given++;
    pthread_cond_signal(&crew->given_more);
    pthread_mutex_unlock(&crew->mutex);
    return YS_OK;
}

static enum ys_code lead(struct crew *crew, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    while (code == YS_OK) {
        if (crew->given - crew->taken == crew->room)
            code = take_oldest(crew, false, err);
        else
            code = give(crew, err);
    }
    while (crew->taken != crew->given) {
        const bool failed = code != YS_NOT_FOUND;
        const enum ys_code taken = take_oldest(crew, failed, failed ? NULL : err);
        code = failed || taken == YS_OK ? code : taken;
    }
    return code == YS_NOT_FOUND ? YS_OK : code;
}

static void dismiss(struct crew *crew)
{
    pthread_mutex_lock(&crew->mutex);
    crew->closing = true;
    pthread_cond_broadcast(&crew->given_more);
    pthread_mutex_unlock(&crew->mutex);
    for (unsigned i = 0; i < crew->thread_count; i++)
        pthread_join(crew->thread[i], NULL);
    pthread_cond_destroy(&crew->given_more);
    pthread_cond_destroy(&crew->done_more);
    pthread_mutex_destroy(&crew->mutex);
    free(crew->pieces);
    free(crew->done);
}

enum ys_code ys_crew_run(const struct ys_crew_options *options, struct ys_err *err)
{
    struct crew crew = {.options = options};
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned threads = options->threads != 0 ? options->threads : cores < 1 ? 1 : (unsigned)cores;
    threads = threads > THREADS_MAX ? THREADS_MAX : threads;
    crew.room = (size_t)threads * PIECES_A_THREAD;
    crew.pieces = calloc(crew.room, options->piece_size);
    crew.done = calloc(crew.room, sizeof *crew.done);
    pthread_mutex_init(&crew.mutex, NULL);
    pthread_cond_init(&crew.given_more, NULL);
    pthread_cond_init(&crew.done_more, NULL);
    enum ys_code code = YS_OK;
    if (crew.pieces == NULL || crew.done == NULL)
        code = ys_fail(err, YS_NOMEM, _("out of memory"));
    for (; code == YS_OK && crew.thread_count < threads; crew.thread_count++)
        if (pthread_create(&crew.thread[crew.thread_count], NULL, labour, &crew) != 0)
            break;
    if (code == YS_OK && crew.thread_count == 0)
        code = ys_fail(err, YS_IO, _("no thread could be started"));
    if (code == YS_OK)
        code = lead(&crew, err);
    dismiss(&crew);
    return code;
}
