"""What is known around a coefficient, and the models that it chooses.

`energy`, a weighted sum of the magnitudes known around a coefficient, is kept up to date at every change, so
that stretches with insignificant neighbourhoods are skipped without looking around.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.cc.layout import FRAME, KINDS
from wdr_mcpd.codec.cc.mixing import Choice
from wdr_mcpd.codec.compiled import compiled, inlined, int64

CLASSES = 32  # of a neighbourhood, on a log scale
LOUDEST = 1 << 22  # magnitudes count at most so much as energy, which keeps the sum in 32 bits


class Known(NamedTuple):
    """What is known of all coefficients, in framed arrays, with the records of their subbands.

    `size` is the middle of a magnitude's interval (0: insignificant), `sign` is -1, 0 or 1, `last` is the
    binary logarithm of the interval's width, or of the threshold that an insignificant coefficient is below.
    """

    size: NDArray[np.int32]
    sign: NDArray[np.int8]
    last: NDArray[np.uint8]
    energy: NDArray[np.int32]
    table: NDArray[np.void]


class Stretch(NamedTuple):
    """Neighbours in a row: subband, slice, row and first column in it, first framed position and the end.

    The rest is what their subband's record says, at hand for the compiler.
    """

    band: int
    s: int
    r: int
    c: int
    first: int
    end: int
    row_step: int
    slice_step: int
    kind: int
    orientation: int


def _classes() -> NDArray[np.uint8]:
    """Class of an energy in sixteenths of the threshold: 0 for none, then 2.5 classes an octave."""
    # 2.5 log2(E) is half of log2(E^5), which whole numbers round down without doubt.
    octaves = [((energy**5).bit_length() - 1) // 2 for energy in range(1, 4096)]
    return np.array([0, *(min(CLASSES - 1, 1 + half) for half in octaves)], np.uint8)


CLASS = _classes()

# Where the contexts of each model, set of weights and class of estimates begin.
BY_SIDES = 0
BY_SLICES = BY_SIDES + KINDS * 512
BY_SCALES = BY_SLICES + 8 * 32 * 16
SIGN = BY_SCALES + 8 * 16 * 11 * 11
REFINEMENT = SIGN + 3 * KINDS * 81
STRETCHES = REFINEMENT + 3 * 8 * 32 * 32
MODELS = STRETCHES + 16 * KINDS
SIGN_SET, REFINEMENT_SET = 2 * KINDS, 3 * KINDS
WEIGHT_SETS = REFINEMENT_SET + 4
SIGN_CLASS = KINDS * CLASSES
REFINEMENT_CLASS = SIGN_CLASS + KINDS
ESTIMATES = REFINEMENT_CLASS + 4


@inlined
def significance_contexts(known: Known, at: Stretch, i: int, plane: int, last_pass: int) -> Choice:
    """Choose by what is around position `i`: sides, slices, parent and cousins."""
    a, b, d, around, slices = _surroundings(known.size, at, i)
    parent, cousins = _relatives(known.size, known.table, at, at.c + i - at.first)
    near = _class_of((around << 2) >> plane)
    sides = (_class_of((a << 4) >> plane) >> 2) * 64 + (_class_of((b << 4) >> plane) >> 2) * 8
    sides += _class_of((d << 4) >> plane) >> 2
    scales = (_class_of((parent << 3) >> plane) // 3) * 11 + _class_of((cousins << 3) >> plane) // 3
    group = at.kind // 10
    return Choice(
        BY_SIDES + at.kind * 512 + sides,
        BY_SLICES + (group * 32 + near) * 16 + (_class_of((slices << 3) >> plane) >> 1),
        BY_SCALES + (group * 16 + (near >> 1)) * 121 + scales,
        2 * at.kind + last_pass,
        at.kind * CLASSES + _class_of(int64(known.energy[i]) >> plane),
        3,
    )


@inlined
def sign_contexts(sign: NDArray[np.int8], at: Stretch, i: int) -> Choice:
    """Choose by the signs of the neighbours of position `i`."""
    step, deep, kind = at.row_step, at.slice_step, at.kind
    left, right, up, down = sign[i - 1] + 1, sign[i + 1] + 1, sign[i - step] + 1, sign[i + step] + 1
    before, after = sign[i - deep] + 1, sign[i + deep] + 1
    nearest = ((int64(left) * 3 + right) * 3 + up) * 3 + down
    slices = ((int64(before) * 3 + after) * 3 + left) * 3 + up
    diagonal = int64(sign[i - step - 1] + 1) * 3 + sign[i - step + 1] + 1
    diagonal = (diagonal * 3 + sign[i + step - 1] + 1) * 3 + sign[i + step + 1] + 1
    base = SIGN + kind * 81
    return Choice(
        base + nearest,
        base + KINDS * 81 + slices,
        base + 2 * KINDS * 81 + diagonal,
        SIGN_SET + kind,
        SIGN_CLASS + kind,
        2,
    )


@inlined
def stretch_context(kind: int, quiet: int, others: int) -> int:
    """Choose by how many coefficients of a stretch are quiet, and how many others are to be looked at."""
    return STRETCHES + 16 * kind + 4 * ((quiet - 1) >> 2) + min((others + 3) >> 2, 3)


@inlined
def gather_neighbours(known: Known, at: Stretch, i: int, plane: int, out: NDArray[np.int64]) -> None:
    """Gather the values around position `i`, in 1/256 of the plane's threshold and at most 4 of it."""
    step, deep = at.row_step, at.slice_step
    out[0], out[1] = _signed(known, i - 1, plane), _signed(known, i + 1, plane)
    out[2], out[3] = _signed(known, i - 2, plane), _signed(known, i + 2, plane)
    out[4], out[5] = _signed(known, i - step, plane), _signed(known, i + step, plane)
    out[6], out[7] = _signed(known, i - 2 * step, plane), _signed(known, i + 2 * step, plane)
    out[8], out[9] = _signed(known, i - step - 1, plane), _signed(known, i - step + 1, plane)
    out[10], out[11] = _signed(known, i + step - 1, plane), _signed(known, i + step + 1, plane)
    out[12], out[13] = _signed(known, i - deep, plane), _signed(known, i + deep, plane)
    band = known.table[at.band]
    out[14], out[15] = int64(0), int64(0)
    if band.parent >= 0:
        other = known.table[band.parent]
        column = (at.c + i - at.first) >> band.column_shift
        j = place(other, at.s >> band.slice_shift, at.r >> band.row_shift, column)
        beside = other.row_step if at.orientation == 2 else 1
        out[14], out[15] = _signed(known, j - beside, plane), _signed(known, j + beside, plane)


@inlined
def _signed(known: Known, i: int, plane: int) -> int:
    return min((int64(known.size[i]) << 8) >> plane, 1024) * int64(known.sign[i])


@inlined
def refinement_contexts(known: Known, at: Stretch, i: int, plane: int) -> Choice:
    """Choose by the bits known of the coefficient at position `i`, and by what is around it."""
    _, _, _, around, slices = _surroundings(known.size, at, i)
    before = int64(known.size[i])
    age = int64(0)
    while age < 3 and before >> (plane + 2 + age):
        age += 1
    near = _class_of((around << 2) >> plane)
    prefix = min(before >> (plane + 1), 7)
    energy = _class_of(int64(known.energy[i]) >> plane)
    return Choice(
        REFINEMENT + ((at.kind % 10) * 4 + age) * 32 + energy,
        REFINEMENT + 8 * 1024 + (prefix * 4 + at.orientation) * 32 + near,
        REFINEMENT + 16 * 1024 + (prefix * 32 + near) * 32 + _class_of((slices << 3) >> plane),
        REFINEMENT_SET + age,
        REFINEMENT_CLASS + age,
        3,
    )


@compiled
def spread(energy: NDArray[np.int32], table: NDArray[np.void], at: Stretch, i: int, gain: int) -> None:
    """Add a change of magnitude at framed position `i` to the energies around it."""
    band = table[at.band]
    step, deep, s, r, c = at.row_step, at.slice_step, at.s, at.r, at.c + i - at.first
    along, across = (step, 1) if at.orientation == 1 else (1, step)
    energy[i - along] += 24 * gain
    energy[i + along] += 24 * gain
    energy[i - across] += 16 * gain
    energy[i + across] += 16 * gain
    energy[i - 2 * along] += 8 * gain
    energy[i + 2 * along] += 8 * gain
    energy[i - 2 * across] += 4 * gain
    energy[i + 2 * across] += 4 * gain
    for d in (-step - 1, -step + 1, step - 1, step + 1):
        energy[i + d] += 12 * gain
    for z in (i - deep, i + deep):
        energy[z] += 8 * gain
        energy[z - 1] += 2 * gain
        energy[z + 1] += 2 * gain
        energy[z - step] += 2 * gain
        energy[z + step] += 2 * gain
    for cousin in (band.cousin, band.other_cousin):
        if cousin >= 0:
            energy[place(table[cousin], s, r, c)] += 8 * gain
    for other in range(table[at.band].first_child, table[at.band].last_child + 1):
        child = table[other]
        if child.parent == at.band:
            for z in range(s << child.slice_shift, min((s + 1) << child.slice_shift, child.slices)):
                for y in range(r << child.row_shift, min((r + 1) << child.row_shift, child.rows)):
                    for x in range(
                        c << child.column_shift, min((c + 1) << child.column_shift, child.columns)
                    ):
                        energy[place(child, z, y, x)] += 12 * gain


@inlined
def place(band: Any, s: int, r: int, c: int) -> Any:
    """Give the framed position of a slice, row and column of a subband."""
    return band.start + (s + 1) * band.slice_step + (r + FRAME) * band.row_step + c + FRAME


@inlined
def _class_of(energy: int) -> int:
    return int64(CLASS[min(energy, 4095)])


@inlined
def _cross(size: NDArray[np.int32], i: int, step: int) -> Any:
    """Sum the four neighbours of a position in its slice."""
    return size[i - 1] + size[i + 1] + size[i - step] + size[i + step]


@inlined
def _relatives(size: NDArray[np.int32], table: NDArray[np.void], at: Stretch, c: int) -> tuple[int, int]:
    """Sum the magnitudes around the same place in the parent, and in the two cousins."""
    band = table[at.band]
    parent = int64(0)
    if band.parent >= 0:
        other = table[band.parent]
        j = place(other, at.s >> band.slice_shift, at.r >> band.row_shift, c >> band.column_shift)
        parent = 2 * int64(size[j]) + (_cross(size, j, other.row_step) >> 1)
    cousins = int64(0)
    for cousin in (band.cousin, band.other_cousin):
        if cousin >= 0:
            j = place(table[cousin], at.s, at.r, c)
            cousins += int64(size[j]) + (_cross(size, j, table[cousin].row_step) >> 2)
    return parent, cousins


@inlined
def _surroundings(size: NDArray[np.int32], at: Stretch, i: int) -> tuple[int, int, int, int, int]:
    """Sum magnitudes along the edge direction, across it, on the diagonals, in the plane, in the slices."""
    step, deep = at.row_step, at.slice_step
    along, across = (step, 1) if at.orientation == 1 else (1, step)
    a = int64(size[i - along]) + size[i + along]
    b = int64(size[i - across]) + size[i + across]
    d = int64(size[i - step - 1]) + size[i - step + 1] + size[i + step - 1] + size[i + step + 1]
    far = 2 * (int64(size[i - 2 * along]) + size[i + 2 * along])
    far += int64(size[i - 2 * across]) + size[i + 2 * across]
    plane = 6 * a + 4 * b + 3 * d + far
    slices = 2 * (int64(size[i - deep]) + size[i + deep])
    slices += (int64(_cross(size, i - deep, step)) + _cross(size, i + deep, step)) >> 1
    return a, b, d, plane, slices
