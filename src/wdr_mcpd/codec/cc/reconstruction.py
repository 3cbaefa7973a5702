"""Values for coefficients of which an interval is known, and the intervals as a constraint.

Magnitudes crowd towards zero, so the centre of mass of an interval lies below its middle. How far is learnt
from the decoded coefficients themselves: let q be the share of those whose first refinement bit is 0, among
the coefficients of a kind. For a density that falls exponentially over an interval [T, 2T) that gives, to
first order in 2q - 1, a centre at T (1 + 1/2 - (2q - 1) / 3), and half that shift in an interval half as
wide.
"""

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.cc.contexts import Known, place
from wdr_mcpd.codec.cc.dependent import NEXT
from wdr_mcpd.codec.cc.layout import KINDS
from wdr_mcpd.codec.compiled import compiled, int64
from wdr_mcpd.codec.layout import Layout

COMPLETE_WIDTH = 0.1  # binary logarithm of the typical width of a complete dependent index, in steps
PRIOR_LOW, PRIOR_ALL = 60, 100  # as if so many bits had been seen, q = 0.6


def centres(known: Known, count: int, step: float = 0) -> tuple[NDArray[np.float32], float]:
    """Return `count` signed values in scan order, and the typical width of the intervals.

    The typical width is that of the mean logarithm over the significant coefficients, with straight lines
    between powers of two. A `step` above 0 says that indices are dependent.
    """
    values = np.empty(count, np.float32)
    low, seen = np.full(KINDS, PRIOR_LOW, np.int64), np.full(KINDS, PRIOR_ALL, np.int64)
    planes, complete, significant = _first_bits(known, low, seen)
    mean = planes / max(significant, 1)
    if step:
        _fill_dependent(known, low, seen, np.float32(step), values)
        mean += 1 - (1 - COMPLETE_WIDTH) * complete / max(significant, 1)
    else:
        _fill(known, low, seen, values)
    whole, rest = divmod(mean, 1)
    return values, float(2 ** int(whole) * (1 + rest)) * (step or 1)


def confine(block: NDArray[np.float32], plan: Layout, known: Known, unit: float) -> None:
    """Move each coefficient of a transformed block, in units of `unit`, into the interval known of it."""
    _confine(block, plan.boxes, known, np.float32(unit))


@compiled
def _first_bits(known: Known, low: NDArray[np.int64], seen: NDArray[np.int64]) -> tuple[int, int, int]:
    """Count first refinement bits by kind; returns the sum of `last`, how many are complete, and how many."""
    planes, complete, significant = int64(0), int64(0), int64(0)
    for b in range(known.table.size):
        band = known.table[b]
        for i in range(band.start, band.start + (band.slices + 2) * band.slice_step):
            if known.size[i]:
                planes += known.last[i]
                complete += known.last[i] == 0
                significant += 1
                bits = int64(known.size[i]) >> known.last[i]
                if bits > 1:
                    while bits > 3:
                        bits >>= 1
                    seen[band.kind] += 1
                    low[band.kind] += bits == 2
    return planes, complete, significant


@compiled
def _fill(known: Known, low: NDArray[np.int64], seen: NDArray[np.int64], values: NDArray[np.float32]) -> None:
    at = 0
    for b in range(known.table.size):
        band = known.table[b]
        kind = band.kind
        shift = np.float32(2 * low[kind] - seen[kind]) / np.float32(3 * seen[kind])
        for s in range(band.slices):
            for r in range(band.rows):
                first = place(band, s, r, 0)
                for i in range(first, first + band.columns):
                    value, last = np.float32(known.size[i]), known.last[i]
                    if known.size[i] and last:
                        new = int64(known.size[i]) >> last == 1
                        value -= np.float32(1 << last) * (shift if new else np.float32(0.5) * shift)
                    values[at] = value if known.sign[i] >= 0 else -value
                    at += 1


@compiled
def _fill_dependent(
    known: Known,
    low: NDArray[np.int64],
    seen: NDArray[np.int64],
    step: np.float32,
    values: NDArray[np.float32],
) -> None:
    at, trellis = 0, int64(0)
    for b in range(known.table.size):
        band = known.table[b]
        shift = np.float32(2 * low[band.kind] - seen[band.kind]) / np.float32(3 * seen[band.kind])
        for s in range(band.slices):
            for r in range(band.rows):
                first = place(band, s, r, 0)
                for i in range(first, first + band.columns):
                    size, last = int64(known.size[i]), known.last[i]
                    value = np.float32(2 * size)
                    if size and last:
                        off = shift if size >> last == 1 else np.float32(0.5) * shift
                        value -= np.float32(1.5) + np.float32(int64(2) << last) * off
                    elif size:
                        value -= np.float32(0.1 if size == 1 and trellis & 1 == 0 else trellis & 1)
                    value *= step
                    values[at] = value if known.sign[i] >= 0 else -value
                    at += 1
                    if last == 0:
                        trellis = NEXT[trellis, size & 1]


@compiled
def _confine(block: NDArray[np.float32], boxes: NDArray[np.void], known: Known, unit: np.float32) -> None:
    for b in range(boxes.size):
        box = boxes[b]
        for s in range(box.slices):
            for r in range(box.rows):
                first = place(known.table[b], s, r, 0)
                line = block[box.slice + s, box.row + r, box.column : box.column + box.columns]
                for c in range(line.size):
                    size, sign, last = known.size[first + c], known.sign[first + c], known.last[first + c]
                    width = np.float32(int64(1) << last) * unit
                    if size == 0:
                        line[c] = min(max(line[c], -width), width)
                    else:
                        low = np.float32((int64(size) >> last) << last) * unit
                        magnitude = min(max(line[c] * np.float32(sign), low), low + width)
                        line[c] = magnitude * np.float32(sign)
