#include "node/node.h"

#include "node/file.h"
#include "node/lang.h"

#include <string.h>
#include <time.h>

uint64_t ys_now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec < 0 ? 0 : (uint64_t)now.tv_sec;
}

/* --- root --- */

enum ys_code ys_root_load(const char *path, const struct ys_name *origin, struct ys_root *out,
                          struct ys_err *err)
{
    uint8_t text[YS_ROOT_TEXT_MAX];
    struct ys_err why = {0};
    struct ys_root root;
    size_t size = 0;
    enum ys_code code = ys_file_read(path, 0, text, sizeof text, &size, err);
    if (code != YS_OK)
        return code;
    code = ys_root_parse((struct ys_bytes){.data = text, .size = size}, &root, &why);
    if (code != YS_OK)
        return ys_fail(err, code, "%s: %s", path, why.msg);
    if (origin != NULL && strcmp(root.deployment, origin->deployment) != 0)
        return ys_fail(err, YS_DENIED, _("%s: is the root of deployment %s, not of %s"), path,
                       root.deployment, origin->deployment);
    if (origin != NULL && !ys_division_within(&origin->division, &root.division))
        return ys_fail(err, YS_DENIED,
                       _("%s: is the root of district %s, and %s does not lie in it"), path,
                       root.division.digits, origin->division.digits);
    *out = root;
    return YS_OK;
}

enum ys_code ys_root_pin(const struct ys_home *home, const struct ys_root *root, struct ys_err *err)
{
    char path[PATH_MAX];
    uint8_t text[YS_ROOT_TEXT_MAX];
    struct ys_writer w = {.data = text, .capacity = sizeof text};
    ys_root_print(&w, root);
    if (w.overflow)
        return ys_fail(err, YS_LIMIT, _("root: more than %d bytes"), YS_ROOT_TEXT_MAX);
    ys_home_path(home, "root.pub", path);
    return ys_file_write(path, 0644, (struct ys_bytes){.data = text, .size = w.size}, err);
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
    const enum ys_code code = ys_root_load(path, &node->origin, &node->root, err);
    if (code == YS_NOT_FOUND)
        return YS_OK; /* not pinned yet */
    if (code != YS_OK)
        return code;
    node->has_root = true;
    return ys_member_new(&node->root, &node->origin.division, &node->member, err);
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

void ys_node_close(struct ys_node *node)
{
    ys_member_free(node->member);
    ys_store_close(node->store);
    node->member = NULL;
    node->store = NULL;
}

enum ys_code ys_node_read(const struct ys_node *node, struct ys_txn **out, struct ys_err *err)
{
    struct ys_txn *txn = NULL;
    enum ys_code code = ys_store_begin(node->store, false, &txn, err);
    if (code == YS_OK && node->member != NULL)
        code = ys_member_rebuild(node->member, txn, NULL, err);
    if (code != YS_OK) {
        ys_txn_abort(&txn);
        return code;
    }
    *out = txn;
    return YS_OK;
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
