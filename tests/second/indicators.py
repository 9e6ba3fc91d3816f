"""The second implementation of the indicators: from what `yishi` prints, by DOMAIN.md section 4 alone.

    indicators.py RECORDS FINDINGS DEADLINES FROM UNTIL AS-OF [UNIT...]

RECORDS: `yishi export records`. FINDINGS: `yishi findings --json --coming --ended`, DEADLINES: the same with
--deadlines --ended. UNTIL is the first day after the period. One line of JSON a figure, of every unit."""
import json
import sys

import deliberation
import office
from asking import Ask
from history import History, date_day


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [line for line in file if line.strip()]


def figures(record_lines, found, duties, first, until, as_of, units=None):
    history = History(record_lines)
    shared = {}
    for unit in units or history.units:
        ask = Ask(history, unit, first, until - 1, as_of, shared)
        deliberation.compute(ask)
        office.compute(ask, found, duties)
        yield from ask.out


def main(argv):
    if len(argv) < 7:
        sys.exit(__doc__)
    found = [json.loads(line) for line in lines(argv[2])]
    duties = [json.loads(line) for line in lines(argv[3])]
    for figure in figures(lines(argv[1]), found, duties, *map(date_day, argv[4:7]), argv[7:]):
        print(json.dumps(figure, ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv)
