"""Download of a series from an NBIA server (The Cancer Imaging Archive), whole and verified or not at all."""

import csv
import shutil
from pathlib import Path

from wdr_mcpd.data.archive import BrokenArchive, unpack
from wdr_mcpd.data.dicom_files import check_count, check_files
from wdr_mcpd.data.http import within_deadline
from wdr_mcpd.data.http_causes import Refused, Transient
from wdr_mcpd.data.http_client import MOST, Client, Progress, nobody, taken_back
from wdr_mcpd.data.http_limits import LIMITS, Limits
from wdr_mcpd.data.series import Series
from wdr_mcpd.errors import SeriesError

BASE_URL = "https://nbia.cancerimagingarchive.net"
SERVICE = "/nbia-api/services/v4"
HASHES = "md5hashes.csv"
SLACK = 16 << 20
"""Bytes that an answer may have beyond twice what the table says."""


def download_series(
    series: Series,
    folder: Path,
    base_url: str = BASE_URL,
    limits: Limits = LIMITS,
    progress: Progress = nobody,
) -> dict[str, str]:
    """Download one series into the existing, empty `folder`; give the SOPInstanceUID of each file, by name.

    Every file's MD5 is compared with the server's, their number with the table, and the SeriesInstanceUID of
    every file with the one asked for. The server's licence stays with the files.
    """

    async def attempt(client: Client) -> dict[str, str]:
        shutil.rmtree(folder)
        folder.mkdir()
        archive = folder / "series.zip"
        most = 2 * series.bytes + SLACK if series.bytes else MOST
        with taken_back(progress) as counted:
            await _receive(client, series, archive, base_url, most, counted)
            return _unpack(archive, series, most)

    return within_deadline(lambda client: client.persistently(lambda: attempt(client)), series.bytes, limits)


async def _receive(
    client: Client, series: Series, archive: Path, base_url: str, most: int, progress: Progress
) -> None:
    """Bring the archive of the series, or raise what the server's answer means."""
    uid = series.series_instance_uid
    question = {"SeriesInstanceUID": uid, "NewFileNames": "Yes", "IncludeMD5": "Yes"}
    try:
        await client.save(f"{base_url.rstrip('/')}{SERVICE}/getImage", archive, question, most, progress)
    except Refused as error:
        raise SeriesError(f"{error}; {_advice(error)}") from error
    with archive.open("rb") as stream:
        beginning = stream.read(2)
    if not beginning:
        raise SeriesError(
            f"the server at {base_url} sent nothing for the series {uid}: it has none of this UID, or "
            "shows it only to some; make the table anew (wdr-mcpd series list)"
        )
    if beginning != b"PK":
        raise Transient(f"the server at {base_url} sent a page instead of an archive", spoilt=True)


def _advice(error: Refused) -> str:
    """What to do where NBIA refuses; it answers 400 to who has no access, and to a wrong question."""
    if error.status in (401, 403) or (error.status == 400 and "access" in error.said.lower()):
        return (
            "the collection is controlled, or shut to this machine: ask for access as its page says, "
            "download it with TCIA's data retriever, and use source: local"
        )
    if error.status == 404:
        return "is base_url that of an NBIA server?"
    return "check the SeriesInstanceUID in the table (wdr-mcpd series list makes it anew)"


def _unpack(archive: Path, series: Series, most: int) -> dict[str, str]:
    """Unpack the archive beside itself, verify and remove it; give the SOPInstanceUID of each image."""
    try:
        hashes = unpack(archive, archive.parent, most)
    except BrokenArchive as error:
        raise Transient(str(error), spoilt=True) from error
    archive.unlink()
    _compare_hashes(archive.parent, hashes)
    images = sorted(archive.parent.glob("*.dcm"))
    check_count(len(images), series)
    return check_files(images, series)


def _compare_hashes(folder: Path, hashes: dict[str, str]) -> None:
    """Compare every image with the server's list of MD5, and the list with the images."""
    listing = folder / HASHES
    if not listing.is_file():
        raise Transient(f"the archive has no {HASHES}: the server left files out", spoilt=True)
    with listing.open(newline="", encoding="utf-8", errors="replace") as stream:
        expected = {row[0]: row[1].strip().lower() for row in csv.reader(stream) if len(row) == 2}
    expected.pop("Filename", None)
    images = {name for name in hashes if name.endswith(".dcm")}
    if images != {name for name in expected if name.endswith(".dcm")}:
        raise Transient(f"the archive's files are not those of its {HASHES}", spoilt=True)
    for name in sorted(images):
        if hashes[name] != expected[name]:
            raise Transient(f"{name} was altered on the way (its MD5 differs)", spoilt=True)
