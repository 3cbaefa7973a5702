"""Means over subjects with t intervals, paired tests, power, and Bjontegaard differences of rate curves.

The unit is the subject: the exams of one are averaged before anything else is done with them, because two
exams of one person say less about people than two people do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

CONFIDENCE = 0.95
ENOUGH_SUBJECTS = 5
"""Fewer subjects show how they differ, not how a population does: they get points and no interval."""
POWER = 0.8


def t_interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """95 % interval of the mean of independent values by Student's t; NaN for fewer than two or one not
    finite.

    For normal values it covers the mean in 95 % of samples of any size; the tests simulate that, and what it
    covers for skewed ones.
    """
    from scipy.stats import t

    if len(values) < 2 or not np.isfinite(values).all():
        return float("nan"), float("nan")
    half = float(t.ppf((1 + CONFIDENCE) / 2, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))
    mean = float(values.mean())
    return mean - half, mean + half


def interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """Give the `t_interval` of at least five subjects; NaN for fewer."""
    return t_interval(values) if len(values) >= ENOUGH_SUBJECTS else (float("nan"), float("nan"))


def summarise(
    frame: pd.DataFrame, by: Sequence[str], values: Sequence[str], ends: bool = True
) -> pd.DataFrame:
    """Mean over subjects of each value with its interval, the exams of a subject averaged first.

    Parameters
    ----------
    frame : one row per exam and group, with the columns `subject` and `exam`
    by : columns that name a group; groups keep the order in which they first appear
    values : columns to average; an exam without a value (NaN) is left out of that value
    ends : whether the ends of the intervals are wanted

    Returns
    -------
    DataFrame
        The columns of `by`, `subjects`, `exams`, and for each value `v`, `v_low` and `v_high`: the ends of
        the interval, NaN below five subjects.
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
        if ends:
            found = np.array([interval(sample) for sample in samples]).reshape(-1, 2)
            table[f"{value}_low"], table[f"{value}_high"] = found[:, 0], found[:, 1]
    return table


@dataclass(frozen=True)
class Paired:
    """A paired comparison of two methods by subject.

    Attributes
    ----------
    subjects : pairs, the exams of a subject averaged
    mean, low, high : of the differences, with their t interval (NaN below five subjects)
    t_p, sign_p : two-sided p values of the t test and of Wilcoxon's signed-rank test; NaN below five subjects
    needed : subjects that would show `difference` in 80 % of studies, from the spread found here
    """

    subjects: int
    mean: float
    low: float
    high: float
    t_p: float
    sign_p: float
    needed: float


def paired(differences: pd.Series, subjects: pd.Series, difference: float = 0.2) -> Paired:
    """Test whether a difference of two methods, one value per exam, has a mean of 0 over subjects.

    Parameters
    ----------
    differences, subjects : of each exam; an exam without a value is left out
    difference : for the number of subjects that are needed to show it
    """
    from scipy.stats import ttest_1samp, wilcoxon

    of_subjects = differences.groupby(subjects).mean().dropna().to_numpy(np.float64)
    count = len(of_subjects)
    mean = float(of_subjects.mean()) if count else float("nan")
    nan = float("nan")
    if count < ENOUGH_SUBJECTS:
        return Paired(count, mean, nan, nan, nan, nan, nan)
    spread = float(of_subjects.std(ddof=1))
    needed = subjects_needed(spread, difference)
    if spread == 0:  # as where both methods are the same
        same = 1.0 if mean == 0 else 0.0
        return Paired(count, mean, mean, mean, same, same, needed)
    t_p, sign_p = float(ttest_1samp(of_subjects, 0).pvalue), float(wilcoxon(of_subjects).pvalue)
    return Paired(count, mean, *t_interval(of_subjects), t_p, sign_p, needed)


def subjects_needed(spread: float, difference: float, most: int = 10_000) -> float:
    """Fewest subjects with which a paired t test shows a mean difference in 80 % of studies.

    Parameters
    ----------
    spread : standard deviation of the difference over subjects
    difference : true mean difference, in the same unit
    most : where to stop looking

    Returns
    -------
    float
        At least 2; infinite beyond `most`.
    """
    from scipy.stats import nct, t

    count = np.arange(2, most + 1)
    if spread == 0:
        return 2.0
    limit = t.ppf((1 + CONFIDENCE) / 2, count - 1)
    with np.errstate(all="ignore"):  # far tails of the noncentral t underflow
        shift = abs(difference) / spread * np.sqrt(count)
        power = nct.sf(limit, count - 1, shift) + nct.cdf(-limit, count - 1, shift)
    enough = np.flatnonzero(power >= POWER)
    return float(count[enough[0]]) if len(enough) else float("inf")


@dataclass(frozen=True)
class Plateau:
    """Neighbouring thresholds whose gain is within a tolerance of the largest: no one of them is the best.

    Attributes
    ----------
    low, high : its ends
    fewest, most : slices that it selects in an exam
    """

    low: float
    high: float
    fewest: int
    most: int


def plateau(
    thresholds: NDArray[np.float64],
    gains: NDArray[np.float64],
    fewest: NDArray[np.int64],
    most: NDArray[np.int64],
    best: int,
    tolerance: float,
) -> Plateau:
    """Grow the plateau around `thresholds[best]`, rising thresholds with a gain and selections each."""
    flat = np.abs(gains - gains[best]) <= tolerance
    first = last = best
    while first > 0 and flat[first - 1]:
        first -= 1
    while last + 1 < len(gains) and flat[last + 1]:
        last += 1
    inside = slice(first, last + 1)
    ends = float(thresholds[first]), float(thresholds[last])
    return Plateau(*ends, int(fewest[inside].min()), int(most[inside].max()))


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
