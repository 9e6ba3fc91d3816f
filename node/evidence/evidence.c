#include "node/evidence/evidence.h"

#include "node/check.h"
#include "node/evidence/told.h"
#include "node/evidence/unfold.h"
#include "node/file.h"
#include "node/lang.h"
#include "node/prove.h"
#include "proto/moment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const char ys_evidence_readme[];
extern const char ys_evidence_check[];
extern const char ys_evidence_verifier[];

enum { FOLDER_MAX = 128 };

/* A membership record that lies in a folder of its own. */
struct resting {
    struct ys_hash id;
    char folder[FOLDER_MAX];
};

struct writing {
    const struct ys_evidence_options *options;
    struct ys_txn *txn;
    struct ys_parcel parcel;
    struct ys_keyring ring;
    struct resting *resting;
    size_t resting_count;
    char first[FOLDER_MAX];          /* folder of the first record that is proven */
    char first_key[YS_KEY_FILE_MAX]; /* of its first signature */
    struct ys_evidence_made made;
};

/* --- membership records --- */

static bool is_there(const struct writing *writing, const struct ys_hash *id)
{
    for (size_t i = 0; i < writing->resting_count; i++)
        if (ys_hash_equal(&writing->resting[i].id, id))
            return true;
    return false;
}

static enum ys_code keep_resting(struct writing *writing, const struct ys_hash *id,
                                 const char *kind, struct ys_err *err)
{
    struct resting *const grown =
        realloc(writing->resting, (writing->resting_count + 1) * sizeof *grown);
    if (grown == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    writing->resting = grown;
    struct resting *const one = &grown[writing->resting_count++];
    one->id = *id;
    snprintf(one->folder, sizeof one->folder, "membership/%02zu-%.64s", writing->resting_count,
             kind);
    return YS_OK;
}

/* One bundle of the evidence; each record once. */
static enum ys_code put_resting(struct writing *writing, struct ys_bytes bundle, struct ys_err *err)
{
    struct ys_arena arena;
    struct ys_entry entry;
    struct ys_note note;
    struct ys_record record;
    struct ys_hash id;
    ys_arena_init(&arena, YS_EVIDENCE_ARENA_MAX);
    enum ys_code code = ys_check_record(bundle, &arena, &entry, err);
    if (code == YS_OK)
        code = ys_note_parse(entry.note, &note, err);
    if (code == YS_OK)
        code = ys_record_parse(note.text, &record, err);
    if (code == YS_OK) {
        ys_record_id(note.text, &id);
        if (!is_there(writing, &id)) {
            code = keep_resting(writing, &id, record.kind, err);
            if (code == YS_OK)
                code = ys_unfold(bundle, writing->resting[writing->resting_count - 1].folder, false,
                                 &writing->parcel, &writing->ring, NULL, err);
        }
    }
    ys_arena_clear(&arena);
    return code;
}

static enum ys_code put_all_resting(struct writing *writing, struct ys_bytes bytes,
                                    struct ys_err *err)
{
    struct ys_bundle bundle;
    struct ys_arena arena;
    const Yishi__V1__ProofExtra *extra = NULL;
    enum ys_code code = ys_bundle_parse(bytes, &bundle, err);
    ys_arena_init(&arena, YS_EVIDENCE_ARENA_MAX);
    if (code == YS_OK)
        code = ys_check_extra(&bundle, &arena, &extra, err);
    for (size_t i = 0; code == YS_OK && i < extra->n_evidence; i++)
        code = put_resting(writing,
                           (struct ys_bytes){extra->evidence[i].data, extra->evidence[i].len}, err);
    ys_arena_clear(&arena);
    return code;
}

/* --- records of the matter --- */

static enum ys_code put_record(struct writing *writing, const struct ys_exhibit *shown,
                               struct ys_err *err)
{
    const struct ys_node *const node = writing->options->node;
    struct ys_writer w = {.capacity = YS_EVIDENCE_MAX * 2};
    struct ys_exhibit exhibit;
    char folder[FOLDER_MAX];
    enum ys_code code =
        ys_exhibit_load(node, writing->txn, &shown->log, shown->index, true, &exhibit, err);
    if (code != YS_OK)
        return code;
    snprintf(folder, sizeof folder, "records/%03zu-%.64s", writing->made.records + 1,
             exhibit.record.kind);
    w.data = malloc(w.capacity);
    code = w.data == NULL ? ys_fail(err, YS_NOMEM, _("out of memory"))
                          : ys_prove(node->member, writing->txn,
                                     (struct ys_position){shown->log.id, shown->index}, &w, err);
    if (code == YS_NOT_FOUND) {
        writing->made.unproven++;
        code = YS_OK;
    } else if (code == YS_OK) {
        const struct ys_bytes bundle = {w.data, w.size};
        writing->made.records++;
        if (writing->first[0] == '\0')
            memcpy(writing->first, folder, sizeof folder);
        code = put_all_resting(writing, bundle, err);
        if (code == YS_OK)
            code = ys_unfold(bundle, folder, true, &writing->parcel, &writing->ring,
                             writing->first_key[0] == '\0' ? writing->first_key : NULL, err);
        if (code == YS_OK)
            code = ys_told_write(&exhibit, folder, &writing->parcel, err);
    }
    free(w.data);
    ys_exhibit_clear(&exhibit);
    return code;
}

/* --- keys, root, README --- */

/* Where the record that registered a key lies, among the membership records. */
static enum ys_code folder_of(const struct writing *writing, struct ys_position at,
                              const char **out, struct ys_err *err)
{
    struct ys_entry entry;
    struct ys_bytes text;
    struct ys_bytes kind;
    struct ys_hash id;
    *out = NULL;
    const enum ys_code code = ys_log_entry(writing->txn, at.log_id, at.index, &entry, err);
    if (code != YS_OK || !ys_note_peek(entry.note, &text, &kind))
        return code;
    ys_record_id(text, &id);
    for (size_t i = 0; i < writing->resting_count; i++)
        if (ys_hash_equal(&writing->resting[i].id, &id))
            *out = writing->resting[i].folder;
    return YS_OK;
}

static enum ys_code print_keys(const struct writing *writing, FILE *out, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (size_t i = 0; i < writing->ring.count && code == YS_OK; i++) {
        const struct ys_ring_key *const key = &writing->ring.key[i];
        const char *where = "root.pub";
        char file[YS_KEY_FILE_MAX];
        ys_ring_file(&key->vkey, "", file);
        if (!key->of_root)
            code = folder_of(writing, key->source, &where, err);
        if (code == YS_OK)
            fprintf(out, "%s.pem\t%s.vkey\t%s\n", file, file, where == NULL ? "-" : where);
    }
    return code;
}

static enum ys_code put_keys(struct writing *writing, struct ys_err *err)
{
    char *text = NULL;
    size_t size = 0;
    FILE *const out = open_memstream(&text, &size);
    if (out == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    enum ys_code code = print_keys(writing, out, err);
    if (fclose(out) != 0 && code == YS_OK)
        code = ys_fail(err, YS_NOMEM, _("out of memory"));
    if (code == YS_OK)
        code = ys_parcel_put(&writing->parcel, "keys.tsv",
                             (struct ys_bytes){(const uint8_t *)text, size}, false, err);
    free(text);
    return code;
}

static enum ys_code put_root(struct writing *writing, struct ys_err *err)
{
    uint8_t bytes[64 * 1024];
    struct ys_writer w = {.data = bytes, .capacity = sizeof bytes};
    ys_root_chain_print(&w, &writing->options->node->roots);
    return w.overflow ? ys_fail(err, YS_LIMIT, _("the root file is too long"))
                      : ys_parcel_put(&writing->parcel, "root.pub",
                                      (struct ys_bytes){bytes, w.size}, false, err);
}

static void print_readme(const struct writing *writing, FILE *out)
{
    const struct ys_node *const node = writing->options->node;
    const struct ys_dossier_head *const head = &writing->options->dossier->head;
    char time[YS_TIME_TEXT_MAX];
    char count[32];
    char root[YS_RECORD_ID_TEXT_MAX];
    char remarks[256] = "";
    struct ys_hash hash;
    ys_time_print((int64_t)writing->options->now_s * 1000, time);
    snprintf(count, sizeof count, "%zu", writing->made.records);
    ys_root_chain_fingerprint(&node->roots, &hash);
    ys_record_id_print(&hash, root);
    if (writing->made.unproven != 0)
        snprintf(remarks, sizeof remarks,
                 "- 另有 %zu 条记录尚未进入有签名的日志头，暂无证明，不在这里；稍后可重新制作。\n",
                 writing->made.unproven);
    const struct {
        const char *mark, *value;
    } fill[] = {{"@SUBJECT@", head->subject},
                {"@TITLE@", head->title},
                {"@UNIT@", node->origin.division.digits},
                {"@TIME@", time},
                {"@COUNT@", count},
                {"@ROOT@", root},
                {"@FIRST@", writing->first},
                {"@KEY@", writing->first_key},
                {"@SIGNATURE@", "signature.1"},
                {"@REMARKS@", remarks}};
    for (const char *at = ys_evidence_readme; *at != '\0';) {
        size_t i = 0;
        const size_t marks = sizeof fill / sizeof *fill;
        while (i < marks && strncmp(at, fill[i].mark, strlen(fill[i].mark)) != 0)
            i++;
        if (i == marks) {
            fputc(*at++, out);
            continue;
        }
        fputs(fill[i].value, out);
        at += strlen(fill[i].mark);
    }
}

static enum ys_code put_readme(struct writing *writing, struct ys_err *err)
{
    char *text = NULL;
    size_t size = 0;
    FILE *const out = open_memstream(&text, &size);
    if (out == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    print_readme(writing, out);
    enum ys_code code = fclose(out) == 0 ? YS_OK : ys_fail(err, YS_NOMEM, _("out of memory"));
    if (code == YS_OK)
        code = ys_parcel_put(&writing->parcel, "README.md",
                             (struct ys_bytes){(const uint8_t *)text, size}, false, err);
    free(text);
    return code;
}

/* --- the whole --- */

static enum ys_code put_all(struct writing *writing, struct ys_err *err)
{
    const struct ys_dossier *const dossier = writing->options->dossier;
    enum ys_code code = YS_OK;
    for (size_t i = 0; i < dossier->step_count && code == YS_OK; i++)
        code = put_record(writing, &dossier->step[i].exhibit, err);
    if (code == YS_OK && writing->made.records == 0)
        code = ys_fail(err, YS_NOT_FOUND,
                       _("matter %s: none of its records stands under a signed head yet"),
                       dossier->head.subject);
    if (code == YS_OK)
        code = put_root(writing, err);
    if (code == YS_OK)
        code = put_keys(writing, err);
    if (code == YS_OK)
        code = ys_parcel_put(&writing->parcel, "check.sh", ys_bytes_of_text(ys_evidence_check),
                             true, err);
    if (code == YS_OK)
        code = ys_parcel_put(&writing->parcel, "verifier.py",
                             ys_bytes_of_text(ys_evidence_verifier), true, err);
    if (code == YS_OK)
        code = put_readme(writing, err);
    if (code == YS_OK)
        code = ys_parcel_sums(&writing->parcel, err);
    return code != YS_OK ? code : ys_parcel_pack(&writing->parcel, writing->options->archive, err);
}

enum ys_code ys_evidence_write(const struct ys_evidence_options *options,
                               struct ys_evidence_made *made_out, struct ys_err *err)
{
    struct writing writing = {.options = options, .ring = {.member = options->node->member}};
    YS_TXN_SCOPED txn = NULL;
    enum ys_code code = ys_parcel_open(options->folder, &writing.parcel, err);
    if (code != YS_OK)
        return code;
    code = ys_store_begin(options->node->store, false, &txn, err);
    writing.txn = txn;
    if (code == YS_OK)
        code = put_all(&writing, err);
    if (code != YS_OK)
        ys_file_remove_tree(options->folder);
    writing.made.membership = writing.resting_count;
    writing.made.keys = writing.ring.count;
    *made_out = writing.made;
    ys_parcel_close(&writing.parcel);
    ys_keyring_clear(&writing.ring);
    free(writing.resting);
    return code;
}
