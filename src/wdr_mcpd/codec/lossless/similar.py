"""Prediction from the places of the slice that look most like the voxel's.

Coded voxels at most `REACH` rows and columns away are compared by the squared distance of their regressors.
Their targets make a mean weighted by the inverse cube of the distance, and their samples, weighted by its
inverse and by how near they are, one more least squares.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.compiled import compiled, inlined
from wdr_mcpd.codec.lossless import leastsquares
from wdr_mcpd.codec.lossless.leastsquares import BLOCK, KEPT, Array, Window, add_samples
from wdr_mcpd.codec.lossless.vectors import LANES, aligned, dot

REACH = KEPT - 1
SOFTENING = 2.0  # added to a squared distance
FADE = 0.65  # of a sample's weight, per row and column
RIDGE = 0.01


class Places(NamedTuple):
    """What is needed to compare.

    Squared norms of regressors, by row modulo KEPT and column; weights by distance; solutions; which samples
    (row modulo KEPT, column) were compared, and their weights.
    """

    norms: Array
    fading: Array
    coefficients: Array
    compared: NDArray[np.int64]
    weights: Array


def places(columns: int, window: Window) -> Places:
    """Make room for rows of `columns` voxels whose samples `window` keeps."""
    powers = [1.0]
    for _ in range(2 * REACH):
        powers.append(powers[-1] * FADE)
    steps = np.arange(REACH + 1)
    fading = np.array(powers)[steps[:, None] + steps]
    most = (2 * REACH + 1) * KEPT + BLOCK
    return Places(
        np.zeros((KEPT, columns)),
        fading,
        aligned(*window.coefficients.shape),
        np.zeros((most, 2), np.int64),
        np.zeros(most),
    )


@inlined
def measure(places: Places, window: Window, y: int, x: int) -> None:
    """Note the norm of a voxel's sample, whose target is not known yet."""
    sample = window.samples[y % KEPT, x]
    sample[sample.size - 1] = 0.0
    places.norms[y % KEPT, x] = dot(sample, 0, sample, 0, sample.size // LANES)


@compiled
def compare(places: Places, window: Window, y: int, x: int) -> float:
    """Compare a measured voxel with those around it; returns the mean target, and leaves solutions."""
    row, columns = y % KEPT, places.norms.shape[1]
    sample, norm = window.samples[row, x], places.norms[row, x]
    blocks = sample.size // LANES
    usual = norm / 16.0 + 20.0
    window.system[:] = 0.0
    total, weights, count = 0.0, 0.0, 0
    for above in range(max(y - REACH, 0), y + 1):
        r = above % KEPT
        for c in range(max(x - REACH, 0), min(x + REACH + 1, columns) if above < y else x):
            other = window.samples[r, c]
            distance = norm + places.norms[r, c] - 2.0 * dot(sample, 0, other, 0, blocks)
            inverse = 1.0 / (SOFTENING + max(distance, 0.0))
            weight = inverse * inverse * inverse
            total += weight * other[other.size - 1]
            weights += weight
            places.weights[count] = usual * inverse * places.fading[y - above, abs(x - c)]
            places.compared[count] = r, c
            count += 1
    places.weights[count : count + BLOCK] = 0.0
    for n in range(0, count, BLOCK):
        _add_four_places(places, window, n)
    leastsquares.solve(window, RIDGE, places.coefficients)
    return total / weights if weights > 0.0 else 0.0


@inlined
def _add_four_places(places: Places, window: Window, n: int) -> None:
    """Add four of the compared samples to the normal equations."""
    weights, at, samples = places.weights, places.compared, window.samples
    four = (weights[n], weights[n + 1], weights[n + 2], weights[n + 3])
    first, second = samples[at[n, 0], at[n, 1]], samples[at[n + 1, 0], at[n + 1, 1]]
    third, fourth = samples[at[n + 2, 0], at[n + 2, 1]], samples[at[n + 3, 0], at[n + 3, 1]]
    add_samples(window, window.system, four, (first, second, third, fourth))
