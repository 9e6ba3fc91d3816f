#include "tests/support/year_state.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const topics[YEAR_CATEGORIES][YEAR_TOPICS] = {
    {"楼上楼下漏水纠纷调解", "楼道公共空间占用", "宠物扰民问题", "装修时间约定"},
    {"停车位规划与管理", "加装电梯方案", "夜间噪音治理", "单元门口坡道改造"},
    {"公共绿地改造", "健身场地使用时间", "旧衣捐赠站设置", "文化活动室开放安排"},
    {"文明养犬公约", "垃圾分类公约修订", "楼门公约制定", "绿化认养公约"},
    {"困难家庭冬季取暖帮扶", "独居老人助餐", "老旧管线应急抢修", "临时生活救助安排"},
    {"老年人助浴服务", "青少年暑期托管", "残疾人康复站开放", "邻里互助队组建"},
    {"便民菜站引入", "充电桩建设", "照明设施更新", "小区出入口改造"},
    {"公共收益使用办法", "物业服务续聘意见", "居民代表增补办法", "公共维修资金使用"},
    {"公益金资助楼门文化项目", "服务群众经费购买晾衣架", "公益金资助花园项目",
     "服务群众经费改造活动室"},
    {"防汛值守安排", "志愿服务积分办法", "快递柜设置", "共享单车停放点"}};

const char *year_topic(unsigned category, unsigned topic)
{
    return topics[category][topic];
}

const char *year_place(struct rng *rng)
{
    static const char *const places[] = {"社区议事厅",   "社区活动室", "党群服务中心",
                                         "三号楼前广场", "物业会议室", "五号楼一层议事角",
                                         "居委会会议室", "社区文化站"};
    return places[rng_below(rng, COUNT(places))];
}

static const char *const sentences[] = {
    "与会居民就现状逐项发表意见,认为问题存在已久,影响日常出行和居住环境。",
    "居委会介绍了前期走访和问卷的情况,多数住户赞成尽快解决。",
    "物业服务企业说明了现有设施的使用年限和维护费用。",
    "部分低层住户担心采光和噪声,希望方案中写明补偿和施工时间。",
    "楼门组长反映,老年人和行动不便的居民需求最为迫切。",
    "社区党组织提出先易后难、分步实施,先选一个楼门试行。",
    "大家同意由居委会牵头,居民代表、物业和志愿者共同参加监督。",
    "关于费用分担,提出按户分摊、公共收益补贴和申请专项资金三种办法。",
    "会议讨论了施工期间的临时停放、通行和安全措施。",
    "有代表建议参照相邻小区的做法,由居民签字确认后再行公示。",
    "主持人逐条宣读了协商纪律,并说明记录只登记类别和人数。",
    "对方案中的点位设置,经现场查看后作了两处调整。",
    "居民提出公示栏位置偏僻,建议同时在各单元门口张贴。",
    "社会组织愿意提供设计和培训,不收取费用。",
    "街道工作人员说明了有关政策和办理时限,答应会后书面答复。",
    "经过讨论,各方对分工和时间表基本取得一致。",
    "个别住户保留意见,居委会将上门继续沟通。",
    "会议要求把进展情况每月在公开栏公布一次,接受居民监督。",
    "考虑到雨季将至,建议先完成排水和防滑部分。",
    "驻社区单位表示可以开放部分车位和场地,错时共享。",
    "居民小组汇总了各楼门的意见,赞成、反对和弃权的户数另表登记。",
    "对去年类似事项的落实情况作了回顾,未完成部分一并纳入本次安排。",
    "议题不涉及个人隐私,文字材料已经核对,可以公开。",
    "会后由居委会整理意见,七日内反馈给全体参加人员。",
};

char *year_prose(struct year_pen *pen, int points)
{
    enum { LONGEST = 160, EACH = 5 };
    const int count = points * EACH;
    char *const text = year_room(pen, (size_t)count * LONGEST + 1);
    size_t size = 0;
    size_t at = rng_below(&pen->rng, COUNT(sentences));
    for (int i = 0; i < count; i++) {
        const size_t length = strlen(sentences[at]);
        memcpy(text + size, sentences[at], length);
        size += length;
        at = (at + 1 + rng_below(&pen->rng, 3)) % COUNT(sentences);
    }
    return text;
}

const char *year_reason(struct rng *rng)
{
    static const char *const reasons[] = {
        "意见分歧较大,需要进一步征求住户意见",   "与在办事项内容相同,合并办理更为妥当",
        "涉及产权问题,待有关部门明确后再议",     "资金来源尚未落实,暂不具备实施条件",
        "超出社区职责范围,建议通过其他渠道反映", "经办人员调整,材料补录"};
    return reasons[rng_below(rng, COUNT(reasons))];
}

const char *year_department(enum ys_level level, unsigned desk)
{
    static const char *const names[2][3] = {{"区建设部门", "区绿化部门", "区文化部门"},
                                            {"城市管理办公室", "综合执法队", "综合执法队"}};
    return names[level == YS_LEVEL_DISTRICT ? 0 : 1][desk % 3];
}
