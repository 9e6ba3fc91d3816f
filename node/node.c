#include "node/node.h"

#include "node/file.h"
#include "node/lang.h"
#include "node/reserve.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

uint64_t ys_now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec < 0 ? 0 : (uint64_t)now.tv_sec;
}

/* --- root --- */

enum ys_code ys_roots_load(const char *path, const struct ys_name *origin,
                           struct ys_root_chain *out, struct ys_err *err)
{
    uint8_t text[YS_ROOT_CHAIN_TEXT_MAX];
    struct ys_err why = {0};
    struct ys_root_chain roots;
    size_t size = 0;
    enum ys_code code = ys_file_read(path, 0, text, sizeof text, &size, err);
    if (code != YS_OK)
        return code;
    code = ys_root_chain_parse((struct ys_bytes){.data = text, .size = size}, &roots, &why);
    if (code != YS_OK)
        return ys_fail(err, code, "%s: %s", path, why.msg);
    const struct ys_root *const anchor = &roots.policy[0];
    if (origin != NULL && strcmp(anchor->deployment, origin->deployment) != 0)
        return ys_fail(err, YS_DENIED, _("%s: is the root of deployment %s, not of %s"), path,
                       anchor->deployment, origin->deployment);
    if (origin != NULL && !ys_division_within(&origin->division, &anchor->division))
        return ys_fail(err, YS_DENIED,
                       _("%s: is the root of district %s, and %s does not lie in it"), path,
                       anchor->division.digits, origin->division.digits);
    *out = roots;
    return YS_OK;
}

enum ys_code ys_roots_save(const char *path, const struct ys_root_chain *roots, struct ys_err *err)
{
    uint8_t text[YS_ROOT_CHAIN_TEXT_MAX];
    struct ys_writer w = {.data = text, .capacity = sizeof text};
    ys_root_chain_print(&w, roots);
    if (w.overflow)
        return ys_fail(err, YS_LIMIT, _("root: more than %d bytes"), YS_ROOT_CHAIN_TEXT_MAX);
    return ys_file_write(path, 0644, (struct ys_bytes){.data = text, .size = w.size}, err);
}

enum ys_code ys_roots_pin(const struct ys_home *home, const struct ys_root_chain *roots,
                          struct ys_err *err)
{
    char path[PATH_MAX];
    ys_home_path(home, "root.pub", path);
    return ys_roots_save(path, roots, err);
}

/* Two chains of one anchor differ in length only: each policy commits to the next. The successor alone
 * is as good as the whole chain, which `given` becomes then. */
static enum ys_code check_anchor(const struct ys_node *node, const char *path,
                                 struct ys_root_chain *given, struct ys_err *err)
{
    struct ys_hash theirs;
    struct ys_hash pinned;
    struct ys_root_chain longer = node->roots;
    ys_root_chain_fingerprint(given, &theirs);
    ys_root_chain_fingerprint(&node->roots, &pinned);
    if (ys_hash_equal(&theirs, &pinned))
        return YS_OK;
    if (given->count == 1 && ys_root_chain_extend(&longer, &given->policy[0], NULL) == YS_OK) {
        *given = longer;
        return YS_OK;
    }
    return ys_fail(
        err, YS_DENIED,
        _("%s: is another root than the one pinned in %s, and not the successor to which "
          "that one commits; ask the district before you go on"),
        path, node->home.path);
}

enum ys_code ys_node_extend_roots(struct ys_node *node, const struct ys_root_chain *roots,
                                  struct ys_err *err)
{
    enum ys_code code = YS_OK;
    if (node->has_root && roots->count <= node->roots.count)
        return YS_OK;
    if (node->member != NULL)
        code = ys_member_follow(node->member, roots, err);
    if (code == YS_OK)
        code = ys_roots_pin(&node->home, roots, err);
    if (code != YS_OK)
        return code;
    node->roots = *roots;
    node->has_root = true;
    ys_home_ring(&node->home);
    return YS_OK;
}

enum ys_code ys_node_take_roots(struct ys_node *node, const char *path, struct ys_err *err)
{
    struct ys_root_chain given;
    enum ys_code code = ys_roots_load(path, &node->origin, &given, err);
    if (code != YS_OK)
        return code == YS_NOT_FOUND ? ys_fail(err, YS_IO, _("%s: no such file"), path) : code;
    if (node->has_root)
        code = check_anchor(node, path, &given, err);
    return code == YS_OK ? ys_node_extend_roots(node, &given, err) : code;
}

/* --- opening --- */

static enum ys_code open_store(struct ys_node *node, struct ys_err *err)
{
    char path[PATH_MAX];
    struct ys_err why = {0};
    ys_home_path(&node->home, "store", path);
    const enum ys_code code = ys_store_open(path, 0, &node->store, &why);
    if (code == YS_NOT_FOUND)
        return ys_fail(err, YS_IO, _("%s: the store is missing; restore it from a backup"),
                       node->home.path);
    if (code != YS_OK)
        return ys_fail(err, code, "%s: %s", node->home.path, why.msg);
    node->origin = ys_store_identity(node->store)->origin;
    ys_name_print(&node->origin, node->origin_text);
    node->observer = ys_name_is_observers(&node->origin);
    if (strcmp(node->origin.deployment, node->config.deployment) != 0 ||
        !ys_division_equal(&node->origin.division, &node->config.division))
        return ys_fail(err, YS_IO, _("%s: yishi.conf names %s of %s, but the store belongs to %s"),
                       node->home.path, node->config.division.digits, node->config.deployment,
                       node->origin_text);
    return YS_OK;
}

static enum ys_code open_root(struct ys_node *node, struct ys_err *err)
{
    char path[PATH_MAX];
    ys_home_path(&node->home, "root.pub", path);
    enum ys_code code = ys_roots_load(path, &node->origin, &node->roots, err);
    if (code == YS_NOT_FOUND)
        return YS_OK; /* not pinned yet */
    if (code != YS_OK)
        return code;
    node->has_root = true;
    /* At an observer nothing counts earlier than at others: the district's log alone does so anyway. */
    code = ys_member_new(&node->roots.policy[0],
                         node->observer ? &node->roots.policy[0].division : &node->origin.division,
                         &node->member, err);
    return code == YS_OK ? ys_member_follow(node->member, &node->roots, err) : code;
}

enum ys_code ys_node_open(const char *home, const char *lang, struct ys_node *out,
                          struct ys_err *err)
{
    struct ys_node node = {.store = NULL};
    enum ys_code code = ys_home_choose(home, &node.home, err);
    if (code == YS_OK)
        code = ys_config_load(&node.home, &node.config, err);
    if (code == YS_OK && lang == NULL && node.config.lang[0] != '\0')
        code = ys_lang_set(node.config.lang, err);
    if (code == YS_OK)
        code = open_store(&node, err);
    if (code == YS_OK)
        code = open_root(&node, err);
    if (code != YS_OK) {
        ys_node_close(&node);
        return code;
    }
    *out = node;
    return YS_OK;
}

void ys_node_make_room(const struct ys_node *node)
{
    if (ys_reserve_yield(&node->home))
        fprintf(stderr,
                _("yishi: note: the disk of %s is full; its reserve was given up for what is to be "
                  "written now: free some room there\n"),
                node->home.path);
}

enum ys_code ys_node_check_signs(const struct ys_node *node, struct ys_err *err)
{
    return !node->observer
               ? YS_OK
               : ys_fail(
                     err, YS_REFUSED,
                     _("this node observes %s: it reads, and signs nothing; write at the node of "
                       "the unit itself"),
                     node->origin.division.digits);
}

void ys_node_close(struct ys_node *node)
{
    ys_member_free(node->member);
    ys_store_close(node->store);
    node->member = NULL;
    node->store = NULL;
}

static enum ys_code read_store(const struct ys_node *node, bool kept, struct ys_txn **out,
                               struct ys_err *err)
{
    struct ys_txn *txn = NULL;
    enum ys_code code = ys_store_begin(node->store, false, &txn, err);
    if (code == YS_OK && node->member != NULL)
        code = kept ? ys_member_recall(node->member, txn, NULL, err)
                    : ys_member_rebuild(node->member, txn, NULL, err);
    if (code != YS_OK) {
        ys_txn_abort(&txn);
        return code;
    }
    *out = txn;
    return YS_OK;
}

enum ys_code ys_node_read(const struct ys_node *node, struct ys_txn **out, struct ys_err *err)
{
    return read_store(node, true, out, err);
}

enum ys_code ys_node_read_records(const struct ys_node *node, struct ys_txn **out,
                                  struct ys_err *err)
{
    return read_store(node, false, out, err);
}

/* --- looking things up --- */

static enum ys_code find_newest(struct ys_txn *txn, const struct ys_division *division,
                                struct ys_log *out, struct ys_err *err)
{
    bool found = false;
    for (uint32_t id = 0;; id++) {
        struct ys_log log;
        const enum ys_code code = ys_log_next(txn, id, &log, err);
        if (code == YS_NOT_FOUND)
            break;
        if (code != YS_OK)
            return code;
        id = log.id;
        if (!ys_division_equal(&log.origin.division, division) ||
            ys_name_is_observers(&log.origin) ||
            (found && log.origin.incarnation < out->origin.incarnation))
            continue;
        *out = log;
        found = true;
    }
    return found ? YS_OK
                 : ys_fail(err, YS_NOT_FOUND, _("no log of %s is held here"), division->digits);
}

enum ys_code ys_node_find_log(struct ys_txn *txn, const char *text, struct ys_log *out,
                              struct ys_err *err)
{
    struct ys_division division;
    struct ys_name origin;
    if (ys_division_parse(ys_bytes_of_text(text), &division, NULL) == YS_OK)
        return find_newest(txn, &division, out, err);
    if (ys_name_parse(ys_bytes_of_text(text), &origin, NULL) != YS_OK || origin.kind != YS_NAME_LOG)
        return ys_fail(err, YS_USAGE,
                       _("\"%s\" is neither a division code nor the origin of a log"), text);
    const enum ys_code code = ys_log_find(txn, text, out, err);
    return code == YS_NOT_FOUND ? ys_fail(err, code, _("no log %s is held here"), text) : code;
}

const char *ys_node_unit_name(const struct ys_node *node, const struct ys_division *division)
{
    const struct ys_member_node *const unit =
        node->member == NULL ? NULL : ys_member_node(node->member, division);
    if (unit != NULL)
        return unit->name;
    return ys_division_equal(division, &node->origin.division) ? node->config.name : "";
}
