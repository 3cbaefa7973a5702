"""The choice of the axial depth looks at a bounded part of every volume, and at the rate."""

import numpy as np
import pytest

from wdr_mcpd.codec import Settings
from wdr_mcpd.codec.axial import SAMPLE, _some_lines, best_axial_levels
from wdr_mcpd.codec.quantise import transformed
from wdr_mcpd.codec.transform import shared

# Slices times columns of 8,192 (16 whole rows fit), 16,384 and 65,536, voxels of 2^17, 32 rows (every
# second one), lines longer than the sample or than their share of it, one row, one
# column: on both sides.
SHAPES = [
    *((2, 255, 256), (2, 256, 256), (2, 257, 256), (32, 256, 256), (33, 256, 256), (16, 512, 512)),
    *((255, 256, 256), (256, 256, 256), (257, 256, 256), (260, 256, 256), (64, 1024, 1024), (65, 1024, 1024)),
    *((64, 256, 256), (65, 256, 256), (16, 31, 2048), (16, 32, 2048), (16912, 31, 1), (16913, 31, 1)),
    *(
        (1 << 17, 31, 1),
        (1 << 17, 2, 3),
        ((1 << 17) + 1, 2, 3),
        (1 << 20, 1, 1),
        (100, 1, 1 << 16),
        (100, 1 << 16, 1),
        (1, 1, 1),
    ),
]


@pytest.mark.parametrize("shape", SHAPES)
def test_no_shape_is_looked_at_more_than_others(shape: tuple[int, int, int]) -> None:
    lines = _some_lines(np.broadcast_to(np.float32(0), shape))
    assert lines.shape[0] == min(shape[0], SAMPLE, 4 * SAMPLE // (lines.shape[1] * lines.shape[2]))
    assert lines.size <= min(np.prod(shape), 4 * SAMPLE)
    assert lines.size >= min(np.prod(shape), SAMPLE) / 8


def test_lines_are_spread_over_the_whole_frame() -> None:
    rows, columns = np.mgrid[0:400, 0:300].astype(np.float32)
    for places, most in ((rows, 399), (columns, 299)):
        seen = _some_lines(np.broadcast_to(places, (260, 400, 300)))[0]
        assert seen.min() < 0.1 * most
        assert seen.max() > 0.9 * most


def test_noise_beside_common_structure_wants_levels_at_low_rates_only() -> None:
    rng = np.random.default_rng(1)
    common = rng.laplace(0, 3, (1, 64, 64)) * (rng.random((1, 64, 64)) < 0.1) * 40
    frames = (common + rng.normal(0, 3, (16, 64, 64))).astype(np.float32)
    used = shared("packet", False, "bior4.4")
    low, high = (best_axial_levels(frames, used, rate) for rate in (0.1, 1.0))
    assert low >= high
    assert low > 0
    assert best_axial_levels(frames, used, 5.0) == high
    assert best_axial_levels(frames, used, 0.1, price=1.0) == 0


def test_the_rate_reaches_the_choice() -> None:
    rng = np.random.default_rng(2)
    field = np.cumsum(np.cumsum(rng.normal(size=(1, 64, 64)), 1), 2)
    volume = np.clip(500 + 4 * field + rng.normal(0, 25, (16, 64, 64)), 0, 4095).astype(np.int16)
    depths = [
        transformed(volume, Settings("cc"), int(volume.min()), int(volume.max()), rate).axial_levels
        for rate in (0.05, 1.0)
    ]
    assert depths[0] > depths[1]
