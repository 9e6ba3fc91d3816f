#!/usr/bin/python3
"""Independent verifier of yishi's evidence, written from proto/FORMATS.md alone (numbers in comments are its sections).

    verifier.py note FILE --key VKEY...         a signed note; a record note is also read as one
    verifier.py checkpoint FILE --key VKEY...   a log's head under its log key, receipts under mirror keys
    verifier.py bundle FILE --root ROOT.pub     a proof bundle; needs nothing but the district's root policy
    verifier.py fork FILE --key VKEY            a proof of two histories of one log; the log's key
    verifier.py tiles DIR --key VKEY            an exported log (C2SP tlog-tiles): every leaf, every tile, the root
    verifier.py root FILE                       a root policy; prints its fingerprint

Each step is printed, then one verdict: `OK ...` (exit 0) or `REFUSED <reason>` (exit 1). Exit 2: wrong use, unreadable file.
Needs Python 3.9 and PyNaCl (Debian: python3-nacl), shares no code with yishi, writes no file, opens no connection.
"""
import argparse
import base64
import datetime
import hashlib
import pathlib
import re
import sys
from collections import namedtuple
from types import SimpleNamespace

import nacl.bindings
import nacl.exceptions

INDEX_END, FOREVER = 2**63, 2**64  # 1.6; the cut of a key that is not revoked
DECIMAL, HASH, LINE = "(0|[1-9][0-9]{0,19})", "([A-Za-z0-9+/]{43}=)", "([^\n]+)\n"

# 2: names
CODE = "[1-9][0-9]{5}(?:[0-9]{3}){0,2}"
BODIES = {12: "rc|po|sc", 9: "st|gd-[a-z0-9]{1,16}", 6: "da|gd-[a-z0-9]{1,16}"}  # by length of the code
DEPLOYMENT = r"((?=[^/\n]*\.)[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?)"
LOG = re.compile(f"{DEPLOYMENT}/({CODE})/[1-9][0-9]{{0,5}}")

# 6.7: of each list of classes one must sign
KINDS = {"consensus": ["rc", "po"], "evaluation_result": ["rc"], "feedback_publication": ["rc"],
         "acknowledgement": ["rc|po|sc|st|gd|da"]}
MEMBERSHIP = {"body_register": ["division", "body", "key", "log", "from_index"], "key_revoke": ["key", "log", "cut_size"],
              "node_certificate": ["division", "log", "mirror"]}  # and the fields without which they say nothing

# 17, as far as a reader checks it (6.6). Of a field: name, number, type, [elements of a list], =size in bytes, ? in the oneof
SCHEMA = """
Date: yyyymmdd 1 uint32 | Time: unix_ms 1 int64 | Moment: date 1 Date?, time 2 Time? | Acknowledgement: purpose 1 string
Reference: rel 1 enum, record 2 bytes=32..32 | Sealed: slot 1 string, commitment 2 bytes=32..32
Attachment: alg 1 enum, hash 2 bytes=32..32, size 3 uint64, media_type 4 string, title 5 string, scope 6 enum
Body: salt 1 bytes=16..16, occurred_at 2 Moment, backfill_reason 3 string, refs 4 Reference[0..64],
 attachments 5 Attachment[0..64], sealed 6 Sealed[0..512], body_register 101 BodyRegister?, key_revoke 102 KeyRevoke?,
 node_certificate 106 NodeCertificate?, consensus 131 Consensus?, evaluation_result 161 EvaluationResult?,
 feedback_publication 163 FeedbackPublication?, acknowledgement 165 Acknowledgement?
BodyRegister: division 1 string, body 2 string, name 3 string, key 4 string, log 5 string, from_index 6 uint64,
 basis 7 string, term_from 8 Date, term_to 9 Date, possession 10 bytes=64..64
KeyRevoke: key 1 string, log 2 string, cut_size 3 uint64, cut_root 4 bytes=32..32, reason 5 enum, text 6 string
NodeCertificate: division 1 string, role 2 enum, name 3 string, log 4 string, mirror 5 string, transport 6 bytes=32..32,
 log_possession 7 bytes=64..64, mirror_possession 8 bytes=64..64, address 9 string
ConsensusItem: no 1 uint32, text 2 string, nature 3 enum, decision_matter 4 bool, responsible 5 string, due 6 Date
Consensus: items 1 ConsensusItem[1..512], reached_on 2 Date, degree 3 enum, dissent 4 string
GradeCounts: dimension 1 enum, grade_5 2 uint32, grade_4 3 uint32, grade_3 4 uint32, grade_2 5 uint32, grade_1 6 uint32,
 grade_0 7 uint32 | ReturnedByKind: party_kind 1 enum, returned 2 uint32
EvaluationResult: issued 1 uint32, returned 2 uint32, valid 3 uint32, dimensions 4 GradeCounts[1..512],
 returned_by_kind 5 ReturnedByKind[0..512], suggestions 6 string, ballot_root 7 bytes=32..32, held_on 8 Date
FeedbackPublication: subject 1 enum, channels 2 string[1..512], from 3 Date, to 4 Date, reach 5 uint32,
 explained_to_dissenters 6 bool, text 7 string
ProofExtra: note 1 bytes=1..65535, body 2 bytes=1..131072, evidence 3 bytes[0..32]=1..524288
"""
FIELD = re.compile(r"(\w+) (\d+) (\w+)(?:\[(\d+)\.\.(\d+)\])?(?:=(\d+)\.\.(\d+))?(\?)?")
FIELDS = {one.split(":")[0].strip(): {int(field[1]): field for field in FIELD.findall(one)}
          for one in re.split(r"\||\n(?! )", SCHEMA) if one}
NUMBERS = {"uint32": 2**32, "enum": 2**31, "bool": 2, "uint64": 2**64, "int64": 2**64}  # 4.2(7)

Refused = ValueError  # also what Python itself raises for bytes that are not UTF-8, not base64, or no day

def need(condition, reason):
    if not condition:
        raise Refused(reason)
    return condition

def sha256(data):
    return hashlib.sha256(data).digest()

def match(pattern, text, what):
    return need(re.fullmatch(pattern, text), f"malformed {what}")

def from_base64(text):  # 1.4
    data = base64.b64decode(text, validate=True)
    need(base64.b64encode(data).decode() == text, "base64 that is not canonical")
    return data

def number(text, end, what):  # 1.3
    match(DECIMAL, text, what)
    need(int(text) < end, f"{what} is not below {end}")
    return int(text)

def when(seconds):
    time = datetime.datetime.fromtimestamp(min(seconds, 2**37), datetime.timezone.utc)
    return f"{time:%Y-%m-%dT%H:%M:%SZ}" if seconds < 2**37 else f"POSIX second {seconds}"

def code_of(log):  # 2.4; the code of the unit of a log, None if the name is not that of a log
    found = LOG.fullmatch(log)
    return found[2] if found and len(log) <= 127 else None

# --- 3 keys, 5 signed notes ---
Key = namedtuple("Key", "name id type public")
Note = namedtuple("Note", "text lines data")  # lines: (name, id, payload)

def read_key(text):  # 3.2, 3.3
    name, key_id, rest = match("([!-*,-~]{1,127})[+]([0-9a-f]{8})[+](.+)", text, "verifier key").groups()
    raw = from_base64(rest)
    need(len(raw) == 33 and raw[0] in (1, 4), "malformed verifier key")
    need(sha256(name.encode() + b"\n" + raw)[:4].hex() == key_id, f"the id of the key {name} does not fit it")
    need(nacl.bindings.crypto_core_ed25519_is_valid_point(raw[1:]), f"the key {name} is no point of prime order")
    return Key(name, bytes.fromhex(key_id), raw[0], raw[1:])

def read_note(data):  # 5.1, 5.2, 5.5
    need(len(data) <= 65535, "note too long")
    text = data.decode()
    need(not re.search("[\x00-\x09\x0b-\x1f]", text), "control character in a note")
    text, signatures = match(f"((?:{LINE})+)\n((?:{LINE})+)", text, "note").group(1, 3)
    lines = []
    for line in signatures.split("\n")[:-1]:
        name, payload = match("\u2014 ([^ +]+) ([^ ]+)", line, "signature line").groups()
        raw = from_base64(payload)
        need(len(raw) >= 5 and not any(c.isspace() for c in name), "malformed signature line")
        lines.append((name, raw[:4], raw[4:]))
    need(len(lines) <= 100, "too many signature lines")
    return Note(text.encode(), lines, data)

def is_good(key, text, payload):  # 3.1, 5.3, 8.3
    if key.type == 4:
        seconds, payload = int.from_bytes(payload[:8], "big"), payload[8:]
        text = b"cosignature/v1\ntime %d\n" % seconds + text
        if seconds >= INDEX_END:
            return False
    try:
        return len(payload) == 64 and bool(nacl.bindings.crypto_sign_open(payload + text, key.public))
    except nacl.exceptions.BadSignatureError:
        return False

def judge(note, keys):  # 5.4; the payloads of good lines, by key
    known, first = {(key.name, key.id): key for key in keys}, {}
    for name, key_id, payload in note.lines:
        if (name, key_id) in known:
            first.setdefault(known[name, key_id], payload)
    for key, payload in first.items():
        need(is_good(key, note.text, payload), f"bad signature under the name {key.name}")
    return first

# --- 7 trees ---
def node(left, right):
    return sha256(b"\x01" + left + right)

def climb(fn, sn, path, hashes):  # the loop of RFC 9162 2.1.3.2 and 2.1.4.2; hashes[0] is that of the newest tree
    for other in path:
        need(sn, "proof too long")
        if fn & 1 or fn == sn:
            hashes = [node(other, one) for one in hashes]
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            hashes = [node(hashes[0], other), *hashes[1:]]
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0, "proof too short")
    return hashes

def check_inclusion(index, size, leaf, root, path):
    need(index < size, "index not below the size of the tree")
    need(climb(index, size - 1, path, [leaf]) == [root], "inclusion proof does not hold")

def check_consistency(old_size, old_root, size, root, path):  # 7.2
    need(old_size <= size, "sizes out of order")
    if old_size in (0, size):
        need(not path and old_root == (root if old_size else sha256(b"")), "consistency proof does not hold")
        return
    path = ([old_root] if old_size & (old_size - 1) == 0 else []) + path
    need(path, "proof too short")
    fn, sn = old_size - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    need(climb(fn, sn, path[1:], [path[0]] * 2) == [root, old_root], "consistency proof does not hold")

def tree_root(hashes):  # 7.1; pairing neighbours and promoting an odd last one is the same as splitting at 2^k
    while len(hashes) > 1:
        hashes = [node(*hashes[i:i + 2]) if i + 1 < len(hashes) else hashes[i] for i in range(0, len(hashes), 2)]
    return hashes[0] if hashes else sha256(b"")

def read_proof(lines):  # 7.2
    need(len(lines) <= 64, "proof too long")
    return [from_base64(match(HASH, line, "hash of a proof")[0]) for line in lines]

# --- 4 protobuf ---
def varint(data, at):
    found = need(re.compile(rb"[\x80-\xff]{0,9}[\x00-\x7f]", re.S).match(data, at), "number cut off or too long")[0]
    value = sum((byte & 0x7F) << 7 * i for i, byte in enumerate(found))
    need((found[-1] or len(found) == 1) and value < 2**64, "number not minimal or too large")
    return value, at + len(found)

def scan(data):  # the fields of a message: number, wire type, value; 4.2(1) to (4)
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        field, wire = key >> 3, key & 7
        need(field and key < 2**32 and wire in (0, 1, 2, 5), "malformed protobuf key")
        value, at = varint(data, at) if wire in (0, 2) else ({1: 8, 5: 4}[wire], at)
        if wire != 0:
            need(value <= len(data) - at, "a field longer than its message")
            value, at = data[at:at + value], at + value
        yield field, wire, value

def read_value(kind, value, low, high):
    if kind in NUMBERS:
        need(value < NUMBERS[kind], f"{kind} out of range")
        return value - 2**64 if kind == "int64" and value >= 2**63 else value
    if kind == "bytes":
        need(int(low) <= len(value) <= int(high), "bytes of a wrong size")
    elif kind == "string":
        value = value.decode()
        need(not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", value), "control character in a string")
    return value if kind in ("bytes", "string") else decode(kind, value)

def decode(message, data):  # 4.2, 6.6; {name: value}, and under "unknown" the numbers of unknown fields
    result, members = {"unknown": []}, 0
    for field, wire, value in scan(data):
        if field not in FIELDS[message]:
            result["unknown"].append(field)
            continue
        name, _, kind, _, most, low, high, oneof = FIELDS[message][field]
        need(wire == (0 if kind in NUMBERS else 2), f"{message}.{name} has a wrong wire type")
        members += oneof == "?"
        need((most or name not in result) and members <= 1, f"{message}.{name} stands twice or beside another of its oneof")
        value = read_value(kind, value, low, high)
        result[name] = [*result.get(name, []), value] if most else value
    for name, _, _, least, most, _, _, _ in FIELDS[message].values():
        need(not most or int(least) <= len(result.get(name, [])) <= int(most), f"{message}.{name}: number of elements")
    if message == "Date":  # 4.4
        day = need(re.fullmatch("(19|2[0-9])[0-9]{6}", str(result.get("yyyymmdd"))), "not a day")[0]
        datetime.datetime.strptime(day, "%Y%m%d")
    need(message != "Time" or 0 <= result.get("unix_ms", -1) <= 32503651199999, "time out of range")
    need(message != "Moment" or members, "moment without day and time")
    return result

# --- 6 records ---
Record = namedtuple("Record", "note origin code kind subject time size hash")

def read_record(data):  # 6.2
    note, word = read_note(data), "([a-z0-9._-]{1,64})\n"
    deployment, origin, kind, subject, seconds, size, digest = match(
        f"([^/\n]+)/record/v1\n{LINE}{word}{word}{LINE}{LINE}{HASH}\n", note.text.decode(), "text of a record").groups()
    need(len(note.text) <= 512 and code_of(origin) and origin.startswith(deployment + "/"), "malformed text of a record")
    return Record(note, origin, code_of(origin), kind, subject, number(seconds, 2**40, "signing time"),
                  need(number(size, 131073, "body length"), "body length is 0"), from_base64(digest))

def read_body(data, record):  # 6.4, 6.5
    need(len(data) == record.size and sha256(data) == record.hash, "the body is not that of the note")
    body = decode("Body", data)
    kinds = [name for name in (*KINDS, *MEMBERSHIP) if name in body]
    unknown = [None for field in body["unknown"] if 101 <= field <= 199]
    need("salt" in body and len(kinds + unknown) == 1, "a body must have a salt and exactly one kind")
    need(kinds == [name for name in (*KINDS, *MEMBERSHIP) if name == record.kind], "a body of another kind than its note")
    return body

# --- 8 checkpoints ---
Head = namedtuple("Head", "note origin code size root")

def read_checkpoint(data):  # 8.1
    note = read_note(data)
    origin, size, root = match(f"{LINE}{LINE}{HASH}\n", note.text.decode(), "checkpoint").groups()
    need(code_of(origin), "not the checkpoint of a log")
    return Head(note, origin, code_of(origin), number(size, INDEX_END, "size"), from_base64(root))

def ancestors(head):  # 8.5; names of the mirror keys that may cosign it, nearest first
    return [f"{head.origin.split('/')[0]}/mirror/{head.code[:n]}" for n in (9, 6) if n < len(head.code)]

def check_head(head, keys, names, say):  # 8.2, 8.3, 9.3(2) and (6); the times of receipts by mirror name
    keys = [key for key in keys if key.name in names and key.type == (1 if key.name == head.origin else 4)]
    ids = {(key.name, key.id) for key in keys}
    for name, key_id, _ in head.note.lines:
        need(name not in names or (name, key_id) in ids, f"a line under the name {name} that is not of its key")
    good = judge(head.note, keys)
    need(any(key.type == 1 for key in good), f"the checkpoint is not signed by the log {head.origin}")
    receipts = {key.name: int.from_bytes(payload[:8], "big") for key, payload in good.items() if key.type == 4}
    say(f"  head of {head.origin}, size {head.size}, root {head.root.hex()}, signed by the log")
    for name in ancestors(head):
        say(f"  receipt of {name}: {when(receipts[name]) if name in receipts else 'none'}")
    say(f"  {sum(line[:2] not in ids for line in head.note.lines)} lines under other names, ignored")
    return receipts

# --- 11 root policy, 12 membership ---
Policy = namedtuple("Policy", "deployment code threshold keys fingerprint")

def read_policy(data):  # 11.1
    need(len(data) <= 1024, "root policy too long")
    deployment, code, threshold, _, following, lines = match(
        f"{DEPLOYMENT}/root/v1\n([1-9][0-9]{{5}})\nthreshold ([1-3])\nnext (-|{HASH})\n((?:key [^\n]+\n){{1,3}})",
        data.decode(), "root policy").groups()
    from_base64(following or "")
    keys = [read_key(line[4:]) for line in lines.split("\n")[:-1]]
    need(all(key.type == 1 and key.name == f"{deployment}/{code}/root" for key in keys), "not a root key")
    need(all(a.id < b.id for a, b in zip(keys, keys[1:])), "root keys out of order")
    need(int(threshold) <= len(keys), "threshold above the number of keys")
    return Policy(deployment, code, int(threshold), keys, sha256(data).hex())

class Members:
    """12: who may sign, by the membership records read so far. Each of `all` is a key of a unit, valid in `log` from index
    `start` to below `cut`; its `role` is log, mirror or the name of a body."""

    def __init__(self, policy):
        self.policy, self.all, self.names = policy, [], {}

    def keys(self):
        return [*self.policy.keys, *(m.key for m in self.all)]

    def head_keys(self, head):  # a revoked log key counts for heads up to its cut, a revoked mirror key not at all
        return [m.key for m in self.all if m.role == "mirror" and m.cut == FOREVER or
                m.role == "log" and m.log == head.origin and head.size <= m.cut]

    def signers(self, good, classes, log, index):  # 12.4; bodies of the log's unit, of these classes, that signed
        return sorted({m.role for m in self.all if m.key in good and m.log == log and m.start <= index < m.cut and
                       re.fullmatch(rf"(?:{classes})(?:-.*)?", m.role) and m.role not in ("log", "mirror")})

    def is_root(self, good):  # 11.1; that no root key's line is bad, judge() has seen
        return sum(key in good for key in self.policy.keys) >= self.policy.threshold

    def may(self, unit, record, index, good):  # 12.2
        if unit == record.code == self.policy.code:
            return self.is_root(good)
        return unit[:-3] == record.code and self.signers(good, "da" if len(unit) == 9 else "st", record.origin, index)

    def add(self, key, role, log, start, record, index, good):  # 12.3
        need(all(k == key or (k.name, k.id) != (key.name, key.id) for k in self.keys()), f"two keys {key.name} with one id")
        by_da = any(m.role == "da" and m.key in good and (m.start <= index < m.cut if m.log == record.origin else
                                                          m.cut == FOREVER) for m in self.all)
        need(by_da or all(m.key in good for m in self.all if m.key.name == key.name and m.key != key and m.cut == FOREVER),
             f"a further key {key.name} without a line of the old one")
        if not any(m.key == key and m.log == log for m in self.all):
            self.all.append(SimpleNamespace(key=key, role=role, log=log, start=start, cut=FOREVER))

    def apply(self, record, index, body, good):  # 12.2, 12.3; what it does, in words
        need(body, "a membership record without its body")
        kind, fields = record.kind, body[record.kind]
        need(all(name in fields for name in MEMBERSHIP[kind]), f"{kind} without one of {MEMBERSHIP[kind]}")
        key = read_key(fields["log" if kind == "node_certificate" else "key"])
        log = key.name if kind == "node_certificate" else fields["log"]
        deployment, unit = self.policy.deployment, code_of(log)
        need(unit and log.startswith(deployment + "/"), f"{kind}: not a log of this deployment")
        need(kind == "key_revoke" or fields["division"] == unit, f"{kind}: log and division do not fit")
        need(self.may(unit, record, index, good), f"{kind} of {unit} in the log {record.origin} lacks its signer")
        if kind == "body_register":
            need(re.fullmatch(BODIES[len(unit)], fields["body"]), f"a body that does not exist at {unit}")
            need(key.type == 1 and key.name == f"{deployment}/{unit}/{fields['body']}", "key and body do not fit")
            self.add(key, fields["body"], log, fields["from_index"], record, index, good)
        elif kind == "node_certificate":
            mirror = read_key(fields["mirror"])
            need(key.type == 1 and mirror.type == 4 and mirror.name == f"{deployment}/mirror/{unit}", "keys and unit do not fit")
            self.add(key, "log", log, 0, record, index, good)
            self.add(mirror, "mirror", log, 0, record, index, good)
            self.names[unit] = "".join(c for c in fields.get("name", "") if c.isprintable())
        else:
            cut = [m for m in self.all if m.key == key and m.log == log and fields["cut_size"] < m.cut]
            need(cut, f"key_revoke of {key.name} has no effect")
            for one in cut:
                one.cut = fields["cut_size"]
        return f"{kind} takes effect: {key.name}+{key.id.hex()}"

# --- 9 proof bundles ---
Bundle = namedtuple("Bundle", "extra index path record head")

def read_bundle(data, is_evidence):  # 9.1, 9.2
    start, _, checkpoint = data.partition(b"\n\n")
    extra, index, proof = match(f"c2sp[.]org/tlog-proof@v1\nextra {LINE}index {DECIMAL}\n((?:{LINE})*)",
                                (start + b"\n").decode(), "proof bundle").group(1, 2, 3)
    raw = from_base64(extra)
    need(len(raw) <= 524288, "extra too long")
    extra = decode("ProofExtra", raw)
    need(not extra["unknown"] and "note" in extra, "extra with unknown fields or without a note")
    need(not is_evidence or "evidence" not in extra, "evidence within evidence")
    return Bundle(extra, number(index, INDEX_END, "index"), read_proof(proof.split("\n")[:-1]), read_record(extra["note"]),
                  read_checkpoint(checkpoint))

def check_entry(members, bundle, seen, is_evidence, say):  # 9.3(2) to (6); receipts, signers and body
    (extra, index, path, record, head), first = bundle, not members.all
    say(f"  entry {index} of {record.origin}: {record.kind}, subject {record.subject}, "
        f"claims {when(record.time)}, id {sha256(record.note.text).hex()}")
    leaf = sha256(b"\x00" + record.note.data)
    need(record.origin == head.origin, "record and checkpoint are of different logs")
    check_inclusion(index, head.size, leaf, head.root, path)
    body = read_body(extra["body"], record) if "body" in extra else None
    good = judge(record.note, members.keys())
    need(not first or (record.kind, index, record.code) == ("node_certificate", 0, members.policy.code),
         "the evidence does not begin with the first entry of the district's log")
    effect = members.apply(record, index, body, good) if first else None  # 12.3: it introduces the key of its own log
    receipts = check_head(head, members.head_keys(head), [head.origin, *ancestors(head)], say)
    for place, value in ((("head", head.origin, head.size), head.root), (("leaf", record.origin, index), leaf)):
        new = place not in seen
        need(seen.setdefault(place, value) == value, f"two histories of {head.origin}")
    need(new or not is_evidence, "evidence that stands twice: the second has no effect")
    if record.kind in MEMBERSHIP:
        need(not is_evidence or set(ancestors(head)[-1:]) <= set(receipts), "evidence that the district has not cosigned")
        if body is None and not is_evidence:  # what it does cannot be seen, so it does nothing; 6.7 still holds
            need(members.is_root(good) or members.signers(good, "st|da", record.origin, index), "a membership record without its signer")
        elif new and not first:
            effect = members.apply(record, index, body, good)
        signed = [f"{key.name}+{key.id.hex()}" for key in good]
    else:
        need(not is_evidence, "evidence that is not a membership record")
        for classes in KINDS.get(record.kind, (".*",)):  # 12.5
            need(members.signers(good, classes, record.origin, index), f"no signature of {classes} that is valid at {index}")
        signed = members.signers(good, ".*", record.origin, index)
    say(f"  signed by {', '.join(signed)}" + (f"; {effect}" if effect else ""))
    return receipts, signed, body

def check_bundle(data, policy, say):
    members, seen, known = Members(policy), {}, 0
    bundle = read_bundle(data, False)
    evidence = [read_bundle(one, True) for one in bundle.extra.get("evidence", [])]
    need(evidence, "no evidence")
    for one in evidence:
        say("evidence")
        check_entry(members, one, seen, True, say)
        known = max(known, one.head.size if one.head.code == policy.code else 0)
    say("record")
    receipts, signed, body = check_entry(members, bundle, seen, False, say)
    head, missing = bundle.head, [name for name in ancestors(bundle.head) if name not in receipts]
    words = ["provisional" if missing else f"published by {head.code} {members.names[head.code]}",
             f"entry {bundle.index} of {head.origin}", f"signed by {', '.join(signed)}",
             *(f"no receipt of {name}" for name in missing),
             *(f"{name} held everything below the head at {when(receipts[name])}" for name in receipts)]
    if receipts:
        words.append(f"existed no later than {when(min(receipts.values()))}, held by all of these since {when(max(receipts.values()))}")
    words += [f"{m.key.name}+{m.key.id.hex()} is revoked from {m.cut} on" for m in members.all if m.cut < FOREVER]
    words += [f"no {'other ' if any(m.cut < FOREVER for m in members.all) else ''}revocation known up to the district's head "
              f"of size {known}", *([] if body else ["the body is not here"])]
    return "; ".join(words)

# --- 10 fork proofs, C2SP tlog-tiles ---
def check_fork(data, key, say):  # 10
    need(len(data) <= 131070, "fork proof too long")
    parts = data.split(b"\n\n")
    need(len(parts) == 5, "a fork proof has five parts")
    deployment, size, prefix, proof = match(f"{DEPLOYMENT}/fork-proof/v1\nprefix {DECIMAL} {HASH}\n((?:{LINE})*)",
                                            (parts[0] + b"\n").decode(), "fork proof").group(1, 2, 3, 4)
    heads = [read_checkpoint(parts[1] + b"\n\n" + parts[2] + b"\n"), read_checkpoint(parts[3] + b"\n\n" + parts[4])]
    for head in heads:
        need(key.type == 1 and key.name == head.origin and key in judge(head.note, [key]), f"not a head of {key.name}")
        say(f"  head of {head.origin}, size {head.size}, root {head.root.hex()}, signed by the log")
    old, new, prefix = *heads, from_base64(prefix)
    need(new.origin.startswith(deployment + "/") and number(size, INDEX_END, "size") == old.size, "parts that do not fit")
    check_consistency(old.size, prefix, new.size, new.root, read_proof(proof.split("\n")[:-1]))
    say(f"  the larger head's tree had at size {old.size} the root {prefix.hex()}")
    need(prefix != old.root, "the two heads are of one history")
    return f"two histories of {new.origin}: heads of sizes {old.size} and {new.size} contradict each other"

def tile_name(level, index, width):
    name = f"{index % 1000:03}"
    while index := index // 1000:
        name = f"x{index % 1000:03}/{name}"
    return f"tile/{level}/{name}" + (f".p/{width}" if width < 256 else "")

def read_entries(data, width):  # one bundle of entries; each stands behind its u16be length
    entries = []
    while data:
        size = int.from_bytes(data[:2], "big")
        need(len(data) >= 2 + size, "an entry is cut off")
        entries.append(data[2:2 + size])
        data = data[2 + size:]
    need(len(entries) == width, "a wrong number of entries")
    return entries

def is_record_of(origin, entry):
    try:
        return read_record(entry).origin == origin
    except Refused:
        return False

def check_tiles(folder, key, say):
    head = read_checkpoint((folder / "checkpoint").read_bytes())
    check_head(head, [key], [head.origin], say)
    row, level, expected, foreign = [], 0, {"checkpoint"}, 0
    def tile(kind, first, size):
        expected.add(tile_name(kind, first // 256, min(256, size - first)))
        path = folder / tile_name(kind, first // 256, min(256, size - first))
        need(path.is_file(), f"{path} is missing")
        return path.read_bytes()
    for first in range(0, head.size, 256):
        entries = read_entries(tile("entries", first, head.size), min(256, head.size - first))
        row += [sha256(b"\x00" + entry) for entry in entries]
        foreign += sum(not is_record_of(head.origin, entry) for entry in entries)
    say(f"  {head.size} entries, {foreign} of them no records of this log")  # a log may hold what nobody can use: it only grows
    need(tree_root(row) == head.root, "the root of the entries is not that of the checkpoint")
    while row:
        for first in range(0, len(row), 256):
            need(tile(level, first, len(row)) == b"".join(row[first:first + 256]), f"a tile of level {level} is not as computed")
        say(f"  level {level}: {len(row)} hashes are as computed")
        row, level = [tree_root(row[i:i + 256]) for i in range(0, len(row) - 255, 256)], level + 1
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    need(not any(name.startswith("tile/") for name in files - expected), "a tile that does not belong to this size")
    return (f"{head.origin}: {head.size} entries, all tiles and root {head.root.hex()}"
            f"; no records of this log: {foreign}; files not looked at: {len(files - expected)}")

# --- command line ---
def check_note(data, keys, say):
    note = read_note(data)
    good = judge(note, keys)
    for name, key_id, _ in note.lines:
        say(f"  {'good' if any((k.name, k.id) == (name, key_id) for k in good) else 'unknown'}: {ascii(name)}+{key_id.hex()}")
    need(good, "no line of a known key")
    if re.match(r"[^/\n]+/record/v1\n", note.text.decode()):
        record = read_record(data)
        say(f"  record {sha256(note.text).hex()} of {record.origin}: {record.kind}, subject {record.subject}")
    return f"signed by {', '.join(key.name for key in good)}"

def check_checkpoint(data, keys, say):
    head = read_checkpoint(data)
    names = {head.origin, *ancestors(head)} & {key.name for key in keys}
    missing = sorted(set(ancestors(head)) - set(check_head(head, keys, names, say)))
    return f"{'provisional ' * bool(missing)}head of {head.origin}, size {head.size}" + "".join(f"; no receipt of {n}" for n in missing)

def check_root(data, policy, say):
    return (f"root policy of {policy.deployment}/{policy.code}, {policy.threshold} of {len(policy.keys)} keys, "
            f"fingerprint {policy.fingerprint}")

COMMANDS = {"note": check_note, "checkpoint": check_checkpoint, "bundle": check_bundle, "fork": check_fork,
            "tiles": check_tiles, "root": check_root}

def run(command, file, trust, say):  # the verdict
    try:
        data = pathlib.Path(file) if command == "tiles" else pathlib.Path(file).read_bytes()
        if command in ("bundle", "root"):
            trust = read_policy(pathlib.Path(trust or file).read_bytes())
            say(check_root(None, trust, say))
        elif command in ("fork", "tiles"):
            trust = trust[0]
        return "OK " + COMMANDS[command](data, trust, say)
    except Refused as reason:
        return f"REFUSED {reason}"

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in COMMANDS:
        command = commands.add_parser(name)
        command.add_argument("file")
        command.set_defaults(trust=None)
        if name == "bundle":
            command.add_argument("--root", required=True, dest="trust", metavar="ROOT.pub")
        elif name != "root":
            command.add_argument("--key", required=True, dest="trust", metavar="VKEY", type=read_key,
                                 nargs=1 if name in ("fork", "tiles") else "+")
    args = parser.parse_args()
    try:
        verdict = run(args.command, args.file, args.trust, print)
    except OSError as problem:
        parser.error(str(problem))
    print(verdict)
    return 0 if verdict.startswith("OK ") else 1

if __name__ == "__main__":
    sys.exit(main())
