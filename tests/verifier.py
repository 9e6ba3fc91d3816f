#!/usr/bin/python3
"""Independent verifier of yishi's evidence, written from proto/FORMATS.md alone (numbers in comments are its sections).

    verifier.py bundle FILE ROOT.pub  a proof bundle; needs nothing but the district's root policy
    verifier.py fork FILE VKEY        a proof of two histories of one log, under the log's verifier key
    verifier.py tiles DIR VKEY        an exported log (C2SP tlog-tiles), under its key: every leaf, every tile, the root
    verifier.py note FILE VKEY        the line of one key under a record, a checkpoint or any other signed note
    verifier.py opening FILE ROOT.pub BUNDLE  value and salt of what was sealed in the record of a proof bundle

Each step is printed, then a verdict: `OK ...` (exit 0) or `REFUSED <reason>` (exit 1). Exit 2: wrong use, no such file.
Needs Python 3.9 and PyNaCl (Debian: python3-nacl), shares no code with yishi, writes no file, opens no connection.
"""
import base64
import datetime
import hashlib
import json
import pathlib
import re
import sys
from collections import namedtuple
from types import SimpleNamespace

from nacl import bindings, exceptions

FOREVER = 2**64 - 1  # the cut of a key that is not revoked
Refused = ValueError  # also what Python itself raises for bytes that are not UTF-8, not base64, or no day
def need(condition, reason):
    if not condition:
        raise Refused(reason)
    return condition
def sha256(data):
    return hashlib.sha256(data).digest()
def from_base64(text):  # 1.4
    data = base64.b64decode(text, validate=True)
    return need(base64.b64encode(data).decode() == text, "base64 that is not canonical") and data
def chunks(items, size):
    return [items[at:at + size] for at in range(0, len(items), size)]
def below(end):
    return lambda number: need(int(number) < end, f"{number} is not below {end}") and int(number)
def when(seconds):
    time = datetime.datetime.fromtimestamp(min(seconds, 2**37), datetime.timezone.utc)
    return f"{time:%Y-%m-%dT%H:%M:%SZ}" if seconds < 2**37 else f"POSIX second {seconds}"

# --- text formats: of parts; of each part what it looks like and how it is read ---
FORMS = {
    "log": "<deployment>/<code>/<incarnation>", "verifier key": "<name>+<id>+<key>",  # 2.4, 3.3
    "note": "<text>\n<lines>", "signature line": "\u2014 <signer> <payload>",  # 5.1, 5.2
    "record": "<deployment>/record/v1\n<=deployment>/<code>/<incarnation>\n"  # 6.2
              "<kind>\n<subject>\n<time>\n<length>\n<hash>\n",
    "checkpoint": "<deployment>/<code>/<incarnation>\n<size>\n<hash>\n",  # 8.1
    "proof bundle": "c2sp.org/tlog-proof@v1\nextra <extra>\nindex <index>\n<proof>\n<head>",  # 9.1
    "fork proof": "<deployment>/fork-proof/v1\nprefix <size> <hash>\n<proof>\n<head>\n<larger>",  # 10.1
    "root policy": "<deployment>/root/v1\n<district>\nthreshold <threshold>\nnext <next>\n<keys>",  # 11.1
}
WORD, DECIMAL, HASH, LINES = "[a-z0-9._-]{1,64}", "0|[1-9][0-9]*", "[A-Za-z0-9+/]{43}=", "(?:[^\x00-\x1f]+\n)+"
HEAD = (f"{LINES}\n{LINES}", lambda text: read_text("checkpoint", text.encode()))
PARTS = {
    "deployment": (r"(?=[^/\n]*\.)[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?", str), "incarnation": ("[1-9][0-9]{0,5}", str),
    "code": ("[1-9][0-9]{5}(?:[0-9]{3}){0,2}", str), "district": ("[1-9][0-9]{5}", str), "kind": (WORD, str),
    "subject": (WORD, str), "time": (DECIMAL, below(2**40)), "length": ("[1-9][0-9]*", below(131073)),
    "size": (DECIMAL, below(2**63)), "index": (DECIMAL, below(2**63)), "hash": (HASH, from_base64), "head": HEAD,
    "name": ("[!-*,-~]{1,127}", str), "id": ("[0-9a-f]{8}", bytes.fromhex), "key": ("[^=]{44}", from_base64),
    "signer": (r"[^\s+]+", str), "payload": ("[^ ]+", from_base64), "extra": (".+", from_base64), "larger": HEAD,
    "lines": (LINES, lambda text: [parse("signature line", line) for line in re.findall(".+", text)]),
    "next": (f"-|{HASH}", lambda text: text == "-" or from_base64(text)), "threshold": ("[1-3]", int),
    "keys": ("(?:key [^\n]+\n){1,3}", lambda text: [read_key(line[4:]) for line in re.findall(".+", text)]),
    "proof": (f"(?:{HASH}\n){{0,64}}", lambda text: [from_base64(line) for line in re.findall(".+", text)]),
    "text": (LINES, str.encode)}
def parse(form, text):
    pattern = re.sub("<=([a-z]+)>", r"(?P=\1)", re.escape(FORMS[form]))
    pattern = re.sub("(?<!P)<([a-z]+)>", lambda part: f"(?P{part[0]}{PARTS[part[1]][0]})", pattern)
    parts = need(re.fullmatch(pattern, text), f"malformed {form}").groupdict()
    return SimpleNamespace(**{name: PARTS[name][1](value) for name, value in parts.items()})

# --- 3 keys, 5 signed notes ---
Key = namedtuple("Key", "name id type public")
def read_key(text):  # 3.2, 3.3
    parts = parse("verifier key", text)
    key = Key(parts.name, parts.id, parts.key[0], parts.key[1:])
    need(key.type in (1, 4) and sha256(key.name.encode() + b"\n" + parts.key)[:4] == key.id, "a key of another id")
    return need(bindings.crypto_core_ed25519_is_valid_point(key.public), f"the key {key.name} is no point") and key
def read_note(data):  # 5.1, 5.2, 5.5
    note = parse("note", data.decode())
    fits = len(data) <= 65535 and len(note.lines) <= 100 and all(len(line.payload) > 4 for line in note.lines)
    return need(fits, "note of a wrong size") and note
def is_good(key, text, payload):  # 3.1, 5.3, 8.3
    seconds, signature = (payload[:8], payload[8:]) if key.type == 4 else (b"", payload)
    prefix = b"cosignature/v1\ntime %d\n" % int.from_bytes(seconds, "big") if key.type == 4 else b""
    try:
        bindings.crypto_sign_open(signature + prefix + text, key.public)
        return len(signature) == 64 and seconds < b"\x80"  # 2^63
    except exceptions.BadSignatureError:
        return False
def judge(note, keys):  # 5.4; of each key that has a line: the payload of a good line, b"" of a bad one
    first = {(line.signer, line.payload[:4]): line.payload[4:] for line in reversed(note.lines)}
    found = {key: first[key.name, key.id] for key in keys if (key.name, key.id) in first}
    return {key: payload if is_good(key, note.text, payload) else b"" for key, payload in found.items()}
def all_good(lines):
    return need(all(lines.values()), f"bad signature among those of {', '.join(key.name for key in lines)}") and lines
def read_text(form, data):  # 6.2, 8.1; a record or a checkpoint
    note = read_note(data)
    parts = parse(form, note.text.decode())
    parts.note, parts.origin = note, f"{parts.deployment}/{parts.code}/{parts.incarnation}"
    return parts

# --- 7 trees ---
def node(left, right):
    return sha256(b"\x01" + left + right)
def tree_root(hashes):  # 7.1; pairing neighbours and promoting an odd last one is the same as splitting at 2^k
    while len(hashes) > 1:
        hashes = [node(*pair) if len(pair) == 2 else pair[0] for pair in chunks(hashes, 2)]
    return hashes[0] if hashes else sha256(b"")
def climb(index, size, path, hashes):
    """From a node up to the root: hashes[0] with all of the path, the others with left neighbours only, which gives the
    root of the tree that ends with this node. Above `inner` levels the way runs along the right edge of the tree."""
    inner = (index ^ size - 1).bit_length()
    need(len(path) == inner + bin(index >> inner).count("1"), "proof of a wrong length")
    for level, other in enumerate(path):
        is_left = level >= inner or index >> level & 1
        hashes = [node(other, one) for one in hashes] if is_left else [node(hashes[0], other), *hashes[1:]]
    return hashes
def check_inclusion(index, size, leaf, root, path):  # 7.2
    need(index < size and climb(index, size, path, [leaf]) == [root], "inclusion proof does not hold")
def check_consistency(old_size, old_root, size, root, path):  # 7.2
    need(old_size <= size, "sizes out of order")
    if old_size in (0, size):
        return need(not path and old_root == (root if old_size else sha256(b"")), "consistency proof does not hold")
    level = (old_size & -old_size).bit_length() - 1  # of the old tree's last perfect subtree: there the proof begins
    first, *path = path if old_size != 1 << level else [old_root, *path]
    roots = climb(old_size - 1 >> level, (size - 1 >> level) + 1, path, [first, first])
    return need(roots == [root, old_root], "consistency proof does not hold")

# --- 4 protobuf ---
# 17, as far as a reader checks it (6.6): of each field the type, [elements of a list], =size in bytes, ? in the oneof;
# in front of it the number, where that is not the next one, and the name, where it is used below.
SCHEMA = """
Date(yyyymmdd:uint32) Time(unix_ms:int64) Moment(Date?, Time?) Reference(rel:enum, record:bytes=32) Attachment(enum,
bytes=32, uint64, string, string, enum, enum) Sealed(slot:string, commitment:bytes=32) NotPersonal(string, uint32,
enum, string) Body(salt:bytes=16, Moment, string, refs:Reference[0..64], Attachment[0..64], sealed:Sealed[0..512],
NotPersonal[0..64], 101 body_register:BodyRegister?, 102 key_revoke:KeyRevoke?,
103 community_profile:CommunityProfile?, 104 house_rules:HouseRules?, 105 rule_parameter:RuleParameter?,
106 node_certificate:NodeCertificate?, 107 anchor:Anchor?, 108 fork_notice:ForkNotice?, 109 succession:Succession?,
110 topic_proposal:TopicProposal?, 111 topic_collection:TopicCollection?, 112 commission_request:CommissionRequest?,
113 street_opinion_request:StreetOpinionRequest?, 114 street_opinion:StreetOpinion?,
115 topic_determination:TopicDetermination?, 120 public_notice:PublicNotice?,
121 participation_registration:ParticipationRegistration?, 122 invitation:Invitation?,
130 meeting_session:MeetingSession?, 131 consensus:Consensus?, 132 shelving:Shelving?, 133 reopening:Reopening?,
134 residents_meeting_notice:ResidentsMeetingNotice?, 135 residents_meeting_decision:ResidentsMeetingDecision?,
140 implementation_plan:ImplementationPlan?, 141 action_group:ActionGroup?,
142 implementation_progress:ImplementationProgress?, 143 implementation_completion:ImplementationCompletion?,
144 outcome_submission:OutcomeSubmission?, 145 street_response:StreetResponse?,
146 department_response:DepartmentResponse?, 147 commission_result:CommissionResult?,
148 street_correction:StreetCorrection?, 149 correction_compliance:CorrectionCompliance?,
150 legal_education:LegalEducation?, 160 evaluation_round:EvaluationRound?, 161 evaluation_result:EvaluationResult?,
162 evaluation_reply:EvaluationReply?, 163 feedback_publication:FeedbackPublication?, 164 party_report:PartyReport?,
165 acknowledgement:Acknowledgement?, 166 residents_review:ResidentsReview?, 167 objection:Objection?,
168 objection_reply:ObjectionReply?, 180 attachment_add:AttachmentAdd?, 181 correction:Correction?,
182 withdrawal:Withdrawal?, 183 redaction:Redaction?, 184 archive_transfer:ArchiveTransfer?,
185 matter_close:MatterClose?, 190 audit_finding:AuditFinding?, 191 finding_response:FindingResponse?,
192 finding_close:FindingClose?, 193 report_snapshot:ReportSnapshot?, 194 division_change:DivisionChange?,
195 receipts:Receipts?) BodyRegister(division:string, body:string, string, key:string, string, from_index:uint64,
string, Date, Date, bytes=64) KeyRevoke(key:string, log:string, cut_size:uint64, bytes=32, enum, string)
NodeCertificate(division:string, role:enum, string, log:string, mirror:string, transport:bytes=32, bytes=64, bytes=64,
string, from_index:uint64) Anchor(bytes=1..65535) ForkNotice(string, bytes=32, uint64) Receipt(string, uint64,
bytes=32, uint64) Receipts(Receipt[1..512]) PartyCount(enum, uint32) ItemNumber(uint32) Measure(string, Date)
CommunityProfile(uint32, uint32, uint32, uint32, uint32, uint32, uint32, uint32, string) HouseRules(enum, enum,
string, string, Date, Date, PartyCount[0..512]) RuleParameter(string, string, string, Date, string, string)
Succession(string, uint64, bytes=32, string) TopicProposal(string, string, enum, enum, Date, string, string, enum,
enum, enum) ChannelCount(enum, uint32) ExcludedCount(string, uint32) TopicCollection(Date, Date, ChannelCount[1..512],
uint32, uint32, ExcludedCount[0..512]) CommissionRequest(string, string, string, Date, string[1..512])
StreetOpinionRequest(string, Date) StreetOpinion(enum, string, bool) CommitteeAttendance(uint32, uint32)
TopicDetermination(Date, enum, string, string, enum, enum, bool, enum, enum, string, string, string[0..512],
PartyCount[0..512], bool, bool, string, CommitteeAttendance, string) Moderator(enum, string) NoticeChange(bool, bool,
bool, bool) PublicNotice(Time, string, bool, Moderator, string, PartyCount[1..512], Date, string[1..512], Time,
string, string, NoticeChange) ParticipationRegistration(Date, enum, uint32, string, bool, string) Invitation(enum,
string, bool, Date, enum) SessionAttendance(enum, uint32, uint32) SessionOption(string, uint32, uint32, uint32)
MeetingSession(uint32, Time, Time, string, enum, enum, string, Moderator, string, SessionAttendance[1..512], uint32,
bool, bool, uint32, string, string, SessionOption[0..512], string, enum, string, bool, bool) ConsensusItem(uint32,
string, enum, bool, string, Date) Consensus(ConsensusItem[1..512], Date, enum, string) Shelving(uint32, string,
string, Date, bool) Reopening(Date, string) ResidentsMeetingNotice(enum, Time, string, string, Date, string,
ItemNumber[0..512]) ResidentsMeetingDecision(enum, Date, enum, uint32, uint32, uint32, uint32, uint32, bool, string,
Date, bool, ItemNumber[0..512]) PlanItem(uint32, string, Date, uint64, enum) ImplementationPlan(enum, string, string,
string, PlanItem[1..512], Date, Date) ActionGroup(string, string, uint32, string, Date, string)
ImplementationProgress(uint32, uint32, enum, string, Date, string) ImplementationCompletion(Date, enum, string,
uint64, enum, ItemNumber[0..512]) OutcomeSubmission(string, string, Date, enum, ItemNumber[0..512])
StreetResponse(enum, Date, string, Date, string, ItemNumber[0..512]) DepartmentResponse(enum, string, Date, Date,
string, ItemNumber[0..512]) CommissionResult(Date, enum, string, ItemNumber[0..512]) LegalBasis(string, string)
StreetCorrection(LegalBasis[1..512], string, enum, Date, ItemNumber[0..512]) CorrectionCompliance(Date, enum, string,
string, ItemNumber[0..512]) LegalEducation(Date, string, string, uint32) DimensionQuestion(enum, string)
EvaluationRound(string, string, string[1..512], Date, Date, enum, PartyCount[1..512], uint32, string,
DimensionQuestion[1..512]) GradeCounts(dimension:enum, grade_5:uint32, grade_4:uint32, grade_3:uint32,
grade_2:uint32, grade_1:uint32, grade_0:uint32) ReturnedByKind(party_kind:enum, returned:uint32)
EvaluationResult(issued:uint32, returned:uint32, valid:uint32, dimensions:GradeCounts[1..512],
returned_by_kind:ReturnedByKind[0..512], string, ballot_root:bytes=32, Date)
EvaluationReply(string, Measure[1..512]) FeedbackPublication(enum, string[1..512], Date, Date, uint32, bool, string)
PartyReport(Date, string, string[0..512]) RelayedAcknowledgement(string, bytes=32) Acknowledgement(string,
RelayedAcknowledgement[0..512]) ResidentsReview(uint32, enum, Date, uint32, uint32, uint32, enum, string)
Objection(Date, enum, enum, enum, string) ObjectionReply(Date, enum, string) AttachmentAdd(string) FieldChange(string,
bytes=32, string) Correction(FieldChange[1..512], enum, string, bytes=1..114688) Withdrawal(string) Redaction(string,
bytes=32, enum, string, Date, string, bool) ArchiveTransfer(string, Date, Date, string, Date, enum) MatterClose(Date,
enum, string) AuditFinding(string, enum, string, string, string, string, Date) FindingResponse(Date, string,
Measure[0..512]) FindingClose(Date, enum, string) ReportInput(string, uint64, bytes=32, uint64) ReportParameter(string,
string) ReportExport(string, bytes=32) ReportFigure(string, string, string, string, uint64, uint64)
ReportSnapshot(string, Date, Date, bytes=32, ReportInput[1..512], ReportParameter[0..512], string, string,
ReportExport[0..512], Date, ReportFigure[0..512]) DivisionEntry(string, string) DivisionChange(enum,
Date, DivisionEntry[1..512], DivisionEntry[1..512], string) ProofExtra(note:bytes=1..65535, body:bytes=1..131072,
evidence:bytes[0..32]=1..524288)
"""
FIELD = re.compile(r"(?:(\d+) )?(?:(\w+):)?(\w+)(?:\[(\d+)\.\.(\d+)\])?(?:=(\d+)(?:\.\.(\d+))?)?(\?)?")
FIELDS = {message: {int(number or at): (name or at, *limits)  # name, type, least, most, low, high, oneof
                    for at, (number, name, *limits) in enumerate(FIELD.findall(fields), 1)}
          for message, fields in re.findall(r"(\w+)\(([^)]*)\)", SCHEMA)}
NUMBERS = {"uint32": below(2**32), "enum": below(2**31), "bool": below(2), "uint64": int, "int64": int}  # 4.2(7)
def varint(data, at):
    found = need(re.compile(rb"\0|[\x80-\xff]{0,9}[\x01-\x7f]").match(data, at), "malformed number")[0]
    value = sum((byte & 0x7F) << 7 * i for i, byte in enumerate(found))
    return need(value < 2**64, "number too large") and (value, at + len(found))
def scan(data):  # the fields of a message: number, wire type, value; 4.2(1) to (4)
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        need(key >> 3 and key < 2**32 and key & 7 in (0, 1, 2, 5), "malformed protobuf key")
        value, at = varint(data, at) if key & 7 in (0, 2) else ({1: 8, 5: 4}[key & 7], at)
        if key & 7:
            need(value <= len(data) - at, "a field longer than its message")
            value, at = data[at:at + value], at + value
        yield key >> 3, key & 7, value
def read_value(kind, low, high, value):  # 4.2(6), (7)
    if kind in NUMBERS:
        return NUMBERS[kind](value)
    if kind == "string":
        value = value.decode()
        return need(not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", value), "control character in a string") and value
    need(not low or int(low) <= len(value) <= int(high or low), "bytes of a wrong size")
    return value if kind == "bytes" else decode(kind, value)
def decode(message, data):  # 4.2, 6.6; {name: value}, and under "unknown" the numbers of unknown fields
    result, members = {"unknown": []}, 0
    for number, wire, value in scan(data):
        if number not in FIELDS[message]:
            result["unknown"].append(number)
            continue
        name, kind, _, most, low, high, oneof = FIELDS[message][number]
        need(wire == (0 if kind in NUMBERS else 2), f"field {number} of {message} has a wrong wire type")
        members += oneof == "?"
        need((most or name not in result) and members <= 1, f"field {number} of {message}: one too many")
        value = read_value(kind, low, high, value)
        result[name] = [*result.get(name, []), value] if most else value
    for name, _, least, most, *_ in FIELDS[message].values():
        need(not most or int(least) <= len(result.get(name, [])) <= int(most), f"{message}: number of elements")
    need(message != "Date" or 19000101 <= result.get("yyyymmdd", 0) <= 29991231  # 4.4
         and datetime.datetime.strptime(str(result["yyyymmdd"]), "%Y%m%d"), "not a day from 1900 to 2999")
    need(message != "Time" or 0 <= result.get("unix_ms", -1) <= 32503651199999, "time out of range")
    need(message != "Moment" or members, "moment without day and time")
    return result

# --- 6 bodies, 8 heads and receipts, 11 root policies, 12 membership ---
MEMBERSHIP = {"node_certificate": ["division", "log", "mirror", "transport"], "key_revoke": ["key", "log", "cut_size"],
              "body_register": ["division", "body", "key"]}  # 12: without these they say nothing
KINDS = {name: rule.split("&") for rule, names in {  # 6.7: of each part one must sign
    "rc":
        "community_profile house_rules topic_proposal topic_collection street_opinion_request public_notice "
        "participation_registration invitation meeting_session residents_meeting_notice residents_meeting_decision "
        "action_group outcome_submission commission_result evaluation_round evaluation_result feedback_publication "
        "party_report matter_close",
    "st|da": "rule_parameter street_correction audit_finding finding_close report_snapshot",
    "node": "anchor fork_notice receipts",
    "rc|st|da": "succession archive_transfer",
    "st|gd": "commission_request department_response",
    "st": "street_opinion street_response legal_education evaluation_reply",
    "rc&po": "topic_determination consensus shelving reopening correction_compliance",
    "rc|st|gd": "implementation_plan implementation_progress implementation_completion",
    "rc|po|sc|st|gd|da": "acknowledgement attachment_add correction withdrawal redaction finding_response",
    "rc&sc": "residents_review",
    "rc|st": "objection objection_reply",
    "da": "division_change",
    "st|da|root": " ".join(MEMBERSHIP)}.items() for name in names.split()}
def read_body(data, record):  # 6.4, 6.5
    need(len(data) == record.length and sha256(data) == record.hash, "the body is not that of the note")
    body = decode("Body", data)
    kinds = [name for name in KINDS if name in body]
    unknown = [number for number in body["unknown"] if 101 <= number <= 199]
    need("salt" in body and len(kinds + unknown) == 1, "a body must have a salt and exactly one kind")
    return need(kinds == [name for name in KINDS if name == record.kind], "another kind than in the note") and body
def ancestors(head):  # 8.5; names of the mirror keys that may cosign it, nearest first
    return [f"{head.deployment}/mirror/{head.code[:n]}" for n in (9, 6) if n < len(head.code)]
def check_head(head, keys, say):  # 8.2, 8.3, 9.3(2) and (6); the times of receipts by mirror name
    types = {head.origin: 1, **dict.fromkeys(ancestors(head), 4)}
    keys = {key.name: key for key in keys if key.type == types.get(key.name)}
    false = [one.signer for one in head.note.lines if one.signer in keys and one.payload[:4] != keys[one.signer].id]
    need(not false, f"a line under the name {', '.join(false)} that is not of its key")
    good = all_good(judge(head.note, keys.values()))
    need(any(key.type == 1 for key in good), f"the checkpoint is not signed by the log {head.origin}")
    others = sum(line.signer not in keys for line in head.note.lines)
    say(f"  head of size {head.size}, root {head.hash.hex()}, signed by the log; {others} lines of other names ignored")
    return {key.name: int.from_bytes(payload[:8], "big") for key, payload in good.items() if key.type == 4}
BODY = "[0-9]{12}/(?:rc|po|sc)|[0-9]{9}/(?:st|gd-[a-z0-9]{1,16})|[0-9]{6}/(?:da|gd-[a-z0-9]{1,16})"  # 2.3
def read_policy(data):  # 11.1, 11.2, 11.4; the anchor and its successors
    policies = []
    for text in re.split("(?<=\n)\n", data.decode()):
        policy, fingerprint = parse("root policy", text), sha256(text.encode())
        name, ids = f"{policy.deployment}/{policy.district}/root", [key.id for key in policy.keys]
        need(all(key.type == 1 and key.name == name for key in policy.keys), "not a root key")
        need(policy.threshold <= len(ids) and ids == sorted(set(ids)), "too few root keys, or out of order")
        need(not policies or policies[-1].next == fingerprint, "not the successor that was committed to")
        need(all(key.name == name for old in policies for key in old.keys), "a successor of another district")
        need(not any(key in old.keys for old in policies for key in policy.keys), "a successor with an old key")
        policies.append(SimpleNamespace(fingerprint=fingerprint.hex(), **vars(policy)))
    return need(len(policies) <= 8, "more than 8 policies") and policies
def is_signed(policy, lines):  # 11.1
    mine = [lines[key] for key in policy.keys if key in lines]
    return len(mine) >= policy.threshold and all(mine)
class Members:
    """12: who may sign, by the membership records read so far. Each of `all` is a key of a unit; its `role` is node (a
    key of a log), mirror or the name of a body; it is valid from index `start` to below `cut`."""
    def __init__(self, policies):
        self.deployment, self.district, self.all = policies[0].deployment, policies[0].district, []
        self.policies, self.since = policies, [0]  # 11.5: number i is in force from since[i] on
    def keys(self, policies):
        return [*(key for policy in policies for key in policy.keys), *(m.key for m in self.all)]
    def root(self, index):  # 11.5
        return self.policies[max(i for i, since in enumerate(self.since) if since <= index)]
    def succeed(self, lines, index):  # 11.5; does a successor come into force?
        new = [i for i, policy in enumerate(self.policies) if i >= len(self.since) and is_signed(policy, lines)]
        self.since += [index] * (max(new, default=0) + 1 - len(self.since))
        return new
    def head_keys(self, head):  # 12.3; of a log the newest for a head of this size, of a mirror the newest not cut
        able = [m for m in self.all if m.role == "mirror" or m.role == "node" and m.start < head.size <= m.cut]
        able.sort(key=lambda m: m.role == "mirror" and m.cut == FOREVER)
        return {m.key.name: m.key for m in able}.values()  # of each name the last
    def signers(self, lines, classes, record, index):  # 12.4; which of these classes of the log's unit signed
        root = ["root"] if record.code == self.district and is_signed(self.root(index), lines) else []
        roles = {m.role for m in self.all if lines.get(m.key) and m.start <= index < m.cut
                 and m.key.name in (record.origin, f"{record.deployment}/{record.code}/{m.role}")}
        return sorted(role for role in [*roles, *root] if re.fullmatch(rf"(?:{classes})(?:-.*)?", role))
    def apply(self, record, index, body, lines):  # 12.2, 12.3
        kind, fields = record.kind, need(body, "a membership record without its body")[record.kind]
        need(all(name in fields for name in MEMBERSHIP[kind]), f"{kind} without one of {MEMBERSHIP[kind]}")
        key = read_key(fields["log" if kind == "node_certificate" else "key"])
        unit = fields["division"] if "division" in fields else parse("log", fields["log"]).code
        home, start = f"{self.deployment}/{unit}/", fields.get("from_index", 0)  # of no meaning for mirrors
        succession = record.code == unit == self.district and self.succeed(lines, index)
        signer = "root" if record.code == unit else "da|st" if record.code == unit[:-3] else "nobody"
        need(self.signers(lines, signer, record, index), f"{kind} of {unit} in the log {record.origin} lacks a signer")
        before, uses = [m.cut for m in self.all], []
        if kind == "key_revoke":
            cut = [m for m in self.all if m.key == key and (m.role != "node" or key.name == fields["log"])]
            need(cut and fields["log"].startswith(home) and cut[0].unit == unit, f"{key.name} signs not in that log")
            cut[0].cut = min(cut[0].cut, fields["cut_size"])
        elif kind == "body_register":
            need(re.fullmatch(BODY, f"{unit}/{fields['body']}"), f"a body that does not exist at {unit}")
            uses = [(key, 1, fields["body"], home + fields["body"])]
        else:
            uses = [(key, 1, "node", home + parse("log", key.name).incarnation),
                    (read_key(fields["mirror"]), 4, "mirror", f"{self.deployment}/mirror/{unit}")]
        for one, key_type, role, name in uses:
            need((one.type, one.name) == (key_type, name), f"{kind}: {one.name} is no name or type of such a key")
            former = [m for m in self.all if (m.role, m.unit) == (role, unit)]
            agreed = any(lines.get(m.key) for m in self.all if m.cut == FOREVER and (m in former or m.role == "da"))
            allowed = (len(record.code) == 6 or agreed or not former) and fields.get("role") != 2  # OBSERVER
            if allowed and one not in self.keys([]):
                self.all.append(SimpleNamespace(key=one, role=role, unit=unit, start=start, cut=FOREVER))
        need(succession or before != [m.cut for m in self.all], f"{kind} of {key.name} has no effect")

# --- 9 proof bundles ---
def read_bundle(data):  # 9.1, 9.2
    bundle = parse("proof bundle", data.decode())
    need(len(bundle.extra) <= 524288, "extra too long")
    bundle.extra = decode("ProofExtra", bundle.extra)
    need(not bundle.extra["unknown"] and "note" in bundle.extra, "extra with unknown fields or without a note")
    bundle.record = read_text("record", bundle.extra["note"])
    return bundle
def check_entry(bundle, members, seen, is_evidence, say):  # 9.3; receipts, signers and body
    record, head, index, leaf = bundle.record, bundle.head, bundle.index, sha256(b"\x00" + bundle.extra["note"])
    say(f"{'evidence' if is_evidence else 'record'}: entry {index} of {record.origin}: {record.kind}, subject "
        f"{record.subject}, claims {when(record.time)}, id {sha256(record.note.text).hex()}")
    need(record.origin == head.origin, "record and checkpoint are of different logs")
    check_inclusion(index, head.size, leaf, head.hash, bundle.proof)
    body = read_body(bundle.extra["body"], record) if "body" in bundle.extra else None
    lines, keys = judge(record.note, members.keys(members.policies)), members.head_keys(head)
    known = any(m.key.name == head.origin for m in members.all)  # if not, this record brings the key of its log (12.3)
    need(known or is_evidence and (record.kind, index, record.code) == ("node_certificate", 0, members.district),
         f"no key of {head.origin}: the evidence does not begin with the first entry of the district's log")
    for place, value in (("root", head.size), head.hash), (("leaf", index), leaf):
        need(seen.setdefault((head.origin, *place), value) == value, f"two histories of {head.origin}")
    if is_evidence:
        need(record.kind in MEMBERSHIP, "evidence that is not a membership record")
        members.apply(record, index, body, lines)
        receipts = check_head(head, keys if known else members.head_keys(head), say)
        return need(set(ancestors(head)[-1:]) <= set(receipts), "evidence that the district has not cosigned")
    receipts = check_head(head, keys, say)
    mine = re.compile(f"{record.origin}|{record.deployment}/{record.code}/[a-z].*").fullmatch  # a root key, too
    all_good({key: lines[key] for key in members.keys([members.root(index)]) if key in lines and mine(key.name)})
    for classes in KINDS.get(record.kind, ["rc|po|sc|st|gd|da|root"]):  # 12.5
        need(members.signers(lines, classes, record, index), f"no signature of {classes} that is valid at {index}")
    return receipts, members.signers(lines, ".*", record, index), body
def check_bundle(data, policies, say):
    say(f"root policy of {policies[0].deployment}/{policies[0].district}, fingerprint {policies[0].fingerprint}")
    members, seen, known, bundle = Members(policies), {}, 0, read_bundle(data)
    for one in map(read_bundle, need(bundle.extra.get("evidence"), "no evidence")):
        need("evidence" not in one.extra, "evidence within evidence")
        check_entry(one, members, seen, True, say)
        known = max(known, one.head.size if one.head.code == policies[0].district else 0)
    receipts, signed, body = check_entry(bundle, members, seen, False, say)
    missing, times = [name for name in ancestors(bundle.head) if name not in receipts], sorted(receipts.values())
    revoked = [f"{m.key.name}+{m.key.id.hex()} is revoked from {m.cut} on" for m in members.all if m.cut < FOREVER]
    words = ["provisional" if missing else f"published by {bundle.head.code}",
             f"entry {bundle.index} of {bundle.head.origin}", f"signed by {', '.join(signed)}",
             *(f"no receipt of {name}" for name in missing),
             *(f"{name} held everything below the head at {when(time)}" for name, time in receipts.items()),
             *(f"existed no later than {when(one)}; held by all of these since {when(times[-1])}" for one in times[:1]),
             *revoked, f"no {'other ' * bool(revoked)}revocation known up to the district's head of size {known}"]
    return "; ".join(words if body else [*words, "the body is not here"])

# --- 10 fork proofs; 9.5 exported logs, C2SP tlog-tiles; notes; the command line ---
def check_fork(data, key, say):
    need(len(data) <= 131070, "fork proof too long")
    fork = parse("fork proof", data.decode())
    for head in (fork.head, fork.larger):
        need(key.type == 1 and key.name == head.origin and judge(head.note, [key]).get(key), f"no head of {key.name}")
        say(f"  head of {head.origin}, size {head.size}, root {head.hash.hex()}, signed by the log")
    need(key.name.startswith(fork.deployment + "/") and fork.size == fork.head.size, "parts that do not fit")
    check_consistency(fork.size, fork.hash, fork.larger.size, fork.larger.hash, fork.proof)
    need(fork.hash != fork.head.hash, "the two heads are of one history")
    return f"two histories of {key.name}: heads of sizes {fork.size} and {fork.larger.size} contradict each other"
def tile_name(level, index, width):
    name = f"{index % 1000:03}"
    while index := index // 1000:
        name = f"x{index % 1000:03}/{name}"
    return f"tile/{level}/{name}" + (f".p/{width}" if width < 256 else "")
def read_entries(data):  # one bundle of entries; each stands behind its u16be length
    while data:
        end = 2 + int.from_bytes(data[:2], "big")
        yield need(len(data) >= end, "an entry is cut off") and data[2:end]
        data = data[end:]
def check_tiles(folder, key, say):
    head, row, level = read_text("checkpoint", (folder / "checkpoint").read_bytes()), [], 0
    check_head(head, [key], say)
    files = {path.relative_to(folder).as_posix(): path for path in (folder / "tile").rglob("*") if not path.is_dir()}
    for first in range(0, head.size, 256):
        width = min(256, head.size - first)
        path = need(files.pop(tile_name("entries", first // 256, width), None), f"entries from {first} on are missing")
        row += [sha256(b"\x00" + entry) for entry in read_entries(path.read_bytes())]
        need(len(row) == first + width, "a wrong number of entries")
    need(tree_root(row) == head.hash, "the root of the entries is not that of the checkpoint")
    while row:
        for number, hashes in enumerate(chunks(row, 256)):
            name = tile_name(level, number, len(hashes))
            need(name in files and files.pop(name).read_bytes() == b"".join(hashes), f"{name} is not as computed")
        row, level = [tree_root(hashes) for hashes in chunks(row, 256) if len(hashes) == 256], level + 1
    need(not files, f"tiles that do not belong to this size: {sorted(files)}")
    return f"{head.origin}: {head.size} entries, all tiles and root {head.hash.hex()}"
def check_note(data, key, say):
    note = read_note(data)
    payload, first = need(judge(note, [key]).get(key), f"no good line of {key.name}"), note.text.decode().split("\n")[0]
    if first.endswith("/record/v1") or first == key.name or key.type == 4:  # 6.2, 8.2, 8.3
        form = read_text("record" if first.endswith("/record/v1") else "checkpoint", data)
        say(f"  of {form.origin}, id {sha256(note.text).hex()}")
    return f"signed by {key.name}" + (f" at {when(int.from_bytes(payload[:8], 'big'))}" if key.type == 4 else "")
# --- 19 sealed values ---
def commitment(kind, slot, salt, value):  # 19.1
    return sha256(f"yishi/sealed/v1\n{kind}\n{slot}\n".encode() + salt + value)
def check_opening(data, policies, say, bundle):  # 19.5
    opening, said = json.loads(data), check_bundle(bundle, policies, say)
    need(isinstance(opening, dict) and opening.get("format") == "yishi/opening/v1", "no opening")
    kind, slot, identity = (str(opening.get(name)) for name in ("kind", "slot", "record"))
    coded, salt = "value_base64" in opening, from_base64(str(opening.get("salt")))
    need(coded != ("value" in opening), "no value, or two")
    value = from_base64(opening["value_base64"]) if coded else str(opening.get("value")).encode()
    need(re.fullmatch(WORD, kind) and re.fullmatch(WORD, slot) and len(salt) == 32, "kind, slot or salt that is none")
    made, one = commitment(kind, slot, salt, value), read_bundle(bundle)
    need(identity == sha256(one.record.note.text).hex(), "the opening is of another record")
    need(made == from_base64(str(opening.get("commitment"))), "value and salt do not make the commitment")
    body = read_body(need(one.extra.get("body"), "the body is not here"), one.record)
    there = [s.get("commitment") for s in body.get("sealed", []) if s.get("slot") == slot]
    need(kind == one.record.kind and made in there, f"that commitment does not stand in the record under {slot}")
    return f"sealed as {slot}: {value.decode(errors='replace')}; {said}"
COMMANDS = {"bundle": check_bundle, "fork": check_fork, "tiles": check_tiles, "note": check_note,
            "opening": check_opening}
def run(command, file, trust, say, *more):  # the verdict
    try:
        data = pathlib.Path(file) if command == "tiles" else pathlib.Path(file).read_bytes()
        trust = read_policy(pathlib.Path(trust).read_bytes()) if command in ("bundle", "opening") else read_key(trust)
        return "OK " + COMMANDS[command](data, trust, say, *[pathlib.Path(one).read_bytes() for one in more])
    except Refused as reason:
        return f"REFUSED {reason}"
    except OSError as problem:
        return str(problem)
def main(*arguments):
    right = arguments[:1] and arguments[0] in COMMANDS and len(arguments) == 3 + (arguments[0] == "opening")
    verdict = run(*arguments[:3], print, *arguments[3:]) if right else __doc__
    print(verdict)
    return {"OK": 0, "REFUSED": 1}.get(verdict.split(" ")[0], 2)
if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
