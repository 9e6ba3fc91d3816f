#include "tests/support/cast.h"

#include "sync/receipts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAP_BYTES = 64 << 20 };
static const char deployment[] = "beijing.example";
static const uint64_t signed_at_s = 1764000000;

static void must(enum ys_code code, const struct ys_err *err)
{
    if (code == YS_OK)
        return;
    fprintf(stderr, "cast: %s: %s\n", ys_code_name(code), err->msg);
    abort();
}

static void make_unit(struct cast *cast, enum cast_role role)
{
    static const char *const codes[CAST_ROLES] = {"110105", "110105901", "110105902",
                                                  "110105901001", "110105901002"};
    static const char *const bodies[][CAST_BODIES_MAX] = {
        [YS_LEVEL_DISTRICT] = {"da", "gd-jz", "gd-lz", "gd-wj"},
        [YS_LEVEL_STREET] = {"st", "gd-cj", "gd-ds", "gd-zf"},
        [YS_LEVEL_COMMUNITY] = {"rc", "po", "sc", NULL}};
    struct cast_unit *const unit = &cast->unit[role];
    struct ys_division division;
    uint8_t master[YS_SEED_LEN];
    struct ys_err err = {0};
    must(ys_division_parse(ys_bytes_of_text(codes[role]), &division, &err), &err);
    unit->origin = ys_name_log(deployment, &division, 1);
    ys_name_print(&unit->origin, unit->log);
    rng_fill(&cast->rng, master, sizeof master);
    must(ys_node_keys_derive(&unit->keys, master, 0, &unit->origin, &err), &err);
    for (unsigned i = 0; i < CAST_BODIES_MAX; i++) {
        const char *const body = bodies[ys_division_level(&division)][i];
        if (body == NULL)
            continue;
        const struct ys_name name = ys_name_body(deployment, &division, body);
        scribe_signer(&unit->body[i], &cast->rng, &name);
    }
}

static void open_store(struct cast *cast, enum cast_role self)
{
    struct ys_identity identity = {.origin = cast->unit[self].origin};
    struct ys_err err = {0};
    cast->self = self;
    folder_make(&cast->folder);
    rng_fill(&cast->rng, identity.store_id, sizeof identity.store_id);
    must(ys_store_create(cast->folder.path, &identity, &err), &err);
    must(ys_store_open(cast->folder.path, MAP_BYTES, &cast->store, &err), &err);
}

void cast_open(struct cast *cast, const char *test_name, enum cast_role self)
{
    *cast = (struct cast){.rng = rng_from_env(test_name)};
    for (int role = 0; role < CAST_ROLES; role++)
        make_unit(cast, (enum cast_role)role);
    const struct ys_division *const district = &cast->unit[CAST_DISTRICT].origin.division;
    const struct ys_name root = ys_name_root(deployment, district);
    cast->root = (struct ys_root){.division = *district, .threshold = 1, .count = 2};
    snprintf(cast->root.deployment, sizeof cast->root.deployment, "%s", deployment);
    for (unsigned i = 0; i < 2; i++) {
        scribe_signer(&cast->root_key[i], &cast->rng, &root);
        cast->root.key[i] = cast->root_key[i].vkey;
    }
    open_store(cast, self);
}

void cast_close(struct cast *cast)
{
    ys_store_close(cast->store);
    cast->store = NULL;
    folder_remove(&cast->folder);
}

void cast_move(struct cast *cast, enum cast_role self)
{
    cast_close(cast);
    open_store(cast, self);
}

void cast_rekey(struct cast *cast, const struct ys_signer *old, struct ys_signer *out)
{
    struct ys_name name;
    struct ys_err err = {0};
    must(ys_name_parse(ys_bytes_of_text(old->vkey.name), &name, &err), &err);
    scribe_signer(out, &cast->rng, &name);
}

void cast_write(struct cast *cast, enum cast_role role, Yishi__V1__Body *body,
                const struct ys_signer *const *signers, unsigned count, struct scribe_record *out)
{
    scribe_write(out, &cast->rng, &cast->unit[role].origin, NULL, signed_at_s, body, signers,
                 count);
}

uint64_t cast_append(struct cast *cast, enum cast_role role, const struct ys_entry *entry)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_err err = {0};
    struct ys_log log;
    must(ys_store_begin(cast->store, true, &txn, &err), &err);
    enum ys_code code = ys_log_find(txn, cast->unit[role].log, &log, &err);
    if (code == YS_NOT_FOUND)
        code = ys_log_add(txn, &cast->unit[role].origin, &log, &err);
    must(code, &err);
    must(ys_log_append(txn, &log, entry, 1, &err), &err);
    must(ys_txn_commit(&txn, &err), &err);
    return log.frontier.size - 1;
}

uint64_t cast_publish(struct cast *cast, enum cast_role role, Yishi__V1__Body *body,
                      const struct ys_signer *signer)
{
    struct scribe_record record;
    cast_write(cast, role, body, &signer, 1, &record);
    const struct ys_entry entry = scribe_entry(&record);
    return cast_append(cast, role, &entry);
}

void cast_enrol(struct cast *cast, enum cast_role issuer, enum cast_role subject, unsigned bodies,
                const struct ys_signer *signer)
{
    const struct cast_unit *const unit = &cast->unit[subject];
    (void)cast_publish(cast, issuer,
                       scribe_node_certificate(&unit->keys.log.vkey, &unit->keys.mirror.vkey,
                                               unit->keys.transport_public),
                       signer);
    for (unsigned i = 0; i < bodies; i++)
        (void)cast_publish(cast, issuer, scribe_body_register(&unit->body[i].vkey, unit->log, 0),
                           signer);
}

void cast_enrol_all(struct cast *cast)
{
    const struct ys_signer *const da = &cast->unit[CAST_DISTRICT].body[0];
    const struct ys_signer *const st = &cast->unit[CAST_STREET].body[0];
    cast_enrol(cast, CAST_DISTRICT, CAST_DISTRICT, 2, &cast->root_key[0]);
    cast_enrol(cast, CAST_DISTRICT, CAST_STREET, 2, da);
    cast_enrol(cast, CAST_DISTRICT, CAST_OTHER_STREET, 2, da);
    cast_enrol(cast, CAST_STREET, CAST_COMMUNITY, 3, st);
    cast_enrol(cast, CAST_STREET, CAST_NEIGHBOUR, 3, st);
}

struct ys_log cast_log(struct cast *cast, enum cast_role role)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_err err = {0};
    struct ys_log log;
    must(ys_store_begin(cast->store, false, &txn, &err), &err);
    must(ys_log_find(txn, cast->unit[role].log, &log, &err), &err);
    return log;
}

enum cast_role cast_last_log(struct cast *cast)
{
    enum cast_role last = CAST_DISTRICT;
    for (unsigned role = 0; role < CAST_ROLES; role++)
        if (cast_log(cast, (enum cast_role)role).id > cast_log(cast, last).id)
            last = (enum cast_role)role;
    return last;
}

static struct ys_bytes sign_head(struct cast *cast, enum cast_role role, uint64_t size,
                                 const struct ys_hash *root, const enum cast_role *witnesses,
                                 unsigned count, uint64_t time_s, uint8_t buffer[CAST_HEAD_MAX])
{
    struct ys_writer w = {.data = buffer, .capacity = CAST_HEAD_MAX};
    struct ys_checkpoint checkpoint = {.size = size, .root = *root};
    struct ys_note note;
    uint8_t text[YS_CHECKPOINT_TEXT_MAX];
    struct ys_err err = {0};
    memcpy(checkpoint.origin, cast->unit[role].log, sizeof checkpoint.origin);
    must(ys_checkpoint_sign(&w, &checkpoint, &cast->unit[role].keys.log, &err), &err);
    must(ys_note_parse((struct ys_bytes){w.data, w.size}, &note, &err), &err);
    memcpy(text, note.text.data, note.text.size);
    for (unsigned i = 0; i < count; i++)
        ys_note_sign_line(&w, &cast->unit[witnesses[i]].keys.mirror,
                          (struct ys_bytes){text, note.text.size}, time_s);
    if (w.overflow)
        abort();
    return (struct ys_bytes){w.data, w.size};
}

struct ys_bytes cast_head(struct cast *cast, enum cast_role role, uint64_t size,
                          const enum cast_role *witnesses, unsigned count, uint64_t time_s,
                          uint8_t buffer[CAST_HEAD_MAX])
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_err err = {0};
    struct ys_log log;
    struct ys_hash root;
    must(ys_store_begin(cast->store, false, &txn, &err), &err);
    must(ys_log_find(txn, cast->unit[role].log, &log, &err), &err);
    must(ys_log_root_at(txn, &log, size, &root, &err), &err);
    return sign_head(cast, role, size, &root, witnesses, count, time_s, buffer);
}

void cast_keep_head(struct cast *cast, enum cast_role role, uint64_t size,
                    const enum cast_role *witnesses, unsigned count, uint64_t time_s)
{
    uint8_t buffer[CAST_HEAD_MAX];
    const struct ys_bytes head = cast_head(cast, role, size, witnesses, count, time_s, buffer);
    const struct ys_log log = cast_log(cast, role);
    YS_TXN_SCOPED txn = NULL;
    struct ys_err err = {0};
    bool changed = false;
    must(ys_store_begin(cast->store, true, &txn, &err), &err);
    must(ys_head_put(txn, log.id, size, log.frontier.size, head, &changed, &err), &err);
    must(ys_txn_commit(&txn, &err), &err);
}

void cast_cosign(struct cast *cast, enum cast_role role, const enum cast_role *witnesses,
                 unsigned count, uint64_t time_s)
{
    struct ys_log log = cast_log(cast, role);
    YS_TXN_SCOPED txn = NULL;
    struct ys_err err = {0};
    cast_keep_head(cast, role, log.frontier.size, witnesses, count, time_s);
    must(ys_store_begin(cast->store, true, &txn, &err), &err);
    must(ys_log_load(txn, log.id, &log, &err), &err);
    must(ys_log_touch(txn, &log, &err), &err);
    must(ys_txn_commit(&txn, &err), &err);
}

size_t cast_write_receipts(struct cast *cast, enum cast_role own, uint64_t now_s)
{
    static const uint8_t salt[YS_BODY_SALT_LEN] = {1};
    YS_TXN_SCOPED txn = NULL;
    struct ys_err err = {0};
    struct ys_log log;
    size_t count = 0;
    must(ys_store_begin(cast->store, true, &txn, &err), &err);
    must(ys_log_load(txn, YS_OWN_LOG, &log, &err), &err);
    must(ys_receipts_write(txn, &log, &cast->unit[own].keys, now_s, salt, &count, &err), &err);
    must(ys_txn_commit(&txn, &err), &err);
    return count;
}

struct ys_bytes cast_head_over(struct cast *cast, enum cast_role role, uint64_t size,
                               const struct ys_hash *root, uint8_t buffer[CAST_HEAD_MAX])
{
    return sign_head(cast, role, size, root, NULL, 0, 0, buffer);
}

struct ys_bytes cast_false_head(struct cast *cast, enum cast_role role, uint64_t size,
                                uint8_t buffer[CAST_HEAD_MAX])
{
    struct ys_hash root;
    rng_fill(&cast->rng, root.bytes, sizeof root.bytes);
    return cast_head_over(cast, role, size, &root, buffer);
}
