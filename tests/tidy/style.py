"""Checks on the text of the tree. Each takes a Tree and yields one line a finding."""

import re

from tree import FLOORS, code_only, line_comments, line_of, without_comments

# What the top level holds, exactly; dot-files may stand beside it.
TOP = {
    "node", "proto", "sync", "crypto", "deploy", "tests",
    "CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md",
}
FILE_LINES_MAX = 800
README_LINES_MAX = 40
# Folders of data, described by the README of the folder above them.
DATA_FOLDERS = re.compile(r"tests/fuzz/corpus(/|$)|tests/vectors/.|tests/e2e/fixtures(/|$)")

# Call -> what to use. `allowed` below names the files that need one all the same.
BANNED = {
    "strcpy": "memcpy with a checked length",
    "strcat": "struct ys_writer",
    "strncpy": "memcpy with a checked length",
    "strncat": "struct ys_writer",
    "sprintf": "snprintf",
    "vsprintf": "vsnprintf",
    "gets": "getline",
    "scanf": "a parser of its own",
    "sscanf": "a parser of its own",
    "fscanf": "a parser of its own",
    "atoi": "strtoul with its end pointer checked, or a parser of crypto/bytes.h",
    "atol": "strtoul with its end pointer checked",
    "atoll": "strtoull with its end pointer checked",
    "atof": "strtod with its end pointer checked",
    "rand": "randombytes_buf, in node only",
    "srand": "randombytes_buf, in node only",
    "random": "randombytes_buf, in node only",
    "time": "clock_gettime, in node only",
    "gettimeofday": "clock_gettime, in node only",
    "strtok": "struct ys_bytes",
    "strtok_r": "struct ys_bytes",
    "localtime": "proto/moment.h",
    "gmtime": "proto/moment.h",
    "ctime": "proto/moment.h",
    "asctime": "proto/moment.h",
    "system": "posix_spawn with a list of arguments",
    "popen": "posix_spawn with a list of arguments",
    "tmpnam": "mkstemp",
    "mktemp": "mkstemp",
    "alloca": "a fixed buffer",
    "setjmp": "a result code",
    "longjmp": "a result code",
    "sleep": "an event with a deadline",
    "usleep": "an event with a deadline",
}
ALLOWED_CALLS = {
    ("sync/zmq_link.c", "srand"): "libzmq numbers its peers with rand(): it must not be predictable",
    ("tests/unit/test_zmq_link.c", "srand"): "plays the attacker who predicts rand()",
    ("tests/unit/test_zmq_link.c", "rand"): "plays the attacker who predicts rand()",
}

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', re.MULTILINE)
_CALL = re.compile(r"(?<![\w.>])(" + "|".join(BANNED) + r")[ \t]*\(")
_TEST = re.compile(r"^static void (\w+)\(void \*\*\w+\)\s*\{", re.MULTILINE)
_MARKS = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b")
_MACHINE_PATH = re.compile(r"/(?:" + "|".join(("wo" + "rk", "far" + "m")) + r")/(?:main|shared|steering|in|\.library)\b")


def includes_never_go_up(tree):
    for name in tree.files(".c", ".h", under=FLOORS):
        floor = name.split("/")[0]
        text = without_comments(tree.read(name))
        for match in _INCLUDE.finditer(text):
            path = match[1]
            where = f"{name}:{line_of(text, match.start())}"
            target = path.split("/")[0]
            if "/" not in path:
                yield f'{where}: "{path}" is not written from the top of the tree'
            elif target not in FLOORS:
                yield f'{where}: "{path}" lies on no floor'
            elif FLOORS.index(target) > FLOORS.index(floor):
                yield f'{where}: {floor} may not include "{path}", which lies above it'
            elif not path.endswith(".pb-c.h") and not tree.exists(path):
                yield f'{where}: "{path}" does not exist'


def libraries_link_downwards(tree):
    for floor in FLOORS:
        name = f"{floor}/CMakeLists.txt"
        if not tree.exists(name):
            yield f"{name} is missing"
            continue
        linked = re.findall(r"\bys_(crypto|proto|sync|node)\b", tree.read(name))
        for other in linked:
            if FLOORS.index(other) > FLOORS.index(floor):
                yield f"{name}: ys_{floor} may not link ys_{other}, which lies above it"


def own_header_comes_first(tree):
    for name in tree.files(".c", under=FLOORS):
        header = name[:-2] + ".h"
        if not tree.exists(header):
            continue
        match = re.search(r'^#include\s+(\S+)', without_comments(tree.read(name)), re.MULTILINE)
        if match is None or match[1] != f'"{header}"':
            yield f'{name}: the first include is not "{header}"'


def header_guards_name_the_file(tree):
    for name in tree.files(".h", under=FLOORS + ("tests",)):
        guard = "YS_" + re.sub(r"\W", "_", name).upper()
        if f"#ifndef {guard}\n#define {guard}\n" not in tree.read(name):
            yield f"{name}: include guard is not {guard}"


def banned_calls(tree):
    for name in tree.files(".c", ".h", under=FLOORS + ("tests",)):
        text = code_only(tree.read(name))
        for match in _CALL.finditer(text):
            if (name, match[1]) not in ALLOWED_CALLS:
                yield f"{name}:{line_of(text, match.start())}: {match[1]}(): use {BANNED[match[1]]}"


def every_source_is_built(tree):
    for name in tree.files(".c", under=FLOORS):
        folder, base = name.split("/", 1)
        built = [tree.read(f) for f in tree.files("CMakeLists.txt", ".cmake", under=(folder,))]
        if not any(re.search(rf"(^|[\s/]){re.escape(base.rsplit('/')[-1])}\b", text) for text in built):
            yield f"{name}: in no CMakeLists.txt"


def every_test_is_registered(tree):
    for folder, prefix in (("tests/unit", "test_"), ("tests/fuzz", "fuzz_")):
        lists = "\n".join(
            re.sub(r"#.*", "", tree.read(f)) for f in tree.files(".cmake", "CMakeLists.txt", under=(folder,))
        )
        for name in tree.files(".c", under=(folder,)):
            base = name.rsplit("/")[-1][:-2]
            if base.startswith(prefix) and not re.search(rf"\b{base}\b", lists):
                yield f"{name}: not registered in {folder}/*.cmake"
            if base.startswith("fuzz_") and not tree.files(under=(f"tests/fuzz/corpus/{base}",)):
                yield f"{name}: tests/fuzz/corpus/{base} holds no input"
    lists = tree.read("tests/CMakeLists.txt") if tree.exists("tests/CMakeLists.txt") else ""
    for name in tree.files(".py", under=("tests/e2e",)):
        base = name.rsplit("/")[-1][:-3]
        if base.startswith("test_") and not re.search(rf"\b{base}\b", re.sub(r"#.*", "", lists)):
            yield f"{name}: not registered in tests/CMakeLists.txt"


def every_test_function_runs(tree):
    for name in tree.files(".c", under=("tests/unit",)):
        text = code_only(tree.read(name))
        listed = set(re.findall(r"\bcmocka_unit_test\w*\(\s*(\w+)", text))
        for match in _TEST.finditer(text):
            if match[1] not in listed:
                yield f"{name}:{line_of(text, match.start())}: {match[1]} is not in a list of tests"


def files_stay_short(tree):
    for name in tree.files(".c", ".h", ".py"):
        lines = tree.read(name).count("\n")
        if lines > FILE_LINES_MAX:
            yield f"{name}: {lines} lines, more than {FILE_LINES_MAX}: two nouns?"


def comments_are_blocks(tree):
    for name in tree.files(".c", ".h"):
        for line in line_comments(tree.read(name)):
            yield f"{name}:{line}: a // comment; write /* */"


def nothing_is_left_undone(tree):
    for name in tree.files(".c", ".h", ".py", ".proto", ".cmake", ".txt", ".md", ".sh"):
        if DATA_FOLDERS.match(name):
            continue
        text = tree.read(name)
        for match in _MARKS.finditer(text):
            yield f"{name}:{line_of(text, match.start())}: {match[1]}"
        for match in _MACHINE_PATH.finditer(text):
            yield f"{name}:{line_of(text, match.start())}: a path of one machine: {match[0]}"


def top_level_is_exact(tree):
    present = {e for e in tree.entries() if not e.startswith(".")}
    for name in sorted(present - TOP):
        yield f"{name}: does not belong at the top"
    for name in sorted(TOP - present):
        yield f"{name}: missing at the top"


def every_folder_has_a_readme(tree):
    folders = set()
    for name in tree.files():
        parts = name.split("/")[:-1]
        folders.update("/".join(parts[:depth]) for depth in range(1, len(parts) + 1))
    for folder in sorted(folders):
        name = f"{folder}/README.md"
        if DATA_FOLDERS.match(folder):
            continue
        if not tree.exists(name):
            yield f"{name}: missing"
        elif tree.read(name).count("\n") > README_LINES_MAX:
            yield f"{name}: more than {README_LINES_MAX} lines"


def _words_of_tests(tree):
    words = set()
    for name in tree.files(".c", ".py", under=("tests",)):
        if name.startswith("tests/tidy/"):
            continue
        words.update(re.findall(r"\bYS_\w+", without_comments(tree.read(name)) if name.endswith(".c") else tree.read(name)))
    return words


def every_limit_is_tested(tree):
    words = _words_of_tests(tree)
    text = without_comments(tree.read("proto/limits.h"))
    for body in re.findall(r"\benum\s*\{(.*?)\}", text, re.DOTALL):
        for limit in re.findall(r"\b(YS_\w+)\s*=", body):
            if limit not in words:
                yield f"proto/limits.h: {limit} is in no test"


def every_error_code_is_tested(tree):
    words = _words_of_tests(tree)
    for code in re.findall(r"\bX\((\w+),\s*(?:NONE|LOCAL|PEER)\s*,", tree.read("crypto/err.h")):
        if f"YS_{code}" not in words:
            yield f"crypto/err.h: YS_{code} is in no test"


CHECKS = (
    includes_never_go_up,
    libraries_link_downwards,
    own_header_comes_first,
    header_guards_name_the_file,
    banned_calls,
    every_source_is_built,
    every_test_is_registered,
    every_test_function_runs,
    files_stay_short,
    comments_are_blocks,
    nothing_is_left_undone,
    top_level_is_exact,
    every_folder_has_a_readme,
    every_limit_is_tested,
    every_error_code_is_tested,
)
