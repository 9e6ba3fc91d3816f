#include "node/cmd_options.h"
#include "node/lang.h"

#include <string.h>

static const struct ys_cmd table[] = {
    {"init", ys_cmd_init, "", N_("make a node"),
     N_("Makes the home of one unit: keys, settings and an empty log. A district without --root\n"
        "makes its own root, and signs its first records with it; with --root it asks that root "
        "to\n"
        "(yishi root request). An existing home is never touched."),
     "init --deployment beijing.example --code 110105001001 --root root.pub", ys_init_options, 0,
     0},
    {"key", ys_cmd_key, "[list | new BODY|vault | passphrase BODY|vault]",
     N_("list, make and relock keys"),
     N_("Lists the public keys of the node and its bodies. `new` makes another key for a body "
        "(the\n"
        "old one stays beside it); `passphrase` changes the passphrase of a body's key. `vault` is "
        "the key\n"
        "with which sealed values are opened (yishi seal): there is one for good, communities have "
        "it from\n"
        "the beginning, every other node may make it."),
     "key --json\nkey new rc\nkey new vault", ys_key_options, 0, 2},
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
     ys_root_options, 1, 2},
    {"invite", ys_cmd_invite, "[CODE]", N_("invite a child to join"),
     N_("Prints a token, one line, that the unit CODE gives to `yishi join`. It is good once; "
        "whoever\n"
        "has it may ask in the unit's name, so give it to nobody else."),
     "invite 110105001001\ninvite 110105001001 --wait --passphrase-file st.pass\ninvite --list",
     ys_invite_options, 0, 1},
    {"observers", ys_cmd_observers, "", N_("who observes this node, and ending that"),
     N_("Lists who may read here without being a node of the tree: auditors, each with the unit "
        "whose\n"
        "records it may read. `yishi invite CODE --observer` and `yishi admit` let one in."),
     "observers\nobservers --end 3fa1", ys_observers_options, 0, 0},
    {"join", ys_cmd_join, "[TOKEN|-]", N_("ask the parent to be enrolled"),
     N_("Asks with the token of an invitation (- reads it from standard input), pins the "
        "district's\n"
        "root and sets the parent. Without a token an enrolled node asks again, for new keys. "
        "With\n"
        "--request it writes a file for `yishi admit` instead. May be run again."),
     "join TOKEN --root root.pub\njoin --request r.json --parent tcp://192.0.2.7:7315 --parent-key "
     "BASE64",
     ys_join_options, 0, 1},
    {"admit", ys_cmd_admit, "[CODE|FILE]", N_("enrol a child that asks"),
     N_("Shows who asks for CODE, or what a request FILE says, and signs the records that enrol "
        "the\n"
        "child and its bodies. Compare the fingerprints with the child first. What was admitted\n"
        "before writes nothing."),
     "admit --list\nadmit 110105001001 --passphrase-file st.pass", ys_admit_options, 0, 1},
    {"run", ys_cmd_run, "", N_("run the daemon, in the foreground"),
     N_("Exchanges records with parent and children until SIGTERM or SIGINT. Writes its address "
        "to\n"
        "HOME/address, and one line an event on standard error."),
     "run --listen tcp://127.0.0.1:7315", ys_run_options, 0, 0},
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
     ys_new_options, 0, 1},
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
     ys_draft_options, 0, 2},
    {"attach", ys_cmd_attach, "DRAFT FILE ...", N_("attach files to a draft"),
     N_("Keeps the files in HOME/attachments under their SHA-256 and names them in the draft. What "
        "is\n"
        "replicated is fetched by street and district once the record is published. A file's name "
        "is\n"
        "not told to anybody; --title is. What stays here (--scope local_only) is sealed in the "
        "vault\n"
        "instead, and the record has a salted commitment to it."),
     "attach 3 notice.jpg --role photo\nattach 3 plan.pdf --title \"Plan of the yard\"",
     ys_attach_options, 2, YS_ARGS_WORDS_MAX},
    {"attachment", ys_cmd_attachment, "[list | get HASH | verify | collect]",
     N_("attachments that records name: list, take out, check, clear away"),
     N_("Lists what records name and whether its file is here; what is missing is fetched by the "
        "daemon.\n"
        "`get` checks the content while it is written; one that stays here is unsealed, which "
        "needs the\n"
        "passphrase of the vault and a purpose. `verify` reads all files again and takes "
        "damaged\n"
        "ones away, so that they are fetched anew. `collect` removes what no record and no draft "
        "names;\n"
        "the daemon does so once a day."),
     "attachment --missing\nattachment get 3fa1b2c4 --out plan.pdf\nattachment collect --dry-run",
     ys_attachment_options, 0, 2},
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
     ys_sign_options, 1, 1},
    {"publish", ys_cmd_publish, "DRAFT|FILE|- ...", N_("append records to the own log"),
     N_("What is complete is appended; what is still being written is signed first, by every body "
        "that\n"
        "the kind requires. A file is a JSON object: kind, subject, occurred_at, refs ..., and the "
        "fields of\n"
        "the kind under its name. Works with and without a daemon."),
     "publish 3 --passphrase-file rc=rc.pass --passphrase-file po=po.pass\npublish consensus.json\n"
     "publish --batch --passphrase-file rc.pass",
     ys_publish_options, 0, YS_ARGS_WORDS_MAX},
    {"preview", ys_cmd_preview, "DRAFT|FILE|-", N_("show exactly what will leave the node"),
     N_("The text that is signed, every field, which files go and which stay, who will hold it, "
        "and "
        "what in\n"
        "it may be about a person. Signs and writes nothing; publish shows the same at a terminal "
        "and "
        "asks."),
     "preview 3\npreview notice.json --json", ys_no_options, 1, 1},
    {"ballot", ys_cmd_ballot, "open|enter|take-out|status|close|slip|open-set|erase ROUND",
     N_("the ballots of an evaluation"),
     N_("`open ROUND --count N` makes N papers with a code each; ROUND is the evaluation_round. "
        "`enter` "
        "keeps\n"
        "what stands on one that came back, or on many (--batch FILE, CSV or JSON), in the vault; "
        "`take-out`\n"
        "takes one out again. `close` counts, and begins the draft of the result, with the root of "
        "all\n"
        "ballots. `slip` makes for each paper a slip with which its writer can check that it is "
        "counted "
        "(yishi\n"
        "check SLIP). `open-set` gives all ballots to the supervision committee or an auditor. "
        "`erase` "
        "destroys\n"
        "them a year after the result."),
     "ballot open 110105001001:12 --count 40 --out papers.html\n"
     "ballot enter 110105001001:12 --code K7QJ4-M0XZ2 --grades 5,4,3 --kind resident\n"
     "ballot enter 110105001001:12 --batch ballots.csv\n"
     "ballot close 110105001001:12 --passphrase-file vault=vault.pass\n"
     "ballot slip 110105001001:12 --out slips.html --passphrase-file vault=vault.pass",
     ys_ballot_options, 2, 2},
    {"poster", ys_cmd_poster, "RECORD", N_("a notice or a result as a page to be posted"),
     N_("RECORD is a public_notice (article 10) or a feedback_publication. Names of those who take "
        "part are\n"
        "merged into the page alone: CSV or JSON with name, kind, consent (姓名, 主体, 同意公开); "
        "who "
        "has not\n"
        "agreed is not printed. Print it with any browser, on A4."),
     "poster 110105001001:4 --names names.csv --out notice.html\n"
     "poster 110105001001:4 --kept-names --passphrase-file vault=vault.pass --out notice.html",
     ys_poster_options, 1, 1},
    {"seal", ys_cmd_seal, "DRAFT SLOT | list | find TEXT",
     N_("seal names, numbers and the like, so that they stay here"),
     N_("Keeps a value in the vault of this node, and puts its salted commitment into the draft: "
        "the\n"
        "record proves later what was sealed, and says it to nobody. Needs no passphrase. What may "
        "be\n"
        "sealed in a kind: yishi help KIND. `list` shows what lies in the vault and until when it "
        "is kept;\n"
        "`find` opens all values (passphrase of the vault, purpose) and prints those that hold "
        "TEXT: all\n"
        "that is kept about one person, for instance."),
     "seal 3 proposer\nseal 3 identity --file name.txt --basis consent\nseal list --expired\n"
     "seal find 示例 --purpose \"request of the person, PIPL 45\"",
     ys_seal_options, 1, 2},
    {"unseal", ys_cmd_unseal, "RECORD|DRAFT SLOT", N_("open what was sealed"),
     N_("Prints the value, which needs the passphrase of the vault. The opening is written into\n"
        "HOME/logbook first, with its purpose."),
     "unseal 3fa1b2c4 proposer --purpose \"to send the reply\" --passphrase-file vault=vault.pass\n"
     "unseal 3fa1b2c4 attachment --purpose \"to compare\" --out sheet.jpg",
     ys_unseal_options, 2, 2},
    {"open-commitment", ys_cmd_open_commitment, "RECORD SLOT",
     N_("let an auditor see what was sealed"),
     N_("Writes a file with the value and its salt, with which the auditor checks that it is what "
        "the\n"
        "record commits to (yishi check FILE, or any SHA-256), and begins the acknowledgement that "
        "says\n"
        "in the log who has seen it and why. The file holds the value in the clear; of an "
        "attachment that\n"
        "stays here (slot `attachment`) the content lies beside it, in FILE.content."),
     "open-commitment 3fa1b2c4 proposer --for \"示例区审计局\" --purpose \"audit of 2026\"",
     ys_open_commitment_options, 2, 2},
    {"log", ys_cmd_log, "[CODE|ORIGIN]", N_("list the records of a log"),
     N_("The own log, or that of another unit as it is held here: each record with its verdict "
        "and\n"
        "its receipts."),
     "log 110105001001 --kind consensus --json", ys_log_options, 0, 1},
    {"show", ys_cmd_show, "RECORD", N_("show one record"),
     N_("RECORD is a record id in hex, at least its first 8 digits, or CODE:INDEX. --text, --note\n"
        "and --body give the exact bytes, for other programs to check."),
     "show 110105001001:0\nshow 3fa1b2c4 --note", ys_show_options, 1, 1},
    {"matter", ys_cmd_matter, "[MATTER]", N_("a matter over all logs, or the list of matters"),
     N_("With MATTER: its records in order with their receipts, the state of its items, and what "
        "is\n"
        "missing next, by whom, until when. MATTER is its number (at its community, 2026-7 will "
        "do)\n"
        "or one of its records. Without: one line a matter."),
     "matter 110105001001-2026-0007\nmatter --state submitted", ys_matter_options, 0, 1},
    {"inbox", ys_cmd_inbox, "", N_("what waits for this unit, soonest due first"),
     N_("What others wait for and what the procedure expects of the bodies of this unit: opinions "
        "to\n"
        "answer, submissions to accept, notices, reports, with the due day and where it comes "
        "from."),
     "inbox\ninbox --body po", ys_inbox_options, 0, 0},
    {"findings", ys_cmd_findings, "[RULE|MATTER]", N_("what is against a rule, and who must act"),
     N_("What the rules find in the records that are held: rule, parameter values, records, who "
        "must\n"
        "act and what to do. They come and go with the records; an audit_finding, its response "
        "and\n"
        "its closing stand beside them."),
     "findings\nfindings R-12-4 --coming\nfindings --deadlines --ended --unit 110105001001",
     ys_findings_options, 0, 1},
    {"rules", ys_cmd_rules, "[RULE]", N_("the rules of the regulation that are checked"),
     N_("The catalogue: article, severity, who must act, parameters. With the id of a rule, all of "
        "it."),
     "rules\nrules R-10-1", ys_rules_options, 0, 1},
    {"backup", ys_cmd_backup, "[DIR]", N_("copy the home, beside a running daemon"),
     N_("Makes DIR, with the store as it is at this moment, settings, attachments and a manifest "
        "with\n"
        "the hash of every file. What is erased by law later is erased in it, too, as long as it "
        "lies\n"
        "where it was made; 'yishi backup --list' names those that are out of reach."),
     "backup /mnt/stick/2026-11-26 --keys\nbackup --verify /mnt/stick/2026-11-26\n--home "
     "/srv/yishi "
     "backup --restore /mnt/stick/2026-11-26",
     ys_backup_options, 0, 1},
    {"erase", ys_cmd_erase, "", N_("carry out what was erased by law"),
     N_("A redaction that is published is carried out at once, at every holder, by itself. This "
        "does\n"
        "what may be left over: contents in the store, its unused pages, the read model, backups "
        "that\n"
        "were out of reach. --scrub overwrites the store's unused pages in any case."),
     "erase\nerase --scrub", ys_erase_options, 0, 0},
    {"report", ys_cmd_report, "", N_("the indicators of a community, street or district"),
     N_("Counts all indicators for a unit and a period from the signed records, and says what they "
        "rest\n"
        "on: heads of logs, receipts, parameters, rules. The same records give the same report, "
        "byte "
        "for\n"
        "byte, at every node that holds them: --as-of makes one again."),
     "report --period 2026\nreport --unit 110105001 --period 2026-H1 --by-unit\n"
     "report --explain E-03 --unit 110105001001\nreport --format xlsx --out report.xlsx\n"
     "report --as-of report.json\nreport --period 2026 --seal --out 2026\nreport --check 3fa1b2c4",
     ys_report_options, 0, 0},
    {"indicators", ys_cmd_indicators, "[INDICATOR]", N_("the indicators that are evaluated"),
     N_("The catalogue: formula in words, what is counted and by which day, claimed or proven,\n"
        "parameters. With the id of an indicator, all of it."),
     "indicators\nindicators B-01", ys_rules_options, 0, 1},
    {"reindex", ys_cmd_reindex, "", N_("make the read model anew"),
     N_("Throws HOME/model.db away and makes it anew from the records. Nothing is lost: "
        "everything\n"
        "in it is derived. Needed only when the file is suspected to be damaged."),
     "reindex", ys_no_options, 0, 0},
    {"status", ys_cmd_status, "", N_("how far the own records have come, and what is held"),
     N_("Sizes and times of the own log here, at the street and at the district; the logs held; "
        "the\n"
        "link to the parent; the daemon; and the alarms: records above about keys of this unit "
        "that\n"
        "nobody here asked for, and clocks that are, or were, wrong."),
     "status\nstatus --acknowledge 3fa1b2c4", ys_status_options, 0, 0},
    {"verify", ys_cmd_verify, "[CODE|ORIGIN]", N_("recompute everything that is held"),
     N_("Recomputes leaf hashes, trees, heads, cosignatures and record signatures of every log, "
        "or\n"
        "of one, from what is stored. Exit status 1 when anything is wrong."),
     "verify", ys_no_options, 0, 1},
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
     ys_audit_options, 0, 0},
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
     ys_recover_options, 0, 1},
    {"prove", ys_cmd_prove, "[RECORD]", N_("write a proof bundle of a record"),
     N_("Writes one text file with which anybody can check the record without this node: the "
        "record,\n"
        "its place in the log, the cosignatures, and the membership records that its signatures "
        "rest "
        "on.\nRECORD is as for `yishi show`."),
     "prove 110105001001:0 --out outcome.tlog-proof\nprove --fork 110105001001", ys_prove_options,
     0, 1},
    {"check", ys_cmd_check, "FILE", N_("check a proof bundle, an opening or a fork proof, offline"),
     N_("Needs no node and no network: only the bundle and the district's root policy, which is "
        "best\n"
        "compared with what the district publishes. Names every step, what is proven and what is "
        "not.\n"
        "An opening (yishi open-commitment) is checked against the record in a --bundle, or as a "
        "node\n"
        "holds it. Exit status 1 when it is refused."),
     "check outcome.tlog-proof --root root.pub\n"
     "check proposer.opening.json --bundle proposal.tlog-proof --root root.pub",
     ys_check_options, 1, 1},
    {"export", ys_cmd_export, "tiles DIR|tables DIR|records|evidence MATTER [DIR]",
     N_("write a log, all records, a report or the evidence of a matter for others"),
     N_("`export tiles DIR` writes a log in the layout of c2sp.org/tlog-tiles: checkpoint, tile/ "
        "and\n"
        "tile/entries/. The contents of records are not part of it.\n"
        "`export records` prints every record of every log that is held, or of one, as a line of "
        "JSON\n"
        "with its content, verdict and receipts.\n"
        "`export tables DIR` writes a report as tables, a CSV file each, with report.json, "
        "report.xlsx,\n"
        "report.html and a dictionary of the columns.\n"
        "`export evidence MATTER` writes a folder, and the same as one archive, with all records "
        "of a "
        "matter,\n"
        "what they rest on, and a README that tells an outsider how to check them without yishi."),
     "export tiles /tmp/log --log 110105001001\nexport records > records.jsonl\nexport tables "
     "/tmp/2026 "
     "--period 2026 --by-unit\nexport evidence 110105001001-2026-0007",
     ys_export_options, 1, 3},
    {"version", ys_cmd_version, "", N_("print the version"), N_("Prints the version."), "version",
     ys_no_options, 0, 0},
    {"help", ys_cmd_help, "[COMMAND|KIND]", N_("print how a command is used"),
     N_("Lists the commands, or prints how one is used."), "help publish", ys_no_options, 0, 1},
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
