"""An evaluation with ballots: papers, slips, the set; what a resident and an auditor find when something was changed."""

import base64
import copy
import hashlib
import json
import pathlib
import random
import re
import sys
import unittest

from harness import COMMUNITY, OK, REFUSED, TOP, USAGE, Case, files_under, wait_for

sys.path[:0] = [str(TOP / "tests")]

import verifier_ballots  # noqa: E402

GRADES = ("participation", "implementation", "feedback")
PAPERS = 40


def evaluation(issued=PAPERS):
    return {
        "kind": "evaluation_round", "subject": f"{COMMUNITY}-2026-0001", "backfill_reason": "示例:事项始于启用本系统之前",
        "evaluation_round": {
            "target": "st", "target_name": "示例街道办事处", "matters": [f"{COMMUNITY}-2026-0001"], "from": "2026-10-08",
            "to": "2026-10-20", "method": "paper", "issued": issued, "question_set": "示例-1",
            "evaluators_by_kind": [{"party_kind": "resident", "count": 30}, {"party_kind": "property_company", "count": 10}],
            "dimensions": [{"dimension": name, "question": "示例:怎么样?"} for name in GRADES]}}


def votes(codes):
    """38 papers that came back: 30 residents, 4 of the property company, 3 that say nothing; one is invalid."""
    rng = random.Random(7)
    for at, code in enumerate(codes[:38]):
        paper = {"code": code, **{name: rng.choice((5, 5, 4, 4, 3, 2, 1, 0)) for name in GRADES}}
        if at < 34:
            paper["kind"] = "resident" if at < 30 else "property_company"
        if at == 0:
            paper["mark"], paper["remark"] = "Abc123", "希望反馈更及时,<b>\"谢谢\"</b>"
        if at == 37:
            paper = {"code": code, "participation": "invalid"}
        yield paper


class Ballots(Case):
    def ballot(self, node, action, *arguments, **more):
        return node.call("ballot", action, self.round, *arguments, **more)

    def opened(self, node, action, *arguments, **more):
        return self.ballot(node, action, *arguments, "--passphrase-file", f"vault={node.passphrase}", **more)

    def begin(self, node, issued=PAPERS):
        self.round = node.publish(evaluation(issued))["id"]
        return [one["code"] for one in self.ballot(node, "open", "--count", issued, "--json").objects()]

    def enter(self, node, papers, **more):
        return self.ballot(node, "enter", "--batch", "-", stdin=json.dumps(list(papers), ensure_ascii=False), **more)

    def publish_draft(self, node, no):
        return node.call("publish", no, "--passphrase-file", node.passphrase, "--json").object()

    def test_an_evaluation_from_paper_to_slip(self):
        district, street, community = self.federation()
        codes = self.begin(community)
        self.assertEqual(len(set(codes)), PAPERS)
        self.assertRefused(self.ballot(community, "open", "--count", 1, check=False), REFUSED, "at most 0 more")

        # Entering: one, a table, and what is refused.
        papers = list(votes(codes))
        one = papers[0]
        self.ballot(community, "enter", "--code", one["code"].lower().replace("-", ""), "--grades",
                    ",".join(str(one[name]) for name in GRADES), "--kind", "居民", "--mark", one["mark"], "--remark", one["remark"])
        for wrong, status, words in (
                ([papers[1], one], REFUSED, "is in already; nothing was entered"),
                ([papers[1], papers[1]], REFUSED, "is in already"),
                ([{**papers[1], "code": "ZZZZZ-ZZZZZ"}], REFUSED, "no paper of this round has the code"),
                ([{**papers[1], "feedback": 6}], REFUSED, "ballot 1, feedback: "),
                ([{"code": papers[1]["code"], "feedback": 1}], REFUSED, "participation: the grade is missing"),
                ([{**papers[1], "kind": "nobody"}], REFUSED, "no kind of party"),
                ([{**papers[1], "name": "x"}], USAGE, "\"name\" is no field of a ballot")):
            self.assertRefused(self.enter(community, wrong, check=False), status, words)
        table = "﻿编号,参与社区协商,协商成果落实,协商结果反馈,主体\r\n" + "".join(
            f"\t{p['code']},{p['participation']},满意,{p['feedback']},{'居民'}\r\n" for p in papers[1:3])
        self.ballot(community, "enter", "--batch", "-", stdin=table)
        for paper in papers[1:3]:
            paper["implementation"] = 4
        self.enter(community, papers[3:])
        state = self.ballot(community, "status", "--json").object()
        self.assertEqual((state["issued"], state["entered"], state["closed"]), (40, 38, False))

        # Wrongly entered: out and in again.
        self.ballot(community, "take-out", "--code", papers[5]["code"], "--purpose", "录入有误")
        self.enter(community, papers[5:6])

        # Closing.
        self.assertRefused(self.opened(community, "slip", check=False), REFUSED, "still open")
        closed = self.opened(community, "close", "--json").object()
        result = closed["result"]
        valid = [p for p in papers if p["participation"] != "invalid"]
        self.assertEqual([result[name] for name in ("issued", "returned", "valid")], [40, 38, 37])
        for counts, name in zip(result["dimensions"], GRADES):
            for grade in range(6):
                self.assertEqual(counts[f"grade_{grade}"], sum(p[name] == grade for p in valid), (name, grade))
        self.assertEqual(result["returned_by_kind"], [{"party_kind": "resident", "returned": 30}])  # 4 are too few; 8 remain
        self.assertRefused(self.enter(community, [{**papers[1], "code": codes[39]}], check=False), REFUSED, "the box is closed")
        self.assertRefused(self.ballot(community, "take-out", "--code", codes[1], "--purpose", "x", check=False), REFUSED, "closed")
        again = self.opened(community, "close", "--json").object()
        self.assertEqual(again["result"], result)  # the same, in another draft
        published = self.publish_draft(community, closed["draft"])
        self.receipted(community)

        # Slips, offline.
        root, bundle = community.home / "root.pub", self.folder / "result.proof"
        community.call("prove", published["id"], "--out", bundle)
        slips = self.opened(community, "slip", "--json").objects()
        self.assertEqual(sorted(s["code"] for s in slips), sorted(p["code"].replace("-", "") for p in papers))
        files = {}
        for slip in slips:
            files[slip["code"]] = self.folder / f"{slip['code']}.json"
            files[slip["code"]].write_text(json.dumps(slip, ensure_ascii=False))
        for paper in (*papers[:6], papers[30], papers[36], papers[37]):
            self.assertTrue(self.judge(files[paper["code"].replace("-", "")], root, bundle))
        first = next(s for s in slips if s["code"] == papers[0]["code"].replace("-", ""))
        self.assertEqual((first["mark"], first["remark"], first["kind"]), ("abc123", papers[0]["remark"], "resident"))
        street.call("check", files[first["code"]])  # as the street holds the result
        self.changed_slips(first, slips, root, bundle)

        # The set, for those who may see it.
        where = self.folder / "set.json"
        self.opened(community, "open-set", "--purpose", "监督委员会核对", "--out", where)
        self.assertEqual(where.stat().st_mode & 0o777, 0o600)
        self.assertTrue(self.judge(where, root, bundle))
        self.changed_sets(json.loads(where.read_text()), root, bundle)

        # Pages.
        page = self.folder / "slips.html"
        self.opened(community, "slip", "--out", page)
        text = page.read_text()
        self.assertEqual(text.count("<svg"), 38)
        self.assertIn("&lt;b&gt;&quot;谢谢&quot;&lt;/b&gt;", text)
        self.assertNotIn("<b>\"谢谢", text)

        # Nothing of a single ballot is anywhere in the clear, and at no other node at all.
        needles = [papers[0]["remark"].encode(), base64.b64decode(first["salt"]), first["salt"].encode(), first["code"].encode(),
                   codes[0].encode(), codes[39].encode()]
        for file, data in files_under(*(node.home for node in (community, street, district))):
            for needle in needles:
                self.assertNotIn(needle, data, file)

        # Time is up, or somebody decides so.
        self.assertRefused(self.ballot(community, "erase", "--purpose", "期满", check=False), REFUSED, "are kept until")
        erased = self.ballot(community, "erase", "--purpose", "提前销毁", "--early", "--json").object()
        self.assertEqual(erased["erased"], 38)
        self.assertEqual([p for p in (community.home / "sealed" / "slot").iterdir()], [])
        self.assertTrue(self.judge(files[first["code"]], root, bundle))  # what was given out stays good
        self.assertRefused(self.opened(community, "slip", check=False), REFUSED, "still open")

    # --- what was changed ---------------------------------------------------------------------------
    def judge(self, file, root, bundle):
        """Both judges, who must agree."""
        mine = self.fleet.nodes[0].call("check", file, "--root", root, "--bundle", bundle, check=False)
        theirs = verifier_ballots.run(file, root, bundle, lambda *_: None)
        self.assertEqual(mine.status == OK, theirs.startswith("OK "), f"{mine.out}{mine.err}\n{theirs}")
        self.assertIn(mine.status, (OK, REFUSED), mine.err)
        return mine.status == OK

    def refuses(self, value, root, bundle):
        file = self.folder / "changed.json"
        file.write_text(json.dumps(value, ensure_ascii=False))
        self.assertFalse(self.judge(file, root, bundle), value)

    def changed_slips(self, slip, slips, root, bundle):
        other = next(s for s in slips if s["valid"] and s["code"] != slip["code"])
        invalid = next(s for s in slips if not s["valid"])
        for name, value in (("code", other["code"]), ("mark", "abc124"), ("kind", "street"), ("remark", "别的"),
                            ("salt", other["salt"]), ("round", "00" * 32), ("places", other["places"]),
                            ("places", slip["places"][::-1])):
            self.refuses({**slip, name: value}, root, bundle)
        for at, name in enumerate(GRADES):
            changed = copy.deepcopy(slip)
            changed["grades"][name] = (slip["grades"][name] + 1) % 6
            self.refuses(changed, root, bundle)  # a grade that was flipped
            changed = copy.deepcopy(slip)
            changed["places"][at]["slot"] += 1
            self.refuses(changed, root, bundle)
            changed = copy.deepcopy(slip)
            changed["places"][at]["proof"].pop()
            self.refuses(changed, root, bundle)
        self.refuses({**invalid, "valid": True, "grades": slip["grades"]}, root, bundle)
        self.refuses({key: value for key, value in slip.items() if key != "mark"}, root, bundle)

    def changed_sets(self, whole, root, bundle):
        def changed(action):
            value = copy.deepcopy(whole)
            action(value)
            self.refuses(value, root, bundle)

        changed(lambda v: v["ballots"].pop())  # a ballot that was removed
        changed(lambda v: v["ballots"].append(v["ballots"][0]))  # counted twice
        changed(lambda v: v["ballots"].append({**v["ballots"][0], "code": "ZZZZZZZZZZ"}))
        changed(lambda v: v["ballots"][0].update(salt=v["ballots"][1]["salt"]))
        changed(lambda v: v["ballots"][0].update(kind="street"))
        changed(lambda v: v.update(issued=41))
        changed(lambda v: v.update(round="00" * 32))

        def flip(value):
            ballot = next(b for b in value["ballots"] if b["valid"])
            ballot["grades"]["feedback"] = (ballot["grades"]["feedback"] + 1) % 6
        changed(flip)

    def test_a_false_histogram_is_found_by_those_whose_grade_it_lacks(self):
        _, _, community = self.federation()
        codes = self.begin(community, 8)
        self.enter(community, [{"code": code, "participation": 2, "implementation": 3, "feedback": 4} for code in codes])
        closed = self.opened(community, "close", "--json").object()

        # The clerk changes the draft: two are more satisfied than they said.
        path = community.home / "drafts" / f"{closed['draft']}.json"
        draft = json.loads(path.read_text())
        counts = draft["evaluation_result"]["dimensions"][0]
        counts["grade_2"] -= 2
        counts["grade_5"] += 2
        path.write_text(json.dumps(draft, ensure_ascii=False))
        published = self.publish_draft(community, closed["draft"])
        self.receipted(community)
        root, bundle = community.home / "root.pub", self.folder / "result.proof"
        community.call("prove", published["id"], "--out", bundle)
        found = []
        for slip in self.opened(community, "slip", "--json").objects():
            file = self.folder / "slip.json"
            file.write_text(json.dumps(slip))
            found.append(self.judge(file, root, bundle))
        # Slots 0 to 7 hold grade 2; now 0 and 1 are said to be those of grade 5: just their writers see it.
        self.assertEqual(found.count(False), 2)
        result = self.opened(community, "open-set", "--purpose", "审计", "--out", self.folder / "set.json", check=False)
        self.assertRefused(result, REFUSED, "participation: the result says that 6 papers gave grade 2, the set has 8")


if __name__ == "__main__":
    unittest.main()
