#include "sync/session_blob.h"

#include "crypto/assert.h"
#include "proto/wire.h"
#include "sync/session_state.h"

#include <stdio.h>
#include <string.h>

/* --- giving --- */

static enum ys_code send_blob(struct ys_session *session, struct ys_turn *turn,
                              const struct ys_blob_asked *to, Yishi__V1__Blob *blob,
                              struct ys_err *err)
{
    Yishi__V1__Message message = YISHI__V1__MESSAGE__INIT;
    blob->has_hash = blob->has_offset = blob->has_total = true;
    blob->hash = ys_wire_lend((struct ys_bytes){to->hash.bytes, YS_HASH_LEN});
    message.kind_case = YISHI__V1__MESSAGE__KIND_BLOB;
    message.blob = blob;
    return ys_session_send(session, turn, &message, err);
}

static void remember_missed(struct ys_blob_talk *talk, const struct ys_hash *hash)
{
    for (unsigned i = 0; i < talk->missed_count; i++)
        if (ys_hash_equal(&talk->missed[i], hash))
            return;
    talk->missed[talk->missed_at] = *hash;
    talk->missed_at = (talk->missed_at + 1) % YS_BLOB_MISSED;
    talk->missed_count += talk->missed_count < YS_BLOB_MISSED;
}

/* The first question is answered. */
static void drop_want(struct ys_blob_talk *talk)
{
    talk->want_count--;
    memmove(talk->want, talk->want + 1, talk->want_count * sizeof *talk->want);
}

static enum ys_code answer_missing(struct ys_session *session, struct ys_turn *turn,
                                   struct ys_err *err)
{
    struct ys_blob_talk *const talk = &session->blobs;
    Yishi__V1__Blob blob;
    const struct ys_blob_asked want = talk->want[0];
    yishi__v1__blob__init(&blob);
    blob.content_case = YISHI__V1__BLOB__CONTENT_MISSING;
    blob.missing = 1;
    remember_missed(talk, &want.hash);
    drop_want(talk);
    return send_blob(session, turn, &want, &blob, err);
}

enum ys_code ys_session_on_blob_want(struct ys_session *session, struct ys_turn *turn,
                                     const Yishi__V1__BlobWant *want, struct ys_err *err)
{
    struct ys_blob_talk *const talk = &session->blobs;
    if (turn->blobs == NULL)
        return YS_OK; /* we did not say that we answer */
    if (talk->want_count == YS_BLOB_WINDOW)
        return ys_fail(err, YS_LIMIT, "more than %d BLOB_WANT at a time", YS_BLOB_WINDOW);
    struct ys_blob_asked *const place = &talk->want[talk->want_count++];
    memcpy(place->hash.bytes, want->hash.data, YS_HASH_LEN);
    place->offset = want->offset;
    return ys_session_blob_tend(session, turn, err);
}

enum ys_code ys_session_blob_read(struct ys_session *session, struct ys_turn *turn,
                                  const struct ys_blob_piece *piece, struct ys_err *err)
{
    struct ys_blob_talk *const talk = &session->blobs;
    Yishi__V1__Blob blob;
    yishi__v1__blob__init(&blob);
    YS_ASSERT(talk->reading && talk->want_count > 0);
    talk->reading = false;
    const struct ys_blob_asked want = talk->want[0];
    YS_ASSERT(ys_hash_equal(&want.hash, &piece->hash) && want.offset == piece->offset);
    const uint64_t rest = piece->total < want.offset ? 0 : piece->total - want.offset;
    if (rest == 0 || piece->bytes.size != (rest < YS_BLOB_PIECE_MAX ? rest : YS_BLOB_PIECE_MAX)) {
        const enum ys_code code = answer_missing(session, turn, err);
        return code != YS_OK ? code : ys_session_blob_tend(session, turn, err);
    }
    blob.offset = want.offset;
    blob.total = piece->total;
    blob.content_case = YISHI__V1__BLOB__CONTENT_PIECE;
    blob.piece = ys_wire_lend(piece->bytes);
    drop_want(talk);
    const enum ys_code code = send_blob(session, turn, &want, &blob, err);
    return code != YS_OK ? code : ys_session_blob_tend(session, turn, err);
}

enum ys_code ys_session_blob_held(struct ys_session *session, struct ys_turn *turn,
                                  const struct ys_hash *hash, struct ys_err *err)
{
    struct ys_blob_talk *const talk = &session->blobs;
    Yishi__V1__Blob blob;
    yishi__v1__blob__init(&blob);
    for (unsigned i = 0; i < talk->missed_count; i++) {
        if (!ys_hash_equal(&talk->missed[i], hash))
            continue;
        if (!turn->blobs->may_have(turn->context, hash))
            return YS_OK;
        /* The last one takes its place. */
        talk->missed[i] = talk->missed[--talk->missed_count];
        talk->missed_at = talk->missed_count;
        blob.content_case = YISHI__V1__BLOB__CONTENT_HERE;
        blob.here = 1;
        return send_blob(session, turn, &(struct ys_blob_asked){.hash = *hash}, &blob, err);
    }
    return YS_OK;
}

unsigned ys_session_blob_missed(const struct ys_session *session, const struct ys_hash **out)
{
    *out = session->blobs.missed;
    return session->blobs.missed_count;
}

/* Answer what may be answered now. */
static enum ys_code give(struct ys_session *session, struct ys_turn *turn, struct ys_err *err)
{
    struct ys_blob_talk *const talk = &session->blobs;
    enum ys_code code = YS_OK;
    while (code == YS_OK && talk->want_count > 0 && !talk->reading && !session->records_wait &&
           turn->blobs->idle(turn->context)) {
        if (turn->blobs->may_have(turn->context, &talk->want[0].hash)) {
            talk->reading = true;
            turn->blobs->read(turn->context, &talk->want[0].hash, talk->want[0].offset);
        } else {
            code = answer_missing(session, turn, err);
        }
    }
    return code;
}

/* --- taking --- */

static struct ys_blob_take *take_of(struct ys_blob_talk *talk, const struct ys_hash *hash)
{
    for (unsigned i = 0; i < YS_BLOB_SLOTS; i++)
        if (talk->take[i].state != YS_TAKE_NONE && ys_hash_equal(&talk->take[i].hash, hash))
            return &talk->take[i];
    return NULL;
}

static void end_take(const struct ys_turn *turn, struct ys_blob_take *take, enum ys_blob_end end)
{
    const struct ys_hash hash = take->hash;
    *take = (struct ys_blob_take){.state = YS_TAKE_NONE};
    turn->blobs->ended(turn->context, &hash, end);
}

enum ys_code ys_session_blob_begun(struct ys_session *session, struct ys_turn *turn,
                                   const struct ys_hash *hash, uint64_t offset, enum ys_code result,
                                   struct ys_err *err)
{
    struct ys_blob_take *const take = take_of(&session->blobs, hash);
    if (take == NULL)
        return YS_OK; /* given up meanwhile */
    if (result != YS_OK) {
        end_take(turn, take, result == YS_EXISTS ? YS_BLOB_DONE : YS_BLOB_FAILED);
    } else {
        take->state = YS_TAKE_RUNNING;
        take->next = take->come = offset;
    }
    return ys_session_blob_tend(session, turn, err);
}

enum ys_code ys_session_blob_written(struct ys_session *session, struct ys_turn *turn,
                                     const struct ys_hash *hash, bool finished, enum ys_code result,
                                     struct ys_err *err)
{
    struct ys_blob_talk *const talk = &session->blobs;
    struct ys_blob_take *const take = take_of(talk, hash);
    YS_ASSERT(talk->writing > 0);
    talk->writing--;
    if (take != NULL && (result != YS_OK || finished))
        end_take(turn, take,
                 result == YS_OK          ? YS_BLOB_DONE
                 : result == YS_MALFORMED ? YS_BLOB_WRONG
                                          : YS_BLOB_FAILED);
    return ys_session_blob_tend(session, turn, err);
}

void ys_session_blob_give_up(struct ys_session *session, struct ys_turn *turn,
                             const struct ys_hash *hash)
{
    struct ys_blob_take *const take = take_of(&session->blobs, hash);
    if (take != NULL)
        end_take(turn, take, YS_BLOB_FAILED);
}

static void take_piece(struct ys_session *session, struct ys_turn *turn, struct ys_blob_take *take,
                       const Yishi__V1__Blob *blob)
{
    char text[192];
    if (blob->content_case != YISHI__V1__BLOB__CONTENT_PIECE) {
        end_take(turn, take, YS_BLOB_MISSING);
        return;
    }
    if (blob->total != take->size || blob->offset != take->come) {
        (void)snprintf(text, sizeof text,
                       "an attachment from %s has %llu bytes, where the record says %llu",
                       session->options.peer.digits, (unsigned long long)blob->total,
                       (unsigned long long)take->size);
        turn->notice(turn->context, YS_MALFORMED, text);
        end_take(turn, take, YS_BLOB_WRONG);
        return;
    }
    take->come += blob->piece.len;
    session->blobs.writing++;
    turn->blobs->write(turn->context, &take->hash, blob->offset, ys_wire_view(&blob->piece));
}

enum ys_code ys_session_on_blob(struct ys_session *session, struct ys_turn *turn,
                                const Yishi__V1__Blob *blob, struct ys_err *err)
{
    struct ys_blob_talk *const talk = &session->blobs;
    struct ys_hash hash;
    if (turn->blobs == NULL || blob->content_case == YISHI__V1__BLOB__CONTENT__NOT_SET)
        return YS_OK; /* a newer version's answer to a newer question */
    memcpy(hash.bytes, blob->hash.data, YS_HASH_LEN);
    if (blob->content_case == YISHI__V1__BLOB__CONTENT_HERE) {
        turn->blobs->here(turn->context, &hash);
        return ys_session_blob_tend(session, turn, err);
    }
    const bool piece = blob->content_case == YISHI__V1__BLOB__CONTENT_PIECE;
    if (talk->asked_count == 0 || !ys_hash_equal(&talk->asked[0].hash, &hash) ||
        (piece && talk->asked[0].offset != blob->offset))
        return ys_fail(err, YS_LIMIT, "a BLOB that nobody asked for");
    talk->asked_count--;
    memmove(talk->asked, talk->asked + 1, talk->asked_count * sizeof *talk->asked);
    struct ys_blob_take *const take = take_of(talk, &hash);
    if (take != NULL && take->state == YS_TAKE_RUNNING) /* else given up meanwhile */
        take_piece(session, turn, take, blob);
    return ys_session_blob_tend(session, turn, err);
}

static enum ys_code ask(struct ys_session *session, struct ys_turn *turn, struct ys_blob_take *take,
                        struct ys_err *err)
{
    struct ys_blob_talk *const talk = &session->blobs;
    Yishi__V1__Message message = YISHI__V1__MESSAGE__INIT;
    Yishi__V1__BlobWant want = YISHI__V1__BLOB_WANT__INIT;
    talk->asked[talk->asked_count++] =
        (struct ys_blob_asked){.hash = take->hash, .offset = take->next};
    want.has_hash = want.has_offset = true;
    want.hash = ys_wire_lend((struct ys_bytes){take->hash.bytes, YS_HASH_LEN});
    want.offset = take->next;
    message.kind_case = YISHI__V1__MESSAGE__KIND_BLOB_WANT;
    message.blob_want = &want;
    const uint64_t rest = take->size - take->next;
    take->next += rest < YS_BLOB_PIECE_MAX ? rest : YS_BLOB_PIECE_MAX;
    return ys_session_send(session, turn, &message, err);
}

/* A question of a file that was given up waits for its answer: until then it may not be begun again. */
static bool is_asked(const struct ys_blob_talk *talk, const struct ys_hash *hash)
{
    for (unsigned i = 0; i < talk->asked_count; i++)
        if (ys_hash_equal(&talk->asked[i].hash, hash))
            return true;
    return false;
}

static bool may_ask(const struct ys_blob_talk *talk)
{
    return talk->asked_count + talk->writing < YS_BLOB_WINDOW;
}

static enum ys_code take(struct ys_session *session, struct ys_turn *turn, struct ys_err *err)
{
    struct ys_blob_talk *const talk = &session->blobs;
    enum ys_code code = YS_OK;
    for (unsigned i = 0; i < YS_BLOB_SLOTS && code == YS_OK; i++) {
        struct ys_blob_take *const one = &talk->take[i];
        if (one->state == YS_TAKE_NONE &&
            turn->blobs->next(turn->context, &one->hash, &one->size)) {
            one->state = YS_TAKE_BEGINNING;
            if (is_asked(talk, &one->hash))
                end_take(turn, one, YS_BLOB_FAILED);
            else
                turn->blobs->begin(turn->context, &one->hash, one->size);
        }
        while (code == YS_OK && one->state == YS_TAKE_RUNNING && one->next < one->size &&
               may_ask(talk))
            code = ask(session, turn, one, err);
    }
    return code;
}

enum ys_code ys_session_blob_tend(struct ys_session *session, struct ys_turn *turn,
                                  struct ys_err *err)
{
    if (turn->blobs == NULL || !ys_session_open(session))
        return YS_OK;
    enum ys_code code = give(session, turn, err);
    if (code == YS_OK && session->blobs.spoken && !turn->blobs->paused)
        code = take(session, turn, err);
    return code;
}
