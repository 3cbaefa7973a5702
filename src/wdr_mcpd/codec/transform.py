"""How the slices of a group become coefficients and back, and the transforms that coders share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec import lifting
from wdr_mcpd.codec.filter_bank import bank, join, split
from wdr_mcpd.codec.layout import Layout, Shape, Step, layout, scatter
from wdr_mcpd.codec.settings import CDF97

UNITS = 16  # lossy coefficients are coded as whole sixteenths: finer ones could not change a rounded voxel
Steps = Sequence[Step]


@dataclass(frozen=True)
class Transform:
    """A transform of blocks (slice, row, column) in place.

    `name` is for people. Blocks are of `dtype`, and coefficients are coded as whole numbers of 1/`units`.
    `split` and `join` take single steps, as those along the slices; `lay_out(shape, decomposition,
    in_plane_levels, axial_levels)` plans a transform, in the packet decomposition with the steps along the
    slices last; `forward` and `inverse` do all of a plan.
    """

    name: str
    dtype: np.dtype[Any]
    units: float
    split: Callable[[NDArray[Any], Steps], None]
    join: Callable[[NDArray[Any], Steps], None]
    lay_out: Callable[[Shape, str, int, int], Layout]
    forward: Callable[[NDArray[Any], Layout], None]
    inverse: Callable[[NDArray[Any], Layout], None]

    def block(self, values: NDArray[np.float32], plan: Layout) -> NDArray[Any]:
        """Make the block that has the decoded `values` (scan order) as coefficients."""
        block = np.empty(plan.shape, self.dtype)
        scatter(values, plan.boxes, block, np.float32(1 / self.units))
        self.inverse(block, plan)
        return block


def shared(decomposition: str, lossless: bool, wavelet: str) -> Transform:
    """Return the transform of coders without one of their own.

    Raises
    ------
    InputError
        If the wavelet cannot be used.
    """
    if lossless:
        return _stepwise("reversible 5/3", np.int32, 1, lifting.forward, lifting.inverse)
    if wavelet == CDF97:
        return _stepwise("CDF 9/7", np.float32, UNITS, lifting.forward, lifting.inverse)
    filters = bank(wavelet)

    def split_all(block: NDArray[Any], steps: Steps) -> None:
        for axis, shape in steps:
            split(block, axis, (0, 0, 0), shape, filters)

    def join_all(block: NDArray[Any], steps: Steps) -> None:
        for axis, shape in reversed(steps):
            join(block, axis, (0, 0, 0), shape, filters)

    return _stepwise(wavelet, np.float32, UNITS, split_all, join_all)


def _stepwise(
    name: str,
    dtype: type,
    units: float,
    split: Callable[[NDArray[Any], Steps], None],
    join: Callable[[NDArray[Any], Steps], None],
) -> Transform:
    """Make a transform of which a plan is its steps and nothing else."""
    return Transform(
        name,
        np.dtype(dtype),
        units,
        split,
        join,
        layout,
        lambda block, plan: split(block, plan.steps),
        lambda block, plan: join(block, plan.steps),
    )
