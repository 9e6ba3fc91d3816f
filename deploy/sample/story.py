"""A story: what becomes of one matter, as records in the order in which units publish them.

It starts no process and reads no clock, so that a test can read every record of the sample.
In a record "@name" stands for the id of the step of that name, as in tests/unit/kinds.
"""

import base64
import dataclasses


@dataclasses.dataclass
class Step:
    """One record."""

    name: str
    code: str  # of the unit that publishes it
    record: dict
    bodies: tuple = ()  # who signs; none: as the kind says
    changes: dict | None = None  # a correction: dotted path -> new value
    elsewhere: bool = False  # it names a record that its unit does not hold


def id_text(record):
    """The id of a record as others name it, from hexadecimal."""
    return base64.b64encode(bytes.fromhex(record)).decode()


def names_in(value):
    """Names of the steps that a record refers to."""
    if isinstance(value, str):
        return [value[1:]] if value.startswith("@") else []
    if isinstance(value, dict):
        value = list(value.values())
    return [name for part in value for name in names_in(part)] if isinstance(value, list) else []


def with_ids(value, ids):
    """The record with ids for names."""
    if isinstance(value, str):
        return id_text(ids[value[1:]]) if value.startswith("@") else value
    if isinstance(value, dict):
        return {key: with_ids(part, ids) for key, part in value.items()}
    return [with_ids(part, ids) for part in value] if isinstance(value, list) else value


class Story:
    """Steps of a matter of `community`, the `number`th of the year there."""

    ends = None  # the state to which it leads
    late_entry = False  # all of it happened before the log began

    def __init__(self, community, year, number):
        self.community = community
        self.street = community[:9]
        self.matter = f"{community}-{year}-{number:04d}"
        self.steps = []
        self.done = {}  # name -> record id in hexadecimal, of what is published

    def add(self, name, kind, on, body, refs=(), unit=None, late=None, matter=True, **more):
        """One more step; `refs` are (relation, name of an earlier step)."""
        assert self.step(name) is None, name
        record = {"kind": kind, **({"subject": self.matter} if matter else {}), "occurred_at": on}
        if late:
            record["backfill_reason"] = late
        if refs:
            record["refs"] = [{"rel": rel, "record": "@" + target} for rel, target in refs]
        record[kind] = body
        self.steps.append(Step(name, unit or self.community, record, **more))

    def step(self, name):
        """The step of that name, or None."""
        return next((step for step in self.steps if step.name == name), None)

    def codes(self):
        return {step.code for step in self.steps}
