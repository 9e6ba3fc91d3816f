#!/usr/bin/python3
"""`yishi audit` with real processes: what it says of a whole federation, of a street that lost a record,
and how that record comes back (DESIGN.md 5)."""

import base64
import hashlib
import json
import unittest

from harness import COMMUNITY, DISTRICT, ENVIRONMENT, NEIGHBOUR, OK, REFUSED, STREET, USAGE, Case, consensus, store_tool, wait_for


class Audit(Case):
    def published(self, count=5):
        """District, street and community; all hold and have receipted `count` records."""
        nodes = self.federation(COMMUNITY)
        for number in range(count):
            nodes[2].publish(consensus(f"{COMMUNITY}-2026-{number + 1:04}"))
        self.receipted(nodes[2])
        for node in nodes[:2]:
            self.held(node, COMMUNITY, count, verdict="ok")
        return nodes

    def audit(self, node, status=OK):
        """The lines by code, and the last one."""
        result = node.call("audit", "--json", check=False)
        self.assertEqual(result.status, status, result.out + result.err)
        lines = [json.loads(line) for line in result.out.splitlines()]
        return {line["code"]: line for line in lines[:-1]}, lines[-1]

    def test_every_node_of_a_whole_federation_is_good(self):
        nodes = self.published()
        roots = set()
        for node in nodes:  # beside its daemon
            lines, end = self.audit(node)
            self.assertEqual({code: line["verdict"] for code, line in lines.items()}, dict.fromkeys((DISTRICT, STREET, COMMUNITY), "good"))
            self.assertTrue(end["ok"])
            self.assertEqual(end["records"], sum(line["size"] for line in lines.values()))
            roots.add(end["root"])
        self.assertEqual(len(roots), 1)
        chinese = nodes[0].call("--lang", "zh", "audit").out
        self.assertIn("没有错误，也没有缺失", chinese)

    def test_a_record_deleted_from_the_street_is_named_and_comes_back(self):
        _, street, community = self.published()
        street.stop()
        origin = next(log["origin"] for log in street.status()["logs"] if log["code"] == COMMUNITY)
        store_tool("delete", street.home, origin, 2)

        lines, end = self.audit(street, REFUSED)
        self.assertFalse(end["ok"])
        # and "byid" leads to a record that is not there: a line of the tables, without a code
        self.assertEqual({line["code"] for line in lines.values() if line["verdict"] == "failed"}, {COMMUNITY, None})
        self.assertEqual([(flaw["kind"], flaw["index"]) for flaw in lines[COMMUNITY]["flaws"]], [("entry", 2)])
        self.assertRefused(street.call("recover", STREET, check=False), REFUSED, STREET, "backup")
        self.assertRefused(street.call("recover", COMMUNITY, "--accept", "x", check=False), USAGE, COMMUNITY)
        healed = street.call("recover", COMMUNITY, "--json").object()
        self.assertEqual((healed["flaws"], healed["kept"], healed["size"]), (1, 2, 5))
        self.assertEqual(self.audit(street, REFUSED)[0][COMMUNITY]["flaws"][0]["kind"], "missing")

        street.start().ready().connected()
        self.held(street, COMMUNITY, 5, verdict="ok")
        self.assertRefused(street.call("recover", COMMUNITY, check=False), ENVIRONMENT, "daemon")
        self.assertTrue(self.audit(street)[1]["ok"])
        community.publish(consensus(f"{COMMUNITY}-2026-0099"))
        self.receipted(community)
        street.stop()
        self.assertEqual(street.call("recover", COMMUNITY, "--json").object()["flaws"], 0)

    def redraw(self, nonce, sample, count):
        """FORMATS.md 16.1 from what the sample says of itself."""
        seed = hashlib.sha256(b"yishi/audit-sample/v1\n" + bytes.fromhex(nonce) + bytes.fromhex(sample["receipts"])).digest()
        total, found, n = sum(log["size"] for log in sample["logs"]), [], 0
        while len(found) < count:
            x = int.from_bytes(hashlib.sha256(seed + n.to_bytes(8, "big")).digest()[:8], "big")
            n += 1
            if x - x % total > 2**64 - total:
                continue
            rest = x % total
            for log in sample["logs"]:
                if rest < log["size"]:
                    break
                rest -= log["size"]
            if (log["origin"], rest) not in found:
                found.append((log["origin"], rest))
        return found

    def test_a_sample_is_drawn_from_a_nonce_and_what_came_after_its_commitment(self):
        district, street, _ = self.published()
        nonce = self.folder / "nonce"
        committed = street.call("audit", "--commit", nonce, "--json").object()
        self.assertRefused(street.call("audit", "--commit", nonce, check=False), REFUSED, "nonce")
        self.assertRefused(street.call("audit", "--sample", "5", "--nonce", nonce, check=False), REFUSED, "commitment")
        self.assertRefused(street.call("audit", "--sample", "5", check=False), USAGE, "--nonce")
        known = base64.b64encode(bytes.fromhex(district.entries(DISTRICT)[0]["id"])).decode()
        district.publish({"kind": "acknowledgement", "refs": [{"rel": "acknowledges", "record": known}], "acknowledgement": {"purpose": committed["purpose"]}})
        # A street that enrols another community gets its receipt at once, in a record of the district.
        other = self.node(NEIGHBOUR)
        other.init(root=district.home / "root.pub")
        street.admit(other.join(street))
        drawn = wait_for(lambda: (lambda r: r.status == OK and r)(street.call("audit", "--sample", "5", "--nonce", nonce, "--json", check=False)), "a receipts record behind the commitment").objects()
        self.assertEqual([one["ok"] for one in drawn[:-1]], [True] * 5)
        self.assertEqual([(one["origin"], one["index"]) for one in drawn[:-1]], self.redraw(nonce.read_text().strip(), drawn[-1], 5))
        self.assertEqual(drawn[-1]["commitments_before"], 0)
        again = wait_for(lambda: (lambda r: r.status == OK and r)(district.call("audit", "--sample", "5", "--nonce", nonce, "--json", check=False)), "the same at the district")
        self.assertEqual(again.objects(), drawn)

    def test_what_is_no_number_of_threads_is_wrong_use(self):
        node = self.node(DISTRICT)
        node.init()
        self.assertRefused(node.call("audit", "--threads", "65", check=False), USAGE, "threads")
        self.assertRefused(node.call("audit", "--threads", "many", check=False), USAGE, "threads")


if __name__ == "__main__":
    unittest.main()
