"""What others make of a report: LibreOffice of its CSV and XLSX, Chromium of its page. Under tests/run --all."""

import csv
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree
import zipfile

sys.dont_write_bytecode = True
YEAR = ("--period", "2026", "--day", "2027-01-10")
NEEDED = ("soffice", "chromium", "pdftotext", "pdfinfo")
MM = 72 / 25.4
LEFT, RIGHT, TOP, BOTTOM = 28 * MM, 26 * MM, 37 * MM, 35 * MM  # margins of @page
FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(1)", "=HYPERLINK(\"http://x.invalid\",\"x\")")


def run(*command, **options):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, timeout=300, **options).stdout


class Printed(unittest.TestCase):
    def setUp(self):
        missing = [name for name in NEEDED if shutil.which(name) is None]
        self.assertEqual(missing, [], "packages of deploy/packages are missing")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="yishi-print."))
        self.addCleanup(shutil.rmtree, self.folder)

    def tables(self, unit):
        home, out = self.folder / f"home{unit}", self.folder / f"tables{unit}"
        run(os.environ["YISHI_REPORT_HOME"], home, unit)
        run(os.environ["YISHI_BIN"], "export", "tables", out, "--home", home, "--by-unit", *YEAR)
        return out

    def convert(self, path, to, *options):
        run("soffice", "--headless", f"-env:UserInstallation=file://{self.folder}/profile", "--convert-to", to, *options,
            "--outdir", self.folder / "converted", path)
        return self.folder / "converted"

    def through_calc(self, path):
        """Cells of a CSV file as Calc has them, once opened by its defaults: as text, formulas shown."""
        folder = self.convert(path, "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true", "--infilter=CSV:44,34,76,1,,0,false,true,false")
        return list(csv.reader(io.StringIO((folder / path.name).read_text(encoding="utf-8-sig"), newline="")))

    def test_calc_keeps_codes_and_runs_nothing(self):
        out = self.tables(0)
        for name in ("matters", "findings", "units"):
            report = json.loads((out / "report.json").read_text())
            table, = (t for t in report["report"]["tables"] if t["name"] == name)
            rows = self.through_calc(out / f"{name}.csv")
            self.assertEqual(len(rows) - 1, len(table["rows"]))
            codes = [i for i, column in enumerate(table["columns"]) if column["type"] == "code"]
            for row, wanted in zip(rows[1:], table["rows"]):
                for at in codes:
                    self.assertEqual(row[at].strip("\t "), wanted[at] or "", name)

        # Text, not a number that happens to look the same; and no cell is a formula.
        folder = self.convert(out / "units.csv", "xlsx", "--infilter=CSV:44,34,76,1,,0,false,true,false")
        with zipfile.ZipFile(folder / "units.xlsx") as book:
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
        kinds = re.findall(r'<c r="A\d+"[^>]* t="(\w+)"', sheet)
        self.assertEqual(set(kinds), {"s"})
        self.assertEqual(len(kinds), 8)
        self.assertNotIn("<f", re.sub(r"</?(?:formatCode|font|fill)[^>]*>", "", sheet))

        # What a hostile title would become, written as csv.c writes it.
        hostile = self.folder / "hostile.csv"
        hostile.write_bytes(b"\xef\xbb\xbf" + "标题\r\n".encode() + b"".join(
            ("\"'" + text.replace('"', '""') + "\"\r\n").encode() for text in FORMULAS))
        for (cell,), text in zip(self.through_calc(hostile)[1:], FORMULAS):
            self.assertEqual(cell.lstrip("'"), text)

    def test_calc_opens_the_workbook(self):
        out = self.tables(0)
        folder = self.convert(out / "report.xlsx", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1")
        names = {path.stem.removeprefix("report-") for path in folder.glob("report-*.csv")}
        self.assertLessEqual({"说明", "汇总", "分社区", "事项清单", "不合规清单"}, names)
        rows = list(csv.reader((folder / "report-分社区.csv").read_text(encoding="utf-8-sig").splitlines()))
        self.assertEqual(rows[1][0], "110198")
        self.assertEqual(len([row for row in rows if re.fullmatch(r"\d{12}", row[0])]), 4)

    def test_the_page_prints_within_its_margins_with_titles_on_every_page(self):
        for unit in (0, 3):
            out = self.tables(unit)
            pdf = self.folder / f"report{unit}.pdf"
            run("chromium", "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={self.folder}/chromium",
                "--no-pdf-header-footer", f"--print-to-pdf={pdf}", (out / "report.html").as_uri(), env={**os.environ, "HOME": str(self.folder)})
            page = xml.etree.ElementTree.fromstring(run("pdftotext", "-bbox", pdf, "-").decode())
            pages = [node for node in page.iter() if node.tag.endswith("page")]
            self.assertGreater(len(pages), 4)
            for number, node in enumerate(pages, 1):
                width, height = float(node.get("width")), float(node.get("height"))
                self.assertAlmostEqual(width, 210 * MM, delta=1)
                words = [word for word in node if word.tag.endswith("word")]
                inside = [word for word in words if float(word.get("yMin")) > TOP - 2 and float(word.get("yMax")) < height - BOTTOM + 2]
                for word in inside:
                    self.assertGreaterEqual(float(word.get("xMin")), LEFT - 2, (number, word.text))
                    self.assertLessEqual(float(word.get("xMax")), width - RIGHT + 2, (number, word.text))
                outside = " ".join(word.text for word in words if word not in inside)
                self.assertRegex(outside, rf"报告编号.*— {number} —")
            first = [[word.text for word in node if word.tag.endswith("word")] for node in pages[1:3]]
            for words in first:  # the table that began before goes on under its titles
                self.assertIn("名称", words)


if __name__ == "__main__":
    unittest.main()
