"""A small convolutional network that restores what quantisation took from decoded slices.

It sees a slice and its two neighbours in units of the quantiser step: the differences to the middle voxel
(24 in the slice, 9 in each neighbour), limited to a few steps; one hidden layer over them, a second of 3 x 3,
and a correction of the voxel, again 3 x 3. So it knows neither the brightness nor the scale of the volume.
Only the output depends on it, never a decision of the coder.

Single precision in the order written here: every processor gives the same voxels.
`docs/coherence-coder.md` tells how the weights were found and on what.
"""

from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.compiled import compiled

LIMIT = 3.0  # quantiser steps that a difference counts at most
MARGIN = 4  # voxels that a correction sees to each side
OFFSETS = np.array(
    [(0, y, x) for y in range(5) for x in range(5) if (y, x) != (2, 2)]
    + [(k, y, x) for k in (1, 2) for y in range(1, 4) for x in range(1, 4)],
    np.int64,
)  # slice (this, before, after), row and column of a difference, from the corner


class Network(NamedTuple):
    """Weights (hidden, 42), (second, hidden, 3, 3) and (second, 3, 3), and biases of the first two layers."""

    first: NDArray[np.float32]
    first_bias: NDArray[np.float32]
    second: NDArray[np.float32]
    second_bias: NDArray[np.float32]
    third: NDArray[np.float32]


class Rings(NamedTuple):
    """Rows that the next layer still looks at: differences (42, width), hidden layers (3, N, width)."""

    differences: NDArray[np.float32]
    hidden: NDArray[np.float32]
    deeper: NDArray[np.float32]


@lru_cache(maxsize=4)
def network(name: str) -> Network:
    """Load a network that comes with the package."""
    with files("wdr_mcpd.codec.cc").joinpath("restoration_1.npz").open("rb") as file:
        stored = np.load(file)
        return Network(*(stored[f"{name}_{field}"].astype(np.float32) for field in Network._fields))


def correct(block: NDArray[np.float32], step: float, layers: Network) -> None:
    """Add the network's correction to the slices of `block` (slice, row, column) quantised with `step`."""
    count, rows, columns = block.shape
    padded = np.empty((3, rows + 2 * MARGIN, columns + 2 * MARGIN), np.float32)
    rings = Rings(
        np.empty((len(OFFSETS), columns + 4), np.float32),
        np.empty((3, len(layers.first), columns + 4), np.float32),
        np.empty((3, len(layers.third), columns + 2), np.float32),
    )
    scaled = block * np.float32(1 / step)
    for k in range(count):
        for place, other in enumerate((k, max(k - 1, 0), min(k + 1, count - 1))):
            _pad(scaled[other], padded[place])
        _correct_slice(padded, OFFSETS, layers, rings, np.float32(step), block[k])


@compiled
def _pad(source: NDArray[np.float32], padded: NDArray[np.float32]) -> None:
    """Copy a slice into a frame that repeats its outermost voxels."""
    rows, columns = source.shape
    for y in range(padded.shape[0]):
        line = source[min(max(y - MARGIN, 0), rows - 1)]
        for x in range(padded.shape[1]):
            padded[y, x] = line[min(max(x - MARGIN, 0), columns - 1)]


@compiled
def _correct_slice(
    padded: NDArray[np.float32],
    offsets: NDArray[np.int64],
    layers: Network,
    rings: Rings,
    step: np.float32,
    block: NDArray[np.float32],
) -> None:
    """Correct one slice row by row; each layer keeps the three rows that the next one looks at."""
    second, third = layers.second, layers.third
    differences, hidden, deeper = rings
    rows, columns = block.shape
    for y in range(rows + 4):
        _first_layer(padded, y, offsets, layers, differences, hidden[y % 3])
        if y < 2:
            continue
        out = deeper[(y - 2) % 3]
        for h in range(second.shape[0]):
            _fill(out[h], layers.second_bias[h])
            for g in range(second.shape[1]):
                for t in range(3):
                    _add_three(out[h], hidden[(y - 2 + t) % 3, g], second[h, g, t])
            _rectify(out[h])
        if y < 4:
            continue
        target = differences[0, :columns]
        _fill(target, np.float32(0))
        for h in range(third.shape[0]):
            for t in range(3):
                _add_three(target, deeper[(y - 4 + t) % 3, h], third[h, t])
        line = block[y - 4]
        for x in range(columns):
            line[x] += step * target[x]


@compiled
def _first_layer(
    padded: NDArray[np.float32],
    y: int,
    offsets: NDArray[np.int64],
    layers: Network,
    differences: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    weights, bias = layers.first, layers.first_bias
    width = out.shape[1]
    middle = padded[0, y + 2, 2 : 2 + width]
    limit = np.float32(LIMIT)
    for k in range(offsets.shape[0]):
        source = padded[offsets[k, 0], y + offsets[k, 1], offsets[k, 2] : offsets[k, 2] + width]
        line = differences[k]
        for x in range(width):
            line[x] = min(max(source[x] - middle[x], -limit), limit)
    for h in range(weights.shape[0]):
        line = out[h]
        _fill(line, bias[h])
        for k in range(0, offsets.shape[0], 6):
            p, q, r = weights[h, k], weights[h, k + 1], weights[h, k + 2]
            s, t, u = weights[h, k + 3], weights[h, k + 4], weights[h, k + 5]
            d0, d1, d2 = differences[k], differences[k + 1], differences[k + 2]
            d3, d4, d5 = differences[k + 3], differences[k + 4], differences[k + 5]
            for x in range(width):
                line[x] += (p * d0[x] + q * d1[x] + r * d2[x]) + (s * d3[x] + t * d4[x] + u * d5[x])
        _rectify(line)


@compiled
def _fill(line: NDArray[np.float32], value: np.float32) -> None:
    for x in range(line.size):
        line[x] = value


@compiled
def _rectify(line: NDArray[np.float32]) -> None:
    for x in range(line.size):
        line[x] = max(line[x], np.float32(0))


@compiled
def _add_three(line: NDArray[np.float32], source: NDArray[np.float32], weights: NDArray[np.float32]) -> None:
    """Add a row filtered with three weights; `source` begins one voxel before `line`."""
    p, q, r = weights[0], weights[1], weights[2]
    for x in range(line.size):
        line[x] += p * source[x] + q * source[x + 1] + r * source[x + 2]
