#include "node/attachment/keeper.h"

#include "crypto/assert.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ORIGINS = 64 };

/* A file that is being brought. */
struct open_part {
    struct open_part *next;
    struct ys_hash hash;
    struct ys_blob_part *part;
    struct ys_division peer;
    bool alone; /* all of it came from this peer, while we looked on */
    uint64_t size;
};

/* Who brought what lies half finished on the disk. */
struct origin {
    struct ys_hash hash;
    struct ys_division peer;
    bool known;
};

struct ys_keeper {
    struct ys_blobs *blobs;
    struct open_part *parts;       /* the thread's own */
    struct origin origin[ORIGINS]; /* likewise: a ring */
    unsigned origin_at;
    int fd;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards everything below */
    pthread_cond_t wake;
    struct ys_keeper_job *first, **last;
    struct ys_keeper_job *done_first, **done_last;
    bool closing;
};

struct ys_keeper_job *ys_keeper_job_new(enum ys_keeper_kind kind, const struct ys_hash *hash,
                                        size_t byte_count)
{
    struct ys_keeper_job *const job = malloc(sizeof *job + byte_count);
    if (job == NULL)
        return NULL;
    *job = (struct ys_keeper_job){.kind = kind, .hash = *hash, .byte_count = byte_count};
    return job;
}

/* --- files that are being brought --- */

static struct open_part **find_part(struct ys_keeper *k, const struct ys_hash *hash)
{
    struct open_part **link = &k->parts;
    while (*link != NULL && !ys_hash_equal(&(*link)->hash, hash))
        link = &(*link)->next;
    return link;
}

static struct origin *find_origin(struct ys_keeper *k, const struct ys_hash *hash)
{
    for (unsigned i = 0; i < ORIGINS; i++)
        if (k->origin[i].known && ys_hash_equal(&k->origin[i].hash, hash))
            return &k->origin[i];
    return NULL;
}

/* What is left on the disk is this peer's alone, or it is not known whose. */
static void keep_origin(struct ys_keeper *k, const struct open_part *part)
{
    struct origin *origin = find_origin(k, &part->hash);
    if (origin == NULL) {
        origin = &k->origin[k->origin_at];
        k->origin_at = (k->origin_at + 1) % ORIGINS;
    }
    *origin = (struct origin){.hash = part->hash, .peer = part->peer, .known = part->alone};
}

static void close_part(struct ys_keeper *k, struct open_part **link)
{
    struct open_part *const part = *link;
    *link = part->next;
    if (part->part != NULL)
        keep_origin(k, part);
    ys_blob_part_close(part->part);
    free(part);
}

static enum ys_code open_part(struct ys_keeper *k, struct ys_keeper_job *job)
{
    struct open_part **const link = find_part(k, &job->hash);
    if (*link != NULL) /* of a session that is gone */
        close_part(k, link);
    struct open_part *const part = calloc(1, sizeof *part);
    if (part == NULL)
        return ys_fail(&job->err, YS_NOMEM, "attachments: out of memory");
    *part = (struct open_part){
        .hash = job->hash, .peer = job->peer, .size = job->size, .next = k->parts};
    const enum ys_code code =
        ys_blob_part_open(k->blobs, &job->hash, job->size, &part->part, &job->err);
    if (code != YS_OK) {
        free(part);
        return code;
    }
    job->offset = ys_blob_part_offset(part->part);
    const struct origin *const origin = find_origin(k, &job->hash);
    part->alone =
        job->offset == 0 || (origin != NULL && ys_division_equal(&origin->peer, &job->peer));
    k->parts = part;
    return YS_OK;
}

/* All is here: it gets its name, or goes. */
static enum ys_code finish(struct ys_keeper *k, struct ys_keeper_job *job)
{
    struct open_part **const link = find_part(k, &job->hash);
    const bool alone = (*link)->alone;
    const enum ys_code code = ys_blob_part_finish(&(*link)->part, &job->err);
    close_part(k, link);
    job->finished = code == YS_OK;
    return code == YS_MALFORMED && !alone ? YS_REFUSED : code;
}

static enum ys_code begin(struct ys_keeper *k, struct ys_keeper_job *job)
{
    const enum ys_code code = open_part(k, job);
    if (code != YS_OK || job->offset < job->size)
        return code;
    /* It was all written, and the name not given. */
    const enum ys_code finished = finish(k, job);
    return finished == YS_OK ? YS_EXISTS : finished;
}

static enum ys_code append(struct ys_keeper *k, struct ys_keeper_job *job)
{
    struct open_part **const link = find_part(k, &job->hash);
    if (*link == NULL)
        return ys_fail(&job->err, YS_NOT_FOUND, "attachments: it is not being brought any more");
    const struct ys_bytes bytes = {job->bytes, job->byte_count};
    enum ys_code code = ys_blob_part_write((*link)->part, job->offset, bytes, &job->err);
    if (code == YS_MALFORMED)
        code = YS_REFUSED; /* pieces before it were lost to our disk */
    if (code != YS_OK)
        close_part(k, link);
    else if (ys_blob_part_offset((*link)->part) == (*link)->size)
        code = finish(k, job);
    return code;
}

static enum ys_code read_piece(struct ys_keeper *k, struct ys_keeper_job *job)
{
    size_t got = 0;
    const enum ys_code code = ys_blobs_read(k->blobs, &job->hash, job->offset, job->bytes,
                                            YS_BLOB_PIECE_MAX, &got, &job->size, &job->err);
    job->byte_count = code == YS_OK ? got : 0;
    job->size = code == YS_OK ? job->size : 0;
    return code;
}

static void carry_out(struct ys_keeper *k, struct ys_keeper_job *job)
{
    switch (job->kind) {
    case YS_KEEPER_READ:
        job->code = read_piece(k, job);
        break;
    case YS_KEEPER_BEGIN:
        job->code = begin(k, job);
        break;
    case YS_KEEPER_WRITE:
        job->code = append(k, job);
        job->byte_count = 0;
        break;
    case YS_KEEPER_LEAVE:
        if (*find_part(k, &job->hash) != NULL)
            close_part(k, find_part(k, &job->hash));
        break;
    }
}

/* --- the thread --- */

static void *work(void *argument)
{
    struct ys_keeper *const k = argument;
    const uint64_t one = 1;
    pthread_mutex_lock(&k->mutex);
    for (;;) {
        while (k->first == NULL && !k->closing)
            pthread_cond_wait(&k->wake, &k->mutex);
        if (k->closing)
            break;
        struct ys_keeper_job *const job = k->first;
        k->first = job->next;
        if (k->first == NULL)
            k->last = &k->first;
        pthread_mutex_unlock(&k->mutex);
        carry_out(k, job);
        pthread_mutex_lock(&k->mutex);
        if (job->kind == YS_KEEPER_LEAVE) {
            free(job);
            continue;
        }
        job->next = NULL;
        *k->done_last = job;
        k->done_last = &job->next;
        if (write(k->fd, &one, sizeof one) < 0)
            continue; /* the counter is full: it is readable in any case */
    }
    pthread_mutex_unlock(&k->mutex);
    return NULL;
}

enum ys_code ys_keeper_open(const char *folder, const struct ys_blob_options *options, int fd,
                            struct ys_keeper **out, struct ys_err *err)
{
    struct ys_keeper *const k = calloc(1, sizeof *k);
    if (k == NULL)
        return ys_fail(err, YS_NOMEM, "attachments: out of memory");
    k->fd = fd;
    k->last = &k->first;
    k->done_last = &k->done_first;
    enum ys_code code = ys_blobs_open(folder, options, &k->blobs, err);
    if (code != YS_OK) {
        free(k);
        return code;
    }
    pthread_mutex_init(&k->mutex, NULL);
    pthread_cond_init(&k->wake, NULL);
    const int rc = pthread_create(&k->thread, NULL, work, k);
    if (rc != 0) {
        code = ys_fail(err, YS_IO, "attachments: thread: %s", strerror(rc));
        ys_blobs_close(k->blobs);
        free(k);
        return code;
    }
    *out = k;
    return YS_OK;
}

static void free_jobs(struct ys_keeper_job *job)
{
    while (job != NULL) {
        struct ys_keeper_job *const next = job->next;
        free(job);
        job = next;
    }
}

void ys_keeper_close(struct ys_keeper *k)
{
    if (k == NULL)
        return;
    pthread_mutex_lock(&k->mutex);
    k->closing = true;
    pthread_cond_signal(&k->wake);
    pthread_mutex_unlock(&k->mutex);
    pthread_join(k->thread, NULL);
    while (k->parts != NULL)
        close_part(k, &k->parts);
    free_jobs(k->first);
    free_jobs(k->done_first);
    ys_blobs_close(k->blobs);
    pthread_cond_destroy(&k->wake);
    pthread_mutex_destroy(&k->mutex);
    free(k);
}

void ys_keeper_put(struct ys_keeper *k, struct ys_keeper_job *job)
{
    pthread_mutex_lock(&k->mutex);
    job->next = NULL;
    *k->last = job;
    k->last = &job->next;
    pthread_cond_signal(&k->wake);
    pthread_mutex_unlock(&k->mutex);
}

struct ys_keeper_job *ys_keeper_take(struct ys_keeper *k)
{
    pthread_mutex_lock(&k->mutex);
    struct ys_keeper_job *const job = k->done_first;
    if (job != NULL) {
        k->done_first = job->next;
        if (k->done_first == NULL)
            k->done_last = &k->done_first;
    }
    pthread_mutex_unlock(&k->mutex);
    return job;
}
