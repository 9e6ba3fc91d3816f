"""The benchmark: what the machine can do, then what yishi's real daemons make of it. See README.md.

    bench.py --yishi FILE --tool FILE [--quick] [--json FILE] [--only LIST] [--rounds N] [--folder DIR] [--urgent]
"""

import argparse
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "deploy" / "sample"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import measure  # noqa: E402
from table import show  # noqa: E402
from yishi_node import Failure, end_on_signals  # noqa: E402

PARTS = ("limits", "catchup", "publish", "reconnect", "pages", "restart", "audit")


def sizes(quick):
    """How much of everything; --quick only shows that all of it runs."""
    if quick:
        return {"records": 2000, "logs": 10, "publishes": 5, "link_logs": 12, "children": 5, "verifies": 200, "verifies_in_turn": 200, "commits": 50, "audited": 5000}
    return {"records": 100000, "logs": 100, "publishes": 300, "link_logs": 460, "children": 450, "verifies": 20000, "verifies_in_turn": 7000, "commits": 2000, "audited": 1000000}


def machine():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.processor())
    memory = next(int(line.split()[1]) for line in open("/proc/meminfo") if line.startswith("MemTotal"))
    return {"cpu": model, "cores": os.cpu_count(), "memory_mib": memory // 1024, "kernel": platform.release()}


def commit():
    ran = subprocess.run(["git", "-C", str(TOP), "describe", "--always", "--dirty", "--abbrev=12"], capture_output=True, text=True, check=False)
    return ran.stdout.strip() or "unknown"


def run(bench, parts, rounds):
    """Every figure, under its name; those that are ratios come from one round each."""
    figures = {"limits": bench.limits()}
    if "catchup" in parts:
        for logs in (1, bench.size["logs"]):
            figures[f"catchup_{logs}"] = [bench.catchup(logs) for _ in range(rounds)]
    if "publish" in parts:
        figures["publish"] = bench.publish()
    if "reconnect" in parts:
        figures["reconnect"] = bench.reconnect()
    if "pages" in parts:
        figures["pages"] = bench.pages()
    if "restart" in parts:
        figures["restart"] = bench.restart()
    if "audit" in parts:
        figures["audit"] = bench.audit()
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--yishi", required=True)
    parser.add_argument("--tool", required=True)
    parser.add_argument("--quick", action="store_true", help="small numbers: shows that everything runs, measures nothing")
    parser.add_argument("--json", help="write all figures to this file, too")
    parser.add_argument("--only", default=",".join(PARTS), help="some of " + ",".join(PARTS) + "; limits always run")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of the catch-up; 3")
    parser.add_argument("--folder", default=tempfile.gettempdir(), help="where the stores lie; on a real disk")
    parser.add_argument("--urgent", action="store_true", help="run before others on a machine that is not ours alone; as root, in a session of its own (setsid)")
    options = parser.parse_args()
    parts = options.only.split(",")
    if not set(parts) <= set(PARTS):
        parser.error("--only: some of " + ",".join(PARTS))
    end_on_signals()
    if options.urgent:
        measure.make_urgent("self")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="yishi-bench.", dir=options.folder))
    try:
        bench = measure.Bench(options.yishi, options.tool, folder, sizes(options.quick), options.urgent)
        report = {"machine": machine(), "commit": commit(), "quick": options.quick, "urgent": options.urgent, "size": bench.size}
        report["figures"] = run(bench, parts, 1 if options.quick else options.rounds)
    except Failure as failure:
        sys.exit(f"bench.py: {failure}; files lie in {folder}")
    shutil.rmtree(folder)
    show(report)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
