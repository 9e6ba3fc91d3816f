#include "node/label.h"

#include "node/lang.h"
#include "proto/enum_word.h"

#include <stdio.h>
#include <string.h>

struct label {
    const char *name;
    const char *zh;
};

/* Names that mean something else in one message than in the others: "message.field". */
/* clang-format off */
static const struct label of_message[] = {
    {"attachment.hash", "文件摘要值"}, {"attachment.role", "附件用途"},
    {"moderator.party_kind", "主持主体"}, {"notice_change.content", "内容变更"},
    {"notice_change.time", "时间变更"}, {"notice_change.place", "地点变更"},
    {"notice_change.moderator", "主持人变更"}, {"residents_meeting_decision.text", "决定内容"},
    {"consensus_item.text", "事项内容"}, {"consensus_item.responsible", "责任主体"},
    {"consensus.items", "共识事项"}, {"implementation_plan.items", "实施事项"},
    {"plan_item.text", "实施内容"}, {"action_group.size", "成员人数"},
    {"action_group.name", "行动小组名称"}, {"house_rules.text", "全文"},
    {"house_rules.subject", "规则类别"}, {"rule_parameter.name", "参数名称"},
    {"rule_parameter.scope", "适用区划"}, {"commission_request.from", "委托单位"},
    {"commission_request.subject", "议题"}, {"street_opinion.text", "意见"},
    {"legal_basis.name", "法律名称"}, {"legal_education.subject", "主题"},
    {"legal_education.form", "形式"}, {"redaction.order", "责令单位及文号"},
    {"redaction.whole_body", "全部内容"},
    {"street_correction.order", "纠正要求"}, {"feedback_publication.subject", "公开内容类别"},
    {"feedback_publication.text", "公开内容"}, {"session_attendance.invited", "邀请人数"},
    {"session_attendance.present", "到会人数"}, {"session_option.text", "方案内容"},
    {"topic_determination.scope", "协商范围"}, {"topic_determination.decision", "联席会议决定"},
    {"meeting_session.result", "会议结果"}, {"topic_determination.nature", "预期性质"},
    {"report_snapshot.scope", "报告范围"}, {"report_input.size", "日志长度"},
    {"receipt.size", "日志长度"}, {"receipt.time", "时间"}, {"succession.log", "原日志"},
    {"succession.size", "承继长度"}, {"audit_finding.body", "责任主体"},
    {"objection.text", "异议内容"}, {"measure.text", "措施内容"},
    {"node_certificate.role", "节点类型"}, {"body_register.body", "主体代码"},
    {"not_personal.path", "所在字段"}, {"not_personal.position", "第几个字"},
    {"not_personal.looks_like", "误判为"}, {"not_personal.reason", "不是个人信息的理由"},
    {"key_revoke.text", "说明"}, {"fork_notice.size", "矛盾处长度"},
};

static const struct label of_field[] = {
    {"part", "分项"},
    {"numerator", "分子"},
    {"members", "计入成员的长度"},
    {"indicator", "指标"},
    {"figures", "指标数值"},
    {"figure", "数值代码"},
    {"denominator", "分母"},
    {"as_of", "期限判断日"},
    {"about", "事由"}, {"abstain", "弃权"}, {"accepted_by", "验收方"}, {"address", "地址"},
    {"adopted_on", "制定日期"}, {"adopted_with", "参与制定的主体"}, {"after", "变更后"},
    {"against", "反对"}, {"agenda", "议程"}, {"alg", "算法"}, {"answered_on", "答复日期"},
    {"applicant_kind", "申请人类别"}, {"applicants_present", "申请人到会数"},
    {"applied_on", "申请日期"}, {"apply_until", "申请截止时间"}, {"article", "条款"},
    {"attachment", "附件摘要值"}, {"attachments", "附件"}, {"attendance", "到会情况"},
    {"backfill_reason", "补录原因"}, {"background", "背景"}, {"ballot_root", "选票集合摘要"},
    {"basis", "依据"}, {"before", "变更前"}, {"body", "主体"}, {"body_kind", "会议类别"},
    {"budget_fen", "预算(分)"}, {"category", "事项类别"}, {"change", "变更类型"},
    {"change_of", "对原公示的变更"}, {"changes", "更正内容"}, {"channel", "渠道"},
    {"channels", "渠道"}, {"checkpoint", "检查点"}, {"closed_on", "办结日期"},
    {"commitment", "承诺值"}, {"communities", "受委托社区"}, {"completed_on", "完成日期"},
    {"contact", "联系方式"}, {"content", "内容"}, {"contractor", "承接方"}, {"count", "数量"},
    {"cut_root", "截止处根值"}, {"cut_size", "截止长度"}, {"decision", "决定"},
    {"decision_matter", "属居民会议决策事项"}, {"degree", "共识程度"},
    {"delegated", "居民会议授权"}, {"department", "部门"}, {"department_present", "部门到会"},
    {"dimension", "维度"}, {"dimensions", "三个维度"}, {"disputed_points", "争议焦点"},
    {"dissent", "不同意见"}, {"division", "区划代码"}, {"done_on", "完成日期"}, {"due", "期限"},
    {"duplicates_merged", "合并的重复议题数"}, {"effective_from", "生效日期"},
    {"effective_on", "生效日期"}, {"end", "办结方式"}, {"ended_at", "结束时间"},
    {"entitled", "应到人数"}, {"erased_on", "删除日期"}, {"evaluators_by_kind", "评议人(按主体)"},
    {"excluded", "未采纳"}, {"explained_to_dissenters", "已向持不同意见者说明"},
    {"exports", "导出文件"}, {"follow_up_role", "跟进岗位"}, {"for", "赞成"},
    {"for_public_service", "属政府公共服务事项"}, {"form", "协商形式"},
    {"form_text", "其他形式说明"}, {"format", "格式"}, {"from", "起始日期"},
    {"from_index", "起始序号"}, {"fund", "资金来源"}, {"goal", "目标"}, {"grade_0", "不了解"},
    {"grade_1", "很不满意"}, {"grade_2", "不满意"}, {"grade_3", "一般"}, {"grade_4", "满意"},
    {"grade_5", "很满意"}, {"hash", "摘要值"}, {"held_on", "举行日期"}, {"holder", "保管单位"},
    {"households", "户数"}, {"how", "整改情况"}, {"included", "形成议题数"},
    {"indicators_hash", "指标摘要值"}, {"inputs", "数据来源"}, {"interest", "利益关系"},
    {"invited", "是否邀请"}, {"invited_kind", "受邀主体类别"}, {"invited_name", "受邀单位"},
    {"issued", "发出份数"}, {"item_no", "事项序号"}, {"items", "共识事项"},
    {"joint_with", "联合协商社区"}, {"key", "公钥"}, {"lawfulness_confirmed", "已确认方向与合法性"},
    {"legal_basis", "法律依据"}, {"level", "协商层面"}, {"location", "地点"}, {"log", "日志"},
    {"log_possession", "日志密钥持有证明"}, {"look_again_on", "再议日期"},
    {"main_content", "主要内容"}, {"matter", "事项编号"}, {"matters", "事项编号"},
    {"matters_reported", "报告事项数"}, {"measures", "措施"}, {"media_type", "文件类型"},
    {"meeting_at", "会议时间"}, {"merged_into", "并入事项"}, {"met_on", "联席会议日期"},
    {"method", "方式"}, {"mirror", "副署密钥"}, {"mirror_possession", "副署密钥持有证明"},
    {"mode", "方式"}, {"moderator", "主持人"}, {"name", "名称"}, {"nature", "事项性质"},
    {"new_due", "新期限"}, {"new_due_reason", "延期原因"}, {"new_text", "新文本"},
    {"new_value", "新值"}, {"next_step", "下一步"}, {"not_personal", "误判号码的说明"}, {"no", "序号"},
    {"not_invited_reason", "未邀请原因"}, {"notified_on", "通知日期"}, {"occurred_at", "发生时间"},
    {"old_hash", "原值摘要"}, {"online_link", "提供网络参与"}, {"oppose", "反对"},
    {"options", "方案"}, {"order", "要求"}, {"parameters", "参数"},
    {"participant_from_street", "街道派员参加"}, {"participants", "参加主体"},
    {"party_discussed_on", "党组织讨论日期"}, {"party_kind", "主体类别"}, {"passed", "是否通过"},
    {"path", "字段路径"}, {"percent", "进度(%)"}, {"place", "地点"},
    {"planned_participants", "拟参加主体"}, {"po", "党组织到会人数"}, {"possession", "持有证明"},
    {"posted_at_places", "公示地点"}, {"posted_on", "公示日期"}, {"present", "到会人数"},
    {"present_total", "到会总人数"}, {"problem", "存在问题"}, {"project", "社区项目"},
    {"proof_sha256", "证明摘要值"}, {"proposed_on", "提议日期"}, {"proposer_kind", "提议主体"},
    {"published", "是否公开"}, {"purpose", "用途"}, {"question", "问题"},
    {"question_set", "问卷版本"}, {"raised_by", "反映主体"}, {"raised_on", "反映日期"},
    {"rc", "居委会到会人数"}, {"reach", "知晓人数"}, {"reached_on", "达成日期"}, {"reason", "理由"},
    {"receipts", "回执"}, {"received_on", "收到日期"}, {"record", "记录标识"},
    {"recording", "是否录音录像"}, {"recording_notice", "已告知录音录像"}, {"refs", "引用"},
    {"registered_as", "登记为社会组织"}, {"rel", "关系"}, {"relayed", "转达的签收"},
    {"reopened_on", "重启日期"}, {"replacement", "更正后的全文"}, {"replied_on", "答复日期"},
    {"reply", "答复"}, {"reply_wanted_by", "希望答复日期"}, {"reported_on", "汇报日期"},
    {"requests", "居民要求"}, {"resident_units", "驻社区单位数"}, {"residents_adult", "成年居民数"},
    {"residents_groups", "居民小组数"}, {"residents_registered", "户籍居民数"},
    {"residents_reps", "居民代表数"}, {"responsible", "责任主体"}, {"result", "结果"},
    {"result_due", "结果提交期限"}, {"retention", "保管期限"}, {"returned", "收回份数"},
    {"returned_by_kind", "收回份数(按主体)"}, {"role", "职务"}, {"root", "根值"},
    {"rule_id", "规则编号"}, {"rule_set", "规则集版本"}, {"salt", "随机值"}, {"scope", "范围"},
    {"sealed", "密封项"}, {"sent_on", "发出日期"}, {"session_no", "会次"},
    {"sessions_held", "已协商次数"}, {"severity", "严重程度"}, {"size", "大小"},
    {"slot", "密封项名称"}, {"software", "软件版本"}, {"source", "数据来源"},
    {"special_circumstances", "特殊情况"}, {"spent_fen", "支出(分)"}, {"start", "开始日期"},
    {"started_at", "开始时间"}, {"started_on", "开始日期"}, {"state", "状态"},
    {"street_present", "街道到会"}, {"subject", "主题"}, {"submitted_on", "提交日期"},
    {"suggested_category", "建议类别"}, {"suggested_level", "建议层面"},
    {"suggested_nature", "建议性质"}, {"suggestions", "意见建议"}, {"summary", "摘要"},
    {"support", "支持"}, {"target", "评议对象"}, {"target_name", "评议对象名称"},
    {"term_from", "届期起"}, {"term_to", "届期止"}, {"text", "说明"},
    {"third_party_moderator", "第三方主持"}, {"third_party_reason", "第三方主持理由"},
    {"time", "时间"}, {"title", "标题"}, {"to", "截止日期"}, {"transferred_on", "移交日期"},
    {"transport", "传输密钥"}, {"unit", "单位"}, {"urgency", "紧急程度"},
    {"urgent_reason", "紧急原因"}, {"valid", "有效份数"}, {"value", "值"}, {"volume", "案卷号"},
    {"wanted", "请求事项"}, {"wish", "诉求"}, {"workers", "社区工作者数"}, {"year", "年度"},
};

static const struct label of_value[] = {
    {"CATEGORY_DISPUTES", "家庭邻里纠纷、社区成员矛盾"},
    {"CATEGORY_FACILITIES_AND_ORDER", "无障碍、电梯、停车、噪音、小广告治理"},
    {"CATEGORY_SHARED_SPACES", "文体场所、公共绿地、捐赠站点"}, {"CATEGORY_PACTS", "各类公约"},
    {"CATEGORY_BASIC_HARDSHIP", "基本生活困难"},
    {"CATEGORY_MUTUAL_CARE", "老年人、残疾人、青少年、优抚对象互助服务"},
    {"CATEGORY_BENEFIT_PROJECTS", "惠民实事工程"},
    {"CATEGORY_RESIDENTS_MEETING_MATTERS", "居民会议准备讨论决策的事项"},
    {"CATEGORY_FUND_PROJECTS", "社区公益金、党组织服务群众经费的具体项目"},
    {"CATEGORY_OTHER", "其他事项"}, {"NATURE_COMMUNITY_AFFAIRS", "社区事务"},
    {"NATURE_PUBLIC_SERVICE", "政府公共服务事项"}, {"NATURE_COMMISSIONED", "受委托事项"},
    {"LEVEL_COMMUNITY", "社区"}, {"LEVEL_GRID", "网格"}, {"LEVEL_COMPOUND", "小区"},
    {"LEVEL_COURTYARD", "楼院"}, {"LEVEL_STAIRWELL", "楼门"},
    {"FORM_DELIBERATION_MEETING", "社区协商会"}, {"FORM_DECISION_HEARING", "社区决策听证会"},
    {"FORM_RESIDENTS_COUNCIL", "居民议事会"}, {"FORM_FOUR_PARTY", "社区四方会议"},
    {"FORM_SOCIAL_ORG_MEETING", "社区社会组织协商会"}, {"FORM_GRID_MEETING", "网格议事会"},
    {"FORM_COURTYARD_COUNCIL", "楼院理事会"}, {"FORM_COMPOUND_MEETING", "小区协商会"},
    {"FORM_STAIRWELL_TALK", "楼门说事会"}, {"FORM_ONLINE", "网络协商"}, {"FORM_OTHER", "其他"},
    {"PARTY_KIND_STREET", "街道、乡镇"}, {"PARTY_KIND_PARTY_ORG", "社区党组织"},
    {"PARTY_KIND_COMMITTEE", "社区居委会"}, {"PARTY_KIND_SUPERVISION", "社区民主监督委员会"},
    {"PARTY_KIND_RESIDENTS_GROUP", "居民小组"}, {"PARTY_KIND_RESIDENT_UNIT", "驻社区单位"},
    {"PARTY_KIND_SOCIAL_ORG", "社区社会组织"}, {"PARTY_KIND_OWNERS_COMMITTEE", "业主委员会"},
    {"PARTY_KIND_PROPERTY_COMPANY", "物业服务企业"}, {"PARTY_KIND_RESIDENTS_REP", "居民代表"},
    {"PARTY_KIND_RESIDENT", "居民"}, {"PARTY_KIND_OTHER_INTERESTED", "其他利益相关方"},
    {"PARTY_KIND_VETERAN", "老党员、老干部"}, {"PARTY_KIND_DEPUTY", "党代表、人大代表、政协委员"},
    {"PARTY_KIND_SOCIAL_WORKER_VOLUNTEER", "社会工作者、志愿者"},
    {"PARTY_KIND_DEPARTMENT", "政府部门"}, {"PARTY_KIND_THIRD_PARTY", "第三方"},
    {"CHANNEL_FORM", "提议表"}, {"CHANNEL_PHONE", "电话"}, {"CHANNEL_EMAIL", "电子邮件"},
    {"CHANNEL_BOX", "意见收集箱"}, {"CHANNEL_WEB", "网络"}, {"CHANNEL_VISIT", "入户"},
    {"CHANNEL_HOTLINE", "12345"}, {"CHANNEL_OTHER", "其他"}, {"ASSEMBLY_KIND_ASSEMBLY", "居民会议"},
    {"ASSEMBLY_KIND_REPRESENTATIVES", "居民代表会议"}, {"REVOKE_REASON_COMPROMISED", "泄露"},
    {"REVOKE_REASON_LOST", "遗失"}, {"REVOKE_REASON_SUPERSEDED", "更换"},
    {"REVOKE_REASON_TERM_ENDED", "届满"}, {"REVOKE_REASON_DISSOLVED", "撤销"},
    {"NODE_ROLE_NODE", "节点"}, {"NODE_ROLE_OBSERVER", "观察节点"},
    {"RULES_SUBJECT_RULES", "议事规则"}, {"RULES_SUBJECT_DISCIPLINE", "协商纪律"},
    {"RULES_SUBJECT_PROCEDURE", "小区、楼院协商程序"}, {"OPINION_RESULT_AGREE", "同意"},
    {"OPINION_RESULT_AGREE_WITH_CHANGES", "修改后同意"}, {"OPINION_RESULT_DISAGREE", "不同意"},
    {"TOPIC_DECISION_LISTED", "列入"}, {"TOPIC_DECISION_NOT_LISTED", "不列入"},
    {"TOPIC_DECISION_MERGED", "合并"}, {"TOPIC_DECISION_DEFERRED", "暂缓"},
    {"INVITATION_REPLY_ACCEPTED", "接受"}, {"INVITATION_REPLY_DECLINED", "谢绝"},
    {"INVITATION_REPLY_NONE", "未答复"}, {"SESSION_RESULT_CONSENSUS", "达成共识"},
    {"SESSION_RESULT_PARTIAL", "部分达成"}, {"SESSION_RESULT_NONE", "未达成"},
    {"SESSION_RESULT_ADJOURNED", "休会"}, {"CONSENSUS_DEGREE_UNANIMOUS", "一致"},
    {"CONSENSUS_DEGREE_BROAD", "基本一致"}, {"CONSENSUS_DEGREE_MAJORITY", "多数"},
    {"ASSEMBLY_MODE_ADULTS", "全体居民"}, {"ASSEMBLY_MODE_HOUSEHOLDS", "户代表"},
    {"ASSEMBLY_MODE_REPRESENTATIVES", "居民代表"}, {"PLAN_MODE_COMMITTEE", "居委会组织"},
    {"PLAN_MODE_SOCIAL_FORCE", "委托社会力量"}, {"PLAN_MODE_ACTION_GROUP", "社区行动小组"},
    {"PLAN_MODE_STREET", "街道"}, {"PLAN_MODE_DEPARTMENT", "部门"}, {"FUND_WELFARE", "社区公益金"},
    {"FUND_PARTY_SERVICE", "党组织服务群众经费"}, {"FUND_BUDGET", "财政"},
    {"FUND_SELF_RAISED", "自筹"}, {"FUND_OTHER", "其他"}, {"PROGRESS_STATE_NOT_STARTED", "未开始"},
    {"PROGRESS_STATE_RUNNING", "进行中"}, {"PROGRESS_STATE_DONE", "完成"},
    {"PROGRESS_STATE_BLOCKED", "受阻"}, {"COMPLETION_RESULT_FULL", "全部完成"},
    {"COMPLETION_RESULT_PARTIAL", "部分完成"}, {"COMPLETION_RESULT_NOT_POSSIBLE", "无法完成"},
    {"ACCEPTED_BY_SUPERVISION", "居务监督委员会"}, {"ACCEPTED_BY_PARTICIPANTS", "协商主体"},
    {"ACCEPTED_BY_NONE", "未验收"}, {"URGENCY_ORDINARY", "一般"}, {"URGENCY_URGENT", "紧急"},
    {"STREET_DECISION_IMPLEMENT", "受理"}, {"STREET_DECISION_TRANSFER", "转交"},
    {"STREET_DECISION_DECLINE", "不予落实"}, {"DEPARTMENT_DECISION_ACCEPT", "受理"},
    {"DEPARTMENT_DECISION_DECLINE", "不予受理"}, {"COMMISSION_OUTCOME_CONSENSUS", "达成共识"},
    {"COMMISSION_OUTCOME_PARTIAL", "部分达成"}, {"COMMISSION_OUTCOME_NONE", "未达成"},
    {"COMMISSION_OUTCOME_SHELVED", "搁置"}, {"CORRECTION_ORDER_AMEND", "修改"},
    {"CORRECTION_ORDER_ANNUL", "撤销"}, {"CORRECTION_ORDER_SUSPEND", "暂停"},
    {"COMPLIANCE_RESULT_AMENDED", "已修改"}, {"COMPLIANCE_RESULT_ANNULLED", "已撤销"},
    {"COMPLIANCE_RESULT_SUSPENDED", "已暂停"}, {"DIMENSION_PARTICIPATION", "参与社区协商"},
    {"DIMENSION_IMPLEMENTATION", "协商成果落实"}, {"DIMENSION_FEEDBACK", "协商结果反馈"},
    {"EVALUATION_METHOD_PAPER", "纸质"}, {"EVALUATION_METHOD_MEETING", "会议"},
    {"EVALUATION_METHOD_ONLINE", "网络"}, {"FEEDBACK_SUBJECT_CONSENSUS", "协商共识"},
    {"FEEDBACK_SUBJECT_SHELVING", "搁置"}, {"FEEDBACK_SUBJECT_DECISION", "居民会议决定"},
    {"FEEDBACK_SUBJECT_PROGRESS", "落实进展"}, {"FEEDBACK_SUBJECT_COMPLETION", "落实完成"},
    {"FEEDBACK_SUBJECT_COMMISSION", "受托事项结果"}, {"FEEDBACK_SUBJECT_EVALUATION", "评议结果"},
    {"REVIEW_RESULT_SATISFIED", "满意"}, {"REVIEW_RESULT_BASICALLY_SATISFIED", "基本满意"},
    {"REVIEW_RESULT_NOT_SATISFIED", "不满意"}, {"OBJECTION_SUBJECT_PUBLICATION", "公开"},
    {"OBJECTION_SUBJECT_PROCEDURE", "程序"}, {"OBJECTION_SUBJECT_RESULT", "协商结果"},
    {"OBJECTION_SUBJECT_IMPLEMENTATION", "落实"}, {"OBJECTION_SUBJECT_OTHER", "其他"},
    {"OBJECTION_RESULT_UPHELD", "成立"}, {"OBJECTION_RESULT_PARTLY_UPHELD", "部分成立"},
    {"OBJECTION_RESULT_NOT_UPHELD", "不成立"}, {"CORRECTION_REASON_TYPING", "笔误"},
    {"CORRECTION_REASON_FACT", "事实"}, {"CORRECTION_REASON_LEGAL", "依法纠正"},
    {"CORRECTION_REASON_OTHER", "其他"}, {"REDACTION_REASON_REQUEST", "本人请求"},
    {"REDACTION_REASON_CONSENT_WITHDRAWN", "撤回同意"},
    {"REDACTION_REASON_PURPOSE_DONE", "目的已实现"}, {"REDACTION_REASON_RETENTION_END", "期满"},
    {"REDACTION_REASON_UNLAWFUL", "违法收集"}, {"REDACTION_REASON_ORDER", "依法责令"},
    {"RETENTION_CLASS_PERMANENT", "永久"}, {"RETENTION_CLASS_YEARS_30", "30年"},
    {"RETENTION_CLASS_YEARS_10", "10年"}, {"CLOSE_END_COMPLETED", "完成"},
    {"CLOSE_END_PARTLY_COMPLETED", "部分完成"}, {"CLOSE_END_NOT_POSSIBLE", "无法完成"},
    {"CLOSE_END_RESULT_SUBMITTED", "已提交结果"}, {"CLOSE_END_DECLINED", "不予落实"},
    {"CLOSE_END_NOT_LISTED", "不列入"}, {"CLOSE_END_MERGED", "合并"}, {"CLOSE_END_SHELVED", "搁置"},
    {"CLOSE_END_REJECTED", "未通过"}, {"CLOSE_END_WITHDRAWN", "撤回"},
    {"CLOSE_END_ANNULLED", "撤销"}, {"SEVERITY_INFORMATION", "提示"}, {"SEVERITY_FLAG", "一般"},
    {"SEVERITY_CRITICAL", "严重"}, {"FINDING_RESULT_REMEDIED", "已整改"},
    {"FINDING_RESULT_UNFOUNDED", "不成立"}, {"FINDING_RESULT_OVERDUE", "逾期未整改"},
    {"DIVISION_CHANGE_KIND_MERGE", "合并"}, {"DIVISION_CHANGE_KIND_SPLIT", "拆分"},
    {"DIVISION_CHANGE_KIND_RENAME", "更名"}, {"PERSONAL_NUMBER_IDENTITY_NUMBER", "身份证号"},
    {"PERSONAL_NUMBER_MOBILE_NUMBER", "手机号"}, {"PERSONAL_NUMBER_BANK_CARD", "银行卡号"},
    {"RELATION_BASED_ON", "依据"},
    {"RELATION_ANSWERS", "答复"}, {"RELATION_FOLLOWS", "承接"}, {"RELATION_SUPERSEDES", "取代"},
    {"RELATION_WITHDRAWS", "撤回"}, {"RELATION_REDACTS", "删除"}, {"RELATION_EVALUATES", "评议"},
    {"RELATION_CORRECTS", "纠正"}, {"RELATION_ACKNOWLEDGES", "签收"},
    {"ATTACHMENT_SCOPE_REPLICATED", "随记录传送"}, {"ATTACHMENT_SCOPE_LOCAL_ONLY", "仅存本地"},
    {"HASH_ALGORITHM_SHA256", "SHA-256"}, {"HASH_ALGORITHM_SM3", "SM3"},
    {"ATTACHMENT_ROLE_PHOTO", "照片"}, {"ATTACHMENT_ROLE_MINUTES", "会议记录"},
    {"ATTACHMENT_ROLE_SIGN_IN_SHEET", "签到表"},
    {"ATTACHMENT_ROLE_SIGNATURE_AGREEMENT", "电子签名使用约定"},
    {"ATTACHMENT_ROLE_EVIDENCE", "证明材料"}, {"ATTACHMENT_ROLE_PAPER_ORIGINAL", "盖章原件"},
    {"ATTACHMENT_ROLE_OTHER", "其他"},
};
/* clang-format on */

static const char *find(const struct label *table, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(table[i].name, name) == 0)
            return table[i].zh;
    }
    return NULL;
}

/* PublicNotice to public_notice. */
static size_t put_snake(const char *name, char *out, size_t size)
{
    size_t used = 0;
    for (const char *c = name; *c != '\0' && used + 2 < size; c++) {
        const bool capital = *c >= 'A' && *c <= 'Z';
        if (capital && c != name)
            out[used++] = '_';
        out[used++] = (char)(capital ? *c - 'A' + 'a' : *c);
    }
    out[used] = '\0';
    return used;
}

const char *ys_label_field(const ProtobufCMessageDescriptor *message, const char *field)
{
    char name[128];
    const size_t used = put_snake(message->short_name, name, sizeof name);
    (void)snprintf(name + used, sizeof name - used, ".%s", field);
    const char *const own = find(of_message, sizeof of_message / sizeof *of_message, name);
    return own != NULL ? own : find(of_field, sizeof of_field / sizeof *of_field, field);
}

const char *ys_label_value(const ProtobufCEnumValue *value)
{
    return find(of_value, sizeof of_value / sizeof *of_value, value->name);
}

const char *ys_label_number(const ProtobufCEnumDescriptor *type, int number)
{
    const ProtobufCEnumValue *const value = protobuf_c_enum_descriptor_get_value(type, number);
    const char *const zh = value == NULL ? NULL : ys_label_value(value);
    return zh == NULL ? "" : zh;
}

const char *ys_label_word(const ProtobufCEnumDescriptor *type, const char *word)
{
    if (word == NULL)
        return "";
    const ProtobufCEnumValue *const value = ys_enum_find(type, ys_bytes_of_text(word));
    const char *const zh = value == NULL ? NULL : ys_label_value(value);
    return ys_lang_is_chinese() && zh != NULL ? zh : word;
}
