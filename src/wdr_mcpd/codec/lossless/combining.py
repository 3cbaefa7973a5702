"""Several predictions made one: a mean weighted by local errors, corrected by least squares among them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.compiled import compiled, inlined

Array = NDArray[np.float64]

FADE = 0.6  # of squared errors, per row and column
LEAST = 0.5  # added to a fading sum of squared errors


class Errors(NamedTuple):
    """Squared errors of each prediction, fading with distance: from above, from the right and from the left.

    `latest` holds those of the last row as they came.
    """

    above: Array
    right: Array
    left: Array
    latest: Array


def errors(predictions: int, columns: int) -> Errors:
    """Make the sums for rows of `columns` voxels."""
    shape = (columns, predictions)
    return Errors(np.zeros(shape), np.zeros(shape), np.zeros(predictions), np.zeros(shape))


@compiled
def start_errors(errors: Errors) -> None:
    """Move the sums down by a row."""
    columns = errors.above.shape[0]
    errors.left[:] = 0.0
    for x in range(columns - 1, -1, -1):
        for k in range(errors.left.size):
            errors.above[x, k] = FADE * errors.above[x, k] + errors.latest[x, k]
            beside = errors.right[x + 1, k] if x + 1 < columns else 0.0
            errors.right[x, k] = errors.above[x, k] + FADE * beside


@inlined
def weighted(errors: Errors, x: int, predictions: Array) -> float:
    """Return the mean of the predictions, each weighted by the inverse cube of its local squared error."""
    total = weights = 0.0
    for k in range(predictions.size):
        inverse = 1.0 / (LEAST + errors.right[x, k] + errors.left[k])
        weight = inverse * inverse * inverse
        total += weight * predictions[k]
        weights += weight
    return total / weights


@inlined
def note_errors(errors: Errors, x: int, predictions: Array, voxel: float) -> None:
    """Take in how far from the voxel each prediction was."""
    for k in range(predictions.size):
        error = voxel - predictions[k]
        errors.latest[x, k] = error * error
        errors.left[k] = FADE * (errors.left[k] + errors.above[x, k] + errors.latest[x, k])
