#!/usr/bin/python3
"""Observers (FORMATS.md 12.3): an auditor's own machine, let in by the district and by a street, reads all
and changes nothing; what is shown to it must be one history."""

import base64
import json
import re
import shutil
import subprocess
import unittest

from harness import (COMMUNITY, DISTRICT, NEIGHBOUR, OK, REFUSED, STREET, USAGE, Case, acknowledgement, consensus, needed,
                     store_tool, wait_for)

OBSERVER = "审计"


def join_tool(*arguments):
    ran = subprocess.run([needed("YISHI_JOIN_TOOL"), *map(str, arguments)], capture_output=True, text=True, timeout=120, check=True)
    return ran.stdout.strip()


class ObserverCase(Case):
    def observer(self, code=DISTRICT, root=None, name="observer"):
        node = self.fleet.node(code, OBSERVER, "example.test")
        node.home = self.folder / "nodes" / name
        node.log = self.folder / "daemon-logs" / f"{name}.log"
        node.call("init", "--observer", "--deployment", "example.test", "--code", code, "--name", OBSERVER,
                  *(["--root", root] if root else []))
        return node

    def observe(self, observer, host, code=None):
        """The host lets the observer in, as one of `code`."""
        observer.call("join", host.invite(code or host.code, "--observer"))
        return host.admit(code or host.code)

    def audit(self, node, status=OK):
        result = node.call("audit", "--json", check=False)
        self.assertEqual(result.status, status, result.out + result.err)
        lines = [json.loads(line) for line in result.out.splitlines()]
        return {line["code"]: line for line in lines[:-1]}, lines[-1]

    def connected(self, observer, times=1):
        wait_for(lambda: observer.log_text().count("event=observed state=connected") >= times, f"{observer.home}: {times} links")


class Observer(ObserverCase):
    def test_an_observer_of_a_district_holds_every_log_and_audits_it(self):
        district, street, community = self.federation()
        community.publish(consensus())
        self.receipted(community)
        observer = self.observer(root=district.home / "root.pub")
        self.observe(observer, district)
        observer.start()
        self.connected(observer)
        for code, node in ((DISTRICT, district), (STREET, street), (COMMUNITY, community)):
            self.held(observer, code, node.status()["size"], verdict="ok")
        lines, end = self.audit(observer)
        self.assertTrue(end["ok"])
        self.assertEqual({code: line["verdict"] for code, line in lines.items()},
                         dict.fromkeys((DISTRICT, STREET, COMMUNITY), "good"))


    def test_district_and_street_are_observed_with_a_certificate_of_each(self):
        district, street, community = self.federation()
        observer = self.observer(root=district.home / "root.pub")
        self.observe(observer, district)
        self.observe(observer, street)  # signed by the street alone, in its own log
        self.assertEqual([row["issuer"] for row in street.call("observers", "--json").objects()], [STREET])
        observer.start()
        self.connected(observer, 2)
        self.assertEqual(observer.status()["observes"], f"{DISTRICT} {STREET}")
        community.publish(consensus())
        self.receipted(community)
        for node in (district, street, community):
            self.held(observer, node.code, node.status()["size"], verdict="ok")
        self.assertTrue(self.audit(observer)[1]["ok"])
        # it has no say: nobody counts it as a node, and its own log is empty
        self.assertEqual(observer.status()["size"], 0)
        self.assertEqual(district.status()["observers"], 1)
        self.assertTrue(self.audit(district)[1]["ok"])

        # the district stays away: what the street holds goes on coming
        district.stop()
        community.publish(consensus())
        self.held(observer, COMMUNITY, 2)

    def test_a_street_lets_in_its_own_observer_who_hears_nothing_at_the_district(self):
        district, street, community = self.federation()
        community.publish(consensus())
        self.receipted(community)
        observer = self.observer(STREET, root=district.home / "root.pub")
        self.observe(observer, street)
        observer.start()
        self.connected(observer)
        for node in (district, street, community):
            self.held(observer, node.code, node.status()["size"], verdict="ok")
        self.assertTrue(self.audit(observer)[1]["ok"])
        self.receipted(street, "district")  # so the district knows of the certificate
        observer.stop()
        self.point(observer, STREET, district)
        observer.start()
        wait_for(lambda: "state=denied" in observer.log_text(), "the street's certificate is worth nothing at the district")

    def point(self, observer, code, node):
        """The observer dials another node where it dialled `code`."""
        conf = observer.home / "yishi.conf"
        lines = [f"observe = {code} {node.address} {node.keys()['transport']}" if line.startswith(f"observe = {code} ") else line
                 for line in conf.read_text().splitlines()]
        conf.write_text("\n".join(lines) + "\n")

    def test_an_observer_that_is_ended_is_cut_off_at_once(self):
        district, street, community = self.federation()
        observer = self.observer(root=district.home / "root.pub")
        self.observe(observer, district)
        self.observe(observer, street)
        observer.start()
        self.connected(observer, 2)
        row, = street.call("observers", "--json").objects()
        street.call("observers", "--end", row["fingerprint"], "--passphrase-file", street.passphrase)
        wait_for(lambda: f"state=ended code={STREET}" in observer.log_text(), "the street ends the session")
        observer.stop()  # or it would ask again only after half a minute
        observer.start()
        wait_for(lambda: f"state=denied code={STREET}" in observer.log_text(), "the street does not let it in any more")
        self.assertIn("its key was revoked", street.log_text())
        self.assertEqual(street.call("observers", "--json").objects(), [])
        community.publish(consensus())
        self.held(observer, COMMUNITY, 1)  # the district's own certificate stands
        self.receipted(street, "district")
        self.assertTrue(self.audit(observer)[1]["ok"])

    def test_two_histories_shown_to_two_parties_come_out_as_a_fork_proof(self):
        district, street, community = self.federation()
        observer = self.observer(root=district.home / "root.pub")
        self.observe(observer, district)
        self.observe(observer, street)
        self.receipted(street, "district")
        street.stop()
        other = self.fleet.node(STREET, "示例街道", street.deployment)
        other.home = self.folder / "nodes" / "other"
        shutil.copytree(street.home, other.home, ignore=shutil.ignore_patterns("doorbell", "lock", "address", "link"))
        other.passphrase, other.log = street.passphrase, street.log.with_name("other.log")
        street.start().ready().connected()
        self.acknowledge(street)  # what the district is shown
        self.receipted(street, "district")
        observer.start()
        self.held(observer, STREET, street.status()["size"])
        observer.stop()

        self.acknowledge(other)  # what the observer is shown
        self.assertEqual(store_tool("sign", other.home), "signed")
        conf = other.home / "yishi.conf"
        conf.write_text(re.sub(r"(?m)^parent = .*$", "parent = tcp://127.0.0.1:9", conf.read_text()))
        other.start().ready()
        self.point(observer, STREET, other)
        observer.start()

        wait_for(lambda: {log["code"]: log["state"] for log in observer.status()["logs"]}.get(STREET) == "forked",
                 "the observer has seen both histories")
        self.assertIn("event=forked", observer.log_text())
        proof = self.folder / "two.fork-proof"
        observer.call("prove", "--fork", STREET, "--out", proof)
        self.assertEqual(district.call("check", proof, "--key", street.keys()["log"]).status, OK)
        lines, end = self.audit(observer, REFUSED)
        self.assertFalse(end["ok"])
        self.assertIn("fork", [flaw["kind"] for flaw in lines[STREET]["flaws"]])
        # whom it observes hears nothing of it
        for node in (district, street, other):
            self.assertNotIn("forked", [log["state"] for log in node.status()["logs"]])

    def acknowledge(self, node):
        reference = base64.b64encode(bytes.fromhex(node.entries(node.code)[0]["id"])).decode()
        return node.publish({**acknowledgement(), "refs": [{"rel": "acknowledges", "record": reference}]})

    def test_a_hostile_observer_is_not_listened_to(self):
        district, street, _ = self.federation()
        observer = self.observer(root=district.home / "root.pub")
        self.observe(observer, street, COMMUNITY)  # may read what the community may
        street_log, = [log["origin"] for log in street.status()["logs"] if log["code"] == STREET]
        # the district's own may grow meanwhile: it writes what it has cosigned
        before = [(log["origin"], log["size"], log["state"]) for log in street.status()["logs"] if log["code"] != DISTRICT]
        for what in ("heads", "entries"):
            answer = join_tool(observer.home, what, street_log)
            self.assertIn(f"ERROR an observer may only read, not send {what.upper()}", answer)
        neighbour = street_log.replace(STREET, NEIGHBOUR)
        self.assertIn("ERROR log " + neighbour + " is not for", join_tool(observer.home, "want", neighbour))
        self.assertEqual([(log["origin"], log["size"], log["state"]) for log in street.status()["logs"] if log["code"] != DISTRICT], before)

    def test_an_observer_signs_nothing_and_the_wrong_token_is_told_apart(self):
        district = self.node(DISTRICT)
        district.init()
        district.start().ready()
        observer = self.observer(root=district.home / "root.pub")
        for command in (("publish", "-"), ("sign", "1"), ("new", "consensus"), ("key", "new", "da"), ("invite", STREET),
                        ("admit", STREET), ("observers",)):
            self.assertRefused(observer.call(*command, check=False), REFUSED, "observes", "signs nothing")
        self.assertRefused(observer.call("join", check=False), USAGE, "token")
        self.assertRefused(observer.call("join", district.invite(STREET), check=False), REFUSED, "--observer")
        street = self.node(STREET)
        street.init(root=district.home / "root.pub")
        token = district.invite(DISTRICT, "--observer")
        self.assertRefused(street.call("join", token, check=False), REFUSED, "init --observer")
        self.assertRefused(district.call("invite", NEIGHBOUR, "--observer", check=False), REFUSED, NEIGHBOUR)
        result = observer.call("init", "--observer", "--deployment", "example.test", "--code", DISTRICT, "--bodies", "da", check=False)
        self.assertRefused(result, USAGE, "--bodies")
        # nobody is observed who is not enrolled
        observer.call("join", token)
        self.assertIn(district.admit(DISTRICT).status, (OK,))


if __name__ == "__main__":
    unittest.main()
