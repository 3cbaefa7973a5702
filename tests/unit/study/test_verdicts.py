"""Each verdict follows from its rule."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from wdr_mcpd.study.measured import thresholds_of_folds
from wdr_mcpd.study.paper_claims import BY_CONSTRUCTION, CONSISTENT, REPRODUCED, Claim
from wdr_mcpd.study.verdicts import (
    IN_SIGN,
    INCONSISTENT,
    NOT_REPRODUCED,
    NOT_TESTABLE,
    OUT_OF_SCOPE,
    audit,
)

GAIN = Claim("a", "Table 3", "a gain", "gain_selected", "value", float("nan"), 2.0, 2.0, "dB", 1, "", "")
READINGS = pd.DataFrame(
    {
        "quantity": ["psnr", "psnr"],
        "transform": ["packet", "dyadic"],
        "values": ["stored", "stored"],
        "psnr_peak": ["max", "65535"],
        "ssim_range": "",
        "ssim_window": "",
        "mcpd_unit": "",
        "share_in_paper_range": [0.2, 0.9],
    }
)


def values(*of_subjects: list[float]) -> pd.DataFrame:
    rows = [(f"s{i}", f"s{i}_1", value) for i, some in enumerate(of_subjects) for value in some]
    return pd.DataFrame(rows, columns=["subject", "exam", "value"])


def judge(
    claim: Claim,
    measured: pd.DataFrame,
    same_collection: bool = True,
    subjects: int = 2,
    control: pd.DataFrame | None = None,
) -> "pd.Series[Any]":
    tables = {"table1": pd.DataFrame({"psnr_db": [40.0, 50.0]}, index=[1, 2])}
    measures = {claim.quantity: measured} | ({} if control is None else {"over_control": control})
    return audit([claim], tables, measures, READINGS, same_collection, subjects).iloc[0]


def verdict(claim: Claim, measured: pd.DataFrame, same_collection: bool = True) -> str:
    return str(judge(claim, measured, same_collection)["verdict"])


def test_a_value_is_reproduced_near_the_mean() -> None:
    assert verdict(GAIN, values([1.6], [1.7])) == REPRODUCED  # within 0.5 dB
    assert verdict(GAIN, values([0.5], [1.2], [2.4], [0.6])) == IN_SIGN
    assert verdict(GAIN, values([-1.0], [-0.5])) == NOT_REPRODUCED


def test_an_interval_can_hold_a_value_from_five_subjects_on() -> None:
    wide = [[0.0], [2.4], [0.2], [2.8], [1.2]]  # mean 1.28, interval about -0.3 to 2.9
    assert verdict(GAIN, values(*wide)) == REPRODUCED
    four = judge(GAIN, values(*wide[:4]))
    assert four["verdict"] == IN_SIGN
    assert np.isnan([four["measured_low"], four["measured_high"]]).all()


@pytest.mark.parametrize("of_subjects", [[6, 13], [5, 6, 7, 8, 9, 13]])
def test_a_count_of_slices_is_exact_whatever_its_interval_holds(of_subjects: list[float]) -> None:
    claim = replace(GAIN, quantity="selected_slices", unit="slices", low=7.0, high=7.0)
    assert verdict(claim, values(*([count] for count in of_subjects))) == NOT_REPRODUCED
    assert verdict(claim, values([6], [8])) == REPRODUCED


def folds_of(thresholds: list[float], low: float, high: float) -> pd.DataFrame:
    chosen = pd.DataFrame({"objective": "selected", "fold": range(1, len(thresholds) + 1)})
    columns = {"mcpd": thresholds, "low": low, "high": high, "fewest": 1, "most": 2}
    return thresholds_of_folds(
        chosen.assign(**{f"threshold_{name}": column for name, column in columns.items()}), "threshold"
    )


FOLDS = replace(GAIN, rule="folds", quantity="threshold_selected", unit="MCPD", low=0.5, min_subjects=5)


def test_folds_have_no_interval_and_are_not_subjects() -> None:
    folds = folds_of([0.2, 0.3, 0.7], 0.2, 0.7)
    of_twenty = judge(FOLDS, folds, subjects=20)
    assert of_twenty["verdict"] == NOT_REPRODUCED  # 0.4, though an interval of the folds would hold 0.5
    assert tuple(of_twenty[["subjects", "measured_low", "measured_high"]]) == (20, 0.2, 0.7)
    assert judge(FOLDS, folds.assign(value=[0.5, 0.48, 0.55]), subjects=20)["verdict"] == REPRODUCED
    assert judge(FOLDS, folds, subjects=4)["reason"] == "needs at least 5 subjects"


@pytest.mark.parametrize(("low", "high", "expected"), [(0.2, 0.4, NOT_REPRODUCED), (0.45, 0.6, CONSISTENT)])
def test_a_plateau_has_no_threshold_and_at_best_holds_the_papers(
    low: float, high: float, expected: str
) -> None:
    row = judge(FOLDS, folds_of([np.nan, 0.5], low, high), subjects=20)
    assert row["verdict"] == expected
    assert np.isnan(row["measured"])
    assert (row["measured_low"], row["measured_high"]) == (low, high)
    assert "1 to 2 slices" in row["reason"]


def test_what_fits_by_choice_or_by_construction_is_never_reproduced() -> None:
    near = values([2.0], [2.0])
    for best in (CONSISTENT, BY_CONSTRUCTION):
        claim = replace(GAIN, at_best=best)
        assert verdict(claim, near) == best
        assert verdict(claim, values([0.5], [0.6])) == IN_SIGN
        assert verdict(claim, values([-0.5], [-0.6])) == NOT_REPRODUCED


POSITIVE = replace(GAIN, rule="positive", low=0.0, high=float("nan"), control_quantity="over_control")
FIVE = [[0.2], [0.3], [0.4], [0.2], [0.1]]


@pytest.mark.parametrize(
    ("over_control", "expected"),
    [
        ([[0.1], [0.2], [0.1], [0.2], [0.3]], REPRODUCED),
        ([[0.5], [-0.4], [0.6], [-0.5], [0.1]], IN_SIGN),  # above 0 in the mean, not its interval
        ([[-0.6], [-0.5], [-0.6], [-0.4], [-0.6]], NOT_REPRODUCED),
        ([[0.0], [0.0], [0.0], [0.0], [0.0]], NOT_REPRODUCED),
    ],
)
def test_a_gain_counts_only_where_its_control_is_beaten(
    over_control: list[list[float]], expected: str
) -> None:
    row = judge(POSITIVE, values(*FIVE), control=values(*over_control))
    assert row["verdict"] == expected
    assert row["control_measured"] == pytest.approx(np.mean(over_control))
    assert row["control_measured_low"] <= row["control_measured"] <= row["control_measured_high"]
    assert judge(POSITIVE, values(*FIVE))["verdict"] == REPRODUCED  # no control was measured


def test_what_a_reader_must_know_stands_beside_the_verdict() -> None:
    row = judge(replace(GAIN, caveat="the unit was chosen for it"), values([2.0], [2.0]))
    assert row["verdict"] == REPRODUCED
    assert row["reason"] == "mean over subjects; the unit was chosen for it"


def test_only_gains_can_be_reproduced_in_sign() -> None:
    level = replace(GAIN, quantity="psnr")
    assert verdict(GAIN, values([0.5], [0.6])) == IN_SIGN
    assert verdict(level, values([0.5], [0.6])) == NOT_REPRODUCED


def test_a_range_needs_half_of_the_slices() -> None:
    claim = replace(GAIN, rule="range", quantity="psnr", low=40.0, high=50.0)
    assert verdict(claim, values([41, 49, 60], [55, 42, 43])) == REPRODUCED
    assert verdict(claim, values([41, 60, 60], [55, 42, 60])) == NOT_REPRODUCED


def test_a_largest_gain_may_be_larger_but_a_largest_level_may_not() -> None:
    claim = replace(GAIN, rule="largest")
    assert verdict(claim, values([0.1, 5.0])) == REPRODUCED
    assert verdict(claim, values([0.1, 1.0])) == IN_SIGN
    assert verdict(replace(claim, quantity="psnr"), values([0.1, 5.0])) == NOT_REPRODUCED


def test_ranks_compare_like_with_like() -> None:
    gains = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]  # seven slices, as the paper's
    for rank, expected in ((1, 6.0), (4, 3.0), (7, 0.0)):
        claim = replace(GAIN, rule="rank", rank=rank, low=expected, high=expected)
        assert verdict(claim, values(gains)) == REPRODUCED
        assert verdict(replace(claim, at_best=CONSISTENT), values(gains)) == CONSISTENT
    claim = replace(GAIN, rule="rank", rank=1.0, low=3.0, high=3.0)
    assert verdict(claim, values(gains)) == IN_SIGN


def test_a_positive_gain_needs_its_interval_above_zero() -> None:
    claim = replace(GAIN, rule="positive", low=0.0, high=float("nan"))
    assert verdict(claim, values([0.2], [0.3], [0.4], [0.2], [0.1])) == REPRODUCED
    assert verdict(claim, values([-0.6], [0.3], [0.4], [-0.1], [0.1])) == IN_SIGN
    assert verdict(claim, values([0.4], [0.5])) == IN_SIGN  # both above 0, but two are not a population
    assert verdict(claim, values([-0.4], [0.1], [-0.2])) == NOT_REPRODUCED


def test_what_the_data_cannot_answer_is_not_testable() -> None:
    literature = judge(replace(GAIN, rule="background"), values([2.0]))
    assert (literature["verdict"], literature["measured"]) == (OUT_OF_SCOPE, 2.0)
    assert verdict(replace(GAIN, rule="background"), values()) == OUT_OF_SCOPE
    assert verdict(replace(GAIN, min_subjects=5), values([2.0], [2.0])) == NOT_TESTABLE
    assert verdict(GAIN, values()) == NOT_TESTABLE
    dataset = replace(GAIN, rule="dataset", quantity="slices", unit="slices")
    assert verdict(dataset, values([2.0]), same_collection=False) == NOT_TESTABLE
    assert verdict(dataset, values([2.0])) == REPRODUCED
    assert verdict(dataset, values([3.0])) == NOT_REPRODUCED
    at_least = replace(dataset, high=float("nan"))
    assert verdict(at_least, values([3.0])) == REPRODUCED
    assert verdict(at_least, values([1.0])) == NOT_REPRODUCED


def test_a_contradiction_in_the_paper_comes_first() -> None:
    claim = replace(GAIN, rule="largest", low=49.0, high=49.0, paper_check="table1 psnr_db largest")
    assert verdict(claim, values([49.0])) == INCONSISTENT
    assert verdict(replace(claim, low=50.0, high=50.0), values([50.0])) == REPRODUCED


def test_the_best_reading_of_a_range_is_named() -> None:
    claim = replace(GAIN, rule="range", quantity="psnr", low=40.0, high=50.0)
    row = audit([claim], {}, {"psnr": values([70.0])}, READINGS, True, 1).iloc[0]
    assert row["best_reading"] == "dyadic, stored, peak 65535"
    assert row["best_reading_share_in_range"] == pytest.approx(0.9)
    assert np.isclose(row["measured"], 70)
