"""A relay on the loopback that cuts its connections after given numbers of bytes, never after times.

`cuts` are byte counts, one a cut: so many bytes after the last cut, counted both ways, the connection
that brings the next byte is broken in both directions. After each cut `on_cut(n)` is called before anybody
may connect again. When all cuts are used up, it only passes on.
"""

import socket
import threading


class CuttingRelay:
    def __init__(self, target, cuts, on_cut=lambda n: None):
        self.host, self.port = target.removeprefix("tcp://").rsplit(":", 1)
        self.cuts, self.on_cut = list(cuts), on_cut
        self.made, self.passed, self.left = 0, 0, self.cuts[0] if cuts else None
        self.lock, self.ends = threading.Lock(), []
        self.open = threading.Event()
        self.open.set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "tcp://127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.open.set()
        self.listener.close()
        for end in self.ends:
            end.close()

    def _accept(self):
        while True:
            try:
                child, _ = self.listener.accept()
            except OSError:
                return
            self.open.wait()
            try:
                parent = socket.create_connection((self.host, int(self.port)))
            except OSError:
                child.close()
                continue
            self.ends += [child, parent]
            for a, b in ((child, parent), (parent, child)):
                threading.Thread(target=self._pass, args=(a, b), daemon=True).start()

    def _take(self, size):
        """How many of `size` bytes may pass, and whether the connection is to be cut then."""
        with self.lock:
            if self.left is None or size <= self.left:
                self.passed += size
                self.left = None if self.left is None else self.left - size
                return size, False
            size, self.made = self.left, self.made + 1
            self.passed += size
            self.left = self.cuts[self.made] if self.made < len(self.cuts) else None
            return size, True

    def _pass(self, source, sink):
        cut = False
        try:
            while not cut and (data := source.recv(65536)):
                size, cut = self._take(len(data))
                if cut:
                    self.open.clear()
                sink.sendall(data[:size])
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        if cut:
            try:
                self.on_cut(self.made)
            finally:
                self.open.set()
