"""The table for people: figure, what it is compared with, whether it is reached."""

MIB = 1024 * 1024
FOREIGN_MOST = 0.05  # of the processors, taken by others while a ratio was measured


def mark(good):
    return "reached" if good else "MISSED"


def line(name, text, verdict=""):
    print(f"  {name:<44} {text:<58} {verdict}".rstrip())


def middle(rounds, key):
    """The median; of an even number of rounds the lower of the two."""
    return sorted(one[key] for one in rounds)[(len(rounds) - 1) // 2]


def span(rounds, key, form="{:.2f}"):
    values = sorted(one[key] for one in rounds)
    return f"{form.format(values[0])} .. {form.format(values[-1])}"


def show_limits(found):
    print("limits of this machine")
    line("Ed25519 verify/s, one core, all cores", f"{found['verify_one_core']:,}   {found['verify_all_cores']:,}")
    line(f"SHA-256 nodes/s ({found['sha256_backend']})", f"{found['sha256_nodes']:,}")
    line("commits/s of one record each", f"{found['commits']:,}")
    for name, puts in found.items():
        if name.startswith("puts_"):
            line(f"bare puts/s, {name[5:]} log(s), at 256, 1,000, 4,096", "   ".join(f"{n:,}" for n in puts.values()))


def show_catchup(logs, rounds):
    memory = max(max(one["source"]["peak_anonymous_bytes"], one["sink"]["peak_anonymous_bytes"]) for one in rounds)
    print(f"catch-up of {rounds[0]['records']:,} records, {logs} log(s); {len(rounds)} round(s), the median and the spread")
    foreign = max(max(one["foreign_at_limits"], one["foreign_at_catchup"]) for one in rounds)
    for what, base, wanted in (("receipted", "bare_puts", 0.5), ("verified", "verify_all_cores", 0.7)):
        ratio = middle(rounds, f"{what}_ratio")
        line(f"(a) records/s until all are {what}", f"{middle(rounds, what):,.0f} of {middle(rounds, base):,.0f} = {ratio:.2f} ({span(rounds, what + '_ratio')}), wanted {wanted}", mark(ratio >= wanted) if foreign <= FOREIGN_MOST else "NOT JUDGED")
    line("    of the processors others took, at limits, at catch-up", "; ".join(f"{one['foreign_at_limits']:.0%} {one['foreign_at_catchup']:.0%}" for one in rounds))
    for end in ("source", "sink"):
        line(f"    {end}: processor s, peak anonymous MiB", "; ".join(f"{one[end]['cpu_seconds']:.2f} s {one[end]['peak_anonymous_bytes'] / MIB:.1f}" for one in rounds))
    line("(e) peak anonymous memory", f"{memory / MIB:.1f} MiB, wanted 128", mark(memory <= 128 * MIB))
    pages = max(one["pages_ratio"] for one in rounds)
    wanted = 1.6 if logs == 1 else 1.8
    line("(d) pages over bytes of note and body", f"{pages:.2f}, wanted {wanted}", mark(pages <= wanted))


def show_publish(found):
    limit = 1.5 * found["commits"] * found["commit_ms"] + 10
    print(f"publish at a community until the district's receipt is back there, {found['count']} times")
    line("(b) p50, p99, longest", f"{found['p50_ms']:.1f}, {found['p99_ms']:.1f}, {found['max_ms']:.1f} ms, p50 wanted {limit:.1f}", mark(found["p50_ms"] <= limit) if found["foreign"] <= FOREIGN_MOST else "NOT JUDGED")
    line("    of the processors others took", f"{found['foreign']:.0%}")
    line("    commits until then (least, most)", f"{found['commits']} ({found['commits_least']}, {found['commits_most']}), of {found['commit_ms']:.2f} ms each")
    line("    at community, street, district; afterwards", f"{found['one']}; {found['commits_later']}")


def show_reconnect(found):
    good = found["bytes"] <= 600 and len(found["up"]) == len(found["down"]) == 1
    print(f"reconnect of a link of {found['logs']} logs with nothing new")
    line("(c) bytes of the application, messages", f"{found['bytes']} B: up {found['up']}, down {found['down']}, wanted 600, 1 + 1", mark(good))


def show_restart(found):
    memory = found["peak_anonymous_bytes"]
    wanted = 40 * MIB + found["children"] * 65536
    print(f"a district restarts under {found['children']} children, each a process of its own on the same machine")
    line("(f) seconds until the last is connected, until rest", f"{found['seconds']:.2f}, {found['steady_seconds']:.2f} s, wanted 5; {found['cpu_seconds']:.2f} s of the processor", mark(found["steady_seconds"] <= 5))
    line("    peak anonymous memory of the district", f"{memory / MIB:.1f} MiB, wanted {wanted / MIB:.1f}", mark(memory <= wanted))


def show_audit(found):
    memory = found["peak_anonymous_bytes"]
    print(f"yishi audit of {found['records']:,} records in {found['logs']} logs")
    line("records/s of the verify limit", f"{found['per_s']:,.0f} of {found['verify_all_cores']:,.0f} = {found['ratio']:.2f}, wanted 0.9", mark(found["ratio"] >= 0.9) if found["foreign"] <= FOREIGN_MOST else "NOT JUDGED")
    line("    of the processors others took", f"{found['foreign']:.0%}; {found['seconds']:.1f} s in all")
    line("    peak anonymous memory", f"{memory / MIB:.1f} MiB, wanted 256", mark(memory <= 256 * MIB))


def show(report):
    machine, figures = report["machine"], report["figures"]
    print(f"yishi {report['commit']} on {machine['cores']} x {machine['cpu']}, {machine['memory_mib']} MiB, Linux {machine['kernel']}")
    if report["quick"]:
        print("--quick: shows that everything runs; the figures mean nothing")
    show_limits(figures["limits"])
    for name, found in figures.items():
        if name.startswith("catchup_"):
            show_catchup(int(name.removeprefix("catchup_")), found)
    if "publish" in figures:
        show_publish(figures["publish"])
    if "reconnect" in figures:
        show_reconnect(figures["reconnect"])
    if "pages" in figures:
        ratio = figures["pages"]["interleaved_ratio"]
        print(f"records of {figures['pages']['logs']} logs that come one by one in turn")
        line("(d) pages over bytes of note and body", f"{ratio:.2f}, wanted 1.8", mark(ratio <= 1.8))
    if "restart" in figures:
        show_restart(figures["restart"])
    if "audit" in figures:
        show_audit(figures["audit"])
