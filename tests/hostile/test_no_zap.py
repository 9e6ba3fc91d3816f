"""A node whose libzmq has no ZAP handler. Not for a build with a sanitizer, which does not stand preloading."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import harness  # noqa: E402
from harness import needed  # noqa: E402


class NoHandler(harness.Case):
    def test_a_node_without_a_zap_handler_never_gets_ready(self):
        """CURVE without one lets everybody in (ENGINEERING.md 0.2)."""
        district = self.node(harness.DISTRICT)
        district.init()
        self.fleet.environment["LD_PRELOAD"] = needed("YISHI_NO_ZAP")
        with self.assertRaisesRegex(harness.Failure, "(?s)ended with status [13].*a stranger passed the handshake"):
            district.start().ready()
        self.assertNotIn("event=ready", district.log_text())
        del self.fleet.environment["LD_PRELOAD"]
        district.process = None
        district.start().ready()


if __name__ == "__main__":
    unittest.main()
