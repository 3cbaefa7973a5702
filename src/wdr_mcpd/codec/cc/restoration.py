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
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.compiled import compiled, inlined, uint64
from wdr_mcpd.codec.lanes import LANES, least, load, most, store
from wdr_mcpd.codec.threads import in_threads

LIMIT = 4.0  # quantiser steps that a difference counts at most
SEEN = np.array(
    [(0, y, x) for y in range(6) for x in range(6)]
    + [(k, y, x) for k in (1, 2) for y in range(1, 5) for x in range(1, 5)],
    np.int64,
)  # slice (this, before, after), row and column of a voxel, from the corner of what a cell sees
CELLS = 4  # computed together


class Network(NamedTuple):
    """Weights (hidden, 68), (layers, hidden, hidden, 3, 3), (4, hidden, 3, 3), and a bias of each unit.

    `bias` (1 + layers, hidden) belongs to the hidden units.
    """

    first: NDArray[np.float32]
    deep: NDArray[np.float32]
    last: NDArray[np.float32]
    bias: NDArray[np.float32]
    last_bias: NDArray[np.float32]


class Arranged(NamedTuple):
    """The same weights, those of the sixteen units of a layer side by side (in the last one four)."""

    first: NDArray[np.float32]
    deep: NDArray[np.float32]
    last: NDArray[np.float32]
    bias: NDArray[np.float32]


class Room(NamedTuple):
    """Differences, last three rows of hidden layers, corrections; the units of a cell lie side by side."""

    differences: NDArray[np.float32]
    hidden: NDArray[np.float32]
    out: NDArray[np.float32]


@lru_cache(maxsize=2)
def network(dependent: bool) -> tuple[Network, Network]:
    """Load the network for integers or for dependent indices, and what each unit of coarseness adds to it."""
    name = "restoration_dependent.npz" if dependent else "restoration.npz"
    with files("wdr_mcpd.codec.cc").joinpath(name).open("rb") as file:
        stored = np.load(file)
        base, slope = (
            [stored[f + end].astype(np.float32) for f in Network._fields] for end in ("", "_slope")
        )
    return Network(*base), Network(*slope)


def restore_slices(
    block: NDArray[np.float32], step: float, significant: float, network: tuple[Network, Network]
) -> None:
    """Add the network's correction to the slices of `block` (slice, row, column).

    Parameters
    ----------
    step : the typical width of the quantiser's intervals, in voxel values
    significant : the share of the coefficients that are significant
    """
    coarseness = np.float32(log2(max(significant, 2**-9)) + 5)
    layers = Network(*(base + coarseness * slope for base, slope in zip(*network, strict=True)))
    weights = _arranged(layers)
    rows, columns = block.shape[1:]
    margin, last = len(layers.deep) + 1, len(block) - 1
    cells, width = (rows + 1) // 2 + 2 * margin, (columns + 1) // 2 + 2 * margin + LANES
    phases = np.empty((len(block), 2 * cells + 4, 2, width + 2), np.float32)

    def part(k: int) -> None:
        _part(block[k], np.float32(1 / step), 2 * margin + 2, phases[k])

    def restore(k: int) -> None:
        seen = (phases[k], phases[max(k - 1, 0)], phases[min(k + 1, last)])
        room = Room(
            np.zeros((len(SEEN), width), np.float32),
            np.zeros((margin, 3, LANES * width), np.float32),
            np.zeros(LANES * width, np.float32),
        )
        _restore_slice(seen, SEEN, weights, room, np.float32(step), block[k])

    in_threads(part, range(len(block)))
    in_threads(restore, range(len(block)))


def _arranged(layers: Network) -> Arranged:
    last = np.zeros((*layers.last.shape[1:], LANES), np.float32)
    last[..., : len(layers.last)] = np.moveaxis(layers.last, 0, -1)
    last_bias = np.pad(layers.last_bias, (0, LANES - len(layers.last_bias)))
    deep = np.moveaxis(layers.deep, 1, -1)
    return Arranged(
        np.ascontiguousarray(layers.first.T).reshape(-1),
        np.ascontiguousarray(deep).reshape(len(deep), -1),
        last.reshape(-1),
        np.concatenate([layers.bias, last_bias[None]]),
    )


@compiled
def _restore_slice(
    phases: tuple[NDArray[np.float32], ...],
    seen: NDArray[np.int64],
    weights: Arranged,
    room: Room,
    step: np.float32,
    block: NDArray[np.float32],
) -> None:
    """Restore one slice by rows of cells; layer d works on the row of the layer before that is complete."""
    differences, hidden, out = room
    deep, cells = weights.deep.shape[0], (block.shape[1] + 1) // 2
    for y in range(hidden.shape[0] * 2 + (block.shape[0] + 1) // 2):
        width = cells + 2 * deep + 2
        _first_layer(phases, y, width, seen, weights.first, weights.bias[0], differences, hidden[0, y % 3])
        for d in range(deep):
            row, width = y - 2 * d - 2, width - 2
            if row >= 0:
                target = hidden[d + 1, row % 3]
                _layer(hidden[d], row, width, d > 0, True, weights.deep[d], weights.bias[d + 1], target)
        row = y - 2 * deep - 2
        if row >= 0:
            _layer(hidden[deep], row, cells, False, False, weights.last, weights.bias[deep + 1], out)
            _add(out, 2 * row, step, block)


@compiled
def _part(source: NDArray[np.float32], inverse: np.float32, margin: int, phases: NDArray[np.float32]) -> None:
    """Part the columns of a slice in steps, extended by its outermost voxels, into even and odd ones."""
    rows, columns = source.shape
    for y in range(phases.shape[0]):
        line = source[min(max(y - margin, 0), rows - 1)]
        for phase in range(2):
            for x in range(phases.shape[2]):
                phases[y, phase, x] = line[min(max(2 * x + phase - margin, 0), columns - 1)] * inverse


@compiled
def _first_layer(
    phases: tuple[NDArray[np.float32], ...],
    y: int,
    width: int,
    seen: NDArray[np.int64],
    weights: NDArray[np.float32],
    bias: NDArray[np.float32],
    differences: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    limit, quarter = np.float32(LIMIT), np.float32(0.25)
    upper, lower = phases[0][2 * y + 2], phases[0][2 * y + 3]
    for x in range(0, width, LANES):
        pairs = load(upper[0], x + 1) + load(upper[1], x + 1)
        mean = quarter * (pairs + (load(lower[0], x + 1) + load(lower[1], x + 1)))
        for k in range(seen.shape[0]):
            source = phases[seen[k, 0]][2 * y + seen[k, 1], seen[k, 2] % 2]
            seen_from = load(source, x + seen[k, 2] // 2) - mean
            store(differences[k], x, least(most(seen_from, -limit), limit))
    for x in range(0, width, CELLS):
        a = b = c = d = load(bias, 0)
        for k in range(0, seen.shape[0], 4):
            a = _add_four(a, weights, differences, k, x)
            b = _add_four(b, weights, differences, k, x + 1)
            c = _add_four(c, weights, differences, k, x + 2)
            d = _add_four(d, weights, differences, k, x + 3)
        zero = np.float32(0)
        _store_cells(out, x, (most(a, zero), most(b, zero), most(c, zero), most(d, zero)))


@inlined
def _store_cells(out: NDArray[np.float32], x: int, cells: Any) -> None:
    store(out, x * LANES, cells[0])
    store(out, x * LANES + LANES, cells[1])
    store(out, x * LANES + 2 * LANES, cells[2])
    store(out, x * LANES + 3 * LANES, cells[3])


@inlined
def _add_four(total: Any, weights: NDArray[np.float32], values: NDArray[np.float32], k: int, x: int) -> Any:
    at, i = k * LANES, uint64(x)
    first = load(weights, at) * values[uint64(k), i] + load(weights, at + LANES) * values[uint64(k + 1), i]
    at += 2 * LANES
    last = load(weights, at) * values[uint64(k + 2), i] + load(weights, at + LANES) * values[uint64(k + 3), i]
    return total + (first + last)


@compiled
def _layer(
    rows: NDArray[np.float32],
    y: int,
    width: int,
    skip: bool,
    cut: bool,
    weights: NDArray[np.float32],
    bias: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    """Compute a row of a layer of 3 x 3 from the three rows before.

    With `skip` the layer before is added; with `cut` nothing is below 0.
    """
    above, middle, below = rows[y % 3], rows[(y + 1) % 3], rows[(y + 2) % 3]
    for x in range(0, width, CELLS):
        at = x * LANES
        a = b = c = d = load(bias, 0)
        for g in range(LANES):
            a = _add_nine(a, weights, g, above, middle, below, at + g)
            b = _add_nine(b, weights, g, above, middle, below, at + LANES + g)
            c = _add_nine(c, weights, g, above, middle, below, at + 2 * LANES + g)
            d = _add_nine(d, weights, g, above, middle, below, at + 3 * LANES + g)
        if skip:
            a, b = a + load(middle, at + LANES), b + load(middle, at + 2 * LANES)
            c, d = c + load(middle, at + 3 * LANES), d + load(middle, at + 4 * LANES)
        if cut:
            zero = np.float32(0)
            a, b, c, d = most(a, zero), most(b, zero), most(c, zero), most(d, zero)
        _store_cells(out, x, (a, b, c, d))


@inlined
def _add_nine(
    total: Any,
    weights: NDArray[np.float32],
    g: int,
    above: NDArray[np.float32],
    middle: NDArray[np.float32],
    below: NDArray[np.float32],
    at: int,
) -> Any:
    upper = _three(weights, 9 * LANES * g, above, at)
    total_of_two = upper + _three(weights, 9 * LANES * g + 3 * LANES, middle, at)
    return total + (total_of_two + _three(weights, 9 * LANES * g + 6 * LANES, below, at))


@inlined
def _three(weights: NDArray[np.float32], w: int, row: NDArray[np.float32], at: int) -> Any:
    total = load(weights, w) * row[uint64(at)] + load(weights, w + LANES) * row[uint64(at + LANES)]
    return total + load(weights, w + 2 * LANES) * row[uint64(at + 2 * LANES)]


@compiled
def _add(corrections: NDArray[np.float32], y: int, step: np.float32, block: NDArray[np.float32]) -> None:
    for row in range(y, min(y + 2, block.shape[0])):
        for x in range(block.shape[1]):
            block[row, x] += step * corrections[LANES * (x // 2) + 2 * (row - y) + x % 2]
