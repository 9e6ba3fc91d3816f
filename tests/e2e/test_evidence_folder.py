#!/usr/bin/python3
"""`yishi export evidence`: an outsider follows the README of the folder literally, with openssl and sha256sum
alone, with the verifier that lies in it, and with yishi; and whatever is changed in it is found."""

import hashlib
import os
import re
import shutil
import subprocess
import tarfile
import unittest

from harness import COMMUNITY, REFUSED, USAGE, Case, consensus, needed

MATTER = f"{COMMUNITY}-2026-0001"


class EvidenceFolder(Case):
    def exported(self):
        _, street, community = self.federation(COMMUNITY)
        community.publish(consensus(MATTER))
        self.receipted(community)
        self.held(street, COMMUNITY, 1, verdict="ok")
        folder = self.folder / "evidence"
        made = street.call("export", "evidence", MATTER, folder, "--json").object()
        self.assertEqual((made["records"], made["unproven"]), (1, 0))
        return street, folder

    def environment(self):
        """The shell of an outsider: yishi and Debian's Python are found by name."""
        programs = self.folder / "programs"
        programs.mkdir(exist_ok=True)
        for name, target in (("yishi", needed("YISHI_BIN")), ("python3", "/usr/bin/python3")):
            if not (programs / name).exists():
                (programs / name).symlink_to(target)
        return {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}

    def run_shell(self, folder, command):
        return subprocess.run(["sh", "-c", command], cwd=folder, env=self.environment(), capture_output=True, text=True, timeout=120, check=False)

    def test_every_command_of_the_readme_says_yes(self):
        street, folder = self.exported()
        readme = (folder / "README.md").read_text(encoding="utf-8")
        self.assertNotIn("@", re.sub(r"`[^`]*`", "", readme.replace("@v1", "")))
        blocks = re.findall(r"```sh\n(.*?)```", readme, re.S)
        self.assertEqual(len(blocks), 5)
        for block in blocks:
            ran = self.run_shell(folder, block)
            self.assertEqual(ran.returncode, 0, f"{block}\n{ran.stdout}\n{ran.stderr}")
            if "sed -n 7p" in block:
                first, second = ran.stdout.split()
                self.assertEqual(first, second)
        told = next((folder / "records").glob("*/record.txt")).read_text(encoding="utf-8")
        self.assertIn("协商共识", told)
        self.assertIn("院内停车按楼轮换", told)
        with tarfile.open(f"{folder}.tar.gz") as archive:
            self.assertEqual({m.name for m in archive.getmembers()}, {f"evidence/{p.relative_to(folder)}" for p in folder.rglob("*") if p.is_file()})
        self.assertRefused(street.call("export", "evidence", MATTER, folder, check=False), REFUSED, str(folder))
        self.assertRefused(street.call("export", "evidence", check=False), USAGE, "matter")
        self.assertRefused(street.call("export", "evidence", f"{COMMUNITY}-2026-0999", check=False), REFUSED, "0999")

    def sums(self, folder):
        """A forger makes them anew."""
        lines = [f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.relative_to(folder)}" for p in sorted(folder.rglob("*")) if p.is_file() and p.name != "SHA256SUMS"]
        (folder / "SHA256SUMS").write_text("\n".join(lines) + "\n")

    def test_whatever_a_forger_changes_is_found(self):
        _, folder = self.exported()
        copy = self.folder / "copy"
        shutil.copytree(folder, copy)
        self.sums(copy)
        self.assertEqual(self.run_shell(copy, "sh check.sh").returncode, 0)
        # for people, for the other two ways of checking; a flip in a table may only change a label
        beside = {"README.md", "SHA256SUMS", "check.sh", "verifier.py", "record.json", "record.txt", "proof", "signatures.tsv", "keys.tsv"}
        changed = 0
        some = [*copy.glob("records/*/*"), *copy.glob("membership/01-*/*"), *sorted(copy.glob("keys/*"))[:4], copy / "root.pub"]
        for path in sorted(some):
            if path.is_dir() or path.name in beside or path.stat().st_size == 0:
                continue
            good = path.read_bytes()
            # the root and heads hold what is not asked here: other keys, and lines of others behind the text
            place = 40 if path.name in ("root.pub", "head", "note") else len(good) // 2
            if path.name == "root.pub":
                place = good.index(b"+") + 3
            path.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
            self.sums(copy)
            ran = self.run_shell(copy, "sh check.sh")
            self.assertEqual(ran.returncode, 1, f"{path}: {ran.stdout}")
            path.write_bytes(good)
            changed += 1
        self.assertGreater(changed, 20)
        self.sums(copy)
        self.assertEqual(self.run_shell(copy, "sh check.sh").returncode, 0)
        (next((copy / "records").iterdir()) / "signatures.tsv").write_text("")
        self.sums(copy)
        self.assertEqual(self.run_shell(copy, "sh check.sh").returncode, 1)


if __name__ == "__main__":
    unittest.main()
