#!/usr/bin/python3
"""What is erased by law is in no file of any holder afterwards, and everything is proven as before."""

import base64
import json
import pathlib
import re
import shutil
import subprocess
import unittest

from harness import COMMUNITY, DISTRICT, OK, REFUSED, STREET, TOP, Case, Failure, consensus, files_under, store_tool, wait_for

WINDOW = 24
RUN = re.compile(rb"[^\0]{%d,}" % WINDOW)
# Long enough for pages of its own, and of words that stand nowhere else.
SECRET = "".join(f"第{i}段:王秀兰住三号楼{i * 7919 % 9973}室,电话转她女儿{i * 104729 % 99991};" for i in range(60))
SHORT = "示例反映人李桂英家中老人卧床多年,请勿外传门牌七零三二"


def windows(text):
    """Every 24 bytes of the plaintext, as they stand and in base64 and hex."""
    raw = text.encode()
    found = {raw[i:i + WINDOW] for i in range(len(raw) - WINDOW + 1)}
    for shift in range(3):
        coded = base64.b64encode(raw[shift:])
        found |= {coded[i:i + WINDOW] for i in range(4, len(coded) - WINDOW - 4)}
    coded = raw.hex().encode()
    return found | {coded[i:i + WINDOW] for i in range(len(coded) - WINDOW + 1)} | {coded.upper()[i:i + WINDOW] for i in range(len(coded) - WINDOW + 1)}


def places(folders, text):
    """Files that hold any piece of the text, with the offset of the first."""
    wanted = windows(text)
    found = {}
    for path, data in files_under(*folders):
        for run in RUN.finditer(data):  # the text has no zero bytes
            part = run.group()
            at = next((i for i in range(len(part) - WINDOW + 1) if part[i:i + WINDOW] in wanted), None)
            if at is not None:
                found[str(path)] = run.start() + at
                break
    return found


class Erase(Case):
    def proposal(self, number, content, title="示例:楼道照明"):
        return {"kind": "topic_proposal", "subject": f"{COMMUNITY}-2026-{number:04}", "occurred_at": "2026-10-20",
                "topic_proposal": {"title": title, "content": content, "proposer_kind": "resident", "channel": "form", "proposed_on": "2026-10-20",
                                   "suggested_category": "facilities_and_order", "suggested_nature": "community_affairs", "suggested_level": "community"}}

    def redaction(self, number, *targets, **what):
        return {"kind": "redaction", "subject": f"{COMMUNITY}-2026-{number:04}", "occurred_at": "2026-11-02",
                "refs": [{"rel": "redacts", "record": target} for target in targets],
                "redaction": {"reason": "request", "erased_on": "2026-11-02", "holder": COMMUNITY, "whole_body": True, **what}}

    def bundle(self, node, record):
        path = self.folder / f"{node.code}-{record[:8]}-{len(list(self.folder.iterdir()))}.tlog-proof"
        node.call("prove", record, "--out", str(path))
        return path

    def check(self, node, path):
        self.assertEqual(node.call("check", str(path), "--root", str(node.home / "root.pub"), check=False).status, OK)
        ran = subprocess.run(["/usr/bin/python3", "-B", str(TOP / "tests" / "verifier.py"), "bundle", str(path), str(node.home / "root.pub")],
                             capture_output=True, text=True, check=False)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)

    def erased(self, node, record):
        """Wait until this node shows the record as erased."""
        def there():
            found = [e for e in node.entries(COMMUNITY) if e["id"] == record]
            return found and found[0]["content"] == "erased" and found[0]
        return wait_for(there, f"{node.code}: {record[:8]} erased")

    def clean(self, nodes, *texts, also=()):
        """Wait until no file of these nodes holds any of the texts."""
        def none():
            return not any(places([n.home for n in nodes] + list(also), text) for text in texts)
        try:
            wait_for(none, "no plaintext")
        except Failure:
            raise AssertionError([places([n.home for n in nodes] + list(also), text) for text in texts]) from None

    def test_a_body_goes_at_every_holder(self):
        nodes = district, street, community = self.federation()
        community.publish(consensus())
        target = community.publish(self.proposal(1, SECRET))["id"]
        other = community.publish(self.proposal(2, SHORT))["id"]
        for number in range(3, 9):
            community.publish(self.proposal(number, f"示例:第{number}件"))
        self.receipted(community)
        for node in nodes:
            self.held(node, COMMUNITY, 9, verdict="ok")
            node.call("matter", f"{COMMUNITY}-2026-0001")
            self.assertTrue(places([node.home], SECRET))
        before = self.bundle(district, target)
        self.check(district, before)
        left = street.home / "scratch" / "report-killed"  # of a process that had copied it for a report
        left.mkdir(parents=True)
        (left / "data.mdb").write_text(SECRET)

        community.publish(self.redaction(1, target))
        community.publish(self.redaction(2, other))

        for node in nodes:
            self.erased(node, target)
            self.erased(node, other)
        self.clean(nodes, SECRET, SHORT)
        # What is written later brings nothing back.
        for number in range(10, 16):
            community.publish(self.proposal(number, f"示例:第{number}件"))
        self.receipted(community)
        for node in nodes:
            self.held(node, COMMUNITY, 17, verdict="ok")
            node.call("matter", f"{COMMUNITY}-2026-0001")
            self.assertEqual(node.call("verify").status, OK)
        self.clean(nodes, SECRET, SHORT)
        self.check(district, before)
        self.check(street, self.bundle(street, target))

    def draft(self, node, number, name, photo):
        """A proposal with a sealed name and two files, one of which stays here; published."""
        fields = ["title=示例:楼道照明", "content=示例", "proposer_kind=resident", "channel=form", "proposed_on=2026-10-20",
                  "suggested_category=facilities_and_order", "suggested_nature=community_affairs", "suggested_level=community"]
        draft = node.call("new", "topic_proposal", "--matter", f"{COMMUNITY}-2026-{number:04}", "--json",
                          *[part for field in fields for part in ("--set", field)]).object()["draft"]
        node.call("seal", draft, "proposer", "--file", "-", stdin=name)
        attached = node.call("attach", draft, str(photo), "--role", "photo", "--json").objects()[0]
        sheet = node.call("attach", draft, str(photo), "--role", "sign_in_sheet", "--json").objects()[0]
        record = node.call("publish", draft, "--passphrase-file", node.passphrase, "--json").object()["id"]
        return record, attached["hash"], sheet["hash"]

    def test_sealed_values_and_attachments_go_with_key_and_content_also_in_backups(self):
        nodes = district, street, community = self.federation()
        photo = self.folder / "photo.jpg"
        photo.write_text("\n".join(f"face {i} of somebody: {i * 7919}" for i in range(900)))
        text = photo.read_text()[2000:4000]
        name = "示例王秀兰三号楼一单元七零三室,电话由居委会转告"
        record, attached, sheet = self.draft(community, 1, name, photo)
        body = community.publish(self.proposal(2, SECRET))["id"]
        self.receipted(community)
        arrived = [node.home / "attachments" / attached[:2] / attached[2:4] / attached for node in nodes]
        wait_for(lambda: all(path.exists() for path in arrived), "the photograph at street and district")
        backup, lost = self.folder / "backup", self.folder / "lost"
        for folder in (backup, lost):
            community.call("backup", str(folder), "--keys", "--sealed")
        street_backup = self.folder / "street-backup"
        street.call("backup", str(street_backup))
        moved = lost.rename(self.folder / "carried away")
        keys = {p: p.read_bytes() for p in [*community.home.rglob("sealed/slot/*"), *backup.rglob("sealed/slot/*")]}
        self.assertEqual(len(keys), 4)
        self.assertTrue(places([community.home / "attachments", backup / "attachments"], text))
        self.assertTrue(places([backup], SECRET) and places([street_backup], SECRET))

        community.publish({**self.redaction(1, record), "redaction": {"reason": "request", "erased_on": "2026-11-02", "holder": COMMUNITY, "slot": "proposer"}})
        for digest in (attached, sheet):
            community.publish({**self.redaction(1, record), "redaction": {
                "reason": "consent_withdrawn", "erased_on": "2026-11-02", "holder": COMMUNITY, "attachment": base64.b64encode(bytes.fromhex(digest)).decode()}})
        community.publish(self.redaction(2, body))

        for node in nodes:
            self.erased(node, body)
        photo.unlink()
        self.clean(nodes, SECRET, name, text, also=[backup, street_backup])
        folders = [community.home, backup]
        wait_for(lambda: not any(p.exists() for p in keys), "no slots of keys")
        left = {data for _, data in files_under(*folders)}
        public = [base64.b64decode((community.home / "keys" / "vault.pub").read_text().split()[-1])]
        for path, slot in keys.items():  # what is random in them and no secret of others: the wrapped keys
            for known in (*public, bytes.fromhex(path.name)):
                slot = slot.replace(known, bytes(len(known)))
            for part in {slot[i:i + 16] for i in range(len(slot) - 16)}:
                if len(set(part)) > 12 and not part.isascii():
                    self.assertFalse(any(part in data for data in left), path)
        shown = community.call("show", record, "--json").object()
        self.assertEqual(sorted(e["what"] for e in shown["erased"] if e["in_effect"]), ["attachment", "attachment", "sealed"])
        # Backups say what they are free of; of the one that was carried away this is told.
        listed = {pathlib.Path(b["path"]).name: b for b in community.call("backup", "--list", "--json").objects()}
        self.assertEqual({n: (b["reachable"], b["clean"]) for n, b in listed.items()}, {"backup": (True, True), "lost": (False, False)})
        self.assertIn("destroy it by hand", community.call("erase").err)
        for folder in (backup, street_backup):
            self.assertEqual(community.call("backup", "--verify", str(folder)).status, OK)
        for node in nodes:
            self.assertEqual(node.call("verify").status, OK)
        moved.rename(lost)
        community.call("erase")
        self.clean([community], SECRET, name, text, also=[lost])

    def test_a_tombstone_without_a_redaction_hides_nothing(self):
        nodes = district, street, community = self.federation()
        community.publish(consensus())
        self.receipted(community)
        district.stop()
        record = community.publish(self.proposal(1, SHORT))["id"]
        self.receipted(community, "street")
        street.stop()
        store_tool("tombstone", street.home, community.status()["origin"], 1)
        district.start().ready()
        street.start().ready()
        self.receipted(community)

        shown = district.call("show", record, "--json").object()
        self.assertEqual((shown["content"], shown["verdict"]), ("absent", "ok"))
        told = district.call("verify", check=False)
        self.assertEqual(told.status, REFUSED)
        self.assertIn("whoever sent it says that it was erased by law", told.out)
        self.assertIn("a tombstone without a redaction that counts", street.call("verify", check=False).out)

        # The lie stops, and the street has nothing either: it asks the community, and tells the district.
        street.stop()
        store_tool("absent", street.home, community.status()["origin"], 1)
        street.start().ready()
        for node in (street, district):
            wait_for(lambda: node.call("show", record, "--json").object()["content"] == "body", f"{node.code}: the body that was withheld")
            wait_for(lambda: node.call("verify", check=False).status == OK, f"{node.code}: good")
        self.assertTrue(places([district.home], SHORT))

        community.publish(self.redaction(1, record))
        for node in nodes:
            self.erased(node, record)
            self.assertEqual(node.call("verify").status, OK)

    def test_a_redaction_of_somebody_else_has_no_effect_and_is_flagged(self):
        district, street, community = self.federation()
        record = community.publish(self.proposal(1, SHORT))["id"]
        self.receipted(community)
        self.held(street, COMMUNITY, 1, verdict="ok")
        refused = street.call("publish", "-", "--passphrase-file", street.passphrase, check=False, stdin=json.dumps(
            {**self.redaction(1, record), "subject": "-", "redaction": {"whole_body": True, "reason": "order", "order": "示例", "erased_on": "2026-11-02", "holder": STREET}}))
        self.assertEqual(refused.status, REFUSED)
        self.assertIn("R-C-4", refused.err)
        by_order = {**self.redaction(1, record), "subject": "-", "redaction": {
            "whole_body": True, "reason": "order", "order": "示例区网信办〔2026〕7号", "erased_on": "2026-11-02", "holder": DISTRICT}}
        district.publish(by_order)
        for node in (district, street, community):
            shown = self.erased(node, record) and node.call("show", record).out
            self.assertIn("示例区网信办〔2026〕7号", shown)
        self.clean((district, street, community), SHORT)

    def test_an_old_backup_that_is_restored_learns_what_was_erased_since(self):
        nodes = district, street, community = self.federation()
        community.publish(consensus())
        record = community.publish(self.proposal(1, SECRET))["id"]
        self.receipted(community)
        old = {}
        for node in (street, community):
            node.call("backup", str(self.folder / f"old-{node.code}"), "--keys")
            old[node] = (self.folder / f"old-{node.code}").rename(self.folder / f"tape-{node.code}")
        community.publish(self.redaction(1, record))
        for node in nodes:
            self.erased(node, record)
        self.receipted(community)
        for node in (community, street):  # what one has lost another must hold
            node.stop()
            shutil.rmtree(node.home)
            told = node.call("backup", "--restore", str(old[node]))
            self.assertIn(str(node.home), told.out)
            self.assertTrue(places([node.home], SECRET))
            node.start().ready()
            self.erased(node, record)
        self.receipted(community)
        self.clean(nodes, SECRET)
        for node in (community, street):
            wait_for(lambda: "restored" in node.log_text(), f"{node.code}: knows what was erased since")
        for node in nodes:
            wait_for(lambda: node.call("verify", check=False).status == OK, f"{node.code}: good")
        self.assertEqual(community.call("backup", "--restore", str(old[community]), check=False).status, REFUSED)

    def test_what_a_restored_node_held_back_it_gives_afterwards(self):
        district, street, community = self.federation()
        record = community.publish(self.proposal(1, SHORT))["id"]
        self.receipted(community)
        origin, tape = community.status()["origin"], self.folder / "tape"
        community.call("backup", str(tape), "--keys")
        for node in (district, street, community):
            node.stop()
        store_tool("absent", street.home, origin, 0)
        shutil.rmtree(community.home)
        community.call("backup", "--restore", str(tape))

        street.start().ready()
        community.start().ready()

        wait_for(lambda: "restored" in community.log_text(), "the community knows what was erased since")
        wait_for(lambda: street.call("show", record, "--json").object()["content"] == "body", "the street has it again")


if __name__ == "__main__":
    unittest.main()
