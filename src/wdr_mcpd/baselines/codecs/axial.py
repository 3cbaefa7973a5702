"""The CDF 9/7 wavelet along the slices, by lifting, for codecs that only transform within a slice.

Whole-sample symmetric extension and ceil(n/2) low-pass samples, so no length is padded; scaled close to
orthonormal, so an equal step for all slices is an equal contribution to the squared error.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

# Daubechies and Sweldens, "Factoring wavelet transforms into lifting steps" (1998), section 7.7.
STEPS = (-1.586134342059924, -0.052980118572961, 0.882911075530934, 0.443506852043971)
GAIN = 1.149604398860241
Array = NDArray[Any]


def forward(volume: Array, levels: int) -> NDArray[np.float64]:
    """Transform along the first axis: float64 coefficients of the same shape, coarse slices first."""
    coefficients = volume.astype(np.float64)
    for count in _lengths(len(volume), levels):
        part = coefficients[:count]
        even, odd = part[0::2].copy(), part[1::2].copy()
        for step, weight in enumerate(STEPS):
            _lift(even, odd, step, weight)
        part[: len(even)], part[len(even) :] = even * GAIN, odd / GAIN
    return coefficients


def inverse(coefficients: Array, levels: int) -> NDArray[np.float64]:
    """Undo `forward`."""
    volume = coefficients.astype(np.float64)
    for count in reversed(_lengths(len(volume), levels)):
        part = volume[:count]
        half = (count + 1) // 2
        even, odd = part[:half] / GAIN, part[half:] * GAIN
        for step, weight in reversed(list(enumerate(STEPS))):
            _lift(even, odd, step, -weight)
        part[0::2], part[1::2] = even, odd
    return volume


def _lengths(count: int, levels: int) -> list[int]:
    """Slices that each level splits; a single slice passes."""
    lengths: list[int] = []
    while levels > len(lengths) and count > 1:
        lengths.append(count)
        count = (count + 1) // 2
    return lengths


def _lift(even: Array, odd: Array, step: int, weight: float) -> None:
    """Add the weighted neighbours to the odd slices (even steps) or to the even ones (odd steps)."""
    if step % 2 == 0:
        after = even[1:] if len(even) > len(odd) else np.concatenate([even[1:], even[-1:]])
        odd += weight * (even[: len(odd)] + after)
    else:
        before = np.concatenate([odd[:1], odd])
        after = np.concatenate([odd, odd[-1:]])
        even += weight * (before[: len(even)] + after[: len(even)])
