"""PSNR (eq. 2) and SSIM (eq. 3) of a reconstruction, per slice, pooled, and inside a mask.

Arrays are `(slice, row, column)`. A measurement inside a mask is NaN where the mask has no voxel; the PSNR of
a region that is reproduced exactly is infinite.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.errors import InputError

Array = NDArray[Any]
Mask = NDArray[np.bool_]
SSIM_WINDOWS: dict[str, tuple[int, tuple[str, dict[str, float]], float]] = {
    "uniform7": (7, ("uniform_filter", {"size": 7}), 49 / 48),
    # The window of Wang et al. 2004 (the paper's reference [19]).
    "gaussian11": (11, ("gaussian_filter", {"sigma": 1.5, "truncate": 3.5}), 1.0),
}
"""Width, filter of SciPy and factor of the variances, which are those of a sample in uniform windows."""


@dataclass(frozen=True)
class Reading:
    """How PSNR and SSIM are read where the paper leaves it open, as the configuration says it."""

    psnr_peak: float | str = 65535
    ssim_range: float | str = "max"
    ssim_window: str = "uniform7"


def peak_value(original: Array, peak: float | str) -> float:
    """Return the peak of PSNR in intensity values: a number, or the largest of the volume for "max"."""
    return _intensity(original, peak, "psnr_peak")


def range_value(original: Array, ssim_range: float | str) -> float:
    """Return the dynamic range of SSIM: the volume's largest value ("max"), 65535 ("dtype") or a number."""
    return _intensity(original, 65535 if ssim_range == "dtype" else ssim_range, "ssim_range")


def slice_psnr(
    original: Array, decoded: Array, peak: float | str = 65535, mask: Mask | None = None
) -> NDArray[np.float64]:
    """PSNR of each slice in decibels (eq. 2), over the whole slice or inside the mask.

    Parameters
    ----------
    original, decoded : ndarray (slice, row, column)
    peak : number or "max"
    mask : ndarray (slice, row, column) bool, optional

    Returns
    -------
    ndarray (slice,) float64
    """
    squares, voxels = squared_errors(original, decoded, mask)
    return psnr_of(squares, voxels, peak_value(original, peak))


def pooled_psnr(
    original: Array, decoded: Array, peak: float | str = 65535, mask: Mask | None = None
) -> float:
    """PSNR in decibels from the mean squared error over all voxels together (or all voxels of the mask)."""
    squares, voxels = squared_errors(original, decoded, mask)
    return float(psnr_of(squares.sum(), voxels.sum(), peak_value(original, peak)))


def squared_errors(
    original: Array, decoded: Array, mask: Mask | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sum of squared errors and number of voxels of each slice: two arrays (slice,)."""
    if original.shape != decoded.shape:
        raise InputError(f"the reconstruction has the shape {decoded.shape}, the original {original.shape}")
    squares = np.empty(len(original))
    voxels = np.empty(len(original))
    for i, (before, after) in enumerate(zip(original, decoded, strict=True)):
        error = before.astype(np.float64) - after
        if mask is not None:
            error = error[mask[i]]
        squares[i] = np.square(error).sum()
        voxels[i] = error.size
    return squares, voxels


def psnr_of(squares: Any, voxels: Any, peak: float) -> NDArray[np.float64]:
    """PSNR in decibels of sums of squared errors: infinite for no error, NaN for no voxels."""
    with np.errstate(divide="ignore", invalid="ignore"):
        psnr: NDArray[np.float64] = 10 * np.log10(peak**2 / (np.asarray(squares) / voxels))
    return psnr


def gain_db(psnr: Any, reference: Any) -> NDArray[np.float64]:
    """Difference of PSNRs in decibels; 0 where they are equal, both infinite included."""
    after, before = np.asarray(psnr, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        gain: NDArray[np.float64] = np.where(after == before, 0.0, after - before)
    return gain


def slice_ssim(
    original: Array,
    decoded: Array,
    ssim_range: float | str = "max",
    window: str = "uniform7",
    mask: Mask | None = None,
) -> NDArray[np.float64]:
    """Mean SSIM of each slice (eq. 3), over the slice or over the windows centred in the mask.

    Parameters
    ----------
    original, decoded : ndarray (slice, row, column)
    ssim_range : {"max", "dtype"} or number
        The dynamic range from which C1 and C2 are made; the paper gives none.
    window : {"uniform7", "gaussian11"}
    mask : ndarray (slice, row, column) bool, optional

    Returns
    -------
    ndarray (slice,) float64

    Raises
    ------
    InputError
        When a key is unknown, or a slice is smaller than the window.
    """
    values: NDArray[np.float64] = Similarity(original, window)(decoded, [ssim_range], [mask])[0, 0]
    return values


class Similarity:
    """SSIM against one volume (slice, row, column), whose local means and variances are computed once.

    The steps are those of scikit-image's `structural_similarity`, in its order: the values are the same.
    """

    def __init__(self, original: Array, window: str = "uniform7") -> None:
        if window not in SSIM_WINDOWS:
            raise InputError(f"ssim_window: {window!r} is not one of {', '.join(SSIM_WINDOWS)}")
        self.width, self.filter, self.unbiased = SSIM_WINDOWS[window]
        if min(original.shape[1:]) < self.width:
            raise InputError(f"SSIM needs slices of at least the window {window}, not {original.shape[1:]}")
        self.original = original
        self.known = [(values, *self._moments(values)) for values in original.astype(np.float64)]

    def __call__(
        self, decoded: Array, ssim_ranges: Sequence[float | str], masks: Sequence[Mask | None] = (None,)
    ) -> NDArray[np.float64]:
        """Mean SSIM for each range and mask of each slice: an array (range, mask, slice)."""
        constants = [range_value(self.original, key) for key in ssim_ranges]
        values = np.full((len(constants), len(masks), len(decoded)), np.nan)
        edge = (self.width - 1) // 2
        for i, (known, after) in enumerate(zip(self.known, decoded.astype(np.float64), strict=True)):
            before, mean, variance = known
            mean_after, variance_after = self._moments(after)
            both = mean * mean_after
            covariance = self.unbiased * (self._local(before * after) - both)
            squares, variances = mean**2 + mean_after**2, variance + variance_after
            for r, largest in enumerate(constants):
                c1, c2 = (0.01 * largest) ** 2, (0.03 * largest) ** 2
                local = (2 * both + c1) * (2 * covariance + c2) / ((squares + c1) * (variances + c2))
                for m, mask in enumerate(masks):
                    if mask is None:
                        values[r, m, i] = local[edge:-edge, edge:-edge].mean()
                    elif mask[i].any():
                        values[r, m, i] = local[mask[i]].mean()
        return values

    def _local(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        from scipy import ndimage

        local: NDArray[np.float64] = getattr(ndimage, self.filter[0])(values, **self.filter[1])
        return local

    def _moments(self, values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        mean = self._local(values)
        return mean, self.unbiased * (self._local(values * values) - mean * mean)


def _intensity(original: Array, key: float | str, name: str) -> float:
    if key == "max":
        largest = float(original.max())
        return largest if largest > 0 else 1.0  # an empty scan has no largest value to measure by
    try:
        value = float(key)
    except ValueError:
        value = 0.0
    if not 0 < value < np.inf:
        raise InputError(f"{name}: {key!r} is neither a positive number nor a known name such as max")
    return value
