/* Attachments of a running daemon: what is missing and from whom it may come, who takes it now, and
 * the two threads that do the work (attachment/keeper.h, attachment/lister.h). */
#include "node/attachment/fault.h"
#include "node/attachment/keep.h"
#include "node/attachment/keeper.h"
#include "node/attachment/lister.h"
#include "node/daemon_state.h"
#include "node/reserve.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    LOOK_AFTER_MS = 200, /* between two looks, or ten times as long as one takes */
    LOOK_EVERY_MS = 10 * 60 * 1000,
    QUIET_MS = 100, /* so long nothing was received, sent or judged when a look begins, */
    PATIENCE_MS = 2 * 60 * 1000, /* or it waited so long for that */
    HEARD_MS = 60 * 1000,        /* so long verdicts may be of records that name attachments */
    SWEEP_EVERY_MS = 5000,
    STALL_MS = 120 * 1000,       /* a peer that does not go on with a file */
    MISSING_MS = 10 * 60 * 1000, /* until it is asked again, if it does not tell before */
    WRONG_MS = 30 * 60 * 1000,
    FAILED_MS = 1000,
    COLLECT_FIRST_MS = 60 * 60 * 1000,
    COLLECT_EVERY_MS = 24 * 60 * 60 * 1000,
    REFUSALS = 4,
    HASH_TOLD = 16 /* digits */
};
static const uint64_t room_bytes = (uint64_t)64 << 20; /* stays free for records */

/* A file that should be here and is not. */
struct wish {
    struct ys_hash hash;
    uint64_t size;
    int64_t record;
    bool done;
    int64_t done_ms;
    uint64_t session; /* that takes it; 0: none */
    int64_t moved_ms; /* when a piece came last */
    int64_t not_before_ms;
    struct refusal {
        struct ys_division peer;
        int64_t until_ms; /* 0: none */
        bool missing;     /* it did not have it */
    } refusal[REFUSALS];
};

struct ys_blobbing {
    struct ys_blob_desk desk;
    struct ys_keeper *keeper;
    struct ys_lister *lister;
    struct ys_blob_faults faults;
    int fd;
    uint64_t file_max;
    struct ys_attachment_index index;
    struct wish *wish; /* by hash */
    size_t *order;     /* places in it, oldest record first */
    size_t wish_count, first_open;
    uint64_t free_bytes;
    bool moved, looking, collecting, told;
    int64_t asked_ms, look_ms;   /* when the last look was asked for; when the next may be */
    int64_t moved_ms, worked_ms; /* since when a look is wanted; when the daemon was at work last */
    int64_t swept_ms, collect_ms;
    int64_t heard_until_ms; /* of entries that name attachments */
};

/* --- wishes --- */

static int by_hash(const void *a, const void *b)
{
    return memcmp(((const struct wish *)a)->hash.bytes, ((const struct wish *)b)->hash.bytes,
                  YS_HASH_LEN);
}

static struct wish *find_wish(const struct ys_blobbing *b, const struct ys_hash *hash)
{
    const struct wish key = {.hash = *hash};
    return b->wish_count == 0 ? NULL
                              : bsearch(&key, b->wish, b->wish_count, sizeof *b->wish, by_hash);
}

static int by_record(const void *a, const void *b, void *wishes)
{
    const struct wish *const wish = wishes;
    const int64_t left = wish[*(const size_t *)a].record;
    const int64_t right = wish[*(const size_t *)b].record;
    return left < right ? -1 : left > right;
}

static bool related(const struct ys_blobbing *b, const struct ys_hash *hash,
                    const struct ys_division *peer)
{
    const struct ys_attachment_due *due = ys_attachment_find(&b->index, hash);
    const struct ys_attachment_due *const end = b->index.due + b->index.count;
    for (; due != NULL && due < end && ys_hash_equal(&due->hash, hash); due++)
        if (ys_division_related(&due->division, peer))
            return true;
    return false;
}

static bool refuses(const struct wish *wish, const struct ys_division *peer, int64_t now_ms)
{
    for (int i = 0; i < REFUSALS; i++)
        if (wish->refusal[i].until_ms > now_ms && ys_division_equal(&wish->refusal[i].peer, peer))
            return true;
    return false;
}

static void refuse(struct wish *wish, const struct ys_division *peer, int64_t until_ms,
                   bool missing)
{
    struct refusal *place = &wish->refusal[0];
    for (int i = 0; i < REFUSALS; i++) {
        if (ys_division_equal(&wish->refusal[i].peer, peer)) {
            place = &wish->refusal[i];
            break;
        }
        if (wish->refusal[i].until_ms < place->until_ms)
            place = &wish->refusal[i];
    }
    *place = (struct refusal){.peer = *peer, .until_ms = until_ms, .missing = missing};
}

static void forget_idleness(struct ys_daemon *daemon)
{
    for (struct ys_peer *peer = daemon->peers; peer != NULL; peer = peer->next)
        peer->no_wish = false;
}

/* --- the desk --- */

static bool idle(void *context)
{
    const struct ys_peer *const peer = context;
    return peer->outbox.bytes == 0 && peer->failure.code == YS_OK;
}

static bool may_have(void *context, const struct ys_hash *hash)
{
    const struct ys_peer *const peer = context;
    return related(peer->daemon->blobs, hash, ys_session_peer(peer->session));
}

static struct ys_keeper_job *new_job(struct ys_peer *peer, enum ys_keeper_kind kind,
                                     const struct ys_hash *hash, size_t bytes)
{
    struct ys_keeper_job *const job = ys_keeper_job_new(kind, hash, bytes);
    if (job == NULL) {
        ys_daemon_peer_failed(peer, YS_NOMEM, &(struct ys_err){.msg = "out of memory"});
        return NULL;
    }
    job->session = ys_session_id(peer->session);
    job->peer = *ys_session_peer(peer->session);
    return job;
}

static void read_piece(void *context, const struct ys_hash *hash, uint64_t offset)
{
    struct ys_peer *const peer = context;
    struct ys_keeper_job *const job = new_job(peer, YS_KEEPER_READ, hash, YS_BLOB_PIECE_MAX);
    if (job == NULL)
        return;
    job->offset = offset;
    ys_keeper_put(peer->daemon->blobs->keeper, job);
}

static bool next_wish(void *context, struct ys_hash *hash_out, uint64_t *size_out)
{
    struct ys_peer *const peer = context;
    struct ys_daemon *const daemon = peer->daemon;
    struct ys_blobbing *const b = daemon->blobs;
    if (peer->no_wish || peer->failure.code != YS_OK)
        return false;
    while (b->first_open < b->wish_count && b->wish[b->order[b->first_open]].done)
        b->first_open++;
    for (size_t i = b->first_open; i < b->wish_count; i++) {
        struct wish *const wish = &b->wish[b->order[i]];
        if (wish->done || wish->session != 0 || wish->not_before_ms > daemon->now_ms ||
            wish->size > b->file_max || wish->size + room_bytes > b->free_bytes ||
            refuses(wish, ys_session_peer(peer->session), daemon->now_ms) ||
            !related(b, &wish->hash, ys_session_peer(peer->session)))
            continue;
        wish->session = ys_session_id(peer->session);
        wish->moved_ms = daemon->now_ms;
        *hash_out = wish->hash;
        *size_out = wish->size;
        return true;
    }
    peer->no_wish = true;
    return false;
}

static void begin(void *context, const struct ys_hash *hash, uint64_t size)
{
    struct ys_peer *const peer = context;
    struct ys_keeper_job *const job = new_job(peer, YS_KEEPER_BEGIN, hash, 0);
    if (job == NULL)
        return;
    job->size = size;
    ys_keeper_put(peer->daemon->blobs->keeper, job);
}

static void write_piece(void *context, const struct ys_hash *hash, uint64_t offset,
                        struct ys_bytes bytes)
{
    struct ys_peer *const peer = context;
    struct wish *const wish = find_wish(peer->daemon->blobs, hash);
    struct ys_keeper_job *const job = new_job(peer, YS_KEEPER_WRITE, hash, bytes.size);
    if (wish != NULL)
        wish->moved_ms = peer->daemon->now_ms;
    if (job == NULL)
        return;
    job->offset = offset;
    memcpy(job->bytes, bytes.data, bytes.size);
    ys_keeper_put(peer->daemon->blobs->keeper, job);
}

static void leave(struct ys_blobbing *b, const struct ys_hash *hash)
{
    struct ys_keeper_job *const job = ys_keeper_job_new(YS_KEEPER_LEAVE, hash, 0);
    if (job != NULL) /* else it is closed when it is begun again */
        ys_keeper_put(b->keeper, job);
}

static void tell(const struct ys_daemon *daemon, enum ys_priority priority, const char *event,
                 const struct ys_division *peer, const struct wish *wish)
{
    char name[YS_BLOB_NAME_LEN + 1];
    (void)daemon;
    ys_blob_name(&wish->hash, name);
    ys_journal(priority, event, "hash=%.*s size=%llu code=%s", HASH_TOLD, name,
               (unsigned long long)wish->size, peer->digits);
}

/* It sent something else: counted, named, and not asked for it for a while. */
static void blame(struct ys_daemon *daemon, const struct ys_division *peer, struct wish *wish)
{
    struct ys_blobbing *const b = daemon->blobs;
    struct ys_err err = {0};
    refuse(wish, peer, daemon->now_ms + WRONG_MS, false);
    tell(daemon, YS_PRIORITY_WARNING, "attachment_wrong", peer, wish);
    if (ys_blob_faults_add(daemon->options->home, &b->faults, peer, &wish->hash, ys_now_s(),
                           &err) != YS_OK)
        ys_journal_text(YS_PRIORITY_WARNING, "attachment_faults", "reason", err.msg);
}

static void came(struct ys_daemon *daemon, struct wish *wish)
{
    struct ys_blobbing *const b = daemon->blobs;
    struct ys_attachment_due *due = ys_attachment_find(&b->index, &wish->hash);
    const struct ys_attachment_due *const end = b->index.due + b->index.count;
    for (; due != NULL && due < end && ys_hash_equal(&due->hash, &wish->hash); due++)
        due->here = true;
    wish->done = true;
    wish->done_ms = daemon->now_ms;
    b->told = false;
    ys_daemon_blobs_moved(daemon);
}

static void ended(void *context, const struct ys_hash *hash, enum ys_blob_end end)
{
    struct ys_peer *const peer = context;
    struct ys_daemon *const daemon = peer->daemon;
    struct ys_blobbing *const b = daemon->blobs;
    struct wish *const wish = find_wish(b, hash);
    const struct ys_division *const division = ys_session_peer(peer->session);
    if (wish != NULL)
        wish->session = 0;
    if (end != YS_BLOB_DONE)
        leave(b, hash);
    if (wish == NULL)
        return; /* nobody wants it any more */
    forget_idleness(daemon);
    switch (end) {
    case YS_BLOB_DONE:
        tell(daemon, YS_PRIORITY_INFO, "attachment", division, wish);
        came(daemon, wish);
        break;
    case YS_BLOB_MISSING:
        refuse(wish, division, daemon->now_ms + MISSING_MS, true);
        break;
    case YS_BLOB_WRONG:
        blame(daemon, division, wish);
        break;
    case YS_BLOB_FAILED:
        wish->not_before_ms = daemon->now_ms + FAILED_MS;
        break;
    }
}

static void ask_again(struct wish *wish, const struct ys_division *peer)
{
    for (int i = 0; i < REFUSALS; i++)
        if (wish->refusal[i].missing && ys_division_equal(&wish->refusal[i].peer, peer))
            wish->refusal[i].until_ms = 0;
}

static void here(void *context, const struct ys_hash *hash)
{
    struct ys_peer *const peer = context;
    struct wish *const wish = find_wish(peer->daemon->blobs, hash);
    if (wish != NULL)
        ask_again(wish, ys_session_peer(peer->session));
    peer->no_wish = false;
}

/* --- opening and closing --- */

enum ys_code ys_daemon_blobs_open(struct ys_daemon *daemon, struct ys_err *err)
{
    const struct ys_daemon_options *const options = daemon->options;
    struct ys_config config;
    char path[PATH_MAX];
    if (options->home == NULL)
        return YS_OK;
    struct ys_blobbing *const b = calloc(1, sizeof *b);
    if (b == NULL)
        return ys_fail(err, YS_NOMEM, "attachments: out of memory");
    b->desk = (struct ys_blob_desk){.idle = idle,
                                    .may_have = may_have,
                                    .read = read_piece,
                                    .next = next_wish,
                                    .begin = begin,
                                    .write = write_piece,
                                    .ended = ended,
                                    .here = here};
    b->collect_ms = daemon->now_ms + COLLECT_FIRST_MS;
    b->moved = true;
    b->moved_ms = b->worked_ms = daemon->now_ms; /* the links come first */
    daemon->blobs = b;
    ys_home_path(options->home, "attachments", path);
    ys_blob_faults_load(options->home, &b->faults);
    b->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (b->fd < 0)
        return ys_fail(err, YS_IO, "attachments: eventfd: %s", strerror(errno));
    enum ys_code code = ys_config_load(options->home, &config, err);
    if (code != YS_OK)
        return code;
    const struct ys_blob_options limits = {.file_max = config.attachment_bytes,
                                           .total_max = config.attachments_bytes};
    b->file_max = limits.file_max == 0 ? YS_BLOB_FILE_MAX : limits.file_max;
    code = ys_keeper_open(path, &limits, b->fd, &b->keeper, err);
    return code == YS_OK ? ys_lister_open(options->home, options->store, options->roots, b->fd,
                                          &b->lister, err)
                         : code;
}

void ys_daemon_blobs_close(struct ys_daemon *daemon)
{
    struct ys_blobbing *const b = daemon->blobs;
    if (b == NULL)
        return;
    ys_keeper_close(b->keeper);
    ys_lister_close(b->lister);
    ys_attachment_index_clear(&b->index);
    free(b->wish);
    free(b->order);
    if (b->fd >= 0)
        close(b->fd);
    free(b);
    daemon->blobs = NULL;
}

int ys_daemon_blobs_fd(const struct ys_daemon *daemon)
{
    return daemon->blobs == NULL ? -1 : daemon->blobs->fd;
}

const struct ys_blob_desk *ys_daemon_blobs_desk(const struct ys_daemon *daemon)
{
    return daemon->blobs == NULL ? NULL : &daemon->blobs->desk;
}

/* --- what the threads give --- */

static void hand_job(struct ys_daemon *daemon, struct ys_daemon_turn *turn,
                     const struct ys_keeper_job *job)
{
    struct ys_peer *const peer = ys_daemon_peer(daemon, job->session);
    struct ys_err why = {0};
    enum ys_code code = YS_OK;
    if (job->code != YS_OK && ys_code_fault(job->code) == YS_FAULT_LOCAL)
        ys_journal_text(YS_PRIORITY_WARNING, "attachments", "reason", job->err.msg);
    if (peer == NULL || peer->failure.code != YS_OK)
        return;
    struct ys_turn session_turn = ys_daemon_peer_turn(peer, turn);
    switch (job->kind) {
    case YS_KEEPER_READ:
        code = ys_session_blob_read(peer->session, &session_turn,
                                    &(struct ys_blob_piece){.hash = job->hash,
                                                            .offset = job->offset,
                                                            .total = job->size,
                                                            .bytes = {job->bytes, job->byte_count}},
                                    &why);
        break;
    case YS_KEEPER_BEGIN:
        code = ys_session_blob_begun(peer->session, &session_turn, &job->hash, job->offset,
                                     job->code, &why);
        break;
    case YS_KEEPER_WRITE:
        code = ys_session_blob_written(peer->session, &session_turn, &job->hash, job->finished,
                                       job->code, &why);
        break;
    case YS_KEEPER_LEAVE:
        break;
    }
    ys_daemon_peer_failed(peer, code, &why);
}

/* What is known of a wish stays with it. */
static void make_wish(const struct ys_blobbing *b, const struct ys_attachment_due *due,
                      struct wish *out)
{
    const struct wish *const old = find_wish(b, &due->hash);
    *out = old != NULL ? *old : (struct wish){.hash = due->hash};
    out->size = due->size;
    out->record = due->record;
    out->done = false;
}

static bool make_wishes(struct ys_blobbing *b, const struct ys_attachment_index *index)
{
    struct wish *const wishes = calloc(index->count + 1, sizeof *wishes);
    size_t *const order = calloc(index->count + 1, sizeof *order);
    size_t count = 0;
    if (wishes == NULL || order == NULL) {
        free(wishes);
        free(order);
        return false;
    }
    for (size_t i = 0; i < index->count; i++) {
        const struct wish *const old = find_wish(b, &index->due[i].hash);
        if (old != NULL && old->done && old->done_ms >= b->asked_ms)
            index->due[i].here = true; /* it came while the look was under way */
        if (index->due[i].here ||
            (count > 0 && ys_hash_equal(&wishes[count - 1].hash, &index->due[i].hash)))
            continue;
        make_wish(b, &index->due[i], &wishes[count++]);
    }
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    qsort_r(order, count, sizeof *order, by_record, wishes);
    free(b->wish);
    free(b->order);
    b->wish = wishes;
    b->order = order;
    b->wish_count = count;
    b->first_open = 0;
    return true;
}

static void take_listed(struct ys_daemon *daemon, struct ys_listed *listed)
{
    struct ys_blobbing *const b = daemon->blobs;
    const int64_t took_ms = daemon->now_ms - b->asked_ms;
    b->looking = false;
    b->look_ms = daemon->now_ms + (took_ms * 10 > LOOK_AFTER_MS ? took_ms * 10 : LOOK_AFTER_MS);
    if (listed->collected && listed->removed.files != 0)
        ys_journal(YS_PRIORITY_INFO, "attachments_collected", "files=%llu bytes=%llu",
                   (unsigned long long)listed->removed.files,
                   (unsigned long long)listed->removed.bytes);
    if (listed->code == YS_OK && make_wishes(b, &listed->index)) {
        ys_attachment_index_clear(&b->index);
        b->index = listed->index;
        b->told = false;
        forget_idleness(daemon);
        return;
    }
    ys_attachment_index_clear(&listed->index);
    b->moved = true;
    b->look_ms = daemon->now_ms + SWEEP_EVERY_MS;
    if (listed->code != YS_BUSY)
        ys_journal_text(YS_PRIORITY_WARNING, "attachments", "reason", listed->err.msg);
}

void ys_daemon_blobs_take(struct ys_daemon *daemon, struct ys_daemon_turn *turn)
{
    struct ys_blobbing *const b = daemon->blobs;
    struct ys_listed listed;
    uint64_t counter = 0;
    if (read(b->fd, &counter, sizeof counter) < 0)
        counter = 0; /* nobody rang: there may be results all the same */
    if (ys_lister_take(b->lister, &listed))
        take_listed(daemon, &listed);
    for (struct ys_keeper_job *job = ys_keeper_take(b->keeper); job != NULL;
         job = ys_keeper_take(b->keeper)) {
        hand_job(daemon, turn, job);
        free(job);
    }
}

void ys_daemon_blobs_moved(struct ys_daemon *daemon)
{
    if (daemon->blobs != NULL)
        daemon->blobs->moved = true;
}

void ys_daemon_blobs_rejudged(struct ys_daemon *daemon)
{
    if (daemon->blobs != NULL)
        daemon->blobs->heard_until_ms = daemon->now_ms + HEARD_MS;
}

void ys_daemon_blobs_judged(struct ys_daemon *daemon)
{
    if (daemon->blobs != NULL && daemon->now_ms < daemon->blobs->heard_until_ms)
        daemon->blobs->moved = true;
}

static bool take_varint(struct ys_bytes *bytes, uint64_t *out)
{
    *out = 0;
    for (unsigned shift = 0; bytes->size != 0 && shift < 64; shift += 7) {
        const uint8_t byte = bytes->data[0];
        *bytes = ys_bytes_skip(*bytes, 1);
        *out |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0)
            return true;
    }
    return false;
}

/* Has the body attachments, or is it a redaction? A glance at its outer fields; in doubt, yes. */
static bool may_matter(struct ys_bytes body)
{
    enum { ATTACHMENTS = 5, REDACTION = 183, LENGTH = 2 };
    while (body.size != 0) {
        uint64_t key = 0;
        uint64_t size = 0;
        if (!take_varint(&body, &key) || key >> 3 == ATTACHMENTS || key >> 3 == REDACTION ||
            (key & 7) != LENGTH || !take_varint(&body, &size) || size > body.size)
            return true;
        body = ys_bytes_skip(body, (size_t)size);
    }
    return false;
}

void ys_daemon_blobs_heard(struct ys_daemon *daemon, struct ys_txn *txn, uint32_t log_id,
                           uint64_t first, uint64_t count)
{
    struct ys_blobbing *const b = daemon->blobs;
    if (b == NULL)
        return;
    for (uint64_t i = first; i < first + count; i++) {
        struct ys_entry entry;
        if (ys_log_entry(txn, log_id, i, &entry, NULL) != YS_OK ||
            (entry.content == YS_CONTENT_BODY && !may_matter(entry.body)))
            continue;
        b->moved = true;
        b->heard_until_ms = daemon->now_ms + HEARD_MS;
        return;
    }
}

/* --- at the end of a turn --- */

/* Those who asked for something that is here now. */
static void tell_here(struct ys_daemon *daemon, struct ys_daemon_turn *turn)
{
    struct ys_blobbing *const b = daemon->blobs;
    if (b->told)
        return;
    b->told = true;
    for (struct ys_peer *peer = daemon->peers; peer != NULL; peer = peer->next) {
        const struct ys_hash *missed = NULL;
        struct ys_hash copy[YS_BLOB_MISSED];
        struct ys_err why = {0};
        enum ys_code code = YS_OK;
        const unsigned count = ys_session_blob_missed(peer->session, &missed);
        struct ys_turn session_turn = ys_daemon_peer_turn(peer, turn);
        memcpy(copy, missed, count * sizeof *copy);
        for (unsigned i = 0; i < count && code == YS_OK && peer->failure.code == YS_OK; i++) {
            const struct ys_attachment_due *const due = ys_attachment_find(&b->index, &copy[i]);
            if (due != NULL && due->here)
                code = ys_session_blob_held(peer->session, &session_turn, &copy[i], &why);
        }
        ys_daemon_peer_failed(peer, code, &why);
    }
}

/* Somebody does not go on with a file: another may. */
static void end_stalls(struct ys_daemon *daemon, struct ys_daemon_turn *turn)
{
    struct ys_blobbing *const b = daemon->blobs;
    for (size_t i = 0; i < b->wish_count; i++) {
        struct wish *const wish = &b->wish[i];
        struct ys_peer *const peer =
            wish->session == 0 || daemon->now_ms - wish->moved_ms < STALL_MS
                ? NULL
                : ys_daemon_peer(daemon, wish->session);
        if (peer == NULL)
            continue;
        struct ys_turn session_turn = ys_daemon_peer_turn(peer, turn);
        refuse(wish, ys_session_peer(peer->session), daemon->now_ms + MISSING_MS, true);
        ys_session_blob_give_up(peer->session, &session_turn, &wish->hash);
    }
}

static void sweep(struct ys_daemon *daemon, struct ys_daemon_turn *turn)
{
    struct ys_blobbing *const b = daemon->blobs;
    struct ys_room room;
    if (b->swept_ms != 0 && daemon->now_ms - b->swept_ms < SWEEP_EVERY_MS)
        return;
    b->swept_ms = daemon->now_ms;
    b->free_bytes = ys_room_look(daemon->options->home, &room, NULL) == YS_OK ? room.free_bytes : 0;
    end_stalls(daemon, turn);
    forget_idleness(daemon);
    b->moved = b->moved || daemon->now_ms - b->asked_ms >= LOOK_EVERY_MS;
    if (daemon->now_ms >= b->collect_ms) {
        b->collect_ms = daemon->now_ms + COLLECT_EVERY_MS;
        b->collecting = b->moved = true;
    }
}

static bool is_at_work(const struct ys_daemon *daemon)
{
    if (ys_committer_backlog(daemon->committer) != 0 || ys_verifier_backlog(daemon->verifier) != 0)
        return true;
    for (const struct ys_peer *peer = daemon->peers; peer != NULL; peer = peer->next)
        if (peer->outbox.bytes != 0)
            return true;
    return false;
}

/* A look reads all that is new, takes a core for as long, and does so twice with what is not judged yet. */
static int64_t look_at_ms(const struct ys_blobbing *b)
{
    int64_t at_ms = b->worked_ms + QUIET_MS;
    if (at_ms > b->moved_ms + PATIENCE_MS)
        at_ms = b->moved_ms + PATIENCE_MS;
    return at_ms > b->look_ms ? at_ms : b->look_ms;
}

void ys_daemon_blobs_tend(struct ys_daemon *daemon, struct ys_daemon_turn *turn)
{
    struct ys_blobbing *const b = daemon->blobs;
    if (b == NULL)
        return;
    sweep(daemon, turn);
    b->desk.paused = daemon->space.is_short || b->free_bytes < room_bytes;
    if (is_at_work(daemon))
        b->worked_ms = daemon->now_ms;
    if (!b->moved)
        b->moved_ms = daemon->now_ms;
    if (b->moved && !b->looking && daemon->now_ms >= look_at_ms(b)) {
        b->moved = false;
        b->looking = true;
        b->asked_ms = daemon->now_ms;
        ys_lister_ask(b->lister, b->collecting);
        b->collecting = false;
    }
    tell_here(daemon, turn);
    for (struct ys_peer *peer = daemon->peers; peer != NULL; peer = peer->next) {
        struct ys_err why = {0};
        if (peer->failure.code != YS_OK)
            continue;
        struct ys_turn session_turn = ys_daemon_peer_turn(peer, turn);
        ys_daemon_peer_failed(peer, ys_session_blob_tend(peer->session, &session_turn, &why), &why);
    }
}

void ys_daemon_blobs_met(struct ys_peer *peer)
{
    struct ys_blobbing *const b = peer->daemon->blobs;
    for (size_t i = 0; b != NULL && i < b->wish_count; i++)
        ask_again(&b->wish[i], ys_session_peer(peer->session));
}

void ys_daemon_blobs_left(struct ys_peer *peer)
{
    struct ys_daemon *const daemon = peer->daemon;
    struct ys_blobbing *const b = daemon->blobs;
    for (size_t i = 0; b != NULL && i < b->wish_count; i++) {
        struct wish *const wish = &b->wish[i];
        if (wish->session != ys_session_id(peer->session))
            continue;
        wish->session = 0;
        leave(b, &wish->hash);
        /* It broke the rules while it brought this: somebody else first. */
        if (peer->failure.code == YS_MALFORMED || peer->failure.code == YS_LIMIT)
            refuse(wish, ys_session_peer(peer->session), daemon->now_ms + WRONG_MS, false);
    }
    if (b != NULL)
        forget_idleness(daemon);
}

int64_t ys_daemon_blobs_wait_ms(const struct ys_daemon *daemon, int64_t wait_ms)
{
    const struct ys_blobbing *const b = daemon->blobs;
    if (b == NULL || !b->moved || b->looking)
        return wait_ms;
    const int64_t until = look_at_ms(b) - daemon->now_ms;
    return until < wait_ms ? (until < 0 ? 0 : until) : wait_ms;
}
