#include "node/attachment/attach.h"

#include "crypto/base64.h"
#include "node/attachment/keep.h"
#include "node/attachment/media_type.h"
#include "node/lang.h"
#include "proto/enum_word.h"
#include "proto/json_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static void close_fd(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}
#define FD_SCOPED __attribute__((cleanup(close_fd))) int

/* What must not leave the community unless somebody says so (DOMAIN.md 2.5, 5.2). */
static bool stays(int role)
{
    return role == YISHI__V1__ATTACHMENT_ROLE__ATTACHMENT_ROLE_SIGN_IN_SHEET ||
           role == YISHI__V1__ATTACHMENT_ROLE__ATTACHMENT_ROLE_MINUTES;
}

/* The value of a word of an option; `otherwise` without one. */
static enum ys_code find_word(const ProtobufCEnumDescriptor *type, const char *option,
                              const char *word, int otherwise, int *out, struct ys_err *err)
{
    *out = otherwise;
    if (word == NULL)
        return YS_OK;
    const ProtobufCEnumValue *const value = ys_enum_find(type, ys_bytes_of_text(word));
    if (value == NULL || value->value == 0) {
        uint8_t words[160];
        struct ys_writer w = {.data = words, .capacity = sizeof words - 1};
        for (unsigned i = 0; i < type->n_values; i++) {
            char one[YS_ENUM_WORD_MAX];
            if (type->values[i].value == 0)
                continue;
            ys_enum_word(type, &type->values[i], one);
            ys_writer_text(&w, w.size == 0 ? "" : ", ");
            ys_writer_text(&w, one);
        }
        words[w.size] = '\0';
        return ys_fail(err, YS_USAGE, _("--%s: \"%s\" is none of: %s"), option, word,
                       (const char *)words);
    }
    *out = value->value;
    return YS_OK;
}

static void set_word(json_t *entry, const char *name, const ProtobufCEnumDescriptor *type,
                     int number)
{
    char word[YS_ENUM_WORD_MAX];
    const ProtobufCEnumValue *const value = protobuf_c_enum_descriptor_get_value(type, number);
    if (value == NULL)
        return;
    ys_enum_word(type, value, word);
    json_object_set_new(entry, name, json_string(word));
}

/* Its entry in the draft, unless that content stands there already. */
static enum ys_code add_entry(json_t *record, const char *file, json_t *entry, struct ys_err *err)
{
    json_t *list = json_object_get(record, "attachments");
    const char *const hash = json_string_value(json_object_get(entry, "hash"));
    if (list == NULL) {
        json_object_set_new(record, "attachments", json_array());
        list = json_object_get(record, "attachments");
    }
    if (!json_is_array(list))
        return ys_fail(err, YS_MALFORMED, _("attachments: is no list"));
    if (json_array_size(list) >= YS_BODY_ATTACHMENTS_MAX)
        return ys_fail(err, YS_LIMIT, _("attachments: a record names at most %d"),
                       YS_BODY_ATTACHMENTS_MAX);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *const other =
            json_string_value(json_object_get(json_array_get(list, i), "hash"));
        if (other != NULL && hash != NULL && strcmp(other, hash) == 0)
            return ys_fail(err, YS_EXISTS, _("%s: the draft names this content already"), file);
    }
    return json_array_append(list, entry) == 0 ? YS_OK : ys_fail(err, YS_NOMEM, _("out of memory"));
}

static json_t *make_entry(const struct ys_attached *attached, const char *media_type,
                          const char *title, int scope, int role)
{
    uint8_t text[YS_HASH_TEXT_LEN];
    struct ys_writer w = {.data = text, .capacity = sizeof text};
    json_t *const entry = json_object();
    ys_hash_print(&w, &attached->hash);
    json_object_set_new(entry, "alg", json_string("sha256"));
    json_object_set_new(entry, "hash", json_stringn((const char *)text, w.size));
    json_object_set_new(entry, "size", json_integer((json_int_t)attached->size));
    json_object_set_new(entry, "media_type", json_string(media_type));
    if (title != NULL)
        json_object_set_new(entry, "title", json_string(title));
    set_word(entry, "scope", &yishi__v1__attachment_scope__descriptor, scope);
    set_word(entry, "role", &yishi__v1__attachment_role__descriptor, role);
    return entry;
}

/* Of a file that stays here. What belongs to the matter's papers is kept as long as they are. */
static enum ys_code make_tag(const json_t *record, int role,
                             const struct ys_attach_options *options, struct ys_vault_tag *out,
                             struct ys_err *err)
{
    const char *const kind = json_string_value(json_object_get(record, "kind"));
    *out = (struct ys_vault_tag){.slot = YS_SLOT_ATTACHMENT,
                                 .retention = stays(role) ? YS_RETAIN_YEARS_30 : YS_RETAIN_PURPOSE,
                                 .draft = options->draft};
    if (kind == NULL || !ys_commitment_word_valid(kind))
        return ys_fail(err, YS_MALFORMED, _("the draft says no kind that is known"));
    memcpy(out->kind, kind, strlen(kind) + 1);
    return ys_vault_words_read(&options->words, out, err);
}

enum ys_code ys_attach_file(const struct ys_node *node, json_t *record, const char *file,
                            const struct ys_attach_options *options, struct ys_attached *out,
                            struct ys_err *err)
{
    uint8_t head[YS_MEDIA_TYPE_HEAD];
    struct ys_attached attached = {.file = file};
    struct ys_vault_tag tag;
    int role = 0;
    int scope = 0;
    enum ys_code code = find_word(&yishi__v1__attachment_role__descriptor, "role", options->role,
                                  YISHI__V1__ATTACHMENT_ROLE__ATTACHMENT_ROLE_OTHER, &role, err);
    if (code == YS_OK)
        code = find_word(&yishi__v1__attachment_scope__descriptor, "scope", options->scope,
                         stays(role) ? YISHI__V1__ATTACHMENT_SCOPE__ATTACHMENT_SCOPE_LOCAL_ONLY
                                     : YISHI__V1__ATTACHMENT_SCOPE__ATTACHMENT_SCOPE_REPLICATED,
                         &scope, err);
    if (code == YS_OK)
        code = make_tag(record, role, options, &tag, err);
    if (code != YS_OK)
        return code;
    FD_SCOPED fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return ys_fail(err, YS_IO, "%s: %s", file, strerror(errno));
    const ssize_t got =
        pread(fd, head, sizeof head, 0); /* of what has no places: the name decides */
    const char *const type =
        options->media_type != NULL
            ? options->media_type
            : ys_media_type(file, (struct ys_bytes){head, got > 0 ? (size_t)got : 0});
    code = ys_attach_keep(node, (Yishi__V1__AttachmentScope)scope, options->vault, &tag, fd, file,
                          &attached.hash, &attached.size, err);
    if (code != YS_OK)
        return code;
    json_t *const entry = make_entry(&attached, type, options->title, scope, role);
    code = add_entry(record, file, entry, err);
    attached.media_type = json_string_value(json_object_get(entry, "media_type"));
    attached.title = json_string_value(json_object_get(entry, "title"));
    attached.scope = json_string_value(json_object_get(entry, "scope"));
    attached.role = json_string_value(json_object_get(entry, "role"));
    json_decref(entry);
    if (code == YS_OK)
        *out = attached; /* its words belong to the entry, which the draft holds */
    return code;
}

static enum ys_code check_one(const struct ys_blobs *blobs, const Yishi__V1__Attachment *a,
                              struct ys_err *err)
{
    struct ys_hash hash;
    char name[YS_BLOB_NAME_LEN + 1];
    uint64_t size = 0;
    memcpy(hash.bytes, a->hash.data, YS_HASH_LEN);
    ys_blob_name(&hash, name);
    const enum ys_code code = ys_blobs_size(blobs, &hash, &size, err);
    if (code == YS_NOT_FOUND)
        return ys_fail(err, YS_REFUSED,
                       _("attachment %s, %llu bytes: its file is not here; keep it first: yishi "
                         "attach"),
                       name, (unsigned long long)a->size);
    if (code == YS_OK && size != a->size)
        return ys_fail(err, YS_REFUSED,
                       _("attachment %s: the record says %llu bytes, its file has %llu"), name,
                       (unsigned long long)a->size, (unsigned long long)size);
    return code;
}

enum ys_code ys_attach_check(const struct ys_node *node, const struct ys_written *written,
                             struct ys_err *err)
{
    struct ys_arena arena;
    const Yishi__V1__Body *body = NULL;
    YS_BLOBS_SCOPED *blobs = NULL;
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    enum ys_code code = ys_body_decode(written->body, &arena, &body, err);
    for (size_t i = 0; code == YS_OK && i < body->n_attachments; i++) {
        const Yishi__V1__Attachment *const a = body->attachments[i];
        if (a->scope != YISHI__V1__ATTACHMENT_SCOPE__ATTACHMENT_SCOPE_REPLICATED ||
            a->alg != YISHI__V1__HASH_ALGORITHM__HASH_ALGORITHM_SHA256 ||
            a->hash.len != YS_HASH_LEN)
            continue;
        if (blobs == NULL)
            code = ys_attachments_open(&node->home, &node->config, &blobs, err);
        if (code == YS_OK)
            code = check_one(blobs, a, err);
    }
    ys_arena_clear(&arena);
    return code;
}
