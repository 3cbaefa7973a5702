"""The series table: which series of which patient is which exam, and where it comes from."""

import csv
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from wdr_mcpd.errors import InputError
from wdr_mcpd.files import whole_file

SOURCES = ("sample", "synthetic", "nbia", "idc", "local")
UID_FORM = re.compile(r"[0-9]+(\.[0-9]+)+")
NAME_FORM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class Series:
    """One row of the table; `bytes` is 0 where the source does not say."""

    collection: str
    patient_id: str
    exam: int
    series_instance_uid: str
    series_description: str
    image_count: int
    bytes: int
    licence: str
    source: str

    @property
    def exam_id(self) -> str:
        """The name that the exam has in folders and tables, e.g. `brain1_1`."""
        return f"{self.patient_id}_{self.exam}"


COLUMNS = tuple(field.name for field in fields(Series))


def read_series_table(path: Path) -> list[Series]:
    """Read a table of tab-separated values, one row per exam, in its own order.

    Raises
    ------
    InputError
        The file is missing, a column or a value is wrong, or an exam is listed twice.
    """
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            reader = csv.DictReader(stream, delimiter="\t")
            if tuple(reader.fieldnames or ()) != COLUMNS:
                raise InputError(f"{path}: is no series table; its columns must be {', '.join(COLUMNS)}")
            table = [_row(values, f"{path} line {line}") for line, values in enumerate(reader, 2)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: cannot be read ({error})") from error
    if not table:
        raise InputError(f"{path}: lists no series")
    for kind in ("exam_id", "series_instance_uid"):
        names = [getattr(series, kind) for series in table]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise InputError(f"{path}: {kind} {twice} stands twice")
    return table


def write_series_table(path: Path, table: Iterable[Series]) -> None:
    """Write the table that `read_series_table` reads."""
    with whole_file(path) as draft, draft.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, COLUMNS, delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(series) for series in table)


def row_text(series: Series) -> str:
    """Give one row as it stands in the table, for a command line."""
    return "\t".join(str(value) for value in asdict(series).values())


def read_row(text: str) -> Series:
    """Read what `row_text` gave.

    Raises
    ------
    InputError
        A value is missing or wrong.
    """
    values = text.split("\t")
    if len(values) != len(COLUMNS):
        raise InputError(f"--row has {len(values)} values; a series has {len(COLUMNS)}: {', '.join(COLUMNS)}")
    return _row(dict(zip(COLUMNS, values, strict=True)), "--row")


def find_exam(table: Iterable[Series], exam_id: str) -> Series:
    """Give the row of one exam.

    Raises
    ------
    InputError
        No row has that name.
    """
    for series in table:
        if series.exam_id == exam_id:
            return series
    raise InputError(f"exam {exam_id} is not in the series table")


def _row(values: dict[str, str], where: str) -> Series:
    if None in values or None in values.values():
        raise InputError(f"{where}: has too few or too many columns")
    try:
        exam, count, size = (int(values[name]) for name in ("exam", "image_count", "bytes"))
    except ValueError as error:
        raise InputError(f"{where}: exam, image_count and bytes are whole numbers") from error
    series = Series(**{**values, "exam": exam, "image_count": count, "bytes": size})  # type: ignore[arg-type]
    if exam < 1 or count < 0 or size < 0:
        raise InputError(f"{where}: exam counts from 1; image_count and bytes are not negative")
    if not NAME_FORM.fullmatch(series.patient_id) or ".." in series.patient_id:
        raise InputError(f"{where}: patient_id must be letters, digits, '.', '_' and '-' (it names folders)")
    if not UID_FORM.fullmatch(series.series_instance_uid) or len(series.series_instance_uid) > 64:
        raise InputError(f"{where}: series_instance_uid is no DICOM UID")
    if series.source not in SOURCES:
        raise InputError(f"{where}: source is one of {', '.join(SOURCES)}")
    return series
