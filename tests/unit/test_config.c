#include "node/config.h"

#include "node/file.h"
#include "tests/support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the three above first */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHO "deployment = a.example\ncode = 110105001001\n"
#define KEY "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

static enum ys_code parse(const char *text, struct ys_config *out, struct ys_err *err)
{
    return ys_config_parse(text, "yishi.conf", out, err);
}

static void every_setting_is_read(void **state)
{
    (void)state;
    struct ys_config config;

    assert_int_equal(parse("; a comment\n# another\n" WHO
                           "name = 民安社区\nlisten = tcp://127.0.0.1:0\n"
                           "parent=tcp://example.org:7315\nparent_key = " KEY "\nlang = zh\n",
                           &config, NULL),
                     YS_OK);

    assert_string_equal(config.deployment, "a.example");
    assert_string_equal(config.division.digits, "110105001001");
    assert_string_equal(config.name, "民安社区");
    assert_string_equal(config.listen, "tcp://127.0.0.1:0");
    assert_string_equal(config.parent, "tcp://example.org:7315");
    assert_int_equal(config.parent_key[31], 31);
    assert_string_equal(config.lang, "zh");
}

static void what_is_not_set_is_empty(void **state)
{
    (void)state;
    struct ys_config config;
    assert_int_equal(parse(WHO, &config, NULL), YS_OK);
    assert_string_equal(config.name, "");
    assert_string_equal(config.listen, "");
    assert_string_equal(config.parent, "");
    assert_string_equal(config.lang, "");
}

static void a_bad_line_is_named_with_its_number(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *part;
    } bad[] = {
        {WHO "colour = red\n", "line 3: unknown setting \"colour\""},
        {WHO "code = 110105001002\n", "line 3: code stands twice"},
        {WHO "\n\nno equals sign\n", "line 5"},
        {WHO "[section]\nlang = zh\n", "line 4: there are no sections"},
        {"deployment = Beijing\ncode = 110105\n", "line 1: deployment"},
        {"deployment = a.example\ncode = 11010\n", "line 2: code"},
        {WHO "lang = fr\n", "lang"},
        {WHO "listen = 127.0.0.1:0\n", "listen"},
        {WHO "parent = tcp://h:1\n", "parent and parent_key"},
        {WHO "parent_key = " KEY "\n", "parent and parent_key"},
        {WHO "parent = tcp://h:1\nparent_key = AAAA\n", "parent_key"},
        {WHO "name =\n", "name"},
        {"code = 110105\n", "deployment is missing"},
        {"deployment = a.example\n", "code is missing"},
        {"", "missing"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct ys_config config;
        struct ys_err err = {0};
        assert_int_equal(parse(bad[i].text, &config, &err), YS_MALFORMED);
        if (strstr(err.msg, bad[i].part) == NULL)
            fail_msg("\"%s\" is not in \"%s\"", bad[i].part, err.msg);
        assert_non_null(strstr(err.msg, "yishi.conf"));
    }
}

static void endpoints_are_tcp_with_host_and_port(void **state)
{
    (void)state;
    static const char *const good[] = {"tcp://127.0.0.1:0", "tcp://*:7315", "tcp://[::1]:65535",
                                       "tcp://a.example:*"};
    static const char *const bad[] = {"",           "127.0.0.1:1", "tcp://",    "tcp://:1",
                                      "tcp://h",    "tcp://h:",    "tcp://h:x", "tcp://h:65536",
                                      "tcp://h :1", "ipc://x:1"};
    char longest[YS_ADDRESS_MAX + 8] = "tcp://";
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(ys_endpoint_valid(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(ys_endpoint_valid(bad[i]));
    memset(longest + 6, 'h', YS_ADDRESS_MAX);
    memcpy(longest + YS_ADDRESS_MAX - 3, ":1", 3);
    assert_true(ys_endpoint_valid(longest));
    memcpy(longest + YS_ADDRESS_MAX - 3, ":11", 4);
    assert_false(ys_endpoint_valid(longest));
}

struct desk {
    struct folder folder;
    struct ys_home home;
};

static int set_up(void **state)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    folder_make(&desk->folder);
    memcpy(desk->home.path, desk->folder.path, sizeof desk->folder.path);
    *state = desk;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *const desk = *state;
    folder_remove(&desk->folder);
    free(desk);
    return 0;
}

static void write_conf(const struct desk *desk, const char *text)
{
    char path[PATH_MAX];
    ys_home_path(&desk->home, "yishi.conf", path);
    assert_int_equal(ys_file_write(path, 0600, ys_bytes_of_text(text), NULL), YS_OK);
}

static void read_conf(const struct desk *desk, char text[YS_CONFIG_MAX + 1])
{
    char path[PATH_MAX];
    size_t size = 0;
    ys_home_path(&desk->home, "yishi.conf", path);
    assert_int_equal(ys_file_read(path, 0, text, YS_CONFIG_MAX, &size, NULL), YS_OK);
    text[size] = '\0';
}

static struct ys_config sample(void)
{
    struct ys_config config;
    assert_int_equal(
        parse(WHO "name = 示例社区\nlisten = tcp://127.0.0.1:0\nlang = en\n", &config, NULL),
        YS_OK);
    return config;
}

static void what_is_created_loads_the_same(void **state)
{
    const struct desk *const desk = *state;
    const struct ys_config config = sample();
    struct ys_config again;

    assert_int_equal(ys_config_create(&desk->home, &config, NULL), YS_OK);

    assert_int_equal(ys_config_load(&desk->home, &again, NULL), YS_OK);
    assert_string_equal(again.name, config.name);
    assert_string_equal(again.listen, config.listen);
    assert_string_equal(again.lang, config.lang);
}

static void a_value_that_would_read_back_differently_is_not_written(void **state)
{
    const struct desk *const desk = *state;
    static const char *const names[] = {"name ; and a comment", " leading", "trailing "};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct ys_config config = sample();
        struct ys_config none;
        memcpy(config.name, names[i], strlen(names[i]) + 1);
        assert_int_equal(ys_config_create(&desk->home, &config, NULL), YS_MALFORMED);
        assert_int_equal(ys_config_load(&desk->home, &none, NULL), YS_IO);
    }
    struct ys_config longest = sample();
    memset(longest.name, 'x', YS_UNIT_NAME_MAX);
    assert_int_equal(ys_config_create(&desk->home, &longest, NULL), YS_MALFORMED);
    longest.name[180] = '\0';
    assert_int_equal(ys_config_create(&desk->home, &longest, NULL), YS_OK);
}

static void setting_the_parent_keeps_every_other_line(void **state)
{
    const struct desk *const desk = *state;
    const uint8_t key[YS_PUBKEY_LEN] = {0};
    char text[YS_CONFIG_MAX + 1];
    struct ys_config config;
    write_conf(desk, "# mine\n" WHO "; parent = tcp://old:1 as a comment\n"
                     "parent = tcp://old:1\nparent_key=" KEY "\nlang = zh");

    assert_int_equal(ys_config_set_parent(&desk->home, "tcp://new:2", key, NULL), YS_OK);

    read_conf(desk, text);
    assert_non_null(
        strstr(text, "# mine\n" WHO "; parent = tcp://old:1 as a comment\nlang = zh\n"));
    assert_int_equal(ys_config_load(&desk->home, &config, NULL), YS_OK);
    assert_string_equal(config.parent, "tcp://new:2");
    assert_memory_equal(config.parent_key, key, sizeof key);

    assert_int_equal(ys_config_set_parent(&desk->home, "tcp://newer:3", key, NULL), YS_OK);
    assert_int_equal(ys_config_load(&desk->home, &config, NULL), YS_OK);
    assert_string_equal(config.parent, "tcp://newer:3");
}

static void a_bad_parent_changes_nothing(void **state)
{
    const struct desk *const desk = *state;
    const uint8_t key[YS_PUBKEY_LEN] = {0};
    char text[YS_CONFIG_MAX + 1];
    write_conf(desk, WHO);

    assert_int_equal(ys_config_set_parent(&desk->home, "http://x", key, NULL), YS_USAGE);

    read_conf(desk, text);
    assert_string_equal(text, WHO);
}

static void a_broken_file_is_the_environments_fault(void **state)
{
    const struct desk *const desk = *state;
    struct ys_config config;
    struct ys_err err = {0};
    write_conf(desk, WHO "colour = red\n");
    assert_int_equal(ys_config_load(&desk->home, &config, &err), YS_IO);
    assert_int_equal(err.code, YS_IO);
    assert_non_null(strstr(err.msg, "yishi.conf: line 3"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_setting_is_read),
        cmocka_unit_test(what_is_not_set_is_empty),
        cmocka_unit_test(a_bad_line_is_named_with_its_number),
        cmocka_unit_test(endpoints_are_tcp_with_host_and_port),
        cmocka_unit_test_setup_teardown(what_is_created_loads_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_value_that_would_read_back_differently_is_not_written,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(setting_the_parent_keeps_every_other_line, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_bad_parent_changes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_broken_file_is_the_environments_fault, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
