/* Stores with many records, made by the floors below the daemon. */
#include "node/certificate.h"
#include "sync/status.h"
#include "tests/bench/bench.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A group of records that are appended together. */
struct group {
    struct scribe_record record[BENCH_GROUP_MAX];
    struct ys_entry entry[BENCH_GROUP_MAX];
    uint8_t good[BENCH_GROUP_MAX];
};

static struct group *new_group(void)
{
    struct group *const group = calloc(1, sizeof *group);
    if (group == NULL)
        exit(3);
    memset(group->good, YS_VERDICT_OK, sizeof group->good);
    return group;
}

static void append(struct ys_txn *txn, struct ys_log *log, const struct ys_entry *entries,
                   size_t count)
{
    struct ys_err err = {.code = YS_OK};
    bench_must(ys_log_append(txn, log, entries, count, &err), &err);
}

/* The keys of one community, and its first unit number below the street. */
struct community {
    struct ys_name origin;
    struct ys_node_keys keys;
    struct ys_signer rc;
};

static void make_community(const struct ys_name *street, unsigned number, struct community *out)
{
    struct ys_err err = {.code = YS_OK};
    char code[32];
    uint8_t master[YS_SEED_LEN];
    struct ys_division division;
    snprintf(code, sizeof code, "%s%03u", street->division.digits, number);
    bench_must(ys_division_parse(ys_bytes_of_text(code), &division, &err), &err);
    out->origin = ys_name_log(street->deployment, &division, 1);
    rng_fill(bench_rng(), master, sizeof master);
    bench_must(ys_node_keys_derive(&out->keys, master, 0, &out->origin, &err), &err);
    const struct ys_name rc = ys_name_body(street->deployment, &division, "rc");
    scribe_signer(&out->rc, bench_rng(), &rc);
}

static void write_one(struct ys_txn *txn, struct ys_log *log, const struct ys_signer *signer,
                      Yishi__V1__Body *body)
{
    struct scribe_record record;
    scribe_write(&record, bench_rng(), &log->origin, NULL, ys_now_s(), body, &signer, 1);
    const struct ys_entry entry = scribe_entry(&record);
    append(txn, log, &entry, 1);
}

static void enrol_community(struct ys_txn *txn, struct ys_log *own, const struct ys_signer *st,
                            const struct community *unit)
{
    char origin[YS_KEY_NAME_MAX + 1];
    ys_name_print(&unit->origin, origin);
    write_one(txn, own, st,
              scribe_node_certificate(&unit->keys.log.vkey, &unit->keys.mirror.vkey,
                                      unit->keys.transport_public));
    write_one(txn, own, st, scribe_body_register(&unit->rc.vkey, origin, 0));
}

/* A head over the whole log, signed by the community and cosigned by the street. */
static void sign_head(struct ys_txn *txn, const struct ys_node_keys *street, struct ys_log *log,
                      const struct community *unit)
{
    struct ys_err err = {.code = YS_OK};
    uint8_t room[YS_HEAD_MAX];
    struct ys_writer w = {.data = room, .capacity = sizeof room};
    struct ys_checkpoint checkpoint = {.size = log->frontier.size, .root = log->root};
    bool changed = false;
    memcpy(checkpoint.origin, log->origin_text, sizeof checkpoint.origin);
    bench_must(ys_checkpoint_sign(&w, &checkpoint, &unit->keys.log, &err), &err);
    bench_must(ys_head_put(txn, log->id, checkpoint.size, checkpoint.size,
                           (struct ys_bytes){room, w.size}, &changed, &err),
               &err);
    bench_must(
        ys_witness_cosign(txn, log, checkpoint.size, &street->mirror, ys_now_s(), &changed, &err),
        &err);
    bench_must(ys_log_touch(txn, log, &err), &err);
}

static void fill(const struct ys_store *store, const struct ys_node_keys *street,
                 const struct community *unit, uint64_t records, size_t body_bytes,
                 struct group *group)
{
    struct ys_err err = {.code = YS_OK};
    for (uint64_t done = 0; done < records;) {
        struct ys_txn *txn = NULL;
        struct ys_log log;
        char origin[YS_KEY_NAME_MAX + 1];
        size_t count =
            records - done < BENCH_GROUP_MAX ? (size_t)(records - done) : BENCH_GROUP_MAX;
        for (size_t i = 0; i < count; i++) {
            bench_record(&unit->origin, &unit->rc, body_bytes, &group->record[i]);
            group->entry[i] = scribe_entry(&group->record[i]);
        }
        ys_name_print(&unit->origin, origin);
        bench_must(ys_store_begin(store, true, &txn, &err), &err);
        bench_must(done == 0 ? ys_log_add(txn, &unit->origin, &log, &err)
                             : ys_log_find(txn, origin, &log, &err),
                   &err);
        append(txn, &log, group->entry, count);
        /* the street has judged them long ago */
        bench_must(ys_status_set(txn, log.id, done, group->good, count, &err), &err);
        done += count;
        if (done == records)
            sign_head(txn, street, &log, unit);
        bench_must(ys_txn_commit(&txn, &err), &err);
    }
}

/* A street's store gets so many enrolled communities' logs, with so many records in all. */
int bench_stock(char **words)
{
    const unsigned logs = (unsigned)bench_number(words[1]);
    const uint64_t records = bench_number(words[2]);
    const size_t body_bytes = (size_t)bench_number(words[3]);
    struct ys_err err = {.code = YS_OK};
    struct ys_node node;
    struct ys_node_keys keys;
    struct ys_signer st;
    struct ys_txn *txn = NULL;
    struct ys_log own;
    bench_open(words[0], &node);
    bench_must(ys_keystore_load_node(&node.home, &node.origin, &keys, &err), &err);
    bench_body_key(&node, "st", &st);
    struct community *const units = calloc(logs, sizeof *units);
    struct group *const group = new_group();
    if (units == NULL)
        exit(3);
    bench_must(ys_store_begin(node.store, true, &txn, &err), &err);
    bench_must(ys_log_load(txn, YS_OWN_LOG, &own, &err), &err);
    for (unsigned i = 0; i < logs; i++) {
        make_community(&node.origin, i + 1, &units[i]);
        enrol_community(txn, &own, &st, &units[i]);
    }
    bench_must(ys_txn_commit(&txn, &err), &err);
    for (unsigned i = 0; i < logs; i++)
        fill(node.store, &keys, &units[i], records * (i + 1) / logs - records * i / logs,
             body_bytes, group);
    printf("{\"note_bytes\": %zu, \"body_bytes\": %zu}\n", group->record[0].note_size,
           group->record[0].body_size);
    ys_node_close(&node);
    free(group);
    free(units);
    return 0;
}

/* Enrol the homes that a file lists, one a line, with a certificate each. */
int bench_enrol(char **words)
{
    struct ys_err err = {.code = YS_OK};
    struct ys_node node;
    struct ys_signer signer;
    struct ys_txn *txn = NULL;
    struct ys_log own;
    char path[PATH_MAX];
    unsigned count = 0;
    FILE *const list = fopen(words[1], "r");
    if (list == NULL)
        return 3;
    bench_open(words[0], &node);
    bench_body_key(&node,
                   ys_division_level(&node.origin.division) == YS_LEVEL_DISTRICT ? "da" : "st",
                   &signer);
    bench_must(ys_store_begin(node.store, true, &txn, &err), &err);
    bench_must(ys_log_load(txn, YS_OWN_LOG, &own, &err), &err);
    for (; fgets(path, sizeof path, list) != NULL; count++) {
        struct ys_node child;
        struct ys_node_keys keys;
        struct ys_offer offer;
        struct ys_offer_parts parts;
        Yishi__V1__Body *body = NULL;
        path[strcspn(path, "\n")] = '\0';
        bench_open(path, &child);
        bench_must(ys_keystore_load_node(&child.home, &child.origin, &keys, &err), &err);
        bench_must(ys_offer_of_home(&child.home, &child.config, &child.origin, &keys, &offer, &err),
                   &err);
        ys_offer_certificate(&offer, &parts, &body);
        write_one(txn, &own, &signer, body);
        ys_node_keys_clear(&keys);
        ys_node_close(&child);
    }
    bench_must(ys_txn_commit(&txn, &err), &err);
    fclose(list);
    printf("{\"enrolled\": %u}\n", count);
    ys_node_close(&node);
    return 0;
}

/* A store of its own, in which the records of many logs come one by one in turn. */
int bench_mixed(char **words)
{
    enum { COMMIT_EVERY = 256 };
    const unsigned logs = (unsigned)bench_number(words[1]);
    const uint64_t records = bench_number(words[2]);
    const size_t body_bytes = (size_t)bench_number(words[3]);
    struct ys_err err = {.code = YS_OK};
    struct ys_store *store = NULL;
    struct ys_txn *txn = NULL;
    struct ys_identity identity;
    struct scribe_record record;
    memset(&identity, 0, sizeof identity);
    bench_must(ys_name_parse(ys_bytes_of_text("bench.example/110199990/1"), &identity.origin, &err),
               &err);
    rng_fill(bench_rng(), identity.store_id, sizeof identity.store_id);
    bench_must(ys_store_create(words[0], &identity, &err), &err);
    bench_must(ys_store_open(words[0], 0, &store, &err), &err);
    struct community *const units = calloc(logs, sizeof *units);
    struct ys_log *const log = calloc(logs, sizeof *log);
    if (units == NULL || log == NULL)
        exit(3);
    bench_must(ys_store_begin(store, true, &txn, &err), &err);
    for (unsigned i = 0; i < logs; i++) {
        make_community(&identity.origin, i + 1, &units[i]);
        bench_must(ys_log_add(txn, &units[i].origin, &log[i], &err), &err);
    }
    for (uint64_t i = 0; i < records; i++) {
        struct ys_log *const one = &log[i % logs];
        bench_record(&one->origin, &units[i % logs].rc, body_bytes, &record);
        const struct ys_entry entry = scribe_entry(&record);
        append(txn, one, &entry, 1);
        if ((i + 1) % COMMIT_EVERY == 0) {
            bench_must(ys_txn_commit(&txn, &err), &err);
            bench_must(ys_store_begin(store, true, &txn, &err), &err);
        }
    }
    bench_must(ys_txn_commit(&txn, &err), &err);
    ys_store_close(store);
    free(units);
    free(log);
    printf("{\"records\": %llu}\n", (unsigned long long)records);
    return 0;
}
