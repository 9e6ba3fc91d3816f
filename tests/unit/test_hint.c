#include "node/preview/hint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void hints(const char *string, const char *want)
{
    char got[512] = "";
    size_t used = 0;
    const struct ys_bytes text = ys_bytes_of_text(string);
    struct ys_hint hint = {.size = 0};
    while (ys_hint_find(text, hint.offset + hint.size, &hint)) {
        used += (size_t)snprintf(got + used, sizeof got - used, "%s%s %u %.*s",
                                 used == 0 ? "" : "|", ys_hint_word(hint.kind), hint.position,
                                 (int)hint.size, string + hint.offset);
        assert_true(used < sizeof got);
    }
    if (strcmp(got, want) != 0)
        print_error("in \"%s\"\n", string);
    assert_string_equal(got, want);
}

static void people_are_hinted_at(void **state)
{
    (void)state;
    hints("张先生反映", "person_name 1 张先生");
    hints("据李某某说", "person_name 2 李某某");
    hints("王某", "person_name 1 王某");
    hints("由王小明女士发言", "person_name 2 王小明女士");
    hints("欧阳主任主持", "person_name 1 欧阳主任");
    hints("联系人：陈立，电话见公告栏", "person_name 1 联系人：陈立");
    hints("居民赵丽华。", "person_name 1 居民赵丽华");
    hints("3号楼张阿姨、5号楼刘大爷", "person_name 4 张阿姨|person_name 11 刘大爷");
}

static void homes_are_hinted_at(void **state)
{
    (void)state;
    hints("住3号楼2单元501室", "home_address 2 3号楼2单元501室");
    hints("12栋1单元302", "home_address 1 12栋1单元302");
    hints("2单元501号门前", "home_address 1 2单元501号");
    hints("3号楼加装电梯", "");
    hints("3号楼2单元加装电梯", "");
}

static void ordinary_words_are_not(void **state)
{
    (void)state;
    hints("居民代表会议决定,由居委会主任主持", "");
    hints("社区党组织书记、业主委员会", "");
    hints("小区西门外道路拓宽方案", "");
    hints("居民王府井大街一带的意见", "");
    hints("周一至周五", "");
    hints("", "");
    hints("plain text 123", "");
    hints("\xE5\xBC", ""); /* a character that is cut off */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(people_are_hinted_at),
        cmocka_unit_test(homes_are_hinted_at),
        cmocka_unit_test(ordinary_words_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
