#include "crypto/checkpoint.h"

#include "crypto/assert.h"

#include <string.h>

enum ys_code ys_checkpoint_parse(struct ys_bytes text, struct ys_checkpoint *out,
                                 struct ys_err *err)
{
    struct ys_bytes rest = text;
    struct ys_bytes origin;
    struct ys_bytes size;
    struct ys_bytes root;
    if (!ys_bytes_take_line(&rest, &origin) || !ys_bytes_take_line(&rest, &size) ||
        !ys_bytes_take_line(&rest, &root) || rest.size != 0)
        return ys_fail(err, YS_MALFORMED, "checkpoint: it must have three lines");
    if (!ys_key_name_valid(origin))
        return ys_fail(err, YS_MALFORMED, "checkpoint: the first line is no origin");

    struct ys_checkpoint checkpoint = {.origin = {0}};
    memcpy(checkpoint.origin, origin.data, origin.size);
    if (!ys_decimal_parse(size, YS_TREE_SIZE_MAX, &checkpoint.size))
        return ys_fail(err, YS_MALFORMED, "checkpoint of %s: the second line is no size",
                       checkpoint.origin);
    if (!ys_hash_parse(root, &checkpoint.root))
        return ys_fail(err, YS_MALFORMED, "checkpoint of %s: the third line is no root hash",
                       checkpoint.origin);
    *out = checkpoint;
    return YS_OK;
}

void ys_checkpoint_print(struct ys_writer *w, const struct ys_checkpoint *checkpoint)
{
    YS_ASSERT(checkpoint->size <= YS_TREE_SIZE_MAX);
    ys_writer_text(w, checkpoint->origin);
    ys_writer_text(w, "\n");
    ys_writer_decimal(w, checkpoint->size);
    ys_writer_text(w, "\n");
    ys_hash_print(w, &checkpoint->root);
    ys_writer_text(w, "\n");
}

enum ys_code ys_checkpoint_sign(struct ys_writer *w, const struct ys_checkpoint *checkpoint,
                                const struct ys_signer *log_key, struct ys_err *err)
{
    YS_ASSERT(strcmp(checkpoint->origin, log_key->vkey.name) == 0);
    YS_ASSERT(log_key->vkey.type == YS_SIG_ED25519);
    uint8_t text[YS_CHECKPOINT_TEXT_MAX];
    struct ys_writer t = {.data = text, .capacity = sizeof text};
    ys_checkpoint_print(&t, checkpoint);
    YS_ASSERT(!t.overflow);
    return ys_note_sign(w, (struct ys_bytes){.data = text, .size = t.size}, &log_key, 1, 0, err);
}

enum ys_code ys_checkpoint_open(struct ys_bytes bytes, const struct ys_vkey *log_key,
                                struct ys_checkpoint *out, struct ys_note *note_out,
                                struct ys_err *err)
{
    struct ys_note note;
    enum ys_code code = ys_note_parse(bytes, &note, err);
    if (code != YS_OK)
        return code;
    struct ys_checkpoint checkpoint;
    code = ys_checkpoint_parse(note.text, &checkpoint, err);
    if (code != YS_OK)
        return code;
    /* A cosigner vouches for what it saw; only the log key of type 0x01 speaks for the log. */
    if (log_key->type != YS_SIG_ED25519 || strcmp(log_key->name, checkpoint.origin) != 0)
        return ys_fail(err, YS_BAD_SIG, "checkpoint of %s: %s is not its log key",
                       checkpoint.origin, log_key->name);
    switch (ys_note_check(&note, log_key, NULL)) {
    case YS_LINE_ABSENT:
        return ys_fail(err, YS_BAD_SIG, "checkpoint of %s: not signed by its log key",
                       checkpoint.origin);
    case YS_LINE_BAD:
        return ys_fail(err, YS_BAD_SIG, "checkpoint of %s: the log's signature does not verify",
                       checkpoint.origin);
    case YS_LINE_GOOD:
        break;
    }
    *out = checkpoint;
    *note_out = note;
    return YS_OK;
}
