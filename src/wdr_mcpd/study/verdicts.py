"""The audit: each quantitative claim of the paper, what we measured, and a verdict by a stated rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wdr_mcpd.study.measured import ALL_SUBJECTS, by_subject
from wdr_mcpd.study.paper_claims import (
    BY_CONSTRUCTION,
    CONSISTENT,
    PAPER_SELECTED,
    REPRODUCED,
    Claim,
    contradiction,
)
from wdr_mcpd.study.statistics import ENOUGH_SUBJECTS, interval

IN_SIGN = "reproduced in sign"
NOT_REPRODUCED = "not reproduced"
NOT_TESTABLE = "not testable on this data"
OUT_OF_SCOPE = "out of scope (literature)"
INCONSISTENT = "inconsistent in the paper"
VERDICTS = (
    *(REPRODUCED, CONSISTENT, IN_SIGN, NOT_REPRODUCED),
    *(BY_CONSTRUCTION, NOT_TESTABLE, OUT_OF_SCOPE, INCONSISTENT),
)

TOLERANCE = {"dB": 0.5, "SSIM": 0.01, "MCPD": 0.05, "slices": 0.0, "times": 0.1}
ENOUGH = 0.5  # of the measured slices within the paper's range

RULE_TEXT = f"""\
1. A claim that the paper's own tables contradict is *inconsistent in the paper*, whatever we measure.
2. A claim about the literature is *out of scope*; what our own numbers say of it stands beside it.
3. A claim about the paper's collection when another one is used, or that needs more subjects than there are,
   is *not testable on this data*.
4. Otherwise, by the kind of the claim; "about" means within 0.5 dB, 0.01 of SSIM, 0.05 of MCPD, 0.1 of a
   ratio, and exactly for a number of slices:
   - range: *reproduced* if at least half of the measured slices lie in the paper's range;
   - largest: *reproduced* if our largest value is about the paper's, or, for a gain, larger;
   - value: *reproduced* if our mean over subjects is about the paper's; from {ENOUGH_SUBJECTS} subjects on
     also if the 95 % interval of that mean holds the paper's value, but never for a number of slices;
     a claim of "at least" has no upper end;
   - rank: the k-th largest of seven gains against our gains at the same rank in each exam, judged as a value;
   - folds: *reproduced* if the mean over the folds is about the paper's; where a fold's objective is flat or
     its guard binds there is no such mean, and the paper's value is *consistent with* a plateau that holds
     it;
   - positive: *reproduced* if there are at least {ENOUGH_SUBJECTS} subjects, the interval of our mean gain
     is above 0, and so is that of the gain over the control that decides the claim. Where the mean gain over
     that control is not above 0 the claim is *not reproduced*: what gains is then not what the claim says
     gains.
   A gain that is not reproduced but above 0 is *reproduced in sign*; anything else is *not reproduced*.
5. A claim that holds whatever the method does is at best *by construction*. One whose measurement was chosen
   to fit it, or that compares another exam's values with the paper's, is at best *consistent with*.
   Below {ENOUGH_SUBJECTS} subjects there is no interval.
"""


@dataclass(frozen=True)
class Found:
    """What was measured for one claim, and what the rule says of it."""

    measured: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    verdict: str = NOT_TESTABLE
    reason: str = ""


def counted(verdicts: "pd.Series[str]") -> str:
    """Say how often each verdict was given, the best first."""
    counts = verdicts.value_counts()
    return ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS if verdict in counts)


def audit(
    claims: Sequence[Claim],
    tables: Mapping[str, pd.DataFrame],
    measured: Mapping[str, pd.DataFrame],
    readings: pd.DataFrame,
    same_collection: bool,
    subjects: int,
) -> pd.DataFrame:
    """Judge every claim.

    Parameters
    ----------
    claims, tables : the paper's (`study.paper_claims`)
    measured : values of each quantity (`study.measured`)
    readings : rows of `readings_table`
    same_collection : whether the exams come from the paper's collection
    subjects : how many the run has, behind values that rest on all of them

    Returns
    -------
    DataFrame
        One row per claim, in the order of `claims`. `measured_low` and `measured_high` are the smallest and
        the largest slice for ranges and largest values, of the folds' plateaus for thresholds, else the 95 %
        interval over subjects. `control` is what decides the claim, `control_measured` its mean over
        subjects with `control_measured_low` and `_high`, where it is a number.
    """
    rows = []
    for claim in claims:
        values = measured.get(claim.quantity, NOTHING)
        control = _control(measured.get(claim.control_quantity, NOTHING))
        found = _judge(claim, values, control)
        conflict = contradiction(claim, tables)
        behind = subjects if (values["subject"] == ALL_SUBJECTS).any() else values["subject"].nunique()
        reason = _untestable(claim, values, same_collection, behind)
        if conflict:
            found = replace(found, verdict=INCONSISTENT, reason=conflict)
        elif reason:
            found = replace(found, verdict=_not_judged(claim), reason=reason)
        elif found.verdict == REPRODUCED and claim.at_best:
            found = replace(found, verdict=claim.at_best)
        if claim.caveat:
            found = replace(found, reason=f"{found.reason}; {claim.caveat}")
        row: dict[str, object] = {name: getattr(claim, name) for name in ("claim", "place", "statement")}
        row |= {"paper_low": claim.low, "paper_high": claim.high, "measured": found.measured}
        row |= {"measured_low": found.low, "measured_high": found.high, "unit": claim.unit}
        row |= {"subjects": behind, "values": len(values), "verdict": found.verdict, "reason": found.reason}
        row["control"] = claim.control
        row |= dict(zip(CONTROL, control, strict=True))
        row |= dict(
            zip(("best_reading", "best_reading_share_in_range"), best_reading(claim, readings), strict=True)
        )
        rows.append(row)
    return pd.DataFrame(rows)


CONTROL = ("control_measured", "control_measured_low", "control_measured_high")
NOTHING = pd.DataFrame({"subject": [], "exam": [], "value": []}).astype({"value": float})


def _control(values: pd.DataFrame) -> tuple[float, float, float]:
    means = np.array([one.mean() for one in by_subject(values.dropna(subset="value")).values()])
    return (float(means.mean()), *interval(means)) if len(means) else (float("nan"),) * 3


def _not_judged(claim: Claim) -> str:
    return OUT_OF_SCOPE if claim.rule == "background" else NOT_TESTABLE


def _untestable(claim: Claim, values: pd.DataFrame, same_collection: bool, subjects: int) -> str:
    if claim.rule == "background":
        return "about the literature, not about an experiment of the paper"
    if claim.rule == "dataset" and not same_collection:
        return "about the paper's collection; this run uses another"
    if values.empty or (claim.rule != "folds" and values["value"].isna().all()):
        return "nothing was measured for it"
    if subjects < claim.min_subjects:
        return f"needs at least {claim.min_subjects} subjects"
    return ""


def _judge(claim: Claim, values: pd.DataFrame, control: tuple[float, float, float]) -> Found:
    if claim.rule == "folds":
        return _folds(claim, values)
    values = values[values["value"].notna()]
    if values.empty:
        return Found()
    numbers = values["value"].to_numpy(dtype=np.float64)
    if claim.rule == "range":
        share = float(np.mean((numbers >= claim.low) & (numbers <= claim.high)))
        verdict = REPRODUCED if share >= ENOUGH else NOT_REPRODUCED
        reason = f"{100 * share:.0f} % of the slices lie in the paper's range"
        return Found(float(np.median(numbers)), float(numbers.min()), float(numbers.max()), verdict, reason)
    if claim.rule == "largest":
        largest, paper = float(numbers.max()), claim.high
        close = abs(largest - paper) <= TOLERANCE[claim.unit] or (claim.is_gain and largest > paper)
        verdict = _verdict(claim, close, largest)
        return Found(largest, float(numbers.min()), largest, verdict, f"largest of {len(numbers)}")
    means = _subject_means(claim, values)
    mean, (low, high) = float(means.mean()), interval(means)
    if claim.rule == "positive":
        return Found(mean, low, high, *_positive(mean, low, control))
    tolerance = TOLERANCE.get(claim.unit, 0.0)
    held = tolerance > 0 and bool(low <= claim.low <= high)
    at_most = np.inf if np.isnan(claim.high) else claim.high + tolerance
    close = claim.low - tolerance <= mean <= at_most or held
    rank = f"our gains at rank {claim.rank:.0f} of {PAPER_SELECTED}, " if claim.rule == "rank" else ""
    return Found(mean, low, high, _verdict(claim, close, mean), f"{rank}mean over subjects")


def _positive(mean: float, low: float, control: tuple[float, float, float]) -> tuple[str, str]:
    over_control, control_low, _ = control
    if over_control <= 0:
        return NOT_REPRODUCED, f"the control gains as much or more: {over_control:+.2f} dB against it"
    if np.isnan(low):
        few = f"mean over subjects; an interval counts from {ENOUGH_SUBJECTS} subjects on"
        return IN_SIGN if mean > 0 else NOT_REPRODUCED, few
    beaten = np.isnan(over_control) or control_low > 0
    return REPRODUCED if low > 0 and beaten else IN_SIGN if mean > 0 else NOT_REPRODUCED, "mean over subjects"


def _folds(claim: Claim, folds: pd.DataFrame) -> Found:
    """Judge a threshold: its mean over folds, or where a fold has none the plateaus."""
    if folds.empty:
        return Found()
    low, high = float(folds["low"].min()), float(folds["high"].max())
    if folds["value"].notna().all():
        mean = float(folds["value"].mean())
        close = abs(mean - claim.low) <= TOLERANCE[claim.unit]
        return Found(mean, low, high, _verdict(claim, close, mean), "mean over folds")
    selects = f"selects {folds['fewest'].min():.0f} to {folds['most'].max():.0f} slices of an exam"
    verdict = (
        CONSISTENT if ((folds["low"] <= claim.low) & (claim.low <= folds["high"])).all() else NOT_REPRODUCED
    )
    return Found(float("nan"), low, high, verdict, f"no single value: the plateau of the gain {selects}")


def _subject_means(claim: Claim, values: pd.DataFrame) -> NDArray[np.float64]:
    if claim.rule != "rank":
        return np.array([float(of_subject.mean()) for of_subject in by_subject(values).values()])
    place = 1 - (claim.rank - 0.5) / PAPER_SELECTED
    of_exams = values.groupby(["subject", "exam"], sort=True)["value"].quantile(place).reset_index()
    return np.array([float(of_subject.mean()) for of_subject in by_subject(of_exams).values()])


def _verdict(claim: Claim, close: bool, value: float) -> str:
    if close:
        return REPRODUCED
    return IN_SIGN if claim.is_gain and value > 0 else NOT_REPRODUCED


def best_reading(claim: Claim, readings: pd.DataFrame) -> tuple[str, float]:
    """Name the reading under which most slices lie in the range that the claim prints, and their share."""
    rows = readings[readings["quantity"] == claim.quantity]
    if claim.rule != "range" or not (rows["share_in_paper_range"] > 0).any():
        return "", float("nan")
    shares = rows["share_in_paper_range"].to_numpy(dtype=np.float64)
    best = rows.astype(str).to_dict("records")[int(np.nanargmax(shares))]
    name = ", ".join(f"{title}{best[key]}" for key, title in READING_TITLES.items() if best[key])
    return name, float(np.nanmax(shares))


READING_TITLES = {
    "transform": "",
    "values": "",
    "psnr_peak": "peak ",
    "ssim_range": "range ",
    "ssim_window": "window ",
    "mcpd_unit": "unit ",
}
