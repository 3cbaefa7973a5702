"""The series of the study, known before anything is downloaded, and the table of those that are used."""

from collections.abc import Mapping
from pathlib import Path

from wdr_mcpd.data.exam import first_index
from wdr_mcpd.data.excluded import flaw, read_excluded, without_excluded, write_excluded
from wdr_mcpd.data.manifest import refusal
from wdr_mcpd.data.series import Series, read_series_table, write_series_table
from wdr_mcpd.data.synthetic import synthetic_table
from wdr_mcpd.errors import InputError


def series_of_study(source: str, table: Path | None, synthetic: Mapping[str, int]) -> list[Series]:
    """Give the rows of the table that names the exams; without a table those of the synthetic cohort.

    InputError where the table cannot be used, or is of another source.
    """
    rows = synthetic_table(**synthetic) if table is None else read_series_table(table)
    for row in rows:
        if row.source != source:
            raise InputError(f"series: {table} is of source {row.source}, not {source}")
    return rows


def check_slices(series: Series, slices: int, first_slice: int | str, slice_step: int | str = 1) -> None:
    """Refuse a series that has too few images for the slices of the study, as far as the table tells.

    A series of one image may be a file of many slices, and a step may be in millimetres: both are left to
    the reading.
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
    *,
    table: Path | list[Path],
    excluded: Path | list[Path],
    out: Path,
    source: str,
    synthetic: dict[str, int],
) -> None:
    """Step: the table of the series that are used; `table` and `excluded` may be empty lists."""
    rows = series_of_study(source, table if isinstance(table, Path) else None, synthetic)
    if isinstance(excluded, Path):
        rows = without_excluded(rows, read_excluded(excluded))
    write_series_table(out, rows)


def excluded_series(
    *,
    table: Path | list[Path],
    manifests: list[Path],
    out: Path,
    source: str,
    synthetic: dict[str, int],
    slices: int,
    first_slice: int | str,
    slice_step: int | str,
    slice_average: bool,
    slice_axis: int | str,
    on_bad_series: str,
) -> None:
    """Step: the series that were not had or, with `on_bad_series` exclude, cannot give the study's slices."""
    rows = series_of_study(source, table if isinstance(table, Path) else None, synthetic)
    folders = {path.parent.name: path.parent for path in manifests}
    cut = (slices, first_index(first_slice))
    flaws = {}
    for row in rows:
        folder, step = folders[row.exam_id], row.slice_step or slice_step
        bad = on_bad_series == "exclude"
        flaws[row.exam_id] = flaw(folder, *cut, step, slice_average, slice_axis) if bad else refusal(folder)
        if flaws[row.exam_id]:
            print(f"{row.exam_id}: excluded: {flaws[row.exam_id]}")
    write_excluded(out, rows, flaws)
