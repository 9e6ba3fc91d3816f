#!/usr/bin/python3
"""The sample: signed outcomes travel from communities to their district and come back receipted.

Started by deploy/quickstart, which builds the program and explains the options.
"""

import argparse
import base64
import concurrent.futures
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile
import time
import unicodedata

sys.dont_write_bytecode = True

import case_file  # noqa: E402
from yishi_node import Failure, Fleet, end_on_signals, wait_for  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
DEFAULT_DISTRICTS = {"110105", "110108"}
WORKERS = 3  # commands at a time while setting up; each one waits for the disk now and then
RECEIPT_SECONDS = 180
DIMENSIONS = (
    ("participation", "参与社区协商", "taking part in deliberation"),
    ("implementation", "协商成果落实", "putting outcomes into effect"),
    ("feedback", "协商结果反馈", "feedback on results"),
)
ED25519_DER = bytes.fromhex("302a300506032b6570032100")


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


def print_table(rows):
    """First row is the head; the first column is left-aligned, so are all others."""
    widths = [max(width(row[i]) for row in rows) for i in range(len(rows[0]))]
    for number, row in enumerate(rows):
        print("  " + "  ".join(cell + " " * (w - width(cell)) for cell, w in zip(row, widths)).rstrip())
        if number == 0:
            print("  " + "  ".join("-" * w for w in widths))
    sys.stdout.flush()


class Play:
    """One run: its nodes by code, its cases, and what was published where."""

    def __init__(self, fleet, cases, divisions, receipt_seconds):
        self.fleet = fleet
        self.receipt_seconds = receipt_seconds
        self.node = {}
        self.communities = {}  # code -> its cases, in order
        self.invented = {}  # district -> (street, community)
        self.published = {}  # community -> record ids
        for case in cases:
            self.communities.setdefault(case.community, []).append(case)
            for code, name in case.names.items():
                self.add(code, name)
        for district in sorted({case.district for case in cases}):
            used = set(divisions) | set(self.node)
            street, community = case_file.invented_codes(district, used)
            self.invented[district] = (street, community)
            self.add(street, "示例街道")
            self.add(community, "示例社区")

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

    # --- publishing -------------------------------------------------------------------------------
    def publish(self, code):
        node = self.node[code]
        ids = self.published.setdefault(code, [])
        for number, case in enumerate(self.communities[code], 1):
            consensus = node.publish(case.consensus(number))["id"]
            reference = base64.b64encode(bytes.fromhex(consensus)).decode()
            ids += [consensus, node.publish(case.publication(number, reference))["id"]]

    def publish_evaluations(self):
        for number, (_, community) in enumerate(self.invented.values()):
            record = case_file.evaluation(community, number)
            self.published[community] = [self.node[community].publish(record)["id"]]

    def publish_while_street_is_down(self, code):
        """The street's daemon is stopped, its community publishes, and keeps what it has."""
        street, node = self.node[code[:9]], self.node[code]
        street.stop()
        self.publish(code)
        status = node.status()
        receipts, size = status["receipts"], status["size"]
        saved = receipts["saved"]
        early = [who for who in ("street", "district") if receipts[who] is not None and receipts[who]["size"] >= size]
        if saved != size or early:
            raise Failure(f"{code}: published {size} records with its street down, status shows {receipts}")
        say(f"  {node.name}({code}): 本地已存 {saved} 条;街道未收,区未收", f"  {node.name} ({code}): saved {saved}; not at the street, not at the district")
        street.start().ready()

    # --- receipts ---------------------------------------------------------------------------------
    def came_back(self, code):
        """Do both receipts over all records of the community lie at the community?"""
        status = self.node[code].status()
        return all(status["receipts"][who] is not None and status["receipts"][who]["size"] >= status["size"]
                   for who in ("street", "district"))

    def at_district(self, code):
        """Records of the community as its district's store has them, once all are there."""
        entries = self.node[code[:6]].entries(code)
        ids = [entry["id"] for entry in entries]
        whole = all(record in ids for record in self.published[code]) and all(
            entry["verdict"] not in ("unchecked", "unknown_key") and entry["street_receipt"] and entry["district_receipt"]
            for entry in entries
        )
        return entries if whole else None

    def await_receipts(self, codes):
        missing = []
        deadline = time.monotonic() + self.receipt_seconds
        for code in codes:
            for event, place in ((self.came_back, tr("社区", "community")), (self.at_district, tr("区", "district"))):
                try:
                    wait_for(lambda e=event, c=code: e(c), code, max(1, deadline - time.monotonic()))
                except Failure:
                    missing.append(f"{code} ({place})")
        if missing:
            raise Failure(tr("回执不全:", "receipts missing: ") + ", ".join(missing))

    # --- reading ----------------------------------------------------------------------------------
    def table(self):
        """Every figure from the district's own store. True when nothing is missing or bad."""
        good = True
        rows = [[tr("社区", "community"), "", tr("记录", "records"), tr("街道回执(北京时间)", "street receipt (UTC+8)"),
                 tr("区回执(北京时间)", "district receipt (UTC+8)"), tr("区已验签名", "signatures verified")]]
        for code in sorted(self.published):
            entries = self.node[code[:6]].entries(code)
            ok = [entry for entry in entries if entry["verdict"] == "ok"]
            cells = []
            for who in ("street_receipt", "district_receipt"):
                times = [entry[who] for entry in entries]
                complete = bool(times) and all(times)
                good = good and complete
                cells.append(max(times)[:19].replace("T", " ") if complete else tr("缺", "missing"))
            good = good and len(ok) == len(entries) == len(self.published[code])
            signatures = sum(len(entry["signers"]) for entry in ok)
            total = sum(len(entry["signers"]) for entry in entries)
            rows.append([code, self.node[code].name, str(len(entries)), *cells, f"{signatures}/{total}"])
        print_table(rows)
        return good

    def evaluations(self):
        """Street and district add up the three dimensions, each from the copy it holds."""
        for district, (street, community) in self.invented.items():
            sums = []
            for reader in (self.node[street], self.node[district]):
                total = {name: [0] * 6 for name, _, _ in DIMENSIONS}
                for entry in reader.entries(community, "--kind", "evaluation_result", "--bodies"):
                    for part in entry["body"]["evaluation_result"]["dimensions"]:
                        grades = total[part["dimension"]]
                        for grade in range(6):
                            grades[grade] += part[f"grade_{grade}"]
                sums.append(total)
                say(f"  {reader.name}({reader.code}),依据自己的副本:", f"  {reader.name} ({reader.code}), from its own copy:")
                print_table([
                    ["", tr("很满意", "very good"), tr("满意", "good"), tr("一般", "fair"), tr("不满意", "poor"),
                     tr("很不满意", "very poor"), tr("不了解", "unknown")],
                    *([tr(zh, en), *(str(total[name][grade]) for grade in (5, 4, 3, 2, 1, 0))] for name, zh, en in DIMENSIONS),
                ])
            if sums[0] != sums[1] or not all(sum(grades) for grades in sums[0].values()):
                raise Failure(f"{community}: street and district do not have the same three dimensions")

    def check_with_openssl(self, code):
        """One record's first signature, by a program that is not ours (TLOG: one line of a note)."""
        district = self.node[code[:6]]
        record = self.published[code][0]
        folder = self.fleet.folder / "openssl"
        folder.mkdir()
        text = district.call("show", record, "--text").out
        note = district.call("show", record, "--note").out
        line = next(line for line in note[len(text):].split("\n") if line.startswith("— "))
        _, name, encoded = line.split(" ")
        # The key comes from the street's record about this body, as the district holds it.
        register = [entry["body"]["body_register"]["key"]
                    for entry in district.entries(code[:9], "--kind", "body_register", "--bodies")]
        keys = [key for key in register if key.split("+")[0] == name]
        if len(keys) != 1:
            raise Failure(f"{name}: {len(keys)} registered keys in the district's copy of {code[:9]}")
        key = base64.b64decode(keys[0].split("+", 2)[2])
        (folder / "text").write_bytes(text.encode())
        (folder / "sig").write_bytes(base64.b64decode(encoded)[-64:])
        (folder / "pub.der").write_bytes(ED25519_DER + key[1:])
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "pub.der",
                   "-rawin", "-in", "text", "-sigfile", "sig"]
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
        print(f"  (cd {shlex.quote(str(folder))} && {' '.join(command)})")
        print(f"  {name}: {(ran.stdout or ran.stderr).strip()}", flush=True)
        if ran.returncode != 0:
            raise Failure(f"{record}: openssl does not accept the signature of {name}")

    def verify_stores(self):
        for node in self.level(6):
            node.call("verify")

    def further(self, code):
        district = self.node[code[:6]]
        program = shlex.quote(self.fleet.program)
        home = shlex.quote(str(district.home))
        for command in ("status", f"log {code}", f"show {self.published[code][0][:16]}"):
            print(f"  {program} --home {home} {command}")
        sys.stdout.flush()


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

    away = sorted(run.communities)[0]
    step(f"建立 {len(run.node)} 个节点:{len(run.level(6))} 个区、{len(run.level(9))} 个街道、{len(run.level(12))} 个社区",
         f"setting up {len(run.node)} nodes: {len(run.level(6))} districts, {len(run.level(9))} streets, {len(run.level(12))} communities")
    run.init()
    step("各区启动,街道、社区依次加入(CURVE 加密,本机回环)", "districts start; streets, then communities join (CURVE, loopback)")
    run.start(6)
    run.enrol(9)
    run.enrol(12)

    others = [code for code in sorted(run.communities) if code != away]
    step(f"{len(others)} 个社区发布共识和成果,示例社区发布评议结果", f"{len(others)} communities publish consensus and outcome, the invented ones an evaluation")
    run.each(run.publish, others)
    run.publish_evaluations()
    step("一个社区在街道节点停机时发布:", "one community publishes while its street is down:")
    run.publish_while_street_is_down(away)

    step("等待回执:街道已收,区已收", "waiting for receipts: street, district")
    run.await_receipts(sorted(run.published))
    step("各区核验所存全部日志", "each district verifies every log it holds")
    run.verify_stores()

    say("\n评议三项(示例街道,数据虚构):", "\nThe three dimensions of the evaluation (invented street, invented figures):")
    run.evaluations()
    say("\n用 openssl 核验一条记录的签名:", "\nOne record's signature, checked with openssl:")
    run.check_with_openssl(away)
    say("\n结果(各项均读自区节点):", "\nResult (every figure read from the district's store):")
    good = run.table()
    say("\n可继续查看:", "\nTo look further:")
    run.further(away)
    if not good:
        raise Failure(tr("表中有缺失或未通过的项目", "something in the table is missing or bad"))


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
