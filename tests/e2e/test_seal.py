#!/usr/bin/python3
"""Personal data stays at home: sealed into a draft, published as a commitment, opened with a purpose, shown to an auditor
who has nothing but openssl; the plaintext and its salt stand in no file of any node."""

import base64
import hashlib
import json
import subprocess
import unittest

from harness import COMMUNITY, OK, REFUSED, STREET, USAGE, TOP, Case, files_under

import sys

sys.path.insert(0, str(TOP / "tests"))
import verifier  # noqa: E402

NAME = "示例居民甲丙丁 示例胡同三号"
PROPOSAL = {
    "kind": "topic_proposal", "subject": "new", "occurred_at": "2026-11-20",
    "topic_proposal": {
        "title": "示例:楼道照明", "content": "示例:三层不亮", "proposer_kind": "resident", "channel": "form", "proposed_on": "2026-11-20",
        "suggested_category": "facilities_and_order", "suggested_nature": "community_affairs", "suggested_level": "community",
    },
}


def quiet(*_):
    pass


class Seal(Case):
    def draft(self, node, record=None):
        """A draft of the node; its number."""
        path = self.folder / "draft.json"
        path.write_text(json.dumps(record or PROPOSAL, ensure_ascii=False))
        return str(node.call("draft", "import", path, "--json").object()["draft"])

    def seal(self, node, draft, slot, value=NAME, *arguments):
        return node.call("seal", draft, slot, "--file", "-", "--json", *arguments, stdin=value + "\n").object()["commitment"]

    def open(self, node, *arguments, check=True):
        return node.call(*arguments, "--passphrase-file", node.passphrase, check=check)

    def unseal(self, node, record, slot="proposer", *arguments):
        return self.open(node, "unseal", record, slot, "--purpose", "示例:核对", *arguments)

    def logbook(self, node):
        return [json.loads(line) for line in (node.home / "logbook").read_text().splitlines()]

    def slots(self, node):
        return sorted(p.name for p in (node.home / "sealed" / "slot").iterdir())

    def values(self, node):
        return sorted(p.name for p in (node.home / "sealed" / "value").iterdir())

    def lacks(self, folder, *secrets):
        """None of these bytes stands in any file below, as it is, in hex, or in base64 at any of its three places."""
        needles = []
        for secret in secrets:
            needles += [secret, secret.hex().encode(), secret.hex().upper().encode()]
            needles += [base64.b64encode(b"\0" * lead + secret)[4 if lead else 0:-4] for lead in range(3)]
        for path, data in files_under(folder):
            for needle in needles:
                self.assertNotIn(needle, data, path)

    def test_from_sealing_to_an_auditor_with_nothing_but_openssl(self):
        district, street, community = self.federation()
        draft = self.draft(community)
        commitment = self.seal(community, draft, "proposer", NAME, "--basis", "consent", "--purpose", "示例:回访")
        self.assertEqual(self.unseal(community, draft).out, NAME + "\n")
        sheet = self.folder / "sheet.txt"
        sheet.write_text(NAME)
        entry = community.call("attach", draft, sheet, "--role", "sign_in_sheet", "--json").object()
        record = self.open(community, "publish", draft, "--json").object()["id"]
        self.receipted(community)
        self.held(district, COMMUNITY, 1, verdict="ok")

        # in the record everywhere, as a commitment
        for node in (community, street, district):
            body = node.call("show", record, "--json").object()["body"]
            self.assertEqual(body["sealed"], [{"slot": "proposer", "commitment": commitment}])
        listed, = [line for line in community.call("seal", "list", "--json").objects() if line["content"] == "value"]
        self.assertEqual((listed["record"], listed["slot"], listed["basis"], listed["purpose"]), (record, "proposer", "consent", "示例:回访"))

        # opened with the passphrase and a purpose alone
        self.assertEqual(self.unseal(community, record).out, NAME + "\n")
        self.assertRefused(community.call("unseal", record, "proposer", check=False), USAGE, "--purpose")
        self.assertRefused(community.call("unseal", record, "proposer", "--purpose", "x", "--passphrase-file", street.passphrase, check=False),
                           REFUSED, "vault.key", "wrong passphrase")
        self.assertRefused(self.open(community, "unseal", record, "operator", "--purpose", "x", check=False), REFUSED, "operator", "proposer")
        self.assertRefused(self.open(community, "unseal", record, "proposer", "--purpose", "回电13800138000", check=False), REFUSED, "purpose")
        self.assertRefused(self.open(street, "unseal", record, "proposer", "--purpose", "x", check=False), REFUSED, "yishi key new vault")

        # a file that stays: with passphrase and purpose, and nowhere else
        self.assertEqual(entry["scope"], "local_only")
        get = ["attachment", "get", entry["hash"], "--out", self.folder / "taken"]
        self.assertRefused(self.open(community, *get, check=False), USAGE, "--purpose")
        self.assertRefused(street.call(*get, "--purpose", "x", check=False), REFUSED, "not here")
        self.open(community, *get, "--purpose", "示例:核对")
        self.assertEqual((self.folder / "taken").read_text(), NAME)

        # for an auditor
        opening, bundle, root = self.folder / "o.json", self.folder / "b", district.home / "root.pub"
        told = self.open(community, "open-commitment", record, "proposer", "--for", "示例区审计局", "--purpose", "示例:年度审计", "--out", opening, "--json")
        self.assertEqual(opening.stat().st_mode & 0o777, 0o600)
        community.call("prove", record, "--out", bundle)
        said = json.loads(opening.read_text())
        self.assertEqual((said["value"], said["record"], said["commitment"]), (NAME, record, commitment))
        shell = ("{ printf 'yishi/sealed/v1\\n%s\\n%s\\n' \"$1\" \"$2\"; printf %s \"$3\" | openssl base64 -d -A; printf %s \"$4\"; }"
                 " | openssl dgst -sha256 -binary | openssl base64")
        made = subprocess.run(["sh", "-c", shell, "sh", said["kind"], said["slot"], said["salt"], said["value"]],
                              capture_output=True, text=True, check=True).stdout.strip()
        self.assertEqual(made, commitment)
        outside = self.node("110199990009", name="示例")  # a home that does not exist: the outsider has none
        checked = outside.call("check", opening, "--bundle", bundle, "--root", root)
        self.assertIn(NAME, checked.out)
        self.assertTrue(outside.call("check", opening, "--bundle", bundle, "--root", root, "--json").object()["record_proven"])
        self.assertRegex(verifier.run("opening", opening, root, quiet, bundle), "^OK sealed as proposer: " + NAME)
        self.assertIn(NAME, district.call("check", opening).out)  # a node that holds the record
        self.assertRefused(outside.call("check", opening, check=False), 3, "--bundle")

        # a file is shown as one
        shown = self.folder / "sheet.json"
        self.open(community, "open-commitment", record, "attachment", "--for", "示例区审计局", "--purpose", "示例:年度审计", "--out", shown)
        self.assertEqual((self.folder / "sheet.json.content").read_text(), NAME)
        self.assertIn("sheet.json.content", outside.call("check", shown, "--bundle", bundle, "--root", root).out)
        (self.folder / "sheet.json.content").write_text(NAME + "x")
        self.assertRefused(outside.call("check", shown, "--bundle", bundle, "--root", root, check=False), REFUSED, "do not make the commitment")
        (self.folder / "sheet.json.content").unlink()
        self.assertRefused(outside.call("check", shown, "--bundle", bundle, "--root", root, check=False), 3, "sheet.json.content")
        shown.write_text(shown.read_text().replace('"sheet.json.content"', '"../sheet.txt"'))
        self.assertRefused(outside.call("check", shown, "--bundle", bundle, "--root", root, check=False), REFUSED, "value_file")

        # whoever changes anything is found out
        other = self.open(community, "publish", self.draft(community), "--json").object()["id"]
        salt = base64.b64decode(said["salt"])
        for change in ({"value": NAME[:-1]}, {"salt": base64.b64encode(salt[::-1]).decode()}, {"slot": "operator"}, {"kind": "consensus"},
                       {"record": other}, {"commitment": base64.b64encode(bytes(32)).decode()}, {"format": "yishi/opening/v9"},
                       {"salt": ""}, {"value": 7}, {"value_base64": "eA=="}):
            changed = self.folder / "changed.json"
            changed.write_text(json.dumps({**said, **change}))
            for trust in (("--bundle", bundle, "--root", root), ()):
                self.assertRefused(community.call("check", changed, *trust, check=False), REFUSED)

        # the acknowledgement says whom it was opened for; the logbook everything that was done
        draft = str(told.object()["draft"])
        acknowledged = self.open(community, "publish", draft, "--as", "rc", "--json").object()["id"]
        body = community.call("show", acknowledged, "--json").object()["body"]
        self.assertIn("示例区审计局", body["acknowledgement"]["purpose"])
        lines = self.logbook(community)
        self.assertEqual([line["action"] for line in lines], ["seal", "unseal", "unseal", "unseal", "open_commitment", "open_commitment"])
        self.assertEqual((lines[4]["recipient"], lines[4]["purpose"], lines[4]["record"]), ("示例区审计局", "示例:年度审计", record))
        self.assertEqual(community.status()["logbook"], {"lines": 6, "good": True, "reason": None})

        # nothing of it in any file of any node, but what the auditor was handed
        self.fleet.stop()
        self.lacks(self.folder / "nodes", NAME.encode(), NAME.split()[0].encode(), salt)

        text = (community.home / "logbook").read_text()
        (community.home / "logbook").write_text(text.replace("示例:年度审计", "示例:别的事由"))
        self.assertFalse(community.status()["logbook"]["good"])
        self.assertIn("ALARM: the logbook", community.call("status").out)
        self.assertRefused(self.open(community, "unseal", record, "proposer", "--purpose", "x", check=False), 3, "logbook")

    def lone(self, code=COMMUNITY):
        """A node with a root, and nobody else."""
        district = self.node("110199", name="示例区")
        district.init()
        node = self.node(code, name="示例")
        node.init(root=district.home / "root.pub")
        return node

    def test_what_nobody_has_any_more_is_erased_and_what_somebody_has_is_not(self):
        community = self.lone()
        kept, thrown = self.draft(community), self.draft(community)
        self.seal(community, kept, "proposer")
        self.seal(community, thrown, "proposer", "示例乙")
        self.seal(community, thrown, "operator", "示例丙")
        self.assertEqual(len(self.slots(community)), 3)
        self.assertIn("Erased with it: 2", community.call("draft", "delete", thrown).out)
        self.assertEqual((len(self.slots(community)), len(self.values(community))), (1, 1))
        self.assertEqual(self.unseal(community, kept).out, NAME + "\n")

        # sealed anew: one commitment, one value
        again = self.seal(community, kept, "proposer", "示例丁", "--replace")
        self.assertEqual(self.slots(community), [base64.b64decode(again).hex()])
        # twice in one slot: both, and each by its number
        self.seal(community, kept, "proposer", "示例戊")
        self.assertEqual(sorted(self.unseal(community, kept).out.split()), sorted(["示例丁", "示例戊"]))
        one = [self.unseal(community, kept, "proposer", "--nth", n).out.strip() for n in ("1", "2")]
        self.assertEqual(sorted(one), sorted(["示例丁", "示例戊"]))
        self.assertRefused(self.open(community, "unseal", kept, "proposer", "--nth", "3", "--purpose", "x", check=False), USAGE, "--nth")

        # published: it stays, whatever becomes of drafts
        record = self.open(community, "publish", kept, "--json").object()["id"]
        community.call("draft", "delete", self.draft(community))
        self.assertEqual({line["record"] for line in community.call("seal", "list", "--json").objects()}, {record})
        self.assertEqual(sorted(self.unseal(community, record).out.split()), sorted(["示例丁", "示例戊"]))
        self.assertRefused(self.open(community, "open-commitment", record, "proposer", "--for", "a", "--purpose", "b", check=False), USAGE, "--nth")

        # all that is kept about one person
        found = self.open(community, "seal", "find", "例戊", "--purpose", "示例:本人请求", "--json").objects()
        self.assertEqual([(f["record"], f["value"]) for f in found], [(record, "示例戊")])
        self.assertRefused(self.open(community, "seal", "find", "不存在", "--purpose", "x", check=False), REFUSED, "no sealed value")
        self.assertNotIn("例戊", (community.home / "logbook").read_text())

        # a draft that nobody can read may hold anything: nothing is collected
        broken = self.draft(community)
        self.seal(community, broken, "proposer", "示例己")
        path = community.home / "drafts" / f"{broken}.json"
        text = path.read_text()
        path.write_text(text + "{")
        community.call("draft", "delete", self.draft(community))
        self.assertEqual(len(self.slots(community)), 3)
        path.write_text(text)
        self.assertEqual(self.unseal(community, broken).out, "示例己\n")

    def test_what_cannot_be_sealed_is_told(self):
        community = self.lone()
        draft = self.draft(community)
        before = (community.home / "drafts" / f"{draft}.json").read_text()

        def refused(status, *parts, value="x", arguments=(), where=draft, slot="proposer", file="-"):
            result = self.assertUnchanged(
                community, lambda: community.call("seal", where, slot, *(("--file", file) if file else ()), *arguments, stdin=value, check=False))
            self.assertRefused(result, status, *parts)

        refused(USAGE, "no slot", "related_hotline_no, operator", slot="name")
        refused(USAGE, "--file", file=None)
        refused(REFUSED, "nothing to seal", value="\n")
        refused(REFUSED, "65536", value="x" * 65537)
        refused(REFUSED, "UTF-8", value="a\0b")
        refused(USAGE, "--basis", arguments=("--basis", "x"))
        refused(USAGE, "--retention", arguments=("--retention", "x"))
        refused(USAGE, "--keep-until", arguments=("--keep-until", "2026-02-30"))
        refused(REFUSED, "no draft 99", where="99")
        self.assertEqual((community.home / "drafts" / f"{draft}.json").read_text(), before)
        self.seal(community, draft, "proposer", "x" * 65536)
        self.open(community, "sign", draft, "--as", "rc")
        refused(REFUSED, "--unsign")
        self.assertRefused(community.call("key", "new", "vault", "--kdf", "none", check=False), REFUSED, "already")

        # comments of a template stay where they are
        community.call("new", "topic_proposal")
        self.seal(community, "2", "proposer")
        self.seal(community, "2", "operator")
        text = (community.home / "drafts" / "2.json").read_text()
        self.assertIn("// ", text)
        self.assertEqual(text.count('"commitment"'), 2)

    def test_a_street_seals_who_objects_and_files_stay_too(self):
        street = self.lone(STREET)
        record = {"kind": "objection", "refs": [{"rel": "based_on", "record": "0" * 43 + "="}], "objection": {"received_on": "2026-11-20"}}
        draft = self.draft(street, {"kind": "attachment_add", "attachment_add": {"reason": "示例"}})
        self.assertRefused(street.call("seal", draft, "operator", "--file", "-", stdin="x", check=False), REFUSED, "yishi key new vault")
        sheet = self.folder / "签到表.txt"
        sheet.write_text(f"{NAME}\n" * 9000)
        self.assertRefused(street.call("attach", draft, sheet, "--scope", "local_only", check=False), REFUSED, "yishi key new vault")
        street.call("key", "new", "vault", "--kdf", "interactive", "--passphrase-file", street.passphrase)

        path = self.folder / "objection.json"
        path.write_text(json.dumps(record))
        self.seal(street, str(path), "objector")
        self.assertEqual(json.loads(path.read_text())["sealed"][0]["slot"], "objector")

        entry = street.call("attach", draft, sheet, "--role", "sign_in_sheet", "--json").object()
        data = sheet.read_bytes()
        self.assertEqual((entry["scope"], entry["size"]), ("local_only", len(data)))
        plain = hashlib.sha256(data).digest()
        self.assertNotIn(entry["hash"], (plain.hex(), base64.b64encode(plain).decode()))
        listed = {line["content"]: line for line in street.call("seal", "list", "--json").objects()}
        self.assertEqual((listed["file"]["slot"], listed["file"]["retention"], listed["file"]["kind"]), ("attachment", "years_30", "attachment_add"))
        self.lacks(self.folder / "nodes", NAME.encode(), plain)
        back = self.folder / "back"
        self.assertRefused(self.open(street, "unseal", draft, "attachment", "--purpose", "x", check=False), USAGE, "--out")
        self.open(street, "unseal", draft, "attachment", "--purpose", "示例:核对", "--out", back)
        self.assertEqual(back.read_bytes(), data)
        self.assertRefused(self.open(street, "unseal", draft, "attachment", "--purpose", "x", "--out", back, check=False), REFUSED, "already")
        self.assertRefused(self.open(street, "open-commitment", draft, "attachment", "--for", "a", "--purpose", "b", check=False), REFUSED, "no record yet")
        value = street.home / "sealed" / "value" / base64.b64decode(listed["file"]["commitment"]).hex()
        whole = value.read_bytes()
        value.write_bytes(whole[:70000])
        self.assertRefused(self.open(street, "unseal", draft, "attachment", "--purpose", "x", "--out", self.folder / "cut", check=False), 3, value.name)
        self.assertEqual([p.name for p in self.folder.glob("cut*")], [])
        value.write_bytes(whole)
        street.call("draft", "delete", draft)
        self.assertEqual(len(self.slots(street)), 1)  # what was sealed for a file elsewhere is never collected

        # another passphrase, the same key
        new = self.folder / "new"
        new.write_text("another one\n")
        new.chmod(0o600)
        street.call("key", "passphrase", "vault", "--kdf", "interactive", "--passphrase-file", f"vault={street.passphrase}", "--new-passphrase-file", new)
        self.assertRefused(self.open(street, "seal", "find", "示例", "--purpose", "x", check=False), REFUSED, "wrong passphrase")
        found = street.call("seal", "find", "示例", "--purpose", "x", "--passphrase-file", f"vault={new}", "--json").object()
        self.assertEqual(found["value"], NAME)


if __name__ == "__main__":
    unittest.main()
