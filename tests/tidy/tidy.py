#!/usr/bin/python3
"""Style and architecture as code: what compilers, clang-format and clang-tidy do not ask.

    tidy.py [--top DIR] CHECK ...          checks by name, or `style` for all that need no build
    tidy.py symbols FLOOR=LIBRARY ...      what each floor's static library references
    tidy.py list                           names of the checks
"""

import argparse
import pathlib
import sys

sys.dont_write_bytecode = True

import style  # noqa: E402
import symbols  # noqa: E402
from tree import Tree  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--top", default=pathlib.Path(__file__).resolve().parents[2])
    parser.add_argument("checks", nargs="+")
    args = parser.parse_args()

    known = {check.__name__: check for check in style.CHECKS}
    tree = Tree(args.top)
    found = []
    if args.checks == ["list"]:
        print("\n".join(known))
        return 0
    if args.checks[0] == "symbols":
        for pair in args.checks[1:]:
            floor, _, library = pair.partition("=")
            found.extend(symbols.undefined_symbols(floor, library))
    else:
        for name in known if args.checks == ["style"] else args.checks:
            if name not in known:
                print(f"tidy.py: no check is named {name}", file=sys.stderr)
                return 2
            found.extend(f"{line} [{name}]" for line in known[name](tree))
    print("\n".join(found) if found else "nothing found")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
