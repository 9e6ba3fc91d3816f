"""Enrolled children and strangers that break the rules, against a street that also has an honest child.

The attackers are tests/hostile/*.c. In every test the street survives, the honest child is served
meanwhile, the street's memory stays below a stated limit, and its log says who did what.
"""

import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import harness  # noqa: E402
from harness import COMMUNITY, NEIGHBOUR, STREET, consensus, needed, wait_for  # noqa: E402

MIB = 1024 * 1024
# A sanitizer keeps freed memory for a while and shadows all of it.
MEMORY_MAX = 256 * MIB


class Hostile(harness.Case):
    """District, street, an honest community, and a neighbour whose keys the attacker has."""

    def setUp(self):
        super().setUp()
        self.district, self.street, self.honest, self.evil = self.federation(COMMUNITY, NEIGHBOUR)
        self.published = 0
        self.served()
        self.evil.stop()
        self.key = self.evil.keys()["transport"]
        self.memory_before = self.memory()

    def memory(self):
        """Most memory that the street ever held, but for mapped files."""
        text = pathlib.Path(f"/proc/{self.street.process.pid}/status").read_text()
        found = dict(re.findall(r"^(\w+):\s+(\d+) kB$", text, re.MULTILINE))
        return (int(found["VmHWM"]) - int(found["RssFile"])) * 1024

    def served(self):
        """The honest child publishes, and has the receipt of the street."""
        self.published += 1
        self.honest.publish(consensus(f"{COMMUNITY}-2026-{self.published:04d}"))
        self.receipted(self.honest, "street")

    def attack(self, *arguments, home=None):
        """The whole attack; what it printed."""
        ran = subprocess.run([needed("YISHI_HOSTILE"), str((home or self.evil).home), *map(str, arguments)],
                             capture_output=True, text=True, timeout=harness.EVENT_SECONDS, check=False)
        self.assertEqual(ran.returncode, 0, f"{arguments}: {ran.stdout}{ran.stderr}")
        return ran.stdout.strip()

    def during(self, *arguments):
        """An attack that runs until its input is closed; it has begun."""
        process = subprocess.Popen([needed("YISHI_HOSTILE"), str(self.evil.home), *map(str, arguments)],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for end in (process.stdout.close, process.wait, process.stdin.close):
            self.addCleanup(end)
        self.assertEqual(process.stdout.readline().strip(), "RUNNING" if arguments[0] != "silent" else "ALL OPEN")
        return process

    def unharmed(self):
        """The street that was started at first still serves, within its memory."""
        self.served()
        self.assertIsNone(self.street.process.poll())
        self.assertEqual(self.street.log_text().count("event=ready"), 1)
        self.assertLess(self.memory(), self.memory_before + MEMORY_MAX)

    def told(self, event, *parts):
        """Wait for a line of the street's log about this event that holds `parts`."""

        def there():
            return [line for line in self.street.log_text().splitlines() if f"event={event} " in line and all(p in line for p in parts)]

        return wait_for(there, f"{event} with {parts} in the log of the street")


class Unended(Hostile):
    """libzmq keeps the frames of such a message and shows none (ENGINEERING.md 0.4)."""

    def cut(self, greeting, size):
        self.assertRegex(self.attack("unended", greeting, size), "^CUT")
        self.told("link_cut", NEIGHBOUR, "no end of the message", "put off")
        self.assertEqual(self.attack("unended", greeting, size), "NOT LET IN")
        self.unharmed()

    def test_who_has_said_hello_is_cut_and_put_off(self):
        self.cut("greeted", 65536)

    def test_who_has_said_nothing_before_is_found_by_elimination(self):
        self.cut("ungreeted", 65536)

    def test_small_frames_cost_no_more(self):
        self.cut("greeted", 34)


if __name__ == "__main__":
    unittest.main()
