"""What is known around each coefficient while its planes are coded: the ground of our WDR's classes.

A coefficient that becomes significant adds to the *energy* of its eight neighbours in the slice, of the
same place in the slices before and after within its subband, and of its children in the finer subband of
the same orientation. Energies double with every plane, so that they measure magnitudes in units of the
current threshold. A coefficient is *quiet* while its energy is 0, then *active* until it is found
significant itself.

Energies live in a padded copy of the scan: each subband with one spare column after every row and one spare
row before its first and after its last one, so that all eight neighbours of a coefficient exist.
"""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.compiled import compiled, inlined
from wdr_mcpd.codec.layout import Layout
from wdr_mcpd.codec.rangecoder import leading_zeros

BESIDE, DIAGONAL, ACROSS, CHILD = 4, 2, 2, 1  # what a significant coefficient adds to energies around it
MOST = 254  # energies end there
FOUND = 255  # in place of the energy of coefficients that have been found, and of spare cells
NEGATIVE = 128
BEGIN, ROW, SLICE, SLICES, ROWS, COLUMNS, OFFSET, CHILDREN, DEEPER = range(9)  # columns of the geometry


class Field(NamedTuple):
    """The padded scan of a group and the lists of its coefficients, as compiled loops share them.

    `geometry`: a row for each subband; `inverse`: one over the padded size of its slices and rows. By
    padded position: `energy` and, for encoding, `digits`, the number of binary digits of the magnitude,
    plus `NEGATIVE` for a negative coefficient; `energies` and `digit_words` are the same memory eight bytes
    at a time. `fresh`: padded positions of those that last became active. By order of
    discovery: `place`, the position in the scan, and `known`, what is known of the coefficient, with its
    sign.
    """

    geometry: NDArray[np.int64]
    inverse: NDArray[np.float64]
    energy: NDArray[np.uint8]
    energies: NDArray[np.uint64]
    digits: NDArray[np.uint8]
    digit_words: NDArray[np.uint64]
    fresh: NDArray[np.int32]
    place: NDArray[np.int32]
    known: NDArray[np.int32]


def field(layout: Layout, coefficients: NDArray[np.int32]) -> Field:
    """Set up the field of a group; to decode it, `coefficients` are empty."""
    geometry, inverse, size = padded_geometry(layout)
    energy = np.full(size, FOUND, np.uint8)
    digits = np.zeros(size if coefficients.size else 0, np.uint8)
    lists = (np.empty(size, np.int32) for _ in range(3))
    made = Field(
        geometry,
        inverse,
        energy,
        energy.view(np.uint64),
        digits,
        digits.view(np.uint64),
        *lists,
    )
    _fill(made, coefficients)
    return made


@lru_cache(maxsize=8)
def padded_geometry(layout: Layout) -> tuple[NDArray[np.int64], NDArray[np.float64], int]:
    """Place the subbands in the padded scan: a row of the named columns for each, and the padded size."""
    bands = layout.subbands
    children = {
        band.parent: index
        for index, band in enumerate(bands)
        if band.parent >= 0 and all(bands[band.parent].levels[axis] > band.levels[axis] for axis in (1, 2))
    }
    rows = []
    end = 0
    for index, band in enumerate(bands):
        slices, height, width = band.shape
        row = width + 1
        begin = end + row
        child = children.get(index, -1)
        deeper = int(child >= 0 and bands[child].levels[0] < band.levels[0])
        rows.append((begin, row, (height + 1) * row, *band.shape, band.offset, child, deeper))
        end = begin + slices * (height + 1) * row
    geometry = np.array(rows, np.int64)
    size = max(end, *(_reach(geometry, band) + 1 for band in geometry))
    inverse = np.ascontiguousarray(1 / geometry[:, [SLICE, ROW]])  # one memory order: compiled once
    return geometry, inverse, (size + 8) // 8 * 8


def _reach(geometry: NDArray[np.int64], band: NDArray[np.int64]) -> int:
    """Give the last padded position that `spread` visits among the children of a subband.

    The in-plane details beside a subband that is high-pass along the axis alone count as its children, though
    they are no larger than it is: of the last subbands they lead beyond the end, where spare cells take them.
    """
    if band[CHILDREN] < 0:
        return 0
    child = geometry[band[CHILDREN]]
    across = (child[SLICES] - 1) * child[SLICE]
    return int(child[BEGIN] + across + (2 * band[ROWS] - 1) * child[ROW] + 2 * band[COLUMNS] - 1)


@compiled
def _fill(field: Any, coefficients: Any) -> None:
    """Make all coefficients quiet and, if they are given, count their digits."""
    geometry = field.geometry
    for b in range(geometry.shape[0]):
        source = geometry[b, OFFSET]
        for k in range(geometry[b, SLICES]):
            for r in range(geometry[b, ROWS]):
                at = geometry[b, BEGIN] + k * geometry[b, SLICE] + r * geometry[b, ROW]
                for c in range(geometry[b, COLUMNS]):
                    field.energy[at + c] = 0
                if coefficients.size > 0:
                    for c in range(geometry[b, COLUMNS]):
                        value = np.int64(coefficients[source + c])
                        digits = 63 - leading_zeros(2 * abs(value) + 1)
                        field.digits[at + c] = digits + (NEGATIVE if value < 0 else 0)
                source += geometry[b, COLUMNS]


@inlined
def locate(field: Any, i: Any) -> tuple[Any, Any, Any, Any]:
    """Give subband, slice and row in the subband, and position in the scan of the padded position `i`."""
    geometry = field.geometry
    b, count = np.int64(0), np.int64(geometry.shape[0])
    while count > 1:  # a search in a small table is faster than a look-up in a large one
        half = count >> 1
        b += half if geometry[b + half, BEGIN] <= i else 0
        count -= half
    local = i - geometry[b, BEGIN]
    k = np.int64((local + 0.5) * field.inverse[b, 0])
    r = np.int64((local - k * geometry[b, SLICE] + 0.5) * field.inverse[b, 1])
    # a row has one spare cell, a slice one spare row
    return b, k, r, geometry[b, OFFSET] + local - k * (geometry[b, ROWS] + geometry[b, ROW]) - r


@inlined
def spread(field: Any, i: Any, b: Any, k: Any, r: Any, fresh: Any) -> Any:
    """Add to the energies around position `i`, which has become significant; returns the new `fresh`."""
    geometry = field.geometry
    row, slice_ = geometry[b, ROW], geometry[b, SLICE]
    fresh = _add(field, i - row - 1, DIAGONAL, fresh)
    fresh = _add(field, i - row, BESIDE, fresh)
    fresh = _add(field, i - row + 1, DIAGONAL, fresh)
    fresh = _add(field, i - 1, BESIDE, fresh)
    fresh = _add(field, i + 1, BESIDE, fresh)
    fresh = _add(field, i + row - 1, DIAGONAL, fresh)
    fresh = _add(field, i + row, BESIDE, fresh)
    fresh = _add(field, i + row + 1, DIAGONAL, fresh)
    if k > 0:
        fresh = _add(field, i - slice_, ACROSS, fresh)
    if k + 1 < geometry[b, SLICES]:
        fresh = _add(field, i + slice_, ACROSS, fresh)
    child = geometry[b, CHILDREN]
    if child >= 0:
        # children past the last row or column are those in it
        c = i - geometry[b, BEGIN] - k * slice_ - r * row
        down = geometry[child, ROW] if 2 * r + 1 < geometry[child, ROWS] else 0
        right = np.int64(2 * c + 1 < geometry[child, COLUMNS])
        deeper = geometry[b, DEEPER]
        for kk in range(k << deeper, min((k + 1) << deeper, geometry[child, SLICES])):
            j = geometry[child, BEGIN] + kk * geometry[child, SLICE] + 2 * r * geometry[child, ROW] + 2 * c
            fresh = _add(field, j, CHILD, fresh)
            fresh = _add(field, j + right, CHILD, fresh)
            fresh = _add(field, j + down, CHILD, fresh)
            fresh = _add(field, j + down + right, CHILD, fresh)
    return fresh


@inlined
def _add(field: Any, j: Any, weight: Any, fresh: Any) -> Any:
    """Add to one energy; a quiet coefficient becomes active."""
    energy = np.int64(field.energy[j])
    field.energy[j] = max(min(energy + weight, MOST), energy)
    field.fresh[fresh] = j
    return fresh + np.int64(energy == 0)


@compiled
def double(energy: Any) -> None:
    """Double all energies: the threshold has been halved."""
    for i in range(energy.size):
        energy[i] = max(min(2 * np.int64(energy[i]), MOST), energy[i])


ONES = np.uint64(0x0101010101010101)
HIGHS = np.uint64(0x8080808080808080)
LOWS = np.uint64(0x7F7F7F7F7F7F7F7F)


@inlined
def _quiet_bytes(word: Any) -> Any:
    """Set the highest bit of each byte that is 0 among eight, and no other bit."""
    return ~(((word & LOWS) + LOWS) | word) & HIGHS


@inlined
def _count(highs: Any) -> Any:
    """Count the bytes whose highest bit is set."""
    return np.int64(((highs >> np.uint64(7)) * ONES) >> np.uint64(56))


@compiled
def advance(field: Any, cursor: Any, run: Any) -> Any:
    """Find the position of the `run`-th quiet coefficient after `cursor`; there are as many."""
    while True:
        cursor += 1
        if cursor & 7 == 0:
            while True:
                inside = _count(_quiet_bytes(field.energies[cursor >> 3]))
                if inside >= run:
                    break
                run -= inside
                cursor += 8
        if field.energy[cursor] == 0:
            run -= 1
            if run == 0:
                return cursor


@compiled
def distance(field: Any, cursor: Any, plane: Any) -> tuple[Any, Any]:
    """Count the quiet coefficients after `cursor` up to the next significant one, and give its position.

    Without one, the count is one more than there are quiet coefficients.
    """
    size = field.energy.size
    lift = np.uint64(0x80 - (plane + 1)) * ONES  # sets the highest bit of bytes above `plane`
    run = np.int64(0)
    while True:
        cursor += 1
        if cursor & 7 == 0:
            while cursor < size:
                quiet = _quiet_bytes(field.energies[cursor >> 3])
                if quiet & ((field.digit_words[cursor >> 3] & LOWS) + lift):
                    break
                run += _count(quiet)
                cursor += 8
        if cursor >= size:
            return run + 1, cursor
        if field.energy[cursor] == 0:
            run += 1
            if field.digits[cursor] & 127 > plane:
                return run, cursor
