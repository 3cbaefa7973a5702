"""Least squares over a window that fades with distance, solved anew for every block of four columns.

What a voxel was and what stood around it gives one sample: regressors (neighbours less the mean of the four
nearest) and a target (the voxel less that mean). The normal equations of a block are the sum over all coded
samples z of weight * z z', fading with each row and each block away: three recursions - down the blocks
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
from wdr_mcpd.codec.lossless.vectors import FOUR, LANES, add_four, add_scaled, aligned, dot

BLOCK = FOUR  # columns, whose samples are added together
KEPT = 5  # rows of samples that are kept: that of the voxel and those above it
BELOW = LANES - 1

Array = NDArray[np.float64]


class Fit(NamedTuple):
    """How a window weighs its samples.

    They fade by `decay` with each row and by `fade` with each block. A sample weighs 1 / (floor + spread +
    strictness * error^2), its spread being the sum of the squares of its first `spread` regressors. The
    diagonal of the normal equations is multiplied by 1 + ridge, and ridge added to it.
    """

    decay: float
    fade: float
    ridge: float
    floor: float
    strictness: float
    spread: int


class Window(NamedTuple):
    """The sums of one such least squares; `orders` says, rising, how many regressors each solution has.

    Element (i, j) of a sum is at `starts[i] + j`; `weights` are those of the samples of the block in work.
    """

    fit: Fit
    offsets: NDArray[np.int64]
    orders: NDArray[np.int64]
    starts: NDArray[np.int64]
    above: Array
    right: Array
    left: Array
    system: Array
    factors: Array
    inverses: Array
    coefficients: Array
    samples: Array
    weights: Array


def window(fit: Fit, offsets: NDArray[np.int64], orders: tuple[int, ...], columns: int) -> Window:
    """Make the empty sums for rows of `columns` voxels; the last order is that of all regressors."""
    width = -(-(orders[-1] + 1) // LANES) * LANES
    blocks = -(-columns // BLOCK)
    first = np.arange(width) // LANES * LANES
    size = int((width - first).sum())
    return Window(
        fit,
        offsets,
        np.array(orders, np.int64),
        np.cumsum(width - first) - width,
        aligned(blocks, size),
        aligned(blocks, size),
        aligned(size),
        aligned(size),
        aligned(width, width),
        np.zeros(width),
        aligned(len(orders), width),
        aligned(KEPT, blocks * BLOCK, width),
        np.zeros(BLOCK),
    )


@inlined
def add_samples(
    window: Window,
    sums: Array,
    weights: tuple[float, float, float, float],
    samples: tuple[Array, Array, Array, Array],
) -> None:
    """Add weight * z z' of four samples to `sums`."""
    first, second, third, fourth = samples
    for i in range(first.size):
        scaled = (
            weights[0] * first[i],
            weights[1] * second[i],
            weights[2] * third[i],
            weights[3] * fourth[i],
        )
        for j in range(i & ~BELOW, first.size, LANES):
            add_four(sums, window.starts[i] + j, scaled, samples, (j, j, j, j))


@compiled
def start_row(window: Window, y: int) -> None:
    """Add the blocks' sums up from the right; a slice begins with none."""
    above, right, fade = window.above, window.right, window.fit.fade
    blocks, size = above.shape
    window.left[:] = 0.0
    if y == 0:
        above[:] = 0.0
    for k in range(size):
        right[blocks - 1, k] = above[blocks - 1, k]
    for block in range(blocks - 2, -1, -1):
        for k in range(size):
            right[block, k] = above[block, k] + fade * right[block + 1, k]


@inlined
def gather(window: Window, x: int) -> None:
    """Put the normal equations of the block with column x into `system`."""
    for k in range(window.system.size):
        window.system[k] = window.right[x // BLOCK, k] + window.left[k]


@compiled
def solve(window: Window, ridge: float, coefficients: Array) -> None:
    """Solve `system`, which is used up, for each order."""
    system, starts, factors, inverses = window.system, window.starts, window.factors, window.inverses
    width, four = inverses.size, (system, system, system, system)
    count = window.orders[window.orders.size - 1]
    for i in range(count):
        system[starts[i] + i] = system[starts[i] + i] * (1.0 + ridge) + ridge
    for k in range(0, count, BLOCK):
        a, b, c, d = starts[k], starts[k + 1], starts[k + 2], starts[k + 3]
        for i in range(k, min(k + BLOCK, count)):
            for n in range(k, i):
                factors[i, n] = -(system[starts[n] + i] * inverses[n])
                for j in range(i & ~BELOW, width, LANES):
                    add_scaled(system, starts[i] + j, factors[i, n], system, starts[n] + j)
            pivot = system[starts[i] + i]
            inverses[i] = 1.0 / pivot if pivot > 0.0 else 0.0
        for i in range(k + BLOCK, count):
            those = (
                -(system[a + i] * inverses[k]),
                -(system[b + i] * inverses[k + 1]),
                -(system[c + i] * inverses[k + 2]),
                -(system[d + i] * inverses[k + 3]),
            )
            factors[i, k], factors[i, k + 1], factors[i, k + 2], factors[i, k + 3] = those
            for j in range(i & ~BELOW, width, LANES):
                add_four(system, starts[i] + j, those, four, (a + j, b + j, c + j, d + j))
    for order in range(window.orders.size):
        _substitute(window, window.orders[order], coefficients[order])


@inlined
def _substitute(window: Window, count: int, coefficients: Array) -> None:
    """Solve the first `count` rows of the eliminated system."""
    width = coefficients.size
    coefficients[:] = 0.0
    for i in range(count):
        coefficients[i] = window.system[window.starts[i] + width - 1] * window.inverses[i]
    for i in range(count - 1, 0, -1):
        for k in range(0, i, LANES):
            add_scaled(coefficients, k, coefficients[i], window.factors, i * width + k)


@inlined
def predicted(window: Window, sample: Array, coefficients: Array, order: int) -> float:
    """Return what the solution of an order makes of a sample's regressors."""
    blocks = (window.orders[order] + BELOW) >> 3
    found: float = dot(sample, 0, coefficients[order], 0, blocks)
    return found


@inlined
def learn(window: Window, columns: int, y: int, x: int, target: float, error: float) -> None:
    """Take in the voxel of row y, column x: its target, and by how much that was missed."""
    fit, weights = window.fit, window.weights
    sample = window.samples[y % KEPT, x]
    sample[sample.size - 1] = target
    spread = 0.0
    for j in range(fit.spread):
        spread += sample[j] * sample[j]
    if x % BLOCK == 0:
        weights[:] = 0.0
    weights[x % BLOCK] = 1.0 / (fit.floor + spread + fit.strictness * (error * error))
    if x % BLOCK == BLOCK - 1 or x == columns - 1:
        _learn_block(window, y, x // BLOCK)


@compiled
def _learn_block(window: Window, y: int, block: int) -> None:
    """Add the samples of a block to the sums."""
    fit, left, above, new = window.fit, window.left, window.above[block], window.system
    weights, samples = window.weights, window.samples[y % KEPT, block * BLOCK : (block + 1) * BLOCK]
    new[:] = 0.0
    four = (weights[0], weights[1], weights[2], weights[3])
    add_samples(window, new, four, (samples[0], samples[1], samples[2], samples[3]))
    for k in range(new.size):
        left[k] = fit.fade * ((left[k] + above[k]) + new[k])
        above[k] = fit.decay * above[k] + new[k]
