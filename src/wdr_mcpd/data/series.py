"""The series table: which series of which patient is which exam, and where it comes from."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from wdr_mcpd.data.stack import step_of
from wdr_mcpd.errors import InputError, refuse
from wdr_mcpd.files import read_rows, write_rows

SOURCES = ("sample", "synthetic", "nbia", "idc", "local", "files")
ARCHIVES = ("nbia", "idc", "local")
"""Sources that hold other series beside those of the table, as those that draw the tumour."""
UID_FORM = re.compile(r"[0-9]+(\.[0-9]+)+")
CHECKSUM_FORM = re.compile(r"(sha256:[0-9a-f]{64}|git-blob:[0-9a-f]{40})?")
NAME_FORM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class Series:
    """One row of the table.

    `image_count` and `bytes` are 0 where the source does not say, `mask_series_uid` is empty where no series
    draws the tumour. A row of source files has a `file`: an address, or a path (below the data folder if it
    is relative), and its `checksum`, which an address needs. `slice_step` is that of this exam alone, as
    `stack.step_of` reads it; empty for that of the study.
    """

    collection: str
    patient_id: str
    exam: int
    series_instance_uid: str
    series_description: str
    image_count: int
    bytes: int
    licence: str
    source: str
    mask_series_uid: str = ""
    file: str = ""
    checksum: str = ""
    slice_step: str = ""

    @property
    def exam_id(self) -> str:
        """The name that the exam has in folders and tables, e.g. `brain1_1`."""
        return f"{self.patient_id}_{self.exam}"


ALL_COLUMNS = tuple(field.name for field in fields(Series))
COLUMNS = ALL_COLUMNS[:9]
"""Those of every table; the others stand where an exam needs them."""


def is_address(file: str) -> bool:
    """Tell an address from a path."""
    return file.startswith(("http://", "https://"))


def is_name(text: str) -> bool:
    """Tell whether a text can name folders: letters, digits, '.', '_' and '-'."""
    return NAME_FORM.fullmatch(text) is not None and ".." not in text


def read_series_table(path: Path) -> list[Series]:
    """Read a table of tab-separated values, one row per exam, in its own order."""
    columns, rows = read_rows(path)
    given = tuple(columns)
    if given[:9] != COLUMNS or not set(given) <= set(ALL_COLUMNS) or len(set(given)) < len(given):
        raise InputError(
            f"{path}: is no series table; its columns must be {', '.join(COLUMNS)} and may be "
            f"{', '.join(ALL_COLUMNS[9:])}"
        )
    table = [_row(values, f"{path} line {line}") for line, values in enumerate(rows, 2)]
    if not table:
        raise InputError(f"{path}: lists no series")
    for kind in ("exam_id", "series_instance_uid", "mask_series_uid"):
        for name, times in Counter(getattr(row, kind) for row in table).items():
            if name and times > 1:
                raise InputError(f"{path}: {kind} {name} stands twice")
    return table


def write_series_table(path: Path, table: Iterable[Series]) -> None:
    """Write the table that `read_series_table` reads, with the further columns that hold something."""
    rows = list(table)
    further = (name for name in ALL_COLUMNS[9:] if any(getattr(series, name) for series in rows))
    write_rows(path, map(asdict, rows), (*COLUMNS, *further))


def find_exam(table: Iterable[Series], exam_id: str) -> Series:
    """Give the row of one exam."""
    found = next((series for series in table if series.exam_id == exam_id), None)
    if found is None:
        raise InputError(f"exam {exam_id} is not in the series table")
    return found


def _row(values: dict[str, str], where: str) -> Series:
    try:
        exam, count, size = (int(values[name]) for name in ("exam", "image_count", "bytes"))
    except ValueError as error:
        raise InputError(f"{where}: exam, image_count and bytes are whole numbers") from error
    row = Series(**{**values, "exam": exam, "image_count": count, "bytes": size})  # type: ignore[arg-type]
    mask, checksum, named = row.mask_series_uid, row.checksum, is_name(row.patient_id)
    drawn = f"source {row.source} brings its own masks; leave mask_series_uid empty"
    sound, of_files = CHECKSUM_FORM.fullmatch(checksum), row.source == "files"
    refuse(
        where,
        (exam < 1 or count < 0 or size < 0, "exam counts from 1; image_count and bytes are not negative"),
        (not named, "patient_id must be letters, digits, '.', '_' and '-' (it names folders)"),
        (not _is_uid(row.series_instance_uid), "series_instance_uid is no DICOM UID"),
        (row.source not in SOURCES, f"source is one of {', '.join(SOURCES)}"),
        (mask and not _is_uid(mask), "mask_series_uid is no DICOM UID; leave it empty if there is no mask"),
        (mask and row.source not in ARCHIVES, drawn),
        (of_files != bool(row.file), "a row of source files names its file, and no other row does"),
        (not sound, "checksum is sha256: or git-blob: and hexadecimal digits in lower case"),
        (is_address(row.file) and not checksum, "an address needs a checksum, to tell what came"),
    )
    if row.slice_step:
        step_of(row.slice_step, 1.0)
    return row


def _is_uid(text: str) -> bool:
    return UID_FORM.fullmatch(text) is not None and len(text) <= 64
