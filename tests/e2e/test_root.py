"""A district whose root keys lie offline: what is signed by whom, and what happens when keys are lost or stolen."""

import base64
import hashlib
import json
import sys
import unittest

from harness import (COMMUNITY, DEPLOYMENT, DISTRICT, NAMES, OK, REFUSED, STREET, TOP, USAGE, Case, acknowledgement, store_tool,
                     wait_for)

sys.path.insert(0, str(TOP / "tests"))

import verifier  # noqa: E402


def by_da():
    """A record that da alone signs."""
    record = base64.b64encode(bytes(32)).decode()
    return acknowledgement() | {"refs": [{"rel": "acknowledges", "record": record}]}


def rebound(record, hidden=b"", code=DISTRICT, kind=None):
    """An unsigned record of a request with something more in its body, of another log or of another kind."""
    body = base64.b64decode(record["body"]) + hidden
    title, _, said, subject, time, _, _ = record["note"].splitlines()
    lines = [title, f"{DEPLOYMENT}/{code}/1", kind or said, subject, time, str(len(body)),
             base64.b64encode(hashlib.sha256(body).digest()).decode()]
    return {"note": "".join(line + "\n" for line in lines), "body": base64.b64encode(body).decode()}


class Root(Case):
    def setUp(self):
        super().setUp()
        self.offline = self.folder / "offline"
        self.offline.mkdir()
        self.desk = self.node("110198", name="no node: a computer without one")

    # --- the people who keep the keys -------------------------------------------------------------
    def keys(self, prefix, count):
        """Key files made on a computer without a node; their verifier keys."""
        return [self.desk.call("root", "new", "--deployment", DEPLOYMENT, "--code", DISTRICT, "--kdf", "none", "--json",
                               "--out", self.offline / f"{prefix}-{i}.key").object()["key"] for i in range(1, count + 1)]

    def policy(self, name, vkeys, threshold, following=None):
        path = self.offline / name
        keys = [word for vkey in vkeys for word in ("--key", vkey)]
        more = ["--next", following] if following else []
        self.desk.call("root", "policy", *keys, "--threshold", threshold, *more, "--out", path)
        return path

    def sign(self, request, *keys, check=True):
        """Each key adds its lines; the last result."""
        result = None
        for key in keys:
            result = self.desk.call("root", "sign", request, "--key", self.offline / f"{key}.key", check=check)
        return result

    def request(self, district, name, *arguments):
        path = self.folder / name
        district.call("root", "request", "--out", path, *arguments)
        return path

    # --- nodes ------------------------------------------------------------------------------------
    def bare(self, code, root):
        node = self.node(code)
        node.call("init", "--deployment", DEPLOYMENT, "--code", code, "--name", NAMES[code], "--listen", "tcp://127.0.0.1:0",
                  "--kdf", "none", "--root", root)
        return node

    def founded(self, root, *keys):
        """A district whose first records were signed offline with these keys; not running."""
        district = self.bare(DISTRICT, root)
        request = self.request(district, "first.json")
        self.sign(request, *keys)
        district.call("root", "install", request)
        return district

    def enrolled(self, parent, code, root):
        node = self.bare(code, root)
        parent.call("admit", node.join(parent))
        return node.start().ready().connected()

    def put(self, district, request):
        """Into the log with it, whatever yishi thinks of its signatures; the index of the last record."""
        for record in json.loads(request.read_text(encoding="utf-8"))["records"]:
            note, body = self.folder / "note", self.folder / "body"
            note.write_text(record["note"], encoding="utf-8")
            body.write_bytes(base64.b64decode(record["body"]))
            index = int(store_tool("put", district.home, note, body))
        return index

    def verdict(self, reader, index, wanted):
        """Wait until `reader` holds the district's record and judges it so."""

        def there():
            result = reader.call("log", DISTRICT, "--json", check=False)
            found = result.objects() if result.status == 0 else []
            return len(found) > index and found[index]["verdict"] == wanted

        wait_for(there, f"{reader.code}: record {index} of {DISTRICT} is {wanted}")

    def check(self, bundle, root):
        return self.desk.call("check", bundle, "--root", root, check=False)

    # --- drills -----------------------------------------------------------------------------------
    def test_first_records_need_as_many_keys_as_the_threshold(self):
        root = self.policy("root.pub", self.keys("old", 3), 2)
        self.keys("stranger", 1)
        district = self.bare(DISTRICT, root)
        self.assertRefused(district.call("publish", "-", stdin=json.dumps(by_da()), check=False), REFUSED,
                           "its first record is the district's certificate")
        request = self.request(district, "first.json")
        before = request.read_bytes()

        shown = self.desk.call("root", "sign", request, "--dry-run")
        self.assertIn("makes these the keys of the district's node", shown.out)
        self.assertIn("makes this a key of a body of the district", shown.out)
        self.assertIn(district.keys()["root_fingerprint"], shown.out)
        self.assertEqual(self.sign(request, "stranger-1", check=False).status, REFUSED)
        self.assertEqual(request.read_bytes(), before)
        self.sign(request, "old-1")
        self.assertEqual(self.sign(request, "old-1", check=False).status, REFUSED)
        self.assertRefused(district.call("root", "install", request, check=False), REFUSED, "1 of 2 keys of the root have signed")
        self.assertEqual(district.status()["size"], 0)
        self.sign(request, "old-3")
        district.call("root", "install", request)

        self.assertEqual([entry["verdict"] for entry in district.entries(DISTRICT)], ["ok", "ok"])
        self.assertRefused(district.call("root", "install", request, check=False), REFUSED, "stands at index 0")
        self.assertRefused(district.call("root", "request", "--out", request, check=False), REFUSED, "nothing is lacking")
        self.assertEqual(district.call("verify").status, OK)

    def test_what_a_request_hides_or_changes_is_refused(self):
        root = self.policy("root.pub", self.keys("old", 2), 2)
        district = self.bare(DISTRICT, root)
        request = self.request(district, "first.json")
        fresh = json.loads(request.read_text(encoding="utf-8"))
        self.sign(request, "old-1")
        good = json.loads(request.read_text(encoding="utf-8"))
        first, other = good["records"]
        theirs = {"kind": "acknowledgement", "refs": [{"rel": "acknowledges", "record": base64.b64encode(bytes(32)).decode()}],
                  "acknowledgement": {"purpose": "示例"}}
        district.call("sign", "-", "--as", "da", "--out", self.folder / "draft.json", "--passphrase-file", district.passphrase, stdin=json.dumps(theirs))
        draft, = json.loads((self.folder / "draft.json").read_text(encoding="utf-8"))["records"]
        for what, says in (
                ({**good, "records": []}, "no request to a root"),
                ({**good, "more": 1}, "no request to a root"),
                ({**good, "policy": 2}, "the root has no policy 2"),
                ({**good, "root": good["root"].replace("threshold 2", "threshold 3")}, "threshold"),
                ({**good, "records": [{**first, "body": other["body"]}]}, "record 1: "),
                ({**fresh, "records": [rebound(fresh["records"][0], hidden=b"\xfa\x7f\x00")]}, "unknown field"),
                ({**fresh, "records": [rebound(fresh["records"][0], code=STREET)]}, f"record 1: it is not of the log of {DISTRICT}"),
                ({**fresh, "records": [rebound(fresh["records"][0], kind="acknowledgement")]}, "but its note says acknowledgement"),
                ({**fresh, "records": [draft]}, "acknowledgement: a root may not write it"),
                ({**good, "records": [first, {**other, "note": other["note"][:-8] + "AAAAAA=\n"}]}, "record 2: ")):
            request.write_text(json.dumps(what), encoding="utf-8")
            self.assertRefused(self.sign(request, "old-2", check=False), REFUSED, f"{request}: ", says)
            self.assertEqual(json.loads(request.read_text(encoding="utf-8")), what)

    def test_one_key_of_three_is_lost(self):
        root = self.policy("root.pub", self.keys("old", 3), 2)
        district = self.founded(root, "old-1", "old-2").start().ready()
        street = self.enrolled(district, STREET, root)
        (self.offline / "old-2.key").unlink()

        district.call("key", "new", "da", "--kdf", "none")
        request = self.request(district, "again.json")
        self.sign(request, "old-1", "old-3")
        district.call("root", "install", request)
        size = district.publish(by_da())["size"]

        self.verdict(street, size - 1, "ok")
        self.assertEqual(street.call("verify").status, OK)

    def test_one_key_of_three_is_stolen(self):
        root = self.policy("root.pub", self.keys("old", 3), 2)
        district = self.founded(root, "old-1", "old-2").start().ready()
        street = self.enrolled(district, STREET, root)
        district.call("key", "new", "da", "--kdf", "none")
        request = self.request(district, "theft.json")
        self.sign(request, "old-1")
        self.assertRefused(district.call("root", "install", request, check=False), REFUSED, "1 of 2 keys")

        district.stop()
        index = self.put(district, request)
        district.start().ready()

        self.verdict(district, index, "bad")
        self.verdict(street, index, "bad")
        for node in (district, street):
            verified = node.call("verify", DISTRICT, check=False)
            self.assertEqual(verified.status, REFUSED)
            self.assertIn("fewer keys than the threshold asks", verified.out)
        self.assertRefused(district.call("publish", "-", stdin=json.dumps(by_da()), check=False), REFUSED,
                           "another key is registered under this name")

    def test_a_successor_takes_over_after_two_keys_were_stolen(self):
        new = self.policy("next.pub", self.keys("new", 2), 2)
        stranger = self.policy("stranger.pub", self.keys("stranger", 1), 1)
        root = self.policy("root.pub", self.keys("old", 3), 2, new)
        district = self.founded(root, "old-1", "old-2").start().ready()
        street = self.enrolled(district, STREET, root)
        community = self.enrolled(street, COMMUNITY, root)
        before, later, stolen = (self.folder / f"{name}.tlog-proof" for name in ("before", "later", "stolen"))
        self.receipted(street, "district")
        self.verdict(street, 1, "ok")
        wait_for(lambda: street.call("prove", f"{DISTRICT}:1", "--out", before, check=False).status == OK, "a head of the district")
        keys = {path: path.read_bytes() for path in (district.home / "keys" / "da.key", district.home / "keys" / "da.pub")}
        district.call("key", "new", "da", "--kdf", "none")
        theft = self.request(district, "theft.json")
        self.sign(theft, "old-1", "old-2")
        for path, content in keys.items():  # so that the succession brings nothing new but itself
            path.write_bytes(content)

        for file, says in ((stranger, "not the successor"), (self.offline / "new-1.key", "root policy line 1")):
            self.assertUnchanged(district, lambda file=file, says=says: self.assertRefused(
                district.call("root", "next", file, check=False), REFUSED, str(file), says))
        self.assertRefused(district.call("root", "request", "--succession", "--out", theft, check=False), REFUSED,
                           "holds no successor")
        self.assertEqual(district.call("root", "next", new, "--json").object()["policies"], 2)
        chain = district.home / "root.pub"
        street.call("root", "next", chain)
        succession = self.request(district, "succession.json", "--succession")
        self.assertEqual(self.sign(succession, "old-1", check=False).status, REFUSED)
        self.sign(succession, "new-1", "new-2")
        district.call("root", "install", succession)
        first = district.status()["size"] - 1

        self.verdict(street, first, "ok")
        self.verdict(community, first, "unknown_key")  # it has not been given the successor
        community.call("join", "--root", chain, "--request", self.folder / "r.json", "--parent", street.address,
                       "--parent-key", street.keys()["transport"])
        self.verdict(community, first, "ok")
        self.assertRefused(district.call("root", "install", theft, check=False), REFUSED, "not valid at this place")
        district.stop()
        index = self.put(district, theft)
        district.start().ready()
        for node in (district, street, community):
            self.verdict(node, index, "bad")
            self.assertIn("not valid at this place", node.call("verify", DISTRICT, check=False).out)
            self.assertEqual(node.keys()["root_fingerprint"], hashlib.sha256(root.read_bytes()).hexdigest())

        wait_for(lambda: street.call("prove", f"{DISTRICT}:{first}", "--out", later, check=False).status == OK, "a new head")
        wait_for(lambda: street.call("prove", f"{DISTRICT}:{index}", "--out", stolen, check=False).status == OK, "a new head")
        for bundle, file, status in ((before, root, OK), (before, chain, OK), (later, chain, OK), (later, root, REFUSED),
                                     (stolen, chain, REFUSED), (before, new, REFUSED)):
            result = self.check(bundle, file)
            self.assertEqual(result.status, status, f"{bundle.name} with {file.name}: {result.out}{result.err}")
            verdict = verifier.run("bundle", bundle, file, lambda *_: None)
            self.assertEqual(verdict.startswith("OK "), status == OK, f"{bundle.name} with {file.name}: {verdict}")
        self.assertIn("policy 2 of 2", self.check(later, chain).out)

    def test_a_root_of_one_key_is_succeeded_by_another_of_one(self):
        last = self.policy("last.pub", self.keys("last", 1), 1)
        new = self.policy("next.pub", self.keys("new", 1), 1, last)
        root = self.policy("root.pub", self.keys("old", 1), 1, new)
        district = self.founded(root, "old-1")
        self.assertRefused(district.call("root", "next", last, check=False), REFUSED, "not the successor")
        for number, (file, key) in enumerate(((new, "new-1"), (last, "last-1")), 2):
            self.assertEqual(district.call("root", "next", file, "--json").object()["policies"], number)
            request = self.request(district, f"{key}.json", "--succession")
            self.sign(request, key)
            district.call("root", "install", request)
        self.assertEqual({entry["verdict"] for entry in district.entries(DISTRICT)}, {"ok"})
        self.assertEqual((district.home / "root.pub").read_text(), "\n".join(f.read_text() for f in (root, new, last)))

    def test_init_makes_several_root_keys_at_once(self):
        district = self.node(DISTRICT)
        district.make_passphrase()
        common = ["init", "--deployment", DEPLOYMENT, "--code", DISTRICT, "--kdf", "none"]
        self.assertRefused(district.call(*common, "--root-keys", 2, "--root-threshold", 3, check=False), USAGE, "--root-threshold")
        self.assertRefused(district.call(*common, "--root-keys", 4, check=False), USAGE, "--root-keys")
        district.call(*common, "--root-keys", 3, "--root-threshold", 2)
        self.assertEqual([entry["verdict"] for entry in district.entries(DISTRICT)], ["ok", "ok"])
        self.assertIn("threshold 2\n", (district.home / "root.pub").read_text())
        district.call("key", "new", "da", "--kdf", "none")
        request = self.request(district, "da.json")
        for number in (3, 1):
            district.call("root", "sign", request, "--key", district.home / "keys" / f"root-{number}.key")
        district.call("root", "install", request)
        self.assertEqual(district.publish(by_da())["index"], 3)


if __name__ == "__main__":
    unittest.main()
