"""Contents of attachments: from a draft of a community to street and district, whatever happens on the way."""

import hashlib
import itertools
import os
import pathlib
import random
import sys
import threading
import unittest

from harness import COMMUNITY, DISTRICT, NEIGHBOUR, OK, REFUSED, USAGE, Case, consensus, files_under, wait_for, write_json

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from cutting import CuttingRelay  # noqa: E402

MEGABYTES = int(os.environ.get("YISHI_ATTACHMENT_MEGABYTES", "64"))
SECONDS = 240  # a deadline for busy machines; nothing is said of speed


class Attachments(Case):
    numbers = itertools.count(1)

    def file(self, name, size, seed):
        path = self.folder / name
        with open(path, "wb") as file:
            source = random.Random(seed)
            while size > 0:
                part = min(size, 1 << 20)
                file.write(source.randbytes(part))
                size -= part
        return path

    def attach(self, node, *files, options=("--role", "photo")):
        """A draft that names these files; its number, and what was printed of each."""
        path = write_json(self.folder / f"{next(self.numbers)}.json", consensus(f"{node.code}-2026-{next(self.numbers):04d}"))
        draft = node.call("draft", "import", path, "--json").object()
        made = []
        for at in range(0, len(files), 6):
            made += node.call("attach", draft["draft"], *files[at:at + 6], *options, "--json").objects()
        return draft["draft"], made

    def publish_draft(self, node, number):
        return node.call("publish", number, "--passphrase-file", node.passphrase, "--json").object()

    def rows(self, node):
        return [row for row in node.call("attachment", "--json").objects() if "hash" in row]

    def sums(self, node):
        return node.call("attachment", "--json").objects()[-1]

    def arrived(self, node, count, seconds=SECONDS):
        wait_for(lambda: (s := self.sums(node))["here"] >= count and s["missing"] == 0,
                 f"{node.code}: {count} attachments", seconds)

    def test_a_file_arrives_at_street_and_district_and_is_what_was_attached(self):
        district, street, community = self.federation()
        photo = self.file("photo.jpg", 300_000, 1)
        draft, made = self.attach(community, photo)
        digest = hashlib.sha256(photo.read_bytes()).hexdigest()
        self.assertEqual([(m["hash"], m["size"], m["scope"], m["role"]) for m in made], [(digest, 300_000, "replicated", "photo")])

        published = self.publish_draft(community, draft)

        for node in (street, district):
            self.arrived(node, 1)
            row, = self.rows(node)
            self.assertEqual((row["hash"], row["state"], row["record"]), (digest, "here", f"{COMMUNITY}:0"))
            node.call("attachment", "get", digest[:8], "--out", self.folder / node.code)
            self.assertEqual((self.folder / node.code).read_bytes(), photo.read_bytes())
            shown = node.call("show", published["id"], "--json").object()
            self.assertEqual([a["state"] for a in shown["attachments"]], ["here"])
            self.assertEqual(node.call("findings", "R-S-5", "--json").out, "")
            self.assertEqual(node.status()["attachments"], {"here": 1, "here_bytes": 300_000, "missing": 0, "missing_bytes": 0, "faults": []})

    def test_what_a_street_attaches_comes_down(self):
        district, street, community = self.federation()
        plan = self.file("plan.pdf", 70_000, 2)
        community.publish(consensus())
        self.held(street, COMMUNITY, 1, verdict="ok")
        draft = street.call("new", "acknowledgement", "--set", "purpose=示例", "--ref", f"acknowledges={COMMUNITY}:0", "--attach", f"evidence={plan}", "--json").object()
        street.call("publish", draft["draft"], "--passphrase-file", street.passphrase, "--as", "st")
        for node in (community, district):
            self.arrived(node, 1)

    def test_what_is_missing_is_shown_and_comes_when_somebody_has_it(self):
        district, street, community = self.federation()
        draft, made = self.attach(community, self.file("a.jpg", 100_000, 3))
        kept = community.home / "attachments" / made[0]["hash"][:2] / made[0]["hash"][2:4] / made[0]["hash"]
        community.stop()
        published = self.publish_draft(community, draft)
        kept.rename(self.folder / "away")
        community.start().ready()
        self.held(street, COMMUNITY, 1, verdict="ok")

        wait_for(lambda: self.sums(street)["missing"] == 1, "the street to miss it")
        finding, = wait_for(lambda: street.call("findings", "R-S-5", "--json").objects(), "R-S-5")
        self.assertEqual(finding["rule"], "R-S-5")
        self.assertEqual(street.status()["attachments"]["missing_bytes"], 100_000)
        self.assertIn("missing", street.call("show", published["id"]).out)
        # It is put back: a peer that asked in vain is told, and asks again.
        (self.folder / "away").rename(kept)
        os.utime(kept)
        with (community.home / "doorbell").open("w") as bell:
            bell.write("x")
        self.arrived(street, 1)
        self.arrived(district, 1)

    def test_a_record_without_its_file_is_not_published(self):
        node = self.node(COMMUNITY)
        node.init()
        draft, made = self.attach(node, self.file("a.jpg", 1000, 4))
        digest = made[0]["hash"]
        self.assertRefused(node.call("attach", draft, self.folder / "a.jpg", check=False), REFUSED, "names this content already")
        self.assertRefused(node.call("attach", draft, self.folder / "none", check=False), 3, "No such file")
        self.assertRefused(node.call("attach", draft, self.folder / "a.jpg", "--role", "x", check=False), USAGE, "sign_in_sheet")
        self.assertRefused(node.call("attachment", "get", "12345678", "--out", "x", check=False), REFUSED, "12345678")
        kept = node.home / "attachments" / digest[:2] / digest[2:4] / digest
        kept.rename(self.folder / "away")
        self.assertRefused(node.call("publish", draft, "--passphrase-file", node.passphrase, check=False),
                           REFUSED, digest, "yishi attach")

    def test_a_damaged_file_is_taken_away_and_fetched_again(self):
        district, street, community = self.federation()
        draft, made = self.attach(community, self.file("a.jpg", 100_000, 5))
        self.publish_draft(community, draft)
        self.arrived(district, 1)
        digest = made[0]["hash"]
        kept = street.home / "attachments" / digest[:2] / digest[2:4] / digest
        os.chmod(kept, 0o600)
        with open(kept, "r+b") as file:
            file.seek(5000)
            file.write(b"?!?!")
        self.assertNotEqual(street.call("attachment", "get", digest, "--out", self.folder / "x", check=False).status, OK)
        self.assertFalse((self.folder / "x").exists())

        self.assertEqual(street.call("attachment", "verify", check=False).status, REFUSED)

        self.arrived(street, 1)
        wait_for(lambda: street.call("attachment", "verify", check=False).status == OK, "a good copy")

    def test_who_sends_wrong_bytes_is_caught_and_named_and_the_right_file_comes_later(self):
        district, street, community = self.federation()
        community.stop()
        draft, (made,) = self.attach(community, self.file("a.jpg", 150_000, 9))
        kept = community.home / "attachments" / made["hash"][:2] / made["hash"][2:4] / made["hash"]
        right = kept.read_bytes()
        self.publish_draft(community, draft)
        kept.chmod(0o600)
        kept.write_bytes(right[:140_000] + bytes(10_000))

        community.start().ready()

        fault, = wait_for(lambda: street.status()["attachments"]["faults"], "the street to notice")
        self.assertEqual((fault["code"], fault["count"], fault["hash"]), (COMMUNITY, 1, made["hash"]))
        self.assertIn(f"{COMMUNITY} has sent wrong contents 1 times", street.call("status").out)
        self.assertIn("event=attachment_wrong", street.log_text())
        self.assertEqual([path for path, data in files_under(street.home / "attachments") if data], [])
        self.receipted(community)  # records go on over the same connection
        kept.write_bytes(right)
        street.stop()  # the half hour is over when it starts again
        street.start().ready()
        self.arrived(street, 1)
        self.arrived(district, 1)

    def test_what_nobody_names_is_collected_and_nothing_else(self):
        district, node = self.node(DISTRICT), self.node(COMMUNITY)
        district.init()
        node.init(root=district.home / "root.pub")
        draft, (drafted,) = self.attach(node, self.file("a.jpg", 1000, 6))
        other, (loose,) = self.attach(node, self.file("b.jpg", 2000, 7))
        third, (published,) = self.attach(node, self.file("c.jpg", 3000, 8))
        self.publish_draft(node, third)
        node.call("draft", "delete", other)
        names = {p.name for p in (node.home / "attachments").rglob("*") if p.is_file()}
        self.assertEqual(names, {drafted["hash"], loose["hash"], published["hash"]})

        node.call("attachment", "collect")  # it is young
        self.assertEqual(len([p for p in (node.home / "attachments").rglob("*") if p.is_file()]), 3)
        node.call("attachment", "collect", "--hours", "0", "--dry-run")
        self.assertEqual(len([p for p in (node.home / "attachments").rglob("*") if p.is_file()]), 3)
        gone = node.call("attachment", "collect", "--hours", "0", "--json").objects()
        self.assertEqual((gone[0]["hash"], gone[-1]["files"]), (loose["hash"], 1))
        names = {p.name for p in (node.home / "attachments").rglob("*") if p.is_file()}
        self.assertEqual(names, {drafted["hash"], published["hash"]})

    def neighbour(self, street):
        node = self.node(NEIGHBOUR)
        node.init(root=street.home / "root.pub")
        street.admit(node.join(street))
        return node.start().ready().connected()

    def test_a_great_deal_arrives_whole_over_links_that_are_cut_again_and_again(self):
        district, street, community = self.federation()
        other = self.neighbour(street)
        total = MEGABYTES << 20
        count = max(8, MEGABYTES // 48 + 1)  # a file has 64 MiB at most
        files = [self.file(f"{n}.jpg", total // count - 1000 * n, 100 + n) for n in range(count)]
        # Somewhere in a file, at its end and at its beginning: the counts are odd on purpose. Twelve cuts on three links.
        cuts = [total // 12 + 12_345, 70_001, total // 7 + 1, 65_536 + 17]
        down, up = threading.Event(), threading.Event()

        def on_cut(n):  # the link below stays down until this test has done what it wants to
            if n == 2:
                down.set()
                up.wait(SECONDS)

        below, beside = CuttingRelay(street.address, cuts, on_cut), CuttingRelay(street.address, cuts)
        above = CuttingRelay(district.address, cuts)
        for relay in (below, beside, above):
            self.addCleanup(relay.close)
        for node, relay in ((community, below), (other, beside), (street, above)):
            conf = node.home / "yishi.conf"
            lines = [f"parent = {relay.address}" if line.startswith("parent =") else line for line in conf.read_text().splitlines()]
            conf.write_text("\n".join(lines) + "\n")
            node.stop()
            node.start().ready().connected()
        for node, some in ((community, files[:count // 2]), (other, files[count // 2:])):
            self.publish_draft(node, self.attach(node, *some)[0])
        self.assertTrue(down.wait(SECONDS))
        street.process.kill()
        street.process.wait()
        community.publish(consensus())
        street.start().ready()
        up.set()

        for node in (street, district):
            self.arrived(node, len(files))
            self.assertEqual(node.call("attachment", "verify").status, OK)
            self.assertEqual(node.status()["attachments"]["faults"], [])
        self.assertEqual([relay.made for relay in (below, beside, above)], [len(cuts)] * 3)
        self.receipted(community)
        # What was published meanwhile was there before the attachments were.
        told = street.log_text()
        record = told.find(f"log={community.status()['origin']} from=1 ")
        self.assertTrue(-1 < record < told.rfind("event=attachment "), told[-3000:])
        # And little was sent twice: pieces that came stay on the disk.
        self.assertLess(above.passed, total * 1.2)


if __name__ == "__main__":
    unittest.main()
