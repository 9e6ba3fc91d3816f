"""Every kind of record is published in a running federation, and refused when it is wrong (tests/unit/kinds)."""

import base64
import datetime
import hashlib
import json
import unittest

from harness import COMMUNITY, DISTRICT, NEIGHBOUR, OK, REFUSED, STREET, Case, wait_for, write_json

YEAR = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).year  # of numbers that are given now
BY_THE_NODE = {"anchor", "fork_notice", "receipts"}
# Where more than one unit may write a kind, the example is of this one.
WRITTEN_AT = {"rule_parameter": DISTRICT, "report_snapshot": DISTRICT, "acknowledgement": STREET}


class Kinds(Case):
    def setUp(self):
        super().setUp()
        self.nodes = dict(zip((DISTRICT, STREET, COMMUNITY, NEIGHBOUR), self.federation(COMMUNITY, NEIGHBOUR)))
        self.signers = {line["kind"]: line["signers"] for line in self.nodes[DISTRICT].call("new", "--list", "--json").objects()}
        self.published = {}  # kind -> record id

    def load(self, kind, which):
        return json.loads((self.kinds / f"{kind}.{which}.json").read_text(encoding="utf-8"))

    def author(self, kind):
        first = self.signers[kind].replace("(", " ").split()[0]
        code = WRITTEN_AT.get(kind) or {"rc": COMMUNITY, "st": STREET, "da": DISTRICT}[first]
        return self.nodes[code]

    def resolved(self, record):
        """The record with ids of what was published under its names."""
        for ref in record.get("refs", []):
            ref["record"] = self.published[ref["record"][1:]]
        if record.get("correction", {}).get("replacement") == "@replacement":
            record["correction"]["replacement"] = self.replacement()
        return record

    def replacement(self):
        """The notice as it is corrected: the whole content, as people write it."""
        body = self.nodes[COMMUNITY].call("show", self.published["public_notice"], "--json").object()["body"]
        del body["salt"]
        body["public_notice"]["place"] = "社区二层会议室"
        return body

    def there(self, node, record):
        return wait_for(lambda: node.call("show", record, "--json", check=False).status == OK, f"{node.code}: {record}")

    def relay(self, record):
        """A neighbour has taken note of the matter that it shares, both its bodies; its street passes that on."""
        neighbour, street = self.nodes[NEIGHBOUR], self.nodes[STREET]
        noted = {"kind": "acknowledgement", "subject": record["subject"], "refs": record["refs"],
                 "acknowledgement": {"purpose": "参加联合协商"}}
        half = neighbour.publish(noted, "--as", "rc")
        theirs = neighbour.publish(noted, "--as", "rc", "--as", "po")
        self.assertEqual(sorted(theirs["signers"]), ["po", "rc"])
        wrong = json.loads(json.dumps(record))
        result = street.call("publish", write_json(self.folder / "r.json", wrong), "--passphrase-file", street.passphrase, check=False)
        self.assertRefused(result, REFUSED, f"no such acknowledgement of {NEIGHBOUR}")
        self.there(street, theirs["id"])
        relayed, = record["acknowledgement"]["relayed"]
        relayed["record"] = half["id"]
        result = street.call("publish", write_json(self.folder / "r.json", record), "--passphrase-file", street.passphrase, check=False)
        self.assertRefused(result, REFUSED, f"it is not signed by community party organisation of {NEIGHBOUR}")
        # As `show` prints it; as CODE:INDEX it may stand, too.
        relayed["record"] = theirs["id"]

    def refused_without_what_the_department_wrote(self, record):
        bare = {key: value for key, value in record.items() if key != "attachments"}
        street = self.nodes[STREET]
        result = street.call("publish", write_json(self.folder / "r.json", bare), "--passphrase-file", street.passphrase, check=False)
        self.assertRefused(result, REFUSED, "attaches what the department wrote")

    def no_joint_matter_with_another_street(self):
        record = self.resolved(self.load("topic_determination", "valid"))
        record["topic_determination"]["joint_with"] = ["110199991001"]
        result = self.nodes[COMMUNITY].call("publish", write_json(self.folder / "r.json", record), "--passphrase-file",
                                            self.nodes[COMMUNITY].passphrase, check=False)
        self.assertRefused(result, REFUSED, f"110199991001 is not within {STREET}")

    def no_evaluation_of_a_matter_of_others(self):
        record = self.resolved(self.load("evaluation_round", "valid"))
        record["evaluation_round"]["matters"].append(f"{NEIGHBOUR}-2026-0001")
        result = self.nodes[COMMUNITY].call("publish", write_json(self.folder / "r.json", record), "--passphrase-file",
                                            self.nodes[COMMUNITY].passphrase, check=False)
        self.assertRefused(result, REFUSED, f"evaluation_round.matters: {NEIGHBOUR} is not within {COMMUNITY}")

    def order(self):
        """Kinds, each behind those that its example refers to."""
        waiting = {path.name.split(".")[0] for path in self.kinds.glob("*.valid.json")} - BY_THE_NODE
        needs = {kind: {ref["record"][1:] for ref in self.load(kind, "valid").get("refs", [])} for kind in waiting}
        while waiting:
            ready = sorted(kind for kind in waiting if not needs[kind] & waiting)
            self.assertTrue(ready, f"a circle among {waiting}")
            yield from ready
            waiting -= set(ready)

    def refused(self, kind):
        file = self.load(kind, "invalid")
        node = self.author(kind)
        record = self.resolved(file["record"])
        result = node.call("publish", write_json(self.folder / "r.json", record), "--passphrase-file", node.passphrase, check=False)
        self.assertRefused(result, REFUSED, file["expect"])

    def keep_files(self, node, record):
        """What is said to travel with the record must be here: files of that size, through a draft that is thrown away."""
        for number, attachment in enumerate(record.get("attachments", [])):
            if attachment["scope"] != "replicated":
                continue
            content = hashlib.sha256(f"{record['kind']} {number}".encode()).digest() * (attachment["size"] // 32 + 1)
            path = self.folder / "file"
            path.write_bytes(content[: attachment["size"]])
            attachment["hash"] = base64.b64encode(hashlib.sha256(path.read_bytes()).digest()).decode()
            draft = node.call("new", "acknowledgement", "--set", "purpose=示例", "--ref", f"acknowledges={DISTRICT}:0", "--attach", f"evidence={path}", "--json").object()
            node.call("draft", "delete", draft["draft"])

    def test_one_of_each_is_published_and_one_refused(self):
        for kind in self.order():
            node = self.author(kind)
            record = self.resolved(self.load(kind, "valid"))
            for ref in record.get("refs", []):
                self.there(node, ref["record"])
            if kind == "acknowledgement":
                self.relay(record)
            if kind == "department_response":
                self.refused_without_what_the_department_wrote(record)
            self.refused(kind)
            # Each alone is valid; together they follow no procedure, and so are told as entered late.
            record.setdefault("backfill_reason", "示例:补录")
            self.keep_files(node, record)
            written = node.publish(record)
            self.assertEqual((written["kind"], written["subject"]), (kind, record.get("subject", "-")))
            self.published[kind] = written["id"]
        for kind in BY_THE_NODE:
            path = write_json(self.folder / "r.json", self.load(kind, "valid"))
            self.assertRefused(self.nodes[STREET].call("publish", path, check=False), REFUSED, "the node writes this kind by itself")
        self.assertEqual(len(self.published), 53)
        self.no_joint_matter_with_another_street()
        self.no_evaluation_of_a_matter_of_others()
        community = self.nodes[COMMUNITY]
        given = community.publish({**self.resolved(self.load("topic_proposal", "valid")), "subject": "new"})
        self.assertEqual(given["subject"], f"{COMMUNITY}-{YEAR}-{2 if YEAR == 2026 else 1:04d}")
        for node in self.nodes.values():
            node.call("verify")
        self.all_count_at_the_district()

    def all_count_at_the_district(self):
        district = self.nodes[DISTRICT]
        for kind, record in self.published.items():
            self.there(district, record)
            shown = wait_for(lambda r=record: self.judged(district, r), f"verdict of {kind}")
            self.assertEqual((kind, shown["verdict"]), (kind, "ok"))
            self.assertIn(kind, shown["body"])
        corrected = district.call("show", self.published["correction"], "--json").object()["body"]["correction"]["replacement"]
        self.assertEqual(corrected["public_notice"]["place"], "社区二层会议室")
        self.assertIn("社区二层会议室", district.call("show", self.published["correction"]).out)

    @staticmethod
    def judged(node, record):
        shown = node.call("show", record, "--json").object()
        return shown if shown["verdict"] not in ("unchecked", "unknown_key") else None


if __name__ == "__main__":
    unittest.main()
