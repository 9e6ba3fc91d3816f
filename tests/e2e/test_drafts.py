"""A record on its way: begun, edited, signed on two machines, published; and what may not be written."""

import base64
import concurrent.futures
import datetime
import hashlib
import json
import os
import shutil
import unittest

from harness import COMMUNITY, DEPLOYMENT, DISTRICT, ENVIRONMENT, NEIGHBOUR, OK, REFUSED, STREET, USAGE, Case, write_json

YEAR = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).year  # of numbers that are given now
PROPOSAL = ("title=停车", "content=院内停车按楼轮换", "proposer_kind=resident", "channel=form", "proposed_on=2026-03-02",
            "suggested_category=facilities_and_order", "suggested_nature=community_affairs")
DETERMINATION = ("met_on=2026-03-25", "decision=listed", "title=停车", "category=facilities_and_order", "nature=community_affairs",
                 "decision_matter=false", "level=community", "form=deliberation_meeting", "lawfulness_confirmed=true",
                 "planned_participants[0].party_kind=resident", "planned_participants[0].count=12", "attendance.po=3", "attendance.rc=5")


class DraftCase(Case):
    """A community that is not enrolled, before its own store, with keys that cost nothing to open."""

    def setUp(self):
        super().setUp()
        district = self.node(DISTRICT)
        district.call("init", "--deployment", DEPLOYMENT, "--code", DISTRICT, "--kdf", "none")
        self.root = district.home / "root.pub"
        self.community = self.unit(COMMUNITY)

    def unit(self, code, *arguments):
        node = self.node(code)
        node.call("init", "--deployment", DEPLOYMENT, "--code", code, "--root", self.root, "--kdf", "none", *arguments)
        return node

    def new(self, kind, fields, *arguments, node=None):
        """A draft that is filled in from the command line; its number."""
        sets = [part for field in fields for part in ("--set", field)]
        return (node or self.community).call("new", kind, *sets, *arguments, "--json").object()["draft"]

    def drafts(self, node=None):
        return {draft["draft"]: draft for draft in (node or self.community).call("draft", "--json").objects()}

    def proposal(self):
        """A published proposal."""
        return self.community.call("publish", self.new("topic_proposal", PROPOSAL), "--json").object()


class Drafts(DraftCase):
    def test_what_must_be_filled_in_is_empty_so_that_nothing_is_signed_by_mistake(self):
        for line in self.community.call("new", "--list", "--json").objects():
            made = self.community.call("new", line["kind"], "--json", check=False)
            if made.status == OK:
                number = made.object()["draft"]
                self.assertRefused(self.community.call("publish", number, check=False), REFUSED, f"drafts/{number}.json: ")
                self.community.call("draft", "delete", number)
        self.assertEqual(self.community.status()["size"], 0)

    def test_the_template_says_of_every_field_what_it_is(self):
        for lang, words in (("zh", ("议题提议", "可不填", "政府公共服务事项", "标题")), ("en", ("proposal of a topic", "may be left out", "text of up to 60"))):
            text = self.community.call("new", "topic_proposal", "--template", "--lang", lang).out
            for word in words:
                self.assertIn(word, text)
            self.assertEqual(self.community.call("help", "topic_proposal", "--lang", lang).out, text)

    def test_a_template_is_edited_with_the_persons_editor(self):
        number = self.community.call("new", "topic_proposal", "--json").object()["draft"]
        editor = self.folder / "editor.py"
        editor.write_text("#!/usr/bin/python3\nimport re, sys\ntext = open(sys.argv[1]).read()\n"
                          + "".join(f"text = re.sub(r'\"{name}\": \"\"', '\"{name}\": \"{value}\"', text)\n"
                                    for name, value in (field.split("=") for field in PROPOSAL))
                          + "open(sys.argv[1], 'w').write(text)\n")
        editor.chmod(0o700)
        self.fleet.environment = {**(self.fleet.environment or os.environ), "EDITOR": str(editor), "VISUAL": ""}
        self.community.call("draft", "edit", number)
        self.assertIn("// ", (self.community.home / "drafts" / f"{number}.json").read_text(encoding="utf-8"))
        self.assertEqual(self.community.call("publish", number, "--json").object()["subject"], f"{COMMUNITY}-{YEAR}-0001")

    def test_fields_are_set_and_put_right(self):
        number = self.new("topic_proposal", PROPOSAL)
        for wrong in ("colour=red", "title[0]=x", "title.x=y", "title", "=x", "suggested_level", "refs[3].rel=follows"):
            self.assertRefused(self.community.call("draft", "edit", number, "--set", wrong, check=False), USAGE, "--set")
        self.community.call("draft", "edit", number, "--set", "title=绿地", "--set", "occurred_at=2026-03-02")
        body = self.community.call("draft", "show", number, "--json").object()["body"]
        self.assertEqual((body["topic_proposal"]["title"], body["occurred_at"]), ("绿地", "2026-03-02"))
        self.community.call("draft", "edit", number, "--matter", f"{COMMUNITY}-{YEAR}-0007")
        self.assertEqual(self.drafts()[number]["subject"], f"{COMMUNITY}-{YEAR}-0007")
        self.community.call("draft", "delete", number)
        self.assertRefused(self.community.call("draft", "show", number, check=False), REFUSED, f"no draft {number}")

    def test_a_fresh_draft_is_shown_with_what_it_lacks(self):
        number = str(self.community.call("new", "topic_proposal", "--json").object()["draft"])
        shown = self.community.call("draft", "show", number, "--json").object()
        self.assertEqual(shown["body"]["topic_proposal"]["title"], "")
        self.assertIn("is no PartyKind: street, party_org", shown["why"])
        self.assertIn("PartyKind", self.community.call("draft", "show", number).out)

    def test_a_number_that_nobody_gave_is_noted(self):
        said = "whose number this node did not give out"
        record = {"kind": "topic_proposal", "subject": f"{COMMUNITY}-2026-0044", "topic_proposal": {
            "title": "示例", "content": "示例", "proposer_kind": "resident", "channel": "form", "proposed_on": "2026-03-02",
            "suggested_category": "facilities_and_order", "suggested_nature": "community_affairs", "suggested_level": "community"}}
        path = write_json(self.folder / "r.json", record)
        self.assertIn(f"begins matter {COMMUNITY}-2026-0044, {said}", self.community.call("publish", path).err)
        self.assertNotIn(said, self.community.call("publish", path).err)
        write_json(path, {**record, "subject": "new"})
        self.assertNotIn(said, self.community.call("publish", path).err)

    def test_the_list_says_what_is_to_be_done_next(self):
        template = self.community.call("new", "topic_proposal", "--json").object()["draft"]
        lacking = self.new("topic_proposal", PROPOSAL[1:])
        ready = self.new("topic_proposal", PROPOSAL)
        broken = self.new("topic_proposal", PROPOSAL)
        (self.community.home / "drafts" / f"{broken}.json").write_text("{")
        drafts = self.drafts()
        self.assertEqual([drafts[n]["state"] for n in (template, lacking, ready, broken)], ["writing", "writing", "writing", "broken"])
        self.assertIn("PartyKind", drafts[template]["why"])
        self.assertIn("topic_proposal.title: is missing", drafts[lacking]["why"])
        self.assertNotIn("why", drafts[ready])
        self.assertIn("line 1", drafts[broken]["why"])
        self.assertEqual(drafts[ready]["subject"], "new")  # looking at it gives no number
        self.assertEqual(self.community.call("publish", ready, "--json").object()["subject"], f"{COMMUNITY}-{YEAR}-0001")

    def test_a_signed_draft_changes_only_without_its_signatures(self):
        number = self.new("topic_proposal", PROPOSAL)
        self.community.call("sign", number, "--as", "rc")
        self.assertEqual(self.drafts()[number]["state"], "complete")
        self.assertRefused(self.community.call("draft", "edit", number, "--set", "title=x", check=False), REFUSED, "--unsign")
        self.community.call("draft", "edit", number, "--set", "title=绿地", "--unsign")
        draft = self.drafts()[number]
        self.assertEqual((draft["state"], draft["subject"]), ("writing", f"{COMMUNITY}-{YEAR}-0001"))  # it keeps its number
        self.assertEqual(self.community.call("publish", number, "--json").object()["subject"], f"{COMMUNITY}-{YEAR}-0001")
        self.assertEqual(self.drafts(), {})


class Numbers(DraftCase):
    def test_commands_at_the_same_time_get_different_numbers(self):
        numbers = [self.new("topic_proposal", PROPOSAL) for _ in range(8)]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            done = list(pool.map(lambda n: self.community.call("publish", n, "--json").object()["subject"], numbers))
        self.assertEqual(sorted(done), [f"{COMMUNITY}-{YEAR}-{n:04d}" for n in range(1, 9)])

    def test_a_number_that_stands_in_the_log_is_not_given_again(self):
        by_hand = {"kind": "topic_proposal", "subject": f"{COMMUNITY}-{YEAR}-0041",
                   "topic_proposal": dict(field.split("=") for field in PROPOSAL)}
        path = write_json(self.folder / "r.json", by_hand)
        self.community.call("publish", path)
        self.assertEqual(self.proposal()["subject"], f"{COMMUNITY}-{YEAR}-0042")

    def test_what_is_refused_or_only_shown_costs_no_number(self):
        number = self.new("topic_proposal", PROPOSAL)
        self.community.call("publish", number, "--dry-run")
        (self.community.home / "keys" / "rc.key").rename(self.folder / "rc.key")
        self.assertRefused(self.community.call("publish", number, check=False), REFUSED, "rc.key")
        (self.folder / "rc.key").rename(self.community.home / "keys" / "rc.key")
        self.assertEqual(self.community.call("publish", number, "--json").object()["subject"], f"{COMMUNITY}-{YEAR}-0001")

    def test_only_a_community_gives_numbers(self):
        street = self.unit(STREET)
        opinion = {"kind": "street_opinion", "subject": "new", "street_opinion": {"result": "agree", "text": "同意", "participant_from_street": False}}
        self.assertRefused(street.call("publish", write_json(self.folder / "o.json", opinion), check=False), REFUSED, "only a community")


class TwoMachines(DraftCase):
    """The committee's key lies on one computer, the party organisation's on another."""

    def setUp(self):
        super().setUp()
        self.other = self.fleet.node(COMMUNITY, "党组织", DEPLOYMENT)
        self.other.home = self.folder / "nodes" / "party"
        self.other.call("init", "--deployment", DEPLOYMENT, "--code", COMMUNITY, "--root", self.root, "--kdf", "none", "--bodies", "po")
        keys = self.community.home / "keys"
        (keys / "po.key").unlink()
        shutil.copy(self.other.home / "keys" / "po.pub", keys / "po.pub")  # what `join` asks for
        self.first = self.proposal()
        self.number = self.new("topic_determination", DETERMINATION, "--matter", self.first["subject"],
                               "--ref", f"based_on={self.first['id'][:8]}")
        self.carried = self.folder / "carried.json"

    def carry(self):
        """Signed here, carried over, and signed there."""
        self.community.call("sign", self.number, "--as", "rc")
        self.assertRefused(self.community.call("publish", self.number, check=False), REFUSED, "not signed yet", "party organisation")
        self.community.call("draft", "export", self.number, "--out", self.carried)
        shown = self.other.call("sign", self.carried, "--as", "po").out
        for text in ("topic_determination", self.first["subject"], "停车", "110199990001/1"):
            self.assertIn(text, shown)

    def test_it_comes_back_and_is_published_as_the_draft_that_it_was(self):
        self.carry()
        self.assertEqual(self.drafts()[self.number]["lacking"], ["po"])
        self.assertEqual(self.community.call("draft", "import", self.carried, "--json").object()["draft"], self.number)
        self.assertEqual(self.drafts()[self.number]["state"], "complete")
        written = self.community.call("publish", self.number, "--json").object()
        self.assertEqual((sorted(written["signers"]), written["index"]), (["po", "rc"], 1))
        self.assertEqual(self.drafts(), {})

    def test_it_is_published_from_where_it_lies_and_the_draft_is_gone(self):
        self.carry()
        self.assertEqual(self.community.call("publish", self.carried, "--json").object()["index"], 1)
        self.assertEqual(self.drafts(), {})
        self.assertRefused(self.community.call("publish", self.carried, check=False), REFUSED, "stands at index 1")

    def test_what_was_changed_on_the_way_is_not_taken(self):
        self.carry()
        draft = json.loads(self.carried.read_text(encoding="utf-8"))
        note = draft["records"][0]["note"]
        for wrong in (note.replace(self.first["subject"], f"{COMMUNITY}-{YEAR}-0009"), note[:-10] + "AAAAAAA==\n"):
            write_json(self.carried, {"records": [{**draft["records"][0], "note": wrong}]})
            self.assertEqual(self.community.call("publish", self.carried, check=False).status, REFUSED)
        self.assertEqual(self.community.status()["size"], 1)

    def test_a_body_that_does_not_sign_this_kind_is_refused(self):
        self.assertRefused(self.community.call("sign", self.number, "--as", "sc", check=False), REFUSED, "does not sign this kind")


class Batch(DraftCase):
    def test_all_drafts_of_the_node_are_published_or_none(self):
        good = [self.new("topic_proposal", PROPOSAL) for _ in range(3)]
        bad = self.new("topic_proposal", PROPOSAL[1:])
        self.assertRefused(self.community.call("publish", "--batch", check=False), REFUSED, f"drafts/{bad}.json", "title")
        self.assertEqual((self.community.status()["size"], len(self.drafts())), (0, 4))
        self.community.call("draft", "delete", bad)
        written = self.community.call("publish", "--batch", "--json").objects()
        self.assertEqual([record["subject"] for record in written], [f"{COMMUNITY}-{YEAR}-{n:04d}" for n in range(1, len(good) + 1)])
        self.assertEqual((self.community.status()["size"], self.drafts()), (3, {}))

    def test_a_folder_of_files_is_published_with_each_key_unlocked_once(self):
        folder = self.folder / "many"
        folder.mkdir()
        node = self.node(NEIGHBOUR)
        node.init(root=self.root)  # with a passphrase
        for n in range(1, 6):
            write_json(folder / f"{n}.json", {"kind": "topic_proposal", "subject": "new",
                                              "topic_proposal": dict(field.split("=") for field in PROPOSAL)})
        # A pipe gives a passphrase once: asked a second time, it would have none.
        pipe = self.folder / "pipe"
        os.mkfifo(pipe, 0o600)
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            once = pool.submit(lambda: pipe.write_text(node.passphrase.read_text()))
            written = node.call("publish", "--batch", folder, "--passphrase-file", pipe, "--json").objects()
            once.result()
        self.assertEqual(len(written), 5)
        self.assertRefused(node.call("publish", folder, check=False), ENVIRONMENT, "many")


class References(DraftCase):
    def refused(self, record, *parts, node=None, status=REFUSED):
        self.assertRefused((node or self.community).call("publish", write_json(self.folder / "r.json", record), check=False), status, *parts)

    def opinion(self, *refs, subject=f"{COMMUNITY}-{YEAR}-0001"):
        return {"kind": "street_opinion_request", "subject": subject, "refs": [{"rel": rel, "record": record} for rel, record in refs],
                "street_opinion_request": {"question": "可否协商?"}}

    def test_a_record_is_named_by_its_id_its_beginning_or_its_place(self):
        first = self.proposal()
        for name in (first["id"], first["id"][:8], f"{COMMUNITY}:0"):
            path = write_json(self.folder / "r.json", self.opinion(("based_on", name)))
            written = self.community.call("publish", path, "--json").object()
            body = self.community.call("show", written["id"], "--json").object()["body"]
            self.assertEqual(len(body["refs"]), 1)

    def test_what_is_required_must_be_there_held_and_of_the_matter(self):
        first = self.proposal()
        other = self.proposal()
        self.refused(self.opinion(), "must refer (based_on) to: topic_proposal")
        self.refused(self.opinion(("based_on", "0" * 64)), "refs[0].record")
        self.refused(self.opinion(("based_on", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")), "no record of this id")
        self.refused(self.opinion(("based_on", other["id"])), "must refer")
        self.refused(self.opinion(("answers", first["id"])), "refs[0].rel: answers")
        self.refused(self.opinion(("based_on", "nonsense")), "refs[0].record", "nonsense")
        self.assertEqual(self.community.status()["size"], 2)

    def test_only_the_first_record_of_a_matter_may_do_without_and_says_why(self):
        late = {**self.opinion(subject=f"{COMMUNITY}-{YEAR}-0001"), "backfill_reason": "补录"}
        path = write_json(self.folder / "r.json", late)
        self.community.call("publish", path)
        self.refused(late, "must refer")

    def test_the_subject_is_a_matter_of_the_unit(self):
        for subject, said in (("-", "needs the number"), ("m-1", "not a matter number"), (f"{NEIGHBOUR}-{YEAR}-0001", "not within")):
            self.refused({**self.opinion(subject=subject), "backfill_reason": "补录"}, "subject", said)
        profile = json.loads((self.kinds / "community_profile.valid.json").read_text(encoding="utf-8"))
        self.refused({**profile, "subject": f"{COMMUNITY}-{YEAR}-0001"}, "belongs to no matter")

    def test_a_street_writes_nothing_about_the_communities_of_another(self):
        street = self.unit(STREET)
        elsewhere = "110199991001"
        opinion = {"kind": "street_opinion", "subject": f"{elsewhere}-{YEAR}-0001", "backfill_reason": "补录",
                   "street_opinion": {"result": "agree", "text": "同意", "participant_from_street": False}}
        self.refused(opinion, f"{elsewhere} is not within {STREET}", node=street)
        commission = json.loads((self.kinds / "commission_request.valid.json").read_text(encoding="utf-8"))
        commission["commission_request"]["communities"] = [COMMUNITY, elsewhere]
        self.refused(commission, "communities", elsewhere, node=street)

    def test_a_correction_is_signed_as_its_target_and_holds_good_content(self):
        first = self.proposal()
        number = self.new("topic_determination", DETERMINATION, "--matter", first["subject"], "--ref", f"based_on={first['id']}")
        target = self.community.call("publish", number, "--json").object()
        body = self.community.call("show", target["id"], "--json").object()["body"]
        salt = body.pop("salt")
        body["topic_determination"]["title"] = "停车轮换"
        correction = {"kind": "correction", "subject": first["subject"], "refs": [{"rel": "supersedes", "record": target["id"]}],
                      "correction": {"reason": "typing", "text": "题目有误", "replacement": body}}
        self.refused(correction, "must also be signed by")
        del body["topic_determination"]["met_on"]
        path = write_json(self.folder / "r.json", correction)
        both = ("publish", path, "--as", "rc", "--as", "po")
        self.assertRefused(self.community.call(*both, check=False), REFUSED, "correction.replacement", "met_on")
        body["topic_determination"]["met_on"] = "2026-03-25"
        write_json(path, correction)
        written = self.community.call(*both, "--json").object()
        changes = self.community.call("show", written["id"], "--json").object()["body"]["correction"]["changes"]
        self.assertEqual([(c["path"], c["new_value"]) for c in changes], [("topic_determination.title", "\"停车轮换\"")])
        old = base64.b64decode(salt) + json.dumps("停车", ensure_ascii=False).encode()
        self.assertEqual(base64.b64decode(changes[0]["old_hash"]), hashlib.sha256(old).digest())

    def test_a_correction_begins_with_what_the_record_says(self):
        first = self.proposal()
        number = self.community.call("new", "correction", "--ref", f"supersedes={first['id'][:8]}", "--set", "reason=typing", "--set", "text=笔误",
                                     "--set", "replacement.topic_proposal.title=停车轮换", "--set", "replacement.topic_proposal.wish=年内", "--json").object()["draft"]
        written = self.community.call("publish", number, "--json").object()
        self.assertEqual((written["subject"], written["signers"]), (first["subject"], ["rc"]))
        changes = self.community.call("show", written["id"], "--json").object()["body"]["correction"]["changes"]
        self.assertEqual({c["path"]: c["new_value"] for c in changes},
                         {"topic_proposal.title": "\"停车轮换\"", "topic_proposal.wish": "\"年内\""})

    def change(self, kind, target, **content):
        rel = "withdraws" if kind == "withdrawal" else "supersedes"
        return {"kind": kind, "subject": target["subject"], "refs": [{"rel": rel, "record": target["id"]}], kind: content}

    def withdrawal(self, target):
        return self.change("withdrawal", target, reason="误录")

    def correction(self, target, title):
        body = self.community.call("show", target["id"], "--json").object()["body"]
        del body["salt"]
        body["topic_proposal"]["title"] = title
        return self.change("correction", target, reason="typing", text="题目有误", replacement=body)

    def written(self, record):
        return self.community.call("publish", write_json(self.folder / "w.json", record), "--json").object()

    def test_what_is_withdrawn_is_not_withdrawn_again_and_not_corrected(self):
        first = self.proposal()
        gone = self.written(self.withdrawal(first))
        for record in (self.withdrawal(first), self.correction(first, "停车轮换")):
            self.refused(record, f"record {COMMUNITY}:{first['index']} (topic_proposal) is withdrawn already, by {COMMUNITY}:{gone['index']};", "write a new one")
        again = self.written(self.withdrawal(gone))  # which had been a mistake: the record counts again
        self.refused(self.withdrawal(gone), f"is withdrawn already, by {COMMUNITY}:{again['index']};")
        self.written(self.correction(first, "停车轮换"))
        back = self.written(self.withdrawal(again))  # and the withdrawal, too
        self.refused(self.withdrawal(first), f"by {COMMUNITY}:{gone['index']};")
        self.written(self.withdrawal(back))
        self.written(self.withdrawal(first))  # corrected as it is

    def test_a_record_is_corrected_once_or_again_when_that_is_withdrawn(self):
        first = self.proposal()
        wrong = self.written(self.correction(first, "停车轮换"))
        self.refused(self.correction(first, "绿地"), f"record {COMMUNITY}:{first['index']} (topic_proposal) is corrected already, by {COMMUNITY}:{wrong['index']};",
                     "withdraw that correction first")
        self.written(self.withdrawal(wrong))
        self.written(self.correction(first, "绿地"))

    def test_a_record_that_a_newer_one_took_the_place_of_is_left(self):
        rules = json.loads((self.kinds / "house_rules.valid.json").read_text(encoding="utf-8"))
        old = self.written(rules)
        new = self.written({**rules, "refs": [{"rel": "supersedes", "record": old["id"]}]})
        self.refused(self.withdrawal(old), f"record {COMMUNITY}:{old['index']} (house_rules) is superseded, by {COMMUNITY}:{new['index']};", "change that one")
        self.written(self.withdrawal(new))
        self.written(self.withdrawal(old))

    def test_fewer_bodies_than_signed_a_record_do_not_withdraw_it(self):
        """A line of one body under a joint record's withdrawal counts on no node, so it is refused, and stands in nobody's way."""
        first = self.proposal()
        number = self.new("topic_determination", DETERMINATION, "--matter", first["subject"], "--ref", f"based_on={first['id']}")
        joint = self.community.call("publish", number, "--json").object()
        self.refused(self.withdrawal(joint), "must also be signed by")
        both = ("publish", write_json(self.folder / "r.json", self.withdrawal(joint)), "--as", "rc", "--as", "po")
        gone = self.community.call(*both, "--json").object()
        self.assertRefused(self.community.call(*both, check=False), REFUSED, f"is withdrawn already, by {COMMUNITY}:{gone['index']};")

    def test_of_two_withdrawals_in_one_batch_none_is_written(self):
        first = self.proposal()
        size = self.community.status()["size"]
        folder = self.folder / "two"
        folder.mkdir()
        for name in ("a.json", "b.json"):
            write_json(folder / name, self.withdrawal(first))
        self.assertRefused(self.community.call("publish", "--batch", folder, check=False), REFUSED, "is withdrawn already")
        self.assertEqual(self.community.status()["size"], size)

    def test_a_rule_parameter_holds_from_the_day_of_its_signing_at_the_earliest(self):
        district = self.node(DISTRICT)
        parameter = json.loads((self.kinds / "rule_parameter.valid.json").read_text(encoding="utf-8"))
        shanghai = datetime.timezone(datetime.timedelta(hours=8))
        today = datetime.datetime.now(shanghai).date()
        parameter["rule_parameter"]["effective_from"] = str(today - datetime.timedelta(days=1))
        for extra in ({}, {"backfill_reason": "补录"}):
            self.refused({**parameter, **extra}, f"rule_parameter.effective_from: {today - datetime.timedelta(days=1)} is before the day of signing, {today};",
                         "name that day or a later one", node=district)
        parameter["rule_parameter"]["effective_from"] = str(datetime.datetime.now(shanghai).date() + datetime.timedelta(days=1))
        path = write_json(self.folder / "r.json", parameter)
        told = district.call("publish", path, "--dry-run", "--json")
        self.assertEqual((told.object()["kind"], told.err), ("rule_parameter", ""))
        # A street may write one down, and is told that nobody goes by it.
        parameter["rule_parameter"]["scope"] = STREET
        told = self.unit(STREET).call("publish", write_json(self.folder / "r.json", parameter), "--dry-run")
        self.assertIn("a street's parameter changes no deadline", told.err)

    def test_changes_by_hand_must_be_those_of_the_new_content(self):
        first = self.proposal()
        number = self.community.call("new", "correction", "--ref", f"supersedes={first['id']}", "--set", "reason=typing", "--set", "text=笔误", "--json").object()["draft"]
        self.assertRefused(self.community.call("publish", number, check=False), REFUSED, "says what the record says already")
        self.community.call("draft", "edit", number, "--set", "replacement.topic_proposal.title=绿地")
        shown = self.community.call("draft", "show", number, "--json").object()["body"]
        del shown["correction"]["replacement"], shown["correction"]["changes"][0]["new_value"]
        packed = self.community.call("draft", "show", number, "--json").object()["body"]["correction"]["replacement"]
        shown["correction"]["replacement"] = packed
        self.refused({"kind": "correction", "subject": first["subject"], **shown}, "correction.changes")


if __name__ == "__main__":
    unittest.main()
