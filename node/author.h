/* Writing a record: from JSON to a body, to a note that the required bodies have
 * signed, to an entry of the own log. The single way in which a node's own log
 * grows.
 *
 * Nothing is held open while people type passphrases: a record is signed first and
 * appended in one short transaction then, in which the keys are checked against the
 * membership. Heads are the daemon's to sign. Threads: main. Memory: a draft has an
 * arena, a written record one heap block. */
#ifndef YS_NODE_AUTHOR_H
#define YS_NODE_AUTHOR_H

#include "node/keystore.h"
#include "node/node.h"
#include "proto/body.h"
#include "sync/status.h"

#include <jansson.h>

/* A body that is being made. */
struct ys_draft {
    struct ys_arena arena;
    Yishi__V1__Body *body;
    const struct ys_kind *kind;
    char subject[YS_KIND_NAME_MAX + 1]; /* "-" for none, "new": a number is to be given */
};
void ys_draft_clear(struct ys_draft *draft);
#define YS_DRAFT_SCOPED __attribute__((cleanup(ys_draft_clear))) struct ys_draft

/* From a JSON object: the fields of Body but salt, and beside them kind, subject, deployment and
 * origin, each of which may be absent. YS_MALFORMED or YS_LIMIT with the field's path; YS_DENIED when
 * deployment or origin are not those of the own log. */
YS_CHECKED enum ys_code ys_draft_parse(struct ys_bytes json, const struct ys_name *origin,
                                       struct ys_draft *out, struct ys_err *err);
/* The same from an object, which is emptied of what is no field of Body. */
YS_CHECKED enum ys_code ys_draft_take(json_t *object, const struct ys_name *origin,
                                      struct ys_draft *out, struct ys_err *err);
/* In `object`: the JSON of a Body under `field` becomes its bytes in base64, with a new salt unless it has
 * one. */
YS_CHECKED enum ys_code ys_draft_pack(json_t *object, const char *field, struct ys_err *err);
/* The same from a file ("-": standard input), which messages name. */
YS_CHECKED enum ys_code ys_draft_read(const char *path, const struct ys_name *origin,
                                      struct ys_draft *out, struct ys_err *err);
/* Around a body that the caller has filled in; it is borrowed. No subject. */
void ys_draft_of(Yishi__V1__Body *body, struct ys_draft *out);

/* Who signs: short names of bodies, or "root". */
enum { YS_SIGNATORIES_MAX = 8 };
struct ys_signatories {
    size_t count;
    char body[YS_SIGNATORIES_MAX][YS_BODY_NAME_MAX + 1];
};
/* Those whose signatures the kind requires at this unit. `as` (may be NULL) names who signs instead;
 * `present` are the bodies with keys here. YS_DENIED when no body of the unit may write the kind (those
 * that the node writes: nobody), or a required one is not among those named. */
YS_CHECKED enum ys_code ys_signatories_choose(const struct ys_kind *kind,
                                              const struct ys_division *unit,
                                              const struct ys_signatories *as,
                                              const struct ys_body_names *present,
                                              struct ys_signatories *out, struct ys_err *err);
/* Name of the key of one of them. */
struct ys_name ys_signatory_name(const struct ys_name *origin, const char *body);

/* A record as it will stand in the log. */
struct ys_written {
    struct ys_record record;
    struct ys_hash id;
    unsigned signer_count; /* 0 until it is signed */
    struct ys_vkey signer[YS_NOTE_LINES_AUTHORED];
    struct ys_bytes text, note, body; /* point into `block` */
    uint8_t *block;
};
void ys_written_clear(struct ys_written *written);
#define YS_WRITTEN_SCOPED __attribute__((cleanup(ys_written_clear))) struct ys_written

/* Salt the body, check what an author must not say (ys_body_check_authored), and bind it to a note text.
 * `origin` is that of the own log. */
YS_CHECKED enum ys_code ys_written_bind(struct ys_draft *draft, const struct ys_name *origin,
                                        uint64_t signed_at_s, struct ys_written *out,
                                        struct ys_err *err);
YS_CHECKED enum ys_code ys_written_sign(struct ys_written *written,
                                        const struct ys_signer *const *signers, unsigned count,
                                        struct ys_err *err);

/* A record that was bound elsewhere: a note, or its text alone. Fields, id and body's hash are checked;
 * signatures are not, and no signer is named. */
YS_CHECKED enum ys_code ys_written_read(struct ys_bytes note, struct ys_bytes body,
                                        struct ys_written *out, struct ys_err *err);
/* Add one line to those that are there. YS_EXISTS when this key has one, YS_LIMIT. */
YS_CHECKED enum ys_code ys_written_add_line(struct ys_written *written,
                                            const struct ys_signer *signer, struct ys_err *err);

/* Add the lines of another note over the same text. YS_LIMIT when they are too many. */
YS_CHECKED enum ys_code ys_written_join(struct ys_written *written, struct ys_bytes note,
                                        struct ys_err *err);

/* What is known here about the keys that signed. */
enum ys_standing {
    YS_STANDING_REGISTERED, /* every key is valid at its place */
    YS_STANDING_UNKNOWN     /* the unit is not enrolled, as far as this node knows */
};
/* May these keys sign at `index` of the own log? YS_DENIED when the membership says no: the key was
 * revoked, is not the registered one, or is not registered though the unit is enrolled. */
YS_CHECKED enum ys_code ys_author_standing(const struct ys_node *node,
                                           const struct ys_written *written, uint64_t index,
                                           enum ys_standing *out, struct ys_err *err);

struct ys_append {
    struct ys_written *records; /* all signed */
    size_t count;
    /* Asked inside the transaction, with the membership as it will be: false takes everything back
     * and gives YS_REFUSED with the reason in `err`. May be NULL. */
    bool (*effective)(const struct ys_member *member, const void *context, struct ys_err *err);
    const void *context;
};
struct ys_appended {
    uint64_t first_index;
    uint64_t size; /* of the own log, afterwards */
    enum ys_standing standing;
    bool waits; /* the own log is being recovered: they are appended behind it, at other indices */
};
/* YS_EXISTS when one of them, signed by whomever, stands in a log that is held here. */
YS_CHECKED enum ys_code ys_author_check_new(const struct ys_node *node,
                                            const struct ys_written *records, size_t count,
                                            struct ys_err *err);
/* Append to the own log in one transaction, once each record's references are checked (reference.h), with the verdicts that are known, and ring the doorbell.
 * A
 * key_revoke whose cut_root is not that of the log as it is held here: YS_REFUSED.
 * Needs a node with a root. */
YS_CHECKED enum ys_code ys_author_append(const struct ys_node *node, const struct ys_append *append,
                                         struct ys_appended *out, struct ys_err *err);

#endif
