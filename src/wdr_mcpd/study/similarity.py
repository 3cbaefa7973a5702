"""SSIM (eq. 3) against one volume, in compiled loops: a study compares thousands of slices with few.

The steps are those of scikit-image's `structural_similarity` and of SciPy's filters, in their order, so the
values are the same to the last bit.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.compiled import compiled, inlined
from wdr_mcpd.errors import InputError
from wdr_mcpd.study.metrics import SSIM_WINDOWS, Array, Mask, range_value

Plane = NDArray[np.float64]


class Similarity:
    """SSIM against one volume (slice, row, column), whose local means and variances are computed once."""

    def __init__(self, original: Array, window: str = "uniform7") -> None:
        if window not in SSIM_WINDOWS:
            raise InputError(f"ssim_window: {window!r} is not one of {', '.join(SSIM_WINDOWS)}")
        self.width, sigma, self.unbiased = SSIM_WINDOWS[window]
        if min(original.shape[1:]) < self.width:
            raise InputError(f"SSIM needs slices of at least the window {window}, not {original.shape[1:]}")
        self.original = original
        distance = np.arange(-(self.width // 2), 1)
        weights = np.exp(-0.5 / (sigma or 1) ** 2 * distance**2)
        self.weights = weights / (2 * weights[:-1].sum() + 1) if sigma else np.empty(0)
        rows, columns = original.shape[1:]
        self.down = np.empty((rows, columns))
        self.line = np.empty(max(columns, rows) + self.width)
        self.known = [(values, *self._moments(values)) for values in original.astype(np.float64)]

    def __call__(
        self,
        decoded: Array,
        ssim_ranges: Sequence[float | str],
        masks: Sequence[Mask | None] = (None,),
        slices: Sequence[int] | None = None,
    ) -> NDArray[np.float64]:
        """Mean SSIM for each range and mask of each slice: an array (range, mask, slice).

        `decoded` holds all slices or those of the original that `slices` names.
        """
        constants = [range_value(self.original, key) for key in ssim_ranges]
        values = np.full((len(constants), len(masks), len(decoded)), np.nan)
        originals = self.known if slices is None else [self.known[i] for i in slices]
        edge = (self.width - 1) // 2
        local = np.empty_like(self.down)
        for i, (known, after) in enumerate(zip(originals, decoded.astype(np.float64), strict=True)):
            before, *moments = known
            found = *moments, *self._moments(after), self._local(before * after)
            for r, largest in enumerate(constants):
                _similarity(found, self.unbiased, (0.01 * largest) ** 2, (0.03 * largest) ** 2, local)
                for m, mask in enumerate(masks):
                    if mask is None:
                        values[r, m, i] = local[edge:-edge, edge:-edge].mean()
                    elif mask[i].any():
                        values[r, m, i] = local[mask[i]].mean()
        return values

    def _local(self, values: Plane) -> Plane:
        local = np.empty_like(values)
        if len(self.weights):
            _gaussian(values, self.weights, self.line, self.down, local)
        else:
            _uniform(values, self.width, self.line, self.down, local)
        return local

    def _moments(self, values: Plane) -> tuple[Plane, Plane]:
        mean = self._local(values)
        return mean, self.unbiased * (self._local(values * values) - mean * mean)


@compiled
def _similarity(found: Any, unbiased: float, c1: float, c2: float, local: Plane) -> None:
    mean, variance, mean_after, variance_after, product = found
    for i in range(local.shape[0]):
        for j in range(local.shape[1]):
            both = mean[i, j] * mean_after[i, j]
            covariance = unbiased * (product[i, j] - both)
            squares = mean[i, j] * mean[i, j] + mean_after[i, j] * mean_after[i, j]
            local[i, j] = ((2 * both + c1) * (2 * covariance + c2)) / (
                (squares + c1) * (variance[i, j] + variance_after[i, j] + c2)
            )


@inlined
def _reflected(i: int, size: int) -> int:
    """Return the index inside, where the edge mirrors what is beside it."""
    if i < 0:
        return -1 - i
    return 2 * size - 1 - i if i >= size else i


@compiled
def _uniform(values: Plane, width: int, line: Plane, down: Plane, local: Plane) -> None:
    """Mean over width x width voxels by running sums, down the columns and then along the rows."""
    rows, columns = values.shape
    half = width // 2
    total = line[:columns]
    total[:] = 0.0
    for k in range(-half, half + 1):
        place = _reflected(k, rows)
        for j in range(columns):
            total[j] += values[place, j]
    for j in range(columns):
        down[0, j] = total[j] / width
    for i in range(1, rows):
        new, old = _reflected(i + half, rows), _reflected(i - half - 1, rows)
        for j in range(columns):
            total[j] += values[new, j] - values[old, j]
            down[i, j] = total[j] / width
    for i in range(rows):
        for j in range(columns + 2 * half):
            line[j] = down[i, _reflected(j - half, columns)]
        along = 0.0
        for j in range(width):
            along += line[j]
        local[i, 0] = along / width
        for j in range(1, columns):
            along += line[j + width - 1] - line[j - 1]
            local[i, j] = along / width


@compiled
def _gaussian(values: Plane, weights: Plane, line: Plane, down: Plane, local: Plane) -> None:
    """Mean weighted by a symmetric window, of which the left half and the middle are given."""
    rows, columns = values.shape
    half = weights.size - 1
    for i in range(rows):
        for j in range(columns):
            down[i, j] = values[i, j] * weights[half]
        for k in range(half):
            above, below = _reflected(i - half + k, rows), _reflected(i + half - k, rows)
            for j in range(columns):
                down[i, j] += (values[above, j] + values[below, j]) * weights[k]
    for i in range(rows):
        for j in range(columns + 2 * half):
            line[j] = down[i, _reflected(j - half, columns)]
        for j in range(columns):
            local[i, j] = line[j + half] * weights[half]
        for k in range(half):
            for j in range(columns):
                local[i, j] += (line[j + k] + line[j + 2 * half - k]) * weights[k]
