"""Quality, lossless rate and lossless speed on open cohorts beside the strongest peers, part by part."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from wdr_mcpd.bench.contestants import Array, contestants
from wdr_mcpd.bench.lossless import EFFORTS, PEERS, lossless, made_up
from wdr_mcpd.bench.machine import machine
from wdr_mcpd.bench.rate_distortion import rate_distortion
from wdr_mcpd.data.exam import window
from wdr_mcpd.study.cohorts import HELD_OUT, Row, read_checked, read_cohorts
from wdr_mcpd.study.frames import read_csv, write_csv

SLICES = {"lossless_kinds": 3, "cohort_quality": 8}
"""Central slices of a series that are coded; the sample's volumes are coded whole."""
LOSSY = ("3d-wdr-cc", "3d-wdr-auto", "3d-wdr", "x265-medium")
SAMPLE, UNSEEN, WARM_UP = "sample", "held out", (2, 64, 64)


def measure_cohorts(
    table: Path, folder: Path, sample: Mapping[str, Array], out: Path, only: str = ""
) -> None:
    """Write `out`/PART.csv for both parts of `SLICES`, put together from `out`/PART/KIND.csv.

    A kind is the sample, a cohort, all its subjects of whom nothing was fitted, or made up. One that is there
    is kept: delete its file to measure it again.
    """
    parts: dict[str, Callable[[Mapping[str, Array]], pd.DataFrame]] = {
        "lossless_kinds": _lossless,
        "cohort_quality": lambda volumes: rate_distortion(volumes, contestants(LOSSY)[0], processes=1),
    }
    rows = read_cohorts(table)
    for part in [only] if only else parts:
        made = dict(made_up(next(iter(sample.values())))) if part == "lossless_kinds" else {}
        kinds = [SAMPLE, *dict.fromkeys(_kind(row) for row in rows), *made]
        files = {kind: out / part / f"{kind.replace(' ', '-').lower()}.csv" for kind in kinds}
        for kind, path in files.items():
            if path.exists():
                continue
            volumes = {kind: made[kind]} if kind in made else dict(sample) if kind == SAMPLE else {}
            for row in (row for row in rows if _kind(row) == kind):
                if (series := read_checked(folder, row)) is None:
                    print(f"{row.file} is missing and left out", file=sys.stderr)
                else:
                    volumes[f"{row.cohort} {row.exam_id}"] = window(series, SLICES[part]).volume.voxels
            if volumes:
                write_csv(parts[part](volumes).assign(kind=kind), path)
        found = [read_csv(path, ["kind"]) for path in files.values() if path.exists()]
        write_csv(pd.concat(found, ignore_index=True), out / f"{part}.csv")


def _kind(row: Row) -> str:
    return UNSEEN if row.subject in HELD_OUT else row.cohort


def _lossless(volumes: Mapping[str, Array]) -> pd.DataFrame:
    everyone = (*EFFORTS.values(), *PEERS)
    first = next(iter(volumes.values()))
    lossless({"": np.ascontiguousarray(first[: WARM_UP[0], : WARM_UP[1], : WARM_UP[2]])}, everyone)
    return lossless(volumes, everyone).assign(processor=machine()["processor"])
