"""The items of a matter, folded from its records by the table of DOMAIN.md 3.1: an item of a consensus
each, from the agreement to its end. Written from that table; no part of node/model is in it."""
from history import date_day

COMMUNITY, PUBLIC, COMMISSIONED = "community_affairs", "public_service", "commissioned"


class Item:
    def __init__(self, no, nature, decision, due, consensus, day):
        self.no, self.nature, self.decision_matter = no, nature, decision
        self.due = self.stated = due
        self.consensus, self.agreed_day = consensus, day
        self.state = "consensus"
        self.before = None            # the state in which a correction found it
        self.dead = False             # rejected, and deliberated again
        self.decision = self.decided_day = None
        self.plan = self.submission = self.response = self.department = None
        self.ended_by = self.ended_day = self.result = self.end_state = None
        self.street = nature == PUBLIC      # who carries it out
        self.extensions = 0
        self.orders = set()
        self.published = None   # first and last day of the newest publication of how it ended

    @property
    def settled(self):
        return self.state == "decided" or (self.state == "consensus" and not self.decision_matter)

    def end(self, state, record, day):
        self.state, self.ended_day, self.end_state = state, day, state
        self.ended_by = record


def ordered(history, subject):
    """By references, then by each log's own order, then by proven time and id."""
    records = history.of_matter[subject]
    here = {r.id for r in records}
    logs = {}
    for r in records:
        logs.setdefault((r.unit,), []).append(r)
    before = {}
    for rows in logs.values():
        rows.sort(key=lambda r: (r.incarnation, r.index))
        for earlier, later in zip(rows, rows[1:]):
            before[later.id] = earlier.id
    far = 1 << 62

    def rank(r):
        seconds = history.proven_s(r)
        return (far if seconds is None else seconds, r.id)

    left, done, out = sorted(records, key=rank), set(), []
    while left:
        for r in left:
            needs = {t for rel, t in r.refs if t in here and t not in done}
            if r.id in before and before[r.id] not in done:
                needs.add(before[r.id])
            if not needs:
                break
        left.remove(r)
        done.add(r.id)
        out.append(r)
    return out


def numbers(record):
    """The items that it names itself; none: it does not say."""
    own = record.own
    if record.kind == "implementation_progress":
        return {own["item_no"]} if "item_no" in own else set()
    return {i["no"] for i in own.get("items", ()) if "no" in i}


TAKES = {
    "residents_meeting_decision": ("residents_meeting_notice",),
    "implementation_progress": ("implementation_plan", "street_response", "department_response"),
    "implementation_completion": ("implementation_plan", "street_response", "department_response"),
    "implementation_plan": ("street_response", "department_response"),
    "street_response": ("outcome_submission",),
    "department_response": ("street_response",),
    "correction_compliance": ("street_correction",),
}


def concerned(history, record, items):
    """A record without numbers concerns the items of the records on which it rests."""
    named = numbers(record)
    if not named:
        for to in history.links(record):
            if to.kind in TAKES.get(record.kind, ()) and to.in_force:
                inner = concerned(history, to, items)
                if len(inner) < len(items):
                    named |= {i.no for i in inner}
                else:
                    return [i for i in items if not i.dead]
    return [i for i in items if not i.dead and (not named or i.no in named)]


def items_of(history, subject):
    items, listed = [], None
    for r in ordered(history, subject):
        own, kind = r.own, r.kind
        if kind == "topic_determination" and own.get("decision") == "listed":
            listed = r
        if kind == "consensus":
            live = {i.no for i in items if not i.dead}
            for one in own.get("items", ()):
                if one["no"] not in live:
                    items.append(Item(one["no"], one.get("nature"), one.get("decision_matter", False),
                                      date_day(one.get("due")), r, r.day))
        elif kind in ("reopening", "topic_determination"):
            if kind == "reopening" or own.get("decision") == "listed":
                for i in items:
                    if i.state == "rejected" or (i.state == "published" and i.result == "rejected"):
                        i.dead = True
        elif kind in ("residents_meeting_notice", "residents_meeting_decision") and all(i.dead for i in items):
            # put to the residents' meeting unagreed, as a whole: item 0
            if listed is not None and listed.own.get("decision_matter"):
                items.append(Item(0, listed.own.get("nature"), True, None, r, r.day))
                move(items[-1], r, own, kind, history)
        elif kind == "feedback_publication":
            publish(history, r, items)
        else:
            for i in concerned(history, r, items):
                move(i, r, own, kind, history)
    return items


ENDS = ("residents_meeting_decision", "street_response", "department_response", "implementation_completion",
        "commission_result")


def publish(history, r, items):
    """A publication is of the ends to which it refers; of all, when it refers to none, as its subject says."""
    named = {t.id for t in history.links(r) if t.kind in ENDS}
    subject = r.own.get("subject")
    for i in items:
        own = {x.id for x in (i.decision, i.response, i.department, i.ended_by) if x is not None}
        fits = {None: True, "completion": True, "commission": True, "decision": i.result == "rejected",
                "progress": i.end_state == "declined"}.get(subject, False)
        if i.ended_day is not None and fits and i.state not in ("correcting", "annulled") and not i.dead \
                and (not named or named & own):
            i.published = (date_day(r.own.get("from")), date_day(r.own.get("to")))


def move(i, r, own, kind, history):
    if kind == "residents_meeting_decision":
        if i.decision_matter and i.state in ("consensus", "awaiting"):
            i.decision, i.decided_day = r, r.day
            if own.get("passed"):
                i.state = "decided"
            else:
                i.end("rejected", None, r.day)
                i.result = "rejected"
    elif kind == "residents_meeting_notice":
        if i.decision_matter and i.state in ("consensus", "awaiting", "rejected"):
            i.state, i.ended_day, i.result = "awaiting", None, None
    elif kind == "implementation_plan":
        if "rc" in r.signers:
            if i.nature == COMMUNITY and (i.settled or i.state == "implementing"):
                i.state, i.plan = "implementing", r
                i.street = own.get("mode") in ("street", "department")
                plan_due(i, own)
        elif i.nature == PUBLIC and i.state == "accepted":
            i.plan = r
            plan_due(i, own)
    elif kind == "implementation_progress":
        if carries(i, r) and i.state in ("implementing", "accepted"):
            new = date_day(own.get("new_due"))
            if new is not None:
                if i.stated is not None and new != i.stated:
                    i.extensions += 1
                i.stated = new
                if own.get("new_due_reason"):    # R-12-7: without one the day stays
                    i.due = new
    elif kind == "implementation_completion":
        if carries(i, r) and i.state in ("implementing", "accepted"):
            i.end("completed", r, r.day)
            i.result = own.get("result")
    elif kind == "outcome_submission":
        if i.nature == PUBLIC and (i.settled or i.state == "declined"):
            i.state, i.submission = "submitted", r
            i.ended_day = i.ended_by = i.result = None
    elif kind == "street_response":
        again = i.state == "declined" and i.department is not None
        if i.nature == PUBLIC and (i.state == "submitted" or again) and "decision" in own:
            i.response, i.department = r, None
            answer(i, r, own, {"implement": "accepted", "transfer": "transferred"}.get(own["decision"], "declined"),
                   date_day(own.get("received_on")))
    elif kind == "department_response":
        if i.nature == PUBLIC and i.state == "transferred" and "decision" in own:
            i.department = r
            answer(i, r, own, "accepted" if own["decision"] == "accept" else "declined", r.day)
    elif kind == "commission_result":
        if i.nature == COMMISSIONED and i.settled:
            i.end("result_submitted", r, r.day)
    elif kind == "street_correction":
        if i.state != "annulled":
            if i.state != "correcting":
                i.before = i.state
            i.state = "correcting"
            i.orders.add(r.id)
    elif kind == "correction_compliance":
        answered = {t for _, t in r.refs if t in i.orders}
        if i.state == "correcting" and answered and "result" in own:
            if own["result"] != "suspended":
                i.orders -= answered
            if own["result"] == "annulled":
                i.state = "annulled"
            elif own["result"] == "amended" and not i.orders:
                i.state = i.before


def answer(i, r, own, state, day):
    due = date_day(own.get("due"))
    if due is not None:
        i.due = i.stated = due
    if state == "declined":
        i.end("declined", None, day if day is not None else r.day)
    else:
        i.state, i.ended_day, i.ended_by = state, None, None


def plan_due(i, own):
    own_item = [date_day(p.get("due")) for p in own.get("items", ()) if p.get("no") == i.no and "due" in p]
    day = own_item[0] if own_item else date_day(own.get("due"))
    if day is not None:
        i.due = i.stated = day


def carries(i, r):
    if i.nature == COMMISSIONED:
        return False
    return bool(r.signers & ({"st", "gd"} if i.street else {"rc"}))
