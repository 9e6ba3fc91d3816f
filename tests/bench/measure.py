"""The measurements: each starts fresh nodes in a folder of its own and gives back plain figures."""

import concurrent.futures
import json
import os
import pathlib
import resource
import shutil
import signal
import statistics
import subprocess
import threading
import time

from relay import Relay
from yishi_node import Failure, Fleet, Node, die_with_parent, wait_for

DEPLOYMENT, DISTRICT, STREET, COMMUNITY = "bench.example", "110199", "110199990", "110199990001"
BODY_BYTES = 600
BATCHES = (256, 1000, 4096)
TICK = os.sysconf("SC_CLK_TCK")
SAMPLE_SECONDS = 0.02
TURN_SECONDS = 0.7
PF_KTHREAD = 0x00200000


class Open(Node):
    """A node whose keys have no passphrase, so that nothing is measured of unlocking them."""

    def init(self, root=None):
        arguments = ["init", "--deployment", self.deployment, "--code", self.code, "--name", self.code, "--listen", "tcp://127.0.0.1:0", "--kdf", "none"]
        return self.call(*arguments, *(() if root is None else ("--root", root)))

    def admit(self, asked):
        return self.call("admit", asked)

    def start(self, *arguments):
        super().start(*arguments)
        if self.fleet.urgent:
            make_urgent(self.pid())
        return self

    def pid(self):
        return self.process.pid

    def linked(self):
        """When the link to the parent stood, in seconds of the wall clock; None while it does not."""
        path = self.home / "link"
        try:
            return path.stat().st_mtime if path.read_text().strip() == "connected" else None
        except FileNotFoundError:
            return None

    def set_parent(self, address, key):
        path = self.home / "yishi.conf"
        kept = [line for line in path.read_text().splitlines() if not line.startswith("parent")]
        path.write_text("\n".join([*kept, f"parent = {address}", f"parent_key = {key}"]) + "\n")


def make_urgent(pid):
    """Before what others run here; root may. Linux weighs sessions first, then what runs in each."""
    pathlib.Path(f"/proc/{pid}/autogroup").write_text("-20")


class Watch(threading.Thread):
    """Processor time and peak anonymous memory of processes, sampled while they run."""

    def __init__(self, **pids):
        super().__init__(daemon=True)
        self.pids = pids
        self.peak = dict.fromkeys(pids, 0)
        self.over = threading.Event()
        self.start()

    def run(self):
        while not self.over.wait(SAMPLE_SECONDS):
            self.sample()

    def sample(self):
        for name, pid in self.pids.items():
            self.peak[name] = max(self.peak[name], anonymous_bytes(pid))

    def end(self):
        self.over.set()
        self.join()
        self.sample()
        return {name: {"cpu_seconds": cpu_seconds(pid), "peak_anonymous_bytes": self.peak[name]} for name, pid in self.pids.items()}


def anonymous_bytes(pid):
    try:
        with open(f"/proc/{pid}/status") as status:
            return next((int(line.split()[1]) * 1024 for line in status if line.startswith("RssAnon")), 0)
    except (FileNotFoundError, ProcessLookupError):
        return 0  # it has ended


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


class Foreign:
    """The part of all processors that went to others than us since it was made; the kernel's threads write what is ours."""

    def __init__(self):
        self.began, self.busy, self.ended = time.monotonic(), busy_seconds(), ended_seconds() + kernel_seconds()

    def part(self, *still_running):
        """`still_running` are processor seconds of processes of ours that have not ended yet."""
        ours = ended_seconds() + kernel_seconds() - self.ended + sum(still_running)
        return max(0.0, busy_seconds() - self.busy - ours) / ((time.monotonic() - self.began) * os.cpu_count())


def busy_seconds():
    with open("/proc/stat") as stat:
        fields = list(map(int, stat.readline().split()[1:9]))
    return (sum(fields) - fields[3] - fields[4]) / TICK  # without idle and waiting for the disk; with what the host took


def kernel_seconds():
    """Of all threads of the kernel that are there."""
    ticks = 0
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(errors="replace").rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[6]) & PF_KTHREAD:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / TICK


def ended_seconds():
    """Of this process and of those that it started and that have ended."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


class Bench:
    def __init__(self, program, tool, folder, size, urgent=False):
        self.program, self.folder, self.size, self.urgent = program, folder, size, urgent
        self.tool_path = str(pathlib.Path(tool).resolve())
        self.record = self.tool("record", BODY_BYTES)
        self.serial = 0

    # --- what all share ---------------------------------------------------------------------------
    def tool(self, *words):
        ran = subprocess.run([self.tool_path, *map(str, words)], capture_output=True, text=True, check=False)
        if ran.returncode != 0:
            raise Failure(f"bench_tool {' '.join(map(str, words))}: {ran.stderr.strip()}")
        return json.loads(ran.stdout)

    def fresh(self, name):
        self.serial += 1
        path = self.folder / f"{self.serial}-{name}"
        path.mkdir()
        return path

    def fleet(self, name):
        fleet = Fleet(self.program, self.fresh(name))
        fleet.urgent = self.urgent
        return fleet

    def nodes(self, fleet, *codes):
        """Enrolled and connected, from the district down."""
        nodes = []
        for code in codes:
            node = Open(fleet, code, code, DEPLOYMENT)
            fleet.nodes.append(node)
            node.init(*(() if not nodes else (nodes[0].home / "root.pub",)))
            if nodes:
                nodes[-1].admit(node.join(nodes[-1]))
            node.start().ready()
            if nodes:
                node.connected()
                wait_for(lambda: node.status()["size"] <= node_receipt(node), f"{code}: receipts")
            nodes.append(node)
        return nodes

    # --- limits -----------------------------------------------------------------------------------
    def puts(self, records, logs, batch):
        folder = self.fresh("puts")
        found = self.tool("puts", folder, records, self.record["note_bytes"], BODY_BYTES, logs, batch)["per_s"]
        shutil.rmtree(folder)
        return found

    def limits(self):
        found = self.tool("limits", self.size["verifies"], self.record["signed_bytes"])
        found["commits"] = self.puts(self.size["commits"], 1, 1)
        for logs in (1, self.size["logs"]):
            found[f"puts_{logs}"] = {str(batch): self.puts(self.size["records"], logs, batch) for batch in BATCHES}
        return found

    def verifies(self, count):
        return self.tool("verify", count, self.record["signed_bytes"])["per_s"]

    def in_turns(self, process, pids, begun):
        """Seconds that it ran until its end, what could be verified a second meanwhile, and what it printed. What a
        machine can do changes within seconds: the two have it by turns, each for a moment."""
        said, limits, ran = [], [], 0
        reading = threading.Thread(target=lambda: said.append(process.stdout.read()))
        reading.start()
        while True:
            reading.join(TURN_SECONDS)
            ran += time.monotonic() - begun
            if not reading.is_alive():
                break
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
            limits.append(self.verifies(self.size["verifies_in_turn"]))
            for pid in pids:
                os.kill(pid, signal.SIGCONT)
            begun = time.monotonic()
        limits.append(self.verifies(self.size["verifies_in_turn"]))
        process.wait()
        return ran, statistics.harmonic_mean(limits), said[0]

    # --- (a), (e), (d) ----------------------------------------------------------------------------
    def catchup(self, logs):
        """A street with all records of its communities, a district without them."""
        records = self.size["records"]
        with self.fleet(f"catchup-{logs}") as fleet:
            district, street = self.nodes(fleet, DISTRICT, STREET)
            street.stop()
            district.stop()
            made = self.tool("stock", street.home, logs, records, BODY_BYTES)
            street.start().ready()  # it has told of them and read them long ago
            wait_for(lambda: any(r["kind"] == "receipts" for r in street.call("log", STREET, "--json").objects()), "its receipts record")
            quiet([street])
            street.stop()
            street.call("reindex")
            foreign = Foreign()
            bare = [self.puts(records, logs, max(BATCHES)) for _ in range(2)]
            at_limits = foreign.part()
            district.start().ready()
            watching = subprocess.Popen([self.tool_path, "watch", str(district.home), str(records), "120"], stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent)
            watching.stdout.readline()
            foreign = Foreign()
            street.start()
            watch = Watch(source=street.pid(), sink=district.pid())
            said = watching.stdout.readline()
            if said.startswith("{"):
                raise Failure(f"catch-up of {logs} logs, not receipted in time: {said}")
            cosigned = float(said)
            judging, verify, seen = self.in_turns(watching, (street.pid(), district.pid()), time.monotonic() - (time.time() - cosigned))
            seen, begun = json.loads(seen), street.linked()
            used = watch.end()
            at_catchup = foreign.part(*(one["cpu_seconds"] for one in used.values()))
            fleet.stop()
            if seen["good"] == 0:
                raise Failure(f"catch-up of {logs} logs: {seen}")
            pages = self.tool("pages", district.home / "store")
            foreign = Foreign()
            bare += [self.puts(records, logs, max(BATCHES)) for _ in range(2)]
            at_limits = max(at_limits, foreign.part())
        shutil.rmtree(fleet.folder)
        bare = statistics.harmonic_mean(bare)
        receipted, verified = records / (cosigned - begun), records / (cosigned - begun + judging)
        return {
            "records": records, "commits": seen["commits"], **made, **used, "bare_puts": bare, "verify_all_cores": verify, "receipted": receipted, "verified": verified,
            "foreign_at_limits": at_limits, "foreign_at_catchup": at_catchup, "receipted_ratio": receipted / bare, "verified_ratio": verified / verify,
            "pages_ratio": pages["bytes"] / (records * (made["note_bytes"] + made["body_bytes"])), "pages": pages["tables"],
        }

    # --- (b) --------------------------------------------------------------------------------------
    def publish(self):
        with self.fleet("publish") as fleet:
            district, street, community = self.nodes(fleet, DISTRICT, STREET, COMMUNITY)
            foreign, before = Foreign(), sum(cpu_seconds(node.pid()) for node in fleet.running())
            found = self.tool("publish", community.home, street.home, district.home, self.size["publishes"])
            part = foreign.part(sum(cpu_seconds(node.pid()) for node in fleet.running()) - before)
            fleet.stop()
        shutil.rmtree(fleet.folder)
        seconds = sorted(one["seconds"] for one in found)
        commits = sorted(sum(one["commits"]) for one in found)
        middle = found[len(found) // 2]
        return {
            "count": len(found), "p50_ms": seconds[len(seconds) // 2] * 1000, "p99_ms": seconds[min(len(seconds) - 1, len(seconds) * 99 // 100)] * 1000,
            "max_ms": seconds[-1] * 1000, "commits": commits[len(commits) // 2], "commits_least": commits[0], "commits_most": commits[-1],
            "one": middle["commits"], "commits_later": statistics.median_high(one["later"] for one in found),
            "commit_ms": 1000 / self.puts(self.size["commits"], 1, 1), "foreign": part,
        }

    # --- (c) --------------------------------------------------------------------------------------
    def reconnect(self):
        """A link of so many logs, all told and receipted; then the street is restarted."""
        communities = self.size["link_logs"] - 2
        with self.fleet("reconnect") as fleet:
            district, street = self.nodes(fleet, DISTRICT, STREET)
            street.stop()
            self.tool("stock", street.home, communities, communities, BODY_BYTES)
            street.start().ready().connected()
            wait_for(lambda: sum(log["size"] for log in street.status()["logs"] if receipt_of(log) == log["size"]) >= communities, "receipts of all logs")
            quiet([district, street])
            street.stop()
            with Relay(district.address) as relay:
                street.set_parent(relay.address, district.keys()["transport"])
                street.start().ready().connected()
                quiet([district, street])
                street.stop()
                relay.forget()
                street.start().ready().connected()
                quiet([district, street])
                told = relay.messages()
            logs = len(street.status()["logs"])
            fleet.stop()
        shutil.rmtree(fleet.folder)
        up, down = [m for way, m in told if way == "up"], [m for way, m in told if way == "down"]
        return {"logs": logs, "up": up, "down": down, "bytes": sum(up) + sum(down), "messages": len(told)}

    # --- (d) --------------------------------------------------------------------------------------
    def pages(self):
        logs, records = self.size["logs"], self.size["records"]
        folder = self.fresh("mixed")
        self.tool("mixed", folder, logs, records, BODY_BYTES)
        pages = self.tool("pages", folder)
        shutil.rmtree(folder)
        return {"logs": logs, "interleaved_ratio": pages["bytes"] / (records * (self.record["note_bytes"] + BODY_BYTES)), "pages": pages["tables"]}

    # --- (f) --------------------------------------------------------------------------------------
    def restart(self):
        """One district, and so many children, each a process with a home and keys of its own."""
        count = self.size["children"]
        with self.fleet("restart") as fleet:
            (district,) = self.nodes(fleet, DISTRICT)
            children = [Open(fleet, f"{DISTRICT}{number:03}", f"{number}", DEPLOYMENT) for number in range(1, count + 1)]
            fleet.nodes.extend(children)
            with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
                list(pool.map(lambda child: child.init(district.home / "root.pub"), children))
            key = district.keys()["transport"]
            district.stop()
            (fleet.folder / "list").write_text("".join(f"{child.home}\n" for child in children))
            self.tool("enrol", district.home, fleet.folder / "list")
            district.start().ready()
            for child in children:
                child.set_parent(district.address, key)
                child.start()
            wait_for(lambda: all(child.linked() for child in children), f"{count} children connected", 300)
            quiet([district, *children])
            district.stop()
            wait_for(lambda: not any(child.linked() for child in children), "children notice", 60)
            begun = time.time()
            district.start()
            watch = Watch(district=district.pid())
            wait_for(lambda: all(child.linked() for child in children), f"{count} children connected again", 120)
            last = max(child.linked() for child in children)
            steady = quiet([district])
            used = watch.end()
            fleet.stop()
        shutil.rmtree(fleet.folder)
        return {"children": count, "seconds": last - begun, "steady_seconds": steady - begun, **used["district"]}

    # --- audit ------------------------------------------------------------------------------------
    def audit(self):
        """A street that holds so many records of its communities, audited by a process of its own."""
        records, logs = self.size["audited"], self.size["logs"]
        with self.fleet("audit") as fleet:
            _, street = self.nodes(fleet, DISTRICT, STREET)
            fleet.stop()
            self.tool("stock", street.home, logs, records, BODY_BYTES)
            foreign, begun = Foreign(), time.monotonic()
            audit = subprocess.Popen([fleet.program, "audit", "--json", "--home", str(street.home)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, preexec_fn=die_with_parent)
            pids = [audit.pid, *wait_for(lambda: children_of(audit.pid), "the process that audits")]
            watch = Watch(**{str(pid): pid for pid in pids})
            seconds, verify, said = self.in_turns(audit, pids, begun)
            watch.over.set()
            watch.join()
            foreign = foreign.part()
        shutil.rmtree(fleet.folder)
        end = json.loads(said.splitlines()[-1])
        if end["records"] < records or end["signatures_ok"] != end["records"] or end["failed"]:
            raise Failure(f"audit: {said[-2000:]}")
        per_s = end["records"] / seconds
        return {"records": end["records"], "logs": end["logs"], "seconds": seconds, "per_s": per_s, "verify_all_cores": verify, "ratio": per_s / verify,
                "peak_anonymous_bytes": sum(watch.peak.values()), "foreign": foreign}


def children_of(pid):
    """Of a process, by its only thread so far."""
    try:
        return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def receipt_of(log):
    """How far the district has cosigned a log, as its holder shows it."""
    return max((r["size"] for r in log["receipts"] if r["level"] == "district"), default=0)


def node_receipt(node):
    found = node.status()["receipts"]
    return min((found[level]["size"] for level in ("street", "district") if found.get(level)), default=0)


def quiet(nodes, seconds=0.5):
    """Wait until none of them has used the processor for a while, nor written its store; since when, by the wall clock."""

    def state():
        return [(cpu_seconds(node.pid()), (node.home / "store" / "data.mdb").stat().st_mtime) for node in nodes]

    before, since = state(), time.time()

    def at_rest():
        nonlocal before, since
        begun = time.time()
        time.sleep(seconds)
        now, last = state(), before
        before, since = now, begun
        return all(n[1] == b[1] and n[0] - b[0] < 0.03 * seconds + 0.011 for n, b in zip(now, last))

    wait_for(at_rest, "quiet", 120)
    return since
