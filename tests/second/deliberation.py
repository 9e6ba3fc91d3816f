"""A to D of DOMAIN.md 4.2, from the records. Where the text leaves something open, the reading stands here:

A-05  a matter is its community's: a session that another community recorded of it is in A-04 alone.
A-09  sessions of communities without a profile are left out; these communities stand beside.
B-01  the notice in force on a session's day: posted before it (on the same day only if for that day), not
      superseded by then, not used up by an earlier session; one that leaves time and place goes on with the
      count of that which it supersedes.
C-01  a matter that was shelved and came to a consensus in P has come to one.
D-01  carried out: completed in full or in part, or a commission's result handed over; the whole matter.
D-02  an item of which nobody is to carry out anything (declined, annulled, under correction) is not due."""
import collections

from history import date_day
from matter import COMMISSIONED, COMMUNITY, PUBLIC
from office import in_time, own_day

RESIDENTS = ("resident", "residents_rep", "residents_group")


# --- A ---

def sessions(a):
    return [s for s in a.of("meeting_session") if a.within(s.day)]


def own_matters(records):
    return {r.subject for r in records if r.matter and r.community == r.unit}


def volume(a):
    proposals = [r for r in a.of("topic_proposal") if a.within(r.day)]
    determined = [r for r in a.of("topic_determination") if a.within(r.day)]
    listed = [r for r in determined if r.own.get("decision") == "listed"]
    not_listed = [r for r in determined if r.own.get("decision") == "not_listed"]
    held = sessions(a)
    present = sum(s.own.get("present_total", 0) for s in held)
    a.count("A-01", "", len(proposals))
    a.count("A-02", "", len(listed))
    a.rate("A-03", "", len(listed), len(listed) + len(not_listed))
    a.count("A-04", "", len(held))
    a.count("A-05", "", len(own_matters(held)))
    a.rate("A-06", "", sum(s.community == s.unit for s in held), len(own_matters(held)))
    a.count("A-07", "", present)
    a.rate("A-08", "", sum(p.get("present", 0) for s in held for p in s.own.get("attendance", ())
                           if p.get("party_kind") in RESIDENTS), present)
    per_thousand(a, held)
    there = a.communities()
    a.rate("A-10", "", len({s.unit for s in held} & set(there)), len(there))
    for code in ("category", "nature", "level", "form"):
        share(a, "A-11", code, [r.own.get(code) for r in listed])
    share(a, "A-12", "proposer", [r.own.get("proposer_kind") for r in proposals])
    share(a, "A-12", "channel", [r.own.get("channel") for r in proposals])


def share(a, indicator, code, words):
    found = collections.Counter(w or "not_given" for w in words)
    for part, n in found.items():
        a.put(indicator, code, part, n=n, d=len(words))


def per_thousand(a, held):
    from history import day_date
    year, profiles = day_date(a.at).year, {}
    for r in a.of("community_profile"):
        if r.own.get("year", year + 1) <= year and r.own.get("residents_adult"):
            key = (r.own["year"], r.occurred_day, r.id)
            if key > profiles.get(r.unit, ((),))[0:1][0] if r.unit in profiles else True:
                profiles[r.unit] = (key, r.own["residents_adult"])
    without = [u for u in a.history.units if len(u) == 12 and a.inside(u) and u not in profiles]
    a.rate("A-09", "", sum(s.own.get("present_total", 0) for s in held if s.unit in profiles),
           sum(p[1] for p in profiles.values()), ages=[None] * len(without))


# --- B ---

def postings(a):
    """Notices by matter and unit, also those that others have superseded: they hung there."""
    if "postings" not in a.shared:
        found = collections.defaultdict(list)
        for r in a.history.records:
            if r.kind == "public_notice" and not r.void and not r.withdrawn and r.matter:
                found[r.subject, r.unit].append(r)
        a.shared["postings"] = found
        held = collections.defaultdict(list)
        for s in a.history.act["meeting_session"]:
            held[s.subject, s.unit].append(s.day)
        a.shared["held"] = held
    return a.shared["postings"], a.shared["held"]


def meeting_day(notice):
    from history import time_day
    return time_day(notice.own.get("meeting_at"))


def hung_before(notice, day):
    return notice.day < day or (notice.day == day and meeting_day(notice) == day)


def notice_of(a, session):
    notices, held = postings(a)
    key = (session.subject, session.unit)
    left = []
    for n in notices[key]:
        meant = meeting_day(n)
        newer = [q for rel, q in a.history.naming[n.id] if rel == "supersedes" and q in notices[key]
                 and hung_before(q, session.day)]
        used = meant is not None and any(meant <= day < session.day for day in held[key])
        if hung_before(n, session.day) and not newer and not used:
            left.append((meant == session.day, n.day, n.id, n))
    return max(left)[3] if left else None


def counts_from(a, notice):
    """The notice and those whose count it goes on with: the same time and place."""
    notices, _ = postings(a)
    same, todo = {}, [notice]
    while todo:
        n = todo.pop()
        if n.id in same:
            continue
        same[n.id] = n
        todo += [t for t in a.history.links(n, "supersedes") if t in notices[notice.subject, notice.unit]
                 and t.own.get("meeting_at") == notice.own.get("meeting_at")
                 and t.own.get("place") == notice.own.get("place")]
    return same.values()


def notice_in_time(a, held):
    claimed = proven = 0
    days = []
    for s in held:
        notice = notice_of(a, s)
        if notice is None:
            continue
        days.append(s.day - notice.day)
        last = s.day - a.history.notice_lead(s.unit, s.day)
        chain = counts_from(a, notice)
        claimed += min(n.day for n in chain) <= last
        times = [t for t in (a.history.proven_day(n) for n in chain) if t is not None]
        proven += bool(times) and min(times) <= last
    a.rate("B-01", "", claimed, len(held))
    a.rate("B-02", "", proven, len(held))
    a.median("B-03", "", days)


def opinions(a):
    asked = 0
    topics = [r for r in a.of("topic_determination") if a.within(r.day) and r.own.get("decision") == "listed"
              and r.own.get("nature") == PUBLIC]
    for t in topics:
        requests = [r for r in a.history.of_matter[t.subject] if r.kind == "street_opinion_request"]
        asked += any(before(r, t) for r in requests)
    a.rate("B-04", "", asked, len(topics))
    days, ages = [], []
    for r in a.of("street_opinion_request"):
        if not r.matter or not a.by_now(r.occurred_day):
            continue
        found = a.history.answers(r, "street_opinion", "answers")
        if found and found[0].day <= a.as_of:
            days.append(found[0].day - r.occurred_day)
        else:
            ages.append(a.as_of - r.occurred_day)
    a.median("B-05", "", days, ages)


def before(request, determination):
    """Earlier: on an earlier day, or on the same day and the determination rests on it or was signed later."""
    if request.occurred_day != determination.day:
        return request.occurred_day < determination.day
    return request.signed_s <= determination.signed_s


def latest_nature(a, session):
    found = [t for t in a.history.of_matter[session.subject] if t.kind == "topic_determination"
             and t.own.get("decision") == "listed" and t.day <= session.day]
    return max(found, key=lambda t: (t.day, t.id)).own.get("nature") if found else None


def procedure(a):
    held = sessions(a)
    notice_in_time(a, held)
    opinions(a)
    people = invited = 0
    for r in a.of("participation_registration"):
        if a.within(r.day):
            people += r.own.get("count", 1)
            invited += r.own.get("count", 1) if r.own.get("invited") else 0
    a.rate("B-06", "", invited, people)
    a.rate("B-07", "", sum(len({p.get("party_kind") for p in s.own.get("attendance", ()) if p.get("present", 0) > 0})
                           for s in held), len(held))
    public = [s for s in held if latest_nature(a, s) == PUBLIC]
    a.rate("B-08", "", sum(bool(s.own.get("street_present") or s.own.get("department_present")) for s in public),
           len(public))
    a.rate("B-09", "", sum(roles(a, s) >= {"minutes", "sign_in_sheet"} for s in held), len(held))
    late_entries(a)


def roles(a, session):
    found = {t.get("role") for t in session.body.get("attachments", ())}
    for rel, r in a.history.naming[session.id]:
        if r.kind == "attachment_add" and rel == "based_on" and r.in_force and r.unit == session.unit:
            found |= {t.get("role") for t in r.body.get("attachments", ())}
    return found


def late_entries(a):
    told = [r for r in a.history.records if r.in_force and a.inside(r.unit) and r.claimed_day is not None
            and a.within(r.claimed_day)]
    lags = [r.signed_day - r.claimed_day for r in told]
    good = sum(lag <= int(a.history.param("record_lag_days", r.unit, r.claimed_day)) for r, lag in zip(told, lags))
    a.rate("B-10", "", good, len(told))
    a.median("B-10", "lag", lags)


# --- C ---

def agreements(a):
    return [r for r in a.of("consensus") if r.matter and r.community == r.unit]


def first_in_period(a, records, day):
    found = {}
    for r in sorted((r for r in records if a.within(day(r))), key=lambda r: (day(r), r.id)):
        found.setdefault(r.subject, r)
    return found


def results(a):
    reached = first_in_period(a, agreements(a), lambda r: r.day)
    shelvings = [r for r in a.of("shelving") if r.matter and r.community == r.unit]
    shelved = {s: r for s, r in first_in_period(a, shelvings, lambda r: r.occurred_day).items() if s not in reached}
    a.rate("C-01", "", len(reached), len(reached) + len(shelved))
    numbers = [max(n) for n in ([s.own.get("session_no", 0) for s in a.history.links(r) if s.kind == "meeting_session"
                                 and s.in_force and s.subject == r.subject] for r in reached.values()) if n]
    a.rate("C-02", "", numbers.count(1), len(numbers))
    a.rate("C-03", "", sum(numbers), len(numbers))
    days_to_consensus(a, reached)
    a.rate("C-05", "", len(shelved), len(reached) + len(shelved))
    stock(a, shelvings)
    decisions = [r for r in a.of("residents_meeting_decision") if a.within(r.day)]
    a.rate("C-06", "", sum(bool(r.own.get("passed")) for r in decisions), len(decisions))
    assemblies(a)
    ends_without(a, decisions)


def listed_of(a, subject, unit):
    return [t for t in a.history.of_matter[subject] if t.kind == "topic_determination" and a.inside(t.unit)]


def days_to_consensus(a, reached):
    days, ages = [], []
    for r in reached.values():
        listed = [t.day for t in listed_of(a, r.subject, r.unit) if t.own.get("decision") == "listed" and t.day <= r.day]
        if listed and r.day <= a.at:
            days.append(r.day - max(listed))
    for subject in {t.subject for t in a.of("topic_determination") if t.matter}:
        made = [t for t in listed_of(a, subject, None) if t.day <= a.at]
        if not made:
            continue
        last = max(made, key=lambda t: (t.day, t.id))
        if last.own.get("decision") != "listed":
            continue
        rest = a.history.of_matter[subject]
        done = any(r.kind == "consensus" and r.unit == r.community and last.day <= r.day <= a.at or
                   r.kind == "shelving" and r.unit == r.community and last.day <= r.occurred_day <= a.at or
                   r.kind == "matter_close" and r.day <= a.at for r in rest)
        if not done and not gone(a, subject):
            ages.append(a.at - last.day)
    a.median("C-04", "", days, ages)


def gone(a, subject):
    """Nothing that opened the matter is left: proposals, a commission to which they refer, a collection that
    lists them."""
    opening = ("topic_proposal", "topic_collection", "commission_request")
    opened = [r for r in a.history.records if r.subject == subject and r.kind in opening and not r.void]
    opened += [c for r in opened for c in a.history.links(r) + [n for _, n in a.history.naming[r.id]]
               if c.kind in opening and not c.void]
    return bool(opened) and all(r.withdrawn for r in opened)


def taken_up(a, shelving):
    """The first day on which it was deliberated on again, or closed."""
    days = []
    for r in a.history.of_matter[shelving.subject]:
        if r.kind == "reopening" and any(t.id == shelving.id for t in a.history.links(r)):
            days.append(r.day)
        if r.kind == "matter_close" and r.day >= shelving.occurred_day:
            days.append(r.day)
        if r.kind == "topic_determination" and r.day > shelving.occurred_day:
            days.append(r.day)
        if r.kind == "meeting_session" and r.day > shelving.occurred_day:
            days.append(r.day)
    return min(days, default=None)


def stock(a, shelvings):
    newest = {}
    for r in sorted((r for r in shelvings if r.occurred_day <= a.at), key=lambda r: (r.occurred_day, r.id)):
        newest[r.subject] = r
    bands = collections.Counter()
    for r in newest.values():
        day = taken_up(a, r)
        if day is None or day > a.at:
            age = a.at - r.occurred_day
            bands["up_to_90" if age <= 90 else "up_to_365" if age <= 365 else "over_365"] += 1
    a.count("C-05", "stock", sum(bands.values()))
    a.counts("C-05", "stock", bands)


def assemblies(a):
    """Consensus on a matter for the residents' meeting, to the first decision on it."""
    days, ages = [], []
    for r in agreements(a):
        if not any(i.get("decision_matter") for i in r.own.get("items", ())):
            continue
        held = [d.day for d in a.history.of_matter[r.subject] if d.kind == "residents_meeting_decision"
                and d.day >= r.day]
        first = min(held, default=None)
        if first is not None and first <= a.at:
            if first >= a.first:
                days.append(first - r.day)
        elif r.day <= a.at:
            ages.append(a.at - r.day)
    a.median("C-07", "", days, ages)


def ends_without(a, decisions):
    parts = collections.Counter()
    parts["rejected"] = sum(d.own.get("passed") is False for d in decisions)
    parts["not_listed"] = sum(r.own.get("decision") == "not_listed" for r in a.of("topic_determination") if a.within(r.day))
    parts["withdrawn"] = sum(a.within(day) for day in withdrawn_days(a))
    a.count("C-08", "", sum(parts.values()))
    a.counts("C-08", "", {k: v for k, v in parts.items() if v})


def withdrawn_days(a):
    """Of each matter that was withdrawn the day: all that opened it, or closed as such; whichever came first."""
    days = {}
    for r in a.of("matter_close"):
        if r.own.get("end") == "withdrawn":
            days[r.subject] = r.day
    for subject in {r.subject for r in a.history.records if r.kind == "topic_proposal" and r.matter
                    and a.inside(r.community)}:
        taken = [w.day for w in a.history.of_matter[subject] if w.kind == "withdrawal"]
        if taken and gone(a, subject):
            days[subject] = min(max(taken), days.get(subject, max(taken)))
    return days.values()


# --- D ---

def agreed_items(a):
    """Items that may be carried out, with the day from which."""
    for subject, i in a.items():
        if not i.decision_matter:
            yield subject, i, i.agreed_day
        elif i.decision is not None and i.decision.own.get("passed"):
            yield subject, i, i.decided_day


def carried(i):
    return i.result in ("full", "partial") or (i.nature == COMMISSIONED and i.ended_by is not None)


def owed(i):
    if i.nature not in (COMMUNITY, PUBLIC):
        return False
    return i.result in ("full", "partial", "not_possible") or (
        i.ended_day is None and i.state not in ("correcting", "annulled"))


def implementation(a):
    items = list(agreed_items(a))
    cohort, by_nature = collections.defaultdict(list), collections.defaultdict(list)
    for subject, i, day in items:
        if a.within(day) and i.state != "annulled":
            cohort[subject].append(i)
            by_nature[subject, i.nature].append(i)

    def whole(group):
        return all(carried(i) and i.ended_day <= a.as_of for i in group)
    a.rate("D-01", "", sum(map(whole, cohort.values())), len(cohort))
    for nature in {k[1] for k in by_nature}:
        groups = [g for k, g in by_nature.items() if k[1] == nature]
        a.rate("D-01", "nature", sum(map(whole, groups)), len(groups), nature)
    due = [i for _, i, _ in items if owed(i) and i.due is not None and a.by_now(i.due)]
    a.rate("D-02", "", sum(in_time(i.ended_day, i.due) for i in due), len(due))
    late = [a.at - i.due for _, i, _ in items if owed(i) and i.due is not None and i.due < a.at
            and (i.ended_day is None or i.ended_day > a.at)]
    a.count("D-03", "", len(late))
    a.median("D-03", "median", late)
    a.most("D-03", "max", late)
    days = [i.ended_day - i.agreed_day for _, i, _ in items if i.result in ("full", "partial") and a.by_now(i.ended_day)]
    ages = [a.at - i.agreed_day for _, i, day in items if owed(i) and day <= a.at
            and (i.ended_day is None or i.ended_day > a.at)]
    a.median("D-04", "", days, ages)
    cohort_items = [i for _, i, day in items if a.within(day)]
    a.count("D-05", "", sum(i.extensions for i in cohort_items))
    a.rate("D-05", "mean", sum(i.extensions for i in cohort_items), len(cohort_items))
    plans = [r for r in a.of("implementation_plan") if a.within(r.occurred_day)]
    share(a, "D-06", "mode", ["by_" + r.own["mode"] if "mode" in r.own else None for r in plans])
    a.count("D-06", "groups", sum(a.within(own_day(r, "started_on")) for r in a.of("action_group")))
    published(a)


def long_enough(a, unit, start, end):
    if start is None or end is None:
        return False
    needed = a.history.due("publication_days", unit, start)
    return end >= (start if needed is None else needed)


def published(a):
    matters = collections.defaultdict(list)
    for subject, i in a.items():
        if i.state != "annulled":
            matters[subject].append(i)
    n = d = 0
    for subject, items in matters.items():
        if any(i.ended_day is None for i in items) or not a.within(max(i.ended_day for i in items)):
            continue
        d += 1
        n += all(publication(a, subject, i) for i in items)
    reached = first_in_period(a, agreements(a), lambda r: r.day)
    shelvings = [r for r in a.of("shelving") if r.matter and r.community == r.unit]
    for subject, r in first_in_period(a, shelvings, lambda s: s.occurred_day).items():
        day = taken_up(a, r)
        if subject in reached or (day is not None and day <= a.at):
            continue
        d += 1
        told = [f for rel, f in a.history.naming[r.id] if f.kind == "feedback_publication" and f.in_force]
        first = min(told, key=lambda f: (own_day(f, "from"), f.id), default=None)
        n += first is not None and long_enough(a, r.unit, date_day(first.own.get("from")), date_day(first.own.get("to")))
    a.rate("D-07", "", n, d)


def publication(a, subject, i):
    """The newest publication of how the item ended."""
    return i.published is not None and long_enough(a, subject.split("-")[0], *i.published)


def compute(a):
    volume(a)
    procedure(a)
    results(a)
    implementation(a)
