"""A signed outcome travels from a community to the district and comes back receipted."""

import unittest

from harness import COMMUNITY, DISTRICT, NEIGHBOUR, STREET, Case, consensus, wait_for


class Thread(Case):
    def test_a_record_travels_up_and_its_receipts_come_back(self):
        district, street, community = self.federation()

        published = community.publish(consensus())

        self.assertEqual((published["index"], published["size"]), (0, 1))
        self.receipted(community)
        for reader in (community, street, district):
            entry, = self.held(reader, COMMUNITY, 1, verdict="ok")
            self.assertEqual(entry["id"], published["id"])
            self.assertEqual(entry["kind"], "consensus")
            self.assertEqual(sorted(entry["signers"]), ["po", "rc"])
            self.assertIsNotNone(entry["street_receipt"])
            self.assertIsNotNone(entry["district_receipt"])
            self.assertLessEqual(entry["street_receipt"], entry["district_receipt"])
        for node in (community, street, district):
            self.assertEqual(node.call("verify").status, 0)
            self.assertEqual(node.status()["alarms"], [])

    def test_a_key_that_is_cut_alarms_its_unit_until_somebody_has_seen_it(self):
        district, street, community = self.federation()
        community.publish(consensus())
        self.receipted(community)
        street.publish({"key_revoke": {"key": (community.home / "keys" / "sc.pub").read_text().split()[0],
                                       "log": community.status()["origin"], "cut_size": 5, "cut_root": "A" * 43 + "=",
                                       "reason": "lost"}})
        alarm, = wait_for(lambda: community.status()["alarms"], "an alarm")
        self.assertEqual(alarm["kind"], "key_revoke")
        self.assertEqual(alarm["log"], street.status()["origin"])
        self.assertTrue(alarm["key"].endswith("/sc"))
        self.assertIn("ALARM", community.call("status").out)
        community.call("status", "--acknowledge", alarm["record"][:8])
        self.assertEqual(community.status()["alarms"], [])
        # The district has seen the street's record, and says at once in its own log what it had.
        wait_for(lambda: any(entry["kind"] == "receipts" for entry in district.entries(DISTRICT)), "a record of receipts")

    def test_the_status_tells_how_far_a_record_has_come(self):
        district, street, community = self.federation()
        street.stop()

        community.publish(consensus())

        receipts = community.status()["receipts"]
        self.assertEqual(receipts["saved"], 1)
        self.assertIsNone(receipts["street"])
        self.assertIsNone(receipts["district"])

        district.stop()
        street.start().ready()
        self.receipted(community, "street")
        self.assertIsNone(community.status()["receipts"]["district"])

        district.start().ready()
        self.receipted(community, "street", "district")

    def test_what_was_published_offline_is_signed_and_sent_later(self):
        district, street, community = self.federation()
        community.stop()
        for number in range(1, 4):
            community.publish(consensus(f"{COMMUNITY}-2026-{number:04d}"))
        self.assertFalse(community.status()["daemon"]["running"])

        community.start().ready()

        self.receipted(community)
        entries = self.held(district, COMMUNITY, 3, verdict="ok")
        self.assertEqual([e["index"] for e in entries], [0, 1, 2])

    def test_a_running_daemon_takes_up_what_the_command_line_publishes(self):
        district, _, community = self.federation()
        for number in range(1, 6):
            self.assertEqual(community.publish(consensus(f"{COMMUNITY}-2026-{number:04d}"))["size"], number)
        self.receipted(community)
        self.held(district, COMMUNITY, 5, verdict="ok")

    def test_nodes_that_restart_lose_and_repeat_nothing(self):
        nodes = self.federation()
        district, street, community = nodes
        community.publish(consensus())
        self.receipted(community)
        for node in nodes:
            node.stop()
        for node in nodes:
            node.start().ready()

        community.publish(consensus(f"{COMMUNITY}-2026-0002"))

        self.receipted(community)
        for reader in (street, district):
            entries = self.held(reader, COMMUNITY, 2, verdict="ok")
            self.assertEqual(len(entries), 2)
        for node in nodes:
            self.assertEqual(node.call("verify").status, 0)

    def test_a_log_reaches_ancestors_and_descendants_and_nobody_else(self):
        district, street, community, neighbour = self.federation(COMMUNITY, NEIGHBOUR)
        community.publish(consensus())
        neighbour.publish(consensus(f"{NEIGHBOUR}-2026-0001"))
        self.receipted(community)
        self.receipted(neighbour)

        def held(node):
            return {log["code"] for log in node.status()["logs"] if log["size"] > 0}

        self.assertEqual(held(district), {DISTRICT, STREET, COMMUNITY, NEIGHBOUR})
        self.assertEqual(held(street), {DISTRICT, STREET, COMMUNITY, NEIGHBOUR})
        self.assertEqual(held(community), {DISTRICT, STREET, COMMUNITY})
        self.assertEqual(held(neighbour), {DISTRICT, STREET, NEIGHBOUR})


if __name__ == "__main__":
    unittest.main()
