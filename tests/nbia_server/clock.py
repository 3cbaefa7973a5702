"""A clock that a test sets on by hand, and event loops that go by it: no test waits or needs to be quick."""

import asyncio
import threading
from typing import Any


class FakeClock:
    """The seconds that were skipped; `new_loop` makes loops that go by it.

    Attributes
    ----------
    slept : list
        Seconds of every sleep in its loops. They take no real time.
    pace : float
        What a skip is multiplied by.
    unresolved : OSError or threading.Event, optional
        What looking up a host name raises, or waits for.
    """

    def __init__(self) -> None:
        self.skipped = 0.0
        self.slept: list[float] = []
        self.pace = 1.0
        self.unresolved: OSError | threading.Event | None = None
        self.loops: set[_Loop] = set()
        self.lock = threading.Lock()

    def now(self) -> float:
        return self.skipped

    def skip(self, seconds: float) -> None:
        """Let time pass, for all loops at once; from any thread."""
        with self.lock:
            self.skipped += seconds * self.pace
            for loop in self.loops:
                loop.call_soon_threadsafe(lambda: None)

    def new_loop(self) -> asyncio.AbstractEventLoop:
        return _Loop(self)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        super().__init__()
        with clock.lock:
            clock.loops.add(self)

    def time(self) -> float:
        return self.clock.now()

    def call_later(self, delay: float, callback: Any, *arguments: Any, **options: Any) -> asyncio.TimerHandle:
        """What asyncio.sleep waits by; deadlines use call_at."""
        self.clock.slept.append(delay)
        self.clock.skip(delay)
        return super().call_later(0, callback, *arguments, **options)

    async def getaddrinfo(self, *arguments: Any, **options: Any) -> Any:
        if isinstance(self.clock.unresolved, OSError):
            raise self.clock.unresolved
        if self.clock.unresolved is not None:
            self.clock.skip(61)
            await self.run_in_executor(None, self.clock.unresolved.wait)
        return await super().getaddrinfo(*arguments, **options)

    def close(self) -> None:
        with self.clock.lock:
            self.clock.loops.discard(self)
        super().close()
