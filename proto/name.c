#include "proto/name.h"

#include "crypto/assert.h"
#include "crypto/base64.h"
#include "proto/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* deployment, "/", code, "/" and the longest last part: a body or "mirror" */
_Static_assert(YS_DEPLOYMENT_MAX + 1 + YS_DIVISION_MAX + 1 + YS_BODY_NAME_MAX <= YS_KEY_NAME_MAX,
               "every name fits a key name");

struct class_row {
    unsigned class;
    const char *name;
    bool levels[3]; /* by enum ys_level */
    const char *zh;
    const char *en;
};

static const struct class_row classes[] = {
    {YS_BODY_RC, "rc", {false, false, true}, "社区居民委员会", "residents' committee"},
    {YS_BODY_PO, "po", {false, false, true}, "社区党组织", "community party organisation"},
    {YS_BODY_SC, "sc", {false, false, true}, "居务监督委员会", "supervision committee"},
    {YS_BODY_ST,
     "st",
     {false, true, false},
     "街道办事处、乡镇人民政府",
     "street office or township government"},
    {YS_BODY_GD, "gd", {true, true, false}, "政府部门", "government department"},
    {YS_BODY_DA, "da", {true, false, false}, "区级主管与审计", "district authority and audit"},
    {YS_BODY_ROOT, NULL, {true, false, false}, "区级根密钥", "root keys of the district"},
    {YS_BODY_NODE, NULL, {true, true, true}, "节点", "node"},
};
enum { CLASS_COUNT = sizeof classes / sizeof classes[0] };

static bool is_lower_or_digit(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool ys_deployment_valid(struct ys_bytes text)
{
    if (text.size == 0 || text.size > YS_DEPLOYMENT_MAX || !is_lower_or_digit(text.data[0]) ||
        !is_lower_or_digit(text.data[text.size - 1]))
        return false;
    bool dot = false;
    for (size_t i = 0; i < text.size; i++) {
        const uint8_t c = text.data[i];
        if (!is_lower_or_digit(c) && c != '.' && c != '-')
            return false;
        dot = dot || c == '.';
    }
    return dot;
}

static unsigned class_of(struct ys_bytes body)
{
    if (body.size > 3 && body.size <= YS_BODY_NAME_MAX && memcmp(body.data, "gd-", 3) == 0) {
        for (size_t i = 3; i < body.size; i++) {
            if (!is_lower_or_digit(body.data[i]))
                return 0;
        }
        return YS_BODY_GD;
    }
    for (size_t i = 0; i < CLASS_COUNT; i++) {
        if (classes[i].name != NULL && classes[i].class != YS_BODY_GD &&
            ys_bytes_is_text(body, classes[i].name))
            return classes[i].class;
    }
    return 0;
}

bool ys_body_name_valid(struct ys_bytes text)
{
    return class_of(text) != 0;
}

unsigned ys_body_class(const char *body)
{
    return class_of(ys_bytes_of_text(body));
}

bool ys_body_class_at(unsigned body_class, enum ys_level level)
{
    for (size_t i = 0; i < CLASS_COUNT; i++) {
        if (classes[i].class == body_class)
            return classes[i].levels[level];
    }
    return false;
}

const char *ys_body_class_text(unsigned body_class, bool chinese)
{
    for (size_t i = 0; i < CLASS_COUNT; i++) {
        if (classes[i].class == body_class)
            return chinese ? classes[i].zh : classes[i].en;
    }
    return "?";
}

const char *ys_body_class_word(unsigned body_class)
{
    for (size_t i = 0; i < CLASS_COUNT; i++) {
        if (classes[i].class == body_class && classes[i].name != NULL)
            return classes[i].name;
    }
    return body_class == YS_BODY_ROOT ? "root" : body_class == YS_BODY_NODE ? "node" : "?";
}

/* Cuts off what stands before the first slash. False when there is none. */
static bool part_take(struct ys_bytes *text, struct ys_bytes *part_out)
{
    const uint8_t *slash = text->size == 0 ? NULL : memchr(text->data, '/', text->size);
    if (slash == NULL)
        return false;
    const size_t size = (size_t)(slash - text->data);
    *part_out = (struct ys_bytes){.data = text->data, .size = size};
    text->data += size + 1;
    text->size -= size + 1;
    return true;
}

/* The last part of a name that has a code in the middle. */
static bool last_part_parse(struct ys_bytes last, struct ys_name *name)
{
    uint64_t incarnation = 0;
    if (ys_bytes_is_text(last, "root")) {
        name->kind = YS_NAME_ROOT;
        return ys_division_level(&name->division) == YS_LEVEL_DISTRICT;
    }
    if (ys_decimal_parse(last, YS_INCARNATION_MAX, &incarnation)) {
        name->kind = YS_NAME_LOG;
        name->incarnation = (uint32_t)incarnation;
        return incarnation > 0;
    }
    if (!ys_body_name_valid(last))
        return false;
    name->kind = YS_NAME_BODY;
    memcpy(name->body, last.data, last.size);
    return true;
}

static bool name_parse(struct ys_bytes text, struct ys_name *name)
{
    struct ys_bytes deployment = {0};
    struct ys_bytes middle = {0};
    if (!part_take(&text, &deployment) || !part_take(&text, &middle) ||
        !ys_deployment_valid(deployment))
        return false;
    memcpy(name->deployment, deployment.data, deployment.size);
    if (ys_bytes_is_text(middle, "mirror")) {
        name->kind = YS_NAME_MIRROR;
        return ys_division_parse(text, &name->division, NULL) == YS_OK;
    }
    return ys_division_parse(middle, &name->division, NULL) == YS_OK && last_part_parse(text, name);
}

enum ys_code ys_name_parse(struct ys_bytes text, struct ys_name *out, struct ys_err *err)
{
    struct ys_name name = {0};
    if (text.size > YS_KEY_NAME_MAX || !name_parse(text, &name)) {
        const int shown = (int)ys_text_cut(text, YS_KEY_NAME_MAX);
        return ys_fail(err, YS_MALFORMED, "\"%.*s\" is not the name of a log or key", shown,
                       shown == 0 ? "" : (const char *)text.data);
    }
    *out = name;
    return YS_OK;
}

void ys_name_print(const struct ys_name *name, char out[YS_KEY_NAME_MAX + 1])
{
    const char *deployment = name->deployment;
    const char *code = name->division.digits;
    int length = -1;
    switch (name->kind) {
    case YS_NAME_LOG:
        length = snprintf(out, YS_KEY_NAME_MAX + 1, "%s/%s/%" PRIu32, deployment, code,
                          name->incarnation);
        break;
    case YS_NAME_MIRROR:
        length = snprintf(out, YS_KEY_NAME_MAX + 1, "%s/mirror/%s", deployment, code);
        break;
    case YS_NAME_BODY:
        length = snprintf(out, YS_KEY_NAME_MAX + 1, "%s/%s/%s", deployment, code, name->body);
        break;
    case YS_NAME_ROOT:
        length = snprintf(out, YS_KEY_NAME_MAX + 1, "%s/%s/root", deployment, code);
        break;
    }
    YS_ASSERT(length > 0 && length <= YS_KEY_NAME_MAX);
}

bool ys_name_equal(const struct ys_name *a, const struct ys_name *b)
{
    return a->kind == b->kind && strcmp(a->deployment, b->deployment) == 0 &&
           ys_division_equal(&a->division, &b->division) && a->incarnation == b->incarnation &&
           strcmp(a->body, b->body) == 0;
}

static struct ys_name name_from(enum ys_name_kind kind, const char *deployment,
                                const struct ys_division *division)
{
    const struct ys_bytes text = ys_bytes_of_text(deployment);
    YS_ASSERT(ys_deployment_valid(text));
    struct ys_name name = {.kind = kind, .division = *division};
    memcpy(name.deployment, text.data, text.size);
    return name;
}

struct ys_name ys_name_log(const char *deployment, const struct ys_division *division,
                           uint32_t incarnation)
{
    YS_ASSERT(incarnation >= 1 && incarnation <= YS_INCARNATION_MAX);
    struct ys_name name = name_from(YS_NAME_LOG, deployment, division);
    name.incarnation = incarnation;
    return name;
}

bool ys_transport_parse(struct ys_bytes text, uint8_t out[YS_PUBKEY_LEN])
{
    size_t size = 0;
    return text.size == YS_BASE64_LEN(YS_PUBKEY_LEN) &&
           ys_base64_decode(text, out, YS_PUBKEY_LEN, &size) == YS_OK && size == YS_PUBKEY_LEN;
}

bool ys_name_is_observers(const struct ys_name *name)
{
    return name->kind == YS_NAME_LOG && name->incarnation == YS_INCARNATION_MAX;
}

struct ys_name ys_name_mirror(const char *deployment, const struct ys_division *division)
{
    return name_from(YS_NAME_MIRROR, deployment, division);
}

struct ys_name ys_name_body(const char *deployment, const struct ys_division *division,
                            const char *body)
{
    const struct ys_bytes text = ys_bytes_of_text(body);
    YS_ASSERT(ys_body_name_valid(text));
    struct ys_name name = name_from(YS_NAME_BODY, deployment, division);
    memcpy(name.body, text.data, text.size);
    return name;
}

struct ys_name ys_name_root(const char *deployment, const struct ys_division *division)
{
    YS_ASSERT(ys_division_level(division) == YS_LEVEL_DISTRICT);
    return name_from(YS_NAME_ROOT, deployment, division);
}
