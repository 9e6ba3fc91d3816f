"""What invented units play: the paths that no reported case has. Every word and figure is invented.

Their codes are in use by nobody, and the name of each begins with 示例.
"""

from case_file import BadCases
from story import Story

YEAR = 2026
MARK = "示例"


class Units:
    """An invented street of a district and its communities."""

    COMMUNITIES = (MARK + "第一社区", MARK + "第二社区", MARK + "第三社区")

    def __init__(self, district, used, count):
        for number in range(990, 599, -1):
            self.street = f"{district}{number}"
            if not any(code.startswith(self.street) for code in used):
                break
        else:
            raise BadCases(f"{district}: no street code is left for the invented street")
        self.communities = [f"{self.street}{number:03d}" for number in range(1, count + 1)]
        self.names = {self.street: MARK + "街道", **dict(zip(self.communities, self.COMMUNITIES))}


def parties(**counts):
    return [{"party_kind": kind, "count": count} for kind, count in counts.items()]


class Invented(Story):
    """A matter of an invented unit, with what all of them have in common."""

    def __init__(self, units, at, number, title, category, nature, decision_matter=False):
        super().__init__(units.communities[at], YEAR, number)
        self.units = units
        self.title = f"{MARK}:{title}"
        self.category, self.nature, self.decision_matter = category, nature, decision_matter
        self.sessions = 0

    def propose(self, on, refs=(), name="proposal", late=None):
        self.add(name, "topic_proposal", on, {
            "title": self.title, "content": self.title + ",请社区组织协商。", "proposer_kind": "resident",
            "channel": "form", "proposed_on": on, "suggested_category": self.category,
            "suggested_nature": self.nature, "suggested_level": "community"}, refs, late=late)

    def determine(self, on, refs=(), **more):
        self.add("determination", "topic_determination", on, {
            "met_on": on, "decision": "listed", "title": self.title, "category": self.category,
            "nature": self.nature, "decision_matter": self.decision_matter, "level": "community",
            "form": "deliberation_meeting", "planned_participants": parties(street=1, property_company=1, resident=20),
            "lawfulness_confirmed": True, "third_party_moderator": False, "attendance": {"po": 3, "rc": 5}, **more,
        }, [("based_on", "proposal"), *refs])

    def notify(self, posted, meeting, refs=(), place=MARK + "社区议事厅"):
        name = f"notice {self.sessions + 1}"
        self.add(name, "public_notice", posted, {
            "meeting_at": f"{meeting}T19:00:00+08:00", "place": place,
            "moderator": {"party_kind": "committee", "role": "主任"}, "main_content": self.title,
            "participants": parties(street=1, property_company=1, resident=20), "posted_on": posted,
            "posted_at_places": [MARK + "公告栏"], "apply_until": f"{meeting}T12:00:00+08:00"},
            [("based_on", "determination"), *refs])

    def meet(self, on, result, summary, dissent=None, late=None):
        """A session on the newest notice."""
        self.sessions += 1
        follows = [("follows", f"session {self.sessions - 1}")] if self.sessions > 1 else []
        self.add(f"session {self.sessions}", "meeting_session", on, {
            "session_no": self.sessions, "started_at": f"{on}T19:00:00+08:00", "ended_at": f"{on}T20:30:00+08:00",
            "place": MARK + "社区议事厅", "level": "community", "form": "deliberation_meeting",
            "moderator": {"party_kind": "committee", "role": "主任"},
            "attendance": [{"party_kind": "street", "invited": 1, "present": 1},
                           {"party_kind": "property_company", "invited": 1, "present": 1},
                           {"party_kind": "resident", "invited": 20, "present": 17}],
            "present_total": 19, "street_present": True, "department_present": False, "applicants_present": 0,
            "agenda": self.title, "summary": f"{MARK}:{summary}", **({"dissent": f"{MARK}:{dissent}"} if dissent else {}),
            "result": result, "recording": False},
            [("based_on", f"notice {self.sessions}"), *follows], late=late)

    def agree(self, on, *texts):
        items = [{"no": no, "text": f"{MARK}:{text}", "nature": self.nature, "decision_matter": self.decision_matter}
                 for no, text in enumerate(texts, 1)]
        self.items = [{"no": item["no"]} for item in items]
        self.add("consensus", "consensus", on, {"items": items, "reached_on": on, "degree": "broad"},
                 [("based_on", f"session {self.sessions}")])

    def deliberate(self, proposed, determined, posted, meeting, *texts, refs=(), also=()):
        """From the proposal to a consensus in the first session."""
        self.propose(proposed, refs)
        self.determine(determined, also)
        self.notify(posted, meeting)
        self.meet(meeting, "consensus", "讨论后达成共识。")
        self.agree(meeting, *texts)

    def plan(self, on, due, based_on="consensus"):
        self.add("plan", "implementation_plan", on, {
            "mode": "committee", "responsible": MARK + "社区居民委员会", "follow_up_role": "社区工作者",
            "items": [{**item, "text": self.title, "due": due} for item in self.items], "start": on, "due": due},
            [("based_on", based_on)])

    def progress(self, on, percent, text):
        self.add("progress", "implementation_progress", on, {
            "item_no": 1, "percent": percent, "state": "running", "text": f"{MARK}:{text}"}, [("based_on", "plan")])

    def complete(self, on):
        self.add("completion", "implementation_completion", on, {
            "completed_on": on, "result": "full", "text": MARK + ":已落实。", "accepted_by": "participants"},
            [("based_on", "plan")])

    def publish(self, name, on, to, subject, based_on):
        self.add(name, "feedback_publication", on, {
            "subject": subject, "channels": [MARK + "公告栏"], "from": on, "to": to, "text": self.title},
            [("based_on", based_on)])

    def report(self, on, about="consensus"):
        """To the party organisation, which takes note."""
        self.add("report", "party_report", on, {"reported_on": on, "summary": self.title}, [("based_on", about)])
        self.add("noted", "acknowledgement", on, {"purpose": MARK + ":知悉"}, [("acknowledges", "report")], bodies=("po",))

    def close(self, on, end="completed", based_on="publication"):
        self.add("close", "matter_close", on, {"closed_on": on, "end": end}, [("based_on", based_on)])
        self.ends = "closed"


def shelved_and_reopened(units):
    """Three sessions without consensus, shelved, reopened, agreed in the fourth."""
    story = Invented(units, 0, 1, "楼前空地停车还是绿化", "shared_spaces", "community_affairs")
    story.propose("2026-01-05")
    story.determine("2026-01-12")
    for posted, meeting, late in (("2026-01-14", "2026-01-20", None), ("2026-01-26", "2026-02-02", None),
                                  ("2026-02-20", "2026-02-27", MARK + ":会后停电,次月补录")):
        story.notify(posted, meeting)
        story.meet(meeting, "none", "停车与绿化意见相持。", "半数居民反对占用空地。", late)
    story.add("shelving", "shelving", "2026-03-02", {
        "sessions_held": 3, "reason": MARK + ":三次协商未达成共识", "disputed_points": MARK + ":空地用途",
        "look_again_on": "2026-06-01", "published": True}, [("based_on", "session 3")])
    story.publish("shelving published", "2026-03-03", "2026-03-18", "shelving", "shelving")
    story.add("reopening", "reopening", "2026-06-01", {
        "reopened_on": "2026-06-01", "reason": MARK + ":附近新增停车场,条件变化"}, [("based_on", "shelving")])
    story.notify("2026-06-03", "2026-06-10")
    story.meet("2026-06-10", "consensus", "同意改为绿地。")
    story.agree("2026-06-10", "空地改为绿地", "设置休息座椅")
    story.report("2026-06-12")
    story.plan("2026-06-20", "2026-08-31")
    story.progress("2026-07-15", 60, "草坪已铺设。")
    story.complete("2026-08-28")
    story.publish("publication", "2026-09-01", "2026-09-16", "completion", "completion")
    story.close("2026-09-17")
    return story


def decided_by_the_assembly(units):
    """For the residents' meeting: called more than ten days before, with quorum, passed."""
    story = Invented(units, 0, 2, "小区居民公约", "pacts", "community_affairs", decision_matter=True)
    story.deliberate("2026-02-10", "2026-02-20", "2026-02-24", "2026-03-02", "居民公约草案提交居民会议表决")
    story.add("call", "residents_meeting_notice", "2026-03-10", {
        "body_kind": "assembly", "meeting_at": "2026-03-28T09:00:00+08:00", "place": MARK + "小区广场",
        "agenda": MARK + ":表决居民公约", "notified_on": "2026-03-10", "items": story.items}, [("based_on", "consensus")])
    story.add("decision", "residents_meeting_decision", "2026-03-28", {
        "body_kind": "assembly", "held_on": "2026-03-28", "mode": "households", "entitled": 320, "present": 214,
        "for": 171, "against": 30, "abstain": 13, "passed": True, "text": MARK + ":通过居民公约",
        "party_discussed_on": "2026-03-06", "delegated": False, "items": story.items},
        [("based_on", "consensus"), ("follows", "call")])
    story.publish("decision published", "2026-03-30", "2026-04-14", "decision", "decision")
    story.plan("2026-04-10", "2026-06-30", based_on="decision")
    story.complete("2026-06-20")
    story.publish("publication", "2026-06-22", "2026-07-07", "completion", "completion")
    story.report("2026-06-22", "completion")
    story.close("2026-07-08")
    return story


def evaluation(turn):
    """Counts of an invented evaluation; `turn` varies them."""
    counts = (
        ("participation", (14, 11, 6, 2, 1, 1)),
        ("implementation", (9, 13, 7, 4, 1, 1)),
        ("feedback", (12, 12, 5, 2, 2, 2)),
    )
    dimensions = []
    for dimension, grades in counts:
        grades = grades[turn % 6:] + grades[:turn % 6]
        dimensions.append({"dimension": dimension, **{f"grade_{5 - i}": n for i, n in enumerate(grades)}})
    return {"issued": 40, "returned": 36, "valid": 35, "dimensions": dimensions,
            "suggestions": MARK + ":评议数据均为虚构", "held_on": "2026-10-20"}


def commissioned_and_evaluated(units, turn=0):
    """Commissioned by the street: result handed in, then the participants evaluate the street."""
    story = Invented(units, -1, 3, "西门外道路拓宽", "benefit_projects", "commissioned")
    story.add("commission", "commission_request", "2026-07-01", {
        "from": MARK + "街道办事处", "subject": story.title, "background": MARK + ":拟列入实事工程,请组织协商。",
        "result_due": "2026-08-31", "communities": [story.community]}, unit=units.street, matter=False)
    story.deliberate("2026-07-03", "2026-07-10", "2026-07-13", "2026-07-20", "同意拓宽三米,保留行道树",
                     refs=[("based_on", "commission")])
    story.add("result", "commission_result", "2026-07-24", {
        "submitted_on": "2026-07-24", "result": "consensus", "text": MARK + ":已达成共识", "items": story.items},
        [("answers", "commission"), ("based_on", "consensus")])
    story.report("2026-07-24")
    story.publish("publication", "2026-07-27", "2026-08-11", "commission", "result")
    story.add("round", "evaluation_round", "2026-10-08", {
        "target": "st", "target_name": MARK + "街道办事处", "matters": [story.matter], "from": "2026-10-08",
        "to": "2026-10-20", "method": "paper", "evaluators_by_kind": parties(property_company=10, resident=30),
        "issued": 40, "question_set": MARK + "-1",
        "dimensions": [{"dimension": "participation", "question": "街道参与社区协商的情况"},
                       {"dimension": "implementation", "question": "街道落实协商成果的情况"},
                       {"dimension": "feedback", "question": "街道反馈协商结果的情况"}]},
        [("evaluates", "session 1")])
    story.add("evaluation", "evaluation_result", "2026-10-20", evaluation(turn), [("based_on", "round")])
    story.add("reply", "evaluation_reply", "2026-11-02", {
        "text": MARK + ":感谢评议", "measures": [{"text": MARK + ":按月公布进展", "due": "2026-11-20"}]},
        [("answers", "evaluation")], unit=units.street)
    story.close("2026-11-03", end="result_submitted")
    return story


def transferred_and_overdue(units):
    """Public service: asked beforehand, submitted, transferred to a department that does not answer."""
    story = Invented(units, 1, 1, "增设公交站候车亭", "facilities_and_order", "public_service")
    story.propose("2026-03-02")
    story.add("question", "street_opinion_request", "2026-03-04", {
        "question": MARK + ":候车亭可否由社区协商?", "reply_wanted_by": "2026-03-18"}, [("based_on", "proposal")])
    story.add("opinion", "street_opinion", "2026-03-11", {
        "result": "agree", "text": MARK + ":同意协商,街道派人参加。", "participant_from_street": True},
        [("answers", "question")], unit=units.street)
    story.determine("2026-03-16", [("based_on", "opinion")])
    story.notify("2026-03-18", "2026-03-25")
    story.add("invitation", "invitation", "2026-03-18", {
        "invited_kind": "street", "invited_name": MARK + "街道办事处", "for_public_service": True,
        "sent_on": "2026-03-18", "reply": "accepted"}, [("based_on", "notice 1")])
    story.meet("2026-03-25", "consensus", "一致希望增设候车亭。")
    story.agree("2026-03-25", "在东门站增设候车亭")
    story.report("2026-03-27")
    story.add("submission", "outcome_submission", "2026-03-30", {
        "text": MARK + ":在东门站增设候车亭", "wanted": MARK + ":请协调落实", "submitted_on": "2026-03-30",
        "urgency": "ordinary", "items": story.items}, [("based_on", "consensus")])
    story.add("response", "street_response", "2026-04-08", {
        "decision": "transfer", "received_on": "2026-04-08", "department": MARK + "交通部门", "due": "2026-06-30",
        "reason": MARK + ":属交通部门职责", "items": story.items}, [("answers", "submission")], unit=units.street)
    story.ends = "transferred"
    return story


def corrected_by_the_street(units):
    """A result that breaks the law: corrected, amended, and explained."""
    story = Invented(units, 1, 2, "公共收益分配", "fund_projects", "community_affairs")
    story.deliberate("2026-05-06", "2026-05-12", "2026-05-14", "2026-05-20", "停车收益由居委会直接分配")
    story.report("2026-05-22")
    story.add("correction", "street_correction", "2026-06-01", {
        "legal_basis": [{"name": "中华人民共和国民法典", "article": "第二百七十八条"}],
        "problem": MARK + ":业主共有部分的收益未经业主共同决定", "order": "amend", "due": "2026-06-30",
        "items": story.items}, [("corrects", "consensus")], unit=units.street)
    story.add("compliance", "correction_compliance", "2026-06-18", {
        "done_on": "2026-06-18", "result": "amended", "how": MARK + ":改为提请业主共同决定",
        "new_text": MARK + ":停车收益经业主共同决定后使用", "items": story.items}, [("answers", "correction")])
    story.add("education", "legal_education", "2026-06-25", {
        "held_on": "2026-06-25", "form": MARK + ":专题讲座", "subject": MARK + ":业主共同决定事项", "reach": 46},
        [("based_on", "correction")], unit=units.street)
    story.plan("2026-06-26", "2026-08-31")
    story.complete("2026-08-20")
    story.publish("publication", "2026-08-24", "2026-09-08", "completion", "completion")
    story.close("2026-09-09")
    return story


def joint_of_two(units):
    """Of two communities: the street passes on that the second one joins. A notice is corrected."""
    story = Invented(units, 0, 4, "共用道路夜间照明", "facilities_and_order", "community_affairs")
    second = units.communities[1]
    story.propose("2026-08-03")
    story.determine("2026-08-10", joint_with=[second])
    story.add("joining", "acknowledgement", "2026-08-12", {"purpose": MARK + ":知悉并参加联合协商"},
              [("acknowledges", "determination")], unit=second, bodies=("rc", "po"), elsewhere=True)
    story.add("relay", "acknowledgement", "2026-08-13", {
        "purpose": MARK + ":转达", "relayed": [{"division": second, "record": "@joining"}]},
        [("acknowledges", "determination")], unit=units.street)
    story.notify("2026-08-14", "2026-08-20", place=MARK + "社区议事庭")
    story.add("rectified", "correction", "2026-08-14", {
        "reason": "typing", "text": MARK + ":地点笔误"}, [("supersedes", "notice 1")], bodies=("rc",),
        changes={"place": MARK + "社区议事厅"})
    story.meet("2026-08-20", "consensus", "两社区同意共同维护路灯。")
    story.agree("2026-08-20", "更换十二盏路灯")
    story.report("2026-08-24")
    story.plan("2026-09-01", "2026-10-31")
    story.complete("2026-10-20")
    story.publish("publication", "2026-10-22", "2026-11-06", "completion", "completion")
    story.close("2026-11-09")
    return story


def withdrawn(units):
    """The same proposal was entered twice; the second is withdrawn."""
    story = Invented(units, 0, 5, "共用道路夜间照明(重复登记)", "facilities_and_order", "community_affairs")
    story.propose("2026-08-03")
    story.add("withdrawal", "withdrawal", "2026-08-04", {"reason": MARK + ":重复登记"}, [("withdraws", "proposal")],
              bodies=("rc",))
    story.ends = "withdrawn"
    return story


PLAYS = (shelved_and_reopened, decided_by_the_assembly, transferred_and_overdue, corrected_by_the_street,
         joint_of_two, withdrawn)


def plays(districts, used):
    """Units and stories: all plays in the first district, one evaluation in every one."""
    found, stories = {}, []
    for turn, district in enumerate(sorted(districts)):
        found[district] = units = Units(district, used, 2 if turn == 0 else 1)
        stories += [play(units) for play in PLAYS] if turn == 0 else []
        stories.append(commissioned_and_evaluated(units, turn))
    return found, stories
