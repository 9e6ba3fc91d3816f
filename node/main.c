/* The program: finds the command, hands over, and says in one line what went wrong. */
#include "node/cmd.h"
#include "node/lang.h"
#include "node/view.h"
#include "proto/json_memory.h"

#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

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

static const struct ys_option init_options[] = {
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

static const struct ys_option key_options[] = {
    {"kdf", "moderate|interactive|none",
     N_("cost of guessing a passphrase; none: no passphrase; default moderate")},
    PASSPHRASE_OPTIONS,
    {"new-passphrase-file", "FILE", N_("the new passphrase, for `key passphrase`")},
    {NULL, NULL, NULL},
};

static const struct ys_option invite_options[] = {
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

static const struct ys_option root_options[] = {
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

static const struct ys_option observers_options[] = {
    PASSPHRASE_OPTIONS,
    {"end", "FINGERPRINT",
     N_("take one off the list: the beginning of its fingerprint will do; cut off at once")},
    {NULL, NULL, NULL},
};

static const struct ys_option join_options[] = {
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

static const struct ys_option admit_options[] = {
    PASSPHRASE_OPTIONS,
    {"list", NULL, N_("list who asks")},
    {"refuse", "REASON", N_("say no to CODE; the applicant reads REASON")},
    {"applicant", "FINGERPRINT",
     N_("which of several applicants: how the fingerprint of its log or transport key begins")},
    {"dry-run", NULL, N_("check and show, but sign and write nothing")},
    {"out", "FILE", N_("sign, but write a draft for others to sign, too")},
    {NULL, NULL, NULL},
};

static const struct ys_option matter_options[] = {
    {"as-of", "DATE", N_("as it is on that day, instead of today")},
    {"state", "STATE", N_("only matters in this state, such as submitted; without MATTER")},
    {"unit", "CODE", N_("only matters of this unit and those below it; without MATTER")},
    {NULL, NULL, NULL},
};

static const struct ys_option inbox_options[] = {
    {"as-of", "DATE", N_("as it is on that day, instead of today")},
    {"body", "BODY", N_("only what this body is to do: rc, po, sc, st, gd-NAME, da")},
    {NULL, NULL, NULL},
};

static const struct ys_option rules_options[] = {
    {"markdown", NULL, N_("all as a page of a handbook, in both languages")},
    {NULL, NULL, NULL},
};

static const struct ys_option findings_options[] = {
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

static const struct ys_option audit_options[] = {
    {"threads", "N", N_("use so many threads; unless given, one for each core")},
    {"commit", "FILE",
     N_("make a secret nonce for a sample, write it to FILE, and say what the district must "
        "publish")},
    {"sample", "N",
     N_("draw N records that nobody could foresee or choose, and check these alone")},
    {"nonce", "FILE", N_("with --sample: the nonce that --commit has written")},
    {NULL, NULL, NULL},
};

static const struct ys_option run_options[] = {
    {"listen", "tcp://HOST:PORT", N_("where children dial, instead of the setting")},
    {NULL, NULL, NULL},
};

static const struct ys_option new_options[] = {
    {"set", "FIELD=VALUE",
     N_("fill in a field, such as items[0].due=2026-12-31; may stand more than once")},
    {"ref", "RELATION=RECORD",
     N_("refer to a record, such as based_on=3fa1b2c4; may stand more than once")},
    {"matter", "NUMBER", N_("number of the matter; \"new\": the next one of this community")},
    {"template", NULL, N_("print what can be filled in, and make no draft")},
    {"list", NULL, N_("list the kinds, who signs them and the article")},
    {NULL, NULL, NULL},
};

static const struct ys_option draft_options[] = {
    {"set", "FIELD=VALUE", N_("edit: fill in a field, instead of calling the editor")},
    {"ref", "RELATION=RECORD", N_("edit: refer to a record")},
    {"matter", "NUMBER", N_("edit: number of the matter")},
    {"unsign", NULL, N_("edit: drop the signatures of a draft that has some")},
    {"out", "FILE", N_("export: the file to carry")},
    {NULL, NULL, NULL},
};

static const struct ys_option publish_options[] = {
    PASSPHRASE_OPTIONS,
    {"key", "BODY=FILE",
     N_("key file of one body, instead of keys/BODY.key; may stand more than "
        "once")},
    {"as", "BODY", N_("who signs, where more than one body may; may stand more than once")},
    {"dry-run", NULL, N_("check and show, but sign and write nothing")},
    {"batch", NULL,
     N_("several drafts, files and folders of files, or all drafts of the node: all or nothing, "
        "and "
        "each key is unlocked once")},
    {NULL, NULL, NULL},
};

static const struct ys_option sign_options[] = {
    PASSPHRASE_OPTIONS,
    {"as", "BODY", N_("which of this unit's bodies signs; may stand more than once")},
    {"key", "[BODY=]FILE", N_("its key file, instead of keys/BODY.key")},
    {"dry-run", NULL, N_("show what would be signed, and sign nothing")},
    {"out", "FILE", N_("where the signed draft is written, instead of where it lies")},
    {NULL, NULL, NULL},
};

static const struct ys_option log_options[] = {
    {"from", "N", N_("first index; default 0")},
    {"limit", "N", N_("at most so many records")},
    {"kind", "KIND", N_("records of this kind only")},
    {"bodies", NULL, N_("with their content")},
    {NULL, NULL, NULL},
};

static const struct ys_option show_options[] = {
    {"note", NULL, N_("the signed note, exactly")},
    {"text", NULL, N_("the text that is signed, exactly")},
    {"body", NULL, N_("the bytes of the content, exactly")},
    {NULL, NULL, NULL},
};

static const struct ys_option prove_options[] = {
    {"out", "FILE",
     N_("where the bundle is written; - is standard output; default "
        "<record id>.tlog-proof")},
    {"fork", "CODE|ORIGIN", N_("the proof that this log has two signed histories, instead")},
    {NULL, NULL, NULL},
};

static const struct ys_option check_options[] = {
    {"root", "FILE", N_("the district's root policy: the one thing that is trusted")},
    {"key", "VKEY", N_("the log's verifier key, for a fork proof")},
    {NULL, NULL, NULL},
};

static const struct ys_option export_options[] = {
    {"log", "CODE|ORIGIN", N_("which log; default the own one")},
    {NULL, NULL, NULL},
};

static const struct ys_option recover_options[] = {
    {"accept", "REASON",
     N_("a district whose guard is missing or of another store: go on from what is held here")},
    {NULL, NULL, NULL},
};

static const struct ys_option status_options[] = {
    {"acknowledge", "RECORD", N_("an alarm is seen: RECORD are 8 digits or more of its record id")},
    {NULL, NULL, NULL},
};

static const struct ys_option no_options[] = {{NULL, NULL, NULL}};

static const struct ys_cmd table[] = {
    {"init", ys_cmd_init, "", N_("make a node"),
     N_("Makes the home of one unit: keys, settings and an empty log. A district without --root\n"
        "makes its own root, and signs its first records with it; with --root it asks that root "
        "to\n"
        "(yishi root request). An existing home is never touched."),
     "init --deployment beijing.example --code 110105001001 --root root.pub", init_options, 0, 0},
    {"key", ys_cmd_key, "[list | new BODY | passphrase BODY]", N_("list, make and relock keys"),
     N_("Lists the public keys of the node and its bodies. `new` makes another key for a body "
        "(the\n"
        "old one stays beside it); `passphrase` changes the passphrase of a body's key."),
     "key --json\nkey new rc", key_options, 0, 2},
    {"root", ys_cmd_root, "new | policy | request | sign FILE | install FILE | next FILE",
     N_("keep a district's root offline, and let another succeed it"),
     N_("A root is one to three keys that lie offline. `new` makes one, `policy` joins them; with\n"
        "that file the district is made (yishi init --root). `request` writes what the root is to\n"
        "sign, `sign` adds the signature of one key on whatever computer it lies, `install` puts "
        "the\n"
        "records into the district's log. `next` takes the successor of a root that is pinned: a "
        "policy\n"
        "to which it has committed; `request --succession` is its first act."),
     "root new --deployment beijing.example --code 110105 --out root-1.key\n"
     "root policy --key VKEY --key VKEY --key VKEY --threshold 2 --next next.pub --out root.pub\n"
     "root request --out r.json\nroot sign r.json --key root-1.key\nroot install r.json",
     root_options, 1, 2},
    {"invite", ys_cmd_invite, "[CODE]", N_("invite a child to join"),
     N_("Prints a token, one line, that the unit CODE gives to `yishi join`. It is good once; "
        "whoever\n"
        "has it may ask in the unit's name, so give it to nobody else."),
     "invite 110105001001\ninvite 110105001001 --wait --passphrase-file st.pass\ninvite --list",
     invite_options, 0, 1},
    {"observers", ys_cmd_observers, "", N_("who observes this node, and ending that"),
     N_("Lists who may read here without being a node of the tree: auditors, each with the unit "
        "whose\n"
        "records it may read. `yishi invite CODE --observer` and `yishi admit` let one in."),
     "observers\nobservers --end 3fa1", observers_options, 0, 0},
    {"join", ys_cmd_join, "[TOKEN|-]", N_("ask the parent to be enrolled"),
     N_("Asks with the token of an invitation (- reads it from standard input), pins the "
        "district's\n"
        "root and sets the parent. Without a token an enrolled node asks again, for new keys. "
        "With\n"
        "--request it writes a file for `yishi admit` instead. May be run again."),
     "join TOKEN --root root.pub\njoin --request r.json --parent tcp://192.0.2.7:7315 --parent-key "
     "BASE64",
     join_options, 0, 1},
    {"admit", ys_cmd_admit, "[CODE|FILE]", N_("enrol a child that asks"),
     N_("Shows who asks for CODE, or what a request FILE says, and signs the records that enrol "
        "the\n"
        "child and its bodies. Compare the fingerprints with the child first. What was admitted\n"
        "before writes nothing."),
     "admit --list\nadmit 110105001001 --passphrase-file st.pass", admit_options, 0, 1},
    {"run", ys_cmd_run, "", N_("run the daemon, in the foreground"),
     N_("Exchanges records with parent and children until SIGTERM or SIGINT. Writes its address "
        "to\n"
        "HOME/address, and one line an event on standard error."),
     "run --listen tcp://127.0.0.1:7315", run_options, 0, 0},
    {"new", ys_cmd_new, "[KIND]", N_("begin a record"),
     N_("Makes a draft: with --set and --ref filled in, else a text in which every field of the "
        "kind "
        "is\n"
        "explained, to be edited. A community's node gives the number of a new matter when the "
        "draft "
        "is\n"
        "signed for the first time."),
     "new --list\nnew topic_proposal\nnew public_notice --matter 110105001001-2026-0007 --set "
     "place=... --ref based_on=3fa1b2c4",
     new_options, 0, 1},
    {"draft", ys_cmd_draft, "[list | show N | edit N | export N | import FILE | delete N]",
     N_("list, show, edit and carry drafts"),
     N_("Drafts lie in HOME/drafts and are no records. One that is signed for the first time has "
        "its "
        "text\n"
        "from then on. `export` writes the file that goes to whoever signs next on another "
        "computer "
        "(yishi\n"
        "sign FILE); `import` takes it in again, and it may also be published from where it lies."),
     "draft\ndraft edit 3\ndraft edit 3 --set place=...\ndraft export 3 --out notice.json",
     draft_options, 0, 2},
    {"sign", ys_cmd_sign, "DRAFT|FILE", N_("add a signature to a draft"),
     N_("Shows the draft and adds the signature of a body whose key is here: the number of a draft "
        "of "
        "this\n"
        "node, or a file that was carried here. All sign the same text; when one is lacking "
        "nothing "
        "is\n"
        "published. Also drafts of other units are signed so: by the old key when a street "
        "registers "
        "a new\n"
        "one, or by the district for a cut that the street may not make alone."),
     "sign 3 --as rc\nsign consensus.json --as po\nsign replace.json --as rc --key "
     "keys/rc.1a2b3c4d.key",
     sign_options, 1, 1},
    {"publish", ys_cmd_publish, "DRAFT|FILE|- ...", N_("append records to the own log"),
     N_("What is complete is appended; what is still being written is signed first, by every body "
        "that\n"
        "the kind requires. A file is a JSON object: kind, subject, occurred_at, refs ..., and the "
        "fields of\n"
        "the kind under its name. Works with and without a daemon."),
     "publish 3 --passphrase-file rc=rc.pass --passphrase-file po=po.pass\npublish consensus.json\n"
     "publish --batch --passphrase-file rc.pass",
     publish_options, 0, YS_ARGS_WORDS_MAX},
    {"log", ys_cmd_log, "[CODE|ORIGIN]", N_("list the records of a log"),
     N_("The own log, or that of another unit as it is held here: each record with its verdict "
        "and\n"
        "its receipts."),
     "log 110105001001 --kind consensus --json", log_options, 0, 1},
    {"show", ys_cmd_show, "RECORD", N_("show one record"),
     N_("RECORD is a record id in hex, at least its first 8 digits, or CODE:INDEX. --text, --note\n"
        "and --body give the exact bytes, for other programs to check."),
     "show 110105001001:0\nshow 3fa1b2c4 --note", show_options, 1, 1},
    {"matter", ys_cmd_matter, "[MATTER]", N_("a matter over all logs, or the list of matters"),
     N_("With MATTER: its records in order with their receipts, the state of its items, and what "
        "is\n"
        "missing next, by whom, until when. MATTER is its number (at its community, 2026-7 will "
        "do)\n"
        "or one of its records. Without: one line a matter."),
     "matter 110105001001-2026-0007\nmatter --state submitted", matter_options, 0, 1},
    {"inbox", ys_cmd_inbox, "", N_("what waits for this unit, soonest due first"),
     N_("What others wait for and what the procedure expects of the bodies of this unit: opinions "
        "to\n"
        "answer, submissions to accept, notices, reports, with the due day and where it comes "
        "from."),
     "inbox\ninbox --body po", inbox_options, 0, 0},
    {"findings", ys_cmd_findings, "[RULE|MATTER]", N_("what is against a rule, and who must act"),
     N_("What the rules find in the records that are held: rule, parameter values, records, who "
        "must\n"
        "act and what to do. They come and go with the records; an audit_finding, its response "
        "and\n"
        "its closing stand beside them."),
     "findings\nfindings R-12-4 --coming\nfindings --deadlines --ended --unit 110105001001",
     findings_options, 0, 1},
    {"rules", ys_cmd_rules, "[RULE]", N_("the rules of the regulation that are checked"),
     N_("The catalogue: article, severity, who must act, parameters. With the id of a rule, all of "
        "it."),
     "rules\nrules R-10-1", rules_options, 0, 1},
    {"reindex", ys_cmd_reindex, "", N_("make the read model anew"),
     N_("Throws HOME/model.db away and makes it anew from the records. Nothing is lost: "
        "everything\n"
        "in it is derived. Needed only when the file is suspected to be damaged."),
     "reindex", no_options, 0, 0},
    {"status", ys_cmd_status, "", N_("how far the own records have come, and what is held"),
     N_("Sizes and times of the own log here, at the street and at the district; the logs held; "
        "the\n"
        "link to the parent; the daemon; and the alarms: records above about keys of this unit "
        "that\n"
        "nobody here asked for."),
     "status\nstatus --acknowledge 3fa1b2c4", status_options, 0, 0},
    {"verify", ys_cmd_verify, "[CODE|ORIGIN]", N_("recompute everything that is held"),
     N_("Recomputes leaf hashes, trees, heads, cosignatures and record signatures of every log, "
        "or\n"
        "of one, from what is stored. Exit status 1 when anything is wrong."),
     "verify", no_options, 0, 1},
    {"audit", ys_cmd_audit, "", N_("audit everything that this node holds, believing nothing"),
     N_("Recomputes, on all cores and from the pinned root, every leaf hash, tree, head, "
        "cosignature,\n"
        "record signature, membership and reference, and compares them with what certificates and\n"
        "receipts promise: a log that is missing or too short, contents that are not here, a unit "
        "that is\n"
        "silent for longer than silent_days. A line a log, and below it what is wrong and where. "
        "Exit\n"
        "status 1 when anything is wrong, 3 when something could not be checked."),
     "audit\naudit --json > audit.jsonl\naudit --commit nonce\naudit --sample 30 --nonce nonce",
     audit_options, 0, 0},
    {"recover", ys_cmd_recover, "[CODE|ORIGIN]",
     N_("how the own log stands after a restore, and what to decide"),
     N_("Says whether the own log may be signed further. After a restore the daemon fetches what "
        "parent\n"
        "or children hold of it and appends behind that what was written here: nothing is to be "
        "done. A\n"
        "district whose guard file is lost needs a decision of the operator: --accept, with the "
        "reason,\n"
        "which is recorded in HOME/decisions.log.\n"
        "\n"
        "With the code of another unit: what audit or verify found damaged of its log here is "
        "dropped,\n"
        "and the daemon fetches it again from who has it. What was signed stays, and what comes "
        "must "
        "fit it."),
     "recover\nrecover --accept \"new machine, restored from the backup of 25 November\"\n"
     "recover 110108012016",
     recover_options, 0, 1},
    {"prove", ys_cmd_prove, "[RECORD]", N_("write a proof bundle of a record"),
     N_("Writes one text file with which anybody can check the record without this node: the "
        "record,\n"
        "its place in the log, the cosignatures, and the membership records that its signatures "
        "rest "
        "on.\nRECORD is as for `yishi show`."),
     "prove 110105001001:0 --out outcome.tlog-proof\nprove --fork 110105001001", prove_options, 0,
     1},
    {"check", ys_cmd_check, "FILE", N_("check a proof bundle or a fork proof, offline"),
     N_("Needs no node and no network: only the bundle and the district's root policy, which is "
        "best\n"
        "compared with what the district publishes. Names every step, what is proven and what is "
        "not.\nExit status 1 when the bundle is refused."),
     "check outcome.tlog-proof --root root.pub", check_options, 1, 1},
    {"export", ys_cmd_export, "tiles DIR|evidence MATTER [DIR]",
     N_("write a log, or the evidence of a matter, as files for others"),
     N_("`export tiles DIR` writes a log in the layout of c2sp.org/tlog-tiles: checkpoint, tile/ "
        "and\n"
        "tile/entries/. The contents of records are not part of it.\n"
        "`export evidence MATTER` writes a folder, and the same as one archive, with all records "
        "of a "
        "matter,\n"
        "what they rest on, and a README that tells an outsider how to check them without yishi."),
     "export tiles /tmp/log --log 110105001001\nexport evidence 110105001001-2026-0007",
     export_options, 1, 3},
    {"version", ys_cmd_version, "", N_("print the version"), N_("Prints the version."), "version",
     no_options, 0, 0},
    {"help", ys_cmd_help, "[COMMAND|KIND]", N_("print how a command is used"),
     N_("Lists the commands, or prints how one is used."), "help publish", no_options, 0, 1},
};

const struct ys_cmd *ys_cmd_table(size_t *count_out)
{
    *count_out = sizeof table / sizeof *table;
    return table;
}

const struct ys_cmd *ys_cmd_find(const char *name)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

int ys_cmd_exit_status(enum ys_code code)
{
    enum { GOOD = 0, REFUSED = 1, USAGE = 2, ENVIRONMENT = 3 };
    switch (code) {
    case YS_OK:
        return GOOD;
    case YS_NOT_FOUND:
    case YS_MALFORMED:
    case YS_LIMIT:
    case YS_BAD_SIG:
    case YS_DENIED:
    case YS_FORK:
    case YS_EXISTS:
    case YS_REFUSED:
        return REFUSED;
    case YS_USAGE:
        return USAGE;
    case YS_NOMEM:
    case YS_IO:
    case YS_FULL:
    case YS_CORRUPT:
    case YS_BUSY:
    case YS_VERSION:
        return ENVIRONMENT;
    }
    return ENVIRONMENT;
}

/* Before anything else: the library that signs does what it must, and files are the owner's. */
static enum ys_code prepare(struct ys_err *err)
{
    umask(077);
    signal(SIGPIPE, SIG_IGN);
    ys_json_memory_watch();
    const enum ys_code code = ys_lang_set(NULL, err);
    if (code != YS_OK)
        return code;
    if (sodium_init() < 0)
        return ys_fail(err, YS_IO, _("libsodium cannot be used on this computer"));
    return ys_crypto_selftest(err);
}

/* Find the command and take all arguments apart. A call for help is a call of `help`. */
static enum ys_code read_call(int argc, char *const *argv, struct ys_call *call, struct ys_err *err)
{
    int at = 0;
    enum ys_code code =
        ys_args_parse(ys_cmd_globals, NULL, argc, argv, true, &call->args, &at, err);
    if (code != YS_OK)
        return code;
    if (at == argc && ys_args_has(&call->args, "help"))
        call->cmd = ys_cmd_find("help");
    else if (at == argc)
        return ys_fail(err, YS_USAGE, _("which command? See: yishi help"));
    else
        call->cmd = ys_cmd_find(argv[at]);
    if (call->cmd == NULL)
        return ys_fail(err, YS_USAGE, _("unknown command \"%s\"; see: yishi help"), argv[at]);
    if (at < argc)
        code = ys_args_parse(ys_cmd_globals, call->cmd->options, argc - at - 1, argv + at + 1,
                             false, &call->args, NULL, err);
    call->home = ys_args_value(&call->args, "home");
    call->lang = ys_args_value(&call->args, "lang");
    call->json = ys_args_has(&call->args, "json");
    return code;
}

static enum ys_code check_words(const struct ys_call *call, struct ys_err *err)
{
    const struct ys_cmd *const cmd = call->cmd;
    if (call->args.word_count < cmd->words_min)
        return ys_fail(err, YS_USAGE, _("%s needs %s; see: yishi help %s"), cmd->name, cmd->words,
                       cmd->name);
    if (call->args.word_count > cmd->words_max)
        return ys_fail(err, YS_USAGE, _("%s: too many arguments: \"%s\"; see: yishi help %s"),
                       cmd->name, call->args.word[cmd->words_max], cmd->name);
    return YS_OK;
}

static enum ys_code run(int argc, char *const *argv, struct ys_err *err)
{
    struct ys_call call = {.cmd = NULL};
    enum ys_code code = prepare(err);
    if (code != YS_OK)
        return code;
    code = read_call(argc, argv, &call, err);
    if (code == YS_OK && call.lang != NULL)
        code = ys_lang_set(call.lang, err);
    if (code != YS_OK)
        return code;
    if (ys_args_has(&call.args, "help"))
        ys_cmd_print_help(strcmp(call.cmd->name, "help") == 0 ? NULL : call.cmd);
    else
        code = check_words(&call, err);
    if (code == YS_OK && !ys_args_has(&call.args, "help"))
        code = call.cmd->run(&call, err);
    return code == YS_OK ? ys_view_flush(err) : code;
}

int main(int argc, char **argv)
{
    struct ys_err err = {.code = YS_OK};
    const enum ys_code code = run(argc > 0 ? argc - 1 : 0, argv + 1, &err);
    if (code != YS_OK) {
        /* What was found out before is data. */
        fflush(stdout);
        fprintf(stderr, "yishi: %s\n", err.code == code ? err.msg : ys_code_text(code));
    }
    return ys_cmd_exit_status(code);
}
