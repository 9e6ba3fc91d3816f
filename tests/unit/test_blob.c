#include "sync/blob.h"

#include "proto/limits.h"
#include "tests/support/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
    struct folder folder;
    char path[FOLDER_PATH_MAX];
    struct ys_blobs *blobs;
    struct ys_err err;
};

static void open_with(struct place *place, const struct ys_blob_options *options)
{
    assert_int_equal(ys_blobs_open(place->path, options, &place->blobs, &place->err), YS_OK);
}

static int make(void **state)
{
    struct place *const place = calloc(1, sizeof *place);
    assert_non_null(place);
    folder_make(&place->folder);
    folder_path(&place->folder, "attachments", place->path);
    open_with(place, &(struct ys_blob_options){0});
    *state = place;
    return 0;
}

static int unmake(void **state)
{
    struct place *const place = *state;
    ys_blobs_close(place->blobs);
    folder_remove(&place->folder);
    free(place);
    return 0;
}

static void reopen(struct place *place, const struct ys_blob_options *options)
{
    ys_blobs_close(place->blobs);
    place->blobs = NULL;
    open_with(place, options);
}

/* A file of `size` bytes that follow from `seed`, to be read. */
static int source(const struct place *place, size_t size, unsigned seed, struct ys_hash *hash_out)
{
    char path[FOLDER_PATH_MAX];
    folder_path(&place->folder, "source", path);
    uint8_t *const bytes = malloc(size + 1);
    assert_non_null(bytes);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(seed + i * 7 + i / 251);
    ys_sha256((struct ys_bytes){bytes, size}, hash_out);
    const int out = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_true(out >= 0);
    assert_int_equal(write(out, bytes, size), (ssize_t)size);
    assert_int_equal(lseek(out, 0, SEEK_SET), 0);
    free(bytes);
    return out;
}

static enum ys_code put(struct place *place, size_t size, unsigned seed, struct ys_hash *hash_out)
{
    struct ys_hash is;
    uint64_t said = 0;
    const int fd = source(place, size, seed, hash_out);
    const enum ys_code code = ys_blobs_put(place->blobs, fd, "source", &is, &said, &place->err);
    close(fd);
    if (code == YS_OK) {
        assert_true(ys_hash_equal(&is, hash_out));
        assert_int_equal(said, size);
    }
    return code;
}

static void path_of(const struct place *place, const struct ys_hash *hash, char *out)
{
    char name[YS_BLOB_NAME_LEN + 1];
    ys_blob_name(hash, name);
    assert_true(snprintf(out, FOLDER_PATH_MAX, "%.120s/%.2s/%.2s/%s", place->path, name, name + 2,
                         name) < FOLDER_PATH_MAX);
}

struct seen {
    size_t whole, partial;
    uint64_t bytes;
};

static bool see(void *context, const struct ys_blob_info *info)
{
    struct seen *const seen = context;
    seen->whole += !info->partial;
    seen->partial += info->partial;
    seen->bytes += info->size;
    return true;
}

static struct seen look(const struct place *place)
{
    struct seen seen = {0};
    assert_int_equal(ys_blobs_each(place->blobs, see, &seen, NULL), YS_OK);
    return seen;
}

/* --- names --- */

static void a_name_is_64_lower_hex_digits_and_nothing_else(void **state)
{
    struct ys_hash hash;
    struct ys_hash again;
    char name[YS_BLOB_NAME_LEN + 1];
    (void)state;
    for (size_t i = 0; i < YS_HASH_LEN; i++)
        hash.bytes[i] = (uint8_t)(i * 37 + 200);
    ys_blob_name(&hash, name);
    assert_int_equal(strlen(name), 64);
    assert_true(ys_blob_name_parse(name, &again));
    assert_true(ys_hash_equal(&hash, &again));

    name[5] = 'A';
    assert_false(ys_blob_name_parse(name, &again));
    name[5] = 'g';
    assert_false(ys_blob_name_parse(name, &again));
    name[5] = '\0';
    assert_false(ys_blob_name_parse(name, &again));
    assert_false(ys_blob_name_parse("", &again));
}

/* --- whole files --- */

static void a_file_that_was_put_can_be_read_under_its_hash(void **state)
{
    struct place *const place = *state;
    struct ys_hash hash;
    struct stat info;
    char path[FOLDER_PATH_MAX];
    uint8_t piece[64];
    size_t got = 0;
    uint64_t size = 0;
    assert_int_equal(put(place, 1000003, 1, &hash), YS_OK);
    assert_int_equal(ys_blobs_size(place->blobs, &hash, &size, NULL), YS_OK);
    assert_int_equal(size, 1000003);
    assert_int_equal(ys_blobs_total(place->blobs), 1000003);
    path_of(place, &hash, path);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0400);

    assert_int_equal(
        ys_blobs_read(place->blobs, &hash, 1000000, piece, sizeof piece, &got, &size, NULL), YS_OK);
    assert_int_equal(got, 3);
    assert_int_equal(piece[0], (uint8_t)(1 + 1000000 * 7 + 1000000 / 251));
    assert_int_equal(
        ys_blobs_read(place->blobs, &hash, UINT64_MAX, piece, sizeof piece, &got, &size, NULL),
        YS_OK);
    assert_int_equal(got, 0);
    assert_int_equal(ys_blobs_check(place->blobs, &hash, NULL), YS_OK);
}

static void the_same_content_is_kept_once(void **state)
{
    struct place *const place = *state;
    struct ys_hash hash;
    assert_int_equal(put(place, 500, 2, &hash), YS_OK);
    assert_int_equal(put(place, 500, 2, &hash), YS_OK);
    const struct seen seen = look(place);
    assert_int_equal(seen.whole, 1);
    assert_int_equal(seen.partial, 0);
    assert_int_equal(ys_blobs_total(place->blobs), 500);
}

static void without_files_that_have_no_name_it_works_the_same(void **state)
{
    struct place *const place = *state;
    struct ys_hash hash;
    char path[FOLDER_PATH_MAX];
    reopen(place, &(struct ys_blob_options){.no_tmpfile = true});
    assert_int_equal(put(place, 70000, 3, &hash), YS_OK);
    assert_int_equal(put(place, 70000, 3, &hash), YS_OK);
    assert_int_equal(put(place, 0, 3, &hash), YS_REFUSED);
    assert_int_equal(look(place).whole, 1);
    /* Nothing is left of what was on its way. */
    folder_path(&place->folder, "attachments/partial", path);
    assert_int_equal(rmdir(path), 0);
}

static void limits_hold_at_one_below_and_one_above(void **state)
{
    struct place *const place = *state;
    struct ys_hash hash;
    reopen(place, &(struct ys_blob_options){.file_max = 1000, .total_max = 2500});
    assert_int_equal(put(place, 1001, 4, &hash), YS_LIMIT);
    assert_non_null(strstr(place->err.msg, "1000"));
    assert_int_equal(put(place, 1000, 4, &hash), YS_OK);
    assert_int_equal(put(place, 999, 5, &hash), YS_OK);
    /* 501 are left of the whole */
    assert_int_equal(put(place, 502, 6, &hash), YS_LIMIT);
    assert_non_null(strstr(place->err.msg, "2500"));
    assert_int_equal(look(place).whole, 2);
    assert_int_equal(put(place, 501, 6, &hash), YS_OK);
    assert_int_equal(put(place, 1, 7, &hash), YS_LIMIT);
    reopen(place, &(struct ys_blob_options){.file_max = 1000, .total_max = 2500});
    assert_int_equal(put(place, 1, 7, &hash), YS_LIMIT);

    struct ys_blob_part *part = NULL;
    assert_int_equal(ys_blob_part_open(place->blobs, &hash, 1001, &part, NULL), YS_LIMIT);
    assert_int_equal(ys_blob_part_open(place->blobs, &hash, 1, &part, NULL), YS_LIMIT);
    reopen(place, &(struct ys_blob_options){0});
    assert_int_equal(ys_blobs_file_max(place->blobs), YS_BLOB_FILE_MAX);
    assert_int_equal(ys_blobs_total_max(place->blobs), YS_BLOB_TOTAL_MAX);
    assert_true(YS_BLOB_FILE_MAX <= YS_BLOB_FILE_TOP);
}

static void what_is_no_file_of_ours_is_not_followed(void **state)
{
    struct place *const place = *state;
    struct ys_hash hash;
    char path[FOLDER_PATH_MAX];
    char other[FOLDER_PATH_MAX];
    uint64_t size = 0;
    int fd = -1;
    assert_int_equal(put(place, 100, 8, &hash), YS_OK);
    path_of(place, &hash, path);
    folder_path(&place->folder, "elsewhere", other);
    assert_int_equal(rename(path, other), 0);
    assert_int_equal(ys_blobs_size(place->blobs, &hash, &size, NULL), YS_NOT_FOUND);
    assert_int_equal(symlink(other, path), 0);
    assert_int_equal(ys_blobs_size(place->blobs, &hash, &size, NULL), YS_IO);
    assert_int_equal(ys_blobs_open_file(place->blobs, &hash, &fd, &size, NULL), YS_IO);
    assert_int_equal(look(place).whole, 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(ys_blobs_open_file(place->blobs, &hash, &fd, &size, NULL), YS_IO);
    assert_int_equal(look(place).whole, 0);
}

static void a_damaged_file_is_told_and_a_removed_one_is_gone(void **state)
{
    struct place *const place = *state;
    struct ys_hash hash;
    char path[FOLDER_PATH_MAX];
    assert_int_equal(put(place, 100, 9, &hash), YS_OK);
    path_of(place, &hash, path);
    assert_int_equal(chmod(path, 0600), 0);
    const int fd = open(path, O_WRONLY);
    assert_int_equal(pwrite(fd, "?", 1, 50), 1);
    close(fd);
    assert_int_equal(ys_blobs_check(place->blobs, &hash, &place->err), YS_CORRUPT);
    assert_int_equal(ys_blobs_set_aside(place->blobs, &hash, NULL), YS_OK);
    assert_int_equal(ys_blobs_set_aside(place->blobs, &hash, NULL), YS_NOT_FOUND);
    assert_int_equal(put(place, 100, 9, &hash), YS_OK);
    assert_int_equal(ys_blobs_total(place->blobs), 100);
    assert_int_equal(ys_blobs_remove(place->blobs, &hash, NULL), YS_OK);
    assert_int_equal(ys_blobs_total(place->blobs), 0);
    assert_int_equal(ys_blobs_check(place->blobs, &hash, NULL), YS_NOT_FOUND);
    assert_int_equal(ys_blobs_remove(place->blobs, &hash, NULL), YS_OK);
}

static void a_folder_that_cannot_be_made_or_read_is_named(void **state)
{
    struct place *const place = *state;
    struct ys_blobs *blobs = NULL;
    char path[FOLDER_PATH_MAX];
    struct ys_hash hash;
    uint64_t size = 0;
    folder_path(&place->folder, "no/such/attachments", path);
    assert_int_equal(ys_blobs_open(path, &(struct ys_blob_options){0}, &blobs, &place->err), YS_IO);
    assert_non_null(strstr(place->err.msg, "no/such"));
    close(source(place, 1, 1, &hash));
    folder_path(&place->folder, "source", path); /* is a file */
    assert_int_equal(ys_blobs_open(path, &(struct ys_blob_options){0}, &blobs, NULL), YS_IO);
    const int fd = open(place->folder.path, O_RDONLY | O_DIRECTORY);
    assert_int_equal(ys_blobs_put(place->blobs, fd, "a folder", &hash, &size, &place->err), YS_IO);
    close(fd);
    assert_non_null(strstr(place->err.msg, "a folder"));
    assert_int_equal(look(place).whole, 0);
}

/* --- on its way --- */

static void content(size_t size, unsigned seed, uint8_t *out, struct ys_hash *hash_out)
{
    for (size_t i = 0; i < size; i++)
        out[i] = (uint8_t)(seed + i * 11 + i / 200);
    ys_sha256((struct ys_bytes){out, size}, hash_out);
}

static void pieces_resume_where_the_disk_ends_and_the_whole_gets_its_name(void **state)
{
    struct place *const place = *state;
    static uint8_t bytes[5000];
    struct ys_hash hash;
    struct ys_blob_part *part = NULL;
    uint64_t size = 0;
    content(sizeof bytes, 1, bytes, &hash);
    assert_int_equal(ys_blob_part_open(place->blobs, &hash, sizeof bytes, &part, NULL), YS_OK);
    assert_int_equal(ys_blob_part_offset(part), 0);
    assert_int_equal(ys_blob_part_write(part, 0, (struct ys_bytes){bytes, 3000}, NULL), YS_OK);

    /* A second one may not write to it at the same time. */
    struct ys_blob_part *other = NULL;
    assert_int_equal(ys_blob_part_open(place->blobs, &hash, sizeof bytes, &other, NULL), YS_BUSY);
    ys_blob_part_close(part);
    assert_int_equal(look(place).partial, 1);
    assert_int_equal(ys_blobs_size(place->blobs, &hash, &size, NULL), YS_NOT_FOUND);

    reopen(place, &(struct ys_blob_options){0});
    assert_int_equal(ys_blob_part_open(place->blobs, &hash, sizeof bytes, &part, NULL), YS_OK);
    assert_int_equal(ys_blob_part_offset(part), 3000);
    assert_int_equal(
        ys_blob_part_write(part, 2999, (struct ys_bytes){bytes + 2999, 1}, &place->err),
        YS_MALFORMED);
    assert_int_equal(ys_blob_part_write(part, 3001, (struct ys_bytes){bytes + 3001, 1}, NULL),
                     YS_MALFORMED);
    assert_int_equal(ys_blob_part_write(part, 3000, (struct ys_bytes){bytes, 2001}, NULL),
                     YS_MALFORMED);
    assert_int_equal(ys_blob_part_write(part, 3000, (struct ys_bytes){bytes + 3000, 2000}, NULL),
                     YS_OK);
    assert_int_equal(ys_blob_part_finish(&part, NULL), YS_OK);
    assert_null(part);
    assert_int_equal(ys_blobs_check(place->blobs, &hash, NULL), YS_OK);
    assert_int_equal(look(place).partial, 0);
    assert_int_equal(ys_blobs_total(place->blobs), sizeof bytes);
    assert_int_equal(ys_blob_part_open(place->blobs, &hash, sizeof bytes, &part, NULL), YS_EXISTS);
}

static void wrong_bytes_are_thrown_away_and_never_get_the_name(void **state)
{
    struct place *const place = *state;
    static uint8_t bytes[300];
    struct ys_hash hash;
    struct ys_blob_part *part = NULL;
    content(sizeof bytes, 2, bytes, &hash);
    bytes[299] ^= 1;
    assert_int_equal(ys_blob_part_open(place->blobs, &hash, sizeof bytes, &part, NULL), YS_OK);
    assert_int_equal(ys_blob_part_write(part, 0, (struct ys_bytes){bytes, sizeof bytes}, NULL),
                     YS_OK);
    assert_int_equal(ys_blob_part_finish(&part, &place->err), YS_MALFORMED);
    const struct seen seen = look(place);
    assert_int_equal(seen.whole + seen.partial, 0);
    /* And it begins from nothing again. */
    assert_int_equal(ys_blob_part_open(place->blobs, &hash, sizeof bytes, &part, NULL), YS_OK);
    assert_int_equal(ys_blob_part_offset(part), 0);
    ys_blob_part_close(part);
}

static void more_on_the_disk_than_the_size_begins_again(void **state)
{
    struct place *const place = *state;
    static uint8_t bytes[300];
    struct ys_hash hash;
    struct ys_blob_part *part = NULL;
    content(sizeof bytes, 3, bytes, &hash);
    assert_int_equal(ys_blob_part_open(place->blobs, &hash, 301, &part, NULL), YS_OK);
    assert_int_equal(ys_blob_part_write(part, 0, (struct ys_bytes){bytes, 300}, NULL), YS_OK);
    assert_int_equal(ys_blob_part_write(part, 300, (struct ys_bytes){bytes, 1}, NULL), YS_OK);
    ys_blob_part_close(part);
    assert_int_equal(ys_blob_part_open(place->blobs, &hash, 300, &part, NULL), YS_OK);
    assert_int_equal(ys_blob_part_offset(part), 0);
    assert_int_equal(ys_blob_part_write(part, 0, (struct ys_bytes){bytes, 300}, NULL), YS_OK);
    assert_int_equal(ys_blob_part_finish(&part, NULL), YS_OK);
    assert_int_equal(ys_blobs_check(place->blobs, &hash, NULL), YS_OK);
}

static void a_link_under_partial_is_not_written_through(void **state)
{
    struct place *const place = *state;
    static uint8_t bytes[10];
    struct ys_hash hash;
    struct ys_blob_part *part = NULL;
    char name[YS_BLOB_NAME_LEN + 1];
    char path[FOLDER_PATH_MAX];
    char target[FOLDER_PATH_MAX];
    content(sizeof bytes, 4, bytes, &hash);
    ys_blob_name(&hash, name);
    assert_true(snprintf(path, sizeof path, "%.120s/partial/%s", place->path, name) > 0);
    folder_path(&place->folder, "target", target);
    assert_int_equal(symlink(target, path), 0);
    assert_int_equal(ys_blob_part_open(place->blobs, &hash, sizeof bytes, &part, NULL), YS_IO);
    assert_int_equal(access(target, F_OK), -1);
}

/* --- killed --- */

/* A child that writes half a file and is killed: what it wrote is gone on with. */
static void what_a_killed_process_wrote_is_gone_on_with(void **state)
{
    struct place *const place = *state;
    static uint8_t bytes[200000];
    struct ys_hash hash;
    struct ys_blob_part *part = NULL;
    int status = 0;
    content(sizeof bytes, 5, bytes, &hash);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (ys_blob_part_open(place->blobs, &hash, sizeof bytes, &part, NULL) != YS_OK ||
            ys_blob_part_write(part, 0, (struct ys_bytes){bytes, 123456}, NULL) != YS_OK)
            _exit(9);
        raise(SIGKILL);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(ys_blob_part_open(place->blobs, &hash, sizeof bytes, &part, NULL), YS_OK);
    assert_int_equal(ys_blob_part_offset(part), 123456);
    assert_int_equal(ys_blob_part_write(part, 123456,
                                        (struct ys_bytes){bytes + 123456, sizeof bytes - 123456},
                                        NULL),
                     YS_OK);
    /* All is there, and it is killed before the name: finished without a byte more. */
    ys_blob_part_close(part);
    assert_int_equal(ys_blob_part_open(place->blobs, &hash, sizeof bytes, &part, NULL), YS_OK);
    assert_int_equal(ys_blob_part_offset(part), sizeof bytes);
    assert_int_equal(ys_blob_part_finish(&part, NULL), YS_OK);
    assert_int_equal(ys_blobs_check(place->blobs, &hash, NULL), YS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_64_lower_hex_digits_and_nothing_else),
        cmocka_unit_test_setup_teardown(a_file_that_was_put_can_be_read_under_its_hash, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(the_same_content_is_kept_once, make, unmake),
        cmocka_unit_test_setup_teardown(without_files_that_have_no_name_it_works_the_same, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(limits_hold_at_one_below_and_one_above, make, unmake),
        cmocka_unit_test_setup_teardown(what_is_no_file_of_ours_is_not_followed, make, unmake),
        cmocka_unit_test_setup_teardown(a_damaged_file_is_told_and_a_removed_one_is_gone, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(a_folder_that_cannot_be_made_or_read_is_named, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(
            pieces_resume_where_the_disk_ends_and_the_whole_gets_its_name, make, unmake),
        cmocka_unit_test_setup_teardown(wrong_bytes_are_thrown_away_and_never_get_the_name, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(more_on_the_disk_than_the_size_begins_again, make, unmake),
        cmocka_unit_test_setup_teardown(a_link_under_partial_is_not_written_through, make, unmake),
        cmocka_unit_test_setup_teardown(what_a_killed_process_wrote_is_gone_on_with, make, unmake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
