#include "tests/support/member_twin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "member twin: %s\n", what);
    abort();
}

static bool same_place(const struct ys_position *a, const struct ys_position *b, bool one_store)
{
    return (!one_store || a->log_id == b->log_id) && a->index == b->index;
}

static void same_keys(const struct ys_member_key *a, const struct ys_member_key *b, bool one_store)
{
    must(ys_vkey_equal(&a->vkey, &b->vkey) && ys_name_equal(&a->name, &b->name), "another key");
    must(a->from == b->from && a->cut == b->cut, "a key is valid elsewhere");
    must(same_place(&a->source, &b->source, one_store), "a key comes from another record");
    must(a->has_revocation == b->has_revocation &&
             same_place(&a->revocation, &b->revocation, one_store),
         "a key is cut by another record");
}

static void same_nodes(const struct ys_member_node *a, const struct ys_member_node *b,
                       bool one_store)
{
    must(ys_division_equal(&a->division, &b->division) && ys_name_equal(&a->log, &b->log) &&
             memcmp(a->transport, b->transport, YS_PUBKEY_LEN) == 0,
         "another node");
    must(strcmp(a->name, b->name) == 0 && strcmp(a->address, b->address) == 0 &&
             a->observer == b->observer,
         "a node is called otherwise");
    must(same_place(&a->source, &b->source, one_store), "a node comes from another record");
}

void member_twin_same(const struct ys_member *a, const struct ys_member *b, bool one_store)
{
    must(ys_member_key_count(a) == ys_member_key_count(b), "more or fewer keys");
    must(ys_member_node_count(a) == ys_member_node_count(b), "more or fewer nodes");
    for (size_t i = 0; i < ys_member_key_count(a); i++)
        same_keys(ys_member_key_at(a, i), ys_member_key_at(b, i), one_store);
    for (size_t i = 0; i < ys_member_node_count(a); i++)
        same_nodes(ys_member_node_at(a, i), ys_member_node_at(b, i), one_store);
    for (unsigned i = 1; i < ys_member_roots(a)->count; i++) {
        struct ys_position one = {0};
        struct ys_position other = {0};
        must(ys_member_root_source(a, i, &one) == ys_member_root_source(b, i, &other) &&
                 same_place(&one, &other, one_store),
             "another root is in force");
    }
}

void member_twin_rebuild(const struct ys_store *store, const struct ys_division *self,
                         struct ys_member *member)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_member *twin = NULL;
    must(ys_store_begin(store, true, &txn, NULL) == YS_OK, "no transaction");
    must(ys_member_rebuild(member, txn, NULL, NULL) == YS_OK, "the rebuild failed");
    must(ys_member_new(ys_member_root(member), self, &twin, NULL) == YS_OK &&
             ys_member_follow(twin, ys_member_roots(member), NULL) == YS_OK,
         "no twin");
    must(ys_member_recall(twin, txn, NULL, NULL) == YS_OK, "the recall failed");
    member_twin_same(member, twin, true);
    must(ys_member_keep(twin, txn, NULL) == YS_OK && ys_txn_commit(&txn, NULL) == YS_OK,
         "nothing was kept");
    ys_member_free(twin);
}
