#include "node/vault/vault.h"

#include "crypto/crash_point.h"
#include "node/file.h"
#include "node/lang.h"
#include "node/node.h"
#include "node/vault/sealed_stream.h"
#include "proto/moment.h"
#include "proto/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SLOTS   "sealed/slot"
#define VALUES  "sealed/value"
#define RECORDS "sealed/record"

static void close_fd(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}
#define FD_SCOPED __attribute__((cleanup(close_fd))) int

struct value_key {
    uint8_t bytes[YS_SLOT_KEY_LEN];
};
static void value_key_clear(struct value_key *key)
{
    sodium_memzero(key, sizeof *key);
}
#define VALUE_KEY_SCOPED __attribute__((cleanup(value_key_clear))) struct value_key

static enum ys_code fail_errno(const char *path, struct ys_err *err)
{
    return ys_fail(err, errno == ENOSPC || errno == EDQUOT ? YS_FULL : YS_IO, "%s: %s", path,
                   strerror(errno));
}

/* --- where things lie --- */

static void path_of(const struct ys_vault *vault, const char *folder,
                    const struct ys_hash *commitment, char out[PATH_MAX])
{
    char hex[YS_SLOT_NAME_MAX];
    char name[128];
    ys_slot_name(commitment, hex);
    (void)snprintf(name, sizeof name, "%s/%s", folder, hex);
    ys_home_path(&vault->home, name, out);
}

static enum ys_code make_folders(const struct ys_home *home, struct ys_err *err)
{
    static const char *const folders[] = {"sealed", SLOTS, VALUES, RECORDS};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char path[PATH_MAX];
        ys_home_path(home, folders[i], path);
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            return fail_errno(path, err);
    }
    return YS_OK;
}

/* What was made or removed in a folder is so on the disk. */
static enum ys_code sync_folder(const struct ys_home *home, const char *name, struct ys_err *err)
{
    char path[PATH_MAX];
    ys_home_path(home, name, path);
    FD_SCOPED fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd >= 0 && fsync(fd) == 0 ? YS_OK : fail_errno(path, err);
}

static enum ys_code remove_file(const char *path, struct ys_err *err)
{
    return unlink(path) == 0 || errno == ENOENT ? YS_OK : fail_errno(path, err);
}

/* --- leftovers of calls that were cut short --- */

/* Names in a folder that `is_left` says are left over are destroyed. Under the lock. */
static enum ys_code clear_folder(const struct ys_vault *vault, const char *name,
                                 bool (*is_left)(const struct ys_vault *, const char *),
                                 struct ys_err *err)
{
    char path[PATH_MAX];
    enum ys_code code = YS_OK;
    ys_home_path(&vault->home, name, path);
    DIR *const folder = opendir(path);
    if (folder == NULL)
        return fail_errno(path, err);
    for (const struct dirent *entry = readdir(folder); entry != NULL && code == YS_OK;
         entry = readdir(folder)) {
        char file[PATH_MAX];
        if (entry->d_name[0] == '.' || !is_left(vault, entry->d_name) ||
            snprintf(file, sizeof file, "%s/%s", path, entry->d_name) >= (int)sizeof file)
            continue;
        code = strcmp(name, SLOTS) == 0 ? ys_slot_overwrite(file, err) : YS_OK;
        if (code == YS_OK)
            code = remove_file(file, err);
    }
    closedir(folder);
    return code;
}

static bool is_temporary(const struct ys_vault *vault, const char *name)
{
    struct ys_hash commitment;
    (void)vault;
    return !ys_slot_name_parse(name, &commitment);
}

/* Overwritten, but not removed yet. */
static bool is_overwritten(const struct ys_vault *vault, const struct ys_hash *commitment)
{
    char path[PATH_MAX];
    uint8_t slot[YS_SLOT_SIZE];
    size_t size = 0;
    path_of(vault, SLOTS, commitment, path);
    return ys_file_read(path, 0, slot, sizeof slot, &size, NULL) == YS_OK && size == sizeof slot &&
           sodium_is_zero(slot, sizeof slot);
}

static bool has_no_slot(const struct ys_vault *vault, const char *name)
{
    char path[PATH_MAX];
    struct ys_hash commitment;
    if (!ys_slot_name_parse(name, &commitment))
        return true;
    path_of(vault, SLOTS, &commitment, path);
    return (access(path, F_OK) != 0 && errno == ENOENT) || is_overwritten(vault, &commitment);
}

static bool is_dead_slot(const struct ys_vault *vault, const char *name)
{
    struct ys_hash commitment;
    return is_temporary(vault, name) ||
           (ys_slot_name_parse(name, &commitment) && is_overwritten(vault, &commitment));
}

static enum ys_code clear_leftovers(const struct ys_vault *vault, struct ys_err *err)
{
    enum ys_code code = clear_folder(vault, VALUES, has_no_slot, err);
    if (code == YS_OK)
        code = clear_folder(vault, RECORDS, has_no_slot, err);
    /* Slots last: as long as they are there the rest is known to be dead. */
    return code == YS_OK ? clear_folder(vault, SLOTS, is_dead_slot, err) : code;
}

/* --- one at a time --- */

enum ys_code ys_vault_open(const struct ys_home *home, struct ys_vault *out, struct ys_err *err)
{
    struct ys_vault vault = {.home = *home, .lock_fd = -1};
    const enum ys_code code = ys_vault_key_public(home, vault.public, err);
    if (code == YS_OK)
        *out = vault;
    return code;
}

/* A byte in the lock's file says that somebody is at work, or was cut short at it. */
static enum ys_code begin_work(const struct ys_vault *vault, int fd, const char *path,
                               struct ys_err *err)
{
    struct stat info;
    if (fstat(fd, &info) != 0)
        return fail_errno(path, err);
    if (info.st_size != 0)
        return clear_leftovers(vault, err);
    return pwrite(fd, "!", 1, 0) == 1 && fsync(fd) == 0 ? YS_OK : fail_errno(path, err);
}

static enum ys_code lock(const struct ys_vault *vault, int *fd_out, struct ys_err *err)
{
    char path[PATH_MAX];
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    enum ys_code code = make_folders(&vault->home, err);
    if (code != YS_OK)
        return code;
    ys_home_path(&vault->home, "sealed/lock", path);
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail_errno(path, err);
    while (code == YS_OK && fcntl(fd, F_OFD_SETLKW, &whole) != 0)
        code = errno == EINTR ? YS_OK : fail_errno(path, err);
    if (code == YS_OK)
        code = begin_work(vault, fd, path, err);
    if (code == YS_OK)
        *fd_out = fd;
    else
        close(fd);
    return code;
}

/* All is done or undone. */
static void unlock(const int *fd)
{
    if (*fd < 0)
        return;
    if (ftruncate(*fd, 0) != 0) {
        /* then the next call looks for leftovers and finds none */
    }
    close(*fd);
}
#define LOCK_SCOPED __attribute__((cleanup(unlock))) int

enum ys_code ys_vault_hold(struct ys_vault *vault, struct ys_err *err)
{
    if (vault->held)
        return YS_OK;
    const enum ys_code code = lock(vault, &vault->lock_fd, err);
    vault->held = code == YS_OK;
    return code;
}

void ys_vault_release(struct ys_vault *vault)
{
    if (vault->held)
        unlock(&vault->lock_fd);
    vault->held = false;
    vault->lock_fd = -1;
}

/* For the length of one call, unless the caller holds it already. */
static enum ys_code lock_for_call(const struct ys_vault *vault, int *fd_out, struct ys_err *err)
{
    *fd_out = -1;
    return vault->held ? YS_OK : lock(vault, fd_out, err);
}

/* --- sealing --- */

static enum ys_code tag_check(const struct ys_vault_tag *tag, struct ys_err *err)
{
    if (!ys_commitment_word_valid(tag->kind) || !ys_commitment_word_valid(tag->slot))
        return ys_fail(err, YS_MALFORMED, _("\"%s\" of a \"%s\" is no slot"), tag->slot, tag->kind);
    if (ys_text_check(ys_bytes_of_text(tag->purpose), NULL) != YS_TEXT_GOOD)
        return ys_fail(err, YS_MALFORMED, _("the purpose is no text in UTF-8"));
    if (tag->keep_until != 0 && !ys_date_valid(tag->keep_until))
        return ys_fail(err, YS_MALFORMED, _("the day until which it is kept does not exist"));
    return YS_OK;
}

/* The value's file, under a name of its own until its commitment is known; then in place and durable. */
static enum ys_code write_value(const struct ys_vault *vault, struct ys_vault_tag *tag,
                                const struct value_key *key, struct ys_seal_source *source,
                                uint64_t *size_out, struct ys_err *err)
{
    char temporary[PATH_MAX];
    char path[PATH_MAX];
    ys_home_path(&vault->home, VALUES "/new.XXXXXX", temporary);
    FD_SCOPED fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return fail_errno(temporary, err);
    enum ys_code code =
        ys_sealed_write(fd, temporary, tag, key->bytes, source, &tag->commitment, size_out, err);
    if (code == YS_OK && fsync(fd) != 0)
        code = fail_errno(temporary, err);
    YS_CRASH_POINT("sealed_value_written");
    if (code == YS_OK) {
        path_of(vault, VALUES, &tag->commitment, path);
        code = rename(temporary, path) == 0 ? sync_folder(&vault->home, VALUES, err)
                                            : fail_errno(path, err);
    }
    if (code != YS_OK)
        unlink(temporary);
    YS_CRASH_POINT("sealed_value_in_place");
    return code;
}

static enum ys_code write_slot(const struct ys_vault *vault, const struct ys_vault_tag *tag,
                               const struct value_key *key, struct ys_err *err)
{
    uint8_t slot[YS_SLOT_SIZE];
    char path[PATH_MAX];
    path_of(vault, SLOTS, &tag->commitment, path);
    ys_slot_encode(tag, vault->public, key->bytes, slot);
    return ys_file_write(path, 0600, (struct ys_bytes){slot, sizeof slot}, err);
}

/* Of a call that failed; its slot may be in place already. Nobody has been told of it. */
static void take_back(const struct ys_vault *vault, const struct ys_vault_tag *tag)
{
    char path[PATH_MAX];
    path_of(vault, SLOTS, &tag->commitment, path);
    if (ys_slot_overwrite(path, NULL) == YS_OK)
        unlink(path);
    path_of(vault, VALUES, &tag->commitment, path);
    unlink(path);
}

static enum ys_code put(const struct ys_vault *vault, const struct ys_vault_tag *asked,
                        enum ys_vault_content content, struct ys_seal_source *source,
                        struct ys_hash *commitment_out, uint64_t *size_out, struct ys_err *err)
{
    VALUE_KEY_SCOPED key;
    LOCK_SCOPED held = -1;
    struct ys_vault_tag tag = *asked;
    uint64_t size = 0;
    enum ys_code code = tag_check(asked, err);
    if (code == YS_OK)
        code = lock_for_call(vault, &held, err);
    if (code != YS_OK)
        return code;
    tag.content = content;
    tag.commitment = (struct ys_hash){.bytes = {0}}; /* that of nothing, until it is known */
    tag.sealed_at_s = ys_now_s();
    crypto_secretstream_xchacha20poly1305_keygen(key.bytes);
    /* The value first: a slot on the disk says that all of it is there. */
    code = write_value(vault, &tag, &key, source, &size, err);
    if (code == YS_OK)
        code = write_slot(vault, &tag, &key, err);
    YS_CRASH_POINT("sealed");
    if (code != YS_OK) {
        take_back(vault, &tag);
        return code;
    }
    *commitment_out = tag.commitment;
    *size_out = size;
    return YS_OK;
}

enum ys_code ys_vault_put(const struct ys_vault *vault, const struct ys_vault_tag *tag,
                          struct ys_bytes value, struct ys_hash *commitment_out, struct ys_err *err)
{
    struct ys_seal_source source = {.fd = -1, .bytes = value};
    uint64_t size = 0;
    if (value.size > YS_VAULT_VALUE_MAX)
        return ys_fail(err, YS_LIMIT, _("a value has at most %d bytes; attach what is longer"),
                       YS_VAULT_VALUE_MAX);
    return put(vault, tag, YS_VAULT_VALUE, &source, commitment_out, &size, err);
}

enum ys_code ys_vault_put_file(const struct ys_vault *vault, const struct ys_vault_tag *tag, int fd,
                               struct ys_hash *commitment_out, uint64_t *size_out,
                               struct ys_err *err)
{
    struct ys_seal_source source = {.fd = fd, .name = _("the file to be sealed")};
    return put(vault, tag, YS_VAULT_FILE, &source, commitment_out, size_out, err);
}

/* --- looking and opening --- */

static enum ys_code load_record(const struct ys_vault *vault, struct ys_vault_tag *tag,
                                struct ys_err *err)
{
    char path[PATH_MAX];
    size_t size = 0;
    path_of(vault, RECORDS, &tag->commitment, path);
    const enum ys_code code =
        ys_file_read(path, 0, tag->record.bytes, sizeof tag->record.bytes, &size, err);
    tag->recorded = code == YS_OK && size == sizeof tag->record.bytes;
    return code == YS_NOT_FOUND || code == YS_LIMIT ? YS_OK : code;
}

static enum ys_code load_slot(const struct ys_vault *vault, const struct ys_hash *commitment,
                              uint8_t slot[YS_SLOT_SIZE], struct ys_vault_tag *out,
                              struct ys_err *err)
{
    char path[PATH_MAX];
    struct ys_err why = {0};
    size_t size = 0;
    path_of(vault, SLOTS, commitment, path);
    enum ys_code code = ys_file_read(path, 0, slot, YS_SLOT_SIZE, &size, err);
    if (code == YS_NOT_FOUND)
        return ys_fail(err, YS_NOT_FOUND,
                       _("nothing is sealed here under this commitment: it lies at another node, "
                         "or was erased"));
    if (code == YS_LIMIT || (code == YS_OK && size != YS_SLOT_SIZE))
        return ys_fail(err, YS_CORRUPT, _("%s: is no slot; restore it from its backup"), path);
    if (code == YS_OK)
        code = ys_slot_decode(slot, out, &why);
    if (code == YS_NOT_FOUND)
        return ys_fail(err, YS_NOT_FOUND, _("what was sealed under this commitment was erased"));
    if (code == YS_MALFORMED || (code == YS_OK && !ys_hash_equal(commitment, &out->commitment)))
        return ys_fail(err, YS_CORRUPT, "%s: %s", path,
                       code == YS_OK ? _("is the slot of another value") : why.msg);
    return code == YS_OK ? load_record(vault, out, err) : code;
}

enum ys_code ys_vault_look(const struct ys_vault *vault, const struct ys_hash *commitment,
                           struct ys_vault_tag *out, struct ys_err *err)
{
    uint8_t slot[YS_SLOT_SIZE];
    return load_slot(vault, commitment, slot, out, err);
}

void ys_vault_opened_clear(struct ys_vault_opened *opened)
{
    if (opened->bytes != NULL)
        sodium_memzero(opened->bytes, opened->size);
    free(opened->bytes);
    sodium_memzero(opened, sizeof *opened);
}

static enum ys_code open_into(const struct ys_vault *vault, const struct ys_vault_key *key,
                              const struct ys_hash *commitment, bool value_only,
                              struct ys_seal_sink *sink, struct ys_vault_opened *out,
                              struct ys_err *err)
{
    VALUE_KEY_SCOPED value_key;
    uint8_t slot[YS_SLOT_SIZE];
    char path[PATH_MAX];
    enum ys_code code = load_slot(vault, commitment, slot, &out->tag, err);
    if (code != YS_OK)
        return code;
    if (value_only && out->tag.content != YS_VAULT_VALUE)
        return ys_fail(
            err, YS_USAGE,
            _("under this commitment a file is sealed, not a value; see: yishi help unseal"));
    code = ys_slot_unwrap(slot, key, value_key.bytes, err);
    if (code != YS_OK)
        return code;
    path_of(vault, VALUES, commitment, path);
    FD_SCOPED fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT
                   ? ys_fail(err, YS_CORRUPT, _("%s: missing; restore it from its backup"), path)
                   : fail_errno(path, err);
    return ys_sealed_read(fd, path, &out->tag, value_key.bytes, out->salt, sink, err);
}

enum ys_code ys_vault_get(const struct ys_vault *vault, const struct ys_vault_key *key,
                          const struct ys_hash *commitment, struct ys_vault_opened *out,
                          struct ys_err *err)
{
    struct ys_vault_opened opened = {.size = YS_VAULT_VALUE_MAX};
    opened.bytes = calloc(1, YS_VAULT_VALUE_MAX + 1);
    if (opened.bytes == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    struct ys_seal_sink sink = {.fd = -1, .bytes = opened.bytes, .capacity = YS_VAULT_VALUE_MAX};
    const enum ys_code code = open_into(vault, key, commitment, true, &sink, &opened, err);
    if (code != YS_OK) {
        ys_vault_opened_clear(&opened);
        return code;
    }
    opened.size = (size_t)sink.size;
    *out = opened;
    return YS_OK;
}

enum ys_code ys_vault_get_file(const struct ys_vault *vault, const struct ys_vault_key *key,
                               const struct ys_hash *commitment, int fd,
                               struct ys_vault_opened *out, struct ys_err *err)
{
    struct ys_vault_opened opened = {.bytes = NULL};
    struct ys_seal_sink sink = {.fd = fd};
    const enum ys_code code = open_into(vault, key, commitment, false, &sink, &opened, err);
    if (code == YS_OK) {
        opened.size = (size_t)sink.size;
        *out = opened;
    }
    return code;
}

static enum ys_code see_one(const struct ys_vault *vault, const char *name,
                            const struct ys_vault_seer *seer, struct ys_err *err)
{
    struct ys_hash commitment;
    struct ys_vault_tag tag;
    if (!ys_slot_name_parse(name, &commitment))
        return YS_OK;
    const enum ys_code code = ys_vault_look(vault, &commitment, &tag, err);
    if (code == YS_NOT_FOUND)
        return YS_OK; /* erased, perhaps just now */
    if (code == YS_CORRUPT)
        return seer->damaged == NULL ? YS_OK : seer->damaged(seer->context, name, err);
    return code == YS_OK ? seer->see(seer->context, &tag, err) : code;
}

enum ys_code ys_vault_each(const struct ys_vault *vault, const struct ys_vault_seer *seer,
                           struct ys_err *err)
{
    struct dirent **list = NULL;
    char path[PATH_MAX];
    enum ys_code code = YS_OK;
    ys_home_path(&vault->home, SLOTS, path);
    const int count = scandir(path, &list, NULL, alphasort);
    if (count < 0)
        return errno == ENOENT ? YS_OK : fail_errno(path, err);
    for (int i = 0; i < count; i++) {
        if (code == YS_OK)
            code = see_one(vault, list[i]->d_name, seer, err);
        free(list[i]);
    }
    free(list);
    return code;
}

/* --- its way --- */

enum ys_code ys_vault_recorded(const struct ys_vault *vault, const struct ys_hash *commitment,
                               const struct ys_hash *record, struct ys_err *err)
{
    struct ys_vault_tag tag;
    char path[PATH_MAX];
    const enum ys_code code = ys_vault_look(vault, commitment, &tag, err);
    if (code != YS_OK || tag.recorded)
        return code;
    path_of(vault, RECORDS, commitment, path);
    return ys_file_write(path, 0600, (struct ys_bytes){record->bytes, YS_HASH_LEN}, err);
}

enum ys_code ys_vault_erase(const struct ys_vault *vault, const struct ys_hash *commitment,
                            struct ys_err *err)
{
    static const char *const rest[] = {VALUES, RECORDS};
    LOCK_SCOPED held = -1;
    char slot[PATH_MAX];
    char path[PATH_MAX];
    path_of(vault, SLOTS, commitment, slot);
    enum ys_code code = lock_for_call(vault, &held, err);
    if (code == YS_OK)
        code = ys_slot_overwrite(slot, err);
    if (code == YS_NOT_FOUND)
        return ys_fail(err, YS_NOT_FOUND,
                       _("nothing is sealed here under this commitment: it lies at another node, "
                         "or was erased"));
    YS_CRASH_POINT("sealed_key_destroyed");
    for (size_t i = 0; i < sizeof rest / sizeof *rest && code == YS_OK; i++) {
        path_of(vault, rest[i], commitment, path);
        code = remove_file(path, err);
        if (code == YS_OK)
            code = sync_folder(&vault->home, rest[i], err);
    }
    if (code == YS_OK)
        code = remove_file(slot, err);
    YS_CRASH_POINT("sealed_slot_removed");
    return code == YS_OK ? sync_folder(&vault->home, SLOTS, err) : code;
}
