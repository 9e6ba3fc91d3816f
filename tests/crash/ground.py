"""The federation whose processes are killed, and the independent look at what is left of each.

The look shares nothing with yishi: rows of the store as tests/e2e/store_tool.c prints them, read by
proto/FORMATS.md 16, and signatures and trees by tests/verifier.py.
"""

import os
import pathlib
import signal
import sys
from types import SimpleNamespace

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / folder) for folder in ("e2e", "")]

import verifier  # noqa: E402
from harness import (COMMUNITY, DEPLOYMENT, DISTRICT, NAMES, NEIGHBOUR, STREET, Failure,  # noqa: E402, F401
                     Fleet, needed, store_tool, wait_for)

THIRD = "110199990003"
NAMES[THIRD] = "示例第三社区"
SYNC_SECONDS = 120


class Broken(Exception):
    """A promise that was not kept; the text says which."""


def need(condition, text):
    if not condition:
        raise Broken(text)


class Disk:
    """What lies in a store: logs by origin, each with size, root, heads by size and, if asked for, notes."""

    def __init__(self, node, entries=True):
        self.code = node.code
        self.logs, names = {}, {}
        rows = [line.split(" ") for line in store_tool("dump", node.home, "log", "head", *(["entry"] if entries else [])).splitlines()]
        for table, key, value in rows:
            if table == "log":
                raw = bytes.fromhex(value)
                size = int.from_bytes(raw[9:17], "big")
                origin = raw[49 + 32 * bin(size).count("1"):-8].decode()
                names[key] = origin
                self.logs[origin] = SimpleNamespace(size=size, root=raw[17:49], notes=[], heads={})
        for table, key, value in rows:
            index = int(key[8:], 16) if table != "log" else 0
            if table == "head":
                self.logs[names[key[:8]]].heads[index] = bytes.fromhex(value)
            elif table == "entry":
                notes = self.logs[names[key[:8]]].notes
                need(index == len(notes), f"{self.code}: {names[key[:8]]}: a gap before index {index}")
                notes.append(bytes.fromhex(value))
        for origin, log in self.logs.items():
            log.leaves = [verifier.sha256(b"\0" + note) for note in log.notes]
            if entries:
                need(len(log.notes) == log.size, f"{self.code}: {origin}: {len(log.notes)} entries where the size is {log.size}")
                need(verifier.tree_root(log.leaves) == log.root, f"{self.code}: {origin}: the root is not of its entries")

    def ids(self, origin):
        """Record ids: SHA-256 of what is signed."""
        return [verifier.sha256(note[:note.index(b"\n\n") + 1]).hex() for note in self.logs[origin].notes]


class Ground:
    """District, street and up to three communities; keys without passphrases, so that publishing is quick."""

    def __init__(self, folder, communities=3):
        self.fleet = Fleet(needed("YISHI_BIN"), folder)
        self.seen = {}  # (holder, origin) -> the last Disk's log: nothing of it may go back
        self.backed = set()  # signatures that were compared with the signer's disk
        try:
            self.nodes = [self._node(code) for code in (DISTRICT, STREET, COMMUNITY, NEIGHBOUR, THIRD)[:2 + communities]]
        except BaseException:
            self.fleet.kill()
            raise
        self.district, self.street, *self.communities = self.nodes
        for node in self.nodes:
            keys = node.keys()
            node.log_key, node.mirror_key = verifier.read_key(keys["log"]), verifier.read_key(keys["mirror"])
            node.origin = node.log_key.name

    def _node(self, code):
        node = self.fleet.node(code, NAMES[code], DEPLOYMENT)
        node.make_passphrase()
        node.parent = {6: None, 9: DISTRICT, 12: STREET}[len(code)]
        above = next((other for other in self.fleet.nodes if other.code == node.parent), None)
        root = [] if above is None else ["--root", self.fleet.nodes[0].home / "root.pub"]
        node.call("init", "--deployment", DEPLOYMENT, "--code", code, "--name", NAMES[code],
                  "--listen", "tcp://127.0.0.1:0", "--kdf", "none", *root)
        if above is not None:
            above.admit(node.join(above))
        node.start().ready()
        if above is not None:
            self.dial(node)
            node.connected()
        return node

    # --- processes --------------------------------------------------------------------------------
    def running(self, node):
        return node.process is not None and node.process.poll() is None

    def kill(self, node):
        """SIGKILL, and wait until it is dead. It must have lived."""
        process, node.process = node.process, None
        status = process.poll()
        need(status is None, f"{node.code}: ended by itself with status {status}: {node.log_text()[-400:]}")
        process.send_signal(signal.SIGKILL)
        process.wait()

    def dial(self, node):
        """Do not wait for the time of the next attempt."""
        if self.running(node) and "event=ready" in node.log_text():
            node.process.send_signal(signal.SIGHUP)

    def revive(self, node):
        node.start().ready()
        for other in self.nodes:
            if other is node or other.parent == node.code:
                self.dial(other)

    # --- looks ------------------------------------------------------------------------------------
    def look(self, node, entries=True):
        """What is on the disk of one node, dead or alive: whole, and never less than before."""
        disk = Disk(node, entries)
        for origin, log in disk.logs.items():
            old = self.seen.get((node.code, origin))
            newest = max(log.heads, default=0)
            if old is not None:
                what = f"{node.code}: {origin}"
                need(log.size >= old.size, f"{what}: went back from size {old.size} to {log.size}")
                need(newest >= old.newest, f"{what}: its head went back from {old.newest} to {newest}")
                need(set(old.cosigned) <= set(log.heads), f"{what}: cosigned heads are gone")
                if entries:
                    need(verifier.tree_root(log.leaves[:old.size]) == old.root, f"{what}: other entries below {old.size} than before")
            cosigned = [size for size, note in log.heads.items() if b"/mirror/" in note]
            if old is None or log.size >= old.size:
                self.seen[node.code, origin] = SimpleNamespace(size=log.size, root=log.root, newest=newest, cosigned=cosigned)
        return disk

    def look_at_dead(self, dead):
        """Whatever the dead node ever signed or sent of its own, as others hold it, lies on its disk; and so does
        what its children have signed, for they sign what it said that it has."""
        others = [self.look(node, entries=False) for node in self.nodes if node is not dead]
        disk = self.look(dead)
        for child in self.nodes:
            held = disk.logs[child.origin].size if child.origin in disk.logs else 0
            own = next((other.logs[child.origin] for other in others if other.code == child.code), None)
            if child.parent == dead.code and own is not None:
                need(max(own.heads, default=0) <= held,
                     f"{child.code} has signed {max(own.heads, default=0)} entries of its log, of which {dead.code} has {held} on the disk")
        for other in others + [disk]:
            for origin, log in other.logs.items():
                if origin == dead.origin:
                    need(log.size <= disk.logs[origin].size, f"{other.code} has {log.size} entries of {origin}, its owner {disk.logs[origin].size}")
                for size, note in log.heads.items():
                    self._backed(dead, disk, other.code, origin, size, note)

    def _backed(self, signer, disk, holder, origin, size, data):
        lines = verifier.judge(verifier.read_note(data), [signer.log_key, signer.mirror_key])
        if not lines or (signer.code, data) in self.backed:
            return
        what = f"{holder} holds a signature of {signer.code} over {origin} at size {size}"
        verifier.all_good(lines)
        log = disk.logs.get(origin)
        need(log is not None and log.size >= size, f"{what}, who has {0 if log is None else log.size} entries on the disk")
        root = verifier.read_text("checkpoint", data).hash
        need(verifier.tree_root(log.leaves[:size]) == root, f"{what}, who has other entries on the disk")
        self.backed.add((signer.code, data))

    def complete(self):
        """Every own log is held by all above and below it, and every receipt has come home."""

        def state(node):
            return {log["origin"]: (log["size"], log["head_size"], {r["level"]: r["size"] for r in log["receipts"]})
                    for log in node.status()["logs"]}

        def done():
            self.last = states = {node.code: state(node) for node in self.nodes}
            for owner in self.nodes:
                size, head, receipts = states[owner.code][owner.origin]
                related = [n for n in self.nodes if n.code.startswith(owner.code) or owner.code.startswith(n.code)]
                above = [level for level, length in (("district", 6), ("street", 9)) if length < len(owner.code)]
                if head != size or any(receipts.get(level, 0) != size for level in above):
                    return False
                if any(states[n.code].get(owner.origin, (0,))[0] != size for n in related):
                    return False
            return True

        for node in self.nodes:
            self.dial(node)
        try:
            wait_for(done, "all synchronised", SYNC_SECONDS)
        except Failure:
            raise Broken(f"not synchronised within {SYNC_SECONDS} s: {self.last}") from None

    def judge(self, node):
        """`yishi verify` finds nothing."""
        result = node.call("verify", "--json", check=False)
        need(result.status == 0, f"{node.code}: yishi verify: {result.out[-600:]}{result.err}")
        absent = sum(log.get("absent_bodies", 0) for log in result.objects())
        need(absent == 0, f"{node.code}: {absent} bodies are absent")

    def close(self):
        self.fleet.kill()


def build_from_environment():
    """The program is given by CTest; by hand it is that of the release build."""
    build = pathlib.Path(__file__).resolve().parents[2] / ".build" / "release"
    os.environ.setdefault("YISHI_BIN", str(build / "node" / "yishi"))
    os.environ.setdefault("YISHI_STORE_TOOL", str(build / "tests" / "store_tool"))
