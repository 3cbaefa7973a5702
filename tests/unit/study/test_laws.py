"""Spacing, noise and gains of thinned stacks, and where a gain turns."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from wdr_mcpd import codec
from wdr_mcpd.data import Volume
from wdr_mcpd.data.stack import thin
from wdr_mcpd.study.laws import (
    GAINS,
    How,
    gains_at,
    noise_share,
    selections,
    spacing_law,
    turning_points,
)

HOW = How(0.5, "std", codec.Settings(axial_levels=3), 65535)


def test_averaging_lowers_the_noise_and_thinning_does_not() -> None:
    noise = np.random.default_rng(1).normal(1000, 50, (16, 64, 64)).astype(np.int16)
    noise[:, :, 32:] += 3000  # what is seen through it
    stack = Volume(noise)
    whole, every, mean = (
        noise_share(v.voxels) for v in (stack, thin(stack, 4), thin(stack, 4, average=True))
    )
    assert every == pytest.approx(whole, rel=0.1)
    assert mean == pytest.approx(whole / 2, rel=0.15)


def test_gains_belong_to_their_ways_to_code(volume: np.ndarray) -> None:
    table = gains_at(volume, [1.0, 0.5], HOW)
    assert table["rate_bpv"].tolist() == [1.0, 0.5]
    assert (table["best_depth_db"] >= np.maximum(table["axial_transform_db"], 0)).all()
    np.testing.assert_allclose(table["mcpd_db"], table["mcpd_over_alone_db"] + table["alone_db"])
    whole = gains_at(volume, [1.0], replace(HOW, threshold=99.0))
    assert whole["mcpd_db"].item() == 0


def test_thin_slices_gain_from_the_axial_transform_and_thick_ones_lose(
    head: Callable[..., np.ndarray],
) -> None:
    series = head(slices=64, size=48, seed=5)
    law = spacing_law("a_1", Volume(series), 8, 1.0, HOW, [1, 2, 8, 9])
    every = law[law["taken"] == "every n-th"].set_index("every")
    assert every.index.tolist() == [1, 2, 8]  # 9 would leave seven slices
    assert every["axial_transform_db"][1] > 0 > every["axial_transform_db"][8]
    assert (every["slices"] == 8).all()
    assert every["spacing_mm"].tolist() == [1.0, 2.0, 8.0]
    extent = law[law["taken"] == "equal extent"].set_index("every")
    assert extent["slices"].tolist() == [64, 32, 8]
    assert extent["axial_transform_db"][8] == every["axial_transform_db"][8]
    assert law[law["taken"] == "averaged"]["every"].tolist() == [2, 8]


def test_two_spacings_are_no_law(head: Callable[..., np.ndarray]) -> None:
    series = Volume(head(slices=24, size=16, seed=5))
    assert spacing_law("a_1", series, 8, 1.0, HOW)["every"].unique().tolist() == [
        1,
        2,
        3,
    ]
    few = spacing_law("a_1", series, 9, 1.0, HOW)
    assert few.empty
    assert turning_points(few.assign(subject="a")).empty


def test_a_threshold_selects_by_its_unit(volume: np.ndarray) -> None:
    found = selections(volume, 0.5)
    assert found["selected_share_dtype"] == 1
    assert found["selected_share_stored"] == pytest.approx(1 / 6)  # the last slice alone
    assert found["median_mcpd"] > 0


def test_a_gain_turns_where_the_line_between_two_spacings_crosses_zero() -> None:
    law = pd.DataFrame({"subject": "a", "exam": "a_1", "taken": "every n-th", "spacing_mm": [1.0, 2.0, 4.0]})
    law = law.assign(**dict.fromkeys(GAINS, 1.0)).assign(axial_transform_db=[2.0, 1.0, -1.0])
    found = turning_points(law[::-1]).set_index("gain")
    assert found.loc["axial_transform_db", "spacing_mm"] == 3
    assert found.loc["axial_transform_db", "sign"] == 1
    assert np.isnan(found.loc["mcpd_db", "spacing_mm"])
