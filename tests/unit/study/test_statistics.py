"""Intervals by subject and Bjontegaard differences on cases with a known answer."""

import numpy as np
import pandas as pd
import pytest

from wdr_mcpd.study.statistics import (
    Bootstrap,
    bjontegaard_psnr,
    bjontegaard_rate,
    interval,
    intervals,
    summarise,
)

BOOTSTRAP = Bootstrap(samples=500, seed=3)
RATES = [0.1, 0.25, 0.5, 1.0, 2.0]
PSNR = [57.0, 61.0, 65.0, 70.0, 77.0]


def test_interval_holds_the_mean_and_shrinks_with_more_subjects() -> None:
    values = np.random.default_rng(1).normal(2, 1, 64)
    low, high = interval(values, BOOTSTRAP)
    assert low < values.mean() < high
    few_low, few_high = interval(values[:8], BOOTSTRAP)
    assert high - low < few_high - few_low
    # A mean of 64 values of standard deviation 1 has a standard error of 1/8.
    assert high - low == pytest.approx(2 * 1.96 / 8, rel=0.3)


def test_many_intervals_are_those_of_each_alone() -> None:
    random = np.random.default_rng(3)
    samples = [random.normal(0, 1, size) for size in (6, 1, 9, 6, 2, 0)] + [np.array([1.0, np.nan])]
    together = intervals(samples, BOOTSTRAP)
    np.testing.assert_array_equal(together, [interval(sample, BOOTSTRAP) for sample in samples])
    assert np.isfinite(together).all(axis=1).tolist() == [True, False, True, True, True, False, False]


def test_interval_is_the_same_for_the_same_seed_only() -> None:
    values = np.random.default_rng(2).normal(0, 1, 12)
    assert interval(values, BOOTSTRAP) == interval(values, BOOTSTRAP)
    assert interval(values, BOOTSTRAP) != interval(values, Bootstrap(500, 4))


def test_two_subjects_span_their_values_and_one_has_no_interval() -> None:
    assert interval(np.array([1.0, 3.0]), BOOTSTRAP) == (1.0, 3.0)
    assert np.isnan(interval(np.array([1.0]), BOOTSTRAP)).all()
    assert np.isnan(interval(np.array([1.0, np.inf]), BOOTSTRAP)).all()


def test_summary_averages_the_exams_of_a_subject_first() -> None:
    frame = pd.DataFrame(
        {
            "subject": ["a", "a", "a", "b"],
            "exam": ["a_1", "a_2", "a_3", "b_1"],
            "rate_bpv": [1.0, 1.0, 1.0, 1.0],
            "psnr_db": [60.0, 60.0, 60.0, 70.0],
        }
    )
    row = summarise(frame, ["rate_bpv"], ["psnr_db"], BOOTSTRAP).iloc[0]
    assert row["psnr_db"] == 65
    assert (row["subjects"], row["exams"]) == (2, 4)
    assert (row["psnr_db_low"], row["psnr_db_high"]) == (60, 70)


def test_summary_does_not_depend_on_the_order_of_the_rows_within_a_group() -> None:
    frame = pd.DataFrame(
        {
            "subject": list("abcdef"),
            "exam": [f"{s}_1" for s in "abcdef"],
            "method": ["m"] * 6,
            "psnr_db": np.random.default_rng(7).normal(60, 2, 6),
        }
    )
    there = summarise(frame, ["method"], ["psnr_db"], BOOTSTRAP)
    back = summarise(frame[::-1], ["method"], ["psnr_db"], BOOTSTRAP)
    pd.testing.assert_frame_equal(there, back)


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
