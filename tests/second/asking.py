"""What is asked, and how figures are put: DOMAIN.md 4.1. A figure is a dict with the indicator, a code where it has
several, a part where it is broken down, and exact numbers: n of a count, n and d of a rate, n / d of a median."""
import fractions

from matter import items_of


class Ask:
    """One history, one unit, one period. `last` belongs to it; `at`: where it ends, or the day of asking."""

    def __init__(self, history, unit, first, last, as_of, shared):
        self.history, self.unit, self.first, self.last, self.as_of = history, unit, first, last, as_of
        self.at = min(last, as_of)
        self.shared = shared    # kept from unit to unit
        self.out = []

    # --- what there is ---

    def inside(self, division):
        return division.startswith(self.unit)

    def of(self, kind):
        """Records in force of a kind, of the units here."""
        return [r for r in self.history.act[kind] if self.inside(r.unit)]

    def about(self, kind):
        """Those about matters of the communities here, whoever wrote them."""
        return [r for r in self.history.act[kind] if self.inside(r.community)]

    def within(self, day):
        return self.first <= day <= self.last

    def by_now(self, day):
        """In the period, as far as it has come."""
        return self.first <= day <= self.at

    def items(self):
        """Items of the matters here that are not deliberated anew, with their matter."""
        if "items" not in self.shared:
            subjects = sorted({r.subject for r in self.history.act["consensus"] if r.matter})
            self.shared["items"] = [(s, i) for s in subjects for i in items_of(self.history, s)]
        return [(s, i) for s, i in self.shared["items"] if self.inside(s.split("-")[0]) and not i.dead]

    def communities(self):
        """Those that there were in the period: known of before its end, and not ended by a change of divisions
        before its begin."""
        found = []
        for unit in self.history.units:
            if len(unit) != 12 or not self.inside(unit):
                continue
            known = [c.occurred_day for c in self.history.act["node_certificate"] if c.own["division"] == unit]
            known += [r.signed_day for r in self.history.records if r.unit == unit and r.verdict == "ok"][:1]
            ends = [r for r in self.history.act["division_change"]
                    if unit in {b["division"] for b in r.own.get("before", ())}
                    and unit not in {a["division"] for a in r.own.get("after", ())}]
            end = max((r.own["effective_on"] for r in ends), default=None)
            if known and min(known) <= self.last and (end is None or self.day(end) > self.first):
                found.append(unit)
        return found

    @staticmethod
    def day(text):
        from history import date_day
        return date_day(text)

    # --- figures ---

    def put(self, indicator, code, part, **numbers):
        self.out.append(dict(indicator=indicator, code=code, unit=self.unit, part=part, **numbers))

    def count(self, indicator, code, n, part="", ages=()):
        self.put(indicator, code, part, n=n, **beside(ages))

    def counts(self, indicator, code, parts):
        for part, n in sorted(parts.items()):
            self.put(indicator, code, part, n=n)

    def rate(self, indicator, code, n, d, part="", ages=()):
        if d == 0:
            self.put(indicator, code, part, none=True, **beside(ages))
        else:
            self.put(indicator, code, part, n=n, d=d, **beside(ages))

    def median(self, indicator, code, values, ages=(), part=""):
        """Lower and upper middle averaged; what is not ended stands beside."""
        values = sorted(values)
        if not values:
            self.put(indicator, code, part, none=True, **beside(ages))
            return
        middle = fractions.Fraction(values[(len(values) - 1) // 2] + values[len(values) // 2], 2)
        self.put(indicator, code, part, cases=len(values), n=middle.numerator, d=middle.denominator, **beside(ages))

    def most(self, indicator, code, values):
        if values:
            self.put(indicator, code, "", cases=len(values), n=max(values), d=1)
        else:
            self.put(indicator, code, "", none=True)


def beside(ages):
    ages = list(ages)
    if not ages:
        return {}
    return {"open": len(ages), "oldest": max((a for a in ages if a is not None), default=0)}
