#!/usr/bin/python3
"""Observers (FORMATS.md 12.3): an auditor's own machine, let in by the district and by a street, reads all
and changes nothing; what is shown to it must be one history."""

import json
import unittest

from harness import (COMMUNITY, DISTRICT, NEIGHBOUR, OK, REFUSED, STREET, USAGE, Case, consensus, wait_for)

OBSERVER = "审计"


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


if __name__ == "__main__":
    unittest.main()
