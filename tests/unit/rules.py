#!/usr/bin/python3
"""Every rule that the domain reference names is built, as rules/ids.txt says, with cases and texts.

The files of node/rules are run in an empty database, in the order in which the program runs them. A rule that
is not there yet is told, and fails the test while MISSING_FAILS is set."""

import json
import pathlib
import re
import sqlite3
import sys

MISSING_FAILS = True

TOP = pathlib.Path(__file__).resolve().parents[2]
RULES = TOP / "node" / "rules"
CASES = TOP / "tests" / "unit" / "rules"
SCOPES = {"record", "matter", "unit", "papers", "duty"}
CLOCKS = {"change", "due"}
WHO = {"rc", "po", "sc", "st", "gd", "da", "node", "author"}
HAN = re.compile(r"[\u4e00-\u9fff]")


def wanted(text):
    """id -> (severity, late)"""
    out = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            rule, severity, *late = line.split()
            out[rule] = (severity, late == ["late"])
    return out


def built(folder=RULES):
    listed = re.search(r"set\(rule_files ([^)]*)\)", (folder / "CMakeLists.txt").read_text(encoding="utf-8"))[1]
    db = sqlite3.connect(":memory:")
    db.row_factory = sqlite3.Row
    for name in listed.split():
        db.executescript((folder / f"{name}.sql").read_text(encoding="utf-8"))
    views = {row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'view'")}
    files = {path.stem for path in folder.glob("*.sql")}
    return db.execute("SELECT * FROM rule").fetchall(), views, files - set(listed.split())


def check_cases(rule, folder=CASES):
    path = folder / f"{rule['view'].replace('/', '-')}.json"
    if not path.exists():
        yield f"{rule['view']}: no cases, {path.relative_to(TOP)} is missing"
        return
    cases = json.loads(path.read_text(encoding="utf-8"))["cases"]
    if not any(case["finds"] for case in cases):
        yield f"{rule['view']}: no case in which it fires"
    # A rule that always has a row (the next day by which somebody must ...) cannot be silent.
    if not any(not case["finds"] for case in cases) and rule["view"] not in ALWAYS:
        yield f"{rule['view']}: no case in which it does not fire"
    if len(cases) < 2:
        yield f"{rule['view']}: fewer than two cases"


# Each unit always has a day by which it must be heard of again; each community one by which it must meet, and be reviewed.
ALWAYS = {"R-04-2", "R-S-1", "R-S-4"}


def check_rule(rule, views, ids):
    name = rule["view"]
    view = ("duty " if rule["clock"] == "due" else "") + name
    if view not in views:
        yield f'{name}: there is no view "{view}"'
    if rule["id"] not in ids:
        yield f"{name}: the domain reference knows no such rule"
    elif (rule["severity"], bool(rule["late_entry"])) != ids[rule["id"]]:
        have = f"{rule['severity']}{' late' if rule['late_entry'] else ''}"
        want = f"{ids[rule['id']][0]}{' late' if ids[rule['id']][1] else ''}"
        yield f"{name}: severity is {have}, should be {want}"
    if rule["scope"] not in SCOPES or rule["clock"] not in CLOCKS or not set(rule["who"].split()) <= WHO:
        yield f"{name}: scope {rule['scope']}, clock {rule['clock']} or who {rule['who']} is no such word"
    for column in ("zh", "remedy_zh"):
        if not HAN.search(rule[column]):
            yield f"{name}: {column} is not Chinese"
    for column in ("en", "remedy_en"):
        if not rule[column] or HAN.search(rule[column]):
            yield f"{name}: {column} is not English"


def main():
    ids = wanted((CASES / "ids.txt").read_text(encoding="utf-8"))
    rules, views, forgotten = built()
    findings = [f"node/rules/{name}.sql is not in rule_files" for name in sorted(forgotten)]
    for rule in rules:
        findings += check_rule(rule, views, ids)
        findings += check_cases(rule)
    missing = [rule for rule in ids if rule not in {row["id"] for row in rules}]
    for line in findings:
        print(line)
    print(f"{len(ids)} rules in ids.txt, {len(ids) - len(missing)} of them built")
    if missing:
        print("not built: " + " ".join(missing))
    sys.exit(bool(findings) or (MISSING_FAILS and bool(missing)))


if __name__ == "__main__":
    main()
