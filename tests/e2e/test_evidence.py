"""What yishi hands out as evidence, judged twice: by `yishi check` and by tests/verifier.py, which share no code."""

import base64
import json
import os
import random
import re
import shutil
import sys
import unittest

from harness import COMMUNITY, DEPLOYMENT, DISTRICT, NAMES, STREET, TOP, Case, consensus

sys.path[:0] = [str(TOP / "tests"), str(TOP / "tests" / "support")]

import crafted  # noqa: E402
import federation  # noqa: E402
import verifier  # noqa: E402

SEED = int(os.environ.get("YISHI_SEED") or random.SystemRandom().randrange(2**32))
TAMPERED = 400
RANDOM = 150


def quiet(*_):
    pass


def counts(world):
    """Does all evidence of this federation take effect?"""
    members, seen = verifier.Members(world.policy), {}
    try:
        for one in world.evidence():
            verifier.check_entry(verifier.read_bundle(one), members, seen, True, quiet)
    except verifier.Refused:
        return False
    return True


def length(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def message(fields):
    return b"".join(length(number << 3 | 2) + length(len(value)) + value for number, value in fields)


class Bundle:
    """A bundle taken apart, so that a change inside still has fitting lengths and good base64 around it."""

    def __init__(self, data):
        head, self.text, self.signatures = data.split(b"\n\n")
        self.title, extra, self.index, *self.proof = head.split(b"\n")
        self.fields = [[number, value] for number, _, value in verifier.scan(base64.b64decode(extra[6:]))]

    def print(self):
        extra = b"extra " + base64.b64encode(message(self.fields))
        return b"\n\n".join([b"\n".join([self.title, extra, self.index, *self.proof]), self.text, self.signatures])


def flipped(dice, data):
    at = dice.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << dice.randrange(8)]) + data[at + 1:]


def cut(dice, data):
    return data[:dice.randrange(len(data))]


def shuffled_lines(dice, data):
    """One line dropped, doubled or moved."""
    lines = data.split(b"\n")
    line = lines.pop(dice.randrange(len(lines)))
    for _ in range(dice.randrange(3)):
        lines.insert(dice.randrange(len(lines) + 1), line)
    return b"\n".join(lines)


def other_signature(dice, signatures):
    """One signature line with a changed byte in its signature or name, or the first line in its place."""
    lines = signatures.split(b"\n")[:-1]
    at = dice.randrange(len(lines))
    dash, name, payload = lines[at].split(b" ")
    raw = base64.b64decode(payload)
    lines[at] = dice.choice([b" ".join([dash, name, base64.b64encode(flipped(dice, raw))]),
                             b" ".join([dash, flipped(dice, name), payload]), lines[0]])
    return b"\n".join(lines) + b"\n"


def tampered(dice, data):
    """A bundle with some change at any depth, and which way it was changed."""
    way = dice.choice(["byte", "cut", "lines", "index", "proof", "signature", "field", "fields", "number", "evidence", "evidence", "unknown"])
    if way in ("byte", "cut", "lines"):
        return way, {"byte": flipped, "cut": cut, "lines": shuffled_lines}[way](dice, data)
    bundle = Bundle(data)
    nested = [field for field in bundle.fields if field[0] == 3]
    if way == "index":
        bundle.index = b"index %d" % dice.choice([0, 1, 2, 3, 5, 2**63 - 1, 2**63, 2**64])
    elif way == "proof":
        bundle.proof = [base64.b64encode(dice.randbytes(32)) for _ in range(dice.choice([0, 1, 2, 64, 65]))]
    elif way == "signature":
        bundle.signatures = other_signature(dice, bundle.signatures)
    elif way == "unknown":
        bundle.signatures += b"\xe2\x80\x94 stranger.example/1 " + base64.b64encode(dice.randbytes(68)) + b"\n"
    elif way == "evidence" and nested:
        field = dice.choice(nested)
        field[1] = tampered(dice, field[1])[1]
    elif way == "number":
        dice.choice(bundle.fields)[0] = dice.choice([1, 2, 3, 4, 15, 150])
    elif way == "fields":  # one dropped, doubled or moved
        field = bundle.fields.pop(dice.randrange(len(bundle.fields)))
        for _ in range(dice.randrange(3)):
            bundle.fields.insert(dice.randrange(len(bundle.fields) + 1), field)
    else:
        field = dice.choice(bundle.fields)
        field[1] = flipped(dice, field[1])
    return way, bundle.print()


def once(data):
    """Without signature lines that repeat the one before them: these say nothing new."""
    lines = data.splitlines(keepends=True)
    return b"".join(line for before, line in zip([b"", *lines], lines) if line != before or not line.startswith(b"\xe2\x80\x94 "))


class Evidence(Case):
    def federation_without_passphrases(self):
        """As Case.federation(), with keys that cost nothing to open: hundreds of records are published."""
        nodes = []
        for code in (DISTRICT, STREET, COMMUNITY):
            node = self.node(code)
            root = ["--root", nodes[0].home / "root.pub"] if nodes else []
            node.call("init", "--deployment", DEPLOYMENT, "--code", code, "--name", NAMES[code],
                      "--listen", "tcp://127.0.0.1:0", "--kdf", "none", *root)
            if nodes:
                nodes[-1].call("admit", node.join(nodes[-1]))
            node.start().ready()
            nodes.append(node)
        return nodes

    def publish(self, node, number):
        node.call("publish", "-", stdin=json.dumps(consensus(f"{COMMUNITY}-2026-{number + 1:04d}"), ensure_ascii=False))

    def judged_by_yishi(self, node, path, root):
        """Exit status; of an accepted bundle also how many receipts are missing and whether the content is there."""
        result = node.call("check", path, "--root", root, "--json", check=False)
        self.assertIn(result.status, (0, 1), result.err)
        record = result.object()["record"] if result.status == 0 else None
        return result.status, record and (sum(not w["found"] for w in record["witnesses"]), record["has_content"])

    def judged_by_verifier(self, path, root):
        verdict = verifier.run("bundle", path, root, quiet)
        if verdict.startswith("REFUSED "):
            return 1, None
        return 0, (verdict.count("no receipt of"), "the body is not here" not in verdict)

    def test_two_programs_judge_bundles_alike(self):
        print(f"YISHI_SEED={SEED}", flush=True)
        dice = random.Random(SEED)
        district, street, community = self.federation_without_passphrases()
        for number in (1, 2, 3):
            self.publish(community, number)
        self.receipted(community)
        self.receipted(street, "district")
        root, path = district.home / "root.pub", self.folder / "changed.tlog-proof"
        good = []
        for node, record in ((community, f"{COMMUNITY}:0"), (community, f"{COMMUNITY}:2"), (district, f"{COMMUNITY}:1"),
                             (street, f"{STREET}:0"), (street, f"{STREET}:2"), (district, f"{DISTRICT}:0"), (district, f"{DISTRICT}:3")):
            node.call("prove", record, "--out", path)
            self.assertEqual(self.judged_by_yishi(node, path, root), (0, (0, True)), record)
            self.assertEqual(self.judged_by_verifier(path, root), (0, (0, True)), record)
            good.append(path.read_bytes())
            path.unlink()

        twice = Bundle(good[0])
        twice.fields.append(next(field for field in twice.fields if field[0] == 3))
        path.write_bytes(twice.print())
        result = community.call("check", path, "--root", root, check=False)
        self.assertEqual(result.status, 1)
        self.assertIn("is the same record as evidence 1; each may stand only once", result.out + result.err)

        apart, verdicts = [], set()
        for number in range(TAMPERED):
            way, data = tampered(dice, dice.choice(good))
            path.write_bytes(data)
            yishi, other = self.judged_by_yishi(community, path, root), self.judged_by_verifier(path, root)
            verdicts.add(yishi)
            if yishi != other:
                shutil.copy(path, self.folder / f"apart-{number}-{way}")
                apart.append(f"{number} {way}: yishi {yishi}, verifier {verifier.run('bundle', path, root, quiet)}")
        self.assertEqual(apart, [])
        self.assertGreater(len(verdicts), 2, "the changes were too much alike")

    def test_two_programs_judge_crafted_bundles_alike(self):
        node, path, root = self.node(COMMUNITY), self.folder / "crafted", self.folder / "root.pub"
        apart = []
        for name, data, good, policies in crafted.bundles():
            path.write_bytes(data)
            root.write_text(policies, encoding="utf-8")
            yishi, other = self.judged_by_yishi(node, path, root), self.judged_by_verifier(path, root)
            if (yishi[0] == 0, other[0] == 0) != (good, good) or yishi != other:
                said = node.call("check", path, "--root", root, check=False)
                apart.append(f"{name}: {good}; yishi {said.err}; verifier {verifier.run('bundle', path, root, quiet)}")
        self.assertEqual(apart, [])

        root.write_text(federation.EXAMPLE["root policy"], encoding="utf-8")
        w = federation.World()
        w.also(w.street, "key_revoke", federation.revoke(w.rc, w.community.origin, 2), w.st)
        path.write_bytes(w.bundle(1))
        said = node.call("check", path, "--root", root).out
        self.assertIn(f"key {w.rc.name}+{w.rc.id.hex()} is revoked from entry 2 of its log on", said)
        self.assertIn("besides the 1 revoked keys named above", said)
        self.assertNotIn("no revocation of these keys", said)

    def test_two_programs_judge_random_evidence_alike(self):
        print(f"YISHI_SEED={SEED}", flush=True)
        node, path, root = self.node(COMMUNITY), self.folder / "random", self.folder / "root.pub"
        root.write_text(federation.EXAMPLE["root policy"], encoding="utf-8")
        apart, good = [], 0
        for number in range(RANDOM):
            path.write_bytes(crafted.by_chance(random.Random(f"{SEED} {number}"), counts))
            yishi, other = self.judged_by_yishi(node, path, root), self.judged_by_verifier(path, root)
            good += yishi[0] == 0
            if yishi != other:
                said = node.call("check", path, "--root", root, check=False)
                apart.append(f"{number}: yishi {said.out}{said.err}; verifier {verifier.run('bundle', path, root, quiet)}")
        self.assertEqual(apart, [])
        self.assertTrue(0 < good < RANDOM, "the bundles were too much alike")

    def test_two_programs_judge_fork_proofs_alike(self):
        print(f"YISHI_SEED={SEED}", flush=True)
        dice = random.Random(SEED)
        formats = (TOP / "proto" / "FORMATS.md").read_text(encoding="utf-8")
        examples = dict(re.findall(r"<!-- example: ([^>]*?) -->\n```\n(.*?)```", formats, re.DOTALL))
        key, good = examples["keys"].splitlines()[0], examples["fork proof"].encode()
        node, path, root = self.node(COMMUNITY), self.folder / "fork", self.folder / "root.pub"
        root.write_text(examples["root policy"], encoding="utf-8")  # for files whose first line is that of no fork proof
        for number in range(101):
            data = dice.choice([flipped, shuffled_lines, cut])(dice, good) if number else good
            path.write_bytes(data)
            yishi = node.call("check", path, "--key", key, "--root", root, "--json", check=False).status
            verdict = verifier.run("fork", path, key, quiet)
            same = once(data) == good
            self.assertEqual(yishi, 0 if same else 1, data)
            self.assertEqual(verdict.startswith("OK "), same, data)

        path.write_bytes(good.replace(b"/fork-proof/v1", b"/fork-proof/v7", 1))
        for options, status, reason in ((["--key", key], 1, "the first line is not <deployment>/fork-proof/v1"),
                                        ([], 2, "a proof of two histories needs --key VKEY instead")):
            result = node.call("check", path, *options, check=False)
            self.assertEqual(result.status, status, options)
            self.assertIn(reason, result.out + result.err)

    def test_exported_logs_are_read_at_the_edges_of_tiles(self):
        _, _, community = self.federation_without_passphrases()
        key = community.keys()["log"]
        size = 0
        for wanted in (1, 255, 256, 257):
            while size < wanted:
                self.publish(community, size)
                size += 1
            self.receipted(community)
            folder = self.folder / f"tiles-{wanted}"

            community.call("export", "tiles", folder)

            verdict = verifier.run("tiles", folder, key, quiet)
            self.assertTrue(verdict.startswith(f"OK {key.split('+')[0]}: {wanted} entries, all tiles and root "), verdict)
            self.assertEqual({path.name for path in folder.iterdir()}, {"checkpoint", "tile"})


if __name__ == "__main__":
    unittest.main()
