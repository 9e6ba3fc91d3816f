#include "node/daemon_state.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum {
    LOOK_EVERY_MS = 200,
    CUTS_A_LOOK = 16,
    PUT_OFF_MS = 5 * 60 * 1000, /* no handshake of a key that sent without end */
    KEY_BYTES_TOLD = 4,
    KEY_TEXT_SIZE = 2 * KEY_BYTES_TOLD + 1
};

/* --- telling --- */

/* The unit of a transport key, "-" when none has it. */
static const char *code_of(const struct ys_daemon *daemon, const uint8_t *key)
{
    const struct ys_member_node *const node =
        key == NULL ? NULL : ys_member_by_transport(daemon->member, key);
    return node == NULL ? "-" : node->division.digits;
}

void ys_daemon_tell_of(struct ys_daemon *daemon, enum ys_priority priority, const char *event,
                       const uint8_t *key, const char *code, const char *reason)
{
    char who[KEY_TEXT_SIZE] = "-";
    uint32_t skipped = 0;
    if (key != NULL)
        sodium_bin2hex(who, sizeof who, key, KEY_BYTES_TOLD);
    if (!ys_quota_take(&daemon->quota, event, who, daemon->now_ms, &skipped))
        return;
    if (skipped != 0)
        ys_journal(YS_PRIORITY_WARNING, "lines_skipped", "of=%s key=%s lines=%u", event, who,
                   skipped);
    ys_journal_reason(priority, event, reason, "code=%s key=%s",
                      code != NULL ? code : code_of(daemon, key), who);
}

/* --- cutting --- */

/* Whose connection was it? False when that cannot be known: more than one key, or none, may be
 * behind it. */
static bool blame(const struct ys_daemon *daemon, const struct ys_cut *cut,
                  uint8_t key_out[YS_PUBKEY_LEN], size_t *suspects_out)
{
    *suspects_out = 1;
    if (cut->key_known)
        memcpy(key_out, cut->key, YS_PUBKEY_LEN);
    else /* the look that saw it first may have come after its handshake */
        *suspects_out = ys_zap_silent(daemon->zap, cut->address,
                                      daemon->now_ms - cut->age_ms - YS_SILENCE_MAX_MS, key_out);
    return *suspects_out == 1;
}

static void cut_unended(struct ys_daemon *daemon, const struct ys_cut *cut)
{
    uint8_t key[YS_PUBKEY_LEN];
    size_t suspects = 0;
    char reason[256];
    const bool known = blame(daemon, cut, key, &suspects);
    if (known)
        snprintf(reason, sizeof reason,
                 "%llu bytes from %s and no end of the message; its key is put off for %d minutes",
                 (unsigned long long)cut->bytes, cut->address, PUT_OFF_MS / 60000);
    else
        snprintf(reason, sizeof reason,
                 "%llu bytes from %s and no end of the message; it is one of %zu keys that came "
                 "from there",
                 (unsigned long long)cut->bytes, cut->address, suspects);
    ys_daemon_tell_of(daemon, YS_PRIORITY_WARNING, "link_cut", known ? key : NULL, NULL, reason);
    if (!known)
        return;
    ys_zap_put_off(daemon->zap, key, daemon->now_ms + PUT_OFF_MS);
    for (struct ys_peer *peer = daemon->peers; peer != NULL; peer = peer->next)
        if (peer->link == NULL && memcmp(peer->key, key, YS_PUBKEY_LEN) == 0)
            ys_daemon_peer_failed(peer, YS_NOT_FOUND,
                                  &(struct ys_err){.msg = "a message without end: cut"});
}

static void cut_silent(struct ys_daemon *daemon, const struct ys_cut *cut)
{
    uint8_t key[YS_PUBKEY_LEN];
    size_t suspects = 0;
    char reason[256];
    const bool known = blame(daemon, cut, key, &suspects);
    snprintf(reason, sizeof reason, "a connection from %s said nothing for %d s", cut->address,
             YS_SILENCE_MAX_MS / 1000);
    ys_daemon_tell_of(daemon, YS_PRIORITY_INFO, "link_cut", known ? key : NULL, NULL, reason);
}

enum ys_code ys_daemon_watch(struct ys_daemon *daemon, struct ys_err *err)
{
    struct ys_cut cuts[CUTS_A_LOOK];
    size_t count = 0;
    if (daemon->listener == NULL || daemon->now_ms - daemon->looked_ms < LOOK_EVERY_MS)
        return YS_OK;
    daemon->looked_ms = daemon->now_ms;
    const enum ys_code code =
        ys_listener_look(daemon->listener, daemon->now_ms, cuts, CUTS_A_LOOK, &count, err);
    for (size_t i = 0; i < count && code == YS_OK; i++) {
        switch (cuts[i].cause) {
        case YS_CUT_UNENDED:
            cut_unended(daemon, &cuts[i]);
            break;
        case YS_CUT_SILENT:
            cut_silent(daemon, &cuts[i]);
            break;
        case YS_CUT_PARTED:
            break; /* whoever parted told why */
        }
    }
    return code;
}

int64_t ys_daemon_watch_wait_ms(const struct ys_daemon *daemon, int64_t wait_ms)
{
    return daemon->listener != NULL && ys_listener_connections(daemon->listener) != 0 &&
                   wait_ms > LOOK_EVERY_MS
               ? LOOK_EVERY_MS
               : wait_ms;
}
