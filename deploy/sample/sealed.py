"""Who proposed something: sealed at an invented community, and opened for an auditor who has nothing but openssl."""

import datetime
import json
import subprocess

from screen import say
from yishi_node import Failure, wait_for

NAME = "示例居民 甲"
SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))
CHECK = ("{ printf 'yishi/sealed/v1\\n%s\\n%s\\n' \"$1\" \"$2\"; printf %s \"$3\" | openssl base64 -d -A; printf %s \"$4\"; }"
         " | openssl dgst -sha256 -binary | openssl base64")


def publish(node, folder):
    """A proposal with its proposer sealed; its id."""
    today = datetime.datetime.now(SHANGHAI).date().isoformat()
    draft = folder / "proposal.json"
    draft.write_text(json.dumps({
        "kind": "topic_proposal", "subject": "new", "occurred_at": today,
        "topic_proposal": {"title": "示例:楼道照明", "content": "示例:三层的灯不亮", "proposer_kind": "resident", "channel": "form",
                           "proposed_on": today, "suggested_category": "facilities_and_order",
                           "suggested_nature": "community_affairs", "suggested_level": "community"}}, ensure_ascii=False))
    node.call("seal", draft, "proposer", "--file", "-", stdin=NAME + "\n")
    return node.call("publish", draft, "--passphrase-file", node.passphrase, "--json").object()["id"]


def holders(folder):
    """Files of all nodes in which the name stands."""
    found = []
    for path in (folder / "nodes").rglob("*"):
        try:
            found += [path] if path.is_file() and NAME.encode() in path.read_bytes() else []
        except FileNotFoundError:
            pass  # of a daemon, gone meanwhile
    return found


def show(run):
    """The way of one name. A Failure when anything of it is not as it must be."""
    node = run.node[min(run.invented.values(), key=lambda units: units.street).communities[0]]
    district = run.node[node.code[:6]]
    folder = run.fleet.folder / "sealed"
    folder.mkdir()
    record = publish(node, folder)
    run.await_record(district, record)
    sealed = district.call("show", record, "--json").object()["body"]["sealed"][0]
    say(f"  {node.name}({node.code})密封了提议人;区节点看到的是承诺值 {sealed['commitment']}",
        f"  {node.name} ({node.code}) sealed who proposed; what the district sees is the commitment {sealed['commitment']}")
    opening = folder / "opening.json"
    told = node.call("open-commitment", record, "proposer", "--for", "示例区审计局", "--purpose", "示例:年度审计", "--out", opening,
                     "--passphrase-file", node.passphrase, "--json").object()
    node.call("publish", str(told["draft"]), "--as", "rc", "--passphrase-file", node.passphrase)
    said = json.loads(opening.read_text())
    made = subprocess.run(["sh", "-c", CHECK, "sh", said["kind"], said["slot"], said["salt"], said["value"]],
                          capture_output=True, text=True, check=True).stdout.strip()
    if made != sealed["commitment"] or said["value"] != NAME:
        raise Failure(f"{node.code}: {said['value']} and its salt make {made}")
    say(f"  开示给示例区审计局:“{said['value']}”和盐用 openssl 算出同一承诺值;知悉记录已发布",
        f"  opened for an auditor: \"{said['value']}\" and its salt make the same commitment with openssl; the acknowledgement is published")

    def bundle():
        return node.call("prove", record, "--out", folder / "bundle", check=False).status == 0

    wait_for(bundle, f"{node.code}: a bundle of {record}")
    node.call("check", opening, "--bundle", folder / "bundle", "--root", district.home / "root.pub")
    found = holders(run.fleet.folder)
    if found:
        raise Failure(f"the name stands in {', '.join(map(str, found))}")
    say("  各节点的任何文件中都没有这个姓名", "  the name stands in no file of any node")
