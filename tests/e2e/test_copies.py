"""Copies of a node: restored from a backup, cloned, and in the hands of a thief (DESIGN.md 5)."""

import base64
import shutil
import sys
import unittest

from harness import (COMMUNITY, DISTRICT, OK, REFUSED, STREET, TOP, Case, consensus,
                     store_tool, wait_for)

sys.path.insert(0, str(TOP / "tests"))

import verifier  # noqa: E402


def states(node):
    return {log["code"]: log["state"] for log in node.status()["logs"]}


def received(record):
    """An office confirms the receipt of a record."""
    return {"kind": "acknowledgement", "refs": [{"rel": "acknowledges", "record": record}],
            "acknowledgement": {"purpose": "示例"}}


def record(number):
    return consensus(f"{COMMUNITY}-2026-{number:04d}", f"示例:第{number}号")


class CopyCase(Case):
    def copy(self, node, name):
        """Another home with all that the node's has, which is not running: a backup, or a clone."""
        folder = self.folder / "copies" / name
        shutil.copytree(node.home, folder, ignore=shutil.ignore_patterns("doorbell", "lock", "address", "link"))
        return folder

    def clone(self, node, name):
        other = self.fleet.node(node.code, node.name, node.deployment)
        other.home = self.copy(node, name)
        other.passphrase = node.passphrase
        other.log = node.log.with_name(f"{node.code}-{name}.log")
        return other

    def restore(self, node, folder):
        shutil.rmtree(node.home)
        shutil.copytree(folder, node.home)

    def publish(self, node, *numbers):
        return [node.publish(record(n))["id"] for n in numbers]

    def known(self, node):
        """The id of some record that the node holds, in base64."""
        return base64.b64encode(bytes.fromhex(node.entries(node.code)[0]["id"])).decode()

    def ids(self, holder, code):
        return [e["id"] for e in holder.call("log", code, "--json", check=False).objects()]

    def one_history(self, ids, code, *holders):
        """Each of these records stands once in that log, the same one at every holder."""
        def arrived():
            logs = [self.ids(holder, code) for holder in holders]
            return all(log == logs[0] for log in logs) and all(logs[0].count(i) == 1 for i in ids) and logs

        wait_for(arrived, f"one log of {code} with {len(ids)} records at {len(holders)} nodes")
        for holder in holders:
            self.assertEqual(states(holder)[code], "following", holder.home)
            self.assertEqual(holder.call("verify").status, OK)


class Copies(CopyCase):
    def test_a_store_restored_from_last_weeks_copy_publishes_on(self):
        district, street, community = self.federation()
        ids = self.publish(community, 1)
        self.receipted(community)
        community.stop()
        backup = self.copy(community, "backup")
        community.start().ready().connected()
        ids += self.publish(community, 2, 3)
        self.receipted(community)
        community.stop()

        self.restore(community, backup)
        ids += self.publish(community, 4)
        community.start().ready().connected()
        ids += self.publish(community, 5)

        self.one_history(ids, COMMUNITY, community, street, district)
        self.receipted(community)
        self.assertIn("another continuation of our own log", community.log_text())

    def test_a_restored_street_publishes_on(self):
        district, street, community = self.federation()
        street.stop()
        backup = self.copy(street, "backup")
        street.start().ready().connected()
        ids = self.publish(community, 1)
        self.receipted(community)
        own = [street.publish(received(self.known(street)))["id"]]
        self.receipted(street, "district")
        street.stop()

        self.restore(street, backup)
        own += [street.publish(received(self.known(street)))["id"]]
        street.start().ready().connected()

        ids += self.publish(community, 2)
        self.one_history(own, STREET, street, district, community)
        self.one_history(ids, COMMUNITY, community, street, district)
        self.receipted(community)

    def test_two_copies_that_publish_offline_become_one_history(self):
        district, street, community = self.federation()
        ids = self.publish(community, 1)
        self.receipted(community)
        community.stop()
        other = self.clone(community, "clone")
        ids += self.publish(community, 2, 3)
        ids += self.publish(other, 4, 5, 6)

        community.start().ready().connected()
        self.receipted(community)
        other.start().ready()
        self.one_history(ids, COMMUNITY, street, district, other)
        self.receipted(other)
        community.stop()
        community.start().ready()
        other.stop()
        self.one_history(ids, COMMUNITY, community, street, district)
        self.assertNotIn("forked", str(states(district)) + str(states(street)) + str(states(community)))

    def test_two_copies_that_run_at_once_lose_nothing(self):
        district, street, community = self.federation()
        community.stop()
        other = self.clone(community, "clone")
        ids = self.publish(community, 1) + self.publish(other, 2)
        community.start().ready()
        other.start().ready()
        ids += self.publish(community, 3) + self.publish(other, 4)

        wait_for(lambda: set(self.ids(district, COMMUNITY)) >= set(ids), "all records at the district")
        other.stop()
        self.one_history(ids, COMMUNITY, community, street, district)

    def test_a_thief_of_the_key_is_proven_guilty_of_two_histories(self):
        district, street, community = self.federation()
        self.publish(community, 1)
        self.receipted(community)
        community.stop()
        thief = self.clone(community, "thief")
        self.publish(thief, 2)
        self.assertEqual(store_tool("sign", thief.home), "signed")
        community.start().ready().connected()
        self.publish(community, 3)
        self.receipted(community)
        size = community.status()["size"]
        community.stop()

        thief.start().ready()
        for node in (street, district, thief):
            wait_for(lambda node=node: states(node)[COMMUNITY] == "forked", f"{node.code} knows of the fork")
        self.assertIn("event=forked", district.log_text())
        proof = self.folder / "two.fork-proof"
        district.call("prove", "--fork", COMMUNITY, "--out", proof)
        key = community.keys()["log"]
        self.assertEqual(thief.call("check", proof, "--key", key).status, OK)
        self.assertRegex(verifier.run("fork", proof, key, lambda *_: None), "^OK ")
        self.assertIn("ALARM", district.call("status").out)
        self.assertRefusedFork(thief)

        # The true node comes back: it learns of it, and nobody cosigns any more.
        thief.stop()
        community.start().ready()
        wait_for(lambda: states(community)[COMMUNITY] == "forked", "the node itself knows of it")
        self.assertEqual(community.status()["receipts"]["district"]["size"], size)

    def assertRefusedFork(self, node):
        result = node.call("publish", "-", "--passphrase-file", node.passphrase, stdin="{}", check=False)
        self.assertNotEqual(result.status, OK)


class Districts(CopyCase):
    def test_a_restored_district_has_its_log_from_its_children(self):
        district, street = self.federation(COMMUNITY)[:2]
        district.stop()
        backup = self.copy(district, "backup")
        district.start().ready()
        street.connected()
        ids = [district.publish(received(self.known(district)))["id"]]
        size = district.status()["size"]
        self.held(street, DISTRICT, size)
        wait_for(lambda: [log for log in street.status()["logs"] if log["code"] == DISTRICT][0]["head_size"] == size,
                 "the street has its head")
        district.stop()
        street.stop()  # or it would give the log back before the operator decides

        self.restore(district, backup)
        ids.append(district.publish(received(self.known(district)))["id"])
        district.start().ready()
        self.assertIn("was signed than this store holds", district.log_text())
        self.assertRefused(district.call("recover", "--accept", "示例", check=False), REFUSED, "second history")
        street.start().ready()
        ids.append(district.publish(received(self.known(district)))["id"])

        self.one_history(ids, DISTRICT, district, street)

    def test_a_district_without_its_guard_waits_for_a_decision(self):
        district, street = self.federation(COMMUNITY)[:2]
        guard = self.folder / "nodes" / f"{DISTRICT}.guard"
        size = district.status()["size"]
        self.held(street, DISTRICT, size)
        district.stop()
        guard.unlink()
        district.start().ready()
        self.assertIn("the guard is missing", district.log_text())
        wait_for(lambda: states(district)[DISTRICT] == "recovering", "the district waits")

        ids = [district.publish(received(self.known(district)))["id"]]
        self.assertEqual(district.status()["waiting"], 1)
        self.assertIn("--accept", district.call("recover").out)
        self.assertFalse(guard.exists())
        self.assertTrue(district.call("recover", "--accept", "换了机器", "--json").object()["accepted"])

        self.one_history(ids, DISTRICT, district, street)
        self.assertIn('reason="换了机器"', (district.home / "decisions.log").read_text())
        self.assertRefused(district.call("recover", "--accept", "again", check=False), REFUSED, "nothing to decide")

    def test_a_node_that_has_a_parent_has_no_guard(self):
        _, street, _ = self.federation()
        self.assertIsNone(street.call("recover", "--json").object()["guard"])
        self.assertRefused(street.call("recover", "--accept", "x", check=False), 2, "for a district")


if __name__ == "__main__":
    unittest.main()
