#include "proto/ballot.h"

#include "crypto/assert.h"
#include "crypto/base64.h"
#include "proto/enum_word.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
static const char *const dimension_word[] = {"participation", "implementation", "feedback",
                                             "invalid"};

/* --- what people write --- */

bool ys_ballot_code_read(const char *text, char out[YS_BALLOT_CODE_LEN + 1])
{
    char made[YS_BALLOT_CODE_LEN + 1];
    size_t used = 0;
    for (; *text != '\0'; text++) {
        const char c = (char)toupper((unsigned char)*text);
        if (c == '-' || c == ' ')
            continue;
        const char plain = c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
        if (used == YS_BALLOT_CODE_LEN || strchr(alphabet, plain) == NULL)
            return false;
        made[used++] = plain;
    }
    if (used != YS_BALLOT_CODE_LEN)
        return false;
    made[used] = '\0';
    memcpy(out, made, sizeof made);
    return true;
}

bool ys_ballot_mark_read(const char *text, char out[YS_BALLOT_MARK_MAX + 1])
{
    const size_t size = strlen(text);
    if (size > YS_BALLOT_MARK_MAX)
        return false;
    for (size_t i = 0; i < size; i++) {
        out[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] - 'A' + 'a' : text[i]);
        if ((uint8_t)(out[i] - '0') >= 10 && (uint8_t)(out[i] - 'a') >= 26)
            return false;
    }
    out[size] = '\0';
    return true;
}

/* --- leaves --- */

static void put_line(struct ys_writer *w, const char *text)
{
    ys_writer_text(w, text[0] == '\0' ? "-" : text);
    ys_writer_text(w, "\n");
}

static void put_kind(struct ys_writer *w, unsigned kind)
{
    char word[YS_ENUM_WORD_MAX] = "";
    const ProtobufCEnumValue *const value =
        protobuf_c_enum_descriptor_get_value(&yishi__v1__party_kind__descriptor, (int)kind);
    if (kind != 0 && value != NULL)
        ys_enum_word(&yishi__v1__party_kind__descriptor, value, word);
    put_line(w, word);
}

void ys_ballot_leaf(const struct ys_ballot_round *round, const struct ys_ballot *ballot,
                    unsigned dimension, struct ys_hash *out)
{
    uint8_t room[YS_BALLOT_LEAF_MAX];
    char id[2 * YS_HASH_LEN + 1];
    struct ys_writer w = {.data = room, .capacity = sizeof room};
    for (size_t i = 0; i < YS_HASH_LEN; i++)
        (void)snprintf(id + 2 * i, 3, "%02x", round->id.bytes[i]);
    ys_writer_text(&w, round->deployment);
    ys_writer_text(&w, "/ballot/v1\n");
    put_line(&w, id);
    put_line(&w, ballot->code);
    put_line(&w, ballot->mark);
    put_kind(&w, ballot->kind);
    if (ballot->has_remark)
        ys_hash_print(&w, &ballot->remark);
    ys_writer_text(&w, ballot->has_remark ? "\n" : "-\n");
    YS_ASSERT(dimension < YS_BALLOT_DIMENSIONS || !ballot->valid);
    put_line(&w, dimension_word[ballot->valid ? dimension : YS_BALLOT_DIMENSIONS]);
    if (ballot->valid)
        ys_writer_decimal(&w, ballot->grade[dimension]);
    ys_writer_text(&w, ballot->valid ? "\n" : "-\n");
    ys_writer_base64(&w, (struct ys_bytes){ballot->salt, sizeof ballot->salt});
    ys_writer_text(&w, "\n");
    YS_ASSERT(!w.overflow);
    ys_leaf_hash((struct ys_bytes){w.data, w.size}, out);
}

/* --- which slots there are --- */

uint64_t ys_ballot_tree_size(const struct ys_ballot_tally *tally)
{
    return (uint64_t)(YS_BALLOT_DIMENSIONS - 1) * tally->valid + tally->returned;
}

uint64_t ys_ballot_slots(const struct ys_ballot_tally *tally, unsigned dimension, unsigned grade,
                         uint64_t *first_out)
{
    uint64_t first = (uint64_t)dimension * tally->valid;
    *first_out = first;
    if (dimension == YS_BALLOT_DIMENSIONS)
        return tally->returned - tally->valid;
    for (unsigned higher = YS_BALLOT_GRADES - 1; higher > grade; higher--)
        first += tally->count[dimension][higher];
    *first_out = first;
    return tally->count[dimension][grade];
}

enum ys_code ys_ballot_tally_of(const Yishi__V1__EvaluationResult *result,
                                struct ys_ballot_tally *out, struct ys_err *err)
{
    struct ys_ballot_tally tally = {
        .issued = result->issued, .returned = result->returned, .valid = result->valid};
    unsigned seen = 0;
    for (size_t i = 0; i < result->n_dimensions; i++) {
        const Yishi__V1__GradeCounts *const counts = result->dimensions[i];
        const unsigned d = (unsigned)counts->dimension - 1;
        if (d >= YS_BALLOT_DIMENSIONS || (seen & (1U << d)) != 0)
            return ys_fail(err, YS_MALFORMED,
                           "evaluation_result.dimensions: not three different ones");
        seen |= 1U << d;
        const uint32_t count[] = {counts->grade_0, counts->grade_1, counts->grade_2,
                                  counts->grade_3, counts->grade_4, counts->grade_5};
        uint64_t sum = 0;
        for (unsigned grade = 0; grade < YS_BALLOT_GRADES; grade++)
            sum += count[grade];
        memcpy(tally.count[d], count, sizeof count);
        if (sum != tally.valid)
            return ys_fail(err, YS_MALFORMED,
                           "evaluation_result.dimensions[%zu]: its grades do not add up to valid",
                           i);
    }
    if (seen != (1U << YS_BALLOT_DIMENSIONS) - 1 || tally.valid > tally.returned ||
        tally.returned > tally.issued)
        return ys_fail(err, YS_MALFORMED, "evaluation_result: its counts do not fit each other");
    *out = tally;
    return YS_OK;
}

/* --- a slip --- */

static enum ys_code check_place(const struct ys_ballot_round *round,
                                const struct ys_ballot_tally *tally, const struct ys_hash *root,
                                const struct ys_ballot *ballot, unsigned dimension,
                                const struct ys_ballot_place *place, struct ys_err *err)
{
    struct ys_hash leaf;
    uint64_t first = 0;
    const unsigned section = ballot->valid ? dimension : YS_BALLOT_DIMENSIONS;
    const unsigned grade = ballot->valid ? ballot->grade[dimension] : 0;
    const uint64_t count = ys_ballot_slots(tally, section, grade, &first);
    if (place->index < first || place->index - first >= count)
        return ys_fail(err, YS_MALFORMED,
                       "%s: the paper stands in slot %llu, but grade %u has %llu slots from %llu "
                       "on: it is counted with another grade",
                       dimension_word[section], (unsigned long long)place->index, grade,
                       (unsigned long long)count, (unsigned long long)first);
    ys_ballot_leaf(round, ballot, dimension, &leaf);
    if (ys_inclusion_verify(&leaf, place->index, ys_ballot_tree_size(tally), &place->proof, root) !=
        YS_OK)
        return ys_fail(err, YS_MALFORMED,
                       "%s: in slot %llu of the published ballots stands another paper or another "
                       "grade",
                       dimension_word[section], (unsigned long long)place->index);
    return YS_OK;
}

enum ys_code ys_ballot_check(const struct ys_ballot_round *round,
                             const struct ys_ballot_tally *tally, const struct ys_hash *root,
                             const struct ys_ballot *ballot,
                             const struct ys_ballot_place place[YS_BALLOT_PROOFS],
                             struct ys_err *err)
{
    const unsigned places = ballot->valid ? YS_BALLOT_DIMENSIONS : 1;
    enum ys_code code = YS_OK;
    for (unsigned d = 0; d < places && code == YS_OK; d++) {
        YS_ASSERT(!ballot->valid || ballot->grade[d] < YS_BALLOT_GRADES);
        code = check_place(round, tally, root, ballot, d, &place[d], err);
    }
    return code;
}
