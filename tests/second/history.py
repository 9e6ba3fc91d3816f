"""What the records of a node say, read from the lines of `yishi export records` and from nothing else:
which of them are in force, what they say, on which days, since when they are proven, and which
parameter values hold. DOMAIN.md 1.4, 2, 3.3 and 4.1."""
import base64
import collections
import datetime
import json

EPOCH = datetime.date(1970, 1, 1)
SHANGHAI_S = 8 * 3600
BODIES = ("rc", "po", "sc", "st", "gd", "da")
MEMBERSHIP = ("body_register", "key_revoke", "node_certificate", "anchor", "fork_notice", "succession",
              "receipts")

# 2.5: the field of a kind that says when it happened. Others have `occurred_at` of the envelope.
OWN_DAY = {
    "house_rules": "adopted_on", "topic_proposal": "proposed_on", "topic_determination": "met_on",
    "public_notice": "posted_on", "participation_registration": "applied_on", "invitation": "sent_on",
    "meeting_session": "started_at", "consensus": "reached_on", "reopening": "reopened_on",
    "residents_meeting_notice": "notified_on", "residents_meeting_decision": "held_on",
    "implementation_completion": "completed_on", "outcome_submission": "submitted_on",
    "department_response": "answered_on", "commission_result": "submitted_on",
    "correction_compliance": "done_on", "legal_education": "held_on", "evaluation_result": "held_on",
    "party_report": "reported_on", "residents_review": "held_on", "objection": "raised_on",
    "objection_reply": "replied_on", "redaction": "erased_on", "archive_transfer": "transferred_on",
    "matter_close": "closed_on", "finding_response": "answered_on", "finding_close": "closed_on",
}
# 3.3: defaults, and since when the law on which one rests is in force.
DEFAULTS = {
    "notice_min_days": "3", "notice_count": "calendar", "assembly_notice_days": "10",
    "publication_days": "15", "record_lag_days": "7", "proposal_days": "60", "street_opinion_days": "10",
    "plan_days": "30", "submit_days": "7", "street_response_days": "15", "department_days": "30",
    "commission_days": "7", "evaluation_period": "year",
    "evaluation_scope": "commissioned_and_public_service", "min_ballots": "5", "min_return": "50",
    "reply_days": "30", "feedback_days": "15", "objection_days": "15", "silent_days": "7", "small_n": "5",
    "dimension_weights": "1 1 1", "low_score_percent": "60", "fresh_hours": "24",
}
LAW_OF_2026 = 20454  # 2026-01-01
SINCE = {"assembly_notice_days": LAW_OF_2026, "publication_days": LAW_OF_2026}


def date_day(text):
    return None if text is None else (datetime.date.fromisoformat(text[:10]) - EPOCH).days


def instant_s(text):
    return int(datetime.datetime.fromisoformat(text).timestamp())


def second_day(seconds):
    return (seconds + SHANGHAI_S) // 86400


def time_day(text):
    """The day in Shanghai of a date or of a point in time."""
    if text is None:
        return None
    return date_day(text) if len(text) == 10 else second_day(instant_s(text))


def year_days(year):
    return (datetime.date(year, 1, 1) - EPOCH).days, (datetime.date(year, 12, 31) - EPOCH).days


def day_date(day):
    return EPOCH + datetime.timedelta(days=day)


class Record:
    def __init__(self, line):
        self.origin = line["origin"]
        self.unit = line["code"]
        self.index = line["index"]
        self.incarnation = int(self.origin.rsplit("/", 1)[1])
        self.id = line["id"]
        self.kind = line["kind"]
        self.subject = line["subject"]
        self.verdict = line["verdict"]
        self.content = line["content"]
        self.signed_s = None if line["signed_at"] is None else instant_s(line["signed_at"])
        self.signers = {s.split("-")[0] for s in line["signers"] if s.split("-")[0] in BODIES}
        self.said = line.get("body")
        self.refs = [(r["rel"], base64.b64decode(r["record"]).hex()) for r in (self.said or {}).get("refs", ())]
        self.void = self.verdict != "ok" or self.said is None or self.kind not in self.said
        self.withdrawn = self.superseded = False
        self.body = self.said  # as corrected

    @property
    def level(self):
        return {6: "district", 9: "street", 12: "community"}[len(self.unit)]

    @property
    def own(self):
        """The kind's own fields."""
        return self.body[self.kind]

    @property
    def in_force(self):
        return not (self.void or self.withdrawn or self.superseded)

    @property
    def matter(self):
        return None if self.subject in (None, "-") else self.subject

    @property
    def community(self):
        """Of the matter; without one the unit that wrote it."""
        return self.unit if self.matter is None else self.subject.split("-")[0]

    @property
    def signed_day(self):
        return second_day(self.signed_s)

    @property
    def claimed_day(self):
        field = OWN_DAY.get(self.kind)
        own = time_day(self.own.get(field)) if field else None
        return own if own is not None else time_day(self.body.get("occurred_at"))

    @property
    def day(self):
        claimed = self.claimed_day
        return claimed if claimed is not None else self.signed_day

    @property
    def occurred_day(self):
        """By the envelope alone."""
        said = time_day(self.body.get("occurred_at"))
        return said if said is not None else self.signed_day


class History:
    def __init__(self, lines):
        self.records = [Record(json.loads(line)) for line in lines if line.strip()]
        self.by_id = {r.id: r for r in self.records if r.id}
        self.naming = collections.defaultdict(list)
        for r in self.records:
            for rel, target in r.refs:
                self.naming[target].append((rel, r))
        self.settle()
        self.act = collections.defaultdict(list)
        self.of_matter = collections.defaultdict(list)
        for r in self.records:
            if r.in_force:
                self.act[r.kind].append(r)
                if r.matter:
                    self.of_matter[r.matter].append(r)
        self.parameters = self.read_parameters()
        self.receipts = self.read_receipts()
        self.units = self.read_units()

    # --- in force ---

    def changers(self, target_id, rel, of):
        """Records by which the unit of `of`, with the signatures that `of` has, changes `target_id`."""
        found = [r for name, r in self.naming[target_id]
                 if name == rel and not r.void and r.unit == of.unit and of.signers <= r.signers
                 and not self.is_withdrawn(r)]
        return sorted(found, key=lambda r: (r.incarnation, r.index))

    def is_withdrawn(self, record):
        return any(r.kind == "withdrawal" for r in self.changers(record.id, "withdraws", record))

    def settle(self):
        for r in self.records:
            if r.void or not self.naming[r.id]:
                continue
            r.withdrawn = self.is_withdrawn(r)
            r.superseded = any(c.kind != "correction" for c in self.changers(r.id, "supersedes", r))
            last = r
            while True:
                later = [c for c in self.changers(last.id, "supersedes", r) if c.kind == "correction"]
                if not later:
                    break
                last = later[0]
            if last is not r and r.kind in last.said["correction"].get("replacement", {}):
                r.body = last.said["correction"]["replacement"]

    def links(self, record, rel=None):
        """The records that it names and that are here."""
        return [self.by_id[t] for name, t in record.refs if (rel is None or name == rel) and t in self.by_id]

    def answers(self, record, kind, rel):
        """Records in force of a kind that name it so, the earliest first."""
        found = {r for name, r in self.naming[record.id] if name == rel and r.kind == kind and r.in_force}
        return sorted(found, key=lambda r: (r.day, r.id))

    # --- units ---

    def read_units(self):
        """Every unit that has a log or a certificate."""
        units = {r.unit for r in self.records}
        for c in self.act["node_certificate"]:
            if c.own.get("role") == "node":
                units.add(c.own["division"])
        return sorted(units)

    # --- proven times: by `receipts` records alone ---

    def read_receipts(self):
        found = collections.defaultdict(list)
        for r in self.act["receipts"]:
            for one in r.own.get("receipts", ()):
                division = one["log"].split("/")[1]
                if division != r.unit and division.startswith(r.unit):
                    found[one["log"], r.level].append((one["size"], one["time"]))
        return found

    def proven_s(self, record):
        """Since when the units above have it: a community's both, a street's the district."""
        if record.level == "district":
            return record.signed_s
        times = []
        for level in ("street", "district") if record.level == "community" else ("district",):
            seen = [time for size, time in self.receipts[record.origin, level] if size > record.index]
            if not seen:
                return None
            times.append(min(seen))
        return max(times)

    def proven_day(self, record):
        seconds = self.proven_s(record)
        return None if seconds is None else second_day(seconds)

    # --- parameters ---

    def read_parameters(self):
        found = collections.defaultdict(list)
        for r in self.act["rule_parameter"]:
            if r.level == "district" and r.own.get("effective_from"):
                found[r.own["name"]].append((r.own.get("scope", r.unit), date_day(r.own["effective_from"]),
                                             r.signed_s, r.id, r.own["value"]))
        return found

    def param(self, name, division, day):
        if day < SINCE.get(name, day):
            return None
        held = [p for p in self.parameters[name] if division.startswith(p[0]) and p[1] <= day]
        return max(held, key=lambda p: (len(p[0]), p[1:4]))[4] if held else DEFAULTS[name]

    def works(self, division, day):
        work = day_date(day).weekday() < 5
        held = [p for p in self.parameters["workday_calendar"] if division.startswith(p[0]) and p[1] <= day]
        if held:
            dates = max(held, key=lambda p: (len(p[0]), p[1:4]))[4].replace(",", " ").split()
            if day_date(day).isoformat() in dates:
                return not work
        return work

    def due(self, name, division, day):
        value = self.param(name, division, day)
        if value is None:
            return None
        if name != "street_opinion_days":
            return day + int(value)
        for _ in range(int(value)):
            day += 1
            while not self.works(division, day):
                day += 1
        return day

    def notice_lead(self, division, meeting_day):
        """How many days before a meeting a notice must hang there."""
        more = self.param("notice_count", division, meeting_day) == "full_days_between"
        return int(self.param("notice_min_days", division, meeting_day)) + (1 if more else 0)
