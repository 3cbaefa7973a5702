"""Questions to HTTP servers, each answered within limits or ended with its cause."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from wdr_mcpd.data.http_causes import Refused, Transient, diagnosis, without_password
from wdr_mcpd.data.http_limits import Limits, asked_wait, wait_before
from wdr_mcpd.data.manifest import checksum_of
from wdr_mcpd.errors import InputError, SeriesError

if TYPE_CHECKING:
    import httpx2

Result = TypeVar("Result")
Progress = Callable[[int], object]
"""Gets the number of bytes of every piece that arrives; those of a failed attempt again, negative."""

MOST = 8 << 30
"""Bytes that a file of unknown size may have."""
WORTH_RETRYING = {408, 425, 429}
"""Answers of a server that is busy, beside every 5xx."""

MOST_SAID = 2000
"""Characters of a refusal's text that are read."""

log = logging.getLogger(__name__)


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
        self.http = http
        self.limits = limits
        self.until = until
        self.came = 0
        self.trouble = ""

    async def fetch(
        self, url: str, path: Path, checksum: str = "", size: int = 0, progress: Progress = nobody
    ) -> None:
        """Make `path` the file that `url` names, repeating what is worth it; empty and 0 are unknown.

        Raises what `persistently` does, also where every attempt brings another size or checksum.
        """

        async def attempt() -> None:
            with taken_back(progress) as counted:
                await self.save(url, path, most=size or MOST, progress=counted)
                found, name = path.stat().st_size, without_password(url)
                if size and found != size:
                    raise Transient(f"{name}: {found} of {size} bytes came", spoilt=True)
                kind = checksum.partition(":")[0]
                if kind and checksum_of(path, kind) != checksum:
                    cause = f"what came is another file than expected (its {kind} differs)"
                    raise Transient(f"{name}: {cause}", spoilt=True)

        await self.persistently(attempt)

    async def save(
        self,
        url: str,
        path: Path,
        params: Mapping[str, str] = {},
        most: int = MOST,
        progress: Progress = nobody,
    ) -> None:
        """Write the body of one answer to `path`, over what stands there. Raises what `receive` does."""
        with path.open("wb") as file:

            def write(piece: bytes) -> None:
                file.write(piece)
                progress(len(piece))

            await self.receive(url, write, params, most)

    async def read(self, url: str, params: Mapping[str, str] = {}, most: int = 64 << 20) -> bytes:
        """Give the body of one answer, repeating what is worth it. Raises what `persistently` does."""

        async def attempt() -> bytes:
            pieces: list[bytes] = []
            await self.receive(url, pieces.append, params, most)
            return b"".join(pieces)

        return await self.persistently(attempt)

    async def receive(
        self, url: str, write: Callable[[bytes], object], params: Mapping[str, str], most: int
    ) -> None:
        """Give every piece of the body of one answer to `write`.

        Raises
        ------
        Transient
            The connection broke, was too slow, or the server is busy.
        SeriesError
            The server refuses the request, or sends more than `most` bytes.
        InputError
            The server cannot be reached as the machine is set up.
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
                        write(piece)
        except TimeoutError as error:
            if answered:
                cause = f"stopped sending for {self.limits.idle:.0f} s, after {size} bytes"
            else:
                cause = f"gives no answer within {self.limits.headers:.0f} s"
            raise Transient(f"{httpx2.URL(url).host} {cause}") from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise diagnosis(error, url, size) from error

    async def persistently(self, attempt: Callable[[], Awaitable[Result]]) -> Result:
        """Repeat `attempt` with growing waits as long as it raises Transient.

        Raises
        ------
        SeriesError
            The file or series came spoilt at every attempt.
        InputError
            Every attempt broke, or the server asks to wait for longer than there is time. Both say how.
        """
        number = 0
        while True:
            number += 1
            try:
                return await attempt()
            except Transient as error:
                if error.wait and error.wait > self.until - asyncio.get_running_loop().time():
                    raise InputError(
                        f"{error} and asks to come again in {error.wait:.0f} s; do so"
                    ) from error
                if number >= self.limits.attempts:
                    kind = SeriesError if error.spoilt else InputError
                    advice = "" if error.spoilt else "; run again later: what is complete is kept"
                    raise kind(f"{error}; gave up after {number} attempts{advice}") from error
                wait = error.wait or wait_before(number, self.limits)
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
