"""The federation of the examples in proto/FORMATS.md, written a second time: seeds in, every byte of evidence out.

tests/test_verifier.py, tests/support/crafted.py and tests/e2e/test_evidence.py use it. It shares nothing with yishi and, but for
reading the root policy, nothing with tests/verifier.py: what one program writes, another reads.
"""

import base64
import hashlib
import pathlib
import re

import nacl.bindings
import verifier

FORMATS = (pathlib.Path(__file__).resolve().parents[2] / "proto" / "FORMATS.md").read_text(encoding="utf-8")
EXAMPLE = dict(re.findall(r"<!-- example: ([^>]*?) -->\n```\n(.*?)```", FORMATS, re.DOTALL))
DISTRICT, STREET, COMMUNITY = "110199", "110199001", "110199001001"
TIME, RECEIPT = 1764000000, 1764003600


def sha256(data):
    return hashlib.sha256(data).digest()


def b64(data):
    return base64.b64encode(data).decode()


def quiet(*_):
    pass


class Signer:
    """A key pair; line() is its signature line, for a mirror key a cosignature."""

    def __init__(self, name, seed, kind=1):
        self.name, self.kind = name, kind
        self.public, self.secret = nacl.bindings.crypto_sign_seed_keypair(seed)
        self.id = sha256(name.encode() + b"\n" + bytes([kind]) + self.public)[:4]
        self.text = f"{name}+{self.id.hex()}+{b64(bytes([kind]) + self.public)}"

    def sign(self, data):
        return nacl.bindings.crypto_sign(data, self.secret)[:64]

    def line(self, text, time=RECEIPT):
        if self.kind == 4:
            payload = time.to_bytes(8, "big") + self.sign(b"cosignature/v1\ntime %d\n" % time + text.encode())
        else:
            payload = self.sign(text.encode())
        return f"— {self.name} {b64(self.id + payload)}\n"


def derive(master, purpose, generation=1):
    salt = (purpose * 2**32 + generation).to_bytes(8, "little") + bytes(8)
    return hashlib.blake2b(key=master, digest_size=32, salt=salt, person=b"yishikey" + bytes(8)).digest()


def signed(text, *signers):
    return (text + "\n" + "".join(s.line(text) for s in sorted(signers, key=lambda s: (s.name.encode(), s.id)))).encode()


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def pb(*fields):
    """Protobuf of (number, value): int, bytes or str; None is left out."""
    out = b""
    for number, value in fields:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        elif value is not None:
            value = value.encode() if isinstance(value, str) else value
            out += varint(number << 3 | 2) + varint(len(value)) + value
    return out


def day(yyyymmdd):
    return pb((1, yyyymmdd))


def record_text(log, kind, body, subject="-", time=TIME):
    return f"{log.split('/')[0]}/record/v1\n{log}\n{kind}\n{subject}\n{time}\n{len(body)}\n{b64(sha256(body))}\n"


def root_of(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"")
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + root_of(leaves[:k]) + root_of(leaves[k:]))


def inclusion(index, leaves):
    if len(leaves) == 1:
        return []
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if index < k:
        return inclusion(index, leaves[:k]) + [root_of(leaves[k:])]
    return inclusion(index - k, leaves[k:]) + [root_of(leaves[:k])]


def consistency(old, leaves, whole=True):
    if old == len(leaves):
        return [] if whole else [root_of(leaves)]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if old <= k:
        return consistency(old, leaves[:k], whole) + [root_of(leaves[k:])]
    return consistency(old - k, leaves[k:], False) + [root_of(leaves[:k])]


class Log:
    def __init__(self, origin, *signers):
        self.origin, self.signers, self.entries = origin, signers, []

    def add(self, kind, body, *signers, subject="-", time=TIME):
        self.entries.append((signed(record_text(self.origin, kind, body, subject, time), *signers), body))
        return len(self.entries) - 1

    def leaves(self):
        return [sha256(b"\x00" + note) for note, _ in self.entries]

    def head(self, *signers):
        return signed(f"{self.origin}\n{len(self.entries)}\n{b64(root_of(self.leaves()))}\n", *(signers or self.signers))

    def bundle(self, index, evidence=(), head=None, extra=None):
        note, body = self.entries[index]
        extra = pb((1, note), (2, body), *((3, one) for one in evidence)) if extra is None else extra
        proof = "".join(b64(one) + "\n" for one in inclusion(index, self.leaves()))
        return f"c2sp.org/tlog-proof@v1\nextra {b64(extra)}\nindex {index}\n{proof}\n".encode() + (head or self.head())


def salted(kind, *fields, salt=bytes(16)):
    return pb((1, salt), (kind, pb(*fields)))


def certificate(unit, log, mirror, start=None, role=1):
    return salted(106, (1, unit), (2, role), (3, f"单位{unit}"), (4, log.text), (5, mirror.text), (6, bytes(32)),
                  (7, bytes(64)), (8, bytes(64)), (10, start))


def register(unit, body, key, log, start=0):
    return salted(101, (1, unit), (2, body), (3, "主体"), (4, key.text), (5, log), (6, start), (10, bytes(64)))


def revoke(key, log, cut):
    return salted(102, (1, key.text), (2, log), (3, cut), (4, bytes(32)), (5, 1))


CONSENSUS = pb(
    (1, bytes(range(16))), (2, pb((1, day(20251124)))),
    (131, pb((1, pb((1, 1), (2, "修缮自行车棚"), (3, 1), (4, 0), (5, "示例社区居民委员会"), (6, day(20260331)))),
             (1, pb((1, 2), (2, "拓宽小区西门外道路"), (3, 2), (4, 0))), (2, day(20251124)), (3, 2))))
PUBLICATION = salted(163, (1, 1), (2, "公告栏"), (3, day(20251125)), (4, day(20251202)), (5, 0), (6, 1), salt=bytes(range(16, 32)))
RECEIVED = pb((1, bytes(range(32, 48))), (4, pb((1, 9), (2, bytes(32)))), (165, pb((1, "已向党组织汇报"))))


class World:
    """The federation of FORMATS.md 18, with the membership records that the examples leave out."""

    deployment = "yishi.example"

    def __init__(self):
        def of(name, seed, kind=1):
            return Signer(f"{self.deployment}/{name}", seed, kind)

        self.masters = {COMMUNITY: b"\x11" * 32, STREET: b"\x12" * 32, DISTRICT: b"\x13" * 32}
        self.log_key = {code: of(f"{code}/1", derive(m, 1)) for code, m in self.masters.items()}
        self.mirror = {code: of(f"mirror/{code}", derive(m, 2), 4) for code, m in self.masters.items()}
        self.root = of(f"{DISTRICT}/root", b"\x31" * 32)
        self.da, self.st = of(f"{DISTRICT}/da", b"\x41" * 32), of(f"{STREET}/st", b"\x42" * 32)
        self.rc, self.po = of(f"{COMMUNITY}/rc", b"\x21" * 32), of(f"{COMMUNITY}/po", b"\x22" * 32)
        self.policy = verifier.read_policy(EXAMPLE["root policy"].encode())
        origin = {code: key.name for code, key in self.log_key.items()}
        self.district = Log(origin[DISTRICT], self.log_key[DISTRICT])
        self.street = Log(origin[STREET], self.log_key[STREET], self.mirror[DISTRICT])
        self.community = Log(origin[COMMUNITY], self.log_key[COMMUNITY], self.mirror[STREET], self.mirror[DISTRICT])
        self.evidence_of = [(self.district, 0), (self.district, 1), (self.district, 2), (self.district, 3),
                            (self.street, 0), (self.street, 1), (self.street, 2)]
        self.district.add("node_certificate", certificate(DISTRICT, self.log_key[DISTRICT], self.mirror[DISTRICT]), self.root)
        self.district.add("body_register", register(DISTRICT, "da", self.da, origin[DISTRICT], 1), self.root)
        self.district.add("node_certificate", certificate(STREET, self.log_key[STREET], self.mirror[STREET]), self.da)
        self.district.add("body_register", register(STREET, "st", self.st, origin[STREET]), self.da)
        self.street.add("node_certificate", certificate(COMMUNITY, self.log_key[COMMUNITY], self.mirror[COMMUNITY]), self.st)
        self.street.add("body_register", register(COMMUNITY, "rc", self.rc, origin[COMMUNITY]), self.st)
        self.street.add("body_register", register(COMMUNITY, "po", self.po, origin[COMMUNITY]), self.st)
        matter = f"{COMMUNITY}-2025-0007"
        self.community.add("consensus", CONSENSUS, self.rc, self.po, subject=matter)
        self.community.add("feedback_publication", PUBLICATION, self.rc, subject=matter, time=TIME + 60)
        self.community.add("acknowledgement", RECEIVED, self.rc, subject=matter, time=TIME + 120)

    def evidence(self):
        return [log.bundle(index) for log, index in self.evidence_of]

    def bundle(self, index=1, log=None, **options):
        return (log or self.community).bundle(index, self.evidence(), **options)

    def check(self, data, say=quiet):
        return verifier.check_bundle(data, self.policy, say)

    def also(self, log, *record):
        """One more record in a log, and one more piece of evidence behind the others of its log."""
        index = log.add(*record)
        last = max(i for i, (one, _) in enumerate(self.evidence_of) if one is log)
        self.evidence_of.insert(last + 1, (log, index))
        return index
