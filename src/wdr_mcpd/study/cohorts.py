"""The evidence on open cohorts, from volume files on disk: `python -m wdr_mcpd.study.cohorts TABLE FOLDER
OUT`.

One process measures exam after exam and writes the tables of each cohort when it is complete; a cohort whose
tables are there is passed over. What is missing in the folder is left out and said.
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
from wdr_mcpd.study.controls import controls, draw
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
DRAWS, ORDERS, SEED = 20, 200, 1
SIZES = (10,)
KINDS = ("controls", "draws", "orders", "rate_law", "spacing")


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


def measure(row: Row, series: Volume) -> dict[str, pd.DataFrame]:
    """Measure the central slices of one exam, and its thinned slices where they are thin.

    Returns
    -------
    dict
        Tables of `KINDS`: rows of `study.controls`, `study.forensics.order_test` and `study.laws`.
    """
    voxels, spacing = window(series, SLICES).volume.voxels, series.spacing[0]
    exam, how = row.exam_id, (SETTINGS, PEAK)
    backwards = average_mcpd(voxels[::-1], UNIT, REFERENCE)
    coherent = row.subject in HELD_OUT
    found = controls(exam, voxels, average_mcpd(voxels), backwards, THRESHOLD, RATE, *how, coherent)
    orders = order_test(exam, matrix_in(voxels, UNIT), [], ORDERS, SEED)
    random = orders.loc[orders["order"] == "random", "lag1"].quantile([0.05, 0.95])
    stored = float(orders.loc[orders["order"] == "stored", "lag1"].iloc[0])
    tables = {
        "controls": found.assign(spacing_mm=spacing, **selections(voxels, THRESHOLD)),
        "draws": draw(exam, voxels, SIZES, DRAWS, SEED, RATE, *how),
        "orders": pd.DataFrame(
            [(exam, stored, *random)], columns=["exam", "stored", "random_5", "random_95"]
        ),
        "rate_law": gains_at(voxels, THRESHOLD, UNIT, RATES, *how, coherent).assign(exam=exam),
    }
    if spacing <= THIN_MM:
        law = (spacing, SLICES, THRESHOLD, UNIT, RATE)
        tables["spacing"] = spacing_law(exam, series.voxels, *law, *how, coherent=coherent)
    return {kind: table.assign(subject=row.subject, cohort=row.cohort) for kind, table in tables.items()}


def measure_cohorts(rows: Sequence[Row], folder: Path, out: Path) -> None:
    """Measure every cohort of which there is a file, each into `out`/KIND/COHORT.csv."""
    for cohort in dict.fromkeys(row.cohort for row in rows):
        name = cohort.replace(" ", "-").lower()
        if (out / KINDS[0] / f"{name}.csv").exists():
            continue
        of_cohort = [row for row in rows if row.cohort == cohort]
        parts: dict[str, list[pd.DataFrame]] = {}
        missing = []
        for row in steps(of_cohort, "exam"):
            series = read_checked(folder, row)
            if series is None:
                missing.append(row.file)
                continue
            for kind, table in measure(row, series).items():
                parts.setdefault(kind, []).append(table)
        print(
            f"{cohort}: {len(of_cohort) - len(missing)} exams" + "".join(f"\n  missing: {m}" for m in missing)
        )
        for kind in reversed(KINDS):
            # the first kind last: it says that the cohort is complete
            if kind in parts:
                write_csv(pd.concat(parts[kind], ignore_index=True), out / kind / f"{name}.csv")


if __name__ == "__main__":
    try:
        measure_cohorts(read_cohorts(Path(sys.argv[1])), Path(sys.argv[2]), Path(sys.argv[3]))
    except InputError as error:
        sys.exit(f"wdr-mcpd: {error}")
