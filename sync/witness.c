#include "sync/witness.h"

#include "crypto/assert.h"

#include <sodium.h>
#include <string.h>

void ys_node_keys_clear(struct ys_node_keys *keys)
{
    ys_signer_clear(&keys->log);
    ys_signer_clear(&keys->mirror);
    sodium_memzero(keys->transport_secret, sizeof keys->transport_secret);
}

enum ys_code ys_node_keys_derive(struct ys_node_keys *keys, const uint8_t master[YS_SEED_LEN],
                                 uint32_t generation, const struct ys_name *origin,
                                 struct ys_err *err)
{
    char log_name[YS_KEY_NAME_MAX + 1];
    char mirror_name[YS_KEY_NAME_MAX + 1];
    uint8_t seed[YS_SEED_LEN];
    const struct ys_name mirror = ys_name_mirror(origin->deployment, &origin->division);
    ys_name_print(origin, log_name);
    ys_name_print(&mirror, mirror_name);
    ys_seed_derive(master, YS_PURPOSE_LOG, generation, seed);
    enum ys_code code = ys_signer_init(&keys->log, log_name, YS_SIG_ED25519, seed);
    ys_seed_derive(master, YS_PURPOSE_MIRROR, generation, seed);
    if (code == YS_OK)
        code = ys_signer_init(&keys->mirror, mirror_name, YS_SIG_COSIGNATURE_V1, seed);
    sodium_memzero(seed, sizeof seed);
    if (code != YS_OK)
        return ys_fail(err, code, "%s: no usable key name", log_name);
    ys_seed_derive(master, YS_PURPOSE_TRANSPORT, generation, keys->transport_secret);
    ys_transport_public(keys->transport_secret, keys->transport_public);
    return YS_OK;
}

/* The stored head at exactly this size. */
static enum ys_code head_at(struct ys_txn *txn, const struct ys_log *log, uint64_t size,
                            struct ys_note *note, struct ys_checkpoint *checkpoint,
                            struct ys_err *err)
{
    uint64_t found = 0;
    struct ys_bytes bytes;
    enum ys_code code = ys_head_at_least(txn, log->id, size, &found, &bytes, err);
    if (code == YS_OK && found != size)
        code = YS_NOT_FOUND;
    if (code != YS_OK)
        return code;
    if (ys_note_parse(bytes, note, NULL) != YS_OK ||
        ys_checkpoint_parse(note->text, checkpoint, NULL) != YS_OK || checkpoint->size != size)
        return ys_fail(err, YS_CORRUPT, "log %s: the head stored at size %llu is none",
                       log->origin_text, (unsigned long long)size);
    return YS_OK;
}

static enum ys_code check_on_tree(struct ys_txn *txn, const struct ys_log *log,
                                  const struct ys_checkpoint *checkpoint, enum ys_code otherwise,
                                  struct ys_err *err)
{
    struct ys_hash root;
    const enum ys_code code = ys_log_root_at(txn, log, checkpoint->size, &root, err);
    if (code != YS_OK)
        return code;
    if (!ys_hash_equal(&root, &checkpoint->root))
        return ys_fail(err, otherwise,
                       "log %s: the signed head at size %llu is not of the tree held",
                       log->origin_text, (unsigned long long)checkpoint->size);
    return YS_OK;
}

static enum ys_code next_time(struct ys_txn *txn, uint64_t now_s, uint64_t *out, struct ys_err *err)
{
    uint64_t last = 0;
    enum ys_code code = ys_witness_time_load(txn, &last, err);
    if (code != YS_OK)
        return code;
    *out = now_s > last ? now_s : last;
    return now_s > last ? ys_witness_time_save(txn, now_s, err) : YS_OK;
}

enum ys_code ys_witness_cosign(struct ys_txn *txn, const struct ys_log *log, uint64_t size,
                               const struct ys_signer *mirror, uint64_t now_s, bool *changed_out,
                               struct ys_err *err)
{
    struct ys_note note;
    struct ys_checkpoint checkpoint;
    uint8_t text[YS_CHECKPOINT_TEXT_MAX];
    uint8_t buffer[YS_HEAD_MAX];
    struct ys_writer w = {.data = buffer, .capacity = sizeof buffer};
    uint64_t time_s = 0;
    if (log->state != YS_LOG_FOLLOWING)
        return ys_fail(err, YS_FORK, "log %s is %s: not cosigned", log->origin_text,
                       ys_log_state_name(log->state));
    if (size > log->frontier.size)
        return ys_fail(err, YS_BUSY, "log %s: %llu of %llu entries are here", log->origin_text,
                       (unsigned long long)log->frontier.size, (unsigned long long)size);
    enum ys_code code = head_at(txn, log, size, &note, &checkpoint, err);
    if (code != YS_OK)
        return code;
    if (ys_note_check(&note, &mirror->vkey, NULL) == YS_LINE_GOOD) {
        *changed_out = false;
        return YS_OK;
    }
    code = check_on_tree(txn, log, &checkpoint, YS_FORK, err);
    if (code != YS_OK)
        return code;
    /* The row goes away with the next write: keep what is signed. */
    YS_ASSERT(note.text.size <= sizeof text);
    memcpy(text, note.text.data, note.text.size);
    const struct ys_bytes signed_text = {text, note.text.size};
    code = next_time(txn, now_s, &time_s, err);
    if (code == YS_OK)
        code =
            ys_note_sign(&w, signed_text, &(const struct ys_signer *const){mirror}, 1, time_s, err);
    return code != YS_OK ? code
                         : ys_head_put(txn, log->id, size, log->frontier.size,
                                       (struct ys_bytes){w.data, w.size}, changed_out, err);
}

static enum ys_code check_last_own(struct ys_txn *txn, const struct ys_log *own,
                                   const struct ys_signer *log_key, uint64_t *size_out,
                                   struct ys_err *err)
{
    struct ys_note note;
    struct ys_checkpoint checkpoint;
    struct ys_bytes bytes;
    enum ys_code code = ys_head_at_most(txn, own->id, INT64_MAX, size_out, &bytes, err);
    if (code == YS_NOT_FOUND) {
        *size_out = 0;
        return YS_OK;
    }
    if (code != YS_OK)
        return code;
    if (ys_checkpoint_open(bytes, &log_key->vkey, &checkpoint, &note, err) != YS_OK)
        return ys_fail(err, YS_CORRUPT, "log %s: the last own head, size %llu, does not verify",
                       own->origin_text, (unsigned long long)*size_out);
    if (checkpoint.size > own->frontier.size)
        return ys_fail(err, YS_CORRUPT,
                       "log %s: a head of size %llu was signed, %llu entries are here",
                       own->origin_text, (unsigned long long)checkpoint.size,
                       (unsigned long long)own->frontier.size);
    return check_on_tree(txn, own, &checkpoint, YS_CORRUPT, err);
}

enum ys_code ys_witness_sign_own(struct ys_txn *txn, struct ys_log *own, uint64_t size,
                                 const struct ys_signer *log_key, bool *changed_out,
                                 struct ys_err *err)
{
    uint8_t buffer[YS_HEAD_MAX];
    struct ys_writer w = {.data = buffer, .capacity = sizeof buffer};
    struct ys_checkpoint checkpoint = {.size = size};
    uint64_t last = 0;
    YS_ASSERT(own->id == YS_OWN_LOG && size <= own->frontier.size);
    *changed_out = false;
    if (own->state != YS_LOG_FOLLOWING || size == 0)
        return YS_OK;
    enum ys_code code = check_last_own(txn, own, log_key, &last, err);
    if (code != YS_OK || last >= size)
        return code;
    code = ys_log_root_at(txn, own, size, &checkpoint.root, err);
    if (code != YS_OK)
        return code;
    memcpy(checkpoint.origin, own->origin_text, sizeof checkpoint.origin);
    code = ys_checkpoint_sign(&w, &checkpoint, log_key, err);
    return code != YS_OK ? code
                         : ys_head_put(txn, own->id, checkpoint.size, own->frontier.size,
                                       (struct ys_bytes){w.data, w.size}, changed_out, err);
}
