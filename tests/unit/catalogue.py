#!/usr/bin/python3
"""Every text that node/ marks for translation stands translated in node/po/zh_CN.po, and none else."""

import pathlib
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
CATALOGUE = TOP / "node" / "po" / "zh_CN.po"


def run(*command):
    return subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False)


def main():
    sources = sorted(str(p.relative_to(TOP)) for p in (TOP / "node").rglob("*.c"))
    with tempfile.TemporaryDirectory() as folder:
        template = str(pathlib.Path(folder) / "yishi.pot")
        made = run("xgettext", "--from-code=UTF-8", "--language=C", "--keyword=_", "--keyword=N_", "-o", template, *sources)
        if made.returncode != 0:
            sys.exit(made.stderr)
        compared = run("msgcmp", str(CATALOGUE), template)
        checked = run("msgfmt", "--check", "-o", "/dev/null", str(CATALOGUE))
        # msgcmp warns of what is no longer in the source, and fails for what is missing.
        findings = compared.stderr + checked.stderr
        if compared.returncode != 0 or checked.returncode != 0 or "this message is not used" in findings:
            sys.exit(findings)


if __name__ == "__main__":
    main()
