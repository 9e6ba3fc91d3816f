"""What people see of the sample: Chinese or English, and tables."""

import os
import sys
import unicodedata


def chinese():
    """Is the locale of messages Chinese?"""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return os.environ[name].startswith("zh")
    return False


ZH = chinese()


def tr(zh, en):
    return zh if ZH else en


def say(zh, en):
    print(tr(zh, en), flush=True)


def width(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def cut(text, columns):
    """The text, or its beginning and a mark."""
    if width(text) <= columns:
        return text
    while width(text) > columns - 2:
        text = text[:-1]
    return text + "…"


def print_table(rows):
    """First row is the head; every column is left-aligned."""
    widths = [max(width(row[i]) for row in rows) for i in range(len(rows[0]))]
    for number, row in enumerate(rows):
        print("  " + "  ".join(cell + " " * (w - width(cell)) for cell, w in zip(row, widths)).rstrip())
        if number == 0:
            print("  " + "  ".join("-" * w for w in widths))
    sys.stdout.flush()


STATES = {
    "none": "未提出", "proposed": "已提议", "opinion_pending": "征求意见", "not_listed": "不列入", "merged": "合并",
    "deferred": "暂缓", "determined": "已确定", "noticed": "公示中", "in_session": "协商中", "no_consensus": "未达成共识",
    "shelved": "搁置", "consensus": "已达成共识", "awaiting_assembly": "待居民会议", "decided": "已决定",
    "rejected": "未通过", "implementing": "实施中", "submitted": "已提交街道", "accepted": "已受理",
    "transferred": "已转交", "declined": "不予落实", "result_submitted": "已提交结果", "completed": "已完成",
    "under_correction": "纠正中", "annulled": "已撤销", "published": "已反馈公开", "evaluated": "已评议",
    "withdrawn": "已撤回", "closed": "已办结", "archived": "已归档",
}
TASKS = {
    "determine": "两委联席会议确定议题", "opinion": "答复征求的意见", "notice": "发布协商公示", "session": "召开协商会",
    "consensus": "形成共识", "session_again": "再次协商", "shelved_review": "复议搁置事项", "assembly_notice": "通知居民会议",
    "assembly": "召开居民会议", "after_rejection": "重新协商或者办结", "plan": "制定实施方案", "submit": "成果提交街道",
    "street_response": "街道答复", "department_response": "部门研究答复", "complete": "落实并报告完成",
    "commission_result": "提交受委托事项的结果", "comply": "按纠正意见整改", "publish": "反馈并公开",
    "keep_published": "保持公开至期满", "evaluate": "组织评议", "close": "办结", "archive": "归档移交",
    "party_report": "向党组织汇报", "resolve_conflict": "处理冲突记录", "evaluation_reply": "回应评议",
    "legal_education": "开展法治宣传教育", "relay": "转达知悉",
}
BODIES = {"rc": ("居委会", "committee"), "po": ("党组织", "party organisation"), "sc": ("监督委员会", "supervision"),
          "st": ("街道", "street"), "gd": ("部门", "department"), "da": ("区", "district")}


def state_text(word):
    return tr(STATES.get(word, word), word.replace("_", " "))


def task_text(word):
    return tr(TASKS.get(word, word), word.replace("_", " "))


def bodies_text(words, together):
    texts = [tr(*BODIES.get(word, (word, word))) for word in words]
    return (tr("、", " and ") if together else tr("或", " or ")).join(texts)
