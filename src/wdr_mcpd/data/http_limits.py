"""How long a server is waited for, and how long it asks to be left alone."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from wdr_mcpd.errors import InputError

UNKNOWN_SIZE = 256_000_000
"""Bytes that a transfer of unknown size is given time for."""


@dataclass(frozen=True)
class Limits:
    """How long and how often a server is waited for, in seconds.

    A transfer that broke is tried `attempts` times, after waits from `first_wait`, doubled each time, to
    `longest_wait`; what the server asks for (Retry-After) goes before them. An answer must have begun within
    `headers` and may pause for `idle`. All of it may take `seconds` and the size over `rate` (bytes per
    second), by the clock of the event loops that `new_loop` makes.
    """

    attempts: int = 6
    first_wait: float = 1.0
    longest_wait: float = 60.0
    headers: float = 60.0
    idle: float = 60.0
    seconds: float = 600.0
    rate: float = 50_000.0
    new_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop

    def __post_init__(self) -> None:
        if min(self.attempts, self.seconds, self.rate, self.headers, self.idle) <= 0:
            raise InputError("attempts, times and rates of downloads must be above 0")

    def deadline(self, size: int) -> float:
        """Seconds that a transfer of `size` bytes (0: unknown) may take."""
        return self.seconds + (size or UNKNOWN_SIZE) / self.rate


LIMITS = Limits()


def wait_before(number: int, limits: Limits) -> float:
    """Seconds to wait after attempt `number` (from 1): doubling, with up to a quarter more by chance."""
    return min(limits.first_wait * 2.0 ** (number - 1), limits.longest_wait) * random.uniform(1.0, 1.25)


def asked_wait(retry_after: str, date: str) -> float:
    """Seconds that a server asks to wait: a number, or a date compared with that of its answer (RFC 9110)."""
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        until = parsedate_to_datetime(retry_after)
        answered = parsedate_to_datetime(date) if date else datetime.now(UTC)
        return max(0.0, (until - answered).total_seconds())
    except (ValueError, TypeError):
        return 0.0
