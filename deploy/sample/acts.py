"""Three acts at the end of the sample: what happens when somebody cheats, each with invented units only."""

import ctypes
import datetime
import shutil

from invented import Invented
from screen import cut, print_table, say, tr
from yishi_node import Failure, wait_for

DAY = datetime.timedelta(days=1)
LEAD, PROVEN = "R-10-1", "R-10-8"  # days of notice before a meeting: as claimed, as proven
TEXT_COLUMNS = 60
ALONE = shutil.ignore_patterns("doorbell", "lock", "address", "link")


class Value(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("data", ctypes.c_void_p)]

    @classmethod
    def of(cls, data):
        return cls(len(data), ctypes.cast(ctypes.create_string_buffer(data, len(data)), ctypes.c_void_p))


def delete_record(home, origin, index):
    """What anybody with the rights of the machine can do: take a row out with LMDB itself (FORMATS.md 16)."""
    lmdb = ctypes.CDLL("liblmdb.so.0")

    def must(code):
        if code != 0:
            raise Failure(f"LMDB: {code}")

    environment, transaction, table = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_uint()
    must(lmdb.mdb_env_create(ctypes.byref(environment)))
    must(lmdb.mdb_env_set_maxdbs(environment, 32))
    must(lmdb.mdb_env_set_mapsize(environment, ctypes.c_size_t(1 << 30)))
    must(lmdb.mdb_env_open(environment, str(home / "store").encode(), 0, 0o600))
    must(lmdb.mdb_txn_begin(environment, None, 0, ctypes.byref(transaction)))
    must(lmdb.mdb_dbi_open(transaction, b"origin", 0, ctypes.byref(table)))
    key, found = Value.of(origin.encode()), Value()
    must(lmdb.mdb_get(transaction, table, ctypes.byref(key), ctypes.byref(found)))
    row = ctypes.string_at(found.data, found.size) + index.to_bytes(8, "big")
    for name in (b"entry", b"body"):
        must(lmdb.mdb_dbi_open(transaction, name, 0, ctypes.byref(table)))
        must(lmdb.mdb_del(transaction, table, ctypes.byref(Value.of(row)), None))
    must(lmdb.mdb_txn_commit(transaction))
    lmdb.mdb_env_close(environment)


def audit(node):
    """Lines that failed, and the last one."""
    lines = node.call("audit", "--json", check=False).objects()
    return [line for line in lines[:-1] if line["verdict"] == "failed"], lines[-1]


def deleted_record(play, units):
    """A record is deleted from the street's store; the audit names it, and it comes again."""
    say("\n一、从街道的库里删掉一条记录:", "\n1. A record is deleted from the street's store:")
    street, community = play.node[units.street], units.communities[0]
    origin = next(log["origin"] for log in street.status()["logs"] if log["code"] == community)
    size = len(street.entries(community))
    street.stop()
    delete_record(street.home, origin, 1)
    failed, end = audit(street)
    named = [flaw for line in failed if line["code"] == community for flaw in line["flaws"]]
    if end["ok"] or [flaw["index"] for flaw in named] != [1]:
        raise Failure(f"{units.street}: the audit does not name the record that was deleted: {failed}")
    say(f"  yishi audit:不合格,{origin} {named[0]['text']}", f"  yishi audit: FAIL, {origin} {named[0]['text']}")
    healed = street.call("recover", community, "--json").object()
    street.start().ready().connected()
    wait_for(lambda: len(street.entries(community)) == size, f"{community}: its log is here again")
    wait_for(lambda: audit(street)[1]["ok"], f"{units.street}: the audit is good again")
    say(f"  yishi recover {community}:保留 {healed['kept']} 条,其余重新取回,共 {size} 条;再次审计合格",
        f"  yishi recover {community}: {healed['kept']} kept, the rest came again, {size} in all; the audit is good")


def back_dated_notice(play, units):
    """A notice that claims to have been posted days ago: claimed yes, proven no."""
    say("\n二、倒填日期的公示:", "\n2. A notice that is dated back:")
    today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()
    story = Invented(units, 0, 90, "倒填日期的公示", "shared_spaces", "community_affairs")
    story.propose(str(today - 6 * DAY))
    story.determine(str(today - 6 * DAY))
    story.notify(str(today - 5 * DAY), str(today + DAY))
    play.published.setdefault(story.community, [])
    play.tell(story)
    reader = play.node[units.street]
    play.await_record(reader, story.done["notice 1"])
    found = {line["rule"]: line for line in reader.call("findings", "--json").objects() if line["matter"] == story.matter}
    if LEAD in found or PROVEN not in found:
        raise Failure(f"{story.matter}: a notice that is dated back must be claimed and not proven: {sorted(found)}")
    texts = {rule["rule"]: tr(rule["zh"], rule["en"]) for rule in reader.call("rules", "--json").objects()}
    claimed, due, proven = found[PROVEN]["fact"].replace(" < ", " <= ").split(" <= ")
    print_table([
        [tr("规则", "rule"), tr("期限", "due"), tr("自称", "claimed"), tr("可证", "proven"), ""],
        [LEAD, due, tr("是,", "yes, ") + claimed, "", cut(texts[LEAD], TEXT_COLUMNS)],
        [PROVEN, due, "", tr("否", "no") if proven == "-" else tr("否,", "no, ") + proven, cut(texts[PROVEN], TEXT_COLUMNS)]])
    say("  记录上写着五天前张贴,而街道今天才收到:自称合规,不可证",
        "  It says that it was posted five days ago, and the street has it since today: compliant as claimed, not proven")


def copied_node(play, units):
    """Two copies of a community write, each without the other: no second history comes of it."""
    say("\n三、社区节点被复制:", "\n3. A community's node is copied:")
    community = units.communities[-1]
    node, reader = play.node[community], play.node[units.street[:6]]
    node.stop()
    copy = play.fleet.node(community, node.name)
    copy.home = play.fleet.folder / "nodes" / f"{community}-copy"
    copy.passphrase, copy.log = node.passphrase, node.log.with_name(f"{community}-copy.log")
    shutil.copytree(node.home, copy.home, ignore=ALONE)
    stories = [Invented(units, units.communities.index(community), number, f"副本{number}", "shared_spaces", "community_affairs")
               for number in (91, 92)]
    size = len(reader.entries(community))
    for writer, story in zip((node, copy), stories):
        play.node[community] = writer
        story.propose(str(datetime.date.today()))
        play.published.setdefault(community, [])
        play.tell(story)
    node.start().ready().connected()
    wait_for(lambda: len(reader.entries(community)) == size + 1, f"{community}: the record of the first copy")
    node.stop()
    copy.start().ready().connected()
    wait_for(lambda: len(reader.entries(community)) == size + 2, f"{community}: the record of the second copy")
    copy.stop()
    play.node[community] = node
    node.start().ready().connected()
    wait_for(lambda: node.status()["size"] == size + 2, f"{community}: the first copy has both")
    state = next(log["state"] for log in reader.status()["logs"] if log["code"] == community)
    ids = [entry["id"] for entry in reader.entries(community)]
    if state != "following" or not all(story.done["proposal"] in ids for story in stories):
        raise Failure(f"{community}: two copies wrote, and the district has {state}, {ids}")
    say(f"  两个副本各写了一条;区里仍是一份历史,共 {size + 2} 条,后来者接在后面,没有分叉",
        f"  Each copy wrote a record; the district has one history of {size + 2}, the later behind the earlier, and no fork")


def play_all(play):
    units = play.invented[min(play.invented)]
    deleted_record(play, units)
    back_dated_notice(play, units)
    copied_node(play, units)
