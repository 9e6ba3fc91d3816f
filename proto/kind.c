#include "proto/kind.h"

enum {
    ISSUERS = YS_BODY_ST | YS_BODY_DA | YS_BODY_ROOT, /* of membership records */
    ANY_BODY = YS_BODY_RC | YS_BODY_PO | YS_BODY_SC | YS_BODY_ST | YS_BODY_GD | YS_BODY_DA,
};

static const struct ys_kind kinds[] = {
    {.id = 1,
     .name = "body_register",
     .zh = "主体登记",
     .en = "registration of a body's key",
     .authors = ISSUERS,
     .article = "DESIGN.md 3",
     .membership = true},
    {.id = 2,
     .name = "key_revoke",
     .zh = "密钥停用",
     .en = "revocation of a key",
     .authors = ISSUERS,
     .article = "DESIGN.md 3",
     .membership = true},
    {.id = 6,
     .name = "node_certificate",
     .zh = "节点证书",
     .en = "certificate of a node",
     .authors = ISSUERS,
     .article = "DESIGN.md 3",
     .membership = true},
    {.id = 7,
     .name = "anchor",
     .zh = "锚定",
     .en = "anchor in the parent's log",
     .authors = YS_BODY_NODE,
     .article = "DESIGN.md 3"},
    {.id = 8,
     .name = "fork_notice",
     .zh = "分叉通知",
     .en = "notice of a fork",
     .authors = YS_BODY_NODE,
     .article = "DESIGN.md 3"},
    {.id = 31,
     .name = "consensus",
     .zh = "协商共识",
     .en = "consensus",
     .authors = YS_BODY_RC,
     .also = YS_BODY_PO,
     .article = "11(4)"},
    {.id = 61,
     .name = "evaluation_result",
     .zh = "评议结果",
     .en = "result of an evaluation",
     .authors = YS_BODY_RC,
     .article = "12(3)"},
    {.id = 63,
     .name = "feedback_publication",
     .zh = "成果反馈与公开",
     .en = "feedback and publication of an outcome",
     .authors = YS_BODY_RC,
     .article = "12"},
    {.id = 65,
     .name = "acknowledgement",
     .zh = "知悉/签收",
     .en = "acknowledgement",
     .authors = ANY_BODY,
     .article = "DOMAIN.md 2.4"},
    {.id = 95,
     .name = "receipts",
     .zh = "回执汇总",
     .en = "list of the receipts given",
     .authors = YS_BODY_NODE,
     .article = "DESIGN.md 3",
     .membership = true},
};
enum { KIND_COUNT = sizeof kinds / sizeof kinds[0] };

const struct ys_kind *ys_kind_table(size_t *count_out)
{
    *count_out = KIND_COUNT;
    return kinds;
}

const struct ys_kind *ys_kind_by_name(struct ys_bytes name)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (ys_bytes_is_text(name, kinds[i].name))
            return &kinds[i];
    }
    return NULL;
}

const struct ys_kind *ys_kind_by_id(uint32_t id)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (kinds[i].id == id)
            return &kinds[i];
    }
    return NULL;
}

bool ys_kind_word_valid(struct ys_bytes text)
{
    if (text.size == 0 || text.size > YS_KIND_NAME_MAX)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        const uint8_t c = text.data[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '.' && c != '_' && c != '-')
            return false;
    }
    return true;
}
