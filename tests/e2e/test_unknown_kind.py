"""Records of kinds that this version does not know, and stores that older versions wrote."""

import json
import pathlib
import shutil
import unittest

from harness import COMMUNITY, Case, consensus, store_tool

FIXTURE = pathlib.Path(__file__).parent / "fixtures" / "unknown_kind"


class UnknownKind(Case):
    def test_it_is_stored_receipted_forwarded_and_shown_as_unknown(self):
        district, street, community = self.federation()
        community.publish(consensus())
        community.stop()
        store_tool("append", community.home, "future_kind", "-", community.home / "keys" / "rc.key", community.passphrase)
        community.publish(consensus(f"{COMMUNITY}-2026-0002"))

        community.start().ready()

        self.receipted(community)
        for reader in (community, street, district):
            entries = self.held(reader, COMMUNITY, 3)
            self.assertEqual([e["known"] for e in entries], [True, False, True])
            unknown = entries[1]
            self.assertEqual(unknown["kind"], "future_kind")
            self.assertIsNotNone(unknown["street_receipt"])
            self.assertIsNotNone(unknown["district_receipt"])
            shown = reader.call("show", unknown["id"])
            self.assertIn("future_kind", shown.out)
            self.assertIn("unknown", shown.out)
            self.assertEqual(reader.call("show", unknown["id"], "--note").out, community.call("show", unknown["id"], "--note").out)


class OldStore(Case):
    """fixtures/unknown_kind is a district's home as version 0.1.0 wrote it, with secrets of no use.

    README.md beside this file says how it was made. Every later version must open it.
    """

    def setUp(self):
        super().setUp()
        self.expected = json.loads((FIXTURE / "expected.json").read_text(encoding="utf-8"))
        self.district = self.node(self.expected["code"])
        self.district.home.parent.mkdir(parents=True)
        shutil.copytree(FIXTURE / "home", self.district.home)
        for path in self.district.home.rglob("*"):
            path.chmod(0o700 if path.is_dir() else 0o600)
        self.district.home.chmod(0o700)

    def test_a_store_of_version_0_1_0_opens_and_verifies(self):
        status = self.district.status()
        self.assertEqual({log["code"]: log["size"] for log in status["logs"]}, self.expected["sizes"])
        self.assertEqual(self.district.call("verify").status, 0)

    def test_its_records_read_as_they_did(self):
        for code, records in self.expected["records"].items():
            found = [{key: entry[key] for key in ("id", "kind", "subject", "verdict", "street_receipt", "district_receipt")}
                     for entry in self.district.entries(code)]
            self.assertEqual(found, records)

    def test_a_kind_unknown_to_version_0_1_0_stands_in_it(self):
        kinds = {record["kind"] for records in self.expected["records"].values() for record in records}
        self.assertIn("future_kind", kinds)


if __name__ == "__main__":
    unittest.main()
