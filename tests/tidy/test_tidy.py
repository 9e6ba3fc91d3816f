"""Each check against a small good tree, and against the same tree with one fault planted."""

import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))

import style  # noqa: E402
import symbols  # noqa: E402
from tree import Tree, code_only, line_comments  # noqa: E402

HEADER = "#ifndef YS_{0}_{1}_H\n#define YS_{0}_{1}_H\n{2}#endif\n"
README = "# About\n"
GOOD = {
    "CMakeLists.txt": "project(x)\n",
    "CMakePresets.json": "{}\n",
    "LICENSE": "text\n",
    "README.md": README,
    "crypto/README.md": README,
    "crypto/CMakeLists.txt": "add_library(ys_crypto STATIC err.c)\n",
    "crypto/err.h": HEADER.format("CRYPTO", "ERR", "#define YS_CODES(X) X(OK, NONE, \"ok\") \\\n X(IO, LOCAL, \"io\")\n"),
    "crypto/err.c": '#include "crypto/err.h"\n\n/* "//" in a comment and in a string is fine */\nchar a[] = "//";\n',
    "proto/README.md": README,
    "proto/CMakeLists.txt": "add_library(ys_proto STATIC name.c)\ntarget_link_libraries(ys_proto PUBLIC ys_crypto)\n",
    "proto/limits.h": HEADER.format("PROTO", "LIMITS", "enum {\n    YS_NAME_MAX = 3, /* bytes */\n};\n"),
    "proto/name.h": HEADER.format("PROTO", "NAME", '#include "crypto/err.h"\n#include "proto/limits.h"\n'),
    "proto/name.c": '#include "proto/name.h"\n\n#include "proto/body.pb-c.h"\n',
    "sync/README.md": README,
    "sync/CMakeLists.txt": "add_library(ys_sync STATIC kv.c)\ntarget_link_libraries(ys_sync PUBLIC ys_proto)\n",
    "sync/kv.c": '#include "proto/name.h"\n',
    "node/README.md": README,
    "node/CMakeLists.txt": "add_executable(yishi main.c)\ntarget_link_libraries(yishi PRIVATE ys_sync)\n",
    "node/main.c": '#include "proto/name.h"\n',
    "deploy/README.md": README,
    "tests/README.md": README,
    "tests/CMakeLists.txt": "yishi_e2e(test_thread)\n",
    "tests/unit/README.md": README,
    "tests/unit/proto.cmake": "yishi_unit_test(test_name ys_proto)\n",
    "tests/unit/test_name.c": "/* YS_NAME_MAX */\nint limit = YS_NAME_MAX, ok = YS_OK, io = YS_IO;\n"
    "static void names_are_read(void **state)\n{\n}\n"
    "const struct CMUnitTest tests[] = {cmocka_unit_test(names_are_read)};\n",
    "tests/fuzz/README.md": README,
    "tests/fuzz/proto.cmake": "yishi_fuzz_target(fuzz_name ys_proto)\n",
    "tests/fuzz/fuzz_name.c": "int x;\n",
    "tests/fuzz/corpus/fuzz_name/one": "x",
    "tests/e2e/README.md": README,
    "tests/e2e/test_thread.py": "pass\n",
}

# check, file, its new text (None removes it; a function changes it), part of the finding
FAULTS = (
    ("includes_never_go_up", "crypto/err.c", '#include "proto/name.h"\n', "crypto may not include"),
    ("includes_never_go_up", "sync/kv.c", '#include "name.h"\n', "not written from the top"),
    ("includes_never_go_up", "sync/kv.c", '#include "proto/nothing.h"\n', "does not exist"),
    ("includes_never_go_up", "sync/kv.c", '#include "tests/x.h"\n', "on no floor"),
    ("libraries_link_downwards", "proto/CMakeLists.txt", "target_link_libraries(ys_proto ys_sync)\n", "may not link"),
    ("own_header_comes_first", "proto/name.c", '#include "proto/limits.h"\n#include "proto/name.h"\n', "first include"),
    ("header_guards_name_the_file", "proto/name.h", "#pragma once\n", "YS_PROTO_NAME_H"),
    ("banned_calls", "sync/kv.c", "int f(char *a, char *b) { strcpy(a, b); }\n", "strcpy(): use memcpy"),
    ("banned_calls", "sync/kv.c", "int t = time (0);\n", "clock_gettime"),
    ("every_source_is_built", "proto/other.c", "int x;\n", "proto/other.c: in no"),
    ("every_test_is_registered", "tests/unit/test_other.c", "int x;\n", "test_other.c: not registered"),
    ("every_test_is_registered", "tests/unit/proto.cmake", "# yishi_unit_test(test_name)\n", "test_name.c: not registered"),
    ("every_test_is_registered", "tests/fuzz/fuzz_other.c", "int x;\n", "fuzz_other.c: not registered"),
    ("every_test_is_registered", "tests/fuzz/corpus/fuzz_name/one", None, "holds no input"),
    ("every_test_is_registered", "tests/e2e/test_other.py", "pass\n", "test_other.py: not registered"),
    (
        "every_test_function_runs", "tests/unit/test_name.c",
        "static void names_are_read(void **state)\n{\n}\n/* cmocka_unit_test(names_are_read) */\n",
        "names_are_read is not in a list",
    ),
    ("files_stay_short", "node/main.c", "\n" * 801, "801 lines"),
    ("comments_are_blocks", "node/main.c", 'char *a = "x"; // why\n', "node/main.c:1: a // comment"),
    ("nothing_is_left_undone", "node/main.c", "/* TO" "DO later */\n", "node/main.c:1"),
    ("nothing_is_left_undone", "README.md", "see /wo" "rk/main\n", "a path of one machine"),
    ("top_level_is_exact", "notes.txt", "x\n", "notes.txt: does not belong"),
    ("top_level_is_exact", "LICENSE", None, "LICENSE: missing"),
    ("every_folder_has_a_readme", "sync/README.md", None, "sync/README.md: missing"),
    ("every_folder_has_a_readme", "sync/README.md", "\n" * 41, "more than 40 lines"),
    ("every_folder_has_a_readme", "sync/part/x.c", "int x;\n", "sync/part/README.md: missing"),
    ("every_limit_is_tested", "proto/limits.h", "enum { YS_NAME_MAX = 3, YS_NEW_MAX = 4 };\n", "YS_NEW_MAX is in no test"),
    ("every_limit_is_tested", "tests/unit/test_name.c", "/* YS_NAME_MAX */\n", "YS_NAME_MAX is in no test"),
    ("every_error_code_is_tested", "tests/unit/test_name.c", "int ok = YS_OK;\n", "YS_IO is in no test"),
)

NM = """
err.c.o:
                 U abort
                 U fprintf
                 U memcpy

hash.c.o:
                 U SHA256_Update
                 U {symbol}
"""


def tree_with(folder, changes):
    for name, text in {**GOOD, **changes}.items():
        if text is None:
            continue
        path = pathlib.Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Tree(folder)


class Style(unittest.TestCase):
    def test_a_good_tree_has_no_finding(self):
        with tempfile.TemporaryDirectory() as folder:
            tree = tree_with(folder, {})
            for check in style.CHECKS:
                self.assertEqual(list(check(tree)), [], check.__name__)

    def test_every_planted_fault_is_found(self):
        for name, file, text, part in FAULTS:
            with self.subTest(check=name, file=file, part=part), tempfile.TemporaryDirectory() as folder:
                found = list(getattr(style, name)(tree_with(folder, {file: text})))
                self.assertTrue(any(part in line for line in found), found)

    def test_every_check_has_a_planted_fault(self):
        self.assertEqual({c.__name__ for c in style.CHECKS}, {fault[0] for fault in FAULTS})


class Source(unittest.TestCase):
    def test_comments_and_strings_are_told_apart(self):
        text = 'a("/*"); b(); /* c("x"); // */ d(\'"\'); // e\n"\\"//"\n'
        self.assertEqual(line_comments(text), [1])
        self.assertIn("b();", code_only(text))
        self.assertNotIn("c(", code_only(text))
        self.assertIn("d(", code_only(text))


class Symbols(unittest.TestCase):
    def test_harmless_symbols_pass(self):
        self.assertEqual(list(symbols.findings("crypto", NM.format(symbol="memcmp"))), [])

    def test_every_family_is_found_in_crypto(self):
        for symbol in ("clock_gettime", "randombytes_buf", "pthread_create", "socket", "getenv",
                       "mdb_get", "open", "puts", "malloc", "exit"):
            with self.subTest(symbol=symbol):
                found = list(symbols.findings("crypto", NM.format(symbol=symbol)))
                self.assertEqual(len(found), 1, found)
                self.assertIn(f"crypto/hash.c: uses {symbol}", found[0])

    def test_only_the_named_file_may_know_a_library(self):
        nm = "\nkv.c.o:\n U mdb_get\n\nlog.c.o:\n U mdb_get\n U zmq_send\n"
        found = list(symbols.findings("sync", nm))
        self.assertEqual([line.split(":")[0] for line in found], ["sync/log.c", "sync/log.c"])


if __name__ == "__main__":
    unittest.main()
