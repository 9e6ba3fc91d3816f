"""Joining over the wire: invitations good, used, late, forged and taken back; who is let in, and who is no more."""

import base64
import json
import os
import pty
import subprocess
import time
import unittest

import harness
from harness import COMMUNITY, DISTRICT, ENVIRONMENT, NEIGHBOUR, OK, REFUSED, STREET, USAGE, consensus, needed, wait_for

harness.NAMES["110199991"] = "示例二街道"
OTHER_STREET = "110199991"


def join_tool(*arguments):
    ran = subprocess.run([needed("YISHI_JOIN_TOOL"), *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False)
    if ran.returncode != 0:
        raise harness.Failure(f"join_tool {arguments}: {ran.stderr.strip()}")
    return ran.stdout.strip()


class Joining(harness.Case):
    def setUp(self):
        super().setUp()
        self.district = self.node(DISTRICT)
        self.district.init()
        self.district.start().ready()

    def fresh(self, code=STREET, rooted=True, home=None):
        node = self.node(code)
        if home:
            node.home, node.passphrase = self.folder / "nodes" / home, self.folder / "secret" / home
            node.log = self.folder / "daemon-logs" / f"{home}.log"
        node.init(root=self.district.home / "root.pub" if rooted else None)
        return node

    def fingerprint(self):
        return self.district.keys()["root_fingerprint"]

    def join(self, node, token, *arguments):
        return node.call("join", token, *arguments, check=False)

    def refused(self, result, *parts):
        self.assertRefused(result, REFUSED, *parts)

    def pending(self):
        return self.district.call("admit", "--list", "--json").objects()

    def waiting_files(self):
        folder = self.district.home / "pending"
        return sorted(folder.iterdir()) if folder.exists() else []

    def start(self, node, *command, stdin=subprocess.DEVNULL):
        """A command that waits; it is ended with the test."""
        process = subprocess.Popen([self.fleet.program, "--home", str(node.home), *map(str, command)], text=True,
                                   stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.fleet.environment)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        return process

    # --- who is let in ----------------------------------------------------------------------------
    def test_a_token_a_yes_and_no_restart_on_either_side(self):
        street = self.fresh(rooted=False)
        token = self.district.invite(STREET)
        self.assertNotIn("\n", token)

        asked = self.join(street, token, "--fingerprint", self.fingerprint())
        self.assertEqual(asked.status, OK, asked.err)
        self.assertIn(f"yishi admit {STREET}", asked.out)
        street.start().ready()
        wait_for(lambda: "state=denied" in street.log_text(), "it is not let in before the officer says yes")
        shown = self.district.call("admit", "--list").out
        self.assertEqual(self.district.status()["requests_waiting"], 1)
        self.assertIn("wait: 1", self.district.call("status").out)
        for key in self.pending()[0]["keys"]:
            self.assertIn(key["fingerprint"], asked.out)
            self.assertIn(key["fingerprint"], shown)
        self.district.admit(STREET)

        street.connected()
        self.assertEqual(self.waiting_files(), [])
        self.assertEqual(self.district.status()["requests_waiting"], 0)
        self.assertIn("is admitted", self.join(street, token).out)
        self.assertEqual([i["state"] for i in self.district.call("invite", "--list", "--json").objects()], ["used"])

    def test_join_waits_until_the_officer_says_yes(self):
        street = self.fresh()
        waiting = self.start(street, "join", self.district.invite(STREET), "--wait", "--json")
        wait_for(self.pending, "the request is there")
        self.district.admit(STREET)
        out, err = waiting.communicate(timeout=harness.EVENT_SECONDS)
        self.assertEqual(waiting.returncode, OK, err)
        self.assertEqual([json.loads(line)["state"] for line in out.splitlines()], ["pending", "admitted"])

    def test_invite_waits_for_the_request_and_signs_at_once(self):
        street = self.fresh()
        waiting = self.start(self.district, "invite", STREET, "--wait", "--yes", "--passphrase-file", self.district.passphrase)
        token = waiting.stdout.readline().strip()
        self.assertEqual(street.call("join", "-", stdin=token + "\n").status, OK)
        out, err = waiting.communicate(timeout=harness.EVENT_SECONDS)
        self.assertEqual(waiting.returncode, OK, err)
        self.assertIn("admitted", out)
        street.start().ready().connected()

    def test_invite_at_a_terminal_signs_only_after_a_yes(self):
        for answer, status, left in (("no", REFUSED, 1), ("yes", OK, 0)):
            ours, theirs = pty.openpty()
            waiting = self.start(self.district, "invite", STREET, "--wait", "--passphrase-file", self.district.passphrase, stdin=theirs)
            street = self.fresh(home=f"street-{answer}")
            asked = self.join(street, waiting.stdout.readline().strip(), "--json").objects()
            os.write(ours, (answer + "\n").encode())
            out, err = waiting.communicate(timeout=harness.EVENT_SECONDS)
            os.close(ours)
            os.close(theirs)
            self.assertEqual(waiting.returncode, status, err)
            for key in asked[0]["keys"]:
                self.assertEqual(out.count(key["fingerprint"]), 1, out)
            self.assertEqual(len(self.pending()), left)
            if answer == "no":
                self.district.call("admit", STREET, "--refuse", "示例")
                for file in self.waiting_files():
                    file.unlink()
        self.assertRefused(self.district.call("invite", STREET, "--wait", check=False), USAGE, "--yes")

    def test_the_parent_may_be_restarted_between(self):
        street = self.fresh()
        token = self.district.invite(STREET)
        self.join(street, token)
        self.district.stop()
        self.district.start().ready()
        self.district.admit(STREET)
        self.assertIn("is admitted", self.join(street, token).out)

    def test_a_yes_counts_as_soon_as_the_street_itself_is_known_to_be_enrolled(self):
        street, community = self.fresh(), self.fresh(COMMUNITY)
        self.district.admit(street.join(self.district))
        self.district.stop()
        street.start().ready()
        waiting = self.start(community, "join", street.invite(COMMUNITY), "--wait", "--json")
        wait_for(lambda: street.call("admit", "--list", "--json").objects(), "the request is there")
        street.admit(COMMUNITY)
        self.district.start().ready()
        out, err = waiting.communicate(timeout=harness.EVENT_SECONDS)
        self.assertEqual(waiting.returncode, OK, err)
        self.assertEqual([json.loads(line)["state"] for line in out.splitlines()], ["pending", "admitted"])

    def test_an_enrolled_node_asks_again_for_a_new_key_beside_its_daemon(self):
        street = self.fresh()
        self.district.admit(street.join(self.district))
        street.start().ready().connected()
        key = street.call("key", "new", "gd-jw", "--kdf", "none", "--json").object()["key"]

        self.assertEqual(street.call("join", "--json").object()["state"], "pending")
        self.assertEqual([(a["invitation"], a["code"]) for a in self.pending()], [(None, STREET)])
        self.district.admit(STREET)

        self.assertEqual(street.call("join", "--json").object()["state"], "admitted")
        bodies = [e["body"]["body_register"]["key"] for e in self.district.entries(DISTRICT, "--kind", "body_register", "--bodies")]
        self.assertIn(key, bodies)
        self.assertNotIn("event=session_end", self.district.log_text())
        self.assertTrue(street.status()["parent"]["connected"])

    def at_a_terminal(self, node, answer, *command):
        """Exit status and standard error of a command that a person answers."""
        ours, theirs = pty.openpty()
        os.write(ours, (answer + "\n").encode())
        ran = subprocess.run([self.fleet.program, "--home", str(node.home), *map(str, command)], stdin=theirs, text=True,
                             capture_output=True, timeout=harness.EVENT_SECONDS, env=self.fleet.environment, check=False)
        os.close(ours)
        os.close(theirs)
        return ran.returncode, ran.stderr

    def test_a_person_at_a_terminal_compares_the_fingerprint(self):
        street = self.fresh(rooted=False)
        token = self.district.invite(STREET)
        status, shown = self.at_a_terminal(street, "no", "join", token)
        self.assertEqual(status, REFUSED)
        self.assertIn(self.fingerprint(), shown)
        self.assertFalse((street.home / "root.pub").exists())
        self.assertEqual(self.waiting_files(), [])
        self.assertEqual(self.at_a_terminal(street, "yes", "join", token)[0], OK)
        self.assertEqual((street.home / "root.pub").read_bytes(), (self.district.home / "root.pub").read_bytes())

    # --- who is not -------------------------------------------------------------------------------
    def test_one_token_serves_one_applicant(self):
        first, second = self.fresh(), self.fresh(home="second")
        token = self.district.invite(STREET)
        self.assertEqual(self.join(first, token).status, OK)
        self.refused(self.join(second, token), "used by another applicant")
        self.assertEqual(self.join(first, token).status, OK)
        self.assertEqual(len(self.waiting_files()), 1)
        self.district.admit(STREET)
        self.assertIn("is admitted", self.join(first, token).out)
        self.assertIsNone(second.status()["parent"])

    def test_an_expired_token_is_told_so(self):
        street = self.fresh()
        self.refused(self.join(street, self.district.invite(STREET, "--expires-at", int(time.time()) - 10)), "has expired")
        self.assertEqual(self.waiting_files(), [])

    def test_a_token_long_expired_fails_the_handshake(self):
        street = self.fresh()
        self.refused(self.join(street, self.district.invite(STREET, "--expires-at", int(time.time()) - 31 * 24 * 3600)), "does not know this key")

    def test_a_token_taken_back_is_told_so(self):
        street = self.fresh()
        made = self.district.call("invite", STREET, "--json").object()
        self.district.call("invite", "--cancel", made["id"])
        self.refused(self.join(street, made["token"]), "taken back")
        self.assertEqual(self.waiting_files(), [])
        self.assertRefused(self.district.call("invite", "--cancel", "0" * 16, check=False), REFUSED, "no invitation")

    def test_a_token_that_was_never_given_out_fails_the_handshake(self):
        street = self.fresh()
        made = self.district.call("invite", STREET, "--json").object()
        (self.district.home / "invites" / made["id"]).unlink()
        self.district.stop()
        self.district.start().ready()
        self.refused(self.join(street, made["token"]), "does not know this key")
        self.assertEqual(join_tool(made["token"], "hello"), "DENIED")

    def test_a_mistyped_token_is_told_from_a_refused_one(self):
        street = self.fresh()
        token = self.district.invite(STREET)
        at = len(token) // 2
        self.refused(self.join(street, token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1:]), "mistyped")
        self.refused(self.join(street, "yishi2-AAAA"), "version")
        self.assertRefused(street.call("join", check=False), USAGE, "needs a token")

    def test_a_token_of_another_unit_or_parent_is_refused(self):
        street = self.fresh()
        self.refused(self.join(street, self.district.invite(OTHER_STREET)), OTHER_STREET, STREET)
        self.assertRefused(self.district.call("invite", COMMUNITY, check=False), REFUSED, "no child")
        self.assertRefused(self.district.call("invite", DISTRICT, check=False), REFUSED, "no child")
        self.district.stop()
        self.assertRefused(self.join(street, self.district.invite(STREET, "--address", self.district.address)), ENVIRONMENT, "cannot be reached")

    def test_a_foreign_root_is_refused_and_nothing_is_set(self):
        foreign = self.node(DISTRICT)
        foreign.home, foreign.passphrase = self.folder / "nodes" / "foreign", self.folder / "secret" / "foreign"
        foreign.init()
        token = self.district.invite(STREET)

        pinned = self.node(STREET)
        pinned.init(root=foreign.home / "root.pub")
        self.refused(self.join(pinned, token), "foreign root")
        street = self.fresh(rooted=False, home="unpinned")
        self.refused(self.join(street, token, "--root", foreign.home / "root.pub"), "foreign root")
        self.refused(self.join(street, token, "--fingerprint", foreign.keys()["root_fingerprint"]), "foreign root")
        self.refused(self.join(street, token), "--root FILE")
        self.refused(self.join(street, token, "--yes"), "--root FILE")

        self.assertFalse((street.home / "root.pub").exists())
        self.assertIsNone(street.status()["parent"])
        self.assertEqual(self.waiting_files(), [])
        self.assertEqual(self.join(street, token, "--root", self.district.home / "root.pub").status, OK)

    def test_two_applicants_for_one_code_are_shown_apart(self):
        first, second = self.fresh(), self.fresh(home="second")
        self.join(first, self.district.invite(STREET))
        self.join(second, self.district.invite(STREET))
        self.assertEqual([a["conflict"] for a in self.pending()], [True, True])
        result = self.district.call("admit", STREET, "--passphrase-file", self.district.passphrase, "--json", check=False)
        self.refused(result, "2 applicants")

        transport = second.keys()["transport"]
        mine = [key["fingerprint"] for a in self.pending() for key in a["keys"] if key["key"] == "transport"]
        self.assertEqual(len(set(mine)), 2)
        for fingerprint in mine:
            self.district.admit(STREET, "--applicant", fingerprint, "--dry-run")
        chosen = second.call("join", self.district.invite(STREET), "--json").object()["keys"][0]["fingerprint"]
        self.district.admit(STREET, "--applicant", chosen.replace(" ", "")[:8])
        enrolled = [e["body"]["node_certificate"]["transport"] for e in
                    self.district.entries(DISTRICT, "--kind", "node_certificate", "--bodies") if e["body"]["node_certificate"]["division"] == STREET]
        self.assertEqual(enrolled, [transport])

    def test_an_officer_s_no_is_read_by_the_applicant(self):
        street = self.fresh()
        token = self.district.invite(STREET)
        waiting = self.start(street, "join", token, "--wait")
        wait_for(self.pending, "the request is there")
        self.district.call("admit", STREET, "--refuse", "示例:请先来电")
        _, err = waiting.communicate(timeout=harness.EVENT_SECONDS)
        self.assertEqual(waiting.returncode, REFUSED)
        self.assertIn("请先来电", err)
        self.refused(self.join(street, token), "请先来电")
        self.refused(self.join(self.fresh(home="second"), token), "taken back")
        self.assertRefused(self.district.call("admit", STREET, "--passphrase-file", self.district.passphrase, check=False), REFUSED, "no such applicant")

        self.assertEqual(self.join(street, self.district.invite(STREET)).status, OK)
        self.assertIsNone(self.pending()[0]["refused"])

    # --- what a one-time key may say --------------------------------------------------------------
    def test_a_one_time_key_may_say_nothing_but_join(self):
        token = self.district.invite(STREET)
        answer = join_tool(token, "hello")
        self.assertTrue(answer.startswith("ERROR ") and "HELLO" in answer, answer)
        self.assertIn("event=join_ended", self.district.log_text())
        self.assertNotIn("event=child", self.district.log_text())

    def test_who_misbehaved_is_not_listened_to_any_more(self):
        street = self.fresh()
        token = self.district.invite(STREET)
        self.join(street, token)
        request, = self.waiting_files()
        kept = self.folder / "kept"
        kept.write_bytes(request.read_bytes())
        request.unlink()
        self.assertTrue(join_tool(token, "hello", kept).startswith("ERROR "))
        self.assertIn("answers another", join_tool(self.district.invite(STREET), "replay", kept))  # what came before is done
        self.assertEqual(self.waiting_files(), [])

    def test_one_connection_may_ask_eight_times(self):
        street = self.fresh()
        token = self.district.invite(STREET)
        self.join(street, token)
        request, = self.waiting_files()
        answers = join_tool(token, "nine", request).splitlines()
        self.assertEqual([a.strip() for a in answers[:8]], ["PENDING"] * 8)
        self.assertEqual(answers[8], "ERROR more than 8 requests on one connection")

    def test_a_request_is_no_good_with_another_token_or_under_another_key(self):
        street = self.fresh()
        self.join(street, self.district.invite(STREET))
        request, = self.waiting_files()
        self.assertIn("answers another invitation", join_tool(self.district.invite(STREET), "replay", request))
        self.assertIn(f"REFUSED the invitation is for {OTHER_STREET}", join_tool(self.district.invite(OTHER_STREET), "replay", request))

        other = self.fresh(OTHER_STREET)
        self.district.admit(other.join(self.district))
        self.assertIn("REFUSED the request is of another unit", join_tool(other.home, "replay", request))
        self.assertEqual(self.waiting_files(), [request])

    def test_a_request_with_a_key_that_is_not_proven_is_refused(self):
        street = self.fresh()
        made = self.district.call("invite", STREET, "--json").object()
        self.join(street, made["token"])
        request, = self.waiting_files()
        forged = self.folder / "forged"
        self.assertEqual(join_tool(made["token"], "replay", request), "PENDING")
        vkey = street.keys()["bodies"][0]["key"].encode()
        other = self.fresh(home="second").keys()["bodies"][0]["key"].encode()
        forged.write_bytes(request.read_bytes().replace(vkey, other))
        self.assertIn("REFUSED join.bodies.key: the proof", join_tool(made["token"], "replay", forged))

    def test_sixteen_bodies_join_and_seventeen_do_not(self):
        street = self.fresh()
        for number in range(15):
            street.call("key", "new", f"gd-{number}", "--kdf", "none")
        result = street.call("key", "new", "gd-more", "--kdf", "none", check=False)
        self.refused(result, "of 16 bodies")
        token = self.district.invite(STREET)
        self.assertEqual(self.join(street, token).status, OK)
        request, = self.waiting_files()
        answer = join_tool(token, "seventeen", request)
        self.assertTrue(answer.startswith("ERROR ") and "17 elements" in answer, answer)
        self.district.admit(STREET)
        self.assertEqual(len(self.district.entries(DISTRICT, "--kind", "body_register")), 17)  # da and these

    def test_a_request_file_still_enrols_a_node_that_has_no_line_to_its_parent(self):
        street = self.fresh()
        self.district.admit(street.join_by_file(self.district))
        street.start().ready().connected()


class Leaving(harness.Case):
    def cut(self, issuer, code):
        """The issuer revokes the log key of `code` as of what it holds."""
        folder = self.folder / "exported"
        issuer.call("export", "tiles", folder, "--log", code)
        origin, size, root = (folder / "checkpoint").read_text().splitlines()[:3]
        certificate, = [e["body"]["node_certificate"] for e in issuer.entries(issuer.code, "--kind", "node_certificate", "--bodies")
                        if e["body"]["node_certificate"]["division"] == code]
        return issuer.publish({"kind": "key_revoke", "key_revoke": {
            "key": certificate["log"], "log": origin, "cut_size": int(size), "cut_root": root, "reason": "lost"}})

    def test_a_revoked_node_is_served_no_more_from_that_moment(self):
        _, street, community, neighbour = self.federation(COMMUNITY, NEIGHBOUR)
        community.publish(consensus())
        self.receipted(community)

        self.cut(street, COMMUNITY)

        wait_for(lambda: "state=denied" in community.log_text(), "the revoked node is cut off")
        self.assertRegex(street.log_text(), f'event=session_end code={COMMUNITY} key=[0-9a-f]{{8}} reason="its key was revoked or replaced')
        self.assertIn("revoked", community.log_text())
        self.assertFalse(community.status()["parent"]["connected"])
        held = {log["code"]: log["size"] for log in community.status()["logs"]}
        reference = base64.b64encode(bytes.fromhex(street.entries(COMMUNITY)[0]["id"])).decode()
        street.publish({**harness.acknowledgement(), "refs": [{"rel": "acknowledges", "record": reference}]})
        self.held(neighbour, STREET, street.status()["size"])  # the other child has the news
        self.assertEqual({log["code"]: log["size"] for log in community.status()["logs"]}, held)
        self.assertTrue(neighbour.status()["parent"]["connected"])
        self.assertRefused(community.call("join", check=False), REFUSED, "does not know this key")


if __name__ == "__main__":
    unittest.main()
