/* A node as the command line opens it: home, settings, store, pinned root and
 * membership, checked to belong together.
 *
 * Threads: main. Memory: heap, through the store and the membership. */
#ifndef YS_NODE_NODE_H
#define YS_NODE_NODE_H

#include "node/config.h"
#include "sync/member.h"

struct ys_node {
    struct ys_home home;
    struct ys_config config;
    struct ys_store *store;
    struct ys_name origin; /* of the own log */
    char origin_text[YS_KEY_NAME_MAX + 1];
    bool observer; /* it only reads: what it calls its own log stays empty */
    bool has_root;
    struct ys_root_chain roots; /* as pinned; nothing without a root */
    struct ys_member *member;   /* NULL without a root; empty until ys_node_read */
};

/* `home` is --home, or NULL; `lang` is --lang, or NULL: then the settings decide, if they do. YS_IO when
 * there is no node, or settings and store disagree; YS_VERSION; YS_CORRUPT. */
YS_CHECKED enum ys_code ys_node_open(const char *home, const char *lang, struct ys_node *out,
                                     struct ys_err *err);
void ys_node_close(struct ys_node *node);
#define YS_NODE_SCOPED __attribute__((cleanup(ys_node_close))) struct ys_node
/* A command is about to write: on a full disk the reserve (reserve.h) is given up for it, with a note. */
void ys_node_make_room(const struct ys_node *node);

/* May this node write and enrol? YS_REFUSED, with what to do, at an observer. */
YS_CHECKED enum ys_code ys_node_check_signs(const struct ys_node *node, struct ys_err *err);

/* Begin a read transaction and recall the membership as it is in it: from what was kept of it, and from
 * records. */
YS_CHECKED enum ys_code ys_node_read(const struct ys_node *node, struct ys_txn **out,
                                     struct ys_err *err);
/* The same from records alone, for what is checked by recomputing it. */
YS_CHECKED enum ys_code ys_node_read_records(const struct ys_node *node, struct ys_txn **out,
                                             struct ys_err *err);

/* A root file; messages begin with the path. YS_NOT_FOUND when there is none, YS_DENIED when it is of
 * another deployment or of another district than `origin`'s (NULL: any will do). */
YS_CHECKED enum ys_code ys_roots_load(const char *path, const struct ys_name *origin,
                                      struct ys_root_chain *out, struct ys_err *err);
/* Write it, or pin it in the home: root.pub. */
YS_CHECKED enum ys_code ys_roots_save(const char *path, const struct ys_root_chain *roots,
                                      struct ys_err *err);
YS_CHECKED enum ys_code ys_roots_pin(const struct ys_home *home, const struct ys_root_chain *roots,
                                     struct ys_err *err);
/* Pin the root file at `path` when none is pinned; when one is, take from it the successors that are
 * not known yet (it may also hold the next successor alone), and ring the doorbell if there were any. YS_DENIED for another root. YS_IO when there
 * is no such file. */
YS_CHECKED enum ys_code ys_node_take_roots(struct ys_node *node, const char *path,
                                           struct ys_err *err);
/* The same with a chain of the anchor that is pinned. */
YS_CHECKED enum ys_code ys_node_extend_roots(struct ys_node *node,
                                             const struct ys_root_chain *roots, struct ys_err *err);

/* The log that people mean by a division code or an origin: of several incarnations the newest.
 * YS_NOT_FOUND with the text, YS_USAGE when it is neither. */
YS_CHECKED enum ys_code ys_node_find_log(struct ys_txn *txn, const char *text, struct ys_log *out,
                                         struct ys_err *err);
/* Name of a unit for people: from its certificate, else the own settings, else "". */
const char *ys_node_unit_name(const struct ys_node *node, const struct ys_division *division);

/* POSIX seconds of the wall clock. */
uint64_t ys_now_s(void);

#endif
