"""A disk that is full, read-only or gone, under real processes."""

import json
import os
import shutil
import sys
import unittest

import ground_disk as ground

from harness import COMMUNITY, DISTRICT, ENVIRONMENT, OK, STREET, consensus, wait_for

MANY = 200  # records of 100 kB: more than a child has credit for


class FullDisk(ground.DiskCase):
    """The street's disk is full: what it holds is served, nothing more comes in, and it goes on by itself."""

    def stopped_street(self):
        """On a disk of its own, with a record that has both receipts."""
        self.place = self.folder / "small"
        self.mount_tmpfs(self.place, 64)
        nodes = _, street, community = self.federation()
        community.publish(consensus())
        self.receipted(community)
        street.stop()
        return nodes

    def full_street(self):
        district, street, community = self.federation()
        community.publish(consensus())
        self.receipted(community)
        self.received = ground.received(street.entries(COMMUNITY)[0])
        self.assertTrue((street.home / "reserve").exists())
        self.assertGreaterEqual((street.home / "reserve").stat().st_blocks * 512, 8 * ground.MIB)
        held = self.size_of(street, COMMUNITY)

        # Little room is told before there is none.
        ground.fill(self.place)
        wait_for(lambda: street.status()["disk"]["short"], "status says that there is little room")
        self.says(street, "event=store_full")
        self.assertIn("ALARM: little room: 0 MiB are free", street.call("status").out)
        self.assertEqual([alarm["kind"] for alarm in street.status()["alarms"]], ["little_room"])

        # What is under way uses the reserve, then that is full, too.
        self.append(community, MANY, 100_000)
        self.says(street, "event=reserve_given_up")
        community.stop()
        community.start().ready().connected()

        # Some room, but too little: what is here is written and goes out, and nothing more comes in.
        os.truncate(self.place / "filler", (self.place / "filler").stat().st_size - 10 * ground.MIB)
        for _ in range(3):
            index = street.publish(self.received)["index"]
            self.held(community, STREET, index + 1)
        self.assertLess(self.size_of(street, COMMUNITY), MANY)

        # Reads go on when there is none.
        ground.fill(self.place)
        self.assertEqual(len(street.entries(COMMUNITY)), self.size_of(street, COMMUNITY))
        bundle = self.folder / "bundle"
        for command in (("show", f"{COMMUNITY}:0"), ("log", COMMUNITY), ("status",), ("verify",), ("prove", f"{COMMUNITY}:0", "--out", bundle)):
            self.assertEqual(street.call(*command, check=False).status, OK, command)
        self.model_is_read(street, "no space left on the disk; free some there")
        before = self.size_of(street, COMMUNITY)
        self.assertGreaterEqual(before, held)

        # Whoever writes is told, and nothing is written by half.
        size = street.status()["size"]
        refused = self.publish_until_refused(street)
        self.assertRefused(refused, ENVIRONMENT, f"no space left on the disk of {street.home}/store; free some there, and try again")
        self.assertEqual(street.status()["size"], size + self.published)

        # No receipt is above what is on the street's disk.
        self.assertEqual(community.status()["size"], MANY + 1)
        on_disk = self.size_of(street, COMMUNITY)
        self.assertLess(on_disk, MANY)
        receipt = community.status()["receipts"]["street"]
        self.assertLessEqual(receipt["size"], on_disk)
        self.assertIsNone(street.process.poll())

        for name in ("filler", "more"):
            (self.place / name).unlink()
        self.says(street, "event=store_has_room")
        self.receipted(community)
        self.assertEqual(community.status()["receipts"]["district"]["size"], MANY + 1)
        self.assertFalse(street.status()["disk"]["short"])
        self.assertEqual(street.status()["alarms"], [])
        self.assertTrue((street.home / "reserve").exists())
        self.assertEqual(street.call("verify").status, OK)
        self.assertEqual(district.call("verify").status, OK)
        street.publish(self.received)
        self.fleet.stop()

    def model_is_read(self, street, why):
        """Up to date, from a copy in memory where the file can be neither written nor made."""
        asked = (("matter",), ("inbox",), ("findings",), ("findings", "--deadlines"))
        numbers = [json.loads(line)["matter"] for line in street.call("matter", "--json").out.splitlines()]
        self.assertEqual(len(numbers), len({e["subject"] for e in street.entries(COMMUNITY)} - {"-"}))
        for command in (*asked, ("matter", numbers[0])):
            result = street.call(*command, check=False)
            self.assertEqual(result.status, OK, f"{command}: {result.err}")
            for line in result.err.splitlines():
                self.assertRegex(line, f"^yishi: note: read model {street.home}/model.db: {why}; what is shown comes from a copy")

    def publish_until_refused(self, street):
        """Free pages of the store need no disk: they may do for a few records."""
        for self.published in range(200):
            ground.fill(self.place, "more")
            result = street.call("publish", "-", "--passphrase-file", street.passphrase, stdin=json.dumps(self.received), check=False)
            if result.status != OK:
                return result
        return result

    def test_an_operator_may_publish_with_the_reserve(self):
        district, street, community = self.stopped_street()
        reserve = street.home / "reserve"
        self.received = ground.received(street.entries(COMMUNITY)[0])
        ground.fill(self.place)
        publish = ("publish", "-", "--passphrase-file", street.passphrase)

        # Who only tries takes nothing.
        size = street.status()["size"]
        street.call(*publish, "--dry-run", stdin=json.dumps(self.received))
        self.assertTrue(reserve.exists())

        result = street.call(*publish, stdin=json.dumps(self.received))
        self.assertIn(f"yishi: note: the disk of {street.home} is full; its reserve was given up for what is to be written now", result.err)
        self.assertFalse(reserve.exists())
        self.assertEqual(street.status()["size"], size + 1)

        # Then that is full, too; nothing is written by half, and the message says where and what to do.
        size += 1
        refused = self.publish_until_refused(street)
        self.assertRefused(refused, ENVIRONMENT, "store: ", f"no space left on the disk of {street.home}/store; free some there, and try again")
        self.assertEqual(street.status()["size"], size + self.published)
        for name in ("filler", "more"):
            (self.place / name).unlink()
        street.start().ready()
        self.receipted(street, "district")
        self.fleet.stop()

    def test_a_small_tmpfs(self):
        self.place = self.folder / "small"
        self.mount_tmpfs(self.place, 64)
        self.full_street()

    def test_a_small_ext4(self):
        self.place = self.folder / "small"
        self.mount_ext4(self.place, 72)
        self.full_street()

    def test_a_lock_file_that_cannot_be_made_is_said_and_no_bus_error(self):
        self.place = self.folder / "small"
        self.mount_tmpfs(self.place, 8)
        street = self.node(STREET)
        street.init()
        (street.home / "store" / "lock.mdb").unlink()
        ground.fill(self.place)
        for command in ("status", "log", "run"):
            self.assertRefused(street.call(command, check=False), ENVIRONMENT, "lock.mdb: no space left on the disk")

    def test_a_draft_for_which_there_is_no_room_is_not_begun(self):
        self.place = self.folder / "small"
        self.mount_tmpfs(self.place, 8)
        street = self.node(STREET)
        street.init()
        ground.fill(self.place)
        draft = street.home / "drafts" / "1.json"
        for _ in range(2):
            self.assertRefused(street.call("new", "legal_education", check=False), ENVIRONMENT, "drafts/1.json", "No space left on device")
            self.assertEqual(list(draft.parent.iterdir()), [])
        (self.place / "filler").unlink()
        street.call("new", "legal_education")
        self.assertNotEqual(draft.read_text(), "")
        # As one that was killed between the two has left it.
        draft.write_text("")
        for command in (("attach", "1", draft), ("sign", "1", "--as", "st", "--passphrase-file", street.passphrase), ("publish", "1", "--passphrase-file", street.passphrase)):
            self.assertRefused(street.call(*command, check=False), 1, f"{draft}: nothing stands in it; delete it, and begin anew")
        street.call("draft", "delete", "1")

    def test_of_a_decision_no_half_line_is_left(self):
        self.place = self.folder / "small"
        self.mount_tmpfs(self.place, 16)
        district = self.node(DISTRICT)
        district.home = self.place / "home"
        district.init()
        district.start().ready()
        district.stop()
        (self.place / "home.guard").unlink()
        (district.home / "reserve").unlink(missing_ok=True)
        log = district.home / "decisions.log"
        log.write_text("x" * 4079 + "\n")  # of the next line 16 bytes would go into the page that is there
        ground.fill(self.place)
        self.assertRefused(district.call("recover", "--accept", "换了机器", check=False), ENVIRONMENT, "decisions.log: No space left on device")
        self.assertEqual(log.read_text(), "x" * 4079 + "\n")
        (self.place / "filler").unlink()
        district.call("recover", "--accept", "换了机器")
        self.assertIn('reason="换了机器"', log.read_text().splitlines()[-1])

    def test_a_record_of_which_the_disk_takes_a_part_is_not_written(self):
        """LMDB 0.9 calls that an I/O error, after which a daemon would have to end."""
        self.place = self.folder / "small"
        self.mount_tmpfs(self.place, 16)
        street = self.node(STREET)
        street.init()
        ground.fill(self.place)
        os.truncate(self.place / "filler", (self.place / "filler").stat().st_size - 40_000)
        ran = ground.load("append", street.home, street.home / "keys" / "st.key", street.passphrase, 1, 100_000, check=False)
        self.assertEqual((ran.returncode, ran.stderr.strip()), (ENVIRONMENT, f"store_load: commit: store: commit: no space left on the disk of {street.home}/store; free some there, and try again"))
        self.assertEqual(street.status()["size"], 0)
        (self.place / "filler").unlink()
        ground.load("append", street.home, street.home / "keys" / "st.key", street.passphrase, 1, 100_000)
        self.assertEqual(street.status()["size"], 1)

    def test_a_daemon_started_on_a_full_disk_serves_what_it_has(self):
        district, street, community = self.stopped_street()
        ground.fill(self.place)
        self.append(community, MANY, 100_000)
        street.start().ready()
        self.says(street, "event=store_full")
        community.connected()
        (self.place / "filler").unlink()
        self.receipted(community)
        self.fleet.stop()


class ReadOnlyDisk(ground.DiskCase):
    def test_an_auditor_reads_a_copy_that_cannot_be_written(self):
        district, street, community = self.federation()
        community.publish(consensus())
        self.receipted(community)
        model_before = self.folder / "model before"
        street.call("matter")
        shutil.copy(street.home / "model.db", model_before)
        number = community.publish(consensus())["subject"]
        self.receipted(community)
        street.call("matter")
        self.fleet.stop()
        medium = self.folder / "medium"
        self.mount_tmpfs(medium, 64)
        copy = medium / "home"
        shutil.copytree(street.home, copy, ignore=lambda folder, names: [n for n in names if n in ("doorbell", "reserve", "lock.mdb")])
        self.assertTrue(ground.run("mount", "-o", "remount,ro", medium)[0])
        street.home = copy
        bundle = self.folder / "bundle"
        for command in (("log", COMMUNITY), ("show", f"{COMMUNITY}:0"), ("status",), ("verify",), ("prove", f"{COMMUNITY}:0", "--out", bundle), ("export", "tiles", self.folder / "tiles", "--log", COMMUNITY)):
            result = street.call(*command, check=False)
            self.assertEqual((result.status, result.err), (OK, ""), command)
        note = f"yishi: note: read model {copy}/model.db: the file system is read-only; what is shown comes from a copy in memory, which holds all that the store holds\n"
        shown = {}
        for name in ("as it was", "behind", "missing"):
            if name != "as it was":
                self.assertTrue(ground.run("mount", "-o", "remount,rw", medium)[0])
                if name == "behind":
                    shutil.copy(model_before, copy / "model.db")
                else:
                    (copy / "model.db").unlink()
                self.assertTrue(ground.run("mount", "-o", "remount,ro", medium)[0])
            for command in (("matter",), ("matter", number), ("inbox",), ("findings",), ("export", "tables", self.folder / f"tables {name}", "--period", "2026")):
                result = street.call(*command, check=False)
                self.assertEqual((result.status, result.err), (OK, note), (name, command))
                if command[0] != "export":
                    self.assertEqual(shown.setdefault(command, result.out), result.out, name)
        self.assertEqual(community.call("check", bundle, "--root", district.home / "root.pub").status, OK)
        backup = self.folder / "backup"
        result = street.call("backup", backup, "--json", check=False)
        self.assertEqual((result.status, result.objects()[0]["path"]), (OK, str(backup)), result.err)
        self.assertRegex(result.err, f"^yishi: note: {copy}/backups.json.*: Read-only file system: so this backup is not in the list of the home;")
        self.assertEqual(street.call("backup", "--verify", backup, check=False).status, OK)
        received = json.dumps(ground.received(street.entries(COMMUNITY)[0]))
        result = street.call("publish", "-", "--passphrase-file", street.passphrase, stdin=received, check=False)
        self.assertRefused(result, ENVIRONMENT, "read-only")
        self.assertRefused(street.call("run", check=False), ENVIRONMENT, "ead-only file system")

    def test_a_daemon_whose_disk_becomes_read_only_ends(self):
        self.place = self.folder / "small"
        self.mount_ext4(self.place, 64)
        district, street, community = self.federation()
        community.publish(consensus())
        self.receipted(community)
        # What the kernel does by itself after an error of the disk.
        done, why = ground.run("mount", "-o", "remount,abort", self.place)
        if not done:
            self.skipTest(f"this kernel does not abort an ext4: {why}")
        self.ended(street, ENVIRONMENT, "read-only")
        # What can be read can still be read.
        self.assertEqual(len(street.entries(COMMUNITY)), 1)
        size = community.status()["receipts"]["street"]["size"]
        community.publish(consensus())
        self.assertEqual(community.status()["receipts"]["street"]["size"], size)


class TakenAway(ground.DiskCase):
    """Nothing is acknowledged that is in a file which nobody finds again."""

    def test_a_store_that_is_replaced_moved_and_removed(self):
        _, street, community = self.federation()
        community.publish(consensus())
        self.receipted(community)
        store, aside = street.home / "store", street.home.with_name("aside")

        def replace():
            shutil.copytree(store, aside)
            os.rename(store, street.home / "old")
            os.rename(aside, store)

        # A restored copy: it is another file, and the daemon that is started on it goes on from there.
        self.taken(street, community, replace)
        street.start().ready()
        self.receipted(community)
        # The whole home, and back.
        self.taken(street, community, lambda: street.home.rename(aside))
        aside.rename(street.home)
        street.start().ready()
        self.receipted(community)
        # Who comes next would make a lock of its own, and two would write at once.
        self.taken(street, community, (store / "lock.mdb").unlink, "lock.mdb")
        street.start().ready()
        self.receipted(community)
        self.assertEqual(street.call("verify").status, OK)
        self.taken(street, community, lambda: shutil.rmtree(store))
        self.assertRefused(street.call("run", check=False), ENVIRONMENT, "the store is missing; restore it from a backup")

    def taken(self, street, community, take, name="data.mdb"):
        before = community.status()["receipts"]["street"]["size"]
        take()
        community.publish(consensus())
        self.ended(street, ENVIRONMENT, f"{name}: was moved, removed or replaced while it was in use")
        wait_for(lambda: not community.status()["parent"]["connected"], "the community notices")
        self.assertEqual(community.status()["receipts"]["street"]["size"], before)


if __name__ == "__main__":
    ground.own_mounts()
    sys.exit(unittest.main(verbosity=2))
