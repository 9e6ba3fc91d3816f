"""Wall clocks that jump by a year, forwards and back, under daemons that run on."""

import datetime
import json
import sys
import unittest

import ground_disk as ground

from harness import COMMUNITY, DISTRICT, OK, STREET, consensus, needed, wait_for

YEAR = 365 * 86400


def seconds(text):
    return datetime.datetime.fromisoformat(text).timestamp()


class JumpingClocks(ground.DiskCase):
    """All three clocks are ours."""

    def setUp(self):
        super().setUp()
        self.library = needed("YISHI_FALSE_CLOCK")
        self.files = {code: self.folder / f"clock-{code}" for code in (DISTRICT, STREET, COMMUNITY)}
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

    def receipt(self, community, level="street"):
        self.receipted(community)
        return seconds(community.status()["receipts"][level]["time"])

    def told(self, node, *jumps):
        """What status says of the clock: these jumps; they are acknowledged, and nobody speaks of them again."""
        found = node.status()["clock"]["jumps"]
        self.assertEqual(len(found), len(jumps), found)
        for jump, wanted in zip(found, jumps):
            self.assertAlmostEqual(jump["seconds"], wanted, delta=10)
            self.assertRegex(node.call("status").out, f"ALARM {jump['alarm'][:16]}: the clock of this machine jumped by {jump['seconds']} s, to 20")
            node.call("status", "--acknowledge", jump["alarm"][:8])
        self.assertEqual(node.status()["clock"]["jumps"], [])
        self.assertNotIn("jumped", node.call("status").out)

    def receipts_records(self, street):
        return [seconds(e["signed_at"]) for e in street.entries(STREET) if e["kind"] == "receipts"]

    def three(self):
        """Connected, each with a clock of its own; the community has published. Commands go by the right time."""
        district, street, community = nodes = self.node(DISTRICT), self.node(STREET), self.node(COMMUNITY)
        for node, parent in zip(nodes, (None, district, street)):
            self.with_clock_of(node.code)
            node.init(root=None if parent is None else district.home / "root.pub")
            if parent is not None:
                parent.admit(node.join(parent))
            node.start().ready()
            if parent is not None:
                node.connected()
        self.with_clock_of(COMMUNITY)
        community.publish(consensus())
        return nodes

    def test_a_district_a_year_ahead_and_back(self):
        """Times of receipts are evidence, and never go back: everybody is told."""
        district, street, community = self.three()
        right = self.receipt(community, "district")
        self.assertEqual([n.status()["clock"] for n in (district, street, community)],
                         [{"jumps": [], "witness_time": None, "witness_ahead_s": 0, "receipts_apart_s": {"street": 0, "district": 0}}] * 3)

        self.jump(district, YEAR)
        community.publish(consensus())
        self.assertAlmostEqual(self.receipt(community, "district") - right, YEAR, delta=600)
        self.told(district, YEAR)
        self.assertAlmostEqual(community.status()["clock"]["receipts_apart_s"]["district"], YEAR, delta=600)
        self.assertIn("ALARM: the newest receipt of the district is dated 315", community.call("status").out)
        self.assertNotIn("of the street is dated", community.call("status").out)
        # Who connects is told by the parent's own clock, too.
        street.stop()
        street.start().ready().connected()
        self.apart(street, -YEAR)

        # It is right again: what it gives stays a year ahead, and it says so itself.
        self.jump(district, 0)
        community.publish(consensus())
        late = self.receipt(community, "district")
        self.assertAlmostEqual(late - right, YEAR, delta=600)
        self.told(district, -YEAR)
        clock = district.status()["clock"]
        self.assertAlmostEqual(seconds(clock["witness_time"]), late, delta=1)
        self.assertAlmostEqual(clock["witness_ahead_s"], YEAR, delta=600)
        self.assertIn("ALARM: the newest receipt that this node gave is dated 20", district.call("status").out)
        self.assertIn("of the district is dated 315", community.call("status").out)
        self.assertEqual(street.status()["clock"]["witness_time"], None)

        # Their own clocks never jumped.
        self.told(street)
        self.told(community)
        for node in (district, street, community):
            self.assertEqual(node.call("verify").status, OK)
        self.fleet.stop()

    def test_receipts_older_than_their_record(self):
        district, street, community = self.three()
        self.receipted(community)
        self.jump(community, YEAR)
        community.publish(consensus())
        self.receipted(community)
        apart = community.status()["clock"]["receipts_apart_s"]
        self.assertEqual([round(apart[level] / YEAR, 2) for level in ("street", "district")], [-1, -1])
        self.jump(community, 0)
        self.assertRegex(community.call("status").out, "ALARM: the newest receipt of the street is dated 315[0-9]+ s before the record")
        self.told(community, YEAR, -YEAR)
        self.told(street)
        self.told(district)
        self.fleet.stop()

    def test_a_year_ahead_and_back(self):
        district, street, community = self.three()
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
        # The street's clock is right now and agrees with the district's; but what it gives is of next year.
        self.with_clock_of(STREET)
        said = street.call("status").out
        self.assertNotIn("the parent's", said)
        self.assertIn("ALARM: the newest receipt that this node gave is dated", said)
        self.told(street, YEAR, -2 * YEAR, YEAR)
        self.with_clock_of(COMMUNITY)
        self.assertIn("of the street is dated 315", community.call("status").out)

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
