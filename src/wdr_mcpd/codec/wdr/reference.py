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

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.compiled import compiled, int64
from wdr_mcpd.codec.layout import Layout
from wdr_mcpd.codec.rangecoder import (
    Channel,
    State,
    code_bit,
    models,
    reader,
    start,
    stopped,
    writer,
    written,
)

END, SIGN, DIGIT, REFINEMENT = 0, 1, 2, 3


class Scan(NamedTuple):
    """The coefficients of a group as compiled loops share them.

    `found`: positions in order of discovery; `starts[s]` is how many had been found before step s, which
    codes plane `top - s`. Decoding fills both in, and `values`; encoding takes `coefficients`. Both of the
    last are in scan order, one of them is empty.
    """

    found: NDArray[np.int32]
    starts: NDArray[np.int64]
    model: NDArray[np.uint32]
    coefficients: NDArray[np.int32]
    values: NDArray[np.float32]


def encode(coefficients: NDArray[np.int32], layout: Layout, top: int, max_bytes: int) -> NDArray[np.uint8]:
    """Code planes `top` to 0 of `coefficients` (scan order) into at most `max_bytes` bytes."""
    channel = writer(max_bytes, coefficients.size)
    found, starts = _by_plane(coefficients, top)
    scan = Scan(found, starts, models(4), coefficients, np.empty(0, np.float32))
    return written(_planes(scan, top, channel, np.empty_like(found), np.empty_like(found)), channel)


def decode(payload: NDArray[np.uint8], layout: Layout, top: int) -> NDArray[np.float32]:
    """Decode as many planes as the payload determines; values at the middle of what is known of them."""
    found, known, merged = (np.empty(layout.size, np.int32) for _ in range(3))
    values = np.zeros(layout.size, np.float32)
    scan = Scan(found, np.zeros(top + 2, np.int64), models(4), np.empty(0, np.int32), values)
    _planes(scan, top, reader(payload), known, merged)
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
def _rank(
    coefficients: NDArray[np.int32], top: int, rank: NDArray[np.uint8], counts: NDArray[np.int64]
) -> None:
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
def _sort(rank: NDArray[np.uint8], places: NDArray[np.int64], found: NDArray[np.int32]) -> None:
    for i in range(rank.size):
        if places[rank[i]] < found.size:
            found[places[rank[i]]] = i
            places[rank[i]] += 1


@compiled
def _planes(
    scan: Scan, top: int, channel: Channel, known: NDArray[np.int32], merged: NDArray[np.int32]
) -> State:
    """Encode or decode plane after plane; `known` and `merged` are space for two lists as long as `found`."""
    state = start(channel)
    for step in range(top + 1):
        before = scan.starts[step]
        state, after = _sorting_pass(state, scan, channel, known, step, top - step)
        if stopped(state, channel):
            return state
        scan.starts[step + 1] = after
        state = _refinement_pass(state, scan, channel, before, top - step)
        if stopped(state, channel):
            return state
        _merge(known, before, scan.found[before:after], merged)
        known, merged = merged, known
    return state


@compiled
def _sorting_pass(
    state: State, scan: Scan, channel: Channel, known: NDArray[np.int32], step: int, plane: int
) -> tuple[State, int]:
    """Find the newly significant coefficients of a plane, in scan order (Algorithm 1, step 5).

    `known` holds the positions found before, ascending. Returns the state and how many have been found.
    """
    size = scan.coefficients.size if channel.encoding else scan.values.size
    before = after = scan.starts[step]
    position, passed = int64(-1), 0
    while True:
        run = int64(0)
        if channel.encoding:
            target = int64(scan.found[after]) if after < scan.starts[step + 1] else size
            skipped = passed
            while passed < before and known[passed] < target:
                passed += 1
            run = target - position - (passed - skipped)
            position = target
        run, state = _code_run(state, channel, scan.model, run, size)
        negative = int64(0)
        if channel.encoding:
            negative = int64(scan.coefficients[min(position, size - 1)] < 0)
        negative, state = code_bit(state, channel, scan.model, SIGN, negative)
        if state.doubt:
            return state, after
        if not channel.encoding:
            position += run
            while passed < before and known[passed] <= position:
                passed += 1
                position += 1
        if position >= size:
            return state, after
        if not channel.encoding:
            scan.found[after] = position
            middle = np.float32(1.5) * np.float32(1 << plane)
            scan.values[position] = -middle if negative else middle
        elif stopped(state, channel):
            return state, after
        after += 1


@compiled
def _refinement_pass(state: State, scan: Scan, channel: Channel, count: int, plane: int) -> State:
    """Refine the first `count` coefficients that have been found by one bit (Algorithm 1, step 6)."""
    half = np.float32(0.5) * np.float32(1 << plane)
    for i in range(count):
        bit = int64(0)
        if channel.encoding:
            bit = int64((abs(scan.coefficients[scan.found[i]]) >> plane) & 1)
        bit, state = code_bit(state, channel, scan.model, REFINEMENT, bit)
        if stopped(state, channel):
            return state
        if not channel.encoding:
            change = half if bit else -half
            scan.values[scan.found[i]] += change if scan.values[scan.found[i]] > 0 else -change
    return state


@compiled
def _code_run(
    state: State, channel: Channel, model: NDArray[np.uint32], run: int, longest: int
) -> tuple[int, State]:
    """Code the binary digits of a run after its leading one; a run is at most `longest` + 1."""
    digits = 0
    while run >> digits > 1:
        digits += 1
    value = int64(1)
    while value <= longest:
        digits -= 1
        end, state = code_bit(state, channel, model, END, int64(digits < 0))
        if end:
            break
        bit, state = code_bit(state, channel, model, DIGIT, (run >> digits) & 1)
        value = value << 1 | bit
    return value, state


@compiled
def _merge(old: NDArray[np.int32], count: int, new: NDArray[np.int32], merged: NDArray[np.int32]) -> None:
    """Merge two ascending lists of positions."""
    i, j = 0, 0
    for k in range(count + new.size):
        if j == new.size or (i < count and old[i] < new[j]):
            merged[k] = old[i]
            i += 1
        else:
            merged[k] = new[j]
            j += 1
