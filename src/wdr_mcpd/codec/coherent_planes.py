"""Bit planes with contexts from the neighbourhood, the neighbouring slices, and the other subbands.

Each plane has four passes, so that a stream cut inside a plane has spent its bits where they gain most:
insignificant coefficients in very busy and in busy neighbourhoods, refinement, all other insignificant
coefficients. How busy a neighbourhood is says `energy`, a weighted sum of the magnitudes known around a
coefficient, kept up to date at every change, so that quiet stretches are skipped without looking around.
"""

from typing import Any

import numpy as np

from wdr_mcpd.codec.coherent_layout import (
    COLUMN_SHIFT,
    COLUMNS,
    COUSIN,
    FRAME,
    KIND,
    KINDS,
    ORIENTATION,
    PARENT,
    ROW_SHIFT,
    ROW_STEP,
    ROWS,
    SLICE_SHIFT,
    SLICE_STEP,
    SLICES,
    START,
)
from wdr_mcpd.codec.coherent_mixing import code_mixed, code_plain
from wdr_mcpd.codec.compiled import compiled, inlined
from wdr_mcpd.codec.rangecoder import State, start

CLASSES = 32  # of a neighbourhood, on a log scale
VERY_BUSY, BUSY = 17, 12  # classes from which coefficients belong to the first and second pass
STRETCH_OF_ROW = 16  # coefficients that are skipped together
LOUDEST = 1 << 22  # magnitudes count at most so much as energy, which keeps the sum in 32 bits


def _classes() -> Any:
    """Class of an energy in sixteenths of the threshold: 0 for none, then 2.5 classes an octave."""
    # 2.5 log2(E) is half of log2(E^5), which whole numbers round down without doubt.
    octaves = [((energy**5).bit_length() - 1) // 2 for energy in range(1, 4096)]
    return np.array([0, *(min(CLASSES - 1, 1 + half) for half in octaves)], np.uint8)


CLASS = _classes()
BUSY_FROM = int(np.argmax(CLASS >= BUSY))
VERY_BUSY_FROM = int(np.argmax(CLASS >= VERY_BUSY))

# Where the contexts of each model begin.
BY_SIDES = 0
BY_SLICES = BY_SIDES + KINDS * 512
BY_SCALES = BY_SLICES + 8 * 32 * 16
SIGN = BY_SCALES + 8 * 16 * 11 * 11
REFINEMENT = SIGN + 3 * KINDS * 81
QUIET = REFINEMENT + 3 * 8 * 32 * 32
MODELS = QUIET + 2 * KINDS
SIGN_SET, REFINEMENT_SET = 2 * KINDS, 3 * KINDS
WEIGHT_SETS = REFINEMENT_SET + 4
SIGN_CLASS = KINDS * CLASSES
REFINEMENT_CLASS = SIGN_CLASS + KINDS
ESTIMATES = REFINEMENT_CLASS + 4


@inlined
def _class_of(energy: Any) -> Any:
    return np.int64(CLASS[min(energy, 4095)])


@compiled
def _spread(energy: Any, table: Any, band: Any, i: Any, r: Any, c: Any, s: Any, gain: Any) -> None:
    """Add a change of magnitude at framed position `i` (row, column, slice) to the energies around it."""
    step, deep = table[band, ROW_STEP], table[band, SLICE_STEP]
    orientation = table[band, ORIENTATION]
    along, across = (step, 1) if orientation == 1 else (1, step)
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
    for k in range(2):
        other = table[band, COUSIN + k]
        if other >= 0:
            j = _place(table, other, s, r, c)
            energy[j] += 8 * gain
    for child in range(band + 1, table.shape[0]):
        if table[child, PARENT] == band:
            rows, columns = table[child, ROW_SHIFT], table[child, COLUMN_SHIFT]
            slices = table[child, SLICE_SHIFT]
            for z in range(s << slices, min((s + 1) << slices, table[child, SLICES])):
                for y in range(r << rows, min((r + 1) << rows, table[child, ROWS])):
                    for x in range(c << columns, min((c + 1) << columns, table[child, COLUMNS])):
                        energy[_place(table, child, z, y, x)] += 12 * gain


@inlined
def _place(table: Any, band: Any, s: Any, r: Any, c: Any) -> Any:
    return (
        table[band, START]
        + (s + 1) * table[band, SLICE_STEP]
        + (r + FRAME) * table[band, ROW_STEP]
        + c
        + FRAME
    )


@inlined
def _cross(size: Any, i: Any, step: Any) -> Any:
    """Sum the four neighbours of a position in its slice."""
    return size[i - 1] + size[i + 1] + size[i - step] + size[i + step]


@inlined
def _relatives(size: Any, table: Any, band: Any, s: Any, r: Any, c: Any) -> Any:
    """Sum the magnitudes around the same place in the parent, and in the two cousins."""
    parent = np.int64(0)
    other = table[band, PARENT]
    if other >= 0:
        j = _place(
            table,
            other,
            s >> table[band, SLICE_SHIFT],
            r >> table[band, ROW_SHIFT],
            c >> table[band, COLUMN_SHIFT],
        )
        parent = 2 * np.int64(size[j]) + (_cross(size, j, table[other, ROW_STEP]) >> 1)
    cousins = np.int64(0)
    for k in range(2):
        other = table[band, COUSIN + k]
        if other >= 0:
            j = _place(table, other, s, r, c)
            cousins += np.int64(size[j]) + (_cross(size, j, table[other, ROW_STEP]) >> 2)
    return parent, cousins


@inlined
def _surroundings(size: Any, i: Any, step: Any, deep: Any, orientation: Any) -> Any:
    """Sum magnitudes along the edge direction, across it, on the diagonals, in the plane, in the slices."""
    along, across = (step, 1) if orientation == 1 else (1, step)
    a = np.int64(size[i - along]) + size[i + along]
    b = np.int64(size[i - across]) + size[i + across]
    d = np.int64(size[i - step - 1]) + size[i - step + 1] + size[i + step - 1] + size[i + step + 1]
    far = 2 * (np.int64(size[i - 2 * along]) + size[i + 2 * along])
    far += np.int64(size[i - 2 * across]) + size[i + 2 * across]
    plane = 6 * a + 4 * b + 3 * d + far
    slices = 2 * (np.int64(size[i - deep]) + size[i + deep])
    slices += (np.int64(_cross(size, i - deep, step)) + _cross(size, i + deep, step)) >> 1
    return a, b, d, plane, slices


@inlined
def _code_sign(
    state: State,
    data: Any,
    encoding: bool,
    bit: Any,
    tables: Any,
    sign: Any,
    i: Any,
    step: Any,
    deep: Any,
    kind: Any,
) -> tuple[Any, State]:
    """Code whether a coefficient is negative, from the signs of its neighbours."""
    left, right, up, down = sign[i - 1] + 1, sign[i + 1] + 1, sign[i - step] + 1, sign[i + step] + 1
    before, after = sign[i - deep] + 1, sign[i + deep] + 1
    nearest = ((np.int64(left) * 3 + right) * 3 + up) * 3 + down
    slices = ((np.int64(before) * 3 + after) * 3 + left) * 3 + up
    diagonal = np.int64(sign[i - step - 1] + 1) * 3 + sign[i - step + 1] + 1
    diagonal = (diagonal * 3 + sign[i + step - 1] + 1) * 3 + sign[i + step + 1] + 1
    base = SIGN + kind * 81
    return code_mixed(
        state,
        data,
        encoding,
        bit,
        tables,
        base + nearest,
        base + KINDS * 81 + slices,
        base + 2 * KINDS * 81 + diagonal,
        SIGN_SET + kind,
        SIGN_CLASS + kind,
        2,
    )


@compiled
def code_planes(
    coefficient: Any,
    size: Any,
    sign: Any,
    last: Any,
    energy: Any,
    table: Any,
    tables: Any,
    data: Any,
    encoding: bool,
    top: Any,
    enough: Any,
) -> State:
    """Encode the framed coefficients into `data`, or decode it, plane after plane.

    `size` and `sign` become what the decoder knows: magnitudes at the middle of their interval (0:
    insignificant) and signs; `last` becomes the plane above which each coefficient is known. All start as
    zeros but `last`, which starts as `top` + 1.
    """
    state = start(data, encoding)
    for plane in range(top, -1, -1):
        for part in range(4):
            for band in range(table.shape[0]):
                for s in range(table[band, SLICES]):
                    for r in range(table[band, ROWS]):
                        for c in range(0, table[band, COLUMNS], STRETCH_OF_ROW):
                            state = _code_stretch(
                                state, coefficient, size, sign, last, energy, table, tables, data, encoding,
                                plane, part, band, s, r, c,
                            )  # fmt: skip
                        if state[5] or (encoding and state[3] >= enough):
                            return state
    return state


@inlined
def _code_stretch(
    state: State, coefficient: Any, size: Any, sign: Any, last: Any, energy: Any, table: Any, tables: Any,
    data: Any, encoding: bool, plane: Any, part: Any, band: Any, s: Any, r: Any, c: Any,
) -> State:  # fmt: skip
    """Code what belongs to pass `part` among the next coefficients of a row."""
    first = _place(table, band, s, r, c)
    end = first + min(STRETCH_OF_ROW, table[band, COLUMNS] - c)
    loudest, known = np.int32(0), np.int32(0)
    for i in range(first, end):
        loudest = max(loudest, energy[i])
        known |= size[i]
    if part == 2:
        if known:
            state = _refine(
                state,
                coefficient,
                size,
                last,
                energy,
                table,
                tables,
                data,
                encoding,
                plane,
                band,
                s,
                r,
                c,
                first,
                end,
            )
        return state
    limit = np.int64(0)
    if part == 0:
        limit = np.int64(VERY_BUSY_FROM)
    elif part == 1:
        limit = np.int64(BUSY_FROM)
    if loudest >> plane < limit:
        return state
    if part == 3 and loudest == 0 and known == 0:
        any_found = np.int64(0)
        if encoding:
            for i in range(first, end):
                any_found |= np.int64(abs(coefficient[i]) >> plane)
            any_found = np.int64(any_found > 0)
        any_found, state = code_plain(state, data, encoding, tables[0], QUIET + table[band, KIND], any_found)
        if any_found == 0:
            return state
    return _find(
        state,
        coefficient,
        size,
        sign,
        last,
        energy,
        table,
        tables,
        data,
        encoding,
        plane,
        part,
        limit,
        band,
        s,
        r,
        c,
        first,
        end,
    )


@compiled
def _find(
    state: State, coefficient: Any, size: Any, sign: Any, last: Any, energy: Any, table: Any, tables: Any,
    data: Any, encoding: bool, plane: Any, part: Any, limit: Any,
    band: Any, s: Any, r: Any, c: Any, first: Any, end: Any,
) -> State:  # fmt: skip
    """Code which insignificant coefficients become significant, with their signs."""
    step, deep, kind = table[band, ROW_STEP], table[band, SLICE_STEP], table[band, KIND]
    orientation = table[band, ORIENTATION]
    for i in range(first, end):
        if size[i] or energy[i] >> plane < limit or last[i] == plane:
            continue
        a, b, d, around, slices = _surroundings(size, i, step, deep, orientation)
        parent, cousins = _relatives(size, table, band, s, r, c + i - first)
        busy = _class_of(np.int64(energy[i]) >> plane)
        near = _class_of((around << 2) >> plane)
        sides = (_class_of((a << 4) >> plane) >> 2) * 64 + (_class_of((b << 4) >> plane) >> 2) * 8
        sides += _class_of((d << 4) >> plane) >> 2
        scales = (_class_of((parent << 3) >> plane) // 3) * 11 + _class_of((cousins << 3) >> plane) // 3
        found = np.int64(0)
        if encoding:
            found = np.int64(abs(coefficient[i]) >> plane)
        group = kind // 10
        found, state = code_mixed(
            state, data, encoding, found, tables,
            BY_SIDES + kind * 512 + sides,
            BY_SLICES + (group * 32 + near) * 16 + (_class_of((slices << 3) >> plane) >> 1),
            BY_SCALES + (group * 16 + (near >> 1)) * 121 + scales,
            2 * kind + (part == 3),
            kind * CLASSES + busy,
            3,
        )  # fmt: skip
        if state[5]:
            return state
        last[i] = plane
        if found:
            negative = np.int64(0)
            if encoding:
                negative = np.int64(coefficient[i] < 0)
            negative, state = _code_sign(state, data, encoding, negative, tables, sign, i, step, deep, kind)
            if state[5]:
                last[i] = plane + 1
                return state
            size[i] = (1 << plane) + ((1 << plane) >> 1)
            sign[i] = -1 if negative else 1
            _spread(energy, table, band, i, r, c + i - first, s, min(size[i], LOUDEST))
    return state


@compiled
def _refine(
    state: State, coefficient: Any, size: Any, last: Any, energy: Any, table: Any, tables: Any,
    data: Any, encoding: bool, plane: Any, band: Any, s: Any, r: Any, c: Any, first: Any, end: Any,
) -> State:  # fmt: skip
    """Code one more bit of the coefficients found in earlier planes."""
    step, deep, kind = table[band, ROW_STEP], table[band, SLICE_STEP], table[band, KIND]
    orientation = table[band, ORIENTATION]
    for i in range(first, end):
        before = np.int64(size[i])
        if before >> (plane + 1) == 0:
            continue
        _, _, _, around, slices = _surroundings(size, i, step, deep, orientation)
        age = np.int64(0)
        while age < 3 and before >> (plane + 2 + age):
            age += 1
        busy = _class_of(np.int64(energy[i]) >> plane)
        near = _class_of((around << 2) >> plane)
        prefix = min(before >> (plane + 1), 7)
        bit = np.int64(0)
        if encoding:
            bit = np.int64(abs(coefficient[i]) >> plane) & 1
        base = REFINEMENT
        bit, state = code_mixed(
            state, data, encoding, bit, tables,
            base + ((kind % 10) * 4 + age) * 32 + busy,
            base + 8 * 1024 + (prefix * 4 + orientation) * 32 + near,
            base + 16 * 1024 + (prefix * 32 + near) * 32 + _class_of((slices << 3) >> plane),
            REFINEMENT_SET + age,
            REFINEMENT_CLASS + age,
            3,
        )  # fmt: skip
        if state[5]:
            return state
        last[i] = plane
        half = (1 << plane) >> 1
        after = ((before >> (plane + 1)) << (plane + 1)) + (bit << plane) + half
        size[i] = after
        change = min(after, LOUDEST) - min(before, LOUDEST)
        if change:
            _spread(energy, table, band, i, r, c + i - first, s, change)
    return state
