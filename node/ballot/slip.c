#include "node/ballot/slip.h"

#include "crypto/base64.h"
#include "node/lang.h"
#include "proto/enum_word.h"
#include "proto/name.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char format_ending[] = "/ballot/v1";
static const char slip_field[] = "ballot_slip";
static const char set_field[] = "ballot_set";
static const char *const dimensions[] = {"participation", "implementation", "feedback"};

/* --- writing --- */

static json_t *base64_json(const uint8_t *bytes, size_t size)
{
    char text[YS_BASE64_LEN(YS_HASH_LEN) + 1];
    struct ys_writer w = {.data = (uint8_t *)text, .capacity = sizeof text};
    ys_writer_base64(&w, (struct ys_bytes){bytes, size});
    return json_stringn(text, w.size);
}

static json_t *hex_json(const struct ys_hash *hash)
{
    char text[2 * YS_HASH_LEN + 1];
    return json_string(sodium_bin2hex(text, sizeof text, hash->bytes, YS_HASH_LEN));
}

static json_t *format_json(const struct ys_ballot_round *round)
{
    char text[YS_DEPLOYMENT_MAX + sizeof format_ending];
    (void)snprintf(text, sizeof text, "%s%s", round->deployment, format_ending);
    return json_string(text);
}

static const char *kind_word(unsigned kind, char room[YS_ENUM_WORD_MAX])
{
    const ProtobufCEnumDescriptor *const type = &yishi__v1__party_kind__descriptor;
    const ProtobufCEnumValue *const value = protobuf_c_enum_descriptor_get_value(type, (int)kind);
    if (kind == 0 || value == NULL)
        return NULL;
    ys_enum_word(type, value, room);
    return room;
}

json_t *ys_ballot_json(const struct ys_ballot *ballot, const char *remark)
{
    char word[YS_ENUM_WORD_MAX];
    json_t *const json = json_object();
    json_object_set_new(json, "code", json_string(ballot->code));
    if (ballot->mark[0] != '\0')
        json_object_set_new(json, "mark", json_string(ballot->mark));
    if (kind_word(ballot->kind, word) != NULL)
        json_object_set_new(json, "kind", json_string(word));
    if (remark != NULL)
        json_object_set_new(json, "remark", json_string(remark));
    else if (ballot->has_remark)
        json_object_set_new(json, "remark_hash", base64_json(ballot->remark.bytes, YS_HASH_LEN));
    json_object_set_new(json, "valid", json_boolean(ballot->valid));
    if (ballot->valid) {
        json_t *const grades = json_object();
        for (unsigned d = 0; d < YS_BALLOT_DIMENSIONS; d++)
            json_object_set_new(grades, dimensions[d], json_integer(ballot->grade[d]));
        json_object_set_new(json, "grades", grades);
    }
    json_object_set_new(json, "salt", base64_json(ballot->salt, sizeof ballot->salt));
    return json;
}

static json_t *place_json(const struct ys_ballot_place *place)
{
    json_t *const proof = json_array();
    for (unsigned i = 0; i < place->proof.count; i++)
        json_array_append_new(proof, base64_json(place->proof.hash[i].bytes, YS_HASH_LEN));
    return json_pack("{s:I, s:o}", "slot", (json_int_t)place->index, "proof", proof);
}

json_t *ys_slip_json(const struct ys_slip *slip, const char *remark)
{
    json_t *const json = json_object();
    json_t *const ballot = ys_ballot_json(&slip->ballot, remark);
    json_t *const places = json_array();
    json_object_set_new(json, slip_field, format_json(&slip->round));
    json_object_set_new(json, "round", hex_json(&slip->round.id));
    json_object_update(json, ballot);
    json_decref(ballot);
    for (unsigned i = 0; i < (slip->ballot.valid ? YS_BALLOT_PROOFS : 1U); i++)
        json_array_append_new(places, place_json(&slip->place[i]));
    json_object_set_new(json, "places", places);
    return json;
}

json_t *ys_ballot_set_json(const struct ys_ballot_round *round, const struct ys_ballot_set *set)
{
    json_t *const json = json_object();
    json_t *const list = json_array();
    json_object_set_new(json, set_field, format_json(round));
    json_object_set_new(json, "round", hex_json(&round->id));
    json_object_set_new(json, "issued", json_integer(ys_ballot_set_tally(set)->issued));
    for (size_t i = 0; i < ys_ballot_set_count(set); i++)
        json_array_append_new(list, ys_ballot_json(ys_ballot_set_at(set, i), NULL));
    json_object_set_new(json, "ballots", list);
    return json;
}

/* --- reading --- */

static enum ys_code malformed(const char *where, const char *field, const char *want,
                              struct ys_err *err)
{
    return ys_fail(err, YS_MALFORMED, "%s%s: %s", where, field, want);
}

static bool read_base64(const json_t *json, uint8_t out[YS_HASH_LEN])
{
    struct ys_hash hash;
    if (!json_is_string(json) || !ys_hash_parse(ys_bytes_of_text(json_string_value(json)), &hash))
        return false;
    memcpy(out, hash.bytes, YS_HASH_LEN);
    return true;
}

static enum ys_code read_round(const json_t *json, const char *field, struct ys_ballot_round *out,
                               struct ys_err *err)
{
    const char *const format = json_string_value(json_object_get(json, field));
    const char *const round = json_string_value(json_object_get(json, "round"));
    const size_t length = format == NULL ? 0 : strlen(format);
    const size_t ending = sizeof format_ending - 1;
    size_t size = 0;
    *out = (struct ys_ballot_round){.deployment = ""};
    if (length <= ending || length - ending > YS_DEPLOYMENT_MAX ||
        strcmp(format + length - ending, format_ending) != 0)
        return malformed("", field, _("is not of this version"), err);
    memcpy(out->deployment, format, length - ending);
    if (round == NULL || strlen(round) != 2 * (size_t)YS_HASH_LEN ||
        sodium_hex2bin(out->id.bytes, YS_HASH_LEN, round, strlen(round), NULL, &size, NULL) != 0 ||
        size != YS_HASH_LEN)
        return malformed("", "round", _("is no record id"), err);
    return YS_OK;
}

static enum ys_code read_remark(const json_t *json, const char *where, struct ys_ballot *out,
                                struct ys_err *err)
{
    const json_t *const text = json_object_get(json, "remark");
    const json_t *const hash = json_object_get(json, "remark_hash");
    out->has_remark = text != NULL || hash != NULL;
    if (text != NULL && json_is_string(text))
        ys_sha256(ys_bytes_of_text(json_string_value(text)), &out->remark);
    else if (text != NULL || (hash != NULL && !read_base64(hash, out->remark.bytes)))
        return malformed(where, "remark", _("is no text, or remark_hash no hash"), err);
    return YS_OK;
}

static enum ys_code read_grades(const json_t *json, const char *where, struct ys_ballot *out,
                                struct ys_err *err)
{
    const json_t *const valid = json_object_get(json, "valid");
    const json_t *const grades = json_object_get(json, "grades");
    if (!json_is_boolean(valid))
        return malformed(where, "valid", _("is neither true nor false"), err);
    out->valid = json_is_true(valid);
    if (!out->valid)
        return grades == NULL
                   ? YS_OK
                   : malformed(where, "grades", _("a paper that is not valid has none"), err);
    for (unsigned d = 0; d < YS_BALLOT_DIMENSIONS; d++) {
        const json_t *const grade = json_object_get(grades, dimensions[d]);
        const json_int_t value = json_is_integer(grade) ? json_integer_value(grade) : -1;
        if (value < 0 || value >= YS_BALLOT_GRADES)
            return malformed(where, dimensions[d], _("is no grade from 0 to 5"), err);
        out->grade[d] = (uint8_t)value;
    }
    return YS_OK;
}

enum ys_code ys_ballot_read(const json_t *json, const char *where, struct ys_ballot *out,
                            struct ys_err *err)
{
    struct ys_ballot ballot = {.kind = 0};
    const json_t *const mark = json_object_get(json, "mark");
    const json_t *const kind = json_object_get(json, "kind");
    const char *const code_text = json_string_value(json_object_get(json, "code"));
    const ProtobufCEnumDescriptor *const type = &yishi__v1__party_kind__descriptor;
    if (code_text == NULL || !ys_ballot_code_read(code_text, ballot.code))
        return malformed(where, "code", _("is no code of a paper"), err);
    if (mark != NULL &&
        (!json_is_string(mark) || !ys_ballot_mark_read(json_string_value(mark), ballot.mark)))
        return malformed(where, "mark", _("is not of up to 16 letters and digits"), err);
    if (kind != NULL) {
        const char *const word = json_is_string(kind) ? json_string_value(kind) : "";
        const ProtobufCEnumValue *const value = ys_enum_find(type, ys_bytes_of_text(word));
        if (value == NULL || value->value == 0)
            return malformed(where, "kind", _("is no kind of party"), err);
        ballot.kind = (unsigned)value->value;
    }
    if (!read_base64(json_object_get(json, "salt"), ballot.salt))
        return malformed(where, "salt", _("is not 32 bytes in base64"), err);
    enum ys_code code = read_remark(json, where, &ballot, err);
    if (code == YS_OK)
        code = read_grades(json, where, &ballot, err);
    if (code == YS_OK)
        *out = ballot;
    return code;
}

static enum ys_code read_place(const json_t *json, struct ys_ballot_place *out, struct ys_err *err)
{
    const json_t *const slot = json_object_get(json, "slot");
    const json_t *const proof = json_object_get(json, "proof");
    if (!json_is_integer(slot) || json_integer_value(slot) < 0 || !json_is_array(proof) ||
        json_array_size(proof) > YS_PROOF_MAX)
        return malformed("", "places", _("has no slot and proof"), err);
    out->index = (uint64_t)json_integer_value(slot);
    out->proof.count = (unsigned)json_array_size(proof);
    for (unsigned i = 0; i < out->proof.count; i++)
        if (!read_base64(json_array_get(proof, i), out->proof.hash[i].bytes))
            return malformed("", "places", _("a proof holds no hash"), err);
    return YS_OK;
}

bool ys_slip_is(const json_t *json)
{
    return json_object_get(json, slip_field) != NULL;
}

enum ys_code ys_slip_read(const json_t *json, struct ys_slip *out, struct ys_err *err)
{
    struct ys_slip slip = {.round = {.deployment = ""}};
    const json_t *const places = json_object_get(json, "places");
    enum ys_code code = read_round(json, slip_field, &slip.round, err);
    if (code == YS_OK)
        code = ys_ballot_read(json, "", &slip.ballot, err);
    if (code != YS_OK)
        return code;
    const size_t want = slip.ballot.valid ? YS_BALLOT_PROOFS : 1;
    if (json_array_size(places) != want)
        return malformed("", "places", _("are not one for each dimension"), err);
    for (size_t i = 0; i < want && code == YS_OK; i++)
        code = read_place(json_array_get(places, i), &slip.place[i], err);
    if (code == YS_OK)
        *out = slip;
    return code;
}

bool ys_ballot_set_is(const json_t *json)
{
    return json_object_get(json, set_field) != NULL;
}

enum ys_code ys_ballot_set_read(const json_t *json, struct ys_ballot_round *round_out,
                                struct ys_ballot_set **out, struct ys_err *err)
{
    const json_t *const list = json_object_get(json, "ballots");
    const json_t *const issued = json_object_get(json, "issued");
    enum ys_code code = read_round(json, set_field, round_out, err);
    if (code != YS_OK)
        return code;
    if (!json_is_array(list) || json_array_size(list) > YS_BALLOTS_MAX)
        return malformed("", "ballots", _("is no list, or too long"), err);
    if (!json_is_integer(issued) || json_integer_value(issued) < 0 ||
        json_integer_value(issued) > UINT32_MAX)
        return malformed("", "issued", _("is no number of papers"), err);
    const size_t count = json_array_size(list);
    struct ys_ballot *const ballots = calloc(count + 1, sizeof *ballots);
    if (ballots == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    for (size_t i = 0; i < count && code == YS_OK; i++) {
        char where[32];
        (void)snprintf(where, sizeof where, "ballots[%zu].", i);
        code = ys_ballot_read(json_array_get(list, i), where, &ballots[i], err);
    }
    if (code == YS_OK)
        code = ys_ballot_set_new(round_out, ballots, count, (uint32_t)json_integer_value(issued),
                                 out, err);
    sodium_memzero(ballots, count * sizeof *ballots);
    free(ballots);
    return code;
}

/* --- against the result --- */

static enum ys_code read_result(const Yishi__V1__EvaluationResult *result,
                                struct ys_ballot_tally *tally, struct ys_hash *root,
                                struct ys_err *err)
{
    if (!result->has_ballot_root || result->ballot_root.len != YS_HASH_LEN)
        return ys_fail(err, YS_MALFORMED, _("the result names no ballot_root"));
    memcpy(root->bytes, result->ballot_root.data, YS_HASH_LEN);
    return ys_ballot_tally_of(result, tally, err);
}

enum ys_code ys_slip_check(const struct ys_slip *slip, const Yishi__V1__EvaluationResult *result,
                           struct ys_err *err)
{
    struct ys_ballot_tally tally;
    struct ys_hash root;
    const enum ys_code code = read_result(result, &tally, &root, err);
    return code == YS_OK
               ? ys_ballot_check(&slip->round, &tally, &root, &slip->ballot, slip->place, err)
               : code;
}

static enum ys_code check_kinds(const struct ys_ballot_set *set,
                                const Yishi__V1__EvaluationResult *result, struct ys_err *err)
{
    for (size_t i = 0; i < result->n_returned_by_kind; i++) {
        const Yishi__V1__ReturnedByKind *const said = result->returned_by_kind[i];
        uint64_t found = 0;
        for (size_t k = 0; k < ys_ballot_set_count(set); k++)
            found += ys_ballot_set_at(set, k)->kind == (unsigned)said->party_kind;
        if (found != said->returned)
            return ys_fail(err, YS_MALFORMED,
                           _("returned_by_kind[%zu]: the result says %u papers, the set has %llu"),
                           i, said->returned, (unsigned long long)found);
    }
    return YS_OK;
}

enum ys_code ys_ballot_set_check(const struct ys_ballot_set *set,
                                 const Yishi__V1__EvaluationResult *result, struct ys_err *err)
{
    struct ys_ballot_tally said;
    struct ys_hash root;
    struct ys_hash found;
    const struct ys_ballot_tally *const tally = ys_ballot_set_tally(set);
    const enum ys_code code = read_result(result, &said, &root, err);
    if (code != YS_OK)
        return code;
    if (tally->issued != said.issued || tally->returned != said.returned ||
        tally->valid != said.valid)
        return ys_fail(err, YS_MALFORMED,
                       _("the result says %u papers issued, %u returned, %u valid; the set has %u, "
                         "%u and %u"),
                       said.issued, said.returned, said.valid, tally->issued, tally->returned,
                       tally->valid);
    for (unsigned d = 0; d < YS_BALLOT_DIMENSIONS; d++)
        for (unsigned g = 0; g < YS_BALLOT_GRADES; g++)
            if (tally->count[d][g] != said.count[d][g])
                return ys_fail(
                    err, YS_MALFORMED,
                    _("%s: the result says that %u papers gave grade %u, the set has %u"),
                    dimensions[d], said.count[d][g], g, tally->count[d][g]);
    ys_ballot_set_root(set, &found);
    if (!ys_hash_equal(&found, &root))
        return ys_fail(err, YS_MALFORMED,
                       _("ballot_root: the set comes to another one than the result names"));
    return check_kinds(set, result, err);
}
