"""Series that cannot be used: why, in a table beside the one of the study."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wdr_mcpd.data.cut import cut_exam
from wdr_mcpd.data.manifest import refusal
from wdr_mcpd.data.series import Series
from wdr_mcpd.data.tsv import read_tsv, write_tsv
from wdr_mcpd.errors import InputError

COLUMNS = ["exam", "series_instance_uid", "reason"]


def flaw(folder: Path, *cut: Any) -> str:
    """Say why the series in `folder` was not had or cannot be cut as `cut_exam` does; empty if it can."""
    try:
        if refused := refusal(folder):
            return refused
        cut_exam(folder, *cut)
    except InputError as error:
        return str(error).removeprefix(f"{folder}: ").replace(f"{folder}/", "")
    return ""


def write_excluded(path: Path, table: Sequence[Series], flaws: dict[str, str]) -> None:
    """Write the exams of `table` that have a flaw, each with its reason."""
    bad = [(row.exam_id, row.series_instance_uid, flaws[row.exam_id]) for row in table if flaws[row.exam_id]]
    write_tsv(path, [dict(zip(COLUMNS, cells, strict=True)) for cells in bad], COLUMNS)


def read_excluded(path: Path) -> dict[str, str]:
    """Give the reason of each excluded exam; InputError where the file is missing or no such table."""
    columns, rows = read_tsv(path)
    if columns != COLUMNS:
        raise InputError(f"{path}: is no table of excluded series")
    return {row["exam"]: row["reason"] for row in rows}


def without_excluded(table: Sequence[Series], excluded: dict[str, str]) -> list[Series]:
    """Leave out the excluded exams; InputError where none would be left."""
    left = [series for series in table if series.exam_id not in excluded]
    if not left:
        first = next(iter(excluded.items()))
        raise InputError(f"every series of the study is excluded; the first, {first[0]}, because: {first[1]}")
    return left
