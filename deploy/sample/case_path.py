"""The path of a real case: what is published of it, by its community and, where it went up, its street.

Of a real unit nothing is written down but the facts of the case. Where a record needs more than a
case says, README.md beside this file tells what stands there instead, and so does the record. No
record that needs a count, a vote or a score is among them: no case holds all that one would need.
"""

from story import Story

# Month and day of each step, in the case's year: nothing is late, publication lasts fifteen days.
REACHED, PLANNED, RECEIVED, DONE = "06-30", "07-01", "07-02", "07-31"
FROM, TO, CLOSED, ARCHIVED = "08-01", "08-16", "08-17", "08-18"

# All that stands beside the case's own words.
BACKFILL = "示例数据:依据公开报道补录,月日为示例所拟"
BACKFILL_NO_YEAR = "示例数据:依据公开报道补录,报道未载明年份,日期均为示例所拟"
UNKNOWN = "案例未载明"
NOT_KNOWN_DONE = "。案例未载明落实情况,记为部分完成"
CHANNEL = "公开报道"
TOPIC, FACTS, OUTCOME = "议题:", "。经过:", "。结果:"
PHRASES = (BACKFILL, BACKFILL_NO_YEAR, UNKNOWN, NOT_KNOWN_DONE, CHANNEL, TOPIC, FACTS, OUTCOME)

ITEM_TEXT_MAX = 1000
DONE_TEXT_MAX = 2000


class CasePath(Story):
    """One case; `number` counts the cases of its community in the file."""

    late_entry = True

    def __init__(self, case, number):
        super().__init__(case.community, case.year, number)
        self.case = case
        self._late = BACKFILL if case.year_known else BACKFILL_NO_YEAR
        self._consensus()
        if case.decision_matter or case.nature == "commissioned":
            self._publication("consensus", "consensus")  # what follows needs votes, or a commission
            self.ends = "consensus"
            return
        if case.nature == "public_service":
            self._through_the_street()
        else:
            self._by_the_community()
        self._publication("completion", "completion")
        self._end()
        self.ends = "archived"

    def _day(self, month_and_day):
        return f"{self.case.year}-{month_and_day}"

    def _add(self, name, kind, on, body, refs=(), **more):
        self.add(name, kind, self._day(on), body, refs, late=self._late, **more)

    def _consensus(self):
        case = self.case
        text = TOPIC + case.topic + (FACTS + case.facts if case.facts else "") + OUTCOME + case.outcome
        pieces = [text[i:i + ITEM_TEXT_MAX] for i in range(0, len(text), ITEM_TEXT_MAX)]
        self._items = range(1, len(pieces) + 1)
        items = [{"no": no, "text": piece, "nature": case.nature, "decision_matter": case.decision_matter}
                 for no, piece in zip(self._items, pieces)]
        self._add("consensus", "consensus", REACHED,
                  {"items": items, "reached_on": self._day(REACHED), "degree": "majority"})

    def _by_the_community(self):
        due = self._day(DONE)
        self._add("plan", "implementation_plan", PLANNED, {
            "mode": "committee", "responsible": UNKNOWN, "follow_up_role": UNKNOWN,
            "items": [{"no": no, "text": self.case.topic[:ITEM_TEXT_MAX], "due": due} for no in self._items],
            "start": self._day(PLANNED), "due": due}, [("based_on", "consensus")])
        self._completion(self.community, "plan")

    def _through_the_street(self):
        self._add("submission", "outcome_submission", PLANNED, {
            "text": self.case.outcome, "wanted": UNKNOWN, "submitted_on": self._day(PLANNED), "urgency": "ordinary",
        }, [("based_on", "consensus")])
        self._add("response", "street_response", RECEIVED, {
            "decision": "implement", "received_on": self._day(RECEIVED), "due": self._day(DONE),
        }, [("answers", "submission")], unit=self.street)
        self._completion(self.street, "response")

    def _completion(self, unit, begun):
        more = "" if self.case.completed else NOT_KNOWN_DONE
        self._add("completion", "implementation_completion", DONE, {
            "completed_on": self._day(DONE), "result": "full" if self.case.completed else "partial",
            "text": self.case.outcome[:DONE_TEXT_MAX - len(more)] + more, "accepted_by": "none",
        }, [("based_on", begun)], unit=unit)

    def _publication(self, subject, about):
        self._add("publication", "feedback_publication", FROM, {
            "subject": subject, "channels": [CHANNEL], "from": self._day(FROM), "to": self._day(TO),
            "text": self.case.outcome}, [("based_on", about)])

    def _end(self):
        self._add("close", "matter_close", CLOSED, {
            "closed_on": self._day(CLOSED), "end": "completed" if self.case.completed else "partly_completed",
        }, [("based_on", "publication")])
        self._add("archive", "archive_transfer", ARCHIVED, {
            "volume": UNKNOWN, "from": self._day(REACHED), "to": self._day(CLOSED), "holder": UNKNOWN,
            "transferred_on": self._day(ARCHIVED), "retention": "years_10"}, [("based_on", "close")])


def paths(cases):
    """The path of each case, in order."""
    number = {}
    found = []
    for case in cases:
        number[case.community] = number.get(case.community, 0) + 1
        found.append(CasePath(case, number[case.community]))
    return found
