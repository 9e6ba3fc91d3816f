/* Records: the seven-line note text and the body it binds (DESIGN.md 4, FORMATS.md).
 *
 *     <deployment>/record/v1
 *     <origin>
 *     <kind>
 *     <subject>                 printed matter number, or "-"
 *     <signing time>            POSIX seconds
 *     <body length in bytes>
 *     <base64 SHA-256 of body>
 *
 * Says whether the bytes follow the format; whether the signers may sign is sync's.
 * Threads: any. Memory: none allocated. */
#ifndef YS_PROTO_RECORD_H
#define YS_PROTO_RECORD_H

#include "proto/kind.h"

enum { YS_RECORD_TEXT_MAX = 512 }; /* bytes of the seven lines */

/* Plain value. */
struct ys_record {
    struct ys_name origin; /* YS_NAME_LOG; its deployment is also that of the first line */
    char kind[YS_KIND_NAME_MAX + 1];
    char subject[YS_KIND_NAME_MAX + 1]; /* "-" for none */
    uint64_t signed_at_s;               /* claimed; below 2^40 */
    uint32_t body_size;                 /* 1 to YS_RECORD_BODY_MAX */
    struct ys_hash body_hash;
};

/* YS_MALFORMED or YS_LIMIT; the message names the line. A first line of another deployment than the
 * origin's is malformed. An unknown kind is not. */
YS_CHECKED enum ys_code ys_record_parse(struct ys_bytes text, struct ys_record *out,
                                        struct ys_err *err);
void ys_record_print(struct ys_writer *w, const struct ys_record *record);
/* Record id = SHA-256 of the note text, without signatures. */
void ys_record_id(struct ys_bytes text, struct ys_hash *id_out);
/* Fill in size and hash of a body. */
void ys_record_bind(struct ys_record *record, struct ys_bytes body);
/* YS_OK iff length and hash are those of the note; YS_MALFORMED with the reason. */
YS_CHECKED enum ys_code ys_record_check_body(const struct ys_record *record, struct ys_bytes body,
                                             struct ys_err *err);

/* People read and write record ids in lower-case hex (64 digits). */
enum { YS_RECORD_ID_TEXT_MAX = 65 };
void ys_record_id_print(const struct ys_hash *id, char out[YS_RECORD_ID_TEXT_MAX]);
YS_CHECKED enum ys_code ys_record_id_parse(struct ys_bytes text, struct ys_hash *id_out);

#endif
