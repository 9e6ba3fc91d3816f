#include "tests/support/year.h"

#include "sync/verdict.h"
#include "tests/support/folder.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { KINDS_MAX = 128, MAP_BYTES = 256 << 20 };

static const struct year_options moderate = {
    .seed = 7, .streets = 3, .communities = 30, .matters = 12, .year = 2026};
static const struct year_options tiny = {
    .seed = 1, .streets = 2, .communities = 4, .matters = 3, .year = 2026};

static void ok(enum ys_code code, const struct ys_err *err)
{
    if (code != YS_OK)
        fail_msg("%s: %s", ys_code_name(code), err->msg);
}

/* --- a store of a year --- */

struct made {
    struct folder folder;
    struct year *year;
    struct ys_store *store;
    size_t count;
};

static void make(struct made *made, const struct year_options *options)
{
    struct ys_identity identity;
    struct ys_err err = {0};
    made->year = year_new(options);
    folder_make(&made->folder);
    year_identity(made->year, 0, &identity);
    ok(ys_store_create(made->folder.path, &identity, &err), &err);
    ok(ys_store_open(made->folder.path, MAP_BYTES, &made->store, &err), &err);
    made->count = year_fill(made->year, 0, made->store);
}

static void unmake(struct made *made)
{
    ys_store_close(made->store);
    folder_remove(&made->folder);
    year_free(made->year);
}

static struct ys_member *rebuild(const struct made *made, struct ys_txn *txn)
{
    struct ys_member *member = NULL;
    struct ys_err err = {0};
    const struct ys_root *const root = year_root(made->year);
    ok(ys_member_new(root, &root->division, &member, &err), &err);
    ok(ys_member_rebuild(member, txn, NULL, &err), &err);
    return member;
}

static void judge_log(struct ys_txn *txn, const struct ys_member *member, const struct ys_log *log)
{
    for (uint64_t index = 0; index < log->frontier.size; index++) {
        struct ys_entry entry;
        struct ys_err err = {0};
        ok(ys_log_entry(txn, log->id, index, &entry, &err), &err);
        if (ys_judge(member, &log->origin, index, &entry, &err) != YS_VERDICT_OK)
            fail_msg("log %s entry %llu: %s\n%.*s", log->origin_text, (unsigned long long)index,
                     err.msg, (int)entry.note.size, (const char *)entry.note.data);
    }
}

static void every_record_verifies_with_the_membership_that_the_logs_give(void **state)
{
    (void)state;
    struct made made;
    struct ys_log log = {.origin_text = ""};
    struct ys_err err = {0};
    uint64_t total = 0;
    make(&made, &moderate);
    {
        YS_TXN_SCOPED txn = NULL;
        ok(ys_store_begin(made.store, false, &txn, &err), &err);
        struct ys_member *const member = rebuild(&made, txn);

        while (ys_log_next_origin(txn, log.origin_text, &log, &err) == YS_OK) {
            judge_log(txn, member, &log);
            total += log.frontier.size;
        }

        assert_int_equal(total, made.count);
        ys_member_free(member);
    }
    unmake(&made);
}

/* --- what the records say --- */

/* What is known of those handed out, by record id. */
struct seen {
    struct ys_hash id;
    const struct ys_kind *kind;
    unsigned log;
};
struct book {
    struct seen *seen;
    size_t count;
    size_t room;
    unsigned kinds[KINDS_MAX];
    uint64_t bytes;
    unsigned replaced;
};

static const struct seen *find(const struct book *book, const uint8_t *id)
{
    for (size_t i = book->count; i-- > 0;)
        if (memcmp(book->seen[i].id.bytes, id, YS_HASH_LEN) == 0)
            return &book->seen[i];
    return NULL;
}

static void note_down(struct book *book, const struct year_entry *entry)
{
    if (book->count == book->room) {
        book->room = book->room * 2 + 1024;
        book->seen = realloc(book->seen, book->room * sizeof *book->seen);
        assert_non_null(book->seen);
    }
    book->seen[book->count++] = (struct seen){entry->id, entry->kind, entry->log};
    book->kinds[entry->kind->id]++;
    book->bytes += entry->note.size + entry->body.size;
}

/* Who signs as author, by the names of the note's lines. */
static unsigned signed_by(const struct ys_note *note)
{
    unsigned classes = 0;
    for (unsigned i = 0; i < note->line_count; i++) {
        struct ys_name name;
        if (ys_name_parse(note->line[i].name, &name, NULL) == YS_OK && name.kind == YS_NAME_BODY)
            classes |= ys_body_class(name.body);
    }
    return classes;
}

/* Every reference is to a record handed out before, of a kind that the table allows; and those that its
 * author must make are there. */
static void check_refs(const struct book *book, const struct year_entry *entry,
                       const Yishi__V1__Body *body, unsigned authors)
{
    unsigned made = 0;
    for (size_t i = 0; i < body->n_refs; i++) {
        const struct seen *const to = find(book, body->refs[i]->record.data);
        if (to == NULL)
            fail_msg("%s refers to a record that does not exist yet", entry->kind->name);
        const struct ys_kind_ref *const row =
            ys_kind_ref_find(entry->kind, (unsigned)body->refs[i]->rel, to->kind);
        if (row == NULL)
            fail_msg("%s refers to a %s", entry->kind->name, to->kind->name);
        made |= 1u << (row - entry->kind->ref);
    }
    for (unsigned i = 0; i < YS_KIND_REFS_MAX && entry->kind->ref[i].relation != 0; i++)
        if ((entry->kind->ref[i].must & authors & entry->kind->authors) != 0 &&
            (made >> i & 1) == 0)
            fail_msg("%s lacks its reference %u", entry->kind->name, i);
}

static void check_record(struct book *book, const struct year_entry *entry)
{
    struct ys_arena arena;
    struct ys_err err = {0};
    struct ys_note note;
    struct ys_record record;
    const Yishi__V1__Body *body = NULL;
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    ok(ys_note_parse(entry->note, &note, &err), &err);
    ok(ys_record_parse(note.text, &record, &err), &err);
    ok(ys_record_check_body(&record, entry->body, &err), &err);
    ok(ys_body_decode(entry->body, &arena, &body, &err), &err);
    ok(ys_body_check_note(body, &record, &err), &err);
    if (entry->kind->authors != YS_BODY_NODE && ys_body_check_authored(body, &err) != YS_OK)
        fail_msg("%s: %s", entry->kind->name, err.msg);
    const bool has_subject = strcmp(record.subject, "-") != 0;
    if (entry->kind->subject != YS_SUBJECT_EITHER)
        assert_int_equal(has_subject, entry->kind->subject == YS_SUBJECT_MATTER);
    check_refs(book, entry, body, signed_by(&note));
    if (body->kind_case == YISHI__V1__BODY__KIND_CORRECTION) {
        const Yishi__V1__Body *anew = NULL;
        const struct ys_bytes bytes = {body->correction->replacement.data,
                                       body->correction->replacement.len};
        ok(ys_body_decode(bytes, &arena, &anew, &err), &err);
        ok(ys_body_check_authored(anew, &err), &err);
        book->replaced++;
    }
    ys_arena_clear(&arena);
}

static void every_record_is_one_that_an_author_could_have_published(void **state)
{
    (void)state;
    struct year *const year = year_new(&moderate);
    struct book book = {0};
    struct year_entry entry;
    uint64_t before = 0;

    while (year_next(year, &entry)) {
        check_record(&book, &entry);
        note_down(&book, &entry);
        assert_true(entry.signed_at_s >= before);
        before = entry.signed_at_s;
    }

    assert_true(book.replaced > 0);
    free(book.seen);
    year_free(year);
}

/* --- how much of each --- */

static void count_kinds(const struct year_options *options, struct book *book)
{
    struct year *const year = year_new(options);
    struct year_entry entry;
    *book = (struct book){0};
    while (year_next(year, &entry))
        note_down(book, &entry);
    year_free(year);
    free(book->seen);
    book->seen = NULL;
}

static void a_year_holds_every_kind_that_people_write(void **state)
{
    (void)state;
    size_t count = 0;
    const struct ys_kind *const kinds = ys_kind_table(&count);
    struct book book;

    count_kinds(&moderate, &book);

    for (size_t i = 0; i < count; i++) {
        if (kinds[i].authors != YS_BODY_NODE && book.kinds[kinds[i].id] == 0)
            fail_msg("there is no %s in %zu records", kinds[i].name, book.count);
    }
    assert_true(book.kinds[95] > 300);
}

static double share(const struct book *book, unsigned kind, unsigned of)
{
    return (double)book->kinds[kind] / (double)book->kinds[of];
}

#define ASSERT_BETWEEN(low, value, high)                \
    do {                                                \
        if (!((value) >= (low) && (value) <= (high)))   \
            fail_msg(#value " is %g", (double)(value)); \
    } while (0)

static void the_shares_are_those_of_a_real_year(void **state)
{
    (void)state;
    const struct year_options many = {
        .seed = 11, .streets = 4, .communities = 100, .matters = 12, .year = 2026};
    struct book book;

    count_kinds(&many, &book);

    const double matters = book.kinds[10] / 100.0;
    const double records = (double)(book.count - book.kinds[95]) / book.kinds[10];
    ASSERT_BETWEEN(10, matters, 14);
    ASSERT_BETWEEN(10, records, 22);
    ASSERT_BETWEEN(1500, (double)book.bytes / (double)book.count, 2500);
    ASSERT_BETWEEN(0.8, share(&book, 15, 10), 1.1);  /* some twice: deferred first */
    ASSERT_BETWEEN(1.0, share(&book, 30, 15), 1.9);  /* sessions a determination */
    ASSERT_BETWEEN(0.9, share(&book, 20, 30), 1.15); /* notices a session */
    ASSERT_BETWEEN(0.5, share(&book, 31, 15), 0.9);
    ASSERT_BETWEEN(0.02, share(&book, 32, 15), 0.15);
    ASSERT_BETWEEN(0.7, share(&book, 45, 44), 0.99); /* the street answers */
    ASSERT_BETWEEN(0.005, share(&book, 81, 30), 0.1);
}

/* --- the same again --- */

static void digest(const struct year_options *options, struct ys_hash *out)
{
    struct year *const year = year_new(options);
    struct ys_frontier all = {0};
    struct year_entry entry;
    struct ys_err err = {0};
    while (year_next(year, &entry)) {
        struct ys_hash leaf;
        ys_leaf_hash(entry.note, &leaf);
        ok(ys_frontier_append(&all, &leaf), &err);
        ys_leaf_hash(entry.body, &leaf);
        ok(ys_frontier_append(&all, &leaf), &err);
    }
    ys_frontier_root(&all, out);
    year_free(year);
}

static void the_same_seed_gives_the_same_bytes(void **state)
{
    (void)state;
    struct year_options other = tiny;
    struct ys_hash first;
    struct ys_hash again;
    struct ys_hash different;
    other.seed++;

    digest(&tiny, &first);
    digest(&tiny, &again);
    digest(&other, &different);

    assert_memory_equal(first.bytes, again.bytes, YS_HASH_LEN);
    assert_memory_not_equal(first.bytes, different.bytes, YS_HASH_LEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_record_verifies_with_the_membership_that_the_logs_give),
        cmocka_unit_test(every_record_is_one_that_an_author_could_have_published),
        cmocka_unit_test(a_year_holds_every_kind_that_people_write),
        cmocka_unit_test(the_shares_are_those_of_a_real_year),
        cmocka_unit_test(the_same_seed_gives_the_same_bytes),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
