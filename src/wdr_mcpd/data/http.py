"""Files from HTTP servers: whole and verified within a deadline, or one line that says why not."""

import asyncio
import os
import ssl
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from wdr_mcpd.data.http_client import LIMITS, Client, Limits, Progress, nobody
from wdr_mcpd.data.manifest import checksum_of
from wdr_mcpd.errors import InputError
from wdr_mcpd.files import whole_file

if TYPE_CHECKING:
    import httpx2

Result = TypeVar("Result")
_under_way: "dict[asyncio.AbstractEventLoop, asyncio.Task[Any] | None]" = {}


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

    `checksum` is as `manifest.checksum_of` gives it, `size` is to the byte, 0 where it is unknown.
    SeriesError where the server refuses this file or sends another one at every attempt, InputError where it
    cannot be reached, or not within the deadline; the message has the cause and what to do.
    """
    if path.is_file() and checksum_of(path, checksum.partition(":")[0]) == checksum:
        return
    with whole_file(path) as draft:
        within_deadline(lambda client: client.fetch(url, draft, checksum, size, progress), size, limits)


def within_deadline(
    work: Callable[[Client], Coroutine[Any, Any, Result]], size: int, limits: Limits
) -> Result:
    """Run `work` with a client, to its end or to the deadline for `size` bytes."""
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

    def run() -> Result:
        with asyncio.Runner(loop_factory=limits.new_loop) as runner:
            return runner.run(main())

    with ThreadPoolExecutor(1) as pool:  # a thread of its own: this one may have a loop, as in a notebook
        task = pool.submit(run)
        try:
            return task.result()
        except KeyboardInterrupt:
            stop_all()
            raise


class _Resolvers(ThreadPoolExecutor):
    """Looks up names of hosts; a look-up that hangs is left behind when its loop ends."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
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
