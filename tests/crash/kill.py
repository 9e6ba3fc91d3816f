#!/usr/bin/python3
"""SIGKILL at random moments, to every process of a federation in turn.

    kill.py [--rounds N] [--seed S]     default: 25 rounds, a seed from the clock; YISHI_SEED is another way to give it

In each round one node lags behind by what the others publish meanwhile and then catches up; records are
published by the command line all the time, so receipts flow; and at a random moment one process is killed:
the district, the street, each community's daemon or a `yishi publish`. Then its disk is looked at while it
is dead (ground.py), and it is started again. What `publish` promised with exit status 0 stands in the log,
at the index that it printed, everywhere and for ever.

How long a `publish` takes is measured here and now, and it is killed at a moment between its start and twice
that time: before its commit, in it, or behind it. Some must have been killed before they appended, and some
when they had appended and not printed yet.
"""

import argparse
import json
import os
import pathlib
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True

import ground  # noqa: E402
from ground import Broken, Failure, Ground, need, wait_for  # noqa: E402

REST_EVERY = 10  # rounds between two looks at the whole federation at rest
ANCHOR_SECONDS = 3  # how long the moment of the kill may be waited for; then it is now
ARMED_A_ROUND = 5  # commands that are to be killed, one after the other
ENOUGH = 12  # rounds, of which some kill commands: then each kind of death must have come to pass
WRITE_SECONDS = 0.004  # in which a commit ends and the record is printed, about
TRIES_MAX = 200  # more commands that are to be killed, when chance gave one kind only
BEFORE, BEHIND, PRINTED, DONE = "had not appended", "had appended, not printed", "had printed", "was done before"
# LMDB shows what was committed once the writer has said so in the lock file. Of one who was killed before, the next
# who writes finds it: his record stands in the log later.
IN = "was in the commit"


class Publisher(threading.Thread):
    """Publishes a community's records, one `yishi publish` after the other, as long as there is something to do."""

    def __init__(self, node, seed):
        super().__init__(daemon=True)
        self.node, self.rng = node, random.Random(seed)
        self.promised = {}  # index -> record id
        self.trouble = None
        self.turn = threading.Condition()
        self.todo, self.armed, self.ending = 0, False, False
        self.took = []  # seconds that those took that nobody killed
        self.deaths = {BEFORE: [], IN: [], BEHIND: [], PRINTED: [], DONE: []}  # numbers of their matters
        self.number = 0  # of the last matter

    def give(self, count):
        with self.turn:
            self.todo += count
            self.turn.notify_all()

    def arm(self):
        """The next `publish` is killed at some moment, if it is not done before."""
        with self.turn:
            self.armed = True
            self.todo += 1
            self.turn.notify_all()

    def moment(self):
        """Seconds from the start: anywhere. Or in the commit: seconds from the first write to the store, as a
        negative number."""
        if self.rng.random() < 0.5:
            return -self.rng.uniform(0, WRITE_SECONDS)
        return self.rng.uniform(0, 2) * statistics.median(self.took[-20:])

    def written(self):
        return (self.node.home / "store" / "data.mdb").stat().st_mtime_ns

    def wait_for_write(self, process, text, before):
        """Until it, or the daemon beside it, writes to the store."""
        process.stdin.write(text)
        process.stdin.close()
        process.stdin = None
        until = time.monotonic() + ground.SYNC_SECONDS
        while process.poll() is None and self.written() == before and time.monotonic() < until:
            pass

    def subject(self, number):
        return f"{self.node.code}-2026-{number:04d}"

    def standing(self, numbers, disk=None):
        """Those of which a record stands in the log."""
        notes = (disk or ground.Disk(self.node)).logs[self.node.origin].notes
        subjects = [note.split(b"\n")[3].decode() for note in notes]
        for number in numbers:
            need(subjects.count(self.subject(number)) < 2, f"{self.subject(number)} stands twice in the log")
        return [number for number in numbers if self.subject(number) in subjects]

    def count_late(self, disk):
        late = self.standing(self.deaths[BEFORE], disk)
        self.deaths[IN] += late
        self.deaths[BEFORE] = [number for number in self.deaths[BEFORE] if number not in late]

    def idle(self):
        need(self.trouble is None, self.trouble)
        return self.todo == 0

    def end(self):
        with self.turn:
            self.ending = True
            self.turn.notify_all()

    def record(self):
        """From some hundred bytes to 60 KiB, so that a catch-up takes several batches."""
        items = self.rng.choice((1, 1, 1, 4, 40, 128))
        self.number += 1
        return {"kind": "consensus", "subject": self.subject(self.number), "occurred_at": "2026-10-20",
                "backfill_reason": "示例:补录",
                "consensus": {"items": [{"no": i + 1, "text": "示例" * 60, "nature": "community_affairs", "decision_matter": False}
                                        for i in range(items)], "reached_on": "2026-10-20", "degree": "broad"}}

    def run(self):
        try:
            while True:
                with self.turn:
                    while self.todo == 0 and not self.ending:
                        self.turn.wait()
                    if self.ending:
                        return
                    armed, self.armed = self.armed and bool(self.took), False
                self.publish(self.moment() if armed else None)
                with self.turn:
                    self.todo -= 1
        except Exception as error:  # noqa: BLE001  what is raised here is told by idle()
            self.trouble = f"{self.node.code}: {error}"

    def publish(self, fatal):
        began, written = time.monotonic(), self.written()
        process = subprocess.Popen(
            [self.node.fleet.program, "--home", str(self.node.home), "publish", "-", "--json"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.node.fleet.environment)
        text = json.dumps(self.record(), ensure_ascii=False)
        killed = False
        if fatal is not None and fatal < 0:
            self.wait_for_write(process, text, written)
            text, fatal = None, -fatal
        try:
            out, err = process.communicate(text, timeout=ground.SYNC_SECONDS if fatal is None else fatal)
        except subprocess.TimeoutExpired:
            need(fatal is not None, "publish hangs")
            process.kill()
            out, err = process.communicate()
            killed = process.returncode == -signal.SIGKILL
        need(process.returncode == 0 or killed, f"publish: exit status {process.returncode}: {err.strip()}")
        printed = out.endswith("}\n")
        if printed:  # said before it was killed, if it was
            made = json.loads(out)
            need(made["index"] not in self.promised, f"index {made['index']} was given twice")
            self.promised[made["index"]] = made["id"]
        if fatal is None:
            self.took.append(time.monotonic() - began)
            return
        stands = self.standing([self.number]) != []
        need(stands or not printed, f"publish printed {out.strip()}, was killed after {fatal:.3f} s, and nothing stands in the log")
        self.deaths[DONE if not killed else PRINTED if printed else BEHIND if stands else BEFORE].append(self.number)


class Run:
    def __init__(self, folder, seed, rounds):
        self.rng = random.Random(seed)
        self.rounds = rounds
        self.ground = Ground(folder)
        self.publishers = [Publisher(node, self.rng.random()) for node in self.ground.communities]
        for publisher in self.publishers:
            publisher.start()
        self.kills = {}

    def count_kill(self, name):
        self.kills[name] = self.kills.get(name, 0) + 1

    def published(self):
        for publisher in self.publishers:
            publisher.idle()
        return sum(len(p.promised) for p in self.publishers)

    def load(self, least, most):
        for publisher in self.publishers:
            publisher.give(self.rng.randint(least, most))

    def lag(self, node):
        """It is dead while others publish, and comes back: a catch-up begins."""
        self.count_kill(node.code)
        self.ground.kill(node)
        before, wanted = self.published(), self.rng.randint(4, 24)
        self.load(2, 16)
        wait_for(lambda: self.published() - before >= wanted or all(p.idle() for p in self.publishers), "records are published")
        self.ground.look_at_dead(node)
        node.start()

    def wait_for_moment(self, victim):
        """So many lines of its journal, so many records; or so many milliseconds. And a little more."""
        kind = self.rng.choice(("lines", "lines", "records", "time"))
        count, rest_s = self.rng.randint(1, 12), self.rng.uniform(0, 0.03)
        if kind == "time":
            rest_s *= 10 * self.rng.random()
        at = {"lines": lambda: victim.log_text().count("\n"), "records": self.published, "time": lambda: sys.maxsize}[kind]
        before, deadline = at(), time.monotonic() + ANCHOR_SECONDS
        while kind != "time" and at() < before + count and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(rest_s)  # the fault itself, no waiting for anything

    def kill_commands(self, victim, count):
        for _ in range(count):
            before = len(victim.deaths[DONE])
            victim.arm()
            wait_for(victim.idle, "the publisher that is killed has ended")
            if len(victim.deaths[DONE]) == before:
                self.count_kill("publish")

    def deaths(self, *kinds):
        return sum(len(p.deaths[kind]) for p in self.publishers for kind in kinds)

    def both_kinds(self):
        """Chance may have given one kind of death only: try on."""
        for _ in range(TRIES_MAX):
            if self.deaths(BEFORE) > 1 and self.deaths(IN, BEHIND) > 0:  # the last may stand in the log later
                return
            self.kill_commands(self.publishers[0], 1)
        need(False, f"no publish was killed that {BEFORE if self.deaths(BEFORE) < 2 else BEHIND}, of "
             f"{TRIES_MAX} more that were tried: the moment of the kill is not in the act")

    def round(self, victim):
        laggard = self.rng.choice(self.ground.nodes)
        self.lag(laggard)
        self.load(2, 12)
        if isinstance(victim, Publisher):
            self.kill_commands(victim, ARMED_A_ROUND)
            laggard.ready()
            return
        if victim is not laggard:
            laggard.ready()
        for node in self.ground.nodes:
            if node is laggard or node.parent == laggard.code:
                self.ground.dial(node)
        self.wait_for_moment(victim)
        self.count_kill(victim.code)
        self.ground.kill(victim)
        self.ground.look_at_dead(victim)
        self.ground.revive(victim)

    def rest(self):
        """Everybody lives, nothing is published: the sync completes, and all that was promised is everywhere."""
        wait_for(lambda: all(p.idle() for p in self.publishers), "all records are published")
        self.ground.complete()
        disks = {node.code: self.ground.look(node) for node in self.ground.nodes}
        for publisher in self.publishers:
            owner = publisher.node
            publisher.count_late(disks[owner.code])
            for holder in (owner, self.ground.street, self.ground.district):
                ids = disks[holder.code].ids(owner.origin)
                for index, record in publisher.promised.items():
                    need(index < len(ids) and ids[index] == record, f"{holder.code}: {owner.origin}: record {record}, published at index {index}, is not there")
                need(len(ids) == len(set(ids)), f"{holder.code}: {owner.origin}: a record stands twice")

    def run(self):
        victims = []
        for number in range(1, self.rounds + 1):
            if not victims:
                victims = [*self.ground.nodes, self.rng.choice(self.publishers)]
                self.rng.shuffle(victims)
            victim = victims.pop()
            print(f"round {number}: {getattr(victim, 'code', 'publish')}", flush=True)
            self.round(victim)
            if number == self.rounds and number >= ENOUGH:
                self.both_kinds()
            if number % REST_EVERY == 0 or number == self.rounds:
                self.rest()
        for node in self.ground.nodes:
            self.ground.judge(node)
            node.stop()
            self.ground.judge(node)

    def close(self):
        for publisher in self.publishers:
            publisher.end()
        self.ground.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("YISHI_SEED") or time.time_ns() % 10**9))
    options = parser.parse_args()
    ground.build_from_environment()
    os.environ["LC_ALL"] = "C.UTF-8"
    print(f"YISHI_SEED={options.seed}", flush=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="yishi-kill."))
    run = None
    try:
        run = Run(folder, options.seed, options.rounds)
        run.run()
    except (Broken, Failure) as error:
        print(f"FAILED: {error}\nfiles lie in {folder}; the same faults again: kill.py --rounds {options.rounds} --seed {options.seed}", file=sys.stderr)
        return 1
    finally:
        if run is not None:
            run.close()
    shutil.rmtree(folder)
    print(f"{options.rounds} rounds, {run.published()} records, kills: " + ", ".join(f"{k} {v}" for k, v in sorted(run.kills.items())))
    print("publish, when it was killed: " + ", ".join(f"{kind} {run.deaths(kind)}" for kind in (BEFORE, IN, BEHIND, PRINTED, DONE)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
