#!/usr/bin/python3
"""What the sample publishes, read without running a node: of real units nothing but facts of their case,
and every invention at an invented unit."""

import datetime
import json
import pathlib
import re
import sys
import unittest

sys.dont_write_bytecode = True
TOP = pathlib.Path(__file__).resolve().parents[1]
SAMPLE = TOP / "deploy" / "sample"
sys.path.insert(0, str(SAMPLE))

import case_file  # noqa: E402
import case_path  # noqa: E402
import invented  # noqa: E402
from story import names_in  # noqa: E402

DIVISIONS = case_file.read_divisions(SAMPLE / "divisions.csv")
ROWS = {row["id"]: row for row in json.loads((SAMPLE / "cases.json").read_text(encoding="utf-8"))["cases"]}

# All that may stand beside the words of a case, written down here once more: it takes two to add one.
PHRASES = (
    "示例数据:依据公开报道补录,月日为示例所拟", "示例数据:依据公开报道补录,报道未载明年份,日期均为示例所拟",
    "。案例未载明落实情况,记为部分完成", "案例未载明", "公开报道", "议题:", "。经过:", "。结果:",
)
TEXTS = {
    "backfill_reason", "consensus.items.text", "implementation_plan.items.text", "implementation_plan.responsible",
    "implementation_plan.follow_up_role", "implementation_completion.text", "outcome_submission.text",
    "outcome_submission.wanted", "feedback_publication.channels", "feedback_publication.text",
    "archive_transfer.volume", "archive_transfer.holder",
}
DAYS = {
    "occurred_at", "consensus.reached_on", "implementation_plan.items.due", "implementation_plan.start",
    "implementation_plan.due", "implementation_completion.completed_on", "outcome_submission.submitted_on",
    "street_response.received_on", "street_response.due", "feedback_publication.from", "feedback_publication.to",
    "matter_close.closed_on", "archive_transfer.from", "archive_transfer.to", "archive_transfer.transferred_on",
}
# The weakest that the kind allows, where no case says anything.
WORDS = {
    "kind": {"consensus", "implementation_plan", "implementation_completion", "outcome_submission", "street_response",
             "feedback_publication", "matter_close", "archive_transfer"},
    "refs.rel": {"based_on", "answers"},
    "consensus.degree": {"majority"}, "implementation_plan.mode": {"committee"},
    "implementation_completion.accepted_by": {"none"}, "outcome_submission.urgency": {"ordinary"},
    "street_response.decision": {"implement"}, "feedback_publication.subject": {"consensus", "completion"},
    "archive_transfer.retention": {"years_10"},
}
NUMBERS_OF_ITEMS = {"consensus.items.no", "implementation_plan.items.no"}


def leaves(value, path=""):
    """(path without indices, value) of all that is no object and no list."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(part, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part, path)
    else:
        yield path, value


def days(record):
    return {path: value for path, value in leaves(record) if path in DAYS}


def apart(first, second):
    return (datetime.date.fromisoformat(second[:10]) - datetime.date.fromisoformat(first[:10])).days


class RealUnits(unittest.TestCase):
    def setUp(self):
        cases, _ = case_file.read_cases(SAMPLE / "cases.json", DIVISIONS)
        self.paths = case_path.paths(cases)
        self.assertEqual(len(self.paths), len([row for row in ROWS.values() if row["community_code"]]))

    def every_leaf(self):
        for path in self.paths:
            for step in path.steps:
                for where, value in leaves(step.record):
                    yield path, ROWS[path.case.id], where, value

    def test_every_text_is_of_the_case_or_says_that_the_case_does_not_tell(self):
        for path, row, where, value in self.every_leaf():
            if where not in TEXTS:
                continue
            rest = value
            for known in sorted([row["topic"], row["facts"], row["outcome"], *PHRASES], key=len, reverse=True):
                rest = rest.replace(known, "")
            self.assertEqual(rest, "", f"{path.matter}: {where}")

    def test_nothing_is_counted_voted_or_scored(self):
        for path, row, where, value in self.every_leaf():
            told = f"{path.matter}: {where}"
            if where in WORDS:
                self.assertIn(value, WORDS[where], told)
            elif where in NUMBERS_OF_ITEMS:
                self.assertIn(value, range(1, 20), told)
            elif where == "subject":
                self.assertEqual(value, path.matter)
            elif where == "refs.record":
                self.assertIn(value[1:], [step.name for step in path.steps], told)
            elif where.startswith("consensus.items.") and where not in TEXTS:
                self.assertIn(value, (row["issue_nature"], "community_affairs", row["issue_nature"] == "residents_meeting_matter"), told)
            elif where in ("implementation_completion.result", "matter_close.end"):
                self.assertEqual(value in ("full", "completed"), row["completed"], told)
            else:
                self.assertIn(where, TEXTS | DAYS, f"{path.matter}: a field that nobody has looked at")

    def test_a_year_is_the_case_s_own_and_what_is_invented_of_a_day_is_said(self):
        for path in self.paths:
            row = ROWS[path.case.id]
            for step in path.steps:
                for where, value in days(step.record).items():
                    self.assertRegex(value, f"^{row['year'] or 2020}-[0-9]{{2}}-[0-9]{{2}}$", f"{path.matter}: {where}")
                self.assertIn("月日为示例所拟" if row["year"] else "日期均为示例所拟", step.record["backfill_reason"])

    def test_nothing_is_late(self):
        for path in self.paths:
            happened = [step.record["occurred_at"] for step in path.steps]
            self.assertEqual(happened, sorted(happened), path.matter)
            ends = {step.record["implementation_completion"]["completed_on"] for step in path.steps
                    if step.record["kind"] == "implementation_completion"}
            for step in path.steps:
                found = days(step.record)
                for where in found:
                    if where.endswith(".due"):
                        self.assertEqual({found[where]}, ends, f"{path.matter}: {where}")
                if "feedback_publication.from" in found:
                    self.assertGreaterEqual(apart(found["feedback_publication.from"], found["feedback_publication.to"]), 15)

    def test_only_the_units_of_the_case_speak_and_by_their_names(self):
        for path in self.paths:
            row = ROWS[path.case.id]
            self.assertLessEqual(path.codes(), {row["community_code"], row["street_code"]})
            for code, name in path.case.names.items():
                self.assertIn(name, (row["community"], row["street"], row["district"]))
                self.assertIn(code, (row["community_code"], row["street_code"], row["district_code"]))

    def test_each_goes_the_way_of_its_nature(self):
        ways = {
            "community_affairs": ["consensus", "implementation_plan", "implementation_completion", "feedback_publication",
                                  "matter_close", "archive_transfer"],
            "public_service": ["consensus", "outcome_submission", "street_response", "implementation_completion",
                               "feedback_publication", "matter_close", "archive_transfer"],
            "residents_meeting_matter": ["consensus", "feedback_publication"],
        }
        for path in self.paths:
            self.assertEqual([step.record["kind"] for step in path.steps], ways[ROWS[path.case.id]["issue_nature"]])


class InventedUnits(unittest.TestCase):
    def setUp(self):
        self.districts = sorted(code for code in DIVISIONS if len(code) == 6)
        self.units, self.stories = invented.plays(self.districts, set(DIVISIONS))

    def test_their_codes_are_nobody_s_and_their_names_say_so(self):
        self.assertGreater(len(self.districts), 10)
        for units in self.units.values():
            for code in (units.street, *units.communities):
                self.assertFalse([known for known in DIVISIONS if known.startswith(code)], code)
                self.assertIn(len(code), (9, 12))
                self.assertTrue(units.names[code].startswith("示例"), code)

    def test_only_they_play(self):
        theirs = {code for units in self.units.values() for code in (units.street, *units.communities)}
        for story in self.stories:
            self.assertLessEqual(story.codes(), theirs)
            self.assertTrue(story.title.startswith("示例:"))

    def test_a_step_names_only_what_was_published_before(self):
        for story in self.stories:
            seen = []
            for step in story.steps:
                self.assertLessEqual(set(names_in(step.record)), set(seen), f"{story.matter}: {step.name}")
                seen.append(step.name)

    def test_no_day_is_against_the_law(self):
        for story in self.stories:
            happened = [step.record["occurred_at"] for step in story.steps]
            self.assertEqual(happened, sorted(happened), story.matter)
            for step in story.steps:
                body = step.record[step.record["kind"]]
                if step.record["kind"] == "public_notice":
                    self.assertGreaterEqual(apart(body["posted_on"], body["meeting_at"]), 3, story.matter)
                if step.record["kind"] == "residents_meeting_notice":
                    self.assertGreaterEqual(apart(body["notified_on"], body["meeting_at"]), 10, story.matter)
                if step.record["kind"] == "feedback_publication":
                    self.assertGreaterEqual(apart(body["from"], body["to"]), 15, story.matter)

    def test_they_play_what_no_case_has(self):
        played = {}
        for story in self.stories:
            for step in story.steps:
                played.setdefault(step.record["kind"], []).append(step.record[step.record["kind"]])
        none = [session for session in played["meeting_session"] if session["result"] == "none"]
        self.assertEqual(len(none), played["shelving"][0]["sessions_held"])
        self.assertEqual(len(none), 3)
        decision, = played["residents_meeting_decision"]
        self.assertGreater(2 * decision["present"], decision["entitled"])
        self.assertGreater(2 * decision["for"], decision["present"])
        for kind in ("reopening", "street_opinion", "commission_result", "evaluation_reply", "street_correction",
                     "correction_compliance", "legal_education", "correction", "withdrawal"):
            self.assertIn(kind, played)
        self.assertTrue([body for body in played["acknowledgement"] if body.get("relayed")])
        self.assertTrue([step for story in self.stories for step in story.steps if "backfill_reason" in step.record])

    def test_the_one_that_is_late_is_the_department(self):
        late = [story for story in self.stories if story.ends == "transferred"]
        self.assertEqual(len(late), 1)
        response = late[0].steps[-1].record["street_response"]
        self.assertEqual(response["decision"], "transfer")
        self.assertTrue(re.match("示例", response["department"]))
        self.assertLess(response["due"], "2026-11")


if __name__ == "__main__":
    unittest.main()
