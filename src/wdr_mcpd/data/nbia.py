"""`source: nbia`, The Cancer Imaging Archive: series listed, and downloaded whole and verified."""

import csv
import difflib
import json
import re
import shutil
from pathlib import Path
from typing import Any

from wdr_mcpd.data.archive import BrokenArchive, unpack
from wdr_mcpd.data.child import ask
from wdr_mcpd.data.choose import Record, record_of
from wdr_mcpd.data.dicom import check_count, check_files
from wdr_mcpd.data.http import within_deadline
from wdr_mcpd.data.http_causes import Refused, Transient
from wdr_mcpd.data.http_client import LIMITS, MOST, Client, Limits, Progress, nobody, taken_back
from wdr_mcpd.data.series import Series
from wdr_mcpd.defaults import NBIA
from wdr_mcpd.errors import InputError, SeriesError

SERVICE = "/nbia-api/services/v4"
HASHES = "md5hashes.csv"
SLACK = 16 << 20
"""Bytes that an answer may have beyond twice what the table says."""
LIST_SIZE = 10_000_000
"""Bytes that a list of series is given time for."""
LICENCES = {
    "Creative Commons Attribution 3.0 Unported License": "CC BY 3.0",
    "Creative Commons Attribution 4.0 International License": "CC BY 4.0",
}


def nbia_records(collection: str, base_url: str = NBIA, limits: Limits = LIMITS) -> list[Record]:
    """List the MR series of a collection: the archive's own through tcia-utils, another server's directly."""
    server = base_url.rstrip("/")

    async def attempt(client: Client) -> Any:
        if server == NBIA:
            listed, trouble = await _through_tcia_utils(collection)
        else:
            question = {"Collection": collection, "Modality": "MR", "format": "json"}
            answer = await client.read(f"{server}{SERVICE}/getSeries", question)
            listed, trouble = _decoded(answer, server) if answer.strip() else None, ""
        if listed is None:
            await _explain(client, collection, server, trouble)
        return listed

    listed = within_deadline(lambda client: client.persistently(lambda: attempt(client)), LIST_SIZE, limits)
    try:
        return [_record(item) for item in listed]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{server}: sent something else than a list of series ({error!r})") from error


def tcia_series(collection: str) -> Any:
    """List MR series as tcia-utils does, in a process of its own: it turns on logging for all of a program.

    None where it gives none: none is there, or it logged why.
    """
    from tcia_utils import nbia

    return nbia.getSeries(collection=collection, modality="MR")


async def _through_tcia_utils(collection: str) -> tuple[Any, str]:
    """Give the list, or None and the line in which tcia-utils says what went wrong; empty if nothing did."""
    well, listed, lines = await ask(tcia_series, collection)
    if not well:
        return None, f"tcia-utils cannot list the series ({lines[-1]})"
    errors = [line.partition(":ERROR:")[2] for line in lines if ":ERROR:" in line]
    return listed, errors[-1] if errors else ""


async def _explain(client: Client, collection: str, server: str, trouble: str) -> None:
    """Raise why there is no list, found by asking for what must be there: the collections of the server."""
    answer = await client.read(f"{server}{SERVICE}/getCollectionValues", {"format": "json"})
    try:
        names = [str(item["Collection"]) for item in _decoded(answer, server)]
    except (KeyError, TypeError) as error:
        raise InputError(f"{server}: sent something else than a list of collections") from error
    if collection not in names:
        near = difflib.get_close_matches(collection, names, 3, 0.5)
        hint = f" (near it: {', '.join(near)})" if near else ""
        raise InputError(f"{server}: shows no collection {collection}{hint}; check its spelling")
    if trouble:
        raise Transient(f"{server}: {trouble}")
    raise InputError(f"{server}: lists no MR series of the collection {collection}")


def _decoded(answer: bytes, server: str) -> Any:
    try:
        return json.loads(answer)
    except ValueError as error:
        start = " ".join(answer[:80].decode(errors="replace").split())
        raise Transient(f"{server}: sent no JSON but {start!r}") from error


def _record(item: dict[str, Any]) -> Record:
    licence, date = str(item.get("LicenseName", "")), str(item.get("StudyDate") or "")
    return record_of(
        item | {"StudyDate": re.sub(r"^(..)-(..)-(....)$", r"\3\1\2", date)},  # it is MM-DD-YYYY there
        collection=str(item["Collection"]),
        image_count=int(item["ImageCount"]),
        bytes=int(item.get("FileSize", 0)),
        licence=LICENCES.get(licence, licence),
    )


def download_series(
    series: Series, folder: Path, base_url: str = NBIA, limits: Limits = LIMITS, progress: Progress = nobody
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
        with archive.open("wb") as file:
            await client.receive(f"{base_url.rstrip('/')}{SERVICE}/getImage", file, question, most, progress)
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
    images = {name for name in hashes if name.endswith(".dcm")}
    if images != {name for name in expected if name.endswith(".dcm")}:
        raise Transient(f"the archive's files are not those of its {HASHES}", spoilt=True)
    for name in sorted(images):
        if hashes[name] != expected[name]:
            raise Transient(f"{name} was altered on the way (its MD5 differs)", spoilt=True)
