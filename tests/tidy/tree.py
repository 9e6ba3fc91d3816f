"""The source tree as the checks see it: files, and C text without comments and strings."""

import pathlib
import re

FLOORS = ("crypto", "proto", "sync", "node")

_TOKENS = re.compile(
    r"""(?P<block>/\*.*?\*/)|(?P<line>//[^\n]*)|(?P<string>"(?:\\.|[^"\\\n])*")|(?P<char>'(?:\\.|[^'\\\n])*')""",
    re.DOTALL,
)


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    """Comments become blanks; places and line numbers stay."""
    return _TOKENS.sub(lambda m: _blank(m.group()) if m["block"] or m["line"] else m.group(), text)


def code_only(text):
    """Comments, strings and characters become blanks."""
    return _TOKENS.sub(lambda m: _blank(m.group()), text)


def line_comments(text):
    """Line numbers of // comments."""
    return [text.count("\n", 0, m.start()) + 1 for m in _TOKENS.finditer(text) if m["line"]]


def line_of(text, place):
    return text.count("\n", 0, place) + 1


class Tree:
    """Files under a top folder; dot-folders and build folders are not ours."""

    def __init__(self, top):
        self.top = pathlib.Path(top).resolve()
        self._text = {}

    def entries(self):
        return sorted(p.name for p in self.top.iterdir() if p.name != "build")

    def files(self, *suffixes, under=None):
        folders = under or [e for e in self.entries() if not e.startswith(".")]
        found = []
        for folder in folders:
            base = self.top / folder
            paths = base.rglob("*") if base.is_dir() else [base] if base.is_file() else []
            for path in paths:
                name = path.relative_to(self.top).as_posix()
                if not path.is_file() or "__pycache__" in name or "/." in name:
                    continue
                if not suffixes or path.suffix in suffixes or path.name in suffixes:
                    found.append(name)
        return sorted(found)

    def read(self, name):
        if name not in self._text:
            self._text[name] = (self.top / name).read_text(encoding="utf-8", errors="replace")
        return self._text[name]

    def exists(self, name):
        return (self.top / name).exists()
