"""The series table: which series of which patient is which exam, and where it comes from."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from wdr_mcpd.data.stack import step_of
from wdr_mcpd.data.tsv import read_tsv, write_tsv
from wdr_mcpd.errors import InputError

SOURCES = ("sample", "synthetic", "nbia", "idc", "local", "files")
ARCHIVES = ("nbia", "idc", "local")
"""Sources that hold other series beside those of the table, as those that draw the tumour."""
UID_FORM = re.compile(r"[0-9]+(\.[0-9]+)+")
CHECKSUM_FORM = re.compile(r"sha256:[0-9a-f]{64}|git-blob:[0-9a-f]{40}")
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
    """Read a table of tab-separated values, one row per exam, in its own order.

    Raises
    ------
    InputError
        The file is missing, a column or a value is wrong, or an exam is listed twice.
    """
    columns, rows = read_tsv(path)
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
        names = [name for series in table if (name := getattr(series, kind))]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise InputError(f"{path}: {kind} {twice} stands twice")
    return table


def write_series_table(path: Path, table: Iterable[Series]) -> None:
    """Write the table that `read_series_table` reads, with the further columns that hold something."""
    rows = list(table)
    further = (name for name in ALL_COLUMNS[9:] if any(getattr(series, name) for series in rows))
    write_tsv(path, map(asdict, rows), (*COLUMNS, *further))


def find_exam(table: Iterable[Series], exam_id: str) -> Series:
    """Give the row of one exam; InputError where no row has that name."""
    for series in table:
        if series.exam_id == exam_id:
            return series
    raise InputError(f"exam {exam_id} is not in the series table")


def _row(values: dict[str, str], where: str) -> Series:
    try:
        exam, count, size = (int(values[name]) for name in ("exam", "image_count", "bytes"))
    except ValueError as error:
        raise InputError(f"{where}: exam, image_count and bytes are whole numbers") from error
    series = Series(**{**values, "exam": exam, "image_count": count, "bytes": size})  # type: ignore[arg-type]
    if exam < 1 or count < 0 or size < 0:
        raise InputError(f"{where}: exam counts from 1; image_count and bytes are not negative")
    if not is_name(series.patient_id):
        raise InputError(f"{where}: patient_id must be letters, digits, '.', '_' and '-' (it names folders)")
    if not _is_uid(series.series_instance_uid):
        raise InputError(f"{where}: series_instance_uid is no DICOM UID")
    if series.source not in SOURCES:
        raise InputError(f"{where}: source is one of {', '.join(SOURCES)}")
    if series.mask_series_uid and not _is_uid(series.mask_series_uid):
        raise InputError(f"{where}: mask_series_uid is no DICOM UID; leave it empty where there is no mask")
    if series.mask_series_uid and series.source not in ARCHIVES:
        raise InputError(f"{where}: source {series.source} brings its own masks; leave mask_series_uid empty")
    if (series.source == "files") != bool(series.file):
        raise InputError(f"{where}: a row of source files names its file, and no other row does")
    if series.checksum and not CHECKSUM_FORM.fullmatch(series.checksum):
        raise InputError(f"{where}: checksum is sha256: or git-blob: and hexadecimal digits in lower case")
    if is_address(series.file) and not series.checksum:
        raise InputError(f"{where}: an address needs a checksum, or it could not be told what came")
    if series.slice_step:
        step_of(series.slice_step, 1.0)
    return series


def _is_uid(text: str) -> bool:
    return UID_FORM.fullmatch(text) is not None and len(text) <= 64
