"""The transform of the coherence-conditioned coder: a longer wavelet for the two finest levels.

Finest levels: the biorthogonal spline-family wavelet 6.8 with 17 and 11 taps (Daubechies 1992), which
separates frequencies better than the 9/7 and is as near to orthonormal. Coarser levels, and those along
slices: the shared CDF 9/7.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec import lifting
from wdr_mcpd.codec.cc.layout import further_splits, split_layout
from wdr_mcpd.codec.filter_bank import bank, join, split
from wdr_mcpd.codec.layout import Layout, Step
from wdr_mcpd.codec.transform import UNITS, Transform

FINE_LEVELS = 2
FINE_WAVELET = "bior6.8"


def forward(block: NDArray[np.float32], plan: Layout) -> None:
    """Transform `block` (slice, row, column; float32) in place."""
    for step in plan.steps:
        _one(block, plan, step, False)
    for axis, origin, shape in further_splits(plan):
        split(block, axis, origin, shape, bank(FINE_WAVELET))


def inverse(
    block: NDArray[np.float32],
    plan: Layout,
    touch: Callable[[NDArray[np.float32], int], None] | None = None,
) -> None:
    """Undo `forward` in place.

    `touch(slices, level)` may change the slices on the way, at a fourth, a half and all of their size: level
    2, 1 and 0.
    """
    for axis, origin, shape in reversed(further_splits(plan)):
        join(block, axis, origin, shape, bank(FINE_WAVELET))
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


def _one(block: NDArray[np.float32], plan: Layout, step: Step, undo: bool) -> None:
    axis, shape = step
    if axis > 0 and shape[axis] > plan.shape[axis] >> FINE_LEVELS:
        (join if undo else split)(block, axis, (0, 0, 0), shape, bank(FINE_WAVELET))
    else:
        (lifting.inverse if undo else lifting.forward)(block, (step,))


SPLIT = Transform(
    "17/11 and CDF 9/7",
    np.dtype(np.float32),
    UNITS,
    lifting.forward,
    lifting.inverse,
    lambda shape, decomposition, in_plane_levels, axial_levels: split_layout(
        shape, in_plane_levels, axial_levels
    ),
    forward,
    inverse,
)
