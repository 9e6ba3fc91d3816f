#!/usr/bin/python3
"""The sample: matters go their way through communities, streets and districts, signed and receipted.

Started by deploy/quickstart, which builds the program and explains the options.
"""

import argparse
import base64
import concurrent.futures
import hashlib
import json
import pathlib
import shlex
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True

import acts  # noqa: E402
import case_file  # noqa: E402
import case_path  # noqa: E402
import invented  # noqa: E402
import outcome  # noqa: E402
import sealed  # noqa: E402
from screen import say, tr  # noqa: E402
from story import names_in, with_ids  # noqa: E402
from yishi_node import Failure, Fleet, end_on_signals, wait_for  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
DEFAULT_DISTRICTS = {"110105", "110108"}
WORKERS = 3  # commands at a time; each one waits for the disk now and then
RECEIPT_SECONDS = 180


class Play:
    """One run: its nodes by code, the stories they tell, and what was published where."""

    def __init__(self, fleet, cases, divisions, receipt_seconds):
        self.fleet = fleet
        self.receipt_seconds = receipt_seconds
        self.node = {}
        for case in cases:
            for code, name in case.names.items():
                self.add(code, name)
        self.real = case_path.paths(cases)
        self.invented, self.plays = invented.plays({case.district for case in cases}, set(divisions) | set(self.node))
        for units in self.invented.values():
            for code, name in units.names.items():
                self.add(code, name)
        self.stories = self.real + self.plays
        self.published = {code: [] for story in self.stories for code in story.codes()}  # code -> record ids

    def add(self, code, name):
        if code not in self.node:
            self.node[code] = self.fleet.node(code, name)

    def level(self, digits):
        return [node for code, node in sorted(self.node.items()) if len(code) == digits]

    @staticmethod
    def each(work, items):
        """work(item) for all items, a few at a time; the first failure is raised."""
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            futures = [pool.submit(work, item) for item in items]
            try:
                return [future.result() for future in futures]
            except BaseException:
                for future in futures:
                    future.cancel()
                raise

    # --- setting up -------------------------------------------------------------------------------
    def init(self):
        self.each(lambda node: node.init(), self.level(6))
        self.each(lambda node: node.init(root=self.node[node.code[:6]].home / "root.pub"),
                  self.level(9) + self.level(12))

    def enrol(self, digits):
        """Each node of this level joins with a token of its parent, which runs, and is admitted; then it starts."""

        def family(parent_code):
            parent = self.node[parent_code]
            for node in self.level(digits):
                if node.code[:-3] == parent_code:
                    parent.admit(node.join(parent))

        self.each(family, sorted({node.code[:-3] for node in self.level(digits)}))
        self.start(digits)

    def start(self, digits):
        for node in self.level(digits):
            node.start()
        for node in self.level(digits):
            node.ready()
        if digits > 6:
            self.each(lambda node: node.connected(), self.level(digits))

    # --- telling ----------------------------------------------------------------------------------
    def tell(self, story, only=None):
        """Publish what is not published yet; with `only`, up to the first step of another unit."""
        for step in story.steps[len(story.done):]:
            if only is not None and step.code != only:
                return
            node = self.node[step.code]
            for name in names_in(step.record):
                if not step.elsewhere and story.step(name).code != step.code:
                    self.await_record(node, story.done[name])
            record = with_ids(step.record, story.done)
            if step.changes is not None:
                self.fill_correction(node, story, step, record)
            signers = [word for body in step.bodies for word in ("--as", body)]
            if step.record["kind"] == "evaluation_result":
                story.done[step.name] = self.evaluate(node, story, step.record)
                self.published[step.code].append(story.done[step.name])
                continue
            story.done[step.name] = node.publish(record, *signers)["id"]
            self.published[step.code].append(story.done[step.name])

    @staticmethod
    def await_record(node, record):
        """Wait until a record of another unit has come to this node."""
        wait_for(lambda: node.call("show", record, check=False).status == 0, f"{node.code}: record {record} arrives")

    @staticmethod
    def fill_correction(node, story, step, record):
        """The corrected content as a whole, and what it changes in the old one (FORMATS.md 6.12)."""
        target, = [ref["record"][1:] for ref in step.record["refs"] if ref["rel"] == "supersedes"]
        body = node.call("show", story.done[target], "--json").object()["body"]
        salt = base64.b64decode(body.pop("salt"))
        kind = story.step(target).record["kind"]
        changes = []
        for field, value in step.changes.items():
            before = json.dumps(body[kind][field], ensure_ascii=False, separators=(",", ":")).encode()
            body[kind][field] = value
            changes.append({
                "path": f"{kind}.{field}",
                "old_hash": base64.b64encode(hashlib.sha256(salt + before).digest()).decode(),
                "new_value": json.dumps(value, ensure_ascii=False, separators=(",", ":"))})
        record["correction"].update(changes=changes, replacement=body)

    @staticmethod
    def evaluate(node, story, record):
        """The result comes out of the ballot box: papers with codes, entered, counted; then one slip is checked."""
        wanted = record["evaluation_result"]
        found = story.done[record["refs"][0]["record"][1:]]
        unlock = ("--passphrase-file", node.passphrase)
        codes = [one["code"] for one in node.call("ballot", "open", found, "--count", wanted["issued"], "--json").objects()]
        grades = {one["dimension"]: [grade for grade in range(6) for _ in range(one[f"grade_{grade}"])] for one in wanted["dimensions"]}
        papers = [{"code": code, "kind": "resident" if at % 4 else "property_company", **{name: row[at] for name, row in grades.items()}}
                  for at, code in enumerate(codes[:wanted["valid"]])]
        papers += [{"code": code, "participation": "invalid"} for code in codes[wanted["valid"]:wanted["returned"]]]
        node.call("ballot", "enter", found, "--batch", "-", stdin=json.dumps(papers))
        closed = node.call("ballot", "close", found, "--held-on", wanted["held_on"], "--json", *unlock).object()
        if any(closed["result"][name] != wanted[name] for name in ("issued", "returned", "valid", "dimensions")):
            raise Failure(f"{node.code}: the ballot box comes to {closed['result']}")
        node.call("draft", "edit", closed["draft"], "--set", f"occurred_at={record['occurred_at']}",
                  "--set", f"suggestions={wanted['suggestions']}")
        published = node.call("publish", closed["draft"], "--json", *unlock).object()["id"]
        slip = node.call("ballot", "slip", found, "--code", codes[0], "--json", *unlock).out
        node.call("check", "-", stdin=slip)
        return published

    def tell_while_street_is_down(self, code):
        """The street's daemon is stopped, its community publishes, and keeps what it has."""
        street, node = self.node[code[:9]], self.node[code]
        stories = [story for story in self.real if story.community == code]
        street.stop()
        for story in stories:
            self.tell(story, only=code)
        status = node.status()
        receipts, size = status["receipts"], status["size"]
        saved = receipts["saved"]
        early = [who for who in ("street", "district") if receipts[who] is not None and receipts[who]["size"] >= size]
        if saved != size or early:
            raise Failure(f"{code}: published {size} records with its street down, status shows {receipts}")
        say(f"  {node.name}({code}): 本地已存 {saved} 条;街道未收,区未收", f"  {node.name} ({code}): saved {saved}; not at the street, not at the district")
        street.start().ready()
        for story in stories:
            self.tell(story)

    # --- receipts ---------------------------------------------------------------------------------
    def came_back(self, code):
        """Do the receipts of all above the unit, over all its records, lie at the unit?"""
        status = self.node[code].status()
        above = ("street", "district") if len(code) == 12 else ("district",)
        return all(status["receipts"][who] is not None and status["receipts"][who]["size"] >= status["size"]
                   for who in above)

    def entries_at_district(self, code):
        """What the unit published, as its district's store has it; of a community, all that is in its log."""
        entries = self.node[code[:6]].entries(code)
        return [entry for entry in entries if len(code) == 12 or entry["id"] in self.published[code]]

    def at_district(self, code):
        """The same once all of it is there, checked and receipted."""
        entries = self.entries_at_district(code)
        ids = [entry["id"] for entry in entries]
        return all(record in ids for record in self.published[code]) and all(
            entry["verdict"] not in ("unchecked", "unknown_key") and entry["district_receipt"] and
            (entry["street_receipt"] or len(code) == 9)
            for entry in entries
        )

    def await_receipts(self, codes):
        missing = []
        deadline = time.monotonic() + self.receipt_seconds
        for code in codes:
            for event, place in ((self.came_back, tr("本单位", "unit")), (self.at_district, tr("区", "district"))):
                try:
                    wait_for(lambda e=event, c=code: e(c), code, max(1, deadline - time.monotonic()))
                except Failure:
                    missing.append(f"{code} ({place})")
        if missing:
            raise Failure(tr("回执不全:", "receipts missing: ") + ", ".join(missing))

    def verify_stores(self):
        for node in self.level(6):
            node.call("verify")


def write_stop(fleet):
    """A script that ends what --keep leaves running, and nothing else."""
    path = fleet.folder / "stop"
    lines = ["#!/bin/sh", "# Ends the daemons that deploy/quickstart --keep left running here."]
    for node in sorted(fleet.running(), key=lambda n: -len(n.code)):
        pid = node.process.pid
        # A number may have gone to another process since; its command line tells.
        lines.append(f"grep -qsF {shlex.quote(str(node.home))} /proc/{pid}/cmdline && kill {pid}")
    path.write_text("\n".join(lines) + "\nexit 0\n")
    path.chmod(0o700)
    return path


def play(run, started):
    def step(zh, en):
        print(f"[{time.monotonic() - started:5.1f} s] {tr(zh, en)}", flush=True)

    away = min(story.community for story in run.real)
    step(f"建立 {len(run.node)} 个节点:{len(run.level(6))} 个区、{len(run.level(9))} 个街道、{len(run.level(12))} 个社区",
         f"setting up {len(run.node)} nodes: {len(run.level(6))} districts, {len(run.level(9))} streets, {len(run.level(12))} communities")
    run.init()
    step("各区启动,街道、社区依次加入(CURVE 加密,本机回环)", "districts start; streets, then communities join (CURVE, loopback)")
    run.start(6)
    run.enrol(9)
    run.enrol(12)

    others = [story for story in run.stories if story.community != away]
    step(f"{len(others)} 个事项依次发布各环节记录:真实案例只载明事实,示例单位演示其余环节",
         f"{len(others)} matters go their way: real cases with their facts only, invented units play the rest")
    run.each(run.tell, others)
    step("一个社区在街道节点停机时发布:", "one community publishes while its street is down:")
    run.tell_while_street_is_down(away)

    step("等待回执:街道已收,区已收", "waiting for receipts: street, district")
    run.await_receipts(sorted(run.published))
    step("各区核验所存全部日志", "each district verifies every log it holds")
    run.verify_stores()

    say("\n评议三项(示例街道,数据虚构):", "\nThe three dimensions of the evaluation (invented street, invented figures):")
    outcome.evaluations(run)
    say("\n用 openssl 核验一条记录的签名:", "\nOne record's signature, checked with openssl:")
    outcome.check_with_openssl(run, away)
    say("\n记录和回执(各项均读自区节点):", "\nRecords and receipts (every figure read from the district's store):")
    good = outcome.table(run)
    say("\n事项(读自区节点):", "\nMatters (as the district sees them):")
    good = outcome.matters(run) and good
    street = run.invented[min(run.invented)].street
    say(f"\n{street} 的待办(示例街道):", f"\nWhat waits at {street} (invented street):")
    outcome.inbox(run, street)
    say("\n不符合规则的情况(按规则和责任单位,区节点):", "\nWhat is against a rule (by rule and by who must act, at the districts):")
    outcome.findings(run)
    say("\n只留在本地的姓名(示例社区,虚构):", "\nA name that stays at home (invented community, invented name):")
    sealed.show(run)
    say("\n附件(示例社区附上,街道和区自行取回):", "\nAn attachment (of an invented community, fetched by street and district):")
    outcome.attachment(run)
    step("三幕:有人作弊时会怎样(示例单位)", "three acts: what happens when somebody cheats (invented units)")
    acts.play_all(run)
    say("\n可继续查看:", "\nTo look further:")
    outcome.further(run, away, min(story.matter for story in run.real if story.community == away))
    step("完毕", "done")
    if not good:
        raise Failure(tr("表中有缺失、未通过或者与预期不符的项目", "something in the tables is missing, bad or not as expected"))


def main():
    started = time.monotonic()
    parser = argparse.ArgumentParser(prog="deploy/quickstart")
    parser.add_argument("--program", required=True)
    parser.add_argument("--cases", type=pathlib.Path)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--receipt-seconds", type=int, default=RECEIPT_SECONDS)
    args = parser.parse_args()
    end_on_signals()

    folder = pathlib.Path(tempfile.mkdtemp(prefix="yishi-quickstart."))
    try:
        divisions = case_file.read_divisions(HERE / "divisions.csv")
        cases, without = case_file.read_cases(
            args.cases or HERE / "cases.json", divisions, None if args.cases else DEFAULT_DISTRICTS)
        say(f"案例 {len(cases)} 个" + (f",另有 {without} 个没有社区代码,略去" if without else ""),
            f"{len(cases)} cases" + (f"; {without} more have no community code and are left out" if without else ""))
        with Fleet(args.program, folder, args.keep) as fleet:
            run = Play(fleet, cases, divisions, args.receipt_seconds)
            play(run, started)
            if args.keep:
                stop = write_stop(fleet)
                say(f"\n节点仍在运行;停止:{stop}", f"\nThe nodes keep running; to stop them: {stop}")
            else:
                fleet.stop()
    except KeyboardInterrupt:
        say(f"\n已中断,进程均已结束;文件在 {folder}", f"\nInterrupted, no process is left; the files lie in {folder}")
        return 130
    except SystemExit:
        say(f"\n已中止,进程均已结束;文件在 {folder}", f"\nEnded, no process is left; the files lie in {folder}")
        raise
    except (Failure, case_file.BadCases, OSError, subprocess.SubprocessError, KeyError, ValueError) as error:
        what = f"{type(error).__name__}: {error}" if isinstance(error, (KeyError, ValueError)) else str(error)
        say(f"失败:{what};文件在 {folder}", f"FAILED: {what}; the files lie in {folder}")
        return 1
    seconds = time.monotonic() - started
    say(f"成功:回执齐全,签名均已核验,用时 {seconds:.0f} 秒;文件在 {folder}",
        f"OK: every receipt came back and every signature verifies, {seconds:.0f} s; the files lie in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
