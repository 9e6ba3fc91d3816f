#include "crypto/fork.h"

#include <inttypes.h>
#include <string.h>

#define FIRST_LINE_END "/fork-proof/v1"
#define PREFIX_PREFIX  "prefix "

/* What a head says, before anybody asked who signed it. */
static enum ys_code head_read(struct ys_bytes head, struct ys_checkpoint *out, struct ys_err *err)
{
    struct ys_note note;
    const enum ys_code code = ys_note_parse(head, &note, err);
    return code == YS_OK ? ys_checkpoint_parse(note.text, out, err) : code;
}

/* Is `origin` a log of the deployment: "<deployment>/..."? */
static bool origin_is_of(const char *origin, struct ys_bytes deployment)
{
    return strlen(origin) > deployment.size && origin[deployment.size] == '/' &&
           memcmp(origin, deployment.data, deployment.size) == 0;
}

enum ys_code ys_fork_print(struct ys_writer *w, const char *deployment,
                           const struct ys_fork_proof *fork, struct ys_err *err)
{
    struct ys_checkpoint a;
    const enum ys_code code = head_read(fork->head_a, &a, err);
    if (code != YS_OK)
        return code;
    const size_t start = w->size;
    ys_writer_text(w, deployment);
    ys_writer_text(w, FIRST_LINE_END "\n" PREFIX_PREFIX);
    ys_writer_decimal(w, a.size);
    ys_writer_text(w, " ");
    ys_hash_print(w, &fork->prefix_root);
    ys_writer_text(w, "\n");
    ys_proof_print(w, &fork->proof);
    ys_writer_text(w, "\n");
    ys_writer_bytes(w, fork->head_a);
    ys_writer_text(w, "\n");
    ys_writer_bytes(w, fork->head_b);
    if (!w->overflow && w->size - start <= YS_FORK_PROOF_MAX)
        return YS_OK;
    w->size = start;
    return ys_fail(err, YS_LIMIT, "fork proof of %s: does not fit", a.origin);
}

/* "<deployment>/fork-proof/v1" */
static bool first_line_parse(struct ys_bytes line, struct ys_bytes *deployment_out)
{
    const size_t end = strlen(FIRST_LINE_END);
    if (line.size <= end)
        return false;
    *deployment_out = (struct ys_bytes){.data = line.data, .size = line.size - end};
    return ys_key_name_valid(*deployment_out) &&
           ys_bytes_is_text(ys_bytes_skip(line, line.size - end), FIRST_LINE_END);
}

/* "prefix <size> <base64 root>" */
static bool prefix_parse(struct ys_bytes line, uint64_t *size_out, struct ys_hash *root_out)
{
    if (!ys_bytes_starts_with(line, PREFIX_PREFIX))
        return false;
    const struct ys_bytes rest = ys_bytes_skip(line, strlen(PREFIX_PREFIX));
    if (rest.size <= YS_HASH_TEXT_LEN)
        return false;
    const struct ys_bytes size = {.data = rest.data, .size = rest.size - YS_HASH_TEXT_LEN - 1};
    return rest.data[size.size] == ' ' && ys_decimal_parse(size, YS_TREE_SIZE_MAX, size_out) &&
           ys_hash_parse(ys_bytes_skip(rest, size.size + 1), root_out);
}

/* Cut at the empty line behind the signature lines of head A. */
static bool heads_split(struct ys_bytes rest, struct ys_bytes *a_out, struct ys_bytes *b_out)
{
    const uint8_t *text_end = rest.size == 0 ? NULL : memmem(rest.data, rest.size, "\n\n", 2);
    if (text_end == NULL)
        return false;
    const struct ys_bytes lines = ys_bytes_skip(rest, (size_t)(text_end - rest.data) + 2);
    const uint8_t *a_end = lines.size == 0 ? NULL : memmem(lines.data, lines.size, "\n\n", 2);
    if (a_end == NULL)
        return false;
    *a_out = (struct ys_bytes){.data = rest.data, .size = (size_t)(a_end + 1 - rest.data)};
    *b_out = ys_bytes_skip(rest, a_out->size + 1);
    return true;
}

enum ys_code ys_fork_parse(struct ys_bytes bytes, struct ys_fork_proof *out, struct ys_err *err)
{
    if (bytes.size > YS_FORK_PROOF_MAX)
        return ys_fail(err, YS_LIMIT, "fork proof: %zu bytes, limit %d", bytes.size,
                       YS_FORK_PROOF_MAX);
    struct ys_fork_proof fork;
    struct ys_bytes rest = bytes;
    struct ys_bytes line;
    struct ys_bytes deployment;
    uint64_t size = 0;
    if (!ys_bytes_take_line(&rest, &line) || !first_line_parse(line, &deployment))
        return ys_fail(err, YS_MALFORMED,
                       "fork proof: the first line is not <deployment>" FIRST_LINE_END);
    if (!ys_bytes_take_line(&rest, &line) || !prefix_parse(line, &size, &fork.prefix_root))
        return ys_fail(err, YS_MALFORMED, "fork proof: no prefix with a size and a root");
    enum ys_code code = ys_proof_parse(&rest, &fork.proof, err);
    if (code != YS_OK)
        return code;
    if (!heads_split(rest, &fork.head_a, &fork.head_b))
        return ys_fail(err, YS_MALFORMED, "fork proof: it must hold two signed checkpoints");

    struct ys_checkpoint a;
    struct ys_checkpoint b;
    code = head_read(fork.head_a, &a, err);
    if (code == YS_OK)
        code = head_read(fork.head_b, &b, err);
    if (code != YS_OK)
        return code;
    if (a.size != size)
        return ys_fail(err, YS_MALFORMED,
                       "fork proof of %s: prefix of %" PRIu64 ", first head of %" PRIu64 " entries",
                       a.origin, size, a.size);
    if (!origin_is_of(a.origin, deployment) || strcmp(a.origin, b.origin) != 0)
        return ys_fail(err, YS_MALFORMED, "fork proof of %s: another deployment or log in it",
                       a.origin);
    *out = fork;
    return YS_OK;
}

enum ys_code ys_fork_check(const struct ys_fork_proof *fork, const struct ys_vkey *log_key,
                           struct ys_checkpoint *a_out, struct ys_checkpoint *b_out,
                           struct ys_err *err)
{
    struct ys_checkpoint a;
    struct ys_checkpoint b;
    struct ys_note note;
    enum ys_code code = ys_checkpoint_open(fork->head_a, log_key, &a, &note, err);
    if (code == YS_OK)
        code = ys_checkpoint_open(fork->head_b, log_key, &b, &note, err);
    if (code != YS_OK)
        return code;
    /* Both origins are the name of the key, so they are one. */
    if (a.size > b.size)
        return ys_fail(err, YS_MALFORMED, "fork proof of %s: the larger head comes first",
                       a.origin);
    if (ys_consistency_verify(a.size, &fork->prefix_root, b.size, &b.root, &fork->proof) != YS_OK)
        return ys_fail(err, YS_MALFORMED,
                       "fork proof of %s: the prefix is not that of the head of %" PRIu64
                       " entries",
                       a.origin, b.size);
    if (ys_hash_equal(&fork->prefix_root, &a.root))
        return ys_fail(err, YS_MALFORMED,
                       "fork proof of %s: the heads of %" PRIu64 " and %" PRIu64
                       " entries are one history",
                       a.origin, a.size, b.size);
    *a_out = a;
    *b_out = b;
    return YS_OK;
}
