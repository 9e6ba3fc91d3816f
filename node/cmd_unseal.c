#include "node/attachment/view.h"
#include "node/cmd.h"
#include "node/lang.h"
#include "node/node.h"
#include "node/vault/logbook.h"
#include "node/vault/seal_view.h"
#include "node/vault/sealed_find.h"
#include "node/vault/take_out.h"
#include "node/vault/vault.h"

#include <stdlib.h>
#include <string.h>

static enum ys_code open_file(const struct ys_call *call, const struct ys_vault *vault,
                              const struct ys_vault_key *key, const struct ys_sealed_place *place,
                              const struct ys_hash *commitment, struct ys_err *err)
{
    const struct ys_take_out options = {.out = ys_args_value(&call->args, "out"),
                                        .record = place->name,
                                        .purpose = ys_args_value(&call->args, "purpose"),
                                        .key = key};
    uint64_t size = 0;
    if (options.out == NULL)
        return ys_fail(err, YS_USAGE, _("a file is sealed there; where is it to go? --out FILE"));
    const enum ys_code code = ys_vault_take_out(vault, commitment, &options, &size, err);
    if (code == YS_OK)
        ys_attachment_view(call->json)->got(options.out, commitment, size);
    return code;
}

/* The logbook first, then the value. */
static enum ys_code open_one(const struct ys_call *call, const struct ys_vault *vault,
                             const struct ys_vault_key *key, const struct ys_sealed_place *place,
                             const struct ys_sealed_item *item, struct ys_err *err)
{
    YS_VAULT_OPENED_SCOPED opened = {.bytes = NULL};
    const struct ys_logbook_entry entry = {.action = "unseal",
                                           .record = place->name,
                                           .slot = item->slot,
                                           .commitment = &item->commitment,
                                           .purpose = ys_args_value(&call->args, "purpose")};
    struct ys_vault_tag tag;
    enum ys_code code = ys_vault_look(vault, &item->commitment, &tag, err);
    if (code == YS_OK && tag.content == YS_VAULT_FILE)
        return open_file(call, vault, key, place, &item->commitment, err);
    if (code == YS_OK)
        code = ys_vault_get(vault, key, &item->commitment, &opened, err);
    if (code == YS_OK)
        code = ys_logbook_add(&vault->home, &entry, err);
    if (code != YS_OK)
        return code;
    const struct ys_seal_view_value view = {.record = place->name, .opened = &opened};
    (call->json ? &ys_seal_view_json : &ys_seal_view_text)->value(&view);
    return YS_OK;
}

static enum ys_code unseal(const struct ys_call *call, const struct ys_node *node,
                           struct ys_sealed_place *place, struct ys_err *err)
{
    YS_PASSPHRASES_SCOPED from = {.file_count = 0};
    YS_VAULT_KEY_SCOPED key = {.public = {0}};
    struct ys_vault vault;
    const struct ys_sealed_item *only = NULL;
    uint64_t nth = 0;
    enum ys_code code = ys_args_number(&call->args, "nth", YS_SEALED_MAX, 0, &nth, err);
    if (code == YS_OK)
        code = ys_vault_open(&node->home, &vault, err);
    if (code == YS_OK)
        code = ys_sealed_find(node, call->args.word[0], call->args.word[1], place, err);
    if (code == YS_OK && nth != 0)
        code = ys_sealed_pick(place, nth, &only, err);
    if (code == YS_OK)
        code = ys_passphrases_of_args(&call->args, &from, err);
    if (code == YS_OK)
        code = ys_vault_key_load(&node->home, &node->origin, &from, &key, err);
    if (code == YS_OK && only != NULL)
        return open_one(call, &vault, &key, place, only, err);
    for (size_t i = 0; i < place->list.count && code == YS_OK; i++)
        code = open_one(call, &vault, &key, place, &place->list.item[i], err);
    return code;
}

enum ys_code ys_cmd_unseal(const struct ys_call *call, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    if (ys_args_value(&call->args, "purpose") == NULL)
        return ys_fail(err, YS_USAGE, _("why? --purpose TEXT, which the logbook keeps"));
    struct ys_sealed_place *const place = calloc(1, sizeof *place);
    if (place == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    enum ys_code code = ys_node_open(call->home, call->lang, &node, err);
    if (code == YS_OK)
        code = unseal(call, &node, place, err);
    free(place);
    return code;
}
