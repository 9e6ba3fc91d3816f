#include "node/signing.h"

#include "node/lang.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool is_body(struct ys_bytes text)
{
    return ys_body_name_valid(text) || ys_bytes_is_text(text, "root");
}

static enum ys_code read_as(const struct ys_args *args, struct ys_signatories *out,
                            struct ys_err *err)
{
    size_t place = 0;
    for (const char *body = ys_args_each(args, "as", &place); body != NULL;
         body = ys_args_each(args, "as", &place)) {
        if (!is_body(ys_bytes_of_text(body)))
            return ys_fail(err, YS_USAGE, _("--as \"%s\" is no body"), body);
        if (out->count == YS_SIGNATORIES_MAX)
            return ys_fail(err, YS_USAGE, _("too many options: --%s"), "as");
        memcpy(out->body[out->count++], body, strlen(body) + 1);
    }
    return YS_OK;
}

/* Has the option the form BODY=FILE? */
static bool names_body(const char *key)
{
    const struct ys_bytes body = {.data = (const uint8_t *)key, .size = strcspn(key, "=")};
    return key[body.size] == '=' && is_body(body);
}

static enum ys_code check_keys(const struct ys_signing *signing, struct ys_err *err)
{
    size_t place = 0;
    for (const char *key = ys_args_each(&signing->call->args, "key", &place); key != NULL;
         key = ys_args_each(&signing->call->args, "key", &place)) {
        if (!names_body(key) && signing->as.count != 1)
            return ys_fail(err, YS_USAGE, _("--key \"%s\" is not of the form BODY=FILE"), key);
    }
    return YS_OK;
}

enum ys_code ys_signing_begin(const struct ys_call *call, const struct ys_node *node,
                              struct ys_signing *out, struct ys_err *err)
{
    *out = (struct ys_signing){.call = call, .node = node};
    enum ys_code code = read_as(&call->args, &out->as, err);
    if (code == YS_OK)
        code = check_keys(out, err);
    if (code == YS_OK)
        code = ys_keystore_bodies(&node->home, &out->present, err);
    return code;
}

void ys_signing_clear(struct ys_signing *signing)
{
    for (size_t i = 0; i < YS_SIGNATORIES_MAX; i++)
        ys_signer_clear(&signing->signer[i]);
    ys_passphrases_clear(&signing->from);
    signing->unlocked.count = 0;
}

enum ys_code ys_signing_choose(const struct ys_signing *signing, const struct ys_kind *kind,
                               struct ys_signatories *out, struct ys_err *err)
{
    return ys_signatories_choose(kind, &signing->node->origin.division, &signing->as,
                                 &signing->present, out, err);
}

static void key_path(const struct ys_signing *signing, const char *body, char out[PATH_MAX])
{
    const size_t length = strlen(body);
    size_t place = 0;
    for (const char *key = ys_args_each(&signing->call->args, "key", &place); key != NULL;
         key = ys_args_each(&signing->call->args, "key", &place)) {
        const bool named = strncmp(key, body, length) == 0 && key[length] == '=';
        if (named || !names_body(key)) {
            (void)snprintf(out, PATH_MAX, "%s", named ? key + length + 1 : key);
            return;
        }
    }
    ys_keystore_path(&signing->node->home, strcmp(body, "root") == 0 ? "root-1" : body, ".key",
                     out);
}

enum ys_code ys_signing_check_files(const struct ys_signing *signing, const struct ys_kind *kind,
                                    const struct ys_signatories *signatories, struct ys_err *err)
{
    for (size_t i = 0; i < signatories->count; i++) {
        char path[PATH_MAX];
        const char *const body = signatories->body[i];
        key_path(signing, body, path);
        if (access(path, F_OK) != 0)
            return ys_fail(err, YS_NOT_FOUND,
                           _("%s must be signed by body %s, and its key is not here: %s"),
                           kind->name, body, path);
    }
    return YS_OK;
}

/* Passphrases are asked for when the first key is unlocked, not before. */
static enum ys_code open_passphrases(struct ys_signing *signing, struct ys_err *err)
{
    return signing->unlocked.count == 0
               ? ys_passphrases_of_args(&signing->call->args, &signing->from, err)
               : YS_OK;
}

enum ys_code ys_signing_unlock(struct ys_signing *signing, const char *body,
                               const struct ys_signer **out, struct ys_err *err)
{
    char path[PATH_MAX];
    struct ys_signatories *const unlocked = &signing->unlocked;
    const struct ys_name name = ys_signatory_name(&signing->node->origin, body);
    for (size_t i = 0; i < unlocked->count; i++) {
        if (strcmp(unlocked->body[i], body) == 0) {
            *out = &signing->signer[i];
            return YS_OK;
        }
    }
    if (unlocked->count == YS_SIGNATORIES_MAX)
        return ys_fail(err, YS_LIMIT, _("too many bodies sign in one command"));
    enum ys_code code = open_passphrases(signing, err);
    key_path(signing, body, path);
    if (code == YS_OK)
        code =
            ys_keystore_load(path, &name, &signing->from, &signing->signer[unlocked->count], err);
    if (code != YS_OK)
        return code;
    *out = &signing->signer[unlocked->count];
    memcpy(unlocked->body[unlocked->count++], body, strlen(body) + 1);
    return YS_OK;
}

enum ys_code ys_signing_sign(struct ys_signing *signing, const struct ys_signatories *signatories,
                             struct ys_written *written, struct ys_err *err)
{
    const struct ys_signer *list[YS_SIGNATORIES_MAX];
    enum ys_code code = YS_OK;
    for (size_t i = 0; i < signatories->count && code == YS_OK; i++)
        code = ys_signing_unlock(signing, signatories->body[i], &list[i], err);
    return code == YS_OK ? ys_written_sign(written, list, (unsigned)signatories->count, err) : code;
}

unsigned ys_signatories_classes(const struct ys_signatories *list)
{
    unsigned classes = 0;
    for (size_t i = 0; i < list->count; i++)
        classes |= strcmp(list->body[i], "root") == 0 ? (unsigned)YS_BODY_ROOT
                                                      : ys_body_class(list->body[i]);
    return classes;
}
