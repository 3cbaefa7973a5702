"""How many axial levels a group of slices wants, by a fast estimate.

Thin slices resemble their neighbours and gain from three or four levels; thick ones lose with every level.
"""

from bisect import bisect_left
from math import ceil

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.layout import Block, depth, layout
from wdr_mcpd.codec.transform import Transform

MOST_LEVELS = 4
SAMPLE = 1 << 17  # coefficients looked at
TYPICAL_RATE = 1.0  # bits per voxel


def best_axial_levels(
    frames: Block, transform: Transform, rate: float = TYPICAL_RATE, price: float = 0
) -> int:
    """Choose 0 to 4 axial levels for frames (slice, row, column) that `transform` has transformed in plane.

    A coefficient c costs about log2(1 + (c/T)^2) / 2 bits at a distortion of about T^2. Step T is the one
    that `rate`, in bits per voxel, allows without an axial transform; the depth with the smallest cost at T
    wins, where each level costs the share `price` more. Rates above `TYPICAL_RATE` count as that: their
    streams are likely to be cut, and low rates lose more by too few levels than high ones by too many.
    """
    lines = _some_lines(frames)
    most = min(MOST_LEVELS, depth(lines.shape[0]))
    step = _step(lines, min(rate, TYPICAL_RATE))
    costs = [_bits(lines, step)]
    for split in layout(lines.shape, "packet", 0, most).steps:
        transform.split(lines, (split,))
        costs.append(_bits(lines, step))
    return int(np.argmin([cost * (1 + price) ** level for level, cost in enumerate(costs)]))


def _some_lines(frames: Block) -> Block:
    """Copy lines along the slices, evenly spread, that hold about `SAMPLE` coefficients together.

    Whole rows while 16 of them fit; else about 16 (or all there are) and so many of their columns as fit, at
    least one. Lines that would still be more than four times as much are cut to their middle.
    """
    slices, height, width = frames.shape
    rows = min(max(1, ceil(frames.size / SAMPLE)), max(1, height // 16))
    columns = min(max(1, ceil(slices * ceil(height / rows) * width / (2 * SAMPLE))), width)
    lines = frames[:, rows // 2 :: rows, columns // 2 :: columns]
    length = min(SAMPLE, 4 * SAMPLE // (lines.shape[1] * lines.shape[2]))
    first = max(0, slices - length) // 2
    return lines[first : first + length].copy()


def _bits(coefficients: Block, step: float) -> float:
    """Estimate the bits per coefficient at a quantiser step."""
    ratio: NDArray[np.float32] = coefficients.astype(np.float32) / np.float32(step)
    return float(np.log2(1 + ratio * ratio).mean(dtype=np.float64)) / 2


def _step(coefficients: Block, rate: float) -> float:
    """Find the largest power of two from 2^-4 to 2^24 at which coefficients cost `rate` bits each or more."""
    return 2.0 ** (24 - bisect_left(range(28), rate, key=lambda k: _bits(coefficients, 2.0 ** (24 - k))))
