"""The table of exams: what each is, and how the slices of the study came out of it."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from wdr_mcpd.data.exam import Exam
from wdr_mcpd.data.series import read_series_table
from wdr_mcpd.errors import InputError
from wdr_mcpd.files import whole_file

Row = Mapping[str, str | int]


def facts_of(exam: Exam) -> Row:
    """Give what the table says of an exam's slices, counted from 1; distances are in the volume's unit."""
    volume = exam.volume
    count, rows, columns = volume.voxels.shape
    return {
        "first_slice": exam.first + 1,
        "slices": count,
        "available": exam.available,
        "cut": exam.cut or "slices of the series",
        "rows": rows,
        "columns": columns,
        "slice_distance": f"{volume.spacing[0]:.4g}",
        "pixel": f"{volume.spacing[1]:.4g} x {volume.spacing[2]:.4g}",
        "type": volume.voxels.dtype.name,
        "tumour_voxels": 0 if volume.mask is None else int(volume.mask.sum()),
    }


def write_rows(rows: Iterable[Row], path: Path) -> None:
    """Write a table of rows with the same columns."""
    listed = list(rows)
    with whole_file(path) as draft, draft.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(listed[0]), delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(listed)


def read_rows(path: Path) -> list[dict[str, str]]:
    """Read what `write_rows` wrote; InputError where it cannot be read."""
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            return list(csv.DictReader(stream, delimiter="\t"))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: cannot be read ({error})") from error


def exam_table(*, series: Path, facts: list[Path], out: Path) -> None:
    """Step: one row for each exam, of where it comes from and what was cut out of it."""
    listed = {row.exam_id: row for row in read_series_table(series)}
    rows = []
    for path in facts:
        one = listed[path.stem]
        known = {"exam": one.exam_id, "collection": one.collection, "description": one.series_description}
        rows.append(known | {"licence": one.licence} | read_rows(path)[0])
    write_rows(rows, out)
