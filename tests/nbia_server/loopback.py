"""What the servers of the tests have in common: a port of 127.0.0.1, a thread, a clock, faults by name."""

import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from .clock import FakeClock


class Arrived:
    """Bytes that a fetch has got: a fault that goes on when they are there depends on no speed.

    Attributes
    ----------
    told : bool
        Whether the fetch tells of them; a list that is asked for does not, and is not waited for.
    """

    def __init__(self) -> None:
        self.size = 0
        self.told = True
        self.changed = threading.Condition()

    def __call__(self, size: int) -> None:
        with self.changed:
            self.size += size
            self.changed.notify_all()

    def restart(self) -> None:
        """Count from nothing."""
        with self.changed:
            self.size = 0

    def wait_for(self, size: int) -> None:
        """Wait until so many bytes are there."""
        with self.changed:
            self.changed.wait_for(lambda: self.size >= size or not self.told)


class Loopback:
    """A server on a free port of 127.0.0.1, as a context manager.

    Attributes
    ----------
    clock : FakeClock
        Set on by faults that take time.
    arrived : Arrived
        Told by the fetch under test, as its progress, what has arrived.
    faults : dict
        For each thing that is asked for the names of the faults of its next answers, in order; "forever" as
        the last one repeats the one before it.
    requests : Counter
        How often each thing was asked for.
    """

    scheme = "http"

    def __init__(self, handler: type[BaseHTTPRequestHandler], port: int = 0) -> None:
        self.clock = FakeClock()
        self.arrived = Arrived()
        self.faults: dict[str, list[str]] = {}
        self.requests: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.http = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self.http.daemon_threads = True
        self.http.owner = self
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.http.server_port}"

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()

    def forget(self) -> None:
        """Forget faults and requests, and begin with a new clock."""
        self.faults.clear()
        self.requests.clear()
        self.clock = FakeClock()
        self.arrived = Arrived()

    def next_fault(self, name: str) -> str | None:
        """Give the name of the fault of the next answer to this, and count that it was asked for."""
        with self.lock:
            self.requests[name] += 1
            faults = self.faults.get(name, [])
            if faults[1:] == ["forever"]:
                return faults[0]
            return faults.pop(0) if faults else None
