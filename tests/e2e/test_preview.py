"""What leaves the node: the preview says it before, numbers of persons are refused before any signature on every way to one, and a
poster's names are in no file but the page."""

import json
import os
import pty
import subprocess
import unittest

from harness import COMMUNITY, DISTRICT, NAMES, OK, REFUSED, USAGE, Case, files_under, write_json

MOBILE = "13800138000"


def notice(**more):
    return {
        "kind": "public_notice", "subject": f"{COMMUNITY}-2026-0001", "backfill_reason": "示例:事项始于启用本系统之前",
        "public_notice": {
            "meeting_at": "2026-11-30T14:30:00+08:00", "place": "示例议事厅<script>", "online_link": False,
            "moderator": {"party_kind": "committee", "role": "主任"}, "main_content": "示例:拓宽道路\n示例:划停车位",
            "participants": [{"party_kind": "resident", "count": 5}, {"party_kind": "property_company", "count": 2}],
            "posted_on": "2026-11-26", "posted_at_places": ["公告栏", "东门"], "apply_until": "2026-11-29T18:00:00+08:00",
            "contact": "010-62345678", **more}}


class Preview(Case):
    def single(self):
        """A community that is not enrolled, with keys that need no passphrase."""
        district, node = self.node(DISTRICT), self.node(COMMUNITY)
        district.call("init", "--deployment", district.deployment, "--code", DISTRICT, "--name", NAMES[DISTRICT], "--kdf", "none")
        node.call("init", "--deployment", node.deployment, "--code", COMMUNITY, "--name", NAMES[COMMUNITY], "--kdf", "none", "--root",
                  district.home / "root.pub")
        return node

    def file(self, value, name="draft.json"):
        return write_json(self.folder / name, value)

    # --- R-G-06 -----------------------------------------------------------------------------------
    def test_a_number_is_refused_on_every_way_to_a_signature(self):
        node = self.single()
        bad = self.file(notice(main_content=f"示例:联系{MOBILE[:5]}\n{MOBILE[5:]}"), "bad.json")
        good = self.file(notice(), "good.json")
        words = ("R-G-06: body.public_notice.main_content, character 6: ", "mobile_number")
        own = node.call("new", "public_notice", "--set", f"contact={MOBILE}", "--json").object()
        for line in (("publish", bad), ("publish", bad, "--dry-run"), ("publish", "--batch", good, bad),
                     ("sign", bad, "--as", "rc", "--out", self.folder / "signed.json")):
            result = self.assertUnchanged(node, lambda line=line: node.call(*line, check=False))
            self.assertRefused(result, REFUSED, *words)
            self.assertNotIn(MOBILE[5:], result.err)
        self.assertFalse((self.folder / "signed.json").exists())
        node.call("draft", "delete", own["draft"])

        # A draft that another has signed, with a program that did not ask, is neither signed nor published.
        exempt = {"path": "body.public_notice.contact", "position": 1, "looks_like": "mobile_number", "reason": "示例:座机短号"}
        with_reason = self.file({**notice(contact=MOBILE), "not_personal": [exempt]}, "exempt.json")
        for change in ({"position": 2}, {"looks_like": "bank_card"}, {"path": "body.public_notice.place"}):
            wrong = self.file({**notice(contact=MOBILE), "not_personal": [{**exempt, **change}]}, "wrong.json")
            self.assertRefused(node.call("publish", wrong, check=False), REFUSED, "R-G-06: body.public_notice.contact, character 1")
        unused = self.file({**notice(), "not_personal": [exempt]}, "unused.json")
        self.assertRefused(node.call("publish", unused, check=False), REFUSED, "body.not_personal[0]: no such number")

        # With a reason it goes, and the reason with it.
        there = node.call("publish", with_reason, "--json").object()
        body = node.call("show", there["id"], "--json").object()["body"]
        self.assertEqual(body["not_personal"], [exempt])

    def test_an_overriding_reason_is_seen_by_oversight(self):
        district, street, community = self.federation()
        exempt = {"path": "body.public_notice.contact", "position": 1, "looks_like": "mobile_number", "reason": "示例:座机短号"}
        there = community.publish({**notice(contact=MOBILE), "not_personal": [exempt]})
        self.held(district, COMMUNITY, 1)
        found = [f for f in district.call("findings", "--json").objects() if f["rule"] == "R-G-06"]
        self.assertEqual([(f["severity"], f["code"], f["fact"]) for f in found],
                         [("I", "mobile_number", "body.public_notice.contact @1: 示例:座机短号")])
        self.assertEqual(found[0]["record"]["id"][:8], there["id"][:8])

    # --- preview ----------------------------------------------------------------------------------
    def test_the_preview_says_what_leaves_and_what_stays(self):
        node = self.single()
        draft = node.call("new", "topic_proposal", "--json").object()["draft"]
        record = {
            "kind": "topic_proposal", "subject": "new",
            "topic_proposal": {"title": "示例:加装扶手", "content": f"居民张先生(3号楼2单元501室,{MOBILE})提出", "proposer_kind": "resident",
                               "channel": "visit", "proposed_on": "2026-11-20", "suggested_nature": "community_affairs",
                               "suggested_category": "facilities_and_order", "suggested_level": "stairwell"}}
        (node.home / "drafts" / f"{draft}.json").write_text(json.dumps(record, ensure_ascii=False))
        node.call("seal", draft, "proposer", "--file", "-", stdin="示例甲")
        seen = self.assertUnchanged(node, lambda: node.call("preview", draft, "--json").object())
        fields = {f["path"]: f for f in seen["fields"]}
        self.assertEqual(fields["body.topic_proposal.title"]["label"], "标题")
        self.assertEqual(fields["body.topic_proposal.proposer_kind"]["text"], "居民")
        self.assertEqual([s["slot"] for s in seen["sealed"]], ["proposer"])
        self.assertEqual([u["code"] for u in seen["goes_to"]], [COMMUNITY, COMMUNITY[:9], COMMUNITY[:6]])
        self.assertEqual([(n["position"], n["looks_like"], n["exempt"]) for n in seen["numbers"]], [(18, "mobile_number", None)])
        self.assertEqual([h["what"] for h in seen["hints"]], ["person_name", "home_address"])
        self.assertIn("R-G-06", seen["missing"])
        self.assertNotIn("note", seen)
        text = node.call("preview", draft, "--lang", "zh").out
        for words in ("标题: 示例:加装扶手", "密封项", "proposer", "手机号;不能签名(R-G-06)", "还不能发布", "张先生"):
            self.assertIn(words, text)
        self.assertNotIn("示例甲", text)

        # Without the number it can be bound: what is shown is what is signed.
        node.call("draft", "edit", draft, "--set", "content=居民提出")
        seen = node.call("preview", draft, "--json").object()
        self.assertIsNone(seen["missing"])
        self.assertIn("topic_proposal\n", seen["note"])
        dry = node.call("publish", draft, "--dry-run", "--json").object()
        self.assertEqual([f["path"] for f in dry["preview"]["fields"]], [f["path"] for f in seen["fields"]])
        self.assertEqual(dry["preview"]["note"], dry["text"])

    def test_at_a_terminal_publish_shows_and_asks(self):
        node = self.single()
        draft = self.file(notice())
        for answer, status, more in (("no", REFUSED, ()), ("yes", OK, ()), (None, OK, ("--yes",))):
            main, end = pty.openpty()
            line = [self.fleet.program, "--home", str(node.home), "publish", str(draft), "--lang", "en", *more]
            if answer is not None:
                os.write(main, f"{answer}\n".encode())
            ran = subprocess.run(line, stdin=end, capture_output=True, text=True, timeout=60, env=self.fleet.environment, check=False)
            os.close(main)
            os.close(end)
            self.assertEqual(ran.returncode, status, ran.stderr)
            self.assertEqual("PREVIEW: public_notice" in ran.stderr, answer is not None, ran.stderr)
            self.assertEqual(node.status()["size"], {"no": 0, "yes": 1, None: 2}[answer])
            draft = self.file({**notice(), "subject": f"{COMMUNITY}-2026-000{3 if answer == 'yes' else 2}"})

    # --- the poster -------------------------------------------------------------------------------
    def test_a_poster_names_those_who_agreed_and_no_file_else_does(self):
        node = self.single()
        there = node.call("publish", self.file(notice()), "--json").object()["id"]
        names = self.folder / "names.csv"
        names.write_text("﻿姓名,主体,同意公开\r\n王小明,居民,是\r\n李<b>四,居民,是\r\n赵不愿,居民,否\r\n孙空白,居民,\r\n钱多多,物业服务企业,yes\r\n")
        page = self.folder / "poster.html"
        told = node.call("poster", there, "--names", names, "--keep-names", "--out", page)
        self.assertIn("2 of 5 persons have not agreed", told.err)
        text = page.read_text()
        for words in ("协商时间", "2026年11月30日14:30", "示例议事厅&lt;script&gt;", "社区居委会", "示例:拓宽道路", "王小明、李&lt;b&gt;四等5人", "钱多多等2人",
                      "公告栏、东门", "2026年11月29日18:00", "010-62345678", there, NAMES[COMMUNITY]):
            self.assertIn(words, text)
        for words in ("赵不愿", "孙空白", "<script", "http:", "src="):
            self.assertNotIn(words, text.replace("xmlns=\"http:", ""))
        again = self.folder / "again.html"
        node.call("poster", there, "--kept-names", "--out", again)
        self.assertEqual(again.read_text(), text)
        node.call("reindex")
        for file, data in files_under(node.home):
            for name in ("王小明", "李<b>四", "赵不愿", "孙空白", "钱多多"):
                self.assertNotIn(name.encode(), data, file)

        # What is typed wrong.
        for line, status, words in (
                ((there,), USAGE, "--out FILE.html"), ((there, "--out", page, "--keep-names"), USAGE, "--names FILE"),
                ((there, "--out", page, "--names", self.file([{"name": "甲", "kind": "resident", "consent": "maybe"}], "maybe.json")), REFUSED,
                 "row 1: consent is neither yes nor no"),
                ((there, "--out", page, "--names", self.file([{"name": "甲", "kind": "x"}])), REFUSED, "row 1: this is no kind of party")):
            self.assertRefused(node.call("poster", *line, check=False), status, words)


if __name__ == "__main__":
    unittest.main()
