"""yishi's nodes as processes on this machine: what the sample and the end to end tests both drive.

A Node is a home folder and the commands run on it; a Fleet is the nodes of one run, and sees to it
that none of their processes outlives it. Waiting is always for an event, with a deadline.
"""

import ctypes
import json
import os
import pathlib
import secrets
import signal
import subprocess
import sys
import time

COMMAND_SECONDS = 120
EVENT_SECONDS = 120
STOP_SECONDS = 20
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True)


class Failure(Exception):
    """Something that the run cannot go on from; the text is for people."""


def wait_for(event, what, seconds=EVENT_SECONDS):
    """First true result of event(); Failure naming `what` after the deadline."""
    deadline = time.monotonic() + seconds
    while True:
        result = event()
        if result:
            return result
        if time.monotonic() >= deadline:
            raise Failure(f"{what}: not within {seconds} s")
        time.sleep(0.05)


def die_with_parent():
    """In a new process: end when the thread that started it ends."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


class Result:
    """What one command gave back."""

    def __init__(self, arguments, status, out, err):
        self.arguments = arguments
        self.status = status
        self.out = out
        self.err = err

    def objects(self):
        """One JSON object a line, or one object over several lines."""
        text = self.out.strip()
        if not text:
            return []
        decoder = json.JSONDecoder()
        found = []
        place = 0
        while place < len(text):
            value, place = decoder.raw_decode(text, place)
            found.extend(value if isinstance(value, list) else [value])
            while place < len(text) and text[place].isspace():
                place += 1
        return found

    def object(self):
        found = self.objects()
        if len(found) != 1:
            raise Failure(f"{' '.join(self.arguments)}: {len(found)} objects where one was expected")
        return found[0]


class Node:
    """One node: division code, name, home folder, and the daemon while it runs."""

    def __init__(self, fleet, code, name, deployment):
        self.fleet = fleet
        self.code = code
        self.name = name
        self.deployment = deployment
        self.home = fleet.folder / "nodes" / code
        self.passphrase = fleet.folder / "secret" / code
        self.log = fleet.folder / "daemon-logs" / f"{code}.log"
        self.address = None
        self.process = None

    # --- commands ---------------------------------------------------------------------------------
    def call(self, *arguments, stdin="", check=True, seconds=COMMAND_SECONDS):
        """Run one command on this home. With check, a failure is a Failure."""
        line = [self.fleet.program, "--home", str(self.home), *map(str, arguments)]
        ran = subprocess.run(
            line, input=stdin, capture_output=True, text=True, timeout=seconds,
            preexec_fn=die_with_parent, env=self.fleet.environment, check=False,
        )
        result = Result(line, ran.returncode, ran.stdout, ran.stderr)
        if check and ran.returncode != 0:
            raise Failure(f"{' '.join(line)}: exit status {ran.returncode}: {ran.stderr.strip()}")
        return result

    def make_passphrase(self):
        """A random passphrase in a file that only we read."""
        self.passphrase.parent.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(self.passphrase, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(24) + "\n")

    def init(self, root=None):
        self.make_passphrase()
        arguments = ["init", "--deployment", self.deployment, "--code", self.code, "--name", self.name,
                     "--listen", "tcp://127.0.0.1:0", "--kdf", "interactive", "--passphrase-file", self.passphrase]
        if root is not None:
            arguments += ["--root", root]
        return self.call(*arguments)

    def invite(self, code, *arguments):
        """A token for a child of this node."""
        return self.call("invite", code, *arguments).out.strip()

    def join(self, parent):
        """Ask `parent`, which must be running; what its `admit` takes."""
        self.call("join", parent.invite(self.code))
        return self.code

    def join_by_file(self, parent, request=None):
        """Write a request to `parent`, which must be running, and keep its address; for `admit` too."""
        request = request or self.fleet.folder / "requests" / f"{self.code}.json"
        request.parent.mkdir(exist_ok=True)
        self.call("join", "--request", request, "--parent", parent.address, "--parent-key", parent.keys()["transport"])
        return request

    def admit(self, asked, *arguments):
        return self.call("admit", asked, "--passphrase-file", self.passphrase, *arguments)

    def keys(self):
        return self.call("key", "--json").object()

    def status(self):
        return self.call("status", "--json").object()

    def entries(self, code, *arguments):
        """Records of a log that this node holds."""
        return self.call("log", code, *arguments, "--json").objects()

    def publish(self, record, *arguments):
        """Publish a record given as a dictionary; the printed object."""
        return self.call("publish", "-", "--passphrase-file", self.passphrase, "--json", *arguments,
                         stdin=json.dumps(record, ensure_ascii=False)).object()

    # --- the daemon -------------------------------------------------------------------------------
    def start(self, *arguments):
        """Start the daemon; `ready` waits for it. A node that ran before keeps its address."""
        if self.address is not None and "--listen" not in arguments:
            arguments = ("--listen", self.address, *arguments)
        self.log.parent.mkdir(exist_ok=True)
        with open(self.log, "ab") as log:
            self._log_from = log.tell()
            self.process = subprocess.Popen(
                [self.fleet.program, "--home", str(self.home), "run", *arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                preexec_fn=None if self.fleet.keep else die_with_parent, env=self.fleet.environment,
            )
        return self

    def log_text(self):
        """What the daemon said since its last start."""
        with open(self.log, "rb") as log:
            log.seek(self._log_from)
            return log.read().decode("utf-8", "replace")

    def ready(self, seconds=EVENT_SECONDS):
        def serving():
            if self.process.poll() is not None:
                raise Failure(f"{self.code}: the daemon ended with status {self.process.returncode}: {self.log_text().strip()[-400:]}")
            return "event=ready" in self.log_text() and (not listens or (self.home / "address").exists())

        listens = len(self.code) < 12  # a community has no children
        wait_for(serving, f"{self.code}: daemon ready", seconds)
        if listens:
            self.address = (self.home / "address").read_text().strip()
        return self

    def connected(self, seconds=EVENT_SECONDS):
        """Wait until the parent has let this node in, which it does once it knows of the enrolment."""
        wait_for(lambda: self.status()["parent"]["connected"], f"{self.code}: connection to the parent", seconds)
        return self

    def stop(self):
        """End the daemon as an operator does; any status but 0 is a Failure."""
        process, self.process = self.process, None
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            status = process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise Failure(f"{self.code}: the daemon did not end within {STOP_SECONDS} s of SIGTERM") from None
        if status != 0:
            raise Failure(f"{self.code}: the daemon ended with status {status}: {self.log_text().strip()[-400:]}")


class Fleet:
    """The nodes of one run, under one folder. Use it with `with`; leaving ends every daemon."""

    def __init__(self, program, folder, keep=False):
        self.program = str(pathlib.Path(program).resolve())
        self.folder = pathlib.Path(folder)
        self.keep = keep
        self.nodes = []
        # Homes are always named, so nothing of the caller's own node takes part.
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("YISHI_")}

    def node(self, code, name, deployment="beijing.example"):
        node = Node(self, code, name, deployment)
        self.nodes.append(node)
        return node

    def running(self):
        return [node for node in self.nodes if node.process is not None]

    def stop(self):
        """End all daemons, children before parents; the first failure is raised after the last."""
        failure = None
        for node in sorted(self.running(), key=lambda n: -len(n.code)):
            try:
                node.stop()
            except Failure as error:
                failure = failure or error
        if failure is not None:
            raise failure

    def kill(self):
        """End all daemons, in whatever state they are."""
        running = self.running()
        for node in running:
            node.process.terminate()
        deadline = time.monotonic() + 5
        for node in running:
            try:
                node.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                node.process.kill()
                node.process.wait()
            node.process = None

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is not None or not self.keep:
            # A second Ctrl-C must not interrupt the clearing up after the first.
            numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
            before = [(number, signal.signal(number, signal.SIG_IGN)) for number in numbers]
            self.kill()
            for number, handler in before:
                signal.signal(number, handler)


def end_on_signals():
    """SIGTERM and SIGHUP unwind like Ctrl-C does, so that `with` clears up."""

    def unwind(number, frame):
        sys.exit(128 + number)

    signal.signal(signal.SIGTERM, unwind)
    signal.signal(signal.SIGHUP, unwind)
