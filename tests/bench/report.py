#!/usr/bin/python3
"""How long a district-year's report takes (tests/bench/README.md): report.py FOLDER; the home in it is used again."""

import os
import pathlib
import resource
import subprocess
import sys
import time

YEAR = ("--period", "2026", "--day", "2027-01-10")
ASKED = {"report": 2.0, "all exports": 15.0}


def timed(name, *command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    spent = time.monotonic() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    asked = f", asked {ASKED[name]:.0f} s" if name in ASKED else ""
    print(f"{name}: {spent:.2f} s ({cpu:.2f} s of CPU{asked})", flush=True)


def main():
    build = pathlib.Path(os.environ.get("YISHI_BUILD_FOLDER", pathlib.Path(__file__).parents[2] / ".build" / "release"))
    folder = pathlib.Path(sys.argv[1])
    home, yishi = folder / "home", str(build / "node" / "yishi")
    folder.mkdir(parents=True, exist_ok=True)
    if not home.exists():
        timed("the year into a store", str(build / "tests" / "report_home"), str(home), "0", "--streets", "20",
              "--communities", "450", "--matters", "22")
        # As it is with a node that runs: its daemon keeps what it made of the membership.
        timed("all anew (membership, fold)", yishi, "reindex", "--home", str(home))
        timed("all rules from nothing, findings", yishi, "findings", "--summary", "--home", str(home))
    timed("findings", yishi, "findings", "--summary", "--home", str(home))
    report = (yishi, "report", "--home", str(home), *YEAR)
    for _ in range(2):
        timed("report", *report)
    timed("report by unit", *report, "--by-unit")
    timed("the list behind a figure", *report, "--explain", "E-03")
    timed("JSON", *report, "--format", "json", "--out", str(folder / "report.json"))
    timed("all exports", yishi, "export", "tables", str(folder / "tables"), "--home", str(home), "--by-unit", *YEAR)


if __name__ == "__main__":
    main()
