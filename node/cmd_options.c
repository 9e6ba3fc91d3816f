#include "node/cmd_options.h"

#include "node/lang.h"

#include <stddef.h>

const struct ys_option ys_cmd_globals[] = {
    {"home", "DIR", N_("home of the node; default YISHI_HOME, else ~/.local/share/yishi")},
    {"json", NULL, N_("print JSON")},
    {"lang", "zh|en", N_("language of texts; default: the node's settings, else the locale")},
    {"help", NULL, N_("print how the command is used")},
    {NULL, NULL, NULL},
};

#define PASSPHRASE_OPTIONS                                                                     \
    {"passphrase-file", "[BODY=]FILE",                                                         \
     N_("first line of FILE is the passphrase, of BODY's key alone if it is named; may stand " \
        "more "                                                                                \
        "than once")},                                                                         \
    {                                                                                          \
        "passphrase-fd", "N", N_("read the passphrase from descriptor N")                      \
    }

const struct ys_option ys_init_options[] = {
    {"deployment", "NAME", N_("name of the federation, such as beijing.example")},
    {"code", "CODE", N_("division code of the unit: 6, 9 or 12 digits")},
    {"name", "TEXT", N_("name of the unit for people; default: its code")},
    {"bodies", "LIST",
     N_("bodies with a key here; default rc,po,sc at a community, st at a street, "
        "da at a district")},
    {"listen", "tcp://HOST:PORT", N_("where children dial; port 0 lets the system choose")},
    {"observer", NULL,
     N_("the home of an auditor, who reads what the unit may and signs nothing; then see: yishi "
        "join")},
    {"root", "FILE",
     N_("the district's root policy, to be pinned; a district without it makes its "
        "own root")},
    {"root-keys", "N", N_("how many keys the root that a district makes has: 1 to 3; default 1")},
    {"root-threshold", "N", N_("how many of them must sign; default 1")},
    {"kdf", "moderate|interactive|none",
     N_("cost of guessing a passphrase; none: no passphrase; default moderate")},
    PASSPHRASE_OPTIONS,
    {NULL, NULL, NULL},
};

const struct ys_option ys_key_options[] = {
    {"kdf", "moderate|interactive|none",
     N_("cost of guessing a passphrase; none: no passphrase; default moderate")},
    PASSPHRASE_OPTIONS,
    {"new-passphrase-file", "FILE", N_("the new passphrase, for `key passphrase`")},
    {NULL, NULL, NULL},
};

const struct ys_option ys_invite_options[] = {
    {"hours", "N", N_("how long the invitation is good; default 72")},
    {"expires-at", "SECONDS", N_("until when it is good, in POSIX seconds, instead of --hours")},
    {"address", "tcp://HOST:PORT",
     N_("where the child dials; default: where the daemon listens, else the setting")},
    {"observer", NULL, N_("invite an observer of CODE: this unit, or a child of it")},
    {"wait", NULL, N_("stay until the request comes, show it and sign")},
    {"yes", NULL, N_("sign without asking; with --wait")},
    PASSPHRASE_OPTIONS,
    {"list", NULL, N_("list the invitations")},
    {"cancel", "ID", N_("take one back")},
    {NULL, NULL, NULL},
};

const struct ys_option ys_root_options[] = {
    {"deployment", "NAME", N_("new: name of the federation, such as beijing.example")},
    {"code", "CODE", N_("new: division code of the district: 6 digits")},
    {"kdf", "moderate|interactive|none",
     N_("cost of guessing a passphrase; none: no passphrase; default moderate")},
    PASSPHRASE_OPTIONS,
    {"key", "VKEY|FILE",
     N_("policy: verifier key of one root key, may stand up to three times; sign: the key file")},
    {"threshold", "N", N_("policy: how many of the keys must sign; default 1")},
    {"next", "FILE", N_("policy: the policy that may succeed it, made beforehand of new keys")},
    {"out", "FILE", N_("new, policy, request: where it is written")},
    {"succession", NULL, N_("request: for the successor of the policy in force")},
    {"record", "FILE", N_("request: for this record (JSON), such as a key_revoke")},
    {"dry-run", NULL, N_("sign: show what would be signed, and sign nothing")},
    {NULL, NULL, NULL},
};

const struct ys_option ys_observers_options[] = {
    PASSPHRASE_OPTIONS,
    {"end", "FINGERPRINT",
     N_("take one off the list: the beginning of its fingerprint will do; cut off at once")},
    {NULL, NULL, NULL},
};

const struct ys_option ys_join_options[] = {
    {"root", "FILE", N_("the district's root policy; pinned if there is none yet, else compared")},
    {"fingerprint", "F", N_("fingerprint of the district's root, instead of --root FILE")},
    {"yes", NULL, N_("ask nothing; then --root or --fingerprint is needed")},
    {"wait", NULL, N_("stay until an officer of the parent has said yes or no")},
    {"request", "FILE", N_("write a request file instead of asking; - is standard output")},
    {"parent", "tcp://HOST:PORT", N_("address of the parent, with --request")},
    {"parent-key", "BASE64",
     N_("transport key of the parent (yishi key, at the parent), with --request")},
    {NULL, NULL, NULL},
};

const struct ys_option ys_admit_options[] = {
    PASSPHRASE_OPTIONS,
    {"list", NULL, N_("list who asks")},
    {"refuse", "REASON", N_("say no to CODE; the applicant reads REASON")},
    {"applicant", "FINGERPRINT",
     N_("which of several applicants: how the fingerprint of its log or transport key begins")},
    {"dry-run", NULL, N_("check and show, but sign and write nothing")},
    {"out", "FILE", N_("sign, but write a draft for others to sign, too")},
    {NULL, NULL, NULL},
};

const struct ys_option ys_matter_options[] = {
    {"as-of", "DATE", N_("as it is on that day, instead of today")},
    {"state", "STATE", N_("only matters in this state, such as submitted; without MATTER")},
    {"unit", "CODE", N_("only matters of this unit and those below it; without MATTER")},
    {NULL, NULL, NULL},
};

const struct ys_option ys_inbox_options[] = {
    {"as-of", "DATE", N_("as it is on that day, instead of today")},
    {"body", "BODY", N_("only what this body is to do: rc, po, sc, st, gd-NAME, da")},
    {NULL, NULL, NULL},
};

const struct ys_option ys_rules_options[] = {
    {"markdown", NULL, N_("all as a page of a handbook, in both languages")},
    {NULL, NULL, NULL},
};

const struct ys_option ys_findings_options[] = {
    {"unit", "CODE", N_("only found in records of this division, or below it")},
    {"who", "BODY", N_("only what this body must act on: rc, po, sc, st, gd-NAME, da")},
    {"severity", "LETTERS", N_("only of these: E, F, I")},
    {"as-of", "DATE", N_("as it is on that day, instead of today")},
    {"coming", NULL, N_("also what will be one, unless something is done")},
    {"ended", NULL, N_("also what was one; of deadlines, those that were met")},
    {"summary", NULL, N_("how many there are, by rule and by who must act")},
    {"deadlines", NULL,
     N_("what must be done by a day; with --ended beside it when it was, as "
        "claimed and as proven")},
    {NULL, NULL, NULL},
};

const struct ys_option ys_audit_options[] = {
    {"threads", "N", N_("use so many threads; unless given, one for each core")},
    {"commit", "FILE",
     N_("make a secret nonce for a sample, write it to FILE, and say what the district must "
        "publish")},
    {"sample", "N",
     N_("draw N records that nobody could foresee or choose, and check these alone")},
    {"nonce", "FILE", N_("with --sample: the nonce that --commit has written")},
    {NULL, NULL, NULL},
};

#define REPORT_OPTIONS                                                                            \
    {"unit", "CODE", N_("community, street or district that it is about; default: the own one")}, \
        {"period", "P",                                                                           \
         N_("2026, 2026-H1, 2026-Q3, 2026-05 or 2026-01-01..2026-03-31; default: this year")},    \
        {"day", "DATE", N_("the day on which deadlines are judged; default: today")},             \
        {"by-unit", NULL, N_("also the figures of each unit below")},                             \
        {"annex", NULL,                                                                           \
         N_("in files, too: what only this node knows, outside the report's number")},            \
    {                                                                                             \
        "csv-profile", "excel|plain", N_("CSV for Excel and WPS, or for programs; default excel") \
    }

const struct ys_option ys_report_options[] = {
    REPORT_OPTIONS,
    {"explain", "ID", N_("the list behind an indicator, such as E-03")},
    {"figure", "CODE", N_("with --explain: of this figure of the indicator only")},
    {"part", "WORD", N_("with --explain: of this part only")},
    {"format", "text|json|csv|xlsx|html", N_("what it is written as; default text")},
    {"table", "NAME", N_("with --format csv: this table; default indicators")},
    {"out", "FILE|DIR", N_("into this file; of CSV without --table: every table into this folder")},
    {"as-of", "REPORT.json",
     N_("make this report again, from the logs as they were; exit status 1 if it is another one")},
    {"seal", NULL,
     N_("a draft of the report_snapshot that says this report; with --out all files into that "
        "folder")},
    {"check", "RECORD",
     N_("count a report_snapshot again from the records; exit status 1 if a figure is another "
        "one")},
    {NULL, NULL, NULL},
};

const struct ys_option ys_run_options[] = {
    {"listen", "tcp://HOST:PORT", N_("where children dial, instead of the setting")},
    {NULL, NULL, NULL},
};

const struct ys_option ys_new_options[] = {
    {"set", "FIELD=VALUE",
     N_("fill in a field, such as items[0].due=2026-12-31; may stand more than once")},
    {"ref", "RELATION=RECORD",
     N_("refer to a record, such as based_on=3fa1b2c4; may stand more than once")},
    {"matter", "NUMBER", N_("number of the matter; \"new\": the next one of this community")},
    {"attach", "[ROLE=]FILE",
     N_("attach a file (yishi help attach), such as photo=notice.jpg; may stand more than once")},
    {"template", NULL, N_("print what can be filled in, and make no draft")},
    {"list", NULL, N_("list the kinds, who signs them and the article")},
    {NULL, NULL, NULL},
};

const struct ys_option ys_draft_options[] = {
    {"set", "FIELD=VALUE", N_("edit: fill in a field, instead of calling the editor")},
    {"ref", "RELATION=RECORD", N_("edit: refer to a record")},
    {"matter", "NUMBER", N_("edit: number of the matter")},
    {"unsign", NULL, N_("edit: drop the signatures of a draft that has some")},
    {"out", "FILE", N_("export: the file to carry")},
    {NULL, NULL, NULL},
};

const struct ys_option ys_attach_options[] = {
    {"role", "ROLE",
     N_("what it is: photo, minutes, sign_in_sheet, signature_agreement, evidence, "
        "paper_original, other")},
    {"title", "TEXT", N_("its title, which travels with the record; the file's name does not")},
    {"scope", "replicated|local_only",
     N_("whether the file travels with the record; sign-in sheets and minutes stay here unless "
        "told otherwise")},
    {"media-type", "TYPE", N_("such as image/jpeg; default: by content and name")},
    {"basis", "legal_duty|consent",
     N_("why it may be kept: a duty of law (default), or the person's consent")},
    {"retention", "CLASS",
     N_("how long what stays here is kept: purpose, ballots, years_10, years_30, permanent")},
    {"keep-until", "DATE", N_("how long: to this day, instead of --retention")},
    {"purpose", "TEXT", N_("what it is kept for")},
    {NULL, NULL, NULL},
};

const struct ys_option ys_attachment_options[] = {
    {"missing", NULL, N_("list: only those that should be here and are not")},
    {"out", "FILE", N_("get: where the content is written; - is standard output")},
    {"purpose", "TEXT", N_("get: why a sealed one is opened; the logbook keeps it")},
    PASSPHRASE_OPTIONS,
    {"hours", "N", N_("collect: only what was not changed for so long; default 24")},
    {"dry-run", NULL, N_("collect: show, but remove nothing")},
    {NULL, NULL, NULL},
};

const struct ys_option ys_publish_options[] = {
    PASSPHRASE_OPTIONS,
    {"key", "BODY=FILE",
     N_("key file of one body, instead of keys/BODY.key; may stand more than "
        "once")},
    {"as", "BODY", N_("who signs, where more than one body may; may stand more than once")},
    {"dry-run", NULL, N_("check and show, but sign and write nothing")},
    {"yes", NULL, N_("do not show the preview and ask, at a terminal")},
    {"batch", NULL,
     N_("several drafts, files and folders of files, or all drafts of the node: all or nothing, "
        "and "
        "each key is unlocked once")},
    {NULL, NULL, NULL},
};

const struct ys_option ys_sign_options[] = {
    PASSPHRASE_OPTIONS,
    {"as", "BODY", N_("which of this unit's bodies signs; may stand more than once")},
    {"key", "[BODY=]FILE", N_("its key file, instead of keys/BODY.key")},
    {"dry-run", NULL, N_("show what would be signed, and sign nothing")},
    {"out", "FILE", N_("where the signed draft is written, instead of where it lies")},
    {NULL, NULL, NULL},
};

const struct ys_option ys_seal_options[] = {
    {"file", "FILE", N_("the value is the text of FILE; - is standard input")},
    {"fd", "N", N_("read the value from descriptor N")},
    {"basis", "legal_duty|consent",
     N_("why it may be kept: a duty of law (default), or the person's consent")},
    {"retention", "CLASS",
     N_("how long: purpose (default: 2 years after the matter's closing), ballots, years_10, "
        "years_30, permanent")},
    {"keep-until", "DATE", N_("how long: to this day, instead of --retention")},
    {"purpose", "TEXT",
     N_("what it is kept for; of find: why it is looked for, which the logbook keeps")},
    {"replace", NULL, N_("in the place of what is sealed there, which is erased")},
    {"expired", NULL, N_("list: only what has been kept long enough")},
    PASSPHRASE_OPTIONS,
    {NULL, NULL, NULL},
};

const struct ys_option ys_unseal_options[] = {
    {"purpose", "TEXT", N_("why it is opened; the logbook keeps it")},
    {"nth", "N", N_("which of several values of one slot, from 1; default all")},
    {"out", "FILE",
     N_("where a sealed file goes (the slot of an attachment that stays here is "
        "\"attachment\")")},
    PASSPHRASE_OPTIONS,
    {NULL, NULL, NULL},
};

const struct ys_option ys_open_commitment_options[] = {
    {"for", "AUDITOR", N_("who is to see it")},
    {"purpose", "TEXT", N_("why; the logbook and the acknowledgement keep it")},
    {"nth", "N", N_("which of several values of one slot, from 1")},
    {"out", "FILE",
     N_("where the opening is written; - is standard output; default "
        "<record>-<slot>.opening.json")},
    PASSPHRASE_OPTIONS,
    {NULL, NULL, NULL},
};

const struct ys_option ys_log_options[] = {
    {"from", "N", N_("first index; default 0")},
    {"limit", "N", N_("at most so many records")},
    {"kind", "KIND", N_("records of this kind only")},
    {"bodies", NULL, N_("with their content")},
    {NULL, NULL, NULL},
};

const struct ys_option ys_show_options[] = {
    {"note", NULL, N_("the signed note, exactly")},
    {"text", NULL, N_("the text that is signed, exactly")},
    {"body", NULL, N_("the bytes of the content, exactly")},
    {NULL, NULL, NULL},
};

const struct ys_option ys_prove_options[] = {
    {"out", "FILE",
     N_("where the bundle is written; - is standard output; default "
        "<record id>.tlog-proof")},
    {"fork", "CODE|ORIGIN", N_("the proof that this log has two signed histories, instead")},
    {NULL, NULL, NULL},
};

const struct ys_option ys_ballot_options[] = {
    {"count", "N", N_("open: how many papers")},
    {"out", "FILE",
     N_("open, slip: the pages (HTML, A4); open-set: the set (JSON); - is standard output")},
    {"code", "CODE", N_("enter, take-out, slip: the paper")},
    {"grades", "A,B,C", N_("enter: 0 to 5 for participation, implementation and feedback")},
    {"invalid", NULL, N_("enter: the paper is not valid")},
    {"kind", "KIND", N_("enter: what the evaluator is, such as resident")},
    {"mark", "MARK", N_("enter: the sign that its writer chose")},
    {"remark", "TEXT", N_("enter: what else was written on it")},
    {"batch", "FILE", N_("enter: many papers, CSV or JSON; all or nothing; - is standard input")},
    {"held-on", "DAY", N_("close: the day of the evaluation; default the round's last day")},
    {"remarks", NULL, N_("close: print the remarks, in an order that tells nothing")},
    {"purpose", "TEXT", N_("take-out, open-set, erase: why; the logbook keeps it")},
    {"early", NULL, N_("erase: before the year is over")},
    PASSPHRASE_OPTIONS,
    {NULL, NULL, NULL},
};

const struct ys_option ys_poster_options[] = {
    {"out", "FILE", N_("where the page is written (HTML, A4); - is standard output")},
    {"names", "FILE", N_("names of those who take part, CSV or JSON; - is standard input")},
    {"keep-names", NULL, N_("keep them in the vault, for the next time")},
    {"kept-names", NULL, N_("the names that were kept")},
    PASSPHRASE_OPTIONS,
    {NULL, NULL, NULL},
};

const struct ys_option ys_check_options[] = {
    {"bundle", "FILE",
     N_("for an opening, a slip or a set of ballots: the proof bundle of its record; without it, "
        "the record that the node "
        "holds")},
    {"root", "FILE", N_("the district's root policy: the one thing that is trusted")},
    {"key", "VKEY", N_("the log's verifier key, for a fork proof")},
    {NULL, NULL, NULL},
};

const struct ys_option ys_export_options[] = {
    {"log", "CODE|ORIGIN", N_("which log; default the own one, of records: all")},
    REPORT_OPTIONS,
    {NULL, NULL, NULL},
};

const struct ys_option ys_recover_options[] = {
    {"accept", "REASON",
     N_("a district whose guard is missing or of another store: go on from what is held here")},
    {NULL, NULL, NULL},
};

const struct ys_option ys_status_options[] = {
    {"acknowledge", "RECORD",
     N_("an alarm is seen: RECORD are 8 digits or more of the id behind the word ALARM")},
    {NULL, NULL, NULL},
};

const struct ys_option ys_backup_options[] = {
    {"keys", NULL, N_("with node.key and keys/: bodies' and the vault's under their passphrases")},
    {"sealed", NULL, N_("with what is sealed; it opens with the vault's key alone")},
    {"no-attachments", NULL, N_("without the contents of attachments, which others may hold, too")},
    {"list", NULL, N_("which backups this home made, and whether what was erased is in them")},
    {"verify", "DIR", N_("is the backup as it was written?")},
    {"restore", "DIR", N_("make the home of --home from it, where there is none")},
    {"forget", "DIR", N_("that backup was destroyed")},
    {NULL, NULL, NULL},
};

const struct ys_option ys_erase_options[] = {
    {"scrub", NULL, N_("overwrite unused pages of the store though nothing was erased since")},
    {NULL, NULL, NULL},
};

const struct ys_option ys_no_options[] = {{NULL, NULL, NULL}};
