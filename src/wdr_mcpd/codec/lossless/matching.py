"""Prediction from places of the slice that look alike: the weighted mean of what followed them.

A place is what stands around a voxel, less the mean of its four nearest. Coded voxels at most `REACH` rows and
columns away are weighed by the inverse cube of the squared distance of their places.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.compiled import compiled
from wdr_mcpd.codec.lossless.vectors import LANES, dot

REACH = 6
NEAREST = 4  # the first so many offsets make the mean
SOFTENING = 2.0  # added to a squared distance


class Places(NamedTuple):
    """The places of the last rows, at row modulo REACH + 1: differences, squared norm, and voxel less mean."""

    offsets: NDArray[np.int64]
    differences: NDArray[np.float64]
    norms: NDArray[np.float64]
    targets: NDArray[np.float64]


def places(offsets: NDArray[np.int64], columns: int) -> Places:
    """Make room for places of a multiple of eight offsets in rows of `columns` voxels."""
    rows = (REACH + 1, columns)
    return Places(offsets, np.zeros((*rows, offsets.size)), np.zeros(rows), np.zeros(rows))


@compiled
def look(places: Places, planes: Any, at: Any, y: Any, x: Any) -> Any:
    """Take in what is around the voxel of row y, column x, which is at `at` in `planes`; returns its mean."""
    row = y % (REACH + 1)
    place = places.differences[row, x]
    mean = 0.0
    for j in range(NEAREST):
        mean += planes[at + places.offsets[j]]
    mean *= 1.0 / NEAREST
    for j in range(place.size):
        place[j] = planes[at + places.offsets[j]] - mean
    places.norms[row, x] = dot(place, 0, place, 0, place.size // LANES)
    return mean


@compiled
def matched(places: Places, y: Any, x: Any) -> Any:
    """Return what places that look alike add to the mean."""
    columns = places.norms.shape[1]
    row = y % (REACH + 1)
    place, norm = places.differences[row, x], places.norms[row, x]
    blocks = place.size // LANES
    total = weights = 0.0
    for other in range(max(y - REACH, 0), y + 1):
        r = other % (REACH + 1)
        for c in range(max(x - REACH, 0), min(x + REACH + 1, columns) if other < y else x):
            distance = norm + places.norms[r, c] - 2.0 * dot(place, 0, places.differences[r, c], 0, blocks)
            inverse = 1.0 / (SOFTENING + max(distance, 0.0))
            weight = inverse * inverse * inverse
            total += weight * places.targets[r, c]
            weights += weight
    return total / weights if weights > 0.0 else 0.0
