#!/usr/bin/python3
"""Both implementations of the indicators say the same of generated years: figure by figure, in exact numbers.

    compare.py [SEED STREETS COMMUNITIES MATTERS]...

YISHI_BIN, YISHI_YEAR_HOME and YISHI_FIGURES name the programs. G-08 and G-09 rest on what only a node knows (when heads
came, which contents are here), which no record says: they have hand-computed cases alone."""
import fractions
import json
import os
import subprocess
import sys
import tempfile

import indicators
from history import date_day

PERIODS = (("2026-01-01", "2027-01-01", "2027-02-15"), ("2026-07-01", "2026-10-01", "2026-12-31"),
           ("2026-04-01", "2026-05-01", "2026-04-20"), ("2027-01-01", "2027-07-01", "2027-03-01"))
NODE_ALONE = ("G-08", "G-09")
MADE_OF_OTHERS = ("F-06", "F-07")    # compared as the numbers that they are, not by numerator and denominator


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return [line for line in done.stdout.split("\n") if line]


def exact(figure):
    values = {k: v for k, v in figure.items() if k not in ("indicator", "code", "unit", "part")}
    if "d" in values and ("cases" in values or figure["indicator"] in MADE_OF_OTHERS):
        value = fractions.Fraction(values.pop("n"), values.pop("d"))
        values["value"] = f"{value.numerator}/{value.denominator}"
    return values


def by_key(figures):
    return {(f["indicator"], f["code"], f["part"], f["unit"]): exact(f) for f in figures
            if f["indicator"] not in NODE_ALONE}


def compare(home, period, records):
    """Differences, and how many figures there were."""
    first, until, as_of = period
    yishi = os.environ["YISHI_BIN"]
    listing = (yishi, "findings", "--home", home, "--as-of", as_of, "--json", "--ended")
    found = [json.loads(line) for line in run(*listing, "--coming")]
    duties = [json.loads(line) for line in run(*listing, "--deadlines")]
    ours = by_key(json.loads(line) for line in run(os.environ["YISHI_FIGURES"], home, first, until, as_of))
    theirs = by_key(indicators.figures(records, found, duties, *map(date_day, period)))
    different = [(key, ours.get(key), theirs.get(key)) for key in sorted(ours.keys() | theirs.keys())
                 if ours.get(key) != theirs.get(key)]
    return different, len(ours)


def main(argv):
    years = [argv[i:i + 4] for i in range(1, len(argv), 4)]
    failures = compared = 0
    for year in years:
        with tempfile.TemporaryDirectory(prefix="yishi-second-") as folder:
            home = os.path.join(folder, "home")
            run(os.environ["YISHI_YEAR_HOME"], home, *year)
            records = run(os.environ["YISHI_BIN"], "export", "records", "--home", home)
            for period in PERIODS:
                different, count = compare(home, period, records)
                compared += count
                failures += len(different)
                for key, ours, theirs in different[:20]:
                    print(f"seed {year[0]}, {' '.join(period)}: {' '.join(key)}: SQL {ours}, Python {theirs}")
    print(f"{len(years)} years, {compared} figures, {failures} differ")
    return 0 if failures == 0 and compared > 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv))
