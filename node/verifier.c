#include "node/verifier.h"

#include "sync/rewind.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum {
    SLICE = 256,
    THREADS_MAX = 64,
    LESS_URGENT = 15,
    LOOK_AGAIN_MS = 5 /* while entries come in */
};

struct range {
    struct range *next;
    uint32_t log_id;
    unsigned which;
    uint64_t first, count;
};

struct ys_verifier {
    struct ys_verifier_options options;
    pthread_mutex_t mutex; /* guards everything below */
    pthread_cond_t wake;
    pthread_cond_t rest; /* nobody judges */
    struct range *first, **last;
    uint64_t backlog;
    bool closing;
    atomic_bool held;                /* also read without the mutex */
    unsigned judging;                /* workers that have a slice */
    struct timespec receiving_since; /* monotonic; zero: nothing waits for the writer */
    unsigned thread_count;
    pthread_t thread[THREADS_MAX];
};

static int64_t ms_between(const struct timespec *from, const struct timespec *to)
{
    return (int64_t)(to->tv_sec - from->tv_sec) * 1000 + (to->tv_nsec - from->tv_nsec) / 1000000;
}

/* Receiving goes before judging, for a while: a niceness alone makes the writer wait each time that it
 * wakes, until the slice of time of a worker is over. */
static bool lets_receive(struct ys_verifier *v)
{
    struct timespec now;
    if (ys_committer_backlog(v->options.committer) == 0) {
        v->receiving_since = (struct timespec){0};
        return false;
    }
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (v->receiving_since.tv_sec == 0 && v->receiving_since.tv_nsec == 0)
        v->receiving_since = now;
    return ms_between(&v->receiving_since, &now) < YS_RECEIVE_FIRST_MS;
}

/* Until there is something that may be judged, or the end. */
static void wait_for_work(struct ys_verifier *v)
{
    while (!v->closing) {
        if (v->first == NULL || v->held) {
            pthread_cond_wait(&v->wake, &v->mutex);
            continue;
        }
        if (!lets_receive(v))
            return;
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += LOOK_AGAIN_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&v->wake, &v->mutex, &until);
    }
}

/* The next slice of work; false at the end. */
static bool next_slice(struct ys_verifier *v, struct range *out)
{
    pthread_mutex_lock(&v->mutex);
    wait_for_work(v);
    if (v->closing) {
        pthread_mutex_unlock(&v->mutex);
        return false;
    }
    struct range *const range = v->first;
    *out = *range;
    if (range->count > SLICE) {
        out->count = SLICE;
        range->first += SLICE;
        range->count -= SLICE;
    } else {
        v->first = range->next;
        if (v->first == NULL)
            v->last = &v->first;
        free(range);
    }
    v->judging++;
    pthread_mutex_unlock(&v->mutex);
    return true;
}

/* Put back, as the next, what of the slice was not judged. */
static void end_slice(struct ys_verifier *v, const struct range *slice, uint64_t done)
{
    struct range *rest = NULL;
    if (done < slice->count && (rest = malloc(sizeof *rest)) != NULL) {
        *rest = *slice;
        rest->first += done;
        rest->count -= done;
    }
    pthread_mutex_lock(&v->mutex);
    if (rest != NULL) {
        rest->next = v->first;
        v->first = rest;
        if (rest->next == NULL)
            v->last = &rest->next;
    }
    /* Without memory for it the rest stays unchecked, and is found at the next start. */
    v->backlog -= rest != NULL ? done : slice->count;
    v->judging--;
    if (v->judging == 0)
        pthread_cond_signal(&v->rest);
    pthread_mutex_unlock(&v->mutex);
}

struct judged {
    struct ys_log log;
    uint64_t rewinds;
    uint64_t count;         /* of entries that were looked at */
    bool any;               /* verdicts that are new */
    uint8_t verdict[SLICE]; /* as YS_CHANGE_VERDICTS has them */
};

static enum ys_code judge_slice(struct ys_verifier *v, const struct range *range,
                                struct judged *judged, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    judged->any = false;
    judged->count = 0;
    enum ys_code code = ys_store_begin(v->options.store, false, &txn, err);
    if (code == YS_OK)
        code = ys_log_load(txn, range->log_id, &judged->log, err);
    if (code == YS_OK)
        code = ys_rewinds_load(txn, &judged->rewinds, err);
    if (code == YS_OK)
        code = ys_status_read(txn, range->log_id, range->first, (size_t)range->count,
                              judged->verdict, err);
    for (uint64_t i = 0; i < range->count && code == YS_OK && !v->held; i++) {
        struct ys_entry entry;
        const uint8_t before = judged->verdict[i];
        judged->count++;
        if ((range->which >> before & 1) == 0) {
            judged->verdict[i] = YS_NOT_JUDGED;
            continue;
        }
        code = ys_log_entry(txn, range->log_id, range->first + i, &entry, err);
        if (code != YS_OK)
            break;
        judged->verdict[i] = (uint8_t)ys_judge(v->options.member, &judged->log.origin,
                                               range->first + i, &entry, NULL);
        judged->any = judged->any || judged->verdict[i] != before;
        if (entry.content != YS_CONTENT_BODY)
            judged->verdict[i] |= YS_JUDGED_BODILESS;
    }
    return code;
}

static void report(struct ys_verifier *v, const struct range *range, const struct judged *judged)
{
    struct ys_change *change = NULL;
    if (ys_change_new(YS_CHANGE_VERDICTS, (size_t)judged->count + 8, &change, NULL) != YS_OK)
        return; /* they stay unchecked, and are found at the next start */
    memcpy(change->origin, judged->log.origin_text, sizeof change->origin);
    change->first_index = range->first;
    change->count = (size_t)judged->count;
    change->rewinds = judged->rewinds;
    change->verdicts =
        ys_change_keep(change, (struct ys_bytes){judged->verdict, (size_t)judged->count}).data;
    ys_committer_put(v->options.committer, change);
}

/* Receiving goes before judging. On Linux each thread has a niceness of its own; without the right to
 * change it all work alike. */
static void give_way(void)
{
    const id_t thread = (id_t)gettid();
    errno = 0;
    const int now = getpriority(PRIO_PROCESS, thread);
    if (errno == 0 && setpriority(PRIO_PROCESS, thread, now + LESS_URGENT) != 0)
        return;
}

static void *work(void *argument)
{
    struct ys_verifier *const v = argument;
    struct range range;
    give_way();
    while (next_slice(v, &range)) {
        struct judged judged;
        const enum ys_code code = judge_slice(v, &range, &judged, NULL);
        if (code == YS_OK && judged.any)
            report(v, &range, &judged);
        end_slice(v, &range, code == YS_OK ? judged.count : range.count);
    }
    return NULL;
}

enum ys_code ys_verifier_open(const struct ys_verifier_options *options, struct ys_verifier **out,
                              struct ys_err *err)
{
    struct ys_verifier *const v = calloc(1, sizeof *v);
    if (v == NULL)
        return ys_fail(err, YS_NOMEM, "verifier: out of memory");
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned threads = options->threads != 0 ? options->threads : cores < 1 ? 1 : (unsigned)cores;
    threads = threads > THREADS_MAX ? THREADS_MAX : threads;
    v->options = *options;
    v->last = &v->first;
    pthread_mutex_init(&v->mutex, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&v->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_cond_init(&v->rest, NULL);
    for (; v->thread_count < threads; v->thread_count++) {
        const int rc = pthread_create(&v->thread[v->thread_count], NULL, work, v);
        if (rc != 0) {
            ys_verifier_close(v);
            return ys_fail(err, YS_IO, "verifier: thread: %s", strerror(rc));
        }
    }
    *out = v;
    return YS_OK;
}

void ys_verifier_close(struct ys_verifier *v)
{
    if (v == NULL)
        return;
    pthread_mutex_lock(&v->mutex);
    v->closing = true;
    pthread_cond_broadcast(&v->wake);
    pthread_mutex_unlock(&v->mutex);
    for (unsigned i = 0; i < v->thread_count; i++)
        pthread_join(v->thread[i], NULL);
    while (v->first != NULL) {
        struct range *const next = v->first;
        v->first = next->next;
        free(next);
    }
    pthread_cond_destroy(&v->wake);
    pthread_cond_destroy(&v->rest);
    pthread_mutex_destroy(&v->mutex);
    free(v);
}

enum ys_code ys_verifier_put(struct ys_verifier *v, uint32_t log_id, uint64_t first, uint64_t count,
                             unsigned which, struct ys_err *err)
{
    struct range *range = NULL;
    if (count == 0)
        return YS_OK;
    if ((range = malloc(sizeof *range)) == NULL)
        return ys_fail(err, YS_NOMEM, "verifier: out of memory");
    *range = (struct range){.log_id = log_id, .which = which, .first = first, .count = count};
    pthread_mutex_lock(&v->mutex);
    *v->last = range;
    v->last = &range->next;
    v->backlog += count;
    pthread_cond_broadcast(&v->wake);
    pthread_mutex_unlock(&v->mutex);
    return YS_OK;
}

void ys_verifier_hold(struct ys_verifier *v)
{
    pthread_mutex_lock(&v->mutex);
    v->held = true;
    while (v->judging != 0)
        pthread_cond_wait(&v->rest, &v->mutex);
    pthread_mutex_unlock(&v->mutex);
}

void ys_verifier_release(struct ys_verifier *v)
{
    pthread_mutex_lock(&v->mutex);
    v->held = false;
    pthread_cond_broadcast(&v->wake);
    pthread_mutex_unlock(&v->mutex);
}

uint64_t ys_verifier_backlog(struct ys_verifier *v)
{
    pthread_mutex_lock(&v->mutex);
    const uint64_t count = v->backlog;
    pthread_mutex_unlock(&v->mutex);
    return count;
}
