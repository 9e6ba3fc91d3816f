#!/usr/bin/python3
"""The independent verifier accepts every worked example of proto/FORMATS.md and nothing that was changed.

tests/support/federation.py writes the federation of the examples a second time; here it is broken, one rule at a time.
"""

import base64
import functools
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

import nacl.bindings
import nacl.pwhash
import nacl.secret

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "support")]

import crafted  # noqa: E402
import verifier  # noqa: E402
from federation import (  # noqa: E402
    COMMUNITY, CONSENSUS, DISTRICT, EXAMPLE, PUBLICATION, RECEIVED, STREET, Log, Signer, World, b64,
    certificate, consistency, day, derive, inclusion, pb, quiet, record_text, register, revoke, root_of,
    salted, sha256, signed, varint,
)
from verifier import Refused  # noqa: E402

KEYS = EXAMPLE["keys"].splitlines()
SEED = int(os.environ.get("YISHI_SEED") or random.SystemRandom().randrange(2**32))


def hex_of(name):
    return bytes.fromhex("".join(EXAMPLE[name].split()))


def verdict(check, *arguments):
    try:
        return "OK " + check(*arguments)
    except Refused as reason:
        return f"REFUSED {reason}"


def read_record(data):
    return verifier.read_text("record", data)


def check_checkpoint(data, keys, say):
    """A head under its log's key; which receipts it has is part of the verdict."""
    head = verifier.read_text("checkpoint", data)
    receipts = verifier.check_head(head, keys, say)
    missing = [name for name in verifier.ancestors(head) if name not in receipts]
    return f"{'provisional ' * bool(missing)}head of {head.origin}, size {head.size}"


def changes(data, positions):
    for at in positions:
        for flip in (0x01, 0x02, 0x20, 0x80):
            yield data[:at] + bytes([data[at] ^ flip]) + data[at + 1:]


class Examples(unittest.TestCase):
    """FORMATS.md is enough to write a second implementation: every byte of the examples comes out again."""

    def test_keys_come_from_the_seeds(self):
        w = World()
        made = [w.log_key[COMMUNITY], w.mirror[COMMUNITY], w.mirror[STREET], w.mirror[DISTRICT], w.rc, w.po, w.root]
        transport = nacl.bindings.crypto_scalarmult_base(derive(w.masters[COMMUNITY], 3)).hex()
        self.assertEqual([key.text for key in made] + [f"transport {transport}"], KEYS)
        for key in made:
            read = verifier.read_key(key.text)
            self.assertEqual((read.name, read.id, read.type, read.public), (key.name, key.id, key.kind, key.public))

    def test_the_key_file_opens_with_its_passphrase(self):
        comment, text = EXAMPLE["key file"].splitlines()
        raw = base64.b64decode(text)
        self.assertEqual(comment, f"untrusted comment: yishi key {World().rc.name}")
        self.assertEqual(raw[:5], b"yk01\x01")
        passes, memory = int.from_bytes(raw[5:9], "little"), int.from_bytes(raw[9:17], "little")
        key = nacl.pwhash.argon2id.kdf(32, b"example passphrase", raw[17:33], passes, memory)
        plain = nacl.secret.SecretBox(key).decrypt(raw[57:], raw[33:57])
        self.assertEqual(plain, b"\x01\x10" + (1).to_bytes(4, "little") + b"\x21" * 32)

    def test_bodies_notes_and_trees_are_the_same_bytes(self):
        log = World().community
        leaves = log.leaves()
        self.assertEqual(log.entries[0], (EXAMPLE["note"].encode(), hex_of("body")))
        record = read_record(log.entries[0][0])
        self.assertEqual(EXAMPLE["record hashes"], f"id   {sha256(record.note.text).hex()}\nleaf {leaves[0].hex()}\n")
        wanted = [f"leaf {i} {b64(leaf)}" for i, leaf in enumerate(leaves)]
        wanted += [f"root {n} {b64(root_of(leaves[:n]))}" for n in range(4)]
        wanted += ["inclusion of 0 in 3", *map(b64, inclusion(0, leaves))]
        wanted += ["consistency of 2 and 3", *map(b64, consistency(2, leaves))]
        self.assertEqual(EXAMPLE["tree"].splitlines(), wanted)
        for note, body in log.entries:
            self.assertNotEqual(verifier.read_body(body, read_record(note))["salt"], b"")

    def test_checkpoint_and_bundle_are_the_same_bytes(self):
        log = World().community
        self.assertEqual(log.head(), EXAMPLE["checkpoint"].encode())
        self.assertEqual(log.bundle(1), EXAMPLE["bundle"].encode())

    def test_examples_get_their_verdict(self):
        keys = [verifier.read_key(text) for text in KEYS[:7]]
        for key in keys[4:6]:
            self.assertEqual(verdict(verifier.check_note, EXAMPLE["note"].encode(), key, quiet), f"OK signed by {key.name}")
        for key, time in (keys[0], ""), (keys[2], " at 2025-11-24T17:00:00Z"):
            self.assertEqual(verdict(verifier.check_note, EXAMPLE["checkpoint"].encode(), key, quiet),
                             f"OK signed by {key.name}{time}")
        self.assertEqual(verdict(check_checkpoint, EXAMPLE["checkpoint"].encode(), keys, quiet),
                         f"OK head of {keys[0].name}, size 3")
        self.assertIn("OK two histories", verdict(verifier.check_fork, EXAMPLE["fork proof"].encode(), keys[0], quiet))
        self.assertEqual(World().policy[0].fingerprint, EXAMPLE["root fingerprint"].strip())

    def test_the_bundle_needs_the_evidence_that_the_example_leaves_out(self):
        w = World()
        self.assertEqual(verdict(w.check, EXAMPLE["bundle"].encode()), "REFUSED no evidence")
        self.assertEqual(verdict(w.check, w.bundle(1)), "OK published by 110199001001; "
                         "entry 1 of yishi.example/110199001001/1; signed by rc; "
                         "yishi.example/mirror/110199 held everything below the head at 2025-11-24T17:00:00Z; "
                         "yishi.example/mirror/110199001 held everything below the head at 2025-11-24T17:00:00Z; "
                         "existed no later than 2025-11-24T17:00:00Z; held by all of these since 2025-11-24T17:00:00Z; "
                         "no revocation known up to the district's head of size 4")

    def test_the_possession_verifies_over_the_join_statement(self):
        rc = verifier.read_key(KEYS[4])
        self.assertTrue(verifier.is_good(rc, EXAMPLE["join statement"].encode(), hex_of("possession")))

    def test_the_message_reads_as_protobuf(self):
        ack = pb((1, World().community.origin), (2, 3), (3, 1500))
        self.assertEqual(hex_of("message"), pb((1, bytes(range(1, 9))), (6, ack)))

    def test_the_tables_of_kinds_and_fields_are_those_of_the_document(self):
        kinds = {}
        for line in EXAMPLE["kinds"].splitlines():
            number, name, rule = line.split(" ", 2)
            self.assertEqual(verifier.FIELDS["Body"][100 + int(number)][0], name)
            self.assertEqual(rule.endswith(" membership"), name in verifier.MEMBERSHIP)
            kinds[name] = rule.removesuffix(" membership").split(" and ")
        self.assertEqual(kinds, verifier.KINDS)
        fields, mine = {}, verifier.FIELDS
        scalars = {"uint32", "uint64", "int64", "bool", "string", "bytes"}
        messages = {line.split(".")[0] for line in EXAMPLE["fields"].splitlines()}
        for line in EXAMPLE["fields"].splitlines():
            path, number, kind, *rest = line.split()
            message, name = path.split(".")
            least, most = rest[rest.index("list") + 1].split("..") if "list" in rest else ("", "")
            low, _, high = (rest[rest.index("size") + 1] if "size" in rest else "").partition("..")
            number, kind = int(number), kind if kind in scalars | messages else "enum"
            named = mine.get(message, {}).get(number, [name])[0] != number  # fields that are only measured have no name there
            fields.setdefault(message, {})[number] = (name if named else number, kind, least, most, low, high,
                                                      "?" * ("oneof" in rest))
        self.assertEqual({message: fields[message] for message in mine}, mine)
        self.assertEqual([m for m in fields if m not in mine][0], "Message", "a message of bodies is missing")
        self.assertEqual([name for names in verifier.MEMBERSHIP.values() for name in names
                          if name not in {field[0] for message in mine.values() for field in message.values()}], [])


class Changes(unittest.TestCase):
    """One changed byte: refused, or plainly a weaker verdict."""

    def test_no_changed_checkpoint_is_as_good_as_the_true_one(self):
        keys = [verifier.read_key(text) for text in KEYS[:4]]
        data = EXAMPLE["checkpoint"].encode()
        got = [verdict(check_checkpoint, one, keys, quiet) for one in changes(data, range(len(data)))]
        self.assertEqual({v.split(" ", 2)[1] for v in got if v.startswith("OK")}, {"provisional"})
        self.assertGreater(sum(v.startswith("REFUSED") for v in got), len(got) * 9 // 10)

    def test_every_changed_fork_proof_is_refused(self):
        key, data = verifier.read_key(KEYS[0]), EXAMPLE["fork proof"].encode()
        for one in changes(data, range(len(data))):
            self.assertIn("REFUSED", verdict(verifier.check_fork, one, key, quiet))

    def test_no_changed_bundle_is_as_good_as_the_true_one(self):
        print(f"YISHI_SEED={SEED}")
        w = World()
        data = w.bundle(1)
        example_text = EXAMPLE["bundle"].encode().index(b"\nindex ")
        outer = range(data.index(b"\nindex "), len(data))
        self.assertEqual(data[outer[0]:], EXAMPLE["bundle"].encode()[example_text:])
        start = data.index(b"extra ") + 6
        own = range(start, start + 4 * (len(EXAMPLE["bundle"].encode()) // 8))  # note and body stand first in extra
        inner = random.Random(SEED).sample(range(start, outer[0]), 400)
        checks = functools.lru_cache(None)(verifier.is_good)
        for name, positions in (("lines and proof", outer), ("head", range(start)), ("own", own), ("evidence", inner)):
            for one in changes(data, positions):
                with unittest.mock.patch.object(verifier, "is_good", checks):
                    got = verdict(w.check, one)
                self.assertTrue(got.startswith(("REFUSED", "OK provisional")), f"{name}: {got}")

    def test_bytes_behind_or_missing_are_refused(self):
        w, keys = World(), [verifier.read_key(text) for text in KEYS[:4]]
        for check, data, trust in ((w.check, w.bundle(1), ()), (check_checkpoint, EXAMPLE["checkpoint"].encode(), (keys, quiet)),
                                   (verifier.check_fork, EXAMPLE["fork proof"].encode(), (keys[0], quiet))):
            for changed in (data + b"\n", data + b" ", data[:-1], b"\n" + data, data + data, data.replace(b"\n", b"\r\n"), b""):
                self.assertIn("REFUSED", verdict(check, changed, *trust))


class Rules(unittest.TestCase):
    """Each rule of FORMATS.md against evidence that breaks it, signed by everyone concerned."""

    def refused(self, reason, check, *arguments):
        got = verdict(check, *arguments)
        self.assertTrue(got.startswith("REFUSED") and reason in got, f"{got!r} is not a refusal with {reason!r}")

    def test_a_record_of_each_log_is_proved_with_the_receipts_of_its_ancestors(self):
        w = World()
        index = w.street.add("acknowledgement", RECEIVED, w.st)
        self.assertIn("OK published by 110199001; ", verdict(w.check, w.bundle(index, w.street)))
        index = w.district.add("acknowledgement", RECEIVED, w.da)
        self.assertIn("OK published by 110199; ", verdict(w.check, w.bundle(index, w.district)))
        self.assertIn("signed by root", verdict(w.check, w.bundle(1, w.district)))
        self.assertIn("signed by st;", verdict(w.check, w.bundle(1, w.street)))

    def test_missing_receipts_bodies_and_foreign_lines_are_said(self):
        w = World()
        head = w.community.head(w.log_key[COMMUNITY], w.mirror[STREET])
        self.assertIn("OK provisional; ", verdict(w.check, w.bundle(head=head)))
        self.assertIn("no receipt of yishi.example/mirror/110199;", verdict(w.check, w.bundle(head=head)))
        note = w.community.entries[1][0]
        without = pb((1, note), *((3, one) for one in w.evidence()))
        self.assertIn("the body is not here", verdict(w.check, w.bundle(extra=without)))
        said = []
        head = w.community.head(*w.community.signers, Signer("stranger.example/mirror/1", bytes(32)))
        w.check(w.bundle(head=head), said.append)
        self.assertIn("; 1 lines of other names ignored", said[-1])

    def test_lines_under_certified_names_must_be_of_the_certified_keys(self):
        w = World()
        for name, kind in ((w.mirror[DISTRICT].name, 4), (w.mirror[STREET].name, 4), (w.community.origin, 1)):
            false = Signer(name, b"\x77" * 32, kind)
            self.refused("is not of its key", w.check, w.bundle(head=w.community.head(*w.community.signers, false)))
        self.refused("not signed by the log", w.check, w.bundle(head=w.community.head(w.mirror[STREET])))

    def test_signatures_of_the_kind_are_needed_at_the_index(self):
        w = World()
        for signers in ((w.rc,), (w.po,), (w.st, w.rc), (Signer(w.po.name, bytes(32)), w.rc)):
            index = w.community.add("consensus", CONSENSUS, *signers)
            self.refused("no signature of", w.check, w.bundle(index))
        index = w.community.add("feedback_publication", PUBLICATION, w.po)
        self.refused("no signature of rc", w.check, w.bundle(index))
        index = w.community.add("acknowledgement", RECEIVED, w.po)
        self.assertIn("signed by po", verdict(w.check, w.bundle(index)))

    def test_a_bad_line_of_a_known_key_spoils_a_note(self):
        w = World()
        note, body = w.community.entries[1]
        w.community.entries.append((note + w.po.line("other text\n").encode(), body))
        self.refused("bad signature among", w.check, w.bundle(3))

    def test_keys_are_valid_from_their_first_index_to_below_their_cut(self):
        for start, good in ((1, True), (2, False)):
            w = World()
            w.evidence_of.remove((w.street, 1))
            w.also(w.street, "body_register", register(COMMUNITY, "rc", w.rc, w.community.origin, start), w.st)
            self.assertEqual(verdict(w.check, w.bundle(1)).startswith("OK"), good)
        for cut, good in ((2, True), (1, False)):
            w = World()
            w.also(w.street, "key_revoke", revoke(w.rc, w.community.origin, cut), w.st)
            self.assertEqual(verdict(w.check, w.bundle(1)).startswith("OK"), good)
            if good:
                self.assertIn(f"is revoked from {cut} on; no other revocation known", verdict(w.check, w.bundle(1)))

    def test_a_revocation_must_cut(self):
        w = World()
        w.also(w.street, "key_revoke", revoke(w.rc, w.community.origin, 5), w.st)
        w.also(w.street, "key_revoke", revoke(w.rc, w.community.origin, 5), w.st)
        self.refused("has no effect", w.check, w.bundle())

    def test_only_parents_and_the_root_make_members(self):
        other = Signer("yishi.example/110199001001/sc", b"\x51" * 32)
        cases = [  # log, record, signer
            ("street", register(COMMUNITY, "sc", other, "yishi.example/110199001001/1"), "rc"),
            ("street", register(COMMUNITY, "sc", other, "yishi.example/110199001001/1"), "da"),
            ("district", register(COMMUNITY, "sc", other, "yishi.example/110199001001/1"), "da"),
            ("district", register(STREET, "st", Signer("yishi.example/110199001/st", b"\x52" * 32), "yishi.example/110199001/1"), "root"),
            ("street", register(STREET, "st", Signer("yishi.example/110199001/st", b"\x52" * 32), "yishi.example/110199001/1"), "st"),
            ("district", register(DISTRICT, "gd-x", Signer("yishi.example/110199/gd-x", b"\x52" * 32), "yishi.example/110199/1"), "da"),
        ]
        for log, body, signer in cases:
            w = World()
            w.also(getattr(w, log), "body_register", body, getattr(w, signer))
            self.refused("lacks a signer", w.check, w.bundle())

    def test_names_divisions_logs_and_types_of_members_must_fit(self):
        origin = "yishi.example/110199001001/1"

        def key(name, kind=1):
            return Signer(f"yishi.example/{name}", b"\x51" * 32, kind)

        w = World()
        for kind, body in (
                ("body_register", register(COMMUNITY, "sc", key("110199001001/po"), origin)),
                ("body_register", register(COMMUNITY, "sc", key("110199001001/sc", 4), origin)),
                ("body_register", register(COMMUNITY, "st", key("110199001001/st"), origin)),
                ("node_certificate", salted(106, (1, COMMUNITY), (4, key("110199001001/2").text), (5, key("mirror/110199001001", 4).text))),
                ("node_certificate", certificate(COMMUNITY, key("110199001001/2"), key("mirror/110199001001"))),
                ("node_certificate", certificate(COMMUNITY, key("110199001001/2", 4), key("mirror/110199001001", 4))),
                ("node_certificate", certificate(COMMUNITY, key("110199001002/2"), key("mirror/110199001001", 4))),
                ("node_certificate", certificate(COMMUNITY, key("110199001001/2"), key("mirror/110199001", 4))),
                ("body_register", register(COMMUNITY, "sc", key("110199001002/sc"), origin)),
                ("body_register", register(STREET, "sc", key("110199001001/sc"), origin)),
                ("key_revoke", revoke(w.rc, "x", 1)),
                ("key_revoke", revoke(w.rc, "yishi.example/x", 1)),
                ("key_revoke", revoke(w.da, w.district.origin, 1)),
                ("key_revoke", revoke(key("110199001001/rc"), origin, 1))):
            w = World()
            w.also(w.street, kind, body, w.st)
            self.assertIn("REFUSED", verdict(w.check, w.bundle()), body)

    def test_a_key_without_first_index_is_valid_from_the_first_entry(self):
        for log in (World().community.origin, "yishi.example/110199001002/1", "other.example/x", None):  # which nobody reads
            w = World()
            key = Signer("yishi.example/110199001001/sc", b"\x51" * 32)
            w.also(w.street, "body_register", salted(101, (1, COMMUNITY), (2, "sc"), (4, key.text), (5, log)), w.st)
            self.assertIn("signed by sc;", verdict(w.check, w.bundle(w.community.add("acknowledgement", RECEIVED, key))))

    def test_a_certificate_registers_a_log_and_a_mirror_key_of_its_unit(self):
        unit = "110199001002"
        for log, kind, mirror, mirror_kind, good in ((f"{unit}/1", 1, f"mirror/{unit}", 4, True), (f"{unit}/1", 4, f"mirror/{unit}", 4, False),
                                                     (f"{unit}/1", 1, f"mirror/{unit}", 1, False), (f"{unit}/1", 1, "mirror/110199001003", 4, False),
                                                     ("110199001003/1", 1, f"mirror/{unit}", 4, False), (f"{unit}/rc", 1, f"mirror/{unit}", 4, False)):
            w = World()
            keys = (Signer(f"yishi.example/{log}", b"\x53" * 32, kind), Signer(f"yishi.example/{mirror}", b"\x54" * 32, mirror_kind))
            w.also(w.street, "node_certificate", certificate(unit, *keys), w.st)
            self.assertEqual(verdict(w.check, w.bundle()).startswith("OK published"), good, (log, kind, mirror, mirror_kind))

    def test_a_further_key_needs_the_old_one_or_the_district(self):
        for signers, good in (("st",), False), (("st", "rc"), True), (("st", "da"), True):
            w = World()
            new = Signer(w.rc.name, b"\x61" * 32)
            w.also(w.street, "body_register", register(COMMUNITY, "rc", new, w.community.origin, 3), *(getattr(w, s) for s in signers))
            index = w.community.add("feedback_publication", PUBLICATION, new)
            self.assertEqual(verdict(w.check, w.bundle(index)).startswith("OK published"), good)
        for signers, good in (("st",), False), (("st", "rc"), False), (("st", "da"), True):  # a key that is cut was one before
            w = World()
            w.also(w.street, "key_revoke", revoke(w.rc, w.community.origin, 3), w.st)
            new = register(COMMUNITY, "rc", Signer(w.rc.name, b"\x61" * 32), w.community.origin, 3)
            w.also(w.street, "body_register", new, *(getattr(w, s) for s in signers))
            self.assertEqual(verdict(w.check, w.bundle(1)).startswith("OK published"), good, signers)

    def test_evidence_begins_with_the_district_and_rests_on_what_stands_before_it(self):
        w = World()
        for change in (lambda e: e[1:], lambda e: [e[1], e[0], *e[2:]], lambda e: e[4:] + e[:4], lambda e: e[:2] + [e[3], e[4], e[2], *e[5:]],
                       lambda e: e[:2] + e[3:], lambda e: e[:4] + e[5:], lambda e: e + [EXAMPLE["bundle"].encode()],
                       lambda e: e[:1] + e, lambda e: e + e[6:]):
            self.assertIn("REFUSED", verdict(w.check, w.community.bundle(1, change(w.evidence()))))
        for change in (lambda e: e[:4] + [e[5], e[4], e[6]], lambda e: e[:2] + [e[3], e[2], *e[4:]]):
            self.assertIn("OK published", verdict(w.check, w.community.bundle(1, change(w.evidence()))))

    def test_the_first_evidence_is_the_first_entry_of_the_district(self):
        w = World()
        first = w.district.entries.pop(0)
        w.district.entries.insert(1, first)
        w.evidence_of[:2] = [(w.district, 1)]
        self.refused("does not begin with the first entry", w.check, w.bundle())

    def test_a_membership_record_without_its_body_has_no_effect(self):
        w = World()
        evidence = w.evidence()
        evidence[5] = w.street.bundle(1, extra=pb((1, w.street.entries[1][0])))
        self.refused("without its body", w.check, w.community.bundle(1, evidence))
        for signer, good in ((w.st, True), (w.da, False), (w.rc, False)):
            index = w.street.add("body_register", register(COMMUNITY, "sc", w.po, w.community.origin), signer)
            extra = pb((1, w.street.entries[index][0]), *((3, one) for one in w.evidence()))
            got = verdict(w.check, w.street.bundle(index, extra=extra))
            self.assertEqual(got.startswith("OK") and got.endswith("; the body is not here"), good, got)

    def test_two_keys_of_one_name_and_id_can_sign_nothing(self):
        w = World()
        keys = [Signer("yishi.example/110199001001/sc", seed.to_bytes(32, "little"))
                for seed in (29206, 142066)]  # found by trying: the first four bytes of both hashes are 38be71fb
        for key in keys:
            w.also(w.street, "body_register", register(COMMUNITY, "sc", key, w.community.origin), w.st, w.da)
        self.assertIn("OK published", verdict(w.check, w.bundle()))
        for key in keys:
            self.refused("bad signature among", w.check, w.bundle(w.community.add("acknowledgement", RECEIVED, w.rc, key)))

    def test_a_second_registration_of_a_key_has_no_effect(self):
        for start in (0, 1):
            w = World()
            w.also(w.street, "body_register", register(COMMUNITY, "rc", w.rc, w.community.origin, start), w.st)
            self.refused("has no effect", w.check, w.bundle())

    def test_bad_lines_of_others_do_no_harm(self):
        for signer, good in (("st", True), ("da", True), ("root", True), ("po", False), ("rc", False)):
            w = World()
            text = verifier.read_note(w.community.entries[1][0]).text.decode()
            lines = [w.rc.line(text)] * (signer != "rc") + [getattr(w, signer).line("other text\n")]
            w.community.entries[1] = f"{text}\n{''.join(lines)}".encode(), w.community.entries[1][1]
            self.assertEqual(verdict(w.check, w.bundle(1)).startswith("OK published"), good, signer)
        w = World()
        note, body = w.street.entries[1]
        w.street.entries[1] = note + (w.po.line("x\n") + w.root.line("x\n")).encode(), body
        self.assertIn("OK published", verdict(w.check, w.bundle(1)))
        note, body = w.district.entries[1]
        w.district.entries[1] = note + Signer(w.root.name, b"\x32" * 32).line("x\n").encode(), body
        self.refused("lacks a signer", w.check, w.bundle(1))

    def test_a_record_in_the_tree_of_another_log_is_refused(self):
        w = World()
        index = w.community.add("feedback_publication", PUBLICATION, w.rc)
        w.community.entries[index] = signed(record_text("yishi.example/110199001001/2", "feedback_publication", PUBLICATION), w.rc), PUBLICATION
        self.refused("different logs", w.check, w.bundle(index))

    def test_a_body_is_that_of_the_note_by_length_and_hash(self):
        w = World()
        for text in (lambda body: record_text(w.community.origin, "feedback_publication", body).replace(f"\n{len(body)}\n", f"\n{len(body) + 1}\n"),
                     lambda body: record_text(w.community.origin, "feedback_publication", body[:-1] + b"\x00")):
            w.community.entries.append((signed(text(PUBLICATION), w.rc), PUBLICATION))
            self.refused("not that of the note", w.check, w.bundle(len(w.community.entries) - 1))

    def test_evidence_of_a_street_counts_only_below_a_head_that_the_district_cosigned(self):
        w = World()
        evidence = w.evidence()
        evidence[5] = w.street.bundle(1, head=w.street.head(w.log_key[STREET]))
        self.refused("the district has not cosigned", w.check, w.community.bundle(1, evidence))

    def test_evidence_has_no_evidence_and_contradicts_nothing(self):
        w = World()
        evidence = w.evidence()
        evidence[2] = w.district.bundle(2, evidence[:2])
        self.refused("evidence within evidence", w.check, w.community.bundle(1, evidence))
        other = World()
        other.district.entries[1] = (signed(record_text(w.district.origin, "body_register", w.district.entries[1][1], time=5), w.root),
                                     w.district.entries[1][1])
        evidence = w.evidence()
        evidence[1] = other.district.bundle(1)
        self.refused("two histories", w.check, w.community.bundle(1, evidence))

    def test_the_root_signs_with_its_threshold(self):
        w = World()
        second = Signer(w.root.name, b"\x32" * 32)
        text = EXAMPLE["root policy"].replace("threshold 1", "threshold 2").encode()
        self.refused("lacks a signer", verifier.check_bundle, w.bundle(), verifier.read_policy(text), quiet)
        for index in (0, 1):
            note, body = w.district.entries[index]
            w.district.entries[index] = signed(verifier.read_note(note).text.decode(), w.root, second), body
        self.assertIn("OK published", verdict(verifier.check_bundle, w.bundle(), verifier.read_policy(text), quiet))

    def test_unknown_kinds_need_any_body_and_their_number_only_once(self):
        w = World()
        salt = pb((1, bytes(16)))
        index = w.community.add("feast", salt + pb((198, b"\xff")), w.po)
        self.assertIn("signed by po", verdict(w.check, w.bundle(index)))
        for kind, body, signer in (("feast", salt + pb((198, b"")), w.st), ("feast", salt + pb((198, b""), (199, b"")), w.po),
                                   ("feast", salt + pb((198, b""), (165, b"")), w.po), ("feast", salt + pb((165, b"")), w.po),
                                   ("consensus", salt + pb((198, b"")), w.po), ("feast", salt, w.po), ("feast", pb((198, b"")), w.po)):
            w = World()
            self.assertIn("REFUSED", verdict(w.check, w.bundle(w.community.add(kind, body, signer))))

    def test_extra_is_read_strictly(self):
        w = World()
        note, body = w.community.entries[1]
        good = pb((1, note), (2, body), *((3, one) for one in w.evidence()))
        self.assertIn("OK published", verdict(w.check, w.bundle(extra=good)))
        self.assertIn("OK published", verdict(w.check, w.bundle(extra=pb(*((3, one) for one in w.evidence()), (2, body), (1, note)))))
        for extra in (good + pb((4, b"")), good + pb((1, note)), good + pb((2, body)), good[:-1], good + b"\x00", good + b"\x0a\x00",
                      good + b"\x22", good.replace(b"\x12", b"\x92\x00", 1), good + varint(2**32 | 2) + b"\x00", good + b"\x0b\x0c",
                      good + b"\x08\x01", pb((2, body)), b"", good + pb((2, b"")), good + pb((3, b"")), good + varint(7 << 3 | 5) + bytes(4)):
            self.assertIn("REFUSED", verdict(w.check, w.bundle(extra=extra)), extra[-20:])
        self.refused("extra too long", w.check, w.bundle(extra=pb((1, note), (2, body), (3, bytes(524288)))))

    def test_bodies_are_read_strictly(self):
        salt, ack = pb((1, bytes(16))), pb((165, b""))
        reads = {True: [salt + ack, ack + salt, salt + ack + pb((99, 5)), salt + pb((165, pb((9, "x")))), salt + ack + varint(90 << 3 | 1) + bytes(8),
                        salt + pb((165, pb((1, "行\n")))), salt + ack + pb((2, pb((2, pb((1, 32503651199999)))))),
                        salt + ack + pb((5, pb((1, 77), (3, 2**64 - 1)))), salt + pb((163, pb((2, "x"), (6, 1)))), salt + ack + pb((2, pb((1, day(20240229))))),
                        salt + ack + pb((99, b"\xff\x01"))],
                 False: [ack, salt, salt + salt + ack, pb((1, bytes(15))) + ack, salt + pb((165, pb((1, "\t")))), salt + pb((165, pb((1, "\x85")))),
                         salt + pb((165, pb((1, b"\xc0\x80")))), salt + pb((165, pb((1, b"\xed\xa0\x80")))), salt + pb((165, pb((1, 1)))),
                         salt + ack + pb((2, b"")), salt + ack + pb((2, pb((1, b"")))), salt + ack + pb((2, pb((1, day(20230229))))),
                         salt + ack + pb((2, pb((1, day(18991231))))), salt + ack + pb((2, pb((1, day(30000101))))),
                         salt + ack + pb((2, pb((2, pb((1, 2**64 - 1)))))), salt + ack + pb((2, pb((2, pb((1, 32503651200000)))))),
                         salt + ack + pb((2, pb((1, day(20250101)), (2, pb((1, 1)))))), salt + pb((163, b"")), salt + pb((163, pb((2, "x"), (6, 2)))),
                         salt + pb((163, pb((2, "x"), (5, 2**32)))), salt + pb((163, pb((2, "x"), (1, 2**31)))), salt + ack + ack,
                         salt + ack + pb((4, pb((2, bytes(31))))), salt + ack + 65 * pb((4, b"")), salt + ack + b"\x3b\x3c", salt + ack + b"\x38",
                         salt + ack + b"\x38\x80\x00", salt + ack + b"\x38" + b"\xff" * 9 + b"\x02", salt + ack + b"\x38" + b"\xff" * 10 + b"\x01",
                         salt + ack + b"\x02\x00", salt + ack + varint(2**32 | 2) + b"\x00", salt + ack + pb((165, b"")), salt + pb((131, b"")), salt + ack + varint(90 << 3 | 1) + bytes(7)]}
        for good, bodies in reads.items():
            for body in bodies:
                kind = "feedback_publication" if varint(163 << 3 | 2) in body else "consensus" if varint(131 << 3 | 2) in body else "acknowledgement"
                record = read_record(signed(record_text("a.b/110199/1", kind, body), World().rc))
                got = verdict(lambda *a: str(verifier.read_body(*a)), body, record)
                self.assertEqual(got.startswith("OK"), good, f"{body.hex()}: {got}")

    def test_record_texts_follow_the_format(self):
        good = record_text("yishi.example/110199001001/1", "consensus", b"x", "a-1")
        self.assertTrue(read_record(signed(good, World().rc)))
        lines = good.splitlines()
        for at, bad in ((0, "other.example/record/v1"), (0, "yishi.example/record/v2"), (1, "yishi.example/110199001001/0"),
                        (1, "yishi.example/110199001001/1000000"), (1, "yishi.example/010199001001/1"), (1, "yishi.example/1101990/1"),
                        (1, "yishi.example/mirror/110199"), (2, "Consensus"), (2, "x" * 65), (3, ""), (3, "a b"), (4, "01"), (4, str(2**40)),
                        (4, "-1"), (5, "0"), (5, "131073"), (5, "1 "), (6, "="), (6, b64(bytes(31))), (6, b64(bytes(32))[:-2] + "B="), (6, lines[6] + "\nx")):
            text = "\n".join([*lines[:at], bad, *lines[at + 1:]]) + "\n"
            self.refused("", read_record, signed(text, World().rc))

    def test_notes_follow_the_format(self):
        key = World().rc
        text, line = "a\nb\n", key.line("a\nb\n")
        ok = [text + "\n" + line, text + "\n" + line * 100, text + "\n— x AAAAAAA=\n" + line, text + "\n" + line + f"— {key.name} {b64(key.id + b'x')}\n"]
        bad = [text + line, text + "\n", text + "\n\n" + line, "\n" + text + "\n" + line, text + "\n" + line + "\n", text + "\n" + line[:-1], "\n" + line,
               text + "\n" + line * 101, text + "\n— x AAAAAA==\n" + line, text + "\n— x+y AAAAAAA=\n" + line, text + "\n— x\u00a0y AAAAAAA=\n" + line,
               text + "\n-- x AAAAAAA=\n" + line, text + "\n—  AAAAAAA=\n" + line, text + "\n— x AAAAAAA= \n" + line, text + "\n— x AAAAAAB=\n" + line,
               text + "\n— x AAAAAAA\n" + line, text + f"\n— {key.name} {b64(key.id + b'x')}\n" + line, "a\tb\n\n" + key.line("a\tb\n"), "c\n\n" + line]
        for good, notes in ((True, ok), (False, bad)):
            for note in notes:
                got = verdict(verifier.check_note, note.encode(), verifier.read_key(key.text), quiet)
                self.assertEqual(got.startswith("OK"), good, f"{note!r}: {got}")
        self.refused("no good line of yishi.example/110199001001/po", verifier.check_note, ok[0].encode(), verifier.read_key(KEYS[5]), quiet)
        mirror = World().mirror[STREET]
        for signer, note, good in ((key, "x/record/v1\n", False), (key, "x\n", True), (key, f"{key.name}\nx\n", False), (mirror, "x\n", False)):
            got = verdict(verifier.check_note, signed(note, signer), verifier.read_key(signer.text), quiet)
            self.assertEqual(got.startswith("OK"), good, f"{note!r}: {got}")
        self.refused("wrong size", verifier.read_note, ("a" * 65535 + "\n\n" + line).encode())
        self.refused("utf-8", verifier.read_note, b"\xff\n\n" + line.encode())

    def test_keys_that_are_no_good_points_are_refused(self):
        points = [bytes(32), b"\x01" + bytes(31), b"\xec" + b"\xff" * 30 + b"\x7f", b"\xff" * 32, b"\x02" + bytes(31)]
        for point in points:
            raw = b"\x01" + point
            self.refused("no point", verifier.read_key, f"a+{sha256(b'a' + bytes([10]) + raw)[:4].hex()}+{b64(raw)}")
        for bad in (KEYS[0].replace("1576a9a3", "1576a9a4"), KEYS[0].replace("1576a9a3", "1576A9A3"), KEYS[0][:-1], KEYS[0] + "\n", "x", "", "++",
                    KEYS[0].replace("+A", "+B"), f"a+{sha256(b'a' + bytes([10, 1]) + World().rc.public + b'x')[:4].hex()}+{b64(bytes([1]) + World().rc.public + b'x')}",
                    f"a+{sha256(b'a' + bytes([10, 2]) + World().rc.public)[:4].hex()}+{b64(bytes([2]) + World().rc.public)}"):
            self.refused("", verifier.read_key, bad)

    def test_crafted_bundles_get_their_verdict(self):
        for name, data, good, policies in crafted.bundles():
            got = verdict(verifier.check_bundle, data, verifier.read_policy(policies.encode()), quiet)
            self.assertEqual(got.startswith("OK published by"), good, f"{name}: {got}")

    def test_root_policies_follow_the_format(self):
        good = EXAMPLE["root policy"]
        lines = good.splitlines(keepends=True)
        second = Signer("yishi.example/110199/root", b"\x33" * 32)
        for bad in (good[:-1], good + "\n", good + "x\n", "".join(lines[:4]), "".join([*lines[:4], lines[5], lines[4]]), good + lines[5],
                    good.replace("threshold 1", "threshold 0"), good.replace("threshold 1", "threshold 3"), good.replace("threshold 1", "threshold 01"),
                    good.replace("next -", "next x"), good.replace("next -", "next " + b64(bytes(31))), good.replace("110199\n", "110199001\n", 1),
                    good.replace("yishi.example/root", "other.example/root"), good.replace("\n", "\r\n"), "".join(lines[:4]) + f"key {KEYS[4]}\n",
                    "".join(lines[:4]) + f"key {Signer(second.name, bytes(32), 4).text}\n", good.replace("v1", "v2"), good.replace("threshold 1\n", "")):
            self.refused("", verifier.read_policy, bad.encode())
        verifier.read_policy(good.replace("next -", "next " + b64(bytes(32))).encode())

    def test_cosignature_times_from_2_to_the_63_on_are_bad(self):
        w, text = World(), "x\n"
        key = verifier.read_key(w.mirror[STREET].text)
        for time, good in ((0, True), (2**63 - 1, True), (2**63, False)):
            note = verifier.read_note((text + "\n" + w.mirror[STREET].line(text, time)).encode())
            self.assertEqual(verifier.is_good(key, note.text, note.lines[0].payload[4:]), good)

    def test_fork_proofs_of_one_history_or_of_two_logs_are_refused(self):
        w = World()
        key = verifier.read_key(KEYS[0])
        log = w.community
        old, old_leaves = log.head(), log.leaves()
        log.add("acknowledgement", RECEIVED, w.rc)
        proof = "".join(b64(one) + "\n" for one in consistency(3, log.leaves()))

        def fork(a, b, prefix, size=3, proof=proof, name="yishi.example"):
            return f"{name}/fork-proof/v1\nprefix {size} {b64(prefix)}\n{proof}\n".encode() + a + b"\n" + b

        self.refused("one history", verifier.check_fork, fork(old, log.head(), root_of(old_leaves)), key, quiet)
        self.refused("", verifier.check_fork, fork(old, w.street.head(), root_of(old_leaves)), key, quiet)
        false = Log(log.origin, *log.signers)
        false.entries = log.entries[:2] + log.entries[3:]
        self.assertIn("OK two", verdict(verifier.check_fork, fork(false.head(), log.head(), root_of(old_leaves)), key, quiet))
        self.assertIn("OK two", verdict(verifier.check_fork, fork(false.head(), old, root_of(old_leaves), proof=""), key, quiet))
        for bad in (fork(log.head(), false.head(), root_of(old_leaves)), fork(false.head(), log.head(), root_of(old_leaves), 2),
                    fork(false.head(), log.head(), root_of(old_leaves), name="other.example"), fork(false.head(), log.head(), root_of(old_leaves), proof=""),
                    fork(false.head(w.mirror[STREET]), log.head(), root_of(old_leaves))):
            self.refused("", verifier.check_fork, bad, key, quiet)
        self.refused("no head", verifier.check_fork, EXAMPLE["fork proof"].encode(), verifier.read_key(KEYS[4]), quiet)
        for signer in (w.rc, Signer(log.origin, derive(w.masters[COMMUNITY], 1), 4)):
            data = fork(false.head(signer), log.head(signer), root_of(old_leaves))
            self.refused("no head", verifier.check_fork, data, verifier.read_key(signer.text), quiet)
        long = "".join(f"— x {b64(bytes(1216))}\n" for _ in range(40)).encode()
        self.refused("fork proof too long", verifier.check_fork, fork(false.head() + long, log.head() + long, root_of(old_leaves)), key, quiet)

    def test_proofs_hold_for_every_index_and_size_and_for_nothing_else(self):
        leaves = [sha256(bytes([i])) for i in range(20)]
        for size in range(1, 21):
            root = root_of(leaves[:size])
            self.assertEqual(verifier.tree_root(leaves[:size]), root)
            for index in range(size):
                path = inclusion(index, leaves[:size])
                verifier.check_inclusion(index, size, leaves[index], root, path)
                for bad in ((index + 1, size, leaves[index], root, path), (index, size, leaves[index - 1] if size > 1 else root[::-1], root, path),
                            (index, size, leaves[index], root, path + [root]), (index, size, leaves[index], root, path[:-1] if path else [root])):
                    self.refused("", verifier.check_inclusion, *bad)
            for old in range(size + 1):
                path, old_root = consistency(old, leaves[:size]) if old else [], root_of(leaves[:old])
                verifier.check_consistency(old, old_root, size, root, path)
                self.refused("", verifier.check_consistency, old, old_root[::-1], size, root, path)
                self.refused("", verifier.check_consistency, old, old_root, size, root, path + [root])
                if path:
                    self.refused("", verifier.check_consistency, old, old_root, size, root, path[:-1])
            self.refused("", verifier.check_consistency, size + 1, root, size, root, [])
        self.refused("does not hold", verifier.check_inclusion, 1, 1, leaves[1], root_of(leaves[:2]), [leaves[0]])
        self.refused("wrong length", verifier.check_inclusion, 0, 1, leaves[1], root_of(leaves[:2]), [leaves[0]])
        self.refused("wrong length", verifier.check_inclusion, 0, 4, leaves[0], root_of(leaves[:2]), [leaves[1]])
        self.refused("wrong length", verifier.check_consistency, 1, leaves[0], 4, root_of(leaves[:2]), [leaves[1]])
        def bundle(hashes):
            return EXAMPLE["bundle"].replace("\nindex 1\n", "\nindex 1\n" + f"{b64(bytes(32))}\n" * (hashes - 2))

        self.assertEqual(len(verifier.parse("proof bundle", bundle(64)).proof), 64)
        self.refused("malformed proof bundle", verifier.parse, "proof bundle", bundle(65))


class Commands(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def put(self, name, data):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return str(path)

    def run_verifier(self, *arguments):
        ran = subprocess.run([sys.executable, "-B", str(HERE / "verifier.py"), *arguments], capture_output=True, text=True, timeout=60, check=False)
        return ran.returncode, ran.stdout.splitlines()[-1] if ran.stdout else ""

    def test_every_command_ends_with_its_verdict_and_status(self):
        w = World()
        root, bundle = self.put("root.pub", EXAMPLE["root policy"]), self.put("bundle", w.bundle(1))
        for arguments, word in ((("note", self.put("note", EXAMPLE["note"]), KEYS[4]), "OK signed by"),
                                (("note", self.put("checkpoint", EXAMPLE["checkpoint"]), KEYS[2]), "OK signed by"),
                                (("bundle", bundle, root), "OK published by"),
                                (("fork", self.put("fork", EXAMPLE["fork proof"]), KEYS[0]), "OK two histories of")):
            status, last = self.run_verifier(*arguments)
            self.assertEqual((status, last.startswith(word)), (0, True), last)
            status, last = self.run_verifier(arguments[0], self.put("bad", "x"), *arguments[2:])
            self.assertEqual((status, last.startswith("REFUSED ")), (1, True), last)
        for untrusted in (("note", bundle, "x"), ("bundle", bundle, bundle)):
            self.assertEqual(self.run_verifier(*untrusted)[0], 1, untrusted)
        for wrong in ((), ("note",), ("note", bundle), ("bundle", bundle), ("bundle", str(self.folder / "none"), root),
                      ("bundle", bundle, str(self.folder / "none")), ("fork", bundle, KEYS[0], KEYS[1]), ("other", bundle, root)):
            self.assertEqual(self.run_verifier(*wrong)[0], 2, wrong)

    def test_an_opening_shows_what_was_sealed_in_its_record_and_nothing_else(self):
        w, value, salt = World(), "示例甲", bytes(range(32))
        made = sha256(b"yishi/sealed/v1\ntopic_proposal\nproposer\n" + salt + value.encode())
        body = pb((1, bytes(16)), (6, pb((1, "proposer"), (2, made))), (110, pb((1, "示例"))))
        index = w.community.add("topic_proposal", body, w.rc, subject=f"{COMMUNITY}-2025-0008")
        root, bundle = self.put("root.pub", EXAMPLE["root policy"]), self.put("bundle", w.bundle(index))
        good = {"format": "yishi/opening/v1", "record": sha256(w.community.entries[index][0].split(b"\n\n")[0] + b"\n").hex(),
                "kind": "topic_proposal", "slot": "proposer", "commitment": b64(made), "salt": b64(salt), "value": value}

        def check(**change):
            text = json.dumps({name: one for name, one in {**good, **change}.items() if one is not None})
            return verifier.run("opening", self.put("opening", text), root, quiet, bundle)

        self.assertRegex(check(), f"^OK sealed as proposer: {value}; published by ")
        self.assertRegex(check(value=None, value_base64=b64(value.encode())), "^OK ")
        self.assertEqual(self.run_verifier("opening", str(self.folder / "opening"), root, bundle)[0], 0)
        for change in ({"value": "示例乙"}, {"value": value + "\n"}, {"value": None}, {"salt": b64(salt[::-1])}, {"salt": b64(salt[1:])}, {"salt": None},
                       {"slot": "operator"}, {"slot": None}, {"kind": "consensus"}, {"record": "0" * 64}, {"commitment": b64(bytes(32))},
                       {"format": "yishi/opening/v2"}, {"value_base64": b64(b"x")},
                       # a commitment that is right in itself, and stands nowhere
                       {"slot": "operator", "commitment": b64(verifier.commitment("topic_proposal", "operator", salt, value.encode()))}):
            self.assertRegex(check(**change), "^REFUSED ", change)
        self.put("bundle", w.bundle(1))
        self.assertRegex(check(), "^REFUSED the opening is of another record")
        self.put("bundle", w.bundle(index)[:-9])
        self.assertRegex(check(), "^REFUSED ")
        self.assertRegex(verifier.run("opening", self.put("opening", "[]"), root, quiet, bundle), "^REFUSED ")

    def export(self, size, origin=None):
        """The log of `size` small records, of `origin`, as tlog-tiles; its key."""
        w = World()
        shutil.rmtree(self.folder / "tile", ignore_errors=True)
        log = Log(w.community.origin, w.log_key[COMMUNITY])
        for number in range(size):
            log.entries.append((record_text(origin or log.origin, "x", b"x", time=number).encode() + b"\n" + f"— n {b64(bytes(9))}\n".encode(), b""))
        self.put("checkpoint", log.head())
        row, level = log.leaves(), 0
        while row:
            for first in range(0, len(row), 256):
                width = min(256, len(row) - first)
                name = f"{first // 256:03}" + (f".p/{width}" if width < 256 else "")
                if level == 0:
                    self.put(f"tile/entries/{name}", b"".join(len(n).to_bytes(2, "big") + n for n, _ in log.entries[first:first + width]))
                self.put(f"tile/{level}/{name}", b"".join(row[first:first + width]))
            row, level = [root_of(row[i:i + 256]) for i in range(0, len(row) - 255, 256)], level + 1
        return verifier.read_key(w.log_key[COMMUNITY].text)

    def test_exported_logs_are_recomputed(self):
        for size in (0, 1, 255, 256, 257, 600):
            with tempfile.TemporaryDirectory() as folder:
                self.folder = pathlib.Path(folder)
                key = self.export(size)
                check = functools.partial(verdict, verifier.check_tiles, self.folder, key, quiet)
                self.assertIn(f"{size} entries, all tiles and root", check())
                for path in [p for p in self.folder.rglob("*") if p.is_file()]:
                    data = path.read_bytes()
                    for bad in (data[:-1], data[:len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1:], data + b"\0", data[32:], None):
                        path.write_bytes(bad) if bad is not None else path.unlink()
                        if bad is not None or path.name != "checkpoint":
                            self.assertIn("REFUSED", check(), f"{path} of {size}")
                    path.write_bytes(data)
                (self.folder / "README").write_text("x")
                self.assertIn("OK", check())
                (self.folder / "tile").mkdir(exist_ok=True)
                (self.folder / "tile" / "x").write_text("x")
                self.assertIn("REFUSED tiles that do not belong", check())

    def test_exports_that_contradict_their_checkpoint_or_their_division_into_tiles_are_refused(self):
        key = self.export(257)
        self.assertIn("OK", verdict(verifier.check_tiles, self.folder, key, quiet))
        first, second = self.folder / "tile/entries/000", self.folder / "tile/entries/001.p/1"
        whole = first.read_bytes() + second.read_bytes()
        second.write_bytes(b"")
        first.write_bytes(whole)
        self.refused("wrong number of entries", key)
        key = self.export(257)
        second.write_bytes((len(second.read_bytes()) - 1).to_bytes(2, "big") + second.read_bytes()[2:])
        self.refused("cut off", key)
        key = self.export(1, "yishi.example/110199001001/2")
        self.assertIn("OK", verdict(verifier.check_tiles, self.folder, key, quiet))  # what entries say is not its question
        key = self.export(1)
        w = World()
        self.put("checkpoint", signed(f"{w.community.origin}\n1\n{b64(bytes(32))}\n", w.log_key[COMMUNITY]))
        self.refused("root of the entries", key)

    def refused(self, reason, key):
        got = verdict(verifier.check_tiles, self.folder, key, quiet)
        self.assertTrue(got.startswith("REFUSED") and reason in got, got)

    def test_names_of_tiles_are_those_of_the_standard(self):
        for got, wanted in ((verifier.tile_name(0, 0, 256), "tile/0/000"), (verifier.tile_name("entries", 1, 5), "tile/entries/001.p/5"),
                            (verifier.tile_name(1, 1234067, 256), "tile/1/x001/x234/067"), (verifier.tile_name(2, 1000, 1), "tile/2/x001/000.p/1")):
            self.assertEqual(got, wanted)

    def test_a_stranger_can_read_it_in_one_sitting(self):
        lines = (HERE / "verifier.py").read_text(encoding="utf-8").splitlines()
        tables = re.findall(r'^SCHEMA = """.*?^"""|^KINDS = .*?\n}|^KINDS = .*?split\(\)}', "\n".join(lines), re.DOTALL | re.MULTILINE)
        self.assertEqual(len(tables), 2)  # what stands in 6.7 and 17 is compared with the document above, and not read
        self.assertLessEqual(len(lines) - sum(table.count("\n") for table in tables), 405)
        self.assertEqual([line for line in lines if len(line) > 120 or line.endswith(" ") or re.search(r"; \w+(\(| =)", line)], [])

    def test_it_shares_no_code_with_the_project(self):
        names = re.findall(r"^(?:import|from) (\S+)", (HERE / "verifier.py").read_text(encoding="utf-8"), re.MULTILINE)
        self.assertLessEqual({name.split(".")[0] for name in names} - {"nacl"}, set(sys.stdlib_module_names))


if __name__ == "__main__":
    unittest.main()
