#include "crypto/note.h"

#include "crypto/base64.h"
#include "tests/support/signers.h"
#include "tests/support/vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#define TEXT "first line\n二\n"
/* A line that is well formed and that nobody knows. */
#define FOREIGN "— other.example AAAAAAE=\n"

static struct ys_signer rc;     /* two bodies, */
static struct ys_signer po;     /* whose names sort the other way round, */
static struct ys_signer mirror; /* and a cosigner */

static int start(void **state)
{
    (void)state;
    if (sodium_init() < 0)
        return -1;
    rc = signer_of("a.b/110101001001/rc", YS_SIG_ED25519, 1);
    po = signer_of("a.b/110101001001/po", YS_SIG_ED25519, 2);
    mirror = signer_of("a.b/mirror/110101001", YS_SIG_COSIGNATURE_V1, 3);
    return 0;
}

/* Room for one note. */
struct page {
    uint8_t bytes[YS_NOTE_MAX + 4096];
    struct ys_writer w;
};

static struct page *page_new(struct page *page)
{
    page->w = (struct ys_writer){.data = page->bytes, .capacity = sizeof page->bytes};
    return page;
}

static struct ys_bytes page_bytes(const struct page *page)
{
    return (struct ys_bytes){.data = page->bytes, .size = page->w.size};
}

static enum ys_code parse_code(struct ys_bytes bytes)
{
    static struct ys_note note;
    return ys_note_parse(bytes, &note, NULL);
}

static enum ys_code parse_text(const char *text)
{
    return parse_code(ys_bytes_of_text(text));
}

/* ---- parsing ------------------------------------------------------------------------------ */

static void a_note_is_its_text_and_its_lines(void **state)
{
    (void)state;
    struct ys_note note;
    assert_int_equal(
        ys_note_parse(ys_bytes_of_text(TEXT "\n" FOREIGN "— second AQIDBAUG\n"), &note, NULL),
        YS_OK);
    assert_true(ys_bytes_is_text(note.text, TEXT));
    assert_int_equal(note.line_count, 2);
    assert_true(ys_bytes_is_text(note.line[0].name, "other.example"));
    assert_true(ys_bytes_is_text(note.line[0].base64, "AAAAAAE="));
    assert_int_equal(note.line[0].key_id, 0);
    assert_true(ys_bytes_is_text(note.line[1].name, "second"));
    assert_int_equal(note.line[1].key_id, 0x01020304);
}

static void what_is_no_note_is_malformed(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "\n",
        "\n\n",
        "text\n",
        "text\n\n",
        "text\n\n\n",
        "text\n" FOREIGN,                          /* no empty line */
        "\n" FOREIGN,                              /* no text */
        "\ntext\n\n" FOREIGN,                      /* begins with an empty line */
        "text\n\nmore\n\n" FOREIGN,                /* an empty line in the text */
        "text\n\n\n" FOREIGN,                      /* the same at its end */
        "text\n\n" FOREIGN "\n",                   /* an empty line at the end */
        "text\n\n" FOREIGN "\n" FOREIGN,           /* or between lines */
        "text\n\n— other.example AAAAAAE=",        /* no line feed at the end */
        "text\n\n- other.example AAAAAAE=\n",      /* another dash */
        "text\n\n—other.example AAAAAAE=\n",       /* no space */
        "text\n\n—  AAAAAAE=\n",                   /* no name */
        "text\n\n— other.example\n",               /* no signature */
        "text\n\n— other.example \n",              /* an empty one */
        "text\n\n— other.example AAAAAA==\n",      /* an id alone */
        "text\n\n— other.example AAAAAAF=\n",      /* trailing bits */
        "text\n\n— other.example AAAAAAE\n",       /* no padding */
        "text\n\n— other.example AAAAAAE= \n",     /* a space behind */
        "text\n\n— other.example  AAAAAAE=\n",     /* two spaces */
        "text\n\n— other example AAAAAAE=\n",      /* a space in the name */
        "text\n\n— other+example AAAAAAE=\n",      /* a plus in it */
        "text\n\n— other\xc2\xa0x AAAAAAE=\n",     /* U+00A0 */
        "text\n\n— other\xe3\x80\x80x AAAAAAE=\n", /* U+3000 */
        "text\n\n— other\xe2\x80\x83x AAAAAAE=\n", /* U+2003 */
        "text\n\n" FOREIGN "trailing\n",
        "text\r\n\r\n" FOREIGN,
        "te\txt\n\n" FOREIGN,
        "te\x1bxt\n\n" FOREIGN,
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (parse_text(bad[i]) != YS_MALFORMED)
            fail_msg("case %zu: %s", i, bad[i]);
    }
    static const char nul[] = "te\0xt\n\n" FOREIGN;
    assert_int_equal(
        parse_code((struct ys_bytes){.data = (const uint8_t *)nul, .size = sizeof nul - 1}),
        YS_MALFORMED);
    assert_int_equal(parse_code((struct ys_bytes){0}), YS_MALFORMED);
}

static void what_others_may_write_is_a_note(void **state)
{
    (void)state;
    static const char *const good[] = {
        "t\n\n" FOREIGN,
        "t\n\n" FOREIGN FOREIGN,
        "— looks like a line AAAAAAE=\n\n" FOREIGN,
        "t\x7f\n\n" FOREIGN,
        "t\n\n— 见证人 AAAAAAE=\n",
        "t\n\n— n AAAAAAEC\n",
        "t\n\n— a/b:c=d AAAAAAECAwQFBgcICQ==\n",
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        if (parse_text(good[i]) != YS_OK)
            fail_msg("case %zu: %s", i, good[i]);
    }
}

static void a_text_must_be_utf_8(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        enum ys_code want;
    } cases[] = {
        {"\x7f", YS_OK},
        {"\x80", YS_MALFORMED},
        {"\xbf", YS_MALFORMED},
        {"\xc1\xbf", YS_MALFORMED}, /* overlong */
        {"\xc2\x80", YS_OK},
        {"\xc2", YS_MALFORMED},
        {"\xc2\xc0", YS_MALFORMED},
        {"\xdf\xbf", YS_OK},
        {"\xe0\x9f\xbf", YS_MALFORMED}, /* overlong */
        {"\xe0\xa0\x80", YS_OK},
        {"\xed\x9f\xbf", YS_OK},
        {"\xed\xa0\x80", YS_MALFORMED}, /* a surrogate */
        {"\xee\x80\x80", YS_OK},
        {"\xef\xbf\xbf", YS_OK},
        {"\xe5\xb1", YS_MALFORMED},
        {"\xf0\x8f\xbf\xbf", YS_MALFORMED}, /* overlong */
        {"\xf0\x90\x80\x80", YS_OK},
        {"\xf4\x8f\xbf\xbf", YS_OK},
        {"\xf4\x90\x80\x80", YS_MALFORMED}, /* beyond U+10FFFF */
        {"\xf5\x80\x80\x80", YS_MALFORMED},
        {"\xff", YS_MALFORMED},
        {"\xf0\x90\x80", YS_MALFORMED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[64];
        (void)snprintf(text, sizeof text, "%s\n\n%s", cases[i].bytes, FOREIGN);
        if (parse_text(text) != cases[i].want)
            fail_msg("case %zu", i);
        /* in a key name too */
        (void)snprintf(text, sizeof text, "t\n\n— a%s AAAAAAE=\n", cases[i].bytes);
        if (cases[i].want == YS_MALFORMED)
            assert_int_equal(parse_text(text), YS_MALFORMED);
    }
}

static void control_characters_are_refused_wherever_they_stand(void **state)
{
    (void)state;
    enum { LETTERS = 24, LINE_FEED = '\n', ASCII = 0x80, PRINTABLE = 0x20 };
    for (size_t at = 0; at < LETTERS; at++) {
        for (int byte = 1; byte < ASCII; byte++) {
            char text[64] = "aaaaaaaaaaaaaaaaaaaaaaaa\n\n" FOREIGN;
            if (byte == LINE_FEED)
                continue;
            text[at] = (char)byte;
            assert_int_equal(parse_text(text), byte < PRINTABLE ? YS_MALFORMED : YS_OK);
        }
    }
}

static void a_character_cut_by_the_end_of_the_note_is_not_read_past(void **state)
{
    (void)state;
    const uint8_t bytes[] = {'t', '\n', 0xe5};
    assert_int_equal(parse_code((struct ys_bytes){.data = bytes, .size = sizeof bytes}),
                     YS_MALFORMED);
}

/* A note of `size` bytes in all. */
static struct ys_bytes note_of_size(struct page *page, size_t size)
{
    page_new(page);
    const size_t end = strlen("\n\n" FOREIGN);
    memset(page->bytes, 'x', size - end);
    memcpy(page->bytes + size - end, "\n\n" FOREIGN, end);
    return (struct ys_bytes){.data = page->bytes, .size = size};
}

static void a_note_has_up_to_65535_bytes(void **state)
{
    (void)state;
    static struct page page;
    static struct ys_note note;
    struct ys_err err;
    assert_int_equal(parse_code(note_of_size(&page, YS_NOTE_MAX - 1)), YS_OK);
    assert_int_equal(parse_code(note_of_size(&page, YS_NOTE_MAX)), YS_OK);
    assert_int_equal(ys_note_parse(note_of_size(&page, YS_NOTE_MAX + 1), &note, &err), YS_LIMIT);
    assert_string_equal(err.msg, "note: 65536 bytes, limit 65535");
}

static void a_note_has_up_to_100_lines(void **state)
{
    (void)state;
    static struct page page;
    for (unsigned lines = YS_NOTE_LINES_MAX - 1; lines <= YS_NOTE_LINES_MAX + 1; lines++) {
        ys_writer_text(&page_new(&page)->w, TEXT "\n");
        for (unsigned i = 0; i < lines; i++)
            ys_writer_text(&page.w, FOREIGN);
        assert_int_equal(parse_code(page_bytes(&page)),
                         lines <= YS_NOTE_LINES_MAX ? YS_OK : YS_LIMIT);
    }
}

/* ---- signing and checking ----------------------------------------------------------------- */

static void sign_two(struct page *page)
{
    const struct ys_signer *signers[] = {&rc, &po};
    assert_int_equal(ys_note_sign(&page_new(page)->w, ys_bytes_of_text(TEXT), signers, 2, 0, NULL),
                     YS_OK);
}

static void signed_notes_verify_and_lines_are_sorted(void **state)
{
    (void)state;
    static struct page page;
    static struct ys_note note;
    uint64_t time_s = 99;
    sign_two(&page);

    assert_int_equal(ys_note_parse(page_bytes(&page), &note, NULL), YS_OK);

    assert_int_equal(note.line_count, 2);
    assert_true(ys_bytes_is_text(note.line[0].name, "a.b/110101001001/po"));
    assert_true(ys_bytes_is_text(note.line[1].name, "a.b/110101001001/rc"));
    assert_int_equal(ys_note_check(&note, &rc.vkey, &time_s), YS_LINE_GOOD);
    assert_int_equal(time_s, 0);
    assert_int_equal(ys_note_check(&note, &po.vkey, NULL), YS_LINE_GOOD);
    assert_int_equal(ys_note_check(&note, &mirror.vkey, NULL), YS_LINE_ABSENT);
}

static void a_signer_given_twice_signs_once(void **state)
{
    (void)state;
    static struct page once;
    static struct page twice;
    const struct ys_signer *signers[] = {&po, &rc, &po, &rc};
    sign_two(&once);
    assert_int_equal(
        ys_note_sign(&page_new(&twice)->w, ys_bytes_of_text(TEXT), signers, 4, 0, NULL), YS_OK);
    assert_true(ys_bytes_equal(page_bytes(&once), page_bytes(&twice)));
}

static void lines_of_one_name_are_sorted_by_key_id(void **state)
{
    (void)state;
    static struct page page;
    static struct ys_note note;
    struct ys_signer keys[YS_NOTE_LINES_AUTHORED];
    const struct ys_signer *signers[YS_NOTE_LINES_AUTHORED];
    for (unsigned i = 0; i < YS_NOTE_LINES_AUTHORED; i++) {
        keys[i] = signer_of("a.b/log", YS_SIG_ED25519, (uint8_t)(10 + i));
        signers[i] = &keys[i];
    }
    assert_int_equal(ys_note_sign(&page_new(&page)->w, ys_bytes_of_text(TEXT), signers,
                                  YS_NOTE_LINES_AUTHORED, 0, NULL),
                     YS_OK);
    assert_int_equal(ys_note_parse(page_bytes(&page), &note, NULL), YS_OK);
    assert_int_equal(note.line_count, YS_NOTE_LINES_AUTHORED);
    for (unsigned i = 1; i < note.line_count; i++)
        assert_true(note.line[i - 1].key_id < note.line[i].key_id);
}

static void a_shorter_name_sorts_before_a_longer_that_begins_with_it(void **state)
{
    (void)state;
    static struct page page;
    static struct ys_note note;
    const struct ys_signer longer = signer_of("a.b/log/2", YS_SIG_ED25519, 4);
    const struct ys_signer shorter = signer_of("a.b/log", YS_SIG_ED25519, 5);
    const struct ys_signer *signers[] = {&longer, &shorter};
    assert_int_equal(ys_note_sign(&page_new(&page)->w, ys_bytes_of_text(TEXT), signers, 2, 0, NULL),
                     YS_OK);
    assert_int_equal(ys_note_parse(page_bytes(&page), &note, NULL), YS_OK);
    assert_true(ys_bytes_is_text(note.line[0].name, "a.b/log"));
}

/* Every byte of the note in turn: whatever still parses must not verify. */
static void a_changed_byte_is_noticed_by_a_key_that_is_named(void **state)
{
    (void)state;
    static struct page page;
    static struct ys_note note;
    const struct ys_signer *signers[] = {&rc};
    assert_int_equal(ys_note_sign(&page_new(&page)->w, ys_bytes_of_text(TEXT), signers, 1, 0, NULL),
                     YS_OK);
    for (size_t i = 0; i < page.w.size; i++) {
        page.bytes[i] ^= 1;
        if (ys_note_parse(page_bytes(&page), &note, NULL) == YS_OK)
            assert_int_not_equal(ys_note_check(&note, &rc.vkey, NULL), YS_LINE_GOOD);
        page.bytes[i] ^= 1;
    }
}

/* A note of TEXT with the given lines, cut from signed notes by the caller. */
static void assemble(struct page *page, const char *text, const struct ys_note_line *lines,
                     unsigned count)
{
    ys_writer_text(&page_new(page)->w, text);
    ys_writer_text(&page->w, "\n");
    for (unsigned i = 0; i < count; i++) {
        ys_writer_text(&page->w, "— ");
        ys_writer_bytes(&page->w, lines[i].name);
        ys_writer_text(&page->w, " ");
        ys_writer_bytes(&page->w, lines[i].base64);
        ys_writer_text(&page->w, "\n");
    }
}

static void a_bad_line_of_a_known_key_is_bad_and_of_an_unknown_one_is_nothing(void **state)
{
    (void)state;
    static struct page page;
    static struct page forged;
    static struct ys_note note;
    sign_two(&page);
    assert_int_equal(ys_note_parse(page_bytes(&page), &note, NULL), YS_OK);
    assemble(&forged, "another text\n", note.line, 2);

    assert_int_equal(ys_note_parse(page_bytes(&forged), &note, NULL), YS_OK);

    assert_int_equal(ys_note_check(&note, &rc.vkey, NULL), YS_LINE_BAD);
    assert_int_equal(ys_note_check(&note, &po.vkey, NULL), YS_LINE_BAD);
    struct ys_vkey other = rc.vkey; /* the name alone does not make it known */
    other.id ^= 1;
    assert_int_equal(ys_note_check(&note, &other, NULL), YS_LINE_ABSENT);
}

static void a_line_of_another_length_is_bad(void **state)
{
    (void)state;
    for (size_t size = 1; size <= 80; size++) {
        static struct page page;
        static struct ys_note note;
        uint8_t payload[4 + 80] = {0};
        const struct ys_signer *signers[] = {&rc, &mirror};
        for (unsigned i = 0; i < 2; i++) {
            ys_be32_put(payload, signers[i]->vkey.id);
            ys_writer_text(&page_new(&page)->w, TEXT "\n— ");
            ys_writer_text(&page.w, signers[i]->vkey.name);
            ys_writer_text(&page.w, " ");
            ys_writer_base64(&page.w, (struct ys_bytes){.data = payload, .size = 4 + size});
            ys_writer_text(&page.w, "\n");
            assert_int_equal(ys_note_parse(page_bytes(&page), &note, NULL), YS_OK);
            assert_int_equal(ys_note_check(&note, &signers[i]->vkey, NULL), YS_LINE_BAD);
        }
    }
}

static void of_duplicates_the_first_counts(void **state)
{
    (void)state;
    static struct page good;
    static struct page other;
    static struct page both;
    static struct ys_note good_note;
    static struct ys_note other_note;
    const struct ys_signer *signers[] = {&rc};
    assert_int_equal(ys_note_sign(&page_new(&good)->w, ys_bytes_of_text(TEXT), signers, 1, 0, NULL),
                     YS_OK);
    assert_int_equal(
        ys_note_sign(&page_new(&other)->w, ys_bytes_of_text("x\n"), signers, 1, 0, NULL), YS_OK);
    assert_int_equal(ys_note_parse(page_bytes(&good), &good_note, NULL), YS_OK);
    assert_int_equal(ys_note_parse(page_bytes(&other), &other_note, NULL), YS_OK);
    struct ys_note_line lines[] = {good_note.line[0], other_note.line[0]};
    static struct ys_note note;

    assemble(&both, TEXT, lines, 2);
    assert_int_equal(ys_note_parse(page_bytes(&both), &note, NULL), YS_OK);
    assert_int_equal(ys_note_check(&note, &rc.vkey, NULL), YS_LINE_GOOD);

    const struct ys_note_line first = lines[0];
    lines[0] = lines[1];
    lines[1] = first;
    assemble(&both, TEXT, lines, 2);
    assert_int_equal(ys_note_parse(page_bytes(&both), &note, NULL), YS_OK);
    assert_int_equal(ys_note_check(&note, &rc.vkey, NULL), YS_LINE_BAD);
}

static void a_cosignature_carries_its_time(void **state)
{
    (void)state;
    static const uint64_t times[] = {0, 1, 1764000000, YS_COSIGNED_TIME_MAX};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        static struct page page;
        static struct ys_note note;
        const struct ys_signer *signers[] = {&mirror, &rc};
        uint64_t time_s = 99;
        assert_int_equal(
            ys_note_sign(&page_new(&page)->w, ys_bytes_of_text(TEXT), signers, 2, times[i], NULL),
            YS_OK);
        assert_int_equal(ys_note_parse(page_bytes(&page), &note, NULL), YS_OK);
        assert_int_equal(ys_note_check(&note, &mirror.vkey, &time_s), YS_LINE_GOOD);
        assert_true(time_s == times[i]);
    }
}

/* The message of C2SP tlog-cosignature, written out; verified without note.c. */
static void a_cosignature_signs_what_c2sp_says(void **state)
{
    (void)state;
    static struct page page;
    static struct ys_note note;
    uint8_t payload[4 + 8 + YS_SIG_LEN];
    size_t size = 0;
    ys_writer_text(&page_new(&page)->w, TEXT "\n");
    ys_note_sign_line(&page.w, &mirror, ys_bytes_of_text(TEXT), 1679315147);
    assert_int_equal(ys_note_parse(page_bytes(&page), &note, NULL), YS_OK);

    assert_int_equal(ys_base64_decode(note.line[0].base64, payload, sizeof payload, &size), YS_OK);

    assert_int_equal(size, sizeof payload);
    assert_true(ys_be32_get(payload) == mirror.vkey.id);
    assert_true(ys_be64_get(payload + 4) == 1679315147);
    static const char message[] = "cosignature/v1\ntime 1679315147\n" TEXT;
    assert_int_equal(ys_verify(mirror.vkey.key, ys_bytes_of_text(message),
                               (struct ys_bytes){.data = payload + 12, .size = YS_SIG_LEN}),
                     YS_OK);
}

/* A line of mirror over `text` at `time_s`, signed without note.c. */
static void cosign_by_hand(struct page *page, const char *text, uint64_t time_s)
{
    char message[YS_COSIGNED_TEXT_MAX + 128];
    uint8_t payload[4 + 8 + YS_SIG_LEN];
    (void)snprintf(message, sizeof message, "cosignature/v1\ntime %llu\n%s",
                   (unsigned long long)time_s, text);
    ys_be32_put(payload, mirror.vkey.id);
    ys_be64_put(payload + 4, time_s);
    ys_sign(&mirror, ys_bytes_of_text(message), payload + 12);
    ys_writer_text(&page_new(page)->w, text);
    ys_writer_text(&page->w, "\n— a.b/mirror/110101001 ");
    ys_writer_base64(&page->w, (struct ys_bytes){.data = payload, .size = sizeof payload});
    ys_writer_text(&page->w, "\n");
}

static void a_cosignature_of_a_time_beyond_2_63_is_bad(void **state)
{
    (void)state;
    static struct page page;
    static struct ys_note note;
    cosign_by_hand(&page, TEXT, YS_COSIGNED_TIME_MAX);
    assert_int_equal(ys_note_parse(page_bytes(&page), &note, NULL), YS_OK);
    assert_int_equal(ys_note_check(&note, &mirror.vkey, NULL), YS_LINE_GOOD);
    cosign_by_hand(&page, TEXT, YS_COSIGNED_TIME_MAX + 1);
    assert_int_equal(ys_note_parse(page_bytes(&page), &note, NULL), YS_OK);
    assert_int_equal(ys_note_check(&note, &mirror.vkey, NULL), YS_LINE_BAD);
}

static void a_cosignature_is_over_a_short_text(void **state)
{
    (void)state;
    static struct page page;
    static struct ys_note note;
    char text[YS_COSIGNED_TEXT_MAX + 2];
    const struct ys_signer *signers[] = {&mirror};
    memset(text, 'x', sizeof text);
    text[YS_COSIGNED_TEXT_MAX - 1] = '\n';
    text[YS_COSIGNED_TEXT_MAX] = '\0';
    const struct ys_bytes longest = ys_bytes_of_text(text);
    assert_int_equal(longest.size, YS_COSIGNED_TEXT_MAX);
    assert_int_equal(ys_note_sign(&page_new(&page)->w, longest, signers, 1, 5, NULL), YS_OK);
    assert_int_equal(ys_note_parse(page_bytes(&page), &note, NULL), YS_OK);
    assert_int_equal(ys_note_check(&note, &mirror.vkey, NULL), YS_LINE_GOOD);

    text[YS_COSIGNED_TEXT_MAX - 1] = 'x';
    text[YS_COSIGNED_TEXT_MAX] = '\n';
    text[YS_COSIGNED_TEXT_MAX + 1] = '\0';
    const struct ys_bytes longer = ys_bytes_of_text(text);
    assert_int_equal(ys_note_sign(&page_new(&page)->w, longer, signers, 1, 5, NULL), YS_LIMIT);
    assert_int_equal(page.w.size, 0);
    /* And a line that cosigns one all the same is bad. */
    cosign_by_hand(&page, text, 5);
    assert_int_equal(ys_note_parse(page_bytes(&page), &note, NULL), YS_OK);
    assert_int_equal(ys_note_check(&note, &mirror.vkey, NULL), YS_LINE_BAD);
}

static void a_text_that_would_not_parse_is_not_signed(void **state)
{
    (void)state;
    static const char *const bad[] = {"",         "\n",    "no line feed", "a\n\n",
                                      "a\n\nb\n", "\na\n", "a\tb\n",       "\xff\n"};
    const struct ys_signer *signers[] = {&rc};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        static struct page page;
        assert_int_equal(
            ys_note_sign(&page_new(&page)->w, ys_bytes_of_text(bad[i]), signers, 1, 0, NULL),
            YS_MALFORMED);
        assert_int_equal(page.w.size, 0);
    }
    static struct page page;
    assert_int_equal(ys_note_sign(&page_new(&page)->w, ys_bytes_of_text(TEXT), signers, 0, 0, NULL),
                     YS_MALFORMED);
}

static void at_most_16_lines_are_written(void **state)
{
    (void)state;
    static struct page page;
    struct ys_signer keys[YS_NOTE_LINES_AUTHORED + 1];
    const struct ys_signer *signers[YS_NOTE_LINES_AUTHORED + 1];
    struct ys_err err;
    for (unsigned i = 0; i <= YS_NOTE_LINES_AUTHORED; i++) {
        keys[i] = signer_of("a.b/log", YS_SIG_ED25519, (uint8_t)(10 + i));
        signers[i] = &keys[i];
    }
    assert_int_equal(ys_note_sign(&page_new(&page)->w, ys_bytes_of_text(TEXT), signers,
                                  YS_NOTE_LINES_AUTHORED - 1, 0, &err),
                     YS_OK);
    assert_int_equal(ys_note_sign(&page_new(&page)->w, ys_bytes_of_text(TEXT), signers,
                                  YS_NOTE_LINES_AUTHORED, 0, &err),
                     YS_OK);
    assert_int_equal(ys_note_sign(&page_new(&page)->w, ys_bytes_of_text(TEXT), signers,
                                  YS_NOTE_LINES_AUTHORED + 1, 0, &err),
                     YS_LIMIT);
    assert_string_equal(err.msg, "note: more than 16 signers");
    assert_int_equal(page.w.size, 0);
}

static void a_note_that_does_not_fit_is_not_begun(void **state)
{
    (void)state;
    static struct page page;
    const struct ys_signer *signers[] = {&rc, &po};
    sign_two(&page);
    const size_t size = page.w.size;
    for (size_t capacity = 0; capacity <= size; capacity++) {
        uint8_t room[1024] = "before";
        struct ys_writer w = {.data = room, .capacity = 6 + capacity, .size = 6};
        const enum ys_code want = capacity == size ? YS_OK : YS_LIMIT;
        assert_int_equal(ys_note_sign(&w, ys_bytes_of_text(TEXT), signers, 2, 0, NULL), want);
        assert_int_equal(w.size, want == YS_OK ? 6 + size : 6);
        assert_memory_equal(room, "before", 6);
    }
}

static void a_signed_note_has_up_to_65535_bytes(void **state)
{
    (void)state;
    static struct page page;
    static uint8_t text[YS_NOTE_MAX + 1];
    const struct ys_signer *signers[] = {&rc};
    memset(text, 'x', sizeof text);
    assert_int_equal(
        ys_note_sign(&page_new(&page)->w, ys_bytes_of_text("x\n"), signers, 1, 0, NULL), YS_OK);
    const size_t line = page.w.size - 2;
    for (size_t size = YS_NOTE_MAX - 1; size <= YS_NOTE_MAX + 1; size++) {
        const size_t text_size = size - line;
        text[text_size - 1] = '\n';
        const struct ys_bytes bytes = {.data = text, .size = text_size};
        assert_int_equal(ys_note_sign(&page_new(&page)->w, bytes, signers, 1, 0, NULL),
                         size <= YS_NOTE_MAX ? YS_OK : YS_LIMIT);
        if (size <= YS_NOTE_MAX) {
            assert_int_equal(page.w.size, size);
            assert_int_equal(parse_code(page_bytes(&page)), YS_OK);
        }
        text[text_size - 1] = 'x';
    }
    text[YS_NOTE_MAX] = '\n';
    assert_int_equal(ys_note_sign(&page_new(&page)->w,
                                  (struct ys_bytes){.data = text, .size = sizeof text}, signers, 1,
                                  0, NULL),
                     YS_LIMIT);
}

/* ---- joining ------------------------------------------------------------------------------ */

static void lines_signed_apart_join_to_the_note_signed_together(void **state)
{
    (void)state;
    static struct page apart[2];
    static struct page together;
    static struct page joined;
    static struct ys_note notes[2];
    struct ys_note_line lines[4];
    const struct ys_signer *signers[] = {&rc, &po};
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(
            ys_note_sign(&page_new(&apart[i])->w, ys_bytes_of_text(TEXT), &signers[i], 1, 0, NULL),
            YS_OK);
        assert_int_equal(ys_note_parse(page_bytes(&apart[i]), &notes[i], NULL), YS_OK);
        lines[i] = lines[2 + i] = notes[i].line[0];
    }
    sign_two(&together);

    assert_int_equal(ys_note_join(&page_new(&joined)->w, ys_bytes_of_text(TEXT), lines, 4, NULL),
                     YS_OK);

    assert_true(ys_bytes_equal(page_bytes(&joined), page_bytes(&together)));
}

static void of_joined_duplicates_the_first_stays(void **state)
{
    (void)state;
    static struct page page;
    const struct ys_note_line lines[] = {
        {.name = ys_bytes_of_text("n"), .base64 = ys_bytes_of_text("AAAAAAE="), .key_id = 0},
        {.name = ys_bytes_of_text("n"), .base64 = ys_bytes_of_text("AAAAAAI="), .key_id = 0},
        {.name = ys_bytes_of_text("m"), .base64 = ys_bytes_of_text("AAAAAAM="), .key_id = 0},
    };
    assert_int_equal(ys_note_join(&page_new(&page)->w, ys_bytes_of_text("t\n"), lines, 3, NULL),
                     YS_OK);
    assert_true(ys_bytes_is_text(page_bytes(&page), "t\n\n— m AAAAAAM=\n— n AAAAAAE=\n"));
}

static void up_to_100_lines_are_joined(void **state)
{
    (void)state;
    static struct page page;
    static struct ys_note_line lines[YS_NOTE_LINES_MAX + 1];
    struct ys_err err;
    for (unsigned i = 0; i <= YS_NOTE_LINES_MAX; i++)
        lines[i] = (struct ys_note_line){.name = ys_bytes_of_text("n"),
                                         .base64 = ys_bytes_of_text("AAAAAAE="),
                                         .key_id = YS_NOTE_LINES_MAX - i};
    const struct ys_bytes text = ys_bytes_of_text(TEXT);
    assert_int_equal(ys_note_join(&page_new(&page)->w, text, lines, YS_NOTE_LINES_MAX - 1, &err),
                     YS_OK);
    assert_int_equal(ys_note_join(&page_new(&page)->w, text, lines, YS_NOTE_LINES_MAX, &err),
                     YS_OK);
    assert_int_equal(ys_note_join(&page_new(&page)->w, text, lines, YS_NOTE_LINES_MAX + 1, &err),
                     YS_LIMIT);
    assert_string_equal(err.msg, "note: more than 100 signature lines");
    lines[YS_NOTE_LINES_MAX] = lines[0]; /* a duplicate takes no place */
    assert_int_equal(ys_note_join(&page_new(&page)->w, text, lines, YS_NOTE_LINES_MAX + 1, &err),
                     YS_OK);
    assert_int_equal(ys_note_join(&page_new(&page)->w, text, lines, 0, &err), YS_MALFORMED);
    assert_int_equal(ys_note_join(&page_new(&page)->w, ys_bytes_of_text("a\n\n"), lines, 1, &err),
                     YS_MALFORMED);
}

/* ---- the worked example ------------------------------------------------------------------- */

static void the_worked_example_verifies(void **state)
{
    (void)state;
    uint8_t bytes[1024];
    uint8_t keys[512];
    static struct ys_note note;
    struct ys_hash leaf;
    struct ys_hash want;
    const struct ys_bytes example = vectors_file("worked-example.note", bytes, sizeof bytes);
    struct ys_bytes rest = vectors_file("worked-example.vkeys", keys, sizeof keys);
    assert_int_equal(ys_note_parse(example, &note, NULL), YS_OK);
    assert_int_equal(note.line_count, 2);
    for (unsigned i = 0; i < 2; i++) {
        struct ys_bytes line;
        struct ys_vkey key;
        assert_true(ys_bytes_take_line(&rest, &line));
        assert_int_equal(ys_vkey_parse(line, &key), YS_OK);
        assert_true(note.line[i].key_id == key.id);
        assert_int_equal(ys_note_check(&note, &key, NULL), YS_LINE_GOOD);
    }
    ys_leaf_hash(example, &leaf);
    assert_true(
        ys_hash_parse(ys_bytes_of_text("l7lvjasLub+VElQ5EbZleNseqbYhB4vZa1gRFM0aVlA="), &want));
    assert_true(ys_hash_equal(&leaf, &want));
}

/* The same bytes, but for the order of the two lines: ours are sorted. */
static void the_worked_example_is_joined_again_from_its_lines(void **state)
{
    (void)state;
    uint8_t bytes[1024];
    uint8_t want[1024];
    static struct ys_note note;
    static struct page page;
    const struct ys_bytes example = vectors_file("worked-example.note", bytes, sizeof bytes);
    assert_int_equal(ys_note_parse(example, &note, NULL), YS_OK);
    struct ys_writer w = {.data = want, .capacity = sizeof want};
    ys_writer_bytes(&w, note.text);
    struct ys_bytes rest = ys_bytes_skip(example, note.text.size + 1);
    struct ys_bytes jwh;
    assert_true(ys_bytes_take_line(&rest, &jwh));
    ys_writer_text(&w, "\n");
    ys_writer_bytes(&w, rest);
    ys_writer_bytes(&w, jwh);
    ys_writer_text(&w, "\n");

    assert_int_equal(ys_note_join(&page_new(&page)->w, note.text, note.line, note.line_count, NULL),
                     YS_OK);

    assert_true(ys_bytes_equal(page_bytes(&page), (struct ys_bytes){.data = want, .size = w.size}));
    assert_int_equal(page.w.size, example.size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_note_is_its_text_and_its_lines),
        cmocka_unit_test(what_is_no_note_is_malformed),
        cmocka_unit_test(what_others_may_write_is_a_note),
        cmocka_unit_test(a_text_must_be_utf_8),
        cmocka_unit_test(control_characters_are_refused_wherever_they_stand),
        cmocka_unit_test(a_character_cut_by_the_end_of_the_note_is_not_read_past),
        cmocka_unit_test(a_note_has_up_to_65535_bytes),
        cmocka_unit_test(a_note_has_up_to_100_lines),
        cmocka_unit_test(signed_notes_verify_and_lines_are_sorted),
        cmocka_unit_test(a_signer_given_twice_signs_once),
        cmocka_unit_test(lines_of_one_name_are_sorted_by_key_id),
        cmocka_unit_test(a_shorter_name_sorts_before_a_longer_that_begins_with_it),
        cmocka_unit_test(a_changed_byte_is_noticed_by_a_key_that_is_named),
        cmocka_unit_test(a_bad_line_of_a_known_key_is_bad_and_of_an_unknown_one_is_nothing),
        cmocka_unit_test(a_line_of_another_length_is_bad),
        cmocka_unit_test(of_duplicates_the_first_counts),
        cmocka_unit_test(a_cosignature_carries_its_time),
        cmocka_unit_test(a_cosignature_signs_what_c2sp_says),
        cmocka_unit_test(a_cosignature_of_a_time_beyond_2_63_is_bad),
        cmocka_unit_test(a_cosignature_is_over_a_short_text),
        cmocka_unit_test(a_text_that_would_not_parse_is_not_signed),
        cmocka_unit_test(at_most_16_lines_are_written),
        cmocka_unit_test(a_note_that_does_not_fit_is_not_begun),
        cmocka_unit_test(a_signed_note_has_up_to_65535_bytes),
        cmocka_unit_test(lines_signed_apart_join_to_the_note_signed_together),
        cmocka_unit_test(of_joined_duplicates_the_first_stays),
        cmocka_unit_test(up_to_100_lines_are_joined),
        cmocka_unit_test(the_worked_example_verifies),
        cmocka_unit_test(the_worked_example_is_joined_again_from_its_lines),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
