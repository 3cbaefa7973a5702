"""Which series are the study's, known before anything is downloaded: those used, and those left out."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from wdr_mcpd.data.cut import cut_exam
from wdr_mcpd.data.manifest import refusal
from wdr_mcpd.data.series import Series, read_series_table, write_series_table
from wdr_mcpd.data.synthetic import synthetic_table
from wdr_mcpd.errors import InputError
from wdr_mcpd.files import read_rows, write_rows

EXCLUDED = ["exam", "series_instance_uid", "reason"]
"""Columns of the table of excluded series."""


def series_of_study(source: str, table: Path | None, synthetic: Mapping[str, int]) -> list[Series]:
    """Give the rows of the table that names the exams; without a table those of the synthetic cohort."""
    rows = synthetic_table(**synthetic) if table is None else read_series_table(table)
    for row in rows:
        if row.source != source:
            raise InputError(f"series: {table} is of source {row.source}, not {source}")
    return rows


def check_slices(series: Series, slices: int, first_slice: int | str, slice_step: int | str = 1) -> None:
    """Refuse a series that has too few images for the slices of the study, as far as the table tells.

    One image may be a file of many slices, and a step may be in millimetres: both are left to the reading.
    """
    last = slices if isinstance(first_slice, str) else first_slice + slices - 1
    step = series.slice_step or str(slice_step)
    last = (last - 1) * (int(step) if step.isdecimal() else 1) + 1
    if 1 < series.image_count < last:
        begin = "" if isinstance(first_slice, str) else f" from number {first_slice} on"
        raise InputError(
            f"exam {series.exam_id}: {slices} slices{begin} are asked for, its series has "
            f"{series.image_count} images; lower slices or first_slice (or write 0 images into the table, "
            "if they hold several slices each)"
        )


def how_to_make_a_table(source: str, data_folder: str | None, path: str) -> str:
    """Give the command that makes a table of series of a source."""
    local = source in ("local", "files")
    where = f"--data-folder {data_folder or 'FOLDER'}" if local else "--collection COLLECTION"
    where += " --pattern '{subject}/exam{exam}_{sequence}.nii.gz'" if source == "files" else ""
    return (
        f"source {source} needs a table of series; make one: wdr-mcpd series list --source {source} {where} "
        f"--description PATTERN --out {path}"
    )


def series_table(
    *, table: Path | None, excluded: Path | None, out: Path, source: str, synthetic: dict[str, int]
) -> None:
    """Step: the table of the series that are used; `table` and `excluded` may be empty."""
    rows = series_of_study(source, table or None, synthetic)
    if excluded:
        rows = without_excluded(rows, read_excluded(excluded))
    write_series_table(out, rows)


def excluded_series(
    *,
    table: Path | None,
    manifests: list[Path],
    out: Path,
    source: str,
    synthetic: dict[str, int],
    on_bad_series: str,
    **cut: Any,
) -> None:
    """Step: the series that were not had or, with `on_bad_series` exclude, cannot give the study's slices."""
    rows = series_of_study(source, table or None, synthetic)
    folders = {path.parent.name: path.parent for path in manifests}
    flaws = {}
    for row in rows:
        folder, own = folders[row.exam_id], {"slice_step": row.slice_step} if row.slice_step else {}
        bad = on_bad_series == "exclude"
        flaws[row.exam_id] = flaw(folder, **cut | own) if bad else refusal(folder)
        if flaws[row.exam_id]:
            print(f"{row.exam_id}: excluded: {flaws[row.exam_id]}")
    write_excluded(out, rows, flaws)


def flaw(folder: Path, **cut: Any) -> str:
    """Say why the series in `folder` was not had or cannot be cut as `cut_exam` does; empty if it can."""
    try:
        if refused := refusal(folder):
            return refused
        cut_exam(folder, **cut)
    except InputError as error:
        return str(error).removeprefix(f"{folder}: ").replace(f"{folder}/", "")
    return ""


def write_excluded(path: Path, table: Sequence[Series], flaws: dict[str, str]) -> None:
    """Write the exams of `table` that have a flaw, each with its reason."""
    rows = [(row.exam_id, row.series_instance_uid, flaws[row.exam_id]) for row in table]
    write_rows(path, [dict(zip(EXCLUDED, row, strict=True)) for row in rows if row[2]], EXCLUDED)


def read_excluded(path: Path) -> dict[str, str]:
    """Give the reason of each excluded exam."""
    columns, rows = read_rows(path)
    if columns != EXCLUDED:
        raise InputError(f"{path}: is no table of excluded series")
    return {row["exam"]: row["reason"] for row in rows}


def without_excluded(table: Sequence[Series], excluded: dict[str, str]) -> list[Series]:
    """Leave out the excluded exams; InputError where none would be left."""
    left = [series for series in table if series.exam_id not in excluded]
    if not left:
        first = next(iter(excluded.items()))
        raise InputError(f"every series of the study is excluded; the first, {first[0]}, because: {first[1]}")
    return left


def exam_table(*, series: Path, facts: list[Path], out: Path) -> None:
    """Step: one row for each exam, of where it comes from and what was cut out of it."""
    listed = {row.exam_id: row for row in read_series_table(series)}
    rows = []
    for path in facts:
        one = listed[path.stem]
        known = {"exam": one.exam_id, "collection": one.collection, "description": one.series_description}
        rows.append(known | {"licence": one.licence} | read_rows(path)[1][0])
    write_rows(out, rows, list(rows[0]))
