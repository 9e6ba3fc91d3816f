#!/usr/bin/python3
"""SIGKILL at each crash point of a ballot box (YISHI_THAT_CRASHES): what was entered is counted once, what was not is not,
a box that was closed has one result, and nothing of a round stays behind when it is erased."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import shutil

TOP = pathlib.Path(__file__).resolve().parents[2]
KILLED = -9
ROUND = {
    "kind": "evaluation_round", "subject": "110199990001-2026-0001", "backfill_reason": "示例",
    "evaluation_round": {
        "target": "st", "target_name": "示例街道", "matters": ["110199990001-2026-0001"], "from": "2026-10-08",
        "to": "2026-10-20", "method": "paper", "issued": 6, "question_set": "1",
        "evaluators_by_kind": [{"party_kind": "resident", "count": 6}],
        "dimensions": [{"dimension": name, "question": "?"} for name in ("participation", "implementation", "feedback")]}}


class Home:
    def __init__(self, folder):
        self.home = folder / "node"
        district = folder / "district"
        self.call("init", "--deployment", "example.test", "--code", "110199", "--name", "区", "--kdf", "none", home=district)
        self.call("init", "--deployment", "example.test", "--code", "110199990001", "--name", "社区", "--kdf", "none", "--root",
                  district / "root.pub")
        self.round = json.loads(self.call("publish", "-", "--json", stdin=json.dumps(ROUND)))["id"]
        self.codes = [json.loads(line)["code"] for line in self.ballot("open", "--count", "6", "--json").splitlines()]

    def call(self, *arguments, stdin="", home=None, at=None):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("YISHI_")}
        environment["LC_ALL"] = "C.UTF-8"
        if at is not None:
            environment["YISHI_CRASH_AT"] = f"{at}:1"
        ran = subprocess.run([os.environ["YISHI_THAT_CRASHES"], "--home", str(home or self.home), *map(str, arguments)], input=stdin,
                             capture_output=True, text=True, timeout=120, env=environment, check=False)
        wanted = KILLED if at is not None else 0
        need(ran.returncode == wanted, f"{arguments}: exit status {ran.returncode}, not {wanted}: {ran.stderr}")
        return ran.stdout

    def ballot(self, action, *arguments, **more):
        return self.call("ballot", action, self.round, *arguments, **more)

    def enter(self, grade, code, **more):
        self.ballot("enter", "--code", code, "--grades", f"{grade % 6},1,2", **more)

    def entered(self):
        return json.loads(self.ballot("status", "--json"))["entered"]

    def slots(self):
        return len(list((self.home / "sealed" / "slot").iterdir()))


def need(condition, reason):
    if not condition:
        sys.exit(f"FAILED: {reason}")


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="yishi-ballots."))
    home = Home(folder)
    for at, code in enumerate(home.codes[:4]):
        home.enter(at, code, at="ballot_sealed")
        need(home.entered() == at, "a paper that was cut short counts")
        home.enter(at, code)
        need(home.entered() == at + 1, "a paper that was entered again does not count once")
    need(home.slots() == 8, f"{home.slots()} slots: each paper was sealed twice")
    home.ballot("close", at="ballot_settled")
    need(json.loads(home.ballot("status", "--json"))["closed"], "the box is not closed")
    closed = json.loads(home.ballot("close", "--json"))
    need(closed["result"]["returned"] == 4, closed)
    need(sum(closed["result"]["dimensions"][1][f"grade_{g}"] for g in range(6)) == 4, closed)
    need(len(home.ballot("slip", "--json").splitlines()) == 4, "not a slip for each paper")
    home.ballot("erase", "--purpose", "x", "--early", at="ballots_erased")
    need(home.slots() == 0, f"{home.slots()} slots are left, also of what was cut short")
    home.ballot("erase", "--purpose", "x", "--early")
    need(not list((home.home / "ballots").iterdir()), "the box is left")
    shutil.rmtree(folder)
    print("ballot_sealed, ballot_settled, ballots_erased: killed there, and nothing was lost, counted twice or left")


if __name__ == "__main__":
    main()
