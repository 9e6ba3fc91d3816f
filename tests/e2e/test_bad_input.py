"""Bad input: a clear error with its exit status, and nothing half-written."""

import hashlib
import json
import pathlib
import shutil
import socket
import unittest

from harness import (
    COMMUNITY, DISTRICT, ENVIRONMENT, NEIGHBOUR, REFUSED, STREET, USAGE, Case, acknowledgement, consensus,
    store_tool, wait_for, write_json,
)


class Publishing(Case):
    """At a community that has joined nobody: nothing here needs a network."""

    def setUp(self):
        super().setUp()
        self.district = self.node(DISTRICT)
        self.district.init()
        self.community = self.node(COMMUNITY)
        self.community.init(root=self.district.home / "root.pub")

    def refused(self, record, status, *parts, options=None):
        """Publish; the error, with nothing added to the log."""
        options = options or ["--passphrase-file", self.community.passphrase]
        path = write_json(self.folder / "record.json", record)
        result = self.assertUnchanged(
            self.community, lambda: self.community.call("publish", path, *options, check=False))
        self.assertRefused(result, status, *parts)

    def test_a_wrong_passphrase_opens_no_key(self):
        wrong = self.folder / "wrong"
        wrong.write_text("not the passphrase\n")
        wrong.chmod(0o600)
        self.refused(consensus(), REFUSED, ".key", "passphrase", options=["--passphrase-file", wrong])

    def test_a_key_file_of_somebody_else_signs_nothing(self):
        other = self.node(NEIGHBOUR)
        other.init(root=self.district.home / "root.pub")
        self.refused(consensus(), REFUSED, f"{NEIGHBOUR}/rc", options=[
            "--key", f"rc={other.home / 'keys' / 'rc.key'}", "--passphrase-file", f"rc={other.passphrase}",
            "--passphrase-file", f"po={self.community.passphrase}"])

    def test_a_truncated_key_file_is_named(self):
        path = self.community.home / "keys" / "rc.key"
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
        self.refused(consensus(), REFUSED, "rc.key")

    def test_a_missing_key_file_is_named(self):
        (self.community.home / "keys" / "rc.key").unlink()
        self.refused(consensus(), REFUSED, "rc.key")

    def test_an_unknown_field_is_named_with_its_path(self):
        record = consensus()
        record["consensus"]["items"][0]["colour"] = "red"
        self.refused(record, REFUSED, "consensus.items[0]", "colour")
        self.refused({**consensus(), "sealed_by": "x"}, REFUSED, "sealed_by")

    def test_a_foreign_deployment_is_named(self):
        self.refused({**consensus(), "deployment": "elsewhere.test"}, REFUSED, "elsewhere.test")

    def test_a_record_for_another_log_is_not_signed(self):
        other = f"example.test/{NEIGHBOUR}/1"
        self.refused({**consensus(), "origin": other}, REFUSED, other)

    def test_a_missing_field_and_a_wrong_value_are_named(self):
        record = consensus()
        del record["consensus"]["degree"]
        self.refused(record, REFUSED, "consensus.degree")
        record = consensus()
        record["consensus"]["reached_on"] = "2026-02-30"
        self.refused(record, REFUSED, "consensus.reached_on", "2026-02-30")

    def test_a_text_over_its_limit_is_refused(self):
        self.refused(consensus(text="字" * 1001), REFUSED, "consensus.items[0].text", "1000")

    def test_text_that_is_no_json_is_named_by_line(self):
        path = self.folder / "broken.json"
        path.write_text('{"kind": "consensus",\n "consensus": }\n')
        result = self.assertUnchanged(self.community, lambda: self.community.call(
            "publish", path, "--passphrase-file", self.community.passphrase, check=False))
        self.assertRefused(result, REFUSED, "broken.json", "line 2")

    def test_a_missing_file_is_named(self):
        result = self.community.call("publish", self.folder / "none.json", "--passphrase-file", self.community.passphrase, check=False)
        self.assertRefused(result, ENVIRONMENT, "none.json")

    def test_a_consensus_needs_both_signatures(self):
        (self.community.home / "keys" / "po.key").unlink()
        self.refused(consensus(), REFUSED, "po")

    def test_an_unknown_kind_is_not_written_here(self):
        self.refused({"kind": "future_kind", "future_kind": {}}, REFUSED, "future_kind")

    def test_a_body_of_another_level_does_not_sign(self):
        request = self.folder / "request.json"
        result = self.district.call("publish", write_json(request, consensus()), "--passphrase-file", self.district.passphrase, check=False)
        self.assertRefused(result, REFUSED, "consensus")

    def test_a_dry_run_writes_nothing(self):
        path = write_json(self.folder / "record.json", consensus())
        result = self.assertUnchanged(self.community, lambda: self.community.call(
            "publish", path, "--passphrase-file", self.community.passphrase, "--dry-run", check=False))
        self.assertEqual(result.status, 0, result.err)

    def test_a_record_for_another_log_is_kept_and_flagged(self):
        self.community.publish(consensus())
        key = self.community.home / "keys" / "rc.key"
        store_tool("append", self.community.home, "feedback_publication", f"example.test/{NEIGHBOUR}/1", key, self.community.passphrase)
        result = self.community.call("verify", check=False)
        self.assertEqual(result.status, REFUSED, result.out)
        self.assertIn("110199990001", result.out + result.err)
        entries = self.community.entries(COMMUNITY)
        self.assertEqual(len(entries), 2)
        self.assertEqual(entries[1]["verdict"], "bad")


class Setting(Case):
    """init, join and admit."""

    def test_a_bad_code_makes_no_node(self):
        for code in ("11010", "1101990001234", "01019999", "11019A", ""):
            home = self.folder / "nodes" / "bad"
            node = self.node(DISTRICT)
            node.home = home
            result = node.call("init", "--deployment", "example.test", "--code", code, "--kdf", "none", check=False)
            self.assertRefused(result, USAGE, "code")
            self.assertFalse((home / "yishi.conf").exists())
            self.assertFalse((home / "store").exists())

    def test_a_bad_deployment_name_makes_no_node(self):
        node = self.node(DISTRICT)
        result = node.call("init", "--deployment", "Beijing", "--code", DISTRICT, "--kdf", "none", check=False)
        self.assertRefused(result, USAGE, "Beijing")
        self.assertFalse((node.home / "store").exists())

    def test_init_never_overwrites_a_node(self):
        node = self.node(DISTRICT)
        node.init()
        before = node.keys()
        result = node.call("init", "--deployment", "example.test", "--code", DISTRICT, "--kdf", "none", check=False)
        self.assertRefused(result, REFUSED, str(node.home))
        self.assertEqual(node.keys(), before)

    def test_the_root_of_another_deployment_is_refused(self):
        foreign = self.node(DISTRICT, deployment="elsewhere.test")
        foreign.init()
        community = self.node(COMMUNITY)
        community.make_passphrase()
        result = community.call("init", "--deployment", "example.test", "--code", COMMUNITY, "--kdf", "interactive",
                                "--passphrase-file", community.passphrase, "--root", foreign.home / "root.pub", check=False)
        self.assertRefused(result, REFUSED, "elsewhere.test")
        self.assertFalse((community.home / "store").exists())

    def _request(self, child_code, deployment="example.test"):
        district = self.node(DISTRICT)
        district.init()
        district.start().ready()
        child = self.node(child_code, deployment=deployment)
        if deployment == "example.test":
            child.init(root=district.home / "root.pub")
        else:
            foreign = self.node(DISTRICT, deployment=deployment)
            foreign.home = self.folder / "nodes" / "foreign"
            foreign.passphrase = self.folder / "secret" / "foreign"
            foreign.init()
            child.init(root=foreign.home / "root.pub")
        return district, child, child.join_by_file(district)

    def _not_admitted(self, district, request, *parts):
        result = self.assertUnchanged(district, lambda: district.call(
            "admit", request, "--passphrase-file", district.passphrase, check=False))
        self.assertRefused(result, REFUSED, *parts)

    def test_a_request_of_another_deployment_is_refused(self):
        district, _, request = self._request(STREET, "elsewhere.test")
        self._not_admitted(district, request, "elsewhere.test")

    def test_a_request_from_below_a_child_is_refused(self):
        district, _, request = self._request(COMMUNITY)
        self._not_admitted(district, request, COMMUNITY)

    def test_a_request_whose_log_is_another_unit_s_is_refused(self):
        district, _, request = self._request(STREET)
        asked = json.loads(request.read_text())
        asked["code"] = "110199991"
        write_json(request, asked)
        self._not_admitted(district, request, "110199991")

    def test_a_request_without_proof_of_possession_is_refused(self):
        district, child, request = self._request(STREET)
        asked = json.loads(request.read_text())
        other = self.node("110199991", name="示例二街道")
        other.init(root=district.home / "root.pub")
        asked["transport"] = other.keys()["transport"]
        write_json(request, asked)
        self._not_admitted(district, request, STREET)
        asked["colour"] = "red"
        write_json(request, asked)
        self._not_admitted(district, request, "colour")

    def test_a_wrong_passphrase_admits_nobody(self):
        district, child, request = self._request(STREET)
        result = self.assertUnchanged(district, lambda: district.call(
            "admit", request, "--passphrase-file", child.passphrase, check=False))
        self.assertRefused(result, REFUSED, "passphrase")

    def test_a_dry_run_admits_nobody(self):
        district, _, request = self._request(STREET)
        result = self.assertUnchanged(district, lambda: district.call(
            "admit", request, "--passphrase-file", district.passphrase, "--dry-run", check=False))
        self.assertEqual(result.status, 0, result.err)


class Running(Case):
    def test_an_address_in_use_ends_the_daemon(self):
        district = self.node(DISTRICT)
        district.init()
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
            result = district.call("run", "--listen", address, check=False)
        self.assertEqual(result.status, ENVIRONMENT, result.err)
        self.assertIn(address, result.err)
        self.assertFalse((district.home / "address").exists())

    def test_a_second_daemon_on_one_home_ends_and_leaves_the_first_alone(self):
        district = self.node(DISTRICT)
        district.init()
        district.start().ready()
        result = district.call("run", check=False)
        self.assertEqual(result.status, ENVIRONMENT, result.err)
        self.assertIn(str(district.home), result.err)
        self.assertEqual((district.home / "address").read_text().strip(), district.address)
        self.assertTrue(district.status()["daemon"]["running"])
        district.stop()

    def test_an_unreachable_parent_is_said_and_tried_again(self):
        district, street, community = self.federation()
        community.stop()
        street.stop()

        community.start().ready()
        community.publish(consensus())

        wait_for(lambda: "event=parent state=" in community.log_text(), "the daemon says that it could not")
        parent = community.status()["parent"]
        self.assertEqual((parent["address"], parent["connected"]), (street.address, False))
        self.assertIsNotNone(parent["link"])
        self.assertIsNone(community.status()["receipts"]["district"])
        street.start().ready()
        self.receipted(community)

    def test_a_node_that_was_never_admitted_gets_nothing(self):
        district, street, community = self.federation()
        stranger = self.node(NEIGHBOUR)
        stranger.init(root=district.home / "root.pub")
        stranger.join(street)
        stranger.publish(consensus(f"{NEIGHBOUR}-2026-0001"))

        stranger.start().ready()

        wait_for(lambda: "denied" in stranger.log_text().lower(), "the stranger is denied")
        self.assertEqual([log["code"] for log in stranger.status()["logs"] if log["size"] > 0], [NEIGHBOUR])
        self.assertNotIn(NEIGHBOUR, [log["code"] for log in street.status()["logs"]])

    def test_a_record_of_an_unregistered_key_is_kept_and_flagged(self):
        district, street, community = self.federation()
        community.publish(consensus())
        self.receipted(community)
        other = self.node(NEIGHBOUR)
        other.init(root=district.home / "root.pub")
        community.stop()
        store_tool("append", community.home, "feedback_publication", "-", other.home / "keys" / "rc.key", other.passphrase)

        community.start().ready()

        self.receipted(community)
        entries = self.held(district, COMMUNITY, 2)
        wait_for(lambda: district.entries(COMMUNITY)[1]["verdict"] != "unchecked", "the record is judged")
        self.assertIn(district.entries(COMMUNITY)[1]["verdict"], ("bad", "unknown_key"))
        self.assertEqual(entries[0]["verdict"], "ok")
        self.assertEqual(district.call("verify", check=False).status, REFUSED)

    def test_a_replaced_key_that_nobody_registered_signs_nothing_valid(self):
        district, street, community = self.federation()
        community.publish(consensus())
        self.receipted(community)
        community.call("key", "new", "rc", "--passphrase-file", community.passphrase, "--kdf", "interactive")
        result = self.assertUnchanged(community, lambda: community.call(
            "publish", write_json(self.folder / "r.json", consensus(f"{COMMUNITY}-2026-0002")),
            "--passphrase-file", community.passphrase, check=False))
        self.assertRefused(result, REFUSED, f"{COMMUNITY}/rc")


class Stores(Case):
    def setUp(self):
        super().setUp()
        self.district = self.node(DISTRICT)
        self.district.init()

    def test_a_store_of_a_newer_version_is_left_alone(self):
        store_tool("newer", self.district.home)
        before = hashlib.sha256((self.district.home / "store" / "data.mdb").read_bytes()).hexdigest()
        record = write_json(self.folder / "r.json", acknowledgement())
        for command in (("status",), ("log",), ("verify",), ("run",), ("publish", record, "--passphrase-file", self.district.passphrase)):
            result = self.district.call(*command, check=False)
            self.assertEqual(result.status, ENVIRONMENT, (command, result.err))
            self.assertIn("newer version", result.err)
        after = hashlib.sha256((self.district.home / "store" / "data.mdb").read_bytes()).hexdigest()
        self.assertEqual(after, before)

    def test_a_home_without_a_node_is_said(self):
        self.district.home = self.folder / "nowhere"
        for command in (("status",), ("log",), ("verify",), ("run",), ("key",)):
            result = self.district.call(*command, check=False)
            self.assertEqual(result.status, ENVIRONMENT, (command, result.err))
            self.assertIn("yishi init", result.err)
        self.assertFalse(self.district.home.exists())

    def test_a_missing_node_key_is_said(self):
        (self.district.home / "node.key").unlink()
        result = self.district.call("run", check=False)
        self.assertEqual(result.status, ENVIRONMENT, result.err)
        self.assertIn("node.key", result.err)

    def test_a_secret_file_that_others_may_read_is_refused(self):
        (self.district.home / "node.key").chmod(0o644)
        result = self.district.call("run", check=False)
        self.assertNotEqual(result.status, 0)
        self.assertIn("node.key", result.err)

    def test_secrets_are_readable_by_their_owner_only(self):
        for path in [self.district.home / "node.key", *(self.district.home / "keys").iterdir()]:
            self.assertEqual(path.stat().st_mode & 0o777, 0o600, path)
        self.assertEqual((self.district.home / "store").stat().st_mode & 0o777, 0o700)

    def test_a_store_cut_short_is_said_and_not_touched(self):
        data = self.district.home / "store" / "data.mdb"
        copy = self.folder / "copy"
        shutil.copytree(self.district.home, copy, ignore=lambda folder, names: [n for n in names if pathlib.Path(folder, n).is_fifo()])
        data = copy / "store" / "data.mdb"
        size = data.stat().st_size
        with open(data, "r+b") as file:
            file.truncate(size // 2)
        self.district.home = copy
        result = self.district.call("status", check=False)
        self.assertNotIn(result.status, (0, -7, -11, -6), result.err)
        self.assertEqual(data.stat().st_size, size // 2)


class Commands(Case):
    def test_wrong_use_is_told_from_failure(self):
        node = self.node(DISTRICT)
        for arguments in ((), ("nonsense",), ("init",), ("log", "--limit", "x"), ("publish",), ("show",), ("run", "--listen")):
            result = node.call(*arguments, check=False)
            self.assertEqual(result.status, USAGE, (arguments, result.err))
            self.assertEqual(result.out, "")
            self.assertIn("yishi", result.err)

    def test_help_is_on_standard_output(self):
        node = self.node(DISTRICT)
        for arguments in (("help",), ("--help",), ("help", "publish"), ("publish", "--help"), ("version",)):
            result = node.call(*arguments)
            self.assertNotEqual(result.out.strip(), "", arguments)
            self.assertEqual(result.err, "")

    def test_a_record_that_is_not_there_is_said(self):
        node = self.node(DISTRICT)
        node.init()
        for name in ("0" * 16, f"{DISTRICT}:99"):
            self.assertRefused(node.call("show", name, check=False), REFUSED, name)


if __name__ == "__main__":
    unittest.main()
