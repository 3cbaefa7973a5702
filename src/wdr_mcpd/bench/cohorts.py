"""Quality, lossless rate and lossless speed on open cohorts beside the strongest peers, part by part."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from wdr_mcpd.bench.contestants import Array, Contestant, contestants
from wdr_mcpd.bench.lossless import EFFORTS, PEERS, lossless, made_up
from wdr_mcpd.bench.machine import machine
from wdr_mcpd.bench.rate_distortion import rate_distortion
from wdr_mcpd.data.exam import read_exam, window
from wdr_mcpd.data.series import read_series_table
from wdr_mcpd.places import Results
from wdr_mcpd.study.cohort import learnt_from
from wdr_mcpd.study.frames import read_csv, write_csv

SLICES = {"lossless_kinds": 3, "cohort_quality": 8}
"""Central slices of a series that are coded; the sample's volumes are coded whole."""
LOSSY = ("3d-wdr-cc", "3d-wdr-auto", "3d-wdr", "x265-medium")
SAMPLE, UNSEEN = "sample", "held out"


def measure_cohorts(runs: Sequence[Path], sample: Mapping[str, Array], out: Path, only: str = "") -> None:
    """Write `out`/PART.csv for both parts of `SLICES`, put together from `out`/PART/KIND.csv.

    A kind is the sample, a sequence of a collection, all subjects of whom nothing was fitted, or made up. One
    that is there is kept: delete its file to measure it again. `runs` are folders of the cohorts' runs.
    """
    parts: dict[str, Callable[[Mapping[str, Array]], pd.DataFrame]] = {
        "lossless_kinds": _lossless,
        "cohort_quality": lambda volumes: rate_distortion(volumes, contestants(LOSSY)[0], processes=1),
    }
    exams = {}
    for run in map(Results, runs):
        table = read_series_table(run.series_table())
        fitted = learnt_from(table)
        for row in table:
            sequence = f"{row.collection} {row.series_description}"
            kind = sequence if row in fitted else UNSEEN
            exams[f"{sequence} {row.exam_id}"] = (kind, run.volume(row.exam_id))
    for part in [only] if only else parts:
        given: dict[str, Mapping[str, Array]] = {SAMPLE: sample}
        if part == "lossless_kinds":
            made = made_up(next(iter(sample.values())))
            given |= {kind: {kind: volume} for kind, volume in made}
        kinds = dict.fromkeys([SAMPLE, *(kind for kind, _ in exams.values()), *given])
        files = {kind: out / part / f"{kind.replace(' ', '-').lower()}.csv" for kind in kinds}
        for kind, path in files.items():
            if not path.exists():
                volumes = given.get(kind) or {
                    name: window(read_exam(volume).volume, SLICES[part]).volume.voxels
                    for name, (of, volume) in exams.items()
                    if of == kind
                }
                write_csv(parts[part](volumes).assign(kind=kind), path)
        found = [read_csv(path, ["kind"]) for path in files.values()]
        write_csv(pd.concat(found, ignore_index=True), out / f"{part}.csv")


def _lossless(volumes: Mapping[str, Array]) -> pd.DataFrame:
    everyone: tuple[Contestant, ...] = (*EFFORTS.values(), *PEERS)
    small = np.ascontiguousarray(next(iter(volumes.values()))[:2, :64, :64])
    lossless({"": small}, everyone)  # loads and compiles what is timed
    return lossless(volumes, everyone).assign(processor=machine()["processor"])
