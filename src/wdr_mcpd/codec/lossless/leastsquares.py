"""Least squares over a window that fades with distance, solved anew at every voxel.

What a voxel was and what stood around it gives one sample: regressors z (differences of neighbours to a reference)
and a target z[-1] (the voxel less the reference). The normal equations of a voxel are the sum over all coded
samples of weight * z z', times decay^(rows + columns away): three recursions - down the columns (`above`), from the
right and from the left along the row - keep that sum at a cost that does not grow with the window. The slice before
takes part, from `LOOKAHEAD` rows below on, through the same sums.

Symmetric matrices hold the upper triangle, row i from column 8 * (i // 8) on, so that all goes by eights. One
elimination serves several orders: the first n regressors alone are solved from its first n rows.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.compiled import compiled, inlined
from wdr_mcpd.codec.lossless.vectors import LANES, dot, scaled_sum

LOOKAHEAD = 5  # rows of the slice before that are below the voxel and take part


class Window(NamedTuple):
    """One such least squares: what it looks at, how it weighs, and its sums.

    offsets : reference, then regressors, relative to the voxel in the padded slices
    orders : ascending; how many regressors each solution has
    settings : decay; weight of the slice before; ridge; floor of a weight's denominator; part of the squared
        error in it; voxels from one solution to the next
    """

    offsets: NDArray[np.int64]
    orders: NDArray[np.int64]
    settings: NDArray[np.float64]
    above: NDArray[np.float64]
    right: NDArray[np.float64]
    left: NDArray[np.float64]
    system: NDArray[np.float64]
    pivots: NDArray[np.float64]
    inverses: NDArray[np.float64]
    coefficients: NDArray[np.float64]
    samples: NDArray[np.float64]
    weights: NDArray[np.float64]


def window(
    offsets: NDArray[np.int64], orders: list[int], settings: list[float], rows: int, columns: int
) -> Window:
    """Make the empty sums for slices of `rows` and `columns`; the greatest order is that of all regressors."""
    width = -(-(orders[-1] + 1) // LANES) * LANES
    size = sum(width - i // LANES * LANES for i in range(width))
    return Window(
        offsets,
        np.array(orders, np.int64),
        np.array(settings, np.float64),
        np.zeros((columns, size)),
        np.zeros((columns, size)),
        np.zeros(size),
        np.zeros(size),
        np.zeros(width),
        np.zeros(width),
        np.zeros((len(orders), width)),
        np.zeros((columns + 1, width)),
        np.zeros((2, rows, columns)),
    )


@inlined
def regress(offsets: Any, planes: Any, at: Any, sample: Any) -> Any:
    """Fill a sample's regressors for the voxel at `at` of the padded slices; returns the reference."""
    reference = planes[at + offsets[0]]
    for j in range(offsets.size - 1):
        sample[j] = planes[at + offsets[j + 1]] - reference
    return reference


@inlined
def _add(sums: Any, gain: Any, weight: Any, sample: Any) -> None:
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
def _add_before(window: Window, planes: Any, at: Any, pitch: Any, weights: Any, x: Any) -> None:
    """Fade a column's sum and add the sample of the slice before that stands at `at`."""
    sample = window.samples[window.samples.shape[0] - 1]
    reference = regress(window.offsets, planes, at - pitch, sample)
    sample[sample.size - 1] = planes[at - pitch] - reference
    _add(window.above[x], window.settings[0], window.settings[1] * weights[x], sample)


@compiled
def start_slice(window: Window, planes: Any, pitch: Any, stride: Any, corner: Any, number: Any) -> None:
    """Empty the columns' sums and take in the first rows of the slice before."""
    window.above[:] = 0.0
    if number > 0 and window.settings[1] > 0:
        weights = window.weights[(number - 1) & 1]
        for y in range(min(LOOKAHEAD, weights.shape[0])):
            for x in range(weights.shape[1]):
                _add_before(window, planes, corner + y * stride + x, pitch, weights[y], x)


@compiled
def start_row(window: Window, planes: Any, pitch: Any, stride: Any, corner: Any, number: Any, y: Any) -> None:
    """Move the columns' sums down to row `y` and sum them from the right; samples of row y - 1 are in `samples`.

    The slice before lies `pitch` before the slice in `planes`; `corner` is the slice's first voxel.
    """
    above, right = window.above, window.right
    decay = window.settings[0]
    before, here = window.weights[(number - 1) & 1], window.weights[number & 1]
    rows, columns = here.shape
    looking = number > 0 and window.settings[1] > 0 and y + LOOKAHEAD < rows
    window.left[:] = 0.0
    for x in range(columns - 1, -1, -1):
        column = above[x]
        gain = decay
        if looking:
            ahead = y + LOOKAHEAD
            _add_before(window, planes, corner + ahead * stride + x, pitch, before[ahead], x)
            gain = 1.0
        _add(column, gain, here[y - 1, x] if y > 0 else 0.0, window.samples[x])
        beside = right[min(x + 1, columns - 1)]
        part = decay if x + 1 < columns else 0.0
        mine = right[x]
        for k in range(mine.size):
            mine[k] = column[k] + part * beside[k]


@compiled
def solve(window: Window, x: Any) -> None:
    """Solve the normal equations of the voxel in column `x`, for each order."""
    system, pivots, inverses = window.system, window.pivots, window.inverses
    ridge = window.settings[2]
    width = pivots.size
    count = window.orders[window.orders.size - 1]
    right, left = window.right[x], window.left
    for k in range(system.size):
        system[k] = right[k] + left[k]
    p = 0
    for i in range(count):
        system[p + i % LANES] = system[p + i % LANES] * (1.0 + ridge) + ridge
        p += width - i // LANES * LANES
    p = 0
    for k in range(count):
        first = k // LANES * LANES
        for j in range(first, width):
            pivots[j] = system[p + j - first]
        inverses[k] = 1.0 / pivots[k] if pivots[k] > 0.0 else 0.0
        p += width - first
        q = p
        for i in range(k + 1, count):
            factor = -(pivots[i] * inverses[k])
            for j in range(i // LANES * LANES, width, LANES):
                scaled_sum(system, q, 1.0, factor, pivots, j)
                q += LANES
    for order in range(window.orders.size):
        _substitute(window, window.coefficients[order], window.orders[order])


@inlined
def _substitute(window: Window, coefficients: Any, count: Any) -> None:
    """Solve the first `count` rows of the eliminated system."""
    system, width = window.system, coefficients.size
    coefficients[:] = 0.0
    blocks = (count + LANES - 1) // LANES
    p = 0
    for i in range(count):
        p += width - i // LANES * LANES
    for i in range(count - 1, -1, -1):
        first = i // LANES * LANES
        p -= width - first
        rest = system[p + width - 1 - first] - dot(system, p, coefficients, first, blocks - i // LANES)
        coefficients[i] = rest * window.inverses[i]


@inlined
def predicted(window: Window, x: Any, order: Any) -> Any:
    """Return what the solution of an order adds to the reference."""
    blocks = (window.orders[order] + LANES - 1) // LANES
    return dot(window.samples[x], 0, window.coefficients[order], 0, blocks)


@compiled
def learn(window: Window, number: Any, y: Any, x: Any, target: Any, error: Any) -> None:
    """Take in the voxel: `target` is it less the reference, `error` it less what was predicted.

    A sample weighs 1 / (floor + spread + part * error^2), the spread being a sum of squared regressors.
    """
    sample = window.samples[x]
    spread = 0.0
    for j in range(int(window.settings[5])):
        spread += sample[j] * sample[j]
    sample[sample.size - 1] = target
    weight = 1.0 / (window.settings[3] + spread + window.settings[4] * (error * error))
    window.weights[number & 1, y, x] = weight
    left, above, decay = window.left, window.above[x], window.settings[0]
    _add(left, 1.0, weight, sample)
    for k in range(left.size):
        left[k] = decay * (left[k] + above[k])
