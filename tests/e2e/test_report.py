"""Reports: the same bytes from the same logs wherever they are made, and a summary that is counted again."""

import csv
import datetime
import hashlib
import io
import json
import os
import pathlib
import re
import subprocess
import time
import unittest
import zipfile

from harness import COMMUNITY, DISTRICT, ENVIRONMENT, OK, REFUSED, STREET, USAGE, Case, consensus, needed, wait_for, write_json
from test_matter import ref

SCHEMA_TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
YEAR = ("--period", "2026", "--day", "2027-01-10")


def violations(value, schema, root, path="$"):
    """What of a JSON Schema does not hold: the words that schema.json uses."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    if "anyOf" in schema:
        if not any(not list(violations(value, s, root, path)) for s in schema["anyOf"]):
            yield f"{path}: none of anyOf"
        return
    if "const" in schema and value != schema["const"] or "enum" in schema and value not in schema["enum"]:
        yield f"{path}: {value!r}"
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if types and not any(isinstance(value, SCHEMA_TYPES[t]) and not (t == "integer" and isinstance(value, bool)) for t in types):
        yield f"{path}: {type(value).__name__} is none of {types}"
        return
    if isinstance(value, dict):
        yield from (f"{path}: {name} is missing" for name in schema.get("required", []) if name not in value)
        for name, inner in value.items():
            if name in schema.get("properties", {}):
                yield from violations(inner, schema["properties"][name], root, f"{path}.{name}")
            elif schema.get("additionalProperties") is False:
                yield f"{path}: {name} is unknown"
    if isinstance(value, list) and "items" in schema:
        for at, inner in enumerate(value):
            yield from violations(inner, schema["items"], root, f"{path}[{at}]")
    if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{path}: {value!r}"
    if isinstance(value, int) and value < schema.get("minimum", value):
        yield f"{path}: {value}"


class Report(Case):
    def home(self, name, unit, *arguments):
        path = self.folder / name
        subprocess.run([needed("YISHI_REPORT_HOME"), str(path), str(unit), *arguments], check=True, capture_output=True, timeout=120)
        return path

    def run_in(self, home, *arguments, status=0, env=None):
        ran = subprocess.run([needed("YISHI_BIN"), *arguments, "--home", str(home)], capture_output=True, timeout=300, check=False,
                             env={**os.environ, **(env or {})})
        self.assertEqual(ran.returncode, status, ran.stderr.decode())
        return ran

    def written(self, home, form, *arguments, env=None):
        """Bytes of a report of this format."""
        path = self.folder / f"out.{form}"
        self.run_in(home, "report", "--format", form, "--out", str(path), *arguments, *(("--table", "findings") if form == "csv" else ()),
                    env=env)
        return path.read_bytes()

    def test_the_same_logs_give_the_same_bytes_on_another_machine_in_another_locale_and_order(self):
        first = self.home("first", 0)
        other = self.home("other", 0, "--backwards", "--unjudged")
        abroad = {"TZ": "America/New_York", "LC_ALL": "zh_CN.UTF-8", "LANG": "de_DE.UTF-8"}
        for form in ("json", "csv", "html", "xlsx"):
            with self.subTest(form):
                self.assertEqual(self.written(first, form, *YEAR, "--by-unit"),
                                 self.written(other, form, *YEAR, "--by-unit", env=abroad))

    def test_a_units_report_is_the_same_at_its_own_node_and_at_those_above(self):
        district, street, community = self.home("d", 0), self.home("s", 1), self.home("c", 3)
        code = {name: json.loads(self.written(home, "json", *YEAR))["report"]["unit"]
                for name, home in (("street", street), ("community", community))}
        self.assertEqual(self.written(street, "json", *YEAR), self.written(district, "json", *YEAR, "--unit", code["street"]))
        for above in (street, district):
            self.assertEqual(self.written(community, "json", *YEAR), self.written(above, "json", *YEAR, "--unit", code["community"]))

    def test_a_report_is_made_again_after_more_records(self):
        before = self.home("before", 0, "--records", "400")
        after = self.home("after", 0, "--backwards")
        report = self.folder / "report.json"
        report.write_bytes(self.written(before, "json", *YEAR, "--by-unit"))
        self.assertNotEqual(self.written(after, "json", *YEAR, "--by-unit"), report.read_bytes())
        for form in ("json", "csv", "html", "xlsx"):
            with self.subTest(form):
                self.assertEqual(self.written(after, form, "--as-of", str(report), env={"TZ": "Asia/Tokyo"}),
                                 self.written(before, form, *YEAR, "--by-unit"))
        self.assertEqual(list(self.folder.glob("report-*")), [])

    def test_a_report_on_other_logs_is_refused_and_says_which(self):
        district, community = self.home("d", 0), self.home("c", 3)
        said = json.loads(self.written(district, "json", *YEAR))

        def refused(home, change, *parts):
            changed = json.loads(json.dumps(said))
            change(changed)
            path = write_json(self.folder / "changed.json", changed)
            result = self.run_in(home, "report", "--as-of", str(path), status=REFUSED)
            for part in parts:
                self.assertIn(part, result.stderr.decode())

        street = said["report"]["heads"][1]["log"]
        refused(district, lambda r: r["report"]["heads"][1].update(root="0" * 64), street, "another history")
        refused(district, lambda r: r["report"]["heads"][1].update(size=10 ** 6), street, "1000000")
        refused(community, lambda r: None, "holds no such log")
        refused(district, lambda r: r.update(hash="0" * 64), "it is another one")
        refused(district, lambda r: r["report"]["heads"].pop(), "it is another one")
        refused(district, lambda r: r["report"]["heads"].append({**r["report"]["heads"][1], "size": 1}), street, "named twice")
        refused(district, lambda r: r["report"].pop("heads"), "report.heads")
        self.run_in(district, "report", "--as-of", str(self.folder / "changed.json"), "--period", "2026", status=USAGE)
        self.run_in(district, "report", "--period", "2026-H3", status=USAGE)
        self.run_in(district, "report", "--explain", "Z-01", status=USAGE)
        ran = self.run_in(district, "report", "--period", "2026", "--seal", "--day", "2090-01-01", status=USAGE)
        self.assertIn("yet to come", ran.stderr.decode())
        self.run_in(district, "report", "--format", "xlsx", status=USAGE)

    def test_the_exported_folder_holds_every_table_as_its_dictionary_and_schema_say(self):
        folder = self.folder / "tables"
        home = self.home("d", 0)
        self.run_in(home, "export", "tables", str(folder), *YEAR, "--csv-profile", "plain")
        report = json.loads((folder / "report.json").read_text())
        schema = json.loads((folder / "schema.json").read_text())
        self.assertEqual(list(violations(report, schema, schema)), [])
        canonical = json.dumps(report["report"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        self.assertEqual(hashlib.sha256(canonical).hexdigest(), report["hash"])
        heads = json.dumps(report["report"]["heads"], sort_keys=True, separators=(",", ":")).encode()
        self.assertEqual(hashlib.sha256(heads).hexdigest(), report["report"]["input_root"])
        dictionary = (folder / "DICTIONARY.md").read_text()
        tables = {table["name"]: table for table in report["report"]["tables"]}
        self.assertLessEqual({"matters", "sessions", "notices", "submissions", "evaluations", "findings", "indicators"}, set(tables))
        for name, table in tables.items():
            rows = list(csv.reader(io.StringIO((folder / f"{name}.csv").read_bytes().decode(), newline="")))
            self.assertEqual(rows[0], [column["key"] for column in table["columns"]], name)
            self.assertEqual(len(rows) - 1, len(table["rows"]), name)
            for column in table["columns"]:
                self.assertIn(f"| {column['key']} |", dictionary)
            self.assertTrue(table["rows"] or name == "adjustments", name)
        page = (folder / "report.html").read_text()
        self.assertIn(report["hash"], page)
        self.assertIn(report["report"]["input_root"], page)
        self.assertNotRegex(page, r"https?://(?!www\.w3\.org/2000/svg)")

    def test_the_list_behind_a_figure_is_as_long_as_the_figure(self):
        home = self.home("d", 0)
        report = json.loads(self.written(home, "json", *YEAR))
        table, = (t for t in report["report"]["tables"] if t["name"] == "summary")
        at = {column["key"]: i for i, column in enumerate(table["columns"])}
        counted = {row[at["indicator"]]: row[at["numerator"]] for row in table["rows"]
                   if row[at["denominator"]] is None and row[at["part"]] is None and row[at["figure"]] is None}
        for wanted in ("A-01", "A-02", "A-04", "E-01", "G-01", "G-04"):
            listed = self.run_in(home, "report", *YEAR, "--explain", wanted, "--json").stdout.decode().splitlines()
            self.assertEqual(len([line for line in listed if json.loads(line)["series"] is None and not json.loads(line)["open"]]),
                             counted[wanted], wanted)

    def table(self, report, name):
        """Rows of a table, each by the keys of its columns."""
        table, = (t for t in report["report"]["tables"] if t["name"] == name)
        return [dict(zip((c["key"] for c in table["columns"]), row, strict=True)) for row in table["rows"]]

    def test_the_district_ranks_what_rests_on_enough_cases_among_units_of_one_level(self):
        report = json.loads(self.written(self.home("d", 0), "json", *YEAR, "--by-unit"))
        figure = {}
        for row in self.table(report, "indicators"):
            if row["part"] is None:
                figure.setdefault((row["unit"], row["indicator"]), row)
        ranked = 0
        for name, wanted in (("scorecard", ("E-03", "E-06", "F-06")), ("procedure", ("B-01", "B-02", "D-07", "G-02"))):
            rows = self.table(report, name)
            self.assertEqual({row["level"] for row in rows}, {"street", "community"})
            self.assertNotIn("score", rows[0])
            for row in rows:
                for indicator in wanted:
                    mine = figure[row["unit"], indicator]
                    self.assertEqual(row[indicator], mine["value"])
                    level = [f for (unit, i), f in figure.items() if i == indicator and f["level"] == mine["level"]
                             and f["small"] == 0 and f["value"] is not None]
                    better = (lambda a, b: a < b) if indicator == "G-02" else (lambda a, b: a > b)
                    rank = 1 + sum(better(float(f["value"]), float(mine["value"])) for f in level) if mine in level else None
                    self.assertEqual(row[f"{indicator} rank"], rank, (row["unit"], indicator))
                    ranked += rank is not None
        self.assertGreater(ranked, 0)
        for home, arguments in ((self.home("d2", 0), ()), (self.home("s", 1), ("--by-unit",))):
            tables = json.loads(self.written(home, "json", *YEAR, *arguments))["report"]["tables"]
            self.assertFalse({"scorecard", "procedure"} & {t["name"] for t in tables})

    def test_a_score_stands_where_the_district_has_signed_how_it_is_made(self):
        district = self.federation()[0]
        today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()
        parameter = {"kind": "rule_parameter", "rule_parameter": {
            "name": "scorecard", "value": "A-02=3:4..0 A-04=1:0..4", "effective_from": str(today), "scope": DISTRICT, "basis": "示例"}}
        wrong = {**parameter, "rule_parameter": {**parameter["rule_parameter"], "value": "A-02=3"}}
        refused = district.call("publish", write_json(self.folder / "wrong.json", wrong), "--passphrase-file", district.passphrase, check=False)
        self.assertNotEqual(refused.status, OK)
        self.assertIn("A-02=3", refused.err)
        report = ("report", "--by-unit", "--format", "json")
        self.assertNotIn("score", self.table(json.loads(district.call(*report).out), "scorecard")[0])
        district.publish(parameter)
        # No determination: all of 3 parts; no session: nothing of 1 part. (3 x 100 + 0) / 4
        rows = self.table(json.loads(district.call(*report).out), "scorecard")
        self.assertEqual({(row["unit"], row["score"], row["score rank"]) for row in rows},
                         {(STREET, "75.00", 1), (COMMUNITY, "75.00", 1)})
        self.assertIn("75.00", district.call("report", "--by-unit").out)
        published = int(time.time())
        wait_for(lambda: int(time.time()) > published, "the next second: the later one counts")
        district.publish({**parameter, "rule_parameter": {**parameter["rule_parameter"], "value": "none"}})
        self.assertNotIn("score", self.table(json.loads(district.call(*report).out), "scorecard")[0])

    def test_what_only_this_node_knows_goes_into_files_when_it_is_asked_for(self):
        home = self.home("d", 0)
        plain = json.loads(self.written(home, "json", *YEAR))
        folder = self.folder / "tables"
        self.run_in(home, "export", "tables", str(folder), *YEAR, "--annex", "--csv-profile", "plain")
        report = json.loads((folder / "report.json").read_text())
        schema = json.loads((folder / "schema.json").read_text())
        self.assertEqual(list(violations(report, schema, schema)), [])
        self.assertNotIn("annex", plain)
        self.assertEqual((report["hash"], report["report"]), (plain["hash"], plain["report"]))
        at = [column["key"] for column in report["annex"]["columns"]].index("indicator")
        self.assertEqual({row[at] for row in report["annex"]["rows"]}, {"G-05", "G-07", "G-08", "G-09"})
        self.assertIn("附：仅本节点可知的指标", (folder / "report.html").read_text())
        self.assertEqual((folder / "annex.csv").read_text().count("\n"), 1 + len(report["annex"]["rows"]))
        with zipfile.ZipFile(folder / "report.xlsx") as book:
            self.assertIn("附：仅本节点可知的指标", book.read("xl/workbook.xml").decode())
        for arguments in (("--as-of", str(folder / "report.json")), ("--unit", report["report"]["unit"] + "001")):
            self.run_in(home, "report", "--format", "html", "--annex", *arguments, status=USAGE)

    def test_hours_since_a_witnessed_head_are_counted_to_now(self):
        district, street, community = self.federation()
        community.publish(consensus())
        self.receipted(community)
        report = json.loads(district.call("report", "--annex", "--format", "json").out)
        names = [column["key"] for column in report["annex"]["columns"]]
        rows = [dict(zip(names, row)) for row in report["annex"]["rows"]]
        self.assertIn("0", [row["value"] for row in rows if row["indicator"] == "G-08" and row["figure"] == "longest"], rows)

    def evaluated(self, community):
        """A matter that was commissioned and evaluated: the id of the result."""
        with (self.kinds / "evaluation_round.valid.json").open() as file:
            begun = json.load(file)
        with (self.kinds / "evaluation_result.valid.json").open() as file:
            result = json.load(file)
        agreed = community.publish({
            "kind": "consensus", "subject": "new", "occurred_at": "2026-04-10", "backfill_reason": "示例:补录",
            "consensus": {"reached_on": "2026-04-10", "degree": "broad",
                          "items": [{"no": 1, "text": "示例", "nature": "commissioned", "decision_matter": False}]}})
        begun.update(subject=agreed["subject"], refs=[ref("evaluates", agreed)])
        begun["evaluation_round"]["matters"] = [agreed["subject"]]
        begun["evaluation_round"].update({"from": "2026-06-01", "to": "2026-06-15"})
        asked = community.publish({**begun, "backfill_reason": "示例:补录"})
        result.update(subject=agreed["subject"], refs=[ref("based_on", asked)], backfill_reason="示例:补录")
        result["evaluation_result"]["held_on"] = "2026-06-16"
        return community.publish(result)["id"]

    def test_the_district_counts_the_streets_summary_again(self):
        district, street, community = self.federation()
        result = self.evaluated(community)
        self.receipted(community)
        self.held(street, COMMUNITY, community.status()["size"])
        period = ("--period", "2026-H1", "--day", "2026-07-10")

        draft = street.call("report", *period, "--seal", "--json").object()
        good = street.call("publish", str(draft["draft"]), "--passphrase-file", street.passphrase, "--json").objects()[-1]
        self.receipted(street, "district")
        # More comes in; what was signed stays true of what it names.
        self.evaluated(community)
        self.receipted(community)
        checked = wait_for(lambda: (r := district.call("report", "--check", good["id"], check=False)).status in (0, 1) and r, "the check")
        self.assertEqual(checked.status, 0, checked.out + checked.err)
        self.assertIn("all as signed", checked.out)
        self.assertEqual(district.call("findings", "R-S-6", "--json").out, "")

        # In the next report it is an adjustment.
        self.assertEqual(street.call("report", *period, "--format", "csv", "--table", "adjustments", "--csv-profile", "plain")
                         .out.splitlines()[0].split(",")[-4:], ["sealed", "now", "difference", "figure"])
        report = json.loads(street.call("report", *period, "--format", "json").out)["report"]
        table, = (t for t in report["tables"] if t["name"] == "adjustments")
        late = {(row[3], row[9], row[5]): tuple(row[6:9]) for row in table["rows"]}
        self.assertEqual(late["F-01", "rounds", None] if ("F-01", "rounds", None) in late else late["F-01", None, None], ("1", "2", "1"))
        self.assertEqual({row[0] for row in table["rows"]}, {good["id"]})

        draft = street.call("report", *period, "--seal", "--json").object()
        text = json.loads(pathlib.Path(draft["path"]).read_text(encoding="utf-8"))
        figures = text["report_snapshot"]["figures"]
        wrong = next(f for f in figures if (f["unit"], f["indicator"], f.get("part")) == (COMMUNITY, "F-04", "feedback"))
        wrong["numerator"] += 1
        write_json(self.folder / "wrong.json", text)
        bad = street.publish(text)
        self.receipted(street, "district")
        checked = wait_for(lambda: (r := district.call("report", "--check", bad["id"], "--json", check=False)).status in (0, 1) and r,
                           "the check")
        self.assertEqual(checked.status, REFUSED)
        different, = checked.objects()
        self.assertEqual((different["unit"], different["indicator"], different["part"]), (COMMUNITY, "F-04", "feedback"))
        self.assertEqual(different["signed"]["numerator"], different["counted"]["numerator"] + 1)
        self.assertIn(result, different["records"])
        # Without anybody asking for it, it is a finding, at every node that holds the logs.
        for node in (district, street):
            finding, = node.call("findings", "R-S-6", "--json").objects()
            self.assertEqual((finding["record"]["id"], finding["division"], finding["code"], finding["severity"]),
                             (bad["id"], STREET, "figure", "F"))
            self.assertIn(f"{COMMUNITY} F-04 feedback: {wrong['numerator']}/{wrong['denominator']} <> "
                          f"{wrong['numerator'] - 1}/{wrong['denominator']}", finding["fact"])
            self.assertIn(result[:16], finding["fact"])
            self.assertIn(finding["other"]["id"], different["records"])

        # The audit says it, too, out of the store alone.
        audited = district.call("audit", "--json", check=False)
        self.assertEqual(audited.status, REFUSED, audited.err)
        flaw, = (flaw for line in audited.objects()[:-1] for flaw in line["flaws"])
        self.assertEqual(flaw["kind"], "report")
        self.assertIn(f"{COMMUNITY} F-04 feedback", flaw["text"])

        # A log that is not used is named; texts of the signer are cut at a character, wherever they end.
        text["report_snapshot"]["figures"] += [{"unit": COMMUNITY, "indicator": "Z-01", "part": "x" * n + "字" * 30} for n in range(3)]
        text["report_snapshot"]["inputs"] = [i for i in text["report_snapshot"]["inputs"] if f"/{COMMUNITY}/" not in i["log"]]
        short = street.publish(text)
        self.receipted(street, "district")
        checked = wait_for(lambda: (r := district.call("report", "--check", short["id"], check=False)).status in (0, 1) and r, "the check")
        self.assertEqual(checked.status, REFUSED)
        self.assertIn(f"/{COMMUNITY}/", checked.out)
        found = [f for f in district.call("findings", "R-S-6", "--json").objects() if f["record"]["id"] == short["id"]]
        left_out, = (f for f in found if f["code"] == "left_out")
        self.assertIn(f"/{COMMUNITY}/", left_out["fact"])
        self.assertIn("F-04", " ".join(f["fact"] for f in found if f["code"] == "figure"))
        self.assertIn("x字", " ".join(f["fact"] for f in found if f["code"] == "figure"))
        # Withdrawn, it is none.
        street.publish({"kind": "withdrawal", "refs": [ref("withdraws", short)], "withdrawal": {"reason": "重复登记"}})
        self.assertNotIn(short["id"], street.call("findings", "R-S-6", "--json").out)
        self.assertRefused(community.call("report", "--seal", check=False), REFUSED, "report_snapshot")
        self.assertRefused(district.call("report", "--check", result, check=False), USAGE, "no report_snapshot")
        self.assertEqual(STREET, different["unit"][:9])

    def proposal(self, number):
        return {"kind": "topic_proposal", "subject": f"{COMMUNITY}-2026-{number:04}", "occurred_at": "2026-10-20",
                "topic_proposal": {"title": "示例:楼道照明", "content": "示例", "proposer_kind": "resident", "channel": "form",
                                   "proposed_on": "2026-10-20", "suggested_category": "facilities_and_order",
                                   "suggested_nature": "community_affairs", "suggested_level": "community"}}

    def test_what_was_erased_by_law_after_sealing_accuses_nobody(self):
        district, street, community = self.federation()
        target = community.publish(self.proposal(1))["id"]
        community.publish(self.proposal(2))
        self.receipted(community)
        self.held(street, COMMUNITY, 2, verdict="ok")
        draft = street.call("report", "--period", "2026", "--seal", "--json").object()
        sealed = street.call("publish", str(draft["draft"]), "--passphrase-file", street.passphrase, "--json").objects()[-1]["id"]
        self.receipted(street, "district")
        self.assertEqual(street.call("findings", "R-S-6", "--json").out, "")
        community.publish({"kind": "redaction", "subject": f"{COMMUNITY}-2026-0001", "occurred_at": "2026-11-02",
                           "refs": [{"rel": "redacts", "record": target}],
                           "redaction": {"reason": "request", "erased_on": "2026-11-02", "holder": COMMUNITY, "whole_body": True}})
        for node in (district, street):
            wait_for(lambda: node.call("show", target, "--json").object()["content"] == "erased", f"{node.code}: erased")

        found = district.call("findings", "R-S-6", "--json").objects()
        self.assertEqual({(f["record"]["id"], f["severity"], f["code"]) for f in found}, {(sealed, "I", "erased")})
        self.assertIn(f"erased 1: {target[:16]}", " ".join(f["fact"] for f in found if " A-01" in f["fact"]))
        self.assertEqual(street.call("findings", "R-S-6", "--json").out, "")  # who had counted it knows that it was right
        audited = district.call("audit", "--json", check=False)
        self.assertEqual(audited.status, ENVIRONMENT, audited.out + audited.err)
        flaws = [flaw for line in audited.objects()[:-1] for flaw in line["flaws"]]
        self.assertEqual({flaw["kind"] for flaw in flaws}, {"unknown"})
        self.assertIn("erased 1: ", flaws[0]["text"])
        checked = district.call("report", "--check", sealed, check=False)
        self.assertEqual(checked.status, ENVIRONMENT, checked.out + checked.err)
        self.assertIn("1 records were erased by law", checked.err)

    def test_where_nothing_can_be_cut_out_the_findings_are_listed_all_the_same(self):
        district, street, community = self.federation()
        community.publish(consensus())
        self.receipted(community)
        self.held(street, COMMUNITY, 1, verdict="ok")
        draft = street.call("report", "--period", "2026", "--seal", "--json").object()
        text = json.loads(pathlib.Path(draft["path"]).read_text(encoding="utf-8"))
        text["report_snapshot"]["figures"][0]["numerator"] += 1
        street.publish(text)
        place = street.home / "scratch"
        place.write_text("in the way")
        for command in (("findings", "--json"), ("inbox", "--json")):
            ran = street.call(*command)
            self.assertIn("sealed reports were not counted again", ran.err)
        place.unlink()
        # What a process that was killed has left goes with the next one.
        left = place / "report-killed"
        left.mkdir(parents=True)
        (left / "data.mdb").write_text("a copy")
        finding, = street.call("findings", "R-S-6", "--json").objects()
        self.assertEqual(finding["code"], "figure")
        self.assertFalse(place.exists())


if __name__ == "__main__":
    unittest.main()
