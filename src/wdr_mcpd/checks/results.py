"""Checks results against each other: tables with what was measured, and everything with its provenance."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from wdr_mcpd.checks.provenance import SUFFIX, Record, read, sha256
from wdr_mcpd.coherence import select
from wdr_mcpd.data.manifest import MANIFEST, check_whole
from wdr_mcpd.errors import InputError
from wdr_mcpd.files import as_written
from wdr_mcpd.progress import steps
from wdr_mcpd.study.frames import read_csv

SHOWN = (".csv", ".md", ".tex", ".png", ".svg")
KEYS = ["exam", "slice"]
WRITTEN_DIGITS = 1e-6
"""Relative difference that the digits of a table allow."""
AGAIN = "run snakemake again"


def sidecars(results: Path) -> list[Path]:
    """Give the provenance of every table and figure.

    Raises
    ------
    InputError
        There is no result, or a table or figure has no provenance.
    """
    folders = (results / "tables", results / "figures")
    shown = [path for folder in folders for path in sorted(folder.rglob("*")) if path.suffix in SHOWN]
    found = sorted(path for folder in folders for path in folder.rglob(f"*{SUFFIX}"))
    if not shown:
        raise InputError(f"{results}: holds no tables and no figures")
    known = {sidecar.parent / name for sidecar in found for name in read(sidecar)["files"]}
    for path in shown:
        if path not in known:
            raise InputError(f"{path}: has no provenance; {AGAIN}")
    return found


def sidecars_of_figures(results: Path, exams: Sequence[str]) -> list[Path]:
    """Give the provenance of the figures of some exams.

    Raises
    ------
    InputError
        An exam has no such figure.
    """
    found: list[Path] = []
    for exam in exams:
        folder = results / "figures" / exam
        of_exam = sorted(folder.glob(f"*{SUFFIX}"))
        if not of_exam:
            raise InputError(f"{folder}: has no figures with provenance; {AGAIN}")
        found += of_exam
    return found


def verify(results: Path, chosen: Sequence[Path]) -> dict[str, int]:
    """Check tables and figures against their provenance, and that against the streams and series there.

    Parameters
    ----------
    results : Path
        Folder of the results.
    chosen : sequence of Path
        Sidecars to check.

    Returns
    -------
    dict
        Number of `files`, `streams` and `series` that were checked.

    Raises
    ------
    InputError
        The first file that is not what a sidecar says, or that another one contradicts.
    """
    hashes: dict[Path, str] = {}
    series: set[Path] = set()
    files = 0
    for sidecar in steps(chosen, "table or figure"):
        known = read(sidecar)
        for name, expected in known["files"].items():
            if sha256(sidecar.parent / name) != expected:
                raise InputError(
                    f"{sidecar.parent / name}: is not the file that {sidecar.name} describes; {AGAIN}"
                )
            files += 1
        for path, expected in _inputs(results, known).items():
            seen = path in hashes
            if not seen:
                hashes[path] = sha256(path)
            if hashes[path] != expected:
                raise InputError(
                    f"{sidecar}: was made from another {path} than the one that is there; {AGAIN}"
                )
            if seen:
                continue
            if path.name == MANIFEST:
                series.add(path.parent)
            else:
                _was_checked(results, path, expected)
        for name in ("table1", "table2", "table3"):
            if f"{name}.csv" in known["files"]:
                check_table(results, name, known["configuration"])
    for folder in sorted(series):
        check_whole(folder)
    return {"files": files, "streams": len(hashes) - len(series), "series": len(series)}


def check_table(results: Path, name: str, configuration: Record) -> None:
    """Check Table 1, 2 or 3 against the measurements in `quality` and `mcpd`.

    Raises
    ------
    InputError
        A slice or a number that is not the one measured.
    """
    path = results / "tables" / f"{name}.csv"
    column = f"mcpd_{configuration['mcpd_unit']}"
    table = read_csv(path, KEYS)
    for exam, rows in table.groupby("exam"):
        average = read_csv(results / "mcpd" / f"{exam}.csv", ["slice", column])
        selected = set(average["slice"][select(average[column].to_numpy(), configuration["threshold"])])
        if name == "table2":
            ours = rows.dropna(subset=[column])
            _same(path, ours.merge(average, on="slice", suffixes=("", "_measured")), column)
            _same_slices(path, str(exam), set(ours["slice"][ours["selected"] == "yes"]), selected)
            others = set(average["slice"]) - selected
            _same_slices(path, str(exam), set(ours["slice"][ours["selected"] == "no"]), others)
            continue
        method = "3d-wdr" if name == "table1" else "3d-wdr-mcpd"
        quality = _quality(results, str(exam), method, configuration)
        ours = rows.dropna(subset=["psnr_db"])
        expected = set(quality["slice"]) if name == "table1" else selected
        _same_slices(path, str(exam), set(ours["slice"]), expected)
        both = ours.merge(quality, on="slice", suffixes=("", "_measured"))
        for value in ("psnr_db", "ssim"):
            _same(path, both, value)
        if name == "table3":
            before = _quality(results, str(exam), "3d-wdr", configuration)
            both = both.merge(before, on="slice", suffixes=("", "_before"))
            both["improvement_db_measured"] = both["psnr_db_measured"] - both["psnr_db_before"]
            _same(path, both, "improvement_db", WRITTEN_DIGITS)


def _quality(results: Path, exam: str, method: str, configuration: Record) -> pd.DataFrame:
    """Give what was measured of one stream at the rate of the tables."""
    quality = read_csv(results / "quality" / exam / f"{method}.csv", ["slice", "rate_bpv", "psnr_db"])
    return quality[quality["rate_bpv"] == as_written(configuration["table_rate"])]


def _same_slices(path: Path, exam: str, found: set[int], expected: set[int]) -> None:
    if found != expected:
        raise InputError(f"{path}: {exam} has the slices {sorted(found)}, measured were {sorted(expected)}")


def _same(path: Path, both: pd.DataFrame, column: str, absolute: float = 0.0) -> None:
    there, measured = both[column].to_numpy(), both[f"{column}_measured"].to_numpy()
    wrong = np.flatnonzero(~np.isclose(there, measured, rtol=WRITTEN_DIGITS, atol=absolute, equal_nan=True))
    if len(wrong):
        row = both.iloc[wrong[0]]
        raise InputError(
            f"{path}: {row['exam']} slice {row['slice']} has {column} {row[column]}, "
            f"measured was {row[f'{column}_measured']}"
        )


def _was_checked(results: Path, stream: Path, expected: str) -> None:
    """Refuse a stream other than the one that `wdr-mcpd check-streams` decoded and measured."""
    path = results / "checks" / stream.parent.name / f"{stream.stem}.csv"
    if set(read_csv(path, ["stream_sha256"])["stream_sha256"]) != {expected}:
        raise InputError(f"{path}: checked another {stream} than the one that is there; {AGAIN}")


def _inputs(results: Path, known: Record) -> dict[Path, str]:
    """Files that a sidecar names as the input of its tables and figures, with their hashes."""
    streams = {results / path: str(expected) for path, expected in known["streams"].items()}
    folder = results / "data" / "series"
    return streams | {folder / s["exam"] / MANIFEST: str(s["manifest_sha256"]) for s in known["series"]}
