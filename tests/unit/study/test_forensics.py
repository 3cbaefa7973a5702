"""Bounds hold for real distances and are tight, and the order test tells an order from a shuffle."""

from pathlib import Path

import numpy as np
import pytest

from wdr_mcpd.coherence.mcpd import matrix_in, reference_weights
from wdr_mcpd.study.forensics import PAIRS, distance_bounds, lag1, order_test, units_of
from wdr_mcpd.study.paper_claims import read_paper_tables

PAPER = Path(__file__).parents[3] / "resources" / "paper"


def averages(matrix: np.ndarray) -> np.ndarray:
    return np.round((matrix * reference_weights(len(matrix), "following")).sum(axis=1), 4)


def test_the_bounds_hold_the_distances_of_a_real_stack(volume: np.ndarray) -> None:
    matrix = matrix_in(volume, "std")
    wanted = {f"d({i + 1}, {j + 1})": [(i + 1, j + 1)] for i in range(6) for j in range(i + 1, 6)}
    wanted["two"] = [(1, 2), (1, 3)]
    bounds = distance_bounds(averages(matrix), wanted).set_index("name")
    for i in range(6):
        for j in range(i + 1, 6):
            row = bounds.loc[f"d({i + 1}, {j + 1})"]
            assert row["low"] <= matrix[i, j] <= row["high"]
    assert bounds.loc["two", "low"] <= (matrix[0, 1] + matrix[0, 2]) / 2 <= bounds.loc["two", "high"]
    last = bounds.loc["d(5, 6)"]  # the average of slice 5 is this distance
    assert last["high"] - last["low"] == pytest.approx(1e-4)


def test_three_slices_have_the_bounds_that_a_triangle_has() -> None:
    # d(1, 2) + d(1, 3) = 2, d(2, 3) = 1: each of the two is between 0.5 and 1.5.
    row = distance_bounds(np.array([1.0, 1.0, 0.0]), {"d(1, 2)": [(1, 2)]}).iloc[0]
    assert (row["low"], row["high"]) == pytest.approx((0.5, 1.5), abs=2e-4)


def test_averages_that_no_distances_have_are_refused() -> None:
    with pytest.raises(ValueError, match="no distances"):
        distance_bounds(np.array([0.1, 1.0, 0.0]), {"d(1, 2)": [(1, 2)]})


def test_slice_10_of_the_paper_is_far_from_its_neighbours_and_they_are_not_from_others() -> None:
    average = read_paper_tables(PAPER)["table2"]["mcpd"].to_numpy(np.float64)
    bounds = distance_bounds(average, PAIRS).set_index("name")
    assert bounds.loc["d(9, 10)", "low"] > 6 * bounds.loc["mean of d(9, 11 to 20)", "high"]
    assert bounds.loc["d(10, 11)", "low"] > 2
    # 20 slices: 11 d-values of slice 9 sum to 11 x 0.5325.
    for end, other in (("low", "high"), ("high", "low")):
        rest = 10 * bounds.loc["mean of d(9, 11 to 20)", other]
        assert bounds.loc["d(9, 10)", end] + rest == pytest.approx(11 * 0.5325, abs=2e-3)


def test_the_autocorrelation_of_known_columns() -> None:
    assert lag1(np.arange(100.0)) > 0.9
    assert lag1(np.array([1.0, -1.0] * 50)) < -0.9
    assert lag1(np.array([1.0, 2.0, 3.0])) == 0
    assert np.isnan(lag1(np.ones(5)))


def test_a_stack_in_order_stands_out_from_its_shuffles() -> None:
    place = np.linspace(0, 1, 20)
    matrix = np.abs(place[:, None] - place[None, :])
    found = order_test("a_1", matrix, [10], 200, 1)
    stored = found.loc[found["order"] == "stored", "lag1"]
    random = found.loc[found["order"] == "random", "lag1"]
    assert (len(stored), len(random)) == (1, 200)
    assert stored.iloc[0] > random.quantile(0.95)
    assert abs(random.median()) < 0.15


def test_units_are_in_proportion_where_they_must_be(volume: np.ndarray) -> None:
    matrix = matrix_in(volume, "std") * volume.std()
    rows = units_of("a_1", volume, matrix).set_index("unit")["middle"]
    assert rows["stored"] == pytest.approx(256 * rows["high byte (stored / 256)"])
    assert rows["stored"] == pytest.approx(volume.mean() * rows["mean intensity"])
    assert rows["stored"] == pytest.approx(volume.std() * rows["std"])
