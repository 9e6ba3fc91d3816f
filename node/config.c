#include "node/config.h"

#include "crypto/assert.h"
#include "crypto/base64.h"
#include "node/file.h"
#include "node/lang.h"
#include "proto/text.h"

#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_MAX = 192 }; /* bytes; inih reads lines of 200 */
#define MIB ((uint64_t)1024 * 1024)

bool ys_endpoint_valid(const char *text)
{
    static const char scheme[] = "tcp://";
    uint64_t port = 0;
    if (strncmp(text, scheme, sizeof scheme - 1) != 0 || strlen(text) >= YS_ADDRESS_MAX)
        return false;
    for (const char *at = text; *at != '\0'; at++)
        if (*at <= ' ' || *at > '~' || *at == ';')
            return false;
    const char *const host = text + sizeof scheme - 1;
    const char *const colon = strrchr(host, ':');
    if (colon == NULL || colon == host)
        return false;
    return strcmp(colon + 1, "*") == 0 ||
           ys_decimal_parse(ys_bytes_of_text(colon + 1), UINT16_MAX, &port);
}

/* --- parsing --- */

struct parser {
    struct ys_config config;
    unsigned seen;
    struct ys_err err;
};

static bool take_deployment(struct ys_config *config, const char *value)
{
    if (!ys_deployment_valid(ys_bytes_of_text(value)))
        return false;
    memcpy(config->deployment, value, strlen(value) + 1);
    return true;
}

static bool take_code(struct ys_config *config, const char *value)
{
    return ys_division_parse(ys_bytes_of_text(value), &config->division, NULL) == YS_OK;
}

static bool take_name(struct ys_config *config, const char *value)
{
    if (strlen(value) > YS_UNIT_NAME_MAX || value[0] == '\0' ||
        ys_text_check(ys_bytes_of_text(value), NULL) != YS_TEXT_GOOD)
        return false;
    memcpy(config->name, value, strlen(value) + 1);
    return true;
}

static bool take_endpoint(char out[YS_ADDRESS_MAX], const char *value)
{
    if (!ys_endpoint_valid(value))
        return false;
    memcpy(out, value, strlen(value) + 1);
    return true;
}

static bool take_listen(struct ys_config *config, const char *value)
{
    return take_endpoint(config->listen, value);
}

static bool take_parent(struct ys_config *config, const char *value)
{
    return take_endpoint(config->parent, value);
}

static bool take_parent_key(struct ys_config *config, const char *value)
{
    size_t size = 0;
    return ys_base64_decode(ys_bytes_of_text(value), config->parent_key, YS_PUBKEY_LEN, &size) ==
               YS_OK &&
           size == YS_PUBKEY_LEN;
}

/* What stands before the next space; `rest` begins behind it. */
static struct ys_bytes take_word(struct ys_bytes *rest)
{
    size_t size = 0;
    while (size < rest->size && rest->data[size] != ' ')
        size++;
    const struct ys_bytes word = {.data = rest->data, .size = size};
    *rest = ys_bytes_skip(*rest, size < rest->size ? size + 1 : size);
    return word;
}

/* CODE tcp://host:port KEY, with one space between them. */
static bool take_observe(struct ys_config *config, const char *value)
{
    struct ys_observed one = {.endpoint = ""};
    struct ys_bytes rest = ys_bytes_of_text(value);
    const struct ys_bytes code = take_word(&rest);
    const struct ys_bytes endpoint = take_word(&rest);
    char text[YS_ADDRESS_MAX] = "";
    if (config->observed_count == YS_OBSERVED_MAX || endpoint.size >= sizeof text)
        return false;
    memcpy(text, endpoint.data, endpoint.size);
    if (ys_division_parse(code, &one.host, NULL) != YS_OK || !take_endpoint(one.endpoint, text) ||
        !ys_transport_parse(rest, one.key))
        return false;
    for (size_t i = 0; i < config->observed_count; i++)
        if (ys_division_equal(&config->observed[i].host, &one.host))
            return false;
    config->observed[config->observed_count++] = one;
    return true;
}

static bool take_guard(struct ys_config *config, const char *value)
{
    if (value[0] != '/' || strlen(value) >= sizeof config->guard)
        return false;
    memcpy(config->guard, value, strlen(value) + 1);
    return true;
}

static bool take_lang(struct ys_config *config, const char *value)
{
    if (strcmp(value, "zh") != 0 && strcmp(value, "en") != 0)
        return false;
    memcpy(config->lang, value, strlen(value) + 1);
    return true;
}

static bool take_mib(uint64_t *out, const char *value, uint64_t most)
{
    uint64_t mib = 0;
    if (!ys_decimal_parse(ys_bytes_of_text(value), most / MIB, &mib) || mib == 0)
        return false;
    *out = mib * MIB;
    return true;
}

static bool take_attachment(struct ys_config *config, const char *value)
{
    return take_mib(&config->attachment_bytes, value, YS_BLOB_FILE_TOP);
}

static bool take_attachments(struct ys_config *config, const char *value)
{
    return take_mib(&config->attachments_bytes, value, INT64_MAX);
}

enum {
    SET_DEPLOYMENT,
    SET_CODE,
    SET_NAME,
    SET_LISTEN,
    SET_PARENT,
    SET_PARENT_KEY,
    SET_OBSERVE,
    SET_GUARD,
    SET_LANG,
    SET_ATTACHMENT,
    SET_ATTACHMENTS
};

static const struct {
    const char *key;
    bool (*take)(struct ys_config *config, const char *value);
} settings[] = {
    [SET_DEPLOYMENT] = {"deployment", take_deployment},
    [SET_CODE] = {"code", take_code},
    [SET_NAME] = {"name", take_name},
    [SET_LISTEN] = {"listen", take_listen},
    [SET_PARENT] = {"parent", take_parent},
    [SET_PARENT_KEY] = {"parent_key", take_parent_key},
    [SET_OBSERVE] = {"observe", take_observe},
    [SET_GUARD] = {"guard", take_guard},
    [SET_LANG] = {"lang", take_lang},
    [SET_ATTACHMENT] = {"attachment_mib", take_attachment},
    [SET_ATTACHMENTS] = {"attachments_mib", take_attachments},
};
enum { SETTINGS = sizeof settings / sizeof *settings };

/* 1 for a good line, 0 for an error: inih's way. */
static int take_line(void *user, const char *section, const char *key, const char *value)
{
    struct parser *const parser = user;
    if (parser->err.code != YS_OK)
        return 0;
    if (section[0] != '\0') {
        (void)ys_fail(&parser->err, YS_MALFORMED, _("there are no sections: [%s]"), section);
        return 0;
    }
    for (unsigned i = 0; i < SETTINGS; i++) {
        if (strcmp(settings[i].key, key) != 0)
            continue;
        if ((parser->seen >> i & 1) != 0 && i != SET_OBSERVE)
            (void)ys_fail(&parser->err, YS_MALFORMED, _("%s stands twice"), key);
        else if (!settings[i].take(&parser->config, value))
            (void)ys_fail(&parser->err, YS_MALFORMED, _("%s: \"%s\" is no good value"), key, value);
        parser->seen |= 1u << i;
        return parser->err.code == YS_OK;
    }
    (void)ys_fail(&parser->err, YS_MALFORMED, _("unknown setting \"%s\""), key);
    return 0;
}

static enum ys_code check_whole(const struct parser *parser, const char *where, struct ys_err *err)
{
    static const unsigned needed[] = {SET_DEPLOYMENT, SET_CODE};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if ((parser->seen >> needed[i] & 1) == 0)
            return ys_fail(err, YS_MALFORMED, _("%s: %s is missing"), where,
                           settings[needed[i]].key);
    if ((parser->seen >> SET_PARENT & 1) != (parser->seen >> SET_PARENT_KEY & 1))
        return ys_fail(err, YS_MALFORMED,
                       _("%s: parent and parent_key stand together or not at "
                         "all"),
                       where);
    return YS_OK;
}

enum ys_code ys_config_parse(const char *text, const char *where, struct ys_config *out,
                             struct ys_err *err)
{
    struct parser parser = {.seen = 0};
    const int line = ini_parse_string(text, take_line, &parser);
    if (parser.err.code != YS_OK)
        return ys_fail(err, parser.err.code, _("%s: line %d: %s"), where, line, parser.err.msg);
    if (line < 0)
        return ys_fail(err, YS_NOMEM, _("%s: out of memory"), where);
    if (line > 0)
        return ys_fail(err, YS_MALFORMED, _("%s: line %d: not of the form key = value"), where,
                       line);
    const enum ys_code code = check_whole(&parser, where, err);
    if (code == YS_OK)
        *out = parser.config;
    return code;
}

static enum ys_code read_text(const struct ys_home *home, char path[PATH_MAX],
                              char text[YS_CONFIG_MAX + 1], struct ys_err *err)
{
    size_t size = 0;
    ys_home_path(home, "yishi.conf", path);
    const enum ys_code code = ys_file_read(path, 0, text, YS_CONFIG_MAX, &size, err);
    if (code != YS_OK)
        return code;
    if (memchr(text, '\0', size) != NULL)
        return ys_fail(err, YS_MALFORMED, _("%s: is no text"), path);
    text[size] = '\0';
    return YS_OK;
}

enum ys_code ys_config_load(const struct ys_home *home, struct ys_config *out, struct ys_err *err)
{
    char path[PATH_MAX];
    char text[YS_CONFIG_MAX + 1];
    enum ys_code code = ys_home_check(home, err);
    if (code == YS_OK)
        code = read_text(home, path, text, err);
    if (code != YS_OK)
        return code;
    code = ys_config_parse(text, path, out, err);
    /* A node that cannot read its settings is no refusal of what was asked. */
    return code == YS_MALFORMED ? (err == NULL ? YS_IO : (err->code = YS_IO)) : code;
}

/* --- writing --- */

static void put_setting(struct ys_writer *w, unsigned setting, const char *value)
{
    if (value[0] == '\0')
        return;
    ys_writer_text(w, settings[setting].key);
    ys_writer_text(w, " = ");
    ys_writer_text(w, value);
    ys_writer_text(w, "\n");
}

static void print_key(const uint8_t key[YS_PUBKEY_LEN], char out[YS_BASE64_LEN(YS_PUBKEY_LEN) + 1])
{
    struct ys_writer w = {.data = (uint8_t *)out, .capacity = YS_BASE64_LEN(YS_PUBKEY_LEN)};
    ys_writer_base64(&w, (struct ys_bytes){.data = key, .size = YS_PUBKEY_LEN});
    YS_ASSERT(!w.overflow);
    out[w.size] = '\0';
}

static bool same_observed(const struct ys_config *a, const struct ys_config *b)
{
    bool all = a->observed_count == b->observed_count;
    for (size_t i = 0; i < a->observed_count && all; i++)
        all = ys_division_equal(&a->observed[i].host, &b->observed[i].host) &&
              strcmp(a->observed[i].endpoint, b->observed[i].endpoint) == 0 &&
              memcmp(a->observed[i].key, b->observed[i].key, YS_PUBKEY_LEN) == 0;
    return all;
}

static bool same(const struct ys_config *a, const struct ys_config *b)
{
    return strcmp(a->deployment, b->deployment) == 0 &&
           ys_division_equal(&a->division, &b->division) && strcmp(a->name, b->name) == 0 &&
           strcmp(a->listen, b->listen) == 0 && strcmp(a->parent, b->parent) == 0 &&
           (a->parent[0] == '\0' || memcmp(a->parent_key, b->parent_key, YS_PUBKEY_LEN) == 0) &&
           same_observed(a, b) && strcmp(a->guard, b->guard) == 0 &&
           strcmp(a->lang, b->lang) == 0 && a->attachment_bytes == b->attachment_bytes &&
           a->attachments_bytes == b->attachments_bytes;
}

/* Write what was checked to read back as `wanted`. */
static enum ys_code save_text(const struct ys_home *home, const char *text,
                              const struct ys_config *wanted, struct ys_err *err)
{
    char path[PATH_MAX];
    struct ys_config again = {.name = ""};
    ys_home_path(home, "yishi.conf", path);
    const enum ys_code code = ys_config_parse(text, path, &again, err);
    if (code != YS_OK)
        return code;
    if (!same(&again, wanted))
        return ys_fail(
            err, YS_MALFORMED,
            _("%s: a value would not read back the same (\" ;\" begins a comment; a line "
              "has at most %d bytes)"),
            path, VALUE_MAX);
    return ys_file_write(path, 0600, ys_bytes_of_text(text), err);
}

enum ys_code ys_config_create(const struct ys_home *home, const struct ys_config *config,
                              struct ys_err *err)
{
    char text[YS_CONFIG_MAX + 1];
    char key[YS_BASE64_LEN(YS_PUBKEY_LEN) + 1] = "";
    struct ys_writer w = {.data = (uint8_t *)text, .capacity = YS_CONFIG_MAX};
    if (config->parent[0] != '\0')
        print_key(config->parent_key, key);
    ys_writer_text(&w, "; Settings of one yishi node. Deployment and code never change.\n");
    put_setting(&w, SET_DEPLOYMENT, config->deployment);
    put_setting(&w, SET_CODE, config->division.digits);
    put_setting(&w, SET_NAME, config->name);
    put_setting(&w, SET_LISTEN, config->listen);
    put_setting(&w, SET_PARENT, config->parent);
    put_setting(&w, SET_PARENT_KEY, key);
    put_setting(&w, SET_GUARD, config->guard);
    put_setting(&w, SET_LANG, config->lang);
    YS_ASSERT(!w.overflow);
    text[w.size] = '\0';
    return save_text(home, text, config, err);
}

/* Does this line set `key`? */
static bool line_sets(struct ys_bytes line, const char *key)
{
    const size_t length = strlen(key);
    if (!ys_bytes_starts_with(line, key))
        return false;
    size_t at = length;
    while (at < line.size && (line.data[at] == ' ' || line.data[at] == '\t'))
        at++;
    return at < line.size && (line.data[at] == '=' || line.data[at] == ':');
}

/* All lines of `text` but those that set one of the two (`also` may be as `setting`). */
static void copy_other_lines(struct ys_writer *w, struct ys_bytes text, unsigned setting,
                             unsigned also)
{
    while (text.size > 0) {
        struct ys_bytes line = text;
        if (!ys_bytes_take_line(&text, &line))
            text.size = 0;
        if (line_sets(line, settings[setting].key) || line_sets(line, settings[also].key))
            continue;
        ys_writer_bytes(w, line);
        ys_writer_text(w, "\n");
    }
}

enum ys_code ys_config_set_parent(const struct ys_home *home, const char *parent,
                                  const uint8_t key[YS_PUBKEY_LEN], struct ys_err *err)
{
    char path[PATH_MAX];
    char old[YS_CONFIG_MAX + 1];
    char text[YS_CONFIG_MAX + 1];
    char key_text[YS_BASE64_LEN(YS_PUBKEY_LEN) + 1];
    struct ys_writer w = {.data = (uint8_t *)text, .capacity = YS_CONFIG_MAX};
    struct ys_config config = {.observed_count = 0};
    enum ys_code code = ys_config_load(home, &config, err);
    if (code == YS_OK)
        code = read_text(home, path, old, err);
    if (code != YS_OK)
        return code;
    if (!take_parent(&config, parent))
        return ys_fail(err, YS_USAGE, _("\"%s\" is no address like tcp://host:port"), parent);
    memcpy(config.parent_key, key, YS_PUBKEY_LEN);
    print_key(key, key_text);
    copy_other_lines(&w, ys_bytes_of_text(old), SET_PARENT, SET_PARENT_KEY);
    put_setting(&w, SET_PARENT, parent);
    put_setting(&w, SET_PARENT_KEY, key_text);
    if (w.overflow)
        return ys_fail(err, YS_LIMIT, _("%s: more than %d bytes"), path, YS_CONFIG_MAX);
    text[w.size] = '\0';
    return save_text(home, text, &config, err);
}

static void put_observed(struct ys_writer *w, const struct ys_observed *one)
{
    char key[YS_BASE64_LEN(YS_PUBKEY_LEN) + 1];
    print_key(one->key, key);
    ys_writer_text(w, settings[SET_OBSERVE].key);
    ys_writer_text(w, " = ");
    ys_writer_text(w, one->host.digits);
    ys_writer_text(w, " ");
    ys_writer_text(w, one->endpoint);
    ys_writer_text(w, " ");
    ys_writer_text(w, key);
    ys_writer_text(w, "\n");
}

/* The place of who is observed already, or a new one. */
static struct ys_observed *place_of(struct ys_config *config, const struct ys_division *host)
{
    for (size_t i = 0; i < config->observed_count; i++)
        if (ys_division_equal(&config->observed[i].host, host))
            return &config->observed[i];
    return config->observed_count == YS_OBSERVED_MAX ? NULL
                                                     : &config->observed[config->observed_count++];
}

enum ys_code ys_config_observe(const struct ys_home *home, const struct ys_observed *observed,
                               struct ys_err *err)
{
    char path[PATH_MAX];
    char old[YS_CONFIG_MAX + 1];
    char text[YS_CONFIG_MAX + 1];
    struct ys_writer w = {.data = (uint8_t *)text, .capacity = YS_CONFIG_MAX};
    struct ys_config config = {.observed_count = 0};
    enum ys_code code = ys_config_load(home, &config, err);
    if (code == YS_OK)
        code = read_text(home, path, old, err);
    if (code != YS_OK)
        return code;
    struct ys_observed *const place = place_of(&config, &observed->host);
    if (place == NULL)
        return ys_fail(err, YS_LIMIT, _("%s: more than %d are observed"), path, YS_OBSERVED_MAX);
    *place = *observed;
    copy_other_lines(&w, ys_bytes_of_text(old), SET_OBSERVE, SET_OBSERVE);
    for (size_t i = 0; i < config.observed_count; i++)
        put_observed(&w, &config.observed[i]);
    if (w.overflow)
        return ys_fail(err, YS_LIMIT, _("%s: more than %d bytes"), path, YS_CONFIG_MAX);
    text[w.size] = '\0';
    return save_text(home, text, &config, err);
}
