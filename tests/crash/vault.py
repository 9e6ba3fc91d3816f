#!/usr/bin/python3
"""SIGKILL at each crash point that sealing, replacing, opening and throwing away pass (node/vault).

What was sealed before opens; the draft names only what opens; after the next call nothing of what was cut short is
left. The program with its crash points is YISHI_THAT_CRASHES; a point that nothing passes is a fault.
"""

import os
import pathlib
import re
import sys
import tempfile

sys.dont_write_bytecode = True
TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "deploy" / "sample"))

from yishi_node import Failure, Fleet  # noqa: E402

KILLED = -9
OLD, NEW = "示例:先前的", "示例:后来的"


def need(condition, what):
    if not condition:
        raise Failure(what)


def points():
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(TOP.glob("node/vault/*.c")))
    # and of node/file.c, with which slots and drafts are written
    return [*re.findall(r'YS_CRASH_POINT\("(\w+)"\)', text), "file_written", "file_in_place"]


class Desk:
    def __init__(self, folder):
        fleet = Fleet(os.environ["YISHI_THAT_CRASHES"], folder)
        self.environment = fleet.environment
        district = fleet.node("110199", "示例区", "example.test")
        district.call("init", "--deployment", "example.test", "--code", "110199", "--kdf", "none")
        self.node = fleet.node("110199990001", "示例", "example.test")
        self.node.call("init", "--deployment", "example.test", "--code", "110199990001", "--kdf", "none", "--root", district.home / "root.pub")
        self.passed = {}

    def draft(self):
        return str(self.node.call("new", "topic_proposal", "--json").object()["draft"])

    def seal(self, draft, slot, value, *arguments, check=True):
        return self.node.call("seal", draft, slot, "--file", "-", *arguments, stdin=value, check=check)

    def commitments(self, draft):
        path = self.node.home / "drafts" / f"{draft}.json"
        return re.findall(r'"slot": "(\w+)",\s*"commitment"', path.read_text()) if path.exists() else []

    def opened(self, draft, slot):
        return self.node.call("unseal", draft, slot, "--purpose", "x", check=False).out.split()

    def judge(self, name, draft, expected):
        """Everything that the draft names opens, and is one of what may be there."""
        slots = self.commitments(draft)
        got = [value for slot in sorted(set(slots)) for value in self.opened(draft, slot)]
        need(len(got) == len(slots) and set(got) <= expected, f"{name}: the draft names {slots}, and {got} opens")
        need(self.opened(self.kept, "proposer") == [OLD], f"{name}: what was sealed before is gone")
        # the next call clears up: nothing is left but what the other draft names
        if self.node.call("draft", "delete", draft, check=False).status != 0:
            self.node.call("seal", "list")
        folder = self.node.home / "sealed"
        names = {part: [p.name for p in (folder / part).iterdir()] for part in ("slot", "value", "record")}
        need(names == {"slot": [self.sealed], "value": [self.sealed], "record": []}, f"{name}: {names}")

    def kill(self, name):
        """At each passing of the point, until the command ends by itself."""
        commands = {
            "seal": lambda draft: self.seal(draft, "operator", NEW, check=False),
            "replace": lambda draft: self.seal(draft, "proposer", NEW, "--replace", check=False),
            "unseal": lambda draft: self.node.call("unseal", draft, "proposer", "--purpose", "x", check=False),
            "delete": lambda draft: self.node.call("draft", "delete", draft, check=False),
        }
        for what, command in commands.items():
            for times in range(1, 100):
                draft = self.draft()
                self.seal(draft, "proposer", OLD)
                self.environment["YISHI_CRASH_AT"] = f"{name}:{times}"
                result = command(draft)
                del self.environment["YISHI_CRASH_AT"]
                need(result.status in (0, KILLED), f"{what} at {name}: exit status {result.status}: {result.err}")
                self.judge(f"{what} at {name}, {times}", draft, {OLD, NEW})
                if result.status == 0:
                    break
                self.passed.setdefault(name, set()).add(what)

    def run(self):
        self.kept = self.draft()
        self.seal(self.kept, "proposer", OLD)
        self.sealed = next((self.node.home / "sealed" / "slot").iterdir()).name
        for name in points():
            self.kill(name)
            need(name in self.passed, f"{name}: nothing passed this crash point")
            print(f"{name}: {', '.join(sorted(self.passed[name]))}", flush=True)
        need(self.node.status()["logbook"]["good"], "the logbook is broken")


if __name__ == "__main__":
    # A killed process loses nothing that was written, so memory will do where the machine has such a folder.
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="yishi-vault.", dir=memory) as there:
        try:
            Desk(pathlib.Path(there)).run()
        except Failure as failure:
            sys.exit(f"vault: {failure}")
