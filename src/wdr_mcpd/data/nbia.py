"""Download of a series from an NBIA server (The Cancer Imaging Archive), whole and verified or not at all."""

import csv
import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import requests
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)

from wdr_mcpd.data.archive import PIECE, BrokenArchive, unpack
from wdr_mcpd.data.checks import check_count, check_files
from wdr_mcpd.data.series import Series
from wdr_mcpd.errors import InputError

BASE_URL = "https://nbia.cancerimagingarchive.net"
SERVICE = "/nbia-api/services/v4"
HASHES = "md5hashes.csv"
SLACK = 16 << 20
"""Bytes that an answer may have beyond twice what the table says."""
WORTH_RETRYING = {408, 425, 429}
"""Answers of a server that is busy, beside every 5xx."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Patience:
    """How long a server is waited for: all in seconds, but the number of attempts."""

    attempts: int = 6
    first_wait: float = 1.0
    longest_wait: float = 120.0
    connect: float = 15.0
    read: float = 120.0
    whole: float = 7200.0


class Unfinished(Exception):
    """An attempt failed in a way that another one may not; `wait` is what the server asks for, in seconds."""

    def __init__(self, cause: str, wait: float = 0.0) -> None:
        super().__init__(cause)
        self.wait = wait


def download_series(
    series: Series,
    folder: Path,
    base_url: str = BASE_URL,
    patience: Patience = Patience(),
    progress: Callable[[int], object] = lambda size: None,
) -> dict[str, str]:
    """Download one series into the existing, empty `folder`.

    Every file's MD5 is compared with the server's, their number with the table, and the SeriesInstanceUID of
    every file with the one asked for. The server's licence stays with the files.

    Parameters
    ----------
    progress : callable
        Gets the size of every piece that arrives, bytes.

    Returns
    -------
    dict
        SOPInstanceUID of each file, by name.

    Raises
    ------
    InputError
        The series cannot be had: no access, unknown, hostile or wrong content, or still failing after the
        last attempt. The message says which and what to do.
    """
    attempts = Retrying(
        stop=stop_after_attempt(patience.attempts),
        wait=_wait(patience),
        retry=retry_if_exception_type(Unfinished),
        before_sleep=_report,
        reraise=True,
    )
    try:
        return attempts(_attempt, series, folder, base_url, patience, progress)
    except Unfinished as error:
        raise InputError(
            f"exam {series.exam_id}: {error}; gave up after {patience.attempts} attempts at {base_url}. "
            "Run again later: what is complete is kept"
        ) from error
    except InputError as error:
        raise InputError(f"exam {series.exam_id}: {error}") from error


def _wait(patience: Patience) -> Callable[[RetryCallState], float]:
    first, longest = patience.first_wait, patience.longest_wait
    growing = wait_exponential(multiplier=first, max=longest) + wait_random(0, first)

    def wait(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.wait if isinstance(error, Unfinished) else 0.0
        return max(growing(state), min(asked, longest))

    return wait


def _report(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    wait = state.next_action.sleep if state.next_action else 0.0
    log.warning("attempt %d failed: %s; next in %.1f s", state.attempt_number, error, wait)


def _attempt(
    series: Series, folder: Path, base_url: str, patience: Patience, progress: Callable[[int], object]
) -> dict[str, str]:
    shutil.rmtree(folder)
    folder.mkdir()
    archive = folder / "series.zip"
    limit = 2 * series.bytes + SLACK if series.bytes else 8 << 30
    try:
        _receive(series, archive, base_url, patience, limit, progress)
    except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
        raise Unfinished(f"the connection broke ({_innermost(error)})") from error
    except requests.RequestException as error:
        raise InputError(f"{base_url}: {_innermost(error)}") from error
    content = folder / "content"
    content.mkdir()
    try:
        hashes = unpack(archive, content, limit)
    except BrokenArchive as error:
        raise Unfinished(str(error)) from error
    finally:
        archive.unlink()
    _compare_hashes(content, hashes)
    images = sorted(content.glob("*.dcm"))
    try:
        check_count(len(images), series)
    except InputError as error:
        raise Unfinished(str(error)) from error
    instances = check_files(images, series)
    for path in content.iterdir():
        path.rename(folder / path.name)
    content.rmdir()
    return instances


def _receive(
    series: Series,
    target: Path,
    base_url: str,
    patience: Patience,
    limit: int,
    progress: Callable[[int], object],
) -> None:
    """Stream the archive of the series to `target`."""
    question = {"SeriesInstanceUID": series.series_instance_uid, "NewFileNames": "Yes", "IncludeMD5": "Yes"}
    started = time.monotonic()
    with requests.get(
        f"{base_url.rstrip('/')}{SERVICE}/getImage",
        params=question,
        stream=True,
        timeout=(patience.connect, patience.read),
    ) as answer:
        _check_status(answer, base_url)
        size = 0
        with target.open("wb") as file:
            for piece in answer.iter_content(PIECE):
                if size == 0 and not piece.startswith(b"PK"):
                    raise Unfinished("the server sent a page instead of an archive")
                size += len(piece)
                if size > limit:
                    raise InputError(f"the server sends more than {limit} bytes for the series; refused")
                if time.monotonic() - started > patience.whole:
                    raise Unfinished(f"the download took more than {patience.whole:.0f} s")
                file.write(piece)
                progress(len(piece))
    if size == 0:
        raise InputError(
            f"the server at {base_url} has no series {series.series_instance_uid} (an empty answer); it was "
            "withdrawn, or the series table is out of date"
        )


def _check_status(answer: requests.Response, base_url: str) -> None:
    """Pass on 200; else say whether trying again makes sense, and what to do if not."""
    code = answer.status_code
    if code == 200:
        return
    if code in WORTH_RETRYING or code >= 500:
        wait = answer.headers.get("Retry-After", "")
        raise Unfinished(f"the server answered {code}", float(wait) if wait.isdecimal() else 0.0)
    if code in (400, 401, 403):
        raise InputError(
            f"the server at {base_url} gives no access ({code}): the collection is controlled. Ask for "
            "access as its page says, download it with TCIA's data retriever, and use source: local"
        )
    if code == 404:
        raise InputError(f"{base_url} is no NBIA server or does not know the series (404); check base_url")
    raise InputError(f"the server at {base_url} refuses the request ({code})")


def _compare_hashes(folder: Path, hashes: dict[str, str]) -> None:
    """Compare every image with the server's list of MD5, and the list with the images."""
    listing = folder / HASHES
    if not listing.is_file():
        raise Unfinished(f"the archive has no {HASHES}: the server left files out")
    with listing.open(newline="", encoding="utf-8", errors="replace") as stream:
        expected = {row[0]: row[1].strip().lower() for row in csv.reader(stream) if len(row) == 2}
    expected.pop("Filename", None)
    images = {name for name in hashes if name.endswith(".dcm")}
    if images != {name for name in expected if name.endswith(".dcm")}:
        raise Unfinished(f"the archive's files are not those of its {HASHES}")
    for name in sorted(images):
        if hashes[name] != expected[name]:
            raise Unfinished(f"{name} was altered on the way (its MD5 differs)")


def _innermost(error: BaseException) -> str:
    """Say in a few words what went wrong at the bottom of a chain of wrapped errors."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return f"{type(error).__name__}: {error}"[:200]
