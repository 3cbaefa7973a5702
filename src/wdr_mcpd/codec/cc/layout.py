"""Subbands of the coherence-conditioned coder, and what each knows of its relatives.

The finest detail subbands are split once more along the axes on which they are high-pass: scanners acquire
fewer frequencies than the image has samples, so that the upper half of those subbands is nearly empty.

The coder works on arrays with a frame of zeros around every slice of a subband and an empty slice before the
first and after the last, so that neighbours need no test.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.lanes import LANES
from wdr_mcpd.codec.layout import Layout, Shape, Subband, layout

FRAME = 2  # zeros around a slice of a subband
LEVELS = 6  # in-plane levels told apart
KINDS = 2 * 4 * (LEVELS + 4)  # axial half, orientation, level or part of a split subband

INDEX = (
    *("start", "slices", "rows", "columns", "row_step", "slice_step", "kind", "orientation"),
    *("parent", "cousin", "other_cousin", "slice_shift", "row_shift", "column_shift"),
    *("first_child", "last_child"),
)
FRAMED = np.dtype([(name, np.int64) for name in INDEX])
"""A subband in a framed array: where it begins, its size, steps from row to row and slice to slice, kind
(what its statistics are shared with), orientation (0 low-pass, 1 high along columns, 2 rows, 3 both), parent,
the two subbands of the same size and place with other orientations (-1: none), by how many bits a
position is shifted to be the parent's, and from which to which subband those are whose parent this is."""


@dataclass(frozen=True)
class SplitLayout(Layout):
    """A packet layout whose finest detail subbands are split once more.

    The steps are those of the transform without the additional splits. `parts` numbers the parts of a split
    subband from 1 on; 0 stands for a subband that is not split. `splits` lists the additional splits in
    order: axis, origin and shape of the box.
    """

    parts: tuple[int, ...]
    splits: tuple[tuple[int, Shape, Shape], ...]


@lru_cache(maxsize=64)
def split_layout(shape: Shape, in_plane_levels: int, axial_levels: int) -> SplitLayout:
    """Lay out the packet decomposition with the finest detail subbands split once more."""
    plain = layout(shape, "packet", in_plane_levels, axial_levels)
    subbands: list[Subband] = []
    parts: list[int] = []
    splits: list[tuple[int, Shape, Shape]] = []
    place: dict[int, int] = {-1: -1}
    offset = 0
    for index, band in enumerate(plain.subbands):
        place[index] = first = len(subbands)
        pieces = [band]
        for axis in _split_axes(band):
            splits += [(axis, piece.origin, piece.shape) for piece in pieces]
            pieces = [half for piece in pieces for half in _halves(piece, axis)]
        for number, piece in enumerate(pieces):
            parent = place[band.parent] if number == 0 else first
            subbands.append(replace(piece, offset=offset, parent=parent))
            parts.append(number + 1 if len(pieces) > 1 else 0)
            offset += piece.size
    return SplitLayout(shape, plain.steps, tuple(subbands), tuple(parts), tuple(splits))


def further_splits(plan: Layout) -> tuple[tuple[int, Shape, Shape], ...]:
    """List the additional splits of a layout: axis, origin and shape of the box, in order."""
    return plan.splits if isinstance(plan, SplitLayout) else ()


def _split_axes(band: Subband) -> list[int]:
    """Tell along which axes a subband of the plain decomposition is split."""
    if band.levels[1:] != (1, 1):
        return []
    return [axis for axis in (2, 1) if band.high[axis] and band.shape[axis] > 1]


def _halves(band: Subband, axis: int) -> list[Subband]:
    """Split along one axis; the half with the lower frequencies, which is the high-pass half, comes first."""
    low = (band.shape[axis] + 1) // 2
    halves = []
    for start, length in ((low, band.shape[axis] - low), (0, low)):
        origin = _along(band.origin, axis, band.origin[axis] + start)
        levels = _along(band.levels, axis, band.levels[axis] + 1)
        halves.append(replace(band, origin=origin, shape=_along(band.shape, axis, length), levels=levels))
    return halves


def _along(triple: Shape, axis: int, value: int) -> Shape:
    a, b, c = (value if k == axis else n for k, n in enumerate(triple))
    return a, b, c


def relatives(plan: Layout) -> tuple[NDArray[np.void], int]:
    """Place the subbands of a layout in a framed array; returns their records and the array's length.

    Behind the last subband is room to look at many coefficients at a time.
    """
    parts = plan.parts if isinstance(plan, SplitLayout) else (0,) * len(plan.subbands)
    records = np.zeros(len(plan.subbands), FRAMED)
    start = 0
    for index, (band, part) in enumerate(zip(plan.subbands, parts, strict=True)):
        slices, rows, columns = band.shape
        step = columns + 2 * FRAME
        orientation = 2 * band.high[1] + band.high[2]
        level = LEVELS + part - 1 if part else min(min(band.levels[1:]), LEVELS - 1)
        kind = (4 * band.high[0] + orientation) * (LEVELS + 4) + level
        parent, shifts = -1, np.zeros(3, np.int64)
        between = np.subtract(plan.subbands[band.parent].levels, band.levels)
        if _corresponds(band, plan.subbands[band.parent], between):
            parent, shifts = band.parent, between
        cousins = [
            i for i, other in enumerate(plan.subbands) if parts[i] == part == 0 and _are_cousins(band, other)
        ]
        place = (start, slices, rows, columns, step, step * (rows + 2 * FRAME), kind, orientation)
        records[index] = (*place, parent, *[*cousins, -1, -1][:2], *shifts, 0, -1)
        if parent >= 0:
            records["first_child"][parent] = records["first_child"][parent] or index
            records["last_child"][parent] = index
        start += (slices + 2) * step * (rows + 2 * FRAME)
    return records, start + LANES


def _corresponds(band: Subband, parent: Subband, shifts: NDArray[np.int64]) -> bool:
    """Tell whether positions in `band`, shifted, are positions of detail in `parent` (or in its frame)."""
    fits = all((n - 1) >> max(s, 0) <= m for n, s, m in zip(band.shape, shifts, parent.shape, strict=True))
    return band.parent >= 0 and any(parent.high[1:]) and bool(np.isin(shifts, (0, 1)).all()) and fits


def _are_cousins(band: Subband, other: Subband) -> bool:
    """Tell whether two subbands show the same places at the same scale in different orientations."""
    return (
        band.high[1:] != other.high[1:]
        and band.high[0] == other.high[0]
        and band.levels == other.levels
        and any(other.high[1:])
        and any(band.high[1:])
        and all(n <= m + 1 for n, m in zip(band.shape, other.shape, strict=True))
    )


def framed(values: NDArray[Any], plan: Layout, table: NDArray[np.void], length: int) -> NDArray[Any]:
    """Copy values (scan order) into a framed array."""
    whole = np.zeros(length, values.dtype)
    for record, band in zip(table, plan.subbands, strict=True):
        slices, first = band.shape[0] + 2, record["start"]
        box = whole[first : first + slices * record["slice_step"]].reshape(slices, -1, record["row_step"])
        inside = box[1:-1, FRAME:-FRAME, FRAME:-FRAME]
        inside[:] = values[band.offset : band.offset + band.size].reshape(band.shape)
    return whole
