"""Intervals by subject, their simulated coverage, tests, power, and Bjontegaard differences."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wdr_mcpd.study.statistics import (
    bjontegaard_psnr,
    bjontegaard_rate,
    interval,
    paired,
    plateau,
    subjects_needed,
    summarise,
    t_interval,
)

RATES = [0.1, 0.25, 0.5, 1.0, 2.0]
PSNR = [57.0, 61.0, 65.0, 70.0, 77.0]
STUDIES = 4000
PAGE = (Path(__file__).parents[3] / "docs" / "evidence.md").read_text()


def coverage(draw: str, size: int) -> float:
    """Share of simulated studies whose interval holds the true mean."""
    random = np.random.default_rng(size)
    samples = {
        "normal": random.normal(0, 1, (STUDIES, size)),
        "uniform": random.uniform(-1, 1, (STUDIES, size)),
        "exponential": random.exponential(1, (STUDIES, size)) - 1,
    }[draw]
    ends = np.array([t_interval(sample) for sample in samples])
    return float(np.mean((ends[:, 0] <= 0) & (ends[:, 1] >= 0)))


@pytest.mark.parametrize(
    ("draw", "documented"),
    [("normal", (95, 95, 95)), ("uniform", (93, 93, 95)), ("exponential", (91, 88, 92))],
)
def test_the_interval_covers_the_mean_as_often_as_documented(
    draw: str, documented: tuple[int, int, int]
) -> None:
    assert f"{draw} {', '.join(map(str, documented))}" in re.sub(r"\s+", " ", PAGE)
    for size, percent in zip((2, 5, 20), documented, strict=True):
        share = percent / 100
        error = np.sqrt(share * (1 - share) / STUDIES)
        assert abs(coverage(draw, size) - share) < 3 * error


def test_the_interval_of_known_values() -> None:
    # Mean 3, standard error sqrt(2.5 / 5), t of 4 degrees of freedom 2.776.
    assert t_interval(np.arange(1.0, 6.0)) == pytest.approx((3 - 1.9632, 3 + 1.9632), abs=1e-4)


def test_five_subjects_have_an_interval_and_four_have_points() -> None:
    assert np.isfinite(interval(np.arange(5.0))).all()
    assert np.isnan(interval(np.arange(4.0))).all()
    assert np.isnan(interval(np.array([1.0, 2.0, 3.0, 4.0, np.inf]))).all()
    assert np.isnan(t_interval(np.array([1.0]))).all()


def test_summary_averages_the_exams_of_a_subject_first() -> None:
    frame = pd.DataFrame(
        {
            "subject": ["a", "a", "a", "b"],
            "exam": ["a_1", "a_2", "a_3", "b_1"],
            "rate_bpv": [1.0, 1.0, 1.0, 1.0],
            "psnr_db": [60.0, 60.0, 60.0, 70.0],
        }
    )
    row = summarise(frame, ["rate_bpv"], ["psnr_db"]).iloc[0]
    assert row["psnr_db"] == 65
    assert (row["subjects"], row["exams"]) == (2, 4)
    assert np.isnan(row["psnr_db_low"])
    assert "psnr_db_low" not in summarise(frame, ["rate_bpv"], ["psnr_db"], ends=False)


def test_summary_does_not_depend_on_the_order_of_the_rows_within_a_group() -> None:
    frame = pd.DataFrame(
        {
            "subject": list("abcdef"),
            "exam": [f"{s}_1" for s in "abcdef"],
            "method": ["m"] * 6,
            "psnr_db": np.random.default_rng(7).normal(60, 2, 6),
        }
    )
    there, back = (summarise(rows, ["method"], ["psnr_db"]) for rows in (frame, frame[::-1]))
    pd.testing.assert_frame_equal(there, back)
    assert there["psnr_db_low"][0] < there["psnr_db"][0] < there["psnr_db_high"][0]


def test_a_paired_test_counts_subjects_and_not_exams() -> None:
    subjects = pd.Series(list("aabbccddee"))
    gains = pd.Series([0.2, 0.4, 0.1, 0.3, 0.3, 0.5, 0.2, 0.2, 0.4, np.nan])
    found = paired(gains, subjects)
    assert found.subjects == 5
    assert found.mean == pytest.approx(np.mean([0.3, 0.2, 0.4, 0.2, 0.4]))
    assert found.low < found.mean < found.high
    assert found.t_p < 0.01
    assert found.sign_p == pytest.approx(2 / 2**5)  # the smallest that five pairs can have
    few = paired(gains[:8], subjects[:8])
    assert few.subjects == 4
    assert np.isnan([few.low, few.t_p, few.sign_p, few.needed]).all()


def test_methods_that_are_the_same_differ_by_nothing() -> None:
    found = paired(pd.Series(np.zeros(6)), pd.Series(list("abcdef")))
    assert (found.mean, found.low, found.high, found.t_p) == (0, 0, 0, 1)
    assert paired(pd.Series(np.ones(6)), pd.Series(list("abcdef"))).t_p == 0


def test_the_number_of_subjects_that_is_needed_has_the_power_that_it_promises() -> None:
    assert subjects_needed(1.0, 1.0) == 10  # the tables of a paired t test
    assert subjects_needed(0.0, 0.2) == 2
    assert subjects_needed(1.0, 0.0) == float("inf")
    count = int(subjects_needed(0.4, 0.2))
    shown = []
    for size in (count - 8, count):
        samples = np.random.default_rng(5).normal(0.2, 0.4, (STUDIES, size))
        shown.append(np.mean([t_interval(sample)[0] > 0 for sample in samples]))
    assert shown[0] < 0.8 - 0.05
    assert shown[1] == pytest.approx(0.8, abs=0.03)


def test_a_plateau_has_ends_and_says_what_it_selects() -> None:
    thresholds = np.array([0.2, 0.3, 0.4, 0.5, 0.6])
    gains = np.array([7.0, 7.0, 7.0, 1.0, 7.0])
    fewest, most = np.array([1, 1, 1, 6, 20]), np.array([1, 1, 2, 13, 20])
    found = plateau(thresholds, gains, fewest, most, 1, 1e-6)
    assert (found.low, found.high, found.fewest, found.most) == (0.2, 0.4, 1, 2)
    alone = plateau(thresholds, gains, fewest, most, 3, 1e-6)
    assert (alone.low, alone.high, alone.fewest, alone.most) == (0.5, 0.5, 6, 13)


def test_bjontegaard_of_a_shifted_curve_is_the_shift() -> None:
    better = [p + 1.5 for p in PSNR]
    assert bjontegaard_psnr(RATES, PSNR, RATES, better) == pytest.approx(1.5)
    half = [r / 2 for r in RATES]
    assert bjontegaard_rate(RATES, PSNR, half, PSNR) == pytest.approx(-50)


@pytest.mark.parametrize(
    "psnr", [PSNR[:3], [57, 61, 60, 70, 77], [57, 61, 65, 70, np.inf]], ids=["few", "falling", "lossless"]
)
def test_bjontegaard_has_no_value_where_it_is_not_defined(psnr: list[float]) -> None:
    rates = RATES[: len(psnr)]
    assert np.isnan(bjontegaard_psnr(RATES, PSNR, rates, psnr))
    assert np.isnan(bjontegaard_rate(RATES, PSNR, rates, psnr))


def test_bjontegaard_rate_needs_curves_of_common_quality() -> None:
    assert np.isnan(bjontegaard_rate(RATES, PSNR, RATES, [p + 40 for p in PSNR]))
