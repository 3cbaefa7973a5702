"""Speed and memory at one rate, beside each other in one process on one core."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from wdr_mcpd.bench.contestants import Array, Contestant, Run, named
from wdr_mcpd.bench.harness import RUNS, Times, alternate, in_fresh_process

REFERENCES = {"sperr": "sperr", "jpeg2000": "jpeg2000-slices-rate"}
"""Codecs to which speeds are given as a ratio: column suffix -> name."""


def codec_speed(
    name: str, volume: Array, contestants: Sequence[Contestant], rate: float = 1.0, runs: int = RUNS
) -> pd.DataFrame:
    """Time encoding and decoding of every contestant that reaches the rate on one volume.

    A codec without rate control is timed for one encoding at the parameter that reaches the rate; the search
    for it is not counted, which favours such codecs. Speeds are also ratios to SPERR's and to OpenJPEG's
    (above 1 is faster; empty if not measured); peak memory is in MB above the process with its volume loaded.
    """
    rows: list[dict[str, Any]] = []
    at_rate = [(c, found) for c in contestants if (found := c.at_rates(volume, [rate]).get(rate))]
    for direction in ("encode", "decode"):
        times = alternate({c.name: getattr(run, direction) for c, run in at_rate}, runs)
        for contestant, run in at_rate:
            mine = times[contestant.name]
            row = {"volume": name, **named(contestant), "direction": direction, "rate_bpv": rate}
            row |= {"actual_bpv": 8 * len(run.stream) / volume.size, "runs": runs, **mine.columns("seconds")}
            row["mvoxel_per_s"] = volume.size / mine.median / 1e6
            for suffix, reference in REFERENCES.items():
                ratio = times[reference].ratio_to(mine) if reference in times else Times((float("nan"),))
                row |= ratio.columns(f"ratio_{suffix}")
            rows.append(row | {"peak_mb": measured_alone(run, direction)[0] / 1e6})
    return pd.DataFrame(rows)


def measured_alone(run: Run, direction: str, runs: int = 0) -> tuple[float, Times]:
    """Peak memory in bytes and time of encoding or decoding in a process of its own."""
    return in_fresh_process(getattr(run, direction), getattr(run.small(), direction), runs)
