"""Wavelet transforms of a block in place by lifting: CDF 9/7 for float32, the reversible 5/3 for int32.

Both are lifting schemes with whole-sample symmetric extension and are non-expansive for every length: `n`
samples give `ceil(n/2)` low-pass followed by `floor(n/2)` high-pass coefficients, and one sample passes.
The 9/7 is scaled to be nearly orthonormal (a constant gains sqrt(2) per level and axis), so that a squared
error of coefficients is close to the squared error of voxels.

Only additions and multiplications of IEEE single precision in the order written here: every processor gives
the same coefficients, however many lanes it works on at a time.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.compiled import compiled

# Daubechies and Sweldens, "Factoring wavelet transforms into lifting steps" (1998), section 7.7.
ALPHA = np.float32(-1.586134342059924)
BETA = np.float32(-0.052980118572961)
GAMMA = np.float32(0.882911075530934)
DELTA = np.float32(0.443506852043971)
SCALE = np.float32(1.149604398860241)
UNSCALE = np.float32(1 / 1.149604398860241)

Lines = NDArray[Any]  # (sample, lane)


@compiled
def _step97(bundle: Lines, lanes: int, first: int, weight: np.float32) -> None:
    """Add `weight` times the sum of both neighbours to every second sample from `first` on."""
    last = bundle.shape[0] - 1
    for i in range(first, last + 1, 2):
        a = bundle[i - 1 if i > 0 else 1]
        b = bundle[i + 1 if i < last else last - 1]
        x = bundle[i]
        for j in range(lanes):
            x[j] += weight * (a[j] + b[j])


@compiled
def _scale97(bundle: Lines, lanes: int, low: np.float32, high: np.float32) -> None:
    for i in range(bundle.shape[0]):
        weight = high if i % 2 else low
        x = bundle[i]
        for j in range(lanes):
            x[j] *= weight


@compiled
def lift97(bundle: Lines, lanes: int, undo: bool) -> None:
    """Lift interleaved float32 lines, or undo that."""
    if undo:
        _scale97(bundle, lanes, UNSCALE, SCALE)
        _step97(bundle, lanes, 0, -DELTA)
        _step97(bundle, lanes, 1, -GAMMA)
        _step97(bundle, lanes, 0, -BETA)
        _step97(bundle, lanes, 1, -ALPHA)
    else:
        _step97(bundle, lanes, 1, ALPHA)
        _step97(bundle, lanes, 0, BETA)
        _step97(bundle, lanes, 1, GAMMA)
        _step97(bundle, lanes, 0, DELTA)
        _scale97(bundle, lanes, SCALE, UNSCALE)


@compiled
def _step53(bundle: Lines, lanes: int, first: int, offset: int, shift: int, sign: int) -> None:
    """Add `sign` times the shifted sum of both neighbours to every second sample from `first` on."""
    last = bundle.shape[0] - 1
    for i in range(first, last + 1, 2):
        a = bundle[i - 1 if i > 0 else 1]
        b = bundle[i + 1 if i < last else last - 1]
        x = bundle[i]
        for j in range(lanes):
            x[j] += sign * ((a[j] + b[j] + offset) >> shift)


@compiled
def lift53(bundle: Lines, lanes: int, undo: bool) -> None:
    """Lift interleaved int32 lines, or undo that."""
    if undo:
        _step53(bundle, lanes, 0, 2, 2, -1)
        _step53(bundle, lanes, 1, 0, 1, 1)
    else:
        _step53(bundle, lanes, 1, 0, 1, -1)
        _step53(bundle, lanes, 0, 2, 2, 1)
