#include "node/evidence/unfold.h"

#include "crypto/base64.h"
#include "node/check.h"
#include "node/lang.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_LEN = 256, COSIGNATURE_TIME_LEN = 8, LINE_BYTES_MAX = 4 + 8 + YS_SIG_LEN };

/* Where the files go, and the table of signatures so far. */
struct unfolding {
    const char *folder;
    struct ys_parcel *parcel;
    struct ys_keyring *ring;
    FILE *table;
    unsigned signatures;
    char *first_key; /* NULL: nobody asks */
};

static enum ys_code put(const struct unfolding *unfolding, const char *name, struct ys_bytes bytes,
                        struct ys_err *err)
{
    char path[NAME_MAX_LEN];
    snprintf(path, sizeof path, "%s/%s", unfolding->folder, name);
    return ys_parcel_put(unfolding->parcel, path, bytes, false, err);
}

/* --- signatures --- */

static enum ys_code put_signature(struct unfolding *unfolding, const char *under,
                                  const struct ys_note_line *line, struct ys_err *err)
{
    uint8_t bytes[LINE_BYTES_MAX];
    size_t size = 0;
    char file[YS_KEY_FILE_MAX];
    char name[32];
    const struct ys_ring_key *key = NULL;
    const enum ys_code code =
        ys_keyring_take(unfolding->ring, unfolding->parcel, line, &key, file, err);
    if (code != YS_OK || key == NULL) /* a line of somebody who is not registered says nothing */
        return code;
    const bool timed = key->vkey.type == YS_SIG_COSIGNATURE_V1;
    const size_t before = 4 + (timed ? (size_t)COSIGNATURE_TIME_LEN : 0);
    if (ys_base64_decode(line->base64, bytes, sizeof bytes, &size) != YS_OK ||
        size != before + YS_SIG_LEN)
        return YS_OK;
    snprintf(name, sizeof name, "signature.%u", ++unfolding->signatures);
    if (unfolding->signatures == 1 && unfolding->first_key != NULL)
        memcpy(unfolding->first_key, file, sizeof file);
    fprintf(unfolding->table, "%s\t%s\t%s\t%llu\t%s\n", name, under, file,
            timed ? (unsigned long long)ys_be64_get(bytes + 4) : 0ULL, key->vkey.name);
    return put(unfolding, name, (struct ys_bytes){bytes + before, YS_SIG_LEN}, err);
}

static enum ys_code put_note(struct unfolding *unfolding, const char *whole, const char *text_name,
                             struct ys_bytes bytes, struct ys_err *err)
{
    struct ys_note note;
    enum ys_code code = ys_note_parse(bytes, &note, err);
    if (code == YS_OK)
        code = put(unfolding, whole, bytes, err);
    if (code == YS_OK)
        code = put(unfolding, text_name, note.text, err);
    for (unsigned i = 0; i < note.line_count && code == YS_OK; i++)
        code = put_signature(unfolding, text_name, &note.line[i], err);
    return code;
}

/* --- the way to the root (RFC 9162, 2.1.3.2) --- */

static enum ys_code put_path(const struct unfolding *unfolding, uint64_t index, uint64_t size,
                             const struct ys_proof *proof, struct ys_err *err)
{
    char text[YS_PROOF_MAX * 64];
    size_t at = 0;
    uint64_t node = index;
    uint64_t last = size - 1;
    text[0] = '\0';
    for (unsigned i = 0; i < proof->count; i++) {
        char base64[sodium_base64_ENCODED_LEN(YS_HASH_LEN, sodium_base64_VARIANT_ORIGINAL)];
        const bool left = (node & 1) != 0 || node == last;
        sodium_bin2base64(base64, sizeof base64, proof->hash[i].bytes, YS_HASH_LEN,
                          sodium_base64_VARIANT_ORIGINAL);
        at += (size_t)snprintf(text + at, sizeof text - at, "%s %s\n", left ? "left" : "right",
                               base64);
        while (left && (node & 1) == 0 && node != 0) {
            node >>= 1;
            last >>= 1;
        }
        node >>= 1;
        last >>= 1;
    }
    return put(unfolding, "path", (struct ys_bytes){(const uint8_t *)text, at}, err);
}

/* --- the bundle --- */

static enum ys_code put_extra(struct unfolding *unfolding, const struct ys_bundle *bundle,
                              struct ys_err *err)
{
    struct ys_arena arena;
    const Yishi__V1__ProofExtra *decoded = NULL;
    ys_arena_init(&arena, YS_EVIDENCE_ARENA_MAX);
    enum ys_code code = ys_check_extra(bundle, &arena, &decoded, err);
    if (code == YS_OK)
        code = put_note(unfolding, "note", "text",
                        (struct ys_bytes){decoded->note.data, decoded->note.len}, err);
    if (code == YS_OK && decoded->has_body)
        code =
            put(unfolding, "body", (struct ys_bytes){decoded->body.data, decoded->body.len}, err);
    ys_arena_clear(&arena);
    return code;
}

static enum ys_code put_bundle(struct unfolding *unfolding, const struct ys_bundle *bundle,
                               struct ys_err *err)
{
    struct ys_note head;
    struct ys_checkpoint checkpoint;
    enum ys_code code = put_extra(unfolding, bundle, err);
    if (code == YS_OK)
        code = put_note(unfolding, "head", "head.text", bundle->checkpoint, err);
    if (code == YS_OK)
        code = ys_note_parse(bundle->checkpoint, &head, err);
    if (code == YS_OK)
        code = ys_checkpoint_parse(head.text, &checkpoint, err);
    return code != YS_OK ? code
                         : put_path(unfolding, bundle->index, checkpoint.size, &bundle->proof, err);
}

enum ys_code ys_unfold(struct ys_bytes bytes, const char *folder, bool proof,
                       struct ys_parcel *parcel, struct ys_keyring *ring,
                       char first_key[YS_KEY_FILE_MAX], struct ys_err *err)
{
    struct unfolding unfolding = {
        .folder = folder, .parcel = parcel, .ring = ring, .first_key = first_key};
    struct ys_bundle bundle;
    char *table = NULL;
    size_t size = 0;
    enum ys_code code = ys_bundle_parse(bytes, &bundle, err);
    if (code != YS_OK)
        return code;
    if ((unfolding.table = open_memstream(&table, &size)) == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    code = put_bundle(&unfolding, &bundle, err);
    if (fclose(unfolding.table) != 0 && code == YS_OK)
        code = ys_fail(err, YS_NOMEM, _("out of memory"));
    if (code == YS_OK)
        code =
            put(&unfolding, "signatures.tsv", (struct ys_bytes){(const uint8_t *)table, size}, err);
    free(table);
    return code == YS_OK && proof ? put(&unfolding, "proof", bytes, err) : code;
}
