"""Contrast, segmentation and features on shapes with known answers, and ratios beside recommendations."""

import numpy as np
import pandas as pd
import pytest

from wdr_mcpd import codec
from wdr_mcpd.study.fidelity import (
    FAR,
    RECOMMENDATIONS,
    contrast_to_noise,
    dice,
    fidelity,
    first_order,
    recommended,
    segmentation,
    surroundings,
)


@pytest.fixture
def mask() -> np.ndarray:
    mask = np.zeros((3, 40, 40), bool)
    mask[1, 16:24, 16:24] = True
    return mask


@pytest.fixture
def image(mask: np.ndarray) -> np.ndarray:
    noise = np.random.default_rng(1).normal(0, 10, mask.shape)
    return (1000 + 500 * mask + noise).astype(np.int16)


def test_the_surroundings_are_a_ring_in_the_mask_s_slices(mask: np.ndarray) -> None:
    ring = surroundings(mask)
    assert not (ring & mask).any()
    assert not ring[[0, 2]].any()
    assert ring[1, 20, [16 - FAR, 13]].all()
    assert not ring[1, 20, [15 - FAR, 14]].any()


def test_contrast_to_noise_is_the_step_over_the_noise(image: np.ndarray, mask: np.ndarray) -> None:
    assert contrast_to_noise(image, mask) == pytest.approx(50, rel=0.1)
    assert contrast_to_noise(2500 - image, mask) == pytest.approx(-50, rel=0.1)


@pytest.mark.parametrize("sign", [1, -1])
def test_the_segmentation_finds_a_bright_or_dark_square(
    image: np.ndarray, mask: np.ndarray, sign: int
) -> None:
    found = segmentation(3000 + sign * image, mask)
    assert dice(found, mask) == 1


def test_the_segmentation_leaves_out_what_does_not_touch_the_mask(
    image: np.ndarray, mask: np.ndarray
) -> None:
    image[1, 20, 11] = 1500
    assert not segmentation(image, mask)[1, 20, 11]


def test_dice_of_known_overlaps(mask: np.ndarray) -> None:
    half = mask.copy()
    half[1, 16:20] = False
    assert dice(half, mask) == pytest.approx(2 / 3)
    assert dice(mask, ~mask) == 0
    assert dice(mask & ~mask, mask & ~mask) == 1


def test_first_order_features_of_known_values() -> None:
    found = first_order(np.arange(1, 6))
    assert (found["mean"], found["median"], found["skewness"]) == (3, 3, 0)
    assert found["standard_deviation"] == pytest.approx(np.sqrt(2))
    assert found["entropy"] == pytest.approx(np.log2(5))


def test_what_is_kept_without_loss_changes_nothing_and_a_low_rate_does(
    volume: np.ndarray, tumour: np.ndarray
) -> None:
    lossless = codec.encode(volume, None, codec.Settings(lossless=True))
    table = fidelity("a_1", "3d-wdr", volume, lossless, [32.0, 0.3], tumour, 2.0)
    low, high = table.iloc[0], table.iloc[1]
    changes = [name for name in table if name.endswith("_change")]
    assert (high["dice"], high["cnr"]) == (1, high["cnr_original"])
    assert (high[changes].astype(float) == 0).all()
    assert high["volume_mm3"] == high["volume_original_mm3"] > 0
    assert low["dice"] < 1
    assert abs(low["mean_change"]) > 0
    assert low["ratio_allocated"] == pytest.approx(16 / 0.3, rel=0.02)
    assert low["ratio_allocated"] / low["ratio_significant"] == pytest.approx(16 / 11)


def test_ratios_stand_beside_each_recommendation_on_both_sides_of_it() -> None:
    ratios = pd.DataFrame(
        {"rate_bpv": [1.0, 2.0], "ratio_allocated": [16.0, 8.0], "ratio_significant": [11.0, 5.0]}
    )
    found = recommended(ratios)
    assert len(found) == 2 * len(RECOMMENDATIONS)
    strict = found[found["ratio"] == 7].set_index("rate_bpv")
    assert not strict["within_allocated"].any()
    assert strict["within_significant"].to_dict() == {1.0: False, 2.0: True}


def test_where_nothing_stands_out_nothing_is_segmented_and_the_form_is_unknown(mask: np.ndarray) -> None:
    even = np.full(mask.shape, 700, np.int16)
    assert not segmentation(even, mask).any()
    found = first_order(even[mask])
    assert (found["mean"], found["standard_deviation"], found["entropy"]) == (700, 0, 0)
    assert np.isnan([found["skewness"], found["kurtosis"]]).all()
