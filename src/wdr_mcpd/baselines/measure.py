"""Other codecs on the slices of an exam, measured as our methods are."""

import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wdr_mcpd.baselines.codecs import CODECS, RateSearch
from wdr_mcpd.data.exam import read_exam
from wdr_mcpd.errors import InputError
from wdr_mcpd.progress import steps
from wdr_mcpd.study.frames import write_csv
from wdr_mcpd.study.metrics import Reading
from wdr_mcpd.study.quality import COLUMNS, measure_volume


def refusal(name: str, original: NDArray[Any]) -> str | None:
    """Say why a codec codes nothing of a volume (not installed, too many bits), or None if it does."""
    return CODECS[name].missing() or CODECS[name].refusal(original)


def measure_codec(
    exam: str,
    name: str,
    original: NDArray[Any],
    rates: Collection[float],
    reading: Reading,
    mask: NDArray[np.bool_] | None = None,
) -> tuple[pd.DataFrame, str]:
    """Code the slices with one codec within 1 % of each rate, decode, and measure every slice.

    The rows are as `wdr_mcpd.study.quality.measure_stream` gives them; a text says which rates are not there
    and why, and is empty if all are.
    """
    if reason := refusal(name, original):
        return pd.DataFrame(columns=COLUMNS), reason
    search = RateSearch(CODECS[name], original)
    frames, absent = [pd.DataFrame(columns=COLUMNS)], []
    for rate in steps(sorted(rates), "rate"):
        if reached := search.reach(rate):
            setting, _, stream = reached
            measured = measure_volume(original, setting.decode(stream), reading, mask)
            frames.append(measured.assign(exam=exam, method=name, rate_bpv=rate, bytes=len(stream)))
        else:
            absent.append(f"{rate:g}")
    told = f"{CODECS[name].label}: cannot reach {', '.join(absent)} bits per voxel within 1 %"
    measured = pd.concat(frames[1:] or frames, ignore_index=True)
    return measured[COLUMNS], told if absent else ""


def baseline_quality(
    *,
    exam: str,
    baseline: str,
    volume: Path,
    out: Path,
    rates: Sequence[float],
    table_rate: float,
    psnr_peak: float | str,
    ssim_range: float | str,
    ssim_window: str,
) -> None:
    """Measure the codec `baseline` on one exam; a rate that it does not reach is told and left out."""
    if baseline not in CODECS:
        raise InputError(f"unknown codec {baseline}; known: {', '.join(CODECS)}")
    original = read_exam(volume).volume
    reading = Reading(psnr_peak, ssim_range, ssim_window)
    measured = {*map(float, rates), float(table_rate)}
    frame, note = measure_codec(exam, baseline, original.voxels, measured, reading, original.mask)
    if note:
        print(f"{exam}: {note}", file=sys.stderr)
    write_csv(frame, out)
