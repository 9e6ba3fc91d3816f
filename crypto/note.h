/* C2SP signed notes: a text, an empty line, signature lines
 *
 *     — <key name> <base64 of key id (4 bytes) and signature>
 *
 * Parses, prints, signs and verifies; knows nothing of what the text says.
 * Limits as TLOG.md 1.2 and DESIGN.md 4. Threads: any. Memory: none allocated. */
#ifndef YS_CRYPTO_NOTE_H
#define YS_CRYPTO_NOTE_H

#include "crypto/key.h"

enum {
    YS_NOTE_MAX = 65535,         /* bytes of a whole note */
    YS_NOTE_LINES_MAX = 100,     /* signature lines we parse */
    YS_NOTE_LINES_AUTHORED = 16, /* signature lines we write */
    YS_COSIGNED_TEXT_MAX = 1024, /* cosignatures are over checkpoints, which are short */
};
/* C2SP tlog-cosignature: a time must not exceed 2^63 - 1. A line that does is bad. */
#define YS_COSIGNED_TIME_MAX ((uint64_t)INT64_MAX)

/* Points into the bytes given to ys_note_parse and is valid until they go. */
struct ys_note_line {
    struct ys_bytes name;
    struct ys_bytes base64; /* of key id and signature */
    uint32_t key_id;
};
struct ys_note {
    struct ys_bytes text; /* with its last line feed, without the empty line: what is signed */
    unsigned line_count;
    struct ys_note_line line[YS_NOTE_LINES_MAX];
};

/* YS_MALFORMED unless: UTF-8 without control characters (below U+0020) but LF; the text is not
 * empty and holds no empty line (parsers differ on which one would end it: TLOG.md 2.4); after its
 * empty line stands at least one signature line; each is of the form above, with a name without
 * space or plus and canonical base64 of at least 5 bytes.
 * YS_LIMIT for more than YS_NOTE_MAX bytes or YS_NOTE_LINES_MAX lines. */
YS_CHECKED enum ys_code ys_note_parse(struct ys_bytes bytes, struct ys_note *out,
                                      struct ys_err *err);

/* What became of one known key in a note. */
enum ys_line_verdict {
    YS_LINE_ABSENT, /* no line names this key and id */
    YS_LINE_GOOD,
    YS_LINE_BAD /* a line names this key and id, and does not verify: the note fails */
};
/* The first line with the key's name and id decides; later duplicates are ignored, as x/mod does.
 * When it is good, `time_out` (may be NULL) is the cosignature's time in POSIX seconds for a key of
 * type YS_SIG_COSIGNATURE_V1, and 0 for others. */
enum ys_line_verdict ys_note_check(const struct ys_note *note, const struct ys_vkey *key,
                                   uint64_t *time_out);

/* Append one signature line to `w` (which holds text, empty line and earlier lines). For signers of
 * type YS_SIG_COSIGNATURE_V1 `time_s` is the time signed (at most YS_COSIGNED_TIME_MAX, asserted),
 * and a text over YS_COSIGNED_TEXT_MAX sets overflow; for others it is ignored. `text` is the text with its last LF. */
void ys_note_sign_line(struct ys_writer *w, const struct ys_signer *signer, struct ys_bytes text,
                       uint64_t time_s);

/* Whole note: text, empty line, one line a signer, sorted by key name, ties by key id; a signer given
 * twice signs once. YS_MALFORMED for a text that ys_note_parse would refuse, or no signer; YS_LIMIT
 * when it does not fit `w` or YS_NOTE_MAX or there are more than YS_NOTE_LINES_AUTHORED. On failure
 * nothing is appended. `time_s` as above. */
YS_CHECKED enum ys_code ys_note_sign(struct ys_writer *w, struct ys_bytes text,
                                     const struct ys_signer *const *signers, unsigned count,
                                     uint64_t time_s, struct ys_err *err);

/* Whole note from a text and lines already signed, sorted by key name, ties by key id, exact
 * duplicates of name and id dropped (the first stays). The lines may come from several notes over
 * the same text. Fails as above, but the limit is YS_NOTE_LINES_MAX. */
YS_CHECKED enum ys_code ys_note_join(struct ys_writer *w, struct ys_bytes text,
                                     const struct ys_note_line *lines, unsigned count,
                                     struct ys_err *err);

#endif
