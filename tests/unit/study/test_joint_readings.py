"""A joint reading changes what it says, and the distance finds the reading that the numbers came from."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.ndimage import gaussian_filter

from wdr_mcpd.study.joint_readings import (
    BRIGHTER,
    GRID,
    Joint,
    distance_to_paper,
    joint_readings,
    read_as,
)

PLAIN = Joint("stored", False, "stored", "packet, 3 axial levels", False)
BRIGHT = Joint("shuffled", True, "scaled to uint16", "dyadic, 5 levels", True)
KEYS = ["order", "outlier", "values", "transform", "zero_filled"]


@pytest.fixture(scope="module")
def stack() -> np.ndarray:
    random = np.random.default_rng(1)
    ramp = np.linspace(100, 900, 12)[:, None, None]
    return (ramp + random.normal(0, 20, (12, 32, 32))).astype(np.int16)


def test_each_part_of_a_reading_changes_what_it_says(stack: np.ndarray) -> None:
    order = np.arange(12)[::-1]
    np.testing.assert_array_equal(read_as(stack, PLAIN, order), stack)
    read = read_as(stack, BRIGHT, order)
    assert read.shape == (12, 64, 64)
    assert read.max() == 65535
    assert read.min() == 0
    means = read.mean(axis=(1, 2))
    assert means[9] > 1.5 * means[[8, 10]].max()  # the tenth in the order that is read
    outlier = read_as(stack, Joint("stored", True, "stored", PLAIN.transform, False), order)
    np.testing.assert_allclose(outlier[9].mean(), BRIGHTER * stack[9].mean(), rtol=1e-3)
    np.testing.assert_array_equal(outlier[:9], stack[:9])


def test_zeros_around_the_spectrum_keep_every_voxel_and_put_smooth_ones_between(stack: np.ndarray) -> None:
    smooth = gaussian_filter(stack.astype(float), (0, 3, 3), mode="wrap").round().astype(np.int16)
    finer = read_as(smooth, replace(PLAIN, zero_filled=True), np.arange(12))
    np.testing.assert_array_equal(finer[:, ::2, ::2], smooth)
    between = (smooth[:, :, :-1].astype(float) + smooth[:, :, 1:]) / 2
    assert np.abs(finer[:, ::2, 1:-1:2] - between).mean() < 1


def test_the_grid_holds_every_reading_once() -> None:
    assert len(set(GRID)) == len(GRID) == 2 * 2 * 3 * 3 + 3


def test_the_nearest_reading_is_the_one_that_the_numbers_came_from(stack: np.ndarray) -> None:
    found = joint_readings("a_1", stack, 1.0, 2, 1, [PLAIN, BRIGHT])
    assert found[found["order"] == "shuffled"]["draw"].nunique() == 2
    for true in (PLAIN, BRIGHT):
        rows = found[(found["order"] == true.order) & (found["draw"] == 0)]
        plain = rows[
            ~rows["quantity"].str.startswith("ssim") | rows["quantity"].str.endswith("255, gaussian11")
        ]
        paper = plain.assign(quantity=plain["quantity"].str.partition(",")[0], scale=1.0)
        ranked = distance_to_paper(found, paper[["quantity", "low", "middle", "high", "scale"]])
        assert ranked.loc[0, "order"] == true.order
        assert ranked["distance"].is_monotonic_increasing
        assert ranked.loc[0, "distance"] < 0.5 * ranked.loc[1, "distance"]


def test_a_distance_is_in_units_of_the_differences_that_matter() -> None:
    one = {
        "exam": "a_1",
        "draw": 0,
        **dict(zip(KEYS, ("stored", False, "stored", "packet", False), strict=True)),
    }
    rows = [one | {"quantity": "gain_db", "low": 1.0, "middle": 2.0, "high": 3.0}]
    rows.append(
        one | {"quantity": "ssim_table1, range max, uniform7", "low": 0.5, "middle": 0.6, "high": 0.7}
    )
    paper = pd.DataFrame(
        {
            "quantity": ["gain_db", "ssim_table1"],
            "low": [2.0, 0.5],
            "middle": [3.0, 0.6],
            "high": [4.0, 0.7],
            "scale": [0.5, 0.1],
        }
    )
    row = distance_to_paper(pd.DataFrame(rows), paper).iloc[0]
    assert (row["gain_db"], row["ssim"]) == pytest.approx((2, 0))
    assert row["distance"] == pytest.approx(np.sqrt(2))
    assert row["ssim_reading"] == "range max, uniform7"
