"""A body's key is replaced, with a signature of the old one or of the district."""

import unittest

from harness import COMMUNITY, OK, REFUSED, STREET, USAGE, Case, consensus, wait_for


class Replacing(Case):
    def setUp(self):
        super().setUp()
        self.district, self.street, self.community = self.federation()
        self.draft = self.folder / "replace.json"

    def old_key(self, body):
        """Make another key of a body; the file in which the old one lies now."""
        before = set((self.community.home / "keys").iterdir())
        self.community.call("key", "new", body, "--kdf", "none")
        old, = [p for p in set((self.community.home / "keys").iterdir()) - before if p.suffix == ".key"]
        return old

    def ask(self):
        self.assertEqual(self.community.call("join", "--json").object()["state"], "pending")

    def write_draft(self):
        self.ask()
        secret = ("--passphrase-file", self.street.passphrase)
        self.assertRefused(self.street.call("admit", COMMUNITY, *secret, "--json", check=False), REFUSED, "--out FILE")
        size = self.street.status()["size"]
        made = self.street.call("admit", COMMUNITY, *secret, "--out", self.draft, "--json").object()
        self.assertEqual(made, {"draft": str(self.draft), "records": 1})
        # Signed by the street alone it would have no effect, and is not published.
        self.assertRefused(self.publish_draft(), REFUSED, "would have no effect")
        self.assertEqual(self.street.status()["size"], size)

    def publish_draft(self):
        return self.street.call("publish", self.draft, "--json", check=False)

    def sign(self, node, *arguments):
        return node.call("sign", self.draft, "--passphrase-file", node.passphrase, *arguments, check=False)

    def published_ok(self, *arguments):
        """A record signed with the new key counts at the district."""
        record = self.community.publish(consensus(), *arguments)["id"]
        wait_for(lambda: [e for e in self.district.call("log", COMMUNITY, "--json", check=False).objects()
                          if e["id"] == record and e["verdict"] == "ok"], "the record counts at the district")

    def test_the_old_key_signs_for_the_new_one(self):
        old = self.old_key("rc")
        self.write_draft()
        shown = self.sign(self.community, "--as", "rc", "--key", old, "--dry-run")
        self.assertEqual(shown.status, OK)
        self.assertIn("body_register", shown.out)
        self.assertRefused(self.publish_draft(), REFUSED, "would have no effect")  # nothing was signed

        self.assertEqual(self.sign(self.community, "--as", "rc", "--key", old).status, OK)
        self.refused_twice(self.sign(self.community, "--as", "rc", "--key", old, "--json"))
        self.assertEqual(self.publish_draft().object()["kind"], "body_register")

        self.assertRefused(self.publish_draft(), REFUSED, "stands at index")
        wait_for(lambda: self.community.call("join", "--json").object()["state"] == "admitted", "the new key is admitted")
        self.published_ok()

    def refused_twice(self, result):
        self.assertEqual(result.status, REFUSED)
        self.assertIn("has signed already", result.err)

    def test_the_district_signs_when_the_old_key_is_lost(self):
        self.old_key("po").unlink()
        self.write_draft()
        self.assertEqual(self.sign(self.district, "--as", "da").status, OK)
        self.assertEqual(self.publish_draft().status, OK)
        wait_for(lambda: self.community.call("join", "--json").object()["state"] == "admitted", "the new key is admitted")
        self.published_ok()

    def test_the_new_key_does_not_sign_for_itself(self):
        self.old_key("rc")
        self.write_draft()
        self.assertEqual(self.sign(self.community, "--as", "rc").status, OK)
        self.assertRefused(self.publish_draft(), REFUSED, "would have no effect")

    def test_a_draft_is_published_only_where_it_was_made_and_as_it_was_made(self):
        old = self.old_key("rc")
        self.write_draft()
        self.sign(self.community, "--as", "rc", "--key", old)
        self.assertRefused(self.district.call("publish", self.draft, check=False), REFUSED, f"not of log example.test/{'110199'}")
        good = self.draft.read_text()
        for wrong in ("{}", '{"records": []}', good.replace("body_register", "key_revoke"), good[:-9], good.replace('"body": "', '"body": "AAAA')):
            self.draft.write_text(wrong)
            self.assertEqual(self.publish_draft().status, REFUSED, wrong)
            self.assertEqual(self.sign(self.community, "--as", "po").status, REFUSED, wrong)
        self.assertRefused(self.community.call("sign", self.draft, check=False), USAGE, "--as")
        self.assertEqual(self.street.code, STREET)


if __name__ == "__main__":
    unittest.main()
