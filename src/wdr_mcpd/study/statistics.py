"""Means over subjects with bootstrap intervals, and Bjontegaard differences of rate curves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

CONFIDENCE = 0.95
ENOUGH_SUBJECTS = 5
"""Fewer subjects show how they differ, not how a population does: no verdict rests on their interval."""


@dataclass(frozen=True)
class Bootstrap:
    """How intervals are resampled: number of resamples, and the seed that makes them repeatable."""

    samples: int = 2000
    seed: int = 1


def interval(values: NDArray[np.float64], bootstrap: Bootstrap) -> tuple[float, float]:
    """95 % percentile bootstrap interval of the mean of independent values, here one per subject.

    Returns
    -------
    (low, high) : NaN where there are fewer than two values or one is not finite. With two values the interval
        can only be about those two: it shows their distance, not the population's spread.
    """
    return intervals([values], bootstrap)[0]


def intervals(samples: Sequence[NDArray[np.float64]], bootstrap: Bootstrap) -> list[tuple[float, float]]:
    """Interval of each of many samples, as `interval` gives it; none depends on the others."""
    found = [(float("nan"), float("nan"))] * len(samples)
    usable = [place for place, s in enumerate(samples) if len(s) > 1 and np.isfinite(s).all()]
    for size in sorted({len(samples[place]) for place in usable}):
        same = [place for place in usable if len(samples[place]) == size]
        step = max(1, MEMORY_VALUES // (BATCH * size))
        for start in range(0, len(same), step):
            places = same[start : start + step]
            lows, highs = _percentiles(np.stack([samples[place] for place in places]), bootstrap)
            for place, low, high in zip(places, lows, highs, strict=True):
                found[place] = float(low), float(high)
    return found


BATCH = 250  # resamples at a time
MEMORY_VALUES = 2**23  # resampled values held at a time


def _percentiles(
    samples: NDArray[np.float64], bootstrap: Bootstrap
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Ends of the intervals of samples (sample, value), all with the same resampled places."""
    from scipy.stats import bootstrap as resample

    result = resample(
        (samples,),
        np.mean,
        axis=-1,
        vectorized=True,
        batch=BATCH,
        n_resamples=bootstrap.samples,
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=np.random.default_rng(bootstrap.seed),  # anew for each: no interval depends on another
    )
    low, high = result.confidence_interval
    return np.asarray(low), np.asarray(high)


def summarise(
    frame: pd.DataFrame, by: Sequence[str], values: Sequence[str], bootstrap: Bootstrap | None
) -> pd.DataFrame:
    """Mean over subjects of each value with its interval, the exams of a subject averaged first.

    Parameters
    ----------
    frame : one row per exam and group, with the columns `subject` and `exam`
    by : columns that name a group; groups keep the order in which they first appear
    values : columns to average; an exam without a value (NaN) is left out of that value
    bootstrap : how the intervals are made; None for means alone

    Returns
    -------
    DataFrame
        The columns of `by`, `subjects`, `exams`, and for each value `v`, `v_low` and `v_high`.
    """
    values = list(values)
    number = frame.groupby(list(by), sort=False, dropna=False).ngroup().rename("group")
    of_subjects = frame.groupby([number, "subject"], sort=True)[values].mean()
    groups = frame.groupby(number, sort=True)
    table = frame.loc[~number.duplicated(), list(by)].reset_index(drop=True)
    table[["subjects", "exams"]] = groups[["subject", "exam"]].nunique()
    for value in values:
        samples = [s.dropna().to_numpy(np.float64) for _, s in of_subjects[value].groupby("group", sort=True)]
        table[value] = [sample.mean() if len(sample) else float("nan") for sample in samples]
        if bootstrap is not None:
            ends = np.array(intervals(samples, bootstrap)).reshape(-1, 2)
            table[f"{value}_low"], table[f"{value}_high"] = ends[:, 0], ends[:, 1]
    return table


def bjontegaard_psnr(
    anchor_rate: Sequence[float], anchor: Sequence[float], rate: Sequence[float], psnr: Sequence[float]
) -> float:
    """Bjontegaard difference of PSNR in decibels against the anchor; NaN where the curves do not allow it."""
    from bjontegaard import bd_psnr

    if not (_is_curve(anchor_rate, anchor) and _is_curve(rate, psnr)):
        return float("nan")
    return _finite(bd_psnr, anchor_rate, anchor, rate, psnr)


def bjontegaard_rate(
    anchor_rate: Sequence[float], anchor: Sequence[float], rate: Sequence[float], psnr: Sequence[float]
) -> float:
    """Bjontegaard difference of rate in percent against the anchor; NaN where the curves do not overlap."""
    from bjontegaard import bd_rate

    curves = _is_curve(anchor_rate, anchor) and _is_curve(rate, psnr)
    if not curves or max(min(anchor), min(psnr)) >= min(max(anchor), max(psnr)):
        return float("nan")
    return _finite(bd_rate, anchor_rate, anchor, rate, psnr)


MIN_CURVE_POINTS = 4  # what Bjontegaard's measure was defined on


def _is_curve(rate: Sequence[float], quality: Sequence[float]) -> bool:
    rising = bool(np.all(np.diff(rate) > 0) and np.all(np.diff(quality) > 0))
    return len(rate) >= MIN_CURVE_POINTS and rising and bool(np.isfinite(quality).all())


def _finite(difference: Any, *curves: Sequence[float]) -> float:
    return float(difference(*curves, method="akima", require_matching_points=False, min_overlap=0))
