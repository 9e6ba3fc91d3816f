"""E, F and G of DOMAIN.md 4.2, from the records. Where the text leaves something open, the reading stands here:

E-06  "closed or overdue in P": ended in it, or past its day and open at its end, whenever it became so.
E-09  "those ended": declined, or promised for a day in P; a commission's result submitted in P.
F-09  a result not yet answered whose day has not passed stands beside the rate.
G-02  findings of severity F that arose in P, against the unit that must act."""
import collections
import fractions

from history import date_day, day_date, year_days
from matter import COMMISSIONED, PUBLIC

DIMENSIONS = ("participation", "implementation", "feedback")


def own_day(record, field):
    day = date_day(record.own.get(field))
    return record.occurred_day if day is None else day


# --- E ---

def answer_of(history, submission):
    """The first response to it, of its matter, by the day on which that happened."""
    found = [r for r in history.answers(submission, "street_response", "answers") if r.subject == submission.subject]
    return min(found, key=lambda r: (r.occurred_day, r.id)) if found else None


def submissions(a):
    for s in a.of("outcome_submission"):
        if s.matter:
            day = s.day
            yield s, day, a.history.due("street_response_days", s.unit, day), answer_of(a.history, s)


def in_time(day, due):
    return day is not None and day <= due


def street_answers(a):
    h, due, ages, days = a.history, [], [], []
    a.count("E-01", "", sum(a.within(s.day) for s in a.of("outcome_submission")))
    for s, day, until, response in submissions(a):
        met = response.occurred_day if response else None
        proven = h.proven_day(response) if response else None
        if until is not None and a.by_now(until):
            due.append((in_time(met, a.as_of), in_time(met, until), in_time(proven, until)))
        received = own_day(response, "received_on") if response else None
        if received is not None and received <= a.at:
            if received >= a.first:
                days.append(received - day)
        elif day <= a.at:
            ages.append(a.at - day)
    a.rate("E-02", "", sum(d[0] for d in due), len(due))
    a.rate("E-03", "", sum(d[1] for d in due), len(due))
    a.rate("E-03", "proven", sum(d[2] for d in due), len(due))
    a.median("E-04", "", days, ages)
    words = [r.own.get("decision") for r in a.about("street_response") if a.within(own_day(r, "received_on"))]
    a.rate("E-05", "transferred", words.count("transfer"), len(words))
    a.rate("E-05", "declined", words.count("decline"), len(words))


def is_open(item, at):
    return item.ended_day is None or item.ended_day > at


def late(item, at):
    return is_open(item, at) and item.state != "correcting" and item.due is not None and item.due < at


def solved(a):
    by_submission = collections.defaultdict(list)
    for _, item in a.items():
        if item.submission is not None and item.state != "annulled":
            by_submission[item.submission.id].append(item)
    all_of, full, partial = 0, 0, 0
    for items in by_submission.values():
        running = any(is_open(i, a.at) for i in items)
        if running and not any(late(i, a.at) for i in items):
            continue
        if not running and max(i.ended_day for i in items) < a.first:
            continue
        all_of += 1
        if not running and all(i.result == "full" for i in items):
            full += 1
        elif not running and any(i.result in ("full", "partial") for i in items):
            partial += 1
    a.rate("E-06", "", full, all_of)
    a.rate("E-06", "partial", partial, all_of)


def departments(a):
    overdue, silent = collections.Counter(), collections.Counter()
    for _, item in a.items():
        if item.response is not None and item.response.own.get("decision") == "transfer" \
                and item.state != "annulled" and late(item, a.at):
            overdue[item.response.own.get("department", "")] += 1
    for r in a.about("street_response"):
        if r.matter and r.own.get("decision") == "transfer":
            due = a.history.due("department_days", r.unit, r.occurred_day)
            met = [d.day for d in a.history.answers(r, "department_response", "answers") if d.subject == r.subject]
            if due < a.at and not (met and min(met) <= a.at):
                silent[r.own.get("department", "")] += 1
    for code, found in (("", overdue), ("unanswered", silent)):
        a.count("E-07", code, sum(found.values()))
        a.counts("E-07", code, {k: v for k, v in found.items() if k})


def ended_for_commission(a, request, community):
    """The last day on which a commissioned deliberation of the community came to an end."""
    subjects = {p.subject for rel, p in a.history.naming[request.id]
                if rel == "based_on" and p.in_force and p.kind == "topic_proposal" and p.unit == community}
    days = []
    for subject, item in a.shared["items"]:
        if subject in subjects and not item.dead and item.nature == COMMISSIONED:
            days.append(item.decided_day if item.decision_matter else item.agreed_day)
    for s in a.history.act["shelving"]:
        if s.subject in subjects:
            days.append(s.occurred_day)
    return max((d for d in days if d is not None), default=None)


def commissions(a):
    claimed, proven, due_count = 0, 0, 0
    a.items()
    for request in a.history.act["commission_request"]:
        for community in request.own.get("communities", ()):
            if not a.inside(community):
                continue
            due = date_day(request.own.get("result_due"))
            if due is None:
                ended = ended_for_commission(a, request, community)
                due = None if ended is None else a.history.due("commission_days", community, ended)
            if due is None or not a.by_now(due):
                continue
            due_count += 1
            results = [r for r in a.history.answers(request, "commission_result", "answers") if r.unit == community]
            if results:
                claimed += results[0].day <= due
                proven += in_time(a.history.proven_day(results[0]), due)
    a.rate("E-08", "", claimed, due_count)
    a.rate("E-08", "proven", proven, due_count)


def feedback(a):
    told = ended = 0
    for r in a.about("commission_result"):
        if r.matter and a.by_now(r.day):
            ended += 1
            told += any(b.in_force and b.level != "community" and b.occurred_day <= a.as_of
                        for _, b in a.history.naming[r.id])
    for r in a.about("street_response"):
        if not r.matter:
            continue
        if r.own.get("decision") == "decline":
            if a.by_now(own_day(r, "received_on")):
                ended, told = ended + 1, told + 1
            continue
        if r.own.get("decision") not in ("implement", "transfer"):
            continue
        promised = date_day(r.own.get("due"))
        days = [r.occurred_day if promised is None else promised]
        days += [date_day(d.own["due"]) for _, d in a.history.naming[r.id]
                 if d.kind == "department_response" and d.in_force and "due" in d.own]
        if a.by_now(max(r.occurred_day, *days) if len(days) > 1 else max(r.occurred_day, days[0])):
            ended += 1
            told += any(b.level != "community" and r.occurred_day <= b.occurred_day <= a.as_of
                        and (b.kind in ("implementation_progress", "implementation_completion")
                             or (b.kind == "department_response" and b.own.get("decision") == "decline"))
                        for b in a.history.of_matter[r.subject])
    a.rate("E-09", "", told, ended)


def corrected_community(a, order):
    if order.matter:
        return order.community
    units = [t.unit for t in a.history.links(order, "corrects")]
    return min(units) if units else None


def corrections(a):
    orders = met = due_count = 0
    days, ages = [], []
    for order in a.history.act["street_correction"]:
        community = corrected_community(a, order)
        if not a.inside(community or order.unit):
            continue
        orders += a.within(order.occurred_day)
        if community is None:
            continue
        found = [c for c in a.history.answers(order, "correction_compliance", "answers") if c.unit == community]
        done = found[0].day if found else None
        due = date_day(order.own.get("due"))
        if due is None:
            continue
        if a.by_now(due):
            due_count += 1
            met += in_time(done, due)
        if done is not None and done <= a.at:
            if done >= a.first:
                days.append(done - order.occurred_day)
        elif order.occurred_day <= a.at:
            ages.append(a.at - order.occurred_day)
    a.count("E-10", "", orders)
    a.rate("E-10", "in_time", met, due_count)
    a.median("E-10", "days", days, ages)


# --- F ---

def matters_of(history, result):
    """The matters that a result is about: its own, those of its rounds."""
    found = {result.subject}
    for round_ in history.links(result, "based_on"):
        if round_.kind == "evaluation_round":
            found |= {round_.subject} | set((round_.body or {}).get("evaluation_round", {}).get("matters", ()))
            found |= {t.subject for t in history.links(round_, "evaluates")}
    return found


def coverage(a):
    first_end = {}
    for subject, item in a.items():
        unit = subject.split("-")[0]
        if item.ended_day is None:
            continue
        if item.nature == COMMISSIONED and item.ended_by is not None or \
                item.nature == PUBLIC and item.submission is not None and \
                a.history.param("evaluation_scope", unit, item.ended_day) == "commissioned_and_public_service":
            first_end[subject] = min(item.ended_day, first_end.get(subject, item.ended_day))
    eligible = {s: d for s, d in first_end.items() if a.by_now(d)}
    held = {}
    for r in a.of("evaluation_result"):
        for subject in matters_of(a.history, r):
            if subject.startswith(r.unit):
                held[subject] = min(r.day, held.get(subject, r.day))
    a.rate("F-01", "coverage", sum(held.get(s, a.as_of + 1) <= a.as_of for s in eligible), len(eligible))


def ballots(results):
    grades = collections.Counter()
    for r in results:
        for one in r.own.get("dimensions", ()):
            for g in range(6):
                grades[one["dimension"], g] += one.get(f"grade_{g}", 0)
    return grades


def scores(grades):
    """By dimension: satisfied, graded, points."""
    return {d: (grades[d, 5] + grades[d, 4], sum(grades[d, g] for g in range(1, 6)),
                sum((g - 1) * grades[d, g] for g in range(1, 6))) for d in DIMENSIONS}


def weighted(a, rates):
    """The weighted mean of (n, d) by dimension; None while one that counts has none."""
    weights = [w.split("/")[0] for w in a.history.param("dimension_weights", a.unit, a.at).replace(",", " ").split()]
    total, whole = 0, 0
    for weight, dimension in zip(map(int, weights), DIMENSIONS):
        n, d = rates[dimension]
        if weight and not d:
            return None
        if weight:
            total += weight * fractions.Fraction(n, d)
        whole += weight
    return total / whole


def evaluations(a):
    h = a.history
    a.count("F-01", "", sum(a.within(own_day(r, "from")) for r in a.of("evaluation_round")))
    coverage(a)
    results = [r for r in a.of("evaluation_result") if a.within(r.day)]
    total = {f: sum(r.own.get(f, 0) for r in results) for f in ("issued", "returned", "valid")}
    a.rate("F-02", "returned", total["returned"], total["issued"])
    a.rate("F-02", "valid", total["valid"], total["returned"])
    grades = ballots(results)
    for dimension in DIMENSIONS if results else ():
        satisfied, graded, points = scores(grades)[dimension]
        a.counts("F-03", "", {f"{dimension}_{g}": grades[dimension, g] for g in range(6)})
        a.rate("F-04", "", satisfied, graded, dimension)
        a.count("F-04", "unknown", grades[dimension, 0], dimension)
        a.rate("F-05", "", points, graded, dimension)
    put_mean(a, "F-06", weighted(a, {d: s[:2] for d, s in scores(grades).items()}))
    of_street = [r for r in results if any(t.kind == "evaluation_round" and (t.own or {}).get("target") == "st"
                                           for t in h.links(r, "based_on"))]
    pooled = scores(ballots(of_street))
    for dimension in DIMENSIONS if of_street else ():
        a.rate("F-07", "dimension", pooled[dimension][2], pooled[dimension][1], dimension)
    put_mean(a, "F-07", weighted(a, {d: (s[2], s[1]) for d, s in pooled.items()}))
    a.count("F-08", "", sum(is_low(a, r) for r in results))
    replies(a, [r for r in results if r.day <= a.at])


def put_mean(a, indicator, value):
    if value is None:
        a.rate(indicator, "", 0, 0)
    else:
        a.put(indicator, "", "", n=value.numerator, d=value.denominator)


def is_low(a, result):
    line = int(a.history.param("low_score_percent", result.unit, result.day))
    enough = result.own.get("valid", 0) >= int(a.history.param("min_ballots", result.unit, result.day))
    return enough and any(graded and fractions.Fraction(100 * satisfied, graded) < line
                          for satisfied, graded, _ in scores(ballots([result])).values())


def replies(a, results):
    for code in ("", "proven"):
        n, ages, judged = 0, [], 0
        for r in results:
            due = a.history.due("reply_days", r.unit[:9], r.day)
            found = a.history.answers(r, "evaluation_reply", "answers")
            reply = min(found, key=lambda f: (f.occurred_day, f.id)) if found else None
            if due >= a.as_of and not (reply and reply.occurred_day <= a.as_of):
                ages.append(a.as_of - r.day)
                continue
            judged += 1
            if reply:
                n += in_time(a.history.proven_day(reply) if code else reply.occurred_day, due)
        a.rate("F-09", code, n, judged, ages=ages)


# --- G ---

def findings(a, found, duties):
    """`found`, `duties`: as `yishi findings --json` prints them."""
    mine = [f for f in found if a.inside(f["division"]) and f["who"] != ["node"] and f["rule"] != "R-S-6"]
    standing = [f for f in mine if date_day(f["since"]) <= a.at
                and (f["until"] is None or date_day(f["until"]) > a.at)]
    a.count("G-01", "", len(standing))
    a.counts("G-01", "", collections.Counter(f["rule"] for f in standing))
    a.counts("G-01", "severity", collections.Counter(f["severity"] for f in standing))
    a.counts("G-01", "body", collections.Counter(" ".join(f["who"]) for f in standing))
    arisen = sum(f["severity"] == "F" and a.by_now(date_day(f["since"])) for f in mine)
    met = {s.subject for s in a.of("meeting_session") if a.within(s.day) and s.unit == s.community}
    a.rate("G-02", "", arisen, len(met))
    audit(a)
    overdue = [a.at - date_day(d["due"]) for d in duties if a.inside(d["division"]) and d["who"] != ["node"]
               and date_day(d["due"]) < a.at and (d["claimed"] is None or date_day(d["claimed"]) > a.at)]
    rules = collections.Counter(d["rule"] for d in duties if a.inside(d["division"]) and d["who"] != ["node"]
                                and date_day(d["due"]) < a.at
                                and (d["claimed"] is None or date_day(d["claimed"]) > a.at))
    a.count("G-04", "", len(overdue))
    a.counts("G-04", "", rules)
    a.median("G-04", "median", overdue)
    a.most("G-04", "longest", overdue)


def audit(a):
    n = d = 0
    for f in a.history.act["audit_finding"]:
        due = date_day(f.own.get("due"))
        place = f.own.get("division") or (f.own.get("matter") or f.subject).split("-")[0] or f.unit
        if due is None or not a.by_now(due) or not a.inside(place):
            continue
        d += 1
        n += any(c.kind == "finding_close" and c.in_force and c.unit == f.unit and c.day <= due
                 for _, c in a.history.naming[f.id])
    a.rate("G-03", "", n, d)


# Kinds that hold a count, a result or a decision; a withdrawal of another touches none.
WITH_FIGURES = {
    "community_profile", "topic_collection", "topic_determination", "participation_registration", "meeting_session",
    "consensus", "residents_meeting_decision", "implementation_progress", "implementation_completion",
    "street_opinion", "street_response", "department_response", "commission_result", "correction_compliance",
    "evaluation_result", "residents_review", "objection_reply", "finding_close"}
PLAIN = set('0123456789abcdefghijklmnopqrstuvwxyz_".:TZ+-')


def last_correction(a, record):
    """Of several that correct each other, what the last one says holds."""
    while True:
        later = [c for c in a.history.changers(record.id, "supersedes", record) if c.kind == "correction"]
        if not later:
            return record
        record = later[0]


def touches(a, record):
    if record.kind == "correction":
        record = last_correction(a, record)
        return any(set(c.get("new_value", "")) <= PLAIN for c in record.own.get("changes", ()))
    return any(t.kind in WITH_FIGURES for t in a.history.links(record, "withdraws"))


def records(a):
    """G-05 to G-11, but for what only the node knows (G-08, G-09)."""
    h = a.history
    mine = [r for r in h.records if a.inside(r.unit)]
    checked = [r for r in mine if r.verdict != "unchecked"]
    bad = [r for r in checked if r.verdict != "ok"]
    a.rate("G-05", "", len(checked) - len(bad), len(checked))
    a.count("G-05", "failed", len(bad))
    signed = [r for r in mine if r.verdict == "ok" and r.signers and a.within(r.signed_day)]
    changes = [r for r in a.of("correction") + a.of("withdrawal") if a.within(r.signed_day)]
    a.rate("G-06", "", len(changes), len(signed))
    a.count("G-06", "figures", sum(touches(a, r) for r in changes))
    held = {r.unit for r in mine if r.level == "community"}
    forked = {r.own["log"].split("/")[1] for r in h.act["fork_notice"]}
    a.rate("G-07", "", len(held - forked), len(held))
    year = year_days(day_date(a.first).year - 1)
    closed = [r for r in a.of("matter_close") if r.matter and year[0] <= r.day <= year[1]]
    archived = [r for r in closed if any(t.kind == "archive_transfer" and t.in_force and t.day <= a.as_of
                                         for _, t in h.naming[r.id])]
    a.rate("G-10", "", len(archived), len(closed))
    reviewed = {r.unit for r in a.of("residents_review") if a.within(r.day)}
    there = a.communities()
    a.rate("G-11", "", len(reviewed & set(there)), len(there))


def compute(a, found, duties):
    street_answers(a)
    solved(a)
    departments(a)
    commissions(a)
    feedback(a)
    corrections(a)
    evaluations(a)
    findings(a, found, duties)
    records(a)
