"""Rules: refused before anything is signed, flagged when it is true or comes from elsewhere, and silence."""

import json
import unittest

from harness import COMMUNITY, STREET, Case, wait_for
from test_matter import MATTER, determination, proposal, record, ref


def notice(posted, *refs, **more):
    content = {"meeting_at": "2026-04-10T19:00:00+08:00", "place": "示例议事厅", "online_link": False,
               "moderator": {"party_kind": "party_org", "role": "示例"}, "main_content": "示例内容",
               "participants": [{"party_kind": "resident", "count": 20}], "posted_on": posted,
               "posted_at_places": ["示例公告栏"], "contact": "示例办公室"}
    urgent = more.pop("urgent_reason", None)
    if urgent:
        content["urgent_reason"] = urgent
    return record("public_notice", content, *refs, **more)


class Rules(Case):
    def findings(self, node, *arguments):
        return node.call("findings", "--json", *arguments).objects()

    def topic(self, community):
        """A listed topic of the community's own affairs."""
        first = community.publish(proposal())
        told = determination(ref("based_on", first))
        told["topic_determination"]["nature"] = "community_affairs"
        return community.publish(told)

    def test_what_breaks_a_rule_is_refused_with_article_figures_and_remedy(self):
        _, _, community = self.federation()
        topic = self.topic(community)
        before = community.status()["size"]
        bad = json.dumps(notice("2026-04-08", ref("based_on", topic)), ensure_ascii=False)

        result = community.call("publish", "-", "--passphrase-file", community.passphrase, check=False,
                                stdin=bad)
        self.assertEqual((result.status, result.out), (1, ""))
        for part in ("refused by rule R-10-1", "article 10", "notice_min_days=3", "what to do", "backfill_reason"):
            self.assertIn(part, result.err)
        self.assertEqual(community.status()["size"], before)
        dry = community.call("publish", "-", "--dry-run", check=False, stdin=bad)
        self.assertEqual(dry.status, 1)
        self.assertEqual(self.findings(community, "R-10-1", "--coming", "--ended"), [])

        community.publish(notice("2026-04-07", ref("based_on", topic)))
        self.assertEqual(community.status()["size"], before + 1)

    def test_what_is_true_is_kept_and_flagged(self):
        _, street, community = self.federation()
        topic = self.topic(community)
        urgent = community.publish(notice("2026-04-09", ref("based_on", topic), urgent_reason="示例:管道爆裂"))
        late = community.publish(notice("2026-04-08", ref("based_on", topic), ref("supersedes", urgent),
                                        backfill_reason="示例:补录"))
        self.receipted(community)
        for node in (community, street):
            found = {f["record"]["id"]: f for f in self.findings(node, "R-10-1", "--ended")}
            self.assertIn(late["id"], found)
            self.assertEqual({f["severity"] for f in found.values()}, {"F"})
            self.assertEqual(found[late["id"]]["parameters"][0], "notice_min_days=3")

    def test_silence_becomes_a_finding_on_its_day_and_an_answer_ends_it(self):
        district, street, community = self.federation()
        agreed = community.publish(record("consensus", {
            "items": [{"no": 1, "text": "示例:拓宽三米", "nature": "public_service", "decision_matter": False}],
            "reached_on": "2026-04-10", "degree": "broad"}, subject="new", backfill_reason="示例:补录"))
        submitted = community.publish(record("outcome_submission", {
            "text": "示例成果", "wanted": "示例", "submitted_on": "2026-04-15", "urgency": "ordinary"}, ref("based_on", agreed)))
        self.receipted(community)

        def at(node, day, *arguments):
            return [(f["rule"], f["since"], f["until"], f["state"], f["division"])
                    for f in self.findings(node, "R-12-4", "--as-of", day, *arguments)]

        for node in (community, street, district):
            self.assertEqual(at(node, "2026-04-30"), [])
            self.assertEqual(at(node, "2026-05-01"), [("R-12-4", "2026-05-01", None, "open", STREET)])
            self.assertEqual(at(node, "2026-04-30", "--coming")[0][3], "coming")
        running = street.call("inbox", "--json", "--as-of", "2026-05-04").objects()
        self.assertEqual([t["days_late"] for t in running if t.get("why") == "street_response"], [4])
        self.assertIn("R-12-4", [f.get("rule") for f in running])

        response = street.publish(record("street_response", {
            "decision": "implement", "received_on": "2026-05-06", "due": "2026-09-30"}, ref("answers", submitted),
            occurred_at="2026-05-06"))
        self.receipted(street, "district")
        wait_for(lambda: at(district, "2026-05-07", "--ended") ==
                 [("R-12-4", "2026-05-01", "2026-05-06", "ended", STREET)], "the answer at the district")
        self.assertEqual(at(district, "2026-05-07"), [])
        duty, = district.call("findings", "R-12-4", "--deadlines", "--ended", "--json").objects()
        self.assertEqual((duty["due"], duty["claimed"]), ("2026-04-30", "2026-05-06"))

        # An objection to what the street wrote is not the community's to answer.
        wait_for(lambda: community.call("show", response["id"], check=False).status == 0, "the answer at the community")
        objection = community.publish(record("objection", {
            "raised_on": "2026-05-08", "raised_by": "resident", "channel": "phone", "about": "result", "text": "示例"},
            ref("based_on", response)))
        reply = record("objection_reply", {"replied_on": "2026-05-09", "result": "partly_upheld", "text": "示例"}, ref("answers", objection))
        result = community.call("publish", "-", "--passphrase-file", community.passphrase, check=False, stdin=json.dumps(reply))
        self.assertRefused(result, 1, "by the unit that wrote what is objected to")
        self.receipted(community)
        street.publish(reply)

    def test_oversight_raises_and_closes_a_finding_which_opens_again(self):
        district, street, community = self.federation()
        agreed = community.publish(record("consensus", {
            "items": [{"no": 1, "text": "示例:拓宽三米", "nature": "public_service", "decision_matter": False}],
            "reached_on": "2026-04-10", "degree": "broad"}, subject="new", backfill_reason="示例:补录"))
        submitted = community.publish(record("outcome_submission", {
            "text": "示例成果", "wanted": "示例", "submitted_on": "2026-04-15", "urgency": "ordinary"}, ref("based_on", agreed)))
        self.receipted(community)

        def case(node):
            finding, = self.findings(node, "R-12-4", "--as-of", "2026-05-20")
            return finding["official"], finding["reopened"]

        wait_for(lambda: self.findings(district, "R-12-4", "--as-of", "2026-05-20"), "the finding at the district")
        self.assertEqual(case(district), ("none", False))
        raised = district.publish(record("audit_finding", {
            "rule_id": "R-12-4", "severity": "flag", "division": STREET, "body": "st", "matter": MATTER, "text": "示例", "due": "2026-06-30"},
            ref("based_on", submitted), subject="-"))
        self.assertEqual(case(district), ("raised", False))
        def refused(node, kind, content, relation, *expected):
            result = node.call("publish", "-", "--passphrase-file", node.passphrase, check=False, stdin=json.dumps(
                record(kind, content, ref(relation, raised), subject="-"), ensure_ascii=False))
            self.assertEqual((result.status, result.out), (1, ""))
            for part in expected:
                self.assertIn(part, result.err)

        # Neither closes whoever it is raised against, nor responds whom it does not concern.
        wait_for(lambda: street.call("show", raised["id"], check=False).status == 0, "the finding at the street")
        refused(street, "finding_close", {"closed_on": "2026-06-20", "result": "unfounded", "text": "示例"}, "based_on",
                "a finding_close is written by the unit that wrote the record it refers to")
        wait_for(lambda: community.call("show", raised["id"], check=False).status == 0, "the finding at the community")
        refused(community, "finding_response", {"answered_on": "2026-06-20", "text": "示例"}, "answers", "R-G-02", f"{STREET} st")
        self.assertEqual(case(district), ("raised", False))
        street.publish(record("finding_response", {"answered_on": "2026-06-19", "text": "示例"}, ref("answers", raised), subject="-"))
        district.publish(record("finding_close", {"closed_on": "2026-06-20", "result": "remedied", "text": "示例"},
                                ref("based_on", raised), subject="-"))
        self.assertEqual(case(district), ("closed", True))

    def test_a_finding_belongs_to_the_matter_whose_number_it_says(self):
        district, street, community = self.federation()
        self.topic(community)
        self.receipted(community)
        finding = {"rule_id": "R-10-1", "severity": "flag", "division": STREET, "body": "st", "matter": MATTER, "text": "示例", "due": "2026-06-30"}
        raised = district.publish(record("audit_finding", finding, subject="-"))

        def steps(node):
            return [step["kind"] for step in node.call("matter", MATTER, "--json").object()["steps"]]

        def waiting(node):
            return [t["why"] for t in node.call("inbox", "--json", check=False).objects() if t.get("matter") == MATTER and "why" in t]

        self.assertIn("audit_finding", steps(district))
        wait_for(lambda: "finding_response" in waiting(street), "the finding in the inbox of the street")
        street.publish(record("finding_response", {"answered_on": "2026-06-19", "text": "示例"}, ref("answers", raised), subject="-"))
        wait_for(lambda: "finding_close" in waiting(district), "the response at the district")
        self.assertNotIn("finding_response", waiting(street))
        district.publish(record("finding_close", {"closed_on": "2026-06-20", "result": "remedied", "text": "示例"},
                                ref("based_on", raised), subject="-"))
        self.assertNotIn("finding_close", waiting(district))
        self.assertCountEqual([kind for kind in steps(district) if kind.startswith("finding")], ["finding_response", "finding_close"])

        other = record("audit_finding", {**finding, "matter": "110199991001-2026-0001"}, subject="-")
        result = street.call("publish", "-", "--passphrase-file", street.passphrase, check=False, stdin=json.dumps(other))
        self.assertRefused(result, 1, "audit_finding.matter")

    def test_the_catalogue_explains_each_rule(self):
        _, _, community = self.federation()
        rules = community.call("rules", "--json").objects()
        self.assertIn("R-12-4", [r["rule"] for r in rules])
        shown = community.call("rules", "r-12-4").out
        self.assertIn("street_response_days", shown)
        self.assertRefused(community.call("rules", "R-99", check=False), 1, "R-99")
        self.assertRefused(community.call("findings", "--as-of", "yesterday", check=False), 2, "yesterday")
        self.assertRefused(community.call("findings", "--severity", "X", check=False), 2, "X")
        self.assertRefused(community.call("findings", "--who", "king", check=False), 2, "king")
        self.assertRefused(community.call("findings", "R-99", check=False), 2, "R-99")


if __name__ == "__main__":
    unittest.main()
