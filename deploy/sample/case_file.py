"""Cases of deploy/sample/cases.json, or of a file of the same form, as records to publish.

Of a real unit nothing is written down but the facts of the case. Where a record needs more than a
case says, README.md beside this file tells what stands there instead, and so does the record.
"""

import csv
import json
import re
import unicodedata

# article 12 of the regulation: nature, and whether it is a matter for the residents' meeting
NATURES = {
    "community_affairs": ("community_affairs", False),
    "public_service": ("public_service", False),
    "commissioned": ("commissioned", False),
    "residents_meeting_matter": ("community_affairs", True),
}
YEAR_IF_NONE = 2020
REACHED, FROM, TO = "06-30", "07-01", "07-16"
ITEM_TEXT_MAX = 1000
PUBLISHED_TEXT_MAX = 4000
BACKFILL = "示例数据:依据公开报道补录,月日为示例所拟"
BACKFILL_NO_YEAR = "示例数据:依据公开报道补录,报道未载明年份,日期均为示例所拟"


class BadCases(Exception):
    """The file of cases, or of divisions, is not what it should be."""


def read_divisions(path):
    """Code -> name."""
    with open(path, encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


def _clean(value):
    """One line of text in NFC without control characters."""
    text = "".join(" " if unicodedata.category(c) == "Cc" else c for c in str(value))
    return unicodedata.normalize("NFC", " ".join(text.split()))


class Case:
    """One case that has a community code."""

    def __init__(self, row, divisions, where):
        self.id = _clean(row.get("id") or where)
        self.community = str(row["community_code"])
        if not re.fullmatch(r"[1-9][0-9]{11}", self.community):
            raise BadCases(f'{where}: community_code "{self.community}" is not twelve digits')
        self.street, self.district = self.community[:9], self.community[:6]
        for key, code in (("street_code", self.street), ("district_code", self.district)):
            if row.get(key) not in (None, code):
                raise BadCases(f'{where}: {key} "{row[key]}" is not the beginning of {self.community}')
        self.names = {}
        for key, code in (("community", self.community), ("street", self.street), ("district", self.district)):
            self.names[code] = _clean(row.get(key) or divisions.get(code) or code)
        for key in ("topic", "outcome"):
            if not isinstance(row.get(key), str) or not row[key].strip():
                raise BadCases(f"{where}: {key} is missing")
        self.topic = _clean(row["topic"])
        self.facts = _clean(row.get("facts") or "")
        self.outcome = _clean(row["outcome"])
        if len(self.outcome) > PUBLISHED_TEXT_MAX:
            raise BadCases(f"{where}: outcome has more than {PUBLISHED_TEXT_MAX} characters")
        if row.get("issue_nature") not in NATURES:
            raise BadCases(f'{where}: issue_nature "{row.get("issue_nature")}" is none of {", ".join(NATURES)}')
        self.nature, self.decision_matter = NATURES[row["issue_nature"]]
        year = row.get("year")
        if year is not None and not (isinstance(year, int) and 1950 <= year <= 2100):
            raise BadCases(f"{where}: year {year!r} is not a year")
        self.year_known = year is not None
        self.year = year if self.year_known else YEAR_IF_NONE

    def _record(self, kind, number, on, body, refs=()):
        return {
            "kind": kind,
            "subject": f"{self.community}-{self.year}-{number:04d}",
            "occurred_at": f"{self.year}-{on}",
            "backfill_reason": BACKFILL if self.year_known else BACKFILL_NO_YEAR,
            **({"refs": list(refs)} if refs else {}),
            kind: body,
        }

    def consensus(self, number):
        """The consensus record; `number` counts the matters of the community."""
        text = "议题:" + self.topic
        text += ("。经过:" + self.facts) if self.facts else ""
        text += "。结果:" + self.outcome
        pieces = [text[i:i + ITEM_TEXT_MAX] for i in range(0, len(text), ITEM_TEXT_MAX)]
        items = [
            {"no": no, "text": piece, "nature": self.nature, "decision_matter": self.decision_matter}
            for no, piece in enumerate(pieces, 1)
        ]
        return self._record("consensus", number, REACHED,
                            {"items": items, "reached_on": f"{self.year}-{REACHED}", "degree": "majority"})

    def publication(self, number, consensus_id):
        """The published outcome, which refers to the consensus by its record id."""
        body = {
            "subject": "consensus", "channels": ["公开报道"],
            "from": f"{self.year}-{FROM}", "to": f"{self.year}-{TO}", "text": self.outcome,
        }
        return self._record("feedback_publication", number, FROM, body, [{"rel": "based_on", "record": consensus_id}])


def read_cases(path, divisions, districts=None):
    """Cases with a community code, and how many had none; only those of `districts` if given."""
    try:
        with open(path, encoding="utf-8") as file:
            rows = json.load(file)
    except (OSError, ValueError) as error:
        raise BadCases(f"{path}: {error}") from None
    rows = rows.get("cases") if isinstance(rows, dict) else rows
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadCases(f'{path}: no list "cases" of objects')
    cases, without = [], 0
    for index, row in enumerate(rows):
        where = f"{path}: case {row.get('id', index + 1)}"
        if row.get("community_code") is None:
            without += 1
            continue
        case = Case(row, divisions, where)
        if districts is None or case.district in districts:
            cases.append(case)
    if not cases:
        raise BadCases(f"{path}: no case has a community code")
    return cases, without


def invented_codes(district, used):
    """Codes of an invented street of the district and of its community, in use by nobody."""
    for number in range(990, 599, -1):
        street = f"{district}{number}"
        if not any(code.startswith(street) for code in used):
            return street, street + "001"
    raise BadCases(f"{district}: no street code is left for the invented street")


def evaluation(community, number):
    """An invented evaluation result of the invented community; `number` varies the counts."""
    counts = (
        ("participation", (14, 11, 6, 2, 1, 1)),
        ("implementation", (9, 13, 7, 4, 1, 1)),
        ("feedback", (12, 12, 5, 2, 2, 2)),
    )
    turn = number % 6
    dimensions = []
    for dimension, grades in counts:
        grades = grades[turn:] + grades[:turn]
        dimensions.append({"dimension": dimension, **{f"grade_{5 - i}": n for i, n in enumerate(grades)}})
    return {
        "kind": "evaluation_result",
        "subject": f"{community}-2026-0001",
        "occurred_at": "2026-10-20",
        "backfill_reason": "示例:此前的记录未录入",
        "evaluation_result": {
            "issued": 40, "returned": 36, "valid": 35, "dimensions": dimensions,
            "suggestions": "示例:评议数据均为虚构", "held_on": "2026-10-20",
        },
    }
