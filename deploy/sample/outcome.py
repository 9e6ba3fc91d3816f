"""What the sample shows at its end: every figure is read from the stores of nodes by the program."""

import base64
import datetime
import shlex
import subprocess
import sys

from screen import bodies_text, cut, print_table, say, state_text, task_text, tr
from yishi_node import Failure, wait_for

DIMENSIONS = (
    ("participation", "参与社区协商", "taking part in deliberation"),
    ("implementation", "协商成果落实", "putting outcomes into effect"),
    ("feedback", "协商结果反馈", "feedback on results"),
)
ED25519_DER = bytes.fromhex("302a300506032b6570032100")
FINDING_COLUMNS = 60
TITLE_COLUMNS = 34


def table(play):
    """What came of the published records, from the district's store. True when nothing is missing or bad."""
    good = True
    rows = [[tr("单位", "unit"), "", tr("记录", "records"), tr("街道回执(北京时间)", "street receipt (UTC+8)"),
             tr("区回执(北京时间)", "district receipt (UTC+8)"), tr("区已验签名", "signatures verified")]]
    for code in sorted(play.published):
        entries = play.entries_at_district(code)
        ok = [entry for entry in entries if entry["verdict"] == "ok"]
        cells = []
        for who in ("street_receipt", "district_receipt"):
            times = [entry[who] for entry in entries]
            own = len(code) == 9 and who == "street_receipt"  # a street gives none to itself
            complete = own or (bool(times) and all(times))
            good = good and complete
            cells.append("-" if own else max(times)[:19].replace("T", " ") if complete else tr("缺", "missing"))
        good = good and len(ok) == len(entries) == len(play.published[code])
        signatures = sum(len(entry["signers"]) for entry in ok)
        total = sum(len(entry["signers"]) for entry in entries)
        rows.append([code, play.node[code].name, str(len(entries)), *cells, f"{signatures}/{total}"])
    print_table(rows)
    return good


def due_of(task):
    return task["due"] or "9999"


def next_text(tasks, today):
    """What is to be done first, by whom, and until when."""
    if not tasks:
        return "-"
    task = tasks[0]
    due = task["due"] or tr("无期限", "no due day")
    late = tr(" 逾期", " overdue") if due_of(task) < today else ""
    return f"{task_text(task['why'])}: {bodies_text(task['bodies'], task['all_bodies'])} {task['code']}, {due}{late}"


def title_of(seen):
    """Its title, or the beginning of what was agreed."""
    return seen["title"] or (seen["tracks"][0]["text"].split("。")[0] if seen["tracks"] else "-")


def as_told(story, seen, late):
    """Is the matter where its story leads, with nothing out of order? Of a real unit, nothing is late either."""
    flags = {flag for step in seen["steps"] for flag in step["irregular"]}
    allowed = {"no_agreement"} if story.late_entry else set()  # its sessions were before the log began
    on_time = not (late and story.late_entry and story.ends == "archived")
    return seen["state"] == story.ends and flags <= allowed and not seen["conflict"] and on_time


def matters(play):
    """Every matter as its district sees it. True when each is as its story tells."""
    today = datetime.date.today().isoformat()
    good = True
    rows = [[tr("事项", "matter"), tr("标题", "title"), tr("状态", "state"), tr("完成", "done"), tr("下一步", "next")]]
    for story in sorted(play.stories, key=lambda story: story.matter):
        seen = play.node[story.community[:6]].call("matter", story.matter, "--json").object()
        tasks = sorted(seen["missing"], key=due_of)
        rows.append([story.matter, cut(title_of(seen), TITLE_COLUMNS), state_text(seen["state"]),
                     f"{seen['items_done']}/{seen['items']}", next_text(tasks, today)])
        good = as_told(story, seen, bool(tasks) and due_of(tasks[0]) < today) and good
    print_table(rows)
    return good


def inbox(play, code):
    """What waits for the bodies of one unit, as its own node tells it."""
    for line in play.node[code].call("inbox").out.splitlines():
        print("  " + line)
    sys.stdout.flush()


def findings(play):
    """What is against a rule, by rule and by who must act, as the districts see it.

    Of a real unit that is only what follows from its being entered years later: it is counted."""
    late = {}
    rows = [[tr("规则", "rule"), tr("责任单位", "unit"), tr("主体", "body"), tr("数量", "count"), tr("情况", "what")]]
    for district in sorted(play.invented):
        reader = play.node[district]
        texts = {rule["rule"]: rule for rule in reader.call("rules", "--json").objects()}
        for line in reader.call("findings", "--summary", "--json").objects():
            units = play.invented[district]
            if line["division"] not in (units.street, *units.communities):
                late[line["rule"]] = late.get(line["rule"], 0) + line["count"]
                continue
            text = texts[line["rule"]]
            rows.append([line["rule"], line["division"], bodies_text(line["who"], False), str(line["count"]),
                         cut(tr(text["zh"], text["en"]), FINDING_COLUMNS)])
    print_table(rows)
    told = ", ".join(f"{rule} {count}" for rule, count in sorted(late.items()))
    say(f"  真实案例系多年后补录,只有由此而来的提示:{told}",
        f"  The real cases were entered years later; they have what follows from that: {told}")


def evaluations(play):
    """Street and district add up the three dimensions, each from the copy it holds."""
    for district, units in play.invented.items():
        sums = []
        for reader in (play.node[units.street], play.node[district]):
            total = {name: [0] * 6 for name, _, _ in DIMENSIONS}
            for community in units.communities:
                for entry in reader.entries(community, "--kind", "evaluation_result", "--bodies"):
                    for part in entry["body"]["evaluation_result"]["dimensions"]:
                        grades = total[part["dimension"]]
                        for grade in range(6):
                            grades[grade] += part[f"grade_{grade}"]
            sums.append(total)
            say(f"  {reader.name}({reader.code}),依据自己的副本:", f"  {reader.name} ({reader.code}), from its own copy:")
            print_table([
                ["", tr("很满意", "very good"), tr("满意", "good"), tr("一般", "fair"), tr("不满意", "poor"),
                 tr("很不满意", "very poor"), tr("不了解", "unknown")],
                *([tr(zh, en), *(str(total[name][grade]) for grade in (5, 4, 3, 2, 1, 0))] for name, zh, en in DIMENSIONS),
            ])
        if sums[0] != sums[1] or not all(sum(grades) for grades in sums[0].values()):
            raise Failure(f"{units.street}: street and district do not have the same three dimensions")


def attachment(play):
    """An invented community attaches a small file; street and district fetch it and compare its SHA-256."""
    units = play.invented[min(play.invented)]
    community = play.node[min(units.communities)]
    path = play.fleet.folder / "attachment.txt"
    path.write_text("示例:张贴公告的说明(虚构)\n", encoding="utf-8")
    draft = community.call("new", "acknowledgement", "--set", "purpose=示例", "--ref", f"acknowledges={community.code}:0",
                           "--json").object()["draft"]
    made = community.call("attach", draft, path, "--role", "evidence", "--title", "示例附件", "--json").object()
    community.call("publish", draft, "--as", "rc", "--passphrase-file", community.passphrase)
    for code in (units.street, units.street[:6]):
        reader = play.node[code]

        def there(reader=reader):
            rows = reader.call("attachment", "--json").objects()
            return any(row.get("hash") == made["hash"] and row["state"] == "here" for row in rows)

        wait_for(there, f"{code}: the attachment of {community.code}")
        copy = play.fleet.folder / f"attachment-{code}.txt"
        reader.call("attachment", "get", made["hash"], "--out", copy)
        if copy.read_bytes() != path.read_bytes():
            raise Failure(f"{code}: the attachment is another than {community.code} has attached")
        say(f"  {reader.name}({code}):已收到并核对,SHA-256 {made['hash'][:16]}",
            f"  {reader.name} ({code}): fetched and compared, SHA-256 {made['hash'][:16]}")


def check_with_openssl(play, code):
    """One record's first signature, by a program that is not ours (TLOG: one line of a note)."""
    district = play.node[code[:6]]
    record = play.published[code][0]
    folder = play.fleet.folder / "openssl"
    folder.mkdir()
    text = district.call("show", record, "--text").out
    note = district.call("show", record, "--note").out
    line = next(line for line in note[len(text):].split("\n") if line.startswith("— "))
    _, name, encoded = line.split(" ")
    # The key comes from the street's record about this body, as the district holds it.
    register = [entry["body"]["body_register"]["key"]
                for entry in district.entries(code[:9], "--kind", "body_register", "--bodies")]
    keys = [key for key in register if key.split("+")[0] == name]
    if len(keys) != 1:
        raise Failure(f"{name}: {len(keys)} registered keys in the district's copy of {code[:9]}")
    key = base64.b64decode(keys[0].split("+", 2)[2])
    (folder / "text").write_bytes(text.encode())
    (folder / "sig").write_bytes(base64.b64decode(encoded)[-64:])
    (folder / "pub.der").write_bytes(ED25519_DER + key[1:])
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "pub.der",
               "-rawin", "-in", "text", "-sigfile", "sig"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    print(f"  (cd {shlex.quote(str(folder))} && {' '.join(command)})")
    print(f"  {name}: {(ran.stdout or ran.stderr).strip()}", flush=True)
    if ran.returncode != 0:
        raise Failure(f"{record}: openssl does not accept the signature of {name}")


def further(play, code, matter):
    district = play.node[code[:6]]
    program = shlex.quote(play.fleet.program)
    home = shlex.quote(str(district.home))
    for command in ("status", f"log {code}", f"matter {matter}", f"show {play.published[code][0][:16]}"):
        print(f"  {program} --home {home} {command}")
    sys.stdout.flush()
