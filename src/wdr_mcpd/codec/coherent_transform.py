"""The transform of the coherence-conditioned coder: a longer wavelet for the two finest levels.

Finest levels: the biorthogonal spline-family wavelet 6.8 with 17 and 11 taps (Daubechies 1992; the taps as
PyWavelets lists them), which separates frequencies better than the 9/7 and is as near to orthonormal. Coarser
levels, and those along slices: the shared CDF 9/7. Whole-sample symmetric extension, non-expansive.

Both directions filter interleaved samples, with one symmetric filter for even and one for odd places: a
low-pass filter at even and a high-pass filter at odd places going forward; going back, the synthesis filters
seen from even and from odd places. Single precision in the order written, as in `transform`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec import transform
from wdr_mcpd.codec.coherent_layout import split_boxes
from wdr_mcpd.codec.compiled import compiled
from wdr_mcpd.codec.layout import Layout, Shape
from wdr_mcpd.codec.transform import LANES, copy_lines

FINE_LEVELS = 2
REACH = 8  # samples to each side

# From the middle outwards.
LOW = (
    0.8259229974584023, 0.4207962846098268, -0.09405920349573646, -0.07726317316720414, 0.04973290349094079,
    0.01193456527972926, -0.016990639867602342, -0.0019142861290887667, 0.0019088317364812906,
)  # fmt: skip
HIGH = (
    0.7589077294536541, -0.41784910915027457, -0.04036797903033992, 0.07872200106262882, 0.014467504896790148,
    -0.014426282505624435, 0.0, 0.0, 0.0,
)  # fmt: skip
SIGNS = np.array([1, -1, 1, -1, 1, -1, 1, -1, 1])
EVEN = np.arange(REACH + 1) % 2 == 0

FORWARD = np.array([LOW, HIGH], np.float32)
BACK = np.array(
    [np.where(EVEN, SIGNS * HIGH, SIGNS * LOW), np.where(EVEN, SIGNS * LOW, SIGNS * HIGH)], np.float32
)


def forward(block: NDArray[np.float32], plan: Layout) -> None:
    """Transform `block` (slice, row, column; float32) in place."""
    for step in plan.steps:
        _one(block, plan, step, False)
    for axis, origin, shape in split_boxes(plan):
        _filter(block, axis, origin, shape, False)


def inverse(
    block: NDArray[np.float32],
    plan: Layout,
    touch: Callable[[NDArray[np.float32], int], None] | None = None,
) -> None:
    """Undo `forward` in place.

    `touch(slices, level)` may change the slices on the way, at a fourth, a half and all of their size: level
    2, 1 and 0.
    """
    for axis, origin, shape in reversed(split_boxes(plan)):
        _filter(block, axis, origin, shape, True)
    in_plane = [step for step in plan.steps if step[0] > 0]
    sizes = list(dict.fromkeys(shape for _, shape in in_plane))[:FINE_LEVELS]
    first_undone = {[step for step in in_plane if step[1] == shape][-1]: shape for shape in sizes}
    for step in reversed(plan.steps):
        if touch and step in first_undone:
            level = sizes.index(step[1]) + 1
            small = block[:, : (step[1][1] + 1) // 2, : (step[1][2] + 1) // 2]
            work = np.ascontiguousarray(small)
            touch(work, level)
            small[...] = work
        _one(block, plan, step, True)
    if touch:
        touch(block, 0)


def _one(block: NDArray[np.float32], plan: Layout, step: tuple[int, Shape], undo: bool) -> None:
    axis, shape = step
    if axis > 0 and shape[axis] > plan.shape[axis] >> FINE_LEVELS:
        _filter(block, axis, (0, 0, 0), shape, undo)
    elif undo:
        transform.inverse(block, (step,))
    else:
        transform.forward(block, (step,))


def _filter(block: NDArray[np.float32], axis: int, origin: Shape, shape: Shape, undo: bool) -> None:
    start = (origin[0] * block.shape[1] + origin[1]) * block.shape[2] + origin[2]
    lanes = min(LANES, shape[1 if axis == 2 else 2])  # a single line may be as long as the block
    lines = np.empty((shape[axis] + 2 * REACH, lanes), np.float32)
    filtered = np.empty((shape[axis], lanes), np.float32)
    taps = BACK if undo else FORWARD
    _filter_box(block.reshape(-1)[start:], axis, shape, block.shape, undo, taps, lines, filtered)


@compiled
def _filter_box(
    flat: Any, axis: int, shape: Shape, whole: Shape, undo: bool, taps: Any, lines: Any, filtered: Any
) -> None:
    """Filter all lines of a box along `axis`, a bundle of lines at a time."""
    strides = (whole[1] * whole[2], whole[2], 1)
    across = 1 if axis == 2 else 2  # lines of a bundle lie side by side along this axis
    outer = 3 - axis - across
    length, along, beside = shape[axis], strides[axis], strides[across]
    inner = lines[REACH : REACH + length]
    for i in range(shape[outer]):
        for first in range(0, shape[across], LANES):
            lanes = min(LANES, shape[across] - first)
            start = i * strides[outer] + first * beside
            copy_lines(flat, start, along, beside, inner, lanes, undo, False)
            _mirror(lines, length, lanes)
            for k in range(length):
                _filter_row(lines, k + REACH, taps[k % 2], filtered[k], lanes)
            copy_lines(flat, start, along, beside, filtered, lanes, not undo, True)


@compiled
def _mirror(lines: Any, length: Any, lanes: Any) -> None:
    """Extend the lines by whole-sample symmetry."""
    period = 2 * (length - 1)
    for k in range(-REACH, length + REACH):
        if k == 0:
            continue
        source = k % period
        if source >= length:
            source = period - source
        if source != k:
            for j in range(lanes):
                lines[k + REACH, j] = lines[source + REACH, j]


@compiled
def _filter_row(lines: Any, middle: Any, taps: Any, out: Any, lanes: Any) -> None:
    x = lines[middle]
    for j in range(lanes):
        out[j] = taps[0] * x[j]
    for t in range(1, REACH + 1):
        weight = taps[t]
        a, b = lines[middle - t], lines[middle + t]
        for j in range(lanes):
            out[j] += weight * (a[j] + b[j])
