"""Files from HTTP servers: whole and verified within a deadline, or one line that says why not."""

import asyncio
import logging
import os
import ssl
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from wdr_mcpd.data.http_causes import Refused, Transient, diagnosis
from wdr_mcpd.data.http_limits import LIMITS, Limits, asked_wait, wait_before
from wdr_mcpd.data.manifest import checksum_of
from wdr_mcpd.errors import InputError, SeriesError
from wdr_mcpd.files import whole_file

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
_under_way: "dict[asyncio.AbstractEventLoop, asyncio.Task[Any] | None]" = {}


def nobody(size: int) -> None:
    """Take no notice of progress."""


def download(
    url: str,
    path: Path,
    *,
    checksum: str,
    size: int = 0,
    limits: Limits = LIMITS,
    progress: Progress = nobody,
) -> None:
    """Make `path` the file that `url` names; one that is there and has the checksum is kept, unasked.

    Parameters
    ----------
    checksum : str
        `sha256:HEX`, `md5:HEX`, or `git-blob:HEX` (SHA-1 of "blob", the size and the content).
    size : int
        Bytes, to the byte; 0 where it is unknown.

    Raises
    ------
    SeriesError
        The server refuses this file, or what it sends is another one at every attempt.
    InputError
        The server cannot be reached, or not within the deadline; the message has the cause and what to do.
    OSError
        The file cannot be written.
    """
    if path.is_file() and checksum_of(path, checksum.partition(":")[0]) == checksum:
        return
    with whole_file(path) as draft:

        async def attempt(client: "Client") -> None:
            with taken_back(progress) as counted:
                await client.save(url, draft, most=size or MOST, progress=counted)
                check_file(draft, url, checksum, size)

        within_deadline(lambda client: client.persistently(lambda: attempt(client)), size, limits)


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


def check_file(path: Path, url: str, checksum: str, size: int) -> None:
    """Compare a downloaded file with what it must be; `size` 0 and an empty `checksum` are unknown.

    Raises
    ------
    Transient
        It has another size or checksum; another attempt may bring it whole.
    """
    found = path.stat().st_size
    if size and found != size:
        raise Transient(f"{url}: {found} of {size} bytes came", spoilt=True)
    kind = checksum.partition(":")[0]
    if kind and checksum_of(path, kind) != checksum:
        raise Transient(f"{url}: what came is another file than expected (its {kind} differs)", spoilt=True)


def within_deadline(
    work: "Callable[[Client], Coroutine[Any, Any, Result]]", size: int, limits: Limits
) -> Result:
    """Run `work` with a client, to its end or to the deadline for `size` bytes.

    Raises
    ------
    InputError
        The deadline passed, or the proxy or the certificates that the environment names are unusable.
    """
    seconds = limits.deadline(size)

    async def main() -> Result:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(_Resolvers())
        _under_way[loop] = asyncio.current_task()
        try:
            async with _http() as http:
                client = Client(http, limits, loop.time() + seconds)
                try:
                    async with asyncio.timeout_at(client.until):
                        return await work(client)
                except TimeoutError as error:
                    trouble = f"; before: {client.trouble}" if client.trouble else ""
                    raise InputError(
                        f"not done within {seconds:.0f} s, {client.came} bytes came{trouble}; the line or "
                        "the server is slow: run again later, or allow more (download_seconds, download_rate)"
                    ) from error
        finally:
            del _under_way[loop]

    with asyncio.Runner(loop_factory=limits.new_loop) as runner:
        return runner.run(main())


class _Resolvers(ThreadPoolExecutor):
    """Looks up names of hosts; a look-up that hangs is left behind when its loop ends."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Begin to end, without waiting."""
        super().shutdown(wait=False, cancel_futures=True)


def stop_all() -> None:
    """Cancel the transfers of all threads: each ends with asyncio.CancelledError."""
    for loop, task in list(_under_way.items()):
        if task is not None:
            loop.call_soon_threadsafe(task.cancel)


def _http() -> "httpx2.AsyncClient":
    import httpx2

    bundle = os.environ.get("SSL_CERT_FILE") or os.environ.get("REQUESTS_CA_BUNDLE")
    try:
        trusted = ssl.create_default_context(cafile=bundle) if bundle else True
        return httpx2.AsyncClient(
            verify=trusted,
            timeout=None,
            follow_redirects=True,
            headers={"User-Agent": "wdr-mcpd", "Accept-Encoding": "identity"},
        )
    except (OSError, ValueError, httpx2.InvalidURL) as error:
        raise InputError(
            f"the environment's proxy or certificates are unusable ({error}); check HTTPS_PROXY, HTTP_PROXY, "
            "ALL_PROXY, SSL_CERT_FILE and REQUESTS_CA_BUNDLE"
        ) from error


class Client:
    """Asks HTTP servers within `limits` until its loop's clock is at `until`; made by `within_deadline`.

    Attributes
    ----------
    came : int
        Bytes of all bodies so far.
    trouble : str
        Why the last attempt failed.
    """

    def __init__(self, http: "httpx2.AsyncClient", limits: Limits, until: float) -> None:
        self.http = http
        self.limits = limits
        self.until = until
        self.came = 0
        self.trouble = ""

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
                if number >= self.limits.attempts:
                    kind = SeriesError if error.spoilt else InputError
                    advice = "" if error.spoilt else "; run again later: what is complete is kept"
                    raise kind(f"{error}; gave up after {number} attempts{advice}") from error
                wait = error.wait or wait_before(number, self.limits)
                if error.wait > self.until - asyncio.get_running_loop().time():
                    raise InputError(f"{error} and asks to come again in {wait:.0f} s; do so") from error
                self.trouble = str(error)
                log.warning("attempt %d: %s; the next in %.1f s", number, error, wait)
                await asyncio.sleep(wait)


async def _check_status(answer: "httpx2.Response") -> None:
    """Pass on 200; else say whether trying again makes sense.

    Raises
    ------
    Transient
        The server is busy or fails; carries what its Retry-After asks for.
    Refused
        It answers that this will not be had.
    """
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
