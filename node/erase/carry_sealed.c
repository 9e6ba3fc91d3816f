#include "node/erase/carry_sealed.h"

#include "node/lang.h"
#include "node/vault/logbook.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Values that go. */
struct doomed {
    struct ys_txn *txn;
    struct ys_vault_tag *tag;
    size_t count, capacity;
};

/* Does this redaction mean the value? `what` is the redaction's own body. */
static bool means(const struct ys_erasure *row, const Yishi__V1__Redaction *what,
                  const struct ys_vault_tag *tag)
{
    switch (row->scope) {
    case YS_ERASE_BODY:
        return true;
    case YS_ERASE_SLOT:
        return what->slot != NULL && strcmp(what->slot, tag->slot) == 0;
    case YS_ERASE_ATTACHMENT:
        return what->attachment.len == sizeof tag->commitment.bytes &&
               memcmp(what->attachment.data, tag->commitment.bytes, what->attachment.len) == 0;
    }
    return false;
}

static enum ys_code look(struct ys_txn *txn, const struct ys_vault_tag *tag, bool *goes,
                         struct ys_err *err)
{
    struct ys_erasure row;
    enum ys_code code = ys_erasure_of(txn, &tag->record, &row, err);
    while (code == YS_OK && !*goes && ys_hash_equal(&row.target, &tag->record)) {
        struct ys_arena arena;
        const Yishi__V1__Body *body = NULL;
        ys_arena_init(&arena, YS_BODY_ARENA_MAX);
        if (row.state == YS_ERASURE_IN_EFFECT) {
            code = ys_erasure_body(txn, &row, &arena, &body, err);
            *goes = code == YS_OK && body->kind_case == YISHI__V1__BODY__KIND_REDACTION &&
                    means(&row, body->redaction, tag);
        }
        ys_arena_clear(&arena);
        if (code == YS_OK)
            code = ys_erasure_next(txn, &row, &row, err);
    }
    return code == YS_NOT_FOUND ? YS_OK : code;
}

static enum ys_code see(void *context, const struct ys_vault_tag *tag, struct ys_err *err)
{
    struct doomed *const doomed = context;
    bool goes = false;
    const enum ys_code code = tag->recorded ? look(doomed->txn, tag, &goes, err) : YS_OK;
    if (code != YS_OK || !goes)
        return code;
    if (doomed->count == doomed->capacity) {
        const size_t more = doomed->capacity == 0 ? 16 : doomed->capacity * 2;
        struct ys_vault_tag *const bigger = reallocarray(doomed->tag, more, sizeof *bigger);
        if (bigger == NULL)
            return ys_fail(err, YS_NOMEM, _("out of memory"));
        doomed->tag = bigger;
        doomed->capacity = more;
    }
    doomed->tag[doomed->count++] = *tag;
    return YS_OK;
}

static enum ys_code destroy(const struct ys_vault *vault, const struct ys_vault_tag *tag,
                            const struct ys_home *logbook, struct ys_err *err)
{
    char record[YS_RECORD_ID_TEXT_MAX];
    enum ys_code code = YS_OK;
    ys_record_id_print(&tag->record, record);
    if (logbook != NULL)
        code = ys_logbook_add(logbook,
                              &(struct ys_logbook_entry){.action = "erase",
                                                         .record = record,
                                                         .slot = tag->slot,
                                                         .commitment = &tag->commitment,
                                                         .purpose = "redaction"},
                              err);
    if (code == YS_OK)
        code = ys_vault_erase(vault, &tag->commitment, err);
    return code == YS_NOT_FOUND ? YS_OK : code;
}

enum ys_code ys_carry_sealed(const struct ys_home *home, struct ys_txn *txn,
                             const struct ys_home *logbook, size_t *count_out, struct ys_err *err)
{
    struct doomed doomed = {.txn = txn};
    const struct ys_vault vault = {.home = *home, .lock_fd = -1};
    const struct ys_vault_seer seer = {.see = see, .context = &doomed};
    char path[PATH_MAX];
    struct stat info;
    *count_out = 0;
    ys_home_path(home, "sealed/slot", path);
    if (stat(path, &info) != 0)
        return YS_OK;
    enum ys_code code = ys_vault_each(&vault, &seer, err);
    for (size_t i = 0; code == YS_OK && i < doomed.count; i++) {
        code = destroy(&vault, &doomed.tag[i], logbook, err);
        *count_out += code == YS_OK;
    }
    free(doomed.tag);
    return code;
}
