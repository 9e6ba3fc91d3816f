"""Cases of deploy/sample/cases.json, or of a file of the same form, and the list of divisions."""

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
OUTCOME_MAX = 4000


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
        if len(self.outcome) > OUTCOME_MAX:
            raise BadCases(f"{where}: outcome has more than {OUTCOME_MAX} characters")
        if row.get("issue_nature") not in NATURES:
            raise BadCases(f'{where}: issue_nature "{row.get("issue_nature")}" is none of {", ".join(NATURES)}')
        self.nature, self.decision_matter = NATURES[row["issue_nature"]]
        year = row.get("year")
        if year is not None and not (isinstance(year, int) and 2000 <= year <= 2100):
            raise BadCases(f"{where}: year {year!r} is not a year")
        if row.get("completed") not in (None, True, False):
            raise BadCases(f'{where}: completed {row["completed"]!r} is neither true nor false')
        self.completed = bool(row.get("completed"))
        self.year_known = year is not None
        self.year = year if self.year_known else YEAR_IF_NONE


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
