#include "node/evidence/keyring.h"

#include "node/lang.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ys_keyring_clear(struct ys_keyring *ring)
{
    free(ring->key);
    *ring = (struct ys_keyring){0};
}

static bool is_of_line(const struct ys_vkey *key, const struct ys_note_line *line)
{
    return key->id == line->key_id && ys_bytes_is_text(line->name, key->name);
}

static bool find_root_key(const struct ys_member *member, const struct ys_note_line *line,
                          struct ys_ring_key *out)
{
    const struct ys_root_chain *const roots = ys_member_roots(member);
    for (unsigned i = 0; i < roots->count; i++)
        for (unsigned k = 0; k < roots->policy[i].count; k++)
            if (is_of_line(&roots->policy[i].key[k], line)) {
                *out = (struct ys_ring_key){.vkey = roots->policy[i].key[k], .of_root = true};
                return true;
            }
    return false;
}

static bool find_key(const struct ys_member *member, const struct ys_note_line *line,
                     struct ys_ring_key *out)
{
    size_t at = 0;
    for (const struct ys_member_key *key = NULL;
         (key = ys_member_key_of_id(member, line->key_id, &at)) != NULL;)
        if (is_of_line(&key->vkey, line)) {
            *out = (struct ys_ring_key){.vkey = key->vkey, .source = key->source};
            return true;
        }
    return find_root_key(member, line, out);
}

void ys_ring_file(const struct ys_vkey *key, const char *end, char out[YS_KEY_FILE_MAX])
{
    const int size =
        snprintf(out, YS_KEY_FILE_MAX, "keys/%s-%08x%s", key->name, (unsigned)key->id, end);
    for (int i = 5; i < size && out[i] != '\0'; i++)
        if (out[i] == '/')
            out[i] = '_';
}

/* RFC 8410: what stands before the 32 bytes of an Ed25519 key is always the same. */
static enum ys_code write_pem(struct ys_parcel *parcel, const struct ys_vkey *key,
                              struct ys_err *err)
{
    static const uint8_t before[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                     0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
    uint8_t der[sizeof before + YS_PUBKEY_LEN];
    char base64[sodium_base64_ENCODED_LEN(sizeof der, sodium_base64_VARIANT_ORIGINAL)];
    char text[sizeof base64 + 80];
    char file[YS_KEY_FILE_MAX];
    char vkey[YS_VKEY_TEXT_MAX + 1];
    memcpy(der, before, sizeof before);
    memcpy(der + sizeof before, key->key, YS_PUBKEY_LEN);
    sodium_bin2base64(base64, sizeof base64, der, sizeof der, sodium_base64_VARIANT_ORIGINAL);
    snprintf(text, sizeof text, "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n",
             base64);
    ys_ring_file(key, ".pem", file);
    const enum ys_code code = ys_parcel_text(parcel, file, text, err);
    if (code != YS_OK)
        return code;
    ys_vkey_print(key, vkey);
    memcpy(vkey + strlen(vkey), "\n", 2);
    ys_ring_file(key, ".vkey", file);
    return ys_parcel_text(parcel, file, vkey, err);
}

static enum ys_code keep(struct ys_keyring *ring, const struct ys_ring_key *key, struct ys_err *err)
{
    if (ring->count == ring->room) {
        const size_t room = ring->room == 0 ? 32 : 2 * ring->room;
        struct ys_ring_key *const grown = realloc(ring->key, room * sizeof *grown);
        if (grown == NULL)
            return ys_fail(err, YS_NOMEM, _("out of memory"));
        ring->key = grown;
        ring->room = room;
    }
    ring->key[ring->count++] = *key;
    return YS_OK;
}

enum ys_code ys_keyring_take(struct ys_keyring *ring, struct ys_parcel *parcel,
                             const struct ys_note_line *line, const struct ys_ring_key **out,
                             char file[YS_KEY_FILE_MAX], struct ys_err *err)
{
    struct ys_ring_key found;
    *out = NULL;
    for (size_t i = 0; i < ring->count; i++)
        if (is_of_line(&ring->key[i].vkey, line)) {
            *out = &ring->key[i];
            ys_ring_file(&ring->key[i].vkey, ".pem", file);
            return YS_OK;
        }
    if (!find_key(ring->member, line, &found))
        return YS_OK;
    enum ys_code code = keep(ring, &found, err);
    if (code == YS_OK)
        code = write_pem(parcel, &found.vkey, err);
    if (code != YS_OK)
        return code;
    *out = &ring->key[ring->count - 1];
    ys_ring_file(&found.vkey, ".pem", file);
    return YS_OK;
}
