#include "node/preview/hint.h"

#include <string.h>

/* The commonest surnames, which nineteen of twenty people have. 某 and words that are more often something else (和, 于, 方,
 * 成) count only where a title follows. */
static const char surnames[] =
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏"
    "薛叶阎余潘杜戴夏"
    "钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文";
static const char *const compound[] = {"欧阳", "司马", "诸葛", "上官", "东方", "皇甫", "尉迟",
                                       "公孙", "慕容", "司徒", "令狐", "夏侯", NULL};
static const char *const titles[] = {"先生", "女士", "小姐", "同志", "老师", "阿姨", "大爷", "大妈",
                                     "大叔", "大姐", "大哥", "叔叔", "奶奶", "爷爷", "师傅", "主任",
                                     "书记", "医生", "大夫", "经理", "某",   NULL};
static const char *const cues[] = {"居民",   "业主", "住户", "联系人", "户主", "当事人",
                                   "申请人", "姓名", "房主", "租户",   NULL};

/* Bytes of the one of these words that stands at `at`, 0 when none does. */
static size_t word_at(struct ys_bytes text, size_t at, const char *const *words)
{
    for (; *words != NULL; words++) {
        const size_t size = strlen(*words);
        if (text.size - at >= size && memcmp(text.data + at, *words, size) == 0)
            return size;
    }
    return 0;
}

/* Bytes of the character at `at`. */
static size_t character_at(struct ys_bytes text, size_t at)
{
    const uint8_t c = text.data[at];
    const size_t size = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    return size > text.size - at ? text.size - at : size;
}

/* Bytes of the Chinese character at `at` (U+4E00 to U+9FFF), 0 when it is none. */
static size_t han_at(struct ys_bytes text, size_t at)
{
    if (text.size - at < 3)
        return 0;
    const uint8_t *const p = text.data + at;
    return (p[0] == 0xE4 && p[1] >= 0xB8) || (p[0] > 0xE4 && p[0] < 0xE9) || p[0] == 0xE9 ? 3 : 0;
}

static size_t surname_at(struct ys_bytes text, size_t at)
{
    const size_t two = word_at(text, at, compound);
    if (two != 0 || han_at(text, at) == 0)
        return two;
    for (size_t i = 0; i + 3 < sizeof surnames; i += 3)
        if (memcmp(text.data + at, surnames + i, 3) == 0)
            return 3;
    return 0;
}

/* 张先生, 张小明先生, 李某, 李某某. */
static size_t titled_at(struct ys_bytes text, size_t at)
{
    size_t end = at;
    const size_t surname = surname_at(text, at);
    if (surname == 0)
        return 0;
    end += surname;
    for (unsigned given = 0; given <= 2; given++) {
        size_t title = word_at(text, end, titles);
        if (title != 0) {
            end += title;
            while ((title = word_at(text, end, titles)) != 0)
                end += title;
            return end - at;
        }
        const size_t han = han_at(text, end);
        if (han == 0)
            return 0;
        end += han;
    }
    return 0;
}

/* Behind a cue: a surname and one or two characters, and then no more of them. */
static size_t named_at(struct ys_bytes text, size_t at)
{
    const size_t cue = word_at(text, at, cues);
    if (cue == 0)
        return 0;
    size_t begin = at + cue;
    static const char *const colons[] = {"：", ":", NULL};
    begin += word_at(text, begin, colons);
    size_t end = begin + surname_at(text, begin);
    if (end == begin)
        return 0;
    unsigned given = 0;
    for (size_t han = 0; (han = han_at(text, end)) != 0 && given < 3; given++)
        end += han;
    return given == 1 || given == 2 ? end - at : 0;
}

static size_t digits_at(struct ys_bytes text, size_t at)
{
    size_t size = 0;
    while (at + size < text.size && (uint8_t)(text.data[at + size] - '0') < 10)
        size++;
    return size;
}

/* 3号楼2单元501室, 2单元501: down to the door. */
static size_t home_at(struct ys_bytes text, size_t at)
{
    static const char *const stairs[] = {"单元", "门", NULL};
    static const char *const houses[] = {"号楼", "号院", "栋", "幢", NULL};
    static const char *const doors[] = {"室", "号", NULL};
    if (at > 0 && (uint8_t)(text.data[at - 1] - '0') < 10)
        return 0;
    size_t end = at;
    size_t size = digits_at(text, end);
    if (size == 0)
        return 0;
    const size_t house = word_at(text, end + size, houses);
    if (house != 0) {
        end += size + house;
        size = digits_at(text, end);
    }
    const size_t stair = size == 0 ? 0 : word_at(text, end + size, stairs);
    if (stair == 0)
        return 0;
    end += size + stair;
    size = digits_at(text, end);
    return size == 0 ? 0 : end + size + word_at(text, end + size, doors) - at;
}

bool ys_hint_find(struct ys_bytes text, size_t from, struct ys_hint *out)
{
    for (size_t at = from; at < text.size; at += character_at(text, at)) {
        size_t size = named_at(text, at);
        if (size == 0)
            size = titled_at(text, at);
        const size_t home = size == 0 ? home_at(text, at) : 0;
        if (size + home == 0)
            continue;
        *out = (struct ys_hint){.kind = size != 0 ? YS_HINT_PERSON : YS_HINT_HOME,
                                .offset = at,
                                .size = size + home,
                                .position = 1};
        for (size_t i = 0; i < at; i++)
            out->position += (text.data[i] & 0xC0) != 0x80;
        return true;
    }
    return false;
}

const char *ys_hint_word(enum ys_hint_kind kind)
{
    return kind == YS_HINT_PERSON ? "person_name" : "home_address";
}
