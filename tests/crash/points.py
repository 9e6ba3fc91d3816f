#!/usr/bin/python3
"""SIGKILL at each crash point of the source: YS_CRASH_POINT("name") between two steps whose order matters.

    points.py [NAME...]      default: all that stand in the source

The program is built once more with its crash points (YISHI_THAT_CRASHES). Daemons are killed at each point
that they pass while records are published and receipts flow, `publish` and `init` at each that these pass; then
the disk is looked at, and what was to be done is done. A point that nothing passes is a fault.
"""

import json
import os
import pathlib
import re
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True

import ground  # noqa: E402
from ground import DEPLOYMENT, THIRD, Broken, Failure, Ground, need, wait_for  # noqa: E402
from harness import consensus, files_under  # noqa: E402

TOP = pathlib.Path(__file__).resolve().parents[2]
KILLED = -9
ERASING = ("carry.c", "daemon_erase.c")
TIMES = (1, 2, 3)  # a daemon is killed when it passes the point for the n-th time; for the first, if it never does


def points():
    """Name -> files with it."""
    found = {}
    for path in sorted([*TOP.glob("sync/*.c"), *TOP.glob("node/*.c"), *TOP.glob("node/erase/*.c")]):
        for name in re.findall(r'YS_CRASH_POINT\("(\w+)"\)', path.read_text(encoding="utf-8")):
            found.setdefault(name, path.name)
    need(found, "no crash point in the source")
    return found


class Points:
    def __init__(self, folder):
        self.ground = Ground(folder, communities=2)
        self.community = self.ground.communities[0]
        self.ground.complete()
        self.ids = []
        self.passed = {}

    def at(self, name, times):
        self.ground.fleet.environment["YISHI_CRASH_AT"] = f"{name}:{times}"

    def nowhere(self):
        self.ground.fleet.environment.pop("YISHI_CRASH_AT", None)

    def note(self, name, who):
        self.passed.setdefault(name, set()).add(who)

    def publish(self, check=True):
        result = self.community.call("publish", "-", "--json", stdin=json.dumps(consensus()), check=check)
        if result.status == 0:
            self.ids.append(result.object()["id"])
        return result

    def ids_here(self):
        return [entry["id"] for entry in self.community.entries(self.community.code)]

    # --- daemons ----------------------------------------------------------------------------------
    def receipted(self):
        status = self.community.status()
        return all(r is not None and r["size"] == status["size"] for who, r in status["receipts"].items() if who != "saved")

    def dies(self, node, name, times):
        """Does the daemon, which was started with the point armed, die while records are published and receipted?"""
        process = node.process
        for _ in range(times + 1):
            self.publish()
            wait_for(lambda: process.poll() is not None or self.receipted(),
                     f"{node.code} dies at {name}, or the receipts of what was published", ground.SYNC_SECONDS)
            if process.poll() is not None:
                need(process.returncode == KILLED, f"{node.code}, at {name}: ended with status {process.returncode}: {node.log_text()[-400:]}")
                node.process = None
                self.note(name, {6: "district", 9: "street", 12: "community"}[len(node.code)])
                return True
        node.stop()
        return False

    def kill_daemon(self, node, names):
        """From one crash point to the next: what it leaves at each is looked at, and what it starts from."""
        node.stop()
        for i, name in enumerate(names):
            for times in sorted({TIMES[i % len(TIMES)], 1}, reverse=True):
                self.at(name, times)
                node.start()
                self.nowhere()
                if self.dies(node, name, times):
                    self.ground.look_at_dead(node)
                    self.ground.judge(node)
                    break
        node.start().ready()
        self.ground.complete()
        need(set(self.ids) <= set(self.ids_here()), f"{node.code}: records that were published are gone")

    # --- erasing ----------------------------------------------------------------------------------
    def gone(self, node, record, text):
        """The node shows the record as erased, and no file of it has the text."""
        shown = node.call("show", record, "--json", check=False)
        return shown.status == 0 and shown.object()["content"] == "erased" and not any(
            text in data for _, data in files_under(node.home))

    def kill_erasing(self, name, file):
        """What was to be erased when the redaction was committed is erased after the next start."""
        by_daemon = file == "daemon_erase.c"
        node = self.ground.street if by_daemon else self.community
        text = f"示例王某在{name}门前的话不应留下"
        number = f"{self.community.code}-2026-{8000 + len(self.ids)}"
        record = json.loads(self.community.call("publish", "-", "--json", stdin=json.dumps({
            "kind": "topic_proposal", "subject": number, "occurred_at": "2026-10-20", "topic_proposal": {
                "title": "示例", "content": text * 90, "proposer_kind": "resident", "channel": "form", "proposed_on": "2026-10-20",
                "suggested_category": "other", "suggested_nature": "community_affairs", "suggested_level": "community"}})).out)["id"]
        self.ids.append(record)
        self.ground.complete()
        need(not self.gone(node, record, text.encode()), f"{node.code}: the text is not there")
        node.stop()
        self.at(name, 1)
        if by_daemon:
            node.start()
            self.nowhere()
        redaction = self.community.call("publish", "-", "--json", check=False, stdin=json.dumps({
            "kind": "redaction", "subject": number, "refs": [{"rel": "redacts", "record": record}],
            "redaction": {"whole_body": True, "reason": "request", "erased_on": "2026-11-02", "holder": self.community.code}}))
        self.nowhere()
        if by_daemon:
            wait_for(lambda: node.process.poll() is not None, f"{node.code} dies at {name}", ground.SYNC_SECONDS)
            need(node.process.returncode == KILLED, f"{node.code}, at {name}: ended with status {node.process.returncode}")
            node.process = None
        else:
            need(redaction.status == KILLED, f"publish at {name}: exit status {redaction.status}: {redaction.err}")
        self.note(name, "street" if by_daemon else "publish")
        self.ground.look_at_dead(node)
        node.start().ready()
        for one in (node, self.ground.district):
            wait_for(lambda: self.gone(one, record, text.encode()), f"{one.code}: nothing left after {name}", ground.SYNC_SECONDS)
        self.ground.complete()
        self.ground.judge(node)

    # --- commands ---------------------------------------------------------------------------------
    def kill_publish(self, name):
        """The record is there, or it is not; and it is there once when publishing went on to say so. What is there goes
        its way without another record that would ring."""
        before = self.ids_here()
        self.at(name, 1)
        result = self.publish(check=False)
        self.nowhere()
        need(result.status in (0, KILLED), f"publish at {name}: exit status {result.status}: {result.err}")
        if result.status == 0:
            return
        self.note(name, "publish")
        now = self.ids_here()
        need(now[:len(before)] == before and len(now) - len(before) == (name != "records_appended"),
             f"publish, killed at {name}: {len(before)} records became {len(now)}")
        self.ground.judge(self.community)
        self.ground.complete()
        self.publish()

    def kill_init(self, name, code, *arguments):
        """The home is there as a whole or not at all; and then init makes it."""
        for times in range(1, 100):
            node = self.ground.fleet.node(code, "示例", DEPLOYMENT)
            guard = node.home.with_name(f"{code}.guard")
            self.at(name, times)
            result = node.call("init", "--deployment", DEPLOYMENT, "--code", code, "--name", "示例", "--kdf", "none", *arguments, check=False)
            self.nowhere()
            need(result.status in (0, KILLED), f"init at {name}: exit status {result.status}: {result.err}")
            if node.home.exists():
                self.ground.judge(node)
                shutil.rmtree(node.home)
            for rest in [*node.home.parent.glob(f"{code}.new-*")]:
                shutil.rmtree(rest)
            if guard.exists():
                guard.unlink()
            if result.status == 0:
                return
            self.note(name, "init")

    # --- attachments ------------------------------------------------------------------------------
    def draft(self, name):
        """A draft, and a file that nobody has yet."""
        folder = self.ground.fleet.folder
        (folder / f"{name}.json").write_text(json.dumps(consensus()), encoding="utf-8")
        (folder / f"{name}.jpg").write_bytes(os.urandom(200_000))
        return self.community.call("draft", "import", folder / f"{name}.json", "--json").object()["draft"], folder / f"{name}.jpg"

    def attached(self, node):
        return [row["state"] for row in node.call("attachment", "--json").objects() if "hash" in row]

    def kill_attach(self, name):
        """The draft names nothing, and the same command, given again, keeps the file and names it."""
        draft, file = self.draft(name)
        self.at(name, 1)
        result = self.community.call("attach", draft, file, check=False)
        self.nowhere()
        need(result.status in (0, KILLED), f"attach at {name}: exit status {result.status}: {result.err}")
        if result.status == KILLED:
            self.note(name, "attach")
            self.community.call("attach", draft, file)
        self.community.call("publish", draft)
        need(set(self.attached(self.community)) == {"here"}, f"attach, killed at {name}: the file is not here")
        self.community.call("attachment", "verify")

    def kill_fetch(self, name):
        """What the street was fetching when it was killed is there afterwards, whole."""
        node = self.ground.street
        node.stop()
        self.at(name, 1)
        node.start()
        self.nowhere()
        process = node.process
        draft, file = self.draft(f"{name}-fetched")
        self.community.call("attach", draft, file)
        self.community.call("publish", draft)
        self.ground.dial(self.community)
        here = len(self.attached(self.community))
        wait_for(lambda: process.poll() is not None or self.attached(node).count("here") == here, f"{name}: the street dies or has it",
                 ground.SYNC_SECONDS)
        if process.poll() is not None:
            need(process.returncode == KILLED, f"street, at {name}: ended with status {process.returncode}: {node.log_text()[-400:]}")
            self.note(name, "street")
            node.process = None
            self.ground.judge(node)
            node.start().ready()
        self.ground.complete()
        wait_for(lambda: self.attached(node).count("here") == here, f"{name}: {here} attachments at the street", ground.SYNC_SECONDS)
        node.call("attachment", "verify")

    def run(self, names):
        found = {name: file for name, file in points().items() if not names or name in names}
        contents = [name for name, file in found.items() if file == "blob.c"]
        for name in contents:
            self.kill_attach(name)
            self.kill_fetch(name)
            need(name in self.passed, f"{name}: nothing passed this crash point")
            print(f"{name}: {', '.join(sorted(self.passed[name]))}", flush=True)
            del found[name]
        for name in found:
            self.kill_publish(name)
            self.kill_init(name, THIRD, "--root", self.ground.district.home / "root.pub")
            self.kill_init(name, "110198")
        for name, file in found.items():
            if file in ERASING or name == "records_committed":
                self.kill_erasing(name, file)
        for node in (self.ground.district, self.ground.street, self.community):
            elsewhere = ("author.c", "home.c", *ERASING, *(() if node is self.ground.district else ("daemon_guard.c",)))
            self.kill_daemon(node, [name for name, file in found.items() if file not in elsewhere])
        for name in found:
            need(name in self.passed, f"{name}: nothing passed this crash point")
            print(f"{name}: {', '.join(sorted(self.passed[name]))}", flush=True)
        for node in self.ground.nodes:
            node.stop()
            self.ground.judge(node)


def main():
    ground.build_from_environment()
    os.environ["LC_ALL"] = "C.UTF-8"
    os.environ["YISHI_BIN"] = ground.needed("YISHI_THAT_CRASHES")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="yishi-points."))
    run = None
    try:
        run = Points(folder)
        run.run(sys.argv[1:])
    except (Broken, Failure) as error:
        print(f"FAILED: {error}\nfiles lie in {folder}", file=sys.stderr)
        return 1
    finally:
        if run is not None:
            run.ground.close()
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
