#include "node/committer.h"

#include "crypto/assert.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum {
    GROUP_MAX = 256,
    RETRY_MS = 1000,
    IDLE_MS = 5000,        /* after which somebody else may have died writing */
    CURSOR_WAIT_MS = 1000, /* how long a change may wait for company: */
    VERDICTS_WAIT_MS = 50,
    ENTRIES_WAIT_MS = 20 /* those of a catch-up; a small group costs as much as a large one */
};
static const uint64_t group_bytes_max = 4 * 1024 * 1024;

/* Queued changes and waiting results are singly linked, oldest first. */
struct pending {
    struct pending *next;
    struct ys_change *change;
    struct timespec due; /* monotonic; to be carried out at once when this has passed */
};
struct done {
    struct done *next;
    struct ys_change_result result;
};

struct ys_committer {
    const struct ys_store *store;
    const struct ys_node_keys *keys;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards everything below */
    pthread_cond_t wake;
    struct pending *first, **last;
    struct timespec due; /* of the first that is due */
    struct done *done_first, **done_last;
    uint64_t waiting; /* bytes of entries that are queued */
    uint64_t backlog; /* and these with those that are being written */
    uint64_t commits;
    struct ys_err trouble;
    bool closing;
    int fd;
};

static struct timespec after_ms(long ms)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += ms / 1000;
    at.tv_nsec += ms % 1000 * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

static bool is_before(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

/* How long it may wait for others that are committed with it. */
static long patience_ms(const struct ys_change *change)
{
    switch (change->kind) {
    case YS_CHANGE_CURSOR:
    case YS_CHANGE_MEMBERS:
        return CURSOR_WAIT_MS;
    case YS_CHANGE_VERDICTS:
        return VERDICTS_WAIT_MS;
    case YS_CHANGE_ENTRIES:
        return change->more ? ENTRIES_WAIT_MS : 0;
    case YS_CHANGE_HEAD:
    case YS_CHANGE_SIGN_OWN:
    case YS_CHANGE_STATE:
    case YS_CHANGE_RECEIPTS:
    case YS_CHANGE_RECOVER:
    case YS_CHANGE_RESUME:
    case YS_CHANGE_REWIND:
    case YS_CHANGE_FORK:
    case YS_CHANGE_CONTENT:
        break;
    }
    return 0;
}

/* Sleep until a change is due, or a whole group is there, or the end. False: nothing came for a while. */
static bool wait_for_work(struct ys_committer *c)
{
    const struct timespec until = after_ms(IDLE_MS);
    while (c->first == NULL && !c->closing)
        if (pthread_cond_timedwait(&c->wake, &c->mutex, &until) == ETIMEDOUT)
            return c->first != NULL || c->closing;
    while (c->waiting < group_bytes_max && !c->closing &&
           pthread_cond_timedwait(&c->wake, &c->mutex, &c->due) != ETIMEDOUT)
        continue;
    return true;
}

/* What a writer left that was killed at the end of its commit is seen once another begins: here that may
 * be a long time. */
static void take_turn(struct ys_committer *c)
{
    pthread_mutex_unlock(&c->mutex);
    ys_kv_take_turn(ys_store_kv(c->store));
    pthread_mutex_lock(&c->mutex);
}

/* Unlink the next group. */
static size_t take_group(struct ys_committer *c, struct pending **group)
{
    uint64_t bytes = 0;
    size_t count = 0;
    while (c->first != NULL && count < GROUP_MAX && bytes < group_bytes_max) {
        struct pending *const next = c->first;
        bytes += next->change->credit;
        c->waiting -= next->change->credit;
        group[count++] = next;
        c->first = next->next;
    }
    if (c->first == NULL)
        c->last = &c->first;
    for (const struct pending *item = c->first; item != NULL; item = item->next)
        if (item == c->first || is_before(&item->due, &c->due))
            c->due = item->due;
    return count;
}

static void add_results(struct ys_committer *c, struct done **list, size_t count)
{
    const uint64_t one = 1;
    for (size_t i = 0; i < count; i++) {
        list[i]->next = NULL;
        *c->done_last = list[i];
        c->done_last = &list[i]->next;
        c->backlog -= list[i]->result.credit;
    }
    c->commits++;
    if (write(c->fd, &one, sizeof one) != (ssize_t)sizeof one)
        return; /* the counter is full: it is readable in any case */
}

/* Carry out one group, again and again while the disk is full. False when the thread must end. */
static bool commit_group(struct ys_committer *c, struct pending **group, size_t count)
{
    struct ys_change *changes[GROUP_MAX];
    struct done *results[GROUP_MAX] = {0};
    static const struct ys_err none = {0};
    struct ys_change_result *const out = calloc(count, sizeof *out);
    struct ys_err err = {0};
    enum ys_code code = out == NULL ? ys_fail(&err, YS_NOMEM, "store: out of memory") : YS_OK;
    for (size_t i = 0; i < count && code == YS_OK; i++) {
        changes[i] = group[i]->change;
        if ((results[i] = malloc(sizeof *results[i])) == NULL)
            code = ys_fail(&err, YS_NOMEM, "store: out of memory");
    }
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (code == YS_OK)
        code = ys_change_apply(c->store, c->keys, changes, count,
                               now.tv_sec < 0 ? 0 : (uint64_t)now.tv_sec, out, &err);
    pthread_mutex_lock(&c->mutex);
    c->trouble = code == YS_OK ? none : err;
    c->trouble.code = code;
    for (size_t i = 0; i < count && code == YS_OK; i++) {
        results[i]->result = out[i];
        results[i]->result.credit = changes[i]->credit;
    }
    if (code == YS_OK)
        add_results(c, results, count);
    pthread_mutex_unlock(&c->mutex);
    for (size_t i = 0; i < count && code != YS_OK; i++)
        free(results[i]);
    free(out);
    return code == YS_OK;
}

static void *work(void *argument)
{
    struct ys_committer *const c = argument;
    struct pending *group[GROUP_MAX];
    pthread_mutex_lock(&c->mutex);
    for (;;) {
        if (!wait_for_work(c)) {
            take_turn(c);
            continue;
        }
        const size_t count = take_group(c, group);
        if (count == 0)
            break;
        pthread_mutex_unlock(&c->mutex);
        bool done = commit_group(c, group, count);
        pthread_mutex_lock(&c->mutex);
        while (!done && c->trouble.code == YS_FULL && !c->closing) {
            const struct timespec until = after_ms(RETRY_MS);
            pthread_cond_timedwait(&c->wake, &c->mutex, &until);
            pthread_mutex_unlock(&c->mutex);
            done = commit_group(c, group, count);
            pthread_mutex_lock(&c->mutex);
        }
        for (size_t i = 0; i < count; i++) {
            ys_change_free(group[i]->change);
            free(group[i]);
        }
        if (!done)
            break;
    }
    /* What could not be carried out was never acknowledged to anybody. */
    const uint64_t one = 1;
    if (c->trouble.code != YS_OK && write(c->fd, &one, sizeof one) < 0)
        c->closing = true;
    pthread_mutex_unlock(&c->mutex);
    return NULL;
}

enum ys_code ys_committer_open(const struct ys_store *store, const struct ys_node_keys *keys,
                               struct ys_committer **out, struct ys_err *err)
{
    struct ys_committer *const c = calloc(1, sizeof *c);
    pthread_condattr_t attributes;
    if (c == NULL)
        return ys_fail(err, YS_NOMEM, "writer: out of memory");
    c->store = store;
    c->keys = keys;
    c->last = &c->first;
    c->done_last = &c->done_first;
    c->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (c->fd < 0) {
        free(c);
        return ys_fail(err, YS_IO, "writer: eventfd: %s", strerror(errno));
    }
    pthread_mutex_init(&c->mutex, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&c->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    const int rc = pthread_create(&c->thread, NULL, work, c);
    if (rc != 0) {
        close(c->fd);
        free(c);
        return ys_fail(err, YS_IO, "writer: thread: %s", strerror(rc));
    }
    *out = c;
    return YS_OK;
}

void ys_committer_close(struct ys_committer *c)
{
    if (c == NULL)
        return;
    pthread_mutex_lock(&c->mutex);
    c->closing = true;
    pthread_cond_signal(&c->wake);
    pthread_mutex_unlock(&c->mutex);
    pthread_join(c->thread, NULL);
    while (c->first != NULL) {
        struct pending *const next = c->first;
        c->first = next->next;
        ys_change_free(next->change);
        free(next);
    }
    while (c->done_first != NULL) {
        struct done *const next = c->done_first;
        c->done_first = next->next;
        free(next);
    }
    pthread_cond_destroy(&c->wake);
    pthread_mutex_destroy(&c->mutex);
    close(c->fd);
    free(c);
}

void ys_committer_put(struct ys_committer *c, struct ys_change *change)
{
    struct pending *const item = malloc(sizeof *item);
    pthread_mutex_lock(&c->mutex);
    if (item == NULL) {
        c->trouble.code = ys_fail(&c->trouble, YS_NOMEM, "writer: out of memory");
        ys_change_free(change);
    } else {
        *item = (struct pending){.change = change, .due = after_ms(patience_ms(change))};
        if (c->first == NULL || is_before(&item->due, &c->due))
            c->due = item->due;
        *c->last = item;
        c->last = &item->next;
        c->backlog += change->credit;
        c->waiting += change->credit;
    }
    pthread_cond_signal(&c->wake);
    pthread_mutex_unlock(&c->mutex);
}

int ys_committer_fd(const struct ys_committer *c)
{
    return c->fd;
}

size_t ys_committer_take(struct ys_committer *c, struct ys_change_result *out, size_t capacity)
{
    uint64_t counter = 0;
    size_t count = 0;
    pthread_mutex_lock(&c->mutex);
    if (read(c->fd, &counter, sizeof counter) < 0)
        counter = 0; /* nobody rang: there may be results left all the same */
    while (c->done_first != NULL && count < capacity) {
        struct done *const next = c->done_first;
        c->done_first = next->next;
        out[count++] = next->result;
        free(next);
    }
    if (c->done_first == NULL)
        c->done_last = &c->done_first;
    else if (counter = 1, write(c->fd, &counter, sizeof counter) < 0)
        counter = 0;
    pthread_mutex_unlock(&c->mutex);
    return count;
}

uint64_t ys_committer_backlog(struct ys_committer *c)
{
    pthread_mutex_lock(&c->mutex);
    const uint64_t bytes = c->backlog;
    pthread_mutex_unlock(&c->mutex);
    return bytes;
}

enum ys_code ys_committer_trouble(struct ys_committer *c, struct ys_err *err)
{
    pthread_mutex_lock(&c->mutex);
    const enum ys_code code = c->trouble.code;
    if (code != YS_OK && err != NULL)
        *err = c->trouble;
    pthread_mutex_unlock(&c->mutex);
    return code;
}

uint64_t ys_committer_commits(struct ys_committer *c)
{
    pthread_mutex_lock(&c->mutex);
    const uint64_t commits = c->commits;
    pthread_mutex_unlock(&c->mutex);
    return commits;
}
