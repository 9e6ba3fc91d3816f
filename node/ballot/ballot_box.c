#include "node/ballot/ballot_box.h"

#include "crypto/crash_point.h"
#include "node/ballot/slip.h"
#include "node/file.h"
#include "node/lang.h"
#include "proto/json.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PAPER_KEY_BYTES = 16,
    PAPER_KEY_MAX = 2 * PAPER_KEY_BYTES + 1,
    HEX_MAX = 2 * YS_HASH_LEN + 1
};

static const char kind[] = "evaluation_round";
static const char slot[] = "ballot";

void ys_papers_free(struct ys_paper *papers, size_t count)
{
    for (size_t i = 0; papers != NULL && i < count; i++) {
        if (papers[i].remark != NULL)
            sodium_memzero(papers[i].remark, strlen(papers[i].remark));
        free(papers[i].remark);
    }
    if (papers != NULL)
        sodium_memzero(papers, count * sizeof *papers);
    free(papers);
}

/* --- the file --- */

static void path_of(const struct ys_ballot_box *box, char out[PATH_MAX])
{
    char name[HEX_MAX + 16];
    char hex[HEX_MAX];
    sodium_bin2hex(hex, sizeof hex, box->round.id.bytes, YS_HASH_LEN);
    (void)snprintf(name, sizeof name, "ballots/%s.json", hex);
    ys_home_path(&box->vault.home, name, out);
}

static enum ys_code load(struct ys_ballot_box *box, struct ys_err *err)
{
    char path[PATH_MAX];
    struct ys_bytes text = {0};
    struct ys_err why = {0};
    uint8_t *bytes = NULL;
    path_of(box, path);
    if (access(path, F_OK) != 0) {
        box->json = json_pack("{s:{}}", "papers");
        return box->json != NULL ? YS_OK : ys_fail(err, YS_NOMEM, _("out of memory"));
    }
    enum ys_code code = ys_file_read_all(path, YS_JSON_FILE_MAX, &bytes, &text.size, err);
    if (code != YS_OK)
        return code;
    text.data = bytes;
    code = ys_json_load(text, &box->json, &why);
    free(bytes);
    if (code == YS_OK && !json_is_object(json_object_get(box->json, "papers")))
        code = ys_fail(&why, YS_MALFORMED, _("is no ballot box"));
    return code == YS_OK ? YS_OK : ys_fail(err, YS_CORRUPT, "%s: %s", path, why.msg);
}

static enum ys_code save(const struct ys_ballot_box *box, struct ys_err *err)
{
    char path[PATH_MAX];
    ys_home_path(&box->vault.home, "ballots", path);
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return ys_fail(err, YS_IO, "%s: %s", path, strerror(errno));
    path_of(box, path);
    char *const text = json_dumps(box->json, JSON_INDENT(1) | JSON_SORT_KEYS);
    if (text == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    const enum ys_code code = ys_file_write(path, 0600, ys_bytes_of_text(text), err);
    free(text);
    return code;
}

enum ys_code ys_ballot_box_open(const struct ys_home *home, const struct ys_ballot_round *round,
                                struct ys_ballot_box *out, struct ys_err *err)
{
    struct ys_ballot_box box = {.round = *round};
    enum ys_code code = ys_vault_open(home, &box.vault, err);
    if (code != YS_OK)
        return code;
    code = ys_vault_hold(&box.vault, err);
    if (code == YS_OK)
        code = load(&box, err);
    if (code == YS_OK)
        *out = box;
    else
        ys_ballot_box_close(&box);
    return code;
}

void ys_ballot_box_close(struct ys_ballot_box *box)
{
    json_decref(box->json);
    box->json = NULL;
    if (box->vault.held)
        ys_vault_release(&box->vault);
}

/* --- papers --- */

static json_t *papers_of(const struct ys_ballot_box *box)
{
    return json_object_get(box->json, "papers");
}

/* What stands in the file for a code: who reads it cannot write a paper. */
static void paper_key(const struct ys_ballot_box *box, const char *code, char out[PAPER_KEY_MAX])
{
    struct ys_sha256 state;
    struct ys_hash hash;
    ys_sha256_init(&state);
    ys_sha256_update(&state, ys_bytes_of_text("yishi/ballot-paper/v1\n"));
    ys_sha256_update(&state, (struct ys_bytes){box->round.id.bytes, YS_HASH_LEN});
    ys_sha256_update(&state, ys_bytes_of_text(code));
    ys_sha256_final(&state, &hash);
    sodium_bin2hex(out, PAPER_KEY_MAX, hash.bytes, PAPER_KEY_BYTES);
}

uint32_t ys_ballot_box_issued(const struct ys_ballot_box *box)
{
    return (uint32_t)json_object_size(papers_of(box));
}

uint32_t ys_ballot_box_entered(const struct ys_ballot_box *box)
{
    uint32_t count = 0;
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(papers_of(box), key, value)
    {
        count += json_is_string(value);
    }
    return count;
}

json_t *ys_ballot_box_result(const struct ys_ballot_box *box)
{
    return json_object_get(box->json, "result");
}

static enum ys_code check_open(const struct ys_ballot_box *box, struct ys_err *err)
{
    return ys_ballot_box_result(box) == NULL
               ? YS_OK
               : ys_fail(err, YS_REFUSED,
                         _("the box is closed: its result is fixed, no paper is added or changed"));
}

static void draw_code(char out[YS_BALLOT_CODE_LEN + 1])
{
    static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    for (size_t i = 0; i < YS_BALLOT_CODE_LEN; i++)
        out[i] = alphabet[randombytes_uniform(sizeof alphabet - 1)];
    out[YS_BALLOT_CODE_LEN] = '\0';
}

enum ys_code ys_ballot_box_issue(struct ys_ballot_box *box, size_t count,
                                 char (*codes)[YS_BALLOT_CODE_LEN + 1], struct ys_err *err)
{
    json_t *const papers = papers_of(box);
    const enum ys_code code = check_open(box, err);
    if (code != YS_OK)
        return code;
    if (count == 0 || count > YS_BALLOTS_MAX - json_object_size(papers))
        return ys_fail(err, YS_LIMIT, _("a round has 1 to %d papers"), YS_BALLOTS_MAX);
    for (size_t i = 0; i < count; i++) {
        char key[PAPER_KEY_MAX];
        do {
            draw_code(codes[i]);
            paper_key(box, codes[i], key);
        } while (json_object_get(papers, key) != NULL);
        if (json_object_set_new(papers, key, json_null()) != 0)
            return ys_fail(err, YS_NOMEM, _("out of memory"));
    }
    return save(box, err);
}

/* --- entering --- */

static enum ys_code check_paper(const struct ys_ballot_box *box, const struct ys_paper *papers,
                                size_t at, struct ys_err *err)
{
    char key[PAPER_KEY_MAX];
    paper_key(box, papers[at].ballot.code, key);
    const json_t *const value = json_object_get(papers_of(box), key);
    if (value == NULL)
        return ys_fail(err, YS_NOT_FOUND,
                       _("paper %zu: no paper of this round has the code %s; nothing was entered"),
                       at + 1, papers[at].ballot.code);
    bool twice = json_is_string(value);
    for (size_t i = 0; i < at; i++)
        twice = twice || strcmp(papers[i].ballot.code, papers[at].ballot.code) == 0;
    if (twice)
        return ys_fail(
            err, YS_EXISTS,
            _("paper %zu: the paper with the code %s is in already; nothing was entered"), at + 1,
            papers[at].ballot.code);
    return YS_OK;
}

static enum ys_code put_paper(struct ys_ballot_box *box, struct ys_paper *paper, struct ys_err *err)
{
    struct ys_vault_tag tag = {
        .content = YS_VAULT_VALUE, .basis = YS_BASIS_LEGAL_DUTY, .retention = YS_RETAIN_BALLOTS};
    char key[PAPER_KEY_MAX];
    char hex[HEX_MAX];
    struct ys_hash commitment;
    memcpy(tag.kind, kind, sizeof kind);
    memcpy(tag.slot, slot, sizeof slot);
    sodium_bin2hex(hex, sizeof hex, box->round.id.bytes, YS_HASH_LEN);
    (void)snprintf(tag.purpose, sizeof tag.purpose, "%s", hex);
    randombytes_buf(paper->ballot.salt, sizeof paper->ballot.salt);
    json_t *const json = ys_ballot_json(&paper->ballot, paper->remark);
    char *const text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    if (text == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    const enum ys_code code =
        ys_vault_put(&box->vault, &tag, ys_bytes_of_text(text), &commitment, err);
    sodium_memzero(text, strlen(text));
    free(text);
    if (code != YS_OK)
        return code;
    sodium_bin2hex(hex, sizeof hex, commitment.bytes, YS_HASH_LEN);
    paper_key(box, paper->ballot.code, key);
    return json_object_set_new(papers_of(box), key, json_string(hex)) == 0
               ? YS_OK
               : ys_fail(err, YS_NOMEM, _("out of memory"));
}

enum ys_code ys_ballot_box_enter(struct ys_ballot_box *box, struct ys_paper *papers, size_t count,
                                 struct ys_err *err)
{
    enum ys_code code = check_open(box, err);
    for (size_t i = 0; i < count && code == YS_OK; i++)
        code = check_paper(box, papers, i, err);
    for (size_t i = 0; i < count && code == YS_OK; i++)
        code = put_paper(box, &papers[i], err);
    if (code != YS_OK)
        return code;
    YS_CRASH_POINT("ballot_sealed");
    return save(box, err);
}

static bool read_commitment(const json_t *value, struct ys_hash *out)
{
    size_t size = 0;
    const char *const text = json_string_value(value);
    return text != NULL &&
           sodium_hex2bin(out->bytes, YS_HASH_LEN, text, strlen(text), NULL, &size, NULL) == 0 &&
           size == YS_HASH_LEN;
}

enum ys_code ys_ballot_box_take_out(struct ys_ballot_box *box, const char *code_text,
                                    struct ys_err *err)
{
    char key[PAPER_KEY_MAX];
    struct ys_hash commitment;
    enum ys_code code = check_open(box, err);
    if (code != YS_OK)
        return code;
    paper_key(box, code_text, key);
    if (!read_commitment(json_object_get(papers_of(box), key), &commitment))
        return ys_fail(err, YS_NOT_FOUND, _("no paper with the code %s has been entered"),
                       code_text);
    if (json_object_set_new(papers_of(box), key, json_null()) != 0)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    code = save(box, err);
    return code == YS_OK ? ys_vault_erase(&box->vault, &commitment, err) : code;
}

/* --- reading --- */

static enum ys_code read_paper(const struct ys_ballot_box *box, const struct ys_vault_key *key,
                               const json_t *value, struct ys_paper *out, struct ys_err *err)
{
    YS_VAULT_OPENED_SCOPED opened = {.bytes = NULL};
    struct ys_hash commitment;
    json_t *json = NULL;
    if (!read_commitment(value, &commitment))
        return ys_fail(err, YS_CORRUPT,
                       _("the ballot box holds no commitment where one should be"));
    enum ys_code code = ys_vault_get(&box->vault, key, &commitment, &opened, err);
    if (code == YS_OK)
        code = ys_json_load((struct ys_bytes){opened.bytes, opened.size}, &json, err);
    if (code == YS_OK)
        code = ys_ballot_read(json, "", &out->ballot, err);
    const char *const remark = json_string_value(json_object_get(json, "remark"));
    if (code == YS_OK && remark != NULL) {
        out->remark = strdup(remark);
        if (out->remark == NULL)
            code = ys_fail(err, YS_NOMEM, _("out of memory"));
    }
    json_decref(json);
    return code;
}

enum ys_code ys_ballot_box_read(const struct ys_ballot_box *box, const struct ys_vault_key *key,
                                struct ys_paper **out, size_t *count_out, struct ys_err *err)
{
    const size_t count = ys_ballot_box_entered(box);
    struct ys_paper *const papers = calloc(count + 1, sizeof *papers);
    const char *name = NULL;
    json_t *value = NULL;
    size_t at = 0;
    enum ys_code code = YS_OK;
    if (papers == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    json_object_foreach(papers_of(box), name, value)
    {
        if (json_is_string(value) && code == YS_OK)
            code = read_paper(box, key, value, &papers[at++], err);
    }
    if (code == YS_OK) {
        *out = papers;
        *count_out = count;
    } else {
        ys_papers_free(papers, count);
    }
    return code;
}

/* --- its end --- */

enum ys_code ys_ballot_box_settle(struct ys_ballot_box *box, json_t *result, struct ys_err *err)
{
    const enum ys_code code = check_open(box, err);
    if (code != YS_OK)
        return code;
    if (json_object_set(box->json, "result", result) != 0)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    const enum ys_code saved = save(box, err);
    YS_CRASH_POINT("ballot_settled");
    return saved;
}

enum ys_code ys_ballot_box_recorded(const struct ys_ballot_box *box, const struct ys_hash *record,
                                    struct ys_err *err)
{
    const char *name = NULL;
    json_t *value = NULL;
    struct ys_hash commitment;
    enum ys_code code = YS_OK;
    json_object_foreach(papers_of(box), name, value)
    {
        if (code == YS_OK && read_commitment(value, &commitment))
            code = ys_vault_recorded(&box->vault, &commitment, record, err);
    }
    return code;
}

struct sweep {
    struct ys_ballot_box *box;
    char round[HEX_MAX];
    size_t count;
};

static enum ys_code sweep_one(void *context, const struct ys_vault_tag *tag, struct ys_err *err)
{
    struct sweep *const sweep = context;
    if (strcmp(tag->kind, kind) != 0 || strcmp(tag->slot, slot) != 0 ||
        strcmp(tag->purpose, sweep->round) != 0)
        return YS_OK;
    const enum ys_code code = ys_vault_erase(&sweep->box->vault, &tag->commitment, err);
    sweep->count += code == YS_OK;
    return code == YS_NOT_FOUND ? YS_OK : code;
}

enum ys_code ys_ballot_box_erase(struct ys_ballot_box *box, size_t *count_out, struct ys_err *err)
{
    struct sweep sweep = {.box = box};
    const struct ys_vault_seer seer = {.see = sweep_one, .context = &sweep};
    const char *name = NULL;
    json_t *value = NULL;
    struct ys_hash commitment;
    char path[PATH_MAX];
    enum ys_code code = YS_OK;
    sodium_bin2hex(sweep.round, sizeof sweep.round, box->round.id.bytes, YS_HASH_LEN);
    json_object_foreach(papers_of(box), name, value)
    {
        if (code != YS_OK || !read_commitment(value, &commitment))
            continue;
        code = ys_vault_erase(&box->vault, &commitment, err); /* needs no intact slot */
        sweep.count += code == YS_OK;
        code = code == YS_NOT_FOUND ? YS_OK : code;
    }
    if (code == YS_OK)
        code = ys_vault_each(&box->vault, &seer, err);
    if (code != YS_OK)
        return code;
    YS_CRASH_POINT("ballots_erased");
    path_of(box, path);
    if (unlink(path) != 0 && errno != ENOENT)
        return ys_fail(err, YS_IO, "%s: %s", path, strerror(errno));
    *count_out = sweep.count;
    return YS_OK;
}
