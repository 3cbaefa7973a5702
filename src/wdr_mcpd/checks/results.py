"""Checks results against each other: tables with what was measured, and everything with its provenance."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from wdr_mcpd.checks.provenance import Record, read, sha256
from wdr_mcpd.coherence import select
from wdr_mcpd.data.manifest import MANIFEST, check_whole
from wdr_mcpd.errors import InputError
from wdr_mcpd.files import as_written, whole_file
from wdr_mcpd.methods import ALONE, BASELINE, PROPOSED
from wdr_mcpd.places import FIGURE, PROVENANCE, TABLE, Results
from wdr_mcpd.progress import steps
from wdr_mcpd.study.frames import read_csv

CHECKED_TABLES = ("table1.csv", "table2.csv", "table3.csv")
KEYS = ["exam", "slice"]
WRITTEN_DIGITS = 1e-6
"""Relative difference that the digits of a table allow."""
AGAIN = "run snakemake again"


def check_all(folder: Path) -> str:
    """Check every table and figure of a folder of results; say how much was checked."""
    places = (folder / "tables", folder / "figures")
    made = [path for place in places for path in sorted(place.rglob("*")) if path.suffix in TABLE + FIGURE]
    sidecars = sorted(path for place in places for path in place.rglob(f"*{PROVENANCE}"))
    if not made:
        raise InputError(f"{folder}: holds no tables and no figures")
    known = {sidecar.parent / name for sidecar in sidecars for name in read(sidecar)["files"]}
    for path in made:
        if path not in known:
            raise InputError(f"{path}: has no provenance; {AGAIN}")
    return verify(Results(folder), sidecars)


def verify(results: Results, sidecars: Sequence[Path]) -> str:
    """Check tables and figures against their provenance, and that against the streams and series there.

    Says how many were checked; InputError names the first file that is not what a sidecar says, or that
    another one contradicts.
    """
    hashes: dict[Path, str] = {}
    files, kept = 0, True
    for sidecar in steps(sidecars, "table or figure"):
        known = read(sidecar)
        kept &= known["configuration"].get("keep_series", True)
        for name, expected in known["files"].items():
            path = sidecar.parent / name
            if sha256(path) != expected:
                raise InputError(f"{path}: is not the file that {sidecar.name} describes; {AGAIN}")
            files += 1
            if name in CHECKED_TABLES:
                check_table(results, path, known["configuration"])
        inputs = {results.root / path: expected for path, expected in known["streams"].items()}
        inputs |= {results.manifest(one["exam"]): one["manifest_sha256"] for one in known["series"]}
        for path, expected in inputs.items():
            if path not in hashes:
                hashes[path] = sha256(path)
                if path.suffix == ".wdr" and hashes[path] == expected:
                    _was_checked(results, path, expected)
            if hashes[path] != expected:
                raise InputError(f"{sidecar}: was made from another {path} than is there; {AGAIN}")
    series = {path.parent for path in hashes if path.name == MANIFEST}
    for folder in sorted(series if kept else ()):
        check_whole(folder)
    return f"{files} files, {len(hashes) - len(series)} streams, {len(series)} series: as recorded"


def check_table(results: Results, path: Path, configuration: Record) -> None:
    """Check that Table 1, 2 or 3 holds just the slices and numbers that were measured of its exams."""
    column = f"mcpd_{configuration['mcpd_unit']}"
    for name, rows in read_csv(path, KEYS).groupby("exam"):
        exam = str(name)
        average = read_csv(results.mcpd(exam), ["slice", column])
        selected = set(average["slice"][select(average[column].to_numpy(), configuration["threshold"])])
        if path.stem == "table2":
            ours = rows.dropna(subset=[column])
            _same(path, ours.merge(average, on="slice", suffixes=("", "_measured")), column)
            others = set(average["slice"]) - selected
            for word, expected in (("yes", selected), ("no", others)):
                _same_slices(path, exam, set(ours["slice"][ours["selected"] == word]), expected)
            continue
        before = _quality(results, exam, BASELINE, configuration)
        measured = before if path.stem == "table1" else _quality(results, exam, PROPOSED, configuration)
        ours = rows.dropna(subset=["psnr_db"])
        _same_slices(
            path, exam, set(ours["slice"]), set(before["slice"]) if path.stem == "table1" else selected
        )
        both = ours.merge(measured, on="slice", suffixes=("", "_measured"))
        for value in ("psnr_db", "ssim"):
            _same(path, both, value)
        if path.stem == "table3":
            alone = _quality(results, exam, ALONE, configuration)
            for gain, other in (("improvement_db", before), ("over_alone_db", alone)):
                compared = both.merge(other, on="slice", suffixes=("", "_other"))
                compared[f"{gain}_measured"] = compared["psnr_db_measured"] - compared["psnr_db_other"]
                _same(path, compared, gain, WRITTEN_DIGITS)


def _quality(results: Results, exam: str, method: str, configuration: Record) -> pd.DataFrame:
    """Give what was measured of one stream at the rate of the tables."""
    quality = read_csv(results.quality(exam, method), ["slice", "rate_bpv", "psnr_db"])
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


def _was_checked(results: Results, stream: Path, expected: str) -> None:
    """Refuse a stream other than the one that was decoded and measured by its check."""
    path = results.checked_stream(stream.parent.name, stream.stem)
    if set(read_csv(path, ["stream_sha256"])["stream_sha256"]) != {expected}:
        raise InputError(f"{path}: checked another {stream} than the one that is there; {AGAIN}")


def check(
    *,
    series: Path,
    sidecars: list[Path],
    of_exams: list[Path],
    checked: list[Path],
    files: list[Path],
    measured: list[Path],
    out: Path,
) -> None:
    """Step: check tables and figures (the provenance of which is `sidecars` and `of_exams`) and what they
    rest on.

    `files` are the tables and figures themselves, `measured` what they are compared with: the steps of
    workflows whose results are not in one folder bring just what a step names.
    """
    told = verify(Results.of(series), [*sidecars, *of_exams])
    with whole_file(out) as draft:
        draft.write_text(told + "\n", encoding="utf-8")
