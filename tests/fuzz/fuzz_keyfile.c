/* Any bytes as a key file, and, since no fuzzer guesses a MAC, any bytes as what a key file without
 * passphrase seals: what is accepted is printed as it was read. Files with a passphrase are only asked
 * whether they are locked, for Argon2id takes as long as they say. */
#include "crypto/assert.h"
#include "crypto/base64.h"
#include "crypto/keyfile.h"

#include <sodium.h>

enum { AT_NONCE = 33, AT_BOX = 57, BYTES_MAX = 1024 };

static const struct ys_bytes no_passphrase = {.data = NULL, .size = 0};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void print_again(const struct ys_keyfile *keys, struct ys_bytes want)
{
    static const uint8_t salt[YS_KEYFILE_SALT_LEN] = {1};
    char again[YS_KEYFILE_TEXT_MAX];
    uint8_t bytes[BYTES_MAX];
    size_t size = 0;
    struct ys_bytes rest = want;
    struct ys_bytes line;
    YS_ASSERT(ys_bytes_take_line(&rest, &line) && ys_bytes_take_line(&rest, &line));
    YS_ASSERT(ys_base64_decode(line, bytes, sizeof bytes, &size) == YS_OK);
    YS_ASSERT(ys_keyfile_print(keys, YS_KDF_NONE, no_passphrase, salt, bytes + AT_NONCE, again,
                               NULL) == YS_OK);
    YS_ASSERT(ys_bytes_is_text(want, again));
}

static void fuzz_text(struct ys_bytes text)
{
    struct ys_keyfile keys;
    bool locked = false;
    bool again = true;
    const enum ys_code code = ys_keyfile_is_locked(text, &locked, NULL);
    YS_ASSERT(ys_keyfile_is_locked(text, &again, NULL) == code);
    if (code != YS_OK || locked)
        return;
    YS_ASSERT(!again);
    if (ys_keyfile_parse(text, no_passphrase, &keys, NULL) == YS_OK)
        print_again(&keys, text);
}

/* `plain`, sealed under the zero key, as a whole file. */
static void fuzz_plain(const uint8_t *plain, size_t size)
{
    static const uint8_t zero_key[crypto_secretbox_KEYBYTES] = {0};
    uint8_t bytes[BYTES_MAX] = "yk01";
    char text[2 * BYTES_MAX];
    struct ys_writer w = {.data = (uint8_t *)text, .capacity = sizeof text};
    if (size > sizeof bytes - AT_BOX - crypto_secretbox_MACBYTES)
        return;
    YS_ASSERT(crypto_secretbox_easy(bytes + AT_BOX, plain, size, bytes + AT_NONCE, zero_key) == 0);
    ys_writer_text(&w, "untrusted comment: yishi key fuzz\n");
    ys_writer_base64(
        &w, (struct ys_bytes){.data = bytes, .size = AT_BOX + crypto_secretbox_MACBYTES + size});
    ys_writer_text(&w, "\n");
    YS_ASSERT(!w.overflow);
    fuzz_text((struct ys_bytes){.data = (const uint8_t *)text, .size = w.size});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    YS_ASSERT(sodium_init() >= 0);
    fuzz_text((struct ys_bytes){.data = data, .size = size});
    fuzz_plain(data, size);
    return 0;
}
