#!/usr/bin/python3
"""The n-th allocation, or the n-th call of the store, of whole commands fails: n = 1, 2, … until none does.

    fail.py memory|store [--all] [--seed S] [NAME...]      the commands whose names begin so; default: all

Of commands with very many calls the first 240 and the last 60 are tried, and of those between one residue
class, every m-th: which one the seed says, from the clock unless YISHI_SEED or --seed gives it, so that many
runs come to all of them. --all tries every one.

A preloaded library (no_memory.c, no_store.c) makes the call fail, in our code or in a library. Each time the
command must end with exit status 3 and one line on standard error, or do all that it was asked to; a rule never
refuses (1) for want of memory, nobody is accused, and no signal ends it. What it changes is there as a whole or
not at all, and `yishi verify` finds nothing.
"""

import argparse
import itertools
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True

import ground  # noqa: E402
from ground import COMMUNITY, DEPLOYMENT, Broken, Failure, Ground, need, store_tool, wait_for  # noqa: E402
from harness import consensus  # noqa: E402

STRIDE = int(os.environ.get("YISHI_STRIDE", "1"))  # a sanitizer makes each run many times slower
FIRST, LAST = 240, 60  # these many are always tried
PIECE = 20  # how many between them make a class, about
DAEMON_RUNS = 6
NOTES = ("yishi: note, rule ", "       what to do: ")  # what rules say of a record that is published
# What publishing owes to earlier redactions, or to the sealed values, not to this record.
OWED = ("yishi: note: published, but not all is erased yet: ", "yishi: note: published, but the sealed values were not told ")

# What differs from run to run: times, keys, salts and what is made of them; names of temporary files.
PASSING = re.compile(r"(?<=\"index\": )\d+|(?<=\"size\": )\d+|(?<=index )\d+|(?<=now has )\d+|[0-9a-f]{8,64}|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\+08:00)?|[A-Za-z0-9+/_-]{22,}=*|\b\d{10}\b")


class Command:
    """`yishi` with these arguments on a home; how to look at what it changed, and how to make it possible again."""

    def __init__(self, name, node, *arguments, stdin="", made=(), changes=False, store=True, renew=None, thin=1):
        self.name, self.node, self.stdin, self.changes, self.store = name, node, stdin, changes, store
        self.arguments = [str(a) for a in arguments]
        self.thin = thin  # of a slow one only every so manieth is tried, another class each time
        self.renew = renew  # after it did its work: makes that it has something to do again
        self.made = [pathlib.Path(path) for path in made]  # what it makes outside of the store, as a whole or not at all

    def clear(self):
        """Away with what was made outside of the store, and with a new home that there was no memory to remove."""
        if self.renew is not None:
            self.renew()
        for path in self.made + self.left_over():
            if path.is_dir() and path.parent == self.node.home:
                for file in path.iterdir():
                    file.unlink()
            elif path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


    def left_over(self):
        return list(self.node.home.parent.glob(f"{self.node.home.name}.new-*"))


def proposal():
    """What may be published again and again."""
    return {"kind": "topic_proposal", "subject": f"{COMMUNITY}-2026-0001", "topic_proposal": {
        "title": "示例", "content": "示例", "proposer_kind": "resident", "channel": "form", "proposed_on": "2026-10-20",
        "suggested_category": "other", "suggested_nature": "community_affairs"}}


def withdrawal(record):
    return {"kind": "withdrawal", "subject": f"{COMMUNITY}-2026-0001", "refs": [{"rel": "withdraws", "record": record}], "withdrawal": {"reason": "误录"}}


def files_of(folder):
    """Every file and folder with its content, but for LMDB's, whose rows are looked at instead."""
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None
            for p in sorted(folder.rglob("*")) if p.name not in ("data.mdb", "lock.mdb", "lock", "doorbell") and not p.name.startswith("model.db")}


def numbers(count, stride, seed, everything):
    """What is tried of about `count` calls, and then whatever follows, for it may be more this time."""
    if everything:
        yield from itertools.count(1)
    late = max(FIRST + 1, count - LAST)
    classes = max(1, (late - FIRST - 1) // (PIECE // stride + 1))
    yield from range(1 + seed % max(1, min(stride, count // 2)), FIRST + 1, stride)
    yield from range(FIRST + 1 + (seed - FIRST - 1) % classes, late, classes)
    yield from itertools.count(late, stride)


class Fail:
    def __init__(self, folder, what, library, seed=0, everything=False):
        self.folder, self.what, self.library, self.seed, self.everything = folder, what, library, seed, everything
        self.mark = folder / "failed"
        self.problems = []
        self.ground = None
        self.applicants = 100

    def say(self, command, number, text):
        self.problems.append(f"{command.name}, {self.what} {number}: {text}")
        print(f"PROBLEM {self.problems[-1]}", flush=True)

    def run(self, command, number=None):
        """Exit status, output, errors, and whether the planted failure came to pass."""
        self.mark.unlink(missing_ok=True)
        environment = dict(self.ground.fleet.environment)
        if number is not None:
            environment.update(LD_PRELOAD=self.library, YISHI_FAIL=number, YISHI_FAILED=str(self.mark),
                               ASAN_OPTIONS=f"{environment.get('ASAN_OPTIONS', '')}:verify_asan_link_order=0")
        ran = subprocess.run([self.ground.fleet.program, "--home", str(command.node.home), "--lang", "en", *command.arguments],
                             input=command.stdin.encode(), capture_output=True, timeout=120, env=environment, check=False)
        return ran.returncode, ran.stdout.decode("utf-8", "replace"), ran.stderr.decode("utf-8", "replace"), self.mark.exists()

    def count(self, command):
        """How many calls there are when none fails."""
        counted = self.folder / "counted"
        environment = dict(self.ground.fleet.environment, LD_PRELOAD=self.library, YISHI_COUNTED=str(counted),
                           ASAN_OPTIONS=f"{self.ground.fleet.environment.get('ASAN_OPTIONS', '')}:verify_asan_link_order=0")
        subprocess.run([self.ground.fleet.program, "--home", str(command.node.home), "--lang", "en", *command.arguments],
                       input=command.stdin.encode(), capture_output=True, timeout=120, env=environment, check=True)
        return int(counted.read_text())

    def state(self, command):
        """All that a command could have changed."""
        beside = {str(path): files_of(path) if path.is_dir() else path.read_bytes() for path in command.made if path.exists()}
        near = sorted(p.name for p in command.node.home.parent.iterdir())
        rows = store_tool("dump", command.node.home) if (command.node.home / "store").exists() else ""
        return rows, files_of(command.node.home) if command.node.home.exists() else None, beside, near

    def judge(self, command, number, status, out, err, reference):
        """True when the command did what it was asked to."""
        err = "".join(line for line in err.splitlines(keepends=True) if not line.startswith(OWED))
        lines = [line for line in err.splitlines() if not line.startswith(NOTES)]
        if status == 0:
            if PASSING.sub("#", out) != PASSING.sub("#", reference[0]) or err != reference[1]:
                self.say(command, number, f"exit status 0, but it printed {out[-300:]!r} {err!r} where {reference[0][-300:]!r} {reference[1]!r} was due")
            return True
        if status != 3 or len(lines) != 1 or not lines[0].startswith("yishi: ") or len(lines[0]) < 20:
            self.say(command, number, f"exit status {status}: {err.strip() or out.strip()[-200:]}")
        return False

    def every(self, command):
        """n = 1, 2, … alone; and n = 1, 4, 7, … with all after it, as when memory is really gone."""
        count = self.count(command)
        command.clear()
        before = self.state(command)
        status, out, err, _ = self.run(command)
        need(status == 0, f"{command.name}: {err}")
        reference, after = (out, err), self.state(command)
        need(command.changes == (before != after), f"{command.name}: {'nothing' if command.changes else 'something'} changed")
        tried = 0
        for ending in ("", "+"):
            command.clear()
            before = self.state(command) if command.changes else before
            for n in numbers(count, command.thin * STRIDE if ending == "" else 3 * command.thin * STRIDE, self.seed, self.everything):
                status, out, err, failed = self.run(command, f"{n}{ending}")
                done = self.judge(command, f"{n}{ending}", status, out, err, reference)
                now = self.state(command) if command.changes or n % 16 == 1 else before
                if not done and now != before:
                    self.changed(command, f"{n}{ending}", err, before, now)
                if done and command.changes and now == before:
                    self.say(command, f"{n}{ending}", "exit status 0, but nothing was done")
                if done or now != before:
                    command.clear()
                    before = self.state(command) if command.changes else before
                tried += failed
                if not failed and FIRST < n < count - LAST:
                    continue  # it had fewer this time
                if not failed:
                    need(done, f"{command.name}, without a failure: {err}")
                    break
        if command.changes and (command.node.home / "store").exists():
            self.ground.judge(command.node)
        print(f"{command.name}: {count} may fail, {tried} tried", flush=True)
        need(tried > 0 or not (command.store and self.what == "call"), f"{command.name}: nothing failed")

    def changed(self, command, number, err, before, now):
        """It failed and changed something all the same: only what can be told apart from a whole."""
        if command.name == "export" and not (command.made[0] / "checkpoint").exists():
            return  # which is written last
        if number.endswith("+") and self.what == "allocation" and command.left_over() and before[:3] == now[:3]:
            return  # the new home is not there; without any memory its beginnings cannot be removed
        if re.search("was written at index [0-9]+, but|what the command changes is changed", err):
            return  # all of it is there, and was not printed
        what = [name for name, a, b in zip(("rows of the store", "files of the home", "what it makes", "files beside the home"), before, now) if a != b]
        self.say(command, number, f"it failed, and changed {', '.join(what)}: {err.strip()}")

    # --- the commands -----------------------------------------------------------------------------
    def prepare(self):
        """A federation with a record that has both receipts; then nothing runs any more."""
        self.ground = Ground(self.folder, communities=1)
        community = self.ground.communities[0]
        call = community.call
        self.record = json.loads(call("publish", "-", "--json", stdin=json.dumps(consensus())).out)["id"]
        self.ground.complete()
        self.ground.fleet.stop()

    def applicant(self, street, asks):
        """Arguments of `admit` for a community that was not there before."""
        self.applicants += 1
        node = self.ground.fleet.node(f"{street.code}{self.applicants:03}", "示例", DEPLOYMENT)
        node.call("init", "--deployment", DEPLOYMENT, "--code", node.code, "--name", "示例", "--kdf", "none", "--root", street.home / "root.pub")
        request = self.folder / f"{node.code}.json"
        node.call(*asks[:2], request, *asks[3:])
        shutil.rmtree(node.home)
        return ["admit", request]

    def put_back(self, node):
        """What makes the home again what it is now: a log that grew would need more calls each time."""
        kept = self.folder / f"kept-{node.code}-{len(list(self.folder.glob('kept-*')))}"
        subprocess.run(["cp", "-a", node.home, kept], check=True)

        def renew():
            shutil.rmtree(node.home)
            subprocess.run(["cp", "-a", kept, node.home], check=True)

        return renew

    def commands(self):
        district, street, community = self.ground.nodes[:3]
        bundle, root = self.folder / "bundle", community.home / "root.pub"
        community.call("prove", self.record, "--out", bundle)
        for name, arguments in {"status": [], "log": [COMMUNITY, "--bodies"], "show": [self.record], "verify": [], "key": [],
                                "check": [bundle, "--root", root], "recover": [], "help": ["publish"], "version": []}.items():
            store = name not in ("check", "help", "version")
            yield Command(name, community, name, *arguments, store=store)
            if name != "help":
                yield Command(f"{name} --json", community, name, *arguments, "--json", store=store)
        if self.what == "call":
            yield from self.more_commands(community)
        for option in ("note", "text", "body"):
            yield Command(f"show --{option}", community, "show", self.record, f"--{option}")
        yield Command("prove", community, "prove", self.record, "--out", "-")
        yield Command("export", community, "export", "tiles", self.folder / "tiles", made=[self.folder / "tiles"], changes=True)
        yield Command("publish --dry-run", community, "publish", "-", "--dry-run", "--json", stdin=json.dumps(proposal()))
        yield Command("publish", community, "publish", "-", "--json", stdin=json.dumps(proposal()), changes=True)
        yield Command("publish text", community, "publish", "-", stdin=json.dumps(proposal()), changes=True)
        kept, gone = (json.loads(community.call("publish", "-", "--json", stdin=json.dumps(proposal())).out)["id"] for _ in range(2))
        community.call("publish", "-", stdin=json.dumps(withdrawal(gone)))
        yield Command("publish --dry-run of a withdrawal", community, "publish", "-", "--dry-run", "--json", stdin=json.dumps(withdrawal(kept)))
        draft = self.folder / "draft"
        sheet = self.folder / "sheet.json"
        sheet.write_text(json.dumps(proposal()), encoding="utf-8")
        yield Command("sign --out", community, "sign", sheet, "--as", "rc", "--out", draft, made=[draft], changes=True)
        yield Command("key new", community, "key", "new", "sc", "--kdf", "none", "--json", store=False, changes=True)
        yield Command("invite", street, "invite", ground.NEIGHBOUR, "--address", "tcp://127.0.0.1:9", "--json", made=[street.home / "invites"], changes=True)
        yield Command("invite --list", street, "invite", "--list", "--json")
        request = self.folder / "request"
        asks = ["join", "--request", request, "--parent", "tcp://127.0.0.1:9", "--parent-key", street.keys()["transport"]]
        yield Command("join --request", community, *asks, "--json", made=[request], changes=True)
        yield Command("admit --dry-run", street, *self.applicant(street, asks), "--dry-run", "--json")
        if self.what == "call":  # with many allocations it would have to be made possible again too often
            yield Command("admit", street, *self.applicant(street, asks), changes=True, renew=self.put_back(street))
        key, policy = self.folder / "root.key", self.folder / "policy"
        yield Command("root new", community, "root", "new", "--deployment", DEPLOYMENT, "--code", "110198", "--kdf", "none", "--out", key,
                      made=[key], changes=True, store=False)
        vkey = re.search("^key (.*)$", root.read_text(), re.MULTILINE)[1]
        yield Command("root policy", community, "root", "policy", "--key", vkey, "--out", policy, made=[policy], changes=True, store=False)
        fresh = self.ground.fleet.node(ground.THIRD, "示例", DEPLOYMENT)
        yield Command("init", fresh, "init", "--deployment", DEPLOYMENT, "--code", fresh.code, "--name", "示例", "--kdf", "none",
                      "--root", root, made=[fresh.home], changes=True)
        other = self.ground.fleet.node("110198", "示例", DEPLOYMENT)
        yield Command("init of a district", other, "init", "--deployment", DEPLOYMENT, "--code", other.code, "--name", "示例", "--kdf", "none",
                      made=[other.home, other.home.with_name("110198.guard")], changes=True)


    def more_commands(self, community):
        """Those that read the model, and those that make files."""
        for name, arguments in {"matter": [], "matter of a record": [self.record], "inbox": [], "findings": ["--coming"], "reindex": [],
                                "audit": ["--threads", "1"], "report": ["--period", "2026"]}.items():
            yield Command(name, community, name.split()[0], *arguments, thin=60 if name in ("reindex", "audit", "report") else 12)
        out = self.folder / "report.json"
        yield Command("report --out", community, "report", "--period", "2026", "--format", "json", "--out", out, made=[out], changes=True, thin=60)
        title = ["topic_proposal", "--set", "title=示例"]
        yield Command("new", community, "new", *title, changes=True, thin=40, renew=self.put_back(community))
        photo = self.folder / "photo.jpg"
        photo.write_bytes(b"\xff\xd8\xff\xe0" + bytes(1000))
        before = self.put_back(community)
        community.call("new", *title)
        yield Command("attach", community, "attach", "1", photo, "--role", "photo", changes=True, thin=40, renew=self.put_back(community))
        before()
        copy = self.folder / "backup"
        for arguments in ([copy], ["--forget", copy]):  # the home's list of its backups is there then
            community.call("backup", *arguments)
        shutil.rmtree(copy)
        yield Command("backup", community, "backup", copy, made=[copy], changes=True, thin=40, renew=self.put_back(community))
        before()

    # --- daemons ----------------------------------------------------------------------------------
    def daemons(self):
        """A random call of the store fails in a running daemon: it ends with one line that says why and what to
        do, or goes on; its store is whole, and when it is started again everything arrives."""
        rng = random.Random(self.seed)
        *_, community = nodes = self.ground.nodes
        for node in nodes:
            node.start().ready()
        self.ground.complete()
        counted, most, ended = self.folder / "counted", {}, 0
        for number in range(len(nodes) + max(3, DAEMON_RUNS // STRIDE)):
            victim = nodes[number % len(nodes)]
            victim.stop()
            counted.unlink(missing_ok=True)
            n = rng.randint(1, most[victim]) if victim in most else None
            ended += self.daemon(victim, community, {"YISHI_COUNTED": str(counted)} if n is None else {"YISHI_FAIL": str(n), "YISHI_FAILED": str(self.mark)}, n)
            if n is None:
                most[victim] = int(counted.read_text())
        print(f"daemons: {', '.join(map(str, most.values()))} may fail; {ended} ended by it", flush=True)
        need(ended > 0, "daemons: none ended")
        self.ground.fleet.stop()

    def daemon(self, victim, community, environment, n):
        """True when it ended by itself."""
        what = f"daemon of {victim.code}, call {n}"
        plain = self.ground.fleet.environment
        self.ground.fleet.environment = dict(plain, LD_PRELOAD=self.library, **environment,
                                             ASAN_OPTIONS=f"{plain.get('ASAN_OPTIONS', '')}:verify_asan_link_order=0")
        victim.start()
        self.ground.fleet.environment = plain
        process = victim.process
        wait_for(lambda: process.poll() is not None or "event=ready" in victim.log_text(), f"{what}: begins or ends")
        made = json.loads(community.call("publish", "-", "--json", stdin=json.dumps(proposal())).out)

        def received():
            for node in self.ground.nodes:
                self.ground.dial(node)
            receipts = community.status()["receipts"]
            return all(receipts[level] is not None and receipts[level]["size"] > made["index"] for level in ("street", "district"))

        wait_for(lambda: process.poll() is not None or received(), f"{what}: the record is received, or it ends")
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(ground.SYNC_SECONDS)
        ended = process.returncode != 0
        victim.process = None
        if ended:
            last = victim.log_text().rstrip().splitlines()[-1]
            if n is None or process.returncode != 3 or not last.startswith("yishi: ") or (
                    "Input/output" in last and not (str(victim.home) in last and "dmesg" in last)):
                self.problems.append(f"{what}: exit status {process.returncode}: {last}")
                print(f"PROBLEM {self.problems[-1]}", flush=True)
        self.ground.judge(victim)
        victim.start().ready()
        self.ground.complete()
        return ended


def main():
    ground.build_from_environment()
    os.environ["LC_ALL"] = "C.UTF-8"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("memory", "store"))
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--seed", type=int, default=int(os.environ.get("YISHI_SEED") or time.time_ns() % 10**9))
    options = parser.parse_args()
    what, names = options.what, options.names
    print(f"YISHI_SEED={options.seed}", flush=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="yishi-fail."))
    fail = Fail(folder, {"memory": "allocation", "store": "call"}[what], ground.needed(f"YISHI_NO_{what.upper()}"),
                options.seed, options.all)
    try:
        fail.prepare()
        if what == "store" and (not names or "daemon" in names):
            fail.daemons()  # before a command gives the community another parent
        for command in fail.commands():
            if not names or any(command.name.startswith(name) for name in names):
                fail.every(command)
    except (Broken, Failure) as error:
        print(f"FAILED: {error}\nfiles lie in {folder}", file=sys.stderr)
        return 1
    finally:
        if fail.ground is not None:
            fail.ground.close()
    shutil.rmtree(folder)
    return 1 if fail.problems else 0


if __name__ == "__main__":
    sys.exit(main())
