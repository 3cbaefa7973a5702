"""All benchmarks, one table each."""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from wdr_mcpd.bench.codec_speed import codec_speed
from wdr_mcpd.bench.contestants import Array, Contestant, OtherCodec, OurMethod, contestants, to_compare
from wdr_mcpd.bench.growth import growth
from wdr_mcpd.bench.lossless import lossless
from wdr_mcpd.bench.machine import machine
from wdr_mcpd.bench.rate_distortion import rate_distortion
from wdr_mcpd.bench.startup import startup
from wdr_mcpd.bench.study_growth import study_growth
from wdr_mcpd.data.exam import read_exam
from wdr_mcpd.errors import InputError
from wdr_mcpd.study.frames import write_csv

Volumes = Mapping[str, Array]
GROWING = ("3d-wdr-cc", "3d-wdr-auto")
"""Methods whose growth is measured: one for each coder; the other methods only group slices differently."""


def _first(volumes: Volumes) -> Array:
    return next(iter(volumes.values()))


def _growing(codecs: Sequence[Contestant]) -> list[OurMethod]:
    return [codec for codec in codecs if isinstance(codec, OurMethod) and codec.name in GROWING]


BENCHMARKS: dict[str, Callable[[Volumes, Sequence[Contestant], float], pd.DataFrame]] = {
    "rate_distortion": lambda volumes, codecs, rate: rate_distortion(volumes, codecs),
    "lossless": lambda volumes, codecs, rate: lossless(volumes, to_compare(codecs)),
    "codec_speed": lambda volumes, codecs, rate: codec_speed(
        next(iter(volumes)), _first(volumes), to_compare(codecs), rate
    ),
    "growth": lambda volumes, codecs, rate: growth(_first(volumes), _growing(codecs)),
    "startup": lambda volumes, codecs, rate: startup(_first(volumes)),
    "study_growth": lambda volumes, codecs, rate: study_growth(),
}
"""Name of the table -> what measures it. Speeds are taken on the first volume."""


def run_benchmarks(
    volumes: Volumes, out: Path, names: Sequence[str] = (), codecs: Sequence[str] = (), rate: float = 1.0
) -> None:
    """Measure and write `out`/NAME.csv for each benchmark, `notes.csv` and `machine.csv` (with the names).

    Without names all benchmarks, without codecs all methods and codecs; speeds are taken at `rate`.

    Raises
    ------
    InputError
        When a name is unknown.
    """
    if unknown := [name for name in names if name not in BENCHMARKS]:
        raise InputError(f"unknown benchmark {', '.join(unknown)}; known: {', '.join(BENCHMARKS)}")
    present, missing = contestants(codecs)
    notes = [("", note) for note in missing] + [
        (name, refusal)
        for name, volume in volumes.items()
        for contestant in present
        if isinstance(contestant, OtherCodec) and (refusal := contestant.codec.refusal(volume))
    ]
    for volume, note in notes:
        print(f"{volume or 'all volumes'}: {note}; skipped", file=sys.stderr)
    write_csv(pd.DataFrame(notes, columns=["volume", "note"]), out / "notes.csv")
    measured = list(names or BENCHMARKS)
    facts = machine() | {"tables": " ".join(measured)}
    write_csv(pd.DataFrame(facts.items(), columns=["what", "value"]), out / "machine.csv")
    for name in measured:
        start = time.perf_counter()
        write_csv(BENCHMARKS[name](volumes, present, rate), out / f"{name}.csv")
        print(f"{name}: {time.perf_counter() - start:.0f} s", file=sys.stderr)


def baseline_speed(
    *, volumes: list[Path], codec_speed: Path, lossless: Path, notes: Path, machine: Path, table_rate: float
) -> None:
    """Measure speeds on the first exam and lossless rates on all; the four tables lie in one folder."""
    exams = {path.stem: read_exam(path).volume.voxels for path in volumes}
    run_benchmarks(exams, codec_speed.parent, [lossless.stem, codec_speed.stem], rate=table_rate)
    assert notes.parent == machine.parent == lossless.parent == codec_speed.parent
