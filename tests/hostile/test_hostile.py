"""Enrolled children and strangers that break the rules, against a street that also has an honest child.

The attackers are tests/hostile/*.c. In every test the street survives, the honest child is served
meanwhile, the street's memory stays below a stated limit, and its log says who did what.
"""

import base64
import os
import pathlib
import re
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import harness  # noqa: E402
from harness import COMMUNITY, STREET, consensus, needed, wait_for  # noqa: E402

MIB = 1024 * 1024
# What one connection may hold, and what a fast one brings until the next look (200 ms).
MEMORY_MAX = 512 * MIB
# Frames of 34 bytes come so slowly that only the first counts: 4 MiB of them, and what libzmq adds.
MEMORY_SLOW_MAX = 64 * MIB
FACTOR = int(os.environ.get("YISHI_MEMORY_FACTOR", "1"))


EVIL = [f"11019999000{number}" for number in range(3, 7)]
harness.NAMES.update({code: f"示例社区{code[-1]}" for code in EVIL})


class Hostile(harness.Case):
    """District, street, an honest community, and others whose keys the attacker has."""

    def setUp(self):
        super().setUp()
        self.district, self.street, self.honest, *self.evil = self.federation(COMMUNITY, *EVIL)
        self.published = 0
        self.served()
        for node in self.evil:
            node.stop()
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

    def attack(self, node, *arguments):
        """The whole attack with the keys of `node`; what it printed."""
        ran = subprocess.run([needed("YISHI_HOSTILE"), str(node.home), *map(str, arguments)],
                             capture_output=True, text=True, timeout=harness.EVENT_SECONDS, check=False)
        self.assertEqual(ran.returncode, 0, f"{arguments}: {ran.stdout}{ran.stderr}")
        return ran.stdout.strip()

    def let_in(self, node, *arguments):
        """The same, as soon as the key is not put off for having come too often."""
        return wait_for(lambda: (found := self.attack(node, *arguments)) != "NOT LET IN" and found, f"{node.code} is let in")

    def begin(self, node, first, *arguments):
        """An attack that runs on; it has begun when it printed `first` (None: anything)."""
        process = subprocess.Popen([needed("YISHI_HOSTILE"), str(node.home), *map(str, arguments)],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for end in (process.stdout.close, process.wait, process.stdin.close):
            self.addCleanup(end)
        process.first = process.stdout.readline().strip()
        self.assertIn(process.first, [first or process.first])
        return process

    def unharmed(self, memory_max=MEMORY_MAX):
        """The street that was started at first serves, within its memory."""
        self.served()
        self.assertIsNone(self.street.process.poll())
        self.assertEqual(self.street.log_text().count("event=ready"), 1)
        self.assertLess(self.memory(), self.memory_before + memory_max * FACTOR)

    def told(self, event, *parts):
        """Wait for a line of the street's log about this event that holds `parts`."""

        def there():
            lines = self.street.log_text().splitlines()
            return any(f"event={event} " in line and all(part in line for part in parts) for line in lines)

        return wait_for(there, f"{event} with {parts} in the log of the street")


class Unended(Hostile):
    """libzmq keeps the frames of a message that does not end and shows none (ENGINEERING.md 0.4)."""

    def test_a_message_without_end_is_cut_and_its_key_put_off(self):
        attacks = (("greeted", 34, MEMORY_SLOW_MAX), ("greeted", 65536, MEMORY_MAX), ("ungreeted", 65536, MEMORY_MAX))
        for node, (greeting, size, memory_max) in zip(self.evil, attacks):
            with self.subTest(greeting=greeting, size=size):
                self.assertRegex(self.attack(node, "unended", greeting, size), "^CUT")
                self.told("link_cut", node.code, f"key={key_of(node)[:8]}", "no end of the message", "put off")
                self.unharmed(memory_max)
        # What is put off is cut without a word when the time of its handshake ends.
        self.assertEqual(self.attack(self.evil[0], "unended", "greeted", 65536), "NOT LET IN")
        self.unharmed()


class Handshakes(Hostile):
    def test_who_breaks_the_handshake_is_cut_and_others_are_served(self):
        silent = self.begin(self.evil[0], "ALL OPEN", "silent", 500)
        wrong_key = self.begin(self.evil[0], "RUNNING", "wrong-key", 200)
        self.unharmed()
        self.assertRegex(self.attack(self.evil[0], "giant"), "^CUT after [0-9] MiB")
        self.assertEqual(self.attack(self.evil[0], "garbage"), "ALL CUT")
        self.unharmed()
        wrong_key.stdin.close()

        # A name in the handshake's metadata is nobody's: the answer goes by the key.
        name = key_of(self.honest)
        self.assertEqual(self.attack(self.evil[0], "forge", "unknown", name), "NOT LET IN")
        self.assertEqual(self.attack(self.evil[0], "forge", "enrolled", name), "ANSWERED")
        self.told("child", self.evil[0].code, key_of(self.evil[0])[:8], "connected")
        self.assertNotIn("superseded", self.street.log_text())

        # The ids that libzmq would give next if srand() had not been called: a street's ROUTER is its second, and
        # eleven connections stood since. A key may squat on three of them in ten seconds, and makes a thousand
        # attempts.
        for node, ahead, count in zip(self.evil[1:], (11, 14, 17), (3, 3, 1000)):
            squat = self.begin(node, None, "squat", f"{0xe43c9869 + ahead:x}", count)
            let_in, took_ms = map(int, re.fullmatch(r"(\d+) of \d+ let in, in (\d+) ms", squat.first).groups())
            # The first ten seconds may have begun with the node's own handshake.
            self.assertTrue(0 < let_in < 3 * (took_ms // 10_000 + 2), squat.first)
        for _ in range(3):
            self.honest.stop()
            self.honest.start().ready().connected()
        self.assertEqual(silent.stdout.readline().strip(), "ALL CUT")
        self.unharmed()


class Sessions(Hostile):
    def test_who_breaks_the_session_is_told_why_and_others_are_served(self):
        cases = {
            "early": None,
            "garbled": "cut off",
            "garbled-later": "cut off",
            "twice": "a second HELLO",
            "other-code": "is not for",
            "foreign-want": "is not for",
            "foreign-entries": "nobody asked for",
            "unasked": "nobody asked for",
            "overcredit": "credit",
        }
        for number, (case, reason) in enumerate(cases.items()):
            with self.subTest(case):
                node = self.evil[number % 3]
                answer = self.let_in(node, "talk", case)
                self.assertTrue(answer.endswith("ENDED"), answer)
                if reason is not None:
                    self.assertRegex(answer, f"ERROR .*{reason}")
                self.told("session_end", node.code, key_of(node)[:8], reason or "")
        self.unharmed()

        deaf = self.begin(self.evil[3], "RUNNING", "deaf")
        stopped = self.evil[2]
        stopped.start().ready().connected()
        stopped.process.send_signal(signal.SIGSTOP)
        for _ in range(3):
            self.unharmed()
        deaf.stdin.close()
        stopped.process.send_signal(signal.SIGCONT)
        stopped.publish(consensus(f"{stopped.code}-2026-0001"))
        self.receipted(stopped, "street")
        self.unharmed()


def key_of(node):
    """The transport key in hex, as the log has its beginning."""
    return base64.b64decode(node.keys()["transport"]).hex()


if __name__ == "__main__":
    unittest.main()
