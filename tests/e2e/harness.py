"""What the end to end tests share: a federation of real processes in a fresh folder.

YISHI_BIN names the program. YISHI_STORE_TOOL names tests/e2e/store_tool.c built, which does to a
store what yishi itself refuses to do.
"""

import atexit
import itertools
import json
import os
import re
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "deploy" / "sample"))

from yishi_node import EVENT_SECONDS, Failure, Fleet, wait_for  # noqa: E402, F401

# A sanitizer makes a process many times slower; no test depends on how fast anything is.
DEPLOYMENT = "example.test"
DISTRICT, STREET, COMMUNITY, NEIGHBOUR = "110199", "110199990", "110199990001", "110199990002"
NAMES = {DISTRICT: "示例区", STREET: "示例街道", COMMUNITY: "示例社区", NEIGHBOUR: "示例第二社区"}
OK, REFUSED, USAGE, ENVIRONMENT = 0, 1, 2, 3

# Messages are compared with what stands in the source.
os.environ["LC_ALL"] = "C.UTF-8"


def needed(variable):
    path = os.environ.get(variable)
    if not path:
        sys.exit(f"{variable} is not set: run this by ctest, or by tests/run --only e2e")
    return path


SKIPPED = 77  # CTest's SKIP_RETURN_CODE: tests/run counts it, and under --all it fails


class Program(unittest.TestProgram):
    """What every test file calls at its end. One test that this machine could not make is seen from outside: unittest
    itself would end with 0. What is not to be made by design is not registered in the first place."""

    def runTests(self):
        leave, self.exit = self.exit, False
        super().runTests()
        for test, why in self.result.skipped:
            print(f"SKIP: {test.id()}: {why}", flush=True)
        if leave:
            sys.exit(1 if not self.result.wasSuccessful() else SKIPPED if self.result.skipped else 0)


unittest.main = Program


class Case(unittest.TestCase):
    """A test with a fleet of its own. The folder goes when the test passed and stays when not."""

    maxDiff = None
    kinds = TOP / "tests" / "unit" / "kinds"

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="yishi-e2e."))
        self.fleet = Fleet(needed("YISHI_BIN"), self.folder)
        atexit.register(self.fleet.kill)
        self.addCleanup(self._clear)

    def _clear(self):
        self.fleet.kill()
        outcome = self._outcome
        result = getattr(outcome, "result", None)
        problems = [] if result is None else [test for test, _ in result.errors + result.failures]
        if any(test is self or getattr(test, "test_case", None) is self for test in problems):
            print(f"{self.id()}: files lie in {self.folder}", file=sys.stderr)
            for log in sorted((self.folder / "daemon-logs").glob("*.log")):
                print(f"--- {log.name}, last lines\n{log.read_text(errors='replace')[-2000:]}", file=sys.stderr)
        else:
            shutil.rmtree(self.folder)

    # --- federations ------------------------------------------------------------------------------
    def node(self, code, deployment=DEPLOYMENT, name=None):
        return self.fleet.node(code, name or NAMES[code], deployment)

    def federation(self, *communities):
        """District, street and communities, enrolled, running and connected; in that order."""
        district = self.node(DISTRICT)
        district.init()
        district.start().ready()
        nodes = [district]
        for code in (STREET, *(communities or (COMMUNITY,))):
            node = self.node(code)
            node.init(root=district.home / "root.pub")
            parent = district if len(code) == 9 else nodes[1]
            parent.admit(node.join(parent))
            node.start().ready().connected()
            nodes.append(node)
        return nodes

    # --- assertions -------------------------------------------------------------------------------
    def assertRefused(self, result, status, *parts):
        """Exit status, nothing on standard output, one line on standard error that holds `parts`, beside what rules note."""
        self.assertEqual(result.status, status, f"{result.arguments}\n{result.out}\n{result.err}")
        self.assertEqual(result.out, "", result.arguments)
        lines = [line for line in result.err.splitlines() if not line.startswith(("yishi: note, rule ", "       what to do: "))]
        self.assertEqual(len(lines), 1, result.err)
        self.assertTrue(lines[0].startswith("yishi: "), result.err)
        for part in parts:
            self.assertIn(part, lines[0])

    def assertUnchanged(self, node, action):
        """Whatever action() does, the node's own log and the files of its home stay as they are."""
        before = (node.status()["size"], files_of(node))
        result = action()
        self.assertEqual((node.status()["size"], files_of(node)), before)
        return result

    def receipted(self, node, *witnesses):
        """Wait until the whole own log of the node has these receipts."""

        def there():
            status = node.status()
            found = status["receipts"]
            return all(found[w] is not None and found[w]["size"] >= status["size"] for w in witnesses or ("street", "district"))

        wait_for(there, f"{node.code}: receipts of {witnesses or 'street and district'}")

    def held(self, reader, code, size, **wanted):
        """Wait until `reader` holds `size` records of `code`, each with these values; the records."""

        def there():
            result = reader.call("log", code, "--json", check=False)
            found = result.objects() if result.status == 0 else []
            return len(found) >= size and all(e[k] == v for e in found for k, v in wanted.items()) and found

        return wait_for(there, f"{reader.code}: {size} records of {code} with {wanted}")


def paths_under(folder):
    """Folders and files below. One that a daemon puts away meanwhile is passed over."""
    for parent, folders, files in os.walk(folder):
        yield from (pathlib.Path(parent) / name for name in sorted(folders + files))


def files_under(*folders):
    """Every regular file below, with its bytes."""
    for path in itertools.chain.from_iterable(map(paths_under, folders)):
        try:
            if path.is_file():
                yield path, path.read_bytes()
        except FileNotFoundError:
            continue


def files_of(node):
    """Names in the home folder but those that come and go with the daemon and its readers."""
    passing = {"address", "clock", "doorbell", "lock", "lock.mdb", "model.db", "model.db-journal", "model.db-shm", "model.db-wal",
               "reserve"}
    # a file is replaced by one of its name and six more letters, which the daemon may be at just now
    return sorted(str(p.relative_to(node.home)) for p in paths_under(node.home) if p.name not in passing and not re.search(r"\.[A-Za-z0-9]{6}$", p.name))


_numbers = itertools.count(5001)


def consensus(subject=None, text="示例:院内停车按楼轮换"):
    """Of a matter of its own, unless one is named."""
    return {
        "kind": "consensus", "subject": subject or f"{COMMUNITY}-2026-{next(_numbers):04d}", "occurred_at": "2026-10-20",
        "backfill_reason": "示例:事项始于启用本系统之前",  # so it may be the first record of its matter
        "consensus": {
            "items": [{"no": 1, "text": text, "nature": "community_affairs", "decision_matter": False}],
            "reached_on": "2026-10-20", "degree": "broad",
        },
    }


def acknowledgement(purpose="示例"):
    return {"kind": "acknowledgement", "acknowledgement": {"purpose": purpose}}


def store_tool(*arguments):
    ran = subprocess.run([needed("YISHI_STORE_TOOL"), *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False)
    if ran.returncode != 0:
        raise Failure(f"store_tool {arguments}: {ran.stderr.strip()}")
    return ran.stdout.strip()


def write_json(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path
