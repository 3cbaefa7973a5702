"""What is known around a coefficient, and the models that it chooses.

`energy`, a weighted sum of the magnitudes known around a coefficient, is kept up to date at every change, so
that stretches with insignificant neighbourhoods are skipped without looking around.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.cc.layout import FRAME, KINDS
from wdr_mcpd.codec.cc.mixing import Choice
from wdr_mcpd.codec.compiled import compiled, inlined, int64, uint64
from wdr_mcpd.codec.lanes import LANES, least, load, store, twice

CLASSES = 32  # of a neighbourhood, on a log scale
LOUDEST = 1 << 22  # magnitudes count at most so much as energy, which keeps the sum in 32 bits


class Known(NamedTuple):
    """What is known of all coefficients, in framed arrays, with the records of their subbands.

    `size` is the middle of a magnitude's interval (0: insignificant), `sign` is -1, 0 or 1, `last` is the
    binary logarithm of the interval's width, or of the threshold that an insignificant coefficient is below.
    `around` is room for what `look_around` finds.
    """

    size: NDArray[np.int32]
    sign: NDArray[np.int8]
    last: NDArray[np.uint8]
    energy: NDArray[np.int32]
    table: NDArray[np.void]
    around: NDArray[np.int32]


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


# What is known around the coefficients of a stretch, in `Known.around`.
RIGHT, UPRIGHT, DIAGONAL, NEAR, SLICES, PARENT, COUSINS = range(0, 7 * LANES, LANES)
ROOM = 7 * LANES
KEPT_BITS = 3  # below a plane's threshold; sizes have one and sums are halved twice


@inlined
def look_around(known: Known, at: Stretch, plane: int) -> None:
    """Sum the sizes around a stretch, but for those to the left, which change while it is coded."""
    size, around, step, deep, i = known.size, known.around, at.row_step, at.slice_step, at.first
    scale = _scale(plane)
    right, second_right = _sizes(size, i + 1, scale), _sizes(size, i + 2, scale)
    upright = _sizes(size, i - step, scale) + _sizes(size, i + step, scale)
    second = _sizes(size, i - 2 * step, scale) + _sizes(size, i + 2 * step, scale)
    diagonal = _sizes(size, i - step - 1, scale) + _sizes(size, i - step + 1, scale)
    diagonal = diagonal + _sizes(size, i + step - 1, scale) + _sizes(size, i + step + 1, scale)
    if at.orientation == 1:
        near = 6 * upright + 4 * right + 3 * diagonal + 2 * second + second_right
    else:
        near = 6 * right + 4 * upright + 3 * diagonal + 2 * second_right + second
    slices = 2 * (_sizes(size, i - deep, scale) + _sizes(size, i + deep, scale))
    slices = slices + (_cross(size, i - deep, step, scale) + _cross(size, i + deep, step, scale) >> 1)
    store(around, RIGHT, right)
    store(around, UPRIGHT, upright << 4 >> scale.plane)
    store(around, DIAGONAL, diagonal << 4 >> scale.plane)
    store(around, NEAR, near)
    store(around, SLICES, slices << 3 >> scale.plane)


@inlined
def look_at_relatives(known: Known, at: Stretch, plane: int) -> None:
    """Sum the sizes around the places of a stretch in the parent, and in the two cousins."""
    size, around, band, scale = known.size, known.around, known.table[at.band], _scale(plane)
    parent = 0 * _sizes(size, at.first, scale)
    cousins = parent
    if band.parent >= 0:
        other = known.table[band.parent]
        j = place(other, at.s >> band.slice_shift, at.r >> band.row_shift, at.c >> band.column_shift)
        parent = 2 * _sizes(size, j, scale) + (_cross(size, j, other.row_step, scale) >> 1)
        if band.column_shift:
            parent = twice(parent)
    if band.cousin >= 0:
        cousins = _around_cousin(size, known.table[band.cousin], at, scale)
    if band.other_cousin >= 0:
        cousins = cousins + _around_cousin(size, known.table[band.other_cousin], at, scale)
    store(around, PARENT, parent << 3 >> scale.plane)
    store(around, COUSINS, cousins << 3 >> scale.plane)


class Scale(NamedTuple):
    """How sizes are shortened, which changes no class: bits dropped, where they end, threshold after that."""

    dropped: int
    most: int
    plane: int


@inlined
def _scale(plane: int) -> Scale:
    dropped = max(plane - KEPT_BITS, int64(0))
    return Scale(dropped, int64(4096) << (plane - dropped), plane - dropped)


@inlined
def _sizes(size: NDArray[np.int32], i: int, scale: Scale) -> Any:
    return least(load(size, i) >> scale.dropped, scale.most)


@inlined
def _cross(size: NDArray[np.int32], i: int, step: int, scale: Scale) -> Any:
    """Sum the four neighbours in a slice."""
    beside = _sizes(size, i - 1, scale) + _sizes(size, i + 1, scale)
    return beside + _sizes(size, i - step, scale) + _sizes(size, i + step, scale)


@inlined
def _around_cousin(size: NDArray[np.int32], cousin: Any, at: Stretch, scale: Scale) -> Any:
    j = place(cousin, at.s, at.r, at.c)
    return _sizes(size, j, scale) + (_cross(size, j, cousin.row_step, scale) >> 2)


@inlined
def _left_and_near(known: Known, at: Stretch, i: int, scale: Scale) -> tuple[int, int]:
    """Give the size to the left of position `i`, and the class of all around it."""
    left = min(int64(known.size[uint64(i - 1)]) >> scale.dropped, scale.most)
    second = min(int64(known.size[uint64(i - 2)]) >> scale.dropped, scale.most)
    near = int64(known.around[uint64(NEAR + i - at.first)])
    near += 4 * left + second if at.orientation == 1 else 6 * left + 2 * second
    return left, _class_of(near << 2 >> scale.plane)


@inlined
def significance_contexts(known: Known, at: Stretch, i: int, plane: int, last_pass: int) -> Choice:
    """Choose by what is around position `i`: sides, slices, parent and cousins."""
    around, k, scale = known.around, i - at.first, _scale(plane)
    left, near = _left_and_near(known, at, i, scale)
    beside = _class_of((left + around[uint64(RIGHT + k)]) << 4 >> scale.plane) >> 2
    upright = _class_at(around, UPRIGHT + k) >> 2
    sides = upright * 64 + beside * 8 if at.orientation == 1 else beside * 64 + upright * 8
    sides += _class_at(around, DIAGONAL + k) >> 2
    scales = (_class_at(around, PARENT + k) // 3) * 11 + _class_at(around, COUSINS + k) // 3
    group = at.kind // 10
    return Choice(
        BY_SIDES + at.kind * 512 + sides,
        BY_SLICES + (group * 32 + near) * 16 + (_class_at(around, SLICES + k) >> 1),
        BY_SCALES + (group * 16 + (near >> 1)) * 121 + scales,
        2 * at.kind + last_pass,
        at.kind * CLASSES + _class_of(int64(known.energy[uint64(i)]) >> plane),
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
    near = _left_and_near(known, at, i, _scale(plane))[1]
    before = int64(known.size[uint64(i)])
    age = int64(0)
    while age < 3 and before >> (plane + 2 + age):
        age += 1
    prefix = min(before >> (plane + 1), 7)
    energy = _class_of(int64(known.energy[uint64(i)]) >> plane)
    return Choice(
        REFINEMENT + ((at.kind % 10) * 4 + age) * 32 + energy,
        REFINEMENT + 8 * 1024 + (prefix * 4 + at.orientation) * 32 + near,
        REFINEMENT + 16 * 1024 + (prefix * 32 + near) * 32 + _class_at(known.around, SLICES + i - at.first),
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
    _raise(energy, i - along, 24 * gain)
    _raise(energy, i + along, 24 * gain)
    _raise(energy, i - across, 16 * gain)
    _raise(energy, i + across, 16 * gain)
    _raise(energy, i - 2 * along, 8 * gain)
    _raise(energy, i + 2 * along, 8 * gain)
    _raise(energy, i - 2 * across, 4 * gain)
    _raise(energy, i + 2 * across, 4 * gain)
    for d in (-step - 1, -step + 1, step - 1, step + 1):
        _raise(energy, i + d, 12 * gain)
    for z in (i - deep, i + deep):
        _raise(energy, z, 8 * gain)
        for beside in (z - 1, z + 1, z - step, z + step):
            _raise(energy, beside, 2 * gain)
    for cousin in (band.cousin, band.other_cousin):
        if cousin >= 0:
            _raise(energy, place(table[uint64(cousin)], s, r, c), 8 * gain)
    for other in range(band.first_child, band.last_child + 1):
        child = table[uint64(other)]
        if child.parent == at.band:
            down, right = child.row_shift, child.column_shift
            left, end = c << right, min((c + 1) << right, child.columns)
            for z in range(s << child.slice_shift, min((s + 1) << child.slice_shift, child.slices)):
                for y in range(r << down, min((r + 1) << down, child.rows)):
                    row = place(child, z, y, 0)
                    for x in range(row + left, row + end):
                        _raise(energy, x, 12 * gain)


@inlined
def _raise(energy: NDArray[np.int32], i: int, gain: int) -> None:
    energy[uint64(i)] += gain


@inlined
def place(band: Any, s: int, r: int, c: int) -> Any:
    """Give the framed position of a slice, row and column of a subband."""
    return band.start + (s + 1) * band.slice_step + (r + FRAME) * band.row_step + c + FRAME


@inlined
def _class_of(energy: int) -> int:
    return int64(CLASS[uint64(min(energy, int64(4095)))])


@inlined
def _class_at(around: NDArray[np.int32], k: int) -> int:
    return _class_of(int64(around[uint64(k)]))
