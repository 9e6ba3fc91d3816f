#!/usr/bin/python3
"""A flipped bit anywhere in a store is found by `yishi verify`, and named, or changes nothing.

A bit is flipped in a copy of a district's store, at random offsets and in one page of each class;
then either `yishi verify` refuses and says where, or every row of every table is as before.
"""

import copy
import os
import random
import re
import shutil
import struct
import subprocess
import unittest

from harness import COMMUNITY, ENVIRONMENT, OK, REFUSED, STREET, Case, consensus, needed

FLIPS = int(os.environ.get("YISHI_FLIPS", "500"))
SHORT_RECORDS, LONG_RECORDS = 60, 12
PAGE, CLASSES = 4096, {1: "branch", 2: "leaf", 4: "overflow", 8: "meta"}
HEADER = 16


class Scrub(Case):
    def setUp(self):
        super().setUp()
        # What LMDB does to a process over a damaged page is for yishi to catch, not for a sanitizer.
        for name in ("ASAN_OPTIONS", "TSAN_OPTIONS"):
            self.fleet.environment[name] = ":".join(filter(None, [os.environ.get(name), "handle_segv=0", "handle_sigbus=0"]))

    def dump(self, home):
        """Every row of every table, or None when the store cannot be read."""
        ran = subprocess.run([needed("YISHI_STORE_TOOL"), "dump", str(home)], capture_output=True, timeout=120, check=False)
        return ran.stdout if ran.returncode == 0 else None

    def pages(self, data):
        """Number of one page for each class, and the class of each page in use."""
        found, number = {}, 0
        while (number + 1) * PAGE <= len(data):
            pgno, _, flags, lower, upper = struct.unpack_from("<QHHHH", data, number * PAGE)
            kind = CLASSES.get(flags & 15)
            if kind is None or (pgno != number and kind != "meta"):
                number += 1
                continue
            found.setdefault(kind, []).append(number)
            number += struct.unpack_from("<I", data, number * PAGE + 12)[0] if kind == "overflow" else 1
        return found

    def filled_store(self):
        """A district that holds three logs, with records that need overflow pages and branches."""
        district, street, community = self.federation(COMMUNITY)
        for i in range(SHORT_RECORDS):
            community.publish(consensus(f"{COMMUNITY}-2026-{1000 + i}", f"示例 {i}"))
        for i in range(LONG_RECORDS):
            community.publish(consensus(f"{COMMUNITY}-2026-{i + 1:04}", "长" * 900))
        self.receipted(community)
        self.held(district, COMMUNITY, SHORT_RECORDS + LONG_RECORDS, verdict="ok")
        for node in (community, street, district):
            node.stop()
        return district

    def verify(self, home):
        node = copy.copy(self.fleet.nodes[0])
        node.home = home
        return node.call("verify", check=False)

    def flip(self, data, place, bit):
        changed = bytearray(data)
        changed[place] ^= 1 << bit
        return bytes(changed)

    def judge(self, home, good, what):
        """One of: found, harmless. Anything else fails."""
        result = self.verify(home)
        if result.status == OK:
            self.assertEqual(self.dump(home), good, f"{what}: verify says good, but rows differ")
            return "harmless"
        self.assertIn(result.status, (REFUSED, ENVIRONMENT), f"{what}: {result.out}{result.err}")
        # LMDB may have said a line of its own before it stopped the process that looked.
        self.assertRegex(result.err, r"(?m)^yishi: .+", what)
        named = result.out + result.err
        self.assertTrue(re.search(r"BAD |store|data\.mdb|damaged|meta page", named), f"{what}: nothing is named: {named}")
        return "found"

    def test_a_flipped_bit_is_found_and_named_or_changes_nothing(self):
        district = self.filled_store()
        good = self.dump(district.home)
        self.assertIsNotNone(good)
        self.assertEqual(self.verify(district.home).status, OK)
        data = (district.home / "store" / "data.mdb").read_bytes()
        by_class = self.pages(data)
        self.assertEqual(set(by_class), set(CLASSES.values()))
        seed = int(os.environ.get("YISHI_SEED", "0"), 16) or random.SystemRandom().getrandbits(64)
        print(f"YISHI_SEED={seed:x}", flush=True)
        dice = random.Random(seed)

        home = self.fleet.folder / "copy"
        shutil.copytree(district.home, home, ignore=shutil.ignore_patterns("doorbell", "lock"))
        target = home / "store" / "data.mdb"
        places = [("random", dice.randrange(len(data))) for _ in range(FLIPS)]
        for kind, pages in sorted(by_class.items()):
            page = dice.choice(pages)
            places.append((f"header of a {kind} page", page * PAGE + dice.randrange(8, HEADER)))
            places.append((f"{kind} page", page * PAGE + dice.randrange(HEADER, PAGE)))
        outcomes = {}
        for what, place in places:
            bit = dice.randrange(8)
            target.write_bytes(self.flip(data, place, bit))
            outcome = self.judge(home, good, f"{what}, byte {place}, bit {bit}")
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
        print(f"{len(places)} bits: {outcomes}", flush=True)
        # Most of a store is in use: a verify that never finds anything fails here.
        self.assertGreater(outcomes.get("found", 0), len(places) // 5)

    def test_a_kept_membership_that_says_something_else_is_found_and_made_anew(self):
        district, street, community = self.federation(COMMUNITY)
        community.publish(consensus(f"{COMMUNITY}-2026-0001"))
        self.receipted(community)
        self.held(district, COMMUNITY, 1, verdict="ok")
        for node in (community, street, district):
            node.stop()
        district.call("reindex")
        good = self.dump(district.home)
        rows = dict(line.split()[1:] for line in good.decode().splitlines() if line.startswith("meta "))
        row = bytes.fromhex(rows[f"members/{STREET}".encode().hex()])[:-8]
        never = b"\xff" * 8  # the first key of the street's community is cut, so its records would be bad
        self.assertIn(never, row)
        (self.folder / "row").write_bytes(row.replace(never, (0).to_bytes(8, "big"), 1))
        subprocess.run([needed("YISHI_STORE_TOOL"), "meta", str(district.home), f"members/{STREET}", str(self.folder / "row")], check=True)
        result = district.call("verify", check=False)
        self.assertEqual((result.status, result.out.count("BAD")), (REFUSED, 1), result.out + result.err)
        self.assertIn(f"the membership kept of {STREET} is not what its records say", result.out)
        district.call("reindex")
        self.assertEqual(district.call("verify").status, OK)
        self.assertEqual(self.dump(district.home), good)

    def test_a_store_cut_short_or_with_zeroed_pages_is_refused_without_a_crash(self):
        district = self.filled_store()
        store = district.home / "store" / "data.mdb"
        data = store.read_bytes()
        store.write_bytes(data[: len(data) // 2])
        result = self.verify(district.home)
        self.assertEqual(result.status, ENVIRONMENT, result.out + result.err)
        self.assertIn("cut short", result.err)
        leaf = self.pages(data)["leaf"]
        for page in leaf:
            store.write_bytes(data[: page * PAGE] + bytes(PAGE) + data[(page + 1) * PAGE :])
            result = self.verify(district.home)
            self.assertIn(result.status, (OK, REFUSED, ENVIRONMENT))
            if result.status == OK:
                continue  # a page that is free
            self.assertRegex(result.err, r"(?m)^yishi: .+", f"page {page}")


if __name__ == "__main__":
    unittest.main()
