/* Names of logs and keys (DESIGN.md 3):
 *
 *     <deployment>/<code>/<incarnation>   a log, its origin, and the key that signs its heads
 *     <deployment>/mirror/<code>          the key with which a node cosigns
 *     <deployment>/<code>/<body>          a body's key: rc po sc st da gd-<name>
 *     <deployment>/<code>/root            a district's root keys
 *
 * Threads: any. Memory: none allocated. */
#ifndef YS_PROTO_NAME_H
#define YS_PROTO_NAME_H

#include "crypto/key.h"
#include "proto/division.h"
#include "proto/limits.h"

enum ys_name_kind { YS_NAME_LOG, YS_NAME_MIRROR, YS_NAME_BODY, YS_NAME_ROOT };

/* Plain value. */
struct ys_name {
    enum ys_name_kind kind;
    char deployment[YS_DEPLOYMENT_MAX + 1];
    struct ys_division division;
    uint32_t incarnation;            /* YS_NAME_LOG only, from 1 */
    char body[YS_BODY_NAME_MAX + 1]; /* YS_NAME_BODY only */
};

/* [a-z0-9.-]{1,63}, beginning and ending with a letter or digit, and with at least one dot (so it
 * is never mistaken for a code or for "mirror"). */
bool ys_deployment_valid(struct ys_bytes text);
/* [a-z]{2}(-[a-z0-9]{1,16})? and one of the known classes below. */
bool ys_body_name_valid(struct ys_bytes text);

YS_CHECKED enum ys_code ys_name_parse(struct ys_bytes text, struct ys_name *out,
                                      struct ys_err *err);
/* Terminated text. */
void ys_name_print(const struct ys_name *name, char out[YS_KEY_NAME_MAX + 1]);
bool ys_name_equal(const struct ys_name *a, const struct ys_name *b);

/* Names of one node's keys, made from deployment and code. */
struct ys_name ys_name_log(const char *deployment, const struct ys_division *division,
                           uint32_t incarnation);
/* The text by which a key_revoke names a transport key, which has no name: its base64. */
bool ys_transport_parse(struct ys_bytes text, uint8_t out[YS_PUBKEY_LEN]);
/* Is this what an observer's store calls its own log, which stays empty: the last incarnation, which no
 * unit's log has? */
bool ys_name_is_observers(const struct ys_name *name);
struct ys_name ys_name_mirror(const char *deployment, const struct ys_division *division);
struct ys_name ys_name_body(const char *deployment, const struct ys_division *division,
                            const char *body);
struct ys_name ys_name_root(const char *deployment, const struct ys_division *division);

/* Classes of bodies (DOMAIN.md 2.1), as a bit mask for the kind table. */
enum ys_body_class {
    YS_BODY_RC = 1 << 0,   /* 社区居民委员会 */
    YS_BODY_PO = 1 << 1,   /* 社区党组织 */
    YS_BODY_SC = 1 << 2,   /* 居务监督委员会 */
    YS_BODY_ST = 1 << 3,   /* 街道办事处、乡镇人民政府 */
    YS_BODY_GD = 1 << 4,   /* 政府部门; "gd-<name>" */
    YS_BODY_DA = 1 << 5,   /* 区级主管与审计 */
    YS_BODY_ROOT = 1 << 6, /* the district's root keys: first membership records only */
    YS_BODY_NODE = 1 << 7, /* the node's log key: kinds 7, 8, 95 */
};
/* Class of a body's short name; 0 when unknown. */
unsigned ys_body_class(const char *body);
/* May a body of this class exist at this level: rc po sc at communities, st at streets, da at
 * districts, gd at streets and districts? */
bool ys_body_class_at(unsigned body_class, enum ys_level level);
/* Short name of one class: "rc", "root", "node"; "?" for anything else. */
const char *ys_body_class_word(unsigned body_class);
/* Chinese and English names: "社区居民委员会", "residents' committee". */
const char *ys_body_class_text(unsigned body_class, bool chinese);

#endif
