"""Made fixtures/unknown_kind once, with version 0.1.0: a district's home that holds a record of an
unknown kind. Not a test: it is kept so that the next fixture is made the same way.

    YISHI_BIN=... YISHI_STORE_TOOL=... python3 make_fixture.py FOLDER
"""

import json
import pathlib
import shutil
import sys
import unittest

from harness import COMMUNITY, DISTRICT, STREET, Case, consensus, store_tool


class Make(Case):
    def runTest(self):
        district, street, community = self.federation()
        community.publish(consensus())
        community.stop()
        store_tool("append", community.home, "future_kind", "-", community.home / "keys" / "rc.key", community.passphrase)
        community.start().ready()
        self.receipted(community)
        codes = (DISTRICT, STREET, COMMUNITY)
        for code in codes:
            self.held(district, code, 1)
        self.fleet.stop()

        folder = pathlib.Path(sys.argv[1])
        (folder / "home").mkdir(parents=True)
        for name in ("yishi.conf", "node.key", "root.pub"):
            shutil.copy(district.home / name, folder / "home" / name)
        shutil.copytree(district.home / "keys", folder / "home" / "keys")
        (folder / "home" / "store").mkdir()
        shutil.copy(district.home / "store" / "data.mdb", folder / "home" / "store" / "data.mdb")
        keys = ("id", "kind", "subject", "verdict", "street_receipt", "district_receipt")
        expected = {
            "code": DISTRICT,
            "sizes": {log["code"]: log["size"] for log in district.status()["logs"]},
            "records": {code: [{key: e[key] for key in keys} for e in district.entries(code)] for code in codes},
        }
        (folder / "expected.json").write_text(json.dumps(expected, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    outcome = unittest.TextTestRunner().run(Make())
    sys.exit(not outcome.wasSuccessful())
