"""Where each subband of a decomposition lies in the transformed block, and the order in which it is scanned.

Coders see the coefficients of a group as one flat array in scan order: subband after subband, coarse to fine,
and inside a subband in raster order (slice, row, column).
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.compiled import compiled

Shape = tuple[int, int, int]
Step = tuple[int, Shape]
Block = NDArray[np.float32] | NDArray[np.int32]
FIELDS = ("offset", "slice", "row", "column", "slices", "rows", "columns")
BOX = np.dtype([(name, np.int64) for name in FIELDS])  # of a subband: place in the scan, origin and shape


@dataclass(frozen=True)
class Subband:
    """One subband: a box of the transformed block.

    `levels` counts the splits along each axis that led to it, `high` says along which axes its last split
    kept the high-pass half, `parent` is the index of the next coarser subband of the same orientation (-1:
    none).
    """

    offset: int
    origin: Shape
    shape: Shape
    levels: Shape
    high: tuple[bool, bool, bool]
    parent: int

    @property
    def size(self) -> int:
        """Number of coefficients."""
        return self.shape[0] * self.shape[1] * self.shape[2]


@dataclass(frozen=True)
class Layout:
    """The transform steps of a group of slices and its subbands in scan order."""

    shape: Shape
    steps: tuple[Step, ...]
    subbands: tuple[Subband, ...]

    @property
    def size(self) -> int:
        """Number of coefficients, which is the number of voxels."""
        return self.shape[0] * self.shape[1] * self.shape[2]

    @cached_property
    def boxes(self) -> NDArray[np.void]:
        """The subbands for compiled loops, a record each."""
        return np.array([(band.offset, *band.origin, *band.shape) for band in self.subbands], BOX)


def depth(length: int) -> int:
    """Return how often `length` samples can be halved (rounding up) before one is left."""
    return max(length - 1, 0).bit_length()


@lru_cache(maxsize=64)
def layout(shape: Shape, decomposition: str, in_plane_levels: int, axial_levels: int) -> Layout:
    """Lay out the decomposition of a block (slice, row, column).

    "packet": the in-plane levels on every frame, then the axial levels on every line across the frames (the
    reference does the axial ones first, which differs by rounding alone). "dyadic": each level splits all
    three axes of the low-pass box (in-plane only once the axial levels are used up). An axis stops when one
    sample is left.
    """
    axial = min(axial_levels, depth(shape[0]))
    in_plane = min(in_plane_levels, depth(max(shape[1:])))
    steps: list[Step] = []
    if decomposition == "packet":
        low = shape
        for _ in range(in_plane):
            steps += [(2, low), (1, low)]
            low = _halved(low, (1, 2))
        low = shape
        for _ in range(axial):
            steps.append((0, low))
            low = _halved(low, (0,))
        boxes = [
            (k, row, column)
            for k in _bands(shape[0], axial)
            for row, column in _plane_bands(shape[1:], in_plane)
        ]
    else:
        low = shape
        for level in range(max(in_plane, axial)):
            axes = ((2, 1) if level < in_plane else ()) + ((0,) if level < axial else ())
            steps += [(axis, low) for axis in axes]
            low = _halved(low, axes)
        boxes = _dyadic_boxes(shape, (axial, in_plane, in_plane))
    return Layout(shape, tuple((a, s) for a, s in steps if s[a] > 1), _in_scan_order(boxes))


_Band = tuple[int, int, int, bool]  # origin, length, level, is it the high-pass half


def _halved(shape: Shape, axes: tuple[int, ...]) -> Shape:
    a, b, c = ((n + 1) // 2 if axis in axes else n for axis, n in enumerate(shape))
    return a, b, c


def _bands(length: int, levels: int) -> list[_Band]:
    """Split one axis `levels` times: the low-pass band and the high-pass bands from coarse to fine."""
    bands: list[_Band] = []
    for level in range(1, levels + 1):
        low = (length + 1) // 2
        bands.insert(0, (low, length - low, level, True))
        length = low
    return [(0, length, levels, False), *bands]


def _plane_bands(shape: tuple[int, ...], levels: int) -> list[tuple[_Band, _Band]]:
    """Split a frame `levels` times: the low-pass band, then three detail bands per level, coarse first."""
    rows, columns = _bands(shape[0], levels), _bands(shape[1], levels)
    pairs = [(rows[0], columns[0])]
    for index in range(1, levels + 1):
        pairs += _details((rows[index], columns[index]))
    return pairs


def _details(high: tuple[_Band, ...]) -> list[Any]:
    """All combinations of low and high halves at one level but the one that is low along every axis."""
    pairs = [((0, origin, level, False), (origin, size, level, True)) for origin, size, level, _ in high]
    chosen: list[tuple[_Band, ...]] = [()]
    for low, top in pairs:
        chosen = [(*c, half) for c in chosen for half in (low, top)]
    return chosen[1:]


def _dyadic_boxes(shape: Shape, levels: Shape) -> list[tuple[_Band, _Band, _Band]]:
    axes = [_bands(n, depth_) for n, depth_ in zip(shape, levels, strict=True)]
    boxes = [(axes[0][0], axes[1][0], axes[2][0])]
    for level in range(max(levels), 0, -1):
        split = [axis for axis in range(3) if level <= levels[axis]]
        for choice in _details(tuple(axes[axis][levels[axis] - level + 1] for axis in split)):
            halves = dict(zip(split, choice, strict=True))
            a, b, c = (halves.get(axis, axes[axis][0]) for axis in range(3))
            boxes.append((a, b, c))
    return boxes


def _in_scan_order(boxes: list[tuple[_Band, _Band, _Band]]) -> tuple[Subband, ...]:
    """Number the subbands from coarse to fine and drop the empty ones."""
    boxes = [box for box in boxes if all(band[1] for band in box)]
    boxes.sort(key=lambda box: -sum(band[2] * 2 - band[3] for band in box))
    index = {_identity(box): i for i, box in enumerate(boxes)}
    offset = 0
    subbands = []
    for box in boxes:
        halves: Any = zip(*box, strict=True)
        origin, shape, levels, high = halves
        subbands.append(Subband(offset, origin, shape, levels, high, _parent(box, index)))
        offset += subbands[-1].size
    return tuple(subbands)


def _identity(box: tuple[_Band, ...]) -> tuple[tuple[int, bool], ...]:
    return tuple((band[2], band[3]) for band in box)


def _parent(box: tuple[_Band, _Band, _Band], index: dict[tuple[tuple[int, bool], ...], int]) -> int:
    """Find the subband one in-plane level coarser, at the same axial level or one coarser as well."""
    a, b, c = _identity(box)
    if not (b[1] or c[1]):
        return -1
    deeper = ((b[0] + 1, b[1]), (c[0] + 1, c[1]))
    candidates = ((a, *deeper), ((a[0] + 1, a[1]), *deeper), (a, (b[0], False), (c[0], False)))
    return next((index[candidate] for candidate in candidates if candidate in index), -1)


@compiled
def gather(block: Block, boxes: NDArray[np.void], out: NDArray[np.int32], scale: Any) -> None:
    """Copy the block times `scale` into `out` (scan order), rounding towards zero."""
    for b in range(boxes.size):
        box = boxes[b]
        at = box.offset
        for k in range(box.slice, box.slice + box.slices):
            for r in range(box.row, box.row + box.rows):
                line = block[k, r, box.column : box.column + box.columns]
                for c in range(line.size):
                    out[at + c] = np.int32(line[c] * scale)
                at += line.size


@compiled
def scatter(values: NDArray[np.float32], boxes: NDArray[np.void], block: Block, scale: Any) -> None:
    """Copy `values` (scan order) times `scale` to their places in the block."""
    for b in range(boxes.size):
        box = boxes[b]
        at = box.offset
        for k in range(box.slice, box.slice + box.slices):
            for r in range(box.row, box.row + box.rows):
                line = block[k, r, box.column : box.column + box.columns]
                for c in range(line.size):
                    line[c] = values[at + c] * scale
                at += line.size
