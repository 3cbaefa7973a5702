"""The slice in work, the one before and, if there is one, its preview, with margins."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.compiled import compiled, inlined, int64

MARGIN = 4  # rows and columns around a slice
NEAREST = 4  # the first so many neighbours make the mean to which all is relative

NEIGHBOURS = np.array(
    [
        (0, 0, -1), (0, -1, 0), (0, -1, -1), (0, -1, 1), (-1, 0, 0), (0, 0, -2), (0, -2, 0), (-1, 0, 1),
        (-1, 1, 0), (-1, 0, -1), (-1, -1, 0), (0, -1, 2), (0, -1, -2), (0, -2, -1), (0, -2, 1), (0, 0, -3),
        (0, -3, 0), (0, -2, 2), (0, -2, -2), (-1, 1, 1), (-1, 1, -1), (-1, -1, 1), (-1, -1, -1), (0, -1, 3),
        (0, -1, -3), (0, -3, -1), (0, -3, 1), (-1, 0, 2), (-1, 2, 0), (-1, 0, -2), (-1, -2, 0), (0, -3, 2),
        (0, -3, -2), (0, 0, -4), (0, -4, 0), (-1, 2, 1), (-1, 1, 2), (-1, -1, 2), (-1, 2, -1), (-1, 1, -2),
        (-1, -2, 1), (-1, -1, -2), (-1, -2, -1), (0, -2, -3), (0, -2, 3), (0, -1, -4), (0, -4, 1),
    ]
)  # fmt: skip
"""What a voxel is predicted from: (slice, row, column) relative to it; slice -1 is the one before."""

PREVIEWED = np.array(
    [(1, 0, 0), (1, 0, 1), (1, 1, 0), (1, 0, -1), (1, -1, 0), (1, 1, 1), (1, 1, -1), (1, -1, 1), (1, -1, -1)]
)
"""What is looked at besides in the preview of the slice, here slice 1."""


class Frame(NamedTuple):
    """Slices with margins - before, current, preview; `pitch` and `stride` lead a slice or a row on.

    `corner` is where the current slice's first voxel stands.
    """

    planes: NDArray[np.float64]
    stride: int
    pitch: int
    corner: int


def frame(rows: int, columns: int, low: int) -> Frame:
    """Make slices of `rows` and `columns`, all `low` at first."""
    stride = columns + 2 * MARGIN
    pitch = (rows + 2 * MARGIN) * stride
    return Frame(np.full(3 * pitch, float(low)), stride, pitch, pitch + MARGIN * stride + MARGIN)


def offsets(frame: Frame, count: int, previewed: bool) -> NDArray[np.int64]:
    """Return where the first `count` neighbours are, those in a preview after the nearest ones."""
    places = np.vstack([NEIGHBOURS[:NEAREST], PREVIEWED, NEIGHBOURS[NEAREST:]]) if previewed else NEIGHBOURS
    steps = np.array([frame.pitch, frame.stride, 1], np.int64)
    return places[:count].astype(np.int64) @ steps


@inlined
def surroundings(frame: Frame, offsets: NDArray[np.int64], at: int, sample: NDArray[np.float64]) -> float:
    """Fill a sample with the neighbours of `at`, less the mean of the nearest; returns that mean."""
    planes = frame.planes
    mean: float = (planes[at + offsets[0]] + planes[at + offsets[1]]) + (
        planes[at + offsets[2]] + planes[at + offsets[3]]
    )
    mean *= 1.0 / NEAREST
    for j in range(offsets.size):
        sample[j] = planes[at + offsets[j]] - mean
    return mean


@compiled
def next_slice(frame: Frame, rows: int, s: int) -> None:
    """Make the slice just coded the one before, its last row repeated below, its first above the new one."""
    if s == 0:
        return
    planes, stride, pitch = frame.planes, frame.stride, frame.pitch
    for k in range(pitch):
        planes[k] = planes[pitch + k]
    for row in range(MARGIN):
        for k in range(stride):
            planes[(MARGIN + rows + row) * stride + k] = planes[(MARGIN + rows - 1) * stride + k]
            planes[pitch + row * stride + k] = planes[pitch + MARGIN * stride + k]


@compiled
def set_preview(frame: Frame, slice: NDArray[np.int32]) -> None:
    """Put the preview of a slice in place, its edges repeated in the margins."""
    rows, columns = slice.shape
    at = 2 * frame.pitch
    for y in range(-MARGIN, rows + MARGIN):
        for x in range(-MARGIN, columns + MARGIN):
            frame.planes[at] = slice[min(max(y, 0), rows - 1), min(max(x, 0), columns - 1)]
            at += 1


@inlined
def pad_left(frame: Frame, line: int) -> None:
    """Put the first voxel of the row above left of the row that begins at `line`."""
    for k in range(MARGIN):
        frame.planes[line - 1 - k] = frame.planes[line - frame.stride]


@inlined
def pad_right(frame: Frame, line: int, columns: int) -> None:
    """Repeat the last voxel of the row that begins at `line`."""
    for k in range(MARGIN):
        frame.planes[line + columns + k] = frame.planes[line + columns - 1]


@inlined
def evenness(frame: Frame, at: int, s: int) -> tuple[bool, int]:
    """Tell whether the four nearest are equal, and by a number below 16 which further ones are."""
    planes, stride = frame.planes, frame.stride
    value = planes[at - 1]
    even = (
        planes[at - stride] == value and planes[at - stride - 1] == value and planes[at - stride + 1] == value
    )
    context = int64(planes[at - 2] == value) + 2 * int64(planes[at - 2 * stride] == value)
    if s > 0:
        context += 4
        below = at - frame.pitch
        if planes[below] == value:
            context += 4
            if planes[below + 1] == value and planes[below + stride] == value:
                context += 4
    return even, context
