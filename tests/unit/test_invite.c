#include "node/invite.h"

#include "node/file.h"
#include "tests/support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the three above first */
#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MADE_S = 1000, EXPIRES_S = 5000 };

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

static struct ys_invite sample(unsigned number)
{
    struct ys_invite invite = {.made_s = MADE_S + number, .expires_s = EXPIRES_S};
    assert_int_equal(ys_division_parse(ys_bytes_of_text("110199990"), &invite.division, NULL),
                     YS_OK);
    (void)snprintf(invite.id, sizeof invite.id, "%016x", number);
    ys_be32_put(invite.key, number);
    return invite;
}

static struct ys_invites load(const struct desk *desk)
{
    struct ys_invites all = {.count = 0};
    assert_int_equal(ys_invites_load(&desk->home, &all, NULL), YS_OK);
    return all;
}

static void save(const struct desk *desk, unsigned number, uint64_t now_s)
{
    const struct ys_invite invite = sample(number);
    assert_int_equal(ys_invite_save(&desk->home, &invite, now_s, NULL), YS_OK);
}

static void invitations_read_back_in_the_order_they_were_made(void **state)
{
    struct desk *const desk = *state;
    YS_INVITES_SCOPED none = load(desk);
    assert_int_equal(none.count, 0);
    for (unsigned number = 3; number > 0; number--)
        save(desk, number, MADE_S);

    YS_INVITES_SCOPED all = load(desk);

    assert_int_equal(all.count, 3);
    for (unsigned i = 0; i < 3; i++) {
        const struct ys_invite want = sample(i + 1);
        assert_string_equal(all.item[i].id, want.id);
        assert_string_equal(all.item[i].division.digits, "110199990");
        assert_memory_equal(all.item[i].key, want.key, YS_PUBKEY_LEN);
        assert_true(all.item[i].made_s == want.made_s && all.item[i].expires_s == EXPIRES_S);
        assert_false(all.item[i].used || all.item[i].cancelled);
        assert_ptr_equal(ys_invites_by_key(&all, want.key), &all.item[i]);
        assert_ptr_equal(ys_invites_by_id(&all, want.id), &all.item[i]);
    }
    const struct ys_invite other = sample(9);
    assert_null(ys_invites_by_key(&all, other.key));
    assert_null(ys_invites_by_id(&all, other.id));
}

static void nobody_else_may_read_them(void **state)
{
    struct desk *const desk = *state;
    char path[FOLDER_PATH_MAX];
    struct stat info;
    save(desk, 1, MADE_S);
    folder_path(&desk->folder, "invites/0000000000000001", path);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

static void the_first_applicant_keeps_it(void **state)
{
    struct desk *const desk = *state;
    const struct ys_hash first = {.bytes = {1}};
    const struct ys_hash second = {.bytes = {2}};
    const struct ys_invite invite = sample(1);
    save(desk, 1, MADE_S);

    assert_int_equal(ys_invite_use(&desk->home, invite.id, &first, NULL), YS_OK);
    assert_int_equal(ys_invite_use(&desk->home, invite.id, &second, NULL), YS_EXISTS);

    YS_INVITES_SCOPED all = load(desk);
    assert_true(all.item[0].used);
    assert_true(ys_hash_equal(&all.item[0].user, &first));
}

static void the_state_is_what_was_decided_first(void **state)
{
    struct desk *const desk = *state;
    const struct ys_hash user = {.bytes = {1}};
    struct ys_invite invite = sample(1);
    assert_string_equal(ys_invite_state_name(ys_invite_state(&invite, EXPIRES_S - 1)), "open");
    assert_string_equal(ys_invite_state_name(ys_invite_state(&invite, EXPIRES_S)), "expired");
    save(desk, 1, MADE_S);
    assert_int_equal(ys_invite_use(&desk->home, invite.id, &user, NULL), YS_OK);
    {
        YS_INVITES_SCOPED all = load(desk);
        assert_string_equal(ys_invite_state_name(ys_invite_state(&all.item[0], EXPIRES_S)), "used");
    }
    assert_int_equal(ys_invite_cancel(&desk->home, invite.id, NULL), YS_OK);
    assert_int_equal(ys_invite_cancel(&desk->home, invite.id, NULL), YS_OK);
    YS_INVITES_SCOPED all = load(desk);
    assert_string_equal(ys_invite_state_name(ys_invite_state(&all.item[0], EXPIRES_S)),
                        "cancelled");
    assert_int_equal(ys_invite_cancel(&desk->home, "00000000000000ff", NULL), YS_NOT_FOUND);
}

static void an_id_serves_once(void **state)
{
    struct desk *const desk = *state;
    struct ys_err err = {.msg = ""};
    const struct ys_invite invite = sample(1);
    save(desk, 1, MADE_S);
    assert_int_equal(ys_invite_save(&desk->home, &invite, MADE_S, &err), YS_EXISTS);
    assert_string_equal(err.msg, "invitation 0000000000000001 is there already");
}

static void what_ended_long_ago_goes_when_a_new_one_comes(void **state)
{
    struct desk *const desk = *state;
    const struct ys_hash user = {.bytes = {1}};
    char path[FOLDER_PATH_MAX];
    save(desk, 1, MADE_S);
    assert_int_equal(ys_invite_use(&desk->home, sample(1).id, &user, NULL), YS_OK);

    save(desk, 2, EXPIRES_S + (uint64_t)YS_INVITE_GRACE_S);
    {
        YS_INVITES_SCOPED all = load(desk);
        assert_int_equal(all.count, 2);
    }
    save(desk, 3, EXPIRES_S + (uint64_t)YS_INVITE_GRACE_S + 1);

    YS_INVITES_SCOPED all = load(desk);
    assert_int_equal(all.count, 1);
    assert_string_equal(all.item[0].id, sample(3).id);
    folder_path(&desk->folder, "invites/0000000000000001.used", path);
    assert_int_not_equal(access(path, F_OK), 0);
}

static void so_many_are_kept_and_no_more(void **state)
{
    struct desk *const desk = *state;
    char path[FOLDER_PATH_MAX];
    uint8_t text[256];
    size_t size = 0;
    save(desk, 0, MADE_S);
    folder_path(&desk->folder, "invites/0000000000000000", path);
    assert_int_equal(ys_file_read(path, 0, text, sizeof text, &size, NULL), YS_OK);
    for (unsigned number = 1; number < YS_INVITES_MAX - 1; number++) {
        char copy[FOLDER_PATH_MAX];
        (void)snprintf(copy, sizeof copy, "%.200s/invites/%016x", desk->folder.path, number);
        FILE *const file = fopen(copy, "w");
        assert_non_null(file);
        assert_int_equal(fwrite(text, 1, size, file), size);
        assert_int_equal(fclose(file), 0);
    }
    const struct ys_invite last = sample(YS_INVITES_MAX - 1);
    const struct ys_invite surplus = sample(YS_INVITES_MAX);
    assert_int_equal(ys_invite_save(&desk->home, &last, MADE_S, NULL), YS_OK);
    assert_int_equal(ys_invite_save(&desk->home, &surplus, MADE_S, NULL), YS_LIMIT);
}

static void put(const struct desk *desk, const char *name, const char *text)
{
    char path[FOLDER_PATH_MAX];
    folder_path(&desk->folder, name, path);
    assert_int_equal(ys_file_write(path, 0600, ys_bytes_of_text(text), NULL), YS_OK);
}

static void a_file_that_is_none_is_named(void **state)
{
    struct desk *const desk = *state;
    static const char *const texts[] = {
        "",
        "yishi/invitation/v2\n110199990\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n1\n2\n",
        "yishi/invitation/v1\n11019999\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n1\n2\n",
        "yishi/invitation/v1\n110199990\nAAAA\n1\n2\n",
        "yishi/invitation/v1\n110199990\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n1\n",
        "yishi/invitation/v1\n110199990\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n1\n2\n3\n",
    };
    save(desk, 1, MADE_S);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct ys_invites all = {.count = 0};
        struct ys_err err = {.msg = ""};
        put(desk, "invites/0000000000000002", texts[i]);
        assert_int_equal(ys_invites_load(&desk->home, &all, &err), YS_MALFORMED);
        assert_non_null(strstr(err.msg, "invites/0000000000000002: is no invitation"));
    }
    put(desk, "invites/0000000000000002",
        "yishi/invitation/v1\n110199990\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n1\n2\n");
    put(desk, "invites/0000000000000002.used", "AAAA\n");
    struct ys_invites all = {.count = 0};
    assert_int_equal(ys_invites_load(&desk->home, &all, NULL), YS_MALFORMED);
    put(desk, "invites/0000000000000002.used", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
    put(desk, "invites/0000000000000002.XYZ123", "cut short while it was written");
    YS_INVITES_SCOPED good = load(desk);
    assert_int_equal(good.count, 2);
}

int main(void)
{
    if (sodium_init() < 0)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(invitations_read_back_in_the_order_they_were_made, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(nobody_else_may_read_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_first_applicant_keeps_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_state_is_what_was_decided_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_id_serves_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_ended_long_ago_goes_when_a_new_one_comes, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(so_many_are_kept_and_no_more, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_is_none_is_named, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
