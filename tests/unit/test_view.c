#include "node/view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the three above first */
#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void assert_cleans_to(const char *text, const char *clean)
{
    char out[64];
    ys_view_clean(text, out, sizeof out);
    assert_string_equal(out, clean);
}

static void harmless_text_stays_as_it_is(void **state)
{
    (void)state;
    assert_cleans_to("", "");
    assert_cleans_to("民安社区 a-b_c → é", "民安社区 a-b_c → é");
    assert_cleans_to("\xe2\x80\x94 dash, \xc2\xa0 space", "\xe2\x80\x94 dash, \xc2\xa0 space");
}

static void control_characters_do_not_reach_a_terminal(void **state)
{
    (void)state;
    assert_cleans_to("a\033[31mb", "a[31mb");
    assert_cleans_to("a\r\n\tb\x7f", "ab");
    assert_cleans_to("a\xc2\x80"
                     "b\xc2\x9f"
                     "c",
                     "abc");
}

static void nothing_turns_the_direction_of_writing(void **state)
{
    (void)state;
    /* NOLINTNEXTLINE(misc-misleading-bidirectional): that is what is tested */
    assert_cleans_to("a\xe2\x80\xae"
                     "b\xe2\x80\xaa\xe2\x81\xa6\xe2\x81\xa9\xe2\x80\x8f"
                     "c",
                     "abc");
}

static void a_text_that_does_not_fit_is_cut_at_a_character(void **state)
{
    (void)state;
    char out[6];
    ys_view_clean("民安社", out, sizeof out);
    assert_string_equal(out, "民");
    ys_view_clean("abcdefg", out, sizeof out);
    assert_string_equal(out, "abcde");
}

/* What `print` writes to standard output. */
static void capture(void (*print)(void), char *out, size_t size)
{
    FILE *const file = tmpfile();
    assert_non_null(file);
    fflush(stdout);
    const int before = dup(STDOUT_FILENO);
    assert_true(before >= 0 && dup2(fileno(file), STDOUT_FILENO) == STDOUT_FILENO);
    print();
    assert_int_equal(ys_view_flush(NULL), YS_OK);
    assert_int_equal(dup2(before, STDOUT_FILENO), STDOUT_FILENO);
    close(before);
    rewind(file);
    const size_t length = fread(out, 1, size - 1, file);
    out[length] = '\0';
    fclose(file);
}

static struct ys_view_status sample(void)
{
    static const struct ys_view_log log = {
        .log = {.origin_text = "a.example/110105/1", .frontier = {.size = 7}},
        .name = "bad\033name",
        .head_size = 6,
        .verdicts = {1, 2, 3, 4},
        .receipt_count = 1,
        .receipt = {{.witness = "a.example/mirror/110105",
                     .level = "district",
                     .size = 5,
                     .time_s = 1764000000}}};
    static const struct ys_alarms alarms = {.count = 2,
                                            .alarm = {{.record = {{0x3f, 0xa1}},
                                                       .open = true,
                                                       .kind = "key_revoke",
                                                       .key = "a.example/110105001001/rc",
                                                       .origin = "a.example/110105001/1",
                                                       .index = 9},
                                                      {.open = false}}};
    static const struct ys_blob_faults faults = {
        .count = 1,
        .fault = {
            {.peer = {"110105001"}, .count = 3, .time_s = 1764000000, .hash = {{0x3f, 0xa1}}}}};
    return (struct ys_view_status){.logbook_lines = 3,
                                   .logbook_broken = true,
                                   .logbook = "line 2",
                                   .deployment = "a.example",
                                   .alarms = &alarms,
                                   .code = "110105001001",
                                   .name = "示例社区",
                                   .level = "community",
                                   .origin = "a.example/110105001001/1",
                                   .size = 7,
                                   .has_street = true,
                                   .has_district = true,
                                   .street = {.there = true, .size = 6, .time_s = 1764000000},
                                   .parent = "tcp://h:1",
                                   .link = "lost",
                                   .running = true,
                                   .address = "",
                                   .attachments = {1, 300, 2, 5000},
                                   .faults = &faults,
                                   .clock_ahead_s = -86400,
                                   .log_count = 1,
                                   .log = &log,
                                   .ground = {.home = "/var/lib/yishi",
                                              .is_short = true,
                                              .free_bytes = 3 << 20,
                                              .needed_bytes = 24 << 20,
                                              .store_bytes = 90 << 20,
                                              .held_bytes = 65 << 20,
                                              .readers = 2,
                                              .lag = 1700,
                                              .pid = 4711,
                                              .process_known = true,
                                              .process = {.stopped = true, .age_s = 3600}}};
}

static void print_status_text(void)
{
    const struct ys_view_status view = sample();
    ys_view_text.status(&view);
}

static void print_status_json(void)
{
    const struct ys_view_status view = sample();
    ys_view_json.status(&view);
}

static void a_status_reads_as_text(void **state)
{
    (void)state;
    char text[4096];
    capture(print_status_text, text, sizeof text);
    assert_string_equal(
        text,
        "110105001001 示例社区 (community), a.example\n"
        "saved here 7 → received by the street 6 (2025-11-25 00:00:00) → received by the "
        "district 0\n"
        "Daemon: running, not listening\n"
        "Parent: tcp://h:1, not connected; lost\n"
        "ALARM 3fa1000000000000: key_revoke of a.example/110105001001/rc in log "
        "a.example/110105001/1, entry 9: nobody here has asked for it\n"
        "ALARM: the clock of this machine is 86400 s behind the parent's\n"
        "ALARM: little room: 3 MiB are free on the disk of /var/lib/yishi, 24 MiB are needed; "
        "nothing more is asked of others until there is more; the reserve is given up\n"
        "Oldest reader of the store: process 4711, 1700 transactions behind, holds back 66560 "
        "KiB; it runs for 3600 s and is stopped\n"
        "ALARM: the logbook: line 2\n"
        "Attachments: 1 here (300 bytes), 2 missing (5000 bytes)\n"
        "110105001 has sent wrong contents 3 times, last of attachment 3fa1000000000000, "
        "2025-11-25 00:00:00\n"
        "Logs held:\n"
        "  a.example/110105/1 badname                  size 7, head 6, following; "
        "signatures: 2 ok, "
        "3 bad, 4 unknown key, 1 unchecked\n"
        "    received by a.example/mirror/110105 (district): size 5, 2025-11-25 00:00:00\n");
}

static void a_status_is_one_json_object_on_one_line(void **state)
{
    (void)state;
    char text[4096];
    capture(print_status_json, text, sizeof text);
    assert_string_equal(
        text,
        "{\"deployment\": \"a.example\", \"code\": \"110105001001\", \"name\": \"示例社区\", "
        "\"level\": \"community\", \"origin\": \"a.example/110105001001/1\", \"size\": 7, "
        "\"receipts\": {\"saved\": 7, \"street\": {\"size\": 6, "
        "\"time\": \"2025-11-25T00:00:00.000+08:00\"}, \"district\": null}, "
        "\"logs\": [{\"origin\": \"a.example/110105/1\", \"code\": \"\", "
        "\"name\": \"bad\\u001Bname\", \"size\": 7, \"state\": \"following\", \"head_size\": 6, "
        "\"verdicts\": {\"ok\": 2, \"bad\": 3, \"unknown_key\": 4, \"unchecked\": 1}, "
        "\"receipts\": [{\"witness\": \"a.example/mirror/110105\", \"level\": \"district\", "
        "\"size\": 5, \"time\": \"2025-11-25T00:00:00.000+08:00\"}]}], "
        "\"parent\": {\"address\": \"tcp://h:1\", \"connected\": false, \"link\": \"lost\"}, "
        "\"daemon\": {\"running\": true, \"address\": null}, \"requests_waiting\": 0, "
        "\"observers\": 0, \"observes\": null, "
        "\"waiting\": 0, "
        "\"alarms\": [{\"record\": "
        "\"3fa1000000000000000000000000000000000000000000000000000000000000\", "
        "\"kind\": \"key_revoke\", \"key\": \"a.example/110105001001/rc\", "
        "\"log\": \"a.example/110105001/1\", \"index\": 9}, "
        "{\"record\": null, \"kind\": \"clock\", \"key\": null, \"log\": null, \"index\": null}, "
        "{\"record\": null, \"kind\": \"little_room\", \"key\": null, \"log\": null, \"index\": "
        "null}, "
        "{\"record\": null, \"kind\": \"logbook\", \"key\": null, \"log\": null, \"index\": "
        "null}], "
        "\"disk\": {\"short\": true, \"free_bytes\": 3145728, \"needed_bytes\": 25165824, "
        "\"reserve\": false}, "
        "\"store\": {\"bytes\": 94371840, \"readers\": 2, \"oldest_reader\": {\"pid\": 4711, "
        "\"lag\": 1700, \"held_bytes\": 68157440, \"process_age_s\": 3600, "
        "\"stopped\": true}}, \"clock_ahead_s\": -86400, \"attachments\": {\"here\": 1, "
        "\"here_bytes\": 300, \"missing\": 2, \"missing_bytes\": 5000, \"faults\": [{\"code\": "
        "\"110105001\", \"count\": 3, \"hash\": "
        "\"3fa1000000000000000000000000000000000000000000000000000000000000\", \"time\": "
        "\"2025-11-25T00:00:00.000+08:00\"}]}, \"logbook\": {\"lines\": 3, \"good\": false, "
        "\"reason\": \"line 2\"}}\n");
}

static void print_broken_name(void)
{
    struct ys_view_admitted view = {.code = "110105",
                                    .name = "cut \xe7\xa4",
                                    .address = "",
                                    .key = "k",
                                    .root_fingerprint = "f"};
    ys_view_json.admitted(&view);
}

static void a_name_that_was_cut_inside_a_character_is_still_printed(void **state)
{
    (void)state;
    char text[512];
    capture(print_broken_name, text, sizeof text);
    assert_non_null(strstr(text, "\"name\": \"cut ??\""));
}

/* What peers have signed stands in them; whatever its bytes, an object comes out. */
static void print_broken_finding(void)
{
    static const struct ys_rule rule = {.id = "R-S-6", .article = "design"};
    const struct ys_finding finding = {.rule = &rule,
                                       .who = "st",
                                       .severity = 'F',
                                       .subject = "-",
                                       .unit = "110105001",
                                       .division = "1101\xe5\xad",
                                       .record = {.id = "ab", .kind = "kind\xe5"},
                                       .code = "cut \xe5",
                                       .fact = "cut \xe5\xad"};
    ys_view_json.finding(&finding);
}

static void a_finding_whose_text_was_cut_inside_a_character_is_still_printed(void **state)
{
    (void)state;
    char text[2048];
    capture(print_broken_finding, text, sizeof text);
    assert_non_null(strstr(text, "\"fact\": \"cut ??\""));
    assert_non_null(strstr(text, "\"code\": \"cut ?\""));
    assert_non_null(strstr(text, "\"division\": \"1101??\""));
}

/* A request whose texts try to deceive who reads them on a terminal. */
static struct ys_application deceiver(void)
{
    struct ys_application application = {.since_s = 1764000000,
                                         .offer = {.name = "示例\033[2J社区",
                                                   .address = "tcp://h\033[1A:1",
                                                   .token_id = "0123456789abcdef"},
                                         .refused = "no\rYES"};
    const uint8_t seed[YS_SEED_LEN] = {1};
    struct ys_signer signer;
    assert_true(sodium_init() >= 0);
    memcpy(application.offer.origin.division.digits, "110105001", sizeof "110105001");
    assert_int_equal(ys_signer_init(&signer, "a.b/110105001/1", YS_SIG_ED25519, seed), YS_OK);
    ys_vkey_print(&signer.vkey, application.offer.log);
    ys_vkey_print(&signer.vkey, application.offer.mirror);
    return application;
}

static void print_applicant(void)
{
    const struct ys_application application = deceiver();
    ys_view_text.applicant(
        &(struct ys_view_applicant){.application = &application, .conflict = true});
}

static void print_applicant_json(void)
{
    const struct ys_application application = deceiver();
    ys_view_json.applicant(&(struct ys_view_applicant){.application = &application});
}

static void an_applicant_reads_as_text_without_tricks(void **state)
{
    (void)state;
    char text[2048];
    capture(print_applicant, text, sizeof text);
    assert_string_equal(text,
                        "110105001 示例[2J社区: asks since 2025-11-25 00:00:00, by invitation "
                        "0123456789abcdef\n"
                        "  transport            6668 7aad f862 bd77 6c8f\n"
                        "  log                  fa4d 86c3 b551 aa6c d7c3\n"
                        "  mirror               fa4d 86c3 b551 aa6c d7c3\n"
                        "  address              tcp://h[1A:1\n"
                        "  refused: noYES\n"
                        "  Another applicant asks for the same code: find out who is who.\n");
}

static void an_applicant_is_one_json_object_on_one_line(void **state)
{
    (void)state;
    char text[4096];
    capture(print_applicant_json, text, sizeof text);
    assert_non_null(strstr(text, "{\"code\": \"110105001\", \"name\": \"示例\\u001B[2J社区\", "
                                 "\"since\": \"2025-11-25T00:00:00.000+08:00\", "
                                 "\"invitation\": \"0123456789abcdef\", "
                                 "\"address\": \"tcp://h\\u001B[1A:1\", \"refused\": "
                                 "\"no\\rYES\", \"conflict\": false, \"keys\": [{\"key\": "
                                 "\"transport\", \"fingerprint\": \"6668 7aad f862 bd77 6c8f\"}, "
                                 "{\"key\": \"log\", \"vkey\": \"a.b/110105001/1+"));
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
}

static void print_invite(void)
{
    struct ys_invite invite = {.id = "0123456789abcdef", .expires_s = 1764000000};
    memcpy(invite.division.digits, "110105001", sizeof "110105001");
    ys_view_text.invite(&invite, YS_INVITE_USED);
    ys_view_json.invite(&invite, YS_INVITE_CANCELLED);
}

static void an_invitation_is_one_line_of_either_kind(void **state)
{
    (void)state;
    char text[512];
    capture(print_invite, text, sizeof text);
    assert_string_equal(text,
                        "0123456789abcdef  110105001     used         until 2025-11-25 00:00:00\n"
                        "{\"id\": \"0123456789abcdef\", \"code\": \"110105001\", \"state\": "
                        "\"cancelled\", \"made_at\": \"1970-01-01T08:00:00.000+08:00\", "
                        "\"expires_at\": \"2025-11-25T00:00:00.000+08:00\"}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(harmless_text_stays_as_it_is),
        cmocka_unit_test(control_characters_do_not_reach_a_terminal),
        cmocka_unit_test(nothing_turns_the_direction_of_writing),
        cmocka_unit_test(a_text_that_does_not_fit_is_cut_at_a_character),
        cmocka_unit_test(a_status_reads_as_text),
        cmocka_unit_test(a_status_is_one_json_object_on_one_line),
        cmocka_unit_test(an_applicant_reads_as_text_without_tricks),
        cmocka_unit_test(an_applicant_is_one_json_object_on_one_line),
        cmocka_unit_test(an_invitation_is_one_line_of_either_kind),
        cmocka_unit_test(a_name_that_was_cut_inside_a_character_is_still_printed),
        cmocka_unit_test(a_finding_whose_text_was_cut_inside_a_character_is_still_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
