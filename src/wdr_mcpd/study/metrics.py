"""PSNR (eq. 2) and SSIM (eq. 3) of a reconstruction, per slice, pooled, and inside a mask.

Arrays are `(slice, row, column)`. A measurement inside a mask is NaN where the mask has no voxel; the PSNR of
a region that is reproduced exactly is infinite.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.errors import InputError

Array = NDArray[Any]
Mask = NDArray[np.bool_]
SSIM_WINDOWS: dict[str, tuple[int, float | None, float]] = {
    "uniform7": (7, None, 49 / 48),
    # The window of Wang et al. 2004 (the paper's reference [19]).
    "gaussian11": (11, 1.5, 1.0),
}
"""Width, sigma, and factor of the variances, which are those of a sample in uniform windows."""


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
    from wdr_mcpd.study.similarity import Similarity

    values: NDArray[np.float64] = Similarity(original, window)(decoded, [ssim_range], [mask])[0, 0]
    return values


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
