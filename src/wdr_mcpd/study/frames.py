"""Tables of measurements in files: one header row, fixed number format, rows in an order of their own."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from wdr_mcpd.errors import InputError
from wdr_mcpd.files import SIGNIFICANT_DIGITS, as_written, whole_file

NAMES = {"exam": str, "subject": str, "method": str}


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table whose bytes depend on its values alone: fixed digits, line ends and order of columns."""
    with whole_file(path) as draft:
        frame.to_csv(draft, index=False, float_format=SIGNIFICANT_DIGITS, lineterminator="\n")


def read_csv(path: Path, columns: Sequence[str] = ()) -> pd.DataFrame:
    """Read one table.

    Raises
    ------
    InputError
        When the file cannot be read as a table or lacks one of the columns.
    """
    try:
        # Only an empty cell is missing: a subject may be called NA.
        frame = pd.read_csv(path, dtype=NAMES, keep_default_na=False, na_values=[""])
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as a table ({error})") from error
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise InputError(f"{path}: the table has no column {', '.join(missing)}")
    return frame


def read_exams(paths: Iterable[Path], columns: Sequence[str]) -> pd.DataFrame:
    """Join the tables of several exams, sorted by exam (then as in the files), with the subject of each row.

    Raises
    ------
    InputError
        When there is no file, or one of them lacks the columns.
    """
    frames = [read_csv(path, ["exam", *columns]) for path in paths]
    if not frames:
        raise InputError("no tables of exams to read: name at least one file")
    joined = together(frames).sort_values("exam", kind="stable", ignore_index=True)
    joined.insert(0, "subject", joined["exam"].map(subject_of))
    return joined


def together(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put tables one below the other; those without rows, whose columns have no types, change none."""
    return pd.concat([frame for frame in frames if len(frame)] or frames[:1], ignore_index=True)


def results(folder: str | Path = "results") -> dict[str, pd.DataFrame]:
    """Read the tables of a finished run, by name.

    Parameters
    ----------
    folder : of the run, as results or results/runs/NAME

    Raises
    ------
    InputError
        When the folder holds no table.

    Examples
    --------
    >>> wdr_mcpd.results()["rates"][["method", "rate_bpv", "exam_psnr_db"]]  # doctest: +SKIP
    """
    found = sorted(Path(folder).glob("tables/*.csv"))
    if not found:
        raise InputError(f"{folder}: holds no tables; a run of the workflow makes them")
    return {path.stem: read_csv(path) for path in found}


def at_rate(measured: pd.DataFrame, rate: float) -> pd.DataFrame:
    """Give the rows that were measured at one rate, as tables write it.

    Raises
    ------
    InputError
        There are none.
    """
    rows = measured[measured["rate_bpv"].map(as_written) == as_written(rate)]
    if rows.empty:
        raise InputError(f"nothing was measured at {bits(rate)}; add it to the rates")
    return rows


def bits(rate: float) -> str:
    """Give a rate in words."""
    return f"{rate:g} bit{'' if rate == 1 else 's'} per voxel"


def subject_of(exam: str) -> str:
    """Return the subject of an exam that is named `{subject}_{number of the exam}`."""
    subject, _, _ = exam.rpartition("_")
    return subject or exam
