"""Bundles of a federation whose every key is at hand, and whether they are good: each breaks or keeps one rule.

tests/test_verifier.py lets tests/verifier.py judge them, tests/e2e/test_evidence.py `yishi check` too.
"""

from federation import (
    COMMUNITY, DISTRICT, EXAMPLE, PUBLICATION, RECEIVED, STREET, Log, Signer, World, b64, certificate, pb, register, revoke,
    salted, sha256,
)

ORIGIN = f"{World.deployment}/{COMMUNITY}/1"


def records():
    """What the record itself must be."""
    kind, salt = "feedback_publication", pb((1, bytes(16)))

    def add(log, *record):
        return log.bundle(log.add(*record), World().evidence())

    yield "as it should be", World().bundle(1), True
    for name, record, good in (("a kind of later", ("feast", salt + pb((198, b"")), World().po), True),
                               ("two kinds of later", ("feast", salt + pb((198, b""), (199, b"")), World().po), False),
                               ("a later kind without salt", ("feast", pb((198, b"")), World().po), False),
                               ("a known kind that its note does not know", ("feast", RECEIVED, World().po), False),
                               ("a later kind that its note calls known", ("acknowledgement", salt + pb((198, b"")), World().po), False),
                               ("another known kind", (kind, RECEIVED, World().rc), False),
                               ("the wrong signer", (kind, PUBLICATION, World().po), False),
                               ("a stranger's key", (kind, PUBLICATION, Signer(World().rc.name, bytes(32))), False)):
        yield name, add(World().community, *record), good
    for name, key, good in (("of its unit", World().po, False), ("of another unit", World().st, True), ("of the root", World().root, True)):
        w = World()
        note, body = w.community.entries[1]
        w.community.entries[1] = note + key.line("another text\n").encode(), body
        yield f"a bad line {name}", w.bundle(1), good
    for name, start, cut, good in (("valid", 1, 2, True), ("from later on", 2, 3, False), ("cut before", 0, 1, False)):
        w = World()
        w.evidence_of.remove((w.street, 1))
        w.also(w.street, "body_register", register(COMMUNITY, "rc", w.rc, w.community.origin, start), w.st)
        w.also(w.street, "key_revoke", revoke(w.rc, w.community.origin, cut), w.st)
        yield f"a key {name}", w.bundle(1), good
    w = World()
    w.also(w.street, "body_register", register(COMMUNITY, "rc", w.rc, w.community.origin, 1), w.st)
    yield "a second registration", w.bundle(1), False
    for signers, good in (("st",), False), (("st", "rc"), True), (("st", "da"), True):
        w = World()
        key = Signer(w.rc.name, b"\x61" * 32)
        w.also(w.street, "body_register", register(COMMUNITY, "rc", key, w.community.origin), *(getattr(w, s) for s in signers))
        yield f"a further key by {signers}", w.bundle(w.community.add(kind, PUBLICATION, key)), good
    w, evidence = World(), World().evidence()
    evidence[5] = w.street.bundle(1, head=w.street.head(w.log_key[STREET]))
    yield "a street's record that the district has not cosigned", w.community.bundle(1, evidence), False
    w, evidence = World(), World().evidence()
    w.district.entries[3] = w.district.entries[1]
    evidence[1] = w.district.bundle(1)
    yield "two roots of one size", w.community.bundle(1, evidence), False
    w, evidence = World(), World().evidence()
    w.community.entries.append(w.community.entries[0])
    w.street.entries[1] = w.street.entries[2]
    w.street.entries.append(w.street.entries[0])
    evidence[6] = w.street.bundle(1)
    yield "two records at one index", w.community.bundle(1, evidence), False
    w = World()
    w.district.entries.insert(1, w.district.entries.pop(0))
    w.evidence_of[:2] = [(w.district, 1), (w.district, 0)]
    yield "a district that begins with something else", w.bundle(1), False
    yield "no evidence", World().community.bundle(1), False
    yield "evidence within evidence", w.community.bundle(1, [World().bundle(0, World().district), *World().evidence()[1:]]), False


class Change:
    """A federation in which records of the street, or of the district, follow those of the examples."""

    def __init__(self):
        self.w = World()

    def key(self, name, seed, kind=1):
        return Signer(f"{World.deployment}/{name}", bytes([seed]) * 32, kind)

    def signers(self, names):
        mine = {"k1": self.w.log_key[COMMUNITY], "m1": self.w.mirror[COMMUNITY]}
        return [mine.get(name) or getattr(self.w, name) for name in names.split()]

    def street(self, kind, body, names="st"):
        self.w.also(self.w.street, kind, body, *self.signers(names))
        return self

    def district(self, kind, body, names="da"):
        self.w.also(self.w.district, kind, body, *self.signers(names))
        return self

    def cut(self, key, size, log=ORIGIN, names="st"):
        return self.street("key_revoke", revoke(key, log, size), names)

    def second_log(self, names, mirror=None, seed=0x71):
        """The community's log begins again, with a new key."""
        key = self.key(f"{COMMUNITY}/2", seed)
        self.street("node_certificate", certificate(COMMUNITY, key, mirror or self.w.mirror[COMMUNITY]), names)
        return Log(key.name, key, self.w.mirror[STREET], self.w.mirror[DISTRICT])

    def in_log(self, log, *signers):
        """A record in another log than the examples'."""
        return self.w.bundle(log.add("acknowledgement", RECEIVED, *signers), log)


def revocations():
    """12.3: which revocations have an effect, and which."""
    w = World()
    for name, log, good in (("its own log", ORIGIN, True), ("a later log of the unit", f"{World.deployment}/{COMMUNITY}/2", True),
                            ("a log of the street", f"{World.deployment}/{STREET}/1", False),
                            ("a neighbour's log", f"{World.deployment}/{STREET}002/1", False), ("no log", f"{World.deployment}/{COMMUNITY}/rc", False),
                            ("another deployment", f"other.example/{COMMUNITY}/1", False)):
        yield f"a body's key is cut in {name}", Change().cut(w.rc, 2, log).w.bundle(1), good
        yield f"a mirror's key is cut in {name}", Change().cut(w.mirror[COMMUNITY], 2, log).w.bundle(1), good
        yield f"a body's key is cut in {name}, below the record", Change().cut(w.rc, 1, log).w.bundle(1), False
        yield f"a log's key is cut in {name}", Change().cut(w.log_key[COMMUNITY], 3, log).w.bundle(1), log == ORIGIN
    yield "a log's key is cut below the head", Change().cut(w.log_key[COMMUNITY], 2).w.bundle(1), False
    yield "a key is cut twice, and lower", Change().cut(w.po, 3).cut(w.po, 1).w.bundle(1), True
    yield "a key is cut twice, and lower than the record", Change().cut(w.rc, 3).cut(w.rc, 1).w.bundle(1), False
    yield "a key is cut twice, and higher", Change().cut(w.po, 1).cut(w.po, 3).w.bundle(1), False
    yield "a cut at the last number", Change().cut(w.po, 2**64 - 1).w.bundle(1), False
    yield "a cut below the last number", Change().cut(w.po, 2**64 - 2).w.bundle(1), True
    yield "a cut of a key that nobody knows", Change().cut(Signer(w.rc.name, bytes(32)), 1).w.bundle(1), False


def holders():
    """12.3: a further key for a holder that had one before."""
    for cut in (False, True):
        for names, good in ("st", False), ("st rc", not cut), ("st da", True), ("st po", False):
            change = Change()
            new = change.key(f"{COMMUNITY}/rc", 0x61)
            change = change.cut(change.w.rc, 3) if cut else change
            change.street("body_register", register(COMMUNITY, "rc", new, ORIGIN), names)
            index = change.w.community.add("feedback_publication", PUBLICATION, new)
            yield f"a key in place of one that is {'' if cut else 'not '}cut, by {names}", change.w.bundle(index), good
    for names, good in ("st", False), ("st k1", True), ("st m1", False), ("st da", True):
        change = Change()
        log = change.second_log(names)
        yield f"a second log by {names}", change.in_log(log, change.w.rc), good
    change = Change().cut(World().log_key[COMMUNITY], 3)
    log = change.second_log("st k1")
    yield "a second log by the key of the first, which is cut", change.in_log(log, change.w.rc), False
    for names, log_good, any_good in ("st", False, False), ("st k1", True, True), ("st m1", False, True), ("st da", True, True):
        change = Change()
        log = change.second_log(names, change.key(f"mirror/{COMMUNITY}", 0x72, 4))
        yield f"a second log with a second mirror by {names}", change.in_log(log, change.w.rc), log_good
        yield f"the first log beside a second, with a second mirror by {names}", change.w.bundle(1), any_good
    change = Change()
    log = change.second_log("st da", change.key(f"mirror/{COMMUNITY}", 0x72, 4))
    change.street("node_certificate", certificate(COMMUNITY, change.key(f"{COMMUNITY}/3", 0x73), change.key(f"mirror/{COMMUNITY}", 0x74, 4)))
    yield "a third log by the street alone", change.w.bundle(1), False
    for names, good in ("st da", False), ("st da2", True), ("st da da2", True):
        change = Change()
        change.w.da2 = change.key(f"{DISTRICT}/da", 0x62)
        change.district("body_register", register(DISTRICT, "da", change.w.da2, change.w.district.origin), "root")
        change.district("key_revoke", revoke(change.w.da, change.w.district.origin, 100), "root")
        log = change.second_log(names)
        yield f"a second log by {names}, of which the first is cut", change.in_log(log, change.w.rc), good


def readers():
    """12.3: a certificate of an observer registers no key."""
    w = World()
    key, mirror = Signer(f"{World.deployment}/{COMMUNITY}/2", b"\x71" * 32), Signer(w.mirror[COMMUNITY].name, b"\x72" * 32, 4)
    for name, keys in ("new keys", (key, mirror)), ("a new log", (key, w.mirror[COMMUNITY])), ("known keys", (w.log_key[COMMUNITY], w.mirror[COMMUNITY])):
        yield f"an observer with {name}", Change().street("node_certificate", certificate(COMMUNITY, *keys, role=2), "st da").w.bundle(1), False
    again = salted(106, (1, COMMUNITY), (2, 1), (4, w.log_key[COMMUNITY].text), (5, w.mirror[COMMUNITY].text), (6, b"\x01" * 32))
    yield "another transport key", Change().street("node_certificate", again, "st da").w.bundle(1), False


def indices():
    """12.4: at which places a key is valid, and 12.3: which key signs a head."""
    change = Change()
    yield "a body's key in the second log of its unit", change.in_log(change.second_log("st da"), change.w.rc), True
    for name, log in ("another log", f"{World.deployment}/{STREET}/1"), ("no log", "x"), ("nothing", None):
        change = Change()
        key = change.key(f"{COMMUNITY}/sc", 0x51)
        change.street("body_register", salted(101, (1, COMMUNITY), (2, "sc"), (4, key.text), (5, log)))
        yield f"a body whose log is {name}", change.in_log(change.w.community, key), True
    for start in (3, 4):  # of the second key; the head has 3 entries, or 4
        for is_cut in (False, True):
            for size, old in (3, True), (3, False), (4, True), (4, False):
                change, second = Change(), Signer(ORIGIN, b"\x75" * 32)
                change.street("node_certificate", certificate(COMMUNITY, second, change.w.mirror[COMMUNITY], start), "st k1")
                change = change.cut(change.w.log_key[COMMUNITY], 3) if is_cut else change
                for _ in range(size - 3):
                    change.w.community.add("acknowledgement", RECEIVED, change.w.rc)
                signer = change.w.log_key[COMMUNITY] if old else second
                head = change.w.community.head(signer, change.w.mirror[STREET], change.w.mirror[DISTRICT])
                yield (f"a head of {size} by the {'first' if old else 'second'} key, which begins at {start}{', the first cut' * is_cut}",
                       change.w.bundle(1, head=head), old != (start < size) and (not old or size <= 3 or not is_cut))
    for cut, good in ("", "second"), ("2", "first"), ("1", "second"), ("12", "second"), ("21", "second"):
        for by in ("first", "second"):
            change = Change()
            mirrors = {"first": change.w.mirror[STREET], "second": change.key(f"mirror/{STREET}", 0x76, 4)}
            change.district("node_certificate", certificate(STREET, change.key(f"{STREET}/1", 0x77), mirrors["second"], 100))
            for one in cut:
                change.district("key_revoke", revoke(mirrors["first" if one == "1" else "second"], change.w.street.origin, 0))
            head = change.w.community.head(change.w.log_key[COMMUNITY], mirrors[by], change.w.mirror[DISTRICT])
            yield f"a receipt by the {by} mirror key, cut {cut or 'none'}", change.w.bundle(1, head=head), by == good


def node_kinds():
    """6.7, 12.5: what the key of a log signs."""
    bodies = {"anchor": salted(107, (1, b"x")), "fork_notice": salted(108, (1, ORIGIN), (2, bytes(32)), (3, 1)),
              "receipts": salted(195, (1, pb((1, ORIGIN), (2, 1), (3, bytes(32)), (4, 1))))}
    later = pb((1, bytes(16)), (198, b""))
    for kind, body in bodies.items():
        for names, good in ("k1", True), ("rc", False), ("rc po", False), ("m1", False), ("k1 rc", True), ("st", False):
            change = Change()
            index = change.w.community.add(kind, body, *change.signers(names))
            yield f"{kind} by {names}", change.w.bundle(index), good
    for kind, body in ("feast", later), ("acknowledgement", RECEIVED), ("feedback_publication", PUBLICATION):
        for names, good in ("k1", False), ("rc", True), ("k1 rc", True), ("m1", False):
            change = Change()
            index = change.w.community.add(kind, body, *change.signers(names))
            yield f"{kind} by {names}", change.w.bundle(index), good
    for start, cut, by, good in ((3, 5, "first", True), (3, 3, "first", False), (3, 3, "second", True), (4, 5, "second", False)):
        change, second = Change(), Signer(ORIGIN, b"\x75" * 32)
        change.street("node_certificate", certificate(COMMUNITY, second, change.w.mirror[COMMUNITY], start), "st k1")
        change.cut(change.w.log_key[COMMUNITY], cut)
        index = change.w.community.add("receipts", bodies["receipts"], change.w.log_key[COMMUNITY] if by == "first" else second)
        for _ in range(3):
            change.w.community.add("acknowledgement", RECEIVED, change.w.rc)
        head = change.w.community.head(second, change.w.mirror[STREET], change.w.mirror[DISTRICT])
        yield f"receipts at 3 by the {by} key, the second from {start} on, the first cut at {cut}", change.w.bundle(index, head=head), good
    change = Change()
    log = change.second_log("st k1")
    yield "receipts by the key of another log of the unit", change.w.bundle(log.add("receipts", bodies["receipts"], *change.signers("k1")), log), False
    for name, key, good in ("the log", World().log_key[COMMUNITY], False), ("a mirror", World().mirror[COMMUNITY], True), ("another log", log.signers[0], True):
        change = Change()
        change.second_log("st k1")
        note, body = change.w.community.entries[1]
        change.w.community.entries[1] = note + key.line("another text\n").encode(), body
        yield f"a bad line of {name}", change.w.bundle(1), good


def beginnings():
    """9.3(1): where the key of a district's log comes from."""
    for index, name, good in (0, f"{DISTRICT}/2", True), (1, f"{DISTRICT}/2", False), (0, f"{DISTRICT}/3", False):
        change = Change()
        key, origin = change.key(name, 0x78), f"{World.deployment}/{DISTRICT}/2"
        log = Log(origin, change.key(f"{DISTRICT}/2", 0x78))
        for _ in range(index):
            log.add("acknowledgement", RECEIVED, change.w.da)
        log.add("node_certificate", certificate(DISTRICT, key, change.w.mirror[DISTRICT]), change.w.root)
        change.w.evidence_of.insert(4, (log, index))
        log.add("acknowledgement", RECEIVED, change.w.da)
        yield f"a second log of the district, with {name} at {index}", change.in_log(log, change.w.da), good
    change = Change()
    log = change.second_log("st")
    log.add("node_certificate", certificate(COMMUNITY, log.signers[0], change.w.mirror[COMMUNITY]), change.w.root)
    change.w.evidence_of = change.w.evidence_of[:7] + [(log, 0)]
    yield "a second log of a community that begins with its certificate", change.w.bundle(1), False


def successions():
    """11.5: with which records a successor of the root comes into force."""
    new = Signer(World().root.name, b"\x33" * 32)
    lines = EXAMPLE["root policy"].splitlines(keepends=True)
    successor = "".join(lines[:4]) + f"key {new.text}\n"
    policies = EXAMPLE["root policy"].replace("next -", f"next {b64(sha256(successor.encode()))}") + "\n" + successor
    w = World()
    key, log, mirror = Signer(f"{World.deployment}/{DISTRICT}/gd-x", b"\x79" * 32), w.log_key[DISTRICT], w.mirror[DISTRICT]
    stranger = Signer(f"{World.deployment}/{DISTRICT}/gd-y", b"\x7a" * 32)
    for name, kind, body, good in (
            ("with a new key", "body_register", register(DISTRICT, "gd-x", key, log.name), True),
            ("with nothing new", "node_certificate", certificate(DISTRICT, log, mirror), True),
            ("as an observer's", "node_certificate", certificate(DISTRICT, log, mirror, role=2), True),
            ("with a cut", "key_revoke", revoke(w.da, log.name, 100), True),
            ("with a cut of no effect", "key_revoke", revoke(w.da, log.name, 2**64 - 1), True),
            ("with a cut of a stranger", "key_revoke", revoke(stranger, log.name, 1), False),
            ("with a cut in another log", "key_revoke", revoke(log, f"{World.deployment}/{DISTRICT}/2", 100), False),
            ("of a street", "body_register", register(STREET, "gd-x", Signer(f"{World.deployment}/{STREET}/gd-x", b"\x79" * 32), log.name), False),
            ("without a key", "body_register", salted(101, (1, DISTRICT), (2, "gd-x")), False),
            ("with another's key", "body_register", register(DISTRICT, "gd-x", stranger, log.name), False),
            ("of a body that does not exist", "body_register", register(DISTRICT, "rc", Signer(f"{World.deployment}/{DISTRICT}/rc", b"\x79" * 32), log.name), False),
            ("without a transport key", "node_certificate", salted(106, (1, DISTRICT), (4, log.text), (5, mirror.text)), False)):
        change = Change()
        change.w.new = new
        yield f"a succession {name}", change.district(kind, body, "new").w.bundle(1), good, policies
        yield f"the successor {name}, without its policy", change.w.bundle(1), False
    for signer, good in ("new", True), ("root", False), ("root new", True):
        change = Change()
        change.w.new = new
        change.district("node_certificate", certificate(DISTRICT, log, mirror), "new")
        change.district("body_register", register(DISTRICT, "gd-x", key, log.name), signer)
        yield f"after a succession, by {signer}", change.w.bundle(1), good, policies
    change = Change()
    change.w.new = new
    change.district("body_register", register(STREET, "gd-x", Signer(f"{World.deployment}/{STREET}/gd-x", b"\x79" * 32), log.name), "da new")
    change.district("body_register", register(DISTRICT, "gd-x", key, log.name), "root")
    yield "the successor beside da on a record about a street", change.w.bundle(1), True, policies


def bundles():
    """Name, bytes, whether it is good, and the root file."""
    for part in (records, revocations, holders, readers, indices, node_kinds, beginnings, successions):
        for name, data, good, *policies in part():
            yield f"{part.__name__}: {name}", data, good, policies[0] if policies else EXAMPLE["root policy"]


class Known(World):
    """A federation, with the keys that were made in it so far."""

    def __init__(self):
        super().__init__()
        bodies = [self.root, self.da, self.st, self.rc, self.po]
        self.known = {key.text: key for key in [*bodies, *self.log_key.values(), *self.mirror.values()]}

    def know(self, key):
        return self.known.setdefault(key.text, key)

    def keys_of(self, unit):
        return [key for key in self.known.values() if key.name.replace("mirror/", "").split("/")[1] == unit]


def chance(dice, world):
    """A membership record about some unit, as likely wrong as right: log, kind, body, signers."""
    unit = dice.choice([DISTRICT, STREET, COMMUNITY])
    keys = world.keys_of(unit)

    def fresh(name, kind=1):
        return world.know(Signer(f"{World.deployment}/{name}", bytes([dice.choice([0x61, 0x62])]) * 32, kind))

    kind = dice.choice(["body_register", "node_certificate", "node_certificate", "key_revoke", "key_revoke"])
    if kind == "body_register":
        name = dice.choice({DISTRICT: ["da", "gd-x", "rc"], STREET: ["st", "gd-x"], COMMUNITY: ["rc", "po", "sc"]}[unit])
        body = register(unit, name, fresh(f"{unit}/{name}"), None, dice.choice([None, 0, 1, 3, 4]))
    elif kind == "node_certificate":
        log = fresh(f"{unit}/{dice.choice([1, 1, 2])}") if dice.random() < 0.7 else world.log_key[unit]
        mirror = fresh(f"mirror/{unit}", 4) if dice.random() < 0.5 else world.mirror[unit]
        body = certificate(unit, log, mirror, dice.choice([None, None, *range(6)]), dice.choice([1, 1, 1, 2]))
    else:
        key = dice.choice(keys)
        log = dice.choice([key.name, *(f"{World.deployment}/{name}" for name in (f"{unit}/1", f"{unit}/2", f"{STREET}/1"))])
        body = revoke(key, log, dice.choice([0, 1, 2, 3, 3, 4, 4, 5, 100]))
    signers = [{DISTRICT: world.root, STREET: world.da, COMMUNITY: world.st}[unit]] if dice.random() < 0.9 else []
    signers += dice.sample(list(world.known.values()), dice.choice([0, 1, 1, 2]) if signers else 1)
    right = world.street if unit == COMMUNITY else world.district
    return right if dice.random() < 0.8 else world.street, kind, body, list({one.text: one for one in signers}.values())


def by_chance(dice, counts):
    """A bundle out of random membership records. `counts` says of a World whether all of its evidence has an effect."""
    w = Known()
    for _ in range(dice.randrange(1, 6)):
        log, kind, body, signers = chance(dice, w)
        before = list(w.evidence_of)
        w.also(log, kind, body, *signers)
        if dice.random() < 0.9 and not counts(w):
            w.evidence_of = before  # the record stands in the log, and is no evidence
    unit = dice.choice([DISTRICT, STREET, COMMUNITY, COMMUNITY])
    log = {DISTRICT: w.district, STREET: w.street, COMMUNITY: w.community}[unit]
    mine = w.keys_of(unit)
    again = [key for key in mine if key.name.endswith("/2")]
    if again and dice.random() < 0.5:  # its log has begun again
        log = Log(again[0].name, again[0], *log.signers[1:])
    kind, body = dice.choice([("acknowledgement", RECEIVED), ("feedback_publication", PUBLICATION), ("feast", pb((1, bytes(16)), (198, b""))),
                              ("receipts", salted(195, (1, pb((1, "x")))))])
    for _ in range(dice.randrange(3)):
        log.add("acknowledgement", RECEIVED, w.rc)
    index = log.add(kind, body, *dice.sample(mine, dice.choice([1, 1, 2])))
    if dice.random() < 0.1:
        log.entries[index] = log.entries[index][0] + dice.choice(mine).line("another text\n").encode(), body
    for _ in range(dice.randrange(2)):
        log.add("acknowledgement", RECEIVED, w.rc)
    others = [[key for key in w.known.values() if key.name == signer.name] for signer in log.signers]
    signers = [dice.choice(keys) if dice.random() < 0.4 else signer for signer, keys in zip(log.signers, others)]
    return w.bundle(index, log, head=log.head(*signers))
