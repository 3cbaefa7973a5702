"""Wavelet difference reduction as the reference codec does it (QccPack 0.61).

The reference's choices: every plane has one sorting pass over all insignificant coefficients in scan order,
then a refinement pass in order of discovery; a run is the 1-based distance to the next newly significant
coefficient, written as its binary digits after the leading one, most significant first, ended by the sign;
a virtual positive coefficient after the last one ends the plane; two adaptive models, one for the four
symbols 0, 1, +, -, and one for refinement; mid-point reconstruction. Ours is only the coder underneath: the
four-symbol model is three binary decisions (sign or digit; which sign; which digit) of the binary range
coder.

No pass walks over the insignificant coefficients: those found are kept sorted by position, and a distance
is the difference of two positions less the number found between them.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.compiled import compiled
from wdr_mcpd.codec.layout import Layout
from wdr_mcpd.codec.rangecoder import MARGIN, State, code_bit, finish, models, start

END, SIGN, DIGIT, REFINEMENT = 0, 1, 2, 3


def encode(coefficients: NDArray[np.int32], layout: Layout, top: int, max_bytes: int) -> NDArray[np.uint8]:
    """Code planes `top` to 0 of `coefficients` (scan order) into at most `max_bytes` bytes."""
    out = np.zeros(min(max_bytes, 16 * coefficients.size + 64) + 2 * MARGIN, np.uint8)
    found, starts = _by_plane(coefficients, top)
    lists = (found, np.empty_like(found), np.empty_like(found))
    unused = np.empty(0, np.float32)
    state = _planes(top, *lists, starts, models(4), coefficients, unused, out, True, max_bytes + MARGIN)
    return out[: min(finish(state, out), max_bytes)]


def decode(payload: NDArray[np.uint8], layout: Layout, top: int) -> NDArray[np.float32]:
    """Decode as many planes as the payload determines; values at the middle of what is known of them."""
    values = np.zeros(layout.size, np.float32)
    found = np.empty(layout.size, np.int32)
    lists = (found, np.empty_like(found), np.empty_like(found))
    starts = np.zeros(top + 2, np.int64)
    _planes(top, *lists, starts, models(4), np.empty(0, np.int32), values, payload, False, 0)
    return values


def _by_plane(coefficients: NDArray[np.int32], top: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Positions of all coefficients by highest plane, then scan order, and where each plane starts."""
    rank = np.empty(coefficients.size, np.uint8)
    starts = np.zeros(top + 3, np.int64)
    _rank(coefficients, top, rank, starts)
    np.cumsum(starts, out=starts)
    found = np.empty(starts[top + 1], np.int32)
    _sort(rank, starts.copy(), found)
    return found, starts


@compiled
def _rank(coefficients: Any, top: int, rank: Any, counts: Any) -> None:
    """Find the plane in which each coefficient becomes significant (0: first, top + 1: never) and count."""
    for i in range(coefficients.size):
        magnitude = abs(coefficients[i])
        digits = 0
        while magnitude:
            magnitude >>= 1
            digits += 1
        rank[i] = top + 1 - digits
        counts[rank[i] + 1] += 1


@compiled
def _sort(rank: Any, places: Any, found: Any) -> None:
    for i in range(rank.size):
        if places[rank[i]] < found.size:
            found[places[rank[i]]] = i
            places[rank[i]] += 1


@compiled
def _planes(
    top: int,
    found: Any,
    known: Any,
    merged: Any,
    starts: Any,
    model: Any,
    coefficients: Any,
    values: Any,
    data: Any,
    encoding: bool,
    enough: int,
) -> State:
    """Encode into `data` or decode it, plane after plane.

    `found` and `starts` are as `_by_plane` gives them, decoding fills them in; `known` and `merged` are
    space for two lists as long.
    """
    size = coefficients.size if encoding else values.size
    state = start(data, encoding)
    for step in range(top + 1):
        plane = top - step
        before = after = starts[step]
        position, passed = np.int64(-1), 0
        while True:
            run = np.int64(0)
            if encoding:
                target = np.int64(found[after]) if after < starts[step + 1] else size
                skipped = passed
                while passed < before and known[passed] < target:
                    passed += 1
                run = target - position - (passed - skipped)
                position = target
            run, state = _code_run(state, data, encoding, model, run, size)
            negative = np.int64(0)
            if encoding:
                negative = np.int64(coefficients[min(position, size - 1)] < 0)
            negative, state = code_bit(state, data, encoding, model, SIGN, negative)
            if state[5]:
                return state
            if not encoding:
                position += run
                while passed < before and known[passed] <= position:
                    passed += 1
                    position += 1
            if position >= size:
                break
            if not encoding:
                found[after] = position
                middle = np.float32(1.5) * np.float32(1 << plane)
                values[position] = -middle if negative else middle
            elif state[3] >= enough:
                return state
            after += 1
        starts[step + 1] = after
        half = np.float32(0.5) * np.float32(1 << plane)
        for i in range(before):
            bit = np.int64(0)
            if encoding:
                bit = np.int64((abs(coefficients[found[i]]) >> plane) & 1)
            bit, state = code_bit(state, data, encoding, model, REFINEMENT, bit)
            if not encoding:
                if state[5]:
                    return state
                change = half if bit else -half
                values[found[i]] += change if values[found[i]] > 0 else -change
            elif state[3] >= enough:
                return state
        _merge(known, before, found[before:after], merged)
        known, merged = merged, known
    return state


@compiled
def _code_run(
    state: State, data: Any, encoding: bool, model: Any, run: Any, longest: int
) -> tuple[Any, State]:
    """Code the binary digits of a run after its leading one; a run is at most `longest` + 1."""
    digits = 0
    while run >> digits > 1:
        digits += 1
    value = np.int64(1)
    while value <= longest:
        digits -= 1
        end, state = code_bit(state, data, encoding, model, END, np.int64(digits < 0))
        if end:
            break
        bit, state = code_bit(state, data, encoding, model, DIGIT, (run >> digits) & 1)
        value = value << 1 | bit
    return value, state


@compiled
def _merge(old: Any, count: int, new: Any, merged: Any) -> None:
    """Merge two ascending lists of positions."""
    i, j = 0, 0
    for k in range(count + new.size):
        if j == new.size or (i < count and old[i] < new[j]):
            merged[k] = old[i]
            i += 1
        else:
            merged[k] = new[j]
            j += 1
