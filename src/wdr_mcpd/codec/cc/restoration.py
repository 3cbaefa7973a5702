"""A convolutional network that restores what quantisation took from decoded slices.

It works on cells of 2 x 2 voxels, and sees a slice and its two neighbours in units of the quantiser step: the
differences of 6 x 6 voxels in the slice and 4 x 4 in each neighbour to the mean of the cell, limited to a few
steps. After a layer over these come layers of 3 x 3 cells, and a correction of the four voxels. So it knows
neither the brightness nor the scale of the volume; how many coefficients are significant tells it how coarse
the image is. Only the output depends on it, never a decision of the coder.

Single precision in the order written here, slice by slice: every processor gives the same voxels, with any
number of threads. `tools/fit_restoration.py` tells where the weights come from.
"""

from functools import lru_cache
from importlib.resources import files
from math import log2
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.compiled import compiled
from wdr_mcpd.codec.threads import in_threads

LIMIT = 4.0  # quantiser steps that a difference counts at most
SEEN = np.array(
    [(0, y, x) for y in range(6) for x in range(6)]
    + [(k, y, x) for k in (1, 2) for y in range(1, 5) for x in range(1, 5)],
    np.int64,
)  # slice (this, before, after), row and column of a voxel, from the corner of what a cell sees
CELL = ((2, 2), (2, 3), (3, 2), (3, 3))  # rows and columns of the cell itself


class Network(NamedTuple):
    """Weights (hidden, 68), (layers, hidden, hidden, 3, 3), (4, hidden, 3, 3), and a bias of each unit.

    `bias` (1 + layers, hidden) belongs to the hidden units, `slope` of the same shape is added to it for each
    unit of coarseness.
    """

    first: NDArray[np.float32]
    deep: NDArray[np.float32]
    last: NDArray[np.float32]
    bias: NDArray[np.float32]
    slope: NDArray[np.float32]
    last_bias: NDArray[np.float32]


class Room(NamedTuple):
    """Padded slices by even and odd columns, differences, last three rows of hidden layers, corrections."""

    phases: NDArray[np.float32]
    differences: NDArray[np.float32]
    hidden: NDArray[np.float32]
    out: NDArray[np.float32]


@lru_cache(maxsize=1)
def network() -> Network:
    """Load the network that comes with the package."""
    with files("wdr_mcpd.codec.cc").joinpath("restoration.npz").open("rb") as file:
        stored = np.load(file)
        return Network(*(stored[field].astype(np.float32) for field in Network._fields))


def restore_slices(block: NDArray[np.float32], step: float, significant: float, layers: Network) -> None:
    """Add the network's correction to the slices of `block` (slice, row, column).

    Parameters
    ----------
    step : the typical width of the quantiser's intervals, in voxel values
    significant : the share of the coefficients that are significant
    """
    coarseness = np.float32(log2(max(significant, 2**-9)) + 5)
    bias = layers.bias + coarseness * layers.slope
    scaled = block * np.float32(1 / step)
    rows, columns = block.shape[1:]
    last = len(block) - 1

    def restore(k: int) -> None:
        seen = (scaled[k], scaled[max(k - 1, 0)], scaled[min(k + 1, last)])
        room = _room(rows, columns, layers)
        _restore_slice(*seen, SEEN, layers, bias, room, np.float32(step), block[k])

    in_threads(restore, range(len(block)))


def _room(rows: int, columns: int, layers: Network) -> Room:
    margin = len(layers.deep) + 1
    cells, width = (rows + 1) // 2 + 2 * margin, (columns + 1) // 2 + 2 * margin
    return Room(
        np.empty((3, 2 * cells + 4, 2, width + 2), np.float32),
        np.empty((len(SEEN), width), np.float32),
        np.empty((margin, 3, len(layers.first), width), np.float32),
        np.empty((4, width), np.float32),
    )


@compiled
def _restore_slice(
    here: NDArray[np.float32],
    before: NDArray[np.float32],
    after: NDArray[np.float32],
    seen: NDArray[np.int64],
    layers: Network,
    bias: NDArray[np.float32],
    room: Room,
    step: np.float32,
    block: NDArray[np.float32],
) -> None:
    """Restore one slice by rows of cells; layer d works on the row of the layer before that is complete."""
    phases, differences, hidden, out = room
    deep = layers.deep.shape[0]
    margin = 2 * deep + 4
    _part(here, margin, phases[0])
    _part(before, margin, phases[1])
    _part(after, margin, phases[2])
    for y in range(hidden.shape[0] * 2 + (block.shape[0] + 1) // 2):
        _first_layer(phases, y, seen, layers.first, bias[0], differences, hidden[0, y % 3])
        for d in range(deep):
            row = y - 2 * d - 2
            if row >= 0:
                _layer(hidden[d], row, d > 0, layers.deep[d], bias[d + 1], hidden[d + 1, row % 3])
        row = y - 2 * deep - 2
        if row >= 0:
            _layer(hidden[deep], row, False, layers.last, layers.last_bias, out)
            _add(out, 2 * row, step, block)


@compiled
def _part(source: NDArray[np.float32], margin: int, phases: NDArray[np.float32]) -> None:
    """Part the columns of a slice, extended by its outermost voxels, into even and odd ones."""
    rows, columns = source.shape
    for y in range(phases.shape[0]):
        line = source[min(max(y - margin, 0), rows - 1)]
        for phase in range(2):
            for x in range(phases.shape[2]):
                phases[y, phase, x] = line[min(max(2 * x + phase - margin, 0), columns - 1)]


@compiled
def _first_layer(
    phases: NDArray[np.float32],
    y: int,
    seen: NDArray[np.int64],
    weights: NDArray[np.float32],
    bias: NDArray[np.float32],
    differences: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    width = out.shape[1]
    limit, quarter = np.float32(LIMIT), np.float32(0.25)
    mean = differences[seen.shape[0] - 1]
    a, b = phases[0, 2 * y + 2, 0, 1 : 1 + width], phases[0, 2 * y + 2, 1, 1 : 1 + width]
    c, d = phases[0, 2 * y + 3, 0, 1 : 1 + width], phases[0, 2 * y + 3, 1, 1 : 1 + width]
    for x in range(width):
        mean[x] = quarter * ((a[x] + b[x]) + (c[x] + d[x]))
    for k in range(seen.shape[0]):
        column = seen[k, 2]
        source = phases[seen[k, 0], 2 * y + seen[k, 1], column % 2, column // 2 : column // 2 + width]
        line = differences[k]
        for x in range(width):
            line[x] = min(max(source[x] - mean[x], -limit), limit)
    for h in range(weights.shape[0]):
        line = out[h]
        line[:] = bias[h]
        for k in range(0, seen.shape[0], 4):
            p, q, r, s = weights[h, k], weights[h, k + 1], weights[h, k + 2], weights[h, k + 3]
            d0, d1, d2, d3 = differences[k], differences[k + 1], differences[k + 2], differences[k + 3]
            for x in range(width):
                line[x] += (p * d0[x] + q * d1[x]) + (r * d2[x] + s * d3[x])
        for x in range(width):
            line[x] = max(line[x], np.float32(0))


@compiled
def _layer(
    rows: NDArray[np.float32],
    y: int,
    skip: bool,
    weights: NDArray[np.float32],
    bias: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    """Compute a row of a layer of 3 x 3 from the three rows before; all but the last one are cut at 0.

    With `skip` the layer before is added.
    """
    width = rows.shape[2] - 2
    above, middle, below = rows[y % 3], rows[(y + 1) % 3], rows[(y + 2) % 3]
    for h in range(weights.shape[0]):
        line = out[h]
        line[:] = bias[h]
        for g in range(weights.shape[1]):
            _add_nine(line, above[g], middle[g], below[g], weights[h, g], width)
        if weights.shape[0] != rows.shape[1]:
            continue
        if skip:
            source = middle[h]
            for x in range(width):
                line[x] += source[x + 1]
        for x in range(width):
            line[x] = max(line[x], np.float32(0))


@compiled
def _add_nine(
    line: NDArray[np.float32],
    above: NDArray[np.float32],
    middle: NDArray[np.float32],
    below: NDArray[np.float32],
    w: NDArray[np.float32],
    width: int,
) -> None:
    a, b, c = w[0, 0], w[0, 1], w[0, 2]
    d, e, f = w[1, 0], w[1, 1], w[1, 2]
    g, h, i = w[2, 0], w[2, 1], w[2, 2]
    for x in range(width):
        line[x] += (
            (a * above[x] + b * above[x + 1] + c * above[x + 2])
            + (d * middle[x] + e * middle[x + 1] + f * middle[x + 2])
            + (g * below[x] + h * below[x + 1] + i * below[x + 2])
        )


@compiled
def _add(corrections: NDArray[np.float32], y: int, step: np.float32, block: NDArray[np.float32]) -> None:
    for row in range(y, min(y + 2, block.shape[0])):
        for x in range(block.shape[1]):
            block[row, x] += step * corrections[2 * (row - y) + x % 2, x // 2]
