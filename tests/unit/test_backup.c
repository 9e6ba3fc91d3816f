/* Backups: made, damaged, cut, erased in, lost, restored. */
#include "node/backup/backup.h"
#include "node/file.h"
#include "sync/erasure.h"
#include "sync/restored.h"
#include "tests/support/cast.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* A home of the street, with what a backup takes; whole enough for node/backup. */
struct desk {
    struct cast cast;
    struct folder folder;
    struct ys_node node;
    char backup[FOLDER_PATH_MAX];
    char told[8][200];
    unsigned told_count;
};

static void write_file(const char *path, const char *text)
{
    FILE *const out = fopen(path, "wb");
    assert_non_null(out);
    assert_true(fputs(text, out) >= 0 && fclose(out) == 0);
}

static void write_home(const struct desk *desk, const char *name, const char *text)
{
    char path[PATH_MAX];
    ys_home_path(&desk->node.home, name, path);
    write_file(path, text);
}

static int set_up(void **state)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    struct ys_home made;
    char path[FOLDER_PATH_MAX];
    assert_non_null(desk);
    cast_open(&desk->cast, "test_backup", CAST_STREET);
    cast_enrol_all(&desk->cast);
    folder_make(&desk->folder);
    folder_path(&desk->folder, "home", path);
    folder_path(&desk->folder, "copy", desk->backup);
    assert_int_equal(ys_home_choose(path, &desk->node.home, NULL), YS_OK);
    assert_int_equal(ys_home_begin(&desk->node.home, &made, NULL), YS_OK);
    assert_int_equal(ys_home_commit(&desk->node.home, &made, NULL), YS_OK);
    desk->node.store = desk->cast.store;
    memcpy(desk->node.origin_text, desk->cast.unit[CAST_STREET].log, sizeof desk->node.origin_text);
    write_home(desk, "yishi.conf", "settings\n");
    write_home(desk, "root.pub", "root\n");
    write_home(desk, "node.key", "key\n");
    *state = desk;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *const desk = *state;
    folder_remove(&desk->folder);
    cast_close(&desk->cast);
    free(desk);
    return 0;
}

static void make(struct desk *desk, bool keys)
{
    struct ys_backup_made made;
    const struct ys_backup_options options = {.folder = desk->backup, .keys = keys};
    assert_int_equal(ys_backup_make(&desk->node, &options, &made, NULL), YS_OK);
    assert_int_equal(made.files, keys ? 4 : 3);
}

static void told(void *context, const char *path, const char *what)
{
    struct desk *const desk = context;
    assert_true(desk->told_count < 8);
    (void)snprintf(desk->told[desk->told_count++], sizeof desk->told[0], "%.120s: %.60s", path,
                   what);
}

static uint64_t check(struct desk *desk)
{
    YS_MANIFEST_SCOPED manifest = {.root = NULL};
    uint64_t problems = 0;
    desk->told_count = 0;
    assert_int_equal(ys_manifest_load(desk->backup, YS_MANIFEST_READ, &manifest, NULL), YS_OK);
    assert_string_equal(ys_manifest_origin(&manifest), desk->node.origin_text);
    assert_int_equal(ys_manifest_check(&manifest, told, desk, &problems, NULL), YS_OK);
    assert_int_equal(problems, desk->told_count);
    return problems;
}

static void in_backup(const struct desk *desk, const char *name, char out[PATH_MAX])
{
    assert_true(snprintf(out, PATH_MAX, "%s/%s", desk->backup, name) < PATH_MAX);
}

/* Registered: path and erasures; -1 when it is not. */
static json_int_t registered(const struct desk *desk)
{
    json_t *backups = NULL;
    json_int_t erased = -1;
    assert_int_equal(ys_backups_load(&desk->node.home, &backups, NULL), YS_OK);
    for (size_t i = 0; i < json_array_size(backups); i++) {
        const json_t *const one = json_array_get(backups, i);
        if (strcmp(json_string_value(json_object_get(one, "path")), desk->backup) == 0)
            erased = json_integer_value(json_object_get(one, "erased"));
    }
    json_decref(backups);
    return erased;
}

static void a_backup_is_whole_and_known_and_made_once(void **state)
{
    struct desk *const desk = *state;
    struct ys_backup_made made;
    char path[PATH_MAX];
    struct stat info;
    assert_int_equal(registered(desk), -1);
    make(desk, false);
    assert_int_equal(check(desk), 0);
    assert_int_equal(registered(desk), 0);
    in_backup(desk, "node.key", path);
    assert_int_not_equal(stat(path, &info), 0); /* not without `keys` */
    const struct ys_backup_options again = {.folder = desk->backup};
    assert_int_equal(ys_backup_make(&desk->node, &again, &made, NULL), YS_EXISTS);
    assert_int_equal(ys_backups_drop(&desk->node.home, desk->backup, NULL), YS_OK);
    assert_int_equal(ys_backups_drop(&desk->node.home, desk->backup, NULL), YS_NOT_FOUND);
}

static void a_flipped_byte_in_any_file_is_named_and_not_restored(void **state)
{
    static const char *const names[] = {"store/data.mdb", "yishi.conf", "root.pub", "node.key"};
    struct desk *const desk = *state;
    struct ys_home other;
    char where[FOLDER_PATH_MAX];
    bool keys = false;
    make(desk, true);
    folder_path(&desk->folder, "other", where);
    assert_int_equal(ys_home_choose(where, &other, NULL), YS_OK);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[PATH_MAX];
        struct ys_err err = {0};
        struct stat info;
        in_backup(desk, names[i], path);
        FILE *const file = fopen(path, "r+b");
        assert_non_null(file);
        assert_int_equal(fseek(file, 3, SEEK_SET), 0);
        const int byte = fgetc(file);
        assert_true(fseek(file, 3, SEEK_SET) == 0 && fputc(byte ^ 1, file) != EOF &&
                    fflush(file) == 0);
        assert_int_equal(check(desk), 1);
        assert_non_null(strstr(desk->told[0], names[i]));
        assert_int_equal(ys_backup_restore(desk->backup, &other, &keys, &err), YS_CORRUPT);
        assert_non_null(strstr(err.msg, names[i]));
        assert_int_not_equal(stat(where, &info), 0);
        assert_true(fseek(file, 3, SEEK_SET) == 0 && fputc(byte, file) != EOF && fclose(file) == 0);
    }
    assert_int_equal(check(desk), 0);
}

static void what_is_cut_missing_or_foreign_is_named(void **state)
{
    struct desk *const desk = *state;
    YS_MANIFEST_SCOPED manifest = {.root = NULL};
    char path[PATH_MAX];
    make(desk, false);
    in_backup(desk, "store/data.mdb", path);
    assert_int_equal(truncate(path, 4096), 0);
    in_backup(desk, "root.pub", path);
    assert_int_equal(unlink(path), 0);
    in_backup(desk, "stranger", path);
    write_file(path, "?");
    assert_int_equal(check(desk), 3);
    char all[sizeof desk->told] = "";
    for (unsigned i = 0; i < desk->told_count; i++)
        (void)snprintf(all + strlen(all), sizeof all - strlen(all), "%s\n", desk->told[i]);
    assert_non_null(strstr(all, "store/data.mdb: is not what was written there"));
    assert_non_null(strstr(all, "root.pub: is missing"));
    assert_non_null(strstr(all, "stranger: does not belong there"));

    in_backup(desk, "manifest.json", path);
    assert_int_equal(truncate(path, 20),
                     0); /* it is written last: a copy that was cut has half of it, */
    assert_int_not_equal(ys_manifest_load(desk->backup, YS_MANIFEST_READ, &manifest, NULL), YS_OK);
    assert_int_equal(unlink(path), 0); /* or none */
    assert_int_equal(ys_manifest_load(desk->backup, YS_MANIFEST_READ, &manifest, NULL),
                     YS_NOT_FOUND);
}

/* Could somebody read it, or change it, at once? */
static bool is_free(const struct desk *desk, int operation)
{
    const int fd = open(desk->backup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(fd >= 0);
    const bool got = flock(fd, operation | LOCK_NB) == 0;
    close(fd);
    return got;
}

static void nobody_reads_it_while_it_is_changed(void **state)
{
    struct desk *const desk = *state;
    make(desk, false);
    {
        YS_MANIFEST_SCOPED manifest = {.root = NULL};
        assert_int_equal(ys_manifest_load(desk->backup, YS_MANIFEST_CHANGE, &manifest, NULL),
                         YS_OK);
        assert_false(is_free(desk, LOCK_SH));
    }
    {
        YS_MANIFEST_SCOPED manifest = {.root = NULL};
        assert_int_equal(ys_manifest_load(desk->backup, YS_MANIFEST_READ, &manifest, NULL), YS_OK);
        assert_true(is_free(desk, LOCK_SH));
        assert_false(is_free(desk, LOCK_EX));
    }
    assert_true(is_free(desk, LOCK_EX));
}

static void a_manifest_does_not_lead_out_of_its_folder(void **state)
{
    static const char *const paths[] = {"/etc/passwd", "../home/node.key", "a/../../b", ""};
    struct desk *const desk = *state;
    char path[PATH_MAX];
    make(desk, false);
    in_backup(desk, "manifest.json", path);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        YS_MANIFEST_SCOPED manifest = {.root = NULL};
        json_t *const root = json_pack("{s:s, s:s, s:i, s:[{s:s, s:i, s:s}]}", "format",
                                       YS_BACKUP_FORMAT, "origin", desk->node.origin_text, "erased",
                                       0, "files", "path", paths[i], "size", 1, "sha256", "");
        assert_int_equal(json_dump_file(root, path, 0), 0);
        json_decref(root);
        assert_int_equal(ys_manifest_load(desk->backup, YS_MANIFEST_READ, &manifest, NULL),
                         YS_MALFORMED);
    }
}

/* --- erasing --- */

static const char said[] = "what somebody said of somebody else";

static bool holds(const struct desk *desk, const char *name, const char *text)
{
    static char bytes[8 << 20];
    char path[PATH_MAX];
    in_backup(desk, name, path);
    FILE *const in = fopen(path, "rb");
    assert_non_null(in);
    const size_t size = fread(bytes, 1, sizeof bytes, in);
    fclose(in);
    return memmem(bytes, size, text, strlen(text)) != NULL;
}

static struct ys_hash propose(struct desk *desk)
{
    char content[sizeof said];
    Yishi__V1__TopicProposal kind = YISHI__V1__TOPIC_PROPOSAL__INIT;
    Yishi__V1__Body body = YISHI__V1__BODY__INIT;
    const struct ys_signer *const signer = &desk->cast.unit[CAST_COMMUNITY].body[0];
    struct scribe_record record;
    struct ys_bytes text;
    struct ys_bytes name;
    struct ys_hash id;
    memcpy(content, said, sizeof said);
    kind.content = content;
    body.kind_case = YISHI__V1__BODY__KIND_TOPIC_PROPOSAL;
    body.topic_proposal = &kind;
    cast_write(&desk->cast, CAST_COMMUNITY, &body, &signer, 1, &record);
    const struct ys_entry entry = scribe_entry(&record);
    (void)cast_append(&desk->cast, CAST_COMMUNITY, &entry);
    assert_true(ys_note_peek(entry.note, &text, &name));
    ys_record_id(text, &id);
    return id;
}

static void erase(struct desk *desk, struct ys_hash target)
{
    Yishi__V1__Redaction kind = YISHI__V1__REDACTION__INIT;
    Yishi__V1__Reference ref = YISHI__V1__REFERENCE__INIT;
    Yishi__V1__Reference *refs[] = {&ref};
    Yishi__V1__Body body = YISHI__V1__BODY__INIT;
    struct ys_member *member = NULL;
    YS_TXN_SCOPED txn = NULL;
    size_t changed = 0;
    size_t tombstones = 0;
    kind.has_whole_body = kind.whole_body = kind.has_reason = 1;
    kind.reason = YISHI__V1__REDACTION_REASON__REDACTION_REASON_REQUEST;
    ref.has_rel = ref.has_record = 1;
    ref.rel = YISHI__V1__RELATION__RELATION_REDACTS;
    ref.record = (ProtobufCBinaryData){sizeof target.bytes, target.bytes};
    body.kind_case = YISHI__V1__BODY__KIND_REDACTION;
    body.redaction = &kind;
    body.n_refs = 1;
    body.refs = refs;
    (void)cast_publish(&desk->cast, CAST_COMMUNITY, &body,
                       &desk->cast.unit[CAST_COMMUNITY].body[0]);
    assert_int_equal(ys_member_new(&desk->cast.root, &desk->cast.unit[CAST_STREET].origin.division,
                                   &member, NULL),
                     YS_OK);
    assert_int_equal(ys_store_begin(desk->cast.store, true, &txn, NULL), YS_OK);
    assert_int_equal(ys_member_rebuild(member, txn, NULL, NULL), YS_OK);
    assert_int_equal(ys_erasures_settle(txn, member, false, &changed, &tombstones, NULL), YS_OK);
    assert_int_equal(tombstones, 1);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
    ys_member_free(member);
}

static void out_of_reach(void *context, const char *path, const char *why)
{
    told(context, path, why);
}

static void what_is_erased_goes_from_each_backup_that_is_there(void **state)
{
    struct desk *const desk = *state;
    struct ys_backup_erasing erasing = {.out_of_reach = out_of_reach, .context = desk};
    char away[FOLDER_PATH_MAX];
    const struct ys_hash id = propose(desk);
    make(desk, false);
    assert_true(holds(desk, "store/data.mdb", said));
    erase(desk, id);
    folder_path(&desk->folder, "away", away);
    assert_int_equal(rename(desk->backup, away), 0);

    assert_int_equal(ys_backups_erase(&desk->node, &erasing, NULL), YS_OK);
    assert_int_equal(erasing.done, 0);
    assert_int_equal(erasing.behind, 1);
    assert_int_equal(desk->told_count, 1);
    assert_non_null(strstr(desk->told[0], desk->backup));
    assert_int_equal(registered(desk), 0); /* it stays in the list, and is not clean */

    assert_int_equal(rename(away, desk->backup), 0);
    assert_int_equal(ys_backups_erase(&desk->node, &erasing, NULL), YS_OK);
    assert_int_equal(erasing.done, 1);
    assert_int_equal(erasing.behind, 0);
    assert_false(holds(desk, "store/data.mdb", said));
    assert_int_equal(check(desk), 0); /* the manifest tells of the new file */
    assert_int_equal(registered(desk), 1);
    assert_int_equal(ys_backups_erase(&desk->node, &erasing, NULL), YS_OK);
    assert_int_equal(erasing.done, 0);
}

static void what_is_restored_gives_nothing_until_it_was_told(void **state)
{
    struct desk *const desk = *state;
    struct ys_home other;
    struct ys_store *store = NULL;
    YS_TXN_SCOPED txn = NULL;
    char path[PATH_MAX];
    bool keys = false;
    bool restored = false;
    make(desk, true);
    folder_path(&desk->folder, "other", path);
    assert_int_equal(ys_home_choose(path, &other, NULL), YS_OK);
    assert_int_equal(ys_backup_restore(desk->backup, &other, &keys, NULL), YS_OK);
    assert_true(keys);
    ys_home_path(&other, "store", path);
    assert_int_equal(ys_store_open(path, 0, &store, NULL), YS_OK);
    assert_int_equal(ys_store_begin(store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_restored_get(txn, &restored, NULL), YS_OK);
    assert_true(restored);
    ys_txn_abort(&txn);
    ys_store_close(store);
    /* Never over a home that is there. */
    assert_int_not_equal(ys_backup_restore(desk->backup, &other, &keys, NULL), YS_OK);
    assert_int_equal(check(desk), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_backup_is_whole_and_known_and_made_once, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_flipped_byte_in_any_file_is_named_and_not_restored,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_cut_missing_or_foreign_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nobody_reads_it_while_it_is_changed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_manifest_does_not_lead_out_of_its_folder, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_erased_goes_from_each_backup_that_is_there, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_restored_gives_nothing_until_it_was_told, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
