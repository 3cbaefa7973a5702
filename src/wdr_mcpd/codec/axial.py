"""How many axial levels a group of slices wants, by a fast estimate.

Thin slices resemble their neighbours and gain from three or four levels; thick ones lose with every level.
"""

from math import ceil

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.layout import Block, depth, layout
from wdr_mcpd.codec.transform import Transform

MOST_LEVELS = 4
SAMPLE = 1 << 17  # coefficients looked at
TYPICAL_RATE = 1.0  # bits per voxel


def best_axial_levels(frames: Block, transform: Transform) -> int:
    """Choose 0 to 4 axial levels for frames (slice, row, column) that `transform` has transformed in plane.

    A coefficient c costs about log2(1 + (c/T)^2) / 2 bits at a distortion of about T^2. Step T is the one
    that `TYPICAL_RATE` allows without an axial transform; the depth with the smallest cost at T wins. The
    rate that was asked for plays no part, so that a stream of a low rate is the beginning of one of a high
    rate.
    """
    most = min(MOST_LEVELS, depth(frames.shape[0]))
    every = max(1, ceil(frames.size / SAMPLE))
    rows = slice(every // 2, None, every) if frames.shape[1] >= 2 * every else slice(None)
    lines: Block = frames[:, rows, :].copy()
    step = _step(lines)
    costs = [_bits(lines, step)]
    for split in layout(lines.shape, "packet", 0, most).steps:
        transform.split(lines, (split,))
        costs.append(_bits(lines, step))
    return int(np.argmin(costs))


def _bits(coefficients: Block, step: float) -> float:
    """Estimate the bits per coefficient at a quantiser step."""
    ratio: NDArray[np.float32] = coefficients.astype(np.float32) / np.float32(step)
    return float(np.log2(1 + ratio * ratio).mean(dtype=np.float64)) / 2


def _step(coefficients: Block) -> float:
    """Find the power of two step at which the coefficients cost about `TYPICAL_RATE` bits each."""
    step = 2.0**24
    while step > 2.0**-4 and _bits(coefficients, step) < TYPICAL_RATE:
        step /= 2
    return step
