"""A matter goes through community and street; both see the same, and what waits for whom."""

import base64
import json
import os
import signal
import subprocess
import time
import unittest

from harness import COMMUNITY, DISTRICT, STREET, Case, wait_for

MATTER = f"{COMMUNITY}-2026-0001"


def ref(rel, record):
    return {"rel": rel, "record": base64.b64encode(bytes.fromhex(record["id"])).decode()}


def record(kind, content, *refs, subject=MATTER, **more):
    return {"kind": kind, "subject": subject, "refs": list(refs), kind: content, **more}


def proposal(title="示例:西门外道路拓宽", **more):
    return record("topic_proposal", {
        "title": title, "content": "示例内容", "proposer_kind": "resident", "channel": "form",
        "proposed_on": "2026-03-02", "suggested_category": "facilities_and_order", "suggested_nature": "public_service",
        "suggested_level": "community"}, **more)


def determination(*refs, **more):
    return record("topic_determination", {
        "met_on": "2026-03-25", "decision": "listed", "title": "示例:西门外道路拓宽三米", "category": "facilities_and_order",
        "nature": "public_service", "decision_matter": False, "level": "community", "form": "deliberation_meeting",
        "scope": "示例范围", "planned_participants": [{"party_kind": "resident", "count": 20}],
        "lawfulness_confirmed": True, "third_party_moderator": False, "attendance": {"po": 3, "rc": 5}}, *refs, **more)


class Matter(Case):
    def seen(self, node, matter=MATTER, **wanted):
        """Wait until the node's dossier of the matter says so."""

        def there():
            result = node.call("matter", matter, "--json", check=False)
            found = result.objects()[0] if result.status == 0 else {}
            return found if all(found.get(k) == v for k, v in wanted.items()) else None

        return wait_for(there, f"{node.code}: matter {matter} with {wanted}")

    def tasks(self, node, *arguments):
        return [(t["matter"], t["why"]) for t in node.call("inbox", "--json", *arguments).objects()
                if "why" in t]

    def to_topic(self, community, matter=MATTER):
        first = community.publish(proposal(subject=matter))
        return community.publish(determination(ref("based_on", first), backfill_reason="示例:补录", subject=matter))

    def to_session(self, community, topic, number=1, day="2026-04-10", posted="2026-04-03", result="consensus",
                   matter=MATTER):
        notice = community.publish(record("public_notice", {
            "meeting_at": f"{day}T19:00:00+08:00", "place": "示例议事厅", "online_link": False,
            "moderator": {"party_kind": "party_org", "role": "示例"}, "main_content": "示例内容",
            "participants": [{"party_kind": "resident", "count": 20}], "posted_on": posted,
            "posted_at_places": ["示例公告栏"], "contact": "示例办公室"}, ref("based_on", topic), subject=matter))
        return community.publish(record("meeting_session", {
            "session_no": number, "started_at": f"{day}T19:00:00+08:00", "ended_at": f"{day}T20:00:00+08:00",
            "place": "示例议事厅", "level": "community", "form": "deliberation_meeting",
            "moderator": {"party_kind": "party_org", "role": "示例"},
            "attendance": [{"party_kind": "street", "invited": 1, "present": 1},
                           {"party_kind": "resident", "invited": 20, "present": 16}], "present_total": 17,
            "street_present": True, "department_present": False, "applicants_present": 0, "agenda": "示例", "summary": "示例",
            "result": result, "recording": False}, ref("based_on", notice), subject=matter))

    def consensus(self, session, *numbers, day="2026-04-10", matter=MATTER):
        return record("consensus", {
            "items": [{"no": no, "text": f"示例:第 {no} 项", "nature": "public_service", "decision_matter": False}
                      for no in numbers],
            "reached_on": day, "degree": "broad"}, ref("based_on", session), subject=matter)

    def to_submission(self, community, matter=MATTER):
        session = self.to_session(community, self.to_topic(community, matter), matter=matter)
        agreed = community.publish(self.consensus(session, 1, matter=matter))
        return community.publish(record("outcome_submission", {
            "text": "示例成果", "wanted": "示例", "submitted_on": "2026-04-15", "urgency": "ordinary"}, ref("based_on", agreed),
            subject=matter))

    def test_a_matter_runs_over_two_logs_and_everybody_sees_the_same(self):
        district, street, community = self.federation()

        submitted = self.to_submission(community)
        self.receipted(community)

        here = self.seen(community, state="submitted")
        self.assertEqual(here["title"], "示例:西门外道路拓宽三米")
        self.assertEqual([s["kind"] for s in here["steps"]],
                         ["topic_proposal", "topic_determination", "public_notice", "meeting_session", "consensus",
                          "outcome_submission"])
        self.assertTrue(all(s["street"] and s["district"] for s in here["steps"]))
        self.assertIn((MATTER, "street_response"), self.tasks(street))
        self.assertNotIn((MATTER, "street_response"), self.tasks(community))
        waits, = [t for t in street.call("inbox", "--json").objects() if t.get("why") == "street_response"]
        self.assertEqual((waits["due"], waits["parameter"]), ("2026-04-30", "street_response_days"))

        street.publish(record("street_response", {
            "decision": "implement", "received_on": "2026-04-16", "due": "2026-09-30"}, ref("answers", submitted)))

        there = [self.seen(node, state="accepted") for node in (community, street, district)]
        for seen in there:
            self.assertEqual([(s["code"], s["index"], s["kind"], s["fate"]) for s in seen["steps"]],
                             [(s["code"], s["index"], s["kind"], s["fate"]) for s in there[0]["steps"]])
            self.assertEqual(seen["tracks"], there[0]["tracks"])
            self.assertEqual(seen["missing"], there[0]["missing"])
        self.assertEqual(there[0]["tracks"][0]["due"], "2026-09-30")
        self.assertNotIn((MATTER, "street_response"), self.tasks(street))

    def test_a_matter_has_the_title_of_the_determination_that_counts(self):
        _, _, community = self.federation()
        first = community.publish(proposal())
        community.publish(proposal("示例:又一份提议"))
        self.assertEqual(self.seen(community)["title"], "示例:西门外道路拓宽")
        topic = determination(ref("based_on", first), backfill_reason="示例:补录")
        counts = community.publish(topic)
        topic["topic_determination"].update(title="示例:另一题目", category="pacts", nature="community_affairs")
        other = community.publish(topic)

        seen = self.seen(community, conflict=True)
        self.assertEqual(seen["conflicts"], [{"counts": counts["id"], "other": other["id"], "track": None}])
        self.assertEqual((seen["title"], seen["category"], seen["nature"]),
                         ("示例:西门外道路拓宽三米", "facilities_and_order", "public_service"))
        community.publish(record("withdrawal", {"reason": "示例"}, ref("withdraws", counts)), "--as", "rc", "--as", "po")
        self.assertEqual(self.seen(community, conflict=False)["title"], "示例:另一题目")
        chinese = community.call("--lang", "zh", "matter", MATTER).out
        self.assertIn("各类公约", chinese)
        self.assertIn("社区事务", chinese)

    def test_items_of_a_matter_are_numbered_over_its_sessions(self):
        _, _, community = self.federation()
        topic = self.to_topic(community)
        session = self.to_session(community, topic, result="partial")

        def refused(record, *parts):
            self.assertRefused(community.call("publish", "-", "--passphrase-file", community.passphrase, check=False,
                                              stdin=json.dumps(record)), 1, *parts)

        refused(self.consensus(session, 2), "numbered from 1")
        community.publish(self.consensus(session, 1))
        again = self.to_session(community, topic, 2, "2026-04-24", "2026-04-17")
        refused(self.consensus(again, 1, day="2026-04-24"), "number 1 of matter", "next free one is 2")
        refused(self.consensus(again, 1, 2, day="2026-04-24"), "number 1 of matter", "next free one is 2")
        self.assertIn("consensus", [t["why"] for t in self.seen(community)["missing"]])

        draft = community.call("new", "consensus", "--matter", "2026-1", "--set", "items[0].text=示例:乙", "--set",
                               "items[1].text=示例:丙", "--json").object()["path"]
        with open(draft, encoding="utf-8") as file:
            self.assertEqual([i["no"] for i in json.load(file)["consensus"]["items"]], [2, 3])
        draft = community.call("new", "consensus", "--matter", MATTER, "--json").object()["path"]
        with open(draft, encoding="utf-8") as file:
            self.assertEqual(json.load(file)["consensus"], {"items": [{"no": 2}]})

        agreed = community.publish(self.consensus(again, 2, 3, day="2026-04-24"))
        seen = self.seen(community, items=3)
        self.assertEqual([(t["item"], t["state"]) for t in seen["tracks"]], [(n, "consensus") for n in (1, 2, 3)])
        self.assertNotIn("consensus", [t["why"] for t in seen["missing"]])
        self.assertEqual([s["irregular"] for s in seen["steps"] if s["kind"] == "consensus"], [[], []])

        number = community.call("new", "correction", "--ref", f"supersedes={agreed['id']}", "--set", "reason=typing",
                                "--set", "text=示例", "--set", "replacement.consensus.items[0].no=1", "--set",
                                "replacement.consensus.items[1].no=2", "--json").object()["draft"]
        self.assertRefused(community.call("publish", number, "--as", "rc", "--as", "po", "--passphrase-file", community.passphrase,
                                          check=False), 1, "number 1 of matter")

    def test_an_evaluation_of_several_matters_evaluates_each(self):
        _, street, community = self.federation()
        matters = [f"{COMMUNITY}-2026-{n:04}" for n in (1, 2)]
        answers = []
        for matter in matters:
            submitted = self.to_submission(community, matter)
            wait_for(lambda: (matter, "street_response") in self.tasks(street), "the submission at the street")
            answers.append(street.publish(record("street_response", {
                "decision": "decline", "received_on": "2026-04-16", "reason": "示例"}, ref("answers", submitted),
                subject=matter)))
            self.seen(community, matter=matter, state="declined")
        for matter, answer in zip(matters, answers):
            community.publish(record("feedback_publication", {
                "subject": "progress", "channels": ["示例公告栏"], "from": "2026-04-20", "to": "2026-05-20",
                "explained_to_dissenters": False}, ref("based_on", answer), subject=matter))
            self.seen(community, matter=matter, state="published")
        with (self.kinds / "evaluation_round.valid.json").open() as file:
            asked = json.load(file)
        with (self.kinds / "evaluation_result.valid.json").open() as file:
            given = json.load(file)
        asked["evaluation_round"].update(matters=matters, evaluators_by_kind=[{"party_kind": "resident", "count": 20}])
        asked.update(subject="-", refs=[ref("evaluates", answer) for answer in answers])
        given.update(subject="-", refs=[ref("based_on", community.publish(asked))])
        result = community.publish(given)

        for matter in matters:
            seen = self.seen(community, matter=matter, state="evaluated")
            self.assertEqual([s["kind"] for s in seen["steps"]][-2:], ["evaluation_round", "evaluation_result"])
            self.seen(street, matter=matter, state="evaluated")
        waits = [t for t in street.call("inbox", "--json").objects() if t.get("why") == "evaluation_reply"]
        self.assertEqual([(t["matter"], t["record"]) for t in waits], [(m, result["id"]) for m in matters])
        self.receipted(community)
        shown = community.call("matter", matters[0]).out  # receipts are here, but no record of them yet
        self.assertIn("proven -: not yet by a record of receipts", shown)
        self.assertNotIn("proven -: no\n", shown)
        told = street.call("inbox").out
        self.assertIn(f"(record {COMMUNITY}:{result['index']})", told)
        self.assertNotIn("R-13-3", told)

        with (self.kinds / "evaluation_reply.valid.json").open() as file:
            reply = json.load(file)
        reply.update(subject="-", refs=[ref("answers", result)])
        street.publish(reply)
        self.assertEqual([why for _, why in self.tasks(street) if why == "evaluation_reply"], [])
        before = [community.call("matter", m, "--json").out for m in matters]
        community.call("reindex")
        self.assertEqual([community.call("matter", m, "--json").out for m in matters], before)

    def test_records_of_two_logs_are_shown_in_the_order_in_which_they_were_received(self):
        _, street, community = self.federation()

        def received(node, *witnesses):
            """The clock of receipts counts seconds: what comes next comes in a later one."""
            self.receipted(node, *witnesses)
            now = int(time.time())
            wait_for(lambda: int(time.time()) > now, "the next second")

        wanted = []
        for turn in range(4):  # none of them refers to another, so that only times order them
            wanted.append(community.publish(proposal(f"示例:提议 {turn}"))["id"])
            received(community, "street")
            wanted.append(street.publish(record("legal_education", {
                "held_on": "2026-03-05", "form": "示例", "subject": "示例", "reach": turn}))["id"])
            received(street, "district")
        self.held(community, STREET, street.status()["size"])
        self.receipted(community)

        for node in (community, street):
            self.assertEqual([s["id"] for s in self.seen(node, records=8)["steps"]], wanted)

    def test_what_only_arrived_elsewhere_is_found_by_number_list_and_record(self):
        _, street, community = self.federation()
        written = community.publish(proposal())
        self.receipted(community, "street")

        for name in (MATTER, written["id"], f"{COMMUNITY}:0"):
            self.assertEqual(street.call("matter", name, "--json").objects()[0]["matter"], MATTER)
        self.assertEqual(community.call("matter", "2026-1", "--json").objects()[0]["matter"], MATTER)
        self.assertEqual([m["matter"] for m in street.call("matter", "--json").objects()], [MATTER])
        self.assertEqual([m["matter"] for m in street.call("matter", "--json", "--state", "proposed").objects()], [MATTER])
        self.assertEqual(street.call("matter", "--json", "--state", "closed").objects(), [])
        self.assertEqual(street.call("matter", "--json", "--unit", "110199990002").objects(), [])
        self.assertRefused(street.call("matter", f"{COMMUNITY}-2026-0099", check=False), 1, "0099")
        self.assertRefused(street.call("matter", "--state", "nowhere", check=False), 2, "nowhere")
        self.assertRefused(street.call("inbox", "--body", "king", check=False), 2, "king")

    def test_the_model_is_made_again_from_nothing(self):
        _, _, community = self.federation()
        community.publish(proposal())
        self.receipted(community)
        before = community.call("matter", MATTER, "--json").out

        self.assertEqual(community.call("reindex").status, 0)
        self.assertEqual(community.call("matter", MATTER, "--json").out, before)
        (community.home / "model.db").write_bytes(b"no database" * 1000)
        self.assertEqual(community.call("matter", MATTER, "--json").out, before)
        (community.home / "model.db").unlink()
        self.assertEqual(community.call("matter", MATTER, "--json").out, before)

    def test_two_commands_at_once_do_not_disturb_each_other(self):
        _, _, community = self.federation()
        for number in range(1, 9):
            community.publish(proposal(subject=f"{COMMUNITY}-2026-{number:04}"))
        command = [os.environ["YISHI_BIN"], "matter", "--json", "--home", str(community.home)]

        killed = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        running = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(4)]

        for process in running:
            out = process.communicate()[0]
            self.assertEqual(process.returncode, 0)
            self.assertEqual(len(out.splitlines()), 8)


if __name__ == "__main__":
    unittest.main()
