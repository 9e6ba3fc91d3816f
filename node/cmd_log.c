#include "node/cmd.h"
#include "node/exhibit.h"
#include "node/lang.h"
#include "node/view.h"

enum { ENTRIES_A_TURN = 512 }; /* a read transaction is not held for a whole log */

struct listing {
    const struct ys_call *call;
    const struct ys_node *node;
    const struct ys_view *view;
    struct ys_bytes kind; /* empty: every kind */
    bool bodies;
    struct ys_log log;
    uint64_t index, left;
};

static enum ys_code print_one(struct listing *listing, struct ys_txn *txn, struct ys_err *err)
{
    YS_EXHIBIT_SCOPED exhibit = {.body = NULL};
    const enum ys_code code = ys_exhibit_load(listing->node, txn, &listing->log, listing->index,
                                              listing->bodies, &exhibit, err);
    if (code != YS_OK)
        return code;
    if (listing->kind.size != 0 &&
        !(exhibit.readable && ys_bytes_equal(listing->kind, ys_bytes_of_text(exhibit.record.kind))))
        return YS_OK;
    listing->view->log_entry(&exhibit);
    listing->left--;
    return YS_OK;
}

static enum ys_code print_turn(struct listing *listing, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    enum ys_code code = ys_node_read(listing->node, &txn, err);
    const uint64_t end = listing->index + ENTRIES_A_TURN;
    for (; code == YS_OK && listing->index < end && listing->index < listing->log.frontier.size &&
           listing->left > 0 && !ys_view_held_much();
         listing->index++)
        code = print_one(listing, txn, err);
    return code;
}

static enum ys_code begin(struct listing *listing, struct ys_err *err)
{
    const struct ys_args *const args = &listing->call->args;
    YS_TXN_SCOPED txn = NULL;
    enum ys_code code = ys_node_read(listing->node, &txn, err);
    if (code == YS_OK && args->word_count == 0)
        code = ys_log_load(txn, YS_OWN_LOG, &listing->log, err);
    else if (code == YS_OK)
        code = ys_node_find_log(txn, args->word[0], &listing->log, err);
    if (code == YS_OK)
        listing->view->log_begin(&listing->log,
                                 ys_node_unit_name(listing->node, &listing->log.origin.division));
    return code;
}

enum ys_code ys_cmd_log(const struct ys_call *call, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    const char *const kind = ys_args_value(&call->args, "kind");
    struct listing listing = {.call = call,
                              .node = &node,
                              .view = call->json ? &ys_view_json : &ys_view_text,
                              .bodies = ys_args_has(&call->args, "bodies")};
    if (kind != NULL)
        listing.kind = ys_bytes_of_text(kind);
    if (kind != NULL && !ys_kind_word_valid(listing.kind))
        return ys_fail(err, YS_USAGE, _("--kind \"%s\" is no kind"), kind);
    enum ys_code code = ys_args_number(&call->args, "from", INT64_MAX, 0, &listing.index, err);
    if (code == YS_OK)
        code = ys_args_number(&call->args, "limit", INT64_MAX, INT64_MAX, &listing.left, err);
    if (code == YS_OK)
        code = ys_node_open(call->home, call->lang, &node, err);
    if (code == YS_OK)
        code = begin(&listing, err);
    ys_view_hold();
    while (code == YS_OK && listing.index < listing.log.frontier.size && listing.left > 0) {
        code = print_turn(&listing, err);
        if (code == YS_OK)
            code = ys_view_flush(err);
    }
    return code;
}
