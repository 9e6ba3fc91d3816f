"""File systems of a test's own: small ones, to be filled or made read-only.

Everything is mounted in a mount namespace of its own, so nothing is left behind whatever happens: as
root `unshare --mount` gives it, for others a user namespace does, where the machine allows that.
"""

import base64
import os
import pathlib
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from harness import SKIPPED, Case, Failure, acknowledgement, needed, wait_for  # noqa: E402

MIB = 1 << 20
APART = "YISHI_TEST_MOUNTS_APART"


def own_mounts():
    """Begin this program again where it may mount; say so and end with 77 where it may not."""
    if APART in os.environ:
        return
    way = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
    tried = subprocess.run([*way, "sh", "-c", "mount -t tmpfs -o size=1m none /mnt"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        print(f"SKIP: nothing can be mounted here: {tried.stderr.strip()}")
        sys.exit(SKIPPED)
    os.environ[APART] = "1"
    os.execvp(way[0], [*way, sys.executable, "-B", *sys.argv])


def run(*arguments):
    ran = subprocess.run(list(map(str, arguments)), capture_output=True, text=True, check=False)
    return ran.returncode == 0, ran.stderr.strip()


def fill(folder, name="filler"):
    """Take all the room that is left, to the last byte."""
    with open(folder / name, "ab", buffering=0) as file:
        for size in (MIB, 4096, 1):
            try:
                while file.write(b"\0" * size) == size:
                    pass
            except OSError:
                pass
        os.fsync(file.fileno())


def load(*arguments, check=True):
    ran = subprocess.run([needed("YISHI_STORE_LOAD"), *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False)
    if check and ran.returncode != 0:
        raise Failure(f"store_load {arguments}: {ran.returncode}: {ran.stderr.strip()}")
    return ran


def received(entry):
    """What a street says of a community's record."""
    record = base64.b64encode(bytes.fromhex(entry["id"])).decode()
    return acknowledgement() | {"refs": [{"rel": "acknowledges", "record": record}]}


class DiskCase(Case):
    """A federation whose street lies on a file system of its own."""

    place = None  # where the street's home lies

    def mount_tmpfs(self, folder, mebibytes):
        folder.mkdir(parents=True)
        done, why = run("mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "none", folder)
        if not done:
            raise Failure(f"tmpfs: {why}")
        self.addCleanup(run, "umount", "--lazy", folder)

    def mount_ext4(self, folder, mebibytes):
        folder.mkdir(parents=True)
        image = self.folder / "image"
        with open(image, "wb") as file:
            file.truncate(mebibytes * MIB)
        done, why = run("mkfs.ext4", "-q", "-m", "0", image)
        if done:
            done, why = run("mount", "-o", "loop", image, folder)
        if not done:
            self.skipTest(f"no ext4 on a loop device here: {why}")
        self.addCleanup(run, "umount", "--lazy", folder)

    def node(self, code, *arguments, **options):
        node = super().node(code, *arguments, **options)
        if len(code) == 9 and self.place is not None:
            node.home = self.place / "home"
        return node

    def append(self, node, count, size):
        """Records of another version, signed as they must be, one commit each."""
        load("append", node.home, node.home / "keys" / "rc.key", node.passphrase, count, size)

    def size_of(self, reader, code):
        return next((log["size"] for log in reader.status()["logs"] if log["code"] == code), 0)

    def says(self, node, text):
        wait_for(lambda: text in node.log_text(), f"{node.code}: says {text}")

    def ended(self, node, status, *parts):
        """Wait until the daemon ends by itself, as it must."""
        wait_for(lambda: node.process.poll() is not None, f"{node.code}: the daemon ends")
        self.assertEqual(node.process.returncode, status, node.log_text())
        for part in parts:
            self.assertIn(part, node.log_text())
        node.process = None
