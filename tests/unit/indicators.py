#!/usr/bin/python3
"""Every indicator that the domain reference names is built, as indicators/ids.txt says, with cases and texts.

The files of node/indicators are run in an empty database, in the order in which the program runs them. One that is
not there yet is told, and fails the test while MISSING_FAILS is set."""

import json
import pathlib
import re
import sqlite3
import sys

MISSING_FAILS = False  # until groups E, F and G are there

TOP = pathlib.Path(__file__).resolve().parents[2]
SOURCE = TOP / "node" / "indicators"
CASES = TOP / "tests" / "unit" / "indicators"
HAN = re.compile(r"[\u4e00-\u9fff]")


def wanted(text):
    """id -> Chinese name"""
    return dict(line.split(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))


def built(folder=SOURCE):
    listed = re.search(r"set\(indicator_files ([^)]*)\)", (folder / "CMakeLists.txt").read_text(encoding="utf-8"))[1]
    db = sqlite3.connect(":memory:")
    db.row_factory = sqlite3.Row
    for name in listed.split():
        db.executescript((folder / f"{name}.sql").read_text(encoding="utf-8"))
    views = dict(db.execute("SELECT name, sql FROM sqlite_temp_schema WHERE type = 'view'").fetchall())
    files = {path.stem for path in folder.glob("*.sql")}
    return (db.execute("SELECT * FROM indicator").fetchall(), db.execute("SELECT * FROM figure").fetchall(), views,
            files - set(listed.split()))


def same_name(built_name, name):
    """Chinese punctuation in the one, ASCII in the other."""
    for mark, plain in (("（", "("), ("）", ")"), ("、", ","), (", ", ",")):
        built_name, name = built_name.replace(mark, plain), name.replace(mark, plain)
    return built_name == name


def check_cases(indicator, figures, folder=CASES):
    path = folder / f"{indicator['id']}.json"
    if not path.exists():
        yield f"{indicator['id']}: no cases, {path.relative_to(TOP)} is missing"
        return
    cases = json.loads(path.read_text(encoding="utf-8"))["cases"]
    seen = {(key.partition("@")[0].partition(":")[0], value) for case in cases for key, value in case["figures"].items()}
    for figure in figures:
        values = {value for code, value in seen if code == figure["code"]}
        if not values:
            yield f"{indicator['id']}: no case says what figure {figure['code']!r} is"
        if figure["kind"] in ("rate", "mean", "median", "max") and figure["parts"] < 2:
            if not any(value.startswith("-") for value in values):
                yield f"{indicator['id']}: no case in which figure {figure['code']!r} has nothing to divide by"
    if not any("list" in case for case in cases):
        yield f"{indicator['id']}: no case gives a list"


def check(indicator, figures, views, ids):
    name = indicator["id"]
    if name not in ids:
        yield f"{name}: the domain reference knows no such indicator"
    elif not same_name(indicator["zh"], ids[name]):
        yield f"{name}: is called {indicator['zh']}, should be {ids[name]}"
    if indicator["basis"] not in ("flow", "cohort", "stock") or indicator["evidence"] not in ("claimed", "proven"):
        yield f"{name}: basis {indicator['basis']} or evidence {indicator['evidence']} is no such word"
    if not figures:
        yield f"{name}: no figure"
    derived = {figure["kind"] == "derived" for figure in figures}
    if False in derived and name not in views:
        yield f'{name}: there is no view "{name}"'
    if True in derived and f"unit {name}" not in views:
        yield f'{name}: there is no view "unit {name}"'
    for column in ("zh", "formula_zh", "case_zh", "day_zh"):
        if not HAN.search(indicator[column]):
            yield f"{name}: {column} is not Chinese"
    for column in ("en", "formula_en", "case_en", "day_en"):
        if not indicator[column] or HAN.search(indicator[column]):
            yield f"{name}: {column} is not English"
    if any(figure["kind"] in ("median", "max") for figure in figures) and not indicator["value_zh"]:
        yield f"{name}: its list has no name for the days of the median"


def main():
    ids = wanted((CASES / "ids.txt").read_text(encoding="utf-8"))
    indicators, figures, views, forgotten = built()
    findings = [f"node/indicators/{name}.sql is not in indicator_files" for name in sorted(forgotten)]
    for indicator in indicators:
        own = [figure for figure in figures if figure["indicator"] == indicator["id"]]
        findings += check(indicator, own, views, ids)
        findings += check_cases(indicator, own)
    missing = [one for one in ids if one not in {row["id"] for row in indicators}]
    for line in findings:
        print(line)
    print(f"{len(ids)} indicators in ids.txt, {len(ids) - len(missing)} of them built")
    if missing:
        print("not built: " + " ".join(missing))
    sys.exit(bool(findings) or (MISSING_FAILS and bool(missing)))


if __name__ == "__main__":
    main()
