"""Least squares over a window that fades with distance, solved anew at every voxel or two.

What a voxel was and what stood around it gives one sample: regressors (neighbours less the mean of the four
nearest) and a target (the voxel less that mean). The normal equations of a voxel are the sum over all coded
samples z of weight * z z', times decay^(rows + columns away): three recursions - down the columns
(`above`), from the right and from the left along the row - keep that sum at a cost that does not grow with
the window.

A sample is padded to eights, its target last. Symmetric matrices hold the upper triangle, row i from column
8 * (i // 8) on, so that all goes by eights. One elimination serves several orders: the first n regressors
alone are solved from its first n rows.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.compiled import compiled, inlined
from wdr_mcpd.codec.lossless.vectors import LANES, dot, scaled_sum

KEPT = 6  # rows of samples that are kept: that of the voxel and those above it
BELOW = LANES - 1

Array = NDArray[np.float64]


class Fit(NamedTuple):
    """How a window weighs its samples.

    A sample weighs 1 / (floor + spread + strictness * error^2), its spread being the sum of the squares of
    its first `spread` regressors. The diagonal of the normal equations is multiplied by 1 + ridge, and
    ridge added to it.
    """

    decay: float
    ridge: float
    floor: float
    strictness: float
    spread: int


class Window(NamedTuple):
    """The sums of one such least squares; `orders` says, rising, how many regressors each solution has."""

    fit: Fit
    offsets: NDArray[np.int64]
    orders: NDArray[np.int64]
    above: Array
    right: Array
    left: Array
    system: Array
    pivots: Array
    inverses: Array
    coefficients: Array
    samples: Array
    weights: Array


def window(fit: Fit, offsets: NDArray[np.int64], orders: tuple[int, ...], columns: int) -> Window:
    """Make the empty sums for rows of `columns` voxels; the last order is that of all regressors."""
    width = -(-(orders[-1] + 1) // LANES) * LANES
    size = sum(width - i // LANES * LANES for i in range(width))
    return Window(
        fit,
        offsets,
        np.array(orders, np.int64),
        np.zeros((columns, size)),
        np.zeros((columns, size)),
        np.zeros(size),
        np.zeros(size),
        np.zeros(width),
        np.zeros(width),
        np.zeros((len(orders), width)),
        np.zeros((KEPT, columns, width)),
        np.zeros(columns),
    )


@inlined
def add_sample(sums: Array, gain: float, weight: float, sample: Array) -> None:
    """Let `sums` become gain * sums + weight * sample sample'."""
    width = sample.size
    q = 0
    for first in range(0, width, LANES):
        for i in range(first, first + LANES):
            factor = weight * sample[i]
            for j in range(first, width, LANES):
                scaled_sum(sums, q, gain, factor, sample, j)
                q += LANES


@compiled
def start_row(window: Window, y: int) -> None:
    """Move the columns' sums down to row y of a slice and add them up from the right."""
    above, right, decay = window.above, window.right, window.fit.decay
    columns, size = above.shape
    window.left[:] = 0.0
    if y == 0:
        above[:] = 0.0
    for x in range(columns - 1, -1, -1):
        if y > 0:
            add_sample(above[x], decay, window.weights[x], window.samples[(y - 1) % KEPT, x])
        if x + 1 < columns:
            for k in range(size):
                right[x, k] = above[x, k] + decay * right[x + 1, k]
        else:
            for k in range(size):
                right[x, k] = above[x, k]


@inlined
def gather(window: Window, x: int) -> None:
    """Put the normal equations of the voxel in column x into `system`."""
    for k in range(window.system.size):
        window.system[k] = window.right[x, k] + window.left[k]


@compiled
def solve(window: Window, ridge: float, coefficients: Array) -> None:
    """Solve `system`, which is used up, for each order."""
    system, pivots, inverses = window.system, window.pivots, window.inverses
    width = pivots.size
    count = window.orders[window.orders.size - 1]
    p = 0
    for i in range(count):
        system[p + (i & BELOW)] = system[p + (i & BELOW)] * (1.0 + ridge) + ridge
        p += width - (i & ~BELOW)
    p = 0
    for k in range(count):
        first = k & ~BELOW
        for j in range(first, width):
            pivots[j] = system[p + j - first]
        inverse = 1.0 / pivots[k] if pivots[k] > 0.0 else 0.0
        inverses[k] = inverse
        p += width - first
        q = p
        for start in range(first, count, LANES):
            for i in range(max(start, k + 1), min(start + LANES, count)):
                factor = -(pivots[i] * inverse)
                for j in range(start, width, LANES):
                    scaled_sum(system, q, 1.0, factor, pivots, j)
                    q += LANES
    for order in range(window.orders.size):
        _substitute(window, window.orders[order], coefficients[order])


@inlined
def _substitute(window: Window, count: int, coefficients: Array) -> None:
    """Solve the first `count` rows of the eliminated system."""
    system, width = window.system, coefficients.size
    coefficients[:] = 0.0
    end = (count + BELOW) & ~BELOW
    p = 0
    for i in range(count):
        p += width - (i & ~BELOW)
    for i in range(count - 1, -1, -1):
        first = i & ~BELOW
        p -= width - first
        rest = system[p + width - 1 - first] - dot(system, p, coefficients, first, (end - first) >> 3)
        coefficients[i] = rest * window.inverses[i]


@inlined
def predicted(window: Window, sample: Array, coefficients: Array, order: int) -> float:
    """Return what the solution of an order makes of a sample's regressors."""
    blocks = (window.orders[order] + BELOW) >> 3
    found: float = dot(sample, 0, coefficients[order], 0, blocks)
    return found


@inlined
def learn(window: Window, y: int, x: int, target: float, error: float) -> None:
    """Take in the voxel of row y, column x: its target, and by how much that was missed."""
    fit = window.fit
    sample = window.samples[y % KEPT, x]
    sample[sample.size - 1] = target
    spread = 0.0
    for j in range(fit.spread):
        spread += sample[j] * sample[j]
    weight = 1.0 / (fit.floor + spread + fit.strictness * (error * error))
    window.weights[x] = weight
    add_sample(window.left, 1.0, weight, sample)
    for k in range(window.left.size):
        window.left[k] = fit.decay * (window.left[k] + window.above[x, k])
