"""Mean co-located pixel difference (MCPD, eq. 1 of the paper) between the slices of a volume."""

from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.defaults import REFERENCE, UNIT, Reference, Unit
from wdr_mcpd.errors import InputError

UNITS: tuple[str, ...] = get_args(Unit)
REFERENCES: tuple[str, ...] = get_args(Reference)
PEAK_16_BIT = 65535.0  # the largest value of the paper's 16-bit data type (eq. 2)


def mcpd_matrix(volume: NDArray[Any]) -> NDArray[np.float64]:
    """MCPD of every pair of slices of a volume (slice, row, column) (eq. 1), in stored intensity values.

    Returns
    -------
    ndarray (slice, slice) float64, symmetric with a zero diagonal

    Notes
    -----
    One pair of slices is compared at a time: beside the volume, memory is that of two slices and the result.
    Sums over integers are exact, so the result does not depend on the order of summation.
    """
    if volume.ndim != 3 or volume.size == 0:
        raise InputError(f"a volume has the axes slice, row, column; this array has the shape {volume.shape}")
    slices = len(volume)
    exact = np.int64 if np.issubdtype(volume.dtype, np.integer) else np.float64
    wide = volume.astype(exact)
    matrix = np.zeros((slices, slices))
    difference = np.empty(volume.shape[1:], dtype=exact)
    for i in range(slices):
        for j in range(i + 1, slices):
            np.subtract(wide[i], wide[j], out=difference)
            np.abs(difference, out=difference)
            matrix[i, j] = matrix[j, i] = difference.sum() / difference.size
    return matrix


def average_mcpd(volume: NDArray[Any], unit: str = UNIT, reference: str = REFERENCE) -> NDArray[np.float64]:
    """Average MCPD of each slice, the quantity that the paper's Table 2 prints; zeros for a constant volume.

    Parameters
    ----------
    volume : ndarray (slice, row, column)
    unit : {"std", "stored", "range", "dtype"}
        What one unit of intensity is: the standard deviation of the volume, one stored value, the range
        (max - min) of the volume, or the largest 16-bit value 65535. The paper names none.
    reference : {"following", "all", "adjacent"}
        The slices that each slice is compared with: those that follow it (the paper; the last slice has none
        and gets 0), all others, or the one before and the one after.
    """
    weights = reference_weights(len(volume), reference)
    averages: NDArray[np.float64] = (matrix_in(volume, unit) * weights).sum(axis=1)
    return averages


def matrix_in(volume: NDArray[Any], unit: str) -> NDArray[np.float64]:
    """MCPD of every pair of slices (`mcpd_matrix`) in a unit of intensity (`average_mcpd`)."""
    size = _unit_size(volume, unit)
    return mcpd_matrix(volume) / size


def in_unit(
    average: NDArray[np.float64], volume: NDArray[Any], unit: str, wanted: str
) -> NDArray[np.float64]:
    """Average MCPD of the slices of a volume, given in one unit, in another."""
    return average if unit == wanted else average * (_unit_size(volume, unit) / _unit_size(volume, wanted))


def reference_weights(slices: int, reference: str) -> NDArray[np.float64]:
    """Weight of slice j in the average of slice i; rows sum to 1, or to 0 where a slice has no reference."""
    distance = np.arange(slices)[None, :] - np.arange(slices)[:, None]
    if reference == "following":
        used = distance > 0
    elif reference == "all":
        used = distance != 0
    elif reference == "adjacent":
        used = np.abs(distance) == 1
    else:
        raise InputError(f"mcpd_reference: {reference!r} is not one of {', '.join(REFERENCES)}")
    weights: NDArray[np.float64] = used / np.maximum(used.sum(axis=1, keepdims=True), 1)
    return weights


def _unit_size(volume: NDArray[Any], unit: str) -> float:
    if unit == "std":
        size = float(volume.std(dtype=np.float64))
    elif unit == "stored":
        size = 1.0
    elif unit == "range":
        size = float(volume.max()) - float(volume.min())
    elif unit == "dtype":
        size = PEAK_16_BIT
    else:
        raise InputError(f"mcpd_unit: {unit!r} is not one of {', '.join(UNITS)}")
    return size or 1.0  # a constant volume has no spread; its differences are 0 in any unit
