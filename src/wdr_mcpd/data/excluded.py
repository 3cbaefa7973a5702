"""Series that cannot be used: why, in a table beside the one of the study."""

import csv
from collections.abc import Sequence
from pathlib import Path

from wdr_mcpd.data.cut import cut_exam
from wdr_mcpd.data.manifest import refusal
from wdr_mcpd.data.series import Series
from wdr_mcpd.errors import InputError
from wdr_mcpd.files import whole_file

COLUMNS = ["exam", "series_instance_uid", "reason"]


def flaw(
    folder: Path,
    slices: int,
    first: int | str,
    slice_step: int | str = 1,
    average: bool = False,
    slice_axis: int | str = "thickest",
) -> str:
    """Say why the series in `folder` was not had or cannot be cut as `cut_exam` does; empty if it can."""
    try:
        if refused := refusal(folder):
            return refused
        cut_exam(folder, slices, first, slice_step, average, slice_axis)
    except InputError as error:
        return str(error).removeprefix(f"{folder}: ").replace(f"{folder}/", "")
    return ""


def write_excluded(path: Path, table: Sequence[Series], flaws: dict[str, str]) -> None:
    """Write the exams of `table` that have a flaw, each with its reason."""
    with whole_file(path) as draft, draft.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, delimiter="\t", lineterminator="\n")
        writer.writerow(COLUMNS)
        for series in table:
            if flaws[series.exam_id]:
                writer.writerow([series.exam_id, series.series_instance_uid, flaws[series.exam_id]])


def read_excluded(path: Path) -> dict[str, str]:
    """Give the reason of each excluded exam.

    Raises
    ------
    InputError
        The file is missing or no such table.
    """
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            rows = list(csv.reader(stream, delimiter="\t"))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: cannot be read ({error})") from error
    if not rows or rows[0] != COLUMNS or any(len(row) != 3 for row in rows):
        raise InputError(f"{path}: is no table of excluded series")
    return {exam: reason for exam, _, reason in rows[1:]}


def without_excluded(table: Sequence[Series], excluded: dict[str, str]) -> list[Series]:
    """Leave out the excluded exams.

    Raises
    ------
    InputError
        None would be left.
    """
    left = [series for series in table if series.exam_id not in excluded]
    if not left:
        first = next(iter(excluded.items()))
        raise InputError(f"every series of the study is excluded; the first, {first[0]}, because: {first[1]}")
    return left
