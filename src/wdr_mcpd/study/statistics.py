"""Means over subjects with bootstrap intervals, and Bjontegaard differences of rate curves."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

CONFIDENCE = 0.95


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
    if len(values) < 2 or not np.isfinite(values).all():
        return float("nan"), float("nan")
    return _percentiles(tuple(values.tolist()), bootstrap)


@cache  # neighbouring thresholds of a sweep often make the same selections
def _percentiles(values: tuple[float, ...], bootstrap: Bootstrap) -> tuple[float, float]:
    from scipy.stats import bootstrap as resample

    result = resample(
        (np.array(values),),
        np.mean,
        n_resamples=bootstrap.samples,
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=np.random.default_rng(bootstrap.seed),  # anew for each: no interval depends on another
    )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)


def summarise(
    frame: pd.DataFrame, by: Sequence[str], values: Sequence[str], bootstrap: Bootstrap
) -> pd.DataFrame:
    """Mean over subjects of each value with its interval, the exams of a subject averaged first.

    Parameters
    ----------
    frame : one row per exam and group, with the columns `subject` and `exam`
    by : columns that name a group; groups keep the order in which they first appear
    values : columns to average; an exam without a value (NaN) is left out of that value
    bootstrap : how the intervals are made

    Returns
    -------
    DataFrame
        The columns of `by`, `subjects`, `exams`, and for each value `v`, `v_low` and `v_high`.
    """
    rows = []
    for key, group in frame.groupby(list(by), sort=False, dropna=False):
        names = key if isinstance(key, tuple) else (key,)
        row: dict[str, Any] = dict(zip(by, names, strict=True))
        row |= {"subjects": group["subject"].nunique(), "exams": group["exam"].nunique()}
        means = group.groupby("subject", sort=True)[list(values)].mean()
        for value in values:
            of_subjects = means[value].dropna().to_numpy(dtype=np.float64)
            row[value] = of_subjects.mean() if len(of_subjects) else float("nan")
            row[f"{value}_low"], row[f"{value}_high"] = interval(of_subjects, bootstrap)
        rows.append(row)
    triples = [column for value in values for column in (value, f"{value}_low", f"{value}_high")]
    return pd.DataFrame(rows, columns=[*by, "subjects", "exams", *triples])


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
