"""Values for coefficients of which an interval is known, and the intervals as a constraint.

Magnitudes crowd towards zero, so the centre of mass of an interval lies below its middle. How far is learnt
from the decoded coefficients themselves: let q be the share of those whose first refinement bit is 0, among
the coefficients of a kind. For a density that falls exponentially over an interval [T, 2T) that gives, to
first order in 2q - 1, a centre at T (1 + 1/2 - (2q - 1) / 3), and half that shift in an interval half as
wide.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.coherent_layout import (
    COLUMNS,
    FRAME,
    KIND,
    KINDS,
    ROW_STEP,
    ROWS,
    SLICE_STEP,
    SLICES,
    START,
)
from wdr_mcpd.codec.compiled import compiled
from wdr_mcpd.codec.layout import Layout

PRIOR_LOW, PRIOR_ALL = 60, 100  # as if so many bits had been seen, q = 0.6


@dataclass(frozen=True)
class Known:
    """What is known of all coefficients, in framed arrays, with the table of their subbands.

    `size` is the middle of a magnitude's interval (0: insignificant), `sign` is -1, 0 or 1, `last` is the
    binary logarithm of the interval's width, or of the threshold that an insignificant coefficient is below.
    """

    size: NDArray[np.int32]
    sign: NDArray[np.int8]
    last: NDArray[np.uint8]
    table: NDArray[np.int64]


def centres(known: Known, count: int) -> tuple[NDArray[np.float32], float]:
    """Return `count` signed values in scan order, and the typical width of the intervals.

    The typical width is that of the mean logarithm over the significant coefficients, with straight lines
    between powers of two.
    """
    values = np.empty(count, np.float32)
    low, seen = np.full(KINDS, PRIOR_LOW, np.int64), np.full(KINDS, PRIOR_ALL, np.int64)
    planes, significant = _first_bits(known.size, known.last, known.table, low, seen)
    _fill(known.size, known.sign, known.last, known.table, low, seen, values)
    whole, rest = divmod(planes / max(significant, 1), 1)
    return values, float(2 ** int(whole) * (1 + rest))


def confine(block: NDArray[np.float32], plan: Layout, known: Known, unit: float) -> None:
    """Move each coefficient of a transformed block, in units of `unit`, into the interval known of it."""
    _confine(block, plan.table, known.size, known.sign, known.last, known.table, np.float32(unit))


@compiled
def _first_bits(size: Any, last: Any, table: Any, low: Any, seen: Any) -> tuple[Any, Any]:
    """Count first refinement bits by kind; returns the sum of `last` over, and the number of, all found."""
    planes, significant = np.int64(0), np.int64(0)
    for band in range(table.shape[0]):
        kind = table[band, KIND]
        for i in range(
            table[band, START], table[band, START] + (table[band, SLICES] + 2) * table[band, SLICE_STEP]
        ):
            if size[i]:
                planes += last[i]
                significant += 1
                known = np.int64(size[i]) >> last[i]
                if known > 1:
                    while known > 3:
                        known >>= 1
                    seen[kind] += 1
                    low[kind] += known == 2
    return planes, significant


@compiled
def _fill(size: Any, sign: Any, last: Any, table: Any, low: Any, seen: Any, values: Any) -> None:
    at = 0
    for band in range(table.shape[0]):
        kind, step = table[band, KIND], table[band, ROW_STEP]
        shift = np.float32(2 * low[kind] - seen[kind]) / np.float32(3 * seen[kind])
        for s in range(table[band, SLICES]):
            for r in range(table[band, ROWS]):
                first = table[band, START] + (s + 1) * table[band, SLICE_STEP] + (r + FRAME) * step + FRAME
                for i in range(first, first + table[band, COLUMNS]):
                    value = np.float32(size[i])
                    if size[i] and last[i]:
                        width = np.float32(1 << last[i])
                        new = np.int64(size[i]) >> last[i] == 1
                        value -= width * (shift if new else np.float32(0.5) * shift)
                    values[at] = value if sign[i] >= 0 else -value
                    at += 1


@compiled
def _confine(block: Any, boxes: Any, size: Any, sign: Any, last: Any, table: Any, unit: Any) -> None:
    for band in range(table.shape[0]):
        slice_, row, column = boxes[band, 1], boxes[band, 2], boxes[band, 3]
        for s in range(table[band, SLICES]):
            for r in range(table[band, ROWS]):
                first = table[band, START] + (s + 1) * table[band, SLICE_STEP]
                first += (r + FRAME) * table[band, ROW_STEP] + FRAME
                line = block[slice_ + s, row + r, column : column + table[band, COLUMNS]]
                for c in range(line.size):
                    i = first + c
                    width = np.float32(np.int64(1) << last[i]) * unit
                    if size[i] == 0:
                        line[c] = min(max(line[c], -width), width)
                    else:
                        low = np.float32((np.int64(size[i]) >> last[i]) << last[i]) * unit
                        magnitude = min(max(line[c] * np.float32(sign[i]), low), low + width)
                        line[c] = magnitude * np.float32(sign[i])
