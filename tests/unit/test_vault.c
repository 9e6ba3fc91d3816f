/* What is sealed opens again, byte for byte, with the right key alone; what was erased does not; and whatever
 * fails or is changed on the way, nothing half is left. */
#include "node/vault/vault.h"

#include "node/file.h"
#include "node/vault/slot.h"
#include "tests/support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct desk {
    struct folder folder;
    struct ys_home home;
    struct ys_name origin;
    struct ys_vault vault;
    struct ys_vault_key key;
};

/* --- calls of the system that fail when it is their turn; the linker puts them before the real ones --- */

static unsigned calls, fail_at;

static bool is_turn(void)
{
    return ++calls == fail_at;
}

/* NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): names of the linker */
ssize_t __real_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size)
{
    errno = ENOSPC;
    return is_turn() ? -1 : __real_write(fd, data, size);
}

ssize_t __real_pwrite(int fd, const void *data, size_t size, off_t at);
ssize_t __wrap_pwrite(int fd, const void *data, size_t size, off_t at);
ssize_t __wrap_pwrite(int fd, const void *data, size_t size, off_t at)
{
    errno = EIO;
    return is_turn() ? -1 : __real_pwrite(fd, data, size, at);
}

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
    errno = EIO;
    return is_turn() ? -1 : __real_fsync(fd);
}

int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to)
{
    errno = EIO;
    return is_turn() ? -1 : __real_rename(from, to);
}

int __real_mkostemp(char *path, int flags);
int __wrap_mkostemp(char *path, int flags);
int __wrap_mkostemp(char *path, int flags)
{
    errno = ENOSPC;
    return is_turn() ? -1 : __real_mkostemp(path, flags);
}
/* NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming) */

static int set_up(void **state)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    const struct ys_passphrases nobody = {.file_count = 0};
    struct ys_division division;
    uint8_t public[YS_PUBKEY_LEN];
    char path[PATH_MAX];
    assert_non_null(desk);
    assert_true(sodium_init() >= 0);
    fail_at = 0;
    folder_make(&desk->folder);
    memcpy(desk->home.path, desk->folder.path, sizeof desk->folder.path);
    ys_home_path(&desk->home, "keys", path);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(ys_division_parse(ys_bytes_of_text("110199001001"), &division, NULL), YS_OK);
    desk->origin = ys_name_log("a.example", &division, 1);
    assert_int_equal(
        ys_vault_key_make(&desk->home, &desk->origin, YS_KDF_NONE, &nobody, public, NULL), YS_OK);
    assert_int_equal(ys_vault_key_load(&desk->home, &desk->origin, &nobody, &desk->key, NULL),
                     YS_OK);
    assert_memory_equal(public, desk->key.public, sizeof public);
    assert_int_equal(ys_vault_open(&desk->home, &desk->vault, NULL), YS_OK);
    *state = desk;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *const desk = *state;
    fail_at = 0;
    folder_remove(&desk->folder);
    free(desk);
    return 0;
}

static const struct ys_vault_tag usual = {.basis = YS_BASIS_CONSENT,
                                          .retention = YS_RETAIN_PURPOSE,
                                          .kind = "topic_proposal",
                                          .slot = "proposer",
                                          .purpose = "回访",
                                          .draft = 7};

static struct ys_hash put(const struct desk *desk, const char *value)
{
    struct ys_hash commitment;
    assert_int_equal(ys_vault_put(&desk->vault, &usual, ys_bytes_of_text(value), &commitment, NULL),
                     YS_OK);
    return commitment;
}

static void assert_opens(const struct desk *desk, const struct ys_hash *commitment,
                         const char *value)
{
    YS_VAULT_OPENED_SCOPED opened = {.bytes = NULL};
    struct ys_err err = {0};
    if (ys_vault_get(&desk->vault, &desk->key, commitment, &opened, &err) != YS_OK)
        fail_msg("%s", err.msg);
    assert_int_equal(opened.size, strlen(value));
    assert_memory_equal(opened.bytes, value, opened.size + 1);
}

static void assert_gone(const struct desk *desk, const struct ys_hash *commitment)
{
    YS_VAULT_OPENED_SCOPED opened = {.bytes = NULL};
    assert_int_equal(ys_vault_get(&desk->vault, &desk->key, commitment, &opened, NULL),
                     YS_NOT_FOUND);
}

static void path_of(const struct desk *desk, const char *folder, const struct ys_hash *commitment,
                    char out[PATH_MAX])
{
    char name[200];
    char hex[YS_SLOT_NAME_MAX];
    ys_slot_name(commitment, hex);
    (void)snprintf(name, sizeof name, "sealed/%s/%s", folder, hex);
    ys_home_path(&desk->home, name, out);
}

/* Files in a folder of the vault, and where the one lies that stands last in it. */
static unsigned count(const struct desk *desk, const char *folder)
{
    char name[64];
    char path[PATH_MAX];
    unsigned found = 0;
    (void)snprintf(name, sizeof name, "sealed/%s", folder);
    ys_home_path(&desk->home, name, path);
    DIR *const list = opendir(path);
    if (list == NULL)
        return 0;
    for (const struct dirent *entry = readdir(list); entry != NULL; entry = readdir(list))
        found += entry->d_name[0] != '.';
    closedir(list);
    return found;
}

/* --- good ways --- */

static void what_is_sealed_opens_and_makes_the_commitment_that_the_format_says(void **state)
{
    const struct desk *const desk = *state;
    YS_VAULT_OPENED_SCOPED opened = {.bytes = NULL};
    const struct ys_hash commitment = put(desk, "示例甲");

    assert_int_equal(ys_vault_get(&desk->vault, &desk->key, &commitment, &opened, NULL), YS_OK);

    /* FORMATS.md 19.1, with SHA-256 of somebody else over one run of bytes */
    uint8_t text[200];
    uint8_t made[crypto_hash_sha256_BYTES];
    size_t size = (size_t)snprintf((char *)text, sizeof text, "yishi/sealed/v1\n%s\n%s\n",
                                   "topic_proposal", "proposer");
    memcpy(text + size, opened.salt, sizeof opened.salt);
    size += sizeof opened.salt;
    memcpy(text + size, "示例甲", strlen("示例甲"));
    size += strlen("示例甲");
    crypto_hash_sha256(made, text, size);
    assert_memory_equal(made, commitment.bytes, sizeof made);
    assert_int_equal(opened.tag.content, YS_VAULT_VALUE);
    assert_int_equal(opened.tag.basis, YS_BASIS_CONSENT);
    assert_string_equal(opened.tag.purpose, "回访");
    assert_int_equal(opened.tag.draft, 7);
    assert_false(opened.tag.recorded);
}

static void equal_values_have_different_commitments_and_keys(void **state)
{
    const struct desk *const desk = *state;
    const struct ys_hash one = put(desk, "示例甲");
    const struct ys_hash other = put(desk, "示例甲");
    assert_false(ys_hash_equal(&one, &other));
    assert_int_equal(ys_vault_erase(&desk->vault, &one, NULL), YS_OK);
    assert_gone(desk, &one);
    assert_opens(desk, &other, "示例甲");
}

/* The sizes at which frames and padding end. */
static void every_size_comes_back(void **state)
{
    const struct desk *const desk = *state;
    static const size_t sizes[] = {0, 1, 31, 32, 33, 95, 96, 65503, 65504, 65505, 65535, 65536};
    uint8_t *const value = malloc(YS_VAULT_VALUE_MAX + 1);
    assert_non_null(value);
    randombytes_buf(value, YS_VAULT_VALUE_MAX + 1);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        YS_VAULT_OPENED_SCOPED opened = {.bytes = NULL};
        struct ys_hash commitment;
        const struct ys_bytes bytes = {value, sizes[i]};
        assert_int_equal(ys_vault_put(&desk->vault, &usual, bytes, &commitment, NULL), YS_OK);
        assert_int_equal(ys_vault_get(&desk->vault, &desk->key, &commitment, &opened, NULL), YS_OK);
        assert_true(ys_bytes_equal((struct ys_bytes){opened.bytes, opened.size}, bytes));
    }
    struct ys_hash commitment;
    assert_int_equal(ys_vault_put(&desk->vault, &usual,
                                  (struct ys_bytes){value, YS_VAULT_VALUE_MAX + 1}, &commitment,
                                  NULL),
                     YS_LIMIT);
    free(value);
}

static void a_file_of_any_size_passes_through(void **state)
{
    const struct desk *const desk = *state;
    static const size_t sizes[] = {0, 65504, 1000000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        YS_VAULT_OPENED_SCOPED opened = {.bytes = NULL};
        char in[FOLDER_PATH_MAX];
        char out[FOLDER_PATH_MAX];
        struct ys_hash commitment;
        uint64_t size = 0;
        size_t got = 0;
        uint8_t *const bytes = malloc(sizes[i] + 1);
        uint8_t *const again = malloc(sizes[i] + 1);
        assert_non_null(bytes);
        assert_non_null(again);
        randombytes_buf(bytes, sizes[i]);
        folder_path(&desk->folder, "in", in);
        folder_path(&desk->folder, "out", out);
        assert_int_equal(ys_file_write(in, 0600, (struct ys_bytes){bytes, sizes[i]}, NULL), YS_OK);
        const int from = open(in, O_RDONLY);
        const int to = open(out, O_RDWR | O_CREAT | O_TRUNC, 0600);
        assert_int_equal(ys_vault_put_file(&desk->vault, &usual, from, &commitment, &size, NULL),
                         YS_OK);
        assert_int_equal(size, sizes[i]);
        assert_int_equal(
            ys_vault_get_file(&desk->vault, &desk->key, &commitment, to, &opened, NULL), YS_OK);
        assert_int_equal(opened.size, sizes[i]);
        close(from);
        close(to);
        assert_int_equal(ys_file_read(out, 0, again, sizes[i] + 1, &got, NULL), YS_OK);
        assert_int_equal(got, sizes[i]);
        assert_memory_equal(bytes, again, got);
        assert_int_equal(ys_vault_get(&desk->vault, &desk->key, &commitment, &opened, NULL),
                         YS_USAGE);
        free(bytes);
        free(again);
    }
}

static enum ys_code count_one(void *context, const struct ys_vault_tag *tag, struct ys_err *err)
{
    (void)err;
    assert_string_equal(tag->slot, "proposer");
    ++*(unsigned *)context;
    return YS_OK;
}

static enum ys_code count_damaged(void *context, const char *name, struct ys_err *err)
{
    assert_int_equal(strlen(name), YS_SLOT_NAME_MAX - 1);
    assert_int_equal(err->code, YS_CORRUPT);
    *(unsigned *)context += 100;
    return YS_OK;
}

static void all_are_told_and_a_record_stays_with_its_value(void **state)
{
    const struct desk *const desk = *state;
    unsigned seen = 0;
    const struct ys_vault_seer seer = {
        .see = count_one, .damaged = count_damaged, .context = &seen};
    struct ys_vault_tag tag;
    char path[PATH_MAX];
    assert_int_equal(ys_vault_each(&desk->vault, &seer, NULL), YS_OK);
    assert_int_equal(seen, 0);
    const struct ys_hash first = put(desk, "示例甲");
    const struct ys_hash second = put(desk, "示例乙");
    assert_int_equal(ys_vault_recorded(&desk->vault, &first, &second, NULL), YS_OK);
    assert_int_equal(ys_vault_recorded(&desk->vault, &first, &first, NULL), YS_OK);
    assert_int_equal(ys_vault_look(&desk->vault, &first, &tag, NULL), YS_OK);
    assert_true(tag.recorded);
    assert_true(ys_hash_equal(&tag.record, &second)); /* the first that was told */
    path_of(desk, "slot", &second, path);
    assert_int_equal(truncate(path, 1000), 0);
    struct ys_err err = {0};
    assert_int_equal(ys_vault_each(&desk->vault, &seer, &err), YS_OK);
    assert_int_equal(seen, 101);
}

/* --- what is refused --- */

static void another_key_opens_nothing(void **state)
{
    const struct desk *const desk = *state;
    YS_VAULT_OPENED_SCOPED opened = {.bytes = NULL};
    const struct ys_hash commitment = put(desk, "示例甲");
    struct ys_vault_key other = desk->key;
    other.secret[5] ^= 1;
    assert_int_equal(ys_vault_get(&desk->vault, &other, &commitment, &opened, NULL), YS_DENIED);
    assert_null(opened.bytes);
}

static void what_is_no_kind_slot_or_purpose_is_not_sealed(void **state)
{
    const struct desk *const desk = *state;
    struct ys_hash commitment;
    static const struct ys_vault_tag wrong[] = {
        {.basis = 1, .retention = 1, .kind = "", .slot = "proposer"},
        {.basis = 1, .retention = 1, .kind = "topic_proposal", .slot = "a\nb"},
        {.basis = 1, .retention = 1, .kind = "topic_proposal", .slot = "A"},
        {.basis = 1, .retention = 1, .kind = "x", .slot = "y", .purpose = "\xff"},
        {.basis = 1, .retention = 1, .kind = "x", .slot = "y", .keep_until = 20260230},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(
            ys_vault_put(&desk->vault, &wrong[i], ys_bytes_of_text("v"), &commitment, NULL),
            YS_MALFORMED);
    assert_int_equal(count(desk, "slot"), 0);
    assert_int_equal(count(desk, "value"), 0);
}

/* Each byte of both files in turn: what comes back is refused, never another value. */
static void every_flipped_byte_is_noticed(void **state)
{
    const struct desk *const desk = *state;
    static const char *const folders[] = {"slot", "value"};
    const struct ys_hash commitment = put(desk, "示例甲");
    for (size_t f = 0; f < 2; f++) {
        char path[PATH_MAX];
        uint8_t whole[2000];
        size_t size = 0;
        path_of(desk, folders[f], &commitment, path);
        assert_int_equal(ys_file_read(path, 0, whole, sizeof whole, &size, NULL), YS_OK);
        for (size_t i = 0; i <= size; i++) {
            YS_VAULT_OPENED_SCOPED opened = {.bytes = NULL};
            uint8_t bad[2001];
            memcpy(bad, whole, size);
            bad[i] = i < size ? whole[i] ^ 0x10 : 0; /* at last one byte more */
            const int fd = open(path, O_WRONLY | O_TRUNC);
            assert_int_equal(__real_write(fd, bad, i < size ? size : size + 1),
                             i < size ? size : size + 1);
            close(fd);
            assert_int_equal(ys_vault_get(&desk->vault, &desk->key, &commitment, &opened, NULL),
                             YS_CORRUPT);
        }
        assert_int_equal(ys_file_write(path, 0600, (struct ys_bytes){whole, size}, NULL), YS_OK);
        assert_opens(desk, &commitment, "示例甲");
    }
}

static void cut_swapped_and_missing_files_are_noticed(void **state)
{
    const struct desk *const desk = *state;
    YS_VAULT_OPENED_SCOPED opened = {.bytes = NULL};
    const struct ys_hash one = put(desk, "示例甲");
    const struct ys_hash other = put(desk, "示例乙");
    char a[PATH_MAX];
    char b[PATH_MAX];
    path_of(desk, "slot", &one, a);
    path_of(desk, "slot", &other, b);
    assert_int_equal(__real_rename(a, b), 0); /* a slot under another's name */
    assert_int_equal(ys_vault_get(&desk->vault, &desk->key, &other, &opened, NULL), YS_CORRUPT);
    assert_gone(desk, &one);
    assert_int_equal(__real_rename(b, a), 0);
    path_of(desk, "value", &other, b);
    path_of(desk, "value", &one, a);
    assert_int_equal(__real_rename(b, a), 0);
    assert_int_equal(ys_vault_get(&desk->vault, &desk->key, &one, &opened, NULL), YS_CORRUPT);
    assert_int_equal(unlink(a), 0);
    assert_int_equal(ys_vault_get(&desk->vault, &desk->key, &one, &opened, NULL), YS_CORRUPT);
}

/* Behind a last frame that is full. */
static void a_byte_behind_the_end_is_noticed(void **state)
{
    const struct desk *const desk = *state;
    YS_VAULT_OPENED_SCOPED opened = {.bytes = NULL};
    enum { FULL = 65503 }; /* with salt and padding 65,536 */
    static const uint8_t value[FULL];
    struct ys_hash commitment;
    char path[PATH_MAX];
    assert_int_equal(
        ys_vault_put(&desk->vault, &usual, (struct ys_bytes){value, FULL}, &commitment, NULL),
        YS_OK);
    path_of(desk, "value", &commitment, path);
    FILE *const file = fopen(path, "a");
    assert_non_null(file);
    fputc('x', file);
    fclose(file);
    assert_int_equal(ys_vault_get(&desk->vault, &desk->key, &commitment, &opened, NULL),
                     YS_CORRUPT);
}

/* Whoever can write a slot cannot make the value one of another kind: it is not what was committed to. */
static void a_value_is_not_moved_to_another_kind_or_slot(void **state)
{
    const struct desk *const desk = *state;
    YS_VAULT_OPENED_SCOPED opened = {.bytes = NULL};
    const struct ys_hash commitment = put(desk, "示例甲");
    struct ys_vault_tag tag;
    uint8_t slot[YS_SLOT_SIZE];
    uint8_t key[YS_SLOT_KEY_LEN];
    size_t size = 0;
    char path[PATH_MAX];
    path_of(desk, "slot", &commitment, path);
    assert_int_equal(ys_file_read(path, 0, slot, sizeof slot, &size, NULL), YS_OK);
    assert_int_equal(ys_slot_decode(slot, &tag, NULL), YS_OK);
    assert_int_equal(ys_slot_unwrap(slot, &desk->key, key, NULL), YS_OK);
    memcpy(tag.slot, "operator", sizeof "operator");
    ys_slot_encode(&tag, desk->key.public, key, slot);
    assert_int_equal(ys_file_write(path, 0600, (struct ys_bytes){slot, sizeof slot}, NULL), YS_OK);
    assert_int_equal(ys_vault_get(&desk->vault, &desk->key, &commitment, &opened, NULL),
                     YS_CORRUPT);
}

/* --- erasing --- */

static void a_copy_of_everything_but_the_slot_is_worth_nothing(void **state)
{
    const struct desk *const desk = *state;
    YS_VAULT_OPENED_SCOPED opened = {.bytes = NULL};
    uint8_t value[2000];
    uint8_t slot[YS_SLOT_SIZE];
    uint8_t after[YS_SLOT_SIZE];
    size_t size = 0;
    char path[PATH_MAX];
    char slot_path[PATH_MAX];
    const struct ys_hash commitment = put(desk, "示例甲");
    path_of(desk, "value", &commitment, path);
    path_of(desk, "slot", &commitment, slot_path);
    assert_int_equal(ys_file_read(path, 0, value, sizeof value, &size, NULL), YS_OK);
    const int held = open(slot_path, O_RDONLY); /* the place on the disk, once its name is gone */
    assert_int_equal(read(held, slot, sizeof slot), sizeof slot);

    assert_int_equal(ys_vault_erase(&desk->vault, &commitment, NULL), YS_OK);

    assert_int_equal(pread(held, after, sizeof after, 0), sizeof after);
    assert_true(sodium_is_zero(after, sizeof after)); /* overwritten where it lay */
    close(held);
    assert_gone(desk, &commitment);
    assert_int_equal(count(desk, "slot") + count(desk, "value"), 0);
    /* the value back from its backup, and even a slot of zeros: nothing opens */
    assert_int_equal(ys_file_write(path, 0600, (struct ys_bytes){value, size}, NULL), YS_OK);
    assert_gone(desk, &commitment);
    assert_int_equal(ys_file_write(slot_path, 0600, (struct ys_bytes){after, sizeof after}, NULL),
                     YS_OK);
    assert_gone(desk, &commitment);
    /* with the slot it would have */
    assert_int_equal(ys_file_write(slot_path, 0600, (struct ys_bytes){slot, sizeof slot}, NULL),
                     YS_OK);
    assert_int_equal(ys_vault_get(&desk->vault, &desk->key, &commitment, &opened, NULL), YS_OK);
}

static void a_damaged_slot_is_erased_and_what_is_not_there_is_not_found(void **state)
{
    const struct desk *const desk = *state;
    char path[PATH_MAX];
    const struct ys_hash commitment = put(desk, "示例甲");
    path_of(desk, "slot", &commitment, path);
    assert_int_equal(truncate(path, 700), 0);
    assert_int_equal(ys_vault_erase(&desk->vault, &commitment, NULL), YS_OK);
    assert_int_equal(count(desk, "slot") + count(desk, "value"), 0);
    assert_int_equal(ys_vault_erase(&desk->vault, &commitment, NULL), YS_NOT_FOUND);
}

/* --- failures on the way --- */

/* The n-th call of the system fails, n = 1, 2, ...: an error, nothing half, and what was there opens. */
static void whatever_fails_while_sealing_leaves_nothing(void **state)
{
    const struct desk *const desk = *state;
    const struct ys_hash before = put(desk, "先前的");
    bool failed = true;
    for (unsigned n = 1; failed; n++) {
        struct ys_hash commitment;
        struct ys_err err = {0};
        calls = 0;
        fail_at = n;
        const enum ys_code code =
            ys_vault_put(&desk->vault, &usual, ys_bytes_of_text("示例甲"), &commitment, &err);
        failed = calls >= n;
        fail_at = 0;
        assert_true(failed == (code != YS_OK));
        if (failed)
            assert_true((code == YS_IO || code == YS_FULL) && err.msg[0] != '\0');
        assert_opens(desk, &before, "先前的");
        /* The next one clears up what could not be. */
        const struct ys_hash next = put(desk, "之后的");
        assert_opens(desk, &next, "之后的");
        assert_int_equal(ys_vault_erase(&desk->vault, &next, NULL), YS_OK);
        if (!failed)
            assert_opens(desk, &commitment, "示例甲");
        if (!failed)
            assert_int_equal(ys_vault_erase(&desk->vault, &commitment, NULL), YS_OK);
        assert_true(n < 50);
    }
    assert_int_equal(count(desk, "value"), count(desk, "slot"));
}

/* Erasing that failed is told, and done by the next call. */
static void whatever_fails_while_erasing_the_next_call_ends(void **state)
{
    const struct desk *const desk = *state;
    bool failed = true;
    for (unsigned n = 1; failed; n++) {
        const struct ys_hash commitment = put(desk, "示例甲");
        calls = 0;
        fail_at = n;
        const enum ys_code code = ys_vault_erase(&desk->vault, &commitment, NULL);
        failed = calls >= n;
        fail_at = 0;
        assert_true(failed == (code != YS_OK));
        if (failed) {
            const enum ys_code again = ys_vault_erase(&desk->vault, &commitment, NULL);
            assert_true(again == YS_OK || again == YS_NOT_FOUND);
        }
        assert_gone(desk, &commitment);
        assert_int_equal(count(desk, "slot") + count(desk, "value"), 0);
        assert_true(n < 50);
    }
}

/* What a killed process leaves: temporary files, a value without a slot, a slot of zeros. */
static void leftovers_of_a_killed_process_go_with_the_next_call(void **state)
{
    const struct desk *const desk = *state;
    static const uint8_t zeros[YS_SLOT_SIZE];
    static const char *const left[] = {"sealed/value/new.AbCdEf", "sealed/slot/0f.AbCdEf"};
    char path[PATH_MAX];
    const struct ys_hash kept = put(desk, "示例甲");
    const struct ys_hash dead = put(desk, "示例乙");
    const struct ys_hash orphan = put(desk, "示例丙");
    for (size_t i = 0; i < 2; i++) {
        ys_home_path(&desk->home, left[i], path);
        assert_int_equal(ys_file_write(path, 0600, ys_bytes_of_text("x"), NULL), YS_OK);
    }
    path_of(desk, "slot", &dead, path);
    assert_int_equal(ys_file_write(path, 0600, (struct ys_bytes){zeros, sizeof zeros}, NULL),
                     YS_OK);
    path_of(desk, "slot", &orphan, path);
    assert_int_equal(unlink(path), 0);
    ys_home_path(&desk->home, "sealed/lock", path);
    assert_int_equal(ys_file_write(path, 0600, ys_bytes_of_text("!"), NULL), YS_OK);

    const struct ys_hash next = put(desk, "示例丁");

    assert_int_equal(count(desk, "slot"), 2);
    assert_int_equal(count(desk, "value"), 2);
    assert_opens(desk, &kept, "示例甲");
    assert_opens(desk, &next, "示例丁");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            what_is_sealed_opens_and_makes_the_commitment_that_the_format_says, set_up, tear_down),
        cmocka_unit_test_setup_teardown(equal_values_have_different_commitments_and_keys, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(every_size_comes_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_of_any_size_passes_through, set_up, tear_down),
        cmocka_unit_test_setup_teardown(all_are_told_and_a_record_stays_with_its_value, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(another_key_opens_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_kind_slot_or_purpose_is_not_sealed, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(every_flipped_byte_is_noticed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cut_swapped_and_missing_files_are_noticed, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_byte_behind_the_end_is_noticed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_value_is_not_moved_to_another_kind_or_slot, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_copy_of_everything_but_the_slot_is_worth_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_slot_is_erased_and_what_is_not_there_is_not_found,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(whatever_fails_while_sealing_leaves_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(whatever_fails_while_erasing_the_next_call_ends, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(leftovers_of_a_killed_process_go_with_the_next_call, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
