"""Wavelet transforms of a block in place by lifting: CDF 9/7 for float32, the reversible 5/3 for int32.

Both are lifting schemes with whole-sample symmetric extension and are non-expansive for every length: `n`
samples give `ceil(n/2)` low-pass followed by `floor(n/2)` high-pass coefficients, and one sample passes.
The 9/7 is scaled to be nearly orthonormal (a constant gains sqrt(2) per level and axis), so that a squared
error of coefficients is close to the squared error of voxels.

Only additions and multiplications of IEEE single precision in the order written here: every processor gives
the same coefficients, however many lanes it works on at a time.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload
from numpy.typing import NDArray

from wdr_mcpd.codec.compiled import compiled
from wdr_mcpd.codec.layout import Block, Shape, Step

LANES = 32  # lines lifted side by side: 256 samples of 32 float32 lines fill a first-level cache

# Daubechies and Sweldens, "Factoring wavelet transforms into lifting steps" (1998), section 7.7.
ALPHA = np.float32(-1.586134342059924)
BETA = np.float32(-0.052980118572961)
GAMMA = np.float32(0.882911075530934)
DELTA = np.float32(0.443506852043971)
SCALE = np.float32(1.149604398860241)
UNSCALE = np.float32(1 / 1.149604398860241)

Lines = NDArray[Any]  # (sample, lane), float32 or int32; also the block, flat


def forward(block: Block, steps: Sequence[Step]) -> None:
    """Transform `block` (slice, row, column) in place; a step splits its leading box `shape` along `axis`."""
    for axis, shape in steps:
        _split(block.reshape(-1), axis, shape, block.shape, False, _bundle(block, axis, shape))


def inverse(block: Block, steps: Sequence[Step]) -> None:
    """Undo `forward` with the same steps, in place."""
    for axis, shape in reversed(steps):
        _split(block.reshape(-1), axis, shape, block.shape, True, _bundle(block, axis, shape))


def _bundle(block: Block, axis: int, shape: Shape) -> Lines:
    lanes = min(LANES, shape[1 if axis == 2 else 2])  # a single line may be as long as the block
    return np.empty((shape[axis], lanes), block.dtype)


@compiled
def _split(flat: Lines, axis: int, shape: Shape, whole: Shape, undo: bool, bundle: Lines) -> None:
    """Lift all lines of the leading box along `axis`, a bundle of lines at a time."""
    strides = (whole[1] * whole[2], whole[2], 1)
    across = 1 if axis == 2 else 2  # lines of a bundle lie side by side along this axis
    outer = 3 - axis - across
    length, along, beside = shape[axis], strides[axis], strides[across]
    if length < 2:
        return
    for i in range(shape[outer]):
        for first in range(0, shape[across], bundle.shape[1]):
            lanes = min(bundle.shape[1], shape[across] - first)
            start = i * strides[outer] + first * beside
            if undo:
                copy_lines(flat, start, along, beside, bundle, lanes, True, False)
                _unlift(bundle, lanes)
                copy_lines(flat, start, along, beside, bundle, lanes, False, True)
            else:
                copy_lines(flat, start, along, beside, bundle, lanes, False, False)
                _lift(bundle, lanes)
                copy_lines(flat, start, along, beside, bundle, lanes, True, True)


@compiled
def copy_lines(
    flat: Lines, start: int, along: int, beside: int, bundle: Lines, lanes: int, split: bool, store: bool
) -> None:
    """Move lines between the block and the bundle; `split`: low-pass first in the block, interleaved here."""
    length = bundle.shape[0]
    half = (length + 1) // 2
    for i in range(length):
        place = (i // 2 + (i % 2) * half) if split else i
        base = start + place * along
        row = bundle[i]
        if beside == 1:
            line = flat[base : base + lanes]
            if store:
                for j in range(lanes):
                    line[j] = row[j]
            else:
                for j in range(lanes):
                    row[j] = line[j]
        elif store:
            for j in range(lanes):
                flat[base + j * beside] = row[j]
        else:
            for j in range(lanes):
                row[j] = flat[base + j * beside]


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
def _lift97(bundle: Lines, lanes: int) -> None:
    _step97(bundle, lanes, 1, ALPHA)
    _step97(bundle, lanes, 0, BETA)
    _step97(bundle, lanes, 1, GAMMA)
    _step97(bundle, lanes, 0, DELTA)
    _scale97(bundle, lanes, SCALE, UNSCALE)


@compiled
def _unlift97(bundle: Lines, lanes: int) -> None:
    _scale97(bundle, lanes, UNSCALE, SCALE)
    _step97(bundle, lanes, 0, -DELTA)
    _step97(bundle, lanes, 1, -GAMMA)
    _step97(bundle, lanes, 0, -BETA)
    _step97(bundle, lanes, 1, -ALPHA)


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
def _lift53(bundle: Lines, lanes: int) -> None:
    _step53(bundle, lanes, 1, 0, 1, -1)
    _step53(bundle, lanes, 0, 2, 2, 1)


@compiled
def _unlift53(bundle: Lines, lanes: int) -> None:
    _step53(bundle, lanes, 0, 2, 2, -1)
    _step53(bundle, lanes, 1, 0, 1, 1)


def _lift(bundle: Lines, lanes: int) -> None:
    """Lift the lines of a bundle; the element type picks the filter."""


def _unlift(bundle: Lines, lanes: int) -> None:
    """Undo `_lift`."""


@overload(_lift, strict=False)
def _typed_lift(bundle: Any, lanes: int) -> Any:
    lift = _lift97 if isinstance(bundle.dtype, types.Float) else _lift53
    return lambda bundle, lanes: lift(bundle, lanes)


@overload(_unlift, strict=False)
def _typed_unlift(bundle: Any, lanes: int) -> Any:
    unlift = _unlift97 if isinstance(bundle.dtype, types.Float) else _unlift53
    return lambda bundle, lanes: unlift(bundle, lanes)
