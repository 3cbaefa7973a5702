"""Questions to HTTP servers, each answered within limits or ended with its cause."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from wdr_mcpd import defaults
from wdr_mcpd.data.http_causes import Refused, Transient, diagnosis, without_password
from wdr_mcpd.data.manifest import checksum_of
from wdr_mcpd.errors import InputError, SeriesError

if TYPE_CHECKING:
    import httpx2

Result = TypeVar("Result")
Progress = Callable[[int], object]
"""Gets the number of bytes of every piece that arrives; those of a failed attempt again, negative."""

UNKNOWN_SIZE = 256_000_000
"""Bytes that a transfer of unknown size is given time for."""
MOST = 8 << 30
"""Bytes that a file of unknown size may have."""
WORTH_RETRYING = {408, 425, 429}
"""Answers of a server that is busy, beside every 5xx."""
MOST_SAID = 2000
"""Characters of a refusal's text that are read."""

log = logging.getLogger(__name__)


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
    headers: float = defaults.DOWNLOAD_HEADER_SECONDS
    idle: float = defaults.DOWNLOAD_IDLE_SECONDS
    seconds: float = defaults.DOWNLOAD_SECONDS
    rate: float = 1000 * defaults.DOWNLOAD_RATE
    new_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop

    def __post_init__(self) -> None:
        if min(self.attempts, self.seconds, self.rate, self.headers, self.idle) <= 0:
            raise InputError("attempts, times and rates of downloads must be above 0")

    def deadline(self, size: int) -> float:
        """Seconds that a transfer of `size` bytes (0: unknown) may take."""
        return self.seconds + (size or UNKNOWN_SIZE) / self.rate

    def wait_before(self, number: int) -> float:
        """Seconds to wait after attempt `number` (from 1): doubling, with up to a quarter more by chance."""
        return min(self.first_wait * 2.0 ** (number - 1), self.longest_wait) * random.uniform(1.0, 1.25)


LIMITS = Limits()


def nobody(size: int) -> None:
    """Take no notice of progress."""


@contextmanager
def taken_back(progress: Progress) -> Iterator[Progress]:
    """Pass on progress, and take it back if the block ends with an error."""
    sizes: list[int] = []

    def counted(size: int) -> None:
        sizes.append(size)
        progress(size)

    try:
        yield counted
    except BaseException:
        progress(-sum(sizes))
        raise


class Client:
    """Asks HTTP servers within `limits` until its loop's clock is at `until`; made by `within_deadline`.

    `came` counts the bytes of all bodies so far, `trouble` says why the last attempt failed.
    """

    def __init__(self, http: "httpx2.AsyncClient", limits: Limits, until: float) -> None:
        self.http, self.limits, self.until = http, limits, until
        self.came, self.trouble = 0, ""

    async def fetch(
        self, url: str, path: Path, checksum: str = "", size: int = 0, progress: Progress = nobody
    ) -> None:
        """Make `path` the file that `url` names, by `persistently`; empty and 0 are unknown."""

        async def attempt() -> None:
            with taken_back(progress) as counted:
                with path.open("wb") as file:
                    await self.receive(url, file, {}, size or MOST, counted)
                found, name = path.stat().st_size, without_password(url)
                if size and found != size:
                    raise Transient(f"{name}: {found} of {size} bytes came", spoilt=True)
                kind = checksum.partition(":")[0]
                if kind and checksum_of(path, kind) != checksum:
                    cause = f"what came is another file than expected (its {kind} differs)"
                    raise Transient(f"{name}: {cause}", spoilt=True)

        await self.persistently(attempt)

    async def read(self, url: str, params: Mapping[str, str] = {}, most: int = 64 << 20) -> bytes:
        """Give the body of one answer, by `persistently`."""

        async def attempt() -> bytes:
            body = BytesIO()
            await self.receive(url, body, params, most)
            return body.getvalue()

        return await self.persistently(attempt)

    async def receive(
        self, url: str, file: BinaryIO, params: Mapping[str, str], most: int, progress: Progress = nobody
    ) -> None:
        """Write the body of one answer as it comes.

        Transient where another attempt may help, SeriesError where the server refuses or sends more than
        `most` bytes, InputError where it cannot be reached as the machine is set up.
        """
        import httpx2

        now = asyncio.get_running_loop().time
        size, answered = 0, False
        try:
            async with asyncio.timeout(self.limits.headers) as limit:
                async with self.http.stream("GET", url, params=params) as answer:
                    answered = True
                    limit.reschedule(now() + self.limits.idle)
                    await _check_status(answer)
                    async for piece in answer.aiter_bytes():
                        limit.reschedule(now() + self.limits.idle)
                        size += len(piece)
                        self.came += len(piece)
                        if size > most:
                            raise SeriesError(f"{answer.url.host} sends more than {most} bytes; refused")
                        file.write(piece)
                        progress(len(piece))
        except TimeoutError as error:
            if answered:
                cause = f"stopped sending for {self.limits.idle:.0f} s, after {size} bytes"
            else:
                cause = f"gives no answer within {self.limits.headers:.0f} s"
            raise Transient(f"{httpx2.URL(url).host} {cause}") from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise diagnosis(error, url, size) from error

    async def persistently(self, attempt: Callable[[], Awaitable[Result]]) -> Result:
        """Repeat `attempt` with growing waits as long as it raises Transient; then say how it failed.

        SeriesError where what came was spoilt at every attempt, InputError where every attempt broke or the
        server asks to wait for longer than there is time.
        """
        number = 0
        while True:
            number += 1
            try:
                return await attempt()
            except Transient as error:
                if error.wait and error.wait > self.until - asyncio.get_running_loop().time():
                    raise InputError(f"{error} and asks to come again in {error.wait:.0f} s") from error
                if number >= self.limits.attempts:
                    kind = SeriesError if error.spoilt else InputError
                    advice = "" if error.spoilt else "; run again later: what is complete is kept"
                    raise kind(f"{error}; gave up after {number} attempts{advice}") from error
                wait = error.wait or self.limits.wait_before(number)
                self.trouble = str(error)
                log.warning("attempt %d: %s; the next in %.1f s", number, error, wait)
                await asyncio.sleep(wait)


async def _check_status(answer: "httpx2.Response") -> None:
    """Pass on 200; raise Transient where the server is busy or fails, Refused where this will not be had."""
    code, host = answer.status_code, answer.url.host
    if code == 200:
        return
    if code in WORTH_RETRYING or code >= 500:
        wait = asked_wait(answer.headers.get("Retry-After", ""), answer.headers.get("Date", ""))
        raise Transient(f"{host} answers {code} ({answer.reason_phrase})", wait)
    said = ""
    async for piece in answer.aiter_text():
        said += piece
        if len(said) > MOST_SAID:
            break
    raise Refused(host, code, answer.reason_phrase, said)


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
