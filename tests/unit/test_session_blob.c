/* Two ends of a session that exchange attachments, with desks in memory whose answers come later; and
 * ends that break the rules. */
#include "sync/session_blob.h"

#include "sync/session_state.h"
#include "tests/support/pb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FILES = 8, QUEUE = 64, ROUNDS = 100000 };

/* A file as one end knows it. */
struct file {
    struct ys_hash hash;
    uint8_t *bytes; /* NULL: it is not here */
    uint64_t size;  /* that it has, or should have */
    uint64_t here;  /* of one that is missing: so much came */
    bool wanted, taken, forbidden;
    enum ys_blob_end end;
    bool ended;
};

/* What waits for an answer of the desk. */
struct job {
    enum { READ, BEGIN, WRITE } kind;
    struct ys_hash hash;
    uint64_t offset;
    size_t size;
};

struct end {
    struct ys_session *session;
    struct ys_turn turn;
    struct ys_blob_desk desk;
    struct end *other;
    struct file file[FILES];
    size_t file_count;
    struct job job[QUEUE];
    size_t job_count;
    struct {
        uint8_t *data;
        size_t size;
    } mail[QUEUE]; /* on its way to this end */
    size_t mail_count;
    bool busy; /* something else waits to be sent */
    unsigned reads, heres, most_asked;
    char notice[256];
};

struct pair {
    struct end child, parent;
};

static struct file *find(struct end *end, const struct ys_hash *hash)
{
    for (size_t i = 0; i < end->file_count; i++)
        if (ys_hash_equal(&end->file[i].hash, hash))
            return &end->file[i];
    return NULL;
}

/* One that is there for certain. */
static struct file *known(struct end *end, const struct ys_hash *hash)
{
    struct file *const file = find(end, hash);
    if (file == NULL)
        abort();
    return file;
}

/* --- the desk --- */

static bool idle(void *context)
{
    const struct end *const end = context;
    return !end->busy;
}

static bool may_have(void *context, const struct ys_hash *hash)
{
    const struct file *const file = find(context, hash);
    return file != NULL && !file->forbidden;
}

static void put_job(struct end *end, const struct job *job)
{
    assert_true(end->job_count < QUEUE);
    end->job[end->job_count++] = *job;
}

static void read_piece(void *context, const struct ys_hash *hash, uint64_t offset)
{
    struct end *const end = context;
    end->reads++;
    put_job(end, &(struct job){.kind = READ, .hash = *hash, .offset = offset});
}

static bool next(void *context, struct ys_hash *hash_out, uint64_t *size_out)
{
    struct end *const end = context;
    for (size_t i = 0; i < end->file_count; i++) {
        struct file *const file = &end->file[i];
        if (!file->wanted || file->taken)
            continue;
        file->taken = true;
        *hash_out = file->hash;
        *size_out = file->size;
        return true;
    }
    return false;
}

static void begin(void *context, const struct ys_hash *hash, uint64_t size)
{
    (void)size;
    put_job(context, &(struct job){.kind = BEGIN, .hash = *hash});
}

static void write_piece(void *context, const struct ys_hash *hash, uint64_t offset,
                        struct ys_bytes bytes)
{
    struct end *const end = context;
    struct file *const file = known(end, hash);
    if (file->bytes == NULL)
        file->bytes = calloc(1, file->size);
    assert_true(offset + bytes.size <= file->size);
    memcpy(file->bytes + offset, bytes.data, bytes.size);
    put_job(end, &(struct job){.kind = WRITE, .hash = *hash, .offset = offset, .size = bytes.size});
}

static void ended(void *context, const struct ys_hash *hash, enum ys_blob_end how)
{
    struct file *const file = known(context, hash);
    file->end = how;
    file->ended = true;
    file->wanted = false;
}

static void here(void *context, const struct ys_hash *hash)
{
    struct end *const end = context;
    struct file *const file = find(end, hash);
    end->heres++;
    if (file != NULL)
        *file = (struct file){.hash = *hash, .size = file->size, .wanted = true};
}

static void send_mail(void *context, struct ys_bytes message)
{
    struct end *const to = ((struct end *)context)->other;
    assert_true(to->mail_count < QUEUE);
    uint8_t *const copy = malloc(message.size);
    memcpy(copy, message.data, message.size);
    to->mail[to->mail_count].data = copy;
    to->mail[to->mail_count++].size = message.size;
}

static void notice(void *context, enum ys_code code, const char *text)
{
    struct end *const end = context;
    (void)code;
    (void)snprintf(end->notice, sizeof end->notice, "%s", text);
}

static void open_end(struct end *end, struct end *other, enum ys_session_role role)
{
    const struct ys_session_options options = {
        .role = role, .id = 7, .peer = {"110105001"}, .nonce = {1, 2, 3, 4, 5, 6, 7, 8}};
    assert_int_equal(ys_session_new(&options, &end->session, NULL), YS_OK);
    end->session->hello_sent = end->session->hello_received = true;
    end->session->blobs.spoken = true;
    end->other = other;
    end->desk = (struct ys_blob_desk){.idle = idle,
                                      .may_have = may_have,
                                      .read = read_piece,
                                      .next = next,
                                      .begin = begin,
                                      .write = write_piece,
                                      .ended = ended,
                                      .here = here};
    end->turn =
        (struct ys_turn){.blobs = &end->desk, .context = end, .send = send_mail, .notice = notice};
}

static int make(void **state)
{
    struct pair *const pair = calloc(1, sizeof *pair);
    open_end(&pair->child, &pair->parent, YS_SESSION_CHILD);
    open_end(&pair->parent, &pair->child, YS_SESSION_PARENT);
    *state = pair;
    return 0;
}

static void clear(struct end *end)
{
    for (size_t i = 0; i < end->file_count; i++)
        free(end->file[i].bytes);
    for (size_t i = 0; i < end->mail_count; i++)
        free(end->mail[i].data);
    ys_session_free(end->session);
}

static int unmake(void **state)
{
    struct pair *const pair = *state;
    clear(&pair->child);
    clear(&pair->parent);
    free(pair);
    return 0;
}

/* --- letting things happen --- */

static enum ys_code do_job(struct end *end)
{
    const struct job job = end->job[0];
    struct file *const file = find(end, &job.hash);
    memmove(end->job, end->job + 1, --end->job_count * sizeof *end->job);
    if (job.kind == READ) {
        struct ys_blob_piece piece = {.hash = job.hash, .offset = job.offset};
        if (file != NULL && file->bytes != NULL && job.offset < file->size) {
            const uint64_t rest = file->size - job.offset;
            piece.total = file->size;
            piece.bytes = (struct ys_bytes){file->bytes + job.offset,
                                            rest < YS_BLOB_PIECE_MAX ? rest : YS_BLOB_PIECE_MAX};
        }
        return ys_session_blob_read(end->session, &end->turn, &piece, NULL);
    }
    if (file == NULL)
        return YS_CORRUPT;
    if (job.kind == BEGIN)
        return ys_session_blob_begun(end->session, &end->turn, &job.hash, file->here, YS_OK, NULL);
    file->here += job.size;
    struct ys_hash hash = {{0}};
    const bool whole = file->here == file->size;
    if (whole)
        ys_sha256((struct ys_bytes){file->bytes, file->size}, &hash);
    const bool good = whole && ys_hash_equal(&hash, &job.hash);
    return ys_session_blob_written(end->session, &end->turn, &job.hash, good,
                                   whole && !good ? YS_MALFORMED : YS_OK, NULL);
}

static enum ys_code read_mail(struct end *end)
{
    uint8_t *const data = end->mail[0].data;
    const struct ys_bytes message = {data, end->mail[0].size};
    memmove(end->mail, end->mail + 1, --end->mail_count * sizeof *end->mail);
    const enum ys_code code = ys_session_receive(end->session, &end->turn, message, NULL);
    free(data);
    return code;
}

/* Until nothing happens; the first failure. */
static enum ys_code settle(struct pair *pair)
{
    struct end *const ends[] = {&pair->child, &pair->parent};
    enum ys_code code = YS_OK;
    for (int round = 0; round < ROUNDS && code == YS_OK; round++) {
        bool quiet = true;
        for (int i = 0; i < 2 && code == YS_OK; i++) {
            struct end *const end = ends[i];
            code = ys_session_blob_tend(end->session, &end->turn, NULL);
            if (end->session->blobs.asked_count + end->session->blobs.writing > end->most_asked)
                end->most_asked = end->session->blobs.asked_count + end->session->blobs.writing;
            quiet = quiet && end->mail_count == 0 && end->job_count == 0;
            if (code == YS_OK && end->mail_count != 0)
                code = read_mail(end);
            else if (code == YS_OK && end->job_count != 0)
                code = do_job(end);
        }
        if (quiet)
            return code;
    }
    return code;
}

/* The parent wants a file of this size, and the child has it. */
static void make_file(struct pair *pair, uint64_t size, unsigned seed)
{
    struct file *const given = &pair->child.file[pair->child.file_count++];
    struct file *const wanted = &pair->parent.file[pair->parent.file_count++];
    given->bytes = malloc(size);
    given->size = wanted->size = size;
    for (uint64_t i = 0; i < size; i++)
        given->bytes[i] = (uint8_t)(seed + i * 13 + i / 256);
    ys_sha256((struct ys_bytes){given->bytes, size}, &given->hash);
    wanted->hash = given->hash;
    wanted->wanted = true;
}

static void assert_came(const struct pair *pair, size_t i)
{
    const struct file *const given = &pair->child.file[i];
    const struct file *const got = &pair->parent.file[i];
    assert_true(got->ended);
    assert_int_equal(got->end, YS_BLOB_DONE);
    assert_memory_equal(got->bytes, given->bytes, given->size);
}

/* --- tests --- */

static void files_come_in_pieces_and_never_more_are_asked_for_than_the_window(void **state)
{
    struct pair *const pair = *state;
    make_file(pair, 10 * YS_BLOB_PIECE_MAX + 17, 1);
    make_file(pair, YS_BLOB_PIECE_MAX, 2);
    make_file(pair, 1, 3);
    make_file(pair, YS_BLOB_PIECE_MAX + 1, 4);
    make_file(pair, 3 * YS_BLOB_PIECE_MAX, 5);
    make_file(pair, 100, 6);

    assert_int_equal(settle(pair), YS_OK);

    for (size_t i = 0; i < 6; i++)
        assert_came(pair, i);
    assert_int_equal(pair->parent.most_asked, YS_BLOB_WINDOW);
}

static void what_is_on_the_disk_is_not_asked_for_again(void **state)
{
    struct pair *const pair = *state;
    make_file(pair, 3 * YS_BLOB_PIECE_MAX, 1);
    struct file *const wanted = &pair->parent.file[0];
    wanted->here = 2 * YS_BLOB_PIECE_MAX + 5;
    wanted->bytes = calloc(1, wanted->size);
    memcpy(wanted->bytes, pair->child.file[0].bytes, wanted->here);

    assert_int_equal(settle(pair), YS_OK);

    assert_came(pair, 0);
    assert_int_equal(pair->child.reads, 1);
}

static void what_is_missing_is_told_of_when_it_is_there(void **state)
{
    struct pair *const pair = *state;
    make_file(pair, 1000, 1);
    uint8_t *const bytes = pair->child.file[0].bytes;
    pair->child.file[0].bytes = NULL;
    assert_int_equal(settle(pair), YS_OK);
    assert_int_equal(pair->parent.file[0].end, YS_BLOB_MISSING);
    const struct ys_hash *missed = NULL;
    assert_int_equal(ys_session_blob_missed(pair->child.session, &missed), 1);

    pair->child.file[0].bytes = bytes;
    const struct ys_hash hash = pair->child.file[0].hash;
    assert_int_equal(ys_session_blob_held(pair->child.session, &pair->child.turn, &hash, NULL),
                     YS_OK);
    assert_int_equal(settle(pair), YS_OK);

    assert_int_equal(pair->parent.heres, 1);
    assert_came(pair, 0);
    assert_int_equal(ys_session_blob_missed(pair->child.session, &missed), 0);
}

static void who_may_not_have_a_file_hears_that_it_is_missing(void **state)
{
    struct pair *const pair = *state;
    make_file(pair, 1000, 1);
    pair->child.file[0].forbidden = true;
    assert_int_equal(settle(pair), YS_OK);
    assert_int_equal(pair->parent.file[0].end, YS_BLOB_MISSING);
    assert_int_equal(pair->child.reads, 0);
    /* Nor is it told that it is there. */
    const struct ys_hash hash = pair->child.file[0].hash;
    assert_int_equal(ys_session_blob_held(pair->child.session, &pair->child.turn, &hash, NULL),
                     YS_OK);
    assert_int_equal(pair->parent.mail_count, 0);
}

static void the_list_of_what_was_missing_has_an_end(void **state)
{
    struct pair *const pair = *state;
    const struct ys_hash *missed = NULL;
    for (unsigned i = 0; i < YS_BLOB_MISSED + 10; i++) {
        struct file *const wanted = &pair->parent.file[0];
        *wanted = (struct file){.size = 5, .wanted = true};
        memcpy(wanted->hash.bytes, &i, sizeof i);
        pair->parent.file_count = 1;
        assert_int_equal(settle(pair), YS_OK);
        assert_int_equal(wanted->end, YS_BLOB_MISSING);
    }
    assert_int_equal(ys_session_blob_missed(pair->child.session, &missed), YS_BLOB_MISSED);
}

static void wrong_bytes_end_that_file_and_others_go_on(void **state)
{
    struct pair *const pair = *state;
    make_file(pair, 2 * YS_BLOB_PIECE_MAX, 1);
    make_file(pair, 500, 2);
    pair->child.file[0].bytes[YS_BLOB_PIECE_MAX + 3] ^= 1;

    assert_int_equal(settle(pair), YS_OK);

    assert_int_equal(pair->parent.file[0].end, YS_BLOB_WRONG);
    assert_came(pair, 1);
}

static void another_size_than_the_record_says_ends_that_file(void **state)
{
    struct pair *const pair = *state;
    make_file(pair, 5 * YS_BLOB_PIECE_MAX, 1);
    make_file(pair, 500, 2);
    pair->parent.file[0].size = 5 * YS_BLOB_PIECE_MAX - 1;

    assert_int_equal(settle(pair), YS_OK);

    assert_int_equal(pair->parent.file[0].end, YS_BLOB_WRONG);
    assert_non_null(strstr(pair->parent.notice, "327680"));
    assert_came(pair, 1);
}

static void records_go_first(void **state)
{
    struct pair *const pair = *state;
    make_file(pair, 2 * YS_BLOB_PIECE_MAX, 1);
    pair->child.session->records_wait = true;
    assert_int_equal(settle(pair), YS_OK);
    assert_int_equal(pair->child.reads, 0);
    pair->child.session->records_wait = false;
    pair->child.busy = true;
    assert_int_equal(settle(pair), YS_OK);
    assert_int_equal(pair->child.reads, 0);
    pair->child.busy = false;
    assert_int_equal(settle(pair), YS_OK);
    assert_came(pair, 0);
}

static void nothing_is_asked_without_room_nor_of_who_does_not_answer(void **state)
{
    struct pair *const pair = *state;
    make_file(pair, 1000, 1);
    pair->parent.desk.paused = true;
    assert_int_equal(settle(pair), YS_OK);
    assert_false(pair->parent.file[0].taken);
    pair->parent.desk.paused = false;
    pair->parent.session->blobs.spoken = false;
    assert_int_equal(settle(pair), YS_OK);
    assert_false(pair->parent.file[0].taken);
    pair->parent.session->blobs.spoken = true;
    assert_int_equal(settle(pair), YS_OK);
    assert_came(pair, 0);
}

static void what_was_given_up_is_passed_over_when_it_comes(void **state)
{
    struct pair *const pair = *state;
    make_file(pair, 4 * YS_BLOB_PIECE_MAX, 1);
    make_file(pair, 300, 2);
    pair->child.busy = true; /* it does not answer yet */
    assert_int_equal(settle(pair), YS_OK);
    assert_int_equal(pair->parent.session->blobs.asked_count, YS_BLOB_WINDOW);
    const struct ys_hash hash = pair->parent.file[0].hash;
    ys_session_blob_give_up(pair->parent.session, &pair->parent.turn, &hash);
    assert_int_equal(pair->parent.file[0].end, YS_BLOB_FAILED);

    pair->child.busy = false;
    assert_int_equal(settle(pair), YS_OK);

    assert_null(pair->parent.file[0].bytes);
    assert_came(pair, 1);
}

/* --- those who break the rules --- */

/* A frame of kind 13 or 14 by hand. `size` 0: no piece. */
static struct ys_writer frame(uint8_t *room, size_t capacity, bool want, const struct ys_hash *hash,
                              uint64_t offset, uint64_t total, size_t size)
{
    static uint8_t inner[YS_BLOB_PIECE_MAX + 256];
    static const uint8_t zeros[YS_BLOB_PIECE_MAX];
    static const uint8_t nonce[] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct ys_writer content = {.data = inner, .capacity = sizeof inner};
    struct ys_writer w = {.data = room, .capacity = capacity};
    pb_bytes(&content, 1, (struct ys_bytes){hash->bytes, YS_HASH_LEN});
    pb_number(&content, 2, offset);
    if (!want)
        pb_number(&content, 3, total);
    if (size != 0)
        pb_bytes(&content, 4, (struct ys_bytes){zeros, size});
    pb_bytes(&w, 1, (struct ys_bytes){nonce, sizeof nonce});
    pb_bytes(&w, want ? 13 : 14, pb_written(&content));
    assert_false(w.overflow || content.overflow);
    return w;
}

static enum ys_code say(struct end *to, bool want, const struct ys_hash *hash, uint64_t offset,
                        uint64_t total, size_t size)
{
    static uint8_t room[YS_BLOB_PIECE_MAX + 512];
    const struct ys_writer w = frame(room, sizeof room, want, hash, offset, total, size);
    return ys_session_receive(to->session, &to->turn, pb_written(&w), NULL);
}

static void a_fifth_question_ends_the_session(void **state)
{
    struct pair *const pair = *state;
    make_file(pair, 100, 1);
    pair->child.busy = true;
    const struct ys_hash hash = pair->child.file[0].hash;
    for (int i = 0; i < YS_BLOB_WINDOW; i++)
        assert_int_equal(say(&pair->child, true, &hash, 0, 0, 0), YS_OK);
    assert_int_equal(say(&pair->child, true, &hash, 0, 0, 0), YS_LIMIT);
}

static void an_answer_without_a_question_ends_the_session(void **state)
{
    struct pair *const pair = *state;
    make_file(pair, 3 * YS_BLOB_PIECE_MAX, 1);
    const struct ys_hash hash = pair->child.file[0].hash;
    assert_int_equal(say(&pair->parent, false, &hash, 0, 100, 100), YS_LIMIT);
    assert_int_equal(pair->parent.job_count, 0);

    /* Asked for the first two pieces, a third comes; and one of another file. */
    pair->child.busy = true;
    assert_int_equal(settle(pair), YS_OK);
    const uint64_t total = 3 * (uint64_t)YS_BLOB_PIECE_MAX;
    assert_int_equal(say(&pair->parent, false, &hash, YS_BLOB_PIECE_MAX, total, YS_BLOB_PIECE_MAX),
                     YS_LIMIT);
    struct ys_hash other = hash;
    other.bytes[0] ^= 1;
    assert_int_equal(say(&pair->parent, false, &other, 0, total, YS_BLOB_PIECE_MAX), YS_LIMIT);
    assert_int_equal(pair->parent.job_count, 0);
    /* The right one is still taken. */
    assert_int_equal(say(&pair->parent, false, &hash, 0, total, YS_BLOB_PIECE_MAX), YS_OK);
    assert_int_equal(pair->parent.job_count, 1);
}

static void a_question_behind_the_end_is_answered_as_missing(void **state)
{
    struct pair *const pair = *state;
    make_file(pair, 100, 1);
    pair->parent.file[0].wanted = false;
    const struct ys_hash hash = pair->child.file[0].hash;
    assert_int_equal(say(&pair->child, true, &hash, 100, 0, 0), YS_OK);
    assert_int_equal(say(&pair->child, true, &hash, UINT64_MAX, 0, 0), YS_OK);
    while (pair->child.job_count != 0)
        assert_int_equal(do_job(&pair->child), YS_OK);
    assert_int_equal(pair->parent.mail_count, 2);
}

static void without_a_desk_questions_and_answers_are_passed_over(void **state)
{
    struct pair *const pair = *state;
    make_file(pair, 100, 1);
    const struct ys_hash hash = pair->child.file[0].hash;
    pair->child.turn.blobs = NULL;
    assert_int_equal(say(&pair->child, true, &hash, 0, 0, 0), YS_OK);
    assert_int_equal(say(&pair->child, false, &hash, 0, 100, 100), YS_OK);
    assert_int_equal(pair->child.reads, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            files_come_in_pieces_and_never_more_are_asked_for_than_the_window, make, unmake),
        cmocka_unit_test_setup_teardown(what_is_on_the_disk_is_not_asked_for_again, make, unmake),
        cmocka_unit_test_setup_teardown(what_is_missing_is_told_of_when_it_is_there, make, unmake),
        cmocka_unit_test_setup_teardown(who_may_not_have_a_file_hears_that_it_is_missing, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(the_list_of_what_was_missing_has_an_end, make, unmake),
        cmocka_unit_test_setup_teardown(wrong_bytes_end_that_file_and_others_go_on, make, unmake),
        cmocka_unit_test_setup_teardown(another_size_than_the_record_says_ends_that_file, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(records_go_first, make, unmake),
        cmocka_unit_test_setup_teardown(nothing_is_asked_without_room_nor_of_who_does_not_answer,
                                        make, unmake),
        cmocka_unit_test_setup_teardown(what_was_given_up_is_passed_over_when_it_comes, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(a_fifth_question_ends_the_session, make, unmake),
        cmocka_unit_test_setup_teardown(an_answer_without_a_question_ends_the_session, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(a_question_behind_the_end_is_answered_as_missing, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(without_a_desk_questions_and_answers_are_passed_over, make,
                                        unmake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
