"""Wall clocks that jump by a year, forwards and back, under daemons that run on."""

import datetime
import json
import os
import sys
import unittest

import ground_disk as ground

from harness import COMMUNITY, DISTRICT, OK, STREET, consensus, wait_for

YEAR = 365 * 86400


def seconds(text):
    return datetime.datetime.fromisoformat(text).timestamp()


class JumpingClocks(ground.DiskCase):
    """The district's clock is right, those of street and community are ours."""

    def setUp(self):
        super().setUp()
        self.library = os.environ.get("YISHI_FALSE_CLOCK")
        self.files = {code: self.folder / f"clock-{code}" for code in (STREET, COMMUNITY)}
        for file in self.files.values():
            file.write_text("0")

    def with_clock_of(self, code):
        """What is started from now on has this clock."""
        self.fleet.environment |= {"LD_PRELOAD": self.library, "YISHI_CLOCK_FILE": str(self.files[code])}

    def jump(self, node, ahead):
        """At once, under the running daemon."""
        jumps = node.log_text().count("event=clock_jump")
        before = int(self.files[node.code].read_text())
        temporary = self.folder / "clock"
        temporary.write_text(str(ahead))
        temporary.rename(self.files[node.code])
        wait_for(lambda: node.log_text().count("event=clock_jump") > jumps, f"{node.code}: notices the jump")
        told = int(node.log_text().rsplit("event=clock_jump seconds=", 1)[1].split()[0])
        self.assertAlmostEqual(told, ahead - before, delta=10)

    def apart(self, node, ahead):
        """Wait until status says so."""
        wait_for(lambda: abs(node.status()["clock_ahead_s"] - ahead) < 30, f"{node.code}: status says {ahead} s")

    def receipt(self, community):
        self.receipted(community)
        return seconds(community.status()["receipts"]["street"]["time"])

    def receipts_records(self, street):
        return [seconds(e["signed_at"]) for e in street.entries(STREET) if e["kind"] == "receipts"]

    def test_a_year_ahead_and_back(self):
        if not self.library:
            self.skipTest("a sanitizer must be loaded first")
        district, street, community = self.node(DISTRICT), self.node(STREET), self.node(COMMUNITY)
        district.init()
        district.start().ready()
        for node, parent in ((street, district), (community, street)):
            self.with_clock_of(node.code)
            node.init(root=district.home / "root.pub")
            parent.admit(node.join(parent))
            node.start().ready().connected()
        self.with_clock_of(COMMUNITY)
        community.publish(consensus())
        times = [self.receipt(community)]
        written = wait_for(lambda: self.receipts_records(street), "the street writes receipts down")

        # The street a year ahead, then a year behind, then right again: work goes on, and the times of its
        # receipts never go back.
        for ahead in (YEAR, -YEAR, 0):
            self.jump(street, ahead)
            self.apart(street, ahead)
            community.publish(consensus())
            times.append(self.receipt(community))
            written = wait_for(lambda: (lambda now: now if len(now) > len(written) else None)(self.receipts_records(street)), f"receipts are written down with the clock at {ahead}")
        self.assertEqual(times, sorted(times))
        self.assertAlmostEqual(times[1] - times[0], YEAR, delta=600)
        self.assertEqual(times[1], times[3])
        self.assertAlmostEqual(written[1] - written[0], YEAR, delta=600)
        self.assertAlmostEqual(written[2] - written[0], -YEAR, delta=600)
        self.assertNotIn("parent's", street.call("status").out)

        # The community a year behind: it connects, is told, and its records are received.
        self.jump(community, -YEAR)
        self.apart(community, -YEAR)
        self.assertIn("behind the parent's", community.call("status").out)
        refused = community.call("publish", "-", "--passphrase-file", community.passphrase, check=False, stdin=json.dumps(consensus()))
        self.assertIn("R-G-05", refused.err)  # of a day that this clock has not seen
        community.publish(json.loads(json.dumps(consensus()).replace("2026-", "2025-")))
        self.receipted(community)
        community.stop()
        community.start().ready().connected()
        self.says(street, f"the clock of {COMMUNITY} differs from ours by -")
        self.apart(community, -YEAR)
        self.jump(community, YEAR)
        community.publish(consensus())
        self.receipted(community)
        self.jump(community, 0)
        self.apart(community, 0)
        community.publish(consensus())
        self.receipted(community)
        signed = [seconds(e["signed_at"]) for e in district.entries(COMMUNITY)]
        self.assertAlmostEqual(signed[-3] - signed[0], -YEAR, delta=600)
        self.assertAlmostEqual(signed[-2] - signed[0], YEAR, delta=600)
        self.assertEqual({e["verdict"] for e in district.entries(COMMUNITY)}, {"ok"})
        for node in (district, street, community):
            self.assertEqual(node.call("verify").status, OK)
        self.fleet.stop()


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
