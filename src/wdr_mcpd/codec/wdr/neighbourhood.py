"""What is known around each coefficient while its planes are coded: the ground of our WDR's classes.

A coefficient that becomes significant adds to the *energy* of its eight neighbours in the slice, of the
same place in the slices before and after within its subband, and of its children in the finer subband of
the same orientation. Energies double with every plane, so that they measure magnitudes in units of the
current threshold. While the energy of a coefficient is 0 its neighbourhood is *insignificant*; the
coefficient that makes it significant *activates* it.

Energies live in a padded copy of the scan: each subband with one spare column after every row and one spare
row before its first and after its last one, so that all eight neighbours of a coefficient exist.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.compiled import compiled, inlined, int64
from wdr_mcpd.codec.layout import Layout
from wdr_mcpd.codec.rangecoder import NEVER, Channel, State, determined, leading_zeros

BESIDE, DIAGONAL, ACROSS, CHILD = 4, 2, 2, 1  # what a significant coefficient adds to energies around it
MOST = 254  # energies end there
FOUND = 255  # in place of the energy of coefficients that have been found, and of spare cells
NEGATIVE = 128
LEAST_ENERGY = (1, 8, 16, 32)  # of the classes of significant neighbourhoods
CLASSES = len(LEAST_ENERGY)
CLASS_OF = (np.arange(256)[:, None] >= np.array(LEAST_ENERGY[1:])).sum(axis=1).astype(np.uint8)
CUT, PLANE, REFINED, COUNT = range(4)
"""Of a prefix: its bytes, and where its decoder stops: plane, how many are refined, how many found."""
INDEX = ("begin", "row", "slice", "slices", "rows", "columns", "offset", "child", "deeper")
SUBBAND = np.dtype(
    [*((name, np.int64) for name in INDEX), ("per_slice", np.float64), ("per_row", np.float64)]
)
"""A subband in the padded scan: where it begins, steps to the next row and slice, size, place in the scan,
the subband of its children (-1: none) and whether that is one axial level finer; one over both steps."""


class Scan(NamedTuple):
    """The coefficients of a group and what is known of them, as compiled loops share it.

    `subbands`: a record for each. By padded position: `energy` and, for encoding, `digits`, the number of
    binary digits of the magnitude, plus `NEGATIVE` for a negative coefficient; `energies` and `digit_words`
    are the same memory eight bytes at a time. Lists of padded positions: `members` by class, as long as
    `lengths` says, and `activated`. By order of discovery: `place`, the position in the scan, and `known`,
    what is known of the coefficient, with its sign; `starts[s]` is how many had been found before step s,
    which codes plane `top - s`. `coefficients`, for encoding, are in scan order. `cuts`, for decoding: where
    prefixes of the payload end, a row for each (`CUT`, `PLANE`, `REFINED`, `COUNT`), and a last row that no
    payload reaches; `cut` holds which of them comes next, and how many are refined in this plane.
    """

    subbands: NDArray[np.void]
    energy: NDArray[np.uint8]
    energies: NDArray[np.uint64]
    digits: NDArray[np.uint8]
    digit_words: NDArray[np.uint64]
    classes: NDArray[np.uint8]
    members: NDArray[np.int32]
    lengths: NDArray[np.int64]
    activated: NDArray[np.int32]
    place: NDArray[np.int32]
    known: NDArray[np.int32]
    starts: NDArray[np.int64]
    coefficients: NDArray[np.int32]
    model: NDArray[np.uint32]
    cuts: NDArray[np.int64]
    cut: NDArray[np.int64]


class Tally(NamedTuple):
    """N found significant, activated in this part of a plane, with insignificant neighbourhoods."""

    found: int
    activated: int
    rest: int


def scan(
    layout: Layout,
    coefficients: NDArray[np.int32],
    top: int,
    model: NDArray[np.uint32],
    cuts: Sequence[int] = (),
) -> Scan:
    """Set up the scan of a group; to decode it, `coefficients` are empty and `cuts` are rising lengths."""
    subbands, size = padded_subbands(layout)
    energy = np.full(size, FOUND, np.uint8)
    digits = np.zeros(size if coefficients.size else 0, np.uint8)
    made = Scan(
        subbands,
        energy,
        energy.view(np.uint64),
        digits,
        digits.view(np.uint64),
        CLASS_OF,
        np.empty((CLASSES, size), np.int32),
        np.zeros(CLASSES, np.int64),
        np.empty(size, np.int32),
        np.empty(size, np.int32),
        np.empty(size, np.int32),
        np.zeros(top + 2, np.int64),
        coefficients,
        model,
        np.array([(length, 0, 0, 0) for length in (*cuts, NEVER)], np.int64),
        np.zeros(2, np.int64),
    )
    _fill(made)
    return made


@lru_cache(maxsize=8)
def padded_subbands(layout: Layout) -> tuple[NDArray[np.void], int]:
    """Place the subbands in the padded scan: a record for each, and the padded size."""
    bands = layout.subbands
    children = {
        band.parent: index
        for index, band in enumerate(bands)
        if band.parent >= 0 and all(bands[band.parent].levels[axis] > band.levels[axis] for axis in (1, 2))
    }
    records = np.zeros(len(bands), SUBBAND)
    end = 0
    for index, band in enumerate(bands):
        slices, height, width = band.shape
        row, step = width + 1, (height + 1) * (width + 1)
        child = children.get(index, -1)
        deeper = int(child >= 0 and bands[child].levels[0] < band.levels[0])
        place = (end + row, row, step, *band.shape, band.offset, child, deeper)
        records[index] = (*place, 1 / step, 1 / row)
        end += row + slices * step
    size = max(end, *(_reach(records, record) + 1 for record in records))
    return records, (size + 8) // 8 * 8


def _reach(subbands: NDArray[np.void], band: np.void) -> int:
    """Give the last padded position that `spread` visits among the children of a subband.

    The in-plane details beside a subband that is high-pass along the axis alone count as its children, though
    they are no larger than it is: of the last subbands they lead beyond the end, where spare cells take them.
    """
    if band["child"] < 0:
        return 0
    child = subbands[band["child"]]
    across = (child["slices"] - 1) * child["slice"]
    down = (2 * band["rows"] - 1) * child["row"]
    return int(child["begin"] + across + down + 2 * band["columns"] - 1)


@compiled
def _fill(scan: Scan) -> None:
    """Make all neighbourhoods insignificant and, to encode, count the digits of the coefficients."""
    for b in range(scan.subbands.size):
        band = scan.subbands[b]
        source = band.offset
        for k in range(band.slices):
            for r in range(band.rows):
                at = band.begin + k * band.slice + r * band.row
                for c in range(band.columns):
                    scan.energy[at + c] = 0
                if scan.coefficients.size > 0:
                    for c in range(band.columns):
                        value = int64(scan.coefficients[source + c])
                        digits = 63 - leading_zeros(2 * abs(value) + 1)
                        scan.digits[at + c] = digits + (NEGATIVE if value < 0 else 0)
                source += band.columns


@inlined
def note(state: State, scan: Scan, channel: Channel, plane: int, refined: int, found: int) -> None:
    """Note that the prefixes which do not determine the last decisions end here."""
    if state.at > scan.cuts[scan.cut[0], CUT]:
        _note(state, scan, channel, plane, refined, found)


@compiled
def _note(state: State, scan: Scan, channel: Channel, plane: int, refined: int, found: int) -> None:
    while not determined(state, channel.data, scan.cuts[scan.cut[0], CUT]):
        row = scan.cuts[scan.cut[0]]
        row[PLANE], row[REFINED], row[COUNT] = plane, refined, found
        scan.cut[0] += 1


@inlined
def locate(scan: Scan, i: int) -> tuple[int, int, int, int]:
    """Give subband, slice and row in the subband, and position in the scan of the padded position `i`."""
    b, count = int64(0), int64(scan.subbands.size)
    while count > 1:  # a search in a small table is faster than a look-up in a large one
        half = count >> 1
        b += half if scan.subbands[b + half].begin <= i else 0
        count -= half
    band = scan.subbands[b]
    local = i - band.begin
    k = int64((local + 0.5) * band.per_slice)
    r = int64((local - k * band.slice + 0.5) * band.per_row)
    # a row has one spare cell, a slice one spare row
    return b, k, r, band.offset + local - k * (band.rows + band.row) - r


@inlined
def spread(scan: Scan, i: int, b: int, k: int, r: int, activated: int) -> int:
    """Add to the energies around position `i`, which has become significant; returns N activated."""
    band = scan.subbands[b]
    row, slice_ = band.row, band.slice
    activated = _add(scan, i - row - 1, DIAGONAL, activated)
    activated = _add(scan, i - row, BESIDE, activated)
    activated = _add(scan, i - row + 1, DIAGONAL, activated)
    activated = _add(scan, i - 1, BESIDE, activated)
    activated = _add(scan, i + 1, BESIDE, activated)
    activated = _add(scan, i + row - 1, DIAGONAL, activated)
    activated = _add(scan, i + row, BESIDE, activated)
    activated = _add(scan, i + row + 1, DIAGONAL, activated)
    if k > 0:
        activated = _add(scan, i - slice_, ACROSS, activated)
    if k + 1 < band.slices:
        activated = _add(scan, i + slice_, ACROSS, activated)
    if band.child >= 0:
        child = scan.subbands[band.child]
        # children past the last row or column are those in it
        c = i - band.begin - k * slice_ - r * row
        down = child.row if 2 * r + 1 < child.rows else 0
        right = int64(2 * c + 1 < child.columns)
        for kk in range(k << band.deeper, min((k + 1) << band.deeper, child.slices)):
            j = child.begin + kk * child.slice + 2 * r * child.row + 2 * c
            activated = _add(scan, j, CHILD, activated)
            activated = _add(scan, j + right, CHILD, activated)
            activated = _add(scan, j + down, CHILD, activated)
            activated = _add(scan, j + down + right, CHILD, activated)
    return activated


@inlined
def _add(scan: Scan, j: int, weight: int, activated: int) -> int:
    """Add to one energy; an insignificant neighbourhood becomes significant."""
    energy = int64(scan.energy[j])
    scan.energy[j] = max(min(energy + weight, MOST), energy)
    scan.activated[activated] = j
    return activated + int64(energy == 0)


@compiled
def double(energy: NDArray[np.uint8]) -> None:
    """Double all energies: the threshold has been halved."""
    for i in range(energy.size):
        energy[i] = max(min(2 * int64(energy[i]), MOST), energy[i])


ONES = np.uint64(0x0101010101010101)
HIGHS = np.uint64(0x8080808080808080)
LOWS = np.uint64(0x7F7F7F7F7F7F7F7F)


@inlined
def _zero_bytes(word: np.uint64) -> np.uint64:
    """Set the highest bit of each byte that is 0 among eight, and no other bit."""
    return ~(((word & LOWS) + LOWS) | word) & HIGHS


@inlined
def _count(highs: np.uint64) -> int:
    """Count the bytes whose highest bit is set."""
    return int64(((highs >> np.uint64(7)) * ONES) >> np.uint64(56))


@compiled
def advance(energy: NDArray[np.uint8], energies: NDArray[np.uint64], cursor: int, run: int) -> int:
    """Find the `run`-th position after `cursor` with an insignificant neighbourhood; there are as many."""
    while True:
        cursor += 1
        if cursor & 7 == 0:
            while True:
                inside = _count(_zero_bytes(energies[cursor >> 3]))
                if inside >= run:
                    break
                run -= inside
                cursor += 8
        if energy[cursor] == 0:
            run -= 1
            if run == 0:
                return cursor


@compiled
def distance(
    energy: NDArray[np.uint8],
    energies: NDArray[np.uint64],
    digits: NDArray[np.uint8],
    digit_words: NDArray[np.uint64],
    cursor: int,
    plane: int,
) -> tuple[int, int]:
    """Count the insignificant neighbourhoods after `cursor` up to that of the next significant coefficient.

    Returns the count and the position. Without one, the count is one more than there are such neighbourhoods.
    """
    size = energy.size
    lift = np.uint64(0x80 - (plane + 1)) * ONES  # sets the highest bit of bytes above `plane`
    run = int64(0)
    while True:
        cursor += 1
        if cursor & 7 == 0:
            while cursor < size:
                zeros = _zero_bytes(energies[cursor >> 3])
                if zeros & ((digit_words[cursor >> 3] & LOWS) + lift):
                    break
                run += _count(zeros)
                cursor += 8
        if cursor >= size:
            return run + 1, cursor
        if energy[cursor] == 0:
            run += 1
            if digits[cursor] & 127 > plane:
                return run, cursor
