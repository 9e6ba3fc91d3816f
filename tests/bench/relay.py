"""A relay on the loopback that counts the messages of one CURVE link without opening them.

ZMTP 3.1 (RFC 37): a greeting of 64 bytes each way, then frames: flags, length, content. With CURVE
(RFC 26) each message is a frame of 8 bytes "\\x07MESSAGE", 8 of nonce, 16 of authentication and one of
flags around what the application said; handshakes are commands, which have flag 4.
"""

import socket
import threading

GREETING, MESSAGE, AROUND = 64, b"\x07MESSAGE", 8 + 8 + 16 + 1
COMMAND, LONG = 4, 2


class Way:
    """One direction of one connection."""

    def __init__(self, name, found):
        self.name, self.found = name, found
        self.rest, self.greeting = b"", GREETING

    def take(self, data):
        self.rest += data
        cut = min(self.greeting, len(self.rest))
        self.rest, self.greeting = self.rest[cut:], self.greeting - cut
        while self.greeting == 0 and self._frame():
            pass

    def _frame(self):
        head = 9 if self.rest and self.rest[0] & LONG else 2
        if len(self.rest) < head:
            return False
        size = int.from_bytes(self.rest[1:head], "big")
        if len(self.rest) < head + size:
            return False
        flags, content, self.rest = self.rest[0], self.rest[head : head + size], self.rest[head + size :]
        if not flags & COMMAND and content.startswith(MESSAGE):
            self.found.append((self.name, size - AROUND))
        return True


class Relay:
    def __init__(self, target):
        host, port = target.removeprefix("tcp://").rsplit(":", 1)
        self.target, self.found = (host, int(port)), []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "tcp://127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()

    def forget(self):
        self.found.clear()

    def messages(self):
        """(way, bytes of the application), in the order in which they went."""
        return list(self.found)

    def _accept(self):
        while True:
            try:
                child, _ = self.listener.accept()
            except OSError:
                return
            parent = socket.create_connection(self.target)
            for name, a, b in (("up", child, parent), ("down", parent, child)):
                threading.Thread(target=self._pass, args=(Way(name, self.found), a, b), daemon=True).start()

    @staticmethod
    def _pass(way, source, sink):
        try:
            while data := source.recv(65536):
                way.take(data)
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
