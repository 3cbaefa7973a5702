"""How the slices of a group become coefficients and back, and the transforms that coders share.

All are non-expansive for every length: `n` samples give `ceil(n/2)` low-pass followed by `floor(n/2)`
high-pass coefficients, and one sample passes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload
from numpy.typing import NDArray

from wdr_mcpd.codec.compiled import compiled
from wdr_mcpd.codec.filter_bank import Bank, bank, filter_lines
from wdr_mcpd.codec.layout import Block, Layout, Shape, Step, layout, scatter
from wdr_mcpd.codec.lifting import Lines, lift53, lift97
from wdr_mcpd.codec.settings import CDF97

UNITS = 16  # lossy coefficients are coded as whole sixteenths: finer ones could not change a rounded voxel
LANES = 32  # lines taken side by side: 256 samples of 32 float32 lines fill a first-level cache
CORNER = (0, 0, 0)


@dataclass(frozen=True)
class Transform:
    """A transform of blocks (slice, row, column) in place.

    `name` is for people. Blocks are of `dtype`, and coefficients are coded as whole numbers of 1/`units`.
    Without `filters` it is the lifting of that type: CDF 9/7 for float32, the reversible 5/3 for int32.
    """

    name: str
    dtype: type
    units: float
    filters: Bank | None = None

    def lay_out(self, shape: Shape, decomposition: str, in_plane_levels: int, axial_levels: int) -> Layout:
        """Plan the transform; in the packet decomposition the steps along the slices are the last."""
        return layout(shape, decomposition, in_plane_levels, axial_levels)

    def split(self, block: Block, steps: Sequence[Step]) -> None:
        """Do single steps: each splits the leading box of a shape along an axis."""
        for axis, shape in steps:
            apply(block, axis, CORNER, shape, False, self.filters)

    def forward(self, block: Block, plan: Layout) -> None:
        """Do all steps of a plan."""
        self.split(block, plan.steps)

    def inverse(self, block: Block, plan: Layout) -> None:
        """Undo `forward`."""
        for axis, shape in reversed(plan.steps):
            apply(block, axis, CORNER, shape, True, self.filters)

    def block(self, values: NDArray[np.float32], plan: Layout) -> NDArray[Any]:
        """Make the block that has the decoded `values` (scan order) as coefficients."""
        block: NDArray[Any] = np.empty(plan.shape, self.dtype)
        scatter(values, plan.boxes, block, np.float32(1 / self.units))
        self.inverse(block, plan)
        return block


def shared(decomposition: str, lossless: bool, wavelet: str) -> Transform:
    """Return the transform of coders without one of their own; InputError if the wavelet cannot be used."""
    if lossless:
        return Transform("reversible 5/3", np.int32, 1)
    if wavelet == CDF97:
        return Transform("CDF 9/7", np.float32, UNITS)
    return Transform(wavelet, np.float32, UNITS, bank(wavelet))


def apply(block: Block, axis: int, origin: Shape, shape: Shape, undo: bool, filters: Bank | None) -> None:
    """Split all lines of a box of `block` along `axis` into halves, in place, or undo that."""
    start = (origin[0] * block.shape[1] + origin[1]) * block.shape[2] + origin[2]
    lanes = min(LANES, shape[1 if axis == 2 else 2])  # a single line may be as long as the block
    reach = filters.reach if filters else 0
    lines = np.empty((shape[axis] + 2 * reach, lanes), block.dtype)
    out = np.empty((shape[axis], lanes), block.dtype) if filters else lines
    _split(block.reshape(-1)[start:], axis, shape, block.shape, undo, lines, out, filters)


@compiled
def _split(
    flat: Lines, axis: int, shape: Shape, whole: Shape, undo: bool, lines: Lines, out: Lines, filters: Any
) -> None:
    """Transform all lines of a box along `axis`, a bundle of lines at a time."""
    strides = (whole[1] * whole[2], whole[2], 1)
    across = 1 if axis == 2 else 2  # lines of a bundle lie side by side along this axis
    outer = 3 - axis - across
    length, along, beside = shape[axis], strides[axis], strides[across]
    if length < 2:
        return
    reach = (lines.shape[0] - length) // 2
    for i in range(shape[outer]):
        for first in range(0, shape[across], out.shape[1]):
            lanes = min(out.shape[1], shape[across] - first)
            start = i * strides[outer] + first * beside
            _copy_lines(flat, start, along, beside, lines[reach : reach + length], lanes, undo, False)
            _transform(lines, out, lanes, undo, filters)
            _copy_lines(flat, start, along, beside, out, lanes, not undo, True)


@compiled
def _copy_lines(
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


def _transform(lines: Lines, out: Lines, lanes: int, undo: bool, filters: Bank | None) -> None:
    """Transform a bundle of lines by filters, or else in place by the lifting of its type."""


@overload(_transform, strict=False)
def _chosen(lines: Any, out: Any, lanes: Any, undo: Any, filters: Any) -> Any:
    if not isinstance(filters, types.NoneType):
        return lambda lines, out, lanes, undo, filters: filter_lines(lines, out, lanes, undo, filters)
    lift = lift97 if isinstance(lines.dtype, types.Float) else lift53
    return lambda lines, out, lanes, undo, filters: lift(lines, lanes, undo)
