"""How deploy/quickstart fails, stops and keeps running. Slow: tests/run --all, or --only quickstart.

YISHI_BUILD names the build folder (default: .build), in which quickstart has built already.
"""

import json
import os
import pathlib
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "deploy" / "sample"))

from yishi_node import wait_for  # noqa: E402

BUILD = pathlib.Path(os.environ.get("YISHI_BUILD", TOP / ".build"))
PROGRAM = BUILD / "release" / "node" / "yishi"
PLAY = ["/usr/bin/python3", "-B", str(TOP / "deploy" / "sample" / "play.py"), "--program", str(PROGRAM)]
SECONDS = 300

# One case is enough to see how it ends.
CASE = {
    "id": "one", "district_code": "110108", "street_code": "110108012", "community_code": "110108012016",
    "topic": "小区停车自治", "facts": "居民议事", "outcome": "自我管理", "issue_nature": "community_affairs", "year": 2019,
}


def hears_ctrl_c():
    """As at a terminal; what a shell runs beside itself ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Quickstart(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="yishi-quickstart-test."))
        self.addCleanup(shutil.rmtree, self.folder)
        self.addCleanup(self.end_all)
        self.environment = {**os.environ, "TMPDIR": str(self.folder), "LC_ALL": "C.UTF-8", "YISHI_BUILD": str(BUILD)}
        self.cases = self.folder / "cases.json"
        self.cases.write_text(json.dumps({"cases": [CASE]}, ensure_ascii=False), encoding="utf-8")

    def processes(self):
        """Numbers of the processes that work in this test's folder."""
        found = []
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = path.read_bytes().split(b"\0")
            except OSError:
                continue
            if any(str(self.folder).encode() in word for word in words) and str(PROGRAM).encode() in words[0]:
                found.append(int(path.parent.name))
        return found

    def daemons(self):
        return [p for p in self.processes() if b"\0run\0" in pathlib.Path(f"/proc/{p}/cmdline").read_bytes()]

    def end_all(self):
        for process in self.processes():
            os.kill(process, signal.SIGKILL)

    def play(self, *options, command=None):
        return subprocess.run([*(command or PLAY), "--cases", str(self.cases), *options], env=self.environment,
                              capture_output=True, text=True, timeout=SECONDS, check=False)

    def begin(self, command=None):
        """Start it, and wait until daemons run."""
        process = subprocess.Popen([*(command or PLAY), "--cases", str(self.cases)], env=self.environment,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
                                   preexec_fn=hears_ctrl_c)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        wait_for(lambda: len(self.processes()) >= 3 or process.poll() is not None, "daemons run")
        self.assertIsNone(process.poll())
        return process

    def last(self, text):
        return text.strip().splitlines()[-1]

    def test_it_passes_with_a_file_of_cases_it_has_never_seen(self):
        ran = self.play()
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        self.assertTrue(self.last(ran.stdout).startswith("OK: "), ran.stdout)
        self.assertIn(str(self.folder), self.last(ran.stdout))
        self.assertEqual(self.processes(), [])
        table = ran.stdout.split("\nMatters")[1].split("\n\n")[0]
        rows = {line.split()[0]: line for line in table.splitlines() if "-20" in line[:24]}
        self.assertRegex(rows["110108012016-2019-0001"], "议题:小区停车自治 +archived +1/1 +-$")
        self.assertRegex(rows["110108990002-2026-0001"], "示例:.* transferred +0/1 +department response: .* overdue$")
        self.assertEqual(len(rows), 8, ran.stdout)

    def test_it_speaks_chinese_where_the_locale_does(self):
        self.environment.update(LC_ALL="", LC_MESSAGES="zh_CN.UTF-8")
        ran = self.play()
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        self.assertTrue(self.last(ran.stdout).startswith("成功"), ran.stdout)

    def test_ctrl_c_leaves_no_process(self):
        process = self.begin([str(TOP / "deploy" / "quickstart")])
        os.killpg(process.pid, signal.SIGINT)
        out, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, out)
        self.assertEqual(self.processes(), [])

    def test_an_ordinary_kill_leaves_no_process(self):
        process = self.begin()
        process.terminate()
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 128 + signal.SIGTERM)
        self.assertEqual(self.processes(), [])

    def test_a_hard_kill_leaves_no_process(self):
        process = self.begin()
        process.kill()
        process.communicate(timeout=60)
        wait_for(lambda: not self.processes(), "the daemons end with the process that started them", 60)

    def test_it_fails_when_one_receipt_is_missing(self):
        # The same program, but the district's answers lack the receipt of one record.
        wrapper = self.folder / "yishi"
        wrapper.write_text(
            "#!/usr/bin/python3\n"
            "import json, os, subprocess, sys\n"
            f"program = {str(PROGRAM)!r}\n"
            "if 'log' not in sys.argv or '--json' not in sys.argv or '110108012016' not in sys.argv:\n"
            "    os.execv(program, [program, *sys.argv[1:]])\n"
            "ran = subprocess.run([program, *sys.argv[1:]], capture_output=True, text=True)\n"
            "for number, line in enumerate(ran.stdout.splitlines()):\n"
            "    entry = json.loads(line)\n"
            "    if number == 1:\n"
            "        entry['district_receipt'] = None\n"
            "    print(json.dumps(entry))\n"
            "sys.exit(ran.returncode)\n")
        wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
        ran = self.play("--receipt-seconds", "20", command=[*PLAY[:3], "--program", str(wrapper)])
        self.assertEqual(ran.returncode, 1, ran.stdout + ran.stderr)
        self.assertTrue(self.last(ran.stdout).startswith("FAILED: "), ran.stdout)
        self.assertIn("110108012016", self.last(ran.stdout))
        self.assertEqual(self.processes(), [])

    def test_a_bad_file_of_cases_is_refused_before_anything_starts(self):
        for text, part in (("{", "cases.json"), ('{"cases": []}', "no case"), (json.dumps({"cases": [{**CASE, "issue_nature": "odd"}]}), "odd"),
                           (json.dumps({"cases": [{**CASE, "street_code": "110108999"}]}), "110108999")):
            self.cases.write_text(text)
            ran = self.play()
            self.assertEqual(ran.returncode, 1, ran.stdout)
            self.assertTrue(self.last(ran.stdout).startswith("FAILED: "), ran.stdout)
            self.assertIn(part, self.last(ran.stdout))

    def test_keep_leaves_it_running_and_its_stop_script_ends_it(self):
        ran = self.play("--keep")
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        self.assertEqual(len(self.daemons()), 6)
        stop, = self.folder.glob("yishi-quickstart.*/stop")
        self.assertIn(str(stop), ran.stdout)
        subprocess.run([stop], check=True, timeout=60)
        wait_for(lambda: not self.processes(), "the stop script ends all", 60)


if __name__ == "__main__":
    unittest.main()
