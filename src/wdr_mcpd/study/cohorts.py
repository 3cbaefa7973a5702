"""The evidence on open cohorts, from volume files on disk: `python -m wdr_mcpd.study.cohorts TABLE FOLDER
OUT`.

One process measures exam after exam and writes each table of a cohort when it is complete; a table that is
there is kept. What is missing in the folder is left out and said.
"""

import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from wdr_mcpd import codec
from wdr_mcpd.coherence import average_mcpd
from wdr_mcpd.coherence.mcpd import matrix_in
from wdr_mcpd.data.exam import window
from wdr_mcpd.data.volume import Volume
from wdr_mcpd.data.volume_files import read_volume_file
from wdr_mcpd.errors import InputError
from wdr_mcpd.files import read_bytes
from wdr_mcpd.progress import steps
from wdr_mcpd.study.controls import controls
from wdr_mcpd.study.forensics import order_test
from wdr_mcpd.study.frames import write_csv
from wdr_mcpd.study.laws import gains_at, selections, spacing_law

HELD_OUT = ("patient12", "patient20", "sub-04", "sub-09", "sub-14")
"""Subjects on whom nothing of 3D-WDR-CC was fitted or chosen: it is scored on them alone."""
COHERENT_NOTE = "3D-WDR-CC is scored on subjects alone on whom nothing of it was fitted"
SLICES, THRESHOLD, UNIT, REFERENCE, RATE, PEAK = 20, 0.5, "std", "following", 1.0, 65535
RATES = (0.1, 0.25, 0.5, 1.0, 2.0)
SETTINGS = codec.Settings(axial_levels=3)
THIN_MM = 2.0  # slices of at most this spacing are thinned for the law of spacing
ORDERS, SEED = 200, 1
KINDS = ("controls", "orders", "spacing", "rate_law")


@dataclass(frozen=True)
class Row:
    """One exam of the table of cohorts.

    Attributes
    ----------
    cohort, subject, exam : names
    file : below the folder of the data
    git_blob : SHA-1 that git gives the file's content
    """

    cohort: str
    subject: str
    exam: str
    file: str
    git_blob: str

    @property
    def exam_id(self) -> str:
        """Name of the exam in tables."""
        return f"{self.subject}_{self.exam}"


def read_cohorts(path: Path) -> list[Row]:
    """Read the table of cohorts (TSV)."""
    table = pd.read_csv(path, sep="\t", dtype=str)
    return [Row(*row) for row in table[list(Row.__dataclass_fields__)].itertuples(index=False, name=None)]


def read_checked(folder: Path, row: Row) -> Volume | None:
    """Read the volume of a row, None where the file is missing.

    Raises
    ------
    InputError
        The file is not the one of the table.
    """
    path = folder / row.file
    if not path.exists():
        return None
    content = read_bytes(path)
    if hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest() != row.git_blob:
        raise InputError(f"{path}: is not the published file (its git blob is not {row.git_blob})")
    return read_volume_file(path)


def measure(row: Row, series: Volume, kind: str) -> pd.DataFrame:
    """Measure one kind of one exam, on its central slices; the law of spacing on all, if they are thin.

    Returns
    -------
    DataFrame
        Rows of `study.controls`, `study.forensics.order_test` (summed up) or `study.laws`; none of the law of
        spacing for thick slices.
    """
    voxels, spacing = window(series, SLICES).volume.voxels, series.spacing[0]
    exam, how, coherent = row.exam_id, (SETTINGS, PEAK), row.subject in HELD_OUT
    if kind == "controls":
        backwards = average_mcpd(voxels[::-1], UNIT, REFERENCE)
        found = controls(exam, voxels, average_mcpd(voxels), backwards, THRESHOLD, RATE, *how, coherent)
        return found.assign(spacing_mm=spacing, **selections(voxels, THRESHOLD))
    if kind == "orders":
        orders = order_test(exam, matrix_in(voxels, UNIT), [], ORDERS, SEED)
        random = orders.loc[orders["order"] == "random", "lag1"].quantile([0.05, 0.95])
        stored = float(orders.loc[orders["order"] == "stored", "lag1"].iloc[0])
        return pd.DataFrame([(exam, stored, *random)], columns=["exam", "stored", "random_5", "random_95"])
    if kind == "rate_law":
        return gains_at(voxels, THRESHOLD, UNIT, RATES, *how, coherent).assign(exam=exam)
    if spacing > THIN_MM:
        return pd.DataFrame()
    law = (spacing, SLICES, THRESHOLD, UNIT, RATE)
    return spacing_law(exam, series.voxels, *law, *how, coherent=coherent)


def measure_cohorts(rows: Sequence[Row], folder: Path, out: Path) -> None:
    """Measure every cohort of which there is a file, each kind into `out`/KIND/COHORT.csv."""
    tasks = [(kind, cohort) for kind in KINDS for cohort in dict.fromkeys(row.cohort for row in rows)]
    for kind, cohort in tasks:
        path = out / kind / f"{cohort.replace(' ', '-').lower()}.csv"
        if path.exists():
            continue
        parts = []
        for row in steps([row for row in rows if row.cohort == cohort], "exam"):
            series = read_checked(folder, row)
            if series is None:
                print(f"{cohort}: {row.file} is missing and left out")
            else:
                names = {"subject": row.subject, "cohort": row.cohort}
                parts.append(measure(row, series, kind).assign(**names))
        found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
        if len(found):
            write_csv(found, path)
            print(f"{cohort}, {kind}: {found['exam'].nunique()} exams", flush=True)


if __name__ == "__main__":
    try:
        measure_cohorts(read_cohorts(Path(sys.argv[1])), Path(sys.argv[2]), Path(sys.argv[3]))
    except InputError as error:
        sys.exit(f"wdr-mcpd: {error}")
