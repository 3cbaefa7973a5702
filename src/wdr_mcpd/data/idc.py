"""Series of the Imaging Data Commons: listed from the index that idc-index-data ships, downloaded from S3."""

import asyncio
import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from wdr_mcpd.data.archive import SAFE_NAME
from wdr_mcpd.data.choose import Record, record_of
from wdr_mcpd.data.dicom import check_count, check_files
from wdr_mcpd.data.http import within_deadline
from wdr_mcpd.data.http_client import LIMITS, Client, Limits, Progress, nobody
from wdr_mcpd.data.series import Series
from wdr_mcpd.defaults import IDC_ENDPOINT
from wdr_mcpd.errors import InputError, SeriesError

COLUMNS = [
    *("PatientID", "StudyDate", "StudyInstanceUID", "Modality", "SeriesInstanceUID", "SeriesDescription"),
    *("instanceCount", "series_size_MB", "license_short_name", "series_aws_url", "source_DOI"),
]
AT_ONCE = 8
"""Objects of a series that are downloaded at once."""
MEGABYTE = 1_000_000
"""The index gives sizes in units of a million bytes, to the byte."""
S3 = "{http://s3.amazonaws.com/doc/2006-03-01/}"
MD5_FORM = re.compile(r"[0-9a-f]{32}")


class Object(NamedTuple):
    """One file in a bucket; `etag` is the MD5 of its bytes if it was stored in one part."""

    key: str
    size: int
    etag: str

    @property
    def name(self) -> str:
        """The last part of the key, which the file is called."""
        return self.key.rpartition("/")[2]


def idc_records(collection: str) -> list[Record]:
    """List the series of a collection, as TCIA writes its name, from the shipped index, without a network."""
    rows = _index(collection)
    if not rows:
        raise InputError(f"the index of the Imaging Data Commons has no collection {collection}")
    return [
        record_of(
            row,
            collection=collection,
            image_count=int(row["instanceCount"]),
            bytes=round(float(row["series_size_MB"]) * MEGABYTE),
            licence=row.get("license_short_name", ""),
        )
        for row in rows.values()
    ]


@cache
def _index(collection: str) -> dict[str, dict[str, Any]]:
    """Give what the shipped index has of all series of a collection, by SeriesInstanceUID."""
    import idc_index_data
    import pandas as pd

    path = str(idc_index_data.IDC_INDEX_PARQUET_FILEPATH)
    name = collection.lower().replace("-", "_").replace(" ", "_")
    rows = pd.read_parquet(path, columns=COLUMNS, filters=[("collection_id", "=", name)])
    return {
        str(row["SeriesInstanceUID"]): {str(name): cell for name, cell in row.items() if pd.notna(cell)}
        for row in rows.to_dict("records")
    }


def download_from_idc(
    series: Series,
    folder: Path,
    endpoint: str = IDC_ENDPOINT,
    limits: Limits = LIMITS,
    progress: Progress = nobody,
) -> tuple[dict[str, Any], str]:
    """Download one series into the existing, empty `folder`; give what the manifest says of it, and the DOI.

    The number and size of the objects are compared with the table before anything is downloaded. Each file is
    compared with its ETag where that is its MD5 (an object stored in one part; objects that everybody may
    read have no key of their own), and with its size; all must be DICOM files of the series.
    """
    bucket, prefix, doi = _address(series)
    place = f"{endpoint.rstrip('/')}/{bucket}"

    async def work(client: Client) -> list[Object]:
        objects = await _listed(client, place, prefix)
        check_count(len(objects), series)
        size = sum(item.size for item in objects)
        if series.bytes and size != series.bytes:
            raise SeriesError(f"{size} bytes are there, the table says {series.bytes}; renew it if it is old")
        await _fetch_all(client, place, objects, folder, progress)
        return objects

    objects = within_deadline(work, series.bytes, limits)
    instances = check_files(sorted(folder.iterdir()), series)
    unhashed = [item.name for item in objects if not MD5_FORM.fullmatch(item.etag)]
    return {"sop_instance_uids": instances, "without_checksum": unhashed}, doi


def _address(series: Series) -> tuple[str, str, str]:
    """Where the index says that the files are: bucket and prefix; and the DOI of the collection."""
    uid = series.series_instance_uid
    if uid not in (rows := _index(series.collection)):
        raise SeriesError(
            f"the index of the Imaging Data Commons has no series {uid} in a collection {series.collection}; "
            "make the table anew (wdr-mcpd series list)"
        )
    bucket, _, prefix = str(rows[uid]["series_aws_url"]).removeprefix("s3://").partition("/")
    return bucket, prefix.removesuffix("*"), rows[uid].get("source_DOI", "")


async def _listed(client: Client, place: str, prefix: str) -> list[Object]:
    """List the objects below a prefix (S3's ListObjectsV2), page by page."""
    from xml.etree import ElementTree

    question = {"list-type": "2", "prefix": prefix}
    objects: list[Object] = []
    while True:
        answer = await client.read(place, question)
        try:
            page = ElementTree.fromstring(answer)
            if page.tag != f"{S3}ListBucketResult":
                raise ValueError(f"a {page.tag}")
            for item in page.iter(f"{S3}Contents"):
                key, size, etag = (str(item.findtext(f"{S3}{name}")) for name in ("Key", "Size", "ETag"))
                objects.append(Object(key, int(size), etag.strip('"')))
        except (ElementTree.ParseError, ValueError) as error:
            raise InputError(f"{place}: sent something else than a list of objects ({error})") from error
        bad = [item.key for item in objects if not SAFE_NAME.fullmatch(item.name)]
        if bad or len({item.name for item in objects}) < len(objects):
            raise SeriesError(f"{place}/{prefix} has {bad[:1] or 'a name twice'}, no plain file name")
        token = page.findtext(f"{S3}NextContinuationToken")
        if not token:
            return objects
        question["continuation-token"] = token


async def _fetch_all(
    client: Client, place: str, objects: list[Object], folder: Path, progress: Progress
) -> None:
    free = asyncio.Semaphore(AT_ONCE)

    async def fetch(item: Object) -> None:
        checksum = f"md5:{item.etag}" if MD5_FORM.fullmatch(item.etag) else ""
        async with free:
            url = f"{place}/{quote(item.key)}"
            await client.fetch(url, folder / item.name, checksum, item.size, progress)

    try:
        async with asyncio.TaskGroup() as group:
            for item in objects:
                group.create_task(fetch(item))
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from errors
