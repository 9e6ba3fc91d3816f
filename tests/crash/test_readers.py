"""Readers that stand still, die, or wait for a pager: the store does not grow for them without end."""

import fcntl
import json
import os
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import unittest

import ground_disk as ground

from harness import COMMUNITY, DISTRICT, ENVIRONMENT, OK, consensus, needed, wait_for

HELD_MAX = 64 * ground.MIB  # sync/kv.h
MANY = 40_000  # commits; far more than it takes


class HeldReaders(ground.DiskCase):
    def setUp(self):
        if os.access("/dev/shm", os.W_OK):
            tempfile.tempdir = "/dev/shm"  # thousands of commits
        super().setUp()

    def file_bytes(self, node):
        return (node.home / "store" / "data.mdb").stat().st_size

    def hold(self, node):
        """A process with a read transaction."""
        holder = subprocess.Popen([needed("YISHI_STORE_LOAD"), "hold", str(node.home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(self.end, holder)
        self.assertEqual(holder.stdout.readline(), b"holding\n")
        return holder

    def end(self, process):
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    def test_a_stopped_reader_stops_the_growth_and_is_named(self):
        district, street, community = self.federation()
        community.publish(consensus())
        self.receipted(community)
        received = json.dumps(ground.received(street.entries(COMMUNITY)[0]))
        ground.load("churn", street.home, 300)
        before = self.file_bytes(street)
        holder = self.hold(street)
        holder.send_signal(signal.SIGSTOP)

        full = ground.load("churn", street.home, MANY, check=False)
        self.assertEqual(full.returncode, ENVIRONMENT, full.stderr)
        self.assertIn(f"process {holder.pid} has been reading", full.stderr)
        grown = self.file_bytes(street)
        self.assertLess(grown, before + HELD_MAX * 3 // 2)

        status = street.status()["store"]["oldest_reader"]
        self.assertEqual((status["pid"], status["stopped"]), (holder.pid, True))
        self.assertGreater(status["lag"], 1000)
        self.assertGreater(status["held_bytes"], HELD_MAX)
        self.assertIn(f"Oldest reader of the store: process {holder.pid}, {status['lag']} transactions behind", street.call("status").out)
        self.assertIn("and is stopped", street.call("status").out)
        self.says(street, f"event=old_reader pid={holder.pid}")

        # Load goes on, and the file stays as it is; what cannot be written is not acknowledged.
        ground.load("append", community.home, community.home / "keys" / "rc.key", community.passphrase, 50, 1000)
        self.says(street, f'reason="store: process {holder.pid} has been reading')
        result = street.call("publish", "-", "--passphrase-file", street.passphrase, stdin=received, check=False)
        self.assertRefused(result, ENVIRONMENT, f"process {holder.pid} has been reading")
        self.assertEqual(street.call("log", COMMUNITY).status, OK)
        self.assertEqual(self.size_of(street, COMMUNITY), 1)
        self.assertEqual(self.file_bytes(street), grown)

        # It goes on, and so does everything; the pages are used again.
        holder.send_signal(signal.SIGCONT)
        holder.stdin.close()
        self.says(street, "event=store_has_room")
        self.receipted(community)
        self.assertEqual(ground.load("churn", street.home, 1000).returncode, OK)
        self.assertLess(self.file_bytes(street), grown + ground.MIB)
        oldest = street.status()["store"]["oldest_reader"]
        self.assertFalse(oldest is not None and oldest["pid"] == holder.pid)
        self.fleet.stop()

    def test_a_reader_that_was_killed_is_forgotten(self):
        node = self.node(DISTRICT)
        node.init()
        node.start().ready()
        ground.load("churn", node.home, 300)
        before = self.file_bytes(node)
        holder = self.hold(node)
        self.assertEqual(node.status()["store"]["oldest_reader"]["pid"], holder.pid)
        holder.kill()
        holder.wait()
        ground.load("churn", node.home, MANY // 4)
        self.assertLess(self.file_bytes(node), before + HELD_MAX * 3 // 2)
        oldest = node.status()["store"]["oldest_reader"]
        self.assertFalse(oldest is not None and oldest["pid"] == holder.pid)
        # Where nobody writes, status itself sees that it is gone.
        holder = self.hold(node)
        ground.load("churn", node.home, 5)
        self.assertEqual(node.status()["store"]["oldest_reader"]["pid"], holder.pid)
        holder.kill()
        holder.wait()
        self.assertIsNone(node.status()["store"]["oldest_reader"])
        self.assertNotIn("Oldest reader", node.call("status").out)
        node.stop()

    def test_a_pager_that_waits_holds_nothing(self):
        node = self.node(COMMUNITY)
        node.init()
        ground.load("append", node.home, node.home / "keys" / "rc.key", node.passphrase, 1500, 100)
        listing = subprocess.Popen([self.fleet.program, "--home", str(node.home), "log"], stdout=subprocess.PIPE, env=self.fleet.environment)
        self.addCleanup(self.end, listing)
        room = fcntl.fcntl(listing.stdout, fcntl.F_GETPIPE_SZ)

        def is_full():
            waiting = struct.unpack("i", fcntl.ioctl(listing.stdout, termios.FIONREAD, struct.pack("i", 0)))[0]
            return waiting > room - 4096

        wait_for(is_full, "the pipe is full")
        self.assertIsNone(listing.poll())
        ground.load("churn", node.home, 300)
        self.assertIsNone(node.status()["store"]["oldest_reader"])
        out = listing.stdout.read()
        self.assertEqual(listing.wait(), OK)
        self.assertEqual(out.count(b"future_kind"), 1500)


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
