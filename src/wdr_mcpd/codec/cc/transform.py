"""The transform of the coherence-conditioned coder: a longer wavelet for the two finest levels.

Finest levels: the biorthogonal spline-family wavelet 6.8 with 17 and 11 taps (Daubechies 1992), which
separates frequencies better than the 9/7 and is as near to orthonormal. Coarser levels, and those along
slices: the shared CDF 9/7.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.cc.layout import SplitLayout, further_splits, split_layout
from wdr_mcpd.codec.filter_bank import bank
from wdr_mcpd.codec.layout import Layout, Shape, Step
from wdr_mcpd.codec.transform import CORNER, UNITS, Transform, apply

FINE_LEVELS = 2
FINE_WAVELET = "bior6.8"
Touch = Callable[[NDArray[np.float32], int], None]


class SplitTransform(Transform):
    """The 17/11 wavelet for the two finest levels and their further splits, the 9/7 for all others."""

    def lay_out(
        self, shape: Shape, decomposition: str, in_plane_levels: int, axial_levels: int
    ) -> SplitLayout:
        """Plan the transform; the decomposition is the packet one."""
        return split_layout(shape, in_plane_levels, axial_levels)

    def forward(self, block: NDArray[Any], plan: Layout) -> None:
        """Do all steps, then the further splits."""
        for step in plan.steps:
            _one(block, plan, step, False)
        for box in further_splits(plan):
            apply(block, *box, False, bank(FINE_WAVELET))

    def inverse(self, block: NDArray[Any], plan: Layout, touch: Touch | None = None) -> None:
        """Undo `forward`.

        `touch(slices, level)` may change the slices on the way, at a fourth, a half and all of their size:
        level 2, 1 and 0.
        """
        for box in reversed(further_splits(plan)):
            apply(block, *box, True, bank(FINE_WAVELET))
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
    fine = axis > 0 and shape[axis] > plan.shape[axis] >> FINE_LEVELS
    apply(block, axis, CORNER, shape, undo, bank(FINE_WAVELET) if fine else None)


SPLIT = SplitTransform("17/11 and CDF 9/7", np.float32, UNITS)
