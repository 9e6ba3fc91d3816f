/* Settings of a node: yishi.conf, `key = value` lines, comments with ; or #.
 *
 *     deployment, code, name    who the node is; the store must agree
 *     listen                    endpoint where children dial, tcp://host:port
 *     parent, parent_key        endpoint of the parent, its transport key in base64
 *     observe                   of an observer, once for each: code, endpoint, transport key
 *     guard                     path of a district's guard file (guard.h)
 *     lang                      zh or en; else the locale decides
 *     attachment_mib            largest attachment that is kept here, in MiB; else 64
 *     attachments_mib           all of them; else 65,536
 *
 * A key that is not known, or stands twice (but `observe`), is an error. Changing a setting keeps
 * every other line of the file as it is. Threads: any. Memory: none kept. */
#ifndef YS_NODE_CONFIG_H
#define YS_NODE_CONFIG_H

#include "crypto/key.h"
#include "node/home.h"
#include "proto/name.h"

enum { YS_CONFIG_MAX = 16 * 1024, YS_UNIT_NAME_MAX = 4 * 60, YS_OBSERVED_MAX = 12 };

/* One whom an observer observes. */
struct ys_observed {
    struct ys_division host;
    char endpoint[YS_ADDRESS_MAX];
    uint8_t key[YS_PUBKEY_LEN];
};

/* Plain value; what is not set is empty. */
struct ys_config {
    char deployment[YS_DEPLOYMENT_MAX + 1];
    struct ys_division division;
    char name[YS_UNIT_NAME_MAX + 1];
    char listen[YS_ADDRESS_MAX];
    char parent[YS_ADDRESS_MAX];
    uint8_t parent_key[YS_PUBKEY_LEN]; /* set when `parent` is */
    struct ys_observed observed[YS_OBSERVED_MAX];
    size_t observed_count;
    char guard[YS_ADDRESS_MAX];
    char lang[3];
    uint64_t attachment_bytes, attachments_bytes; /* 0: as proto/limits.h says */
};

/* "tcp://host:port", both not empty, port a number up to 65535 or *. */
bool ys_endpoint_valid(const char *text);

/* Text of a whole file. YS_MALFORMED with the line, begun with `where`. */
YS_CHECKED enum ys_code ys_config_parse(const char *text, const char *where, struct ys_config *out,
                                        struct ys_err *err);
/* From the home's yishi.conf. */
YS_CHECKED enum ys_code ys_config_load(const struct ys_home *home, struct ys_config *out,
                                       struct ys_err *err);
/* New file with all that is set. YS_MALFORMED for a value that would not read back the same. */
YS_CHECKED enum ys_code ys_config_create(const struct ys_home *home, const struct ys_config *config,
                                         struct ys_err *err);
/* Set parent and parent_key, and replace the file. */
YS_CHECKED enum ys_code ys_config_set_parent(const struct ys_home *home, const char *parent,
                                             const uint8_t key[YS_PUBKEY_LEN], struct ys_err *err);
/* Add one who is observed, or set where that one is now. YS_LIMIT. */
YS_CHECKED enum ys_code ys_config_observe(const struct ys_home *home,
                                          const struct ys_observed *observed, struct ys_err *err);

#endif
